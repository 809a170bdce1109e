/* ac_editor.h: makes .ac files look like C to clangd and other tools built on clang, for completion, go-to-definition
 * and messages while one types. Nothing is ever compiled with it. It comes with `-include ac_editor.h`; editors/clangd/
 * has a .clangd file that says so, and docs/editors.md what to expect.
 *
 * How it works. `await` gives the operand itself; so a coroutine, a task, a future and a generator of T are each what
 * they are awaited as, a T, and their functions below give that back. The words of the dialect turn into the C that has
 * the same shape: `catch (int e)` into a loop that declares e. Where nothing in C has the shape of it (`async for (T x
 * : e)`, a variable of type void), clang says one of a few messages that the .clangd file keeps silent.
 *
 * It is read twice: first of all, for the words, and from the end of ac.h, for the functions.
 */
#ifndef AC_EDITOR
#define AC_EDITOR 1

/* Mistakes in C, and none here: functions that end by a throw, values that are yielded, operands in order. */
#pragma clang diagnostic ignored "-Wreturn-type"
#pragma clang diagnostic ignored "-Wunused-value"
#pragma clang diagnostic ignored "-Wmissing-declarations"
#pragma clang diagnostic ignored "-Wdangling-else"
#pragma clang diagnostic ignored "-Wsometimes-uninitialized"
#pragma clang diagnostic ignored "-Wunsequenced"
#pragma clang diagnostic ignored "-Wmain-return-type"
#pragma clang diagnostic ignored "-Wshadow"

/* Any handle as an argument; any variable or none of the program's is of this type. */
typedef union ac_editor_handle {
    void *pointer;
    long long number;
    double real;
} ac_editor_handle __attribute__((transparent_union));

static int ac_editor_error;         /* what is thrown */
static int ac_editor_whether;       /* decides which way the control flows: nobody knows */
enum { AC_EDITOR_CATCH };

/* ---- the words ---- */

#define _Async
#define _Await __extension__
#define _Yield
#define _Defer while (ac_editor_whether)
#define _Throw while (1) ac_editor_error =
/* A chain of else; each catch takes parentheses, and declares what is in them, or none. */
#define _Try if (ac_editor_whether)
#define _Catch else switch (ac_editor_error) case AC_EDITOR_CATCH
#define AC_EDITOR_CATCH(...) 0: for (__VA_ARGS__; 0;) if (1)
/* Of `async with`. */
#define with(...) for (__VA_ARGS__; ac_editor_whether;)

/* For files that have names of their own that are spelled like these: AC_EDITOR_RESERVED leaves the reserved words. */
#ifndef AC_EDITOR_RESERVED
#define async _Async
#define await _Await
#define yield _Yield
#define defer _Defer
#define throw _Throw
#define try _Try
#define catch _Catch
#endif

/* ---- what ac.h is written with ---- */

#define ac_async(...) __VA_ARGS__
#define AC_T void
#define AC_AWAITABLE(...) ac_editor_handle
#define AC_AWAITABLES(...) void *
#define AC_BLOCKING
#define AC_OWNED
#define _Coro(T) AC_EDITOR_HANDLE(AC_EDITOR_NAME_##T (), T, ~)
#define _Task(T) AC_EDITOR_HANDLE(AC_EDITOR_NAME_##T (), T, ~)
#define _Future(T) AC_EDITOR_HANDLE(AC_EDITOR_NAME_##T (), T, ~)
#define _Gen(T) AC_EDITOR_HANDLE(AC_EDITOR_NAME_##T (), T, ~)

/* The type T; but a pointer for `void`, and anything for AC_T: only these two, followed by (), call a macro. */
#define AC_EDITOR_HANDLE(...) AC_EDITOR_SECOND(__VA_ARGS__)
#define AC_EDITOR_SECOND(first, second, ...) __typeof__(second)
#define AC_EDITOR_NAME_void() ~, ac_task_ref
#define AC_EDITOR_NAME_AC_T() ~, ac_editor_handle

#endif

/* ---- functions whose result has the type of an argument, or whose argument may be a call without a value ---- */

#if defined AC_H && !defined AC_EDITOR_FUNCTIONS
#define AC_EDITOR_FUNCTIONS 1

/* A handle to what `call` gives. */
#define AC_EDITOR_OF(call) \
    __builtin_choose_expr(__builtin_types_compatible_p(__typeof__(call), void), (ac_task_ref)0, call)
/* The same as an argument of the function itself. */
#define AC_EDITOR_ANY(call) ((void)(call), (ac_editor_handle){0})

#define ac_create_task(coro) ((void)ac_create_task(AC_EDITOR_ANY(coro)), AC_EDITOR_OF(coro))
#define ac_create_task_named(coro, name) ((void)ac_create_task_named(AC_EDITOR_ANY(coro), name), AC_EDITOR_OF(coro))
#define ac_create_task_eager(coro) ((void)ac_create_task_eager(AC_EDITOR_ANY(coro)), AC_EDITOR_OF(coro))
#define ac_loop_create_task(loop, coro) ((void)ac_loop_create_task(loop, AC_EDITOR_ANY(coro)), AC_EDITOR_OF(coro))
#define ac_ensure_future(what) ((void)ac_ensure_future(AC_EDITOR_ANY(what)), AC_EDITOR_OF(what))
#define ac_group_start(group, coro) ((void)ac_group_start(group, AC_EDITOR_ANY(coro)), AC_EDITOR_OF(coro))
#define ac_group_spawn(group, coro) ac_group_spawn(group, AC_EDITOR_ANY(coro))
#define ac_wait_for(what, seconds) (ac_wait_for(AC_EDITOR_ANY(what), seconds), (what))
#define ac_shield(what) (ac_shield(AC_EDITOR_ANY(what)), (what))
#define ac_next(generator) (ac_next(AC_EDITOR_ANY(generator)), (generator))
#define ac_sleep_value(seconds, value) ((void)ac_sleep(seconds), (value))
#define ac_blocking(...) (__VA_ARGS__)
#define ac_submit(executor, ...) \
    ((void)ac_submit_call(executor, AC_EDITOR_ANY(__VA_ARGS__)), AC_EDITOR_OF((__VA_ARGS__)))
#define ac_submit_call(executor, call) ((void)ac_submit_call(executor, AC_EDITOR_ANY(call)), AC_EDITOR_OF(call))
#undef ac_create_future
#define ac_create_future(...) (*(_Future(__VA_ARGS__) *)(void *)ac_future_new(0))
#undef ac_set_result
#define ac_set_result(future, ...) ac_future_set_result((ac_future *)0, ((void)(__VA_ARGS__), (void *)0))

#define ac_run(coro, result) ac_run(AC_EDITOR_ANY(coro), result)
#define ac_run_with(config, coro, result) ac_run_with(config, AC_EDITOR_ANY(coro), result)
#define ac_runner_run(runner, coro, result) ac_runner_run(runner, AC_EDITOR_ANY(coro), result)
#define ac_loop_run_until(loop, coro, result) ac_loop_run_until(loop, AC_EDITOR_ANY(coro), result)
#define ac_loop_run_threadsafe(loop, coro) (ac_loop_run_threadsafe(loop, AC_EDITOR_ANY(coro)), AC_EDITOR_OF(coro))
#define ac_coro_step(coro) ac_coro_step(AC_EDITOR_ANY(coro))
#define ac_coro_close(coro) ac_coro_close(AC_EDITOR_ANY(coro))
#define ac_cancel(future) ac_cancel(AC_EDITOR_ANY(future))
#define ac_release(handle) ac_release(((void)(handle), (void *)0))
#define ac_detach(handle) ac_detach(((void)(handle), (void *)0))
#define ac_retain(handle) (ac_retain(((void)(handle), (void *)0)), (handle))

#endif

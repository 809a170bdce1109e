/* Coroutines by hand, for tests of the runtime's core. A body is a function between BEGIN and END; what it keeps across an AWAIT
 * lies in `self->`, a struct coro that is zero at the beginning. `self->error` is how the last await has ended. */
#ifndef TEST_CORE_H
#define TEST_CORE_H

#define _GNU_SOURCE
#include <ac.h>

#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct coro {
    ac_frame base;
    long result;
    int (*body)(struct coro *);
    void *arg;
    long number;                    /* an argument */
    ac_coro *callee;                /* what is awaited now */
    int error;
    ac_task *task, *tasks[8];
    ac_future *future;
    ac_gen *generator;
    ac_group group;
    struct ac_timeout timeout;
    long value, values[8];
    int errors[8];
    int i, fds[2];
    double start;
    char buffer[64];
    union {
        struct ac_child_end__frame child_end;
        struct ac_group_end__frame group_end;
    } operation;
};

static int coro_resume(ac_frame *frame)
{
    return ((struct coro *)frame)->body((struct coro *)frame);
}

static const ac_fn coro_fn = {
    .resume = coro_resume,
    .name = "coro",
    .frame_size = sizeof(struct coro),
    .result_size = sizeof(long),
    .result_offset = offsetof(struct coro, result),
    .kind = AC_KIND_FUNCTION,
};

static inline ac_coro *coro(int (*body)(struct coro *), void *arg, long number)
{
    struct coro *self = (struct coro *)ac_coro_new(&coro_fn);
    ck_assert_ptr_nonnull(self);
    memset(&self->base + 1, 0, sizeof *self - sizeof self->base);
    self->body = body;
    self->arg = arg;
    self->number = number;
    return &self->base;
}

#define BEGIN                     \
    switch (self->base.state) {   \
    case 0:
#define END                       \
    }                             \
    return 0

/* The end of an await whose status is there, at this line. */
#define SUSPEND_OR(call)                                                \
    self->error = (call);                                               \
    if (self->error == AC_PENDING) {                                    \
        return ac_suspend(&self->base, __LINE__);                       \
    case __LINE__:                                                      \
        self->error = self->base.error;                                 \
    }

/* Awaits a coroutine whose result is copied to *out, unless out is NULL. */
#define AWAIT_TO(coroutine, out)                                        \
    do {                                                                \
        self->callee = (coroutine);                                     \
        SUSPEND_OR(ac_coro_await(&self->base, self->callee))            \
        finish(self, (out));                                            \
    } while (0)
#define AWAIT(coroutine) AWAIT_TO(coroutine, NULL)

/* Awaits a task or future; its value goes to self->value. */
#define AWAIT_FUTURE(awaited)                                           \
    do {                                                                \
        self->callee = ac_coro_from_future(ac_retain(awaited));         \
        SUSPEND_OR(ac_coro_await(&self->base, self->callee))            \
        finish(self, &self->value);                                     \
    } while (0)

#define AWAIT_MEMBER(name, assignment)                                                                      \
    do {                                                                                                    \
        assignment;                                                                                         \
        SUSPEND_OR(ac_##name##__resume(ac_enter(&self->operation.name.base, &ac_##name##__fn, &self->base))) \
    } while (0)
#define CHILD_END(child) AWAIT_MEMBER(child_end, self->operation.child_end.task = (child))
#define GROUP_END(how) AWAIT_MEMBER(group_end, (self->operation.group_end.group = &self->group, self->operation.group_end.status = (how)))

#define OK ck_assert_int_eq(self->error, 0)
#define FAILED(code) ck_assert_int_eq(self->error, (code))

static inline void finish(struct coro *self, void *out)
{
    if (self->error == 0 && out && self->callee->fn->result_size)
        memcpy(out, (char *)self->callee + self->callee->fn->result_offset, self->callee->fn->result_size);
    if (self->callee && self->callee->parent == &self->base)
        ac_coro_free(self->callee);
    self->callee = NULL;
}

/* Runs a body on the virtual clock; its error, or its result in *result. */
static inline int run(int (*body)(struct coro *), void *arg, long *result)
{
    ac_loop_config config = { .clock = AC_CLOCK_VIRTUAL };
    return ac_run_with(&config, coro(body, arg, 0), result);
}

static inline int run_real(int (*body)(struct coro *), void *arg)
{
    return ac_run(coro(body, arg, 0), NULL);
}

/* ---- Bodies that many tests use ---- */

/* Sleeps `number` seconds, and gives that number. */
static inline int sleeper(struct coro *self)
{
    BEGIN
    AWAIT(ac_sleep((double)self->number));
    if (self->error)
        return self->error;
    self->result = self->number;
    END;
}

/* Fails with the error `number` after one second. */
static inline int failing(struct coro *self)
{
    BEGIN
    AWAIT(ac_sleep(1));
    return self->error ? self->error : (int)self->number;
    END;
}

/* Writes a letter to the trace of the test: a global string. */
static char trace[64];

static inline void note(char letter)
{
    size_t length = strlen(trace);
    ck_assert_uint_lt(length + 1, sizeof trace);
    trace[length] = letter;
}

/* Notes `number` as a letter, in three turns. */
static inline int noting(struct coro *self)
{
    BEGIN
    for (self->i = 0; self->i < 3; self->i++) {
        note((char)self->number);
        AWAIT(ac_sleep(0));
        if (self->error)
            return self->error;
    }
    END;
}

static inline int run_suite(const char *name, const TTest *const *tests)
{
    Suite *suite = suite_create(name);
    TCase *group = tcase_create(name);
    tcase_set_timeout(group, 20);
    for (; *tests; tests++)
        tcase_add_test(group, *tests);
    suite_add_tcase(suite, group);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#endif

/* future.c: results that arrive later, those who wait for them, and references to handles.
 *
 * Who waits is a list of watches in order of coming. When the future is done each is taken out and fired, once. A done callback is
 * a watch whose firing puts a record into the ready queue, so that callbacks never run inside the call that completes a future. */
#define _GNU_SOURCE
#include "core.h"
#include "../loop/loop.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const ac_fn future_fn = { .name = "future", .kind = AC_KIND_FUTURE };

/* ---- Making and freeing ---- */

ac_future *ac_future_new(size_t size)
{
    return ac__future_new(ac_get_loop(), size);
}

ac_future *ac__future_new(ac_loop *loop, size_t size)
{
    if (size > UINT32_MAX - sizeof(ac_future) || !loop)
        return NULL;
    ac_future *future = ac__pool_take(sizeof *future + size);
    if (!future)
        return NULL;
    *future = (ac_future){
        .item.base.fn = &future_fn,
        .loop = loop,
        .result = future + 1,
        .references = 1,
        .size = (uint32_t)size,
    };
    loop->futures++;
    loop->references++;
    return future;
}

struct ac__more *ac__more_make(ac_future *future)
{
    struct ac__more *more = ac__more(future);
    if (more || !(more = ac__pool_take(sizeof *more)))
        return more;
    *more = (struct ac__more){ 0 };
    ac__watch_add(future, &more->link);
    future->watches = &more->link;
    future->item.base.state |= AC__HAS_MORE;
    return more;
}

static void free_more(ac_future *future)
{
    struct ac__more *more = ac__more(future);
    if (!more)
        return;
    future->item.base.state &= ~(uint32_t)AC__HAS_MORE;
    free(more->name);
    free(more->trace);
    ac__locals_unref(more->locals);
    ac__pool_give(more, sizeof *more);
}

static void report_untaken(ac_future *future)
{
    int error = future->item.base.error;
    uint32_t state = future->item.base.state;
    if (!(state & AC__FAILED) || (state & AC__TAKEN) || error == ECANCELED)
        return;
    future->references++;
    ac_loop_report(future->loop, ac__is_task(future) ? "a task ended with an error that nobody took"
                                                     : "a future has an error that nobody took", error, future);
    future->references--;
}

static void destroy_value(ac_future *future)
{
    uint32_t state = future->item.base.state;
    const struct ac__more *more = ac__more(future);
    if ((state & AC__DONE) && !(state & (AC__FAILED | AC__TAKEN)) && more && more->destroy)
        more->destroy(future->result);
}

static void callback_free(struct ac__watch *watch);

/* Callbacks of a future that will never be done. All others who wait for it have a reference, so they are gone. */
static void drop_callbacks(ac_future *future)
{
    struct ac__watch *watch;
    while ((watch = ac__first_watch(future))) {
        ac__watch_remove(future, watch);
        callback_free(watch);
    }
}

static inline void destroy_task(ac_task *task)
{
    ac_loop *loop = task->loop;
    if (__builtin_expect(task->item.base.state & (AC__HAS_MORE | AC__FAILED), 0)) {
        report_untaken(task);
        free_more(task);
    }
    if (task->result)
        ac_coro_free(task->result);
    ac__task_slot_free(task);
    if (loop && --loop->references == 0)
        ac__loop_free(loop);
}

/* A thread may be setting this one: then it goes when no thread sets a future of this loop any more. Until then the list has a
 * reference. */
static bool kept_for_threads(ac_future *future)
{
    ac_loop *loop = future->loop;
    if (!AC__RARELY(atomic_load_explicit(&loop->threads_setting, memory_order_acquire)) || loop->closed)
        return false;
    future->references = 1;
    future->item.next = (struct ac__item *)(void *)loop->kept_for_threads;
    loop->kept_for_threads = future;
    return true;
}

__attribute__((noinline)) static void destroy_future(ac_future *future)
{
    if (kept_for_threads(future))
        return;
    report_untaken(future);
    future->loop->futures -= !ac__is_done(future);
    drop_callbacks(future);
    destroy_value(future);
    free_more(future);
    ac_loop *loop = future->loop;
    ac__pool_give(future, sizeof *future + future->size);
    if (--loop->references == 0)
        ac__loop_free(loop);
}

void ac__future_destroy(ac_future *future)
{
    if (ac__is_task(future))
        destroy_task(future);
    else
        destroy_future(future);
}

/* ---- Watches ---- */

void ac__watch_add(ac_future *future, struct ac__watch *watch)
{
    struct ac__watch *first = future->watches;
    if (!first) {
        future->watches = watch->next = watch->prev = watch;
        return;
    }
    watch->next = first;
    watch->prev = first->prev;
    first->prev->next = watch;
    first->prev = watch;
}

void ac__watch_remove(ac_future *future, struct ac__watch *watch)
{
    if (!watch->next)
        return;
    if (watch->next == watch) {
        future->watches = NULL;
    } else {
        watch->next->prev = watch->prev;
        watch->prev->next = watch->next;
        if (future->watches == watch)
            future->watches = watch->next;
    }
    watch->next = watch->prev = NULL;
}

static void save_trace(ac_future *future, int error)
{
    struct ac__more *more = error == ECANCELED ? NULL : ac__more_make(future);
    if (more && !more->trace)
        more->trace = ac__trace_save(&future->item.base, error);
}

void ac__future_failed(ac_future *future, int error)
{
    future->item.base.error = error;
    future->item.base.state |= AC__DONE | AC__FAILED;
    save_trace(future, error);
    ac__watches_fire(future);
}

void ac__watches_fire(ac_future *future)
{
    if (future->item.base.state & AC__ENDS_RUN)
        atomic_store_explicit(&future->loop->attention, true, memory_order_relaxed);
    struct ac__watch *watch;
    while ((watch = ac__first_watch(future))) {
        ac__watch_remove(future, watch);
        ac__watch_fire(watch, future);
    }
}

/* ---- Values ---- */

void *ac__future_value(ac_future *future, size_t *size)
{
    if (!ac__is_task(future)) {
        *size = future->size;
        return future->result;
    }
    ac_coro *root = future->result;
    *size = root ? root->fn->result_size : 0;
    return root ? (char *)root + root->fn->result_offset : NULL;
}

void ac__future_copy(ac_future *future, void *out, size_t size)
{
    size_t have;
    void *value = ac__future_value(future, &have);
    future->item.base.state |= AC__TAKEN;
    if (out && size && have)
        memcpy(out, value, size < have ? size : have);
}

void ac_future_take(ac_future *future, void *out, size_t size)
{
    if (size == sizeof(uint64_t) && ac__is_task(future)) {
        ac_coro *root = future->result;
        memcpy(out, (char *)root + root->fn->result_offset, sizeof(uint64_t));
        if (--future->references == 0)
            destroy_task(future);
        return;
    }
    if (size)
        ac__future_copy(future, out, size);
    else
        future->item.base.state |= AC__TAKEN;
    ac__future_unref(future);
}

size_t ac__result_size(const void *what)
{
    size_t size;
    if (!ac__is_future(what))
        return ((const ac_coro *)what)->fn->result_size;
    const ac_future *future = what;
    if (!ac__is_task(future))
        return future->size;
    ac__future_value((ac_future *)(uintptr_t)future, &size);
    return size;
}

int ac__future_error_taken(ac_future *future, ac_frame *next)
{
    int error = future->item.base.error;
    const struct ac__more *more = ac__more(future);
    future->item.base.state |= AC__TAKEN;
    if (error && more && more->trace)
        ac__trace_restore(more->trace, next);
    return error;
}

/* A future is set once, and a task never. That one was cancelled meanwhile happens in good programs; what was set before is told in debug mode. */
static bool is_settled(const ac_future *future, const char *function)
{
    bool task = ac__is_task(future);
    if (!task && AC__RARELY(ac__is_done(future)) && future->loop->debug &&
        !((future->item.base.state & AC__FAILED) && future->item.base.error == ECANCELED))
        fprintf(stderr, "acc: %s on a future that was set before does nothing: its value is told once\n", function);
    return task || ac__is_done(future);
}

static int set_done(ac_future *future, int error)
{
    future->loop->futures--;
    ac__future_finish(future, error);
    return 0;
}

int ac_future_set_result(ac_future *future, const void *value)
{
    if (ac__elsewhere(future->loop, __func__))
        return EPERM;
    if (is_settled(future, __func__))
        return AC_EINVALID_STATE;
    if (value && future->size)
        memcpy(future->result, value, future->size);
    return set_done(future, 0);
}

int ac_future_set_error(ac_future *future, int error)
{
    if (ac__elsewhere(future->loop, __func__))
        return EPERM;
    if (is_settled(future, __func__))
        return AC_EINVALID_STATE;
    return set_done(future, error == 0 || error == AC_PENDING ? EINVAL : error);
}

int ac_future_set_destructor(ac_future *future, void (*destroy_result)(void *value))
{
    struct ac__more *more = ac__more_make(future);
    if (!more)
        return ENOMEM;
    more->destroy = destroy_result;
    return 0;
}

int ac_future_set_abort(ac_future *future, bool (*abort_hook)(ac_future *, void *), void *arg)
{
    struct ac__more *more = ac__more_make(future);
    if (!more)
        return ENOMEM;
    more->abort = abort_hook;
    more->abort_arg = arg;
    return 0;
}

int ac_done(ac_future *future)
{
    return ac__is_done(future);
}

int ac_cancelled(ac_future *future)
{
    return (future->item.base.state & AC__FAILED) && future->item.base.error == ECANCELED;
}

int ac_error(ac_future *future)
{
    if (!ac__is_done(future))
        return AC_EINVALID_STATE;
    future->item.base.state |= future->item.base.error ? AC__TAKEN : 0;
    return future->item.base.error;
}

int ac_result(ac_future *future, void *out)
{
    int error = ac_error(future);
    if (error == 0) {
        size_t size;
        ac__future_value(future, &size);
        ac__future_copy(future, out, size);
    }
    return error;
}

/* ---- From other threads ---- */

struct threadsafe_set {
    struct ac__item item;          /* queued behind the calls that came before */
    struct ac__post post;
    ac_future *future;
    int error;                     /* 0: the value that follows this struct */
};

void ac__future_kept_end(ac_loop *loop)
{
    ac_future *future = loop->kept_for_threads;
    loop->kept_for_threads = NULL;
    while (future) {
        ac_future *next = (ac_future *)(void *)future->item.next;
        ac__future_unref(future);
        future = next;
    }
}

static int set_run(ac_frame *frame)
{
    struct threadsafe_set *set = AC__CONTAINER(frame, struct threadsafe_set, item.base);
    ac_loop *loop = set->future->loop;
    ac__thread.task = NULL;
    if (set->error)
        ac_future_set_error(set->future, set->error);
    else
        ac_future_set_result(set->future, set + 1);
    free(set);
    if (atomic_fetch_sub_explicit(&loop->threads_setting, 1, memory_order_acq_rel) == 1)
        ac__future_kept_end(loop);
    return AC_PENDING;
}

static const ac_fn set_fn = { .resume = set_run, .name = "set from another thread", .kind = AC_KIND_OBJECT };

static void set_from_post(struct ac__post *post)
{
    struct threadsafe_set *set = AC__CONTAINER(post, struct threadsafe_set, post);
    ac__enqueue(set->future->loop, &set->item);
}

/* The size of a future's value, and its loop, are constant, so other threads may read them. */
static int set_threadsafe(ac_future *future, const void *value, int error)
{
    size_t size = value ? future->size : 0;
    ac_loop *loop = future->loop;
    struct threadsafe_set *set = ac__allocate(sizeof *set + future->size);
    if (!set)
        return ENOMEM;
    *set = (struct threadsafe_set){
        .item.base = { .fn = &set_fn, .parent = &set->item.base },
        .post.call = set_from_post,
        .future = future,
        .error = error,
    };
    if (size)
        memcpy(set + 1, value, size);
    atomic_fetch_add_explicit(&loop->threads_setting, 1, memory_order_acq_rel);
    int error_of_post = ac__inbox_post(loop, &set->post);
    if (error_of_post) {
        atomic_fetch_sub_explicit(&loop->threads_setting, 1, memory_order_acq_rel);
        free(set);
    }
    return error_of_post;
}

int ac_future_set_result_threadsafe(ac_future *future, const void *value)
{
    return set_threadsafe(future, value, 0);
}

int ac_future_set_error_threadsafe(ac_future *future, int error)
{
    return set_threadsafe(future, NULL, error == 0 || error == AC_PENDING ? EINVAL : error);
}

struct threadsafe_release {
    struct ac__post post;
    ac_future *future;
};

static void release_from_post(struct ac__post *post)
{
    struct threadsafe_release *release = AC__CONTAINER(post, struct threadsafe_release, post);
    ac_release(release->future);
    free(release);
}

int ac_future_release_threadsafe(ac_future *future)
{
    struct threadsafe_release *release = future ? ac__allocate(sizeof *release) : NULL;
    if (!release)
        return future ? ENOMEM : 0;
    *release = (struct threadsafe_release){ .post.call = release_from_post, .future = future };
    int error = future->loop ? ac__inbox_post(future->loop, &release->post) : EINVAL;
    if (error)
        free(release);
    return error;
}

/* ---- Done callbacks ---- */

struct callback {
    struct ac__item item;
    struct ac__watch watch;
    ac_future *future;             /* referenced from firing until the callback has run */
    void (*fn)(ac_future *, void *);
    void *arg;
};

static int callback_run(ac_frame *frame)
{
    struct callback *callback = AC__CONTAINER(frame, struct callback, item.base);
    ac__thread.task = NULL;
    callback->fn(callback->future, callback->arg);
    ac__future_unref(callback->future);
    ac__pool_give(callback, sizeof *callback);
    return AC_PENDING;
}

static const ac_fn callback_fn = { .resume = callback_run, .name = "done callback", .kind = AC_KIND_OBJECT };

static void callback_fire(struct ac__watch *watch, ac_future *done)
{
    struct callback *callback = AC__CONTAINER(watch, struct callback, watch);
    done->references++;
    ac__enqueue(done->loop, &callback->item);
}

static void callback_free(struct ac__watch *watch)
{
    ac__pool_give(AC__CONTAINER(watch, struct callback, watch), sizeof(struct callback));
}

int ac_add_done_callback(ac_future *future, void (*fn)(ac_future *, void *), void *arg)
{
    if (ac__elsewhere(future->loop, __func__))
        return EPERM;
    struct callback *callback = ac__pool_take(sizeof *callback);
    if (!callback)
        return ENOMEM;
    *callback = (struct callback){
        .item.base = { .fn = &callback_fn, .parent = &callback->item.base },
        .watch.fire = callback_fire,
        .future = future,
        .fn = fn,
        .arg = arg,
    };
    if (ac__is_done(future))
        callback_fire(&callback->watch, future);
    else
        ac__watch_add(future, &callback->watch);
    return 0;
}

static bool is_callback(struct ac__watch *watch, void (*fn)(ac_future *, void *), void *arg)
{
    if (watch->fire != callback_fire)
        return false;
    struct callback *callback = AC__CONTAINER(watch, struct callback, watch);
    return callback->fn == fn && callback->arg == arg;
}

static struct ac__watch *find_callback(ac_future *future, void (*fn)(ac_future *, void *), void *arg)
{
    struct ac__watch *watch = future->watches;   /* what is no callback is passed over */
    while (watch && !is_callback(watch, fn, arg)) {
        watch = watch->next;
        if (watch == future->watches)
            return NULL;
    }
    return watch;
}

int ac_remove_done_callback(ac_future *future, void (*fn)(ac_future *, void *), void *arg)
{
    int count = 0;
    struct ac__watch *watch;
    while ((watch = find_callback(future, fn, arg))) {
        ac__watch_remove(future, watch);
        callback_free(watch);
        count++;
    }
    return count;
}

/* ---- Awaiting ---- */

bool ac__awaited_by_none_but(const ac_future *future, const struct ac__watch *watch)
{
    const struct ac__watch *first = ac__first_watch(future), *at = first;
    while (at) {
        if (at != watch && at->fire != callback_fire && at->fire != ac__group_child_done)
            return false;
        at = at->next == future->watches ? NULL : at->next;
    }
    return true;
}

/* The slow part of ac__watch_fire: an error is looked at when the task runs, for its trace to be the open one then. */
void ac__future_wait_fire(struct ac__watch *watch, ac_future *done)
{
    if (done->item.base.error)
        ac__wake(watch->task);
    else
        ac__complete_of(watch->task, &AC__CONTAINER(watch, struct ac_future_wait__frame, watch)->base, 0);
}

static int end_wait(ac_future *future, int error)
{
    ac__future_unref(future);
    return error;
}

static int end_wait_of_done(struct ac_future_wait__frame *wait)
{
    ac_future *future = wait->future;
    return future->item.base.error ? end_wait(future, ac__future_error_taken(future, wait->base.parent)) : 0;
}

static int suspend_until_done(struct ac_future_wait__frame *wait, ac_task *task)
{
    wait->base.state = 1;
    wait->watch.fire = ac__future_wait_fire;
    wait->watch.task = task;
    ac__watch_add(wait->future, &wait->watch);
    return ac__suspend_masked(&wait->base);
}

/* What others await is left to them. */
static int end_wait_cancelled(struct ac_future_wait__frame *wait)
{
    ac__future_unref(wait->future);
    return ac__end_cancelled(&wait->base);
}

/* A cancellation is due where the wait would begin: what nobody else awaits is cancelled, as if it had come a moment later. */
static int wait_cancelled(struct ac_future_wait__frame *wait, ac_task *task)
{
    ac_future *future = wait->future;
    if (!ac__awaited_by_none_but(future, NULL))
        return end_wait_cancelled(wait);
    task->item.base.state |= AC__DUE;
    int status = suspend_until_done(wait, task);
    ac__cancel(future);
    return status;
}

/* The road of those that are not to wait, or may not. */
__attribute__((noinline)) static int future_wait_slowly(struct ac_future_wait__frame *wait)
{
    ac_future *future = wait->future;
    if (wait->base.state)
        return ac__ended(end_wait_of_done(wait));
    if (!future)
        return ENOMEM;
    if (ac__is_done(future))
        return end_wait_of_done(wait);
    if (ac__may_close_ring(future) && ac__closes_ring(future))
        return end_wait(future, EDEADLK);
    if (ac__cancel_now(ac__thread.task))
        return wait_cancelled(wait, ac__thread.task);
    return suspend_until_done(wait, ac__thread.task);
}

int ac_future_wait__resume(ac_frame *frame)
{
    struct ac_future_wait__frame *wait = (struct ac_future_wait__frame *)(void *)frame;
    ac_future *future = wait->future;
    ac_task *task = ac__thread.task;
    if (AC__RARELY(frame->state || !future || future->watches || ac__is_done(future) || ac__may_close_ring(future) ||
                   (task->item.base.state & (AC__DUE | AC__COUNTED))))
        return future_wait_slowly(wait);
    return suspend_until_done(wait, task);
}

/* Who awaits alone cancels what is awaited, and ends when that ends. A future that is completed by a callback is not the
 * awaiting task's own either, but asyncio cancels it too, and so do programs expect. */
static bool future_wait_abort(ac_frame *frame)
{
    struct ac_future_wait__frame *wait = (struct ac_future_wait__frame *)(void *)frame;
    ac_future *future = wait->future;
    if (ac__awaited_by_none_but(future, &wait->watch)) {
        ac__cancel(future);
        return false;
    }
    ac__watch_remove(future, &wait->watch);
    ac__future_unref(future);
    return true;
}

AC__OPERATION_FN_VOID(ac_future_wait, future_wait_abort)

/* ---- A coroutine of a future ---- */

static void wait_take(void *frame, void *out, size_t size)
{
    struct ac_future_wait__frame *wait = frame;
    ac_future_take(wait->future, out, size);
    wait->future = NULL;
}

/* Begun, the wait has taken the reference over. */
static void wait_drop(void *frame, bool begun)
{
    struct ac_future_wait__frame *wait = frame;
    if (!begun)
        ac__future_unref(wait->future);
}

ac_coro *ac_coro_from_future(ac_future *future)
{
    if (!future)
        return NULL;
    struct ac_future_wait__frame *wait =
        ac__carrier_new(&ac_future_wait__fn, ac__result_size(future), wait_take, wait_drop);
    if (wait)
        wait->future = future;
    else
        ac__future_unref(future);
    return ac__carrier_coro(wait);
}

ac_future *ac__future_of(void *what)
{
    if (!what)
        return NULL;
    if (!ac__is_future(what))
        return ac_create_task(what);
    ((ac_future *)what)->references++;
    return what;
}

ac_future *ac_ensure_future(void *what)
{
    return ac__future_of(what);
}

/* ---- References to any handle ---- */

void *ac_retain(void *handle)
{
    if (!handle)
        return NULL;
    const ac_fn *fn = *(const ac_fn **)handle;
    if (ac__is_future(handle))
        ((ac_future *)handle)->references++;
    else if (fn->kind == AC_KIND_GENERATOR)
        ac__gen_retain(handle);
    else if (fn->kind == AC_KIND_OBJECT)
        ((const struct ac__object_fn *)(const void *)fn)->retain(handle);
    return handle;
}

void ac_release(void *handle)
{
    if (!handle)
        return;
    const ac_fn *fn = *(const ac_fn **)handle;
    if (ac__is_future(handle))
        ac__future_unref(handle);
    else if (fn->kind == AC_KIND_GENERATOR)
        ac__gen_release(handle);
    else if (fn->kind == AC_KIND_OBJECT)
        ((const struct ac__object_fn *)(const void *)fn)->release(handle);
    else
        ac_coro_close(handle);
}

void ac_detach(void *handle)
{
    if (handle && ac__is_future(handle))
        ((ac_future *)handle)->item.base.state |= AC__TAKEN;
    ac_release(handle);
}

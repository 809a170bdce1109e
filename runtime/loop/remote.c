/* remote.c: running a coroutine on the loop of another thread, and waiting for a future without a loop of one's own.
 *
 * Such a run is a record that both threads know. The coroutine has not begun, so it is no more than its description
 * and the bytes of its arguments: these cross, and the coroutine is made anew in the memory of the thread that runs
 * it. When it has ended the bytes of its result come back in the same record. Either loop may be closed meanwhile;
 * one lock guards what each side knows of the other.
 *
 * A thread without a loop gets one for this, which does nothing else, and ends with the thread. */
#define _GNU_SOURCE
#include "loop.h"

#include <stdlib.h>
#include <string.h>

struct ac__remote {
    struct ac__post start, cancel; /* to the loop that runs it */
    struct ac__post end;           /* to the loop of who asked */
    struct ac__remote *next, **link;    /* in the list of the loop of who asked; link is NULL when it is in none */
    ac_future *future;             /* used by the thread of who asked alone; NULL when its loop has closed */
    ac_task *task;                 /* used by the thread that runs it alone; NULL before and after */
    const ac_fn *fn;               /* of the coroutine */
    int error;                     /* how it ended */
    /* Under the lock: */
    ac_loop *here, *there;         /* who asked, who runs it; NULL when that side is done with it */
    unsigned references;
    bool cancelled;
    _Alignas(16) char bytes[];     /* the coroutine's frame without its header; then its result */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void unref(struct ac__remote *remote)
{
    pthread_mutex_lock(&lock);
    bool last = --remote->references == 0;
    pthread_mutex_unlock(&lock);
    if (last)
        free(remote);
}

/* ---- On the thread that runs it ---- */

struct run {
    ac_frame base;
    struct ac__remote *remote;
    ac_coro *coro;
    bool ended;                    /* how is in remote->error */
};

static int run_resume(ac_frame *frame)
{
    struct run *self = (struct run *)(void *)frame;
    int status = frame->error;
    if (frame->state == 0) {
        frame->state = 1;
        status = ac_coro_await(frame, self->coro);
        if (status == AC_PENDING)
            return AC_PENDING;
    }
    if (status == 0)
        memcpy(self->remote->bytes, (char *)self->coro + self->coro->fn->result_offset, self->coro->fn->result_size);
    self->remote->error = status;
    self->ended = true;
    return 0;
}

static const ac_fn run_fn = {
    .resume = run_resume,
    .name = "ac_loop_run_threadsafe",
    .frame_size = sizeof(struct run),
    .kind = AC_KIND_OPERATION,
};

/* Hands the outcome over, unless nobody is left to take it. Gives up the reference. */
static void finish(struct ac__remote *remote)
{
    pthread_mutex_lock(&lock);
    remote->there = NULL;
    remote->task = NULL;
    bool posted = remote->here && ac__inbox_post(remote->here, &remote->end) == 0;
    pthread_mutex_unlock(&lock);
    if (!posted)
        unref(remote);
}

/* Its task is gone: it has ended, or its loop is closed. */
static void run_drop(void *frame, bool begun)
{
    struct run *self = frame;
    (void)begun;
    if (!self->ended)
        self->remote->error = ECANCELED;
    ac_coro_free(self->coro);
    finish(self->remote);
}

static ac_coro *coroutine_of(const struct ac__remote *remote)
{
    ac_coro *coro = ac_coro_new(remote->fn);
    if (coro)
        memcpy(coro + 1, remote->bytes, remote->fn->frame_size - sizeof *coro);
    return coro;
}

static void start(struct ac__post *post)
{
    struct ac__remote *remote = AC__CONTAINER(post, struct ac__remote, start);
    ac_coro *coro = coroutine_of(remote);
    struct run *run = coro ? ac__carrier_new(&run_fn, 0, NULL, run_drop) : NULL;
    if (!run) {
        ac_coro_free(coro);
        remote->error = ENOMEM;
        finish(remote);
        return;
    }
    run->remote = remote;
    run->coro = coro;
    run->ended = false;
    ac_task *task = ac__task_start(remote->there, ac__carrier_coro(run));
    if (!task)
        return;                    /* its coroutine was freed, and with it this ended */
    remote->task = task;
    ac__future_unref(task);
}

static void cancel(struct ac__post *post)
{
    struct ac__remote *remote = AC__CONTAINER(post, struct ac__remote, cancel);
    if (remote->task)
        ac__cancel(remote->task);
    unref(remote);
}

/* ---- On the thread of who asked ---- */

/* The future is done; its loop has no more to do with this. Gives up the reference of the list. */
static void settle(struct ac__remote *remote, int error)
{
    ac_future *future = remote->future;
    remote->future = NULL;
    *remote->link = remote->next;
    if (remote->next)
        remote->next->link = remote->link;
    ac_future_set_abort(future, NULL, NULL);
    if (error)
        ac_future_set_error(future, error);
    else
        ac_future_set_result(future, remote->bytes);
    ac__future_unref(future);
    unref(remote);
}

static void end(struct ac__post *post)
{
    struct ac__remote *remote = AC__CONTAINER(post, struct ac__remote, end);
    if (remote->future) {
        ac_loop_unhold(remote->here);
        settle(remote, remote->error);
    }
    unref(remote);
}

void ac__remotes_close(ac_loop *loop)
{
    while (loop->remotes) {
        struct ac__remote *remote = loop->remotes;
        pthread_mutex_lock(&lock);
        remote->here = NULL;
        pthread_mutex_unlock(&lock);
        settle(remote, ECANCELED);
    }
}

/* The future is done when the coroutine has ended. */
static bool abort_run(ac_future *future, void *arg)
{
    struct ac__remote *remote = arg;
    (void)future;
    pthread_mutex_lock(&lock);
    bool ask = remote->there && !remote->cancelled;
    remote->cancelled = true;
    remote->references += ask;
    if (ask && ac__inbox_post(remote->there, &remote->cancel) != 0)
        remote->references--;
    pthread_mutex_unlock(&lock);
    return false;
}

/* What is more than a description and arguments belongs to this thread. */
static bool can_cross(const ac_coro *coro)
{
    const char *fn = (const char *)coro->fn, *frame = (const char *)coro;
    return coro->fn->kind <= AC_KIND_OPERATION && !(fn >= frame && fn < frame + coro->fn->frame_size);
}

static struct ac__remote *remote_new(ac_loop *loop, const ac_coro *coro, ac_future *future)
{
    size_t size = coro->fn->frame_size - sizeof *coro;
    struct ac__remote *remote = ac__allocate(sizeof *remote + size);
    if (!remote)
        return NULL;
    *remote = (struct ac__remote){
        .start.call = start,
        .cancel.call = cancel,
        .end.call = end,
        .future = future,
        .fn = ac__ledger_original(coro),
        .here = future->loop,
        .there = loop,
        .references = 2,
    };
    memcpy(remote->bytes, coro + 1, size);
    return remote;
}

static void enlist(struct ac__remote *remote)
{
    ac_loop *loop = remote->future->loop;
    remote->future->references++;
    remote->next = loop->remotes;
    remote->link = &loop->remotes;
    if (remote->next)
        remote->next->link = &remote->next;
    loop->remotes = remote;
}

/* 0, or why it cannot be run there. The coroutine stays the caller's. */
static int send_over(ac_loop *loop, const ac_coro *coro, ac_future *future)
{
    struct ac__remote *remote = can_cross(coro) ? remote_new(loop, coro, future) : NULL;
    if (!remote)
        return can_cross(coro) ? ENOMEM : EINVAL;
    int error = ac_future_set_abort(future, abort_run, remote);
    if (!error) {
        enlist(remote);
        ac_loop_hold(future->loop);
        error = ac__inbox_post(loop, &remote->start);
        if (!error)
            return 0;
        ac_loop_unhold(future->loop);
        settle(remote, error);
    }
    free(remote);
    return error;
}

/* ---- A thread without a loop ---- */

static _Thread_local ac_loop *own_loop;

/* Futures of runs whose end this thread has not seen end here, and hold the loop no longer. */
static void close_own(void *loop)
{
    own_loop = NULL;
    ac_loop_close(loop);
}

static ac_loop *loop_of_thread(void)
{
    if (ac_get_loop())
        return ac_get_loop();
    if (!own_loop) {
        own_loop = ac_loop_new(NULL);
        if (own_loop && !ac__at_thread_end(close_own, own_loop))
            close_own(own_loop);                /* nobody would at the thread's end */
    }
    return own_loop;
}

/* ---- Public ---- */

ac_future *ac_loop_run_threadsafe(ac_loop *loop, ac_coro *coro)
{
    if (!coro || coro->parent || coro->state) {
        if (coro)
            ac__refuse_used(coro);
        return NULL;
    }
    ac_loop *here = loop_of_thread();
    ac_future *future = here ? ac__future_new(here, coro->fn->result_size) : NULL;
    if (future) {
        int error = loop ? send_over(loop, coro, future) : EINVAL;
        if (error && !ac__is_done(future))
            ac_future_set_error(future, error);
    }
    ac_coro_free(coro);
    return future;
}

static void stop(void *loop)
{
    ac_loop_stop(loop);
}

/* Runs the future's loop until it is done, or until the time is over. */
static int run_until_done(ac_future *future, double seconds)
{
    ac_handle *limit = NULL;
    if (seconds <= 0) {
        ac_loop_step(future->loop, 0);
        return ac__is_done(future) ? 0 : ETIMEDOUT;
    }
    if (seconds < 1e9) {
        limit = ac_retain(ac_call_later(future->loop, seconds, stop, future->loop));
        if (!limit)
            return ENOMEM;
    }
    int error = ac_loop_run_until_done(future->loop, future);
    if (limit) {
        ac_handle_cancel(limit);
        ac_release(limit);
    }
    return error == AC_EINVALID_STATE ? ETIMEDOUT : error;
}

int ac_future_join(ac_future *future, double seconds, void *result)
{
    if (!future)
        return ENOMEM;
    if (ac_running_loop())
        return EBUSY;
    if (seconds != seconds)
        return EINVAL;
    int error = ac__is_done(future) ? 0 : run_until_done(future, seconds);
    return error ? error : ac_result(future, result);
}

/* blocking.c: calls that block, made by the threads of an executor: ac_blocking, ac_to_thread, ac_submit.
 *
 * Such a call is a frame with its arguments, room for its result and a struct ac_blocking, and a description that
 * says which function makes the call out of these. Awaited, the job lies in that frame, which stays where it is until
 * the call has ended. Submitted, the frame is a coroutine on the heap that belongs to the job, and the result goes to
 * a future. */
#define _GNU_SOURCE
#include "blocking.h"

#include <stdlib.h>
#include <string.h>

static const struct ac_blocking_fn *description(const ac_frame *frame)
{
    return (const struct ac_blocking_fn *)(const void *)frame->fn;
}

static struct ac_blocking *blocking_of(ac_frame *frame)
{
    return (struct ac_blocking *)(void *)((char *)frame + description(frame)->at);
}

struct ac_blocking *ac__blocking_of_job(struct ac__job *job)
{
    return AC__CONTAINER(job, struct ac_blocking, job);
}

/* On a pool thread. What errno was before the call is what it was where the call was asked for. */
static void blocking_work(struct ac__job *job)
{
    struct ac_blocking *blocking = ac__blocking_of_job(job);
    errno = blocking->number;
    description(blocking->frame)->call(blocking->frame);
    blocking->number = errno;
}

/* ---- Awaited ---- */

static void awaited_done(struct ac__job *job)
{
    ac__wake(ac__blocking_of_job(job)->task);
}

int ac_blocking__resume(ac_frame *frame)
{
    struct ac_blocking *blocking = blocking_of(frame);
    ac_task *task = ac__thread.task;
    if (frame->state) {
        errno = blocking->number;
        return blocking->error;
    }
    *blocking = (struct ac_blocking){ .frame = frame, .task = task, .number = errno };
    blocking->job.work = blocking_work;
    blocking->job.done = awaited_done;
    if (!task->loop)
        return EINVAL;
    if (ac__cancel_now(task))
        return ECANCELED;
    int error = ac__job_submit(ac__loop_workers(task->loop), &blocking->job);
    if (error)
        return error;
    frame->state = 1;
    return ac__suspend_masked(frame);
}

bool ac_blocking__abort(ac_frame *frame)
{
    return ac__job_withdraw(&blocking_of(frame)->job);
}

/* ---- Submitted ---- */

static void submitted_done(struct ac__job *job)
{
    struct ac_blocking *blocking = ac__blocking_of_job(job);
    ac_frame *frame = blocking->frame;
    ac_future *future = blocking->future;
    if (blocking->error)
        ac_future_set_error(future, blocking->error);
    else
        ac_future_set_result(future, (char *)frame + frame->fn->result_offset);
    ac__future_unref(future);
    ac_coro_free(frame);
}

static bool submitted_abort(ac_future *future, void *arg)
{
    ac_frame *frame = arg;
    if (!ac__job_withdraw(&blocking_of(frame)->job))
        return false;
    ac_coro_free(frame);
    future->references--;          /* the job's; whoever cancels has one */
    return true;
}

static int submit(ac_executor *executor, ac_coro *call, ac_future *future)
{
    struct ac_blocking *blocking = blocking_of(call);
    *blocking = (struct ac_blocking){ .frame = call, .future = future, .number = errno };
    blocking->job.work = blocking_work;
    blocking->job.done = submitted_done;
    int error = ac_future_set_abort(future, submitted_abort, call);
    if (!error)
        error = ac__job_submit(executor, &blocking->job);
    if (!error) {
        call->state = 1;
        future->references++;
    }
    return error;
}

ac_future *ac_submit_call(ac_executor *executor, ac_coro *call)
{
    bool good = call && !call->parent && !call->state && call->fn->resume == ac_blocking__resume;
    ac_future *future = good ? ac_future_new(call->fn->result_size) : NULL;
    if (!future) {
        ac__coro_discard(call);
        return NULL;
    }
    int error = executor && ac__executor_loop(executor) == future->loop ? submit(executor, call, future) : EINVAL;
    if (error) {
        ac_future_set_abort(future, NULL, NULL);
        ac_coro_free(call);
        ac_future_set_error(future, error);
    }
    return future;
}

/* ---- ac_to_thread ---- */

static void to_thread_call(ac_frame *frame)
{
    struct ac_to_thread__frame *self = (struct ac_to_thread__frame *)(void *)frame;
    self->result = self->fn(self->arg);
}

static const struct ac_blocking_fn to_thread_fn = {
    .fn = {
        .resume = ac_blocking__resume,
        .abort = ac_blocking__abort,
        .name = "ac_to_thread",
        .frame_size = sizeof(struct ac_to_thread__frame),
        .result_size = sizeof(void *),
        .result_offset = offsetof(struct ac_to_thread__frame, result),
        .kind = AC_KIND_OPERATION,
    },
    .call = to_thread_call,
    .at = offsetof(struct ac_to_thread__frame, blocking),
};

int ac_to_thread__resume(ac_frame *frame)
{
    frame->fn = &to_thread_fn.fn;
    return ac_blocking__resume(frame);
}

AC__OPERATION_FN(ac_to_thread, ac_blocking__abort, void *)

ac_coro *ac_to_thread(void *(*fn)(void *arg), void *arg)
{
    struct ac_to_thread__frame *self = ac__operation_new(&to_thread_fn.fn);
    if (self) {
        self->fn = fn;
        self->arg = arg;
    }
    return (ac_coro *)self;
}

/* ---- From plain C: the argument's bytes and the result lie between the head and the struct ac_blocking ---- */

struct plain_call {
    ac_frame base;
    void (*fn)(const void *argument, void *result);
    uint32_t argument, result;     /* where they are */
};

struct plain_description {
    struct ac_blocking blocking;
    struct ac_blocking_fn fn;
};

static void plain_call(ac_frame *frame)
{
    struct plain_call *self = (struct plain_call *)(void *)frame;
    self->fn((char *)self + self->argument, (char *)self + self->result);
}

static size_t aligned(size_t size)
{
    return (size + 15) / 16 * 16;
}

ac_coro *ac_blocking_new(void (*fn)(const void *argument, void *result), const void *argument, size_t size,
                         size_t result_size)
{
    size_t result = aligned(sizeof(struct plain_call)), copy = result + aligned(result_size), at = copy + aligned(size);
    size_t total = aligned(at + sizeof(struct plain_description));
    if (size > UINT32_MAX / 2 || result_size > UINT32_MAX / 4)
        return NULL;
    struct plain_call *self = ac__pool_take(total);
    if (!self)
        return NULL;
    struct plain_description *rest = (struct plain_description *)(void *)((char *)self + at);
    rest->fn = (struct ac_blocking_fn){
        .fn = {
            .resume = ac_blocking__resume,
            .abort = ac_blocking__abort,
            .name = "ac_blocking",
            .frame_size = (uint32_t)total,
            .result_size = (uint32_t)result_size,
            .result_offset = (uint16_t)result,
            .kind = AC_KIND_OPERATION,
        },
        .call = plain_call,
        .at = (uint32_t)at,
    };
    ac_enter(&self->base, &rest->fn.fn, NULL);
    self->fn = fn;
    self->argument = (uint32_t)copy;
    self->result = (uint32_t)result;
    if (size)
        memcpy((char *)self + copy, argument, size);
    return &self->base;
}

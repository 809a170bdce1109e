/* callback.c: ac_call_soon, ac_call_later, ac_call_at, and the same from other threads.
 *
 * A handle is an item of the ready queue that is its own leaf: "resuming" it makes the call. One that is to be called later is a
 * timer instead, and called when that is due. A handle that is cancelled in the queue stays there, and is
 * freed when its turn comes. */
#define _GNU_SOURCE
#include "loop.h"

#include <stdlib.h>

struct ac_handle {
    struct ac__item item;
    ac__timer timer;               /* runs until it is due; unused for ac_call_soon */
    ac_loop *loop;
    void (*fn)(void *arg);
    void *arg;
    double when;
    uint32_t references;           /* the loop's, until it was called or cancelled, and the user's */
    bool cancelled;
};

static void handle_unref(struct ac_handle *handle)
{
    if (--handle->references == 0)
        ac__pool_give(handle, sizeof *handle);
}

static void handle_retain(void *handle)
{
    ((struct ac_handle *)handle)->references++;
}

static void handle_release(void *handle)
{
    handle_unref(handle);
}

static int handle_run(ac_frame *frame)
{
    struct ac_handle *handle = AC__CONTAINER(frame, struct ac_handle, item.base);
    ac__thread.task = NULL;
    if (!handle->cancelled)
        handle->fn(handle->arg);
    handle_unref(handle);
    return AC_PENDING;
}

static const struct ac__object_fn handle_fn = {
    .fn = { .resume = handle_run, .name = "callback", .kind = AC_KIND_OBJECT },
    .retain = handle_retain,
    .release = handle_release,
};

static int handle_due(ac_frame *timer)
{
    return handle_run(&AC__CONTAINER(timer, struct ac_handle, timer.base)->item.base);
}

static const ac_fn handle_timer_fn = { .resume = handle_due, .name = "timer", .kind = AC_KIND_OBJECT };

static struct ac_handle *handle_new(ac_loop *loop, void (*fn)(void *), void *arg)
{
    struct ac_handle *handle = loop && !loop->callbacks_dropped ? ac__pool_take(sizeof *handle) : NULL;
    if (!handle)
        return NULL;
    *handle = (struct ac_handle){
        .item.base = { .fn = &handle_fn.fn, .parent = &handle->item.base },
        .loop = loop,
        .fn = fn,
        .arg = arg,
        .references = 1,
    };
    ac__timer_due_set(&handle->timer, &handle_timer_fn, handle);
    return handle;
}

ac_handle *ac_call_soon(ac_loop *loop, void (*fn)(void *), void *arg)
{
    struct ac_handle *handle = ac__elsewhere(loop, __func__) ? NULL : handle_new(loop, fn, arg);
    if (handle)
        ac__enqueue(loop, &handle->item);
    return handle;
}

ac_handle *ac_call_at(ac_loop *loop, double when, void (*fn)(void *), void *arg)
{
    struct ac_handle *handle = ac__elsewhere(loop, __func__) ? NULL : handle_new(loop, fn, arg);
    if (!handle)
        return NULL;
    handle->when = when;
    if (ac__timer_start(loop, &handle->timer, when) == 0)
        return handle;
    handle_unref(handle);
    return NULL;
}

ac_handle *ac_call_later(ac_loop *loop, double delay, void (*fn)(void *), void *arg)
{
    return loop && !ac__elsewhere(loop, __func__) ? ac_call_at(loop, ac_loop_time(loop) + delay, fn, arg) : NULL;
}

void ac_handle_cancel(ac_handle *handle)
{
    if (handle->cancelled)
        return;
    handle->cancelled = true;
    if (ac__timer_runs(&handle->timer)) {
        ac__timer_stop(handle->loop, &handle->timer);
        handle_unref(handle);
    }
}

bool ac_handle_cancelled(const ac_handle *handle)
{
    return handle->cancelled;
}

double ac_handle_when(const ac_handle *handle)
{
    return handle->when;
}

/* At the closing of a loop. Done callbacks in the queue own a reference and memory, so these are called, and what they put into
 * the queue is dropped in turn. The other timers are
 * those of tasks, whose frames go. */
void ac__handles_drop(ac_loop *loop)
{
    loop->callbacks_dropped = true;
    for (size_t i = 0; i < loop->timers.count; i++) {
        ac__timer *timer = loop->timers.entries[i].timer;
        timer->base.state = 0;
        if (timer->base.fn == &handle_timer_fn)
            handle_unref(timer->owner);
    }
    loop->timers.count = 0;
    while (loop->ready.head) {
        struct ac__item *next;
        for (struct ac__item *item = ac__dequeue_all(loop); item; item = next) {
            next = item->next;
            if (item->base.fn == &handle_fn.fn)
                handle_unref((struct ac_handle *)(void *)item);
            else if (item->base.fn->kind == AC_KIND_OBJECT)
                ac__step(item);
        }
    }
    ac__thread.task = NULL;
}

/* ---- From other threads ---- */

struct call {
    struct ac__post post;
    ac_loop *loop;
    void (*fn)(void *arg);
    void *arg;
};

static void call_now(struct ac__post *post)
{
    struct call *call = AC__CONTAINER(post, struct call, post);
    if (!ac_call_soon(call->loop, call->fn, call->arg))
        ac_loop_report(call->loop, "a call from another thread was lost", ENOMEM, NULL);
    free(call);
}

int ac_call_soon_threadsafe(ac_loop *loop, void (*fn)(void *), void *arg)
{
    struct call *call = ac__allocate(sizeof *call);
    if (!call)
        return ENOMEM;
    *call = (struct call){ .post.call = call_now, .loop = loop, .fn = fn, .arg = arg };
    int error = ac__inbox_post(loop, &call->post);
    if (error)
        free(call);
    return error;
}

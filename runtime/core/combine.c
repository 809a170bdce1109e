/* combine.c: awaiting one thing in another manner: with a limit of time, or shielded. */
#define _GNU_SOURCE
#include "core.h"
#include "../loop/loop.h"

#include <math.h>

/* How the awaits of this file begin: 0: there is no need to wait. */
static int begin(void *what)
{
    if (!what)
        return ENOMEM;
    if (!ac__is_future(what))
        return ((ac_coro *)what)->parent ? EINVAL : AC_PENDING;
    if (ac__is_done(what))
        return 0;
    return ac__closes_ring(what) ? EDEADLK : AC_PENDING;
}

static void discard(void *what)
{
    if (what && !ac__is_future(what))
        ac__coro_discard(what);
}

static int discard_and_fail(void *what, int error)
{
    discard(what);
    return error;
}

/* The end of the wait: the reference goes, unless there is a value to be taken. */
static int end(ac_future *future, ac_frame *next)
{
    int error = ac__future_error_taken(future, next);
    if (error)
        ac__future_unref(future);
    return error;
}

/* ---- ac_wait_for ---- */

enum { RUNS = 1, EXPIRED, CANCELLED };      /* states of its frame */

static int timer_expired(ac_frame *timer);

static const ac_fn wait_for_timer_fn = { .resume = timer_expired, .name = "timer", .kind = AC_KIND_OPERATION };

static int timer_expired(ac_frame *timer)
{
    struct ac_wait_for__frame *self = AC__CONTAINER(timer, struct ac_wait_for__frame, timer.base);
    if (self->base.state == RUNS)
        self->base.state = EXPIRED;
    ac__cancel(self->future);
    return AC_PENDING;
}

bool ac__is_wait_for_of(const ac__timer *timer, const ac_task *task)
{
    return timer->base.fn == &wait_for_timer_fn &&
           AC__CONTAINER(timer, const struct ac_wait_for__frame, timer)->future == task;
}

/* The awaits of a coroutine are those of the task that awaits it with a limit, where these are counted. */
static void count_as(const ac_task *task, ac_task *made)
{
    if ((task->item.base.state & AC__COUNTED) && task->loop->timeout_at > 0)
        made->item.base.state |= AC__COUNTED;
}

/* The timer goes on until the task runs: what is over at one time with another's limit is over for both. */
static void wait_for_fire(struct ac__watch *watch, ac_future *done)
{
    (void)done;
    ac__wake(AC__CONTAINER(watch, struct ac_wait_for__frame, watch)->timer.owner);
}

static int wait_for_end(struct ac_wait_for__frame *self)
{
    int how = (int)self->base.state;
    if (how)
        ac__timer_stop(self->future->loop, &self->timer);
    int error = end(self->future, self->base.parent);
    if (error == ECANCELED && how == EXPIRED)
        return ETIMEDOUT;
    return how == 0 ? error : ac__ended(error);
}

/* The future is there and not done; from here on it is referenced. */
static int wait_for_start(struct ac_wait_for__frame *self)
{
    ac_task *task = ac__thread.task;
    ac__timer_due_set(&self->timer, &wait_for_timer_fn, task);
    int error = 0;
    if (self->seconds > 0 && !isinf(self->seconds))
        error = ac__timer_start_after(task->loop, &self->timer, self->seconds);
    if (error) {
        if (!ac__is_future(self->what))
            ac__cancel(self->future);
        ac_detach(self->future);
        return error;
    }
    self->base.state = self->seconds > 0 ? RUNS : EXPIRED;
    self->watch.fire = wait_for_fire;
    self->watch.task = isinf(self->seconds) ? task : NULL;
    ac__watch_add(self->future, &self->watch);
    int status = ac__suspend_masked(&self->base);
    if (self->base.state == EXPIRED)
        ac__cancel(self->future);
    return status;
}

static bool wait_for_abort(ac_frame *frame);

/* A cancellation was due where the wait has begun: it comes as if it had come a moment later. */
static int wait_for_cancelled(struct ac_wait_for__frame *self)
{
    ac_task *task = self->timer.owner;
    task->item.base.state |= AC__DUE;
    if (!wait_for_abort(&self->base))
        return AC_PENDING;
    task->item.base.state &= ~(uint32_t)AC__DUE;
    return ac__end_cancelled(&self->base);
}

int ac_wait_for__resume(ac_frame *frame)
{
    struct ac_wait_for__frame *self = (struct ac_wait_for__frame *)(void *)frame;
    if (frame->state)
        return wait_for_end(self);
    int status = isnan(self->seconds) ? EINVAL : begin(self->what);
    if (status == EDEADLK && !isinf(self->seconds) && self->what != ac__thread.task)
        status = AC_PENDING;
    if (status == AC_PENDING && self->seconds <= 0 && !ac__is_future(self->what))
        status = ETIMEDOUT;
    if (status != 0 && status != AC_PENDING)
        return discard_and_fail(self->what, status);
    self->future = ac__future_of(self->what);
    if (!self->future)
        return ENOMEM;
    if (!ac__is_future(self->what))
        count_as(ac__thread.task, self->future);
    if (status == 0)
        return wait_for_end(self);
    bool cancelled = ac__cancel_now(ac__thread.task);
    status = wait_for_start(self);
    return cancelled && status == AC_PENDING ? wait_for_cancelled(self) : status;
}

/* A coroutine runs for this await alone. What others wait for too is left to them. */
static bool wait_for_abort(ac_frame *frame)
{
    struct ac_wait_for__frame *self = (struct ac_wait_for__frame *)(void *)frame;
    if (ac__awaited_by_none_but(self->future, &self->watch)) {
        frame->state = CANCELLED;
        ac__cancel(self->future);
        return false;
    }
    ac__watch_remove(self->future, &self->watch);
    ac__timer_stop(self->future->loop, &self->timer);
    ac__future_unref(self->future);
    return true;
}

const ac_fn ac_wait_for__fn = {
    .resume = ac_wait_for__resume,
    .abort = wait_for_abort,
    .name = "ac_wait_for",
    .frame_size = sizeof(struct ac_wait_for__frame),
    .kind = AC_KIND_OPERATION,
};

void ac_wait_for__take(struct ac_wait_for__frame *frame, void *out, size_t size)
{
    ac_future_take(frame->future, out, size);
}

static void wait_for_take(void *frame, void *out, size_t size)
{
    ac_wait_for__take(frame, out, size);
}

static void wait_for_drop(void *frame, bool begun)
{
    if (!begun)
        discard(((struct ac_wait_for__frame *)frame)->what);
}

ac_coro *ac_wait_for(void *what, double seconds)
{
    struct ac_wait_for__frame *frame =
        ac__carrier_new(&ac_wait_for__fn, what ? ac__result_size(what) : 0, wait_for_take, wait_for_drop);
    if (!frame) {
        discard(what);
        return NULL;
    }
    frame->what = what;
    frame->seconds = seconds;
    return ac__carrier_coro(frame);
}

/* ---- ac_shield ---- */

/* What stands between the wait and the future: it may be in the ready queue when the wait has been cancelled. */
struct ac__shield {
    struct ac__watch watch;
    struct ac__late late;
    ac_task *task;                 /* who waits; NULL: nobody does any more */
};

static void shield_late(struct ac__late *late)
{
    struct ac__shield *shield = AC__CONTAINER(late, struct ac__shield, late);
    if (shield->task)
        ac__wake(shield->task);
    else
        ac__pool_give(shield, sizeof *shield);
}

static void shield_fire(struct ac__watch *watch, ac_future *done)
{
    ac__late_queue(done->loop, &AC__CONTAINER(watch, struct ac__shield, watch)->late, shield_late);
}

static int shield_end(struct ac_shield__frame *self)
{
    if (self->shield)
        ac__pool_give(self->shield, sizeof *self->shield);
    return end(self->future, self->base.parent);
}

static int shield_fail(struct ac_shield__frame *self, int error)
{
    ac__future_unref(self->future);
    return error;
}

/* The future is there and not done. */
static int shield_start(struct ac_shield__frame *self)
{
    if (ac__suspend(&self->base) != AC_PENDING)
        return shield_fail(self, ac__end_cancelled(&self->base));
    struct ac__shield *shield = self->shield = ac__pool_take(sizeof *shield);
    if (!shield) {
        ac__thread.task->item.base.state &= ~(uint32_t)AC__WAITING;
        return shield_fail(self, ENOMEM);
    }
    self->base.state = RUNS;
    *shield = (struct ac__shield){ .watch = { .fire = shield_fire, .task = ac__thread.task }, .task = ac__thread.task };
    ac__watch_add(self->future, &shield->watch);
    return AC_PENDING;
}

/* A coroutine is started even where a cancellation is due: it is not to be touched by that. */
int ac_shield__resume(ac_frame *frame)
{
    struct ac_shield__frame *self = (struct ac_shield__frame *)(void *)frame;
    if (frame->state)
        return shield_end(self);
    int status = begin(self->what);
    if (status != 0 && status != AC_PENDING)
        return discard_and_fail(self->what, status);
    self->future = ac__future_of(self->what);
    self->shield = NULL;
    if (!self->future)
        return ENOMEM;
    return status == 0 ? shield_end(self) : shield_start(self);
}

static bool shield_abort(ac_frame *frame)
{
    struct ac_shield__frame *self = (struct ac_shield__frame *)(void *)frame;
    if (ac__is_done(self->future)) {
        self->shield->task = NULL;
    } else {
        ac__watch_remove(self->future, &self->shield->watch);
        ac__pool_give(self->shield, sizeof *self->shield);
    }
    ac__future_unref(self->future);
    return true;
}

const ac_fn ac_shield__fn = {
    .resume = ac_shield__resume,
    .abort = shield_abort,
    .name = "ac_shield",
    .frame_size = sizeof(struct ac_shield__frame),
    .kind = AC_KIND_OPERATION,
};

void ac_shield__take(struct ac_shield__frame *frame, void *out, size_t size)
{
    ac_future_take(frame->future, out, size);
}

static void shield_take(void *frame, void *out, size_t size)
{
    ac_shield__take(frame, out, size);
}

static void shield_drop(void *frame, bool begun)
{
    if (!begun)
        discard(((struct ac_shield__frame *)frame)->what);
}

ac_coro *ac_shield(void *what)
{
    struct ac_shield__frame *frame =
        ac__carrier_new(&ac_shield__fn, what ? ac__result_size(what) : 0, shield_take, shield_drop);
    if (!frame) {
        discard(what);
        return NULL;
    }
    frame->what = what;
    return ac__carrier_coro(frame);
}

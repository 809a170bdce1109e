/* timeout.c: `async with (ac_timeout(s))`.
 *
 * When the time is over the task whose body it is gets cancelled. At the end of the body that cancellation is taken back, and
 * turned into ETIMEDOUT where the body ended by it; one from outside, which shows in the count of requests, is left as it is.
 *
 * A body in a block that is being undone is masked, which is for those who cancel from outside: it lifts the masks until its end,
 * and until then keeps what comes from there. Such limits nest: each knows the one around it. */
#define _GNU_SOURCE
#include "core.h"
#include "../loop/loop.h"

#include <math.h>

enum { CREATED, ACTIVE, EXPIRING, EXPIRED, EXITED };

static void expire(void *arg)
{
    struct ac_timeout *timeout = arg;
    timeout->state = EXPIRING;
    ac__cancel_within(timeout->task, timeout->within);
}

static int timeout_fire(ac_frame *timer)
{
    expire(AC__CONTAINER(timer, struct ac_timeout, timer.base));
    return AC_PENDING;
}

static const ac_fn timeout_fn = { .resume = timeout_fire, .name = "timeout", .kind = AC_KIND_OPERATION };

bool ac__is_timeout_of(const ac__timer *timer, const ac_task *task)
{
    return timer->base.fn == &timeout_fn && ((const struct ac_timeout *)timer->owner)->task == task;
}

struct ac_timeout ac_timeout(double seconds)
{
    return (struct ac_timeout){ .delay = seconds, .when = NAN };
}

struct ac_timeout ac_timeout_at(double when)
{
    return (struct ac_timeout){ .delay = NAN, .when = when };
}

/* Where the time is over already it tells so in its turn, before what becomes ready from now on. */
static int arm(struct ac_timeout *timeout)
{
    ac_loop *loop = timeout->task->loop;
    timeout->soon = NULL;
    if (isinf(timeout->when) && timeout->when > 0)
        return 0;
    if (isnan(timeout->when) || timeout->when > ac_loop_time(loop))
        return ac__timer_start(loop, &timeout->timer, timeout->when);
    timeout->soon = ac_retain(ac_call_soon(loop, expire, timeout));
    return timeout->soon ? 0 : ENOMEM;
}

static void disarm(struct ac_timeout *timeout)
{
    ac__timer_stop(timeout->task->loop, &timeout->timer);
    if (timeout->soon)
        ac_handle_cancel(timeout->soon);
    ac_release(timeout->soon);
    timeout->soon = NULL;
}

/* ---- Masks ---- */

static int lift_masks(struct ac_timeout *timeout)
{
    ac_task *task = timeout->task;
    struct ac__more *more = task->masks ? ac__more_make(task) : ac__more(task);
    timeout->masks = task->masks;
    timeout->within = more ? more->lift : NULL;
    if (!task->masks)
        return 0;
    if (!more)
        return ENOMEM;
    timeout->outer = more->lift;
    timeout->after = 0;
    timeout->due = task->item.base.state & AC__DUE;
    task->item.base.state &= ~(uint32_t)AC__DUE;
    task->masks = 0;
    more->lift = timeout->within = timeout;
    return 0;
}

static void restore_masks(struct ac_timeout *timeout)
{
    ac_task *task = timeout->task;
    if (!timeout->masks)
        return;
    ac__more(task)->lift = timeout->outer;
    task->masks = (uint16_t)(task->masks + timeout->masks);
    unsigned cancels = task->cancels + timeout->after;
    task->cancels = cancels < UINT16_MAX ? (uint16_t)cancels : UINT16_MAX;
    if (timeout->due || timeout->after)
        task->item.base.state |= AC__DUE;
}

/* ---- Its body ---- */

int ac_timeout_aenter__resume(ac_frame *frame)
{
    struct ac_timeout_aenter__frame *self = (struct ac_timeout_aenter__frame *)(void *)frame;
    struct ac_timeout *timeout = self->timeout;
    ac_task *task = ac__thread.task;
    if (timeout->state != CREATED)
        return AC_EINVALID_STATE;
    if (!task->loop)
        return EINVAL;
    if (!isnan(timeout->delay))
        timeout->when = ac_loop_time(task->loop) + timeout->delay;
    timeout->task = task;
    timeout->cancels = task->cancels;
    ac__timer_due_set(&timeout->timer, &timeout_fn, timeout);
    int error = lift_masks(timeout);
    if (error)
        return error;
    error = arm(timeout);
    if (error) {
        restore_masks(timeout);
        return error;
    }
    timeout->state = ACTIVE;
    self->result = timeout;
    return 0;
}

AC__OPERATION_FN(ac_timeout_aenter, NULL, struct ac_timeout *)

int ac_timeout_aexit__resume(ac_frame *frame)
{
    struct ac_timeout_aexit__frame *self = (struct ac_timeout_aexit__frame *)(void *)frame;
    struct ac_timeout *timeout = self->timeout;
    if (timeout->state != ACTIVE && timeout->state != EXPIRING)
        return AC_EINVALID_STATE;
    disarm(timeout);
    bool expired = timeout->state == EXPIRING, mine = expired && ac_uncancel(timeout->task) <= timeout->cancels;
    timeout->state = expired ? EXPIRED : EXITED;
    if (mine)
        timeout->task->item.base.state &= ~(uint32_t)AC__DUE;
    restore_masks(timeout);
    return mine && self->error == ECANCELED ? ETIMEDOUT : 0;
}

AC__OPERATION_FN_VOID(ac_timeout_aexit, NULL)

ac_coro *ac_timeout_aenter(struct ac_timeout *timeout)
{
    struct ac_timeout_aenter__frame *frame = ac__operation_new(&ac_timeout_aenter__fn);
    if (frame)
        frame->timeout = timeout;
    return frame ? &frame->base : NULL;
}

AC__COROUTINE(ac_timeout_aexit, (struct ac_timeout *timeout, int error),
              (frame->timeout = timeout, frame->error = error))

int ac_timeout_reschedule(struct ac_timeout *timeout, double when)
{
    if (timeout->state != ACTIVE)
        return AC_EINVALID_STATE;
    if (isnan(when))
        return EINVAL;
    disarm(timeout);
    timeout->when = when;
    return arm(timeout);
}

double ac_timeout_when(const struct ac_timeout *timeout)
{
    return timeout->when;
}

bool ac_timeout_expired(const struct ac_timeout *timeout)
{
    return timeout->state == EXPIRING || timeout->state == EXPIRED;
}

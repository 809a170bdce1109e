/* timeout.c: `async with (ac_timeout(s))`.
 *
 * When the time is over the task whose body it is gets cancelled. At the end of the body that cancellation is taken back, and
 * turned into ETIMEDOUT where the body ended by it; one from outside, which shows in the count of requests, is left as it is. */
#define _GNU_SOURCE
#include "core.h"
#include "../loop/loop.h"

#include <math.h>

enum { CREATED, ACTIVE, EXPIRING, EXPIRED, EXITED };

static void expire(void *arg)
{
    struct ac_timeout *timeout = arg;
    timeout->state = EXPIRING;
    ac__cancel(timeout->task);
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
    int error = arm(timeout);
    if (error)
        return error;
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
    if (timeout->state == ACTIVE) {
        timeout->state = EXITED;
        return 0;
    }
    timeout->state = EXPIRED;
    bool mine = ac_uncancel(timeout->task) <= timeout->cancels;
    if (mine)
        timeout->task->item.base.state &= ~(uint32_t)AC__DUE;
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

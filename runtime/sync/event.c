/* event.c: events. Setting one ends the waits of all, so that a clearing that follows at once takes nothing from
 * them. */
#define _GNU_SOURCE
#include "../core/waiter.h"

int ac_event_wait__resume(ac_frame *frame)
{
    struct ac_event_wait__frame *self = (struct ac_event_wait__frame *)(void *)frame;
    return self->event->set ? 0 : ac__wait(&self->event->waiters, &self->waiter, frame);
}

static bool wait_abort(ac_frame *frame)
{
    struct ac_event_wait__frame *self = (struct ac_event_wait__frame *)(void *)frame;
    ac__waiter_remove(&self->event->waiters, &self->waiter);
    return true;
}

AC__OPERATION_FN_VOID(ac_event_wait, wait_abort)

ac_coro *ac_event_wait(struct ac_event *event)
{
    struct ac_event_wait__frame *frame = ac__operation_new(&ac_event_wait__fn);
    if (!frame)
        return NULL;
    frame->event = event;
    return &frame->base;
}

int ac_event_set(struct ac_event *event)
{
    if (ac__waiters_elsewhere(&event->waiters))
        return EPERM;
    event->set = true;
    ac__waiters_complete(&event->waiters, 0);
    return 0;
}

void ac_event_clear(struct ac_event *event)
{
    event->set = false;
}

bool ac_event_is_set(const struct ac_event *event)
{
    return event->set;
}

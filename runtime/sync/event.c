/* event.c: events. Setting one ends the waits of all, so that a clearing that follows at once takes nothing from
 * them. */
#define _GNU_SOURCE
#include "../core/waiter.h"

AC__WAITING(ac_event_wait, &self->event->waiters,
            self->event->set ? 0 : ac__wait(&self->event->waiters, &self->waiter, frame))
AC__COROUTINE(ac_event_wait, (struct ac_event *event), frame->event = event)

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

/* waiter.h: lists of those who wait for a lock, an event, a queue, a stream, a server.
 *
 * A waiter lies in the frame of the operation that waits, and is in the list as long as nothing has ended the wait:
 * whoever ends it takes the waiter out first, be it a release, or a cancellation. So waiting allocates nothing, and
 * cancelling is unlinking.
 *
 * A wait ends in one of two ways, as every wait does: ac__complete, where the operation has nothing left to do, or
 * ac__wake, where it has to look again, for what it was woken by may be gone until its task runs. */
#ifndef AC_CORE_WAITER_H
#define AC_CORE_WAITER_H

#include "../loop/loop.h"

/* Whether the task's loop is another thread's, so that it must not be touched from here. */
bool ac__task_elsewhere(const ac_task *task);

static inline bool ac__waiters_elsewhere(const struct ac__waiters *list)
{
    return list->first && list->first->task->loop != ac__thread.loop && ac__task_elsewhere(list->first->task);
}

/* Ends the waits of all with this error (or 0), and empties the list. */
void ac__waiters_complete(struct ac__waiters *list, int error);

/* Puts the waiter at the end of the list. */
static inline void ac__waiter_add(struct ac__waiters *list, struct ac__waiter *waiter)
{
    struct ac__waiter *first = list->first;
    if (!first) {
        list->first = waiter->next = waiter->prev = waiter;
        return;
    }
    waiter->next = first;
    waiter->prev = first->prev;
    first->prev->next = waiter;
    first->prev = waiter;
}

static inline void ac__waiter_remove(struct ac__waiters *list, struct ac__waiter *waiter)
{
    if (waiter->next == waiter) {
        list->first = NULL;
        return;
    }
    waiter->prev->next = waiter->next;
    waiter->next->prev = waiter->prev;
    if (list->first == waiter)
        list->first = waiter->next;
}

/* Takes the first one out, and tells whose it is. */
static inline ac_task *ac__waiters_take(struct ac__waiters *list)
{
    struct ac__waiter *waiter = list->first;
    ac__waiter_remove(list, waiter);
    return waiter->task;
}

/* Suspends an operation of the current task, last in the list: AC_PENDING, or ECANCELED. EPERM where tasks of another
 * loop wait. */
int ac__wait_behind(struct ac__waiters *list, struct ac__waiter *waiter, ac_frame *operation);

/* The same; the usual case, that nobody else waits, costs little. */
static inline int ac__wait(struct ac__waiters *list, struct ac__waiter *waiter, ac_frame *operation)
{
    ac_task *task = ac__thread.task;
    if (AC__RARELY(list->first || (task->item.base.state & (AC__DUE | AC__COUNTED))))
        return ac__wait_behind(list, waiter, operation);
    operation->state = 1;
    waiter->task = task;
    list->first = waiter->next = waiter->prev = waiter;
    return ac__suspend_masked(operation);
}

/* NAME__resume, its abort, and NAME__fn of an operation that may wait in LIST, by the member `waiter` of `self`. STATUS
 * is what its resume function returns. */
#define AC__WAITING(name, list, status)                                                                  \
    int name##__resume(ac_frame *frame)                                                                  \
    {                                                                                                    \
        struct name##__frame *self = (struct name##__frame *)(void *)frame;                              \
        return status;                                                                                   \
    }                                                                                                    \
    static bool name##_abort(ac_frame *frame)                                                            \
    {                                                                                                    \
        struct name##__frame *self = (struct name##__frame *)(void *)frame;                              \
        ac__waiter_remove(list, &self->waiter);                                                          \
        return true;                                                                                     \
    }                                                                                                    \
    AC__OPERATION_FN_VOID(name, name##_abort)

#endif

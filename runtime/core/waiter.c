/* waiter.c: what lists of those who wait need seldom. */
#define _GNU_SOURCE
#include "waiter.h"

/* Outside of its run, a loop is used on the thread that it ran on, or was made on. */
bool ac__task_elsewhere(const ac_task *task)
{
    return task->loop && !pthread_equal(task->loop->thread, pthread_self());
}

int ac__wait_behind(struct ac__waiters *list, struct ac__waiter *waiter, ac_frame *operation)
{
    ac_task *task = ac__thread.task;
    if (list->first && list->first->task->loop != task->loop)
        return EPERM;
    if (ac__suspend(operation) != AC_PENDING)
        return ac__end_cancelled(operation);
    operation->state = 1;
    waiter->task = task;
    ac__waiter_add(list, waiter);
    return AC_PENDING;
}

void ac__waiters_complete(struct ac__waiters *list, int error)
{
    while (list->first)
        ac__complete(ac__waiters_take(list), error);
}

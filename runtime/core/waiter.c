/* waiter.c: what lists of those who wait need seldom. */
#define _GNU_SOURCE
#include "waiter.h"

bool ac__waiters_elsewhere(const struct ac__waiters *list)
{
    const ac_loop *loop = list->first ? list->first->task->loop : NULL;
    return loop && loop != ac__thread.loop && !pthread_equal(loop->thread, pthread_self());
}

void ac__waiters_complete(struct ac__waiters *list, int error)
{
    while (list->first)
        ac__complete(ac__waiters_take(list), error);
}

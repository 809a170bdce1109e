/*
 * Lists of those who wait for a stream or a server.
 *
 * A waiter lies in the frame of the operation that waits, and is in the list exactly as long as its task is suspended
 * there: whoever ends the wait, by waking the list or by cancelling, takes it out.
 */
#define _GNU_SOURCE
#include "stream.h"

int ac__waiters_wait(struct ac__stream_waiter *head, struct ac__stream_waiter *waiter, ac_frame *operation)
{
    int error = ac__suspend(operation);

    if (error != AC_PENDING)
        return error;
    waiter->task = ac__thread.task;
    waiter->next = head;
    waiter->prev = head->prev;
    head->prev->next = waiter;
    head->prev = waiter;
    return AC_PENDING;
}

bool ac__waiters_withdraw(struct ac__stream_waiter *waiter)
{
    waiter->prev->next = waiter->next;
    waiter->next->prev = waiter->prev;
    return 1;
}

void ac__waiters_wake(struct ac__stream_waiter *head, int error)
{
    while (head->next != head) {
        struct ac__stream_waiter *waiter = head->next;
        ac__waiters_withdraw(waiter);
        ac__complete(waiter->task, error);
    }
}

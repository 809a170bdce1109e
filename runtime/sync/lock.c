/* lock.c: locks.
 *
 * A lock that is released while tasks wait is promised to the first of them: nobody else can take it until that task
 * has run. So the order is that of coming, though the lock counts as free in between, as asyncio's does. A promise is
 * kept also where the task has been cancelled meanwhile: its wait had ended before. */
#define _GNU_SOURCE
#include "../core/waiter.h"

enum { FREE, LOCKED, PROMISED };

static inline int acquire(struct ac_lock *lock, struct ac__waiter *waiter, ac_frame *operation)
{
    if (lock->state != FREE && operation->state == 0)
        return ac__wait(&lock->waiters, waiter, operation);
    lock->state = LOCKED;
    return 0;
}

AC__WAITING(ac_lock_acquire, &self->lock->waiters, acquire(self->lock, &self->waiter, frame))
AC__COROUTINE(ac_lock_acquire, (struct ac_lock *lock), frame->lock = lock)

int ac_lock_release(struct ac_lock *lock)
{
    if (lock->state != LOCKED || ac__waiters_elsewhere(&lock->waiters))
        return EPERM;
    lock->state = lock->waiters.first ? PROMISED : FREE;
    if (lock->waiters.first)
        ac__wake(ac__waiters_take(&lock->waiters));
    return 0;
}

bool ac_lock_locked(const struct ac_lock *lock)
{
    return lock->state == LOCKED;
}

/* ---- async with ---- */

AC__WAITING(ac_lock_aenter, &self->lock->waiters, acquire(self->lock, &self->waiter, frame))

ac_coro *ac_lock_aenter(struct ac_lock *lock)
{
    return ac_lock_acquire(lock);
}

int ac_lock_aexit__resume(ac_frame *frame)
{
    return ac_lock_release(((struct ac_lock_aexit__frame *)(void *)frame)->lock);
}

AC__OPERATION_FN_VOID(ac_lock_aexit, NULL)

AC__COROUTINE(ac_lock_aexit, (struct ac_lock *lock, int error), (frame->lock = lock, frame->error = error))

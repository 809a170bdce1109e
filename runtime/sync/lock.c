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

int ac_lock_acquire__resume(ac_frame *frame)
{
    struct ac_lock_acquire__frame *self = (struct ac_lock_acquire__frame *)(void *)frame;
    return acquire(self->lock, &self->waiter, frame);
}

static bool acquire_abort(ac_frame *frame)
{
    struct ac_lock_acquire__frame *self = (struct ac_lock_acquire__frame *)(void *)frame;
    ac__waiter_remove(&self->lock->waiters, &self->waiter);
    return true;
}

AC__OPERATION_FN_VOID(ac_lock_acquire, acquire_abort)

ac_coro *ac_lock_acquire(struct ac_lock *lock)
{
    struct ac_lock_acquire__frame *frame = ac__operation_new(&ac_lock_acquire__fn);
    if (!frame)
        return NULL;
    frame->lock = lock;
    return &frame->base;
}

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

int ac_lock_aenter__resume(ac_frame *frame)
{
    struct ac_lock_aenter__frame *self = (struct ac_lock_aenter__frame *)(void *)frame;
    return acquire(self->lock, &self->waiter, frame);
}

static bool aenter_abort(ac_frame *frame)
{
    struct ac_lock_aenter__frame *self = (struct ac_lock_aenter__frame *)(void *)frame;
    ac__waiter_remove(&self->lock->waiters, &self->waiter);
    return true;
}

AC__OPERATION_FN_VOID(ac_lock_aenter, aenter_abort)

ac_coro *ac_lock_aenter(struct ac_lock *lock)
{
    return ac_lock_acquire(lock);
}

int ac_lock_aexit__resume(ac_frame *frame)
{
    return ac_lock_release(((struct ac_lock_aexit__frame *)(void *)frame)->lock);
}

AC__OPERATION_FN_VOID(ac_lock_aexit, NULL)

ac_coro *ac_lock_aexit(struct ac_lock *lock, int error)
{
    struct ac_lock_aexit__frame *frame = ac__operation_new(&ac_lock_aexit__fn);
    if (!frame)
        return NULL;
    frame->lock = lock;
    frame->error = error;
    return &frame->base;
}

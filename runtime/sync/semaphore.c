/* semaphore.c: semaphores, bounded or not.
 *
 * A unit that is released goes to the first who waits, who is `woken` until his task has run. Nobody overtakes him
 * meanwhile, even if there are units left: who comes then waits behind him, and is woken by him when he runs. */
#define _GNU_SOURCE
#include "../core/waiter.h"

#include <limits.h>

static void wake_next(struct ac_semaphore *semaphore)
{
    semaphore->value--;
    semaphore->woken++;
    ac__wake(ac__waiters_take(&semaphore->waiters));
}

static int take_promised(struct ac_semaphore *semaphore)
{
    semaphore->woken--;
    while (semaphore->value > 0 && semaphore->waiters.first)
        wake_next(semaphore);
    return 0;
}

static int acquire(struct ac_semaphore *semaphore, struct ac__waiter *waiter, ac_frame *operation)
{
    if (operation->state)
        return take_promised(semaphore);
    if (semaphore->value < 0)
        return EINVAL;
    if (ac_semaphore_locked(semaphore))
        return ac__wait(&semaphore->waiters, waiter, operation);
    semaphore->value--;
    return 0;
}

AC__WAITING(ac_semaphore_acquire, &self->semaphore->waiters, acquire(self->semaphore, &self->waiter, frame))
AC__COROUTINE(ac_semaphore_acquire, (struct ac_semaphore *semaphore), frame->semaphore = semaphore)

int ac_semaphore_release(struct ac_semaphore *semaphore)
{
    if (semaphore->value < 0 || (semaphore->bounded && semaphore->value >= semaphore->bound))
        return EINVAL;
    if (semaphore->value == LONG_MAX)
        return EOVERFLOW;
    if (ac__waiters_elsewhere(&semaphore->waiters))
        return EPERM;
    semaphore->value++;
    if (semaphore->waiters.first)
        wake_next(semaphore);
    return 0;
}

bool ac_semaphore_locked(const struct ac_semaphore *semaphore)
{
    return semaphore->value <= 0 || semaphore->waiters.first || semaphore->woken;
}

/* ---- async with ---- */

AC__WAITING(ac_semaphore_aenter, &self->semaphore->waiters, acquire(self->semaphore, &self->waiter, frame))

ac_coro *ac_semaphore_aenter(struct ac_semaphore *semaphore)
{
    return ac_semaphore_acquire(semaphore);
}

int ac_semaphore_aexit__resume(ac_frame *frame)
{
    return ac_semaphore_release(((struct ac_semaphore_aexit__frame *)(void *)frame)->semaphore);
}

AC__OPERATION_FN_VOID(ac_semaphore_aexit, NULL)

AC__COROUTINE(ac_semaphore_aexit, (struct ac_semaphore *semaphore, int error),
              (frame->semaphore = semaphore, frame->error = error))

/* timer.c: a 4-ary heap of timers, and sleeping.
 *
 * An entry of the heap holds the time, so that comparing touches no timer but for ties: these are broken by the order of
 * creation. A timer knows its place in the heap (base.state, plus one), so that stopping really removes it. When it is due it
 * is removed, and resumed. */
#define _GNU_SOURCE
#include "core.h"
#include "../loop/loop.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BRANCHES = 4, FIRST_CAPACITY = 64 };

static bool before(const struct ac__timer_entry *a, const struct ac__timer_entry *b)
{
    return a->due != b->due ? a->due < b->due : a->timer->sequence < b->timer->sequence;
}

static void place(struct ac__timers *timers, size_t i, struct ac__timer_entry entry)
{
    timers->entries[i] = entry;
    entry.timer->base.state = (uint32_t)(i + 1);
}

static void sift_up(struct ac__timers *timers, size_t i, struct ac__timer_entry entry)
{
    while (i > 0) {
        size_t parent = (i - 1) / BRANCHES;
        if (!before(&entry, &timers->entries[parent]))
            break;
        place(timers, i, timers->entries[parent]);
        i = parent;
    }
    place(timers, i, entry);
}

static size_t first_child(const struct ac__timers *timers, size_t i)
{
    size_t child = i * BRANCHES + 1, best = child;
    for (size_t k = child + 1; k < child + BRANCHES && k < timers->count; k++) {
        if (before(&timers->entries[k], &timers->entries[best]))
            best = k;
    }
    return best;
}

static void sift_down(struct ac__timers *timers, size_t i, struct ac__timer_entry entry)
{
    while (i * BRANCHES + 1 < timers->count) {
        size_t child = first_child(timers, i);
        if (!before(&timers->entries[child], &entry))
            break;
        place(timers, i, timers->entries[child]);
        i = child;
    }
    place(timers, i, entry);
}

static int grow(struct ac__timers *timers)
{
    size_t capacity = timers->capacity ? timers->capacity * 2 : FIRST_CAPACITY;
    if (capacity >= AC__TIMER_FIRED)
        return ENOMEM;
    struct ac__timer_entry *entries = realloc(timers->entries, capacity * sizeof *entries);
    if (!entries)
        return ENOMEM;
    timers->entries = entries;
    timers->capacity = capacity;
    return 0;
}

static int start_at(ac_loop *loop, ac__timer *timer, int64_t due)
{
    struct ac__timers *timers = &loop->timers;
    if (timers->count == timers->capacity && grow(timers) != 0)
        return ENOMEM;
    timer->sequence = timers->sequence++;
    if (due <= loop->now) {
        due = loop->now;
        atomic_store_explicit(&loop->attention, true, memory_order_relaxed);
    }
    sift_up(timers, timers->count++, (struct ac__timer_entry){ due, timer });
    return 0;
}

/* The first nanosecond that is not early on the clock as ac_loop_time tells it: so what is due at ac_loop_time() is due now. */
static int64_t nanoseconds(double seconds)
{
    double scaled = seconds * 1e9;
    if (scaled >= 9e18)
        return INT64_MAX;
    int64_t whole = scaled <= 0 ? 0 : (int64_t)scaled;
    return (double)whole * 1e-9 < seconds ? whole + 1 : whole;
}

int ac__timer_start(ac_loop *loop, ac__timer *timer, double when)
{
    return isnan(when) ? EINVAL : start_at(loop, timer, nanoseconds(when));
}

int ac__timer_start_after(ac_loop *loop, ac__timer *timer, double seconds)
{
    if (isnan(seconds))
        return EINVAL;
    int64_t delay = nanoseconds(seconds), now = ac__clock(loop);
    return start_at(loop, timer, delay > INT64_MAX - now ? INT64_MAX : now + delay);
}

static void remove_entry(struct ac__timers *timers, size_t i)
{
    struct ac__timer_entry last = timers->entries[--timers->count];
    if (i == timers->count)
        return;
    if (i > 0 && before(&last, &timers->entries[(i - 1) / BRANCHES]))
        sift_up(timers, i, last);
    else
        sift_down(timers, i, last);
}

void ac__timer_stop(ac_loop *loop, ac__timer *timer)
{
    if (!ac__timer_runs(timer))
        return;
    remove_entry(&loop->timers, timer->base.state - 1);
    timer->base.state = 0;
}

bool ac__timer_hasten(ac_loop *loop, bool (*is_of)(const ac__timer *, const ac_task *), const ac_task *task)
{
    const struct ac__timers *timers = &loop->timers;
    ac__timer *last = NULL;
    for (size_t i = 0; i < timers->count; i++) {
        ac__timer *timer = timers->entries[i].timer;
        if (is_of(timer, task) && (!last || timer->sequence > last->sequence))
            last = timer;
    }
    if (!last)
        return false;
    ac__timer_stop(loop, last);
    return start_at(loop, last, loop->now) == 0;
}

void ac__timers_mark(ac_loop *loop)
{
    loop->timers.due = loop->now;
    loop->timers.begun = loop->timers.sequence;
}

/* What is started meanwhile has a later number, and is not due earlier. */
void ac__timers_fire(ac_loop *loop)
{
    struct ac__timers *timers = &loop->timers;
    while (timers->count && timers->entries[0].due <= timers->due && timers->entries[0].timer->sequence < timers->begun) {
        ac__timer *timer = timers->entries[0].timer;
        remove_entry(timers, 0);
        timer->base.state = AC__TIMER_FIRED;
        timer->base.fn->resume(&timer->base);
    }
}

void ac__timer_due_set(ac__timer *timer, const ac_fn *fn, void *owner)
{
    ac_enter(&timer->base, fn, NULL);
    timer->owner = owner;
}

/* ---- Sleeping ---- */

/* Ready at once, behind all that is ready. */
static inline int yield_now(ac_task *task, ac_frame *parent)
{
    task->item.base.state |= AC__YIELDED;
    task->item.base.parent = parent;
    parent->error = 0;
    ac__enqueue(task->loop, &task->item);
    return AC_PENDING;
}

/* With a cancellation that is due, or by hand. */
__attribute__((noinline)) static int yield_slowly(ac_task *task, ac_frame *parent)
{
    bool by_hand = task->item.base.state & AC__STEPPED;
    if (ac__cancel_now(task)) {
        if (by_hand)
            return ECANCELED;
        int status = yield_now(task, parent);
        task->item.base.state &= ~(uint32_t)AC__YIELDED;
        parent->error = ECANCELED;
        return status;
    }
    if (!by_hand)
        return yield_now(task, parent);
    task->item.base.state |= AC__YIELDED | AC__WOKEN;
    task->item.base.parent = parent;
    parent->error = 0;
    return AC_PENDING;
}

/* Seconds that are no yield; or the timer is due. */
__attribute__((noinline)) static int sleep_or_wake(ac__timer *timer)
{
    ac_task *task = ac__thread.task;
    double seconds = timer->seconds;
    if (timer->base.state != 0) {
        ac__complete(timer->owner, 0);
        return AC_PENDING;
    }
    if (isnan(seconds) || !task->loop)
        return EINVAL;
    if (ac__cancel_now(task))
        return ac__end_cancelled(&timer->base);
    timer->owner = task;
    int error = ac__timer_start_after(task->loop, timer, seconds);
    return error ? error : ac__suspend_masked(&timer->base);
}

int ac_sleep__resume(ac_frame *frame)
{
    ac__timer *timer = (ac__timer *)(void *)frame;
    ac_task *task = ac__thread.task;
    if (frame->state != 0 || !(timer->seconds <= 0))
        return sleep_or_wake(timer);
    if (__builtin_expect(task->item.base.state & AC__TURNS_SLOWLY, 0))
        return yield_slowly(task, frame->parent);
    return yield_now(task, frame->parent);
}

int ac__turn(ac_frame *self)
{
    ac_task *task = ac__thread.task;
    if (__builtin_expect(task->item.base.state & AC__TURNS_SLOWLY, 0))
        return yield_slowly(task, self);
    return yield_now(task, self);
}

static bool sleep_abort(ac_frame *frame)
{
    ac__timer *timer = (ac__timer *)(void *)frame;
    ac_task *task = timer->owner;
    ac__timer_stop(task->loop, timer);
    return true;
}

AC__OPERATION_FN_VOID(ac_sleep, sleep_abort)

ac_coro *ac_sleep(double seconds)
{
    struct ac_sleep__frame *frame = ac__operation_new(&ac_sleep__fn);
    if (frame)
        frame->seconds = seconds;
    return frame ? &frame->base : NULL;
}

/* ---- A value after a sleep ---- */


ac_coro *ac_sleep_value(double seconds, const void *value, size_t size)
{
    struct ac_sleep__frame *frame = ac__carrier_new(&ac_sleep__fn, size, NULL, NULL);
    if (!frame)
        return NULL;
    ac_coro *coro = ac__carrier_coro(frame);
    frame->seconds = seconds;
    if (size)
        memcpy((char *)coro + coro->fn->result_offset, value, size);
    return coro;
}

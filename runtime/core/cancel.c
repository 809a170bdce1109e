/* cancel.c: asking tasks to end, and refusing awaits that could never end.
 *
 * A cancellation reaches a task that waits at once: the operation's `abort` either withdraws the wait, and the task goes on with
 * ECANCELED; or answers that the wait will complete by itself, and the request stays due. A task that does not wait has the
 * request delivered at its next await that would suspend.
 *
 * What a task awaits is cancelled with it, and what that awaits, and so on; such a chain may be as long as memory allows, so it
 * is not walked by recursion: the tasks to be cancelled form a list, linked by item.next, which is free while a task waits. A
 * task of the list that becomes ready meanwhile is queued when it leaves the list.
 *
 * While a block is being undone cancellations wait: ac_mask. A limit of time that begins there lifts the masks for what it limits;
 * a cancellation that comes from outside of that still waits, counted by the limit, until its end (timeout.c). */
#define _GNU_SOURCE
#include "core.h"
#include "../loop/loop.h"

static _Thread_local struct {
    ac_task *head, *tail;          /* of the tasks to whom a cancellation is to be delivered */
    bool draining;                 /* someone further up the C stack takes them out */
} listed;

static ac_task *next_of(ac_task *task)
{
    return (ac_task *)(void *)task->item.next;
}

static void list(ac_task *task)
{
    task->item.base.state |= AC__LISTED;
    task->item.next = NULL;
    if (listed.tail)
        listed.tail->item.next = &task->item;
    else
        listed.head = task;
    listed.tail = task;
}

static ac_task *unlist(void)
{
    ac_task *task = listed.head;
    listed.head = next_of(task);
    if (!listed.head)
        listed.tail = NULL;
    task->item.base.state &= ~(uint32_t)AC__LISTED;
    return task;
}

/* The task was put into the list because it waits and has a request due; either may have changed since. */
static void deliver(ac_task *task)
{
    uint32_t state = task->item.base.state;
    if (state & AC__WOKEN) {
        task->item.base.state &= ~(uint32_t)AC__WOKEN;
        ac__ready(task);
    } else if ((state & AC__WAITING) && (state & AC__DUE)) {
        ac_frame *operation = ac__leaf(task);
        if (operation->fn->abort(operation))
            ac__complete(task, ECANCELED);
    }
}

static void drain(void)
{
    if (listed.draining)
        return;
    listed.draining = true;
    while (listed.head)
        deliver(unlist());
    listed.draining = false;
}

static bool cancel_yield(ac_task *task)
{
    if (!(task->item.base.state & AC__YIELDED) || task == ac__thread.task)
        return false;
    task->item.base.state &= ~(uint32_t)AC__YIELDED;
    ac__leaf(task)->error = ECANCELED;
    return true;
}

/* A task that is ready, and will go on with a cancellation: it has not seen that yet, and another one is the same to it. */
static bool is_being_told(const ac_task *task)
{
    return !(task->item.base.state & AC__WAITING) && task != ac__thread.task && ac__leaf(task)->error == ECANCELED;
}

/* Makes a request due, where it can be delivered at once. */
static void request(ac_task *task)
{
    if (!task->masks && (is_being_told(task) || cancel_yield(task)))
        return;
    task->item.base.state |= AC__DUE;
    if ((task->item.base.state & (AC__WAITING | AC__LISTED)) == AC__WAITING && !task->masks)
        list(task);
}

static void cancel_future(ac_future *future)
{
    const struct ac__more *more = ac__more(future);
    if (more && more->abort && !more->abort(future, more->abort_arg))
        return;
    ac_future_set_error(future, ECANCELED);
}

static bool waits_for_a_limit(const ac_task *task, const struct ac_timeout *within)
{
    const struct ac__more *more = ac__more(task);
    struct ac_timeout *lift = more ? more->lift : NULL;
    if (!lift || lift == within)
        return false;
    while (lift->outer && lift->outer != within)
        lift = lift->outer;
    lift->after++;
    return true;
}

void ac__cancel_within(ac_task *task, struct ac_timeout *lift)
{
    if (waits_for_a_limit(task, lift))
        return;
    if (task->cancels < UINT16_MAX)
        task->cancels++;
    request(task);
    drain();
}

void ac__cancel(ac_future *future)
{
    if (ac__is_done(future))
        return;
    if (ac__is_task(future))
        ac__cancel_within(future, NULL);
    else
        cancel_future(future);
}

bool ac_cancel(ac_future *future)
{
    if (!future || ac__is_done(future) || ac__elsewhere(future->loop, __func__))
        return false;
    ac__cancel(future);
    return true;
}

/* A limit that is over reaches the task as it would at any time, by its timer: so when the task waits. */
static void count_await(ac_task *task)
{
    ac_loop *loop = task->loop;
    ac__fault_await();
    if (loop->cancel_at > 0 && --loop->cancel_at == 0 && !waits_for_a_limit(task, NULL)) {
        task->item.base.state |= AC__DUE;
        task->cancels++;
    }
    if (loop->timeout_at > 0 && --loop->timeout_at == 0 && !ac__timer_hasten(loop, ac__is_timeout_of, task))
        ac__timer_hasten(loop, ac__is_wait_for_of, task);
}

/* At an await of the current task that would suspend. */
bool ac__cancel_deliver(ac_task *task)
{
    if (task->item.base.state & AC__COUNTED)
        count_await(task);
    if (!(task->item.base.state & AC__DUE) || task->masks)
        return false;
    task->item.base.state &= ~(uint32_t)AC__DUE;
    return true;
}

int ac_cancelling(ac_task *task)
{
    return task && ac__is_task(task) ? task->cancels : 0;
}

int ac_uncancel(ac_task *task)
{
    if (!task || !ac__is_task(task))
        return 0;
    if (task->cancels > 0 && --task->cancels == 0)
        task->item.base.state &= ~(uint32_t)AC__DUE;
    return task->cancels;
}

void ac_mask(void)
{
    ac_task *task = ac__thread.task;
    if (task)
        task->masks++;
}

void ac_unmask(void)
{
    ac_task *task = ac__thread.task;
    if (task && task->masks)
        task->masks--;
}

/* ---- Rings ---- */

/* Puts those who wait for `task` at the end of the list, unless they were there. All of them wait, so item.next is free. */
static ac_task *add_waiting_for(ac_task *task, ac_task *tail)
{
    struct ac__watch *watch = task->watches;
    if (!watch)
        return tail;
    do {
        ac_task *waiting = watch->task;
        if (waiting && (waiting->item.base.state & AC__WAITING) && !(waiting->item.base.state & AC__VISITED)) {
            waiting->item.base.state |= AC__VISITED;
            waiting->item.next = NULL;
            tail->item.next = &waiting->item;
            tail = waiting;
        }
        watch = watch->next;
    } while (watch != task->watches);
    return tail;
}

/* Goes from the current task to those who wait for it, and on; the target among them means a ring. A target that does not wait
 * cannot be part of one: this is the usual case. */
bool ac__closes_ring(ac_future *target)
{
    ac_task *self = ac__thread.task;
    if (target == self)
        return true;
    if (!ac__may_close_ring(target))
        return false;
    self->item.next = NULL;
    ac_task *tail = self;
    for (ac_task *task = self; task; task = next_of(task))
        tail = add_waiting_for(task, tail);
    bool ring = target->item.base.state & AC__VISITED;
    for (ac_task *task = next_of(self); task; task = next_of(task))
        task->item.base.state &= ~(uint32_t)AC__VISITED;
    return ring;
}

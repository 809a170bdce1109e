/* group.c: children that a block owns: `async T x = f();` and `async { ... }`.
 *
 * A group keeps a record for each child, with a watch on it. The first child that fails cancels its siblings and the body; that
 * cancellation is the group's own, and is taken back at the end of the block, so that it never gets out. One that comes from
 * outside is told from it by the parent's count of requests: the group remembers the count at its beginning. */
#define _GNU_SOURCE
#include "core.h"
#include "../loop/loop.h"

#include <stdlib.h>

/* ---- A single child ---- */

ac_task *ac_child_start(ac_coro *coro)
{
    return ac_create_task(coro);
}

static void child_end_fire(struct ac__watch *watch, ac_future *done)
{
    (void)done;
    ac__wake(watch->task);
}

static int child_release(struct ac_child_end__frame *end)
{
    ac__future_unref(end->task);
    end->task = NULL;
    return 0;
}

int ac_child_end__resume(ac_frame *frame)
{
    struct ac_child_end__frame *end = (struct ac_child_end__frame *)(void *)frame;
    if (!end->task)
        return 0;
    if (ac__is_done(end->task))
        return child_release(end);
    ac__cancel(end->task);
    if (ac__is_done(end->task))
        return child_release(end);
    frame->state = 1;
    end->watch.fire = child_end_fire;
    end->watch.task = ac__thread.task;
    ac__watch_add(end->task, &end->watch);
    return ac__suspend_masked(frame);
}

static bool never_withdrawn(ac_frame *frame)
{
    (void)frame;
    return false;
}

AC__OPERATION_FN_VOID(ac_child_end, never_withdrawn)

/* ---- Groups ---- */

struct ac__group_child {
    struct ac__group_child *next, **link;   /* in the group's list; link points to what points here */
    struct ac__watch watch;                 /* on the task, until it has ended */
    ac_group *group;
    ac_task *task;                          /* referenced */
    struct ac__late late;                   /* what its end means, where that is more than being counted */
    bool held;                              /* the handle was given out: kept to the end of the block */
};

/* Requests of the parent that the body has seen. One that is due was not: it counts as coming during the block. */
static uint16_t delivered_cancels(const ac_task *parent)
{
    bool due = parent->item.base.state & AC__DUE;
    return parent->cancels - (due && parent->cancels);
}

void ac_group_begin(ac_group *group)
{
    ac_task *parent = ac__thread.task;
    *group = (ac_group){ .parent = parent, .cancels = delivered_cancels(parent), .masks = parent->masks };
}

static void forget_child(struct ac__group_child *child)
{
    *child->link = child->next;
    if (child->next)
        child->next->link = child->link;
    ac__future_unref(child->task);
    ac__pool_give(child, sizeof *child);
}

/* A child may end while another is being cancelled, but only by running: so the list does not change here. */
static void abort_children(ac_group *group)
{
    group->aborting = true;
    for (struct ac__group_child *child = group->first; child; child = child->next) {
        if (!ac__is_done(child->task))
            ac__cancel(child->task);
    }
}

/* Ends what runs in the block: the children, and the body unless it has ended. */
static void abort_block(ac_group *group)
{
    if (group->aborting)
        return;
    abort_children(group);
    if (!group->end) {
        group->cancelled_parent = true;
        ac__cancel(group->parent);
    }
}

static void child_failed(ac_group *group, ac_task *child, int error)
{
    child->item.base.state |= AC__TAKEN;
    const struct ac__more *more = ac__more(child);
    const struct ac__trace *trace = more ? more->trace : NULL;
    if (group->error) {
        ac__trace_join(group->trace, trace, error);
    } else {
        group->error = error;
        group->trace = ac__trace_copy(trace, error);
    }
    abort_block(group);
}

static void child_counted(struct ac__group_child *child)
{
    child->group->running--;
    if (!child->held)
        forget_child(child);
}

static void child_late(struct ac__late *late)
{
    struct ac__group_child *child = AC__CONTAINER(late, struct ac__group_child, late);
    ac_group *group = child->group;
    int error = child->task->item.base.error;
    if (group->parent->loop->callbacks_dropped)
        return;
    group->late--;
    if (error && error != ECANCELED)
        child_failed(group, child->task, error);
    child_counted(child);
    if (group->running == 0 && group->end)
        ac__wake(group->parent);
}

/* An error, and the end of the last one, have a turn of their own, in the order in which they came. The usual case is neither. */
void ac__group_child_done(struct ac__watch *watch, ac_future *done)
{
    struct ac__group_child *child = AC__CONTAINER(watch, struct ac__group_child, watch);
    ac_group *group = child->group;
    int error = done->item.base.error;
    if (group->running - group->late > 1 && !(error && error != ECANCELED)) {
        child_counted(child);
    } else {
        group->late++;
        ac__late_queue(done->loop, &child->late, child_late);
    }
}

/* At the end of the block, children that still run may start others. */
static bool is_closed(const ac_group *group)
{
    return group->aborting || (group->end && group->running == 0);
}

static struct ac__group_child *add_child(ac_group *group, ac_coro *coro)
{
    bool closed = is_closed(group);
    struct ac__group_child *child = closed ? NULL : ac__pool_take(sizeof *child);
    ac_task *task = child ? ac_create_task(coro) : NULL;
    if (!child)
        ac__coro_discard(coro);
    if (!task) {
        ac__pool_give(child, sizeof *child);
        if (!closed) {      /* a child that cannot begin is one that has failed */
            group->error = group->error ? group->error : ENOMEM;
            abort_block(group);
        }
        return NULL;
    }
    *child = (struct ac__group_child){ .next = group->first, .link = &group->first, .group = group, .task = task };
    if (group->first)
        group->first->link = &child->next;
    group->first = child;
    group->running++;
    child->watch.fire = ac__group_child_done;
    child->watch.task = group->parent;
    ac__watch_add(task, &child->watch);
    return child;
}

ac_task *ac_group_start(ac_group *group, ac_coro *coro)
{
    struct ac__group_child *child = add_child(group, coro);
    if (!child)
        return NULL;
    child->held = true;
    return child->task;
}

int ac_group_spawn(ac_group *group, ac_coro *coro)
{
    if (add_child(group, coro))
        return 0;
    return group->error ? group->error : group->aborting ? ECANCELED : ENOMEM;
}

/* Takes the group's own cancellation of the body back. True: one from outside remains. */
static bool settle_cancels(ac_group *group)
{
    ac_task *parent = group->parent;
    if (group->cancelled_parent && parent->cancels > 0)
        parent->cancels--;
    bool outer = parent->cancels > group->cancels;
    if (group->cancelled_parent && !outer)
        parent->item.base.state &= ~(uint32_t)AC__DUE;
    return outer || group->outer_cancel;
}

/* How the block ends. An error has precedence over a cancellation from outside, which is then delivered at the next await. */
static int group_outcome(ac_group *group, int status)
{
    bool outer = settle_cancels(group);
    if (group->error) {
        if (outer && (status == ECANCELED || group->outer_cancel))
            group->parent->item.base.state |= AC__DUE;
        if (group->trace)
            ac__trace_restore(group->trace, group->end->parent);
        return group->error;
    }
    if (group->outer_cancel) {
        group->parent->item.base.state &= ~(uint32_t)AC__DUE;
        return ECANCELED;
    }
    return status;
}

/* A cancellation that is due when the end has to wait: the group's own is over now, one from outside cancels the children. */
static void take_due(ac_group *group)
{
    ac_task *parent = group->parent;
    if (!ac__cancel_now(parent) || parent->cancels - group->cancelled_parent <= group->cancels)
        return;
    group->outer_cancel = true;
    if (!group->aborting)
        abort_children(group);
}

static int group_finish(ac_frame *frame)
{
    struct ac_group_end__frame *end = (struct ac_group_end__frame *)(void *)frame;
    ac_group *group = end->group;
    int status = group_outcome(group, end->status);
    while (group->first)
        forget_child(group->first);
    free(group->trace);
    group->trace = NULL;
    return status;
}

int ac_group_end__resume(ac_frame *frame)
{
    struct ac_group_end__frame *end = (struct ac_group_end__frame *)(void *)frame;
    ac_group *group = end->group;
    if (frame->state == 0) {
        group->end = frame;
        end->task = group->parent;
        if (end->status && end->status != ECANCELED && !group->error) {
            group->error = end->status;
            group->trace = ac__trace_copy(NULL, end->status);
        }
        if ((end->status || group->error) && !group->aborting)
            abort_children(group);
    }
    if (group->running == 0)
        return group_finish(frame);
    if (frame->state == 0)
        take_due(group);
    frame->state = 1;
    return ac__suspend_masked(frame);
}

/* The cancellation is noted, and the children told; the block ends when they have. */
static bool group_end_abort(ac_frame *frame)
{
    struct ac_group_end__frame *end = (struct ac_group_end__frame *)(void *)frame;
    end->group->outer_cancel = true;
    if (!end->group->aborting)
        abort_children(end->group);
    return false;
}

AC__OPERATION_FN_VOID(ac_group_end, group_end_abort)

/* ---- `async with` ---- */

ac_group ac_group_open(void)
{
    return (ac_group){ .parent = NULL };
}

int ac_group_aenter__resume(ac_frame *frame)
{
    struct ac_group_aenter__frame *self = (struct ac_group_aenter__frame *)(void *)frame;
    ac_group_begin(self->group);
    self->result = self->group;
    return 0;
}

AC__OPERATION_FN(ac_group_aenter, NULL, ac_group *)

AC__COROUTINE(ac_group_aenter, (ac_group *group), frame->group = group)

/* It is an ac_group_end. What undoes a block is masked from cancellations, but waiting for the children is no undoing: a
 * cancellation has to reach them. */
_Static_assert(sizeof(struct ac_group_aexit__frame) == sizeof(struct ac_group_end__frame) &&
               offsetof(struct ac_group_aexit__frame, error) == offsetof(struct ac_group_end__frame, status) &&
               offsetof(struct ac_group_aexit__frame, task) == offsetof(struct ac_group_end__frame, task),
               "the frames differ");

int ac_group_aexit__resume(ac_frame *frame)
{
    ac_group *group = ((struct ac_group_aexit__frame *)(void *)frame)->group;
    if (frame->state == 0) {
        group->unmasked = group->parent->masks > group->masks;
        if (group->unmasked)
            ac_unmask();
    }
    int status = ac_group_end__resume(frame);
    if (status != AC_PENDING && group->unmasked)
        ac_mask();
    return status;
}

AC__OPERATION_FN_VOID(ac_group_aexit, group_end_abort)

AC__COROUTINE(ac_group_aexit, (ac_group *group, int error), (frame->group = group, frame->error = error))

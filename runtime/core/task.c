/* task.c: making, running and ending tasks.
 *
 * A task is the parent of its root coroutine. A step resumes the leaf, and while frames end goes up from each to its parent;
 * past the root this reaches the task's own frame, and the task ends. So what a step costs does not depend on how deep the
 * awaits are. */
#define _GNU_SOURCE
#include "core.h"
#include "../loop/loop.h"

#include <string.h>

static int end_with_error_kept(ac_frame *frame);

const ac_fn ac__task_fn = { .resume = end_with_error_kept, .name = "task", .frame_size = sizeof(ac_task), .kind = AC_KIND_TASK };

/* Takes a step inside another's. A task keeps the mark of its last ac_sleep(0) while it runs, which does no harm as long as it
 * is the current one. */
void ac__step_nested(ac_task *task)
{
    ac_task *outer = ac__thread.task;
    if (outer)
        outer->item.base.state &= ~(uint32_t)AC__YIELDED;
    ac__step(&task->item);
    ac__thread.task = outer;
}

void ac__ready_elsewhere(ac_task *task)
{
    if (task->item.base.state & (AC__LISTED | AC__STEPPED))
        task->item.base.state |= AC__WOKEN;
    else
        ac__enqueue(task->loop, &task->item);
}

int ac__complete_later(ac_frame *operation, int error)
{
    ac_task *task = ac__thread.task;
    operation->parent->error = error;
    task->item.base.parent = operation->parent;
    task->item.base.state &= ~(uint32_t)(AC__YIELDED | AC__WAITING);
    ac__ready(task);
    return AC_PENDING;
}

int ac__end_cancelled(ac_frame *operation)
{
    bool by_hand = ac__thread.task->item.base.state & AC__STEPPED;
    return by_hand ? ECANCELED : ac__complete_later(operation, ECANCELED);
}

/* ---- Making ---- */

static inline void fill_in(ac_task *task, ac_loop *loop, ac_coro *coro, uint32_t references)
{
    *task = (ac_task){
        .item.base = { .fn = &ac__task_fn, .parent = coro },
        .loop = loop,
        .result = coro,
        .references = references,
    };
    coro->parent = &task->item.base;
    if (loop)
        loop->references++;
}

static ac_task *make(ac_loop *loop, ac_coro *coro, uint32_t references)
{
    ac_task *task = ac__task_slot();
    if (task)
        fill_in(task, loop, coro, references);
    return task;
}

ac_task *ac__task_make(ac_loop *loop, ac_coro *coro)
{
    return make(loop, coro, 1);
}

/* For the caller, and for the loop. */
static ac_task *make_consuming(ac_loop *loop, ac_coro *coro)
{
    if (!coro || coro->parent || coro->state) {
        if (coro)
            ac__refuse_used(coro);
        return NULL;
    }
    ac_task *task = loop ? make(loop, coro, 2) : NULL;
    if (task && loop->careful && !ac__task_made(task)) {
        coro->parent = NULL;
        loop->references--;
        ac__task_slot_free(task);
        task = NULL;
    }
    if (!task)
        ac_coro_free(coro);
    return task;
}

ac_task *ac__task_start(ac_loop *loop, ac_coro *coro)
{
    ac_task *task = make_consuming(loop, coro);
    if (task)
        ac__enqueue(loop, &task->item);
    return task;
}

__attribute__((noinline)) static ac_task *create_slowly(ac_coro *coro)
{
    return ac__task_start(ac_get_loop(), coro);
}

ac_task *ac_create_task(ac_coro *coro)
{
    ac_loop *loop = ac__thread.plain_loop;
    ac_task *task = loop ? ac__task_slot_known() : NULL;
    if (AC__RARELY(!task || !coro || coro->parent || coro->state))
        return create_slowly(coro);
    ac__task_slot_taken(task);
    fill_in(task, loop, coro, 2);
    ac__enqueue(loop, &task->item);
    return task;
}

ac_task *ac_loop_create_task(ac_loop *loop, ac_coro *coro)
{
    if (ac__elsewhere(loop, __func__)) {
        ac__coro_discard(coro);
        return NULL;
    }
    return ac__task_start(loop, coro);
}

ac_task *ac_create_task_named(ac_coro *coro, const char *name)
{
    ac_task *task = ac__task_start(ac_get_loop(), coro);
    if (task && ac_task_set_name(task, name) != 0) {
        ac_cancel(task);
        ac_detach(task);
        return NULL;
    }
    return task;
}

ac_task *ac_create_task_eager(ac_coro *coro)
{
    if (!ac_running_loop())
        return ac_create_task(coro);
    ac_task *task = make_consuming(ac_running_loop(), coro);
    if (!task)
        return NULL;
    ac__step_nested(task);
    return task;
}

ac_task *ac_current_task(void)
{
    return ac__thread.task;
}

size_t ac_all_tasks(ac_task **tasks, size_t n)
{
    ac_loop *loop = ac_get_loop();
    size_t count = 0;
    for (ac_task *task = ac__task_next(loop, NULL); loop && task; task = ac__task_next(loop, task)) {
        if (task->item.base.state & AC__STEPPED)
            continue;
        if (count < n)
            tasks[count] = task;
        count++;
    }
    return count;
}

/* ---- Ending ---- */

static void leave_loop(ac_task *task)
{
    if (task->item.base.state & AC__ENDING)
        task->loop->ending--;
}

static void free_root(ac_task *task)
{
    ac_coro_free(task->result);
    task->result = NULL;
}

static size_t result_size(const ac_task *task)
{
    return ((const ac_coro *)task->result)->fn->result_size;
}

/* With an error, or by hand, or while the loop shuts down. A root's frame is kept where someone steps it by hand. */
__attribute__((noinline)) static void task_end_slowly(ac_task *task, int error)
{
    bool stepped = task->item.base.state & AC__STEPPED;
    task->item.base.error = error;
    if (!stepped && (error || result_size(task) == 0))
        free_root(task);
    leave_loop(task);
    ac__future_finish(task, error);
    if (!stepped)
        ac__future_unref(task);
}

/* The root's frame is kept where there is a result. */
void ac__task_end(ac_task *task, int error)
{
    if (AC__RARELY(error || (task->item.base.state & (AC__STEPPED | AC__ENDING)))) {
        task_end_slowly(task, error);
        return;
    }
    if (result_size(task) == 0)
        free_root(task);
    ac__future_has_value(task);
    ac__future_unref(task);
}

/* Where the root is an operation, its end has made the task its own leaf. */
static int end_with_error_kept(ac_frame *frame)
{
    ac__task_end(AC__CONTAINER(frame, ac_task, item.base), frame->error);
    return AC_PENDING;
}

/* A future may outlive the loop, so nothing in its list may point into a frame that goes. */
static void leave_future(ac_task *task)
{
    if (!(task->item.base.state & AC__WAITING) || ac__leaf(task)->fn != &ac_future_wait__fn)
        return;
    struct ac_future_wait__frame *wait = (struct ac_future_wait__frame *)(void *)ac__leaf(task);
    if (!ac__is_task(wait->future)) {
        ac__watch_remove(wait->future, &wait->watch);
        ac__future_unref(wait->future);
    }
}

/* Those who wait are frames that go, or have gone already. */
static void forget_watches(ac_task *task)
{
    struct ac__more *more = ac__more(task);
    task->watches = more ? &more->link : NULL;
    if (more)
        more->link.next = more->link.prev = &more->link;
}

void ac__task_abandon(ac_task *task)
{
    leave_future(task);
    task->item.base.state |= AC__TAKEN | AC__FAILED | AC__DONE;
    task->item.base.error = ECANCELED;
    forget_watches(task);
    leave_loop(task);
    free_root(task);
    if (!(task->item.base.state & AC__STEPPED))
        ac__future_unref(task);
}

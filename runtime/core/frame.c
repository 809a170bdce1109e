/* frame.c: coroutines on the heap, and stepping one by hand.
 *
 * A coroutine that is stepped by hand gets a hidden task, which is in no queue: it only gives the coroutine's operations a
 * task whose leaf they can be. */
#define _GNU_SOURCE
#include "core.h"
#include "../loop/loop.h"

int ac_frame_later(ac_frame *frame)
{
    ac_task *task = ac__thread.task;
    if (!task)
        return EINVAL;
    task->item.base.parent = frame;
    task->item.base.state &= ~(uint32_t)AC__YIELDED;
    ac__ready(task);
    return AC_PENDING;
}

/* The slow part of ac_coro_await: refusals, and a C stack that is deep. */
int ac__coro_await(ac_frame *self, ac_frame *coro)
{
    if (!coro)
        return ENOMEM;
    if (coro->parent || coro->state)
        return ac__refuse_used(coro);
    coro->parent = self;
#ifdef AC_ALWAYS_SUSPEND
    return ac_frame_later(coro);
#else
    if ((char *)__builtin_frame_address(0) > ac__thread.stack_floor || !ac__thread.task)
        return coro->fn->resume(coro);
    ac__thread.task->item.base.parent = coro;
    ac__thread.run_on = true;
    return AC_PENDING;
#endif
}

void *ac__operation_new(const ac_fn *fn)
{
    return ac_coro_new(fn);
}

void ac__coro_discard(ac_coro *coro)
{
    if (coro && !coro->parent)
        ac_coro_free(coro);
}

/* ---- Carriers: the carrier, then the operation's frame, then the result ---- */

struct carrier {
    ac_frame base;
    ac_fn fn;                      /* of this carrier, whose result has its own size */
    const ac_fn *operation;
    void (*take)(void *frame, void *out, size_t size);
    void (*drop)(void *frame, bool begun);
};

enum { CARRIER_SIZE = (sizeof(struct carrier) + 15) / 16 * 16 };

static ac_frame *carried(struct carrier *carrier)
{
    return (ac_frame *)(void *)((char *)carrier + CARRIER_SIZE);
}

static int carrier_resume(ac_frame *frame)
{
    struct carrier *self = (struct carrier *)(void *)frame;
    int status = frame->error;
    if (frame->state == 0) {
        frame->state = 1;
        status = self->operation->resume(ac_enter(carried(self), self->operation, frame));
    }
    if (status == 0 && self->take)
        self->take(carried(self), (char *)self + self->fn.result_offset, self->fn.result_size);
    return status;
}

static bool carrier_free(ac_frame *frame)
{
    struct carrier *self = (struct carrier *)(void *)frame;
    if (self->drop)
        self->drop(carried(self), frame->state != 0);
    ac__pool_give(self, self->fn.frame_size);
    return true;
}

void *ac__carrier_new(const ac_fn *operation, size_t result_size, void (*take)(void *, void *, size_t),
                      void (*drop)(void *, bool))
{
    size_t offset = CARRIER_SIZE + (operation->frame_size + 15) / 16 * 16;
    if (result_size > UINT16_MAX * (size_t)4096)
        return NULL;
    struct carrier *self = ac__pool_take(offset + result_size);
    if (!self)
        return NULL;
    *self = (struct carrier){ .operation = operation, .take = take, .drop = drop };
    self->fn = (ac_fn){
        .resume = carrier_resume,
        .abort = carrier_free,
        .name = operation->name,
        .frame_size = (uint32_t)(offset + result_size),
        .result_size = (uint32_t)result_size,
        .result_offset = (uint16_t)offset,
        .kind = AC_KIND_CLOSURE,
    };
    ac_enter(&self->base, &self->fn, NULL);
    return carried(self);
}

ac_coro *ac__carrier_coro(void *operation_frame)
{
    return operation_frame ? (ac_coro *)(void *)((char *)operation_frame - CARRIER_SIZE) : NULL;
}

/* ---- By hand ---- */

static bool is_stepped(const ac_coro *coro)
{
    return coro->parent && coro->parent->fn && coro->parent->fn->kind == AC_KIND_TASK && (coro->parent->state & AC__STEPPED);
}

static ac_task *task_of_root(ac_coro *coro)
{
    return AC__CONTAINER(coro->parent, ac_task, item.base);
}

/* Runs the hidden task; the coroutine has ended when the task is done. */
static int step_hidden(ac_task *task)
{
    task->item.base.state &= ~(uint32_t)(AC__YIELDED | AC__WOKEN);
    ac__step_nested(task);
    return ac__is_done(task) ? task->item.base.error : AC_PENDING;
}

int ac_coro_step(ac_coro *coro)
{
    if (!coro)
        return ENOMEM;
    if (coro->parent && !is_stepped(coro))
        return ac__refuse_used(coro);
    if (!coro->parent) {
        ac_task *made = ac__task_make(ac_get_loop(), coro);
        if (!made)
            return ENOMEM;
        made->item.base.state |= AC__STEPPED;
        ac__locals_inherit(made);
    }
    ac_task *task = task_of_root(coro);
    if (!ac__is_done(task) && (task->item.base.state & AC__WAITING))
        return AC_PENDING;
    return ac__is_done(task) ? EINVAL : step_hidden(task);
}

int ac_coro_close(ac_coro *coro)
{
    if (!coro)
        return 0;
    if (coro->parent && !is_stepped(coro))
        return ac__refuse_used(coro);
    if (!coro->parent) {
        ac_coro_free(coro);
        return 0;
    }
    ac_task *task = task_of_root(coro);
    if (!ac__is_done(task)) {
        ac_cancel(task);
        if ((task->item.base.state & AC__WAITING) || step_hidden(task) == AC_PENDING)
            return EBUSY;
    }
    task->item.base.state |= AC__TAKEN;
    ac__future_unref(task);
    return 0;
}

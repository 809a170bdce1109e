/* queue.c: queues: first in first out, last in first out, and by priority. They differ in items.c alone.
 *
 * Putting an item wakes one getter, and getting one wakes one putter. Who is woken looks again when his task runs:
 * another may have been faster, and then he waits on, before all others. A value that has been got is never lost to a
 * cancellation, since the getter takes it only when he runs, and then ends with it.
 *
 * A queue may be freed at any time: its memory stays until those who were woken have run. */
#define _GNU_SOURCE
#include "../core/waiter.h"
#include "items.h"

#include <stdlib.h>

struct ac_queue {
    const ac_fn *fn;                /* begins every handle */
    size_t room;                    /* while there are fewer items, one can be put without ado: 0 after a shutdown, else
                                       the smaller one of `max` and the capacity that there is memory for */
    struct ac__waiters getters, putters, joiners;
    struct ac__items items;
    size_t unfinished;              /* items put that task_done has not been called for */
    size_t woken;                   /* tasks that were woken and have not run: the memory stays as long */
    size_t max;                     /* how many it may hold; SIZE_MAX: any number */
    size_t references;              /* of the user */
    bool shutdown;                  /* nothing can be put any more */
};

static void destroy(ac_queue *queue)
{
    ac__items_free(&queue->items);
    free(queue);
}

/* One who was woken has run, and does not need the queue any more. */
static inline void woken_done(ac_queue *queue)
{
    if (--queue->woken == 0 && queue->references == 0)
        destroy(queue);
}

static void queue_retain(void *object)
{
    ((ac_queue *)object)->references++;
}

static void queue_release(void *object)
{
    ac_queue *queue = object;
    if (--queue->references > 0)
        return;
    ac_queue_shutdown(queue, true);
    ac__waiters_complete(&queue->joiners, AC_ESHUTDOWN);
    if (queue->woken == 0)
        destroy(queue);
}

static const struct ac__object_fn queue_fn = {
    .fn = { .name = "queue", .kind = AC_KIND_OBJECT },
    .retain = queue_retain,
    .release = queue_release,
};

/* ---- Making and freeing ---- */

static ac_queue *make(size_t item, size_t max, enum ac__items_order order, ac__items_compare *compare)
{
    ac_queue *queue = ac__allocate(sizeof *queue);
    if (!queue)
        return NULL;
    *queue = (ac_queue){ .fn = &queue_fn.fn, .references = 1, .max = max ? max : SIZE_MAX };
    ac__items_init(&queue->items, item, order, compare);
    return queue;
}

ac_queue *ac_queue_new(size_t item, size_t max)
{
    return make(item, max, AC__FIRST_IN, NULL);
}

ac_queue *ac_lifo_queue_new(size_t item, size_t max)
{
    return make(item, max, AC__LAST_IN, NULL);
}

ac_queue *ac_priority_queue_new(size_t item, size_t max, int (*compare)(const void *a, const void *b))
{
    return make(item, max, AC__SMALLEST, compare);
}

void ac_queue_free(ac_queue *queue)
{
    if (queue)
        queue_release(queue);
}

/* ---- Waiting ---- */

static inline void wake(ac_queue *queue, struct ac__waiters *list)
{
    if (!list->first)
        return;
    queue->woken++;
    ac__wake(ac__waiters_take(list));
}

/* One who was woken for nothing goes back to where he was: in front. */
static inline int wait_on(struct ac__waiters *list, struct ac__waiter *waiter, ac_frame *operation)
{
    bool again = operation->state;
    int status = ac__wait(list, waiter, operation);
    if (again && list->first && list->first->prev == waiter)
        list->first = waiter;
    return status;
}

/* ---- Putting ---- */

static int put_now(ac_queue *queue, const void *item)
{
    ac__items_in(&queue->items, item);
    queue->unfinished++;
    wake(queue, &queue->getters);
    return 0;
}

static bool is_full(const ac_queue *queue)
{
    return ac__items_count(&queue->items) >= queue->max;
}

static void set_room(ac_queue *queue)
{
    size_t capacity = queue->items.capacity;
    queue->room = queue->shutdown ? 0 : capacity < queue->max ? capacity : queue->max;
}

/* There was no room without ado. A putter that fails leaves it to the next. */
static int put_with_ado(ac_queue *queue, const void *item)
{
    if (queue->shutdown)
        return AC_ESHUTDOWN;
    if (is_full(queue))
        return AC_EFULL;
    if (ac__items_count(&queue->items) == queue->items.capacity && !ac__items_grow(&queue->items)) {
        wake(queue, &queue->putters);
        return ENOMEM;
    }
    set_room(queue);
    return put_now(queue, item);
}

__attribute__((noinline)) static int put_or_wait(struct ac_queue_put__frame *put)
{
    ac_queue *queue = put->queue;
    bool woken = put->base.state;
    int status = put_with_ado(queue, put->item);
    if (status == AC_EFULL)
        status = wait_on(&queue->putters, &put->waiter, &put->base);
    if (woken)
        woken_done(queue);
    return status;
}

/* The usual case here, so that it costs little. */
static inline int put(struct ac_queue_put__frame *put)
{
    ac_queue *queue = put->queue;
    if (AC__RARELY(put->base.state || ac__items_count(&queue->items) >= queue->room || !queue->items.words))
        return put_or_wait(put);
    ac__items_word_in(&queue->items, put->item);
    queue->unfinished++;
    wake(queue, &queue->getters);
    return 0;
}

AC__WAITING(ac_queue_put, &self->queue->putters, put(self))
AC__COROUTINE(ac_queue_put, (ac_queue *queue, const void *item), (frame->queue = queue, frame->item = item))

int ac_queue_put_nowait(ac_queue *queue, const void *item)
{
    if (ac__waiters_elsewhere(&queue->getters))
        return EPERM;
    return put_with_ado(queue, item);
}

/* ---- Getting ---- */

/* The queue must not be empty. */
static int get_now(ac_queue *queue, void *item)
{
    ac__items_out(&queue->items, item);
    wake(queue, &queue->putters);
    return 0;
}

__attribute__((noinline)) static int get_or_wait(struct ac_queue_get__frame *get)
{
    ac_queue *queue = get->queue;
    bool woken = get->base.state;
    int status = AC_ESHUTDOWN;
    if (ac__items_count(&queue->items))
        status = get_now(queue, get->item);
    else if (!queue->shutdown)
        status = wait_on(&queue->getters, &get->waiter, &get->base);
    if (woken)
        woken_done(queue);
    return status;
}

/* The usual cases here, so that they cost little: waiting where nobody else does, and getting where nobody waits to
 * put. A queue that has been freed is empty. */
static inline int get(struct ac_queue_get__frame *get)
{
    ac_queue *queue = get->queue;
    if (queue->items.begin == queue->items.end) {
        if (AC__RARELY(get->base.state || queue->shutdown))
            return get_or_wait(get);
        return ac__wait(&queue->getters, &get->waiter, &get->base);
    }
    if (AC__RARELY(!queue->items.words || !get->item || queue->putters.first))
        return get_or_wait(get);
    queue->woken -= get->base.state;
    ac__items_word_out(&queue->items, get->item);
    return 0;
}

AC__WAITING(ac_queue_get, &self->queue->getters, get(self))
AC__COROUTINE(ac_queue_get, (ac_queue *queue, void *item), (frame->queue = queue, frame->item = item))

int ac_queue_get_nowait(ac_queue *queue, void *item)
{
    if (ac__waiters_elsewhere(&queue->putters))
        return EPERM;
    if (!ac__items_count(&queue->items))
        return queue->shutdown ? AC_ESHUTDOWN : AC_EEMPTY;
    return get_now(queue, item);
}

/* ---- Work that is done ---- */

static void finish(ac_queue *queue, size_t count)
{
    queue->unfinished -= count < queue->unfinished ? count : queue->unfinished;
    if (queue->unfinished == 0)
        ac__waiters_complete(&queue->joiners, 0);
}

int ac_queue_task_done(ac_queue *queue)
{
    if (queue->unfinished == 0)
        return EINVAL;
    if (ac__waiters_elsewhere(&queue->joiners))
        return EPERM;
    finish(queue, 1);
    return 0;
}

AC__WAITING(ac_queue_join, &self->queue->joiners,
            self->queue->unfinished ? ac__wait(&self->queue->joiners, &self->waiter, frame) : 0)
AC__COROUTINE(ac_queue_join, (ac_queue *queue), frame->queue = queue)

/* ---- The rest ---- */

void ac_queue_shutdown(ac_queue *queue, bool immediate)
{
    queue->shutdown = true;
    set_room(queue);
    if (immediate) {
        size_t dropped = ac__items_count(&queue->items);
        queue->items.begin = queue->items.end = 0;
        finish(queue, dropped);
    }
    while (queue->getters.first)
        wake(queue, &queue->getters);
    while (queue->putters.first)
        wake(queue, &queue->putters);
}

size_t ac_queue_size(const ac_queue *queue)
{
    return ac__items_count(&queue->items);
}

size_t ac_queue_max(const ac_queue *queue)
{
    return queue->max == SIZE_MAX ? 0 : queue->max;
}

bool ac_queue_full(const ac_queue *queue)
{
    return is_full(queue);
}

bool ac_queue_empty(const ac_queue *queue)
{
    return ac__items_count(&queue->items) == 0;
}

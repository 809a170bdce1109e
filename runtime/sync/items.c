/* items.c: what a queue holds: growing, the orders, and the heap of a priority queue, where equals come out in the
 * order of their coming. */
#define _GNU_SOURCE
#include "items.h"
#include "../core/core.h"

#include <stdlib.h>

enum { FIRST_CAPACITY = 8, ALIGNMENT = 16 };

void ac__items_init(struct ac__items *items, size_t size, enum ac__items_order order, ac__items_compare *compare)
{
    size_t stride = size;
    if (order == AC__SMALLEST)
        stride = (size + sizeof(uint64_t) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    *items = (struct ac__items){
        .mask = SIZE_MAX,
        .words = order == AC__FIRST_IN && size == sizeof(uint64_t),
        .order = order,
        .size = size,
        .stride = stride,
        .compare = compare,
    };
}

void ac__items_free(struct ac__items *items)
{
    free(items->slots);
    items->slots = NULL;
}

static char *slot_at(const struct ac__items *items, size_t i)
{
    return items->slots + i * items->stride;
}

/* Where there is nothing to copy, there may be no place for it. */
static void copy(void *to, const void *from, size_t size)
{
    if (size)
        memcpy(to, from, size);
}

/* What goes round is moved in two parts: up to the end, and from the beginning. */
static void move_to(struct ac__items *items, char *slots)
{
    size_t count = ac__items_count(items), first = items->begin & items->mask, before_end = items->capacity - first;
    if (before_end > count)
        before_end = count;
    if (count) {
        copy(slots, slot_at(items, first), before_end * items->stride);
        copy(slots + before_end * items->stride, items->slots, (count - before_end) * items->stride);
    }
    free(items->slots);
    items->slots = slots;
    items->begin = 0;
    items->end = count;
}

bool ac__items_grow(struct ac__items *items)
{
    size_t capacity = items->capacity ? items->capacity * 2 : FIRST_CAPACITY;
    if (capacity < items->capacity || (items->stride && capacity > SIZE_MAX / 2 / items->stride))
        return false;
    char *slots = ac__allocate((capacity + 1) * items->stride + 1);
    if (!slots)
        return false;
    move_to(items, slots);
    items->capacity = capacity;
    if (items->order == AC__FIRST_IN)
        items->mask = capacity - 1;
    return true;
}

/* ---- The heap ---- */

static uint64_t arrival(const struct ac__items *items, size_t i)
{
    uint64_t number;
    memcpy(&number, slot_at(items, i) + items->stride - sizeof number, sizeof number);
    return number;
}

static bool before(const struct ac__items *items, size_t a, size_t b)
{
    int order = items->compare(slot_at(items, a), slot_at(items, b));
    return order ? order < 0 : arrival(items, a) < arrival(items, b);
}

static void exchange(struct ac__items *items, size_t a, size_t b)
{
    char *spare = slot_at(items, items->capacity);
    memcpy(spare, slot_at(items, a), items->stride);
    memcpy(slot_at(items, a), slot_at(items, b), items->stride);
    memcpy(slot_at(items, b), spare, items->stride);
}

/* The new one is the last. */
static void sift_up(struct ac__items *items)
{
    uint64_t number = items->arrivals++;
    size_t i = items->end - 1;
    memcpy(slot_at(items, i) + items->stride - sizeof number, &number, sizeof number);
    for (; i > 0 && before(items, i, (i - 1) / 2); i = (i - 1) / 2)
        exchange(items, i, (i - 1) / 2);
}

/* The first has gone, and the last, which is no more counted, takes its place. */
static void sift_down(struct ac__items *items)
{
    if (items->end)
        memcpy(items->slots, slot_at(items, items->end), items->stride);
    for (size_t i = 0, least = 0;; i = least) {
        for (size_t child = 2 * i + 1; child <= 2 * i + 2 && child < items->end; child++) {
            if (before(items, child, least))
                least = child;
        }
        if (least == i)
            return;
        exchange(items, i, least);
    }
}

/* ---- In and out ---- */

void ac__items_in(struct ac__items *items, const void *value)
{
    copy(slot_at(items, items->end++ & items->mask), value, items->size);
    if (items->order == AC__SMALLEST)
        sift_up(items);
}

void ac__items_out(struct ac__items *items, void *value)
{
    size_t i = items->order == AC__LAST_IN ? items->end - 1 : items->begin;
    if (value)
        copy(value, slot_at(items, i & items->mask), items->size);
    if (items->order == AC__FIRST_IN)
        items->begin++;
    else
        items->end--;
    if (items->order == AC__SMALLEST)
        sift_down(items);
}

/* items.h: what a queue holds: values of one size, in the order in which they are to come out. */
#ifndef AC_SYNC_ITEMS_H
#define AC_SYNC_ITEMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum ac__items_order { AC__FIRST_IN, AC__LAST_IN, AC__SMALLEST };

/* Those that are there have the numbers from `begin` to `end`. AC__FIRST_IN: number i lies in the slot i modulo the
 * capacity. Else begin is 0 and number i lies in slot i: with AC__LAST_IN in the order of coming, with AC__SMALLEST
 * as a binary heap. */
struct ac__items {
    size_t begin, end;
    size_t mask;                    /* the capacity less one, AC__FIRST_IN; else SIZE_MAX */
    char *slots;                    /* `capacity` of `stride` bytes, and a spare one for exchanging; NULL at first */
    size_t capacity;                /* a power of two, or 0 */
    size_t size, stride;            /* of a value; of its slot: with AC__SMALLEST it ends in when it came */
    uint64_t arrivals;              /* AC__SMALLEST: how many have come */
    int (*compare)(const void *a, const void *b);
    enum ac__items_order order;
    bool words;                     /* AC__FIRST_IN, and of the size of a pointer: the usual case */
};

typedef int ac__items_compare(const void *a, const void *b);

void ac__items_init(struct ac__items *items, size_t size, enum ac__items_order order, ac__items_compare *compare);
void ac__items_free(struct ac__items *items);
bool ac__items_grow(struct ac__items *items);                       /* doubles the capacity; false without memory */
void ac__items_in(struct ac__items *items, const void *value);      /* there must be room */
void ac__items_out(struct ac__items *items, void *value);           /* there must be one; value may be NULL */

static inline size_t ac__items_count(const struct ac__items *items)
{
    return items->end - items->begin;
}

/* The same where the items are words. */
static inline void ac__items_word_in(struct ac__items *items, const void *value)
{
    size_t end = items->end;
    memcpy(items->slots + (end & items->mask) * sizeof(uint64_t), value, sizeof(uint64_t));
    items->end = end + 1;
}

static inline void ac__items_word_out(struct ac__items *items, void *value)
{
    size_t begin = items->begin;
    memcpy(value, items->slots + (begin & items->mask) * sizeof(uint64_t), sizeof(uint64_t));
    items->begin = begin + 1;
}

#endif

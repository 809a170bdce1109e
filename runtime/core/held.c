/* held.c: in debug mode, which handles of a loop nobody has given back: streams, servers, sockets, transports, child processes.
 *
 * A thread has a table of them by address. Outside of debug mode it is empty, which is all that the end of a handle looks at. */
#define _GNU_SOURCE
#include "core.h"
#include "../loop/loop.h"

#include <stdio.h>
#include <stdlib.h>

enum { MOST_TOLD = 20 };

struct held {
    void *handle;                  /* NULL: a free place */
    const ac_loop *loop;           /* that it belongs to */
    uint64_t number;               /* in order of making */
};

static _Thread_local struct {
    struct held *places;           /* open addressing, at least half of it free */
    size_t room;                   /* a power of two, or 0 */
    uint64_t number;               /* of the last */
} table;

_Thread_local size_t ac__held;

static size_t place_of(const void *handle)
{
    return (size_t)((uintptr_t)handle / AC__POOL_GRAIN * 0x9e3779b97f4a7c15u >> 16) & (table.room - 1);
}

/* Where the handle is, or would be. */
static struct held *find(const void *handle)
{
    size_t place = place_of(handle);
    while (table.places[place].handle && table.places[place].handle != handle)
        place = (place + 1) & (table.room - 1);
    return &table.places[place];
}

static bool grow(void)
{
    struct held *before = table.places;
    size_t room = table.room;
    struct held *places = calloc(room ? 2 * room : 64, sizeof *places);
    if (!places)
        return false;
    table.places = places;
    table.room = room ? 2 * room : 64;
    for (size_t i = 0; i < room; i++) {
        if (before[i].handle)
            *find(before[i].handle) = before[i];
    }
    free(before);
    return true;
}

/* Without memory it is not told of. */
void ac__held_add(ac_loop *loop, void *handle)
{
    if (2 * ac__held >= table.room && !grow())
        return;
    struct held *place = find(handle);
    ac__held += !place->handle;
    *place = (struct held){ handle, loop, ++table.number };
}

/* The last one takes the table with it: nothing is left when the thread ends. */
static void free_empty(void)
{
    if (ac__held)
        return;
    free(table.places);
    table.places = NULL;
    table.room = 0;
}

/* Those behind it move up, as far as they may. */
void ac__held_remove(const void *handle)
{
    struct held *hole = find(handle);
    if (!hole->handle)
        return;
    hole->handle = NULL;
    ac__held--;
    for (size_t next = ((size_t)(hole - table.places) + 1) & (table.room - 1); table.places[next].handle;
         next = (next + 1) & (table.room - 1)) {
        struct held moved = table.places[next];
        table.places[next].handle = NULL;
        *find(moved.handle) = moved;
    }
    free_empty();
}

/* The loop's handle that was made first; NULL: none is left. */
static const struct held *first_of(const ac_loop *loop)
{
    const struct held *first = NULL;
    for (size_t i = 0; i < table.room; i++) {
        const struct held *one = &table.places[i];
        if (one->handle && one->loop == loop && (!first || one->number < first->number))
            first = one;
    }
    return first;
}

void ac__held_tell(ac_loop *loop)
{
    unsigned told = 0;
    for (const struct held *one; (one = first_of(loop)); ac__held_remove(one->handle), told++) {
        if (told < MOST_TOLD)
            fprintf(stderr, "acc: an %s is still held: ac_release gives it back\n", (*(const ac_fn *const *)one->handle)->name);
    }
    if (told > MOST_TOLD)
        fprintf(stderr, "acc: and %u more\n", told - MOST_TOLD);
}

/* A table from pointers (interned names, mostly) to what belongs to them. */
#ifndef MAP_H
#define MAP_H
#include "memory.h"

struct map {
    struct map_entry { const void *key; void *value; } *at;
    size_t count, capacity;     /* capacity: a power of two, at least twice the count; 0: nothing was put in */
};

/* Where the value of `key` stands: NULL at first. The place is valid until the next call. */
void **map_at(struct map *map, const void *key);

#endif

/* See map.h. Open addressing: an entry stands at the place that its key says, or at the next free one. */
#include "map.h"
#include <stdint.h>

static size_t place_of(const void *key, size_t capacity)
{
    uint64_t bits = (uint64_t)(uintptr_t)key * UINT64_C(0x9E3779B97F4A7C15);
    return (size_t)(bits >> 32) & (capacity - 1);
}

/* The entry of the key, or the free one that it would take. */
static struct map_entry *entry_of(struct map_entry *at, size_t capacity, const void *key)
{
    size_t i = place_of(key, capacity);
    while (at[i].key && at[i].key != key)
        i = (i + 1) & (capacity - 1);
    return &at[i];
}

static void grow(struct map *map)
{
    size_t capacity = map->capacity ? map->capacity * 2 : 16;
    struct map_entry *larger = arena_alloc(capacity * sizeof *larger);
    for (size_t i = 0; i < map->capacity; i++)
        if (map->at[i].key)
            *entry_of(larger, capacity, map->at[i].key) = map->at[i];
    map->at = larger;
    map->capacity = capacity;
}

void **map_at(struct map *map, const void *key)
{
    if (map->count * 2 >= map->capacity)
        grow(map);
    struct map_entry *entry = entry_of(map->at, map->capacity, key);
    if (!entry->key) {
        entry->key = key;
        map->count++;
    }
    return &entry->value;
}

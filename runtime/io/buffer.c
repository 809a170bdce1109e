/*
 * Buffers of bytes, and the cache of their first blocks.
 *
 * Ten thousand connections that wait hold no block at all; those that are being served take one from the cache of
 * their thread and give it back before they wait again. The cache is bounded, and freed when the thread ends.
 */
#define _GNU_SOURCE
#include "buffer.h"

#include "../core/core.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Blocks that a thread keeps for its next buffers. */
#define CACHE_LIMIT 64

/* A cached block: its first bytes are the link. */
struct block {
    struct block *next;
};

/* The blocks that this thread keeps, and their number. */
static _Thread_local struct block *cache;
static _Thread_local unsigned cache_count;

/* Set once a thread has a destructor for its cache; without one nothing is kept. */
static _Thread_local _Bool cache_owned;
static pthread_key_t cache_key;
static pthread_once_t cache_key_once = PTHREAD_ONCE_INIT;
static _Bool cache_key_made;

static void cache_free(void *unused)
{
    (void)unused;
    while (cache) {
        struct block *block = cache;
        cache = block->next;
        free(block);
    }
    cache_count = 0;
    cache_owned = 0;
}

static void cache_key_make(void)
{
    cache_key_made = pthread_key_create(&cache_key, cache_free) == 0;
}

/* Sees to it that the cache of this thread is freed with the thread. */
static _Bool cache_own(void)
{
    if (cache_owned)
        return 1;
    pthread_once(&cache_key_once, cache_key_make);
    cache_owned = cache_key_made && pthread_setspecific(cache_key, &cache) == 0;
    return cache_owned;
}

static char *block_get(void)
{
    struct block *block = cache;

    if (!block)
        return ac__allocate(AC__BUFFER_BLOCK);
    cache = block->next;
    cache_count--;
    return (char *)block;
}

static void block_put(char *data, size_t capacity)
{
#if !defined(__SANITIZE_ADDRESS__)      /* there every block is freed, so that a use of it afterwards is seen */
    if (capacity == AC__BUFFER_BLOCK && cache_count < CACHE_LIMIT && cache_own()) {
        struct block *block = (struct block *)(void *)data;
        block->next = cache;
        cache = block;
        cache_count++;
        return;
    }
#else
    (void)capacity;
    (void)cache_own;
#endif
    free(data);
}

/* The first size of storage, by doubling, that holds `needed` bytes; 0: there is none. */
static size_t capacity_for(size_t needed)
{
    size_t capacity = AC__BUFFER_BLOCK;

    while (capacity < needed) {
        if (capacity > SIZE_MAX / 2)
            return 0;
        capacity *= 2;
    }
    return capacity;
}

/* Moves the content into new storage, at `offset`. */
static _Bool storage_change(struct ac__buffer *buffer, size_t capacity, size_t offset)
{
    size_t size = ac__buffer_size(buffer);
    char *data;

    if (!capacity)
        return 0;
    data = capacity == AC__BUFFER_BLOCK ? block_get() : ac__allocate(capacity);
    if (!data)
        return 0;
    if (size)
        memcpy(data + offset, ac__buffer_head(buffer), size);
    if (buffer->data)
        block_put(buffer->data, buffer->capacity);
    buffer->data = data;
    buffer->capacity = capacity;
    buffer->start = offset;
    buffer->end = offset + size;
    return 1;
}

_Bool ac__buffer_reserve(struct ac__buffer *buffer, size_t size)
{
    size_t content = ac__buffer_size(buffer);

    if (buffer->capacity - buffer->end >= size && buffer->data)
        return 1;
    if (size > SIZE_MAX / 2 || content > SIZE_MAX / 2)
        return 0;
    /* Moving pays only where it moves less than it frees: else many small appends would each move everything. */
    if (buffer->data && buffer->capacity - content >= size && buffer->start >= content) {
        memmove(buffer->data, ac__buffer_head(buffer), content);
        buffer->start = 0;
        buffer->end = content;
        return 1;
    }
    /* Room for as much again as there is: the next move is paid for by that many bytes added in between. */
    return storage_change(buffer, capacity_for(content + (size > content ? size : content)), 0);
}

_Bool ac__buffer_append(struct ac__buffer *buffer, const void *bytes, size_t size)
{
    if (!size)
        return 1;
    if (!ac__buffer_reserve(buffer, size))
        return 0;
    memcpy(buffer->data + buffer->end, bytes, size);
    buffer->end += size;
    return 1;
}

_Bool ac__buffer_prepend(struct ac__buffer *buffer, const void *bytes, size_t size)
{
    size_t content = ac__buffer_size(buffer);

    if (!size)
        return 1;
    if (buffer->start < size) {
        if (size > SIZE_MAX - content || !storage_change(buffer, capacity_for(content + size), size))
            return 0;
    }
    buffer->start -= size;
    memcpy(buffer->data + buffer->start, bytes, size);
    return 1;
}

void ac__buffer_reset(struct ac__buffer *buffer)
{
    if (buffer->data)
        block_put(buffer->data, buffer->capacity);
    *buffer = (struct ac__buffer){ 0 };
}

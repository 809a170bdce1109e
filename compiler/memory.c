/* The arena is a list of chunks, each twice the size of the one before up to a limit; interned names hang in one hash
   table. See memory.h. */
#include "memory.h"
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *chunk_free, *chunk_end;
static size_t chunk_size = 64 << 10;

_Noreturn static void out_of_memory(void)
{
    fputs("acc: error: out of memory\n", stderr);
    exit(1);
}

static void chunk_begin(size_t need)
{
    if (chunk_size < 4 << 20)
        chunk_size *= 2;
    size_t size = need > chunk_size ? need : chunk_size;
    chunk_free = calloc(1, size);
    if (!chunk_free)
        out_of_memory();
    chunk_end = chunk_free + size;
}

void *arena_alloc(size_t size)
{
    size = (size + 15) & ~(size_t)15;
    if ((size_t)(chunk_end - chunk_free) < size)
        chunk_begin(size);
    void *p = chunk_free;
    chunk_free += size;
    return p;
}

char *arena_copy(const char *text, size_t length)
{
    char *p = arena_alloc(length + 1);
    memcpy(p, text, length);
    return p;
}

char *arena_format(const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *p = arena_alloc((size_t)(length < 0 ? 0 : length) + 1);
    vsnprintf(p, (size_t)length + 1, format, again);
    va_end(again);
    return p;
}

void *array_reserve(void *at, size_t count, size_t *capacity, size_t size)
{
    if (count <= *capacity)
        return at;
    size_t larger = *capacity ? *capacity * 2 : 8;
    while (larger < count)
        larger *= 2;
    void *p = arena_alloc(larger * size);
    if (at)
        memcpy(p, at, *capacity * size);
    *capacity = larger;
    return p;
}

struct interned {
    struct interned *next;
    size_t length;
    uint32_t hash;
    char text[];
};

static struct interned **buckets;
static size_t bucket_count, interned_count;

static uint32_t hash_of(const char *text, size_t length)
{
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < length; i++)
        h = (h ^ (unsigned char)text[i]) * 16777619u;
    return h;
}

static void buckets_grow(void)
{
    size_t count = bucket_count ? bucket_count * 2 : 4096;
    struct interned **larger = arena_alloc(count * sizeof *larger);
    for (size_t i = 0; i < bucket_count; i++)
        for (struct interned *n = buckets[i], *next; n; n = next) {
            next = n->next;
            n->next = larger[n->hash & (count - 1)];
            larger[n->hash & (count - 1)] = n;
        }
    buckets = larger;
    bucket_count = count;
}

const char *intern(const char *text, size_t length)
{
    if (interned_count >= bucket_count)
        buckets_grow();
    uint32_t hash = hash_of(text, length);
    struct interned **bucket = &buckets[hash & (bucket_count - 1)];
    for (struct interned *n = *bucket; n; n = n->next)
        if (n->hash == hash && n->length == length && !memcmp(n->text, text, length))
            return n->text;
    struct interned *n = arena_alloc(sizeof *n + length + 1);
    n->length = length;
    n->hash = hash;
    memcpy(n->text, text, length);
    n->next = *bucket;
    *bucket = n;
    interned_count++;
    return n->text;
}

const char *intern_string(const char *text)
{
    return intern(text, strlen(text));
}

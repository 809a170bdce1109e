/* Memory of one translation: an arena that lives until the process ends, growable arrays in it, and interned names.
   Nothing is freed one by one; running out of memory ends the process with a message. */
#ifndef MEMORY_H
#define MEMORY_H
#include <stdarg.h>
#include <stddef.h>

/* Zeroed memory, aligned for any object. Never NULL. */
void *arena_alloc(size_t size);
char *arena_copy(const char *text, size_t length);      /* NUL-terminated */
char *arena_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The one copy of a name: two names are equal exactly when their pointers are. */
const char *intern(const char *text, size_t length);
const char *intern_string(const char *text);

/* A growable array of T: struct { T *at; size_t count, capacity; }. */
#define ARRAY(T) struct { T *at; size_t count, capacity; }
#define array_add(array, ...) \
    ((array)->at = array_reserve((array)->at, (array)->count + 1, &(array)->capacity, sizeof *(array)->at), \
     (array)->at[(array)->count++] = (__VA_ARGS__))
void *array_reserve(void *at, size_t count, size_t *capacity, size_t size);

#endif

/*
 * A growing buffer of bytes: filled at its end, emptied at its start.
 *
 *      data        start          end         capacity
 *        |  taken    |   content   |   free space  |
 *
 * Storage comes with the first byte and goes back when the buffer is reset, so that a stream which waits holds
 * none. Blocks of the first size are kept in a small cache of the thread.
 */
#ifndef AC_IO_BUFFER_H
#define AC_IO_BUFFER_H

#include <stddef.h>

struct ac__buffer {
    char *data;             /* the storage, of `capacity` bytes; NULL while there is none */
    size_t start;           /* first byte of the content; start <= end <= capacity, always */
    size_t end;             /* one past the last byte of the content */
    size_t capacity;        /* 0 while there is no storage */
};

/* Size of the first block that a buffer gets. */
#define AC__BUFFER_BLOCK ((size_t)8192)

/* How many bytes of content there are. */
static inline size_t ac__buffer_size(const struct ac__buffer *buffer)
{
    return buffer->end - buffer->start;
}

/* The content's first byte; valid until the next call that adds or resets. */
static inline char *ac__buffer_head(const struct ac__buffer *buffer)
{
    return buffer->data + buffer->start;
}

/* Makes sure that `size` bytes can be stored at data + end. Content may move. False: no memory, nothing changed. */
_Bool ac__buffer_reserve(struct ac__buffer *buffer, size_t size);

/* Copies `size` bytes to the end. False: no memory, nothing changed. */
_Bool ac__buffer_append(struct ac__buffer *buffer, const void *bytes, size_t size);

/* Puts `size` bytes before the content. False: no memory, nothing changed. */
_Bool ac__buffer_prepend(struct ac__buffer *buffer, const void *bytes, size_t size);

/* Takes `size` bytes away from the start; the storage stays where it is. */
static inline void ac__buffer_consume(struct ac__buffer *buffer, size_t size)
{
    buffer->start += size;
    if (buffer->start == buffer->end)
        buffer->start = buffer->end = 0;
}

/* Forgets the content and gives the storage back. */
void ac__buffer_reset(struct ac__buffer *buffer);

#endif

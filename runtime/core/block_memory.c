/* Memory that emitted code asks for in place of the C stack, which an async function leaves when it is suspended. */
#include "core.h"
#include <stdlib.h>

void *ac_array_new(size_t size)
{
    return malloc(size ? size : 1);
}

void ac_array_free(void *array)
{
    free(array);
}

/* Before each block of alloca stands the one that was asked for before it. */
union header {
    union header *next;
    max_align_t align;
};

void *ac_alloca(void **list, size_t size)
{
    if (size > SIZE_MAX - sizeof(union header))
        return NULL;
    union header *block = malloc(sizeof *block + size);
    if (!block)
        return NULL;
    block->next = *list;
    *list = block;
    return block + 1;
}

void ac_alloca_end(void **list)
{
    for (union header *block = *list, *next; block; block = next) {
        next = block->next;
        free(block);
    }
    *list = NULL;
}

/* --publish: the frames of a file's external async functions, for other files. */
#ifndef PUBLISH_H
#define PUBLISH_H
#include "tree.h"

/* Whether others may put this function's frame into their own: its resume function and description have external linkage then. */
bool is_published(const struct function *function);

/* Writes the header. All functions have been emitted. 0, or -1 after a message. */
int publish_write(void);

#endif

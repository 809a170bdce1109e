/* What the files of the check stage share, and what others ask of it while the program is still being parsed. */
#ifndef CHECK_H
#define CHECK_H
#include "tree.h"

/* The type of an expression in typeof or sizeof: types it where it has none yet, without a message. In check_expression.c. */
struct type *typeof_expression(struct expression *e);

#endif

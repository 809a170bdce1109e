/* What the files of the check stage share, and what others ask of it while the program is still being parsed. */
#ifndef CHECK_H
#define CHECK_H
#include "tree.h"

/* The type of an expression in typeof or sizeof: types it where it has none yet, without a message. In check_expression.c. */
struct type *typeof_expression(struct expression *e);

/* 6.7.2.2p3: an enumerator is an int; gcc gives one that does not fit the type of its enumeration. */
struct type *enumerator_type(struct symbol *symbol);

/* The value of a TYPES_COMPATIBLE; false where a type in it is not known. */
bool types_compatible(struct expression *e, int64_t *result);

#endif

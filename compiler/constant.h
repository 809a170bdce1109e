/* Constant expressions: their value at compile time, as far as acc can know it. */
#ifndef CONSTANT_H
#define CONSTANT_H
#include "literal.h"
#include "tree.h"

/* The value of an integer constant expression (6.6), one of unsigned long taken modulo 2^64. Works on trees that
   check has not seen. false: it is none, or one that only the C compiler can compute. */
bool constant_integer(struct expression *e, int64_t *value);

/* Any arithmetic (or null-pointer-based address) constant, with its type. */
bool constant_evaluate(struct expression *e, struct literal *value);

/* Has it this punctuator as its operator? */
bool operator_is(const struct expression *e, const char *operator_);

#endif

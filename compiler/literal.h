/* What literals mean: the type and value of numbers and characters, the element type and length of strings. */
#ifndef LITERAL_H
#define LITERAL_H
#include "type.h"

/* A value of arithmetic type: integers in `bits`, sign-extended or zero-extended to 64; others in `real`. */
struct literal {
    struct type *type; /* NULL: the spelling means nothing that acc knows */
    bool is_floating;
    bool imaginary; /* suffix i or j: `type` is complex, and the value not used */
    bool wide;      /* does not fit into 64 bits */
    uint64_t bits;
    long double real;
};

/* Of a number, a character, or one of C23's true, false and nullptr. */
struct literal literal_constant(const struct token *token);
struct literal literal_number(const struct token *token);
struct literal literal_character(const struct token *token);
/* What makes a number none, as gcc tells it; NULL: nothing. */
const char *literal_number_fault(const struct token *token);
/* The same of a character or string. */
const char *literal_text_fault(const struct token *token);
/* The array type of adjacent string literals first..last. */
struct type *literal_string(token_index first, token_index last);

#endif

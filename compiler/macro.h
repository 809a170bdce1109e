/* Macros that would spoil the output: the C compiler preprocesses what was preprocessed already.

   A macro is not expanded in its own expansion (C11 6.10.3.4p2), nor one with parameters where no ( follows; the C compiler, which sees the definition
   too, would expand the name that is left over once more. And a macro may have the name of a member that acc's own text speaks of.
   So such macros are hidden from each text that acc made. */
#ifndef MACRO_H
#define MACRO_H
#include "token.h"

/* What stands behind #define (#undef) in the preprocessed text; in effect for the tokens that follow. */
void macro_define(const char *text, const char *end, const struct source_file *file);
void macro_undefine(const char *text, const char *end);
/* What a name would be expanded as that is the next token. */
enum macro_kind macro_find(const char *name);

/* Whether the C compiler would expand the name. */
bool macro_would_expand(token_index t);

/* The directives from which on the C compiler does not know the macro of this name, and those that bring it back. */
struct text;
void macro_hide(struct text *out, const char *name);
void macro_show(struct text *out, const char *name);
/* Adds text that acc made, with all macros hidden that would be expanded in it. */
void macros_add_around(struct text *out, const char *text);

#endif

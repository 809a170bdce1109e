/* The C text of one lowered function. */
#ifndef EMIT_H
#define EMIT_H
#include "lower.h"

/* Fills in lowering->frame (the frame struct) and lowering->body (everything else), both with #line directives where the options ask for them. */
void emit_function(struct function *function);

/* `ac_coro *f(int a);` */
void emit_prototype(struct function *function, struct text *out);

/* `#line 12 "file"`, on a line of its own, or nothing. */
void emit_line_directive(struct text *out, const char *path, uint32_t line);

#endif

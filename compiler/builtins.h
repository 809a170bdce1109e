/* What the compiler's builtin functions return. */
#ifndef BUILTINS_H
#define BUILTINS_H
#include "tree.h"

/* Is it the name of such a function, known or not? */
bool is_builtin_name(const char *name);

/* The type of a call of the builtin function `name`, whose arguments have their types; UNKNOWN where acc does not
   know it. */
struct type *builtin_result(const char *name, struct expression *call);

#endif

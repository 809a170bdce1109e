#ifndef INLINE_OUTER_H
#define INLINE_OUTER_H
#include "inline.h"

struct user { async int (*function)(int); };

async int there(int n);

#endif

/* blocking.h: what blocking.c and process.c share. Private to libac. */
#ifndef AC_BLOCKING_H
#define AC_BLOCKING_H

#include "loop.h"

struct ac_blocking *ac__blocking_of_job(struct ac__job *job);

#endif

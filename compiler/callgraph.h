/* Which async functions of the file recurse. */
#ifndef CALLGRAPH_H
#define CALLGRAPH_H
#include "tree.h"

/* Sets function->component: functions that await each other in a ring, or themselves, share a number with their callers on it. A function in a
   component of its own that does not await itself may have its frame inside its callers'. */
void callgraph(void);

#endif

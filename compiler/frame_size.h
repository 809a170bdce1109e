/* Sizes of frames. See frame_size.c. */
#ifndef FRAME_SIZE_H
#define FRAME_SIZE_H
#include "lower.h"

enum { FRAME_BASE_SIZE = 24 }; /* struct ac_frame */

/* Of a lowered function; those whose frames lie in its own are lowered too. */
struct frame_size frame_size(struct function *function);
uint64_t callee_frame_size(const struct callee *callee);

/* -Wlarge-frame: tells where the frame is larger than that. */
void frame_warn(struct function *function);

#endif

/* Which members of a frame share bytes, and where each one lies. See frame_layout.c. */
#ifndef FRAME_LAYOUT_H
#define FRAME_LAYOUT_H
#include "lower.h"

enum { FRAME_BASE_SIZE = 24 }; /* struct ac_frame */

/* A part of the frame's struct: a member, or an anonymous struct or union of parts. */
struct part {
    enum part_kind { PART_MEMBER, PART_STRUCT, PART_UNION } kind;
    struct variable *variable;          /* MEMBER */
    struct part *first, *last, *next;   /* what a STRUCT or UNION consists of, in the order of the text */
    struct part *peer;                  /* while the layout is made: the next that is needed together with it */
    uint64_t size, alignment, offset;   /* in bytes; the offset is that in the frame */
    bool exact;                         /* else the size of something in it is known to the C compiler alone, and does not count */
};

/* The frame of a lowered function: a STRUCT of what stands behind its header, whose size includes the header. Those whose frames lie in its own are
   lowered too. */
const struct part *frame_layout(struct lowering *l);
/* Of its member, where that is more than its type asks for; else 0. */
uint32_t member_alignment(const struct variable *v);
/* Of the frame of a callee. */
uint64_t callee_frame_size(const struct callee *callee);

/* -Wlarge-frame: tells where the frame is larger than that (warn_frame.c). */
void frame_warn(struct function *function);

#endif

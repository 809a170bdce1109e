/* -Wlarge-frame: which members make a frame larger than the user wants one to be. */
#include "diagnostic.h"
#include "frame_layout.h"

enum { POINTER_SIZE = 8, TOLD_MEMBERS = 3 };

/* Keeps the largest, in order. */
static void keep_large(const struct part *large[TOLD_MEMBERS], const struct part *part)
{
    for (size_t i = 0; i < TOLD_MEMBERS && part; i++)
        if (!large[i] || part->size > large[i]->size) {
            const struct part *smaller = large[i];
            large[i] = part;
            part = smaller;
        }
}

static void keep_members(const struct part *large[TOLD_MEMBERS], const struct part *whole)
{
    for (const struct part *part = whole->first; part; part = part->next)
        if (part->kind == PART_MEMBER)
            keep_large(large, part);
        else
            keep_members(large, part);
}

static void note_callee(struct function *function, const struct callee *callee, unsigned long long size)
{
    token_index place = callee->function ? callee->function->declarator->name_token : function->declarator->name_token;
    note_at(place, "the frame of '%s', which it awaits, takes %llu of them", callee->name, size);
}

static void note_large(struct function *function, const struct part *part)
{
    struct variable *v = part->variable;
    unsigned long long size = part->size;
    token_index place = v->symbol ? v->symbol->place : function->declarator->name_token;
    if (v->callee)
        note_callee(function, &function->lowering->callees.at[v->callee - 1], size);
    else if (v == function->lowering->result)
        note_at(place, "its value takes %llu of them; a pointer takes %d", size, POINTER_SIZE);
    else if (v->parameter)
        note_at(place, "the argument '%s' takes %llu of them; a pointer takes %d", v->name, size, POINTER_SIZE);
    else if (v->symbol)
        note_at(place, "'%s' takes %llu of them; it would not in a block without an await, or as memory from 'malloc'",
                v->symbol->name, size);
    else
        note_at(place, "a value in the middle of an expression that awaits takes %llu of them", size);
}

void frame_warn(struct function *function)
{
    const struct part *large[TOLD_MEMBERS] = {NULL}, *frame = frame_layout(function->lowering);
    if (frame->size <= large_frame_limit ||
        !warning_at(function->declarator->name_token, "large-frame", "the frame of '%s' takes %s%llu bytes, over the limit of %llu",
                    function->symbol->name, frame->exact ? "" : "at least ", (unsigned long long)frame->size,
                    (unsigned long long)large_frame_limit))
        return;
    keep_members(large, frame);
    for (size_t i = 0; i < TOLD_MEMBERS && large[i] && large[i]->size * 5 > frame->size; i++)
        note_large(function, large[i]);
}

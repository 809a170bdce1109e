/* How many bytes a frame takes, and what takes them: for --emit=frames and -Wlarge-frame. The layout follows the struct that
   frame.c writes, member by member, as a C compiler lays it out on LP64. */
#include "diagnostic.h"
#include "frame_size.h"

enum { POINTER_SIZE = 8, TOLD_MEMBERS = 3 };

/* A struct that is being laid out. */
struct layout {
    uint64_t size, alignment;
    bool exact;
};

static uint64_t round_up(uint64_t size, uint64_t alignment)
{
    return alignment ? (size + alignment - 1) / alignment * alignment : size;
}

static void add_bytes(struct layout *layout, uint64_t size, uint64_t alignment)
{
    layout->size = round_up(layout->size, alignment) + size;
    if (alignment > layout->alignment)
        layout->alignment = alignment;
}

static void add_type(struct layout *layout, struct type *type, uint32_t aligned)
{
    uint64_t size, alignment;
    if (!type_size(type, &size, &alignment))
        layout->exact = false;
    else
        add_bytes(layout, size, aligned > alignment ? aligned : alignment);
}

static void close_struct(struct layout *layout)
{
    layout->size = round_up(layout->size, layout->alignment);
}

/* A member of a union, which is then as large as its largest. */
static void add_alternative(struct layout *all, struct layout one)
{
    close_struct(&one);
    all->exact &= one.exact;
    if (one.size > all->size)
        all->size = one.size;
    if (one.alignment > all->alignment)
        all->alignment = one.alignment;
}

static bool is_member(struct variable *v)
{
    return v->kept && !v->parameter;
}

static void add_extent(struct layout *layout, struct extent *extent)
{
    struct layout beside = {.exact = true};
    for (size_t i = 0; i < extent->variables.count; i++) {
        struct variable *v = extent->variables.at[i];
        if (is_member(v))
            add_type(layout, v->type, v->symbol && v->symbol->declarator ? v->symbol->declarator->aligned : 0);
    }
    size_t count = 0;
    struct extent *only = NULL;
    for (struct extent *child = extent->first_child; child; child = child->next)
        if (child->has_member) {
            only = child;
            count++;
        }
    if (count == 1)
        add_extent(layout, only);
    if (count < 2)
        return;
    for (struct extent *child = extent->first_child; child; child = child->next) {
        struct layout one = {.exact = true};
        add_extent(&one, child);
        add_alternative(&beside, one);
    }
    layout->exact &= beside.exact;
    add_bytes(layout, beside.size, beside.alignment);
}

static struct layout callee_layout(const struct callee *callee)
{
    struct layout layout = {.exact = true};
    struct frame_size size;
    struct tag *tag;
    if (callee->function) {
        size = frame_size(callee->function);
        layout = (struct layout){.size = size.bytes, .alignment = size.alignment, .exact = size.exact};
    } else if ((tag = tag_find(intern_string(callee->frame_tag))) && tag->self) {
        add_type(&layout, tag->self, 0);
        close_struct(&layout);
    } else {
        layout.exact = false;
    }
    return layout;
}

static void add_callees(struct layout *layout, struct lowering *l)
{
    struct layout all = {.exact = true};
    for (size_t i = 0; i < l->callees.count; i++)
        add_alternative(&all, callee_layout(&l->callees.at[i]));
    if (l->coro_member)
        add_alternative(&all, (struct layout){POINTER_SIZE, POINTER_SIZE, true});
    layout->exact &= all.exact;
    if (all.size)
        add_bytes(layout, all.size, all.alignment);
}

struct frame_size frame_size(struct function *function)
{
    struct lowering *l = function->lowering;
    if (l->size.bytes)
        return l->size;
    struct layout layout = {.exact = true};
    add_bytes(&layout, FRAME_BASE_SIZE, POINTER_SIZE);
    if (!type_is(function->result, TYPE_VOID))
        add_type(&layout, function->result, 0);
    for (size_t i = 0; i < function->declarator->parameter_count; i++) {
        struct type *type = function->declarator->parameters[i].type;
        add_type(&layout, type_is_variably_modified(type) ? type_pointer(type_basic(TYPE_VOID)) : type, 0);
    }
    add_extent(&layout, l->root);
    add_callees(&layout, l);
    close_struct(&layout);
    return l->size = (struct frame_size){layout.size, layout.alignment, layout.exact};
}

uint64_t callee_frame_size(const struct callee *callee)
{
    return callee_layout(callee).size;
}

/* ================= -Wlarge-frame ================= */

struct part {
    uint64_t size;
    struct variable *variable;   /* or */
    const struct callee *callee; /* whose frame it is */
};

/* Keeps the largest, in order. */
static void keep_part(struct part parts[TOLD_MEMBERS], struct part part)
{
    for (size_t i = 0; i < TOLD_MEMBERS; i++)
        if (part.size > parts[i].size) {
            struct part smaller = parts[i];
            parts[i] = part;
            part = smaller;
        }
}

static void note_part(struct function *function, const struct part *part)
{
    struct variable *v = part->variable;
    unsigned long long size = part->size;
    token_index place = v && v->symbol ? v->symbol->place : function->declarator->name_token;
    if (part->callee && part->callee->function)
        note_at(part->callee->function->declarator->name_token, "the frame of '%s', which it awaits, takes %llu of them",
                part->callee->name, size);
    else if (part->callee)
        note_at(place, "the frame of '%s', which it awaits, takes %llu of them", part->callee->name, size);
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
    struct lowering *l = function->lowering;
    struct part parts[TOLD_MEMBERS] = {{0}};
    struct frame_size whole = frame_size(function);
    uint64_t size, alignment;
    if (whole.bytes <= large_frame_limit ||
        !warning_at(function->declarator->name_token, "large-frame", "the frame of '%s' takes %s%llu bytes, over the limit of %llu",
                    function->symbol->name, whole.exact ? "" : "at least ", (unsigned long long)whole.bytes,
                    (unsigned long long)large_frame_limit))
        return;
    for (size_t i = 0; i < l->variables.count; i++)
        if (l->variables.at[i]->kept && type_size(l->variables.at[i]->type, &size, &alignment))
            keep_part(parts, (struct part){.size = size, .variable = l->variables.at[i]});
    for (size_t i = 0; i < l->callees.count; i++)
        keep_part(parts, (struct part){.size = callee_frame_size(&l->callees.at[i]), .callee = &l->callees.at[i]});
    for (size_t i = 0; i < TOLD_MEMBERS && parts[i].size * 5 > whole.bytes; i++)
        note_part(function, &parts[i]);
}

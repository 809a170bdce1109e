/* Which members of a frame share bytes. What is never needed at the same time may lie in the same place: variables of blocks beside each other, of
   one block one after the other, arguments and the frames of callees.

   Each member has the stretches of items in which its bytes are needed (struct run). Members go, the largest first, where the frame grows least by
   it: into a slot, which is a union of things that are never needed together, each of them one member or a few that are. The result is a nest
   of structs and unions, so that nothing depends on what acc takes for the size of a type but how well it is done; sizes are those of LP64.

   A function of very many members gets unions that follow the nesting of its blocks, which takes no search; so does one that comes out smaller by it. */
#include "diagnostic.h"
#include "frame_layout.h"
#include "publish.h"
#include <stdlib.h>

enum {
    POINTER_SIZE = 8,
    PACKED_LIMIT = 400,     /* members that are compared with each other */
    JOINED_LIMIT = 8,       /* members that are put together as one alternative of a slot */
    TRIED_LIMIT = 8,        /* slots in which that is tried for one member */
    GUESSED_SIZE = 64       /* of what only the C compiler knows */
};

typedef ARRAY(struct variable *) variable_list;
typedef ARRAY(struct part *) part_list;

/* ---- where the bytes of a member are needed ---- */

static size_t last_item(struct lowering *l)
{
    return l->items.count ? l->items.count - 1 : 0;
}

static void need_always(struct lowering *l, struct variable *v)
{
    v->runs.count = 0;
    run_add(&v->runs, 0, last_item(l));
}

static bool is_local(struct variable *v)
{
    return v->kept && !v->resident;
}

/* A local that is copied to the frame needs its place there while the function is suspended. */
static void find_copies(struct lowering *l)
{
    for (size_t i = 0; i < l->variables.count; i++)
        if (is_local(l->variables.at[i])) {
            l->variables.at[i]->runs.count = 0;
            if (l->variables.at[i]->parameter)
                run_add(&l->variables.at[i]->runs, 0, 0);
        }
    for (size_t i = 0; i < l->items.count; i++) {
        if (l->items.at[i].kind != ITEM_SITE)
            continue;
        struct live_list *live = &l->live[l->items.at[i].site];
        for (size_t k = 0; k < live->count; k++)
            if (is_local(live->at[k]))
                run_add(&live->at[k]->runs, i, i);
    }
}

/* Jumps back, by the innermost extent that they stay in. */
static void find_loops(struct lowering *l)
{
    size_t *label_item = arena_alloc((l->label_count + 1) * sizeof *label_item);
    for (size_t i = 0; i < l->items.count; i++)
        if (l->items.at[i].kind == ITEM_LABEL)
            label_item[l->items.at[i].label] = i + 1;
    for (size_t i = 0; i < l->items.count; i++) {
        struct item *item = &l->items.at[i];
        if ((item->kind != ITEM_JUMP && item->kind != ITEM_BRANCH) || !label_item[item->label] || label_item[item->label] > i)
            continue;
        struct extent *extent = item->extent;
        while (extent->parent && extent->first_item > label_item[item->label] - 1)
            extent = extent->parent;
        array_add(&extent->loops, (struct run){label_item[item->label] - 1, i});
    }
}

/* The item that a jump back from behind `start` leads to at the earliest, within the extent. */
static size_t before_loops(struct extent *extent, size_t start)
{
    for (size_t i = 0; i < extent->loops.count; i++)
        if (extent->loops.at[i].first < start && start <= extent->loops.at[i].last) {
            start = extent->loops.at[i].first;
            i = (size_t)-1;
        }
    return start;
}

/* An object whose address may be known is needed from where it is first mentioned to the end of its block. */
static void need_to_the_end(struct lowering *l, struct variable *v)
{
    struct extent *own = v->extent;
    size_t start = v->runs.count && v->runs.at[0].first > own->first_item ? v->runs.at[0].first : own->first_item;
    struct extent *extent = l->items.at[start].extent;
    for (; extent && extent != own; extent = extent->parent)
        start = before_loops(extent, start);
    start = extent ? before_loops(own, start) : own->first_item;
    run_add(&v->runs, start > own->first_item ? start : own->first_item, own->last_item);
}

/* An argument is in its place when the function begins; as a C local it is loaded whenever the function goes on, so it stays there until the last
   await that it lives across, unless it is copied there anew. */
static void need_argument(struct lowering *l, struct variable *v)
{
    bool looked_at = type_is(v->type, TYPE_BOOL);   /* it is loaded with the others, and must be 0 or 1 */
    if (v->must_reside || (!v->resident && (looked_at || v->live_count > COPIES_LIMIT))) {
        need_always(l, v);
    } else if (v->resident) {
        struct run_list runs = v->runs;
        v->runs = (struct run_list){0};
        run_add(&v->runs, 0, 0);
        for (size_t i = 0; i < runs.count; i++)
            run_add(&v->runs, runs.at[i].first, runs.at[i].last);
    } else if (v->symbol && !v->symbol->assigned) {
        run_add(&v->runs, 0, v->runs.at[v->runs.count - 1].last);
    }
}

/* A generator has one at each yield; in a header, it is the member that bears this name. */
static bool keeps_result(const struct function *function)
{
    return function->is_generator || is_published(function);
}

static void find_needs(struct lowering *l)
{
    find_copies(l);
    find_loops(l);
    for (size_t i = 0; i < l->variables.count; i++) {
        struct variable *v = l->variables.at[i];
        if (v->parameter)
            need_argument(l, v);
        else if (!v->kept || is_local(v))
            continue;
        else if (v->must_reside)
            need_to_the_end(l, v);
        else if (!v->runs.count || (v == l->result && keeps_result(l->function)))
            need_always(l, v);
    }
}

static bool together(const struct variable *a, const struct variable *b)
{
    for (size_t i = 0, k = 0; i < a->runs.count && k < b->runs.count;) {
        if (a->runs.at[i].last < b->runs.at[k].first)
            i++;
        else if (b->runs.at[k].last < a->runs.at[i].first)
            k++;
        else
            return true;
    }
    return false;
}

/* ---- parts ---- */

static uint64_t round_up(uint64_t size, uint64_t alignment)
{
    return (size + alignment - 1) / alignment * alignment;
}

static struct part *part_new(enum part_kind kind)
{
    struct part *part = arena_alloc(sizeof *part);
    part->kind = kind;
    part->alignment = 1;
    part->exact = true;
    return part;
}

static void part_add(struct part *whole, struct part *part)
{
    if (whole->last)
        whole->last->next = part;
    else
        whole->first = part;
    whole->last = part;
    part->next = NULL;
    whole->exact &= part->exact;
    if (part->alignment > whole->alignment)
        whole->alignment = part->alignment;
}

static void measure_type(struct part *part, struct type *type, uint32_t aligned)
{
    part->exact = type_size(type, &part->size, &part->alignment);
    if (!part->exact)
        part->size = 0;
    if (!part->exact || !part->alignment)
        part->alignment = 1;
    if (aligned > part->alignment)
        part->alignment = aligned;
}

/* What the type asks for were no record of it packed. */
static uint64_t unpacked_alignment(struct type *type)
{
    uint64_t size, most = 1;
    type = type_strip(type);
    if (type->kind == TYPE_ARRAY)
        return unpacked_alignment(type->inner);
    if (!type_is_record(type))
        return type_size(type, &size, &most) ? most : 1;
    for (size_t i = 0; i < type->tag->member_count; i++) {
        uint64_t alignment = unpacked_alignment(type->tag->members[i].type);
        if (alignment > most)
            most = alignment;
    }
    return most;
}

/* C compilers give some objects on the stack more than their types ask for, and programs count on it. Arrays of 16 bytes or more lie at a multiple
   of 16 (System V ABI for x86-64, 3.1.2): structs are read out of arrays of char, as those of CMSG_SPACE. Packed records lie as others would: pointers
   to those of their members that their places suit are used like any. */
static uint64_t usual_alignment(struct type *type)
{
    enum { ARRAY_ALIGNMENT = 16 };
    uint64_t size, alignment, usual;
    if (!type_size(type, &size, &alignment))
        return 0;
    usual = type_is(type, TYPE_ARRAY) && size >= ARRAY_ALIGNMENT ? ARRAY_ALIGNMENT : unpacked_alignment(type);
    return usual > alignment ? usual : 0;
}

uint32_t member_alignment(const struct variable *v)
{
    if (v->callee || !v->symbol || !v->symbol->declarator)
        return 0;
    uint64_t usual = usual_alignment(v->type);
    uint32_t written = v->parameter ? 0 : v->symbol->declarator->aligned;
    return usual > written ? (uint32_t)usual : written;
}

static void measure_callee(struct part *part, const struct callee *callee)
{
    struct tag *tag;
    if (callee->function) {
        const struct part *frame = frame_layout(callee->function->lowering);
        part->size = frame->size;
        part->alignment = frame->alignment;
        part->exact = frame->exact;
    } else if ((tag = tag_find(intern_string(callee->frame_tag))) && tag->self) {
        measure_type(part, tag->self, 0);
        part->size = round_up(part->size, part->alignment);
    } else {
        part->exact = false;
    }
}

static struct part *member_part(struct lowering *l, struct variable *v)
{
    struct part *part = part_new(PART_MEMBER);
    part->variable = v;
    if (v->callee)
        measure_callee(part, &l->callees.at[v->callee - 1]);
    else
        measure_type(part, v->type, member_alignment(v));
    return part;
}

uint64_t callee_frame_size(const struct callee *callee)
{
    struct part part = {.alignment = 1};
    measure_callee(&part, callee);
    return part.size;
}

/* The parts of a struct within a struct stand in that one. */
static void add_part(part_list *parts, struct part *part)
{
    if (part->kind != PART_STRUCT) {
        array_add(parts, part);
        return;
    }
    for (struct part *each = part->first, *next; each; each = next) {
        next = each->next;
        add_part(parts, each);
    }
}

/* Parts behind each other, the first few in their order, the others as they fit together without holes. */
static struct part *struct_of(part_list *parts, size_t fixed, uint64_t begin, uint64_t alignment)
{
    enum { CLASSES = 64 };
    struct part *whole = part_new(PART_STRUCT), *queue[CLASSES] = {NULL}, *queue_last[CLASSES] = {NULL};
    whole->alignment = alignment;
    whole->size = begin;
    for (size_t i = fixed; i < parts->count; i++) {
        int class = __builtin_ctzll(parts->at[i]->alignment);
        parts->at[i]->next = NULL;
        if (queue[class])
            queue_last[class]->next = parts->at[i];
        else
            queue[class] = parts->at[i];
        queue_last[class] = parts->at[i];
    }
    for (size_t i = 0; i < parts->count; i++) {
        struct part *part = i < fixed ? parts->at[i] : NULL;
        int class = whole->size ? __builtin_ctzll(whole->size) : CLASSES - 1;
        for (; !part && class >= 0; class--)
            part = queue[class];
        for (class = 0; !part; class++)
            part = queue[class];
        if (i >= fixed)
            queue[__builtin_ctzll(part->alignment)] = part->next;
        part_add(whole, part);
        whole->size = round_up(whole->size, part->alignment) + part->size;
    }
    whole->size = round_up(whole->size, whole->alignment);
    return whole;
}

static struct part *union_of(part_list *parts)
{
    if (parts->count == 1)
        return parts->at[0];
    struct part *whole = part_new(PART_UNION);
    for (size_t i = 0; i < parts->count; i++) {
        part_add(whole, parts->at[i]);
        if (parts->at[i]->size > whole->size)
            whole->size = parts->at[i]->size;
    }
    whole->size = round_up(whole->size, whole->alignment);
    return whole;
}

static void set_offsets(struct part *part, uint64_t offset, uint64_t header)
{
    part->offset = offset;
    offset += header;
    for (struct part *each = part->first; each; each = each->next) {
        offset = round_up(offset, each->alignment);
        set_offsets(each, offset, 0);
        if (part->kind == PART_STRUCT)
            offset += each->size;
    }
}

/* ---- slots ---- */

/* What is needed together, as one alternative of a slot. */
struct group {
    struct group *next;
    struct part *first;     /* members, linked by `peer` */
    size_t count;
    uint64_t size;
};

struct slot {
    struct group *groups;   /* never needed together, in the order of the text */
    uint64_t size;
    bool fixed;             /* begins with the result or an argument, which stay where the convention wants them */
    bool is_result;
};

typedef ARRAY(struct slot) slot_list;

static bool needed_with(const struct group *group, const struct part *member)
{
    for (const struct part *each = group->first; each; each = each->peer)
        if (together(each->variable, member->variable))
            return true;
    return false;
}

static struct part *struct_of_members(struct part **members, size_t count);

static struct part *group_part(const struct group *group)
{
    size_t count = 0;
    if (group->count == 1)
        return group->first;
    struct part **members = arena_alloc(group->count * sizeof(struct part *));
    for (struct part *each = group->first; each; each = each->peer)
        members[count++] = each;
    return struct_of_members(members, count);
}

static struct part *slot_part(const struct slot *slot)
{
    part_list parts = {0};
    if (!slot->groups->next)
        return group_part(slot->groups);
    for (const struct group *group = slot->groups; group; group = group->next)
        array_add(&parts, group_part(group));
    return union_of(&parts);
}

static uint64_t guessed_size(const struct part *part)
{
    return part->exact ? part->size : part->size + GUESSED_SIZE;
}

/* The members of a slot that would share a group with a new one, and that one itself. 0: it would make the slot grow by all of its size, or
   they are too many. */
static size_t find_joined(const struct slot *slot, struct part *member, struct part *joined[JOINED_LIMIT])
{
    size_t count = 0;
    for (const struct group *group = slot->groups; group; group = group->next) {
        if (!needed_with(group, member))
            continue;
        if (group->size == slot->size || count + group->count >= JOINED_LIMIT)
            return 0;
        for (struct part *each = group->first; each; each = each->peer)
            joined[count++] = each;
    }
    joined[count] = member;
    return count + 1;
}

/* How much a slot grows when a member is put into it; UINT64_MAX: it cannot be. */
static uint64_t growth(const struct slot *slot, struct part *member, size_t *tries)
{
    struct part *joined[JOINED_LIMIT];
    uint64_t size = guessed_size(member);
    size_t count = find_joined(slot, member, joined);
    if (!count || (count > 1 && (!*tries || slot->fixed)))
        return UINT64_MAX;
    if (count > 1) {
        size = guessed_size(struct_of_members(joined, count));
        --*tries;
    }
    uint64_t more = size > slot->size ? size - slot->size : 0;
    if (slot->is_result && member->alignment > POINTER_SIZE)
        return UINT64_MAX;      /* the result follows the header */
    return slot->fixed && more * 2 > guessed_size(member) ? UINT64_MAX : more;
}

/* The groups that are needed together with the member become one, the last. */
static void put_into(struct slot *slot, struct part *member)
{
    struct group *joined = arena_alloc(sizeof *joined), **end = &slot->groups;
    struct part **last = &joined->first;
    while (*end) {
        struct group *group = *end;
        if (!needed_with(group, member)) {
            end = &group->next;
            continue;
        }
        *end = group->next;
        joined->count += group->count;
        for (*last = group->first; *last;)
            last = &(*last)->peer;
    }
    *end = joined;
    *last = member;
    member->peer = NULL;
    joined->count++;
    joined->size = joined->count == 1 ? guessed_size(member) : guessed_size(group_part(joined));
    if (joined->size > slot->size)
        slot->size = joined->size;
}

/* `tries`: how often several may be put together beside something larger. */
static void put_member(slot_list *slots, struct part *member, size_t tries)
{
    uint64_t least = guessed_size(member);
    size_t best = slots->count;
    for (size_t i = 0; i < slots->count && least; i++) {
        uint64_t more = growth(&slots->at[i], member, &tries);
        if (more < least) {
            least = more;
            best = i;
        }
    }
    if (best == slots->count)
        array_add(slots, (struct slot){.size = 0});
    put_into(&slots->at[best], member);
}

static int by_size(const void *left, const void *right)
{
    const struct part *a = *(struct part *const *)left, *b = *(struct part *const *)right;
    if (guessed_size(a) != guessed_size(b))
        return guessed_size(a) > guessed_size(b) ? -1 : 1;
    return a->variable->number < b->variable->number ? -1 : a->variable->number > b->variable->number;
}

/* The largest first. */
static void put_members(slot_list *slots, struct part **members, size_t count, size_t tries)
{
    if (count)
        qsort(members, count, sizeof *members, by_size);
    for (size_t i = 0; i < count; i++)
        put_member(slots, members[i], tries);
}

static void add_slots(part_list *parts, const slot_list *slots)
{
    for (size_t i = 0; i < slots->count; i++)
        add_part(parts, slot_part(&slots->at[i]));
}

/* A few members that are needed together, though not all of them at once. Each one keeps the group that it is in. */
static struct part *struct_of_members(struct part **members, size_t count)
{
    slot_list slots = {0};
    part_list parts = {0};
    struct part **copies = arena_alloc(count * sizeof *copies);
    for (size_t i = 0; i < count; i++) {
        copies[i] = part_new(PART_MEMBER);
        *copies[i] = *members[i];
    }
    put_members(&slots, copies, count, 0);
    add_slots(&parts, &slots);
    return struct_of(&parts, 0, 0, 1);
}

/* One of the arguments may be needed no longer when the result is there. */
static void put_fixed(slot_list *slots, struct part *member, bool is_result)
{
    size_t tries = 0;
    if (slots->count && slots->at[0].is_result && growth(&slots->at[0], member, &tries) == 0) {
        put_into(&slots->at[0], member);
        return;
    }
    array_add(slots, (struct slot){.fixed = true, .is_result = is_result});
    put_into(&slots->at[slots->count - 1], member);
}

/* ---- the frame ---- */

static bool is_fixed(struct lowering *l, const struct variable *v)
{
    return v->parameter || v == l->result;
}

/* Result and arguments, in their order. */
static variable_list fixed_members(struct lowering *l)
{
    variable_list list = {0};
    if (l->result)
        array_add(&list, l->result);
    for (size_t i = 0; i < l->variables.count; i++)
        if (l->variables.at[i]->parameter)
            array_add(&list, l->variables.at[i]);
    return list;
}

static struct part *frame_of(part_list *parts, size_t fixed)
{
    return struct_of(parts, fixed, FRAME_BASE_SIZE, POINTER_SIZE);
}

static struct part *packed_frame(struct lowering *l, const variable_list *fixed)
{
    slot_list slots = {0};
    part_list others = {0}, parts = {0};
    for (size_t i = 0; i < fixed->count; i++)
        put_fixed(&slots, member_part(l, fixed->at[i]), fixed->at[i] == l->result);
    size_t fixed_slots = slots.count;
    for (size_t i = 0; i < l->variables.count; i++)
        if (l->variables.at[i]->kept && !is_fixed(l, l->variables.at[i]))
            array_add(&others, member_part(l, l->variables.at[i]));
    put_members(&slots, others.at, others.count, TRIED_LIMIT);
    add_slots(&parts, &slots);
    return frame_of(&parts, fixed_slots);
}

static bool in_a_block(struct lowering *l, const struct variable *v)
{
    return v->kept && !is_fixed(l, v) && !v->callee && v != l->awaited;
}

/* The members of an extent, and a union of the extents within it. */
static void add_extent(struct lowering *l, struct extent *extent, part_list *parts)
{
    part_list children = {0};
    size_t filled = 0;
    for (size_t i = 0; i < extent->variables.count; i++)
        if (in_a_block(l, extent->variables.at[i]))
            array_add(parts, member_part(l, extent->variables.at[i]));
    for (struct extent *child = extent->first_child; child; child = child->next)
        filled += child->has_member;
    for (struct extent *child = extent->first_child; child; child = child->next) {
        part_list of_child = {0};
        if (child->has_member)
            add_extent(l, child, filled == 1 ? parts : &of_child);
        if (of_child.count)
            array_add(&children, of_child.count == 1 ? of_child.at[0] : struct_of(&of_child, 0, 0, 1));
    }
    if (children.count)
        array_add(parts, union_of(&children));
}

static struct part *nested_frame(struct lowering *l, const variable_list *fixed)
{
    part_list parts = {0}, callees = {0};
    for (size_t i = 0; i < fixed->count; i++)
        array_add(&parts, member_part(l, fixed->at[i]));
    for (size_t i = 0; i < l->variables.count; i++)
        if (in_a_block(l, l->variables.at[i]))
            for (struct extent *extent = l->variables.at[i]->extent; extent && !extent->has_member; extent = extent->parent)
                extent->has_member = true;
    add_extent(l, l->root, &parts);
    for (size_t i = 0; i < l->callees.count; i++)
        array_add(&callees, member_part(l, l->callees.at[i].variable));
    if (l->awaited)
        array_add(&callees, member_part(l, l->awaited));
    if (callees.count)
        array_add(&parts, union_of(&callees));
    return frame_of(&parts, fixed->count);
}

static size_t kept_count(struct lowering *l)
{
    size_t count = 0;
    for (size_t i = 0; i < l->variables.count; i++)
        count += l->variables.at[i]->kept;
    return count;
}

const struct part *frame_layout(struct lowering *l)
{
    if (l->layout)
        return l->layout;
    variable_list fixed = fixed_members(l);
    l->layout = nested_frame(l, &fixed);
    if (kept_count(l) <= PACKED_LIMIT) {
        find_needs(l);
        struct part *packed = packed_frame(l, &fixed);
        if (packed->size < l->layout->size)
            l->layout = packed;
    }
    set_offsets(l->layout, 0, FRAME_BASE_SIZE);
    return l->layout;
}

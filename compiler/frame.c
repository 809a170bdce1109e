/* What a frame holds: the arguments, always; a scalar local that is live across a suspension, copied there around it; an object that cannot
   be copied, or whose address is known to others, all the time. Blocks beside each other are never alive together, so their
   members share bytes: the frame is a struct of unions that follows the nesting of the blocks. */
#include "diagnostic.h"
#include "lower.h"
#include "map.h"
#include <string.h>

const char *parameter_member(struct function *function, size_t index)
{
    const char *name = function->declarator->parameters[index].name;
    if (!name)
        return arena_format("argument_%zu", index + 1);
    if (!strcmp(name, "base") || !strcmp(name, "result") || !strcmp(name, "await"))
        return arena_format("%s_", name);
    return name;
}

bool embeds(struct function *caller, struct function *callee)
{
    return caller->component != callee->component && callee->is_async;
}

struct tag *published_frame(const char *name)
{
    struct tag *tag = tag_find(intern_string(arena_format("%s__frame", name)));
    return tag && tag->complete ? tag : NULL;
}

/* By name: how many members of the frame begin with it, as `x`, `x_2` ... */
static struct map members;

static bool member_take(const char *name)
{
    void **known = map_at(&members, intern_string(name));
    bool is_new = !*known;
    if (is_new)
        *known = (void *)(uintptr_t)1;
    return is_new;
}

static void take_fixed_members(struct function *function)
{
    static const char *const names[] = {"base", "result", "await"};
    members = (struct map){0};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        member_take(names[i]);
    for (size_t i = 0; i < function->declarator->parameter_count; i++)
        member_take(parameter_member(function, i));
}

static const char *member_name(struct variable *v)
{
    const char *plain = intern_string(v->symbol ? v->symbol->name : v->name);
    if (member_take(plain))
        return plain;
    for (;;) {
        void **count = map_at(&members, plain);
        uintptr_t next = (uintptr_t)*count + 1;
        *count = (void *)next;
        const char *name = arena_format("%s_%u", plain, (unsigned)next);
        if (member_take(name))
            return name;
    }
}

static bool would_be_copied(struct variable *v)
{
    return !v->may_reside && v->live_count <= COPIES_LIMIT;
}

static void find_crowds(struct lowering *l)
{
    for (size_t site = 0; site < l->sites.count; site++) {
        struct live_list *live = &l->live[site];
        size_t copies = 0;
        for (size_t i = 0; i < live->count; i++)
            copies += would_be_copied(live->at[i]);
        for (size_t i = 0; i < live->count && copies > CROWD_LIMIT; i++)
            live->at[i]->crowded = true;
    }
}

void frame_decide(struct lowering *l)
{
    find_crowds(l);
    take_fixed_members(l->function);
    for (size_t i = 0; i < l->variables.count; i++) {
        struct variable *v = l->variables.at[i];
        bool live = v->live_count > 0;
        bool many = (v->live_count > COPIES_LIMIT || v->crowded) && !v->fixed_local;
        if (v->parameter) {
            v->kept = true;
            v->resident = v->may_reside || (many && v->symbol->assigned);
            continue;
        }
        v->resident = !v->constant && (v->must_reside || (v->may_reside && live) || many);
        v->kept = v->resident || (live && !v->constant);
        if (!v->kept)
            continue;
        v->member = member_name(v);
        for (struct extent *extent = v->extent; extent && !extent->has_member; extent = extent->parent)
            extent->has_member = true;
    }
}

static void indent(struct text *out, unsigned depth)
{
    for (unsigned i = 0; i < depth; i++)
        text_add(out, "    ");
}

/* The type without const: a local is set when it is declared, and put back after an await. */
static struct type *member_type(struct variable *v)
{
    unsigned kept = type_qualifiers(v->type) & (QUALIFIER_VOLATILE | QUALIFIER_ATOMIC);
    struct type *type = type_unqualified(v->type);
    return kept ? type_qualified(type, kept) : type;
}

static void add_member(struct text *out, struct variable *v, unsigned depth)
{
    indent(out, depth);
    uint32_t aligned = v->symbol && v->symbol->declarator ? v->symbol->declarator->aligned : 0;
    if (aligned)
        text_format(out, "_Alignas(%u) ", aligned);
    const char *text = type_declare(member_type(v), v->member);
    require(text);
    text_format(out, "%s;\n", text);
}

/* The member that an extent consists of, where it is but one. */
static struct variable *only_variable(struct extent *extent)
{
    struct variable *only = NULL;
    for (size_t i = 0; i < extent->variables.count; i++) {
        struct variable *v = extent->variables.at[i];
        if (!v->kept || v->parameter)
            continue;
        if (only)
            return NULL;
        only = v;
    }
    for (struct extent *child = extent->first_child; child; child = child->next)
        if (child->has_member) {
            if (only)
                return NULL;
            only = only_variable(child);
            if (!only)
                return NULL;
        }
    return only;
}

static void add_extent(struct text *out, struct extent *extent, unsigned depth)
{
    for (size_t i = 0; i < extent->variables.count; i++)
        if (extent->variables.at[i]->kept && !extent->variables.at[i]->parameter)
            add_member(out, extent->variables.at[i], depth);
    unsigned count = 0;
    struct extent *only = NULL;
    for (struct extent *child = extent->first_child; child; child = child->next)
        if (child->has_member) {
            count++;
            only = child;
        }
    if (count == 1)
        add_extent(out, only, depth);
    if (count < 2)
        return;
    indent(out, depth);
    text_add(out, "union {\n");
    for (struct extent *child = extent->first_child; child; child = child->next) {
        if (!child->has_member)
            continue;
        struct variable *single = only_variable(child);
        if (single) {
            add_member(out, single, depth + 1);
            continue;
        }
        indent(out, depth + 1);
        text_add(out, "struct {\n");
        add_extent(out, child, depth + 2);
        indent(out, depth + 1);
        text_add(out, "};\n");
    }
    indent(out, depth);
    text_add(out, "};\n");
}

static void add_callees(struct lowering *l, struct text *out)
{
    if (!l->callees.count && !l->coro_member)
        return;
    text_add(out, "    union {\n");
    for (size_t i = 0; i < l->callees.count; i++)
        text_format(out, "        struct %s %s;\n", l->callees.at[i].frame_tag, l->callees.at[i].name);
    if (l->coro_member)
        text_add(out, "        ac_coro *coro;\n");
    text_add(out, "    } await;\n");
}

void frame_members(struct lowering *l, struct text *out)
{
    struct function *function = l->function;
    text_add(out, "    ac_frame base;\n");
    if (!type_is(function->result, TYPE_VOID))
        text_format(out, "    %s;\n", type_declare(type_unqualified(function->result), "result"));
    for (size_t i = 0; i < function->declarator->parameter_count; i++) {
        struct type *type = type_unqualified(function->declarator->parameters[i].type);
        if (type_is_variably_modified(type))
            type = type_pointer(type_basic(TYPE_VOID));
        text_format(out, "    %s;\n", type_declare(type, parameter_member(function, i)));
    }
    add_extent(out, l->root, 1);
    add_callees(l, out);
}

/* What a frame holds: the arguments, always; a scalar local that is live across a suspension, copied there around it; an object that cannot
   be copied, or whose address is known to others, as long as that is so; the frames of callees. Which of them share bytes: frame_layout.c. */
#include "diagnostic.h"
#include "frame_layout.h"
#include "map.h"
#include <string.h>

/* Within anonymous structs, clang takes a member of such a name for the type no longer. */
static bool is_type(const char *name)
{
    struct symbol *symbol = symbol_find(intern_string(name));
    return symbol && symbol->kind == SYMBOL_TYPEDEF;
}

const char *parameter_member(struct function *function, size_t index)
{
    const char *name = function->declarator->parameters[index].name;
    if (!name)
        return arena_format("argument_%zu", index + 1);
    bool taken = is_type(name) || !strcmp(name, "base") || !strcmp(name, "result") || !strcmp(name, "awaited") || !strncmp(name, "await_", 6) ||
                 !strncmp(name, "argument_", 9);
    return taken ? arena_format("argument_%s", name) : name;
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

static void take_fixed_members(struct lowering *l)
{
    static const char *const names[] = {"base", "result", "awaited"};
    members = (struct map){0};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        member_take(names[i]);
    for (size_t i = 0; i < l->callees.count; i++)
        member_take(l->callees.at[i].variable->member);
    for (size_t i = 0; i < l->function->declarator->parameter_count; i++)
        member_take(parameter_member(l->function, i));
}

static const char *member_name(struct variable *v)
{
    const char *plain = intern_string(v->symbol ? v->symbol->name : v->name);
    if (is_type(plain))
        member_take(plain);
    else if (member_take(plain))
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
    take_fixed_members(l);
    for (size_t i = 0; i < l->variables.count; i++) {
        struct variable *v = l->variables.at[i];
        if (v->kept)
            continue;           /* it is in the frame by its nature */
        bool live = v->live_count > 0;
        bool many = (v->live_count > COPIES_LIMIT || v->crowded) && !v->fixed_local;
        if (v->parameter) {
            v->kept = true;
            v->resident = v->may_reside || (many && v->symbol->assigned);
            continue;
        }
        v->resident = !v->constant && (v->must_reside || (v->may_reside && live) || many);
        v->kept = v->resident || (live && !v->constant);
        if (v->kept)
            v->member = member_name(v);
    }
}

static void indent(struct text *out, unsigned depth)
{
    for (unsigned i = 0; i < depth; i++)
        text_add(out, "    ");
}

/* The type without const: a local is set when it is declared, and put back after an await. */
static struct type *member_type(const struct variable *v)
{
    unsigned kept = type_qualifiers(v->type) & (QUALIFIER_VOLATILE | QUALIFIER_ATOMIC);
    struct type *type = type_unqualified(v->type);
    return kept ? type_qualified(type, kept) : type;
}

const char *frame_member(struct lowering *l, const struct variable *v)
{
    if (v->callee)
        return arena_format("struct %s %s", l->callees.at[v->callee - 1].frame_tag, v->member);
    if (v == l->awaited)
        return arena_format("ac_coro *%s", v->member);
    const char *text = type_declare(member_type(v), v->member);
    require(text);
    return text;
}

static void add_member(struct lowering *l, struct text *out, const struct variable *v, unsigned depth)
{
    indent(out, depth);
    uint32_t aligned = member_alignment(v);
    if (aligned)
        text_format(out, "_Alignas(%u) ", aligned);
    text_format(out, "%s;\n", frame_member(l, v));
}

static void add_parts(struct lowering *l, struct text *out, const struct part *whole, unsigned depth)
{
    for (const struct part *part = whole->first; part; part = part->next) {
        if (part->kind == PART_MEMBER) {
            add_member(l, out, part->variable, depth);
            continue;
        }
        indent(out, depth);
        text_add(out, part->kind == PART_UNION ? "union {\n" : "struct {\n");
        add_parts(l, out, part, depth + 1);
        indent(out, depth);
        text_add(out, "};\n");
    }
}

void frame_members(struct lowering *l, struct text *out)
{
    text_add(out, "    ac_frame base;\n");
    add_parts(l, out, frame_layout(l), 1);
}

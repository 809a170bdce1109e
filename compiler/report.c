/* What --emit=frames and --emit=states tell of the lowered functions. */
#include "frame_size.h"
#include <stdio.h>
#include <string.h>

/* ---- frames ---- */

/* Of the awaits that v lives across; the lists name it so often at most that this is no way to be quadratic. */
static void print_lines(struct lowering *l, struct variable *v)
{
    const char *separator = " ";
    for (unsigned site = 0; site < l->sites.count; site++)
        for (size_t i = 0; i < l->live[site].count; i++)
            if (l->live[site].at[i] == v && l->suspends.at[site]) {
                printf("%s%u", separator, tokens[l->sites.at[site]].line);
                separator = ", ";
            }
}

static void print_why(struct lowering *l, struct variable *v)
{
    if (v->resident) {
        printf("in the frame: %s", v->must_reside ? "its address is taken" : "cannot be copied, and lives across the await of line");
        if (v->must_reside)
            return;
    } else {
        printf("kept there across the await of line");
    }
    print_lines(l, v);
}

static void print_variable(struct lowering *l, struct variable *v, unsigned depth)
{
    uint64_t size = 0, alignment = 0;
    bool known = type_size(v->type, &size, &alignment);
    printf("%*s%-24s ", (int)depth * 4 + 4, "", type_declare(type_unqualified(v->type), v->member));
    if (known)
        printf("%6llu bytes  ", (unsigned long long)size);
    else
        printf("     ? bytes  ");
    if (v->parameter)
        printf("argument");
    else
        print_why(l, v);
    putchar('\n');
}

static void print_extent(struct lowering *l, struct extent *extent, unsigned depth)
{
    for (size_t i = 0; i < extent->variables.count; i++)
        if (extent->variables.at[i]->kept && !extent->variables.at[i]->parameter)
            print_variable(l, extent->variables.at[i], depth);
    for (struct extent *child = extent->first_child; child; child = child->next)
        print_extent(l, child, child->variables.count ? depth + 1 : depth);
}

static void print_locals(struct lowering *l)
{
    bool any = false;
    for (size_t i = 0; i < l->variables.count; i++) {
        struct variable *v = l->variables.at[i];
        if (v->kept || !v->symbol)
            continue;
        printf("%s%s", any ? ", " : "    not in the frame, since no await is between their values' setting and use: ", v->symbol->name);
        any = true;
    }
    if (any)
        putchar('\n');
}

static void print_frame(struct function *f)
{
    struct lowering *l = f->lowering;
    struct frame_size whole = frame_size(f);
    printf("%s:%u: %s: %s%llu bytes\n", token_file(f->declarator->name_token)->path, tokens[f->declarator->name_token].line,
           f->symbol->name, whole.exact ? "" : "at least ", (unsigned long long)whole.bytes);
    printf("    %-24s %6d bytes  resume function, who awaits it, state, error\n", "ac_frame base", FRAME_BASE_SIZE);
    uint64_t size = 0, alignment = 0;
    if (!type_is(f->result, TYPE_VOID) && type_size(f->result, &size, &alignment))
        printf("    %-24s %6llu bytes  the value it ends with\n", type_declare(type_unqualified(f->result), "result"), (unsigned long long)size);
    for (size_t i = 0; i < l->variables.count; i++)
        if (l->variables.at[i]->parameter)
            print_variable(l, l->variables.at[i], 0);
    print_extent(l, l->root, 0);
    for (size_t i = 0; i < l->callees.count; i++)
        printf("    %-24s %6llu bytes  one of these at a time: the frame of %s\n", l->callees.at[i].name,
               (unsigned long long)callee_frame_size(&l->callees.at[i]), l->callees.at[i].name);
    if (l->coro_member)
        printf("    %-24s %6u bytes  a coroutine on the heap that is awaited\n", "ac_coro *coro", 8u);
    print_locals(l);
}

/* ---- states ---- */

/* Walks on from an item to the suspension points that control can get to next. */
struct tracer {
    struct lowering *l;
    size_t *label_at;       /* by label: index of its item + 1 */
    unsigned *seen;         /* by item: number of the walk that saw it */
    unsigned walk;
    unsigned from;
    ARRAY(size_t) pending;
};

static void trace_edge(struct tracer *t, const char *to)
{
    printf("    s%u -> %s;\n", t->from, to);
}

static void trace_from(struct tracer *t, size_t start)
{
    t->walk++;
    t->pending.count = 0;
    array_add(&t->pending, start);
    while (t->pending.count) {
        size_t i = t->pending.at[--t->pending.count];
        for (; i < t->l->items.count && t->seen[i] != t->walk; i++) {
            struct item *item = &t->l->items.at[i];
            t->seen[i] = t->walk;
            if (item->kind == ITEM_SITE) {
                trace_edge(t, arena_format("s%u", item->site));
                break;
            }
            if (item->kind == ITEM_BRANCH && t->label_at[item->label])
                array_add(&t->pending, t->label_at[item->label] - 1);
            if (item->kind == ITEM_JUMP) {
                if (t->label_at[item->label])
                    array_add(&t->pending, t->label_at[item->label] - 1);
                else
                    trace_edge(t, "end");
                break;
            }
        }
        if (i == t->l->items.count)
            trace_edge(t, "end");
    }
}

static void print_states(struct function *f)
{
    struct lowering *l = f->lowering;
    struct tracer t = {.l = l};
    t.label_at = arena_alloc((l->label_count + 1) * sizeof *t.label_at);
    t.seen = arena_alloc((l->items.count + 1) * sizeof *t.seen);
    for (size_t i = 0; i < l->items.count; i++)
        if (l->items.at[i].kind == ITEM_LABEL)
            t.label_at[l->items.at[i].label] = i + 1;
    printf("digraph \"%s\" {\n    node [shape=box, fontname=\"monospace\"];\n", f->symbol->name);
    printf("    s0 [label=\"%s\\nline %u\", shape=oval];\n    end [shape=oval];\n", f->symbol->name, tokens[f->declarator->name_token].line);
    for (unsigned site = 1; site < l->sites.count; site++)
        if (l->suspends.at[site])
            printf("    s%u [label=\"%u: await, line %u\"];\n", site, site, tokens[l->sites.at[site]].line);
    trace_from(&t, 0);
    for (size_t i = 0; i < l->items.count; i++)
        if (l->items.at[i].kind == ITEM_SITE) {
            t.from = l->items.at[i].site;
            trace_from(&t, i + 1);
        }
    printf("}\n");
}

void report_print(enum emit what)
{
    for (size_t i = 0; i < unit.functions.count; i++)
        if (unit.functions.at[i]->is_async) {
            if (what == EMIT_FRAMES)
                print_frame(unit.functions.at[i]);
            else
                print_states(unit.functions.at[i]);
        }
}

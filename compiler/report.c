/* What --emit=frames and --emit=states tell of the lowered functions. */
#include "frame_size.h"
#include "source.h"
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

static bool is_static_constant(struct variable *v)
{
    return v->constant && v->live_count;
}

static void print_locals(struct lowering *l, bool constants, const char *heading)
{
    bool any = false;
    for (size_t i = 0; i < l->variables.count; i++) {
        struct variable *v = l->variables.at[i];
        if (v->kept || !v->symbol || is_static_constant(v) != constants)
            continue;
        printf("%s%s", any ? ", " : heading, v->symbol->name);
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
    print_locals(l, false, "    not in the frame, since no await is between their values' setting and use: ");
    print_locals(l, true, "    not in the frame, since their values are constant: ");
}

/* ---- states ---- */

enum { SHOWN_TEXT = 64 };

/* Walks on from an item to the suspension points that control can get to next: as the program goes on, and, in a second walk, where errors
   lead inside the function. */
struct tracer {
    struct lowering *l;
    size_t *label_at;       /* by label: index of its item + 1 */
    unsigned *seen;         /* by item: number of the walk that saw it */
    unsigned walk;
    unsigned from;
    bool on_error;          /* the second walk */
    bool ended;             /* the edge to the end is drawn */
    ARRAY(size_t) pending;
    ARRAY(size_t) failures; /* where the second walk begins */
};

static void trace_edge(struct tracer *t, const char *to)
{
    printf("    s%u -> %s%s;\n", t->from, to, t->on_error ? " [style=dashed, color=\"#c0392b\", label=\"error\"]" : "");
}

static void trace_end(struct tracer *t)
{
    if (!t->ended)
        trace_edge(t, "end");
    t->ended = true;
}

static void trace_label(struct tracer *t, unsigned label, bool on_error)
{
    if (!t->label_at[label])
        return;
    if (on_error && !t->on_error)
        array_add(&t->failures, t->label_at[label] - 1);
    else
        array_add(&t->pending, t->label_at[label] - 1);
}

/* One way on, up to the next suspension point. */
static void trace_way(struct tracer *t, size_t i)
{
    bool thrown = false;    /* control goes where the error leads, and not on */
    for (; i < t->l->items.count; i++) {
        struct item *item = &t->l->items.at[i];
        if (t->seen[i] == t->walk)
            return;
        t->seen[i] = t->walk;
        if (item->kind == ITEM_SITE) {
            trace_edge(t, arena_format("s%u", item->site));
            return;
        }
        if (item->kind == ITEM_BRANCH)
            trace_label(t, item->label, item->on_error);
        if (item->kind == ITEM_JUMP && t->label_at[item->label]) {
            trace_label(t, item->label, false);
            return;
        }
        if (item->kind == ITEM_JUMP && thrown)
            return;
        if (item->kind == ITEM_JUMP)
            break;
        if (item->kind != ITEM_TEXT)
            thrown = item->kind == ITEM_BRANCH && item->on_error;
    }
    trace_end(t);
}

static void trace_walk(struct tracer *t, bool on_error)
{
    t->walk++;
    t->on_error = on_error;
    t->ended = false;
    while (t->pending.count)
        trace_way(t, t->pending.at[--t->pending.count]);
}

static void trace_from(struct tracer *t, unsigned site, size_t start)
{
    t->from = site;
    t->failures.count = 0;
    array_add(&t->pending, start);
    trace_walk(t, false);
    for (size_t i = 0; i < t->failures.count; i++)
        array_add(&t->pending, t->failures.at[i]);
    trace_walk(t, true);
}

/* The line of the source, for a label of DOT. */
static void print_line(token_index place)
{
    size_t size = 0, shown;
    const char *text = source_line(token_file(place), tokens[place].line, &size);
    for (; size && (*text == ' ' || *text == '\t'); text++)
        size--;
    shown = size < SHOWN_TEXT ? size : SHOWN_TEXT - 3;
    for (size_t i = 0; i < shown; i++) {
        if (text[i] == '"' || text[i] == '\\')
            putchar('\\');
        putchar(text[i] == '\t' ? ' ' : text[i]);
    }
    fputs(shown < size ? "...\\l" : "\\l", stdout);
}

static void print_remembered(struct lowering *l, unsigned site)
{
    bool any = false;
    for (size_t i = 0; i < l->live[site].count; i++) {
        struct variable *v = l->live[site].at[i];
        if (!v->symbol)
            continue;
        printf("%s%s", any ? ", " : "remembers ", v->symbol->name);
        any = true;
    }
    if (any)
        fputs("\\l", stdout);
}

static void print_state(struct lowering *l, const struct item *item)
{
    token_index place = l->sites.at[item->site];
    printf("    s%u [label=\"%s %u, line %u\\n", item->site, item->yields ? "yield" : "await", item->site, tokens[place].line);
    print_line(place);
    print_remembered(l, item->site);
    printf("\", fillcolor=\"%s\"];\n", item->yields ? "#fdf2d0" : "#dcebfa");
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
    printf("digraph \"%s\" {\n    node [shape=box, style=\"rounded,filled\", fillcolor=\"#eeeeee\", fontname=\"monospace\", fontsize=11];\n"
           "    edge [fontname=\"monospace\", fontsize=10];\n", f->symbol->name);
    printf("    s0 [label=\"");
    print_line(f->declarator->name_token);
    printf("\"];\n    end [label=\"end\"];\n");
    for (size_t i = 0; i < l->items.count; i++)
        if (l->items.at[i].kind == ITEM_SITE)
            print_state(l, &l->items.at[i]);
    trace_from(&t, 0, 0);
    for (size_t i = 0; i < l->items.count; i++)
        if (l->items.at[i].kind == ITEM_SITE)
            trace_from(&t, l->items.at[i].site, i + 1);
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

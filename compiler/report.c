/* What --emit=frames and --emit=states tell of the lowered functions. */
#include "frame_layout.h"
#include "source.h"
#include <stdio.h>
#include <string.h>

/* ---- frames ---- */

enum { NAME_WIDTH = 32, SHOWN_LINES = 6 };

/* Of the awaits that v lives across. */
static void print_lines(struct lowering *l, const struct variable *v)
{
    unsigned count = 0, before = 0;
    for (unsigned site = 0; site < l->sites.count && count <= SHOWN_LINES; site++)
        for (size_t i = 0; i < l->live[site].count; i++) {
            unsigned line = tokens[l->sites.at[site]].line;
            if (l->live[site].at[i] != v || !l->suspends.at[site] || line == before)
                continue;
            if (count++ < SHOWN_LINES)
                printf("%s%u", count > 1 ? ", " : " ", line);
            else
                printf(", ...");
            before = line;
        }
}

/* What keeps a variable from being copied. */
static const char *nature(struct type *type)
{
    return type_is(type, TYPE_ARRAY)                           ? "an array"
           : type_is_record(type)                              ? "a record"
           : type_qualifiers(type) & QUALIFIER_VOLATILE ? "volatile"
           : type_qualifiers(type) & QUALIFIER_ATOMIC   ? "_Atomic"
                                                               : "no scalar";
}

/* Why a variable is not copied to the frame and back. */
static void print_why_there(struct lowering *l, const struct variable *v)
{
    if (v->must_reside) {
        printf("lives here: its address is taken, and its block awaits");
    } else if (v->may_reside) {
        printf("lives here: %s, used after the await of line", nature(v->type));
        print_lines(l, v);
    } else if (v->crowded) {
        printf("lives here: it and more than %d others are used after one await", CROWD_LIMIT);
    } else {
        printf("lives here: it is used after more than %d awaits", COPIES_LIMIT);
    }
}

static void print_why(struct lowering *l, const struct variable *v)
{
    if (v == l->result) {
        printf("the value it ends with");
    } else if (v->callee) {
        printf("the frame of %s, awaited in line", l->callees.at[v->callee - 1].name);
        print_lines(l, v);
    } else if (v == l->awaited) {
        printf("the coroutine on the heap that is awaited in line");
        print_lines(l, v);
    } else if (v->parameter) {
        printf("argument");
    } else if (v->resident) {
        print_why_there(l, v);
    } else {
        printf("kept here across the await of line");
        print_lines(l, v);
    }
    putchar('\n');
}

/* `shift`: what stands before its name. */
static void print_member(struct lowering *l, const struct part *part, const char *shift)
{
    const struct variable *v = part->variable;
    const char *name = arena_format("%s%s", shift, frame_member(l, v));
    if (part->exact)
        printf("    %6llu %6llu  %-*s  ", (unsigned long long)part->offset, (unsigned long long)part->size, NAME_WIDTH, name);
    else
        printf("    %6llu      ?  %-*s  ", (unsigned long long)part->offset, NAME_WIDTH, name);
    print_why(l, v);
}

/* What shares bytes is told with `or` between its alternatives. */
static void print_parts(struct lowering *l, const struct part *part, const char *first, const char *rest)
{
    if (part->kind == PART_MEMBER) {
        print_member(l, part, first);
        return;
    }
    for (const struct part *each = part->first; each; each = each->next) {
        bool other = part->kind == PART_UNION && each != part->first;
        if (part->kind == PART_UNION)
            print_parts(l, each, arena_format("%s%s", other ? rest : first, other ? "or " : "   "), arena_format("%s   ", rest));
        else
            print_parts(l, each, each == part->first ? first : rest, rest);
    }
}

static void print_name(bool *any, const char *heading, const char *name)
{
    printf("%s%s", *any ? ", " : heading, name);
    *any = true;
}

static void end_names(bool any)
{
    if (any)
        putchar('\n');
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
        if (!v->kept && v->symbol && is_static_constant(v) == constants)
            print_name(&any, heading, v->symbol->name);
    }
    end_names(any);
}

/* Variables of blocks without an await. */
static void print_untracked(const struct statement *s, bool *any)
{
    if (!s)
        return;
    if (s->kind == STATEMENT_DECLARATION || s->kind == STATEMENT_FOR)
        for (size_t i = 0; s->declaration && i < s->declaration->declarator_count; i++) {
            const struct symbol *symbol = s->declaration->declarators[i]->symbol;
            if (symbol && symbol->kind == SYMBOL_VARIABLE && !symbol->variable && symbol->storage != STORAGE_STATIC && symbol->storage != STORAGE_EXTERN)
                print_name(any, "    not in the frame, since their blocks do not await: ", symbol->name);
        }
    for (size_t i = 0; i < s->item_count; i++)
        print_untracked(s->items[i], any);
    for (size_t i = 0; i < s->catch_count; i++)
        print_untracked(s->catches[i].body, any);
    print_untracked(s->init, any);
    print_untracked(s->body, any);
    print_untracked(s->otherwise, any);
}

static void print_frame(struct function *f)
{
    struct lowering *l = f->lowering;
    const struct part *frame = frame_layout(l);
    printf("%s:%u: %s: %s%llu bytes\n", token_file(f->declarator->name_token)->path, tokens[f->declarator->name_token].line,
           f->symbol->name, frame->exact ? "" : "at least ", (unsigned long long)frame->size);
    printf("        at   size\n    %6d %6d  %-*s  resume function, who awaits it, state, error\n", 0, FRAME_BASE_SIZE, NAME_WIDTH, "ac_frame base");
    print_parts(l, frame, "", "");
    bool any = false;
    print_locals(l, false, "    not in the frame, since no await is between their values' setting and use: ");
    print_locals(l, true, "    not in the frame, since their values are constant: ");
    print_untracked(f->body, &any);
    end_names(any);
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

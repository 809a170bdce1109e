/* Makes a failing program smaller: takes away statements, puts a statement's body in its place, and a constant or an
   operand in the place of an expression, for as long as it fails in the same manner. Since the tree says what the
   program must print, the smaller program is judged anew each time; what has become undefined is not taken. */
#include "tree.h"
#include <string.h>

static struct program *program;
static bool (*still_fails)(struct program *);
static bool smaller;

/* Has the edit that was just made kept the failure? The caller takes it back otherwise. */
static bool kept(void)
{
    bool fails = still_fails(program);
    smaller = smaller || fails;
    return fails;
}

static bool replace(struct node **slot, struct node *by)
{
    struct node *old = *slot;
    if (!by || by == old)
        return false;
    *slot = by;
    if (kept())
        return true;
    *slot = old;
    return false;
}

/* Takes `count` children away, from `at` on. */
static bool children_removed(struct node *node, int at, int count)
{
    struct node saved = *node;
    struct node *shorter = node_new(node->kind, node->type, 0);
    int *targets = node->targets ? tree_memory((size_t)node->count * sizeof(int)) : NULL;
    for (int i = 0, to = 0; i < node->count; i++)
        if (i < at || i >= at + count) {
            node_add(shorter, node->children[i]);
            if (targets)
                targets[to++] = node->targets[i];
        }
    node->children = shorter->children;
    node->count = shorter->count;
    node->targets = targets;
    if (kept())
        return true;
    *node = saved;
    return false;
}

static void list_shorten(struct node *node, int least)
{
    for (int count = node->count; count > 0; count /= 2)
        for (int at = node->count - count; at >= 0; at -= count)
            if (node->count - count >= least)
                children_removed(node, at, count);
}

static void expression_simplify(struct node **slot)
{
    struct node *e = *slot, *constant = NULL;
    if (e->kind == NODE_INITIALIZER) {
        list_shorten(e, 1);
        return;
    }
    if (is_number(e->type) && e->kind != NODE_CONSTANT) {
        constant = node_constant(1);
        constant->type = e->type;
    }
    if (replace(slot, constant))
        return;
    for (int i = 0; i < e->count; i++)
        if (e->children[i]->type == e->type && !is_statement(e->children[i]) && replace(slot, e->children[i]))
            return;
    if (e->form)
        for (uint8_t form = e->form; e->form && form == e->form;) {
            e->form = 0;
            if (!kept()) {
                e->form = form;
                break;
            }
        }
}

static void statement_simplify(struct node **slot)
{
    struct node *s = *slot;
    for (int i = 0; i < s->count; i++)
        if (s->children[i] && is_statement(s->children[i]) && s->kind != NODE_BLOCK &&
            s->children[i]->kind != NODE_CATCH && replace(slot, s->children[i]))
            return;
    if (s->kind == NODE_BLOCK)
        list_shorten(s, 0);
    if (s->kind == NODE_TRY)
        list_shorten(s, 2);
    if (s->kind == NODE_IF && s->count == 3)
        children_removed(s, 2, 1);
    if (s->kind == NODE_FOR && s->children[2]) {
        struct node *step = s->children[2];
        s->children[2] = NULL;
        if (!kept())
            s->children[2] = step;
    }
}

static void simplify(struct node **slot)
{
    if (!*slot)
        return;
    if (is_statement(*slot))
        statement_simplify(slot);
    else
        expression_simplify(slot);
    for (int i = 0; i < (*slot)->count; i++)
        simplify(&(*slot)->children[i]);
}

void program_reduce(struct program *p, bool (*fails)(struct program *))
{
    program = p;
    still_fails = fails;
    do {
        smaller = false;
        int rounds = program->rounds;
        program->rounds = 1;
        if (rounds > 1 && !kept())
            program->rounds = rounds;
        for (int i = program->count - 1; i >= 0; i--)
            if (program_calls(program, program->functions[i]))
                simplify(&program->functions[i]->body);
    } while (smaller);
}

/* Which variables are live across which suspension points: one backward walk over the items of a function, repeated until nothing changes (a
   loop is seen at most as often as loops nest). Live across a site means: some path from it reads the variable before setting it. */
#include "lower.h"
#include <string.h>

typedef uint32_t *set;

static size_t words;

static set set_new(void)
{
    return arena_alloc(words * sizeof(uint32_t));
}

static bool set_join(set into, const uint32_t *from)
{
    uint32_t changed = 0;
    for (size_t i = 0; i < words; i++) {
        changed |= from[i] & ~into[i];
        into[i] |= from[i];
    }
    return changed != 0;
}

/* A variable whose block does not hold the site may seem live there, where a jump passes its declaration; it has no value yet. */
static void keep_in_scope(struct lowering *l, set live, struct extent *extent)
{
    for (size_t w = 0; w < words; w++)
        for (uint32_t bits = live[w]; bits; bits &= bits - 1) {
            struct variable *v = l->variables.at[w * 32 + (unsigned)__builtin_ctz(bits)];
            struct extent *holds = extent;
            while (holds && holds != v->extent)
                holds = holds->parent;
            if (!holds)
                live[w] &= ~(bits & -bits);
        }
}

static void set_assign(set into, const uint32_t *from)
{
    memcpy(into, from, words * sizeof *into);
}

/* Every path goes through an item's effect on what is live after it; true where a label learned something new. */
static bool walk(struct lowering *l, set *at_label, set live)
{
    bool changed = false;
    memset(live, 0, words * sizeof *live);
    for (size_t i = l->items.count; i-- > 0;) {
        struct item *item = &l->items.at[i];
        switch (item->kind) {
        case ITEM_USE:
            live[item->variable->number / 32] |= 1u << item->variable->number % 32;
            break;
        case ITEM_DEFINE:
            live[item->variable->number / 32] &= ~(1u << item->variable->number % 32);
            break;
        case ITEM_LABEL:
            changed |= set_join(at_label[item->label], live);
            break;
        case ITEM_JUMP:
            set_assign(live, at_label[item->label]);
            break;
        case ITEM_BRANCH:
            set_join(live, at_label[item->label]);
            break;
        case ITEM_SITE:
            set_assign(l->live[item->site], live);
            keep_in_scope(l, l->live[item->site], item->extent);
            break;
        default:
            break;
        }
    }
    return changed;
}

void flow(struct lowering *l)
{
    words = l->variables.count / 32 + 1;
    l->live = arena_alloc(l->sites.count * sizeof *l->live);
    for (size_t i = 0; i < l->sites.count; i++)
        if (l->suspends.at[i])
            l->live[i] = set_new();
    set *at_label = arena_alloc((l->label_count + 1) * sizeof *at_label);
    for (unsigned i = 0; i <= l->label_count; i++)
        at_label[i] = set_new();        /* label 0 is the end of the function: nothing is live there */
    set live = set_new();
    while (walk(l, at_label, live))
        continue;
}

bool live_across(struct lowering *l, unsigned site, struct variable *v)
{
    return l->live[site] && l->live[site][v->number / 32] >> v->number % 32 & 1;
}

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
static bool in_scope(struct variable *v, struct extent *extent)
{
    while (extent && extent != v->extent)
        extent = extent->parent;
    return extent != NULL;
}

static void list_live(struct lowering *l, const uint32_t *live, struct item *site)
{
    ARRAY(struct variable *) list = {0};
    for (size_t w = 0; w < words; w++)
        for (uint32_t bits = live[w]; bits; bits &= bits - 1) {
            struct variable *v = l->variables.at[w * 32 + (unsigned)__builtin_ctz(bits)];
            if (!in_scope(v, site->extent))
                continue;
            array_add(&list, v);
            v->live_count++;
        }
    l->live[site->site] = (struct live_list){list.at, list.count};
}

static void set_assign(set into, const uint32_t *from)
{
    memcpy(into, from, words * sizeof *into);
}

/* Every path goes through an item's effect on what is live after it; true where a label learned something new. The last walk lists what is
   live across each site. */
static bool walk(struct lowering *l, set *at_label, set live, bool last)
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
            if (last)
                list_live(l, live, item);
            break;
        case ITEM_DECLARE:
        case ITEM_BEGIN:
            if (last && !item->text && (live[item->variable->number / 32] >> item->variable->number % 32 & 1))
                item->variable->starts_zero = true;
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
    set *at_label = arena_alloc((l->label_count + 1) * sizeof *at_label);
    for (unsigned i = 0; i <= l->label_count; i++)
        at_label[i] = set_new();        /* label 0 is the end of the function: nothing is live there */
    set live = set_new();
    while (walk(l, at_label, live, false))
        continue;
    walk(l, at_label, live, true);
}

bool live_across(struct lowering *l, unsigned site, struct variable *v)
{
    struct live_list *list = &l->live[site];
    for (size_t i = 0; i < list->count; i++)
        if (list->at[i] == v)
            return true;
    return false;
}

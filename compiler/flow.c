/* Which variables are live across which suspension points, and where else: for what can share bytes of the frame. Live across a site means: some path
   from it reads the variable before setting it.

   64 variables at a time, since those that are made one after the other mostly live in the same few lines. One walk backward over the
   items that mention them finds what straight lines and jumps forward tell; what a jump backward adds is then carried up from that jump, as far as it is
   news. So the work grows with the length of the lives and not with the product of variables and labels. */
#include "lower.h"
#include <string.h>

typedef uint64_t set;

/* Of a group, no more runs than these are told apart. */
enum { GROUP = 64, RUNS_LIMIT = 64 * GROUP };

/* A label that learned of live variables: they are live before those who jump there, too. */
struct news { size_t label_item; set bits; };

struct walker {
    struct lowering *l;
    unsigned group;             /* its variables are those of number / GROUP */
    set *live;                  /* by item: what is live before it */
    size_t *label_item;         /* by label: its item + 1; 0: it is nowhere, nothing is live there */
    size_t *first_jump;         /* by label: item + 1 of the last jump there; 0: none */
    size_t *next_jump;          /* by item: of the one before it */
    size_t first, last;         /* the items touched: live is zero outside of them */
    size_t *text_before;        /* by item: itself or the last one before it that is text; (size_t)-1: none */
    size_t *text_after;         /* by item: itself or the next one that is text, or the last item of all */
    ARRAY(struct news) news;
};

static set bit_of(struct walker *w, struct item *item)
{
    unsigned number = item->variable->number;
    return number / GROUP == w->group ? (set)1 << number % GROUP : 0;
}

static set live_at_label(struct walker *w, unsigned label)
{
    return w->label_item[label] ? w->live[w->label_item[label] - 1] : 0;
}

void run_add(struct run_list *runs, size_t first, size_t last)
{
    while (runs->count && runs->at[runs->count - 1].last + 1 >= first) {
        struct run *before = &runs->at[--runs->count];
        first = before->first < first ? before->first : first;
        last = before->last > last ? before->last : last;
    }
    array_add(runs, (struct run){first, last});
}

/* Notes what is live before an item. False where that is no news. */
static bool note(struct walker *w, size_t i, set *bits)
{
    struct item *item = &w->l->items.at[i];
    *bits &= ~w->live[i];
    if (!*bits)
        return false;
    w->live[i] |= *bits;
    if (i < w->first)
        w->first = i;
    if (i > w->last)
        w->last = i;
    if (item->kind == ITEM_LABEL && w->first_jump[item->label])
        array_add(&w->news, (struct news){i, *bits});
    return true;
}

/* Before an item, given what is live after it. */
static set before(struct walker *w, struct item *item, set live)
{
    switch (item->kind) {
    case ITEM_USE:
        return live | bit_of(w, item);
    case ITEM_DEFINE:
        return live & ~bit_of(w, item);
    case ITEM_JUMP:
        return live_at_label(w, item->label);
    case ITEM_BRANCH:
        return live | live_at_label(w, item->label);
    default:
        return live;
    }
}

/* Carries what is newly live after item i up from there. */
static void carry_up(struct walker *w, size_t i, set bits)
{
    for (;; i--) {
        struct item *item = &w->l->items.at[i];
        if (item->kind == ITEM_JUMP)
            return;             /* control does not come from it */
        if (item->kind == ITEM_DEFINE)
            bits &= ~bit_of(w, item);
        if (!note(w, i, &bits) || i == 0)
            return;
    }
}

static void tell_jumps(struct walker *w, struct news news)
{
    unsigned label = w->l->items.at[news.label_item].label;
    for (size_t jump = w->first_jump[label]; jump; jump = w->next_jump[jump - 1]) {
        set bits = news.bits;
        if (note(w, jump - 1, &bits) && jump > 1)
            carry_up(w, jump - 2, bits);
    }
}

/* The items that mention variables of the group are first..last. */
static void walk(struct walker *w, size_t first, size_t last)
{
    set live = 0;
    w->first = first;
    w->last = last;
    w->news.count = 0;
    for (size_t i = last + 1; i-- > first;) {
        live = before(w, &w->l->items.at[i], live);
        set bits = live;
        note(w, i, &bits);
    }
    if (first > 0 && live)
        carry_up(w, first - 1, live);
    while (w->news.count)
        tell_jumps(w, w->news.at[--w->news.count]);
}

/* A variable whose block does not hold the site may seem live there, where a jump passes its declaration; it has no value yet. */
static bool in_scope(struct variable *v, struct extent *extent)
{
    return v->extent->number <= extent->number && extent->number <= v->extent->last_number;
}

/* What lives in the frame because it lives across very many sites need not be told of each of them. */
static void add_live(struct live_list *list, struct variable *v)
{
    v->live_count++;
    if (v->live_count > COPIES_LIMIT + 1 && !v->fixed_local)
        return;
    array_add(list, v);
}

/* Where control comes back to its block and jumps past its declaration, a variable lives across sites that stand before that: it
   cannot be a local of C, whose scope begins later. */
static void list_live_across(struct walker *w, size_t at, set live)
{
    struct item *site = &w->l->items.at[at];
    for (; live; live &= live - 1) {
        struct variable *v = w->l->variables.at[w->group * GROUP + (unsigned)__builtin_ctzll(live)];
        if (!in_scope(v, site->extent) || (v->declared > at && v->fixed_local))
            continue;
        add_live(&w->l->live[site->site], v);
        v->may_reside = v->may_reside || v->declared > at;
    }
}

static void list_live(struct walker *w)
{
    for (size_t i = w->first; i <= w->last; i++) {
        struct item *item = &w->l->items.at[i];
        if (item->kind == ITEM_SITE)
            list_live_across(w, i, w->live[i]);
        else if ((item->kind == ITEM_DECLARE || item->kind == ITEM_BEGIN) && !item->text && (w->live[i] & bit_of(w, item)))
            item->variable->starts_zero = true;
    }
}

static void find_jumps(struct walker *w)
{
    for (size_t i = 0; i < w->l->items.count; i++) {
        struct item *item = &w->l->items.at[i];
        if (item->kind == ITEM_LABEL)
            w->label_item[item->label] = i + 1;
        if (item->kind == ITEM_DECLARE)
            item->variable->declared = i + 1;
        if ((item->kind == ITEM_JUMP || item->kind == ITEM_BRANCH) && item->label) {
            w->next_jump[i] = w->first_jump[item->label];
            w->first_jump[item->label] = i + 1;
        }
    }
}

static struct variable *in_group(struct walker *w, unsigned index)
{
    return w->l->variables.at[w->group * GROUP + index];
}

static bool mentions_group(struct walker *w, size_t i)
{
    struct item *item = &w->l->items.at[i];
    return (item->kind == ITEM_USE || item->kind == ITEM_DEFINE) && item->variable->number / GROUP == w->group;
}

/* Within one text, C compilers choose the order: what it mentions is in use in all of it, from the text before up to its end. */
static size_t text_begin(struct walker *w, size_t i)
{
    return i ? w->text_before[i - 1] + 1 : 0;
}

/* False: the variables of the group come alive and die so often that to list it would be more than linear work. */
static bool list_runs(struct walker *w)
{
    size_t begin[GROUP], budget = RUNS_LIMIT;
    set open = 0;
    for (size_t i = w->first; i <= w->last + 1; i++) {
        set live = i <= w->last ? w->live[i] : 0;
        for (set changed = live ^ open; changed; changed &= changed - 1) {
            unsigned index = (unsigned)__builtin_ctzll(changed);
            if (live >> index & 1)
                begin[index] = i;
            else
                run_add(&in_group(w, index)->runs, begin[index], i - 1);
            if (!budget--)
                return false;
        }
        open = live;
        if (i <= w->last && mentions_group(w, i))
            run_add(&w->l->items.at[i].variable->runs, text_begin(w, i), w->text_after[i]);
    }
    return true;
}

static void widen(struct variable *v, size_t first, size_t last)
{
    struct run_list *runs = &v->runs;
    if (!runs->count)
        array_add(runs, (struct run){first, last});
    struct run *run = &runs->at[0];
    run->first = first < run->first ? first : run->first;
    run->last = last > run->last ? last : run->last;
}

/* One run for each, from the first item to the last. */
static void list_hulls(struct walker *w)
{
    set seen = 0;
    for (size_t number = w->group * GROUP; number < w->l->variables.count && number < (w->group + 1) * GROUP; number++)
        w->l->variables.at[number]->runs.count = 0;
    for (size_t i = w->first; i <= w->last; i++) {
        for (set fresh = w->live[i] & ~seen; fresh; fresh &= fresh - 1)
            widen(in_group(w, (unsigned)__builtin_ctzll(fresh)), i, i);
        seen |= w->live[i];
        if (mentions_group(w, i))
            widen(w->l->items.at[i].variable, text_begin(w, i), w->text_after[i]);
    }
    seen = 0;
    for (size_t i = w->last + 1; i-- > w->first;) {
        for (set fresh = w->live[i] & ~seen; fresh; fresh &= fresh - 1)
            widen(in_group(w, (unsigned)__builtin_ctzll(fresh)), i, i);
        seen |= w->live[i];
    }
}

static bool is_text(struct item *item)
{
    return item->kind == ITEM_TEXT || item->kind == ITEM_SITE || item->kind == ITEM_DECLARE;
}

static void find_texts(struct walker *w)
{
    size_t count = w->l->items.count, text = (size_t)-1;
    for (size_t i = 0; i < count; i++) {
        if (is_text(&w->l->items.at[i]))
            text = i;
        w->text_before[i] = text;
    }
    text = count ? count - 1 : 0;
    for (size_t i = count; i-- > 0;) {
        if (is_text(&w->l->items.at[i]))
            text = i;
        w->text_after[i] = text;
    }
}

struct mention { size_t first, last; };     /* items + 1; 0: none */

/* By group: where its variables are mentioned first and last. */
static struct mention *find_mentions(struct lowering *l)
{
    struct mention *mentions = arena_alloc((l->variables.count / GROUP + 1) * sizeof *mentions);
    for (size_t i = 0; i < l->items.count; i++) {
        struct item *item = &l->items.at[i];
        if (item->kind != ITEM_USE && item->kind != ITEM_DEFINE)
            continue;
        struct mention *mention = &mentions[item->variable->number / GROUP];
        if (!mention->first)
            mention->first = i + 1;
        mention->last = i + 1;
    }
    return mentions;
}

void flow(struct lowering *l)
{
    struct walker w = {.l = l};
    l->live = arena_alloc(l->sites.count * sizeof *l->live);
    w.live = arena_alloc((l->items.count + 1) * sizeof *w.live);
    w.next_jump = arena_alloc((l->items.count + 1) * sizeof *w.next_jump);
    w.label_item = arena_alloc((l->label_count + 1) * sizeof *w.label_item);
    w.first_jump = arena_alloc((l->label_count + 1) * sizeof *w.first_jump);
    w.text_before = arena_alloc((l->items.count + 1) * sizeof *w.text_before);
    w.text_after = arena_alloc((l->items.count + 1) * sizeof *w.text_after);
    find_jumps(&w);
    find_texts(&w);
    struct mention *mentions = find_mentions(l);
    for (w.group = 0; w.group * GROUP < l->variables.count; w.group++) {
        if (!mentions[w.group].first)
            continue;
        walk(&w, mentions[w.group].first - 1, mentions[w.group].last - 1);
        list_live(&w);
        if (!list_runs(&w))
            list_hulls(&w);
        memset(&w.live[w.first], 0, (w.last - w.first + 1) * sizeof *w.live);
    }
}

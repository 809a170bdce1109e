/* Scopes. Every binding lives in one list, newest first, which is never cut apart: a scope is a pointer into it. For each
   name a slot knows its innermost binding in both name spaces, so that looking a name up does not depend on how many names
   there are; leaving a scope puts the bindings back that it had hidden. Slots stand in an open hash table keyed by the
   interned name. See names.h. */
#include "names.h"
#include <stdint.h>

struct slot {
    const char *name;           /* NULL: free */
    struct binding *ordinary;   /* innermost; NULL: none in scope */
    struct binding *tag;
    struct symbol *linked;      /* the object or function of this name that has linkage, in whatever scope it was declared */
};

struct binding *names_now;
unsigned scope_depth;

static struct slot *slots;
static size_t slot_count, slots_used;

static struct slot *slot_search(struct slot *table, size_t count, const char *name)
{
    size_t i = (size_t)(((uintptr_t)name >> 4) * 0x9E3779B97F4A7C15u >> 20) & (count - 1);
    while (table[i].name && table[i].name != name)
        i = (i + 1) & (count - 1);
    return &table[i];
}

static void slots_grow(void)
{
    size_t count = slot_count ? slot_count * 2 : 4096;
    struct slot *larger = arena_alloc(count * sizeof *larger);
    for (size_t i = 0; i < slot_count; i++)
        if (slots[i].name)
            *slot_search(larger, count, slots[i].name) = slots[i];
    slots = larger;
    slot_count = count;
}

static struct slot *slot_find(const char *name)
{
    return slot_count ? slot_search(slots, slot_count, name) : NULL;
}

static struct slot *slot_make(const char *name)
{
    if (slots_used * 2 >= slot_count)
        slots_grow();
    struct slot *slot = slot_search(slots, slot_count, name);
    if (!slot->name) {
        slot->name = name;
        slots_used++;
    }
    return slot;
}

struct scope_mark scope_enter(void)
{
    struct scope_mark mark = { names_now, scope_depth };
    scope_depth++;
    return mark;
}

void scope_leave(struct scope_mark mark)
{
    for (struct binding *b = names_now; b != mark.bindings; b = b->next) {
        struct slot *slot = slot_make(b->name);
        if (b->symbol)
            slot->ordinary = b->hidden;
        else
            slot->tag = b->hidden;
    }
    names_now = mark.bindings;
    scope_depth = mark.depth;
}

void names_restore(struct binding *names)
{
    scope_leave((struct scope_mark){ .bindings = names, .depth = 0 });
}

static struct binding *binding_add(const char *name, struct symbol *symbol, struct tag *tag)
{
    struct slot *slot = slot_make(name);
    struct binding *b = arena_alloc(sizeof *b);
    *b = (struct binding){ .next = names_now, .hidden = symbol ? slot->ordinary : slot->tag, .name = name, .symbol = symbol,
                           .tag = tag, .depth = scope_depth };
    if (symbol)
        slot->ordinary = b;
    else
        slot->tag = b;
    return names_now = b;
}

/* Oldest first, so that what hid what stays so. Iterative: a parameter list may be long. */
void scope_bind_again(struct binding *newest, struct binding *before)
{
    size_t count = 0;
    for (struct binding *b = newest; b != before; b = b->next)
        count++;
    struct binding **order = arena_alloc((count + 1) * sizeof *order);
    size_t i = count;
    for (struct binding *b = newest; b != before; b = b->next)
        order[--i] = b;
    for (i = 0; i < count; i++)
        binding_add(order[i]->name, order[i]->symbol, order[i]->tag);
}

struct symbol *symbol_find(const char *name)
{
    struct slot *slot = slot_find(name);
    return slot && slot->ordinary ? slot->ordinary->symbol : NULL;
}

struct symbol *symbol_find_here(const char *name)
{
    struct slot *slot = slot_find(name);
    return slot && slot->ordinary && slot->ordinary->depth == scope_depth ? slot->ordinary->symbol : NULL;
}

struct tag *tag_find(const char *name)
{
    struct slot *slot = slot_find(name);
    return slot && slot->tag ? slot->tag->tag : NULL;
}

struct tag *tag_find_here(const char *name)
{
    struct slot *slot = slot_find(name);
    return slot && slot->tag && slot->tag->depth == scope_depth ? slot->tag->tag : NULL;
}

struct symbol *symbol_linked(const char *name)
{
    struct slot *slot = slot_find(name);
    return slot ? slot->linked : NULL;
}

void symbol_link(struct symbol *symbol)
{
    slot_make(symbol->name)->linked = symbol;
}

void symbol_bind(struct symbol *symbol)
{
    binding_add(symbol->name, symbol, NULL);
}

struct symbol *symbol_declare(const char *name, enum symbol_kind kind, struct type *type, token_index place)
{
    struct symbol *symbol = arena_alloc(sizeof *symbol);
    *symbol = (struct symbol){ .kind = (uint8_t)kind, .local = scope_depth > 0, .name = name, .type = type, .place = place };
    binding_add(name, symbol, NULL);
    return symbol;
}

struct tag *tag_declare(const char *name, enum type_kind kind, token_index place)
{
    struct tag *tag = arena_alloc(sizeof *tag);
    *tag = (struct tag){ .kind = (uint8_t)kind, .local = scope_depth > 0, .name = name, .keyword = place };
    if (name)
        binding_add(name, NULL, tag);
    return tag;
}

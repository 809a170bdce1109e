/* Types that the body of an async function defines move in front of the function, under names of their own, where something that awaits is in their
   function: members of the frame may be of these types. Enumerators go with their type. What is moved is spelled anew by token: `struct point` becomes
   `struct f__point` wherever the body says it. */
#include "lowering.h"
#include <string.h>

static struct function *function_now;
static unsigned unnamed_count;
static ARRAY(struct tag *) tags;

static const char *own_name(const char *name)
{
    return arena_format("%s__%s", function_now->symbol->name, name);
}

static bool in_body(token_index t)
{
    return t >= function_now->body->first && t <= function_now->body->last;
}

static void collect_tags(struct type *type);

static void collect_members(struct tag *tag)
{
    for (size_t i = 0; i < tag->member_count; i++) {
        struct type *type = type_strip(tag->members[i].type);
        if (!tag->members[i].name && type_is_record(type) && !type->tag->name)
            collect_members(type->tag);     /* with a name its members would no longer be those of `tag` */
        else
            collect_tags(tag->members[i].type);
    }
}

static void collect_tags(struct type *type)
{
    for (; type; type = type->inner) {
        struct tag *tag = type->kind == TYPE_STRUCT || type->kind == TYPE_UNION || type->kind == TYPE_ENUM ? type->tag : NULL;
        if (!tag || !tag->local || !tag->complete || tag->renamed || !in_body(tag->body_first))
            continue;
        tag->renamed = tag->name ? own_name(tag->name) : own_name(arena_format("unnamed_%u", ++unnamed_count));
        array_add(&tags, tag);
        collect_members(tag);
    }
}

/* `struct name`, from the definition on to the next one of the same name. */
static void rename_tag(struct tag *tag)
{
    token_index keyword = tag->keyword;
    if (!tag->name) {
        tokens[keyword].renamed = arena_format("%.*s %s", (int)tokens[keyword].length, tokens[keyword].text, tag->renamed);
        return;
    }
    token_index end = function_now->body->last;
    for (size_t i = 0; i < tags.count; i++)
        if (tags.at[i] != tag && tags.at[i]->name == tag->name && tags.at[i]->keyword > keyword && tags.at[i]->keyword < end)
            end = tags.at[i]->keyword;
    for (token_index t = keyword; t < end; t++)
        if (tokens[t].name == tag->name && t > 0 && (token_is(t - 1, "struct") || token_is(t - 1, "union") || token_is(t - 1, "enum") || t == tag->name_token))
            tokens[t].renamed = tag->renamed;
}

static void rename_enumerators(void)
{
    for (token_index t = function_now->body->first; t <= function_now->body->last; t++) {
        struct symbol *symbol = tokens[t].symbol;
        if (symbol && symbol->kind == SYMBOL_ENUMERATOR && symbol->local && in_body(symbol->place))
            tokens[t].renamed = own_name(tokens[t].name);
    }
}

static void rename_typedef(struct declarator *d)
{
    const char *name = d->name, *renamed = own_name(name);
    for (token_index t = d->name_token; t <= function_now->body->last; t++) {
        if (tokens[t].name != name || (tokens[t].symbol && t != d->name_token))
            continue;
        if (token_is(t - 1, ".") || token_is(t - 1, "->") || token_is(t - 1, "struct") || token_is(t - 1, "union") || token_is(t - 1, "goto"))
            continue;
        tokens[t].renamed = renamed;
    }
    d->symbol->name = renamed;
}

static bool defines_types(struct declaration *d)
{
    return d->specifiers && (d->specifiers->defines_tag || d->specifiers->storage == STORAGE_TYPEDEF);
}

static bool can_move(struct declaration *d)
{
    for (size_t i = 0; i < d->declarator_count; i++)
        if (d->specifiers->storage == STORAGE_TYPEDEF && type_is_variably_modified(d->declarators[i]->type))
            return false;
    return true;
}

typedef ARRAY(struct declaration *) declaration_list;

static void collect_expression(struct expression *e, void *context);

static void collect_statement(struct statement *s, declaration_list *list)
{
    if (!s)
        return;
    if (s->declaration && defines_types(s->declaration) && can_move(s->declaration))
        array_add(list, s->declaration);
    if (s->a)
        collect_expression(s->a, list);
    for (size_t i = 0; i < s->item_count; i++)
        collect_statement(s->items[i], list);
    for (size_t i = 0; i < s->catch_count; i++)
        collect_statement(s->catches[i].body, list);
    collect_statement(s->body, list);
    collect_statement(s->otherwise, list);
}

static void collect_expression(struct expression *e, void *context)
{
    if (e->kind == EXPRESSION_STATEMENT)
        collect_statement(e->body, context);
    else
        expression_children(e, collect_expression, context);
}

/* The text that stands in front of the function, and what remains in the body. */
static void move_declaration(struct declaration *d, struct text *out)
{
    struct specifiers *s = d->specifiers;
    if (s->storage == STORAGE_TYPEDEF) {
        text_format(out, "%s\n", one_line(copy_range(d->first, d->last)));
        d->moved = true;
        return;
    }
    for (size_t i = 0; i < s->count; i++)
        if (s->at[i].role == ROLE_TYPE)
            text_format(out, "%s;\n", one_line(copy_range(s->at[i].first, s->at[i].last)));
    d->moved = d->declarator_count == 0;
}

static void blank_definitions(void)
{
    for (size_t i = 0; i < tags.count; i++)
        for (token_index t = tags.at[i]->body_first; t <= tags.at[i]->body_last; t++)
            tokens[t].renamed = "";
}

const char *hoist_types(struct function *function)
{
    declaration_list list = {0};
    struct text out = {0};
    function_now = function;
    unnamed_count = 0;
    tags.count = 0;
    collect_statement(function->body, &list);
    if (!list.count || !function->body->has_await)
        return "";
    for (size_t i = 0; i < list.count; i++) {
        collect_tags(list.at[i]->specifiers->type);
        for (size_t k = 0; k < list.at[i]->declarator_count; k++)
            collect_tags(list.at[i]->declarators[k]->type);
    }
    for (size_t i = 0; i < tags.count; i++)
        rename_tag(tags.at[i]);
    rename_enumerators();
    for (size_t i = 0; i < list.count; i++)
        if (list.at[i]->specifiers->storage == STORAGE_TYPEDEF)
            for (size_t k = 0; k < list.at[i]->declarator_count; k++)
                rename_typedef(list.at[i]->declarators[k]);
    for (size_t i = 0; i < list.count; i++)
        move_declaration(list.at[i], &out);
    blank_definitions();
    return text_string(&out);
}

/* Types that the body of an async function defines move in front of the function, under names of their own, where something that awaits is in their
   function, or a call that another thread makes: members of a frame may be of these types. Enumerators go with their type. What is moved is spelled anew by token: `struct point` becomes
   `struct f__point` wherever the body says it. */
#include "lowering.h"
#include <string.h>

static struct function *function_now;
static unsigned unnamed_count;
static ARRAY(struct tag *) tags;
static ARRAY(const char *) own_names;

static bool name_taken(const char *name)
{
    for (size_t i = 0; i < own_names.count; i++)
        if (strcmp(own_names.at[i], name) == 0)
            return true;
    return false;
}

/* Blocks of the function may each have a type of that name. */
static const char *own_name(const char *name)
{
    const char *plain = arena_format("%s__%s", function_now->symbol->name, name), *own = plain;
    for (unsigned i = 2; name_taken(own); i++)
        own = arena_format("%s_%u", plain, i);
    array_add(&own_names, own);
    return own;
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

/* The name of a struct that has none stands behind its attributes. */
static void rename_unnamed(struct tag *tag)
{
    if (!tag->name)
        tokens[tag->body_first].renamed = arena_format("%s {", tag->renamed);
}

static void rename_typedefs(struct declaration *d)
{
    for (size_t i = 0; d->specifiers->storage == STORAGE_TYPEDEF && i < d->declarator_count; i++)
        d->declarators[i]->symbol->name = own_name(d->declarators[i]->name);
}

/* Wherever the body names them. */
static void rename_uses(void)
{
    for (size_t i = function_now->first_type_use; i < function_now->end_type_use; i++) {
        struct type_use *use = &unit.type_uses.at[i];
        if (use->tag && use->tag->renamed)
            tokens[use->token].renamed = use->tag->renamed;
        else if (use->symbol && use->symbol->name != tokens[use->token].name)
            tokens[use->token].renamed = use->symbol->name;
    }
}

static void rename_enumerators(void)
{
    for (token_index t = function_now->body->first; t <= function_now->body->last; t++) {
        struct symbol *symbol = tokens[t].symbol;
        if (!symbol || symbol->kind != SYMBOL_ENUMERATOR || !symbol->local || !in_body(symbol->place))
            continue;
        if (symbol->name == tokens[symbol->place].name)
            symbol->name = own_name(symbol->name);
        tokens[t].renamed = symbol->name;
    }
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

/* A declaration, and those in statement expressions of its bounds and initialisers. */
static void collect_declaration(struct declaration *d, declaration_list *list)
{
    if (defines_types(d) && can_move(d))
        array_add(list, d);
    for (size_t i = 0; i < d->declarator_count; i++) {
        declarator_bounds(d->declarators[i], collect_expression, list);
        if (d->declarators[i]->initializer)
            collect_expression(d->declarators[i]->initializer, list);
    }
}

static void collect_statement(struct statement *s, declaration_list *list)
{
    if (!s)
        return;
    if (s->declaration)
        collect_declaration(s->declaration, list);
    collect_statement(s->init, list);
    if (s->a)
        collect_expression(s->a, list);
    if (s->step)
        collect_expression(s->step, list);
    for (size_t i = 0; i < s->argument_count; i++)
        collect_expression(s->arguments[i], list);
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

/* A variable of the body can be named in front of it for its type alone. */
static void rename_variables(token_index first, token_index last)
{
    for (token_index t = first; t <= last; t++) {
        struct symbol *symbol = tokens[t].symbol;
        if (symbol && symbol->kind == SYMBOL_VARIABLE && symbol->local && !tokens[t].renamed)
            tokens[t].renamed = arena_format("(*(%s)0)", type_declare(type_pointer(symbol->type), ""));
    }
}

static void add_moved(struct text *out, token_index first, token_index last)
{
    rename_variables(first, last);
    text_add(out, one_line(copy_range(first, last)));
}

/* A type specifier and the attributes behind it, which belong to the type that it defines. */
static void move_specifier(struct specifiers *s, size_t index, struct text *out)
{
    add_moved(out, s->at[index].first, s->at[index].last);
    for (size_t i = index + 1; s->defines_tag && i < s->count && s->at[i].role == ROLE_ATTRIBUTE; i++) {
        text_add(out, " ");
        add_moved(out, s->at[i].first, s->at[i].last);
        replace_tokens(s->at[i].first, s->at[i].last, "");
    }
    text_add(out, ";\n");
}

/* The text that stands in front of the function, and what remains in the body. */
static void move_declaration(struct declaration *d, struct text *out)
{
    struct specifiers *s = d->specifiers;
    struct type *type = type_strip(s->type);
    unsigned pack = s->defines_tag && type_is_record(type) ? type->tag->pack : 0;
    if (pack)
        text_format(out, "#pragma pack(push, %u)\n", pack);
    if (s->storage == STORAGE_TYPEDEF) {
        add_moved(out, d->first, d->last);
        text_add(out, "\n");
        d->moved = true;
    } else {
        for (size_t i = 0; i < s->count; i++)
            if (s->at[i].role == ROLE_TYPE)
                move_specifier(s, i, out);
        d->moved = d->declarator_count == 0;
    }
    if (pack)
        text_add(out, "#pragma pack(pop)\n");
}

/* What remains in the body of each definition: `struct name`. */
static void blank_definitions(void)
{
    for (size_t i = 0; i < tags.count; i++) {
        struct tag *tag = tags.at[i];
        tokens[tag->keyword].renamed = arena_format("%.*s %s", (int)tokens[tag->keyword].length, tokens[tag->keyword].text, tag->renamed);
        for (token_index t = tag->keyword + 1; t <= tag->body_last; t++)
            tokens[t].renamed = "";
    }
}

const char *hoist_types(struct function *function)
{
    declaration_list list = {0};
    struct text out = {0};
    function_now = function;
    unnamed_count = 0;
    tags.count = own_names.count = 0;
    collect_statement(function->body, &list);
    if (!list.count || !function->body->has_await)
        return "";
    for (size_t i = 0; i < list.count; i++) {
        collect_tags(list.at[i]->specifiers->type);
        for (size_t k = 0; k < list.at[i]->declarator_count; k++)
            collect_tags(list.at[i]->declarators[k]->type);
    }
    for (size_t i = 0; i < tags.count; i++)
        rename_unnamed(tags.at[i]);
    rename_enumerators();
    for (size_t i = 0; i < list.count; i++)
        rename_typedefs(list.at[i]);
    rename_uses();
    for (size_t i = 0; i < list.count; i++)
        move_declaration(list.at[i], &out);
    blank_definitions();
    return text_string(&out);
}

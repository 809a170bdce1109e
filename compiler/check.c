/* The check stage: goes over all declarations in the order of the text, and into the bodies of the async functions.
   What is plain C outside of them is left to the C compiler, but for what the dialect forbids there and for the
   array lengths that initialisers tell. */
#include "checking.h"
#include <string.h>

/* ================= variables ================= */

static void complete_type(struct declarator *declarator, struct type *type)
{
    declarator->type = type;
    if (declarator->symbol)
        declarator->symbol->type = type;
}

static bool is_static(struct symbol *symbol)
{
    return symbol->storage == STORAGE_STATIC || symbol->storage == STORAGE_EXTERN || symbol->thread_local_ ||
           !symbol->local;
}

/* 6.7.9p3 */
static void check_fixed_size(struct declarator *declarator)
{
    struct type *type = type_strip(declarator->type);
    struct expression *e = declarator->initializer;
    if (type->kind != TYPE_ARRAY || !type->variable || (e->kind == EXPRESSION_INITIALIZER && !e->item_count))
        return;
    rule_error(e->first, "variable-sized object '%s' may not be initialized", declarator->name);
    rule_note(e->first, "set its elements in a loop, or with 'memset'");
}

static void check_variable_initializer(struct declarator *declarator, struct symbol *symbol)
{
    const char *outer = check_now.no_await;
    if (is_static(symbol))
        check_now.no_await = "a static initializer";
    if (type_is(declarator->type, TYPE_AUTO)) {
        struct type *type = check_value(declarator->initializer);
        complete_type(declarator, type_qualified(type, type_qualifiers(declarator->type)));
    } else {
        check_fixed_size(declarator);
        struct type *type = check_initializer(declarator->type, declarator->initializer);
        if (type != declarator->type)
            complete_type(declarator, type);
    }
    if (is_static(symbol) && check_now.function)
        check_static_initializer(declarator->initializer);
    check_now.no_await = outer;
}

/* 6.7p7: an object has a complete type by the end of its declarator. */
static void check_complete(struct declarator *declarator, struct symbol *symbol)
{
    struct type *type = declarator->type;
    if (symbol->storage == STORAGE_EXTERN || is_unknown(type) || type_is_complete(type) || !symbol->local)
        return;
    if (type_is(type, TYPE_VOID))
        rule_error(declarator->name_token, "variable '%s' declared void", declarator->name);
    else if (type_is(type, TYPE_ARRAY) && type_is_complete(type_strip(type)->inner))
        rule_error(declarator->name_token, "array size missing in '%s'", declarator->name);
    else
        rule_error(declarator->name_token, "storage size of '%s' is not known", declarator->name);
}

static void open_scope(struct declarator *declarator, struct symbol *symbol)
{
    if (symbol->child)
        barrier_push(arena_format("the scope of child '%s'", declarator->name), declarator->name_token);
    else if (!is_static(symbol) && type_is_variably_modified(declarator->type))
        barrier_push(arena_format("the scope of '%s', whose type is variably modified", declarator->name),
                     declarator->name_token);
}

static bool check_variable(struct declarator *declarator, struct symbol *symbol)
{
    bool await = false;
    if (check_now.function && !symbol->block)
        symbol->block = check_now.block;
    check_written_type(declarator->type, &await);
    if (check_now.function && !symbol->child)
        check_storage(declarator, symbol);
    if (symbol->child) {
        check_child(declarator, symbol);
        await = true;
    } else if (declarator->initializer) {
        check_variable_initializer(declarator, symbol);
        await |= declarator->initializer->has_await;
    }
    if (check_now.function) {
        if (!symbol->child)
            check_complete(declarator, symbol);
        warn_note_declaration(declarator);
        open_scope(declarator, symbol);
    }
    return await;
}

/* ================= async functions and their prototypes ================= */

static void conflicting_types(struct declarator *declarator, struct declarator *before)
{
    dialect_error(declarator->name_token, "conflicting types for '%s'; have '%s'", declarator->name,
                  type_text(declarator->type));
    dialect_note(before->name_token, "the declaration before it is here, of type '%s'", type_text(before->type));
}

/* A function that has an async declaration has no other. */
static void check_prototype(struct declarator *declarator, struct symbol *symbol)
{
    struct declarator *before = symbol->checked;
    symbol->checked = declarator;
    if (!before || before == declarator || before->type == declarator->type)
        return;
    struct type *a = type_strip(before->type), *b = type_strip(declarator->type);
    if (a->kind != TYPE_FUNCTION || b->kind != TYPE_FUNCTION || type_same(a, b))
        return;
    if (!a->is_async && !b->is_async) {
        if (check_now.function && !a->no_prototype && !b->no_prototype)
            conflicting_types(declarator, before);
        return;
    }
    if (returns_coroutine(a) || returns_coroutine(b)) {
        symbol->type = a->is_async ? before->type : declarator->type; /* the one that tells more */
        return;
    }
    if (a->is_async == b->is_async) {
        conflicting_types(declarator, before);
        return;
    }
    if (symbol->lost)
        return;
    dialect_error(declarator->name_token, "'%s' is declared both async and not", declarator->name);
    dialect_note(before->name_token, "the declaration before it is here, of type '%s'", type_text(before->type));
}

static struct type *async_part(struct type *type)
{
    for (; type; type = type->inner) {
        if (type->kind == TYPE_TYPEDEF || type->kind == TYPE_TYPEOF)
            return NULL;
        if (type->kind == TYPE_FUNCTION && type->is_async)
            return type;
    }
    return NULL;
}

/* The frame of an async function has a place for each argument. */
static void check_parameters_known(struct declarator *declarator)
{
    struct type *function = async_part(declarator->type);
    if (function && function->variadic)
        dialect_error(declarator->name_token ? declarator->name_token : declarator->first,
                      "an async function cannot be variadic");
    else if (function && declarator->old_style)
        dialect_error(declarator->name_token, "an async function cannot have an old-style parameter list");
    else
        return;
    if (declarator->symbol)
        declarator->symbol->lost = true;
    if (function->variadic)
        dialect_note(declarator->first, "take a 'va_list *', or an array and its length");
    else
        dialect_note(declarator->first, "write the types of the parameters between the parentheses");
}

static void check_async_declarator(struct specifiers *specifiers, struct declarator *declarator)
{
    check_parameters_known(declarator);
    if (!specifiers->without_type || !declarator->name || !async_part(declarator->type))
        return;
    dialect_error(declarator->name_token, "'%s' is declared without a type", declarator->name);
    dialect_note(specifiers->async_token, "'async' comes with the type of the value: 'async int', or 'async void' where there is none");
}

static bool is_argument_vector(struct type *type)
{
    type = type_strip(type);
    struct type *string = type->kind == TYPE_POINTER ? type_strip(type->inner) : NULL;
    return string && string->kind == TYPE_POINTER && type_is(string->inner, TYPE_CHAR);
}

static void check_main(struct function *function)
{
    struct type *type = type_strip(function->declarator->type);
    bool good =
        type->parameter_count == 0 || (type->parameter_count == 2 && type_is(type->parameters[0].type, TYPE_INT) &&
                                       is_argument_vector(type->parameters[1].type));
    function->is_main = true;
    if (good && (type_is(function->result, TYPE_INT) || is_unknown(function->result)) && !function->is_generator)
        return;
    dialect_error(function->declarator->name_token, "an async 'main' of type '%s'", type_text(type));
    dialect_note(function->declarator->name_token,
                 "write 'async int main(void)' or 'async int main(int argc, char **argv)'");
}

static void check_parameters(struct function *function)
{
    bool await = false;
    struct check_state outer = check_now;
    check_now = (struct check_state){.voice = TELL_ALL, .function = function, .no_await = "a parameter"};
    for (size_t i = 0; i < function->declarator->parameter_count; i++) {
        struct parameter *parameter = &function->declarator->parameters[i];
        check_written_type(parameter->written ? parameter->written : parameter->type, &await);
        if (!type_is_complete(parameter->type) && !is_unknown(parameter->type) && !type_is(parameter->type, TYPE_VOID))
            rule_error(parameter->first, "parameter '%s' has incomplete type '%s'",
                       parameter->name ? parameter->name : "", type_text(parameter->type));
    }
    check_now = outer;
}

static void check_redefinition(struct function *function)
{
    struct function *last = function->symbol->function;
    if (last && last != function) {
        dialect_error(last->declarator->name_token, "redefinition of '%s'", function->symbol->name);
        dialect_note(function->declarator->name_token, "it is defined here first");
    }
}

static void check_function(struct function *function)
{
    if (!function->symbol || !function->body)
        return;
    check_redefinition(function);
    if (strcmp(function->symbol->name, "main") == 0)
        check_main(function);
    if (!is_unknown(function->result) && !type_is(function->result, TYPE_VOID) && !type_is_complete(function->result))
        dialect_error(function->declarator->name_token, "'%s' returns the incomplete type '%s'", function->symbol->name,
                      type_text(function->result));
    check_parameters(function);
    if (!function->declarator->old_style) /* told already; its parameters are not known in the body */
        check_body(function);
}

/* ================= declarations ================= */

static bool check_declarator(struct declarator *declarator)
{
    struct symbol *symbol = declarator->symbol;
    bool await = false;
    if (check_now.function)
        check_declarator_type(declarator);
    if (symbol && symbol->kind == SYMBOL_VARIABLE)
        return check_variable(declarator, symbol);
    if (symbol && symbol->kind == SYMBOL_FUNCTION)
        check_prototype(declarator, symbol);
    else if (check_now.function)
        check_written_type(declarator->type, &await);
    if (symbol && symbol->kind == SYMBOL_TYPEDEF && check_now.function && declarator->initializer)
        rule_error(declarator->initializer->first, "the typedef '%s' is initialized", declarator->name);
    if (symbol && symbol->kind == SYMBOL_TYPEDEF && check_now.function && type_is_variably_modified(declarator->type))
        barrier_push(arena_format("the scope of '%s', a variably modified type", declarator->name),
                     declarator->name_token);
    return await;
}

/* `async` among the specifiers of something that is neither a function nor a child. */
static bool is_stray_async(struct specifiers *specifiers, struct declarator *declarator)
{
    bool child = declarator->symbol && declarator->symbol->child;
    return specifiers && specifiers->is_async && !declarator->has_async_part && !child && !async_part(declarator->type);
}

static void stray_async(struct specifiers *specifiers, struct declarator *declarator)
{
    if (!check_now.function && declarator->initializer) {
        dialect_error(declarator->name_token,
                      "child '%s' at file scope: a child belongs to a block of an async function", declarator->name);
        dialect_note(declarator->name_token, "start it in 'async int main(void)', or run it with 'ac_run(...)'");
        return;
    }
    if (declarator->name)
        dialect_error(specifiers->async_token, "'async' declares no function here: '%s' has the type '%s'",
                      declarator->name, type_text(declarator->type));
    else
        dialect_error(specifiers->async_token, "'async' declares no function here: this is the type '%s'",
                      type_text(declarator->type));
    const char *type = type_text(declarator->type);
    dialect_note(specifiers->async_token, "leave it out, or declare a function or a pointer to one: 'async %s%s(*%s)(void)'",
                 type, type[strlen(type) - 1] == '*' ? "" : " ", declarator->name ? declarator->name : "");
}

static void check_defined_tag(struct specifiers *specifiers)
{
    struct type *type = type_strip(specifiers->type);
    struct tag *tag = type->tag;
    if (!tag || !tag->complete || tag->body_first < specifiers->first || tag->body_last > specifiers->last)
        return;
    for (struct constant_part *part = tag->constants; part; part = part->next)
        check_constant(part);
    if (type_is_record(type))
        check_members(tag);
}

bool check_declaration(struct declaration *declaration)
{
    bool await = false;
    if (check_now.function && declaration->specifiers && declaration->specifiers->defines_tag)
        check_defined_tag(declaration->specifiers);
    for (size_t i = 0; i < declaration->declarator_count; i++) {
        struct declarator *declarator = declaration->declarators[i];
        if (is_stray_async(declaration->specifiers, declarator))
            stray_async(declaration->specifiers, declarator);
        else
            await |= check_declarator(declarator);
        if (check_now.function && declarator->name && declaration->specifiers) {
            check_alignas(declaration->specifiers, declarator);
            check_function_storage(declaration->specifiers, declarator);
        }
    }
    return await;
}

/* In a declaration of variables or functions, check_declaration looks. */
static void check_stray_site(struct async_site *site)
{
    if (!site->declarator_count) {
        dialect_error(site->specifiers->async_token, "'async' declares no function here");
        dialect_note(site->specifiers->async_token, "leave it out: it belongs to functions");
    }
    for (size_t i = 0; i < site->declarator_count; i++)
        if (is_stray_async(site->specifiers, site->declarators[i]))
            stray_async(site->specifiers, site->declarators[i]);
}

static void check_sites(void)
{
    for (size_t i = 0; i < unit.stray_async.count; i++)
        check_stray_site(&unit.stray_async.at[i]);
    for (size_t i = 0; i < unit.async_sites.count; i++)
        for (size_t k = 0; k < unit.async_sites.at[i].declarator_count; k++)
            check_async_declarator(unit.async_sites.at[i].specifiers, unit.async_sites.at[i].declarators[k]);
}

void check(void)
{
    check_now = (struct check_state){.voice = TELL_DIALECT};
    check_sites();
    for (size_t i = 0; i < unit.declarations.count; i++) {
        struct declaration *declaration = unit.declarations.at[i];
        check_declaration(declaration);
        if (declaration->function && declaration->function->is_async)
            check_function(declaration->function);
    }
    for (size_t i = 0; i < unit.functions.count; i++)
        if (unit.functions.at[i]->is_async)
            warn_return(unit.functions.at[i]);
}

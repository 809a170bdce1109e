/* What C forbids of a declaration in a body, whatever it is initialised with: types that cannot be built, storage that does not fit. At file
   scope the C compiler tells these. */
#include "checking.h"

/* A function gives no function and no array, an array has no functions; only a pointer to an object is `restrict` (6.7.6.3p1, 6.7.6.2p1,
   6.7.3p2). */
static const char *impossible_type(struct type *type)
{
    for (; type; type = type_strip(type)->inner) {
        struct type *here = type_strip(type), *inner = here->inner ? type_strip(here->inner) : NULL;
        bool restricted = (type_qualifiers(type) & QUALIFIER_RESTRICT) != 0;
        if (restricted && here->kind != TYPE_ARRAY && !is_unknown(here) &&
            (here->kind != TYPE_POINTER || inner->kind == TYPE_FUNCTION))
            return "has a type with an invalid use of 'restrict'";
        if (here->kind == TYPE_FUNCTION && inner->kind == TYPE_FUNCTION)
            return "is declared as a function that returns a function; a pointer to one can be returned";
        if (here->kind == TYPE_FUNCTION && inner->kind == TYPE_ARRAY)
            return "is declared as a function that returns an array; a pointer, or a struct with it, can be returned";
        if (here->kind == TYPE_ARRAY && inner->kind == TYPE_FUNCTION)
            return "is declared as an array of functions; pointers to them can be in one";
        if (here->kind == TYPE_ARRAY && inner->kind == TYPE_VOID)
            return "is declared as an array of voids";
    }
    return NULL;
}

static bool has_void_among_others(struct type *function)
{
    for (size_t i = 0; function->kind == TYPE_FUNCTION && i < function->parameter_count; i++)
        if (type_is(function->parameters[i].type, TYPE_VOID) && function->parameter_count > 1)
            return true;
    return false;
}

void check_declarator_type(struct declarator *declarator)
{
    const char *fault = declarator->name ? impossible_type(declarator->type) : NULL;
    if (fault)
        rule_error(declarator->name_token, "'%s' %s", declarator->name, fault);
    else if (has_void_among_others(type_strip(declarator->type)))
        rule_error(declarator->parameter_tokens.first, "'void' is not the only parameter of '%s'", declarator->name);
}

/* 6.7.9p5, 6.7.6.2p2, 6.7.1p3 */
void check_storage(struct declarator *declarator, struct symbol *symbol)
{
    struct type *type = type_strip(declarator->type);
    bool variable = type->kind == TYPE_ARRAY && type->variable;
    if (!symbol->local)
        return;
    if (symbol->storage == STORAGE_EXTERN && declarator->initializer)
        rule_error(declarator->name_token, "'%s' is 'extern' and has an initializer", declarator->name);
    else if (symbol->storage == STORAGE_STATIC && variable)
        rule_error(declarator->name_token, "the size of the static array '%s' is not constant", declarator->name);
    else if (symbol->storage == STORAGE_EXTERN && type_is_variably_modified(declarator->type))
        rule_error(declarator->name_token, "'%s' is 'extern', and its size is not constant", declarator->name);
    else if (symbol->thread_local_ && symbol->storage != STORAGE_STATIC && symbol->storage != STORAGE_EXTERN)
        rule_error(declarator->name_token, "'%s' is thread-local in a function, and not 'static'", declarator->name);
    else if (type_is(declarator->type, TYPE_AUTO) &&
             (!declarator->initializer || declarator->initializer->kind == EXPRESSION_INITIALIZER))
        rule_error(declarator->name_token, "'%s' takes its type from an initializer, which is %s", declarator->name,
                   declarator->initializer ? "a list" : "missing");
}

/* 6.8.5p3 */
void check_loop_declaration(const struct declaration *declaration)
{
    for (size_t i = 0; i < declaration->declarator_count; i++) {
        struct declarator *declarator = declaration->declarators[i];
        struct symbol *symbol = declarator->symbol;
        bool automatic = symbol && symbol->kind == SYMBOL_VARIABLE && symbol->storage != STORAGE_STATIC &&
                         symbol->storage != STORAGE_EXTERN;
        if (symbol && !automatic)
            rule_error(declarator->name_token, "'%s' is no automatic variable: others are not declared in the head of a loop",
                       declarator->name);
    }
}

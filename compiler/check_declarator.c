/* What C forbids of a declaration in a body, whatever it is initialised with: types that cannot be built, storage that does not fit. At file
   scope the C compiler tells these. */
#include "checking.h"

/* A function gives no function and no array, an array has no functions; only a pointer to an object is `restrict` (6.7.6.3p1, 6.7.6.2p1,
   6.7.3p2). */
const char *impossible_type(struct type *type)
{
    for (; type; type = type_strip(type)->inner) {
        struct type *here = type_strip(type), *inner = here->inner ? type_strip(here->inner) : NULL;
        bool restricted = (type_qualifiers(type) & QUALIFIER_RESTRICT) != 0;
        if (restricted && here->kind != TYPE_ARRAY && !is_unknown(here) &&
            (here->kind != TYPE_POINTER || inner->kind == TYPE_FUNCTION))
            return "has a type with an invalid use of 'restrict'";
        if (type_qualifiers(type) & QUALIFIER_ATOMIC && (here->kind == TYPE_ARRAY || here->kind == TYPE_FUNCTION))
            return "has the type of an array or function that is '_Atomic'";
        if (here->kind == TYPE_FUNCTION && inner->kind == TYPE_FUNCTION)
            return "is declared as a function that returns a function; a pointer to one can be returned";
        if (here->kind == TYPE_FUNCTION && inner->kind == TYPE_ARRAY)
            return "is declared as a function that returns an array; a pointer, or a struct with it, can be returned";
        if (here->kind == TYPE_ARRAY && inner->kind == TYPE_FUNCTION)
            return "is declared as an array of functions; pointers to them can be in one";
        if (here->kind == TYPE_ARRAY && (type_is_record(inner) || inner->kind == TYPE_ENUM) && !type_is_complete(inner))
            return "is declared as an array of an incomplete type";
        if (here->kind == TYPE_ARRAY && inner->kind == TYPE_VOID)
            return "is declared as an array of voids";
    }
    return NULL;
}

/* 6.7.6.2p1, p4, of what is written: a typedef was looked at where it is declared. */
const char *misplaced_bound(struct type *type, bool in_parameter)
{
    for (; type && (type->kind == TYPE_POINTER || type->kind == TYPE_ARRAY || type->kind == TYPE_FUNCTION); type = type->inner) {
        if (type->kind == TYPE_ARRAY && type->parameter_bound)
            return "'static' or a qualifier in '[]', which only the outermost array of a parameter can have";
        if (type->kind == TYPE_ARRAY && type->star_bound && !in_parameter)
            return "'[*]', which only a parameter of a prototype can have";
        for (size_t i = 0; type->kind == TYPE_FUNCTION && i < type->parameter_count; i++) {
            struct type *written = type->parameters[i].written;
            const char *fault = written ? misplaced_bound(written->kind == TYPE_ARRAY ? written->inner : written, true) : NULL;
            if (fault)
                return fault;
        }
    }
    return NULL;
}

/* 6.7.6.3p10 */
static bool has_void_among_others(struct type *function)
{
    for (size_t i = 0; function->kind == TYPE_FUNCTION && i < function->parameter_count; i++)
        if (type_is(function->parameters[i].type, TYPE_VOID) &&
            (function->parameter_count > 1 || type_qualifiers(function->parameters[i].type)))
            return true;
    return false;
}

void check_declarator_type(struct declarator *declarator)
{
    const char *fault = declarator->name ? impossible_type(declarator->type) : NULL;
    const char *bound = fault ? NULL : misplaced_bound(declarator->type, false);
    if (fault)
        rule_error(declarator->name_token, "'%s' %s", declarator->name, fault);
    else if (bound)
        rule_error(declarator->name_token, "'%s' is declared with %s", declarator->name ? declarator->name : "", bound);
    else if (has_void_among_others(type_strip(declarator->type)))
        rule_error(declarator->parameter_tokens.first, "'void' is not the only parameter of '%s'", declarator->name);
}

/* ---- _Alignas ---- */

/* What the specifier asks for; 0: nothing, or nothing that can be. */
static uint64_t check_alignment(const struct alignment *a)
{
    int64_t value = 0;
    uint64_t size, alignment;
    if (a->type) {
        struct type *type = a->type;
        bool has_none = !is_unknown(type) && (type_is(type, TYPE_FUNCTION) || !type_is_complete(type));
        if (has_none)
            rule_error(a->place, "'_Alignas' of the type '%s', which has no alignment", type_text(type));
        return !has_none && type_size(type, &size, &alignment) ? alignment : 0;
    }
    check_in_constant(a->value);
    if (is_unknown(a->value->type))
        return 0;
    if (!constant_integer(a->value, &value)) {
        if (never_constant(a->value) || !type_is_integer(a->value->type))
            rule_error(a->value->first, "'_Alignas' wants an integer constant");
        return 0;
    }
    bool is_power = value >= 0 && (value & (value - 1)) == 0;
    if (!is_power)
        rule_error(a->value->first, "'_Alignas(%lld)': an alignment is a power of two", (long long)value);
    return is_power ? (uint64_t)value : 0;
}

static const char *alignment_fault(const struct specifiers *specifiers, struct declarator *declarator, uint64_t wanted)
{
    struct symbol *symbol = declarator->symbol;
    uint64_t size, alignment;
    if (specifiers->storage == STORAGE_TYPEDEF)
        return "is a typedef; it belongs to objects and members";
    if (symbol && symbol->kind == SYMBOL_FUNCTION)
        return "is a function";
    if (specifiers->storage == STORAGE_REGISTER)
        return "is 'register'";
    if (wanted && type_size(declarator->type, &size, &alignment) && wanted < alignment)
        return "has a stricter alignment by its type";
    return NULL;
}

void check_alignas(const struct specifiers *specifiers, struct declarator *declarator)
{
    uint64_t most = 0;
    for (const struct alignment *a = specifiers->alignments; a; a = a->next) {
        uint64_t alignment = check_alignment(a);
        most = alignment > most ? alignment : most;
    }
    const char *fault = specifiers->alignments ? alignment_fault(specifiers, declarator, most) : NULL;
    if (fault)
        rule_error(specifiers->alignments->place, "'_Alignas' of '%s', which %s", declarator->name, fault);
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

/* 6.7.1p7, p3 */
void check_function_storage(const struct specifiers *specifiers, struct declarator *declarator)
{
    bool function = declarator->symbol && declarator->symbol->kind == SYMBOL_FUNCTION;
    if (function && (specifiers->storage == STORAGE_AUTO || specifiers->storage == STORAGE_REGISTER))
        rule_error(declarator->name_token, "the function '%s' is declared with the storage of a variable", declarator->name);
    else if (specifiers->thread_local_ && (function || specifiers->storage == STORAGE_TYPEDEF))
        rule_error(declarator->name_token, "'%s' is thread-local, and no variable", declarator->name);
}

/* The tag that the specifiers of a loop's head declare; NULL. Structs without a name are declared by nobody else. */
static const struct tag *tag_of_head(const struct declaration *declaration)
{
    const struct specifiers *s = declaration->specifiers;
    const struct tag *tag = s ? type_strip(s->type)->tag : NULL;
    bool defined = tag && s->defines_tag && (tag->name || tag->kind == TYPE_ENUM);
    return defined || (tag && !declaration->declarator_count) ? tag : NULL;
}

/* 6.8.5p3 */
void check_loop_declaration(const struct declaration *declaration)
{
    if (tag_of_head(declaration))
        rule_error(declaration->first, "'%s' is declared in the head of a loop, where only variables are",
                   type_text(type_unqualified(declaration->specifiers->type)));
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

/* Calls (6.5.2.2). Functions of the runtime that work for any T are declared with type variables: a call binds T
   from its handles first, then from its other arguments, and checks all arguments against the parameters with T put
   in. */
#include "builtins.h"
#include "checking.h"
#include <string.h>

struct type *callee_type(struct expression *callee)
{
    struct type *type = type_strip(callee->type);
    if (type->kind == TYPE_POINTER)
        type = type_strip(type->inner);
    return type->kind == TYPE_FUNCTION ? type : NULL;
}

/* ================= type variables ================= */

static bool has_variable(struct type *type)
{
    for (; type; type = type->inner) {
        if (type->kind == TYPE_VARIABLE)
            return true;
        if (type->kind == TYPE_TYPEDEF || type->kind == TYPE_TYPEOF)
            return false;
    }
    return false;
}

static bool is_generic(struct type *function)
{
    if (has_variable(function->inner))
        return true;
    for (size_t i = 0; i < function->parameter_count; i++)
        if (has_variable(function->parameters[i].type))
            return true;
    return false;
}

static struct type *substitute(struct type *type, struct type *bound)
{
    if (!has_variable(type))
        return type;
    if (type->kind == TYPE_VARIABLE)
        return type_qualified(bound, type->qualifiers);
    struct type *copy = type_new(type->kind);
    *copy = *type;
    copy->unqualified = NULL;
    copy->inner = substitute(type->inner, bound);
    return copy;
}

/* What T is by this parameter and argument; NULL where they do not tell. A handle tells it for sure, a pointer or
   value only where no handle does. */
static struct type *bind(struct type *parameter, struct type *argument, bool handles)
{
    argument = type_strip(argument);
    bool wrapped = parameter->kind >= TYPE_CORO && parameter->kind <= TYPE_AWAITABLES;
    if (wrapped != handles || !has_variable(parameter))
        return NULL;
    if (parameter->kind == TYPE_AWAITABLES) {
        struct type *element = argument->kind == TYPE_POINTER ? type_strip(argument->inner) : argument;
        return type_is_handle(element) ? element->inner : NULL;
    }
    if (wrapped)
        return type_is_handle(argument) ? argument->inner : NULL;
    if (parameter->kind == TYPE_VARIABLE)
        return is_unknown(argument) ? NULL : type_unqualified(argument);
    if (parameter->kind == TYPE_POINTER && argument->kind == TYPE_POINTER && !type_is(argument->inner, TYPE_VOID))
        return parameter->inner->kind == TYPE_VARIABLE ? type_unqualified(argument->inner) : NULL;
    return NULL;
}

static struct type *bound_variable(struct type *function, struct expression *call)
{
    for (int handles = 1; handles >= 0; handles--)
        for (size_t i = 0; i < function->parameter_count && i < call->argument_count; i++) {
            struct type *argument = type_value(call->arguments[i]->type);
            struct type *bound = bind(function->parameters[i].type, argument, handles);
            if (bound)
                return bound;
        }
    return type_basic(TYPE_UNKNOWN);
}

/* ================= arguments ================= */

static const char *callee_name(struct expression *call)
{
    struct expression *callee = expression_inner(call->a);
    bool named =
        callee->kind == EXPRESSION_NAME || callee->kind == EXPRESSION_MEMBER || callee->kind == EXPRESSION_ARROW;
    return named ? callee->name : NULL;
}

static void note_declaration(struct expression *call)
{
    struct expression *callee = expression_inner(call->a);
    if (callee->kind == EXPRESSION_NAME && callee->symbol && callee->symbol->place)
        rule_note(callee->symbol->place, "declared here");
    if (called_name(call) && !strcmp(called_name(call), "ac_gather") && call->argument_count &&
        type_is_handle(call->arguments[0]->type))
        rule_note(call->first,
                  "it awaits an array: 'Coro(int) calls[] = { a(), b() }; await ac_gather(calls, 2, results);'");
}

/* `f(void)` and, for an async function, `f()` take none. */
static bool check_argument_count(struct type *function, struct expression *call)
{
    size_t wanted = function->parameter_count, given = call->argument_count;
    if ((function->no_prototype && !function->is_async) || given == wanted || (function->variadic && given > wanted))
        return true;
    const char *name = callee_name(call);
    token_index place = given > wanted ? call->arguments[wanted]->first : call->last;
    rule_error(place, "too %s arguments to %s%s%s: %zu where %zu %s wanted", given > wanted ? "many" : "few",
               name ? "'" : "function", name ? name : "", name ? "'" : "", given, wanted, wanted == 1 ? "is" : "are");
    note_declaration(call);
    return false;
}

static void check_arguments(struct type *function, struct expression *call, struct type *bound)
{
    if (!check_argument_count(function, call))
        return;
    for (size_t i = 0; i < call->argument_count; i++) {
        struct expression *argument = call->arguments[i];
        if (i < function->parameter_count) {
            struct conversion conversion = {.kind = CONVERT_ARGUMENT, .function = callee_name(call), .argument = i + 1};
            check_conversion(substitute(function->parameters[i].type, bound), argument, conversion);
        } else if (type_is(argument->type, TYPE_VOID)) {
            rule_error(argument->first, "void value not ignored as it ought to be");
        }
    }
}

/* ================= what has no place in an async body ================= */

static void check_long_jump(struct expression *call, const char *name)
{
    static const char *const names[] = {"longjmp", "_longjmp", "siglongjmp", "__builtin_longjmp", "setcontext", "swapcontext"};
    if (!check_now.function || !name || check_now.unevaluated || !is_one_of(name, names, sizeof names / sizeof *names))
        return;
    dialect_error(call->first, "'%s' in an async function: it would leave the event loop in the middle of a step", name);
    dialect_note(call->first, "throw an error, and catch it where the jump was to lead");
}

/* They come back a second time into a C frame that an await has left long since. */
static void check_returns_twice(struct expression *call, const char *name)
{
    static const char *const names[] = {
        "setjmp",           "_setjmp", "__setjmp",   "sigsetjmp", "__sigsetjmp",
        "__builtin_setjmp", "savectx", "getcontext", "vfork",
    };
    if (!check_now.function || !name || check_now.unevaluated || !is_one_of(name, names, sizeof names / sizeof *names))
        return;
    dialect_error(call->first,
                  "'%s' in an async function: it would return into a C stack frame that is gone after an await",
                  strncmp(name, "__builtin", 9) ? name + strspn(name, "_") : name);
    dialect_note(call->first, "move the part that uses it into a plain function");
}

/* ================= the call ================= */

/* What the call gives, with T put in: a call of an async function gives a coroutine of what it returns. */
static struct type *call_result(struct type *function, struct type *bound)
{
    struct type *inner = is_generic(function) ? substitute(function->inner, bound) : function->inner;
    if (function->is_generator)
        return type_wrapped(TYPE_GEN, inner);
    return function->is_async ? type_wrapped(TYPE_CORO, inner) : type_unqualified(inner);
}

static void not_a_function(struct expression *e)
{
    const char *name = callee_name(e);
    if (is_unknown(e->a->type))
        return;
    if (name)
        rule_error(e->a->first, "called object '%s' of type '%s' is not a function", name, type_text(e->a->type));
    else
        rule_error(e->a->first, "called object of type '%s' is not a function", type_text(e->a->type));
}

void check_call(struct expression *e)
{
    struct expression *callee = expression_inner(e->a);
    check_expression(e->a);
    inherit(e, e->a);
    for (size_t i = 0; i < e->argument_count; i++) {
        check_value(e->arguments[i]);
        inherit(e, e->arguments[i]);
    }
    e->has_effect = true;
    check_returns_twice(e, callee->kind == EXPRESSION_NAME ? callee->name : NULL);
    check_long_jump(e, callee->kind == EXPRESSION_NAME ? callee->name : NULL);
    struct type *function = callee_type(e->a);
    if (callee->kind == EXPRESSION_NAME && callee->symbol && callee->symbol->lost) {
        e->type = type_basic(TYPE_UNKNOWN);
        return;
    }
    if (!function) {
        not_a_function(e);
        if (callee->kind == EXPRESSION_NAME && (!callee->symbol || callee->symbol->kind == SYMBOL_BUILTIN))
            e->type = builtin_result(callee->name, e);
        return;
    }
    struct type *bound = is_generic(function) ? bound_variable(function, e) : NULL;
    check_arguments(function, e, bound ? bound : type_basic(TYPE_UNKNOWN));
    e->type = call_result(function, bound);
    tell_incomplete(e->first, e->type);
    if (check_now.voice == TELL_ALL)
        warn_call(e);
}

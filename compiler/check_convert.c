/* What may be given to what: assignment, initialisation, return and arguments (6.5.16.1), with the rules that the
   dialect adds for handles and async functions. Pointers of different types, and integers as pointers, are errors as in
   gcc 14, under its flags; what compilers only warn of (signs, lost qualifiers) the one that reads the output tells. */
#include "checking.h"
#include <string.h>

void note_missing_await(struct expression *e)
{
    struct expression *inner = expression_inner(e);
    struct type *type = type_strip(type_value(e->type));
    if (check_now.voice >= TELL_DIALECT && type_is_handle(type) && type->kind != TYPE_GEN)
        fix_insert(inner->first, "await ");
    switch (type->kind) {
    case TYPE_CORO:
        if (inner->kind == EXPRESSION_CALL)
            dialect_note(inner->first,
                         "calling an async function only makes a coroutine; 'await' runs it and gives its '%s'",
                         type_text(type->inner));
        else
            dialect_note(inner->first, "'await' runs the coroutine and gives its '%s'", type_text(type->inner));
        break;
    case TYPE_TASK:
    case TYPE_FUTURE:
        dialect_note(inner->first, "'await' waits for it and gives its '%s'", type_text(type->inner));
        break;
    case TYPE_GEN:
        dialect_note(inner->first, "'async for' goes over a generator, and 'await ac_next(...)' gives its next value");
        break;
    default: break;
    }
}

static const char *place_text(struct conversion conversion)
{
    switch (conversion.kind) {
    case CONVERT_ASSIGN: return "in assignment";
    case CONVERT_INITIALIZE: return "in initialization";
    case CONVERT_RETURN: return "in return";
    case CONVERT_RESULT: return "as the result";
    case CONVERT_ARGUMENT: break;
    }
    if (!conversion.function)
        return arena_format("for argument %zu", conversion.argument);
    return arena_format("for argument %zu of '%s'", conversion.argument, conversion.function);
}

static bool dialect_mismatch(struct type *to, struct expression *from, struct type *type, struct conversion conversion)
{
    dialect_error(from->first, "'%s' where '%s' is wanted %s", type_text(type), type_text(to), place_text(conversion));
    return false;
}

static bool rule_mismatch(struct type *to, struct expression *from, struct type *type, struct conversion conversion)
{
    rule_error(from->first, "incompatible types: '%s' where '%s' is wanted %s", type_text(type), type_text(to),
               place_text(conversion));
    return false;
}

static bool is_task_or_future(struct type *type)
{
    return type_is(type, TYPE_TASK) || type_is(type, TYPE_FUTURE);
}

/* What an AC_AWAITABLE takes besides the three handles: their C types. */
static bool is_untyped_pointer(struct type *type)
{
    return type_is(type, TYPE_POINTER) &&
           (type_is(type_strip(type)->inner, TYPE_VOID) || type_is_record(type_strip(type)->inner));
}

/* Both are handles, or `to` takes any. A task is also a future, and in C the two are one type; of which of the two a
   pointer is, only who made it knows: both directions pass, as long as they are of the same T. */
static bool handles_agree(struct type *to, struct type *from)
{
    to = type_strip(to);
    from = type_strip(from);
    if (is_unknown(to->inner) || is_unknown(from->inner))
        return true;
    if (!type_same(to->inner, from->inner))
        return false;
    if (to->kind == TYPE_AWAITABLE)
        return from->kind != TYPE_GEN;
    return to->kind == from->kind || (is_task_or_future(to) && is_task_or_future(from));
}

/* A function where what its call makes is wanted. */
void note_uncalled(struct expression *e, struct type *function)
{
    if (function->is_async)
        dialect_note(e->first, "this is the function itself; a call makes the coroutine: '%s(...)'", expression_text(e));
    else
        dialect_note(e->first, "a plain function makes no coroutine; 'ac_blocking(%s(...))' makes one of a call that blocks", expression_text(e));
}

static bool convert_to_handle(struct type *to, struct expression *from, struct type *type, struct conversion conversion)
{
    if (is_null_constant(from) || is_untyped_pointer(type))
        return true;
    bool handle = type_is_handle(type) || type_is(type, TYPE_AWAITABLE);
    if (handle && handles_agree(to, type))
        return true;
    struct type *function = pointed_function(type);
    if (!handle && type_is(type, TYPE_POINTER) && !type_is(to, TYPE_AWAITABLE) && !function)
        return true; /* incompatible pointers: the C compiler's to tell */
    dialect_mismatch(to, from, type, conversion);
    if (function) {
        note_uncalled(from, function);
        return false;
    }
    struct type *inner = type_strip(to)->inner;
    if (!handle && (type_is(to, TYPE_CORO) || type_is(to, TYPE_AWAITABLE)) && expression_inner(from)->kind == EXPRESSION_AWAIT)
        dialect_note(expression_inner(from)->first, "a coroutine is wanted here, not its value: leave out the 'await'");
    else if (type_is(type, TYPE_CORO) && is_task_or_future(to) && !is_unknown(inner) &&
             type_same(inner, type_strip(type)->inner))
        dialect_note(from->first, "'ac_create_task(...)' makes a task of a coroutine");
    return false;
}

/* Pointer to any handle: an array of coroutines, tasks or futures of one T. */
static bool convert_to_awaitables(struct type *to, struct expression *from, struct type *type,
                                  struct conversion conversion)
{
    struct type *element = type_is(type, TYPE_POINTER) ? type_strip(type)->inner : NULL;
    if (is_null_constant(from) || (element && (type_is(element, TYPE_VOID) || is_untyped_pointer(element))))
        return true;
    if (element && type_is_handle(element) && !type_is(element, TYPE_GEN)) {
        struct type *wanted = type_strip(to)->inner;
        if (is_unknown(wanted) || type_same(wanted, type_strip(element)->inner))
            return true;
    }
    dialect_mismatch(to, from, type, conversion);
    dialect_note(from->first, "an array of 'Coro(T)', 'Task(T)' or 'Future(T)' is wanted, all of one T");
    return false;
}

/* The value of a handle where something else is wanted: mostly an await was forgotten. Pointers are left to the C
   compiler. */
static bool convert_from_handle(struct type *to, struct expression *from, struct type *type,
                                struct conversion conversion)
{
    if (type_is(to, TYPE_POINTER) && (!type_is(type, TYPE_CORO) || is_untyped_pointer(to)))
        return true;
    dialect_mismatch(to, from, type, conversion);
    note_missing_await(from);
    return false;
}

struct type *pointed_function(struct type *type)
{
    type = type_strip(type);
    if (type->kind != TYPE_POINTER || !type_is(type->inner, TYPE_FUNCTION))
        return NULL;
    return type_strip(type->inner);
}

/* `ac_coro *f(P)` is what an async function is in C, whatever its T: plain code that makes coroutines by hand is
   written so. */
bool returns_coroutine(struct type *function)
{
    struct type *result = type_strip(function->inner);
    if (function->is_async || result->kind != TYPE_POINTER || !type_is(result->inner, TYPE_STRUCT))
        return false;
    const char *tag = type_strip(result->inner)->tag->name;
    return tag && strcmp(tag, "ac_frame") == 0;
}

bool functions_clash(struct type *a, struct type *b)
{
    struct type *one = pointed_function(a), *other = pointed_function(b);
    return one && other && (one->is_async || other->is_async) && !type_same(one, other) && !returns_coroutine(one) &&
           !returns_coroutine(other);
}

void note_function_clash(token_index place, struct type *a, struct type *b)
{
    if (pointed_function(a)->is_async != pointed_function(b)->is_async)
        dialect_note(place, "an async function and a plain one have different types, and neither converts to the other");
}

/* In C an async function is an ordinary one that returns a coroutine: called through a plain type it would do
   nothing. */
static bool convert_function(struct type *to, struct expression *from, struct type *type, struct conversion conversion)
{
    struct type *wanted = pointed_function(to), *given = pointed_function(type);
    if (!functions_clash(to, type))
        return true;
    dialect_mismatch(to, from, type, conversion);
    if (given->is_async && !wanted->is_async)
        dialect_note(
            from->first,
            "an async function does not convert to a plain function pointer; a plain function can start it with "
            "'ac_create_task' or 'ac_run'");
    else if (!given->is_async && wanted->is_async)
        dialect_note(from->first, "a plain function is no async function; write 'async' before its definition");
    return false;
}

/* Either side may be plain code that makes coroutines by hand: what they are of, only the async side tells. */
static bool makes_coroutines(struct type *pointer)
{
    struct type *function = pointed_function(pointer);
    return function && (function->is_async || returns_coroutine(function));
}

static void mistake(const char *flag, const char *what, struct type *to, struct expression *from, struct type *type,
                    struct conversion conversion)
{
    if (check_now.voice == TELL_ALL)
        warning_at(from->first, flag, "%s: '%s' where '%s' is wanted %s", what, type_text(type), type_text(to),
                   place_text(conversion));
}

/* The same for an integer type and its signed or unsigned kin; NULL for other types. */
static const char *integer_family(struct type *type)
{
    type = type_strip(type);
    if (type->kind == TYPE_ENUM && type->tag->enum_type)
        type = type_strip(type->tag->enum_type);
    switch ((enum type_kind)type->kind) {
    case TYPE_CHAR:
    case TYPE_SIGNED_CHAR:
    case TYPE_UNSIGNED_CHAR: return "char";
    case TYPE_SHORT:
    case TYPE_UNSIGNED_SHORT: return "short";
    case TYPE_INT:
    case TYPE_UNSIGNED: return "int";
    case TYPE_LONG:
    case TYPE_UNSIGNED_LONG: return "long";
    case TYPE_LONG_LONG:
    case TYPE_UNSIGNED_LONG_LONG: return "long long";
    case TYPE_INT128:
    case TYPE_UNSIGNED_INT128: return "__int128";
    default: return NULL;
    }
}

/* gcc's -Wpointer-sign, which is no error. */
static bool differ_in_sign(struct type *a, struct type *b)
{
    const char *family_a = integer_family(a), *family_b = integer_family(b);
    return family_a && family_b && strcmp(family_a, family_b) == 0;
}

/* A struct of which it was told that it is not what it was meant to be. */
static bool is_lost(struct type *type)
{
    return type_is_record(type) && type_strip(type)->tag->lost && !type_is_complete(type);
}

static bool lengths_agree(const struct type *a, const struct type *b)
{
    return a->variable || b->variable || a->incomplete_array || b->incomplete_array || a->star_bound || b->star_bound ||
           a->length == b->length;
}

/* Qualifiers of an array are those of its elements (6.7.3p9). */
static bool points_alike(struct type *a, struct type *b)
{
    struct type *to_a = type_unqualified(a), *to_b = type_unqualified(b);
    if (is_unknown(to_a) || is_unknown(to_b) || is_lost(to_a) || is_lost(to_b) || type_is(to_a, TYPE_VOID) || type_is(to_b, TYPE_VOID))
        return true;
    if (type_is(to_a, TYPE_ARRAY) && type_is(to_b, TYPE_ARRAY))
        return lengths_agree(type_strip(to_a), type_strip(to_b)) &&
               points_alike(type_strip(to_a)->inner, type_strip(to_b)->inner);
    if (type_is(to_a, TYPE_VECTOR) || type_is(to_b, TYPE_VECTOR) || type_is(to_a, TYPE_VA_LIST) ||
        type_is(to_b, TYPE_VA_LIST))
        return true;
    return type_same(to_a, to_b) || differ_in_sign(to_a, to_b);
}

bool pointers_agree(struct type *a, struct type *b)
{
    return points_alike(type_strip(a)->inner, type_strip(b)->inner);
}

static bool convert_pointer(struct type *to, struct expression *from, struct type *type, struct conversion conversion)
{
    if (is_null_constant(from))
        return true;
    if (pointed_function(to) && pointed_function(type) && !convert_function(to, from, type, conversion))
        return false;
    if (points_alike(type_strip(to)->inner, type_strip(type)->inner) || makes_coroutines(to) || makes_coroutines(type))
        return true;
    mistake("incompatible-pointer-types", "incompatible pointers", to, from, type, conversion);
    return false;
}

/* Neither is a handle. */
static bool convert_plain(struct type *to, struct expression *from, struct type *type, struct conversion conversion)
{
    bool number_to = type_is_arithmetic(to), pointer_to = type_is(to, TYPE_POINTER),
         vector_to = type_is(to, TYPE_VECTOR);
    bool number = type_is_arithmetic(type), pointer = type_is(type, TYPE_POINTER);
    if (vector_to || type_is(type, TYPE_VECTOR) || type_is(to, TYPE_VA_LIST) || type_is(type, TYPE_VA_LIST))
        return true;
    if (type_is_record(to))
        return type_same(to, type) || rule_mismatch(to, from, type, conversion);
    if (number_to && number)
        return true;
    if (pointer_to && pointer)
        return convert_pointer(to, from, type, conversion);
    if (type_is(to, TYPE_BOOL) && pointer)
        return true;
    if ((pointer_to && type_is_integer(type)) || (pointer && type_is_integer(to))) {
        if (pointer_to && is_null_constant(from))
            return true;
        mistake("int-conversion", pointer ? "a pointer is no number" : "a number is no pointer", to, from, type, conversion);
        return false;
    }
    return rule_mismatch(to, from, type, conversion);
}

/* gcc's transparent unions take any of their members. */
static bool is_union_parameter(struct type *to, struct conversion conversion)
{
    return conversion.kind == CONVERT_ARGUMENT && type_is(to, TYPE_UNION);
}

bool check_conversion(struct type *to, struct expression *from, struct conversion conversion)
{
    struct type *type = use_value(from);
    if (is_unknown(to) || is_unknown(type))
        return true;
    if (type_is(type, TYPE_VOID)) {
        rule_error(from->first, "void value not ignored as it ought to be");
        if (expression_inner(from)->kind == EXPRESSION_AWAIT)
            dialect_note(from->first, "it gives no status: where it fails, its error is thrown here, for 'try { ... } "
                                      "catch (int error) { ... }'");
        return false;
    }
    if (is_union_parameter(to, conversion))
        return true;
    if (type_is(to, TYPE_AWAITABLES))
        return convert_to_awaitables(to, from, type, conversion);
    if (type_is_handle(to) || type_is(to, TYPE_AWAITABLE))
        return convert_to_handle(to, from, type, conversion);
    if (type_is_handle(type))
        return convert_from_handle(to, from, type, conversion);
    return convert_plain(to, from, type, conversion);
}

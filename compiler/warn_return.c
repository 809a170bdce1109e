/* -Wreturn-type: an async function with a value whose end control can reach. The C compiler sees only that the code
   made of it ends.

   One walk over the body in the order of the text, which asks of each statement: given that control can get to it,
   can it get past it? An await of a function of this file that never gives its value is not got past. Where that is not sure, it is taken not to, since a false alarm is worse than none: a switch
   over an enumeration without a default is taken to have all its values. */
#include "checking.h"
#include <string.h>

/* What a break leaves: a loop or a switch. */
struct breakable {
    bool broken;   /* a break that control can reach */
    bool entered;  /* SWITCH: control reaches its labels */
    bool complete; /* SWITCH: one of its labels is taken */
};

static bool returns;    /* the walk has met a return that control can reach */

static bool passes(struct statement *s, bool reached, struct breakable *around, struct breakable *choice);

static bool is_always(struct expression *condition)
{
    int64_t value;
    return !condition || (constant_integer(condition, &value) && value);
}

static bool is_never(struct expression *condition)
{
    int64_t value;
    return constant_integer(condition, &value) && !value;
}

/* Does an async function of this file end by errors alone, if at all? */
static bool gives_nothing(struct function *function)
{
    enum { DEEPEST = 64 };
    static unsigned depth;
    if (!function || !function->is_async || function->is_generator || depth == DEEPEST)
        return false;
    if (function->ending == ENDING_NOT_KNOWN) {
        bool before = returns;
        function->ending = ENDING_IS_ASKED;
        returns = false;
        depth++;
        bool end_reached = passes(function->body, true, NULL, NULL);
        depth--;
        function->ending = end_reached || returns ? ENDING_VALUE : ENDING_ERROR;
        returns = before;
    }
    return function->ending == ENDING_ERROR;
}

/* A call of a function that does not return, or an await of one. */
static bool ends_all(struct expression *e)
{
    static const char *const builtins[] = {"__builtin_unreachable", "__builtin_trap", "__builtin_abort",
                                           "__builtin_exit"};
    e = e ? expression_inner(e) : NULL;
    bool awaited = e && e->kind == EXPRESSION_AWAIT;
    if (awaited)
        e = expression_inner(e->a);
    if (!e || e->kind != EXPRESSION_CALL)
        return false;
    struct expression *callee = expression_inner(e->a);
    struct symbol *symbol = callee->kind == EXPRESSION_NAME ? callee->symbol : NULL;
    const char *name = called_name(e);
    if (symbol && (symbol->function != NULL || type_strip(symbol->type)->is_async))
        return awaited && (symbol->no_return || gives_nothing(symbol->function));
    return (symbol && symbol->no_return) ||
           (name && is_one_of(name, builtins, sizeof builtins / sizeof *builtins));
}

static bool passes_items(struct statement *s, bool reached, struct breakable *around, struct breakable *choice)
{
    for (size_t i = 0; i < s->item_count; i++)
        reached = passes(s->items[i], reached, around, choice);
    return reached;
}

static bool passes_if(struct statement *s, bool reached, struct breakable *around, struct breakable *choice)
{
    bool then = passes(s->body, reached && !is_never(s->a), around, choice);
    bool otherwise = reached && !is_always(s->a);
    return (s->otherwise ? passes(s->otherwise, otherwise, around, choice) : otherwise) || then;
}

/* A label of a switch around may lead into a loop: so what is around it stays known. */
static bool passes_loop(struct statement *s, bool reached, struct breakable *choice)
{
    struct breakable loop = {.broken = false};
    bool tested_first = s->kind != STATEMENT_DO, endless = s->kind != STATEMENT_ASYNC_FOR && is_always(s->a);
    bool ended = passes(s->body, reached, &loop, choice);
    return loop.broken || (!endless && (tested_first ? reached || ended : ended || reached));
}

static bool is_enumeration(struct expression *e)
{
    struct type *type = type_strip(expression_inner(e)->type);
    return type->kind == TYPE_ENUM;
}

static bool passes_switch(struct statement *s, bool reached)
{
    struct breakable choice = {.entered = reached, .complete = is_enumeration(s->a)};
    bool ended = passes(s->body, false, &choice, &choice);
    return choice.broken || ended || (reached && !choice.complete);
}

static bool passes_label(struct statement *s, bool reached, struct breakable *around, struct breakable *choice)
{
    return passes(s->body, reached || s->label->jumped_to || s->label->address_taken, around, choice);
}

static bool passes_case(struct statement *s, bool reached, struct breakable *around, struct breakable *choice)
{
    if (choice && s->kind == STATEMENT_DEFAULT)
        choice->complete = true;
    return passes(s->body, reached || (choice && choice->entered), around, choice);
}

/* Any await or call in the body may throw. */
static bool passes_try(struct statement *s, bool reached, struct breakable *around, struct breakable *choice)
{
    bool after = passes(s->body, reached, around, choice);
    for (size_t i = 0; i < s->catch_count; i++)
        after |= passes(s->catches[i].body, reached, around, choice);
    return after;
}

static bool passes(struct statement *s, bool reached, struct breakable *around, struct breakable *choice)
{
    switch ((enum statement_kind)s->kind) {
    case STATEMENT_EXPRESSION: return reached && !ends_all(s->a);
    case STATEMENT_COMPOUND: return passes_items(s, reached, around, choice);
    case STATEMENT_IF: return passes_if(s, reached, around, choice);
    case STATEMENT_SWITCH: return passes_switch(s, reached);
    case STATEMENT_WHILE:
    case STATEMENT_DO:
    case STATEMENT_FOR:
    case STATEMENT_ASYNC_FOR: return passes_loop(s, reached, choice);
    case STATEMENT_BREAK:
        if (around)
            around->broken |= reached;
        return false;
    case STATEMENT_RETURN: returns |= reached; return false;
    case STATEMENT_CONTINUE:
    case STATEMENT_GOTO:
    case STATEMENT_GOTO_COMPUTED:
    case STATEMENT_THROW: return false;
    case STATEMENT_LABEL: return passes_label(s, reached, around, choice);
    case STATEMENT_CASE:
    case STATEMENT_DEFAULT: return passes_case(s, reached, around, choice);
    case STATEMENT_TRY: return passes_try(s, reached, around, choice);
    case STATEMENT_ASYNC_BLOCK:
    case STATEMENT_ASYNC_WITH: return passes(s->body, reached, around, choice);
    default: return reached;
    }
}

/* All bodies were checked. Not behind an error, which may be about the very return. */
void warn_return(struct function *function)
{
    struct type *result = type_strip(function->symbol->type)->inner;
    if (error_count || function->is_generator || function->is_main || type_is(result, TYPE_VOID) ||
        is_unknown(result) || !passes(function->body, true, NULL, NULL))
        return;
    token_index end = function->body->last;
    if (warning_at(end, "return-type", "control reaches the end of '%s', which gives '%s'", function->symbol->name,
                   type_text(result)))
        note_at(end, "'return' a value on every way, or 'throw' an error");
}

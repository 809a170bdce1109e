/* -Wescaping-local: the address of an object of a block where it can outlive the block: handed to a task of ac_create_task, to a child
   of a group that ends later than the object, or returned. A task whose handle the function awaits is taken to end in time.

   The whole body is gone through twice: for the variables that stand in the operand of an await, and for the addresses. */
#include "checking.h"
#include <string.h>

static ARRAY(struct symbol *) awaited;

/* Where the value of an expression goes. */
struct fate {
    bool awaited;             /* it is part of the operand of an await */
    struct symbol *kept_in;   /* it is stored there; NULL */
    struct statement *inside; /* the statement that the expression is part of */
};

/* What an address leads to. */
struct target {
    struct expression *address; /* NULL: to nothing of a block */
    struct symbol *symbol;      /* NULL: a compound literal */
};

static void find_addresses(struct expression *e, struct fate fate);
static void find_in_statement(struct expression *e, struct statement *s, struct symbol *kept_in);
static void find_awaited(struct expression *e, struct statement *s, struct symbol *kept_in);

/* ================= addresses ================= */

static bool is_automatic(struct symbol *symbol)
{
    return symbol && symbol->kind == SYMBOL_VARIABLE && symbol->local && !symbol->thread_local_ &&
           symbol->storage != STORAGE_STATIC && symbol->storage != STORAGE_EXTERN;
}

/* The object of a block that an lvalue is part of. */
static struct target object_target(struct expression *e)
{
    struct expression *at = expression_inner(e);
    while (at->kind == EXPRESSION_MEMBER || (at->kind == EXPRESSION_INDEX && type_is(at->a->type, TYPE_ARRAY)))
        at = expression_inner(at->a);
    if (at->kind == EXPRESSION_COMPOUND_LITERAL)
        return (struct target){.address = e};
    struct symbol *symbol = expression_root(e);
    return is_automatic(symbol) ? (struct target){.address = e, .symbol = symbol} : (struct target){.address = NULL};
}

static struct target address_target(struct expression *e);

static struct target item_target(struct expression *list)
{
    struct target target = {.address = NULL};
    for (size_t i = 0; i < list->item_count && !target.address; i++)
        target = address_target(list->items[i].value);
    return target;
}

/* Does the value of e hold the address of an object of a block? */
static struct target address_target(struct expression *e)
{
    struct target target = {.address = NULL};
    e = expression_inner(e);
    if (type_is(e->type, TYPE_ARRAY))
        return object_target(e);
    switch ((enum expression_kind)e->kind) {
    case EXPRESSION_ADDRESS: return object_target(e->a);
    case EXPRESSION_CAST: return type_is_arithmetic(e->type) ? target : address_target(e->a);
    case EXPRESSION_INITIALIZER: return item_target(e);
    case EXPRESSION_COMPOUND_LITERAL: return item_target(e->initializer);
    case EXPRESSION_BINARY:
        if (!type_is(e->type, TYPE_POINTER))
            return target;
        target = address_target(e->a);
        return target.address ? target : address_target(e->b);
    case EXPRESSION_CONDITIONAL:
        target = e->b ? address_target(e->b) : target;
        return target.address ? target : address_target(e->c);
    case EXPRESSION_COMMA: return address_target(e->b);
    default: return target;
    }
}

/* ================= what outlives what ================= */

static bool lies_in(struct statement *inner, struct statement *outer)
{
    while (inner && inner != outer)
        inner = inner->parent;
    return inner == outer;
}

static struct statement *enclosing_block(struct statement *s)
{
    while (s && s->kind != STATEMENT_ASYNC_BLOCK)
        s = s->parent;
    return s;
}

/* The object is gone before `owner`, a block that waits for its children at its end. */
static bool ends_before(struct target target, struct statement *owner, struct statement *inside)
{
    struct statement *home = target.symbol ? target.symbol->block : inside;
    return home && home != owner->body && lies_in(home, owner);
}

/* ================= what is told ================= */

static bool tell(struct target target, const char *to)
{
    const char *what = target.symbol ? arena_format("'%s'", target.symbol->name) : "a compound literal";
    return warning_at(target.address->first, "escaping-local", "the address of %s is handed to %s that may outlive it",
                      what, to);
}

static const char *child_text(struct expression *coroutine)
{
    struct type *type = type_strip(coroutine->type);
    const char *name = called_name(coroutine);
    return arena_format("async %s child = %s(...)", type->kind == TYPE_CORO ? type_text(type->inner) : "T",
                        name ? name : "f");
}

static struct target argument_target(struct expression *coroutine)
{
    struct target target = {.address = NULL};
    coroutine = expression_inner(coroutine);
    for (size_t i = 0; coroutine->kind == EXPRESSION_CALL && i < coroutine->argument_count && !target.address; i++)
        target = address_target(coroutine->arguments[i]);
    return target;
}

static bool ends_in_time(struct fate fate)
{
    for (size_t i = 0; fate.kept_in && i < awaited.count; i++)
        if (awaited.at[i] == fate.kept_in)
            return true;
    return fate.awaited;
}

static void check_task(struct expression *coroutine, struct fate fate)
{
    struct target target = argument_target(coroutine);
    if (!target.address || ends_in_time(fate) || !tell(target, "a task"))
        return;
    note_at(coroutine->first, "'%s;' makes a child of this block instead, which ends in time",
            child_text(expression_inner(coroutine)));
    note_at(target.address->first, "or hand over memory of the task's own, from 'malloc', which it frees");
}

static void check_group_child(struct expression *coroutine, struct statement *owner, struct fate fate)
{
    struct target target = argument_target(coroutine);
    if (!target.address || ends_in_time(fate) || !ends_before(target, owner, fate.inside) || !tell(target, "a child"))
        return;
    note_at(owner->first, "the child runs until the end of this statement");
    if (target.symbol)
        note_at(target.symbol->place, "'%s' ends before; pass its value, or declare it in that block itself",
                target.symbol->name);
}

/* A group that `async with` declares ends with that statement; a caller's, after this function. */
static void check_group_start(struct expression *call, struct fate fate)
{
    struct expression *group = expression_inner(call->arguments[0]);
    struct symbol *symbol = group->kind == EXPRESSION_NAME ? group->symbol : NULL;
    if (symbol && symbol->parameter)
        check_task(call->arguments[1], fate);
    else if (symbol && symbol->block && symbol->block->kind == STATEMENT_ASYNC_WITH)
        check_group_child(call->arguments[1], symbol->block, fate);
}

/* What `async with` declares waits for its calls at the end of that statement. */
static void check_submit_target(struct expression *e, struct fate fate)
{
    struct expression *executor = expression_inner(e->a);
    struct symbol *symbol = executor->kind == EXPRESSION_NAME ? executor->symbol : NULL;
    struct statement *owner = symbol && symbol->block && symbol->block->kind == STATEMENT_ASYNC_WITH ? symbol->block : NULL;
    struct target target = argument_target(e->b);
    if (!target.address || ends_in_time(fate) || (owner && !ends_before(target, owner, fate.inside)) ||
        !tell(target, "a call on another thread"))
        return;
    note_at(e->first, "await its future where the object still is, or hand over memory of the call's own, from 'malloc'");
}

static void check_maker(struct expression *call, struct fate fate)
{
    static const struct {
        const char *name;
        size_t coroutine;
    } makers[] = {
        {"ac_create_task", 0},       {"ac_create_task_named", 0}, {"ac_create_task_eager", 0},
        {"ac_loop_create_task", 1},  {"ac_ensure_future", 0},
    };
    const char *name = called_name(call);
    if (!name || strncmp(name, "ac_", 3) != 0)
        return;
    for (size_t i = 0; i < sizeof makers / sizeof *makers; i++)
        if (strcmp(name, makers[i].name) == 0 && call->argument_count > makers[i].coroutine)
            check_task(call->arguments[makers[i].coroutine], fate);
    if (strcmp(name, "ac_group_start") == 0 && call->argument_count == 2)
        check_group_start(call, fate);
}

static void check_returned(struct statement *s)
{
    struct target target = address_target(s->a);
    bool handed = type_is(s->a->type, TYPE_POINTER) || type_is(s->a->type, TYPE_ARRAY);
    if (!target.address || !handed)
        return;
    const char *what = target.symbol ? arena_format("'%s'", target.symbol->name) : "a compound literal";
    if (warning_at(target.address->first, "escaping-local", "the function returns the address of %s, which ends with it",
                   what))
        note_at(target.address->first, "return the value, or memory of the caller's or from 'malloc'");
}

/* ================= the walk ================= */

/* The variable that an assignment's left side begins with: `tasks` of `tasks[i].handle`. */
static struct symbol *base_variable(struct expression *e)
{
    for (e = expression_inner(e);; e = expression_inner(e->a)) {
        bool part = e->kind == EXPRESSION_MEMBER || e->kind == EXPRESSION_ARROW || e->kind == EXPRESSION_INDEX ||
                    e->kind == EXPRESSION_DEREFERENCE;
        if (!part)
            return e->kind == EXPRESSION_NAME ? e->symbol : NULL;
    }
}

static void find_in_child(struct expression *e, void *context)
{
    struct fate fate = *(struct fate *)context;
    fate.kept_in = NULL;
    find_addresses(e, fate);
}

static void find_in_initializer(struct expression *list, struct fate fate)
{
    for (size_t i = 0; i < list->item_count; i++)
        find_addresses(list->items[i].value, fate);
}

static void find_addresses(struct expression *e, struct fate fate)
{
    e = expression_inner(e);
    if (e->kind == EXPRESSION_CALL)
        check_maker(e, fate);
    if (e->kind == EXPRESSION_SUBMIT)
        check_submit_target(e, fate);
    if (e->kind == EXPRESSION_ASYNC_CALL && enclosing_block(fate.inside))
        check_group_child(e->a, enclosing_block(fate.inside), fate);
    switch ((enum expression_kind)e->kind) {
    case EXPRESSION_SIZEOF:
    case EXPRESSION_ALIGNOF: return;
    case EXPRESSION_STATEMENT: statement_expressions(e->body, find_in_statement); return;
    case EXPRESSION_AWAIT: fate.awaited = true; break;
    case EXPRESSION_ASSIGN:
        find_in_child(e->a, &fate);
        fate.kept_in = base_variable(e->a);
        find_addresses(e->b, fate);
        return;
    case EXPRESSION_CONDITIONAL:
        find_in_child(e->a, &fate);
        if (e->b)
            find_addresses(e->b, fate);
        find_addresses(e->c, fate);
        return;
    case EXPRESSION_CAST: find_addresses(e->a, fate); return;
    case EXPRESSION_INITIALIZER: find_in_initializer(e, fate); return;
    case EXPRESSION_COMPOUND_LITERAL: find_in_initializer(e->initializer, fate); return;
    default: break;
    }
    expression_operands(e, find_in_child, &fate);
}

static void find_in_statement(struct expression *e, struct statement *s, struct symbol *kept_in)
{
    find_addresses(e, (struct fate){.kept_in = kept_in, .inside = s});
    if (s->kind == STATEMENT_RETURN)
        check_returned(s);
}

static void note_names(struct expression *e, void *context)
{
    if (e->kind == EXPRESSION_NAME && is_automatic(e->symbol))
        array_add(&awaited, e->symbol);
    if (e->kind == EXPRESSION_STATEMENT)
        statement_expressions(e->body, find_awaited);
    expression_operands(e, note_names, context);
}

static void find_awaits(struct expression *e, void *context)
{
    if (e->kind == EXPRESSION_AWAIT)
        note_names(e->a, context);
    else if (e->kind == EXPRESSION_STATEMENT)
        statement_expressions(e->body, find_awaited);
    else
        expression_operands(e, find_awaits, context);
}

static void find_awaited(struct expression *e, struct statement *s, struct symbol *kept_in)
{
    (void)kept_in;
    if (s->kind == STATEMENT_ASYNC_FOR)
        note_names(e, NULL);
    else
        find_awaits(e, NULL);
}

void warn_escapes(struct function *function)
{
    awaited.count = 0;
    statement_expressions(function->body, find_awaited);
    statement_expressions(function->body, find_in_statement);
}

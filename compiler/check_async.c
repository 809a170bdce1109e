/* What the dialect adds: what can be awaited and what an await gives, children, groups, futures, generators, and the
   rules of throw, yield, return and try. */
#include "checking.h"
#include <ctype.h>
#include <string.h>

/* ================= methods of a struct ================= */

/* X of language.md: the tag of the struct, or the typedef of one without a tag. */
static const char *record_name(struct type *record)
{
    struct tag *tag = type_strip(record)->tag;
    return tag->name ? tag->name : tag->typedef_name ? tag->typedef_name->name : NULL;
}

static struct type *record_of(struct type *type)
{
    type = type_strip(type);
    if (type->kind == TYPE_POINTER)
        type = type_strip(type->inner);
    return type_is_record(type) ? type : NULL;
}

struct symbol *async_method(struct type *type, const char *suffix)
{
    struct type *record = record_of(type);
    const char *name = record ? record_name(record) : NULL;
    if (!name)
        return NULL;
    struct symbol *symbol = symbol_find(intern_string(arena_format("%s%s", name, suffix)));
    if (!symbol || symbol->kind != SYMBOL_FUNCTION || !type_is(symbol->type, TYPE_FUNCTION))
        return NULL;
    return type_strip(symbol->type)->is_async ? symbol : NULL;
}

static struct type *method_result(struct symbol *method)
{
    return type_unqualified(type_strip(method->type)->inner);
}

/* A value of this type that has no expression of its own, for the messages of a conversion. */
static bool check_given(struct type *to, struct type *type, struct expression *at)
{
    struct expression *value = expression_new(EXPRESSION_CONSTANT, at->first, at->last);
    value->type = type;
    return check_conversion(to, value, (struct conversion){.kind = CONVERT_INITIALIZE});
}

/* ================= await ================= */

/* Is this a place for an await, or for what else needs a running task? Tells where not. */
static bool check_place(struct expression *e, const char *what)
{
    if (check_now.voice == TELL_NOTHING)
        return true;
    if (!check_now.function) {
        dialect_error(e->first, "%s outside an async function", what);
        if (check_now.no_await)
            dialect_note(e->first, "%s is computed before the program runs", check_now.no_await);
        return false;
    }
    if (check_now.no_await && !check_now.unevaluated) {
        dialect_error(e->first, "%s in %s", what, check_now.no_await);
        dialect_note(e->first, "await into a variable first");
        return false;
    }
    return true;
}

/* ---- awaits that no expression of the body holds ---- */

/* One bit for each token of the body: it is the `await` of an expression that was checked. What remains stands where
   the language wants a constant (an enumerator's value, the width of a bit-field, _Static_assert, an attribute): the
   tree does not keep these. */
static struct {
    unsigned char *bits;
    token_index first, last;
} seen;

void awaits_begin(struct function *function)
{
    seen.first = function->body_first;
    seen.last = function->body_last;
    seen.bits = arena_alloc((seen.last - seen.first) / 8 + 1);
}

static void await_seen(token_index t)
{
    if (seen.bits && t >= seen.first && t <= seen.last)
        seen.bits[(t - seen.first) / 8] |= (unsigned char)(1u << (t - seen.first) % 8);
}

static bool is_lost_await(token_index t)
{
    const char *name = tokens[t].kind == TOKEN_NAME ? tokens[t].name : NULL;
    if (!name || (strcmp(name, "await") && strcmp(name, "_Await")) || tokens[t].plain_name ||
        seen.bits[(t - seen.first) / 8] >> (t - seen.first) % 8 & 1)
        return false;
    /* Before an operand: a name or literal, or a parenthesis. */
    enum token_kind next = tokens[t + 1].kind;
    return next == TOKEN_NAME || next == TOKEN_NUMBER || next == TOKEN_CHARACTER || next == TOKEN_STRING ||
           token_is(t + 1, "(");
}

static bool tell_lost_await(token_index t)
{
    if (!is_lost_await(t))
        return false;
    await_seen(t);
    dialect_error(t, "'await' in a constant expression");
    dialect_note(t, "await into a variable first");
    return true;
}

bool await_in_width(token_index member)
{
    for (token_index t = member; t < seen.last && !token_is(t, ";"); t++)
        if (tell_lost_await(t))
            return true;
    return false;
}

void awaits_end(void)
{
    for (token_index t = seen.first + 1; t < seen.last && !error_count; t++)
        tell_lost_await(t);
    seen.bits = NULL;
}

static bool callee_is_bound(struct expression *call)
{
    struct type *function = callee_type(call->a);
    for (struct type *type = function->inner; type; type = type->inner)
        if (type->kind == TYPE_VARIABLE)
            return true;
    for (size_t i = 0; i < function->parameter_count; i++)
        for (struct type *type = function->parameters[i].type; type; type = type->inner)
            if (type->kind == TYPE_VARIABLE)
                return true;
    return false;
}

static void note_callee_symbol(struct symbol *symbol)
{
    struct function *function = symbol ? symbol->function : NULL;
    if (!function || check_now.unevaluated || !check_now.function || function->noted_by == check_now.function)
        return;
    function->noted_by = check_now.function;
    array_add(&check_now.function->callees, function);
}

static void note_callee(struct expression *call)
{
    struct expression *callee = expression_inner(call->a);
    note_callee_symbol(callee->kind == EXPRESSION_NAME ? callee->symbol : NULL);
}

/* A coroutine that is made right here is no value that anything else could hold: parentheses around the call mean
   nothing, and go. */
static void await_coroutine(struct expression *e)
{
    struct expression *inner = expression_inner(e->a);
    e->await_kind = AWAIT_CORO;
    if (inner->kind != EXPRESSION_CALL || !callee_type(inner->a) || !callee_type(inner->a)->is_async)
        return;
    e->a = inner;
    e->await_kind = callee_is_bound(inner) ? AWAIT_NEXT : AWAIT_CALL;
    note_callee(inner);
}

static void note_not_awaitable(struct expression *e, struct type *type)
{
    struct expression *inner = expression_inner(e->a);
    struct expression *callee = inner->kind == EXPRESSION_CALL ? expression_inner(inner->a) : NULL;
    struct type *record = record_of(type);
    if (type_is(type, TYPE_GEN))
        note_missing_await(e->a);
    else if (callee && callee->kind == EXPRESSION_NAME && callee->symbol && callee->symbol->kind == SYMBOL_FUNCTION)
        dialect_note(callee->symbol->place, "'%s' is a plain function: call it without 'await'", callee->name);
    else if (callee && callee_type(callee) && !callee_type(callee)->is_async)
        dialect_note(callee->first, "this calls a plain function: leave out the 'await'");
    else if (callee_type(e->a) && callee_type(e->a)->is_async)
        dialect_note(e->a->first, "this is the function itself; a call of it can be awaited: 'await %s(...)'", expression_text(e->a));
    else if (inner->kind == EXPRESSION_AWAIT)
        dialect_note(inner->first, "one 'await' is enough");
    else if (record && record_name(record) && !strncmp(record_name(record), "ac_", 3) && type_is(type, TYPE_POINTER))
        dialect_note(inner->first, "a cast tells of what it is a handle: '(Task(int))'");
    else if (record && record_name(record))
        dialect_note(inner->first, "a '%s' can be awaited where 'async T %s_await(%s *)' is declared",
                     type_text(record), record_name(record), type_text(record));
    else
        dialect_note(inner->first, "a 'Coro(T)', 'Task(T)' or 'Future(T)' can be awaited");
}

static void await_other(struct expression *e, struct type *type)
{
    struct symbol *method = async_method(type, "_await");
    note_callee_symbol(method);
    if (method) {
        e->await_kind = AWAIT_CUSTOM;
        e->symbol = method;
        e->type = method_result(method);
        if (type_is_record(type))
            mark_address_taken(e->a);
        return;
    }
    if (is_unknown(type))
        return;
    dialect_error(e->first, "'%s' cannot be awaited", type_text(type));
    note_not_awaitable(e, type);
}

void check_await(struct expression *e)
{
    bool good = check_place(e, "'await'");
    await_seen(e->operator_);
    struct type *type = check_value(e->a);
    inherit(e, e->a);
    e->has_effect = true;
    e->has_await = !check_now.unevaluated;
    if (check_now.unevaluated && check_now.voice == TELL_ALL)
        warn_unevaluated_await(e);
    warn_note_await(e->a);
    if (!check_now.unevaluated && check_now.function && good)
        check_now.function->await_count++;
    struct type *stripped = type_strip(type);
    switch (stripped->kind) {
    case TYPE_CORO:
        await_coroutine(e);
        e->type = type_unqualified(stripped->inner);
        break;
    case TYPE_TASK:
    case TYPE_FUTURE:
        e->await_kind = AWAIT_FUTURE;
        e->type = type_unqualified(stripped->inner);
        break;
    default: await_other(e, type);
    }
}

/* ================= children and groups ================= */

void check_async_call(struct expression *e)
{
    struct expression *call = expression_inner(e->a);
    struct type *type = check_value(e->a);
    inherit(e, e->a);
    e->has_effect = true;
    e->has_await = !check_now.unevaluated;
    check_place(e, "'async'");
    if (type_is(type, TYPE_CORO))
        e->type = type_wrapped(TYPE_TASK, type_strip(type)->inner);
    if (is_unknown(type))
        return;
    if (call->kind != EXPRESSION_CALL || !type_is(type, TYPE_CORO)) {
        dialect_error(e->first, "'async' starts the call of an async function; this is '%s'", type_text(type));
        if (type_is(type, TYPE_CORO))
            dialect_note(call->first, "'ac_create_task' makes a task of a coroutine");
        else if (call->kind == EXPRESSION_AWAIT)
            dialect_note(call->first, "leave out the 'await'");
    } else if (check_now.function && !check_now.groups && !check_now.unevaluated) {
        dialect_error(e->first, "'async' call outside an 'async { }' block");
        dialect_note(e->first, "put 'async { }' around it to wait for it there, or use 'ac_create_task(...)' for a "
                               "task that may outlive the block");
    }
}

/* A declared child: its type is that of its result; it is given the coroutine. */
static void check_child_initializer(struct declarator *declarator)
{
    struct expression *e = declarator->initializer;
    struct type *type = use_value(e), *wanted = declarator->type;
    if (is_unknown(type))
        return;
    if (!type_is(type, TYPE_CORO)) {
        dialect_error(e->first, "child '%s' is initialized with '%s'; a coroutine is wanted", declarator->name,
                      type_text(type));
        if (expression_inner(e)->kind == EXPRESSION_AWAIT)
            dialect_note(e->first, "leave out the 'await': the declaration starts the call as a task");
        else if (type_is_handle(type))
            dialect_note(e->first, "a handle of a task that there is already is declared as '%s %s'", type_text(type),
                         declarator->name);
        else if (pointed_function(type) && pointed_function(type)->is_async)
            note_uncalled(e, pointed_function(type));
        else
            dialect_note(e->first, "call an async function here, or leave out the 'async'");
        return;
    }
    struct type *given = type_strip(type)->inner;
    if (!is_unknown(given) && !is_unknown(wanted) && !type_same(given, wanted)) {
        dialect_error(e->first, "child '%s' of type '%s' is initialized with a '%s'", declarator->name,
                      type_text(wanted), type_text(type));
        dialect_note(e->first, "write 'async %s %s = ...'", type_text(given), declarator->name);
    }
}

void check_child(struct declarator *declarator, struct symbol *symbol)
{
    if (symbol->storage == STORAGE_STATIC || symbol->storage == STORAGE_EXTERN || symbol->thread_local_) {
        dialect_error(declarator->name_token, "child '%s' cannot be static or extern: it ends with its block",
                      declarator->name);
        if (!declarator->initializer)
            return;
    } else if (check_now.block && check_now.block->kind == STATEMENT_FOR) {
        dialect_error(declarator->name_token, "child '%s' declared in the head of a 'for'", declarator->name);
        dialect_note(declarator->name_token, "declare it in the block around the loop");
    }
    if (!declarator->initializer) {
        dialect_error(declarator->name_token, "child '%s' has no initializer", declarator->name);
        dialect_note(declarator->name_token, "write the call that it runs: 'async %s %s = f();'",
                     type_text(declarator->type), declarator->name);
    } else if (declarator->initializer->kind == EXPRESSION_INITIALIZER) {
        check_expression(declarator->initializer);
        dialect_error(declarator->initializer->first, "child '%s' is initialized with a list; a coroutine is wanted",
                      declarator->name);
    } else {
        check_expression(declarator->initializer);
        check_child_initializer(declarator);
    }
}

/* ================= futures, blocking calls ================= */

void check_create_future(struct expression *e)
{
    bool await = false;
    check_written_type(e->type_name->type, &await);
    e->has_effect = true;
    e->type = type_wrapped(TYPE_FUTURE, type_unqualified(e->type_name->type));
}

/* Gives the code of ac_future_set_result. */
void check_set_result(struct expression *e)
{
    struct type *type = type_strip(check_value(e->a));
    inherit(e, e->a);
    check_value(e->b);
    inherit(e, e->b);
    e->has_effect = true;
    e->type = type_basic(TYPE_INT);
    if (is_unknown(type))
        return;
    if (type->kind != TYPE_FUTURE && type->kind != TYPE_TASK) {
        dialect_error(e->a->first, "'ac_set_result' of '%s'; a 'Future(T)' is wanted", type_text(type));
        dialect_note(e->a->first, "'ac_future_set_result' takes any future, and the address of the value");
    } else if (type_is(type->inner, TYPE_VOID)) {
        dialect_error(e->b->first, "a '%s' has no value", type_text(type));
        dialect_note(e->b->first, "write 'ac_future_set_result(..., NULL)'");
    } else {
        check_conversion(type->inner, e->b, (struct conversion){.kind = CONVERT_RESULT});
    }
}

/* The call that another thread is to make. Gives its type; UNKNOWN after a mistake. */
static struct type *check_pool_call(struct expression *e, struct expression *call, const char *what)
{
    check_now.on_pool = expression_inner(call);
    struct type *type = check_value(call);
    inherit(e, call);
    e->has_effect = true;
    e->has_await = !check_now.unevaluated;      /* as an await it is taken apart */
    if (!tag_find(intern_string("ac_blocking"))) {
        dialect_error(e->first, "'%s' needs #include <ac.h>", what);
        return type_basic(TYPE_UNKNOWN);
    }
    if (is_unknown(type))
        return type;
    if (expression_inner(call)->kind != EXPRESSION_CALL) {
        dialect_error(call->first, "'%s' takes a call", what);
        if (callee_type(call) && !callee_type(call)->is_async)
            dialect_note(call->last, "with its arguments: '%s(...)'", expression_text(call));
        return type_basic(TYPE_UNKNOWN);
    }
    if (type_is(type, TYPE_CORO)) {
        dialect_error(call->first, "'%s' of an async function", what);
        dialect_note(call->first, "it does not block: 'await' it");
        return type_basic(TYPE_UNKNOWN);
    }
    return type;
}

void check_blocking(struct expression *e)
{
    struct type *type = check_pool_call(e, e->a, "ac_blocking");
    e->type = is_unknown(type) ? type : type_wrapped(TYPE_CORO, type);
}

static void check_executor(struct expression *e)
{
    struct type *type = type_strip(check_value(e));
    struct tag *tag = tag_find(intern_string("ac_executor"));
    struct type *record = type->kind == TYPE_POINTER ? type_strip(type->inner) : type;
    if (is_unknown(type) || is_null_constant(e) || (type->kind == TYPE_POINTER && type_is_record(record) && record->tag == tag))
        return;
    dialect_error(e->first, "'ac_submit' to '%s'; an 'ac_executor *' is wanted", type_text(type));
    dialect_note(e->first, "'ac_thread_pool' and 'ac_process_pool' make one");
}

void check_submit(struct expression *e)
{
    check_executor(e->a);
    inherit(e, e->a);
    struct type *type = check_pool_call(e, e->b, "ac_submit");
    e->type = is_unknown(type) ? type : type_wrapped(TYPE_FUTURE, type);
}

/* ================= async for, async with ================= */

static struct declarator *only_declarator(struct declaration *declaration)
{
    return declaration && declaration->declarator_count ? declaration->declarators[0] : NULL;
}

/* What a step over e gives; UNKNOWN after a mistake. */
static struct type *iteration_type(struct expression *e)
{
    struct type *type = type_strip(use_value(e));
    if (is_unknown(type))
        return type_basic(TYPE_UNKNOWN);
    if (type->kind == TYPE_GEN)
        return type->inner;
    struct symbol *method = async_method(type, "_anext");
    note_callee_symbol(method);
    if (method)
        return method_result(method);
    struct type *record = record_of(type);
    dialect_error(e->first, "'async for' cannot go over '%s'", type_text(type));
    if (record && record_name(record))
        dialect_note(e->first, "it can where 'async T %s_anext(%s *)' is declared", record_name(record),
                     type_text(record));
    else
        dialect_note(e->first, "a 'Gen(T)' is wanted, or a struct X with 'async T X_anext(struct X *)'");
    return type_basic(TYPE_UNKNOWN);
}

static void complete_auto(struct declarator *declarator, struct type *type)
{
    if (!type_is(declarator->type, TYPE_AUTO))
        return;
    declarator->type = type_qualified(type, declarator->type->qualifiers);
    if (declarator->symbol)
        declarator->symbol->type = declarator->type;
}

void check_async_for(struct statement *s)
{
    struct declarator *declarator = only_declarator(s->declaration);
    check_expression(s->a);
    if (type_is_record(s->a->type))
        mark_address_taken(s->a);
    struct type *type = iteration_type(s->a);
    s->has_await = true;
    if (!declarator)
        return;
    complete_auto(declarator, type);
    if (declarator->symbol) {
        declarator->symbol->block = s;
        declarator->symbol->assigned = true;
    }
    check_given(declarator->type, type, s->a);
}

/* What X_aenter gives: the manager itself, or a pointer to it, where that is void. */
static struct type *manager_value(struct expression *e, struct symbol *enter)
{
    struct type *type = type_unqualified(use_value(e)), *result = method_result(enter);
    if (!type_is(result, TYPE_VOID))
        return result;
    return type_is_record(type) ? type_pointer(type) : type;
}

static struct symbol *check_manager(struct expression *e)
{
    struct type *type = use_value(e);
    struct symbol *enter = async_method(type, "_aenter"), *leave = async_method(type, "_aexit");
    note_callee_symbol(enter);
    note_callee_symbol(leave);
    if (is_unknown(type) || (enter && leave))
        return enter;
    struct type *record = record_of(type);
    dialect_error(e->first, "'async with' cannot manage '%s'", type_text(type));
    if (type_is_handle(type))
        note_missing_await(e);
    else if (record && record_name(record))
        dialect_note(e->first,
                     "it can where 'async T %s_aenter(%s *)' and 'async void %s_aexit(%s *, int)' are declared",
                     record_name(record), type_text(record), record_name(record), type_text(record));
    return NULL;
}

void check_async_with(struct statement *s)
{
    struct declarator *declarator = only_declarator(s->declaration);
    struct expression *manager = declarator ? declarator->initializer : s->a;
    s->has_await = true;
    if (!manager) {
        dialect_error(s->first, "'async with' has no manager");
        dialect_note(s->first, "it is what the variable is initialized with: 'async with (struct thing *name = manager)'");
        return;
    }
    check_expression(manager);
    if (type_is_record(manager->type))
        mark_address_taken(manager);
    struct symbol *enter = check_manager(manager);
    if (!declarator)
        return;
    struct type *value = enter ? manager_value(manager, enter) : type_basic(TYPE_UNKNOWN);
    complete_auto(declarator, value);
    if (declarator->symbol)
        declarator->symbol->block = s;
    check_given(declarator->type, value, manager);
}

/* ================= throw, yield, return ================= */

void check_throw(struct statement *s)
{
    struct type *type = check_value(s->a);
    s->has_await = s->a->has_await;
    int64_t code;
    if (is_unknown(type))
        return;
    if (!type_is_integer(type)) {
        dialect_error(s->a->first, "'throw' of '%s'; an error code is wanted, an 'int'", type_text(type));
        if (type_is_handle(type))
            note_missing_await(s->a);
        else
            dialect_note(s->a->first, "an errno value, as in 'throw EPROTO;', or a code of your own from AC_EUSER up");
    } else if (constant_integer(s->a, &code) && code == 0) {
        dialect_error(s->a->first, "'throw 0': 0 is no error");
        dialect_note(s->first, "'return' ends the function without an error");
    }
}

void check_yield(struct statement *s)
{
    struct function *function = check_now.function;
    s->has_await = true;
    if (s->a)
        check_value(s->a);
    if (!function->is_generator) {
        dialect_error(s->first, "'yield' outside a generator");
        dialect_note(function->symbol->place, "'async yield %s' makes '%s' a generator", type_text(function->result),
                     function->symbol->name);
    } else if (check_now.defer) {
        dialect_error(s->first, "'yield' in a defer");
        dialect_note(s->first, "a defer also runs when the generator is closed, and then nobody takes a value");
    } else if (!s->a && !type_is(function->result, TYPE_VOID)) {
        dialect_error(s->first, "'yield' without a value in a generator of '%s'", type_text(function->result));
    } else if (s->a && type_is(function->result, TYPE_VOID)) {
        dialect_error(s->a->first, "'yield' with a value in a generator of 'void'");
    } else if (s->a) {
        check_conversion(function->result, s->a, (struct conversion){.kind = CONVERT_RESULT});
    }
}

static bool is_child(struct expression *e)
{
    e = expression_inner(e);
    return e->kind == EXPRESSION_NAME && e->symbol && e->symbol->child;
}

static void return_child(struct statement *s)
{
    struct expression *child = expression_inner(s->a);
    struct type *result = type_strip(child->type)->inner;
    dialect_error(s->a->first, "returning child '%s', which ends with its block", child->name);
    if (type_same(result, check_now.function->result))
        dialect_note(s->a->first, "'return await %s;' returns its value", child->name);
    else
        dialect_note(child->symbol->place, "'%s %s = ac_create_task(...)' makes a task that may outlive the block",
                     type_text(child->type), child->name);
}

static void return_value(struct statement *s)
{
    struct function *function = check_now.function;
    struct type *type = use_value(s->a);
    if (function->is_generator) {
        dialect_error(s->first, "'return' with a value in a generator");
        dialect_note(s->first, "'yield' gives a value; 'return;' ends the generator");
    } else if (is_child(s->a)) {
        return_child(s);
    } else if (type_is(function->result, TYPE_VOID)) {
        if (is_unknown(type) || type_is(type, TYPE_VOID))
            return;
        dialect_error(s->a->first, "'return' with a value in a function returning void");
        dialect_note(function->symbol->place, "declared here");
    } else {
        check_conversion(function->result, s->a, (struct conversion){.kind = CONVERT_RETURN});
    }
}

void check_return(struct statement *s)
{
    struct function *function = check_now.function;
    if (s->a) {
        check_expression(s->a);
        s->has_await = s->a->has_await;
    }
    if (check_now.defer) {
        dialect_error(s->first, "'return' in a defer: it must not jump out");
        dialect_note(check_now.defer->first, "the defer begins here");
    } else if (s->a) {
        return_value(s);
    } else if (!function->is_generator && !type_is(function->result, TYPE_VOID)) {
        dialect_error(s->first, "'return' with no value in a function returning '%s'", type_text(function->result));
        dialect_note(function->symbol->place, "declared here");
    }
}

/* ================= try ================= */

static bool is_catch_all(struct catch_clause *clause)
{
    return !clause->code;
}

/* `catch (e == EPIPE)`, by someone who takes it for a condition: then the names in it are no mistakes of their own. */
static bool looks_like_a_condition(const struct expression *e)
{
    return e->kind == EXPRESSION_AND || e->kind == EXPRESSION_OR ||
           (e->kind == EXPRESSION_BINARY && (token_is(e->operator_, "==") || token_is(e->operator_, "!=")));
}

static void not_a_code(const struct expression *code)
{
    dialect_error(code->first, "the code of a 'catch' is not an integer constant");
    dialect_note(code->first, "'catch (int e)' takes any error; compare 'e' there");
}

/* `catch (e)`, by someone who knows languages without types: codes are written in capitals. */
static bool looks_like_an_error(const struct expression *e)
{
    return e->kind == EXPRESSION_NAME && !e->symbol && islower((unsigned char)e->name[0]);
}

static void check_catch_code(struct statement *s, size_t index)
{
    struct catch_clause *clause = &s->catches[index];
    if (looks_like_an_error(clause->code)) {
        undeclared_error(clause->code);
        return;
    }
    if (looks_like_a_condition(clause->code)) {
        not_a_code(clause->code);
        return;
    }
    const char *outer = check_now.no_await;
    check_now.no_await = "the code of a 'catch'";
    check_value(clause->code);
    check_now.no_await = outer;
    int64_t code, other;
    if (is_unknown(clause->code->type))
        return;
    if (!constant_integer(clause->code, &code)) {
        not_a_code(clause->code);
        return;
    }
    if (code == 0)
        dialect_error(clause->code->first, "'catch (0)': 0 is no error");
    for (size_t i = 0; i < index; i++)
        if (s->catches[i].code && constant_integer(s->catches[i].code, &other) && other == code) {
            dialect_error(clause->code->first, "a second 'catch' for the same error");
            dialect_note(s->catches[i].code->first, "the first is here");
            return;
        }
}

static void check_catch_declaration(struct catch_clause *clause)
{
    struct declarator *declarator = only_declarator(clause->declaration);
    if (!declarator)
        return;
    if (declarator->symbol)
        declarator->symbol->block = clause->body;
    if (!is_unknown(declarator->type) && type_strip(declarator->type)->kind != TYPE_INT) {
        dialect_error(declarator->first ? declarator->first : clause->first, "'catch' of '%s'; an error is an 'int'",
                      type_text(declarator->type));
    }
}

static void check_catch_all(struct statement *s, size_t index)
{
    check_catch_declaration(&s->catches[index]);
    for (size_t i = 0; i < index; i++)
        if (is_catch_all(&s->catches[i])) {
            dialect_error(s->catches[index].first, "a second 'catch' for any error");
            dialect_note(s->catches[i].first, "the first is here");
            return;
        }
}

static void check_clause(struct statement *s, size_t index)
{
    struct catch_clause *clause = &s->catches[index];
    struct barrier *outer = check_now.barrier;
    if (is_catch_all(clause))
        check_catch_all(s, index);
    else
        check_catch_code(s, index);
    barrier_push("a 'catch'", clause->first);
    check_statement(clause->body, s);
    check_now.barrier = outer;
    s->has_await |= clause->body->has_await;
    if (clause->code)
        warn_swallowed_cancel(s, clause);
}

void check_try(struct statement *s)
{
    struct barrier *outer = check_now.barrier;
    barrier_push("a 'try'", s->first);
    check_statement(s->body, s);
    check_now.barrier = outer;
    s->has_await |= s->body->has_await;
    for (size_t i = 0; i < s->catch_count; i++)
        check_clause(s, i);
}

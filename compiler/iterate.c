/* async for, async with, yield: what they await, and what is undone when they are left. */
#include "lowering.h"
#include <string.h>

/* X of a struct X or struct X *: what the names of its methods begin with. */
static const char *record_name(struct type *type)
{
    type = type_strip(type);
    if (type->kind == TYPE_POINTER)
        type = type_strip(type->inner);
    return type->tag->name ? type->tag->name : type->tag->typedef_name->name;
}

static const char *method_name(struct type *type, const char *suffix)
{
    return intern_string(arena_format("%s%s", record_name(type), suffix));
}

static struct type *method_result(const char *name)
{
    struct type *type = type_strip(symbol_find(name)->type);
    return type->inner;
}

/* Keeps what e stands for to the end of the statement: text of a pointer to the struct, or of the handle. A struct that is an object is used where it
   lies, as `&` in front of it would say; of a value there is a copy. */
static struct variable *keep_subject(struct expression *e, const char **pointer)
{
    bool object = e->is_lvalue && type_is_record(e->type), record = !object && type_is_record(e->type);
    struct variable *v = new_temporary(object ? type_pointer(e->type) : type_value(e->type), e->first);
    if (record)
        v->may_reside = v->must_reside = true;
    if (!needs_lowering(e))
        use_expression(e);
    emit_set(v, object ? lower_address(e) : lower_full(e, true));
    *pointer = record ? arena_format("&%s", variable_reference(v)) : variable_reference(v);
    return v;
}

static void set_declared(struct declarator *d, const char *value)
{
    if (!d || !d->symbol)
        return;
    emit_declaration(track_variable(d->symbol), value, place_now);
}

/* ---- async with ---- */

void lower_async_with(struct statement *s)
{
    struct declarator *d = s->declaration && s->declaration->declarator_count ? s->declaration->declarators[0] : NULL;
    struct expression *manager = d ? d->initializer : s->a;
    struct extent *extent = extent_begin();
    struct type *type = type_value(manager->type);
    const char *pointer, *enter = method_name(type, "_aenter");
    bool group = !strcmp(record_name(type), "ac_group");    /* it is the group itself that a cancellation has to reach */
    struct context *c = cleanup_context(s, !group);
    emit_copied(s->first, "{");
    keep_subject(manager, &pointer);
    bool gives_value = !type_is(method_result(enter), TYPE_VOID);
    const char *value = lower_await_of(s->first, enter, &pointer, 1, method_result(enter), d && gives_value);
    set_declared(d, gives_value ? value : pointer);
    begin_cleanup((struct cleanup){.kind = CLEANUP_WITH, .pointer = pointer, .function = method_name(type, "_aexit"), .place = s->first});
    lower_scope(s->body, true);
    leave_block(c, s->last);
    emit_copied(s->last, "}");
    extent_end(extent);
}

/* X_aexit is told of the error that the block is left with, and may swallow it. */
void undo_with(struct context *c, struct cleanup *cleanup)
{
    unsigned code = leave_error_code(c);
    bool answers = !type_is(method_result(cleanup->function), TYPE_VOID);
    const char *leave = variable_reference(c->leave);
    const char *arguments[] = {cleanup->pointer, arena_format("%s == %u ? %s : 0", leave, code, variable_reference(c->error))};
    const char *swallows = lower_await_of(cleanup->place, cleanup->function, arguments, 2, method_result(cleanup->function), answers);
    if (answers)
        emit_format("if (%s && %s == %u) %s = 0;", swallows, leave, code, leave);
}

/* ---- async for ---- */

/* A generator that the header makes belongs to the loop. */
static bool makes_generator(struct expression *e)
{
    while (e->kind == EXPRESSION_PAREN)
        e = e->a;
    return e->kind == EXPRESSION_CALL;
}

static void lower_steps(struct statement *s, struct type *type, const char *pointer)
{
    struct context *c = loop_context(s);
    c->in_header = false;   /* what the header says is evaluated already */
    bool generator = type_is(type, TYPE_GEN);
    const char *next = generator ? "ac_next" : method_name(type, "_anext");
    struct type *result = generator ? type_strip(type)->inner : method_result(next);
    struct declarator *d = s->declaration->declarators[0];
    emit_copied(s->first, "for (;;) {");
    emit_label(c->continue_label);
    struct extent *extent = extent_begin();
    place_now = s->first;
    c->stop_label = c->break_label;
    const char *value = lower_await_of(s->first, next, &pointer, 1, result, true);
    c->stop_label = 0;
    set_declared(d, value);
    lower_scope(s->body, true);
    extent_end(extent);
    emit_jump(c->continue_label);
    emit_copied(s->last, "}");
    context_pop(c);
    emit_label(c->break_label);
    emit_copied(s->last, arena_format("ac_stop_%u:;", c->number));
}

void lower_async_for(struct statement *s)
{
    struct extent *extent = extent_begin();
    struct type *type = type_value(s->a->type);
    bool owned = type_is(type, TYPE_GEN) && makes_generator(s->a);
    struct context *c = owned ? cleanup_context(s, true) : NULL;
    const char *pointer;
    emit_copied(s->first, "{");
    struct variable *subject = keep_subject(s->a, &pointer);
    if (owned) {
        emit_null_check(pointer, s->a->first);
        begin_cleanup((struct cleanup){.kind = CLEANUP_GENERATOR, .variable = subject, .place = s->first});
    }
    lower_steps(s, type, pointer);
    if (c)
        leave_block(c, s->last);
    emit_copied(s->last, "}");
    extent_end(extent);
}

void undo_generator(struct cleanup *cleanup)
{
    const char *generator = variable_reference(cleanup->variable);
    lower_await_of(cleanup->place, "ac_gen_close", &generator, 1, type_basic(TYPE_VOID), false);
    emit_format("ac_release(%s);", generator);
}

/* ---- generators ---- */

void lower_yield(struct statement *s)
{
    if (s->a) {
        if (!needs_lowering(s->a))
            use_expression(s->a);
        emit_set(now->result, lower_full(s->a, true));
    }
    emit_yield(s->first);
}

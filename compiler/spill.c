/* Awaits come out of expressions. A full expression that has an await in it is taken apart, strictly from left to right: what was
   evaluated before an effect that comes later is kept in a temporary, so that it is evaluated once and sees nothing of what happens in between; what
   cannot change (constants, addresses of functions, locals that nobody assigns) is left in place, and what follows the last effect stays one
   expression. To settle an expression is to emit its effects; afterwards its text (copy_expression) is its value and has no effects left. */
#include "lowering.h"
#include <stdlib.h>
#include <string.h>

static void settle(struct expression *e);
static void settle_literal(struct expression *e);
static void discard(struct expression *e);
static void discard_operand(struct expression *e);
static bool is_statement_like(struct expression *e);

/* ---- what can be left in place ---- */

static bool is_fixed_variable(struct symbol *symbol)
{
    return symbol->kind == SYMBOL_VARIABLE && symbol->local && symbol->storage != STORAGE_STATIC && symbol->storage != STORAGE_EXTERN &&
           !symbol->assigned && !symbol->address_taken && type_is_scalar(symbol->type) && !(type_qualifiers(symbol->type) & QUALIFIER_VOLATILE);
}

static bool is_stable(struct expression *e)
{
    if (e->stable || e->is_constant)
        return true;
    switch (e->kind) {
    case EXPRESSION_CONSTANT:
    case EXPRESSION_STRING:
    case EXPRESSION_SIZEOF_TYPE:
        return !e->has_effect;
    case EXPRESSION_SIZEOF:
    case EXPRESSION_ALIGNOF:
    case EXPRESSION_ALIGNOF_TYPE:
    case EXPRESSION_LABEL_ADDRESS:
    case EXPRESSION_TYPES_COMPATIBLE:
        return true;
    case EXPRESSION_NAME:
        return !e->symbol || (e->symbol->kind == SYMBOL_FUNCTION || e->symbol->kind == SYMBOL_ENUMERATOR || e->symbol->kind == SYMBOL_BUILTIN ||
                             is_fixed_variable(e->symbol) || type_is(e->symbol->type, TYPE_ARRAY));
    case EXPRESSION_ADDRESS:
        return expression_inner(e->a)->kind == EXPRESSION_NAME;
    case EXPRESSION_PAREN:
    case EXPRESSION_EXTENSION:
    case EXPRESSION_CAST:
    case EXPRESSION_PLUS:
    case EXPRESSION_MINUS:
    case EXPRESSION_COMPLEMENT:
    case EXPRESSION_NOT:
        return is_stable(e->a);
    case EXPRESSION_BINARY:
        return is_stable(e->a) && is_stable(e->b);
    default:
        return false;
    }
}

struct census { unsigned effects, unstable; bool ordered; };

static bool ordered(struct expression *e);

static void census_child(struct expression *child, void *context)
{
    struct census *c = context;
    if (child->has_effect) {
        c->effects++;
        c->ordered = c->ordered && ordered(child);
    } else if (!is_stable(child)) {
        c->unstable++;
    }
}

/* Can an expression without await be evaluated by a statement of its own? Not where C leaves more than one order to it, nor where it makes an array
   that must outlive that statement. */
static bool ordered(struct expression *e)
{
    struct census c = {.ordered = true};
    if (e->has_await || expression_is_array_of_value(e))
        return false;
    if (!e->has_effect || e->kind == EXPRESSION_STATEMENT)
        return true;
    expression_children(e, census_child, &c);
    switch (e->kind) {
    case EXPRESSION_AND:
    case EXPRESSION_OR:
    case EXPRESSION_COMMA:
    case EXPRESSION_CONDITIONAL:
        return c.ordered;
    case EXPRESSION_ASSIGN:
        if (expression_inner(e->a)->kind == EXPRESSION_NAME)
            return c.ordered;
        break;
    default:
        break;
    }
    return c.ordered && (c.effects == 0 || (c.effects == 1 && c.unstable == 0));
}

/* ---- keeping values ---- */

static struct type *value_type(struct expression *e)
{
    struct expression *field = expression_bit_field(e);
    return field ? type_bit_field(type_value(e->type), field->bit_width) : type_value(e->type);
}

static void set_text(struct expression *e, const char *text, bool stable)
{
    e->text = text;
    e->stable = stable;
    e->has_await = true;        /* so that copies of whatever holds e look into it */
}

static struct variable *keep_value(struct expression *e)
{
    struct variable *v = new_temporary(value_type(e), e->first);
    emit_set(v, copy_value(e));
    set_text(e, variable_reference(v), true);
    return v;
}

static void keep(struct expression *e)
{
    if (!is_stable(e) && !type_is(e->type, TYPE_VOID))
        keep_value(e);
}

/* A member of a struct that is no lvalue (6.2.4p8). Of an array in it somebody may hold the address until the full expression ends. */
static void settle_value_member(struct expression *e)
{
    settle(e->a);
    struct variable *v = keep_value(e->a);
    if (expression_is_array_of_value(e))
        v->may_reside = v->must_reside = true;
}

/* An array, or a vector, that can be indexed where it lies. */
static bool is_array_place(struct expression *e)
{
    if (type_is(e->type, TYPE_VECTOR))
        return e->is_lvalue;
    return type_is(e->type, TYPE_ARRAY) && (e->is_lvalue || expression_inner(e)->kind == EXPRESSION_MEMBER);
}

/* Settles operands in their order. */
static void settle_all(struct expression **operands, size_t count)
{
    size_t last_effect = 0;
    for (size_t i = 0; i < count; i++)
        if (operands[i]->has_effect)
            last_effect = i;
    for (size_t i = 0; i < count; i++) {
        settle(operands[i]);
        if (i < last_effect)
            keep(operands[i]);
    }
}

typedef ARRAY(struct expression *) expression_list;

static void list_child(struct expression *child, void *context)
{
    expression_list *list = context;
    array_add(list, child);
}

static void settle_children(struct expression *e)
{
    expression_list list = {0};
    expression_children(e, list_child, &list);
    settle_all(list.at, list.count);
    e->has_await = true;
}

/* A comparison: a temporary in an operand hides what its values can be. */
static void settle_binary(struct expression *e)
{
    struct expression *operands[] = {e->a, e->b};
    const char *by_itself[2], *by_other[2];
    for (size_t i = 0; i < 2; i++) {
        by_itself[i] = conversion_never_negative(e, operands[i]);
        by_other[i] = conversion_beside_small(e, operands[i], operands[1 - i]);
    }
    settle_children(e);
    for (size_t i = 0; i < 2; i++) {
        const char *type = by_itself[i] && operands[i]->has_await ? by_itself[i] : operands[1 - i]->has_await ? by_other[i] : NULL;
        if (!type)
            continue;
        if (operands[1 - i]->is_constant && operands[1 - i]->value == 0)    /* no unsigned value is less than 0u */
            set_text(operands[1 - i], "0", true);
        else
            set_text(operands[i], arena_format("(%s)(%s)", type, copy_expression(operands[i])), operands[i]->stable);
    }
    /* Its effects gone, C compilers would put its value into what it is compared with in turn, and warn of that too. */
    if (is_decided_by_range(e))
        keep_value(e);
}

/* ---- places: lvalues whose address is computed before what comes after ---- */

/* Emits the effects of e's address; where `fix`, nothing evaluated later changes which object the text means. */
static void settle_place(struct expression *e, bool fix)
{
    switch (e->kind) {
    case EXPRESSION_NAME:
        return;
    case EXPRESSION_PAREN:
    case EXPRESSION_EXTENSION:
    case EXPRESSION_REAL:
    case EXPRESSION_IMAG:
        settle_place(e->a, fix);
        break;
    case EXPRESSION_MEMBER:
        if (e->a->is_lvalue)
            settle_place(e->a, fix);
        else
            settle_value_member(e);
        break;
    case EXPRESSION_ARROW:
    case EXPRESSION_DEREFERENCE:
        settle(e->a);
        if (fix)
            keep(e->a);
        break;
    case EXPRESSION_INDEX: {
        bool array = is_array_place(e->a);
        if (array)
            settle_place(e->a, fix || e->b->has_effect);
        else
            settle(e->a);
        if (!array && (fix || e->b->has_effect))
            keep(e->a);
        settle(e->b);
        if (fix)
            keep(e->b);
        break;
    }
    case EXPRESSION_GENERIC:
    case EXPRESSION_CHOOSE:
        settle_place(e->chosen, fix);
        set_text(e, arena_format("(%s)", copy_expression(e->chosen)), false);
        return;
    case EXPRESSION_COMPOUND_LITERAL:
        if (!e->text)
            settle_literal(e);
        return;
    default:
        settle(e);
        return;
    }
    e->has_await = true;
}

static struct variable *assigned_variable(struct expression *place)
{
    place = expression_inner(place);
    return place->kind == EXPRESSION_NAME && place->symbol ? place->symbol->variable : NULL;
}

static bool is_plain_assignment(struct expression *e)
{
    return token_is(e->operator_, "=");
}

/* Of the value of an assignment to a place. */
static struct type *assigned_type(struct expression *place)
{
    return expression_bit_field(place) ? value_type(place) : type_unqualified(place->type);
}

/* Emits the assignment; its value, where wanted, is read at once. */
static void settle_assignment(struct expression *e, bool wanted)
{
    settle_place(e->a, e->b->has_effect);
    settle(e->b);
    const char *place = copy_expression(e->a), *value = copy_expression(e->b);
    struct variable *target = is_plain_assignment(e) ? assigned_variable(e->a) : NULL;
    const char *operator_ = arena_format("%.*s", (int)tokens[e->operator_].length, tokens[e->operator_].text);
    bool read_again = target && !(type_qualifiers(e->a->type) & (QUALIFIER_VOLATILE | QUALIFIER_ATOMIC));
    struct type *type = assigned_type(e->a);
    struct variable *v = wanted ? new_temporary(type, e->first) : NULL;
    if (wanted && !read_again)
        emit_define(v, "%s = (%s %s %s);", variable_reference(v), place, operator_, value);
    else if (target)
        emit_define(target, "%s = %s;", place, value);
    else
        emit_format("%s %s %s;", place, operator_, value);
    if (wanted && read_again)
        emit_set(v, place);
    if (wanted)
        set_text(e, variable_reference(v), true);
}

static void settle_step(struct expression *e, bool wanted)
{
    settle_place(e->a, false);
    e->has_await = true;
    if (!wanted) {
        emit_format("%s;", copy_expression(e));
        return;
    }
    struct variable *v = new_temporary(assigned_type(e->a), e->first);
    emit_set(v, copy_expression(e));
    set_text(e, variable_reference(v), true);
}

/* ---- expressions that decide what is evaluated ---- */

static void settle_logical(struct expression *e, bool wanted)
{
    if (!wanted) {
        unsigned end = new_label();
        settle(e->a);
        emit_format(e->kind == EXPRESSION_AND ? "if (%s) {" : "if (!(%s)) {", copy_expression(expression_condition(e->a)));
        emit_branch(end);
        discard_operand(e->b);
        emit_format("}");
        emit_label(end);
        return;
    }
    struct variable *v = new_temporary(type_basic(TYPE_INT), e->first);
    const char *name = variable_reference(v);
    unsigned end = new_label();
    settle(e->a);
    emit_define(v, "%s = !!(%s);", name, copy_expression(e->a));
    emit_format(e->kind == EXPRESSION_AND ? "if (%s) {" : "if (!%s) {", name);
    emit_branch(end);
    settle(e->b);
    emit_define(v, "%s = !!(%s);", name, copy_expression(e->b));
    emit_format("}");
    emit_label(end);
    set_text(e, name, true);
}

static void settle_arm(struct expression *arm, struct variable *v)
{
    if (!v) {
        discard_operand(arm);
        return;
    }
    settle(arm);
    emit_set(v, copy_value(arm));
}

static void settle_conditional(struct expression *e, bool wanted)
{
    bool has_value = wanted && !type_is(e->type, TYPE_VOID);
    struct variable *v = has_value ? new_temporary(value_type(e), e->first) : NULL;
    unsigned otherwise = new_label(), end = new_label();
    settle(e->a);
    if (!e->b)
        keep(e->a);
    emit_format("if (%s) {", copy_expression(expression_condition(e->a)));
    emit_branch(otherwise);
    if (e->b)
        settle_arm(e->b, v);
    else if (v)
        emit_set(v, copy_expression(e->a));
    emit_format("} else {");
    emit_jump(end);
    emit_label(otherwise);
    settle_arm(e->c, v);
    emit_format("}");
    emit_label(end);
    set_text(e, has_value ? variable_reference(v) : "((void)0)", true);
}

/* ({ ... }): the block as a statement; the value of its last expression is kept. */
static void settle_statement_expression(struct expression *e, bool wanted)
{
    struct statement *body = e->body;
    struct statement *last = body->item_count ? body->items[body->item_count - 1] : NULL;
    bool has_value = wanted && last && last->kind == STATEMENT_EXPRESSION && last->a && !type_is(e->type, TYPE_VOID);
    if (!has_value) {
        if (last)
            last->value_dropped = true;
        lower_statement(body);
        set_text(e, "((void)0)", true);
        return;
    }
    struct variable *v = new_temporary(value_type(e), e->first);
    v->starts_zero = type_is_scalar(v->type) && jumps_out(body);
    last->value_to = v;
    lower_statement(body);
    set_text(e, variable_reference(v), true);
}

/* ---- initialisers ---- */

static void collect_items(struct expression *e, expression_list *list)
{
    for (size_t i = 0; i < e->item_count; i++)
        if (e->items[i].value->kind == EXPRESSION_INITIALIZER)
            collect_items(e->items[i].value, list);
        else
            array_add(list, e->items[i].value);
    e->has_await = true;
}

const char *lower_initializer(struct expression *e)
{
    if (e->kind != EXPRESSION_INITIALIZER) {
        settle(e);
        return copy_expression(e);
    }
    expression_list list = {0};
    collect_items(e, &list);
    settle_all(list.at, list.count);
    return copy_expression(e);
}

/* A compound literal lives as long as its block, so it is a variable of the block. */
static void settle_literal(struct expression *e)
{
    struct expression *list = e->initializer;
    const char *text = lower_initializer(list);
    struct variable *v = new_block_object(type_unqualified(e->type), e->first);
    const char *type = type_declare(type_unqualified(e->type), "");
    if (type_is(e->type, TYPE_ARRAY))
        emit_define(v, "AC_FILL(%s, sizeof %s, (%s)%s);", variable_reference(v), variable_reference(v), type, text);
    else
        emit_set(v, arena_format("(%s)%s", type, text));
    set_text(e, variable_reference(v), false);
}

/* ---- calls ---- */

/* Is there but one operand with an effect, which can stay where it is used, since nothing else depends on when that happens? */
static bool single_effect(struct expression **operands, size_t count)
{
    struct expression *effect = NULL;
    for (size_t i = 0; i < count; i++) {
        if (!operands[i]->has_effect && !is_stable(operands[i]))
            return false;
        if (operands[i]->has_effect && (effect || needs_lowering(operands[i]) || !ordered(operands[i])))
            return false;
        if (operands[i]->has_effect)
            effect = operands[i];
    }
    return effect != NULL;
}

/* The callee's expression and its arguments, in their order. */
static void settle_call_operands(struct expression *call)
{
    expression_list list = {0};
    array_add(&list, call->a);
    for (size_t i = 0; i < call->argument_count; i++)
        array_add(&list, call->arguments[i]);
    if (single_effect(list.at, list.count))
        for (size_t i = 0; i < list.count; i++)
            use_expression(list.at[i]);
    else
        settle_all(list.at, list.count);
    call->has_await = true;
}

bool is_alloca_call(struct expression *e)
{
    struct expression *name = e->kind == EXPRESSION_CALL ? expression_inner(e->a) : NULL;
    return name && name->kind == EXPRESSION_NAME && name->name && (!strcmp(name->name, "alloca") || !strcmp(name->name, "__builtin_alloca")) &&
           e->argument_count == 1;
}

static void settle_alloca(struct expression *e)
{
    settle(e->arguments[0]);
    struct variable *v = new_temporary(type_pointer(type_basic(TYPE_VOID)), e->first);
    emit_define(v, "%s = ac_alloca(&%s, %s);", variable_reference(v), variable_reference(now->alloca_list), copy_expression(e->arguments[0]));
    emit_null_check(variable_reference(v), e->first);
    set_text(e, variable_reference(v), true);
}

static struct type *callee_type(struct expression *call)
{
    struct type *type = type_strip(call->a->type);
    return type->kind == TYPE_POINTER ? type_strip(type->inner) : type;
}

bool passes_by_address(struct expression *call)
{
    struct type *type = callee_type(call);
    for (size_t i = 0; i < call->argument_count && i < type->parameter_count; i++)
        if (type_is(type->parameters[i].type, TYPE_VARIABLE))
            return true;
    return false;
}

/* An argument of type AC_T goes to C as its address and its size. */
static void pass_by_address(struct expression *call)
{
    struct type *type = callee_type(call);
    for (size_t i = 0; i < call->argument_count && i < type->parameter_count; i++)
        if (type_is(type->parameters[i].type, TYPE_VARIABLE)) {
            struct expression *argument = call->arguments[i];
            struct variable *v = new_temporary(value_type(argument), argument->first);
            emit_set(v, copy_expression(argument));
            set_text(argument, arena_format("&%s, sizeof %s", variable_reference(v), variable_reference(v)), true);
        }
}

static void settle_call(struct expression *e, bool wanted)
{
    if (is_alloca_call(e)) {
        settle_alloca(e);
        return;
    }
    settle_call_operands(e);
    pass_by_address(e);
    if (type_is(e->type, TYPE_VOID) || !wanted) {
        emit_format(is_statement_like(e) ? "%s;" : "(void)%s;", copy_expression(e));
        set_text(e, "((void)0)", true);
        return;
    }
    keep(e);
}

void emit_null_check(const char *pointer, token_index place)
{
    unsigned site = new_site(place);
    const char *failure = failure_text();
    emit_format("if (!%s) { ac_status = ac_throw(ac_base, %u, ENOMEM); %s }", pointer, site, failure);
}

static void settle_async_call(struct expression *e, bool wanted)
{
    struct context *group = enclosing_group();
    settle_call_operands(expression_inner(e->a));
    if (!wanted) {
        emit_format("ac_group_spawn(&%s, %s);", variable_reference(group->cleanups.at[0].variable), copy_expression(e->a));
        set_text(e, "((void)0)", true);
        return;
    }
    struct variable *v = new_temporary(value_type(e), e->first);
    emit_define(v, "%s = ac_group_start(&%s, %s);", variable_reference(v), variable_reference(group->cleanups.at[0].variable),
                copy_expression(e->a));
    emit_null_check(variable_reference(v), e->first);
    set_text(e, variable_reference(v), true);
}

/* ---- awaits ---- */

static const char *spelled(struct expression *e)
{
    return one_line(copy_expression(e));
}

/* The value is in `place` until the next await. */
static void await_result(struct expression *e, bool wanted, const char *place)
{
    set_text(e, wanted && !type_is(e->type, TYPE_VOID) ? place : "((void)0)", false);
}

/* Where an argument of a callee goes. */
struct place { const char *text; struct type *type; };

static struct place argument_place(const char *callee, struct function *function, struct tag *frame, size_t index)
{
    if (function)
        return (struct place){arena_format("%s.%s", callee, parameter_member(function, index)), function->declarator->parameters[index].type};
    struct member *member = &frame->members[index];
    while (!member->name)       /* an anonymous union in a published frame begins with the argument */
        member = &type_strip(member->type)->tag->members[0];
    return (struct place){arena_format("%s.%s", callee, member->name), member->type};
}

/* Does a text speak of what is in the frame of a callee? */
static bool lies_in_callee(const char *text)
{
    for (; (text = strchr(text, '\1')) != NULL; text++)
        if (now->variables.at[strtoul(text + 1, NULL, 10)]->callee)
            return true;
    return false;
}

/* Sets an argument from the frame of another callee, which may share bytes with this one: it is read before, and the rest of this one is set only later. */
static void emit_first_argument(const struct place *place, const char *value)
{
    use_text(value);
    emit_copied(place_now, one_line(assignment_text(place->text, place->type, value)));
}

/* The value of the await before this one may lie among the bytes that the arguments go to. So it is stored first; one that is more than a scalar, or
   that two arguments need, is taken out. */
static void store_arguments(struct expression *call, struct variable *callee, const struct place *places, const char **arguments, size_t count)
{
    size_t first = count;
    for (size_t i = 0; i < count; i++) {
        if (!lies_in_callee(arguments[i]))
            continue;
        if (first == count && type_is_scalar(places[i].type)) {
            first = i;
            continue;
        }
        struct variable *v = new_temporary(type_value(places[i].type), call->first);
        emit_set(v, arguments[i]);
        arguments[i] = variable_reference(v);
    }
    if (first < count)
        emit_first_argument(&places[first], arguments[first]);
    emit_definition(callee);
    for (size_t i = 0; i < count; i++)
        if (i != first)
            emit_format("%s", assignment_text(places[i].text, places[i].type, arguments[i]));
}

/* Whether the handle is new: awaited at once, nobody else can release it. */
static bool makes_handle(struct expression *e)
{
    e = expression_inner(e);
    if (e->kind == EXPRESSION_CREATE_FUTURE || e->kind == EXPRESSION_SUBMIT)
        return true;
    if (e->kind != EXPRESSION_CALL || expression_inner(e->a)->kind != EXPRESSION_NAME)
        return false;
    struct symbol *callee = tokens[expression_inner(e->a)->first].symbol;
    return callee && callee->owned;
}

/* Sets v by a call that begins like this; the address and the size of v follow. */
static void emit_take(struct variable *v, const char *call)
{
    use_text(call);
    emit_definition(v);
    emit_copied(place_now, one_line(arena_format("%s, &%s, sizeof %s);", call, variable_reference(v), variable_reference(v))));
}

/* Whether the frame of an operation of any T holds the value, or what it comes from, until that is taken: ac.h says so. */
static bool is_taken_from(const char *name)
{
    return symbol_find(intern_string(arena_format("%s__take", name))) != NULL;
}

static void await_member(struct expression *e, const char *start, const char *name, const char **arguments, size_t count, struct function *function, bool wanted)
{
    struct tag *frame = function ? NULL : published_frame(name);
    bool void_result = function ? type_is(function->result, TYPE_VOID) : type_is(e->type, TYPE_VOID);
    bool taken = !function && is_taken_from(name);
    bool has_result = function ? !void_result : frame->member_count > 1 && frame->members[1].name && !strcmp(frame->members[1].name, "result");
    struct variable *callee = callee_frame(name, arena_format("%s__frame", name), function);
    const char *text = variable_reference(callee);
    struct place *places = arena_alloc((count + 1) * sizeof *places);
    for (size_t i = 0; i < count; i++)
        places[i] = argument_place(text, function, frame, function ? i : i + 1 + has_result);
    store_arguments(e, callee, places, arguments, count);
    emit_site(e->first, "%s(%s)", start, name);
    emit_use(callee);
    if (!taken || void_result || !wanted) {
        await_result(e, wanted, arena_format("%s.result", text));
        if (taken)
            emit_format("%s__take(&%s, NULL, 0);", name, text);
        return;
    }
    struct variable *v = new_temporary(value_type(e), e->first);
    emit_take(v, arena_format("%s__take(&%s", name, text));
    set_text(e, variable_reference(v), true);
}

static struct item *site_item(unsigned site)
{
    struct item *item = &now->items.at[now->items.count - 1];
    while (item->kind != ITEM_SITE || item->site != site)
        item--;
    return item;
}

static void await_coroutine(struct expression *e, const char *coroutine, bool wanted)
{
    struct variable *awaited = awaited_coroutine();
    const char *pointer = variable_reference(awaited);
    use_text(coroutine);
    emit_definition(awaited);
    unsigned site = emit_site(e->first, "%s", coroutine);
    site_item(site)->heap = true;
    if (wanted && !type_is(e->type, TYPE_VOID)) {
        struct variable *v = new_temporary(value_type(e), e->first);
        emit_set(v, arena_format("AC_RESULT(%s, %s)", pointer, type_declare(value_type(e), "")));
        set_text(e, variable_reference(v), true);
    } else {
        set_text(e, "((void)0)", true);
    }
    emit_format("ac_coro_free(%s);", pointer);
}

static void await_future(struct expression *e, bool wanted)
{
    settle(e->a);
    struct variable *callee = callee_frame("ac_future_wait", "ac_future_wait__frame", NULL);
    const char *future = arena_format("%s.future", variable_reference(callee)), *handle = copy_expression(e->a);
    use_text(handle);
    emit_copied(place_now, one_line(arena_format(makes_handle(e->a) ? "%s = %s;" : "%s = ac_retain(%s);", future, handle)));
    emit_definition(callee);
    emit_site(e->first, "AC_START(ac_future_wait)");
    emit_use(callee);
    if (wanted && !type_is(e->type, TYPE_VOID)) {
        struct variable *v = new_temporary(value_type(e), e->first);
        emit_take(v, arena_format("ac_future_take(%s", future));
        set_text(e, variable_reference(v), true);
    } else {
        emit_format("ac_future_take(%s, NULL, 0);", future);
        set_text(e, "((void)0)", true);
    }
}

/* The async function that a call names, where its frame can be a member of ours. */
static const char *member_callee(struct expression *call, struct function **function)
{
    struct expression *name = expression_inner(call->a);
    if (name->kind != EXPRESSION_NAME || !name->symbol || name->symbol->kind != SYMBOL_FUNCTION)
        return NULL;
    *function = name->symbol->function && name->symbol->function->is_async ? name->symbol->function : NULL;
    if (*function ? embeds(now->function, *function) : published_frame(name->name) != NULL)
        return name->name;
    return NULL;
}

/* await ac_sleep(0) */
static bool is_turn(const char *name, struct expression *call)
{
    return !strcmp(name, "ac_sleep") && call->argument_count == 1 && call->arguments[0]->is_constant && call->arguments[0]->value == 0;
}

/* A new handle given to an operation that waits for any awaitable: as a coroutine it is the operation's to release. */
static void hand_over_handles(struct expression *call)
{
    const struct type *type = call->a->type;
    while (type && type->kind != TYPE_FUNCTION)
        type = type->inner;
    for (size_t i = 0; type && i < call->argument_count && i < type->parameter_count; i++)
        if (type_is(type->parameters[i].type, TYPE_AWAITABLE) && makes_handle(call->arguments[i]))
            set_text(call->arguments[i], arena_format("ac_coro_from_future(%s)", copy_expression(call->arguments[i])), false);
}

static void await_call(struct expression *e, struct expression *call, bool wanted)
{
    struct function *function = NULL;
    const char *name = member_callee(call, &function);
    if (name && !function && is_turn(name, call)) {
        emit_site(e->first, "ac_turn(ac_base)");
        await_result(e, wanted, "");
        return;
    }
    settle_call_operands(call);
    hand_over_handles(call);
    pass_by_address(call);
    if (!name) {
        await_coroutine(e, copy_expression(call), wanted);
        return;
    }
    const char **arguments = arena_alloc((call->argument_count + 1) * sizeof *arguments);
    for (size_t i = 0; i < call->argument_count; i++)
        arguments[i] = copy_expression(call->arguments[i]);
    await_member(e, "AC_START", name, arguments, call->argument_count, function, wanted);
}

/* A call of a function that is known by its name alone. */
static void await_named(struct expression *e, const char *name, const char **arguments, size_t count, bool wanted)
{
    struct symbol *symbol = symbol_find(intern_string(name));
    struct function *function = symbol && symbol->function && symbol->function->is_async ? symbol->function : NULL;
    if (function ? embeds(now->function, function) : published_frame(name) != NULL) {
        await_member(e, "AC_START", name, arguments, count, function, wanted);
        return;
    }
    struct text call = {0};
    text_format(&call, "%s(", name);
    for (size_t i = 0; i < count; i++)
        text_format(&call, "%s%s", i ? ", " : "", arguments[i]);
    text_add(&call, ")");
    await_coroutine(e, text_string(&call), wanted);
}

/* A struct X or struct X * with X_await. */
static void await_custom(struct expression *e, bool wanted)
{
    struct type *type = type_strip(type_value(e->a->type));
    bool pointer = type->kind == TYPE_POINTER;
    struct tag *tag = (pointer ? type_strip(type->inner) : type)->tag;
    const char *function_name = intern_string(arena_format("%s_await", tag->name ? tag->name : tag->typedef_name->name));
    const char *argument;
    if (pointer) {
        settle(e->a);
        argument = copy_expression(e->a);
    } else if (e->a->is_lvalue) {
        argument = lower_address(e->a);
    } else {
        settle(e->a);
        struct variable *v = new_temporary(value_type(e->a), e->first);
        v->may_reside = v->must_reside = true;
        emit_set(v, copy_expression(e->a));
        argument = arena_format("&%s", variable_reference(v));
    }
    await_named(e, function_name, &argument, 1, wanted);
}

const char *lower_await_of(token_index place, const char *function, const char **arguments, size_t count, struct type *result, bool wanted)
{
    struct expression *e = expression_new(EXPRESSION_AWAIT, place, place);
    e->type = result;
    e->has_await = true;
    await_named(e, function, arguments, count, wanted);
    return copy_expression(e);
}

/* ---- calls that other threads make ---- */

/* A call of the function that makes the coroutine. */
static const char *blocking_coroutine(struct expression *call)
{
    struct text text = {0};
    size_t count;
    const char **arguments = blocking_call_arguments(call, &count);
    text_format(&text, "%s(", blocking_call_name(call, true));
    for (size_t i = 0; i < count; i++)
        text_format(&text, "%s%s", i ? ", " : "", arguments[i]);
    text_add(&text, ")");
    return text_string(&text);
}

/* One that is dropped is closed: nothing else would. */
static void settle_blocking(struct expression *e, bool wanted)
{
    settle_call_operands(expression_inner(e->a));
    const char *coroutine = blocking_coroutine(expression_inner(e->a));
    if (!wanted) {
        emit_format("ac_coro_free(%s);", coroutine);
        set_text(e, "((void)0)", true);
        return;
    }
    struct variable *v = new_temporary(value_type(e), e->first);
    emit_set(v, coroutine);
    set_text(e, variable_reference(v), true);
}

static void settle_submit(struct expression *e, bool wanted)
{
    struct expression *call = expression_inner(e->b);
    settle(e->a);
    keep(e->a);
    settle_call_operands(call);
    const char *submission = arena_format("ac_submit_call(%s, %s)", copy_expression(e->a), blocking_coroutine(call));
    if (!wanted) {
        emit_format("%s;", submission);
        set_text(e, "((void)0)", true);
        return;
    }
    struct variable *v = new_temporary(value_type(e), e->first);
    emit_set(v, submission);
    set_text(e, variable_reference(v), true);
}

/* Its frame is a member of ours, so that nothing is allocated. */
static void await_blocking(struct expression *e, struct expression *call, bool wanted)
{
    size_t count;
    settle_call_operands(call);
    const char **arguments = blocking_call_arguments(call, &count);
    await_member(e, "AC_START_BLOCKING", blocking_call_name(call, false), arguments, count, NULL, wanted);
}

static void settle_await(struct expression *e, bool wanted)
{
    switch (e->await_kind) {
    case AWAIT_CALL:
    case AWAIT_NEXT:
        await_call(e, expression_inner(e->a), wanted);
        break;
    case AWAIT_CORO:
        if (expression_inner(e->a)->kind == EXPRESSION_BLOCKING) {
            await_blocking(e, expression_inner(expression_inner(e->a)->a), wanted);
            break;
        }
        settle(e->a);
        await_coroutine(e, spelled(e->a), wanted);
        break;
    case AWAIT_FUTURE:
        await_future(e, wanted);
        break;
    case AWAIT_CUSTOM:
        await_custom(e, wanted);
        break;
    }
}

/* ac_set_result(future, value): the value is converted to the future's type. */
static void settle_set_result(struct expression *e, bool wanted)
{
    struct expression *operands[] = {e->a, e->b};
    settle_all(operands, 2);
    struct type *type = type_strip(e->a->type);
    const char *value = "NULL";
    if (e->b && !type_is(type->inner, TYPE_VOID))
        value = arena_format("(%s){%s}", type_declare(type_array(type_unqualified(type->inner), 1), ""), copy_expression(e->b));
    if (!wanted) {
        emit_format("ac_future_set_result(%s, %s);", copy_expression(e->a), value);
        set_text(e, "((void)0)", true);
        return;
    }
    struct variable *v = new_temporary(type_basic(TYPE_INT), e->first);
    emit_define(v, "%s = ac_future_set_result(%s, %s);", variable_reference(v), copy_expression(e->a), value);
    set_text(e, variable_reference(v), true);
}

/* ---- the two ways to evaluate ---- */

static void settle_lvalue_or_children(struct expression *e)
{
    if (e->is_lvalue)
        settle_place(e, false);
    else
        settle_children(e);
}

/* A type name with bounds that do something: they are evaluated here, before the operand. */
static void settle_type_name(struct expression *e)
{
    struct type *type = e->type_name->type;
    bool effect = false;
    for (struct type *each = type; each; each = each->inner)
        effect = effect || (each->kind == TYPE_ARRAY && each->bound && each->bound->has_effect);
    if (!effect)
        return;
    lower_bounds(type);
    replace_tokens(e->type_name->first, e->type_name->last, type_declare(type, ""));
    e->has_await = true;
}

static void settle(struct expression *e)
{
    if (e->text || !e->has_effect)
        return;
    if (e->type_name)
        settle_type_name(e);
    if (!needs_lowering(e) && ordered(e)) {
        if (type_is(e->type, TYPE_VOID)) {
            use_expression(e);
            emit_copied(e->first, arena_format("%s;", copy_expression(e)));
            set_text(e, "((void)0)", true);
        } else if (e->is_lvalue && e->kind != EXPRESSION_COMPOUND_LITERAL && !type_is(e->type, TYPE_ARRAY) && e->kind == EXPRESSION_NAME) {
            keep(e);            /* a volatile object is read at its place */
        } else {
            struct type *type = value_type(e);
            struct variable *v = new_temporary(type, e->first);
            use_expression(e);
            emit_definition(v);
            emit_copied(e->first, assignment_text(variable_reference(v), type, copy_value(e)));
            set_text(e, variable_reference(v), true);
        }
        return;
    }
    switch (e->kind) {
    case EXPRESSION_AWAIT: settle_await(e, true); break;
    case EXPRESSION_CALL: settle_call(e, true); break;
    case EXPRESSION_ASSIGN: settle_assignment(e, true); break;
    case EXPRESSION_POST_INCREMENT:
    case EXPRESSION_POST_DECREMENT:
    case EXPRESSION_PRE_INCREMENT:
    case EXPRESSION_PRE_DECREMENT: settle_step(e, true); break;
    case EXPRESSION_AND:
    case EXPRESSION_OR: settle_logical(e, true); break;
    case EXPRESSION_CONDITIONAL: settle_conditional(e, true); break;
    case EXPRESSION_COMMA:
        discard(e->a);
        settle(e->b);
        /* It stays a comma: of what is behind one, compilers do not say that it is constant, or compared with itself. A truth they see even there. */
        if (is_truth(e->b) && !expression_inner(e->b)->text)
            keep_value(e->b);
        set_text(e, arena_format("((void)0, %s)", copy_expression(e->b)), is_stable(e->b));
        break;
    case EXPRESSION_BINARY: settle_binary(e); break;
    case EXPRESSION_STATEMENT: settle_statement_expression(e, true); break;
    case EXPRESSION_COMPOUND_LITERAL: settle_literal(e); break;
    case EXPRESSION_ADDRESS:
        settle_place(e->a, false);
        e->has_await = true;
        break;
    case EXPRESSION_GENERIC:
    case EXPRESSION_CHOOSE:
        settle(e->chosen);
        set_text(e, arena_format("(%s)", copy_expression(e->chosen)), is_stable(e->chosen));
        break;
    case EXPRESSION_ASYNC_CALL: settle_async_call(e, true); break;
    case EXPRESSION_INITIALIZER: lower_initializer(e); break;
    case EXPRESSION_VA_ARG:
        settle_children(e);
        keep(e);
        break;
    case EXPRESSION_SET_RESULT: settle_set_result(e, true); break;
    case EXPRESSION_BLOCKING: settle_blocking(e, true); break;
    case EXPRESSION_SUBMIT: settle_submit(e, true); break;
    case EXPRESSION_MEMBER:
    case EXPRESSION_ARROW:
    case EXPRESSION_INDEX:
    case EXPRESSION_DEREFERENCE:
        settle_place(e, false);
        break;
    default:
        settle_lvalue_or_children(e);
        break;
    }
}

static void discard_child(struct expression *child, void *context)
{
    struct expression *parent = context;
    (parent->kind == EXPRESSION_COMMA ? discard : discard_operand)(child);
}

static void discard_children(struct expression *e)
{
    expression_children(e, discard_child, e);
}

/* An lvalue that nobody uses: it is read all the same where it is volatile. */
static void discard_place(struct expression *e)
{
    if (!(type_qualifiers(e->type) & QUALIFIER_VOLATILE)) {
        discard_children(e);
        return;
    }
    settle_place(e, false);
    emit_format("%s;", copy_expression(e));
}

static void find_variable(struct expression *e, void *context)
{
    bool *found = context;
    if ((e->kind == EXPRESSION_NAME && e->symbol && e->symbol->kind == SYMBOL_VARIABLE) || e->kind == EXPRESSION_STATEMENT)
        *found = true;
    expression_children(e, find_variable, found);
}

/* Of what has no effect, only that variables are used: `(void)x` keeps compilers from warning of them. */
static void discard_value(struct expression *e)
{
    while (e->kind == EXPRESSION_PAREN || e->kind == EXPRESSION_CAST)
        e = e->a;
    bool found = false;
    find_variable(e, &found);
    if (found)
        emit_format(e->kind == EXPRESSION_NAME ? "(void)%s;" : "(void)(%s);", copy_expression(e));
}

static bool is_assigning(struct expression *e)
{
    return e->kind == EXPRESSION_ASSIGN || e->kind == EXPRESSION_POST_INCREMENT || e->kind == EXPRESSION_POST_DECREMENT ||
           e->kind == EXPRESSION_PRE_INCREMENT || e->kind == EXPRESSION_PRE_DECREMENT;
}

/* An operand of what is dropped: compilers take a variable for used where an assignment to it is an operand; for clang parentheses make it one. */
static void discard_operand(struct expression *e)
{
    struct expression *value = expression_inner(e);
    discard(e);
    while (value->kind == EXPRESSION_COMMA)
        value = expression_inner(value->b);
    struct variable *target = is_assigning(value) ? assigned_variable(value->a) : NULL;
    if (target)
        emit_format("(void)%s;", variable_reference(target));
}

/* An operator whose value nobody uses: what remains are its operands. */
static bool only_computes(struct expression *e)
{
    switch (e->kind) {
    case EXPRESSION_PAREN:
    case EXPRESSION_EXTENSION:
    case EXPRESSION_CAST:
    case EXPRESSION_BINARY:
    case EXPRESSION_PLUS:
    case EXPRESSION_MINUS:
    case EXPRESSION_COMPLEMENT:
    case EXPRESSION_NOT:
    case EXPRESSION_COMMA:
        return true;
    default:
        return false;
    }
}

/* &place: nothing is read there. */
static void discard_address(struct expression *place)
{
    place = expression_inner(place);
    switch (place->kind) {
    case EXPRESSION_NAME:
        break;
    case EXPRESSION_MEMBER:
        discard_address(place->a);
        break;
    case EXPRESSION_ARROW:
    case EXPRESSION_DEREFERENCE:
        discard_operand(place->a);
        break;
    case EXPRESSION_INDEX:
        if (is_array_place(place->a))
            discard_address(place->a);
        else
            discard_operand(place->a);
        discard_operand(place->b);
        break;
    default:
        discard_operand(place);
        break;
    }
}

/* Compilers know of builtin functions that a call of them does nothing. */
static bool calls_builtin(struct expression *e)
{
    return e->kind == EXPRESSION_CALL && e->a->kind == EXPRESSION_NAME && e->a->name && strncmp(e->a->name, "__builtin_", 10) == 0;
}

/* Do compilers take it as a statement without remark? */
static bool is_statement_like(struct expression *e)
{
    return (e->kind == EXPRESSION_CALL && !calls_builtin(e)) || is_assigning(e) || type_is(e->type, TYPE_VOID);
}

/* Evaluates e, of whose value nothing is made, for its effects. */
static void discard(struct expression *e)
{
    if (!e->has_effect) {
        discard_value(e);
        return;
    }
    if (only_computes(e)) {
        discard_children(e);
        set_text(e, "((void)0)", true);
        return;
    }
    if (!needs_lowering(e) && ordered(e)) {
        use_expression(e);
        emit_copied(e->first, arena_format(is_statement_like(e) ? "%s;" : "(void)(%s);", copy_expression(e)));
        set_text(e, "((void)0)", true);
        return;
    }
    switch (e->kind) {
    case EXPRESSION_AND:
    case EXPRESSION_OR: settle_logical(e, false); break;
    case EXPRESSION_MEMBER:
    case EXPRESSION_ARROW:
    case EXPRESSION_INDEX:
    case EXPRESSION_DEREFERENCE: discard_place(e); break;
    case EXPRESSION_ADDRESS: discard_address(e->a); break;
    case EXPRESSION_GENERIC:
    case EXPRESSION_CHOOSE: discard(e->chosen); break;
    case EXPRESSION_AWAIT: settle_await(e, false); break;
    case EXPRESSION_CALL: settle_call(e, false); break;
    case EXPRESSION_ASSIGN: settle_assignment(e, false); break;
    case EXPRESSION_POST_INCREMENT:
    case EXPRESSION_POST_DECREMENT:
    case EXPRESSION_PRE_INCREMENT:
    case EXPRESSION_PRE_DECREMENT: settle_step(e, false); break;
    case EXPRESSION_CONDITIONAL: settle_conditional(e, false); break;
    case EXPRESSION_STATEMENT: settle_statement_expression(e, false); break;
    case EXPRESSION_ASYNC_CALL: settle_async_call(e, false); break;
    case EXPRESSION_SET_RESULT: settle_set_result(e, false); break;
    case EXPRESSION_BLOCKING: settle_blocking(e, false); break;
    case EXPRESSION_SUBMIT: settle_submit(e, false); break;
    default: settle(e); break;
    }
    set_text(e, "((void)0)", true);
}

const char *lower_value(struct expression *e)
{
    settle(e);
    return copy_value(e);
}

const char *lower_address(struct expression *e)
{
    settle_place(e, true);
    return arena_format("&%s", copy_expression(e));
}

void lower_dropped(struct expression *e)
{
    discard_operand(e);
}

const char *lower_full(struct expression *e, bool wanted)
{
    if (!wanted) {
        discard(e);
        return "";
    }
    return lower_value(e);
}

/* ---- what needs it ---- */

struct search { bool found; };

static void search_child(struct expression *child, void *context)
{
    struct search *s = context;
    s->found = s->found || needs_lowering(child);
}

/* An await, or a statement expression that may be left by a jump. */
bool needs_lowering(struct expression *e)
{
    if (e->has_await)
        return true;
    if (e->kind == EXPRESSION_STATEMENT)
        return jumps_out(e->body);
    struct search s = {false};
    if (e->has_effect)
        expression_children(e, search_child, &s);
    return s.found;
}

bool jumps_out(struct statement *s)
{
    if (!s)
        return false;
    switch (s->kind) {
    case STATEMENT_RETURN:
    case STATEMENT_THROW:
    case STATEMENT_GOTO:
    case STATEMENT_GOTO_COMPUTED:
    case STATEMENT_BREAK:
    case STATEMENT_CONTINUE:
    case STATEMENT_DEFER:
    case STATEMENT_TRY:
        return true;
    default:
        break;
    }
    for (size_t i = 0; i < s->item_count; i++)
        if (jumps_out(s->items[i]))
            return true;
    return jumps_out(s->body) || jumps_out(s->otherwise);
}

/* ---- what an expression without await does to variables ---- */

static void use_statement(struct statement *s);

static void use_tokens(token_index first, token_index last)
{
    for (token_index t = first; t <= last; t++) {
        struct variable *v = token_variable(t);
        if (tokens[t].renamed)
            use_text(tokens[t].renamed);    /* a typedef of variable length, written out */
        else if (v)
            emit_use(v);
    }
}

static void use_child(struct expression *child, void *context)
{
    (void)context;
    use_expression(child);
}

void use_expression(struct expression *e)
{
    switch (e->kind) {
    case EXPRESSION_NAME:
        if (e->symbol && e->symbol->variable)
            emit_use(e->symbol->variable);
        break;
    case EXPRESSION_SIZEOF:
    case EXPRESSION_ALIGNOF: {
        bool evaluated = type_is_variably_modified(e->a->type);
        for (token_index t = e->first; t <= e->last; t++)       /* the size of a variable length array is in its bounds */
            if (token_variable(t) && (evaluated || token_variable(t)->variable_type))
                emit_use(token_variable(t));
        break;
    }
    case EXPRESSION_ASSIGN: {
        struct variable *target = is_plain_assignment(e) ? assigned_variable(e->a) : NULL;
        if (!target)
            use_expression(e->a);
        use_expression(e->b);
        if (target)
            emit_definition(target);
        break;
    }
    case EXPRESSION_AND:
    case EXPRESSION_OR:
    case EXPRESSION_CONDITIONAL: {
        unsigned otherwise = new_label(), end = new_label();
        use_expression(e->a);
        emit_branch(otherwise);
        if (e->b)
            use_expression(e->b);
        emit_jump(end);
        emit_label(otherwise);
        if (e->c)
            use_expression(e->c);
        emit_label(end);
        break;
    }
    case EXPRESSION_STATEMENT:
        use_statement(e->body);
        break;
    default:
        if (e->type_name)       /* the bounds of a type are no children */
            use_tokens(e->type_name->first, e->type_name->last);
        expression_children(e, use_child, NULL);
        break;
    }
}

/* Statement expressions without jumps: everything in them may be read. */
static void use_statement(struct statement *s)
{
    if (s)
        use_tokens(s->first, s->last);
}

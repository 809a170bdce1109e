/* What C wants known before the program runs: case labels, initialisers of static objects, bounds, the members of a struct. In async bodies
   these are told here, since the C compiler sees them in another text. acc does not evaluate all that a C compiler does: what is told
   as not constant is what no compiler takes for one. */
#include "checking.h"
#include <stdlib.h>

/* ================= what cannot be constant ================= */

static bool any_child(struct expression *e);

/* The address of an object of a block, or of one that an expression leads to. */
static bool is_run_time_address(struct expression *e)
{
    e = expression_inner(e);
    while (e->kind == EXPRESSION_MEMBER || (e->kind == EXPRESSION_INDEX && type_is(e->a->type, TYPE_ARRAY))) {
        if (e->kind == EXPRESSION_INDEX && never_constant(e->b))
            return true;
        e = expression_inner(e->a);
    }
    if (e->kind != EXPRESSION_NAME || !e->symbol || e->symbol->kind != SYMBOL_VARIABLE)
        return false;
    struct symbol *symbol = e->symbol;
    return symbol->thread_local_ ||
           (symbol->local && symbol->storage != STORAGE_STATIC && symbol->storage != STORAGE_EXTERN);
}

/* gcc takes the value of a constant object for a constant, where it knows it. */
static bool is_run_time_value(struct expression *e)
{
    if (!e->symbol || e->symbol->kind != SYMBOL_VARIABLE)
        return false;
    if (type_is(e->type, TYPE_ARRAY))
        return is_run_time_address(e);
    return !(type_qualifiers(e->type) & QUALIFIER_CONST);
}

/* A member, an element, or what a pointer leads to. */
static bool is_run_time_part(struct expression *e)
{
    if (type_is(e->type, TYPE_ARRAY) || type_is(e->type, TYPE_FUNCTION))
        return is_run_time_address(e);
    if (type_qualifiers(e->type) & QUALIFIER_CONST)
        return false;
    while (e->kind == EXPRESSION_MEMBER || (e->kind == EXPRESSION_INDEX && type_is(e->a->type, TYPE_ARRAY)))
        e = expression_inner(e->a);
    return e->kind == EXPRESSION_NAME || e->kind == EXPRESSION_INDEX || e->kind == EXPRESSION_ARROW ||
           e->kind == EXPRESSION_DEREFERENCE;
}

static bool is_builtin_call(struct expression *e)
{
    struct expression *callee = expression_inner(e->a);
    return callee->kind == EXPRESSION_NAME && (!callee->symbol || callee->symbol->kind == SYMBOL_BUILTIN);
}

static bool has_variable_size(struct type *type)
{
    for (type = type_strip(type); type->kind == TYPE_ARRAY; type = type_strip(type->inner))
        if (type->variable)
            return true;
    return false;
}

static bool divides_by_zero(const struct expression *e)
{
    return (token_is(e->operator_, "/") || token_is(e->operator_, "%")) && type_is_integer(e->type) && e->b->is_constant && !e->b->value;
}

bool never_constant(struct expression *e)
{
    e = expression_inner(e);
    if (!e->type || is_unknown(e->type) || e->is_constant)
        return false;
    switch ((enum expression_kind)e->kind) {
    case EXPRESSION_NAME: return is_run_time_value(e);
    case EXPRESSION_SIZEOF_TYPE: return has_variable_size(e->type_name->type);
    case EXPRESSION_CALL: return !is_builtin_call(e);
    case EXPRESSION_ASSIGN:
    case EXPRESSION_POST_INCREMENT:
    case EXPRESSION_POST_DECREMENT:
    case EXPRESSION_PRE_INCREMENT:
    case EXPRESSION_PRE_DECREMENT: return true;
    case EXPRESSION_ADDRESS: return is_run_time_address(e->a);
    case EXPRESSION_MEMBER:
    case EXPRESSION_INDEX:
    case EXPRESSION_ARROW:
    case EXPRESSION_DEREFERENCE: return is_run_time_part(e);
    case EXPRESSION_CONDITIONAL:
    case EXPRESSION_AND:
    case EXPRESSION_OR: return never_constant(e->a);
    case EXPRESSION_CAST:
    case EXPRESSION_PLUS:
    case EXPRESSION_MINUS:
    case EXPRESSION_NOT:
    case EXPRESSION_COMPLEMENT:
    case EXPRESSION_BINARY:
        if (divides_by_zero(e))
            return true;
        return any_child(e);
    case EXPRESSION_COMMA:
    case EXPRESSION_INITIALIZER: return any_child(e);
    default: return false;
    }
}

static void find_child(struct expression *e, void *context)
{
    bool *found = context;
    *found = *found || never_constant(e);
}

static bool any_child(struct expression *e)
{
    bool found = false;
    expression_operands(e, find_child, &found);
    return found;
}

/* ================= static initialisers ================= */

void check_static_initializer(struct expression *e)
{
    for (size_t i = 0; e->kind == EXPRESSION_INITIALIZER && i < e->item_count; i++)
        check_static_initializer(e->items[i].value);
    if (e->kind == EXPRESSION_INITIALIZER || !never_constant(e))
        return;
    rule_error(e->first, "the initializer of a static variable is not constant");
    rule_note(e->first, "it is computed before the program runs: assign it in a statement of its own");
}

/* ================= what no statement holds ================= */

void check_in_constant(struct expression *e)
{
    const char *outer = check_now.no_await;
    if (!e)
        return;
    check_now.no_await = "a constant expression";
    check_value(e);
    check_now.no_await = outer;
}

static void check_assertion(struct constant_part *part)
{
    int64_t value;
    if (!type_is_integer(part->e->type))
        rule_error(part->e->first, "the expression in the static assertion is not an integer");
    else if (never_constant(part->e))
        rule_error(part->e->first, "the expression in the static assertion is not constant");
    else if (constant_integer(part->e, &value) && !value)
        rule_error(part->e->first, "static assertion failed%s%s", part->message_first > part->message_last ? "" : ": ",
                   tokens_text(part->message_first, part->message_last));
}

void check_constant(struct constant_part *part)
{
    check_in_constant(part->e);
    if (is_unknown(part->e->type))
        return;
    if (!part->name)
        check_assertion(part);
    else if (part->e->kind != EXPRESSION_CONSTANT && (!type_is_integer(part->e->type) || never_constant(part->e))) {
        rule_error(part->e->first, "the value of '%s' is not an integer constant", tokens[part->name].name);
        tokens[part->name].symbol->type = type_basic(TYPE_UNKNOWN);
    }
}

/* ================= case labels ================= */

struct case_range {
    int64_t low, high;
    struct statement *label;
};

static int compare_ranges(const void *a, const void *b)
{
    const struct case_range *x = a, *y = b;
    if (x->low != y->low)
        return x->low < y->low ? -1 : 1;
    return x->label->first < y->label->first ? -1 : 1;
}

void check_case_constant(struct expression *e)
{
    if (!e || is_unknown(e->type))
        return;
    if (!type_is_integer(e->type) || never_constant(e)) {
        rule_error(e->first, "the value of a 'case' label is not an integer constant");
        rule_note(e->first, "compare it with 'if'");
    }
}

/* Ranges in the order of their beginnings: an overlap is with the one before that reaches farthest. */
void check_labels_differ(struct statement **labels, size_t count)
{
    struct case_range *ranges = arena_alloc((count + 1) * sizeof *ranges), *widest;
    struct statement *otherwise = NULL;
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        struct case_range range = {.label = labels[i]};
        if (labels[i]->kind == STATEMENT_DEFAULT) {
            if (otherwise) {
                rule_error(labels[i]->first, "multiple default labels in one switch");
                rule_note(otherwise->first, "this is the first default label");
            }
            otherwise = otherwise ? otherwise : labels[i];
        } else if (constant_integer(labels[i]->a, &range.low) &&
                   constant_integer(labels[i]->high ? labels[i]->high : labels[i]->a, &range.high)) {
            ranges[found++] = range;
        }
    }
    qsort(ranges, found, sizeof *ranges, compare_ranges);
    widest = ranges;
    for (size_t i = 1; i < found; i++) {
        if (ranges[i].low <= widest->high) {
            bool later = ranges[i].label->first > widest->label->first;
            rule_error((later ? &ranges[i] : widest)->label->first, "duplicate case value");
            rule_note((later ? widest : &ranges[i])->label->first, "previously used here");
        }
        if (ranges[i].high > widest->high)
            widest = &ranges[i];
    }
}

/* ================= members of a struct ================= */

static void check_bit_field(const struct member *member)
{
    uint64_t size, alignment;
    const char *name = member->name ? member->name : "<anonymous>";
    if (is_unknown(member->type))
        return;
    if (!type_is_integer(member->type) || !type_is_complete(member->type))
        rule_error(member->place, "bit-field '%s' has the non-integer type '%s'", name, type_text(member->type));
    else if (type_size(member->type, &size, &alignment) && member->width > (type_is(member->type, TYPE_BOOL) ? 1 : size * 8))
        rule_error(member->place, "the width of '%s' exceeds its type", name);
    else if (member->name && member->width == 0 && !await_in_width(member->place))
        rule_error(member->place, "the width of bit-field '%s' is no integer constant above 0", name);
}

/* Where the member was declared, the struct had no end yet. */
static bool is_itself(struct type *type, struct tag *tag)
{
    for (type = type_strip(type); type->kind == TYPE_ARRAY; type = type_strip(type->inner))
        continue;
    return type_is_record(type) && type->tag == tag;
}

static void check_member_type(struct tag *tag, size_t index)
{
    struct member *member = &tag->members[index];
    bool last = index + 1 == tag->member_count, open = type_is(member->type, TYPE_ARRAY);
    const char *fault = member->name ? impossible_type(member->type) : NULL, *bound = misplaced_bound(member->type, false);
    if (member->bit_field)
        check_bit_field(member);
    else if (fault && !type_is(member->type, TYPE_FUNCTION))
        rule_error(member->place, "'%s' %s", member->name, fault);
    else if (bound)
        rule_error(member->place, "member '%s' is declared with %s", member->name ? member->name : "", bound);
    else if (type_is(member->type, TYPE_FUNCTION))
        rule_error(member->place, "member '%s' declared as a function; a pointer to one is '(*%s)'", member->name, member->name);
    else if (is_itself(member->type, tag) ||
             (!is_unknown(member->type) && !type_is_complete(member->type) && !(last && open)))
        rule_error(member->place, "member '%s' has the incomplete type '%s'", member->name ? member->name : "",
                   type_text(member->type));
}

/* Of the first `count` members the one of this name, in an anonymous one, too; NULL. */
static const struct member *member_among(const struct tag *tag, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        const struct member *member = &tag->members[i];
        const struct tag *inside = member->name || !type_is_record(member->type) ? NULL : type_strip(member->type)->tag;
        const struct member *found = inside ? member_among(inside, inside->member_count, name) : NULL;
        if (member->name == name || found)
            return found ? found : member;
    }
    return NULL;
}

/* 6.7.2.1p13: the members of an anonymous struct are those of the one around it. */
static void check_member_name(const struct tag *tag, size_t count, const struct member *member)
{
    const struct tag *inside = member->name || !type_is_record(member->type) ? NULL : type_strip(member->type)->tag;
    for (size_t i = 0; inside && i < inside->member_count; i++)
        check_member_name(tag, count, &inside->members[i]);
    const struct member *before = member->name ? member_among(tag, count, member->name) : NULL;
    if (!before)
        return;
    rule_error(member->place, "duplicate member '%s'", member->name);
    rule_note(before->place, "the first is here");
}

/* The struct that the member's type defines in the body of this one; NULL. */
static struct tag *defined_inside(const struct tag *tag, const struct member *member)
{
    struct type *type = type_strip(member->type);
    while (type->kind == TYPE_ARRAY || type->kind == TYPE_POINTER)
        type = type_strip(type->inner);
    bool inside = type_is_record(type) && type->tag->body_first > tag->body_first && type->tag->body_last < tag->body_last;
    return inside && type->tag->complete ? type->tag : NULL;
}

void check_members(struct tag *tag)
{
    for (size_t i = 0; i < tag->member_count; i++) {
        struct tag *inside = defined_inside(tag, &tag->members[i]);
        if (inside)
            check_members(inside);
        check_member_type(tag, i);
        check_member_name(tag, i, &tag->members[i]);
    }
}

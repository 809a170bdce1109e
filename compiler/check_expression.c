/* Types of expressions (C11 6.5). check_expression goes down the tree, types the operands first, and leaves in each
   node what tree.h marks "set by check". A type is kept as it is written: an array stays an array until its user
   asks for its value (use_value), because what decays where decides which objects must have an address. A mistake
   gives UNKNOWN, which silences all that would follow from it. */
#include "builtins.h"
#include "checking.h"
#include <string.h>

struct check_state check_now;

/* ================= helpers ================= */

bool is_unknown(struct type *type)
{
    enum type_kind kind = type_strip(type)->kind;
    return kind == TYPE_UNKNOWN || kind == TYPE_TYPEOF || kind == TYPE_AUTO || kind == TYPE_VARIABLE;
}

static struct type *unknown(void)
{
    return type_basic(TYPE_UNKNOWN);
}

static struct type *integer(void)
{
    return type_basic(TYPE_INT);
}

static bool is_array(struct expression *e)
{
    return type_is(e->type, TYPE_ARRAY);
}

struct symbol *expression_root(struct expression *e)
{
    for (;;) {
        switch (e->kind) {
        case EXPRESSION_NAME: return e->symbol;
        case EXPRESSION_PAREN:
        case EXPRESSION_EXTENSION:
        case EXPRESSION_MEMBER:
        case EXPRESSION_REAL:
        case EXPRESSION_IMAG: e = e->a; break;
        case EXPRESSION_GENERIC:
        case EXPRESSION_CHOOSE:
            if (!e->chosen)
                return NULL;
            e = e->chosen;
            break;
        case EXPRESSION_INDEX:
            if (!is_array(e->a) && !is_array(e->b) && !type_is(e->a->type, TYPE_VECTOR))
                return NULL;
            e = is_array(e->b) ? e->b : e->a;
            break;
        case EXPRESSION_ARROW:
        case EXPRESSION_DEREFERENCE:
            if (!is_array(e->a))
                return NULL;
            e = e->a;
            break;
        default: return NULL;
        }
    }
}

static struct symbol *root_variable(struct expression *e)
{
    struct symbol *symbol = check_now.unevaluated ? NULL : expression_root(e);
    return symbol && symbol->kind == SYMBOL_VARIABLE ? symbol : NULL;
}

void mark_assigned(struct expression *e)
{
    struct symbol *symbol = root_variable(e);
    if (symbol)
        symbol->assigned = true;
}

void mark_address_taken(struct expression *e)
{
    struct symbol *symbol = root_variable(e);
    if (symbol)
        symbol->address_taken = true;
}

void inherit(struct expression *e, struct expression *part)
{
    e->has_await |= part->has_await;
    e->has_effect |= part->has_effect;
}

void tell_incomplete(token_index place, struct type *type)
{
    bool has_tag = type_is_record(type) || type_is(type, TYPE_ENUM);
    if (has_tag && !type_is_complete(type) && !type_strip(type)->tag->lost)
        rule_error(place, "invalid use of undefined type '%s'", type_text(type_unqualified(type)));
}

/* The register variable that e is part of; NULL. It has no address. */
static struct symbol *root_register(struct expression *e)
{
    struct symbol *symbol = expression_root(e);
    return symbol && symbol->kind == SYMBOL_VARIABLE && symbol->storage == STORAGE_REGISTER ? symbol : NULL;
}

static void tell_register(token_index place, struct expression *e)
{
    struct symbol *symbol = root_register(e);
    if (symbol)
        rule_error(place, "address of register variable '%s' requested", symbol->name);
}

/* A va_list is an array in most ABIs. */
struct type *use_value(struct expression *e)
{
    if (is_array(e) || type_is(e->type, TYPE_VA_LIST))
        mark_address_taken(e);
    if (is_array(e))
        tell_register(e->first, e);
    tell_incomplete(e->first, e->type);
    return type_value(e->type);
}

struct type *check_value(struct expression *e)
{
    check_expression(e);
    return use_value(e);
}

static struct type *operand_type(struct expression *e)
{
    struct type *type = use_value(e);
    struct expression *field = expression_bit_field(e);
    return field && type_is_integer(type) ? type_bit_field(type, field->bit_width) : type;
}

void fold(struct expression *e)
{
    struct literal literal;
    bool known = constant_evaluate(e, &literal);
    bool is_integer = known && !literal.is_floating && type_is_integer(literal.type);
    /* Floating and address constants are parts of larger ones, and computed anew there. */
    e->constant_known = !known || is_integer;
    e->is_constant = is_integer;
    e->value = is_integer ? (int64_t)literal.bits : 0;
}

bool is_null_constant(struct expression *e)
{
    e = expression_inner(e);
    if (e->is_constant && e->value == 0)
        return type_is_integer(e->type);
    if (e->kind != EXPRESSION_CAST || !type_is(e->type, TYPE_POINTER))
        return false;
    struct type *to = type_strip(type_strip(e->type)->inner);
    struct expression *a = expression_inner(e->a);
    return to->kind == TYPE_VOID && !to->qualifiers && a->is_constant && a->value == 0;
}

void check_unevaluated(struct expression *e, token_index by)
{
    token_index outer = check_now.unevaluated_by;
    if (!check_now.unevaluated++)
        check_now.unevaluated_by = by;
    check_expression(e);
    check_now.unevaluated--;
    check_now.unevaluated_by = outer;
}

struct type *typeof_expression(struct expression *e)
{
    if (e->type && e->type->kind != TYPE_AUTO && e->type->kind != TYPE_UNKNOWN)
        return e->type;
    struct check_state outer = check_now;
    check_now = (struct check_state){
        .voice = TELL_NOTHING, .function = outer.function, .statement = outer.statement, .block = outer.block};
    check_unevaluated(e, NOT_CHOSEN);
    check_now = outer;
    return e->type;
}

static void check_bound(struct expression *bound)
{
    int64_t length;
    if (is_unknown(bound->type))
        return;
    if (!type_is_integer(bound->type))
        rule_error(bound->first, "the size of the array has the non-integer type '%s'", type_text(bound->type));
    else if (constant_integer(bound, &length) && length < 0 && !type_is(bound->type, TYPE_UNSIGNED_LONG))
        rule_error(bound->first, "the size of the array is negative");
}

/* The bounds of a type are evaluated where it is written, a typedef's where the typedef is. */
void check_written_type(struct type *type, bool *await)
{
    for (; type; type = type->inner) {
        if (type->kind == TYPE_TYPEOF && type->bound) {
            check_unevaluated(type->bound, type->first);
            type_strip(type);
            return;
        }
        if (type->kind == TYPE_ARRAY && type->bound) {
            check_value(type->bound);
            *await |= type->bound->has_await;
            check_bound(type->bound);
        } else if (type->kind != TYPE_POINTER && type->kind != TYPE_FUNCTION && type->kind != TYPE_ARRAY) {
            return;
        }
    }
}

static void check_type_name(struct expression *e)
{
    bool await = false;
    const char *fault = misplaced_bound(e->type_name->type, false);
    if (fault)
        rule_error(e->type_name->first, "the type has %s", fault);
    check_written_type(e->type_name->type, &await);
    e->has_await |= await;
    for (struct type *type = e->type_name->type; type; type = type->inner)
        if (type->kind == TYPE_ARRAY && type->bound)
            e->has_effect |= type->bound->has_effect;
}

void check_condition(struct expression *e)
{
    struct type *type = check_value(e);
    if (is_unknown(type) || type_is_scalar(type))
        return;
    rule_error(e->first, "used type '%s' where a scalar is required", type_text(type));
}

/* ================= names and literals (6.5.1) ================= */

static bool is_function_name(const char *name)
{
    return !strcmp(name, "__func__") || !strcmp(name, "__FUNCTION__") || !strcmp(name, "__PRETTY_FUNCTION__");
}

static void check_unbound_name(struct expression *e)
{
    if (is_function_name(e->name) && check_now.function) {
        struct type *element = type_qualified(type_basic(TYPE_CHAR), QUALIFIER_CONST);
        e->type = type_array(element, strlen(check_now.function->symbol->name) + 1);
        e->is_lvalue = true;
    } else if (!is_builtin_name(e->name) && !is_function_name(e->name)) {
        undeclared(e);
    }
}

/* While the program is still being parsed, nobody has looked at the initialiser that tells the length of an array yet. */
static struct type *object_type(struct symbol *symbol)
{
    struct declarator *d = symbol->declarator;
    struct expression *initializer = d ? d->initializer : NULL;
    struct type *type = type_strip(symbol->type);
    if (check_now.voice != TELL_NOTHING || type->kind != TYPE_ARRAY || !type->incomplete_array || !initializer)
        return symbol->type;
    d->initializer = NULL;      /* it may speak of the array */
    symbol->type = check_initializer(symbol->type, initializer);
    d->initializer = initializer;
    return symbol->type;
}

static void check_name(struct expression *e)
{
    if (!e->symbol) {
        check_unbound_name(e);
    } else if (e->symbol->kind == SYMBOL_ENUMERATOR) {
        e->type = e->symbol->type;
    } else if (e->symbol->kind != SYMBOL_TYPEDEF && e->symbol->type) {
        e->symbol->uses += !check_now.unevaluated && check_now.voice == TELL_ALL;
        e->type = object_type(e->symbol);
        e->is_lvalue = e->symbol->kind == SYMBOL_VARIABLE;
        e->has_effect = type_qualifiers(e->type) & (QUALIFIER_VOLATILE | QUALIFIER_ATOMIC);
    }
}

static void check_literal(struct expression *e)
{
    const struct token *token = &tokens[e->first];
    struct literal literal = literal_constant(token);
    const char *fault = token->kind == TOKEN_NUMBER ? literal_number_fault(token) : literal_text_fault(token);
    if (fault)
        rule_error(e->first, "%s", fault);
    else if (literal.type)
        e->type = literal.type;
}

static void check_string(struct expression *e)
{
    e->type = literal_string(e->first, e->last);
    e->is_lvalue = true;
    for (token_index t = e->first; t <= e->last; t++) {
        const char *fault = tokens[t].kind == TOKEN_STRING ? literal_text_fault(&tokens[t]) : NULL;
        if (fault)
            rule_error(t, "%s", fault);
    }
}

static void pass_through(struct expression *e, struct expression *a)
{
    e->type = a->type;
    e->is_lvalue = a->is_lvalue;
    e->is_bit_field = a->is_bit_field;
    e->bit_width = a->bit_width;
    inherit(e, a);
}

/* 6.5.1.1p2: the controlling expression is converted as a value, so that no qualified type matches. */
static bool association_matches(struct association *association, struct type *type)
{
    if (!association->type_name)
        return false;
    struct type *candidate = type_strip(association->type_name->type);
    return !candidate->qualifiers && type_same(candidate, type);
}

/* 6.5.1.1p2 */
static void check_association_differs(struct expression *e, size_t index)
{
    struct type_name *name = e->associations[index].type_name;
    for (size_t i = 0; i < index; i++) {
        struct type_name *other = e->associations[i].type_name;
        if (!name && !other)
            rule_error(e->associations[index].value->first, "a second 'default' in '_Generic'");
        else if (name && other && !is_unknown(name->type) && !is_unknown(other->type) &&
                 type_qualifiers(name->type) == type_qualifiers(other->type) && type_same(name->type, other->type))
            rule_error(name->first, "'_Generic' has the type '%s' twice", type_text(name->type));
    }
}

/* 6.5.1.1p2 */
static void check_association_type(struct type_name *name)
{
    struct type *type = type_strip(name->type);
    const char *fault = type->kind == TYPE_FUNCTION                     ? "a function type"
                        : type->kind == TYPE_ARRAY && type->variable    ? "a type of variable length"
                        : !is_unknown(type) && !type_is_complete(type) ? "an incomplete type"
                                                                        : NULL;
    if (fault)
        rule_error(name->first, "'_Generic' has %s among its types, '%s'", fault, type_text(name->type));
}

/* In C all of them are pointers to one struct, or to functions that return one. */
static bool is_one_in_c(struct type *type)
{
    struct type *inner = type_is(type, TYPE_POINTER) ? type_strip(type_strip(type)->inner) : NULL;
    return type_is_handle(type) || (inner && inner->kind == TYPE_FUNCTION && inner->is_async);
}

/* Whether C could not tell the types apart. */
static bool has_types_alike(const struct expression *e)
{
    size_t alike = 0;
    for (size_t i = 0; i < e->association_count; i++)
        alike += e->associations[i].type_name && is_one_in_c(e->associations[i].type_name->type);
    return alike > 1;
}

static void check_generic(struct expression *e)
{
    check_unevaluated(e->a, e->first);
    struct type *type = type_value(e->a->type);
    struct association *otherwise = NULL, *chosen = NULL;
    for (size_t i = 0; i < e->association_count; i++) {
        struct association *association = &e->associations[i];
        check_association_differs(e, i);
        if (association->type_name)
            check_association_type(association->type_name);
        if (!association->type_name)
            otherwise = association;
        else if (!chosen && association_matches(association, type))
            chosen = association;
    }
    if (!chosen)
        chosen = otherwise;
    if (is_unknown(type))
        chosen = NULL;
    for (size_t i = 0; i < e->association_count; i++)
        if (&e->associations[i] != chosen)
            check_unevaluated(e->associations[i].value, NOT_CHOSEN);
    if (chosen) {
        check_expression(chosen->value);
        e->chosen = chosen->value;
        pass_through(e, chosen->value);
        e->chosen_alone = check_now.function && has_types_alike(e);
    } else if (!is_unknown(type)) {
        rule_error(e->first, "'_Generic' selector of type '%s' is not compatible with any association",
                   type_text(type));
    }
}

static void check_choose(struct expression *e)
{
    int64_t value;
    check_unevaluated(e->a, e->first);
    if (!constant_integer(e->a, &value)) {
        if (never_constant(e->a))
            rule_error(e->a->first, "the first argument of '__builtin_choose_expr' is not constant");
        check_unevaluated(e->b, NOT_CHOSEN);
        check_unevaluated(e->c, NOT_CHOSEN);
        return;
    }
    e->chosen = value ? e->b : e->c;
    check_unevaluated(value ? e->c : e->b, NOT_CHOSEN);
    check_expression(e->chosen);
    pass_through(e, e->chosen);
}

/* ================= postfix operators (6.5.2) ================= */

/* What a pointer, an array or a vector is indexed to; NULL where the type is none. */
static struct type *element_type(struct type *type)
{
    type = type_strip(type);
    bool indexable = type->kind == TYPE_ARRAY || type->kind == TYPE_POINTER || type->kind == TYPE_VECTOR;
    return indexable ? type->inner : NULL;
}

static void check_index(struct expression *e)
{
    check_expression(e->a);
    check_expression(e->b);
    inherit(e, e->a);
    inherit(e, e->b);
    struct expression *base = element_type(e->a->type) ? e->a : e->b, *index = base == e->a ? e->b : e->a;
    struct type *element = element_type(base->type);
    if (element) {
        struct type *index_type = use_value(index);
        e->type = element;
        e->is_lvalue = !type_is(base->type, TYPE_VECTOR) || base->is_lvalue;
        e->has_effect |= (type_qualifiers(element) & QUALIFIER_VOLATILE) != 0;
        if (!is_unknown(index_type) && !type_is_integer(index_type))
            rule_error(index->first, "array subscript is not an integer");
    } else if (!is_unknown(e->a->type) && !is_unknown(e->b->type)) {
        rule_error(e->operator_ ? e->operator_ : e->first, "subscripted value is neither array nor pointer nor vector");
        if (type_is_handle(e->a->type))
            note_missing_await(e->a);
    }
}

static void member_found(struct expression *e, struct type *record, struct member *member)
{
    e->type = type_qualified(member->type, type_qualifiers(record) & ~(unsigned)QUALIFIER_ATOMIC);
    e->is_bit_field = member->bit_field;
    e->bit_width = member->width;
    e->has_effect |= (type_qualifiers(e->type) & (QUALIFIER_VOLATILE | QUALIFIER_ATOMIC)) != 0;
    e->has_effect |= expression_is_array_of_value(e);      /* it makes an object */
}

static void find_member(struct expression *e, struct type *record)
{
    struct member *member = type_member(record, e->name);
    if (member)
        member_found(e, record, member);
    else if (!type_is_complete(record))
        undefined_record(e->operator_, record);
    else
        no_member(e->operator_, record);
}

static void tell_operator(struct expression *e, const char *right, const char *what, struct type *type)
{
    if (check_now.voice != TELL_ALL)
        return;
    fix_replace(e->operator_, right);
    error_at(e->operator_, "'%s' is %s; did you mean to use '%s'?", type_text(type), what, right);
}

static void check_member(struct expression *e)
{
    check_expression(e->a);
    inherit(e, e->a);
    e->is_lvalue = e->a->is_lvalue;
    struct type *type = e->a->type;
    if (type_is_record(type)) {
        find_member(e, type);
    } else if (type_is_handle(type)) {
        dialect_error(e->operator_, "request for member '%s' in something of type '%s'", e->name, type_text(type));
        if (!strcmp(e->name, "await"))
            dialect_note(e->first, "'await' stands in front: 'await %s'", expression_text(e->a));
        else
            note_method(e);
    } else if (type_is(type, TYPE_POINTER) && type_is_record(type_strip(type)->inner)) {
        tell_operator(e, "->", "a pointer", type);
    } else if (!is_unknown(type)) {
        rule_error(e->operator_, "request for member '%s' in something not a structure or union", e->name);
    }
}

static void check_arrow(struct expression *e)
{
    check_expression(e->a);
    inherit(e, e->a);
    e->is_lvalue = true;
    struct type *type = type_strip(e->a->type);
    if ((type->kind == TYPE_POINTER || type->kind == TYPE_ARRAY) && type_is_record(type->inner)) {
        find_member(e, type->inner);
    } else if (type_is_handle(type)) {
        dialect_error(e->operator_, "request for member '%s' in something of type '%s'", e->name, type_text(type));
        note_missing_await(e->a);
    } else if (type_is_record(type)) {
        tell_operator(e, ".", "not a pointer", type);
    } else if (!is_unknown(type) && !(type->kind == TYPE_POINTER && is_unknown(type->inner))) {
        rule_error(e->operator_, "invalid type argument of '->' (have '%s')", type_text(type));
    }
}

static void child_assigned(struct expression *e, struct expression *child)
{
    dialect_error(e->first, "child task '%s' cannot be assigned to", child->name);
    dialect_note(child->symbol->place, "it is the task that was started here, to the end of the block; '%s other' is a variable for tasks",
                 type_text(child->type));
}

bool check_modifiable(struct expression *e, const char *what, bool arrays)
{
    struct expression *inner = expression_inner(e);
    if (is_unknown(e->type))
        return true;
    if (!e->is_lvalue)
        rule_error(e->first, "lvalue required as %s", what);
    else if (is_array(e) && !arrays)
        rule_error(e->first, "assignment to expression with array type");
    else if (inner->kind == EXPRESSION_NAME && inner->symbol->child)
        child_assigned(e, inner);
    else if (type_qualifiers(e->type) & QUALIFIER_CONST && inner->kind == EXPRESSION_NAME)
        rule_error(e->first, "assignment of read-only variable '%s'", inner->name);
    else if (type_qualifiers(e->type) & QUALIFIER_CONST || type_has_const_member(e->type))
        rule_error(e->first, "assignment of read-only location");
    else
        return true;
    return false;
}

/* 6.5.6p2: a step is as large as what the pointer leads to. GNU: void and functions count as one byte. */
static void check_steps(struct expression *e, struct type *pointer)
{
    struct type *to = type_is(pointer, TYPE_POINTER) ? type_strip(pointer)->inner : NULL;
    if (to && !is_unknown(to) && !type_is(to, TYPE_VOID) && !type_is(to, TYPE_FUNCTION) && !type_is_complete(to))
        rule_error(e->operator_, "arithmetic on a pointer to the incomplete type '%s'", type_text(to));
}

static void check_increment(struct expression *e)
{
    check_expression(e->a);
    inherit(e, e->a);
    e->has_effect = true;
    e->type = type_unqualified(e->a->type);
    mark_assigned(e->a);
    if (!check_modifiable(e->a, "operand of increment or decrement", false) || is_unknown(e->type))
        return;
    check_steps(e, e->type);
    if (!type_is_arithmetic(e->type) && !type_is(e->type, TYPE_POINTER) && !type_is(e->type, TYPE_VECTOR))
        rule_error(e->operator_, "wrong type argument '%s' to increment or decrement", type_text(e->type));
}

static void check_compound_literal(struct expression *e)
{
    check_type_name(e);
    struct type *type = type_strip(e->type_name->type);
    if (type->kind == TYPE_ARRAY && type->variable)
        rule_error(e->first, "a compound literal has variable size");
    e->type = check_initializer(e->type_name->type, e->initializer);
    inherit(e, e->initializer);
    e->is_lvalue = true;
}

/* ================= unary operators (6.5.3) ================= */

static void check_address(struct expression *e)
{
    check_expression(e->a);
    inherit(e, e->a);
    struct expression *a = expression_inner(e->a);
    if (is_unknown(e->a->type))
        return;
    mark_address_taken(e->a);
    e->type = type_pointer(e->a->type);
    if (a->kind == EXPRESSION_AWAIT) {
        dialect_error(e->operator_, "the value of an await has no address");
        dialect_note(a->first, "store it in a variable first");
    } else if (root_register(a)) {
        tell_register(e->operator_, a);
    } else if (e->a->is_bit_field) {
        rule_error(e->operator_, "cannot take address of bit-field '%s'", a->name);
    } else if (!e->a->is_lvalue && !type_is(e->a->type, TYPE_FUNCTION)) {
        rule_error(e->operator_, "lvalue required as unary '&' operand");
    }
}

static void check_dereference(struct expression *e)
{
    check_expression(e->a);
    inherit(e, e->a);
    e->is_lvalue = true;
    struct type *type = type_strip(e->a->type);
    if (type->kind == TYPE_ARRAY)
        tell_register(e->operator_, e->a);
    if (type->kind == TYPE_POINTER || type->kind == TYPE_ARRAY) {
        e->type = type->inner;
        e->is_lvalue = !type_is(type->inner, TYPE_FUNCTION);
        e->has_effect |= (type_qualifiers(type->inner) & QUALIFIER_VOLATILE) != 0;
    } else if (type->kind == TYPE_FUNCTION) {
        e->type = e->a->type;
        e->is_lvalue = false;
    } else if (type_is_handle(type)) {
        dialect_error(e->operator_, "invalid type argument of unary '*' (have '%s')", type_text(type));
        note_missing_await(e->a);
    } else if (!is_unknown(type)) {
        rule_error(e->operator_, "invalid type argument of unary '*' (have '%s')", type_text(type));
    }
}

static const char *operator_text(struct expression *e)
{
    return tokens[e->operator_].name;
}

/* An operand that is no number, of an operator that wants one. */
static void wrong_operand(struct expression *e, struct expression *operand, struct type *type)
{
    if (is_unknown(type))
        return;
    if (type_is_handle(type)) {
        dialect_error(e->operator_, "'%s' of something of type '%s'", operator_text(e), type_text(type));
        note_missing_await(operand);
    } else if (type_is(type, TYPE_VOID)) {
        rule_error(e->operator_, "void value not ignored as it ought to be");
    } else {
        rule_error(e->operator_, "wrong type argument '%s' to unary '%s'", type_text(type), operator_text(e));
    }
}

static void check_sign(struct expression *e)
{
    check_expression(e->a);
    inherit(e, e->a);
    struct type *type = operand_type(e->a);
    bool complement = e->kind == EXPRESSION_COMPLEMENT;
    if (type_is(type, TYPE_VECTOR))
        e->type = type;
    else if (complement ? type_is_integer(type) || type_is(type, TYPE_COMPLEX) : type_is_arithmetic(type))
        e->type = type_promoted(type);
    else
        wrong_operand(e, e->a, type);
}

static void check_not(struct expression *e)
{
    struct type *type = check_value(e->a);
    inherit(e, e->a);
    e->type = type_is(type, TYPE_VECTOR) ? type : integer();
    if (!type_is_scalar(type) && !type_is(type, TYPE_VECTOR))
        wrong_operand(e, e->a, type);
}

static void check_part(struct expression *e)
{
    check_expression(e->a);
    inherit(e, e->a);
    e->is_lvalue = e->a->is_lvalue;
    struct type *type = type_strip(e->a->type);
    if (type->kind == TYPE_COMPLEX)
        e->type = type_qualified(type->inner, type->qualifiers);
    else if (type_is_arithmetic(type))
        e->type = e->a->type;
    else
        wrong_operand(e, e->a, type);
}

/* 6.5.3.4p2: the operand of sizeof is evaluated where it is a variable length array. */
/* The operand of a sizeof turned out to be evaluated, since its type is that of a variable-length array (6.5.3.4p2): what is wrong in it is told already. */
static void check_evaluated(struct expression *e)
{
    enum check_voice outer = check_now.voice;
    check_now.voice = TELL_NOTHING;
    check_expression(e->a);
    check_now.voice = outer;
    inherit(e, e->a);
}

/* The alignment of an array is that of its elements. */
static bool has_no_size(struct expression *e, struct type *type)
{
    if (type_is(type, TYPE_ARRAY))
        return (e->kind == EXPRESSION_SIZEOF || e->kind == EXPRESSION_SIZEOF_TYPE) && type_strip(type)->incomplete_array;
    return (type_is_record(type) || type_is(type, TYPE_ENUM)) && !type_is_complete(type);
}

static void check_sizeof(struct expression *e)
{
    check_unevaluated(e->a, e->first);
    e->type = type_basic(TYPE_UNSIGNED_LONG);
    struct type *type = type_strip(e->a->type);
    if (e->kind == EXPRESSION_SIZEOF && type->kind == TYPE_ARRAY && type->variable)
        check_evaluated(e);
    if (e->a->is_bit_field)
        rule_error(e->first, "'sizeof' applied to a bit-field");
    else if (has_no_size(e, type))
        rule_error(e->first, "invalid application of 'sizeof' to incomplete type '%s'", type_text(type));
    else if (type->kind == TYPE_CORO && e->kind == EXPRESSION_SIZEOF && expression_inner(e->a)->kind == EXPRESSION_CALL)
        dialect_error(e->a->first, "'sizeof' of a coroutine; its value has another size");
}

static void check_sizeof_type(struct expression *e)
{
    check_type_name(e);
    e->type = type_basic(TYPE_UNSIGNED_LONG);
    struct type *type = type_strip(e->type_name->type);
    if (has_no_size(e, type))
        rule_error(e->first, "invalid application of 'sizeof' to incomplete type '%s'", type_text(type));
}

/* ================= casts (6.5.4) ================= */

static bool is_floating(struct type *type)
{
    return type_is_arithmetic(type) && !type_is_integer(type);
}

static void check_cast(struct expression *e)
{
    check_type_name(e);
    check_expression(e->a);
    inherit(e, e->a);
    struct type *to = type_unqualified(e->type_name->type);
    e->type = to;
    if (type_is(to, TYPE_VOID)) {
        if (check_now.voice == TELL_ALL)
            warn_dropped(e->a);
        return;
    }
    struct type *from = use_value(e->a);
    if (is_unknown(to) || is_unknown(from))
        return;
    if (type_is(from, TYPE_VOID)) {
        rule_error(e->first, "void value not ignored as it ought to be");
    } else if (type_is(to, TYPE_ENUM) && !type_is_complete(to)) {
        rule_error(e->first, "a cast to the incomplete type '%s'", type_text(to));
        e->type = unknown();
    } else if (type_is(to, TYPE_ARRAY) || type_is(to, TYPE_FUNCTION)) {
        rule_error(e->first, "cast specifies type '%s'", type_text(to));
        e->type = unknown();
    } else if (type_is(from, TYPE_CORO) && type_is_arithmetic(to)) {
        dialect_error(e->first, "cast of a '%s' to '%s'", type_text(from), type_text(to));
        note_missing_await(e->a);
    } else if (type_is_record(from) && !type_same(from, to)) {
        if (!type_is(to, TYPE_UNION))
            rule_error(e->first, "cannot convert '%s' to '%s'", type_text(from), type_text(to));
    } else if (type_is(to, TYPE_STRUCT) && !type_same(from, to)) {
        rule_error(e->first, "a cast to a struct, '%s'", type_text(to));
        rule_note(e->first, "'(%s){...}' makes one", type_text(to));
        e->type = unknown();
    } else if ((type_is(from, TYPE_POINTER) && is_floating(to)) || (type_is(to, TYPE_POINTER) && is_floating(from))) {
        rule_error(e->first, "cannot convert '%s' to '%s'", type_text(from), type_text(to));
    }
}

/* ================= binary operators (6.5.5 - 6.5.14) ================= */

static void invalid_operands(struct expression *e, struct type *a, struct type *b)
{
    if (is_unknown(a) || is_unknown(b))
        return;
    bool handle_a = type_is_handle(a), handle_b = type_is_handle(b);
    if (handle_a || handle_b) {
        dialect_error(e->operator_, "invalid operands to binary '%s' (have '%s' and '%s')", operator_text(e),
                      type_text(a), type_text(b));
        note_missing_await(handle_a ? e->a : e->b);
    } else if (type_is(a, TYPE_VOID) || type_is(b, TYPE_VOID)) {
        rule_error(type_is(a, TYPE_VOID) ? e->a->first : e->b->first, "void value not ignored as it ought to be");
    } else {
        rule_error(e->operator_, "invalid operands to binary '%s' (have '%s' and '%s')", operator_text(e), type_text(a),
                   type_text(b));
    }
}

static bool is_vector(struct type *type)
{
    return type_is(type, TYPE_VECTOR);
}

static struct type *arithmetic_result(struct expression *e, struct type *a, struct type *b)
{
    bool numbers = type_is_arithmetic(a) && type_is_arithmetic(b);
    bool vectors = (is_vector(a) && (is_vector(b) || type_is_arithmetic(b))) || (is_vector(b) && type_is_arithmetic(a));
    if (numbers || vectors)
        return type_arithmetic(a, b);
    invalid_operands(e, a, b);
    return unknown();
}

static struct type *integer_result(struct expression *e, struct type *a, struct type *b)
{
    if ((type_is_integer(a) && type_is_integer(b)) || is_vector(a) || is_vector(b))
        return arithmetic_result(e, a, b);
    invalid_operands(e, a, b);
    return unknown();
}

static struct type *shift_result(struct expression *e, struct type *a, struct type *b)
{
    struct type *result = integer_result(e, a, b);
    return type_is_integer(result) ? type_promoted(a) : result;
}

static struct type *additive_result(struct expression *e, struct type *a, struct type *b, bool minus)
{
    bool pointer_a = type_is(a, TYPE_POINTER), pointer_b = type_is(b, TYPE_POINTER);
    if (pointer_a || pointer_b)
        check_steps(e, pointer_a ? a : b);
    if (pointer_a && type_is_integer(b))
        return a;
    if (pointer_b && type_is_integer(a) && !minus)
        return b;
    if (pointer_a && pointer_b && minus) {
        if (pointers_agree(a, b))
            return type_basic(TYPE_LONG);
        invalid_operands(e, a, b);
        return unknown();
    }
    if ((pointer_a && is_unknown(b)) || (pointer_b && is_unknown(a)))
        return unknown();
    return arithmetic_result(e, a, b);
}

/* A comparison of vectors gives a vector of integers as wide as the elements. */
static struct type *vector_comparison(struct type *type)
{
    uint64_t size, alignment;
    struct type *result = type_new(TYPE_VECTOR);
    type = type_strip(type);
    result->length = type->length;
    if (!type_size(type->inner, &size, &alignment))
        return unknown();
    result->inner = type_basic(size == 1   ? TYPE_SIGNED_CHAR
                               : size == 2 ? TYPE_SHORT
                               : size == 4 ? TYPE_INT
                                           : TYPE_LONG);
    return result;
}

static struct type *comparison_result(struct expression *e, struct type *a, struct type *b)
{
    if (is_vector(a) || is_vector(b))
        return vector_comparison(is_vector(a) ? a : b);
    bool scalars = type_is_scalar(a) && type_is_scalar(b);
    bool handle_and_number = (type_is_handle(a) && type_is_arithmetic(b) && !is_null_constant(e->b)) ||
                             (type_is_handle(b) && type_is_arithmetic(a) && !is_null_constant(e->a));
    bool pointer_and_floating =
        (type_is(a, TYPE_POINTER) && is_floating(b)) || (type_is(b, TYPE_POINTER) && is_floating(a));
    if (!scalars || handle_and_number || pointer_and_floating)
        invalid_operands(e, a, b);
    else if (functions_clash(a, b)) {
        dialect_error(e->operator_, "comparison of '%s' with '%s'", type_text(a), type_text(b));
        note_function_clash(e->operator_, a, b);
    }
    return integer();
}

static struct type *binary_result(struct expression *e, const char *operator_, struct type *a, struct type *b)
{
    switch (operator_[0]) {
    case '+':
    case '-': return additive_result(e, a, b, operator_[0] == '-');
    case '*':
    case '/': return arithmetic_result(e, a, b);
    case '%':
    case '&':
    case '|':
    case '^': return integer_result(e, a, b);
    case '<':
    case '>':
        if (operator_[1] == operator_[0])
            return shift_result(e, a, b);
        return comparison_result(e, a, b);
    default: return comparison_result(e, a, b);
    }
}

static void check_logical_operand(struct expression *e, struct expression *operand)
{
    struct type *type = use_value(operand);
    if (!type_is_scalar(type) && !is_vector(type) && !is_unknown(type))
        rule_error(e->operator_, "used type '%s' where a scalar is required", type_text(type));
}

/* The node itself; its operands are typed. */
static void finish_binary(struct expression *e)
{
    inherit(e, e->a);
    inherit(e, e->b);
    if (e->kind == EXPRESSION_COMMA) {
        if (check_now.voice == TELL_ALL)
            warn_dropped(e->a);
        e->type = use_value(e->b);
    } else if (e->kind == EXPRESSION_BINARY) {
        struct type *a = operand_type(e->a), *b = operand_type(e->b);
        e->type = binary_result(e, operator_text(e), a, b);
    } else {
        check_logical_operand(e, e->a);
        check_logical_operand(e, e->b);
        e->type = is_vector(e->a->type) ? vector_comparison(e->a->type) : integer();
    }
}

static void begin(struct expression *e)
{
    e->type = unknown();
    e->has_await = e->has_effect = e->is_lvalue = e->is_bit_field = e->constant_known = e->is_constant = false;
}

/* a + b + c ... leans to the left, as deep as the text is long: its left side is gone down in a loop. */
static void check_binary(struct expression *e)
{
    ARRAY(struct expression *) spine = {0};
    for (; expression_leans_left(e); e = e->a) {
        begin(e);
        array_add(&spine, e);
    }
    check_expression(e);
    for (size_t i = spine.count; i-- > 0;) {
        check_expression(spine.at[i]->b);
        finish_binary(spine.at[i]);
        if (i)
            fold(spine.at[i]);
    }
}

/* ================= conditional operator (6.5.15) ================= */

/* Both are pointers; what ?: of them is. */
static struct type *pointer_composite(struct type *b, struct type *c)
{
    struct type *to_b = type_strip(b)->inner, *to_c = type_strip(c)->inner;
    unsigned qualifiers = type_qualifiers(to_b) | type_qualifiers(to_c);
    if (type_is(to_b, TYPE_VOID) || !type_same(to_b, to_c)) {
        bool both = !type_is(to_b, TYPE_VOID) && !type_is(to_c, TYPE_VOID);
        struct type *to = both ? type_basic(TYPE_VOID) : type_is(to_b, TYPE_VOID) ? to_b : to_c;
        return type_pointer(type_qualified(to, qualifiers));
    }
    if (type_is(to_c, TYPE_VOID))
        return type_pointer(type_qualified(to_c, qualifiers));
    bool open = type_is(to_b, TYPE_ARRAY) && type_strip(to_b)->incomplete_array;
    bool unprototyped = type_is(to_b, TYPE_FUNCTION) && type_strip(to_b)->no_prototype;
    struct type *to = open || unprototyped ? to_c : to_b;
    return type_qualifiers(to) == qualifiers ? type_pointer(to) : type_pointer(type_qualified(to, qualifiers));
}

static struct type *conditional_result(struct expression *e, struct expression *second, struct type *b, struct type *c)
{
    if (type_is_arithmetic(b) && type_is_arithmetic(c))
        return type_arithmetic(b, c);
    if (type_is(b, TYPE_VOID) || type_is(c, TYPE_VOID))
        return type_basic(TYPE_VOID);
    if (is_unknown(b) || is_unknown(c))
        return unknown();
    if (is_null_constant(e->c) && type_is_scalar(b) && !type_is_arithmetic(b))
        return b;
    if (is_null_constant(second) && type_is_scalar(c) && !type_is_arithmetic(c))
        return c;
    if (functions_clash(b, c)) {
        dialect_error(e->operator_ ? e->operator_ : e->first, "type mismatch in conditional expression: '%s' and '%s'",
                      type_text(b), type_text(c));
        note_function_clash(e->operator_ ? e->operator_ : e->first, b, c);
        return unknown();
    }
    if (type_is(b, TYPE_POINTER) && type_is(c, TYPE_POINTER))
        return pointer_composite(b, c);
    if (is_vector(b) || is_vector(c))
        return is_vector(b) ? b : c;
    if (type_is_handle(b) && type_is_handle(c) && type_same(type_strip(b)->inner, type_strip(c)->inner)) {
        if (type_strip(b)->kind == type_strip(c)->kind)
            return b;
        if (!type_is(b, TYPE_CORO) && !type_is(c, TYPE_CORO) && !type_is(b, TYPE_GEN) && !type_is(c, TYPE_GEN))
            return type_is(b, TYPE_FUTURE) ? b : c;
    }
    if (type_is_handle(b) || type_is_handle(c)) {
        if (type_is(b, TYPE_POINTER) || type_is(c, TYPE_POINTER))
            return type_is_handle(b) ? b : c;
        dialect_error(e->operator_ ? e->operator_ : e->first, "type mismatch in conditional expression: '%s' and '%s'",
                      type_text(b), type_text(c));
        if (!type_is_handle(b) || !type_is_handle(c))
            note_missing_await(type_is_handle(b) ? second : e->c);
        return unknown();
    }
    if (type_same(b, c) && type_is_record(b))
        return b;
    if (type_is_scalar(b) && type_is_scalar(c) && !is_floating(b) && !is_floating(c)) /* pointer and integer: gcc only warns */
        return type_is(b, TYPE_POINTER) ? b : c;
    rule_error(e->operator_ ? e->operator_ : e->first, "type mismatch in conditional expression: '%s' and '%s'",
               type_text(b), type_text(c));
    return unknown();
}

static void check_conditional(struct expression *e)
{
    check_condition(e->a);
    inherit(e, e->a);
    if (e->b) {
        check_expression(e->b);
        inherit(e, e->b);
    }
    check_expression(e->c);
    inherit(e, e->c);
    struct expression *second = e->b ? e->b : e->a;
    e->type = conditional_result(e, second, operand_type(second), operand_type(e->c));
}

/* ================= assignment (6.5.16) ================= */

static void check_compound_assignment(struct expression *e)
{
    struct type *b = operand_type(e->b), *a = operand_type(e->a);
    if (is_unknown(a) || is_unknown(b))
        return;
    struct type *result = binary_result(e, operator_text(e), a, b);
    if (is_unknown(result))
        return;
    if (type_is(result, TYPE_POINTER) != type_is(a, TYPE_POINTER) && !is_vector(a))
        invalid_operands(e, a, b);
}

static void check_assign(struct expression *e)
{
    check_expression(e->a);
    check_expression(e->b);
    inherit(e, e->a);
    inherit(e, e->b);
    e->has_effect = true;
    e->type = type_unqualified(e->a->type);
    mark_assigned(e->a);
    bool good = check_modifiable(e->a, "left operand of assignment", false);
    if (!operator_is(e, "="))
        check_compound_assignment(e);
    else if (good)
        check_conversion(e->a->type, e->b, (struct conversion){.kind = CONVERT_ASSIGN});
    else
        use_value(e->b);
}

/* ================= GNU ================= */

/* The value of ({ ... }) is that of its last statement, where that is an expression. */
static struct expression *statement_value(struct statement *body)
{
    struct statement *last = body->item_count ? body->items[body->item_count - 1] : NULL;
    while (last && last->kind == STATEMENT_LABEL)
        last = last->body;
    return last && last->kind == STATEMENT_EXPRESSION ? last->a : NULL;
}

static void check_statement_expression(struct expression *e)
{
    struct barrier *outer = check_now.barrier;
    barrier_push("a statement expression", e->first);
    e->body->holder = e;
    check_statement(e->body, check_now.statement);
    check_now.barrier = outer;
    struct expression *value = statement_value(e->body);
    e->type = e->body->lost ? type_basic(TYPE_UNKNOWN) : value ? use_value(value) : type_basic(TYPE_VOID);
    e->has_effect = true;
    e->has_await = e->body->has_await;
}

static void check_va_arg(struct expression *e)
{
    check_expression(e->a);
    inherit(e, e->a);
    mark_address_taken(e->a);
    mark_assigned(e->a);
    if (type_is_arithmetic(e->a->type) || type_is_record(e->a->type))
        rule_error(e->a->first, "the first argument of 'va_arg' has the type '%s', and is no 'va_list'",
                   type_text(e->a->type));
    e->has_effect = true;
    e->type = type_unqualified(e->type_name->type);
}

static void check_label_address(struct expression *e)
{
    e->type = type_pointer(type_basic(TYPE_VOID));
}

static void check_builtin_typed(struct expression *e)
{
    for (size_t i = 0; i < e->argument_count; i++) {
        check_value(e->arguments[i]);
        inherit(e, e->arguments[i]);
    }
    if (e->type_name)
        e->type = type_unqualified(e->type_name->type);
}

/* The token that closes the bracket at t. */
static token_index closing_bracket(token_index t)
{
    unsigned depth = 0;
    do {
        depth += token_is(t, "[");
        depth -= token_is(t, "]");
        t++;
    } while (depth);
    return t - 1;
}

/* `a.b[i].c` from t on, up to the parenthesis at `end`. */
static void check_offset_member(struct type *type, token_index t, token_index end)
{
    for (; t < end && !is_unknown(type); t++) {
        type = type_strip(type);
        if (token_is(t, "[")) {
            if (type->kind != TYPE_ARRAY) {
                rule_error(t, "subscripted value is not an array");
                return;
            }
            type = type->inner;
            t = closing_bracket(t);
        } else if (tokens[t].kind == TOKEN_NAME) {
            struct member *member = type_is_record(type) ? type_member(type, tokens[t].name) : NULL;
            if (!type_is_record(type))
                rule_error(t, "request for member '%s' in something not a structure or union", tokens[t].name);
            else if (!type_is_complete(type))
                undefined_record(t, type);
            else if (!member)
                no_member(t, type);
            if (!member)
                return;
            type = member->type;
        }
    }
}

static void check_offsetof(struct expression *e)
{
    for (size_t i = 0; i < e->argument_count; i++) {
        check_value(e->arguments[i]);
        inherit(e, e->arguments[i]);
    }
    e->type = type_basic(TYPE_UNSIGNED_LONG);
    check_offset_member(e->type_name->type, e->type_name->last + 2, e->last); /* behind the comma */
}

/* Its two type names are kept as associations. As gcc does, qualifiers at the outside do not count. */
bool types_compatible(struct expression *e, int64_t *result)
{
    if (e->association_count != 2)
        return false;
    struct type *a = e->associations[0].type_name->type, *b = e->associations[1].type_name->type;
    if (is_unknown(a) || is_unknown(b))
        return false;
    /* An enumeration is compatible with its integer type, but gcc says no here. */
    *result = type_same(a, b) && type_is(a, TYPE_ENUM) == type_is(b, TYPE_ENUM);
    return true;
}

static void check_types_compatible(struct expression *e)
{
    bool await = false;
    for (size_t i = 0; i < e->association_count; i++)
        check_written_type(e->associations[i].type_name->type, &await);
    e->type = integer();
}

/* ================= dispatch ================= */

static void check_node(struct expression *e)
{
    switch ((enum expression_kind)e->kind) {
    case EXPRESSION_NAME: check_name(e); break;
    case EXPRESSION_CONSTANT: check_literal(e); break;
    case EXPRESSION_STRING: check_string(e); break;
    case EXPRESSION_PAREN:
    case EXPRESSION_EXTENSION:
        check_expression(e->a);
        pass_through(e, e->a);
        break;
    case EXPRESSION_GENERIC: check_generic(e); break;
    case EXPRESSION_CHOOSE: check_choose(e); break;
    case EXPRESSION_INDEX: check_index(e); break;
    case EXPRESSION_CALL: check_call(e); break;
    case EXPRESSION_MEMBER: check_member(e); break;
    case EXPRESSION_ARROW: check_arrow(e); break;
    case EXPRESSION_POST_INCREMENT:
    case EXPRESSION_POST_DECREMENT:
    case EXPRESSION_PRE_INCREMENT:
    case EXPRESSION_PRE_DECREMENT: check_increment(e); break;
    case EXPRESSION_COMPOUND_LITERAL: check_compound_literal(e); break;
    case EXPRESSION_ADDRESS: check_address(e); break;
    case EXPRESSION_DEREFERENCE: check_dereference(e); break;
    case EXPRESSION_PLUS:
    case EXPRESSION_MINUS:
    case EXPRESSION_COMPLEMENT: check_sign(e); break;
    case EXPRESSION_NOT: check_not(e); break;
    case EXPRESSION_REAL:
    case EXPRESSION_IMAG: check_part(e); break;
    case EXPRESSION_SIZEOF:
    case EXPRESSION_ALIGNOF: check_sizeof(e); break;
    case EXPRESSION_SIZEOF_TYPE:
    case EXPRESSION_ALIGNOF_TYPE: check_sizeof_type(e); break;
    case EXPRESSION_LABEL_ADDRESS: check_label_address(e); break;
    case EXPRESSION_CAST: check_cast(e); break;
    case EXPRESSION_BINARY:
    case EXPRESSION_AND:
    case EXPRESSION_OR:
    case EXPRESSION_COMMA: check_binary(e); break;
    case EXPRESSION_CONDITIONAL: check_conditional(e); break;
    case EXPRESSION_ASSIGN: check_assign(e); break;
    case EXPRESSION_STATEMENT: check_statement_expression(e); break;
    case EXPRESSION_VA_ARG: check_va_arg(e); break;
    case EXPRESSION_OFFSETOF: check_offsetof(e); break;
    case EXPRESSION_TYPES_COMPATIBLE: check_types_compatible(e); break;
    case EXPRESSION_BUILTIN_TYPED: check_builtin_typed(e); break;
    case EXPRESSION_INITIALIZER: check_initializer(unknown(), e); break;
    case EXPRESSION_AWAIT: check_await(e); break;
    case EXPRESSION_ASYNC_CALL: check_async_call(e); break;
    case EXPRESSION_CREATE_FUTURE: check_create_future(e); break;
    case EXPRESSION_SET_RESULT: check_set_result(e); break;
    case EXPRESSION_BLOCKING: check_blocking(e); break;
    case EXPRESSION_SUBMIT: check_submit(e); break;
    case EXPRESSION_KIND_COUNT: break;
    }
}

void check_expression(struct expression *e)
{
    begin(e);
    check_node(e);
    fold(e);
}

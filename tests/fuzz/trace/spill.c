/* Every operator, with every position of an await in its operands, on every kind of location: small cases, each in a
   block of its own, that note the value of the expression and of the location afterwards. A case is a context (an
   operator with holes), a location, and for each hole an operand: what is in it and how it disturbs the location
   while it is evaluated. */
#include "../../test.h"
#include "tree.h"
#include <string.h>

enum { CASES_A_FUNCTION = 10 };

/* ---- locations ---- */

#define LOCATIONS(X)                                                                                                   \
    X(LOCAL)                                                                                                           \
    X(IN_FRAME) X(STATIC) X(PARAMETER) X(VOLATILE) X(ATOMIC) X(CHARACTER) X(LONG) X(BOOL) X(ELEMENT)                   \
        X(ELEMENT_AWAITED) X(ELEMENT_NOTED) X(ELEMENT_SWAPPED) X(MEMBER) X(BIT_FIELD) X(SIGNED_BIT_FIELD) X(FLAG)      \
            X(MEMBER_OF_MEMBER) X(ELEMENT_OF_MEMBER) X(MEMBER_OF_ELEMENT) X(DEREFERENCE) X(DEREFERENCE_AWAITED)        \
                X(POINTER_INDEX) X(ARROW) X(ARROW_AWAITED) X(OPEN_ELEMENT) X(OPEN_ROWS_ELEMENT) X(OF_LITERAL)

enum location {
#define X(name) AT_##name,
    LOCATIONS(X)
#undef X
        LOCATION_COUNT
};

static struct function *function;
static struct node *block; /* of the case */
static struct variable *subject, *pointer_;
static enum location location;
static int64_t id;

static struct node *named(enum node_kind kind, const struct type *type, struct node *value)
{
    struct node *e = node_new(kind, type, 1, value);
    e->number = id++;
    return e;
}

static struct node *declare(struct variable *v, struct node *value)
{
    struct node *s = node_new(NODE_DECLARE, &void_type, 1, value);
    s->variable = v;
    node_add(block, s);
    return s;
}

static void add_expression(struct node *e)
{
    node_add(block, node_new(NODE_EXPRESSION, &void_type, 1, e));
}

/* {first, first + 1, ...} for each scalar; a bit-field takes them too. */
static struct node *counting(const struct type *type, int first)
{
    struct node *e = node_new(NODE_INITIALIZER, type, 0);
    int count = type->count;
    e->targets = tree_memory((size_t)count * sizeof(int));
    for (int i = 0; i < count; i++) {
        const struct type *part = type->kind == TYPE_STRUCT ? type->members[i].type : type->inner;
        e->targets[i] = i;
        node_add(e, part->kind == TYPE_ARRAY || part->kind == TYPE_STRUCT ? counting(part, first)
                                                                          : node_constant(first + i));
    }
    return e;
}

static struct variable *declared(const struct type *type, const char *qualifier, struct node *value)
{
    struct variable *v = variable_new(function, type, "v");
    v->qualifier = qualifier;
    declare(v, value);
    return v;
}

static struct variable *open_array_declared(const struct type *type)
{
    struct variable *v = variable_new(function, type, "v");
    struct node *s = declare(v, NULL);
    node_add(s, named(NODE_LATER, INT_TYPE, node_constant(4)));
    if (type == &open_rows)
        node_add(s, named(NODE_LATER, INT_TYPE, node_constant(5)));
    s = node_new(NODE_FILL, &void_type, 0);
    s->variable = v;
    s->number = 1;
    node_add(block, s);
    return v;
}

/* A pointer to the variable, or to its first element. */
static struct variable *pointer_declared(const struct type *type, struct variable *to)
{
    struct node *value =
        to->type->kind == TYPE_ARRAY ? node_variable(to) : node_new(NODE_ADDRESS, type, 1, node_variable(to));
    return declared(type, "", value);
}

static void location_declare(void)
{
    static const struct {
        enum location location;
        enum type_kind type;
        const char *qualifier;
    } scalars[] = {
        {AT_LOCAL, TYPE_INT, ""},
        {AT_IN_FRAME, TYPE_INT, ""},
        {AT_VOLATILE, TYPE_INT, "volatile "},
        {AT_ATOMIC, TYPE_INT, "_Atomic "},
        {AT_CHARACTER, TYPE_UCHAR, ""},
        {AT_LONG, TYPE_LONG, ""},
        {AT_BOOL, TYPE_BOOL, ""},
        {AT_STATIC, TYPE_INT, "static "},
        {AT_DEREFERENCE, TYPE_INT, ""},
        {AT_DEREFERENCE_AWAITED, TYPE_INT, ""},
    };
    const struct type *small_pointer = &types[SMALL_POINTER_AT], *int_pointer = &types[INT_POINTER_AT];
    for (size_t i = 0; i < sizeof scalars / sizeof *scalars; i++)
        if (scalars[i].location == location)
            subject = declared(&types[scalars[i].type], scalars[i].qualifier, node_constant(2));
    switch (location) {
    case AT_IN_FRAME:
    case AT_DEREFERENCE:
    case AT_DEREFERENCE_AWAITED: pointer_ = pointer_declared(int_pointer, subject); break;
    case AT_PARAMETER:
        subject = function->parameters[0];
        add_expression(node_operation(NODE_ASSIGN, INT_TYPE, "=", node_variable(subject), node_constant(2)));
        break;
    case AT_ELEMENT:
    case AT_ELEMENT_AWAITED:
    case AT_ELEMENT_NOTED:
    case AT_ELEMENT_SWAPPED:
    case AT_POINTER_INDEX:
        subject = declared(&array_types[TYPE_INT], "", counting(&array_types[TYPE_INT], 1));
        pointer_ = location == AT_POINTER_INDEX ? pointer_declared(int_pointer, subject) : NULL;
        break;
    case AT_MEMBER:
    case AT_BIT_FIELD:
    case AT_SIGNED_BIT_FIELD:
    case AT_FLAG:
    case AT_MEMBER_OF_MEMBER:
    case AT_ELEMENT_OF_MEMBER: subject = declared(&types[BIG_AT], "", counting(&types[BIG_AT], 1)); break;
    case AT_MEMBER_OF_ELEMENT: subject = declared(&small_array, "", counting(&small_array, 1)); break;
    case AT_ARROW:
    case AT_ARROW_AWAITED:
        subject = declared(&types[SMALL_AT], "", counting(&types[SMALL_AT], 1));
        pointer_ = pointer_declared(small_pointer, subject);
        break;
    case AT_OPEN_ELEMENT: subject = open_array_declared(&open_array); break;
    case AT_OPEN_ROWS_ELEMENT: subject = open_array_declared(&open_rows); break;
    case AT_OF_LITERAL: {
        struct node *literal = node_new(NODE_LITERAL, &array_types[TYPE_INT], 1, counting(&array_types[TYPE_INT], 1));
        pointer_ = declared(int_pointer, "", literal);
        break;
    }
    default: break;
    }
}

/* The location as an lvalue. Where `plain`, its computation has no effect. */
static struct node *place(bool plain)
{
    switch (location) {
    case AT_ELEMENT: return node_element(node_variable(subject), node_constant(1));
    case AT_ELEMENT_AWAITED:
        return node_element(node_variable(subject),
                            plain ? node_constant(1) : named(NODE_LATER, INT_TYPE, node_constant(1)));
    case AT_ELEMENT_NOTED:
        return node_element(node_variable(subject),
                            plain ? node_constant(1) : named(NODE_NOTE, INT_TYPE, node_constant(1)));
    case AT_ELEMENT_SWAPPED:
        return node_new(NODE_INDEX, INT_TYPE, 2,
                        plain ? node_constant(1) : named(NODE_NOTE, INT_TYPE, node_constant(1)),
                        node_variable(subject));
    case AT_POINTER_INDEX: return node_element(node_variable(pointer_), node_constant(2));
    case AT_MEMBER: return node_member(node_variable(subject), 0);
    case AT_BIT_FIELD: return node_member(node_variable(subject), 1);
    case AT_SIGNED_BIT_FIELD: return node_member(node_variable(subject), 2);
    case AT_FLAG: return node_member(node_variable(subject), 3);
    case AT_ELEMENT_OF_MEMBER: return node_element(node_member(node_variable(subject), 4), node_constant(3));
    case AT_MEMBER_OF_MEMBER: return node_member(node_member(node_variable(subject), 5), 1);
    case AT_MEMBER_OF_ELEMENT: return node_member(node_element(node_variable(subject), node_constant(2)), 0);
    case AT_DEREFERENCE: return node_new(NODE_DEREFERENCE, INT_TYPE, 1, node_variable(pointer_));
    case AT_DEREFERENCE_AWAITED:
        return node_new(NODE_DEREFERENCE, INT_TYPE, 1,
                        plain ? node_variable(pointer_) : named(NODE_LATER, pointer_->type, node_variable(pointer_)));
    case AT_ARROW: return node_member(node_variable(pointer_), 1);
    case AT_ARROW_AWAITED:
        return node_member(plain ? node_variable(pointer_) : named(NODE_LATER, pointer_->type, node_variable(pointer_)),
                           0);
    case AT_OPEN_ELEMENT: return node_element(node_variable(subject), node_constant(1));
    case AT_OPEN_ROWS_ELEMENT:
        return node_element(node_element(node_variable(subject), node_constant(0)), node_constant(1));
    case AT_OF_LITERAL: return node_element(node_variable(pointer_), node_constant(1));
    default: return node_variable(subject);
    }
}

/* ---- operands ---- */

#define OPERANDS(X)                                                                                                    \
    X(VALUE)         /* L */                                                                                           \
    X(STEP)          /* L++ */                                                                                         \
    X(SET)           /* L = 5 */                                                                                       \
    X(AWAIT)         /* await later(L) */                                                                              \
    X(SET_AND_AWAIT) /* (L = 6, await later(3)) */                                                                     \
    X(AWAIT_LEFT)    /* await later(L) - L */                                                                          \
    X(AWAIT_RIGHT)   /* L - await later(L++) */                                                                        \
    X(AWAIT_BOTH)    /* await later(L++) * await later(L) */                                                           \
    X(SET_TO_AWAIT)  /* L = await later(L + 2) */

enum operand {
#define X(name) OF_##name,
    OPERANDS(X)
#undef X
        OPERAND_COUNT
};

static struct node *number_operation(const char *operator_, struct node *a, struct node *b)
{
    return node_operation(NODE_BINARY, usual(a->type, b->type), operator_, a, b);
}

/* A change of `to`, as a value. Of which type that of a bit-field is, compilers do not agree on. */
static struct node *changed(enum node_kind kind, const char *operator_, struct node *to, struct node *value)
{
    bool bits = to->kind == NODE_MEMBER && to->member->width;
    struct node *e = node_operation(kind, to->type, operator_, to, value);
    if (location == AT_ATOMIC) /* clang 14 keeps the _Atomic in the type of the value */
        return node_new(NODE_COMMA, INT_TYPE, 2, e, node_variable(subject));
    return bits ? node_new(NODE_CAST, INT_TYPE, 1, e) : e;
}

static struct node *set(struct node *value)
{
    return changed(NODE_ASSIGN, "=", place(false), value);
}

static struct node *stepped(void)
{
    return changed(NODE_POST, "+", place(false), NULL);
}

static struct node *awaited(struct node *value)
{
    return named(NODE_LATER, INT_TYPE, value);
}

static struct node *operand(enum operand what)
{
    struct node *first;
    switch (what) {
    case OF_VALUE: return place(false);
    case OF_STEP: return stepped();
    case OF_SET: return set(node_constant(5));
    case OF_AWAIT: return awaited(place(false));
    case OF_SET_AND_AWAIT:
        first = set(node_constant(6));
        return node_new(NODE_COMMA, INT_TYPE, 2, first, awaited(node_constant(3)));
    case OF_AWAIT_LEFT: first = awaited(place(false)); return number_operation("-", first, place(false));
    case OF_AWAIT_RIGHT: first = place(false); return number_operation("-", first, awaited(stepped()));
    case OF_AWAIT_BOTH: first = awaited(stepped()); return number_operation("*", first, awaited(place(false)));
    default: return set(awaited(number_operation("+", place(false), node_constant(2))));
    }
}

/* ---- contexts ---- */

#define CONTEXTS(X)                                                                                                    \
    X(MULTIPLY, 2)                                                                                                     \
    X(DIVIDE, 2) X(REMAINDER, 2) X(ADD, 2) X(SUBTRACT, 2) X(SHIFT_LEFT, 2) X(SHIFT_RIGHT, 2) X(LESS, 2)                \
        X(GREATER_EQUAL, 2) X(EQUAL, 2) X(UNEQUAL, 2) X(BIT_AND, 2) X(BIT_XOR, 2) X(BIT_OR, 2) X(AND, 2) X(OR, 2)      \
            X(COMMA, 2) X(CHOICE, 2) X(CHOICE_OF_NOT, 2) X(OMITTED_MIDDLE, 2) X(INDEX, 2) X(INDEX_OF_LITERAL, 2)       \
                X(CALL, 2) X(CALL_POINTER, 2) X(RECORD, 2) X(RECORD_BACKWARDS, 2) X(ARRAY, 2) X(RECORD_LITERAL, 2)     \
                    X(POINTER_TO_LITERAL, 2) X(RECORD_CHOICE, 2) X(RECORD_ASSIGNED, 2) X(STATEMENTS, 2)                \
                        X(STATEMENTS_OF_RECORD, 2) X(ASSIGN, 1) X(ASSIGN_MULTIPLY, 1) X(ASSIGN_DIVIDE, 1)              \
                            X(ASSIGN_REMAINDER, 1) X(ASSIGN_ADD, 1) X(ASSIGN_SUBTRACT, 1) X(ASSIGN_SHIFT_LEFT, 1)      \
                                X(ASSIGN_SHIFT_RIGHT, 1) X(ASSIGN_AND, 1) X(ASSIGN_XOR, 1) X(ASSIGN_OR, 1)             \
                                    X(PRE_ADD, 1) X(PRE_SUBTRACT, 1) X(POST_ADD, 1) X(POST_SUBTRACT, 1) X(MINUS, 1)    \
                                        X(PLUS, 1) X(COMPLEMENT, 1) X(NOT, 1) X(CAST, 1) X(CAST_TO_BOOL, 1) X(NOTE, 1) \
                                            X(GENERIC, 1) X(ADDRESS, 1) X(PLACE_OF_INDEX, 1) X(LATER_HEAP, 1)          \
                                                X(LATER_TASK, 1) X(LATER_VALUE, 1) X(LATER_WAIT_FOR, 1)                \
                                                    X(LATER_TICKET, 1) X(LATER_MADE_TICKET, 1)

enum context {
#define X(name, holes) IN_##name,
    CONTEXTS(X)
#undef X
        CONTEXT_COUNT
};
static const int holes[] = {
#define X(name, holes) holes,
    CONTEXTS(X)
#undef X
};

static const char *const operators[CONTEXT_COUNT] = {
    [IN_MULTIPLY] = "*",
    [IN_DIVIDE] = "/",
    [IN_REMAINDER] = "%",
    [IN_ADD] = "+",
    [IN_SUBTRACT] = "-",
    [IN_SHIFT_LEFT] = "<<",
    [IN_SHIFT_RIGHT] = ">>",
    [IN_LESS] = "<",
    [IN_GREATER_EQUAL] = ">=",
    [IN_EQUAL] = "==",
    [IN_UNEQUAL] = "!=",
    [IN_BIT_AND] = "&",
    [IN_BIT_XOR] = "^",
    [IN_BIT_OR] = "|",
    [IN_ASSIGN] = "=",
    [IN_ASSIGN_MULTIPLY] = "*",
    [IN_ASSIGN_DIVIDE] = "/",
    [IN_ASSIGN_REMAINDER] = "%",
    [IN_ASSIGN_ADD] = "+",
    [IN_ASSIGN_SUBTRACT] = "-",
    [IN_ASSIGN_SHIFT_LEFT] = "<<",
    [IN_ASSIGN_SHIFT_RIGHT] = ">>",
    [IN_ASSIGN_AND] = "&",
    [IN_ASSIGN_XOR] = "^",
    [IN_ASSIGN_OR] = "|",
    [IN_PRE_ADD] = "+",
    [IN_PRE_SUBTRACT] = "-",
    [IN_POST_ADD] = "+",
    [IN_POST_SUBTRACT] = "-",
    [IN_MINUS] = "-",
    [IN_PLUS] = "+",
    [IN_COMPLEMENT] = "~",
    [IN_NOT] = "!",
};

static bool divides(const char *operator_)
{
    return *operator_ == '/' || *operator_ == '%';
}

static bool shifts(const char *operator_)
{
    return strcmp(operator_, "<<") == 0 || strcmp(operator_, ">>") == 0;
}

/* A right operand that the operator is defined for: neither 0 nor more than a few. */
static struct node *tamed(const char *operator_, struct node *e)
{
    if (shifts(operator_))
        return number_operation("&", e, node_constant(7));
    return divides(operator_) ? number_operation("|", number_operation("&", e, node_constant(7)), node_constant(1)) : e;
}

static struct node *record(struct node *a, struct node *b, bool backwards)
{
    struct node *e = node_new(NODE_INITIALIZER, &types[SMALL_AT], 2, a, b);
    e->targets = tree_memory(2 * sizeof(int));
    e->targets[backwards ? 0 : 1] = 1;
    return e;
}

static struct node *record_value(struct node *a, struct node *b)
{
    return node_new(NODE_LITERAL, &types[SMALL_AT], 1, record(a, b, false));
}

/* Both members of a struct in one number. */
static struct node *folded(struct variable *v)
{
    struct node *a = node_member(node_variable(v), 0), *b = node_member(node_variable(v), 1);
    return number_operation("+", number_operation("*", a, node_constant(1000)), b);
}

static struct node *array_literal(struct node *a, struct node *b)
{
    struct node *e = node_new(NODE_INITIALIZER, &array_types[TYPE_INT], 2, a, b);
    e->targets = tree_memory(2 * sizeof(int));
    e->targets[0] = 2;
    return e;
}

static const struct function *callee;

/* Notes what is in a struct, and gives it back. */
static struct node *noted_record(struct node *e)
{
    struct variable *v = declared(&types[SMALL_AT], "", e);
    return folded(v);
}

/* ({ T v = first; note(v); last; }) */
static struct node *statements(struct node *first, struct node *last)
{
    struct node *inner = node_new(NODE_BLOCK, &void_type, 0), *outer = block;
    block = inner;
    struct variable *v = declared(first->type, "", first);
    add_expression(named(NODE_NOTE, INT_TYPE, node_variable(v)));
    add_expression(last);
    block = outer;
    return node_new(NODE_STATEMENTS, last->type, 1, inner);
}

static struct node *later(struct node *value, int form)
{
    struct node *e = awaited(value);
    e->form = (uint8_t)form;
    return e;
}

static struct node *context_of_one(enum context context, enum operand what)
{
    const char *operator_ = operators[context];
    struct node *e, *to;
    switch (context) {
    case IN_PRE_ADD:
    case IN_PRE_SUBTRACT:
    case IN_POST_ADD:
    case IN_POST_SUBTRACT:
        /* Beside the operand, on either side. */
        to = place(false);
        e = changed(context < IN_POST_ADD ? NODE_PRE : NODE_POST, operator_, to, NULL);
        return number_operation("-", e, operand(what));
    case IN_MINUS:
    case IN_PLUS:
    case IN_COMPLEMENT:
    case IN_NOT:
        e = operand(what);
        return node_operation(NODE_UNARY, context == IN_NOT ? INT_TYPE : promoted(e->type), operator_, e, NULL);
    case IN_CAST: return node_new(NODE_CAST, &types[TYPE_SCHAR], 1, operand(what));
    case IN_CAST_TO_BOOL: return node_new(NODE_CAST, &types[TYPE_BOOL], 1, operand(what));
    case IN_NOTE: e = operand(what); return named(NODE_NOTE, INT_TYPE, e);
    case IN_GENERIC: e = operand(what); return node_new(NODE_GENERIC, e->type, 1, e);
    case IN_ADDRESS:
        to = place(false);
        e = node_new(NODE_DEREFERENCE, to->type, 1, node_new(NODE_ADDRESS, &types[INT_POINTER_AT], 1, to));
        e = node_operation(NODE_ASSIGN, e->type, "=", e, operand(what));
        return e;
    case IN_PLACE_OF_INDEX: {
        struct variable *table = declared(&array_types[TYPE_INT], "", counting(&array_types[TYPE_INT], 7));
        e = number_operation("&", stepped(), node_constant(3));
        e = node_operation(NODE_ASSIGN, INT_TYPE, "-", node_element(node_variable(table), e), operand(what));
        return number_operation("+", e, node_element(node_variable(table), node_constant(2)));
    }
    case IN_LATER_HEAP: return later(operand(what), LATER_HEAP);
    case IN_LATER_TASK: return later(operand(what), LATER_TASK);
    case IN_LATER_VALUE: return later(node_new(NODE_CAST, INT_TYPE, 1, operand(what)), LATER_VALUE);
    case IN_LATER_WAIT_FOR: return later(operand(what), LATER_WAIT_FOR);
    case IN_LATER_TICKET: return later(operand(what), LATER_TICKET);
    case IN_LATER_MADE_TICKET: return later(operand(what), LATER_MADE_TICKET);
    default:
        to = place(false);
        e = operand(what);
        return changed(NODE_ASSIGN, operator_, to, tamed(operator_, e));
    }
}

static struct node *call_of(struct node *a, struct node *b)
{
    struct node *e = node_new(NODE_CALL, INT_TYPE, 2, a, b);
    e->function = callee;
    return e;
}

static struct node *context_of_two(enum context context, enum operand first, enum operand second)
{
    struct node *a = operand(first), *b = operand(second);
    const struct type *type = usual(a->type, b->type), *small = &types[SMALL_AT];
    switch (context) {
    case IN_SHIFT_LEFT:
    case IN_SHIFT_RIGHT:
        return node_operation(NODE_BINARY, promoted(a->type), operators[context], a, tamed(operators[context], b));
    case IN_LESS:
    case IN_GREATER_EQUAL:
    case IN_EQUAL:
    case IN_UNEQUAL: return node_operation(NODE_BINARY, INT_TYPE, operators[context], a, b);
    case IN_AND: return node_new(NODE_AND, INT_TYPE, 2, a, b);
    case IN_OR: return node_new(NODE_OR, INT_TYPE, 2, a, b);
    case IN_COMMA: return node_new(NODE_COMMA, INT_TYPE, 2, a, node_new(NODE_CAST, INT_TYPE, 1, b));
    case IN_CHOICE: return node_new(NODE_CONDITIONAL, type, 3, a, b, operand(first));
    case IN_CHOICE_OF_NOT:
        a = node_operation(NODE_UNARY, INT_TYPE, "!", a, NULL);
        return node_new(NODE_CONDITIONAL, usual(b->type, INT_TYPE), 3, a, operand(first), b);
    case IN_OMITTED_MIDDLE: return node_new(NODE_CONDITIONAL, type, 2, a, b);
    case IN_INDEX: {
        struct variable *table = declared(&array_types[TYPE_SHORT], "", counting(&array_types[TYPE_SHORT], 11));
        a = node_element(node_variable(table), number_operation("&", a, node_constant(3)));
        return number_operation("*", a, b);
    }
    case IN_INDEX_OF_LITERAL:
        return node_element(node_new(NODE_LITERAL, &array_types[TYPE_INT], 1, array_literal(a, b)), node_constant(3));
    case IN_CALL: return call_of(a, b);
    case IN_CALL_POINTER: {
        struct node *one = node_new(NODE_FUNCTION, &types[FUNCTION_AT], 0),
                    *other = node_new(NODE_FUNCTION, &types[FUNCTION_AT], 0);
        one->number = 1;
        struct node *e =
            node_new(NODE_CALL_POINTER, INT_TYPE, 2, node_new(NODE_CONDITIONAL, one->type, 3, a, one, other), b);
        e->number = id++;
        return e;
    }
    case IN_RECORD: return noted_record(record(a, b, false));
    case IN_RECORD_BACKWARDS: return noted_record(record(a, b, true));
    case IN_ARRAY: {
        struct variable *v = declared(&array_types[TYPE_INT], "", array_literal(a, b));
        return number_operation("-", node_element(node_variable(v), node_constant(2)),
                                node_element(node_variable(v), node_constant(3)));
    }
    case IN_RECORD_LITERAL: return node_member(named(NODE_LATER, small, record_value(a, b)), 1);
    case IN_POINTER_TO_LITERAL: {
        struct node *address = node_new(NODE_ADDRESS, &types[SMALL_POINTER_AT], 1, record_value(a, b));
        return node_member(named(NODE_LATER, address->type, address), 0);
    }
    case IN_RECORD_CHOICE: {
        struct node *one = record_value(place(false), node_constant(9)),
                    *other = named(NODE_LATER, small, record_value(node_constant(8), b));
        return noted_record(node_new(NODE_CONDITIONAL, small, 3, a, one, other));
    }
    case IN_RECORD_ASSIGNED: {
        struct variable *v = declared(small, "", record(node_constant(4), node_constant(5), false));
        struct node *old = node_member(node_variable(v), 1);
        struct node *value = record_value(number_operation("+", a, old), b);
        return node_member(node_operation(NODE_ASSIGN, small, "=", node_variable(v), value), 0);
    }
    case IN_STATEMENTS: return statements(a, node_new(NODE_CAST, INT_TYPE, 1, b));
    case IN_STATEMENTS_OF_RECORD:
        return node_member(statements(a, named(NODE_LATER, small, record_value(b, node_constant(1)))), 0);
    default: return node_operation(NODE_BINARY, type, operators[context], a, tamed(operators[context], b));
    }
}

/* ---- which cases there are ---- */

struct spill {
    uint8_t context, location, first, second;
};

static bool awaits(enum operand what)
{
    return what >= OF_AWAIT;
}

/* Has it an address, of type int *? */
static bool is_int(enum location at)
{
    switch (at) {
    case AT_VOLATILE:
    case AT_ATOMIC:
    case AT_CHARACTER:
    case AT_LONG:
    case AT_BOOL:
    case AT_BIT_FIELD:
    case AT_SIGNED_BIT_FIELD:
    case AT_FLAG:
    case AT_MEMBER_OF_MEMBER:
    case AT_ELEMENT_OF_MEMBER:
    case AT_ARROW: return false;
    default: return true;
    }
}

static bool is_wide(enum context context)
{
    return context == IN_ADD || context == IN_CALL || context == IN_CHOICE || context == IN_RECORD;
}

/* Every context on a C local, with all operands. On the other locations all contexts that assign, and four that do
   not. */
static bool is_case(const struct spill *s)
{
    bool one = holes[s->context] == 1;
    if (one && s->second)
        return false;
    if (!awaits(s->first) && (one || !awaits(s->second)) && !(s->context >= IN_LATER_HEAP && s->first == OF_VALUE))
        return false;
    if (s->context == IN_ADDRESS && !is_int((enum location)s->location))
        return false;
    if (s->location == AT_LOCAL)
        return true;
    /* Of the operands' many pairs, those that differ most. */
    static const bool chosen[OPERAND_COUNT] = {
        [OF_VALUE] = true, [OF_STEP] = true, [OF_AWAIT] = true, [OF_SET_AND_AWAIT] = true};
    if (one)
        return s->context >= IN_ASSIGN && s->context <= IN_POST_SUBTRACT
                   ? s->first % 2 == s->context % 2 || s->first == OF_SET_AND_AWAIT
                   : s->context == IN_ADDRESS || s->context == IN_PLACE_OF_INDEX;
    return is_wide((enum context)s->context) && chosen[s->first] && chosen[s->second];
}

static bool next_case(struct spill *s)
{
    do {
        if (++s->second == OPERAND_COUNT) {
            s->second = 0;
            s->first++;
        }
        if (s->first == OPERAND_COUNT) {
            s->first = 0;
            s->context++;
        }
        if (s->context == CONTEXT_COUNT) {
            s->context = 0;
            s->location++;
        }
    } while (s->location < LOCATION_COUNT && !is_case(s));
    return s->location < LOCATION_COUNT;
}

static void add_case(const struct spill *s)
{
    struct node *outer = block;
    block = node_new(NODE_BLOCK, &void_type, 0);
    node_add(outer, block);
    location = (enum location)s->location;
    location_declare();
    struct node *e = holes[s->context] == 1
                         ? context_of_one((enum context)s->context, (enum operand)s->first)
                         : context_of_two((enum context)s->context, (enum operand)s->first, (enum operand)s->second);
    struct variable *result = declared(&types[TYPE_LONG], "", e);
    add_expression(named(NODE_NOTE, result->type, node_variable(result)));
    add_expression(named(NODE_NOTE, INT_TYPE, place(true)));
    block = outer;
}

static struct node *returned(struct node *value)
{
    return node_new(NODE_RETURN, INT_TYPE, 1, value);
}

/* async int f0(int a, int b), which tells its arguments apart. */
static void add_callee(struct program *program)
{
    struct function *f = function_new(program, INT_TYPE);
    f->parameters[f->parameter_count++] = variable_new(f, INT_TYPE, "a");
    f->parameters[f->parameter_count++] = variable_new(f, INT_TYPE, "a");
    struct node *a = named(NODE_LATER, INT_TYPE, node_variable(f->parameters[0]));
    node_add(f->body, returned(number_operation("-", number_operation("*", a, node_constant(10)),
                                                node_variable(f->parameters[1]))));
    callee = f;
}

static struct function *add_function(struct program *program)
{
    struct function *f = function_new(program, INT_TYPE);
    f->parameters[f->parameter_count++] = variable_new(f, INT_TYPE, "a");
    return f;
}

static void add_caller(struct program *program)
{
    struct function *last = add_function(program);
    for (int i = 1; i < last->number; i++) {
        struct node *call = node_new(NODE_CALL, INT_TYPE, 1, node_constant(i));
        call->function = program->functions[i];
        node_add(last->body, node_new(NODE_EXPRESSION, &void_type, 1, call));
    }
    node_add(last->body, returned(node_constant(0)));
    program->last = last;
}

/* A part has whole functions. */
static int cases_a_part(void)
{
    struct spill s = {.second = UINT8_MAX};
    int count = 0, round = SPILL_PARTS * CASES_A_FUNCTION;
    while (next_case(&s))
        count++;
    return (count + round - 1) / round * CASES_A_FUNCTION;
}

struct program *program_spill(int part)
{
    struct program *program = tree_memory(sizeof *program);
    struct spill s = {.second = UINT8_MAX};
    int cases = cases_a_part();
    program->rounds = 1;
    program->title = "Operators with awaits in their operands, on many kinds of locations.";
    id = 1;
    add_callee(program);
    for (int i = 0; next_case(&s) && i < part * cases; i++) {
        if (i < (part - 1) * cases)
            continue;
        if (i % CASES_A_FUNCTION == 0) {
            function = add_function(program);
            block = function->body;
        }
        add_case(&s);
    }
    for (int i = 1; i < program->count; i++)
        node_add(program->functions[i]->body, returned(node_constant(0)));
    add_caller(program);
    return program;
}

/* Random trace programs. A tree is grown from the top with what is visible at each place: every number, pointer or
   struct that is asked for is a random operator over others, ever less deep. Where a full expression has no await and
   C would leave its order open, an await is put into it.

   Jumps are planted when the function has grown, from each place that may have one to a label that C and the
   language let it reach. Which these are is told by barriers, the things into whose scope nothing may jump: a label
   can be reached from where all barriers around it are around as well.

   What a program does is known only when it is executed; one that does what is not defined, or takes too long, is
   grown anew. */
#include "tree.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { VISIBLE = 60, BARRIERS = 40, JUMPS = 60, FUNCTIONS = 4, GENERATORS = 2, STATEMENTS = 9, TRIES = 4000 };
/* So many times the statements stand in the functions of some programs: acc writes those of very many awaits in another
   way. */
enum { LARGE = 4 };

/* A place in the function, as far as jumps are concerned. */
struct spot {
    struct node *node; /* LABEL, GOTO or GOTO_COMPUTED */
    int barriers[BARRIERS];
    int count;
    int bound; /* so many barriers must not be left: those around the innermost defer */
};

static uint64_t state; /* of the random numbers */
static struct program *program;
static struct function *function; /* that is being grown */
static struct variable *visible[VISIBLE];
static int visible_count, block_start; /* those from block_start on belong to the innermost block */
static struct {
    int at;
    struct variable *variable;
} hidden[2 * VISIBLE]; /* behind others of their name */
static int hidden_count;
static int barriers[BARRIERS], barrier_count, last_barrier, bound;
static struct spot labels[JUMPS], jumps[JUMPS];
static int label_count, jump_count;
static int loops, switches; /* around, that break and continue may mean here */
static int switch_barriers; /* barriers around the body of the innermost switch: cases stand under no others */
static int next_case;
static bool in_group, in_defer;
static int id, statements_left;
static int scale; /* LARGE or 1 */

static struct node *number(int depth);
static struct node *value(const struct type *type, int depth);
static struct node *block(int depth);
static void statement(struct node *to, int depth);

static int chance(int n)
{
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (int)((state >> 33) % (uint64_t)n);
}

static struct node *named(enum node_kind kind, const struct type *type, struct node *of)
{
    struct node *e = node_new(kind, type, 1, of);
    e->number = id++;
    return e;
}

static const struct type *number_type(void)
{
    return chance(2) ? INT_TYPE : &types[chance(NUMBER_TYPES)];
}

/* ---- what is visible ---- */

static struct variable *variable_add(const struct type *type, const char *qualifier)
{
    struct variable *v = variable_new(function, type, "v");
    v->qualifier = qualifier;
    if (visible_count < VISIBLE)
        visible[visible_count++] = v;
    return v;
}

static bool mentions(const struct node *node, const char *name)
{
    if (node && node->variable && strcmp(node->variable->name, name) == 0)
        return true;
    for (int i = 0; node && i < node->count; i++)
        if (mentions(node->children[i], name))
            return true;
    return false;
}

/* Now and then a variable that is declared in a block has the name of one outside, of which its initialiser does not
   speak. */
static void hide_another(struct variable *v, const struct node *initial)
{
    int at = block_start > 0 && chance(3) == 0 ? chance(block_start) : visible_count;
    if (at == visible_count || hidden_count + block_start > 2 * VISIBLE || visible[at] == v ||
        mentions(initial, visible[at]->name))
        return;
    for (int i = block_start; i < visible_count; i++)
        if (strcmp(visible[i]->name, visible[at]->name) == 0)
            return;
    char name[sizeof v->name];
    memcpy(name, visible[at]->name, sizeof name);
    /* The one of that name may hide others itself. */
    for (int i = 0; i < block_start; i++)
        if (strcmp(visible[i]->name, name) == 0) {
            hidden[hidden_count].at = i;
            hidden[hidden_count++].variable = visible[i];
            visible[i] = v;
        }
    memcpy(v->name, name, sizeof name);
}

/* A visible variable that `fits`; of the first `limit` only. */
static struct variable *variable_choose(bool (*fits)(const struct variable *), int limit)
{
    for (int tries = 0; tries < 12 && limit > 0; tries++) {
        struct variable *v = visible[chance(limit)];
        if (fits(v))
            return v;
    }
    return NULL;
}

static bool holds_number(const struct variable *v)
{
    return v->type->kind != TYPE_TASK && v->type->kind != TYPE_FUNCTION && v->type->kind != TYPE_REAL;
}

static bool may_change(const struct variable *v)
{
    return holds_number(v) && !v->counter;
}

static bool has_int_address(const struct variable *v)
{
    return (v->type == INT_TYPE || v->type == &array_types[TYPE_INT] || v->type == &types[SMALL_AT] ||
            v->type == &open_array || v->type == &open_rows) &&
           !*v->qualifier && !v->counter;
}

static bool has_small_address(const struct variable *v)
{
    return (v->type == &types[SMALL_AT] || v->type == &small_array || v->type == &types[BIG_AT]) && !*v->qualifier;
}

static bool has_big_address(const struct variable *v)
{
    return v->type == &types[BIG_AT] && !*v->qualifier;
}

static bool is_local_record(const struct variable *v)
{
    return v->type->kind == TYPE_STRUCT && !v->type->word;
}

static bool is_int_slot(const struct variable *v)
{
    return v->type == INT_TYPE && !*v->qualifier && !v->counter;
}

static bool is_task(const struct variable *v)
{
    return v->type == &task_type;
}

static const struct type *real_type(void)
{
    return &types[REAL_AT + (chance(2) ? 0 : chance(COMPLEX_AT - REAL_AT + 1))];
}

static const struct type *wanted;

static bool is_wanted(const struct variable *v)
{
    return v->type == wanted;
}

static struct variable *variable_of(const struct type *type, int limit)
{
    wanted = type;
    return variable_choose(is_wanted, limit);
}

/* ---- places ---- */

static struct node *index_of(struct node *array, int depth)
{
    struct node *index = node_constant(chance(4));
    if (depth > 0 && chance(2))
        index = node_operation(NODE_BINARY, INT_TYPE, "&", node_new(NODE_CAST, INT_TYPE, 1, number(depth - 1)),
                               node_constant(3));
    if (chance(8) == 0 && array->type->kind != TYPE_VECTOR)
        return node_new(NODE_INDEX, array->type->inner, 2, index, array);
    return node_element(array, index);
}

/* Sometimes a value comes by way of a call, awaited or not. */
static struct node *handed(struct node *e, int depth)
{
    if (depth > 0 && chance(3) == 0)
        return named(chance(3) ? NODE_LATER : NODE_NOTE, e->type, e);
    return e;
}

/* A number in what e is. */
static struct node *number_in(struct node *e, int depth)
{
    for (;;) {
        const struct type *type = e->type;
        if (is_number(type))
            return e;
        if (type->kind == TYPE_STRUCT)
            e = node_member(e, chance(type == &types[BIG_AT] ? UNION_VIEW + 1 : type->count));
        else if (type->kind == TYPE_ARRAY || type->kind == TYPE_VECTOR)
            e = index_of(e, depth);
        else if (type->inner->kind == TYPE_STRUCT)
            e = node_member(handed(e, depth), chance(type == &types[BIG_POINTER_AT] ? UNION_VIEW + 1 : 2));
        else
            e = chance(4) ? node_new(NODE_DEREFERENCE, INT_TYPE, 1, handed(e, depth))
                          : node_element(e, node_constant(0));
    }
}

static struct node *place(int depth, bool changed)
{
    struct variable *v = variable_choose(changed ? may_change : holds_number, visible_count);
    if (depth > 0 && chance(10) == 0)
        return number_in(value(&types[chance(2)   ? BIG_POINTER_AT
                                      : chance(2) ? SMALL_POINTER_AT
                                                  : INT_POINTER_AT],
                               depth - 1),
                         0);
    return v ? number_in(node_variable(v), depth) : NULL;
}

static bool is_bit_field(const struct node *e)
{
    return (e->kind == NODE_MEMBER || e->kind == NODE_ARROW) && e->member->width;
}

/* Of which type the value of a change of a bit-field is, compilers do not agree on; and clang 14 keeps the _Atomic in
   the type of the value of an assignment and of a statement expression. */
static struct node *without_width(struct node *e)
{
    struct node *place = e->kind == NODE_ASSIGN || e->kind == NODE_PRE || e->kind == NODE_POST ? e->children[0] : e;
    bool atomic = place->kind == NODE_VARIABLE && strcmp(place->variable->qualifier, "_Atomic ") == 0;
    if (atomic && place != e)
        return node_new(NODE_COMMA, e->type, 2, e, without_width(node_variable(place->variable)));
    return atomic || is_bit_field(place) ? node_new(NODE_CAST, promoted(e->type), 1, e) : e;
}

/* ---- numbers ---- */

static struct node *leaf(int depth)
{
    struct node *e = chance(3) ? place(depth, false) : NULL;
    if (e)
        return without_width(e);
    e = node_constant(chance(3) ? chance(8) : chance(2) ? -chance(100) : chance(100000));
    if (chance(6) == 0) {
        e->type = &types[TYPE_INT + chance(4)];
        e->number = converted(e->number, e->type);
    }
    return e;
}

static struct node *binary(int depth)
{
    static const char *const operators[] = {"+",  "-",  "*",  "&",  "|",  "^",  "<", ">",
                                            "<=", ">=", "==", "!=", "<<", ">>", "/", "%"};
    const char *operator_ = operators[chance(16)];
    struct node *a = number(depth - 1), *b = number(depth - 1);
    if (*operator_ == '/' || *operator_ == '%')
        b = node_constant(1 + chance(9));
    if (strcmp(operator_, "<<") == 0 || strcmp(operator_, ">>") == 0)
        return node_operation(NODE_BINARY, promoted(a->type), operator_, a,
                              node_operation(NODE_BINARY, usual(b->type, INT_TYPE), "&", b, node_constant(7)));
    bool compares = strchr("<>=!", *operator_);
    return node_operation(NODE_BINARY, compares ? INT_TYPE : usual(a->type, b->type), operator_, a, b);
}

static struct node *unary(int depth)
{
    static const char *const operators[] = {"-", "~", "!", "+"};
    const char *operator_ = operators[chance(4)];
    struct node *a = number(depth - 1);
    return node_operation(NODE_UNARY, *operator_ == '!' ? INT_TYPE : promoted(a->type), operator_, a, NULL);
}

static struct node *assignment(int depth)
{
    static const char *const operators[] = {"=", "=", "=", "+", "-", "*", "&", "|", "^", "<<", ">>", "/", "%"};
    const char *operator_ = operators[chance(13)];
    struct node *to = place(depth, true);
    if (!to)
        return leaf(0);
    struct node *from = number(depth - 1);
    if (*operator_ == '/' || *operator_ == '%')
        from = node_constant(1 + chance(9));
    if (strcmp(operator_, "<<") == 0 || strcmp(operator_, ">>") == 0)
        from = node_operation(NODE_BINARY, usual(from->type, INT_TYPE), "&", from, node_constant(7));
    return node_operation(NODE_ASSIGN, to->type, operator_, to, from);
}

static struct node *change(int depth)
{
    struct node *to = place(depth, true);
    if (!to)
        return leaf(0);
    return node_operation(chance(2) ? NODE_PRE : NODE_POST, to->type, chance(2) ? "+" : "-", to, NULL);
}

static struct node *conditional(int depth)
{
    struct node *a = number(depth - 1), *b = number(depth - 1);
    if (chance(4) == 0)
        return node_new(NODE_CONDITIONAL, usual(a->type, b->type), 2, a, b);
    struct node *c = number(depth - 1);
    return node_new(NODE_CONDITIONAL, usual(b->type, c->type), 3, a, b, c);
}

static struct node *later(int depth)
{
    struct node *e = number(depth - 1);
    const struct type *type = number_type();
    int form = chance(2) ? LATER_CALL : chance(LATER_FORMS);
    if (form == LATER_TICKET || form == LATER_MADE_TICKET)
        type = INT_TYPE;
    if (form == LATER_VALUE)
        e = node_new(NODE_CAST, type, 1, e);
    e = named(NODE_LATER, type, e);
    e->form = (uint8_t)form;
    return e;
}

static struct node *call_pointer(int depth)
{
    const struct type *type = &types[FUNCTION_AT];
    struct node *callee = value(type, depth - 1), *e;
    e = node_new(NODE_CALL_POINTER, INT_TYPE, 2, callee, number(depth - 1));
    e->number = id++;
    return e;
}

static struct node *call_of(const struct function *callee, int depth)
{
    struct node *e = node_new(NODE_CALL, callee->result, 0);
    e->function = callee;
    e->form = chance(2) ? 0 : (uint8_t)chance(3);
    for (int i = 0; i < callee->parameter_count; i++)
        node_add(e, value(callee->parameters[i]->type, depth - 1));
    return e;
}

/* Of a function that is there already; or of this one, while there is something to spend. */
static struct node *call(const struct type *result, int depth)
{
    const struct function *callee = program->functions[chance(program->count)];
    if (callee->result != result || callee->generator)
        return NULL;
    if (callee != function)
        return call_of(callee, depth);
    struct node *spend = node_new(NODE_SPEND, INT_TYPE, 0), *called = call_of(callee, depth), *other = value(result, 0);
    const struct type *type = is_number(result) ? usual(called->type, other->type) : result;
    return node_new(NODE_CONDITIONAL, type, 3, spend, called, other);
}

static struct node *any_call(int depth)
{
    struct node *e = call(program->functions[chance(program->count)]->result, depth);
    return e ? number_in(e, depth - 1) : later(depth);
}

/* Statements grow in another surrounding: what is around them here does not reach in. */
struct surrounding {
    int visible, block_start, hidden, barriers, loops, switches, switch_barriers;
    bool group;
};

static struct surrounding surrounding_enter(bool barrier)
{
    struct surrounding saved = {visible_count, block_start, hidden_count,    barrier_count,
                                loops,         switches,    switch_barriers, in_group};
    block_start = visible_count;
    if (barrier && barrier_count < BARRIERS)
        barriers[barrier_count++] = ++last_barrier;
    return saved;
}

static void surrounding_leave(struct surrounding saved)
{
    while (hidden_count > saved.hidden) {
        hidden_count--;
        visible[hidden[hidden_count].at] = hidden[hidden_count].variable;
    }
    visible_count = saved.visible;
    block_start = saved.block_start;
    barrier_count = saved.barriers;
    loops = saved.loops;
    switches = saved.switches;
    switch_barriers = saved.switch_barriers;
    in_group = saved.group;
}

static struct node *full(struct node *e);

static struct node *statement_expression(const struct type *type, int depth)
{
    struct surrounding saved = surrounding_enter(true);
    struct node *inner = node_new(NODE_BLOCK, &void_type, 0);
    for (int i = chance(3); i > 0; i--)
        statement(inner, depth > 2 ? 1 : 0);
    struct node *last = type ? value(type, depth - 1) : without_width(number(depth - 1));
    node_add(inner, node_new(NODE_EXPRESSION, &void_type, 1, full(last)));
    surrounding_leave(saved);
    return node_new(NODE_STATEMENTS, last->type, 1, inner);
}

/* What is made of doubles. */
static struct node *number_of_reals(int depth)
{
    static const char *const operators[] = {"==", "!=", "<", ">", "<=", ">="};
    const struct type *type = real_type();
    struct node *a = value(type, depth - 1);
    if (chance(2))
        return node_new(NODE_CAST, &types[TYPE_LONG], 1, a);
    const char *operator_ = operators[chance(type == &types[COMPLEX_AT] ? 2 : 6)];
    return node_operation(NODE_BINARY, INT_TYPE, operator_, a, value(type, depth - 1));
}

static struct node *number_of_pointers(int depth)
{
    const struct type *type = &types[chance(2) ? INT_POINTER_AT : SMALL_POINTER_AT];
    struct node *a = value(type, depth - 1);
    return node_operation(NODE_BINARY, INT_TYPE, chance(2) ? "==" : "!=", a, value(type, depth - 1));
}

static struct node *number_of_local_record(int depth)
{
    struct variable *v = variable_choose(is_local_record, visible_count);
    return v ? number_in(value(v->type, depth - 1), depth - 1) : leaf(0);
}

static struct node *number(int depth)
{
    struct node *a;
    if (depth <= 0)
        return leaf(0);
    switch (chance(25)) {
    case 24: return number_of_local_record(depth);
    case 23: return number_of_pointers(depth);
    case 22: return number_of_reals(depth);
    case 0:
    case 1:
    case 2: return binary(depth);
    case 3: return unary(depth);
    case 4: return node_new(NODE_CAST, number_type(), 1, number(depth - 1));
    case 5: a = number(depth - 1); return node_new(chance(2) ? NODE_AND : NODE_OR, INT_TYPE, 2, a, number(depth - 1));
    case 6: return conditional(depth);
    case 7: {
        a = chance(2) ? assignment(depth) : number(depth - 1);
        struct node *b = without_width(number(depth - 1));
        return node_new(NODE_COMMA, b->type, 2, a, b);
    }
    case 8:
    case 9: return without_width(assignment(depth));
    case 10: return without_width(change(depth));
    case 11: return named(NODE_NOTE, number_type(), number(depth - 1));
    case 12:
    case 13:
    case 14: return later(depth);
    case 15: return call_pointer(depth);
    case 16:
    case 17: return any_call(depth);
    case 18: return number_in(value(&types[chance(2) ? SMALL_AT : BIG_AT], depth - 1), depth - 1);
    case 19: return statement_expression(NULL, depth);
    case 20:
        if (chance(2)) {
            a = without_width(number(depth - 1));
            return node_new(NODE_GENERIC, a->type, 1, a);
        } else {
            struct variable *task = variable_choose(is_task, visible_count);
            a = node_new(NODE_TASK, INT_TYPE, 0);
            a->variable = task;
            return task ? a : leaf(depth);
        }
    default: return leaf(depth);
    }
}

/* ---- other values ---- */

/* Of an array of bytes: a string, with the null character or without. */
static struct node *string_initializer(const struct type *type)
{
    struct node *e = node_new(NODE_INITIALIZER, type, 0);
    int length = 1 + chance(type->count);
    e->form = INITIALIZER_STRING;
    e->targets = tree_memory((size_t)length * sizeof(int));
    for (int i = 0; i < length; i++) {
        e->targets[i] = i;
        node_add(e, node_constant(chance(128)));
    }
    return e;
}

static bool is_byte(const struct type *type)
{
    return type->kind == TYPE_SCHAR || type->kind == TYPE_UCHAR;
}

static struct node *initializer(const struct type *type, int depth)
{
    if (type->kind == TYPE_ARRAY && is_byte(type->inner) && chance(3) == 0)
        return string_initializer(type);
    struct node *e = node_new(NODE_INITIALIZER, type, 0);
    int at = 0;
    e->targets = tree_memory((size_t)(type->count + 1) * sizeof(int));
    if (is_number(type)) {
        node_add(e, number(depth - 1));
        return e;
    }
    for (int i = 0; type->kind == TYPE_VECTOR && i < type->count; i++) {
        e->targets[i] = i;
        node_add(e, number(depth - 1));
    }
    if (type->kind == TYPE_VECTOR)
        return e;
    for (int i = 0; i < type->count; i++) {
        if (chance(4) == 0)
            continue; /* the next one has a designator, and this one is 0 */
        const struct type *part = type->kind == TYPE_STRUCT ? type->members[i].type : type->inner;
        e->targets[at++] = i;
        node_add(e, part->kind == TYPE_ARRAY || (part->kind == TYPE_STRUCT && chance(2)) ? initializer(part, depth - 1)
                                                                                         : value(part, depth - 1));
    }
    if (at == 0)
        node_add(e, type->kind == TYPE_STRUCT ? node_constant(1) : value(type->inner, 0));
    if (at > 1 && chance(4) == 0) { /* the first two in the other order */
        struct node *first = e->children[0];
        e->children[0] = e->children[1];
        e->children[1] = first;
        int target = e->targets[0];
        e->targets[0] = e->targets[1];
        e->targets[1] = target;
    }
    return e;
}

static struct node *record(const struct type *type, int depth)
{
    struct variable *v = variable_of(type, visible_count);
    struct node *called;
    int kind = depth <= 0 ? 8 : chance(10);
    /* Functions know nothing of a struct that a body defines. */
    if (!type->word && (kind < 2 || kind == 6 || kind == 7))
        kind = 2;
    switch (kind) {
    case 0: return named(NODE_LATER, type, record(type, depth - 1));
    case 1: return named(NODE_NOTE, type, record(type, depth - 1));
    case 2: {
        static const char *const operators[] = {"+", "-", "*", "&", "|", "^"};
        if (type->kind == TYPE_VECTOR) {
            struct node *left = record(type, depth - 1);
            return node_operation(NODE_BINARY, type, operators[chance(6)], left, record(type, depth - 1));
        }
        struct node *condition = number(depth - 1), *a = record(type, depth - 1);
        return node_new(NODE_CONDITIONAL, type, 3, condition, a, record(type, depth - 1));
    }
    case 3:
        if (v && !v->counter)
            return node_operation(NODE_ASSIGN, type, "=", node_variable(v), record(type, depth - 1));
        break;
    case 4: return statement_expression(type, depth);
    case 5: {
        struct node *a = number(depth - 1);
        return node_new(NODE_COMMA, type, 2, a, record(type, depth - 1));
    }
    case 6:
        called = call(type, depth);
        if (called)
            return called;
        break;
    case 7:
        if (type == &types[SMALL_AT])
            return node_new(NODE_DEREFERENCE, type, 1, value(&types[SMALL_POINTER_AT], depth - 1));
        if (type == &types[BIG_AT])
            return node_new(NODE_DEREFERENCE, type, 1, value(&types[BIG_POINTER_AT], depth - 1));
        break;
    default: break;
    }
    if (v && chance(3))
        return node_variable(v);
    return node_new(NODE_LITERAL, type, 1, initializer(type, depth > 0 ? depth : 0));
}

/* A pointer to something that is declared before the visible variable number `limit`, and so lives longer. */
static struct node *pointer(const struct type *type, int depth, int limit)
{
    struct variable *v = variable_of(type, limit),
                    *object = variable_choose(type == &types[INT_POINTER_AT]   ? has_int_address
                                              : type == &types[BIG_POINTER_AT] ? has_big_address
                                                                               : has_small_address,
                                              limit);
    if (depth > 0 && chance(4) == 0)
        return named(chance(2) ? NODE_LATER : NODE_NOTE, type, pointer(type, depth - 1, limit));
    if (depth > 0 && chance(6) == 0) {
        struct node *condition = number(depth - 1), *a = pointer(type, depth - 1, limit);
        return node_new(NODE_CONDITIONAL, type, 3, condition, a, pointer(type, depth - 1, limit));
    }
    if (v && depth > 0 && chance(12) == 0)
        return node_operation(chance(2) ? NODE_PRE : NODE_POST, type, chance(2) ? "+" : "-", node_variable(v), NULL);
    if (v && depth > 0 && chance(12) == 0)
        return node_operation(NODE_ASSIGN, type, chance(2) ? "+" : "-", node_variable(v),
                              node_operation(NODE_BINARY, INT_TYPE, "&",
                                             node_new(NODE_CAST, INT_TYPE, 1, number(depth - 1)), node_constant(1)));
    if (v && chance(2))
        return node_variable(v);
    if (object) {
        struct node *e = node_variable(object);
        while (e->type != type->inner)
            e = e->type->kind == TYPE_ARRAY ? index_of(e, depth) : node_member(e, e->type == &types[BIG_AT] ? 5 : 0);
        return node_new(NODE_ADDRESS, type, 1, e);
    }
    return node_new(NODE_ADDRESS, type, 1, node_new(NODE_LITERAL, type->inner, 1, initializer(type->inner, depth)));
}

static struct node *function_value(int depth)
{
    const struct type *type = &types[FUNCTION_AT];
    struct variable *v = variable_of(type, visible_count);
    if (depth > 0 && chance(3) == 0)
        return named(NODE_LATER, type, function_value(depth - 1));
    if (v && chance(3) == 0)
        return node_operation(NODE_ASSIGN, type, "=", node_variable(v), function_value(depth - 1));
    if (depth > 0 && chance(4) == 0) {
        struct node *condition = number(depth - 1), *a = function_value(depth - 1);
        return node_new(NODE_CONDITIONAL, type, 3, condition, a, function_value(depth - 1));
    }
    if (v && chance(2))
        return node_variable(v);
    struct node *e = node_new(NODE_FUNCTION, type, 0);
    e->number = chance(2);
    return e;
}

static struct node *real(const struct type *type, int depth)
{
    struct variable *v = variable_of(type, visible_count);
    struct node *a, *b;
    switch (depth > 0 ? chance(7) : 6) {
    case 0: return named(chance(2) ? NODE_LATER : NODE_NOTE, type, real(type, depth - 1));
    case 1:
        a = real(type, depth - 1);
        return node_operation(NODE_BINARY, type, chance(2) ? "+" : "-", a, real(type, depth - 1));
    case 2:
        if (v)
            return node_operation(NODE_ASSIGN, type, chance(2) ? "=" : "+", node_variable(v), real(type, depth - 1));
        break;
    case 3:
        a = number(depth - 1), b = real(type, depth - 1);
        return node_new(NODE_CONDITIONAL, type, 3, a, b, real(type, depth - 1));
    case 4: return statement_expression(type, depth);
    default: break;
    }
    if (v && chance(2))
        return node_variable(v);
    return node_new(NODE_CAST, type, 1, node_new(NODE_CAST, INT_TYPE, 1, number(depth - 1)));
}

static struct node *value(const struct type *type, int depth)
{
    switch (type->kind) {
    case TYPE_REAL: return real(type, depth);
    case TYPE_VECTOR:
    case TYPE_STRUCT: return record(type, depth);
    case TYPE_POINTER: return pointer(type, depth, visible_count);
    case TYPE_FUNCTION: return function_value(depth);
    default: return number(depth);
    }
}

/* ---- full expressions ---- */

/* Makes an await of the first note: true when there was one. */
static bool note_awaited(struct node *e)
{
    if (!e || e->kind == NODE_STATEMENTS)
        return false;
    if (e->kind == NODE_NOTE) {
        e->kind = NODE_LATER;
        return true;
    }
    for (int i = 0; i < e->count; i++)
        if (note_awaited(e->children[i]))
            return true;
    return false;
}

static struct node *full(struct node *e)
{
    if (is_determinate(e) || note_awaited(e))
        return e;
    if (e->kind == NODE_INITIALIZER) {
        struct node **first = &e;
        while ((*first)->kind == NODE_INITIALIZER) {
            (*first)->form = INITIALIZER_LIST;
            first = &(*first)->children[0];
        }
        *first = node_new(NODE_COMMA, (*first)->type, 2, named(NODE_LATER, INT_TYPE, node_constant(chance(9))),
                          without_width(*first));
        return e;
    }
    return node_new(NODE_COMMA, e->type, 2, named(NODE_LATER, INT_TYPE, node_constant(chance(9))), without_width(e));
}

static struct node *condition(int depth)
{
    return full(number(depth));
}

static void expression_add(struct node *to, struct node *e)
{
    node_add(to, node_new(NODE_EXPRESSION, &void_type, 1, full(e)));
}

/* ---- declarations ---- */

static struct node *declare(struct node *to, struct variable *v, struct node *initial)
{
    struct node *s = node_new(NODE_DECLARE, &void_type, 1, initial);
    s->variable = v;
    if (to)
        node_add(to, s);
    return s;
}

static void barrier_add(void)
{
    if (barrier_count < BARRIERS)
        barriers[barrier_count++] = ++last_barrier;
}

/* Another one in the declaration. */
static void scalar_join(struct node *to, const struct type *type, const char *qualifier)
{
    struct node *initial = *qualifier == 's' ? node_constant(chance(100)) : full(number(2));
    struct variable *v = variable_add(type, qualifier);
    v->counter = *qualifier == 'c';
    declare(to, v, initial)->form = DECLARE_JOINED;
}

static void scalar_declare(struct node *to)
{
    static const char *const qualifiers[] = {"",
                                             "",
                                             "",
                                             "",
                                             "",
                                             "",
                                             "volatile ",
                                             "_Atomic ",
                                             "const ",
                                             "static ",
                                             "static _Thread_local ",
                                             "register ",
                                             "_Alignas(32) "};
    const char *qualifier = qualifiers[chance(13)];
    const struct type *type = number_type();
    struct node *initial = *qualifier == 's' ? node_constant(chance(100)) : full(number(3));
    struct variable *v = variable_add(type, qualifier);
    v->counter = *qualifier == 'c';
    hide_another(v, initial);
    declare(to, v, initial);
    if (chance(3) == 0)
        scalar_join(to, type, qualifier);
}

/* Of the type that its initialiser has. */
static void auto_declare(struct node *to)
{
    struct node *initial = full(without_width(number(3)));
    struct variable *v = variable_add(initial->type, "");
    hide_another(v, initial);
    declare(to, v, initial)->form = DECLARE_AUTO;
}

/* A call for it is made when its block is left: nothing may jump into its scope. */
static void cleaned_declare(struct node *to)
{
    struct node *initial = full(number(2));
    declare(to, variable_add(INT_TYPE, CLEANUP), initial);
    barrier_add();
}

static void aggregate_declare(struct node *to)
{
    static const struct type *const kinds[] = {
        &types[SMALL_AT],         &types[BIG_AT],           &small_array,           &array_types[TYPE_INT],
        &array_types[TYPE_SHORT], &array_types[TYPE_UCHAR], &array_types[TYPE_LONG]};
    static const char *const qualifiers[] = {"", "", "", "", "const ", "volatile "};
    const struct type *type = kinds[chance(7)];
    const char *qualifier = qualifiers[chance(6)];
    struct node *initial = full(type->kind == TYPE_STRUCT && chance(2) ? value(type, 2) : initializer(type, 2));
    struct variable *v = variable_add(type, qualifier);
    v->counter = *qualifier == 'c';
    hide_another(v, initial);
    declare(to, v, initial);
}

/* Some members: numbers, arrays of them, bit-fields. */
static struct type *local_type_new(void)
{
    static const char *const names[] = {"a", "b", "c", "d"};
    int count = 1 + chance(4), cell = 0;
    struct member *members = tree_memory((size_t)count * sizeof *members);
    for (int i = 0; i < count; i++) {
        const struct type *type = chance(4) == 0 ? &array_types[chance(NUMBER_TYPES)] : number_type();
        members[i] = (struct member){names[i], type, 0, cell};
        if ((type == INT_TYPE || type == &types[TYPE_UINT]) && chance(2))
            members[i].width = 3 + chance(6);
        cell += type->cells;
    }
    struct type *type = tree_memory(sizeof *type);
    *type = (struct type){.kind = TYPE_STRUCT, .members = members, .count = count, .cells = cell};
    return type;
}

/* A variable with a struct of its own name, which may hide others. */
static void local_type_declare(struct node *to)
{
    struct type *type = local_type_new();
    struct node *initial = full(initializer(type, 2));
    struct variable *v = variable_add(type, "");
    hide_another(v, initial);
    char *name = tree_memory(24);
    snprintf(name, 24, "struct %s", v->name);
    type->name = name;
    declare(to, v, initial)->form = DECLARE_TYPE;
}

static void other_declare(struct node *to)
{
    static const int others[] = {FUNCTION_AT, INT_POINTER_AT, SMALL_POINTER_AT, BIG_POINTER_AT, REAL_AT, VECTOR_AT};
    int at = others[chance(6)];
    const struct type *type = at == REAL_AT ? real_type() : &types[at];
    struct node *initial = full(value(type, 2));
    struct variable *v = variable_add(type, "");
    hide_another(v, initial);
    declare(to, v, initial);
}

/* Between 4 and 7, so that the places of other arrays do for this one. */
static struct node *array_bound(void)
{
    struct node *low =
        node_operation(NODE_BINARY, INT_TYPE, "&", node_new(NODE_CAST, INT_TYPE, 1, number(2)), node_constant(3));
    return full(node_operation(NODE_BINARY, INT_TYPE, "+", low, node_constant(4)));
}

/* Is it the body of a switch? */
static bool has_cases(const struct node *block)
{
    for (int i = 0; i < block->count; i++)
        if (block->children[i]->kind == NODE_CASE || block->children[i]->kind == NODE_DEFAULT)
            return true;
    return false;
}

/* gcc 12 -O0 does not get such an array behind a case right, in plain C: where an object with a cleanup stands beside it, the stack is left as something
   that was never kept. */
static void open_array_declare(struct node *to)
{
    if (has_cases(to))
        return;
    const struct type *type = chance(3) ? &open_array : &open_rows;
    struct node *first = array_bound(), *second = type == &open_rows ? array_bound() : NULL;
    struct variable *v = variable_add(type, "");
    struct node *s = declare(to, v, NULL);
    node_add(s, first);
    if (second)
        node_add(s, second);
    barrier_add();
    s = node_new(NODE_FILL, &void_type, 0);
    s->variable = v;
    s->number = chance(50);
    node_add(to, s);
}

static void child_start(struct node *to)
{
    struct node *s = node_new(NODE_CHILD, &void_type, 1, full(number(2)));
    s->variable = variable_add(&task_type, "");
    node_add(to, s);
    barrier_add();
}

static void declaration(struct node *to)
{
    if (visible_count == VISIBLE)
        return;
    switch (chance(12)) {
    case 0:
    case 1:
    case 2:
    case 3: scalar_declare(to); break;
    case 9: auto_declare(to); break;
    case 10: local_type_declare(to); break;
    case 11: cleaned_declare(to); break;
    case 4:
    case 5: aggregate_declare(to); break;
    case 6: other_declare(to); break;
    case 7: open_array_declare(to); break;
    default: child_start(to); break;
    }
}

/* ---- statements ---- */

static void spot_add(struct spot *spots, int *count, struct node *node)
{
    struct spot *spot = &spots[(*count)++];
    spot->node = node;
    spot->count = barrier_count;
    spot->bound = bound;
    memcpy(spot->barriers, barriers, sizeof barriers);
}

static void label_add(struct node *to)
{
    if (label_count == JUMPS)
        return;
    struct node *s = node_new(NODE_LABEL, &void_type, 0);
    s->number = label_count;
    node_add(to, s);
    spot_add(labels, &label_count, s);
}

static void jump_add(struct node *to)
{
    if (jump_count == JUMPS)
        return;
    struct node *jump =
        chance(4) ? node_new(NODE_GOTO, &void_type, 0) : node_new(NODE_GOTO_COMPUTED, &void_type, 1, condition(1));
    struct node *spend = node_new(NODE_SPEND, INT_TYPE, 0);
    struct node *guard = full(node_new(NODE_AND, INT_TYPE, 2, spend, number(2)));
    node_add(to, node_new(NODE_IF, &void_type, 2, guard, jump));
    spot_add(jumps, &jump_count, jump);
}

static void case_add(struct node *to, bool fallback)
{
    struct node *s = node_new(fallback ? NODE_DEFAULT : NODE_CASE, &void_type, 0);
    s->number = next_case;
    s->last = next_case + (chance(5) == 0);
    next_case = (int)s->last + 1;
    node_add(to, s);
}

/* Something under which a jump, or the next case, may arrive. */
static void arrival_add(struct node *to)
{
    if (chance(6) == 0)
        label_add(to);
    if (switches && barrier_count == switch_barriers && next_case < 8 && chance(3) == 0)
        case_add(to, false);
}

static struct node *block(int depth)
{
    struct surrounding saved = surrounding_enter(false);
    struct node *s = node_new(NODE_BLOCK, &void_type, 0);
    for (int i = 1 + chance(3); i > 0; i--) {
        arrival_add(s);
        statement(s, depth);
    }
    arrival_add(s);
    surrounding_leave(saved);
    return s;
}

static void if_statement(struct node *to, int depth)
{
    struct node *guard = condition(3), *then = block(depth - 1);
    node_add(to, chance(2) ? node_new(NODE_IF, &void_type, 2, guard, then)
                           : node_new(NODE_IF, &void_type, 3, guard, then, block(depth - 1)));
}

static struct node *loop_body(int depth)
{
    loops++;
    struct node *s = block(depth - 1);
    loops--;
    return s;
}

/* counter-- > 0, perhaps with something more. */
static struct node *rounds(struct variable *counter, int depth)
{
    struct node *left = node_operation(NODE_POST, INT_TYPE, "-", node_variable(counter), NULL);
    struct node *e = node_operation(NODE_BINARY, INT_TYPE, ">", left, node_constant(0));
    if (chance(2))
        e = node_new(NODE_AND, INT_TYPE, 2, e,
                     chance(2) ? node_operation(NODE_BINARY, INT_TYPE, "|",
                                                named(NODE_LATER, INT_TYPE, number(depth - 1)), node_constant(1))
                               : number(depth - 1));
    return full(e);
}

static struct variable *counter_declare(struct node *to)
{
    struct node *initial = node_constant(1 + chance(3));
    if (chance(3) == 0)
        initial = named(NODE_LATER, INT_TYPE, initial);
    struct variable *v = variable_add(INT_TYPE, "");
    v->counter = true;
    declare(to, v, initial);
    return v;
}

static void while_statement(struct node *to, int depth)
{
    struct surrounding saved = surrounding_enter(false);
    struct node *outer = node_new(NODE_BLOCK, &void_type, 0);
    struct variable *counter = counter_declare(outer);
    if (chance(2)) {
        struct node *guard = rounds(counter, 2);
        node_add(outer, node_new(NODE_WHILE, &void_type, 2, guard, loop_body(depth)));
    } else {
        struct node *body = loop_body(depth);
        node_add(outer, node_new(NODE_DO, &void_type, 2, body, rounds(counter, 2)));
    }
    node_add(to, outer);
    surrounding_leave(saved);
}

static void for_statement(struct node *to, int depth)
{
    struct surrounding saved = surrounding_enter(false);
    struct node *holder = node_new(NODE_BLOCK, &void_type, 0);
    struct variable *counter = counter_declare(holder);
    struct node *first = holder->children[0];
    bool declares = chance(3);
    if (!declares)
        first = chance(2) ? full(number(2)) : NULL;
    struct node *guard = rounds(counter, 2), *step = chance(2) ? full(number(2)) : NULL;
    struct node *s = node_new(NODE_FOR, &void_type, 4, first, guard, step, loop_body(depth));
    if (!declares)
        node_add(holder, s);
    node_add(to, declares ? s : holder);
    surrounding_leave(saved);
}

static void switch_begin(void)
{
    switches++;
    switch_barriers = barrier_count;
    next_case = 0;
}

static void switch_statement(struct node *to, int depth)
{
    const struct type *type = number_type();
    struct node *operand = full(node_operation(NODE_BINARY, usual(type, INT_TYPE), "&",
                                               node_new(NODE_CAST, type, 1, number(3)), node_constant(7)));
    struct surrounding saved = surrounding_enter(false);
    int saved_case = next_case;
    struct node *body = node_new(NODE_BLOCK, &void_type, 0);
    switch_begin();
    for (int i = 2 + chance(3), fallback = chance(6); i > 0; i--) {
        if (barrier_count == switch_barriers)
            case_add(body, i == fallback);
        statement(body, depth - 1);
        if (chance(2))
            node_add(body, node_new(NODE_BREAK, &void_type, 0));
    }
    surrounding_leave(saved);
    next_case = saved_case;
    node_add(to, node_new(NODE_SWITCH, &void_type, 2, operand, body));
}

/* Cases in a loop in the switch: Duff's device. */
static void duff_statement(struct node *to, int depth)
{
    struct surrounding saved = surrounding_enter(false);
    int saved_case = next_case;
    struct node *outer = node_new(NODE_BLOCK, &void_type, 0), *body = node_new(NODE_BLOCK, &void_type, 0);
    struct variable *counter = counter_declare(outer);
    struct node *operand =
        full(node_operation(NODE_BINARY, INT_TYPE, "&", node_new(NODE_CAST, INT_TYPE, 1, number(2)), node_constant(3)));
    switch_begin();
    loops++;
    struct surrounding around = surrounding_enter(false);
    for (int i = 0; i < 4; i++) {
        if (barrier_count == switch_barriers)
            case_add(body, i == 3);
        statement(body, depth - 1);
    }
    surrounding_leave(around);
    loops--;
    struct node *loop = node_new(NODE_DO, &void_type, 2, body, rounds(counter, 2));
    struct node *inner = node_new(NODE_BLOCK, &void_type, 1, loop);
    node_add(outer, node_new(NODE_SWITCH, &void_type, 2, operand, inner));
    node_add(to, outer);
    surrounding_leave(saved);
    next_case = saved_case;
}

/* A block into which nothing jumps. Where `tight`, no break, continue or return gets out either. */
static struct node *barred(int depth, bool tight)
{
    struct surrounding saved = surrounding_enter(true);
    int saved_bound = bound;
    bool saved_defer = in_defer;
    if (tight) {
        loops = switches = 0;
        in_defer = true;
        bound = barrier_count;
    }
    struct node *s = block(depth);
    bound = saved_bound;
    in_defer = saved_defer;
    surrounding_leave(saved);
    return s;
}

static void defer_statement(struct node *to, int depth)
{
    bool group = in_group;
    in_group = false;
    node_add(to, node_new(NODE_DEFER, &void_type, 1, barred(depth - 1, true)));
    in_group = group;
    barrier_add();
}

static struct node *handler(struct variable *v, int error, int depth)
{
    struct node *s = node_new(NODE_CATCH, &void_type, 1, barred(depth - 1, false));
    s->variable = v;
    s->number = error;
    return s;
}

static void try_statement(struct node *to, int depth)
{
    struct node *s = node_new(NODE_TRY, &void_type, 1, barred(depth - 1, false));
    if (chance(2))
        node_add(s, handler(NULL, chance(3) ? 200 + chance(8) : ECANCELED, depth));
    if (chance(4) || s->count == 1) {
        int mark = visible_count;
        struct variable *error = variable_add(INT_TYPE, "");
        node_add(s, handler(error, 0, depth));
        visible_count = mark;
    }
    node_add(to, s);
}

static void throw_statement(struct node *to)
{
    struct node *code =
        node_operation(NODE_BINARY, INT_TYPE, "&", node_new(NODE_CAST, INT_TYPE, 1, number(2)), node_constant(7));
    struct node *s =
        node_new(NODE_THROW, &void_type, 1, full(node_operation(NODE_BINARY, INT_TYPE, "+", code, node_constant(200))));
    struct node *guard =
        node_operation(NODE_BINARY, INT_TYPE, "&", node_new(NODE_CAST, INT_TYPE, 1, number(2)), node_constant(3));
    if (!in_defer && chance(3) == 0) {
        s = node_new(NODE_CANCEL, &void_type, 0);
        s->number = id++;
    }
    node_add(to, node_new(NODE_IF, &void_type, 2,
                          full(node_operation(NODE_BINARY, INT_TYPE, "==", guard, node_constant(2))), s));
}

static void group_statement(struct node *to, int depth)
{
    struct surrounding saved = surrounding_enter(false);
    in_group = true;
    node_add(to, node_new(NODE_GROUP, &void_type, 1, barred(depth - 1, false)));
    surrounding_leave(saved);
}

static void spawn(struct node *to)
{
    struct variable *slot = variable_choose(is_int_slot, visible_count);
    if (!slot)
        return;
    struct node *s = node_new(NODE_SPAWN, &void_type, 1, full(number(2)));
    s->variable = slot;
    node_add(to, s);
}

static void with_statement(struct node *to, int depth)
{
    struct node *s = node_new(NODE_WITH, &void_type, 2, full(number(2)), NULL);
    int mark = visible_count;
    s->form = chance(3) == 0;
    s->number = id++;
    if (!s->form && chance(2))
        s->variable = variable_add(INT_TYPE, "");
    s->children[1] = barred(depth - 1, false);
    visible_count = mark;
    node_add(to, s);
}

/* One of the generators that there are before the function; NULL: there is none. */
static const struct function *generator_choose(void)
{
    const struct function *found = NULL;
    for (int i = 0, count = 0; i < program->count; i++)
        if (program->functions[i]->generator && program->functions[i] != function && chance(++count) == 0)
            found = program->functions[i];
    return found;
}

static void each_statement(struct node *to, int depth)
{
    struct node *s = node_new(NODE_EACH, &void_type, 2, full(number(2)), NULL);
    int mark = visible_count, saved_switches = switches;
    s->function = chance(3) ? generator_choose() : NULL;
    s->form = s->function && chance(2) ? EACH_BY_HAND : EACH_BY_LOOP;
    s->last = id++;
    s->variable = variable_add(INT_TYPE, "");
    loops++;
    switches = 0;
    s->children[1] = barred(depth - 1, false);
    loops--;
    switches = saved_switches;
    visible_count = mark;
    node_add(to, s);
}

static void leave_statement(struct node *to)
{
    struct node *s = NULL;
    if ((loops || switches) && chance(4))
        s = node_new(loops && chance(2) ? NODE_CONTINUE : NODE_BREAK, &void_type, 0);
    else if (!in_defer && function->generator)
        s = node_new(NODE_RETURN, &void_type, 0);
    else if (!in_defer)
        s = node_new(NODE_RETURN, function->result, 1, full(value(function->result, 2)));
    if (s)
        node_add(to, node_new(NODE_IF, &void_type, 2, condition(2), s));
}

static void compound_statement(struct node *to, int depth)
{
    switch (chance(16)) {
    case 0:
    case 1: if_statement(to, depth); break;
    case 2:
    case 3: while_statement(to, depth); break;
    case 4:
    case 5: for_statement(to, depth); break;
    case 6:
    case 7: switch_statement(to, depth); break;
    case 8: duff_statement(to, depth); break;
    case 9: node_add(to, block(depth - 1)); break;
    case 10: defer_statement(to, depth); break;
    case 11:
    case 12: try_statement(to, depth); break;
    case 13: group_statement(to, depth); break;
    case 14: with_statement(to, depth); break;
    default: each_statement(to, depth); break;
    }
}

static void simple_statement(struct node *to)
{
    switch (chance(16)) {
    case 0:
    case 1:
    case 2:
    case 3: declaration(to); break;
    case 4:
    case 5: expression_add(to, assignment(3)); break;
    case 6: expression_add(to, change(3)); break;
    case 7:
    case 8: expression_add(to, named(NODE_NOTE, number_type(), number(3))); break;
    case 9: expression_add(to, number(3)); break;
    case 10: jump_add(to); break;
    case 11: leave_statement(to); break;
    case 12: throw_statement(to); break;
    case 13:
        if (in_group)
            spawn(to);
        break;
    case 14:
        if (function->generator && !in_defer)
            node_add(to, node_new(NODE_YIELD, &void_type, 1, full(number(2))));
        break;
    default: {
        struct variable *local = variable_choose(is_local_record, visible_count);
        const struct type *type = local && chance(2) ? local->type : &types[chance(2) ? SMALL_AT : BIG_AT];
        expression_add(to, record(type, 3));
    }
    }
}

static void statement(struct node *to, int depth)
{
    if (statements_left-- > 0 && depth > 0 && chance(2))
        compound_statement(to, depth);
    else
        simple_statement(to);
}

/* ---- jumps ---- */

/* May it be jumped from here to there? What computed jumps leave is not undone: they stay under the same barriers. */
static bool reaches(const struct spot *from, const struct spot *to)
{
    if (to->count > from->count || to->count < from->bound ||
        memcmp(from->barriers, to->barriers, (size_t)to->count * sizeof(int)) != 0)
        return false;
    return from->node->kind == NODE_GOTO || from->count == to->count;
}

static const struct spot *label_choose(const struct spot *from)
{
    for (int tries = 0; tries < 20 && label_count > 0; tries++) {
        const struct spot *label = &labels[chance(label_count)];
        if (reaches(from, label))
            return label;
    }
    return NULL;
}

static bool same_barriers(const struct spot *a, const struct spot *b)
{
    return a->count == b->count && memcmp(a->barriers, b->barriers, (size_t)a->count * sizeof(int)) == 0;
}

/* A computed jump may lead to each label whose address is taken: they all stand under the barriers of the first one. */
static void jumps_plant(void)
{
    const struct spot *computed = NULL;
    for (int i = 0; i < jump_count; i++) {
        const struct spot *first = label_choose(&jumps[i]), *second = label_choose(&jumps[i]);
        struct node *s = jumps[i].node;
        if (s->kind == NODE_GOTO_COMPUTED && first && second) {
            if (!computed)
                computed = &jumps[i];
            else if (!same_barriers(computed, &jumps[i]))
                *s = *node_new(NODE_GOTO, &void_type, 0);
        }
        if (first && second) {
            s->number = first->node->number;
            s->last = second->node->number;
        } else {
            *s = *node_new(NODE_EXPRESSION, &void_type, 1, named(NODE_NOTE, INT_TYPE, node_constant(i)));
        }
    }
}

/* ---- programs ---- */

static void parameter_add(const struct type *type)
{
    struct variable *v = variable_add(type, "");
    v->name[0] = 'a';
    function->parameters[function->parameter_count++] = v;
}

static void function_begin(const struct type *result)
{
    visible_count = block_start = hidden_count = barrier_count = label_count = jump_count = loops = switches = bound =
        0;
    in_group = in_defer = false;
    statements_left = STATEMENTS * scale;
    function = function_new(program, result);
}

static void function_grow(int count)
{
    for (count *= scale; count > 0; count--) {
        if (chance(6) == 0)
            label_add(function->body);
        statement(function->body, 3);
    }
    if (!function->generator)
        node_add(function->body, node_new(NODE_RETURN, function->result, 1, full(value(function->result, 2))));
    jumps_plant();
}

static const struct type *parameter_type(void)
{
    static const int others[] = {INT_POINTER_AT, SMALL_AT,  BIG_AT,     SMALL_POINTER_AT,
                                 BIG_POINTER_AT, VECTOR_AT, FUNCTION_AT};
    return chance(2) ? number_type() : chance(8) == 0 ? real_type() : &types[others[chance(7)]];
}

static void function_add(void)
{
    function_begin(chance(3) ? number_type() : &types[chance(2) ? SMALL_AT : BIG_AT]);
    for (int k = chance(4); k > 0; k--)
        parameter_add(parameter_type());
    function_grow(2 + chance(3));
}

static void generator_add(void)
{
    function_begin(INT_TYPE);
    function->generator = true;
    parameter_add(INT_TYPE);
    function_grow(2 + chance(3));
}

static void grow(void)
{
    program = tree_memory(sizeof *program);
    program->rounds = 3;
    scale = chance(3) ? 1 : LARGE;
    id = 1;
    last_barrier = 0;
    /* The generators in the middle: they call functions, and functions go over them. */
    for (int i = 0; i < FUNCTIONS + GENERATORS; i++)
        if (i < FUNCTIONS / 2 || i >= FUNCTIONS / 2 + GENERATORS)
            function_add();
        else
            generator_add();
    function_begin(INT_TYPE);
    parameter_add(INT_TYPE);
    function_grow(4);
    program->last = function;
}

struct program *program_grow(uint64_t seed)
{
    const char *reason = "";
    char *title = tree_memory(40);
    snprintf(title, 40, "Trace program %llu.", (unsigned long long)seed);
    struct memory_mark mark = tree_mark();
    state = seed * UINT64_C(2654435761) + 12345;
    for (int tries = 0; tries < TRIES; tries++) {
        tree_release(mark);
        grow();
        char *printed = program_interpret(program, &reason);
        bool long_enough = printed && strlen(printed) > 300;
        free(printed);
        if (long_enough) {
            program->title = title;
            return program;
        }
    }
    fprintf(stderr, "trace: no program for seed %llu: the last one %s\n", (unsigned long long)seed,
            reason ? reason : "prints little");
    exit(2);
}

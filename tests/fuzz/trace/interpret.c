/* Executes a trace program and writes down what it must print. Objects are arrays of cells, one for each scalar, that
   know whether they are alive and have a value; where a program would do what C does not define, or what depends on
   when its tasks run, it is rejected.

   A full expression that is left early (an error, a jump out of a statement expression) is left by longjmp;
   statements return how they ended. A jump is executed by seeking: the statement that contains its target is executed
   from there on. A generator runs while the loop over it runs, and calls the loop's body at each yield. */
#define _GNU_SOURCE
#include "tree.h"
#include <errno.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

enum { STEPS = 20000, DEPTH = 40, OUTPUT = 20000, ELEMENTS = 64, WIDTH = 100 };

struct object;

struct cell {
    bool set;
    bool busy;      /* a child may change it any time */
    int64_t number; /* of a pointer: the cell it points to; of a function: which */
    struct object *object;
};

struct object {
    struct cell *cells;
    int count;
    int row; /* cells in a row of an array with two bounds */
    bool alive;
    const struct node *literal; /* whose object it is; NULL: a variable's */
    const struct type *type;    /* of a variable's; NULL: of none */
    struct object *next;        /* of the same block */
};

struct place {
    struct object *object;
    int cell;
    const struct member *field; /* of a bit-field */
};

enum outcome { NORMAL, BREAK, CONTINUE, RETURN, JUMP, ERROR };

/* One run of a function. */
struct activation {
    struct object **objects;      /* by the variable's slot */
    struct object *block_objects; /* of the innermost block */
    struct cell *returned;        /* RETURN */
    const struct node *target;    /* JUMP */
    int error;                    /* ERROR */
    const struct node *loop;      /* a generator's: the loop over it */
    struct activation *consumer;  /*   in this run */
    enum outcome left;            /*   how its body was left */
    const struct node *body;
};

struct handler {
    jmp_buf jump;
    struct handler *previous;
    struct activation *active;
};

struct deposit {
    struct place slot;
    int64_t amount;
    struct deposit *next;
};

static jmp_buf rejected;
static const char *reject_reason;
static int steps, depth, fuel, undoing;
static char output[OUTPUT + 200];
static int output_length, column;
static struct activation *active;
static struct handler *handlers;
static struct deposit *deposits; /* of the innermost group */
static struct {
    const struct variable *variable;
    struct object *object;
} statics[256];
static int static_count;

static struct cell *evaluate(const struct node *e);
static enum outcome execute(const struct node *s, const struct node *seek);

static _Noreturn void reject(const char *reason)
{
    reject_reason = reason;
    longjmp(rejected, 1);
}

static void event(char letter, int64_t id, int64_t value)
{
    char text[64];
    int length = snprintf(text, sizeof text, "%c%d=%lld", letter, (int)id, (long long)value);
    if (column > 0 && column + 1 + length > WIDTH) {
        output[output_length++] = '\n';
        column = 0;
    }
    int printed = sprintf(output + output_length, column > 0 ? " %s" : "%s", text);
    output_length += printed;
    column += printed;
    if (output_length > OUTPUT)
        reject("prints much");
}

static void step(void)
{
    if (++steps > STEPS)
        reject("runs long");
}

/* ---- objects ---- */

static struct cell *cells_new(int count)
{
    return tree_memory((size_t)count * sizeof(struct cell));
}

static struct object *object_new(int count)
{
    struct object *object = tree_memory(sizeof *object);
    *object = (struct object){.cells = cells_new(count), .count = count, .alive = true};
    return object;
}

static struct object *temporary_object(struct cell *cells, const struct type *type)
{
    struct object *object = object_new(type->cells);
    memcpy(object->cells, cells, (size_t)type->cells * sizeof *cells);
    return object;
}

static struct cell *number(int64_t value)
{
    struct cell *cell = cells_new(1);
    *cell = (struct cell){.set = true, .number = value};
    return cell;
}

static struct cell *pointer(struct place place)
{
    struct cell *cell = number(place.cell);
    cell->object = place.object;
    return cell;
}

static struct place pointed(const struct cell *cell)
{
    if (!cell->object)
        reject("follows no pointer");
    return (struct place){.object = cell->object, .cell = (int)cell->number};
}

static struct cell *checked(struct place place, int count)
{
    if (!place.object || !place.object->alive)
        reject("uses an object that is gone");
    if (place.cell < 0 || place.cell + count > place.object->count)
        reject("leaves an object");
    for (int i = 0; i < count; i++)
        if (place.object->cells[place.cell + i].busy)
            reject("uses what a child is about to change");
    return place.object->cells + place.cell;
}

static struct cell *load(struct place place, const struct type *type)
{
    struct cell *from = checked(place, type->cells), *value = cells_new(type->cells);
    for (int i = 0; i < type->cells; i++) {
        if (!from[i].set)
            reject("reads what has no value");
        value[i] = from[i];
    }
    if (is_number(type))
        value->number = converted(value->number, type); /* of a union, it may have been stored as another */
    return value;
}

static int64_t fitted(int64_t value, const struct type *type, const struct member *field)
{
    value = converted(value, type);
    if (field && is_union_view(field))      /* who reads it converts it back */
        value = converted(value, INT_TYPE);
    if (!field || !field->width || type->kind == TYPE_BOOL)
        return value;
    uint64_t sign = UINT64_C(1) << (field->width - 1), low = (uint64_t)value & (sign * 2 - 1);
    return type->kind == TYPE_UINT ? (int64_t)low : (int64_t)(low ^ sign) - (int64_t)sign;
}

static void store(struct place place, const struct type *type, const struct cell *value)
{
    struct cell *to = checked(place, type->cells);
    memmove(to, value, (size_t)type->cells * sizeof *to);
    for (int i = 0; i < type->cells; i++)
        to[i].set = true;
    if (is_number(type))
        to->number = fitted(value->number, type, place.field);
}

/* The object of a variable where it is in scope. */
static struct object *object_of(const struct variable *variable)
{
    if (is_static(variable))
        for (int i = 0; i < static_count; i++)
            if (statics[i].variable == variable)
                return statics[i].object;
    struct object *object = active->objects[variable->slot];
    if (!object)
        reject("uses a variable out of its scope");
    return object;
}

static void begin_variable(const struct variable *variable)
{
    struct object *object = object_new(variable->type == &task_type ? 2 : variable->type->cells);
    object->type = variable->type;
    active->objects[variable->slot] = object;
    object->next = active->block_objects;
    active->block_objects = object;
}

static void set_variable(const struct variable *variable, int64_t value)
{
    begin_variable(variable);
    store((struct place){.object = object_of(variable)}, variable->type, number(value));
}

/* ---- leaving ---- */

static _Noreturn void abandon(enum outcome outcome)
{
    longjmp(handlers->jump, outcome);
}

static _Noreturn void throw_error(int error)
{
    active->error = error;
    abandon(ERROR);
}

/* Evaluates a full expression. */
static enum outcome full(const struct node *e, struct cell **value)
{
    struct handler handler = {.previous = handlers, .active = active};
    step();
    handlers = &handler;
    int outcome = setjmp(handler.jump);
    if (outcome == NORMAL)
        *value = evaluate(e);
    handlers = handler.previous;
    active = handler.active;
    return (enum outcome)outcome;
}

/* ---- places ---- */

static struct place place_of(const struct node *e);

static struct place index_place(const struct node *e)
{
    bool swapped = is_number(e->children[0]->type);
    struct node *array = e->children[swapped], *index = e->children[!swapped];
    struct place place = {0};
    int64_t at = swapped ? evaluate(index)->number : 0;
    if (array->type->kind == TYPE_POINTER)
        place = pointed(evaluate(array));
    else
        place = place_of(array);
    if (!swapped)
        at = evaluate(index)->number;
    int stride = e->type->cells ? e->type->cells : place.object->row;
    if (at < -ELEMENTS || at > ELEMENTS ||
        (array->type->kind == TYPE_ARRAY && array->type->cells && (at < 0 || at >= array->type->count)))
        reject("indexes far");
    place.cell += (int)at * stride;
    place.field = NULL;
    return place;
}

static struct object *literal_object(const struct node *e)
{
    for (struct object *object = active->block_objects; object; object = object->next)
        if (object->literal == e)
            return object;
    struct object *object = object_new(e->type->cells);
    object->literal = e;
    object->next = active->block_objects;
    active->block_objects = object;
    return object;
}

static struct place literal_place(const struct node *e)
{
    struct cell *value = evaluate(e->children[0]);
    struct object *object = literal_object(e);
    memcpy(object->cells, value, (size_t)e->type->cells * sizeof *value);
    return (struct place){.object = object};
}

/* The object that an lvalue means; of a value that is no lvalue, a temporary. */
static struct place place_of(const struct node *e)
{
    struct place place;
    switch (e->kind) {
    case NODE_VARIABLE: return (struct place){.object = object_of(e->variable)};
    case NODE_DEREFERENCE: return pointed(evaluate(e->children[0]));
    case NODE_ARROW:
    case NODE_MEMBER:
        place = e->kind == NODE_ARROW ? pointed(evaluate(e->children[0])) : place_of(e->children[0]);
        place.cell += e->member->cell;
        place.field = e->member;
        return place;
    case NODE_INDEX: return index_place(e);
    case NODE_LITERAL: return literal_place(e);
    default: return (struct place){.object = temporary_object(evaluate(e), e->type)};
    }
}

/* The type of the object, where e->type is that of the value. */
static const struct type *place_type(const struct node *e)
{
    return e->kind == NODE_MEMBER || e->kind == NODE_ARROW ? e->member->type : e->type;
}

/* ---- values ---- */

static struct cell *as_type(struct cell *value, const struct type *type)
{
    return is_number(type) ? number(converted(value->number, type)) : value;
}

static bool is_true(const struct node *e)
{
    return evaluate(e)->number != 0;
}

static int64_t shifted(const char *operator_, int64_t a, int64_t b, const struct type *type)
{
    if (b < 0 || b >= type->size * 8)
        reject("shifts far");
    if (*operator_ == '<')
        return converted((int64_t)((uint64_t)a << b), type);
    return type->kind == TYPE_ULONG ? (int64_t)((uint64_t)a >> b) : a >> b;
}

static int64_t divided(const char *operator_, int64_t a, int64_t b, const struct type *type)
{
    if (b == 0 || (b == -1 && (a == INT64_MIN || a == INT32_MIN)))
        reject("divides badly");
    if (type->kind == TYPE_ULONG)
        return (int64_t)(*operator_ == '/' ? (uint64_t)a / (uint64_t)b : (uint64_t)a % (uint64_t)b);
    return *operator_ == '/' ? a / b : a % b;
}

static bool compared(const char *operator_, int64_t a, int64_t b, const struct type *type)
{
    bool less = type->kind == TYPE_ULONG ? (uint64_t)a < (uint64_t)b : a < b;
    switch (operator_[0]) {
    case '<': return less || (operator_[1] && a == b);
    case '>': return operator_[1] ? !less : !less && a != b;
    case '=': return a == b;
    default: return a != b;
    }
}

static int64_t combined(const char *operator_, int64_t a, int64_t b, const struct type *type)
{
    switch (*operator_) {
    case '+': return converted((int64_t)((uint64_t)a + (uint64_t)b), type);
    case '-': return converted((int64_t)((uint64_t)a - (uint64_t)b), type);
    case '*': return converted((int64_t)((uint64_t)a * (uint64_t)b), type);
    case '&': return converted(a & b, type);
    case '|': return converted(a | b, type);
    case '^': return converted(a ^ b, type);
    default: return converted(divided(operator_, a, b, type), type);
    }
}

/* Only in an array of what is pointed to. */
static struct cell *moved(const char *operator_, struct cell *a, int64_t by, const struct type *inner)
{
    int64_t to = a->number + (*operator_ == '-' ? -by : by) * inner->cells;
    if (!a->object || !a->object->alive || !a->object->type || a->object->type->kind != TYPE_ARRAY ||
        a->object->type->inner != inner || to < 0 || to > a->object->count)
        reject("moves a pointer out of its array");
    return pointer((struct place){.object = a->object, .cell = (int)to});
}

static struct cell *compared_pointers(const char *operator_, const struct cell *a, const struct cell *b)
{
    if (!a->object || !a->object->alive || !b->object || !b->object->alive)
        reject("compares a pointer to what is gone");
    bool same = a->object == b->object && a->number == b->number;
    /* Behind the end of one object another may begin. */
    if (a->object != b->object && (a->number == a->object->count || b->number == b->object->count))
        reject("compares the end of an object");
    return number(same == (*operator_ == '='));
}

/* a operator b, for operands of these types: what C makes of it, pointers included. */
static struct cell *operated(const char *operator_, struct cell *a, const struct type *a_type, struct cell *b,
                             const struct type *b_type)
{
    if (a_type->kind == TYPE_VECTOR) {
        struct cell *all = cells_new(a_type->cells);
        for (int i = 0; i < a_type->cells; i++)
            all[i] = (struct cell){.set = true, .number = combined(operator_, a[i].number, b[i].number, a_type->inner)};
        return all;
    }
    if (a_type->kind == TYPE_POINTER)
        return b_type->kind == TYPE_POINTER ? compared_pointers(operator_, a, b)
                                            : moved(operator_, a, b->number, a_type->inner);
    if (strcmp(operator_, "<<") == 0 || strcmp(operator_, ">>") == 0)
        return number(shifted(operator_, a->number, b->number, promoted(a_type)));
    const struct type *type = usual(a_type, b_type);
    int64_t left = converted(a->number, type), right = converted(b->number, type);
    if (strchr("<>=!", *operator_))
        return number(compared(operator_, left, right, type));
    return number(combined(operator_, left, right, type));
}

static struct cell *unary(const struct node *e)
{
    int64_t value = converted(evaluate(e->children[0])->number, promoted(e->children[0]->type));
    switch (*e->operator_) {
    case '-': return number(converted((int64_t)(0 - (uint64_t)value), e->type));
    case '~': return number(converted(~value, e->type));
    case '!': return number(!value);
    default: return number(value);
    }
}

/* The place first, then the right side; what an operator combines it with is read after that. */
static struct cell *assign(const struct node *e)
{
    const struct type *type = place_type(e->children[0]);
    struct place place = place_of(e->children[0]);
    struct cell *value = evaluate(e->children[1]);
    if (strcmp(e->operator_, "=") != 0)
        value = operated(e->operator_, load(place, type), e->children[0]->type, value, e->children[1]->type);
    store(place, type, value);
    return load(place, type);
}

static struct cell *stepped(const struct node *e)
{
    const struct type *type = place_type(e->children[0]);
    struct place place = place_of(e->children[0]);
    struct cell *old = load(place, type);
    store(place, type, operated(e->operator_, old, e->children[0]->type, number(1), INT_TYPE));
    return e->kind == NODE_POST ? old : load(place, type);
}

static void initialize(const struct node *e, struct cell *cells)
{
    const struct type *type = e->type;
    for (int i = 0; i < type->cells; i++)
        cells[i] = (struct cell){.set = true};
    for (int i = 0; i < e->count; i++) {
        const struct member *member = type->kind == TYPE_STRUCT ? &type->members[e->targets[i]] : NULL;
        bool elements = type->kind == TYPE_ARRAY || type->kind == TYPE_VECTOR;
        const struct type *part = member ? member->type : elements ? type->inner : type;
        struct cell *to = cells + (member ? member->cell : e->targets[i] * part->cells);
        if (e->children[i]->kind == NODE_INITIALIZER) {
            initialize(e->children[i], to);
            continue;
        }
        memcpy(to, evaluate(e->children[i]), (size_t)part->cells * sizeof *to);
        if (is_number(part))
            to->number = fitted(to->number, part, member);
    }
}

/* What note and later print of a value. */
static int64_t digest(const struct cell *value, const struct type *type)
{
    int64_t sum = 0;
    bool shown = is_number(type) || type->kind == TYPE_STRUCT || type->kind == TYPE_REAL || type->kind == TYPE_VECTOR;
    for (int i = 0; i < type->cells && shown; i++)
        sum ^= value[i].number;
    return sum;
}

static struct cell *later(const struct node *e)
{
    struct cell *value = as_type(evaluate(e->children[0]), e->type);
    if (e->form == LATER_TICKET || e->form == LATER_MADE_TICKET)
        event('t', e->number, value->number);
    else if (e->form != LATER_VALUE)
        event('a', e->number, digest(value, e->type));
    return value;
}

static struct cell *call_pointer(const struct node *e)
{
    int64_t which = evaluate(e->children[0])->number;
    int64_t value = converted(evaluate(e->children[1])->number, INT_TYPE);
    event(which ? 'g' : 'f', e->number, value);
    return number(converted(value + which, INT_TYPE));
}

/* ---- calls ---- */

static struct activation *activation_new(const struct function *function, struct cell *const arguments[])
{
    struct activation *activation = tree_memory(sizeof *activation);
    *activation = (struct activation){.objects = tree_memory((size_t)function->slots * sizeof(struct object *) + 1),
                                      .body = function->body};
    for (int i = 0; i < function->parameter_count; i++) {
        const struct variable *parameter = function->parameters[i];
        struct object *object = object_new(parameter->type->cells);
        store((struct place){.object = object}, parameter->type, arguments[i]);
        activation->objects[parameter->slot] = object;
    }
    return activation;
}

static enum outcome activation_run(struct activation *activation)
{
    struct activation *caller = active;
    if (++depth > DEPTH)
        reject("calls deep");
    active = activation;
    enum outcome outcome = execute(activation->body, NULL);
    active = caller;
    depth--;
    return outcome;
}

static struct cell *call(const struct function *function, struct cell *const arguments[])
{
    struct activation *activation = activation_new(function, arguments);
    switch (activation_run(activation)) {
    case RETURN:
        for (int i = 0; i < function->parameter_count; i++)
            activation->objects[function->parameters[i]->slot]->alive = false;
        return activation->returned;
    case ERROR: throw_error(activation->error);
    default: reject("returns nothing");
    }
}

static struct cell *evaluate_call(const struct node *e)
{
    struct cell *arguments[4];
    for (int i = 0; i < e->count; i++)
        arguments[i] = evaluate(e->children[i]);
    return call(e->function, arguments);
}

static struct cell *await_child(const struct node *e)
{
    struct object *child = object_of(e->variable);
    if (!child->cells[0].set)
        reject("awaits a child that was not started");
    child->cells[1].set = true; /* somebody has seen its error */
    if (child->cells[1].number)
        throw_error((int)child->cells[1].number);
    return number(child->cells[0].number);
}

static struct cell *statement_expression(const struct node *e)
{
    struct node *block = e->children[0];
    struct node *last = block->count ? block->children[block->count - 1] : NULL;
    if (!last || last->kind != NODE_EXPRESSION)
        reject("has a statement expression without value");
    enum outcome outcome = execute(block, NULL);
    if (outcome != NORMAL)
        abandon(outcome);
    return active->returned;
}

static struct cell *conditional(const struct node *e)
{
    struct cell *condition = evaluate(e->children[0]);
    bool holds = condition->number != 0;
    if (e->count == 2)
        return as_type(holds ? condition : evaluate(e->children[1]), e->type);
    return as_type(evaluate(e->children[holds ? 1 : 2]), e->type);
}

static struct cell *evaluate(const struct node *e)
{
    struct node **child = e->children;
    step();
    switch (e->kind) {
    case NODE_CONSTANT:
    case NODE_FUNCTION: return number(e->number);
    case NODE_ADDRESS: return pointer(place_of(child[0]));
    case NODE_UNARY: return unary(e);
    case NODE_CAST: return as_type(evaluate(child[0]), e->type);
    case NODE_BINARY: {
        struct cell *left = evaluate(child[0]), *right = evaluate(child[1]);
        return operated(e->operator_, left, child[0]->type, right, child[1]->type);
    }
    case NODE_AND: return number(is_true(child[0]) && is_true(child[1]));
    case NODE_OR: return number(is_true(child[0]) || is_true(child[1]));
    case NODE_CONDITIONAL: return conditional(e);
    case NODE_COMMA: evaluate(child[0]); return evaluate(child[1]);
    case NODE_ASSIGN: return assign(e);
    case NODE_PRE:
    case NODE_POST: return stepped(e);
    case NODE_NOTE: {
        struct cell *value = as_type(evaluate(child[0]), e->type);
        event('n', e->number, digest(value, e->type));
        return value;
    }
    case NODE_LATER: return later(e);
    case NODE_CALL: return evaluate_call(e);
    case NODE_CALL_POINTER: return call_pointer(e);
    case NODE_INITIALIZER: {
        struct cell *value = cells_new(e->type->cells);
        initialize(e, value);
        return value;
    }
    case NODE_STATEMENTS: return statement_expression(e);
    case NODE_GENERIC: return evaluate(child[0]);
    case NODE_SIZE: return number(object_of(e->variable)->count);
    case NODE_TASK: return await_child(e);
    case NODE_SPEND: return number(fuel > 0 && fuel-- > 0);
    default: {
        struct place place = place_of(e);
        return e->type->kind == TYPE_ARRAY ? pointer(place) : load(place, place_type(e));
    }
    }
}

/* ---- statements ---- */

static bool contains(const struct node *s, const struct node *target)
{
    if (!s || !target)
        return false;
    if (s == target)
        return true;
    for (int i = 0; i < s->count; i++)
        if (contains(s->children[i], target))
            return true;
    return false;
}

/* Executes a part of a statement, and goes on in it where a jump leads there. */
static enum outcome execute_part(const struct node *s, const struct node *seek)
{
    enum outcome outcome = execute(s, seek);
    while (outcome == JUMP && contains(s, active->target))
        outcome = execute(s, active->target);
    return outcome;
}

static const struct node *find_label(const struct node *s, int64_t label)
{
    if (!s || (s->kind == NODE_LABEL && s->number == label))
        return s;
    for (int i = 0; i < s->count; i++) {
        const struct node *found = find_label(s->children[i], label);
        if (found)
            return found;
    }
    return NULL;
}

static enum outcome jump(int64_t label)
{
    active->target = find_label(active->body, label);
    if (!active->target)
        reject("jumps nowhere");
    return JUMP;
}

/* ---- blocks ---- */

struct undo {
    int item;
    const struct node *statement;
};

/* A defer, or the call for a variable with a cleanup. */
static enum outcome undo_one(const struct node *s)
{
    if (s->kind == NODE_DEFER)
        return execute(s->children[0], NULL);
    event('c', 0, load((struct place){.object = object_of(s->variable)}, s->variable->type)->number);
    return NORMAL;
}

/* Undoes what was begun after the item: how the block is left afterwards. */
static enum outcome undo(struct undo *undos, int *count, int item, enum outcome outcome)
{
    while (*count > 0 && undos[*count - 1].item > item) {
        const struct node *s = undos[--*count].statement;
        struct activation saved = *active;
        undoing++;
        enum outcome end = undo_one(s);
        undoing--;
        if (end == ERROR) {
            outcome = ERROR;
        } else {
            active->returned = saved.returned;
            active->target = saved.target;
            active->error = saved.error;
        }
    }
    return outcome;
}

static void end_objects(struct object *outer)
{
    for (struct object *object = active->block_objects; object != outer; object = object->next) {
        object->alive = false;
        /* Where nobody has seen how a child failed, the loop tells of it. */
        if (object->count == 2 && object->cells[1].number && !object->cells[1].set && !object->literal &&
            object->cells[0].busy)
            reject("lets an error of a child get lost");
    }
    active->block_objects = outer;
}

static void begin_block(const struct node *s)
{
    for (int i = 0; i < s->count; i++) {
        const struct node *item = s->children[i];
        if (item && item->kind == NODE_DECLARE && item->variable->type->cells && !is_static(item->variable))
            begin_variable(item->variable);
    }
}

static enum outcome execute_block(const struct node *s, const struct node *seek)
{
    struct undo undos[64];
    int undo_count = 0, at = 0;
    struct object *outer = active->block_objects;
    enum outcome outcome = NORMAL;
    begin_block(s);
    if (seek)
        while (!contains(s->children[at], seek))
            at++;
    while (at < s->count && outcome == NORMAL) {
        const struct node *item = s->children[at];
        if (item->kind == NODE_DEFER && undo_count < 64)
            undos[undo_count++] = (struct undo){at, item};
        else
            outcome = execute(item, seek);
        if (outcome == NORMAL && item->kind == NODE_DECLARE && is_cleaned(item->variable) && undo_count < 64)
            undos[undo_count++] = (struct undo){at, item};
        seek = NULL;
        if (outcome == JUMP && contains(s, active->target)) {
            at = 0;
            while (!contains(s->children[at], active->target))
                at++;
            outcome = undo(undos, &undo_count, at, NORMAL);
            seek = active->target;
        } else {
            at++;
        }
    }
    outcome = undo(undos, &undo_count, -1, outcome);
    end_objects(outer);
    return outcome;
}

/* ---- declarations ---- */

static enum outcome declare_open_array(const struct node *s)
{
    int64_t bounds[2] = {1, 1};
    for (int i = 1; i < s->count; i++) {
        struct cell *bound;
        enum outcome outcome = full(s->children[i], &bound);
        if (outcome != NORMAL)
            return outcome;
        bounds[i - 1] = bound->number;
        if (bound->number < 1 || bound->number > ELEMENTS)
            reject("has an array of an odd size");
    }
    struct object *object = object_new((int)(bounds[0] * bounds[1]));
    object->row = (int)bounds[1];
    object->next = active->block_objects;
    active->block_objects = object;
    active->objects[s->variable->slot] = object;
    return NORMAL;
}

static enum outcome declare_static(const struct node *s)
{
    for (int i = 0; i < static_count; i++)
        if (statics[i].variable == s->variable)
            return NORMAL;
    if (static_count == sizeof statics / sizeof *statics || s->children[0]->kind != NODE_CONSTANT)
        reject("has many static variables");
    statics[static_count].variable = s->variable;
    statics[static_count].object = object_new(1);
    store((struct place){.object = statics[static_count++].object}, s->variable->type, number(s->children[0]->number));
    return NORMAL;
}

static enum outcome declare(const struct node *s)
{
    struct cell *value;
    if (!s->variable->type->cells)
        return declare_open_array(s);
    if (is_static(s->variable))
        return declare_static(s);
    struct object *object = object_of(s->variable);
    if (!s->children[0]) {
        memset(object->cells, 0, (size_t)object->count * sizeof *object->cells);
        return NORMAL;
    }
    enum outcome outcome = full(s->children[0], &value);
    if (outcome == NORMAL)
        store((struct place){.object = object}, s->variable->type, value);
    return outcome;
}

static enum outcome start_child(const struct node *s)
{
    struct cell *value;
    enum outcome outcome = full(s->children[0], &value);
    if (outcome != NORMAL)
        return outcome;
    int64_t argument = converted(value->number, INT_TYPE);
    begin_variable(s->variable);
    struct cell *cells = object_of(s->variable)->cells;
    /* busy marks the object as a child's. */
    cells[0] = (struct cell){.set = true, .busy = true, .number = converted(argument * 3 + 1, INT_TYPE)};
    cells[1].number = (argument & 7) == 5 ? 300 + (argument & 31) : 0;
    return NORMAL;
}

static enum outcome spawn(const struct node *s)
{
    struct cell *value;
    enum outcome outcome = full(s->children[0], &value);
    if (outcome != NORMAL)
        return outcome;
    struct deposit *deposit = tree_memory(sizeof *deposit);
    *deposit = (struct deposit){{.object = object_of(s->variable)}, converted(value->number, INT_TYPE), deposits};
    struct cell *cell = deposit->slot.object->cells;
    if (!cell->set || !deposit->slot.object->alive)
        reject("deposits where there is no value");
    cell->busy = true;
    deposits = deposit;
    return NORMAL;
}

static enum outcome group(const struct node *s)
{
    struct deposit *outer = deposits;
    deposits = NULL;
    enum outcome outcome = execute_part(s->children[0], NULL);
    for (struct deposit *deposit = deposits; deposit; deposit = deposit->next) {
        struct cell *cell = deposit->slot.object->cells;
        if (!deposit->slot.object->alive)
            reject("a child deposits into what has ended");
        cell->busy = false;
        cell->set = cell->set && outcome != ERROR; /* cancelled before or after it? */
        cell->number = converted(cell->number + deposit->amount, INT_TYPE);
    }
    deposits = outer;
    return outcome;
}

/* ---- loops and choices ---- */

static enum outcome condition(const struct node *e, bool *holds)
{
    struct cell *value;
    enum outcome outcome = NORMAL;
    *holds = true;
    if (e && (outcome = full(e, &value)) == NORMAL)
        *holds = value->number != 0;
    return outcome;
}

/* A loop's body: whether the loop goes on, and how it ended where it does not. */
static bool goes_on(const struct node *body, const struct node *seek, enum outcome *outcome)
{
    step();
    *outcome = execute_part(body, seek);
    if (*outcome == NORMAL || *outcome == CONTINUE)
        return true;
    if (*outcome == BREAK)
        *outcome = NORMAL;
    return false;
}

static enum outcome while_loop(const struct node *s, const struct node *seek)
{
    enum outcome outcome;
    for (;; seek = NULL) {
        bool holds = true;
        if (!seek && (outcome = condition(s->children[0], &holds)) != NORMAL)
            return outcome;
        if (!holds)
            return NORMAL;
        if (!goes_on(s->children[1], seek, &outcome))
            return outcome;
    }
}

static enum outcome do_loop(const struct node *s, const struct node *seek)
{
    enum outcome outcome;
    bool holds;
    do {
        if (!goes_on(s->children[0], seek, &outcome))
            return outcome;
        seek = NULL;
        if ((outcome = condition(s->children[1], &holds)) != NORMAL)
            return outcome;
    } while (holds);
    return NORMAL;
}

static enum outcome for_rounds(const struct node *s, const struct node *seek)
{
    enum outcome outcome = NORMAL;
    struct cell *value;
    if (!seek && s->children[0])
        outcome = s->children[0]->kind == NODE_DECLARE ? declare(s->children[0]) : full(s->children[0], &value);
    while (outcome == NORMAL) {
        bool holds = true;
        if (!seek && ((outcome = condition(s->children[1], &holds)) != NORMAL || !holds))
            return outcome;
        if (!goes_on(s->children[3], seek, &outcome))
            return outcome;
        seek = NULL;
        outcome = s->children[2] ? full(s->children[2], &value) : NORMAL;
    }
    return outcome;
}

static enum outcome for_loop(const struct node *s, const struct node *seek)
{
    struct object *outer = active->block_objects;
    if (s->children[0] && s->children[0]->kind == NODE_DECLARE)
        begin_variable(s->children[0]->variable);
    enum outcome outcome = for_rounds(s, seek);
    end_objects(outer);
    return outcome;
}

static enum outcome choose(const struct node *s, const struct node *seek)
{
    bool holds = true;
    if (seek) {
        for (int i = 1; i < s->count; i++)
            if (contains(s->children[i], seek))
                return execute(s->children[i], seek);
        reject("jumps into a condition");
    }
    enum outcome outcome = condition(s->children[0], &holds);
    if (outcome != NORMAL || (!holds && s->count < 3))
        return outcome;
    return execute(s->children[holds ? 1 : 2], NULL);
}

static const struct node *find_case(const struct node *s, int64_t value, enum node_kind kind)
{
    if (!s || s->kind == NODE_SWITCH)
        return NULL;
    if (s->kind == kind && (kind == NODE_DEFAULT || (value >= s->number && value <= s->last)))
        return s;
    for (int i = 0; i < s->count; i++) {
        const struct node *found = is_statement(s) ? find_case(s->children[i], value, kind) : NULL;
        if (found)
            return found;
    }
    return NULL;
}

static enum outcome switch_statement(const struct node *s, const struct node *seek)
{
    if (!seek) {
        struct cell *value;
        enum outcome outcome = full(s->children[0], &value);
        if (outcome != NORMAL)
            return outcome;
        int64_t number = converted(value->number, promoted(s->children[0]->type));
        seek = find_case(s->children[1], number, NODE_CASE);
        if (!seek)
            seek = find_case(s->children[1], number, NODE_DEFAULT);
        if (!seek)
            return NORMAL;
    }
    enum outcome outcome = execute_part(s->children[1], seek);
    return outcome == BREAK ? NORMAL : outcome;
}

/* ---- errors, managers, iterators ---- */

static enum outcome handle(const struct node *handler)
{
    struct object *outer = active->block_objects;
    if (handler->variable)
        set_variable(handler->variable, active->error);
    enum outcome outcome = execute_part(handler->children[0], NULL);
    end_objects(outer);
    return outcome;
}

static enum outcome try_statement(const struct node *s)
{
    enum outcome outcome = execute_part(s->children[0], NULL);
    for (int i = 1; i < s->count && outcome == ERROR; i++)
        if (s->children[i]->variable ? active->error != ECANCELED : active->error == s->children[i]->number)
            return handle(s->children[i]);
    return outcome;
}

static enum outcome with_statement(const struct node *s)
{
    struct cell *value;
    struct object *outer = active->block_objects;
    enum outcome outcome = full(s->children[0], &value);
    if (outcome != NORMAL)
        return outcome;
    int64_t number = converted(value->number, INT_TYPE);
    event(s->form ? '[' : '(', s->number, number);
    if (s->variable)
        set_variable(s->variable, number);
    outcome = execute_part(s->children[1], NULL);
    int error = outcome == ERROR ? active->error : 0;
    event(s->form ? ']' : ')', s->number, error);
    if (s->form && error & 1) {
        if (error == ECANCELED)
            reject("swallows a cancellation");
        outcome = NORMAL;
    }
    end_objects(outer);
    return outcome;
}

static bool each_element(const struct node *s, int64_t element, enum outcome *outcome)
{
    struct object *outer = active->block_objects;
    set_variable(s->variable, element);
    bool on = goes_on(s->children[1], NULL, outcome);
    end_objects(outer);
    return on;
}

static enum outcome each_of_range(const struct node *s, int64_t end)
{
    enum outcome outcome = NORMAL;
    for (int64_t next = 0;; next++) {
        event('i', s->last, next);
        if (next >= end)
            return NORMAL;
        if (!each_element(s, next, &outcome))
            return outcome;
    }
}

static enum outcome each_of_generator(const struct node *s, struct cell *argument)
{
    struct activation *generator = activation_new(s->function, &argument);
    generator->loop = s;
    generator->consumer = active;
    generator->left = CONTINUE;
    enum outcome end = activation_run(generator);
    if (generator->left != CONTINUE) {
        if (end != ERROR || generator->error != ECANCELED)
            reject("has a generator that is not closed");
        return generator->left;
    }
    if (end == ERROR)
        active->error = generator->error;
    return end == ERROR ? ERROR : NORMAL;
}

static enum outcome each_statement(const struct node *s)
{
    struct cell *value;
    enum outcome outcome = full(s->children[0], &value);
    if (outcome != NORMAL)
        return outcome;
    int64_t number_ = converted(value->number, INT_TYPE);
    return s->function ? each_of_generator(s, number(number_)) : each_of_range(s, number_ & 3);
}

/* The loop's body runs here. Where it leaves the loop, the generator is closed: its yield fails. */
static enum outcome yield(const struct node *s)
{
    struct cell *value;
    enum outcome outcome = full(s->children[0], &value);
    if (outcome != NORMAL)
        return outcome;
    struct activation *generator = active;
    if (!generator->loop || generator->left != CONTINUE)
        reject("yields when it is closed");
    active = generator->consumer;
    bool on = each_element(generator->loop, converted(value->number, INT_TYPE), &outcome);
    active = generator;
    if (on)
        return NORMAL;
    generator->left = outcome;
    generator->error = ECANCELED;
    return ERROR;
}

/* ---- one statement ---- */

static enum outcome leave_with_value(const struct node *s, enum outcome kind)
{
    struct cell *value = NULL;
    enum outcome outcome = s->count ? full(s->children[0], &value) : NORMAL;
    if (outcome != NORMAL)
        return outcome;
    if (kind == ERROR)
        active->error = (int)value->number;
    else if (s->count)
        active->returned = as_type(value, s->type);
    return kind;
}

/* While something is undone, a cancellation waits for an await that depends on what else suspends. */
static enum outcome cancel(const struct node *s)
{
    if (undoing)
        reject("is cancelled while it undoes something");
    event('x', s->number, 0);
    active->error = ECANCELED;
    return ERROR;
}

static void fill(const struct node *s)
{
    struct object *object = object_of(s->variable);
    checked((struct place){.object = object}, object->count);
    for (int i = 0; i < object->count; i++)
        object->cells[i] = (struct cell){.set = true, .number = s->number + i};
}

static enum outcome execute(const struct node *s, const struct node *seek)
{
    struct cell *value;
    enum outcome outcome;
    step();
    switch (s->kind) {
    case NODE_EXPRESSION:
        outcome = full(s->children[0], &value);
        if (outcome == NORMAL)
            active->returned = value; /* of a statement expression, where it is the last */
        return outcome;
    case NODE_DECLARE: return declare(s);
    case NODE_FILL: fill(s); return NORMAL;
    case NODE_BLOCK: return execute_block(s, seek);
    case NODE_IF: return choose(s, seek);
    case NODE_WHILE: return while_loop(s, seek);
    case NODE_DO: return do_loop(s, seek);
    case NODE_FOR: return for_loop(s, seek);
    case NODE_SWITCH: return switch_statement(s, seek);
    case NODE_BREAK: return BREAK;
    case NODE_CONTINUE: return CONTINUE;
    case NODE_GOTO: return jump(s->number);
    case NODE_GOTO_COMPUTED:
        outcome = full(s->children[0], &value);
        return outcome == NORMAL ? jump(value->number & 1 ? s->last : s->number) : outcome;
    case NODE_RETURN: return leave_with_value(s, RETURN);
    case NODE_THROW: return leave_with_value(s, ERROR);
    case NODE_TRY: return try_statement(s);
    case NODE_CHILD: return start_child(s);
    case NODE_GROUP: return group(s);
    case NODE_SPAWN: return spawn(s);
    case NODE_WITH: return with_statement(s);
    case NODE_EACH: return each_statement(s);
    case NODE_YIELD: return yield(s);
    case NODE_CANCEL: return cancel(s);
    default: return NORMAL; /* labels; defers are begun by their block */
    }
}

/* ---- the program ---- */

static void run_rounds(const struct program *program)
{
    for (int round = 0; round < program->rounds; round++) {
        struct cell *argument = number(round);
        struct activation *activation = activation_new(program->last, &argument);
        enum outcome outcome = activation_run(activation);
        if (outcome == RETURN)
            event('r', round, activation->returned->number);
        else if (outcome == ERROR)
            event('e', round, activation->error);
        else
            reject("returns nothing");
    }
}

char *program_interpret(const struct program *program, const char **reason)
{
    steps = depth = output_length = column = static_count = undoing = 0;
    fuel = 12;
    active = NULL;
    handlers = NULL;
    deposits = NULL;
    if (!program_is_determinate(program)) {
        *reason = "has an order that C leaves open";
        return NULL;
    }
    struct memory_mark mark = tree_mark();
    *reason = NULL;
    if (setjmp(rejected) == 0)
        run_rounds(program);
    else
        *reason = reject_reason;
    tree_release(mark);
    if (*reason)
        return NULL;
    output[output_length++] = '\n';
    output[output_length] = '\0';
    return strdup(output);
}

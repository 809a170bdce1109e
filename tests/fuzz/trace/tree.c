/* Types and nodes of trace programs: making them and asking about them. */
#include "tree.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- types ---- */

const struct type array_types[NUMBER_TYPES] = {
#define X(at) [at] = {.kind = TYPE_ARRAY, .inner = &types[at], .count = 4, .cells = 4}
    X(TYPE_BOOL), X(TYPE_SCHAR), X(TYPE_UCHAR), X(TYPE_SHORT), X(TYPE_USHORT),
    X(TYPE_INT),  X(TYPE_UINT),  X(TYPE_LONG),  X(TYPE_ULONG),
#undef X
};

static const struct member small_members[] = {{"a", &types[TYPE_INT], 0, 0}, {"b", &types[TYPE_UCHAR], 0, 1}};
static const struct member big_members[] = {
    {"a", &types[TYPE_INT], 0, 0},     {"bits", &types[TYPE_UINT], 5, 1},     {"low", &types[TYPE_INT], 4, 2},
    {"flag", &types[TYPE_BOOL], 1, 3}, {"e", &array_types[TYPE_SHORT], 0, 4}, {"in", &types[SMALL_AT], 0, 8},
    {"z", &types[TYPE_LONG], 0, 10},   {"w", &types[TYPE_INT], 0, 11},        {"u", &types[TYPE_UINT], 0, 11},
};

const struct type types[TYPES] = {
    [TYPE_BOOL] = {.kind = TYPE_BOOL, .name = "_Bool", .word = "bool", .size = 1, .cells = 1},
    [TYPE_SCHAR] = {.kind = TYPE_SCHAR, .name = "signed char", .word = "schar", .size = 1, .cells = 1},
    [TYPE_UCHAR] = {.kind = TYPE_UCHAR, .name = "unsigned char", .word = "uchar", .size = 1, .cells = 1},
    [TYPE_SHORT] = {.kind = TYPE_SHORT, .name = "short", .word = "short", .size = 2, .cells = 1},
    [TYPE_USHORT] = {.kind = TYPE_USHORT, .name = "unsigned short", .word = "ushort", .size = 2, .cells = 1},
    [TYPE_INT] = {.kind = TYPE_INT, .name = "int", .word = "int", .size = 4, .cells = 1},
    [TYPE_UINT] = {.kind = TYPE_UINT, .name = "unsigned", .word = "unsigned", .size = 4, .cells = 1},
    [TYPE_LONG] = {.kind = TYPE_LONG, .name = "long long", .word = "long", .size = 8, .cells = 1},
    [TYPE_ULONG] = {.kind = TYPE_ULONG, .name = "unsigned long long", .word = "ulong", .size = 8, .cells = 1},
    [FUNCTION_AT] = {.kind = TYPE_FUNCTION, .name = "function", .word = "function", .cells = 1},
    [INT_POINTER_AT] = {.kind = TYPE_POINTER, .name = "int *", .word = "int_pointer", .inner = INT_TYPE, .cells = 1},
    [SMALL_AT] = {.kind = TYPE_STRUCT,
                  .name = "struct small",
                  .word = "small",
                  .members = small_members,
                  .count = 2,
                  .cells = 2},
    [BIG_AT] =
        {.kind = TYPE_STRUCT, .name = "struct big", .word = "big", .members = big_members, .count = 8, .cells = 12},
    [SMALL_POINTER_AT] = {.kind = TYPE_POINTER,
                          .name = "struct small *",
                          .word = "small_pointer",
                          .inner = &types[SMALL_AT],
                          .cells = 1},
    [BIG_POINTER_AT] =
        {.kind = TYPE_POINTER, .name = "struct big *", .word = "big_pointer", .inner = &types[BIG_AT], .cells = 1},
    [LONG_REAL_AT] = {.kind = TYPE_REAL, .name = "long double", .word = "long_real", .size = 16, .cells = 1},
    [WIDE_AT] = {.kind = TYPE_REAL, .name = "__int128", .word = "wide", .size = 16, .cells = 1},
    [COMPLEX_AT] = {.kind = TYPE_REAL, .name = "double _Complex", .word = "complex", .size = 16, .cells = 1},
    [REAL_AT] = {.kind = TYPE_REAL, .name = "double", .word = "real", .size = 8, .cells = 1},
    [VECTOR_AT] = {.kind = TYPE_VECTOR, .name = "quad", .word = "quad", .inner = INT_TYPE, .count = 4, .cells = 4},
};
const struct type small_array = {.kind = TYPE_ARRAY, .inner = &types[SMALL_AT], .count = 4, .cells = 8};
const struct type open_array = {.kind = TYPE_ARRAY, .inner = INT_TYPE};
const struct type open_rows = {.kind = TYPE_ARRAY, .inner = &open_array};
const struct type void_type = {.kind = TYPE_VOID, .name = "void"};
const struct type task_type = {.kind = TYPE_TASK, .cells = 1};

bool is_number(const struct type *type)
{
    return (int)type->kind < NUMBER_TYPES;
}

const struct type *promoted(const struct type *type)
{
    return is_number(type) && type->size < 4 ? INT_TYPE : type;
}

const struct type *usual(const struct type *a, const struct type *b)
{
    a = promoted(a);
    b = promoted(b);
    return a->kind > b->kind ? a : b;
}

int64_t converted(int64_t number, const struct type *type)
{
    switch (type->kind) {
    case TYPE_BOOL: return number != 0;
    case TYPE_SCHAR: return (int8_t)number;
    case TYPE_UCHAR: return (uint8_t)number;
    case TYPE_SHORT: return (int16_t)number;
    case TYPE_USHORT: return (uint16_t)number;
    case TYPE_INT: return (int32_t)number;
    case TYPE_UINT: return (uint32_t)number;
    default: return number;
    }
}

/* ---- memory ---- */

enum { CHUNK = 1 << 16 };
struct chunk {
    struct chunk *previous;
    size_t used;
    _Alignas(16) char bytes[];
};
static struct chunk *chunks;

void *tree_memory(size_t size)
{
    size = (size + 15) / 16 * 16;
    if (!chunks || chunks->used + size > CHUNK) {
        struct chunk *chunk = calloc(1, sizeof *chunk + (size > CHUNK ? size : CHUNK));
        if (!chunk) {
            fputs("trace: out of memory\n", stderr);
            exit(2);
        }
        chunk->previous = chunks;
        chunks = chunk;
    }
    void *memory = chunks->bytes + chunks->used;
    chunks->used += size;
    return memory;
}

struct memory_mark tree_mark(void)
{
    return (struct memory_mark){chunks, chunks ? chunks->used : 0};
}

void tree_release(struct memory_mark mark)
{
    while (chunks != mark.chunk) {
        struct chunk *chunk = chunks;
        chunks = chunk->previous;
        free(chunk);
    }
    if (chunks) {
        memset(chunks->bytes + mark.used, 0, chunks->used - mark.used);
        chunks->used = mark.used;
    }
}

/* ---- nodes ---- */

struct node *node_new(enum node_kind kind, const struct type *type, int count, ...)
{
    struct node *node = tree_memory(sizeof *node);
    *node = (struct node){.kind = kind, .type = type, .count = count};
    size_t room = 1; /* a power of two: see node_add */
    while (room < (size_t)count)
        room *= 2;
    node->children = tree_memory(room * sizeof *node->children);
    va_list children;
    va_start(children, count);
    for (int i = 0; i < count; i++)
        node->children[i] = va_arg(children, struct node *);
    va_end(children);
    return node;
}

void node_add(struct node *node, struct node *child)
{
    if ((node->count & (node->count - 1)) == 0) { /* a power of two: full */
        struct node **children = tree_memory((size_t)(node->count ? node->count * 2 : 1) * sizeof *children);
        memcpy(children, node->children, (size_t)node->count * sizeof *children);
        node->children = children;
    }
    node->children[node->count++] = child;
}

struct node *node_constant(int64_t number)
{
    struct node *e = node_new(NODE_CONSTANT, INT_TYPE, 0);
    e->number = number;
    return e;
}

struct node *node_variable(struct variable *variable)
{
    struct node *e = node_new(NODE_VARIABLE, variable->type, 0);
    e->variable = variable;
    return e;
}

struct node *node_operation(enum node_kind kind, const struct type *type, const char *operator_, struct node *a,
                            struct node *b)
{
    struct node *e = node_new(kind, type, b ? 2 : 1, a, b);
    snprintf(e->operator_, sizeof e->operator_, "%s", operator_);
    return e;
}

bool is_union_view(const struct member *member)
{
    return member == &big_members[UNION_VIEW];
}

struct node *node_member(struct node *record, int which)
{
    bool arrow = record->type->kind == TYPE_POINTER;
    const struct member *member = &(arrow ? record->type->inner : record->type)->members[which];
    /* All values of these bit-fields are values of int: so they are promoted to it (C11 6.3.1.1). */
    struct node *e = node_new(arrow ? NODE_ARROW : NODE_MEMBER, member->width ? INT_TYPE : member->type, 1, record);
    e->member = member;
    return e;
}

struct node *node_element(struct node *array, struct node *index)
{
    return node_new(NODE_INDEX, array->type->inner, 2, array, index);
}

struct variable *variable_new(struct function *function, const struct type *type, const char *prefix)
{
    struct variable *variable = tree_memory(sizeof *variable);
    *variable = (struct variable){.type = type, .qualifier = "", .slot = function->slots++};
    snprintf(variable->name, sizeof variable->name, "%s%d", prefix, variable->slot);
    return variable;
}

struct function *function_new(struct program *program, const struct type *result)
{
    struct function *function = tree_memory(sizeof *function);
    *function =
        (struct function){.number = program->count, .result = result, .body = node_new(NODE_BLOCK, &void_type, 0)};
    program->functions[program->count++] = function;
    return function;
}

/* ---- questions ---- */

bool is_statement(const struct node *node)
{
    return node->kind >= NODE_EXPRESSION;
}

bool is_static(const struct variable *variable)
{
    return strncmp(variable->qualifier, "static", 6) == 0;
}

bool is_cleaned(const struct variable *variable)
{
    return strcmp(variable->qualifier, CLEANUP) == 0;
}

bool is_place(const struct node *node)
{
    switch (node->kind) {
    case NODE_VARIABLE:
    case NODE_ARROW:
    case NODE_DEREFERENCE:
    case NODE_LITERAL: return true;
    case NODE_MEMBER: return is_place(node->children[0]);
    case NODE_INDEX: {
        const struct node *array = node->children[is_number(node->children[0]->type)];
        return array->type->kind == TYPE_POINTER || is_place(array);
    }
    default: return false;
    }
}

bool has_await(const struct node *node)
{
    if (!node)
        return false;
    switch (node->kind) {
    case NODE_LATER:
    case NODE_CALL:
    case NODE_CALL_POINTER:
    case NODE_TASK:
    case NODE_GROUP:
    case NODE_CHILD:
    case NODE_WITH:
    case NODE_EACH: return true;
    default: break;
    }
    for (int i = 0; i < node->count; i++)
        if (has_await(node->children[i]))
            return true;
    return false;
}

static bool mentions(const struct node *node, const struct function *function)
{
    if (!node || node->function == function)
        return node != NULL;
    for (int i = 0; i < node->count; i++)
        if (mentions(node->children[i], function))
            return true;
    return false;
}

/* A function is called by later ones, and by itself. */
bool program_calls(const struct program *program, const struct function *function)
{
    if (function == program->last)
        return true;
    for (int i = function->number + 1; i < program->count; i++)
        if (mentions(program->functions[i]->body, function) && program_calls(program, program->functions[i]))
            return true;
    return false;
}

struct effects {
    int notes, others;
};

static void effects_count(const struct node *node, struct effects *effects)
{
    if (!node)
        return;
    switch (node->kind) {
    case NODE_NOTE: effects->notes++; break;
    case NODE_ASSIGN:
    case NODE_PRE:
    case NODE_POST:
    case NODE_SPEND:
    case NODE_STATEMENTS: effects->others++; break;
    default: break;
    }
    for (int i = 0; i < node->count; i++)
        effects_count(node->children[i], effects);
}

bool is_determinate(const struct node *full)
{
    struct effects effects = {0, 0};
    if (!full || has_await(full))
        return true;
    switch (full->kind) {
    case NODE_AND:
    case NODE_OR:
    case NODE_COMMA:
    case NODE_CONDITIONAL:
        for (int i = 0; i < full->count; i++)
            if (!is_determinate(full->children[i]))
                return false;
        return true;
    case NODE_CAST:
    case NODE_UNARY: return is_determinate(full->children[0]);
    case NODE_ASSIGN:
    case NODE_PRE:
    case NODE_POST:
        for (int i = 0; i < full->count; i++)
            effects_count(full->children[i], &effects);
        return effects.others == 0 && effects.notes <= 1;
    case NODE_STATEMENTS:
    case NODE_SPEND: return true;
    default: effects_count(full, &effects); return effects.others == 0 && effects.notes <= 1;
    }
}

static bool determinate_below(const struct node *node, bool full)
{
    if (!node)
        return true;
    if (full && !is_statement(node) && !is_determinate(node))
        return false;
    /* What a statement holds are full expressions; so are those inside a statement expression. */
    for (int i = 0; i < node->count; i++)
        if (!determinate_below(node->children[i], is_statement(node)))
            return false;
    return true;
}

bool program_is_determinate(const struct program *program)
{
    for (int i = 0; i < program->count; i++)
        if (!determinate_below(program->functions[i]->body, true))
            return false;
    return true;
}

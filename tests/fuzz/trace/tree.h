/* Trace programs: programs of which it is known what they print. A program is a tree that is made (grow.c: at random;
   spill.c: every operator with every position of an await), printed as an .ac file (print.c) and executed
   (interpret.c) with the order of evaluation that docs/language.md fixes; what the execution notes down is what the
   compiled program must print. So no compiler is the judge. Since the tree is at hand, a program that fails makes
   itself smaller (reduce.c).

   Expressions and statements are nodes of one struct, so that whoever only walks the tree needs to know of no kinds. */
#ifndef TREE_H
#define TREE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* ---- types ---- */

enum type_kind {
    TYPE_BOOL,
    TYPE_SCHAR,
    TYPE_UCHAR,
    TYPE_SHORT,
    TYPE_USHORT,
    TYPE_INT,
    TYPE_UINT,
    TYPE_LONG,
    TYPE_ULONG,
    TYPE_FUNCTION, /* pointer to an async function (int, int) -> int */
    TYPE_POINTER,
    TYPE_STRUCT,
    TYPE_REAL,   /* double and the like, whose values are whole numbers here: exact in whatever order */
    TYPE_VECTOR, /* GNU C's: operators work on all elements */
    TYPE_ARRAY,
    TYPE_TASK,
    TYPE_VOID
};

struct member {
    const char *name;
    const struct type *type;
    int width; /* of a bit-field; 0: none */
    int cell;  /* where it begins, counted in scalars */
};

struct type {
    enum type_kind kind;
    const char *name; /* as it is written; of a pointer with its star */
    const char *word; /* the same as part of a name; NULL: a struct that a body defines, with a variable of that name */
    int size;         /* in bytes, of a number */
    const struct type *inner; /* pointed to; element */
    const struct member *members;
    int count; /* of members, elements; of a union, the first member counts */
    int cells; /* scalars in it; 0: an array whose length is known at run time */
};

/* All numbers come first and have their kind as index; then pointers and structs. */
enum {
    NUMBER_TYPES = TYPE_ULONG + 1,
    FUNCTION_AT = NUMBER_TYPES,
    INT_POINTER_AT,
    SMALL_AT,
    BIG_AT,
    SMALL_POINTER_AT,
    BIG_POINTER_AT,
    VECTOR_AT,
    REAL_AT,
    LONG_REAL_AT,
    WIDE_AT,
    COMPLEX_AT,
    TYPES
};
extern const struct type types[TYPES];
extern const struct type array_types[NUMBER_TYPES]; /* arrays of four of each number */
extern const struct type small_array, open_array, open_rows, void_type, task_type;
#define INT_TYPE (&types[TYPE_INT])

bool is_number(const struct type *type);
/* Integer promotion, and the usual arithmetic conversions (C11 6.3.1.1, 6.3.1.8). */
const struct type *promoted(const struct type *type);
const struct type *usual(const struct type *a, const struct type *b);
/* A number as it is when converted to this type. */
int64_t converted(int64_t number, const struct type *type);

/* ---- nodes ---- */

#define NODE_KINDS(X)                                                                                                  \
    X(CONSTANT) /* number */                                                                                           \
    X(VARIABLE)                                                                                                        \
    X(MEMBER) /* 0.member */                                                                                           \
    X(ARROW)  /* 0->member */                                                                                          \
    X(INDEX)  /* 0[1], either may be the array */                                                                      \
    X(DEREFERENCE)                                                                                                     \
    X(ADDRESS)                                                                                                         \
    X(UNARY)  /* operator 0 */                                                                                         \
    X(CAST)   /* (type) 0 */                                                                                           \
    X(BINARY) /* 0 operator 1 */                                                                                       \
    X(AND)                                                                                                             \
    X(OR)                                                                                                              \
    X(CONDITIONAL) /* 0 ? 1 : 2; 0 ?: 1 where there are two */                                                         \
    X(COMMA)                                                                                                           \
    X(ASSIGN) /* 0 = 1, or with an operator before the = */                                                            \
    X(PRE)    /* ++0 or --0: operator + or - */                                                                        \
    X(POST)                                                                                                            \
    X(NOTE)         /* a plain call that notes `number` and gives 0 back */                                            \
    X(LATER)        /* the same as an await; `form` says of what */                                                    \
    X(CALL)         /* await of one of the program's functions: its arguments */                                       \
    X(CALL_POINTER) /* (await 0(number, 1)) */                                                                         \
    X(FUNCTION)     /* one of two functions for that: number */                                                        \
    X(LITERAL)      /* (type){...}: 0 is the INITIALIZER */                                                            \
    X(INITIALIZER)  /* {...}: targets says of each which member or element it is for; `form` */                                \
    X(STATEMENTS)   /* ({ 0 }): 0 is a BLOCK that ends in an EXPRESSION */                                             \
    X(GENERIC)      /* _Generic that chooses 0 */                                                                      \
    X(SIZE)         /* sizeof of an array of variable length, in elements */                                           \
    X(TASK)         /* await of a child: variable */                                                                   \
    X(SPEND)        /* takes from what all jumps of the program may use: 1, or 0 when it is gone */                    \
    /* statements */                                                                                                   \
    X(EXPRESSION)                                                                                                      \
    X(DECLARE) /* variable; 0 the initialiser or NULL, 1 and 2 the bounds of an array of variable length; `form` */    \
    X(FILL)    /* gives all elements of an array of variable length values from number on */                           \
    X(BLOCK)                                                                                                           \
    X(IF)    /* 0 the condition, 1, 2 */                                                                               \
    X(WHILE) /* 0 the condition, 1 */                                                                                  \
    X(DO)    /* 0, 1 the condition */                                                                                  \
    X(FOR)   /* 0 DECLARE or EXPRESSION, 1, 2, 3 the body; the first three may be NULL */                              \
    X(SWITCH)                                                                                                          \
    X(CASE) /* number ... last */                                                                                      \
    X(DEFAULT)                                                                                                         \
    X(BREAK)                                                                                                           \
    X(CONTINUE)                                                                                                        \
    X(LABEL)         /* number */                                                                                      \
    X(GOTO)          /* number */                                                                                      \
    X(GOTO_COMPUTED) /* to number or to last, as 0 is even or odd */                                                   \
    X(RETURN)                                                                                                          \
    X(DEFER)                                                                                                           \
    X(TRY)   /* 0 the block, then CATCH nodes */                                                                       \
    X(CATCH) /* catch (number) 0, or catch (int variable) 0 */                                                         \
    X(THROW)                                                                                                           \
    X(CHILD) /* async int variable = quiet(0) */                                                                       \
    X(GROUP) /* async 0 */                                                                                             \
    X(SPAWN) /* async deposit(0, 1) */                                                                                 \
    X(WITH)  /* async with: 0 the manager's value, 1 the body; number its name, form whether it swallows */            \
    X(EACH)  /* async for: over 0 values; last the iterator's name; 1 the body; function: a generator; `form` */        \
    X(YIELD)                                                                                                           \
    X(CANCEL) /* the task is cancelled, and awaits: number */

enum node_kind {
#define X(name) NODE_##name,
    NODE_KINDS(X)
#undef X
};

struct variable {
    const struct type *type;
    char name[12];
    const char *qualifier; /* what stands before the type, with a blank; "": nothing */
    int slot;              /* its number in its function */
    bool counter;          /* of a loop: only the loop changes it */
};

struct node {
    enum node_kind kind;
    const struct type *type; /* of an expression: that of its value, promoted where it is a bit-field */
    struct node **children;  /* some may be NULL */
    int count;
    int64_t number, last;
    char operator_[3];
    uint8_t form;
    struct variable *variable;
    const struct member *member;
    const struct function *function;
    int *targets;
};

/* How a LATER awaits. */
enum { LATER_CALL, LATER_HEAP, LATER_TASK, LATER_VALUE, LATER_WAIT_FOR, LATER_TICKET, LATER_MADE_TICKET, LATER_FORMS };

/* How a DECLARE is written: JOINED to the one before it, where they have one type, of the type of its initialiser, or
   with the definition of the variable's type. */
enum { DECLARE_PLAIN, DECLARE_JOINED, DECLARE_AUTO, DECLARE_TYPE };

/* The constants of an array of bytes as a string. */
enum { INITIALIZER_LIST, INITIALIZER_STRING };

/* A generator can be asked for one value after the other by hand, and be closed by a `defer`. */
enum { EACH_BY_LOOP, EACH_BY_HAND };

struct function {
    int number;
    const struct type *result; /* of a generator: of what it yields */
    bool generator;
    struct variable *parameters[4];
    int parameter_count;
    int slots; /* variables in it */
    struct node *body;
};

struct program {
    struct function *functions[300];
    int count;
    const struct function *last; /* what main calls, time and again */
    int rounds;
    const char *title;
};

/* Memory for trees, all zeros. What was taken after a mark is released at once. */
struct memory_mark {
    void *chunk;
    size_t used;
};
void *tree_memory(size_t size);
struct memory_mark tree_mark(void);
void tree_release(struct memory_mark mark);

struct node *node_new(enum node_kind kind, const struct type *type, int count, ...);
void node_add(struct node *node, struct node *child);
struct node *node_constant(int64_t number);
struct node *node_variable(struct variable *variable);
/* With an operator; b is NULL where there is but one operand. */
struct node *node_operation(enum node_kind kind, const struct type *type, const char *operator_, struct node *a,
                            struct node *b);
/* A member of a struct, or of what a pointer points to. */
struct node *node_member(struct node *record, int which);
enum { UNION_VIEW = 8 }; /* the other member of the union in the large struct, whose first is the last that counts */
bool is_union_view(const struct member *member);
struct node *node_element(struct node *array, struct node *index);
struct variable *variable_new(struct function *function, const struct type *type, const char *prefix);
struct function *function_new(struct program *program, const struct type *result);

bool is_statement(const struct node *node);
bool is_static(const struct variable *variable);
#define CLEANUP "__attribute__((cleanup(clean))) "
bool is_cleaned(const struct variable *variable);
bool is_place(const struct node *node);
bool has_await(const struct node *node);
/* Is the function called from main, by others or not? */
bool program_calls(const struct program *program, const struct function *function);
/* Is there but one order for a full expression, await or not? Where there is no await, C leaves some open. */
bool is_determinate(const struct node *full);
/* Holds for each full expression of the program. */
bool program_is_determinate(const struct program *program);

/* ---- what is done with them ---- */

/* Programs that are compiled together. */
enum { BATCH = 8 };
struct batch {
    struct program *programs[BATCH];
    int count;
};

/* `expected` is what the first one must print; NULL where nobody asks. */
void batch_print(FILE *to, const struct batch *batch, const char *expected);
/* What the program prints, to be freed; NULL where it is not defined or takes too long, and *reason tells why. */
char *program_interpret(const struct program *program, const char **reason);

/* A random program, the same for the same seed. */
struct program *program_grow(uint64_t seed);
/* Every operator, with every position of an await in it: part 1 to SPILL_PARTS. */
struct program *program_spill(int part);

/* Makes the program smaller while `fails` says that it still fails. */
void program_reduce(struct program *program, bool (*fails)(struct program *));

#endif

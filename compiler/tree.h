/* The tree of the translation unit: every declaration, and the statements and expressions of async bodies.
   Every node knows its tokens, first and last, both inclusive. Nodes are made by the constructors of tree.c alone, one per kind. */
#ifndef TREE_H
#define TREE_H
#include "names.h"

struct range { token_index first, last; };

/* ================= expressions ================= */

#define EXPRESSION_KINDS(X) \
    X(NAME)         /* symbol; NULL: undeclared (name) */ \
    X(CONSTANT)     /* number or character: its token says which */ \
    X(STRING)       /* one or more adjacent literals */ \
    X(PAREN)        /* a */ \
    X(GENERIC)      /* a: controlling; associations; chosen (set by check) */ \
    X(INDEX)        /* a[b] */ \
    X(CALL)         /* a(arguments) */ \
    X(MEMBER)       /* a.name */ \
    X(ARROW)        /* a->name */ \
    X(POST_INCREMENT) X(POST_DECREMENT) X(PRE_INCREMENT) X(PRE_DECREMENT)   /* a */ \
    X(COMPOUND_LITERAL) /* type_name, initializer */ \
    X(ADDRESS) X(DEREFERENCE) X(PLUS) X(MINUS) X(COMPLEMENT) X(NOT) X(REAL) X(IMAG)     /* a */ \
    X(SIZEOF) X(ALIGNOF)            /* a, unevaluated */ \
    X(SIZEOF_TYPE) X(ALIGNOF_TYPE)  /* type_name */ \
    X(LABEL_ADDRESS)    /* &&name */ \
    X(CAST)         /* (type_name) a */ \
    X(BINARY)       /* a operator b: arithmetic, shift, relation, equality, bitwise */ \
    X(AND) X(OR)    /* && || */ \
    X(CONDITIONAL)  /* a ? b : c; b NULL where it was omitted */ \
    X(ASSIGN)       /* a operator b: = *= ... */ \
    X(COMMA)        /* a, b */ \
    X(STATEMENT)    /* ({ body }) */ \
    X(VA_ARG)       /* __builtin_va_arg(a, type_name) */ \
    X(OFFSETOF)     /* __builtin_offsetof(type_name, ...): tokens tell the rest; indices that are expressions are in arguments */ \
    X(TYPES_COMPATIBLE) /* __builtin_types_compatible_p: its two type names are associations */ \
    X(CHOOSE)       /* __builtin_choose_expr(a, b, c); chosen set by check */ \
    X(BUILTIN_TYPED)    /* other builtins that take type names (__builtin_convertvector(a, type_name) ...): arguments; type_name */ \
    X(EXTENSION)    /* __extension__ a */ \
    X(INITIALIZER)  /* { items } */ \
    X(AWAIT)        /* await a */ \
    X(ASYNC_CALL)   /* async a: a child of the innermost group; a is a call */ \
    X(CREATE_FUTURE)    /* __ac_create_future(type_name) */ \
    X(SET_RESULT)   /* __ac_set_result(a, b) */ \
    X(BLOCKING)     /* ac_blocking(a): a is a CALL, maybe in parentheses */ \
    X(SUBMIT)       /* ac_submit(a, b): b is a CALL, likewise */

enum expression_kind {
#define X(name) EXPRESSION_##name,
    EXPRESSION_KINDS(X)
#undef X
    EXPRESSION_KIND_COUNT
};

/* What awaiting an expression means; set by check on AWAIT. */
enum await_kind {
    AWAIT_CALL,         /* a call whose coroutine is made and consumed right here: a is a CALL of an async function (or through a pointer to one) */
    AWAIT_CORO,         /* any other value of type Coro(T) */
    AWAIT_FUTURE,       /* a Task(T) or Future(T) */
    AWAIT_NEXT,         /* ac_next(g) and what else is a CALL like AWAIT_CALL whose T was bound by the call */
    AWAIT_CUSTOM        /* a struct X or struct X * with X_await */
};

struct expression {
    uint8_t kind;
    uint8_t await_kind;         /* AWAIT */
    bool has_await;             /* an AWAIT (or ASYNC_CALL) in it that is evaluated; set by check */
    bool has_effect;            /* evaluating it may change something or depends on order: calls, assignments, awaits, volatile reads; set by check */
    bool is_lvalue;             /* set by check */
    bool is_bit_field;          /* lvalue that is a bit-field; set by check. bit_width tells */
    bool is_constant;           /* integer constant expression; value; set by check where it is one */
    bool constant_known;
    bool chosen_alone;          /* GENERIC in a body, whose types are one type in C: only the chosen value is written; set by check */
    uint32_t bit_width;
    token_index first, last;
    token_index operator_;      /* BINARY, ASSIGN, unary...: the operator's token; MEMBER, ARROW, NAME, LABEL_ADDRESS: the name's */
    const char *name;
    struct symbol *symbol;      /* NAME; AWAIT_CUSTOM: the function X_await, set by check */
    struct type *type;          /* set by check: as written, before decay and promotion: an lvalue's declared type. UNKNOWN where only the C compiler knows */
    int64_t value;              /* where is_constant */
    struct expression *a, *b, *c, *chosen;
    struct type_name *type_name;
    struct expression **arguments;  /* CALL ... */
    size_t argument_count;
    struct initializer_item *items;     /* INITIALIZER */
    size_t item_count;
    struct association *associations;   /* GENERIC */
    size_t association_count;
    struct expression *initializer;     /* COMPOUND_LITERAL: an INITIALIZER */
    struct statement *body;             /* STATEMENT */
    const char *text;           /* lower.c: C text of the value, once its effects are done; NULL: its tokens */
    bool stable;                /* lower.c: nothing evaluated later can change that text's value */
    struct binding *scope;      /* INITIALIZER etc. need none; NAME: the names in scope there, for spelling suggestions and 'is it shadowed' */
};

struct type_name {
    token_index first, last;
    struct type *type;
    struct range specifiers;
    bool defines_tag;           /* it has a struct, union or enum body in it */
};

struct designator {
    const char *member;         /* .member, or NULL */
    token_index name;           /* its place */
    struct expression *index;   /* [index], or [index ... high] */
    struct expression *high;
};

struct initializer_item {
    struct designator *designators;     /* none: the next element */
    size_t designator_count;
    struct expression *value;
    token_index first, last;    /* designators among them */
};

struct association {
    struct type_name *type_name;    /* NULL: default */
    struct expression *value;
};

/* ================= declarations ================= */

enum specifier_role {
    ROLE_STORAGE,       /* typedef extern static auto register _Thread_local __thread */
    ROLE_FUNCTION,      /* inline _Noreturn */
    ROLE_TYPE,          /* int, struct s {...}, T, typeof(x), _Atomic(T), _Task(T): one entry each */
    ROLE_QUALIFIER,
    ROLE_ATTRIBUTE,     /* __attribute__((...)), _Alignas(...), [[...]], __extension__ */
    ROLE_ASYNC,         /* async, _Async, __ac_async(T) */
    ROLE_YIELD          /* yield in `async yield T f()` */
};

struct specifier { uint8_t role; token_index first, last; };

/* One _Alignas among specifiers. */
struct alignment {
    struct alignment *next;     /* the one before it; NULL */
    struct expression *value;   /* NULL: of a type */
    struct type *type;
    token_index place;
};

struct specifiers {
    struct specifier *at;
    size_t count;
    token_index first, last;    /* first > last: there were none */
    struct type *type;          /* with its qualifiers */
    struct alignment *alignments;   /* the last _Alignas first; NULL: none */
    uint8_t storage;            /* enum storage */
    bool thread_local_, is_inline, is_noreturn;
    bool without_type;              /* no type is written: int */
    bool is_async;              /* async, _Async, __ac_async(T) */
    bool is_generator;          /* async yield: is_async as well */
    bool plain_text;            /* by __ac_async(T) */
    bool is_constexpr;
    token_index constexpr_token;
    bool defines_tag;           /* a struct, union or enum body stands in them */
    bool cleanup;               /* __attribute__((cleanup)) among them */
    uint32_t aligned;           /* _Alignas, aligned(n); 0: none */
    token_index async_token;
};

struct declarator {
    struct symbol *symbol;      /* NULL: abstract, or a member */
    struct type *type;
    const char *name;
    token_index name_token;
    token_index first, last;    /* pointers, name, suffixes, asm label and attributes; not the initialiser */
    /* Where the specifiers say async: the function that it speaks of, the one next to the base of the type. */
    struct range async_part;    /* tokens of its direct declarator with its parameter list: `f(int)` in `*f(int)`, `(*op)(int)` */
    bool has_async_part;
    struct parameter *parameters;   /* of the function this declarator declares outermost, if it does */
    size_t parameter_count;
    struct range parameter_tokens;  /* its parentheses */
    struct expression *initializer; /* expression or INITIALIZER; NULL */
    token_index initializer_equals; /* the `=` */
    struct expression *bit_width;   /* member */
    bool cleanup;               /* __attribute__((cleanup(f))) on it or its specifiers */
    const char *cleanup_function;
    bool unused;                /* __attribute__((unused)) on it or its specifiers */
    uint32_t aligned;
    bool old_style;             /* K&R identifier list */
};

/* What must be constant in a body where no statement holds it: in `enum` and `struct`, and of `_Static_assert`. */
struct constant_part {
    struct constant_part *next; /* in the same definition of a tag */
    struct expression *e;
    token_index name;           /* the enumerator; 0: of _Static_assert */
    token_index message_first, message_last;    /* what _Static_assert says; none: first > last */
};

struct declaration {
    token_index first, last;    /* `;` or the body's `}` included */
    struct specifiers *specifiers;
    struct declarator **declarators;
    size_t declarator_count;
    struct function *function;  /* of a definition; else NULL */
    struct constant_part *asserted;     /* of _Static_assert */
    bool is_static_assert, is_asm, is_empty, is_pragma;
    bool moved;                 /* lower.c: the types that it declares stand in front of the function */
};

/* A function definition. */
struct function {
    struct symbol *symbol;
    struct declaration *declaration;
    struct declarator *declarator;
    struct type *result;        /* T of an async one */
    struct statement *body;     /* async: its tree. Plain: NULL */
    token_index body_first, body_last;  /* braces */
    struct range old_style_declarations;
    bool is_async, is_generator, is_main;
    size_t first_type_use, end_type_use;    /* those of unit.type_uses that stand in its body */
    struct label *labels;       /* all labels of the body; list */
    bool cut;                   /* it is told that its `}` comes too early, or why: what belongs together may be apart */
    unsigned nameless;          /* declarators of the body in which the name is missing, which is told */
    /* -- check -- */
    unsigned await_count;
    ARRAY(struct function *) callees;   /* async functions of this file that it awaits directly */
    struct function *noted_by;  /* the last function among whose callees this one was put */
    enum { ENDING_NOT_KNOWN, ENDING_IS_ASKED, ENDING_VALUE, ENDING_ERROR } ending;  /* warn_return.c: it gives its value, or errors alone */
    /* -- lower -- */
    unsigned component;         /* strongly connected component of the call graph: equal numbers call each other */
    unsigned order, low;        /* of its search */
    bool on_stack;
    const char *generated_name; /* what the names of its frame, its resume function ... begin with: its own, but `main__async` for main */
    struct lowering *lowering;
    /* -- output -- */
    size_t index, position;     /* its number, from 1, and that of the function with which its text comes out */
    struct function *placed_here, *next_placed;     /* those whose text comes out with this one's */
    bool emitted;
    bool frame_published;       /* its frame is in the header of --publish */
    const char *text;           /* what stands in the place of its definition */
};

struct label {
    struct label *next;
    const char *name;
    token_index place;          /* first use or definition */
    struct statement *defined;  /* LABEL; NULL: not */
    struct statement *local_to; /* COMPOUND with __label__; NULL: the function */
    bool address_taken;
    struct barrier *barrier;    /* check: what stands around its definition that must not be jumped into */
    bool jumped_to;             /* check: by a goto or an asm goto */
    bool told;                  /* check: that it is missing was told */
    unsigned flow;              /* lower.c: its number among the labels of the flow */
};

/* ================= statements ================= */

#define STATEMENT_KINDS(X) \
    X(EXPRESSION)   /* a; NULL where the statement is empty */ \
    X(COMPOUND)     /* items */ \
    X(DECLARATION)  /* declaration */ \
    X(IF)           /* a; body; otherwise or NULL */ \
    X(SWITCH) X(WHILE) X(DO)    /* a; body */ \
    X(FOR)          /* declaration or init; a; step; body: each may be NULL */ \
    X(GOTO)         /* label */ \
    X(GOTO_COMPUTED)    /* a */ \
    X(CONTINUE) X(BREAK) \
    X(RETURN)       /* a or NULL */ \
    X(LABEL)        /* label; body: the item behind it; before the `}` an empty EXPRESSION without tokens (first > last) */ \
    X(CASE)         /* a; high or NULL; body */ \
    X(DEFAULT)      /* body */ \
    X(ASM)          /* arguments: its operands' expressions */ \
    X(LOCAL_LABELS) /* __label__ a, b; */ \
    X(STATIC_ASSERT) \
    X(PRAGMA) \
    X(ATTRIBUTE)    /* __attribute__((fallthrough)); */ \
    X(DEFER)        /* body */ \
    X(TRY)          /* body; catches */ \
    X(THROW)        /* a */ \
    X(YIELD)        /* a or NULL */ \
    X(ASYNC_BLOCK)  /* body: async { } */ \
    X(ASYNC_FOR)    /* declaration (one declarator, no initialiser); a: what is gone over; body */ \
    X(ASYNC_WITH)   /* declaration (with initialiser) or a; body */

enum statement_kind {
#define X(name) STATEMENT_##name,
    STATEMENT_KINDS(X)
#undef X
    STATEMENT_KIND_COUNT
};

struct catch_clause {
    token_index first, last;
    struct expression *code;            /* catch (ETIMEDOUT): a constant expression */
    struct declaration *declaration;    /* catch (int e); also `catch (int)` with a declarator without a name */
    struct statement *body;             /* COMPOUND; `catch` alone: code and declaration NULL */
    unsigned end_label;                 /* lower.c: of the flow, after all clauses */
};

struct statement {
    uint8_t kind;
    bool lost;                  /* COMPOUND and its like: something in it could not be read, which is told */
    bool has_await;             /* an await, or anything that becomes a suspension point, in it; set by check */
    token_index first, last;
    struct expression *a, *high, *step;
    struct statement *body, *otherwise, *init;      /* init: EXPRESSION statement of a FOR */
    struct declaration *declaration;
    struct statement **items;           /* COMPOUND */
    size_t item_count;
    struct label *label;
    struct catch_clause *catches;
    size_t catch_count;
    struct label **asm_labels;          /* ASM: of an asm goto */
    size_t asm_label_count;
    struct expression **arguments;      /* ASM */
    size_t argument_count;
    struct statement *parent;           /* enclosing statement; NULL: the body. Statement expressions: the statement that holds them. Set by check */
    struct expression *holder;          /* COMPOUND that is the body of a statement expression */
    struct variable *value_to;          /* lower.c: last expression of a statement expression: where its value goes */
    bool value_dropped;                 /* lower.c: the same, where nothing is made of its value */
};

/* ================= the translation unit ================= */

/* Where a tag or typedef of a body is named. */
struct type_use { token_index token; struct tag *tag; struct symbol *symbol; };

struct unit {
    ARRAY(struct type_use) type_uses;               /* in the order of parsing: those of a function stand together */
    ARRAY(struct declaration *) declarations;       /* file scope, in order */
    ARRAY(struct function *) functions;             /* definitions, async ones and plain */
    /* Every declarator whose text must change because its specifiers say async (not plain_text): at file scope, in async bodies, among
       members, parameters, typedefs, with the specifiers that belong to it. In the order of the text. */
    ARRAY(struct async_site) async_sites;
    unsigned nameless;                              /* declarators at file scope without their name, which is told */
    /* Members, parameters and type names some of which `async` says nothing of, and declarations of nothing: told by check. */
    ARRAY(struct async_site) stray_async;
};

struct async_site {
    struct specifiers *specifiers;
    struct declarator **declarators;    /* all that share these specifiers */
    size_t declarator_count;
    token_index first, last;            /* the whole declaration, member declaration, parameter or type name */
    struct declaration *declaration;    /* at file scope; NULL for members, parameters, type names */
    struct function *inside;            /* async function in whose body it stands; NULL */
};

extern struct unit unit;

/* Parses all tokens into `unit`. Errors are reported; the tree is whole all the same. */
void parse(void);
/* Resolves types, checks the rules of the dialect, warns; fills in what is marked "set by check". */
void check(void);
/* The tree as text, for --emit=ast. */
void tree_print(void);

/* e without parentheses and __extension__. */
struct expression *expression_inner(struct expression *e);
/* What stands for e between the parentheses of a condition. With a pair of its own, where e has any: that tells compilers that it is meant as it is
   written. But a pair around `==` looks to them like a mistaken `=`. */
struct expression *expression_condition(struct expression *e);

/* The bit-field whose value is that of e, which may be an assignment to it; NULL: none. */
struct expression *expression_bit_field(struct expression *e);

/* An array in a struct that is a value, of a call say: an object of its own, which is there until the full expression ends (6.2.4p8). */
bool expression_is_array_of_value(struct expression *e);

/* Calls visit for every direct child expression of an expression, in the order of the text. */
void expression_children(struct expression *e, void (*visit)(struct expression *child, void *context), void *context);
/* The same, but a chain a + b + c, which leans to the left as deep as the text is long, counts as one expression with all its operands. */
void expression_operands(struct expression *e, void (*visit)(struct expression *operand, void *context), void *context);
bool expression_leans_left(const struct expression *e);
/* Calls visit for the bounds of arrays of variable length that a declarator itself says: not for those of a typedef that it names. */
void declarator_bounds(struct declarator *d, void (*visit)(struct expression *bound, void *context), void *context);
/* Calls visit for the full expressions of a statement and of all that are in it, but not of statement expressions; for the initialiser
   of a variable with that variable. */
typedef void full_expression_visit(struct expression *e, struct statement *s, struct symbol *initialized);
void statement_expressions(struct statement *s, full_expression_visit *visit);
/* Were two expressions written alike? */
bool expression_same_tokens(const struct expression *a, const struct expression *b);
/* What was written, on one line. */
const char *tokens_text(token_index first, token_index last);
const char *expression_text(const struct expression *e);
const char *expression_kind_name(unsigned kind);
const char *statement_kind_name(unsigned kind);

/* ================= constructors (tree.c) ================= */
struct expression *expression_new(enum expression_kind kind, token_index first, token_index last);
struct expression *expression_make(enum expression_kind kind, struct range tokens, struct range operator_, struct expression *a,
                                   struct expression *b, struct expression *c);
struct statement *statement_new(enum statement_kind kind, token_index first, token_index last);

#endif

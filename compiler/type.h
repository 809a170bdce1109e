/* C types, and those of the dialect. A type is immutable once it is complete, and shared; qualifiers are part of it. Names that the
   user gave (typedefs) are kept as sugar, so that a type is printed as it was written. */
#ifndef TYPE_H
#define TYPE_H
#include "token.h"

struct symbol;
struct expression;
struct scope;

#define TYPE_KINDS(X) \
    X(VOID) X(BOOL) X(CHAR) X(SIGNED_CHAR) X(UNSIGNED_CHAR) X(SHORT) X(UNSIGNED_SHORT) X(INT) X(UNSIGNED) X(LONG) X(UNSIGNED_LONG) \
    X(LONG_LONG) X(UNSIGNED_LONG_LONG) X(INT128) X(UNSIGNED_INT128) \
    X(BIT_INT) X(UNSIGNED_BIT_INT)     /* length: bits */ \
    X(FLOAT16) X(BFLOAT16) X(FLOAT) X(DOUBLE) X(LONG_DOUBLE) X(FLOAT32) X(FLOAT64) \
    X(FLOAT128) X(FLOAT32X) X(FLOAT64X) X(DECIMAL32) X(DECIMAL64) X(DECIMAL128) \
    X(COMPLEX)      /* inner: the real type */ \
    X(VA_LIST)      /* __builtin_va_list; an array in most ABIs: decays when it is a parameter */ \
    X(POINTER)      /* inner */ \
    X(ARRAY)        /* inner: element; length or bound */ \
    X(VECTOR)       /* inner: element; length: bytes */ \
    X(FUNCTION)     /* inner: what it returns; parameters */ \
    X(STRUCT) X(UNION) X(ENUM)  /* tag */ \
    X(TYPEDEF)      /* sugar: symbol names it, inner is what it stands for (qualifiers add up) */ \
    X(TYPEOF)       /* sugar: first..last are its tokens, inner what it stands for; NULL where only the C compiler knows */ \
    X(AUTO)         /* __auto_type before the initialiser is known */ \
    X(CORO) X(TASK) X(FUTURE) X(GEN)    /* _Coro(inner) ... : pointers, in C */ \
    X(AWAITABLE)    /* AC_AWAITABLE(inner): any of _Coro _Task _Future of inner */ \
    X(AWAITABLES)   /* AC_AWAITABLES(inner): pointer to any of them */ \
    X(VARIABLE)     /* AC_T: bound anew by each call */ \
    X(UNKNOWN)      /* after an error, or known to the C compiler alone */

enum type_kind {
#define X(name) TYPE_##name,
    TYPE_KINDS(X)
#undef X
    TYPE_KIND_COUNT
};

enum { QUALIFIER_CONST = 1, QUALIFIER_VOLATILE = 2, QUALIFIER_RESTRICT = 4, QUALIFIER_ATOMIC = 8 };

struct type {
    uint8_t kind;               /* enum type_kind */
    uint8_t qualifiers;         /* QUALIFIER_... at this level; those inside a TYPEDEF or TYPEOF add to them */
    bool variadic;              /* FUNCTION with `...` */
    bool no_prototype;          /* FUNCTION `f()` */
    bool is_async;              /* FUNCTION that makes a coroutine of `inner` */
    bool is_generator;          /* FUNCTION `async yield` that makes a _Gen of `inner` */
    bool plain_text;            /* async FUNCTION written with ac_async(T): its text is C already */
    bool static_bound;          /* ARRAY parameter `[static n]`, kept for printing */
    bool incomplete_array;      /* ARRAY `[]` */
    bool star_bound;            /* ARRAY `[*]` in a prototype */
    bool parameter_bound;       /* ARRAY with `static` or a qualifier in its brackets, which only a parameter's has */
    bool unknown_bound;         /* ARRAY at file scope whose constant bound only the C compiler can compute */
    uint32_t aligned;           /* by attribute or _Alignas of a typedef; 0: natural */
    struct type *inner;
    uint64_t length;            /* ARRAY with constant bound; VECTOR; BIT_INT */
    struct expression *bound;   /* ARRAY: the bound as written, or NULL. Not constant: a VLA, where `variable` is set.
                                   TYPEOF of an expression: that expression, from which `inner` is found when it is first asked for */
    bool variable;              /* ARRAY whose bound is not constant */
    struct tag *tag;            /* STRUCT UNION ENUM */
    struct symbol *symbol;      /* TYPEDEF */
    struct parameter *parameters;   /* FUNCTION */
    size_t parameter_count;
    token_index first, last;    /* TYPEOF: its tokens */
    bool resolving;             /* TYPEOF: `inner` is being found */
    struct type *unqualified;   /* cache */
};

struct parameter {
    struct type *type;          /* adjusted: arrays and functions are pointers (6.7.6.3p7) */
    struct type *written;       /* as it was declared */
    struct symbol *symbol;      /* NULL where it has no name */
    const char *name;           /* NULL where it has none */
    token_index first, last;    /* its tokens */
};

/* What a tag names: one object for all its declarations. */
struct tag {
    uint8_t kind;               /* TYPE_STRUCT, TYPE_UNION, TYPE_ENUM */
    bool complete;
    bool lost;                  /* an error was told in its body: it may lack members */
    bool packed;
    bool transparent;           /* UNION with attribute transparent_union: an argument may have the type of any member */
    uint8_t pack;               /* #pragma pack(n) in force at its definition; 0: none */
    bool local;                 /* declared inside a function */
    const char *name;           /* NULL: none */
    struct symbol *typedef_name;    /* the first typedef of a struct without a tag; else NULL */
    /* STRUCT UNION without either: the first thing whose type leads here by arrays and pointers. NULL: none */
    struct symbol *declared_with;   /* at file scope */
    struct tag *holder;             /* or what has it as this member */
    struct member *held_as;
    struct member *members;     /* STRUCT UNION, in order, anonymous ones among them */
    size_t member_count;
    struct type *self;          /* the type without qualifiers; NULL until it is first used */
    int64_t least;              /* ENUM: least of its values; 0: none is negative */
    uint64_t most;              /* ENUM: greatest of its values that are not negative */
    bool fixed;                 /* ENUM: `enum e : type` says what enum_type is */
    struct type *enum_type;     /* ENUM: the integer type under it (unsigned int or int, or wider where a value asks) */
    uint32_t aligned;
    token_index keyword;        /* `struct` of the definition, or of the first declaration */
    token_index name_token;     /* its name; 0 where it has none */
    struct constant_part *constants;    /* in a body: what must be constant in it and in those inside it */
    token_index body_first, body_last;  /* the braces of the definition */
    const char *renamed;        /* lowering: name under which a local one is declared at file scope */
    bool sized;                 /* type.c: size and alignment are filled in; only where complete */
    bool visiting;              /* type.c: a question about its members is under way; a wrong program may have a struct in itself */
    uint64_t size, alignment;
};

struct member {
    const char *name;           /* NULL: anonymous struct or union, or unnamed bit-field */
    struct type *type;
    bool bit_field;
    uint32_t width;
    uint32_t aligned;
    token_index place;
    uint64_t offset;            /* in bits, from the beginning of the record that holds it; set once its tag is `sized` */
};

/* ---- making types (type.c) ---- */
struct type *type_basic(enum type_kind kind);
struct type *type_pointer(struct type *to);
struct type *type_array(struct type *of, uint64_t length);
struct type *type_wrapped(enum type_kind kind, struct type *inner);     /* CORO TASK FUTURE GEN AWAITABLE AWAITABLES COMPLEX */
struct type *type_qualified(struct type *type, unsigned qualifiers);    /* adds qualifiers */
struct type *type_new(enum type_kind kind);                             /* to be filled in */

/* ---- asking about types ---- */
struct type *type_strip(struct type *type);         /* without sugar at the outside; qualifiers of the sugar are kept */
struct type *type_unqualified(struct type *type);   /* without qualifiers at the outside; keeps sugar where it can */
struct type *type_value(struct type *type);         /* what an expression of it has as value: unqualified; arrays and functions as pointers (6.3.2.1) */
unsigned type_qualifiers(struct type *type);
bool type_is(struct type *type, enum type_kind kind);   /* through sugar */
bool type_is_integer(struct type *type);
bool type_is_unsigned(struct type *type);           /* an integer without sign: _Bool too, and an enum over one */
bool type_is_arithmetic(struct type *type);
bool type_is_scalar(struct type *type);             /* arithmetic, pointer, or handle of the dialect */
bool type_is_record(struct type *type);             /* struct or union */
bool type_is_complete(struct type *type);
bool type_is_variably_modified(struct type *type);
bool type_has_const_member(struct type *type);      /* a record that cannot be assigned */
bool type_known(struct type *type);                 /* no UNKNOWN or opaque TYPEOF at a place that matters for a temporary */
bool type_same(struct type *a, struct type *b);     /* compatible (6.2.7), qualifiers at the outside apart */
/* Size and alignment in bytes on this target (LP64); false where it is not known (incomplete, variable, opaque). */
bool type_size(struct type *type, uint64_t *size, uint64_t *alignment);
struct type *type_promoted(struct type *type);      /* 6.3.1.1p2 */
struct type *type_bit_field(struct type *type, uint32_t width);    /* the same for a bit-field of so many bits, of any integer type, as gcc and clang do it */
struct type *type_arithmetic(struct type *a, struct type *b);   /* usual arithmetic conversions */
/* The member, looked for in anonymous members too; NULL. */
struct member *type_member(struct type *record, const char *name);
/* Its offset in bytes, those of the anonymous members on the way included; false where the record or the member is not known. */
bool type_member_offset(struct type *record, const char *name, uint64_t *offset);

/* Is it one of the handles, and of what? CORO TASK FUTURE GEN. */
bool type_is_handle(struct type *type);

/* C text that declares `name` with this type ("int (*name)[3]"), or a type name where name is "". Handles are printed as
   ac_coro_ref, ac_task_ref ...; async functions as `ac_coro *name(...)`. NULL where the type cannot be spelled (a struct without any name). */
const char *type_declare(struct type *type, const char *name);
/* As the user would write it, for messages: 'Task(int)', 'async int (*)(int)'. */
const char *type_text(struct type *type);

#endif

/* Scopes and symbols. A scope's names are an immutable list that grows at its head, so a scope is saved and restored as a pointer: the
   parser decides whether a name is a typedef at the moment it asks (see grammar/ac.y). */
#ifndef NAMES_H
#define NAMES_H
#include "type.h"

enum symbol_kind { SYMBOL_VARIABLE, SYMBOL_FUNCTION, SYMBOL_TYPEDEF, SYMBOL_ENUMERATOR, SYMBOL_BUILTIN };
enum storage { STORAGE_NONE, STORAGE_TYPEDEF, STORAGE_EXTERN, STORAGE_STATIC, STORAGE_AUTO, STORAGE_REGISTER };

struct symbol {
    uint8_t kind;               /* enum symbol_kind */
    uint8_t storage;            /* enum storage */
    bool thread_local_;
    bool parameter;
    bool forward;               /* parameter that was declared before the list (GNU: `int n; int a[n], int n`) and not yet in it */
    bool local;                 /* declared inside a function */
    bool is_inline;
    bool child;                 /* `async T x = f();`: a child task; type is Task(T), its declarator's type is T; set by the parser */
    bool is_constexpr;          /* VARIABLE: its initialiser is its value in constant expressions, too */
    bool no_return;             /* FUNCTION: _Noreturn or attribute noreturn */
    bool returns_twice;         /* FUNCTION: attribute returns_twice */
    bool blocking;              /* FUNCTION: attribute ac_blocking (AC_BLOCKING of ac.h) */
    bool owned;                 /* FUNCTION: the handle that it returns is the caller's (AC_OWNED of ac.h) */
    bool defined;               /* FUNCTION: a body was seen */
    bool lost;                  /* FUNCTION: it is told that it is not what it was meant to be: nothing is said of its calls */
    const char *name;
    struct type *type;          /* of the entity; for a TYPEDEF what it stands for; composite of all declarations */
    struct type *sugar;         /* TYPEDEF: the type that names it, made when it is first used; else NULL */
    int64_t value;              /* ENUMERATOR */
    token_index place;          /* the name in its (last) declaration */
    struct declarator *declarator;  /* its (defining) declarator; NULL for builtins, enumerators */
    struct function *function;  /* async FUNCTION with a body in this translation unit; else NULL */
    const char *of_code;        /* such a FUNCTION: attributes of its code, each with a blank before it; NULL: none; function_attribute.c */
    unsigned uses, harmless_uses;   /* warn: of a local that holds a task: how often it is named; of these, where its task is not handed on */
    struct declarator *checked; /* check: the last declarator of an async function that was compared with the others */
    /* -- used by check, flow, frame and lower, for local variables of async bodies -- */
    struct statement *block;    /* COMPOUND (or FOR) that declares it; NULL for parameters */
    bool address_taken;         /* by &, or an array that decays to where it may be kept; set by check */
    bool assigned;              /* changed after its initialisation; set by check */
    bool in_asm;                /* operand of an asm statement */
    struct variable *variable;  /* of lower/frame */
};

/* One entry of the list; `next` is older. */
struct binding {
    struct binding *next;
    struct binding *hidden;     /* the one of the same name and name space that it hides; NULL */
    const char *name;           /* interned */
    struct symbol *symbol;      /* ordinary name space */
    struct tag *tag;            /* tag name space: symbol is NULL */
    unsigned depth;             /* 0: file scope */
};

extern struct binding *names_now;   /* the innermost binding of the scope being parsed */
extern unsigned scope_depth;

struct scope_mark { struct binding *bindings; unsigned depth; };
struct scope_mark scope_enter(void);
void scope_leave(struct scope_mark mark);

struct symbol *symbol_find(const char *name);           /* innermost; NULL */
struct symbol *symbol_find_here(const char *name);      /* of the current scope only */
struct tag *tag_find(const char *name);
struct tag *tag_find_here(const char *name);
struct symbol *symbol_declare(const char *name, enum symbol_kind kind, struct type *type, token_index place);
struct tag *tag_declare(const char *name, enum type_kind kind, token_index place);
void names_restore(struct binding *names);              /* at file scope: forgets what was declared since these were names_now */
void symbol_bind(struct symbol *symbol);                /* an existing symbol in the current scope */
/* The object or function with linkage of this name: a declaration in a block and one at file scope are the same symbol. */
struct symbol *symbol_linked(const char *name);
void symbol_link(struct symbol *symbol);
/* Binds again, in the current scope, what the list holds from newest down to before: the names of a parameter list in the body. */
void scope_bind_again(struct binding *newest, struct binding *before);

#endif

/* What the files of the check stage share, and what others ask of it while the program is still being parsed. The
   stage goes once over each async body, in the order of the text: check.c (declarations, functions),
   check_statement.c (statements, jumps), check_expression.c (types), check_convert.c (assignments and their kin),
   check_initializer.c, check_constant.c, check_call.c (arguments, type variables), check_async.c (what the dialect adds), warn.c. */
#ifndef CHECKING_H
#define CHECKING_H
#include "constant.h"
#include "diagnostic.h"

/* ================= for others ================= */

/* The type of an expression in typeof or sizeof: types it where it has none yet, without a message. */
struct type *typeof_expression(struct expression *e);

/* The value of a TYPES_COMPATIBLE; false where a type in it is not known. */
bool types_compatible(struct expression *e, int64_t *result);

/* The variable whose memory an lvalue is part of; NULL where it is reached through a pointer. */
struct symbol *expression_root(struct expression *e);

/* ================= the state of the walk ================= */

/* What is told: everything in async bodies; outside of them only what the dialect forbids, since the C compiler sees
   that text as it is; nothing while the parser asks for a type. */
enum check_voice { TELL_NOTHING, TELL_DIALECT, TELL_ALL };

/* What one must not jump into: a try, a defer, the rest of a block after a child ... A place is described by the
   chain of those that it is in; a jump is good where the chain of its target is an outer part of that of its origin. */
struct barrier {
    struct barrier *outer;
    unsigned depth;
    const char *what;  /* "the scope of child 'a'" */
    token_index place; /* for the note */
    bool defer;        /* the body of a defer: one must not jump out of it either */
};

struct label_list {
    ARRAY(struct statement *) all;
};

struct check_state {
    enum check_voice voice;
    struct function *function;      /* whose body this is; NULL at file scope */
    struct statement *statement;    /* the innermost statement that is being checked */
    struct statement *block;        /* the COMPOUND or FOR that declarations belong to */
    struct barrier *barrier;        /* the innermost */
    unsigned unevaluated;           /* > 0: in an operand that is not evaluated */
    token_index unevaluated_by;     /* the sizeof, typeof, ... */
    const char *no_await;           /* where this is no place for an await: "a static initialiser"; NULL elsewhere */
    unsigned groups;                /* async blocks around */
    bool in_loop, in_switch;        /* that break and continue reach without leaving a defer */
    struct barrier *switch_barrier; /* at the innermost switch */
    struct label_list *labels;      /* of the innermost switch: its CASE and DEFAULT so far */
    struct statement *defer;        /* the innermost defer whose body this is; NULL */
    struct expression *on_pool;     /* the call in ac_blocking(...) or ac_submit(...), which blocks nobody */
};

extern struct check_state check_now;

/* A mistake in C; a mistake in the dialect. Each with its notes. */
#define rule_error(...)    (check_now.voice == TELL_ALL ? error_at(__VA_ARGS__) : (void)0)
#define rule_note(...)     (check_now.voice == TELL_ALL ? note_at(__VA_ARGS__) : (void)0)
#define dialect_error(...) (check_now.voice >= TELL_DIALECT ? error_at(__VA_ARGS__) : (void)0)
#define dialect_note(...)  (check_now.voice >= TELL_DIALECT ? note_at(__VA_ARGS__) : (void)0)

/* ================= check_expression.c ================= */

/* Types e and all that is in it. */
void check_expression(struct expression *e);
/* The same for an operand that is used as a value: its type after 6.3.2.1. */
struct type *check_value(struct expression *e);
/* e was checked; it is now used as a value. An array that decays may be kept: its object's address is taken. */
struct type *use_value(struct expression *e);
/* The operand of sizeof and its kin; `by` is the token that makes it unevaluated, NOT_CHOSEN where it is an arm that
   is not selected. */
#define NOT_CHOSEN UINT32_MAX
void check_unevaluated(struct expression *e, token_index by);
/* A condition: any scalar. */
void check_condition(struct expression *e);
/* e takes over what evaluating its part means. */
void inherit(struct expression *e, struct expression *part);
/* Array bounds and typeof in a type that is written here. Sets *await where an evaluated bound has one. */
void check_written_type(struct type *type, bool *await);
/* Would evaluating this be an integer constant? Fills in is_constant and value. */
void fold(struct expression *e);
/* Is it a null pointer constant (6.3.2.3p3)? */
bool is_null_constant(struct expression *e);
/* Is it an lvalue that may be changed (6.3.2.1p1)? Tells where not; `what` it is used as. An array as a whole is one only for asm. */
bool check_modifiable(struct expression *e, const char *what, bool arrays);
/* e is changed, or its address may be kept. */
void mark_assigned(struct expression *e);
void mark_address_taken(struct expression *e);
bool is_unknown(struct type *type);
/* Tells that a struct, union or enum is used of which nothing is known. */
void tell_incomplete(token_index place, struct type *type);

/* ================= check_convert.c ================= */

enum conversion_kind { CONVERT_ASSIGN, CONVERT_INITIALIZE, CONVERT_RETURN, CONVERT_ARGUMENT, CONVERT_RESULT };

/* Where a value goes, for the message. */
struct conversion {
    enum conversion_kind kind;
    const char *function; /* ARGUMENT: what is called; NULL where it has no name */
    size_t argument;      /* counted from 1 */
};

/* May the value of `from` (checked) be given to something of type `to`? Tells where not (6.5.16.1, and the rules of
   handles). */
bool check_conversion(struct type *to, struct expression *from, struct conversion conversion);

/* Is it a plain function that returns an ac_coro *? */
bool returns_coroutine(struct type *function);

/* Are both pointers to functions, at least one to an async one, and of different types? */
bool functions_clash(struct type *a, struct type *b);
/* The note that says so of two that clash, where one is async and the other is not. */
void note_function_clash(token_index place, struct type *a, struct type *b);

/* The function that a pointer to one leads to; NULL: it is no such pointer. */
struct type *pointed_function(struct type *type);
/* The note that tells to call a function where what it makes was meant. */
void note_uncalled(struct expression *e, struct type *function);

/* The note that tells to await a coroutine, task or future where its value was meant. */
void note_missing_await(struct expression *e);

/* Do both point to the same, as far as C compilers do not mind? */
bool pointers_agree(struct type *a, struct type *b);

/* ================= check_constant.c ================= */

/* e was checked. Would no C compiler take it for a constant? */
bool never_constant(struct expression *e);
void check_static_initializer(struct expression *e);
/* Types e, which must be constant: no await. */
void check_in_constant(struct expression *e);
void check_constant(struct constant_part *part);
void check_case_constant(struct expression *e);
/* All CASE and DEFAULT of one switch. */
void check_labels_differ(struct statement **labels, size_t count);
/* Of a struct or union that a body defines. */
void check_members(struct tag *tag);

/* ================= check_declarator.c ================= */

/* Of a declaration in a body: its type; a variable's storage; what stands in the head of a for. */
void check_declarator_type(struct declarator *declarator);
void check_storage(struct declarator *declarator, struct symbol *symbol);
void check_function_storage(const struct specifiers *specifiers, struct declarator *declarator);
void check_loop_declaration(const struct declaration *declaration);

/* Of specifiers and what they declare in a body: `_Alignas` (6.7.5). */
void check_alignas(const struct specifiers *specifiers, struct declarator *declarator);
/* What is wrong with a type that is written here, whatever has it; NULL. In a parameter `[*]` is right. */
const char *impossible_type(struct type *type);
const char *misplaced_bound(struct type *type, bool in_parameter);

/* ================= check_asm.c ================= */

/* They were checked as expressions. */
void check_asm_operands(const struct statement *s);

/* ================= the other files ================= */

void check_call(struct expression *e);
/* Is a an async function, or a pointer to one? Its FUNCTION type; else NULL. */
struct type *callee_type(struct expression *callee);

/* Checks an initialiser against the type of what it initialises, and gives that type with the array length that the
   initialiser tells. */
struct type *check_initializer(struct type *type, struct expression *e);

/* The async function X_suffix of a struct X or struct X *; NULL. */
struct symbol *async_method(struct type *type, const char *suffix);
void check_await(struct expression *e);
/* Around a body: tells of awaits that stand where there is no expression to evaluate. */
void awaits_begin(struct function *function);
void awaits_end(void);
/* Tells of one in the width of a bit-field whose name this is; false where there is none. */
bool await_in_width(token_index member);
void check_async_call(struct expression *e);
void check_create_future(struct expression *e);
void check_set_result(struct expression *e);
void check_blocking(struct expression *e);
void check_submit(struct expression *e);
void check_child(struct declarator *declarator, struct symbol *symbol);
void check_async_for(struct statement *s);
void check_async_with(struct statement *s);
void check_throw(struct statement *s);
void check_yield(struct statement *s);
void check_return(struct statement *s);
void check_try(struct statement *s);

/* A declaration in a body; true where one of its parts has an await. */
bool check_declaration(struct declaration *declaration);
void check_statement(struct statement *s, struct statement *parent);
void check_body(struct function *function);
struct barrier *barrier_push(const char *what, token_index place);

/* Says what is wrong with a name that nothing declares, with the nearest spelling in scope. */
void undeclared(struct expression *e);
/* The same of the name of an error in `catch (e)`, which lacks its type. */
void undeclared_error(struct expression *e);
/* The same of a member. */
void no_member(token_index name, struct type *record);
/* Of a member of a handle, as if it had methods: the runtime's function, or that an await is missing. */
void note_method(struct expression *member);
/* That nothing is known of the members of a struct or union: once. */
void undefined_record(token_index place, struct type *record);

/* ================= warn.c ================= */

/* The value of e, of which the statement makes no use. */
void warn_dropped(struct expression *e);
void warn_unevaluated_await(struct expression *e);
/* Every call of a known function, every awaited operand, every local variable: what the warnings about the whole
   body are made of. */
void warn_call(struct expression *call);
void warn_note_await(struct expression *operand);
void warn_note_declaration(struct declarator *declarator);
void warn_function(struct function *function);
void warn_swallowed_cancel(struct statement *try, struct catch_clause *clause);
/* Over a whole body that was checked. */
void warn_locks(struct function *function);
void warn_escapes(struct function *function);
void warn_return(struct function *function);

/* The name of the function that is called by its name; NULL. */
const char *called_name(struct expression *call);
bool is_one_of(const char *name, const char *const *names, size_t count);

#endif

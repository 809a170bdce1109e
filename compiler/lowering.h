/* What the parts of the lowering share: lower.c (statements, declarations), spill.c (expressions), leave.c (jumps and the undoing of blocks),
   copy.c (the user's tokens as text), function_attribute.c (attributes), hoist.c (types of the body). Not for other stages. */
#ifndef LOWERING_H
#define LOWERING_H
#include "diagnostic.h"
#include "lower.h"

extern struct lowering *now;        /* the function being lowered */
extern token_index place_now;       /* the statement being lowered: place of what is emitted */

/* ---- items (lower.c) ---- */
/* A line of text. Variables that it speaks of are uses. */
void emit_format(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The same, after the fact that `v` gets a new value by it. */
void emit_define(struct variable *v, const char *format, ...) __attribute__((format(printf, 2, 3)));
void emit_set(struct variable *v, const char *value);
/* A line whose uses and definitions were told by use_expression already. */
void emit_copied(token_index place, const char *text);
void emit_use(struct variable *v);
void emit_definition(struct variable *v);
/* Every variable that a text speaks of is read by it. */
void use_text(const char *text);
unsigned new_label(void);
void emit_label(unsigned label);
void emit_jump(unsigned label);
void emit_branch(unsigned label);
/* The same, for the way that an error takes. */
void emit_failure(unsigned label);

/* A suspension point: an await whose callee is started by `call`; returns its number. */
unsigned emit_site(token_index place, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A numbered place that is no suspension point (throw). */
unsigned new_site(token_index place);

struct variable *new_temporary(struct type *type, token_index place);
/* An object without a name that lives as long as the block: a compound literal (6.5.2.5p5). */
struct variable *new_block_object(struct type *type, token_index place);
/* Temporaries made until extent_end share bytes with those of other such stretches. */
struct extent *extent_begin(void);
void extent_end(struct extent *extent);

/* What stands for the frame of this callee; it lives from the definition in front of its first argument to the last use of its result. */
struct variable *callee_frame(const char *name, const char *frame_tag, struct function *function);
/* What stands for the pointer to a coroutine on the heap that is awaited. */
struct variable *awaited_coroutine(void);

/* The value of a suspended generator is in the result; comes back when the next one is asked for. */
void emit_yield(token_index place);
/* Declares a variable with this value. */
void emit_declaration(struct variable *v, const char *value, token_index place);
struct variable *track_variable(struct symbol *symbol);

/* Emits "where `pointer` is NULL, ENOMEM is thrown here". */
void emit_null_check(const char *pointer, token_index place);

void lower_statement(struct statement *s);
/* The same, in a scope whose variables are tracked where it `awaits`. */
void lower_scope(struct statement *s, bool awaits);
/* The bounds of a type are evaluated where it is declared, once: here. */
void lower_bounds(struct type *type);
/* As the body of another statement: in braces, unless it is a block already. */
void lower_nested(struct statement *s);

/* ---- attributes that are not true of what makes the coroutine (function_attribute.c) ---- */
/* Takes them out of the tokens of a specifier, and of those behind a declarator. */
void drop_promise_specifier(const struct specifier *s);
void drop_promises_behind(token_index first, token_index last);

/* ---- the user's tokens (copy.c) ---- */
/* Text of tokens first..last, line breaks kept, variables by number. */
const char *copy_range(token_index first, token_index last);
/* Writes these tokens as one text instead. */
void replace_tokens(token_index first, token_index last, const char *text);
/* Text of an expression: its tokens, or its `text`, or its tokens with the texts of lowered parts in their places. */
const char *copy_expression(struct expression *e);
/* The same, to be assigned: a comma expression, which stands without parentheses behind return and between ? and :, gets them. */
const char *copy_value(struct expression *e);
struct variable *token_variable(token_index t);
/* The same text on one line. */
const char *one_line(const char *text);

/* ---- types of the body (hoist.c) ---- */
/* Moves them in front of the function: the text that stands there. */
const char *hoist_types(struct function *function);

/* ---- expressions (spill.c) ---- */
/* Evaluates e here, as a full expression: emits its effects and returns text of its value ("" for void or where it is not wanted). */
const char *lower_full(struct expression *e, bool wanted);
/* The same for the value of a statement expression that nobody uses: a variable that is set there counts as used. */
void lower_dropped(struct expression *e);
/* Tells what evaluating e, which has no await, reads and sets. */
void use_expression(struct expression *e);
/* Does it have to be taken apart? */
bool needs_lowering(struct expression *e);
/* Does a statement have one in it that may lead out of a statement expression around it? */
bool jumps_out(struct statement *s);
bool is_alloca_call(struct expression *e);
/* Does a call have arguments of type AC_T? */
bool passes_by_address(struct expression *call);
/* Awaits a call of the async function of that name: text of its value, which is to be used before the next await. */
const char *lower_await_of(token_index place, const char *function, const char **arguments, size_t count, struct type *result, bool wanted);
/* Parts of a full expression; see there. */
const char *lower_value(struct expression *e);
/* Of an lvalue: text of its address, which means the same object whatever is evaluated later. */
const char *lower_address(struct expression *e);
const char *lower_initializer(struct expression *e);

/* ---- signs of values (sign.c) ---- */
/* Is it a comparison or a logical operation: 0 or 1? */
bool is_truth(struct expression *e);
/* The unsigned type that C converts a signed operand of a comparison to, where the operand can never be negative, or where the other one of
   `==` and `!=` is so small that it equals no negative value; NULL: else. */
const char *conversion_never_negative(struct expression *comparison, struct expression *operand);
const char *conversion_beside_small(struct expression *comparison, struct expression *operand, struct expression *other);
/* Is one operand a constant that lies outside of the other's type (or beside zero, of an unsigned type), so that C compilers see which way it goes? */
bool is_decided_by_range(struct expression *comparison);

/* ---- calls that other threads make (blocking.c) ---- */
/* The name of the async function that makes a call of this shape: `struct NAME__frame` is published as those of the runtime are. Where
   `called`, it is itself needed, and not only its frame. */
const char *blocking_call_name(struct expression *call, bool called);
/* The texts of the captured values, in the order of its parameters; the operands of the call are settled. */
const char **blocking_call_arguments(struct expression *call, size_t *count);
/* What stands in front of the function: the frames and functions of its shapes. */
const char *blocking_calls_text(void);

/* ---- jumps (leave.c) ---- */
enum context_kind { CONTEXT_LOOP, CONTEXT_SWITCH, CONTEXT_TRY, CONTEXT_CLEANUP, CONTEXT_ITEM };

/* What has to be undone when a block is left. */
struct cleanup {
    enum { CLEANUP_DEFER, CLEANUP_CHILD, CLEANUP_GROUP, CLEANUP_CALL, CLEANUP_ARRAY, CLEANUP_ALLOCA, CLEANUP_WITH, CLEANUP_GENERATOR } kind;
    struct statement *statement;    /* DEFER */
    struct variable *variable;      /* CHILD; CALL: the object; ARRAY: a variable length array; ALLOCA: the list; GENERATOR */
    const char *pointer;            /* WITH: text of a pointer to the manager */
    const char *function;           /* CALL: of __attribute__((cleanup)); WITH: X_aexit */
    token_index place;
    unsigned label;                 /* of the flow: where leaving with this many things to undo begins */
    bool entered;                   /* something jumps there */
};

/* Why a block is left, once for each different way. */
struct leaving { enum jump_kind { JUMP_ERROR, JUMP_RETURN, JUMP_BREAK, JUMP_CONTINUE, JUMP_GOTO } kind; struct context *target; struct label *label; size_t stop; /* GOTO: how many of the block's own things stay begun */ };

struct context {
    struct context *parent;
    uint8_t kind;
    unsigned number;                /* distinguishes generated labels */
    struct statement *statement;
    /* LOOP, SWITCH */
    unsigned break_label, continue_label;   /* of the flow */
    bool continue_by_goto;          /* `continue` has to go to ac_continue_<number> */
    bool continue_used;
    bool in_header;                 /* lowering stands in its header: break and continue mean what is around it */
    unsigned header_exits[2];       /* labels of the flow: a break, a continue in the header leads there, behind the loop; 0: there is none */
    unsigned stop_label;            /* while an `async for` awaits its next element: AC_STOP goes there, to ac_stop_<number>; 0: not */
    ARRAY(unsigned) cases;          /* SWITCH: labels of the flow */
    bool has_default;
    /* TRY, ITEM: where errors go */
    unsigned handler_label;
    bool handler_used;
    /* CLEANUP */
    ARRAY(struct cleanup) cleanups; /* those that are active where lowering stands */
    struct variable *leave, *error; /* why the block is being left; the error under way */
    ARRAY(struct leaving) leavings; /* code is index + 1 */
    bool masked;                    /* a cancellation waits while it is undone */
};

extern struct context *context_now;

struct context *context_push(enum context_kind kind, struct statement *s);
void context_pop(struct context *c);

/* Does a goto from here leave something that has to be undone? */
bool goto_undoes(struct label *label);
/* Emits the jump out of everything between here and its target. */
void emit_leave(enum jump_kind kind, struct context *target, struct label *label);
/* Statement text for "the await of this item failed, ac_status has the error"; tells the flow of the edge too. */
const char *failure_text(void);
/* The end of a block: its cleanups, last first, then on to where each way of leaving it leads. */
void emit_unwinding(struct context *c, bool end_reached);
/* A block with something to undo: begins it, notes what there is to be undone, ends it. */
struct context *cleanup_context(struct statement *s, bool masked);
void begin_cleanup(struct cleanup cleanup);
void leave_block(struct context *c, token_index place);
struct context *loop_context(struct statement *s);
/* Behind a loop: where jumps out of its header go on. */
void emit_header_exits(struct context *c);
unsigned leave_error_code(struct context *c);
struct context *enclosing_loop(void);
struct context *enclosing_breakable(void);
struct context *enclosing_group(void);
unsigned flow_label_of(struct label *label);

/* ---- async for, async with, yield (iterate.c) ---- */
void lower_async_for(struct statement *s);
void lower_async_with(struct statement *s);
void lower_yield(struct statement *s);
void undo_with(struct context *c, struct cleanup *cleanup);
void undo_generator(struct cleanup *cleanup);

#endif

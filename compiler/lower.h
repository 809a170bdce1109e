/* The lowered form of one async function: what lower.c makes, flow.c and frame.c complete, emit.c prints.

   It is a list of items in the order of the output: pieces of C text, the awaits ("sites"), and, between them, what flow.c needs to know of
   variables and jumps. Text speaks of tracked variables (those whose scope has an await in it, and temporaries) by number, since only frame.c
   decides which of them are C locals and which live in the frame; and it keeps the line breaks of the user's text.

       \1 <decimal> \2     the variable of that number
       \4 <decimal> \2     the pointer behind it, where it is a variable length array or points to one
       \3 <decimal> \2     line break; the text goes on with this token's line and column
*/
#ifndef LOWER_H
#define LOWER_H
#include "options.h"
#include "text.h"
#include "tree.h"

/* Stretches of items, in their order and apart from each other; both ends belong to it. */
struct run { size_t first, last; };
struct run_list { struct run *at; size_t count, capacity; };

struct variable {
    struct symbol *symbol;      /* NULL: a temporary */
    struct type *type;
    const char *name;           /* of the C local */
    const char *member;         /* of the frame; set by frame.c where `kept` (parameters: always) */
    unsigned number;
    struct type *variable_type; /* of a variable length array, or what points to one: `type` is then void *, which says where it is; else NULL */
    bool parameter;
    size_t declared;            /* its DECLARE item + 1; 0: none */
    bool may_reside;            /* array, record, address taken, volatile ...: cannot be copied in and out of the frame */
    bool must_reside;           /* of those, what must be in the frame even where it is not live across a site: its address may be known */
    bool fixed_local;           /* declared in the user's own text: it stays a C local */
    bool constant;              /* const, of a value that is known: where it lives across a site it is static, so that nothing is kept of it */
    bool computed;              /* its initialiser was taken apart: for compilers it is no constant, though it be const */
    bool starts_zero;           /* C compilers cannot see that it is set before it is read, or before it is copied to the frame (flow.c) */
    bool mentioned;             /* text speaks of it */
    unsigned live_count;        /* flow.c: across how many sites it is live */
    bool crowded;               /* frame.c: live across a site together with very many others */
    bool resident;              /* frame.c: lives in the frame all the time */
    bool kept;                  /* frame.c: has a member of the frame */
    unsigned callee;            /* no variable of the program, but the frame of callee number `callee` - 1; 0: not */
    struct run_list runs;       /* flow.c: where it is live or mentioned; frame_layout.c: where its member of the frame is needed */
    struct extent *extent;      /* the block whose life it shares */
    struct variable *outer;     /* lower.c: the tracked variable of the same name that this one hides */
    unsigned same_named;        /* lower.c: how many it hides */
};

/* Blocks of the function, and full expressions as blocks of their temporaries: extents beside each other are never alive together. */
struct extent {
    bool is_block;              /* a scope of the program; else a full expression */
    struct extent *parent, *first_child, *last_child, *next;
    size_t first_item, last_item;
    bool has_member;            /* frame_layout.c: a variable of it, or of one within, has a member of the frame */
    struct run_list loops;      /* frame_layout.c: from label to jump, the jumps back that leave no extent but those within */
    unsigned number, last_number;   /* in the order of their beginnings; of itself and those within, the last */
    ARRAY(struct variable *) variables;
};

enum item_kind {
    ITEM_TEXT,          /* text */
    ITEM_SITE,          /* an await: text is the call, failure what to do on error */
    ITEM_DECLARE,       /* variable; text: initialiser or NULL; form */
    ITEM_BEGIN,         /* variable, declared without a value just before: 0 is put into it where it `starts_zero` */
    ITEM_LOAD,          /* where the arguments are taken out of the frame */
    ITEM_USE,           /* variable */
    ITEM_DEFINE,        /* variable: its old value is dead before this */
    ITEM_LABEL,         /* label, of the flow */
    ITEM_JUMP,          /* label: control goes there and not on; 0: nowhere (return) */
    ITEM_BRANCH         /* label: control goes there or on */
};

enum initial_form { INITIAL_NONE, INITIAL_VALUE, INITIAL_LIST, INITIAL_STRING };

struct item {
    uint8_t kind, form;
    bool yields;                /* SITE: no await but a yield */
    bool on_error;              /* BRANCH: taken where the await or throw before it ends with an error */
    bool heap;                  /* SITE: text is not the call but the coroutine */
    unsigned site;
    unsigned label;
    token_index place;          /* whose line and column the text has */
    struct variable *variable;
    struct extent *extent;      /* what it stands in: variables of others are not in scope there */
    struct declaration *whole;  /* TEXT: a declaration as it was written, if all its variables are C locals; DECLARE: of one of them, if not */
    const char *text, *failure;
};

/* A callee whose frame is a member of ours, `await_<name>`. */
struct callee {
    const char *name, *frame_tag;
    struct function *function;  /* of this file; NULL: of a header */
    struct variable *variable;  /* stands for the member */
};

/* The variables that are live across a site, in order of their numbers; each variable stands in no more than COPIES_LIMIT + 1 lists, unless it
   can but be copied. */
struct live_list { struct variable **at; size_t count, capacity; };

struct lowering {
    struct function *function;
    ARRAY(struct item) items;
    ARRAY(struct variable *) variables;
    ARRAY(struct callee) callees;
    ARRAY(struct blocking_call *) blocking_calls;   /* calls that other threads make (blocking.c): one for each shape */
    ARRAY(token_index) sites;   /* place of each site; number 0 is the function itself */
    struct variable *awaited;   /* stands for the member `awaited`, the coroutine on the heap that is awaited; NULL: there is none */
    struct variable *result;    /* stands for the member `result`; NULL: the function has no value */
    struct variable *alloca_list;   /* blocks that alloca gave; NULL: the function does not call it */
    unsigned resume_count;      /* sites where the function can be suspended */
    ARRAY(bool) suspends;       /* by site: is it one? */
    struct extent *root;
    unsigned extent_count;
    unsigned label_count;       /* of the flow */
    const char *types;          /* types of the body, which are declared before the frame */
    struct live_list *live;     /* flow.c: by site */
    struct text frame, body;    /* emit.c */
    struct part *layout;        /* frame_layout.c: NULL until it is asked for */
};

/* Builds function->lowering, with flow and frame. */
void lower(struct function *function);

/* What `async` says of members, typedefs, type names and declarators is put into the words of C: of one of them, and, before functions are
   lowered, of all that stand in the bodies of async functions (copy.c). */
void rename_async_site(struct async_site *site);
void rename_async_sites_inside(void);

/* `target = value;`, also for a record with constant members, which C does not assign. */
const char *assignment_text(const char *target, struct type *type, const char *value);

/* Decides which variables are live across which sites (flow.c). */
void flow(struct lowering *l);
/* Adds a stretch, which ends behind all others that end before it begins, and takes those that it touches into it. */
void run_add(struct run_list *runs, size_t first, size_t last);

/* Decides what is in the frame (frame.c). */
void frame_decide(struct lowering *l);
/* A local that is live across more awaits than this is not copied at each of them but lives in the frame, so that the output stays linear. */
enum { COPIES_LIMIT = 16 };
/* Nor are the locals copied at an await across which more than these are live: copies of many are more work for C compilers than it takes to
   use them where they are. */
enum { CROWD_LIMIT = 64 };
/* The members of the frame struct, as C text. */
void frame_members(struct lowering *l, struct text *out);
/* The declaration of one. */
const char *frame_member(struct lowering *l, const struct variable *v);
const char *parameter_member(struct function *function, size_t index);

/* --emit=frames and --emit=states. */
void report_print(enum emit what);

/* Does the frame of this function lie in its caller's? */
bool embeds(struct function *caller, struct function *callee);
/* The tag of the published frame of a function of a header; NULL: it has none. */
struct tag *published_frame(const char *name);

/* The pointer itself of a variable with a variable_type. */
static inline const char *variable_base(struct variable *v)
{
    v->mentioned = true;
    return arena_format("\4%u\2", v->number);
}

static inline const char *variable_reference(struct variable *v)
{
    v->mentioned = true;
    return arena_format("\1%u\2", v->number);
}

/* Text of a specifier of an async function without what is not true of the plain function that makes its coroutine (function_attribute.c). */
const char *specifier_unpromised(const struct specifier *s);
/* Sets symbol->of_code: what the declarations of async functions say of the code of their bodies. */
void gather_code_attributes(void);

#endif

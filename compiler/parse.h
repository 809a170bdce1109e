/* What the grammar's actions call, and what they hand on to one another. Private to the parser: grammar/ac.y is the rules,
   parse_tokens.c gives it tokens, declare.c makes types and symbols of declarations, attribute.c reads attributes, and
   parse.c runs it, makes statements, and words its messages. */
#ifndef PARSE_H
#define PARSE_H
#include "literal.h"
#include "tree.h"
#include "map.h"

/* What a scope puts back when it is left, be it by its `}` or because an error threw it away. */
struct scope {
    struct scope_mark names;
    struct statement *block;
    struct function *function;
    bool in_async;
    size_t local_labels;
};

/* What attributes say, as far as acc must know. */
struct attributes {
    uint32_t aligned;           /* 0: none */
    bool unused;
    uint64_t vector_size;       /* bytes; 0: none */
    const char *mode;           /* interned, without underscores; NULL */
    const char *cleanup;        /* function; NULL */
    bool packed, transparent, no_return, returns_twice, blocking, owned;
};

/* One step of a declarator. The list goes from the name outwards to the specifiers: `*f(int)[3]` is function, array, pointer. */
enum modifier_kind { MODIFIER_POINTER, MODIFIER_ARRAY, MODIFIER_FUNCTION };
struct modifier {
    struct modifier *next;
    uint8_t kind;
    uint8_t qualifiers;
    bool static_bound, star_bound;
    struct expression *bound;
    struct parameter_list *parameters;
    struct range tokens;        /* FUNCTION: the direct declarator and its parentheses; else its own */
    struct range parentheses;   /* FUNCTION */
};

struct parameter_list {
    struct parameter *at;
    size_t count, capacity;
    bool variadic;
    bool no_prototype;          /* `()` */
    bool old_style;             /* identifiers alone */
    struct binding *newest, *before;    /* the names it bound, for the body */
};

/* A declarator whose specifiers have not been applied yet. */
struct draft {
    struct range tokens;
    const char *name;           /* NULL: abstract */
    token_index name_token;
    struct modifier *first, *last;
};

/* Specifiers while they are read. */
struct specifier_list {
    struct specifiers out;      /* first: a declaration's specifiers are the list's */
    size_t capacity;
    struct type *type;          /* of the specifier that is a type by itself; NULL: basic ones count */
    uint32_t basic;             /* set of BASIC_... */
    uint8_t longs;
    uint32_t width;             /* of _BitInt */
    uint8_t qualifiers;
    struct attributes attributes;
    struct tag *defined_tag;    /* the last specifier was its definition: attributes that follow belong to the tag */
    token_index definition_end; /* the `}` of a definition among them; 0 */
    bool says_auto;
    bool finished;
    bool told;                  /* an error about them was told */
};

/* A declarator, and what only the parser must know of it. */
struct full_declarator {
    struct declarator out;      /* first: as above */
    struct parameter_list *parameters;  /* of the function that it declares; NULL */
    struct range old_style;     /* the declarations between a K&R definition's declarator and body; first 0: none */
};

/* One specifier on its way into the list. */
struct specifier_item {
    uint8_t role;               /* enum specifier_role */
    struct type *type;          /* ROLE_TYPE, and __ac_async(T); NULL: a basic one, told by its token */
    uint32_t aligned;           /* _Alignas */
    struct alignment *alignment;    /* the same as it is written; NULL */
    uint32_t width;             /* _BitInt */
    struct tag *defined_tag;
};

/* A struct, union or enum whose body is being read. */
struct record {
    struct record *outer;
    struct tag *tag;
    size_t capacity;
    struct constant_part *last_constant;    /* of the tag's, where this is the outermost */
    struct literal last;        /* ENUM: value and type of the last enumerator; type NULL: none was read */
    ARRAY(struct symbol *) wide;    /* ENUM: the enumerators that do not fit into int */
};

struct statement_list { struct statement **at; size_t count, capacity; };
struct expression_list { struct expression **at; size_t count, capacity; };
struct item_list { struct initializer_item *at; size_t count, capacity; };
struct designator_list { struct designator *at; size_t count, capacity; };
struct association_list { struct association *at; size_t count, capacity; };
struct catch_list { struct catch_clause *at; size_t count, capacity; };

struct parser {
    token_index at, end;        /* the next token; the first that is not read */
    int start;                  /* token that selects what is parsed; 0: given already */
    token_index name;           /* where `second` is set: the name, async or __extension__ that was given */
    int second;                 /* the grammar's token before needs a second one: NAME or EXTENSION; 0: no */
    int previous;               /* the grammar's token given last, attributes apart; of a name, what it turned out to be */
    token_index previous_at;    /* its place */
    int before;                 /* the one before that: `previous` itself may be look-ahead */
    token_index before_at;
    bool at_item;               /* the next token begins a block item */
    bool skip_body;             /* the body of a plain function comes: give it as one token */
    bool skip_group;            /* an error was told at a `{`: skip to its `}` */
    bool unclosed;              /* the end of the file was told already: a brace is never closed */
    token_index resume;         /* a `;` was missing in front of this token, and is given before it; 0: no */
    token_index resumed;        /* the last such token */
    bool recovering;            /* an error was told and the parser has not found its way back */
    token_index external;       /* where the external declaration under way begins */
    token_index restart;        /* recovering: where at the latest a new parse begins, with the next definition; 0: nothing shows where */
    bool restart_now;           /* what stands before that is lost */
    bool closing;               /* the `}` of a function or struct is missing, and all that are open are given */
    token_index item;           /* where the block item under way begins, or one inside of it */
    token_index told_at;        /* where the last error of syntax was told */
    token_index unbraced;       /* the `;` in front of which a list in braces has no `}`, which is given; 0: no */
    bool broken;                /* a function that has an error has ended, and what follows is laid out as more of its body */
    bool resumed_in_line;       /* what `resumed` follows is in the same line */
    unsigned errors_before;     /* how many there were in front of the function under way */
    struct binding *names_before;   /* those at file scope, in front of the external declaration */
    struct function *function;  /* being defined; NULL: file scope */
    bool in_async;              /* its body is that of an async function: contextual keywords */
    struct statement *block;    /* innermost statement that is a scope for declarations */
    struct record *record;      /* innermost struct, union or enum body */
    ARRAY(struct label *) local_labels;     /* of __label__, in the blocks that are open */
    ARRAY(struct label *) asm_labels;       /* of the asm goto under way */
    struct map labels;          /* of labels_of, by name: those of the whole function */
    struct function *labels_of;
    struct expression *result;  /* of a parse of one expression */
};

/* ---- parse.c ---- */
struct scope *scope_begin(struct parser *parser);
void scope_end(struct parser *parser, struct scope *scope);
struct scope *block_begin(struct parser *parser, token_index brace);    /* a COMPOUND, in parser->block */
struct statement *block_end(struct parser *parser, struct scope *scope, struct statement_list *items, struct range tokens);
struct scope *loop_begin(struct parser *parser, enum statement_kind kind, token_index first);   /* FOR, ASYNC_FOR, ASYNC_WITH */
struct scope *function_begin(struct parser *parser, struct declaration *declaration, token_index brace);
struct declaration *function_end(struct parser *parser, struct scope *scope, struct statement_list *items, struct range tokens);
void nested_function(struct parser *parser, struct declaration *declaration);
struct label *label_use(struct parser *parser, token_index name);
void local_labels_declare(struct parser *parser, struct range names);
/* A label that the asm goto under way names; the statement, which takes them. */
void asm_label(struct parser *parser, token_index name);
struct statement *asm_new(struct parser *parser, struct range range, struct expression_list *operands);
struct statement *label_define(struct parser *parser, token_index name, struct range tokens);
struct statement *item_of_declaration(struct declaration *declaration);
struct expression *parse_expression_at(token_index first, token_index last);
/* Back on the way, behind these tokens; and at an item of a block. */
void recovered(struct parser *parser, struct range tokens);
void recovered_item(struct parser *parser, struct range tokens);
void recovered_enumerator(struct parser *parser, struct range tokens);
void recovered_block(struct parser *parser, struct range tokens);
void item_end(struct parser *parser, token_index last);
/* A message for the token at `place`; names of the tokens that could stand there instead. */
void syntax_error(struct parser *parser, token_index place, const char *token, const char *const *expected, size_t count);
/* Tells, once for each name, that it is no type, and makes it one of which nothing is known. */
struct symbol *unknown_type(token_index name);
/* Tells that what begins at `open` has no `}` in front of t, where the next definition begins, and closes it. */
void brace_missing(struct parser *parser, token_index open, token_index t);
void nested_too_deeply(struct parser *parser, token_index place);
struct statement *for_end(struct parser *parser, struct scope *scope, struct range tokens, struct statement *init, struct expression *a,
                          struct expression *step, struct statement *body);
struct statement *async_end(struct parser *parser, struct scope *scope, struct range tokens, struct declaration *declaration,
                            struct expression *a, struct statement *body);
struct expression *statement_expression(struct statement *body, struct range tokens);
struct expression *builtin_typed(struct expression_list *arguments, struct range tokens, token_index name);
struct expression_list *expressions_join(struct expression_list *list, struct expression_list *more);
/* declaration NULL: it is lost. */
void external_end(struct parser *parser, struct declaration *declaration, token_index last);
void asm_operand(struct expression *e);
struct expression *name_use(struct parser *parser, token_index token, struct symbol *symbol);

/* ---- declare.c ---- */
void specifier_add(struct specifier_list **list, struct specifier_item item, struct range tokens);
struct type *specifiers_finish(struct specifier_list *list);    /* the type; once */
struct type *typedef_type(struct symbol *symbol, token_index name);
struct type *handle_type(token_index keyword, struct type *inner);
struct tag *defined_tag(struct type *type, struct range tokens);     /* the tag of a definition; NULL for a mere reference */
unsigned qualifier_bit(token_index t);
/* One of them is NULL. */
struct specifier_item specifier_alignas(struct expression *value, struct type_name *name);
/* In a body tells of what cannot be _Atomic in this spelling. */
struct type *atomic_type(const struct parser *parser, struct type_name *name);
struct specifier_item specifier_bit_int(struct expression *width);
struct specifier_item specifier_typeof(struct expression *operand, struct type_name *name, struct range tokens);

struct modifier *modifier_new(enum modifier_kind kind, struct range tokens);
struct draft *draft_new(const char *name, token_index token, struct range tokens);
struct draft *draft_suffix(struct draft *draft, struct modifier *suffix, struct range tokens);
struct draft *draft_pointer(struct modifier *pointers, struct draft *draft, struct range tokens);

struct declaration *declaration_new(struct specifier_list *specifiers, struct range tokens);
void declare(struct parser *parser, struct declaration *declaration, struct draft *draft, struct attributes *attributes,
             struct range tokens);
void declare_member(struct parser *parser, struct declaration *declaration, struct draft *draft, struct expression *width,
                    struct attributes *attributes, struct range tokens);
struct catch_clause *catch_declaration(struct parser *parser, struct specifier_list *specifiers, struct draft *draft, struct range tokens);
bool is_old_style(const struct declaration *declaration);        /* its declarator has an identifier list */
void semicolon_missing(struct parser *parser, const struct declaration *declaration, token_index place);
void old_style_end(struct declaration *declaration, struct range tokens);
void declare_anonymous_member(struct parser *parser, struct specifier_list *specifiers);
void declaration_end(struct parser *parser, struct declaration *declaration, struct range tokens);
void initializer_set(struct declaration *declaration, token_index equals, struct expression *value);
struct type_name *type_name_new(struct parser *parser, struct specifier_list *specifiers, struct draft *draft, struct range tokens);

struct parameter *parameter_new(struct parser *parser, struct specifier_list *specifiers, struct draft *draft,
                                struct attributes *attributes, struct range tokens);
struct parameter_list *parameter_add(struct parameter_list *list, struct parameter *parameter);
void parameters_forward(const struct parameter_list *list);     /* they were declared ahead of the list proper */
struct parameter_list *parameter_identifier(struct parameter_list *list, token_index name);
/* Ends the scope of the parameters; list NULL: `()`. */
struct modifier *modifier_function(struct parameter_list *list, struct range tokens, struct parser *parser, struct scope *scope);

struct type *tag_reference(int keyword, token_index keyword_token, token_index name, bool alone);
struct record *tag_begin(struct parser *parser, token_index keyword, token_index name, struct attributes *attributes, token_index brace);
struct record *enum_begin(struct parser *parser, token_index keyword, token_index name, struct attributes *attributes,
                          struct specifier_list *fixed, token_index brace);
struct type *enum_reference(token_index keyword, token_index name, struct specifier_list *fixed);
struct type *tag_end(struct parser *parser, struct record *record, token_index brace);
#define NO_TOKENS (struct range){ 1, 0 }
struct constant_part *assertion_new(struct expression *e, struct range message);
/* Of the definition under way. */
void record_constant(struct parser *parser, struct constant_part *constant);
void enumerator_add(struct parser *parser, token_index name, struct expression *value);

/* ---- attribute.c ---- */
struct attributes *attributes_read(struct attributes *into, struct range tokens);   /* into NULL: a new one where something is said */
void attributes_merge(struct attributes *into, const struct attributes *from);
struct type *attributes_apply(const struct attributes *attributes, struct type *type);  /* mode, vector_size */

/* ---- parse_tokens.c ---- */
void keywords_init(void);
int keyword_code(token_index t);                        /* the grammar's token for a keyword or punctuator; 0: none */
bool begins_type(struct parser *parser, token_index t); /* can a declaration begin with this token? */
bool contextual_keyword(const char *name);
token_index next_significant(struct parser *parser, token_index t);
bool names_type(token_index t);                         /* is it a word that stands in front of a declarator? */
/* The token behind the loop whose head this token is in; 0: it is in none. */
token_index behind_loop(struct parser *parser, token_index t);
bool plain_body_scan(token_index first, token_index last);     /* was something told? */

/* ---- layout.c ---- */
/* The first token from `from` on where a definition begins, by the layout, if the one under way is lost; the end of the text where that is
   all that was left; 0: the layout does not show it. */
token_index definition_behind(struct parser *parser, token_index from);
/* Can t, in the block whose `{` is at `open`, only begin what stands behind it? Then a `}` is missing: functions are not nested, and the next
   one that the layout shows is in the block. */
bool begins_behind_block(struct parser *parser, token_index open, token_index t);
/* Does t begin a line, as deep as definitions do? */
bool begins_definition(struct parser *parser, token_index t);
/* Does t begin a line, deeper than definitions do? */
bool is_laid_out_as_body(struct parser *parser, token_index t);
/* Of the braces from `first` on, one of which has no `}` before `end`: the `{` that lacks it, by the layout. */
token_index unclosed_brace(token_index first, token_index end);
/* The last token of the definition whose body begins at `open`, where its braces do not match; the end of the text: nothing shows it. */
token_index laid_out_end(struct parser *parser, token_index open);

#endif

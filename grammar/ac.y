/* C11, the GNU extensions, and the dialect. The rules stand in the order of annex A.2 of the standard and bear its names.

   What is not here: no checks that need meaning, no look-ups, no types; an action is a call of a maker (tree.c, declare.c,
   parse.c). Nodes belong to the arena and are never freed.

   Names. Whether a name is a typedef cannot be known when it is read as look-ahead: in `for (int T; ;) if (x) y;  T z;` the
   parser reads T to see whether an `else` comes, before it has left the scope of the inner T. So a name is two tokens: NAME,
   and then, when the parser has shifted that and asks again, TYPE or VARIABLE. By then every reduction that the name as
   look-ahead brought about is done. For the same reason a contextual keyword is NAME and then what it is (AWAIT, DEFER, ...),
   and __extension__ is followed by SPECIFIER or OPERATOR. The rules below never reduce between the two.

   Scopes are opened by the empty rule `scope`; its value is dropped by a %destructor, so that error recovery leaves the
   scopes that it unwinds.

   Attributes are one token each: the token source skips their parentheses. So they cannot cause conflicts of their own.

   The body of a plain function is one token, PLAIN_BODY, which the token source makes because function_begin asks for it: after
   the `{` bison reduces function_open without looking ahead, since nothing else is possible there.

   The one precedence that stands for a rule of the language is that of `else`; the others say that attributes belong to
   what stands directly before them. */

%define api.pure full
%define api.prefix {grammar_}
%define api.token.prefix {T_}
%define api.location.type {struct range}
%define parse.error custom
%define parse.lac full
%parse-param {struct parser *parser}
%lex-param {struct parser *parser}
%expect 0

%code requires {
#include "parse.h"
/* Lists do not deepen the stack, only nesting does. Later passes recurse over the tree: this bounds them, too. */
#define YYMAXDEPTH 100000
#define YYLLOC_DEFAULT(current, rhs, n) \
    ((current).first = (n) ? YYRHSLOC(rhs, 1).first : YYRHSLOC(rhs, 0).last + 1, \
     (current).last = (n) ? YYRHSLOC(rhs, n).last : YYRHSLOC(rhs, 0).last)
}

%code {
#define grammar_lex grammar_token
static void grammar_error(struct range *place, struct parser *parser, const char *message);
#include "tree.h"

#define MAKE(kind, ...) expression_make(EXPRESSION_##kind, __VA_ARGS__)

int grammar_token(GRAMMAR_STYPE *value, struct range *place, struct parser *parser);
#define LIST_ADD(list, type, ...) list_add_##type(list, __VA_ARGS__)

/* Growing lists of semantic values. */
#define DEFINE_LIST(type, element) \
    static struct type *list_add_##type(struct type *list, element value) \
    { \
        if (!list) \
            list = arena_alloc(sizeof *list); \
        array_add(list, value); \
        return list; \
    }
DEFINE_LIST(statement_list, struct statement *)
DEFINE_LIST(expression_list, struct expression *)
DEFINE_LIST(item_list, struct initializer_item)
DEFINE_LIST(designator_list, struct designator)
DEFINE_LIST(association_list, struct association)
DEFINE_LIST(catch_list, struct catch_clause)

static struct initializer_item item(struct designator_list *designators, struct expression *value, struct range tokens)
{
    return (struct initializer_item){ .designators = designators ? designators->at : NULL,
                                      .designator_count = designators ? designators->count : 0,
                                      .value = value, .first = tokens.first, .last = tokens.last };
}

static struct expression *with_arguments(struct expression *e, struct expression_list *list)
{
    if (list) {
        e->arguments = list->at;
        e->argument_count = list->count;
    }
    return e;
}

static struct expression *with_type(struct expression *e, struct type_name *name)
{
    e->type_name = name;
    return e;
}

static struct expression *with_name(struct expression *e, token_index name)
{
    e->name = tokens[name].name;
    e->operator_ = name;
    return e;
}

static struct expression *initializer(struct item_list *items, struct range tokens)
{
    struct expression *e = expression_new(EXPRESSION_INITIALIZER, tokens.first, tokens.last);
    if (items) {
        e->items = items->at;
        e->item_count = items->count;
    }
    return e;
}

static struct expression *generic(struct expression *e, struct association_list *list)
{
    e->associations = list->at;
    e->association_count = list->count;
    return e;
}

static struct statement *statement(enum statement_kind kind, struct range tokens, struct expression *a, struct statement *body)
{
    struct statement *s = statement_new(kind, tokens.first, tokens.last);
    s->a = a;
    s->body = body;
    return s;
}

static struct specifier_item specifier(enum specifier_role role)
{
    return (struct specifier_item){ .role = (uint8_t)role };
}

static struct specifier_item specifier_type(struct type *type)
{
    return (struct specifier_item){ .role = ROLE_TYPE, .type = type };
}
}

%union {
    struct symbol *symbol;
    struct expression *expression;
    struct expression_list *expressions;
    struct statement *statement;
    struct statement_list *statements;
    struct item_list *items;
    struct designator designator;
    struct designator_list *designators;
    struct association association;
    struct association_list *associations;
    struct catch_clause *catch_clause;
    struct catch_list *catches;
    struct specifier_item specifier;
    struct specifier_list *specifiers;
    struct attributes *attributes;
    struct draft *draft;
    struct modifier *modifier;
    struct parameter *parameter;
    struct parameter_list *parameters;
    struct declaration *declaration;
    struct constant_part *constant;
    struct type *type;
    struct type_name *type_name;
    struct record *record;
    struct scope *scope;
    unsigned bits;
}

/* What is parsed: a translation unit, or one expression inside an attribute. */
%token START_UNIT START_EXPRESSION

%token NAME
%token <symbol> TYPE "type name" VARIABLE "identifier"
%token SPECIFIER OPERATOR
%token ASYNC_SPECIFIER ASYNC_OPERATOR ASYNC_GENERATOR ASYNC_BLOCK ASYNC_FOR ASYNC_WITH AWAIT DEFER TRY THROW YIELD
%token CATCH BLOCKING SUBMIT CREATE_FUTURE SET_RESULT AC_ASYNC HANDLE TYPE_VARIABLE
%token PLAIN_BODY SKIPPED PRAGMA

%token CONSTANT STRING GENERIC SIZEOF ALIGNOF REAL IMAG EXTENSION
%token VA_ARG OFFSETOF TYPES_COMPATIBLE CHOOSE BUILTIN_TYPED
%token ARROW "->" INCREMENT "++" DECREMENT "--" SHIFT RELATION EQUALITY AND "&&" OR "||" ASSIGN DIVIDE ELLIPSIS "..."

%token STORAGE STATIC "static" FUNCTION_SPECIFIER QUALIFIER STRUCT ENUM TYPEOF ATOMIC_TYPE AUTO_TYPE ALIGNAS STATIC_ASSERT
%token ASM LOCAL_LABEL
%token CASE DEFAULT IF ELSE SWITCH WHILE DO FOR GOTO CONTINUE BREAK RETURN

/* The `:` between an enum and its type (C23): not that of a bit-field. */
%token ENUM_COLON

/* All that can be belongs to the type behind an ENUM_COLON. */
%precedence BELOW_TYPE
%precedence BASIC_TYPE BIT_INT
%precedence BELOW_ELSE
%precedence ELSE
%precedence BELOW_ATTRIBUTE
%precedence ATTRIBUTE

%type <expression> primary_expression string postfix_expression unary_expression cast_expression multiplicative_expression
    additive_expression shift_expression relational_expression equality_expression AND_expression exclusive_OR_expression
    inclusive_OR_expression logical_AND_expression logical_OR_expression conditional_expression assignment_expression
    expression expression_opt constant_expression braced_initializer initializer builtin_argument
%type <expressions> argument_expression_list offset_member builtin_arguments asm_sections asm_items asm_items_opt asm_item
%type <association> generic_association
%type <associations> generic_association_list
%type <items> initializer_list
%type <designator> designator
%type <designators> designation designator_list
%type <declaration> declaration declared more_declared all_declared listed bare_declared function_head nested_head
    external_declaration function_definition members_declared
%type <specifiers> typed_specifiers untyped_specifiers enum_type enum_basic_type
%type <specifier> other_specifier type_specifier basic_type
%type <type> struct_or_union_specifier enum_specifier
%type <constant> static_assert_declaration
%type <record> struct_begin enum_begin
%type <attributes> attributes attributes_opt trailers
%type <draft> declarator direct_declarator parameter_declarator plain_declarator plain_direct_declarator typedef_direct_declarator
    abstract_declarator direct_abstract_declarator
%type <modifier> pointer star suffix named_suffix
%type <bits> type_qualifier_list
%type <parameters> parameter_type_list parameter_list identifier_list
%type <parameter> parameter_declaration
%type <type_name> type_name
%type <statement> statement nonempty_statement scoped_statement compound_statement label block_item for_init asm_statement
%type <statements> block_items
%type <catches> catch_clauses
%type <catch_clause> catch_clause catch_operand
%type <scope> scope old_style_scope block_open function_open for_open async_for_open async_with_open

%destructor { scope_end(parser, $$); } <scope>
%destructor { parser->record = $$->outer; } <record>

%%

start:
      START_UNIT translation_unit
    | START_EXPRESSION constant_expression          { parser->result = $2; }
    ;

/* ---- helpers ---- */

scope:
      %empty                                        { $$ = scope_begin(parser); }
    ;

attributes:
      ATTRIBUTE                                     { $$ = attributes_read(NULL, @1); }
    | attributes ATTRIBUTE                          { $$ = attributes_read($1, @2); }
    ;

attributes_opt:
      %empty                                        { $$ = NULL; }
    | attributes
    ;

/* An ordinary identifier, tag, member or label: name spaces of their own, where a typedef's name is as good as any. */
identifier:
      NAME TYPE
    | NAME VARIABLE
    ;

/* ---- A.2.1 expressions ---- */

primary_expression:
      NAME VARIABLE                                 { $$ = name_use(parser, @1.first, $2); }
    | CONSTANT                                      { $$ = MAKE(CONSTANT, @$, @1, NULL, NULL, NULL); }
    | string
    | '(' expression ')'                            { $$ = MAKE(PAREN, @$, @1, $2, NULL, NULL); }
    | '(' compound_statement ')'                    { $$ = statement_expression($2, @$); }
    | GENERIC '(' assignment_expression ',' generic_association_list ')'
                                                    { $$ = generic(MAKE(GENERIC, @$, @1, $3, NULL, NULL), $5); }
    | VA_ARG '(' assignment_expression ',' type_name ')'
                                                    { $$ = with_type(MAKE(VA_ARG, @$, @1, $3, NULL, NULL), $5); }
    | OFFSETOF '(' type_name ',' offset_member ')'  { $$ = with_arguments(with_type(MAKE(OFFSETOF, @$, @1, NULL, NULL, NULL), $3), $5); }
    | TYPES_COMPATIBLE '(' type_name ',' type_name ')'
        {
            struct association_list *two = LIST_ADD(NULL, association_list, (struct association){ $3, NULL });
            $$ = generic(MAKE(TYPES_COMPATIBLE, @$, @1, NULL, NULL, NULL), LIST_ADD(two, association_list, (struct association){ $5, NULL }));
        }
    | CHOOSE '(' assignment_expression ',' assignment_expression ',' assignment_expression ')'
                                                    { $$ = MAKE(CHOOSE, @$, @1, $3, $5, $7); }
    | BUILTIN_TYPED '(' builtin_arguments ')'       { $$ = builtin_typed($3, @$, @1.first); }
    | CREATE_FUTURE '(' type_name ')'               { $$ = with_type(MAKE(CREATE_FUTURE, @$, @1, NULL, NULL, NULL), $3); }
    | SET_RESULT '(' assignment_expression ',' assignment_expression ')'
                                                    { $$ = MAKE(SET_RESULT, @$, @1, $3, $5, NULL); }
    | BLOCKING '(' assignment_expression ')'        { $$ = MAKE(BLOCKING, @$, @1, $3, NULL, NULL); }
    | SUBMIT '(' assignment_expression ',' assignment_expression ')'
                                                    { $$ = MAKE(SUBMIT, @$, @1, $3, $5, NULL); }
    ;

string:
      STRING                                        { $$ = MAKE(STRING, @$, @1, NULL, NULL, NULL); }
    | string STRING                                 { $$ = $1; $$->last = @2.last; }
    ;

offset_member:
      identifier                                    { $$ = NULL; }
    | offset_member '.' identifier
    | offset_member "->" identifier
    | offset_member '[' expression ']'              { $$ = LIST_ADD($1, expression_list, $3); }
    ;

builtin_arguments:
      builtin_argument                              { $$ = LIST_ADD(NULL, expression_list, $1); }
    | builtin_arguments ',' builtin_argument        { $$ = LIST_ADD($1, expression_list, $3); }
    ;

builtin_argument:
      assignment_expression
    | type_name                                     { $$ = with_type(MAKE(SIZEOF_TYPE, @$, @1, NULL, NULL, NULL), $1); }
    ;

generic_association_list:
      generic_association                           { $$ = LIST_ADD(NULL, association_list, $1); }
    | generic_association_list ',' generic_association
                                                    { $$ = LIST_ADD($1, association_list, $3); }
    ;

generic_association:
      type_name ':' assignment_expression           { $$ = (struct association){ $1, $3 }; }
    | DEFAULT ':' assignment_expression             { $$ = (struct association){ NULL, $3 }; }
    ;

postfix_expression:
      primary_expression
    | postfix_expression '[' expression ']'         { $$ = MAKE(INDEX, @$, @2, $1, $3, NULL); }
    | postfix_expression '(' ')'                    { $$ = MAKE(CALL, @$, @2, $1, NULL, NULL); }
    | postfix_expression '(' argument_expression_list ')'
                                                    { $$ = with_arguments(MAKE(CALL, @$, @2, $1, NULL, NULL), $3); }
    | postfix_expression '.' identifier             { $$ = with_name(MAKE(MEMBER, @$, @2, $1, NULL, NULL), @3.first); }
    | postfix_expression "->" identifier            { $$ = with_name(MAKE(ARROW, @$, @2, $1, NULL, NULL), @3.first); }
    | postfix_expression "++"                       { $$ = MAKE(POST_INCREMENT, @$, @2, $1, NULL, NULL); }
    | postfix_expression "--"                       { $$ = MAKE(POST_DECREMENT, @$, @2, $1, NULL, NULL); }
    | '(' type_name ')' braced_initializer
        {
            $$ = with_type(MAKE(COMPOUND_LITERAL, @$, @1, NULL, NULL, NULL), $2);
            $$->initializer = $4;
        }
    ;

argument_expression_list:
      assignment_expression                         { $$ = LIST_ADD(NULL, expression_list, $1); }
    | argument_expression_list ',' assignment_expression
                                                    { $$ = LIST_ADD($1, expression_list, $3); }
    ;

unary_expression:
      postfix_expression
    | "++" unary_expression                         { $$ = MAKE(PRE_INCREMENT, @$, @1, $2, NULL, NULL); }
    | "--" unary_expression                         { $$ = MAKE(PRE_DECREMENT, @$, @1, $2, NULL, NULL); }
    | '&' cast_expression                           { $$ = MAKE(ADDRESS, @$, @1, $2, NULL, NULL); }
    | '*' cast_expression                           { $$ = MAKE(DEREFERENCE, @$, @1, $2, NULL, NULL); }
    | '+' cast_expression                           { $$ = MAKE(PLUS, @$, @1, $2, NULL, NULL); }
    | '-' cast_expression                           { $$ = MAKE(MINUS, @$, @1, $2, NULL, NULL); }
    | '~' cast_expression                           { $$ = MAKE(COMPLEMENT, @$, @1, $2, NULL, NULL); }
    | '!' cast_expression                           { $$ = MAKE(NOT, @$, @1, $2, NULL, NULL); }
    | REAL cast_expression                          { $$ = MAKE(REAL, @$, @1, $2, NULL, NULL); }
    | IMAG cast_expression                          { $$ = MAKE(IMAG, @$, @1, $2, NULL, NULL); }
    | EXTENSION OPERATOR cast_expression            { $$ = MAKE(EXTENSION, @$, @1, $3, NULL, NULL); }
    | SIZEOF unary_expression                       { $$ = MAKE(SIZEOF, @$, @1, $2, NULL, NULL); }
    | SIZEOF '(' type_name ')'                      { $$ = with_type(MAKE(SIZEOF_TYPE, @$, @1, NULL, NULL, NULL), $3); }
    | ALIGNOF unary_expression                      { $$ = MAKE(ALIGNOF, @$, @1, $2, NULL, NULL); }
    | ALIGNOF '(' type_name ')'                     { $$ = with_type(MAKE(ALIGNOF_TYPE, @$, @1, NULL, NULL, NULL), $3); }
    | "&&" identifier
        {
            $$ = with_name(MAKE(LABEL_ADDRESS, @$, @1, NULL, NULL, NULL), @2.first);
            label_use(parser, @2.first)->address_taken = true;
        }
    | NAME AWAIT cast_expression                    { $$ = MAKE(AWAIT, @$, @1, $3, NULL, NULL); }
    | NAME ASYNC_OPERATOR cast_expression           { $$ = MAKE(ASYNC_CALL, @$, @1, $3, NULL, NULL); }
    ;

cast_expression:
      unary_expression
    | '(' type_name ')' cast_expression             { $$ = with_type(MAKE(CAST, @$, @1, $4, NULL, NULL), $2); }
    ;

multiplicative_expression:
      cast_expression
    | multiplicative_expression '*' cast_expression { $$ = MAKE(BINARY, @$, @2, $1, $3, NULL); }
    | multiplicative_expression DIVIDE cast_expression
                                                    { $$ = MAKE(BINARY, @$, @2, $1, $3, NULL); }
    ;

additive_expression:
      multiplicative_expression
    | additive_expression '+' multiplicative_expression
                                                    { $$ = MAKE(BINARY, @$, @2, $1, $3, NULL); }
    | additive_expression '-' multiplicative_expression
                                                    { $$ = MAKE(BINARY, @$, @2, $1, $3, NULL); }
    ;

shift_expression:
      additive_expression
    | shift_expression SHIFT additive_expression    { $$ = MAKE(BINARY, @$, @2, $1, $3, NULL); }
    ;

relational_expression:
      shift_expression
    | relational_expression RELATION shift_expression
                                                    { $$ = MAKE(BINARY, @$, @2, $1, $3, NULL); }
    ;

equality_expression:
      relational_expression
    | equality_expression EQUALITY relational_expression
                                                    { $$ = MAKE(BINARY, @$, @2, $1, $3, NULL); }
    ;

AND_expression:
      equality_expression
    | AND_expression '&' equality_expression        { $$ = MAKE(BINARY, @$, @2, $1, $3, NULL); }
    ;

exclusive_OR_expression:
      AND_expression
    | exclusive_OR_expression '^' AND_expression    { $$ = MAKE(BINARY, @$, @2, $1, $3, NULL); }
    ;

inclusive_OR_expression:
      exclusive_OR_expression
    | inclusive_OR_expression '|' exclusive_OR_expression
                                                    { $$ = MAKE(BINARY, @$, @2, $1, $3, NULL); }
    ;

logical_AND_expression:
      inclusive_OR_expression
    | logical_AND_expression "&&" inclusive_OR_expression
                                                    { $$ = MAKE(AND, @$, @2, $1, $3, NULL); }
    ;

logical_OR_expression:
      logical_AND_expression
    | logical_OR_expression "||" logical_AND_expression
                                                    { $$ = MAKE(OR, @$, @2, $1, $3, NULL); }
    ;

conditional_expression:
      logical_OR_expression
    | logical_OR_expression '?' expression ':' conditional_expression
                                                    { $$ = MAKE(CONDITIONAL, @$, @2, $1, $3, $5); }
    | logical_OR_expression '?' ':' conditional_expression
                                                    { $$ = MAKE(CONDITIONAL, @$, @2, $1, NULL, $4); }
    ;

assignment_expression:
      conditional_expression
    | unary_expression '=' assignment_expression    { $$ = MAKE(ASSIGN, @$, @2, $1, $3, NULL); }
    | unary_expression ASSIGN assignment_expression { $$ = MAKE(ASSIGN, @$, @2, $1, $3, NULL); }
    ;

expression:
      assignment_expression
    | expression ',' assignment_expression          { $$ = MAKE(COMMA, @$, @2, $1, $3, NULL); }
    ;

expression_opt:
      %empty                                        { $$ = NULL; }
    | expression
    ;

constant_expression:
      conditional_expression
    ;

/* ---- A.2.2 declarations ---- */

declaration:
      listed ';'                                    { $$ = $1; declaration_end(parser, $$, @$); }
    | typed_specifiers ';'                          { $$ = declaration_new($1, @$); declaration_end(parser, $$, @$); }
    | untyped_specifiers ';'                        { $$ = declaration_new($1, @$); declaration_end(parser, $$, @$); }
    | static_assert_declaration
        { $$ = declaration_new(NULL, @$); $$->is_static_assert = true; $$->asserted = $1; }
    ;

/* The scope of a name begins behind its declarator (6.2.1p7), asm label and attributes, before its initialiser: these
   rules reduce when the token behind is seen. */
declared:
      typed_specifiers declarator trailers %prec BELOW_ATTRIBUTE
        { $$ = declaration_new($1, @$); declare(parser, $$, $2, $3, (struct range){ @2.first, @3.last }); }
    | untyped_specifiers plain_declarator trailers %prec BELOW_ATTRIBUTE
        { $$ = declaration_new($1, @$); declare(parser, $$, $2, $3, (struct range){ @2.first, @3.last }); }
    ;

more_declared:
      listed ',' attributes_opt declarator trailers
        {
            $$ = $1;
            struct attributes both = { 0 };
            attributes_merge(&both, $3);
            attributes_merge(&both, $5);
            declare(parser, $$, $4, &both, (struct range){ @4.first, @5.last });
        }
    ;

all_declared:
      declared
    | more_declared
    ;

listed:
      all_declared
    | all_declared '=' initializer                  { $$ = $1; initializer_set($$, @2.first, $3); }
    ;

/* asm label and attributes behind a declarator. */
trailers:
      %empty                                        { $$ = NULL; }
    | trailers ASM '(' string ')'
    | trailers ATTRIBUTE                            { $$ = attributes_read($1, @2); }
    ;

/* Specifiers without a type so far, and with one. Behind the first a typedef's name is the type; behind the second it is
   the name that is declared (6.7.8p3). No reduction is needed to tell them apart. */
untyped_specifiers:
      other_specifier                               { $$ = NULL; specifier_add(&$$, $1, @1); }
    | untyped_specifiers other_specifier            { $$ = $1; specifier_add(&$$, $2, @2); }
    | untyped_specifiers NAME ASYNC_OPERATOR        { $$ = $1; specifier_add(&$$, specifier(ROLE_ASYNC), @2); }
    ;

typed_specifiers:
      type_specifier                                { $$ = NULL; specifier_add(&$$, $1, @1); }
    | basic_type                                    { $$ = NULL; specifier_add(&$$, $1, @1); }
    | untyped_specifiers type_specifier             { $$ = $1; specifier_add(&$$, $2, @2); }
    | untyped_specifiers basic_type                 { $$ = $1; specifier_add(&$$, $2, @2); }
    | typed_specifiers basic_type                   { $$ = $1; specifier_add(&$$, $2, @2); }
    | typed_specifiers other_specifier              { $$ = $1; specifier_add(&$$, $2, @2); }
    | typed_specifiers NAME ASYNC_OPERATOR          { $$ = $1; specifier_add(&$$, specifier(ROLE_ASYNC), @2); }
    ;

other_specifier:
      STORAGE                                       { $$ = specifier(ROLE_STORAGE); }
    | "static"                                      { $$ = specifier(ROLE_STORAGE); }
    | FUNCTION_SPECIFIER                            { $$ = specifier(ROLE_FUNCTION); }
    | QUALIFIER                                     { $$ = specifier(ROLE_QUALIFIER); }
    | ATTRIBUTE                                     { $$ = specifier(ROLE_ATTRIBUTE); }
    | EXTENSION SPECIFIER                           { $$ = specifier(ROLE_ATTRIBUTE); }
    | ALIGNAS '(' type_name ')'                     { $$ = specifier_alignas(NULL, $3); }
    | ALIGNAS '(' constant_expression ')'           { $$ = specifier_alignas($3, NULL); }
    | NAME ASYNC_SPECIFIER                          { $$ = specifier(ROLE_ASYNC); }
    | NAME ASYNC_GENERATOR                          { $$ = specifier(ROLE_YIELD); }
    ;

/* Several may make one type. */
basic_type:
      BASIC_TYPE                                    { $$ = specifier(ROLE_TYPE); }
    | BIT_INT '(' constant_expression ')'           { $$ = specifier_bit_int($3); }
    ;

/* Types that are complete in themselves. */
type_specifier:
      NAME TYPE                                     { $$ = specifier_type(typedef_type($2, @1.first)); }
    | struct_or_union_specifier                     { $$ = specifier_type($1); $$.defined_tag = defined_tag($1, @1); }
    | enum_specifier                                { $$ = specifier_type($1); $$.defined_tag = defined_tag($1, @1); }
    | TYPEOF '(' expression ')'                     { $$ = specifier_typeof($3, NULL, @$); }
    | TYPEOF '(' type_name ')'                      { $$ = specifier_typeof(NULL, $3, @$); }
    | ATOMIC_TYPE '(' type_name ')'                 { $$ = specifier_type(atomic_type(parser, $3)); }
    | HANDLE '(' type_name ')'                      { $$ = specifier_type(handle_type(@1.first, $3->type)); }
    | TYPE_VARIABLE                                 { $$ = specifier_type(type_basic(TYPE_VARIABLE)); }
    | AUTO_TYPE                                     { $$ = specifier_type(type_basic(TYPE_AUTO)); }
    | AC_ASYNC '(' type_name ')'                    { $$ = specifier_type($3->type); $$.role = ROLE_ASYNC; }
    ;

struct_or_union_specifier:
      struct_begin struct_declaration_list '}'      { $$ = tag_end(parser, $1, @3.first); }
    | struct_begin struct_declaration_list members_declared '}'     /* GNU: no `;` behind the last member */
                                                    { declaration_end(parser, $3, @3); $$ = tag_end(parser, $1, @4.first); }
    | struct_begin struct_declaration_list error '}'
                                                    { recovered(parser, @$); yyerrok; $1->tag->lost = true; $$ = tag_end(parser, $1, @4.first); }
    | STRUCT attributes_opt identifier              { $$ = tag_reference(T_STRUCT, @1.first, @3.first, yychar == ';'); }
    ;

struct_begin:
      STRUCT attributes_opt identifier '{'          { $$ = tag_begin(parser, @1.first, @3.first, $2, @4.first); }
    | STRUCT attributes_opt '{'                     { $$ = tag_begin(parser, @1.first, 0, $2, @3.first); }
    ;

struct_declaration_list:
      %empty
    | struct_declaration_list struct_declaration
    ;

struct_declaration:
      members_declared ';'                          { declaration_end(parser, $1, @$); }
    | typed_specifiers ';'                          { declare_anonymous_member(parser, $1); }
    | untyped_specifiers ';'
    | static_assert_declaration                     { record_constant(parser, $1); }
    | ';'
    | PRAGMA
    | error ';'                                     { recovered_block(parser, @$); yyerrok; parser->record->tag->lost = true; }
    ;

members_declared:
      typed_specifiers declarator trailers
        { $$ = declaration_new($1, @$); declare_member(parser, $$, $2, NULL, $3, (struct range){ @2.first, @3.last }); }
    | typed_specifiers declarator ':' constant_expression trailers
        { $$ = declaration_new($1, @$); declare_member(parser, $$, $2, $4, $5, (struct range){ @2.first, @5.last }); }
    | typed_specifiers ':' constant_expression trailers
        { $$ = declaration_new($1, @$); declare_member(parser, $$, NULL, $3, $4, (struct range){ @2.first, @4.last }); }
    | members_declared ',' attributes_opt declarator trailers
        { $$ = $1; declare_member(parser, $$, $4, NULL, $5, (struct range){ @4.first, @5.last }); }
    | members_declared ',' attributes_opt declarator ':' constant_expression trailers
        { $$ = $1; declare_member(parser, $$, $4, $6, $7, (struct range){ @4.first, @7.last }); }
    | members_declared ',' attributes_opt ':' constant_expression trailers
        { $$ = $1; declare_member(parser, $$, NULL, $5, $6, (struct range){ @4.first, @6.last }); }
    ;

enum_specifier:
      enum_begin enumerator_list '}'                { $$ = tag_end(parser, $1, @3.first); }
    | enum_begin enumerator_list ',' '}'            { $$ = tag_end(parser, $1, @4.first); }
    | ENUM attributes_opt identifier                { $$ = tag_reference(T_ENUM, @1.first, @3.first, yychar == ';'); }
    | ENUM attributes_opt identifier ENUM_COLON enum_type %prec BELOW_TYPE
                                                    { $$ = enum_reference(@1.first, @3.first, $5); }
    ;

enum_type:
      enum_basic_type %prec BELOW_TYPE
    | NAME TYPE                                     { $$ = NULL; specifier_add(&$$, specifier_type(typedef_type($2, @1.first)), @$); }
    | TYPEOF '(' expression ')'                     { $$ = NULL; specifier_add(&$$, specifier_typeof($3, NULL, @$), @$); }
    | TYPEOF '(' type_name ')'                      { $$ = NULL; specifier_add(&$$, specifier_typeof(NULL, $3, @$), @$); }
    ;

enum_basic_type:
      basic_type                                    { $$ = NULL; specifier_add(&$$, $1, @1); }
    | enum_basic_type basic_type                    { $$ = $1; specifier_add(&$$, $2, @2); }
    ;

enum_begin:
      ENUM attributes_opt identifier '{'            { $$ = tag_begin(parser, @1.first, @3.first, $2, @4.first); }
    | ENUM attributes_opt '{'                       { $$ = tag_begin(parser, @1.first, 0, $2, @3.first); }
    | ENUM attributes_opt identifier ENUM_COLON enum_type '{'
                                                    { $$ = enum_begin(parser, @1.first, @3.first, $2, $5, @6.first); }
    | ENUM attributes_opt ENUM_COLON enum_type '{'  { $$ = enum_begin(parser, @1.first, 0, $2, $4, @5.first); }
    ;

enumerator_list:
      enumerator
    | enumerator_list ',' enumerator
    ;

/* The scope of an enumerator begins behind it (6.2.1p7). */
enumerator:
      identifier attributes_opt                     { enumerator_add(parser, @1.first, NULL); }
    | identifier attributes_opt '=' constant_expression
                                                    { enumerator_add(parser, @1.first, $4); }
    | error                                         { recovered_enumerator(parser, @$); }
    ;

static_assert_declaration:
      STATIC_ASSERT '(' constant_expression ',' string ')' ';'  { $$ = assertion_new($3, @5); }
    | STATIC_ASSERT '(' constant_expression ')' ';' { $$ = assertion_new($3, NO_TOKENS); }
    | EXTENSION SPECIFIER STATIC_ASSERT '(' constant_expression ',' string ')' ';'
                                                    { $$ = assertion_new($5, @7); }
    | EXTENSION SPECIFIER STATIC_ASSERT '(' constant_expression ')' ';'
                                                    { $$ = assertion_new($5, NO_TOKENS); }
    ;

declarator:
      direct_declarator
    | pointer direct_declarator                     { $$ = draft_pointer($1, $2, @$); }
    ;

/* The `scope` stands in every rule that has a parenthesis here: before what follows is read, it may be the scope of parameters. */
direct_declarator:
      identifier                                    { $$ = draft_new(tokens[@1.first].name, @1.first, @1); }
    | '(' scope declarator ')'                      { scope_end(parser, $2); $$ = $3; $$->tokens = @$; }
    | direct_declarator named_suffix                      { $$ = draft_suffix($1, $2, @$); }
    ;

suffix:
      '[' ']'                                       { $$ = modifier_new(MODIFIER_ARRAY, @$); }
    | '[' type_qualifier_list ']'                   { $$ = modifier_new(MODIFIER_ARRAY, @$); $$->qualifiers = (uint8_t)$2; }
    | '[' assignment_expression ']'                 { $$ = modifier_new(MODIFIER_ARRAY, @$); $$->bound = $2; }
    | '[' type_qualifier_list assignment_expression ']'
                                                    { $$ = modifier_new(MODIFIER_ARRAY, @$); $$->qualifiers = (uint8_t)$2; $$->bound = $3; }
    | '[' "static" assignment_expression ']'        { $$ = modifier_new(MODIFIER_ARRAY, @$); $$->static_bound = true; $$->bound = $3; }
    | '[' "static" type_qualifier_list assignment_expression ']'
        { $$ = modifier_new(MODIFIER_ARRAY, @$); $$->static_bound = true; $$->qualifiers = (uint8_t)$3; $$->bound = $4; }
    | '[' type_qualifier_list "static" assignment_expression ']'
        { $$ = modifier_new(MODIFIER_ARRAY, @$); $$->static_bound = true; $$->qualifiers = (uint8_t)$2; $$->bound = $4; }
    | '[' '*' ']'                                   { $$ = modifier_new(MODIFIER_ARRAY, @$); $$->star_bound = true; }
    | '[' type_qualifier_list '*' ']'
        { $$ = modifier_new(MODIFIER_ARRAY, @$); $$->star_bound = true; $$->qualifiers = (uint8_t)$2; }
    | '(' scope ')'                                 { $$ = modifier_function(NULL, @$, parser, $2); }
    | '(' scope parameter_type_list ')'             { $$ = modifier_function($3, @$, parser, $2); }
    ;

/* Only what has a name can have an identifier list: `int f(int (x))` is a parameter x. */
named_suffix:
      suffix
    | '(' scope identifier_list ')'                 { $$ = modifier_function($3, @$, parser, $2); }
    ;

/* In the order from the name outwards: the last star first. */
pointer:
      star
    | pointer star                                  { $$ = $2; $$->next = $1; }
    ;

star:
      '*' %prec BELOW_ATTRIBUTE                     { $$ = modifier_new(MODIFIER_POINTER, @$); }
    | '*' type_qualifier_list %prec BELOW_ATTRIBUTE { $$ = modifier_new(MODIFIER_POINTER, @$); $$->qualifiers = (uint8_t)$2; }
    ;

type_qualifier_list:
      QUALIFIER                                     { $$ = qualifier_bit(@1.first); }
    | ATTRIBUTE                                     { $$ = 0; }
    | type_qualifier_list QUALIFIER                 { $$ = $1 | qualifier_bit(@2.first); }
    | type_qualifier_list ATTRIBUTE
    ;

parameter_type_list:
      parameter_list
    | parameter_list ',' "..."                      { $$ = $1; $$->variadic = true; }
    | "..."                                         { $$ = arena_alloc(sizeof *$$); $$->variadic = true; }
    | forward_parameters parameter_type_list        { $$ = $2; }
    ;

/* GNU: declared ahead, for the bounds of parameters that come before them. */
forward_parameters:
      parameter_list ';'                            { parameters_forward($1); }
    ;

parameter_list:
      parameter_declaration                         { $$ = parameter_add(NULL, $1); }
    | parameter_list ',' parameter_declaration      { $$ = parameter_add($1, $3); }
    ;

parameter_declaration:
      typed_specifiers parameter_declarator trailers
                                                    { $$ = parameter_new(parser, $1, $2, $3, @$); }
    | untyped_specifiers plain_declarator trailers  { $$ = parameter_new(parser, $1, $2, $3, @$); }
    | typed_specifiers abstract_declarator attributes_opt
                                                    { $$ = parameter_new(parser, $1, $2, $3, @$); }
    | typed_specifiers                              { $$ = parameter_new(parser, $1, NULL, NULL, @$); }
    | untyped_specifiers                            { $$ = parameter_new(parser, $1, NULL, NULL, @$); }
    ;

/* 6.7.6.3p11: in a parameter, a parenthesised name that may be a typedef's is one: `int f(int (T))` has a function as its
   parameter. So a typedef's name can be the parameter's own only where it is the first thing or follows a star. */
parameter_declarator:
      plain_declarator
    | typedef_direct_declarator
    ;

plain_declarator:
      plain_direct_declarator
    | pointer plain_direct_declarator               { $$ = draft_pointer($1, $2, @$); }
    | pointer typedef_direct_declarator             { $$ = draft_pointer($1, $2, @$); }
    ;

plain_direct_declarator:
      NAME VARIABLE                                 { $$ = draft_new(tokens[@1.first].name, @1.first, @1); }
    | '(' scope plain_declarator ')'                { scope_end(parser, $2); $$ = $3; $$->tokens = @$; }
    | plain_direct_declarator named_suffix                { $$ = draft_suffix($1, $2, @$); }
    ;

typedef_direct_declarator:
      NAME TYPE                                     { $$ = draft_new(tokens[@1.first].name, @1.first, @1); }
    | typedef_direct_declarator named_suffix              { $$ = draft_suffix($1, $2, @$); }
    ;

identifier_list:
      NAME VARIABLE                                 { $$ = parameter_identifier(NULL, @1.first); }
    | identifier_list ',' NAME VARIABLE             { $$ = parameter_identifier($1, @3.first); }
    ;

type_name:
      typed_specifiers                              { $$ = type_name_new(parser, $1, NULL, @$); }
    | typed_specifiers abstract_declarator          { $$ = type_name_new(parser, $1, $2, @$); }
    ;

abstract_declarator:
      pointer                                       { $$ = draft_pointer($1, draft_new(NULL, 0, @$), @$); }
    | direct_abstract_declarator
    | pointer direct_abstract_declarator            { $$ = draft_pointer($1, $2, @$); }
    ;

direct_abstract_declarator:
      '(' scope abstract_declarator ')'             { scope_end(parser, $2); $$ = $3; $$->tokens = @$; }
    | suffix                                        { $$ = draft_suffix(draft_new(NULL, 0, @$), $1, @$); }
    | direct_abstract_declarator suffix             { $$ = draft_suffix($1, $2, @$); }
    ;

braced_initializer:
      '{' '}'                                       { $$ = initializer(NULL, @$); }
    | '{' initializer_list '}'                      { $$ = initializer($2, @$); }
    | '{' initializer_list ',' '}'                  { $$ = initializer($2, @$); }
    | '{' error '}'                                 { recovered(parser, @$); $$ = initializer(NULL, @$); }
    ;

initializer:
      assignment_expression
    | braced_initializer
    ;

initializer_list:
      initializer                                   { $$ = LIST_ADD(NULL, item_list, item(NULL, $1, @1)); }
    | designation initializer                       { $$ = LIST_ADD(NULL, item_list, item($1, $2, @$)); }
    | initializer_list ',' initializer              { $$ = LIST_ADD($1, item_list, item(NULL, $3, @3)); }
    | initializer_list ',' designation initializer  { $$ = LIST_ADD($1, item_list, item($3, $4, ((struct range){ @3.first, @4.last }))); }
    ;

/* The last two are GNU's old spellings: `[3] value` and `member: value`. */
designation:
      designator_list '='
    | designator_list
    | identifier ':'                                { $$ = LIST_ADD(NULL, designator_list, (struct designator){ .member = tokens[@1.first].name, .name = @1.first }); }
    ;

designator_list:
      designator                                    { $$ = LIST_ADD(NULL, designator_list, $1); }
    | designator_list designator                    { $$ = LIST_ADD($1, designator_list, $2); }
    ;

designator:
      '[' constant_expression ']'                   { $$ = (struct designator){ .index = $2 }; }
    | '[' constant_expression "..." constant_expression ']'
                                                    { $$ = (struct designator){ .index = $2, .high = $4 }; }
    | '.' identifier                                { $$ = (struct designator){ .member = tokens[@2.first].name, .name = @2.first }; }
    ;

/* ---- A.2.3 statements ---- */

/* As the body of another statement. In a block, labels and attributes are items of their own, and block_end joins them with
   what follows. */
statement:
      nonempty_statement
    | ';'                                           { $$ = statement(STATEMENT_EXPRESSION, @$, NULL, NULL); }
    | attributes ';'                                { $$ = statement(STATEMENT_ATTRIBUTE, @$, NULL, NULL); }
    | label statement                               { $$ = $1; $$->body = $2; $$->last = @2.last; }
    ;

nonempty_statement:
      compound_statement
    | expression ';'                                { $$ = statement(STATEMENT_EXPRESSION, @$, $1, NULL); }
    | IF scope '(' expression ')' scoped_statement %prec BELOW_ELSE
                                                    { $$ = statement(STATEMENT_IF, @$, $4, $6); scope_end(parser, $2); }
    | IF scope '(' expression ')' scoped_statement ELSE scoped_statement
                                                    { $$ = statement(STATEMENT_IF, @$, $4, $6); $$->otherwise = $8; scope_end(parser, $2); }
    | SWITCH scope '(' expression ')' scoped_statement
                                                    { $$ = statement(STATEMENT_SWITCH, @$, $4, $6); scope_end(parser, $2); }
    | WHILE scope '(' expression ')' scoped_statement
                                                    { $$ = statement(STATEMENT_WHILE, @$, $4, $6); scope_end(parser, $2); }
    | DO scope scoped_statement WHILE '(' expression ')' ';'
                                                    { $$ = statement(STATEMENT_DO, @$, $6, $3); scope_end(parser, $2); }
    | for_open '(' for_init expression_opt ';' expression_opt ')' scoped_statement
                                                    { $$ = for_end(parser, $1, @$, $3, $4, $6, $8); }
    | GOTO identifier ';'                           { $$ = statement(STATEMENT_GOTO, @$, NULL, NULL); $$->label = label_use(parser, @2.first); }
    | GOTO '*' expression ';'                       { $$ = statement(STATEMENT_GOTO_COMPUTED, @$, $3, NULL); }
    | CONTINUE ';'                                  { $$ = statement(STATEMENT_CONTINUE, @$, NULL, NULL); }
    | BREAK ';'                                     { $$ = statement(STATEMENT_BREAK, @$, NULL, NULL); }
    | RETURN expression_opt ';'                     { $$ = statement(STATEMENT_RETURN, @$, $2, NULL); }
    | asm_statement
    | NAME DEFER scope statement                    { $$ = statement(STATEMENT_DEFER, @$, NULL, $4); scope_end(parser, $3); }
    | NAME TRY compound_statement catch_clauses
        {
            $$ = statement(STATEMENT_TRY, @$, NULL, $3);
            $$->catches = $4->at;
            $$->catch_count = $4->count;
        }
    | NAME THROW expression ';'                     { $$ = statement(STATEMENT_THROW, @$, $3, NULL); }
    | NAME YIELD expression_opt ';'                 { $$ = statement(STATEMENT_YIELD, @$, $3, NULL); }
    | NAME ASYNC_BLOCK compound_statement           { $$ = statement(STATEMENT_ASYNC_BLOCK, @$, NULL, $3); }
    | async_for_open '(' typed_specifiers declarator trailers ':' expression ')'
        {
            /* The variable is in scope in the body, and not in what is gone over. */
            $<declaration>$ = declaration_new($3, (struct range){ @3.first, @5.last });
            declare(parser, $<declaration>$, $4, $5, (struct range){ @4.first, @5.last });
            declaration_end(parser, $<declaration>$, (struct range){ @3.first, @5.last });
        }
      scoped_statement                              { $$ = async_end(parser, $1, @$, $<declaration>9, $7, $10); }
    | async_with_open '(' expression ')' scoped_statement
                                                    { $$ = async_end(parser, $1, @$, NULL, $3, $5); }
    | async_with_open '(' listed ')'                { declaration_end(parser, $3, @3); }
      scoped_statement                              { $$ = async_end(parser, $1, @$, $3, NULL, $6); }
    ;

scoped_statement:
      scope statement                               { $$ = $2; scope_end(parser, $1); }
    ;

label:
      identifier ':'                                { $$ = label_define(parser, @1.first, @$); }
    | CASE constant_expression ':'                  { $$ = statement(STATEMENT_CASE, @$, $2, NULL); }
    | CASE constant_expression "..." constant_expression ':'
                                                    { $$ = statement(STATEMENT_CASE, @$, $2, NULL); $$->high = $4; }
    | DEFAULT ':'                                   { $$ = statement(STATEMENT_DEFAULT, @$, NULL, NULL); }
    ;

compound_statement:
      block_open block_items '}'                    { $$ = block_end(parser, $1, $2, @$); }
    | block_open block_items error '}'              { recovered_block(parser, @3); yyerrok; $$ = block_end(parser, $1, $2, @$); }
    ;

block_open:
      '{'                                           { $$ = block_begin(parser, @1.first); }
    ;

block_items:
      %empty                                        { $$ = NULL; parser->item = @$.first; }
    | block_items block_item                        { $$ = $2 ? LIST_ADD($1, statement_list, $2) : $1; item_end(parser, @2.last); }
    ;

block_item:
      declaration                                   { $$ = item_of_declaration($1); }
    | nonempty_statement
    | label
    | ';'                                           { $$ = statement(STATEMENT_EXPRESSION, @$, NULL, NULL); }
    | PRAGMA                                        { $$ = statement(STATEMENT_PRAGMA, @$, NULL, NULL); }
    | LOCAL_LABEL local_label_list ';'              { $$ = statement(STATEMENT_LOCAL_LABELS, @$, NULL, NULL); local_labels_declare(parser, @2); }
    | nested_head PLAIN_BODY                        { nested_function(parser, $1); $$ = NULL; }
    | error ';'                                     { recovered_item(parser, @$); yyerrok; $$ = NULL; }
    | error SKIPPED                                 { recovered_item(parser, @$); yyerrok; $$ = NULL; }
    ;

nested_head:
      declared '{'                                  { $$ = $1; parser->skip_body = true; }
    ;

local_label_list:
      identifier
    | local_label_list ',' identifier
    ;

for_open:
      FOR                                           { $$ = loop_begin(parser, STATEMENT_FOR, @1.first); }
    ;

async_for_open:
      NAME ASYNC_FOR                                { $$ = loop_begin(parser, STATEMENT_ASYNC_FOR, @1.first); }
    ;

async_with_open:
      NAME ASYNC_WITH                               { $$ = loop_begin(parser, STATEMENT_ASYNC_WITH, @1.first); }
    ;

for_init:
      ';'                                           { $$ = NULL; }
    | expression ';'                                { $$ = statement(STATEMENT_EXPRESSION, @$, $1, NULL); }
    | declaration                                   { $$ = statement(STATEMENT_DECLARATION, @$, NULL, NULL); $$->declaration = $1; }
    ;

catch_clauses:
      catch_clause                                  { $$ = LIST_ADD(NULL, catch_list, *$1); }
    | catch_clauses catch_clause                    { $$ = LIST_ADD($1, catch_list, *$2); }
    ;

catch_clause:
      CATCH scope '(' catch_operand ')' compound_statement
                                                    { $$ = $4; $$->first = @$.first; $$->last = @$.last; $$->body = $6; scope_end(parser, $2); }
    | CATCH scope compound_statement                { $$ = arena_alloc(sizeof *$$); $$->first = @$.first; $$->last = @$.last; $$->body = $3; scope_end(parser, $2); }
    ;

catch_operand:
      constant_expression                           { $$ = arena_alloc(sizeof *$$); $$->code = $1; }
    | typed_specifiers                              { $$ = catch_declaration(parser, $1, NULL, @$); }
    | typed_specifiers declarator                   { $$ = catch_declaration(parser, $1, $2, @$); }
    ;

asm_statement:
      ASM asm_qualifiers '(' string ')' ';'         { $$ = asm_new(parser, @$, NULL); }
    | ASM asm_qualifiers '(' string asm_sections ')' ';'
                                                    { $$ = asm_new(parser, @$, $5); }
    ;

asm_qualifiers:
      %empty
    | asm_qualifiers QUALIFIER
    | asm_qualifiers FUNCTION_SPECIFIER
    | asm_qualifiers GOTO
    ;

asm_sections:
      ':' asm_items_opt                             { $$ = $2; }
    | asm_sections ':' asm_items_opt                { $$ = expressions_join($1, $3); }
    ;

asm_items_opt:
      %empty                                        { $$ = NULL; }
    | asm_items
    ;

asm_items:
      asm_item
    | asm_items ',' asm_item                        { $$ = expressions_join($1, $3); }
    ;

/* An operand, a clobber, or the label of an asm goto. */
asm_item:
      string                                        { $$ = NULL; }
    | string '(' expression ')'                     { $$ = LIST_ADD(NULL, expression_list, $3); asm_operand($3); }
    | '[' identifier ']' string '(' expression ')'  { $$ = LIST_ADD(NULL, expression_list, $6); asm_operand($6); }
    | identifier                                    { $$ = NULL; asm_label(parser, @1.first); }
    ;

/* ---- A.2.4 external definitions ---- */

translation_unit:
      %empty
    | translation_unit external_declaration         { external_end(parser, $2, @2.last); }
    ;

external_declaration:
      function_definition
    | declaration
    | bare_declared ';'                             { $$ = $1; declaration_end(parser, $$, @$); }
    | asm_statement                                 { $$ = declaration_new(NULL, @$); $$->is_asm = true; }
    | ';'                                           { $$ = declaration_new(NULL, @$); $$->is_empty = true; }
    | PRAGMA                                        { $$ = declaration_new(NULL, @$); $$->is_pragma = true; }
    | error ';'                                     { recovered(parser, @$); yyerrok; $$ = NULL; }
    | error '}'                                     { recovered(parser, @$); yyerrok; $$ = NULL; }
    | error SKIPPED                                 { recovered(parser, @$); yyerrok; $$ = NULL; }
    ;

/* Without any specifier: implicit int. */
bare_declared:
      plain_declarator trailers %prec BELOW_ATTRIBUTE
        { $$ = declaration_new(NULL, @$); declare(parser, $$, $1, $2, @$); }
    ;

/* The items before a PLAIN_BODY are none. They stand there so that the empty list is reduced before a token is read: an error in the first
   item is then one inside of the body. */
function_definition:
      function_open block_items PLAIN_BODY          { $$ = function_end(parser, $1, NULL, @$); }
    | function_open block_items '}'                 { $$ = function_end(parser, $1, $2, @$); }
    | function_open block_items error '}'           { recovered_block(parser, @3); yyerrok; $$ = function_end(parser, $1, $2, @$); }
    ;

function_open:
      function_head '{'                             { $$ = function_begin(parser, $1, @2.first); }
    ;

function_head:
      declared
    | bare_declared
    | declared old_style_scope old_style_declarations
                                                    { $$ = $1; scope_end(parser, $2); old_style_end($1, @3); }
    | bare_declared old_style_scope old_style_declarations
                                                    { $$ = $1; scope_end(parser, $2); old_style_end($1, @3); }
    ;

/* What follows can only be the parameters of a K&R definition; where there are none, a `;` is missing. */
old_style_scope:
      %empty
        {
            if (!is_old_style($<declaration>0)) {
                semicolon_missing(parser, $<declaration>0, yylloc.first);
                YYERROR;
            }
            $$ = scope_begin(parser);
        }
    ;

old_style_declarations:
      declaration
    | old_style_declarations declaration
    ;

%%

/* What bison says by itself: only that its stack is full. */
static void grammar_error(struct range *place, struct parser *parser, const char *message)
{
    (void)message;
    nested_too_deeply(parser, place->first);
}

static int yyreport_syntax_error(const yypcontext_t *context, struct parser *parser)
{
    enum { EXPECTED_MAX = YYNTOKENS };
    yysymbol_kind_t kinds[EXPECTED_MAX];
    const char *names[EXPECTED_MAX];
    int count = yypcontext_expected_tokens(context, kinds, EXPECTED_MAX);
    for (int i = 0; i < count; i++)
        names[i] = yysymbol_name(kinds[i]);
    syntax_error(parser, yypcontext_location(context)->first, yysymbol_name(yypcontext_token(context)), names, count > 0 ? (size_t)count : 0);
    return 0;
}

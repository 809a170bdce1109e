/* Running the parser: the scopes, functions, blocks and labels that its actions make, and the wording of its errors. The rules
   are grammar/ac.y. */
#include "parse.h"
#include "diagnostic.h"
#include "foreign.h"
#include "ac.tab.h"
#include <stdlib.h>
#include <string.h>

struct unit unit;

static bool quiet;      /* an expression is parsed out of an attribute: its mistakes are for the C compiler */

/* ---- scopes ---- */

struct scope *scope_begin(struct parser *parser)
{
    struct scope *scope = arena_alloc(sizeof *scope);
    *scope = (struct scope){ .block = parser->block, .function = parser->function, .in_async = parser->in_async,
                             .local_labels = parser->local_labels.count };
    scope->names = scope_enter();
    return scope;
}

void scope_end(struct parser *parser, struct scope *scope)
{
    scope_leave(scope->names);
    parser->block = scope->block;
    parser->function = scope->function;
    parser->in_async = scope->in_async;
    parser->local_labels.count = scope->local_labels;
}

struct scope *loop_begin(struct parser *parser, enum statement_kind kind, token_index first)
{
    struct scope *scope = scope_begin(parser);
    parser->block = statement_new(kind, first, first);
    return scope;
}

struct scope *block_begin(struct parser *parser, token_index brace)
{
    struct scope *scope = loop_begin(parser, STATEMENT_COMPOUND, brace);
    parser->at_item = true;
    return scope;
}

/* ---- blocks ---- */

static bool takes_next(const struct statement *s)
{
    return (s->kind == STATEMENT_LABEL || s->kind == STATEMENT_CASE || s->kind == STATEMENT_DEFAULT) && !s->body;
}

/* A label's statement is the item behind it; at the end of the block it is an empty one without tokens. */
static void label_join(struct statement *label, struct statement *next)
{
    label->body = next ? next : statement_new(STATEMENT_EXPRESSION, label->last + 1, label->last);
    label->last = label->body->last;
}

static void items_set(struct statement *block, struct statement_list *items)
{
    if (!items)
        return;
    struct statement *next = NULL;
    size_t to = items->count;
    for (size_t i = items->count; i-- > 0;) {
        struct statement *s = items->at[i];
        if (takes_next(s)) {
            label_join(s, next);
            to += next != NULL;
        }
        items->at[--to] = next = s;
    }
    block->items = items->at + to;
    block->item_count = items->count - to;
}

static struct statement *block_close(struct parser *parser, struct statement_list *items, token_index first, token_index last)
{
    struct statement *block = parser->block;
    block->first = first;
    block->last = last;
    items_set(block, items);
    return block;
}

struct statement *block_end(struct parser *parser, struct scope *scope, struct statement_list *items, struct range range)
{
    struct statement *block = block_close(parser, items, range.first, range.last);
    scope_end(parser, scope);
    return block;
}

static struct statement *loop_end(struct parser *parser, struct scope *scope, struct range range)
{
    struct statement *loop = parser->block;
    loop->first = range.first;
    loop->last = range.last;
    scope_end(parser, scope);
    return loop;
}

struct statement *for_end(struct parser *parser, struct scope *scope, struct range range, struct statement *init, struct expression *a,
                          struct expression *step, struct statement *body)
{
    struct statement *loop = loop_end(parser, scope, range);
    if (init && init->kind == STATEMENT_DECLARATION)
        loop->declaration = init->declaration;
    else
        loop->init = init;
    loop->a = a;
    loop->step = step;
    loop->body = body;
    return loop;
}

struct statement *async_end(struct parser *parser, struct scope *scope, struct range range, struct declaration *declaration,
                            struct expression *a, struct statement *body)
{
    struct statement *s = loop_end(parser, scope, range);
    s->declaration = declaration;
    s->a = a;
    s->body = body;
    return s;
}

/* What `__attribute__((fallthrough));` is, apart from being the beginning of a declaration. */
static bool only_attributes(const struct declaration *declaration)
{
    const struct specifiers *s = declaration->specifiers;
    for (size_t i = 0; i < s->count; i++)
        if (s->at[i].role != ROLE_ATTRIBUTE)
            return false;
    return s->count > 0 && !declaration->declarator_count;
}

struct statement *item_of_declaration(struct declaration *declaration)
{
    enum statement_kind kind = declaration->is_static_assert ? STATEMENT_STATIC_ASSERT
                               : only_attributes(declaration) ? STATEMENT_ATTRIBUTE : STATEMENT_DECLARATION;
    struct statement *s = statement_new(kind, declaration->first, declaration->last);
    s->declaration = declaration;
    return s;
}

struct expression *statement_expression(struct statement *body, struct range range)
{
    struct expression *e = expression_new(EXPRESSION_STATEMENT, range.first, range.last);
    e->body = body;
    body->holder = e;
    return e;
}

/* ---- expressions ---- */

struct expression *name_use(struct parser *parser, token_index token, struct symbol *symbol)
{
    struct expression *e = expression_new(EXPRESSION_NAME, token, token);
    e->operator_ = token;
    e->name = tokens[token].name;
    e->symbol = symbol;
    e->scope = parser->in_async ? names_now : NULL;
    tokens[token].symbol = symbol;
    return e;
}

/* The type name among the arguments comes as a SIZEOF_TYPE, and becomes the expression's own. */
struct expression *builtin_typed(struct expression_list *arguments, struct range range, token_index name)
{
    struct expression *e = expression_new(EXPRESSION_BUILTIN_TYPED, range.first, range.last);
    e->operator_ = name;
    e->name = tokens[name].name;
    e->arguments = arguments->at;
    for (size_t i = 0; i < arguments->count; i++) {
        struct expression *argument = arguments->at[i];
        if (argument->kind == EXPRESSION_SIZEOF_TYPE && argument->type_name->first == argument->first)
            e->type_name = argument->type_name;
        else
            e->arguments[e->argument_count++] = argument;
    }
    return e;
}

struct expression_list *expressions_join(struct expression_list *list, struct expression_list *more)
{
    if (!list || !more)
        return list ? list : more;
    for (size_t i = 0; i < more->count; i++)
        array_add(list, more->at[i]);
    return list;
}

void asm_operand(struct expression *e)
{
    while (e->kind == EXPRESSION_PAREN)
        e = e->a;
    if (e->kind == EXPRESSION_NAME && e->symbol)
        e->symbol->in_asm = true;
}

/* ---- labels ---- */

static struct label *label_new(struct parser *parser, const char *name, token_index place)
{
    struct label *label = arena_alloc(sizeof *label);
    label->name = name;
    label->place = place;
    if (parser->function) {
        label->next = parser->function->labels;
        parser->function->labels = label;
    }
    return label;
}

/* The label that the name means here: of the innermost block with such a __label__, else of the function. */
struct label *label_use(struct parser *parser, token_index token)
{
    const char *name = tokens[token].name;
    for (size_t i = parser->local_labels.count; i-- > 0;)
        if (parser->local_labels.at[i]->name == name)
            return parser->local_labels.at[i];
    if (parser->labels_of != parser->function) {
        parser->labels = (struct map){0};
        parser->labels_of = parser->function;
    }
    void **known = map_at(&parser->labels, name);
    if (!*known)
        *known = label_new(parser, name, token);
    return *known;
}

/* The names stand alone between commas. */
void local_labels_declare(struct parser *parser, struct range names)
{
    for (token_index t = names.first; t <= names.last; t++) {
        if (tokens[t].kind != TOKEN_NAME)
            continue;
        struct label *label = label_new(parser, tokens[t].name, t);
        label->local_to = parser->block;
        array_add(&parser->local_labels, label);
    }
}

void asm_label(struct parser *parser, token_index name)
{
    array_add(&parser->asm_labels, label_use(parser, name));
}

struct statement *asm_new(struct parser *parser, struct range range, struct expression_list *operands)
{
    struct statement *s = statement_new(STATEMENT_ASM, range.first, range.last);
    s->arguments = operands ? operands->at : NULL;
    s->argument_count = operands ? operands->count : 0;
    s->asm_labels = parser->asm_labels.at;
    s->asm_label_count = parser->asm_labels.count;
    memset(&parser->asm_labels, 0, sizeof parser->asm_labels);
    return s;
}

struct statement *label_define(struct parser *parser, token_index name, struct range range)
{
    struct statement *s = statement_new(STATEMENT_LABEL, range.first, range.last);
    struct label *label = label_use(parser, name);
    s->label = label;
    if (label->defined) {
        error_at(name, "duplicate label '%s'", label->name);
        note_at(label->defined->first, "'%s' was defined here", label->name);
    } else {
        label->defined = s;
        label->place = name;
    }
    return s;
}

/* ---- functions ---- */

static struct declarator *last_declarator(const struct declaration *declaration)
{
    return declaration->declarators[declaration->declarator_count - 1];
}

static bool is_async_definition(const struct declarator *d)
{
    struct type *type = type_strip(d->type);
    return type->kind == TYPE_FUNCTION && type->is_async && !type->plain_text;
}

/* What both ends of a definition need; the names of the parameters are in scope behind it. */
static struct function *function_new(struct parser *parser, struct declaration *declaration, token_index brace)
{
    struct full_declarator *full = (struct full_declarator *)(void *)last_declarator(declaration);
    struct declarator *d = &full->out;
    struct type *type = type_strip(d->type);
    struct function *function = arena_alloc(sizeof *function);
    if (!parser->broken)
        parser->errors_before = error_count;
    *function = (struct function){ .symbol = d->symbol, .declaration = declaration, .declarator = d, .result = type->inner,
                                   .body_first = brace, .old_style_declarations = full->old_style };
    function->is_async = is_async_definition(d);
    function->is_generator = function->is_async && type->is_generator;
    function->is_main = function->is_async && !strcmp(d->name, "main");
    function->first_type_use = unit.type_uses.count;
    declaration->function = function;
    scope_bind_again(full->parameters->newest, full->parameters->before);
    return function;
}

struct scope *function_begin(struct parser *parser, struct declaration *declaration, token_index brace)
{
    struct scope *scope = scope_begin(parser);
    struct full_declarator *full = (struct full_declarator *)(void *)last_declarator(declaration);
    if (!full->parameters) {
        error_at(brace, "expected ';' before '{'");
        parser->skip_body = true;
        return scope;
    }
    struct function *function = function_new(parser, declaration, brace);
    parser->function = function;
    parser->in_async = function->is_async;
    parser->skip_body = !function->is_async;
    parser->at_item = function->is_async;
    if (function->is_async)
        parser->block = statement_new(STATEMENT_COMPOUND, brace, brace);
    return scope;
}

struct declaration *function_end(struct parser *parser, struct scope *scope, struct statement_list *items, struct range range)
{
    struct function *function = parser->function;
    if (!function) {        /* it was no function; that is told */
        scope_end(parser, scope);
        return NULL;
    }
    struct declaration *declaration = function->declaration;
    struct symbol *symbol = function->symbol;
    function->body_last = range.last;
    function->end_type_use = unit.type_uses.count;
    if (function->is_async)
        function->body = block_close(parser, items, function->body_first, range.last);
    scope_end(parser, scope);
    parser->closing = false;
    symbol->defined = true;
    symbol->declarator = function->declarator;
    if (function->is_async)
        symbol->function = function;
    array_add(&unit.functions, function);
    declaration_end(parser, declaration, range);
    return declaration;
}

void nested_function(struct parser *parser, struct declaration *declaration)
{
    struct declarator *d = last_declarator(declaration);
    struct full_declarator *full = (struct full_declarator *)(void *)d;
    if (!full->parameters) {
        error_at(d->last + 1, "expected ';' before '{'");
        return;
    }
    if (parser->unclosed)   /* the one before it was told */
        return;
    error_at(d->name_token, "nested function '%s' in an async function", d->name);
    if (declaration->specifiers->storage == STORAGE_STATIC || declaration->specifiers->is_async) {
        note_at(declaration->first, "is a '}' missing before it?");
        parser->unclosed = true;
    } else {
        note_at(d->name_token, "define it at file scope, and hand it what it needs of this function's variables");
    }
}

static void found_way_back(struct parser *parser)
{
    parser->recovering = parser->restart_now = parser->skip_group = false;
    parser->resume = parser->restart = parser->unbraced = 0;
}

/* A function with a lost or doubled brace ends too early, and the rest of it is no news. */
void external_end(struct parser *parser, struct declaration *declaration, token_index last)
{
    if (declaration)
        array_add(&unit.declarations, declaration);
    found_way_back(parser);
    parser->external = parser->at > last + 1 ? parser->at : last + 1;   /* lost text may have been passed over */
    parser->names_before = names_now;
    if (declaration && declaration->function && error_count > parser->errors_before)
        parser->broken = true;
    if (parser->broken && !token_is(last + 1, "}") && !token_is(last + 1, "catch") && begins_definition(parser, last + 1))
        parser->broken = false;
}

/* ---- errors ---- */

/* Does the name follow what can only be a type? */
static bool behind_type(token_index name)
{
    if (!name || tokens[name - 1].kind != TOKEN_NAME)
        return false;
    struct symbol *symbol = symbol_find(tokens[name - 1].name);
    int tag = name > 1 ? keyword_code(name - 2) : 0;
    return keyword_code(name - 1) == T_BASIC_TYPE || tag == T_STRUCT || tag == T_ENUM || (symbol && symbol->kind == SYMBOL_TYPEDEF && symbol->type->kind != TYPE_UNKNOWN);
}

/* What was declared by a declaration that is lost, or may have been: nothing is known of it, and it is declared again without a word. */
static void declare_lost(struct parser *parser, token_index name, bool is_type)
{
    if (token_is(name + 1, ":") && parser->function)
        label_use(parser, name)->told = true;
    struct symbol *symbol = tokens[name].symbol;
    if (symbol && symbol->place == name && (symbol->kind == SYMBOL_VARIABLE || symbol->kind == SYMBOL_FUNCTION))
        symbol->type = type_basic(TYPE_UNKNOWN);
    if (!symbol_find(tokens[name].name))
        symbol_declare(tokens[name].name, is_type ? SYMBOL_TYPEDEF : SYMBOL_VARIABLE, type_basic(TYPE_UNKNOWN), 0);
}

/* At a `;` the list goes on for the grammar, up to the `}` that is given. */
void recovered_enumerator(struct parser *parser, struct range range)
{
    token_index unbraced = parser->unbraced;
    for (token_index t = range.first; t > 0 && t <= range.last; t++)
        if (tokens[t].kind == TOKEN_NAME && !keyword_code(t))
            declare_lost(parser, t, false);
    recovered(parser, range);
    parser->unbraced = unbraced;
    parser->recovering = unbraced != 0;
}

/* Such names stand outside of parentheses, behind a type, a star or a comma, or in front of a colon; and in `(*name)`. */
static void declare_all_lost(struct parser *parser, struct range range)
{
    static const char *const behind[] = { ";", "=", ",", "(", "[", ":" };
    bool is_type = token_is(range.first, "typedef");
    unsigned depth = 0;
    for (token_index t = range.first; t > 0 && t <= range.last && !token_is(t, "{"); t++) {
        depth += token_is(t, "(");
        depth -= depth && token_is(t, ")");
        bool in_declarator = token_is(t - 1, "*") && token_is(t + 1, ")");
        bool name = tokens[t].kind == TOKEN_NAME && !keyword_code(t) && !contextual_keyword(tokens[t].name);
        if (name && tokens[t].symbol && tokens[t].symbol->place == t)
            declare_lost(parser, t, is_type);
        if (!name || (depth && !in_declarator))
            continue;
        if (in_declarator)
            declare_lost(parser, t, is_type);
        bool declares = names_type(t - 1) || token_is(t - 1, "*") || token_is(t - 1, ",");
        bool function = !parser->function && token_is(t + 1, "(");
        if (function || behind_type(t) || (declares && t == range.last))
            declare_lost(parser, t, is_type);
        for (size_t i = 0; i < sizeof behind / sizeof *behind; i++)
            if (token_is(t + 1, behind[i]) && (declares || *behind[i] == ':'))
                declare_lost(parser, t, is_type);
    }
}

void recovered(struct parser *parser, struct range range)
{
    if (!parser->resumed || parser->resumed != parser->at)     /* else only the `;` was missing */
        declare_all_lost(parser, range);
    if (parser->restart_now)
        parser->at = parser->restart;
    found_way_back(parser);
}

/* The parser will not find its way back behind the next definition. Where no braces are open that one follows at once. */
static void find_restart(struct parser *parser, token_index place)
{
    unsigned depth = 0;
    for (token_index t = parser->external; t < place; t++) {
        depth += token_is(t, "{");
        depth -= depth && token_is(t, "}");
    }
    parser->recovering = true;
    parser->restart = definition_behind(parser, place > parser->external ? place : parser->external + 1);
    parser->restart_now = parser->restart && !parser->function && !depth && !parser->resume;
}

/* Behind a parse that was given up: should one begin at the next definition? */
static bool restarts(struct parser *parser)
{
    if (!parser->recovering || !parser->restart)
        return false;
    names_restore(parser->names_before);
    declare_all_lost(parser, (struct range){ parser->external, parser->restart - 1 });
    parser->at = parser->external = parser->restart;
    parser->names_before = names_now;
    parser->broken = false;
    parser->start = T_START_UNIT;
    parser->second = 0;
    parser->skip_body = parser->closing = false;
    parser->restart_now = false;
    recovered(parser, NO_TOKENS);
    return true;
}

/* All names of a statement that is lost may have been declared by it. What follows in the line is no news. */
static void lose_statement(struct parser *parser, struct range range)
{
    enum { LOST_MAX = 200 };
    for (token_index t = range.first; t > 0 && t <= range.last && t - range.first < LOST_MAX && !token_is(t, "{"); t++)
        if (tokens[t].kind == TOKEN_NAME && !keyword_code(t) && !contextual_keyword(tokens[t].name) && !token_is(t, "with") &&
            !token_is(t - 1, ".") && !token_is(t - 1, "->"))
            declare_lost(parser, t, false);
    line_is_told(parser->told_at);
    line_is_told(range.last);
}

void recovered_block(struct parser *parser, struct range range)
{
    line_is_told(parser->told_at);
    if (parser->block)
        parser->block->lost = true;
    recovered(parser, range);
}

void item_end(struct parser *parser, token_index last)
{
    found_way_back(parser);
    parser->at_item = true;
    parser->item = last + 1;
}

/* The rest of a loop whose head was wrong is passed over, the `)` behind a `;` that was one too much, and the `else` of an `if` that is lost. */
void recovered_item(struct parser *parser, struct range range)
{
    token_index resume = parser->resume;
    bool only_semicolon = parser->resumed && parser->resumed == parser->at && !parser->resumed_in_line;
    recovered(parser, range);
    parser->block->lost |= !only_semicolon;
    if (!only_semicolon)
        lose_statement(parser, range);
    if (resume > parser->at)
        parser->at = resume;
    while (token_is(parser->at, ")") || token_is(parser->at, "]") || keyword_code(parser->at) == T_ELSE)
        parser->at++;
}

static bool expects(const char *const *expected, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (!strcmp(expected[i], name))
            return true;
    return false;
}

/* The token as a message shows it: a literal is named, not printed. */
static const char *token_shown(const struct parser *parser, token_index t)
{
    if (t >= parser->end)
        return "end of file";
    const struct token *token = &tokens[t];
    if (token->kind == TOKEN_STRING)
        return "string constant";
    if (token->kind == TOKEN_NUMBER && token->length > 20)
        return "numeric constant";
    return arena_format("'%.*s'", token->length > 60 ? 60 : (int)token->length, token->text);
}

struct symbol *unknown_type(token_index name)
{
    static ARRAY(const char *) told;
    size_t i = 0;
    while (i < told.count && told.at[i] != tokens[name].name)
        i++;
    if (i == told.count && !quiet) {
        error_at(name, "unknown type name '%s'", tokens[name].name);
        note_foreign(name);
        array_add(&told, tokens[name].name);
    }
    return symbol_declare(tokens[name].name, SYMBOL_TYPEDEF, type_basic(TYPE_UNKNOWN), name);
}

/* Was it told already that a name of this statement means nothing? Then what follows from it is no news. */
static bool follows_unknown(token_index place)
{
    for (token_index t = place;; t--) {
        struct symbol *symbol = tokens[t].kind == TOKEN_NAME ? symbol_find(tokens[t].name) : NULL;
        if (symbol && symbol->kind == SYMBOL_TYPEDEF && symbol->type->kind == TYPE_UNKNOWN)
            return true;
        if (t == 0 || token_is(t - 1, ";") || token_is(t - 1, "{") || token_is(t - 1, "}"))
            return false;
    }
}

/* A name where the parser cannot take one: it is mostly the name before it that was not what it was meant to be. */
static bool tell_name(const struct parser *parser, token_index place)
{
    bool ahead = parser->previous_at >= place;
    token_index before = ahead ? parser->before_at : parser->previous_at;
    if ((ahead ? parser->before : parser->previous) != T_VARIABLE || tokens[before].kind != TOKEN_NAME)
        return false;
    const char *name = tokens[before].name;
    struct symbol *symbol = symbol_find(name);
    if (contextual_keyword(name)) {
        if (parser->in_async && symbol) {
            error_at(before, "'%s' is not a keyword here, but the identifier declared in this scope", name);
            if (symbol->place)
                note_at(symbol->place, "it is declared here; the keyword can be written _%c%s", name[0] - 'a' + 'A', name + 1);
            return true;
        }
        if (!parser->in_async && !symbol) {
            error_at(before, "'%s' outside an async function", name);
            if (!strcmp(name, "await"))
                note_at(before, "what stands outside functions is computed before the program runs: await in an async function, and set it there");
            return true;
        }
    }
    bool enumerator = parser->record && parser->record->tag->kind == TYPE_ENUM;
    if (symbol || enumerator || behind_type(before) || tokens[place].kind != TOKEN_NAME || keyword_code(place) ||
        tokens[place].line != tokens[before].line)
        return false;
    unknown_type(before);
    return true;
}

/* An identifier where only a type can stand. */
static bool tell_type(token_index place, const char *token, const char *const *expected, size_t count)
{
    if (strcmp(token, "identifier") || symbol_find(tokens[place].name) || !expects(expected, count, "type name"))
        return false;
    unknown_type(place);
    return true;
}

/* A `catch` that stands behind no `try` was read as a name, and what follows it makes no sense then. */
static bool tell_catch(const struct parser *parser, token_index place)
{
    for (token_index t = place; parser->in_async && t && place - t < 4; t--)
        if (tokens[t].plain_name && (token_is(t, "catch") || token_is(t, "_Catch")) && !symbol_find(tokens[t].name)) {
            error_at(t, "'catch' without a 'try' before it");
            return true;
        }
    return false;
}

/* An `else` that follows no `if`: mostly since the `if` has several statements without braces. */
static bool tell_else(token_index place, const char *token, const char *const *expected, size_t count)
{
    if (strcmp(token, "ELSE") || !expects(expected, count, "RETURN"))
        return false;
    error_at(place, "'else' without an 'if' directly before it");
    note_at(place, "several statements under an 'if' stand in braces: 'if (...) { ...; ...; } else ...'");
    return true;
}

static void tell_end(struct parser *parser)
{
    error_at(parser->end, "expected '}' before the end of the file");
    if (parser->block)
        note_at(parser->block->first, "this is not closed");
}

static bool later_line(token_index a, token_index b)
{
    return tokens[a].inclusion != tokens[b].inclusion || tokens[a].line != tokens[b].line;
}

/* One token that would have been right, if there is one that says enough. */
static const char *closing_expected(const char *const *expected, size_t count)
{
    static const char *const closers[] = { "')'", "';'", "']'", "'}'", "':'", "'('", "'{'" };
    for (size_t i = 0; i < sizeof closers / sizeof *closers; i++)
        if (expects(expected, count, closers[i]))
            return closers[i];
    return NULL;
}

static const char *what_expected(const char *const *expected, size_t count)
{
    bool expression = expects(expected, count, "CONSTANT");
    if (expression && expects(expected, count, "RETURN"))
        return expects(expected, count, "BASIC_TYPE") ? "a statement or a declaration" : "a statement";
    if (expression)
        return "an expression";
    if (expects(expected, count, "CATCH"))
        return "'catch'";
    const char *closer = closing_expected(expected, count);
    if (closer && !strcmp(closer, "'}'") && expects(expected, count, "','"))
        return "',' or '}'";
    if (closer && !strcmp(closer, "';'") && expects(expected, count, "STORAGE") && expects(expected, count, "PRAGMA"))
        return "a declaration";
    if (closer && (strcmp(closer, "'('") || !expects(expected, count, "NAME")))
        return closer;
    if (expects(expected, count, "BASIC_TYPE"))
        return "a type";
    if (expects(expected, count, "NAME"))
        return "an identifier";
    if (expects(expected, count, "WHILE"))
        return "'while'";
    return closer;
}

/* What lacks its `;` is mended by one, so that what follows is read as it stands: the next line, or what a keyword begins. The rest of an
   if or a do would have lost its beginning. */
static void resume_at(struct parser *parser, token_index place, const char *missing, bool next_line)
{
    bool begins = tokens[place].kind == TOKEN_NAME && (next_line || keyword_code(place));
    if (parser->resume || strcmp(missing, "';'") || !begins || token_is(place, "else") || token_is(place, "while") || place <= parser->resumed)
        return;
    parser->resume = parser->resumed = place;
    parser->resumed_in_line = !next_line;
}

/* The function whose `}` stands directly before the definition under way: where that makes no sense, it has ended too early. NULL. */
static struct function *ended_before(const struct parser *parser)
{
    const struct declaration *last = unit.declarations.count ? unit.declarations.at[unit.declarations.count - 1] : NULL;
    return last && last->function && last->function->body_last + 1 == parser->external && !parser->function ? last->function : NULL;
}

static void note_function_end(const struct parser *parser)
{
    struct function *function = ended_before(parser);
    if (!function)
        return;
    note_at(function->body_last, "the body of '%s' ends with this '}'", function->symbol->name);
    function->cut = true;
}

static void tell_behind_function(struct parser *parser)
{
    error_at(parser->external, "expected a declaration before %s", token_shown(parser, parser->external));
    note_function_end(parser);
}

/* A name that is missing where it is declared will be missing where it is used. */
static void expect_nameless(struct parser *parser, token_index place, const char *what, const char *const *expected, size_t count)
{
    int before = parser->previous_at < place ? parser->previous : parser->before;
    bool of_type = !what || strcmp(what, "an identifier") != 0;     /* the type alone is a declaration, too */
    bool in_enum = parser->record && parser->record->tag->kind == TYPE_ENUM && (before == ',' || before == '{');
    if (before == '.' || before == T_ARROW || before == T_GOTO)
        return;
    if (!in_enum && of_type && !(expects(expected, count, "NAME") && (before == T_BASIC_TYPE || before == T_TYPE)))
        return;
    if (parser->function)
        parser->function->nameless++;
    else
        unit.nameless++;
}

/* A type where only a statement can stand was taken for a label. */
static bool tell_declaration(const struct parser *parser, token_index place, const char *const *expected, size_t count)
{
    bool ahead = parser->previous_at >= place;
    token_index before = ahead ? parser->before_at : parser->previous_at;
    if ((ahead ? parser->before : parser->previous) != T_TYPE || count != 1 || !expects(expected, count, "':'"))
        return false;
    error_at(before, "expected a statement before %s", token_shown(parser, before));
    note_at(before, "a declaration under an 'if' or a loop stands in braces");
    return true;
}

static bool tell_try(const struct parser *parser, token_index place)
{
    token_index before = parser->previous_at < place ? parser->previous_at : parser->before_at;
    if (!parser->in_async || !(token_is(before, "try") || token_is(before, "_Try")) || symbol_find(tokens[before].name))
        return false;
    error_at(before, "expected '{' after %s", token_shown(parser, before));
    return true;
}

/* The parameters of a function, and what follows is laid out as its body. */
static bool body_expected(struct parser *parser, token_index place, const char *const *expected, size_t count)
{
    return !parser->function && !parser->record && place < parser->end && token_is(place - 1, ")") && expects(expected, count, "'{'") &&
           is_laid_out_as_body(parser, place);
}

/* Does it only follow from what was told? */
static bool is_no_news(const struct parser *parser, token_index place, const char *token)
{
    bool of_broken_try = !strcmp(token, "CATCH") && parser->before == T_SKIPPED;
    bool again = place == parser->told_at && parser->told_at;
    return quiet || again || parser->closing || of_broken_try || (place >= parser->end && parser->unclosed) ||
           (parser->broken && !parser->function) || follows_unknown(place);
}

static void tell_syntax(struct parser *parser, token_index place, const char *token, const char *const *expected, size_t count)
{
    if (is_no_news(parser, place, token))
        return;
    if (tell_try(parser, place) || tell_catch(parser, place) || tell_else(place, token, expected, count) || tell_name(parser, place) ||
        tell_type(place, token, expected, count) || tell_declaration(parser, place, expected, count))
        return;
    parser->resume = behind_loop(parser, place);
    const char *what = body_expected(parser, place, expected, count) ? "'{'" : what_expected(expected, count);
    const char *shown = token_shown(parser, place);
    expect_nameless(parser, place, what, expected, count);
    token_index before = parser->previous_at < place ? parser->previous_at : parser->before_at;
    if (place >= parser->end && expects(expected, count, "'}'")) {
        tell_end(parser);
    } else if (!strcmp(token, "CATCH")) {
        error_at(place, "'catch' without a 'try' before it");
    } else if (!what) {
        error_at(place, "unexpected %s", shown);
    } else if (*what == '\'' && later_line(place, before)) {
        error_at(before, "expected %s after %s", what, token_shown(parser, before));
        resume_at(parser, place, what, true);
    } else {
        error_at(place, "expected %s before %s", what, shown);
        if (place == parser->external || token_is(place, ":") || is_laid_out_as_body(parser, parser->external))
            note_function_end(parser);
        resume_at(parser, place, what, false);
    }
    if (!note_foreign(place) && what && !strcmp(what, "'catch'"))
        note_at(before, "'catch (int error) { ... }' takes any error; what is to run in any case stands in a 'defer' before the 'try'");
}

void syntax_error(struct parser *parser, token_index place, const char *token, const char *const *expected, size_t count)
{
    parser->skip_group = place < parser->end && tokens[place].kind == TOKEN_PUNCTUATOR && !strcmp(tokens[place].name, "{");
    tell_syntax(parser, place, token, expected, count);
    parser->told_at = place;
    find_restart(parser, place);
    if (!strcmp(token, "';'") && expects(expected, count, "'}'") && expects(expected, count, "','"))
        parser->unbraced = place;
    if (parser->broken && ended_before(parser))
        ended_before(parser)->cut = true;
}

void brace_missing(struct parser *parser, token_index open, token_index t)
{
    error_at(t, "expected '}' before %s", token_shown(parser, t));
    note_at(unclosed_brace(open, t), "this '{' is not closed");
    parser->closing = true;
}

/* Behind `declaration`, which may be a name alone that should have been a type. */
void semicolon_missing(struct parser *parser, const struct declaration *declaration, token_index place)
{
    struct declarator *d = last_declarator(declaration);
    bool is_function = d->symbol && d->symbol->kind == SYMBOL_FUNCTION;
    if (parser->broken)
        ;
    else if (is_laid_out_as_body(parser, parser->external) && ended_before(parser))
        tell_behind_function(parser);
    else if (!declaration->specifiers->count && d->first == d->last)
        unknown_type(d->first);
    else if (later_line(place, d->last))
        error_at(d->last, "expected '%c' after %s", is_function && is_laid_out_as_body(parser, place) ? '{' : ';', token_shown(parser, d->last));
    else
        error_at(place, "expected ';' before %s", token_shown(parser, place));
    find_restart(parser, place);
}

void nested_too_deeply(struct parser *parser, token_index place)
{
    if (!quiet)
        error_at(place < parser->end ? place : parser->end, "this is nested too deeply");
}

/* ---- running ---- */

/* Called by an action of the parser that runs, for the arguments of an attribute. */
struct expression *parse_expression_at(token_index first, token_index last)
{
    struct parser parser = { .at = first, .end = last + 1, .start = T_START_EXPRESSION };
    bool before = quiet;
    quiet = true;
    int status = grammar_parse(&parser);
    quiet = before;
    return status ? NULL : parser.result;
}

static void predeclare(const char *name, enum type_kind kind)
{
    symbol_declare(intern_string(name), SYMBOL_TYPEDEF, type_basic(kind), 0);
}

/* Outer sites end behind the inner ones; they are wanted in the order in which they begin. */
static int compare_sites(const void *a, const void *b)
{
    const struct async_site *x = a, *y = b;
    if (x->first != y->first)
        return x->first < y->first ? -1 : 1;
    return x->last > y->last ? -1 : x->last < y->last;
}

void parse(void)
{
    struct parser parser = { .end = token_count - 1, .start = T_START_UNIT };
    keywords_init();
    predeclare("__builtin_va_list", TYPE_VA_LIST);
    predeclare("__int128_t", TYPE_INT128);
    predeclare("__uint128_t", TYPE_UNSIGNED_INT128);
    do
        grammar_parse(&parser);
    while (restarts(&parser));
    if (unit.async_sites.count)
        qsort(unit.async_sites.at, unit.async_sites.count, sizeof *unit.async_sites.at, compare_sites);
}

/* The tokens as the grammar wants them. This is where it is decided what a name is: a keyword, a contextual keyword, a typedef
   or an ordinary identifier. A name is given as two tokens (see grammar/ac.y): NAME, and when the parser asks on, what it is; so
   the scope that is asked is the one in which the name stands, even when the name was needed as look-ahead.

   Everything else that is easier over the array of tokens than in a grammar is here as well: attributes become one token,
   and so do the bodies of plain functions, which are only searched for constructs of the dialect that stand there by mistake. */
#define _GNU_SOURCE
#include "parse.h"
#include "diagnostic.h"
#include "preprocess.h"
#include "ac.tab.h"
#include <string.h>

int grammar_token(GRAMMAR_STYPE *value, struct range *place, struct parser *parser);

/* ---- keywords ---- */

/* Codes below the grammar's own: what is a keyword only in some places. */
enum { WORD_NONE = 0, WORD_ASYNC = 1, WORD_AWAIT, WORD_DEFER, WORD_TRY, WORD_CATCH, WORD_THROW, WORD_YIELD, WORD_BLOCKING,
       WORD_SUBMIT, WORD_ASM, WORD_TYPEOF, WORD_FLOAT, WORD_ATOMIC, WORD_RESERVED = 16, WORD_END = 32 };

/* Added to a code: a keyword where the C compiler is one of C23, an identifier where it is not. */
enum { SINCE_C23 = 1 << 16 };

struct keyword { const char *spelling; int code; };

static const struct keyword keywords[] = {
    { "async", WORD_ASYNC }, { "await", WORD_AWAIT }, { "defer", WORD_DEFER }, { "try", WORD_TRY }, { "catch", WORD_CATCH },
    { "throw", WORD_THROW }, { "yield", WORD_YIELD },
    { "_Async", WORD_RESERVED | WORD_ASYNC }, { "_Await", WORD_RESERVED | WORD_AWAIT }, { "_Defer", WORD_RESERVED | WORD_DEFER },
    { "_Try", WORD_RESERVED | WORD_TRY }, { "_Catch", WORD_RESERVED | WORD_CATCH }, { "_Throw", WORD_RESERVED | WORD_THROW },
    { "_Yield", WORD_RESERVED | WORD_YIELD },
    { "ac_blocking", WORD_BLOCKING }, { "ac_submit", WORD_SUBMIT },
    { "asm", WORD_ASM }, { "typeof", WORD_TYPEOF }, { "typeof_unqual", WORD_TYPEOF },
    { "_Atomic", WORD_ATOMIC },
    { "_Coro", T_HANDLE }, { "_Task", T_HANDLE }, { "_Future", T_HANDLE }, { "_Gen", T_HANDLE }, { "__ac_awaitable", T_HANDLE },
    { "__ac_awaitables", T_HANDLE }, { "__ac_async", T_AC_ASYNC }, { "__ac_T", T_TYPE_VARIABLE },
    { "__ac_create_future", T_CREATE_FUTURE }, { "__ac_set_result", T_SET_RESULT },

    { "break", T_BREAK }, { "case", T_CASE }, { "continue", T_CONTINUE }, { "default", T_DEFAULT }, { "do", T_DO }, { "else", T_ELSE },
    { "for", T_FOR }, { "goto", T_GOTO }, { "if", T_IF }, { "return", T_RETURN }, { "switch", T_SWITCH }, { "while", T_WHILE },

    { "auto", T_STORAGE }, { "extern", T_STORAGE }, { "register", T_STORAGE }, { "typedef", T_STORAGE }, { "static", T_STATIC },
    { "_Thread_local", T_STORAGE }, { "__thread", T_STORAGE },
    { "inline", T_FUNCTION_SPECIFIER }, { "__inline", T_FUNCTION_SPECIFIER }, { "__inline__", T_FUNCTION_SPECIFIER },
    { "_Noreturn", T_FUNCTION_SPECIFIER },
    { "const", T_QUALIFIER }, { "__const", T_QUALIFIER }, { "__const__", T_QUALIFIER }, { "volatile", T_QUALIFIER },
    { "__volatile", T_QUALIFIER }, { "__volatile__", T_QUALIFIER }, { "restrict", T_QUALIFIER }, { "__restrict", T_QUALIFIER },
    { "__restrict__", T_QUALIFIER },
    { "void", T_BASIC_TYPE }, { "char", T_BASIC_TYPE }, { "short", T_BASIC_TYPE }, { "int", T_BASIC_TYPE }, { "long", T_BASIC_TYPE },
    { "float", T_BASIC_TYPE }, { "double", T_BASIC_TYPE }, { "signed", T_BASIC_TYPE }, { "__signed", T_BASIC_TYPE },
    { "__signed__", T_BASIC_TYPE }, { "unsigned", T_BASIC_TYPE }, { "_Bool", T_BASIC_TYPE }, { "_Complex", T_BASIC_TYPE },
    { "__complex", T_BASIC_TYPE }, { "__complex__", T_BASIC_TYPE }, { "__int128", T_BASIC_TYPE },
    { "__float128", WORD_FLOAT }, { "_Float16", WORD_FLOAT }, { "__bf16", WORD_FLOAT }, { "_Float32", WORD_FLOAT },
    { "_Float64", WORD_FLOAT }, { "_Float128", WORD_FLOAT }, { "_Float32x", WORD_FLOAT }, { "_Float64x", WORD_FLOAT },
    { "_Decimal32", WORD_FLOAT }, { "_Decimal64", WORD_FLOAT }, { "_Decimal128", WORD_FLOAT },
    { "struct", T_STRUCT }, { "union", T_STRUCT }, { "enum", T_ENUM }, { "__typeof", T_TYPEOF }, { "__typeof__", T_TYPEOF },
    { "__typeof_unqual", T_TYPEOF }, { "__typeof_unqual__", T_TYPEOF }, { "__auto_type", T_AUTO_TYPE }, { "_Alignas", T_ALIGNAS },
    { "_Static_assert", T_STATIC_ASSERT }, { "_BitInt", T_BIT_INT },
    { "bool", T_BASIC_TYPE | SINCE_C23 }, { "true", T_CONSTANT | SINCE_C23 }, { "false", T_CONSTANT | SINCE_C23 },
    { "nullptr", T_CONSTANT | SINCE_C23 }, { "constexpr", T_STORAGE | SINCE_C23 }, { "thread_local", T_STORAGE | SINCE_C23 },
    { "alignas", T_ALIGNAS | SINCE_C23 }, { "alignof", T_ALIGNOF | SINCE_C23 }, { "static_assert", T_STATIC_ASSERT | SINCE_C23 },

    { "sizeof", T_SIZEOF }, { "_Alignof", T_ALIGNOF }, { "__alignof", T_ALIGNOF }, { "__alignof__", T_ALIGNOF }, { "_Generic", T_GENERIC },
    { "__real", T_REAL }, { "__real__", T_REAL }, { "__imag", T_IMAG }, { "__imag__", T_IMAG }, { "__extension__", T_EXTENSION },
    { "__builtin_va_arg", T_VA_ARG }, { "__builtin_offsetof", T_OFFSETOF }, { "__builtin_types_compatible_p", T_TYPES_COMPATIBLE },
    { "__builtin_choose_expr", T_CHOOSE }, { "__builtin_convertvector", T_BUILTIN_TYPED }, { "__builtin_bit_cast", T_BUILTIN_TYPED },
    { "__builtin_classify_type", T_BUILTIN_TYPED }, { "__builtin_has_attribute", T_BUILTIN_TYPED },
    { "__asm", T_ASM }, { "__asm__", T_ASM }, { "__label__", T_LOCAL_LABEL },
    { "__attribute", T_ATTRIBUTE }, { "__attribute__", T_ATTRIBUTE },
    /* clang's, and named address spaces: qualifiers that mean nothing here. */
    { "_Nonnull", T_ATTRIBUTE }, { "_Nullable", T_ATTRIBUTE }, { "_Nullable_result", T_ATTRIBUTE }, { "_Null_unspecified", T_ATTRIBUTE },
    { "__seg_fs", T_ATTRIBUTE }, { "__seg_gs", T_ATTRIBUTE },

    { "->", T_ARROW }, { "++", T_INCREMENT }, { "--", T_DECREMENT }, { "<<", T_SHIFT }, { ">>", T_SHIFT }, { "<", T_RELATION },
    { ">", T_RELATION }, { "<=", T_RELATION }, { ">=", T_RELATION }, { "==", T_EQUALITY }, { "!=", T_EQUALITY }, { "&&", T_AND },
    { "||", T_OR }, { "...", T_ELLIPSIS }, { "/", T_DIVIDE }, { "%", T_DIVIDE }, { "*=", T_ASSIGN }, { "/=", T_ASSIGN },
    { "%=", T_ASSIGN }, { "+=", T_ASSIGN }, { "-=", T_ASSIGN }, { "<<=", T_ASSIGN }, { ">>=", T_ASSIGN }, { "&=", T_ASSIGN },
    { "^=", T_ASSIGN }, { "|=", T_ASSIGN },
    { "[", '[' }, { "]", ']' }, { "(", '(' }, { ")", ')' }, { "{", '{' }, { "}", '}' }, { ".", '.' }, { "&", '&' }, { "*", '*' },
    { "+", '+' }, { "-", '-' }, { "~", '~' }, { "!", '!' }, { "^", '^' }, { "|", '|' }, { "?", '?' }, { ":", ':' }, { ";", ';' },
    { "=", '=' }, { ",", ',' },
};

enum { KEYWORD_SLOTS = 512, KEYWORD_COUNT = sizeof keywords / sizeof *keywords };

static struct keyword keyword_slots[KEYWORD_SLOTS];     /* open hash table by interned spelling */

static struct keyword *keyword_slot(const char *name)
{
    size_t i = (size_t)(((uintptr_t)name >> 4) * 0x9E3779B97F4A7C15u >> 40) % KEYWORD_SLOTS;
    while (keyword_slots[i].spelling && keyword_slots[i].spelling != name)
        i = (i + 1) % KEYWORD_SLOTS;
    return &keyword_slots[i];
}

void keywords_init(void)
{
    for (size_t i = 0; i < KEYWORD_COUNT; i++) {
        const char *name = intern_string(keywords[i].spelling);
        *keyword_slot(name) = (struct keyword){ name, keywords[i].code };
    }
}

static int word_code(token_index t)
{
    int code = tokens[t].name ? keyword_slot(tokens[t].name)->code : WORD_NONE;
    if (code & SINCE_C23)
        return preprocess_is_c23() ? code & ~SINCE_C23 : WORD_NONE;
    return code;
}

/* As far as the token alone tells it: contextual ones count as names. */
int keyword_code(token_index t)
{
    int code = word_code(t);
    if (code == WORD_ATOMIC)
        return T_QUALIFIER;
    if (code == WORD_FLOAT)
        return T_BASIC_TYPE;
    return code > WORD_END ? code : 0;
}

bool contextual_keyword(const char *name)
{
    int code = name ? keyword_slot(name)->code : WORD_NONE;
    return code >= WORD_ASYNC && code <= WORD_YIELD;
}

/* ---- looking ahead ---- */

static bool punctuator_at(token_index t, char c)
{
    return tokens[t].kind == TOKEN_PUNCTUATOR && tokens[t].name[0] == c && !tokens[t].name[1];
}

token_index next_significant(struct parser *parser, token_index t)
{
    while (t < parser->end && (tokens[t].kind == TOKEN_PRAGMA || tokens[t].kind == TOKEN_OTHER))
        t++;
    return t < parser->end ? t : parser->end;
}

/* The token that closes the bracket at `open`; the end of the text where there is none. */
static token_index closing(struct parser *parser, token_index open, char opening, char close)
{
    size_t depth = 0;
    for (token_index t = open; t < parser->end; t++)
        if (punctuator_at(t, opening))
            depth++;
        else if (punctuator_at(t, close) && !--depth)
            return t;
    return parser->end;
}

/* The last token of the attribute that begins here; t - 1 where none does. */
static token_index attribute_end(struct parser *parser, token_index t)
{
    if (word_code(t) == T_ATTRIBUTE) {
        token_index next = t + 1;
        if (next >= parser->end || !punctuator_at(next, '('))
            return t;
        token_index end = closing(parser, next, '(', ')');
        return end < parser->end ? end : t;
    }
    if (punctuator_at(t, '[') && t + 1 < parser->end && punctuator_at(t + 1, '[')) {
        token_index end = closing(parser, t, '[', ']');
        return end < parser->end && punctuator_at(end - 1, ']') ? end : t - 1;
    }
    return t - 1;
}

static token_index skip_attributes(struct parser *parser, token_index t)
{
    for (t = next_significant(parser, t); t < parser->end; t = next_significant(parser, t)) {
        token_index end = attribute_end(parser, t);
        if (end + 1 == t)
            break;
        t = end + 1;
    }
    return t;
}

static bool is_word(int code)
{
    return code != WORD_NONE && code < WORD_END && (code & (WORD_RESERVED - 1)) <= WORD_YIELD;
}

static bool is_typedef(const char *name)
{
    struct symbol *symbol = symbol_find(name);
    return symbol && symbol->kind == SYMBOL_TYPEDEF;
}

/* A type that the compiler knows and acc does not, such as __Int8x8_t: two names in a row are nothing else. */
static bool is_builtin_type(struct parser *parser, token_index t)
{
    const char *name = tokens[t].name;
    if (name[0] != '_' || name[1] != '_' || symbol_find(name) || word_code(t))
        return false;
    token_index next = next_significant(parser, t + 1);
    return tokens[next].kind == TOKEN_NAME && !keyword_code(next);
}

/* Storage classes, qualifiers, types: what only a declaration or a type name begins with. */
static bool is_specifier(int code)
{
    switch (code) {
    case T_STORAGE: case T_STATIC: case T_FUNCTION_SPECIFIER: case T_QUALIFIER: case T_BASIC_TYPE: case T_BIT_INT: case T_STRUCT: case T_ENUM:
    case T_TYPEOF: case T_AUTO_TYPE: case T_ALIGNAS: case T_STATIC_ASSERT: case T_HANDLE: case T_TYPE_VARIABLE: case T_AC_ASYNC:
        return true;
    default:
        return false;
    }
}

bool names_type(token_index t)
{
    return tokens[t].kind == TOKEN_NAME && (!word_code(t) || is_specifier(keyword_code(t)));
}

/* The `(` of the loop's head around t; 0. */
static token_index loop_head(token_index t)
{
    size_t depth = 0;
    while (--t > 0 && !punctuator_at(t, '{') && !punctuator_at(t, '}')) {
        if (punctuator_at(t, ')'))
            depth++;
        else if (punctuator_at(t, '(') && depth)
            depth--;
        else if (punctuator_at(t, '(') && keyword_code(t - 1) == T_FOR)
            return t;
    }
    return 0;
}

/* Behind the statement that begins at t, as far as its brackets and its `;` show. */
static token_index behind_statement(struct parser *parser, token_index t)
{
    for (; t < parser->end; t++) {
        if (punctuator_at(t, '('))
            t = closing(parser, t, '(', ')');
        else if (punctuator_at(t, '}'))
            return t;
        bool block = punctuator_at(t, '{');
        if (block)
            t = closing(parser, t, '{', '}');
        if ((block || punctuator_at(t, ';')) && keyword_code(t + 1) != T_ELSE)
            return t + 1;
    }
    return 0;
}

token_index behind_loop(struct parser *parser, token_index t)
{
    token_index head = loop_head(t), close = head ? closing(parser, head, '(', ')') : 0;
    for (token_index i = head; i < close; i++)
        if (punctuator_at(i, '{') || i + 1 >= parser->end)
            return 0;
    return close > t ? behind_statement(parser, close + 1) : 0;
}

bool begins_type(struct parser *parser, token_index t)
{
    for (;;) {
        t = skip_attributes(parser, t);
        if (t >= parser->end || tokens[t].kind != TOKEN_NAME)
            return false;
        int code = word_code(t);
        if (code != T_EXTENSION && (code & ~WORD_RESERVED) != WORD_ASYNC)
            break;
        t++;
    }
    const char *name = tokens[t].name;
    if (word_code(t) == WORD_TYPEOF && !symbol_find(name))
        return true;
    return is_specifier(keyword_code(t)) || is_typedef(name) || is_builtin_type(parser, t);
}

/* ---- contextual keywords ---- */

/* Behind these a name is a tag, a label or a member. */
static bool names_only(int previous)
{
    return previous == T_STRUCT || previous == T_ENUM || previous == T_GOTO || previous == '.' || previous == T_ARROW;
}

static bool type_before(int previous)
{
    return previous == T_BASIC_TYPE || previous == T_TYPE || previous == T_AUTO_TYPE || previous == T_TYPE_VARIABLE;
}

/* `async x;`, `async f(void)` where async is a typedef of the user's. */
static bool declares_with_typedef(struct parser *parser, token_index next)
{
    token_index behind = next_significant(parser, next + 1);
    return tokens[behind].kind == TOKEN_PUNCTUATOR && strchr(";,=[():", tokens[behind].name[0]) && !is_typedef(tokens[next].name);
}

/* Is this `async` the keyword? language reference, section 1. */
static bool async_is_keyword(struct parser *parser, token_index t)
{
    if (word_code(t) & WORD_RESERVED)
        return true;
    if (names_only(parser->previous))
        return false;
    token_index next = skip_attributes(parser, t + 1);
    const char *name = tokens[t].name;
    if (punctuator_at(next, '{'))
        return true;
    if (punctuator_at(next, '*'))
        return !symbol_find(name);
    if (punctuator_at(next, '('))
        return parser->in_async && !type_before(parser->previous) && !symbol_find(name);
    if (tokens[next].kind != TOKEN_NAME)
        return false;
    int code = keyword_code(next);
    if (code)
        return code == T_FOR || code == T_EXTENSION || is_specifier(code);
    if (word_code(next) == WORD_ASM)
        return false;
    if (token_is(next, "yield") || token_is(next, "_Yield") || (token_is(next, "with") && punctuator_at(next + 1, '(')))
        return true;
    return !is_typedef(name) || !declares_with_typedef(parser, next);
}

/* What can come behind an identifier and not behind a keyword that begins a statement. */
static bool shows_identifier(token_index next)
{
    if (tokens[next].kind != TOKEN_PUNCTUATOR)
        return false;
    static const char *const shows[] = { "=", ",", ")", "]", "[", ".", "->", ":", "?", "/", "%", "<", ">", "<=", ">=", "==", "!=",
        "&&", "||", "|", "^", "<<", ">>", "*=", "/=", "%=", "+=", "-=", "<<=", ">>=", "&=", "^=", "|=", "}" };
    for (size_t i = 0; i < sizeof shows / sizeof *shows; i++)
        if (!strcmp(tokens[next].name, shows[i]))
            return true;
    return false;
}

static bool statement_begins(struct parser *parser)
{
    switch (parser->previous) {
    case ';': case '{': case '}': case ')': case ':': case T_ELSE: case T_DO: case T_DEFER: case T_PRAGMA:
        return true;
    default:
        return parser->at_item;
    }
}

/* The other contextual keywords. `at_item` and `previous` still speak of the token before. */
static bool word_is_keyword(struct parser *parser, token_index t, int word)
{
    if (word_code(t) & WORD_RESERVED)
        return true;
    if (!parser->in_async || names_only(parser->previous) || symbol_find(tokens[t].name))
        return false;
    token_index next = next_significant(parser, t + 1);
    switch (word) {
    case WORD_AWAIT:
        return !type_before(parser->previous) && !shows_identifier(next) && !punctuator_at(next, ';');
    case WORD_TRY:
        return statement_begins(parser) && punctuator_at(next, '{');
    case WORD_YIELD:
        return statement_begins(parser) && !shows_identifier(next);
    default:
        return statement_begins(parser) && !shows_identifier(next);
    }
}

/* `catch` is given as one token: it can only stand behind the `}` of a try or of another catch, where no scope is left
   because of it. */
static bool catch_is_keyword(struct parser *parser, token_index t)
{
    if (word_code(t) & WORD_RESERVED)
        return true;
    token_index next = next_significant(parser, t + 1);
    return parser->in_async && (parser->previous == '}' || parser->previous == T_SKIPPED) && !symbol_find(tokens[t].name) &&
           (punctuator_at(next, '(') || punctuator_at(next, '{'));
}

/* ---- second tokens ---- */

/* What `async` turned out to be. Where it takes the next word along, the place is that of the word. */
static int async_second(struct parser *parser, struct range *place)
{
    token_index next = next_significant(parser, parser->at);
    int kind = begins_type(parser, next) || !parser->in_async ? T_ASYNC_SPECIFIER : T_ASYNC_OPERATOR;
    if (punctuator_at(next, '{'))
        return T_ASYNC_BLOCK;
    if (keyword_code(next) == T_FOR)
        kind = T_ASYNC_FOR;
    else if (token_is(next, "with") && punctuator_at(next + 1, '('))
        kind = T_ASYNC_WITH;
    else if (token_is(next, "yield") || token_is(next, "_Yield"))
        kind = T_ASYNC_GENERATOR;
    else
        return kind;
    *place = (struct range){ next, next };
    parser->at = next + 1;
    return kind;
}

/* Where a specifier may stand, an undeclared name before another name was meant as a type; and before a star, outside of
   bodies, too. */
static bool shows_unknown_type(struct parser *parser, token_index t)
{
    switch (parser->previous) {
    case ';': case '{': case '}': case '(': case ',': case ':': case T_QUALIFIER: case T_STORAGE: case T_STATIC: case T_FUNCTION_SPECIFIER:
    case T_ASYNC_SPECIFIER: case T_ASYNC_GENERATOR: case T_ASYNC_OPERATOR: case T_SPECIFIER: case T_PLAIN_BODY: case T_PRAGMA:
    case T_START_UNIT:
        break;
    default:
        return false;
    }
    bool enumerator = parser->record && parser->record->tag->kind == TYPE_ENUM;
    if (enumerator || contextual_keyword(tokens[t].name))
        return false;
    token_index next = next_significant(parser, t + 1);
    if (!parser->in_async && punctuator_at(next, '*'))
        next = next_significant(parser, next + 1);
    return tokens[next].kind == TOKEN_NAME && !word_code(next) && tokens[next].line == tokens[t].line;
}

static int name_second(struct parser *parser, GRAMMAR_STYPE *value, struct range *place)
{
    static const int keyword_tokens[] = { [WORD_AWAIT] = T_AWAIT, [WORD_DEFER] = T_DEFER, [WORD_TRY] = T_TRY,
                                          [WORD_THROW] = T_THROW, [WORD_YIELD] = T_YIELD };
    token_index t = parser->name;
    int word = word_code(t) & (WORD_RESERVED - 1);
    if (is_word(word_code(t))) {
        if (word == WORD_ASYNC && async_is_keyword(parser, t))
            return async_second(parser, place);
        if (word != WORD_ASYNC && word != WORD_CATCH && word_is_keyword(parser, t, word))
            return keyword_tokens[word];
        tokens[t].plain_name = true;
    }
    value->symbol = symbol_find(tokens[t].name);
    if (!value->symbol && is_builtin_type(parser, t) && !names_only(parser->previous))
        value->symbol = symbol_declare(tokens[t].name, SYMBOL_TYPEDEF, type_basic(TYPE_UNKNOWN), t);
    if (!value->symbol && !parser->recovering && shows_unknown_type(parser, t))
        value->symbol = unknown_type(t);
    return value->symbol && value->symbol->kind == SYMBOL_TYPEDEF ? T_TYPE : T_VARIABLE;
}

static int second_token(struct parser *parser, GRAMMAR_STYPE *value, struct range *place)
{
    *place = (struct range){ parser->name, parser->name };
    if (parser->second == T_EXTENSION)
        return begins_type(parser, parser->at) ? T_SPECIFIER : T_OPERATOR;
    return name_second(parser, value, place);
}

/* ---- first tokens ---- */

static void stray(token_index t)
{
    unsigned char c = (unsigned char)*tokens[t].text;
    if (c > ' ' && c < 0x7F)
        error_at(t, "stray '%c' in program", c);
    else
        error_at(t, "stray '\\%o' in program", c);
}

/* A pragma is an item of its own between statements and declarations, and passed over anywhere else. */
static bool pragma_is_item(struct parser *parser, token_index t)
{
    if (tokens[t].text[0] != '#')
        return false;       /* the place of an unterminated comment */
    if (parser->at_item)
        return true;
    token_index next = next_significant(parser, t + 1);
    switch (parser->previous) {
    case ';': case ':': case T_PLAIN_BODY: case T_PRAGMA: case T_START_UNIT:
        return true;
    case '}':
        return !shows_identifier(next) && !punctuator_at(next, ';') && keyword_code(next) != T_ELSE && keyword_code(next) != T_WHILE;
    default:
        return false;
    }
}

/* Behind a label, and in `(__attribute__((x)) *f)(void)`, an attribute says nothing to acc, and would only be in the way. */
static bool attribute_is_dropped(struct parser *parser, token_index t)
{
    token_index next = skip_attributes(parser, t);
    if (parser->previous == ':')
        return !punctuator_at(next, ';') && !begins_type(parser, next);
    if (parser->previous != '(')
        return false;
    return punctuator_at(next, '*') || (tokens[next].kind == TOKEN_NAME && !keyword_code(next) && !is_typedef(tokens[next].name) &&
                                        punctuator_at(next + 1, ')'));
}

static bool previous_is_real_type(struct parser *parser)
{
    return parser->previous == T_BASIC_TYPE && !token_is(parser->previous_at, "_Complex") &&
           !token_is(parser->previous_at, "__complex__") && !token_is(parser->previous_at, "__complex");
}

static int word_token(struct parser *parser, token_index t, int code)
{
    const char *name = tokens[t].name;
    token_index next = next_significant(parser, t + 1);
    switch (code & ~WORD_RESERVED) {
    case WORD_CATCH:
        return catch_is_keyword(parser, t) ? T_CATCH : T_NAME;
    case WORD_BLOCKING:
    case WORD_SUBMIT: {
        struct symbol *symbol = symbol_find(name);
        if (!parser->in_async || !punctuator_at(next, '(') || names_only(parser->previous) || (symbol && symbol->local))
            return T_NAME;
        return code == WORD_BLOCKING ? T_BLOCKING : T_SUBMIT;
    }
    case WORD_ASM:
        return !symbol_find(name) && !names_only(parser->previous) &&
               (punctuator_at(next, '(') || keyword_code(next) == T_QUALIFIER || keyword_code(next) == T_GOTO ||
                keyword_code(next) == T_FUNCTION_SPECIFIER) ? T_ASM : T_NAME;
    case WORD_TYPEOF:
        return !symbol_find(name) && !names_only(parser->previous) && !type_before(parser->previous) && punctuator_at(next, '(') ? T_TYPEOF : T_NAME;
    case WORD_FLOAT:
        /* glibc declares them itself where the compiler does not know them: typedef float _Float32; */
        return symbol_find(name) || previous_is_real_type(parser) ? T_NAME : T_BASIC_TYPE;
    case WORD_ATOMIC:
        return punctuator_at(next, '(') ? T_ATOMIC_TYPE : T_QUALIFIER;      /* 6.7.2.4p4 */
    default:
        return T_NAME;
    }
}

/* The token for tokens[t], which is no pragma. */
static int token_code(struct parser *parser, token_index t)
{
    switch (tokens[t].kind) {
    case TOKEN_NUMBER:
    case TOKEN_CHARACTER:
        return T_CONSTANT;
    case TOKEN_STRING:
        return T_STRING;
    case TOKEN_NAME: {
        int code = word_code(t);
        return code == WORD_NONE ? T_NAME : code > WORD_END ? code : word_token(parser, t, code);
    }
    default:
        return word_code(t);
    }
}

/* Of a body whose braces do not match, told. */
static token_index end_of_unclosed(struct parser *parser, token_index open)
{
    token_index close = parser->in_async ? parser->end : laid_out_end(parser, open);
    if (close < parser->end) {
        error_at(unclosed_brace(open, close + 1), "expected '}': this '{' is never closed");
        return close;
    }
    error_at(open, "expected '}' before the end of the file: this '{' is never closed");
    parser->unclosed = true;
    return parser->end - 1;
}

static int body_token(struct parser *parser, struct range *place)
{
    token_index open = parser->at - 1, close = closing(parser, open, '{', '}');
    parser->skip_body = false;
    if (close == parser->end)
        close = end_of_unclosed(parser, open);
    *place = (struct range){ open, close };
    parser->at = close + 1;
    /* Else other functions are in it; or it is nested, or no function at all, which is told. */
    if (!parser->unclosed && !parser->in_async && parser->function && plain_body_scan(open + 1, close))
        parser->function->symbol->lost = true;
    return T_PLAIN_BODY;
}

/* Where the parser is lost, what stands in braces is passed over as a whole. */
static int group_token(struct parser *parser, token_index open, struct range *place)
{
    token_index close = closing(parser, open, '{', '}');
    parser->skip_group = false;
    parser->at = close < parser->end ? close + 1 : close;
    *place = (struct range){ open, close };
    return T_SKIPPED;
}

/* Is what follows no more than the beginning of the next definition? Then the parse ends, and a new one begins there. */
static bool is_lost(const struct parser *parser)
{
    return parser->recovering && parser->restart && (parser->restart_now || parser->at >= parser->restart);
}

/* Where an item of an async body, or a member of a struct at file scope, may begin: the `{` of that body. */
static token_index open_block(const struct parser *parser)
{
    if (parser->recovering || !(parser->at_item || parser->previous == '}' || parser->previous == ';'))
        return 0;
    if (parser->function)
        return parser->in_async && !parser->record ? parser->function->body_first : 0;
    const struct record *outermost = parser->record;
    while (outermost && outermost->outer)
        outermost = outermost->outer;
    return outermost && outermost->tag->kind != TYPE_ENUM ? outermost->tag->body_first : 0;
}

/* In a statement that is lost, a `}` without its `{` that cannot be the block's: the rest of an initialiser. */
static bool is_stray_brace(struct parser *parser, token_index t)
{
    if (!parser->recovering || !parser->in_async || parser->record || !punctuator_at(t, '}') ||
        !(token_is(t + 1, ";") || token_is(t + 1, ",") || token_is(t + 1, ")")))
        return false;
    unsigned depth = 0;
    for (token_index i = parser->item; i < t; i++) {
        depth += punctuator_at(i, '{');
        depth -= depth && punctuator_at(i, '}');
    }
    return depth == 0;
}

static int first_token(struct parser *parser, struct range *place)
{
    *place = (struct range){ parser->at, parser->at };
    if (is_lost(parser))
        return 0;
    if (parser->skip_body)
        return body_token(parser, place);
    if (parser->skip_group)
        return group_token(parser, parser->at - 1, place);
    for (token_index t = parser->at; t < parser->end; t = parser->at) {
        *place = (struct range){ t, t };
        parser->at = t + 1;
        if (tokens[t].kind == TOKEN_OTHER) {
            stray(t);
            continue;
        }
        if (tokens[t].kind == TOKEN_PRAGMA) {
            if (!pragma_is_item(parser, t))
                continue;
            return T_PRAGMA;
        }
        token_index end = attribute_end(parser, t);
        if (end + 1 != t) {
            parser->at = end + 1;
            place->last = end;
            if (attribute_is_dropped(parser, t))
                continue;
            return T_ATTRIBUTE;
        }
        token_index open = tokens[t].line_begin ? open_block(parser) : 0;
        if (open && begins_behind_block(parser, open, t)) {
            brace_missing(parser, open, t);
            *place = (struct range){ t - 1, t - 1 };
            parser->at = t;
            return '}';
        }
        if (is_stray_brace(parser, t))
            continue;
        int code = token_code(parser, t);
        if (code == '{' && parser->recovering)
            return group_token(parser, t, place);
        return code;
    }
    *place = (struct range){ parser->end, parser->end };
    return 0;
}

int grammar_token(GRAMMAR_STYPE *value, struct range *place, struct parser *parser)
{
    int code;
    if (parser->start) {
        code = parser->start;
        parser->start = 0;
        *place = (struct range){ parser->at, parser->at };
    } else if (parser->closing) {
        code = parser->function || parser->record ? '}' : ';';      /* the last one is that of a struct */
        parser->closing = code == '}';
        *place = (struct range){ parser->at - 1, parser->at - 1 };
    } else if (parser->unbraced && parser->recovering) {
        code = '}';
        parser->at = parser->unbraced;
        parser->unbraced = 0;
        parser->second = 0;
        *place = (struct range){ parser->at - 1, parser->at - 1 };
    } else if (parser->resume && parser->recovering) {  /* the grammar has dropped the token there, and looks for a `;` */
        code = ';';
        parser->at = parser->resume;
        parser->resume = 0;
        parser->second = 0;
        *place = (struct range){ parser->at - 1, parser->at - 1 };
    } else if (parser->second) {
        code = second_token(parser, value, place);
        parser->second = 0;
    } else {
        code = first_token(parser, place);
        if (code == ':' && (parser->previous == T_ENUM || parser->before == T_ENUM) && begins_type(parser, parser->at))
            code = T_ENUM_COLON;
        if (code == T_NAME || code == T_EXTENSION) {
            parser->second = code;
            parser->name = place->first;
            return code;        /* previous and at_item are those of the name until it is known what it is */
        }
    }
    if (code != T_ATTRIBUTE) {
        parser->before = parser->previous;
        parser->before_at = parser->previous_at;
        parser->previous = code;
        parser->previous_at = place->first;
    }
    parser->at_item = false;
    return code;
}

/* ---- plain bodies ---- */

static const struct { const char *word, *cure; } outside[] = {
    [WORD_AWAIT] = { "await", "a plain function runs a coroutine to its end with ac_run()" },
    [WORD_DEFER] = { "defer", "make the function async, or clean up by hand" },
    [WORD_TRY] = { "try", "in plain C an error is a return value: ac_run() returns it" },
    [WORD_THROW] = { "throw", "in plain C an error is a return value" },
    [WORD_YIELD] = { "yield", "only an 'async yield' function is a generator" },
    [WORD_ASYNC] = { "async", "in plain C write Coro(T) for what an async function returns, or declare it at file scope with ac_async(T)" },
    [WORD_BLOCKING] = { "ac_blocking", "plain C makes the call itself; ac_blocking_new() makes such a coroutine in plain C" },
    [WORD_SUBMIT] = { "ac_submit", "in plain C: ac_submit_call(executor, ac_blocking_new(...))" },
};

static bool plain_value(token_index t)
{
    return tokens[t].kind == TOKEN_NUMBER || tokens[t].kind == TOKEN_STRING || tokens[t].kind == TOKEN_CHARACTER ||
           (tokens[t].kind == TOKEN_NAME && (!keyword_code(t) || keyword_code(t) == T_SIZEOF));
}

static bool meant_as_keyword(token_index t, int word)
{
    token_index next = t + 1;
    switch (word) {
    case WORD_TRY:
        return punctuator_at(next, '{');
    case WORD_DEFER:
        return plain_value(next) || punctuator_at(next, '{');
    case WORD_ASYNC:
        if (tokens[next].kind != TOKEN_NAME)
            return punctuator_at(next, '{');
        return !keyword_code(next) || is_specifier(keyword_code(next)) || keyword_code(next) == T_FOR;
    case WORD_AWAIT:
    case WORD_THROW:
    case WORD_YIELD:
        return plain_value(next);
    case WORD_BLOCKING:
    case WORD_SUBMIT:
        return punctuator_at(next, '(');
    default:
        return false;
    }
}

/* Was the word declared in this very body? Its tokens are all that is known: it then stood where no keyword can. */
static bool declared_in_body(token_index first, token_index t)
{
    for (token_index i = first; i < t; i++)
        if (tokens[i].name == tokens[t].name && !names_only(word_code(i - 1)) && (shows_identifier(i + 1) || punctuator_at(i + 1, ';')))
            return true;
    return false;
}

/* The `{` of a body; the parameters in front of it have no parentheses but their own. */
static bool is_body_of_main(token_index brace)
{
    token_index t = brace;
    unsigned depth = 0;
    do {
        t--;
        depth += token_is(t, ")");
        depth -= depth && token_is(t, "(");
    } while (t && depth);
    return t && tokens[t - 1].kind == TOKEN_NAME && !strcmp(tokens[t - 1].name, "main");
}

static void plain_word(token_index first, token_index t, int code)
{
    int word = code & (WORD_RESERVED - 1);
    if (word == WORD_CATCH)
        return;
    bool reserved = (code & WORD_RESERVED) != 0;
    if (!reserved && (names_only(word_code(t - 1)) || word_code(t - 1) == T_ATTRIBUTE || !meant_as_keyword(t, word) ||
                      symbol_find(tokens[t].name) || declared_in_body(first, t)))
        return;
    error_at(t, "'%s' outside an async function", outside[word].word);
    if (word == WORD_AWAIT && is_body_of_main(first - 1))
        note_at(t, "write 'async int main(void)': it is run on an event loop");
    else
        note_at(t, "%s", outside[word].cure);
}

/* Tokens first up to end are not parsed: C's own compiler will do that. The first such word is told: it is mostly one mistake, the `async` that
   the function lacks. */
bool plain_body_scan(token_index first, token_index end)
{
    unsigned before = error_count;
    for (token_index t = first; t < end && error_count == before; t++) {
        if (tokens[t].kind != TOKEN_NAME)
            continue;
        int code = word_code(t);
        if (is_word(code) || code == WORD_BLOCKING || code == WORD_SUBMIT)
            plain_word(first, t, code);
    }
    return error_count != before;
}

/* Makes a C program async, so that it means the same: `asyncify MODE SEED IN.c OUT.ac`, for programs as csmith writes them.

   First, by the tokens alone: `async` in front of every function that the file defines and of its prototypes, `await` before every call of
   one. Then acc's own parser reads the result, and awaits that change nothing but the moment are put at random places:

       statements      await fuzz_pause();  between statements; and statements put into loops, `if` and `switch` that run them once
       expressions     await hold_3(x)      in place of x: an async function that returns its argument, one for each type; with its like
                                            through a function pointer, in a comma or statement expression, in && || and ?:
       both            both of them
       calls           nothing more

   A file that ends in .ac is async already: it gets the awaits alone. The result includes pause.h. With PLAIN defined it is C: async and await are nothing there. */
#define _GNU_SOURCE
#include "diagnostic.h"
#include "options.h"
#include "preprocess.h"
#include "source.h"
#include "text.h"
#include "tree.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- random choices ---- */

static uint64_t random_state;

static unsigned chance(unsigned sides)
{
    random_state += 0x9E3779B97F4A7C15u;
    uint64_t mixed = (random_state ^ random_state >> 30) * 0xBF58476D1CE4E5B9u;
    mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EBu;
    return (unsigned)((mixed ^ mixed >> 31) >> 32) % sides;
}

/* ---- edits of the text ---- */

/* Text to be put in. At one place, what closes comes before what opens, and else what was asked for first is first: outer before inner
   where they open, inner before outer where they close. */
struct edit {
    size_t offset, order;
    bool closes;
    const char *text;
};

static ARRAY(struct edit) edits;

static void edit_add(size_t offset, bool closes, const char *text)
{
    array_add(&edits, (struct edit){offset, edits.count, closes, text});
}

static int edit_compare(const void *a, const void *b)
{
    const struct edit *x = a, *y = b;
    if (x->offset != y->offset)
        return x->offset < y->offset ? -1 : 1;
    if (x->closes != y->closes)
        return x->closes ? -1 : 1;
    return x->order < y->order ? -1 : 1;
}

/* The text with all edits made; they are used up. */
static struct text edits_apply(const char *source, size_t size)
{
    struct text result = {0};
    size_t copied = 0;
    if (edits.count)
        qsort(edits.at, edits.count, sizeof *edits.at, edit_compare);
    for (size_t i = 0; i < edits.count; i++) {
        text_add_bytes(&result, source + copied, edits.at[i].offset - copied);
        text_add(&result, edits.at[i].text);
        copied = edits.at[i].offset;
    }
    text_add_bytes(&result, source + copied, size - copied);
    edits.count = 0;
    return result;
}

/* ---- first: async functions, awaited calls ---- */

/* Behind white space, comments and directives. */
static const char *skip_blank(const char *at)
{
    for (;;) {
        at += strspn(at, " \t\r\n");
        const char *end = NULL;
        if (at[0] == '/' && at[1] == '*')
            end = strstr(at + 2, "*/");
        else if (*at == '#' || (at[0] == '/' && at[1] == '/'))
            end = strchrnul(at, '\n') - 2;
        if (!end)
            return at;
        at = end + 2;
    }
}

/* Behind one token; names, numbers and literals are told apart from punctuation, of which each character is one. */
static const char *skip_token(const char *at)
{
    char quote = *at;
    if (isalnum((unsigned char)*at) || *at == '_') {
        while (isalnum((unsigned char)*at) || *at == '_')
            at++;
        return at;
    }
    if (quote != '"' && quote != '\'')
        return at + 1;
    for (at++; *at && *at != quote; at++)
        at += *at == '\\' && at[1];
    return at + (*at == quote);
}

/* Behind the bracket that ends what begins here. */
static const char *skip_parentheses(const char *at)
{
    int depth = 0;
    do {
        at = skip_blank(at);
        depth += *at == '(' ? 1 : *at == ')' ? -1 : 0;
        at = skip_token(at);
    } while (depth && *at);
    return at;
}

static bool selects(const char *at)
{
    at = skip_blank(at);
    return *at == '.' || *at == '[' || (at[0] == '-' && at[1] == '>');
}

struct marker {
    const char *source, *declaration;   /* where the declaration at file scope begins */
    int depth;                          /* of braces */
    bool initializer;                   /* its `=` was seen, or its function's parameter list */
    ARRAY(const char *) functions;
};

static bool is_function(const struct marker *m, const char *name)
{
    for (size_t i = 0; i < m->functions.count; i++)
        if (m->functions.at[i] == name)
            return true;
    return false;
}

/* A name before `(`: declares a function, or calls one. */
static void mark_name(struct marker *m, const char *at, const char *parenthesis)
{
    const char *name = intern(at, (size_t)(skip_token(at) - at));
    if (m->depth == 0 && !m->initializer) {
        m->initializer = true;
        if (!is_function(m, name))
            array_add(&m->functions, name);
        edit_add((size_t)(m->declaration - m->source), false, "async ");
    } else if (m->depth && is_function(m, name)) {
        const char *end = skip_parentheses(parenthesis);
        bool parenthesized = selects(end);
        edit_add((size_t)(at - m->source), false, parenthesized ? "(await " : "await ");
        if (parenthesized)
            edit_add((size_t)(end - m->source), true, ")");
    }
}

static struct text mark_functions(const char *source, size_t size)
{
    struct marker m = {.source = source};
    for (const char *at = skip_blank(source), *next; *at; at = next) {
        next = skip_blank(skip_token(at));
        if (!m.declaration)
            m.declaration = at;
        m.initializer |= *at == '=';
        m.depth += *at == '{' ? 1 : *at == '}' ? -1 : 0;
        if ((isalpha((unsigned char)*at) || *at == '_') && *next == '(')
            mark_name(&m, at, next);
        if (m.depth == 0 && (*at == ';' || (*at == '}' && *next != ';' && *next != '='))) {
            m.declaration = NULL;
            m.initializer = false;
        }
    }
    return edits_apply(source, size);
}

/* ---- second: awaits at random places ---- */

static unsigned statement_odds, expression_odds;    /* one in so many; 0: none */

/* Types of what was held; the number of one is the number of its functions. */
struct held {
    struct type *type;
    const char *text;
    bool direct, pointer, ready;    /* which of its functions are called */
};
static ARRAY(struct held) held;

static bool in_text(token_index first, token_index last)
{
    return first <= last && tokens[first].inclusion == 0 && tokens[first].raw >= 0 && tokens[last].inclusion == 0 && tokens[last].raw >= 0;
}

static void open_at(token_index first, const char *text)
{
    edit_add((size_t)tokens[first].raw, false, text);
}

static void close_at(token_index last, const char *text)
{
    edit_add((size_t)tokens[last].raw + tokens[last].length, true, text);
}

static size_t hold_number(struct type *type)
{
    const char *text = intern_string(type_declare(type, ""));
    for (size_t i = 0; i < held.count; i++)
        if (held.at[i].text == text)
            return i;
    array_add(&held, (struct held){.type = type, .text = text});
    return held.count - 1;
}

/* Does the value come out of a bit-field without having been promoted? Compilers differ on the type of such a value. */
static bool from_bit_field(struct expression *e)
{
    switch (e->kind) {
    case EXPRESSION_PAREN: case EXPRESSION_ASSIGN: case EXPRESSION_EXTENSION: case EXPRESSION_POST_INCREMENT:
    case EXPRESSION_POST_DECREMENT: case EXPRESSION_PRE_INCREMENT: case EXPRESSION_PRE_DECREMENT:
        return from_bit_field(e->a);
    case EXPRESSION_COMMA:
        return from_bit_field(e->b);
    default:
        return e->is_bit_field;
    }
}

/* Of a program that is no csmith's: types are declared anywhere, so only those that need no declaration have functions that hold them. */
static bool types_anywhere;

/* The type of what can stand in place of the expression's value; NULL where nothing can. */
static struct type *held_type(struct expression *e)
{
    if (!in_text(e->first, e->last) || e->kind == EXPRESSION_INITIALIZER || e->kind == EXPRESSION_STRING || !e->type)
        return NULL;
    struct type *type = type_value(e->type);
    if (types_anywhere && from_bit_field(e))
        return NULL;
    if (from_bit_field(e)) {
        if (!e->is_bit_field || e->bit_width > 32 || !type_is_integer(type))
            return NULL;
        return type_basic(e->bit_width == 32 ? type_promoted(type)->kind : TYPE_INT);
    }
    bool usable = type_known(type) && (type_is_scalar(type) || type_is_record(type)) && type_is_complete(type);
    return usable && !type_is_handle(type) && type_declare(type, "") ? type : NULL;
}

static bool is_arithmetic_leaf(struct expression *e)
{
    return (e->kind == EXPRESSION_NAME || e->kind == EXPRESSION_CONSTANT) && type_is_arithmetic(type_value(e->type));
}

static const char *spelling(token_index t)
{
    return arena_copy(tokens[t].text, tokens[t].length);
}

/* Puts an await around an expression. */
static void hold(struct expression *e, struct type *type)
{
    bool named = !type_is_arithmetic(type) || type_is(type, TYPE_ENUM);
    size_t number = types_anywhere && named ? 0 : hold_number(types_anywhere ? type_strip(type) : type);
    unsigned form = types_anywhere && named ? 2 + chance(2) : chance(12);
    const char *opening, *closing = ")";
    if (form == 0) {
        held.at[number].pointer = true;
        opening = arena_format("await (*hold_%zu_pointer)(", number);
    } else if (form == 1) {
        held.at[number].ready = true;
        opening = arena_format("await keep_%zu(", number);
    } else if (form == 2 && !from_bit_field(e)) {
        opening = "(await fuzz_pause(), ";
    } else if (form == 3 && !from_bit_field(e)) {
        opening = "({ await fuzz_pause(); ";
        closing = "; })";
    } else if (form == 4 && is_arithmetic_leaf(e)) {
        opening = "(await fuzz_yes() ? ";
        closing = arena_format(" : %s)", spelling(e->first));
    } else if (form == 5) {
        held.at[number].direct = true;
        opening = arena_format("await hold_%zu(await hold_%zu(", number, number);
        closing = "))";
    } else {
        held.at[number].direct = true;
        opening = arena_format("await hold_%zu(", number);
    }
    /* What is selected from an await needs parentheses, and they do no harm elsewhere. An operand with a comma is one argument. */
    bool comma = e->kind == EXPRESSION_COMMA;
    open_at(e->first, arena_format("(%s%s", opening, comma ? "(" : ""));
    close_at(e->last, arena_format("%s%s)", comma ? ")" : "", closing));
}

static void visit_operands(struct expression *e, bool place);
static void visit_statement(struct statement *s);

/* An expression whose value is used. */
static void visit_value(struct expression *e)
{
    if (!e)
        return;
    struct type *type = expression_odds && chance(expression_odds) == 0 ? held_type(e) : NULL;
    if (type)
        hold(e, type);
    /* The edits that close e come after those of its operands: they are put off. */
    struct edit closing = {0};
    if (type)
        closing = edits.at[--edits.count];
    visit_operands(e, false);
    if (type)
        edit_add(closing.offset, true, closing.text);
}

/* One of which only the truth matters. */
static void visit_truth(struct expression *e)
{
    bool chosen = e && expression_odds && in_text(e->first, e->last) && chance(expression_odds * 2) == 0;
    bool both = chance(2);
    if (chosen)
        open_at(e->first, both ? "(await fuzz_yes() && (" : "(await fuzz_no() || (");
    visit_value(e);
    if (chosen)
        close_at(e->last, "))");
}

/* One that is not read but is assigned to, changed, or has its address taken. */
static void visit_place(struct expression *e)
{
    visit_operands(e, true);
}

static void visit_items(struct expression *initializer)
{
    for (size_t i = 0; i < initializer->item_count; i++) {
        struct expression *value = initializer->items[i].value;
        if (!value->is_constant || value->value != 0)       /* 0 may be a null pointer */
            visit_value(value);
    }
}

static void visit_call(struct expression *e)
{
    if (e->a->kind != EXPRESSION_NAME)
        visit_value(e->a);
    for (size_t i = 0; i < e->argument_count; i++)
        visit_value(e->arguments[i]);
}

/* An array gives a pointer into the object that it is part of: a copy of that is not meant. */
static void visit_operands(struct expression *e, bool place)
{
    place = place || (e->type && type_is(e->type, TYPE_ARRAY));
    switch (e->kind) {
    case EXPRESSION_PAREN: case EXPRESSION_EXTENSION: case EXPRESSION_MEMBER:
        if (place)
            visit_place(e->a);
        else
            visit_value(e->a);
        break;
    case EXPRESSION_INDEX: case EXPRESSION_BINARY: case EXPRESSION_COMMA:
        visit_value(e->a);
        visit_value(e->b);
        break;
    case EXPRESSION_AND: case EXPRESSION_OR:
        visit_truth(e->a);
        visit_truth(e->b);
        break;
    case EXPRESSION_CONDITIONAL:
        visit_truth(e->a);
        visit_value(e->b);
        visit_value(e->c);
        break;
    case EXPRESSION_CALL:
        visit_call(e);
        break;
    case EXPRESSION_AWAIT:
        visit_call(e->a);
        break;
    case EXPRESSION_ADDRESS: case EXPRESSION_POST_INCREMENT: case EXPRESSION_POST_DECREMENT: case EXPRESSION_PRE_INCREMENT:
    case EXPRESSION_PRE_DECREMENT:
        visit_place(e->a);
        break;
    case EXPRESSION_NOT:
        visit_truth(e->a);
        break;
    case EXPRESSION_ARROW: case EXPRESSION_DEREFERENCE: case EXPRESSION_PLUS: case EXPRESSION_MINUS: case EXPRESSION_COMPLEMENT:
    case EXPRESSION_CAST:
        visit_value(e->a);
        break;
    case EXPRESSION_ASSIGN:
        visit_place(e->a);
        visit_value(e->b);
        break;
    case EXPRESSION_COMPOUND_LITERAL:
        visit_items(e->initializer);
        break;
    case EXPRESSION_INITIALIZER:
        visit_items(e);
        break;
    case EXPRESSION_STATEMENT:
        visit_statement(e->body);
        break;
    default:    /* leaves, and what is not evaluated */
        break;
    }
}

static void visit_declaration(struct declaration *d)
{
    if (!d || d->specifiers->storage == STORAGE_STATIC || d->specifiers->storage == STORAGE_EXTERN)
        return;
    for (size_t i = 0; i < d->declarator_count; i++)
        visit_value(d->declarators[i]->initializer);
}

/* Puts an expression statement into a loop or branch that runs it once. Anything else can hold a break, a label or a declaration. */
static bool enclose(struct statement *s)
{
    static const char *const around[][2] = {
        {"do {\n", "\n} while (await fuzz_no());"},
        {"if (await fuzz_yes()) {\n", "\n}"},
        {"switch (await fuzz_no()) {\ncase 0:\n", "\nbreak;\ndefault:\nawait fuzz_pause();\n}"},
        {"while (await fuzz_yes()) {\n", "\nbreak;\n}"},
    };
    unsigned form = chance(8);
    if (form >= sizeof around / sizeof *around)
        return false;
    open_at(s->first, around[form][0]);
    close_at(s->last, around[form][1]);
    return true;
}

/* A statement or declaration of a block. */
static void visit_item(struct statement *s)
{
    struct edit closing = {0};
    if (statement_odds && in_text(s->first, s->last) && chance(statement_odds) == 0) {
        if (s->kind == STATEMENT_EXPRESSION && enclose(s))
            closing = edits.at[--edits.count];
        else
            open_at(s->first, "await fuzz_pause();\n");
    }
    visit_statement(s);
    if (closing.text)
        edit_add(closing.offset, true, closing.text);
}

static void visit_block(struct statement *s)
{
    for (size_t i = 0; i < s->item_count; i++)
        visit_item(s->items[i]);
    /* Behind a jump it is never reached. */
    if (statement_odds && in_text(s->first, s->last) && chance(statement_odds * 4) == 0)
        open_at(s->last, "await fuzz_pause();\n");
}

static void visit_statement(struct statement *s)
{
    if (!s)
        return;
    switch (s->kind) {
    case STATEMENT_COMPOUND:
        visit_block(s);
        break;
    case STATEMENT_LABEL: case STATEMENT_CASE: case STATEMENT_DEFAULT:
        visit_item(s->body);
        break;
    case STATEMENT_IF: case STATEMENT_WHILE: case STATEMENT_DO:
        visit_truth(s->a);
        visit_statement(s->body);
        visit_statement(s->otherwise);
        break;
    case STATEMENT_FOR:
        visit_declaration(s->declaration);
        visit_statement(s->init);
        visit_truth(s->a);
        visit_value(s->step);
        visit_statement(s->body);
        break;
    case STATEMENT_DECLARATION:
        visit_declaration(s->declaration);
        break;
    default:
        visit_value(s->a);
        visit_statement(s->body);
        break;
    }
}

/* ---- the hold functions ---- */

static void hold_functions_of(const struct held *h, size_t number, struct text *top, struct text *bottom)
{
    const char *type = arena_format("held_%zu", number);
    const char *head = arena_format("static async %s hold_%zu(%s value)", type, number, type);
    bool late = number % 3 == 2;    /* defined at the end of the file, so that what awaits it comes first */
    text_format(top, "typedef %s;\n", type_declare(h->type, type));
    if (h->ready)
        text_format(top, "static async %s keep_%zu(%s value)\n{\n    return value;\n}\n", type, number, type);
    if ((h->direct || h->pointer) && late)
        text_format(top, "%s;\n", head);
    if (h->direct || h->pointer)
        text_format(late ? bottom : top, "%s\n{\n    await fuzz_pause();\n    return value;\n}\n", head);
    if (h->pointer)
        text_format(top, "static async %s (*volatile hold_%zu_pointer)(%s) = hold_%zu;\n", type, number, type, number);
}

/* The types that they hold are declared before the first function. */
static void hold_functions(size_t end)
{
    struct text top = {0}, bottom = {0};
    for (size_t i = 0; i < held.count; i++)
        hold_functions_of(&held.at[i], i, &top, &bottom);
    for (size_t i = 0; i < unit.declarations.count; i++) {
        struct declaration *d = unit.declarations.at[i];
        if (tokens[d->first].inclusion || !d->specifiers || !d->specifiers->is_async)
            continue;
        open_at(d->first, text_string(&top));
        break;
    }
    edit_add(end, false, text_string(&bottom));
}

/* To find the function at fault, FUZZ_FUNCTIONS=FIRST-LAST of the environment chooses some by number; the others get no awaits. */
static bool is_chosen(size_t number)
{
    const char *range = getenv("FUZZ_FUNCTIONS");
    size_t first = 0, last = 0;
    return !range || sscanf(range, "%zu-%zu", &first, &last) != 2 || (number >= first && number <= last);
}

/* Parses and checks the file, and adds awaits to it. */
static struct text add_awaits(const char *path)
{
    size_t size;
    options.input = options.input_name = path;
    char *text = preprocess(&size);
    if (!text)
        exit(1);
    tokens_read(text, size, path);
    parse();
    check();
    if (error_count)
        exit(1);
    source_align(0);
    uint64_t seed = random_state;
    for (size_t i = 0, number = 0; i < unit.functions.count; i++) {
        if (!unit.functions.at[i]->is_async || tokens[unit.functions.at[i]->body_first].inclusion != 0)
            continue;
        if (types_anywhere)     /* each function by itself */
            random_state = seed + number * 0xD1342543DE82EF95u;
        if (is_chosen(number++))
            visit_statement(unit.functions.at[i]->body);
    }
    struct source_file *file = inclusions.at[0].file;
    hold_functions(file->size);
    return edits_apply(file->text, file->size);
}

/* ---- the program ---- */

static _Noreturn void fail(const char *what, const char *path)
{
    fprintf(stderr, "asyncify: %s %s\n", what, path);
    exit(2);
}

static char *read_file(const char *path, size_t *size)
{
    FILE *file = fopen(path, "r");
    char *text = file ? source_read(fileno(file), size) : NULL;
    if (!text)
        fail("cannot read", path);
    fclose(file);
    return text;
}

static void write_file(const char *path, struct text text)
{
    FILE *file = fopen(path, "w");
    if (!file || fputs(text_string(&text), file) < 0 || fclose(file))
        fail("cannot write", path);
}

static void set_mode(const char *mode)
{
    static const unsigned odds[] = {1, 2, 3, 4, 6, 10, 20, 40};
    bool both = !strcmp(mode, "both");
    if (!both && strcmp(mode, "calls") && strcmp(mode, "statements") && strcmp(mode, "expressions"))
        fail("there is no mode", mode);
    if (both || !strcmp(mode, "statements"))
        statement_odds = odds[chance(5)];
    if (both || !strcmp(mode, "expressions"))
        expression_odds = odds[1 + chance(7)];
}

static bool ends_in(const char *text, const char *end)
{
    size_t length = strlen(text);
    return length >= strlen(end) && !strcmp(text + length - strlen(end), end);
}

int main(int argc, char **argv)
{
    if (argc < 5) {
        fputs("usage: asyncify calls|statements|expressions|both SEED IN.c OUT.ac [options for the preprocessor]\n", stderr);
        return 2;
    }
    random_state = strtoull(argv[2], NULL, 10);
    set_mode(argv[1]);
    for (int i = 5; i < argc; i++)
        array_add(&options.preprocessor, argv[i]);
    size_t size;
    char *source = read_file(argv[3], &size);
    struct text marked = {0};
    types_anywhere = ends_in(argv[3], ".ac");
    if (types_anywhere) {
        text_add_bytes(&marked, source, size);
    } else {
        struct text functions = mark_functions(source, size);
        text_format(&marked, "#include \"pause.h\"\n%s", text_string(&functions));
    }
    write_file(argv[4], marked);
    write_file(argv[4], add_awaits(argv[4]));
    return 0;
}

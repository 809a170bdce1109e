/* The user's tokens as text. What has no await in it comes out as it was written, but that tracked variables are spoken of by number, local types that
   moved to file scope by their new names, and parts that were lowered by their texts. */
#include "lowering.h"
#include <ctype.h>
#include <string.h>

struct variable *token_variable(token_index t)
{
    struct symbol *symbol = tokens[t].symbol;
    return symbol ? symbol->variable : NULL;
}

void replace_tokens(token_index first, token_index last, const char *text)
{
    tokens[first].renamed = text;
    for (token_index t = first + 1; t <= last; t++)
        tokens[t].renamed = "";
}

static void add_token(struct text *out, token_index t)
{
    struct token *token = &tokens[t];
    struct variable *v = token_variable(t);
    if (token->renamed)
        text_add(out, token->renamed);
    else if (v)
        text_add(out, variable_reference(v));
    else
        text_add_bytes(out, token->text, token->length);
}

/* What separates a token from the one before it. A line of the user's stays a line. */
static void add_space(struct text *out, token_index t, bool first)
{
    if (first)
        return;
    if (tokens[t].line != tokens[t - 1].line || tokens[t].kind == TOKEN_PRAGMA || tokens[t - 1].kind == TOKEN_PRAGMA)
        text_format(out, "\3%u\2", (unsigned)t);
    else if (tokens[t].space_before)
        text_add(out, " ");
}

static void add_range(struct text *out, token_index first, token_index last, bool begin)
{
    for (token_index t = first; t <= last; t++) {
        add_space(out, t, begin && t == first);
        add_token(out, t);
    }
}

const char *copy_range(token_index first, token_index last)
{
    struct text out = {0};
    if (first <= last)
        add_range(&out, first, last, true);
    return text_string(&out);
}

static void add_expression(struct text *out, struct expression *e, bool begin);

struct children {
    struct text *out;
    token_index next;       /* first token not yet added */
    bool begin;
};

static void add_child(struct expression *child, void *context)
{
    struct children *c = context;
    if (child->first < c->next)
        return;             /* an omitted operand shares its tokens with another */
    if (c->next < child->first)
        add_range(c->out, c->next, child->first - 1, c->begin);
    add_expression(c->out, child, c->begin && c->next == child->first);
    c->begin = false;
    c->next = child->last + 1;
}

static bool ends_in_word(struct text *out)
{
    unsigned char last = out->length ? (unsigned char)out->at[out->length - 1] : ' ';
    return isalnum(last) || last == '_' || last == '$' || last >= 0x80;
}

static void add_expression(struct text *out, struct expression *e, bool begin)
{
    if (e->text) {
        if (!begin && (tokens[e->first].space_before || ends_in_word(out)))
            text_add(out, " ");
        text_add(out, e->text);
    } else if (!e->has_await) {
        add_range(out, e->first, e->last, begin);
    } else {
        struct children c = {out, e->first, begin};
        expression_children(e, add_child, &c);
        if (c.next <= e->last)
            add_range(out, c.next, e->last, c.begin);
    }
}

const char *copy_expression(struct expression *e)
{
    struct text out = {0};
    add_expression(&out, e, true);
    return text_string(&out);
}

const char *copy_value(struct expression *e)
{
    const char *text = copy_expression(e);
    return e->kind == EXPRESSION_COMMA && !e->text ? arena_format("(%s)", text) : text;
}

/* A pragma that cannot have a line of its own becomes the operator that means the same (C11 6.10.9). */
static void add_pragma_operator(struct text *out, const char *line, size_t length)
{
    const char *end = line + length, *word = line + 1 + strspn(line + 1, " \t");
    if (strncmp(word, "pragma", 6) != 0)
        return;             /* #ident says nothing to the code around it */
    text_add(out, "_Pragma(\"");
    for (const char *c = word + 6 + strspn(word + 6, " \t"); c < end; c++) {
        if (*c == '"' || *c == '\\')
            text_add(out, "\\");
        text_add_bytes(out, c, 1);
    }
    text_add(out, "\")");
}

static void add_piece(struct text *out, const char *piece, size_t length)
{
    if (length && *piece == '#')
        add_pragma_operator(out, piece, length);
    else
        text_add_bytes(out, piece, length);
}

const char *one_line(const char *text)
{
    struct text out = {0};
    for (const char *stop; (stop = strchr(text, '\3')); text = strchr(stop, '\2') + 1) {
        add_piece(&out, text, (size_t)(stop - text));
        text_add(&out, " ");
    }
    if (!out.length)
        return text;
    add_piece(&out, text, strlen(text));
    return text_string(&out);
}

/* What the declarator says of the result, around the async function: `(*` and `)[3]` in `async int (*f(int))[3]`. */
static void drop_result_declarator(struct declarator *d)
{
    int open = 0;
    for (token_index t = d->first; t < d->async_part.first; t++) {
        open += token_is(t, "(");
        tokens[t].renamed = "";
    }
    int depth = 0;
    bool wraps = open > 0;
    for (token_index t = d->async_part.last + 1; wraps && t <= d->last; t++) {
        bool opens = token_is(t, "(") || token_is(t, "["), closes = token_is(t, ")") || token_is(t, "]");
        if (!open && !depth && !opens)
            break;
        if (closes && !depth)
            open--;
        else
            depth += opens - closes;
        tokens[t].renamed = "";
    }
}

/* async specifiers give way to `ac_coro_ref`, which stands where the last of them stood: behind `static` and its like, as compilers want
   it. What else the declarator says of the result goes. */
void rename_async_site(struct async_site *site)
{
    struct specifiers *s = site->specifiers;
    token_index last = s->async_token;
    for (size_t i = 0; i < s->count; i++) {
        uint8_t role = s->at[i].role;
        drop_promise_specifier(&s->at[i]);
        if (role != ROLE_ASYNC && role != ROLE_TYPE && role != ROLE_QUALIFIER && role != ROLE_YIELD)
            continue;
        for (token_index t = s->at[i].first; t <= s->at[i].last; t++)
            tokens[t].renamed = "";
        last = s->at[i].last;
    }
    tokens[last].renamed = s->is_generator ? "ac_gen_ref" : "ac_coro_ref";
    for (size_t i = 0; i < site->declarator_count; i++)
        if (site->declarators[i]->has_async_part) {
            drop_result_declarator(site->declarators[i]);
            drop_promises_behind(site->declarators[i]->async_part.last + 1, site->declarators[i]->last);
        }
}

void rename_async_sites_inside(void)
{
    for (size_t i = 0; i < unit.async_sites.count; i++)
        if (unit.async_sites.at[i].inside && !unit.async_sites.at[i].specifiers->plain_text)
            rename_async_site(&unit.async_sites.at[i]);
}

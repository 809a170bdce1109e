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

const char *one_line(const char *text)
{
    if (!strchr(text, '\3'))
        return text;
    struct text out = {0};
    while (*text) {
        const char *stop = strchr(text, '\3');
        if (!stop) {
            text_add(&out, text);
            break;
        }
        text_add_bytes(&out, text, (size_t)(stop - text));
        text_add(&out, " ");
        text = strchr(stop, '\2') + 1;
    }
    return text_string(&out);
}

/* What the layout of the text shows where its brackets do not match: which brace is not closed, and where the next
   definition begins. It is asked only behind an error, or where there must be one: what a program means never depends
   on its layout.

   A definition begins a line, as deep as the one that went wrong or less deep, behind a `;` or a `}`. */
#include "parse.h"
#include "source.h"
#include "ac.tab.h"

/* 0: it came out of a macro, and stands nowhere. */
static uint32_t column_of(token_index t)
{
    source_align(tokens[t].inclusion);
    return tokens[t].raw < 0 ? 0 : tokens[t].column;
}

/* Of the first token in the line of t. */
static uint32_t indent_of(token_index t)
{
    while (t > 0 && !tokens[t].line_begin)
        t--;
    return column_of(t);
}

/* The first token of the line, if it is a token that stands no deeper than `depth`. */
static bool begins_line(token_index t, uint32_t depth)
{
    return tokens[t].line_begin && column_of(t) && column_of(t) <= depth;
}

/* Can it begin a definition, rather than a statement? */
static bool may_define(struct parser *parser, token_index t)
{
    return tokens[t].kind == TOKEN_NAME &&
           (begins_type(parser, t) || (!keyword_code(t) && tokens[t + 1].kind == TOKEN_NAME && !keyword_code(t + 1)));
}

/* How deep definitions stand here: those before this one are asked, too, since it may be none. */
static uint32_t margin(const struct parser *parser)
{
    enum { ASKED = 8 };
    uint32_t least = column_of(parser->external);
    for (size_t i = 0; i < unit.declarations.count && i < ASKED; i++) {
        token_index first = unit.declarations.at[unit.declarations.count - 1 - i]->first;
        uint32_t column = tokens[first].inclusion == tokens[parser->external].inclusion ? column_of(first) : 0;
        if (column && (!least || column < least))
            least = column;
    }
    return least;
}

token_index definition_behind(struct parser *parser, token_index from)
{
    uint32_t depth = margin(parser);
    bool closed = false;
    for (token_index t = from; depth && t < parser->end; t++) {
        bool ends = t == from || token_is(t - 1, ";") || token_is(t - 1, "}") || tokens[t - 1].kind == TOKEN_PRAGMA;
        if (ends && begins_line(t, depth) && (may_define(parser, t) || tokens[t].kind == TOKEN_PRAGMA))
            return t;
        if (!token_is(t, ";"))
            closed = begins_line(t, depth) && token_is(t, "}");
    }
    return closed || (depth && from >= parser->end) ? parser->end : 0;
}

/* The token behind the bracket that closes the one at `open`, in the same declaration; 0. */
static token_index behind_parentheses(struct parser *parser, token_index open)
{
    unsigned depth = 0;
    for (token_index t = open; t < parser->end && !token_is(t, ";") && !token_is(t, "{"); t++) {
        depth += token_is(t, "(");
        depth -= token_is(t, ")");
        if (!depth)
            return t + 1;
    }
    return 0;
}

/* Specifiers, a name, its parameters, and the `{`. */
static bool begins_function(struct parser *parser, token_index t)
{
    while (t < parser->end && (tokens[t].kind == TOKEN_NAME || token_is(t, "*")))
        t++;
    t = token_is(t, "(") ? behind_parentheses(parser, t) : 0;
    return t && t < parser->end && token_is(t, "{");
}

/* Is the block that begins at `open`, with t in it, still open where the next function begins, or the text ends? */
static bool is_open_behind(struct parser *parser, token_index open, token_index t, uint32_t depth)
{
    unsigned braces = 0;
    for (token_index at = open; at < parser->end; at++) {
        if (at >= t && begins_line(at, depth) && may_define(parser, at) && begins_function(parser, at))
            return true;
        braces += token_is(at, "{");
        if (token_is(at, "}") && --braces == 0)
            return false;
    }
    return true;
}

/* Is the first line inside of the block deeper than definitions are? */
static bool is_indented(struct parser *parser, token_index open, uint32_t depth)
{
    token_index t = open + 1;
    while (t < parser->end && !tokens[t].line_begin)
        t++;
    return column_of(t) > depth;
}

/* In a struct: no member begins with a storage class, and none is a function. */
static bool is_no_member(struct parser *parser, token_index t)
{
    int code = keyword_code(t);
    return code == T_STORAGE || code == T_STATIC || (may_define(parser, t) && begins_function(parser, t));
}

bool begins_behind_block(struct parser *parser, token_index open, token_index t)
{
    if (!parser->function && !is_no_member(parser, t))
        return false;
    if (!tokens[t].line_begin || column_of(t) > indent_of(open) || !may_define(parser, t))
        return false;
    uint32_t depth = margin(parser);
    return begins_line(t, depth) && is_indented(parser, open, depth) && is_open_behind(parser, open, t, depth);
}

bool begins_definition(struct parser *parser, token_index t)
{
    return t >= parser->end || begins_line(t, margin(parser));
}

bool is_laid_out_as_body(struct parser *parser, token_index t)
{
    return tokens[t].line_begin && column_of(t) > margin(parser);
}

/* Where a `}` begins a line, and not as deep as the line with its `{`, another `{` is in between that has none. */
token_index unclosed_brace(token_index first, token_index end)
{
    ARRAY(token_index) open = {0};
    token_index found = first;
    for (token_index t = first; t < end; t++) {
        if (token_is(t, "{")) {
            array_add(&open, t);
        } else if (token_is(t, "}") && open.count) {
            found = open.at[open.count - 1];
            if (open.count > 1 && tokens[t].line_begin && column_of(t) < indent_of(found))
                return found;
            open.count--;
        }
    }
    return open.count ? open.at[open.count - 1] : first;
}

token_index laid_out_end(struct parser *parser, token_index open)
{
    uint32_t depth = margin(parser);
    for (token_index t = open + 1; t < parser->end; t++)
        if (begins_line(t, depth) && token_is(t, "}"))
            return t;
        else if (begins_line(t, depth) && may_define(parser, t) && begins_function(parser, t))
            return t - 1;
    return parser->end;
}

/* Cuts C text into tokens. See pieces.h. */
#define _GNU_SOURCE
#include "pieces.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t literal_end(const char *text, size_t at)
{
    char quote = text[at++];
    for (; text[at] && text[at] != quote; at++)
        at += text[at] == '\\' && text[at + 1];
    return text[at] ? at + 1 : at;
}

static size_t token_end(const char *text, size_t at)
{
    static const char *const operators[] = {"->", "++", "--", "<<=", ">>=", "<<", ">>", "<=",  ">=", "==",
                                            "!=", "&&", "||", "+=",  "-=",  "*=", "/=", "...", "&=", "|="};
    unsigned char c = (unsigned char)text[at];
    if (isalnum(c) || c == '_') {
        while (isalnum((unsigned char)text[at]) || text[at] == '_' || (text[at] == '.' && isdigit(c)))
            at++;
        return at;
    }
    if (c == '"' || c == '\'')
        return literal_end(text, at);
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
        if (strncmp(text + at, operators[i], strlen(operators[i])) == 0)
            return at + strlen(operators[i]);
    return at + 1;
}

/* Its last line has no backslash at its end. */
static size_t directive_end(const char *text, size_t at)
{
    while (text[at] && text[at] != '\n')
        at += text[at] == '\\' && text[at + 1] ? 2 : 1;
    return at;
}

size_t blank_end(const char *text, size_t at, bool over_directives)
{
    for (;;) {
        if (isspace((unsigned char)text[at])) {
            at++;
        } else if (strncmp(text + at, "//", 2) == 0) {
            at += strcspn(text + at, "\n");
        } else if (over_directives && text[at] == '#' && (at == 0 || text[at - 1] == '\n')) {
            at = directive_end(text, at);
        } else if (strncmp(text + at, "/*", 2) == 0) {
            const char *end = strstr(text + at + 2, "*/");
            at = end ? (size_t)(end - text) + 2 : at + strlen(text + at);
        } else {
            return at;
        }
    }
}

static void piece_add(struct pieces *pieces, size_t first, size_t end)
{
    enum { STEP = 256 };
    if (pieces->count % STEP == 0) {
        pieces->at = realloc(pieces->at, (pieces->count + STEP) * sizeof *pieces->at);
        if (!pieces->at) {
            fputs("out of memory\n", stderr);
            exit(2);
        }
    }
    pieces->at[pieces->count++] = (struct piece){first, end};
}

void pieces_cut(struct pieces *pieces, const char *text, size_t first, size_t end, bool over_directives)
{
    for (size_t at = blank_end(text, first, over_directives); at < end; at = blank_end(text, at, over_directives)) {
        size_t last = token_end(text, at);
        piece_add(pieces, at, last);
        at = last;
    }
}

/* ---- choices ---- */

static uint64_t state;

void pick_from_seed(uint64_t seed)
{
    state = seed * 2654435761u + 12345;
    pick(2);
}

size_t pick(size_t count)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (size_t)(state >> 33) % count;
}

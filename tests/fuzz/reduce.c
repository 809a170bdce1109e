/* A reducer for C-like text. It tries, again and again until nothing helps: to leave out what is between two brackets, with or without them,
   outer ones first, or to put 0 or the last operand there; to leave out runs of lines, from halves down to single ones; to leave out runs of tokens. A candidate
   counts when the test holds for it; the test has to see to it that it is a program at all. */
#define _GNU_SOURCE
#include "reduce.h"
#include "../process.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reduction {
    char *text;             /* the smallest so far */
    reduce_test *test;
    void *context;
    double deadline;
    bool improved;          /* in this round */
};

/* Tries the text with from..to replaced. */
static bool try_replacing(struct reduction *r, size_t from, size_t to, const char *by)
{
    if (from > to || (to - from <= strlen(by)) || process_clock() > r->deadline)
        return false;
    char *candidate = text_format("%.*s%s%s", (int)from, r->text, by, r->text + to);
    if (!r->test(candidate, r->context)) {
        free(candidate);
        return false;
    }
    free(r->text);
    r->text = candidate;
    r->improved = true;
    return true;
}

/* ---- runs of lines ---- */

static size_t line_count(const char *text)
{
    size_t count = 0;
    while ((text = strchr(text, '\n'))) {
        text++;
        count++;
    }
    return count;
}

static size_t line_offset(const char *text, size_t line)
{
    const char *at = text;
    while (line-- && (at = strchr(at, '\n')))
        at++;
    return at ? (size_t)(at - text) : strlen(text);
}

static void reduce_lines(struct reduction *r)
{
    for (size_t run = line_count(r->text) / 2; run; run /= 2)
        for (size_t line = line_count(r->text); line;) {
            size_t first = line > run ? line - run : 0;
            try_replacing(r, line_offset(r->text, first), line_offset(r->text, line), "");
            line = first;
        }
}

/* ---- brackets ---- */

/* The bracket that closes the one at `open`; 0: none. Literals of these programs have no brackets in them. */
static size_t bracket_end(const char *text, size_t open)
{
    int depth = 0;
    for (size_t i = open; text[i]; i++) {
        depth += strchr("([{", text[i]) ? 1 : strchr(")]}", text[i]) ? -1 : 0;
        if (depth == 0)
            return i;
    }
    return 0;
}

static size_t word_begin(const char *text, size_t end)
{
    while (end && (isalnum((unsigned char)text[end - 1]) || text[end - 1] == '_'))
        end--;
    return end;
}

/* After the last comma between the brackets that is in none of the inner ones; the opening bracket where there is none. */
static size_t last_operand(const char *text, size_t open, size_t close)
{
    size_t found = open;
    for (size_t i = open + 1; i < close; i++) {
        if (strchr("([{", text[i]))
            i = bracket_end(text, i);
        else if (text[i] == ',')
            found = i;
    }
    return found + 1;
}

/* Begins of statements and of the heads before braces, more or less: behind the last ; { or }. */
static size_t statement_begin(const char *text, size_t at)
{
    while (at && !strchr(";{}", text[at - 1]))
        at--;
    return at;
}

static bool reduce_braces(struct reduction *r, size_t open, size_t close)
{
    return try_replacing(r, statement_begin(r->text, open), close + 1, "") || try_replacing(r, open, close + 1, ";") ||
           try_replacing(r, open, close + 1, "{0}") || try_replacing(r, open, close + 1, "{}");
}

static bool reduce_parentheses(struct reduction *r, size_t open, size_t close)
{
    size_t word = word_begin(r->text, open), call = word;
    if (call >= 6 && strncmp(r->text + call - 6, "await ", 6) == 0)
        call -= 6;
    if (try_replacing(r, call, close + 1, "0") || try_replacing(r, open + 1, close, "0") || try_replacing(r, open + 1, close, "1"))
        return true;
    size_t operand = last_operand(r->text, open, close);
    char *value = text_format("%.*s", (int)(close - operand), r->text + operand);
    char *inner = text_format("(%s)", value);
    bool done = try_replacing(r, call, close + 1, inner) || try_replacing(r, call, close + 1, value) ||
                try_replacing(r, open + 1, close, value);
    free(inner);
    free(value);
    return done;
}

static void reduce_brackets(struct reduction *r)
{
    for (size_t i = 0; r->text[i]; i++) {
        if (!strchr("([{", r->text[i]))
            continue;
        size_t close = bracket_end(r->text, i);
        if (!close)
            continue;
        bool done = r->text[i] == '{' ? reduce_braces(r, i, close) : r->text[i] == '(' ? reduce_parentheses(r, i, close)
                                                                                        : try_replacing(r, i + 1, close, "0");
        /* What is there now may get smaller still. */
        if (done)
            i = i > 80 ? i - 80 : 0;
    }
}

/* ---- runs of tokens ---- */

static size_t token_end(const char *text, size_t at)
{
    size_t end = at;
    while (isalnum((unsigned char)text[end]) || text[end] == '_')
        end++;
    if (end == at)
        end++;
    while (text[end] == ' ')
        end++;
    return end;
}

static void reduce_tokens(struct reduction *r)
{
    for (int run = 4; run; run--)
        for (size_t at = 0; r->text[at]; at = token_end(r->text, at)) {
            size_t end;
            do {
                end = at;
                for (int i = 0; i < run && r->text[end]; i++)
                    end = token_end(r->text, end);
            } while (r->text[at] && try_replacing(r, at, end, ""));
            if (!r->text[at])
                break;
        }
}

char *reduce(const char *text, reduce_test *test, void *context, double seconds)
{
    struct reduction r = {text_format("%s", text), test, context, process_clock() + seconds, true};
    while (r.improved && process_clock() < r.deadline) {
        r.improved = false;
        reduce_brackets(&r);
        reduce_lines(&r);
        reduce_tokens(&r);
    }
    return r.text;
}

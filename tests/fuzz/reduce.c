/* A reducer for C-like text. Each pass goes through the text and proposes edits; one after which the test still holds is made, and the pass goes on
   from there. Passes cut from large to small: bodies of functions; runs of the items of a block (declarations, statements), from halves down to
   single ones, outer blocks first; what is between two brackets, with or without them; runs of tokens. They are repeated until none of them
   helps. Some edits are tried at once, each in a process of its own: the first in the order of the text that holds is made. */
#define _GNU_SOURCE
#include "reduce.h"
#include "../process.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST_WORKERS = 16 };

struct edit { size_t from, to; char *by; };     /* `by` in place of what is there */

/* Where a pass stands: at a place of the text, and which of the edits of that place comes next. */
struct sweep {
    const char *text;
    size_t at, run;
    unsigned form;
};

/* The next edit of a pass; false: there are no more. Where the edit helps nothing, the sweep goes on as it is. */
typedef bool pass_next(struct sweep *sweep, struct edit *edit);

struct reduction {
    char *text;             /* the smallest so far */
    reduce_test *test;
    void *context;
    unsigned workers;
    double deadline;
    bool improved;          /* in this round */
};

/* ---- brackets; literals of these programs have none in them ---- */

/* The bracket that closes the one at `open`; 0: none. */
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

static size_t blank_end(const char *text, size_t at)
{
    while (isspace((unsigned char)text[at]))
        at++;
    return at;
}

/* The last character before `at` that is not blank; NUL at the beginning. */
static char character_before(const char *text, size_t at)
{
    while (at && isspace((unsigned char)text[at - 1]))
        at--;
    return at ? text[at - 1] : '\0';
}

/* Behind the last ; { or }: begins of statements and of the heads before braces, more or less. A directive is a statement too. */
static size_t statement_begin(const char *text, size_t at)
{
    while (at && !strchr(";{}", text[at - 1]))
        at--;
    at = blank_end(text, at);
    while (text[at] == '#')
        at = blank_end(text, at + strcspn(text + at, "\n"));
    return at;
}

static void edit_set(struct edit *edit, size_t from, size_t to, const char *by)
{
    *edit = (struct edit){from, to, text_format("%s", by)};
}

/* ---- bodies of functions ---- */

static bool next_function(struct sweep *s, struct edit *edit)
{
    static const char *const bodies[] = {"", "{}", "{ return 0; }", "{ __builtin_trap(); }"};
    for (; s->text[s->at]; s->at++, s->form = 0) {
        if (s->text[s->at] != '{')
            continue;
        size_t close = bracket_end(s->text, s->at);
        if (!close)
            return false;
        if (character_before(s->text, s->at) == ')' && s->form < 4 && close - s->at > strlen(bodies[s->form])) {
            edit_set(edit, s->form ? s->at : statement_begin(s->text, s->at), close + 1, bodies[s->form]);
            s->form++;
            return true;
        }
        s->at = close;
    }
    return false;
}

/* ---- runs of the items of a block ---- */

/* Behind the item of a block that begins at `at`, before `end`. */
static size_t item_end(const char *text, size_t at, size_t end)
{
    at = blank_end(text, at);
    if (text[at] == '#')
        return at + strcspn(text + at, "\n");
    for (; at < end; at++) {
        if (text[at] == ';')
            return at + 1;
        if (!strchr("([{", text[at]))
            continue;
        bool brace = text[at] == '{';
        size_t close = bracket_end(text, at), next = close ? blank_end(text, close + 1) : end;
        if (!close)
            return end;
        at = close;
        if (brace && text[next] != ';' && text[next] != ')' && strncmp(text + next, "else", 4) != 0)
            return close + 1;
    }
    return end;
}

static size_t item_count(const char *text, size_t at, size_t end)
{
    size_t count = 0;
    for (; blank_end(text, at) < end; count++)
        at = item_end(text, at, end);
    return count;
}

/* Of the block whose brace is at sweep->at - 1, or of the file, at 0: the next run of sweep->run items; the `form`-th of that length. */
static bool next_run(struct sweep *s, struct edit *edit, size_t end)
{
    size_t count = item_count(s->text, s->at, end);
    if (!s->run)
        s->run = count > 1 ? count / 2 : count;
    while (s->run && s->form * s->run >= count) {
        s->run /= 2;
        s->form = 0;
    }
    if (!s->run)
        return false;
    size_t from = s->at, to;
    for (size_t i = 0; i < s->form * s->run; i++)
        from = item_end(s->text, from, end);
    to = from;
    for (size_t i = 0; i < s->run && blank_end(s->text, to) < end; i++)
        to = item_end(s->text, to, end);
    s->form++;
    edit_set(edit, from, to, "");
    return true;
}

static bool next_items(struct sweep *s, struct edit *edit)
{
    for (;;) {
        size_t close = s->at ? bracket_end(s->text, s->at - 1) : strlen(s->text);
        if (close && next_run(s, edit, close))
            return true;
        /* The next brace of a block, and not of an initialiser. */
        do
            s->at += strcspn(s->text + s->at, "{") + 1;
        while (s->at <= strlen(s->text) && strchr("=,{", character_before(s->text, s->at - 1)));
        s->run = s->form = 0;
        if (s->at > strlen(s->text))
            return false;
    }
}

/* ---- what is between brackets ---- */

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

/* Braces: the statement, its head, or what is in it. */
static bool edit_braces(const char *text, size_t open, size_t close, unsigned form, struct edit *edit)
{
    static const char *const blocks[] = {";", "{0}", "{}"};
    if (form == 0)
        edit_set(edit, statement_begin(text, open), close + 1, "");
    else if (form == 1)
        edit_set(edit, statement_begin(text, open), open, "");
    else if (form < 5)
        edit_set(edit, open, close + 1, blocks[form - 2]);
    else
        return false;
    return true;
}

static bool edit_parentheses(const char *text, size_t open, size_t close, unsigned form, struct edit *edit)
{
    size_t call = word_begin(text, open);
    if (call >= 6 && strncmp(text + call - 6, "await ", 6) == 0)
        call -= 6;
    size_t operand = last_operand(text, open, close);
    char *value = text_format("%.*s", (int)(close - operand), text + operand), *inner = text_format("(%s)", value);
    bool more = true;
    switch (form) {
    case 0: edit_set(edit, call, close + 1, "0"); break;
    case 1: edit_set(edit, open + 1, close, "0"); break;
    case 2: edit_set(edit, open + 1, close, "1"); break;
    case 3: edit_set(edit, call, close + 1, inner); break;
    case 4: edit_set(edit, call, close + 1, value); break;
    case 5: edit_set(edit, open + 1, close, value); break;
    default: more = false; break;
    }
    free(value);
    free(inner);
    return more;
}

static bool edit_brackets(const char *text, size_t open, size_t close, unsigned form, struct edit *edit)
{
    if (text[open] == '{')
        return edit_braces(text, open, close, form, edit);
    if (text[open] == '(')
        return edit_parentheses(text, open, close, form, edit);
    if (form > 0)
        return false;
    edit_set(edit, open + 1, close, "0");
    return true;
}

static bool next_brackets(struct sweep *s, struct edit *edit)
{
    for (; s->text[s->at]; s->at++, s->form = 0) {
        size_t close = strchr("([{", s->text[s->at]) ? bracket_end(s->text, s->at) : 0;
        if (close && edit_brackets(s->text, s->at, close, s->form, edit)) {
            s->form++;
            return true;
        }
    }
    return false;
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

static bool next_tokens(struct sweep *s, struct edit *edit)
{
    for (; !s->text[s->at] && s->form < 4; s->form++)
        s->at = 0;
    if (s->form == 4)
        return false;
    size_t end = s->at;
    for (unsigned i = s->form; i < 4 && s->text[end]; i++)
        end = token_end(s->text, end);
    edit_set(edit, s->at, end, "");
    s->at = token_end(s->text, s->at);
    return true;
}

/* ---- trying ---- */

static char *edited(const char *text, const struct edit *edit)
{
    return text_format("%.*s%s%s", (int)edit->from, text, edit->by, text + edit->to);
}

static bool is_balanced(const char *text)
{
    int depth = 0;
    for (; *text && depth >= 0; text++)
        depth += strchr("([{", *text) ? 1 : strchr(")]}", *text) ? -1 : 0;
    return depth == 0;
}

/* Starts the test of an edit in a process of its own; 0 where the edit is not worth it. */
static pid_t try_start(struct reduction *r, const struct edit *edit, unsigned slot)
{
    char *candidate = edited(r->text, edit);
    bool sensible = edit->to - edit->from > strlen(edit->by) && is_balanced(candidate);
    fflush(NULL);
    pid_t pid = sensible ? fork() : 0;
    if (sensible && pid == 0)
        _exit(r->test(candidate, slot, r->context) ? 0 : 1);
    free(candidate);
    return pid > 0 ? pid : 0;
}

/* Which of these edits is the first that helps; `count`: none does. */
static size_t try_edits(struct reduction *r, const struct edit *edits, size_t count)
{
    pid_t pids[MOST_WORKERS];
    size_t found = count;
    for (size_t i = 0; i < count; i++)
        pids[i] = try_start(r, &edits[i], (unsigned)i);
    for (size_t i = 0; i < count; i++) {
        int status;
        if (pids[i] && waitpid(pids[i], &status, 0) == pids[i] && status == 0 && found == count)
            found = i;
    }
    return found;
}

static void accept_edit(struct reduction *r, const struct edit *edit)
{
    char *text = edited(r->text, edit);
    free(r->text);
    r->text = text;
    r->improved = true;
}

/* After an edit at `from` the pass goes on there: with the same block, where it goes through blocks. */
static void run_pass(struct reduction *r, pass_next *next)
{
    struct sweep sweep = {.text = r->text}, after[MOST_WORKERS];
    struct edit edits[MOST_WORKERS];
    size_t count;
    do {
        for (count = 0; count < r->workers && next(&sweep, &edits[count]); count++)
            after[count] = sweep;
        size_t found = try_edits(r, edits, count);
        if (found < count) {
            accept_edit(r, &edits[found]);
            sweep = after[found];
            sweep.text = r->text;
            if (next == next_items)
                sweep.form--;
            else
                sweep.at = edits[found].from;
            if (next == next_function || next == next_brackets)
                sweep.form = 0;
        }
        for (size_t i = 0; i < count; i++)
            free(edits[i].by);
    } while (count && process_clock() < r->deadline);
}

char *reduce(const char *text, reduce_test *test, void *context, unsigned workers, double seconds)
{
    static pass_next *const passes[] = {next_function, next_items, next_brackets, next_tokens};
    struct reduction r = {text_format("%s", text), test, context, workers, process_clock() + seconds, true};
    if (r.workers < 1 || r.workers > MOST_WORKERS)
        r.workers = r.workers ? MOST_WORKERS : 1;
    while (r.improved && process_clock() < r.deadline) {
        r.improved = false;
        for (size_t i = 0; i < sizeof passes / sizeof *passes; i++)
            run_pass(&r, passes[i]);
    }
    return r.text;
}

/* Tests of acc's messages. A line of the source that causes a message announces it in a comment:

       int x = await f();      // error: await outside an async function   note: use ac_run

   Each of `error: TEXT`, `warning: TEXT [-Wflag]` and `note: TEXT` is a part of a message of that kind at that line, and
   `error@9: TEXT` the whole of one in column 9. acc must say all of them and nothing else, and end with status 1 exactly
   where there is an error. A line `// flags: -Wuseless-async` in the head gives options. */
#define _GNU_SOURCE
#include "process.h"
#include "test.h"
#include <check.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MESSAGES = 512 };

struct message {
    unsigned line, column;  /* column 0: any, and text is a part of the message's */
    char kind;              /* e, w, n */
    const char *text;
    bool matched;
};

struct messages {
    struct message at[MESSAGES];
    size_t count;
};

/* What stands before a message's text: `error: `, `note@9: `. */
struct mark {
    char *first, *text; /* where it begins, and what is behind it; NULL: there is none */
    unsigned column;    /* 0: none is said */
};

static void message_add(struct messages *messages, struct message message)
{
    ck_assert_msg(messages->count < MESSAGES, "too many messages");
    messages->at[messages->count++] = message;
}

static struct mark mark_at(char *at)
{
    static const char *const kinds[] = {"error", "warning", "note"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct mark mark = {.first = at, .text = at + strlen(kinds[i])};
        if (strncmp(at, kinds[i], strlen(kinds[i])) != 0)
            continue;
        if (*mark.text == '@')
            mark.column = (unsigned)strtoul(mark.text + 1, &mark.text, 10);
        if (strncmp(mark.text, ": ", 2) == 0) {
            mark.text += 2;
            return mark;
        }
    }
    return (struct mark){.first = NULL};
}

static struct mark mark_find(char *text)
{
    struct mark mark = {.first = NULL};
    for (; *text && !mark.first; text++)
        mark = mark_at(text);
    return mark;
}

/* The announcements of one line, cut out of it in place. */
static void line_announces(struct messages *expected, char *line, unsigned number)
{
    char *comment = strstr(line, "// ");
    if (!comment)
        return;
    for (struct mark mark = mark_find(comment), next; mark.first; mark = next) {
        next = mark_find(mark.text);
        char *end = next.first ? next.first : mark.text + strlen(mark.text);
        while (end > mark.text && (isspace((unsigned char)end[-1]) || end[-1] == '/'))
            end--;
        const char *text = strndup(mark.text, (size_t)(end - mark.text));
        message_add(expected, (struct message){number, mark.column, *mark.first, text, false});
    }
}

/* acc's own lines: FILE:LINE:COLUMN: KIND: TEXT; the source lines and carets between them begin otherwise. */
static void line_says(struct messages *said, char *line, const char *path)
{
    size_t length = strlen(path);
    unsigned number, column;
    int after = 0;
    if (strncmp(line, path, length) != 0 || sscanf(line + length, ":%u:%u: %n", &number, &column, &after) < 2 || !after)
        return;
    struct mark mark = mark_at(line + length + after);
    if (mark.first)
        message_add(said, (struct message){number, column, *mark.first, mark.text, false});
}

static bool announces(const struct message *expected, const struct message *said)
{
    if (expected->line != said->line || expected->kind != said->kind)
        return false;
    return expected->column ? expected->column == said->column && strcmp(expected->text, said->text) == 0
                            : strstr(said->text, expected->text) != NULL;
}

static void messages_match(struct messages *expected, struct messages *said)
{
    for (size_t i = 0; i < expected->count; i++)
        for (size_t k = 0; k < said->count && !expected->at[i].matched; k++) {
            struct message *one = &expected->at[i], *other = &said->at[k];
            if (!other->matched && announces(one, other))
                one->matched = other->matched = true;
        }
}

static char *unmatched(const char *title, const struct messages *messages)
{
    char *text = strdup("");
    for (size_t i = 0; i < messages->count; i++) {
        if (messages->at[i].matched)
            continue;
        const char *kind = messages->at[i].kind == 'e' ? "error" : messages->at[i].kind == 'w' ? "warning" : "note";
        char *longer = text_format("%s%s line %u: %s@%u: %s\n", text, title, messages->at[i].line, kind,
                                   messages->at[i].column, messages->at[i].text);
        free(text);
        text = longer;
    }
    return text;
}

static bool has_error(const struct messages *messages)
{
    for (size_t i = 0; i < messages->count; i++)
        if (messages->at[i].kind == 'e')
            return true;
    return false;
}

void message_test(const struct test *test)
{
    struct messages expected = {.count = 0}, said = {.count = 0};
    const char *command[32] = {"build/asan/acc", "-Iruntime/include", "-fsyntax-only", test->path};
    size_t words = 4;
    char *source = file_read(test->path, NULL), *rest = source;
    ck_assert_msg(source, "%s cannot be read", test->path);
    unsigned number = 1;
    for (char *line; (line = strsep(&rest, "\n")); number++) {
        const char *flags = head_value(line, "flags");
        char *list = strdup(flags ? flags : "");
        for (char *word; (word = strtok_r(list, " ", &list)) && words < 31;)
            command[words++] = word;
        if (!flags)
            line_announces(&expected, line, number);
    }
    char *out = text_format("%s/messages", test->work);
    int status = process_run(command, &(struct process_files){.out = out, .err = "/dev/stdout"}, test->limit);
    char *printed = file_read(out, NULL), *whole = strdup(printed ? printed : "");
    rest = printed;
    for (char *line; (line = strsep(&rest, "\n"));)
        line_says(&said, line, test->path);
    messages_match(&expected, &said);
    char *missing = unmatched("missing:", &expected), *unexpected = unmatched("not announced:", &said);
    ck_assert_msg(!*missing && !*unexpected, "%s: acc's messages are not those announced\n%.10000s%.10000s--\n%.20000s", test->name, missing,
                  unexpected, whole);
    int wanted = has_error(&expected) ? 1 : 0;
    ck_assert_msg(status == wanted, "%s: acc ends with status %d instead of %d\n%.20000s", test->name, status, wanted, whole);
    free(whole);
}

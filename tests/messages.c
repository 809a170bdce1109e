/* Tests of acc's messages. A line of the source that causes a message announces it in a comment:

       int x = await f();      // error: await outside an async function   note: use ac_run

   Each of `error: TEXT`, `warning: TEXT [-Wflag]` and `note: TEXT` is a part of a message of that kind at that line. acc
   must say all of them and nothing else, and end with status 1 exactly where there is an error. A line
   `// flags: -Wuseless-async` in the head gives options. */
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
    unsigned line;
    char kind;              /* e, w, n */
    const char *text;
    bool matched;
};

struct messages {
    struct message at[MESSAGES];
    size_t count;
};

static const char *const kinds[] = {"error: ", "warning: ", "note: "};

static void message_add(struct messages *messages, unsigned line, const char *kind, const char *text)
{
    ck_assert_msg(messages->count < MESSAGES, "too many messages");
    messages->at[messages->count++] = (struct message){line, kind[0], text, false};
}

/* The first of the kinds in text: where it begins; *kind: which. */
static char *kind_find(char *text, const char **kind)
{
    char *first = NULL;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        char *at = strstr(text, kinds[i]);
        if (at && (!first || at < first)) {
            first = at;
            *kind = kinds[i];
        }
    }
    return first;
}

/* The announcements of one line, cut out of it in place. */
static void line_announces(struct messages *expected, char *line, unsigned number)
{
    char *comment = strstr(line, "// ");
    if (!comment)
        return;
    const char *kind = NULL;
    for (char *at = kind_find(comment, &kind); at;) {
        char *text = at + strlen(kind);
        const char *next_kind = NULL;
        char *next = kind_find(text, &next_kind);
        char *end = next ? next : text + strlen(text);
        while (end > text && (isspace((unsigned char)end[-1]) || end[-1] == '/'))
            end--;
        message_add(expected, number, kind, strndup(text, (size_t)(end - text)));
        at = next;
        kind = next_kind;
    }
}

/* acc's own lines: FILE:LINE:COLUMN: KIND: TEXT; the source lines and carets between them begin otherwise. */
static void line_says(struct messages *said, char *line, const char *path)
{
    size_t length = strlen(path);
    unsigned number, column;
    int after = 0;
    const char *kind = NULL;
    if (strncmp(line, path, length) != 0 || sscanf(line + length, ":%u:%u: %n", &number, &column, &after) < 2 || !after)
        return;
    char *rest = line + length + after, *at = kind_find(rest, &kind);
    if (at == rest)
        message_add(said, number, kind, rest + strlen(kind));
}

static void messages_match(struct messages *expected, struct messages *said)
{
    for (size_t i = 0; i < expected->count; i++)
        for (size_t k = 0; k < said->count && !expected->at[i].matched; k++) {
            struct message *one = &expected->at[i], *other = &said->at[k];
            if (!other->matched && one->line == other->line && one->kind == other->kind && strstr(other->text, one->text))
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
        char *longer = text_format("%s%s line %u: %s: %s\n", text, title, messages->at[i].line, kind, messages->at[i].text);
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

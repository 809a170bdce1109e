/* Warnings of C compilers, compared: "file:line: words [-Wflag]" is what one is known by, without the names of things and types. acc's output and the
   program as plain C name the same lines. */
#define _GNU_SOURCE
#include "warnings.h"
#include "../process.h"
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

void message_forget_names(char *message)
{
    static const char *const aliases[] = {" (aka )", " {aka }"};
    char *to = message;
    for (const char *c = message; *c; c++) {
        if (*c == '\'' || strncmp(c, "‘", 3) == 0) {
            const char *end = *c == '\'' ? "'" : "’", *close = strstr(c + 1, end);
            c = close ? close + strlen(end) - 1 : c;
        } else {
            *to++ = *c;
        }
        for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++)
            if ((size_t)(to - message) >= strlen(aliases[i]) && memcmp(to - strlen(aliases[i]), aliases[i], strlen(aliases[i])) == 0)
                to -= strlen(aliases[i]);
    }
    *to = '\0';
}

/* In acc's output a parameter is a local variable, and a truth that was kept is an int. What replaces words is no longer than they. */
static void say_alike(char *words)
{
    static const char *const said[][2] = {
        {"parameter  set but not used [-Wunused-but-set-parameter]", "variable  set but not used [-Wunused-but-set-variable]"},
        {"expression of type  is", "boolean expression is"},
    };
    for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
        size_t length = strlen(said[i][0]), shorter = strlen(said[i][1]);
        char *at = strstr(words, said[i][0]);
        if (!at)
            continue;
        memcpy(at, said[i][1], shorter);
        memmove(at + shorter, at + length, strlen(at + length) + 1);
    }
}

/* The next warning in *text, as "file:line: words [-Wflag]"; NULL: no more. */
static char *next_warning(char **text)
{
    for (char *line; (line = strsep(text, "\n"));) {
        char *warning = strstr(line, ": warning: "), *column = strchr(line, ':');
        column = column ? strchr(column + 1, ':') : NULL;
        if (!warning || !column || column > warning)
            continue;
        char *words = warning + strlen(": warning: ");
        message_forget_names(words);
        say_alike(words);
        /* Of these the words tell whether a value was assigned, passed, returned. */
        if (strstr(words, "[-Wpointer-sign]"))
            words = strstr(words, "[-Wpointer-sign]");
        return text_format("%.*s: %s", (int)(column - line), line, words);
    }
    return NULL;
}

static bool warned(const char *messages, const char *warning)
{
    char *copy = text_format("%s", messages), *rest = copy, *each;
    bool found = false;
    while (!found && (each = next_warning(&rest))) {
        found = strcmp(each, warning) == 0;
        free(each);
    }
    free(copy);
    return found;
}

char *warning_added(const char *messages, const char *allowed)
{
    char *copy = text_format("%s", messages), *rest = copy, *warning, *flag = NULL;
    while (!flag && (warning = next_warning(&rest))) {
        if (!warned(allowed, warning))
            flag = text_format("%s", strchr(strchr(warning, ':') + 1, ':') + 2);
        free(warning);
    }
    free(copy);
    return flag;
}

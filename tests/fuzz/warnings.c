/* Warnings of C compilers, compared: "file:line [-Wflag]" is what one is known by. acc's output and the program as plain C name the same lines. */
#define _GNU_SOURCE
#include "warnings.h"
#include "../process.h"
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* A parameter is a local variable of acc's output. */
static const char *flag_of(const char *line)
{
    const char *flag = strrchr(line, '[');
    return flag && strcmp(flag, "[-Wunused-but-set-parameter]") == 0 ? "[-Wunused-but-set-variable]" : flag;
}

/* The next warning in *text, as "file:line [-Wflag]"; NULL: no more. */
static char *next_warning(char **text)
{
    for (char *line; (line = strsep(text, "\n"));) {
        const char *warning = strstr(line, ": warning: "), *flag = flag_of(line), *column = strchr(line, ':');
        column = column ? strchr(column + 1, ':') : NULL;
        if (warning && flag && column && column <= warning)
            return text_format("%.*s %s", (int)(column - line), line, flag);
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
            flag = text_format("%s", strrchr(warning, '['));
        free(warning);
    }
    free(copy);
    return flag;
}

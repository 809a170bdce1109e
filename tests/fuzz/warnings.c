/* Warnings of C compilers, compared: "file:line [-Wflag]" is what one is known by. acc's output and the program as plain C name the same lines.

   Two kinds of code draw warnings in acc's output alone, since clang holds them back in the program as plain C. It says little of code that control
   cannot reach, but behind an await there is a label. And it looks for -Wtautological-bitwise-compare, `if (x | 5)`, only in conditions without
   `&&` and `||` in them, which taken apart have none. */
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

static unsigned long line_of(const char *warning)
{
    const char *colon = strchr(warning, ':');
    return colon ? strtoul(colon + 1, NULL, 10) : 0;
}

/* Does a function of the source end on one of these lines? Its brace stands in the first column. */
static bool function_ends(const char *source, unsigned long first, unsigned long last)
{
    for (unsigned long line = 1; line <= last && source; line++) {
        if (line >= first && *source == '}')
            return true;
        source = strchr(source, '\n');
        source = source ? source + 1 : NULL;
    }
    return false;
}

static bool is_unreachable(const char *warning, const char *allowed, const char *source)
{
    char *copy = text_format("%s", allowed), *rest = copy, *each;
    bool found = false;
    while (!found && (each = next_warning(&rest))) {
        found = strstr(each, "[-Wunreachable-code]") && line_of(each) <= line_of(warning) && !function_ends(source, line_of(each), line_of(warning));
        free(each);
    }
    free(copy);
    return found;
}

char *warning_added(const char *messages, const char *allowed, const char *source)
{
    char *copy = text_format("%s", messages), *rest = copy, *warning, *flag = NULL;
    while (!flag && (warning = next_warning(&rest))) {
        bool held_back = strstr(warning, "[-Wtautological-bitwise-compare]") || is_unreachable(warning, allowed, source);
        if (!held_back && !warned(allowed, warning))
            flag = text_format("%s", strrchr(warning, '['));
        free(warning);
    }
    free(copy);
    return flag;
}

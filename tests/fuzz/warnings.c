/* Warnings of C compilers, compared: "file:line [-Wflag]" is what one is known by. acc's output and the program as plain C name the same lines.

   Some code draws warnings in acc's output alone, since compilers hold them back in the program as plain C. clang says little of code that control
   cannot reach; but behind an await there is a label. And that an operator has a constant result (-Wtautological-bitwise-compare, -Wbool-compare)
   they find out for simple operands only; taken apart, they are simple. gcc takes a const pointer for its value, and so does not see it compared with
   itself (-Wtautological-compare); kept across an await it is not const. clang also says nothing of operands of `&&` and `||` which it finds are never
   evaluated (`&x || a < b`): on a line with such in it, kinds of warnings are let pass that the program as plain C gets elsewhere. And it does not look
   for -Wsign-compare in the value of a statement expression. */
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
        found = strstr(each, "[-Wunreachable-code]") && line_of(each) <= line_of(warning) &&
                !function_ends(source, line_of(each), line_of(warning));
        free(each);
    }
    free(copy);
    return found;
}

/* Is it on a line of the source with an operator or statement expression in it about which clang says less than it knows? */
static bool is_hidden_from_clang(const char *warning, const char *allowed, const char *source)
{
    for (unsigned long line = 1; line < line_of(warning) && source; line++) {
        source = strchr(source, '\n');
        source = source ? source + 1 : NULL;
    }
    if (!source)
        return false;
    char *text = text_format("%.*s", (int)strcspn(source, "\n"), source);
    const char *flag = strrchr(warning, '[');
    bool shortcut = strstr(text, "&&") || strstr(text, "||"), statement = strstr(text, "({") != NULL;
    bool hidden = (shortcut && strstr(allowed, flag)) || (statement && strcmp(flag, "[-Wsign-compare]") == 0);
    free(text);
    return hidden;
}

static bool is_held_back(const char *warning, const char *allowed, const char *source, bool clang)
{
    if (clang)
        return strstr(warning, "[-Wtautological-bitwise-compare]") || is_unreachable(warning, allowed, source) ||
               is_hidden_from_clang(warning, allowed, source);
    return strstr(warning, "[-Wbool-compare]") || strstr(warning, "[-Wtautological-compare]");
}

char *warning_added(const char *messages, const char *allowed, const char *source, bool clang)
{
    char *copy = text_format("%s", messages), *rest = copy, *warning, *flag = NULL;
    while (!flag && (warning = next_warning(&rest))) {
        if (!is_held_back(warning, allowed, source, clang) && !warned(allowed, warning))
            flag = text_format("%s", strrchr(warning, '['));
        free(warning);
    }
    free(copy);
    return flag;
}

/* Names that nothing declares: the message, and the nearest spelling among the names in scope. */
#include "checking.h"
#include <ctype.h>
#include <string.h>

enum { NAME_MAX = 64, TOLD_MAX = 64 };

/* Names told of in one function: each is told once. */
static struct {
    struct function *function;
    const char *names[TOLD_MAX];
    size_t count;
} told;

static bool told_before(const char *name)
{
    if (told.function != check_now.function) {
        told.function = check_now.function;
        told.count = 0;
    }
    for (size_t i = 0; i < told.count; i++)
        if (told.names[i] == name)
            return true;
    if (told.count < TOLD_MAX)
        told.names[told.count++] = name;
    return false;
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* How many letters have to be inserted, left out, replaced or swapped with their neighbour. Both at most NAME_MAX
   long. */
static unsigned distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
    unsigned rows[3][NAME_MAX + 1];
    unsigned *before = rows[0], *last = rows[1], *row = rows[2];
    for (unsigned k = 0; k <= b_length; k++)
        last[k] = k;
    for (size_t i = 1; i <= a_length; i++) {
        row[0] = (unsigned)i;
        for (size_t k = 1; k <= b_length; k++) {
            unsigned differs = a[i - 1] != b[k - 1];
            row[k] = least(least(last[k], row[k - 1]) + 1, last[k - 1] + differs);
            if (i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1])
                row[k] = least(row[k], before[k - 2] + 1);
        }
        unsigned *oldest = before;
        before = last;
        last = row;
        row = oldest;
    }
    return last[b_length];
}

/* A symbol whose name is less than a third of the letters away; NULL. */
static struct symbol *nearest(const char *name, struct binding *scope)
{
    size_t length = strlen(name);
    unsigned best = (unsigned)length / 3 + 1;
    struct symbol *found = NULL;
    if (length > NAME_MAX)
        return NULL;
    for (struct binding *b = scope; b; b = b->next) {
        size_t other = b->symbol ? strlen(b->name) : NAME_MAX + 1;
        size_t apart = other > length ? other - length : length - other;
        if (other > NAME_MAX || apart >= best || strncmp(b->name, "__", 2) == 0)
            continue;
        unsigned far = distance(name, length, b->name, other);
        if (far < best) {
            best = far;
            found = b->symbol;
        }
    }
    return found;
}

/* The header that declares it, for names that everyone forgets once. */
static const char *header_of(const char *name)
{
    static const struct {
        const char *name, *header;
    } known[] = {
        {"NULL", "stddef.h"},    {"printf", "stdio.h"},  {"fprintf", "stdio.h"}, {"snprintf", "stdio.h"},
        {"puts", "stdio.h"},     {"perror", "stdio.h"},  {"malloc", "stdlib.h"}, {"calloc", "stdlib.h"},
        {"realloc", "stdlib.h"}, {"free", "stdlib.h"},   {"exit", "stdlib.h"},   {"atoi", "stdlib.h"},
        {"strlen", "string.h"},  {"memcpy", "string.h"}, {"memset", "string.h"}, {"strcmp", "string.h"},
        {"strdup", "string.h"},  {"close", "unistd.h"},  {"errno", "errno.h"},   {"true", "stdbool.h"},
        {"false", "stdbool.h"},  {"assert", "assert.h"},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(name, known[i].name) == 0)
            return known[i].header;
    if (strncmp(name, "ac_", 3) == 0 || strncmp(name, "AC_", 3) == 0)
        return "ac.h";
    return name[0] == 'E' && isupper((unsigned char)name[1]) && isupper((unsigned char)name[2]) ? "errno.h" : NULL;
}

void undeclared(struct expression *e)
{
    if (check_now.voice != TELL_ALL || told_before(e->name))
        return;
    rule_error(e->first, "'%s' undeclared", e->name);
    struct symbol *other = nearest(e->name, e->scope);
    const char *header = header_of(e->name);
    if (other)
        fix_replace(e->first, other->name);
    if (other)
        rule_note(e->first, "did you mean '%s'?", other->name);
    else if (header)
        rule_note(e->first, "it is declared in <%s>", header);
}

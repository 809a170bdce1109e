/* Makes a failing program smaller: takes statements away, and puts the body of one in its place, as long as it fails. */
#include "program.h"

static bool (*still_fails)(const struct program *);
static struct program *program;
static bool smaller;

static bool kept(void)
{
    bool fails = still_fails(program);
    smaller = smaller || fails;
    return fails;
}

/* Whether a statement behind this one, or within, speaks of it by name: it cannot go then. */
static bool is_named(const struct statement *first, int site)
{
    for (const struct statement *at = first; at; at = at->next) {
        if (at->scope == site)
            return true;
        for (int i = 0; at->kind == MOVE && at->move->operands[i]; i++)
            if ((at->move->operands[i] == 'g' || at->move->operands[i] == 't') && at->numbers[i] == site)
                return true;
        for (int i = 0; i < 3; i++)
            if (is_named(at->bodies[i], site))
                return true;
    }
    return false;
}

static bool replaced(struct statement **link, struct statement *by)
{
    struct statement *old = *link;
    *link = by;
    if (kept())
        return true;
    *link = old;
    return false;
}

/* The body, with what follows the statement behind it, in its place. */
static bool unwrapped(struct statement **link)
{
    struct statement *statement = *link, *body = statement->bodies[0], *last = body;
    if (!body || is_named(body, statement->site))
        return false;
    while (last->next)
        last = last->next;
    last->next = statement->next;
    if (replaced(link, body))
        return true;
    last->next = NULL;
    return false;
}

static void block_reduce(struct statement **link)
{
    while (*link) {
        struct statement *statement = *link;
        if (!is_named(statement->next, statement->site) && (replaced(link, statement->next) || unwrapped(link)))
            continue;
        for (int i = 0; i < 3; i++)
            block_reduce(&statement->bodies[i]);
        link = &statement->next;
    }
}

void program_reduce(struct program *which, bool (*fails)(const struct program *))
{
    program = which;
    still_fails = fails;
    do {
        smaller = false;
        for (int i = 0; i < program->functions; i++)
            if (program->function[i].body && !replaced(&program->function[i].body, NULL))
                block_reduce(&program->function[i].body);
    } while (smaller);
}

/* Programs of many cases: RUN(name) awaits the async function `name`, which states with MUST what holds, and prints
 * the name when all did. */
#ifndef CASES_H
#define CASES_H

#include <ac.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

static int case_failures;

static inline void case_must(bool holds, const char *what, int line)
{
    if (holds)
        return;
    printf("line %d: not so: %s\n", line, what);
    case_failures++;
}

#define MUST(condition) case_must((condition), #condition, __LINE__)
#define RUN(name)               \
    do {                        \
        case_failures = 0;      \
        await name();           \
        if (case_failures == 0) \
            puts(#name);        \
    } while (0)

/* A case cannot go on without a handle that it was to be given. */
#define HAVE(handle)      \
    do {                  \
        if (!(handle))    \
            throw ENOMEM; \
    } while (0)

/* Nor where a plain call fails whose effect it waits for. */
#define DO(call)             \
    do {                     \
        int error_ = (call); \
        if (error_)          \
            throw error_;    \
    } while (0)

/* Writes to a stream what is to be answered: without it nothing would come. */
#define SAY(...) DO(ac_stream_printf(__VA_ARGS__))

/* Whether a line has come, and is this one. */
static inline bool case_is(const char *line, const char *expected)
{
    return line && strcmp(line, expected) == 0;
}

/* What happened, a character for each thing. */
static char case_log[128];

static inline void case_log_add(char what)
{
    size_t length = strlen(case_log);
    if (length + 1 < sizeof case_log) {
        case_log[length] = what;
        case_log[length + 1] = '\0';
    }
}

/* True if this is what happened since the last call. */
static inline bool case_log_is(const char *expected)
{
    bool same = strcmp(case_log, expected) == 0;
    if (!same)
        printf("it happened: %s, not: %s\n", case_log, expected);
    case_log[0] = '\0';
    return same;
}

#endif

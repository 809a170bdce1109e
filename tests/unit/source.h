/* For tests of the compiler's stages: reads, parses and checks a piece of source text. */
#ifndef UNIT_SOURCE_H
#define UNIT_SOURCE_H
#include "checking.h"
#include <check.h>
#include <string.h>

static inline void source_parse(const char *text)
{
    size_t size = strlen(text);
    tokens_read(arena_copy(text, size), size, "test.ac");
    parse();
}

static inline void source_check(const char *text)
{
    source_parse(text);
    check();
    ck_assert_msg(error_count == 0, "errors in: %s", text);
}

static inline struct symbol *source_symbol(const char *name)
{
    struct symbol *symbol = symbol_find(intern_string(name));
    ck_assert_msg(symbol != NULL, "%s is not declared", name);
    return symbol;
}

/* The async function of that name. */
static inline struct function *source_function(const char *name)
{
    struct symbol *symbol = source_symbol(name);
    ck_assert_msg(symbol->function != NULL, "%s is no async function", name);
    return symbol->function;
}

#endif

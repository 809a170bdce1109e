/* What acc understood of a file, as assertions for the C compiler: the size, alignment and members' places of every type, the value of every
   enumerator, the type of every object and function at file scope.

       build/tests/asserts [acc's options] FILE.ac >>OUTPUT.c

   They make no code, so they can stand behind the text whose object code is compared. What acc knows not to know (a type that only the C
   compiler can tell) has none; how many of all that were is the last line, a comment. */
#define _GNU_SOURCE
#include "constant.h"
#include "diagnostic.h"
#include "options.h"
#include "preprocess.h"
#include "tree.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_BYTES "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$"

static size_t made, unknown;

/* A macro may have any of the names that are spelled here; `defined` cannot be one, and `restrict` is one in C89. */
static void undefine_names(const char *text)
{
    while (*text) {
        size_t length = strspn(text, NAME_BYTES);
        if (*text == '"')
            return;
        bool special = (length == 7 && !memcmp(text, "defined", 7)) || (length == 8 && !memcmp(text, "restrict", 8));
        if (length && !strchr("0123456789", *text) && !special)
            printf("#undef %.*s\n", (int)length, text);
        text += length ? length : 1;
    }
}

static void assertion(const char *text)
{
    undefine_names(text);
    puts(text);
    made++;
}

static void assert_size(const char *type_name, struct type *type)
{
    uint64_t size, alignment;
    if (!type_size(type, &size, &alignment)) {
        unknown += type_is_complete(type) && !type_is(type, TYPE_VOID) && !type_is(type, TYPE_FUNCTION);
        return;
    }
    assertion(arena_format("_Static_assert(sizeof(%s) == %" PRIu64 " && __alignof__(%s) == %" PRIu64 ", \"%s: acc takes it for %" PRIu64
                           ", aligned to %" PRIu64 "\");", type_name, size, type_name, alignment, type_name, size, alignment));
}

static void assert_offsets(const char *type_name, struct type *type)
{
    struct tag *tag = type_strip(type)->tag;
    for (size_t i = 0; i < tag->member_count; i++) {
        struct member *m = &tag->members[i];
        uint64_t offset;
        if (!m->name || m->bit_field || !type_member_offset(type, m->name, &offset))
            continue;
        assertion(arena_format("_Static_assert(__builtin_offsetof(%s, %s) == %" PRIu64 ", \"%s.%s: acc takes it for %" PRIu64 "\");",
                               type_name, m->name, offset, type_name, m->name, offset));
    }
}

static void assert_tag(struct tag *tag)
{
    static const char *const keywords[] = { [TYPE_STRUCT] = "struct", [TYPE_UNION] = "union", [TYPE_ENUM] = "enum" };
    if (!tag->complete || !tag->self)
        return;
    const char *name = arena_format("%s %s", keywords[tag->kind], tag->name);
    assert_size(name, tag->self);
    if (type_is_record(tag->self))
        assert_offsets(name, tag->self);
}

static void assert_typedef(struct symbol *symbol)
{
    if (!type_is_complete(symbol->type) || type_is_variably_modified(symbol->type))
        return;
    assert_size(symbol->name, symbol->type);
    if (type_is_record(symbol->type))
        assert_offsets(symbol->name, symbol->type);
}

/* Can the type be named here? A tag that a parameter list declared is gone with it, and so are parameters in bounds. */
static bool nameable(struct type *type)
{
    if (!type)
        return true;
    if (type->kind == TYPE_TYPEDEF || type->kind == TYPE_TYPEOF)
        return true;
    if (type->variable)
        return false;
    if (type->tag)
        return type->tag->name && tag_find(type->tag->name) == type->tag;
    for (size_t i = 0; i < type->parameter_count; i++)
        if (!nameable(type->parameters[i].type))
            return false;
    return nameable(type->inner);
}

/* For gcc a function that does not return is of another type, which has no spelling but the attribute. */
static bool speaks_of_noreturn(struct symbol *symbol)
{
    struct declarator *d = symbol->declarator;
    if (symbol->kind == SYMBOL_VARIABLE && symbol->no_return)
        return true;
    for (token_index t = d->first; t <= d->last; t++)
        if (token_is(t, "noreturn") || token_is(t, "__noreturn__"))
            return true;
    return false;
}

/* Qualifiers at the outside are no part of what the builtin compares. */
static void assert_type(struct symbol *symbol)
{
    bool spelled = type_known(symbol->type) && nameable(symbol->type) && !speaks_of_noreturn(symbol);
    const char *text = spelled ? type_declare(symbol->type, "") : NULL;
    if (!text) {
        unknown++;
        return;
    }
    assertion(arena_format("_Static_assert(__builtin_types_compatible_p(__typeof__(%s), %s), \"%s\");", symbol->name, text, symbol->name));
}

static void assert_value(struct symbol *symbol)
{
    assertion(arena_format("_Static_assert((unsigned long long)%s == %" PRIu64 "u, \"%s: acc takes it for %" PRId64 "\");", symbol->name,
                           (uint64_t)symbol->value, symbol->name, symbol->value));
}

static void assert_symbol(struct symbol *symbol)
{
    switch (symbol->kind) {
    case SYMBOL_TYPEDEF: assert_typedef(symbol); break;
    case SYMBOL_ENUMERATOR: assert_value(symbol); break;
    case SYMBOL_VARIABLE: case SYMBOL_FUNCTION: assert_type(symbol); break;
    default: break;
    }
}

/* ac.h is in the dialect. */
static bool is_plain(struct symbol *symbol)
{
    const char *path = symbol->place ? token_file(symbol->place)->path : NULL;
    size_t length = path ? strlen(path) : 0;
    return path && (length < 5 || strcmp(path + length - 5, "/ac.h"));
}

int main(int argc, char **argv)
{
    options_parse(argc, argv);
    size_t size;
    char *text = preprocess(&size);
    if (!text)
        return 1;
    tokens_read(text, size, options.input_name);
    parse();
    diagnostics_end();
    if (error_count)
        return 1;
    puts("#if !defined __STDC_VERSION__ || __STDC_VERSION__ < 199901L\n#define restrict __restrict\n#endif");
    for (struct binding *b = names_now; b; b = b->next) {
        if (b->symbol && is_plain(b->symbol))
            assert_symbol(b->symbol);
        else if (b->tag && b->tag->name)
            assert_tag(b->tag);
    }
    printf("/* %zu assertions; %zu are the C compiler's own affair */\n", made, unknown);
    return fflush(stdout) ? 1 : 0;
}

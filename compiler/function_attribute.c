/* Attributes of an async function, of which C makes two: one that makes the coroutine, and one that runs it.

   Some promise what a call does or gives: `noreturn`, `const`, `malloc` and so on. They speak of the call as the program sees it, to its
   end. In C the call makes a coroutine: it returns, gives another pointer each time, and one that may be NULL. There the promise would be
   false, and C compilers would take code away because of it. So it is left out.

   Some say how the code of the body is made: `target`, `optimize`, `cold` and so on. The function that runs it has them, too: those of the
   definition and, as in C, those of the declarations before it. */
#include "lowering.h"
#include <string.h>

static bool is_among(token_index t, const char *const *names, size_t count)
{
    const char *name = tokens[t].kind == TOKEN_NAME ? tokens[t].name : "";
    size_t length = strlen(name);
    if (length > 4 && strncmp(name, "__", 2) == 0 && strcmp(name + length - 2, "__") == 0)
        name = arena_copy(name + 2, length - 4);
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static bool is_promise(token_index t)
{
    static const char *const names[] = {"noreturn",    "const",        "pure",           "malloc",
                                        "_Noreturn",   "alloc_size",   "alloc_align",    "returns_nonnull",
                                        "unsequenced", "reproducible", "assume_aligned", "returns_twice"};
    return is_among(t, names, sizeof names / sizeof *names);
}

static bool is_kept(token_index t)
{
    return !is_promise(t);
}

static bool is_of_code(token_index t)
{
    static const char *const names[] = {
        "target",       "optimize",            "cold",                  "hot",
        "flatten",      "no_sanitize",         "no_sanitize_address",   "no_sanitize_thread",
        "optnone",      "minsize",             "no_sanitize_undefined", "no_instrument_function",
        "stack_protect", "no_stack_protector", "no_sanitize_memory",    "no_profile_instrument_function",
        "section",      "no_stack_limit",      "no_split_stack",        "disable_sanitizer_instrumentation"};
    return is_among(t, names, sizeof names / sizeof *names);
}

/* The token that closes the bracket at `open`, at most `last`. */
static token_index closing(token_index open, token_index last)
{
    unsigned depth = 0;
    for (token_index t = open; t < last; t++) {
        depth += token_is(t, "(") || token_is(t, "[");
        depth -= token_is(t, ")") || token_is(t, "]");
        if (!depth)
            return t;
    }
    return last;
}

/* The last token of `__attribute__((...))` or `[[...]]` that begins at t; t - 1 where none does. */
static token_index attribute_end(token_index t, token_index last)
{
    if (token_is(t, "__attribute__") || token_is(t, "__attribute"))
        return closing(t + 1, last);
    return token_is(t, "[") && t < last && token_is(t + 1, "[") ? closing(t, last) : t - 1;
}

/* The last token of the list's item that begins at t. */
static token_index item_end(token_index t, token_index last)
{
    for (; t < last && !token_is(t + 1, ","); t++)
        if (token_is(t + 1, "("))
            t = closing(t + 1, last) - 1;
    return t;
}

/* The attribute's own name: behind `gnu::`. */
static token_index item_name(token_index t, token_index last)
{
    token_index name = t;
    while (name < last && (token_is(name + 1, ":") || token_is(name + 1, "::")))
        name += token_is(name + 1, "::") ? 2 : 3;
    return name;
}

/* Those of the items of `__attribute__((...))` or `[[...]]` that are wanted, between commas; "": none. */
static const char *items(token_index first, token_index last, bool (*wanted)(token_index name), bool names_alone)
{
    struct text kept = {0};
    token_index end = last - 2;
    for (token_index t = first + (token_is(first, "[") ? 2 : 3); t <= end; t++) {
        token_index item = item_end(t, end), name = item_name(t, item);
        if (wanted(name))
            text_format(&kept, "%s%s", kept.length ? ", " : "", tokens_text(names_alone ? name : t, item));
        t = item + 1;
    }
    return text_string(&kept);
}

/* An attribute without what it promises; "": it does nothing else. */
static const char *unpromised(token_index first, token_index last)
{
    const char *kept = items(first, last, is_kept, false);
    return *kept ? arena_format(token_is(first, "[") ? "[[%s]]" : "__attribute__((%s))", kept) : "";
}

static bool has_promise(token_index first, token_index last)
{
    for (token_index t = first; t <= last; t++)
        if (is_promise(t))
            return true;
    return false;
}

static bool is_attribute(const struct specifier *s)
{
    return s->role == ROLE_ATTRIBUTE && attribute_end(s->first, s->last) == s->last;
}

const char *specifier_unpromised(const struct specifier *s)
{
    return is_attribute(s) && has_promise(s->first, s->last) ? unpromised(s->first, s->last) : tokens_text(s->first, s->last);
}

void drop_promise_specifier(const struct specifier *s)
{
    if (is_attribute(s) && has_promise(s->first, s->last))
        replace_tokens(s->first, s->last, unpromised(s->first, s->last));
    else if (s->role == ROLE_FUNCTION && is_promise(s->first))
        replace_tokens(s->first, s->last, "");
}

/* The first attribute of these tokens that stands in no parentheses; last + 1 where there is none. */
static token_index attribute_behind(token_index first, token_index last, token_index *end)
{
    unsigned depth = 0;
    for (token_index t = first; t <= last; t = *end >= t ? *end + 1 : t + 1) {
        *end = attribute_end(t, last);
        depth += token_is(t, "(");
        depth -= depth && token_is(t, ")");
        if (*end >= t && !depth)
            return t;
    }
    return last + 1;
}

void drop_promises_behind(token_index first, token_index last)
{
    token_index end;
    for (token_index t = attribute_behind(first, last, &end); t <= last; t = attribute_behind(end + 1, last, &end))
        if (has_promise(t, end))
            replace_tokens(t, end, unpromised(t, end));
}

/* ---- attributes of the code ---- */

/* In the one spelling that can stand behind a declarator. What two declarations say is said once. */
static void add_code_attribute(struct symbol *symbol, token_index first, token_index last)
{
    const char *before = symbol->of_code ? symbol->of_code : "", *wanted = items(first, last, is_of_code, true);
    const char *attribute = arena_format(" __attribute__((%s))", wanted);
    if (*wanted && !strstr(before, attribute))
        symbol->of_code = arena_format("%s%s", before, attribute);
}

static void gather_of_declarator(const struct specifiers *s, const struct declarator *d)
{
    for (size_t i = 0; i < s->count; i++)
        if (is_attribute(&s->at[i]))
            add_code_attribute(d->symbol, s->at[i].first, s->at[i].last);
    token_index end;
    for (token_index t = attribute_behind(d->parameter_tokens.last + 1, d->last, &end); t <= d->last;
         t = attribute_behind(end + 1, d->last, &end))
        if (!token_is(t, "["))      /* there it speaks of the type */
            add_code_attribute(d->symbol, t, end);
}

void gather_code_attributes(void)
{
    for (size_t i = 0; i < unit.declarations.count; i++) {
        const struct declaration *declaration = unit.declarations.at[i];
        for (size_t k = 0; k < declaration->declarator_count; k++) {
            const struct declarator *d = declaration->declarators[k];
            const struct function *function = d->symbol ? d->symbol->function : NULL;
            if (function && declaration->first <= function->declaration->first)
                gather_of_declarator(declaration->specifiers, d);
        }
    }
}

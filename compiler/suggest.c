/* Names that nothing declares: the message, and the nearest spelling among the names in scope. */
#include "checking.h"
#include "foreign.h"
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

/* Is it nearer to the name than the best one so far, which is `best` letters away? */
static bool is_nearer(const char *name, const char *other, unsigned *best)
{
    size_t a = strlen(name), b = strlen(other), apart = a > b ? a - b : b - a;
    if (a > NAME_MAX || b > NAME_MAX || apart >= *best || strncmp(other, "__", 2) == 0)
        return false;
    unsigned far = distance(name, a, other, b);
    if (far >= *best)
        return false;
    *best = far;
    return true;
}

/* What is meant has more than two thirds of the letters right. */
static unsigned farthest(const char *name)
{
    return (unsigned)strlen(name) / 3 + 1;
}

static struct symbol *nearest(const char *name, struct binding *scope)
{
    unsigned best = farthest(name);
    struct symbol *found = NULL;
    for (struct binding *b = scope; b; b = b->next)
        if (b->symbol && is_nearer(name, b->name, &best))
            found = b->symbol;
    return found;
}

/* Those of anonymous structs in it are members, too. */
static const char *nearest_member(const char *name, struct type *record, unsigned *best)
{
    const char *found = NULL;
    struct tag *tag = type_strip(record)->tag;
    for (size_t i = 0; i < tag->member_count; i++) {
        struct member *member = &tag->members[i];
        if (!member->name && type_is_record(member->type)) {
            const char *inside = nearest_member(name, member->type, best);
            found = inside ? inside : found;
        } else if (member->name && is_nearer(name, member->name, best)) {
            found = member->name;
        }
    }
    return found;
}

void no_member(token_index name, struct type *record)
{
    if (check_now.voice != TELL_ALL || type_strip(record)->tag->lost)
        return;
    unsigned best = farthest(tokens[name].name);
    const char *meant = nearest_member(tokens[name].name, record, &best);
    error_at(name, "'%s' has no member named '%s'", type_text(type_unqualified(record)), tokens[name].name);
    if (!meant)
        return;
    fix_replace(name, meant);
    note_at(name, "did you mean '%s'?", meant);
}

static struct tag *nearest_tag(const struct tag *tag)
{
    unsigned best = farthest(tag->name);
    struct tag *found = NULL;
    for (struct binding *b = names_now; b; b = b->next)
        if (b->tag && b->tag->complete && b->tag->kind == tag->kind && is_nearer(tag->name, b->name, &best))
            found = b->tag;
    return found;
}

/* NULL where the scope has no object or function of this name. */
static struct symbol *symbol_in(struct binding *scope, const char *name)
{
    const char *wanted = intern_string(name);
    while (scope && !(scope->symbol && scope->name == wanted))
        scope = scope->next;
    return scope ? scope->symbol : NULL;
}

void note_method(struct expression *member)
{
    const char *wanted = arena_format("ac_%s", member->name);
    if (symbol_in(names_now, wanted))
        dialect_note(member->operator_, "there are no methods: '%s(%s)'", wanted, expression_text(member->a));
    else
        note_missing_await(member->a);
}

void undefined_record(token_index place, struct type *record)
{
    struct tag *tag = type_strip(record)->tag;
    if (check_now.voice != TELL_ALL || tag->lost)
        return;
    tag->lost = true;
    error_at(place, "invalid use of undefined type '%s'", type_text(type_unqualified(record)));
    struct tag *meant = tag->name ? nearest_tag(tag) : NULL;
    if (meant)
        note_at(tag->name_token, "did you mean '%s'?", meant->name);
}

/* Whether the words of a name, that stand between underscores, are among those of another: signal in ac_signal_wait. */
static bool has_words(const char *name, const char *words)
{
    size_t length = strlen(words);
    for (const char *at = name; (at = strstr(at, words)); at++)
        if ((at == name || at[-1] == '_') && (at[length] == '_' || at[length] == '\0'))
            return true;
    return false;
}

/* ac_sleep of sleep, as the name would be in asyncio; of ac_slep, which has a letter wrong; ac_loop_time of ac_time: the
   shortest one that has its words. NULL. */
static struct symbol *runtime_function(const char *name, struct binding *scope)
{
    bool of_runtime = strncmp(name, "ac_", 3) == 0;
    if (!of_runtime)
        return symbol_in(scope, arena_format("ac_%s", name));
    const char *words = name + 3;
    unsigned best = farthest(name);
    struct symbol *near = NULL, *with_words = NULL;
    for (struct binding *b = scope; b; b = b->next) {
        if (!b->symbol || strncmp(b->name, "ac_", 3) != 0 || strncmp(b->name, "ac__", 4) == 0)
            continue;
        if (is_nearer(name, b->name, &best))
            near = b->symbol;
        if (has_words(b->name + 3, words) && (!with_words || strlen(b->name) < strlen(with_words->name)))
            with_words = b->symbol;
    }
    return near ? near : with_words;
}

/* Everything that the runtime declares is there, or nothing. */
static bool includes_runtime(struct binding *scope)
{
    return symbol_in(scope, "ac_sleep");
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
    return NULL;
}

static bool is_error_code(const char *name)
{
    return name[0] == 'E' && isupper((unsigned char)name[1]) && isupper((unsigned char)name[2]);
}

/* Codes are macros, and so not among the names in scope. */
static void note_error_code(struct expression *e)
{
    static const char *const codes[] = {
        "EPERM", "ENOENT", "ESRCH", "EINTR", "EIO", "ENXIO", "E2BIG", "ENOEXEC", "EBADF", "ECHILD", "EAGAIN",
        "ENOMEM", "EACCES", "EFAULT", "EBUSY", "EEXIST", "EXDEV", "ENODEV", "ENOTDIR", "EISDIR", "EINVAL",
        "ENFILE", "EMFILE", "ENOTTY", "ETXTBSY", "EFBIG", "ENOSPC", "ESPIPE", "EROFS", "EMLINK", "EPIPE",
        "EDOM", "ERANGE", "EDEADLK", "ENAMETOOLONG", "ENOLCK", "ENOSYS", "ENOTEMPTY", "ELOOP", "EWOULDBLOCK",
        "ENOMSG", "EIDRM", "ENODATA", "ETIME", "EPROTO", "EBADMSG", "EOVERFLOW", "EILSEQ", "ENOTSOCK",
        "EDESTADDRREQ", "EMSGSIZE", "EPROTOTYPE", "ENOPROTOOPT", "EPROTONOSUPPORT", "EOPNOTSUPP", "ENOTSUP",
        "EAFNOSUPPORT", "EADDRINUSE", "EADDRNOTAVAIL", "ENETDOWN", "ENETUNREACH", "ENETRESET", "ECONNABORTED",
        "ECONNRESET", "ENOBUFS", "EISCONN", "ENOTCONN", "ETIMEDOUT", "ECONNREFUSED", "EHOSTDOWN",
        "EHOSTUNREACH", "EALREADY", "EINPROGRESS", "ESTALE", "ECANCELED", "EOWNERDEAD", "ENOTRECOVERABLE"};
    unsigned best = farthest(e->name);
    const char *meant = NULL;
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (is_nearer(e->name, codes[i], &best))
            meant = codes[i];
    if (meant && best == 0) {
        rule_note(e->first, "it is declared in <errno.h>");
    } else if (meant) {
        fix_replace(e->first, meant);
        rule_note(e->first, "did you mean '%s'?", meant);
    } else {
        rule_note(e->first, "codes of your own begin at AC_EUSER; those of the system are declared in <errno.h>");
    }
}

/* Is it the name that some declarator lacks? The first one that means nothing is taken for it. */
static bool is_missing_name(const char *name)
{
    static ARRAY(const char *) missing;
    for (size_t i = 0; i < missing.count; i++)
        if (missing.at[i] == name)
            return true;
    if (check_now.function && check_now.function->nameless) {
        check_now.function->nameless--;
        return true;
    }
    if (!unit.nameless)
        return false;
    unit.nameless--;
    array_add(&missing, name);
    return true;
}

void undeclared_error(struct expression *e)
{
    if (check_now.voice != TELL_ALL || told_before(e->name))
        return;
    rule_error(e->first, "'%s' undeclared", e->name);
    fix_insert(e->first, "int ");
    rule_note(e->first, "'catch (int %s)' takes any error, and names it", e->name);
}

void undeclared(struct expression *e)
{
    if (check_now.voice != TELL_ALL || told_before(e->name) || is_missing_name(e->name))
        return;
    rule_error(e->first, "'%s' undeclared", e->name);
    if (note_foreign(e->first))
        return;
    if (is_error_code(e->name)) {
        note_error_code(e);
        return;
    }
    struct symbol *other = runtime_function(e->name, e->scope);
    if (!other && !(strncmp(e->name, "ac_", 3) == 0))
        other = nearest(e->name, e->scope);
    const char *header = header_of(e->name);
    if (other)
        fix_replace(e->first, other->name);
    if (other)
        rule_note(e->first, "did you mean '%s'?", other->name);
    else if (header && !(strcmp(header, "ac.h") == 0 && includes_runtime(e->scope)))
        rule_note(e->first, "it is declared in <%s>", header);
}

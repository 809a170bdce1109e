/* Attributes: what __attribute__((...)) and [[...]] say, as far as acc must know it: alignment and packing, since they change
   sizes; vector_size and mode, since they change types; and what the checks ask about functions. The tokens stay as they are,
   and the C compiler reads all of them. */
#include "parse.h"
#include "constant.h"
#include <string.h>

static bool is(token_index t, char c)
{
    return tokens[t].kind == TOKEN_PUNCTUATOR && tokens[t].name[0] == c && !tokens[t].name[1];
}

/* __packed__ and packed are one name. */
static const char *bare_name(const char *name)
{
    size_t length = strlen(name);
    if (length > 4 && !memcmp(name, "__", 2) && !memcmp(name + length - 2, "__", 2))
        return intern(name + 2, length - 4);
    return name;
}

/* The value of the constant expression first..last; fallback where there is none or it is not known. */
static int64_t argument(token_index first, token_index last, int64_t fallback)
{
    int64_t value;
    struct expression *e = first <= last ? parse_expression_at(first, last) : NULL;
    return e && constant_integer(e, &value) ? value : fallback;
}

static bool text_is(const char *name, const char *text)
{
    return !strcmp(name, text);
}

/* One attribute; its arguments are first..last, first > last where it has none. 16 is what a bare `aligned` means on
   the targets that acc knows. */
static void attribute_read(struct attributes *a, const char *name, token_index first, token_index last)
{
    bool has_argument = first <= last;
    if (text_is(name, "aligned"))
        a->aligned = (uint32_t)argument(first, last, has_argument ? 0 : 16);
    else if (text_is(name, "packed"))
        a->packed = true;
    else if (text_is(name, "unused") || text_is(name, "maybe_unused"))
        a->unused = true;
    else if (text_is(name, "vector_size"))
        a->vector_size = (uint64_t)argument(first, last, 0);
    else if (text_is(name, "mode") && has_argument && tokens[first].name)
        a->mode = bare_name(tokens[first].name);
    else if (text_is(name, "cleanup") && has_argument && tokens[first].name)
        a->cleanup = tokens[first].name;
    else if (text_is(name, "transparent_union"))
        a->transparent = true;
    else if (text_is(name, "noreturn"))
        a->no_return = true;
    else if (text_is(name, "returns_twice"))
        a->returns_twice = true;
    else if (text_is(name, "annotate") && has_argument && token_is(first, "\"ac_blocking\""))
        a->blocking = true;
    else if (text_is(name, "annotate") && has_argument && token_is(first, "\"ac_owned\""))
        a->owned = true;
}

/* The token that closes the parenthesis at `open`, at most `last`. */
static token_index closing_parenthesis(token_index open, token_index last)
{
    unsigned depth = 0;
    for (token_index t = open; t <= last; t++)
        if (is(t, '('))
            depth++;
        else if (is(t, ')') && !--depth)
            return t;
    return last;
}

/* The list inside the parentheses: name, or name(arguments), between commas. C23's `gnu::` before a name is passed over. */
static void list_read(struct attributes *a, token_index first, token_index last)
{
    for (token_index t = first; t <= last; t++) {
        if (tokens[t].kind != TOKEN_NAME)
            continue;
        const char *name = bare_name(tokens[t].name);
        if (t < last && is(t + 1, '(')) {
            token_index close = closing_parenthesis(t + 1, last);
            attribute_read(a, name, t + 2, close - 1);
            t = close;
        } else {
            attribute_read(a, name, 1, 0);
        }
    }
}

struct attributes *attributes_read(struct attributes *into, struct range range)
{
    /* Neither _Nonnull nor a broken one has a list. */
    if (range.last < range.first + 4)
        return into;
    if (!into)
        into = arena_alloc(sizeof *into);
    if (is(range.first, '['))
        list_read(into, range.first + 2, range.last - 2);
    else
        list_read(into, range.first + 3, range.last - 2);
    return into;
}

void attributes_merge(struct attributes *into, const struct attributes *from)
{
    if (!from)
        return;
    if (from->aligned > into->aligned)
        into->aligned = from->aligned;
    if (from->vector_size)
        into->vector_size = from->vector_size;
    if (from->mode)
        into->mode = from->mode;
    if (from->cleanup)
        into->cleanup = from->cleanup;
    into->packed |= from->packed;
    into->unused |= from->unused;
    into->transparent |= from->transparent;
    into->no_return |= from->no_return;
    into->returns_twice |= from->returns_twice;
    into->blocking |= from->blocking;
    into->owned |= from->owned;
}

/* The scalar type of a machine mode; NULL: a vector mode, or one that acc does not know. */
static struct type *mode_type(const char *mode, struct type *type)
{
    static const struct { const char *mode; uint8_t type, unsigned_type; bool complex; } modes[] = {
        { "QI", TYPE_SIGNED_CHAR, TYPE_UNSIGNED_CHAR, false }, { "byte", TYPE_SIGNED_CHAR, TYPE_UNSIGNED_CHAR, false },
        { "HI", TYPE_SHORT, TYPE_UNSIGNED_SHORT, false }, { "SI", TYPE_INT, TYPE_UNSIGNED, false },
        { "DI", TYPE_LONG, TYPE_UNSIGNED_LONG, false }, { "word", TYPE_LONG, TYPE_UNSIGNED_LONG, false },
        { "unwind_word", TYPE_LONG, TYPE_UNSIGNED_LONG, false }, { "pointer", TYPE_LONG, TYPE_UNSIGNED_LONG, false },
        { "TI", TYPE_INT128, TYPE_UNSIGNED_INT128, false }, { "HF", TYPE_FLOAT16, TYPE_FLOAT16, false },
        { "SF", TYPE_FLOAT, TYPE_FLOAT, false }, { "DF", TYPE_DOUBLE, TYPE_DOUBLE, false },
        { "XF", TYPE_LONG_DOUBLE, TYPE_LONG_DOUBLE, false }, { "TF", TYPE_FLOAT128, TYPE_FLOAT128, false },
        { "SD", TYPE_DECIMAL32, TYPE_DECIMAL32, false }, { "DD", TYPE_DECIMAL64, TYPE_DECIMAL64, false },
        { "TD", TYPE_DECIMAL128, TYPE_DECIMAL128, false }, { "HC", TYPE_FLOAT16, TYPE_FLOAT16, true },
        { "SC", TYPE_FLOAT, TYPE_FLOAT, true }, { "DC", TYPE_DOUBLE, TYPE_DOUBLE, true },
        { "XC", TYPE_LONG_DOUBLE, TYPE_LONG_DOUBLE, true }, { "TC", TYPE_FLOAT128, TYPE_FLOAT128, true },
    };
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
        if (text_is(mode, modes[i].mode)) {
            struct type *scalar = type_basic(type_is_unsigned(type) ? modes[i].unsigned_type : modes[i].type);
            return modes[i].complex ? type_wrapped(TYPE_COMPLEX, scalar) : scalar;
        }
    return NULL;
}

struct type *attributes_apply(const struct attributes *attributes, struct type *type)
{
    if (attributes->mode) {
        struct type *scalar = mode_type(attributes->mode, type);
        type = type_qualified(scalar ? scalar : type_basic(TYPE_UNKNOWN), type_qualifiers(type));
    }
    if (attributes->vector_size) {
        struct type *vector = type_new(TYPE_VECTOR);
        vector->inner = type_unqualified(type);
        vector->length = attributes->vector_size;
        type = type_qualified(vector, type_qualifiers(type));
    }
    return type;
}

/* Numbers, characters and strings. A literal is read from its spelling in the preprocessed text. Nothing here reports
   errors: check asks what is wrong with a number, and the rest is told by the C compiler, which sees it too. */
#include "literal.h"
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

/* ================= numbers (6.4.4) ================= */

struct suffix {
    unsigned longs; /* number of l: 0, 1 or 2 */
    bool is_unsigned, imaginary;
    char floating; /* f l q w, d for decimal, b for bf16; 0: none */
    unsigned bits; /* of f16, f32, f64, f128, d64 ...; 0: none */
    bool extended; /* f32x, f64x */
    bool bad;
};

static bool is_hexadecimal(const char *text)
{
    return text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
}

static struct suffix suffix_read(const char *at, bool floating)
{
    struct suffix suffix = {0};
    while (*at) {
        char c = *at++;
        if (c == 'u' || c == 'U') {
            suffix.is_unsigned = true;
        } else if (c == 'i' || c == 'I' || c == 'j' || c == 'J') {
            suffix.imaginary = true;
        } else if (!floating && (c == 'l' || c == 'L')) {
            suffix.longs++;
        } else if (floating && strchr("fFlLqQwWdDbB", c)) {
            suffix.floating = (char)(c | 0x20);
            if (suffix.floating == 'd' && strchr("fFdDlL", *at) && *at)
                suffix.bits = *at == 'f' || *at == 'F' ? 32 : *at == 'd' || *at == 'D' ? 64 : 128, at++;
            char *end;
            if (*at >= '0' && *at <= '9')
                suffix.bits = (unsigned)strtoul(at, &end, 10), at = end;
            if (*at == 'x' || *at == 'X')
                suffix.extended = true, at++;
        } else {
            suffix.bad = true;
        }
    }
    return suffix;
}

static enum type_kind floating_kind(const struct suffix *suffix)
{
    switch (suffix->floating) {
    case 'f':
        if (suffix->bits == 16)
            return TYPE_FLOAT16;
        if (suffix->bits == 32)
            return suffix->extended ? TYPE_FLOAT32X : TYPE_FLOAT32;
        if (suffix->bits == 64)
            return suffix->extended ? TYPE_FLOAT64X : TYPE_FLOAT64;
        return suffix->bits == 128 ? TYPE_FLOAT128 : TYPE_FLOAT;
    case 'd':
        return suffix->bits == 32    ? TYPE_DECIMAL32
               : suffix->bits == 128 ? TYPE_DECIMAL128
               : suffix->bits        ? TYPE_DECIMAL64
                                     : TYPE_DOUBLE;
    case 'l':
    case 'w': return TYPE_LONG_DOUBLE;
    case 'q': return TYPE_FLOAT128;
    case 'b': return TYPE_BFLOAT16;
    default: return TYPE_DOUBLE;
    }
}

/* 6.4.4.1p5: the first type of the list that can represent the value. Decimal ones without u never become unsigned. */
static enum type_kind integer_kind(const struct suffix *suffix, uint64_t value, bool decimal)
{
    bool may_be_unsigned = !decimal || suffix->is_unsigned;
    if (suffix->longs == 0 && !suffix->is_unsigned && value <= INT32_MAX)
        return TYPE_INT;
    if (suffix->longs == 0 && may_be_unsigned && value <= UINT32_MAX)
        return TYPE_UNSIGNED;
    if (suffix->longs <= 1 && !suffix->is_unsigned && value <= INT64_MAX)
        return TYPE_LONG;
    if (suffix->longs <= 1 && may_be_unsigned)
        return TYPE_UNSIGNED_LONG;
    if (!suffix->is_unsigned && value <= INT64_MAX)
        return TYPE_LONG_LONG;
    /* gcc: a decimal constant too large for long long is an __int128. */
    return may_be_unsigned ? TYPE_UNSIGNED_LONG_LONG : TYPE_INT128;
}

static struct literal number_finish(struct literal literal, enum type_kind kind, const struct suffix *suffix)
{
    literal.type = type_basic(suffix->bad ? TYPE_UNKNOWN : kind);
    literal.imaginary = suffix->imaginary;
    if (suffix->imaginary)
        literal.type = type_wrapped(TYPE_COMPLEX, literal.type);
    return literal;
}

/* Only '.', an exponent, or a hexadecimal one makes a number floating; `e` is a digit of hexadecimal numbers. */
static bool number_is_floating(const char *text)
{
    return strchr(text, '.') || strpbrk(text, is_hexadecimal(text) ? "pP" : "eE");
}

static struct literal number_read(const char *text)
{
    struct literal literal = {0};
    char *end;
    if (number_is_floating(text)) {
        literal.is_floating = true;
        literal.real = strtold(text, &end);
        struct suffix suffix = suffix_read(end, true);
        return number_finish(literal, floating_kind(&suffix), &suffix);
    }
    bool binary = text[0] == '0' && (text[1] == 'b' || text[1] == 'B');
    errno = 0;
    literal.bits = binary ? strtoull(text + 2, &end, 2) : strtoull(text, &end, 0);
    literal.wide = errno == ERANGE;
    struct suffix suffix = suffix_read(end, false);
    return number_finish(literal, integer_kind(&suffix, literal.bits, text[0] != '0'), &suffix);
}

/* The digits of a number, or of its part before the point, up to what is none; `fault` where one is too large for the base. */
static const char *skip_digits(const char *at, unsigned base, const char **fault)
{
    const char *digits = base == 16 ? "0123456789abcdefABCDEF" : "0123456789";
    for (; *at && strchr(digits, *at); at++)
        if (base < 10 && (unsigned)(*at - '0') >= base && !*fault)
            *fault = arena_format("invalid digit \"%c\" in %s constant", *at, base == 2 ? "binary" : "octal");
    return at;
}

static size_t letters(const char *at, char small)
{
    size_t count = 0;
    for (; *at; at++)
        count += (*at | 0x20) == small;
    return count;
}

static bool repeats(const char *at, bool floating)
{
    size_t longs = letters(at, 'l');
    if (floating)
        return letters(at, 'f') > 1 || longs > 1;
    return letters(at, 'u') > 1 || longs > 2 || (longs == 2 && !strstr(at, "ll") && !strstr(at, "LL"));
}

/* The letters that any compiler takes; which of them go together is left to it, but for those that stand there twice. */
static const char *suffix_fault(const char *at, bool floating)
{
    if (!repeats(at, floating) && at[strspn(at, floating ? "fFlLqQwWdDbBiIjJxXrRkKhHuU0123456789" : "uUlLiIjJwWbBzZ")] == '\0')
        return NULL;
    return arena_format("invalid suffix \"%s\" on %s constant", at, floating ? "floating" : "integer");
}

/* Behind the digits of a floating constant's value. */
static const char *exponent_fault(const char *at, bool hexadecimal)
{
    if (*at && strchr(hexadecimal ? "pP" : "eE", *at)) {
        at++;
        at += *at == '+' || *at == '-';
        if (*at < '0' || *at > '9')
            return "exponent has no digits";
        at += strspn(at, "0123456789");
    } else if (hexadecimal) {
        return "hexadecimal floating constants require an exponent";
    }
    return *at == '.' ? "too many decimal points in number" : suffix_fault(at, true);
}

static const char *number_fault(const char *text)
{
    const char *fault = NULL, *first = text;
    bool binary = text[0] == '0' && (text[1] == 'b' || text[1] == 'B'), hexadecimal = is_hexadecimal(text);
    if (binary || hexadecimal)
        first += 2;
    bool floating = !binary && number_is_floating(text);
    unsigned base = hexadecimal ? 16 : floating ? 10 : binary ? 2 : text[0] == '0' ? 8 : 10;
    const char *at = skip_digits(first, base, &fault);
    if (fault)
        return fault;
    if (!floating)
        return at == first ? arena_format("invalid suffix \"%s\" on integer constant", text + 1) : suffix_fault(at, false);
    if (*at == '.')
        at = skip_digits(at + 1, base, &fault);
    return *at == '.' ? "too many decimal points in number" : exponent_fault(at, hexadecimal);
}

/* C23: digits may be grouped with ' */
static char *number_text(const struct token *token)
{
    char *text = arena_copy(token->text, token->length);
    size_t length = 0;
    for (const char *at = text; *at; at++)
        if (*at != '\'')
            text[length++] = *at;
    text[length] = 0;
    return text;
}

const char *literal_number_fault(const struct token *token)
{
    return number_fault(number_text(token));
}

struct literal literal_number(const struct token *token)
{
    return number_read(number_text(token));
}

/* ================= characters and strings (6.4.4.4, 6.4.5) ================= */

/* 6.4.4.4: `\x` has digits. */
const char *literal_text_fault(const struct token *token)
{
    const char *at = token->text, *end = token->text + token->length;
    if (memchr(at, 'R', strcspn(at, "'\"")))
        return NULL;
    for (; at + 2 < end; at += *at == '\\' ? 2 : 1)
        if (at[0] == '\\' && at[1] == 'x' && !isxdigit((unsigned char)at[2]))
            return "'\\x' used with no following hex digits";
    return NULL;
}

/* Where the units of a literal are read from: between its quotes. */
struct reader {
    const unsigned char *at, *end;
    enum type_kind unit; /* CHAR, UNSIGNED_CHAR: bytes; UNSIGNED_SHORT: UTF-16; INT, UNSIGNED: UTF-32 */
    bool raw;            /* R"tag(...)tag": no escapes */
};

/* wchar_t is unsigned on some targets. */
#define WIDE_KIND ((wchar_t)-1 < 0 ? TYPE_INT : TYPE_UNSIGNED)

static enum type_kind prefix_unit(const struct token *token, bool character)
{
    const char *text = token->text;
    if (text[0] == 'L')
        return WIDE_KIND;
    if (text[0] == 'U')
        return TYPE_UNSIGNED; /* char32_t */
    if (text[0] == 'u' && text[1] == '8')
        return character ? TYPE_UNSIGNED_CHAR : TYPE_CHAR;
    return text[0] == 'u' ? TYPE_UNSIGNED_SHORT : TYPE_CHAR;
}

/* Sets the reader between the delimiters of a raw string. */
static void reader_skip_raw_delimiters(struct reader *reader)
{
    const unsigned char *open = memchr(reader->at, '(', (size_t)(reader->end - reader->at));
    if (!open)
        return;
    ptrdiff_t tag = open - reader->at + 1;
    reader->at = open + 1;
    if (reader->end - reader->at >= tag)
        reader->end -= tag;
}

static struct reader reader_begin(const struct token *token, char quote)
{
    struct reader reader = {.end = (const unsigned char *)token->text + token->length,
                            .unit = prefix_unit(token, quote == '\'')};
    reader.at = memchr(token->text, quote, token->length);
    if (!reader.at)
        reader.at = reader.end;
    reader.raw = reader.at > (const unsigned char *)token->text && reader.at < reader.end && reader.at[-1] == 'R';
    if (reader.at < reader.end)
        reader.at++;
    if (reader.at < reader.end && reader.end[-1] == (unsigned char)quote)
        reader.end--;
    if (reader.raw)
        reader_skip_raw_delimiters(&reader);
    return reader;
}

static int digit_value(int c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 99;
}

static uint32_t read_digits(struct reader *reader, int base, unsigned most)
{
    uint32_t value = 0;
    for (unsigned i = 0; i < most && reader->at < reader->end && digit_value(*reader->at) < base; i++)
        value = value * (uint32_t)base + (uint32_t)digit_value(*reader->at++);
    return value;
}

/* What follows a backslash. *character: it names a character, to be encoded, and not the value of one unit. */
static uint32_t read_escape(struct reader *reader, bool *character)
{
    static const char names[] = "abfnrtveE", values[] = "\a\b\f\n\r\t\v\033\033";
    if (reader->at == reader->end)
        return '\\';
    if (*reader->at >= '0' && *reader->at <= '7')
        return read_digits(reader, 8, 3);
    int c = *reader->at++;
    if (c == 'x')
        return read_digits(reader, 16, UINT32_MAX);
    if (c == 'u' || c == 'U') {
        *character = true;
        return read_digits(reader, 16, c == 'u' ? 4 : 8);
    }
    const char *name = strchr(names, c);
    return name ? (uint32_t)values[name - names] : (uint32_t)c;
}

/* One character of UTF-8; a byte that begins none counts as itself. */
static uint32_t read_utf8(struct reader *reader)
{
    uint32_t lead = *reader->at++;
    unsigned more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : lead >= 0xC0 ? 1 : 0;
    uint32_t value = more ? lead & (0x3Fu >> more) : lead;
    for (; more && reader->at < reader->end && (*reader->at & 0xC0) == 0x80; more--)
        value = value << 6 | (*reader->at++ & 0x3Fu);
    return value;
}

static unsigned utf8_length(uint32_t c)
{
    return c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
}

static unsigned utf8_unit(uint32_t c, unsigned index)
{
    unsigned length = utf8_length(c);
    if (length == 1)
        return c;
    unsigned shift = 6 * (length - 1 - index);
    return index ? 0x80u | (c >> shift & 0x3F) : (0xF00u >> length & 0xFF) | c >> shift;
}

/* How many units of the literal's kind the next character or escape gives; its value is in *value. */
static unsigned read_unit(struct reader *reader, uint32_t *value, bool *character)
{
    bool bytes = reader->unit == TYPE_CHAR || reader->unit == TYPE_UNSIGNED_CHAR;
    *character = false;
    if (!reader->raw && *reader->at == '\\') {
        reader->at++;
        *value = read_escape(reader, character);
    } else if (bytes) {
        *value = *reader->at++;
    } else {
        *value = read_utf8(reader);
        *character = true;
    }
    if (!*character)
        return 1;
    return bytes ? utf8_length(*value) : reader->unit == TYPE_UNSIGNED_SHORT && *value > 0xFFFF ? 2 : 1;
}

/* Of several characters in '' gcc and clang make one int, the first in the highest byte. */
struct literal literal_character(const struct token *token)
{
    struct reader reader = reader_begin(token, '\'');
    bool plain = reader.unit == TYPE_CHAR;
    struct literal literal = {.type = type_basic(plain ? TYPE_INT : reader.unit)};
    unsigned count = 0;
    while (reader.at < reader.end) {
        uint32_t value;
        bool character;
        unsigned units = read_unit(&reader, &value, &character);
        count += units;
        for (unsigned i = 0; plain && i < units; i++)
            literal.bits = literal.bits << 8 | (character ? utf8_unit(value, i) : value & 0xFF);
        if (!plain)
            literal.bits = value;
    }
    if (plain)
        literal.bits = (uint64_t)(count == 1 ? (int64_t)(char)literal.bits : (int64_t)(int32_t)literal.bits);
    else if (reader.unit == TYPE_INT)
        literal.bits = (uint64_t)(int64_t)(int32_t)literal.bits;
    return literal;
}

struct literal literal_constant(const struct token *token)
{
    switch (token->kind) {
    case TOKEN_CHARACTER: return literal_character(token);
    case TOKEN_NUMBER: return literal_number(token);
    default: break;
    }
    if (*token->name == 'n')    /* what it is assigned to counts, as with (void *)0 */
        return (struct literal){.type = type_pointer(type_basic(TYPE_VOID))};
    return (struct literal){.type = type_basic(TYPE_BOOL), .bits = *token->name == 't'};
}

struct type *literal_string(token_index first, token_index last)
{
    enum type_kind unit = TYPE_CHAR;
    for (token_index t = first; t <= last; t++)
        if (tokens[t].kind == TOKEN_STRING && prefix_unit(&tokens[t], false) != TYPE_CHAR)
            unit = prefix_unit(&tokens[t], false);
    uint64_t length = 1;
    for (token_index t = first; t <= last; t++) {
        if (tokens[t].kind != TOKEN_STRING)
            continue;
        struct reader reader = reader_begin(&tokens[t], '"');
        reader.unit = unit;
        while (reader.at < reader.end) {
            uint32_t value;
            bool character;
            length += read_unit(&reader, &value, &character);
        }
    }
    return type_array(type_basic(unit), length);
}

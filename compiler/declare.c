/* Declarations: from specifiers and declarators to types and symbols. A declarator is read from the inside, but its type is made
   from the outside: the grammar leaves a list of modifiers from the name outwards, and here it is applied to the type of the
   specifiers from its far end. `async` among the specifiers speaks of the function nearest to that end. */
#include "constant.h"
#include "diagnostic.h"
#include "parse.h"
#include "preprocess.h"
#include "ac.tab.h"
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- specifiers ---- */

enum { BASIC_VOID = 1, BASIC_CHAR = 2, BASIC_SHORT = 4, BASIC_INT = 8, BASIC_FLOAT = 16, BASIC_DOUBLE = 32, BASIC_SIGNED = 64,
       BASIC_UNSIGNED = 128, BASIC_BOOL = 256, BASIC_COMPLEX = 512, BASIC_INT128 = 1024, BASIC_FLOAT128 = 2048, BASIC_FLOAT16 = 4096,
       BASIC_BF16 = 8192, BASIC_FLOAT32 = 1 << 14, BASIC_FLOAT64 = 1 << 15, BASIC_FLOAT32X = 1 << 16, BASIC_FLOAT64X = 1 << 17,
       BASIC_DECIMAL32 = 1 << 18, BASIC_DECIMAL64 = 1 << 19, BASIC_DECIMAL128 = 1 << 20, BASIC_LONG = 1 << 21,
       BASIC_BIT_INT = 1 << 22 };

static uint32_t basic_bit(token_index t)
{
    static const struct { const char *spelling; uint32_t bit; } words[] = {
        { "int", BASIC_INT }, { "char", BASIC_CHAR }, { "unsigned", BASIC_UNSIGNED }, { "long", BASIC_LONG }, { "void", BASIC_VOID },
        { "short", BASIC_SHORT }, { "double", BASIC_DOUBLE }, { "float", BASIC_FLOAT }, { "signed", BASIC_SIGNED },
        { "__signed__", BASIC_SIGNED }, { "__signed", BASIC_SIGNED }, { "_Bool", BASIC_BOOL }, { "_Complex", BASIC_COMPLEX },
        { "__complex__", BASIC_COMPLEX }, { "__complex", BASIC_COMPLEX }, { "__int128", BASIC_INT128 },
        { "__float128", BASIC_FLOAT128 }, { "_Float128", BASIC_FLOAT128 }, { "_Float16", BASIC_FLOAT16 }, { "__bf16", BASIC_BF16 },
        { "_Float32", BASIC_FLOAT32 }, { "_Float64", BASIC_FLOAT64 }, { "_Float32x", BASIC_FLOAT32X }, { "_Float64x", BASIC_FLOAT64X },
        { "bool", BASIC_BOOL }, { "_BitInt", BASIC_BIT_INT }, { "_Decimal32", BASIC_DECIMAL32 }, { "_Decimal64", BASIC_DECIMAL64 }, { "_Decimal128", BASIC_DECIMAL128 },
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (token_is(t, words[i].spelling))
            return words[i].bit;
    return 0;
}

/* 6.7.2p2: the sets of basic specifiers that are a type, `int` and sign apart where they say nothing. */
static int basic_kind(uint32_t set, unsigned longs)
{
    bool is_unsigned = (set & BASIC_UNSIGNED) != 0;
    uint32_t rest = set & ~(uint32_t)(BASIC_SIGNED | BASIC_UNSIGNED | BASIC_COMPLEX | BASIC_LONG);
    bool sign = (set & (BASIC_SIGNED | BASIC_UNSIGNED)) != 0;
    if ((set & BASIC_SIGNED && is_unsigned) || longs > 2)
        return -1;
    if (longs && rest == BASIC_DOUBLE && longs == 1 && !sign)
        return TYPE_LONG_DOUBLE;
    if (longs)
        return rest & ~(uint32_t)BASIC_INT ? -1 : longs == 1 ? is_unsigned ? TYPE_UNSIGNED_LONG : TYPE_LONG
                                                 : is_unsigned ? TYPE_UNSIGNED_LONG_LONG : TYPE_LONG_LONG;
    switch (rest) {
    case BASIC_CHAR: return is_unsigned ? TYPE_UNSIGNED_CHAR : sign ? TYPE_SIGNED_CHAR : TYPE_CHAR;
    case BASIC_SHORT: case BASIC_SHORT | BASIC_INT: return is_unsigned ? TYPE_UNSIGNED_SHORT : TYPE_SHORT;
    case BASIC_INT: return is_unsigned ? TYPE_UNSIGNED : TYPE_INT;
    case BASIC_BIT_INT: return is_unsigned ? TYPE_UNSIGNED_BIT_INT : TYPE_BIT_INT;
    case BASIC_INT128: return is_unsigned ? TYPE_UNSIGNED_INT128 : TYPE_INT128;
    case 0: return is_unsigned ? TYPE_UNSIGNED : sign ? TYPE_INT : set & BASIC_COMPLEX ? TYPE_DOUBLE : -1;
    default: break;
    }
    if (sign)
        return -1;
    switch (rest) {
    case BASIC_VOID: return TYPE_VOID;
    case BASIC_BOOL: return TYPE_BOOL;
    case BASIC_FLOAT: return TYPE_FLOAT;
    case BASIC_DOUBLE: return TYPE_DOUBLE;
    case BASIC_FLOAT128: return TYPE_FLOAT128;
    case BASIC_FLOAT16: return TYPE_FLOAT16;
    case BASIC_BF16: return TYPE_BFLOAT16;
    case BASIC_FLOAT32: return TYPE_FLOAT32;
    case BASIC_FLOAT64: return TYPE_FLOAT64;
    case BASIC_FLOAT32X: return TYPE_FLOAT32X;
    case BASIC_FLOAT64X: return TYPE_FLOAT64X;
    case BASIC_DECIMAL32: return TYPE_DECIMAL32;
    case BASIC_DECIMAL64: return TYPE_DECIMAL64;
    case BASIC_DECIMAL128: return TYPE_DECIMAL128;
    default: return -1;
    }
}

static struct type *bit_int(enum type_kind kind, uint32_t width)
{
    struct type *type = type_new(kind);
    type->length = width;
    return type;
}

static struct type *basic_type(uint32_t set, unsigned longs, uint32_t width)
{
    int kind = basic_kind(set, longs);
    if (kind < 0)
        return NULL;
    if (set & BASIC_BIT_INT)
        return bit_int((enum type_kind)kind, width);
    struct type *type = type_basic((enum type_kind)kind);
    return set & BASIC_COMPLEX ? type_wrapped(TYPE_COMPLEX, type) : type;
}

unsigned qualifier_bit(token_index t)
{
    const char *name = tokens[t].name;
    while (*name == '_')
        name++;
    switch (*name) {
    case 'c': return QUALIFIER_CONST;
    case 'v': return QUALIFIER_VOLATILE;
    case 'r': return QUALIFIER_RESTRICT;
    default: return QUALIFIER_ATOMIC;
    }
}

static void storage_add(struct specifier_list *list, token_index t)
{
    struct specifiers *s = &list->out;
    if (token_is(t, "_Thread_local") || token_is(t, "__thread") || token_is(t, "thread_local")) {
        s->thread_local_ = true;
        return;
    }
    if (token_is(t, "constexpr")) {
        s->is_constexpr = true;
        s->constexpr_token = t;
        return;
    }
    if (token_is(t, "auto")) {
        list->says_auto = true;
        if (s->storage != STORAGE_NONE && preprocess_is_c23())
            return;
    }
    if (s->storage != STORAGE_NONE && !(s->storage == STORAGE_AUTO && preprocess_is_c23()) && !list->told) {
        error_at(t, "more than one storage class in a declaration");
        list->told = true;
    }
    s->storage = token_is(t, "typedef") ? STORAGE_TYPEDEF : token_is(t, "extern") ? STORAGE_EXTERN : token_is(t, "static") ? STORAGE_STATIC
                 : token_is(t, "register") ? STORAGE_REGISTER : STORAGE_AUTO;
}

/* The integer type under an enum, as gcc chooses it. */
static struct type *enum_type(const struct tag *tag)
{
    bool negative = tag->least < 0;
    if (tag->packed) {
        if (negative && tag->least >= SCHAR_MIN && tag->most <= SCHAR_MAX)
            return type_basic(TYPE_SIGNED_CHAR);
        if (!negative && tag->most <= UCHAR_MAX)
            return type_basic(TYPE_UNSIGNED_CHAR);
        if (negative ? tag->least >= SHRT_MIN && tag->most <= SHRT_MAX : tag->most <= USHRT_MAX)
            return type_basic(negative ? TYPE_SHORT : TYPE_UNSIGNED_SHORT);
    }
    if (!negative)
        return type_basic(tag->most <= UINT_MAX ? TYPE_UNSIGNED : TYPE_UNSIGNED_LONG);
    if (tag->least >= INT_MIN && tag->most <= INT_MAX)
        return type_basic(TYPE_INT);
    return type_basic(tag->most <= LONG_MAX ? TYPE_LONG : TYPE_INT128);
}

/* Behind the body of a struct an attribute belongs to the struct. */
static void attribute_add(struct specifier_list *list, uint32_t aligned, struct range range)
{
    if (aligned > list->attributes.aligned)
        list->attributes.aligned = aligned;
    struct attributes *said = attributes_read(NULL, range);
    struct tag *tag = list->defined_tag;
    if (!said)
        return;
    if (tag) {
        tag->packed |= said->packed;
        tag->transparent |= said->transparent;
        if (tag->kind == TYPE_ENUM && !tag->fixed)
            tag->enum_type = enum_type(tag);
        if (said->aligned > tag->aligned)
            tag->aligned = said->aligned;
        said->aligned = 0;
    }
    attributes_merge(&list->attributes, said);
}

static void too_many_types(struct specifier_list *list, token_index t)
{
    if (!list->told)
        error_at(t, "two or more data types in declaration specifiers");
    list->told = true;
}

/* A struct and, in the lines behind it, the specifiers of another declaration: what is missing is the `;`. */
static void end_lost_definition(struct specifier_list *list)
{
    if (!list->definition_end || !tokens[list->definition_end + 1].line_begin)
        return;
    error_at(list->definition_end, "expected ';' after '}'");
    list->type = NULL;
    list->definition_end = 0;
}

static void type_add(struct specifier_list *list, struct specifier_item item, struct range range)
{
    end_lost_definition(list);
    if (item.type) {
        if (list->type || list->basic)
            too_many_types(list, range.first);
        list->type = item.type;
        return;
    }
    uint32_t bit = basic_bit(range.first);
    if (list->type || (list->basic & bit && bit != BASIC_LONG))
        too_many_types(list, range.first);
    if (bit == BASIC_BIT_INT)
        list->width = item.width;
    list->longs = (uint8_t)(list->longs + (bit == BASIC_LONG && list->longs < 9));
    list->basic |= bit;
}

static void entry_add(struct specifier_list *list, enum specifier_role role, token_index first, token_index last)
{
    struct specifiers *s = &list->out;
    s->at = array_reserve(s->at, s->count + 1, &list->capacity, sizeof *s->at);
    s->at[s->count++] = (struct specifier){ .role = (uint8_t)role, .first = first, .last = last };
}

static void async_add(struct specifier_list *list, struct specifier_item item, struct range range)
{
    struct specifiers *s = &list->out;
    s->is_async = true;
    s->async_token = range.first;
    if (item.type) {
        s->plain_text = true;
        type_add(list, item, range);
    }
}

static struct specifier_list *specifier_list_new(struct range range)
{
    struct specifier_list *list = arena_alloc(sizeof *list);
    list->out.first = range.first;
    list->out.last = range.last;
    return list;
}

void specifier_add(struct specifier_list **at, struct specifier_item item, struct range range)
{
    if (!*at)
        *at = specifier_list_new(range);
    struct specifier_list *list = *at;
    struct specifiers *s = &list->out;
    s->last = range.last;
    if (item.role == ROLE_YIELD) {
        entry_add(list, ROLE_ASYNC, range.first, range.first);
        entry_add(list, ROLE_YIELD, range.last, range.last);
    } else {
        entry_add(list, item.role, range.first, range.last);
    }
    if (item.alignment) {
        item.alignment->next = s->alignments;
        item.alignment->place = range.first;
        s->alignments = item.alignment;
    }
    switch (item.role) {
    case ROLE_STORAGE: storage_add(list, range.first); break;
    case ROLE_FUNCTION:
        s->is_noreturn |= token_is(range.first, "_Noreturn");
        s->is_inline |= !token_is(range.first, "_Noreturn");
        break;
    case ROLE_QUALIFIER: list->qualifiers |= (uint8_t)qualifier_bit(range.first); break;
    case ROLE_ATTRIBUTE: attribute_add(list, item.aligned, range); return;
    case ROLE_YIELD: s->is_generator = true; /* fall through */
    case ROLE_ASYNC: async_add(list, item, range); break;
    default: type_add(list, item, range); break;
    }
    list->defined_tag = item.defined_tag;
    if (item.defined_tag) {
        s->defines_tag = true;
        list->definition_end = range.last;
    }
}

/* It is const. In an async body it becomes static: nothing has to be kept of it, and a jump past its initialiser leaves it as it is. */
static void constexpr_finish(struct specifiers *s)
{
    s->type = type_qualified(s->type, QUALIFIER_CONST);
    if (scope_depth == 0 || s->storage == STORAGE_STATIC)
        return;
    s->storage = STORAGE_STATIC;
    tokens[s->constexpr_token].renamed = "static constexpr";
}

struct type *specifiers_finish(struct specifier_list *list)
{
    struct specifiers *s = &list->out;
    if (list->finished)
        return s->type;
    list->finished = true;
    struct type *type = list->type;
    if (!type && !list->basic && list->says_auto && preprocess_is_c23())
        type = type_basic(TYPE_AUTO);
    s->without_type = !type && !list->basic;
    if (!type)
        type = list->basic ? basic_type(list->basic, list->longs, list->width) : type_basic(TYPE_INT);
    if (!type) {
        too_many_types(list, s->first);
        type = type_basic(TYPE_UNKNOWN);
    }
    s->type = attributes_apply(&list->attributes, type_qualified(type, list->qualifiers));
    if (s->is_constexpr)
        constexpr_finish(s);
    s->aligned = list->attributes.aligned;
    s->cleanup = list->attributes.cleanup != NULL;
    s->is_noreturn |= list->attributes.no_return;
    return s->type;
}

/* ---- types that are one specifier ---- */

static void note_typedef_use(struct symbol *symbol, token_index name)
{
    if (symbol->local && symbol->kind == SYMBOL_TYPEDEF)
        array_add(&unit.type_uses, (struct type_use){.token = name, .symbol = symbol});
}

struct type *typedef_type(struct symbol *symbol, token_index name)
{
    note_typedef_use(symbol, name);
    if (!symbol->sugar) {
        symbol->sugar = type_new(TYPE_TYPEDEF);
        symbol->sugar->symbol = symbol;
        symbol->sugar->inner = symbol->type;
    }
    return symbol->sugar;
}

struct type *handle_type(token_index keyword, struct type *inner)
{
    enum type_kind kind = token_is(keyword, "_Coro") ? TYPE_CORO : token_is(keyword, "_Task") ? TYPE_TASK
                        : token_is(keyword, "_Future") ? TYPE_FUTURE : token_is(keyword, "_Gen") ? TYPE_GEN
                        : token_is(keyword, "__ac_awaitable") ? TYPE_AWAITABLE : TYPE_AWAITABLES;
    return type_wrapped(kind, inner);
}

struct specifier_item specifier_bit_int(struct expression *width)
{
    int64_t value;
    bool known = constant_integer(width, &value) && value > 0 && value < 1 << 24;
    return (struct specifier_item){ .role = ROLE_TYPE, .type = known ? NULL : type_basic(TYPE_UNKNOWN), .width = known ? (uint32_t)value : 0 };
}

struct specifier_item specifier_typeof(struct expression *operand, struct type_name *name, struct range range)
{
    struct type *type = type_new(TYPE_TYPEOF);
    type->first = range.first;
    type->last = range.last;
    type->bound = operand;
    if (name)
        type->inner = strstr(tokens[range.first].name, "unqual") ? type_unqualified(name->type) : name->type;
    return (struct specifier_item){ .role = ROLE_TYPE, .type = type };
}

static uint32_t alignment_of_type(struct type *type)
{
    uint64_t size, alignment;
    return type_size(type, &size, &alignment) ? (uint32_t)alignment : 0;
}

static uint32_t alignment_of_value(struct expression *e)
{
    int64_t value;
    return constant_integer(e, &value) && value > 0 ? (uint32_t)value : 0;
}

struct specifier_item specifier_alignas(struct expression *value, struct type_name *name)
{
    struct alignment *alignment = arena_alloc(sizeof *alignment);
    *alignment = (struct alignment){ .value = value, .type = name ? name->type : NULL };
    return (struct specifier_item){ .role = ROLE_ATTRIBUTE, .alignment = alignment,
                                    .aligned = name ? alignment_of_type(name->type) : alignment_of_value(value) };
}

/* 6.7.2.4p3; of arrays it is told with what they are the type of. */
struct type *atomic_type(const struct parser *parser, struct type_name *name)
{
    if (parser->in_async && type_strip(name->type)->kind == TYPE_FUNCTION)
        error_at(name->first, "'_Atomic' of a function type");
    else if (parser->in_async && type_qualifiers(name->type))
        error_at(name->first, "'_Atomic' of the %s type '%s'", type_qualifiers(name->type) & QUALIFIER_ATOMIC ? "atomic" : "qualified",
                 type_text(name->type));
    return type_qualified(name->type, QUALIFIER_ATOMIC);
}

/* ---- tags ---- */

static enum type_kind tag_kind(token_index keyword)
{
    return token_is(keyword, "struct") ? TYPE_STRUCT : token_is(keyword, "union") ? TYPE_UNION : TYPE_ENUM;
}

static struct type *tag_type(struct tag *tag)
{
    if (!tag->self) {
        tag->self = type_new((enum type_kind)tag->kind);
        tag->self->tag = tag;
    }
    return tag->self;
}

struct tag *defined_tag(struct type *type, struct range range)
{
    return type->tag && type->tag->complete && type->tag->body_last == range.last ? type->tag : NULL;
}

static void wrong_kind(struct tag *tag, token_index name)
{
    error_at(name, "'%s' defined as wrong kind of tag", tag->name);
    if (tag->name_token)
        note_at(tag->name_token, "'%s' was declared here", tag->name);
}

static void note_tag_use(struct tag *tag, token_index name)
{
    if (tag->local && name)
        array_add(&unit.type_uses, (struct type_use){.token = name, .tag = tag});
}

/* `struct s` without a body. Alone before a `;` it declares a new one in this scope (6.7.2.3p7). */
struct type *tag_reference(int keyword, token_index keyword_token, token_index name, bool alone)
{
    const char *text = tokens[name].name;
    struct tag *tag = alone ? tag_find_here(text) : tag_find(text);
    (void)keyword;
    if (tag && tag->kind != tag_kind(keyword_token)) {
        wrong_kind(tag, name);
        return type_basic(TYPE_UNKNOWN);
    }
    if (!tag) {
        tag = tag_declare(text, tag_kind(keyword_token), keyword_token);
        tag->name_token = name;
    }
    note_tag_use(tag, name);
    return tag_type(tag);
}

/* The tag that a definition completes: the one declared in this scope, or a new one. */
static struct tag *tag_to_define(token_index keyword, token_index name)
{
    struct tag *tag = name ? tag_find_here(tokens[name].name) : NULL;
    if (tag && tag->kind != tag_kind(keyword)) {
        wrong_kind(tag, name);
        tag = NULL;
    }
    if (tag && tag->body_first) {
        error_at(name, "redefinition of '%s %s'", tokens[keyword].name, tag->name);
        note_at(tag->name_token, "originally defined here");
        tag = NULL;
    }
    return tag ? tag : tag_declare(name ? tokens[name].name : NULL, tag_kind(keyword), keyword);
}

/* The state of #pragma pack: the last one that stands before this place. */
static uint8_t pack_now(token_index place);

struct record *tag_begin(struct parser *parser, token_index keyword, token_index name, struct attributes *attributes, token_index brace)
{
    struct record *record = arena_alloc(sizeof *record);
    struct tag *tag = tag_to_define(keyword, name);
    tag->keyword = keyword;
    tag->name_token = name;
    tag->body_first = brace;
    note_tag_use(tag, name);
    tag->pack = pack_now(brace);
    if (attributes) {
        tag->packed = attributes->packed;
        tag->transparent = attributes->transparent;
        tag->aligned = attributes->aligned;
    }
    record->tag = tag;
    record->outer = parser->record;
    parser->record = record;
    return record;
}

/* `enum e : type`. A reference with a type declares the enum in this scope, complete. */
static void enum_fix(struct tag *tag, struct specifier_list *fixed)
{
    tag->fixed = tag->complete = true;
    tag->enum_type = type_unqualified(specifiers_finish(fixed));
}

struct type *enum_reference(token_index keyword, token_index name, struct specifier_list *fixed)
{
    struct type *type = tag_reference(T_ENUM, keyword, name, true);
    if (type->tag)  /* it is an enum */
        enum_fix(type->tag, fixed);
    return type;
}

struct record *enum_begin(struct parser *parser, token_index keyword, token_index name, struct attributes *attributes,
                          struct specifier_list *fixed, token_index brace)
{
    struct record *record = tag_begin(parser, keyword, name, attributes, brace);
    enum_fix(record->tag, fixed);
    return record;
}

/* Enumerators that fit into int are ints, and the others of the type that the enum turns out to have; C23 gives all of them
   that type then. */
static void enum_end(struct record *record)
{
    if (!record->tag->fixed)
        record->tag->enum_type = enum_type(record->tag);
    for (size_t i = 0; i < record->wide.count; i++)
        record->wide.at[i]->type = record->tag->enum_type;
}

struct type *tag_end(struct parser *parser, struct record *record, token_index brace)
{
    struct tag *tag = record->tag;
    tag->body_last = brace;
    tag->complete = true;
    if (tag->kind == TYPE_ENUM)
        enum_end(record);
    parser->record = record->outer;
    return tag_type(tag);
}

static void declared_twice(struct symbol *before, token_index name, const char *what)
{
    error_at(name, "%s '%s'", what, before->name);
    if (before->place)
        note_at(before->place, "'%s' was declared here", before->name);
}

static bool is_negative(const struct literal *value)
{
    return (int64_t)value->bits < 0 && !type_is_unsigned(value->type);
}

static bool fits_int(const struct literal *value)
{
    return is_negative(value) ? (int64_t)value->bits >= INT_MIN : value->bits <= INT_MAX;
}

/* What stands behind `=`, or one more than the enumerator before. One that does not fit into int keeps its type up to the `}`. */
static struct literal enumerator_value(const struct record *record, token_index name, struct expression *e)
{
    struct literal value = record->last;
    if (!e || !constant_evaluate(e, &value) || value.is_floating || !type_is_integer(value.type)) {
        if (e && e->kind == EXPRESSION_CONSTANT)
            error_at(e->first, "the value of '%s' is not an integer constant", tokens[name].name);
        value = record->last;
        value.bits = value.type ? value.bits + 1 : 0;
    }
    if (!value.type || fits_int(&value))
        value.type = type_basic(TYPE_INT);
    else if (type_is(value.type, TYPE_INT))
        value.type = type_basic(TYPE_UNSIGNED);     /* INT_MAX + 1 */
    return value;
}

static struct constant_part *constant_new(struct expression *e, token_index name, struct range message)
{
    struct constant_part *constant = arena_alloc(sizeof *constant);
    *constant = (struct constant_part){.e = e, .name = name, .message_first = message.first, .message_last = message.last};
    return constant;
}

struct constant_part *assertion_new(struct expression *e, struct range message)
{
    return constant_new(e, 0, message);
}

/* Kept with the outermost definition, of which the declaration around is told. */
void record_constant(struct parser *parser, struct constant_part *constant)
{
    struct record *record = parser->record;
    while (record->outer)
        record = record->outer;
    if (record->last_constant)
        record->last_constant->next = constant;
    else
        record->tag->constants = constant;
    record->last_constant = constant;
}

void enumerator_add(struct parser *parser, token_index name, struct expression *e)
{
    struct record *record = parser->record;
    struct literal value = enumerator_value(record, name, e);
    struct symbol *before = symbol_find_here(tokens[name].name);
    if (before)
        declared_twice(before, name, before->kind == SYMBOL_ENUMERATOR ? "redeclaration of enumerator" : "redeclared as different kind of symbol:");
    struct symbol *symbol = symbol_declare(tokens[name].name, SYMBOL_ENUMERATOR, value.type, name);
    symbol->value = (int64_t)value.bits;
    symbol->block = parser->block;
    tokens[name].symbol = symbol;
    if (e && parser->in_async)
        record_constant(parser, constant_new(e, name, NO_TOKENS));
    if (record->tag->fixed)
        symbol->type = record->tag->enum_type;
    else if (!fits_int(&value))
        array_add(&record->wide, symbol);
    if (is_negative(&value) && (int64_t)value.bits < record->tag->least)
        record->tag->least = (int64_t)value.bits;
    if (!is_negative(&value) && value.bits > record->tag->most)
        record->tag->most = value.bits;
    record->last = value;
}

/* ---- #pragma pack ---- */

static struct { uint8_t now, saved[64]; size_t depth; token_index seen; } pack;

static void pack_read(const struct token *t)
{
    char text[64];
    snprintf(text, sizeof text, "%.*s", (int)t->length, t->text);
    char *p = strstr(text, "pack");
    if (!p || !(p = strchr(p, '(')))
        return;
    if (strstr(p, "push") && pack.depth < sizeof pack.saved)
        pack.saved[pack.depth++] = pack.now;
    if (strstr(p, "pop"))
        pack.now = pack.depth ? pack.saved[--pack.depth] : 0;
    else if (p[1] == ')')
        pack.now = 0;
    char *digit = strpbrk(p, "0123456789");
    if (digit)
        pack.now = (uint8_t)strtoul(digit, NULL, 10);
}

/* Called with places that only grow, but for attributes inside of what was seen. */
static uint8_t pack_now(token_index place)
{
    for (; pack.seen < place; pack.seen++)
        if (tokens[pack.seen].kind == TOKEN_PRAGMA)
            pack_read(&tokens[pack.seen]);
    return pack.now;
}

/* ---- declarators ---- */

struct modifier *modifier_new(enum modifier_kind kind, struct range range)
{
    struct modifier *m = arena_alloc(sizeof *m);
    m->kind = (uint8_t)kind;
    m->tokens = m->parentheses = range;
    return m;
}

struct modifier *modifier_function(struct parameter_list *list, struct range range, struct parser *parser, struct scope *scope)
{
    struct modifier *m = modifier_new(MODIFIER_FUNCTION, range);
    if (!list) {
        list = arena_alloc(sizeof *list);
        list->no_prototype = true;
    }
    list->newest = names_now;
    list->before = scope->names.bindings;
    m->parameters = list;
    scope_end(parser, scope);
    return m;
}

struct draft *draft_new(const char *name, token_index token, struct range range)
{
    struct draft *d = arena_alloc(sizeof *d);
    d->tokens = range;
    d->name = name;
    d->name_token = token;
    return d;
}

static void draft_append(struct draft *draft, struct modifier *first)
{
    if (draft->last)
        draft->last->next = first;
    else
        draft->first = first;
    while (first->next)
        first = first->next;
    draft->last = first;
}

struct draft *draft_suffix(struct draft *draft, struct modifier *suffix, struct range range)
{
    draft_append(draft, suffix);
    draft->tokens = suffix->tokens = range;
    return draft;
}

struct draft *draft_pointer(struct modifier *pointers, struct draft *draft, struct range range)
{
    draft_append(draft, pointers);
    draft->tokens = range;
    return draft;
}

/* The bound of an array: known now, or only when the program runs. */
static void array_bound(struct type *array, const struct modifier *m)
{
    int64_t length;
    array->star_bound = m->star_bound;
    array->static_bound = m->static_bound;
    array->parameter_bound = m->static_bound || m->qualifiers;
    array->bound = m->bound;
    array->incomplete_array = !m->bound && !m->star_bound;
    if (!m->bound)
        return;
    if (constant_integer(m->bound, &length))
        array->length = length < 0 ? 0 : (uint64_t)length;
    else
        *(scope_depth ? &array->variable : &array->unknown_bound) = true;
}

static void function_parameters(struct type *function, const struct parameter_list *list)
{
    function->variadic = list->variadic;
    function->no_prototype = list->no_prototype || list->old_style;
    if (list->count == 1 && !list->at[0].name && type_is(list->at[0].type, TYPE_VOID))
        return;     /* (void) */
    function->parameters = list->at;
    function->parameter_count = list->old_style ? 0 : list->count;
}

static struct type *modifier_apply(const struct modifier *m, struct type *base, const struct specifiers *async)
{
    struct type *type;
    switch (m->kind) {
    case MODIFIER_POINTER:
        return type_qualified(type_pointer(base), m->qualifiers);
    case MODIFIER_ARRAY:
        type = type_array(base, 0);
        array_bound(type, m);
        return type;
    default:
        type = type_new(TYPE_FUNCTION);
        type->inner = base;
        function_parameters(type, m->parameters);
        if (async) {
            type->is_async = true;
            type->is_generator = async->is_generator;
            type->plain_text = async->plain_text;
        }
        return type;
    }
}

/* The function nearest to the specifiers: the one that `async` among them makes. */
static struct modifier *async_modifier(const struct draft *draft, const struct specifiers *s)
{
    struct modifier *found = NULL;
    for (struct modifier *m = s->is_async ? draft->first : NULL; m; m = m->next)
        if (m->kind == MODIFIER_FUNCTION)
            found = m;
    return found;
}

static struct type *draft_type(const struct draft *draft, struct type *base, const struct specifiers *s)
{
    size_t count = 0;
    for (struct modifier *m = draft->first; m; m = m->next)
        count++;
    struct modifier **order = arena_alloc((count + 1) * sizeof *order);
    size_t i = 0;
    for (struct modifier *m = draft->first; m; m = m->next)
        order[i++] = m;
    struct modifier *async = async_modifier(draft, s);
    while (i-- > 0)
        base = modifier_apply(order[i], base, order[i] == async ? s : NULL);
    return base;
}

/* The declarator: its type, and what is said about it apart from that. */
static struct full_declarator *declarator_new(struct specifier_list *list, const struct draft *draft, struct attributes *trailing,
                                              struct range range)
{
    struct full_declarator *full = arena_alloc(sizeof *full);
    struct declarator *d = &full->out;
    struct type *base = specifiers_finish(list);
    struct attributes both = { .aligned = list->attributes.aligned, .cleanup = list->attributes.cleanup,
                               .unused = list->attributes.unused };
    attributes_merge(&both, trailing);
    d->type = draft_type(draft, trailing ? attributes_apply(trailing, base) : base, &list->out);
    d->name = draft->name;
    d->name_token = draft->name_token;
    d->first = range.first;
    d->last = range.last;
    d->aligned = both.aligned;
    d->unused = both.unused;
    d->cleanup = both.cleanup != NULL;
    d->cleanup_function = both.cleanup;
    struct modifier *async = async_modifier(draft, &list->out);
    if (async) {
        d->has_async_part = true;
        d->async_part = async->tokens;
    }
    if (draft->first && draft->first->kind == MODIFIER_FUNCTION) {
        full->parameters = draft->first->parameters;
        d->parameters = full->parameters->at;
        d->parameter_count = full->parameters->count;
        d->parameter_tokens = draft->first->parentheses;
        d->old_style = full->parameters->old_style;
    }
    return full;
}

/* ---- symbols ---- */

/* Two functions of one name: clang chooses by the arguments (its <tgmath.h>), so that the C compiler alone knows what a call gives. */
static bool is_overloaded(struct type *a, struct type *b, token_index name)
{
    return token_in_system(name) && a->kind == TYPE_FUNCTION && b->kind == TYPE_FUNCTION && !a->no_prototype && !b->no_prototype && !type_same(a, b);
}

/* What later declarations leave open, earlier ones have said. */
static struct type *type_merged(struct type *before, struct type *now, token_index name)
{
    struct type *a = type_strip(before), *b = type_strip(now);
    if (is_overloaded(a, b, name) || (a->kind == TYPE_UNKNOWN && b->kind == TYPE_FUNCTION))
        return type_basic(TYPE_UNKNOWN);
    if (a->kind == TYPE_FUNCTION && b->kind == TYPE_FUNCTION && b->no_prototype && !a->no_prototype)
        return before;
    if (a->kind == TYPE_ARRAY && b->kind == TYPE_ARRAY && b->incomplete_array)
        return before;
    return now;
}

/* 6.7p4; at file scope the C compiler tells it. Functions are compared when their declarations are checked. */
static void check_object_again(struct symbol *symbol, struct type *type, token_index name)
{
    if (scope_depth == 0 || symbol->kind != SYMBOL_VARIABLE || symbol->parameter ||
        type_strip(type)->kind == TYPE_UNKNOWN || type_strip(symbol->type)->kind == TYPE_UNKNOWN ||
        (type_same(symbol->type, type) && type_qualifiers(symbol->type) == type_qualifiers(type)))
        return;
    error_at(name, "conflicting types for '%s'; have '%s'", symbol->name, type_text(type));
    note_at(symbol->place, "the declaration before it is here, of type '%s'", type_text(symbol->type));
}

static struct symbol *symbol_again(struct symbol *symbol, struct type *type, token_index name)
{
    check_object_again(symbol, type, name);
    symbol->type = type_merged(symbol->type, type, name);
    symbol->place = name;
    return symbol;
}

/* 6.7p3; at file scope the C compiler tells it. */
static void check_typedef_again(struct symbol *symbol, struct type *type, token_index name)
{
    if (scope_depth == 0 || type_same(symbol->type, type))
        return;
    error_at(name, "conflicting types for '%s'; have '%s'", symbol->name, type_text(type));
    note_at(symbol->place, "the declaration before it is here, of type '%s'", type_text(symbol->type));
}

/* The struct without a name that the type leads to by arrays and pointers; NULL: none. */
static struct tag *unnamed_behind(struct type *type)
{
    for (type = type_strip(type); type->kind == TYPE_ARRAY || type->kind == TYPE_POINTER;)
        type = type_strip(type->inner);
    return type_is_record(type) && !type->tag->name && !type->tag->typedef_name ? type->tag : NULL;
}

/* 6.2.2: at file scope everything but a typedef is linked; in a block what is extern, and functions. */
static struct symbol *symbol_for(enum symbol_kind kind, uint8_t storage, struct type *type, const struct draft *draft)
{
    bool linked = kind != SYMBOL_TYPEDEF && (scope_depth == 0 || storage == STORAGE_EXTERN || kind == SYMBOL_FUNCTION);
    struct symbol *here = symbol_find_here(draft->name);
    if (here && here->kind == kind && (linked || kind == SYMBOL_TYPEDEF) && !here->parameter && (here->place || !linked)) {
        if (kind == SYMBOL_TYPEDEF) {
            check_typedef_again(here, type, draft->name_token);
            here->sugar = NULL;
        }
        return symbol_again(here, type, draft->name_token);
    }
    bool told = type_strip(type)->kind == TYPE_UNKNOWN; /* its type, which was meant to be something else */
    if (here && here->place && !told)
        declared_twice(here, draft->name_token, here->kind == kind ? "redeclaration of" : "redeclared as different kind of symbol:");
    struct symbol *before = linked ? symbol_linked(draft->name) : NULL;
    if (before && before->kind != kind && before->place && !told && scope_depth > 0 && !here)
        declared_twice(before, draft->name_token, "redeclared as different kind of symbol:");
    if (before && before->kind == kind) {
        symbol_bind(before);
        if (scope_depth == 0) {     /* until now it was known in blocks only */
            before->local = false;
            before->block = NULL;
        }
        return symbol_again(before, type, draft->name_token);
    }
    struct symbol *symbol = symbol_declare(draft->name, kind, type, draft->name_token);
    if (linked)
        symbol_link(symbol);
    struct tag *unnamed = scope_depth == 0 ? unnamed_behind(type) : NULL;
    if (unnamed && !unnamed->declared_with && !unnamed->holder)
        unnamed->declared_with = symbol;
    return symbol;
}

/* `async T x` in an async body, where no function is declared: a child task. */
static bool declares_child(struct parser *parser, const struct specifiers *s, const struct declarator *d)
{
    return parser->in_async && s->is_async && !s->plain_text && !d->has_async_part && s->storage != STORAGE_TYPEDEF &&
           !type_is(d->type, TYPE_FUNCTION) && !(parser->block && parser->block->kind == STATEMENT_ASYNC_FOR);
}

static void symbol_facts(struct symbol *symbol, const struct specifier_list *list, const struct attributes *trailing, struct full_declarator *full)
{
    const struct specifiers *s = &list->out;
    const struct attributes *a = &list->attributes;
    if (symbol->storage == STORAGE_NONE || s->storage == STORAGE_STATIC)
        symbol->storage = s->storage;
    symbol->thread_local_ |= s->thread_local_;
    symbol->is_constexpr |= s->is_constexpr;
    symbol->is_inline |= s->is_inline;
    symbol->no_return |= s->is_noreturn || a->no_return || (trailing && trailing->no_return);
    symbol->returns_twice |= a->returns_twice || (trailing && trailing->returns_twice);
    symbol->blocking |= a->blocking || (trailing && trailing->blocking);
    symbol->owned |= a->owned || (trailing && trailing->owned);
    if (!symbol->defined && !(symbol->declarator && symbol->declarator->initializer))
        symbol->declarator = &full->out;
}

/* A typedef carries the alignment that it was given, and may be the only name of a struct. */
static void typedef_facts(struct symbol *symbol, struct declarator *d, const struct attributes *trailing)
{
    struct type *type = type_strip(d->type);
    if (d->aligned) {
        struct type *copy = type_new((enum type_kind)symbol->type->kind);
        *copy = *symbol->type;
        copy->unqualified = NULL;
        copy->aligned = d->aligned;
        symbol->type = copy;
    }
    if (!type->tag)
        return;
    if (!type->tag->name && !type->tag->typedef_name && d->type->kind == type->tag->kind)
        type->tag->typedef_name = symbol;
    if (trailing && trailing->transparent)
        type->tag->transparent = true;
}

static void symbol_make(struct parser *parser, struct specifier_list *list, const struct draft *draft, const struct attributes *trailing,
                        struct full_declarator *full)
{
    struct declarator *d = &full->out;
    uint8_t storage = list->out.storage;
    bool child = declares_child(parser, &list->out, d);
    struct type *type = child ? type_wrapped(TYPE_TASK, d->type) : d->type;
    enum symbol_kind kind = storage == STORAGE_TYPEDEF ? SYMBOL_TYPEDEF : type_is(type, TYPE_FUNCTION) ? SYMBOL_FUNCTION : SYMBOL_VARIABLE;
    struct symbol *symbol = symbol_for(kind, storage, type, draft);
    symbol->child = child;
    if (!symbol->block && symbol->local)
        symbol->block = parser->block;
    symbol_facts(symbol, list, trailing, full);
    if (kind == SYMBOL_TYPEDEF)
        typedef_facts(symbol, d, trailing);
    d->symbol = symbol;
    tokens[draft->name_token].symbol = symbol;
}

/* ---- declarations ---- */

struct declaration *declaration_new(struct specifier_list *list, struct range range)
{
    struct declaration *declaration = arena_alloc(sizeof *declaration);
    if (!list)
        list = specifier_list_new((struct range){ 1, 0 });
    specifiers_finish(list);
    declaration->specifiers = &list->out;
    declaration->first = range.first;
    declaration->last = range.last;
    return declaration;
}

static void declarator_add(struct declaration *declaration, struct declarator *d)
{
    size_t count = declaration->declarator_count;
    if ((count & (count - 1)) == 0) {       /* full at every power of two */
        struct declarator **larger = arena_alloc((count ? count * 2 : 1) * sizeof *larger);
        if (count)
            memcpy(larger, declaration->declarators, count * sizeof *larger);
        declaration->declarators = larger;
    }
    declaration->declarators[declaration->declarator_count++] = d;
}

static struct specifier_list *list_of(struct declaration *declaration)
{
    return (struct specifier_list *)(void *)declaration->specifiers;
}

void declare(struct parser *parser, struct declaration *declaration, struct draft *draft, struct attributes *trailing, struct range range)
{
    struct specifier_list *list = list_of(declaration);
    struct full_declarator *full = declarator_new(list, draft, trailing, range);
    declarator_add(declaration, &full->out);
    declaration->last = range.last;
    if (!draft->name)
        return;
    symbol_make(parser, list, draft, trailing, full);
    note_typedef_use(full->out.symbol, full->out.name_token);
}

void initializer_set(struct declaration *declaration, token_index equals, struct expression *value)
{
    struct declarator *d = declaration->declarators[declaration->declarator_count - 1];
    d->initializer = value;
    d->initializer_equals = equals;
    if (d->symbol && d->symbol->kind == SYMBOL_VARIABLE)
        d->symbol->declarator = d;
}

static void site_add(struct parser *parser, struct specifiers *s, struct declarator **declarators, size_t count, struct range range,
                     struct declaration *declaration)
{
    struct async_site site = { .specifiers = s, .declarators = declarators, .declarator_count = count, .first = range.first,
                               .last = range.last, .declaration = declaration,
                               .inside = parser->in_async ? parser->function : NULL };
    size_t functions = 0;
    for (size_t i = 0; i < count; i++)
        functions += declarators[i]->has_async_part;
    if (!s->is_async || s->plain_text)
        return;
    if (functions)
        array_add(&unit.async_sites, site);
    if (count == 0 || (functions < count && !declaration))
        array_add(&unit.stray_async, site);
}

void declaration_end(struct parser *parser, struct declaration *declaration, struct range range)
{
    declaration->first = range.first;
    declaration->last = range.last;
    site_add(parser, declaration->specifiers, declaration->declarators, declaration->declarator_count, range,
             parser->record ? NULL : declaration);
}

struct catch_clause *catch_declaration(struct parser *parser, struct specifier_list *specifiers, struct draft *draft, struct range range)
{
    struct catch_clause *clause = arena_alloc(sizeof *clause);
    struct range own = draft ? draft->tokens : (struct range){ range.last + 1, range.last };
    clause->declaration = declaration_new(specifiers, range);
    declare(parser, clause->declaration, draft ? draft : draft_new(NULL, 0, own), NULL, own);
    declaration_end(parser, clause->declaration, range);
    return clause;
}

bool is_old_style(const struct declaration *declaration)
{
    return declaration->declarators[declaration->declarator_count - 1]->old_style;
}

/* K&R: the declarations of the parameters count for the C compiler only. */
void old_style_end(struct declaration *declaration, struct range range)
{
    struct declarator *d = declaration->declarators[declaration->declarator_count - 1];
    ((struct full_declarator *)(void *)d)->old_style = range;
}

/* ---- members ---- */

static void member_add(struct parser *parser, struct member member)
{
    struct record *record = parser->record;
    struct tag *tag = record->tag;
    tag->members = array_reserve(tag->members, tag->member_count + 1, &record->capacity, sizeof *tag->members);
    tag->members[tag->member_count++] = member;
    struct tag *unnamed = member.name ? unnamed_behind(member.type) : NULL;
    if (unnamed && !unnamed->declared_with && !unnamed->holder) {
        unnamed->holder = tag;
        unnamed->held_as = arena_alloc(sizeof member);
        *unnamed->held_as = member;
    }
}

void declare_member(struct parser *parser, struct declaration *declaration, struct draft *draft, struct expression *width,
                    struct attributes *trailing, struct range range)
{
    struct specifier_list *list = list_of(declaration);
    struct draft unnamed = { .tokens = range };
    struct full_declarator *full = declarator_new(list, draft ? draft : &unnamed, trailing, range);
    struct declarator *d = &full->out;
    int64_t bits = 0;
    if (list->out.storage != STORAGE_NONE && parser->in_async)
        error_at(list->out.first, "a member of a struct has no storage class");
    if (list->out.is_inline && parser->in_async)
        error_at(list->out.first, "a member of a struct is no function, and so not 'inline'");
    if (list->out.alignments && width && parser->in_async)
        error_at(list->out.alignments->place, "'_Alignas' of a bit-field");
    d->bit_width = width;
    declarator_add(declaration, d);
    if (width && !constant_integer(width, &bits))
        bits = 0;
    member_add(parser, (struct member){ .name = d->name, .type = d->type, .bit_field = width != NULL, .width = (uint32_t)bits,
                                        .aligned = d->aligned, .place = d->name ? d->name_token : range.first });
}

/* 6.7.2.1p13: an anonymous struct or union. One with a tag declares no member. */
void declare_anonymous_member(struct parser *parser, struct specifier_list *list)
{
    struct type *type = type_strip(specifiers_finish(list));
    if (type->tag && type->tag->kind != TYPE_ENUM && !type->tag->name)
        member_add(parser, (struct member){ .type = list->out.type, .aligned = list->attributes.aligned, .place = list->out.first });
}

/* ---- parameters and type names ---- */

/* 6.7.6.3p7, 8: arrays and functions are pointers. */
static struct type *parameter_adjusted(struct type *type, const struct draft *draft)
{
    struct type *stripped = type_strip(type);
    if (stripped->kind == TYPE_FUNCTION)
        return type_pointer(type);
    if (stripped->kind != TYPE_ARRAY)
        return type;
    bool own = draft && draft->first && draft->first->kind == MODIFIER_ARRAY;
    return type_qualified(type_pointer(stripped->inner), own ? draft->first->qualifiers : 0);
}

static struct symbol *parameter_symbol(const struct parameter *p, token_index name)
{
    struct symbol *before = symbol_find_here(p->name);
    if (before && before->forward) {
        before->forward = false;
        return symbol_again(before, p->type, name);
    }
    if (before && before->parameter)
        declared_twice(before, name, "redefinition of parameter");
    return symbol_declare(p->name, SYMBOL_VARIABLE, p->type, name);
}

struct parameter *parameter_new(struct parser *parser, struct specifier_list *list, struct draft *draft, struct attributes *trailing,
                                struct range range)
{
    struct parameter *p = arena_alloc(sizeof *p);
    struct draft unnamed = { .tokens = { range.last + 1, range.last } };
    struct range own = draft ? (struct range){ draft->tokens.first, range.last } : unnamed.tokens;
    struct full_declarator *full = declarator_new(list, draft ? draft : &unnamed, trailing, own);
    struct declarator *d = &full->out;
    if (parser->in_async && list->out.storage != STORAGE_NONE && list->out.storage != STORAGE_REGISTER)
        error_at(list->out.first, "a parameter has no storage class but 'register'");
    else if (parser->in_async && list->out.thread_local_)
        error_at(list->out.first, "a parameter is not thread-local");
    if (parser->in_async && list->out.alignments)
        error_at(list->out.alignments->place, "'_Alignas' of a parameter");
    p->written = d->type;
    p->type = parameter_adjusted(d->type, draft);
    p->first = range.first;
    p->last = range.last;
    p->name = d->name;
    if (p->name) {
        p->symbol = d->symbol = parameter_symbol(p, d->name_token);
        p->symbol->parameter = true;
        symbol_facts(p->symbol, list, trailing, full);
        tokens[d->name_token].symbol = p->symbol;
    }
    struct declarator **one = arena_alloc(sizeof *one);
    *one = d;
    site_add(parser, &list->out, one, 1, range, NULL);
    return p;
}

void parameters_forward(const struct parameter_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->at[i].symbol)
            list->at[i].symbol->forward = true;
}

struct parameter_list *parameter_add(struct parameter_list *list, struct parameter *parameter)
{
    if (!list)
        list = arena_alloc(sizeof *list);
    array_add(list, *parameter);
    return list;
}

struct parameter_list *parameter_identifier(struct parameter_list *list, token_index name)
{
    struct parameter p = { .type = type_basic(TYPE_UNKNOWN), .written = type_basic(TYPE_UNKNOWN), .name = tokens[name].name,
                           .first = name, .last = name };
    list = parameter_add(list, &p);
    list->old_style = true;
    return list;
}

struct type_name *type_name_new(struct parser *parser, struct specifier_list *list, struct draft *draft, struct range range)
{
    struct type_name *name = arena_alloc(sizeof *name);
    struct draft unnamed = { .tokens = { range.last + 1, range.last } };
    struct full_declarator *full = declarator_new(list, draft ? draft : &unnamed, NULL, draft ? draft->tokens : unnamed.tokens);
    *name = (struct type_name){ .first = range.first, .last = range.last, .type = full->out.type,
                                .specifiers = { list->out.first, list->out.last }, .defines_tag = list->out.defines_tag };
    if (parser->in_async && list->out.alignments)
        error_at(list->out.alignments->place, "'_Alignas' of a type alone: it belongs to objects and members");
    struct declarator **one = arena_alloc(sizeof *one);
    *one = &full->out;
    site_add(parser, &list->out, one, 1, range, NULL);
    return name;
}

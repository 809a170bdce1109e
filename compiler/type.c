/* Types: making them, asking about them, and their layout. Basic types exist once; every other maker gives a new
   object, and equality is asked with type_same. Sugar (TYPEDEF, TYPEOF) is looked through by type_strip, with which
   nearly every question begins. How types are printed is in type_text.c. */
#include "type.h"
#include "checking.h"
#include "names.h"
#include <string.h>

/* ================= making ================= */

struct type *type_new(enum type_kind kind)
{
    struct type *type = arena_alloc(sizeof *type);
    type->kind = (uint8_t)kind;
    return type;
}

struct type *type_basic(enum type_kind kind)
{
    static struct type basic[TYPE_KIND_COUNT];
    basic[kind].kind = (uint8_t)kind;
    return &basic[kind];
}

struct type *type_wrapped(enum type_kind kind, struct type *inner)
{
    struct type *type = type_new(kind);
    type->inner = inner;
    return type;
}

struct type *type_pointer(struct type *to)
{
    return type_wrapped(TYPE_POINTER, to);
}

struct type *type_array(struct type *of, uint64_t length)
{
    struct type *type = type_wrapped(TYPE_ARRAY, of);
    type->length = length;
    return type;
}

static struct type *type_copy(struct type *type)
{
    struct type *copy = type_new(type->kind);
    *copy = *type;
    copy->unqualified = NULL;
    return copy;
}

/* 6.7.3p9: qualifiers of an array are those of its elements; a function has none. */
struct type *type_qualified(struct type *type, unsigned qualifiers)
{
    if (!(qualifiers & ~(unsigned)type->qualifiers) || type->kind == TYPE_FUNCTION)
        return type;
    struct type *copy = type_copy(type);
    if (type->kind == TYPE_ARRAY)
        copy->inner = type_qualified(type->inner, qualifiers);
    else
        copy->qualifiers = (uint8_t)(type->qualifiers | qualifiers);
    return copy;
}

/* ================= sugar and qualifiers ================= */

static bool leads_to(struct type *from, struct type *type)
{
    while (from && from != type)
        from = from->kind == TYPE_TYPEDEF || from->kind == TYPE_TYPEOF ? from->inner : NULL;
    return from != NULL;
}

/* What a typeof stands for is found when it is first needed, since its expression may name what is declared with another
   typeof. It stays open while the expression names a variable of __auto_type whose initialiser is not typed yet, and
   where it asks for itself (extern __typeof__(x) x). */
static void typeof_resolve(struct type *type)
{
    type->resolving = true;
    struct type *inner = typeof_expression(type->bound);
    type->resolving = false;
    if (inner->kind != TYPE_AUTO && inner->kind != TYPE_UNKNOWN && !leads_to(inner, type))
        type->inner = inner;
}

static struct type *sugar_inner(struct type *type)
{
    if (type->kind == TYPE_TYPEOF && !type->inner && type->bound && !type->resolving)
        typeof_resolve(type);
    return type->kind == TYPE_TYPEDEF || type->kind == TYPE_TYPEOF ? type->inner : NULL;
}

struct type *type_strip(struct type *type)
{
    unsigned qualifiers = 0;
    for (struct type *inner; (inner = sugar_inner(type)); type = inner)
        qualifiers |= type->qualifiers;
    return type_qualified(type, qualifiers);
}

unsigned type_qualifiers(struct type *type)
{
    type = type_strip(type);
    while (type->kind == TYPE_ARRAY)
        type = type_strip(type->inner);
    return type->qualifiers;
}

struct type *type_unqualified(struct type *type)
{
    if (type->unqualified)
        return type->unqualified;
    struct type *inner = sugar_inner(type), *result = type;
    if (inner && type_unqualified(inner) != inner) {
        result = type_unqualified(inner);
    } else if (type->qualifiers) {
        result = type_copy(type);
        result->qualifiers = 0;
    }
    /* A basic type without qualifiers is the shared object; _BitInt has a width. */
    if (result->kind < TYPE_COMPLEX && !result->length)
        result = type_basic(result->kind);
    type->unqualified = result;
    return result;
}

struct type *type_value(struct type *type)
{
    struct type *stripped = type_strip(type);
    if (stripped->kind == TYPE_ARRAY)
        return type_pointer(stripped->inner);
    if (stripped->kind == TYPE_FUNCTION)
        return type_pointer(type);
    return type_unqualified(type);
}

/* ================= asking ================= */

static enum type_kind stripped_kind(struct type *type)
{
    for (struct type *inner; (inner = sugar_inner(type));)
        type = inner;
    return type->kind;
}

bool type_is(struct type *type, enum type_kind kind)
{
    return stripped_kind(type) == kind;
}

bool type_is_integer(struct type *type)
{
    enum type_kind kind = stripped_kind(type);
    return (kind >= TYPE_BOOL && kind <= TYPE_UNSIGNED_BIT_INT) || kind == TYPE_ENUM;
}

bool type_is_arithmetic(struct type *type)
{
    enum type_kind kind = stripped_kind(type);
    return (kind >= TYPE_BOOL && kind <= TYPE_COMPLEX) || kind == TYPE_ENUM;
}

bool type_is_handle(struct type *type)
{
    enum type_kind kind = stripped_kind(type);
    return kind >= TYPE_CORO && kind <= TYPE_GEN;
}

bool type_is_scalar(struct type *type)
{
    enum type_kind kind = stripped_kind(type);
    return type_is_arithmetic(type) || kind == TYPE_POINTER || (kind >= TYPE_CORO && kind <= TYPE_AWAITABLES);
}

bool type_is_record(struct type *type)
{
    enum type_kind kind = stripped_kind(type);
    return kind == TYPE_STRUCT || kind == TYPE_UNION;
}

bool type_is_complete(struct type *type)
{
    type = type_strip(type);
    switch (type->kind) {
    case TYPE_VOID: return false;
    case TYPE_STRUCT:
    case TYPE_UNION:
    case TYPE_ENUM: return type->tag->complete;
    case TYPE_ARRAY: return !type->incomplete_array && type_is_complete(type->inner);
    default: return true;
    }
}

bool type_is_variably_modified(struct type *type)
{
    for (;;) {
        type = type_strip(type);
        if (type->kind == TYPE_ARRAY && type->variable)
            return true;
        if (type->kind != TYPE_ARRAY && type->kind != TYPE_POINTER && type->kind != TYPE_FUNCTION)
            return false;
        type = type->inner;
    }
}

bool type_has_const_member(struct type *type)
{
    type = type_strip(type);
    while (type->kind == TYPE_ARRAY)
        type = type_strip(type->inner);
    bool record = type->kind == TYPE_STRUCT || type->kind == TYPE_UNION, found = false;
    if (!record || type->tag->visiting)
        return false;
    type->tag->visiting = true;
    for (size_t i = 0; i < type->tag->member_count && !found; i++) {
        struct type *member = type->tag->members[i].type;
        found = type_qualifiers(member) & QUALIFIER_CONST || type_has_const_member(member);
    }
    type->tag->visiting = false;
    return found;
}

bool type_known(struct type *type)
{
    type = type_strip(type);
    switch (type->kind) {
    case TYPE_UNKNOWN:
    case TYPE_TYPEOF:
    case TYPE_AUTO: return false;
    case TYPE_FUNCTION:
        for (size_t i = 0; i < type->parameter_count; i++)
            if (!type_known(type->parameters[i].type))
                return false;
        return type_known(type->inner);
    default: return !type->inner || type_known(type->inner);
    }
}

struct member *type_member(struct type *record, const char *name)
{
    record = type_strip(record);
    if ((record->kind != TYPE_STRUCT && record->kind != TYPE_UNION) || record->tag->visiting)
        return NULL;
    struct member *found = NULL;
    record->tag->visiting = true;
    for (size_t i = 0; i < record->tag->member_count && !found; i++) {
        struct member *member = &record->tag->members[i];
        if (member->name == name)
            found = member;
        else if (!member->name && !member->bit_field)
            found = type_member(member->type, name);
    }
    record->tag->visiting = false;
    return found;
}

/* ================= compatibility (6.2.7) ================= */

static bool parameters_same(struct type *a, struct type *b)
{
    if (a->no_prototype || b->no_prototype)
        return true;
    if (a->parameter_count != b->parameter_count || a->variadic != b->variadic)
        return false;
    for (size_t i = 0; i < a->parameter_count; i++)
        if (!type_same(a->parameters[i].type, b->parameters[i].type))
            return false;
    return true;
}

static bool same_with_qualifiers(struct type *a, struct type *b)
{
    return type_strip(a)->qualifiers == type_strip(b)->qualifiers && type_same(a, b);
}

static bool has_length(struct type *array)
{
    return !array->incomplete_array && !array->variable && !array->star_bound && !array->unknown_bound;
}

static bool lengths_agree(struct type *a, struct type *b)
{
    return !has_length(a) || !has_length(b) || a->length == b->length;
}

static bool opaque(struct type *type)
{
    return type->kind == TYPE_UNKNOWN || type->kind == TYPE_TYPEOF || type->kind == TYPE_AUTO;
}

/* 6.7.2.2p4: an enumeration is compatible with the integer type under it. */
static struct type *enum_under(struct type *type)
{
    return type->kind == TYPE_ENUM && type->tag->enum_type ? type->tag->enum_type : type;
}

bool type_is_unsigned(struct type *type)
{
    switch (enum_under(type_strip(type))->kind) {
    case TYPE_UNSIGNED_CHAR:
    case TYPE_UNSIGNED_SHORT:
    case TYPE_UNSIGNED:
    case TYPE_UNSIGNED_LONG:
    case TYPE_UNSIGNED_LONG_LONG:
    case TYPE_UNSIGNED_INT128:
    case TYPE_UNSIGNED_BIT_INT:
    case TYPE_BOOL:
        return true;
    case TYPE_CHAR:
        return (char)-1 > 0;
    default:
        return false;
    }
}

bool type_same(struct type *a, struct type *b)
{
    a = type_strip(a);
    b = type_strip(b);
    if (a == b || opaque(a) || opaque(b))
        return true;
    if (a->kind != b->kind)
        return (a->kind == TYPE_ENUM) != (b->kind == TYPE_ENUM) && enum_under(a)->kind == enum_under(b)->kind;
    switch (a->kind) {
    case TYPE_STRUCT:
    case TYPE_UNION:
    case TYPE_ENUM: return a->tag == b->tag;
    case TYPE_FUNCTION:
        return a->is_async == b->is_async && a->is_generator == b->is_generator && type_same(a->inner, b->inner) &&
               parameters_same(a, b);
    case TYPE_ARRAY: return lengths_agree(a, b) && same_with_qualifiers(a->inner, b->inner);
    case TYPE_BIT_INT:
    case TYPE_UNSIGNED_BIT_INT: return a->length == b->length;
    case TYPE_VECTOR: return a->length == b->length && type_same(a->inner, b->inner);
    case TYPE_POINTER: return same_with_qualifiers(a->inner, b->inner);
    default: return !a->inner || !b->inner || type_same(a->inner, b->inner);
    }
}

/* ================= layout (System V, LP64) ================= */

#if defined(__aarch64__)
enum { VA_LIST_SIZE = 32, UNNAMED_FIELDS_ALIGN = 1 };
#else
enum { VA_LIST_SIZE = 24, UNNAMED_FIELDS_ALIGN = 0 };
#endif

static unsigned basic_size(enum type_kind kind)
{
    switch (kind) {
    case TYPE_VOID: /* GNU C: sizeof(void) is 1 */
    case TYPE_FUNCTION:
    case TYPE_BOOL:
    case TYPE_CHAR:
    case TYPE_SIGNED_CHAR:
    case TYPE_UNSIGNED_CHAR: return 1;
    case TYPE_SHORT:
    case TYPE_UNSIGNED_SHORT:
    case TYPE_FLOAT16:
    case TYPE_BFLOAT16: return 2;
    case TYPE_INT:
    case TYPE_UNSIGNED:
    case TYPE_FLOAT:
    case TYPE_FLOAT32:
    case TYPE_DECIMAL32: return 4;
    case TYPE_INT128:
    case TYPE_UNSIGNED_INT128:
    case TYPE_LONG_DOUBLE:
    case TYPE_FLOAT128:
    case TYPE_FLOAT64X:
    case TYPE_DECIMAL128: return 16;
    default: return 8;
    }
}

static uint64_t round_up(uint64_t size, uint64_t alignment)
{
    return (size + alignment - 1) / alignment * alignment;
}

/* Where the next member goes, in bits, while a record is laid out. */
struct layout {
    bool packed, is_union;
    uint64_t pack; /* #pragma pack: no member is aligned more by its type; 0: none */
    uint64_t bits; /* up to here it is filled (of a union: the largest member) */
    uint64_t alignment;
};

static void layout_place(struct layout *layout, struct member *member, uint64_t begin, uint64_t bits)
{
    member->offset = begin;
    if (begin + bits > layout->bits)
        layout->bits = begin + bits;
}

static uint64_t packed_alignment(const struct layout *layout, uint64_t alignment)
{
    if (layout->packed)
        return 1;
    return layout->pack && layout->pack < alignment ? layout->pack : alignment;
}

/* A bit-field does not cross a boundary of its type, unless the record is packed in either way; a width of 0 ends
   the run. */
static void layout_bit_field(struct layout *layout, struct member *member, uint64_t size, uint64_t alignment)
{
    uint64_t begin = layout->is_union ? 0 : layout->bits, width = member->width;
    bool crosses = begin / (size * 8) != (begin + width - 1) / (size * 8) && !layout->packed && !layout->pack;
    if (member->aligned > 1)
        begin = round_up(begin, (uint64_t)member->aligned * 8);
    if (width == 0 || crosses)
        begin = round_up(begin, alignment * 8);
    layout_place(layout, member, begin, width);
    alignment = packed_alignment(layout, alignment);
    if ((member->name || UNNAMED_FIELDS_ALIGN) && alignment > layout->alignment)
        layout->alignment = alignment;
}

static void layout_member(struct layout *layout, struct member *member, uint64_t size, uint64_t alignment)
{
    alignment = packed_alignment(layout, alignment);
    if (member->aligned > alignment)
        alignment = member->aligned;
    uint64_t begin = layout->is_union ? 0 : round_up(layout->bits, alignment * 8);
    layout_place(layout, member, begin, size * 8);
    if (alignment > layout->alignment)
        layout->alignment = alignment;
}

static bool member_size(struct member *member, uint64_t *size, uint64_t *alignment)
{
    struct type *type = type_strip(member->type);
    if (type->kind == TYPE_ARRAY && type->incomplete_array) {
        *size = 0;
        uint64_t element;
        return type_size(type->inner, &element, alignment);
    }
    return type_size(member->type, size, alignment);
}

static bool layout_members(struct layout *layout, struct tag *tag)
{
    for (size_t i = 0; i < tag->member_count; i++) {
        uint64_t size, alignment;
        if (!member_size(&tag->members[i], &size, &alignment))
            return false;
        if (tag->members[i].bit_field)
            layout_bit_field(layout, &tag->members[i], size, alignment);
        else
            layout_member(layout, &tag->members[i], size, alignment);
    }
    return true;
}

static bool tag_size(struct tag *tag)
{
    if (tag->sized || !tag->complete || tag->visiting)
        return tag->sized;
    struct layout layout = {
        .packed = tag->packed,
        .pack = tag->pack,
        .is_union = tag->kind == TYPE_UNION,
        .alignment = 1,
    };
    tag->visiting = true;
    bool known = layout_members(&layout, tag);
    tag->visiting = false;
    if (!known)
        return false;
    tag->alignment = tag->aligned > layout.alignment ? tag->aligned : layout.alignment;
    tag->size = round_up((layout.bits + 7) / 8, tag->alignment);
    return tag->sized = true;
}

static bool natural_size(struct type *type, uint64_t *size, uint64_t *alignment)
{
    switch (type->kind) {
    case TYPE_STRUCT:
    case TYPE_UNION:
        if (!tag_size(type->tag))
            return false;
        *size = type->tag->size;
        *alignment = type->tag->alignment;
        return true;
    case TYPE_ENUM: return type->tag->enum_type && type_size(type->tag->enum_type, size, alignment);
    case TYPE_ARRAY:
        if (!has_length(type) || !type_size(type->inner, size, alignment))
            return false;
        *size *= type->length;
        return true;
    case TYPE_COMPLEX:
        if (!type_size(type->inner, size, alignment))
            return false;
        *size *= 2;
        return true;
    case TYPE_VECTOR: *size = *alignment = type->length; return type->length != 0;
    case TYPE_BIT_INT:
    case TYPE_UNSIGNED_BIT_INT:
        *alignment = type->length <= 8 ? 1 : type->length <= 16 ? 2 : type->length <= 32 ? 4 : 8;
        *size = round_up((type->length + 7) / 8, *alignment);
        return true;
    case TYPE_VA_LIST:
        *size = VA_LIST_SIZE;
        *alignment = 8;
        return true;
    case TYPE_TYPEOF:
    case TYPE_AUTO:
    case TYPE_VARIABLE:
    case TYPE_UNKNOWN: return false;
    default: *size = *alignment = basic_size(type->kind); return true;
    }
}

/* An alignment given with a typedef replaces that of the type, larger or smaller. */
bool type_size(struct type *type, uint64_t *size, uint64_t *alignment)
{
    uint32_t given = 0;
    for (struct type *inner; (inner = sugar_inner(type)); type = inner)
        if (!given)
            given = type->aligned;
    if (!given)
        given = type->aligned;
    if (!natural_size(type, size, alignment))
        return false;
    if (given)
        *alignment = given;
    return true;
}

bool type_member_offset(struct type *record, const char *name, uint64_t *offset)
{
    uint64_t size, alignment;
    if (!type_is_record(record) || !type_size(record, &size, &alignment))
        return false;
    struct tag *tag = type_strip(record)->tag;
    for (size_t i = 0; i < tag->member_count; i++) {
        struct member *member = &tag->members[i];
        *offset = 0;
        if (member->name == name || (!member->name && type_member_offset(member->type, name, offset))) {
            *offset += member->offset / 8;
            return true;
        }
    }
    return false;
}

/* ================= conversions (6.3.1) ================= */

struct type *type_promoted(struct type *type)
{
    struct type *stripped = enum_under(type_strip(type));
    switch (stripped->kind) {
    case TYPE_BOOL:
    case TYPE_CHAR:
    case TYPE_SIGNED_CHAR:
    case TYPE_UNSIGNED_CHAR:
    case TYPE_SHORT:
    case TYPE_UNSIGNED_SHORT: return type_basic(TYPE_INT);
    default: return type_is(type, TYPE_ENUM) ? stripped : type_unqualified(type);
    }
}

struct type *type_bit_field(struct type *type, uint32_t width)
{
    if (!type_is_integer(type) || width > 32)
        return type_promoted(type);
    return type_basic(width == 32 && type_is_unsigned(type) ? TYPE_UNSIGNED : TYPE_INT);
}

/* The order of the floating types: the one with the greater rank wins; of two with one format the _FloatN type. 0:
   none of them. */
static unsigned floating_rank(enum type_kind kind)
{
    static const uint8_t ranks[TYPE_KIND_COUNT] = {
        [TYPE_FLOAT16] = 1,    [TYPE_BFLOAT16] = 2,   [TYPE_FLOAT] = 3,       [TYPE_FLOAT32] = 4,  [TYPE_DOUBLE] = 5,
        [TYPE_FLOAT32X] = 6,   [TYPE_FLOAT64] = 7,    [TYPE_LONG_DOUBLE] = 8, [TYPE_FLOAT64X] = 9, [TYPE_FLOAT128] = 10,
        [TYPE_DECIMAL32] = 11, [TYPE_DECIMAL64] = 12, [TYPE_DECIMAL128] = 13,
    };
    return ranks[kind];
}

/* Rank of a promoted integer type, times two, plus one where it is unsigned. */
static unsigned integer_rank(enum type_kind kind)
{
    switch (kind) {
    case TYPE_INT: return 2;
    case TYPE_UNSIGNED: return 3;
    case TYPE_LONG: return 4;
    case TYPE_UNSIGNED_LONG: return 5;
    case TYPE_LONG_LONG: return 6;
    case TYPE_UNSIGNED_LONG_LONG: return 7;
    case TYPE_INT128: return 8;
    case TYPE_UNSIGNED_INT128: return 9;
    default: return 0;
    }
}

static unsigned integer_bits(struct type *type)
{
    uint64_t size, alignment;
    type = type_strip(type);
    if (type->kind == TYPE_BIT_INT || type->kind == TYPE_UNSIGNED_BIT_INT)
        return (unsigned)type->length;
    return type_size(type, &size, &alignment) ? (unsigned)size * 8 : 0;
}

/* 6.3.1.1p1: of two ranks that of the greater width is the greater, and a standard type goes before a _BitInt of its width. */
static struct type *bit_int_common(struct type *a, struct type *b)
{
    unsigned bits_a = integer_bits(a), bits_b = integer_bits(b);
    if (bits_a != bits_b)
        return bits_a > bits_b ? a : b;
    bool bit_ints = !integer_rank(stripped_kind(a)) && !integer_rank(stripped_kind(b));
    if (bit_ints)
        return type_is_unsigned(a) ? a : b;
    struct type *standard = integer_rank(stripped_kind(a)) ? a : b, *other = standard == a ? b : a;
    return type_is_unsigned(other) && !type_is_unsigned(standard) ? type_basic(TYPE_UNKNOWN) : standard;
}

/* 6.3.1.8p1. `long long` cannot hold all of `unsigned long` here: that pair gives unsigned long long. */
static struct type *integer_common(struct type *a, struct type *b)
{
    unsigned rank_a = integer_rank(stripped_kind(a)), rank_b = integer_rank(stripped_kind(b));
    if (!rank_a || !rank_b)
        return bit_int_common(a, b);
    if (rank_a < rank_b) {
        struct type *swap = a;
        a = b;
        b = swap;
    }
    bool mixed = stripped_kind(a) == TYPE_LONG_LONG && stripped_kind(b) == TYPE_UNSIGNED_LONG;
    return mixed ? type_basic(TYPE_UNSIGNED_LONG_LONG) : a;
}

static struct type *real_common(struct type *a, struct type *b)
{
    unsigned rank_a = floating_rank(stripped_kind(a)), rank_b = floating_rank(stripped_kind(b));
    if (rank_a || rank_b)
        return type_unqualified(rank_a >= rank_b ? a : b);
    return integer_common(type_promoted(a), type_promoted(b));
}

static struct type *vector_common(struct type *a, struct type *b)
{
    return type_unqualified(type_is(a, TYPE_VECTOR) ? a : b);
}

struct type *type_arithmetic(struct type *a, struct type *b)
{
    if (type_is(a, TYPE_VECTOR) || type_is(b, TYPE_VECTOR))
        return vector_common(a, b);
    if (!type_is_arithmetic(a) || !type_is_arithmetic(b))
        return type_basic(TYPE_UNKNOWN);
    bool complex_a = type_is(a, TYPE_COMPLEX), complex_b = type_is(b, TYPE_COMPLEX);
    if (!complex_a && !complex_b)
        return real_common(a, b);
    struct type *real_a = complex_a ? type_strip(a)->inner : a, *real_b = complex_b ? type_strip(b)->inner : b;
    return type_wrapped(TYPE_COMPLEX, real_common(real_a, real_b));
}

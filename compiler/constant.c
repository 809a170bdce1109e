/* Constant folding over the tree. Every value is kept with its C type and brought back to the range of that type
   after each operation, so that unsigned arithmetic, shifts and comparisons come out as the C compiler computes
   them. Operands of sizeof are typed on the way (typeof_expression), so that an array bound can be computed while
   the program is still being parsed. */
#include "constant.h"
#include "checking.h"
#include <string.h>

bool operator_is(const struct expression *e, const char *operator_)
{
    return token_is(e->operator_, operator_);
}

/* ================= values ================= */

static bool is_signed(struct type *type)
{
    type = type_strip(type_promoted(type));
    return type->kind == TYPE_INT || type->kind == TYPE_LONG || type->kind == TYPE_LONG_LONG;
}

/* The signedness of a type as it stands, not promoted: for conversions to it. */
static bool narrow_signed(struct type *type)
{
    type = type_strip(type);
    if (type->kind == TYPE_CHAR)
        return (char)-1 < 0;
    return type->kind == TYPE_SIGNED_CHAR || type->kind == TYPE_SHORT || (type->kind >= TYPE_INT && is_signed(type));
}

static bool is_pointer_like(struct type *type)
{
    return type_is_scalar(type) && !type_is_arithmetic(type);
}

static void truncate_bits(struct literal *value)
{
    uint64_t size, alignment;
    if (!type_size(value->type, &size, &alignment) || size >= 8)
        return;
    unsigned unused = 64 - (unsigned)size * 8;
    value->bits <<= unused;
    value->bits = narrow_signed(value->type) ? (uint64_t)((int64_t)value->bits >> unused) : value->bits >> unused;
}

static long double as_real(const struct literal *value)
{
    if (value->is_floating)
        return value->real;
    return is_signed(value->type) ? (long double)(int64_t)value->bits : (long double)value->bits;
}

static bool is_true(const struct literal *value)
{
    return value->is_floating ? value->real != 0 : value->bits != 0;
}

/* Out of range for any 64-bit type: undefined in C, so not folded. */
static bool real_to_integer(struct literal *value)
{
    if (!(value->real > -9.3e18L && value->real < 1.85e19L))
        return false;
    value->bits = value->real < 0 ? (uint64_t)(int64_t)value->real : (uint64_t)value->real;
    value->is_floating = false;
    return true;
}

static bool convert(struct literal *value, struct type *type)
{
    struct type *stripped = type_strip(type);
    bool integer = type_is_integer(type) || is_pointer_like(type);
    if (stripped->kind == TYPE_INT128 || stripped->kind == TYPE_UNSIGNED_INT128 || stripped->kind == TYPE_BIT_INT ||
        stripped->kind == TYPE_UNSIGNED_BIT_INT || stripped->kind == TYPE_COMPLEX ||
        value->imaginary)
        return false;
    if (stripped->kind == TYPE_BOOL) {
        *value = (struct literal){.type = type, .bits = is_true(value)};
        return true;
    }
    if (integer) {
        if (value->is_floating && !real_to_integer(value))
            return false;
        value->type = type;
        truncate_bits(value);
        return true;
    }
    if (!type_is_arithmetic(type))
        return false;
    value->real = as_real(value);
    if (stripped->kind == TYPE_FLOAT)
        value->real = (float)value->real;
    else if (stripped->kind == TYPE_DOUBLE)
        value->real = (double)value->real;
    value->is_floating = true;
    value->type = type;
    return true;
}

static bool set_integer(struct literal *value, enum type_kind kind, uint64_t bits)
{
    *value = (struct literal){.type = type_basic(kind), .bits = bits};
    truncate_bits(value);
    return true;
}

/* ================= operators ================= */

static bool fold_real(const char *operator_, struct literal *a, const struct literal *b)
{
    switch (operator_[0]) {
    case '+': a->real += b->real; break;
    case '-': a->real -= b->real; break;
    case '*': a->real *= b->real; break;
    case '/': a->real /= b->real; break;
    default: return false;
    }
    struct type *type = a->type;
    return convert(a, type);
}

static bool fold_division(bool remainder, struct literal *a, const struct literal *b)
{
    if (!b->bits)
        return false;
    if (!is_signed(a->type)) {
        a->bits = remainder ? a->bits % b->bits : a->bits / b->bits;
        return true;
    }
    int64_t x = (int64_t)a->bits, y = (int64_t)b->bits;
    if (y == -1) /* the one quotient that does not fit would trap */
        a->bits = remainder ? 0 : 0 - a->bits;
    else
        a->bits = (uint64_t)(remainder ? x % y : x / y);
    return true;
}

static bool fold_integer(const char *operator_, struct literal *a, const struct literal *b)
{
    switch (operator_[0]) {
    case '+': a->bits += b->bits; break;
    case '-': a->bits -= b->bits; break;
    case '*': a->bits *= b->bits; break;
    case '&': a->bits &= b->bits; break;
    case '|': a->bits |= b->bits; break;
    case '^': a->bits ^= b->bits; break;
    case '/':
    case '%':
        if (!fold_division(operator_[0] == '%', a, b))
            return false;
        break;
    default: return false;
    }
    truncate_bits(a);
    return true;
}

static bool fold_shift(bool left, struct literal *a, const struct literal *b)
{
    uint64_t size, alignment;
    a->type = type_promoted(a->type);
    if (a->is_floating || b->is_floating || !type_size(a->type, &size, &alignment) || b->bits >= size * 8)
        return false;
    if (left)
        a->bits <<= b->bits;
    else
        a->bits = is_signed(a->type) ? (uint64_t)((int64_t)a->bits >> b->bits) : a->bits >> b->bits;
    truncate_bits(a);
    return true;
}

/* -1, 0 or 1; both have the common type. */
static int compare(const struct literal *a, const struct literal *b)
{
    if (a->is_floating)
        return (a->real > b->real) - (a->real < b->real);
    if (is_signed(a->type))
        return ((int64_t)a->bits > (int64_t)b->bits) - ((int64_t)a->bits < (int64_t)b->bits);
    return (a->bits > b->bits) - (a->bits < b->bits);
}

static bool fold_comparison(const char *operator_, struct literal *a, const struct literal *b)
{
    int order = compare(a, b);
    bool equal = operator_[1] == '=', result;
    switch (operator_[0]) {
    case '<': result = order < 0 || (equal && !order); break;
    case '>': result = order > 0 || (equal && !order); break;
    case '=': result = !order; break;
    default: result = order != 0; break;
    }
    return set_integer(a, TYPE_INT, result);
}

static bool is_comparison(const char *operator_)
{
    return (strchr("<>", operator_[0]) && operator_[1] != operator_[0]) ||
           (strchr("=!", operator_[0]) && operator_[1] == '=');
}

static bool fold_binary(const char *operator_, struct literal *a, struct literal *b)
{
    if ((operator_[0] == '<' || operator_[0] == '>') && operator_[1] == operator_[0])
        return fold_shift(operator_[0] == '<', a, b);
    bool pointers = is_pointer_like(a->type) || is_pointer_like(b->type);
    if (pointers && !is_comparison(operator_))
        return false;
    struct type *common = pointers ? type_basic(TYPE_UNSIGNED_LONG) : type_arithmetic(a->type, b->type);
    if (!convert(a, common) || !convert(b, common))
        return false;
    if (is_comparison(operator_))
        return fold_comparison(operator_, a, b);
    return a->is_floating ? fold_real(operator_, a, b) : fold_integer(operator_, a, b);
}

static bool fold_unary(struct expression *e, struct literal *value)
{
    if (!constant_evaluate(e->a, value))
        return false;
    if (e->kind == EXPRESSION_NOT)
        return set_integer(value, TYPE_INT, !is_true(value));
    if (!type_is_arithmetic(value->type) || !convert(value, type_promoted(value->type)))
        return false;
    if (value->is_floating) {
        if (e->kind == EXPRESSION_MINUS)
            value->real = -value->real;
        return e->kind != EXPRESSION_COMPLEMENT;
    }
    if (e->kind == EXPRESSION_MINUS)
        value->bits = 0 - value->bits;
    else if (e->kind == EXPRESSION_COMPLEMENT)
        value->bits = ~value->bits;
    truncate_bits(value);
    return true;
}

/* && and || need their right side only where the left does not decide. */
static bool fold_logical(struct expression *e, struct literal *value)
{
    if (!constant_evaluate(e->a, value))
        return false;
    bool decides = is_true(value) == (e->kind == EXPRESSION_OR);
    if (!decides && !constant_evaluate(e->b, value))
        return false;
    return set_integer(value, TYPE_INT, is_true(value));
}

static bool fold_conditional(struct expression *e, struct literal *value)
{
    struct literal condition, other;
    if (!constant_evaluate(e->a, &condition))
        return false;
    bool holds = is_true(&condition);
    struct expression *second = e->b ? e->b : e->a;
    if (!constant_evaluate(holds ? second : e->c, value))
        return false;
    /* The other arm takes part in the type alone; it may be something that has no value, as 1 / 0. */
    if (!constant_evaluate(holds ? e->c : second, &other) || !type_is_arithmetic(value->type) ||
        !type_is_arithmetic(other.type))
        return true;
    return convert(value, type_arithmetic(value->type, other.type));
}

/* ================= leaves ================= */

static bool fold_constant(struct expression *e, struct literal *value)
{
    const struct token *token = &tokens[e->first];
    *value = literal_constant(token);
    return value->type && !value->imaginary && !value->wide && !type_is(value->type, TYPE_UNKNOWN);
}

static bool fold_name(struct expression *e, struct literal *value)
{
    if (e->symbol && e->symbol->is_constexpr && e->symbol->declarator->initializer)
        return constant_evaluate(e->symbol->declarator->initializer, value) &&
               (type_is(e->symbol->type, TYPE_AUTO) || convert(value, type_unqualified(e->symbol->type)));
    if (!e->symbol || e->symbol->kind != SYMBOL_ENUMERATOR)
        return false;
    value->is_floating = value->imaginary = value->wide = false;
    value->type = e->symbol->type;
    value->bits = (uint64_t)e->symbol->value;
    return true;
}

static bool fold_size(struct expression *e, struct literal *value)
{
    uint64_t size, alignment;
    bool of_type = e->kind == EXPRESSION_SIZEOF_TYPE || e->kind == EXPRESSION_ALIGNOF_TYPE;
    struct type *type = of_type ? e->type_name->type : typeof_expression(e->a);
    if (!type || !type_size(type, &size, &alignment))
        return false;
    bool is_size = e->kind == EXPRESSION_SIZEOF || e->kind == EXPRESSION_SIZEOF_TYPE;
    return set_integer(value, TYPE_UNSIGNED_LONG, is_size ? size : alignment);
}

/* The designator of an offsetof is read from its tokens: NAME { . NAME | [ index ] }, with the indices in
   e->arguments. */
static bool fold_offsetof(struct expression *e, struct literal *value)
{
    struct type *type = e->type_name->type;
    uint64_t offset = 0;
    size_t index = 0;
    for (token_index t = e->type_name->last + 2; t < e->last; t++) {
        uint64_t more, alignment;
        int64_t number;
        if (tokens[t].kind == TOKEN_NAME) {
            struct member *member = type_member(type, tokens[t].name);
            if (!member || !type_member_offset(type, member->name, &more))
                return false;
            type = member->type;
            offset += more;
        } else if (token_is(t, "[")) {
            type = type_strip(type);
            if (index >= e->argument_count || type->kind != TYPE_ARRAY || !type_size(type->inner, &more, &alignment) ||
                !constant_integer(e->arguments[index], &number))
                return false;
            offset += (uint64_t)number * more;
            type = type->inner;
            t = e->arguments[index++]->last;
        }
    }
    return set_integer(value, TYPE_UNSIGNED_LONG, offset);
}

/* &((struct s *)0)->m and the like: what offsetof was before it was a builtin. */
static bool fold_address(struct expression *place, struct literal *value)
{
    uint64_t offset;
    switch (place->kind) {
    case EXPRESSION_PAREN:
    case EXPRESSION_EXTENSION: return fold_address(place->a, value);
    case EXPRESSION_DEREFERENCE: return constant_evaluate(place->a, value);
    case EXPRESSION_MEMBER:
        if (!fold_address(place->a, value) || !type_member_offset(typeof_expression(place->a), place->name, &offset))
            return false;
        break;
    case EXPRESSION_ARROW:
        if (!constant_evaluate(place->a, value) || !type_is(value->type, TYPE_POINTER) ||
            !type_member_offset(type_strip(value->type)->inner, place->name, &offset))
            return false;
        break;
    default: return false;
    }
    value->bits += offset;
    value->type = type_pointer(type_basic(TYPE_VOID));
    return true;
}

static bool fold_selected(struct expression *e, struct literal *value)
{
    if (!e->chosen && !e->type)
        typeof_expression(e);
    return e->chosen && constant_evaluate(e->chosen, value);
}

static bool fold_cast(struct expression *e, struct literal *value)
{
    return e->type_name->type && constant_evaluate(e->a, value) && convert(value, type_unqualified(e->type_name->type));
}

static bool fold_call(struct expression *e, struct literal *value)
{
    static const char expect[] = "__builtin_expect", is_constant[] = "__builtin_constant_p";
    if (e->a->kind != EXPRESSION_NAME || !e->a->name || !e->argument_count)
        return false;
    if (strcmp(e->a->name, expect) == 0)
        return constant_evaluate(e->arguments[0], value);
    return strcmp(e->a->name, is_constant) == 0 && constant_evaluate(e->arguments[0], value) &&
           set_integer(value, TYPE_INT, 1);
}

static bool fold_types_compatible(struct expression *e, struct literal *value)
{
    int64_t result;
    if (!types_compatible(e, &result))
        return false;
    return set_integer(value, TYPE_INT, (uint64_t)result);
}

static bool evaluate(struct expression *e, struct literal *value)
{
    struct literal right;
    switch (e->kind) {
    case EXPRESSION_CONSTANT: return fold_constant(e, value);
    case EXPRESSION_NAME: return fold_name(e, value);
    case EXPRESSION_PAREN:
    case EXPRESSION_EXTENSION: return constant_evaluate(e->a, value);
    case EXPRESSION_PLUS:
    case EXPRESSION_MINUS:
    case EXPRESSION_COMPLEMENT:
    case EXPRESSION_NOT: return fold_unary(e, value);
    case EXPRESSION_BINARY:
        return constant_evaluate(e->a, value) && constant_evaluate(e->b, &right) &&
               fold_binary(tokens[e->operator_].name, value, &right);
    case EXPRESSION_AND:
    case EXPRESSION_OR: return fold_logical(e, value);
    case EXPRESSION_CONDITIONAL: return fold_conditional(e, value);
    case EXPRESSION_CAST: return fold_cast(e, value);
    case EXPRESSION_SIZEOF:
    case EXPRESSION_SIZEOF_TYPE:
    case EXPRESSION_ALIGNOF:
    case EXPRESSION_ALIGNOF_TYPE: return fold_size(e, value);
    case EXPRESSION_OFFSETOF: return fold_offsetof(e, value);
    case EXPRESSION_ADDRESS: return fold_address(e->a, value);
    case EXPRESSION_GENERIC:
    case EXPRESSION_CHOOSE: return fold_selected(e, value);
    case EXPRESSION_TYPES_COMPATIBLE: return fold_types_compatible(e, value);
    case EXPRESSION_CALL: return fold_call(e, value);
    default: return false;
    }
}

/* What check has found out is kept in the node: so a tree is folded once, however deep. */
bool constant_evaluate(struct expression *e, struct literal *value)
{
    if (!e->constant_known)
        return evaluate(e, value);
    if (!e->is_constant)
        return false;
    *value = (struct literal){.type = type_unqualified(e->type), .bits = (uint64_t)e->value};
    return true;
}

bool constant_integer(struct expression *e, int64_t *value)
{
    struct literal literal;
    if (!e || !constant_evaluate(e, &literal) || literal.is_floating || !type_is_integer(literal.type))
        return false;
    *value = (int64_t)literal.bits;
    return true;
}

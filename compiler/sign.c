/* Which values can never be negative, as C compilers see it too. A signed operand that is compared with an unsigned one draws a warning
   (-Wsign-compare), unless its expression shows that it is never negative: `n == (a && b)`; or that the other is so small that it equals no
   negative value: `n == (unsigned)(a && b)`. A temporary shows nothing. So where it takes the place of such an expression, the
   conversion that C makes is written out. */
#include "lowering.h"
#include <string.h>

enum { MAY_BE_NEGATIVE = -1 };

static int value_bits(struct expression *e);

static bool operator_among(struct expression *e, const char *const operators[], size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (token_is(e->operator_, operators[i]))
            return true;
    return false;
}

static bool is_comparison(struct expression *e)
{
    static const char *const operators[] = {"<", ">", "<=", ">=", "==", "!="};
    return e->kind == EXPRESSION_BINARY && operator_among(e, operators, sizeof operators / sizeof *operators);
}

bool is_truth(struct expression *e)
{
    e = expression_inner(e);
    return e->kind == EXPRESSION_NOT || e->kind == EXPRESSION_AND || e->kind == EXPRESSION_OR || is_comparison(e);
}

static int least(int a, int b)
{
    return a < b ? a : b;
}

static int greatest(int a, int b)
{
    return a > b ? a : b;
}

/* Of any value of a type. */
static int type_bits(struct type *type)
{
    uint64_t size, alignment;
    return type_is_integer(type) && type_is_unsigned(type) && type_size(type, &size, &alignment) ? (int)size * 8
                                                                                                 : MAY_BE_NEGATIVE;
}

/* Of a value of so many bits that is converted to a type. */
static int converted_bits(int bits, struct type *type)
{
    uint64_t size, alignment;
    if (!type_is_integer(type) || !type_size(type, &size, &alignment))
        return MAY_BE_NEGATIVE;
    int all = type_bits(type);
    if (all != MAY_BE_NEGATIVE)
        return bits == MAY_BE_NEGATIVE ? all : least(bits, all);
    return bits < (int)size * 8 ? bits : MAY_BE_NEGATIVE;
}

static int constant_bits(struct expression *e)
{
    if (e->value < 0)
        return type_bits(type_value(e->type));
    return e->value ? 64 - __builtin_clzll((unsigned long long)e->value) : 0;
}

/* Of two operands that cannot be negative; what overflows int has the sign of its type. */
static int sum_bits(struct expression *e, int a, int b)
{
    switch (tokens[e->operator_].text[0]) {
    case '+': return converted_bits(greatest(a, b) + 1, type_value(e->type));
    case '*': return converted_bits(a + b, type_value(e->type));
    case '|':
    case '^': return greatest(a, b);
    case '/': return a;
    default: return type_bits(type_value(e->type));
    }
}

static int binary_bits(struct expression *e)
{
    if (is_comparison(e))
        return 1;
    int a = value_bits(e->a), b = value_bits(e->b);
    if (token_is(e->operator_, "&"))
        return a == MAY_BE_NEGATIVE ? b : b == MAY_BE_NEGATIVE ? a : least(a, b);
    if (token_is(e->operator_, "%") || token_is(e->operator_, ">>"))
        return a;
    return a != MAY_BE_NEGATIVE && b != MAY_BE_NEGATIVE ? sum_bits(e, a, b) : type_bits(type_value(e->type));
}

/* Of these builtin functions compilers know that they count bits. */
static int call_bits(struct expression *e)
{
    static const char *const names[] = {"__builtin_parity", "__builtin_popcount", "__builtin_ffs",
                                        "__builtin_clz",    "__builtin_ctz",      "__builtin_clrsb"};
    const char *called = e->a->kind == EXPRESSION_NAME ? e->a->name : NULL;
    for (size_t i = 0; called && i < sizeof names / sizeof *names; i++)
        if (strncmp(called, names[i], strlen(names[i])) == 0)
            return 8;
    return type_bits(type_value(e->type));
}

static int statement_bits(struct expression *e)
{
    struct statement *last = e->body->item_count ? e->body->items[e->body->item_count - 1] : NULL;
    return last && last->kind == STATEMENT_EXPRESSION && last->a ? value_bits(last->a) : MAY_BE_NEGATIVE;
}

/* What is assigned clang takes to be as wide as it was, be it negative or not. */
static int assignment_bits(struct expression *e)
{
    uint64_t size, alignment;
    bool takes_over = token_is(e->operator_, "=") || token_is(e->operator_, "&=");
    int bits = converted_bits(takes_over ? value_bits(e->b) : MAY_BE_NEGATIVE, e->type);
    struct type *from = type_value(e->b->type);
    if (bits != MAY_BE_NEGATIVE && token_is(e->operator_, "=") && type_is_integer(from) && type_size(from, &size, &alignment))
        bits = least(bits, (int)size * 8);
    return bits;
}

/* How many bits hold any value of an integer expression, or MAY_BE_NEGATIVE. */
static int value_bits(struct expression *e)
{
    if (!type_is_integer(type_value(e->type)))
        return MAY_BE_NEGATIVE;
    if (e->is_constant)
        return constant_bits(e);
    switch (e->kind) {
    case EXPRESSION_AND:
    case EXPRESSION_OR:
    case EXPRESSION_NOT: return 1;
    case EXPRESSION_PAREN:
    case EXPRESSION_EXTENSION:
    case EXPRESSION_PLUS: return value_bits(e->a);
    case EXPRESSION_CAST: return converted_bits(value_bits(e->a), e->type);
    case EXPRESSION_ASSIGN: return assignment_bits(e);
    case EXPRESSION_CALL: return call_bits(e);
    case EXPRESSION_COMMA: return value_bits(e->b);
    case EXPRESSION_STATEMENT: return statement_bits(e);
    case EXPRESSION_BINARY: return binary_bits(e);
    case EXPRESSION_CONDITIONAL: {
        int b = value_bits(e->b ? e->b : e->a), c = value_bits(e->c);
        return b == MAY_BE_NEGATIVE || c == MAY_BE_NEGATIVE ? type_bits(type_value(e->type)) : greatest(b, c);
    }
    default: return e->is_bit_field && type_is_unsigned(e->type) ? (int)e->bit_width : type_bits(type_value(e->type));
    }
}

static struct type *operand_type(struct expression *e)
{
    struct expression *field = expression_bit_field(e);
    return field ? type_bit_field(type_value(e->type), field->bit_width) : type_promoted(type_value(e->type));
}

/* The type that both operands of a comparison of integers are converted to, where it is unsigned; NULL: else. */
static struct type *unsigned_common(struct expression *comparison)
{
    struct type *a = operand_type(comparison->a), *b = operand_type(comparison->b);
    if (!is_comparison(comparison) || !type_is_integer(a) || !type_is_integer(b))
        return NULL;
    struct type *common = type_arithmetic(a, b);
    return type_is_integer(common) && type_is_unsigned(common) ? common : NULL;
}

static bool is_signed_operand(struct expression *e)
{
    return !e->is_constant && !type_is_unsigned(operand_type(e));
}

const char *conversion_never_negative(struct expression *comparison, struct expression *operand)
{
    struct type *common = unsigned_common(comparison);
    return common && is_signed_operand(operand) && value_bits(operand) != MAY_BE_NEGATIVE ? type_declare(common, "")
                                                                                          : NULL;
}

const char *conversion_beside_small(struct expression *comparison, struct expression *operand, struct expression *other)
{
    struct type *common = unsigned_common(comparison);
    bool equality = token_is(comparison->operator_, "==") || token_is(comparison->operator_, "!=");
    if (!common || !equality || !is_signed_operand(operand))
        return NULL;
    int bits = value_bits(other);
    return bits != MAY_BE_NEGATIVE && bits < type_bits(common) ? type_declare(common, "") : NULL;
}

static bool is_outside(struct expression *constant, struct expression *other)
{
    uint64_t size, alignment;
    struct type *type = type_value(other->type);
    if (!constant->is_constant || !type_is_integer(type) || !type_size(type, &size, &alignment) || size > sizeof constant->value)
        return false;
    int bits = value_bits(other);
    bool never_negative = bits != MAY_BE_NEGATIVE, negative = constant->value < 0 && !type_is_unsigned(type_value(constant->type));
    return negative ? never_negative : constant_bits(constant) > (never_negative ? bits : (int)size * 8 - 1);
}

static bool is_zero(struct expression *e)
{
    return e->is_constant && e->value == 0;
}

bool is_decided_by_range(struct expression *comparison)
{
    struct expression *a = comparison->a, *b = comparison->b;
    if (!is_comparison(comparison) || a->is_constant == b->is_constant)
        return false;
    bool equality = token_is(comparison->operator_, "==") || token_is(comparison->operator_, "!=");
    if (!equality && (is_zero(a) || is_zero(b)))
        return value_bits(a->is_constant ? b : a) != MAY_BE_NEGATIVE;
    return is_outside(a, b) || is_outside(b, a);
}

/* Which values can never be negative, as C compilers see it too. A signed operand that is compared with an unsigned one draws a warning
   (-Wsign-compare), unless its expression shows that it is never negative: `n == (a && b)`. A temporary shows nothing. So where it takes the
   place of such an expression, the conversion that C makes is written out. */
#include "lowering.h"

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

static bool never_negative(struct expression *e);

static bool binary_never_negative(struct expression *e)
{
    static const char *const of_both[] = {"|", "^", "/"}, *const of_first[] = {"%", ">>"};
    if (is_comparison(e))
        return true;
    if (token_is(e->operator_, "&"))
        return never_negative(e->a) || never_negative(e->b);
    if (operator_among(e, of_first, sizeof of_first / sizeof *of_first))
        return never_negative(e->a);
    return operator_among(e, of_both, sizeof of_both / sizeof *of_both) && never_negative(e->a) && never_negative(e->b);
}

/* Sums and products of unsigned values so small that they are computed as int. */
static bool is_small_sum(struct expression *e)
{
    uint64_t size, alignment;
    e = expression_inner(e);
    if (e->kind == EXPRESSION_BINARY && (token_is(e->operator_, "+") || token_is(e->operator_, "*")))
        return is_small_sum(e->a) && is_small_sum(e->b);
    return type_is_unsigned(e->type) && type_size(e->type, &size, &alignment) && size == 1;
}

static bool never_negative(struct expression *e)
{
    if (e->is_constant)
        return e->value >= 0 || type_is_unsigned(e->type);
    if (!type_is_integer(type_value(e->type)))
        return false;
    if (type_is_unsigned(type_value(e->type)))
        return true;
    switch (e->kind) {
    case EXPRESSION_AND:
    case EXPRESSION_OR:
    case EXPRESSION_NOT:
        return true;
    case EXPRESSION_PAREN:
    case EXPRESSION_EXTENSION:
    case EXPRESSION_PLUS:
        return never_negative(e->a);
    case EXPRESSION_COMMA:
        return never_negative(e->b);
    case EXPRESSION_CONDITIONAL:
        return never_negative(e->b ? e->b : e->a) && never_negative(e->c);
    case EXPRESSION_STATEMENT: {
        struct statement *last = e->body->item_count ? e->body->items[e->body->item_count - 1] : NULL;
        return last && last->kind == STATEMENT_EXPRESSION && last->a && never_negative(last->a);
    }
    case EXPRESSION_BINARY:
        return binary_never_negative(e) || is_small_sum(e);
    default:
        return false;
    }
}

const char *unsigned_conversion(struct expression *comparison, struct expression *operand)
{
    if (!is_comparison(comparison) || !type_is_integer(type_value(comparison->a->type)) || !type_is_integer(type_value(comparison->b->type)))
        return NULL;
    struct type *common = type_arithmetic(type_value(comparison->a->type), type_value(comparison->b->type));
    struct type *own = type_promoted(type_value(operand->type));
    if (!type_is_integer(common) || !type_is_unsigned(common) || type_is_unsigned(own) || operand->is_constant || !never_negative(operand))
        return NULL;
    return type_declare(common, "");
}

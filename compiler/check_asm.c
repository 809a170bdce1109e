/* The operands of an asm statement, as far as C compilers agree about them: what is written to is an lvalue that may be changed, and its
   constraint says so; what is read has a value, and its constraint does not speak of writing. Which operand is which is in the tokens:
   "constraint" (expression), outputs behind the first colon, inputs behind the second. */
#include "checking.h"
#include <string.h>

enum { OUTPUTS = 1, INPUTS = 2 };

/* How many colons of the statement stand before the token: the section it is in. */
static unsigned section_of(const struct statement *s, token_index place)
{
    unsigned colons = 0, depth = 0;
    for (token_index t = s->first; t < place; t++) {
        depth += token_is(t, "(") || token_is(t, "[");
        depth -= token_is(t, ")") || token_is(t, "]");
        if (depth == 1 && token_is(t, "::"))
            colons += 2;
        else if (depth == 1 && token_is(t, ":"))
            colons++;
    }
    return colons;
}

/* The last token of the constraint: the parenthesis of the operand stands behind it. */
static token_index constraint_of(const struct expression *operand)
{
    return operand->first - 2;
}

static bool constraint_says(token_index constraint, const char *letters)
{
    const struct token *t = &tokens[constraint];
    for (uint32_t i = 0; t->kind == TOKEN_STRING && i < t->length; i++)
        if (strchr(letters, t->text[i]))
            return true;
    return false;
}

/* A constraint of several strings may say it in any of them. */
static bool is_one_string(token_index constraint)
{
    return tokens[constraint].kind == TOKEN_STRING && tokens[constraint - 1].kind != TOKEN_STRING;
}

/* GNU: what is cast counts as what it is. */
static struct expression *without_casts(struct expression *e)
{
    for (e = expression_inner(e); e->kind == EXPRESSION_CAST; e = expression_inner(e->a))
        continue;
    return e;
}

static void check_output(struct expression *e, token_index constraint)
{
    if (!check_modifiable(without_casts(e), "an output of 'asm'", true))
        return;
    if (is_one_string(constraint) && !constraint_says(constraint, "=+"))
        rule_error(constraint, "the constraint of an output of 'asm' has neither '=' nor '+'");
}

static void check_input(struct expression *e, token_index constraint)
{
    if (type_is(e->type, TYPE_VOID))
        rule_error(e->first, "void value not ignored as it ought to be");
    else if (is_one_string(constraint) && constraint_says(constraint, "=+"))
        rule_error(constraint, "the constraint of an input of 'asm' has '='; outputs stand behind the first colon");
}

/* `[name]` in front of the constraint; NULL. */
static const char *operand_name(token_index constraint)
{
    while (tokens[constraint - 1].kind == TOKEN_STRING)
        constraint--;
    return token_is(constraint - 1, "]") ? tokens[constraint - 2].name : NULL;
}

static void check_names(const struct statement *s, size_t index)
{
    token_index constraint = constraint_of(s->arguments[index]);
    const char *name = operand_name(constraint);
    for (size_t i = 0; name && i < index; i++)
        if (operand_name(constraint_of(s->arguments[i])) == name) {
            rule_error(constraint, "the operand '[%s]' of 'asm' is there twice", name);
            return;
        }
}

void check_asm_operands(const struct statement *s)
{
    for (size_t i = 0; i < s->argument_count; i++) {
        struct expression *e = s->arguments[i];
        unsigned section = section_of(s, e->first);
        if (section == OUTPUTS)
            check_output(e, constraint_of(e));
        else if (section == INPUTS)
            check_input(e, constraint_of(e));
        check_names(s, i);
    }
}

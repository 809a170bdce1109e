/* Making nodes, walking over their children, and printing the tree (--emit=ast). Printing keeps its own stack of what is still
   to be printed, so that a deep tree does not need a deep C stack. */
#include "text.h"
#include "tree.h"
#include "type.h"
#include <stdio.h>
#include <string.h>

/* ---- constructors ---- */

struct expression *expression_new(enum expression_kind kind, token_index first, token_index last)
{
    struct expression *e = arena_alloc(sizeof *e);
    e->kind = (uint8_t)kind;
    e->first = first;
    e->last = last;
    return e;
}

struct expression *expression_make(enum expression_kind kind, struct range range, struct range operator_, struct expression *a,
                                   struct expression *b, struct expression *c)
{
    struct expression *e = expression_new(kind, range.first, range.last);
    e->operator_ = operator_.first;
    e->a = a;
    e->b = b;
    e->c = c;
    return e;
}

struct statement *statement_new(enum statement_kind kind, token_index first, token_index last)
{
    struct statement *s = arena_alloc(sizeof *s);
    s->kind = (uint8_t)kind;
    s->first = first;
    s->last = last;
    return s;
}

const char *expression_kind_name(unsigned kind)
{
    static const char *const names[] = {
#define X(name) #name,
        EXPRESSION_KINDS(X)
#undef X
    };
    return kind < EXPRESSION_KIND_COUNT ? names[kind] : "?";
}

const char *statement_kind_name(unsigned kind)
{
    static const char *const names[] = {
#define X(name) #name,
        STATEMENT_KINDS(X)
#undef X
    };
    return kind < STATEMENT_KIND_COUNT ? names[kind] : "?";
}

/* ---- children ---- */

static void visit_some(struct expression *child, void (*visit)(struct expression *, void *), void *context)
{
    if (child)
        visit(child, context);
}

static void visit_items(struct expression *e, void (*visit)(struct expression *, void *), void *context)
{
    for (size_t i = 0; i < e->item_count; i++) {
        struct initializer_item *item = &e->items[i];
        for (size_t d = 0; d < item->designator_count; d++) {
            visit_some(item->designators[d].index, visit, context);
            visit_some(item->designators[d].high, visit, context);
        }
        visit_some(item->value, visit, context);
    }
}

struct expression *expression_inner(struct expression *e)
{
    while (e->kind == EXPRESSION_PAREN || e->kind == EXPRESSION_EXTENSION)
        e = e->a;
    return e;
}

struct expression *expression_condition(struct expression *e)
{
    struct expression *around = e;
    for (; !e->text && (e->kind == EXPRESSION_PAREN || e->kind == EXPRESSION_EXTENSION); e = e->a)
        around = e;
    bool equality = !e->text && e->kind == EXPRESSION_BINARY && token_is(e->operator_, "==");
    return equality || around->kind != EXPRESSION_PAREN ? e : around;
}

struct expression *expression_bit_field(struct expression *e)
{
    for (;;)
        switch (e->kind) {
        case EXPRESSION_PAREN:
        case EXPRESSION_EXTENSION:
        case EXPRESSION_ASSIGN:
        case EXPRESSION_POST_INCREMENT:
        case EXPRESSION_POST_DECREMENT:
        case EXPRESSION_PRE_INCREMENT:
        case EXPRESSION_PRE_DECREMENT:
            e = e->a;
            break;
        case EXPRESSION_COMMA:
            e = e->b;
            break;
        default:
            return e->is_bit_field ? e : NULL;
        }
}

bool expression_is_array_of_value(struct expression *e)
{
    return e->kind == EXPRESSION_MEMBER && !e->a->is_lvalue && type_is(e->type, TYPE_ARRAY);
}

void expression_children(struct expression *e, void (*visit)(struct expression *child, void *context), void *context)
{
    visit_some(e->a, visit, context);
    visit_some(e->b, visit, context);
    visit_some(e->c, visit, context);
    for (size_t i = 0; i < e->argument_count; i++)
        visit_some(e->arguments[i], visit, context);
    for (size_t i = 0; i < e->association_count; i++)
        visit_some(e->associations[i].value, visit, context);
    visit_items(e, visit, context);
    visit_some(e->initializer, visit, context);
}

bool expression_leans_left(const struct expression *e)
{
    return e->kind == EXPRESSION_BINARY || e->kind == EXPRESSION_COMMA || e->kind == EXPRESSION_AND ||
           e->kind == EXPRESSION_OR;
}

void expression_operands(struct expression *e, void (*visit)(struct expression *, void *), void *context)
{
    ARRAY(struct expression *) chain = {0};
    if (!expression_leans_left(e)) {
        expression_children(e, visit, context);
        return;
    }
    for (; expression_leans_left(e); e = e->a)
        array_add(&chain, e);
    visit(e, context);
    for (size_t i = chain.count; i-- > 0;)
        visit(chain.at[i]->b, context);
}

static void visit_full(struct expression *e, struct statement *s, struct symbol *kept_in, full_expression_visit *visit)
{
    if (e)
        visit(e, s, kept_in);
}

void declarator_bounds(struct declarator *d, void (*visit)(struct expression *bound, void *context), void *context)
{
    for (struct type *type = d->type; type; type = type->inner)
        if (type->kind == TYPE_ARRAY && type->variable && type->bound && type->bound->first >= d->first && type->bound->last <= d->last)
            visit(type->bound, context);
}

struct bound_visit { full_expression_visit *visit; struct statement *statement; };

static void visit_bound(struct expression *bound, void *context)
{
    struct bound_visit *v = context;
    v->visit(bound, v->statement, NULL);
}

static void visit_declaration(struct statement *s, full_expression_visit *visit)
{
    for (size_t i = 0; s->declaration && i < s->declaration->declarator_count; i++) {
        struct declarator *declarator = s->declaration->declarators[i];
        declarator_bounds(declarator, visit_bound, &(struct bound_visit){visit, s});
        visit_full(declarator->initializer, s, declarator->symbol, visit);
    }
}

void statement_expressions(struct statement *s, full_expression_visit *visit)
{
    /* What follows a label or an `else` is gone on to in a loop: there are as many as the text is long. */
    for (struct statement *next; s; s = next) {
        bool label = s->kind == STATEMENT_LABEL || s->kind == STATEMENT_CASE || s->kind == STATEMENT_DEFAULT;
        visit_declaration(s, visit);
        statement_expressions(s->init, visit);
        visit_full(s->a, s, NULL, visit);
        visit_full(s->step, s, NULL, visit);
        for (size_t i = 0; i < s->argument_count; i++)
            visit_full(s->arguments[i], s, NULL, visit);
        for (size_t i = 0; i < s->item_count; i++)
            statement_expressions(s->items[i], visit);
        if (!label)
            statement_expressions(s->body, visit);
        for (size_t i = 0; i < s->catch_count; i++)
            statement_expressions(s->catches[i].body, visit);
        next = label ? s->body : s->otherwise;
    }
}

bool expression_same_tokens(const struct expression *a, const struct expression *b)
{
    if (a->last - a->first != b->last - b->first)
        return false;
    for (token_index i = 0; i <= a->last - a->first; i++) {
        const struct token *x = &tokens[a->first + i], *y = &tokens[b->first + i];
        if (x->length != y->length || memcmp(x->text, y->text, x->length))
            return false;
    }
    return true;
}

const char *expression_text(const struct expression *e)
{
    return tokens_text(e->first, e->last);
}

const char *tokens_text(token_index first, token_index last)
{
    struct text text = {0};
    for (token_index t = first; t <= last; t++) {
        if (t > first && tokens[t].space_before)
            text_add(&text, " ");
        text_add_bytes(&text, tokens[t].text, tokens[t].length);
    }
    return text_string(&text);
}

/* ---- printing ---- */

/* One node still to be printed: exactly one of the pointers is set. */
struct printed {
    struct expression *expression;
    struct statement *statement;
    struct declaration *declaration;
    struct declarator *declarator;
    struct catch_clause *catch_clause;
    unsigned depth;
};

struct print_stack { struct printed *at; size_t count, capacity; };

/* Children are collected in their order, and then turned round: the last one pushed is printed first. */
static void children_turn(struct print_stack *stack, size_t from)
{
    for (size_t i = from, j = stack->count; i + 1 < j; i++) {
        struct printed swap = stack->at[--j];
        stack->at[j] = stack->at[i];
        stack->at[i] = swap;
    }
}

struct print_context { struct print_stack *stack; unsigned depth; };

static void push_expression(struct expression *e, void *context)
{
    struct print_context *c = context;
    if (e)
        array_add(c->stack, (struct printed){ .expression = e, .depth = c->depth });
}

static void push_statement(struct print_context *c, struct statement *s)
{
    if (s)
        array_add(c->stack, (struct printed){ .statement = s, .depth = c->depth });
}

static void push_declaration(struct print_context *c, struct declaration *d)
{
    if (d)
        array_add(c->stack, (struct printed){ .declaration = d, .depth = c->depth });
}

static void print_place(token_index first, token_index last)
{
    if (first <= last)
        printf(" <%u:%u..%u:%u>", tokens[first].line, tokens[first].column, tokens[last].line, tokens[last].column);
    putchar('\n');
}

static void print_indented(unsigned depth, const char *what)
{
    printf("%*s%s", (int)(depth * 2), "", what);
}

static void print_text(token_index first, token_index last)
{
    for (token_index t = first; t <= last; t++)
        printf("%s%.*s", t > first && tokens[t].space_before ? " " : "", (int)tokens[t].length, tokens[t].text);
}

static void print_expression(struct expression *e, struct print_context *c)
{
    print_indented(c->depth - 1, expression_kind_name(e->kind));
    switch (e->kind) {
    case EXPRESSION_NAME: case EXPRESSION_MEMBER: case EXPRESSION_ARROW: case EXPRESSION_LABEL_ADDRESS:
        printf(" %s", e->name);
        break;
    case EXPRESSION_CONSTANT: case EXPRESSION_STRING:
        putchar(' ');
        print_text(e->first, e->last);
        break;
    case EXPRESSION_BINARY: case EXPRESSION_ASSIGN:
        printf(" %.*s", (int)tokens[e->operator_].length, tokens[e->operator_].text);
        break;
    default:
        break;
    }
    if (e->type_name)
        printf(" (%s)", type_text(e->type_name->type));
    if (e->type)
        printf(" : %s", type_text(e->type));
    print_place(e->first, e->last);
    expression_children(e, push_expression, c);
    push_statement(c, e->body);
}

static void print_statement(struct statement *s, struct print_context *c)
{
    print_indented(c->depth - 1, statement_kind_name(s->kind));
    if (s->label)
        printf(" %s", s->label->name);
    print_place(s->first, s->last);
    push_declaration(c, s->declaration);
    push_statement(c, s->init);
    push_expression(s->kind == STATEMENT_DO ? NULL : s->a, c);
    push_expression(s->high, c);
    push_expression(s->step, c);
    for (size_t i = 0; i < s->argument_count; i++)
        push_expression(s->arguments[i], c);
    for (size_t i = 0; i < s->item_count; i++)
        push_statement(c, s->items[i]);
    push_statement(c, s->body);
    push_expression(s->kind == STATEMENT_DO ? s->a : NULL, c);
    push_statement(c, s->otherwise);
    for (size_t i = 0; i < s->catch_count; i++)
        array_add(c->stack, (struct printed){ .catch_clause = &s->catches[i], .depth = c->depth });
}

static void print_declaration(struct declaration *d, struct print_context *c)
{
    print_indented(c->depth - 1, d->function ? d->function->is_async ? "async function" : "function"
                                 : d->is_static_assert ? "static assert" : d->is_asm ? "asm" : d->is_empty ? "empty"
                                 : d->is_pragma ? "pragma" : "declaration");
    if (d->specifiers->storage == STORAGE_TYPEDEF)
        printf(" typedef");
    print_place(d->first, d->last);
    for (size_t i = 0; i < d->declarator_count; i++)
        array_add(c->stack, (struct printed){ .declarator = d->declarators[i], .depth = c->depth });
    if (d->function)
        push_statement(c, d->function->body);
}

static void print_declarator(struct declarator *d, struct print_context *c)
{
    print_indented(c->depth - 1, "declarator");
    printf(" %s : %s", d->name ? d->name : "(no name)", type_text(d->type));
    if (d->symbol && d->symbol->child)
        printf(" [child]");
    print_place(d->first, d->last);
    push_expression(d->initializer, c);
}

static void print_catch(struct catch_clause *clause, struct print_context *c)
{
    print_indented(c->depth - 1, "CATCH");
    print_place(clause->first, clause->last);
    push_expression(clause->code, c);
    push_declaration(c, clause->declaration);
    push_statement(c, clause->body);
}

static void print_node(struct printed node, struct print_stack *stack)
{
    struct print_context c = { stack, node.depth + 1 };
    size_t from = stack->count;
    if (node.expression)
        print_expression(node.expression, &c);
    else if (node.statement)
        print_statement(node.statement, &c);
    else if (node.declaration)
        print_declaration(node.declaration, &c);
    else if (node.declarator)
        print_declarator(node.declarator, &c);
    else
        print_catch(node.catch_clause, &c);
    children_turn(stack, from);
}

void tree_print(void)
{
    struct print_stack stack = { 0 };
    for (size_t i = 0; i < unit.declarations.count; i++) {
        array_add(&stack, (struct printed){ .declaration = unit.declarations.at[i] });
        while (stack.count)
            print_node(stack.at[--stack.count], &stack);
    }
}

/* Statements of async bodies: their parts, in the order of the text; and jumps. What a jump must not enter is kept
   as a chain of barriers, so that each goto is judged by comparing two chains once the whole body is seen. */
#include "checking.h"

/* A goto, asm goto (once for each of its labels) or computed goto (label is NULL), to be judged at the end of the function. */
struct jump {
    struct statement *statement;
    struct label *label;
    struct barrier *from;
};

static ARRAY(struct jump) jumps;

/* ================= barriers ================= */

struct barrier *barrier_push(const char *what, token_index place)
{
    struct barrier *barrier = arena_alloc(sizeof *barrier);
    *barrier = (struct barrier){.outer = check_now.barrier, .what = what, .place = place};
    barrier->depth = barrier->outer ? barrier->outer->depth + 1 : 1;
    return check_now.barrier = barrier;
}

/* Is `outer` part of the chain that ends in `inner`? NULL is outside of everything. */
static bool encloses(struct barrier *outer, struct barrier *inner)
{
    if (!outer)
        return true;
    while (inner && inner->depth > outer->depth)
        inner = inner->outer;
    return inner == outer;
}

/* The outermost barrier that going from one place to the other enters; NULL: none. */
static struct barrier *entered(struct barrier *from, struct barrier *to)
{
    struct barrier *first = NULL;
    for (; to && !encloses(to, from); to = to->outer)
        first = to;
    return first;
}

static struct barrier *innermost_defer(struct barrier *barrier)
{
    while (barrier && !barrier->defer)
        barrier = barrier->outer;
    return barrier;
}

/* ================= goto and labels ================= */

/* How messages name the jump. */
static const char *jump_text(struct jump *jump, struct label *label)
{
    return arena_format(jump->statement->kind == STATEMENT_ASM ? "'asm goto' to '%s'" : "'goto %s'", label->name);
}

static void judge_jump(struct jump *jump, struct label *label)
{
    struct statement *s = jump->statement;
    struct barrier *into = entered(jump->from, label->barrier), *defer = innermost_defer(jump->from);
    if (defer && !encloses(defer, label->barrier)) {
        dialect_error(s->first, "%s in a defer: it must not jump out", jump_text(jump, label));
        dialect_note(defer->place, "the defer begins here");
    } else if (into) {
        dialect_error(s->first, "%s jumps into %s", jump_text(jump, label), into->what);
        dialect_note(into->place, "which begins here");
    }
}

/* Where a computed goto may lead: to any label whose address is taken. One message is enough. */
static void judge_computed(struct jump *jump)
{
    struct statement *s = jump->statement;
    for (struct label *label = check_now.function->labels; label; label = label->next) {
        if (!label->address_taken || !label->defined)
            continue;
        struct barrier *into = entered(jump->from, label->barrier), *defer = innermost_defer(jump->from);
        if (defer && !encloses(defer, label->barrier)) {
            dialect_error(s->first, "this computed goto may lead to '%s', out of a defer: it must not jump out", label->name);
            dialect_note(defer->place, "the defer begins here");
            return;
        }
        if (into) {
            dialect_error(s->first, "this computed goto may lead to '%s', whose address is taken, and so into %s", label->name, into->what);
            dialect_note(into->place, "which begins here");
            return;
        }
    }
}

static void undefined_label(struct label *label, token_index place)
{
    if (label->told || check_now.function->cut)
        return;
    label->told = true;
    rule_error(place, "label '%s' used but not defined", label->name);
}

static void judge_jumps(void)
{
    for (size_t i = 0; i < jumps.count; i++) {
        struct label *label = jumps.at[i].label;
        if (!label)
            judge_computed(&jumps.at[i]);
        else if (label->defined)
            judge_jump(&jumps.at[i], label);
        else
            undefined_label(label, jumps.at[i].statement->first);
    }
    jumps.count = 0;
    for (struct label *label = check_now.function->labels; label; label = label->next)
        if (!label->defined && label->address_taken)
            undefined_label(label, label->place);
}

static void check_goto(struct statement *s, struct label *label)
{
    if (label)
        label->jumped_to = true;
    array_add(&jumps, (struct jump){.statement = s, .label = label, .from = check_now.barrier});
}

static void check_label(struct statement *s)
{
    if (s->label && s->label->defined == s) /* not where it is a second one: the parser has told that */
        s->label->barrier = check_now.barrier;
}

/* A case, break or continue that belongs to nothing; where a brace was lost, it did. */
static void misplaced(const struct statement *s, const char *text)
{
    if (!check_now.function->cut)
        rule_error(s->first, "%s", text);
}

static void check_case_place(struct statement *s)
{
    const char *what = s->kind == STATEMENT_CASE ? "case" : "default";
    if (!check_now.in_switch) {
        misplaced(s, arena_format("'%s' label not within a switch statement", what));
        return;
    }
    array_add(&check_now.labels->all, s);
    struct barrier *into = entered(check_now.switch_barrier, check_now.barrier);
    if (into) {
        dialect_error(s->first, "'%s' label jumps into %s", what, into->what);
        dialect_note(into->place, "which begins here");
    }
}

static void check_case(struct statement *s)
{
    check_case_place(s);
    check_in_constant(s->a);
    check_in_constant(s->high);
    check_case_constant(s->a);
    check_case_constant(s->high);
}

static void check_break(struct statement *s)
{
    bool is_break = s->kind == STATEMENT_BREAK;
    if (check_now.in_loop || (is_break && check_now.in_switch))
        return;
    if (check_now.defer) {
        dialect_error(s->first, "'%s' in a defer: it must not jump out", is_break ? "break" : "continue");
        dialect_note(check_now.defer->first, "the defer begins here");
    } else {
        misplaced(s, is_break ? "break statement not within loop or switch" : "continue statement not within a loop");
    }
}

/* ================= parts ================= */

static void take_expression(struct statement *s, struct expression *e)
{
    if (e)
        s->has_await |= e->has_await;
}

static void check_operand(struct statement *s, struct expression *e)
{
    if (!e)
        return;
    check_value(e);
    take_expression(s, e);
}

static void check_statement_condition(struct statement *s)
{
    if (!s->a)
        return;
    check_condition(s->a);
    take_expression(s, s->a);
    warn_dropped(s->a);
}

/* 6.8.4p3: a substatement is a block of its own, and a `defer` runs at its end. */
static void warn_defer_alone(struct statement *part)
{
    if (part->kind == STATEMENT_DEFER && warning_at(part->first, "useless-defer", "this 'defer' runs at once"))
        note_at(part->first, "what follows a condition or a loop's head is a block of its own, even without braces; "
                             "'defer' stands in the block at whose end it is to run");
}

/* A substatement: what it opens ends with it. */
static void check_part(struct statement *s, struct statement *part)
{
    if (!part)
        return;
    warn_defer_alone(part);
    struct barrier *outer = check_now.barrier;
    check_statement(part, s);
    check_now.barrier = outer;
    s->has_await |= part->has_await;
}

static void check_loop_body(struct statement *s)
{
    bool in_loop = check_now.in_loop;
    check_now.in_loop = true;
    check_part(s, s->body);
    check_now.in_loop = in_loop;
}

static void check_compound(struct statement *s)
{
    struct statement *block = check_now.block;
    struct barrier *outer = check_now.barrier;
    check_now.block = s;
    for (size_t i = 0; i < s->item_count; i++) {
        check_statement(s->items[i], s);
        s->has_await |= s->items[i]->has_await;
    }
    check_now.block = block;
    check_now.barrier = outer;
}

static bool is_labelled(struct statement *s)
{
    return s && (s->kind == STATEMENT_LABEL || s->kind == STATEMENT_CASE || s->kind == STATEMENT_DEFAULT);
}

/* Is it the last of a statement expression, whose value it is? */
static bool gives_value(struct statement *s)
{
    struct statement *block = s->parent;
    for (; block && is_labelled(block); block = block->parent)
        s = block;
    return block && block->kind == STATEMENT_COMPOUND && block->holder && block->items[block->item_count - 1] == s;
}

static void check_expression_statement(struct statement *s)
{
    if (!s->a)
        return;
    check_expression(s->a);
    take_expression(s, s->a);
    tell_incomplete(s->a->first, s->a->type);
    if (!gives_value(s))
        warn_dropped(s->a);
}

/* `else if` chains are as long as the text: gone along in a loop. */
static void check_if(struct statement *s)
{
    ARRAY(struct statement *) chain = {0};
    for (;;) {
        array_add(&chain, s);
        check_statement_condition(s);
        check_part(s, s->body);
        struct statement *next = s->otherwise;
        if (!next || next->kind != STATEMENT_IF)
            break;
        next->parent = s;
        next->has_await = false;
        s = check_now.statement = next;
    }
    check_part(s, s->otherwise);
    for (size_t i = chain.count; i-- > 1;)
        chain.at[i - 1]->has_await |= chain.at[i]->has_await;
}

static void check_switch(struct statement *s)
{
    struct check_state outer = check_now;
    struct label_list labels = {0};
    check_operand(s, s->a);
    if (!is_unknown(s->a->type) && !type_is_integer(s->a->type)) {
        rule_error(s->a->first, "switch quantity is not an integer");
        if (type_is_handle(s->a->type))
            note_missing_await(s->a);
    }
    check_now.in_switch = true;
    check_now.switch_barrier = check_now.barrier;
    check_now.labels = &labels;
    check_part(s, s->body);
    check_labels_differ(labels.all.at, labels.all.count);
    check_now.labels = outer.labels;
    check_now.in_switch = outer.in_switch;
    check_now.switch_barrier = outer.switch_barrier;
}

static void check_computed(struct expression *e)
{
    struct type *type = type_value(e->type);
    if (is_unknown(type) || type_is(type, TYPE_POINTER))
        return;
    rule_error(e->first, "'goto *' to something of type '%s'", type_text(type));
    rule_note(e->first, "the address of a label is wanted: '&&label'");
}

static void check_for(struct statement *s)
{
    struct statement *block = check_now.block;
    struct barrier *outer = check_now.barrier;
    check_now.block = s;
    if (s->declaration)
        s->has_await |= check_declaration(s->declaration);
    if (s->declaration)
        check_loop_declaration(s->declaration);
    check_part(s, s->init);
    check_statement_condition(s);
    if (s->step) {
        check_expression(s->step);
        take_expression(s, s->step);
        warn_dropped(s->step);
    }
    check_loop_body(s);
    check_now.block = block;
    check_now.barrier = outer;
}

static void check_while(struct statement *s)
{
    if (s->kind == STATEMENT_DO)
        check_loop_body(s);
    check_statement_condition(s);
    if (s->kind == STATEMENT_WHILE)
        check_loop_body(s);
}

/* Which operands are written to is in the tokens; all of them count as written. */
static void check_asm(struct statement *s)
{
    for (size_t i = 0; i < s->asm_label_count; i++)
        check_goto(s, s->asm_labels[i]);
    for (size_t i = 0; i < s->argument_count; i++) {
        struct expression *e = s->arguments[i];
        check_expression(e);
        take_expression(s, e);
        struct symbol *symbol = expression_root(e);
        if (!symbol || symbol->kind != SYMBOL_VARIABLE)
            continue;
        symbol->in_asm = symbol->assigned = true;
        if (type_is(e->type, TYPE_ARRAY))
            symbol->address_taken = true;
    }
    check_asm_operands(s);
}

/* The body runs when the block is left: no jump out of it, and none over it into the rest of the block. */
static void check_defer(struct statement *s)
{
    struct check_state outer = check_now;
    check_now.in_loop = check_now.in_switch = false;
    check_now.defer = s;
    barrier_push("a 'defer'", s->first)->defer = true;
    check_statement(s->body, s);
    s->has_await |= s->body->has_await;
    check_now.in_loop = outer.in_loop;
    check_now.in_switch = outer.in_switch;
    check_now.defer = outer.defer;
    check_now.barrier = outer.barrier;
    barrier_push("the scope of a 'defer'", s->first);
}

static void check_async_block(struct statement *s)
{
    struct barrier *outer = check_now.barrier;
    barrier_push("an 'async' block", s->first);
    check_now.groups++;
    check_part(s, s->body);
    check_now.groups--;
    check_now.barrier = outer;
    s->has_await = true;
}

static void check_async_loop(struct statement *s)
{
    struct barrier *outer = check_now.barrier;
    check_async_for(s);
    barrier_push("an 'async for'", s->first);
    check_loop_body(s);
    check_now.barrier = outer;
}

static void check_async_manager(struct statement *s)
{
    struct barrier *outer = check_now.barrier;
    check_async_with(s);
    barrier_push("an 'async with'", s->first);
    check_part(s, s->body);
    check_now.barrier = outer;
}

static void check_label_itself(struct statement *s)
{
    if (s->kind == STATEMENT_LABEL)
        check_label(s);
    else if (s->kind == STATEMENT_CASE)
        check_case(s);
    else
        check_case_place(s);
}

/* Labels in a row: each is the body of the one before. Not by check_part: what a labelled declaration or defer opens
   lasts to the end of the block. */
static void check_labelled(struct statement *first)
{
    struct statement *last = first;
    for (;; last = last->body) {
        check_label_itself(last);
        if (!is_labelled(last->body))
            break;
        last->body->parent = last;
    }
    bool await = false;
    if (last->body) {
        check_statement(last->body, last);
        await = last->body->has_await;
    }
    for (struct statement *s = first; is_labelled(s); s = s->body)
        s->has_await = await;
}

/* ================= dispatch ================= */

void check_statement(struct statement *s, struct statement *parent)
{
    struct statement *outer = check_now.statement;
    s->parent = parent;
    s->has_await = false;
    check_now.statement = s;
    switch ((enum statement_kind)s->kind) {
    case STATEMENT_EXPRESSION: check_expression_statement(s); break;
    case STATEMENT_COMPOUND: check_compound(s); break;
    case STATEMENT_DECLARATION: s->has_await = check_declaration(s->declaration); break;
    case STATEMENT_IF: check_if(s); break;
    case STATEMENT_SWITCH: check_switch(s); break;
    case STATEMENT_WHILE:
    case STATEMENT_DO: check_while(s); break;
    case STATEMENT_FOR: check_for(s); break;
    case STATEMENT_GOTO: check_goto(s, s->label); break;
    case STATEMENT_GOTO_COMPUTED:
        check_operand(s, s->a);
        check_computed(s->a);
        check_goto(s, NULL);
        break;
    case STATEMENT_CONTINUE:
    case STATEMENT_BREAK: check_break(s); break;
    case STATEMENT_RETURN: check_return(s); break;
    case STATEMENT_LABEL:
    case STATEMENT_CASE:
    case STATEMENT_DEFAULT: check_labelled(s); break;
    case STATEMENT_ASM: check_asm(s); break;
    case STATEMENT_STATIC_ASSERT: check_constant(s->declaration->asserted); break;
    case STATEMENT_LOCAL_LABELS:
    case STATEMENT_PRAGMA:
    case STATEMENT_ATTRIBUTE: break;
    case STATEMENT_DEFER: check_defer(s); break;
    case STATEMENT_TRY: check_try(s); break;
    case STATEMENT_THROW: check_throw(s); break;
    case STATEMENT_YIELD: check_yield(s); break;
    case STATEMENT_ASYNC_BLOCK: check_async_block(s); break;
    case STATEMENT_ASYNC_FOR: check_async_loop(s); break;
    case STATEMENT_ASYNC_WITH: check_async_manager(s); break;
    case STATEMENT_KIND_COUNT: break;
    }
    check_now.statement = outer;
}

void check_body(struct function *function)
{
    struct check_state outer = check_now;
    check_now = (struct check_state){.voice = TELL_ALL, .function = function};
    awaits_begin(function);
    check_statement(function->body, NULL);
    judge_jumps();
    for (struct label *label = function->labels; label; label = label->next)
        if (label->local_to && !label->defined)
            undefined_label(label, label->place);
    awaits_end();
    warn_function(function);
    check_now = outer;
}

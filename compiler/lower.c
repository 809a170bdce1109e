/* Lowering of statements. The user's control flow stays: a statement comes out as it was written, except where its own expressions await; then
   what they need is put before them, and a loop whose condition or step awaits becomes a plain `for (;;)` that evaluates it in its place.
   Where statements leave blocks that have something to undo, see leave.c; expressions, see spill.c. */
#include "lowering.h"
#include "map.h"
#include <stdio.h>
#include <string.h>

struct lowering *now;
token_index place_now;
static struct extent *extent_now;
static struct map innermost;    /* by name: the tracked variable that it stands for here */
static struct map callee_known; /* by name: not NULL where it is among the callees */
static bool scope_awaits;       /* the innermost scope has an await in it: its variables are tracked */
static bool reachable;          /* control can get to what is emitted next */
static bool after_case;         /* a case label was emitted last */

/* ---- items ---- */

static struct item *add_item(enum item_kind kind)
{
    array_add(&now->items, (struct item){.kind = (uint8_t)kind, .place = place_now, .extent = extent_now});
    return &now->items.at[now->items.count - 1];
}

static void add_text(token_index place, const char *text)
{
    struct item *item = add_item(ITEM_TEXT);
    item->text = text;
    item->place = place;
    after_case = false;
}


void emit_use(struct variable *v)
{
    add_item(ITEM_USE)->variable = v;
    if (v->variable_type)       /* its bounds are variables too */
        use_text(type_declare(v->variable_type, ""));
}

void emit_definition(struct variable *v)
{
    add_item(ITEM_DEFINE)->variable = v;
}

unsigned new_label(void)
{
    return ++now->label_count;
}

void emit_label(unsigned label)
{
    add_item(ITEM_LABEL)->label = label;
    reachable = true;
}

void emit_jump(unsigned label)
{
    add_item(ITEM_JUMP)->label = label;
    reachable = false;
}

void emit_branch(unsigned label)
{
    add_item(ITEM_BRANCH)->label = label;
}

void emit_failure(unsigned label)
{
    struct item *item = add_item(ITEM_BRANCH);
    item->label = label;
    item->on_error = true;
}

void use_text(const char *text)
{
    const char *begin = text;
    while ((text = strpbrk(text, "\1\4")) != NULL) {
        bool evaluated = text - begin < 7 || strncmp(text - 7, "sizeof ", 7) != 0;
        unsigned number = 0;
        for (text++; *text != '\2'; text++)
            number = number * 10 + (unsigned)(*text - '0');
        struct variable *v = now->variables.at[number];
        if (evaluated || v->variable_type)
            emit_use(v);
    }
}

static const char *formatted(const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    char *text = arena_alloc((size_t)length + 1);
    vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    return one_line(text);
}

void emit_format(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const char *text = formatted(format, args);
    va_end(args);
    use_text(text);
    add_text(place_now, text);
}

/* The first variable that the text speaks of is v itself. */
void emit_define(struct variable *v, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const char *text = formatted(format, args);
    va_end(args);
    const char *rest = strchr(text, '\2');
    use_text(v->must_reside || !rest ? text : rest);
    emit_definition(v);
    add_text(place_now, text);
}

const char *assignment_text(const char *target, struct type *type, const char *value)
{
    if (type_is(type, TYPE_VA_LIST))        /* an array, for many a compiler */
        return arena_format("__builtin_va_copy(%s, %s);", target, value);
    if (!type_is_record(type) || !type_has_const_member(type))
        return arena_format("%s = %s;", target, value);
    return arena_format("AC_FILL(&%s, sizeof %s, (%s[]){(%s)});", target, target, type_declare(type_unqualified(type), ""), value);
}

void emit_set(struct variable *v, const char *value)
{
    const char *text = assignment_text(variable_reference(v), v->type, value);
    use_text(v->must_reside ? text : value);
    emit_definition(v);
    add_text(place_now, text);
}

void emit_copied(token_index place, const char *text)
{
    add_text(place, text);
}

unsigned new_site(token_index place)
{
    array_add(&now->sites, place);
    array_add(&now->suspends, false);
    return (unsigned)now->sites.count - 1;
}

static unsigned add_site(token_index place, const char *text, bool yields)
{
    unsigned site = new_site(place);
    now->suspends.at[site] = true;
    now->resume_count++;
    use_text(text);
    struct item *item = add_item(ITEM_SITE);
    size_t index = (size_t)(item - now->items.at);
    item->site = site;
    item->text = text;
    item->place = place;
    item->yields = yields;
    const char *failure = failure_text();
    now->items.at[index].failure = failure;
    after_case = false;
    reachable = true;           /* its label, at least: C compilers believe what they read */
    return site;
}

unsigned emit_site(token_index place, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const char *text = formatted(format, args);
    va_end(args);
    return add_site(place, text, false);
}

void emit_yield(token_index place)
{
    add_site(place, "", true);
}

void emit_declaration(struct variable *v, const char *value, token_index place)
{
    use_text(value);
    emit_definition(v);
    struct item *item = add_item(ITEM_DECLARE);
    item->variable = v;
    item->text = value;
    item->form = INITIAL_VALUE;
    item->place = place;
}

/* ---- variables and extents ---- */

struct extent *extent_begin(void)
{
    struct extent *extent = arena_alloc(sizeof *extent);
    extent->parent = extent_now;
    extent->number = now->extent_count++;
    extent->first_item = now->items.count;
    if (extent_now && extent_now->last_child)
        extent_now->last_child->next = extent;
    else if (extent_now)
        extent_now->first_child = extent;
    if (extent_now)
        extent_now->last_child = extent;
    extent_now = extent;
    return extent;
}

void extent_end(struct extent *extent)
{
    require(extent_now == extent);
    extent->last_number = now->extent_count - 1;
    extent->last_item = now->items.count ? now->items.count - 1 : 0;
    for (size_t i = extent->variables.count; i-- > 0;) {
        struct variable *v = extent->variables.at[i];
        if (v->symbol)
            *map_at(&innermost, v->symbol->name) = v->outer;
    }
    extent_now = extent->parent;
}

static struct variable *add_variable(struct type *type, const char *name, struct extent *extent)
{
    struct variable *v = arena_alloc(sizeof *v);
    v->type = type;
    v->name = name;
    v->number = (unsigned)now->variables.count;
    v->extent = extent;
    array_add(&now->variables, v);
    return v;
}

static struct variable *new_variable(struct type *type, const char *name)
{
    struct variable *v = add_variable(type, name, extent_now);
    array_add(&extent_now->variables, v);
    return v;
}

/* What is in the frame without being a variable of the program: no block says how long it lives, but its definitions and uses. */
static struct variable *new_member(struct type *type, const char *name)
{
    struct variable *v = add_variable(type, name, now->root);
    v->member = name;
    v->resident = v->kept = v->may_reside = true;
    return v;
}

struct variable *callee_frame(const char *name, const char *frame_tag, struct function *function)
{
    void **known = map_at(&callee_known, intern_string(name));
    struct variable *v = *known;
    if (!v) {
        *known = v = new_member(NULL, arena_format("await_%s", name));
        array_add(&now->callees, (struct callee){name, frame_tag, function, v});
        v->callee = (unsigned)now->callees.count;
    }
    return v;
}

struct variable *awaited_coroutine(void)
{
    if (!now->awaited)
        now->awaited = new_member(type_pointer(type_basic(TYPE_VOID)), "awaited");
    return now->awaited;
}

struct variable *new_temporary(struct type *type, token_index place)
{
    if (!type_known(type)) {
        error_at(place, "the type of this value is known to the C compiler alone, and an await needs it kept");
        note_at(place, "put the value into a variable before the expression that awaits");
        type = type_basic(TYPE_INT);
    }
    struct variable *v = new_variable(type_unqualified(type), arena_format("ac_t%zu", now->variables.count));
    v->may_reside = type_is_record(type) || type_is(type, TYPE_ARRAY);
    return v;
}

struct variable *new_block_object(struct type *type, token_index place)
{
    struct extent *expression = extent_now;
    while (!extent_now->is_block)
        extent_now = extent_now->parent;
    struct variable *v = new_temporary(type, place);
    extent_now = expression;
    v->may_reside = v->must_reside = true;
    return v;
}

/* A scope in which the name of a tracked variable stands for another one needs a new name, so that both can be put back after an await. */
static void hide_outer(struct variable *v)
{
    void **innermost_named = map_at(&innermost, v->symbol->name);
    v->outer = *innermost_named;
    *innermost_named = v;
    if (!v->outer)
        return;
    v->same_named = v->outer->same_named + 1;
    v->name = arena_format("%s__%u", v->symbol->name, v->same_named + 1);
}

static bool needs_frame(struct type *type)
{
    return !type_is_scalar(type) || (type_qualifiers(type) & (QUALIFIER_VOLATILE | QUALIFIER_ATOMIC));
}

struct variable *track_variable(struct symbol *symbol)
{
    struct variable *v = new_variable(symbol->type, symbol->name);
    v->symbol = symbol;
    hide_outer(v);
    v->may_reside = needs_frame(symbol->type) || symbol->address_taken;
    v->must_reside = symbol->address_taken;
    symbol->variable = v;
    if (type_is_variably_modified(symbol->type)) {
        v->variable_type = symbol->type;
        v->type = type_pointer(type_basic(TYPE_VOID));
        v->may_reside = v->must_reside = symbol->address_taken && !type_is(symbol->type, TYPE_ARRAY);
    }
    return v;
}

static bool is_automatic(struct declarator *d, struct specifiers *s)
{
    return d->symbol && d->symbol->kind == SYMBOL_VARIABLE && s->storage != STORAGE_STATIC && s->storage != STORAGE_EXTERN &&
           s->storage != STORAGE_TYPEDEF && !s->thread_local_;
}

/* ---- declarations ---- */

static enum initial_form initial_form(struct declarator *d)
{
    if (!d->initializer)
        return INITIAL_NONE;
    if (d->initializer->kind == EXPRESSION_INITIALIZER)
        return INITIAL_LIST;
    return type_is(d->type, TYPE_ARRAY) ? INITIAL_STRING : INITIAL_VALUE;
}

static bool is_const(struct variable *v)
{
    return type_qualifiers(v->type) & QUALIFIER_CONST;
}

void lower_bounds(struct type *type)
{
    for (; type; type = type->inner) {
        if (type->kind != TYPE_ARRAY || !type->variable || !type->bound || type->bound->text)
            continue;
        struct variable *bound = new_temporary(type_basic(TYPE_UNSIGNED_LONG), type->bound->first);
        if (!needs_lowering(type->bound))
            use_expression(type->bound);
        const char *value = lower_full(type->bound, true);
        emit_define(bound, "%s = (size_t)(%s);", variable_reference(bound), value);
        type->bound->text = variable_reference(bound);
    }
}

/* Can the declaration stay as it was written, its variables being C locals? */
static bool stays_whole(struct declaration *declaration)
{
    if (declaration->specifiers->is_async)
        return false;
    for (size_t i = 0; i < declaration->declarator_count; i++) {
        struct declarator *d = declaration->declarators[i];
        struct variable *v = d->symbol ? d->symbol->variable : NULL;
        if (d->initializer && needs_lowering(d->initializer))
            return false;
        if (scope_awaits && declaration->specifiers->storage == STORAGE_TYPEDEF && type_is_variably_modified(d->type))
            return false;
        if (v && (v->variable_type || v->may_reside || is_const(v) || d->cleanup || declaration->specifiers->cleanup || type_is(v->type, TYPE_AUTO)))
            return false;
    }
    return true;
}

static void use_declaration(struct declaration *declaration, bool fixed)
{
    for (size_t i = 0; i < declaration->declarator_count; i++) {
        struct declarator *d = declaration->declarators[i];
        if (d->initializer)
            use_expression(d->initializer);
        if (!d->symbol || !d->symbol->variable)
            continue;
        emit_definition(d->symbol->variable);
        d->symbol->variable->fixed_local = fixed;
    }
}

static bool declares_variables_alone(struct declaration *declaration)
{
    for (size_t i = 0; i < declaration->declarator_count; i++)
        if (!declaration->declarators[i]->symbol || !declaration->declarators[i]->symbol->variable)
            return false;
    return declaration->declarator_count > 0;
}

/* As it was written; and one by one, should a variable of it live in the frame. */
static void lower_whole_declaration(struct declaration *declaration)
{
    bool fixed = !declares_variables_alone(declaration);
    use_declaration(declaration, fixed);
    emit_copied(declaration->first, copy_range(declaration->first, declaration->last));
    if (fixed)
        return;
    now->items.at[now->items.count - 1].whole = declaration;
    for (size_t i = 0; i < declaration->declarator_count; i++) {
        struct declarator *d = declaration->declarators[i];
        struct item *item = add_item(ITEM_DECLARE);
        item->whole = declaration;
        item->variable = d->symbol->variable;
        item->text = d->initializer ? one_line(copy_expression(d->initializer)) : NULL;
        item->form = (uint8_t)initial_form(d);
        item->place = d->first;
    }
}

/* Behind declarations that stay as they are written: what is put into the frame before it is set has to begin with a value. */
static void begin_variables(struct declaration *declaration)
{
    for (size_t i = 0; i < declaration->declarator_count; i++) {
        struct declarator *d = declaration->declarators[i];
        if (!d->initializer && d->symbol && d->symbol->variable)
            add_item(ITEM_BEGIN)->variable = d->symbol->variable;
    }
}

void begin_cleanup(struct cleanup cleanup)
{
    struct context *c = context_now;
    require(c && c->kind == CONTEXT_CLEANUP);
    cleanup.label = new_label();
    array_add(&c->cleanups, cleanup);
}

void leave_block(struct context *c, token_index place)
{
    place_now = place;
    if (c->cleanups.count)
        emit_unwinding(c, reachable);
    context_pop(c);
}

static void lower_child(struct declarator *d)
{
    struct variable *v = track_variable(d->symbol);
    const char *coroutine = lower_full(d->initializer, true);
    if (!needs_lowering(d->initializer))
        use_expression(d->initializer);
    struct item *item = add_item(ITEM_DECLARE);
    item->variable = v;
    emit_define(v, "%s = ac_child_start(%s);", variable_reference(v), coroutine);
    emit_null_check(variable_reference(v), d->first);
    begin_cleanup((struct cleanup){.kind = CLEANUP_CHILD, .variable = v, .place = d->first});
}

static void lower_array(struct declarator *d)
{
    struct variable *v = d->symbol->variable;
    add_item(ITEM_DECLARE)->variable = v;
    emit_define(v, "%s = ac_array_new(sizeof(%s));", variable_base(v), type_declare(v->variable_type, ""));
    emit_null_check(variable_base(v), d->first);
    begin_cleanup((struct cleanup){.kind = CLEANUP_ARRAY, .variable = v, .place = d->first});
}

static bool mentions(struct expression *e, struct variable *v)
{
    for (token_index t = e->first; t <= e->last; t++)
        if (token_variable(t) == v)
            return true;
    return false;
}

/* A scalar that never changes, and whose value C takes for a static object too. */
static bool is_known_constant(struct declarator *d)
{
    struct symbol *symbol = d->symbol;
    return type_is_scalar(symbol->type) && type_qualifiers(symbol->type) == QUALIFIER_CONST && !symbol->address_taken && d->initializer &&
           (d->initializer->is_constant || d->initializer->kind == EXPRESSION_CONSTANT);
}

static void lower_declarator(struct declarator *d, bool cleanup_by_specifier)
{
    struct variable *v = d->symbol->variable;
    if (v->variable_type) {
        lower_bounds(v->variable_type);
        if (type_is(v->variable_type, TYPE_ARRAY)) {
            lower_array(d);
            return;
        }
    }
    struct extent *extent = extent_begin();
    const char *text = NULL;
    /* It has to be there before its initialiser is complete. */
    if (d->initializer && (v->variable_type || needs_lowering(d->initializer)) && mentions(d->initializer, v))
        v->must_reside = v->may_reside = true;
    if (d->initializer && needs_lowering(d->initializer)) {
        text = lower_initializer(d->initializer);
        use_text(text);
        v->computed = true;
    } else if (d->initializer) {
        use_expression(d->initializer);
        text = copy_expression(d->initializer);
    }
    extent_end(extent);
    emit_definition(v);
    v->constant = is_known_constant(d) && !d->cleanup && !cleanup_by_specifier;
    if (v->must_reside)
        v->mentioned = true;
    struct item *item = add_item(ITEM_DECLARE);
    item->variable = v;
    item->text = text ? one_line(text) : NULL;
    item->form = (uint8_t)initial_form(d);
    item->place = d->first;
    after_case = false;
    if (d->cleanup || cleanup_by_specifier) {
        v->must_reside = v->may_reside = true;
        begin_cleanup((struct cleanup){.kind = CLEANUP_CALL, .variable = v, .function = d->cleanup_function, .place = d->first});
    }
}

/* A typedef of an array of variable length is gone; where its name stands, the type is written out. */
static void lower_variable_typedef(struct declarator *d)
{
    lower_bounds(d->type);
    const char *type = arena_format("__typeof__(%s)", type_declare(d->type, ""));
    for (size_t i = now->function->first_type_use; i < now->function->end_type_use; i++)
        if (unit.type_uses.at[i].symbol == d->symbol)
            tokens[unit.type_uses.at[i].token].renamed = type;
}

/* A static or external object keeps its name, so that the local which it hides gets another: it has to be put back after awaits here, too. */
static void rename_hidden(const struct symbol *symbol)
{
    for (struct variable *v = *map_at(&innermost, symbol->name); v; v = v->outer)
        if (v->name == symbol->name)
            v->name = arena_format("%s__1", symbol->name);
}

static void lower_declaration(struct declaration *declaration)
{
    struct specifiers *specifiers = declaration->specifiers;
    if (declaration->moved)
        return;
    if (specifiers && specifiers->is_async && declaration->declarator_count && declaration->declarators[0]->symbol &&
        declaration->declarators[0]->symbol->child) {
        for (size_t i = 0; i < declaration->declarator_count; i++)
            lower_child(declaration->declarators[i]);
        return;
    }
    for (size_t i = 0; scope_awaits && i < declaration->declarator_count; i++)
        if (is_automatic(declaration->declarators[i], specifiers))
            track_variable(declaration->declarators[i]->symbol);
        else if (declaration->declarators[i]->symbol)
            rename_hidden(declaration->declarators[i]->symbol);
    if (!specifiers || stays_whole(declaration) || !scope_awaits) {
        lower_whole_declaration(declaration);
        begin_variables(declaration);
        return;
    }
    for (size_t i = 0; i < declaration->declarator_count; i++) {
        struct declarator *d = declaration->declarators[i];
        if (d->symbol && d->symbol->variable)
            lower_declarator(d, specifiers->cleanup);
        else if (specifiers->storage == STORAGE_TYPEDEF && type_is_variably_modified(d->type))
            lower_variable_typedef(d);
        else
            emit_copied(d->first, arena_format("%s%s;", specifiers->storage == STORAGE_TYPEDEF ? "typedef " : specifiers->storage == STORAGE_STATIC ? "static " : "",
                                               type_declare(d->type, d->name)));
    }
}

/* ---- blocks ---- */

static bool is_child_declaration(struct statement *s)
{
    struct declaration *d = s->declaration;
    return s->kind == STATEMENT_DECLARATION && d->declarator_count && d->declarators[0]->symbol && d->declarators[0]->symbol->child;
}

/* Objects that a block has to give back: with a cleanup function, or arrays of variable length. */
static bool declares_owned(struct statement *s)
{
    struct declaration *d = s->declaration;
    if (s->kind != STATEMENT_DECLARATION || !d->specifiers)
        return false;
    bool found = d->specifiers->cleanup;
    for (size_t i = 0; i < d->declarator_count; i++) {
        struct declarator *each = d->declarators[i];
        found = found || each->cleanup || (is_automatic(each, d->specifiers) && type_is(each->type, TYPE_ARRAY) && type_is_variably_modified(each->type));
    }
    return found;
}

/* Labels stand before what they belong to. */
static struct statement *unlabelled(struct statement *s)
{
    while (s && (s->kind == STATEMENT_LABEL || s->kind == STATEMENT_CASE || s->kind == STATEMENT_DEFAULT))
        s = s->body;
    return s;
}

struct block_census { bool cleanups, suspends; };

static struct block_census block_census(struct statement *block)
{
    struct block_census census = {false, false};
    for (size_t i = 0; i < block->item_count; i++) {
        struct statement *s = unlabelled(block->items[i]);
        if (!s)
            continue;
        bool child = is_child_declaration(s), defer = s->kind == STATEMENT_DEFER;
        census.cleanups = census.cleanups || child || defer || (scope_awaits && declares_owned(s));
        census.suspends = census.suspends || child || (defer && s->body->has_await);
    }
    return census;
}

struct context *cleanup_context(struct statement *s, bool masked)
{
    struct context *c = context_push(CONTEXT_CLEANUP, s);
    c->leave = new_variable(type_basic(TYPE_INT), arena_format("ac_leave_%u", c->number));
    c->error = new_variable(type_basic(TYPE_INT), arena_format("ac_error_%u", c->number));
    c->error->starts_zero = true;
    c->masked = masked;
    return c;
}

static void lower_items(struct statement *block)
{
    bool outer_awaits = scope_awaits;
    scope_awaits = block->has_await;
    struct extent *extent = extent_begin();
    extent->is_block = true;
    struct block_census census = block_census(block);
    struct context *c = census.cleanups ? cleanup_context(block, census.suspends) : NULL;
    for (size_t i = 0; i < block->item_count; i++)
        lower_statement(block->items[i]);
    place_now = block->last;
    if (c)
        leave_block(c, block->last);
    extent_end(extent);
    scope_awaits = outer_awaits;
}

static void lower_block(struct statement *s)
{
    emit_copied(s->first, "{");
    lower_items(s);
    emit_copied(s->last, "}");
}

void lower_scope(struct statement *s, bool awaits)
{
    bool outer_awaits = scope_awaits;
    scope_awaits = awaits;
    lower_nested(s);
    scope_awaits = outer_awaits;
}

/* 6.8.4p3, 6.8.5p5: a substatement is a block of its own, at whose end a `defer` that it consists of runs. */
static struct statement *as_block(struct statement *s)
{
    struct statement *inner = unlabelled(s);
    if (!inner || inner->kind != STATEMENT_DEFER)
        return s;
    struct statement *block = statement_new(STATEMENT_COMPOUND, s->first, s->last);
    block->items = arena_alloc(sizeof *block->items);
    block->items[block->item_count++] = s;
    block->has_await = s->has_await;
    block->parent = s->parent;
    return block;
}

void lower_nested(struct statement *s)
{
    s = as_block(s);
    if (s->kind == STATEMENT_COMPOUND) {
        lower_statement(s);
        return;
    }
    bool simple = s->kind == STATEMENT_EXPRESSION && (!s->a || !needs_lowering(s->a));
    if (!simple)
        emit_copied(s->first, "{");
    lower_statement(s);
    if (!simple)
        emit_copied(s->last, "}");
}

/* async { }: leaving the block in any way waits for the children. */
static void lower_group(struct statement *s)
{
    struct extent *extent = extent_begin();
    struct tag *tag = tag_find(intern_string("ac_group"));
    if (!tag) {
        error_at(s->first, "'async { }' needs #include <ac.h>");
        extent_end(extent);
        return;
    }
    struct type *type = type_new(TYPE_STRUCT);
    type->tag = tag;
    struct context *c = cleanup_context(s, false);
    struct variable *group = new_variable(type, arena_format("ac_group_%u", c->number));
    group->may_reside = group->must_reside = true;
    emit_copied(s->first, "{");
    emit_format("ac_group_begin(&%s);", variable_reference(group));
    begin_cleanup((struct cleanup){.kind = CLEANUP_GROUP, .variable = group, .place = s->first});
    lower_statement(s->body);
    leave_block(c, s->last);
    emit_copied(s->last, "}");
    extent_end(extent);
}

/* ---- selection and loops ---- */

/* A full expression that decides something: its text, or NULL where it stays in the user's own text. */
static const char *lower_condition(struct expression *e)
{
    if (!needs_lowering(e)) {
        use_expression(e);
        return NULL;
    }
    struct extent *extent = extent_begin();
    const char *text = lower_full(expression_condition(e), true);
    use_text(text);
    extent_end(extent);
    return text;
}

static void lower_if(struct statement *s)
{
    unsigned otherwise = new_label(), end = new_label();
    const char *condition = lower_condition(s->a);
    emit_branch(otherwise);
    if (condition)
        add_text(s->first, arena_format("if (%s)", one_line(condition)));
    else
        emit_copied(s->first, copy_range(s->first, s->body->first - 1));
    lower_nested(s->body);
    emit_jump(end);
    emit_label(otherwise);
    if (s->otherwise) {
        emit_copied(s->otherwise->first - 1, "else");
        lower_nested(s->otherwise);
    }
    emit_label(end);
}

static bool always_true(struct expression *e)
{
    return !e || (e->is_constant && e->value);
}

struct context *loop_context(struct statement *s)
{
    struct context *c = context_push(CONTEXT_LOOP, s);
    c->break_label = new_label();
    c->continue_label = new_label();
    c->in_header = true;
    return c;
}

static void lower_loop_body(struct context *c, struct statement *body)
{
    c->in_header = false;
    lower_nested(body);
    c->in_header = true;
}

static void end_loop(struct context *c)
{
    context_pop(c);
    emit_label(c->break_label);
    emit_header_exits(c);
}

/* The condition of a loop, evaluated in the loop's body. */
static void emit_loop_condition(struct context *c, struct expression *e)
{
    const char *condition = lower_condition(e);
    emit_branch(c->break_label);
    if (condition)
        add_text(e->first, arena_format("if (!(%s)) break;", one_line(condition)));
}

static void lower_while(struct statement *s)
{
    struct context *c = loop_context(s);
    bool awaits = needs_lowering(s->a);
    if (awaits)
        emit_copied(s->first, "for (;;) {");
    emit_label(c->continue_label);
    if (awaits)
        emit_loop_condition(c, s->a);
    else {
        use_expression(s->a);
        if (!always_true(s->a))
            emit_branch(c->break_label);
        emit_copied(s->first, copy_range(s->first, s->body->first - 1));
    }
    lower_loop_body(c, s->body);
    emit_jump(c->continue_label);
    if (awaits)
        emit_copied(s->last, "}");
    end_loop(c);
}

static void emit_continue_label(struct context *c, token_index place)
{
    emit_label(c->continue_label);
    if (c->continue_by_goto && c->continue_used)
        emit_copied(place, arena_format("ac_continue_%u:;", c->number));
}

static void lower_do(struct statement *s)
{
    struct context *c = loop_context(s);
    unsigned top = new_label();
    bool awaits = needs_lowering(s->a);
    c->continue_by_goto = awaits;
    emit_label(top);
    emit_copied(s->first, awaits ? "do {" : "do");
    lower_loop_body(c, s->body);
    place_now = s->a->first;
    emit_continue_label(c, s->a->first);
    const char *condition = lower_condition(s->a);
    emit_branch(top);
    if (condition)
        add_text(s->a->first, arena_format("} while (%s);", one_line(condition)));
    else
        emit_copied(s->body->last + 1, copy_range(s->body->last + 1, s->last));
    end_loop(c);
}

static bool declaration_splits(struct declaration *declaration)
{
    bool begins_unset = false;
    for (size_t i = 0; i < declaration->declarator_count; i++)
        if (is_automatic(declaration->declarators[i], declaration->specifiers)) {
            track_variable(declaration->declarators[i]->symbol);
            begins_unset = begins_unset || !declaration->declarators[i]->initializer;
        }
    return begins_unset || !stays_whole(declaration);
}

/* The declaration of a for statement, taken out of its header: in front of it. */
static void lower_for_declaration(struct declaration *declaration)
{
    for (size_t i = 0; i < declaration->declarator_count; i++)
        if (declaration->declarators[i]->symbol && declaration->declarators[i]->symbol->variable)
            lower_declarator(declaration->declarators[i], false);
}

static const char *header_part(struct expression *e)
{
    return e ? copy_range(e->first, e->last) : "";
}

/* The first part of the header: text that can stay there. What has to come out is emitted. */
static const char *lower_for_first(struct statement *s)
{
    if (s->declaration) {
        if (scope_awaits && declaration_splits(s->declaration)) {
            lower_for_declaration(s->declaration);
            return ";";
        }
        use_declaration(s->declaration, true);
        return copy_range(s->declaration->first, s->declaration->last);
    }
    if (!s->init || !s->init->a)
        return ";";
    if (!needs_lowering(s->init->a)) {
        use_expression(s->init->a);
        return arena_format("%s;", header_part(s->init->a));
    }
    struct extent *extent = extent_begin();
    lower_full(s->init->a, false);
    extent_end(extent);
    return ";";
}

static void lower_for(struct statement *s)
{
    bool outer_awaits = scope_awaits;
    scope_awaits = s->has_await;
    struct extent *extent = extent_begin();
    extent->is_block = true;
    struct context *c = loop_context(s);
    bool condition_awaits = s->a && needs_lowering(s->a), step_awaits = s->step && needs_lowering(s->step);
    unsigned top = new_label();
    emit_copied(s->first, "{");
    size_t begin = now->items.count;
    const char *first = lower_for_first(s);
    bool taken_out = false;     /* something stands before the loop, so that the braces are needed */
    for (size_t i = begin; i < now->items.count; i++)
        taken_out = taken_out || now->items.at[i].kind == ITEM_TEXT || now->items.at[i].kind == ITEM_DECLARE || now->items.at[i].kind == ITEM_SITE;
    if (!taken_out)
        now->items.at[begin - 1].text = "";
    place_now = s->first;
    emit_label(top);
    if (s->a && !condition_awaits) {
        use_expression(s->a);
        if (!always_true(s->a))
            emit_branch(c->break_label);
    }
    emit_copied(s->first, arena_format("for (%s %s; %s)%s", first, condition_awaits ? "" : header_part(s->a), step_awaits ? "" : header_part(s->step),
                                       condition_awaits || step_awaits ? " {" : ""));
    if (condition_awaits)
        emit_loop_condition(c, s->a);
    c->continue_by_goto = step_awaits;
    lower_loop_body(c, s->body);
    if (s->step)
        place_now = s->step->first;
    emit_continue_label(c, s->step ? s->step->first : s->first);
    if (step_awaits) {
        struct extent *step_extent = extent_begin();
        lower_full(s->step, false);
        extent_end(step_extent);
    } else if (s->step) {
        use_expression(s->step);
    }
    emit_jump(top);
    if (condition_awaits || step_awaits)
        emit_copied(s->last, "}");
    if (taken_out)
        emit_copied(s->last, "}");
    end_loop(c);
    extent_end(extent);
    scope_awaits = outer_awaits;
}

static void lower_switch(struct statement *s)
{
    const char *value = lower_condition(s->a);
    struct context *c = context_push(CONTEXT_SWITCH, s);
    unsigned dispatch = new_label();
    c->break_label = new_label();
    emit_jump(dispatch);
    if (value)
        add_text(s->first, arena_format("switch (%s)", one_line(value)));
    else
        emit_copied(s->first, copy_range(s->first, s->body->first - 1));
    lower_nested(s->body);
    emit_jump(c->break_label);
    emit_label(dispatch);
    for (size_t i = 0; i < c->cases.count; i++)
        emit_branch(c->cases.at[i]);
    if (c->has_default)
        emit_jump(0);
    context_pop(c);
    emit_label(c->break_label);
}

static struct context *enclosing_switch(void)
{
    struct context *c = context_now;
    while (c && c->kind != CONTEXT_SWITCH)
        c = c->parent;
    require(c);
    return c;
}

static void lower_case(struct statement *s)
{
    struct context *c = enclosing_switch();
    unsigned label = new_label();
    array_add(&c->cases, label);
    if (s->kind == STATEMENT_DEFAULT)
        c->has_default = true;
    bool falls_through = reachable && !after_case;
    emit_label(label);
    token_index colon = s->body ? s->body->first - 1 : s->last;
    emit_copied(s->first, arena_format("%s%s;", falls_through ? "/* fall through */ " : "", copy_range(s->first, colon)));
    after_case = true;
    if (s->body)
        lower_statement(s->body);
}

/* ---- jumps ---- */

static void lower_return(struct statement *s)
{
    struct expression *e = s->a;
    if (e && type_is(now->function->result, TYPE_VOID)) {
        lower_full(e, false);
    } else if (e && needs_lowering(e)) {
        struct extent *extent = extent_begin();
        emit_set(now->result, lower_full(e, true));
        extent_end(extent);
    } else if (e) {
        use_expression(e);
        emit_definition(now->result);
        emit_copied(s->first, assignment_text(variable_reference(now->result), now->result->type, copy_value(e)));
    }
    emit_leave(JUMP_RETURN, NULL, NULL);
}

static void lower_throw(struct statement *s)
{
    const char *code = lower_full(s->a, true);
    unsigned site = new_site(s->first);
    emit_format("ac_status = ac_throw(ac_base, %u, %s);", site, code);
    emit_format("%s", failure_text());
    emit_jump(0);
}

/* Where a computed goto may leave something that has to be undone, it is found out which label it means. */
static const char *leave_by_address(const char *target, token_index place)
{
    struct variable *v = NULL;
    for (struct label *label = now->function->labels; label; label = label->next) {
        if (!label->address_taken || !goto_undoes(label))
            continue;
        if (!v) {
            v = new_temporary(type_pointer(type_basic(TYPE_VOID)), place);
            emit_set(v, target);
            target = variable_reference(v);
        }
        unsigned next = new_label();
        emit_format("if (%s == __extension__ &&%s) {", target, label->name);
        emit_branch(next);
        emit_leave(JUMP_GOTO, NULL, label);
        emit_format("}");
        emit_label(next);
    }
    return target;
}

static void lower_computed_goto(struct statement *s)
{
    const char *target = lower_full(s->a, true);
    use_text(target);
    target = leave_by_address(target, s->first);
    for (struct label *label = now->function->labels; label; label = label->next)
        if (label->address_taken)
            emit_branch(flow_label_of(label));
    emit_format("goto *%s;", target);
    emit_jump(0);
}

/* Attributes behind the colon are the label's; but `fallthrough` is a statement. */
static const char *label_attributes(struct statement *s)
{
    token_index first = s->first + 2;
    if (!token_is(first, "__attribute__") && !token_is(first, "__attribute"))
        return "";
    const char *text = copy_range(first, s->body->kind == STATEMENT_ATTRIBUTE ? s->body->last - 1 : s->body->first - 1);
    return strstr(text, "fallthrough") ? "" : text;
}

static void lower_label(struct statement *s)
{
    const char *attributes = s->body ? label_attributes(s) : "";
    emit_label(flow_label_of(s->label));
    emit_copied(s->first, arena_format("%s:%s%s;", s->label->name, *attributes ? " " : "", one_line(attributes)));
    if (s->body && !(*attributes && s->body->kind == STATEMENT_ATTRIBUTE))
        lower_statement(s->body);
}

/* ---- try ---- */

static void lower_catch(struct catch_clause *clause, bool first)
{
    const char *otherwise = first ? "" : "else ";
    if (clause->code)
        add_text(clause->first, arena_format("%sif (ac_status == (%s)) {", otherwise, one_line(copy_expression(clause->code))));
    else
        add_text(clause->first, arena_format("%sif (ac_status != ECANCELED) {", otherwise));
    unsigned next = new_label();
    emit_branch(next);
    bool outer_awaits = scope_awaits;
    scope_awaits = clause->body->has_await;
    struct extent *extent = extent_begin();
    struct declarator *d = clause->declaration && clause->declaration->declarator_count ? clause->declaration->declarators[0] : NULL;
    if (d && d->symbol) {
        emit_declaration(track_variable(d->symbol), "ac_status", clause->first);
    }
    lower_statement(clause->body);
    extent_end(extent);
    scope_awaits = outer_awaits;
    add_text(clause->last, "}");
    add_item(ITEM_BRANCH)->label = clause->end_label;
    emit_label(next);
}

static void lower_try(struct statement *s)
{
    struct context *c = context_push(CONTEXT_TRY, s);
    unsigned end = new_label();
    c->handler_label = new_label();
    lower_statement(s->body);
    context_pop(c);
    if (!c->handler_used)
        return;                 /* nothing in it can fail */
    emit_jump(end);
    emit_label(c->handler_label);
    place_now = s->catches[0].first;
    emit_format("if (0) { ac_catch_%u:", c->number);
    for (size_t i = 0; i < s->catch_count; i++) {
        s->catches[i].end_label = end;
        lower_catch(&s->catches[i], i == 0);
    }
    place_now = s->catches[s->catch_count - 1].last;
    const char *failure = failure_text();
    emit_format("else { %s }", failure);
    emit_format("}");
    emit_jump(0);
    emit_label(end);
}

/* ---- statements ---- */

static void lower_expression_statement(struct statement *s)
{
    if (!s->a || (!needs_lowering(s->a) && !s->value_to && !s->value_dropped)) {
        if (s->a)
            use_expression(s->a);
        emit_copied(s->first, copy_range(s->first, s->last));
        return;
    }
    struct extent *extent = extent_begin();
    if (s->value_to)
        emit_set(s->value_to, lower_full(s->a, true));
    else if (s->value_dropped)
        lower_dropped(s->a);
    else
        lower_full(s->a, false);
    extent_end(extent);
}

static void lower_asm(struct statement *s)
{
    for (size_t i = 0; i < s->argument_count; i++)
        use_expression(s->arguments[i]);
    for (size_t i = 0; i < s->asm_label_count; i++) {
        struct label *label = s->asm_labels[i];
        emit_branch(flow_label_of(label));
        if (goto_undoes(label)) {
            error_at(s->first, "'asm goto' to '%s' leaves a block that has something to undo", label->name);
            note_at(s->first, "let it jump to a label in the block, and go on from there with 'goto %s'", label->name);
        }
    }
    emit_copied(s->first, copy_range(s->first, s->last));
}

void lower_statement(struct statement *s)
{
    place_now = s->first;
    switch (s->kind) {
    case STATEMENT_EXPRESSION: lower_expression_statement(s); break;
    case STATEMENT_COMPOUND: lower_block(s); break;
    case STATEMENT_DECLARATION: lower_declaration(s->declaration); break;
    case STATEMENT_IF: lower_if(s); break;
    case STATEMENT_SWITCH: lower_switch(s); break;
    case STATEMENT_WHILE: lower_while(s); break;
    case STATEMENT_DO: lower_do(s); break;
    case STATEMENT_FOR: lower_for(s); break;
    case STATEMENT_GOTO: emit_leave(JUMP_GOTO, NULL, s->label); break;
    case STATEMENT_GOTO_COMPUTED: lower_computed_goto(s); break;
    case STATEMENT_CONTINUE: emit_leave(JUMP_CONTINUE, enclosing_loop(), NULL); break;
    case STATEMENT_BREAK: emit_leave(JUMP_BREAK, enclosing_breakable(), NULL); break;
    case STATEMENT_RETURN: lower_return(s); break;
    case STATEMENT_LABEL: lower_label(s); break;
    case STATEMENT_CASE:
    case STATEMENT_DEFAULT: lower_case(s); break;
    case STATEMENT_ASM: lower_asm(s); break;
    case STATEMENT_LOCAL_LABELS:
    case STATEMENT_STATIC_ASSERT:
    case STATEMENT_PRAGMA:
    case STATEMENT_ATTRIBUTE: emit_copied(s->first, copy_range(s->first, s->last)); break;
    case STATEMENT_DEFER:
        begin_cleanup((struct cleanup){.kind = CLEANUP_DEFER, .statement = s, .place = s->first});
        break;
    case STATEMENT_TRY: lower_try(s); break;
    case STATEMENT_THROW: lower_throw(s); break;
    case STATEMENT_ASYNC_BLOCK: lower_group(s); break;
    case STATEMENT_YIELD: lower_yield(s); break;
    case STATEMENT_ASYNC_FOR: lower_async_for(s); break;
    case STATEMENT_ASYNC_WITH: lower_async_with(s); break;
    }
}

/* ---- functions ---- */

/* Things that have to be written anew wherever they stand count as awaits here. */
static void mark_child(struct expression *child, void *context);
static bool mark_statement(struct statement *s);

static bool calls_alloca;
static bool marking_awaits;     /* the block being marked awaits */
static int marking_types;       /* how many operands around what is being marked are not evaluated */

/* An await that is not evaluated stands for its type. */
static void mark_unevaluated(struct expression *e)
{
    if (type_is(e->type, TYPE_VOID) || !type_known(e->type))
        replace_tokens(e->first, e->last, "((void)0)");
    else
        replace_tokens(e->first, e->last, arena_format("(*(%s)0)", type_declare(type_pointer(type_value(e->type)), "")));
}

static void mark_typeof(struct type *type)
{
    for (; type; type = type->inner) {
        if (type->kind != TYPE_TYPEOF || !type->inner)
            continue;
        for (token_index t = type->first; t <= type->last; t++)
            if (!tokens[t].plain_name && (token_is(t, "await") || token_is(t, "_Await"))) {
                replace_tokens(type->first, type->last, arena_format("__typeof__(%s)", type_declare(type->inner, "")));
                break;
            }
    }
}

static void take_apart(struct expression *e)
{
    e->has_await = e->has_effect = true;
}

/* A compound literal whose address something may keep has to stay where it is while the block awaits: that of a struct which is
   awaited goes to its X_await. */
static bool mark_literal(struct expression *e)
{
    bool address = e->kind == EXPRESSION_ADDRESS || (e->kind == EXPRESSION_AWAIT && e->await_kind == AWAIT_CUSTOM);
    struct expression *operand = address ? e->a : e;
    while (operand->kind == EXPRESSION_PAREN || operand->kind == EXPRESSION_MEMBER)
        operand = operand->a;
    if (operand->kind != EXPRESSION_COMPOUND_LITERAL || (!address && !type_is(e->type, TYPE_ARRAY)))
        return false;
    for (struct expression *each = e; each != operand; each = each->a)
        take_apart(each);
    take_apart(operand);
    return true;
}

/* What a constant in front of it keeps from ever being evaluated; NULL: nothing. */
static struct expression *dead_operand(struct expression *e)
{
    if ((e->kind != EXPRESSION_AND && e->kind != EXPRESSION_OR && e->kind != EXPRESSION_CONDITIONAL) || !e->a->is_constant)
        return NULL;
    switch (e->kind) {
    case EXPRESSION_AND:
        return e->a->value ? NULL : e->b;
    case EXPRESSION_OR:
        return e->a->value ? e->b : NULL;
    default:
        return e->a->value ? e->c : e->b;
    }
}

/* Statements of which nothing has to be written anew where they are never run. */
static bool is_plain_statement(struct statement *s)
{
    if (!s)
        return true;
    if (s->kind != STATEMENT_EXPRESSION && s->kind != STATEMENT_COMPOUND && s->kind != STATEMENT_DECLARATION && s->kind != STATEMENT_IF)
        return false;
    struct specifiers *specifiers = s->declaration ? s->declaration->specifiers : NULL;
    if (specifiers && (specifiers->is_async || specifiers->defines_tag || specifiers->storage == STORAGE_TYPEDEF))
        return false;
    for (size_t i = 0; i < s->item_count; i++)
        if (!is_plain_statement(s->items[i]))
            return false;
    return is_plain_statement(s->body) && is_plain_statement(s->otherwise);
}

static bool undead_found;       /* by find_undead */

static void find_undead(struct expression *e, void *context);

static void find_undead_in_statement(struct expression *e, struct statement *s, struct symbol *kept_in)
{
    (void)s;
    (void)kept_in;
    find_undead(e, NULL);
}

/* What cannot stay as it is even where it is never evaluated. */
static void find_undead(struct expression *e, void *context)
{
    bool awaits_call = e->kind == EXPRESSION_AWAIT && (e->await_kind == AWAIT_CALL || e->await_kind == AWAIT_CORO) && type_known(e->type) &&
                       expression_inner(e->a)->kind == EXPRESSION_CALL;
    if (e->kind == EXPRESSION_ASYNC_CALL || (e->kind == EXPRESSION_AWAIT && !awaits_call) ||
        (e->kind == EXPRESSION_STATEMENT && !is_plain_statement(e->body)))
        undead_found = true;
    if (e->kind == EXPRESSION_STATEMENT)
        statement_expressions(e->body, find_undead_in_statement);
    expression_children(e, find_undead, context);
}

static void bury(struct expression *e, void *context);

static void bury_in_statement(struct expression *e, struct statement *s, struct symbol *kept_in)
{
    (void)kept_in;
    s->has_await = false;
    bury(e, NULL);
}

/* An await that is never performed stays the call that would make the coroutine, in something of the value's type. */
static void bury(struct expression *e, void *context)
{
    expression_children(e, bury, context);
    if (e->kind == EXPRESSION_STATEMENT) {
        statement_expressions(e->body, bury_in_statement);
        e->body->has_await = false;
    }
    if (e->kind == EXPRESSION_AWAIT && e->has_await) {
        const char *last = tokens[e->last].renamed;
        if (!last)
            last = arena_copy(tokens[e->last].text, tokens[e->last].length);
        tokens[e->first].renamed = arena_format("AC_NEVER(%s, ", type_declare(type_unqualified(e->type), ""));
        tokens[e->last].renamed = arena_format("%s)", last);
    }
    e->has_await = e->has_effect = false;
}

/* `0 && await f()`: it stays an expression, so that C compilers see that it is never evaluated, and do not warn of what is in it. */
static void mark_dead(struct expression *e)
{
    struct expression *operand = dead_operand(e);
    if (!operand || !operand->has_await)
        return;
    undead_found = false;
    find_undead(operand, NULL);
    if (undead_found)
        return;
    bury(operand, NULL);
    struct expression *other = e->kind != EXPRESSION_CONDITIONAL ? NULL : operand == e->c ? e->b : e->c;
    e->has_await = other && other->has_await;
    e->has_effect = other && other->has_effect;
}

/* Of a _Generic whose types C cannot tell apart, the chosen value alone is written. */
static void mark_chosen(struct expression *e)
{
    replace_tokens(e->first, e->chosen->first - 1, "(");
    replace_tokens(e->chosen->last + 1, e->last, ")");
}

/* Is its operand there for its type alone? An array of variable length is evaluated for its size (6.5.3.4p2). */
static bool has_unevaluated_operand(struct expression *e)
{
    if (e->kind != EXPRESSION_SIZEOF && e->kind != EXPRESSION_ALIGNOF)
        return false;
    struct type *type = type_strip(e->a->type);
    return !(type->kind == TYPE_ARRAY && type->variable);
}

static void mark_operands(struct expression *e, bool *found)
{
    bool only_types = has_unevaluated_operand(e);
    marking_types += only_types;
    expression_children(e, mark_child, found);
    marking_types -= only_types;
}

/* Has it to be written anew as such? */
static bool is_rewritten(struct expression *e)
{
    return e->kind == EXPRESSION_SET_RESULT || (e->kind == EXPRESSION_CALL && passes_by_address(e)) || (marking_awaits && mark_literal(e));
}

static bool mark(struct expression *e)
{
    bool elsewhere = e->kind == EXPRESSION_BLOCKING || e->kind == EXPRESSION_SUBMIT;
    bool found = !marking_types && is_rewritten(e);
    if (!marking_types && is_alloca_call(e))
        found = calls_alloca = true;
    if (e->type_name)
        mark_typeof(e->type_name->type);
    if ((e->kind == EXPRESSION_AWAIT || elsewhere) && !e->has_await) {
        mark_unevaluated(e);
        return false;
    }
    mark_operands(e, &found);
    if (e->chosen_alone)
        mark_chosen(e);
    if (e->kind == EXPRESSION_STATEMENT)
        found |= mark_statement(e->body) | jumps_out(e->body);
    if (marking_types)
        return false;
    if (found)
        take_apart(e);
    else
        mark_dead(e);
    return found;
}

static void mark_function_names(struct function *function)
{
    static const char *const names[] = {"__func__", "__FUNCTION__", "__PRETTY_FUNCTION__"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *name = intern_string(names[i]);
        for (token_index t = function->body_first; t <= function->body_last; t++)
            if (tokens[t].name == name)
                tokens[t].renamed = "ac_function";
    }
}

static void mark_child(struct expression *child, void *context)
{
    bool *found = context;
    if (mark(child))
        *found = true;
}

/* The bounds of an array of variable length are expressions of its declaration. */
static bool mark_bounds(struct type *type)
{
    bool found = false;
    for (; type; type = type->inner)
        if (type->kind == TYPE_ARRAY && type->variable && type->bound)
            found |= mark(type->bound);
    return found;
}

/* Defers and objects that are given back are undone in one order: so C compilers cannot give back the objects where there are defers. */
static bool defers_among_owned(struct statement *block)
{
    bool defers = false, owned = false;
    for (size_t i = 0; i < block->item_count; i++) {
        struct statement *s = unlabelled(block->items[i]);
        defers = defers || (s && s->kind == STATEMENT_DEFER);
        owned = owned || (s && declares_owned(s));
    }
    return defers && owned;
}

/* Tells whether something in it has to be written anew: then its scope is lowered as one that awaits. */
static bool mark_statement(struct statement *s)
{
    if (!s)
        return false;
    bool outer_awaits = marking_awaits, found = s->kind == STATEMENT_COMPOUND && defers_among_owned(s);
    if (s->kind == STATEMENT_COMPOUND || s->kind == STATEMENT_FOR)
        marking_awaits = s->has_await || found;
    if (s->a)
        found |= mark(s->a);
    if (s->step)
        found |= mark(s->step);
    if (s->declaration && s->declaration->specifiers)
        mark_typeof(s->declaration->specifiers->type);
    if (s->declaration && s->declaration->asserted)
        mark(s->declaration->asserted->e);
    if (s->declaration)
        for (size_t i = 0; i < s->declaration->declarator_count; i++) {
            found |= mark_bounds(s->declaration->declarators[i]->type);
            if (s->declaration->declarators[i]->initializer)
                found |= mark(s->declaration->declarators[i]->initializer);
        }
    for (size_t i = 0; i < s->item_count; i++)
        found |= mark_statement(s->items[i]);
    for (size_t i = 0; i < s->catch_count; i++)
        found |= mark_statement(s->catches[i].body);
    found |= mark_statement(s->init);
    found |= mark_statement(s->body);
    found |= mark_statement(s->otherwise);
    marking_awaits = outer_awaits;
    s->has_await |= found;
    return found;
}

static void track_parameters(struct function *function)
{
    for (size_t i = 0; i < function->declarator->parameter_count; i++) {
        struct symbol *symbol = function->declarator->parameters[i].symbol;
        struct type *type = function->declarator->parameters[i].type;
        struct variable *v = symbol ? track_variable(symbol) : new_variable(type_is_variably_modified(type) ? type_pointer(type_basic(TYPE_VOID)) : type,
                                                                            parameter_member(function, i));
        v->parameter = true;
        v->member = parameter_member(function, i);
        emit_definition(v);
    }
}

/* What alloca gives lives until the function ends. */
static void lower_body(struct function *function)
{
    if (!calls_alloca) {
        lower_items(function->body);
        return;
    }
    struct context *c = cleanup_context(function->body, false);
    now->alloca_list = new_variable(type_pointer(type_basic(TYPE_VOID)), "ac_alloca_list");
    now->alloca_list->may_reside = now->alloca_list->must_reside = true;
    emit_define(now->alloca_list, "%s = NULL;", variable_reference(now->alloca_list));
    begin_cleanup((struct cleanup){.kind = CLEANUP_ALLOCA, .variable = now->alloca_list, .place = function->body->first});
    lower_items(function->body);
    leave_block(c, function->body->last);
}

/* Items are gathered in memory that all functions share. */
static struct { struct item *at; size_t capacity; } scratch;

static void keep_items(void)
{
    struct item *kept = arena_alloc((now->items.count + 1) * sizeof *kept);
    if (now->items.count)
        memcpy(kept, now->items.at, now->items.count * sizeof *kept);
    scratch.at = now->items.at;
    scratch.capacity = now->items.capacity;
    now->items.at = kept;
    now->items.capacity = now->items.count + 1;
}

void lower(struct function *function)
{
    struct declarator *d = function->declarator;
    if (d->parameter_count == 1 && type_is(d->parameters[0].type, TYPE_VOID))
        d->parameter_count = 0;         /* f(void) */
    function->generated_name = function->is_main ? "main__async" : function->symbol->name;
    function->lowering = now = arena_alloc(sizeof *now);
    now->items.at = scratch.at;
    now->items.capacity = scratch.capacity;
    now->function = function;
    context_now = NULL;
    extent_now = NULL;
    innermost = callee_known = (struct map){0};
    place_now = function->declarator->name_token;
    new_site(place_now);
    reachable = true;
    calls_alloca = false;
    mark_statement(function->body);
    mark_function_names(function);
    now->types = hoist_types(function);
    now->root = extent_begin();
    now->root->is_block = true;
    if (!type_is(function->result, TYPE_VOID))
        now->result = new_member(function->result, "result");
    scope_awaits = function->body->has_await;
    track_parameters(function);
    add_item(ITEM_LOAD);
    for (size_t i = 0; i < function->declarator->parameter_count; i++)
        if (type_is_variably_modified(function->declarator->parameters[i].type))
            lower_bounds(function->declarator->parameters[i].type);
    lower_body(function);
    if (reachable) {
        if (function->is_main && now->result) {
            emit_set(now->result, "0");
            emit_use(now->result);
        }
        emit_format(function->is_generator ? "return AC_STOP;" : "return 0;");
    }
    extent_end(now->root);
    now->types = arena_format("%s%s", now->types, blocking_calls_text());
    keep_items();
    flow(now);
    frame_decide(now);
}

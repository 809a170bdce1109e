/* -Wlock-across-await: a lock of the thread (pthread_mutex_lock ...) that is held where the function can be suspended. The next
   task that asks for it then blocks the thread, and with it the task that would give it back.

   The body is gone through once in the order of execution, with the locks that are held for certain: where ways join, those
   of all ways. What a jump may have released counts as released; so does everything behind a label. */
#include "checking.h"
#include <string.h>

enum { HELD_MAX = 8 };

struct lock_kind {
    const char *lock, *unlock;
};

static const struct lock_kind lock_kinds[] = {
    {"pthread_mutex_lock", "pthread_mutex_unlock"},
    {"pthread_mutex_timedlock", "pthread_mutex_unlock"},
    {"pthread_rwlock_rdlock", "pthread_rwlock_unlock"},
    {"pthread_rwlock_wrlock", "pthread_rwlock_unlock"},
    {"pthread_rwlock_timedrdlock", "pthread_rwlock_unlock"},
    {"pthread_rwlock_timedwrlock", "pthread_rwlock_unlock"},
    {"pthread_spin_lock", "pthread_spin_unlock"},
    {"mtx_lock", "mtx_unlock"},
    {"mtx_timedlock", "mtx_unlock"},
    {"flockfile", "funlockfile"},
    {"g_mutex_lock", "g_mutex_unlock"},
    {"uv_mutex_lock", "uv_mutex_unlock"},
    {"SDL_LockMutex", "SDL_UnlockMutex"},
};

/* The locks that are held at a place; `gone`: control does not get there. */
struct locks {
    struct expression *at[HELD_MAX]; /* the calls that took them */
    size_t count;
    bool gone;
};

static struct {
    struct locks now;
    struct locks *switch_entry;          /* at the innermost switch */
    ARRAY(struct expression *) releases; /* all calls of an unlock so far */
    ARRAY(struct expression *) told;     /* locks of which it was said */
} walk;

static void walk_expression(struct expression *e, void *context);
static void walk_statement(struct statement *s);

/* ================= sets of locks ================= */

static struct expression *lock_of(struct expression *call)
{
    return expression_inner(call->arguments[0]);
}

static void remove_at(struct locks *locks, size_t i)
{
    locks->at[i] = locks->at[--locks->count];
}

/* An unlock of something that was not seen to be locked may be any of them by another name. */
static void release(struct locks *locks, struct expression *call)
{
    for (size_t i = 0; i < locks->count; i++)
        if (expression_same_tokens(lock_of(locks->at[i]), lock_of(call))) {
            remove_at(locks, i);
            return;
        }
    locks->count = 0;
}

static bool holds(const struct locks *locks, struct expression *lock)
{
    for (size_t i = 0; i < locks->count; i++)
        if (locks->at[i] == lock)
            return true;
    return false;
}

/* Two ways join: what is held on both. */
static void join(struct locks *locks, const struct locks *other)
{
    if (other->gone)
        return;
    if (locks->gone) {
        *locks = *other;
        return;
    }
    for (size_t i = locks->count; i-- > 0;)
        if (!holds(other, locks->at[i]))
            remove_at(locks, i);
}

/* Control may come from anywhere between the first of these releases and here. */
static void release_since(struct locks *locks, size_t first)
{
    for (size_t i = first; i < walk.releases.count; i++)
        release(locks, walk.releases.at[i]);
}

/* ================= what is told ================= */

static bool told_before(struct expression *lock)
{
    for (size_t i = 0; i < walk.told.count; i++)
        if (walk.told.at[i] == lock)
            return true;
    array_add(&walk.told, lock);
    return false;
}

static void waits_at(token_index place)
{
    for (size_t i = 0; i < walk.now.count && !walk.now.gone; i++) {
        struct expression *lock = walk.now.at[i];
        if (told_before(lock))
            continue;
        if (!warning_at(place, "lock-across-await", "'%s' is held while this waits", expression_text(lock_of(lock))))
            continue;
        note_at(lock->first, "it is locked here: whoever asks for it meanwhile blocks the thread, and this task with it");
        note_at(place, "unlock it before, or use an 'ac_lock', which tasks can wait for: 'async with (&lock)'");
    }
}

/* ================= expressions ================= */

static void walk_call(struct expression *call)
{
    const char *name = called_name(call);
    if (!name || !call->argument_count || expression_inner(call->a)->symbol == NULL)
        return;
    for (size_t i = 0; i < sizeof lock_kinds / sizeof *lock_kinds; i++) {
        if (strcmp(name, lock_kinds[i].lock) == 0) {
            if (walk.now.count < HELD_MAX)
                walk.now.at[walk.now.count++] = call;
            return;
        }
        if (strcmp(name, lock_kinds[i].unlock) == 0) {
            array_add(&walk.releases, call);
            release(&walk.now, call);
            return;
        }
    }
}

/* A part that is evaluated or not. */
static void walk_maybe(struct expression *e)
{
    struct locks without = walk.now;
    walk_expression(e, NULL);
    join(&walk.now, &without);
}

/* a && b && c ... leans to the left, as deep as the text is long. */
static void walk_chain(struct expression *e)
{
    ARRAY(struct expression *) chain = {0};
    for (; expression_leans_left(e); e = e->a)
        array_add(&chain, e);
    walk_expression(e, NULL);
    for (size_t i = chain.count; i-- > 0;) {
        bool always = chain.at[i]->kind == EXPRESSION_BINARY || chain.at[i]->kind == EXPRESSION_COMMA;
        if (always)
            walk_expression(chain.at[i]->b, NULL);
        else
            walk_maybe(chain.at[i]->b);
    }
}

static void walk_conditional(struct expression *e)
{
    walk_expression(e->a, NULL);
    struct locks otherwise = walk.now;
    if (e->b)
        walk_expression(e->b, NULL);
    struct locks then = walk.now;
    walk.now = otherwise;
    walk_expression(e->c, NULL);
    join(&walk.now, &then);
}

static void walk_expression(struct expression *e, void *context)
{
    if (!e)
        return;
    switch ((enum expression_kind)e->kind) {
    case EXPRESSION_SIZEOF:
    case EXPRESSION_ALIGNOF:
    case EXPRESSION_SIZEOF_TYPE:
    case EXPRESSION_ALIGNOF_TYPE:
    case EXPRESSION_OFFSETOF: return;
    case EXPRESSION_GENERIC:
    case EXPRESSION_CHOOSE: walk_expression(e->chosen, context); return;
    case EXPRESSION_BINARY:
    case EXPRESSION_COMMA:
    case EXPRESSION_AND:
    case EXPRESSION_OR: walk_chain(e); return;
    case EXPRESSION_CONDITIONAL: walk_conditional(e); return;
    case EXPRESSION_STATEMENT: walk_statement(e->body); return;
    default: break;
    }
    expression_children(e, walk_expression, context);
    if (e->kind == EXPRESSION_CALL)
        walk_call(e);
    else if (e->kind == EXPRESSION_AWAIT)
        waits_at(e->first);
}

/* ================= statements ================= */

/* At the end of a block its defers run, last first, and its children are waited for. */
static void walk_block_end(struct statement *block)
{
    for (size_t i = block->item_count; i-- > 0;) {
        struct statement *item = block->items[i];
        if (item->kind == STATEMENT_DEFER)
            walk_statement(item->body);
        struct declaration *declaration = item->kind == STATEMENT_DECLARATION ? item->declaration : NULL;
        for (size_t k = declaration ? declaration->declarator_count : 0; k-- > 0;)
            if (declaration->declarators[k]->symbol && declaration->declarators[k]->symbol->child)
                waits_at(block->last);
    }
}

static void walk_declaration(struct declaration *declaration)
{
    for (size_t i = 0; declaration && i < declaration->declarator_count; i++)
        walk_expression(declaration->declarators[i]->initializer, NULL);
}

/* With the `else if`s behind it, which are as many as the text is long. */
static void walk_if(struct statement *s)
{
    struct locks after = {.gone = true};
    for (;; s = s->otherwise) {
        walk_expression(s->a, NULL);
        struct locks otherwise = walk.now;
        walk_statement(s->body);
        join(&after, &walk.now);
        walk.now = otherwise;
        if (!s->otherwise || s->otherwise->kind != STATEMENT_IF)
            break;
    }
    walk_statement(s->otherwise);
    join(&walk.now, &after);
}

/* A break may come from anywhere in the body. */
static void walk_loop(struct statement *s)
{
    size_t releases = walk.releases.count;
    if (s->kind != STATEMENT_DO)
        walk_expression(s->a, NULL);
    struct locks after = walk.now;
    walk_statement(s->body);
    if (s->kind == STATEMENT_DO)
        walk_expression(s->a, NULL);
    walk_expression(s->step, NULL);
    join(&after, &walk.now);
    release_since(&after, releases);
    walk.now = after;
}

static void walk_switch(struct statement *s)
{
    size_t releases = walk.releases.count;
    struct locks *outer = walk.switch_entry;
    walk_expression(s->a, NULL);
    struct locks entry = walk.now;
    walk.switch_entry = &entry;
    walk.now.gone = true;
    walk_statement(s->body);
    walk.switch_entry = outer;
    release_since(&entry, releases);
    walk.now = entry;
}

/* An error may come from anywhere in the body. */
static void walk_try(struct statement *s)
{
    size_t releases = walk.releases.count;
    struct locks entry = walk.now;
    walk_statement(s->body);
    release_since(&entry, releases);
    struct locks after = walk.now;
    for (size_t i = 0; i < s->catch_count; i++) {
        walk.now = entry;
        walk_statement(s->catches[i].body);
        join(&after, &walk.now);
    }
    walk.now = after;
}

static void walk_async(struct statement *s)
{
    walk_declaration(s->declaration);
    walk_expression(s->a, NULL);
    if (s->kind != STATEMENT_ASYNC_BLOCK)
        waits_at(s->first);
    if (s->kind == STATEMENT_ASYNC_FOR) {
        struct statement body = {.kind = STATEMENT_WHILE, .body = s->body};
        walk_loop(&body);
        return;
    }
    walk_statement(s->body);
    waits_at(s->last);
}

static void walk_leave(struct statement *s)
{
    walk_expression(s->a, NULL);
    walk.now.gone = true;
}

static void walk_compound(struct statement *s)
{
    for (size_t i = 0; i < s->item_count; i++)
        walk_statement(s->items[i]);
    walk_block_end(s);
}

static bool is_labelled(struct statement *s)
{
    return s->kind == STATEMENT_LABEL || s->kind == STATEMENT_CASE || s->kind == STATEMENT_DEFAULT;
}

/* Where a goto comes from, nobody looks. */
static void pass_label(struct statement *s)
{
    if (s->kind == STATEMENT_LABEL)
        walk.now = (struct locks){.count = 0};
    else if (walk.switch_entry)
        join(&walk.now, walk.switch_entry);
}

static void walk_statement(struct statement *s)
{
    while (s && is_labelled(s)) {
        pass_label(s);
        s = s->body;
    }
    if (!s)
        return;
    switch ((enum statement_kind)s->kind) {
    case STATEMENT_COMPOUND: walk_compound(s); break;
    case STATEMENT_DECLARATION: walk_declaration(s->declaration); break;
    case STATEMENT_IF: walk_if(s); break;
    case STATEMENT_SWITCH: walk_switch(s); break;
    case STATEMENT_FOR:
        walk_declaration(s->declaration);
        walk_statement(s->init);
        walk_loop(s);
        break;
    case STATEMENT_WHILE:
    case STATEMENT_DO: walk_loop(s); break;
    case STATEMENT_RETURN:
    case STATEMENT_THROW:
    case STATEMENT_GOTO:
    case STATEMENT_GOTO_COMPUTED:
    case STATEMENT_BREAK:
    case STATEMENT_CONTINUE: walk_leave(s); break;
    case STATEMENT_TRY: walk_try(s); break;
    case STATEMENT_YIELD:
        walk_expression(s->a, NULL);
        waits_at(s->first);
        break;
    case STATEMENT_ASYNC_BLOCK:
    case STATEMENT_ASYNC_FOR:
    case STATEMENT_ASYNC_WITH: walk_async(s); break;
    case STATEMENT_DEFER: break; /* at the end of its block */
    default: walk_expression(s->a, NULL);
    }
}

void warn_locks(struct function *function)
{
    walk.now = (struct locks){.count = 0};
    walk.switch_entry = NULL;
    walk.releases.count = walk.told.count = 0;
    walk_statement(function->body);
}

/* Warnings: what is legal but seldom meant. Those about one place are told there; those about a whole body are told
   at its end, from what was noted on the way (uses of local task handles, tasks that the function cancels), or by another
   walk through it: warn_lock.c, warn_escape.c. */
#include "checking.h"
#include "source.h"
#include <string.h>

enum { CODE_CANCELED = 125 }; /* ECANCELED of Linux */

/* What was noted in the function at hand. */
static struct {
    ARRAY(struct declarator *) handles;   /* locals that a new task was stored in */
    ARRAY(struct expression *) cancelled; /* arguments of ac_cancel */
} noted;

bool is_one_of(const char *name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

const char *called_name(struct expression *call)
{
    struct expression *callee = call->kind == EXPRESSION_CALL ? expression_inner(call->a) : NULL;
    return callee && callee->kind == EXPRESSION_NAME ? callee->name : NULL;
}

/* ================= coroutines and tasks that are dropped ================= */

/* The group of its block releases it. */
static bool belongs_to_group(const char *maker)
{
    return maker && strcmp(maker, "ac_group_start") == 0;
}

static void warn_dropped_value(struct expression *e)
{
    struct type *type = type_strip(e->type);
    const char *name = called_name(e);
    if (type_is_handle(type) && is_unknown(type->inner))
        return; /* after a mistake */
    if (type->kind == TYPE_CORO || type->kind == TYPE_GEN) {
        const char *what = type->kind == TYPE_CORO ? "coroutine" : "generator";
        bool told =
            name ? warning_at(e->first, "unawaited", "the %s that '%s' makes is dropped: it never runs", what, name)
                 : warning_at(e->first, "unawaited", "a %s is made and dropped: it never runs", what);
        if (told && type->kind == TYPE_CORO)
            fix_insert(e->first, "await ");
        if (told && type->kind == TYPE_CORO)
            note_at(e->first, "'await' runs it here; 'ac_create_task(...)' runs it beside this function");
        else if (told)
            note_at(e->first, "'async for' goes over it");
    } else if ((type->kind == TYPE_TASK && !belongs_to_group(name)) || type->kind == TYPE_FUTURE) {
        const char *what = type->kind == TYPE_TASK ? "task" : "future";
        if (warning_at(e->first, "unreleased-task", "the handle of a %s is dropped", what))
            note_at(e->first, "'ac_detach(...)' of it says that no one will look at the result");
    }
}

void warn_dropped(struct expression *e)
{
    if (check_now.unevaluated || check_now.voice != TELL_ALL)
        return;
    e = expression_inner(e);
    switch (e->kind) {
    case EXPRESSION_CALL:
    case EXPRESSION_CREATE_FUTURE:
    case EXPRESSION_BLOCKING:
    case EXPRESSION_SUBMIT: warn_dropped_value(e); break;
    case EXPRESSION_COMMA: warn_dropped(e->b); break;
    case EXPRESSION_CONDITIONAL:
        if (e->b)
            warn_dropped(e->b);
        warn_dropped(e->c);
        break;
    case EXPRESSION_AND:
    case EXPRESSION_OR: warn_dropped(e->b); break;
    case EXPRESSION_STATEMENT: {
        size_t count = e->body->item_count;
        struct statement *last = count ? e->body->items[count - 1] : NULL;
        if (last && last->kind == STATEMENT_EXPRESSION && last->a)
            warn_dropped(last->a);
        break;
    }
    default: break;
    }
}

/* ================= local variables that hold a task ================= */

void warn_note_declaration(struct declarator *declarator)
{
    static const char *const makers[] = {"ac_create_task", "ac_create_task_named", "ac_create_task_eager",
                                         "ac_loop_create_task"};
    struct symbol *symbol = declarator->symbol;
    struct expression *value = declarator->initializer;
    if (!value || !symbol->local || symbol->child || symbol->storage == STORAGE_STATIC || declarator->cleanup)
        return;
    const char *name = called_name(expression_inner(value));
    bool task = name && is_one_of(name, makers, sizeof makers / sizeof *makers);
    bool made = name && (type_is(declarator->type, TYPE_GEN) || type_is(declarator->type, TYPE_CORO));
    if (task || made)
        array_add(&noted.handles, declarator);
}

static void note_harmless(struct expression *e)
{
    e = expression_inner(e);
    if (e->kind == EXPRESSION_NAME && e->symbol && !check_now.unevaluated)
        e->symbol->harmless_uses++;
}

void warn_note_await(struct expression *operand)
{
    note_harmless(operand);
}

static void note_task_call(struct expression *call, const char *name)
{
    static const char *const lookers[] = {
        "ac_cancel",
        "ac_cancelling",
        "ac_uncancel",
        "ac_done",
        "ac_cancelled",
        "ac_result",
        "ac_error",
        "ac_task_name",
        "ac_task_set_name",
        "ac_task_print",
        "ac_task_trace",
        "ac_add_done_callback",
        "ac_remove_done_callback",
        "ac_wait_for",
        "ac_shield",
        "ac_next",
    };
    if (!call->argument_count || strncmp(name, "ac_", 3) || !is_one_of(name, lookers, sizeof lookers / sizeof *lookers))
        return;
    note_harmless(call->arguments[0]);
    if (strcmp(name, "ac_cancel") == 0)
        array_add(&noted.cancelled, expression_inner(call->arguments[0]));
}

static void warn_unreleased_task(struct declarator *declarator)
{
    const char *name = declarator->name;
    if (warning_at(declarator->name_token, "unreleased-task", "the task in '%s' is never released", name))
        note_at(declarator->name_token,
                "'ac_release(%s)' or 'ac_detach(%s)' gives it back; a child, 'async %s %s = ...', needs neither", name, name,
                type_text(type_strip(declarator->type)->inner), name);
}

static void warn_unreleased_generator(struct declarator *declarator)
{
    const char *name = declarator->name;
    if (warning_at(declarator->name_token, "unreleased-task", "the generator in '%s' is never released", name))
        note_at(declarator->name_token, "'defer ac_release(%s);' closes and frees it; 'async for (... : f(...))' does so by itself",
                name);
}

static void warn_never_run(struct declarator *declarator)
{
    if (declarator->symbol->uses == 0 &&
        warning_at(declarator->name_token, "unawaited", "the coroutine in '%s' is never run", declarator->name))
        note_at(declarator->name_token, "'await %s' runs it here; 'ac_coro_close(%s)' throws it away", declarator->name,
                declarator->name);
}

static void warn_unreleased(void)
{
    for (size_t i = 0; i < noted.handles.count; i++) {
        struct declarator *declarator = noted.handles.at[i];
        if (type_is(declarator->type, TYPE_CORO))
            warn_never_run(declarator);
        else if (declarator->symbol->uses == declarator->symbol->harmless_uses && type_is(declarator->type, TYPE_GEN))
            warn_unreleased_generator(declarator);
        else if (declarator->symbol->uses == declarator->symbol->harmless_uses)
            warn_unreleased_task(declarator);
    }
    noted.handles.count = noted.cancelled.count = 0;
}

/* ================= calls that block ================= */

struct blocking {
    const char *name, *instead; /* NULL: ac_blocking(...) */
};

static const struct blocking blocking[] = {
    {"sleep", "ac_sleep"},
    {"usleep", "ac_sleep"},
    {"nanosleep", "ac_sleep"},
    {"clock_nanosleep", "ac_sleep"},
    {"thrd_sleep", "ac_sleep"},
    {"getaddrinfo", "ac_getaddrinfo"},
    {"gethostbyname", "ac_getaddrinfo"},
    {"gethostbyname2", "ac_getaddrinfo"},
    {"gethostbyname_r", "ac_getaddrinfo"},
    {"gethostbyaddr", "ac_getnameinfo"},
    {"getnameinfo", "ac_getnameinfo"},
    {"fgets", "ac_stream_read_line"},
    {"gets", "ac_stream_read_line"},
    {"getline", "ac_stream_read_line"},
    {"getdelim", "ac_stream_read_until"},
    {"getchar", "ac_stream_read"},
    {"fgetc", "ac_stream_read"},
    {"getc", "ac_stream_read"},
    {"fread", "ac_file_read"},
    {"scanf", "ac_stream_read_line"},
    {"fscanf", "ac_stream_read_line"},
    {"wait", "ac_subprocess_wait"},
    {"waitpid", "ac_subprocess_wait"},
    {"waitid", "ac_subprocess_wait"},
    {"wait3", "ac_subprocess_wait"},
    {"wait4", "ac_subprocess_wait"},
    {"system", "ac_subprocess_shell"},
    {"popen", "ac_subprocess_shell"},
    {"pclose", "ac_subprocess_wait"},
    {"poll", "ac_readable"},
    {"ppoll", "ac_readable"},
    {"select", "ac_readable"},
    {"pselect", "ac_readable"},
    {"epoll_wait", "ac_readable"},
    {"pause", "ac_signal_wait"},
    {"sigwait", "ac_signal_wait"},
    {"sigwaitinfo", "ac_signal_wait"},
    {"sigtimedwait", "ac_signal_wait"},
    {"sigsuspend", "ac_signal_wait"},
    {"sem_wait", "ac_semaphore_acquire"},
    {"sem_timedwait", "ac_semaphore_acquire"},
    {"pthread_cond_wait", "ac_condition_wait"},
    {"pthread_cond_timedwait", "ac_condition_wait"},
    {"cnd_wait", "ac_condition_wait"},
    {"pthread_barrier_wait", "ac_barrier_wait"},
    {"pthread_join", NULL},
    {"thrd_join", NULL},
    {"fsync", "ac_file_fsync"},
    {"fdatasync", "ac_file_fsync"},
    {"sync", NULL},
    {"flock", NULL},
    {"lockf", NULL},
    {"mq_receive", NULL},
    {"mq_send", NULL},
    {"curl_easy_perform", NULL},
    {"curl_multi_wait", NULL},
    {"curl_multi_poll", NULL},
    {"sqlite3_step", NULL},
    {"sqlite3_exec", NULL},
    {"PQexec", NULL},
    {"PQconnectdb", NULL},
    {"mysql_query", NULL},
    {"mysql_real_query", NULL},
    {"mysql_real_connect", NULL},
    {"redisCommand", NULL},
    {"redisConnect", NULL},
    {"res_query", NULL},
    {"res_search", NULL},
};

static const struct blocking *find_blocking(const char *name)
{
    for (size_t i = 0; i < sizeof blocking / sizeof *blocking; i++)
        if (strcmp(blocking[i].name, name) == 0)
            return &blocking[i];
    return NULL;
}

/* With no time to wait, or with WNOHANG, these only look. */
static bool only_looks(struct expression *call, const char *name)
{
    static const char *const timed[] = {"poll", "epoll_wait"};
    int64_t value;
    if (!call->argument_count || !constant_integer(call->arguments[call->argument_count - 1], &value))
        return false;
    return is_one_of(name, timed, sizeof timed / sizeof *timed) ? value == 0
                                                                : strcmp(name, "waitpid") == 0 && value & 1;
}

static void warn_blocking(struct expression *call, const char *name)
{
    struct symbol *symbol = expression_inner(call->a)->symbol;
    const struct blocking *known = symbol && !symbol->defined && !symbol->local ? find_blocking(name) : NULL;
    bool marked = symbol && symbol->blocking;
    if ((!known && !marked) || check_now.unevaluated || !check_now.function || call == check_now.on_pool ||
        only_looks(call, name))
        return;
    if (!warning_at(call->first, "blocking", "'%s' blocks the event loop", name))
        return;
    if (known && known->instead)
        note_at(call->first, "use 'await %s(...)', or 'await ac_blocking(%s(...))'", known->instead, name);
    else
        note_at(call->first, "'await ac_blocking(%s(...))' makes the call on another thread", name);
}

void warn_call(struct expression *call)
{
    const char *name = called_name(call);
    if (!name)
        return;
    note_task_call(call, name);
    if (!type_is(call->type, TYPE_CORO))
        warn_blocking(call, name);
}

/* ================= awaits that are not evaluated ================= */

void warn_unevaluated_await(struct expression *e)
{
    static token_index last;
    token_index by = check_now.unevaluated_by;
    if (by == NOT_CHOSEN || tokens[by].system_macro || token_in_system(by) || last == e->first)
        return;
    source_align(tokens[by].inclusion);
    if (tokens[by].raw < 0)     /* a macro looks at the type of its argument */
        return;
    last = e->first;
    if (warning_at(e->first, "unevaluated-await", "this 'await' is not performed: '%.*s' only takes its type",
                   (int)tokens[by].length, tokens[by].text))
        note_at(by, "it is here; what is to run is awaited into a variable first");
}

/* ================= catch (ECANCELED) that goes on ================= */

/* A search through a tree of statements. */
struct search {
    bool found;
    bool (*expression)(struct expression *e);
    bool (*statement)(struct statement *s, unsigned loops, unsigned switches);
};

static void search_expression(struct expression *e, void *context)
{
    struct search *search = context;
    if (!e || search->found)
        return;
    if (search->expression && search->expression(e)) {
        search->found = true;
        return;
    }
    expression_children(e, search_expression, context);
}

static void search_statement(struct statement *s, struct search *search, unsigned loops, unsigned switches)
{
    if (!s || search->found)
        return;
    if (search->statement && search->statement(s, loops, switches))
        search->found = true;
    search_expression(s->a, search);
    search_expression(s->step, search);
    for (size_t i = 0; s->declaration && i < s->declaration->declarator_count; i++)
        search_expression(s->declaration->declarators[i]->initializer, search);
    bool loop = s->kind == STATEMENT_WHILE || s->kind == STATEMENT_DO || s->kind == STATEMENT_FOR ||
                s->kind == STATEMENT_ASYNC_FOR;
    loops += loop;
    switches += s->kind == STATEMENT_SWITCH;
    search_statement(s->init, search, loops, switches);
    for (size_t i = 0; i < s->item_count; i++)
        search_statement(s->items[i], search, loops, switches);
    search_statement(s->body, search, loops, switches);
    search_statement(s->otherwise, search, loops, switches);
    for (size_t i = 0; i < s->catch_count; i++)
        search_statement(s->catches[i].body, search, loops, switches);
}

static bool leaves(struct statement *s, unsigned loops, unsigned switches)
{
    switch (s->kind) {
    case STATEMENT_RETURN:
    case STATEMENT_THROW:
    case STATEMENT_GOTO:
    case STATEMENT_GOTO_COMPUTED: return true;
    case STATEMENT_BREAK: return !loops && !switches;
    case STATEMENT_CONTINUE: return !loops;
    default: return false;
    }
}

static bool ends_or_takes_back(struct expression *e)
{
    static const char *const names[] = {"ac_uncancel", "exit", "_exit", "_Exit", "quick_exit", "abort"};
    const char *name = called_name(e);
    return name && is_one_of(name, names, sizeof names / sizeof *names);
}

/* Does it await something that this function has not cancelled itself? */
static bool awaits_other(struct expression *e)
{
    if (e->kind != EXPRESSION_AWAIT)
        return false;
    for (size_t i = 0; i < noted.cancelled.count; i++)
        if (expression_same_tokens(expression_inner(e->a), noted.cancelled.at[i]))
            return false;
    return true;
}

void warn_swallowed_cancel(struct statement *try, struct catch_clause *clause)
{
    int64_t code;
    if (!constant_integer(clause->code, &code) || code != CODE_CANCELED)
        return;
    struct search leaving = {.expression = ends_or_takes_back, .statement = leaves},
                  other = {.expression = awaits_other};
    search_statement(clause->body, &leaving, 0, 0);
    search_statement(try->body, &other, 0, 0);
    bool only_cancelled = try->body->has_await && !other.found;
    if (leaving.found || only_cancelled)
        return;
    if (warning_at(clause->first, "swallowed-cancel", "a cancellation is caught, and the function goes on"))
        note_at(
            clause->first,
            "'throw ECANCELED;' at its end lets the task end as cancelled; 'ac_uncancel(...)' takes the request back");
}

/* ================= the whole function ================= */

void warn_function(struct function *function)
{
    warn_unreleased();
    warn_locks(function);
    warn_escapes(function);
    bool waits = function->await_count || function->body->has_await || function->is_generator;
    if (!waits && !function->is_main &&
        warning_at(function->symbol->place, "useless-async", "'%s' is async and awaits nothing",
                   function->symbol->name))
        note_at(function->symbol->place, "without 'async' its callers need no 'await'");
}

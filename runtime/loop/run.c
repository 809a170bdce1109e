/* run.c: running a program: ac_run, runners, and what the plain `main` returns.
 *
 * While a runner runs, SIGINT cancels the main task; a second one, or one that comes before the main task has taken the first,
 * has the effect it had before: by default, the end of the process. In debug mode SIGQUIT prints all tasks. */
#define _GNU_SOURCE
#include "loop.h"

#include <stdlib.h>
#include <string.h>

struct ac_runner {
    ac_loop *loop;
    ac_task *main;                 /* while one runs */
    bool interrupted;              /* SIGINT has cancelled it */
};

static void interrupt(void *arg)
{
    ac_runner *runner = arg;
    runner->loop->holds++;
    ac_remove_signal_handler(runner->loop, SIGINT);
    runner->interrupted = true;
    if (runner->main)
        ac_cancel(runner->main);
}

static void print_tasks(void *unused)
{
    (void)unused;
    ac_dump_tasks(stderr);
}

/* A program that handles the signal itself, or ignores it, is left alone. The handler does not keep a loop from being stuck. */
static bool catch_signal(ac_loop *loop, int signal, void (*fn)(void *arg), void *arg)
{
    struct sigaction now;
    if (sigaction(signal, NULL, &now) != 0 || (now.sa_flags & SA_SIGINFO) || now.sa_handler != SIG_DFL ||
        ac_add_signal_handler(loop, signal, fn, arg) != 0)
        return false;
    loop->holds--;
    return true;
}

static void release_signal(ac_loop *loop, int signal)
{
    loop->holds++;
    ac_remove_signal_handler(loop, signal);
}

static int run_until(ac_runner *runner, ac_task *task)
{
    bool caught = catch_signal(runner->loop, SIGINT, interrupt, runner);
    bool dumping = runner->loop->debug && catch_signal(runner->loop, SIGQUIT, print_tasks, NULL);
    runner->interrupted = false;
    runner->main = task;
    int error = ac__loop_run(runner->loop, task);
    runner->main = NULL;
    if (caught && !runner->interrupted)
        release_signal(runner->loop, SIGINT);
    if (dumping)
        release_signal(runner->loop, SIGQUIT);
    return error;
}

static void mark_counted(ac_loop *loop, ac_task *task)
{
    if (loop->cancel_at > 0 || loop->timeout_at > 0)
        task->item.base.state |= AC__COUNTED;
}

static int refuse(ac_coro *coro, int error)
{
    ac__coro_discard(coro);
    return error;
}

/* What a run is refused for; the coroutine is consumed then. */
static int check_coro(ac_coro *coro)
{
    if (!coro)
        return ENOMEM;
    if (coro->parent || coro->state)
        return ac__refuse_used(coro);
    return ac_running_loop() ? refuse(coro, EBUSY) : 0;
}

/* The result of a main task whose run ended with `error`. */
static int main_outcome(ac_loop *loop, ac_task *task, int error, void *result)
{
    if (error == AC_ESTUCK)
        ac__report_stuck(loop, task);
    if (!ac__is_done(task)) {
        ac_cancel(task);
        return error ? error : ECANCELED;
    }
    return error ? error : ac_result(task, result);
}

int ac_runner_run(ac_runner *runner, ac_coro *coro, void *result)
{
    int refused = check_coro(coro);
    if (refused)
        return refused;
    ac_task *task = ac__task_start(runner->loop, coro);
    if (!task)
        return ENOMEM;
    mark_counted(runner->loop, task);
    int error = main_outcome(runner->loop, task, run_until(runner, task), result);
    ac__future_unref(task);
    return error;
}

ac_loop *ac_runner_loop(ac_runner *runner)
{
    return runner->loop;
}

ac_runner *ac_runner_open(const ac_loop_config *config)
{
    ac_runner *runner = ac__allocate(sizeof *runner);
    if (!runner) {
        errno = ENOMEM;
        return NULL;
    }
    *runner = (ac_runner){ .loop = ac_loop_new(config) };
    if (runner->loop)
        return runner;
    int error = errno;
    free(runner);
    errno = error;
    return NULL;
}

int ac_runner_close(ac_runner *runner)
{
    if (!runner)
        return 0;
    if (runner->loop->running || ac_running_loop())
        return EBUSY;
    ac__loop_shut_down(runner->loop);
    int error = ac_loop_close(runner->loop);
    free(runner);
    return error;
}

int ac_loop_run_until(ac_loop *loop, ac_coro *coro, void *result)
{
    int refused = check_coro(coro);
    if (refused)
        return refused;
    ac_task *task = ac__task_start(loop, coro);
    if (!task)
        return ENOMEM;
    mark_counted(loop, task);
    int error = main_outcome(loop, task, ac__loop_run(loop, task), result);
    ac__future_unref(task);
    return error;
}

static int run_on_runner(ac_runner *runner, ac_coro *coro, void *result, bool *interrupted, struct ac__trace **trace)
{
    ac_task *task = ac__task_start(runner->loop, coro);
    if (!task)
        return ENOMEM;
    mark_counted(runner->loop, task);
    int error = main_outcome(runner->loop, task, run_until(runner, task), result);
    *interrupted = runner->interrupted;
    struct ac__more *more = ac__more(task);
    if (trace && more) {
        *trace = more->trace;
        more->trace = NULL;
    }
    ac__future_unref(task);
    return error;
}

static int run_all(const ac_loop_config *config, ac_coro *coro, void *result, bool *interrupted, struct ac__trace **trace)
{
    int refused = check_coro(coro);
    if (refused)
        return refused;
    ac_runner *runner = ac_runner_open(config);
    if (!runner)
        return refuse(coro, errno);
    int error = run_on_runner(runner, coro, result, interrupted, trace);
    int closed = ac_runner_close(runner);
    return error ? error : closed;
}

int ac_run_with(const ac_loop_config *config, ac_coro *coro, void *result)
{
    bool interrupted;
    return run_all(config, coro, result, &interrupted, NULL);
}

int ac_run(ac_coro *coro, void *result)
{
    return ac_run_with(NULL, coro, result);
}

/* ---- main ---- */

static bool is_set(const char *variable)
{
    const char *value = getenv(variable);
    return value && *value && strcmp(value, "0") != 0;
}

static ac_loop_config config_of_environment(void)
{
    const char *clock = getenv("AC_CLOCK"), *seed = getenv("AC_SEED"), *cancel_at = getenv("AC_CANCEL_AT");
    const char *timeout_at = getenv("AC_TIMEOUT_AT"), *watchdog = getenv("AC_WATCHDOG");
    return (ac_loop_config){
        .clock = clock && strcmp(clock, "virtual") == 0 ? AC_CLOCK_VIRTUAL : AC_CLOCK_REAL,
        .seed = seed ? (unsigned)strtoul(seed, NULL, 10) : 0,
        .cancel_at = cancel_at ? strtol(cancel_at, NULL, 10) : 0,
        .timeout_at = timeout_at ? strtol(timeout_at, NULL, 10) : 0,
        .debug = is_set("AC_DEBUG"),
        .watchdog = watchdog ? strtod(watchdog, NULL) : 0,
    };
}

static void restore_sigpipe(void)
{
    signal(SIGPIPE, SIG_DFL);
}

/* A child gets back what the parent was started with; exec keeps an ignored signal ignored. */
void ac__ignore_sigpipe(void)
{
    struct sigaction now;
    if (sigaction(SIGPIPE, NULL, &now) == 0 && ((now.sa_flags & SA_SIGINFO) || now.sa_handler != SIG_DFL))
        return;
    signal(SIGPIPE, SIG_IGN);
    pthread_atfork(NULL, NULL, restore_sigpipe);
}

int ac_main(ac_coro *coro)
{
    ac_loop_config config = config_of_environment();
    bool interrupted = false;
    struct ac__trace *trace = NULL;
    int result = 0;
    ac__ignore_sigpipe();
    int error = run_all(&config, coro, &result, &interrupted, &trace);
    if (error == ECANCELED && interrupted)
        return 128 + SIGINT;
    if (error) {
        fflush(stdout);
        ac__trace_print(trace, error, stderr);
        free(trace);
        return 1;
    }
    return result;
}

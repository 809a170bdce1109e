/* loop.c: making, running and closing event loops. loop.h says what a turn is.
 *
 * While anything is ready the system is asked without waiting, and only once in AC__POLL_INTERVAL steps: one task that yields
 * all the time does not pay a system call a turn. When nothing is ready the loop waits for the next timer or for the backend; on
 * the virtual clock it jumps to the next timer instead. When nothing could ever come, it is stuck. */
#define _GNU_SOURCE
#include "loop.h"

#include <dirent.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static _Thread_local ac_loop *named_loop;      /* by ac_set_loop */

/* ---- Time ---- */

static int64_t real_time(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t ac__clock(ac_loop *loop)
{
    if (!loop->virtual_clock)
        loop->now = real_time();
    return loop->now;
}

double ac_loop_time(ac_loop *loop)
{
    return (double)ac__clock(loop) * 1e-9;
}

/* ---- Which loop ---- */

ac_loop *ac_running_loop(void)
{
    return ac__thread.loop;
}

ac_loop *ac_get_loop(void)
{
    return ac__thread.loop ? ac__thread.loop : named_loop;
}

void ac_set_loop(ac_loop *loop)
{
    named_loop = loop;
}

int ac__loop_usable(const ac_loop *loop)
{
    if (loop->closed)
        return EINVAL;
    if (loop->pid == getpid())
        return 0;
    fprintf(stderr, "acc: a child process uses the event loop of its parent: make a new one after fork\n");
    return EPERM;
}

/* While a loop runs, no other thread may wait for it, or write to it: so one that looks at `thread` sees what it has been since. */
bool ac__told_elsewhere(const ac_loop *loop, const char *function)
{
    if (!loop->running || pthread_equal(loop->thread, pthread_self()))
        return false;
    fprintf(stderr, "acc: %s was called on another thread than the loop's, and does nothing: see ac_call_soon_threadsafe\n",
            function);
    return true;
}

/* ---- Making ---- */

static int choose(const char *text, const char *const names[], int count, int otherwise)
{
    for (int i = 0; text && i < count; i++) {
        if (strcmp(text, names[i]) == 0)
            return i;
    }
    return otherwise;
}

/* AUTO leaves the choice to the environment, as AC_BACKEND=epoll. */
static int backend_choice(int configured)
{
    static const char *const names[] = { "auto", "epoll", "uring", "poll" };
    return configured != AC_BACKEND_AUTO ? configured : choose(getenv("AC_BACKEND"), names, 4, AC_BACKEND_AUTO);
}

const ac_backend_fn *ac_backend_named(const char *name)
{
    const ac_backend_fn *const known[] = { &ac__backend_epoll, &ac__backend_uring, &ac__backend_poll };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strcmp(known[i]->name, name) == 0)
            return known[i];
    }
    return NULL;
}

/* One that the system cannot do is replaced in silence by the next that it can. */
static struct ac_backend *backend_open(int which)
{
    struct ac_backend *backend = NULL;
    if (which == AC_BACKEND_URING)
        backend = (ac__backend_uring.open)();
    if (!backend && which != AC_BACKEND_POLL)
        backend = (ac__backend_epoll.open)();
    return backend ? backend : (ac__backend_poll.open)();
}

static void configure(ac_loop *loop, const ac_loop_config *config)
{
    loop->virtual_clock = config->clock == AC_CLOCK_VIRTUAL;
    loop->random = config->seed;
    loop->debug = config->debug;
    loop->cancel_at = config->cancel_at;
    loop->timeout_at = config->timeout_at;
    loop->slow_step = config->slow_step > 0 ? config->slow_step : 0.1;
    loop->pool_threads = config->pool_threads;
    loop->io_budget = AC__IO_BUDGET;
}

static ac_loop *loop_make(const ac_loop_config *config)
{
    ac_loop *loop = ac__allocate(sizeof *loop);
    if (!loop) {
        errno = ENOMEM;
        return NULL;
    }
    *loop = (ac_loop){ .references = 1, .ready.tail = &loop->ready.head, .pid = getpid(), .thread = pthread_self(), .wake_fd = -1 };
    configure(loop, config);
    ac__clock(loop);
    const ac_backend_fn *own = config->own_backend;
    loop->backend = own ? (own->open)() : backend_open(backend_choice(config->backend));
    if (!loop->backend) {
        free(loop);
        return NULL;
    }
    int error = ac__inbox_open(loop);
    if (error) {
        (loop->backend->fn->close)(loop->backend);
        free(loop);
        errno = error;
        return NULL;
    }
    error = config->watchdog > 0 ? ac_loop_set_watchdog(loop, config->watchdog) : 0;
    if (error) {
        ac_loop_close(loop);
        errno = error;
        return NULL;
    }
    return loop;
}

ac_loop *ac_loop_new(const ac_loop_config *config)
{
    static const ac_loop_config defaults;
    bool faulty = config && ac__faults_wanted(&config->faults);
    if (config && (config->cancel_at || config->timeout_at))
        ac__fault_awaits_begin();
    if (faulty)
        ac__faults_begin(&config->faults);
    ac_loop *loop = loop_make(config ? config : &defaults);
    if (loop)
        loop->faulty = faulty;
    else if (faulty)
        ac__faults_end();
    return loop;
}

/* ---- Closing ---- */

void ac__loop_free(ac_loop *loop)
{
    pthread_mutex_destroy(&loop->inbox_lock);
    free(loop);
}

/* What a closed loop has for a backend, since handles may outlive it: nothing waits. */
static bool refuse(ac_backend *backend, ac_io *io)
{
    (void)backend;
    io->result = -EBADF;
    return true;
}

static bool withdraw(ac_backend *backend, ac_io *io)
{
    (void)backend;
    (void)io;
    return true;
}

static void know_nothing(ac_backend *backend, int fd)
{
    (void)backend;
    (void)fd;
}

static void learn_nothing(ac_backend *backend, int fd, bool socket)
{
    (void)backend;
    (void)fd;
    (void)socket;
}

static int no_descriptor(ac_backend *backend)
{
    (void)backend;
    return -1;
}

static const ac_backend_fn closed_fn = {
    .name = "closed", .start = refuse, .cancel = withdraw, .forget = know_nothing, .adopt = learn_nothing, .descriptor = no_descriptor,
};
static ac_backend closed_backend = { .fn = &closed_fn };

static void abandon_tasks(ac_loop *loop)
{
    ac_task *task;
    while ((task = ac__task_next(loop, NULL)))
        ac__task_abandon(task);
}

int ac_loop_close(ac_loop *loop)
{
    if (!loop || loop->closed)
        return 0;
    if (loop->running)
        return EBUSY;
    ac__watchdog_close(loop);
    ac__remotes_close(loop);
    ac__executors_end(loop);
    ac__signals_close(loop);
    ac__readers_close(loop);
    ac__inbox_close(loop);
    ac__executors_free(loop);
    ac__children_close(loop);
    ac__transports_abort(loop);
    ac__handles_drop(loop);
    if (loop->backend->fn->stop)
        loop->backend->fn->stop(loop->backend);
    abandon_tasks(loop);
    if (loop->debug)
        ac__ledger_close(loop);
    ac__gens_close(loop);
    ac__future_kept_end(loop);
    (loop->backend->fn->close)(loop->backend);
    loop->backend = &closed_backend;
    free(loop->timers.entries);
    loop->timers = (struct ac__timers){ 0 };
    ac__dequeue_all(loop);
    loop->handler = NULL;
    loop->closed = true;
    if (loop->faulty)
        ac__faults_end();
    if (named_loop == loop)
        named_loop = NULL;
    if (--loop->references == 0)
        ac__loop_free(loop);
    return 0;
}

/* ---- A turn ---- */

static uint64_t next_random(ac_loop *loop)
{
    loop->random ^= loop->random << 13;
    loop->random ^= loop->random >> 7;
    loop->random ^= loop->random << 17;
    return loop->random;
}

/* Cuts the list into two at random, item by item, and joins them: repeated, any order comes about. */
__attribute__((noinline)) static struct ac__item *shuffle(ac_loop *loop, struct ac__item *item)
{
    for (int round = 0; round < 4; round++) {
        struct ac__item *first = NULL, **tails[2], *second = NULL;
        tails[0] = &first;
        tails[1] = &second;
        for (; item; item = item->next) {
            uint64_t which = next_random(loop) >> 40 & 1;
            *tails[which] = item;
            tails[which] = &item->next;
        }
        *tails[1] = NULL;
        *tails[0] = second;
        item = first;
    }
    return item;
}

static void slow_step(ac_loop *loop, const char *what, double seconds)
{
    if (seconds > loop->slow_step)
        fprintf(stderr, "acc: a step of %s held the loop for %.3f s\n", what, seconds);
}

static void step_measured(ac_loop *loop, struct ac__item *item)
{
    const char *what = item->base.parent->fn->name;
    double start = ac_loop_time(loop);
    ac__step(item);
    slow_step(loop, what, ac_loop_time(loop) - start);
}

/* In debug mode, or shuffled. */
__attribute__((noinline)) static void run_batch_slowly(ac_loop *loop, struct ac__item *item)
{
    if (loop->random)
        item = shuffle(loop, item);
    for (struct ac__item *next; item; item = next, ac__steps_set(loop, loop->steps + 1)) {
        next = item->next;
        if (loop->debug)
            step_measured(loop, item);
        else
            ac__step(item);
    }
}

/* The only one that is ready: where tasks wait for one another, most turns are of this kind. */
static inline void run_one(ac_loop *loop, struct ac__item *item)
{
    loop->ready.head = NULL;
    loop->ready.tail = &loop->ready.head;
    ac__step(item);
    ac__steps_set(loop, loop->steps + 1);
}

static inline void run_several(ac_loop *loop, struct ac__item *item)
{
    unsigned steps = 0;
    for (struct ac__item *next; item; item = next, steps++) {
        next = item->next;
        if (next)       /* many tasks are more than the nearest cache holds */
            __builtin_prefetch(next->base.parent, 1);
        ac__step(item);
    }
    ac__steps_set(loop, loop->steps + steps);
}

/* Runs what is ready now, and nothing that becomes ready meanwhile. */
static inline void run_batch(ac_loop *loop)
{
    struct ac__item *item = loop->ready.head;
    if (item && loop->ready.tail == &item->next)
        run_one(loop, item);
    else
        run_several(loop, ac__dequeue_all(loop));
}

/* Whether each turn goes by the slow road. */
static bool is_watched(const ac_loop *loop)
{
    return loop->random || loop->debug;
}

static void run_turn(ac_loop *loop)
{
    if (is_watched(loop))
        run_batch_slowly(loop, ac__dequeue_all(loop));
    else
        run_batch(loop);
}

/* For the watchdog, which knows by this that the loop gets on, though its steps are counted anew. */
static void count_turn(ac_loop *loop)
{
    unsigned long turns = atomic_load_explicit(&loop->turns, memory_order_relaxed);
    atomic_store_explicit(&loop->turns, turns + 1, memory_order_release);
    ac__steps_set(loop, 0);
}

/* Where the backend could not wait, that is told once, and tried again after a while, so that a loop does not do nothing else. */
static void wait_ended(ac_loop *loop, int error, int64_t timeout)
{
    struct timespec pause = { .tv_nsec = timeout < 0 || timeout > AC__RETRY_AFTER ? AC__RETRY_AFTER : (long)timeout };
    if (error && !loop->blind)
        ac_loop_report(loop, "waiting for descriptors failed", error, NULL);
    loop->blind = error != 0;
    if (error)
        nanosleep(&pause, NULL);
}

static void ask_backend(ac_loop *loop, int64_t timeout)
{
    count_turn(loop);
    loop->io_budget = AC__IO_BUDGET;
    if (AC__RARELY(loop->deaf))
        timeout = ac__inbox_listen(loop, timeout);
    atomic_store_explicit(&loop->watched, NULL, memory_order_release);
    int error = loop->backend->fn->wait(loop->backend, timeout);
    atomic_store_explicit(&loop->watched, &ac__thread, memory_order_release);
    if (AC__RARELY(error || loop->blind))
        wait_ended(loop, error, timeout);
    ac__clock(loop);
}

/* While something is ready: what cannot have changed is not asked. */
static void look_around(ac_loop *loop)
{
    if (loop->backend->waiting) {
        ask_backend(loop, 0);
        return;
    }
    count_turn(loop);
    loop->io_budget = AC__IO_BUDGET;
    if (loop->timers.count)
        ac__clock(loop);
}

static inline void take_inbox(ac_loop *loop)
{
    if (atomic_load_explicit(&loop->signalled, memory_order_acquire))
        ac__inbox_drain(loop);
}

/* The threads of the process; where there is no descriptor left to look for them, the folder's links tell: one for each, and its own
 * two. 0: not known. */
static size_t count_threads(void)
{
    static const char path[] = "/proc/self/task";
    size_t count = 0;
    DIR *folder = opendir(path);
    struct stat status;
    if (!folder)
        return stat(path, &status) == 0 && status.st_nlink > 2 ? (size_t)status.st_nlink - 2 : 0;
    for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder))
        count += entry->d_name[0] != '.';
    closedir(folder);
    return count;
}

/* Threads of the process that are not the loop's own. */
static bool other_threads(const ac_loop *loop)
{
    size_t count = count_threads();
    return !count || count > 1 + ac__executor_threads(loop) + (loop->watchdog != NULL);
}

/* Nothing is ready. Whether something may still come by itself; timers are not looked at. */
static bool may_come(const ac_loop *loop)
{
    return loop->backend->waiting || loop->holds || loop->jobs || loop->processes ||
           (loop->futures && other_threads(loop));
}

static int64_t until_timer(const ac_loop *loop)
{
    int64_t left = loop->timers.entries[0].due - loop->now;
    return left > 0 ? left : 0;
}

static void jump(ac_loop *loop)
{
    loop->now = loop->timers.entries[0].due;
    loop->waited = 0;
}

/* A call of a thread ends by itself, but a child process may wait for what the program does after its next timer. So beside
 * children the time until that timer passes as it does for them. */
static void wait_beside_processes(ac_loop *loop, int64_t limit)
{
    int64_t left = until_timer(loop) - loop->waited, begin = real_time();
    left = left > 0 ? left : 0;
    ask_backend(loop, limit >= 0 && limit < left ? limit : left);
    loop->waited += real_time() - begin;
    take_inbox(loop);
    if (!loop->ready.head && loop->waited >= until_timer(loop))
        jump(loop);
}

/* Jumps where nothing real can come first. */
static void wait_virtual(ac_loop *loop, int64_t limit)
{
    ask_backend(loop, 0);
    take_inbox(loop);
    if (loop->ready.head)
        return;
    if (loop->jobs || !loop->timers.count || loop->timers.entries[0].due == INT64_MAX)
        ask_backend(loop, limit);
    else if (loop->processes)
        wait_beside_processes(loop, limit);
    else if (limit < 0 || until_timer(loop) <= limit)
        jump(loop);
    else
        loop->now += limit;
}

/* Nothing is ready: waits, at most `limit` nanoseconds (negative: no limit) and not beyond the next timer. */
static void wait_for_something(ac_loop *loop, int64_t limit)
{
    if (loop->virtual_clock) {
        wait_virtual(loop, limit);
        return;
    }
    if (loop->timers.count) {
        ac__clock(loop);
        int64_t left = until_timer(loop);
        limit = limit < 0 || left < limit ? left : limit;
    }
    ask_backend(loop, limit);
}

/* In their turn. */
static void fire_timers(struct ac__late *late)
{
    ac_loop *loop = AC__CONTAINER(late, ac_loop, timers_due);
    loop->timers_queued = false;
    ac__timers_fire(loop);
}

/* Those that are due have their turn behind all that is ready. */
static void queue_timers(ac_loop *loop)
{
    ac__timers_mark(loop);
    if (!loop->timers_queued)
        ac__late_queue(loop, &loop->timers_due, fire_timers);
    loop->timers_queued = true;
}

/* Puts what is due into the ready queue; where that is empty waits, at most `limit` nanoseconds. */
static void gather_ready(ac_loop *loop, int64_t limit)
{
    ac__thread.task = NULL;
    atomic_exchange_explicit(&loop->attention, is_watched(loop) || loop->stopping, memory_order_acq_rel);
    if (!loop->ready.head)
        wait_for_something(loop, limit);
    else if (loop->steps >= AC__POLL_INTERVAL)
        look_around(loop);
    take_inbox(loop);
    if (loop->timers.count && loop->timers.entries[0].due <= loop->now)
        queue_timers(loop);
}

/* Between two turns: whether it can go on with the ready queue without looking anywhere else. */
static inline bool goes_on(const ac_loop *loop)
{
    return loop->ready.head && loop->steps < AC__POLL_INTERVAL &&
           !atomic_load_explicit(&loop->attention, memory_order_relaxed);
}

/* What nothing can end: no timer, nothing in the backend, and no one who said that something will come. */
static bool is_stuck(ac_loop *loop)
{
    if (loop->ready.head || loop->timers.count || may_come(loop))
        return false;
    take_inbox(loop);
    return !loop->ready.head;
}

/* ---- Running ---- */

void ac__loop_careful(ac_loop *loop)
{
    loop->careful = true;
    if (ac__thread.plain_loop == loop)
        ac__thread.plain_loop = NULL;
}

static int enter(ac_loop *loop)
{
    int error = ac__loop_usable(loop);
    if (error)
        return error;
    if (loop->running || ac__thread.loop)
        return EBUSY;
    loop->running = true;
    loop->thread = pthread_self();
    ac__thread.loop = loop;
    ac__thread.plain_loop = loop->careful ? NULL : loop;
    atomic_store_explicit(&loop->watched, &ac__thread, memory_order_release);
    ac__thread_stack();
    ac__pool_debug(loop->debug);
    return 0;
}

static void leave(ac_loop *loop)
{
    ac__pool_debug(false);
    loop->running = false;
    loop->stopping = false;
    ac__thread.task = NULL;
    ac__thread.loop = ac__thread.plain_loop = NULL;
    atomic_store_explicit(&loop->watched, NULL, memory_order_release);
    ac__thread.stack_floor = NULL;
}

/* The turns up to the one in which the loop is told to stop, or the one after that in which `until` ends, which may be NULL. */
static int run_turns(ac_loop *loop, const ac_future *until)
{
    while (!(until && ac__is_done(until))) {
        if (until && !loop->ready.head && is_stuck(loop))
            return AC_ESTUCK;
        gather_ready(loop, loop->stopping ? 0 : -1);
        run_turn(loop);
        while (goes_on(loop))
            run_batch(loop);
        if (loop->stopping)
            return 0;
    }
    if (loop->ready.head)
        run_turn(loop);
    return 0;
}

int ac__loop_run(ac_loop *loop, ac_future *until)
{
    int status = enter(loop);
    if (status)
        return status;
    if (until)
        until->item.base.state |= AC__ENDS_RUN;
    status = run_turns(loop, until);
    if (until)
        until->item.base.state &= ~(uint32_t)AC__ENDS_RUN;
    leave(loop);
    return status;
}

int ac_loop_run_forever(ac_loop *loop)
{
    return ac__loop_run(loop, NULL);
}

int ac_loop_run_until_done(ac_loop *loop, ac_future *future)
{
    if (!future)
        return ENOMEM;
    int error = ac__loop_run(loop, future);
    if (error == AC_ESTUCK)
        ac__report_stuck(loop, future);
    return error || ac__is_done(future) ? error : AC_EINVALID_STATE;
}

void ac_loop_stop(ac_loop *loop)
{
    loop->stopping = true;
    atomic_store_explicit(&loop->attention, true, memory_order_relaxed);
}

bool ac_loop_is_running(const ac_loop *loop)
{
    return loop && loop->running;
}

bool ac_loop_is_closed(const ac_loop *loop)
{
    return !loop || loop->closed;
}

/* ---- Embedding ---- */

static int64_t nanoseconds(double seconds)
{
    return !(seconds > 0) ? 0 : seconds >= 9e9 ? -1 : (int64_t)(seconds * 1e9);
}

bool ac_loop_step(ac_loop *loop, double max_wait)
{
    if (enter(loop) != 0)
        return false;
    /* An idle loop asks too, without waiting: what its descriptor shows is taken. */
    gather_ready(loop, loop->ready.head || loop->timers.count || may_come(loop) ? nanoseconds(max_wait) : 0);
    run_turn(loop);
    if (loop->backend->fn->flush)
        loop->backend->fn->flush(loop->backend);
    leave(loop);
    return loop->ready.head || loop->timers.count || may_come(loop);
}

int ac_loop_fd(ac_loop *loop)
{
    return loop->backend->fn->descriptor(loop->backend);
}

double ac_loop_next_timer(ac_loop *loop)
{
    if (loop->ready.head)
        return 0;
    if (!loop->timers.count || loop->timers.entries[0].due == INT64_MAX)
        return INFINITY;
    ac__clock(loop);
    return (double)until_timer(loop) * 1e-9;
}

void ac_loop_hold(ac_loop *loop)
{
    loop->holds++;
}

void ac_loop_unhold(ac_loop *loop)
{
    if (loop->holds)
        loop->holds--;
}

void ac_loop_set_debug(ac_loop *loop, bool debug)
{
    loop->debug = debug;
    if (ac__thread.loop == loop)
        ac__pool_debug(debug);
    atomic_store_explicit(&loop->attention, true, memory_order_relaxed);
}

bool ac_loop_get_debug(const ac_loop *loop)
{
    return loop->debug;
}

const char *ac_loop_backend(const ac_loop *loop)
{
    return loop->backend->fn->name;
}

void ac_loop_set_error_handler(ac_loop *loop, ac_error_handler *handler, void *arg)
{
    loop->handler = handler;
    loop->handler_arg = arg;
}

static void report_default(const ac_error_context *context)
{
    const struct ac__more *more = context->future ? ac__more(context->future) : NULL;
    fprintf(stderr, "acc: %s\n", context->message);
    ac__trace_print(more ? more->trace : NULL, context->error, stderr);
}

void ac_loop_report(ac_loop *loop, const char *message, int error, ac_future *future)
{
    ac_error_context context = { .message = message, .error = error, .future = future };
    if (loop && loop->handler)
        loop->handler(loop, &context, loop->handler_arg);
    else
        report_default(&context);
}

/* ---- Shutting down ---- */

enum { SHUTDOWN_PASSES = 100 };

/* The tasks that are there are those that the shutdown waits for. */
static void mark_all(ac_loop *loop, bool cancel)
{
    for (ac_task *task = ac__task_next(loop, NULL); task; task = ac__task_next(loop, task)) {
        if (task->item.base.state & AC__STEPPED)
            continue;
        loop->ending += !(task->item.base.state & AC__ENDING);
        task->item.base.state |= AC__ENDING;
        if (cancel)
            ac__cancel(task);
    }
}

/* Runs until those tasks have ended that were there; what they start in turn is for the next pass. */
static bool run_until_ended(ac_loop *loop)
{
    if (enter(loop) != 0)
        return false;
    while (loop->ending && !(!loop->ready.head && is_stuck(loop))) {
        gather_ready(loop, -1);
        run_batch(loop);
    }
    bool ended = loop->ending == 0;
    leave(loop);
    return ended;
}

static void report_survivors(ac_loop *loop)
{
    size_t count = ac__task_count(loop);
    fprintf(stderr, "acc: %zu task%s could not be ended:\n", count, count == 1 ? "" : "s");
    for (ac_task *task = ac__task_next(loop, NULL); task; task = ac__task_next(loop, task))
        ac_task_print(task, stderr);
}

static bool is_empty(const ac_loop *loop)
{
    return !ac__task_next(loop, NULL) && !loop->transports;
}

void ac__loop_shut_down(ac_loop *loop)
{
    bool ended = true;
    loop->cancel_at = loop->timeout_at = 0;
    for (int pass = 0; ended && !is_empty(loop) && pass < SHUTDOWN_PASSES; pass++) {
        if (ac__task_next(loop, NULL))
            mark_all(loop, true);
        else
            ac__transports_abort(loop);     /* tasks may use them up to their end */
        ended = run_until_ended(loop);
    }
    if (loop->generators) {
        ac__gens_end(loop);
        mark_all(loop, false);
        run_until_ended(loop);
    }
    if (ac__task_next(loop, NULL))
        report_survivors(loop);
}

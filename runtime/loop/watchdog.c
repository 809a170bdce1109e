/* watchdog.c: tells of a step that holds the loop too long, while it does.
 *
 * A thread looks now and then whether the loop has got on: its turns, the steps in a turn, the task. The loop pays
 * for none of this but a count of the times it has looked around. Where nothing has changed for longer than the
 * limit, the step is told, with the line where it began: that of the await from which its task was resumed.
 *
 * What the step began with may be gone by then, for it runs on meanwhile. So nothing of the task is read directly:
 * the bytes go through a pipe, which refuses an address that is none, and what they say has to make sense. Where it
 * does not, the line is that of the task's outermost function, which stays while the task does. */
#define _GNU_SOURCE
#include "loop.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { LOOKS_A_LIMIT = 4, FRAMES = 64, NAME_SIZE = 96, FILE_SIZE = 512 };

/* How far the loop has got. It is being held where this stays equal. */
struct progress {
    unsigned long turns;
    unsigned steps;
    ac_task *task;
};

struct ac__watchdog {
    ac_loop *loop;
    double limit;                  /* seconds */
    pthread_t thread;
    int pipe[2];                   /* what memory is read through */
    pthread_mutex_t lock;          /* for what follows */
    pthread_cond_t end;
    bool ending;
};

/* ---- Memory that may be gone ---- */

/* Straight to the system: sanitizers would look at the bytes first, and they may be no one's. */
static bool peek(const struct ac__watchdog *dog, const void *address, void *out, size_t size)
{
    ssize_t written = address ? syscall(SYS_write, dog->pipe[1], address, size) : -1;
    if (written <= 0)
        return false;
    ssize_t got = read(dog->pipe[0], out, (size_t)written);
    return got == (ssize_t)size;
}

/* A string, byte by byte up to its end: what follows it may not be there. Only what can be a name or a path. */
static bool peek_text(const struct ac__watchdog *dog, const char *address, char *out, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (!peek(dog, address + i, out + i, 1))
            return false;
        if (!out[i])
            return i > 0;
        if (iscntrl((unsigned char)out[i]))
            return false;
    }
    return false;
}

/* ---- Where the step began ---- */

struct place {
    char name[NAME_SIZE], file[FILE_SIZE];
    uint32_t line;                 /* 0: not known */
};

static bool peek_description(const struct ac__watchdog *dog, const ac_frame *frame, ac_fn *fn)
{
    return peek(dog, frame->fn, fn, sizeof *fn) && fn->kind <= AC_KIND_OBJECT && fn->frame_size >= sizeof *frame &&
           fn->frame_size < 1u << 30;
}

/* The function of a frame and the line where it was suspended. False where it is no frame of a function with lines. */
static bool peek_place(const struct ac__watchdog *dog, const ac_frame *frame, const ac_fn *fn, struct place *place)
{
    return (fn->kind == AC_KIND_FUNCTION || fn->kind == AC_KIND_GENERATOR) && fn->site_lines &&
           peek_text(dog, fn->name, place->name, sizeof place->name) &&
           peek_text(dog, fn->file, place->file, sizeof place->file) &&
           peek(dog, fn->site_lines + frame->state, &place->line, sizeof place->line);
}

/* The first such frame from the leaf on, if the way from there leads to the task. */
static bool innermost_place(const struct ac__watchdog *dog, const ac_task *task, const ac_frame *leaf,
                            struct place *place)
{
    bool found = false;
    for (int i = 0; i < FRAMES && leaf != &task->item.base; i++) {
        ac_frame frame;
        ac_fn fn;
        if (!peek(dog, leaf, &frame, sizeof frame) || !peek_description(dog, &frame, &fn))
            return false;
        found = found || peek_place(dog, &frame, &fn, place);
        leaf = frame.parent;
    }
    return found;
}

static bool place_of(const struct ac__watchdog *dog, const ac_task *task, struct place *place)
{
    ac_task copy;
    ac_frame root;
    ac_fn fn;
    if (!peek(dog, task, &copy, sizeof copy) || !peek_description(dog, &copy.item.base, &fn) || fn.kind != AC_KIND_TASK)
        return false;
    return innermost_place(dog, task, copy.item.base.parent, place) ||
           (peek(dog, copy.result, &root, sizeof root) && peek_description(dog, &root, &fn) &&
            peek_place(dog, &root, &fn, place));
}

/* ---- Looking ---- */

/* Values that are read too early or too late only shift the report. */
static struct progress look(const struct ac__watchdog *dog)
{
    struct ac__thread *thread = atomic_load_explicit(&dog->loop->watched, memory_order_acquire);
    struct progress now = {
        .turns = atomic_load_explicit(&dog->loop->turns, memory_order_acquire),
        .steps = __atomic_load_n(&dog->loop->steps, __ATOMIC_RELAXED),
    };
    if (thread)
        peek(dog, &thread->task, &now.task, sizeof(ac_task *));
    return now;
}

static bool is_idle(const struct ac__watchdog *dog)
{
    return !atomic_load_explicit(&dog->loop->watched, memory_order_acquire);
}

static bool is_equal(struct progress a, struct progress b)
{
    return a.turns == b.turns && a.steps == b.steps && a.task == b.task;
}

static void report(const struct ac__watchdog *dog, struct progress now, double seconds)
{
    struct place place;
    bool known = now.task && place_of(dog, now.task, &place);
    if (!is_equal(look(dog), now))
        return;
    if (known)
        fprintf(stderr, "acc: a step of %s holds the loop for %.2f s now; it began at %s:%u\n", place.name, seconds,
                place.file, (unsigned)place.line);
    else
        fprintf(stderr, "acc: %s holds the loop for %.2f s now\n", now.task ? "a step" : "a callback", seconds);
}

static double clock_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void pause_until(struct ac__watchdog *dog, double when)
{
    struct timespec until = { .tv_sec = (time_t)when, .tv_nsec = (long)((when - (double)(time_t)when) * 1e9) };
    pthread_cond_timedwait(&dog->end, &dog->lock, &until);
}

static void *watch(void *arg)
{
    struct ac__watchdog *dog = arg;
    struct progress last = look(dog);
    double period = dog->limit / LOOKS_A_LIMIT, since = clock_now(), due = since;
    bool told = false;
    pthread_mutex_lock(&dog->lock);
    while (!dog->ending) {
        due = clock_now() + period;
        pause_until(dog, due);
        struct progress now = look(dog);
        /* Whoever comes late himself, in a process that was stopped or gets no time, can say nothing. */
        if (is_idle(dog) || !is_equal(now, last) || clock_now() - due > period) {
            told = told && is_equal(now, last);
            last = now;
            since = clock_now();
        } else if (!told && clock_now() - since > dog->limit) {
            report(dog, now, clock_now() - since);
            told = true;
        }
    }
    pthread_mutex_unlock(&dog->lock);
    return NULL;
}

/* ---- Beginning and end ---- */

static int open_condition(pthread_cond_t *condition)
{
    pthread_condattr_t attributes;
    int error = pthread_condattr_init(&attributes);
    if (error)
        return error;
    error = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    if (!error)
        error = pthread_cond_init(condition, &attributes);
    pthread_condattr_destroy(&attributes);
    return error;
}

static int start_thread(struct ac__watchdog *dog)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(&dog->thread, NULL, watch, dog);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return error;
}

static int open_parts(struct ac__watchdog *dog)
{
    int error = pthread_mutex_init(&dog->lock, NULL);
    if (error)
        return error;
    error = open_condition(&dog->end);
    if (!error && pipe2(dog->pipe, O_CLOEXEC | O_NONBLOCK) < 0) {
        error = errno;
        pthread_cond_destroy(&dog->end);
    }
    if (error)
        pthread_mutex_destroy(&dog->lock);
    return error;
}

static void close_parts(struct ac__watchdog *dog)
{
    close(dog->pipe[0]);
    close(dog->pipe[1]);
    pthread_cond_destroy(&dog->end);
    pthread_mutex_destroy(&dog->lock);
}

void ac__watchdog_close(ac_loop *loop)
{
    struct ac__watchdog *dog = loop->watchdog;
    if (!dog)
        return;
    pthread_mutex_lock(&dog->lock);
    dog->ending = true;
    pthread_cond_signal(&dog->end);
    pthread_mutex_unlock(&dog->lock);
    pthread_join(dog->thread, NULL);
    close_parts(dog);
    free(dog);
    loop->watchdog = NULL;
}

int ac_loop_set_watchdog(ac_loop *loop, double seconds)
{
    if (!(seconds >= 0))
        return EINVAL;
    ac__watchdog_close(loop);
    if (seconds == 0 || seconds > 1e9)
        return 0;
    struct ac__watchdog *dog = ac__allocate(sizeof *dog);
    if (!dog)
        return ENOMEM;
    *dog = (struct ac__watchdog){ .loop = loop, .limit = seconds < 0.001 ? 0.001 : seconds };
    int error = open_parts(dog);
    if (!error && (error = start_thread(dog)) != 0)
        close_parts(dog);
    if (error)
        free(dog);
    else
        loop->watchdog = dog;
    return error;
}

/* core_bench.c: what the core's moves cost, on frames written by hand as acc would emit them.
 *
 *     core_bench yield1000 | yield1 | spawn | coro | sleepers N [SECONDS]
 *
 * Prints CPU nanoseconds an operation; for sleepers the bytes of resident memory for each. */
#define _GNU_SOURCE
#include <ac.h>

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static double cpu_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static uint64_t step(uint64_t x)
{
    return (x ^ (x >> 7)) + 0x9E3779B97F4A7C15u;
}

/* ---- async void yielder(long n): n turns ---- */

struct yielder__frame {
    ac_frame base;
    long left;
    uint64_t x;
    struct ac_sleep__frame sleep;
};

static int yielder__resume(ac_frame *frame)
{
    struct yielder__frame *self = (struct yielder__frame *)(void *)frame;
    uint64_t x = self->x;
    long left = self->left;
    int status;
    switch (frame->state) {
    case 0:
        break;
    case 1:
        goto resume_1;
    }
    while (left-- > 0) {
        x = step(x);
        self->sleep.seconds = 0;
        status = AC_CALL(ac_sleep__resume, ac_enter(&self->sleep.base, &ac_sleep__fn, frame));
        if (status == AC_PENDING) {
            self->x = x;
            self->left = left;
            return ac_suspend(frame, 1);
        resume_1:
            x = self->x;
            left = self->left;
            status = frame->error;
        }
        if (status)
            return ac_pass(frame, 1, status);
    }
    self->x = x;
    return 0;
}

static const ac_fn yielder__fn = { .resume = yielder__resume, .name = "yielder", .frame_size = sizeof(struct yielder__frame) };

static ac_coro *yielder(long n)
{
    struct yielder__frame *frame = (struct yielder__frame *)(void *)ac_coro_new(&yielder__fn);
    frame->left = n;
    frame->x = 1;
    return &frame->base;
}

/* ---- async void all_yield(int tasks, long turns) ---- */

struct all_yield__frame {
    ac_frame base;
    int tasks;
    long turns;
    ac_task **handles;
    int i;
    struct ac_future_wait__frame wait;
};

static int all_yield__resume(ac_frame *frame)
{
    struct all_yield__frame *self = (struct all_yield__frame *)(void *)frame;
    int status;
    if (frame->state == 1)
        goto resume_1;
    self->handles = malloc((size_t)self->tasks * sizeof *self->handles);
    for (int i = 0; i < self->tasks; i++)
        self->handles[i] = ac_create_task(yielder(self->turns));
    for (self->i = 0; self->i < self->tasks; self->i++) {
        self->wait.future = self->handles[self->i];
        status = ac_future_wait__resume(ac_enter(&self->wait.base, &ac_future_wait__fn, frame));
        if (status == AC_PENDING) {
            return ac_suspend(frame, 1);
        resume_1:
            status = frame->error;
        }
        if (status)
            return status;
        ac_future_take(self->wait.future, NULL, 0);
        ac_release(self->handles[self->i]);
    }
    free(self->handles);
    return 0;
}

static const ac_fn all_yield__fn = { .resume = all_yield__resume, .name = "all_yield", .frame_size = sizeof(struct all_yield__frame) };

static void bench_yield(const char *name, int tasks, long total)
{
    struct all_yield__frame *frame = (struct all_yield__frame *)(void *)ac_coro_new(&all_yield__fn);
    frame->tasks = tasks;
    frame->turns = total / tasks;
    double start = cpu_now();
    int error = ac_run(&frame->base, NULL);
    printf("%s %.3f ns (%d)\n", name, (cpu_now() - start) * 1e9 / (double)total, error);
}

/* ---- async uint64_t child(uint64_t x); async uint64_t spawner(long n) ---- */

struct child__frame {
    ac_frame base;
    uint64_t result;
    uint64_t x;
};

static int child__resume(ac_frame *frame)
{
    struct child__frame *self = (struct child__frame *)(void *)frame;
    self->result = step(self->x);
    return 0;
}

static const ac_fn child__fn = {
    .resume = child__resume,
    .name = "child",
    .frame_size = sizeof(struct child__frame),
    .result_size = sizeof(uint64_t),
    .result_offset = offsetof(struct child__frame, result),
};

__attribute__((noinline)) static ac_coro *child(uint64_t x)
{
    struct child__frame *frame = (struct child__frame *)(void *)ac_coro_new(&child__fn);
    frame->x = x;
    return &frame->base;
}

struct spawner__frame {
    ac_frame base;
    uint64_t result;
    long n;
    ac_task *task;
    struct ac_future_wait__frame wait;
};

static int spawner__resume(ac_frame *frame)
{
    struct spawner__frame *self = (struct spawner__frame *)(void *)frame;
    int status;
    if (frame->state == 1)
        goto resume_1;
    self->result = 1;
    while (self->n-- > 0) {
        self->task = ac_create_task(child(self->result));
        self->wait.future = self->task;
        status = ac_future_wait__resume(ac_enter(&self->wait.base, &ac_future_wait__fn, frame));
        if (status == AC_PENDING) {
            return ac_suspend(frame, 1);
        resume_1:
            status = frame->error;
        }
        if (status)
            return status;
        ac_future_take(self->wait.future, &self->result, sizeof self->result);
        ac_release(self->task);
    }
    return 0;
}

static const ac_fn spawner__fn = {
    .resume = spawner__resume,
    .name = "spawner",
    .frame_size = sizeof(struct spawner__frame),
    .result_size = sizeof(uint64_t),
    .result_offset = offsetof(struct spawner__frame, result),
};

/* ---- async uint64_t caller(long n): coroutines on the heap ---- */

static int caller__resume(ac_frame *frame)
{
    struct spawner__frame *self = (struct spawner__frame *)(void *)frame;
    uint64_t x = 1;
    for (long n = self->n; n > 0; n--) {
        ac_coro *coro = child(x);
        int status = ac_coro_await(frame, coro);
        if (status)
            return status;
        x = AC_RESULT(coro, uint64_t);
        ac_coro_free(coro);
    }
    self->result = x;
    return 0;
}

static const ac_fn caller__fn = {
    .resume = caller__resume,
    .name = "caller",
    .frame_size = sizeof(struct spawner__frame),
    .result_size = sizeof(uint64_t),
    .result_offset = offsetof(struct spawner__frame, result),
};

static void bench_count(const char *name, const ac_fn *fn, long n)
{
    struct spawner__frame *frame = (struct spawner__frame *)(void *)ac_coro_new(fn);
    uint64_t result = 0;
    frame->n = n;
    double start = cpu_now();
    int error = ac_run(&frame->base, &result);
    printf("%s %.3f ns (%d, %llx)\n", name, (cpu_now() - start) * 1e9 / (double)n, error, (unsigned long long)result);
}

/* ---- sleepers ---- */

struct sleeper__frame {
    ac_frame base;
    struct ac_sleep__frame sleep;
};

static double sleep_seconds;

static int sleeper__resume(ac_frame *frame)
{
    struct sleeper__frame *self = (struct sleeper__frame *)(void *)frame;
    if (frame->state)
        return frame->error;
    self->sleep.seconds = sleep_seconds;
    int status = ac_sleep__resume(ac_enter(&self->sleep.base, &ac_sleep__fn, frame));
    return status == AC_PENDING ? ac_suspend(frame, 1) : status;
}

static const ac_fn sleeper__fn = { .resume = sleeper__resume, .name = "sleeper", .frame_size = sizeof(struct sleeper__frame) };

static int start_sleepers__resume(ac_frame *frame)
{
    struct spawner__frame *self = (struct spawner__frame *)(void *)frame;
    struct rusage before, after;
    if (frame->state == 0) {
        for (long i = 0; i < self->n; i++)
            ac_detach(ac_create_task(ac_coro_new(&sleeper__fn)));
    }
    (void)before;
    (void)after;
    return 0;
}

static const ac_fn start_sleepers__fn = { .resume = start_sleepers__resume, .name = "start", .frame_size = sizeof(struct spawner__frame) };

static void bench_sleepers(long n, double seconds)
{
    struct rusage before, after;
    ac_loop *loop = ac_loop_new(NULL);
    struct spawner__frame *frame = (struct spawner__frame *)(void *)ac_coro_new(&start_sleepers__fn);
    sleep_seconds = seconds;
    frame->n = n;
    getrusage(RUSAGE_SELF, &before);
    double start = cpu_now();
    ac_loop_run_until(loop, &frame->base, NULL);
    while (ac_loop_step(loop, 100)) {
    }
    getrusage(RUSAGE_SELF, &after);
    printf("sleepers %.1f bytes, %.1f ns\n", (double)(after.ru_maxrss - before.ru_maxrss) * 1024 / (double)n,
           (cpu_now() - start) * 1e9 / (double)n);
    ac_loop_close(loop);
}

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "";
    if (strcmp(name, "yield1000") == 0)
        bench_yield(name, 1000, 100000000);
    else if (strcmp(name, "yield1") == 0)
        bench_yield(name, 1, 100000000);
    else if (strcmp(name, "spawn") == 0)
        bench_count(name, &spawner__fn, 20000000);
    else if (strcmp(name, "coro") == 0)
        bench_count(name, &caller__fn, 100000000);
    else if (strcmp(name, "sleepers") == 0 && argc > 2)
        bench_sleepers(atol(argv[2]), argc > 3 ? atof(argv[3]) : 3);
    else
        return 2;
    return 0;
}

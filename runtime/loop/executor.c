/* executor.c: threads for what blocks. Each executor is a queue of jobs and threads that take from it; the threads of
 * a process pool have a process each, to which they pass their jobs on (process.c).
 *
 * A thread is started when there is a job that no idle thread will take, up to the limit. A finished job goes back to
 * its loop through the inbox. A closed executor takes no more jobs; its threads end when the queue is empty, and the
 * last of them tells the loop, which frees it. The loop has two executors of its own: for ac_blocking and its kin,
 * and for look-ups of names. */
#define _GNU_SOURCE
#include "loop.h"
#include "worker_process.h"

#include <stdlib.h>
#include <unistd.h>

enum { LOOKUP_THREADS = 8, MOST_THREADS = 64, MOST_ASKED = 65536 };

struct worker {
    ac_executor *executor;
    struct ac__process process;    /* of a process pool */
    pthread_t thread;
};

struct ac_executor {
    const struct ac__object_fn *fn;
    ac_loop *loop;
    ac_executor *next;             /* in the loop's list */
    uint32_t references;           /* the user's; the loop's own executors have none */
    size_t limit;                  /* of threads */
    bool processes;
    bool joined;                   /* closing, and no thread is left: to be freed when the last reference is gone */
    struct ac__post ended;         /* posted by the last thread */
    ac_task *closer;               /* who waits for that in ac_executor_aexit, or NULL */

    pthread_mutex_t lock;          /* for all that follows, and for the state of the jobs */
    pthread_cond_t more;           /* a job was added, or it closes */
    struct ac__job *first, **last; /* those that no thread has begun */
    size_t queued, idle, running;  /* jobs in the queue; threads that wait for one; threads that have not ended */
    size_t count;                  /* threads that were started */
    bool closing;
    struct worker workers[];
};

/* ---- Threads ---- */

static void job_back(struct ac__post *post)
{
    struct ac__job *job = AC__CONTAINER(post, struct ac__job, post);
    job->executor->loop->jobs--;
    job->done(job);
}

static struct ac__job *next_job(ac_executor *executor)
{
    struct ac__job *job = executor->first;
    executor->first = job->next;
    if (!executor->first)
        executor->last = &executor->first;
    executor->queued--;
    job->begun = true;
    return job;
}

/* The next job, or NULL when the executor is closing and has none. */
static struct ac__job *wait_for_job(ac_executor *executor)
{
    while (!executor->first && !executor->closing) {
        executor->idle++;
        pthread_cond_wait(&executor->more, &executor->lock);
        executor->idle--;
    }
    return executor->first ? next_job(executor) : NULL;
}

static void *work(void *arg)
{
    struct worker *worker = arg;
    ac_executor *executor = worker->executor;
    struct ac__job *job;
    pthread_mutex_lock(&executor->lock);
    while ((job = wait_for_job(executor))) {
        pthread_mutex_unlock(&executor->lock);
        if (executor->processes)
            ac__process_call(&worker->process, job);
        else
            job->work(job);
        /* A loop that closes waits for this thread first, so the inbox is open. */
        ac__inbox_post(executor->loop, &job->post);
        pthread_mutex_lock(&executor->lock);
    }
    bool last = --executor->running == 0;
    pthread_mutex_unlock(&executor->lock);
    if (last)
        ac__inbox_post(executor->loop, &executor->ended);
    return NULL;
}

/* Signals are for the threads of the program. */
static int add_thread(ac_executor *executor)
{
    sigset_t all, before;
    struct worker *worker = &executor->workers[executor->count];
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(&worker->thread, NULL, work, worker);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    executor->count += error == 0;
    executor->running += error == 0;
    return error;
}

/* ---- Jobs ---- */

/* Without a thread for itself a job waits for those that there are. */
static int enqueue(ac_executor *executor, struct ac__job *job)
{
    int error = 0;
    if (executor->closing)
        return AC_ESHUTDOWN;
    if (executor->idle <= executor->queued && executor->count < executor->limit)
        error = add_thread(executor);
    if (!executor->count)
        return error;
    *executor->last = job;
    executor->last = &job->next;
    executor->queued++;
    pthread_cond_signal(&executor->more);
    return 0;
}

int ac__job_submit(ac_executor *executor, struct ac__job *job)
{
    if (!executor)
        return ENOMEM;
    job->executor = executor;
    job->next = NULL;
    job->begun = false;
    job->post.call = job_back;
    pthread_mutex_lock(&executor->lock);
    int error = enqueue(executor, job);
    pthread_mutex_unlock(&executor->lock);
    executor->loop->jobs += error == 0;
    return error;
}

static bool take_out(ac_executor *executor, struct ac__job *job)
{
    struct ac__job **link = &executor->first;
    if (job->begun)
        return false;
    while (*link != job)
        link = &(*link)->next;
    *link = job->next;
    if (!*link)
        executor->last = link;
    executor->queued--;
    return true;
}

bool ac__job_withdraw(struct ac__job *job)
{
    ac_executor *executor = job->executor;
    pthread_mutex_lock(&executor->lock);
    bool withdrawn = take_out(executor, job);
    pthread_mutex_unlock(&executor->lock);
    executor->loop->jobs -= withdrawn;
    return withdrawn;
}

/* ---- Closing ---- */

static void executor_free(ac_executor *executor)
{
    ac_loop *loop = executor->loop;
    ac_executor **link = &loop->executors;
    while (*link != executor)
        link = &(*link)->next;
    *link = executor->next;
    if (loop->workers == executor)
        loop->workers = NULL;
    if (loop->lookups == executor)
        loop->lookups = NULL;
    pthread_cond_destroy(&executor->more);
    pthread_mutex_destroy(&executor->lock);
    free(executor);
}

/* Waits for the threads, which are at their end, and for their processes. */
static void join(ac_executor *executor)
{
    if (executor->joined)
        return;
    for (size_t i = 0; i < executor->count; i++)
        pthread_join(executor->workers[i].thread, NULL);
    for (size_t i = 0; i < executor->limit; i++)
        ac__process_hang_up(&executor->workers[i].process);
    for (size_t i = 0; i < executor->limit; i++)
        ac__process_reap(&executor->workers[i].process);
    executor->joined = true;
}

/* On the loop's thread, when no thread is left. */
static void executor_ended(ac_executor *executor)
{
    ac_task *closer = executor->closer;
    join(executor);
    executor->closer = NULL;
    if (closer)
        ac__wake(closer);
    if (executor->references == 0)
        executor_free(executor);
}

static void threads_ended(struct ac__post *post)
{
    ac_executor *executor = AC__CONTAINER(post, ac_executor, ended);
    executor->loop->jobs--;
    executor_ended(executor);
}

/* Takes no more jobs. Frees it where nothing keeps it: no thread, no reference. The end of its threads is something
 * that comes, as a job's is. */
static void executor_end(ac_executor *executor)
{
    pthread_mutex_lock(&executor->lock);
    bool before = executor->closing;
    executor->closing = true;
    pthread_cond_broadcast(&executor->more);
    pthread_mutex_unlock(&executor->lock);
    if (before)
        return;
    if (executor->count)
        executor->loop->jobs++;
    else
        executor_ended(executor);
}

void ac__executors_end(ac_loop *loop)
{
    ac_executor *next;
    for (ac_executor *executor = loop->executors; executor; executor = next) {
        next = executor->next;
        executor_end(executor);
    }
    for (ac_executor *executor = loop->executors; executor; executor = executor->next)
        join(executor);
}

void ac__executors_free(ac_loop *loop)
{
    while (loop->executors)
        executor_free(loop->executors);
}

size_t ac__executor_threads(const ac_loop *loop)
{
    size_t count = 0;
    for (ac_executor *executor = loop->executors; executor; executor = executor->next)
        count += executor->joined ? 0 : executor->count;
    return count;
}

/* ---- Making ---- */

static void executor_retain(void *handle)
{
    ((ac_executor *)handle)->references++;
}

static void executor_release(void *handle)
{
    ac_executor *executor = handle;
    if (--executor->references > 0)
        return;
    if (executor->joined)
        executor_free(executor);
    else
        executor_end(executor);
}

static const struct ac__object_fn executor_fn = {
    .fn = { .name = "executor", .kind = AC_KIND_OBJECT },
    .retain = executor_retain,
    .release = executor_release,
};

static ac_executor *executor_new(ac_loop *loop, size_t limit)
{
    ac_executor *executor = ac__allocate(sizeof *executor + limit * sizeof *executor->workers);
    if (!executor)
        return NULL;
    *executor = (ac_executor){ .fn = &executor_fn, .loop = loop, .limit = limit, .ended.call = threads_ended };
    executor->last = &executor->first;
    if (pthread_mutex_init(&executor->lock, NULL) != 0) {
        free(executor);
        return NULL;
    }
    if (pthread_cond_init(&executor->more, NULL) != 0) {
        pthread_mutex_destroy(&executor->lock);
        free(executor);
        return NULL;
    }
    for (size_t i = 0; i < limit; i++)
        executor->workers[i] = (struct worker){ .executor = executor, .process = AC__PROCESS_NONE };
    executor->next = loop->executors;
    loop->executors = executor;
    return executor;
}

ac_loop *ac__executor_loop(const ac_executor *executor)
{
    return executor->loop;
}

static size_t processors(void)
{
    long count = sysconf(_SC_NPROCESSORS_ONLN);
    return count > 0 ? (size_t)count : 1;
}

static size_t default_threads(void)
{
    size_t count = processors() * 4;
    return count < MOST_THREADS ? count : MOST_THREADS;
}

ac_executor *ac__loop_workers(ac_loop *loop)
{
    if (!loop->workers)
        loop->workers = executor_new(loop, loop->pool_threads ? loop->pool_threads : default_threads());
    return loop->workers;
}

ac_executor *ac__loop_lookups(ac_loop *loop)
{
    if (!loop->lookups)
        loop->lookups = executor_new(loop, LOOKUP_THREADS);
    return loop->lookups;
}

/* One that a program asks for. */
static ac_executor *executor_open(size_t limit)
{
    ac_loop *loop = ac_get_loop();
    if (!loop || limit > MOST_ASKED) {
        errno = EINVAL;
        return NULL;
    }
    ac_executor *executor = executor_new(loop, limit);
    if (executor)
        executor->references = 1;
    else
        errno = ENOMEM;
    return executor;
}

ac_executor *ac_thread_pool(size_t threads)
{
    return executor_open(threads ? threads : default_threads());
}

/* The processes are made at once: they are copies of this one as it is now. */
ac_executor *ac_process_pool(size_t processes)
{
    ac_executor *executor = executor_open(processes ? processes : processors());
    if (!executor)
        return NULL;
    executor->processes = true;
    for (size_t i = 0; i < executor->limit; i++) {
        int error = ac__process_start(&executor->workers[i].process);
        if (error) {
            ac_executor_close(executor);
            errno = error;
            return NULL;
        }
    }
    return executor;
}

int ac_loop_set_default_executor(ac_loop *loop, ac_executor *executor)
{
    if (executor && (executor->loop != loop || executor->processes || executor->closing))
        return EINVAL;
    if (executor == loop->workers)
        return 0;
    ac_executor *before = loop->workers;
    loop->workers = ac_retain(executor);
    if (before && before->references)
        executor_release(before);
    else if (before)
        executor_end(before);
    return 0;
}

/* ---- Giving them back ---- */

int ac_executor_close(ac_executor *executor)
{
    if (!executor)
        return EINVAL;
    executor_end(executor);
    executor_release(executor);
    return 0;
}

int ac_executor_aenter__resume(ac_frame *frame)
{
    struct ac_executor_aenter__frame *self = (struct ac_executor_aenter__frame *)(void *)frame;
    self->result = self->executor;
    return self->executor ? 0 : ENOMEM;
}

AC__OPERATION_FN(ac_executor_aenter, NULL, ac_executor *)

ac_coro *ac_executor_aenter(ac_executor *executor)
{
    struct ac_executor_aenter__frame *self = ac__operation_new(&ac_executor_aenter__fn);
    if (self)
        self->executor = executor;
    return (ac_coro *)self;
}

/* Runs again when the threads have ended. */
int ac_executor_aexit__resume(ac_frame *frame)
{
    struct ac_executor_aexit__frame *self = (struct ac_executor_aexit__frame *)(void *)frame;
    ac_executor *executor = self->executor;
    if (frame->state == 0) {
        executor_end(executor);
        if (!executor->joined && !executor->closer && !ac__cancel_now(ac__thread.task)) {
            executor->closer = ac__thread.task;
            frame->state = 1;
            return ac__suspend_masked(frame);
        }
    }
    executor_release(executor);
    return 0;
}

static bool aexit_abort(ac_frame *frame)
{
    ac_executor *executor = ((struct ac_executor_aexit__frame *)(void *)frame)->executor;
    executor->closer = NULL;
    executor_release(executor);
    return true;
}

AC__OPERATION_FN_VOID(ac_executor_aexit, aexit_abort)

ac_coro *ac_executor_aexit(ac_executor *executor, int error)
{
    struct ac_executor_aexit__frame *self = ac__operation_new(&ac_executor_aexit__fn);
    if (self) {
        self->executor = executor;
        self->error = error;
    }
    return (ac_coro *)self;
}

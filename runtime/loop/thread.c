/* thread.c: a pool of threads for what blocks.
 *
 * Threads are started when there is a job and no idle one, up to a limit a lane; they stay until the pool is closed. A finished
 * job goes back to its loop through the inbox. */
#define _GNU_SOURCE
#include "loop.h"

#include <stdlib.h>
#include <unistd.h>

enum { LOOKUP_THREADS = 8, MOST_THREADS = 64 };

struct lane {
    struct ac__pool *pool;
    pthread_cond_t more;           /* a job was added, or the pool closes */
    struct ac__job *first, **last; /* those that no thread has begun */
    pthread_t *threads;
    size_t count, idle, limit;
};

struct ac__pool {
    pthread_mutex_t lock;          /* for all of this, and for the state of the jobs */
    struct lane lanes[AC__LANES];
    bool closing;
};

static void job_back(struct ac__post *post)
{
    struct ac__job *job = AC__CONTAINER(post, struct ac__job, post);
    job->loop->jobs--;
    job->done(job);
}

static struct ac__job *next_job(struct lane *lane)
{
    struct ac__job *job = lane->first;
    lane->first = job->next;
    if (!lane->first)
        lane->last = &lane->first;
    job->state = 1;
    return job;
}

static void *work(void *arg)
{
    struct lane *lane = arg;
    struct ac__pool *pool = lane->pool;
    pthread_mutex_lock(&pool->lock);
    for (;;) {
        while (!lane->first && !pool->closing) {
            lane->idle++;
            pthread_cond_wait(&lane->more, &pool->lock);
            lane->idle--;
        }
        if (!lane->first)
            break;
        struct ac__job *job = next_job(lane);
        pthread_mutex_unlock(&pool->lock);
        job->work(job);
        /* A loop that closes waits for this thread first, so the inbox is open. */
        ac__inbox_post(job->loop, &job->post);
        pthread_mutex_lock(&pool->lock);
    }
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

static size_t default_threads(void)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    size_t count = processors > 0 ? (size_t)processors * 4 : 4;
    return count < MOST_THREADS ? count : MOST_THREADS;
}

static int lane_open(struct lane *lane, struct ac__pool *pool, size_t limit)
{
    *lane = (struct lane){ .pool = pool, .last = &lane->first, .limit = limit };
    lane->threads = ac__allocate(limit * sizeof *lane->threads);
    if (!lane->threads)
        return ENOMEM;
    int error = pthread_cond_init(&lane->more, NULL);
    if (error)
        free(lane->threads);
    return error;
}

static void lane_close(struct lane *lane)
{
    pthread_cond_destroy(&lane->more);
    free(lane->threads);
}

static int pool_open(ac_loop *loop)
{
    struct ac__pool *pool = ac__allocate(sizeof *pool);
    if (!pool)
        return ENOMEM;
    *pool = (struct ac__pool){ 0 };
    int error = lane_open(&pool->lanes[AC__LANE_WORK], pool, loop->pool_threads ? loop->pool_threads : default_threads());
    if (error) {
        free(pool);
        return error;
    }
    error = lane_open(&pool->lanes[AC__LANE_LOOKUP], pool, LOOKUP_THREADS);
    if (!error && (error = pthread_mutex_init(&pool->lock, NULL)))
        lane_close(&pool->lanes[AC__LANE_LOOKUP]);
    if (error) {
        lane_close(&pool->lanes[AC__LANE_WORK]);
        free(pool);
        return error;
    }
    loop->pool = pool;
    return 0;
}

/* Signals are for the threads of the program. */
static int add_thread(struct lane *lane)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(&lane->threads[lane->count], NULL, work, lane);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    lane->count += error == 0;
    return error;
}

static size_t queued(const struct lane *lane)
{
    size_t count = 0;
    for (const struct ac__job *job = lane->first; job; job = job->next)
        count++;
    return count;
}

int ac__pool_submit(ac_loop *loop, struct ac__job *job, int which)
{
    if (!loop->pool && pool_open(loop) != 0)
        return ENOMEM;
    struct lane *lane = &loop->pool->lanes[which];
    int error = 0;
    job->loop = loop;
    job->lane = which;
    job->next = NULL;
    job->state = 0;
    job->post.call = job_back;
    pthread_mutex_lock(&loop->pool->lock);
    if (lane->idle <= queued(lane) && lane->count < lane->limit)
        error = add_thread(lane);
    if (lane->count) {
        error = 0;
        *lane->last = job;
        lane->last = &job->next;
        loop->jobs++;
        pthread_cond_signal(&lane->more);
    }
    pthread_mutex_unlock(&loop->pool->lock);
    return error;
}

static bool take_out(struct lane *lane, struct ac__job *job)
{
    struct ac__job **link = &lane->first;
    while (*link && *link != job)
        link = &(*link)->next;
    if (!*link)
        return false;
    *link = job->next;
    if (!*link)
        lane->last = link;
    return true;
}

bool ac__pool_withdraw(struct ac__job *job)
{
    struct ac__pool *pool = job->loop->pool;
    pthread_mutex_lock(&pool->lock);
    bool withdrawn = job->state == 0 && take_out(&pool->lanes[job->lane], job);
    pthread_mutex_unlock(&pool->lock);
    if (withdrawn)
        job->loop->jobs--;
    return withdrawn;
}

size_t ac__pool_size(const ac_loop *loop)
{
    return loop->pool ? loop->pool->lanes[AC__LANE_WORK].count + loop->pool->lanes[AC__LANE_LOOKUP].count : 0;
}

void ac__pool_close(ac_loop *loop)
{
    struct ac__pool *pool = loop->pool;
    if (!pool)
        return;
    pthread_mutex_lock(&pool->lock);
    pool->closing = true;
    for (int i = 0; i < AC__LANES; i++)
        pthread_cond_broadcast(&pool->lanes[i].more);
    pthread_mutex_unlock(&pool->lock);
    for (int i = 0; i < AC__LANES; i++) {
        for (size_t k = 0; k < pool->lanes[i].count; k++)
            pthread_join(pool->lanes[i].threads[k], NULL);
        lane_close(&pool->lanes[i]);
    }
    pthread_mutex_destroy(&pool->lock);
    free(pool);
    loop->pool = NULL;
}

/* ---- ac_to_thread: the job lies in the frame, which stays until the job has ended ---- */

struct to_thread {
    ac_frame base;
    void *result;
    void *(*fn)(void *arg);
    void *arg;
    ac_task *task;
    struct ac__job job;
};

static void to_thread_work(struct ac__job *job)
{
    struct to_thread *self = AC__CONTAINER(job, struct to_thread, job);
    self->result = self->fn(self->arg);
}

static void to_thread_done(struct ac__job *job)
{
    ac__complete(AC__CONTAINER(job, struct to_thread, job)->task, 0);
}

static int to_thread_resume(ac_frame *frame)
{
    struct to_thread *self = (struct to_thread *)(void *)frame;
    self->task = ac__thread.task;
    if (!self->task->loop)
        return EINVAL;
    if (ac__cancel_now(self->task))
        return ECANCELED;
    self->job.work = to_thread_work;
    self->job.done = to_thread_done;
    int error = ac__pool_submit(self->task->loop, &self->job, AC__LANE_WORK);
    if (error)
        return error;
    frame->state = 1;
    return ac__suspend_masked(frame);
}

static bool to_thread_abort(ac_frame *frame)
{
    return ac__pool_withdraw(&((struct to_thread *)(void *)frame)->job);
}

static const ac_fn to_thread_fn = {
    .resume = to_thread_resume,
    .abort = to_thread_abort,
    .name = "ac_to_thread",
    .frame_size = sizeof(struct to_thread),
    .result_size = sizeof(void *),
    .result_offset = offsetof(struct to_thread, result),
    .kind = AC_KIND_OPERATION,
};

ac_coro *ac_to_thread(void *(*fn)(void *arg), void *arg)
{
    struct to_thread *self = ac__operation_new(&to_thread_fn);
    if (!self)
        return NULL;
    self->fn = fn;
    self->arg = arg;
    return &self->base;
}

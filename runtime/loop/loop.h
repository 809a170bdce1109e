/* loop.h: the event loop, and the parts it is made of. Private to libac.
 *
 * A turn: what is due is put into the ready queue (descriptors, timers, the inbox of other threads), then exactly those run that
 * were there at the start. While tasks are ready the system is asked only once in AC__POLL_INTERVAL steps. */
#ifndef AC_LOOP_H
#define AC_LOOP_H

#include "../core/core.h"
#include "backend.h"

#include <pthread.h>
#include <signal.h>

enum { AC__POLL_INTERVAL = 64, AC__IO_BUDGET = 128 };

/* When what the system could not do for want of memory is tried again, in nanoseconds. */
enum { AC__RETRY_AFTER = 10000000 };

struct ac_loop {
    struct ac__queue ready;        /* first: emitted code puts tasks into it */
    size_t references;             /* the owner's, and one of each task, future and handle: the struct stays as long as they do */
    size_t handles;                /* of these: streams, servers, sockets, transports, child processes */
    int64_t now;                   /* nanoseconds; as of the last reading of the clock */
    struct ac__timers timers;
    struct ac__late timers_due;    /* makes those that are due happen */
    bool timers_queued;            /* it is in the ready queue */
    int io_budget;                 /* operations on descriptors that may still complete at once in this turn */
    unsigned steps;                /* since the system was last asked */
    atomic_bool attention;         /* between two turns there is more to do than to go on with the ready queue: the inbox, a
                                      timer that is due already, a stop */
    bool running, stopping, closed;
    bool callbacks_dropped;        /* closed, or in closing: none is taken any more */
    bool debug, virtual_clock;
    bool careful;                  /* a new task may inherit values, or is told to the hook */
    uint64_t random;               /* state of the generator that shuffles; 0: no shuffling */
    long cancel_at;                /* awaits of the main task until it is cancelled; 0: never */
    long timeout_at;               /* counted awaits until a limit of time is over; 0: never */
    bool faulty;                   /* it has begun the counting of faults, which ends with it */
    double slow_step;
    pid_t pid;                     /* of the process that made the loop */
    pthread_t thread;              /* that it runs on, or was made on */

    size_t ending;                 /* tasks and transports that have not ended and that the shutdown waits for */
    size_t futures;                /* of ac_create_future that are not done: another thread may complete them */
    atomic_size_t threads_setting; /* calls of ac_future_set_..._threadsafe that have not come to their end here */
    ac_future *kept_for_threads;   /* futures given back meanwhile, linked by item.next */
    size_t holds;                  /* ac_loop_hold, and add_reader, signal handlers: something may still come */
    size_t jobs;                   /* given to executors and not yet back */
    size_t processes;              /* child processes that run */
    int64_t waited;                /* virtual clock: real nanoseconds of waiting for those, since it last moved */
    struct ac_subprocess *children;    /* that are watched */
    ac_transport *transports;      /* that are open */
    struct ac__generator *generators;   /* all that have not been released */

    struct ac_backend *backend;
    struct ac__reader *readers;    /* ac_add_reader and ac_add_writer */
    struct ac__signals *signals;   /* handlers and waiters; NULL until needed */

    pthread_mutex_t inbox_lock;    /* for the inbox, and for wake_fd while it may be closed */
    struct ac__post *inbox, **inbox_tail;
    bool inbox_closed;
    atomic_bool signalled;         /* something is in the inbox, or a signal has come: wake_fd has been written */
    int wake_fd;                   /* an eventfd that the backend watches */
    struct ac__io wake_io;         /* the wait for it */
    bool blind;                    /* the last wait for the system failed, and that was told */
    bool deaf;                     /* there is no such wait: the system could not, for want of memory; it is tried again at each turn */

    ac_error_handler *handler;     /* NULL: the default */
    void *handler_arg;
    ac_executor *executors;        /* all, those of the program too */
    ac_executor *workers;          /* for what blocks: its own, or the program's choice; NULL until needed */
    ac_executor *lookups;          /* for names: few threads of their own, so that slow name servers do not hold up the rest */
    struct ac__remote *remotes;    /* runs on loops of other threads that were asked for here */
    ac_task_hook *task_hook;       /* NULL: none */
    void *task_hook_arg;
    struct ac__watchdog *watchdog; /* NULL: none */
    atomic_ulong turns;            /* for the watchdog: how often the loop has looked around */
    _Atomic(struct ac__thread *) watched;   /* the thread's while it is not waiting for the system; else NULL */
    unsigned pool_threads;         /* limit of its own workers; 0: the default */
};

/* The last item's `next` is not set: taking the queue sets it. */
static inline void ac__enqueue(ac_loop *loop, struct ac__item *item)
{
    *loop->ready.tail = item;
    loop->ready.tail = &item->next;
}

static inline struct ac__item *ac__dequeue_all(ac_loop *loop)
{
    struct ac__item *first = loop->ready.head;
    *loop->ready.tail = NULL;
    loop->ready.head = NULL;
    loop->ready.tail = &loop->ready.head;
    return first;
}

/* A task that is stepped by hand, being cancelled, or of a loop that does not run. */
void ac__ready_elsewhere(ac_task *task);

/* Puts a task at the end of the ready queue. Nearly always it is one of the loop that runs here, whose address is at
 * hand. */
static inline void ac__ready(ac_task *task)
{
    ac_loop *loop = ac__thread.loop;
    if (__builtin_expect((task->item.base.state & (AC__LISTED | AC__STEPPED)) || task->loop != loop, 0)) {
        ac__ready_elsewhere(task);
        return;
    }
    ac__enqueue(loop, &task->item);
}

/* The task's leaf, an operation that waits, has ended with this error: its parent runs next. */
static inline void ac__complete_of(ac_task *task, ac_frame *leaf, int error)
{
    ac_frame *parent = leaf->parent;
    task->item.base.state &= ~(uint32_t)(AC__WAITING | AC__YIELDED | (error == ECANCELED ? AC__DUE : 0));
    parent->error = error;
    task->item.base.parent = parent;
    ac__ready(task);
}

static inline void ac__complete(ac_task *task, int error)
{
    ac__complete_of(task, ac__leaf(task), error);
}

/* The task's leaf, an operation that waits, is to run once more. */
static inline void ac__wake(ac_task *task)
{
    task->item.base.state &= ~(uint32_t)(AC__WAITING | AC__YIELDED);
    ac__ready(task);
}

/* Mostly a task awaits the future, and its parent goes on with the value. */
static inline void ac__watch_fire(struct ac__watch *watch, ac_future *done)
{
    if (watch->fire == ac__future_wait_fire && !done->item.base.error)
        ac__complete_of(watch->task, &AC__CONTAINER(watch, struct ac_future_wait__frame, watch)->base, 0);
    else
        watch->fire(watch, done);
}

/* It has its value. Mostly one waits, or none. */
static inline void ac__future_has_value(ac_future *future)
{
    struct ac__watch *watch = future->watches;
    future->item.base.state |= AC__DONE;
    if (AC__RARELY((future->item.base.state & (AC__HAS_MORE | AC__ENDS_RUN)) || (watch && watch->next != watch))) {
        ac__watches_fire(future);
    } else if (watch) {
        future->watches = watch->next = watch->prev = NULL;
        ac__watch_fire(watch, future);
    }
}

/* Its value is in place, or it has an error. */
static inline void ac__future_finish(ac_future *future, int error)
{
    if (error)
        ac__future_failed(future, error);
    else
        ac__future_has_value(future);
}

/* Another thread, the watchdog's, reads the count. */
static inline void ac__steps_set(ac_loop *loop, unsigned steps)
{
    __atomic_store_n(&loop->steps, steps, __ATOMIC_RELAXED);
}

void ac__loop_free(ac_loop *loop);                     /* the last reference is gone */

/* A handle of this loop was made. It may outlive the loop's closing: then nothing of it waits any more, and what it asks of the system fails with EBADF. */
static inline void ac__handle_made(ac_loop *loop, void *handle)
{
    loop->references++;
    loop->handles++;
    if (AC__RARELY(loop->debug))
        ac__held_add(loop, handle);
}

/* Its memory has been given back. */
static inline void ac__handle_ended(ac_loop *loop)
{
    loop->handles--;
    if (--loop->references == 0)
        ac__loop_free(loop);
}

/* Ends a callback of which nobody else has a handle; with the loop's callbacks it has gone already. */
static inline void ac__callback_end(ac_loop *loop, ac_handle **callback)
{
    if (*callback && !loop->callbacks_dropped)
        ac_handle_cancel(*callback);
    *callback = NULL;
}

/* ---- loop.c ---- */
bool ac__told_elsewhere(const ac_loop *loop, const char *function);

/* In debug mode: whether a loop that runs is used on another thread than its own, by this function; which is told, and must
 * do nothing then. */
static inline bool ac__elsewhere(const ac_loop *loop, const char *function)
{
    return loop && AC__RARELY(loop->debug) && ac__told_elsewhere(loop, function);
}

int64_t ac__clock(ac_loop *loop);                      /* reads the clock into loop->now */
int ac__loop_usable(const ac_loop *loop);              /* 0, or EPERM with a message in a child process */
int ac__loop_run(ac_loop *loop, ac_future *until);     /* 0; AC_ESTUCK; EBUSY; until may be NULL */
void ac__loop_shut_down(ac_loop *loop);                /* ends all tasks, generators and threads */

void ac__loop_careful(ac_loop *loop);                  /* sets loop->careful */

/* ---- inbox.c: calls from other threads ---- */
int ac__inbox_open(ac_loop *loop);
void ac__inbox_close(ac_loop *loop);                   /* what is in it is still called */
int64_t ac__inbox_listen(ac_loop *loop, int64_t timeout);   /* of a deaf loop: how long it may wait; less, unless it hears now */
bool ac__inbox_drain(ac_loop *loop);                   /* true: there was something */
void ac__inbox_wake(ac_loop *loop);                    /* async-signal-safe */
int ac__inbox_post(ac_loop *loop, struct ac__post *post);   /* 0, or AC_ESHUTDOWN: the record stays the caller's then */

/* ---- signal.c ---- */
void ac__signals_drain(ac_loop *loop);
void ac__signals_close(ac_loop *loop);

/* ---- callback.c, reader.c ---- */
void ac__handles_drop(ac_loop *loop);                  /* frees the handles in the ready queue and the timers */
void ac__readers_close(ac_loop *loop);

/* ---- executor.c: threads for what blocks ---- */

/* The executors of the loop itself; NULL without memory. */
ac_executor *ac__loop_workers(ac_loop *loop);
ac_executor *ac__loop_lookups(ac_loop *loop);
ac_loop *ac__executor_loop(const ac_executor *executor);
/* A job with its `work` and `done` filled in. It must stay until `done` has been called, or until ac__job_withdraw has answered
 * true. 0; AC_ESHUTDOWN where the executor is closed; ENOMEM (also for NULL); EAGAIN where no thread could be started. */
int ac__job_submit(ac_executor *executor, struct ac__job *job);
bool ac__job_withdraw(struct ac__job *job);            /* true: no thread had begun it; `done` will not be called */
size_t ac__executor_threads(const ac_loop *loop);      /* how many there are */
void ac__executors_end(ac_loop *loop);                 /* the loop closes: waits for the jobs, all of them, and the threads */
void ac__executors_free(ac_loop *loop);                /* after that, when the inbox is empty */

/* ---- subprocess.c ---- */
void ac__children_close(ac_loop *loop);

/* ---- transport.c ---- */
void ac__transports_abort(ac_loop *loop);              /* the loop ends or closes */

/* ---- remote.c, watchdog.c ---- */
void ac__remotes_close(ac_loop *loop);
void ac__watchdog_close(ac_loop *loop);

/* ---- run.c ---- */
void ac__ignore_sigpipe(void);                         /* where it has its default disposition */
void ac__report_stuck(ac_loop *loop, ac_future *until);

#endif

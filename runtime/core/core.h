/* core.h: what the parts of libac share. Private: programs and emitted code see ac.h only.
 *
 * How things hang together. A task is a future whose value a coroutine computes. It begins with an ac_frame like everything
 * that has a frame, and is the parent of its root coroutine: a step that comes up to it, the root having ended, ends the task.
 * In a task's own frame `parent` holds the leaf instead: the frame that runs when the task is next resumed.
 *
 * A wait. An operation that cannot finish now calls ac__suspend, which makes it its task's leaf. What it waits for ends the wait
 * by ac__complete (the operation's frame has ended with this error: its parent runs next) or by ac__wake (the operation itself
 * runs once more). Each wait ends exactly once, and only by these two or by a cancellation whose `abort` was answered true. */
#ifndef AC_CORE_H
#define AC_CORE_H

#include "ac.h"
#include "faults.h"

#include <stdatomic.h>

#define AC__CONTAINER(pointer, type, member) ((type *)(void *)((char *)(pointer) - offsetof(type, member)))

/* Bits of a future's base.state. */
enum {
    AC__DONE = 1 << 0,             /* has a value, unless FAILED; base.error is final */
    AC__FAILED = 1 << 1,           /* base.error is the error; ECANCELED stands for cancelled */
    AC__WAITING = 1 << 2,          /* task: the leaf is an operation that waits; the task is in no queue */
                                   /* 1 << 3 is AC__YIELDED, of ac.h */
    AC__DUE = 1 << 4,              /* task: a cancellation waits for the next await that would suspend */
    AC__COUNTED = 1 << 5,          /* task: loop->cancel_at and loop->timeout_at count its awaits */
    AC__TAKEN = 1 << 6,            /* the error has been looked at, or nobody will: it is not reported */
    AC__LISTED = 1 << 7,           /* task: in the list of cancellations under way, by item.next */
    AC__WOKEN = 1 << 8,            /* task: became ready while listed; queued when it leaves the list */
    AC__VISITED = 1 << 9,          /* task: seen by the search for a ring */
    AC__STEPPED = 1 << 10,         /* task: the hidden one of a coroutine that is stepped by hand; never queued */
    AC__ENDING = 1 << 11,          /* task: one of those that the loop's shutdown waits for */
    AC__HAS_MORE = 1 << 12,        /* the first of the watches is the link of a struct ac__more */
    AC__ENDS_RUN = 1 << 13         /* a run of the loop ends with the turn in which this is done */
};
_Static_assert(AC__TURNS_SLOWLY == (AC__DUE | AC__COUNTED | AC__STEPPED), "ac.h knows these bits by number");

struct ac_future {
    struct ac__item item;          /* base.state: the bits above. base.error: valid when DONE. task: base.parent is the leaf */
    ac_loop *loop;                 /* whose it is; NULL for a stepped coroutine outside of a loop */
    struct ac__watch *watches;     /* first of those who wait for it, in order of coming; NULL when there are none */
    void *result;                  /* task: the root coroutine, until it is freed. future: the value, behind this struct */
    uint32_t references;
    union {
        struct {
            uint16_t cancels;      /* task: requests for cancellation that were not taken back */
            uint16_t masks;        /* task: how many ac_mask are open */
        };
        uint32_t size;             /* future: of the value */
    };
};

/* What few tasks and futures need. It is kept as the first of the watches, which never fires: so the others pay nothing for it. */
struct ac__more {
    struct ac__watch link;
    char *name;                                     /* task: NULL until asked or set */
    struct ac__trace *trace;                        /* of its error; NULL without */
    struct ac__locals *locals;                      /* task: values that it sees; NULL: none */
    void (*destroy)(void *value);                   /* future: what to do with a value that nobody took */
    struct ac_timeout *lift;                        /* task: the last limit of time that has lifted its masks; NULL: none */
    bool (*abort)(ac_future *future, void *arg);    /* future: asked before it is cancelled */
    void *abort_arg;
};

/* ---- pool.c: memory of frames, tasks and small records ---- */
void *ac__allocate(size_t size);               /* malloc, also of nothing */
void *ac__pool_take(size_t size);              /* small objects, by exact size class; NULL without memory */
void ac__pool_give(void *object, size_t size);
/* Has last(arg) called when this thread ends, before its memory is given back: one call for each thread. False where its end cannot
 * be seen to. */
bool ac__at_thread_end(void (*last)(void *arg), void *arg);
ac_task *ac__task_slot_new(void);              /* an uninitialised task in this thread's slabs */
void ac__task_slot_poison(ac_task *task);
extern _Thread_local ac_task *ac__free_tasks __attribute__((tls_model("initial-exec")));   /* linked by item.next, as tasks */
/* The tasks of a loop that have not ended, one after another: give it NULL first, then the one before; ends with NULL.
 * Tasks may be made and freed in between. */
ac_task *ac__task_next(const ac_loop *loop, ac_task *before);
size_t ac__task_count(const ac_loop *loop);    /* how many those are */
void ac__thread_stack(void);                   /* sets ac__thread.stack_floor for code that runs from here */

ac_task *ac__task_held(const ac_loop *loop, ac_task *before);  /* as ac__task_next, but also those that have ended and whose handle somebody has */
void ac__pool_debug(bool on);                  /* from here on, on this thread, what is made is entered in the ledger */

/* ---- ledger.c: what debug mode knows of coroutines and handles ---- */
enum { AC__ENTERED = 0xFFFF };                 /* the `alignment` of the description of a coroutine that is in the ledger: that of no frame */
ac_frame *ac__ledger_new(const ac_fn *fn);     /* a coroutine in the ledger; NULL without memory */
void ac__ledger_end(ac_frame *coro);           /* it has ended, or is thrown away: ac__coro_free */
const ac_fn *ac__ledger_original(const ac_coro *coro);  /* the description of its function, whether it is in the ledger or not */
int ac__refuse_used(const ac_coro *coro);      /* EINVAL for one that was used before; debug mode tells it */
void ac__ledger_close(ac_loop *loop);          /* tells what of this loop nobody has run or given back */

/* ---- held.c: which handles debug mode knows of ---- */
extern _Thread_local size_t ac__held;          /* how many, on this thread */
void ac__held_add(ac_loop *loop, void *handle);
void ac__held_remove(const void *handle);
void ac__held_tell(ac_loop *loop);             /* tells what of this loop nobody has given back */

/* A handle goes, or is no longer the program's to give back. */
static inline void ac__handle_gone(const void *handle)
{
    if (AC__RARELY(ac__held != 0))
        ac__held_remove(handle);
}

/* ---- local.c: values of tasks, and the hook ---- */
bool ac__task_made(ac_task *task);             /* what its making means where loop->careful; false without memory */
bool ac__locals_inherit(ac_task *task);        /* the current task's values; false without memory */
void ac__locals_unref(struct ac__locals *locals);   /* NULL is allowed */

/* ---- future.c ---- */
ac_future *ac__future_new(ac_loop *loop, size_t size);
struct ac__more *ac__more_make(ac_future *future);        /* makes it where there is none; NULL without memory */
void ac__future_failed(ac_future *future, int error);      /* it is done with this error: wakes who waits */
void ac__watches_fire(ac_future *future);                  /* it is done: takes out all who wait, and wakes them */
void ac__future_wait_fire(struct ac__watch *watch, ac_future *done);   /* of those that await it by ac_future_wait */
/* ac__future_finish, for both ends, is in loop.h. */
void ac__watch_add(ac_future *future, struct ac__watch *watch);
void ac__watch_remove(ac_future *future, struct ac__watch *watch);
void *ac__future_value(ac_future *future, size_t *size);   /* where the value of a done future is, and its size */
void ac__future_copy(ac_future *future, void *out, size_t size);
void ac__future_destroy(ac_future *future);                /* the last reference is gone */
void ac__future_kept_end(ac_loop *loop);                   /* lets those go that threads might have been setting */
static inline void ac__future_unref(ac_future *future)
{
    if (--future->references == 0)
        ac__future_destroy(future);
}
/* How an await of a done future ends: its error, which counts as taken and whose trace goes on. */
int ac__future_error_taken(ac_future *future, ac_frame *next);
/* The future of any awaitable, referenced: a coroutine becomes a task. NULL without memory (the coroutine is then closed). */
ac_future *ac__future_of(void *what);

static inline bool ac__is_future(const void *handle)
{
    uint16_t kind = (*(const ac_fn *const *)handle)->kind;
    return kind == AC_KIND_FUTURE || kind == AC_KIND_TASK;
}

extern const ac_fn ac__task_fn __attribute__((visibility("hidden")));     /* of every task, and of nothing else */
static inline bool ac__is_task(const ac_future *future)
{
    return future->item.base.fn == &ac__task_fn;
}

/* A free slot that is at hand, NULL where there is none; and what to do before one uses it. */
static inline ac_task *ac__task_slot_known(void)
{
#ifdef AC__POOLED
    return ac__free_tasks;
#else
    return NULL;
#endif
}

static inline void ac__task_slot_taken(ac_task *task)
{
    ac__free_tasks = (ac_task *)(void *)task->item.next;
}

static inline ac_task *ac__task_slot(void)
{
    ac_task *task = ac__task_slot_known();
    if (!task)
        return ac__task_slot_new();
    ac__task_slot_taken(task);
    return task;
}

/* A slot without fn is free: so tasks can be told from free slots. */
static inline void ac__task_slot_free(ac_task *task)
{
    task->item.base.fn = NULL;
    task->item.next = (struct ac__item *)(void *)ac__free_tasks;
    ac__free_tasks = task;
#ifndef AC__POOLED
    ac__task_slot_poison(task);
#endif
}

/* NULL where there is none. */
static inline struct ac__more *ac__more(const ac_future *future)
{
    return future->item.base.state & AC__HAS_MORE ? AC__CONTAINER(future->watches, struct ac__more, link) : NULL;
}

/* The first of those who wait, NULL where nobody does. */
static inline struct ac__watch *ac__first_watch(const ac_future *future)
{
    struct ac__watch *first = future->watches;
    if (!(future->item.base.state & AC__HAS_MORE))
        return first;
    return first->next == first ? NULL : first->next;
}

/* Whether nobody awaits it, or nobody else than whose watch this is. Done callbacks do not, nor does the group whose child it is. */
bool ac__awaited_by_none_but(const ac_future *future, const struct ac__watch *watch);

static inline bool ac__is_done(const ac_future *future)
{
    return future->item.base.state & AC__DONE;
}

/* ---- group.c ---- */
void ac__group_child_done(struct ac__watch *watch, ac_future *done);   /* fires the group's watch on its child */

/* ---- task.c ---- */
ac_task *ac__task_make(ac_loop *loop, ac_coro *coro);      /* not scheduled; one reference, the caller's. Consumes coro on success */
ac_task *ac__task_start(ac_loop *loop, ac_coro *coro);     /* scheduled; the caller's reference and the loop's. Always consumes coro */
void ac__step_nested(ac_task *task);                       /* the same from inside a step or a callback */
void ac__task_abandon(ac_task *task);                      /* ends a task of a loop that closes, running none of its code */

void ac__task_end(ac_task *task, int error);               /* its root has ended with this error, or 0 */

/* Resumes the leaf of what was taken out of the ready queue, and then each parent whose callee has ended. Past the root this
 * reaches the task's own frame. */
static inline void ac__step(struct ac__item *item)
{
    ac_frame *frame = item->base.parent;
    ac__thread.task = (ac_task *)(void *)item;
    for (;;) {
        int status = frame->fn->resume(frame);
        if (status == AC_PENDING) {
            if (__builtin_expect(!ac__thread.run_on, 1))
                return;
            ac__thread.run_on = false;
            frame = item->base.parent;
        } else {
            frame = frame->parent;
            if (frame == &item->base) {
                ac__task_end((ac_task *)(void *)item, status);
                return;
            }
            frame->error = status;
        }
    }
}

static inline ac_frame *ac__leaf(const ac_task *task)
{
    return task->item.base.parent;
}

/* ---- cancel.c ---- */
bool ac__cancel_deliver(ac_task *task);        /* slow part of ac__cancel_now */
void ac__cancel(ac_future *future);            /* for `abort` hooks: as ac_cancel, never recursive */
/* By a limit of time that begun where `lift` had lifted the task's masks last; NULL: where nothing had, as whoever else cancels. */
void ac__cancel_within(ac_task *task, struct ac_timeout *lift);
bool ac__closes_ring(ac_future *target);       /* whether the current task, awaiting target, would wait for itself */

/* The usual case: nobody waits for the current task, or what it is to await does not wait itself. */
static inline bool ac__may_close_ring(const ac_future *target)
{
    const ac_task *self = ac__thread.task;
    return target == self || (self->watches && (target->item.base.state & AC__WAITING));
}

/* Whether the current task has a cancellation that is to be delivered at this await, which would suspend. It is delivered so. */
static inline bool ac__cancel_now(ac_task *task)
{
    return (task->item.base.state & (AC__DUE | AC__COUNTED)) && ac__cancel_deliver(task);
}

/* Makes the operation its task's leaf: AC_PENDING; or delivers a cancellation that is due: ECANCELED. To be called when
 * nothing has been begun that would have to be undone. */
static inline int ac__suspend(ac_frame *operation)
{
    ac_task *task = ac__thread.task;
    if (ac__cancel_now(task))
        return ECANCELED;
    task->item.base.state = (task->item.base.state & ~(uint32_t)AC__YIELDED) | AC__WAITING;
    task->item.base.parent = operation;
    return AC_PENDING;
}

/* As ac__suspend, but what was begun cannot be undone: no cancellation is delivered. */
static inline int ac__suspend_masked(ac_frame *operation)
{
    ac_task *task = ac__thread.task;
    task->item.base.state = (task->item.base.state & ~(uint32_t)AC__YIELDED) | AC__WAITING;
    task->item.base.parent = operation;
    return AC_PENDING;
}

/* ac__ready, ac__complete and ac__wake, which end waits, are in loop.h. */

/* An operation that is complete at once, but whose task has had its share of this turn: leaves it to the next turn. */
int ac__complete_later(ac_frame *operation, int error);

/* An operation that would suspend, at which a cancellation has just been delivered: it ends by that on the next turn, as any wait
 * takes a turn at least. */
int ac__end_cancelled(ac_frame *operation);

/* ---- late.c: what happens in a turn of its own ---- */

/* A call that goes through the ready queue: made in its turn, before whatever it makes ready. */
struct ac__late {
    struct ac__item item;
    void (*call)(struct ac__late *late);
};
void ac__late_queue(ac_loop *loop, struct ac__late *late, void (*call)(struct ac__late *late));

/* ---- frame.c ---- */
/* A coroutine on the heap for an operation: `ac_coro *f(...) { struct f__frame *frame = ac__operation_new(&f__fn); ... }` */
void *ac__operation_new(const ac_fn *fn);
void ac__coro_discard(ac_coro *coro);          /* frees one that was never begun; NULL is allowed */

/* A coroutine around an operation whose result has a size known only at run time. `take` copies the result out; `drop`, which
 * may be NULL, is called when the coroutine is freed, and told whether it had begun. Returns the operation's frame, to be
 * filled in; the coroutine is ac__carrier_coro of it. NULL without memory. */
void *ac__carrier_new(const ac_fn *operation, size_t result_size, void (*take)(void *frame, void *out, size_t size),
                      void (*drop)(void *frame, bool begun));
ac_coro *ac__carrier_coro(void *operation_frame);

/* The description of an operation named `op` with a result member, and without. */
#define AC__OPERATION_FN(op, abort_function, type)                                                       \
    const ac_fn op##__fn = {                                                                             \
        .pool = AC_POOL(struct op##__frame),                                                             \
        .resume = op##__resume,                                                                          \
        .abort = abort_function,                                                                         \
        .name = #op,                                                                                     \
        .frame_size = sizeof(struct op##__frame),                                                        \
        .result_size = sizeof(type),                                                                     \
        .result_offset = offsetof(struct op##__frame, result),                                           \
        .kind = AC_KIND_OPERATION,                                                                       \
    };
#define AC__OPERATION_FN_VOID(op, abort_function)                                                        \
    const ac_fn op##__fn = {                                                                             \
        .pool = AC_POOL(struct op##__frame),                                                             \
        .resume = op##__resume,                                                                          \
        .abort = abort_function,                                                                         \
        .name = #op,                                                                                     \
        .frame_size = sizeof(struct op##__frame),                                                        \
        .result_offset = sizeof(ac_frame),                                                               \
        .kind = AC_KIND_OPERATION,                                                                       \
    };

/* An operation as a coroutine on the heap: FILL stores the arguments into `frame`. */
#define AC__COROUTINE(name, parameters, fill)                                                            \
    ac_coro *name parameters                                                                             \
    {                                                                                                    \
        struct name##__frame *frame = ac__operation_new(&name##__fn);                                    \
        if (!frame)                                                                                      \
            return NULL;                                                                                 \
        fill;                                                                                            \
        return &frame->base;                                                                             \
    }

/* Other handles that ac_retain and ac_release take: their fn is the first member of one of these, kind AC_KIND_OBJECT. */
struct ac__object_fn {
    ac_fn fn;
    void (*retain)(void *object);
    void (*release)(void *object);
};

/* An operation that waited ends with this error: ECANCELED is the cancellation that was due, unless that is masked. */
static inline int ac__ended(int error)
{
    ac_task *task = ac__thread.task;
    if (error == ECANCELED && !task->masks)
        task->item.base.state &= ~(uint32_t)AC__DUE;
    return error;
}

/* ---- generator.c ---- */
void ac__gen_release(ac_gen *generator);
void ac__gen_retain(ac_gen *generator);
void ac__gens_end(ac_loop *loop);              /* starts a task for each generator that is open, to close it */
void ac__gens_close(ac_loop *loop);            /* the loop closes: forgets its generators */
void ac__gens_tell(const ac_loop *loop);       /* debug mode: which of them are still held */
/* For combinators that give a value of size known only at run time: the size of what `what` results in. */
size_t ac__result_size(const void *what);

/* ---- timer.c: a 4-ary heap, ordered by time and then by creation ---- */
typedef struct ac_sleep__frame ac__timer;

struct ac__timer_entry {
    int64_t due;                   /* nanoseconds on the loop's clock */
    ac__timer *timer;
};
struct ac__timers {
    struct ac__timer_entry *entries;
    size_t count, capacity;
    uint64_t sequence;             /* of the next timer */
    int64_t due;                   /* of those that are being made to happen: the latest time, */
    uint64_t begun;                /* and the first number that does not belong to them */
};

/* Starts a timer whose base.fn->resume(&timer->base) is called when it is due, out of the heap by then. It must not run.
 * ENOMEM, or EINVAL for NaN. A time too far to be counted never comes. */
int ac__timer_start(ac_loop *loop, ac__timer *timer, double when);
int ac__timer_start_after(ac_loop *loop, ac__timer *timer, double seconds);
void ac__timer_stop(ac_loop *loop, ac__timer *timer);      /* no effect when it does not run */
void ac__timers_mark(ac_loop *loop);           /* those that are due now are the next to happen */
void ac__timers_fire(ac_loop *loop);           /* makes them happen, unless they have been stopped since */
/* Of the timers that `is_of` knows as this task's, the last begun is due now. False: there is none. It looks at all. */
bool ac__timer_hasten(ac_loop *loop, bool (*is_of)(const ac__timer *, const ac_task *), const ac_task *task);
bool ac__is_timeout_of(const ac__timer *timer, const ac_task *task);       /* of an ac_timeout whose body is this task's */
bool ac__is_wait_for_of(const ac__timer *timer, const ac_task *task);      /* of an ac_wait_for that awaits this task */
void ac__timer_due_set(ac__timer *timer, const ac_fn *fn, void *owner);   /* fills in a timer that does not run */

enum { AC__TIMER_FIRED = 0x7fffffff };             /* base.state of a timer that was due */

static inline bool ac__timer_runs(const ac__timer *timer)
{
    return timer->base.state != 0 && timer->base.state != AC__TIMER_FIRED;
}

/* ---- trace.c ---- */
struct ac__trace;
size_t ac__trace_lines(const struct ac__trace *trace, ac_trace_line *lines, size_t n);  /* writes up to n, returns how many there are */
struct ac__trace *ac__trace_save(const ac_frame *task, int error);   /* a copy of the open trace of this error; NULL without */
struct ac__trace *ac__trace_copy(const struct ac__trace *trace, int error);   /* with room for more; free() it */
void ac__trace_join(struct ac__trace *trace, const struct ac__trace *later, int error);
void ac__trace_restore(const struct ac__trace *trace, ac_frame *next);   /* opens a saved trace; `next` is who passes it on */
void ac__trace_print(const struct ac__trace *trace, int error, FILE *out);   /* "error: text (code)" and its lines */

#endif

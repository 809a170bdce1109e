/* ac.h: everything a program needs to use acc's runtime, libac.
 *
 * It is read in two ways. acc reads it with __ACC__ defined and sees typed prototypes: Task(T) of some T, async functions.
 * A C compiler sees ordinary functions: an async function `T f(P)` is a function that returns a coroutine, `ac_coro *f(P)`,
 * and the typed handles are plain pointers. Both readings come from the same lines below, by the macros of section 1.
 *
 * The rules that hold throughout:
 *   - Errors. A plain function that can fail returns 0 or a positive code: an errno value, or one of the AC_* codes. An
 *     async function throws that code at the await.
 *   - Time is a double in seconds, on a monotonic clock: ac_loop_time(). No time limit is INFINITY where a limit is asked for.
 *   - Threads. Everything is used on the loop's own thread, unless its name ends in _threadsafe.
 *   - Ownership. A coroutine belongs to whoever consumes it (await, ac_create_task, ac_wait_for, ac_shield, ac_gather, ac_run,
 *     ac_coro_close), also when the call fails. A handle that a function returns is the caller's: give it back with
 *     ac_release. A handle that is handed to a function stays the caller's.
 *   - Cancellation. Every await that suspends can end with ECANCELED. It has then had no effect, unless said otherwise.
 */
#ifndef AC_H
#define AC_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/types.h>

/* ---- 1. The two readings ---- */

typedef struct ac_fn ac_fn;
typedef struct ac_frame ac_frame;
typedef ac_frame ac_coro;             /* a coroutine: an async function called but not yet run */
typedef struct ac_future ac_future;   /* a result that arrives later */
typedef ac_future ac_task;            /* a coroutine that runs on a loop: a future too, so one C type */
typedef ac_frame ac_gen;              /* an async generator */
typedef struct ac_loop ac_loop;
typedef struct ac_handle ac_handle;   /* a callback that is due */
typedef struct ac_executor ac_executor;   /* threads or processes that make calls */

typedef ac_coro *ac_coro_ref;
typedef ac_task *ac_task_ref;
typedef ac_future *ac_future_ref;
typedef ac_gen *ac_gen_ref;

#ifdef __ACC__
/* acc knows _Coro, _Task, _Future, _Gen and the __ac_ words below as keywords. */
#define ac_async(...) __ac_async(__VA_ARGS__)
#define AC_T __ac_T
#define AC_AWAITABLE(...) __ac_awaitable(__VA_ARGS__)
#define AC_AWAITABLES(...) __ac_awaitables(__VA_ARGS__)
#ifndef AC_BLOCKING
#define AC_BLOCKING __attribute__((annotate("ac_blocking")))
#endif
#ifndef AC_OWNED
#define AC_OWNED __attribute__((annotate("ac_owned")))
#endif
#elif defined AC_EDITOR
/* A third reading, for editors: ac_editor.h has defined all of these. */
#else
#define _Coro(...) ac_coro_ref
#define _Task(...) ac_task_ref
#define _Future(...) ac_future_ref
#define _Gen(...) ac_gen_ref
/* `ac_async(T) f(P);` declares an async function in a header that C files include too. */
#define ac_async(...) ac_coro_ref
/* The type variable of a function that works for any T. */
#define AC_T void
/* Any one of Coro(T), Task(T), Future(T); and a pointer to the first of an array of such handles, all of one kind. */
#define AC_AWAITABLE(...) void *
#define AC_AWAITABLES(...) void *
/* Marks a function that blocks its thread: acc warns where an async function calls it. */
#define AC_BLOCKING
/* Marks a function whose result is a handle of the caller's own: `await f()` releases it, where it would keep that of another function. */
#define AC_OWNED
#endif

#ifndef AC_NO_SHORT_NAMES
#define Coro(...) _Coro(__VA_ARGS__)
#define Task(...) _Task(__VA_ARGS__)
#define Future(...) _Future(__VA_ARGS__)
#define Gen(...) _Gen(__VA_ARGS__)
#endif

/* ---- 2. Codes ---- */

/* All lie above every errno value. Those that end in the name of an asyncio exception say which. */
enum {
    AC_PENDING = 10000,     /* not an error: what a resume function returns when it is suspended */
    AC_STOP,                /* StopAsyncIteration: a generator has no further value */
    AC_ESTUCK,              /* nothing is left that could ever wake the main task */
    AC_EINVALID_STATE,      /* InvalidStateError: a future is already done, or not yet done */
    AC_EINCOMPLETE,         /* IncompleteReadError: the stream ended before all was read */
    AC_ELIMIT,              /* LimitOverrunError: more would have to be buffered than the limit allows */
    AC_ESHUTDOWN,           /* QueueShutDown */
    AC_EFULL,               /* QueueFull */
    AC_EEMPTY,              /* QueueEmpty */
    AC_EBROKEN,             /* BrokenBarrierError; BrokenProcessPool: the process that made the call died */
    AC_ETLS,                /* SSLError: TLS, or OpenSSL, objects to something; ac_tls_error of <ac_tls.h> says to what */
    AC_ECERTIFICATE,        /* SSLCertVerificationError: the peer's certificate is not accepted */
    AC_EAI_ADDRFAMILY,      /* address look-up (gaierror): the host has no address of this family */
    AC_EAI_AGAIN,           /* the name server did not answer: may work later */
    AC_EAI_BADFLAGS,        /* invalid flags */
    AC_EAI_FAIL,            /* the name server failed */
    AC_EAI_FAMILY,          /* the address family is not supported */
    AC_EAI_NODATA,          /* the host exists but has no address */
    AC_EAI_NONAME,          /* the host or the service is unknown */
    AC_EAI_OVERFLOW,        /* a name is too long for its buffer */
    AC_EAI_SERVICE,         /* the service is not known for this type of socket */
    AC_EAI_SOCKTYPE,        /* this type of socket is not supported */
    AC_ELAST,               /* not a code: the end of the list */
    AC_EUSER = 20000        /* the first code that is free for programs */
};

/* The text of any code, errno values included. The string is constant, or valid until the thread's next call. */
const char *ac_strerror(int error);

/* ---- 3. For emitted code: frames ---- */

enum {
    AC_KIND_FUNCTION,       /* an async function */
    AC_KIND_OPERATION,      /* an operation of the runtime, with a frame of fixed size */
    AC_KIND_GENERATOR,
    AC_KIND_CLOSURE,        /* a coroutine that holds something: its `abort` frees it */
    AC_KIND_FUTURE,
    AC_KIND_TASK,
    AC_KIND_OBJECT          /* any other handle: a stream, a server, a callback */
};

/* The constant description of an async function, or of anything else that a handle may lead to. */
struct ac_fn {
    int (*resume)(ac_frame *);     /* runs the frame until it suspends (AC_PENDING) or ends (0, or the error) */
    bool (*abort)(ac_frame *);     /* operations only: withdraw the wait. true: withdrawn now; false: it will complete by itself */
    const char *name, *file;       /* for traces; file is NULL for operations */
    const uint32_t *site_lines;    /* line of each site (await or throw), by number; NULL: none */
    uint32_t frame_size, result_size;
    uint16_t result_offset, kind;  /* kind: AC_KIND_* */
    uint32_t alignment;            /* of the frame; 0 stands for 16, which every frame on the heap has */
    uint32_t pool;                 /* AC_POOL(frame): which list of free frames is the function's; 0: the runtime finds out */
};

/* Begins every frame. */
struct ac_frame {
    const ac_fn *fn;               /* what this is a frame of */
    ac_frame *parent;              /* the frame that awaits this one. The root of a task: the frame with which the task begins.
                                      A coroutine that nobody has consumed yet: NULL */
    uint32_t state;                /* 0: not begun; else the number of the await where it is suspended */
    int error;                     /* how the await that this frame was suspended in has ended: 0 or the error */
};

/* What belongs to a thread. Emitted code uses it only through the inline functions below. */
enum { AC__POOL_CLASSES = 129, AC__POOL_GRAIN = 8, AC__POOL_ALIGNMENT = 16 };
struct ac__thread {
    ac_task *task;                 /* the task whose step is running; NULL between steps */
    ac_loop *loop;                 /* the loop that is running on this thread, or NULL */
    ac_loop *plain_loop;           /* the same, where making a task needs no more than its memory; else NULL */
    char *stack_floor;             /* calls of coroutines on the heap nest while the C stack is above this address */
    bool run_on;                   /* the running step is to go on with the task's leaf at once: a call that nests too deep */
    void *free[AC__POOL_CLASSES];  /* free frames, by size in grains of 8 bytes: lists linked by their first word;
                                      the first is always empty */
};

/* Begins every task; what the ready queue holds. */
struct ac__item {
    ac_frame base;                 /* parent: the frame to resume; state: bits, of which emitted code knows these two */
    struct ac__item *next;         /* valid while in a queue */
};
enum {
    AC__YIELDED = 1 << 3,          /* ready after ac_sleep(0): a cancellation is still delivered there */
    AC__TURNS_SLOWLY = 1 << 4 | 1 << 5 | 1 << 10   /* any of these: ac__turn knows what else is to be done */
};

/* Begins every loop: the ready queue. */
struct ac__queue {
    struct ac__item *head, **tail; /* head: NULL when it is empty; tail: the last link, which is not set */
};

/* The list for frames of this type, 0 where they are too large or too much aligned for any. */
#define AC_POOL(frame) \
    (_Alignof(frame) <= AC__POOL_ALIGNMENT && sizeof(frame) <= (AC__POOL_CLASSES - 1) * AC__POOL_GRAIN \
         ? (sizeof(frame) + AC__POOL_GRAIN - 1) / AC__POOL_GRAIN : 0)

#if defined(__GNUC__) && !defined(__TINYC__)
#define AC__THREADED 1
extern _Thread_local struct ac__thread ac__thread __attribute__((tls_model("initial-exec")));
#else
#define AC__THREADED 0
#endif
/* Under AddressSanitizer every frame is an allocation of its own, so that a use after its end is seen. */
#if AC__THREADED && !defined(__SANITIZE_ADDRESS__)
#if defined(__has_feature)
#if !__has_feature(address_sanitizer)
#define AC__POOLED 1
#endif
#else
#define AC__POOLED 1
#endif
#endif

ac_frame *ac__coro_new(const ac_fn *fn);
void ac__coro_free(ac_frame *coro);
int ac__coro_await(ac_frame *self, ac_frame *coro);

/* Fills in the header of a frame that is a member of its caller's. */
static inline ac_frame *ac_enter(ac_frame *frame, const ac_fn *fn, ac_frame *parent)
{
    frame->fn = fn;
    frame->parent = parent;
    frame->state = 0;
    frame->error = 0;
    return frame;
}

static inline int ac_suspend(ac_frame *frame, uint32_t state)
{
    frame->state = state;
    return AC_PENDING;
}

/* A frame on the heap, its header filled in, state 0; the rest is not initialised. NULL without memory. */
static inline ac_frame *ac_coro_new(const ac_fn *fn)
{
#ifdef AC__POOLED
    ac_frame *frame = (ac_frame *)ac__thread.free[fn->pool];
    if (frame) {
        ac__thread.free[fn->pool] = *(void **)frame;
        return ac_enter(frame, fn, NULL);
    }
#endif
    return ac__coro_new(fn);
}

/* Frees the frame of a coroutine that has ended, or was never begun. NULL is allowed. */
static inline void ac_coro_free(ac_frame *coro)
{
#ifdef AC__POOLED
    uint32_t pool = coro ? coro->fn->pool : 0;
    if (pool) {
        *(void **)coro = ac__thread.free[pool];
        ac__thread.free[pool] = coro;
        return;
    }
#endif
    ac__coro_free(coro);
}

/* Starts a coroutine as the callee of `self`. Without a coroutine ENOMEM; EINVAL where it was consumed before.
 * When the C stack is deep, the callee is left to the loop, which goes on with it at once. */
static inline int ac_coro_await(ac_frame *self, ac_frame *coro)
{
#if AC__THREADED && !defined(AC_ALWAYS_SUSPEND)
    if (coro && !coro->parent && !coro->state && (char *)__builtin_frame_address(0) > ac__thread.stack_floor) {
        coro->parent = self;
        return coro->fn->resume(coro);
    }
#endif
    return ac__coro_await(self, coro);
}

/* The await of a coroutine has failed: it is freed, but not where it was refused because it is another's. */
static inline void ac_coro_failed(ac_frame *self, ac_frame *coro)
{
    if (coro && coro->parent == self)
        ac_coro_free(coro);
}

/* The result of a coroutine that has ended with 0: an lvalue of type T. */
#define AC_RESULT(coro, T) (*(T *)(void *)((char *)(coro) + (coro)->fn->result_offset))
/* Sets a whole object of a frame, `size` bytes at `to`, to what follows. gcc, once it has made one store of several, takes the place of an array for that of
   a smaller member that shares its bytes, and says that it overflows. */
#if defined __GNUC__ && __GNUC__ >= 7 && !defined __clang__
#define AC_FILL(to, size, ...)                                                                               \
    do {                                                                                                     \
        _Pragma("GCC diagnostic push") _Pragma("GCC diagnostic ignored \"-Wstringop-overflow\"")             \
        memcpy((void *)(to), __VA_ARGS__, size);                                                             \
        _Pragma("GCC diagnostic pop")                                                                        \
    } while (0)
#else
#define AC_FILL(to, size, ...) memcpy((void *)(to), __VA_ARGS__, size)
#endif
/* An await of an operand that C never evaluates, as behind `0 &&`: something of type T. */
#define AC_NEVER(T, coro) (((__typeof__(T) (*)(ac_coro *))0)(coro))

/* Leaves `frame`, whose header is filled in, to a later turn of the loop: AC_PENDING. */
int ac_frame_later(ac_frame *frame);

/* Calls a callee's resume function. With AC_ALWAYS_SUSPEND defined, each call suspends first. */
#ifdef AC_ALWAYS_SUSPEND
#define AC_CALL(resume, frame) ac_frame_later(frame)
#else
#define AC_CALL(resume, frame) ((resume)(frame))
#endif

/* ac_throw begins the trace of an error at a site of this frame and returns the error, EINVAL in place of 0 and AC_PENDING.
 * ac_pass adds the site of a failed await; call it where an await fails, whether or not the error is caught there. */
int ac_throw(ac_frame *frame, uint32_t site, int error);
int ac_pass(ac_frame *frame, uint32_t site, int error);
/* What of both the status says: ac_suspend or ac_pass. */
int ac_stop(ac_frame *frame, uint32_t site, int status);

/* Begins the callee whose frame is the member `await_<name>`, its arguments being in it. */
#define AC_START(name) AC_CALL(name##__resume, ac_enter(&ac_self->await_##name.base, &name##__fn, ac_base))

/* One await. `call` starts the callee. Where that suspends, `keep` copies the locals that are still needed into the frame, and this function
 * returns; resumed, it comes back to the label ac_<site>, `restore` puts them back, and it goes on as if the call had just returned. An error
 * ends in `failure`, with the code in ac_status. */
#define AC_AWAIT(site, call, keep, restore, failure)          \
    do {                                                      \
        ac_status = (call);                                   \
        if (AC__RARELY(ac_status != 0)) {                     \
            if (ac_status == AC_PENDING) {                    \
                keep                                          \
                return ac_suspend(ac_base, (site));           \
            ac_##site:                                        \
                restore                                       \
                ac_status = ac_base->error;                   \
            }                                                 \
            if (ac_status != 0) {                             \
                ac_status = ac_pass(ac_base, (site), ac_status); \
                failure                                       \
            }                                                 \
        }                                                     \
    } while (0)
/* The same for functions of very many awaits, where C compilers would take long over so many branches: an error leaves the function, too, and all
 * leave it at one place, its end: `ac_exit`. */
#define AC_AWAIT_LEAN(site, call, keep, restore)              \
    do {                                                      \
        keep                                                  \
        ac_status = (call);                                   \
    ac_##site:                                                \
        restore                                               \
        if (AC__RARELY(ac_status != 0)) {                     \
            ac_site = (site);                                 \
            goto ac_exit;                                     \
        }                                                     \
    } while (0)
/* Defines a function `caller`__start_`name` of what all its awaits of `name` have in common; `start` is AC_START or its like. */
#define AC_STARTER(caller, start, name)                       \
    AC__APART static int caller##__start_##name(struct caller##__frame *ac_self) \
    {                                                         \
        ac_frame *ac_base = &ac_self->base;                   \
        return start(name);                                   \
    }
/* The same as AC_AWAIT for a callee that is a coroutine on the heap: it is freed where it fails, and by emitted code when its result has been read. */
#define AC_AWAIT_CORO(site, coroutine, keep, restore, failure)                                       \
    AC_AWAIT(site, ac_coro_await(ac_base, ac_self->awaited = (coroutine)), keep, restore,             \
             ac_coro_failed(ac_base, ac_self->awaited); failure)
/* A yield: the value is in the result, and the state is kept. Asked for the next value, or closed, the function comes back to the label. */
#define AC_YIELD(site, keep, restore, failure)                \
    do {                                                      \
        keep                                                  \
        ac_base->state = (site);                              \
        return 0;                                             \
    ac_##site:                                                \
        restore                                               \
        ac_status = ac_base->error;                           \
        if (AC__RARELY(ac_status != 0)) {                     \
            ac_status = ac_pass(ac_base, (site), ac_status);  \
            failure                                           \
        }                                                     \
    } while (0)
#if defined(__GNUC__)
#define AC__RARELY(condition) __builtin_expect((condition), 0)
#define AC__APART __attribute__((noinline))
#else
#define AC__RARELY(condition) (condition)
#define AC__APART
#endif

/* For functions that take addresses of labels. */
#if defined(__GNUC__) && !defined(__clang__) && !defined(__TINYC__)
#define AC_ONE_COPY __attribute__((noinline, noclone))
#elif defined(__clang__)
#define AC_ONE_COPY __attribute__((noinline))
#else
#define AC_ONE_COPY
#endif

/* Memory of a block: an array of variable length whose block awaits. NULL without memory. */
void *ac_array_new(size_t size);
void ac_array_free(void *array);

/* alloca in an async function: memory that is freed when the function ends. The list begins as NULL. NULL without memory. */
void *ac_alloca(void **list, size_t size);
void ac_alloca_end(void **list);

/* `await ac_sleep(0)`, where the 0 is plain to see: gives the others one turn, and needs no frame for it. AC_PENDING, or ECANCELED. */
int ac__turn(ac_frame *self);
static inline int ac_turn(ac_frame *self)
{
#if AC__THREADED
    struct ac__item *item = (struct ac__item *)(void *)ac__thread.task;
    if (!AC__RARELY(item->base.state & AC__TURNS_SLOWLY)) {
        struct ac__queue *ready = (struct ac__queue *)(void *)ac__thread.loop;
        item->base.state |= AC__YIELDED;
        item->base.parent = self;
        self->error = 0;
        *ready->tail = item;
        ready->tail = &item->next;
        return AC_PENDING;
    }
#endif
    return ac__turn(self);
}

/* While masked, a cancellation of the current task waits. Calls nest. */
void ac_mask(void);
void ac_unmask(void);

/* What the plain `main` returns: runs `coro`, which has the result int, on a new loop that the AC_* variables of the
 * environment configure. 1 where it ends with an error, which goes to standard error; 130 where SIGINT cancelled it. */
int ac_main(_Coro(int) coro);

/* ---- 4. Frames of the runtime's operations ----
 *
 * Each async function of the runtime that has a `struct NAME__frame` here is an operation: emitted code makes its frame a
 * member of the caller's. Arguments have the names of the parameters in the prototype and follow base and result in their
 * order. What comes after them is the runtime's. Where the result type is AC_T there is no member `result`; after success
 * emitted code calls `void NAME__take(struct NAME__frame *, void *out, size_t size)`. */

#define AC__OPERATION(name)                  \
    extern const ac_fn name##__fn;           \
    int name##__resume(ac_frame *frame);     \
    struct name##__frame

/* Sleeping is the plainest timer, and all timers are of this struct: base.state is the place in the heap, plus one. */
AC__OPERATION(ac_sleep) {
    ac_frame base;
    union {
        double seconds;
        uint64_t sequence;          /* once begun: breaks ties between timers that are due at the same time */
    };
    void *owner;                    /* once begun: the task, or whose timer it is */
};

/* A place in a future's list of those who wait for it. */
struct ac__watch {
    struct ac__watch *next, *prev;                      /* circular; next is NULL while in no list */
    void (*fire)(struct ac__watch *, ac_future *done);  /* called when it is done; the watch is in no list then */
    ac_task *task;                                      /* who waits; NULL for a callback */
};

/* A place among those who wait for a lock, a queue, a stream or the like; and those who do, in order of coming: all zero is nobody. */
struct ac__waiter {
    struct ac__waiter *next, *prev;                     /* circular */
    ac_task *task;                                      /* who waits */
};
struct ac__waiters {
    struct ac__waiter *first;
};

/* Awaits a task or a future. Takes over a reference to it, which ac_future_take or a failure drops. */
AC__OPERATION(ac_future_wait) {
    ac_frame base;
    ac_future *future;
    struct ac__watch watch;
};

/* Copies the value out (out may be NULL where size is 0) and drops a reference, that of ac_future_wait. */
void ac_future_take(ac_future *future, void *out, size_t size);

/* `async T x = f();`: a task that the block owns. Consumes the coroutine. NULL without memory. */
_Task(AC_T) ac_child_start(_Coro(AC_T) coro);

/* The end of the block that owns a child: cancels it if it runs, waits for it, releases it. Never fails; NULL is allowed. */
AC__OPERATION(ac_child_end) {
    ac_frame base;
    ac_task *task;
    struct ac__watch watch;
};

/* An `async { }` block. TaskGroup. It lies in the frame of the function whose block it is. */
typedef struct ac_group {
    ac_task *parent;                /* the task whose block this is */
    struct ac__group_child *first;  /* children that have not been released: a doubly linked list */
    ac_frame *end;                  /* the ac_group_end that waits for the children; NULL before the end of the block */
    uint32_t running;               /* how many children have not ended, or wait to be counted as ended */
    uint32_t late;                  /* of these, how many have ended */
    int error;                      /* the first error, 0 while there is none */
    uint16_t cancels;               /* cancellation requests of the parent that had been delivered when the block began */
    bool aborting;                  /* the children have been cancelled: no more can be started */
    bool cancelled_parent;          /* the group itself has cancelled the body */
    struct ac__trace *trace;        /* of the errors, or NULL */
    bool outer_cancel;              /* a cancellation from outside arrived at the end of the block */
    bool unmasked;                  /* its end has opened a mask of the block's undoing, to be cancelled itself */
    uint16_t masks;                 /* of the parent when the block began: these stay */
} ac_group;

void ac_group_begin(ac_group *group);

/* Starts a child; at the end of the block, too, as long as others run. Consumes the coroutine. The handle is valid to the end of
 * the block. NULL without memory, or where the group has already failed or ended: the block then ends with that error (ENOMEM, or
 * the one it has). */
_Task(AC_T) ac_group_start(ac_group *group, _Coro(AC_T) coro);

/* The same where no one wants the handle: the child is released as soon as it has ended. 0 or the error. */
int ac_group_spawn(ac_group *group, _Coro(AC_T) coro);

/* The end of the block. `status` is how the body ended: 0, or an error, or ECANCELED. Its own status is how the block ends. */
AC__OPERATION(ac_group_end) {
    ac_frame base;
    ac_group *group;
    int status;
    ac_task *task;
};

/* The same as an `async with`, for a block whose children are started by other functions: ac_group_start(group, coro).
 * TaskGroup. The group lies where the result of ac_group_open does: in the function whose block it is.
 *
 *     async with (ac_group *group = ac_group_open())
 *         start_all(group);
 */
ac_group ac_group_open(void);
AC__OPERATION(ac_group_aenter) { ac_frame base; ac_group *result; ac_group *group; };
AC__OPERATION(ac_group_aexit) { ac_frame base; ac_group *group; int error; ac_task *task; };
ac_async(ac_group *) ac_group_aenter(ac_group *group);
ac_async(void) ac_group_aexit(ac_group *group, int error);

struct stat;

/* A request to a loop's backend: one system call on a descriptor, made when it would not block. The operations on descriptors
 * have one in their frame. */
struct ac__io {
    struct ac__io *next, *prev;         /* the backend's: among those who wait for the same thing */
    void (*done)(struct ac__io *);      /* called once, when it is completed later; not when the start completed it at once */
    void *owner;                        /* for `done`: whose request this is */
    ssize_t result;                     /* what the call returned, or minus the error */
    void *buffer;
    size_t length;
    union {
        void *address;                  /* RECVFROM, SENDTO, CONNECT; files: the path, or the struct stat */
        int64_t offset;                 /* PREAD, PWRITE */
    };
    socklen_t *address_length;          /* RECVFROM */
    int fd, flags;
    uint32_t events;                    /* the backend's */
    uint8_t kind;                       /* one of enum ac__io_kind */
    uint8_t at_once;                    /* not to wait: -EAGAIN instead */
    uint16_t address_size;              /* SENDTO, CONNECT */
};

AC__OPERATION(ac_readable) { ac_frame base; int fd; struct ac__io io; };
AC__OPERATION(ac_writable) { ac_frame base; int fd; struct ac__io io; };
AC__OPERATION(ac_read) { ac_frame base; ssize_t result; int fd; void *buffer; size_t size; struct ac__io io; };
AC__OPERATION(ac_write) { ac_frame base; ssize_t result; int fd; const void *buffer; size_t size; struct ac__io io; };
AC__OPERATION(ac_recv) { ac_frame base; ssize_t result; int fd; void *buffer; size_t size; int flags; struct ac__io io; };
AC__OPERATION(ac_send) { ac_frame base; ssize_t result; int fd; const void *buffer; size_t size; int flags; struct ac__io io; };
AC__OPERATION(ac_recvfrom) {
    ac_frame base;
    ssize_t result;
    int fd;
    void *buffer;
    size_t size;
    int flags;
    struct sockaddr *address;
    socklen_t *length;
    struct ac__io io;
};
AC__OPERATION(ac_sendto) {
    ac_frame base;
    ssize_t result;
    int fd;
    const void *buffer;
    size_t size;
    int flags;
    const struct sockaddr *address;
    socklen_t length;
    struct ac__io io;
};
AC__OPERATION(ac_accept) { ac_frame base; int result; int fd; struct ac__io io; };
AC__OPERATION(ac_connect_addr) { ac_frame base; int fd; const struct sockaddr *address; socklen_t length; struct ac__io io; };
AC__OPERATION(ac_close) { ac_frame base; int fd; };
AC__OPERATION(ac_file_open) { ac_frame base; int result; const char *path; int flags; unsigned mode; struct ac__io io; };
AC__OPERATION(ac_file_read) { ac_frame base; ssize_t result; int fd; void *buffer; size_t size; struct ac__io io; };
AC__OPERATION(ac_file_write) { ac_frame base; ssize_t result; int fd; const void *buffer; size_t size; struct ac__io io; };
AC__OPERATION(ac_file_pread) {
    ac_frame base;
    ssize_t result;
    int fd;
    void *buffer;
    size_t size;
    int64_t offset;
    struct ac__io io;
};
AC__OPERATION(ac_file_pwrite) {
    ac_frame base;
    ssize_t result;
    int fd;
    const void *buffer;
    size_t size;
    int64_t offset;
    struct ac__io io;
};
AC__OPERATION(ac_file_fsync) { ac_frame base; int fd; struct ac__io io; };
AC__OPERATION(ac_file_fdatasync) { ac_frame base; int fd; struct ac__io io; };
AC__OPERATION(ac_file_stat) { ac_frame base; int fd; struct stat *status; struct ac__io io; };
AC__OPERATION(ac_file_close) { ac_frame base; int fd; };

AC__OPERATION(ac_signal_wait) {
    ac_frame base;
    int result;
    const sigset_t *set;
    struct ac_signal_wait__frame *next, **link;   /* in the loop's list of those who wait for signals */
    ac_task *task;
};

/* A call that another thread has left in a loop's inbox. It is the loop's until it is made. */
struct ac__post {
    struct ac__post *next;
    void (*call)(struct ac__post *post);            /* on the loop's thread */
};

/* Work for a thread of an executor. */
struct ac__job {
    void (*work)(struct ac__job *job);              /* on that thread */
    void (*done)(struct ac__job *job);              /* on the loop's thread, after work */
    ac_executor *executor;
    struct ac__job *next;
    struct ac__post post;
    bool begun;                                     /* a thread has taken it. Under the executor's lock */
};

/* A call that blocks, as a part of its frame. */
struct ac_blocking {
    struct ac__job job;
    ac_frame *frame;                /* whose part this is */
    union {
        ac_task *task;              /* awaited: who waits */
        ac_future *future;          /* submitted: what the result goes to */
    };
    int number;                     /* errno: as it was before the call, then as the call left it */
    int error;                      /* why the call could not be made; 0 */
};

/* What the frame of such a call leads to. The frame is a header, the result, the arguments, and the struct ac_blocking. */
struct ac_blocking_fn {
    ac_fn fn;                       /* an operation; resume and abort are the two below */
    void (*call)(ac_frame *frame);  /* makes the call, with the arguments in the frame, and puts the result there */
    uint32_t at;                    /* offset of the struct ac_blocking */
};
int ac_blocking__resume(ac_frame *frame);
bool ac_blocking__abort(ac_frame *frame);
/* Begins the call whose frame is the member `await_<name>`. */
#define AC_START_BLOCKING(name) \
    AC_CALL(ac_blocking__resume, ac_enter(&ac_self->await_##name.base, &name##__fn.fn, ac_base))

AC__OPERATION(ac_to_thread) { ac_frame base; void *result; void *(*fn)(void *arg); void *arg; struct ac_blocking blocking; };
AC__OPERATION(ac_executor_aenter) { ac_frame base; ac_executor *result; ac_executor *executor; };
AC__OPERATION(ac_executor_aexit) { ac_frame base; ac_executor *executor; int error; };

AC__OPERATION(ac_wait_for) {
    ac_frame base;
    void *what;
    double seconds;
    ac_future *future;                  /* what runs: referenced from the start until the value is taken, or until it fails */
    struct ac__watch watch;
    struct ac_sleep__frame timer;
};
void ac_wait_for__take(struct ac_wait_for__frame *frame, void *out, size_t size);

AC__OPERATION(ac_shield) {
    ac_frame base;
    void *what;
    ac_future *future;
    struct ac__shield *shield;          /* while it waits */
};
void ac_shield__take(struct ac_shield__frame *frame, void *out, size_t size);

AC__OPERATION(ac_gather) {
    ac_frame base;
    void *awaitables;
    size_t n;
    void *results;
    struct ac__many *many;
};
AC__OPERATION(ac_gather_errors) {
    ac_frame base;
    void *awaitables;
    size_t n;
    void *results;
    int *errors;
    struct ac__many *many;
};
AC__OPERATION(ac_wait) {
    ac_frame base;
    int result;
    void *awaitables;
    size_t n;
    int when;
    double timeout;
    struct ac__many *many;
};

AC__OPERATION(ac_next) { ac_frame base; ac_gen *generator; };
void ac_next__take(struct ac_next__frame *frame, void *out, size_t size);
AC__OPERATION(ac_gen_close) { ac_frame base; ac_gen *generator; };

struct ac_timeout;
AC__OPERATION(ac_timeout_aenter) { ac_frame base; struct ac_timeout *result; struct ac_timeout *timeout; };
AC__OPERATION(ac_timeout_aexit) { ac_frame base; struct ac_timeout *timeout; int error; };

/* A generator's frame on the heap, with one reference: what an async generator function makes. NULL without memory.
 * A yield returns 0 with the value in the result and keeps its state; the end is the error AC_STOP. */
ac_gen *ac_gen_new(const ac_fn *fn);

/* ---- 5. Running ---- */

enum { AC_BACKEND_AUTO, AC_BACKEND_EPOLL, AC_BACKEND_URING, AC_BACKEND_POLL };
enum { AC_CLOCK_REAL, AC_CLOCK_VIRTUAL };

/* Failures that are made to happen, for tests. Counted are the runtime's own allocations and system calls, in all threads of the
 * process, from the making of the loop that asks for it until it is closed: the first is one of ac_loop_new itself. A number that
 * is never reached only counts. Memory that is used again is no allocation, so there are more of them under AddressSanitizer.
 * The environment does the same for a whole program, from its first use of the runtime on: AC_FAULT_ALLOCATION=n, AC_FAULT_CALL=n,
 * AC_FAULT_ERROR=n, AC_FAULT_TRANSFER=n, AC_FAULT_LASTING=1. */
typedef struct ac_faults {
    long allocation;            /* n > 0: the n-th allocation finds no memory */
    long call;                  /* n > 0: the n-th system call is not made, but fails; an operation that io_uring makes is one, too.
                                   Only a close is made all the same */
    int error;                  /* what it fails with; 0: an error that this call can end with */
    size_t transfer;            /* n > 0: no call moves more than n bytes of a stream, pipe or file: all transfers are short */
    bool lasting;               /* not only the n-th fails, but all after it */
} ac_faults;

/* How many allocations and system calls there were since counting began, and awaits that .cancel_at or .timeout_at counted; each
 * may be NULL. Valid until counting begins anew: `.faults.call = n` for n = 1, 2, ... has tried them all when fewer than n are
 * counted. */
void ac_faults_counted(long *allocations, long *calls, long *awaits);

/* How a loop is to be. Zero means the default for every field. */
typedef struct ac_loop_config {
    int backend;                /* AC_BACKEND_*; one that the system cannot do is replaced in silence by one that it can */
    int clock;                  /* AC_CLOCK_VIRTUAL: time stands still while anything is ready and jumps to the next timer when
                                   nothing is: sleeps take no time, in a fixed order. For tests */
    unsigned seed;              /* shuffles the ready queue at each turn, reproducibly; 0: first come, first served */
    bool debug;                 /* checks and reports that cost time: slow steps, use on a wrong thread, coroutines that are used twice or never run,
                                   futures that are set twice, handles that are still held when the loop closes */
    long cancel_at;             /* n > 0: the main task is cancelled at its n-th await that would suspend. For tests */
    long timeout_at;            /* n > 0: the innermost limit of time around the n-th await that suspends is over while
                                   it waits: that of an ac_timeout, or of an ac_wait_for. Counted are the awaits of the main
                                   task, and of coroutines that it, or such a one, awaits by ac_wait_for. For tests */
    ac_faults faults;           /* failures that are made to happen. For tests */
    double slow_step;           /* seconds after which a step counts as slow in debug mode; 0: 0.1 */
    double watchdog;            /* seconds: see ac_loop_set_watchdog; 0: none */
    unsigned pool_threads;      /* limit of its thread pool; 0: four per processor, at most 64 */
    const struct ac_backend_fn *own_backend;    /* the program's own, in place of `backend`: see ac_backend.h; NULL: none */
} ac_loop_config;

/* Runs a coroutine on a new loop until it has ended; then cancels what still runs and waits for it, closes the loop.
 * run. `result` receives the value, and may be NULL. 0, or the error that the coroutine ended with; EBUSY inside a running loop. */
int ac_run(_Coro(AC_T) coro, AC_T *result);

/* The same, on a loop configured otherwise; config may be NULL. */
int ac_run_with(const ac_loop_config *config, _Coro(AC_T) coro, AC_T *result);

/* Several runs on one loop. Runner. While it runs, SIGINT cancels the main task, and a second one kills the process.
 * ac_runner_open gives NULL without memory or descriptors; errno tells which. ac_runner_close ends what is left, as ac_run does. */
typedef struct ac_runner ac_runner;
ac_runner *ac_runner_open(const ac_loop_config *config);
int ac_runner_run(ac_runner *runner, _Coro(AC_T) coro, AC_T *result);
ac_loop *ac_runner_loop(ac_runner *runner);
int ac_runner_close(ac_runner *runner);

/* A loop of this thread. new_event_loop. NULL without memory or descriptors; errno tells. config may be NULL. */
ac_loop *ac_loop_new(const ac_loop_config *config);

/* Frees the loop. Tasks that have not ended are abandoned: their frames are freed and none of their code runs, so end them
 * first (ac_run does). EBUSY while it runs. */
int ac_loop_close(ac_loop *loop);

/* The loop that runs on this thread, NULL outside of one. get_running_loop. */
ac_loop *ac_running_loop(void);

/* The running loop, else the one that ac_set_loop named for this thread, else NULL. */
ac_loop *ac_get_loop(void);
void ac_set_loop(ac_loop *loop);

/* Runs the loop until the coroutine has ended. run_until_complete. Consumes it. ECANCELED where ac_loop_stop ended it before:
 * the task is cancelled then. AC_ESTUCK where nothing is left to wait for: a report of who waits for what goes to stderr. */
int ac_loop_run_until(ac_loop *loop, _Coro(AC_T) coro, AC_T *result);

/* The same for a task or a future that exists. Stays the caller's. AC_EINVALID_STATE where ac_loop_stop ended it before. */
int ac_loop_run_until_done(ac_loop *loop, _Future(AC_T) future);

/* Runs until ac_loop_stop. run_forever. 0, EBUSY, or EPERM in a child process of the loop's own. */
int ac_loop_run_forever(ac_loop *loop);
void ac_loop_stop(ac_loop *loop);                  /* after the turn that is under way; before a run: after its first turn */
bool ac_loop_is_running(const ac_loop *loop);
bool ac_loop_is_closed(const ac_loop *loop);       /* true for NULL; a loop that was closed is gone, as its memory is */

/* Seconds on the loop's clock, whose start has no meaning. */
double ac_loop_time(ac_loop *loop);

/* One turn, for embedding: waits at most max_wait seconds for something to happen (0: not at all). True while anything is
 * left to do or to wait for. */
bool ac_loop_step(ac_loop *loop, double max_wait);

/* A descriptor that is readable when I/O makes the next ac_loop_step worth while; -1 on the backend poll, which has none.
 * Timers do not show: see ac_loop_next_timer. */
int ac_loop_fd(ac_loop *loop);
double ac_loop_next_timer(ac_loop *loop);          /* seconds until a step is due: 0 if something is ready, INFINITY if nothing will be */

/* Something that the loop does not see will still come, so that having nothing to wait for is no deadlock. Calls nest. */
void ac_loop_hold(ac_loop *loop);
void ac_loop_unhold(ac_loop *loop);

void ac_loop_set_debug(ac_loop *loop, bool debug);
bool ac_loop_get_debug(const ac_loop *loop);
const char *ac_loop_backend(const ac_loop *loop);  /* "epoll", "io_uring", "poll" */

/* Watches for steps that hold the loop for longer than so many seconds, and tells of each on standard error while it
 * lasts, with the line where it began: "acc: a step of fetch holds the loop for 0.50 s now; it began at fetch.ac:12".
 * Not only in debug mode: a thread looks four times in that time whether the loop has got on, which costs the loop
 * nothing. 0: no longer. 0, or an errno; EINVAL for less. A program with an async main gets it by AC_WATCHDOG=0.5 in
 * its environment. */
int ac_loop_set_watchdog(ac_loop *loop, double seconds);

/* Called for each new task of the loop, before its first step: to name it, count it, add a done callback.
 * set_task_factory, as far as that tells of tasks. NULL: none. */
typedef void ac_task_hook(ac_loop *loop, ac_task *task, void *arg);
void ac_loop_set_task_hook(ac_loop *loop, ac_task_hook *hook, void *arg);

/* What an error handler is told. */
typedef struct ac_error_context {
    const char *message;        /* what happened: "task ended with an error that nobody took" */
    int error;
    ac_future *future;          /* the task or future that failed, or NULL. Valid during the call */
} ac_error_context;
typedef void ac_error_handler(ac_loop *loop, const ac_error_context *context, void *arg);

/* Who is told of errors that nobody takes. set_exception_handler. NULL: the default, which prints them with their trace. */
void ac_loop_set_error_handler(ac_loop *loop, ac_error_handler *handler, void *arg);
void ac_loop_report(ac_loop *loop, const char *message, int error, ac_future *future);   /* calls it. call_exception_handler */

/* ---- 6. Callbacks, timers, descriptors, signals ---- */

/* Calls fn(arg) on the next turn; after `delay` seconds; at a time of ac_loop_time. call_soon, call_later, call_at.
 * Never inside the call; first come, first served; timers in order of time, then of creation. The handle may be dropped: it
 * is valid until the callback has run or is cancelled, unless ac_retain keeps it. NULL without memory, where delay is NaN, and of a
 * loop that is closing. */
ac_handle *ac_call_soon(ac_loop *loop, void (*fn)(void *arg), void *arg);
ac_handle *ac_call_later(ac_loop *loop, double delay, void (*fn)(void *arg), void *arg);
ac_handle *ac_call_at(ac_loop *loop, double when, void (*fn)(void *arg), void *arg);
void ac_handle_cancel(ac_handle *handle);          /* it will not be called; no effect when it has been */
bool ac_handle_cancelled(const ac_handle *handle);
double ac_handle_when(const ac_handle *handle);    /* when it is due; 0 for ac_call_soon */

/* From any thread: calls fn(arg) on the loop's thread. call_soon_threadsafe. 0, ENOMEM, or AC_ESHUTDOWN when the loop has closed. */
int ac_call_soon_threadsafe(ac_loop *loop, void (*fn)(void *arg), void *arg);

/* From any thread: runs a coroutine as a task of that loop. run_coroutine_threadsafe. The arguments cross as bytes.
 * The future is yours and belongs to the calling thread: await it there, or ac_future_join. It ends as the coroutine
 * does; cancelling it cancels the task, and it is done when that has ended. It is cancelled when the loop is closed
 * before. It fails with AC_ESHUTDOWN where the loop has closed already, ENOMEM, and EINVAL for a coroutine that is
 * more than a function and its arguments, as those of ac_wait_for and ac_sleep_value are. NULL without memory. The
 * loop must not be freed during the call. */
AC_OWNED _Future(AC_T) ac_loop_run_threadsafe(ac_loop *loop, _Coro(AC_T) coro);
/* Outside of a running loop: blocks the thread until the future is done, at most so many seconds (0: only looks;
 * INFINITY), and gives its value in *result, which may be NULL. 0, its error, ETIMEDOUT; EBUSY inside a running loop,
 * EINVAL for NaN. */
int ac_future_join(_Future(AC_T) future, double seconds, AC_T *result);

/* Calls fn(arg) again and again while fd is readable (writable), until removed. A second call replaces the first. add_reader.
 * The descriptor stays the caller's, and its mode is not changed. The removing functions return ENOENT where there is none. */
int ac_add_reader(ac_loop *loop, int fd, void (*fn)(void *arg), void *arg);
int ac_add_writer(ac_loop *loop, int fd, void (*fn)(void *arg), void *arg);
int ac_remove_reader(ac_loop *loop, int fd);
int ac_remove_writer(ac_loop *loop, int fd);

/* Calls fn(arg) on the loop when the process gets the signal. add_signal_handler. EINVAL for signals that cannot be caught;
 * EBUSY where another loop handles it. Removing restores what was there before; ENOENT where there is none. */
int ac_add_signal_handler(ac_loop *loop, int signal, void (*fn)(void *arg), void *arg);
int ac_remove_signal_handler(ac_loop *loop, int signal);

/* Waits for one of these signals and returns its number. From the first wait on the signal is the loop's, so that none is
 * lost between two waits. */
ac_async(int) ac_signal_wait(const sigset_t *set);

/* ---- 7. Coroutines, tasks, futures ---- */

/* Takes, gives back, a reference to any handle. NULL is allowed. Releasing a coroutine closes it, as far as that works without
 * waiting; releasing a generator closes it in a task of its own. */
void *ac_retain(void *handle);
void ac_release(void *handle);

/* Releases a task or future, and says that no one will look at its result: an error is not reported. */
void ac_detach(void *handle);

/* One step by hand, without a loop: 0 done, AC_PENDING, or the error. send(None). What needs a loop fails with EINVAL. */
int ac_coro_step(_Coro(AC_T) coro);

/* Ends a coroutine and frees it: throws ECANCELED where a coroutine stepped by hand is suspended, so that its defers run.
 * close. One that was consumed otherwise is not touched: EINVAL. EBUSY where it suspends again. 0 otherwise. */
int ac_coro_close(_Coro(AC_T) coro);

/* Schedules a coroutine: its first step is on the next turn. create_task. NULL without memory, or outside a loop. */
AC_OWNED _Task(AC_T) ac_create_task(_Coro(AC_T) coro);
AC_OWNED _Task(AC_T) ac_loop_create_task(ac_loop *loop, _Coro(AC_T) coro);
AC_OWNED _Task(AC_T) ac_create_task_named(_Coro(AC_T) coro, const char *name);
/* Takes its first step at once, inside the call. eager_start. */
AC_OWNED _Task(AC_T) ac_create_task_eager(_Coro(AC_T) coro);
/* A coroutine becomes a task; of a task or future, a further reference. ensure_future. */
AC_OWNED _Task(AC_T) ac_ensure_future(AC_AWAITABLE(AC_T) what);

/* The task that runs, NULL outside of tasks. Not a new reference. */
ac_task *ac_current_task(void);

/* The tasks of this thread's loop that have not ended: writes up to n of them (not new references) and returns how many there are. */
size_t ac_all_tasks(ac_task **tasks, size_t n);

/* Asks a task to end: ECANCELED is thrown at its await. A future becomes cancelled. Cancel. False where it is done already. */
bool ac_cancel(_Future(AC_T) future);
int ac_cancelling(_Future(AC_T) task);              /* requests that were not taken back. cancelling */
int ac_uncancel(_Future(AC_T) task);                /* takes one back; returns how many are left. uncancel */

int ac_done(_Future(AC_T) future);                  /* 1 when it has a value, an error, or is cancelled */
int ac_cancelled(_Future(AC_T) future);             /* 1 when it is done by cancellation */
int ac_result(_Future(AC_T) future, AC_T *out);     /* 0 and the value in *out; or its error; AC_EINVALID_STATE while pending */
int ac_error(_Future(AC_T) future);                 /* 0 or its error; AC_EINVALID_STATE while pending. exception */

const char *ac_task_name(_Future(AC_T) task);       /* "Task-7" unless set. Valid until set again */
int ac_task_set_name(_Future(AC_T) task, const char *name);
/* A place in a trace. */
typedef struct ac_trace_line {
    const char *function;       /* NULL: here the trace of a later error begins, which a group has joined to this one */
    const char *file;           /* NULL: a function of the runtime */
    unsigned line;              /* 0: not begun, or of the runtime */
    int error;                  /* where function is NULL: that error; else 0 */
} ac_trace_line;
/* Where a task waits, innermost first; of one that has failed, the trace of its error. Nothing of the task that runs,
 * nor of one that has a value. Writes up to n lines and returns how many there are. What they point to is constant.
 * get_stack. */
size_t ac_task_trace(_Future(AC_T) task, ac_trace_line *trace, size_t n);
void ac_task_print(_Future(AC_T) task, FILE *out);  /* name, state, and where it waits, innermost first. print_stack */
void ac_dump_tasks(FILE *out);                     /* every task of this thread's loop, and who waits for it */

/* Values of a task that the tasks which it starts inherit: contextvars. A key is a static object, and known by its
 * address:
 *
 *     static ac_local_key user = { .release = free };
 *
 * A task that is started sees what its starter sees at that moment; what either sets later the other does not see. An
 * async function that is awaited runs in the same task. Outside of tasks, and on pool threads, nothing is set; a task
 * that is started outside of tasks begins with nothing, as those of a server's clients do. */
typedef struct ac_local_key {
    void (*release)(void *value);   /* called for a value when no task sees it any more; NULL: nothing is */
    void *otherwise;                /* what there is where nothing is set */
    const char *name;               /* for people; may be NULL */
} ac_local_key;
void *ac_local_get(const ac_local_key *key);                /* ContextVar.get */
/* NULL: as if it had never been set. 0, and the value belongs to the key; ENOMEM, EINVAL outside of a task.
 * ContextVar.set. */
int ac_local_set(const ac_local_key *key, void *value);

/* A future of type T, on the running loop (or the one that ac_set_loop named). create_future. NULL without memory. */
ac_future *ac_future_new(size_t result_size);
#define ac_create_future(T)                                                                                     \
    ((_Future(T))ac_future_new(_Generic((__typeof__(T) (*)(void))0, void (*)(void) : (size_t)0,                 \
                                        default : sizeof *_Generic((__typeof__(T) (*)(void))0, void (*)(void)   \
                                                                   : (char *)0, default : (__typeof__(T) *)0))))

/* The future's value, error; wakes who waits. set_result, set_exception. `value` points to it, NULL for void.
 * AC_EINVALID_STATE where it is done already, or is a task. */
int ac_future_set_result(ac_future *future, const void *value);
int ac_future_set_error(ac_future *future, int error);
/* The same from any thread: it is done when the loop comes to it; done already, it stays as it is. Somebody must have the future
 * when this is called; it may be given back right after. ENOMEM; AC_ESHUTDOWN when the loop has closed.
 * call_soon_threadsafe(future.set_result, value). */
int ac_future_set_result_threadsafe(ac_future *future, const void *value);
int ac_future_set_error_threadsafe(ac_future *future, int error);
/* ac_release of a task or future from any thread: for one that outlives who awaits, and was given a reference of its own. 0, also
 * for NULL; ENOMEM, AC_ESHUTDOWN when the loop has closed, EINVAL where it has none: then it is still to be released. */
int ac_future_release_threadsafe(ac_future *future);
#ifdef __ACC__
#define ac_set_result(future, value) __ac_set_result(future, value)
#else
/* In plain C the value must have exactly the future's type. */
#define ac_set_result(future, value) ac_future_set_result((future), (__typeof__(value)[1]){(value)})
#endif

/* Calls destroy(value) for a value that nobody took, when the last reference goes. 0 or ENOMEM. */
int ac_future_set_destructor(ac_future *future, void (*destroy)(void *value));
/* What a cancellation asks first: true: aborted, the future is cancelled; false: it will be completed by whoever does. 0 or ENOMEM. */
int ac_future_set_abort(ac_future *future, bool (*abort)(ac_future *future, void *arg), void *arg);

/* Calls fn(future, arg) on a turn after the future is done, in order of adding. add_done_callback. 0 or ENOMEM.
 * ac_remove_done_callback removes all that are equal and returns how many. */
int ac_add_done_callback(_Future(AC_T) future, void (*fn)(ac_future *future, void *arg), void *arg);
int ac_remove_done_callback(_Future(AC_T) future, void (*fn)(ac_future *future, void *arg), void *arg);

/* A coroutine that awaits a future and takes over the caller's reference: an async function written in plain C, behind an
 * `ac_async(T)` prototype, ends with it. NULL gives NULL. */
ac_coro *ac_coro_from_future(ac_future *future);


/* ---- 8. Waiting ---- */

/* Sleeps; 0 or less gives the others one turn. EINVAL for NaN. sleep. */
ac_async(void) ac_sleep(double seconds);

/* The same, and then gives the value. In C a parameter of type AC_T is passed as its address and its size. */
#ifdef __ACC__
ac_async(AC_T) ac_sleep_value(double seconds, AC_T value);
#else
ac_coro *ac_sleep_value(double seconds, const void *value, size_t size);
#endif

/* Awaits with a limit of time. wait_for. When it is over: cancels, waits for the end, throws ETIMEDOUT; but a value or another
 * error that comes all the same is delivered. With no time left gives the value where it is there, else starts nothing. */
ac_async(AC_T) ac_wait_for(AC_AWAITABLE(AC_T) what, double seconds);

/* Awaits something that cancelling the awaiting task does not touch. shield. */
ac_async(AC_T) ac_shield(AC_AWAITABLE(AC_T) what);

/* Awaits all; coroutines become tasks that it owns. gather. results[i] is the value of awaitables[i]; results may be NULL.
 * Throws the first error at once: the others go on. Cancelled, it cancels all and waits for them.
 * ac_gather_errors waits for all in any case and writes 0 or the error of each to errors[i]. return_exceptions. */
ac_async(void) ac_gather(AC_AWAITABLES(AC_T) awaitables, size_t n, AC_T *results);
ac_async(void) ac_gather_errors(AC_AWAITABLES(AC_T) awaitables, size_t n, AC_T *results, int *errors);

/* Waits until some are done: how many, also when the time is over. Never cancels any; timeout < 0: no limit. wait.
 * EINVAL for coroutines, for n == 0 and another `when`. */
enum { AC_FIRST_COMPLETED, AC_FIRST_EXCEPTION, AC_ALL_COMPLETED };
ac_async(int) ac_wait(AC_AWAITABLES(AC_T) awaitables, size_t n, int when, double timeout);

/* Gives the index of each, in the order in which they are done. as_completed. The array is copied. NULL without memory. */
_Gen(size_t) ac_as_completed(AC_AWAITABLES(AC_T) awaitables, size_t n);

/* The next value of a generator; throws AC_STOP after the last, EBUSY while another task is inside. anext. */
ac_async(AC_T) ac_next(_Gen(AC_T) generator);
/* Throws ECANCELED at the yield where the generator is suspended, so that its defers run. aclose. */
ac_async(void) ac_gen_close(_Gen(AC_T) generator);

/* `async with (ac_timeout(2.5)) { ... }`: cancels the body when the time is over, and throws ETIMEDOUT in place of that
 * cancellation. timeout, timeout_at, Timeout.reschedule/when/expired. INFINITY: no limit. Begun where cancellations wait, in a
 * defer or an aexit, it ends its body all the same, and those that wait go on waiting until its end. */
struct ac_timeout {
    struct ac_sleep__frame timer;   /* runs while the body does */
    double when;                    /* the time of ac_loop_time at which it expires */
    double delay;                   /* for ac_timeout: counted from the beginning of the body; else NaN */
    ac_task *task;                  /* whose body it is, while it runs */
    int cancels;                    /* cancellation requests of the task when the body began */
    int state;                      /* 0: created, 1: active, 2: expiring, 3: expired, 4: exited */
    ac_handle *soon;                /* in place of the timer where the time is over already: a callback; else NULL */
    struct ac_timeout *within, *outer;  /* of limits in blocks that are being undone: which was the last to begin, this one
                                       included; and the one before this */
    unsigned after;                 /* cancellations from outside of such a limit, to be delivered after it */
    uint16_t masks;                 /* that it has lifted; 0: it is no such limit */
    bool due;                       /* a cancellation was due when it did so */
};
struct ac_timeout ac_timeout(double seconds);
struct ac_timeout ac_timeout_at(double when);
int ac_timeout_reschedule(struct ac_timeout *timeout, double when);    /* AC_EINVALID_STATE unless the body runs */
double ac_timeout_when(const struct ac_timeout *timeout);
bool ac_timeout_expired(const struct ac_timeout *timeout);
ac_async(struct ac_timeout *) ac_timeout_aenter(struct ac_timeout *timeout);
ac_async(void) ac_timeout_aexit(struct ac_timeout *timeout, int error);

/* ---- Blocking calls, threads and processes ----
 *
 * `await ac_blocking(call)`, in an async body, makes a call of plain C that blocks on a thread of the loop's pool, while the loop goes
 * on:  int rc = await ac_blocking(sqlite3_step(statement));
 * It is an expression of type Coro(T), T being the type of the call: what any coroutine can do, it can (async T x = ..., ac_gather,
 * ac_wait_for). The function and its arguments are evaluated here, where ac_blocking stands, and copied; what pointers lead
 * to has to stay. errno is for the call what it is here when the await begins, and after the await of the coroutine itself it is
 * here what the call has left there. Signals are blocked on that thread. Cancelled before a thread has begun it, the call is
 * not made; else the await ends when the call does, with its value, and the cancellation comes at the next await: nothing
 * that the call opened is lost. */

/* The same for plain C: a coroutine that calls fn(argument, result) on a thread. `argument` points to a copy of the
 * `size` bytes, `result` to room for `result_size` bytes, which are the coroutine's result. NULL without memory. */
ac_coro *ac_blocking_new(void (*fn)(const void *argument, void *result), const void *argument, size_t size, size_t result_size);

/* Calls fn(arg) on a thread of the loop's pool and gives what it returned: ac_blocking(fn(arg)). to_thread. */
ac_async(void *) ac_to_thread(void *(*fn)(void *arg), void *arg);

/* A pool of its own, of at most so many threads (0: four per processor, at most 64), which are started when they are
 * needed; or of so many processes (0: one per processor), which are started now. ThreadPoolExecutor,
 * ProcessPoolExecutor. It belongs to the running loop (or the one that ac_set_loop named), which closes it at its own
 * end. NULL with errno: EINVAL without a loop or for more than 65536, ENOMEM, or why processes could not be started.
 * A process is a copy of this one as it is now, so make the pool early: before other threads, and before much memory
 * is in use. Arguments and results cross by value: what pointers lead to, and what the call changes in memory, does
 * not. The process has the standard descriptors and no others, no signal handlers, and ignores SIGINT. When it dies
 * its call fails with AC_EBROKEN, and another takes its place. */
ac_executor *ac_thread_pool(size_t threads);
ac_executor *ac_process_pool(size_t processes);

/* `Future(T) ac_submit(executor, call)`, in an async body: begins the call on a thread or process of the executor;
 * function and arguments are evaluated here and copied, as by ac_blocking. submit. The future is yours. Cancelling it
 * withdraws a call that has not begun, and else waits for its end. It fails with AC_ESHUTDOWN where the executor is
 * closed, EINVAL where it is another loop's, EAGAIN where there is no thread. NULL without memory. ac_submit_call
 * does it for a coroutine of ac_blocking or ac_blocking_new, which it consumes: for plain C. */
AC_OWNED _Future(AC_T) ac_submit_call(ac_executor *executor, _Coro(AC_T) call);

/* Takes no more calls, and ends the threads and processes when those that it has are made: their futures complete.
 * Gives the executor back. Does not wait. shutdown(wait=False). 0, or EINVAL for NULL. `async with (ac_executor *pool
 * = ac_thread_pool(4)) { ... }` does it at the end of the block, and waits for the calls. */
int ac_executor_close(ac_executor *executor);
ac_async(ac_executor *) ac_executor_aenter(ac_executor *executor);
ac_async(void) ac_executor_aexit(ac_executor *executor, int error);

/* Where ac_blocking and ac_to_thread make their calls from now on: a thread pool of this loop, of which the loop
 * takes a reference; NULL: the loop's own. set_default_executor. 0; EINVAL for a process pool, or one that is closed
 * or another loop's. */
int ac_loop_set_default_executor(ac_loop *loop, ac_executor *executor);
/* ---- Locks, events, conditions, semaphores, barriers ----
 *
 * asyncio's, as plain structs: `static struct ac_lock lock = AC_LOCK_INIT;`, or a member, or a local. They need no
 * end, but must stay as long as anyone waits. Waiting allocates nothing, and those who come first are first. A wait
 * that has ended is not turned into a cancellation: a task that was given the lock has it, and the cancellation comes
 * at its next await; so with `async with` nothing is ever lost. They belong to one thread and one loop at a time:
 * EPERM where tasks of another loop wait. */

/* Lock. Not reentrant, and not owned: any task may release it. `async with (&lock) { ... }` acquires and releases it. */
struct ac_lock {
    struct ac__waiters waiters;
    int state;                      /* 0: free, 1: locked, 2: promised to a task that has not run since */
};
typedef struct ac_lock ac_lock;
#define AC_LOCK_INIT { .state = 0 }

AC__OPERATION(ac_lock_acquire) { ac_frame base; struct ac_lock *lock; struct ac__waiter waiter; };
AC__OPERATION(ac_lock_aenter) { ac_frame base; struct ac_lock *lock; struct ac__waiter waiter; };
AC__OPERATION(ac_lock_aexit) { ac_frame base; struct ac_lock *lock; int error; };

/* Waits until the lock is free, and takes it. acquire. */
ac_async(void) ac_lock_acquire(struct ac_lock *lock);
int ac_lock_release(struct ac_lock *lock);          /* the first who waits gets it. 0; EPERM where it is not locked */
bool ac_lock_locked(const struct ac_lock *lock);    /* false also while it is on its way to the first who waits */
ac_async(void) ac_lock_aenter(struct ac_lock *lock);
ac_async(void) ac_lock_aexit(struct ac_lock *lock, int error);

/* Event: a flag that tasks wait for. */
struct ac_event {
    struct ac__waiters waiters;
    bool set;
};
typedef struct ac_event ac_event;
#define AC_EVENT_INIT { .set = false }

AC__OPERATION(ac_event_wait) { ac_frame base; struct ac_event *event; struct ac__waiter waiter; };

/* Waits until the event is set. All who wait when it is set go on, also where it is cleared before they have run.
 * wait. */
ac_async(void) ac_event_wait(struct ac_event *event);
int ac_event_set(struct ac_event *event);                   /* 0; EPERM on another thread than that of those who wait */
void ac_event_clear(struct ac_event *event);
bool ac_event_is_set(const struct ac_event *event);

/* Semaphore, and BoundedSemaphore, which is one that refuses to be released more often than acquired. `async with
 * (&semaphore)`. */
struct ac_semaphore {
    struct ac__waiters waiters;
    long value;                     /* how many can still have it */
    long bound;                     /* what value may at most become, where bounded */
    size_t woken;                   /* tasks that have been given it and have not run since */
    bool bounded;
};
typedef struct ac_semaphore ac_semaphore;
#define AC_SEMAPHORE_INIT(n) { .value = (n) }
#define AC_BOUNDED_SEMAPHORE_INIT(n) { .value = (n), .bound = (n), .bounded = true }
/* Both are one type with one set of functions, under both names. */
#define ac_bounded_semaphore ac_semaphore
#define ac_bounded_semaphore_acquire ac_semaphore_acquire
#define ac_bounded_semaphore_release ac_semaphore_release
#define ac_bounded_semaphore_locked ac_semaphore_locked

AC__OPERATION(ac_semaphore_acquire) { ac_frame base; struct ac_semaphore *semaphore; struct ac__waiter waiter; };
AC__OPERATION(ac_semaphore_aenter) { ac_frame base; struct ac_semaphore *semaphore; struct ac__waiter waiter; };
AC__OPERATION(ac_semaphore_aexit) { ac_frame base; struct ac_semaphore *semaphore; int error; };

/* Takes one of n; waits while there is none, or while others who came before wait. acquire. EINVAL where n was
 * negative. */
ac_async(void) ac_semaphore_acquire(struct ac_semaphore *semaphore);
int ac_semaphore_release(struct ac_semaphore *semaphore);   /* 0; EINVAL over the bound */
bool ac_semaphore_locked(const struct ac_semaphore *semaphore);     /* whether acquiring would wait */
ac_async(void) ac_semaphore_aenter(struct ac_semaphore *semaphore);
ac_async(void) ac_semaphore_aexit(struct ac_semaphore *semaphore, int error);

/* Condition: a lock, and tasks that wait to be notified that something about what it guards has changed. `async with
 * (&condition)` holds the lock. AC_CONDITION_INIT_WITH(&lock) is one over a lock that others use too. */
struct ac_condition {
    struct ac_lock lock;
    struct ac_lock *shared;         /* used in its place; NULL: none */
    struct ac_event notified;       /* never set: a notification ends the waits of the first */
};
typedef struct ac_condition ac_condition;
#define AC_CONDITION_INIT { .shared = NULL }
#define AC_CONDITION_INIT_WITH(other_lock) { .shared = (other_lock) }

ac_async(void) ac_condition_acquire(struct ac_condition *condition);
int ac_condition_release(struct ac_condition *condition);   /* 0; EPERM where it is not locked */
bool ac_condition_locked(const struct ac_condition *condition);
/* Gives the lock back, waits to be notified, and takes the lock again: also where it is cancelled. wait. EPERM
 * without the lock. Look again at what was waited for: another may have been faster. */
ac_async(void) ac_condition_wait(struct ac_condition *condition);
/* Waits until holds(arg) is true; it is called with the lock. wait_for. */
ac_async(void) ac_condition_wait_for(struct ac_condition *condition, bool (*holds)(void *arg), void *arg);
/* Wakes the first n who wait, or all; they go on when they get the lock. 0; EPERM without the lock. */
int ac_condition_notify(struct ac_condition *condition, size_t n);
int ac_condition_notify_all(struct ac_condition *condition);
ac_async(void) ac_condition_aenter(struct ac_condition *condition);
ac_async(void) ac_condition_aexit(struct ac_condition *condition, int error);

/* Barrier: n tasks wait for each other. `async with (int i = &barrier)` waits and does nothing at its end. */
struct ac_barrier {
    struct ac_condition changed;    /* guards the rest */
    int parties, count;             /* n; how many are in it */
    int state;                      /* 0: filling, 1: draining, 2: resetting, 3: broken */
};
typedef struct ac_barrier ac_barrier;
#define AC_BARRIER_INIT(n) { .parties = (n) }

/* Waits until n tasks do, and gives each a number from 0 to n - 1. wait. AC_EBROKEN where the barrier is reset or
 * aborted, EINVAL for n < 1. Cancelled, it counts as not having come. */
ac_async(int) ac_barrier_wait(struct ac_barrier *barrier);
/* Makes it empty and whole again; those in it get AC_EBROKEN. reset. */
ac_async(void) ac_barrier_reset(struct ac_barrier *barrier);
/* Breaks it: those in it, and all who come, get AC_EBROKEN. abort. */
ac_async(void) ac_barrier_abort(struct ac_barrier *barrier);
int ac_barrier_parties(const struct ac_barrier *barrier);
int ac_barrier_waiting(const struct ac_barrier *barrier);       /* how many wait. n_waiting */
bool ac_barrier_broken(const struct ac_barrier *barrier);
ac_async(int) ac_barrier_aenter(struct ac_barrier *barrier);
ac_async(void) ac_barrier_aexit(struct ac_barrier *barrier, int error);

/* The frames of those that are written in the dialect, made by acc; left out where it makes them. */
#ifndef AC__MAKES_condition
#include "ac_condition.h"
#ifndef AC__MAKES_barrier
#include "ac_barrier.h"
#endif
#endif

/* ---- Queues ----
 *
 * Queue, LifoQueue, PriorityQueue: values of one size, copied in and out. A queue that is full makes those who put
 * wait, one that is empty those who get. Cancelled, a put has put nothing and a get has taken nothing, unless the
 * wait had already ended. */

typedef struct ac_queue ac_queue;
typedef ac_queue ac_lifo_queue;
typedef ac_queue ac_priority_queue;

AC__OPERATION(ac_queue_put) { ac_frame base; ac_queue *queue; const void *item; struct ac__waiter waiter; };
AC__OPERATION(ac_queue_get) { ac_frame base; ac_queue *queue; void *item; struct ac__waiter waiter; };
AC__OPERATION(ac_queue_join) { ac_frame base; ac_queue *queue; struct ac__waiter waiter; };

/* A queue for values of `item` bytes, at most `max` of them; 0: any number. `compare` is as qsort's: the smallest
 * comes out first, equals in the order in which they were put. NULL without memory. */
ac_queue *ac_queue_new(size_t item, size_t max);
ac_queue *ac_lifo_queue_new(size_t item, size_t max);
ac_queue *ac_priority_queue_new(size_t item, size_t max, int (*compare)(const void *a, const void *b));

/* Frees it, with what is in it (the bytes: what they point to is the caller's). Who waits gets AC_ESHUTDOWN. NULL is
 * allowed. */
void ac_queue_free(ac_queue *queue);

/* Puts a copy of *item; waits while the queue is full. put. AC_ESHUTDOWN after a shutdown; ENOMEM. */
ac_async(void) ac_queue_put(ac_queue *queue, const void *item);
/* Takes the next one out, to *item (NULL: drops it); waits while the queue is empty. get. AC_ESHUTDOWN where it is
 * empty and shut down. */
ac_async(void) ac_queue_get(ac_queue *queue, void *item);
/* The same without waiting: 0; AC_EFULL, AC_EEMPTY; AC_ESHUTDOWN; ENOMEM; EPERM on another thread than that of those
 * who wait. */
int ac_queue_put_nowait(ac_queue *queue, const void *item);
int ac_queue_get_nowait(ac_queue *queue, void *item);

/* Waits until ac_queue_task_done has been called for everything that was ever put. join. */
ac_async(void) ac_queue_join(ac_queue *queue);
int ac_queue_task_done(ac_queue *queue);            /* 0; EINVAL where it is called more often than items were put */

/* Nothing can be put any more, and getting fails when the queue is empty; `immediate`: empties it, what was in it
 * counts as done. Those who wait in vain get AC_ESHUTDOWN. shutdown. */
void ac_queue_shutdown(ac_queue *queue, bool immediate);
size_t ac_queue_size(const ac_queue *queue);
size_t ac_queue_max(const ac_queue *queue);
bool ac_queue_full(const ac_queue *queue);
bool ac_queue_empty(const ac_queue *queue);

/* ---- 9. Descriptors ----
 *
 * The descriptor's mode is not changed: sockets are used with MSG_DONTWAIT, others with RWF_NOWAIT or after poll. Any
 * number of tasks may wait on one descriptor, and are served in order. SIGPIPE is never raised on a socket. */

/* Waits until reading (writing) would not block: data, room, end, or an error of the descriptor. */
ac_async(void) ac_readable(int fd);
ac_async(void) ac_writable(int fd);

/* As the system calls, but waiting suspends only the task. How many bytes; reading gives 0 at the end. EINTR is not thrown.
 * Regular files are left to io_uring or to a thread of the pool, unless what is asked for is in memory. */
ac_async(ssize_t) ac_read(int fd, void *buffer, size_t size);
ac_async(ssize_t) ac_write(int fd, const void *buffer, size_t size);
ac_async(ssize_t) ac_recv(int fd, void *buffer, size_t size, int flags);
ac_async(ssize_t) ac_send(int fd, const void *buffer, size_t size, int flags);
ac_async(ssize_t) ac_recvfrom(int fd, void *buffer, size_t size, int flags, struct sockaddr *address, socklen_t *length);
ac_async(ssize_t) ac_sendto(int fd, const void *buffer, size_t size, int flags, const struct sockaddr *address, socklen_t length);

/* A new connection: non-blocking, closed on exec, the caller's. */
ac_async(int) ac_accept(int fd);

/* Connects a socket. Cancelled, the attempt goes on in the kernel: close the socket. */
ac_async(void) ac_connect_addr(int fd, const struct sockaddr *address, socklen_t length);

/* Closes a descriptor. Those who wait on it get EBADF first. Close descriptors so, not with close(), while anyone waits. */
ac_async(void) ac_close(int fd);

/* Files. asyncio has none. A file is a descriptor; these calls are made by io_uring where that is the loop's backend, and by threads
 * of the pool elsewhere, so that a slow disk stops only the task that asked it. What they do and how they fail is what open(2), pread(2),
 * fsync(2) ... say; all of them throw errno. A cancellation that comes before the call has begun takes it back; later the call is
 * waited for and its result given, and the cancellation comes at the next await: no buffer is touched behind one's back, no
 * descriptor lost. `path`, buffers and `status` are the caller's and have to stay until the await has ended. */
ac_async(int) ac_file_open(const char *path, int flags, mode_t mode);      /* closed on exec; `mode` counts with O_CREAT */
ac_async(ssize_t) ac_file_read(int fd, void *buffer, size_t size);         /* at the file's position, as ac_read */
ac_async(ssize_t) ac_file_write(int fd, const void *buffer, size_t size);
ac_async(ssize_t) ac_file_pread(int fd, void *buffer, size_t size, int64_t offset);
ac_async(ssize_t) ac_file_pwrite(int fd, const void *buffer, size_t size, int64_t offset);
ac_async(void) ac_file_fsync(int fd);                                      /* what was written is on the disk */
ac_async(void) ac_file_fdatasync(int fd);                                  /* the same without times and the like */
ac_async(void) ac_file_stat(int fd, struct stat *status);                  /* fstat(2); <sys/stat.h> has the struct */
ac_async(void) ac_file_close(int fd);

/* ---- Streams and servers ----
 *
 * asyncio's streams, with one object for both directions. A stream reads only when it is asked to, so that a reader
 * that is slow slows the sender down; what has been read and not yet been taken stays in the stream, also when the
 * task is cancelled. Writing goes to a buffer that is sent in the background: at the latest on the next turn, at
 * once by ac_stream_drain, or when much has gathered. One task may read while others write. A stream that waits
 * holds no buffer. */

struct addrinfo;
struct iovec;

typedef struct ac_stream ac_stream;   /* a connection, pipe or terminal */
typedef struct ac_server ac_server;   /* listening sockets, and the connections that came through them */

AC__OPERATION(ac_stream_read) { ac_frame base; ssize_t result; ac_stream *stream; void *buffer; size_t size; };
AC__OPERATION(ac_stream_read_exactly) { ac_frame base; ac_stream *stream; void *buffer; size_t size; size_t filled; };
AC__OPERATION(ac_stream_read_line) { ac_frame base; char *result; ac_stream *stream; };
AC__OPERATION(ac_stream_read_until) {
    ac_frame base;
    char *result;
    ac_stream *stream;
    const char *separator;
    size_t *length;
};
AC__OPERATION(ac_stream_drain) { ac_frame base; ac_stream *stream; struct ac__waiter waiter; };
AC__OPERATION(ac_stream_send) {
    ac_frame base;
    ac_stream *stream;
    const void *bytes;
    size_t size;
    struct ac__waiter waiter;
};
AC__OPERATION(ac_stream_wait_closed) { ac_frame base; ac_stream *stream; struct ac__waiter waiter; };
AC__OPERATION(ac_stream_aenter) { ac_frame base; ac_stream *result; ac_stream *stream; };
AC__OPERATION(ac_stream_aexit) {
    ac_frame base;
    ac_stream *stream;
    int error;
    struct ac_stream_wait_closed__frame wait;
};

AC__OPERATION(ac_server_wait_closed) { ac_frame base; ac_server *server; struct ac__waiter waiter; };
AC__OPERATION(ac_server_shutdown) {
    ac_frame base;
    ac_server *server;
    double deadline;
    struct ac_sleep__frame timer;
    struct ac_server_wait_closed__frame wait;
};
AC__OPERATION(ac_server_aenter) { ac_frame base; ac_server *result; ac_server *server; };
AC__OPERATION(ac_server_aexit) {
    ac_frame base;
    ac_server *server;
    int error;
    struct ac_server_shutdown__frame shutdown;
};

/* Looks up the addresses of a host and a service (a name or a number; either may be NULL). getaddrinfo. `hints` may
 * be NULL. The list is the caller's: freeaddrinfo. Throws AC_EAI_* codes. A numeric address is told at once; names
 * are looked up on a pool thread, and when cancelled that thread is left to itself. */
ac_async(struct addrinfo *) ac_getaddrinfo(const char *host, const char *service, const struct addrinfo *hints);

/* The names of an address. getnameinfo. `host`, `service`: where to write them; NULL or size 0 for none. `flags`:
 * NI_*. Nothing is written when it fails or is cancelled. Throws AC_EAI_* codes. */
ac_async(void) ac_getnameinfo(const struct sockaddr *address, socklen_t length, char *host, size_t host_size,
                              char *service, size_t service_size, int flags);

/* Connects to a host by name or address, and gives the socket: non-blocking, closed on exec, without Nagle's delay.
 * The host's addresses are tried in turn, IPv6 and IPv4 alternating, the next one when one has failed or after 250
 * ms (RFC 8305); the first that answers is taken. Throws the error of the first address when all fail. `host` NULL
 * or "": this machine. */
ac_async(int) ac_connect(const char *host, int port);

/* How a connection is to be made. Zero means the default for every field. It has to stay until the connection is made. */
typedef struct ac_connect_options {
    const char *local_host;         /* from this address; NULL or "": from any, where there is a local_port. local_addr */
    int local_port;                 /* 0: any, where there is a local_host */
    int family;                     /* AF_INET or AF_INET6: only addresses of that family. family */
    double attempt_delay;           /* seconds until the next address is tried beside one that is silent; 0: 0.25.
                                       happy_eyeballs_delay */
} ac_connect_options;

/* As ac_connect, with options, which may be NULL. An address of the host for whose family there is no local address fails with
 * EADDRNOTAVAIL; a local address that is taken with EADDRINUSE. */
ac_async(int) ac_connect_with(const char *host, int port, const ac_connect_options *options);

/* A listening socket at the first address of the host that can be had. `host` NULL or "": every address of this
 * machine. `port` 0: a free one. `backlog` 0: a large one. */
ac_async(int) ac_listen(const char *host, int port, int backlog);

/* Sends `count` bytes of a file to a socket (0: all up to the file's end) and returns how many it were: fewer where
 * the file ends before. sock_sendfile. From *offset on, which moves with what has been sent, also when it fails or
 * is cancelled; with `offset` NULL from the file's own position, which moves. */
ac_async(int64_t) ac_sendfile(int socket, int file, int64_t *offset, size_t count);

/* Connects to a host (see ac_connect, ac_connect_with), or to a local socket. open_connection, open_unix_connection. The
 * stream is the caller's. */
ac_async(ac_stream *) ac_open_connection(const char *host, int port);
ac_async(ac_stream *) ac_open_connection_with(const char *host, int port, const ac_connect_options *options);
ac_async(ac_stream *) ac_open_unix_connection(const char *path);

/* A stream over a descriptor: socket, pipe, terminal, regular file (reading one never waits for a disk in the loop; writing does
 * what write(2) does). A terminal in blocking mode is opened once more, so that writing does not wait for who looks at it; where
 * that is not possible, it may. The stream owns the descriptor from now on, also when this fails, and then closes it. NULL without
 * memory, for a bad descriptor or outside a loop; errno tells. */
ac_stream *ac_stream_from_fd(int fd);

/* Reads what there is, at least one byte, at most `size`; waits for it where there is none. 0 at the end of the
 * stream, and for size 0. read. This holds for all that read: EBUSY while another task reads; where sending has failed, also in
 * the background, a read does not wait: what has come by then is still read, and after that it throws the error of sending. */
ac_async(ssize_t) ac_stream_read(ac_stream *stream, void *buffer, size_t size);

/* Reads `size` bytes. AC_EINCOMPLETE where the stream ends before: what there was is in ac_stream_partial, and in
 * `buffer`. Cancelled, it has taken nothing. readexactly. */
ac_async(void) ac_stream_read_exactly(ac_stream *stream, void *buffer, size_t size);

/* The next line without its end ("\n" or "\r\n"), NUL-terminated, valid until the next read. The last line may lack
 * its end. NULL at the end of the stream. AC_ELIMIT for a line over the read limit, of which all that was read is
 * then dropped. readline. */
ac_async(char *) ac_stream_read_line(ac_stream *stream);

/* What comes up to the separator and with it, NUL-terminated, valid until the next read; its length in *length,
 * which may be NULL. AC_EINCOMPLETE where the stream ends before: what there was is in ac_stream_partial. AC_ELIMIT
 * over the read limit: all of it stays in the stream. EINVAL for an empty separator. readuntil. */
ac_async(char *) ac_stream_read_until(ac_stream *stream, const char *separator, size_t *length);

/* The lines to the end of the stream: `async for (char *line : ac_stream_lines(s))`. NULL without memory. */
_Gen(char *) ac_stream_lines(ac_stream *stream);

/* The bytes that the last AC_EINCOMPLETE had; valid until the next read. *length is 0 after any other read.
 * IncompleteReadError.partial. */
const char *ac_stream_partial(const ac_stream *stream, size_t *length);

/* Whether all has been read and nothing more will come. Does not wait. at_eof. */
bool ac_stream_at_eof(ac_stream *stream);

/* Puts bytes into the buffer: 0, or a code. Never waits. They are copied. write, writelines. AC_ELIMIT where that
 * would be more than the hard limit, unless the buffer is empty; EPIPE after write_eof or close; the error of an
 * earlier sending. On any error nothing of it is taken. A writer that does not drain uses memory. */
int ac_stream_write(ac_stream *stream, const void *bytes, size_t size);
int ac_stream_writev(ac_stream *stream, const struct iovec *parts, int count);
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
int ac_stream_printf(ac_stream *stream, const char *format, ...);

/* Sends what is buffered, and where more than the high mark is left waits until the low mark is reached. drain. Any
 * number of tasks may wait. Throws the error that sending ended with. Cancelled, what is buffered is still sent. */
ac_async(void) ac_stream_drain(ac_stream *stream);

/* Writes and drains, without a copy of what the system takes at once. Cancelled while it waits, the bytes are still
 * sent. */
ac_async(void) ac_stream_send(ac_stream *stream, const void *bytes, size_t size);

/* Tells the peer, after all that is buffered, that nothing more comes. 0; ENOTSUP for what is not a socket; the error of
 * an earlier write, or of shutdown(2), which ac_stream_drain throws too where it comes later. write_eof. */
int ac_stream_write_eof(ac_stream *stream);

/* Closes the stream: at once for those who use it, the descriptor when all that is buffered has been sent. A
 * waiting reader gets the end of the stream. close, is_closing. Twice is harmless. ac_stream_abort does not send
 * what is left. transport.abort. */
void ac_stream_close(ac_stream *stream);
void ac_stream_abort(ac_stream *stream);
bool ac_stream_is_closing(const ac_stream *stream);

/* Waits until the descriptor is closed. Throws the error that kept something from being sent. wait_closed. */
ac_async(void) ac_stream_wait_closed(ac_stream *stream);

/* `async with (ac_stream *s = await ac_open_connection(host, port))`: closes the stream, waits until it is closed
 * unless the body failed, and releases it. */
ac_async(ac_stream *) ac_stream_aenter(ac_stream *stream);
ac_async(void) ac_stream_aexit(ac_stream *stream, int error);

/* The peer's address in words: "127.0.0.1:80", "[::1]:80", "unix:/path"; "" where there is none. Valid as long as
 * the stream. */
const char *ac_stream_peer(ac_stream *stream);

/* The descriptor; -1 when closed. It stays the stream's. */
int ac_stream_fd(const ac_stream *stream);

/* How much a stream may hold, in bytes; 0 leaves a value as it is. `read`: the longest line (64 KiB). `low`,
 * `high`: the marks of drain (16 KiB, 64 KiB). `hard`: what a write may at most make of the buffer (64 MiB). EINVAL
 * where low > high or high > hard. */
int ac_stream_set_limits(ac_stream *stream, size_t read, size_t low, size_t high, size_t hard);

/* Listens, and runs handler(stream) in a task of its own for each connection. start_server, start_unix_server. When
 * the handler has ended, in whatever way, its stream is closed (what is buffered is still sent) and released. Its
 * error goes to the loop's error handler; the default one says nothing where it is only that this client has gone
 * away (ECONNRESET, EPIPE, AC_ETLS of this stream). `host` NULL or "": every address of this machine. `port` 0: a free one,
 * see ac_server_sockets; the same for all of the host's addresses. The server is the caller's. Without descriptors
 * or memory for a connection it reports that, and pauses for a second. */
ac_async(ac_server *) ac_start_server(ac_async(void) (*handler)(ac_stream *stream), const char *host, int port);
ac_async(ac_server *) ac_start_unix_server(ac_async(void) (*handler)(ac_stream *stream), const char *path);

/* The same for a handler with a context: handler(stream, arg). */
ac_async(ac_server *) ac_start_server_arg(ac_async(void) (*handler)(ac_stream *stream, void *arg), void *arg,
                                          const char *host, int port);
ac_async(ac_server *) ac_start_unix_server_arg(ac_async(void) (*handler)(ac_stream *stream, void *arg), void *arg,
                                               const char *path);

/* A server on sockets that listen already: with options of the program's own, on several hosts, or handed over by whoever
 * has started it. start_server(sock=). It owns all of them from now on, also when this fails, and then closes them. NULL
 * outside a loop, without memory, for n of 0 or over 16 (EINVAL), and for what does not listen; errno tells. Their mode is left
 * alone; a socket from which other processes accept, too, should be in non-blocking mode. */
ac_server *ac_server_from_fds(ac_async(void) (*handler)(ac_stream *stream, void *arg), void *arg, const int *fds,
                              size_t n);

/* Waits until the server is closed. serve_forever. Cancelled, it closes the server. */
ac_async(void) ac_serve_forever(ac_server *server);

/* Stops listening, at once; connections go on. close. Twice is harmless. */
void ac_server_close(ac_server *server);

/* Waits until the server is closed and its last connection has ended. wait_closed. */
ac_async(void) ac_server_wait_closed(ac_server *server);

/* Ends the server: stops listening, gives the connections `deadline` seconds to end, then closes them by force
 * (handlers are cancelled, what is buffered is dropped), and waits for their end. Cancelled, it does the latter at
 * once. */
ac_async(void) ac_server_shutdown(ac_server *server, double deadline);

/* Closes the stream of each connection; or aborts it. close_clients, abort_clients. The handlers notice at their
 * next use of it. */
void ac_server_close_clients(ac_server *server);
void ac_server_abort_clients(ac_server *server);

/* Writes up to n of the listening descriptors to `fds`, and returns how many there are: 0 when closed. They stay
 * the server's. sockets. */
size_t ac_server_sockets(ac_server *server, int *fds, size_t n);

/* `async with (ac_server *server = await ac_start_server(...))`: ends the server and releases it. It is
 * ac_server_shutdown(server, 1), or ac_server_shutdown(server, 0) where the body failed or the task is being
 * cancelled: a client that stays connected does not keep the block from ending. For more patience call
 * ac_server_wait_closed or ac_server_shutdown in the block. */
ac_async(ac_server *) ac_server_aenter(ac_server *server);
ac_async(void) ac_server_aexit(ac_server *server, int error);

/* ---- Datagrams ----
 *
 * asyncio has transports alone for these (see below). A datagram socket gives packets one at a time, and sends without
 * a buffer of its own: what the system has no room for waits.
 *
 *     ac_datagram_options at = {.local_host = "127.0.0.1", .local_port = 9999};
 *     async with (ac_datagram *socket = await ac_open_datagram(&at))
 *         async for (ac_packet *packet : socket)
 *             await ac_datagram_sendto(socket, packet->data, packet->size, packet->from, packet->from_length);
 */

typedef struct ac_datagram ac_datagram;

/* What a datagram socket is to be. Zero means the default for every field. It has to stay until the socket is open. */
typedef struct ac_datagram_options {
    const char *local_host;         /* hears this address; NULL or "": every one, where there is a local_port */
    int local_port;                 /* 0: any, where there is a local_host */
    const char *remote_host;        /* sends there, and hears no one else; NULL: sends to, and hears, anyone */
    int remote_port;
    const char *local_path;         /* the same for local sockets: the file is made, also where a socket was left */
    const char *remote_path;        /*   there, and removed when the socket is closed */
    int family;                     /* AF_INET or AF_INET6 where hosts have both; alone: a socket that is not bound */
    bool broadcast;                 /* may send to broadcast addresses; hears anyone, also with a remote_host */
    bool reuse_port;                /* several sockets may have one address, and share what comes */
    size_t limit;                   /* the longest packet that is received whole; 0: 64 KiB, more than UDP has */
} ac_datagram_options;

/* A packet that was received. */
typedef struct ac_packet {
    const char *data;               /* valid until the next one is received, as is all of it */
    size_t size;                    /* may be 0 */
    size_t cut;                     /* how many bytes more were sent, but were over the limit, and are gone; 0: none */
    const struct sockaddr *from;    /* who sent it; where from_length is 0: a local socket without a name */
    socklen_t from_length;
} ac_packet;

AC__OPERATION(ac_datagram_receive) { ac_frame base; ac_packet *result; ac_datagram *datagram; struct ac__io io; };
AC__OPERATION(ac_datagram_anext) { ac_frame base; ac_packet *result; ac_datagram *datagram; struct ac__io io; };
AC__OPERATION(ac_datagram_send) {
    ac_frame base;
    ac_datagram *datagram;
    const void *data;
    size_t size;
    struct ac__io io;
};
AC__OPERATION(ac_datagram_sendto) {
    ac_frame base;
    ac_datagram *datagram;
    const void *data;
    size_t size;
    const struct sockaddr *address;
    socklen_t length;
    struct ac__io io;
};
AC__OPERATION(ac_datagram_aenter) { ac_frame base; ac_datagram *result; ac_datagram *datagram; };
AC__OPERATION(ac_datagram_aexit) { ac_frame base; ac_datagram *datagram; int error; };

/* Opens a datagram socket: looks up the hosts, binds, connects. create_datagram_endpoint. The handle is the caller's.
 * Throws the error of the first pair of addresses when none works; EINVAL where the options name neither an address
 * nor a family, or hosts and paths. */
ac_async(ac_datagram *) ac_open_datagram(const ac_datagram_options *options);

/* Waits for a packet. EBUSY while another task waits; EBADF when it is closed; ECONNREFUSED and its like where a
 * packet that was sent before has come to nothing, which the system tells of sockets with a remote address: the
 * socket can be used as before. Cancelled, nothing is lost. `async for (ac_packet *packet : socket)` is the same, and
 * ends when the socket is closed. */
ac_async(ac_packet *) ac_datagram_receive(ac_datagram *datagram);
ac_async(ac_packet *) ac_datagram_anext(ac_datagram *datagram);

/* Sends a packet: to the remote address, EDESTADDRREQ where there is none; or to another. A packet is sent as a whole
 * or not at all. EMSGSIZE where it is too long; the errors of packets before it, as above; EBADF when it is closed. */
ac_async(void) ac_datagram_send(ac_datagram *datagram, const void *data, size_t size);
ac_async(void) ac_datagram_sendto(ac_datagram *datagram, const void *data, size_t size, const struct sockaddr *address,
                                  socklen_t length);

/* Closes the socket. Who iterates over it comes to the end; others who wait get EBADF. Twice is harmless. */
void ac_datagram_close(ac_datagram *datagram);
bool ac_datagram_is_closing(const ac_datagram *datagram);

/* The descriptor, for options and getsockname; -1 when closed. It stays the socket's. */
int ac_datagram_fd(const ac_datagram *datagram);

/* `async with (ac_datagram *socket = await ac_open_datagram(&options))`: closes and releases it. */
ac_async(ac_datagram *) ac_datagram_aenter(ac_datagram *datagram);
ac_async(void) ac_datagram_aexit(ac_datagram *datagram, int error);

/* ---- Transports and protocols ----
 *
 * Connections by callbacks, as asyncio's: the transport moves bytes, the protocol is told of them. Streams are the
 * simpler way; this one is for protocols that are written as callbacks, and has no task for each connection.
 *
 * A transport lives from its making until `lost` has returned, whoever has a handle of it; releasing the handle does
 * not close it. A handle, or the argument of a callback, may be used after that only where ac_retain keeps it.
 * Transports that are open when a loop ends are aborted, and `lost` is called. */

typedef struct ac_transport ac_transport;

/* The calls of a connection, in the order: made, then any number of the others, then lost, once. All come from the
 * loop, between the steps of tasks; only `pause` is called inside the call that writes. Each may be NULL. `self` is
 * what was given with the protocol. */
typedef struct ac_protocol {
    /* connection_made. */
    void (*made)(ac_transport *transport, void *self);
    /* Streams: bytes have come, valid during the call. Not after ac_transport_pause_reading, ac_transport_close.
     * data_received. */
    void (*data)(ac_transport *transport, void *self, const void *bytes, size_t size);
    /* Streams: where the next bytes are to be put, in place of `data`: memory and its size in *size; `hint` is how many are
     * likely to come. It is the transport's until `filled` or `lost`. Then: so many have been put there. NULL, or a size of
     * 0, ends the connection with ENOBUFS. BufferedProtocol: get_buffer, buffer_updated. */
    void *(*buffer)(ac_transport *transport, void *self, size_t hint, size_t *size);
    void (*filled)(ac_transport *transport, void *self, size_t size);
    /* Streams: the peer will send nothing more. True: the transport stays open for writing; false, and NULL: it is
     * closed. eof_received. */
    bool (*eof)(ac_transport *transport, void *self);
    /* The connection is over: by an error, or 0 where either side has closed it or it was aborted. The descriptor is
     * closed. connection_lost. */
    void (*lost)(ac_transport *transport, void *self, int error);
    /* More than the high mark is buffered; later: it is down to the low one. They come in turns. pause_writing,
     * resume_writing. */
    void (*pause)(ac_transport *transport, void *self);
    void (*resume)(ac_transport *transport, void *self);
    /* Datagrams: a packet has come, valid during the call. datagram_received. */
    void (*datagram)(ac_transport *transport, void *self, const ac_packet *packet);
    /* Datagrams: sending or receiving has failed, such as by ECONNREFUSED; the transport can be used as before.
     * error_received. */
    void (*error)(ac_transport *transport, void *self, int error);
} ac_protocol;

/* Connects to a host (see ac_connect, ac_connect_with), or to a local socket; `made` has returned when this does.
 * create_connection, create_unix_connection. The protocol has to stay as long as the transport; the handle is the
 * caller's. */
ac_async(ac_transport *) ac_create_connection(const ac_protocol *protocol, void *self, const char *host, int port);
ac_async(ac_transport *) ac_create_connection_with(const ac_protocol *protocol, void *self, const char *host, int port,
                                                   const ac_connect_options *options);
ac_async(ac_transport *) ac_create_unix_connection(const ac_protocol *protocol, void *self, const char *path);

/* Listens as ac_start_server does; each connection begins with this protocol and `self`, and `made` may give it its
 * own by ac_transport_set_protocol. create_server, create_unix_server. ac_server_wait_closed waits for the return of
 * each `lost`. */
ac_async(ac_server *) ac_create_server(const ac_protocol *protocol, void *self, const char *host, int port);
ac_async(ac_server *) ac_create_unix_server(const ac_protocol *protocol, void *self, const char *path);

/* As ac_server_from_fds, with a protocol. create_server(sock=). */
ac_server *ac_create_server_from_fds(const ac_protocol *protocol, void *self, const int *fds, size_t n);

/* A datagram socket (see ac_open_datagram) with a protocol. create_datagram_endpoint. */
ac_async(ac_transport *) ac_create_datagram(const ac_protocol *protocol, void *self,
                                            const ac_datagram_options *options);

/* A transport over a socket that is connected, a pipe or a terminal: one that was accepted elsewhere, a process's
 * standard input. It owns the descriptor from now on, also when this fails, and then closes it. `made` is called on
 * the next turn. NULL without memory, for a bad descriptor or a regular file, or outside a loop; errno tells.
 * connect_accepted_socket, connect_read_pipe, connect_write_pipe. Over the writing end of a pipe, `lost` tells when
 * nobody reads it any more. */
ac_transport *ac_transport_from_fd(int fd, const ac_protocol *protocol, void *self);

/* Writes: what the system takes at once is sent, the rest is buffered and sent later. Never waits. write, writelines.
 * 0; EPIPE when it is closing or after write_eof; AC_ELIMIT where 64 MiB would be buffered; EBADF for datagrams and
 * what cannot be written to; ENOMEM. Any other error is what the connection ends with: `lost` will tell it too. */
int ac_transport_write(ac_transport *transport, const void *bytes, size_t size);
int ac_transport_writev(ac_transport *transport, const struct iovec *parts, int count);

/* Datagrams: sends a packet, or buffers it where the system has no room. sendto. `address` NULL: to the remote
 * address. 0; what `error` is told too; EINVAL for an address other than the remote one where there is one; EPIPE
 * when it is closing; AC_ELIMIT, ENOMEM; EBADF for streams. */
int ac_transport_sendto(ac_transport *transport, const void *data, size_t size, const struct sockaddr *address,
                        socklen_t length);

/* Tells the peer, after all that is buffered, that nothing more comes. write_eof, can_write_eof. ENOTSUP for what can
 * not. For the writing end of a pipe it is ac_transport_close. */
int ac_transport_write_eof(ac_transport *transport);
bool ac_transport_can_write_eof(const ac_transport *transport);

/* Closes it: nothing more is received, what is buffered is sent, then `lost` is called. close, is_closing. abort:
 * drops what is buffered. Twice is harmless. */
void ac_transport_close(ac_transport *transport);
void ac_transport_abort(ac_transport *transport);
bool ac_transport_is_closing(const ac_transport *transport);

/* Stops reading, and goes on; also before `made`. Twice is harmless. pause_reading, resume_reading, is_reading. */
void ac_transport_pause_reading(ac_transport *transport);
void ac_transport_resume_reading(ac_transport *transport);
bool ac_transport_is_reading(const ac_transport *transport);

/* How many bytes wait to be sent. get_write_buffer_size. Of datagrams each counts 8 more. */
size_t ac_transport_get_write_buffer_size(const ac_transport *transport);

/* The marks of pause and resume. set_write_buffer_limits, get_write_buffer_limits. AC_DEFAULT_LIMIT as `high` is 64
 * KiB, or four times `low`; as `low` a quarter of `high`. high 0: each write that is not sent at once pauses. EINVAL
 * where low > high. Where more than `high` is buffered already, `pause` is called. */
#define AC_DEFAULT_LIMIT SIZE_MAX
int ac_transport_set_write_buffer_limits(ac_transport *transport, size_t high, size_t low);
void ac_transport_get_write_buffer_limits(const ac_transport *transport, size_t *low, size_t *high);

/* What is called from now on. set_protocol, get_protocol. */
void ac_transport_set_protocol(ac_transport *transport, const ac_protocol *protocol, void *self);
const ac_protocol *ac_transport_get_protocol(const ac_transport *transport);
void *ac_transport_self(const ac_transport *transport);

/* get_extra_info: the descriptor, -1 when closed, which stays the transport's; the peer's address in words, see
 * ac_stream_peer. */
int ac_transport_fd(const ac_transport *transport);
const char *ac_transport_peer(const ac_transport *transport);

/* ---- Subprocesses ----
 *
 * A child process is watched from its start to its end, and never left unwaited for. It gets no descriptor of this
 * process but its standard three. Its signals are at their defaults where this process only ignores them for the
 * runtime's sake (SIGPIPE). */

typedef struct ac_subprocess ac_subprocess;

/* What a child's standard input, output and error are: one of these, or a descriptor, which stays the caller's. */
enum {
    AC_INHERIT = 0,                 /* this process's own; for .in that is descriptor 0 all the same */
    AC_PIPE = -1,                   /* a pipe to this process: ac_subprocess_stdin and its like */
    AC_STDOUT = -2,                 /* .err only: where its standard output goes */
    AC_DEVNULL = -3
};

/* Zero means the default for every field. */
typedef struct ac_subprocess_options {
    int in, out, err;
    const char *cwd;                /* the directory that it starts in; NULL: this process's */
    const char *const *env;         /* its environment, "NAME=value", ended by NULL; NULL: this process's */
    bool new_session;               /* start_new_session: its own session and process group */
} ac_subprocess_options;

AC__OPERATION(ac_subprocess_exec) {
    ac_frame base;
    ac_subprocess *result;
    const char *const *argv;
    const ac_subprocess_options *options;
};
AC__OPERATION(ac_subprocess_shell) {
    ac_frame base;
    ac_subprocess *result;
    const char *command;
    const ac_subprocess_options *options;
};
AC__OPERATION(ac_subprocess_wait) { ac_frame base; int result; ac_subprocess *process; struct ac__waiter waiter; };
AC__OPERATION(ac_subprocess_aenter) { ac_frame base; ac_subprocess *result; ac_subprocess *process; };
AC__OPERATION(ac_subprocess_aexit) {
    ac_frame base;
    ac_subprocess *process;
    int error;
    struct ac_subprocess_wait__frame wait;
};

/* Starts a program: argv[0], searched in the PATH of its own environment where it has no slash; argv ends in NULL.
 * create_subprocess_exec.
 * `options` may be NULL. Throws what kept it from starting: ENOENT, EACCES, EMFILE, EAGAIN ... The handle is the
 * caller's; releasing the last one kills a child that still runs. */
ac_async(ac_subprocess *) ac_subprocess_exec(const char *const argv[], const ac_subprocess_options *options);
/* The same for a command of the shell, /bin/sh -c. create_subprocess_shell. */
ac_async(ac_subprocess *) ac_subprocess_shell(const char *command, const ac_subprocess_options *options);

/* Waits for its end: its exit status, or less the number of the signal that killed it. wait. Any number of tasks may.
 * It ends when the child ends, whoever still holds its pipes; a child whose pipe nobody reads may never end: see
 * communicate. */
ac_async(int) ac_subprocess_wait(ac_subprocess *process);

/* Sends `in` and closes its input, reads all it writes until the end, waits for its end. communicate. For what is no
 * pipe nothing is done: *out is NULL then. *out and *err are the caller's, free(); NUL-terminated; any of the four
 * may be NULL. That it does not read all of `in` is no error. Cancelled, what was read is lost, and the child goes
 * on. */
ac_async(void) ac_subprocess_communicate(ac_subprocess *process, const void *in, size_t in_size, char **out,
                                         size_t *out_size, char **err, size_t *err_size);

/* 0; ESRCH where it has ended. send_signal, terminate (SIGTERM), kill (SIGKILL). Never reaches another process. */
int ac_subprocess_send_signal(ac_subprocess *process, int signal);
int ac_subprocess_terminate(ac_subprocess *process);
int ac_subprocess_kill(ac_subprocess *process);

int ac_subprocess_returncode(const ac_subprocess *process);     /* as of wait; AC_PENDING while it runs. returncode */
pid_t ac_subprocess_pid(const ac_subprocess *process);          /* pid */

/* Its pipes, NULL where it has none: stdin to write to, the others to read. They stay the process's. */
ac_stream *ac_subprocess_stdin(const ac_subprocess *process);
ac_stream *ac_subprocess_stdout(const ac_subprocess *process);
ac_stream *ac_subprocess_stderr(const ac_subprocess *process);

/* `async with (ac_subprocess *p = await ac_subprocess_exec(...))`: kills it where it still runs, waits for it,
 * releases it. Throws what kept it from being killed (EPERM). */
ac_async(ac_subprocess *) ac_subprocess_aenter(ac_subprocess *process);
ac_async(void) ac_subprocess_aexit(ac_subprocess *process, int error);

#ifdef AC_EDITOR
#include "ac_editor.h"
#endif
#endif


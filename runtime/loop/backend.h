/* backend.h: what stands between the loop and the kernel. Private to libac.
 *
 * The interface is one of completions: the loop hands over a request for one system call (struct ac__io of ac.h), and the
 * backend makes the call when it would not block, and completes the request once. A backend on readiness (epoll) tries the call
 * itself; one on completions (io_uring) leaves it to the kernel. Either may complete a request at once. */
#ifndef AC_BACKEND_H
#define AC_BACKEND_H

#include "ac.h"
#include "../core/faults.h"

#include <sys/socket.h>

enum ac__io_kind {
    AC__IO_POLL_IN,         /* wait until fd is readable; result 0 */
    AC__IO_POLL_OUT,
    AC__IO_READ,            /* any descriptor: buffer, length */
    AC__IO_WRITE,
    AC__IO_RECV,            /* sockets: buffer, length, flags */
    AC__IO_SEND,
    AC__IO_RECVFROM,        /* address, address_length */
    AC__IO_SENDTO,          /* address, address_size */
    AC__IO_RECVMSG,         /* sockets: buffer is a struct msghdr, flags */
    AC__IO_SENDMSG,
    AC__IO_ACCEPT,          /* result: the new descriptor, non-blocking and closed on exec */
    AC__IO_CONNECT,         /* address, address_size; result 0 */
    AC__IO_OPEN,            /* address is the path, flags, length is the mode; result: the new descriptor */
    AC__IO_PREAD,           /* regular files: buffer, length, offset */
    AC__IO_PWRITE,
    AC__IO_SYNC,            /* flags: 1 for the data alone */
    AC__IO_STAT             /* address is the struct stat to be filled in */
};

struct ac__backend;

struct ac__backend_fn {
    const char *name;
    bool files;                                        /* knows the kinds from AC__IO_OPEN on, and waits for regular files */
    struct ac__backend *(*open)(void);                 /* NULL and errno */
    void (*close)(struct ac__backend *backend);        /* no request is waiting any more */
    /* Starts a request, all fields of it filled in but next, prev, result and events. True: complete, see `result`.
     * False: it waits, and io->done(io) is called from `wait`. It stays where it is until then. One that is to be made at once is
     * complete always; -EAGAIN may then also be answered where what is known says that the call would block. */
    bool (*start)(struct ac__backend *backend, struct ac__io *io);
    /* Withdraws a request that waits; one for readiness always is. True: withdrawn, `done` will not be called and its memory is
     * the caller's. False: it was complete already, or cannot be stopped: `done` will be called. */
    bool (*cancel)(struct ac__backend *backend, struct ac__io *io);
    /* Waits for requests to complete: at most `timeout` nanoseconds, negative: no limit. 0 or an error, never EINTR. */
    int (*wait)(struct ac__backend *backend, int64_t timeout);
    /* fd is about to be closed: completes what waits on it with EBADF, and forgets it. */
    void (*forget)(struct ac__backend *backend, int fd);
    /* fd is new, made by the runtime: what was known of this number is void. `socket`: it is a non-blocking socket that no one
     * else uses yet. */
    void (*adopt)(struct ac__backend *backend, int fd, bool socket);
    int (*descriptor)(struct ac__backend *backend);    /* readable when `wait` would complete something; -1: none */
    void (*stop)(struct ac__backend *backend);         /* the loop closes: all requests are given up, none will be completed, and
                                                          their memory is no one's any more; NULL: nothing to do for that */
    void (*flush)(struct ac__backend *backend);        /* before someone else waits on that descriptor; NULL: nothing to do */
};

/* Begins every backend. */
struct ac__backend {
    const struct ac__backend_fn *fn;
    size_t waiting;         /* requests that wait, the loop's own for its wake-up not counted */
};

extern const struct ac__backend_fn ac__backend_epoll, ac__backend_uring, ac__backend_poll;

/* ---- system.c: the calls themselves, for backends on readiness and for fast paths ---- */

/* Makes the request's call without blocking, on any descriptor in any mode. False: it would block. Else `result` is set. */
bool ac__io_attempt(struct ac__io *io);

/* Calls that never block even on a descriptor that does; that there is nothing for them says nothing about the plain data. */
static inline bool ac__io_never_waits(const struct ac__io *io)
{
    return io->kind >= AC__IO_READ && io->kind <= AC__IO_SENDMSG && (io->flags & (MSG_DONTWAIT | MSG_OOB | MSG_ERRQUEUE));
}

/* The result of a request to read or write where the system cannot tell whether that would block: a regular file, a terminal. It
 * is left to a thread then. Below every errno value. */
enum { AC__EUNPOLLABLE = 1 << 20 };

/* ---- offload.c: requests that a thread of the pool makes ---- */
bool ac__offload_start(ac_loop *loop, struct ac__io *io);   /* as a backend's start; what is to be made at once blocks */
bool ac__offload_cancel(struct ac__io *io);                 /* as a backend's cancel */

/* io->events of a request that a thread has. */
#define AC__OFFLOADED (1u << 31)

/* ---- socket.c: how operations use requests ---- */

/* Starts a request of the current task's loop. True: complete. */
bool ac__io_start(ac_loop *loop, struct ac__io *io);
bool ac__io_cancel(ac_loop *loop, struct ac__io *io);
/* Suspends an operation whose request waits; where a cancellation is due the request is withdrawn instead, if that can still be. */
int ac__io_suspend(ac_frame *operation, struct ac__io *io);
void ac__io_adopt(ac_loop *loop, int fd, bool socket);
void ac__io_forget(ac_loop *loop, int fd);

/* For an operation's resume function, state 0: fills in nothing but owner and done, starts the request, and suspends where it has
 * to wait. The result is stored as soon as it is there. 0, AC_PENDING, or the error. */
int ac__io_await(ac_frame *operation, struct ac__io *io);

int ac__close(int fd);                                 /* for the current task: who waits on it gets EBADF first. 0 or the error */

/* `abort` of such an operation, given its request. */
bool ac__io_abort(struct ac__io *io);

/* One direction of a descriptor. */
static inline bool ac__io_is_output(const struct ac__io *io)
{
    return io->kind == AC__IO_POLL_OUT || io->kind == AC__IO_WRITE || io->kind == AC__IO_SEND || io->kind == AC__IO_SENDTO ||
           io->kind == AC__IO_SENDMSG || io->kind == AC__IO_CONNECT;
}

static inline bool ac__io_is_file(const struct ac__io *io)
{
    return io->kind >= AC__IO_OPEN;
}

static inline bool ac__io_is_poll(const struct ac__io *io)
{
    return io->kind == AC__IO_POLL_IN || io->kind == AC__IO_POLL_OUT;
}

/* ---- What backends are made of ---- */

/* The answer of a start that fails: the request is complete. */
static inline bool ac__io_fail(struct ac__io *io, int error)
{
    io->result = -error;
    return true;
}

/* Circular lists of requests, by next and prev. */

static inline void ac__io_append(struct ac__io **list, struct ac__io *io)
{
    if (*list) {
        io->next = *list;
        io->prev = (*list)->prev;
        io->prev->next = io;
        (*list)->prev = io;
    } else {
        *list = io->next = io->prev = io;
    }
}

static inline void ac__io_take_out(struct ac__io **list, struct ac__io *io)
{
    if (io->next == io) {
        *list = NULL;
    } else {
        io->next->prev = io->prev;
        io->prev->next = io->next;
        if (*list == io)
            *list = io->next;
    }
    io->next = io->prev = NULL;
}

/* Calls `done` of all in a list of those that are complete, which no longer wait; they may add to it. */
void ac__io_call_all(struct ac__backend *backend, struct ac__io **complete);

/* A table by descriptor, `count` slots of `size` bytes, is made large enough for fd; new slots are zero. False and errno: where
 * there is no memory, and where fd is none, so that no number makes the table grow. */
bool ac__slots_reach(void **slots, size_t *count, size_t size, int fd);

#endif

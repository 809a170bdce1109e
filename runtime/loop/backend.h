/* backend.h: what stands between the loop and the kernel. Private to libac.
 *
 * The interface is one of completions: the loop hands over a request for one system call (struct ac__io of ac.h), and the
 * backend makes the call when it would not block, and completes the request once. A backend on readiness (epoll) tries the call
 * itself; one on completions (io_uring) leaves it to the kernel. Either may complete a request at once. */
#ifndef AC_BACKEND_H
#define AC_BACKEND_H

#include "ac.h"

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
    AC__IO_KINDS
};

struct ac__backend;

struct ac__backend_fn {
    const char *name;
    struct ac__backend *(*open)(void);                 /* NULL and errno */
    void (*close)(struct ac__backend *backend);        /* no request is waiting any more */
    /* Starts a request, all fields of it filled in but next, prev, result and events. True: complete, see `result`.
     * False: it waits, and io->done(io) is called from `wait`. It stays where it is until then. */
    bool (*start)(struct ac__backend *backend, struct ac__io *io);
    /* Withdraws a request that waits. True: withdrawn, `done` will not be called. False: it will be. */
    bool (*cancel)(struct ac__backend *backend, struct ac__io *io);
    /* Waits for requests to complete: at most `timeout` nanoseconds, negative: no limit. 0 or an error, never EINTR. */
    int (*wait)(struct ac__backend *backend, int64_t timeout);
    /* fd is about to be closed: completes what waits on it with EBADF, and forgets it. */
    void (*forget)(struct ac__backend *backend, int fd);
    /* fd is new, made by the runtime: what was known of this number is void. `socket`: it is a non-blocking socket that no one
     * else uses yet. */
    void (*adopt)(struct ac__backend *backend, int fd, bool socket);
    int (*descriptor)(struct ac__backend *backend);    /* readable when `wait` would complete something; -1: none */
};

/* Begins every backend. */
struct ac__backend {
    const struct ac__backend_fn *fn;
    size_t waiting;         /* requests that wait, the loop's own for its wake-up not counted */
};

extern const struct ac__backend_fn ac__backend_epoll;

struct ac__backend *ac__backend_open(int which);       /* AC_BACKEND_*; NULL and errno */

/* ---- system.c: the calls themselves, for backends on readiness and for fast paths ---- */

/* Makes the request's call without blocking, on any descriptor in any mode. False: it would block. Else `result` is set. */
bool ac__io_attempt(struct ac__io *io);

/* ---- socket.c: how operations use requests ---- */

/* Starts a request of the current task's loop. True: complete. */
bool ac__io_start(ac_loop *loop, struct ac__io *io);
bool ac__io_cancel(ac_loop *loop, struct ac__io *io);
void ac__io_adopt(ac_loop *loop, int fd, bool socket);
void ac__io_forget(ac_loop *loop, int fd);

/* For an operation's resume function, state 0: fills in nothing but owner and done, starts the request, and suspends where it has
 * to wait. The result is stored as soon as it is there. 0, AC_PENDING, or the error. */
int ac__io_await(ac_frame *operation, struct ac__io *io);

/* `abort` of such an operation, given its request. */
bool ac__io_abort(struct ac__io *io);

/* One direction of a descriptor. */
static inline bool ac__io_is_output(const struct ac__io *io)
{
    return io->kind == AC__IO_POLL_OUT || io->kind == AC__IO_WRITE || io->kind == AC__IO_SEND || io->kind == AC__IO_SENDTO ||
           io->kind == AC__IO_SENDMSG || io->kind == AC__IO_CONNECT;
}

#endif

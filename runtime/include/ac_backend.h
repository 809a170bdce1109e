/* ac_backend.h: the interface between a loop and what it waits with. Only for programs that bring a backend of their
 * own, in ac_loop_config.own_backend: for another system call, for a simulated network in tests, to watch or slow down
 * one of libac's.
 *
 * The interface is one of completions: the loop hands over a request for one system call, and the backend makes the
 * call when it would not block, and completes the request once. A backend on readiness tries the call itself
 * (ac_io_attempt); one on completions leaves it to the kernel. Either may complete a request at once. A request lies in
 * the memory of whoever waits, and is linked into the lists of the backend by its members next and prev: so waiting
 * allocates nothing. All of it happens on the loop's thread. */
#ifndef AC_BACKEND_H
#define AC_BACKEND_H

#include "ac.h"

/* A request; its members stand in ac.h. `next`, `prev` and `events` are the backend's, `result` is its answer, the
 * others say what is to be done. */
typedef struct ac__io ac_io;

enum ac_io_kind {
    AC_IO_POLL_IN,          /* wait until fd is readable; result 0 */
    AC_IO_POLL_OUT,
    AC_IO_READ,             /* any descriptor: buffer, length */
    AC_IO_WRITE,
    AC_IO_RECV,             /* sockets: buffer, length, flags */
    AC_IO_SEND,
    AC_IO_RECVFROM,         /* address, address_length */
    AC_IO_SENDTO,           /* address, address_size */
    AC_IO_RECVMSG,          /* sockets: buffer is a struct msghdr, flags */
    AC_IO_SENDMSG,
    AC_IO_ACCEPT,           /* result: the new descriptor, non-blocking and closed on exec */
    AC_IO_CONNECT,          /* address, address_size; result 0 */
    AC_IO_OPEN,             /* address is the path, flags, length is the mode; result: the new descriptor */
    AC_IO_PREAD,            /* regular files: buffer, length, offset */
    AC_IO_PWRITE,
    AC_IO_SYNC,             /* flags: 1 for the data alone */
    AC_IO_STAT              /* address is the struct stat to be filled in */
};

typedef struct ac_backend ac_backend;

typedef struct ac_backend_fn {
    const char *name;
    bool files;             /* knows the kinds from AC_IO_OPEN on, and waits for regular files; else threads do that */
    ac_backend *(*open)(void);                  /* NULL and errno */
    void (*close)(ac_backend *backend);         /* what waits now is given up */
    /* Starts a request, all members of it filled in but next, prev, result and events. True: complete, see `result`:
     * what the call returned, or minus the error, which is never EINTR. False: it waits, and io->done(io) is called
     * from `wait`. It stays where it is until then. One that is to be made at once (at_once) is complete always;
     * -EAGAIN may then also be answered where what is known says that the call would block. Requests of one descriptor
     * and direction are served in their order. */
    bool (*start)(ac_backend *backend, ac_io *io);
    /* Withdraws a request that waits; one for readiness always is. True: withdrawn, `done` will not be called and its
     * memory is the caller's. False: it was complete already, or cannot be stopped: `done` will be called. */
    bool (*cancel)(ac_backend *backend, ac_io *io);
    /* Waits for requests to complete: at most `timeout` nanoseconds, negative: no limit. 0 or an error, never EINTR. */
    int (*wait)(ac_backend *backend, int64_t timeout);
    /* fd is about to be closed: completes what waits on it with -EBADF, and forgets it. */
    void (*forget)(ac_backend *backend, int fd);
    /* fd is new, made by the runtime: what was known of this number is void. `socket`: it is a non-blocking socket that
     * no one else uses yet. */
    void (*adopt)(ac_backend *backend, int fd, bool socket);
    int (*descriptor)(ac_backend *backend);     /* readable when `wait` would complete something; -1: none */
    /* The loop closes: all requests are given up, none will be completed, and their memory is no one's any more. NULL:
     * nothing to do for that. */
    void (*stop)(ac_backend *backend);
    void (*flush)(ac_backend *backend);         /* before someone else waits on that descriptor; NULL: nothing to do */
} ac_backend_fn;

/* Begins every backend. */
struct ac_backend {
    const ac_backend_fn *fn;
    size_t waiting;         /* requests that wait, counted up and down by the backend: where it is 0 a loop may be stuck.
                               The loop takes off its own request for its wake-up */
};

/* Those that libac has: "epoll", "poll", "io_uring"; their `open` fails where the system has no such thing. NULL: no
 * such one. */
const ac_backend_fn *ac_backend_named(const char *name);

/* Makes the request's call without blocking, on any descriptor in any mode. False: it would block. Else `result` is
 * set. Its `events` must be 0 at the first attempt; after that they keep what the next attempt has to know. Not for the
 * kinds from AC_IO_OPEN on. */
bool ac_io_attempt(ac_io *io);

/* Whether it waits for room, not for input: the two directions of a descriptor. */
static inline bool ac_io_is_output(const ac_io *io)
{
    return io->kind == AC_IO_POLL_OUT || io->kind == AC_IO_WRITE || io->kind == AC_IO_SEND ||
           io->kind == AC_IO_SENDTO || io->kind == AC_IO_SENDMSG || io->kind == AC_IO_CONNECT;
}

/* Whether it is for readiness alone. */
static inline bool ac_io_is_poll(const ac_io *io)
{
    return io->kind == AC_IO_POLL_IN || io->kind == AC_IO_POLL_OUT;
}

/* Calls that never block even on a descriptor that does, and are not to wait: that there is nothing for them (-EAGAIN)
 * says nothing about the plain data. */
static inline bool ac_io_never_waits(const ac_io *io)
{
    return io->kind >= AC_IO_READ && io->kind <= AC_IO_SENDMSG && (io->flags & (MSG_DONTWAIT | MSG_OOB | MSG_ERRQUEUE));
}

#endif

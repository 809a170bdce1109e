/* backend.h: what stands between the loop and the kernel, beside the interface of backends, which is ac_backend.h. Private to
 * libac. */
#ifndef AC__BACKEND_H
#define AC__BACKEND_H

#include "ac_backend.h"
#include "../core/faults.h"

#include <sys/socket.h>

extern const struct ac_backend_fn ac__backend_epoll, ac__backend_uring, ac__backend_poll;

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
/* The same for one that is to be made at once, but never blocks: -AC__EUNPOLLABLE where only a thread could make it. */
void ac__io_try(ac_loop *loop, struct ac__io *io);
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

static inline bool ac__io_is_file(const struct ac__io *io)
{
    return io->kind >= AC_IO_OPEN;
}

/* ---- What backends are made of ---- */

/* The answer of a start that fails: the request is complete. A system call's own ECANCELED is told as EIO: it is no cancellation of the task. */
static inline bool ac__io_fail(struct ac__io *io, int error)
{
    io->result = error == ECANCELED ? -EIO : -error;
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
void ac__io_call_all(struct ac_backend *backend, struct ac__io **complete);

/* A table by descriptor, `count` slots of `size` bytes, is made large enough for fd; new slots are zero. False and errno: where
 * there is no memory, and where fd is none, so that no number makes the table grow. */
bool ac__slots_reach(void **slots, size_t *count, size_t size, int fd);

#endif

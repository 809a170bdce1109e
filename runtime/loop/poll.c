/* poll.c: the backend on poll(2), for systems that have neither epoll nor io_uring.
 *
 * What waits is one list in order of coming. `wait` polls all of it and makes the calls of those that are ready, in that order; a
 * request first tries its call itself, unless another one of its descriptor and direction waits before it. */
#define _GNU_SOURCE
#include "backend.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <time.h>

enum { FIRST_ENTRIES = 64, COMPLETE = 2 /* io->events: in the list of those; 1 is connect's */ };

struct poller {
    struct ac_backend base;
    struct ac__io *waiting;         /* circular lists: those that wait */
    struct ac__io *complete;        /* and those whose call was made, until their `done` is called */
    size_t count;                   /* of those that wait */
    struct pollfd *entries;         /* room for as many, used by `wait` alone */
    size_t capacity;
};

static struct ac__io *next_waiting(const struct poller *poller, const struct ac__io *io)
{
    return io->next == poller->waiting ? NULL : io->next;
}

/* Whether one that waits has to come first. */
static bool is_behind(const struct poller *poller, const struct ac__io *io)
{
    for (const struct ac__io *other = poller->waiting; other; other = next_waiting(poller, other)) {
        if (other->fd == io->fd && ac_io_is_output(other) == ac_io_is_output(io))
            return true;
    }
    return false;
}

static bool make_room(struct poller *poller)
{
    size_t capacity = poller->capacity ? 2 * poller->capacity : FIRST_ENTRIES;
    if (poller->count < poller->capacity)
        return true;
    struct pollfd *entries = realloc(poller->entries, capacity * sizeof *entries);
    if (!entries)
        return false;
    poller->entries = entries;
    poller->capacity = capacity;
    return true;
}

static bool start(struct ac_backend *backend, struct ac__io *io)
{
    struct poller *poller = (struct poller *)backend;
    io->events = 0;
    if (fcntl(io->fd, F_GETFD) < 0)
        return ac__io_fail(io, errno);
    if (ac_io_never_waits(io))
        return ac_io_attempt(io) || ac__io_fail(io, EAGAIN);
    if (!is_behind(poller, io) && ac_io_attempt(io))
        return true;
    if (io->at_once)
        return ac__io_fail(io, EAGAIN);
    if (!make_room(poller))
        return ac__io_fail(io, ENOMEM);
    ac__io_append(&poller->waiting, io);
    poller->count++;
    backend->waiting++;
    return false;
}

static void complete(struct poller *poller, struct ac__io *io)
{
    ac__io_take_out(&poller->waiting, io);
    poller->count--;
    io->events = COMPLETE;
    ac__io_append(&poller->complete, io);
}

static bool cancel(struct ac_backend *backend, struct ac__io *io)
{
    struct poller *poller = (struct poller *)backend;
    if (io->events != COMPLETE) {
        ac__io_take_out(&poller->waiting, io);
        poller->count--;
    } else if (ac_io_is_poll(io)) {
        ac__io_take_out(&poller->complete, io);
    } else {
        return false;
    }
    backend->waiting--;
    return true;
}

/* One entry for each that waits, in that order. */
static void fill_in(struct poller *poller)
{
    size_t i = 0;
    for (struct ac__io *io = poller->waiting; io; io = next_waiting(poller, io))
        poller->entries[i++] = (struct pollfd){ .fd = io->fd, .events = ac_io_is_output(io) ? POLLOUT : POLLIN };
}

static void make_calls(struct poller *poller, size_t count)
{
    struct ac__io *io = poller->waiting;
    for (size_t i = 0; i < count; i++) {
        struct ac__io *next = io->next;
        if (poller->entries[i].revents && ac_io_attempt(io))
            complete(poller, io);
        io = next;
    }
}

static int wait_for_requests(struct ac_backend *backend, int64_t timeout)
{
    struct poller *poller = (struct poller *)backend;
    struct timespec limit = { .tv_sec = timeout / 1000000000, .tv_nsec = timeout % 1000000000 };
    size_t count = poller->count;
    fill_in(poller);
    if (poller->complete)
        limit = (struct timespec){ 0 };
    int status = ppoll(poller->entries, count, timeout < 0 && !poller->complete ? NULL : &limit, NULL);
    int error = status < 0 && errno != EINTR ? errno : 0;
    if (status > 0)
        make_calls(poller, count);
    ac__io_call_all(backend, &poller->complete);
    return error;
}

/* One of those on this descriptor; NULL when none is left. */
static struct ac__io *find(const struct poller *poller, int fd)
{
    for (struct ac__io *io = poller->waiting; io; io = next_waiting(poller, io)) {
        if (io->fd == fd)
            return io;
    }
    return NULL;
}

static void forget(struct ac_backend *backend, int fd)
{
    struct poller *poller = (struct poller *)backend;
    struct ac__io *io;
    while ((io = find(poller, fd))) {
        io->result = -EBADF;
        complete(poller, io);
    }
}

static void adopt(struct ac_backend *backend, int fd, bool socket)
{
    (void)socket;
    forget(backend, fd);
}

static int descriptor(struct ac_backend *backend)
{
    (void)backend;
    return -1;
}

static struct ac_backend *open_poll(void)
{
    struct poller *poller = calloc(1, sizeof *poller);
    if (!poller)
        return NULL;
    poller->base.fn = &ac__backend_poll;
    return &poller->base;
}

static void close_poll(struct ac_backend *backend)
{
    struct poller *poller = (struct poller *)backend;
    free(poller->entries);
    free(poller);
}

const struct ac_backend_fn ac__backend_poll = {
    .name = "poll",
    .open = open_poll,
    .close = close_poll,
    .start = start,
    .cancel = cancel,
    .wait = wait_for_requests,
    .forget = forget,
    .adopt = adopt,
    .descriptor = descriptor,
};

/* epoll.c: the backend on epoll.
 *
 * A descriptor is registered once, edge-triggered for both directions, when something first has to wait on it, and stays so until
 * it is closed. The call is tried first and waits only where it would block. For descriptors that the runtime made itself it
 * is also remembered that they are drained (the call would have blocked, or a stream gave less than was asked): the next request
 * then waits without trying, so that an echo costs one receive and one send a request. An edge makes them worth trying again.
 *
 * A program may close such a descriptor itself while nothing waits on it, and its number may then come to mean another file, on which
 * a request would wait for ever. So waits on what is registered already are suspects, and when a millisecond has brought
 * nothing, the suspects are registered once more, which tells: busy loops never pay for that.
 *
 * Of other descriptors nothing is believed: the number may have been closed and opened again without our knowing. They are tried
 * each time, and registered again each time they wait, which finds them registered in the usual case. */
#define _GNU_SOURCE
#include "backend.h"

#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { EVENTS = 256, SUSPECTS_AT_ONCE = 64, SUSPICION = 1000000 /* nanoseconds */ };

/* What is known of a descriptor. */
enum {
    REGISTERED = 1,         /* with epoll; only believed where OURS */
    OURS = 2,               /* made by the runtime, and closed by it */
    STREAM = 4,             /* a stream socket; its owner says so */
    TCP = 8,                /* of TCP, or listening for it: reading less than asked means drained. Local sockets also stop at
                               descriptors and credentials that were sent along */
    NOT_TCP = 16,           /* neither of these two: not asked yet */
    NEVER_DRAINED = 32,     /* the end, an error or urgent data is there: giving less than asked means nothing */
    READY_IN = 64,          /* worth trying */
    READY_OUT = 128,
    SUSPECT = 256           /* in the list of suspects */
};

struct slot {
    struct ac__io *queues[2];       /* those who wait to read and to write: circular lists, first come first */
    unsigned flags;
    int next_suspect;               /* valid if SUSPECT; -1 at the end */
};

struct epoll {
    struct ac_backend base;
    int fd;
    pid_t pid;                      /* of the process that made it: a child process shares it, and must not change it */
    int suspects;                   /* the first, or -1 */
    bool coarse;                    /* the system has no epoll_pwait2: waits have whole milliseconds */
    struct slot *slots;             /* by descriptor */
    size_t count;
};

static unsigned ready_flag(int direction)
{
    return direction ? READY_OUT : READY_IN;
}

/* NULL and errno. */
static struct slot *slot_of(struct epoll *epoll, int fd)
{
    void *slots = epoll->slots;
    bool reached = ac__slots_reach(&slots, &epoll->count, sizeof *epoll->slots, fd);
    epoll->slots = slots;
    return reached ? &epoll->slots[fd] : NULL;
}

/* ---- Queues ---- */

static void append(struct epoll *epoll, struct ac__io **queue, struct ac__io *io)
{
    ac__io_append(queue, io);
    epoll->base.waiting++;
}

static void take_out(struct epoll *epoll, struct ac__io **queue, struct ac__io *io)
{
    ac__io_take_out(queue, io);
    epoll->base.waiting--;
}

static size_t length_of(const struct ac__io *queue)
{
    size_t length = 0;
    for (const struct ac__io *io = queue; io; io = io->next == queue ? NULL : io->next)
        length++;
    return length;
}

/* Not more than wait now: their `done` may put them there again. */
static void fail_all(struct epoll *epoll, int fd, int error)
{
    for (int direction = 0; direction < 2; direction++) {
        struct ac__io *io;
        for (size_t i = length_of(epoll->slots[fd].queues[direction]); i > 0 && (io = epoll->slots[fd].queues[direction]); i--) {
            take_out(epoll, &epoll->slots[fd].queues[direction], io);
            io->result = -error;
            io->done(io);
        }
    }
}

/* ---- What is known ---- */

/* Its place in the list of suspects stays. */
static void reset(struct slot *slot, unsigned flags)
{
    slot->flags = (slot->flags & SUSPECT) | flags;
}

static void adopt(struct ac_backend *backend, int fd, bool stream)
{
    struct epoll *epoll = (struct epoll *)backend;
    struct slot *slot = slot_of(epoll, fd);
    if (!slot)
        return;
    fail_all(epoll, fd, EBADF);
    reset(&epoll->slots[fd], OURS | READY_IN | READY_OUT | (stream ? STREAM : 0));
}

/* Asked once a descriptor; what a listening socket accepts is as it is itself. */
static bool is_tcp(struct slot *slot, int fd)
{
    if (!(slot->flags & (TCP | NOT_TCP))) {
        int protocol = 0;
        socklen_t size = sizeof protocol;
        bool known = getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &protocol, &size) == 0;
        slot->flags |= known && protocol == IPPROTO_TCP ? TCP : NOT_TCP;
    }
    return slot->flags & TCP;
}

/* Whether a call of this request that has moved only a part says that nothing is left (no room is). */
static bool part_means_drained(struct slot *slot, const struct ac__io *io)
{
    bool plain = io->kind == AC_IO_READ || io->kind == AC_IO_RECV || io->kind == AC_IO_WRITE || io->kind == AC_IO_SEND;
    return plain && !(io->flags & (MSG_PEEK | MSG_OOB)) && (slot->flags & (STREAM | NEVER_DRAINED)) == STREAM &&
           is_tcp(slot, io->fd);
}

static void learn_accepted(struct epoll *epoll, int listener, int fd)
{
    bool tcp = is_tcp(&epoll->slots[listener], listener);
    adopt(&epoll->base, fd, tcp);
    if (tcp && (size_t)fd < epoll->count)
        epoll->slots[fd].flags |= TCP;
}

/* After a call that did not block. */
static void learn(struct epoll *epoll, struct ac__io *io)
{
    struct slot *slot = &epoll->slots[io->fd];
    if (io->kind == AC_IO_ACCEPT && io->result >= 0)
        learn_accepted(epoll, io->fd, (int)io->result);
    else if (io->result > 0 && (size_t)io->result < io->length && part_means_drained(slot, io))
        slot->flags &= ~ready_flag(ac_io_is_output(io));
}

static bool attempt(struct epoll *epoll, struct ac__io *io, int direction)
{
    if (ac_io_attempt(io)) {
        learn(epoll, io);
        return true;
    }
    epoll->slots[io->fd].flags &= ~ready_flag(direction);
    return false;
}

/* ---- The backend's functions ---- */

/* Files that cannot be polled are always ready; their calls block for the disk. */
static bool unpollable(struct ac__io *io)
{
    return ac__io_fail(io, ac_io_is_poll(io) ? 0 : AC__EUNPOLLABLE);
}

static int control(struct epoll *epoll, int operation, int fd)
{
    struct epoll_event event = { .events = EPOLLIN | EPOLLOUT | EPOLLPRI | EPOLLRDHUP | EPOLLET, .data.fd = fd };
    int status;
    do
        status = epoll_ctl(epoll->fd, operation, fd, &event);
    while (status < 0 && errno == EINTR);
    return status;
}

static void suspect(struct epoll *epoll, struct slot *slot, int fd)
{
    if (slot->flags & SUSPECT)
        return;
    slot->flags |= SUSPECT;
    slot->next_suspect = epoll->suspects;
    epoll->suspects = fd;
}

/* What waits on a descriptor that has become a file that cannot be polled. */
static void complete_unpollable(struct epoll *epoll, int fd)
{
    for (int direction = 0; direction < 2; direction++) {
        struct ac__io *io;
        while ((io = epoll->slots[fd].queues[direction])) {
            reset(&epoll->slots[fd], 0);
            take_out(epoll, &epoll->slots[fd].queues[direction], io);
            if (!ac_io_attempt(io))
                unpollable(io);
            io->done(io);
        }
    }
}

static bool register_and_wait(struct epoll *epoll, struct slot *slot, struct ac__io *io, int direction)
{
    if ((slot->flags & (OURS | REGISTERED)) != (OURS | REGISTERED)) {
        if (control(epoll, EPOLL_CTL_ADD, io->fd) < 0 && errno != EEXIST)
            return errno == EPERM ? unpollable(io) : ac__io_fail(io, errno);
        slot->flags |= REGISTERED;
    } else if (!slot->queues[0] && !slot->queues[1]) {
        suspect(epoll, slot, io->fd);
    }
    append(epoll, &slot->queues[direction], io);
    return false;
}

static bool start(struct ac_backend *backend, struct ac__io *io)
{
    struct epoll *epoll = (struct epoll *)backend;
    int direction = ac_io_is_output(io);
    struct slot *slot = slot_of(epoll, io->fd);
    if (!slot)
        return ac__io_fail(io, errno);
    io->events = 0;
    if (ac_io_never_waits(io))
        return ac_io_attempt(io) || ac__io_fail(io, EAGAIN);
    bool drained = (slot->flags & (OURS | REGISTERED)) == (OURS | REGISTERED) && !(slot->flags & ready_flag(direction)) &&
                   io->kind != AC_IO_CONNECT;
    if (!slot->queues[direction] && !drained && attempt(epoll, io, direction))
        return true;
    if (io->at_once)
        return ac__io_fail(io, EAGAIN);
    return register_and_wait(epoll, &epoll->slots[io->fd], io, direction);
}

static bool cancel(struct ac_backend *backend, struct ac__io *io)
{
    struct epoll *epoll = (struct epoll *)backend;
    take_out(epoll, &epoll->slots[io->fd].queues[ac_io_is_output(io)], io);
    return true;
}

/* Serves those who wait in order, until one would block. Their `done` may start further requests: what they put behind the others
 * has not been tried at the end, and no edge need come for it. One is made then; where the system cannot do that, these are served
 * at once as well. */
static void serve(struct epoll *epoll, int fd, int direction)
{
    struct ac__io *io, *last = epoll->slots[fd].queues[direction] ? epoll->slots[fd].queues[direction]->prev : NULL;
    bool first = true;
    while ((io = epoll->slots[fd].queues[direction])) {
        if (ac_io_is_poll(io) && first)
            io->result = 0;
        else if (!attempt(epoll, io, direction))
            return;
        first = false;
        bool at_end = io == last;
        take_out(epoll, &epoll->slots[fd].queues[direction], io);
        io->done(io);
        if (at_end && epoll->slots[fd].queues[direction] && control(epoll, EPOLL_CTL_MOD, fd) == 0)
            return;
    }
}

static void handle_event(struct epoll *epoll, const struct epoll_event *event)
{
    int fd = event->data.fd;
    if ((size_t)fd >= epoll->count)
        return;
    struct slot *slot = &epoll->slots[fd];
    bool broken = event->events & (EPOLLERR | EPOLLHUP);
    bool in = broken || (event->events & (EPOLLIN | EPOLLRDHUP | EPOLLPRI)), out = broken || (event->events & EPOLLOUT);
    if (broken || (event->events & (EPOLLRDHUP | EPOLLPRI)))
        slot->flags |= NEVER_DRAINED;
    slot->flags |= (in ? READY_IN : 0) | (out ? READY_OUT : 0);
    if (in)
        serve(epoll, fd, 0);
    if (out)
        serve(epoll, fd, 1);
}

static int wait_for_events(struct epoll *epoll, struct epoll_event *events, int64_t timeout)
{
#ifdef SYS_epoll_pwait2
    if (timeout > 0 && !epoll->coarse) {
        struct timespec limit = { .tv_sec = timeout / 1000000000, .tv_nsec = timeout % 1000000000 };
        int count = epoll_pwait2(epoll->fd, events, EVENTS, &limit, NULL);
        if (count >= 0 || (errno != ENOSYS && errno != EPERM))
            return count;
        epoll->coarse = true;
    }
#endif
    int64_t milliseconds = timeout < 0 ? -1 : (timeout + 999999) / 1000000;
    return epoll_wait(epoll->fd, events, EVENTS, milliseconds > INT_MAX ? INT_MAX : (int)milliseconds);
}

/* What may wait here was registered long ago. Registering it again fails if it is still what it was. True: requests were completed. */
static bool check_suspect(struct epoll *epoll, int fd)
{
    struct slot *slot = &epoll->slots[fd];
    if (!slot->queues[0] && !slot->queues[1])
        return false;
    if (control(epoll, EPOLL_CTL_ADD, fd) == 0) {
        reset(slot, REGISTERED | READY_IN | READY_OUT);
        return false;
    }
    if (errno == EEXIST)
        return false;
    if (errno == EPERM)
        complete_unpollable(epoll, fd);
    else
        fail_all(epoll, fd, errno);
    return true;
}

static bool check_suspects(struct epoll *epoll)
{
    bool completed = false;
    for (int i = 0; i < SUSPECTS_AT_ONCE && epoll->suspects >= 0; i++) {
        int fd = epoll->suspects;
        epoll->suspects = epoll->slots[fd].next_suspect;
        epoll->slots[fd].flags &= ~(unsigned)SUSPECT;
        completed |= check_suspect(epoll, fd);
    }
    return completed;
}

/* As wait_for_events; but where that brings nothing for a while, suspects are checked. -1 with EINTR: requests were completed so. */
static int wait_and_check(struct epoll *epoll, struct epoll_event *events, int64_t timeout)
{
    while (epoll->suspects >= 0 && (timeout < 0 || timeout > SUSPICION)) {
        int count = wait_for_events(epoll, events, SUSPICION);
        if (count != 0)
            return count;
        if (check_suspects(epoll)) {
            errno = EINTR;
            return -1;
        }
        timeout -= timeout < 0 ? 0 : SUSPICION;
    }
    return wait_for_events(epoll, events, timeout);
}

static int wait_for_requests(struct ac_backend *backend, int64_t timeout)
{
    struct epoll *epoll = (struct epoll *)backend;
    struct epoll_event events[EVENTS];
    int count = wait_and_check(epoll, events, timeout);
    if (count < 0)
        return errno == EINTR ? 0 : errno;
    for (int i = 0; i < count; i++)
        handle_event(epoll, &events[i]);
    return 0;
}

/* Removed explicitly: where another process has the same file open, closing would not. */
static void forget(struct ac_backend *backend, int fd)
{
    struct epoll *epoll = (struct epoll *)backend;
    if (fd < 0 || (size_t)fd >= epoll->count)
        return;
    fail_all(epoll, fd, EBADF);
    if ((epoll->slots[fd].flags & REGISTERED) && epoll->pid == getpid())
        epoll_ctl(epoll->fd, EPOLL_CTL_DEL, fd, NULL);
    reset(&epoll->slots[fd], 0);
}

static int descriptor(struct ac_backend *backend)
{
    return ((struct epoll *)backend)->fd;
}

static struct ac_backend *open_epoll(void)
{
    struct epoll *epoll = calloc(1, sizeof *epoll);
    if (!epoll)
        return NULL;
    epoll->fd = epoll_create1(EPOLL_CLOEXEC);
    if (epoll->fd < 0) {
        int error = errno;
        free(epoll);
        errno = error;
        return NULL;
    }
    epoll->pid = getpid();
    epoll->suspects = -1;
    epoll->base.fn = &ac__backend_epoll;
    return &epoll->base;
}

static void close_epoll(struct ac_backend *backend)
{
    struct epoll *epoll = (struct epoll *)backend;
    close(epoll->fd);
    free(epoll->slots);
    free(epoll);
}

const struct ac_backend_fn ac__backend_epoll = {
    .name = "epoll",
    .open = open_epoll,
    .close = close_epoll,
    .start = start,
    .cancel = cancel,
    .wait = wait_for_requests,
    .forget = forget,
    .adopt = adopt,
    .descriptor = descriptor,
};

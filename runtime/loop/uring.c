/* uring.c: the backend on io_uring.
 *
 * A request is handed to the kernel as one entry of the ring and completes as one. Entries are left in the submission ring until
 * the loop waits, or cancels, or closes a descriptor: so many requests cost one system call. Per descriptor and direction only the first
 * request is in the kernel's hands, the others queue behind it: so they complete in order, and two writers never mix.
 *
 * Completions are reaped into a list, and called from `wait` only. That list is where `cancel` finds out how a request ended: it asks
 * the kernel to cancel, which answers within the same system call for everything but work that a kernel thread has begun, or that
 * is on its way to one: so memory of a request that is withdrawn is the caller's again at once. The others complete by themselves;
 * and since the kernel does not find those that are on their way, they are asked for anew, at growing intervals that a timer of the
 * ring measures, until they have completed.
 *
 * Calls for which the ring has no operation, and descriptors in non-blocking mode that the ring does not wait for, are polled by the ring
 * and then made directly. Sending is tried directly first: it rarely has to wait. */
#define _GNU_SOURCE
#include "backend.h"

#ifdef AC__HAVE_URING

#include <liburing.h>
#include <fcntl.h>
#include <poll.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* Calls that can be made to fail, as those of faults.h are. EAGAIN: the kernel has no memory for requests just now. Those by which it
 * lets go of memory are not (they stand in parentheses): if they failed for ever, nothing could be done but to ask for ever. */
#define io_uring_queue_init_params(...) AC__FAULT_MINUS(ENOMEM, io_uring_queue_init_params(__VA_ARGS__))
#define io_uring_get_probe_ring(...) AC__FAULT_MEMORY(io_uring_get_probe_ring(__VA_ARGS__))
#define io_uring_submit(...) AC__FAULT_MINUS(EAGAIN, io_uring_submit(__VA_ARGS__))
#define io_uring_submit_and_get_events(...) AC__FAULT_MINUS(EAGAIN, io_uring_submit_and_get_events(__VA_ARGS__))
#define io_uring_submit_and_wait(...) AC__FAULT_MINUS(EAGAIN, io_uring_submit_and_wait(__VA_ARGS__))
#define io_uring_submit_and_wait_timeout(...) AC__FAULT_MINUS(EAGAIN, io_uring_submit_and_wait_timeout(__VA_ARGS__))

enum { ENTRIES = 256, COMPLETIONS = 4096 };

/* Between two attempts to cancel the same requests: at first, and at most. Nanoseconds. */
enum { FIRST_PATIENCE = 1000000, MOST_PATIENCE = 128000000 };

/* io->events: where a request is. */
enum {
    QUEUED = 1,             /* behind another one of its descriptor and direction */
    SUBMITTED = 2,          /* the kernel's, as the operation of its kind */
    POLLING = 4,            /* the kernel's, as a poll that the call itself follows */
    REAPED = 8,             /* in the list of completions; `result` is final */
    CONNECTING = 16,        /* a direct connect is under way */
    CANCELLING = 32,        /* it is to be cancelled, and counted among the unanswered */
    STOPPED = 64,           /* given up because the loop closes; in no list */
    FAULTED = 128,          /* made to fail: the kernel has been asked for nothing, and `result` is the error */
    CLOSED = 256            /* its descriptor is closed: the number may mean another file */
};

struct slot {
    struct ac__io *queues[2];       /* those who wait to read and to write: circular lists, the first is the kernel's */
};

struct uring {
    struct ac_backend base;
    struct io_uring ring;
    struct ac__io *reaped;          /* completions that have not been called: a circular list by next and prev */
    struct ac__io *files;           /* requests for files, all of them the kernel's: a circular list */
    struct slot *slots;             /* by descriptor */
    size_t count;
    size_t unanswered;              /* requests that are to be cancelled and have not completed */
    bool alarmed;                   /* the kernel has a timer after which these are asked for anew */
    struct __kernel_timespec patience;      /* that timer's */
};

/* NULL and errno. */
static struct slot *slot_of(struct uring *uring, int fd)
{
    void *slots = uring->slots;
    bool reached = ac__slots_reach(&slots, &uring->count, sizeof *uring->slots, fd);
    uring->slots = slots;
    return reached ? &uring->slots[fd] : NULL;
}

static struct ac__io **queue_of(struct uring *uring, const struct ac__io *io)
{
    if (ac__io_is_file(io))
        return &uring->files;
    return &uring->slots[io->fd].queues[ac_io_is_output(io)];
}

/* ---- Submitting ---- */

/* An entry of the submission ring; where it is full the kernel takes all of them. NULL where it does not. */
static struct io_uring_sqe *entry(struct uring *uring)
{
    struct io_uring_sqe *sqe = io_uring_get_sqe(&uring->ring);
    if (!sqe) {
        io_uring_submit(&uring->ring);
        sqe = io_uring_get_sqe(&uring->ring);
    }
    return sqe;
}

/* Where a send of a local datagram socket finds no room, Linux (6.18) has its bytes used up already, and the ring's second attempt
 * sends an empty packet. Of streams only the bytes that were sent are used up. */
static bool is_packet_to_send(const struct ac__io *io)
{
    int type = 0;
    socklen_t size = sizeof type;
    return (io->kind == AC_IO_SEND || io->kind == AC_IO_SENDMSG) &&
           getsockopt(io->fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type != SOCK_STREAM;
}

/* Requests that are an operation of the ring. */
static bool has_operation(const struct ac__io *io)
{
    return !is_packet_to_send(io) && io->kind != AC_IO_RECVFROM && io->kind != AC_IO_SENDTO && io->kind != AC_IO_CONNECT;
}

static void prepare_poll(struct io_uring_sqe *sqe, struct ac__io *io)
{
    io_uring_prep_poll_add(sqe, io->fd, ac_io_is_output(io) ? POLLOUT : POLLIN);
}

static unsigned clamp(size_t length)
{
    return length > INT_MAX ? INT_MAX : (unsigned)length;
}

static void prepare(struct io_uring_sqe *sqe, struct ac__io *io)
{
    switch (io->kind) {
    case AC_IO_READ:
        io_uring_prep_read(sqe, io->fd, io->buffer, clamp(io->length), (uint64_t)-1);
        break;
    case AC_IO_WRITE:
        io_uring_prep_write(sqe, io->fd, io->buffer, clamp(io->length), (uint64_t)-1);
        break;
    case AC_IO_RECV:
        io_uring_prep_recv(sqe, io->fd, io->buffer, io->length, io->flags);
        break;
    case AC_IO_SEND:
        io_uring_prep_send(sqe, io->fd, io->buffer, io->length, io->flags | MSG_NOSIGNAL);
        break;
    case AC_IO_RECVMSG:
        io_uring_prep_recvmsg(sqe, io->fd, io->buffer, (unsigned)io->flags);
        break;
    case AC_IO_SENDMSG:
        io_uring_prep_sendmsg(sqe, io->fd, io->buffer, (unsigned)io->flags | MSG_NOSIGNAL);
        break;
    case AC_IO_OPEN:
        io_uring_prep_openat(sqe, AT_FDCWD, io->address, io->flags | O_CLOEXEC, (mode_t)io->length);
        break;
    case AC_IO_PREAD:
        io_uring_prep_read(sqe, io->fd, io->buffer, clamp(io->length), (uint64_t)io->offset);
        break;
    case AC_IO_PWRITE:
        io_uring_prep_write(sqe, io->fd, io->buffer, clamp(io->length), (uint64_t)io->offset);
        break;
    case AC_IO_SYNC:
        io_uring_prep_fsync(sqe, io->fd, io->flags ? IORING_FSYNC_DATASYNC : 0);
        break;
    case AC_IO_ACCEPT:
        io_uring_prep_accept(sqe, io->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        break;
    default:
        prepare_poll(sqe, io);
        break;
    }
}

/* What a request can fail with. */
static int likely_error(const struct ac__io *io)
{
    switch (io->kind) {
    case AC_IO_ACCEPT:
    case AC_IO_OPEN:
        return EMFILE;
    case AC_IO_RECV:
    case AC_IO_SEND:
    case AC_IO_RECVMSG:
    case AC_IO_SENDMSG:
        return ECONNRESET;
    case AC_IO_POLL_IN:
    case AC_IO_POLL_OUT:
        return ENOMEM;
    default:
        return EIO;
    }
}

static void complete(struct uring *uring, struct ac__io *io, ssize_t result)
{
    uring->unanswered -= (io->events & CANCELLING) != 0;
    io->result = result;
    io->events = REAPED;
    ac__io_append(&uring->reaped, io);
}

/* The first of its queue goes to the kernel. */
static bool submit(struct uring *uring, struct ac__io *io, bool poll)
{
    struct io_uring_sqe *sqe = entry(uring);
    if (!sqe)
        return false;
    bool faulted = ac__faults_on() && ac__fault_call(likely_error(io));
    if (faulted) {
        io->result = -errno;
        io_uring_prep_nop(sqe);
    } else if (poll) {
        prepare_poll(sqe, io);
    } else {
        prepare(sqe, io);
    }
    io_uring_sqe_set_data(sqe, io);
    io->events = (io->events & (CONNECTING | CANCELLING | CLOSED)) | (poll ? POLLING : SUBMITTED) | (faulted ? FAULTED : 0);
    return true;
}

/* The queue has a new first one, if any: which may fail, and let the next come up. */
static void submit_first(struct uring *uring, struct ac__io **queue)
{
    while (*queue && !submit(uring, *queue, !has_operation(*queue))) {
        struct ac__io *io = *queue;
        ac__io_take_out(queue, io);
        complete(uring, io, -ENOMEM);
    }
}

/* ---- Reaping ---- */

/* It leaves its queue, and the next of that goes to the kernel. */
static void finish(struct uring *uring, struct ac__io *io, ssize_t result)
{
    struct ac__io **queue = queue_of(uring, io);
    ac__io_take_out(queue, io);
    complete(uring, io, result);
    if (queue != &uring->files)
        submit_first(uring, queue);
}

/* ac_io_attempt reads events as whether a connect is under way, and writes it. */
static bool attempt(struct ac__io *io)
{
    uint32_t events = io->events;
    io->events = events & CONNECTING;
    bool complete_now = ac_io_attempt(io);
    bool connecting = io->kind == AC_IO_CONNECT && io->events;
    io->events = (events & ~(uint32_t)CONNECTING) | (connecting ? CONNECTING : 0);
    return complete_now;
}

/* A request that was to be cancelled has ended so. */
static void finish_cancelled(struct uring *uring, struct ac__io *io)
{
    finish(uring, io, io->events & CLOSED ? -EBADF : -ECANCELED);
}

/* The poll before a call has ended: makes the call, or polls again. */
static void go_on(struct uring *uring, struct ac__io *io, int result)
{
    if (result < 0)
        finish(uring, io, result);
    else if (io->events & CLOSED)
        finish_cancelled(uring, io);
    else if (attempt(io))
        finish(uring, io, io->result);
    else if (io->events & CANCELLING)
        finish_cancelled(uring, io);
    else if (!submit(uring, io, true))
        finish(uring, io, -ENOMEM);
}

static ssize_t meaning(const struct ac__io *io, int result)
{
    if (ac_io_is_poll(io) && result >= 0)
        return result & POLLNVAL ? -EBADF : 0;
    return result;
}

/* Requests of a thread that ends are cancelled by the kernel; the loop may go on in another one. */
static void submit_again(struct uring *uring, struct ac__io *io)
{
    if (!submit(uring, io, io->events & POLLING))
        finish(uring, io, -ENOMEM);
}

static bool is_interrupted(int result)
{
    return result == -ECANCELED || result == -EINTR || result == -EAGAIN;
}

static void reap_one(struct uring *uring, struct ac__io *io, int result)
{
    if ((io->events & CANCELLING) && is_interrupted(result))
        finish_cancelled(uring, io);
    else if (result == -ECANCELED)
        submit_again(uring, io);
    else if (io->events & POLLING)
        go_on(uring, io, result);
    else if (is_interrupted(result))
        go_on(uring, io, 0);
    else
        finish(uring, io, meaning(io, result));
}

/* Takes all completions out of the ring. Those of cancellations have no request, and that of the timer has the backend itself. */
static void reap(struct uring *uring)
{
    struct io_uring_cqe *cqe;
    while (io_uring_peek_cqe(&uring->ring, &cqe) == 0) {
        void *data = io_uring_cqe_get_data(cqe);
        struct ac__io *io = data != uring ? data : NULL;
        int result = io && (io->events & FAULTED) ? (int)io->result : cqe->res;
        io_uring_cqe_seen(&uring->ring, cqe);
        uring->alarmed &= data != uring;
        if (io)
            reap_one(uring, io, result);
    }
}

/* ---- The backend's functions ---- */

/* Sockets mostly take at once what is sent. */
static bool is_tried_first(const struct ac__io *io)
{
    return io->at_once || io->kind == AC_IO_SEND || io->kind == AC_IO_SENDMSG || io->kind == AC_IO_SENDTO || io->kind == AC_IO_CONNECT;
}

static bool start_file(struct uring *uring, struct ac__io *io)
{
    io->events = 0;
    if (!submit(uring, io, false))
        return ac__io_fail(io, ENOMEM);
    ac__io_append(&uring->files, io);
    uring->base.waiting++;
    return false;
}

static bool start(struct ac_backend *backend, struct ac__io *io)
{
    struct uring *uring = (struct uring *)backend;
    if (ac__io_is_file(io))
        return start_file(uring, io);
    if (!slot_of(uring, io->fd))
        return ac__io_fail(io, errno);
    io->events = 0;
    if (ac_io_never_waits(io))
        return ac_io_attempt(io) || ac__io_fail(io, EAGAIN);
    struct ac__io **queue = queue_of(uring, io);
    bool first = !*queue;
    if (first && is_tried_first(io) && attempt(io))
        return true;
    if (io->at_once)
        return ac__io_fail(io, EAGAIN);
    if (first && !submit(uring, io, !has_operation(io)))
        return ac__io_fail(io, ENOMEM);
    if (!first)
        io->events |= QUEUED;
    ac__io_append(queue, io);
    uring->base.waiting++;
    return false;
}

/* ---- Cancelling ---- */

static void ask_to_cancel(struct uring *uring, struct ac__io *io)
{
    struct io_uring_sqe *sqe = entry(uring);
    if (!sqe)
        return;
    io_uring_prep_cancel(sqe, io, 0);
    io_uring_sqe_set_data(sqe, NULL);
}

/* A request is to be cancelled: asks for that, and takes what the kernel answers. One for readiness always is: whoever withdraws
 * it does not wait for that. */
static void begin_to_cancel(struct uring *uring, struct ac__io *io)
{
    uring->unanswered += !(io->events & CANCELLING);
    io->events |= CANCELLING;
    do {
        ask_to_cancel(uring, io);
        (io_uring_submit_and_get_events)(&uring->ring);
        reap(uring);
    } while (ac_io_is_poll(io) && !(io->events & REAPED));
}

static void ask_anew_for(struct uring *uring, struct ac__io *first)
{
    if (first && (first->events & CANCELLING))
        ask_to_cancel(uring, first);
}

static void ask_files(struct uring *uring)
{
    for (struct ac__io *io = uring->files; io; io = io->next == uring->files ? NULL : io->next)
        ask_anew_for(uring, io);
}

static void set_alarm(struct uring *uring)
{
    struct io_uring_sqe *sqe = entry(uring);
    if (!sqe)
        return;
    io_uring_prep_timeout(sqe, &uring->patience, 0, 0);
    io_uring_sqe_set_data(sqe, uring);
    uring->alarmed = true;
}

/* Before the kernel is waited for. What has been asked for and has not been answered is asked for anew, unless that was just now. */
static void ask_anew(struct uring *uring)
{
    if (!uring->unanswered)
        uring->patience.tv_nsec = 0;
    if (!uring->unanswered || uring->alarmed)
        return;
    for (size_t fd = 0; fd < uring->count; fd++) {
        ask_anew_for(uring, uring->slots[fd].queues[0]);
        ask_anew_for(uring, uring->slots[fd].queues[1]);
    }
    ask_files(uring);
    if (uring->patience.tv_nsec < MOST_PATIENCE)
        uring->patience.tv_nsec = uring->patience.tv_nsec ? 2 * uring->patience.tv_nsec : FIRST_PATIENCE;
    set_alarm(uring);
}

/* What was withdrawn, or brings nothing that could be lost. */
static bool is_without_effect(const struct ac__io *io)
{
    return ac_io_is_poll(io) || io->result == -ECANCELED;
}

static bool cancel(struct ac_backend *backend, struct ac__io *io)
{
    struct uring *uring = (struct uring *)backend;
    if (io->events & STOPPED)
        return true;
    if (io->events & QUEUED) {
        ac__io_take_out(queue_of(uring, io), io);
        uring->base.waiting--;
        return true;
    }
    if (!(io->events & REAPED))
        begin_to_cancel(uring, io);
    if (!(io->events & REAPED) || !is_without_effect(io))
        return false;
    ac__io_take_out(&uring->reaped, io);
    uring->base.waiting--;
    return true;
}

/* 0, or minus the error. */
static int enter(struct uring *uring, int64_t timeout)
{
    struct io_uring_cqe *cqe;
    if (uring->reaped || timeout == 0)
        return io_uring_submit_and_get_events(&uring->ring);
    if (timeout < 0)
        return io_uring_submit_and_wait(&uring->ring, 1);
    struct __kernel_timespec limit = { .tv_sec = timeout / 1000000000, .tv_nsec = timeout % 1000000000 };
    return io_uring_submit_and_wait_timeout(&uring->ring, &cqe, 1, &limit, NULL);
}

static bool is_passing(int error)
{
    return error == EINTR || error == ETIME || error == EAGAIN || error == EBUSY;
}

static int wait_for_requests(struct ac_backend *backend, int64_t timeout)
{
    struct uring *uring = (struct uring *)backend;
    ask_anew(uring);
    int status = enter(uring, timeout);
    reap(uring);
    ac__io_call_all(&uring->base, &uring->reaped);
    return status < 0 && !is_passing(-status) ? -status : 0;
}

/* Those that end because their descriptor is closed are told so: first the ones behind the first, which would come up else. */
static void fail_queue(struct uring *uring, struct ac__io **queue)
{
    struct ac__io *first = *queue;
    if (!first)
        return;
    while (first->next != first) {
        struct ac__io *io = first->next;
        ac__io_take_out(queue, io);
        complete(uring, io, -EBADF);
    }
    first->events |= CLOSED;
    begin_to_cancel(uring, first);
    if ((first->events & REAPED) && is_without_effect(first))
        first->result = -EBADF;
}

static void fail_all(struct uring *uring, int fd)
{
    fail_queue(uring, &uring->slots[fd].queues[0]);
    fail_queue(uring, &uring->slots[fd].queues[1]);
}

/* What waits in the submission ring names descriptors by number: the kernel has to see it before the number is free. */
static void forget(struct ac_backend *backend, int fd)
{
    struct uring *uring = (struct uring *)backend;
    if (fd < 0 || (size_t)fd >= uring->count)
        return;
    fail_all(uring, fd);
    if (io_uring_sq_ready(&uring->ring))
        io_uring_submit(&uring->ring);
}

static void adopt(struct ac_backend *backend, int fd, bool stream)
{
    struct uring *uring = (struct uring *)backend;
    (void)stream;
    if (fd >= 0 && (size_t)fd < uring->count)
        fail_all(uring, fd);
}

static int descriptor(struct ac_backend *backend)
{
    return ((struct uring *)backend)->ring.ring_fd;
}

/* The kernel lets go of the first of a queue, however long that takes: its memory is about to be freed. */
static void stop_first(struct uring *uring, struct ac__io *first)
{
    begin_to_cancel(uring, first);
    while (!(first->events & REAPED)) {
        ask_anew(uring);
        (io_uring_submit_and_wait)(&uring->ring, 1);
        reap(uring);
    }
    ac__io_take_out(&uring->reaped, first);
    if ((first->kind == AC_IO_ACCEPT || first->kind == AC_IO_OPEN) && first->result >= 0)
        close((int)first->result);
    first->events = STOPPED;
}

static void stop_queue(struct uring *uring, struct ac__io **queue)
{
    while (*queue) {
        struct ac__io *last = (*queue)->prev;
        if (last == *queue) {
            stop_first(uring, last);
        } else {
            ac__io_take_out(queue, last);
            last->events = STOPPED;
        }
    }
}

/* What is complete is still told. */
static void stop(struct ac_backend *backend)
{
    struct uring *uring = (struct uring *)backend;
    ac__io_call_all(&uring->base, &uring->reaped);
    while (uring->files)
        stop_first(uring, uring->files);
    for (size_t fd = 0; fd < uring->count; fd++) {
        stop_queue(uring, &uring->slots[fd].queues[0]);
        stop_queue(uring, &uring->slots[fd].queues[1]);
    }
}

static void flush(struct ac_backend *backend)
{
    struct uring *uring = (struct uring *)backend;
    ask_anew(uring);
    if (io_uring_sq_ready(&uring->ring))
        io_uring_submit(&uring->ring);
}

/* ---- Making ---- */

static bool knows_all(struct io_uring *ring)
{
    static const int needed[] = { IORING_OP_POLL_ADD, IORING_OP_READ, IORING_OP_WRITE, IORING_OP_RECV, IORING_OP_SEND,
                                  IORING_OP_RECVMSG, IORING_OP_SENDMSG, IORING_OP_ACCEPT, IORING_OP_ASYNC_CANCEL,
                                  IORING_OP_OPENAT, IORING_OP_FSYNC, IORING_OP_TIMEOUT };
    struct io_uring_probe *probe = io_uring_get_probe_ring(ring);
    bool all = probe && (ring->features & IORING_FEAT_EXT_ARG) && (ring->features & IORING_FEAT_NODROP) &&
               (ring->features & IORING_FEAT_FAST_POLL);
    for (size_t i = 0; all && i < sizeof needed / sizeof *needed; i++)
        all = io_uring_opcode_supported(probe, needed[i]);
    io_uring_free_probe(probe);
    return all;
}

/* Older kernels do not know the flags that save interrupts. */
static int open_ring(struct io_uring *ring)
{
    struct io_uring_params wanted = { .flags = IORING_SETUP_CQSIZE | IORING_SETUP_CLAMP | IORING_SETUP_COOP_TASKRUN,
                                      .cq_entries = COMPLETIONS };
    struct io_uring_params plain = { .flags = IORING_SETUP_CQSIZE | IORING_SETUP_CLAMP, .cq_entries = COMPLETIONS };
    int status = io_uring_queue_init_params(ENTRIES, ring, &wanted);
    return status == -EINVAL ? io_uring_queue_init_params(ENTRIES, ring, &plain) : status;
}

static struct ac_backend *open_uring(void)
{
    struct uring *uring = calloc(1, sizeof *uring);
    if (!uring)
        return NULL;
    int status = open_ring(&uring->ring);
    if (status == 0 && !knows_all(&uring->ring)) {
        io_uring_queue_exit(&uring->ring);
        status = -ENOSYS;
    }
    if (status < 0) {
        free(uring);
        errno = -status;
        return NULL;
    }
    io_uring_ring_dontfork(&uring->ring);
    uring->base.fn = &ac__backend_uring;
    return &uring->base;
}

static void close_uring(struct ac_backend *backend)
{
    struct uring *uring = (struct uring *)backend;
    io_uring_queue_exit(&uring->ring);
    free(uring->slots);
    free(uring);
}

const struct ac_backend_fn ac__backend_uring = {
    .name = "io_uring",
    .files = true,
    .open = open_uring,
    .close = close_uring,
    .start = start,
    .cancel = cancel,
    .wait = wait_for_requests,
    .forget = forget,
    .adopt = adopt,
    .descriptor = descriptor,
    .flush = flush,
    .stop = stop,
};

#else

static struct ac_backend *open_uring(void)
{
    errno = ENOSYS;
    return NULL;
}

const struct ac_backend_fn ac__backend_uring = { .name = "io_uring", .open = open_uring };

#endif

/* socket.c: operations on descriptors.
 *
 * Each fills in a request, starts it, and suspends where it has to wait. A task that always finds its descriptors ready has a
 * budget: past it an operation that is complete gives the others a turn before the task goes on. */
#define _GNU_SOURCE
#include "operation.h"

#include <unistd.h>

/* Kinds of which a call may move less than it is asked for. */
static bool moves_bytes(const struct ac__io *io)
{
    return (io->kind >= AC_IO_READ && io->kind <= AC_IO_SEND) || io->kind == AC_IO_PREAD || io->kind == AC_IO_PWRITE;
}

/* A write to a pipe or by io_uring raises SIGPIPE where nobody reads, and no flag keeps it away as MSG_NOSIGNAL does. So from the
 * first write on it is ignored; a program that sets it anew afterwards means it. */
static void keep_sigpipe_away(void)
{
    static atomic_bool done;
    if (AC__RARELY(!atomic_load_explicit(&done, memory_order_relaxed))) {
        atomic_store_explicit(&done, true, memory_order_relaxed);
        ac__ignore_sigpipe();
    }
}

/* What every request passes on its way. */
static void prepare(struct ac__io *io)
{
    if (io->kind == AC_IO_WRITE)
        keep_sigpipe_away();
    if (ac__faults_on() && moves_bytes(io))
        io->length = ac__fault_length(io->fd, io->length);
}

/* Threads do what the backend cannot wait for. io_uring's own threads do most of that, but stat is none of its operations here. */
bool ac__io_start(ac_loop *loop, struct ac__io *io)
{
    prepare(io);
    if (ac__io_is_file(io) && (!loop->backend->fn->files || io->kind == AC_IO_STAT))
        return ac__offload_start(loop, io);
    bool complete = loop->backend->fn->start(loop->backend, io);
    return complete && io->result == -AC__EUNPOLLABLE ? ac__offload_start(loop, io) : complete;
}

void ac__io_try(ac_loop *loop, struct ac__io *io)
{
    prepare(io);
    io->at_once = 1;
    loop->backend->fn->start(loop->backend, io);
}

bool ac__io_cancel(ac_loop *loop, struct ac__io *io)
{
    if (io->events & AC__OFFLOADED)
        return ac__offload_cancel(io);
    return loop->backend->fn->cancel(loop->backend, io);
}

void ac__io_adopt(ac_loop *loop, int fd, bool stream)
{
    loop->backend->fn->adopt(loop->backend, fd, stream);
}

void ac__io_forget(ac_loop *loop, int fd)
{
    loop->backend->fn->forget(loop->backend, fd);
}

/* A terminal may turn out to need a thread only when it is ready. */
static void io_done(struct ac__io *io)
{
    ac_task *task = io->owner;
    if (io->result != -AC__EUNPOLLABLE || ac__offload_start(task->loop, io))
        ac__wake(task);
}

int ac__io_suspend(ac_frame *operation, struct ac__io *io)
{
    ac_task *task = ac__thread.task;
    if (ac__cancel_now(task)) {
        if (ac__io_cancel(task->loop, io))
            return ECANCELED;
        task->item.base.state |= AC__DUE;
    }
    return ac__suspend_masked(operation);
}

/* An operation that is complete, but whose task has had its share of this turn. */
static int pass_turn(ac_frame *operation, ac_task *task)
{
    operation->state = 1;
    ac__suspend_masked(operation);
    ac__wake(task);
    return AC_PENDING;
}

int ac__io_await(ac_frame *operation, struct ac__io *io)
{
    ac_task *task = ac__thread.task;
    ac_loop *loop = task->loop;
    if (!loop)
        return EINVAL;
    io->owner = task;
    io->done = io_done;
    if (ac__io_start(loop, io))
        return __builtin_expect(--loop->io_budget >= 0, 1) ? 0 : pass_turn(operation, task);
    operation->state = 1;
    return ac__io_suspend(operation, io);
}

bool ac__io_abort(struct ac__io *io)
{
    ac_task *task = io->owner;
    return ac__io_cancel(task->loop, io);
}

AC__IO_OPERATION(ac_readable, AC__KEEP_NOTHING, .kind = AC_IO_POLL_IN, .fd = self->fd)
AC__IO_OPERATION(ac_writable, AC__KEEP_NOTHING, .kind = AC_IO_POLL_OUT, .fd = self->fd)
AC__IO_OPERATION(ac_read, AC__KEEP_SIZE, .kind = AC_IO_READ, .fd = self->fd, .buffer = self->buffer, .length = self->size)
AC__IO_OPERATION(ac_write, AC__KEEP_SIZE, .kind = AC_IO_WRITE, .fd = self->fd, .buffer = ac__writable(self->buffer),
                 .length = self->size)
AC__IO_OPERATION(ac_recv, AC__KEEP_SIZE, .kind = AC_IO_RECV, .fd = self->fd, .buffer = self->buffer, .length = self->size,
                 .flags = self->flags)
AC__IO_OPERATION(ac_send, AC__KEEP_SIZE, .kind = AC_IO_SEND, .fd = self->fd, .buffer = ac__writable(self->buffer),
                 .length = self->size, .flags = self->flags)
AC__IO_OPERATION(ac_recvfrom, AC__KEEP_SIZE, .kind = AC_IO_RECVFROM, .fd = self->fd, .buffer = self->buffer, .length = self->size,
                 .flags = self->flags, .address = self->address, .address_length = self->length)
AC__IO_OPERATION(ac_sendto, AC__KEEP_SIZE, .kind = AC_IO_SENDTO, .fd = self->fd, .buffer = ac__writable(self->buffer),
                 .length = self->size, .flags = self->flags, .address = ac__writable(self->address),
                 .address_size = (uint16_t)self->length)
AC__IO_OPERATION(ac_accept, AC__KEEP_NUMBER, .kind = AC_IO_ACCEPT, .fd = self->fd)
AC__IO_OPERATION(ac_connect_addr, AC__KEEP_NOTHING, .kind = AC_IO_CONNECT, .fd = self->fd, .address = ac__writable(self->address),
                 .address_size = (uint16_t)self->length)

AC__OPERATION_FN_VOID(ac_readable, ac_readable_abort)
AC__OPERATION_FN_VOID(ac_writable, ac_writable_abort)
AC__OPERATION_FN(ac_read, ac_read_abort, ssize_t)
AC__OPERATION_FN(ac_write, ac_write_abort, ssize_t)
AC__OPERATION_FN(ac_recv, ac_recv_abort, ssize_t)
AC__OPERATION_FN(ac_send, ac_send_abort, ssize_t)
AC__OPERATION_FN(ac_recvfrom, ac_recvfrom_abort, ssize_t)
AC__OPERATION_FN(ac_sendto, ac_sendto_abort, ssize_t)
AC__OPERATION_FN(ac_accept, ac_accept_abort, int)
AC__OPERATION_FN_VOID(ac_connect_addr, ac_connect_addr_abort)

/* After EINTR the descriptor is closed all the same, on Linux. */
int ac__close(int fd)
{
    ac_loop *loop = ac__thread.task->loop;
    if (loop)
        ac__io_forget(loop, fd);
    return close(fd) == 0 || errno == EINTR ? 0 : errno;
}

int ac_close__resume(ac_frame *frame)
{
    return ac__close(((struct ac_close__frame *)(void *)frame)->fd);
}

AC__OPERATION_FN_VOID(ac_close, NULL)

/* ---- As coroutines on the heap ---- */

#define FILL_BUFFER frame->fd = fd, frame->buffer = buffer, frame->size = size

AC__COROUTINE(ac_readable, (int fd), frame->fd = fd)
AC__COROUTINE(ac_writable, (int fd), frame->fd = fd)
AC__COROUTINE(ac_read, (int fd, void *buffer, size_t size), (FILL_BUFFER))
AC__COROUTINE(ac_write, (int fd, const void *buffer, size_t size), (FILL_BUFFER))
AC__COROUTINE(ac_recv, (int fd, void *buffer, size_t size, int flags), (FILL_BUFFER, frame->flags = flags))
AC__COROUTINE(ac_send, (int fd, const void *buffer, size_t size, int flags), (FILL_BUFFER, frame->flags = flags))
AC__COROUTINE(ac_recvfrom, (int fd, void *buffer, size_t size, int flags, struct sockaddr *address, socklen_t *length),
          (FILL_BUFFER, frame->flags = flags, frame->address = address, frame->length = length))
AC__COROUTINE(ac_sendto, (int fd, const void *buffer, size_t size, int flags, const struct sockaddr *address, socklen_t length),
          (FILL_BUFFER, frame->flags = flags, frame->address = address, frame->length = length))
AC__COROUTINE(ac_accept, (int fd), frame->fd = fd)
AC__COROUTINE(ac_connect_addr, (int fd, const struct sockaddr *address, socklen_t length),
          (frame->fd = fd, frame->address = address, frame->length = length))
AC__COROUTINE(ac_close, (int fd), frame->fd = fd)

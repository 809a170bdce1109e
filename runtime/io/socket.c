/* socket.c: operations on descriptors.
 *
 * Each fills in a request, starts it, and suspends where it has to wait. A task that always finds its descriptors ready has a
 * budget: past it an operation that is complete gives the others a turn before the task goes on. */
#define _GNU_SOURCE
#include "../loop/loop.h"

#include <unistd.h>

bool ac__io_start(ac_loop *loop, struct ac__io *io)
{
    return loop->backend->fn->start(loop->backend, io);
}

bool ac__io_cancel(ac_loop *loop, struct ac__io *io)
{
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

static void io_done(struct ac__io *io)
{
    ac__wake(io->owner);
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

/* The status of an operation whose request is complete. */
static int status_of(const struct ac__io *io)
{
    return io->result < 0 ? ac__ended((int)-io->result) : 0;
}

/* An operation: SETUP fills the request in from `self`, KEEP stores the result into it. */
#define IO_OPERATION(name, setup, keep)                                                      \
    int name##__resume(ac_frame *frame)                                                      \
    {                                                                                        \
        struct name##__frame *self = (struct name##__frame *)(void *)frame;                  \
        if (frame->state == 0) {                                                             \
            self->io = (struct ac__io){ .fd = self->fd, setup };                             \
            int status = ac__io_await(frame, &self->io);                                     \
            if (status)                                                                      \
                return status;                                                               \
        }                                                                                    \
        keep;                                                                                \
        return status_of(&self->io);                                                         \
    }                                                                                        \
    static bool name##_abort(ac_frame *frame)                                                \
    {                                                                                        \
        return ac__io_abort(&((struct name##__frame *)(void *)frame)->io);                   \
    }

#define KEEP_SIZE self->result = self->io.result
#define KEEP_NUMBER self->result = (int)self->io.result
#define KEEP_NOTHING (void)0
#define COMMA ,

/* Requests read through a pointer to const only; struct ac__io serves both directions. */
static void *writable(const void *pointer)
{
    return (void *)(uintptr_t)pointer;
}

IO_OPERATION(ac_readable, .kind = AC__IO_POLL_IN, KEEP_NOTHING)
IO_OPERATION(ac_writable, .kind = AC__IO_POLL_OUT, KEEP_NOTHING)
IO_OPERATION(ac_read, .kind = AC__IO_READ COMMA .buffer = self->buffer COMMA .length = self->size, KEEP_SIZE)
IO_OPERATION(ac_write, .kind = AC__IO_WRITE COMMA .buffer = writable(self->buffer) COMMA .length = self->size, KEEP_SIZE)
IO_OPERATION(ac_recv, .kind = AC__IO_RECV COMMA .buffer = self->buffer COMMA .length = self->size COMMA
                      .flags = self->flags, KEEP_SIZE)
IO_OPERATION(ac_send, .kind = AC__IO_SEND COMMA .buffer = writable(self->buffer) COMMA .length = self->size COMMA
                      .flags = self->flags, KEEP_SIZE)
IO_OPERATION(ac_recvfrom, .kind = AC__IO_RECVFROM COMMA .buffer = self->buffer COMMA .length = self->size COMMA
                          .flags = self->flags COMMA .address = self->address COMMA .address_length = self->length, KEEP_SIZE)
IO_OPERATION(ac_sendto, .kind = AC__IO_SENDTO COMMA .buffer = writable(self->buffer) COMMA .length = self->size COMMA
                        .flags = self->flags COMMA .address = writable(self->address) COMMA
                        .address_size = (uint16_t)self->length, KEEP_SIZE)
IO_OPERATION(ac_accept, .kind = AC__IO_ACCEPT, KEEP_NUMBER)
IO_OPERATION(ac_connect_addr, .kind = AC__IO_CONNECT COMMA .address = writable(self->address) COMMA
                              .address_size = (uint16_t)self->length, KEEP_NOTHING)

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

int ac_close__resume(ac_frame *frame)
{
    struct ac_close__frame *self = (struct ac_close__frame *)(void *)frame;
    ac_loop *loop = ac__thread.task->loop;
    if (loop)
        ac__io_forget(loop, self->fd);
    /* After EINTR the descriptor is closed all the same, on Linux. */
    return close(self->fd) == 0 || errno == EINTR ? 0 : errno;
}

AC__OPERATION_FN_VOID(ac_close, NULL)

/* ---- As coroutines on the heap ---- */

#define COROUTINE(name, parameters, fill)                                                    \
    ac_coro *name parameters                                                                 \
    {                                                                                        \
        struct name##__frame *frame = ac__operation_new(&name##__fn);                        \
        if (!frame)                                                                          \
            return NULL;                                                                     \
        frame->fd = fd;                                                                      \
        fill;                                                                                \
        return &frame->base;                                                                 \
    }

#define FILL_BUFFER frame->buffer = buffer, frame->size = size

COROUTINE(ac_readable, (int fd), (void)0)
COROUTINE(ac_writable, (int fd), (void)0)
COROUTINE(ac_read, (int fd, void *buffer, size_t size), FILL_BUFFER)
COROUTINE(ac_write, (int fd, const void *buffer, size_t size), FILL_BUFFER)
COROUTINE(ac_recv, (int fd, void *buffer, size_t size, int flags), (FILL_BUFFER, frame->flags = flags))
COROUTINE(ac_send, (int fd, const void *buffer, size_t size, int flags), (FILL_BUFFER, frame->flags = flags))
COROUTINE(ac_recvfrom, (int fd, void *buffer, size_t size, int flags, struct sockaddr *address, socklen_t *length),
          (FILL_BUFFER, frame->flags = flags, frame->address = address, frame->length = length))
COROUTINE(ac_sendto, (int fd, const void *buffer, size_t size, int flags, const struct sockaddr *address, socklen_t length),
          (FILL_BUFFER, frame->flags = flags, frame->address = address, frame->length = length))
COROUTINE(ac_accept, (int fd), (void)0)
COROUTINE(ac_connect_addr, (int fd, const struct sockaddr *address, socklen_t length),
          (frame->address = address, frame->length = length))
COROUTINE(ac_close, (int fd), (void)0)

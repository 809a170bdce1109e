/* offload.c: requests that a thread of the pool makes, because no backend can wait for them.
 *
 * Opening, reading and writing regular files may wait for a disk, and writing to a terminal for whoever looks at it; the system has
 * no way to be told when they would not. What the system has in memory already is taken without a thread. */
#define _GNU_SOURCE
#include "loop.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

struct offloaded {
    struct ac__job job;
    struct ac__io *io;             /* its `next` points back here */
    ssize_t result;
};

static ssize_t blocking_call(const struct ac__io *io)
{
    switch (io->kind) {
    case AC_IO_READ:
        return read(io->fd, io->buffer, io->length);
    case AC_IO_WRITE:
        return write(io->fd, io->buffer, io->length);
    case AC_IO_OPEN:
        return open(io->address, io->flags | O_CLOEXEC, (mode_t)io->length);
    case AC_IO_PREAD:
        return pread(io->fd, io->buffer, io->length, io->offset);
    case AC_IO_PWRITE:
        return pwrite(io->fd, io->buffer, io->length, io->offset);
    case AC_IO_SYNC:
        return io->flags ? fdatasync(io->fd) : fsync(io->fd);
    case AC_IO_STAT:
        return fstat(io->fd, io->address);
    default:
        errno = EINVAL;
        return -1;
    }
}

static ssize_t make_call(const struct ac__io *io)
{
    ssize_t result;
    do {
        result = blocking_call(io);
    } while (result < 0 && errno == EINTR);
    return result < 0 ? -errno : result;
}

static void work(struct ac__job *job)
{
    struct offloaded *self = AC__CONTAINER(job, struct offloaded, job);
    self->result = make_call(self->io);
}

static void work_done(struct ac__job *job)
{
    struct offloaded *self = AC__CONTAINER(job, struct offloaded, job);
    struct ac__io *io = self->io;
    io->result = self->result;
    ac__pool_give(self, sizeof *self);
    io->done(io);
}

/* Whether the bytes were in memory. What fails is tried again by a thread, which will see the same. */
static bool try_at_once(struct ac__io *io)
{
    if (io->at_once) {
        io->result = make_call(io);
        return true;
    }
    struct iovec part = { .iov_base = io->buffer, .iov_len = io->length };
    if (io->kind != AC_IO_PREAD)
        return false;
    io->result = preadv2(io->fd, &part, 1, io->offset, RWF_NOWAIT);
    return io->result >= 0 && (size_t)io->result == io->length;
}

bool ac__offload_start(ac_loop *loop, struct ac__io *io)
{
    io->events = 0;
    if (try_at_once(io))
        return true;
    struct offloaded *self = ac__pool_take(sizeof *self);
    if (!self)
        return ac__io_fail(io, ENOMEM);
    *self = (struct offloaded){ .job = { .work = work, .done = work_done }, .io = io };
    int error = ac__job_submit(ac__loop_workers(loop), &self->job);
    if (error) {
        ac__pool_give(self, sizeof *self);
        return ac__io_fail(io, error);
    }
    io->events = AC__OFFLOADED;
    io->next = (struct ac__io *)(void *)self;
    return false;
}

bool ac__offload_cancel(struct ac__io *io)
{
    struct offloaded *self = (struct offloaded *)(void *)io->next;
    if (!ac__job_withdraw(&self->job))
        return false;
    ac__pool_give(self, sizeof *self);
    return true;
}

/* system.c: system calls that never block, on descriptors in any mode.
 *
 * The mode of a descriptor is shared with whoever else has it open, so it is left alone. Sockets know MSG_DONTWAIT; other
 * descriptors are read and written with RWF_NOWAIT, and where the file does not know that, after poll says that it will not
 * block. Regular files may have to wait for the disk. */
#define _GNU_SOURCE
#include "backend.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum { FIRST_SLOTS = 64 };

/* What poll says of a descriptor now: 0 means that it would block. One that is bad counts as ready: the call itself tells then. Where
 * poll fails nobody knows: -1. */
static int readiness(int fd, short events)
{
    struct pollfd entry = { .fd = fd, .events = events };
    int count;
    do {
        count = poll(&entry, 1, 0);
    } while (count < 0 && errno == EINTR);
    return count < 0 ? -1 : entry.revents;
}

/* For a call that might block: whether it would not. Else errno is `otherwise`, or why that is not known. */
static bool is_ready(int fd, short events, int otherwise)
{
    int now = readiness(fd, events);
    if (now == 0)
        errno = otherwise;
    return now > 0;
}

static ssize_t read_or_write(struct ac__io *io, bool write_it, int flags)
{
    struct iovec part = { .iov_base = io->buffer, .iov_len = io->length };
    return write_it ? pwritev2(io->fd, &part, 1, -1, flags) : preadv2(io->fd, &part, 1, -1, flags);
}

static int file_type(int fd)
{
    struct stat status;
    return fstat(fd, &status) == 0 ? (int)(status.st_mode & S_IFMT) : 0;
}

static ssize_t leave_to_a_thread(void)
{
    errno = AC__EUNPOLLABLE;
    return -1;
}

/* As much as poll's word holds for: a pipe that is ready takes that, but of a terminal and of a file on a disk nobody knows. */
static ssize_t write_ready(struct ac__io *io)
{
    int flags = fcntl(io->fd, F_GETFL);
    if (flags < 0)
        return -1;
    if (!(flags & O_NONBLOCK) && file_type(io->fd) != S_IFIFO)
        return leave_to_a_thread();
    return write(io->fd, io->buffer, flags & O_NONBLOCK || io->length < PIPE_BUF ? io->length : PIPE_BUF);
}

/* A descriptor that is no socket. Writing to a pipe without a reader raises SIGPIPE, which is ignored. */
static ssize_t transfer_file(struct ac__io *io, bool write_it)
{
    ssize_t count = read_or_write(io, write_it, RWF_NOWAIT);
    bool unknown = count < 0 && (errno == EOPNOTSUPP || errno == ENOSYS);
    if (count < 0 && (errno == EAGAIN || unknown) && file_type(io->fd) == S_IFREG)
        return leave_to_a_thread();
    if (!unknown)
        return count;
    if (!is_ready(io->fd, write_it ? POLLOUT : POLLIN, EAGAIN))
        return -1;
    return write_it ? write_ready(io) : read(io->fd, io->buffer, io->length);
}

static ssize_t transfer(struct ac__io *io, bool write_it)
{
    ssize_t count = write_it ? send(io->fd, io->buffer, io->length, MSG_DONTWAIT | MSG_NOSIGNAL)
                             : recv(io->fd, io->buffer, io->length, MSG_DONTWAIT);
    return count < 0 && errno == ENOTSOCK ? transfer_file(io, write_it) : count;
}

static ssize_t accept_now(struct ac__io *io)
{
    int flags = fcntl(io->fd, F_GETFL);
    if (flags < 0)
        return -1;
    if (!(flags & O_NONBLOCK) && !is_ready(io->fd, POLLIN, EAGAIN))
        return -1;
    return accept4(io->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

/* The attempt goes on in the kernel whatever the mode is afterwards. */
static int connect_begin(struct ac__io *io)
{
    int flags = fcntl(io->fd, F_GETFL);
    if (flags < 0 || (!(flags & O_NONBLOCK) && fcntl(io->fd, F_SETFL, flags | O_NONBLOCK) < 0))
        return -1;
    int status = connect(io->fd, io->address, io->address_size), error = errno;
    if (!(flags & O_NONBLOCK))
        fcntl(io->fd, F_SETFL, flags);
    io->events = 1;
    errno = error == EINTR ? EINPROGRESS : error;
    return status;
}

static int connect_end(struct ac__io *io)
{
    int error = 0;
    socklen_t size = sizeof error;
    if (!is_ready(io->fd, POLLOUT, EINPROGRESS))
        return -1;
    if (getsockopt(io->fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0)
        return -1;
    errno = error;
    return error ? -1 : 0;
}

static ssize_t poll_now(struct ac__io *io, short events)
{
    int now = readiness(io->fd, events);
    if (now >= 0)
        errno = now & POLLNVAL ? EBADF : EAGAIN;
    return now > 0 && !(now & POLLNVAL) ? 0 : -1;
}

static ssize_t make_call(struct ac__io *io)
{
    switch (io->kind) {
    case AC_IO_POLL_IN:
        return poll_now(io, POLLIN);
    case AC_IO_POLL_OUT:
        return poll_now(io, POLLOUT);
    case AC_IO_READ:
        return transfer(io, false);
    case AC_IO_WRITE:
        return transfer(io, true);
    case AC_IO_RECV:
        return recv(io->fd, io->buffer, io->length, io->flags | MSG_DONTWAIT);
    case AC_IO_SEND:
        return send(io->fd, io->buffer, io->length, io->flags | MSG_DONTWAIT | MSG_NOSIGNAL);
    case AC_IO_RECVFROM:
        return recvfrom(io->fd, io->buffer, io->length, io->flags | MSG_DONTWAIT, io->address, io->address_length);
    case AC_IO_SENDTO:
        return sendto(io->fd, io->buffer, io->length, io->flags | MSG_DONTWAIT | MSG_NOSIGNAL, io->address,
                      io->address_size);
    case AC_IO_RECVMSG:
        return recvmsg(io->fd, io->buffer, io->flags | MSG_DONTWAIT);
    case AC_IO_SENDMSG:
        return sendmsg(io->fd, io->buffer, io->flags | MSG_DONTWAIT | MSG_NOSIGNAL);
    case AC_IO_ACCEPT:
        return accept_now(io);
    case AC_IO_CONNECT:
        return io->events ? connect_end(io) : connect_begin(io);
    default:
        errno = EINVAL;
        return -1;
    }
}

/* EAGAIN of connect is no promise that it will go on: a local socket whose queue is full. */
static bool would_block(const struct ac__io *io, int error)
{
    if (io->kind == AC_IO_CONNECT)
        return error == EINPROGRESS || error == EALREADY;
    return error == EAGAIN || error == EWOULDBLOCK;
}

void ac__io_call_all(struct ac_backend *backend, struct ac__io **complete)
{
    while (*complete) {
        struct ac__io *io = *complete;
        ac__io_take_out(complete, io);
        backend->waiting--;
        io->done(io);
    }
}

bool ac__slots_reach(void **slots, size_t *count, size_t size, int fd)
{
    if (fd >= 0 && (size_t)fd < *count)
        return true;
    if (fcntl(fd, F_GETFD) < 0)
        return false;
    size_t wanted = *count ? *count : FIRST_SLOTS;
    while (wanted <= (size_t)fd)
        wanted *= 2;
    void *larger = realloc(*slots, wanted * size);
    if (!larger)
        return false;
    memset((char *)larger + *count * size, 0, (wanted - *count) * size);
    *slots = larger;
    *count = wanted;
    return true;
}

bool ac_io_attempt(struct ac__io *io)
{
    do {
        io->result = make_call(io);
    } while (io->result < 0 && errno == EINTR);
    if (io->result >= 0)
        return true;
    if (would_block(io, errno))
        return false;
    return ac__io_fail(io, errno);
}

/*
 * ac_sendfile: a file to a socket, without its bytes passing through the program where the system can do that.
 *
 * The system's call needs a socket that does not block, and a file that it can map. For all others the file is read
 * piece by piece and sent: the same result, more copies.
 */
#define _GNU_SOURCE
#include "../loop/loop.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/sendfile.h>
#include <unistd.h>

/* The most that one call is asked for: other tasks shall have their turn in between. */
#define CHUNK ((size_t)1024 * 1024)

/* Size of the pieces of the fallback. */
#define PIECE ((size_t)64 * 1024)

struct sendfile_frame {
    ac_frame base;
    int64_t result;                     /* bytes sent so far */
    int socket, file;
    int64_t *offset;                    /* the caller's, or NULL: the file's own position counts */
    size_t count;                       /* bytes wanted in all; SIZE_MAX: to the end of the file */
    char *piece;                        /* fallback: what was read; NULL before it is needed */
    size_t filled, passed;              /* fallback: bytes in the piece, and those of them that are sent */
    union {
        struct ac_writable__frame writable;
        struct ac_send__frame send;
        struct ac_sleep__frame sleep;
    } await;
};

/* Where it is suspended. */
enum { BEGIN, WAITING, SENDING, RESTING };

/* What is still to be sent, at most `limit`. */
static size_t wanted(const struct sendfile_frame *self, size_t limit)
{
    size_t left = self->count == SIZE_MAX ? limit : self->count - (size_t)self->result;

    return left < limit ? left : limit;
}

static int sendfile_end(struct sendfile_frame *self, int error)
{
    free(self->piece);
    return error;
}

/* ---- the fallback ---- */

/* Counts what was sent of the piece, and moves the position on. */
static void piece_passed(struct sendfile_frame *self, size_t size)
{
    self->passed += size;
    self->result += (int64_t)size;
    if (self->offset)
        *self->offset += (int64_t)size;
}

/* The file's own position stands behind the piece: what was not sent of it is given back. */
static int piece_end(struct sendfile_frame *self, int error)
{
    if (!self->offset && self->passed < self->filled)
        (void)lseek(self->file, (off_t)self->passed - (off_t)self->filled, SEEK_CUR);
    return sendfile_end(self, error);
}

/* Reads the next piece. 0 with filled == 0 is the end of the file. */
static int piece_read(struct sendfile_frame *self)
{
    ssize_t count;
    size_t size = wanted(self, PIECE);

    do
        count = self->offset ? pread(self->file, self->piece, size, (off_t)*self->offset)
                             : read(self->file, self->piece, size);
    while (count < 0 && errno == EINTR);
    self->passed = 0;
    self->filled = count > 0 ? (size_t)count : 0;
    return count < 0 ? errno : 0;
}

/* Sends piece after piece, beginning after a send that ended with `error`. */
static int pieces_send(struct sendfile_frame *self, int error)
{
    for (;;) {
        if (error)
            return piece_end(self, error);
        if (self->passed == self->filled) {
            error = wanted(self, PIECE) ? piece_read(self) : 0;
            if (error || self->passed == self->filled)
                return piece_end(self, error);
        }
        self->await.send.fd = self->socket;
        self->await.send.buffer = self->piece + self->passed;
        self->await.send.size = self->filled - self->passed;
        self->await.send.flags = 0;
        error = ac_send__resume(ac_enter(&self->await.send.base, &ac_send__fn, &self->base));
        if (error == AC_PENDING)
            return ac_suspend(&self->base, SENDING);
        if (!error)
            piece_passed(self, (size_t)self->await.send.result);
    }
}

static int pieces_begin(struct sendfile_frame *self)
{
    self->piece = ac__allocate(PIECE);
    self->filled = self->passed = 0;
    return self->piece ? pieces_send(self, 0) : ENOMEM;
}

/* ---- the system's call ---- */

/* What a call says beside errors: 0, to go on; AC_PENDING, suspended; and these. */
enum { FALLBACK = -1, COMPLETE = -2 };

static int system_rest(struct sendfile_frame *self)
{
    self->await.sleep.seconds = 0;
    if (ac_sleep__resume(ac_enter(&self->await.sleep.base, &ac_sleep__fn, &self->base)) == AC_PENDING)
        return ac_suspend(&self->base, RESTING);
    return 0;
}

static int system_wait(struct sendfile_frame *self)
{
    int error;

    self->await.writable.fd = self->socket;
    error = ac_writable__resume(ac_enter(&self->await.writable.base, &ac_writable__fn, &self->base));
    return error == AC_PENDING ? ac_suspend(&self->base, WAITING) : error;
}

/* sendfile(2) has no flag that keeps SIGPIPE away: it is blocked meanwhile, and taken back where the call raised
 * it. */
static ssize_t system_sendfile(int socket, int file, off_t *offset, size_t size)
{
    sigset_t pipe_signal, before, pending;
    ssize_t sent;
    int error, was_pending;

    sigemptyset(&pipe_signal);
    sigaddset(&pipe_signal, SIGPIPE);
    was_pending = sigpending(&pending) == 0 && sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &pipe_signal, &before);
    sent = sendfile(socket, file, offset, size);
    error = errno;
    if (sent < 0 && error == EPIPE && !was_pending)
        while (sigtimedwait(&pipe_signal, NULL, &(struct timespec){ 0 }) < 0 && errno == EINTR)
            ;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = error;
    return sent;
}

static int system_send(struct sendfile_frame *self)
{
    size_t size = ac__faults_on() ? ac__fault_length(self->socket, wanted(self, CHUNK)) : wanted(self, CHUNK);
    off_t offset = self->offset ? (off_t)*self->offset : 0;
    ssize_t sent = size ? system_sendfile(self->socket, self->file, self->offset ? &offset : NULL, size) : 0;

    if (sent < 0 && errno == EAGAIN)
        return system_wait(self);
    if (sent < 0 && errno == EINTR)
        return 0;
    if (sent < 0)
        return self->result == 0 && (errno == EINVAL || errno == ENOSYS || errno == EOPNOTSUPP || errno == EOVERFLOW)
                   ? FALLBACK : errno;
    if (sent == 0)
        return COMPLETE;
    self->result += sent;
    if (self->offset)
        *self->offset = offset;
    return system_rest(self);
}

static int system_run(struct sendfile_frame *self, int error)
{
    while (!error)
        error = system_send(self);
    if (error == AC_PENDING)
        return AC_PENDING;
    if (error == FALLBACK)
        return pieces_begin(self);
    return sendfile_end(self, error == COMPLETE ? 0 : error);
}

/* A descriptor in blocking mode would make the system's call block the loop. */
static bool is_blocking(int fd)
{
    int flags = fcntl(fd, F_GETFL);

    return flags >= 0 && !(flags & O_NONBLOCK);
}

static int sendfile_resume(ac_frame *frame)
{
    struct sendfile_frame *self = (struct sendfile_frame *)frame;

    switch (frame->state) {
    case BEGIN:
        self->result = 0;
        self->piece = NULL;
        return is_blocking(self->socket) ? pieces_begin(self) : system_run(self, 0);
    case SENDING:
        if (!frame->error)
            piece_passed(self, (size_t)self->await.send.result);
        return pieces_send(self, frame->error);
    default:
        return system_run(self, frame->error);
    }
}

static const ac_fn sendfile_fn = {
    .resume = sendfile_resume,
    .name = "ac_sendfile",
    .frame_size = sizeof(struct sendfile_frame),
    .result_size = sizeof(int64_t),
    .result_offset = offsetof(struct sendfile_frame, result),
    .kind = AC_KIND_FUNCTION,
};

ac_coro *ac_sendfile(int socket, int file, int64_t *offset, size_t count)
{
    struct sendfile_frame *self = (struct sendfile_frame *)ac_coro_new(&sendfile_fn);

    if (!self)
        return NULL;
    self->socket = socket;
    self->file = file;
    self->offset = offset;
    self->count = count ? count : SIZE_MAX;
    return &self->base;
}

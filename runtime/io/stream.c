/*
 * Streams as objects: how they are made, closed, and go away.
 *
 * A stream that is closed while output is left is not finished yet. A small task of its own, which the loop ends as
 * it ends all tasks, keeps it until the rest is sent, and drops the rest when it is cancelled. So nothing has to be
 * done about open streams when a loop ends, and a closed one never keeps a program from ending.
 */
#define _GNU_SOURCE
#include "transport.h"

#include "address.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* The most input that is thrown away when a socket is closed. */
#define DISCARD_LIMIT ((size_t)1024 * 1024)

static void stream_retain(void *object)
{
    ((ac_stream *)object)->references++;
}

void ac__stream_free(ac_stream *stream)
{
    ac__handle_gone(stream);
    ac__buffer_reset(&stream->input);
    ac__buffer_reset(&stream->output);
    if (stream->layer)
        stream->layer->fn->free(stream->layer);
    free(stream->peer);
    free(stream->fetch);
    ac_loop *loop = stream->loop;
    free(stream);
    ac__handle_ended(loop);
}

static void stream_release(void *object)
{
    ac_stream *stream = object;

    if (stream->references > 1) {
        stream->references--;
        return;
    }
    ac_stream_close(stream);            /* which may add the reference of the task that sends the rest */
    if (--stream->references == 0 && !stream->reading)
        ac__stream_free(stream);        /* else the one who reads does */
}

static const struct ac__object_fn stream_fn = {
    .fn = { .name = "ac_stream", .kind = AC_KIND_OBJECT },
    .retain = stream_retain,
    .release = stream_release,
};

ac_stream *ac__stream_new(ac_loop *loop, int fd, bool socket)
{
    ac_stream *stream = ac__allocate(sizeof *stream);

    if (!stream)
        return NULL;
    memset(stream, 0, sizeof *stream);
    stream->fn = &stream_fn.fn;
    stream->loop = loop;
    stream->references = 1;
    stream->fd = fd;
    stream->given = -1;
    stream->socket = socket;
    stream->read_limit = AC__STREAM_READ_LIMIT;
    stream->low = AC__STREAM_LOW;
    stream->high = AC__STREAM_HIGH;
    stream->hard = AC__STREAM_HARD;
    ac__handle_made(loop, stream);
    return stream;
}

/*
 * Nobody can tell how much a terminal takes without waiting, and it may take nothing for as long as its user likes. Its
 * mode is shared with whoever else has it open; so a stream over one in blocking mode opens it once more, for itself. Not
 * the master of a pseudo-terminal: opening that makes another. -1 where it is no such terminal, or cannot be opened.
 */
static int terminal_reopen(int fd)
{
    char path[32];
    unsigned number;
    int mode = fcntl(fd, F_GETFL);

    if (mode < 0 || (mode & O_NONBLOCK) || !isatty(fd) || ioctl(fd, TIOCGPTN, &number) == 0)
        return -1;
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    return open(path, (mode & O_ACCMODE) | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

/* From now on the stream works through that opening, where there is one. */
static void terminal_use(ac_stream *stream)
{
    int own = terminal_reopen(stream->fd);

    if (own < 0)
        return;
    stream->given = stream->fd;
    stream->fd = own;
}

static bool is_file(int fd)
{
    struct stat status;

    return fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
}

ac_stream *ac_stream_from_fd(int fd)
{
    int type, error, one = 1;
    socklen_t length = sizeof type;
    ac_loop *loop = ac_get_loop();
    bool socket = getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) == 0;
    ac_stream *stream = NULL;

    if (!socket && errno == EBADF)
        return NULL;
    if (socket)
        (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);   /* refused by other than TCP, rightly */
    if (loop)
        stream = ac__stream_new(loop, fd, socket);
    if (!stream) {
        error = loop ? ENOMEM : EINVAL;
        close(fd);
        errno = error;
        return NULL;
    }
    if (!socket) {
        terminal_use(stream);
        stream->file = is_file(stream->fd);
    }
    ac__io_adopt(loop, stream->fd, socket && type == SOCK_STREAM);
    return stream;
}

/* ---- the end of a stream ---- */

/*
 * Throws away what has arrived and was not read. Closing a TCP socket over unread input resets the connection, and
 * the peer may then lose the answer that has been sent to it: a server may answer before it has read all of the
 * question.
 */
static void input_discard(const ac_stream *stream)
{
    char junk[4096];
    size_t total = 0;
    ssize_t count;

    if (!stream->socket || stream->eof || stream->read_error)
        return;
    while (total < DISCARD_LIMIT && (count = recv(stream->fd, junk, sizeof junk, MSG_DONTWAIT)) > 0)
        total += (size_t)count;
}

void ac__stream_finish(ac_stream *stream)
{
    int fd = stream->fd;

    if (fd < 0)
        return;
    ac__stream_unschedule(stream);
    ac__stream_stop_output(stream);
    input_discard(stream);
    stream->fd = -1;
    ac__io_forget(stream->loop, fd);
    close(fd);
    if (stream->given >= 0)
        close(stream->given);
    ac__waiters_complete(&stream->drainers, stream->write_error);
    ac__waiters_complete(&stream->closers, stream->write_error);
    if (stream->transport)
        ac__transport_over(stream->transport, stream->aborted ? 0 : stream->write_error);
    if (stream->server)
        ac__server_stream_closed(stream);
}

/* The task that keeps a closed stream until its output is sent. */
struct linger_frame {
    ac_frame base;
    ac_stream *stream;                              /* a reference */
    struct ac_stream_wait_closed__frame wait;
};

static int linger_resume(ac_frame *frame)
{
    struct linger_frame *self = (struct linger_frame *)frame;
    int error = frame->error;

    if (frame->state == 0) {
        self->wait.stream = self->stream;
        error = ac_stream_wait_closed__resume(ac_enter(&self->wait.base, &ac_stream_wait_closed__fn, frame));
        if (error == AC_PENDING)
            return ac_suspend(frame, 1);
    }
    if (error == ECANCELED)
        ac_stream_abort(self->stream);
    ac_release(self->stream);
    return 0;
}

static const ac_fn linger_fn = {
    .resume = linger_resume,
    .name = "ac_stream_close",
    .frame_size = sizeof(struct linger_frame),
    .result_offset = sizeof(ac_frame),
    .kind = AC_KIND_FUNCTION,
};

/* Starts that task. False without memory, and where the loop has closed. */
static bool linger_start(ac_stream *stream)
{
    struct linger_frame *frame = stream->loop->closed ? NULL : (struct linger_frame *)ac_coro_new(&linger_fn);
    ac_task *task;

    if (!frame)
        return 0;
    frame->stream = stream;
    task = ac__task_start(stream->loop, &frame->base);
    if (!task)
        return 0;
    stream->references++;
    ac_detach(task);
    return 1;
}

void ac_stream_close(ac_stream *stream)
{
    if (stream->closing)
        return;
    stream->closing = stream->ending = 1;
    ac__stream_end_input(stream);
    ac__stream_flush(stream);           /* which finishes the stream where nothing is left */
    if (stream->fd >= 0 && !stream->transport && !linger_start(stream))
        ac_stream_abort(stream);
}

void ac_stream_abort(ac_stream *stream)
{
    if (stream->fd < 0)
        return;
    stream->closing = stream->ending = 1;
    ac__stream_end_input(stream);
    if (ac__stream_unsent(stream)) {
        stream->aborted = 1;
        ac__stream_fail_output(stream, ECONNABORTED);
    }
    ac__stream_finish(stream);
}

bool ac_stream_is_closing(const ac_stream *stream)
{
    return stream->closing;
}

/* ---- ac_stream_wait_closed ---- */

AC__WAITING(ac_stream_wait_closed, &self->stream->closers,
            self->stream->fd < 0 ? self->stream->write_error : ac__wait(&self->stream->closers, &self->waiter, frame))
AC__COROUTINE(ac_stream_wait_closed, (ac_stream *stream), frame->stream = stream)

/* ---- `async with` ---- */

int ac_stream_aenter__resume(ac_frame *frame)
{
    struct ac_stream_aenter__frame *self = (struct ac_stream_aenter__frame *)frame;

    self->result = self->stream;
    return self->stream ? 0 : ENOMEM;
}

AC__OPERATION_FN(ac_stream_aenter, NULL, ac_stream *)

AC__COROUTINE(ac_stream_aenter, (ac_stream *stream), frame->stream = stream)

/*
 * After a body that ended well, waits until the stream is closed; after any other the rest is sent in the
 * background. An error that the body has seen is not thrown a second time.
 */
int ac_stream_aexit__resume(ac_frame *frame)
{
    struct ac_stream_aexit__frame *self = (struct ac_stream_aexit__frame *)frame;
    ac_stream *stream = self->stream;
    bool told = stream->told;
    int error = frame->error;

    if (frame->state == 0) {
        ac_stream_close(stream);
        if (!self->error) {
            self->wait.stream = stream;
            error = ac_stream_wait_closed__resume(ac_enter(&self->wait.base, &ac_stream_wait_closed__fn, frame));
            if (error == AC_PENDING)
                return ac_suspend(frame, 1);
        }
    }
    ac_release(stream);                 /* what is not sent by now has a task of its own, also after a cancellation */
    return error != ECANCELED && told ? 0 : error;
}

AC__OPERATION_FN_VOID(ac_stream_aexit, NULL)

AC__COROUTINE(ac_stream_aexit, (ac_stream *stream, int error), (frame->stream = stream, frame->error = error))

/* ---- what a stream tells of itself ---- */

int ac_stream_fd(const ac_stream *stream)
{
    return stream->fd >= 0 && stream->given >= 0 ? stream->given : stream->fd;
}

const char *ac_stream_peer(ac_stream *stream)
{
    if (!stream->peer && stream->socket && stream->fd >= 0)
        stream->peer = ac__peer_name(stream->fd);
    return stream->peer ? stream->peer : "";
}

int ac_stream_set_limits(ac_stream *stream, size_t read, size_t low, size_t high, size_t hard)
{
    if (!low)
        low = stream->low;
    if (!high)
        high = stream->high;
    if (!hard)
        hard = stream->hard;
    if (low > high || high > hard)
        return EINVAL;
    if (read)
        stream->read_limit = read;
    stream->low = low;
    stream->high = high;
    stream->hard = hard;
    return 0;
}

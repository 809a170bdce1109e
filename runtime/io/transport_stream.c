/*
 * Transports over connections, pipes and terminals.
 *
 * Such a transport has a stream: that does the writing, the closing, and the calls for input, and tells its transport
 * where it would else wake a task. What is read lies in the stream's input buffer only while the protocol looks at it,
 * so a connection that waits holds no memory for that.
 *
 * The end of a pipe that is written to is watched as if it were read from: it becomes readable when nobody reads the
 * other end any more.
 */
#define _GNU_SOURCE
#include "transport.h"

#include "address.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* How much is read at once: more as long as there is more, as much as asyncio reads at most. */
#define READ_LEAST ((size_t)8 * 1024)
#define READ_MOST ((size_t)256 * 1024)

struct stream_transport {
    ac_transport base;
    ac_stream *stream;                  /* a reference; leads back here until `lost` has returned */
    size_t room;                        /* how much is read next */
    bool due;                           /* it may have become readable */
    bool readable, writable;            /* how the descriptor was opened */
};

static struct stream_transport *of(ac_transport *transport)
{
    return AC__CONTAINER(transport, struct stream_transport, base);
}

static ac_stream *stream_of(const ac_transport *transport)
{
    return AC__CONTAINER(transport, const struct stream_transport, base)->stream;
}

/* ---- reading ---- */

/* The peer will send nothing more. */
static void input_ended(ac_transport *transport)
{
    bool keep_open;

    transport->input_over = 1;
    keep_open = transport->protocol->eof && transport->protocol->eof(transport, transport->self);
    if (!keep_open)
        ac_transport_close(transport);
}

/* So much has come at once: so much room the next time. */
static void room_learn(struct stream_transport *self, size_t size)
{
    if (size >= self->room && self->room < READ_MOST)
        self->room *= 4;
    else if (size < self->room / 4 && self->room > READ_LEAST)
        self->room /= 4;
}

/* Hands what has come to the protocol. */
static void input_hand_out(struct stream_transport *self)
{
    ac_transport *transport = &self->base;
    struct ac__buffer *input = &self->stream->input;
    size_t size = ac__buffer_size(input);

    room_learn(self, size);
    if (transport->protocol->data)
        transport->protocol->data(transport, transport->self, ac__buffer_head(input), size);
    ac__buffer_reset(input);
}

/* Reads to where the protocol wants it. Asking for that may have ended the connection, or paused reading. */
static void read_into_buffer(struct stream_transport *self)
{
    ac_transport *transport = &self->base;
    size_t size = 0;
    void *memory = transport->protocol->buffer(transport, transport->self, self->room, &size);
    ssize_t count;

    if (!ac__transport_reads(transport)) {
        self->due = 1;
        return;
    }
    count = memory && size ? ac__stream_receive_into(self->stream, memory, size) : -ENOBUFS;
    if (count == 0) {
        input_ended(transport);
    } else if (count > 0) {
        room_learn(self, (size_t)count);
        if (transport->protocol->filled)
            transport->protocol->filled(transport, transport->self, (size_t)count);
    } else if (count != -EAGAIN) {
        ac__transport_fail(transport, (int)-count);
    }
}

/* Nobody reads the other end of the pipe any more. */
static void reader_gone(ac_transport *transport)
{
    if (ac_transport_get_write_buffer_size(transport))
        ac__transport_fail(transport, EPIPE);
    else
        ac_transport_close(transport);
}

/* Reads once, so that each connection has its turn; then waits for more. */
static void read_some(ac_transport *transport)
{
    struct stream_transport *self = of(transport);
    int error;

    if (!self->readable) {
        reader_gone(transport);
        return;
    }
    if (transport->protocol->buffer) {
        read_into_buffer(self);
        return;
    }
    error = ac__stream_receive(self->stream, self->room);
    if (error && error != AC_PENDING)
        ac__transport_fail(transport, error);
    else if (!error && self->stream->eof)
        input_ended(transport);
    else if (!error)
        input_hand_out(self);
}

static void go_on(ac_transport *transport)
{
    ac_stream *stream = stream_of(transport);
    int error = AC_PENDING;

    if (!ac__transport_reads(transport) || stream->waiting_for_input || ac__stream_starting(stream))
        return;
    if (of(transport)->due) {
        of(transport)->due = 0;
        read_some(transport);
    }
    if (ac__transport_reads(transport))
        error = ac__stream_watch(stream);
    if (!error)
        ac__transport_readable(transport);
    else if (error != AC_PENDING)
        ac__transport_fail(transport, error);
}

void ac__transport_readable(ac_transport *transport)
{
    of(transport)->due = 1;
    ac__transport_wake(transport);
}

static void stop_reading(ac_transport *transport)
{
    ac__stream_unwatch(stream_of(transport));
}

/* ---- closing ---- */

static void stream_close(ac_transport *transport)
{
    ac_stream_close(stream_of(transport));
}

static void stream_abort(ac_transport *transport)
{
    ac_stream_abort(stream_of(transport));
}

static void settle(ac_transport *transport)
{
    ac_stream *stream = stream_of(transport);

    stream->transport = NULL;
    if (stream->server)
        ac__server_stream_closed(stream);
}

static void stream_transport_free(ac_transport *transport)
{
    ac_release(stream_of(transport));
    free(of(transport));
}

/* ---- what it tells of itself ---- */

static size_t buffered(const ac_transport *transport)
{
    return ac__stream_unsent(stream_of(transport));
}

static struct ac__marks marks(const ac_transport *transport)
{
    const ac_stream *stream = stream_of(transport);

    return (struct ac__marks){ .low = stream->low, .high = stream->high };
}

static bool set_marks(ac_transport *transport, struct ac__marks marks)
{
    ac_stream *stream = stream_of(transport);

    stream->low = marks.low;
    stream->high = marks.high;
    if (stream->hard < marks.high)
        stream->hard = marks.high;
    if (stream->paused || buffered(transport) <= marks.high)
        return 0;
    stream->paused = 1;
    return 1;
}

static int stream_fd(const ac_transport *transport)
{
    return ac_stream_fd(stream_of(transport));
}

static const struct ac__transport_kind stream_kind = {
    .go_on = go_on,
    .stop_reading = stop_reading,
    .close = stream_close,
    .abort = stream_abort,
    .buffered = buffered,
    .marks = marks,
    .set_marks = set_marks,
    .fd = stream_fd,
    .settle = settle,
    .free = stream_transport_free,
};

/* ---- making ---- */

/* Sees how the descriptor was opened. A pipe's writing end, too, is watched for input; nothing else that cannot be read
 * is. */
static int look_at(struct stream_transport *self, int fd)
{
    struct stat status;
    int mode = fcntl(fd, F_GETFL);

    if (mode < 0 || fstat(fd, &status) < 0)
        return errno;
    if (S_ISREG(status.st_mode) || S_ISDIR(status.st_mode) || S_ISBLK(status.st_mode))
        return EINVAL;
    self->readable = (mode & O_ACCMODE) != O_WRONLY;
    self->writable = (mode & O_ACCMODE) != O_RDONLY;
    self->base.input_over = !self->readable && !S_ISFIFO(status.st_mode);
    return 0;
}

ac_transport *ac__transport_of_stream(ac_stream *stream, const ac_protocol *protocol, void *self)
{
    struct stream_transport *transport = ac__allocate(sizeof *transport);

    if (!transport) {
        ac_release(stream);
        return NULL;
    }
    /* There may be something already; but nobody is asked for a buffer before it is known. */
    *transport = (struct stream_transport){ .stream = stream, .room = READ_LEAST, .due = !protocol->buffer,
                                             .readable = 1, .writable = 1 };
    ac__transport_begin(&transport->base, &stream_kind, stream->loop, protocol, self);
    stream->transport = &transport->base;
    ac__handle_gone(stream);                   /* no handle of the program's own any more */
    transport->base.peer = stream->socket ? ac__peer_name(stream->fd) : NULL;
    return &transport->base;
}

ac_transport *ac_transport_from_fd(int fd, const ac_protocol *protocol, void *self)
{
    struct stream_transport seen = { .readable = 0 };
    ac_stream *stream = ac_stream_from_fd(fd);
    ac_transport *transport = NULL;
    int error = stream ? stream->socket ? 0 : look_at(&seen, fd) : errno;

    if (stream && error)
        ac_release(stream);
    if (!error) {
        bool socket = stream->socket;
        transport = ac__transport_of_stream(stream, protocol, self);
        error = transport ? 0 : ENOMEM;
        if (transport && !socket) {
            of(transport)->due &= seen.readable;
            of(transport)->readable = seen.readable;
            of(transport)->writable = seen.writable;
            transport->input_over = seen.base.input_over;
        }
    }
    if (error)
        errno = error;
    return transport;
}

/* ---- writing ---- */

static bool is_stream(const ac_transport *transport)
{
    return transport->kind == &stream_kind;
}

int ac_transport_write(ac_transport *transport, const void *bytes, size_t size)
{
    if (!is_stream(transport) || !of(transport)->writable)
        return EBADF;
    return ac_stream_write(stream_of(transport), bytes, size);
}

int ac_transport_writev(ac_transport *transport, const struct iovec *parts, int count)
{
    if (!is_stream(transport) || !of(transport)->writable)
        return EBADF;
    return ac_stream_writev(stream_of(transport), parts, count);
}

/* The writing end of a pipe has nothing but its closing to tell the end by. */
static bool ends_by_closing(const ac_transport *transport)
{
    return is_stream(transport) && !AC__CONTAINER(transport, const struct stream_transport, base)->readable;
}

ac_stream *ac__stream_of_transport(const ac_transport *transport)
{
    return is_stream(transport) ? stream_of(transport) : NULL;
}

bool ac_transport_can_write_eof(const ac_transport *transport)
{
    return is_stream(transport) && (stream_of(transport)->socket || ends_by_closing(transport));
}

int ac_transport_write_eof(ac_transport *transport)
{
    if (!ac_transport_can_write_eof(transport))
        return ENOTSUP;
    if (!ends_by_closing(transport))
        return ac_stream_write_eof(stream_of(transport));
    ac_transport_close(transport);
    return 0;
}

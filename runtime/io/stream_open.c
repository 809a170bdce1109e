/*
 * Connections that a program opens: ac_open_connection, ac_open_connection_with, ac_open_unix_connection.
 */
#define _GNU_SOURCE
#include "address.h"
#include "connect.h"
#include "stream.h"

#include <sys/un.h>

/* Makes a stream of a connected socket, or closes it. */
static int stream_make(int fd, ac_stream **stream)
{
    ac_loop *loop = ac__thread.task->loop;

    *stream = ac__stream_new(loop, fd, 1);
    if (*stream)
        return 0;
    ac__socket_close(loop, fd);
    return ENOMEM;
}

/* ---- to a host ---- */

struct open_frame {
    ac_frame base;
    ac_stream *result;
    const char *host;
    int port;
    const ac_connect_options *options;
    ac_coro *connect;                   /* the ac_connect that runs, while it does */
};

static int open_resume(ac_frame *frame)
{
    struct open_frame *self = (struct open_frame *)frame;
    int error = frame->error;

    if (frame->state == 0) {
        self->connect = ac_connect_with(self->host, self->port, self->options);
        error = ac_coro_await(frame, self->connect);
        if (error == AC_PENDING)
            return ac_suspend(frame, 1);
    }
    if (!error)
        error = stream_make(AC_RESULT(self->connect, int), &self->result);
    ac_coro_free(self->connect);
    return error;
}

static const ac_fn open_fn = {
    .resume = open_resume,
    .name = "ac_open_connection",
    .frame_size = sizeof(struct open_frame),
    .result_size = sizeof(ac_stream *),
    .result_offset = offsetof(struct open_frame, result),
    .kind = AC_KIND_FUNCTION,
};

ac_coro *ac_open_connection_with(const char *host, int port, const ac_connect_options *options)
{
    struct open_frame *self = (struct open_frame *)ac_coro_new(&open_fn);

    if (!self)
        return NULL;
    self->host = host;
    self->port = port;
    self->options = options;
    return &self->base;
}

ac_coro *ac_open_connection(const char *host, int port)
{
    return ac_open_connection_with(host, port, NULL);
}

/* ---- to a local socket ---- */

struct open_unix_frame {
    ac_frame base;
    ac_stream *result;
    const char *path;
    int fd;
    struct sockaddr_un address;
    struct ac_connect_addr__frame connect;
};

static int open_unix_end(struct open_unix_frame *self, int error)
{
    if (!error)
        return stream_make(self->fd, &self->result);
    ac__socket_close(ac__thread.task->loop, self->fd);
    return error;
}

static int open_unix_resume(ac_frame *frame)
{
    struct open_unix_frame *self = (struct open_unix_frame *)frame;
    ac_loop *loop = ac__thread.task->loop;
    int error;

    if (frame->state)
        return open_unix_end(self, frame->error);
    if (!loop)
        return EINVAL;
    error = ac__address_unix(self->path, &self->address, &self->connect.length);
    if (!error)
        error = ac__socket_open(loop, AF_UNIX, SOCK_STREAM, 0, &self->fd);
    if (error)
        return error;
    self->connect.fd = self->fd;
    self->connect.address = (const struct sockaddr *)&self->address;
    error = ac_connect_addr__resume(ac_enter(&self->connect.base, &ac_connect_addr__fn, frame));
    return error == AC_PENDING ? ac_suspend(frame, 1) : open_unix_end(self, error);
}

static const ac_fn open_unix_fn = {
    .resume = open_unix_resume,
    .name = "ac_open_unix_connection",
    .frame_size = sizeof(struct open_unix_frame),
    .result_size = sizeof(ac_stream *),
    .result_offset = offsetof(struct open_unix_frame, result),
    .kind = AC_KIND_FUNCTION,
};

ac_coro *ac_open_unix_connection(const char *path)
{
    struct open_unix_frame *self = (struct open_unix_frame *)ac_coro_new(&open_unix_fn);

    if (!self)
        return NULL;
    self->path = path;
    return &self->base;
}

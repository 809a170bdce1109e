/*
 * Servers: listening sockets, and a task for each connection that comes through them.
 *
 * Accepting is no task. Each listening socket has a request of its own; when it brings a connection, a stream is
 * made for it and a task that runs the handler. When the handler has ended, in whatever way, that task closes the
 * stream; what is still to be sent then is sent in the background. A server of ac_create_server has a transport in
 * place of the task.
 *
 * A connection is in its server's list, which holds a reference to the stream, until both are over: the handler has
 * ended and the descriptor is closed. Waiting for the end of a server is waiting for the end of that list.
 *
 * The server's memory goes when its handle was released and its last connection is over.
 */
#define _GNU_SOURCE
#include "address.h"
#include "connect.h"
#include "listen.h"
#include "transport.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* How many addresses of a host are listened on. */
enum { LISTENERS = 16 };

/* Connections that one socket accepts before the rest of the program has its turn. */
enum { ACCEPT_BATCH = 64 };

/* How long the end of `async with` lets the connections take to end by themselves. */
#define GRACE 1.0

/* How long accepting pauses when there are no descriptors or no memory. */
#define PAUSE 1.0

typedef ac_coro *plain_handler(ac_stream *stream);
typedef ac_coro *context_handler(ac_stream *stream, void *arg);

/* What to run for a connection. */
struct handler {
    plain_handler *plain;               /* a task; NULL: one of the others */
    context_handler *with_context;
    const ac_protocol *protocol;        /* no task: a transport */
    void *arg;                          /* for with_context and the protocol */
};

/* A listening socket. */
struct listener {
    ac_server *server;
    int fd;                             /* -1: closed */
    bool waiting;                       /* `request` is under way */
    ac_handle *resumption;              /* the callback that goes on accepting; NULL while none is due */
    struct ac__io request;
};

struct ac_server {
    const ac_fn *fn;                    /* begins every handle */
    ac_loop *loop;
    uint32_t references;                /* of handles; connections do not count here */
    bool closed;
    struct handler handler;
    size_t clients;                     /* length of the list of connections */
    ac_stream *first;                   /* the connections that are not over, the newest first */
    struct ac__waiters closers;         /* those who wait until it is closed */
    struct ac__waiters enders;          /* those who wait for the last connection's end, too */
    void (*drop)(void *kept);           /* see ac__server_keep; NULL: nothing to do */
    void *kept;
    char *path;                         /* of a local socket, else NULL */
    struct stat made;                   /* which file at that path is ours */
    size_t count;                       /* of listeners */
    struct listener listeners[];
};

/* ---- connections ---- */

static void server_free(ac_server *server)
{
    if (server->drop)
        server->drop(server->kept);
    free(server->path);
    ac__handle_gone(server);
    ac_loop *loop = server->loop;
    free(server);
    ac__handle_ended(loop);
}

static void listener_resume(void *listener);

/* A connection has given back memory and a descriptor: listeners that could not even be made to wait for that go on. */
static void listeners_revive(ac_server *server)
{
    for (size_t i = 0; i < server->count; i++) {
        struct listener *listener = &server->listeners[i];
        if (listener->fd >= 0 && !listener->waiting && !listener->resumption)
            listener->resumption = ac_call_soon(server->loop, listener_resume, listener);
    }
}

/* Takes a connection out of the list when both its handler (or transport) and its descriptor are gone. */
static void connection_settle(ac_stream *stream)
{
    ac_server *server = stream->server;

    if (stream->task || stream->transport || stream->fd >= 0)
        return;
    *stream->link = stream->next;
    if (stream->next)
        stream->next->link = stream->link;
    stream->server = NULL;
    server->clients--;
    ac_release(stream);
    listeners_revive(server);
    if (!server->closed || server->clients)
        return;
    ac__waiters_complete(&server->enders, 0);
    if (server->references == 0)
        server_free(server);
}

void ac__server_stream_closed(ac_stream *stream)
{
    connection_settle(stream);
}

/* The root of a connection's task. */
struct connection_frame {
    ac_frame base;
    ac_stream *stream;                  /* a reference */
    ac_coro *handler;                   /* the program's coroutine, while it runs */
};

/*
 * A client that has gone away in the middle, or breaks the rules of TLS, ends the handler with the error of its own
 * stream. That happens to every server, all the time, and its operator can do nothing about it: it is told to an error
 * handler of the program, but the default one would only fill the terminal.
 */
static bool is_vanished_client(const ac_stream *stream, int error)
{
    return (error == ECONNRESET || error == EPIPE || error == AC_ETLS) &&
           (error == stream->read_error || error == stream->write_error) && !stream->loop->handler;
}

/* The handler has ended: so has the connection, but for what is left to be sent. */
static int connection_end(struct connection_frame *self, int error)
{
    ac_stream *stream = self->stream;
    ac_task *task = stream->task;

    if (is_vanished_client(stream, error))
        error = 0;
    if (error)
        ac_pass(&self->base, 0, error);
    ac_coro_free(self->handler);
    if (!stream->transport)             /* else it was handed on to that */
        ac_stream_close(stream);
    stream->task = NULL;
    connection_settle(stream);
    ac_release(stream);
    ac_release(task);
    return error;
}

static int connection_resume(ac_frame *frame)
{
    struct connection_frame *self = (struct connection_frame *)frame;
    const struct handler *handler;
    int error;

    if (frame->state)
        return connection_end(self, frame->error);
    handler = &self->stream->server->handler;
    self->handler = handler->plain ? handler->plain(self->stream) : handler->with_context(self->stream, handler->arg);
    error = ac_coro_await(frame, self->handler);
    return error == AC_PENDING ? ac_suspend(frame, 1) : connection_end(self, error);
}

static const ac_fn connection_fn = {
    .resume = connection_resume,
    .name = "connection",
    .frame_size = sizeof(struct connection_frame),
    .result_offset = sizeof(ac_frame),
    .kind = AC_KIND_FUNCTION,
};

/* The task of a new connection; NULL without memory. */
static ac_task *connection_task(ac_stream *stream)
{
    struct connection_frame *frame = (struct connection_frame *)ac_coro_new(&connection_fn);

    if (!frame)
        return NULL;
    frame->stream = stream;
    frame->handler = NULL;
    return ac__task_start(stream->loop, &frame->base);
}

/* Who serves a new connection: a task, or a transport, with a reference to the stream. False without memory. */
static bool connection_serve(const struct handler *handler, ac_stream *stream)
{
    ac_transport *transport;

    if (!handler->protocol) {
        stream->task = connection_task(stream);
        return stream->task != NULL;
    }
    ac_retain(stream);
    transport = ac__transport_of_stream(stream, handler->protocol, handler->arg);
    if (!transport)
        return 0;
    ac_release(transport);              /* it lives by itself until it is over */
    ac_release(stream);
    return 1;
}

/* Begins to serve an accepted socket. False without memory: the socket is closed. */
static bool connection_begin(ac_server *server, int fd)
{
    ac_stream *stream = ac__stream_new(server->loop, fd, 1);

    if (!stream) {
        ac__socket_close(server->loop, fd);
        return 0;
    }
    if (!connection_serve(&server->handler, stream)) {
        ac_release(stream);
        return 0;
    }
    stream->references++;               /* one for the list, one for who serves it */
    stream->server = server;
    stream->next = server->first;
    stream->link = &server->first;
    if (stream->next)
        stream->next->link = &stream->next;
    server->first = stream;
    server->clients++;
    return 1;
}

/* ---- accepting ---- */

static void listener_accept(struct listener *listener);

/* The callback of a pause, and of accepting in batches. */
static void listener_resume(void *arg)
{
    struct listener *listener = arg;

    listener->resumption = NULL;
    listener_accept(listener);
}

/* Stops accepting for a while, and tells why; who is told may close the server. */
static void listener_pause(struct listener *listener, int error)
{
    ac_loop *loop = listener->server->loop;

    listener->resumption = ac_call_later(loop, PAUSE, listener_resume, listener);
    ac_loop_report(loop, "a server cannot accept connections and pauses", error, NULL);
}

/* Errors that concern one connection, or the network for a moment: the next accept may do better (accept(2)). */
static bool is_passing(int error)
{
    switch (error) {
    case EINTR:
    case ECONNABORTED:
    case EPERM:
    case EPROTO:
    case ENOPROTOOPT:
    case ENETDOWN:
    case ENETUNREACH:
    case EHOSTDOWN:
    case EHOSTUNREACH:
    case ENONET:
    case EOPNOTSUPP:
    case ETIMEDOUT:
        return 1;
    default:
        return 0;
    }
}

/* Takes what the request has brought. False where accepting is not to go on now. */
static bool listener_take(struct listener *listener)
{
    ssize_t result = listener->request.result;

    if (result < 0 && is_passing((int)-result))
        return 1;
    if (result >= 0 && connection_begin(listener->server, (int)result))
        return 1;
    listener_pause(listener, result < 0 ? (int)-result : ENOMEM);
    return 0;
}

/* The server was closed while a connection was on its way to it. */
static void listener_drop(struct listener *listener)
{
    if (listener->request.result >= 0)
        close((int)listener->request.result);
    ac_release(listener->server);
}

static void listener_done(struct ac__io *request)
{
    struct listener *listener = request->owner;

    listener->waiting = 0;
    if (listener->fd < 0)
        listener_drop(listener);
    else if (listener_take(listener))
        listener_accept(listener);
}

/* Accepts what has come, and then waits for more. */
static void listener_accept(struct listener *listener)
{
    for (int i = 0; i < ACCEPT_BATCH; i++) {
        listener->request.kind = AC_IO_ACCEPT;
        listener->request.fd = listener->fd;
        listener->request.flags = 0;
        listener->request.done = listener_done;
        listener->request.owner = listener;
        listener->waiting = !ac__io_start(listener->server->loop, &listener->request);
        if (listener->waiting || !listener_take(listener))
            return;
    }
    listener->resumption = ac_call_soon(listener->server->loop, listener_resume, listener);
    if (!listener->resumption)
        listener_pause(listener, ENOMEM);
}

static void listener_close(struct listener *listener)
{
    if (listener->fd < 0)
        return;
    ac__callback_end(listener->server->loop, &listener->resumption);
    if (listener->waiting && !ac__io_cancel(listener->server->loop, &listener->request))
        ac_retain(listener->server);
    listener->waiting = 0;
    ac__socket_close(listener->server->loop, listener->fd);
    listener->fd = -1;
}

/* ---- the server as an object ---- */

void ac_server_close(ac_server *server)
{
    if (server->closed)
        return;
    server->closed = 1;
    for (size_t i = 0; i < server->count; i++)
        listener_close(&server->listeners[i]);
    if (server->path)
        ac__listen_unlink(server->path, &server->made);
    ac__waiters_complete(&server->closers, 0);
    if (!server->clients)
        ac__waiters_complete(&server->enders, 0);
}

static void server_retain(void *object)
{
    ((ac_server *)object)->references++;
}

static void server_release(void *object)
{
    ac_server *server = object;

    if (server->references == 1)
        ac_server_close(server);
    if (--server->references == 0 && !server->clients)
        server_free(server);
}

static const struct ac__object_fn server_fn = {
    .fn = { .name = "ac_server", .kind = AC_KIND_OBJECT },
    .retain = server_retain,
    .release = server_release,
};

/* A server on these listening sockets, which it owns from now on. NULL without memory: they stay the caller's. */
static ac_server *server_make(ac_loop *loop, const struct handler *handler, const int *fds, size_t count)
{
    ac_server *server = ac__allocate(sizeof *server + count * sizeof server->listeners[0]);

    if (!server)
        return NULL;
    memset(server, 0, sizeof *server + count * sizeof server->listeners[0]);
    server->fn = &server_fn.fn;
    server->loop = loop;
    server->references = 1;
    server->handler = *handler;
    server->count = count;
    for (size_t i = 0; i < count; i++) {
        server->listeners[i].server = server;
        server->listeners[i].fd = fds[i];
    }
    ac__handle_made(loop, server);
    return server;
}

/* Begins to accept: on the next turn, so that the program has its server before a handler runs. */
static int server_begin(ac_server *server)
{
    for (size_t i = 0; i < server->count; i++) {
        struct listener *listener = &server->listeners[i];
        ac__io_adopt(server->loop, listener->fd, 0);
        listener->resumption = ac_call_soon(server->loop, listener_resume, listener);
        if (!listener->resumption)
            return ENOMEM;
    }
    return 0;
}

void ac__server_keep(ac_server *server, void (*drop)(void *kept), void *kept)
{
    server->drop = drop;
    server->kept = kept;
}

size_t ac_server_sockets(ac_server *server, int *fds, size_t n)
{
    if (server->closed)
        return 0;
    for (size_t i = 0; i < server->count && i < n; i++)
        fds[i] = server->listeners[i].fd;
    return server->count;
}

static void connection_abort(ac_stream *stream)
{
    if (stream->transport)
        ac_transport_abort(stream->transport);
    else
        ac_stream_abort(stream);
}

void ac_server_close_clients(ac_server *server)
{
    for (ac_stream *stream = server->first, *next; stream; stream = next) {
        next = stream->next;
        if (stream->transport)
            ac_transport_close(stream->transport);
        else
            ac_stream_close(stream);
    }
}

void ac_server_abort_clients(ac_server *server)
{
    for (ac_stream *stream = server->first, *next; stream; stream = next) {
        next = stream->next;
        connection_abort(stream);
    }
}

/* Ends all connections by force: the handlers are cancelled, and find their streams closed. The caller has a
 * reference. */
static void server_force(ac_server *server)
{
    for (ac_stream *stream = server->first, *next; stream; stream = next) {
        next = stream->next;
        if (stream->task)
            ac_cancel(stream->task);
        connection_abort(stream);
    }
}

/* ---- starting ---- */

struct start_frame {
    ac_frame base;
    ac_server *result;
    struct handler handler;
    const char *host;
    int port;
    struct ac__resolve__frame resolve;
};

/* Makes the server and begins; the sockets are closed on failure. */
static int start_on(ac_loop *loop, ac_server **result, const struct handler *handler, const int *fds, size_t count)
{
    ac_server *server = server_make(loop, handler, fds, count);
    int error;

    if (!server) {
        while (count > 0)
            ac__socket_close(loop, fds[--count]);
        return ENOMEM;
    }
    error = server_begin(server);
    if (error) {
        ac_release(server);
        return error;
    }
    *result = server;
    return 0;
}

static int start_resume(ac_frame *frame)
{
    struct start_frame *self = (struct start_frame *)frame;
    int fds[LISTENERS], error = frame->error;
    size_t count;

    if (frame->state == 0)
        error = ac__resolve_to_listen(&self->resolve, self->host, self->port, frame);
    if (error == AC_PENDING)
        return ac_suspend(frame, 1);
    if (error)
        return error;
    error = ac__listen_all(self->resolve.result, 0, fds, LISTENERS, &count);
    freeaddrinfo(self->resolve.result);
    return error ? error : start_on(ac__thread.task->loop, &self->result, &self->handler, fds, count);
}

static const ac_fn start_fn = {
    .resume = start_resume,
    .name = "ac_start_server",
    .frame_size = sizeof(struct start_frame),
    .result_size = sizeof(ac_server *),
    .result_offset = offsetof(struct start_frame, result),
    .kind = AC_KIND_FUNCTION,
};

static ac_coro *start(struct handler handler, const char *host, int port)
{
    struct start_frame *self = (struct start_frame *)ac_coro_new(&start_fn);

    if (!self)
        return NULL;
    self->handler = handler;
    self->host = host;
    self->port = port;
    return &self->base;
}

ac_coro *ac_start_server(plain_handler *handler, const char *host, int port)
{
    return start((struct handler){ .plain = handler }, host, port);
}

ac_coro *ac_create_server(const ac_protocol *protocol, void *self, const char *host, int port)
{
    return start((struct handler){ .protocol = protocol, .arg = self }, host, port);
}

ac_coro *ac_start_server_arg(context_handler *handler, void *arg, const char *host, int port)
{
    return start((struct handler){ .with_context = handler, .arg = arg }, host, port);
}

/* ---- on sockets that listen already ---- */

/* What speaks against a server on this descriptor. */
static int listening_check(int fd)
{
    int listens = 0;
    socklen_t size = sizeof listens;

    if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) < 0)
        return errno;
    return listens ? 0 : EINVAL;
}

static ac_server *start_on_fds(struct handler handler, const int *fds, size_t n)
{
    ac_loop *loop = ac_get_loop();
    ac_server *server = NULL;
    int error = loop && n > 0 && n <= LISTENERS ? 0 : EINVAL;

    for (size_t i = 0; !error && i < n; i++)
        error = listening_check(fds[i]);
    if (error) {
        for (size_t i = 0; i < n; i++)
            close(fds[i]);
    } else {
        for (size_t i = 0; i < n; i++)
            ac__io_adopt(loop, fds[i], 1);
        error = start_on(loop, &server, &handler, fds, n);
    }
    if (error)
        errno = error;
    return server;
}

ac_server *ac_server_from_fds(context_handler *handler, void *arg, const int *fds, size_t n)
{
    return start_on_fds((struct handler){ .with_context = handler, .arg = arg }, fds, n);
}

ac_server *ac_create_server_from_fds(const ac_protocol *protocol, void *self, const int *fds, size_t n)
{
    return start_on_fds((struct handler){ .protocol = protocol, .arg = self }, fds, n);
}

/* ---- on local sockets ---- */

struct start_unix_frame {
    ac_frame base;
    ac_server *result;
    struct handler handler;
    const char *path;
};

static int start_unix_resume(ac_frame *frame)
{
    struct start_unix_frame *self = (struct start_unix_frame *)frame;
    struct stat made;
    char *path;
    int fd, error = ac__thread.task->loop ? ac__listen_unix(self->path, 0, &fd, &made) : EINVAL;

    if (error)
        return error;
    path = strdup(self->path);
    if (!path) {
        ac__listen_unlink(self->path, &made);
        ac__socket_close(ac__thread.task->loop, fd);
        return ENOMEM;
    }
    error = start_on(ac__thread.task->loop, &self->result, &self->handler, &fd, 1);
    if (error) {
        ac__listen_unlink(path, &made);
        free(path);
        return error;
    }
    self->result->path = path;
    self->result->made = made;
    return 0;
}

static const ac_fn start_unix_fn = {
    .resume = start_unix_resume,
    .name = "ac_start_unix_server",
    .frame_size = sizeof(struct start_unix_frame),
    .result_size = sizeof(ac_server *),
    .result_offset = offsetof(struct start_unix_frame, result),
    .kind = AC_KIND_FUNCTION,
};

static ac_coro *start_unix(struct handler handler, const char *path)
{
    struct start_unix_frame *self = (struct start_unix_frame *)ac_coro_new(&start_unix_fn);

    if (!self)
        return NULL;
    self->handler = handler;
    self->path = path;
    return &self->base;
}

ac_coro *ac_start_unix_server(plain_handler *handler, const char *path)
{
    return start_unix((struct handler){ .plain = handler }, path);
}

ac_coro *ac_create_unix_server(const ac_protocol *protocol, void *self, const char *path)
{
    return start_unix((struct handler){ .protocol = protocol, .arg = self }, path);
}

ac_coro *ac_start_unix_server_arg(context_handler *handler, void *arg, const char *path)
{
    return start_unix((struct handler){ .with_context = handler, .arg = arg }, path);
}

/* ---- ac_serve_forever ---- */

struct serve_frame {
    ac_frame base;
    ac_server *server;
    struct ac__waiter waiter;
};

static int serve_resume(ac_frame *frame)
{
    struct serve_frame *self = (struct serve_frame *)frame;
    int error;

    if (self->server->closed)
        return 0;
    error = ac__wait(&self->server->closers, &self->waiter, frame);
    if (error != AC_PENDING)
        ac_server_close(self->server);
    return error;
}

static bool serve_abort(ac_frame *frame)
{
    struct serve_frame *self = (struct serve_frame *)frame;

    ac__waiter_remove(&self->server->closers, &self->waiter);
    ac_server_close(self->server);
    return 1;
}

static const ac_fn serve_fn = {
    .resume = serve_resume,
    .abort = serve_abort,
    .name = "ac_serve_forever",
    .frame_size = sizeof(struct serve_frame),
    .result_offset = sizeof(ac_frame),
    .kind = AC_KIND_OPERATION,
};

ac_coro *ac_serve_forever(ac_server *server)
{
    struct serve_frame *self = ac__operation_new(&serve_fn);

    if (!self)
        return NULL;
    self->server = server;
    return &self->base;
}

/* ---- ac_server_wait_closed ---- */

static int wait_closed(ac_server *server, struct ac__waiter *waiter, ac_frame *operation)
{
    if (server->closed && !server->clients)
        return 0;
    return ac__wait(&server->enders, waiter, operation);
}

AC__WAITING(ac_server_wait_closed, &self->server->enders, wait_closed(self->server, &self->waiter, frame))
AC__COROUTINE(ac_server_wait_closed, (ac_server *server), frame->server = server)

/* ---- ac_server_shutdown ---- */

/* Where it is suspended: waiting for the connections; and once more, having been cancelled, for those that were
 * forced. */
enum { BEGIN, WAITING, FORCED };

/* The deadline: a timer's "resumption". */
static int shutdown_due(ac_frame *timer)
{
    timer->state = 0;                   /* it runs no more */
    server_force(((ac__timer *)(void *)timer)->owner);
    return 0;
}

static const ac_fn shutdown_due_fn = {
    .resume = shutdown_due,
    .name = "ac_server_shutdown deadline",
    .frame_size = sizeof(ac__timer),
    .kind = AC_KIND_OPERATION,
};

static int shutdown_wait(struct ac_server_shutdown__frame *self, uint32_t state)
{
    int error;

    self->wait.server = self->server;
    error = ac_server_wait_closed__resume(ac_enter(&self->wait.base, &ac_server_wait_closed__fn, &self->base));
    return error == AC_PENDING ? ac_suspend(&self->base, state) : error;
}

/* The wait is over. Where it was cancelled, the connections are ended by force, and their end is waited for
 * nonetheless. */
static int shutdown_waited(struct ac_server_shutdown__frame *self, int error)
{
    ac__timer_stop(self->server->loop, &self->timer);
    if (error == ECANCELED) {
        server_force(self->server);
        ac_mask();
        if (shutdown_wait(self, FORCED) == AC_PENDING)
            return AC_PENDING;
        ac_unmask();
    }
    return error;
}

static int shutdown_begin(struct ac_server_shutdown__frame *self)
{
    ac_server *server = self->server;
    int error = 0;

    if (isnan(self->deadline))
        return EINVAL;
    ac_server_close(server);
    ac__timer_due_set(&self->timer, &shutdown_due_fn, server);
    if (self->deadline > 0 && !isinf(self->deadline) && server->clients)
        error = ac__timer_start_after(server->loop, &self->timer, self->deadline);
    if (self->deadline <= 0 || error)   /* without memory for a timer there is no waiting until later */
        server_force(server);
    error = shutdown_wait(self, WAITING);
    return error == AC_PENDING ? error : shutdown_waited(self, error);
}

int ac_server_shutdown__resume(ac_frame *frame)
{
    struct ac_server_shutdown__frame *self = (struct ac_server_shutdown__frame *)frame;

    switch (frame->state) {
    case BEGIN:
        return shutdown_begin(self);
    case WAITING:
        return shutdown_waited(self, frame->error);
    default:
        ac_unmask();
        return ECANCELED;
    }
}

AC__OPERATION_FN_VOID(ac_server_shutdown, NULL)

AC__COROUTINE(ac_server_shutdown, (ac_server *server, double deadline),
              (frame->server = server, frame->deadline = deadline))

/* ---- `async with` ---- */

int ac_server_aenter__resume(ac_frame *frame)
{
    struct ac_server_aenter__frame *self = (struct ac_server_aenter__frame *)frame;

    self->result = self->server;
    return self->server ? 0 : ENOMEM;
}

AC__OPERATION_FN(ac_server_aenter, NULL, ac_server *)

AC__COROUTINE(ac_server_aenter, (ac_server *server), frame->server = server)

int ac_server_aexit__resume(ac_frame *frame)
{
    struct ac_server_aexit__frame *self = (struct ac_server_aexit__frame *)frame;
    int error = frame->error;

    if (frame->state == 0) {
        self->shutdown.server = self->server;
        self->shutdown.deadline = self->error || ac_cancelling(ac__thread.task) > 0 ? 0 : GRACE;
        error = ac_server_shutdown__resume(ac_enter(&self->shutdown.base, &ac_server_shutdown__fn, frame));
        if (error == AC_PENDING)
            return ac_suspend(frame, 1);
    }
    ac_release(self->server);
    return error;
}

AC__OPERATION_FN_VOID(ac_server_aexit, NULL)

AC__COROUTINE(ac_server_aexit, (ac_server *server, int error), (frame->server = server, frame->error = error))

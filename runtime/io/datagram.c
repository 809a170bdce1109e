/*
 * Datagram sockets: making them, receiving, sending.
 *
 * A packet is received into the one buffer that its socket has, which the next one overwrites: iterating over packets
 * allocates nothing. The system is asked for a packet's real length, so that one that was cut off is known. Sending has
 * no buffer: who sends waits for room.
 */
#define _GNU_SOURCE
#include "datagram.h"

#include "address.h"
#include "connect.h"
#include "listen.h"

#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

/* More than the longest packet of UDP. */
#define LIMIT ((size_t)64 * 1024)

/* ---- the object ---- */

static void datagram_retain(void *object)
{
    ((ac_datagram *)object)->references++;
}

static void datagram_release(void *object)
{
    ac_datagram *datagram = object;

    if (datagram->references == 1)
        ac_datagram_close(datagram);
    if (--datagram->references > 0)
        return;
    ac__handle_gone(datagram);
    ac_loop *loop = datagram->loop;
    free(datagram->path);
    free(datagram);
    ac__handle_ended(loop);
}

static const struct ac__object_fn datagram_fn = {
    .fn = { .name = "ac_datagram", .kind = AC_KIND_OBJECT },
    .retain = datagram_retain,
    .release = datagram_release,
};

/* One without a descriptor; NULL without memory. */
static ac_datagram *datagram_new(ac_loop *loop, size_t limit)
{
    ac_datagram *datagram = limit > SIZE_MAX / 2 ? NULL : ac__allocate(sizeof *datagram + limit);

    if (!datagram)
        return NULL;
    memset(datagram, 0, sizeof *datagram);
    datagram->fn = &datagram_fn.fn;
    datagram->loop = loop;
    datagram->references = 1;
    datagram->fd = -1;
    datagram->limit = limit;
    ac__handle_made(loop, datagram);
    return datagram;
}

void ac_datagram_close(ac_datagram *datagram)
{
    int fd = datagram->fd;

    if (fd < 0)
        return;
    datagram->fd = -1;
    if (datagram->path)
        ac__listen_unlink(datagram->path, &datagram->made);
    ac__socket_close(datagram->loop, fd);
}

bool ac_datagram_is_closing(const ac_datagram *datagram)
{
    return datagram->fd < 0;
}

int ac_datagram_fd(const ac_datagram *datagram)
{
    return datagram->fd;
}

/* ---- making ---- */

static int option_set(int fd, int name)
{
    int one = 1;

    return setsockopt(fd, SOL_SOCKET, name, &one, sizeof one) < 0 ? errno : 0;
}

/* Without a remote address the system takes packets from anyone; with broadcast that is so with one, too, for the
 * answers to a broadcast come from everywhere. */
static int remote_set(ac_datagram *datagram, const ac_datagram_options *options, const struct sockaddr *address,
                      socklen_t length)
{
    if (options->broadcast) {
        memcpy(&datagram->remote, address, length);
        datagram->remote_length = length;
        return 0;
    }
    datagram->connected = 1;
    return connect(datagram->fd, address, length) < 0 ? errno : 0;
}

static int socket_open(ac_datagram *datagram, const ac_datagram_options *options, int family)
{
    int error;

    datagram->connected = 0;
    datagram->remote_length = 0;
    error = ac__socket_open(datagram->loop, family, SOCK_DGRAM, 0, &datagram->fd);
    if (!error && options->reuse_port)
        error = option_set(datagram->fd, SO_REUSEPORT);
    if (!error && options->broadcast)
        error = option_set(datagram->fd, SO_BROADCAST);
    return error;
}

/* One attempt; either address may be NULL. */
static int attempt(ac_datagram *datagram, const ac_datagram_options *options, const struct addrinfo *local,
                   const struct addrinfo *remote)
{
    int family = local ? local->ai_family : remote ? remote->ai_family : options->family;
    int error = socket_open(datagram, options, family);

    if (!error && local)
        error = bind(datagram->fd, local->ai_addr, local->ai_addrlen) < 0 ? errno : 0;
    if (!error && remote)
        error = remote_set(datagram, options, remote->ai_addr, remote->ai_addrlen);
    if (error)
        ac_datagram_close(datagram);
    return error;
}

/* The first pair of addresses of one family that works. */
static int attempt_all(ac_datagram *datagram, const ac_datagram_options *options, const struct addrinfo *locals,
                       const struct addrinfo *remotes)
{
    const struct addrinfo *local = locals;
    int first_error = 0;

    do {
        const struct addrinfo *remote = remotes;
        do {
            int error = EAFNOSUPPORT;
            if (!local || !remote || local->ai_family == remote->ai_family)
                error = attempt(datagram, options, local, remote);
            if (!error)
                return 0;
            if (!first_error || first_error == EAFNOSUPPORT)
                first_error = error;
            remote = remote ? remote->ai_next : NULL;
        } while (remote);
        local = local ? local->ai_next : NULL;
    } while (local);
    return first_error;
}

static int local_attempt(ac_datagram *datagram, const ac_datagram_options *options)
{
    struct sockaddr_un address;
    socklen_t length;
    int error = socket_open(datagram, options, AF_UNIX);

    if (!error && options->local_path) {
        datagram->path = strdup(options->local_path);
        error = datagram->path ? ac__bind_unix(datagram->fd, datagram->path, &datagram->made) : ENOMEM;
    }
    if (!error && options->remote_path)
        error = ac__address_unix(options->remote_path, &address, &length);
    if (!error && options->remote_path)
        error = remote_set(datagram, options, (const struct sockaddr *)&address, length);
    return error;
}

int ac__datagram_make(const ac_datagram_options *options, const struct addrinfo *local, const struct addrinfo *remote,
                      ac_datagram **result)
{
    ac_datagram *datagram = datagram_new(ac__thread.task->loop, options->limit ? options->limit : LIMIT);
    bool is_local = options->local_path || options->remote_path || options->family == AF_UNIX;
    int error;

    if (!datagram)
        return ENOMEM;
    error = is_local ? local_attempt(datagram, options) : attempt_all(datagram, options, local, remote);
    if (error)
        ac_release(datagram);
    else
        *result = datagram;
    return error;
}

/* ---- receiving ---- */

void ac__datagram_prepare(ac_datagram *datagram)
{
    datagram->part = (struct iovec){ .iov_base = datagram->bytes, .iov_len = datagram->limit };
    datagram->message = (struct msghdr){
        .msg_name = &datagram->from,
        .msg_namelen = sizeof datagram->from,
        .msg_iov = &datagram->part,
        .msg_iovlen = 1,
    };
}

ac_packet *ac__datagram_packet(ac_datagram *datagram, size_t length)
{
    size_t size = length < datagram->limit ? length : datagram->limit;

    datagram->packet = (ac_packet){
        .data = datagram->bytes,
        .size = size,
        .cut = length - size,
        .from = (const struct sockaddr *)&datagram->from,
        .from_length = datagram->message.msg_namelen,
    };
    return &datagram->packet;
}

/* The request is complete. */
static int receive_end(ac_datagram *datagram, const struct ac__io *io, ac_packet **result)
{
    if (io->result >= 0)
        *result = ac__datagram_packet(datagram, (size_t)io->result);
    return io->result < 0 ? ac__ended((int)-io->result) : 0;
}

/* The socket stays while someone waits, so that it may be closed and released meanwhile. */
static int receive(ac_datagram *datagram, ac_frame *operation, struct ac__io *io, ac_packet **result)
{
    int status;

    if (operation->state) {
        status = receive_end(datagram, io, result);
        if (status && datagram->fd < 0)
            status = EBADF;
        datagram->receiving = 0;
        ac_release(datagram);
        return status;
    }
    if (datagram->fd < 0)
        return EBADF;
    if (datagram->receiving)
        return EBUSY;
    ac__datagram_prepare(datagram);
    *io = (struct ac__io){
        .kind = AC_IO_RECVMSG, .fd = datagram->fd, .buffer = &datagram->message, .flags = MSG_TRUNC
    };
    status = ac__io_await(operation, io);
    if (status == AC_PENDING) {
        datagram->receiving = 1;
        ac_retain(datagram);
        return status;
    }
    return status ? status : receive_end(datagram, io, result);
}

static bool receive_withdraw(ac_datagram *datagram, struct ac__io *io)
{
    if (!ac__io_abort(io))
        return 0;
    datagram->receiving = 0;
    ac_release(datagram);
    return 1;
}

int ac_datagram_receive__resume(ac_frame *frame)
{
    struct ac_datagram_receive__frame *self = (struct ac_datagram_receive__frame *)frame;

    return receive(self->datagram, frame, &self->io, &self->result);
}

static bool receive_abort(ac_frame *frame)
{
    struct ac_datagram_receive__frame *self = (struct ac_datagram_receive__frame *)frame;

    return receive_withdraw(self->datagram, &self->io);
}

AC__OPERATION_FN(ac_datagram_receive, receive_abort, ac_packet *)

AC__COROUTINE(ac_datagram_receive, (ac_datagram *datagram), frame->datagram = datagram)

int ac_datagram_anext__resume(ac_frame *frame)
{
    struct ac_datagram_anext__frame *self = (struct ac_datagram_anext__frame *)frame;
    int error = receive(self->datagram, frame, &self->io, &self->result);

    return error == EBADF ? AC_STOP : error;
}

static bool anext_abort(ac_frame *frame)
{
    struct ac_datagram_anext__frame *self = (struct ac_datagram_anext__frame *)frame;

    return receive_withdraw(self->datagram, &self->io);
}

AC__OPERATION_FN(ac_datagram_anext, anext_abort, ac_packet *)

AC__COROUTINE(ac_datagram_anext, (ac_datagram *datagram), frame->datagram = datagram)

/* ---- sending ---- */

static bool same_address(const ac_datagram *datagram, const struct sockaddr *address, socklen_t length)
{
    return datagram->remote_length == length && memcmp(&datagram->remote, address, length) == 0;
}

int ac__datagram_route(const ac_datagram *datagram, const struct sockaddr **address, socklen_t *length)
{
    if (datagram->remote_length && *address && !same_address(datagram, *address, *length))
        return EINVAL;
    if (!*address) {
        *address = datagram->remote_length ? (const struct sockaddr *)&datagram->remote : NULL;
        *length = datagram->remote_length;
    }
    return 0;
}

/* Sends to an address, or NULL: to the remote one. */
static int send_to(ac_datagram *datagram, ac_frame *operation, struct ac__io *io, struct iovec bytes,
                   const struct sockaddr *address, socklen_t length)
{
    int status;

    if (operation->state == 0) {
        if (datagram->fd < 0)
            return EBADF;
        if (!address && !datagram->connected) {
            address = (const struct sockaddr *)&datagram->remote;
            length = datagram->remote_length;
            if (!length)
                return EDESTADDRREQ;
        }
        *io = (struct ac__io){
            .kind = address ? AC_IO_SENDTO : AC_IO_SEND,
            .fd = datagram->fd,
            .buffer = bytes.iov_base,
            .length = bytes.iov_len,
            .address = (void *)(uintptr_t)address,
            .address_size = (uint16_t)length,
        };
        status = ac__io_await(operation, io);
        if (status)
            return status;
    }
    return io->result < 0 ? ac__ended((int)-io->result) : 0;
}

static struct iovec bytes_of(const void *data, size_t size)
{
    return (struct iovec){ .iov_base = (void *)(uintptr_t)data, .iov_len = size };
}

int ac_datagram_send__resume(ac_frame *frame)
{
    struct ac_datagram_send__frame *self = (struct ac_datagram_send__frame *)frame;

    return send_to(self->datagram, frame, &self->io, bytes_of(self->data, self->size), NULL, 0);
}

static bool send_abort(ac_frame *frame)
{
    return ac__io_abort(&((struct ac_datagram_send__frame *)frame)->io);
}

AC__OPERATION_FN_VOID(ac_datagram_send, send_abort)

AC__COROUTINE(ac_datagram_send, (ac_datagram *datagram, const void *data, size_t size),
              (frame->datagram = datagram, frame->data = data, frame->size = size))

int ac_datagram_sendto__resume(ac_frame *frame)
{
    struct ac_datagram_sendto__frame *self = (struct ac_datagram_sendto__frame *)frame;

    return send_to(self->datagram, frame, &self->io, bytes_of(self->data, self->size), self->address, self->length);
}

static bool sendto_abort(ac_frame *frame)
{
    return ac__io_abort(&((struct ac_datagram_sendto__frame *)frame)->io);
}

AC__OPERATION_FN_VOID(ac_datagram_sendto, sendto_abort)

AC__COROUTINE(ac_datagram_sendto, (ac_datagram *datagram, const void *data, size_t size,
               const struct sockaddr *address, socklen_t length),
              (frame->datagram = datagram, frame->data = data, frame->size = size, frame->address = address,
               frame->length = length))

/* ---- `async with` ---- */

int ac_datagram_aenter__resume(ac_frame *frame)
{
    struct ac_datagram_aenter__frame *self = (struct ac_datagram_aenter__frame *)frame;

    self->result = self->datagram;
    return self->datagram ? 0 : ENOMEM;
}

AC__OPERATION_FN(ac_datagram_aenter, NULL, ac_datagram *)

AC__COROUTINE(ac_datagram_aenter, (ac_datagram *datagram), frame->datagram = datagram)

int ac_datagram_aexit__resume(ac_frame *frame)
{
    struct ac_datagram_aexit__frame *self = (struct ac_datagram_aexit__frame *)frame;

    ac_datagram_close(self->datagram);
    ac_release(self->datagram);
    return 0;
}

AC__OPERATION_FN_VOID(ac_datagram_aexit, NULL)

AC__COROUTINE(ac_datagram_aexit, (ac_datagram *datagram, int error), (frame->datagram = datagram, frame->error = error))

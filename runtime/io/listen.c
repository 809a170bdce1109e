/*
 * Listening sockets: for the addresses of a host, and at a path.
 *
 * A server on "localhost", port 0, gets two sockets (IPv4 and IPv6), and they shall have the same port, so that a
 * client finds it whichever address it tries: the first socket takes a free port, the others ask for that one, and
 * where one of them is refused the whole is tried again.
 */
#define _GNU_SOURCE
#include "listen.h"

#include "../loop/loop.h"
#include "address.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

/* How often a common port is looked for before the sockets get different ones. */
#define COMMON_PORT_ATTEMPTS 8

/* Sets an option whose failure changes speed or convenience, not meaning. */
static void option_try(int fd, int level, int name)
{
    int one = 1;
    (void)setsockopt(fd, level, name, &one, sizeof one);
}

static void port_set(struct sockaddr_storage *address, in_port_t port)
{
    if (address->ss_family == AF_INET)
        ((struct sockaddr_in *)address)->sin_port = port;
    else if (address->ss_family == AF_INET6)
        ((struct sockaddr_in6 *)address)->sin6_port = port;
}

/* The port in network order; 0 for a family without ports. */
static in_port_t port_of(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET)
        return ((const struct sockaddr_in *)(const void *)address)->sin_port;
    if (address->sa_family == AF_INET6)
        return ((const struct sockaddr_in6 *)(const void *)address)->sin6_port;
    return 0;
}

static int backlog_of(int wanted)
{
    return wanted > 0 ? wanted : AC__BACKLOG;
}

/* Binds and listens; the socket is closed on failure. */
static int socket_listen(int fd, const struct sockaddr *address, socklen_t length, int backlog)
{
    if (bind(fd, address, length) < 0 || listen(fd, backlog_of(backlog)) < 0) {
        int error = errno;
        close(fd);
        return error;
    }
    return 0;
}

/* Opens a listening socket for one address, on `port` (network order) where the address itself names none. */
static int listen_one(const struct addrinfo *info, in_port_t port, int backlog, int *result)
{
    struct sockaddr_storage address;
    int error, fd = socket(info->ai_family, info->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, info->ai_protocol);

    if (fd < 0)
        return errno;
    memcpy(&address, info->ai_addr, info->ai_addrlen);
    if (!port_of(info->ai_addr))
        port_set(&address, port);
    option_try(fd, SOL_SOCKET, SO_REUSEADDR);
    if (info->ai_family == AF_INET6)
        option_try(fd, IPPROTO_IPV6, IPV6_V6ONLY);
    option_try(fd, IPPROTO_TCP, TCP_NODELAY);       /* accepted sockets inherit it: no call for each of them */
    error = socket_listen(fd, (const struct sockaddr *)&address, info->ai_addrlen, backlog);
    if (!error)
        *result = fd;
    return error;
}

/* A family that the kernel does not have, or an address that this machine does not have. */
static _Bool is_absent(int error)
{
    return error == EAFNOSUPPORT || error == EADDRNOTAVAIL || error == EPROTONOSUPPORT;
}

static _Bool is_repeated(const struct addrinfo *list, const struct addrinfo *info)
{
    for (; list != info; list = list->ai_next)
        if (list->ai_addrlen == info->ai_addrlen && !memcmp(list->ai_addr, info->ai_addr, info->ai_addrlen))
            return 1;
    return 0;
}

static void close_all(int *fds, size_t *count)
{
    while (*count > 0)
        close(fds[--*count]);
}

/* The port that the kernel has given to a listening socket, in network order; 0 where it has none. */
static in_port_t port_given(int fd)
{
    struct sockaddr_storage address = { 0 };
    socklen_t length = sizeof address;

    if (getsockname(fd, (struct sockaddr *)&address, &length) < 0)
        return 0;
    return port_of((const struct sockaddr *)&address);
}

/* One round over the list. *common: in, whether addresses without a port share one; out, whether they do. */
static int listen_round(const struct addrinfo *list, int backlog, _Bool *common, int *fds, size_t limit, size_t *count)
{
    in_port_t port = 0;
    int absent = 0;
    _Bool wanted = *common;

    *common = 0;
    for (const struct addrinfo *info = list; info && *count < limit; info = info->ai_next) {
        if (is_repeated(list, info))
            continue;
        int error = listen_one(info, port, backlog, &fds[*count]);
        if (error && is_absent(error)) {
            absent = error;
            continue;
        }
        if (error) {
            *common = port != 0;
            close_all(fds, count);
            return error;
        }
        if (wanted && !port && !port_of(info->ai_addr))
            port = port_given(fds[*count]);
        ++*count;
    }
    return *count ? 0 : absent ? absent : EADDRNOTAVAIL;
}

int ac__listen_all(const struct addrinfo *list, int backlog, int *fds, size_t limit, size_t *count)
{
    int error = EADDRINUSE;

    *count = 0;
    for (int attempt = 0; error == EADDRINUSE && attempt <= COMMON_PORT_ATTEMPTS; attempt++) {
        _Bool common = attempt < COMMON_PORT_ATTEMPTS;
        error = listen_round(list, backlog, &common, fds, limit, count);
        if (error && !common)
            break;
    }
    return error;
}

/* A server that was killed leaves its socket behind; nothing but a socket is removed. */
static void unix_remove_stale(const char *path)
{
    struct stat found;

    if (stat(path, &found) == 0 && S_ISSOCK(found.st_mode))
        (void)unlink(path);
}

int ac__bind_unix(int fd, const char *path, struct stat *made)
{
    struct sockaddr_un address;
    socklen_t length;
    int error = ac__address_unix(path, &address, &length);

    if (error)
        return error;
    unix_remove_stale(path);
    if (bind(fd, (const struct sockaddr *)&address, length) < 0)
        return errno;
    if (stat(path, made) < 0)
        *made = (struct stat){ 0 };
    return 0;
}

int ac__listen_unix(const char *path, int backlog, int *result, struct stat *made)
{
    int error, fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0)
        return errno;
    error = ac__bind_unix(fd, path, made);
    if (!error && listen(fd, backlog_of(backlog)) < 0)
        error = errno;
    if (error)
        close(fd);
    else
        *result = fd;
    return error;
}

void ac__listen_unlink(const char *path, const struct stat *made)
{
    struct stat found;

    if (made->st_ino && stat(path, &found) == 0 && found.st_ino == made->st_ino && found.st_dev == made->st_dev)
        (void)unlink(path);
}

/* ---- ac_listen ---- */

struct listen_frame {
    ac_frame base;
    int result;
    const char *host;
    int port, backlog;
    struct ac__resolve__frame resolve;
};

static int listen_resume(ac_frame *frame)
{
    struct listen_frame *self = (struct listen_frame *)frame;
    int error = frame->error;
    size_t count;

    if (frame->state == 0)
        error = ac__resolve_to_listen(&self->resolve, self->host, self->port, frame);
    if (error == AC_PENDING)
        return ac_suspend(frame, 1);
    if (error)
        return error;
    error = ac__listen_all(self->resolve.result, self->backlog, &self->result, 1, &count);
    freeaddrinfo(self->resolve.result);
    if (!error)
        ac__io_adopt(ac__thread.task->loop, self->result, 0);
    return error;
}

static const ac_fn listen_fn = {
    .resume = listen_resume,
    .name = "ac_listen",
    .frame_size = sizeof(struct listen_frame),
    .result_size = sizeof(int),
    .result_offset = offsetof(struct listen_frame, result),
    .kind = AC_KIND_FUNCTION,
};

ac_coro *ac_listen(const char *host, int port, int backlog)
{
    struct listen_frame *self = (struct listen_frame *)ac_coro_new(&listen_fn);

    if (!self)
        return NULL;
    self->host = host;
    self->port = port;
    self->backlog = backlog;
    return &self->base;
}

/*
 * The inside of a datagram socket, for the operations on it and for transports over one.
 */
#ifndef AC_IO_DATAGRAM_H
#define AC_IO_DATAGRAM_H

#include "../loop/loop.h"

#include <sys/stat.h>
#include <sys/uio.h>

struct ac_datagram {
    const ac_fn *fn;                    /* begins every handle */
    ac_loop *loop;
    uint32_t references;                /* the users', and that of the task that waits for a packet */
    int fd;                             /* -1 once closed */
    bool connected;                     /* the system knows the remote address */
    bool receiving;                     /* a task waits for a packet, or has been woken by one and has not yet run */
    struct sockaddr_storage remote;     /* where packets go that name no address, unless `connected` */
    socklen_t remote_length;            /* 0: there is none */
    char *path;                         /* of a local socket that was bound, else NULL */
    struct stat made;                   /* which file at that path is ours */
    ac_packet packet;                   /* the last one */
    struct msghdr message;              /* of the call that receives; while `receiving` the system's */
    struct iovec part;
    struct sockaddr_storage from;
    size_t limit;                       /* of bytes */
    char bytes[];
};

/* Has the next packet received by a call of recvmsg on `message`. */
void ac__datagram_prepare(ac_datagram *datagram);

/* That call has returned `length`, not an error: the packet. */
ac_packet *ac__datagram_packet(ac_datagram *datagram, size_t length);

/* Where a packet goes for which `address` was given, or NULL: sets that, length 0 for a connected socket. 0 or the
 * error. */
int ac__datagram_route(const ac_datagram *datagram, const struct sockaddr **address, socklen_t *length);

/*
 * Makes the socket that the options describe, trying the addresses of the two lists in turn; either may be NULL. 0, and
 * *result has one reference; or the error of the first attempt.
 */
struct addrinfo;
int ac__datagram_make(const ac_datagram_options *options, const struct addrinfo *local, const struct addrinfo *remote,
                      ac_datagram **result);

#endif

/*
 * Addresses: what libc's look-up says, as errors of this library, and the look-up that needs no thread.
 */
#ifndef AC_IO_ADDRESS_H
#define AC_IO_ADDRESS_H

#include "ac.h"
#include "../core/faults.h"

#include <netdb.h>
#include <sys/socket.h>

/* Room for an address in words: "[fe80::…%interface]:65535", or "unix:" and a path. */
#define AC__ADDRESS_TEXT 128

/* The error for what getaddrinfo and getnameinfo return; `EAI_SYSTEM` is told as `system_error`. 0 stays 0. */
int ac__address_error(int code, int system_error);

/*
 * Looks up what needs neither the network nor a file: numeric hosts, and no host at all. *list becomes the caller's
 * (freeaddrinfo). AC_PENDING: only a thread can tell; any other number is the error.
 */
int ac__address_numeric(const char *host, const char *service, const struct addrinfo *hints, struct addrinfo **list);

/* Writes the address into `text` as people write it. */
void ac__address_print(const struct sockaddr *address, socklen_t length, char text[AC__ADDRESS_TEXT]);

/* The address of a socket's peer, as ac__address_print writes it; free() it. NULL where there is none. */
char *ac__peer_name(int fd);

/*
 * Fills `order` with up to `limit` addresses of the list in the order to try them: families take turns, beginning
 * with that of the first (RFC 8305, section 4). Returns how many.
 */
size_t ac__address_interleave(struct addrinfo *list, struct addrinfo **order, size_t limit);

/* The address of a local socket. ENAMETOOLONG, EINVAL for an empty path. */
struct sockaddr_un;
int ac__address_unix(const char *path, struct sockaddr_un *address, socklen_t *length);

/*
 * What every connection and every server begins with: the addresses of a stream socket, for a host that may be NULL
 * or "", and a port given as a number. An operation whose frame is a member of its caller's. `result` is the
 * caller's: freeaddrinfo.
 */
struct ac__resolve__frame {
    ac_frame base;
    struct addrinfo *result;
    const char *host;
    int port;
    int family;                         /* AF_UNSPEC: any */
    int flags;                          /* AI_ flags beside those that it sets itself */
    char service[8];                    /* the port in words, for a look-up on a thread */
    struct addrinfo hints;              /* for the same */
    ac_coro *lookup;                    /* that look-up, while it runs */
};
extern const ac_fn ac__resolve__fn;
int ac__resolve__resume(ac_frame *frame);

/* Begins it as the callee of `parent`, for the addresses of this machine that a server listens on. */
static inline int ac__resolve_to_listen(struct ac__resolve__frame *resolve, const char *host, int port, ac_frame *parent)
{
    resolve->host = host;
    resolve->port = port;
    resolve->family = AF_UNSPEC;
    resolve->flags = AI_PASSIVE;
    return ac__resolve__resume(ac_enter(&resolve->base, &ac__resolve__fn, parent));
}

#endif

/*
 * Addresses: what libc's look-up says, as errors of this library, and the look-up that needs no thread.
 */
#ifndef AC_IO_ADDRESS_H
#define AC_IO_ADDRESS_H

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

/*
 * The same for a stream socket and a port given as a number, which every connection and every server begins with.
 * `flags` are AI_ flags beside those it sets itself. The service's text is left in `service`, and the hints in `hints`, for
 * the look-up on a thread that follows AC_PENDING.
 */
int ac__address_of_port(const char *host, int port, int flags, char service[8], struct addrinfo *hints,
                        struct addrinfo **list);

/* Writes the address into `text` as people write it. */
void ac__address_print(const struct sockaddr *address, socklen_t length, char text[AC__ADDRESS_TEXT]);

/*
 * Fills `order` with up to `limit` addresses of the list in the order to try them: families take turns, beginning with
 * that of the first (RFC 8305, section 4). Returns how many.
 */
size_t ac__address_interleave(struct addrinfo *list, struct addrinfo **order, size_t limit);

/* The address of a local socket. ENAMETOOLONG, EINVAL for an empty path. */
struct sockaddr_un;
int ac__address_unix(const char *path, struct sockaddr_un *address, socklen_t *length);

#endif

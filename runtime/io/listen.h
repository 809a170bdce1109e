/*
 * Listening sockets, made without waiting.
 */
#ifndef AC_IO_LISTEN_H
#define AC_IO_LISTEN_H

#include <netdb.h>
#include <stddef.h>
#include <sys/stat.h>

/* Connections that the kernel keeps for us until they are accepted, where the program does not say. */
#define AC__BACKLOG 1024

/*
 * Opens a listening socket for each address of the list, up to `limit`; all on one port, also where the port is 0
 * (any). Addresses that this machine does not have are passed over, as long as one remains. Returns 0, or the
 * error, and then nothing is open.
 */
int ac__listen_all(const struct addrinfo *list, int backlog, int *fds, size_t limit, size_t *count);

/* Binds a local socket to `path`, in the place of one that was left there. *made tells the file from a later one there. */
int ac__bind_unix(int fd, const char *path, struct stat *made);

/* A listening local socket at `path`, in the place of one that was left there. *made tells it from a later one
 * there. */
int ac__listen_unix(const char *path, int backlog, int *fd, struct stat *made);

/* Removes the file at `path` if it is still the socket that `made` tells of. */
void ac__listen_unlink(const char *path, const struct stat *made);

#endif

/*
 * Sockets as this library wants them: non-blocking, closed on exec, without Nagle's delay, known to the loop.
 */
#ifndef AC_IO_CONNECT_H
#define AC_IO_CONNECT_H

#include "ac.h"

/* Makes a socket. 0 or the error. */
int ac__socket_open(ac_loop *loop, int family, int type, int protocol, int *fd);

/* Closes a descriptor that the loop knows. */
void ac__socket_close(ac_loop *loop, int fd);

#endif

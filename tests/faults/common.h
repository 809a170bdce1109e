/* What the programs of this folder share. They use all of the runtime and give back whatever they were given, also where anything
 * fails: so what is left behind is the runtime's. */
#ifndef FAULTS_COMMON_H
#define FAULTS_COMMON_H

#include <ac.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The port of a listening socket; negative: there is none. */
static inline int port_of(int fd)
{
    struct sockaddr_in address = {0};
    socklen_t size = sizeof address;
    return getsockname(fd, (struct sockaddr *)&address, &size) < 0 ? -1 : ntohs(address.sin_port);
}

static inline int port_of_server(ac_server *server)
{
    int fd = -1;
    ac_server_sockets(server, &fd, 1);
    return port_of(fd);
}

#endif

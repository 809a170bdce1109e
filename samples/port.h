/* The port on which a server listens: the one that the system chose where it was started with port 0. */
#ifndef PORT_H
#define PORT_H
#include <ac.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

static inline int server_port(ac_server *server)
{
    struct sockaddr_in address = {0};
    socklen_t size = sizeof address;
    int listener;
    if (ac_server_sockets(server, &listener, 1) == 0 || getsockname(listener, (struct sockaddr *)&address, &size) != 0)
        return 0;
    return ntohs(address.sin_port);
}

#endif

/* What the tests of TLS share: contexts out of the certificates of tests/certificates.sh, and both ends of a connection. */
#ifndef TLS_H
#define TLS_H

#include "descriptors.h"

#include <ac_tls.h>
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CERTIFICATES "build/tests/certificates/"

static inline ac_tls_context *context_must(ac_tls_config config)
{
    ac_tls_context *context = ac_tls_context_new(&config);
    if (!context) {
        printf("no context: %s: %s\n", ac_strerror(errno), ac_tls_error(NULL));
        exit(1);
    }
    return context;
}

/* A context of clients, which trust the tests' authority where nothing else is said. */
static inline ac_tls_context *client_must(ac_tls_config config)
{
    if (!config.ca_file && !config.ca_path)
        config.ca_file = CERTIFICATES "ca.pem";
    return context_must(config);
}

#define IDENTITY(name) .certificate = CERTIFICATES name ".pem", .key = CERTIFICATES name ".key"
#define SERVER(name) context_must((ac_tls_config){.server = true, IDENTITY(name)})
#define SERVER_WITH(name, ...) context_must((ac_tls_config){.server = true, IDENTITY(name), __VA_ARGS__})
#define CLIENT(...) client_must((ac_tls_config){.server = false, __VA_ARGS__})

static inline int port_of(ac_server *server)
{
    struct sockaddr_in address = {0};
    socklen_t size = sizeof address;
    int fd = -1;
    ac_server_sockets(server, &fd, 1);
    getsockname(fd, (struct sockaddr *)&address, &size);
    return ntohs(address.sin_port);
}

#endif

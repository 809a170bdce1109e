/* Talking to a server under test: one step a line, each bounded in time by the conversation's deadline. */
#define _GNU_SOURCE
#include "conversation.h"
#include "process.h"
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CONNECTIONS = 16, LINE = 4096 };

struct connection {
    char name[32];      /* empty: free */
    int fd;
    char line[LINE];    /* received and not yet asked for */
    size_t length;
};

struct conversation {
    struct connection connections[CONNECTIONS];
    pid_t server;
    int port;
    double deadline;
};

bool text_matches(const char *pattern, const char *text)
{
    const char *star = NULL, *resume = NULL;
    while (*text) {
        if (*pattern == '*') {
            star = pattern++;
            resume = text;
        } else if (*pattern == *text) {
            pattern++;
            text++;
        } else if (star) {
            pattern = star + 1;
            text = ++resume;
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return *pattern == '\0';
}

static void pause_for(double seconds)
{
    struct timespec time = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};
    nanosleep(&time, NULL);
}

/* The number after the last ':' or blank of the first line that the server prints. 0: it printed none in time. */
static int server_port(const char *out, double deadline)
{
    while (process_clock() < deadline) {
        char *text = file_read(out, NULL);
        char *end = text ? strchr(text, '\n') : NULL;
        int port = 0;
        if (end) {
            while (end > text && isdigit((unsigned char)end[-1]))
                end--;
            port = atoi(end);
        }
        free(text);
        if (port)
            return port;
        pause_for(0.005);
    }
    return 0;
}

static struct connection *connection_find(struct conversation *talk, const char *name)
{
    for (int i = 0; i < CONNECTIONS; i++)
        if (strcmp(talk->connections[i].name, name) == 0)
            return &talk->connections[i];
    return NULL;
}

/* Waits until the connection can be read; false at the deadline. */
static bool readable(struct conversation *talk, struct connection *connection)
{
    double left = talk->deadline - process_clock();
    struct pollfd wait = {.fd = connection->fd, .events = POLLIN};
    return left > 0 && poll(&wait, 1, (int)(left * 1000)) > 0;
}

static char *step_connect(struct conversation *talk, const char *name)
{
    struct connection *connection = connection_find(talk, "");
    if (!connection || strlen(name) >= sizeof connection->name)
        return text_format("no room for another connection");
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)talk->port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) < 0) {
        char *problem = text_format("connect to port %d: %s", talk->port, strerror(errno));
        if (fd >= 0)
            close(fd);
        return problem;
    }
    strcpy(connection->name, name);
    connection->fd = fd;
    connection->length = 0;
    return NULL;
}

static char *step_send(struct connection *connection, const char *text, bool line)
{
    char *bytes = text_format("%s\n", text), *to = bytes;
    for (const char *from = text; *from; from++) {
        if (*from != '\\') {
            *to++ = *from;
            continue;
        }
        from++;
        *to++ = *from == 'n' ? '\n' : *from == 'r' ? '\r' : *from == 't' ? '\t' : *from;
    }
    if (line)
        *to++ = '\n';
    ssize_t sent = send(connection->fd, bytes, (size_t)(to - bytes), MSG_NOSIGNAL);
    char *problem = sent == to - bytes ? NULL : text_format("send: %s", sent < 0 ? strerror(errno) : "only a part");
    free(bytes);
    return problem;
}

/* Reads on until there is a whole line, and takes it out of the buffer. NULL: the connection or the time is over. */
static char *next_line(struct conversation *talk, struct connection *connection)
{
    for (;;) {
        char *end = memchr(connection->line, '\n', connection->length);
        if (end) {
            size_t used = (size_t)(end - connection->line) + 1;
            size_t length = used - 1 - (used > 1 && end[-1] == '\r');
            char *line = text_format("%.*s", (int)length, connection->line);
            connection->length -= used;
            memmove(connection->line, end + 1, connection->length);
            return line;
        }
        if (connection->length == LINE || !readable(talk, connection))
            return NULL;
        ssize_t got = recv(connection->fd, connection->line + connection->length, LINE - connection->length, 0);
        if (got <= 0)
            return NULL;
        connection->length += (size_t)got;
    }
}

static char *step_receive(struct conversation *talk, struct connection *connection, const char *pattern)
{
    char *line = next_line(talk, connection), *problem = NULL;
    if (!line)
        problem = text_format("no further line; received so far: '%.*s'", (int)connection->length, connection->line);
    else if (!text_matches(pattern, line))
        problem = text_format("received '%s'", line);
    free(line);
    return problem;
}

static char *step_end(struct conversation *talk, struct connection *connection)
{
    char byte;
    if (connection->length)
        return text_format("there is still '%.*s'", (int)connection->length, connection->line);
    if (!readable(talk, connection))
        return text_format("the connection stays open");
    ssize_t got = recv(connection->fd, &byte, 1, 0);
    if (got > 0)
        return text_format("there is still more, beginning with '%c'", byte);
    close(connection->fd);
    connection->name[0] = '\0';
    return NULL;
}

static void connection_close(struct connection *connection, bool abruptly)
{
    struct linger now = {.l_onoff = 1, .l_linger = 0};
    if (abruptly)
        setsockopt(connection->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close(connection->fd);
    connection->name[0] = '\0';
}

static char *step_signal(struct conversation *talk, const char *name)
{
    int number = strcmp(name, "INT") == 0 ? SIGINT : strcmp(name, "TERM") == 0 ? SIGTERM
               : strcmp(name, "QUIT") == 0 ? SIGQUIT : 0;
    if (!number)
        return text_format("unknown signal");
    return kill(talk->server, number) < 0 ? text_format("kill: %s", strerror(errno)) : NULL;
}

static char *step_on_connection(struct conversation *talk, const char *verb, const char *name, const char *text)
{
    struct connection *connection = name[0] ? connection_find(talk, name) : NULL;
    if (!connection)
        return text_format("no such connection");
    if (strcmp(verb, "send") == 0 || strcmp(verb, "put") == 0)
        return step_send(connection, text, verb[0] == 's');
    if (strcmp(verb, "receive") == 0)
        return step_receive(talk, connection, text);
    if (strcmp(verb, "end") == 0)
        return step_end(talk, connection);
    if (strcmp(verb, "shut") == 0)
        return shutdown(connection->fd, SHUT_WR) < 0 ? text_format("shutdown: %s", strerror(errno)) : NULL;
    if (strcmp(verb, "close") == 0 || strcmp(verb, "reset") == 0) {
        connection_close(connection, verb[0] == 'r');
        return NULL;
    }
    return text_format("unknown step");
}

static char *step(struct conversation *talk, const char *line)
{
    char verb[32] = "", name[32] = "";
    int after = 0;
    if (sscanf(line, "%31s %31s%n", verb, name, &after) < 2)
        return text_format("unknown step");
    const char *text = line + after + (line[after] == ' ');
    if (strcmp(verb, "connect") == 0)
        return step_connect(talk, name);
    if (strcmp(verb, "signal") == 0)
        return step_signal(talk, name);
    if (strcmp(verb, "pause") == 0) {
        pause_for(atof(name));
        return NULL;
    }
    return step_on_connection(talk, verb, name, text);
}

char *conversation_hold(const char *const lines[], size_t count, pid_t pid, const char *out, double seconds)
{
    struct conversation talk = {.server = pid, .deadline = process_clock() + seconds};
    char *problem = NULL;
    talk.port = server_port(out, talk.deadline);
    if (!talk.port)
        return text_format("the server's first line does not end in a port number");
    for (size_t i = 0; i < count && !problem; i++) {
        char *wrong = step(&talk, lines[i]);
        if (wrong)
            problem = text_format("at \"%s\": %s", lines[i], wrong);
        free(wrong);
    }
    for (int i = 0; i < CONNECTIONS; i++)
        if (talk.connections[i].name[0])
            close(talk.connections[i].fd);
    return problem;
}

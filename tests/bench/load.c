/* A load generator: CONNECTIONS clients of 127.0.0.1:PORT, each with one message under way. Every answer is checked to
   the byte. After a short warm-up it counts answers and the CPU time that the server, process PID, takes meanwhile.

       bench-load echo|http PORT CONNECTIONS SECONDS PID      prints "NAME MICROSECONDS us/req" */
#define _GNU_SOURCE
#include "common.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { EVENTS = 512, LARGEST = 256 };

struct client {
    int fd;
    size_t received;        /* of the answer under way */
    char answer[LARGEST];
};

static char message[LARGEST], expected[LARGEST];
static size_t message_size, expected_size;

static _Noreturn void fail(const char *what)
{
    perror(what);
    exit(1);
}

static double clock_of(clockid_t clock)
{
    struct timespec now;
    if (clock_gettime(clock, &now) != 0)
        fail("clock_gettime");
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static int connect_to(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (int tries = 0; tries < 200; tries++) {
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
        if (fd < 0)
            fail("socket");
        if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0) {
            setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
            return fd;
        }
        close(fd);
        usleep(20000);      /* the server may not be up yet */
    }
    fail("connect");
}

static void ask(struct client *client)
{
    client->received = 0;
    if (send(client->fd, message, message_size, MSG_NOSIGNAL) != (ssize_t)message_size)
        fail("send");
}

/* Takes what has come; 1 when the answer is whole and right. */
static int hear(struct client *client)
{
    ssize_t n = recv(client->fd, client->answer + client->received, expected_size - client->received, MSG_DONTWAIT);
    if (n < 0 && errno == EAGAIN)
        return 0;
    if (n <= 0)
        fail("the server closed a connection");
    client->received += (size_t)n;
    if (client->received < expected_size)
        return 0;
    if (memcmp(client->answer, expected, expected_size) != 0) {
        fprintf(stderr, "wrong answer: %.*s\n", (int)expected_size, client->answer);
        exit(1);
    }
    return 1;
}

/* Serves events until `end` by the monotonic clock; the number of answers. */
static long drive(int epoll, double end)
{
    struct epoll_event events[EVENTS];
    long answers = 0;
    while (clock_of(CLOCK_MONOTONIC) < end) {
        int count = epoll_wait(epoll, events, EVENTS, 2000);
        if (count == 0) {
            fprintf(stderr, "no answer for two seconds\n");
            exit(1);
        }
        for (int i = 0; i < count; i++)
            if (hear(events[i].data.ptr)) {
                answers++;
                ask(events[i].data.ptr);
            }
    }
    return answers;
}

static int clients_start(int port, int count)
{
    struct client *clients = calloc((size_t)count, sizeof *clients);
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    if (!clients || epoll < 0)
        fail("clients");
    for (int i = 0; i < count; i++) {
        clients[i].fd = connect_to(port);
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = &clients[i]};
        if (epoll_ctl(epoll, EPOLL_CTL_ADD, clients[i].fd, &event) != 0)
            fail("epoll_ctl");
    }
    for (int i = 0; i < count; i++)
        ask(&clients[i]);
    return epoll;
}

static void choose_messages(int http)
{
    if (http) {
        message_size = sizeof HTTP_REQUEST - 1;
        memcpy(message, HTTP_REQUEST, message_size);
        expected_size = sizeof HTTP_ANSWER - 1;
        memcpy(expected, HTTP_ANSWER, expected_size);
        return;
    }
    message_size = expected_size = MESSAGE_SIZE;
    for (int i = 0; i < MESSAGE_SIZE; i++)
        message[i] = expected[i] = (char)('a' + i % 26);
}

int main(int argc, char **argv)
{
    if (argc != 6) {
        fprintf(stderr, "usage: bench-load echo|http PORT CONNECTIONS SECONDS PID\n");
        return 2;
    }
    int http = strcmp(argv[1], "http") == 0, count = atoi(argv[3]);
    double seconds = atof(argv[4]);
    clockid_t server;
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
    if (clock_getcpuclockid((pid_t)atoi(argv[5]), &server) != 0)
        fail("the server's clock");
    choose_messages(http);
    int epoll = clients_start(atoi(argv[2]), count);
    drive(epoll, clock_of(CLOCK_MONOTONIC) + 0.3);
    double used = clock_of(server);
    long answers = drive(epoll, clock_of(CLOCK_MONOTONIC) + seconds);
    used = clock_of(server) - used;
    if (answers == 0) {
        fprintf(stderr, "no answers\n");
        return 1;
    }
    printf("%s%d_cpu %.3f us/req\n", argv[1], count, used * 1e6 / (double)answers);
    return 0;
}

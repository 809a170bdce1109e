/* A crowd for an echo server: COUNT clients at once, each sending MESSAGES messages, one after the other, and getting
   each back. Nothing may be lost, changed, or mixed up between clients; afterwards the server must have as many
   descriptors open as before, and tell (SIGQUIT) of no task but its main one; SIGINT must end it with status 130.

       clients SERVER COUNT MESSAGES      SERVER takes a port (0) and prints the one it got at the end of a line

   The descriptors that a process may open bound COUNT: it says so when it has to take fewer. While all are connected and nobody
   says anything, it tells how much memory the server has taken for each. With 0 messages each client says one when it has connected,
   before the next one comes, so that this memory is that of connections which were used and are idle: `make idle`. */
#define _GNU_SOURCE
#include "process.h"
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { EVENTS = 512, SIZE = 48, DEADLINE = 120, PORTS = 20000 };

struct client {
    int fd;
    int number;
    int sent;               /* messages sent so far; the last is under way until its echo is whole */
    size_t received;
    char echo[SIZE];
};

static int failures;

static void fail(const char *what)
{
    fprintf(stderr, "%s\n", what);
    failures++;
}

static _Noreturn void give_up(const char *what)
{
    perror(what);
    exit(1);
}

static void message_make(const struct client *client, char message[SIZE])
{
    memset(message, '.', SIZE);
    int length = snprintf(message, SIZE, "client %d, message %d", client->number, client->sent);
    message[length] = '.';
    message[SIZE - 1] = '\n';
}

static void client_send(struct client *client)
{
    char message[SIZE];
    client->sent++;
    client->received = 0;
    message_make(client, message);
    if (send(client->fd, message, SIZE, MSG_NOSIGNAL) != SIZE)
        give_up("send");
}

/* Takes what has come back: true when the client's last echo is whole. */
static bool client_hear(struct client *client, int messages)
{
    char wanted[SIZE];
    ssize_t n = recv(client->fd, client->echo + client->received, SIZE - client->received, MSG_DONTWAIT);
    if (n < 0 && errno == EAGAIN)
        return false;
    if (n <= 0)
        give_up("the server closed a connection");
    client->received += (size_t)n;
    if (client->received < SIZE)
        return false;
    message_make(client, wanted);
    if (memcmp(client->echo, wanted, SIZE) != 0)
        fail("an echo differs from its message");
    if (client->sent == messages)
        return true;
    client_send(client);
    return false;
}

/* Each PORTS clients have an address of their own: one has not ports enough for all. */
static int connect_to(int port, int number)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK + (uint32_t)(number / PORTS))};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (number >= PORTS && (setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one) < 0 ||
                            bind(fd, (struct sockaddr *)&own, sizeof own) < 0))
        give_up("bind");
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) < 0)
        give_up("connect");
    return fd;
}

/* The memory of a process that is its own, in bytes; 0 where the system does not tell. */
static long memory_of(pid_t pid)
{
    char *path = text_format("/proc/%d/statm", (int)pid);
    char *text = file_read(path, NULL);
    long total = 0, resident = 0, shared = 0;
    if (!text || sscanf(text, "%ld %ld %ld", &total, &resident, &shared) != 3)
        resident = shared = 0;
    free(text);
    free(path);
    return (resident - shared) * sysconf(_SC_PAGESIZE);
}

static void say_one(struct client *client)
{
    struct pollfd wait = {.fd = client->fd, .events = POLLIN};
    client_send(client);
    while (!client_hear(client, 1))
        if (poll(&wait, 1, 5000) <= 0)
            give_up("no echo");
}

/* All connect, then all talk, then are silent, then leave. The memory that the server has meanwhile. */
static long crowd_run(pid_t server, int port, int count, int messages)
{
    struct client *clients = calloc((size_t)count, sizeof *clients);
    int epoll = epoll_create1(EPOLL_CLOEXEC), done = 0;
    double deadline = process_clock() + DEADLINE;
    if (!clients || epoll < 0)
        give_up("clients");
    for (int i = 0; i < count; i++) {
        clients[i].number = i;
        clients[i].fd = connect_to(port, i);
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = &clients[i]};
        if (epoll_ctl(epoll, EPOLL_CTL_ADD, clients[i].fd, &event) < 0)
            give_up("epoll_ctl");
        if (!messages)
            say_one(&clients[i]);
    }
    for (int i = 0; messages && i < count; i++)
        client_send(&clients[i]);
    while (messages && done < count) {
        struct epoll_event events[EVENTS];
        int ready = epoll_wait(epoll, events, EVENTS, 5000);
        if (ready == 0 || process_clock() > deadline) {
            fprintf(stderr, "%d of %d clients had all their echoes, then nothing came\n", done, count);
            exit(1);
        }
        for (int i = 0; i < ready; i++)
            done += client_hear(events[i].data.ptr, messages);
    }
    long memory = memory_of(server);
    for (int i = 0; i < count; i++)
        close(clients[i].fd);
    close(epoll);
    free(clients);
    return memory;
}

static int descriptors_open(pid_t pid)
{
    char *path = text_format("/proc/%d/fd", (int)pid);
    DIR *folder = opendir(path);
    int count = 0;
    while (folder && readdir(folder))
        count++;
    if (folder)
        closedir(folder);
    free(path);
    return count;
}

static void pause_for(double seconds)
{
    struct timespec time = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};
    nanosleep(&time, NULL);
}

static int port_wait(const char *out)
{
    for (int tries = 0; tries < 1000; tries++) {
        char *text = file_read(out, NULL), *end = text ? strchr(text, '\n') : NULL;
        int port = 0;
        for (; end && end > text && end[-1] >= '0' && end[-1] <= '9'; end--)
            port = atoi(end - 1);
        free(text);
        if (port)
            return port;
        pause_for(0.01);
    }
    return 0;
}

/* Descriptors are closed by the server's tasks, a little after the clients have gone. */
static void descriptors_check(pid_t server, int before)
{
    int after = -1;
    for (int tries = 0; tries < 500 && after != before; tries++) {
        after = descriptors_open(server);
        pause_for(0.01);
    }
    if (after != before) {
        fprintf(stderr, "the server had %d descriptors open, and has %d now\n", before, after);
        failures++;
    }
}

/* SIGQUIT makes it print its tasks: no echo may be among them. */
static void tasks_check(pid_t server, const char *err)
{
    char *text = NULL;
    kill(server, SIGQUIT);
    for (int tries = 0; tries < 3000 && (!text || !strstr(text, "main")); tries++) {
        free(text);
        pause_for(0.01);
        text = file_read(err, NULL);
    }
    if (!text || !strstr(text, "main") || strstr(text, "in echo")) {
        fprintf(stderr, "these are the server's tasks, instead of main alone:\n%s\n", text ? text : "");
        failures++;
    }
    printf("tasks afterwards:\n%s", text ? text : "");
    free(text);
}

static int count_allowed(int count)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
        give_up("getrlimit");
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_max != RLIM_INFINITY && (rlim_t)count + 100 > limit.rlim_max) {
        count = (int)limit.rlim_max - 100;
        printf("a process may open %lu descriptors here, so %d clients\n", (unsigned long)limit.rlim_max, count);
    }
    return count;
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "usage: clients SERVER COUNT MESSAGES\n");
        return 2;
    }
    int count = count_allowed(atoi(argv[2])), messages = atoi(argv[3]);
    char *out = text_format("build/tests/clients.%d.out", (int)getpid());
    char *err = text_format("build/tests/clients.%d.err", (int)getpid());
    const char *const environment[] = {"AC_DEBUG=1", NULL};
    pid_t server = process_start((const char *const[]){argv[1], "0", NULL},
                                 &(struct process_files){.out = out, .err = err, .environment = environment});
    int port = server > 0 ? port_wait(out) : 0;
    if (!port)
        give_up("the server does not start");
    /* One client first: what the server opens once and keeps is open from then on. */
    long alone = crowd_run(server, port, 1, 1);
    pause_for(0.1);
    int before = descriptors_open(server);
    double begun = process_clock();
    long memory = crowd_run(server, port, count, messages) - alone;
    printf("%d clients, %d messages each, %.1f s\n", count, messages, process_clock() - begun);
    printf("%d idle connections were held, %ld bytes each\n", count, memory / count);
    descriptors_check(server, before);
    tasks_check(server, err);
    kill(server, SIGINT);
    int status = process_wait(server, 20);
    if (status != 130) {
        fprintf(stderr, "the server ends with status %d after SIGINT\n", status);
        failures++;
    }
    remove(out);
    remove(err);
    return failures ? 1 : 0;
}

/* Ways of receiving and accepting on io_uring, beside each other: what a server's CPU time for a request is, with one request to the ring for
 * each receive or accept (as the backend does), with readiness asked for and then received or accepted till there is nothing more,
 * and with multishot requests, where what comes lies in provided buffers, out of which the program's own are filled. For docs/design.md;
 * `make bench-multishot`.
 *
 *     bench-multishot [ROUNDS]        prints, for each load, the microseconds of the first way and the ratios of the others
 *
 * The ways take turns within one run, and the least of all rounds counts: so a busy machine disturbs all of them alike. Clients are a
 * process of their own, each with one message under way. */
#define _GNU_SOURCE
#include "common.h"
#include <arpa/inet.h>
#include <errno.h>
#include <liburing.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { BUFFERS = 2048, LARGEST = 16384, ENTRIES = 256, COMPLETIONS = 4096, MOST = 1000, GROUP = 1, ACCEPT = MOST };

enum way { RECEIVE, READINESS, MULTISHOT, WAYS };
static const char *const way_names[] = {"receive", "readiness", "multishot"};

struct load {
    const char *name;
    int connections;
    size_t size;            /* of a message; 0: connections are accepted, and closed by the client */
    int requests;           /* in all */
};

static const struct load loads[] = {
    {"64 connections, 64 bytes", 64, 64, 60000},
    {"1000 connections, 64 bytes", 1000, 64, 60000},
    {"64 connections, 16 KiB", 64, LARGEST, 20000},
    {"accept", 64, 0, 6000},
};

static struct io_uring ring;
static struct io_uring_buf_ring *provided;
static char *provided_memory;
static size_t buffer_size;
static struct connection { int fd; char *memory; size_t size; } connections[MOST];
static int listener;

static void must(bool holds, const char *what)
{
    if (holds)
        return;
    perror(what);
    exit(1);
}

/* ---- clients ---- */

static int connect_to(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
    must(fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0, "connect");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return fd;
}

static void send_whole(int fd, const char *bytes, size_t size)
{
    for (ssize_t sent; size > 0; bytes += sent, size -= (size_t)sent)
        must((sent = send(fd, bytes, size, MSG_NOSIGNAL)) > 0, "send");
}

/* As long as there are requests left, each connection sends its next message when it has the answer. */
static void converse(const struct load *load, int port)
{
    static char message[LARGEST], answer[LARGEST];
    static size_t heard[MOST];
    static int fds[MOST];
    struct epoll_event events[256];
    int poll = epoll_create1(0), left = load->requests, open = load->connections;
    for (int i = 0; i < load->connections; i++) {
        fds[i] = connect_to(port);
        epoll_ctl(poll, EPOLL_CTL_ADD, fds[i], &(struct epoll_event){.events = EPOLLIN, .data.u32 = (uint32_t)i});
        send_whole(fds[i], message, load->size);
        left--;
    }
    while (open > 0) {
        int count = epoll_wait(poll, events, 256, -1);
        for (int k = 0; k < count; k++) {
            uint32_t i = events[k].data.u32;
            ssize_t n = recv(fds[i], answer, load->size - heard[i], MSG_DONTWAIT);
            must(n > 0, "recv");
            if ((heard[i] += (size_t)n) < load->size)
                continue;
            heard[i] = 0;
            if (left-- > 0) {
                send_whole(fds[i], message, load->size);
            } else {
                close(fds[i]);
                open--;
            }
        }
    }
}

/* Many connections at once, again and again. */
static void knock(const struct load *load, int port)
{
    static int fds[MOST];
    for (int left = load->requests; left > 0; left -= load->connections) {
        for (int i = 0; i < load->connections; i++)
            fds[i] = connect_to(port);
        for (int i = 0; i < load->connections; i++) {
            char byte;
            must(recv(fds[i], &byte, 1, 0) == 0, "recv");       /* the server has closed it */
            close(fds[i]);
        }
    }
}

/* ---- the server ---- */

static struct io_uring_sqe *entry(void)
{
    struct io_uring_sqe *sqe = io_uring_get_sqe(&ring);
    if (!sqe) {
        io_uring_submit(&ring);
        sqe = io_uring_get_sqe(&ring);
    }
    must(sqe != NULL, "io_uring_get_sqe");
    return sqe;
}

static void listen_for_connections(enum way way)
{
    struct io_uring_sqe *sqe = entry();
    if (way == MULTISHOT)
        io_uring_prep_multishot_accept(sqe, listener, NULL, NULL, SOCK_CLOEXEC);
    else if (way == READINESS)
        io_uring_prep_poll_add(sqe, listener, POLLIN);
    else
        io_uring_prep_accept(sqe, listener, NULL, NULL, SOCK_CLOEXEC);
    sqe->user_data = ACCEPT;
}

static void wait_for_input(enum way way, unsigned i)
{
    struct io_uring_sqe *sqe = entry();
    if (way == RECEIVE) {
        io_uring_prep_recv(sqe, connections[i].fd, connections[i].memory, connections[i].size, 0);
    } else if (way == READINESS) {
        io_uring_prep_poll_add(sqe, connections[i].fd, POLLIN);
    } else {
        io_uring_prep_recv_multishot(sqe, connections[i].fd, NULL, 0, 0);
        sqe->flags |= IOSQE_BUFFER_SELECT;
        sqe->buf_group = GROUP;
    }
    sqe->user_data = i;
}

static void give_back(int buffer)
{
    io_uring_buf_ring_add(provided, provided_memory + (size_t)buffer * buffer_size, (unsigned)buffer_size, (unsigned short)buffer,
                          io_uring_buf_ring_mask(BUFFERS), 0);
    io_uring_buf_ring_advance(provided, 1);
}

/* A completion of a connection: what has come is in its memory then. How many bytes; 0: it has ended; -EAGAIN: nothing yet. */
static int received(enum way way, struct connection *connection, const struct io_uring_cqe *cqe)
{
    int size = cqe->res;
    if (way == READINESS)
        size = (int)recv(connection->fd, connection->memory, connection->size, MSG_DONTWAIT);
    if (way == MULTISHOT && cqe->flags & IORING_CQE_F_BUFFER) {
        int buffer = (int)(cqe->flags >> IORING_CQE_BUFFER_SHIFT);
        memcpy(connection->memory, provided_memory + (size_t)buffer * buffer_size, (size_t)size);
        give_back(buffer);
    }
    return size == -ENOBUFS ? -EAGAIN : size;
}

/* 1 when the connection is over. */
static int answer(enum way way, unsigned i, const struct io_uring_cqe *cqe)
{
    struct connection *connection = &connections[i];
    int size = received(way, connection, cqe);
    if (size > 0)
        send_whole(connection->fd, connection->memory, (size_t)size);
    if (size <= 0 && size != -EAGAIN) {
        close(connection->fd);
        return 1;
    }
    if (way != MULTISHOT || !(cqe->flags & IORING_CQE_F_MORE))
        wait_for_input(way, i);
    return 0;
}

static int begin(enum way way, const struct load *load, int fd)
{
    static unsigned next;
    unsigned i = next++ % MOST;
    int one = 1;
    if (!load->size) {
        close(fd);
        return 1;
    }
    connections[i].fd = fd;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    wait_for_input(way, i);
    return 0;
}

/* How many connections are over with that. */
static int accepted(enum way way, const struct load *load, const struct io_uring_cqe *cqe)
{
    int over = 0;
    must(cqe->res >= 0, "accept");
    if (way == READINESS)
        for (int fd; (fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK)) >= 0;)
            over += begin(way, load, fd);
    else
        over = begin(way, load, cqe->res);
    if (!(cqe->flags & IORING_CQE_F_MORE))
        listen_for_connections(way);
    return over;
}

/* Serves until all connections are over. */
static void serve(enum way way, const struct load *load)
{
    int over = 0, last = load->size ? load->connections : (load->requests + load->connections - 1) / load->connections * load->connections;
    listen_for_connections(way);
    while (over < last) {
        struct io_uring_cqe *cqe;
        unsigned head, seen = 0;
        io_uring_submit_and_wait(&ring, 1);
        io_uring_for_each_cqe(&ring, head, cqe) {
            seen++;
            over += cqe->user_data == ACCEPT ? accepted(way, load, cqe) : answer(way, (unsigned)cqe->user_data, cqe);
        }
        io_uring_cq_advance(&ring, seen);
    }
}

/* ---- measuring ---- */

static int listen_anywhere(int *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    must(fd >= 0 && bind(fd, (struct sockaddr *)&address, size) == 0 && listen(fd, 2048) == 0, "listen");
    getsockname(fd, (struct sockaddr *)&address, &size);
    *port = ntohs(address.sin_port);
    return fd;
}

static void ring_make(size_t size)
{
    struct io_uring_params parameters = {.flags = IORING_SETUP_CQSIZE, .cq_entries = COMPLETIONS};
    struct io_uring_buf_reg registration = {.ring_entries = BUFFERS, .bgid = GROUP};
    errno = -io_uring_queue_init_params(ENTRIES, &ring, &parameters);
    must(errno == 0, "io_uring_queue_init_params");
    must(posix_memalign((void **)&provided, 4096, BUFFERS * sizeof(struct io_uring_buf)) == 0, "memory");
    registration.ring_addr = (uint64_t)(uintptr_t)provided;
    errno = -io_uring_register_buf_ring(&ring, &registration, 0);
    must(errno == 0, "io_uring_register_buf_ring");
    io_uring_buf_ring_init(provided);
    buffer_size = size ? size : 64;
    must((provided_memory = malloc(BUFFERS * buffer_size)) != NULL, "memory");
    for (int i = 0; i < BUFFERS; i++)
        give_back(i);
    for (int i = 0; i < MOST; i++) {
        connections[i].size = buffer_size;
        must((connections[i].memory = malloc(buffer_size)) != NULL, "memory");
    }
}

static void ring_end(void)
{
    io_uring_queue_exit(&ring);
    free(provided);
    free(provided_memory);
    for (int i = 0; i < MOST; i++)
        free(connections[i].memory);
}

/* The server's CPU time for a request, in microseconds. */
static double measure(enum way way, const struct load *load)
{
    int port, status;
    listener = listen_anywhere(&port);
    pid_t clients = fork();
    must(clients >= 0, "fork");
    if (clients == 0) {
        close(listener);
        (load->size ? converse : knock)(load, port);
        _exit(0);
    }
    ring_make(load->size);
    double begun = cpu_clock();
    serve(way, load);
    double taken = cpu_clock() - begun;
    ring_end();
    close(listener);
    must(waitpid(clients, &status, 0) == clients && status == 0, "clients");
    return taken * 1e6 / load->requests;
}

int main(int argc, char **argv)
{
    int rounds = argc > 1 ? atoi(argv[1]) : 7;
    for (size_t k = 0; k < sizeof loads / sizeof *loads; k++) {
        double least[WAYS] = {0};
        for (int round = 0; round < rounds; round++)
            for (int way = 0; way < WAYS; way++) {
                double taken = measure((enum way)way, &loads[k]);
                if (round == 0 || taken < least[way])
                    least[way] = taken;
            }
        printf("%-28s %s %.2f us", loads[k].name, way_names[RECEIVE], least[RECEIVE]);
        for (int way = 1; way < WAYS; way++)
            printf(", %s x %.2f", way_names[way], least[way] / least[RECEIVE]);
        putchar('\n');
        fflush(stdout);
    }
    return 0;
}

/* The limit: the same work as bench.ac, as one writes it by hand in C for nothing but speed. Plain calls where nothing
   waits, state machines on a ready list where something does, a heap of timers, level-triggered epoll. No cancellation,
   no error path, no owner. */
#define _GNU_SOURCE
#include "common.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

/* plain.c */
uint64_t mix_plain(uint64_t x);
uint64_t fib_plain(int n);

/* ---- the ready list ---- */

struct job {
    void (*run)(struct job *);
    struct job *next;
};

static struct job *first, **last = &first;

static inline void make_ready(struct job *job)
{
    job->next = NULL;
    *last = job;
    last = &job->next;
}

static void run_ready(void)
{
    while (first) {
        struct job *job = first;
        first = job->next;
        if (!first)
            last = &first;
        job->run(job);
    }
}

static void *must_allocate(size_t count, size_t size)
{
    void *memory = calloc(count, size);
    if (!memory)
        exit(1);
    return memory;
}

/* ---- turns ---- */

struct turns {
    struct job job;
    long left;
    uint64_t x;
};

static void turns_run(struct job *job)
{
    struct turns *turns = (struct turns *)job;
    turns->x = mix(turns->x);
    if (--turns->left > 0)
        make_ready(job);
}

static uint64_t measure_turns(long n, long count)
{
    uint64_t sum = 0;
    struct turns *all = must_allocate((size_t)count, sizeof *all);
    for (long i = 0; i < count; i++) {
        all[i] = (struct turns){{turns_run, NULL}, n / count, (uint64_t)i};
        make_ready(&all[i].job);
    }
    run_ready();
    for (long i = 0; i < count; i++)
        sum += all[i].x;
    free(all);
    return sum;
}

/* ---- make, run, await, free ---- */

struct maker;

struct made {
    struct job job;
    struct maker *maker;
    uint64_t x;
};

struct maker {
    struct job job;
    long left;
    uint64_t x;
    struct made *made;
};

static void made_run(struct job *job)
{
    struct made *made = (struct made *)job;
    made->x = mix(made->x);
    make_ready(&made->maker->job);
}

static void maker_run(struct job *job)
{
    struct maker *maker = (struct maker *)job;
    if (maker->made) {
        maker->x = maker->made->x;
        free(maker->made);
    }
    if (maker->left-- == 0)
        return;
    maker->made = malloc(sizeof *maker->made);
    if (!maker->made)
        exit(1);
    *maker->made = (struct made){{made_run, NULL}, maker, maker->x};
    make_ready(&maker->made->job);
}

static uint64_t measure_spawn(long n)
{
    struct maker maker = {{maker_run, NULL}, n, (uint64_t)n, NULL};
    make_ready(&maker.job);
    run_ready();
    return maker.x;
}

/* ---- one message there and back, over queues of one ---- */

struct channel {
    int full;
    uint64_t message;
    struct job *reader, *writer;
};

struct player {
    struct job job;
    struct channel *in, *out;
    long left;
    uint64_t x;
    int receiving;
};

static int channel_put(struct channel *channel, uint64_t message, struct job *self)
{
    if (channel->full) {
        channel->writer = self;
        return 0;
    }
    channel->full = 1;
    channel->message = message;
    if (channel->reader) {
        make_ready(channel->reader);
        channel->reader = NULL;
    }
    return 1;
}

static int channel_get(struct channel *channel, uint64_t *message, struct job *self)
{
    if (!channel->full) {
        channel->reader = self;
        return 0;
    }
    channel->full = 0;
    *message = channel->message;
    if (channel->writer) {
        make_ready(channel->writer);
        channel->writer = NULL;
    }
    return 1;
}

static void player_run(struct job *job)
{
    struct player *player = (struct player *)job;
    for (;;) {
        if (player->receiving) {
            if (!channel_get(player->in, &player->x, job))
                return;
            player->x = mix(player->x);
            player->receiving = 0;
        }
        if (player->left == 0 || !channel_put(player->out, player->x, job))
            return;
        player->left--;
        player->receiving = 1;
    }
}

static uint64_t measure_pingpong(long n)
{
    struct channel there = {0}, back = {0};
    struct player one = {{player_run, NULL}, &back, &there, n, (uint64_t)n, 0};
    struct player other = {{player_run, NULL}, &there, &back, n, 0, 1};
    make_ready(&one.job);
    make_ready(&other.job);
    run_ready();
    return one.x;
}

/* ---- timers ---- */

struct sleeper {
    struct job job;
    int64_t due;
};

static struct sleeper **heap;
static size_t heap_count;
static long alive, peak;

static int64_t clock_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static void heap_add(struct sleeper *sleeper)
{
    size_t at = heap_count++;
    for (; at > 0 && heap[(at - 1) / 2]->due > sleeper->due; at = (at - 1) / 2)
        heap[at] = heap[(at - 1) / 2];
    heap[at] = sleeper;
}

static struct sleeper *heap_take(void)
{
    struct sleeper *result = heap[0], *moved = heap[--heap_count];
    size_t at = 0, child;
    while ((child = 2 * at + 1) < heap_count) {
        if (child + 1 < heap_count && heap[child + 1]->due < heap[child]->due)
            child++;
        if (heap[child]->due >= moved->due)
            break;
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = moved;
    return result;
}

static int64_t sleep_ns;

static void sleeper_end(struct job *job)
{
    alive--;
    free(job);
}

static void sleeper_begin(struct job *job)
{
    struct sleeper *sleeper = (struct sleeper *)job;
    if (++alive > peak)
        peak = alive;
    job->run = sleeper_end;
    sleeper->due = clock_ns() + sleep_ns;
    heap_add(sleeper);
}

static void measure_sleepers(long n, double seconds)
{
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    sleep_ns = (int64_t)(seconds * 1e9);
    heap = must_allocate((size_t)n, sizeof *heap);
    for (long i = 0; i < n; i++) {
        struct sleeper *sleeper = malloc(sizeof *sleeper);
        if (!sleeper)
            exit(1);
        sleeper->job.run = sleeper_begin;
        make_ready(&sleeper->job);
    }
    run_ready();
    while (heap_count > 0) {
        struct epoll_event event;
        int64_t left = heap[0]->due - clock_ns();
        if (left > 0)
            epoll_wait(epoll, &event, 1, (int)(left / 1000000) + 1);
        for (int64_t now = clock_ns(); heap_count > 0 && heap[0]->due <= now;)
            make_ready(&heap_take()->job);
        run_ready();
    }
    printf("sleepers_peak %ld tasks\nsleepers_memory %ld bytes\n", peak, memory_peak());
    free(heap);
    close(epoll);
}

/* ---- servers ---- */

enum { DESCRIPTORS = 65536, EVENTS = 512 };

static int seen[DESCRIPTORS];       /* per connection: how much of a request's empty line */

static int listen_on(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), one = 1;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(fd, 4096) < 0) {
        perror("listen");
        exit(1);
    }
    return fd;
}

static void accept_all(int epoll, int listener)
{
    int fd, one = 1;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
        if (fd >= DESCRIPTORS) {
            close(fd);
            continue;
        }
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        seen[fd] = 0;
        epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
    }
}

/* One message in flight on each connection, so that the socket's buffer takes the whole answer. */
static void answer(int fd, int http)
{
    static char bytes[65536];
    ssize_t n = recv(fd, bytes, sizeof bytes, 0);
    if (n < 0 && errno == EAGAIN)
        return;
    int failed = n <= 0;
    if (!failed && http)
        for (int left = http_requests(&seen[fd], bytes, n); left > 0 && !failed; left--)
            failed = send(fd, HTTP_ANSWER, sizeof HTTP_ANSWER - 1, MSG_NOSIGNAL) < 0;
    else if (!failed)
        failed = send(fd, bytes, (size_t)n, MSG_NOSIGNAL) < 0;
    if (failed)
        close(fd);
}

static void serve(int port, int http)
{
    int listener = listen_on(port), epoll = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listener}, events[EVENTS];
    epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        int count = epoll_wait(epoll, events, EVENTS, -1);
        for (int i = 0; i < count; i++) {
            if (events[i].data.fd == listener)
                accept_all(epoll, listener);
            else
                answer(events[i].data.fd, http);
        }
    }
}

/* ---- which one ---- */

static uint64_t measure_calls(long n)
{
    uint64_t x = (uint64_t)n;
    for (long i = 0; i < n; i++)
        x = mix_plain(x);
    return x;
}

static void measure(const char *name, long n)
{
    double operations = (double)n, begun = cpu_clock();
    uint64_t result;
    if (strcmp(name, "call_plain") == 0)
        result = measure_calls(n);
    else if (strcmp(name, "fib") == 0)
        result = fib_plain((int)n), operations = fib_calls((int)n);
    else if (strcmp(name, "yield1") == 0)
        result = measure_turns(n, 1);
    else if (strcmp(name, "yield1000") == 0)
        result = measure_turns(n, 1000);
    else if (strcmp(name, "spawn") == 0)
        result = measure_spawn(n);
    else
        result = measure_pingpong(n / 2);
    report(name, cpu_clock() - begun, operations, result);
}

int main(int argc, char **argv)
{
    static const struct { const char *name; long n; } measures[] = {
        {"call_plain", 100000000},  {"fib", 36},            {"yield1", 50000000},
        {"yield1000", 50000000},    {"spawn", 10000000},    {"pingpong", 20000000},
    };
    const char *name = argc > 1 ? argv[1] : "list";
    if (strcmp(name, "list") == 0)
        puts("call_plain fib yield1 yield1000 spawn pingpong sleepers echo http");
    else if (strcmp(name, "version") == 0)
        puts("C by hand, compiler " __VERSION__);
    else if (strcmp(name, "sleepers") == 0)
        measure_sleepers(argument(argc, argv, 2, 100000), argc > 3 ? atof(argv[3]) : 10);
    else if (strcmp(name, "echo") == 0 || strcmp(name, "http") == 0)
        serve((int)argument(argc, argv, 2, 9000), name[0] == 'h');
    for (size_t i = 0; i < sizeof measures / sizeof *measures; i++)
        if (strcmp(name, measures[i].name) == 0)
            measure(name, argument(argc, argv, 2, measures[i].n));
    return 0;
}

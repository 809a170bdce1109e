/*
 * ac_connect: to a host by name, over whichever of its addresses answers first (RFC 8305, "happy eyeballs"), from an address
 * of one's own where that is asked for.
 *
 * Each attempt is a task of its own, so that several can be under way. The function that waits for them starts the
 * next one when the last has failed or has had its time, takes the first socket that is connected, and ends the
 * other attempts: however it is left itself, none of them outlives it, and each closes its own socket unless that
 * is the one taken. A host with one address is connected without any of that.
 */
#define _GNU_SOURCE
#include "../loop/loop.h"
#include "address.h"
#include "connect.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

/* How long an attempt has the field to itself, where the options do not say. */
#define ATTEMPT_DELAY 0.25

/* How many addresses of a host are tried. */
enum { ATTEMPTS = 16 };

static const ac_connect_options any = { .family = AF_UNSPEC };

int ac__socket_open(ac_loop *loop, int family, int type, int protocol, int *fd)
{
    int one = 1;

    *fd = socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
    if (*fd < 0)
        return errno;
    ac__io_adopt(loop, *fd, 1);
    if (family == AF_INET || family == AF_INET6)
        (void)setsockopt(*fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return 0;
}

void ac__socket_close(ac_loop *loop, int fd)
{
    ac__io_forget(loop, fd);
    close(fd);
}

/* ---- one attempt ---- */

/* What the attempts for one connection share. */
struct race {
    ac_loop *loop;
    struct addrinfo *local;             /* where sockets are bound to, the first of the family that can be had; NULL: nowhere */
    int winner;                         /* the connected socket; -1 while there is none */
    int error;                          /* of the foremost address that has failed; valid when all have */
    size_t error_of;                    /* which one that is; ATTEMPTS while none */
};

struct attempt_frame {
    ac_frame base;
    struct race *race;
    const struct addrinfo *info;
    size_t index;                       /* of the address in the order of trying */
    int fd;
    struct ac_connect_addr__frame connect;
};

/* Binds a socket to the first of one's own addresses that can be had. Which port it is, where it may be any, is left until it
 * connects: so many sockets can share one port that connect to different peers. */
static int bind_local(int fd, int family, const struct addrinfo *local)
{
    int error = EADDRNOTAVAIL, one = 1;

    (void)setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
    for (; local; local = local->ai_next) {
        if (local->ai_family != family)
            continue;
        if (bind(fd, local->ai_addr, local->ai_addrlen) == 0)
            return 0;
        error = errno;
    }
    return error;
}

/* An attempt has ended: its socket is taken or closed, its error kept where no better one is. */
static int attempt_end(struct attempt_frame *self, int error)
{
    struct race *race = self->race;

    if (!error && race->winner < 0) {
        race->winner = self->fd;
        return 0;
    }
    if (self->fd >= 0)
        ac__socket_close(race->loop, self->fd);
    if (error && error != ECANCELED && self->index < race->error_of) {
        race->error = error;
        race->error_of = self->index;
    }
    return error == ECANCELED ? error : 0;
}

static int attempt_resume(ac_frame *frame)
{
    struct attempt_frame *self = (struct attempt_frame *)frame;
    const struct addrinfo *info = self->info;
    int error;

    if (frame->state)
        return attempt_end(self, frame->error);
    error = ac__socket_open(self->race->loop, info->ai_family, info->ai_socktype, info->ai_protocol, &self->fd);
    if (!error && self->race->local)
        error = bind_local(self->fd, info->ai_family, self->race->local);
    if (error)
        return attempt_end(self, error);
    self->connect.fd = self->fd;
    self->connect.address = info->ai_addr;
    self->connect.length = info->ai_addrlen;
    error = ac_connect_addr__resume(ac_enter(&self->connect.base, &ac_connect_addr__fn, frame));
    return error == AC_PENDING ? ac_suspend(frame, 1) : attempt_end(self, error);
}

static const ac_fn attempt_fn = {
    .resume = attempt_resume,
    .name = "ac_connect attempt",
    .frame_size = sizeof(struct attempt_frame),
    .result_offset = sizeof(ac_frame),
    .kind = AC_KIND_FUNCTION,
};

static void attempt_fill(struct attempt_frame *attempt, struct race *race, const struct addrinfo *info, size_t index)
{
    attempt->race = race;
    attempt->info = info;
    attempt->index = index;
    attempt->fd = -1;
}

/* ---- the connection ---- */

struct connect_frame {
    ac_frame base;
    int result;
    const char *host;
    int port;
    const ac_connect_options *options;
    struct race race;
    struct addrinfo *list;              /* what the look-up has given; freed at the end */
    struct addrinfo *order[ATTEMPTS];   /* its addresses in the order of trying */
    size_t count, begun;                /* how many there are, and how many have been tried */
    ac_task *running[ATTEMPTS];         /* the attempts that are under way */
    size_t running_count;
    int status;                         /* how the race has ended, while the attempts left over are ended */
    union {
        struct ac__resolve__frame resolve;
        struct attempt_frame only;
        struct ac_wait__frame wait;
        struct ac_child_end__frame end;
    } await;
};

/* Where a connection is suspended. */
enum { BEGIN, RESOLVING_LOCAL, RESOLVING, ONLY_ATTEMPT, RACING, ENDING };

/* Resumes a callee in the frame; on AC_PENDING `self` is suspended in `state`. */
#define AWAIT(self, state, member, name)                                                                          \
    suspended((self), (state), name##__resume(ac_enter(&(self)->await.member.base, &name##__fn, &(self)->base)))

static int suspended(struct connect_frame *self, uint32_t state, int error)
{
    return error == AC_PENDING ? ac_suspend(&self->base, state) : error;
}

static void addresses_free(struct connect_frame *self)
{
    if (self->list)
        freeaddrinfo(self->list);
    if (self->race.local)
        freeaddrinfo(self->race.local);
}

/* The end: all attempts are over. */
static int connect_end(struct connect_frame *self)
{
    struct race *race = &self->race;

    addresses_free(self);
    if (self->status && race->winner >= 0)
        ac__socket_close(race->loop, race->winner);
    if (self->status)
        return self->status;
    if (race->winner < 0)
        return race->error ? race->error : EADDRNOTAVAIL;
    self->result = race->winner;
    return 0;
}

/* Ends the attempts that are left, one after another, then the whole. */
static int race_end(struct connect_frame *self)
{
    while (self->running_count > 0) {
        self->await.end.task = self->running[--self->running_count];
        if (AWAIT(self, ENDING, end, ac_child_end) == AC_PENDING)
            return AC_PENDING;
    }
    return connect_end(self);
}

/* The race is decided: all attempts under way are told to end before any is waited for. */
static int race_decided(struct connect_frame *self, int status)
{
    self->status = status;
    for (size_t i = 0; i < self->running_count; i++)
        ac_cancel(self->running[i]);
    return race_end(self);
}

/* Starts the attempt at the next address. */
static int race_next(struct connect_frame *self)
{
    struct attempt_frame *attempt = (struct attempt_frame *)ac_coro_new(&attempt_fn);
    ac_task *task;

    if (!attempt)
        return ENOMEM;
    attempt_fill(attempt, &self->race, self->order[self->begun], self->begun);
    task = ac_child_start(&attempt->base);
    if (!task)
        return ENOMEM;
    self->begun++;
    self->running[self->running_count++] = task;
    return 0;
}

/* Forgets the attempts that have ended. True where there was one. */
static bool race_reap(struct connect_frame *self)
{
    size_t kept = 0, before = self->running_count;

    for (size_t i = 0; i < before; i++) {
        if (ac_done(self->running[i]))
            ac_release(self->running[i]);
        else
            self->running[kept++] = self->running[i];
    }
    self->running_count = kept;
    return kept < before;
}

/* Goes on with the race after its beginning, or after a wait that ended with `error`. `due`: the next attempt's
 * time has come. */
static int race_run(struct connect_frame *self, int error, bool due)
{
    double delay = self->options->attempt_delay > 0 ? self->options->attempt_delay : ATTEMPT_DELAY;

    while (!error) {
        due |= race_reap(self);
        if (self->race.winner >= 0 || (self->running_count == 0 && self->begun == self->count))
            break;
        if (self->begun < self->count && (due || self->running_count == 0)) {
            error = race_next(self);
            if (error)
                break;
        }
        self->await.wait.awaitables = self->running;
        self->await.wait.n = self->running_count;
        self->await.wait.when = AC_FIRST_COMPLETED;
        self->await.wait.timeout = self->begun < self->count ? delay : -1;
        error = AWAIT(self, RACING, wait, ac_wait);
        if (error == AC_PENDING)
            return AC_PENDING;
        due = self->await.wait.result == 0;
    }
    return race_decided(self, error);
}

/* The addresses are known: one of them is tried right here. */
static int connect_resolved(struct connect_frame *self, int error)
{
    if (error) {
        addresses_free(self);
        return error;
    }
    self->list = self->await.resolve.result;
    self->count = ac__address_interleave(self->list, self->order, ATTEMPTS);
    if (self->count != 1)
        return race_run(self, 0, 1);
    attempt_fill(&self->await.only, &self->race, self->order[0], 0);
    error = attempt_resume(ac_enter(&self->await.only.base, &attempt_fn, &self->base));
    if (error == AC_PENDING)
        return ac_suspend(&self->base, ONLY_ATTEMPT);
    self->status = error;
    return connect_end(self);
}

static bool wants_local(const ac_connect_options *options)
{
    return (options->local_host && *options->local_host) || options->local_port;
}

/* Looks up a host, in `state`. */
static int connect_look_up(struct connect_frame *self, uint32_t state, const char *host, int port, int flags)
{
    self->await.resolve.host = host;
    self->await.resolve.port = port;
    self->await.resolve.family = self->options->family;
    self->await.resolve.flags = flags;
    return AWAIT(self, state, resolve, ac__resolve);
}

/* One's own addresses are known: now those of the host. */
static int connect_local_resolved(struct connect_frame *self, int error)
{
    if (error)
        return error;
    if (wants_local(self->options))
        self->race.local = self->await.resolve.result;
    error = connect_look_up(self, RESOLVING, self->host, self->port, 0);
    return error == AC_PENDING ? error : connect_resolved(self, error);
}

static int connect_begin(struct connect_frame *self)
{
    const ac_connect_options *options = self->options;
    int error = 0;

    self->race = (struct race){ .loop = ac__thread.task->loop, .winner = -1, .error_of = ATTEMPTS };
    self->list = NULL;
    self->begun = self->running_count = 0;
    self->status = 0;
    if (wants_local(options))
        error = connect_look_up(self, RESOLVING_LOCAL, options->local_host, options->local_port, AI_PASSIVE);
    return error == AC_PENDING ? error : connect_local_resolved(self, error);
}

static int connect_resume(ac_frame *frame)
{
    struct connect_frame *self = (struct connect_frame *)frame;

    switch (frame->state) {
    case BEGIN:
        return connect_begin(self);
    case RESOLVING_LOCAL:
        return connect_local_resolved(self, frame->error);
    case RESOLVING:
        return connect_resolved(self, frame->error);
    case RACING:
        return race_run(self, frame->error, !frame->error && self->await.wait.result == 0);
    case ENDING:
        return race_end(self);
    default:
        self->status = frame->error;
        return connect_end(self);
    }
}

static const ac_fn connect_fn = {
    .resume = connect_resume,
    .name = "ac_connect",
    .frame_size = sizeof(struct connect_frame),
    .result_size = sizeof(int),
    .result_offset = offsetof(struct connect_frame, result),
    .kind = AC_KIND_FUNCTION,
};

ac_coro *ac_connect_with(const char *host, int port, const ac_connect_options *options)
{
    struct connect_frame *self = (struct connect_frame *)ac_coro_new(&connect_fn);

    if (!self)
        return NULL;
    self->host = host;
    self->port = port;
    self->options = options ? options : &any;
    return &self->base;
}

ac_coro *ac_connect(const char *host, int port)
{
    return ac_connect_with(host, port, NULL);
}

/*
 * ac_connect and the addresses of a host. The look-up is this file's own: it gives the addresses that a test has
 * set, so that a host may have one that refuses, and one that never answers.
 */
#include "test_stream.h"

#include "../../runtime/io/address.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>

/* The addresses of the host: 127.0.0.n, or ::1 with another port. */
static struct addrinfo entries[4];
static struct sockaddr_in places[4];
static size_t entry_count;

int (getaddrinfo)(const char *host, const char *service, const struct addrinfo *hints, struct addrinfo **list)
{
    (void)service;
    if (hints && (hints->ai_flags & AI_NUMERICHOST) && host)
        return EAI_NONAME;
    if (!host || strcmp(host, "host.test") || !entry_count)
        return EAI_NODATA;
    *list = entries;
    return 0;
}

void freeaddrinfo(struct addrinfo *list)
{
    ck_assert_ptr_eq(list, entries);
}

static void add_address(const char *address, int port)
{
    size_t i = entry_count++;

    places[i] = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
    ck_assert_int_eq(inet_pton(AF_INET, address, &places[i].sin_addr), 1);
    entries[i] = (struct addrinfo){ .ai_family = AF_INET, .ai_socktype = SOCK_STREAM,
                                    .ai_addr = (struct sockaddr *)&places[i], .ai_addrlen = sizeof places[i] };
    if (i)
        entries[i - 1].ai_next = &entries[i];
}

/* A listening socket at 127.0.0.1; its port. */
static int listen_here(int *fd, int backlog)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t length = sizeof address;

    *fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(bind(*fd, (struct sockaddr *)&address, sizeof address), 0);
    ck_assert_int_eq(listen(*fd, backlog), 0);
    ck_assert_int_eq(getsockname(*fd, (struct sockaddr *)&address, &length), 0);
    return ntohs(address.sin_port);
}

/* A port that nobody listens on. */
static int refusing_port(void)
{
    int fd, port = listen_here(&fd, 1);

    close(fd);
    return port;
}

/* A port whose queue is full: connecting to it does not end. The descriptors that fill it are left in `fds`. */
static int silent_port(int fds[4])
{
    int port = listen_here(&fds[0], 0);
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port),
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

    for (int i = 1; i < 4; i++) {
        fds[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        ck_assert(connect(fds[i], (struct sockaddr *)&address, sizeof address) == 0 || errno == EINPROGRESS);
    }
    usleep(20000);
    return port;
}

static int connect_body(struct script *self)
{
    BEGIN
    self->begin = ac_loop_time(ac_running_loop());
    AWAIT(ac_connect("host.test", 1));
    if (self->error)
        return self->error;
    TAKE(self->fd, int);
    *(double *)self->arg = ac_loop_time(ac_running_loop()) - self->begin;
    AWAIT(ac_close(self->fd));
    DONE;
    END;
}

START_TEST(refused_address_is_followed_by_the_next_at_once)
{
    int fd, before = descriptors();
    double took;

    add_address("127.0.0.1", refusing_port());
    add_address("127.0.0.1", refusing_port());
    add_address("127.0.0.1", listen_here(&fd, 1));
    run(connect_body, &took);
    ck_assert(took < 0.2);
    close(fd);
    ck_assert_int_eq(descriptors(), before);
}
END_TEST

START_TEST(silent_address_is_overtaken)
{
    int fds[4], fd, before = descriptors();
    double took;

    add_address("127.0.0.1", silent_port(fds));
    add_address("127.0.0.1", listen_here(&fd, 1));
    run(connect_body, &took);
    ck_assert(took > 0.24 && took < 0.9);
    close(fd);
    for (int i = 0; i < 4; i++)
        close(fds[i]);
    ck_assert_int_eq(descriptors(), before);
}
END_TEST

START_TEST(first_error_is_told_when_all_fail)
{
    int before = descriptors();
    double took;

    add_address("0.0.0.0", refusing_port());
    add_address("255.255.255.255", 1);          /* another error than the first */
    ck_assert_int_eq(ac_run(script(connect_body, &took), NULL), ECONNREFUSED);
    entry_count = 0;
    ck_assert_int_eq(ac_run(script(connect_body, &took), NULL), AC_EAI_NODATA);
    ck_assert_int_eq(descriptors(), before);
}
END_TEST

/* Cancelled at each of its awaits in turn: nothing stays open. */
START_TEST(cancelled_anywhere_leaves_nothing)
{
    int fds[4], fd, error = ECANCELED, before;
    double took;

    add_address("127.0.0.1", silent_port(fds));
    add_address("127.0.0.1", refusing_port());
    add_address("127.0.0.1", listen_here(&fd, 100));
    before = descriptors();
    for (long n = 1; error && n < 100; n++) {
        ac_loop_config config = { .cancel_at = n };
        error = ac_run_with(&config, script(connect_body, &took), NULL);
        ck_assert(error == 0 || error == ECANCELED);
        ck_assert_int_eq(descriptors(), before);
    }
    ck_assert_int_eq(error, 0);
    for (int i = 0; i < 4; i++)
        close(fds[i]);
    close(fd);
}
END_TEST

static int cancel_later_body(struct script *self)
{
    static double took;

    BEGIN
    self->task = ac_create_task(script(connect_body, &took));
    AWAIT(ac_sleep(0.01 * *(int *)self->arg));
    DONE;
    ac_cancel(self->task);
    AWAIT(ac_sleep(0.02));
    DONE;
    ck_assert_int_ne(ac_error(self->task), AC_EINVALID_STATE);
    ac_release(self->task);
    END;
}

/* Cancelled at some time, with several attempts under way. */
START_TEST(cancelled_any_time_leaves_nothing)
{
    int fds[4], before;

    add_address("127.0.0.1", silent_port(fds));
    add_address("127.0.0.1", ntohs(places[0].sin_port));
    add_address("127.0.0.1", ntohs(places[0].sin_port));
    before = descriptors();
    for (int i = 0; i < 60; i += 12) {
        run(cancel_later_body, &i);
        ck_assert_int_eq(descriptors(), before);
    }
    for (int i = 0; i < 4; i++)
        close(fds[i]);
}
END_TEST

START_TEST(families_take_turns)
{
    struct addrinfo list[5] = { { .ai_family = AF_INET6 }, { .ai_family = AF_INET6 }, { .ai_family = AF_INET6 },
                                { .ai_family = AF_INET }, { .ai_family = AF_INET } };
    static const int expected[] = { 0, 3, 1, 4, 2 };
    struct addrinfo *order[5];

    for (int i = 0; i < 4; i++)
        list[i].ai_next = &list[i + 1];
    ck_assert_uint_eq(ac__address_interleave(list, order, 5), 5);
    for (int i = 0; i < 5; i++)
        ck_assert_ptr_eq(order[i], &list[expected[i]]);
    ck_assert_uint_eq(ac__address_interleave(list, order, 2), 2);
    ck_assert_uint_eq(ac__address_interleave(NULL, order, 2), 0);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        refused_address_is_followed_by_the_next_at_once, silent_address_is_overtaken, first_error_is_told_when_all_fail,
        cancelled_anywhere_leaves_nothing, cancelled_any_time_leaves_nothing, families_take_turns, NULL,
    };

    return suite_run("connect", tests, 20);
}

/* Servers, connections and look-up, over loopback and local sockets. */
#include "test_stream.h"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/stat.h>

/* The port of a server's first socket. */
static int port_of(ac_server *server)
{
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    int fd = -1;

    ck_assert_uint_ge(ac_server_sockets(server, &fd, 1), 1);
    ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&address, &length), 0);
    return ntohs(address.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&address)->sin6_port
                                               : ((struct sockaddr_in *)&address)->sin_port);
}

/* ---- handlers ---- */

static int echo_body(struct script *self)
{
    BEGIN
    for (;;) {
        AWAIT(ac_stream_read(self->arg, self->buffer, sizeof self->buffer));
        if (self->error)
            return self->error;
        TAKE(self->n, ssize_t);
        if (self->n == 0)
            return 0;
        AWAIT(ac_stream_send(self->arg, self->buffer, (size_t)self->n));
        if (self->error)
            return self->error;
        DONE;
    }
    END;
}

static ac_coro *echo(ac_stream *stream)
{
    return script(echo_body, stream);
}

static int greet_body(struct script *self)
{
    BEGIN
    ck_assert_int_eq(ac_stream_printf(self->arg, "hello %s\n", ac_stream_peer(self->arg)), 0);
    END;
}

static ac_coro *greet(ac_stream *stream)
{
    return script(greet_body, stream);
}

static int fail_body(struct script *self)
{
    BEGIN
    put(self->arg, "before\n");
    AWAIT(ac_sleep(0));
    DONE;
    return EPROTO;
    END;
}

static ac_coro *failing(ac_stream *stream)
{
    return script(fail_body, stream);
}

static int count_body(struct script *self)
{
    BEGIN
    ++*(int *)self->arg;
    END;
}

static ac_coro *count(ac_stream *stream, void *arg)
{
    (void)stream;
    return script(count_body, arg);
}

/* ---- tests ---- */

/* Begins a server on a free port of 127.0.0.1 and connects to it: inside of a body. */
#define SERVE(handler)                                          \
    AWAIT(ac_start_server(handler, "127.0.0.1", 0));            \
    TAKE(self->server, ac_server *);                            \
    self->port = port_of(self->server)
#define CONNECT                                                 \
    AWAIT(ac_open_connection("127.0.0.1", self->port));         \
    TAKE(self->a, ac_stream *)
#define SHUT                                                    \
    AWAIT(ac_server_aexit(self->server, 0));                    \
    DONE

static int echo_test_body(struct script *self)
{
    BEGIN
    SERVE(echo);
    CONNECT;
    for (self->i = 0; self->i < 100; self->i++) {
        ck_assert_int_eq(ac_stream_printf(self->a, "message %d\n", self->i), 0);
        AWAIT(ac_stream_read_line(self->a));
        TAKE(self->line, char *);
        ck_assert_int_eq(atoi(self->line + 8), self->i);
    }
    AWAIT(ac_stream_aexit(self->a, 0));
    DONE;
    SHUT;
    END;
}

START_TEST(echo_and_a_clean_end)
{
    int before = descriptors();

    run(echo_test_body, NULL);
    ck_assert_int_eq(descriptors(), before);
}
END_TEST

static int greet_test_body(struct script *self)
{
    BEGIN
    SERVE(greet);
    CONNECT;
    put(self->a, "what the handler never reads");
    AWAIT(ac_sleep(0.01));
    DONE;
    AWAIT(ac_stream_read_line(self->a));
    TAKE(self->line, char *);
    ck_assert_int_eq(strncmp(self->line, "hello 127.0.0.1:", 16), 0);
    AWAIT(ac_stream_read_line(self->a));
    TAKE(self->line, char *);
    ck_assert_ptr_null(self->line);
    ac_release(self->a);
    SHUT;
    END;
}

START_TEST(stream_is_flushed_and_closed_after_the_handler)
{
    run(greet_test_body, NULL);
}
END_TEST

static int seen_error;

static void remember(ac_loop *loop, const ac_error_context *context, void *arg)
{
    (void)loop;
    (void)arg;
    seen_error = context->error;
}

static int fail_test_body(struct script *self)
{
    BEGIN
    ac_loop_set_error_handler(ac_running_loop(), remember, NULL);
    SERVE(failing);
    CONNECT;
    AWAIT(ac_stream_read_line(self->a));
    TAKE(self->line, char *);
    ck_assert_str_eq(self->line, "before");
    AWAIT(ac_stream_read_line(self->a));
    TAKE(self->line, char *);
    ck_assert_ptr_null(self->line);
    ck_assert_int_eq(seen_error, EPROTO);
    ac_release(self->a);
    SHUT;
    END;
}

START_TEST(error_of_a_handler_is_reported)
{
    run(fail_test_body, NULL);
}
END_TEST

static int wait_closed_test_body(struct script *self)
{
    BEGIN
    SERVE(echo);
    CONNECT;
    AWAIT(ac_stream_send(self->a, "x", 1));
    DONE;
    AWAIT(ac_stream_read_exactly(self->a, self->buffer, 1));
    DONE;
    self->task = ac_create_task(ac_serve_forever(self->server));
    AWAIT(ac_sleep(0));
    DONE;
    ac_server_close(self->server);
    ck_assert_uint_eq(ac_server_sockets(self->server, NULL, 0), 0);
    self->other = ac_create_task(ac_server_wait_closed(self->server));
    AWAIT(ac_sleep(0.01));
    DONE;
    ck_assert_int_eq(ac_result(self->task, NULL), 0);
    ck_assert(!ac_done(self->other));
    AWAIT(ac_open_connection("127.0.0.1", self->port));
    ck_assert_int_eq(self->error, ECONNREFUSED);
    AWAIT(ac_stream_send(self->a, "y", 1));         /* connections go on */
    DONE;
    AWAIT(ac_stream_read_exactly(self->a, self->buffer, 1));
    DONE;
    ac_release(self->a);
    AWAIT(ac_sleep(0.01));
    DONE;
    ck_assert_int_eq(ac_result(self->other, NULL), 0);
    ac_release(self->task);
    ac_release(self->other);
    ac_release(self->server);
    END;
}

START_TEST(closed_server_waits_for_its_connections)
{
    run(wait_closed_test_body, NULL);
}
END_TEST

static int shutdown_test_body(struct script *self)
{
    BEGIN
    SERVE(echo);
    CONNECT;
    AWAIT(ac_stream_send(self->a, "x", 1));
    DONE;
    AWAIT(ac_stream_read_exactly(self->a, self->buffer, 1));
    DONE;
    self->begin = ac_loop_time(ac_running_loop());
    AWAIT(ac_server_shutdown(self->server, 0.1));
    DONE;
    ck_assert(ac_loop_time(ac_running_loop()) - self->begin > 0.09);
    ck_assert(ac_loop_time(ac_running_loop()) - self->begin < 1);
    AWAIT(ac_stream_read(self->a, self->buffer, 1));
    TAKE(self->n, ssize_t);
    ck_assert_int_eq(self->n, 0);
    ck_assert_uint_eq(ac_all_tasks(NULL, 0), 1);
    ac_release(self->a);
    ac_release(self->server);
    END;
}

START_TEST(shutdown_waits_and_then_forces)
{
    int before = descriptors();

    run(shutdown_test_body, NULL);
    ck_assert_int_eq(descriptors(), before);
}
END_TEST

static int shutdown_cancel_test_body(struct script *self)
{
    BEGIN
    SERVE(echo);
    CONNECT;
    AWAIT(ac_stream_send(self->a, "x", 1));
    DONE;
    self->task = ac_create_task(ac_server_shutdown(self->server, 60));
    AWAIT(ac_sleep(0.01));
    DONE;
    ac_cancel(self->task);
    AWAIT(ac_sleep(0.01));
    DONE;
    ck_assert(ac_cancelled(self->task));
    ck_assert_uint_eq(ac_all_tasks(NULL, 0), 1);
    ac_release(self->task);
    ac_release(self->a);
    ac_release(self->server);
    END;
}

START_TEST(cancelled_shutdown_forces_at_once)
{
    run(shutdown_cancel_test_body, NULL);
}
END_TEST

static int serve_cancel_test_body(struct script *self)
{
    BEGIN
    SERVE(echo);
    self->task = ac_create_task(ac_serve_forever(self->server));
    AWAIT(ac_sleep(0));
    DONE;
    ac_cancel(self->task);
    AWAIT(ac_sleep(0));
    DONE;
    ck_assert(ac_cancelled(self->task));
    ck_assert_uint_eq(ac_server_sockets(self->server, NULL, 0), 0);
    ac_release(self->task);
    ac_release(self->server);
    END;
}

START_TEST(cancelled_serve_forever_closes_the_server)
{
    run(serve_cancel_test_body, NULL);
}
END_TEST

static int clients_test_body(struct script *self)
{
    BEGIN
    SERVE(echo);
    CONNECT;
    AWAIT(ac_stream_send(self->a, "x", 1));
    DONE;
    AWAIT(ac_stream_read_exactly(self->a, self->buffer, 1));
    DONE;
    ac_server_close_clients(self->server);
    AWAIT(ac_stream_read(self->a, self->buffer, 1));
    TAKE(self->n, ssize_t);
    ck_assert_int_eq(self->n, 0);
    ac_release(self->a);
    SHUT;
    END;
}

START_TEST(close_clients_ends_the_handlers)
{
    run(clients_test_body, NULL);
}
END_TEST

/* Many clients at once, each in a task of its own. */
enum { CROWD = 500, MESSAGES = 20 };

static int crowd_client_body(struct script *self)
{
    BEGIN
    self->port = *(int *)self->arg;
    CONNECT;
    for (self->i = 0; self->i < MESSAGES; self->i++) {
        AWAIT(ac_stream_send(self->a, "0123456789abcdef", 16));
        DONE;
        AWAIT(ac_stream_read_exactly(self->a, self->buffer, 16));
        DONE;
        ck_assert(!memcmp(self->buffer, "0123456789abcdef", 16));
    }
    ac_release(self->a);
    END;
}

static int crowd_body(struct script *self)
{
    static ac_task *clients[CROWD];

    BEGIN
    SERVE(echo);
    for (self->i = 0; self->i < CROWD; self->i++)
        clients[self->i] = ac_create_task(script(crowd_client_body, &self->port));
    AWAIT(ac_gather(clients, CROWD, NULL));
    DONE;
    for (self->i = 0; self->i < CROWD; self->i++)
        ac_release(clients[self->i]);
    SHUT;
    ck_assert_uint_eq(ac_all_tasks(NULL, 0), 1);
    END;
}

START_TEST(many_clients_at_once)
{
    struct rlimit limit;
    int before = descriptors();

    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = limit.rlim_max < 4096 ? limit.rlim_max : 4096;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
    run(crowd_body, NULL);
    ck_assert_int_eq(descriptors(), before);
}
END_TEST

/* No descriptor is left for a connection: the server says so, pauses, and then goes on. */
static int starve_body(struct script *self)
{
    struct rlimit limit;

    BEGIN
    ac_loop_set_error_handler(ac_running_loop(), remember, NULL);
    SERVE(greet);
    self->fd = socket(AF_INET, SOCK_STREAM, 0);
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = (rlim_t)self->fd + 1;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
    {
        struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)self->port),
                                       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
        ck_assert_int_eq(connect(self->fd, (struct sockaddr *)&address, sizeof address), 0);
    }
    AWAIT(ac_sleep(0.05));
    DONE;
    ck_assert_int_eq(seen_error, EMFILE);
    limit.rlim_cur = limit.rlim_max = 256;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
    self->a = ac_stream_from_fd(self->fd);
    AWAIT(ac_stream_read_line(self->a));
    TAKE(self->line, char *);
    ck_assert_int_eq(strncmp(self->line, "hello", 5), 0);
    ac_release(self->a);
    SHUT;
    END;
}

START_TEST(accepting_survives_a_lack_of_descriptors)
{
    run(starve_body, NULL);
}
END_TEST

static int arg_body(struct script *self)
{
    static int counter;

    BEGIN
    AWAIT(ac_start_server_arg(count, &counter, NULL, 0));
    TAKE(self->server, ac_server *);
    self->port = port_of(self->server);
    CONNECT;
    AWAIT(ac_stream_read(self->a, self->buffer, 1));
    TAKE(self->n, ssize_t);
    ck_assert_int_eq(self->n, 0);
    ck_assert_int_eq(counter, 1);
    ac_release(self->a);
    SHUT;
    END;
}

START_TEST(handler_with_a_context)
{
    run(arg_body, NULL);
}
END_TEST

static int unix_body(struct script *self)
{
    struct stat found;

    BEGIN
    for (self->i = 0; self->i < 2; self->i++) {
        AWAIT(ac_start_unix_server(echo, self->arg));
        TAKE(self->server, ac_server *);
        AWAIT(ac_open_unix_connection(self->arg));
        TAKE(self->a, ac_stream *);
        AWAIT(ac_stream_send(self->a, "local\n", 6));
        DONE;
        AWAIT(ac_stream_read_line(self->a));
        TAKE(self->line, char *);
        ck_assert_str_eq(self->line, "local");
        ac_release(self->a);
        SHUT;
        ck_assert_int_eq(stat(self->arg, &found), -1);
    }
    AWAIT(ac_open_unix_connection(self->arg));
    ck_assert_int_eq(self->error, ENOENT);
    AWAIT(ac_open_unix_connection(""));
    ck_assert_int_eq(self->error, EINVAL);
    END;
}

START_TEST(local_sockets)
{
    char folder[] = "/tmp/ac-stream-XXXXXX", path[64];
    int before = descriptors();

    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/socket", folder);
    run(unix_body, path);
    ck_assert_int_eq(rmdir(folder), 0);
    ck_assert_int_eq(descriptors(), before);
}
END_TEST

/* "localhost" may have two addresses; the server has but one of them. */
static int race_body(struct script *self)
{
    BEGIN
    SERVE(greet);
    AWAIT(ac_connect("localhost", self->port));
    TAKE(self->fd, int);
    ck_assert_int_ge(self->fd, 0);
    AWAIT(ac_close(self->fd));
    DONE;
    SHUT;
    AWAIT(ac_connect("localhost", self->port));
    ck_assert_int_eq(self->error, ECONNREFUSED);
    AWAIT(ac_connect("127.0.0.1", 70000));
    ck_assert_int_eq(self->error, EINVAL);
    END;
}

START_TEST(connect_tries_every_address)
{
    int before = descriptors();

    run(race_body, NULL);
    ck_assert_int_eq(descriptors(), before);
}
END_TEST

static int connect_cancel_body(struct script *self)
{
    BEGIN
    self->task = ac_create_task(ac_connect("192.0.2.1", 9));        /* an address that answers nobody (RFC 5737) */
    self->other = ac_create_task(ac_getaddrinfo("a-name-to-look-up.invalid", "9", NULL));
    AWAIT(ac_sleep(0.01));
    DONE;
    ac_cancel(self->task);
    ac_cancel(self->other);
    AWAIT(ac_sleep(0.01));
    DONE;
    ck_assert_int_ne(ac_error(self->task), AC_EINVALID_STATE);
    ck_assert_int_ne(ac_error(self->other), AC_EINVALID_STATE);
    ac_release(self->task);
    ac_release(self->other);
    END;
}

START_TEST(cancelled_connect_leaves_nothing)
{
    int before = descriptors();

    run(connect_cancel_body, NULL);
    ck_assert_int_eq(descriptors(), before);
}
END_TEST

static int lookup_body(struct script *self)
{
    struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(80),
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

    BEGIN
    AWAIT(ac_getaddrinfo("127.0.0.1", "80", &hints));
    TAKE(self->line, char *);
    ck_assert_int_eq(((struct addrinfo *)(void *)self->line)->ai_family, AF_INET);
    freeaddrinfo((struct addrinfo *)(void *)self->line);
    AWAIT(ac_getaddrinfo("localhost", NULL, &hints));
    TAKE(self->line, char *);
    ck_assert_ptr_nonnull(self->line);
    freeaddrinfo((struct addrinfo *)(void *)self->line);
    hints.ai_flags = AI_NUMERICHOST;
    AWAIT(ac_getaddrinfo("localhost", NULL, &hints));
    ck_assert_int_eq(self->error, AC_EAI_NONAME);
    AWAIT(ac_getnameinfo((struct sockaddr *)&address, sizeof address, self->buffer, 64, self->buffer + 64, 16,
                         NI_NUMERICHOST | NI_NUMERICSERV));
    DONE;
    ck_assert_str_eq(self->buffer, "127.0.0.1");
    ck_assert_str_eq(self->buffer + 64, "80");
    AWAIT(ac_getnameinfo((struct sockaddr *)&address, sizeof address, self->buffer, 64, NULL, 0, 0));
    DONE;
    ck_assert_uint_gt(strlen(self->buffer), 0);
    AWAIT(ac_getnameinfo((struct sockaddr *)&address, sizeof address, self->buffer, 3, NULL, 0,
                         NI_NUMERICHOST | NI_NUMERICSERV));
    ck_assert_int_eq(self->error, AC_EAI_OVERFLOW);
    END;
}

START_TEST(names_and_addresses)
{
    run(lookup_body, NULL);
}
END_TEST

static int sendfile_body(struct script *self)
{
    enum { SIZE = 2 << 20, FROM = 1000 };
    static int64_t offset;
    static ac_task *sender;

    BEGIN
    self->bytes = malloc(SIZE);
    for (size_t i = 0; i < SIZE; i++)
        self->bytes[i] = (char)(i * 31 + i / 509);
    self->fd = fileno((FILE *)self->arg);
    ck_assert_int_eq(write(self->fd, self->bytes, SIZE), SIZE);
    for (self->i = 0; self->i < 2; self->i++) {     /* a descriptor that blocks, and one that does not */
        int fds[2];
        ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | (self->i ? SOCK_NONBLOCK : 0), 0, fds), 0);
        self->port = fds[0];
        self->b = ac_stream_from_fd(fds[1]);
        self->line = calloc(1, SIZE);
        offset = FROM;
        sender = ac_create_task(ac_sendfile(self->port, self->fd, &offset, 0));
        AWAIT(ac_stream_read_exactly(self->b, self->line, SIZE - FROM));
        DONE;
        ck_assert(!memcmp(self->line, self->bytes + FROM, SIZE - FROM));
        AWAIT(ac_sleep(0.01));
        DONE;
        {
            int64_t sent = 0;
            ck_assert_int_eq(ac_result(sender, &sent), 0);
            ck_assert_int_eq(sent, SIZE - FROM);
        }
        ck_assert_int_eq(offset, SIZE);
        ac_release(sender);
        ck_assert_int_eq(lseek(self->fd, 5, SEEK_SET), 5);
        AWAIT(ac_sendfile(self->port, self->fd, NULL, 10));
        DONE;
        ck_assert_int_eq(lseek(self->fd, 0, SEEK_CUR), 15);
        AWAIT(ac_stream_read_exactly(self->b, self->buffer, 10));
        DONE;
        ck_assert(!memcmp(self->buffer, self->bytes + 5, 10));
        free(self->line);
        ac_release(self->b);
        AWAIT(ac_sendfile(self->port, self->fd, NULL, 10));
        ck_assert_int_eq(self->error, EPIPE);
        AWAIT(ac_close(self->port));
        DONE;
    }
    free(self->bytes);
    END;
}

START_TEST(files_to_sockets)
{
    FILE *file = tmpfile();

    ck_assert_ptr_nonnull(file);
    run(sendfile_body, file);
    fclose(file);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        echo_and_a_clean_end, stream_is_flushed_and_closed_after_the_handler, error_of_a_handler_is_reported,
        closed_server_waits_for_its_connections, shutdown_waits_and_then_forces, cancelled_shutdown_forces_at_once,
        cancelled_serve_forever_closes_the_server, close_clients_ends_the_handlers, many_clients_at_once,
        accepting_survives_a_lack_of_descriptors, handler_with_a_context, local_sockets, connect_tries_every_address,
        cancelled_connect_leaves_nothing, names_and_addresses, files_to_sockets, NULL,
    };

    return suite_run("stream server", tests, 20);
}

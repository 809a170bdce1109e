/* Streams: what reading, writing and closing mean, between the two ends of a socket pair. */
#include "test_stream.h"

#include <sys/uio.h>

/* ---- reading ---- */

static int lines_body(struct script *self)
{
    BEGIN
    pair(self);
    put(self->a, "one\ntwo\r\n\n\r\nlast");
    ac_stream_close(self->a);
    AWAIT(ac_stream_read_line(self->b));
    TAKE(self->line, char *);
    ck_assert_str_eq(self->line, "one");
    AWAIT(ac_stream_read_line(self->b));
    TAKE(self->line, char *);
    ck_assert_str_eq(self->line, "two");
    AWAIT(ac_stream_read_line(self->b));
    TAKE(self->line, char *);
    ck_assert_str_eq(self->line, "");
    AWAIT(ac_stream_read_line(self->b));
    TAKE(self->line, char *);
    ck_assert_str_eq(self->line, "");
    ck_assert(!ac_stream_at_eof(self->b));
    AWAIT(ac_stream_read_line(self->b));
    TAKE(self->line, char *);
    ck_assert_str_eq(self->line, "last");
    ck_assert(ac_stream_at_eof(self->b));
    for (self->i = 0; self->i < 2; self->i++) {
        AWAIT(ac_stream_read_line(self->b));
        TAKE(self->line, char *);
        ck_assert_ptr_null(self->line);
    }
    ac_release(self->a);
    ac_release(self->b);
    END;
}

START_TEST(lines_come_without_their_end)
{
    int before = descriptors();

    run(lines_body, NULL);
    ck_assert_int_eq(descriptors(), before);
}
END_TEST

static int generator_body(struct script *self)
{
    BEGIN
    pair(self);
    put(self->a, "0\n1\n2\n");
    ac_stream_close(self->a);
    self->line = (char *)ac_stream_lines(self->b);
    for (self->i = 0;; self->i++) {
        AWAIT(ac_next((ac_gen *)self->line));
        if (self->error)
            break;
        TAKE(self->bytes, char *);
        ck_assert_int_eq(atoi(self->bytes), self->i);
    }
    ck_assert_int_eq(self->error, AC_STOP);
    ck_assert_int_eq(self->i, 3);
    ac_release(self->line);
    ac_release(self->a);
    ac_release(self->b);
    END;
}

START_TEST(lines_as_a_generator)
{
    run(generator_body, NULL);
}
END_TEST

static int line_limit_body(struct script *self)
{
    BEGIN
    pair(self);
    ck_assert_int_eq(ac_stream_set_limits(self->b, 8, 0, 0, 0), 0);
    put(self->a, "12345678\n");
    put(self->a, "123456789\n");
    put(self->a, "after\n");
    AWAIT(ac_stream_read_line(self->b));
    TAKE(self->line, char *);
    ck_assert_str_eq(self->line, "12345678");
    AWAIT(ac_stream_read_line(self->b));
    ck_assert_int_eq(self->error, AC_ELIMIT);
    AWAIT(ac_stream_read_line(self->b));
    TAKE(self->line, char *);
    ck_assert_str_eq(self->line, "after");
    ac_release(self->a);
    ac_release(self->b);
    END;
}

START_TEST(line_over_the_limit_is_dropped)
{
    run(line_limit_body, NULL);
}
END_TEST

static int until_body(struct script *self)
{
    BEGIN
    pair(self);
    put(self->a, "head\r\n\r\nbody\r\n");
    AWAIT(ac_stream_read_until(self->b, "\r\n\r\n", &self->length));
    TAKE(self->line, char *);
    ck_assert_uint_eq(self->length, 8);
    ck_assert_str_eq(self->line, "head\r\n\r\n");
    AWAIT(ac_stream_read(self->b, self->buffer, 2));
    TAKE(self->n, ssize_t);
    ck_assert_int_eq(self->n, 2);
    ck_assert(!memcmp(self->buffer, "bo", 2));
    AWAIT(ac_stream_read_until(self->b, "y", NULL));
    TAKE(self->line, char *);
    ck_assert_str_eq(self->line, "dy");
    put(self->a, "\r");
    ac_stream_close(self->a);
    AWAIT(ac_stream_read_until(self->b, "\r\n\r\n", &self->length));
    ck_assert_int_eq(self->error, AC_EINCOMPLETE);
    self->line = (char *)ac_stream_partial(self->b, &self->length);
    ck_assert_uint_eq(self->length, 3);
    ck_assert(!memcmp(self->line, "\r\n\r", 3));
    ck_assert(ac_stream_at_eof(self->b));
    AWAIT(ac_stream_read_until(self->b, "x", NULL));
    ck_assert_int_eq(self->error, AC_EINCOMPLETE);
    (void)ac_stream_partial(self->b, &self->length);
    ck_assert_uint_eq(self->length, 0);
    AWAIT(ac_stream_read_until(self->b, "", NULL));
    ck_assert_int_eq(self->error, EINVAL);
    ac_release(self->a);
    ac_release(self->b);
    END;
}

START_TEST(until_includes_the_separator)
{
    run(until_body, NULL);
}
END_TEST

/* Sends the separator in two halves, so that it is found only across them. */
static int halves_body(struct script *self)
{
    BEGIN
    self->a = self->arg;
    put(self->a, "abc<e");
    AWAIT(ac_sleep(0.01));
    DONE;
    put(self->a, "nd>rest");
    END;
}

static int split_body(struct script *self)
{
    BEGIN
    pair(self);
    self->task = ac_create_task(script(halves_body, self->a));
    AWAIT(ac_stream_read_until(self->b, "<end>", &self->length));
    TAKE(self->line, char *);
    ck_assert_str_eq(self->line, "abc<end>");
    AWAIT(ac_stream_read_exactly(self->b, self->buffer, 4));
    DONE;
    ck_assert(!memcmp(self->buffer, "rest", 4));
    ac_release(self->task);
    ac_release(self->a);
    ac_release(self->b);
    END;
}

START_TEST(separator_in_two_parts)
{
    run(split_body, NULL);
}
END_TEST

static int until_limit_body(struct script *self)
{
    BEGIN
    pair(self);
    ck_assert_int_eq(ac_stream_set_limits(self->b, 4, 0, 0, 0), 0);
    put(self->a, "12345;");
    AWAIT(ac_stream_read_until(self->b, ";", NULL));
    ck_assert_int_eq(self->error, AC_ELIMIT);
    AWAIT(ac_stream_read_exactly(self->b, self->buffer, 6));
    DONE;
    ck_assert(!memcmp(self->buffer, "12345;", 6));
    ac_release(self->a);
    ac_release(self->b);
    END;
}

START_TEST(until_over_the_limit_stays_in_the_stream)
{
    run(until_limit_body, NULL);
}
END_TEST

static int incomplete_body(struct script *self)
{
    BEGIN
    pair(self);
    put(self->a, "abc");
    ac_stream_close(self->a);
    AWAIT(ac_stream_read_exactly(self->b, self->buffer, 5));
    ck_assert_int_eq(self->error, AC_EINCOMPLETE);
    self->line = (char *)ac_stream_partial(self->b, &self->length);
    ck_assert_uint_eq(self->length, 3);
    ck_assert(!memcmp(self->line, "abc", 3));
    AWAIT(ac_stream_read(self->b, self->buffer, 5));
    TAKE(self->n, ssize_t);
    ck_assert_int_eq(self->n, 0);
    ac_release(self->a);
    ac_release(self->b);
    END;
}

START_TEST(exactly_tells_what_it_had)
{
    run(incomplete_body, NULL);
}
END_TEST

/* ---- cancellation ---- */

enum { LARGE = 300 * 1000 };

static void fill(char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        bytes[i] = (char)(i * 7 + i / 251);
}

static int exactly_body(struct script *self)
{
    BEGIN
    AWAIT(ac_stream_read_exactly(((struct script *)self->arg)->b, ((struct script *)self->arg)->bytes,
                                 ((struct script *)self->arg)->length));
    if (self->error)
        return self->error;
    DONE;
    END;
}

/* A read of `length` bytes is cancelled when half of them are there; then all of them are read. */
static int cancel_exactly_body(struct script *self)
{
    char *sent = self->arg;

    BEGIN
    pair(self);
    self->length = self->i = LARGE;
    self->bytes = calloc(1, LARGE);
    self->task = ac_create_task(script(exactly_body, self));
    ck_assert_int_eq(ac_stream_write(self->a, sent, LARGE / 2), 0);
    AWAIT(ac_sleep(0.05));
    DONE;
    ck_assert(ac_cancel(self->task));
    AWAIT(ac_sleep(0));
    DONE;
    ck_assert(ac_cancelled(self->task));
    memset(self->bytes, 0, LARGE);
    ck_assert_int_eq(ac_stream_write(self->a, sent + LARGE / 2, LARGE - LARGE / 2), 0);
    AWAIT(ac_stream_read_exactly(self->b, self->bytes, 100));
    DONE;
    ck_assert(!memcmp(self->bytes, sent, 100));
    AWAIT(ac_stream_read_exactly(self->b, self->bytes + 100, LARGE - 100));
    DONE;
    ck_assert(!memcmp(self->bytes, sent, LARGE));
    free(self->bytes);
    ac_release(self->task);
    ac_release(self->a);
    ac_release(self->b);
    END;
}

START_TEST(cancelled_exactly_loses_nothing)
{
    char *sent = malloc(LARGE);

    fill(sent, LARGE);
    run(cancel_exactly_body, sent);
    free(sent);
}
END_TEST

static int line_reader_body(struct script *self)
{
    BEGIN
    AWAIT(ac_stream_read_line(self->arg));
    if (self->error)
        return self->error;
    DONE;
    END;
}

static int cancel_line_body(struct script *self)
{
    BEGIN
    pair(self);
    self->task = ac_create_task(script(line_reader_body, self->b));
    put(self->a, "begun ");
    AWAIT(ac_sleep(0.01));
    DONE;
    AWAIT(ac_stream_read_line(self->b));
    ck_assert_int_eq(self->error, EBUSY);
    ac_cancel(self->task);
    AWAIT(ac_sleep(0));
    DONE;
    put(self->a, "and ended\n");
    AWAIT(ac_stream_read_line(self->b));
    TAKE(self->line, char *);
    ck_assert_str_eq(self->line, "begun and ended");
    ac_release(self->task);
    ac_release(self->a);
    ac_release(self->b);
    END;
}

START_TEST(cancelled_line_loses_nothing)
{
    run(cancel_line_body, NULL);
}
END_TEST

/* ---- writing ---- */

static int print_body(struct script *self)
{
    struct iovec parts[] = { { "x", 1 }, { "", 0 }, { "yz\n", 3 } };

    BEGIN
    pair(self);
    ck_assert_int_eq(ac_stream_printf(self->a, "%d %s\n", 42, "words"), 0);
    ck_assert_int_eq(ac_stream_printf(self->a, "%1000d\n", 7), 0);
    ck_assert_int_eq(ac_stream_writev(self->a, parts, 3), 0);
    AWAIT(ac_stream_drain(self->a));
    DONE;
    AWAIT(ac_stream_read_line(self->b));
    TAKE(self->line, char *);
    ck_assert_str_eq(self->line, "42 words");
    AWAIT(ac_stream_read_line(self->b));
    TAKE(self->line, char *);
    ck_assert_uint_eq(strlen(self->line), 1000);
    ck_assert_int_eq(atoi(self->line), 7);
    AWAIT(ac_stream_read_line(self->b));
    TAKE(self->line, char *);
    ck_assert_str_eq(self->line, "xyz");
    ac_release(self->a);
    ac_release(self->b);
    END;
}

START_TEST(printf_and_writev)
{
    run(print_body, NULL);
}
END_TEST

static int drain_body(struct script *self)
{
    BEGIN
    AWAIT(ac_stream_drain(self->arg));
    if (self->error)
        return self->error;
    DONE;
    END;
}

/* Nobody reads: the writer waits above the high mark, and goes on below the low one; all arrives in order. */
static int pressure_body(struct script *self)
{
    enum { SIZE = 4 << 20 };

    BEGIN
    pair(self);
    self->bytes = malloc(SIZE);
    fill(self->bytes, SIZE);
    ck_assert_int_eq(ac_stream_write(self->a, self->bytes, SIZE), 0);
    self->task = ac_create_task(script(drain_body, self->a));
    AWAIT(ac_sleep(0.02));
    DONE;
    ck_assert(!ac_done(self->task));
    self->line = malloc(SIZE);
    AWAIT(ac_stream_read_exactly(self->b, self->line, SIZE - 1000));
    DONE;
    AWAIT(ac_sleep(0.02));
    DONE;
    ck_assert_int_eq(ac_result(self->task, NULL), 0);
    AWAIT(ac_stream_read_exactly(self->b, self->line + SIZE - 1000, 1000));
    DONE;
    ck_assert(!memcmp(self->line, self->bytes, SIZE));
    free(self->line);
    free(self->bytes);
    ac_release(self->task);
    ac_release(self->a);
    ac_release(self->b);
    END;
}

START_TEST(drain_waits_between_the_marks)
{
    run(pressure_body, NULL);
}
END_TEST

static int hard_limit_body(struct script *self)
{
    BEGIN
    pair(self);
    ck_assert_int_eq(ac_stream_set_limits(self->a, 0, 0, 0, 100 * 1000), 0);
    ck_assert_int_eq(ac_stream_set_limits(self->a, 0, 1 << 20, 1 << 10, 0), EINVAL);
    self->bytes = calloc(1, 10 * 1000);
    for (self->i = 0; self->i < 1000 && !self->error; self->i++)
        self->error = ac_stream_write(self->a, self->bytes, 10 * 1000);
    ck_assert_int_eq(self->error, AC_ELIMIT);
    for (self->count = (size_t)(self->i - 1) * 10 * 1000; self->count; self->count -= 10 * 1000) {
        AWAIT(ac_stream_read_exactly(self->b, self->bytes, 10 * 1000));
        DONE;
    }
    AWAIT(ac_sleep(0));
    DONE;
    ck_assert_int_eq(ac_stream_write(self->a, self->bytes, 1), 0);
    free(self->bytes);
    ac_release(self->a);
    ac_release(self->b);
    END;
}

START_TEST(hard_limit_refuses_and_takes_nothing)
{
    run(hard_limit_body, NULL);
}
END_TEST

static int gone_body(struct script *self)
{
    BEGIN
    pair(self);
    ac_stream_close(self->b);
    AWAIT(ac_stream_send(self->a, "x", 1));
    ck_assert_int_eq(self->error, EPIPE);
    ck_assert_int_eq(ac_stream_write(self->a, "x", 1), EPIPE);
    AWAIT(ac_stream_aexit(self->a, 0));
    DONE;
    ac_release(self->b);
    END;
}

START_TEST(peer_that_is_gone_is_an_error_and_no_signal)
{
    run(gone_body, NULL);
}
END_TEST

static int eof_body(struct script *self)
{
    BEGIN
    pair(self);
    put(self->a, "question");
    ck_assert_int_eq(ac_stream_write_eof(self->a), 0);
    ck_assert_int_eq(ac_stream_write(self->a, "x", 1), EPIPE);
    AWAIT(ac_stream_read_exactly(self->b, self->buffer, 8));
    DONE;
    AWAIT(ac_stream_read(self->b, self->buffer, 8));
    TAKE(self->n, ssize_t);
    ck_assert_int_eq(self->n, 0);
    put(self->b, "answer\n");
    AWAIT(ac_stream_read_line(self->a));
    TAKE(self->line, char *);
    ck_assert_str_eq(self->line, "answer");
    ac_release(self->a);
    ac_release(self->b);
    END;
}

START_TEST(write_eof_ends_one_direction)
{
    run(eof_body, NULL);
}
END_TEST

/* What shutdown(2) says is told: the peer would wait for an end that does not come. */
static int eof_that_cannot_be_told_body(struct script *self)
{
    int ends[2];

    BEGIN
    pair(self);
    ck_assert_int_eq(pipe(ends), 0);
    ck_assert_int_ge(dup2(ends[1], ac_stream_fd(self->a)), 0);
    ck_assert_int_eq(ac_stream_write_eof(self->a), ENOTSOCK);
    close(ends[0]);
    close(ends[1]);
    ac_release(self->a);
    ac_release(self->b);
    END;
}

START_TEST(write_eof_tells_of_failure)
{
    run(eof_that_cannot_be_told_body, NULL);
}
END_TEST

/* ---- closing ---- */

static int close_flushes_body(struct script *self)
{
    enum { SIZE = 3 << 20 };

    BEGIN
    pair(self);
    self->bytes = calloc(1, SIZE);
    self->line = calloc(1, SIZE);
    fill(self->bytes, SIZE);
    ck_assert_int_eq(ac_stream_write(self->a, self->bytes, SIZE), 0);
    ac_stream_close(self->a);
    ck_assert(ac_stream_is_closing(self->a));
    ck_assert_int_eq(ac_stream_write(self->a, "x", 1), EPIPE);
    ac_release(self->a);
    AWAIT(ac_stream_read_exactly(self->b, self->line, SIZE));
    DONE;
    ck_assert(!memcmp(self->line, self->bytes, SIZE));
    AWAIT(ac_stream_read(self->b, self->buffer, 8));
    TAKE(self->n, ssize_t);
    ck_assert_int_eq(self->n, 0);
    free(self->bytes);
    free(self->line);
    ac_release(self->b);
    END;
}

START_TEST(close_sends_the_rest)
{
    int before = descriptors();

    run(close_flushes_body, NULL);
    ck_assert_int_eq(descriptors(), before);
}
END_TEST

static int stuck_close_body(struct script *self)
{
    static char rest[3 << 20];

    BEGIN
    self->a = ac_stream_from_fd(*(int *)self->arg);
    ck_assert_int_eq(ac_stream_write(self->a, rest, sizeof rest), 0);
    ac_release(self->a);
    END;
}

START_TEST(rest_that_nobody_reads_keeps_no_loop)
{
    int before = descriptors(), fds[2];

    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    run(stuck_close_body, &fds[0]);
    close(fds[1]);
    ck_assert_int_eq(descriptors(), before);
}
END_TEST

static int reader_body(struct script *self)
{
    BEGIN
    AWAIT(ac_stream_read(self->arg, self->buffer, 8));
    TAKE(self->n, ssize_t);
    ck_assert_int_eq(self->n, 0);
    END;
}

static int close_reader_body(struct script *self)
{
    BEGIN
    pair(self);
    self->task = ac_create_task(script(reader_body, self->b));
    self->other = ac_create_task(ac_stream_wait_closed(self->b));
    AWAIT(ac_sleep(0.01));
    DONE;
    ac_stream_close(self->b);
    ck_assert_int_eq(ac_stream_fd(self->b), -1);
    AWAIT(ac_sleep(0));
    DONE;
    ck_assert_int_eq(ac_result(self->task, NULL), 0);
    ck_assert_int_eq(ac_result(self->other, NULL), 0);
    AWAIT(ac_stream_read_line(self->b));
    TAKE(self->line, char *);
    ck_assert_ptr_null(self->line);
    ac_release(self->task);
    ac_release(self->other);
    ac_release(self->a);
    ac_release(self->b);
    END;
}

START_TEST(close_gives_a_waiting_reader_the_end)
{
    run(close_reader_body, NULL);
}
END_TEST

static int pipe_body(struct script *self)
{
    int fds[2];

    BEGIN
    ck_assert_int_eq(pipe(fds), 0);
    self->a = ac_stream_from_fd(fds[1]);
    self->b = ac_stream_from_fd(fds[0]);
    put(self->a, "through a pipe\n");
    AWAIT(ac_stream_drain(self->a));
    DONE;
    ck_assert_int_eq(fcntl(ac_stream_fd(self->b), F_GETFL) & O_NONBLOCK, 0);
    AWAIT(ac_stream_read_line(self->b));
    TAKE(self->line, char *);
    ck_assert_str_eq(self->line, "through a pipe");
    ck_assert_str_eq(ac_stream_peer(self->b), "");
    self->task = ac_create_task(script(reader_body, self->b));
    AWAIT(ac_sleep(0.01));
    DONE;
    ac_release(self->a);
    AWAIT(ac_sleep(0.01));
    DONE;
    ck_assert_int_eq(ac_result(self->task, NULL), 0);
    ck_assert(ac_stream_at_eof(self->b));
    ac_release(self->task);
    ac_release(self->b);
    ck_assert_ptr_null(ac_stream_from_fd(-1));
    ck_assert_int_eq(errno, EBADF);
    END;
}

START_TEST(pipes_are_streams_too)
{
    run(pipe_body, NULL);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        lines_come_without_their_end, lines_as_a_generator, line_over_the_limit_is_dropped,
        until_includes_the_separator, separator_in_two_parts, until_over_the_limit_stays_in_the_stream, exactly_tells_what_it_had,
        cancelled_exactly_loses_nothing, cancelled_line_loses_nothing, printf_and_writev, drain_waits_between_the_marks,
        hard_limit_refuses_and_takes_nothing, peer_that_is_gone_is_an_error_and_no_signal, write_eof_ends_one_direction,
        write_eof_tells_of_failure, close_sends_the_rest, rest_that_nobody_reads_keeps_no_loop,
        close_gives_a_waiting_reader_the_end, pipes_are_streams_too, NULL,
    };

    return suite_run("stream", tests, 10);
}

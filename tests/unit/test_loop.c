/* The loop: callbacks, timers, descriptors, signals, threads, and how programs are run. */
#include "test_core.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>

/* ---- callbacks ---- */

static void note_call(void *arg)
{
    note(*(char *)arg);
}

static void stop(void *loop)
{
    ac_loop_stop(loop);
}

static ac_loop *virtual_loop(void)
{
    ac_loop *loop = ac_loop_new(&(ac_loop_config){ .clock = AC_CLOCK_VIRTUAL });
    ck_assert_ptr_nonnull(loop);
    return loop;
}

START_TEST(callbacks_run_in_order_of_time_and_creation)
{
    static char letters[] = "abcdef";
    ac_loop *loop = virtual_loop();
    double start = ac_loop_time(loop);
    ac_call_later(loop, 2, note_call, &letters[3]);
    ac_call_later(loop, 1, note_call, &letters[1]);
    ac_call_later(loop, 1, note_call, &letters[2]);
    ac_handle *cancelled = ac_call_later(loop, 1, note_call, &letters[5]);
    ac_call_soon(loop, note_call, &letters[0]);
    ac_retain(cancelled);
    ac_handle_cancel(cancelled);
    ac_handle_cancel(cancelled);
    ck_assert(ac_handle_cancelled(cancelled));
    ck_assert_double_eq_tol(ac_handle_when(cancelled), start + 1, 1e-6);
    ac_release(cancelled);
    ac_handle_cancel(ac_call_soon(loop, note_call, &letters[5]));
    ck_assert_ptr_null(ac_call_later(loop, NAN, note_call, &letters[5]));
    ac_call_at(loop, start + 3, stop, loop);
    ck_assert_str_eq(trace, "");
    ck_assert_int_eq(ac_loop_run_forever(loop), 0);
    ck_assert_str_eq(trace, "abcd");
    ck_assert_double_eq_tol(ac_loop_time(loop), start + 3, 1e-6);
    ac_call_later(loop, 10, note_call, &letters[5]);
    ac_call_soon(loop, note_call, &letters[5]);
    ck_assert_int_eq(ac_loop_close(loop), 0);
    ck_assert_str_eq(trace, "abcd");
}
END_TEST

static void add_task(void *loop)
{
    ac_detach(ac_loop_create_task(loop, coro(noting, NULL, 'n')));
}

START_TEST(stepping_embeds_a_loop)
{
    ac_loop *loop = virtual_loop();
    ck_assert(!ac_loop_step(loop, 0));
    ac_call_later(loop, 1, add_task, loop);
    ck_assert_double_eq_tol(ac_loop_next_timer(loop), 1, 1e-6);
    int turns = 0;
    while (ac_loop_step(loop, 10))
        turns++;
    ck_assert_int_lt(turns, 10);
    ck_assert_str_eq(trace, "nnn");
    ck_assert(isinf(ac_loop_next_timer(loop)));
    if (strcmp(ac_loop_backend(loop), "poll") != 0)
        ck_assert_int_ge(ac_loop_fd(loop), 0);
    ac_loop_close(loop);
}
END_TEST

/* ---- running ---- */

START_TEST(runner_runs_again_and_again)
{
    long result = 0;
    ac_runner *runner = ac_runner_open(&(ac_loop_config){ .clock = AC_CLOCK_VIRTUAL });
    for (long i = 1; i < 4; i++) {
        ck_assert_int_eq(ac_runner_run(runner, coro(sleeper, NULL, i), &result), 0);
        ck_assert_int_eq(result, i);
    }
    ck_assert_int_eq(ac_runner_run(runner, NULL, NULL), ENOMEM);
    ck_assert_int_eq(ac_runner_close(runner), 0);
}
END_TEST

static int noting_end(struct coro *self)
{
    BEGIN
    AWAIT(ac_sleep(100));
    note('e');
    if (self->number > 0)
        ac_detach(ac_create_task(coro(noting_end, NULL, self->number - 1)));
    AWAIT(ac_sleep(1));
    END;
}

static int leaves_tasks(struct coro *self)
{
    BEGIN
    ac_detach(ac_create_task(coro(noting_end, NULL, 2)));
    AWAIT(ac_sleep(1));
    END;
}

START_TEST(tasks_that_are_left_are_ended_until_none_is_left)
{
    ck_assert_int_eq(run(leaves_tasks, NULL, NULL), 0);
    ck_assert_str_eq(trace, "eee");
}
END_TEST

static int awaits_nothing(struct coro *self)
{
    BEGIN
    self->future = ac_create_future(int);
    AWAIT_FUTURE(self->future);
    ac_release(self->future);
    return self->error;
    END;
}

START_TEST(stuck_loop_says_so)
{
    ck_assert_int_eq(run(awaits_nothing, NULL, NULL), AC_ESTUCK);
}
END_TEST

static int ten_awaits(struct coro *self)
{
    int *undone = self->arg;
    BEGIN
    for (self->i = 0; self->i < 10; self->i++) {
        AWAIT(ac_sleep(self->i % 2));
        if (self->error)
            break;
    }
    ++*undone;
    return self->error;
    END;
}

START_TEST(cancelled_at_each_await_in_turn)
{
    for (int n = 1; n <= 12; n++) {
        int undone = 0;
        ac_loop_config config = { .clock = AC_CLOCK_VIRTUAL, .cancel_at = n };
        ck_assert_int_eq(ac_run_with(&config, coro(ten_awaits, &undone, 0), NULL), n <= 10 ? ECANCELED : 0);
        ck_assert_int_eq(undone, 1);
    }
}
END_TEST

static int spawns_letters(struct coro *self)
{
    BEGIN
    for (self->i = 0; self->i < 6; self->i++)
        ac_detach(ac_create_task(coro(noting, NULL, 'a' + self->i)));
    AWAIT(ac_sleep(1));
    END;
}

static void run_seeded(unsigned seed, char *order)
{
    ac_loop_config config = { .clock = AC_CLOCK_VIRTUAL, .seed = seed };
    memset(trace, 0, sizeof trace);
    ck_assert_int_eq(ac_run_with(&config, coro(spawns_letters, NULL, 0), NULL), 0);
    strcpy(order, trace);
}

START_TEST(seed_shuffles_reproducibly)
{
    char plain[64], one[64], again[64];
    run_seeded(0, plain);
    run_seeded(12345, one);
    run_seeded(12345, again);
    ck_assert_str_eq(plain, "abcdefabcdefabcdef");
    ck_assert_str_eq(one, again);
    ck_assert_str_ne(one, plain);
    ck_assert_uint_eq(strlen(one), strlen(plain));
}
END_TEST

START_TEST(loop_of_the_parent_is_refused_after_fork)
{
    ac_loop *loop = virtual_loop();
    pid_t child = fork();
    if (child == 0)
        _exit(ac_loop_run_forever(loop) == EPERM ? 7 : 1);
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFEXITED(status));
    ck_assert_int_eq(WEXITSTATUS(status), 7);
    ac_loop_close(loop);
}
END_TEST

static int interrupted(struct coro *self)
{
    BEGIN
    raise(SIGINT);
    AWAIT(ac_sleep(10));
    note(self->error == ECANCELED ? 'c' : '?');
    return self->error;
    END;
}

START_TEST(interrupt_cancels_main)
{
    signal(SIGINT, SIG_DFL);        /* libcheck has a handler of its own */
    ck_assert_int_eq(ac_main(coro(interrupted, NULL, 0)), 130);
    ck_assert_str_eq(trace, "c");
}
END_TEST

static int main_fails(struct coro *self)
{
    (void)self;
    return ENOENT;
}

START_TEST(error_of_main_is_exit_status_one)
{
    ck_assert_int_eq(ac_main(coro(main_fails, NULL, 0)), 1);
}
END_TEST

/* ---- descriptors ---- */

static int reader_task(struct coro *self)
{
    ssize_t *got = self->arg;
    BEGIN
    AWAIT_TO(ac_read((int)self->number, self->buffer, sizeof self->buffer), got);
    return self->error;
    END;
}

static int uses_pipe(struct coro *self)
{
    static ssize_t got;
    ssize_t written;
    BEGIN
    ck_assert_int_eq(pipe(self->fds), 0);
    self->task = ac_create_task(coro(reader_task, &got, self->fds[0]));
    AWAIT(ac_sleep(0.01));
    AWAIT_TO(ac_write(self->fds[1], "hello", 5), &self->values[0]);
    OK;
    memcpy(&written, &self->values[0], sizeof written);
    ck_assert_int_eq(written, 5);
    AWAIT_FUTURE(self->task);
    OK;
    ck_assert_int_eq(got, 5);
    ck_assert_int_eq(fcntl(self->fds[0], F_GETFL) & O_NONBLOCK, 0);
    ac_release(self->task);
    self->task = ac_create_task(coro(reader_task, &got, self->fds[0]));
    AWAIT(ac_sleep(0.01));
    ac_cancel(self->task);
    AWAIT_FUTURE(self->task);
    FAILED(ECANCELED);
    ac_release(self->task);
    self->task = ac_create_task(coro(reader_task, &got, self->fds[0]));
    AWAIT(ac_sleep(0.01));
    AWAIT(ac_close(self->fds[1]));
    OK;
    AWAIT_FUTURE(self->task);
    OK;
    ck_assert_int_eq(got, 0);
    ac_release(self->task);
    AWAIT(ac_close(self->fds[0]));
    OK;
    AWAIT(ac_close(self->fds[0]));
    FAILED(EBADF);
    AWAIT(ac_read(-1, self->buffer, 1));
    FAILED(EBADF);
    END;
}

START_TEST(pipes_of_any_mode)
{
    ck_assert_int_eq(run_real(uses_pipe, NULL), 0);
}
END_TEST

static int close_wakes(struct coro *self)
{
    static ssize_t got;
    BEGIN
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, self->fds), 0);
    self->tasks[0] = ac_create_task(coro(reader_task, &got, self->fds[0]));
    self->tasks[1] = ac_create_task(coro(reader_task, &got, self->fds[0]));
    AWAIT(ac_sleep(0.01));
    AWAIT_TO(ac_send(self->fds[1], "x", 1, 0), &self->values[0]);
    OK;
    AWAIT_FUTURE(self->tasks[0]);
    OK;
    ck_assert(!ac_done(self->tasks[1]));
    AWAIT(ac_close(self->fds[0]));
    OK;
    AWAIT_FUTURE(self->tasks[1]);
    FAILED(EBADF);
    close(self->fds[1]);
    ac_release(self->tasks[0]);
    ac_release(self->tasks[1]);
    END;
}

START_TEST(waiters_are_served_in_order_and_told_of_a_close)
{
    ck_assert_int_eq(run_real(close_wakes, NULL), 0);
}
END_TEST

static int listen_anywhere(struct sockaddr_in *address)
{
    socklen_t size = sizeof *address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    *address = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    ck_assert_int_eq(bind(fd, (struct sockaddr *)address, sizeof *address), 0);
    ck_assert_int_eq(listen(fd, 16), 0);
    ck_assert_int_eq(getsockname(fd, (struct sockaddr *)address, &size), 0);
    return fd;
}

/* Echoes on one connection until its end. */
static int echo(struct coro *self)
{
    ssize_t count;
    BEGIN
    AWAIT_TO(ac_accept((int)self->number), &self->fds[0]);
    OK;
    for (;;) {
        AWAIT_TO(ac_recv(self->fds[0], self->buffer, sizeof self->buffer, 0), &self->value);
        OK;
        count = (ssize_t)self->value;
        if (count == 0)
            break;
        AWAIT(ac_send(self->fds[0], self->buffer, (size_t)count, 0));
        OK;
    }
    AWAIT(ac_close(self->fds[0]));
    END;
}

static int echoes(struct coro *self)
{
    static struct sockaddr_in address;
    BEGIN
    self->fds[0] = listen_anywhere(&address);
    self->task = ac_create_task(coro(echo, NULL, self->fds[0]));
    self->fds[1] = socket(AF_INET, SOCK_STREAM, 0);
    AWAIT(ac_connect_addr(self->fds[1], (struct sockaddr *)&address, sizeof address));
    OK;
    ck_assert_int_eq(fcntl(self->fds[1], F_GETFL) & O_NONBLOCK, 0);
    for (self->i = 0; self->i < 300; self->i++) {
        AWAIT(ac_send(self->fds[1], "0123456789", 10, 0));
        OK;
        AWAIT_TO(ac_recv(self->fds[1], self->buffer, sizeof self->buffer, 0), &self->value);
        OK;
        ck_assert_int_eq(self->value, 10);
    }
    ck_assert_int_eq(shutdown(self->fds[1], SHUT_WR), 0);
    AWAIT_TO(ac_recv(self->fds[1], self->buffer, sizeof self->buffer, 0), &self->value);
    OK;
    ck_assert_int_eq(self->value, 0);
    AWAIT_FUTURE(self->task);
    OK;
    ac_release(self->task);
    close(self->fds[0]);
    AWAIT(ac_close(self->fds[1]));
    self->fds[1] = socket(AF_INET, SOCK_STREAM, 0);
    AWAIT(ac_connect_addr(self->fds[1], (struct sockaddr *)&address, sizeof address));
    FAILED(ECONNREFUSED);
    close(self->fds[1]);
    END;
}

START_TEST(echo_over_tcp)
{
    ck_assert_int_eq(run_real(echoes, NULL), 0);
}
END_TEST

/* A number that was closed and opened again behind the runtime's back. */
static int reuses_number(struct coro *self)
{
    static ssize_t got;
    BEGIN
    for (self->i = 0; self->i < 3; self->i++) {
        ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, self->fds), 0);
        self->task = ac_create_task(coro(reader_task, &got, self->fds[0]));
        AWAIT(ac_sleep(0.005));
        ck_assert_int_eq(write(self->fds[1], "ab", 2), 2);
        AWAIT_FUTURE(self->task);
        OK;
        ck_assert_int_eq(got, 2);
        ac_release(self->task);
        close(self->fds[0]);
        close(self->fds[1]);
    }
    END;
}

START_TEST(reused_number_is_noticed)
{
    ck_assert_int_eq(run_real(reuses_number, NULL), 0);
}
END_TEST

static int busy_reader(struct coro *self)
{
    BEGIN
    for (self->i = 0; self->i < 1000; self->i++) {
        AWAIT(ac_write((int)self->number, "x", 1));
        OK;
    }
    note('w');
    END;
}

static int gives_turns(struct coro *self)
{
    BEGIN
    self->fds[0] = open("/dev/null", O_WRONLY);
    self->task = ac_create_task(coro(busy_reader, NULL, self->fds[0]));
    AWAIT(ac_sleep(0));
    AWAIT(ac_sleep(0));
    note('m');
    AWAIT_FUTURE(self->task);
    OK;
    ac_release(self->task);
    close(self->fds[0]);
    END;
}

START_TEST(task_with_ready_descriptors_gives_the_others_a_turn)
{
    ck_assert_int_eq(run_real(gives_turns, NULL), 0);
    ck_assert_str_eq(trace, "mw");
}
END_TEST

static int regular_file(struct coro *self)
{
    FILE *file;
    BEGIN
    file = tmpfile();
    self->fds[0] = dup(fileno(file));
    fclose(file);
    AWAIT_TO(ac_write(self->fds[0], "text", 4), &self->value);
    OK;
    ck_assert_int_eq(self->value, 4);
    lseek(self->fds[0], 0, SEEK_SET);
    AWAIT_TO(ac_read(self->fds[0], self->buffer, 64), &self->value);
    OK;
    ck_assert_int_eq(self->value, 4);
    AWAIT(ac_readable(self->fds[0]));
    OK;
    close(self->fds[0]);
    END;
}

START_TEST(regular_files_are_ready)
{
    ck_assert_int_eq(run_real(regular_file, NULL), 0);
}
END_TEST

struct watched {
    ac_loop *loop;
    int fd, calls;
};

static void read_one(void *arg)
{
    struct watched *watched = arg;
    char byte;
    ck_assert_int_eq(read(watched->fd, &byte, 1), 1);
    if (++watched->calls == 3) {
        ck_assert_int_eq(ac_remove_reader(watched->loop, watched->fd), 0);
        ac_loop_stop(watched->loop);
    }
}

START_TEST(reader_is_called_as_long_as_there_is_data)
{
    int fds[2];
    ck_assert_int_eq(pipe(fds), 0);
    struct watched watched = { .loop = ac_loop_new(NULL), .fd = fds[0] };
    ck_assert_int_eq(ac_add_reader(watched.loop, fds[0], read_one, &watched), 0);
    ck_assert_int_eq(ac_add_reader(watched.loop, fds[0], read_one, &watched), 0);
    ck_assert_int_eq(write(fds[1], "abc", 3), 3);
    ck_assert_int_eq(ac_loop_run_forever(watched.loop), 0);
    ck_assert_int_eq(watched.calls, 3);
    ck_assert_int_eq(ac_remove_reader(watched.loop, fds[0]), ENOENT);
    ck_assert_int_eq(ac_add_writer(watched.loop, fds[1], read_one, &watched), 0);
    ck_assert_int_eq(ac_add_reader(watched.loop, 9999, read_one, &watched), EBADF);
    ck_assert_int_eq(ac_loop_close(watched.loop), 0);
}
END_TEST

/* ---- threads and signals ---- */

static void *from_thread(void *arg)
{
    struct coro *self = arg;
    static char letter = 't';
    long value = 33;
    usleep(10000);
    ac_call_soon_threadsafe(self->arg, note_call, &letter);
    ac_future_set_result_threadsafe(self->future, &value);
    return NULL;
}

static int waits_for_thread(struct coro *self)
{
    pthread_t thread;
    BEGIN
    self->arg = ac_running_loop();
    self->future = ac_create_future(long);
    ck_assert_int_eq(pthread_create(&thread, NULL, from_thread, self), 0);
    pthread_detach(thread);
    AWAIT_FUTURE(self->future);
    OK;
    ck_assert_int_eq(self->value, 33);
    AWAIT(ac_sleep(0));
    ck_assert_str_eq(trace, "t");
    ac_release(self->future);
    END;
}

START_TEST(other_threads_reach_the_loop)
{
    ck_assert_int_eq(run_real(waits_for_thread, NULL), 0);
}
END_TEST

static void *work(void *arg)
{
    usleep(2000);
    return arg;
}

static int works(struct coro *self)
{
    void *back;
    BEGIN
    for (self->i = 0; self->i < 8; self->i++)
        self->tasks[self->i] = ac_create_task(ac_to_thread(work, &self->values[self->i]));
    ac_cancel(self->tasks[7]);
    for (self->i = 0; self->i < 7; self->i++) {
        AWAIT_FUTURE(self->tasks[self->i]);
        OK;
        ck_assert_int_eq(ac_result(self->tasks[self->i], &back), 0);
        ck_assert_ptr_eq(back, &self->values[self->i]);
        ac_release(self->tasks[self->i]);
    }
    AWAIT_FUTURE(self->tasks[7]);
    FAILED(ECANCELED);
    ac_release(self->tasks[7]);
    END;
}

START_TEST(pool_threads_do_what_blocks)
{
    ck_assert_int_eq(run_real(works, NULL), 0);
}
END_TEST

static int waits_for_signal(struct coro *self)
{
    static sigset_t set;
    static char letter = 's';
    BEGIN
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    ck_assert_int_eq(ac_add_signal_handler(ac_running_loop(), SIGUSR1, note_call, &letter), 0);
    raise(SIGUSR1);
    AWAIT(ac_sleep(0.005));
    ck_assert_str_eq(trace, "s");
    ck_assert_int_eq(ac_remove_signal_handler(ac_running_loop(), SIGUSR1), 0);
    ck_assert_int_eq(ac_remove_signal_handler(ac_running_loop(), SIGUSR1), ENOENT);
    ck_assert_int_eq(ac_add_signal_handler(ac_running_loop(), SIGKILL, note_call, &letter), EINVAL);
    AWAIT(ac_wait_for(ac_signal_wait(&set), 0.005));
    FAILED(ETIMEDOUT);
    raise(SIGUSR1);
    AWAIT(ac_sleep(0.005));
    AWAIT_TO(ac_signal_wait(&set), &self->i);
    OK;
    ck_assert_int_eq(self->i, SIGUSR1);
    END;
}

START_TEST(signals_are_called_back_or_waited_for)
{
    ck_assert_int_eq(run_real(waits_for_signal, NULL), 0);
}
END_TEST

static int dumps(struct coro *self)
{
    char text[512];
    FILE *file;
    BEGIN
    self->task = ac_create_task_named(coro(sleeper, NULL, 1), "napping");
    self->tasks[0] = ac_create_task(coro(sleeper, NULL, 1));
    AWAIT(ac_sleep(0));
    ck_assert_uint_eq(ac_all_tasks(self->tasks, 1), 3);
    ck_assert_str_eq(ac_task_name(self->task), "napping");
    file = tmpfile();
    ac_dump_tasks(file);
    rewind(file);
    text[fread(text, 1, sizeof text - 1, file)] = 0;
    fclose(file);
    ck_assert_ptr_nonnull(strstr(text, "3 tasks"));
    ck_assert_ptr_nonnull(strstr(text, "napping: waiting\n    in ac_sleep\n    in coro"));
    ck_assert_ptr_nonnull(strstr(text, "running"));
    AWAIT_FUTURE(self->task);
    ac_release(self->task);
    END;
}

START_TEST(dump_tells_where_each_task_waits)
{
    ck_assert_int_eq(run(dumps, NULL, NULL), 0);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        callbacks_run_in_order_of_time_and_creation, stepping_embeds_a_loop, runner_runs_again_and_again,
        tasks_that_are_left_are_ended_until_none_is_left, stuck_loop_says_so, cancelled_at_each_await_in_turn,
        seed_shuffles_reproducibly, loop_of_the_parent_is_refused_after_fork, interrupt_cancels_main,
        error_of_main_is_exit_status_one, pipes_of_any_mode, waiters_are_served_in_order_and_told_of_a_close, echo_over_tcp,
        reused_number_is_noticed, task_with_ready_descriptors_gives_the_others_a_turn, regular_files_are_ready,
        reader_is_called_as_long_as_there_is_data, other_threads_reach_the_loop, pool_threads_do_what_blocks,
        signals_are_called_back_or_waited_for, dump_tells_where_each_task_waits, NULL,
    };
    return run_suite("loop", tests);
}

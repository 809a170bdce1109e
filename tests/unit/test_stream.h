/*
 * Coroutines by hand, for tests of the runtime that must not need the compiler.
 *
 *      CORO(name) { AWAIT(op(...)); ... END; }
 *
 * is a coroutine without result. What it keeps lies in `self->`, a struct script that is zero at the beginning.
 * Between BEGIN and END no local survives an await. `self->error` is how the last await has ended.
 */
#ifndef TEST_STREAM_H
#define TEST_STREAM_H

#define _GNU_SOURCE
#include "../runtime/descriptors.h"
#include "ac.h"

#include <check.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct script {
    ac_frame base;
    int (*body)(struct script *);
    void *arg;
    ac_coro *callee;                /* what is awaited now */
    int error;
    ac_stream *a, *b, *c;
    ac_server *server;
    ac_task *task, *other;
    char *line, *bytes;
    size_t length, count;
    ssize_t n;
    double begin;
    int i, fd, port;
    char buffer[256];
};

static int script_resume(ac_frame *frame)
{
    return ((struct script *)frame)->body((struct script *)frame);
}

static const ac_fn script_fn = {
    .resume = script_resume,
    .name = "script",
    .frame_size = sizeof(struct script),
    .result_offset = sizeof(ac_frame),
    .kind = AC_KIND_FUNCTION,
};

static inline ac_coro *script(int (*body)(struct script *), void *arg)
{
    struct script *self = (struct script *)ac_coro_new(&script_fn);

    ck_assert_ptr_nonnull(self);
    memset(&self->base + 1, 0, sizeof *self - sizeof self->base);
    self->body = body;
    self->arg = arg;
    return &self->base;
}

#define BEGIN switch (self->base.state) { case 0:
#define END } return 0

/* Runs a coroutine to its end; the frame is freed by the next AWAIT or by DONE. */
#define AWAIT(operation)                                                \
    self->callee = (operation);                                         \
    self->error = ac_coro_await(&self->base, self->callee);             \
    if (self->error == AC_PENDING)                                      \
        return ac_suspend(&self->base, __LINE__);                       \
    if (0) {                                                            \
        case __LINE__:                                                  \
        self->error = self->base.error;                                 \
    }                                                                   \
    if (self->error)                                                    \
        ac_coro_free(self->callee);

/* The result of the last await, which has ended well. */
#define TAKE(place, type)                                               \
    ck_assert_msg(self->error == 0, "%s", ac_strerror(self->error));    \
    (place) = AC_RESULT(self->callee, type);                            \
    ac_coro_free(self->callee)

#define DONE                                                            \
    ck_assert_msg(self->error == 0, "%s", ac_strerror(self->error));    \
    ac_coro_free(self->callee)

/* Runs a body on a new loop. */
static inline void run(int (*body)(struct script *), void *arg)
{
    int error = ac_run(script(body, arg), NULL);

    ck_assert_msg(error == 0, "the coroutine ended with: %s", ac_strerror(error));
}

/* Two streams that are connected to one another. */
static inline void pair(struct script *self)
{
    int fds[2];

    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
    self->a = ac_stream_from_fd(fds[0]);
    self->b = ac_stream_from_fd(fds[1]);
    ck_assert_ptr_nonnull(self->a);
    ck_assert_ptr_nonnull(self->b);
}

static inline void put(ac_stream *stream, const char *text)
{
    ck_assert_int_eq(ac_stream_write(stream, text, strlen(text)), 0);
}

/* Runs the tests of a NULL-terminated list, each in a process of its own. */
static inline int suite_run(const char *name, const TTest *const *tests, double limit)
{
    Suite *suite = suite_create(name);
    TCase *group = tcase_create(name);
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_set_timeout(group, limit);
    for (; *tests; tests++)
        tcase_add_test(group, *tests);
    suite_add_tcase(suite, group);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}

#endif

/* inbox.c: how other threads, and signal handlers, reach a loop.
 *
 * Calls are left in a list under a lock. The first of a burst writes to an eventfd, which the backend watches; `signalled` keeps
 * the others from writing too, and tells a busy loop without a system call that there is something. */
#define _GNU_SOURCE
#include "loop.h"

#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { WAKE_ATTEMPTS = 4 };

static int watch(ac_loop *loop);

/* The descriptor became readable, or was closed, or the system could not wait for it; all else is done where the loop looks at
 * `signalled`. */
static void woken(struct ac__io *io)
{
    ac_loop *loop = io->owner;
    loop->backend->waiting++;
    loop->deaf = io->result < 0 || watch(loop) != 0;
}

static bool start_waiting(ac_loop *loop)
{
    loop->wake_io = (struct ac__io){ .kind = AC_IO_POLL_IN, .fd = loop->wake_fd, .done = woken, .owner = loop };
    return loop->backend->fn->start(loop->backend, &loop->wake_io);
}

/* What was written is read first. The loop's own wait does not count as something that may come. */
static int watch(ac_loop *loop)
{
    uint64_t value;
    do {
        if (read(loop->wake_fd, &value, sizeof value) < 0 && errno != EAGAIN && errno != EINTR)
            return errno;
        if (!start_waiting(loop)) {
            loop->backend->waiting--;
            return 0;
        }
    } while (loop->wake_io.result >= 0);
    return (int)-loop->wake_io.result;
}

/* What was written before is not written again: so there is no waiting for it. */
int64_t ac__inbox_listen(ac_loop *loop, int64_t timeout)
{
    loop->deaf = watch(loop) != 0;
    if (atomic_load_explicit(&loop->signalled, memory_order_acquire))
        return 0;
    return loop->deaf && (timeout < 0 || timeout > AC__RETRY_AFTER) ? AC__RETRY_AFTER : timeout;
}

int ac__inbox_open(ac_loop *loop)
{
    loop->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (loop->wake_fd < 0)
        return errno;
    loop->backend->fn->adopt(loop->backend, loop->wake_fd, false);
    int error = pthread_mutex_init(&loop->inbox_lock, NULL);
    if (error) {
        close(loop->wake_fd);
        return error;
    }
    loop->inbox_tail = &loop->inbox;
    error = watch(loop);
    if (error) {
        pthread_mutex_destroy(&loop->inbox_lock);
        close(loop->wake_fd);
    }
    return error;
}

void ac__inbox_wake(ac_loop *loop)
{
    if (!atomic_exchange_explicit(&loop->signalled, true, memory_order_acq_rel)) {
        atomic_store_explicit(&loop->attention, true, memory_order_release);
        uint64_t one = 1;
        int saved = errno;
        /* Where the counter is full the loop is awake. Nothing else should keep it from being written: a loop that is not woken
         * may sleep for ever, so it is tried again. */
        for (int attempt = 0; attempt < WAKE_ATTEMPTS && write(loop->wake_fd, &one, sizeof one) < 0 && errno != EAGAIN;)
            attempt++;
        errno = saved;
    }
}

int ac__inbox_post(ac_loop *loop, struct ac__post *post)
{
    pthread_mutex_lock(&loop->inbox_lock);
    int error = loop->inbox_closed ? AC_ESHUTDOWN : 0;
    if (!error) {
        post->next = NULL;
        *loop->inbox_tail = post;
        loop->inbox_tail = &post->next;
        ac__inbox_wake(loop);
    }
    pthread_mutex_unlock(&loop->inbox_lock);
    return error;
}

static struct ac__post *take_all(ac_loop *loop)
{
    pthread_mutex_lock(&loop->inbox_lock);
    struct ac__post *post = loop->inbox;
    loop->inbox = NULL;
    loop->inbox_tail = &loop->inbox;
    pthread_mutex_unlock(&loop->inbox_lock);
    return post;
}

bool ac__inbox_drain(ac_loop *loop)
{
    atomic_store_explicit(&loop->signalled, false, memory_order_seq_cst);
    struct ac__post *post = take_all(loop);
    bool any = post;
    while (post) {
        struct ac__post *next = post->next;
        post->call(post);
        post = next;
    }
    ac__signals_drain(loop);
    return any;
}

/* What was left before the closing is still called: it may own memory. */
void ac__inbox_close(ac_loop *loop)
{
    pthread_mutex_lock(&loop->inbox_lock);
    loop->inbox_closed = true;
    pthread_mutex_unlock(&loop->inbox_lock);
    ac__inbox_drain(loop);
    loop->backend->fn->forget(loop->backend, loop->wake_fd);
    close(loop->wake_fd);
    loop->wake_fd = -1;
}

/* reader.c: ac_add_reader and ac_add_writer.
 *
 * A reader has a request for readiness with the backend. When it completes the callback is put into the ready queue, and after
 * the call the request is started again: so it is called as long as the descriptor is readable, once a turn. Where the system has no
 * memory for the waiting, that is tried again after a while, and the callback is called then in any case. */
#define _GNU_SOURCE
#include "loop.h"

struct ac__reader {
    struct ac__item item;          /* queued while `queued` */
    struct ac__io io;              /* waits while `waiting` */
    ac__timer pause;               /* runs where the system could not wait */
    struct ac__reader *next, **link;
    ac_loop *loop;
    void (*fn)(void *arg);
    void *arg;
    bool waiting, queued, removed; /* removed: freed when it leaves the queue, or at the end of the call that removed it */
};

static void reader_free(struct ac__reader *reader)
{
    ac__pool_give(reader, sizeof *reader);
}

static void reader_queue(struct ac__reader *reader)
{
    reader->queued = true;
    ac__enqueue(reader->loop, &reader->item);
}

static int pause_over(ac_frame *timer)
{
    reader_queue(AC__CONTAINER(timer, struct ac__reader, pause.base));
    return AC_PENDING;
}

static const ac_fn pause_fn = { .resume = pause_over, .name = "timer", .kind = AC_KIND_OBJECT };

/* The request is complete. */
static void reader_go_on(struct ac__reader *reader)
{
    int error = reader->io.result < 0 && reader->io.result != -EBADF ? (int)-reader->io.result : 0;
    if (!error || ac__timer_start_after(reader->loop, &reader->pause, AC__RETRY_AFTER * 1e-9) != 0)
        reader_queue(reader);
}

static void reader_ready(struct ac__io *io)
{
    struct ac__reader *reader = io->owner;
    reader->waiting = false;
    if (reader->removed)
        reader_free(reader);
    else
        reader_go_on(reader);
}

/* False: the request is complete. */
static bool reader_start(struct ac__reader *reader)
{
    reader->waiting = !ac__io_start(reader->loop, &reader->io);
    return reader->waiting;
}

static void reader_unlink(struct ac__reader *reader)
{
    *reader->link = reader->next;
    if (reader->next)
        reader->next->link = reader->link;
    reader->loop->holds--;
}

static void reader_remove(struct ac__reader *reader)
{
    reader_unlink(reader);
    reader->removed = true;
    ac__timer_stop(reader->loop, &reader->pause);
    if (reader->waiting && ac__io_cancel(reader->loop, &reader->io))
        reader->waiting = false;
    if (!reader->queued && !reader->waiting)
        reader_free(reader);
}

/* While its call runs it counts as queued, so that it may remove itself. A descriptor that is closed is no longer watched. */
static int reader_run(ac_frame *frame)
{
    struct ac__reader *reader = AC__CONTAINER(frame, struct ac__reader, item.base);
    ac__thread.task = NULL;
    if (!reader->removed)
        reader->fn(reader->arg);
    reader->queued = false;
    if (reader->removed)
        reader_free(reader);
    else if (reader->io.result == -EBADF)
        reader_remove(reader);
    else if (!reader_start(reader))
        reader_go_on(reader);
    return AC_PENDING;
}

static const ac_fn reader_fn = { .resume = reader_run, .name = "reader", .kind = AC_KIND_OBJECT };

static struct ac__reader *find(ac_loop *loop, int fd, uint8_t kind)
{
    struct ac__reader *reader = loop->readers;
    while (reader && (reader->io.fd != fd || reader->io.kind != kind))
        reader = reader->next;
    return reader;
}

static int add(ac_loop *loop, int fd, uint8_t kind, void (*fn)(void *), void *arg)
{
    struct ac__reader *reader = find(loop, fd, kind);
    if (reader) {
        reader->fn = fn;
        reader->arg = arg;
        return 0;
    }
    reader = ac__pool_take(sizeof *reader);
    if (!reader)
        return ENOMEM;
    *reader = (struct ac__reader){ .item.base = { .fn = &reader_fn, .parent = &reader->item.base },
                                   .io = { .kind = kind, .fd = fd, .done = reader_ready, .owner = reader },
                                   .next = loop->readers, .link = &loop->readers, .loop = loop, .fn = fn, .arg = arg };
    if (loop->readers)
        loop->readers->link = &reader->next;
    loop->readers = reader;
    loop->holds++;
    ac__timer_due_set(&reader->pause, &pause_fn, reader);
    if (reader_start(reader))
        return 0;
    int error = reader->io.result < 0 ? (int)-reader->io.result : 0;
    if (error)
        reader_remove(reader);
    else
        reader_queue(reader);
    return error;
}

static int remove_one(ac_loop *loop, int fd, uint8_t kind)
{
    struct ac__reader *reader = find(loop, fd, kind);
    if (!reader)
        return ENOENT;
    reader_remove(reader);
    return 0;
}

int ac_add_reader(ac_loop *loop, int fd, void (*fn)(void *), void *arg)
{
    return ac__elsewhere(loop, __func__) ? EPERM : add(loop, fd, AC_IO_POLL_IN, fn, arg);
}

int ac_add_writer(ac_loop *loop, int fd, void (*fn)(void *), void *arg)
{
    return ac__elsewhere(loop, __func__) ? EPERM : add(loop, fd, AC_IO_POLL_OUT, fn, arg);
}

int ac_remove_reader(ac_loop *loop, int fd)
{
    return ac__elsewhere(loop, __func__) ? EPERM : remove_one(loop, fd, AC_IO_POLL_IN);
}

int ac_remove_writer(ac_loop *loop, int fd)
{
    return ac__elsewhere(loop, __func__) ? EPERM : remove_one(loop, fd, AC_IO_POLL_OUT);
}

/* Those in the ready queue are marked, and free themselves when the queue is emptied. */
void ac__readers_close(ac_loop *loop)
{
    while (loop->readers)
        reader_remove(loop->readers);
}

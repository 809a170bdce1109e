/* signal.c: signals as callbacks of a loop, and as something to wait for.
 *
 * A process-wide table says which loop a signal belongs to. The handler that the kernel calls only marks the signal as pending and
 * wakes that loop; the rest is done there, and needs no memory: the record of a callback goes into the ready queue itself. A signal that a task has once waited for stays the loop's until the loop is closed, so
 * that one that comes between two waits is kept for the next. */
#define _GNU_SOURCE
#include "loop.h"

#include <stdlib.h>

enum { SIGNALS = 65 };

struct handler {
    struct ac__item item;          /* queued while `queued` */
    void (*fn)(void *arg);
    void *arg;
    bool queued, removed;          /* removed: freed when it leaves the queue */
};

struct ac__signals {
    struct {
        struct handler *handler;   /* NULL: none */
        struct sigaction before;   /* restored when the loop gives the signal up */
        bool ours;                 /* the process-wide handler is installed for this loop */
        bool waited;               /* installed by a wait */
        bool kept;                 /* came, and no one has taken it; only where a wait may follow */
    } table[SIGNALS];
    struct ac_signal_wait__frame *waiters;      /* in order of coming */
};

static _Atomic(ac_loop *) owners[SIGNALS];
static atomic_bool pending[SIGNALS];

static void on_signal(int signal)
{
    ac_loop *loop = atomic_load(&owners[signal]);
    atomic_store(&pending[signal], true);
    if (loop)
        ac__inbox_wake(loop);
}

static struct ac__signals *signals_of(ac_loop *loop)
{
    if (!loop->signals)
        loop->signals = calloc(1, sizeof *loop->signals);
    return loop->signals;
}

static int install(ac_loop *loop, int signal)
{
    struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART };
    ac_loop *nobody = NULL;
    if (loop->signals->table[signal].ours)
        return 0;
    if (!atomic_compare_exchange_strong(&owners[signal], &nobody, loop))
        return EBUSY;
    sigfillset(&action.sa_mask);
    if (sigaction(signal, &action, &loop->signals->table[signal].before) < 0) {
        int error = errno;
        atomic_store(&owners[signal], NULL);
        return error;
    }
    loop->signals->table[signal].ours = true;
    return 0;
}

static void uninstall(ac_loop *loop, int signal)
{
    if (!loop->signals->table[signal].ours)
        return;
    sigaction(signal, &loop->signals->table[signal].before, NULL);
    atomic_store(&owners[signal], NULL);
    atomic_store(&pending[signal], false);
    loop->signals->table[signal].ours = false;
}

/* ---- Callbacks ---- */

static int handler_run(ac_frame *frame)
{
    struct handler *handler = AC__CONTAINER(frame, struct handler, item.base);
    ac__thread.task = NULL;
    handler->queued = false;
    if (handler->removed)
        ac__pool_give(handler, sizeof *handler);
    else
        handler->fn(handler->arg);
    return AC_PENDING;
}

static const ac_fn handler_fn = { .resume = handler_run, .name = "signal handler", .kind = AC_KIND_OBJECT };

static struct handler *handler_new(void)
{
    struct handler *handler = ac__pool_take(sizeof *handler);
    if (handler)
        *handler = (struct handler){ .item.base = { .fn = &handler_fn, .parent = &handler->item.base } };
    return handler;
}

static void handler_remove(struct handler *handler)
{
    handler->removed = true;
    if (!handler->queued)
        ac__pool_give(handler, sizeof *handler);
}

int ac_add_signal_handler(ac_loop *loop, int signal, void (*fn)(void *), void *arg)
{
    if (signal <= 0 || signal >= SIGNALS || !fn)
        return EINVAL;
    if (ac__elsewhere(loop, __func__))
        return EPERM;
    if (!signals_of(loop))
        return ENOMEM;
    struct handler *handler = loop->signals->table[signal].handler, *made = handler ? NULL : handler_new();
    if (!handler && !made)
        return ENOMEM;
    int error = install(loop, signal);
    if (error) {
        ac__pool_give(made, sizeof *made);
        return error;
    }
    if (made) {
        loop->signals->table[signal].handler = handler = made;
        loop->holds++;
    }
    handler->fn = fn;
    handler->arg = arg;
    return 0;
}

int ac_remove_signal_handler(ac_loop *loop, int signal)
{
    if (signal <= 0 || signal >= SIGNALS || !loop->signals || !loop->signals->table[signal].handler)
        return ENOENT;
    handler_remove(loop->signals->table[signal].handler);
    loop->signals->table[signal].handler = NULL;
    loop->holds--;
    if (!loop->signals->table[signal].waited)
        uninstall(loop, signal);
    return 0;
}

/* ---- Waiting ---- */

static void unlink_waiter(struct ac_signal_wait__frame *waiter)
{
    *waiter->link = waiter->next;
    if (waiter->next)
        waiter->next->link = waiter->link;
    waiter->task->loop->holds--;
}

static void link_waiter(ac_loop *loop, struct ac_signal_wait__frame *waiter)
{
    struct ac_signal_wait__frame **link = &loop->signals->waiters;
    while (*link)
        link = &(*link)->next;
    waiter->next = NULL;
    waiter->link = link;
    *link = waiter;
    loop->holds++;
}

/* The first who waits for this signal gets it. */
static bool hand_over(ac_loop *loop, int signal)
{
    struct ac_signal_wait__frame *waiter = loop->signals->waiters;
    while (waiter && sigismember(waiter->set, signal) != 1)
        waiter = waiter->next;
    if (!waiter)
        return false;
    waiter->result = signal;
    unlink_waiter(waiter);
    ac__complete(waiter->task, 0);
    return true;
}

static void dispatch(ac_loop *loop, int signal)
{
    struct handler *handler = loop->signals->table[signal].handler;
    if (handler && !handler->queued) {
        handler->queued = true;
        ac__enqueue(loop, &handler->item);
    }
    if (!hand_over(loop, signal) && loop->signals->table[signal].waited)
        loop->signals->table[signal].kept = true;
}

void ac__signals_drain(ac_loop *loop)
{
    for (int signal = 1; loop->signals && signal < SIGNALS; signal++) {
        if (loop->signals->table[signal].ours && atomic_exchange(&pending[signal], false))
            dispatch(loop, signal);
    }
}

static int prepare_wait(ac_loop *loop, const sigset_t *set)
{
    if (!signals_of(loop))
        return ENOMEM;
    for (int signal = 1; signal < SIGNALS; signal++) {
        if (sigismember(set, signal) != 1)
            continue;
        int error = install(loop, signal);
        if (error)
            return error;
        loop->signals->table[signal].waited = true;
    }
    return 0;
}

static int kept_signal(struct ac__signals *signals, const sigset_t *set)
{
    for (int signal = 1; signal < SIGNALS; signal++) {
        if (signals->table[signal].kept && sigismember(set, signal) == 1) {
            signals->table[signal].kept = false;
            return signal;
        }
    }
    return 0;
}

int ac_signal_wait__resume(ac_frame *frame)
{
    struct ac_signal_wait__frame *self = (struct ac_signal_wait__frame *)(void *)frame;
    ac_loop *loop = ac__thread.task->loop;
    if (!loop || !self->set || sigisemptyset(self->set))
        return EINVAL;
    int error = prepare_wait(loop, self->set);
    if (error)
        return error;
    self->result = kept_signal(loop->signals, self->set);
    if (self->result)
        return 0;
    int status = ac__suspend(frame);
    if (status == AC_PENDING) {
        frame->state = 1;
        self->task = ac__thread.task;
        link_waiter(loop, self);
    }
    return status;
}

static bool signal_wait_abort(ac_frame *frame)
{
    unlink_waiter((struct ac_signal_wait__frame *)(void *)frame);
    return true;
}

AC__OPERATION_FN(ac_signal_wait, signal_wait_abort, int)

ac_coro *ac_signal_wait(const sigset_t *set)
{
    struct ac_signal_wait__frame *frame = ac__operation_new(&ac_signal_wait__fn);
    if (frame)
        frame->set = set;
    return frame ? &frame->base : NULL;
}

void ac__signals_close(ac_loop *loop)
{
    for (int signal = 1; loop->signals && signal < SIGNALS; signal++) {
        uninstall(loop, signal);
        if (loop->signals->table[signal].handler)
            handler_remove(loop->signals->table[signal].handler);
    }
    free(loop->signals);
    loop->signals = NULL;
}

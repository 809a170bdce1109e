/* many.c: awaiting many: ac_gather, ac_gather_errors, ac_wait, ac_as_completed.
 *
 * Each keeps a record on the heap with one member for each awaitable: a reference to its future, and a watch on it. */
#define _GNU_SOURCE
#include "core.h"
#include "../loop/loop.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct member {
    struct ac__watch watch;        /* while the future is not done, and matters */
    ac_future *future;             /* referenced; NULL until it is there */
    struct ac__many *many;
    bool owned;                    /* made here, of a coroutine */
};

struct ac__many {
    ac_frame *operation;           /* whose record this is */
    ac_task *task;                 /* who waits */
    size_t n;
    size_t left;                   /* members that are watched */
    size_t size;                   /* of a result */
    size_t failed;                 /* index of the first that failed; n while there is none */
    int when;                      /* AC_FIRST_COMPLETED ...: what the wait ends with */
    bool waiting;                  /* the operation has suspended and was not woken yet */
    bool cancelling;               /* a cancellation of the waiting task was passed on */
    bool expired;                  /* ac_wait: the time is over */
    bool gathers;                  /* a member that was cancelled is one that has failed */
    bool queued, gone;             /* `late` is in the ready queue; and the record is freed when it has run */
    struct ac__late late;          /* wakes the task */
    ac__timer timer;
    struct member members[];
};

static void **array(void *awaitables)
{
    return awaitables;
}

static bool is_wanted(const struct ac__many *many, const ac_future *done)
{
    if (many->left == 0 || many->when == AC_FIRST_COMPLETED)
        return true;
    int error = done->item.base.error;
    return many->when == AC_FIRST_EXCEPTION && !many->cancelling && error && (many->gathers || error != ECANCELED);
}

static void wake_late(struct ac__late *late)
{
    struct ac__many *many = AC__CONTAINER(late, struct ac__many, late);
    many->queued = false;
    if (many->gone)
        free(many);
    else
        ac__wake(many->task);
}

static void member_done(struct ac__watch *watch, ac_future *done)
{
    struct member *member = AC__CONTAINER(watch, struct member, watch);
    struct ac__many *many = member->many;
    many->left--;
    if (done->item.base.error && many->failed == many->n)
        many->failed = (size_t)(member - many->members);
    if (many->waiting && is_wanted(many, done)) {
        many->waiting = false;
        many->queued = true;
        ac__late_queue(done->loop, &many->late, wake_late);
    }
}

/* ---- Making the record ---- */

static struct ac__many *many_new(ac_frame *operation, size_t n)
{
    if (n > (SIZE_MAX - sizeof(struct ac__many)) / sizeof(struct member))
        return NULL;
    struct ac__many *many = calloc(1, sizeof *many + n * sizeof *many->members);
    if (!many)
        return NULL;
    many->operation = operation;
    many->task = ac__thread.task;
    many->n = many->failed = n;
    for (size_t i = 0; i < n; i++)
        many->members[i].many = many;
    return many;
}

/* One may be there twice, so what is freed is also taken out of the array. */
static void discard_coroutines(void **awaitables, size_t n)
{
    for (size_t i = 0; awaitables && i < n; i++) {
        void *coro = awaitables[i];
        if (!coro || ac__is_future(coro) || ((ac_coro *)coro)->parent)
            continue;
        for (size_t k = i; k < n; k++)
            awaitables[k] = awaitables[k] == coro ? NULL : awaitables[k];
        ac__coro_discard(coro);
    }
}

/* The same coroutine twice: it is a task already, of which this is one more reference. */
static ac_future *task_of_coroutine(const struct ac__many *many, const ac_coro *coro)
{
    for (size_t i = 0; coro->parent && i < many->n && many->members[i].future; i++) {
        if (coro->parent == &many->members[i].future->item.base)
            return many->members[i].future;
    }
    return NULL;
}

static int member_begin(struct member *member, void *what)
{
    if (!what)
        return ENOMEM;
    if (!ac__is_future(what)) {
        ac_future *same = task_of_coroutine(member->many, what);
        if (!same && ((ac_coro *)what)->parent)
            return EINVAL;
        member->owned = !same;
        what = same ? same : what;
    }
    member->future = ac__future_of(what);
    return member->future ? 0 : ENOMEM;
}

/* References are dropped; what is still watched is no longer. Those made here that nobody will look at are not reported. */
static void many_free(struct ac__many *many)
{
    for (size_t i = 0; i < many->n; i++) {
        struct member *member = &many->members[i];
        if (!member->future)
            continue;
        if (!ac__is_done(member->future))
            ac__watch_remove(member->future, &member->watch);
        if (member->owned)
            ac_detach(member->future);
        else
            ac__future_unref(member->future);
    }
    many->gone = many->queued;
    if (!many->gone)
        free(many);
}

static void cancel_owned(struct ac__many *many)
{
    for (size_t i = 0; i < many->n; i++) {
        if (many->members[i].owned)
            ac__cancel(many->members[i].future);
    }
}

static void measure(struct ac__many *many, void **awaitables)
{
    for (size_t i = 0; i < many->n; i++) {
        size_t size = awaitables[i] ? ac__result_size(awaitables[i]) : 0;
        many->size = size > many->size ? size : many->size;
    }
}

static bool any_pending(void **awaitables, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (awaitables[i] && (!ac__is_future(awaitables[i]) || !ac__is_done(awaitables[i])))
            return true;
    }
    return false;
}

static int begin_members(struct ac__many *many, void **awaitables)
{
    int error = 0;
    measure(many, awaitables);
    for (size_t i = 0; i < many->n && !error; i++)
        error = member_begin(&many->members[i], awaitables[i]);
    if (error) {
        discard_coroutines(awaitables, many->n);
        cancel_owned(many);
    }
    return error;
}

static void watch_members(struct ac__many *many, ac_task *waits)
{
    for (size_t i = 0; i < many->n; i++) {
        struct member *member = &many->members[i];
        if (ac__is_done(member->future)) {
            if (member->future->item.base.error && many->failed == many->n)
                many->failed = i;
            continue;
        }
        member->watch.fire = member_done;
        member->watch.task = waits;
        ac__watch_add(member->future, &member->watch);
        many->left++;
    }
}

static bool closes_ring(const struct ac__many *many)
{
    for (size_t i = 0; i < many->n; i++) {
        if (!ac__is_done(many->members[i].future) && ac__closes_ring(many->members[i].future))
            return true;
    }
    return false;
}

static int suspend(struct ac__many *many)
{
    many->waiting = true;
    many->operation->state = 1;
    return ac__suspend_masked(many->operation);
}

/* ---- ac_gather, ac_gather_errors ---- */

static bool gather_abort(struct ac__many *many);

/* A cancellation is due where the wait begins: it comes as if it had come a moment later. */
static int suspend_cancelled(struct ac__many *many)
{
    ac_frame *operation = many->operation;
    ac_task *task = many->task;
    int status = suspend(many);
    if (!gather_abort(many))
        return status;
    task->item.base.state &= ~(uint32_t)AC__DUE;
    return ac__end_cancelled(operation);
}

/* 0 and no `place` where there is nothing to wait for; 0 and a `place` where all is done already. */
static int gather_start(struct ac__many **place, ac_frame *operation, void *awaitables, size_t n, bool errors)
{
    void **handles = array(awaitables);
    *place = NULL;
    if (n == 0)
        return 0;
    if (!awaitables)
        return EINVAL;
    bool cancelled = any_pending(handles, n) && ac__cancel_now(ac__thread.task);
    struct ac__many *many = *place = many_new(operation, n);
    if (!many) {
        discard_coroutines(handles, n);
        return ENOMEM;
    }
    int error = begin_members(many, handles);
    if (!error && closes_ring(many)) {
        cancel_owned(many);
        error = EDEADLK;
    }
    if (error) {
        many_free(many);
        return error;
    }
    many->when = errors ? AC_ALL_COMPLETED : AC_FIRST_EXCEPTION;
    many->gathers = true;
    watch_members(many, many->task);
    bool over = many->left == 0 || (!errors && many->failed < n);
    if (cancelled)
        many->task->item.base.state |= AC__DUE;
    return over ? 0 : cancelled ? suspend_cancelled(many) : suspend(many);
}

/* Cancels what runs for this gather, and what nobody else awaits; the rest is no longer waited for. */
static bool gather_abort(struct ac__many *many)
{
    many->cancelling = many->cancelling || many->waiting;
    for (size_t i = 0; i < many->n; i++) {
        struct member *member = &many->members[i];
        if (!member->watch.next)
            continue;
        if (member->owned || ac__awaited_by_none_but(member->future, &member->watch)) {
            ac__cancel(member->future);
        } else {
            ac__watch_remove(member->future, &member->watch);
            many->left--;
        }
    }
    if (many->left || !many->waiting)
        return false;
    many_free(many);
    return true;
}

static void copy_result(const struct ac__many *many, size_t i, void *results)
{
    ac_future *future = many->members[i].future;
    if (results && many->size)
        ac__future_copy(future, (char *)results + i * many->size, many->size);
    else
        future->item.base.state |= AC__TAKEN;
}

static bool any_cancelled(const struct ac__many *many)
{
    for (size_t i = 0; i < many->n; i++) {
        if (ac__is_done(many->members[i].future) && many->members[i].future->item.base.error == ECANCELED)
            return true;
    }
    return false;
}

/* A cancellation that was passed on shows in the members; where all came to a value before, it is for the next await. */
static int cancelled_outcome(struct ac__many *many)
{
    return many->cancelling && any_cancelled(many) ? ac__ended(ECANCELED) : 0;
}

static int gather_finish(struct ac_gather__frame *self)
{
    struct ac__many *many = self->many;
    int error = cancelled_outcome(many);
    if (!error && many->failed < many->n)
        error = ac__future_error_taken(many->members[many->failed].future, self->base.parent);
    for (size_t i = 0; !error && i < many->n; i++)
        copy_result(many, i, self->results);
    many_free(many);
    return error;
}

int ac_gather__resume(ac_frame *frame)
{
    struct ac_gather__frame *self = (struct ac_gather__frame *)(void *)frame;
    if (frame->state == 0) {
        int status = gather_start(&self->many, frame, self->awaitables, self->n, false);
        if (status || !self->many)
            return status;
    }
    return gather_finish(self);
}

static bool ac_gather_abort(ac_frame *frame)
{
    return gather_abort(((struct ac_gather__frame *)(void *)frame)->many);
}

AC__OPERATION_FN_VOID(ac_gather, ac_gather_abort)

static int gather_errors_finish(struct ac_gather_errors__frame *self)
{
    struct ac__many *many = self->many;
    int error = cancelled_outcome(many);
    for (size_t i = 0; !error && i < many->n; i++) {
        int one = ac__future_error_taken(many->members[i].future, NULL);
        if (self->errors)
            self->errors[i] = one;
        if (!one)
            copy_result(many, i, self->results);
    }
    many_free(many);
    return error;
}

int ac_gather_errors__resume(ac_frame *frame)
{
    struct ac_gather_errors__frame *self = (struct ac_gather_errors__frame *)(void *)frame;
    if (frame->state == 0) {
        int status = gather_start(&self->many, frame, self->awaitables, self->n, true);
        if (status || !self->many)
            return status;
    }
    return gather_errors_finish(self);
}

static bool gather_errors_abort(ac_frame *frame)
{
    return gather_abort(((struct ac_gather_errors__frame *)(void *)frame)->many);
}

AC__OPERATION_FN_VOID(ac_gather_errors, gather_errors_abort)

ac_coro *ac_gather(void *awaitables, size_t n, void *results)
{
    struct ac_gather__frame *frame = ac__operation_new(&ac_gather__fn);
    if (!frame) {
        discard_coroutines(array(awaitables), n);
        return NULL;
    }
    frame->awaitables = awaitables;
    frame->n = n;
    frame->results = results;
    return &frame->base;
}

ac_coro *ac_gather_errors(void *awaitables, size_t n, void *results, int *errors)
{
    struct ac_gather_errors__frame *frame = ac__operation_new(&ac_gather_errors__fn);
    if (!frame) {
        discard_coroutines(array(awaitables), n);
        return NULL;
    }
    frame->awaitables = awaitables;
    frame->n = n;
    frame->results = results;
    frame->errors = errors;
    return &frame->base;
}

/* ---- ac_wait ---- */

static int wait_expired(ac_frame *timer)
{
    struct ac__many *many = AC__CONTAINER(timer, struct ac__many, timer.base);
    many->expired = true;
    if (many->waiting) {
        many->waiting = false;
        ac__wake(many->task);
    }
    return AC_PENDING;
}

static const ac_fn wait_timer_fn = { .resume = wait_expired, .name = "timer", .kind = AC_KIND_OPERATION };

static size_t done_count(const struct ac__many *many)
{
    size_t count = 0;
    for (size_t i = 0; i < many->n; i++)
        count += ac__is_done(many->members[i].future);
    return count;
}

static bool failed_member(const struct ac__many *many)
{
    for (size_t i = 0; i < many->n; i++) {
        const ac_future *future = many->members[i].future;
        if (ac__is_done(future) && future->item.base.error && future->item.base.error != ECANCELED)
            return true;
    }
    return false;
}

static bool wait_is_over(const struct ac__many *many)
{
    size_t count = done_count(many);
    return many->expired || count == many->n || (count && many->when == AC_FIRST_COMPLETED) ||
           (many->when == AC_FIRST_EXCEPTION && failed_member(many));
}

static void wait_free(struct ac__many *many)
{
    ac__timer_stop(many->task->loop, &many->timer);
    many_free(many);
}

static int wait_check(const struct ac_wait__frame *self)
{
    void **handles = array(self->awaitables);
    bool good = handles && self->n && self->n <= INT32_MAX && !isnan(self->timeout) && ac__thread.task->loop;
    good = good && self->when >= AC_FIRST_COMPLETED && self->when <= AC_ALL_COMPLETED;
    for (size_t i = 0; good && i < self->n; i++)
        good = handles[i] && ac__is_future(handles[i]);
    return good ? 0 : EINVAL;
}

static int wait_begin(struct ac_wait__frame *self)
{
    ac_task *task = ac__thread.task;
    struct ac__many *many = self->many = many_new(&self->base, self->n);
    if (!many)
        return ENOMEM;
    begin_members(many, array(self->awaitables));
    many->when = self->when;
    ac__timer_due_set(&many->timer, &wait_timer_fn, many);
    if (wait_is_over(many))
        return 0;
    bool cancelled = ac__cancel_now(task);
    int error = 0;
    if (!cancelled && self->timeout >= 0 && !isinf(self->timeout))
        error = ac__timer_start_after(task->loop, &many->timer, self->timeout);
    if (cancelled || error) {
        wait_free(many);
        return cancelled ? ac__end_cancelled(&self->base) : error;
    }
    watch_members(many, NULL);
    return suspend(many);
}

int ac_wait__resume(ac_frame *frame)
{
    struct ac_wait__frame *self = (struct ac_wait__frame *)(void *)frame;
    int status = frame->state ? 0 : wait_check(self);
    if (!status && frame->state == 0)
        status = wait_begin(self);
    if (status)
        return status;
    self->result = (int)done_count(self->many);
    wait_free(self->many);
    return 0;
}

static bool wait_abort(ac_frame *frame)
{
    wait_free(((struct ac_wait__frame *)(void *)frame)->many);
    return true;
}

AC__OPERATION_FN(ac_wait, wait_abort, int)

AC__COROUTINE(ac_wait, (void *awaitables, size_t n, int when, double timeout),
              (frame->awaitables = awaitables, frame->n = n, frame->when = when, frame->timeout = timeout))

/* ---- ac_as_completed: a generator written by hand ---- */

/* Those that are done, in that order. It stays until all that were queued have run. */
struct completions {
    struct as_completed *of;       /* NULL when that has gone */
    size_t fired, told;            /* how many are done; and of these the generator knows */
    struct completion {
        struct ac__late late;
        size_t index;
        struct completions *all;
    } at[];
};

struct as_completed {
    ac_frame base;
    size_t result;
    struct ac__many *many;
    struct completions *done;
    size_t given;                  /* how many of them were yielded */
    ac_frame wait;                 /* an operation: waits for the next to be done */
};

static void completed_late(struct ac__late *late)
{
    struct completions *all = AC__CONTAINER(late, struct completion, late)->all;
    struct ac__many *many = all->of ? all->of->many : NULL;
    all->told++;
    if (!many) {
        if (all->told == all->fired)
            free(all);
    } else if (many->waiting) {
        many->waiting = false;
        ac__complete(many->task, 0);
    }
}

static void completed_queue(struct as_completed *self, struct member *member, ac_future *done)
{
    struct completions *all = self->done;
    struct completion *completion = &all->at[all->fired++];
    completion->index = (size_t)(member - self->many->members);
    completion->all = all;
    ac__late_queue(done->loop, &completion->late, completed_late);
}

static void completed_fire(struct ac__watch *watch, ac_future *done)
{
    struct member *member = AC__CONTAINER(watch, struct member, watch);
    completed_queue(AC__CONTAINER(member->many->operation, struct as_completed, base), member, done);
}

static bool completed_wait_abort(ac_frame *frame)
{
    AC__CONTAINER(frame, struct as_completed, wait)->many->waiting = false;
    return true;
}

static const ac_fn completed_wait_fn = { .abort = completed_wait_abort, .name = "ac_as_completed", .kind = AC_KIND_OPERATION };

static int completed_resume(ac_frame *frame)
{
    struct as_completed *self = (struct as_completed *)(void *)frame;
    frame->state = 1;
    if (frame->error)
        return frame->error;
    if (self->given == self->many->n)
        return AC_STOP;
    if (self->given == self->done->told) {
        ac_frame *wait = ac_enter(&self->wait, &completed_wait_fn, frame);
        self->many->waiting = ac__suspend(wait) == AC_PENDING;
        self->many->task = ac__thread.task;
        return self->many->waiting ? AC_PENDING : ac__end_cancelled(wait);
    }
    self->result = self->done->at[self->given++].index;
    return 0;
}

static bool completed_free(ac_frame *frame)
{
    struct as_completed *self = (struct as_completed *)(void *)frame;
    if (self->many)
        many_free(self->many);
    if (self->done && self->done->told < self->done->fired)
        self->done->of = NULL;
    else
        free(self->done);
    return true;
}

static const ac_fn as_completed_fn = {
    .resume = completed_resume,
    .abort = completed_free,
    .name = "ac_as_completed",
    .frame_size = sizeof(struct as_completed),
    .result_size = sizeof(size_t),
    .result_offset = offsetof(struct as_completed, result),
    .kind = AC_KIND_GENERATOR,
};

static void completed_watch(struct as_completed *self)
{
    struct ac__many *many = self->many;
    for (size_t i = 0; i < many->n; i++) {
        struct member *member = &many->members[i];
        member->watch.fire = completed_fire;
        if (ac__is_done(member->future))
            completed_queue(self, member, member->future);
        else
            ac__watch_add(member->future, &member->watch);
    }
}

static struct completions *completions_new(struct as_completed *self, size_t n)
{
    struct completions *all = NULL;
    if (n <= (SIZE_MAX - sizeof *all) / sizeof *all->at)
        all = calloc(1, sizeof *all + n * sizeof *all->at);
    if (all)
        all->of = self;
    return all;
}

ac_gen *ac_as_completed(void *awaitables, size_t n)
{
    ac_gen *generator = awaitables || n == 0 ? ac_gen_new(&as_completed_fn) : NULL;
    if (!generator) {
        discard_coroutines(array(awaitables), n);
        return NULL;
    }
    struct as_completed *self = (struct as_completed *)(void *)generator;
    self->given = 0;
    self->done = completions_new(self, n);
    self->many = many_new(&self->base, n);
    if (self->done && self->many && begin_members(self->many, array(awaitables)) == 0) {
        completed_watch(self);
        return generator;
    }
    discard_coroutines(array(awaitables), n);
    ac_release(generator);
    return NULL;
}

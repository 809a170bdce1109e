/*
 * Look-up of names and addresses: ac_getaddrinfo, ac_getnameinfo.
 *
 * libc's functions block, for seconds where a name server is silent, so they run on a thread of the pool, on copies
 * of all that they are given. A look-up that nobody waits for any more is left to itself: its thread's work cannot
 * be ended, but its result is dropped and the task goes on at once.
 */
#define _GNU_SOURCE
#include "../loop/loop.h"
#include "address.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A look-up on a thread; begins the record of each of the two kinds. */
struct lookup {
    struct ac__job job;
    ac_task *task;                      /* who waits; NULL when nobody does any more. Used on the loop's thread only */
    int error;                          /* how it ended; written by the pool's thread, valid when the job is done */
    void (*drop)(struct lookup *);      /* frees the record and its result */
};

/* On the loop's thread, after the work. */
static void lookup_done(struct ac__job *job)
{
    struct lookup *lookup = AC__CONTAINER(job, struct lookup, job);

    if (lookup->task)
        ac__wake(lookup->task);
    else
        lookup->drop(lookup);
}

/* Gives the record to a thread and suspends the operation. On failure the record is dropped. */
static int lookup_begin(struct lookup *lookup, ac_frame *operation)
{
    int error = ac__cancel_now(ac__thread.task) ? ECANCELED : ac__thread.task->loop ? 0 : EINVAL;

    lookup->task = ac__thread.task;
    lookup->job.done = lookup_done;
    if (!error)
        error = ac__job_submit(ac__loop_lookups(ac__thread.task->loop), &lookup->job);
    if (error) {
        lookup->drop(lookup);
        return error;
    }
    operation->state = 1;
    return ac__suspend_masked(operation);
}

/* Leaves a look-up to itself. */
static bool lookup_abandon(struct lookup *lookup)
{
    lookup->task = NULL;
    if (ac__job_withdraw(&lookup->job))
        lookup->drop(lookup);
    return 1;
}

/* ---- ac_getaddrinfo ---- */

struct address_lookup {
    struct lookup base;
    const char *host, *service;         /* copies behind this struct, or NULL */
    const struct addrinfo *hints;       /* &given, or NULL */
    struct addrinfo given;
    struct addrinfo *list;              /* the result, until it is taken */
};

struct address_frame {
    ac_frame base;
    struct addrinfo *result;
    const char *host, *service;
    const struct addrinfo *hints;
    struct address_lookup *lookup;      /* valid while suspended */
};

static void address_work(struct ac__job *job)
{
    struct address_lookup *lookup = AC__CONTAINER(job, struct address_lookup, base.job);
    int code = getaddrinfo(lookup->host, lookup->service, lookup->hints, &lookup->list);

    lookup->base.error = ac__address_error(code, errno);
    if (code)
        lookup->list = NULL;
}

static void address_drop(struct lookup *base)
{
    struct address_lookup *lookup = AC__CONTAINER(base, struct address_lookup, base);

    if (lookup->list)
        freeaddrinfo(lookup->list);
    free(lookup);
}

/* Copies a string to *place and moves that on; NULL stays NULL. */
static const char *string_copy(char **place, const char *string)
{
    char *copy = *place;

    if (!string)
        return NULL;
    *place = stpcpy(copy, string) + 1;
    return copy;
}

static struct address_lookup *address_lookup_make(const struct address_frame *self)
{
    size_t host = self->host ? strlen(self->host) + 1 : 0, service = self->service ? strlen(self->service) + 1 : 0;
    struct address_lookup *lookup = ac__allocate(sizeof *lookup + host + service);
    char *place;

    if (!lookup)
        return NULL;
    memset(lookup, 0, sizeof *lookup);
    place = (char *)(lookup + 1);
    lookup->base.job.work = address_work;
    lookup->base.drop = address_drop;
    lookup->host = string_copy(&place, self->host);
    lookup->service = string_copy(&place, self->service);
    if (self->hints) {
        lookup->given = *self->hints;
        lookup->hints = &lookup->given;
    }
    return lookup;
}

static int address_resume(ac_frame *frame)
{
    struct address_frame *self = (struct address_frame *)frame;
    int error;

    if (frame->state) {
        error = self->lookup->base.error;
        self->result = self->lookup->list;
        self->lookup->list = NULL;
        address_drop(&self->lookup->base);
        return error;
    }
    error = ac__address_numeric(self->host, self->service, self->hints, &self->result);
    if (error != AC_PENDING)
        return error;
    self->lookup = address_lookup_make(self);
    return self->lookup ? lookup_begin(&self->lookup->base, frame) : ENOMEM;
}

static bool address_abort(ac_frame *frame)
{
    return lookup_abandon(&((struct address_frame *)frame)->lookup->base);
}

static const ac_fn address_fn = {
    .resume = address_resume,
    .abort = address_abort,
    .name = "ac_getaddrinfo",
    .frame_size = sizeof(struct address_frame),
    .result_size = sizeof(struct addrinfo *),
    .result_offset = offsetof(struct address_frame, result),
    .kind = AC_KIND_OPERATION,
};

ac_coro *ac_getaddrinfo(const char *host, const char *service, const struct addrinfo *hints)
{
    struct address_frame *self = ac__operation_new(&address_fn);

    if (!self)
        return NULL;
    self->host = host;
    self->service = service;
    self->hints = hints;
    return &self->base;
}

/* ---- ac_getnameinfo ---- */

struct name_lookup {
    struct lookup base;
    struct sockaddr_storage address;
    socklen_t length;
    socklen_t host_size, service_size;  /* what the caller has room for; 0: not asked for */
    int flags;
    char host[NI_MAXHOST], service[NI_MAXSERV];
};

struct name_frame {
    ac_frame base;
    const struct sockaddr *address;
    socklen_t length;
    int flags;
    char *host, *service;
    size_t host_size, service_size;
    struct name_lookup *lookup;         /* valid while suspended */
};

static socklen_t size_within(size_t size, size_t limit)
{
    return (socklen_t)(size < limit ? size : limit);
}

/* The look-up itself, on either thread. */
static int name_find(struct name_lookup *lookup)
{
    char *host = lookup->host_size ? lookup->host : NULL, *service = lookup->service_size ? lookup->service : NULL;
    int code = getnameinfo((const struct sockaddr *)&lookup->address, lookup->length, host, lookup->host_size, service,
                           lookup->service_size, lookup->flags);

    return ac__address_error(code, errno);
}

static void name_work(struct ac__job *job)
{
    struct name_lookup *lookup = AC__CONTAINER(job, struct name_lookup, base.job);

    lookup->base.error = name_find(lookup);
}

static void name_drop(struct lookup *base)
{
    free(AC__CONTAINER(base, struct name_lookup, base));
}

static struct name_lookup *name_lookup_make(const struct name_frame *self)
{
    struct name_lookup *lookup = ac__allocate(sizeof *lookup);

    if (!lookup)
        return NULL;
    memset(lookup, 0, sizeof *lookup);
    lookup->base.job.work = name_work;
    lookup->base.drop = name_drop;
    memcpy(&lookup->address, self->address, self->length);
    lookup->length = self->length;
    lookup->host_size = self->host ? size_within(self->host_size, sizeof lookup->host) : 0;
    lookup->service_size = self->service ? size_within(self->service_size, sizeof lookup->service) : 0;
    lookup->flags = self->flags;
    return lookup;
}

/* The names have been found, or not: hands them out. */
static int name_end(struct name_frame *self, int error)
{
    struct name_lookup *lookup = self->lookup;

    if (!error && lookup->host_size)
        memcpy(self->host, lookup->host, strlen(lookup->host) + 1);
    if (!error && lookup->service_size)
        memcpy(self->service, lookup->service, strlen(lookup->service) + 1);
    free(lookup);
    return error;
}

static int name_resume(ac_frame *frame)
{
    struct name_frame *self = (struct name_frame *)frame;

    if (frame->state)
        return name_end(self, self->lookup->base.error);
    if (self->length > sizeof(struct sockaddr_storage))
        return EINVAL;
    self->lookup = name_lookup_make(self);
    if (!self->lookup)
        return ENOMEM;
    if ((self->flags & NI_NUMERICHOST) && (self->flags & NI_NUMERICSERV))
        return name_end(self, name_find(self->lookup));
    return lookup_begin(&self->lookup->base, frame);
}

static bool name_abort(ac_frame *frame)
{
    return lookup_abandon(&((struct name_frame *)frame)->lookup->base);
}

static const ac_fn name_fn = {
    .resume = name_resume,
    .abort = name_abort,
    .name = "ac_getnameinfo",
    .frame_size = sizeof(struct name_frame),
    .result_offset = sizeof(ac_frame),
    .kind = AC_KIND_OPERATION,
};

ac_coro *ac_getnameinfo(const struct sockaddr *address, socklen_t length, char *host, size_t host_size, char *service,
                        size_t service_size, int flags)
{
    struct name_frame *self = ac__operation_new(&name_fn);

    if (!self)
        return NULL;
    self->address = address;
    self->length = length;
    self->flags = flags;
    self->host = host;
    self->host_size = host_size;
    self->service = service;
    self->service_size = service_size;
    return &self->base;
}

/* ---- the addresses of a port ---- */

int ac__resolve__resume(ac_frame *frame)
{
    struct ac__resolve__frame *self = (struct ac__resolve__frame *)frame;
    int error = frame->error;

    if (frame->state == 0) {
        if (self->port < 0 || self->port > 65535 || !ac__thread.task->loop)
            return EINVAL;
        snprintf(self->service, sizeof self->service, "%d", self->port);
        self->hints = (struct addrinfo){ .ai_family = self->family, .ai_socktype = SOCK_STREAM,
                                         .ai_flags = self->flags | AI_NUMERICSERV };
        if (self->host && !*self->host)
            self->host = NULL;
        error = ac__address_numeric(self->host, self->service, &self->hints, &self->result);
        if (error != AC_PENDING)
            return error;
        self->lookup = ac_getaddrinfo(self->host, self->service, &self->hints);
        error = ac_coro_await(frame, self->lookup);
        if (error == AC_PENDING)
            return ac_suspend(frame, 1);
    }
    if (!error)
        self->result = AC_RESULT(self->lookup, struct addrinfo *);
    ac_coro_free(self->lookup);
    return error;
}

const ac_fn ac__resolve__fn = {
    .resume = ac__resolve__resume,
    .name = "ac_resolve",
    .frame_size = sizeof(struct ac__resolve__frame),
    .result_size = sizeof(struct addrinfo *),
    .result_offset = offsetof(struct ac__resolve__frame, result),
    .kind = AC_KIND_OPERATION,
};

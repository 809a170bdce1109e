/*
 * Transports: what those over streams and those over datagram sockets have in common, and the public functions.
 *
 * The order of a protocol's calls comes from one function, transport_run: it is the only one that calls `made` and
 * `lost`, and calls nothing before the one or after the other.
 */
#define _GNU_SOURCE
#include "transport.h"

#include <stdlib.h>

/* ---- life ---- */

static void transport_retain(void *object)
{
    ((ac_transport *)object)->references++;
}

static void transport_release(void *object)
{
    ac_transport *transport = object;

    if (--transport->references > 0)
        return;
    ac_loop *loop = transport->loop;
    ac__handle_gone(transport);
    free(transport->peer);
    transport->kind->free(transport);
    ac__handle_ended(loop);
}

/* It is over: tells that, and lets go of it. */
static void transport_end(ac_transport *transport)
{
    ac_loop *loop = transport->loop;

    if (transport->protocol->lost)
        transport->protocol->lost(transport, transport->self, transport->error);
    *transport->link = transport->next;
    if (transport->next)
        transport->next->link = transport->link;
    if (transport->ending)
        loop->ending--;
    transport->kind->settle(transport);
    transport_release(transport);
}

/* Its turn: tells the protocol what there is to be told. Each call may end it, which queues it once more. */
static int transport_run(ac_frame *frame)
{
    ac_transport *transport = AC__CONTAINER(frame, ac_transport, item.base);
    const ac_protocol *protocol = transport->protocol;

    ac__thread.task = NULL;
    transport->queued = 0;
    if (!transport->made) {
        transport->made = 1;
        if (protocol->made)
            protocol->made(transport, transport->self);
        if (transport->queued)
            return AC_PENDING;
    }
    if (transport->over) {
        transport_end(transport);
        return AC_PENDING;
    }
    transport->kind->go_on(transport);
    if (transport->told_to_pause && !transport->output_over_mark && !transport->over) {
        transport->told_to_pause = 0;
        protocol = transport->protocol;
        if (protocol->resume)
            protocol->resume(transport, transport->self);
    }
    return AC_PENDING;
}

static const struct ac__object_fn transport_fn = {
    .fn = { .resume = transport_run, .name = "ac_transport", .kind = AC_KIND_OBJECT },
    .retain = transport_retain,
    .release = transport_release,
};

void ac__transport_begin(ac_transport *transport, const struct ac__transport_kind *kind, ac_loop *loop,
                         const ac_protocol *protocol, void *self)
{
    *transport = (ac_transport){
        .item.base = { .fn = &transport_fn.fn, .parent = &transport->item.base },
        .kind = kind,
        .loop = loop,
        .next = loop->transports,
        .link = &loop->transports,
        .references = 2,
        .protocol = protocol,
        .self = self,
    };
    if (transport->next)
        transport->next->link = &transport->next;
    loop->transports = transport;
    ac__handle_made(loop, transport);
    ac__transport_wake(transport);
}

void ac__transport_wake(ac_transport *transport)
{
    if (transport->queued)
        return;
    transport->queued = 1;
    ac__enqueue(transport->loop, &transport->item);
}

void ac__transport_fail(ac_transport *transport, int error)
{
    transport->error = error;
    ac_transport_abort(transport);
}

void ac__transport_over(ac_transport *transport, int error)
{
    if (!transport->error)
        transport->error = error;
    transport->closing = transport->over = 1;
    ac__transport_wake(transport);
}

/* Those of a loop that closes are aborted, and their `lost` is called with the rest of the ready queue. */
void ac__transports_abort(ac_loop *loop)
{
    for (ac_transport *transport = loop->transports, *next; transport; transport = next) {
        next = transport->next;
        loop->ending += !transport->ending;
        transport->ending = 1;
        ac_transport_abort(transport);
    }
}

void ac_transport_close(ac_transport *transport)
{
    if (transport->closing)
        return;
    transport->closing = 1;
    transport->kind->stop_reading(transport);
    (transport->kind->close)(transport);
}

void ac_transport_abort(ac_transport *transport)
{
    if (transport->over)
        return;
    transport->closing = 1;
    transport->kind->abort(transport);
}

bool ac_transport_is_closing(const ac_transport *transport)
{
    return transport->closing;
}

/* ---- reading ---- */

bool ac__transport_reads(const ac_transport *transport)
{
    return !transport->reading_paused && !transport->closing && !transport->input_over;
}

void ac_transport_pause_reading(ac_transport *transport)
{
    if (transport->reading_paused)
        return;
    transport->reading_paused = 1;
    transport->kind->stop_reading(transport);
}

void ac_transport_resume_reading(ac_transport *transport)
{
    if (!transport->reading_paused)
        return;
    transport->reading_paused = 0;
    if (ac__transport_reads(transport))
        ac__transport_wake(transport);
}

bool ac_transport_is_reading(const ac_transport *transport)
{
    return !transport->reading_paused && !transport->closing;
}

/* ---- back-pressure ---- */

void ac__transport_output_over_mark(ac_transport *transport)
{
    transport->output_over_mark = 1;
    if (transport->told_to_pause || transport->over)
        return;
    transport->told_to_pause = 1;
    if (transport->protocol->pause)
        transport->protocol->pause(transport, transport->self);
}

void ac__transport_output_down(ac_transport *transport)
{
    transport->output_over_mark = 0;
    if (transport->told_to_pause && !transport->over)
        ac__transport_wake(transport);
}

size_t ac_transport_get_write_buffer_size(const ac_transport *transport)
{
    return transport->kind->buffered(transport);
}

int ac_transport_set_write_buffer_limits(ac_transport *transport, size_t high, size_t low)
{
    if (high == AC_DEFAULT_LIMIT)
        high = low == AC_DEFAULT_LIMIT ? AC__STREAM_HIGH : low > SIZE_MAX / 4 ? SIZE_MAX : 4 * low;
    if (low == AC_DEFAULT_LIMIT)
        low = high / 4;
    if (low > high)
        return EINVAL;
    if (transport->kind->set_marks(transport, (struct ac__marks){ .low = low, .high = high }))
        ac__transport_output_over_mark(transport);
    return 0;
}

void ac_transport_get_write_buffer_limits(const ac_transport *transport, size_t *low, size_t *high)
{
    struct ac__marks marks = transport->kind->marks(transport);

    *low = marks.low;
    *high = marks.high;
}

/* ---- the rest ---- */

void ac_transport_set_protocol(ac_transport *transport, const ac_protocol *protocol, void *self)
{
    transport->protocol = protocol;
    transport->self = self;
}

const ac_protocol *ac_transport_get_protocol(const ac_transport *transport)
{
    return transport->protocol;
}

void *ac_transport_self(const ac_transport *transport)
{
    return transport->self;
}

int ac_transport_fd(const ac_transport *transport)
{
    return transport->kind->fd(transport);
}

const char *ac_transport_peer(const ac_transport *transport)
{
    return transport->peer ? transport->peer : "";
}

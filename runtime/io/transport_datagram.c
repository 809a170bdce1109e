/*
 * Transports over datagram sockets.
 *
 * Packets that the system has no room for wait in a list, in order; as long as there are some, later ones go behind
 * them. An error of the system belongs to a packet, not to the transport, which goes on.
 */
#define _GNU_SOURCE
#include "transport.h"

#include "address.h"
#include "datagram.h"

#include <stdlib.h>
#include <string.h>

/* Packets that are received in one turn, at most. */
enum { PACKETS_A_TURN = 16 };

/* What a packet that waits counts beside its bytes, so that empty ones are not without weight. */
enum { PACKET_WEIGHT = 8 };

/* A packet that waits for room. */
struct packet {
    struct packet *next;
    size_t size;
    socklen_t length;                   /* of the address; 0: the remote one */
    struct sockaddr_storage address;
    char bytes[];
};

struct datagram_transport {
    ac_transport base;
    ac_datagram *datagram;              /* a reference */
    struct ac__io input, output;        /* waits for readiness, while `input_waits`, `output_waits` */
    bool input_waits, output_waits;
    struct packet *first, **last;       /* those that wait for room */
    size_t buffered;
    struct ac__marks marks;
};

static struct datagram_transport *of(ac_transport *transport)
{
    return AC__CONTAINER(transport, struct datagram_transport, base);
}

static const struct datagram_transport *of_const(const ac_transport *transport)
{
    return AC__CONTAINER(transport, const struct datagram_transport, base);
}

static void tell_error(ac_transport *transport, int error)
{
    if (transport->protocol->error)
        transport->protocol->error(transport, transport->self, error);
}

/* ---- waiting ---- */

/* Readiness has come, or could not be waited for: without that a transport can do nothing. */
static void go_on_after(struct datagram_transport *self, const struct ac__io *io)
{
    if (io->result < 0)
        ac__transport_fail(&self->base, (int)-io->result);
    else
        ac__transport_wake(&self->base);
}

static void input_done(struct ac__io *io)
{
    struct datagram_transport *self = io->owner;

    self->input_waits = 0;
    go_on_after(self, io);
}

static void output_done(struct ac__io *io)
{
    struct datagram_transport *self = io->owner;

    self->output_waits = 0;
    go_on_after(self, io);
}

/* Waits for readiness; where that is there already, the transport has another turn. True: waits. */
static bool wait_for(struct datagram_transport *self, struct ac__io *io, uint8_t kind, void (*done)(struct ac__io *))
{
    *io = (struct ac__io){ .kind = kind, .fd = self->datagram->fd, .done = done, .owner = self };
    if (!ac__io_start(self->base.loop, io))
        return 1;
    go_on_after(self, io);
    return 0;
}

static void stop_reading(ac_transport *transport)
{
    struct datagram_transport *self = of(transport);

    if (self->input_waits)
        ac__io_cancel(transport->loop, &self->input);
    self->input_waits = 0;
}

/* ---- sending ---- */

/* One call: 0, EAGAIN, or the error. */
static int send_now(struct datagram_transport *self, const void *bytes, size_t size, const struct sockaddr *address,
                    socklen_t length)
{
    struct ac__io io = {
        .kind = address ? AC_IO_SENDTO : AC_IO_SEND,
        .fd = self->datagram->fd,
        .buffer = (void *)(uintptr_t)bytes,
        .length = size,
        .address = (void *)(uintptr_t)address,
        .address_size = (uint16_t)length,
        .at_once = 1,
    };

    ac__io_start(self->base.loop, &io);
    return io.result < 0 ? (int)-io.result : 0;
}

static void packet_drop_first(struct datagram_transport *self)
{
    struct packet *packet = self->first;

    self->first = packet->next;
    if (!self->first)
        self->last = &self->first;
    self->buffered -= packet->size + PACKET_WEIGHT;
    free(packet);
}

/* Sends what waits, as far as there is room. */
static void send_waiting(ac_transport *transport)
{
    struct datagram_transport *self = of(transport);

    while (self->first && !self->output_waits && !transport->over) {
        struct packet *packet = self->first;
        const struct sockaddr *address = packet->length ? (const struct sockaddr *)&packet->address : NULL;
        int error = send_now(self, packet->bytes, packet->size, address, packet->length);
        if (error == EAGAIN) {
            self->output_waits = wait_for(self, &self->output, AC_IO_POLL_OUT, output_done);
            break;
        }
        packet_drop_first(self);
        if (error)
            tell_error(transport, error);
    }
    if (transport->output_over_mark && self->buffered <= self->marks.low)
        ac__transport_output_down(transport);
}

/* ---- receiving ---- */

/* One call: 0, EAGAIN, or the error. */
static int receive_now(struct datagram_transport *self, ac_packet **packet)
{
    struct ac__io io = {
        .kind = AC_IO_RECVMSG,
        .fd = self->datagram->fd,
        .buffer = &self->datagram->message,
        .flags = MSG_TRUNC,
        .at_once = 1,
    };

    ac__datagram_prepare(self->datagram);
    ac__io_start(self->base.loop, &io);
    if (io.result >= 0)
        *packet = ac__datagram_packet(self->datagram, (size_t)io.result);
    return io.result < 0 ? (int)-io.result : 0;
}

static void receive_some(ac_transport *transport)
{
    struct datagram_transport *self = of(transport);

    for (int i = 0; i < PACKETS_A_TURN && ac__transport_reads(transport) && !self->input_waits; i++) {
        ac_packet *packet = NULL;
        int error = receive_now(self, &packet);
        if (error == EAGAIN)
            self->input_waits = wait_for(self, &self->input, AC_IO_POLL_IN, input_done);
        else if (error)
            tell_error(transport, error);
        else if (transport->protocol->datagram)
            transport->protocol->datagram(transport, transport->self, packet);
    }
    if (ac__transport_reads(transport) && !self->input_waits)
        ac__transport_wake(transport);
}

/* ---- life ---- */

static void finish(struct datagram_transport *self)
{
    stop_reading(&self->base);
    if (self->output_waits)
        ac__io_cancel(self->base.loop, &self->output);
    self->output_waits = 0;
    while (self->first)
        packet_drop_first(self);
    ac_datagram_close(self->datagram);
    ac__transport_over(&self->base, 0);
}

static void go_on(ac_transport *transport)
{
    send_waiting(transport);
    if (transport->closing && !transport->over && !of(transport)->first)
        finish(of(transport));
    else
        receive_some(transport);
}

static void datagram_close(ac_transport *transport)
{
    if (!of(transport)->first)
        finish(of(transport));
}

static void datagram_abort(ac_transport *transport)
{
    finish(of(transport));
}

static void settle(ac_transport *transport)
{
    (void)transport;
}

static void datagram_transport_free(ac_transport *transport)
{
    ac_release(of(transport)->datagram);
    free(of(transport));
}

/* ---- what it tells of itself ---- */

static size_t buffered(const ac_transport *transport)
{
    return of_const(transport)->buffered;
}

static struct ac__marks marks(const ac_transport *transport)
{
    return of_const(transport)->marks;
}

static bool set_marks(ac_transport *transport, struct ac__marks marks)
{
    of(transport)->marks = marks;
    return !transport->output_over_mark && buffered(transport) > marks.high;
}

static int datagram_fd(const ac_transport *transport)
{
    return ac_datagram_fd(of_const(transport)->datagram);
}

static const struct ac__transport_kind datagram_kind = {
    .go_on = go_on,
    .stop_reading = stop_reading,
    .close = datagram_close,
    .abort = datagram_abort,
    .buffered = buffered,
    .marks = marks,
    .set_marks = set_marks,
    .fd = datagram_fd,
    .settle = settle,
    .free = datagram_transport_free,
};

ac_transport *ac__transport_of_datagram(ac_datagram *datagram, const ac_protocol *protocol, void *self)
{
    struct datagram_transport *transport = ac__allocate(sizeof *transport);

    if (!transport) {
        ac_release(datagram);
        return NULL;
    }
    *transport = (struct datagram_transport){
        .datagram = datagram,
        .last = &transport->first,
        .marks = { .low = AC__STREAM_LOW, .high = AC__STREAM_HIGH },
    };
    ac__handle_gone(datagram);                 /* no handle of the program's own any more */
    ac__transport_begin(&transport->base, &datagram_kind, datagram->loop, protocol, self);
    transport->base.peer = ac__peer_name(datagram->fd);
    return &transport->base;
}

/* ---- ac_transport_sendto ---- */

/* Puts a packet behind those that wait. */
static int packet_add(struct datagram_transport *self, const void *bytes, size_t size, const struct sockaddr *address,
                      socklen_t length)
{
    struct packet *packet = NULL;

    if (self->buffered > AC__STREAM_HARD || size > AC__STREAM_HARD - self->buffered)
        return AC_ELIMIT;
    packet = ac__allocate(sizeof *packet + size);
    if (!packet)
        return ENOMEM;
    *packet = (struct packet){ .size = size, .length = length };
    if (length)
        memcpy(&packet->address, address, length);
    if (size)
        memcpy(packet->bytes, bytes, size);
    *self->last = packet;
    self->last = &packet->next;
    self->buffered += size + PACKET_WEIGHT;
    return 0;
}

int ac_transport_sendto(ac_transport *transport, const void *data, size_t size, const struct sockaddr *address,
                        socklen_t length)
{
    struct datagram_transport *self;
    int error;

    if (transport->kind != &datagram_kind)
        return EBADF;
    if (transport->closing)
        return EPIPE;
    self = of(transport);
    if (address && length > sizeof(struct sockaddr_storage))
        return EINVAL;
    error = ac__datagram_route(self->datagram, &address, &length);
    if (error)
        return error;
    if (!self->first) {
        error = send_now(self, data, size, address, length);
        if (error && error != EAGAIN)
            tell_error(transport, error);
        if (error != EAGAIN)
            return error;
    }
    error = packet_add(self, data, size, address, address ? length : 0);
    if (error)
        return error;
    if (self->first->next == NULL)      /* the only one: nobody waits for room yet */
        self->output_waits = wait_for(self, &self->output, AC_IO_POLL_OUT, output_done);
    if (self->buffered > self->marks.high && !transport->output_over_mark)
        ac__transport_output_over_mark(transport);
    return transport->error;
}

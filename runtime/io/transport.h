/*
 * The inside of a transport, shared by the files that make transports over streams and over datagram sockets.
 *
 * A transport is an item of the ready queue. Whatever its protocol is to be told is told in its turn there
 * (transport_run), but for `pause`; so a protocol's code never runs inside the backend, nor inside the call that
 * brought it about.
 *
 * Life: begun (queued, to call `made`) -> open -> closing (what is buffered is still being sent) -> over (the
 * descriptor is closed; queued, to call `lost`) -> out of the loop's list. The list holds a reference.
 */
#ifndef AC_IO_TRANSPORT_H
#define AC_IO_TRANSPORT_H

#include "../loop/loop.h"
#include "stream.h"

/* What the two kinds of transport differ in. */
struct ac__transport_kind {
    void (*go_on)(ac_transport *transport);         /* in its turn, when it is not over: reads and sends */
    void (*stop_reading)(ac_transport *transport);  /* reading is paused or over: withdraws the wait for input */
    void (*close)(ac_transport *transport);         /* once, when `closing` has just been set */
    void (*abort)(ac_transport *transport);         /* unless it is over */
    size_t (*buffered)(const ac_transport *transport);
    struct ac__marks (*marks)(const ac_transport *transport);
    bool (*set_marks)(ac_transport *transport, struct ac__marks marks);     /* true: over the high one now */
    int (*fd)(const ac_transport *transport);
    void (*settle)(ac_transport *transport);        /* `lost` has returned */
    void (*free)(ac_transport *transport);
};

struct ac__marks {
    size_t low, high;
};

struct ac_transport {
    struct ac__item item;               /* begins every handle; queued while `queued` */
    const struct ac__transport_kind *kind;
    ac_loop *loop;
    ac_transport *next, **link;         /* in the loop's list, until `lost` has returned */
    uint32_t references;                /* the users', and the loop's list's */
    const ac_protocol *protocol;
    void *self;                         /* the protocol's */
    char *peer;                         /* its address in words; NULL: none */
    int error;                          /* what `lost` will be told */

    bool queued;
    bool made;                          /* `made` has been called */
    bool reading_paused;                /* by the program */
    bool input_over;                    /* nothing more will come */
    bool told_to_pause;                 /* `pause` was called, and `resume` not since */
    bool output_over_mark;              /* output has passed the high mark, and not come down to the low one since */
    bool closing;                       /* by either side */
    bool over;                          /* the descriptor is closed */
    bool ending;                        /* the loop's shutdown waits for `lost` */
};

/* ---- transport.c ---- */

/* Fills in a transport and begins it: with two references, the caller's and the list's. */
void ac__transport_begin(ac_transport *transport, const struct ac__transport_kind *kind, ac_loop *loop,
                         const ac_protocol *protocol, void *self);

/* Has it run in the next turn. */
void ac__transport_wake(ac_transport *transport);

/* Whether it wants input now. */
bool ac__transport_reads(const ac_transport *transport);

/* Output is over the high mark, or down to the low one. */
void ac__transport_output_over_mark(ac_transport *transport);
void ac__transport_output_down(ac_transport *transport);

/* It cannot go on: ends with this error, at once. */
void ac__transport_fail(ac_transport *transport, int error);

/* Its descriptor has been closed: because of this error, or 0, if it has not failed before. */
void ac__transport_over(ac_transport *transport, int error);

/* ---- transport_stream.c ---- */

/* The descriptor may be readable now. */
void ac__transport_readable(ac_transport *transport);

/* A transport over a stream, which it takes over, also when this fails. NULL without memory. */
ac_transport *ac__transport_of_stream(ac_stream *stream, const ac_protocol *protocol, void *self);

/* The stream that a transport stands on; NULL for one over datagrams. */
ac_stream *ac__stream_of_transport(const ac_transport *transport);

/* ---- transport_datagram.c ---- */

/* A transport over a datagram socket, which it takes over, also when this fails. NULL without memory. */
ac_transport *ac__transport_of_datagram(ac_datagram *datagram, const ac_protocol *protocol, void *self);

/* ---- transport_open.ac ---- */

/* A transport that was just made, or NULL: waits until its protocol has been told so, as asyncio does. */
ac_async(ac_transport *) ac__transport_begun(ac_transport *transport);

#endif

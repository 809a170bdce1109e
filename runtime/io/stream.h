/*
 * The inside of a stream, shared by the files that make, read, write and serve streams.
 *
 * A stream has one request for each direction. The request for input belongs to the task that reads, while one
 * does. The one for output waits for room; it is under way while there is something to send that the system did not
 * take. Neither points to memory of the stream while it waits, so that the buffers may grow and go at any time.
 *
 * Life: open -> closing (ac_stream_close: input is over, output is still being sent) -> closed (no descriptor). The
 * memory goes with the last reference; a stream that is closing holds one on itself.
 */
#ifndef AC_IO_STREAM_H
#define AC_IO_STREAM_H

#include "../core/waiter.h"
#include "buffer.h"

/* asyncio's limits, and a hard one where it has none. */
#define AC__STREAM_READ_LIMIT ((size_t)64 * 1024)
#define AC__STREAM_HIGH ((size_t)64 * 1024)
#define AC__STREAM_LOW (AC__STREAM_HIGH / 4)
#define AC__STREAM_HARD ((size_t)64 * 1024 * 1024)

/*
 * What stands between a stream and its descriptor: TLS, which lives in a library of its own, so that the core knows it
 * by these functions alone. `output` and `input` hold what programs write and read; `held` what goes over the wire. A
 * stream without a layer pays a comparison.
 */
struct ac__stream_layer {
    const struct ac__stream_layer_fn *fn;
    bool starting;                      /* nothing passes through it yet, and programs cannot write meanwhile */
    bool ended;                         /* `end` was called */
    struct ac__buffer held;             /* made of output and not yet sent */
    void *memory;                       /* where a read that waits for the descriptor wants its bytes; else NULL */
    size_t size;                        /* and how many at most */
};

struct ac__stream_layer_fn {
    /* As recv does: bytes; 0 at the end; -EAGAIN where the descriptor has to be readable first; minus the error. */
    ssize_t (*receive)(ac_stream *stream, void *memory, size_t size);

    /* As receive would answer for a byte, without taking it: 1 also for an error. */
    int (*peek)(ac_stream *stream);

    /* Makes some of these bytes ready in `held`, at least one. How many; or minus the error. */
    ssize_t (*seal)(ac_stream *stream, const void *bytes, size_t size);

    /* Output is over: adds to `held` what tells the peer so. Called once. */
    void (*end)(ac_stream *stream);

    /* The stream is closing and all is sent. True: the descriptor may be closed; false: ac__stream_finish will be called.
     * May be called again meanwhile. */
    bool (*close)(ac_stream *stream);

    void (*free)(struct ac__stream_layer *layer);
};

struct ac_stream {
    const ac_fn *fn;                    /* begins every handle */
    ac_loop *loop;                      /* whose thread it is used on */
    struct ac__stream_layer *layer;     /* NULL where bytes go as they are; the stream's own */
    uint32_t references;                /* the user's, the server's, and that of the task that sends the rest */
    int fd;                             /* -1 once closed */
    int given;                          /* the terminal that was handed over, which `fd` is another opening of; else -1 */

    bool file;                          /* a regular file: reading may have to wait for a disk, which no backend tells of */
    bool fetched;                       /* what comes next of it was just brought into memory */
    bool socket;                        /* recv, send and shutdown work on fd */
    bool eof;                           /* the peer has ended its side: nothing will be added to `input` */
    bool reading;                       /* a task is suspended in a read, or woken from it and has not yet run; over a
                                           transport only that which makes a handshake */
    bool paused;                        /* output passed the high mark and has not come down to the low one since */
    bool waiting_for_input;             /* `input_request` is under way */
    bool waiting_for_room;              /* `output_request` is under way */
    bool ending;                        /* write_eof or close was called: nothing can be written any more */
    bool closing;                       /* close was called */
    bool terminated;                    /* `replaced` is to be put back */
    bool aborted;                       /* ac_stream_abort was called before all was sent */
    bool told;                          /* the write error has been thrown or returned at least once */
    char replaced;                      /* the byte after those taken, where a NUL stands; if `terminated` */

    int read_error;                     /* what reading has ended with, for every later read; else 0 */
    int write_error;                    /* the same for writing; set once, and then `output` is empty */

    void *fetch;                        /* where the request for input puts what it fetches of a file, while it does; else NULL */
    struct ac__buffer input;            /* read and not yet taken. The first `taken` bytes are lent to the reader */
    size_t taken;                       /* what the last read_line or read_until has returned: goes at the next read */
    size_t partial;                     /* how many of the bytes taken an AC_EINCOMPLETE had */
    size_t scanned;                     /* how much of the input the read under way has searched in vain */
    struct ac__buffer output;           /* written and not yet sent */
    ac_handle *flush;                   /* the callback that will send it on the next turn; NULL while none is due */

    size_t read_limit, low, high, hard; /* see ac_stream_set_limits */

    struct ac__io input_request;        /* the result is valid until its task has run */
    struct ac__io output_request;       /* valid while `waiting_for_room` */
    ac_task *reader;                    /* the task that waits for input; valid while `reading` */
    ac_transport *transport;            /* whose stream it is: told where a task would be woken; NULL: no one's */

    struct ac__waiters drainers;        /* those who wait for the low mark */
    struct ac__waiters closers;         /* those who wait until it is closed */

    /* A connection of a server; see server.c. */
    ac_server *server;                  /* whose it is; NULL for a stream that a program opened */
    ac_task *task;                      /* runs the handler; a reference; NULL when it has ended */
    ac_stream *next, **link;            /* in the server's list, while `server` is set */

    char *peer;                         /* what ac_stream_peer has made, or NULL */
};

/* ---- stream.c ---- */

/* A stream over an open descriptor, with one reference. On failure NULL, and the descriptor stays the caller's. */
ac_stream *ac__stream_new(ac_loop *loop, int fd, bool socket);

/* Closes the descriptor of a stream that has nothing left to send; then who waits for that goes on. */
void ac__stream_finish(ac_stream *stream);
void ac__stream_free(ac_stream *stream);         /* after the last reference, and the last use */

/* The layer that bytes pass through, or NULL. */
static inline struct ac__stream_layer *ac__stream_layer(const ac_stream *stream)
{
    struct ac__stream_layer *layer = stream->layer;
    return AC__RARELY(layer && !layer->starting) ? layer : NULL;
}

/* Whether a layer is about to begin: only the conversation that brings that about may use the stream. */
static inline bool ac__stream_starting(const ac_stream *stream)
{
    return AC__RARELY(stream->layer && stream->layer->starting);
}

/* Counts a system call of an operation that did not have to wait. False: the turn's share is used up. */
static inline bool ac__stream_spend(ac_stream *stream)
{
    return stream->loop->io_budget-- > 0;
}

/* ---- stream_read.c ---- */

/* Receives from the descriptor what is there, as recv does; for layers, and while no read waits. */
ssize_t ac__stream_receive_now(ac_stream *stream, void *memory, size_t size);

/* A read that waits ends: where the stream is closing, with the end of the stream; else with the error of writing. */
void ac__stream_end_input(ac_stream *stream);

/* For a transport. Receives into the empty input buffer, about `room` bytes. 0: there are some, or it is the end; AC_PENDING: there
 * is nothing now; else the error. */
int ac__stream_receive(ac_stream *stream, size_t room);

/* The same into memory of the transport's protocol, as recv does: -EAGAIN where there is nothing now, or minus the error. */
ssize_t ac__stream_receive_into(ac_stream *stream, void *memory, size_t size);

/* Waits for input, to tell the transport of it: AC_PENDING. 0: there is some already; or the error. */
int ac__stream_watch(ac_stream *stream);
void ac__stream_unwatch(ac_stream *stream);

/* ---- stream_write.c ---- */

/* How much is written and not yet sent. */
static inline size_t ac__stream_unsent(const ac_stream *stream)
{
    const struct ac__stream_layer *layer = ac__stream_layer(stream);
    return ac__buffer_size(&stream->output) + (layer ? ac__buffer_size(&layer->held) : 0);
}

/* Sends what the system takes, and sees to it that the rest follows when there is room. */
void ac__stream_flush(ac_stream *stream);

/* Drops what is not sent; writing is over with this error. */
void ac__stream_fail_output(ac_stream *stream, int error);

/* Withdraws what is under way for sending. */
void ac__stream_stop_output(ac_stream *stream);

/* Forgets the callback that would send what is buffered. */
void ac__stream_unschedule(ac_stream *stream);

/* ---- server.c ---- */

/* Calls drop(kept) when the last connection of the server is over and its memory goes. */
void ac__server_keep(ac_server *server, void (*drop)(void *kept), void *kept);

/* The descriptor of a server's connection has been closed. */
void ac__server_stream_closed(ac_stream *stream);

#endif

/*
 * tls.h: TLS over a stream, by OpenSSL. Private to libac_tls.
 *
 * struct tls is a layer of a stream (../io/stream.h) around an SSL object. What OpenSSL has to send goes to a buffer of
 * the stream and always finds room there, and what it reads comes from the descriptor without waiting; so every call
 * of OpenSSL either succeeds or needs more input, and no write is ever half done.
 *
 * While the handshake is made the layer is `starting`: the stream still sends and receives as it is, OpenSSL's bytes
 * go to its output like anyone's, and those received for OpenSSL lie in `arrived`. A layer whose handshake failed stays
 * as it is then, and is there for its reason.
 */
#ifndef AC_TLS_TLS_H
#define AC_TLS_TLS_H

#include "../io/stream.h"
#include "ac_tls.h"

enum { TLS_REASON = 200 };

/* A certificate for a name. */
struct tls_host {
    struct tls_host *next;
    ac_tls_context *context;            /* a reference */
    char name[];
};

struct ac_tls_context {
    const ac_fn *fn;                    /* begins every handle */
    atomic_uint references;
    struct ssl_ctx_st *ssl;
    bool server;
    bool names_host;                    /* clients: the certificate must be for the host asked for */
    bool requires_end;                  /* require_close_notify */
    double handshake_timeout, shutdown_timeout;
    struct tls_host *hosts;             /* servers: in the order in which they were added */
    unsigned char *alpn;                /* servers: the protocols as TLS has them, each behind its length */
    unsigned alpn_size;
};

struct tls {
    struct ac__stream_layer layer;      /* begins it */
    ac_stream *stream;                  /* whose layer it is */
    ac_tls_context *context;            /* a reference */
    struct ssl_st *ssl;
    char *alpn;                         /* the protocol that was agreed on, or NULL; once the handshake is done */
    struct ac__buffer arrived;          /* received and not yet read by OpenSSL; after the handshake it only gets emptied */
    bool wire_ended;                    /* the descriptor is at its end */
    bool truncated;                     /* and the peer has not said that it would be */
    bool parting;                       /* a task waits for the peer's close_notify */
    int wire_error;                     /* what receiving, or keeping what is to be sent, has failed with; else 0 */
    int error;                          /* OpenSSL must not be asked any more: what everything fails with */
    size_t dropped;                     /* how much has come since the stream was closed */
    char reason[TLS_REASON];            /* of `error`, in words */
};

/* The stream's TLS, also where the handshake has failed or is not over; NULL where there is none. */
struct tls *tls_of(const ac_stream *stream);

/* ---- error.c ---- */

/* Takes the oldest error of OpenSSL's queue, empties that, and keeps the reason as the thread's last, behind "subject: "
 * where there is a subject. The code. */
int tls_error_take(const char *subject);

/* Keeps this reason as the thread's last; returns the error. */
int tls_error_set(int error, const char *reason);

/* The thread's last reason. */
const char *tls_error_reason(void);

/* ---- layer.c ---- */

/* Makes the stream one that is about to speak TLS; nothing is sent yet. 0, or what speaks against it. */
int tls_begin(ac_stream *stream, ac_tls_context *context, const char *host);

/* Goes on with the handshake and sends what it wants sent. 0: done, from now on the stream speaks TLS; EAGAIN: more has to be
 * received; or the error. */
int tls_shake_hands(struct tls *tls);

/* Memory for what is received for OpenSSL, of *size bytes, and then how many came: 0 is the end. NULL without memory. */
char *tls_room(struct tls *tls, size_t *size);
void tls_arrived(struct tls *tls, size_t count);

/* The handshake is given up: remembers why; returns the error. */
int tls_fail(struct tls *tls, int error, const char *reason);

/* Drops what has been received on a closed stream. True: the peer has ended too, or nothing more is expected of it. */
bool tls_parted(struct tls *tls);

/* ---- handshake.ac ---- */

/* Waits until the peer of a closed stream has ended too, and closes the descriptor. */
ac_coro *tls_part(struct tls *tls);

#endif

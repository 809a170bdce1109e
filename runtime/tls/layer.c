/*
 * The layer between a stream and its descriptor: what programs write is sealed into records, what comes is opened.
 *
 * OpenSSL is connected to the stream by a BIO, its interface for bytes. What it writes is appended to the stream's
 * output while the handshake is made, and to what the layer holds later; it reads what has arrived with the handshake,
 * and then from the descriptor.
 */
#define _GNU_SOURCE
#include "tls.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* How much is sealed before it is sent: four records. */
#define SEAL_SIZE ((size_t)64 * 1024)

/* What OpenSSL may want sent beyond that. A peer that asks for new keys again and again, and does not read, reaches it. */
#define HELD_LIMIT (4 * SEAL_SIZE)

/* Room to receive a part of a handshake. */
#define ARRIVAL_ROOM ((size_t)4096)

/* How much of what a peer goes on to send to a closed stream is dropped, before the connection is. */
#define DROP_LIMIT ((size_t)1024 * 1024)

/* ---- the wire, as OpenSSL sees it ---- */

static int wire_write(BIO *bio, const char *bytes, int size)
{
    struct tls *tls = BIO_get_data(bio);
    struct ac__buffer *out = tls->layer.starting ? &tls->stream->output : &tls->layer.held;

    BIO_clear_retry_flags(bio);
    if (ac__buffer_size(&tls->layer.held) > HELD_LIMIT)
        tls->wire_error = AC_ELIMIT;
    else if (!ac__buffer_append(out, bytes, (size_t)size))
        tls->wire_error = ENOMEM;
    return tls->wire_error ? -1 : size;
}

static ssize_t arrived_take(struct tls *tls, char *bytes, size_t size)
{
    size_t available = ac__buffer_size(&tls->arrived);

    if (size > available)
        size = available;
    memcpy(bytes, ac__buffer_head(&tls->arrived), size);
    ac__buffer_consume(&tls->arrived, size);
    if (size == available && !tls->layer.starting)
        ac__buffer_reset(&tls->arrived);
    return (ssize_t)size;
}

/* What is there now, as recv does. */
static ssize_t wire_receive(struct tls *tls, char *bytes, size_t size)
{
    if (ac__buffer_size(&tls->arrived))
        return arrived_take(tls, bytes, size);
    if (tls->wire_ended)
        return 0;
    if (tls->wire_error)
        return -tls->wire_error;
    return tls->layer.starting ? -EAGAIN : ac__stream_receive_now(tls->stream, bytes, size);
}

static int wire_read(BIO *bio, char *bytes, int size)
{
    struct tls *tls = BIO_get_data(bio);
    ssize_t received = wire_receive(tls, bytes, (size_t)size);

    BIO_clear_retry_flags(bio);
    if (received == -EAGAIN)
        BIO_set_retry_read(bio);
    else if (received < 0)
        tls->wire_error = (int)-received;
    tls->wire_ended |= received == 0;
    return received < 0 ? -1 : (int)received;
}

static long wire_control(BIO *bio, int command, long number, void *pointer)
{
    const struct tls *tls = BIO_get_data(bio);

    (void)number;
    (void)pointer;
    return command == BIO_CTRL_FLUSH || (command == BIO_CTRL_EOF && tls->wire_ended);
}

static BIO_METHOD *wire_method;
static pthread_once_t wire_method_once = PTHREAD_ONCE_INIT;

static void wire_method_make(void)
{
    BIO_METHOD *method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "ac_stream");

    if (method && BIO_meth_set_write(method, wire_write) && BIO_meth_set_read(method, wire_read) &&
        BIO_meth_set_ctrl(method, wire_control))
        wire_method = method;
    else
        BIO_meth_free(method);
}

/* Connects the SSL object to the stream. */
static bool wire_connect(struct tls *tls)
{
    BIO *bio;

    pthread_once(&wire_method_once, wire_method_make);
    bio = wire_method ? BIO_new(wire_method) : NULL;
    if (!bio)
        return 0;
    BIO_set_data(bio, tls);
    BIO_set_init(bio, 1);
    SSL_set_bio(tls->ssl, bio, bio);
    return 1;
}

/* ---- how calls of OpenSSL end ---- */

int tls_fail(struct tls *tls, int error, const char *reason)
{
    tls->error = tls_error_set(error, reason);
    snprintf(tls->reason, sizeof tls->reason, "%s", reason);
    return error;
}

/* OpenSSL objects: to a certificate for a reason that it keeps elsewhere. */
static int tls_objected(struct tls *tls)
{
    int error = tls_error_take(NULL);
    char reason[TLS_REASON];

    snprintf(reason, sizeof reason, "%s%s%s", tls_error_reason(), error == AC_ECERTIFICATE ? ": " : "",
             error == AC_ECERTIFICATE ? X509_verify_cert_error_string(SSL_get_verify_result(tls->ssl)) : "");
    return tls_fail(tls, error, reason);
}

/* What a call that did not succeed has ended with: EAGAIN where it needs more input; AC_STOP at the end of the stream;
 * or the error, after which nothing else can be done. */
static int tls_status(struct tls *tls)
{
    switch (SSL_get_error(tls->ssl, 0)) {
    case SSL_ERROR_WANT_READ:
        return EAGAIN;
    case SSL_ERROR_ZERO_RETURN:
        tls->truncated = tls->wire_ended;
        return AC_STOP;
    default:
        break;
    }
    if (tls->wire_error)
        return tls_fail(tls, tls->wire_error, ac_strerror(tls->wire_error));
    tls->truncated = tls->wire_ended;
    return tls->wire_ended ? tls_fail(tls, AC_ETLS, "the connection ended without close_notify") : tls_objected(tls);
}

/* Sends what OpenSSL wants sent of itself: alerts, new keys. */
static void tls_send_own(struct tls *tls)
{
    ac_stream *stream = tls->stream;

    if (ac__stream_unsent(stream) && !stream->waiting_for_room && !stream->closing)
        ac__stream_flush(stream);
}

/* ---- the layer ---- */

static ssize_t layer_receive(ac_stream *stream, void *memory, size_t size)
{
    struct tls *tls = tls_of(stream);
    size_t count;
    int status;

    if (tls->error)
        return -tls->error;
    ERR_clear_error();
    status = SSL_read_ex(tls->ssl, memory, size, &count) ? 0 : tls_status(tls);
    if (ac__buffer_size(&tls->layer.held))
        tls_send_own(tls);
    if (status == AC_STOP)
        return 0;
    return status ? -status : (ssize_t)count;
}

static int layer_peek(ac_stream *stream)
{
    struct tls *tls = tls_of(stream);
    size_t count;
    char byte;

    int status;

    if (tls->error)
        return 1;
    ERR_clear_error();
    status = SSL_peek_ex(tls->ssl, &byte, 1, &count) ? 0 : tls_status(tls);
    return status == AC_STOP ? 0 : status == EAGAIN ? -EAGAIN : 1;
}

static ssize_t layer_seal(ac_stream *stream, const void *bytes, size_t size)
{
    struct tls *tls = tls_of(stream);
    size_t sealed = 0, count;

    if (tls->error)
        return -tls->error;
    ERR_clear_error();
    while (sealed < size && sealed < SEAL_SIZE) {
        if (!SSL_write_ex(tls->ssl, (const char *)bytes + sealed, size - sealed, &count)) {
            int status = tls_status(tls);
            /* Only renegotiation could make a write wait for input, and that is off. */
            return status == EAGAIN || status == AC_STOP ? -tls_fail(tls, AC_ETLS, "unexpected state") : -status;
        }
        sealed += count;
    }
    return (ssize_t)sealed;
}

static void layer_end(ac_stream *stream)
{
    struct tls *tls = tls_of(stream);

    if (tls->error)
        return;
    ERR_clear_error();
    if (SSL_shutdown(tls->ssl) < 0)
        tls_status(tls);
}

bool tls_parted(struct tls *tls)
{
    char junk[4096];
    size_t count;
    int status = 0;

    while (!status && !tls->error && tls->dropped < DROP_LIMIT) {
        ERR_clear_error();
        if (SSL_read_ex(tls->ssl, junk, sizeof junk, &count))
            tls->dropped += count;
        else
            status = tls_status(tls);
    }
    ac__buffer_reset(&tls->layer.held);     /* nothing can follow the close_notify that was sent */
    return status != EAGAIN;
}

static bool layer_close(ac_stream *stream)
{
    struct tls *tls = tls_of(stream);
    ac_coro *waiting;
    ac_task *task;

    if (tls->parting)
        return 0;
    if (stream->read_error || stream->write_error || tls->context->shutdown_timeout < 0 || tls_parted(tls))
        return 1;
    waiting = tls_part(tls);
    task = waiting ? ac__task_start(stream->loop, waiting) : NULL;
    if (!task)
        return 1;
    ac_detach(task);
    ac_retain(stream);
    tls->parting = 1;
    return 0;
}

static void layer_free(struct ac__stream_layer *layer)
{
    struct tls *tls = (struct tls *)layer;

    SSL_free(tls->ssl);
    ac_release(tls->context);
    ac__buffer_reset(&tls->arrived);
    ac__buffer_reset(&tls->layer.held);
    free(tls->alpn);
    free(tls);
}

static const struct ac__stream_layer_fn layer_fn = {
    .receive = layer_receive,
    .peek = layer_peek,
    .seal = layer_seal,
    .end = layer_end,
    .close = layer_close,
    .free = layer_free,
};

struct tls *tls_of(const ac_stream *stream)
{
    return stream->layer && stream->layer->fn == &layer_fn ? (struct tls *)stream->layer : NULL;
}

/* ---- the handshake ---- */

/* Whom a client speaks to: the server is told a name, and the certificate must be for that name or address. */
static bool host_set(SSL *ssl, const ac_tls_context *context, const char *host)
{
    unsigned char address[sizeof(struct in6_addr)];
    bool numeric = inet_pton(AF_INET, host, address) == 1 || inet_pton(AF_INET6, host, address) == 1;

    if (!numeric && !SSL_set_tlsext_host_name(ssl, host))
        return 0;
    if (!context->names_host)
        return 1;
    return numeric ? X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host) : SSL_set1_host(ssl, host);
}

/* What speaks against TLS on this stream now. */
static int begin_check(const ac_stream *stream, const ac_tls_context *context, const char *host)
{
    if (!context)
        return tls_error_set(EINVAL, "there is no context");
    if (!stream->socket)
        return tls_error_set(ENOTSOCK, "TLS needs a socket");
    if (stream->layer)
        return tls_error_set(EALREADY, "the stream speaks TLS already");
    if (stream->reading)
        return tls_error_set(EBUSY, "another task reads from the stream");
    if (stream->ending || stream->write_error)
        return tls_error_set(stream->write_error ? stream->write_error : EPIPE, "the stream is closed");
    if (context->names_host && (!host || !*host))
        return tls_error_set(EINVAL, "the host is not told that the certificate should be for");
    return 0;
}

int tls_begin(ac_stream *stream, ac_tls_context *context, const char *host)
{
    int error = begin_check(stream, context, host);
    struct tls *tls;

    if (error)
        return error;
    tls = ac__allocate(sizeof *tls);
    if (!tls)
        return tls_error_set(ENOMEM, "no memory");
    memset(tls, 0, sizeof *tls);
    tls->layer.fn = &layer_fn;
    tls->layer.starting = 1;
    tls->stream = stream;
    tls->context = ac_retain(context);
    ERR_clear_error();
    tls->ssl = SSL_new(context->ssl);
    if (!tls->ssl || !wire_connect(tls) || (!context->server && host && !host_set(tls->ssl, context, host))) {
        error = tls_error_take(NULL);
        layer_free(&tls->layer);
        return error;
    }
    if (context->server)
        SSL_set_accept_state(tls->ssl);
    else
        SSL_set_connect_state(tls->ssl);
    stream->layer = &tls->layer;
    return 0;
}

char *tls_room(struct tls *tls, size_t *size)
{
    struct ac__buffer *arrived = &tls->arrived;

    if (!ac__buffer_reserve(arrived, ARRIVAL_ROOM))
        return NULL;
    *size = arrived->capacity - arrived->end;
    return arrived->data + arrived->end;
}

void tls_arrived(struct tls *tls, size_t count)
{
    tls->arrived.end += count;
    tls->wire_ended |= count == 0;
}

/* Keeps the protocol that was agreed on, with a NUL behind it. */
static bool alpn_keep(struct tls *tls)
{
    const unsigned char *name;
    unsigned length;

    SSL_get0_alpn_selected(tls->ssl, &name, &length);
    if (length)
        tls->alpn = strndup((const char *)name, length);
    return !length || tls->alpn;
}

/* The handshake is done. What is still to be sent of it goes before all that will be sealed, and what has been received
 * since is sealed already. 0 or ENOMEM. */
static int tls_started(struct tls *tls)
{
    ac_stream *stream = tls->stream;
    size_t more = ac__buffer_size(&stream->input);

    if (!alpn_keep(tls) || (more && !ac__buffer_append(&tls->arrived, ac__buffer_head(&stream->input), more)))
        return tls_fail(tls, ENOMEM, "no memory");
    ac__buffer_reset(&stream->input);
    if (!ac__buffer_size(&tls->arrived))
        ac__buffer_reset(&tls->arrived);
    tls->layer.held = stream->output;
    stream->output = (struct ac__buffer){ 0 };
    tls->layer.starting = 0;
    return 0;
}

int tls_shake_hands(struct tls *tls)
{
    ac_stream *stream = tls->stream;
    int result, status = 0;

    if (stream->closing)
        return tls_fail(tls, ECONNABORTED, "the stream was closed during the handshake");
    ERR_clear_error();
    result = SSL_do_handshake(tls->ssl);
    if (result != 1)
        status = tls_status(tls);
    if (result != 1 && tls->wire_ended && !tls->wire_error)
        status = tls_fail(tls, ECONNRESET, "the peer closed the connection during the handshake");
    tls_send_own(tls);
    /* What could not be sent the peer would wait for, and we for its answer. */
    if ((!status || status == EAGAIN) && stream->write_error)
        status = tls_fail(tls, stream->write_error, ac_strerror(stream->write_error));
    return status ? status : tls_started(tls);
}

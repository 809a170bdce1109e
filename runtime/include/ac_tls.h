/*
 * TLS for streams, on OpenSSL 3: a library of its own. Link with -lac_tls -lac -lssl -lcrypto -lpthread, or by
 * pkg-config ac_tls.
 *
 *     ac_tls_context *context = ac_tls_context_new(NULL);
 *     ac_stream *s = await ac_open_tls_connection("example.org", 443, context, NULL);
 *
 * From then on `s` is a stream like any other: all that <ac.h> says of streams holds, limits, back-pressure and
 * cancellation included. What differs:
 *
 * - ac_stream_write_eof sends TLS's own end of output (close_notify). The peer may go on writing; many close instead.
 * - ac_stream_close sends that too, and waits in the background for the peer's; see shutdown_timeout.
 * - A connection that ends without it was perhaps cut off by a third party. As in asyncio that reads as the end of
 *   the stream, and ac_tls_truncated tells; or it is an error, see require_close_notify.
 *
 * Errors are AC_ECERTIFICATE (this side does not accept the peer's certificate), AC_ETLS (anything else that TLS or
 * OpenSSL objects to, the peer's refusal of our certificate included), and those of streams. ac_tls_error has the
 * reason in words.
 */
#ifndef AC_TLS_H
#define AC_TLS_H

#include <ac.h>

struct ssl_ctx_st;                  /* OpenSSL's SSL_CTX */
struct ssl_st;                      /* OpenSSL's SSL */

/* How connections are to be made: certificates, whom to trust, versions. SSLContext. A handle for ac_retain and
 * ac_release, which any thread may use; connections hold what they need of it. */
typedef struct ac_tls_context ac_tls_context;

/* Whether the peer has to show a certificate, and a good one. */
enum {
    AC_TLS_VERIFY_DEFAULT,          /* of clients: required. Of servers: required where ca_file or ca_path is set */
    AC_TLS_VERIFY_NONE,             /* none is looked at: whoever is in between can read and change everything */
    AC_TLS_VERIFY_OPTIONAL,         /* servers: a client may do without one */
    AC_TLS_VERIFY_REQUIRED
};

enum { AC_TLS_1_2 = 0x0303, AC_TLS_1_3 = 0x0304 };

/* Zero means the default for every field. Strings are copied, files read at once. Files are PEM. */
typedef struct ac_tls_config {
    bool server;                    /* accepts connections; else opens them */
    const char *certificate, *key;  /* files: our certificate with what links it to a CA, and its private key (NULL: in the
                                       same file). A server needs them */
    const char *password;           /* of the key, where it has one */
    const char *ca_file, *ca_path;  /* whom to trust: a file, a folder of hashed names (openssl rehash). Both NULL: the
                                       system's store */
    int verify;                     /* AC_TLS_VERIFY_... */
    bool any_host;                  /* clients: the certificate need not be for the host asked for. check_hostname=False */
    int minimum, maximum;           /* versions. Minimum: AC_TLS_1_2 */
    const char *ciphers;            /* for TLS 1.2, as openssl-ciphers(1) says. NULL: OpenSSL's choice */
    const char *const *alpn;        /* protocols spoken inside, most wanted first, ended by NULL: {"h2", "http/1.1", NULL} */
    bool require_close_notify;      /* a connection that ends without it fails with AC_ETLS */
    double handshake_timeout;       /* seconds: 60. ssl_handshake_timeout. Then ETIMEDOUT */
    double shutdown_timeout;        /* how long a closed stream waits for the peer's close_notify: 30; negative: not at
                                       all. ssl_shutdown_timeout. Then ac_stream_wait_closed throws ETIMEDOUT */
} ac_tls_config;

/* A context; `config` NULL: for clients that trust the system's store. NULL where that fails: errno and ac_tls_error
 * tell; what is given NULL for a context fails with EINVAL. ssl.create_default_context. Renegotiation and compression are
 * off. */
ac_tls_context *ac_tls_context_new(const ac_tls_config *config);

/* Clients that ask for this host get the certificate of `other`, another context for servers; "*.example.org" is all
 * hosts of one more name. 0, EINVAL, ENOMEM. The first that fits is taken. sni_callback. */
int ac_tls_context_add_host(ac_tls_context *context, const char *host, ac_tls_context *other);

/* OpenSSL's own object, for whatever is not told here; before the context is first used. It stays the context's. */
struct ssl_ctx_st *ac_tls_context_ssl(ac_tls_context *context);

/* Turns a connected stream into one of TLS: makes the handshake. start_tls. What was written before is sent before,
 * as it is; what was not read yet is the peer's part of the handshake. Nobody else may read or write meanwhile
 * (EBUSY). `host` is whom a client wants to speak to: a name, which the server is told, or an address; the
 * certificate must be for it. NULL for servers, and for clients with any_host or AC_TLS_VERIFY_NONE; EINVAL where it
 * is missing. ENOTSOCK for what is no socket, EALREADY for a stream of TLS. Where the handshake fails (also ECONNRESET:
 * the peer has gone; ETIMEDOUT), and where it is cancelled, the stream is closed and stays the caller's. */
ac_async(void) ac_stream_start_tls(ac_stream *stream, ac_tls_context *context, const char *host);

/* As ac_open_connection, with the handshake. open_connection(ssl=, server_hostname=). `name` is whom to speak to
 * where that is not `host`; else NULL. */
ac_async(ac_stream *) ac_open_tls_connection(const char *host, int port, ac_tls_context *context, const char *name);

/* As ac_start_server: the handler runs when the handshake is done, which holds up no other client. start_server(ssl=).
 * A handshake that fails ends that connection; it is told to the loop's error handler where the program has set one,
 * the message saying who and why. For local sockets, and to speak plainly first: ac_stream_start_tls in a handler. */
ac_async(ac_server *) ac_start_tls_server(ac_async(void) (*handler)(ac_stream *stream), const char *host, int port,
                                          ac_tls_context *context);
ac_async(ac_server *) ac_start_tls_server_arg(ac_async(void) (*handler)(ac_stream *stream, void *arg), void *arg,
                                              const char *host, int port, ac_tls_context *context);

/* Transports and protocols over TLS. create_connection(ssl=), create_server(ssl=): `made` is called when the handshake is done.
 * ac_tls_stream gives the stream that such a transport stands on, for the questions below and nothing else; NULL for any
 * other. */
ac_async(ac_transport *) ac_create_tls_connection(const ac_protocol *protocol, void *self, const char *host, int port,
                                                  ac_tls_context *context, const char *name);
ac_async(ac_server *) ac_create_tls_server(const ac_protocol *protocol, void *self, const char *host, int port,
                                           ac_tls_context *context);
const ac_stream *ac_tls_stream(const ac_transport *transport);

/* Turns a connection with a protocol into one of TLS: as ac_stream_start_tls, with the same errors. loop.start_tls. The transport
 * stays the same: what its protocol is told, and what it writes, is from then on what goes over TLS. Meanwhile nothing is read
 * but for the handshake, and writing fails with EBUSY. Pause reading before the peer is told to begin, so that its first bytes
 * are not taken for the protocol's; reading goes on when the handshake is done. Where that fails or is cancelled the
 * transport is closed, and `lost` is told the same error; 0 where it was cancelled or closed meanwhile (ECONNABORTED). */
ac_async(void) ac_transport_start_tls(ac_transport *transport, ac_tls_context *context, const char *host);

/* Why the last TLS error of this stream came about, in words: "certificate verify failed: certificate has expired".
 * Valid as long as the stream; "" where there was none. NULL for the stream: of this thread's last failure, a
 * context's included, valid until the next one. */
const char *ac_tls_error(const ac_stream *stream);

/* What was agreed on: "TLSv1.3"; "TLS_AES_256_GCM_SHA384"; one of the protocols of .alpn, or NULL. All NULL where the
 * stream does not speak TLS (yet). Valid as long as the stream. */
const char *ac_tls_version(const ac_stream *stream);
const char *ac_tls_cipher(const ac_stream *stream);
const char *ac_tls_alpn(const ac_stream *stream);

/* The host that the client asked for; NULL where it did not. */
const char *ac_tls_host(const ac_stream *stream);

/* The peer's certificate in PEM, and whose it is ("CN=localhost,O=Example"). free() them. NULL where the peer has shown
 * none, or without memory. getpeercert. */
char *ac_tls_peer_certificate(const ac_stream *stream);
char *ac_tls_peer_subject(const ac_stream *stream);

/* Whether the end of the stream came without close_notify. */
bool ac_tls_truncated(const ac_stream *stream);

/* OpenSSL's own object, for whatever is not told here; NULL where the stream does not speak TLS. It stays the
 * stream's; reading and writing are the stream's alone. */
struct ssl_st *ac_tls_ssl(const ac_stream *stream);

#endif

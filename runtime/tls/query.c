/*
 * What a stream of TLS tells of itself.
 */
#define _GNU_SOURCE
#include "tls.h"

#include "../io/transport.h"

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>

const ac_stream *ac_tls_stream(const ac_transport *transport)
{
    const ac_stream *stream = ac__stream_of_transport(transport);

    return stream && tls_of(stream) ? stream : NULL;
}

/* The stream's SSL object once the handshake is done, else NULL. */
static SSL *ssl_of(const ac_stream *stream)
{
    const struct tls *tls = tls_of(stream);

    return tls && !tls->layer.starting ? tls->ssl : NULL;
}

struct ssl_st *ac_tls_ssl(const ac_stream *stream)
{
    return ssl_of(stream);
}

const char *ac_tls_version(const ac_stream *stream)
{
    const SSL *ssl = ssl_of(stream);

    return ssl ? SSL_get_version(ssl) : NULL;
}

const char *ac_tls_cipher(const ac_stream *stream)
{
    const SSL *ssl = ssl_of(stream);

    return ssl ? SSL_get_cipher_name(ssl) : NULL;
}

const char *ac_tls_alpn(const ac_stream *stream)
{
    return ssl_of(stream) ? tls_of(stream)->alpn : NULL;
}

const char *ac_tls_host(const ac_stream *stream)
{
    const SSL *ssl = ssl_of(stream);

    return ssl ? SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name) : NULL;
}

bool ac_tls_truncated(const ac_stream *stream)
{
    const struct tls *tls = tls_of(stream);

    return tls && tls->truncated;
}

/* The peer's certificate in words, as `print` writes it. */
static char *peer_text(const ac_stream *stream, bool (*print)(BIO *out, X509 *certificate))
{
    const SSL *ssl = ssl_of(stream);
    X509 *certificate = ssl ? SSL_get0_peer_certificate(ssl) : NULL;
    BIO *out = certificate ? BIO_new(BIO_s_mem()) : NULL;
    char *text = NULL, *bytes;
    long length;

    if (out && print(out, certificate)) {
        length = BIO_get_mem_data(out, &bytes);
        text = strndup(bytes, (size_t)length);
    }
    BIO_free(out);
    return text;
}

static bool print_pem(BIO *out, X509 *certificate)
{
    return PEM_write_bio_X509(out, certificate) == 1;
}

static bool print_subject(BIO *out, X509 *certificate)
{
    return X509_NAME_print_ex(out, X509_get_subject_name(certificate), 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB) >= 0;
}

char *ac_tls_peer_certificate(const ac_stream *stream)
{
    return peer_text(stream, print_pem);
}

char *ac_tls_peer_subject(const ac_stream *stream)
{
    return peer_text(stream, print_subject);
}

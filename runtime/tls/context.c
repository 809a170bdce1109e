/*
 * Contexts: what all connections made with one share, out of a configuration.
 *
 * OpenSSL's own object does the work; the functions here set it up, one for each part of the configuration. The defaults
 * are those of CPython's ssl.create_default_context.
 */
#define _GNU_SOURCE
#include "tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#if OPENSSL_VERSION_NUMBER < 0x30000000L
#error "libac_tls needs OpenSSL 3"
#endif

#define HANDSHAKE_TIMEOUT 60.0
#define SHUTDOWN_TIMEOUT 30.0

/* ---- the object ---- */

static void context_free(ac_tls_context *context)
{
    while (context->hosts) {
        struct tls_host *host = context->hosts;
        context->hosts = host->next;
        ac_release(host->context);
        free(host);
    }
    SSL_CTX_free(context->ssl);
    free(context->alpn);
    free(context);
}

static void context_retain(void *object)
{
    atomic_fetch_add(&((ac_tls_context *)object)->references, 1);
}

static void context_release(void *object)
{
    ac_tls_context *context = object;

    if (atomic_fetch_sub(&context->references, 1) == 1)
        context_free(context);
}

static const struct ac__object_fn context_fn = {
    .fn = { .name = "ac_tls_context", .kind = AC_KIND_OBJECT },
    .retain = context_retain,
    .release = context_release,
};

/* ---- whom to trust ---- */

static bool names_authorities(const ac_tls_config *config)
{
    return config->ca_file || config->ca_path;
}

/* OpenSSL's word for whether the peer must show a certificate. */
static int verify_mode(const ac_tls_config *config)
{
    switch (config->verify) {
    case AC_TLS_VERIFY_NONE:
        return SSL_VERIFY_NONE;
    case AC_TLS_VERIFY_OPTIONAL:
        return SSL_VERIFY_PEER;
    case AC_TLS_VERIFY_REQUIRED:
        return SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
    default:
        return !config->server || names_authorities(config) ? SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT
                                                            : SSL_VERIFY_NONE;
    }
}

/* A server tells its clients which authorities it knows, so that they choose a certificate that will do. */
static int authorities_announce(SSL_CTX *ssl, const char *file)
{
    STACK_OF(X509_NAME) *names = SSL_load_client_CA_file(file);

    if (!names)
        return tls_error_take(file);
    SSL_CTX_set_client_CA_list(ssl, names);
    return 0;
}

static int authorities_load(SSL_CTX *ssl, const ac_tls_config *config)
{
    if (!names_authorities(config))
        return SSL_CTX_set_default_verify_paths(ssl) ? 0 : tls_error_take("the system's certificates");
    if (config->ca_file && !SSL_CTX_load_verify_file(ssl, config->ca_file))
        return tls_error_take(config->ca_file);
    if (config->ca_path && !SSL_CTX_load_verify_dir(ssl, config->ca_path))
        return tls_error_take(config->ca_path);
    return config->server && config->ca_file ? authorities_announce(ssl, config->ca_file) : 0;
}

static int trust_set(ac_tls_context *context, const ac_tls_config *config)
{
    X509_VERIFY_PARAM *parameters = SSL_CTX_get0_param(context->ssl);
    int mode = verify_mode(config);

    context->names_host = !config->server && !config->any_host && mode != SSL_VERIFY_NONE;
    SSL_CTX_set_verify(context->ssl, mode, NULL);
    /* A certificate that is itself among the trusted ones will do, whoever has signed it. */
    X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_PARTIAL_CHAIN);
    X509_VERIFY_PARAM_set_hostflags(parameters, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return mode == SSL_VERIFY_NONE ? 0 : authorities_load(context->ssl, config);
}

/* ---- our certificate ---- */

/* Gives the password; without one a key that needs it is an error. OpenSSL's own way would be to ask on the terminal. */
static int password_give(char *buffer, int size, int writing, void *password)
{
    size_t length = password ? strlen(password) : 0;

    (void)writing;
    if (!password || length > (size_t)size)
        return -1;
    memcpy(buffer, password, length);
    return (int)length;
}

static int certificate_load(SSL_CTX *ssl, const ac_tls_config *config)
{
    const char *key = config->key ? config->key : config->certificate;
    int error = 0;

    if (!config->certificate)
        return config->server ? tls_error_set(EINVAL, "a server needs a certificate") : 0;
    SSL_CTX_set_default_passwd_cb(ssl, password_give);
    SSL_CTX_set_default_passwd_cb_userdata(ssl, (void *)(uintptr_t)config->password);
    if (SSL_CTX_use_certificate_chain_file(ssl, config->certificate) != 1)
        error = tls_error_take(config->certificate);
    else if (SSL_CTX_use_PrivateKey_file(ssl, key, SSL_FILETYPE_PEM) != 1 || SSL_CTX_check_private_key(ssl) != 1)
        error = tls_error_take(key);
    SSL_CTX_set_default_passwd_cb_userdata(ssl, NULL);
    return error;
}

/* ---- versions and ciphers ---- */

static int protocol_set(SSL_CTX *ssl, const ac_tls_config *config)
{
    static const unsigned char name[] = "libac";
    int minimum = config->minimum ? config->minimum : AC_TLS_1_2;

    SSL_CTX_set_options(ssl, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
    if (!config->require_close_notify)
        SSL_CTX_set_options(ssl, SSL_OP_IGNORE_UNEXPECTED_EOF);
    /* Partial writes: a record at a time; read ahead: one system call for what has come, not two for each record. */
    SSL_CTX_set_mode(ssl, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_read_ahead(ssl, 1);
    if (config->server)
        SSL_CTX_set_dh_auto(ssl, 1);
    /* Without it sessions of clients that have shown a certificate are not taken up again. */
    if (!SSL_CTX_set_session_id_context(ssl, name, sizeof name - 1) ||
        !SSL_CTX_set_min_proto_version(ssl, minimum) || !SSL_CTX_set_max_proto_version(ssl, config->maximum))
        return tls_error_take("versions");
    if (config->ciphers && !SSL_CTX_set_cipher_list(ssl, config->ciphers))
        return tls_error_take(config->ciphers);
    return 0;
}

/* ---- protocols inside ---- */

/* As TLS has them: each behind its length. 0, or the error. */
static int alpn_encode(ac_tls_context *context, const char *const *names)
{
    size_t size = 0, length;

    for (const char *const *name = names; *name; name++) {
        length = strlen(*name);
        if (length == 0 || length > 255)
            return tls_error_set(EINVAL, "a protocol's name has 1 to 255 characters");
        size += length + 1;
    }
    if (!size || size > UINT16_MAX)
        return tls_error_set(EINVAL, size ? "too many protocols" : "no protocols");
    context->alpn = malloc(size);
    if (!context->alpn)
        return ENOMEM;
    for (const char *const *name = names; *name; name++) {
        length = strlen(*name);
        context->alpn[context->alpn_size++] = (unsigned char)length;
        memcpy(context->alpn + context->alpn_size, *name, length);
        context->alpn_size += (unsigned)length;
    }
    return 0;
}

/* A server's choice. Where there is nothing in common the connection goes on without. */
static int alpn_choose(SSL *ssl, const unsigned char **chosen, unsigned char *length, const unsigned char *offered,
                       unsigned size, void *arg)
{
    const ac_tls_context *context = arg;
    unsigned char *choice;

    (void)ssl;
    if (SSL_select_next_proto(&choice, length, context->alpn, context->alpn_size, offered, size) !=
        OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_NOACK;
    *chosen = choice;
    return SSL_TLSEXT_ERR_OK;
}

static int alpn_set(ac_tls_context *context, const char *const *names)
{
    int error = alpn_encode(context, names);

    if (error)
        return error;
    if (context->server)
        SSL_CTX_set_alpn_select_cb(context->ssl, alpn_choose, context);
    else if (SSL_CTX_set_alpn_protos(context->ssl, context->alpn, context->alpn_size) != 0)
        return tls_error_take("protocols");
    return 0;
}

/* ---- certificates by host ---- */

/* Whether a host is the one, or of the ones, that `pattern` means. */
static bool host_fits(const char *pattern, const char *host)
{
    const char *rest;

    if (pattern[0] != '*')
        return strcasecmp(pattern, host) == 0;
    rest = strchr(host, '.');
    return rest && rest != host && strcasecmp(pattern + 1, rest) == 0;
}

/* The client has said which host it wants. */
static int host_choose(SSL *ssl, int *alert, void *arg)
{
    const ac_tls_context *context = arg;
    const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);

    (void)alert;
    for (const struct tls_host *host = context->hosts; name && host; host = host->next) {
        if (host_fits(host->name, name)) {
            SSL_set_SSL_CTX(ssl, host->context->ssl);
            break;
        }
    }
    return SSL_TLSEXT_ERR_OK;
}

int ac_tls_context_add_host(ac_tls_context *context, const char *host, ac_tls_context *other)
{
    size_t size = strlen(host) + 1;
    struct tls_host *entry, **end;

    if (!context || !other || !context->server || !other->server || other == context || size == 1)
        return EINVAL;
    entry = malloc(sizeof *entry + size);
    if (!entry)
        return ENOMEM;
    memcpy(entry->name, host, size);
    entry->context = ac_retain(other);
    entry->next = NULL;
    for (end = &context->hosts; *end;)
        end = &(*end)->next;
    *end = entry;
    return 0;
}

/* ---- all of it ---- */

static int context_set_up(ac_tls_context *context, const ac_tls_config *config)
{
    int error;

    context->server = config->server;
    context->requires_end = config->require_close_notify;
    context->handshake_timeout = config->handshake_timeout > 0 ? config->handshake_timeout : HANDSHAKE_TIMEOUT;
    context->shutdown_timeout = config->shutdown_timeout ? config->shutdown_timeout : SHUTDOWN_TIMEOUT;
    ERR_clear_error();
    context->ssl = SSL_CTX_new(config->server ? TLS_server_method() : TLS_client_method());
    if (!context->ssl)
        return tls_error_take(NULL);
    error = protocol_set(context->ssl, config);
    if (!error)
        error = trust_set(context, config);
    if (!error)
        error = certificate_load(context->ssl, config);
    if (!error && config->alpn)
        error = alpn_set(context, config->alpn);
    if (!error && config->server) {
        SSL_CTX_set_tlsext_servername_callback(context->ssl, host_choose);
        SSL_CTX_set_tlsext_servername_arg(context->ssl, context);
    }
    return error;
}

ac_tls_context *ac_tls_context_new(const ac_tls_config *config)
{
    static const ac_tls_config defaults;
    ac_tls_context *context = calloc(1, sizeof *context);
    int error;

    if (!context) {
        tls_error_set(ENOMEM, "no memory");
        return NULL;
    }
    context->fn = &context_fn.fn;
    atomic_init(&context->references, 1);
    error = context_set_up(context, config ? config : &defaults);
    if (error) {
        context_free(context);
        errno = error;
        return NULL;
    }
    return context;
}

struct ssl_ctx_st *ac_tls_context_ssl(ac_tls_context *context)
{
    return context->ssl;
}

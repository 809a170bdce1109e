/*
 * What OpenSSL says of a failure, as a code and a text.
 *
 * OpenSSL keeps a queue of errors for each thread, of which the oldest is the cause. The text of the last failure is
 * kept for each thread, as errno is.
 */
#define _GNU_SOURCE
#include "tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <string.h>

static _Thread_local char last_reason[TLS_REASON];

const char *tls_error_reason(void)
{
    return last_reason;
}

int tls_error_set(int error, const char *reason)
{
    snprintf(last_reason, sizeof last_reason, "%s", reason);
    return error;
}

/* The code that an error of OpenSSL is told by. */
static int error_code(unsigned long error)
{
    if (ERR_SYSTEM_ERROR(error))
        return ERR_GET_REASON(error);
    if (ERR_GET_REASON(error) == ERR_R_MALLOC_FAILURE)
        return ENOMEM;
    if (ERR_GET_LIB(error) == ERR_LIB_SSL && ERR_GET_REASON(error) == SSL_R_CERTIFICATE_VERIFY_FAILED)
        return AC_ECERTIFICATE;
    return AC_ETLS;
}

/* What the code has no words for: OpenSSL's text, or its number where that has none. */
static const char *error_words(unsigned long error, char *number, size_t size)
{
    const char *words = ERR_SYSTEM_ERROR(error) ? strerror(ERR_GET_REASON(error)) : ERR_reason_error_string(error);

    if (words)
        return words;
    snprintf(number, size, "OpenSSL error %lX", error);
    return number;
}

int tls_error_take(const char *subject)
{
    unsigned long error = ERR_get_error();
    char number[40];
    const char *words = error ? error_words(error, number, sizeof number) : "failed without a reason";

    snprintf(last_reason, sizeof last_reason, "%s%s%s", subject ? subject : "", subject ? ": " : "", words);
    ERR_clear_error();
    return error ? error_code(error) : AC_ETLS;
}

const char *ac_tls_error(const ac_stream *stream)
{
    const struct tls *tls;

    if (!stream)
        return last_reason;
    tls = tls_of(stream);
    return tls ? tls->reason : "";
}

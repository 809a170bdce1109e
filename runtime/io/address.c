/*
 * Addresses: errors of the look-up, what needs no look-up, the order to try addresses in, and addresses in words.
 *
 * A look-up may ask name servers and read files, and libc's blocks meanwhile, so it belongs on a thread of the pool
 * (lookup.c). Numeric addresses are most of what programs give, and are told here without one.
 */
#define _GNU_SOURCE
#include "address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>

int ac__address_error(int code, int system_error)
{
    switch (code) {
    case 0:
        return 0;
    case EAI_SYSTEM:
        return system_error ? system_error : EIO;
    case EAI_MEMORY:
        return ENOMEM;
    case EAI_AGAIN:
        return AC_EAI_AGAIN;
    case EAI_BADFLAGS:
        return AC_EAI_BADFLAGS;
    case EAI_FAMILY:
        return AC_EAI_FAMILY;
    case EAI_FAIL:
        return AC_EAI_FAIL;
    case EAI_NONAME:
        return AC_EAI_NONAME;
    case EAI_NODATA:
        return AC_EAI_NODATA;
    case EAI_ADDRFAMILY:
        return AC_EAI_ADDRFAMILY;
    case EAI_OVERFLOW:
        return AC_EAI_OVERFLOW;
    case EAI_SERVICE:
        return AC_EAI_SERVICE;
    case EAI_SOCKTYPE:
        return AC_EAI_SOCKTYPE;
    default:
        return AC_EAI_FAIL;
    }
}

int ac__address_numeric(const char *host, const char *service, const struct addrinfo *hints, struct addrinfo **list)
{
    struct addrinfo numeric = { 0 };
    int code;

    if (hints)
        numeric = *hints;
    else
        numeric.ai_flags = AI_V4MAPPED | AI_ADDRCONFIG;
    numeric.ai_flags |= AI_NUMERICHOST | AI_NUMERICSERV;
    code = getaddrinfo(host, service, &numeric, list);
    /* Not a number: where the caller's own flags say that it must be one, that is the answer. */
    if (code == EAI_NONAME) {
        int given = hints ? hints->ai_flags : 0;
        _Bool host_final = !host || (given & AI_NUMERICHOST), service_final = !service || (given & AI_NUMERICSERV);
        if (!host_final || !service_final)
            return AC_PENDING;
    }
    return ac__address_error(code, errno);
}

void ac__address_print(const struct sockaddr *address, socklen_t length, char text[AC__ADDRESS_TEXT])
{
    char host[NI_MAXHOST], service[NI_MAXSERV];

    if (address->sa_family == AF_UNIX) {
        const struct sockaddr_un *local = (const struct sockaddr_un *)(const void *)address;
        size_t before = offsetof(struct sockaddr_un, sun_path), path = length > before ? length - before : 0;
        snprintf(text, AC__ADDRESS_TEXT, "unix:%.*s", (int)path, path ? local->sun_path : "");
        return;
    }
    if (getnameinfo(address, length, host, sizeof host, service, sizeof service, NI_NUMERICHOST | NI_NUMERICSERV)) {
        snprintf(text, AC__ADDRESS_TEXT, "(address family %d)", address->sa_family);
        return;
    }
    snprintf(text, AC__ADDRESS_TEXT, address->sa_family == AF_INET6 ? "[%.64s]:%.8s" : "%.64s:%.8s", host, service);
}

char *ac__peer_name(int fd)
{
    struct sockaddr_storage address = { 0 };
    socklen_t length = sizeof address;
    char text[AC__ADDRESS_TEXT];

    if (getpeername(fd, (struct sockaddr *)&address, &length) < 0)
        return NULL;
    ac__address_print((const struct sockaddr *)&address, length, text);
    return strdup(text);
}

/* The next address from `info` on whose family is, or is not, `family`. */
static struct addrinfo *address_next(struct addrinfo *info, int family, _Bool same)
{
    while (info && (info->ai_family == family) != same)
        info = info->ai_next;
    return info;
}

size_t ac__address_interleave(struct addrinfo *list, struct addrinfo **order, size_t limit)
{
    size_t count = 0;
    int family = list ? list->ai_family : 0;
    struct addrinfo *first = list, *other = address_next(list, family, 0);

    while (count < limit && (first || other)) {
        if (first) {
            order[count++] = first;
            first = address_next(first->ai_next, family, 1);
        }
        if (other && count < limit) {
            order[count++] = other;
            other = address_next(other->ai_next, family, 0);
        }
    }
    return count;
}

int ac__address_unix(const char *path, struct sockaddr_un *address, socklen_t *length)
{
    size_t size = strlen(path);

    if (!size)
        return EINVAL;
    if (size >= sizeof address->sun_path)
        return ENAMETOOLONG;
    *address = (struct sockaddr_un){ .sun_family = AF_UNIX };
    memcpy(address->sun_path, path, size);
    *length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + size + 1);
    return 0;
}

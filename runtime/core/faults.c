/* faults.c: counts allocations and system calls, and says which of them fail: see faults.h.
 *
 * The counts are those of the whole process, so that threads, and what is done before there is a loop, are counted as well. They
 * begin with a loop whose configuration asks for faults, or at the first use of the runtime where the environment does. */
#define _GNU_SOURCE
#include "faults.h"

#include <limits.h>
#undef close
#undef connect

atomic_int ac__faults_state;

static struct {
    atomic_long allocation, call, error, transfer, lasting;    /* as in ac_faults */
    atomic_long allocations, calls, awaits;                     /* so far */
} faults;

static void set(const ac_faults *wanted)
{
    faults.allocations = faults.calls = 0;
    faults.allocation = wanted->allocation;
    faults.call = wanted->call;
    faults.error = wanted->error;
    faults.transfer = wanted->transfer < LONG_MAX ? (long)wanted->transfer : 0;
    faults.lasting = wanted->lasting;
}

bool ac__faults_wanted(const ac_faults *wanted)
{
    return wanted->allocation || wanted->call || wanted->transfer;
}

/* A program that runs with other rights than its user's does not listen to him. */
static long number(const char *variable)
{
    const char *value = secure_getenv(variable);
    return value ? strtol(value, NULL, 10) : 0;
}

static void ask_environment(void)
{
    int unknown = AC__FAULTS_UNKNOWN;
    ac_faults wanted = {
        .allocation = number("AC_FAULT_ALLOCATION"),
        .call = number("AC_FAULT_CALL"),
        .error = (int)number("AC_FAULT_ERROR"),
        .transfer = (size_t)number("AC_FAULT_TRANSFER"),
        .lasting = number("AC_FAULT_LASTING") != 0,
    };
    bool on = ac__faults_wanted(&wanted);
    if (on)
        set(&wanted);
    atomic_compare_exchange_strong(&ac__faults_state, &unknown, on ? AC__FAULTS_ON : AC__FAULTS_OFF);
}

static bool is_on(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    if (ac__faults_state == AC__FAULTS_UNKNOWN)
        pthread_once(&once, ask_environment);
    return ac__faults_state == AC__FAULTS_ON;
}

void ac__faults_begin(const ac_faults *wanted)
{
    set(wanted);
    ac__faults_state = AC__FAULTS_ON;
}

void ac__faults_end(void)
{
    ac__faults_state = AC__FAULTS_OFF;
}

/* One more is counted: whether that is the one. */
static bool is_hit(atomic_long *count, long which)
{
    long now = atomic_fetch_add(count, 1) + 1;
    return which > 0 && (now == which || (faults.lasting && now > which));
}

bool ac__fault_allocation(void)
{
    if (!is_on() || !is_hit(&faults.allocations, faults.allocation))
        return false;
    errno = ENOMEM;
    return true;
}

bool ac__fault_call(int error)
{
    if (!is_on() || !is_hit(&faults.calls, faults.call))
        return false;
    errno = faults.error ? (int)faults.error : error;
    return true;
}

int ac__fault_close(int fd)
{
    bool fails = ac__fault_call(EIO);
    int error = errno, status = close(fd);
    if (!fails)
        return status;
    errno = error;
    return -1;
}

int ac__fault_connect(int fd, const struct sockaddr *address, socklen_t size)
{
    bool fails = ac__fault_call(ECONNREFUSED);
    if (fails && errno != EINTR)
        return -1;
    int status = connect(fd, address, size);
    if (!fails || (status < 0 && errno != EINPROGRESS))
        return status;
    errno = EINTR;
    return -1;
}

/* Messages, and the eight bytes of an eventfd and its like, come whole or not at all. */
static bool is_stream_of_bytes(int fd)
{
    struct stat status;
    int type = 0;
    socklen_t size = sizeof type;
    if ((fstat)(fd, &status) != 0)
        return false;
    if (S_ISSOCK(status.st_mode))
        return (getsockopt)(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_STREAM;
    return S_ISREG(status.st_mode) || S_ISFIFO(status.st_mode) || S_ISCHR(status.st_mode);
}

size_t ac__fault_length(int fd, size_t length)
{
    size_t most = is_on() ? (size_t)faults.transfer : 0;
    return most && length > most && is_stream_of_bytes(fd) ? most : length;
}

void ac__fault_awaits_begin(void)
{
    faults.awaits = 0;
}

void ac__fault_await(void)
{
    faults.awaits++;
}

void ac_faults_counted(long *allocations, long *calls, long *awaits)
{
    if (allocations)
        *allocations = faults.allocations;
    if (calls)
        *calls = faults.calls;
    if (awaits)
        *awaits = faults.awaits;
}

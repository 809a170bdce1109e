/* See write.h. A signal that ends the process in between removes the temporary file first. */
#define _GNU_SOURCE
#include "write.h"
#include "diagnostic.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *volatile temporary_path;

static void remove_temporary(int signal_number)
{
    if (temporary_path)
        unlink(temporary_path);
    signal(signal_number, SIG_DFL);
    raise(signal_number);
}

static int write_all(int fd, const char *bytes, size_t size)
{
    while (size) {
        ssize_t n = write(fd, bytes, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        bytes += n;
        size -= (size_t)n;
    }
    return 0;
}

static int cannot_write(const char *name)
{
    error_plain("cannot write %s: %s", name, strerror(errno));
    return -1;
}

/* Standard output, and what is there already and is no regular file (a device, a pipe), is written to directly. */
static int write_directly(const char *name, int fd, const struct text *text)
{
    if (fd < 0 || write_all(fd, text->at, text->length))
        return cannot_write(name);
    if (fd != 1 && close(fd))
        return cannot_write(name);
    return 0;
}

static void catch_signals(void)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGXCPU};
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        if (signal(signals[i], remove_temporary) == SIG_IGN)
            signal(signals[i], SIG_IGN);
}

/* 0 or the error. */
static int write_temporary(const struct text *text)
{
    int fd = open(temporary_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0)
        return errno;
    int error = write_all(fd, text->at, text->length) ? errno : 0;
    if (close(fd) && !error)
        error = errno;
    return error;
}

int write_file(const char *name, const struct text *text)
{
    struct stat status;
    if (!strcmp(name, "-"))
        return write_directly("standard output", 1, text);
    if (!stat(name, &status) && !S_ISREG(status.st_mode))
        return write_directly(name, open(name, O_WRONLY | O_CLOEXEC), text);
    catch_signals();
    temporary_path = arena_format("%s.acc-%ld", name, (long)getpid());
    int error = write_temporary(text);
    if (!error && rename(temporary_path, name))
        error = errno;
    if (error)
        unlink(temporary_path);
    temporary_path = NULL;
    errno = error;
    return error ? cannot_write(name) : 0;
}


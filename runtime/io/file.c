/* file.c: operations on files.
 *
 * A file is a descriptor, as everywhere in this library. The calls are made by io_uring where that is the backend, and by threads of the
 * pool elsewhere: so a slow disk stops nobody but who asked it. */
#define _GNU_SOURCE
#include "operation.h"

#include <sys/stat.h>

AC__IO_OPERATION(ac_file_open, AC__KEEP_NUMBER, .kind = AC_IO_OPEN, .fd = -1, .address = ac__writable(self->path), .flags = self->flags,
                 .length = self->mode)
AC__IO_OPERATION(ac_file_read, AC__KEEP_SIZE, .kind = AC_IO_READ, .fd = self->fd, .buffer = self->buffer, .length = self->size)
AC__IO_OPERATION(ac_file_write, AC__KEEP_SIZE, .kind = AC_IO_WRITE, .fd = self->fd, .buffer = ac__writable(self->buffer),
                 .length = self->size)
AC__IO_OPERATION(ac_file_pread, AC__KEEP_SIZE, .kind = AC_IO_PREAD, .fd = self->fd, .buffer = self->buffer, .length = self->size,
                 .offset = self->offset)
AC__IO_OPERATION(ac_file_pwrite, AC__KEEP_SIZE, .kind = AC_IO_PWRITE, .fd = self->fd, .buffer = ac__writable(self->buffer),
                 .length = self->size, .offset = self->offset)
AC__IO_OPERATION(ac_file_fsync, AC__KEEP_NOTHING, .kind = AC_IO_SYNC, .fd = self->fd)
AC__IO_OPERATION(ac_file_fdatasync, AC__KEEP_NOTHING, .kind = AC_IO_SYNC, .fd = self->fd, .flags = 1)
AC__IO_OPERATION(ac_file_stat, AC__KEEP_NOTHING, .kind = AC_IO_STAT, .fd = self->fd, .address = self->status)

AC__OPERATION_FN(ac_file_open, ac_file_open_abort, int)
AC__OPERATION_FN(ac_file_read, ac_file_read_abort, ssize_t)
AC__OPERATION_FN(ac_file_write, ac_file_write_abort, ssize_t)
AC__OPERATION_FN(ac_file_pread, ac_file_pread_abort, ssize_t)
AC__OPERATION_FN(ac_file_pwrite, ac_file_pwrite_abort, ssize_t)
AC__OPERATION_FN_VOID(ac_file_fsync, ac_file_fsync_abort)
AC__OPERATION_FN_VOID(ac_file_fdatasync, ac_file_fdatasync_abort)
AC__OPERATION_FN_VOID(ac_file_stat, ac_file_stat_abort)

int ac_file_close__resume(ac_frame *frame)
{
    return ac__close(((struct ac_file_close__frame *)(void *)frame)->fd);
}

AC__OPERATION_FN_VOID(ac_file_close, NULL)

#define FILL_BUFFER frame->fd = fd, frame->buffer = buffer, frame->size = size

AC__COROUTINE(ac_file_open, (const char *path, int flags, mode_t mode),
                 (frame->path = path, frame->flags = flags, frame->mode = mode))
AC__COROUTINE(ac_file_read, (int fd, void *buffer, size_t size), (FILL_BUFFER))
AC__COROUTINE(ac_file_write, (int fd, const void *buffer, size_t size), (FILL_BUFFER))
AC__COROUTINE(ac_file_pread, (int fd, void *buffer, size_t size, int64_t offset), (FILL_BUFFER, frame->offset = offset))
AC__COROUTINE(ac_file_pwrite, (int fd, const void *buffer, size_t size, int64_t offset), (FILL_BUFFER, frame->offset = offset))
AC__COROUTINE(ac_file_fsync, (int fd), frame->fd = fd)
AC__COROUTINE(ac_file_fdatasync, (int fd), frame->fd = fd)
AC__COROUTINE(ac_file_stat, (int fd, struct stat *status), (frame->fd = fd, frame->status = status))
AC__COROUTINE(ac_file_close, (int fd), frame->fd = fd)

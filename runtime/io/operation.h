/* operation.h: how an operation on a descriptor is written, for those whose whole work is one request. Private to libac. */
#ifndef AC_OPERATION_H
#define AC_OPERATION_H

#include "../loop/loop.h"

/* The status of an operation whose request is complete. */
static inline int ac__io_status(const struct ac__io *io)
{
    return io->result < 0 ? ac__ended((int)-io->result) : 0;
}

/* Requests read through a pointer to const only; struct ac__io serves both directions. */
static inline void *ac__writable(const void *pointer)
{
    return (void *)(uintptr_t)pointer;
}

/* NAME__resume and its abort: the rest are the request's fields, of `self`. KEEP stores the result into it. */
#define AC__IO_OPERATION(name, keep, ...)                                                    \
    int name##__resume(ac_frame *frame)                                                      \
    {                                                                                        \
        struct name##__frame *self = (struct name##__frame *)(void *)frame;                  \
        if (frame->state == 0) {                                                             \
            self->io = (struct ac__io){ __VA_ARGS__ };                                       \
            int status = ac__io_await(frame, &self->io);                                     \
            if (status)                                                                      \
                return status;                                                               \
        }                                                                                    \
        keep;                                                                                \
        return ac__io_status(&self->io);                                                     \
    }                                                                                        \
    static bool name##_abort(ac_frame *frame)                                                \
    {                                                                                        \
        return ac__io_abort(&((struct name##__frame *)(void *)frame)->io);                   \
    }

#define AC__KEEP_SIZE self->result = self->io.result
#define AC__KEEP_NUMBER self->result = (int)self->io.result
#define AC__KEEP_NOTHING (void)0

#endif

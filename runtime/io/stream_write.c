/*
 * Writing to a stream.
 *
 * What is written goes to the output buffer. That is sent when the writer drains, when the buffer has grown to a good
 * size, or on the next turn of the loop: so a head and a body written one after the other leave in one piece.
 * ac_stream_send, where nothing is buffered, hands the caller's memory to the system and buffers only what that did
 * not take.
 *
 * Where the system takes no more, the stream waits for room by a request of its own, which belongs to no task: so
 * output goes on whoever is cancelled.
 */
#define _GNU_SOURCE
#include "transport.h"

#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/uio.h>

/* From this size on the buffer is sent without waiting for more. */
#define FLUSH_SIZE ((size_t)16 * 1024)

/* Room for what ac_stream_printf formats, at the first attempt. */
#define PRINT_ROOM ((size_t)256)

/* ---- sending ---- */

/* There is room again; or it could not be waited for. */
static void room_done(struct ac__io *request)
{
    ac_stream *stream = request->owner;

    stream->waiting_for_room = 0;
    if (request->result < 0)
        ac__stream_fail_output(stream, (int)-request->result);
    else
        ac__stream_flush(stream);
}

static bool output_start(ac_stream *stream, int kind, const void *bytes, size_t size, bool at_once)
{
    struct ac__io *request = &stream->output_request;

    request->kind = (uint8_t)kind;
    request->fd = stream->fd;
    request->buffer = (void *)(uintptr_t)bytes;
    request->length = size;
    request->at_once = at_once;
    request->flags = 0;
    request->done = room_done;
    request->owner = stream;
    return ac__io_start(stream->loop, request);
}

/* Sends what the system takes at once: how much, or minus the error. */
static ssize_t descriptor_try(ac_stream *stream, const void *bytes, size_t size)
{
    output_start(stream, stream->socket ? AC_IO_SEND : AC_IO_WRITE, bytes, size, 1);
    ssize_t result = stream->output_request.result;
    return result == -EAGAIN ? 0 : result;
}

/* Sends what the layer holds. 0; AC_PENDING where something is left; the error. */
static int held_try(ac_stream *stream)
{
    struct ac__buffer *held = &stream->layer->held;
    ssize_t sent;

    while (ac__buffer_size(held)) {
        sent = descriptor_try(stream, ac__buffer_head(held), ac__buffer_size(held));
        if (sent <= 0)
            return sent ? (int)-sent : AC_PENDING;
        ac__buffer_consume(held, (size_t)sent);
    }
    return 0;
}

/* The same through the layer, which takes more only when what it has made of it before is sent. */
static ssize_t layer_try(ac_stream *stream, const char *bytes, size_t size)
{
    struct ac__stream_layer *layer = stream->layer;
    size_t taken = 0;
    int error;

    while ((error = held_try(stream)) == 0 && taken < size) {
        ssize_t sealed = layer->fn->seal(stream, bytes + taken, size - taken);
        if (sealed < 0)
            return sealed;
        taken += (size_t)sealed;
    }
    if (error && error != AC_PENDING)
        return -error;
    if (!error)
        ac__buffer_reset(&layer->held);
    return (ssize_t)taken;
}

/* Sends what the system, and a layer before it, takes at once: how much, or minus the error. */
static ssize_t output_try(ac_stream *stream, const void *bytes, size_t size)
{
    return ac__stream_layer(stream) ? layer_try(stream, bytes, size) : descriptor_try(stream, bytes, size);
}

/* Waits until the system would take more. 0, or the error where it cannot be waited for that. */
static int output_wait(ac_stream *stream)
{
    stream->waiting_for_room = !output_start(stream, AC_IO_POLL_OUT, NULL, 0, 0);
    return stream->waiting_for_room || stream->output_request.result >= 0 ? 0 : (int)-stream->output_request.result;
}

/* The end of output, for the peer. */
static void output_end(ac_stream *stream)
{
    struct ac__stream_layer *layer = ac__stream_layer(stream);

    if (!layer) {
        /* ENOTCONN: the peer is gone, and knows. */
        if (stream->socket && shutdown(stream->fd, SHUT_WR) < 0 && errno != ENOTCONN)
            ac__stream_fail_output(stream, errno);
    } else if (!layer->ended) {
        layer->ended = 1;
        layer->fn->end(stream);
        ac__stream_flush(stream);
    }
}

/* All is sent, and the stream is closing. */
static void output_close(ac_stream *stream)
{
    struct ac__stream_layer *layer = ac__stream_layer(stream);

    if (layer && !layer->ended)
        output_end(stream);             /* comes back here when that is sent */
    else if (!layer || (layer->fn->close)(stream))
        ac__stream_finish(stream);
}

/* Output has come down: those who drain go on; and where all is sent, what was to follow that. */
static void output_passed(ac_stream *stream)
{
    size_t left = ac__stream_unsent(stream);

    if (stream->paused && left <= stream->low) {
        stream->paused = 0;
        ac__waiters_complete(&stream->drainers, 0);
        if (stream->transport)
            ac__transport_output_down(stream->transport);
    }
    if (left)
        return;
    ac__buffer_reset(&stream->output);
    if (stream->closing)
        output_close(stream);
    else if (stream->ending)
        output_end(stream);
}

void ac__stream_stop_output(ac_stream *stream)
{
    if (stream->waiting_for_room)
        ac__io_cancel(stream->loop, &stream->output_request);
    stream->waiting_for_room = 0;
}

void ac__stream_unschedule(ac_stream *stream)
{
    ac__callback_end(stream->loop, &stream->flush);
}

void ac__stream_fail_output(ac_stream *stream, int error)
{
    ac__stream_unschedule(stream);
    ac__stream_stop_output(stream);
    stream->write_error = error;
    stream->paused = 0;
    ac__buffer_reset(&stream->output);
    if (stream->layer)
        ac__buffer_reset(&stream->layer->held);
    stream->told |= stream->drainers.first != NULL;
    ac__waiters_complete(&stream->drainers, error);
    if (stream->transport)              /* a transport ends with that; from a stream what has come may still be read */
        stream->closing = stream->ending = 1;
    ac__stream_end_input(stream);
    if (stream->closing)
        ac__stream_finish(stream);
}

void ac__stream_flush(ac_stream *stream)
{
    int error = 0;

    ac__stream_unschedule(stream);
    while (!error && !stream->waiting_for_room && ac__stream_unsent(stream)) {
        size_t size = ac__buffer_size(&stream->output);
        ssize_t sent = output_try(stream, ac__buffer_head(&stream->output), size);
        ac__buffer_consume(&stream->output, sent > 0 ? (size_t)sent : 0);
        error = sent < 0 ? (int)-sent : ac__stream_unsent(stream) ? output_wait(stream) : 0;
    }
    if (error) {
        ac__stream_fail_output(stream, error);
        return;
    }
    output_passed(stream);
}

/* The callback of the next turn. */
static void flush_due(void *arg)
{
    ac_stream *stream = arg;

    stream->flush = NULL;               /* the handle is gone when its callback runs */
    ac__stream_flush(stream);
}

/* ---- writing ---- */

/* The error that a write gets before it begins. */
static int write_check(ac_stream *stream, size_t size)
{
    size_t buffered = ac__stream_unsent(stream);

    if (stream->write_error) {
        stream->told = 1;
        return stream->write_error;
    }
    if (stream->ending)
        return EPIPE;
    if (ac__stream_starting(stream))
        return EBUSY;
    if (buffered && (buffered > stream->hard || size > stream->hard - buffered))
        return AC_ELIMIT;
    return 0;
}

/* Whether so many bytes are not to wait for more. A transport sends each write at once, as asyncio's do. */
static bool goes_at_once(const ac_stream *stream, size_t size)
{
    return size >= FLUSH_SIZE || stream->transport;
}

/* More than the high mark is buffered. */
static void output_over_mark(ac_stream *stream)
{
    stream->paused = 1;
    if (stream->transport)
        ac__transport_output_over_mark(stream->transport);
}

/* Something was added to the buffer: sends it, or sees to it that it will be. */
static int write_end(ac_stream *stream)
{
    if (goes_at_once(stream, ac__stream_unsent(stream)) && !stream->waiting_for_room)
        ac__stream_flush(stream);
    if (ac__stream_unsent(stream) && stream->loop->closed)
        ac__stream_fail_output(stream, EBADF);  /* nobody will send it */
    if (ac__stream_unsent(stream) && !stream->waiting_for_room && !stream->flush) {
        stream->flush = ac_call_soon(stream->loop, flush_due, stream);
        if (!stream->flush)
            ac__stream_flush(stream);   /* no memory for a callback: at once then */
    }
    if (ac__stream_unsent(stream) > stream->high && !stream->paused)
        output_over_mark(stream);
    stream->told |= stream->write_error != 0;
    return stream->write_error;
}

/* Sends from the caller's memory what the system takes, and buffers the rest. */
static int send_direct(ac_stream *stream, const char *bytes, size_t size)
{
    ssize_t sent = output_try(stream, bytes, size);

    if (sent < 0) {
        ac__stream_fail_output(stream, (int)-sent);
        stream->told = 1;
        return stream->write_error;
    }
    if ((size_t)sent == size && !ac__stream_unsent(stream))
        return 0;
    if (!ac__buffer_append(&stream->output, bytes + sent, size - (size_t)sent)) {
        if (sent)                       /* the peer has a part: nothing that makes sense can follow it */
            ac__stream_fail_output(stream, ENOMEM);
        return ENOMEM;
    }
    return write_end(stream);
}

int ac_stream_write(ac_stream *stream, const void *bytes, size_t size)
{
    int error = write_check(stream, size);

    if (error || !size)
        return error;
    if (goes_at_once(stream, size) && !ac__stream_unsent(stream))
        return send_direct(stream, bytes, size);
    if (!ac__buffer_append(&stream->output, bytes, size))
        return ENOMEM;
    return write_end(stream);
}

int ac_stream_writev(ac_stream *stream, const struct iovec *parts, int count)
{
    size_t size = 0;
    int error;

    for (int i = 0; i < count; i++) {
        if (parts[i].iov_len > SIZE_MAX - size)
            return EINVAL;
        size += parts[i].iov_len;
    }
    error = write_check(stream, size);
    if (error || !size)
        return error;
    if (!ac__buffer_reserve(&stream->output, size))
        return ENOMEM;
    for (int i = 0; i < count; i++)
        (void)ac__buffer_append(&stream->output, parts[i].iov_base, parts[i].iov_len);
    return write_end(stream);
}

/* Formats behind what is buffered, without counting it to the content: its length, or minus the error. */
static ssize_t print_behind(ac_stream *stream, size_t room, const char *format, va_list arguments)
{
    struct ac__buffer *output = &stream->output;
    int length;

    if (!ac__buffer_reserve(output, room))
        return -ENOMEM;
    length = vsnprintf(output->data + output->end, output->capacity - output->end, format, arguments);
    return length < 0 ? -errno : length;
}

__attribute__((format(printf, 2, 3))) int ac_stream_printf(ac_stream *stream, const char *format, ...)
{
    va_list arguments;
    ssize_t length;
    int error = write_check(stream, 0);

    if (error)
        return error;
    va_start(arguments, format);
    length = print_behind(stream, PRINT_ROOM, format, arguments);
    va_end(arguments);
    error = length < 0 ? (int)-length : write_check(stream, (size_t)length);
    if (!error && (size_t)length >= stream->output.capacity - stream->output.end) {
        va_start(arguments, format);
        length = print_behind(stream, (size_t)length + 1, format, arguments);
        va_end(arguments);
        error = length < 0 ? (int)-length : 0;
    }
    if (error || !length)
        return error;
    stream->output.end += (size_t)length;
    return write_end(stream);
}

int ac_stream_write_eof(ac_stream *stream)
{
    if (!stream->socket)
        return ENOTSUP;
    if (stream->ending)
        return 0;
    if (stream->layer && stream->layer->starting)
        return EBUSY;
    stream->ending = 1;
    ac__stream_flush(stream);           /* which ends output where nothing is left */
    stream->told |= stream->write_error != 0;
    return stream->write_error;
}

/* ---- ac_stream_drain, ac_stream_send ---- */

/* Sends what is buffered; then 0, the error, or AC_PENDING where the operation is to wait for the low mark. */
static int drain(ac_stream *stream, ac_frame *operation, struct ac__waiter *waiter)
{
    if (ac__stream_unsent(stream) && !stream->waiting_for_room)
        ac__stream_flush(stream);
    if (stream->write_error) {
        stream->told = 1;
        return stream->write_error;
    }
    if (stream->paused)
        return ac__wait(&stream->drainers, waiter, operation);
    return ac__stream_spend(stream) ? 0 : ac__complete_later(operation, 0);
}

AC__WAITING(ac_stream_drain, &self->stream->drainers, drain(self->stream, frame, &self->waiter))
AC__COROUTINE(ac_stream_drain, (ac_stream *stream), frame->stream = stream)

static int write_at_once(ac_stream *stream, const void *bytes, size_t size)
{
    int error;

    if (ac__stream_unsent(stream))
        return ac_stream_write(stream, bytes, size);
    error = write_check(stream, size);
    return error || !size ? error : send_direct(stream, bytes, size);
}

static int send_and_drain(struct ac_stream_send__frame *self)
{
    int error = write_at_once(self->stream, self->bytes, self->size);

    return error ? error : drain(self->stream, &self->base, &self->waiter);
}

AC__WAITING(ac_stream_send, &self->stream->drainers, send_and_drain(self))
AC__COROUTINE(ac_stream_send, (ac_stream *stream, const void *bytes, size_t size),
              (frame->stream = stream, frame->bytes = bytes, frame->size = size))

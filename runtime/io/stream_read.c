/*
 * Reading from a stream.
 *
 * What has been received and not been taken lies in the stream's input buffer. Lines and what ends with a separator
 * are returned as pointers into it: those bytes count as `taken` until the next read begins, and only then make
 * room. Reads into memory of the caller go past the buffer where it is empty and much is wanted.
 *
 * A read that must wait for a buffer's worth of anything waits for the descriptor to become readable, and holds no
 * buffer meanwhile. Cancelling it loses nothing: what a read has received so far is in the input buffer, or put
 * back there.
 *
 * Of a regular file only what is in memory already is read by the loop. Where it is not, the request for input is one to fetch it: the ring
 * or a thread reads what comes next to a place of its own, by its offset, so that it may be given up at any time; and what
 * is in memory then is read as ever. So neither a stream's buffer nor its place in the file depends on what a thread does.
 */
#define _GNU_SOURCE
#include "transport.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* What the functions that look into the buffer return where more input is needed. */
#define MORE AC_PENDING

/* From this size on ac_stream_read_exactly has the system write into the caller's memory. */
#define DIRECT_SIZE ((size_t)16 * 1024)

/* Room to have at least when receiving into the input buffer; one byte is kept for a NUL. */
#define RECEIVE_ROOM ((size_t)2048)

/* How much of a file is fetched at once. */
#define FETCH_SIZE ((size_t)64 * 1024)

/* ---- the request for input ---- */

static bool layer_receive(ac_stream *stream, void *memory, size_t size, bool at_once);
static bool input_start(ac_stream *stream, void *memory, size_t size, bool at_once);

/* Completed later: the task that reads goes on, in the resume function of its operation. */
static void input_done(struct ac__io *request)
{
    ac_stream *stream = request->owner;
    struct ac__stream_layer *layer = stream->layer;

    if (layer && layer->memory && request->result >= 0 && !layer_receive(stream, layer->memory, layer->size, 0))
        return;
    stream->waiting_for_input = 0;
    if (stream->reading)
        ac__wake(stream->reader);
    else if (request->result < 0)
        ac__transport_fail(stream->transport, (int)-request->result);
    else
        ac__transport_readable(stream->transport);
}

static bool is_readable(const ac_stream *stream)
{
    struct pollfd entry = { .fd = stream->fd, .events = POLLIN };

    return poll(&entry, 1, 0) > 0;
}

/* Withdraws a request that waits for what will not come: writing has shown that the connection is broken, and all that has come is
 * read. A file does not depend on that. */
static bool withdraw_in_vain(ac_stream *stream)
{
    if (stream->file || is_readable(stream) || !ac__io_cancel(stream->loop, &stream->input_request))
        return 0;
    stream->input_request.result = -ECANCELED;
    return 1;
}

/* Waits until the descriptor is readable (no memory given), or receives from it. True: done; false: under way. */
static bool descriptor_start(ac_stream *stream, void *memory, size_t size, bool at_once)
{
    struct ac__io *request = &stream->input_request;

    request->at_once = at_once;
    request->kind = !memory ? AC_IO_POLL_IN : stream->socket ? AC_IO_RECV : AC_IO_READ;
    request->fd = stream->fd;
    request->buffer = memory;
    request->length = size;
    request->flags = 0;
    request->done = input_done;
    request->owner = stream;
    if (!at_once || !stream->file || stream->fetched)
        return ac__io_start(stream->loop, request) || (stream->write_error && withdraw_in_vain(stream));
    ac__io_try(stream->loop, request);
    return 1;
}

/* Brings what comes next of a file into memory. As descriptor_start. */
static bool fetch_start(ac_stream *stream)
{
    struct ac__io *request = &stream->input_request;
    off_t offset = lseek(stream->fd, 0, SEEK_CUR);

    if (offset < 0)
        return ac__io_fail(request, errno);
    stream->fetch = ac__allocate(FETCH_SIZE);
    stream->fetched = 1;
    if (!stream->fetch)
        return ac__io_fail(request, ENOMEM);
    request->at_once = 0;
    request->kind = AC_IO_PREAD;
    request->fd = stream->fd;
    request->buffer = stream->fetch;
    request->length = FETCH_SIZE;
    request->offset = offset;
    request->done = input_done;
    request->owner = stream;
    return ac__io_start(stream->loop, request);
}

static void fetch_end(ac_stream *stream)
{
    free(stream->fetch);
    stream->fetch = NULL;
}

/* Waits until there is something to be received. True: there is. */
static bool input_await(ac_stream *stream)
{
    return stream->file ? fetch_start(stream) : input_start(stream, NULL, 0, 0);
}

ssize_t ac__stream_receive_now(ac_stream *stream, void *memory, size_t size)
{
    descriptor_start(stream, memory, size, 1);
    return stream->input_request.result;
}

/* As a request to receive, through the layer: what waits is a request for the descriptor to become readable. */
static bool layer_receive(ac_stream *stream, void *memory, size_t size, bool at_once)
{
    struct ac__stream_layer *layer = stream->layer;
    ssize_t result;

    layer->memory = NULL;
    while ((result = layer->fn->receive(stream, memory, size)) == -EAGAIN && !at_once) {
        if (!descriptor_start(stream, NULL, 0, 0)) {
            layer->memory = memory;
            layer->size = size;
            return 0;
        }
        if (stream->input_request.result < 0)
            return 1;
    }
    stream->input_request.result = result;
    return 1;
}

/* As descriptor_start, through the layer where there is one. */
static bool input_start(ac_stream *stream, void *memory, size_t size, bool at_once)
{
    struct ac__stream_layer *layer = ac__stream_layer(stream);

    if (layer && memory)
        return layer_receive(stream, memory, size, at_once);
    if (layer)
        layer->memory = NULL;
    return descriptor_start(stream, memory, size, at_once);
}

/* Suspends the operation whose request is under way. Where a cancellation is due the request is withdrawn instead. */
static int input_wait(ac_stream *stream, ac_frame *operation)
{
    int status = ac__io_suspend(operation, &stream->input_request);

    if (status != AC_PENDING) {
        fetch_end(stream);
        return status;
    }
    operation->state = 1;
    stream->reader = ac__thread.task;
    stream->reading = stream->waiting_for_input = 1;
    return AC_PENDING;
}

/* Withdraws the wait of an operation that reads. */
static bool input_abort(ac_stream *stream)
{
    if (!ac__io_cancel(stream->loop, &stream->input_request))
        return 0;
    fetch_end(stream);
    stream->reading = stream->waiting_for_input = 0;
    return 1;
}

/* After each step of an operation that reads. The stream may have been released while it waited: with its end this was the last use. */
static void read_stepped(ac_stream *stream)
{
    if (stream->references == 0 && !stream->reading)
        ac__stream_free(stream);
}

static bool read_withdrawn(ac_stream *stream)
{
    if (!input_abort(stream))
        return 0;
    read_stepped(stream);
    return 1;
}

/* As read_stepped, where the result lies in the stream's buffer. */
static void read_stepped_inside(ac_stream *stream, char **result)
{
    if (stream->references == 0)
        *result = NULL;
    read_stepped(stream);
}

/* The error of a request that was withdrawn: because writing has failed, or for a cancellation. */
static int withdrawn_error(ac_stream *stream)
{
    if (!stream->write_error)
        return ac__ended(ECANCELED);
    stream->told = 1;
    return stream->write_error;
}

/* What the request has brought, in bytes; or minus the error, which every later read will see too. */
static ssize_t input_result(ac_stream *stream)
{
    ssize_t result = stream->input_request.result;

    stream->reading = 0;
    fetch_end(stream);
    if (stream->closing && result < 0)
        result = 0;
    if (result == -ECANCELED)
        return -withdrawn_error(stream);
    if (result < 0)
        stream->read_error = (int)-result;
    return result;
}

/* Ends an operation that has asked the system and did not have to wait: after its share of the turn the task goes
 * on in the next one, so that a peer who is always faster does not keep the other tasks from running. */
static int input_pass(ac_stream *stream, ac_frame *operation)
{
    return ac__stream_spend(stream) ? 0 : ac__complete_later(operation, 0);
}

void ac__stream_end_input(ac_stream *stream)
{
    bool withdrawn;

    if (!stream->reading)
        ac__stream_unwatch(stream);
    if (!stream->reading || !stream->waiting_for_input)
        return;
    if (stream->closing)
        withdrawn = ac__io_cancel(stream->loop, &stream->input_request);
    else
        withdrawn = withdraw_in_vain(stream);
    if (!withdrawn)
        return;
    stream->input_request.result = -ECANCELED;
    stream->waiting_for_input = 0;
    ac__wake(stream->reader);
}

/* Nothing will be added to what the buffer has. */
static bool input_over(const ac_stream *stream)
{
    return stream->eof || stream->closing;
}

/* ---- the buffer ---- */

/* How many bytes there are to be read. */
static size_t input_size(const ac_stream *stream)
{
    return ac__buffer_size(&stream->input) - stream->taken;
}

/* Begins a read: what the one before has taken goes now. EBUSY while another task reads. */
static int read_begin(ac_stream *stream)
{
    if (stream->reading)
        return EBUSY;
    if (stream->terminated)
        ac__buffer_head(&stream->input)[stream->taken] = stream->replaced;
    ac__buffer_consume(&stream->input, stream->taken);
    stream->taken = stream->partial = stream->scanned = 0;
    stream->terminated = 0;
    return 0;
}

/* Receives into the buffer, `room` bytes or more. 0: there are more bytes than before, or it is the end;
 * AC_PENDING; the error. */
static int input_receive(ac_stream *stream, size_t room)
{
    struct ac__buffer *input = &stream->input;
    ssize_t received;

    if (!ac__buffer_reserve(input, room + 1))
        return ENOMEM;
    /* Where it is not readable after all the buffer may not wait. */
    input_start(stream, input->data + input->end, input->capacity - input->end - 1, 1);
    if (stream->input_request.result == -EAGAIN || stream->input_request.result == -AC__EUNPOLLABLE)
        return AC_PENDING;
    stream->fetched = 0;
    received = input_result(stream);
    if (received < 0)
        return (int)-received;
    input->end += (size_t)received;
    if (received == 0 && !stream->closing)
        stream->eof = 1;
    return 0;
}

/* ---- for transports ---- */

int ac__stream_receive(ac_stream *stream, size_t room)
{
    int error = input_receive(stream, room);

    if (error)
        ac__buffer_reset(&stream->input);
    return error;
}

ssize_t ac__stream_receive_into(ac_stream *stream, void *memory, size_t size)
{
    ssize_t received;

    input_start(stream, memory, size, 1);
    if (stream->input_request.result == -EAGAIN)
        return -EAGAIN;
    received = input_result(stream);
    if (received == 0 && !stream->closing)
        stream->eof = 1;
    return received;
}

int ac__stream_watch(ac_stream *stream)
{
    /* A layer may have more of what it has received. */
    if (ac__stream_layer(stream) && stream->layer->fn->peek(stream) != -EAGAIN)
        return 0;
    stream->waiting_for_input = !input_start(stream, NULL, 0, 0);
    if (stream->waiting_for_input)
        return AC_PENDING;
    return stream->input_request.result < 0 ? (int)-stream->input_request.result : 0;
}

/* A wait for readiness can always be withdrawn. That of a task is not the transport's to withdraw. */
void ac__stream_unwatch(ac_stream *stream)
{
    if (!stream->waiting_for_input || stream->reading)
        return;
    ac__io_cancel(stream->loop, &stream->input_request);
    stream->waiting_for_input = 0;
}

/* ---- for tasks ---- */

/* An operation is resumed: its wait for the descriptor is over. */
static int input_resumed(ac_stream *stream)
{
    ssize_t result = input_result(stream);

    return result < 0 ? (int)-result : 0;
}

/* Adds input to the buffer, or suspends the operation until that can be done. 0: try again what was tried before. */
static int input_fill(ac_stream *stream, ac_frame *operation, size_t room)
{
    int error;

    if (stream->read_error)
        return stream->read_error;
    while ((error = input_receive(stream, room > RECEIVE_ROOM ? room : RECEIVE_ROOM)) == AC_PENDING) {
        if (ac__buffer_size(&stream->input) == 0)
            ac__buffer_reset(&stream->input);
        if (!input_await(stream))
            return input_wait(stream, operation);
        if ((stream->file || stream->input_request.result < 0) && (error = input_resumed(stream)) != 0)
            return error;
    }
    return error;
}

/* Begins a read, or takes note of how its wait has ended. */
static int read_continue(ac_stream *stream, const ac_frame *operation)
{
    return operation->state ? input_resumed(stream) : read_begin(stream);
}

/* Puts a NUL at the end of what is lent to the reader, in the place of a byte that is put back by the next read. */
static int input_terminate(ac_stream *stream)
{
    struct ac__buffer *input = &stream->input;

    if (!ac__buffer_reserve(input, 1)) {
        stream->taken = 0;
        return ENOMEM;
    }
    stream->replaced = ac__buffer_head(input)[stream->taken];
    stream->terminated = ac__buffer_size(input) > stream->taken;
    ac__buffer_head(input)[stream->taken] = '\0';
    return 0;
}

/* The stream has ended too early: what there is counts as taken, and is what ac_stream_partial gives. */
static int input_incomplete(ac_stream *stream)
{
    stream->taken = stream->partial = ac__buffer_size(&stream->input);
    return AC_EINCOMPLETE;
}

/* ---- ac_stream_read ---- */

/* Takes what is in the buffer, as far as it fits. */
static ssize_t input_copy(ac_stream *stream, void *memory, size_t size)
{
    size_t available = ac__buffer_size(&stream->input);

    if (size > available)
        size = available;
    if (!size)
        return 0;
    memcpy(memory, ac__buffer_head(&stream->input), size);
    ac__buffer_consume(&stream->input, size);
    return (ssize_t)size;
}

/* The request of an ac_stream_read is complete. */
static int read_end(struct ac_stream_read__frame *self)
{
    ssize_t received = input_result(self->stream);

    if (received < 0)
        return (int)-received;
    if (received == 0 && !self->stream->closing)
        self->stream->eof = 1;
    self->result = received;
    return 0;
}

/* Goes through the buffer: nothing waits for a disk in the caller's memory. */
static int read_file(struct ac_stream_read__frame *self)
{
    ac_stream *stream = self->stream;
    bool received = 0;
    int error = read_continue(stream, &self->base);

    self->result = 0;
    while (!error && !ac__buffer_size(&stream->input) && !input_over(stream) && self->size) {
        error = input_fill(stream, &self->base, self->size < FETCH_SIZE ? self->size : FETCH_SIZE);
        received = 1;
    }
    if (error)
        return error;
    self->result = input_copy(stream, self->buffer, self->size);
    return received ? input_pass(stream, &self->base) : 0;
}

static int read_step(ac_frame *frame)
{
    struct ac_stream_read__frame *self = (struct ac_stream_read__frame *)frame;
    ac_stream *stream = self->stream;
    int error;

    if (stream->file)
        return read_file(self);
    if (frame->state)
        return read_end(self);
    error = read_begin(stream);
    if (error)
        return error;
    if (ac__buffer_size(&stream->input)) {
        self->result = input_copy(stream, self->buffer, self->size);
        return 0;
    }
    ac__buffer_reset(&stream->input);
    self->result = 0;
    if (input_over(stream) || self->size == 0)
        return 0;
    if (stream->read_error)
        return stream->read_error;
    if (!input_start(stream, self->buffer, self->size, 0))
        return input_wait(stream, frame);
    error = read_end(self);
    return error ? error : input_pass(stream, frame);
}

int ac_stream_read__resume(ac_frame *frame)
{
    struct ac_stream_read__frame *self = (struct ac_stream_read__frame *)frame;
    int status = read_step(frame);

    read_stepped(self->stream);
    return status;
}

static bool read_abort(ac_frame *frame)
{
    return read_withdrawn(((struct ac_stream_read__frame *)frame)->stream);
}

AC__OPERATION_FN(ac_stream_read, read_abort, ssize_t)

AC__COROUTINE(ac_stream_read, (ac_stream *stream, void *buffer, size_t size),
              (frame->stream = stream, frame->buffer = buffer, frame->size = size))

/* ---- ac_stream_read_exactly ---- */

/* Puts back what was received into the caller's memory. Without memory for that, reading is over: no byte is lost
 * unseen. */
static void exactly_put_back(struct ac_stream_read_exactly__frame *self)
{
    ac_stream *stream = self->stream;

    if (!ac__buffer_prepend(&stream->input, self->buffer, self->filled))
        stream->read_error = ENOMEM;
    self->filled = 0;
}

static int exactly_direct_end(struct ac_stream_read_exactly__frame *self, int error)
{
    if (error && error != AC_PENDING)
        exactly_put_back(self);
    return error;
}

/* Takes note of what the request has brought into the caller's memory. MORE until all is there. */
static int exactly_received(struct ac_stream_read_exactly__frame *self)
{
    ac_stream *stream = self->stream;
    ssize_t received = input_result(stream);

    if (received < 0)
        return exactly_direct_end(self, (int)-received);
    self->filled += (size_t)received;
    if (self->filled == self->size)
        return 0;
    if (received > 0)
        return MORE;
    stream->eof = !stream->closing;
    exactly_put_back(self);
    return stream->read_error ? stream->read_error : input_incomplete(stream);
}

/* Receives into the caller's memory; the buffer is empty. */
static int exactly_direct(struct ac_stream_read_exactly__frame *self)
{
    int error = self->base.state ? exactly_received(self) : MORE;

    while (error == MORE) {
        if (!input_start(self->stream, (char *)self->buffer + self->filled, self->size - self->filled, 0))
            return exactly_direct_end(self, input_wait(self->stream, &self->base));
        error = exactly_received(self);
    }
    return error ? error : input_pass(self->stream, &self->base);
}

/* Looks whether the buffer has all that is wanted, or never will. */
static int exactly_take(struct ac_stream_read_exactly__frame *self)
{
    ac_stream *stream = self->stream;

    if (ac__buffer_size(&stream->input) >= self->size) {
        input_copy(stream, self->buffer, self->size);
        return 0;
    }
    if (!input_over(stream))
        return MORE;
    if (ac__buffer_size(&stream->input))
        memcpy(self->buffer, ac__buffer_head(&stream->input), ac__buffer_size(&stream->input));
    return input_incomplete(stream);
}

/* Whether to go past the buffer; then what is in it moves to the caller's memory first. */
static bool exactly_goes_direct(struct ac_stream_read_exactly__frame *self)
{
    ac_stream *stream = self->stream;

    if (self->size - ac__buffer_size(&stream->input) < DIRECT_SIZE || stream->read_error || stream->file)
        return 0;
    if (ac__buffer_size(&stream->input))
        self->filled = (size_t)input_copy(stream, self->buffer, self->size);
    ac__buffer_reset(&stream->input);
    return 1;
}

static int exactly_step(ac_frame *frame)
{
    struct ac_stream_read_exactly__frame *self = (struct ac_stream_read_exactly__frame *)frame;
    ac_stream *stream = self->stream;
    bool received = 0;
    int error;

    if (frame->state && self->filled != SIZE_MAX)
        return exactly_direct(self);
    error = read_continue(stream, frame);
    if (error)
        return error;
    self->filled = 0;
    error = exactly_take(self);
    if (error == MORE && exactly_goes_direct(self))
        return exactly_direct(self);
    while (error == MORE) {
        self->filled = SIZE_MAX;        /* says that this read goes through the buffer */
        error = input_fill(stream, frame, self->size - ac__buffer_size(&stream->input));
        if (error)
            return error;
        error = exactly_take(self);
        received = 1;
    }
    return error || !received ? error : input_pass(stream, frame);
}

int ac_stream_read_exactly__resume(ac_frame *frame)
{
    struct ac_stream_read_exactly__frame *self = (struct ac_stream_read_exactly__frame *)frame;
    int status = exactly_step(frame);

    read_stepped(self->stream);
    return status;
}

static bool exactly_abort(ac_frame *frame)
{
    struct ac_stream_read_exactly__frame *self = (struct ac_stream_read_exactly__frame *)frame;

    if (!input_abort(self->stream))
        return 0;
    if (self->filled != SIZE_MAX)
        exactly_put_back(self);
    read_stepped(self->stream);
    return 1;
}

AC__OPERATION_FN_VOID(ac_stream_read_exactly, exactly_abort)

AC__COROUTINE(ac_stream_read_exactly, (ac_stream *stream, void *buffer, size_t size),
              (frame->stream = stream, frame->buffer = buffer, frame->size = size))

/* ---- ac_stream_read_line ---- */

/* The last line of a stream, which lacks its end; NULL where there is none. */
static int line_last(ac_stream *stream, char **line)
{
    int error;

    *line = NULL;
    stream->taken = ac__buffer_size(&stream->input);
    if (stream->taken == 0)
        return 0;
    error = input_terminate(stream);
    if (!error)
        *line = ac__buffer_head(&stream->input);
    return error;
}

/* Looks for a line in the buffer. */
static int line_take(ac_stream *stream, char **line)
{
    size_t size = ac__buffer_size(&stream->input), length;
    char *head = ac__buffer_head(&stream->input), *end = NULL;

    if (size > stream->scanned)
        end = memchr(head + stream->scanned, '\n', size - stream->scanned);
    length = end ? (size_t)(end - head) : size;
    if (length > stream->read_limit) {
        stream->taken = end ? length + 1 : length;
        return AC_ELIMIT;
    }
    if (!end) {
        stream->scanned = size;
        return input_over(stream) ? line_last(stream, line) : MORE;
    }
    stream->taken = length + 1;
    if (length && head[length - 1] == '\r')
        length--;
    head[length] = '\0';
    *line = head;
    return 0;
}

static int line_step(ac_frame *frame)
{
    struct ac_stream_read_line__frame *self = (struct ac_stream_read_line__frame *)frame;
    int error = read_continue(self->stream, frame);

    bool received = 0;

    while (!error) {
        error = line_take(self->stream, &self->result);
        if (error != MORE)
            return error || !received ? error : input_pass(self->stream, frame);
        error = input_fill(self->stream, frame, 0);
        received = 1;
    }
    return error;
}

int ac_stream_read_line__resume(ac_frame *frame)
{
    struct ac_stream_read_line__frame *self = (struct ac_stream_read_line__frame *)frame;
    int status = line_step(frame);

    read_stepped_inside(self->stream, &self->result);
    return status;
}

static bool line_abort(ac_frame *frame)
{
    return read_withdrawn(((struct ac_stream_read_line__frame *)frame)->stream);
}

AC__OPERATION_FN(ac_stream_read_line, line_abort, char *)

AC__COROUTINE(ac_stream_read_line, (ac_stream *stream), frame->stream = stream)

/* ---- ac_stream_read_until ---- */

/* Looks for the separator in the buffer. */
static int until_take(struct ac_stream_read_until__frame *self)
{
    ac_stream *stream = self->stream;
    size_t size = ac__buffer_size(&stream->input), separator = strlen(self->separator), length;
    char *head = ac__buffer_head(&stream->input), *found = NULL;
    int error;

    if (separator == 0)
        return EINVAL;
    if (size - stream->scanned >= separator)
        found = memmem(head + stream->scanned, size - stream->scanned, self->separator, separator);
    length = found ? (size_t)(found - head) : size >= separator ? size + 1 - separator : 0;
    if (length > stream->read_limit)
        return AC_ELIMIT;
    if (!found) {
        stream->scanned = length;
        return input_over(stream) ? input_incomplete(stream) : MORE;
    }
    stream->taken = length + separator;
    error = input_terminate(stream);
    if (!error) {
        self->result = ac__buffer_head(&stream->input);
        if (self->length)
            *self->length = stream->taken;
    }
    return error;
}

static int until_step(ac_frame *frame)
{
    struct ac_stream_read_until__frame *self = (struct ac_stream_read_until__frame *)frame;
    int error = read_continue(self->stream, frame);

    bool received = 0;

    while (!error) {
        error = until_take(self);
        if (error != MORE)
            return error || !received ? error : input_pass(self->stream, frame);
        error = input_fill(self->stream, frame, 0);
        received = 1;
    }
    return error;
}

int ac_stream_read_until__resume(ac_frame *frame)
{
    struct ac_stream_read_until__frame *self = (struct ac_stream_read_until__frame *)frame;
    int status = until_step(frame);

    read_stepped_inside(self->stream, &self->result);
    return status;
}

static bool until_abort(ac_frame *frame)
{
    return read_withdrawn(((struct ac_stream_read_until__frame *)frame)->stream);
}

AC__OPERATION_FN(ac_stream_read_until, until_abort, char *)

AC__COROUTINE(ac_stream_read_until, (ac_stream *stream, const char *separator, size_t *length),
              (frame->stream = stream, frame->separator = separator, frame->length = length))

/* ---- ac_stream_lines ---- */

/* A generator over read_line. Its states: not begun, suspended at a yield, and inside the read of a line. */
struct lines_frame {
    ac_frame base;
    char *result;
    ac_stream *stream;
    struct ac_stream_read_line__frame read;
};

enum { LINES_BEGIN, LINES_YIELDED, LINES_READING };

static int lines_resume(ac_frame *frame)
{
    struct lines_frame *self = (struct lines_frame *)frame;
    int error = frame->error;

    if (frame->state != LINES_READING) {
        if (error)
            return error;
        self->read.stream = self->stream;
        error = ac_stream_read_line__resume(ac_enter(&self->read.base, &ac_stream_read_line__fn, frame));
        if (error == AC_PENDING)
            return ac_suspend(frame, LINES_READING);
    }
    if (error)
        return error;
    if (!self->read.result)
        return AC_STOP;
    self->result = self->read.result;
    frame->state = LINES_YIELDED;
    return 0;
}

static const ac_fn lines_fn = {
    .resume = lines_resume,
    .name = "ac_stream_lines",
    .frame_size = sizeof(struct lines_frame),
    .result_size = sizeof(char *),
    .result_offset = offsetof(struct lines_frame, result),
    .kind = AC_KIND_GENERATOR,
};

ac_gen *ac_stream_lines(ac_stream *stream)
{
    struct lines_frame *self = (struct lines_frame *)ac_gen_new(&lines_fn);

    if (self)
        self->stream = stream;
    return (ac_gen *)self;
}

/* ---- the rest ---- */

const char *ac_stream_partial(const ac_stream *stream, size_t *length)
{
    *length = stream->partial;
    return stream->partial ? ac__buffer_head(&stream->input) : "";
}

/* Whether the descriptor itself, or the layer over it, is at its end; asked without taking a byte. */
static bool descriptor_at_end(ac_stream *stream)
{
    struct pollfd entry = { .fd = stream->fd, .events = POLLIN };
    char byte;

    if (ac__stream_layer(stream))
        return stream->layer->fn->peek(stream) == 0;
    if (stream->socket)
        return recv(stream->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
    return poll(&entry, 1, 0) == 1 && (entry.revents & POLLHUP) && !(entry.revents & POLLIN);
}

bool ac_stream_at_eof(ac_stream *stream)
{
    if (input_size(stream))
        return 0;
    if (!input_over(stream) && !stream->read_error && !stream->reading)
        stream->eof = descriptor_at_end(stream);
    return input_over(stream) || stream->read_error;
}

/* trace.c: where errors came from, and the text of codes.
 *
 * A thread has one open trace: of the error that is on its way out now. ac_throw begins it; ac_pass adds a line. A trace knows
 * which frame must pass it on next, so that an error of an operation, which nobody throws, begins a new one, even where an
 * equal error was caught before. A task that ends with an error takes a copy; who awaits the task goes on with that copy. */
#define _GNU_SOURCE
#include "core.h"

#include <stdlib.h>
#include <string.h>

enum { TRACE_LINES = 32 };

struct line {
    const ac_fn *fn;
    uint32_t site;
};

struct ac__trace {
    int error;                     /* 0: no trace is open */
    uint32_t count;                /* of lines; those from TRACE_LINES on are not kept */
    const ac_frame *next;          /* who passes the error on if it goes out further */
    struct line lines[TRACE_LINES];
};

static _Thread_local struct ac__trace open_trace;

/* A description in a frame on the heap does not outlive the frame, so such frames leave no line. */
static void add_line(struct ac__trace *trace, const ac_frame *frame, uint32_t site)
{
    if (frame->fn->kind != AC_KIND_CLOSURE && trace->count < TRACE_LINES)
        trace->lines[trace->count] = (struct line){ ac__ledger_original(frame), site };
    trace->count += frame->fn->kind != AC_KIND_CLOSURE;
    trace->next = frame->parent;
}

int ac_throw(ac_frame *frame, uint32_t site, int error)
{
    if (error == 0 || error == AC_PENDING)
        error = EINVAL;
    open_trace.error = error;
    open_trace.count = 0;
    add_line(&open_trace, frame, site);
    return error;
}

int ac_pass(ac_frame *frame, uint32_t site, int error)
{
    if (open_trace.error != error || open_trace.next != frame) {
        open_trace.error = error;
        open_trace.count = 0;
    }
    add_line(&open_trace, frame, site);
    return error;
}

int ac_stop(ac_frame *frame, uint32_t site, int status)
{
    return status == AC_PENDING ? ac_suspend(frame, site) : ac_pass(frame, site, status);
}

static size_t trace_size(const struct ac__trace *trace)
{
    uint32_t kept = trace->count < TRACE_LINES ? trace->count : TRACE_LINES;
    return offsetof(struct ac__trace, lines) + kept * sizeof(struct line);
}

/* At the end of a task: the last who passed the error on was its root, whose parent is the task. */
struct ac__trace *ac__trace_save(const ac_frame *task, int error)
{
    if (open_trace.error != error || open_trace.next != task)
        return NULL;
    struct ac__trace *copy = ac__allocate(trace_size(&open_trace));
    if (copy)
        memcpy(copy, &open_trace, trace_size(&open_trace));
    open_trace.error = 0;
    open_trace.next = NULL;
    return copy;
}

void ac__trace_restore(const struct ac__trace *trace, ac_frame *next)
{
    memcpy(&open_trace, trace, trace_size(trace));
    open_trace.next = next;
}

/* A copy that has room for more lines: of `trace`, else of the open trace of this error. NULL where there is none. */
struct ac__trace *ac__trace_copy(const struct ac__trace *trace, int error)
{
    if (!trace)
        trace = &open_trace;
    if (trace->error != error)
        return NULL;
    struct ac__trace *copy = ac__allocate(sizeof *copy);
    if (copy)
        memcpy(copy, trace, trace_size(trace));
    return copy;
}

/* Lines without a function begin the trace of a later error. */
void ac__trace_join(struct ac__trace *trace, const struct ac__trace *later, int error)
{
    if (!trace)
        return;
    if (trace->count < TRACE_LINES)
        trace->lines[trace->count] = (struct line){ NULL, (uint32_t)error };
    trace->count++;
    for (uint32_t i = 0; later && i < later->count && i < TRACE_LINES; i++, trace->count++) {
        if (trace->count < TRACE_LINES)
            trace->lines[trace->count] = later->lines[i];
    }
}

size_t ac__trace_lines(const struct ac__trace *trace, ac_trace_line *lines, size_t n)
{
    size_t count = !trace ? 0 : trace->count < TRACE_LINES ? trace->count : TRACE_LINES;
    for (size_t i = 0; i < count && i < n; i++) {
        const struct line *line = &trace->lines[i];
        const ac_fn *fn = line->fn;
        bool placed = fn && fn->file && fn->site_lines;
        lines[i] = (ac_trace_line){
            .function = fn ? fn->name : NULL,
            .file = placed ? fn->file : NULL,
            .line = placed ? fn->site_lines[line->site] : 0,
            .error = fn ? 0 : (int)line->site,
        };
    }
    return count;
}

static void print_line(const struct line *line, FILE *out)
{
    const ac_fn *fn = line->fn;
    if (!fn) {
        fprintf(out, "  and error: %s (%d)\n", ac_strerror((int)line->site), (int)line->site);
        return;
    }
    fprintf(out, "  in %s", fn->name);
    if (fn->file && fn->site_lines)
        fprintf(out, " at %s:%u", fn->file, (unsigned)fn->site_lines[line->site]);
    fputc('\n', out);
}

void ac__trace_print(const struct ac__trace *trace, int error, FILE *out)
{
    fprintf(out, "error: %s (%d)\n", ac_strerror(error), error);
    for (uint32_t i = 0; trace && i < trace->count && i < TRACE_LINES; i++)
        print_line(&trace->lines[i], out);
    if (trace && trace->count > TRACE_LINES)
        fprintf(out, "  ... and %u more\n", (unsigned)(trace->count - TRACE_LINES));
}

static const struct {
    int code;
    const char *text;
} texts[] = {
    { AC_PENDING, "Still pending" },
    { AC_STOP, "End of iteration" },
    { AC_ESTUCK, "Nothing is left that could wake the main task" },
    { AC_EINVALID_STATE, "Future is in the wrong state" },
    { AC_EINCOMPLETE, "Stream ended early" },
    { AC_ELIMIT, "Limit of the buffer exceeded" },
    { AC_ESHUTDOWN, "Shut down" },
    { AC_EFULL, "Queue is full" },
    { AC_EEMPTY, "Queue is empty" },
    { AC_EBROKEN, "Barrier or process pool is broken" },
    { AC_ETLS, "TLS failed" },
    { AC_ECERTIFICATE, "The peer's certificate is not accepted" },
    { AC_EAI_ADDRFAMILY, "Host has no address of this family" },
    { AC_EAI_AGAIN, "Temporary failure in name resolution" },
    { AC_EAI_BADFLAGS, "Invalid flags for address look-up" },
    { AC_EAI_FAIL, "Name resolution failed" },
    { AC_EAI_FAMILY, "Address family is not supported" },
    { AC_EAI_NODATA, "Host has no address" },
    { AC_EAI_NONAME, "Name or service not known" },
    { AC_EAI_OVERFLOW, "Name is too long" },
    { AC_EAI_SERVICE, "Service is not known for this type of socket" },
    { AC_EAI_SOCKTYPE, "Type of socket is not supported" },
};
_Static_assert(sizeof texts / sizeof *texts == AC_ELAST - AC_PENDING, "every code has a text");

const char *ac_strerror(int error)
{
    static _Thread_local char unknown[32];
    if (error >= AC_PENDING && error < AC_ELAST)
        return texts[error - AC_PENDING].text;
    if (error < AC_PENDING)
        return strerror(error);
    snprintf(unknown, sizeof unknown, "Error %d", error);
    return unknown;
}

/* dump.c: names of tasks, and who waits for what. */
#define _GNU_SOURCE
#include "core.h"
#include "../loop/loop.h"

#include <stdlib.h>
#include <string.h>

int ac_task_set_name(ac_task *task, const char *name)
{
    char *copy = name ? strdup(name) : NULL;
    struct ac__more *more = ac__more_make(task);
    if ((name && !copy) || !more) {
        free(copy);
        return ENOMEM;
    }
    free(more->name);
    more->name = copy;
    return 0;
}

/* Tasks are numbered when first asked: a number would cost each of them memory. */
const char *ac_task_name(ac_task *task)
{
    static atomic_ulong last;
    struct ac__more *more = ac__more_make(task);
    if (!more)
        return "Task";
    if (!more->name && asprintf(&more->name, "Task-%lu", atomic_fetch_add(&last, 1) + 1) < 0)
        more->name = NULL;
    return more->name ? more->name : "Task";
}

static void print_frame(const ac_frame *frame, FILE *out)
{
    const ac_fn *fn = frame->fn;
    fprintf(out, "    in %s", fn->name);
    if (fn->file && fn->site_lines && frame->state)
        fprintf(out, " at %s:%u", fn->file, (unsigned)fn->site_lines[frame->state]);
    else if (fn->kind != AC_KIND_OPERATION && frame->state == 0)
        fputs(" (not begun)", out);
    fputc('\n', out);
}

static ac_trace_line line_of(const ac_frame *frame)
{
    const ac_fn *fn = frame->fn;
    bool placed = fn->file && fn->site_lines;
    return (ac_trace_line){
        .function = fn->name,
        .file = placed ? fn->file : NULL,
        .line = placed && frame->state ? fn->site_lines[frame->state] : 0,
    };
}

size_t ac_task_trace(ac_task *task, ac_trace_line *lines, size_t n)
{
    size_t count = 0;
    if (ac__is_done(task) || !ac__is_task(task)) {
        const struct ac__more *more = ac__more(task);
        return ac__trace_lines(more ? more->trace : NULL, lines, n);
    }
    if (task == ac__thread.task)
        return 0;
    for (const ac_frame *frame = ac__leaf(task); frame != &task->item.base; frame = frame->parent, count++)
        if (count < n)
            lines[count] = line_of(frame);
    return count;
}

static const char *state_of(const ac_task *task)
{
    if (ac__is_done(task))
        return !task->item.base.error ? "done" : task->item.base.error == ECANCELED ? "cancelled" : "failed";
    if (task == ac__thread.task)
        return "running";
    return task->item.base.state & AC__WAITING ? "waiting" : "ready";
}

static void print_waiters(ac_future *future, FILE *out)
{
    struct ac__watch *watch = future->watches;
    if (!watch)
        return;
    do {
        if (watch->task)
            fprintf(out, "    awaited by %s\n", ac_task_name(watch->task));
        watch = watch->next;
    } while (watch != future->watches);
}

enum { PRINTED_FRAMES = 100 };

void ac_task_print(ac_task *task, FILE *out)
{
    fprintf(out, "  %s: %s\n", ac_task_name(task), state_of(task));
    int count = 0;
    /* The leaf of the running task is from its last suspension and may be gone. */
    const ac_frame *frame = ac__is_done(task) || task == ac__thread.task ? &task->item.base : ac__leaf(task);
    for (; frame != &task->item.base && count < PRINTED_FRAMES; frame = frame->parent, count++)
        print_frame(frame, out);
    if (frame != &task->item.base)
        fputs("    ...\n", out);
    print_waiters(task, out);
}

void ac_dump_tasks(FILE *out)
{
    ac_loop *loop = ac_get_loop();
    if (!loop)
        return;
    size_t count = ac__task_count(loop);
    fprintf(out, "%zu task%s\n", count, count == 1 ? "" : "s");
    for (ac_task *task = ac__task_next(loop, NULL); task; task = ac__task_next(loop, task))
        ac_task_print(task, out);
}

void ac__report_stuck(ac_loop *loop, ac_future *until)
{
    fprintf(stderr, "acc: stuck: nothing is left that could wake %s\n",
            ac__is_task(until) ? ac_task_name(until) : "the future that is waited for");
    for (ac_task *task = ac__task_next(loop, NULL); task; task = ac__task_next(loop, task))
        ac_task_print(task, stderr);
}

/* subprocess.c: child processes.
 *
 * A child is watched from its start to its end, so that none is left unwaited for: by a descriptor of it (pidfd), or
 * where the system has none, by a thread that waits for it without taking its status, so that its number stays its
 * own. The loop keeps a list of the children that it watches. One whose last handle is released is killed, and its
 * memory goes when it has ended. */
#define _GNU_SOURCE
#include "process.h"
#include "../core/waiter.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

struct ac_subprocess {
    const ac_fn *fn;                /* begins every handle */
    ac_loop *loop;                  /* a reference: may be closed */
    size_t references;              /* of the user */
    pid_t pid;
    int returncode;                 /* AC_PENDING while it runs */
    int pidfd;                      /* -1: none, a thread waits */
    bool watched;                   /* in the loop's list; its end will be noticed */
    bool has_thread;                /* that is to be joined */
    bool killed;                    /* so that it ends soon, and may be waited for */
    ac_subprocess *next, **link;    /* in that list */
    struct ac__waiters waiters;
    ac_stream *streams[3];          /* NULL where it is no pipe */
    pthread_t thread;
    struct ac__post post;           /* the thread's */
};

enum { UNKNOWN_STATUS = 255 };      /* somebody else has waited for the child */

/* ---- Its end ---- */

/* The thread of a child that runs on needs the record, which is left to it. */
static void destroy(ac_subprocess *process)
{
    ac_loop *loop = process->loop;
    if (process->pidfd >= 0)
        close(process->pidfd);
    if (process->has_thread && process->returncode == AC_PENDING) {
        pthread_detach(process->thread);
        return;
    }
    if (process->has_thread)
        pthread_join(process->thread, NULL);
    free(process);
    ac__handle_ended(loop);
}

/* Takes the status, waiting for it where flags are 0. False: it still runs. */
static bool reap(ac_subprocess *process, int flags)
{
    siginfo_t info = { 0 };
    int status;
    do {
        status = waitid(P_PID, (id_t)process->pid, &info, WEXITED | flags);
    } while (status < 0 && errno == EINTR);
    if (status == 0 && info.si_pid == 0)
        return false;
    if (status < 0)
        process->returncode = UNKNOWN_STATUS;
    else
        process->returncode = info.si_code == CLD_EXITED ? info.si_status : -info.si_status;
    return true;
}

static void try_to_kill(ac_subprocess *process)
{
    int error = process->killed ? 0 : ac_subprocess_kill(process);
    process->killed = error == 0 || error == ESRCH;
}

/* Its last handle is gone, and nothing watches it: it is killed and waited for. One that runs with other rights, and so may not be
 * killed, is left to itself. */
static void put_down(ac_subprocess *process)
{
    try_to_kill(process);
    reap(process, process->killed ? 0 : WNOHANG);
}

static void unwatch(ac_subprocess *process)
{
    process->watched = false;
    *process->link = process->next;
    if (process->next)
        process->next->link = process->link;
    process->loop->processes--;
    if (process->pidfd < 0)
        return;
    ac_remove_reader(process->loop, process->pidfd);
    ac__io_forget(process->loop, process->pidfd);
    close(process->pidfd);
    process->pidfd = -1;
}

static void tell_waiters(ac_subprocess *process)
{
    while (process->waiters.first) {
        struct ac__waiter *waiter = process->waiters.first;
        AC__CONTAINER(waiter, struct ac_subprocess_wait__frame, waiter)->result = process->returncode;
        ac__complete(ac__waiters_take(&process->waiters), 0);
    }
}

static void look(void *arg)
{
    ac_subprocess *process = arg;
    if (!process->watched || !reap(process, WNOHANG))
        return;
    unwatch(process);
    tell_waiters(process);
    if (process->references == 0)
        destroy(process);
}

/* ---- Watching ---- */

static void look_from_post(struct ac__post *post)
{
    look(AC__CONTAINER(post, ac_subprocess, post));
}

static void *wait_in_thread(void *arg)
{
    ac_subprocess *process = arg;
    siginfo_t info;
    while (waitid(P_PID, (id_t)process->pid, &info, WEXITED | WNOWAIT) < 0 && errno == EINTR)
        ;
    ac__inbox_post(process->loop, &process->post);
    return NULL;
}

/* Signals are for the threads of the program. */
static int watch_by_thread(ac_subprocess *process)
{
    sigset_t all, before;
    sigfillset(&all);
    process->post.call = look_from_post;
    int error = pthread_sigmask(SIG_SETMASK, &all, &before);
    if (error)
        return error;
    error = pthread_create(&process->thread, NULL, wait_in_thread, process);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    process->has_thread = error == 0;
    return error;
}

static int watch(ac_subprocess *process)
{
    ac_loop *loop = process->loop;
    process->pidfd = (int)syscall(SYS_pidfd_open, process->pid, 0);
    int error = process->pidfd < 0 ? watch_by_thread(process) : ac_add_reader(loop, process->pidfd, look, process);
    if (error)
        return error;
    process->watched = true;
    process->next = loop->children;
    process->link = &loop->children;
    if (process->next)
        process->next->link = &process->next;
    loop->children = process;
    loop->processes++;
    return 0;
}

/* Those whose last handle is gone were killed then, and are waited for; the others are their handles' affair from now on. */
void ac__children_close(ac_loop *loop)
{
    while (loop->children) {
        ac_subprocess *process = loop->children;
        unwatch(process);
        if (process->references > 0)
            continue;
        put_down(process);
        destroy(process);
    }
}

/* ---- The handle ---- */

static void process_retain(void *object)
{
    ((ac_subprocess *)object)->references++;
}

static void process_release(void *object)
{
    ac_subprocess *process = object;
    if (--process->references > 0)
        return;
    ac__handle_gone(process);
    for (int i = 0; i < 3; i++)
        ac_release(process->streams[i]);
    if (process->returncode == AC_PENDING)
        try_to_kill(process);
    if (process->watched)
        return;
    if (process->returncode == AC_PENDING)
        put_down(process);
    destroy(process);
}

static const struct ac__object_fn process_fn = {
    .fn = { .name = "ac_subprocess", .kind = AC_KIND_OBJECT },
    .retain = process_retain,
    .release = process_release,
};

/* ---- Starting ---- */

static void close_all(const int fds[3])
{
    for (int i = 0; i < 3; i++) {
        if (fds[i] >= 0)
            close(fds[i]);
    }
}

/* A pipe whose one end becomes a stream of the process, and the other, above the first three descriptors, the
 * child's. */
static int open_pipe(ac_subprocess *process, int i, int *childs)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0)
        return errno;
    int ours = ends[i == 0], theirs = ends[i != 0];
    *childs = fcntl(theirs, F_DUPFD_CLOEXEC, 3);
    int error = *childs < 0 || fcntl(ours, F_SETFL, O_NONBLOCK) < 0 ? errno : 0;
    close(theirs);
    if (error) {
        close(ours);
        return error;
    }
    process->streams[i] = ac_stream_from_fd(ours);
    if (!process->streams[i])
        return errno;
    ac__handle_gone(process->streams[i]);      /* the process's, not the program's */
    return 0;
}

/* `made` is a descriptor that has to be closed afterwards, or stays -1. */
static int choose_file(ac_subprocess *process, int i, int wish, int *file, int *made)
{
    if (wish == AC_INHERIT) {
        *file = AC__FILE_INHERITED;
    } else if (wish == AC_DEVNULL) {
        *file = AC__FILE_NULL;
    } else if (wish == AC_STDOUT && i == STDERR_FILENO) {
        *file = AC__FILE_OUTPUT;
    } else if (wish == AC_PIPE) {
        int error = open_pipe(process, i, made);
        *file = *made;
        return error;
    } else {
        *file = wish;
        if (wish >= 0 && wish <= STDERR_FILENO)
            *file = *made = fcntl(wish, F_DUPFD_CLOEXEC, 3);
        return *file < 0 ? (wish < 0 ? EINVAL : errno) : 0;
    }
    return 0;
}

static int spawn(ac_subprocess *process, const char *const argv[], const ac_subprocess_options *options)
{
    const int wishes[3] = { options->in, options->out, options->err };
    int files[3], made[3] = { -1, -1, -1 }, error = 0;
    for (int i = 0; i < 3 && !error; i++)
        error = choose_file(process, i, wishes[i], &files[i], &made[i]);
    if (!error)
        error = ac__spawn(argv, options, files, &process->pid);
    close_all(made);
    if (error)
        return error;
    process->returncode = AC_PENDING;
    error = watch(process);
    return error;
}

static int start(const char *const argv[], const ac_subprocess_options *options, ac_subprocess **result)
{
    static const ac_subprocess_options inherit = { .in = AC_INHERIT };
    ac_loop *loop = ac_running_loop();
    if (!loop || !argv || !argv[0])
        return EINVAL;
    ac_subprocess *process = ac__allocate(sizeof *process);
    if (!process)
        return ENOMEM;
    *process = (ac_subprocess){ .fn = &process_fn.fn, .loop = loop, .references = 1, .pidfd = -1 };
    ac__handle_made(loop, process);
    if (options && options->in == AC_PIPE)
        ac__ignore_sigpipe();
    int error = spawn(process, argv, options ? options : &inherit);
    if (error)
        process_release(process);
    else
        *result = process;
    return error;
}

int ac_subprocess_exec__resume(ac_frame *frame)
{
    struct ac_subprocess_exec__frame *exec = (struct ac_subprocess_exec__frame *)(void *)frame;
    return start(exec->argv, exec->options, &exec->result);
}

AC__OPERATION_FN(ac_subprocess_exec, NULL, ac_subprocess *)

AC__COROUTINE(ac_subprocess_exec, (const char *const argv[], const ac_subprocess_options *options),
              (frame->argv = argv, frame->options = options))

int ac_subprocess_shell__resume(ac_frame *frame)
{
    struct ac_subprocess_shell__frame *shell = (struct ac_subprocess_shell__frame *)(void *)frame;
    const char *const argv[] = { "/bin/sh", "-c", shell->command, NULL };
    return shell->command ? start(argv, shell->options, &shell->result) : EINVAL;
}

AC__OPERATION_FN(ac_subprocess_shell, NULL, ac_subprocess *)

AC__COROUTINE(ac_subprocess_shell, (const char *command, const ac_subprocess_options *options),
              (frame->command = command, frame->options = options))

/* ---- Waiting ---- */

int ac_subprocess_wait__resume(ac_frame *frame)
{
    struct ac_subprocess_wait__frame *wait = (struct ac_subprocess_wait__frame *)(void *)frame;
    ac_subprocess *process = wait->process;
    wait->result = process->returncode;
    if (process->returncode != AC_PENDING)
        return 0;
    return process->watched ? ac__wait(&process->waiters, &wait->waiter, frame) : EPERM;
}

static bool wait_abort(ac_frame *frame)
{
    struct ac_subprocess_wait__frame *wait = (struct ac_subprocess_wait__frame *)(void *)frame;
    ac__waiter_remove(&wait->process->waiters, &wait->waiter);
    return true;
}

AC__OPERATION_FN(ac_subprocess_wait, wait_abort, int)

AC__COROUTINE(ac_subprocess_wait, (ac_subprocess *process), frame->process = process)

/* ---- `async with` ---- */

int ac_subprocess_aenter__resume(ac_frame *frame)
{
    struct ac_subprocess_aenter__frame *self = (struct ac_subprocess_aenter__frame *)(void *)frame;
    self->result = self->process;
    return self->process ? 0 : ENOMEM;
}

AC__OPERATION_FN(ac_subprocess_aenter, NULL, ac_subprocess *)

ac_coro *ac_subprocess_aenter(ac_subprocess *process)
{
    struct ac_subprocess_aenter__frame *self = ac__operation_new(&ac_subprocess_aenter__fn);
    if (!self)
        return NULL;
    self->process = process;
    return &self->base;
}

/* One that cannot be killed is not waited for: that could take for ever. */
int ac_subprocess_aexit__resume(ac_frame *frame)
{
    struct ac_subprocess_aexit__frame *self = (struct ac_subprocess_aexit__frame *)(void *)frame;
    int error = frame->error;
    if (frame->state == 0) {
        error = ac_subprocess_kill(self->process);
        if (!error || error == ESRCH) {
            self->wait.process = self->process;
            error = ac_subprocess_wait__resume(ac_enter(&self->wait.base, &ac_subprocess_wait__fn, frame));
            if (error == AC_PENDING)
                return ac_suspend(frame, 1);
        }
    }
    ac_release(self->process);
    return error;
}

AC__OPERATION_FN_VOID(ac_subprocess_aexit, NULL)

ac_coro *ac_subprocess_aexit(ac_subprocess *process, int error)
{
    struct ac_subprocess_aexit__frame *self = ac__operation_new(&ac_subprocess_aexit__fn);
    if (!self)
        return NULL;
    self->process = process;
    self->error = error;
    return &self->base;
}

/* ---- The rest ---- */

/* The status has not been taken, so the number is still this child's: it serves where its descriptor does not, as in a sandbox. */
int ac_subprocess_send_signal(ac_subprocess *process, int signal)
{
    if (process->returncode != AC_PENDING)
        return ESRCH;
    if (process->pidfd >= 0 && syscall(SYS_pidfd_send_signal, process->pidfd, signal, NULL, 0) == 0)
        return 0;
    return kill(process->pid, signal) < 0 ? errno : 0;
}

int ac_subprocess_terminate(ac_subprocess *process)
{
    return ac_subprocess_send_signal(process, SIGTERM);
}

int ac_subprocess_kill(ac_subprocess *process)
{
    return ac_subprocess_send_signal(process, SIGKILL);
}

int ac_subprocess_returncode(const ac_subprocess *process)
{
    return process->returncode;
}

pid_t ac_subprocess_pid(const ac_subprocess *process)
{
    return process->pid;
}

ac_stream *ac_subprocess_stdin(const ac_subprocess *process)
{
    return process->streams[STDIN_FILENO];
}

ac_stream *ac_subprocess_stdout(const ac_subprocess *process)
{
    return process->streams[STDOUT_FILENO];
}

ac_stream *ac_subprocess_stderr(const ac_subprocess *process)
{
    return process->streams[STDERR_FILENO];
}

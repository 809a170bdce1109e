/* worker_process.c: the worker processes of a process pool.
 *
 * A worker is a fork of this process that waits on a socket for calls. A call is sent as its function's address,
 * which is the same there, and the bytes of its frame between the header and the struct ac_blocking: result and
 * arguments. The result comes back the same way, with errno. So what pointers lead to does not cross.
 *
 * A worker has no descriptors but the standard ones and its socket, no signal handlers, and no event loop. It ends
 * when the other end of the socket is closed, so it does not outlive its parent by more than the call that it is at. */
#define _GNU_SOURCE
#include "worker_process.h"
#include "blocking.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

struct call {
    void (*fn)(ac_frame *frame);
    uint32_t frame_size, end;      /* what crosses lies between the header of the frame and `end` */
    uint32_t result, result_size;  /* where the result is */
    uint32_t alignment;
    int number;                    /* errno */
};

/* ---- Bytes ---- */

static bool send_all(int socket, const void *bytes, size_t size)
{
    for (const char *at = bytes; size;) {
        ssize_t sent = send(socket, at, size, MSG_NOSIGNAL);
        if (sent < 0 && errno != EINTR)
            return false;
        at += sent > 0 ? sent : 0;
        size -= sent > 0 ? (size_t)sent : 0;
    }
    return true;
}

static bool receive_all(int socket, void *bytes, size_t size)
{
    for (char *at = bytes; size;) {
        ssize_t received = recv(socket, at, size, 0);
        if (received == 0 || (received < 0 && errno != EINTR))
            return false;
        at += received > 0 ? received : 0;
        size -= received > 0 ? (size_t)received : 0;
    }
    return true;
}

/* ---- In the worker ---- */

enum { WORKER_SOCKET = 3 };

static ac_frame *frame_new(const struct call *call)
{
    size_t alignment = call->alignment > 16 ? call->alignment : 16;
    ac_frame *frame = aligned_alloc(alignment, (call->frame_size + alignment - 1) / alignment * alignment);
    if (frame)
        *frame = (ac_frame){ 0 };
    return frame;
}

/* What the call prints is not left in a buffer that the end of the worker would drop. */
static int make_call(const struct call *call, ac_frame *frame)
{
    errno = call->number;
    call->fn(frame);
    int number = errno;
    fflush(stdout);
    return number;
}

/* Answers one call; false when there will be no other. */
static bool serve(void)
{
    struct call call;
    if (!receive_all(WORKER_SOCKET, &call, sizeof call))
        return false;
    ac_frame *frame = frame_new(&call);
    if (!frame || !receive_all(WORKER_SOCKET, frame + 1, call.end - sizeof *frame))
        return false;
    int number = make_call(&call, frame);
    bool sent = send_all(WORKER_SOCKET, &number, sizeof number) &&
                send_all(WORKER_SOCKET, (char *)frame + call.result, call.result_size);
    free(frame);
    return sent;
}

/* Ctrl-C is for the parent, which then closes its pools. */
static void reset_signals(void)
{
    sigset_t none;
    struct sigaction action;
    for (int signal = 1; signal < NSIG; signal++) {
        if (sigaction(signal, NULL, &action) == 0 && ((action.sa_flags & SA_SIGINFO) || action.sa_handler != SIG_IGN)) {
            action = (struct sigaction){ .sa_handler = signal == SIGINT ? SIG_IGN : SIG_DFL };
            sigaction(signal, &action, NULL);
        }
    }
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* For kernels without close_range. */
static void close_listed(int first)
{
    DIR *folder = opendir("/proc/self/fd");
    if (!folder)
        return;
    for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
        int fd = atoi(entry->d_name);
        if (fd >= first && fd != dirfd(folder))
            close(fd);
    }
    closedir(folder);
}

static void close_descriptors(int first)
{
#ifdef SYS_close_range
    if (syscall(SYS_close_range, (unsigned)first, ~0u, 0u) == 0)
        return;
#endif
    close_listed(first);
}

static _Noreturn void worker_main(int socket)
{
    reset_signals();
    if (socket != WORKER_SOCKET && dup2(socket, WORKER_SOCKET) < 0)
        _exit(1);
    fcntl(WORKER_SOCKET, F_SETFD, FD_CLOEXEC);
    close_descriptors(WORKER_SOCKET + 1);
    ac__thread.loop = NULL;
    ac__thread.task = NULL;
    ac_set_loop(NULL);
    while (serve())
        ;
    _exit(0);
}

/* ---- In the parent ---- */

/* The ends lie above the standard descriptors, also in a program that has closed those. */
static int make_sockets(int ends[2])
{
    int made[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, made) < 0)
        return errno;
    int error = 0;
    for (int i = 0; i < 2; i++) {
        ends[i] = made[i] > 2 ? made[i] : fcntl(made[i], F_DUPFD_CLOEXEC, 3);
        error = ends[i] < 0 ? errno : error;
        if (ends[i] != made[i])
            close(made[i]);
    }
    for (int i = 0; error && i < 2; i++)
        if (ends[i] >= 0)
            close(ends[i]);
    return error;
}

/* No handler of this process runs in the child before it has reset them; and what stands in the buffers here is not
 * printed there again. */
static pid_t fork_worker(const int ends[2])
{
    sigset_t all, before;
    fflush(stdout);
    fflush(stderr);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pid_t pid = fork();
    if (pid == 0)
        worker_main(ends[1]);
    int error = errno;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = error;
    return pid;
}

int ac__process_start(struct ac__process *process)
{
    int ends[2], error = make_sockets(ends);
    if (error)
        return error;
    pid_t pid = fork_worker(ends);
    error = pid < 0 ? errno : 0;
    close(ends[1]);
    if (error)
        close(ends[0]);
    else
        *process = (struct ac__process){ .pid = pid, .socket = ends[0] };
    return error;
}

void ac__process_hang_up(struct ac__process *process)
{
    if (process->socket >= 0)
        close(process->socket);
    process->socket = -1;
}

/* A program that reaps all of its children may have been first. */
void ac__process_reap(struct ac__process *process)
{
    if (process->pid)
        while (waitpid(process->pid, NULL, 0) < 0 && errno == EINTR)
            ;
    process->pid = 0;
}

/* One whose socket fails is dead, or no worker any more. */
static void bury(struct ac__process *process)
{
    ac__process_hang_up(process);
    kill(process->pid, SIGKILL);
    ac__process_reap(process);
}

static bool exchange(int socket, const struct call *call, struct ac_blocking *blocking)
{
    char *frame = (char *)blocking->frame;
    return send_all(socket, call, sizeof *call) &&
           send_all(socket, frame + sizeof(ac_frame), call->end - sizeof(ac_frame)) &&
           receive_all(socket, &blocking->number, sizeof blocking->number) &&
           receive_all(socket, frame + call->result, call->result_size);
}

void ac__process_call(struct ac__process *process, struct ac__job *job)
{
    struct ac_blocking *blocking = ac__blocking_of_job(job);
    const struct ac_blocking_fn *description = (const struct ac_blocking_fn *)(const void *)blocking->frame->fn;
    struct call call = {
        .fn = description->call,
        .frame_size = description->fn.frame_size,
        .end = description->at,
        .result = description->fn.result_offset,
        .result_size = description->fn.result_size,
        .alignment = description->fn.alignment,
        .number = blocking->number,
    };
    blocking->error = process->pid ? 0 : ac__process_start(process);
    if (!blocking->error && !exchange(process->socket, &call, blocking)) {
        bury(process);
        blocking->error = AC_EBROKEN;
    }
}

/* Starting programs from the tests. A program runs in a process group of its own, so that a time limit ends whatever it
   has started as well; its death is learned through a short poll, which needs no signal handler of the caller's. */
#define _GNU_SOURCE
#include "process.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Puts a file in the place of a standard stream; a NULL path leaves the stream alone. */
static void redirect(const char *path, int flags, int stream)
{
    if (!path)
        return;
    int fd = open(path, flags, 0666);
    if (fd < 0 || dup2(fd, stream) < 0) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        _exit(126);
    }
    if (fd != stream)
        close(fd);
}

/* nohup, and a shell that starts something in the background, have it ignore these; so would what is started here. */
static void signals_as_usual(void)
{
    signal(SIGHUP, SIG_DFL);
    signal(SIGINT, SIG_DFL);
    signal(SIGQUIT, SIG_DFL);
}

static _Noreturn void become(const char *const argv[], const struct process_files *files, pid_t parent)
{
    setpgid(0, 0);
    /* Nothing that a test starts may outlive it. */
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(126);
    signals_as_usual();
    redirect(files->in ? files->in : "/dev/null", O_RDONLY, STDIN_FILENO);
    redirect(files->out, O_WRONLY | O_CREAT | O_TRUNC, STDOUT_FILENO);
    /* Opened a second time, the same file would be written over. */
    if (files->err && strcmp(files->err, "/dev/stdout") == 0)
        dup2(STDOUT_FILENO, STDERR_FILENO);
    else
        redirect(files->err, O_WRONLY | O_CREAT | O_TRUNC, STDERR_FILENO);
    for (const char *const *entry = files->environment; entry && *entry; entry++)
        putenv((char *)*entry);
    if (files->directory && chdir(files->directory) < 0)
        _exit(126);
    execvp(argv[0], (char *const *)argv);
    fprintf(stderr, "%s: %s\n", argv[0], strerror(errno));
    _exit(127);
}

pid_t process_start(const char *const argv[], const struct process_files *files)
{
    static const struct process_files nothing;
    pid_t parent = getpid();
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0)
        become(argv, files ? files : &nothing, parent);
    if (pid > 0)
        setpgid(pid, pid);
    return pid;
}

void process_kill(pid_t pid)
{
    kill(-pid, SIGKILL);
    kill(pid, SIGKILL);
}

int process_wait(pid_t pid, double seconds)
{
    double deadline = process_clock() + seconds;
    struct timespec pause = {0, 200000};
    bool killed = false;
    int status;
    for (;;) {
        pid_t got = waitpid(pid, &status, WNOHANG);
        if (got == pid)
            break;
        if (got < 0 && errno != EINTR)
            return PROCESS_TIMED_OUT;
        if (!killed && process_clock() > deadline) {
            process_kill(pid);
            killed = true;
        }
        nanosleep(&pause, NULL);
        if (pause.tv_nsec < 5000000)
            pause.tv_nsec *= 2;
    }
    /* What it left behind in its group ends with it. */
    kill(-pid, SIGKILL);
    if (killed)
        return PROCESS_TIMED_OUT;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int process_run(const char *const argv[], const struct process_files *files, double seconds)
{
    pid_t pid = process_start(argv, files);
    return pid < 0 ? 126 : process_wait(pid, seconds);
}

bool process_exists(const char *name)
{
    const char *path = strchr(name, '/') ? "" : getenv("PATH");
    while (path) {
        const char *end = strchrnul(path, ':');
        char *file = text_format("%.*s%s%s", (int)(end - path), path, end > path ? "/" : "", name);
        bool found = access(file, X_OK) == 0;
        free(file);
        if (found)
            return true;
        path = *end ? end + 1 : NULL;
    }
    return false;
}

double process_clock(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

char *file_read(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return NULL;
    char *text = NULL;
    size_t capacity = 0;
    ssize_t length = getdelim(&text, &capacity, '\0', file);
    /* An empty file has no "line" to get; a file with a NUL in it is read up to there, enough for what tests compare. */
    if (length < 0) {
        free(text);
        length = 0;
        text = calloc(1, 1);
    }
    fclose(file);
    if (size)
        *size = (size_t)length;
    return text;
}

char *text_format(const char *format, ...)
{
    char *text;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    if (length < 0) {
        perror("vasprintf");
        exit(2);
    }
    return text;
}

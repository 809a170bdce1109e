/* spawn.c: starting a program in a child process.
 *
 * posix_spawn does not copy the address space, and tells an error of exec. The child has no descriptor but the first
 * three, the default disposition of the signals that the runtime has the parent ignore, and the parent's signal mask. */
#define _GNU_SOURCE
#include "process.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 34)
#define CLOSES_THE_REST 1
#else
#define CLOSES_THE_REST 0       /* those that are marked to be closed on exec are */
#endif

extern char **environ;

static int add_file(posix_spawn_file_actions_t *actions, int file, int target)
{
    switch (file) {
    case AC__FILE_INHERITED:
        return 0;
    case AC__FILE_NULL:
        return posix_spawn_file_actions_addopen(actions, target, "/dev/null", O_RDWR, 0);
    case AC__FILE_OUTPUT:
        return posix_spawn_file_actions_adddup2(actions, STDOUT_FILENO, target);
    default:
        return posix_spawn_file_actions_adddup2(actions, file, target);
    }
}

static int add_actions(posix_spawn_file_actions_t *actions, const ac_subprocess_options *options, const int files[3])
{
    int error = 0;
    for (int i = 0; i < 3 && !error; i++)
        error = add_file(actions, files[i], i);
    if (!error && options->cwd)
        error = posix_spawn_file_actions_addchdir_np(actions, options->cwd);
#if CLOSES_THE_REST
    if (!error)
        error = posix_spawn_file_actions_addclosefrom_np(actions, STDERR_FILENO + 1);
#endif
    return error;
}

static int set_attributes(posix_spawnattr_t *attributes, const ac_subprocess_options *options)
{
    sigset_t defaults;
    short flags = POSIX_SPAWN_SETSIGDEF;
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    sigaddset(&defaults, SIGXFSZ);
    if (options->new_session)
        flags |= POSIX_SPAWN_SETSID;
    int error = posix_spawnattr_setsigdefault(attributes, &defaults);
    return error ? error : posix_spawnattr_setflags(attributes, flags);
}

/* posix_spawn takes arrays of pointers to char that it does not write to. */
static char *const *words(const char *const *list)
{
    return (char *const *)(uintptr_t)list;
}

/* Where programs are looked for: in the PATH of the environment that the child gets. */
static const char *search_path(char *const *environment)
{
    for (; *environment; environment++) {
        if (strncmp(*environment, "PATH=", 5) == 0)
            return *environment + 5;
    }
    return "/bin:/usr/bin";
}

/* What the child is made with. */
struct spawning {
    const posix_spawn_file_actions_t *actions;
    const posix_spawnattr_t *attributes;
    char *const *argv, *const *environment;
};

static int spawn_file(const struct spawning *how, const char *file, pid_t *pid)
{
    return posix_spawn(pid, file, how->actions, how->attributes, how->argv, how->environment);
}

/* The program in this folder of the path, of `length` bytes; an empty one is the current folder. */
static int spawn_in(const struct spawning *how, const char *folder, size_t length, pid_t *pid)
{
    char file[PATH_MAX];
    int size = snprintf(file, sizeof file, "%.*s%s%s", (int)length, folder, length ? "/" : "", how->argv[0]);
    return size < 0 || (size_t)size >= sizeof file ? ENAMETOOLONG : spawn_file(how, file, pid);
}

/* As execvp: the first folder that has it; one that may not be executed counts only where no other does. */
static int spawn_from_path(const struct spawning *how, pid_t *pid)
{
    const char *folder = search_path(how->environment);
    int error = ENOENT;
    if (strchr(how->argv[0], '/') || !*how->argv[0])
        return spawn_file(how, how->argv[0], pid);
    for (;;) {
        size_t length = strcspn(folder, ":");
        int this_error = spawn_in(how, folder, length, pid);
        if (this_error == EACCES)
            error = EACCES;
        else if (this_error != ENOENT && this_error != ENOTDIR && this_error != ENAMETOOLONG)
            return this_error;
        if (!folder[length])
            return error;
        folder += length + 1;
    }
}

int ac__spawn(const char *const argv[], const ac_subprocess_options *options, const int files[3], pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int error = posix_spawn_file_actions_init(&actions);
    if (error)
        return error;
    error = posix_spawnattr_init(&attributes);
    if (!error) {
        error = add_actions(&actions, options, files);
        if (!error)
            error = set_attributes(&attributes, options);
        if (!error)
            error = spawn_from_path(&(struct spawning){ .actions = &actions, .attributes = &attributes, .argv = words(argv),
                                                        .environment = options->env ? words(options->env) : environ },
                                    pid);
        posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

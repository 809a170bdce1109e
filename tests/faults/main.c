/* What stands around `main` of a program whose faults are tested (tests/faults/faults.c): linked with --wrap=main. It tells how much
 * there was to fail, in the file that FAULTS_COUNTED names, and whether anything is left when main has returned: descriptors that
 * were not open before, and children. A program that calls exit in the middle is only counted. */
#define _GNU_SOURCE
#include <ac.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { DESCRIPTORS = 1024, LEFT_SOMETHING = 98 };

static bool open_before[DESCRIPTORS];
static pid_t first_process;

static void write_counts(void)
{
    const char *path = getenv("FAULTS_COUNTED");
    long allocations, calls, awaits;
    FILE *file = path && getpid() == first_process ? fopen(path, "w") : NULL;
    if (!file)
        return;
    ac_faults_counted(&allocations, &calls, &awaits);
    fprintf(file, "%ld %ld %ld\n", allocations, calls, awaits);
    fclose(file);
}

/* Calls `see` for each descriptor that is open. */
static void for_each_descriptor(void (*see)(int fd))
{
    DIR *folder = opendir("/proc/self/fd");
    if (!folder)
        return;
    for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
        int fd = atoi(entry->d_name);
        if (entry->d_name[0] != '.' && fd != dirfd(folder) && fd < DESCRIPTORS)
            see(fd);
    }
    closedir(folder);
}

static void remember(int fd)
{
    open_before[fd] = true;
}

static int left;

static void complain(int fd)
{
    char path[64], target[256];
    if (open_before[fd])
        return;
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(path, target, sizeof target - 1);
    fprintf(stderr, "left behind: descriptor %d, %.*s\n", fd, length > 0 ? (int)length : 0, target);
    left++;
}

static void complain_of_children(void)
{
    int status;
    pid_t child = waitpid(-1, &status, WNOHANG);
    if (child < 0)
        return;
    fprintf(stderr, "left behind: a child process that %s\n", child ? "nobody waited for" : "runs");
    left++;
}

int __real_main();
int __wrap_main(int argc, char **argv);

int __wrap_main(int argc, char **argv)
{
    first_process = getpid();
    for_each_descriptor(remember);
    atexit(write_counts);
    int status = __real_main(argc, argv);
    for_each_descriptor(complain);
    complain_of_children();
    return left ? LEFT_SOMETHING : status;
}

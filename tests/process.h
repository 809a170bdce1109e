/* Starting programs from the tests, bounded in time: what they print goes to files, and everything that was started is
   also ended, the program's own children included. */
#ifndef PROCESS_H
#define PROCESS_H
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Where the standard streams of a program lead. NULL: nothing for input, this program's own for the two others. */
struct process_files {
    const char *in, *out, *err; /* err may be "/dev/stdout": where out leads */
    const char *directory;      /* where it runs; NULL: here */
    const char *const *environment; /* "NAME=VALUE" strings to add, ended by NULL; NULL: none */
};

enum { PROCESS_TIMED_OUT = 1000 };

/* Starts argv[0], looked for in PATH, in a process group of its own. Negative when there is no process to be had. */
pid_t process_start(const char *const argv[], const struct process_files *files);

/* Waits for it: its exit status, 128 + the signal that ended it, or PROCESS_TIMED_OUT, after which it has been killed. */
int process_wait(pid_t pid, double seconds);

int process_run(const char *const argv[], const struct process_files *files, double seconds);

/* Ends it and everything in its group. */
void process_kill(pid_t pid);

/* Is there a program of this name in PATH? */
bool process_exists(const char *name);

double process_clock(void);

/* The whole of a file, NUL-terminated, to be freed; NULL where it cannot be read. */
char *file_read(const char *path, size_t *size);

/* Text as printf makes it, to be freed. Ends the program when there is no memory. */
char *text_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif

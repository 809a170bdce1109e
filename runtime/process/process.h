/* process.h: what the files that make and watch child processes share. */
#ifndef AC_PROCESS_H
#define AC_PROCESS_H

#include "ac.h"
#include "../core/faults.h"

/* What a child gets in place of its standard input, output or error. A descriptor of its own lies above these three. */
enum { AC__FILE_INHERITED = -1, AC__FILE_NULL = -2, AC__FILE_OUTPUT = -3 };

/* Starts a program in a new process: 0 and *pid, or the error, also one of exec itself. */
int ac__spawn(const char *const argv[], const ac_subprocess_options *options, const int files[3], pid_t *pid);

#endif

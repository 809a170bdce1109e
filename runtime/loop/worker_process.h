/* worker_process.h: the processes of a process pool, as their threads use them. Private to libac. */
#ifndef AC_WORKER_PROCESS_H
#define AC_WORKER_PROCESS_H

#include "loop.h"

/* A copy of this process that makes calls. Used by one thread at a time. */
struct ac__process {
    pid_t pid;                     /* 0: there is none; it died and is made anew for the next call */
    int socket;                    /* to it; -1 without */
};
#define AC__PROCESS_NONE { .pid = 0, .socket = -1 }

int ac__process_start(struct ac__process *process);            /* 0 or the error */
/* Makes the call of a job of ac_blocking there, on a thread of its own. A process that dies fails its call: AC_EBROKEN. */
void ac__process_call(struct ac__process *process, struct ac__job *job);
/* Tells it to end; and waits until it has. Twice is harmless. */
void ac__process_hang_up(struct ac__process *process);
void ac__process_reap(struct ac__process *process);

#endif

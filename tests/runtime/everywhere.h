/* Ends programs at each of their awaits in turn, and looks what is left behind.
 *
 * There are three ways to end them: the main task is cancelled before it waits; the time of an ac_timeout around it is
 * over while it waits; so is that of an ac_wait_for. Each is tried with the n-th await, for n = 1, 2, ..., until the
 * program has fewer. Whatever it had begun by then it must end as cancelled, or timed out, or well, where the end came
 * too late; without a descriptor or a child process more than before. Memory is AddressSanitizer's matter: what a
 * program gives to an operation lies in its frame, or on the heap, and is gone when the run is. */
#ifndef EVERYWHERE_H
#define EVERYWHERE_H

#include "descriptors.h"

#include <ac.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* A program that makes operations wait. */
struct ended {
    const char *name;
    async void (*program)(void);
    void (*before)(void);                   /* a run; may be NULL */
    const char *(*wrong)(void);             /* after a run: what is not as it was; NULL: nothing. May be NULL */
};

enum { ENDED_MOST = 2000 };

static async void ended_by_timeout(async void (*program)(void))
{
    async with (ac_timeout(3600))
        await program();
}

static async void ended_by_wait_for(async void (*program)(void))
{
    await ac_wait_for(program(), 3600);
}

/* What is wrong after a run that ended with `error`; NULL: nothing. */
static inline const char *ended_wrong(const struct ended *ended, int error, bool reached, int before)
{
    if (error != 0 && (!reached || (error != ECANCELED && error != ETIMEDOUT)))
        return ac_strerror(error);
    if (descriptors() != before)
        return "descriptors are left";
    if (waitpid(-1, NULL, WNOHANG) != -1 || errno != ECHILD)
        return "a child is left";
    return ended->wrong ? ended->wrong() : NULL;
}

/* One run. *awaits: how many there were. */
static inline const char *ended_run(const struct ended *ended, ac_loop_config config, int way, long n, long *awaits)
{
    int before = descriptors(), error;
    if (ended->before)
        ended->before();
    config.cancel_at = way == 0 ? n : 0;
    config.timeout_at = way == 0 ? 0 : n;
    if (way == 0)
        error = ac_run_with(&config, ended->program(), NULL);
    else if (way == 1)
        error = ac_run_with(&config, ended_by_timeout(ended->program), NULL);
    else
        error = ac_run_with(&config, ended_by_wait_for(ended->program), NULL);
    ac_faults_counted(NULL, NULL, awaits);
    return ended_wrong(ended, error, *awaits >= n, before);
}

static inline bool ended_at_each_await(const struct ended *ended, const ac_loop_config *config, int way)
{
    static const char *const ways[] = {"cancelled", "timed out", "not waited for"};
    long awaits = ENDED_MOST;
    for (long n = 1; n <= awaits && n < ENDED_MOST; n++) {
        const char *wrong = ended_run(ended, *config, way, n, &awaits);
        if (wrong) {
            printf("%s, %s at await %ld, seed %u: %s\n", ended->name, ways[way], n, config->seed, wrong);
            return false;
        }
    }
    if (awaits == 0 || awaits >= ENDED_MOST)
        printf("%s: %ld awaits\n", ended->name, awaits);
    return awaits > 0 && awaits < ENDED_MOST;
}

/* Prints the name of each that stood it; `config` may be NULL. */
static inline void ended_everywhere(const struct ended *list, size_t count, const ac_loop_config *config)
{
    static const ac_loop_config defaults;
    for (const struct ended *ended = list; ended < list + count; ended++) {
        bool all = true;
        for (int way = 0; way < 3; way++)
            all &= ended_at_each_await(ended, config ? config : &defaults, way);
        if (all)
            puts(ended->name);
    }
}

#define ENDED(name) {#name, name, NULL, NULL}
#define ENDED_EVERYWHERE(list) ended_everywhere(list, sizeof(list) / sizeof *(list), NULL)

#endif

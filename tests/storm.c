/* Preloaded into a program under test (tests/program.c): a signal every millisecond, whose handler does not have calls restarted, so
 * that whatever can be interrupted is. The program's own children are spared, and so are its threads that block all signals. */
#define _GNU_SOURCE
#include <signal.h>
#include <stdlib.h>
#include <sys/time.h>

static void nothing(int signal)
{
    (void)signal;
}

__attribute__((constructor)) static void begin(void)
{
    struct sigaction action = {.sa_handler = nothing};
    struct itimerval timer = {.it_value.tv_usec = 1000, .it_interval.tv_usec = 1000};
    unsetenv("LD_PRELOAD");
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &timer, NULL);
}

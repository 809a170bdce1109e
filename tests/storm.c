/* Preloaded into a program under test (tests/program.c): a signal every millisecond, whose handler does not have calls restarted, so
 * that whatever can be interrupted is. Now and then it pauses: fork begins anew at each signal, and would never end where the processor is
 * busy. The program's own children are spared, and so are its threads that block all signals. */
#define _GNU_SOURCE
#include <signal.h>
#include <stdlib.h>
#include <sys/time.h>

enum { APART = 1000, PAUSE = 50 * 1000, UNTIL_PAUSE = 16 };

static void next_signal(int signal)
{
    static int count;
    (void)signal;
    setitimer(ITIMER_REAL, &(struct itimerval){.it_value.tv_usec = ++count % UNTIL_PAUSE ? APART : PAUSE}, NULL);
}

__attribute__((constructor)) static void begin(void)
{
    struct sigaction action = {.sa_handler = next_signal};
    unsetenv("LD_PRELOAD");
    sigaction(SIGALRM, &action, NULL);
    next_signal(SIGALRM);
}

/* What asyncify puts into a program. With PLAIN defined the program is plain C, which means the same: that is what a C compiler is asked
   for what it must print; and with WITH_ERROR for what it warns of in a program that has an error. Without, fuzz_pause() is where it may
   suspend, as the environment says: FUZZ_PAUSE=0 never, 1 (or nothing) each time, any other number now and then, by chance from that seed. */
#ifndef PAUSE_H
#define PAUSE_H
#include <stdlib.h>

#ifdef WITH_ERROR
_Static_assert(0, "an error is asked for");
#endif

#ifdef PLAIN
#define async
#define await
#else
#include <ac.h>
#endif

static inline int fuzz_suspends(void)
{
    static unsigned long state;
    static int read;
    if (!read) {
        const char *word = getenv("FUZZ_PAUSE");
        read = 1;
        state = word ? strtoul(word, NULL, 10) : 1;
    }
    if (state > 1)
        state = state * 6364136223846793005u + 1442695040888963407u;
    return state > 1 ? state >> 63 : state == 1;
}

static inline async void fuzz_pause(void)
{
#ifndef PLAIN
    if (fuzz_suspends())
        await ac_sleep(0);
#endif
}

static inline async int fuzz_yes(void)
{
    await fuzz_pause();
    return 1;
}

static inline async int fuzz_no(void)
{
    await fuzz_pause();
    return 0;
}

#endif

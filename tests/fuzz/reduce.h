/* Makes a text smaller as long as something stays true of it. */
#ifndef REDUCE_H
#define REDUCE_H
#include <stdbool.h>

/* Does the text still show what it is being reduced for? Called in processes of their own, several at a time; `slot` tells those apart. */
typedef bool reduce_test(const char *text, unsigned slot, void *context);

/* A smaller text for which the test holds, to be freed; given up after so many seconds, with what was reached. C's brackets guide it.
   `workers` candidates are tried at a time. */
char *reduce(const char *text, reduce_test *test, void *context, unsigned workers, double seconds);

#endif

/* Makes a text smaller as long as something stays true of it. */
#ifndef REDUCE_H
#define REDUCE_H
#include <stdbool.h>

/* Does the text still show what it is being reduced for? */
typedef bool reduce_test(const char *text, void *context);

/* A smaller text for which the test holds, to be freed; given up after so many seconds, with what was reached. C's brackets guide it. */
char *reduce(const char *text, reduce_test *test, void *context, double seconds);

#endif

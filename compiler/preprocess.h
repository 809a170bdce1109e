/* Runs the C preprocessor. */
#ifndef PREPROCESS_H
#define PREPROCESS_H
#include <stdbool.h>
#include <stddef.h>

/* Reads the input file and what `$CC -E` makes of it. NULL after a message where that fails. The text is NUL-terminated. */
char *preprocess(size_t *size);

/* Does `$CC`, with its options, compile C23 or later: are bool, nullptr, constexpr ... keywords? Asked once, of the preprocessor. */
bool preprocess_is_c23(void);

/* Puts the dependency file that the preprocessor wrote in its place. 0, or -1 after a message. */
int dependencies_finish(void);

/* Removes what an unfinished run would leave behind. */
void dependencies_discard(void);

#endif

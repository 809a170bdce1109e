/* What C compilers warn of. */
#ifndef WARNINGS_H
#define WARNINGS_H
#include <stdbool.h>

/* The first warning among a compiler's messages that is not among `allowed`, those of the same text, `source`, as plain C: its "[-Wflag]", to be
   freed; NULL: none. With clang, -Wunreachable-code should be among the allowed: what follows in that function may draw any. */
char *warning_added(const char *messages, const char *allowed, const char *source, bool clang);

#endif

/* What C compilers warn of. */
#ifndef WARNINGS_H
#define WARNINGS_H

/* The first warning among a compiler's messages that is not among `allowed`, those of the same text as plain C: its "[-Wflag]", to be freed;
   NULL: none. Where clang's -Wunreachable-code is among these, what follows in that function of `source` may draw any. */
char *warning_added(const char *messages, const char *allowed, const char *source);

#endif

/* What C compilers warn of. */
#ifndef WARNINGS_H
#define WARNINGS_H

/* The first warning among a compiler's messages that is not among `allowed`, those of the same text as plain C: its words,
   without names, to be freed; NULL: none. */
char *warning_added(const char *messages, const char *allowed);

/* Takes out what stands in quotes: the names of things and types. */
void message_forget_names(char *message);

#endif

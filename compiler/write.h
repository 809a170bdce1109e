/* Writes a whole file or nothing. */
#ifndef WRITE_H
#define WRITE_H
#include "text.h"

/* Writes text to the file `name` ("-": standard output): to a temporary file beside it, which takes its place when it is complete. What is there and is
   no regular file (a device, a pipe) is written to directly. 0, or -1 after a message; then the file is as it was. */
int write_file(const char *name, const struct text *text);

#endif

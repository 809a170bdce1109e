/* The C file. */
#ifndef OUTPUT_H
#define OUTPUT_H

/* Makes the text of the output and writes it: to a temporary file, which takes the place of the output when it is complete. 0, or -1 after a message. */
int output_write(void);

#endif

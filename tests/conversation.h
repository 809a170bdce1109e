/* Talking to a server under test by a script that stands in the head of its source. */
#ifndef CONVERSATION_H
#define CONVERSATION_H
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Does text match pattern, in which each * stands for any run of characters? */
bool text_matches(const char *pattern, const char *text);

/* Says the lines to the server `pid`, which prints its port to the file `out`. NULL when all went as written; else
   what went wrong, to be freed. The script:
       connect NAME            a new connection, from now on called NAME
       send NAME TEXT          TEXT, in which \n \r \t \\ mean what they mean in C, and a line end
       put NAME TEXT           the same without a line end
       receive NAME PATTERN    the next line is this (a * matches anything; the line end is \n or \r\n)
       shut NAME               nothing more will be sent
       end NAME                the server closes the connection now
       close NAME              we do
       reset NAME              we do, with unread data, so that the server gets ECONNRESET
       pause SECONDS
       signal INT              to the server */
char *conversation_hold(const char *const lines[], size_t count, pid_t pid, const char *out, double seconds);

#endif

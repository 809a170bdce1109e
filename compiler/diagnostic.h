/* Messages: one per mistake, as gcc writes them, with the line and a caret. A compile goes on after an error so that the
   next mistake is told too; nothing is written out once there was one. */
#ifndef DIAGNOSTIC_H
#define DIAGNOSTIC_H
#include "token.h"

extern unsigned error_count;
extern uint64_t large_frame_limit;  /* of -Wlarge-frame=N */

void error_at(token_index place, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* flag without -W: "unawaited". Obeys -W, -Wno-, -Werror; false when the warning is off. */
bool warning_at(token_index place, const char *flag, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* The line of this token had an error that made it unreadable: what is told of it from now on would only follow from that, and is not. */
void line_is_told(token_index place);
/* What would mend the program, shown with the message that is told next: text in front of a token, or in its place. */
void fix_insert(token_index before, const char *text);
void fix_replace(token_index token, const char *text);
/* Belongs to the message before it. */
void note_at(token_index place, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* An error that has no place in a file. */
void error_plain(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* What another program has told an error of. */
void note_plain(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* A fault of acc itself: never for a mistake of the user's. */
_Noreturn void internal_fault(const char *file, int line, const char *what);
#define require(condition) ((condition) ? (void)0 : internal_fault(__FILE__, __LINE__, #condition))

/* One of the -W, -w, -fdiagnostics options; false where it is none. */
bool diagnostic_option(const char *option);
/* Ends the JSON array where that format was asked for. */
void diagnostics_end(void);

#endif

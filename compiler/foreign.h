/* Words of other languages, where a program cannot be understood. */
#ifndef FOREIGN_H
#define FOREIGN_H
#include "token.h"

/* Behind an error at this token: a note that tells how acc says what the word there, or beside it, says in another language. False where
   none is known. */
bool note_foreign(token_index place);

#endif

/* The original text of the files, and where in it the preprocessed tokens stood. */
#ifndef SOURCE_H
#define SOURCE_H
#include "token.h"

/* A piece of the original text: a token, or a whole directive with its continuation lines. */
struct raw_token {
    uint32_t offset, length;
    uint32_t line;          /* where it begins, as the preprocessor counts: #line obeyed */
    uint32_t column;        /* 1 is the first */
    bool directive;
};

struct raw_text {
    struct raw_token *at;
    size_t count;
};

/* Hands over text that cannot be read from `path` a second time (standard input), or was read already. */
void source_preload(const char *path, char *text, size_t size);

/* Reads the whole of an open file; NULL, with errno, where that fails. NUL-terminated. */
char *source_read(int fd, size_t *size);

/* The text of the file; false where it cannot be read. */
bool source_load(struct source_file *file);

/* One line of it, without its end; NULL where there is none. */
const char *source_line(struct source_file *file, uint32_t line, size_t *size);

/* The file's text cut into raw tokens, once; NULL where it cannot be read. */
struct raw_text *source_cut(struct source_file *file);

/* The first raw token that begins at `offset` or after it; their count where there is none. */
size_t raw_find(struct raw_text *raw, size_t offset);

/* Finds for each token of an inclusion (not of those nested in it) its place in the file: fills in `raw` and `column`. Once. */
void source_align(uint32_t inclusion);

/* What macros made of a part of a line, with all that lies between the first and the last of them: which of these tokens came out of which macro is not
   known, but all came out of this text. */
struct expansion {
    token_index first, last;    /* those between that belong to nested inclusions do not */
    size_t begin, end;          /* of the original text, in bytes; empty where there is none: what -include and the like gave */
};

/* The expansion that gave the token; NULL: it stands in the text itself, at `raw`. Of an inclusion that is aligned. */
const struct expansion *source_expansion(token_index t);

#endif

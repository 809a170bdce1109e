/* The tokens of the translation unit, after preprocessing, in one array; and the files that they came from.
   A place in the program is everywhere the index of a token. */
#ifndef TOKEN_H
#define TOKEN_H
#include "memory.h"
#include <stdbool.h>
#include <stdint.h>

typedef uint32_t token_index;

enum token_kind {
    TOKEN_NAME,         /* identifier or keyword: `name` is its interned text */
    TOKEN_NUMBER,       /* pp-number */
    TOKEN_CHARACTER,    /* with its prefix */
    TOKEN_STRING,       /* one literal with its prefix; adjacent ones are joined by the grammar */
    TOKEN_PUNCTUATOR,   /* `name` is its interned text; digraphs keep their spelling in text, and `name` is the usual one */
    TOKEN_PRAGMA,       /* a whole #pragma (or #ident) line */
    TOKEN_OTHER,        /* a character that belongs to no token */
    TOKEN_END           /* the last one in the array */
};

/* Of a name: what it would still be expanded as, if it were preprocessed again. See macro.h. */
enum macro_kind { MACRO_NONE, MACRO_PLAIN, MACRO_WITH_PARAMETERS };

struct token {
    const char *text;       /* spelling, in the preprocessed text; not terminated */
    uint32_t length;
    uint32_t line;          /* in the file, from the line markers; 1 is the first */
    uint32_t column;        /* in the original text where `raw` >= 0, else of the nearest token before that has one; in bytes, 1 is the first */
    uint32_t inclusion;     /* index in inclusions */
    const char *name;       /* names and punctuators: interned text; else NULL */
    struct symbol *symbol;  /* set by the parser on a name that is used as an expression or declared here as an ordinary identifier; else NULL */
    int64_t raw;            /* byte offset in the original text of the file; -1: came out of a macro, or the text is not known */
    const char *renamed;    /* lowering: what is written in its place, for types of a body that move to file scope; else NULL */
    uint8_t kind;           /* enum token_kind */
    uint8_t macro;          /* enum macro_kind */
    bool plain_name;        /* the parser took it for an identifier or a type name, though it is spelled as a word of the dialect */
    bool space_before;      /* white space stood before it */
    bool line_begin;        /* the first of its line in the preprocessed text */
    bool system_macro;      /* stands in a file of the user's, but came out of a macro of a system header (marker's flag 3) */
};

/* A file that was read, once however often it is included. */
struct source_file {
    const char *path;       /* as the preprocessor names it */
    bool system;            /* by the marker's flag 3 */
    bool loaded;            /* `text` was asked for */
    char *text;             /* original text, NUL-terminated; NULL where it could not be read */
    size_t size;
    struct raw_text *raw;   /* of source.c */
};

/* One run of a file's text: the main file, or one #include. */
struct inclusion {
    struct source_file *file;
    uint32_t text;          /* index of the inclusion in whose text it stands: itself, but for a part that a #line gave the name of another file */
    uint32_t includer;      /* index of the inclusion that holds the #include line; itself for the main file */
    uint32_t line;          /* line of that #include in the includer */
    token_index first, end; /* tokens from first up to end, those of nested inclusions among them */
    bool aligned;           /* raw offsets of its tokens are filled in */
    ARRAY(struct expansion) expansions;     /* of source.c, in the order of the text */
};

/* A line marker that neither enters nor leaves a file: a #line directive, or the preprocessor's way to pass over lines. */
struct line_marker {
    token_index before;     /* the token behind it */
    uint32_t inclusion;     /* from there on */
    uint32_t line;
};

extern struct token *tokens;
extern token_index token_count;         /* TOKEN_END included */
typedef ARRAY(struct inclusion) array_inclusion;
extern array_inclusion inclusions;
typedef ARRAY(struct line_marker) array_line_marker;
extern array_line_marker line_markers;

/* Cuts preprocessed text (NUL-terminated; it must stay) into tokens, inclusions and files. In lex.c over grammar/ac.l. */
void tokens_read(char *text, size_t size, const char *main_path);

static inline struct source_file *token_file(token_index t) { return inclusions.at[tokens[t].inclusion].file; }
/* The inclusion whose text it stands in, whatever #line says. */
static inline uint32_t token_text(token_index t) { return inclusions.at[tokens[t].inclusion].text; }
static inline bool token_in_system(token_index t) { return token_file(t)->system; }
bool token_is(token_index t, const char *text);

#endif

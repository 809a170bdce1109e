/* Between grammar/ac.l, which knows what a token looks like, and lex.c, which keeps the array of them. */
#ifndef LEX_H
#define LEX_H
#include "token.h"

/* Where the lexer stands. */
struct lexer {
    const char *next;           /* behind the token at hand */
    const char *start;          /* the token at hand, in the text that was given to tokens_read */
    const char *line_start;
    uint32_t line;
    bool space;                 /* white space was seen since the last token */
    bool line_begin;            /* no token was seen on this line yet */
    bool stop;                  /* this is no text: nothing more is read */
    unsigned strange;           /* bytes so far that no C text has */
    const char *raw_string;     /* start of the raw string that is being read */
    size_t raw_delimiter;       /* length of its delimiter */
};

void lex_token(struct lexer *lexer, enum token_kind kind, size_t length);
void lex_name(struct lexer *lexer, size_t length);
/* A punctuator that stands for the given one: digraphs. */
void lex_punctuator(struct lexer *lexer, size_t length, const char *meaning);
void lex_lines(struct lexer *lexer, size_t length);         /* counts the line ends in the token at hand */
void lex_directive(struct lexer *lexer, size_t length);     /* a line that begins with # */
void lex_unterminated(struct lexer *lexer, size_t length, const char *what);
/* How much of the line that the token at hand takes up is likely to be the literal that lacks its end: not a final `);`. */
int lex_broken_length(const struct lexer *lexer);
void lex_other(struct lexer *lexer);

/* The flex scanner over all of text. */
int lexer_scan(const char *text, size_t size, struct lexer *lexer);

#endif

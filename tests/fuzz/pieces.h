/* The text of a C program cut into its tokens, as far as fuzzers need it that change some of them, and how they choose. */
#ifndef PIECES_H
#define PIECES_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct piece {
    size_t first, end;
};

struct pieces {
    struct piece *at;   /* to be freed */
    size_t count;
};

/* Behind the blanks and comments at this place; directives are passed over like comments where `over_directives`. */
size_t blank_end(const char *text, size_t at, bool over_directives);

/* Adds the tokens that begin in [first, end). Ends the program when there is no memory. */
void pieces_cut(struct pieces *pieces, const char *text, size_t first, size_t end, bool over_directives);

/* The choices that follow are those of this seed, the same on each machine. */
void pick_from_seed(uint64_t seed);
/* One of 0 to count - 1. */
size_t pick(size_t count);

#endif

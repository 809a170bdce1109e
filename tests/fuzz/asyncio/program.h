/* Programs that use what asyncio and libac have in common. A program is a tree, made at random (grow.c) and printed
   twice (print.c): as Python, for CPython's asyncio, and as .ac, for libac. Each prints a trace of what it does and
   when, and the two must be the same, line for line. What a statement does is for most of them a call of a function
   that exists under one name in both worlds (world.h, world.ac, world.py); the others are the constructs of the
   languages. */
#ifndef PROGRAM_H
#define PROGRAM_H
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum { FUNCTIONS = 6, OPERANDS = 7, STATEMENTS = 160 };

enum kind {
    MOVE, /* a call of a function of the world */
    CALL, /* note(await f(me)) */
    RETURN,
    THROW, /* numbers[0]: the code */
    TRY, /* bodies: the block, what is done where it is cancelled, and where it failed; numbers: enum ending of both */
    DEFER,   /* bodies[0]; the rest of the block follows it */
    GROUP,   /* bodies[0] is the block of a group, whose name is the statement's site */
    LIMIT,   /* bodies[0] has numbers[0] seconds; numbers[1]: which are counted from the program's start */
    HOLDING, /* bodies[0] is inside an `async with` of numbers[0], a lock, condition or semaphore; [1] its index */
    LOOP,    /* bodies[0] is done numbers[0] times */
    CHILD,   /* async int child = f(me), to the end of the block; numbers[0]: the function */
    AWAIT_CHILD,
    EACH, /* bodies[0] for each value of the generator numbers[0], until one is numbers[1] */
    YIELD /* numbers[0]: the value */
};

/* How a handler of a TRY ends. */
enum ending { THROWN_AGAIN, TAKEN, TAKEN_BACK, NO_HANDLER };

enum { LOCK, CONDITION, SEMAPHORE };

/* A function of the world. Its operands, one letter each: what grow.c chooses and print.c prints. */
struct move {
    const char *name, *operands;
    int weight; /* how often it is chosen */
    bool awaits;
};

struct statement {
    struct statement *next; /* in its block */
    enum kind kind;
    int site; /* its number in the program */
    const struct move *move;
    int numbers[OPERANDS];
    int scope; /* site of the GROUP, LIMIT or CHILD that is meant */
    struct statement *bodies[3];
};

struct function {
    bool generator;
    struct statement *body;
};

struct program {
    uint64_t seed;
    int functions; /* the first is the program; each calls only those behind it */
    struct function function[FUNCTIONS];
    struct statement statement[STATEMENTS];
    int statements; /* of these that are used */
};

/* A random program, the same for the same seed; to be freed. */
struct program *program_grow(uint64_t seed);

void program_print_python(FILE *to, const struct program *program);
void program_print_ac(FILE *to, const struct program *program);

/* Makes the program smaller while `fails` says that it still fails. */
void program_reduce(struct program *program, bool (*fails)(const struct program *));

#endif

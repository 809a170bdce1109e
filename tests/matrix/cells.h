/* What the programs of this folder share. Each tests some constructs of C, every construct by four cells: with an await
   before it, inside it and after it, and with a value that lives across an await in it. A cell is an async function that
   prints what the line above it expects, behind its own name:

       // construct: while: a loop that tests first         begins a row: the beginning of its cells' names, and words
       // expect: while_before 0 1 2
       static async void while_before(void) ...

   compare.sh writes each cell as a C++ coroutine too; then what is here for C++ takes the place of <ac.h>. */
#ifndef CELLS_H
#define CELLS_H
#ifdef __cplusplus
#include "cells.hh"
#else
#include <ac.h>
#endif
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CELL(name)       \
    printf("%s", #name); \
    await name();        \
    printf("\n");
#define ROW(row) CELL(row##_before) CELL(row##_inside) CELL(row##_after) CELL(row##_across)
/* Of what cannot have an await inside: the standard wants a constant there. */
#define CONSTANT_ROW(row) CELL(row##_before) CELL(row##_after) CELL(row##_across)

/* Values that come after a suspension. */
static inline async int later(int n)
{
    await ac_sleep(0);
    return n;
}

static inline async double later_real(double x)
{
    await ac_sleep(0);
    return x;
}

static inline async void *later_pointer(void *p)
{
    await ac_sleep(0);
    return p;
}

/* Trace letters: operands that tell when they are evaluated. */
static inline int say(int n)
{
    printf(" %d", n);
    return n;
}

static inline async int say_later(int n)
{
    await ac_sleep(0);
    return say(n);
}

#endif

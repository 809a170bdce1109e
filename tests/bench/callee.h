/* Async functions that the benchmark awaits across files. */
#ifndef CALLEE_H
#define CALLEE_H
#include <ac.h>
#include <stdint.h>

async uint64_t mix_elsewhere(uint64_t x);
async uint64_t fib(int n);

#endif

/* Plain calls that stay calls: in a file of their own, without inlining. */
#define _GNU_SOURCE
#include "common.h"

uint64_t mix_plain(uint64_t x);
uint64_t fib_plain(int n);

uint64_t mix_plain(uint64_t x)
{
    return mix(x);
}

uint64_t fib_plain(int n)
{
    return n < 2 ? (uint64_t)n : fib_plain(n - 1) + fib_plain(n - 2);
}

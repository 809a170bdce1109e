#pragma once
#include <ac.h>

// A comment before it.
static inline async int twice_later(int n)
{
    await ac_sleep(0);
    return 2 * n;
}

// a coroutine with `...`
#include "cells.hh"
#include <cstdarg>
static task<int> sum(int count, ...)
{
    va_list list;
    va_start(list, count);
    co_await ac_sleep(0);
    int n = va_arg(list, int);
    va_end(list);
    co_return n;
}
int main() { RUN(sum(1, 2)); }

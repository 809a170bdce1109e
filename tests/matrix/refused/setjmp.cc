// setjmp in the body
#include "cells.hh"
#include <csetjmp>
static jmp_buf place;
static task<int> f()
{
    if (setjmp(place))
        co_return 1;
    co_await ac_sleep(0);
    co_return 0;
}
int main() { RUN(f()); }

// longjmp in the body
#include "cells.hh"
#include <csetjmp>
static jmp_buf place;
static task<int> f()
{
    co_await ac_sleep(0);
    longjmp(place, 1);
    co_return 0;
}
int main()
{
    if (!setjmp(place))
        RUN(f());
}

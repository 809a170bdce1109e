// a nested function in the body
#include "cells.hh"
static task<int> f(int n)
{
    int inner(int m) { return m; }
    co_await ac_sleep(0);
    co_return inner(n);
}
int main() { RUN(f(1)); }

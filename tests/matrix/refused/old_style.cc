// a parameter list in the style of K&R
#include "cells.hh"
static task<int> f(n)
    int n;
{
    co_await ac_sleep(0);
    co_return n;
}
int main() { RUN(f(1)); }

// a computed goto into a try
#include "cells.hh"
static task<int> f(int n)
{
    void *target = &&inside;
    co_await ac_sleep(0);
    goto *target;
    try {
    inside:
        co_await ac_sleep(0);
    } catch (int) {
    }
    co_return n;
}
int main() { RUN(f(1)); }

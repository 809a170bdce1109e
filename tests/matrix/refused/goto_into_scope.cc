// goto into a try
#include "cells.hh"
static task<int> f(int n)
{
    goto inside;
    try {
    inside:
        co_await ac_sleep(0);
    } catch (int) {
    }
    co_return n;
}
int main() { RUN(f(1)); }

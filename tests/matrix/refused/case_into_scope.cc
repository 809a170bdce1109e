// a case label within a try, whose switch is outside
#include "cells.hh"
static task<int> f(int n)
{
    switch (n) {
        try {
        case 1:
            co_await ac_sleep(0);
        } catch (int) {
        }
    }
    co_return n;
}
int main() { RUN(f(1)); }

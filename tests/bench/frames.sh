#!/bin/sh
# Sizes of the frames of ten functions, as acc makes them and as g++ -O2 does of the same functions in C++20: a table in Markdown, which
# docs/frames.md holds. Run in the repository's root: tests/bench/frames.sh [CXX]
#
# Each line of the table below is a name, parameters, and a body; AWAIT stands for one suspension.
set -eu
cxx=${1:-g++}
work=build/bench.d/frames
mkdir -p $work

functions() {
    cat <<'END'
nothing|int n|AWAIT; return n;
one_local|int n|int x = n * 2; AWAIT; return x + n;
dead_local|int n|int x = n * 2; use(&x, 0); { int y = n + 1; AWAIT; return y; }
many_dead|int n|int a = n + 1, b = a * 2, c = b ^ a, d = c + b; AWAIT; return n + (a = 0, b = a, c = b, d = c);
loop|int n|int sum = 0; for (int i = 0; i < n; i++) { AWAIT; sum += i; } return sum;
large_argument|struct large l|AWAIT; return l.at[3];
two_buffers|int n|{ char a[1000]; use(a, n); AWAIT; use(a, n); } { char b[1000]; use(b, n); AWAIT; use(b, n); } return n;
buffer_before|int n|{ char a[1000]; use(a, n); } AWAIT; return n;
branches|int n|if (n) { double a = n, b = n + 1; AWAIT; return (int)(a + b); } else { long c = n, d = n - 1; AWAIT; return (int)(c * d); }
nested|int n|long a = n; for (int i = 0; i < n; i++) { long b = i; AWAIT; { long c = b + a; AWAIT; a += c; } } return (int)a;
END
}

{
    echo '#include <ac.h>'
    echo 'struct large { int at[64]; };'
    echo 'void use(void *, int);'
    functions | while IFS='|' read -r name parameters body; do
        echo "async int $name($parameters) { $body }"
    done
} | sed 's/AWAIT/await ac_sleep(0)/g' >$work/frames.ac

{
    cat <<'END'
#include <coroutine>
#include <cstdio>
#include <cstdlib>
struct large { int at[64]; };
void use(void *, int) {}
struct task {
    struct promise_type {
        std::coroutine_handle<> parent;
        int value, error;
        static void *operator new(std::size_t size) { std::printf("%zu\n", size); return std::malloc(size); }
        static void operator delete(void *p) { std::free(p); }
        task get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
        std::suspend_always initial_suspend() noexcept { return {}; }
        std::suspend_always final_suspend() noexcept { return {}; }
        void return_value(int v) { value = v; }
        void unhandled_exception() {}
    };
    std::coroutine_handle<promise_type> handle;
};
END
    functions | while IFS='|' read -r name parameters body; do
        echo "task $name($parameters) { $body }"
    done | sed 's/AWAIT/co_await std::suspend_always()/g; s/return /co_return /g'
    echo 'int main() {'
    functions | while IFS='|' read -r name parameters body; do
        echo "std::printf(\"$name \"); $name({});"
    done
    echo '}'
} >$work/frames.cpp

build/acc -Iruntime/include --emit=frames $work/frames.ac | sed -n 's/^[^ ].*:[0-9]*: \([a-z_]*\): \([0-9]*\) bytes$/\1 \2/p' | sort >$work/acc
$cxx -std=c++20 -O2 -w $work/frames.cpp -o $work/frames-c++
$work/frames-c++ | sort >$work/c++
echo '| function | acc | g++ |'
echo '| --- | ---: | ---: |'
join $work/acc $work/c++ | awk '{ print "| `" $1 "` | " $2 " | " $3 " |"; larger += $2 > $3 + 24 } END { exit larger > 0 }'

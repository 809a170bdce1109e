#!/bin/sh
# Sizes of the frames of some functions, as acc makes them, and as rustc -O and g++ -O2 do of the same functions in Rust and C++20: a table in
# Markdown, which docs/frames.md holds. Where rustc or g++ is not there, its column is empty. Fails where a frame of acc's is larger than another's by
# more than the header, its own and that of a callee in it. Run in the repository's root: tests/bench/frames.sh [CXX [RUSTC]]
#
# Each line of the table below is a name, parameters, and a body, in C and in Rust; AWAIT stands for one suspension. Functions that await another one
# have no column for C++, whose coroutines do not hold the frames of those that they await.
set -eu
cxx=${1:-g++}
rustc=${2:-rustc}
work=build/bench.d/frames
mkdir -p $work

functions() {
    cat <<'END'
nothing|int n|AWAIT; return n;|n: i32|AWAIT; n
one_local|int n|int x = n * 2; AWAIT; return x + n;|n: i32|let x = n * 2; AWAIT; x + n
dead_local|int n|int x = n * 2; use(&x, 0); { int y = n + 1; AWAIT; return y; }|n: i32|let mut x = n * 2; fill(&mut x, 0); { let y = n + 1; AWAIT; return y; }
many_dead|int n|int a = n + 1, b = a * 2, c = b ^ a, d = c + b; AWAIT; return n + (a = 0, b = a, c = b, d = c);|n: i32|let (mut a, b, c, d); a = n + 1; b = a * 2; c = b ^ a; d = c + b; drop(d); AWAIT; a = 0; n + a
loop|int n|int sum = 0; for (int i = 0; i < n; i++) { AWAIT; sum += i; } return sum;|n: i32|let mut sum = 0; for i in 0..n { AWAIT; sum += i; } sum
large_argument|struct large l|AWAIT; return l.at[3];|l: Large|AWAIT; l.at[3]
two_buffers|int n|{ char a[1000]; use(a, n); AWAIT; use(a, n); } { char b[1000]; use(b, n); AWAIT; use(b, n); } return n;|n: i32|{ let mut a = [0u8; 1000]; fill(&mut a, n); AWAIT; fill(&mut a, n); } { let mut b = [0u8; 1000]; fill(&mut b, n); AWAIT; fill(&mut b, n); } n
buffer_before|int n|{ char a[1000]; use(a, n); } AWAIT; return n;|n: i32|{ let mut a = [0u8; 1000]; fill(&mut a, n); } AWAIT; n
branches|int n|if (n) { double a = n, b = n + 1; AWAIT; return (int)(a + b); } else { long c = n, d = n - 1; AWAIT; return (int)(c * d); }|n: i32|if n != 0 { let (a, b) = (n as f64, (n + 1) as f64); AWAIT; (a + b) as i32 } else { let (c, d) = (n as i64, (n - 1) as i64); AWAIT; (c * d) as i32 }
nested|int n|long a = n; for (int i = 0; i < n; i++) { long b = i; AWAIT; { long c = b + a; AWAIT; a += c; } } return (int)a;|n: i32|let mut a = n as i64; for i in 0..n { let b = i as i64; AWAIT; { let c = b + a; AWAIT; a += c; } } a as i32
END
}

with_callees() {
    cat <<'END'
two_callees|int n|int x = await two_buffers(n); return x + await large_argument((struct large){{n}});|n: i32|let x = two_buffers(n).await; x + large_argument(Large { at: [n; 64] }).await
buffer_beside_callee|int n|{ char a[1000]; use(a, n); AWAIT; use(a, n); } return await two_buffers(n);|n: i32|{ let mut a = [0u8; 1000]; fill(&mut a, n); AWAIT; fill(&mut a, n); } two_buffers(n).await
one_after_other|int n|long a = await wide(n), b = await wide((int)a), c = await wide((int)b), d = await wide((int)c); return (int)d;|n: i32|let a = wide(n).await; let b = wide(a as i32).await; let c = wide(b as i32).await; let d = wide(c as i32).await; d as i32
END
}

{
    echo '#include <ac.h>'
    echo 'struct large { int at[64]; };'
    echo 'void use(void *, int);'
    echo 'async long wide(int n) { AWAIT; return n; }'
    { functions; with_callees; } | while IFS='|' read -r name parameters body rust; do
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
    functions | while IFS='|' read -r name parameters body rust; do
        echo "task $name($parameters) { $body }"
    done | sed 's/AWAIT/co_await std::suspend_always()/g; s/return /co_return /g'
    echo 'int main() {'
    functions | while IFS='|' read -r name rest; do
        echo "std::printf(\"$name \"); $name({});"
    done
    echo '}'
} >$work/frames.cpp

build/acc -Iruntime/include --emit=frames $work/frames.ac | sed -n 's/^[^ ].*:[0-9]*: \([a-z_]*\): \([0-9]*\) bytes$/\1 \2/p' | sort >$work/acc

# `loop` is a word of Rust's.
{
    cat <<'END'
use std::{future::Future, pin::Pin, task::{Context, Poll}};
struct Turn(bool);
impl Future for Turn {
    type Output = ();
    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.0, true) { Poll::Ready(()) } else { Poll::Pending }
    }
}
pub struct Large { at: [i32; 64] }
trait Sample { fn sample() -> Self; }
impl Sample for i32 { fn sample() -> i32 { 1 } }
impl Sample for Large { fn sample() -> Large { Large { at: [1; 64] } } }
#[inline(never)]
fn fill<T>(_: &mut T, _: i32) {}
async fn wide(n: i32) -> i64 { AWAIT; n as i64 }
END
    { functions; with_callees; } | while IFS='|' read -r name parameters body rust_parameters rust; do
        echo "async fn r#$name($rust_parameters) -> i32 { $rust }"
    done
    echo 'fn main() {'
    { functions; with_callees; } | while IFS='|' read -r name rest; do
        echo "println!(\"$name {}\", std::mem::size_of_val(&r#$name(Sample::sample())));"
    done
    echo '}'
} | sed 's/AWAIT/Turn(false).await/g' >$work/frames.rs

build/acc -Iruntime/include --emit=frames $work/frames.ac | sed -n 's/^[^ ].*:[0-9]*: \([a-z_]*\): \([0-9]*\) bytes$/\1 \2/p' | grep -v '^wide ' | sort >$work/acc
# Fills a column: "name size" lines, sorted; "-" where it has none.
: >$work/c++ && : >$work/rust
if $cxx -std=c++20 -O2 -w $work/frames.cpp -o $work/frames-c++ 2>$work/said; then
    $work/frames-c++ | sort >$work/c++
fi
if $rustc --edition 2021 -O -A warnings $work/frames.rs -o $work/frames-rust 2>>$work/said; then
    $work/frames-rust | sort >$work/rust
fi
echo '| function | acc | rustc | g++ |'
echo '| --- | ---: | ---: | ---: |'
join -a 1 -e - -o 0,1.2,2.2 $work/acc $work/rust | join -a 1 -e - -o 0,1.2,1.3,2.2 - $work/c++ | awk '
    { print "| `" $1 "` | " $2 " | " $3 " | " $4 " |" }
    { header = $1 ~ /callee|after/ ? 48 : 24 }
    ($3 != "-" && $2 > $3 + header) || ($4 != "-" && $2 > $4 + header) { larger = 1 }
    END { exit larger }'

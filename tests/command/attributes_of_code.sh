# What attributes of an async function say of its code holds for the code of its body, be they at the definition or at a declaration before it;
# and those in [[ ]] stand where C wants them.
. tests/command/common
echo 'int main(void) { return 0; }' >"$work/probe.c"
cat >"$work/brackets.ac" <<'PROGRAM'
#include <ac.h>
[[gnu::cold, gnu::noreturn]] static async void ended(void);
[[gnu::noreturn, gnu::cold]] static async void ended(void)
{
    await ac_sleep(0);
    throw 7;
}
[[nodiscard]] async int outer(void);
[[nodiscard]] async int outer(void)
{
    try {
        await ended();
    } catch (7) {
        return 0;
    }
}
async int main(void)
{
    return await outer();
}
PROGRAM
cat >"$work/target.ac" <<'PROGRAM'
#include <ac.h>
#include <immintrin.h>
__attribute__((noinline, target("avx2"))) async int absolute(int n)
{
    await ac_sleep(0);
    return _mm256_extract_epi32(_mm256_abs_epi32(_mm256_set1_epi32(n)), 0);
}
__attribute__((target("avx2"))) static async int ahead(int n);
async int behind(int n) __attribute__((noreturn, target("avx2")));
ac_async(int) plain(int n) __attribute__((target("avx2")));
async int (*pointer(int n))[3] __attribute__((target("avx2"))), twice(int n) __attribute__((target("avx2")));
static async int ahead(int n)
{
    await ac_sleep(0);
    return _mm256_extract_epi32(_mm256_abs_epi32(_mm256_set1_epi32(n)), 0);
}
async int behind(int n)
{
    await ahead(1);
    throw _mm256_extract_epi32(_mm256_abs_epi32(_mm256_set1_epi32(n)), 0);
}
async int plain(int n)
{
    return _mm256_extract_epi32(_mm256_abs_epi32(_mm256_set1_epi32(n)), 0);
}
async int (*pointer(int n))[3]
{
    static int array[3];
    array[0] = _mm256_extract_epi32(_mm256_abs_epi32(_mm256_set1_epi32(n)), 0);
    return &array;
}
__attribute__((target("avx2"))) async int twice(int n)
{
    return _mm256_extract_epi32(_mm256_abs_epi32(_mm256_set1_epi32(n)), 0);
}
PROGRAM
for compiler in gcc clang; do
    if $compiler -std=c2x "$work/probe.c" -o "$work/probe" 2>/dev/null; then
        CC=$compiler $acc $include -std=c2x "$work/brackets.ac" -o "$work/brackets.c" || fail "$compiler: [[ ]] is refused"
        $compiler -std=c2x -O2 -Wall -Wextra -Werror $include "$work/brackets.c" build/libac.a -lpthread -o "$work/brackets" ||
            fail "$compiler: [[ ]] stands where it cannot"
        "$work/brackets" || fail "$compiler: the program ends with $?"
    fi
    if [ "$(uname -m)" = x86_64 ] && command -v $compiler >/dev/null; then
        CC=$compiler $acc $include "$work/target.ac" -o "$work/target.c" || fail "$compiler: target is refused"
        $compiler -std=gnu11 -O2 -Wall -Wextra -Werror $include -c "$work/target.c" -o "$work/target.o" ||
            fail "$compiler: the body is not compiled for the target"
    fi
done

# clang's own headers, where acc preprocesses with clang: <stdatomic.h> is made of its builtin functions; of the overloaded functions of its <tgmath.h>
# the C compiler alone knows what they give.
. tests/command/common
command -v clang >/dev/null 2>&1 || { echo "skipped: there is no clang"; exit 0; }
cat >"$work/x.ac" <<'PROGRAM'
#include <ac.h>
#include <stdatomic.h>
#include <stdio.h>

static async int later(int n)
{
    await ac_sleep(0);
    return n;
}

async int main(void)
{
    _Atomic int count = 3;
    atomic_uint flags = 1;
    count += await later(4);
    int before = atomic_fetch_add(&count, await later(1)), expected = 8;
    _Bool swapped = atomic_compare_exchange_strong(&count, &expected, await later(20));
    printf("%d %d %d %u\n", before, swapped, atomic_load(&count) + await later(1), atomic_fetch_or(&flags, 6u) + (unsigned)await later(0));
    atomic_store(&count, await later(5));
    printf("%d\n", atomic_exchange(&count, 1) + await later(0));
}
PROGRAM
CC=clang $acc $include "$work/x.ac" -o "$work/x.c"
clang -std=c11 -Wall -Wextra -Wpedantic -Werror $include "$work/x.c" build/libac.a -lpthread -o "$work/x"
[ "$("$work/x")" = "7 1 21 1
5" ] || fail "it says $("$work/x")"
cat >"$work/y.ac" <<'PROGRAM'
#include <ac.h>
#include <tgmath.h>
static async float later(void) { await ac_sleep(0); return 4; }
async int main(void)
{
    double root = sqrt(16.0);
    await later();
    float kept = sqrt(await later());
    return (int)(root + kept);
}
PROGRAM
status=0
CC=clang $acc $include "$work/y.ac" -o "$work/y.c" 2>"$work/said" || status=$?
[ $status = 1 ] || fail "status $status of a value whose type is not known"
grep -q 'y.ac:8:18: error: the type of this value is known to the C compiler alone' "$work/said" || fail "it says $(cat "$work/said")"
[ "$(grep -c error: "$work/said")" = 1 ] || fail "not one error: $(cat "$work/said")"

# Reports of AddressSanitizer and UndefinedBehaviorSanitizer name the .ac line of a mistake, before and after an await.
. tests/command/common
[ -n "${SANITIZERS-}" ] || { echo "skipped: no sanitizers here"; exit 0; }
cat >"$work/program.ac" <<'END'
#include <ac.h>
#include <limits.h>
#include <stdlib.h>

static async int overflow(int n)
{
    await ac_sleep(0);
    return n + 1;
}

static async int freed(int n)
{
    int *p = malloc(sizeof *p);
    if (!p)
        throw ENOMEM;
    *p = n;
    free(p);
    await ac_sleep(0);
    return *p;
}

async int main(int argc, char **argv)
{
    (void)argv;
    return argc > 1 ? await overflow(INT_MAX) : await freed(argc);
}
END
sed -i 's/#include <limits.h>/#include <errno.h>\n&/' "$work/program.ac"
$acc $include "$work/program.ac" -o "$work/program.c"
gcc -O1 -g -w -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer $include "$work/program.c" \
    -o "$work/program" build/asan/libac.a -lpthread
"$work/program" overflow 2>"$work/said" && fail "the overflow is not seen"
grep -q 'program.ac:9:.*signed integer overflow' "$work/said" || fail "not at line 9: $(cat "$work/said")"
"$work/program" 2>"$work/said" && fail "the use after free is not seen"
grep -q 'heap-use-after-free' "$work/said" || fail "no use after free: $(cat "$work/said")"
grep -q '#0 .* in freed__resume .*program.ac:20' "$work/said" || fail "not at line 20: $(cat "$work/said")"

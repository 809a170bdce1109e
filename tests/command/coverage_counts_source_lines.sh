# gcov counts how often each line of the .ac file ran, also those with awaits and those behind them.
. tests/command/common
command -v gcov >/dev/null 2>&1 && gcc --version >/dev/null 2>&1 || { echo "skipped: there is no gcc with gcov"; exit 0; }
cat >"$work/program.ac" <<'END'
#include <ac.h>
#include <stdio.h>

static async int twice(int n)
{
    if (n == 1)
        await ac_sleep(0);
    return 2 * n;
}

static async int never(int n)
{
    await ac_sleep(0);
    return n;
}

async int main(void)
{
    int total = 0;
    for (int i = 0; i < 5; i++)
        total += await twice(i);
    if (total != 20)
        total = await never(total);
    printf("%d\n", total);
}
END
acc=$PWD/$acc library=$PWD/build/libac.a include=-I$PWD/runtime/include
cd "$work"
$acc $include program.ac -o program.c
gcc -O0 --coverage $include program.c -o program "$library" -lpthread
./program >printed
gcov -t program-program.gcno >counts 2>said || fail "gcov fails: $(cat said)"
# counted LINE COUNT
counted() {
    awk -F: -v line="$1" -v wanted="$2" '
        /Source:/ { inside = /program\.ac$/ }
        inside && $2 + 0 == line { gsub(/[ *]/, "", $1); found = found || $1 == wanted }
        END { exit !found }' counts || fail "line $1 is not counted $2 times: $(grep -A40 'Source:.*program.ac' counts)"
}
counted 6 5
counted 7 2     # it begins, and it is resumed
counted 8 5
counted 13 '#####'
counted 14 '#####'
counted 19 1
counted 23 '#####'
counted 24 1

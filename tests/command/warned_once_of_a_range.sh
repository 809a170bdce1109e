# gcc tells of a comparison that its types decide. An awaited value has no effects where it is read, so gcc would see the result in what that is
# compared with in turn, and tell of that too: of the plain program it says one thing.
. tests/command/common
cat >"$work/x.ac" <<'PROGRAM'
#include <ac.h>
async unsigned long give(void)
{
    await ac_sleep(0);
    return 1;
}
async int outside(unsigned char small)
{
    return small >= (0x9CEE24B2E809B4AFLL == ((void)0, 116L < await give()));
}
async int below_zero(unsigned char small)
{
    return small >= (await give() < 0);
}
async int truth_beside_a_number(void)
{
    if (0) {
        const unsigned limit = 3;
        return limit < (limit < (9u < (await give() <= limit)) == 7);
    }
    return 0;
}
PROGRAM
sed 's/\<async \|\<await //g; s/ac_sleep(0);//' "$work/x.ac" >"$work/plain.c"
$acc $include "$work/x.ac" -o "$work/x.c"
for file in plain x; do
    gcc -std=c11 -O2 -Wall -Wextra $include -c "$work/$file.c" -o "$work/$file.o" 2>"$work/$file.said"
    grep -o '\[-W.*\]' "$work/$file.said" >"$work/$file.kinds"
done
grep -q type-limits "$work/plain.kinds" || fail "gcc tells nothing of the plain program: $(cat "$work/plain.said")"
cmp -s "$work/plain.kinds" "$work/x.kinds" || fail "of acc's output: $(cat "$work/x.said"), of the plain program: $(cat "$work/plain.said")"

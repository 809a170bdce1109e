# A program cut off at any byte: an error, or where what is left happens to be whole, none; never a crash.
. tests/command/common
cat >"$work/whole.ac" <<'PROGRAM'
typedef struct s { int a; char b[4]; } s;
static async int later(int n) { return n; }
async int twice(s *p)
{
    int sum = 0;
    for (int i = 0; i < 0x1F; i++) {
        switch (await later(i)) { case 'x': sum += p->b[i]; break; default:; }
        try { throw 5; } catch (int e) { sum += e; }
        defer { sum--; }
    }
    const char *t = "text\n" L"wide"; /* comment */
    return sum ? await later(1) : (int)t[0];
}
PROGRAM
size=$(wc -c <"$work/whole.ac")
cut=0
while [ $cut -lt "$size" ]; do
    head -c $cut "$work/whole.ac" >"$work/cut.ac"
    status=0
    $asan_acc "$work/cut.ac" -o "$work/cut.c" 2>"$work/said" || status=$?
    [ $status -le 1 ] || fail "cut at byte $cut: status $status: $(head -c 3000 "$work/said")"
    if [ $status = 1 ]; then
        grep -q error "$work/said" || fail "cut at byte $cut: no error is told"
        [ ! -e "$work/cut.c" ] || fail "cut at byte $cut: it left an output file"
    fi
    rm -f "$work/cut.c"
    cut=$((cut + 7))
done

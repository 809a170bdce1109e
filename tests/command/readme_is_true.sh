# The README shows what acc really makes of its example: the right side must be the function in acc's output.
. tests/command/common
block() {
    awk -v wanted="$1" '/^```c$/ { n++; inside = n == wanted; next } /^```$/ { inside = 0 } inside' README.md
}
block 1 >"$work/average.ac"
block 2 >"$work/shown"
[ -s "$work/shown" ] || fail "the README shows no output"
$acc --no-line $include "$work/average.ac" -o "$work/average.c"
sed -n '/^static int average__resume(ac_frame \*ac_base)$/,/^}$/p' "$work/average.c" >"$work/made"
diff -u "$work/shown" "$work/made" || fail "put this function into the README: $work/made"

# So must its picture be: of the states that acc tells now.
$acc $include --emit=states "$work/average.ac" >"$work/average.dot"
diff -u docs/average.dot "$work/average.dot" || fail "the picture is of another function: make picture"
grep -q "of average.dot: $(cksum <docs/average.dot) -->" docs/average.svg || fail "average.svg is not of average.dot: make picture"

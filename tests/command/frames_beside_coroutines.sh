# Frames hold what is needed alone: the table of docs/frames.md is what acc makes, and none is larger than those of g++ 12 and rustc, where these
# are here, by more than its header; a leaf takes 48 bytes at most.
. tests/command/common
column='s/^| `\([a-z_]*\)` | \([0-9]*\) |.*/\1 \2/p'
sed -n "$column" docs/frames.md >"$work/told"
[ "$(wc -l <"$work/told")" = 13 ] || fail "the table of docs/frames.md is not read"
tests/bench/frames.sh >"$work/table" || fail "a frame is larger than g++'s or rustc's: $(cat "$work/table")"
sed -n "$column" "$work/table" >"$work/made"
diff "$work/told" "$work/made" || fail "docs/frames.md tells other sizes of acc's frames: run tests/bench/frames.sh"
for line in 'nothing 32' 'loop 40' 'buffer_before 32' 'two_buffers 1040'; do
    grep -qx "$line" "$work/told" || fail "not $line"
done

# Frames hold what is needed alone: the table of docs/frames.md is what acc and, where it is here, g++ 12 make; a leaf takes 48 bytes at most.
. tests/command/common
sed -n 's/^| `\([a-z_]*\)` | \([0-9]*\) |.*/\1 \2/p' docs/frames.md >"$work/told"
[ "$(wc -l <"$work/told")" = 10 ] || fail "the table of docs/frames.md is not read"
if echo '#include <coroutine>' | g++ -std=c++20 -x c++ -fsyntax-only - 2>/dev/null; then
    tests/bench/frames.sh g++ >"$work/table" || fail "a frame is larger than g++'s: $(cat "$work/table")"
    sed -n 's/^| `\([a-z_]*\)` | \([0-9]*\) |.*/\1 \2/p' "$work/table" >"$work/made"
    diff "$work/told" "$work/made" || fail "docs/frames.md tells other sizes of acc's frames: run tests/bench/frames.sh"
fi
for line in 'nothing 32' 'loop 40' 'buffer_before 32' 'two_buffers 1032'; do
    grep -qx "$line" "$work/told" || fail "not $line"
done

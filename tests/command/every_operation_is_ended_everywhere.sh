# Each async function of ac.h and ac_tls.h is among those that tests/runtime/*_ended_everywhere.ac cancel and time out at each await. What
# `async with` and `async for` call is not named there.
. tests/command/common
for header in ac.h ac_tls.h; do
    tr '\n' ' ' <"runtime/include/$header" | grep -oE 'ac_async\([^()]*\) ac_[a-z_]+\(' | sed 's/.* //; s/($//' || fail "$header: no async function found"
done | grep -vE '_(aenter|aexit|anext)$' | sort -u >"$work/operations"
[ "$(wc -l <"$work/operations")" -gt 80 ] || fail "only $(wc -l <"$work/operations") operations found"
while IFS= read -r operation; do
    grep -qw "$operation" tests/runtime/*_ended_everywhere.ac tests/runtime/everywhere.h || echo "$operation is not ended everywhere"
done <"$work/operations" >"$work/missing"
[ ! -s "$work/missing" ] || fail "$(cat "$work/missing")"

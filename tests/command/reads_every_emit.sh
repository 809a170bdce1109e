# --emit=ast, frames and states print and succeed for every sample.
. tests/command/common
for source in samples/*.ac; do
    for what in ast frames states; do
        $acc $include --emit=$what "$source" >"$work/out" || fail "--emit=$what $source"
        [ -s "$work/out" ] || fail "--emit=$what $source prints nothing"
    done
    $acc $include --emit=states "$source" | grep -q digraph || fail "--emit=states $source is no DOT"
done

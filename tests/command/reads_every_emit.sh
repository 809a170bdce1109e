# --emit=ast, frames and states print and succeed for every sample, and states for every program of tests/lang; graphviz takes all graphs, one for each async
# function, and the names in them are the program's.
. tests/command/common
for source in samples/*.ac; do
    for what in ast frames states; do
        $acc $include --emit=$what "$source" >"$work/out" || fail "--emit=$what $source"
        [ -s "$work/out" ] || fail "--emit=$what $source prints nothing"
    done
    cat "$work/out" >>"$work/graphs"
done
for source in tests/lang/*.ac; do
    # shellcheck disable=SC2046
    $acc $include -w $(sed -n 's|^// acc: ||p' "$source") --emit=states "$source" >>"$work/graphs" || fail "--emit=states $source"
done
[ "$(grep -c '^digraph ' "$work/graphs")" -gt 600 ] || fail "only $(grep -c '^digraph ' "$work/graphs") graphs"
! grep -n 'ac_t[0-9]\|ac_self\|ac_status\|ac_base\|__frame\|__resume' "$work/graphs" || fail "names of the output in the graphs"
if command -v dot >/dev/null; then
    dot -Tcanon "$work/graphs" >"$work/canon" 2>"$work/said" || fail "graphviz does not take them: $(cat "$work/said")"
    [ ! -s "$work/said" ] || fail "graphviz complains: $(cat "$work/said")"
    [ "$(grep -c '^digraph ' "$work/canon")" = "$(grep -c '^digraph ' "$work/graphs")" ] || fail "graphviz reads fewer graphs"
fi

# --version and --help answer on standard output; no file, an unknown option and two files are errors.
. tests/command/common
$acc --version | grep -q '^acc ' || fail "--version: $($acc --version)"
$acc --help | grep -q -e '-fsyntax-only' || fail "--help does not tell the options"
for words in "" "--no-such-option" "-o" "a.ac b.ac"; do
    status=0
    # shellcheck disable=SC2086
    $acc $words >"$work/out" 2>"$work/said" || status=$?
    [ $status = 1 ] || fail "acc $words: status $status"
    grep -q error "$work/said" || fail "acc $words: $(cat "$work/said")"
done

# -fsyntax-only checks and writes nothing.
. tests/command/common
program "$work/x.ac"
$acc $include -fsyntax-only "$work/x.ac"
[ "$(ls "$work")" = x.ac ] || fail "files: $(ls "$work")"
echo 'async int broken(void) { return await nothing_known(); }' >>"$work/x.ac"
! $acc $include -fsyntax-only "$work/x.ac" 2>"$work/said" || fail "an error is not told by the status"

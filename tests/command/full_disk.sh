# A full disk: an error, status 1, for a file, for standard output, and for a dependency file; the old output stays.
. tests/command/common
program "$work/good.ac"
for target in "-o /dev/full" "-o -"; do
    status=0
    # shellcheck disable=SC2086
    $acc $include "$work/good.ac" $target >/dev/full 2>"$work/said" || status=$?
    [ $status = 1 ] || fail "$target: status $status"
    grep -q 'error.*[Nn]o space' "$work/said" || fail "$target: $(cat "$work/said")"
done
status=0
$acc $include "$work/good.ac" -o "$work/good.c" -MD -MF /dev/full 2>"$work/said" || status=$?
[ $status = 1 ] || fail "dependency file: status $status"
[ ! -e "$work/good.c" ] || fail "an output file although the dependency file failed"
status=0
$acc $include "$work/good.ac" -o "$work/no/such/folder.c" 2>"$work/said" || status=$?
[ $status = 1 ] || fail "missing folder: status $status"

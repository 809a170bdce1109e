# A failed run neither makes nor changes the output file, and leaves no other file behind.
. tests/command/common
program "$work/x.ac"
$acc $include "$work/x.ac" -o "$work/x.c"
cp "$work/x.c" "$work/before.c"
echo 'async int broken(void) { return await nothing_known(); }' >>"$work/x.ac"
status=0
$acc $include "$work/x.ac" -o "$work/x.c" 2>"$work/said" || status=$?
[ $status = 1 ] || fail "status $status"
cmp "$work/x.c" "$work/before.c"
[ "$(ls "$work" | tr '\n' ' ')" = "before.c said x.ac x.c " ] || fail "files left behind: $(ls "$work")"

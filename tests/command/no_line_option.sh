# --no-line leaves out every #line; without it messages and debuggers are led back to the source.
. tests/command/common
program "$work/x.ac"
$acc $include "$work/x.ac" -o "$work/with.c"
$acc $include --no-line "$work/x.ac" -o "$work/without.c"
grep -q '^#line .*x.ac"' "$work/with.c" || fail "no #line to the source"
! grep -q '^#line' "$work/without.c" || fail "--no-line leaves a #line"
for file in with without; do
    gcc -std=c11 -Wall -Wextra -Wpedantic -Werror $include "$work/$file.c" build/libac.a -lpthread -o "$work/$file"
    [ "$("$work/$file")" = 42 ] || fail "$file does not work"
done
# The C compiler's own messages stand at the line of the source.
printf '#include <ac.h>\nasync int f(void)\n{\n    int unused_one = 1;\n    await ac_sleep(0);\n    return 0;\n}\n' >"$work/warn.ac"
$acc $include "$work/warn.ac" -o "$work/warn.c"
gcc -std=c11 -Wall $include -c "$work/warn.c" -o "$work/warn.o" 2>"$work/said"
grep -q "warn.ac:4:.*unused_one" "$work/said" || fail "the C compiler's warning is elsewhere: $(cat "$work/said")"

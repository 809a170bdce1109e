# `-` stands for standard input and output; without -o the output lies beside the source, with .c for .ac.
. tests/command/common
program "$work/x.ac"
$acc $include "$work/x.ac"
[ -s "$work/x.c" ] || fail "no x.c beside x.ac"
$acc $include "$work/x.ac" -o - >"$work/out.c"
cmp "$work/x.c" "$work/out.c"
$acc $include - -o - <"$work/x.ac" >"$work/in.c"
gcc -std=c11 -Wall -Wextra -Wpedantic -Werror $include "$work/in.c" build/libac.a -lpthread -o "$work/in"
[ "$("$work/in")" = 42 ] || fail "the program read from standard input does not work"

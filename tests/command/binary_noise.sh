# Files that are no text: noise, zeros, the compiler itself.
. tests/command/common
head -c 100000 /dev/urandom >"$work/noise.ac"
refuses "$work/noise.ac"
head -c 100000 build/acc >"$work/program.ac"
refuses "$work/program.ac"
printf 'async int main(void) { await ac_sleep(0); \000\001\377 }' >"$work/bytes.ac"
refuses "$work/bytes.ac"
# Nothing in it is an error: an empty translation unit.
: >"$work/empty.ac"
$acc "$work/empty.ac" -o "$work/empty.c" || fail "an empty file is refused"

# The Makefile rule of the README builds a program of two .ac files and rebuilds it when a header changes.
. tests/command/common
mkdir "$work/project"
sed -n '/^```make$/,/^```$/p' README.md | grep -v '^```' >"$work/project/Makefile"
[ -s "$work/project/Makefile" ] || fail "the README shows no Makefile"
make -s install DESTDIR="$PWD/$work/root" PREFIX=/usr
root=$PWD/$work/root/usr
cd "$work/project"
printf '#include <ac.h>\n#define N 1\nasync int part(int n);\n' >part.h
printf '#include "part.h"\nasync int part(int n) { await ac_sleep(0); return n + N; }\n' >part.ac
printf '#include "part.h"\n#include <stdio.h>\nasync int main(void) { printf("%%d\\n", await part(1)); }\n' >main.ac
export PATH="$root/bin:$PATH" C_INCLUDE_PATH="$root/include" LIBRARY_PATH="$root/lib"
make -s
[ "$(./program)" = 2 ] || fail "the program says $(./program)"
sleep 1
sed -i 's/N 1/N 5/' part.h
make -s
[ "$(./program)" = 6 ] || fail "after a change of the header it says $(./program)"

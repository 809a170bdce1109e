# -MD, -MMD, -MF, -MT, -MQ and -MP write what gcc writes: every header, or all but the system's.
. tests/command/common
mkdir "$work/inc"
printf '#include "b.h"\nasync int f(void);\n' >"$work/inc/a.h"
echo '#define TEN 10' >"$work/inc/b.h"
printf '#include <stdio.h>\n#include "a.h"\nasync int f(void) { return TEN; }\n' >"$work/x.ac"
$acc -I"$work/inc" "$work/x.ac" -o "$work/x.c" -MMD
tr -d '\\\n' <"$work/x.d" >"$work/flat"
grep -q "^$work/x.c:" "$work/flat" || fail "-MMD: the target is not the output: $(cat "$work/x.d")"
for name in x.ac inc/a.h inc/b.h; do
    grep -q "$work/$name" "$work/flat" || fail "-MMD: $name is missing"
done
! grep -q stdio.h "$work/flat" || fail "-MMD: a system header is there"
$acc -I"$work/inc" "$work/x.ac" -o "$work/x.c" -MD -MF "$work/deps" -MT 'one two' -MP
grep -q '^one two:' "$work/deps" || fail "-MT: $(head -3 "$work/deps")"
grep -q 'stdio.h' "$work/deps" || fail "-MD: stdio.h is missing"
grep -q "^$work/inc/a.h:\$" "$work/deps" || fail "-MP: no empty rule for a header"
$acc -I"$work/inc" "$work/x.ac" -o "$work/x.c" -MD -MF "$work/deps" -MQ 'a$b'
grep -q '^a$$b:' "$work/deps" || fail "-MQ does not quote: $(head -1 "$work/deps")"
printf 'all: %s\n\t@echo made\ninclude %s\n' "$work/x.c" "$work/x.d" >"$work/makefile"
make -s -f "$work/makefile" | grep -q made || fail "make cannot read the dependency file"

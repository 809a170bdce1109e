# A preprocessor that is not there, that fails, or that finds an error: acc tells it and writes nothing.
. tests/command/common
program "$work/good.ac"
CC=/nowhere/cc refuses "$work/good.ac"
CC=false refuses "$work/good.ac"
echo '#include "not_there.h"' >"$work/bad.ac"
refuses "$work/bad.ac"
echo '#error this stops it' >"$work/bad.ac"
refuses "$work/bad.ac"
grep -q 'this stops it' "$work/said" || fail "the preprocessor's own words are lost"
# One that takes options of its own, and one with a path.
CC="cc -DANSWER=1" $acc $include "$work/good.ac" -o "$work/good.c"
CC=$(command -v cc) $acc $include "$work/good.ac" -o "$work/good.c"

# A preprocessor that is not there, that fails, or that finds an error: acc tells it and writes nothing.
. tests/command/common
program "$work/good.ac"
CC=/nowhere/cc refuses "$work/good.ac"
if CC=false $acc $include "$work/good.ac" -o "$work/refused.c" 2>"$work/said" || [ $? -ne 1 ] || [ -e "$work/refused.c" ]; then
    fail "a preprocessor that fails is not minded"
fi
grep -q '^acc: note: nothing is translated, since the preprocessor `false -E` failed' "$work/said" || fail "who has failed is not told"
echo '#include "not_there.h"' >"$work/bad.ac"
refuses "$work/bad.ac"
echo '#error this stops it' >"$work/bad.ac"
refuses "$work/bad.ac"
grep -q 'this stops it' "$work/said" || fail "the preprocessor's own words are lost"
! grep -q 'acc: error' "$work/said" || fail "one mistake is told twice"
# One that takes options of its own, and one with a path.
CC="cc -DANSWER=1" $acc $include "$work/good.ac" -o "$work/good.c"
CC=$(command -v cc) $acc $include "$work/good.ac" -o "$work/good.c"

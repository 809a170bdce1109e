# tests/rules.txt: each rule names tests that are there, each program of tests/diag stands at a rule, each section of docs/language.md has rules, which are
# numbered, and each warning of its table is among them. So do the mistakes that newcomers make most, which the compiler or the runtime tells.
. tests/command/common
rules=tests/rules.txt
grep '^== ' $rules | sed 's/^== //' >"$work/sections"
{ grep '^## ' docs/language.md | sed 's/^## //'; echo 'Mistakes of newcomers'; } | diff - "$work/sections" || fail "the sections are not those of docs/language.md"

awk '/^#/ || /^$/ { next }
     /^== / { if (section && !n) print section ": no rule"; section = substr($0, 4); n = 0; next }
     { n++ }
     $1 != n "." { print section ": rule " n " is numbered " $1 }
     !/ \| [a-z]+\/[a-z0-9_]+( [a-z]+\/[a-z0-9_]+)*$/ { print section ": no tests: " $0 }
     END { if (!n) print section ": no rule" }' $rules >"$work/wrong"
[ ! -s "$work/wrong" ] || fail "$(cat "$work/wrong")"

sed -n 's/^[0-9].* | //p' $rules | tr ' ' '\n' | sort -u >"$work/named"
while read -r test; do
    [ -f "tests/$test.ac" ] || [ -f "tests/$test.sh" ] || [ -f "$test.ac" ] || fail "there is no test $test"
done <"$work/named"
ls tests/diag | sed 's|^|diag/|; s|\.ac$||' | sort | comm -23 - "$work/named" >"$work/left_out"
[ ! -s "$work/left_out" ] || fail "these stand at no rule: $(cat "$work/left_out")"

# Each flag of the table is a rule, whose test draws that warning.
sed -n 's/^| `-W\([a-z][a-z-]*\).*/\1/p' docs/language.md >"$work/flags"
[ "$(grep -c . "$work/flags")" -ge 12 ] || fail "the table of warnings was not found"
while read -r flag; do
    tests=$(sed -n "s/^[0-9]*\. -W$flag\b.* | //p" $rules)
    [ -n "$tests" ] || fail "-W$flag is no rule"
    for test in $tests; do
        grep -q "\[-W$flag\]" "tests/$test.ac" && continue 2
    done
    fail "no test of the rule -W$flag draws it: $tests"
done <"$work/flags"

# Every ```c block of the README and the references is true: a program (it has a main) is translated, compiled and run, and prints what the
# ```output block behind it shows, with the status of an ```exit block; a fragment is translated and compiled, as declarations or as
# the body of an async function, among the names of tests/documented.h; what is marked ```c wrong is refused.
. tests/command/common
include="$include -Itests"
cflags="-std=gnu11 -Wall -Wextra -Werror -Wno-unused"

# Writes each block to N.ac, N.wrong, N.output, N.exit; N is the number of the ```c block that it belongs to.
cut_blocks() {
    awk -v into="$work/$2." '
        /^```/ && inside { inside = 0; close(file); next }
        /^```c( wrong)?$/ { n++; inside = 1; file = into n (/wrong/ ? ".wrong" : ".ac"); next }
        /^```(output|exit)$/ { inside = 1; file = into n "." substr($0, 4); next }
        /^```/ { inside = 1; file = "/dev/null"; next }
        inside { print > file }' "$1"
}

# The fragment $1 as declarations; $2: as statements.
as_declarations() { printf '#include "documented.h"\n'; cat "$1"; }
as_statements() { printf '#include "documented.h"\nasync void documented(void)\n{\n'; cat "$1"; printf '}\n'; }

translates() {
    $acc $include -Wno-unawaited "$1" -o "$1.c" 2>"$work/said" && gcc $cflags $include -c "$1.c" -o "$1.o" 2>>"$work/said"
}

check_program() {
    name=${1%.ac}
    $acc $include "$1" -o "$name.c" || fail "$1: it is not accepted"
    gcc $cflags $include "$name.c" build/libac.a -lpthread -o "$name.run" || fail "$1: its output does not compile"
    status=0
    "$name.run" >"$name.printed" 2>"$name.errors" || status=$?
    wanted=$(cat "$name.exit" 2>/dev/null || echo 0)
    [ $status = "$wanted" ] || fail "$1: status $status instead of $wanted: $(cat "$name.errors")"
    [ ! -f "$name.output" ] || diff -u "$name.output" "$name.printed" || fail "$1: it prints something else"
}

check_fragment() {
    as_declarations "$1" >"$1.declarations.ac"
    as_statements "$1" >"$1.statements.ac"
    translates "$1.declarations.ac" || { mv "$work/said" "$work/first"; translates "$1.statements.ac"; } ||
        fail "$1: as declarations: $(head -5 "$work/first") as statements: $(head -5 "$work/said")"
}

programs=0
for document in README.md docs/language.md docs/runtime.md; do
    cut_blocks $document "$(basename $document .md)"
done
for block in "$work"/*.[0-9]*.ac; do
    # The README's second block is output of acc: readme_is_true.sh looks at it.
    grep -q '^static int [a-z_]*__resume' "$block" && continue
    if grep -q '\bmain(' "$block"; then
        check_program "$block"
        programs=$((programs + 1))
    else
        check_fragment "$block"
    fi
done
for block in "$work"/*.wrong; do
    as_declarations "$block" >"$block.ac"
    ! $acc $include "$block.ac" -o "$work/wrong.c" 2>"$work/said" || fail "$block: it is accepted"
    grep -q 'note: ' "$work/said" || fail "$block: no cure is told: $(cat "$work/said")"
done
[ $programs -ge 10 ] || fail "only $programs programs were found"

# How messages look: with colours where they are asked for and nowhere else, as gcc's JSON with what would mend the program, and
# -Werror, -Werror=, -Wno-, -Wno-error= and -w as in gcc.
. tests/command/common
cat >"$work/a.ac" <<'PROGRAM'
#include <ac.h>
static async int fetch(int n)
{
    return n;
}
async int main(void)
{
	int lenght = 1; /* ä */	fetch(length);
}
PROGRAM
sed 's/length/lenght/' "$work/a.ac" >"$work/warned.ac"

# says STATUS FILE OPTION...: what acc writes to standard error is in $work/said.
says() {
    wanted=$1 file=$2 status=0
    shift 2
    $acc $include -fsyntax-only "$@" "$work/$file" 2>"$work/said" || status=$?
    [ $status = "$wanted" ] || fail "$file $*: status $status instead of $wanted: $(cat "$work/said")"
}

escape=$(printf '\033')
says 1 a.ac
cat >"$work/wanted" <<WANTED
$work/a.ac:8:39: error: 'length' undeclared
    8 | 	int lenght = 1; /* ä */	fetch(length);
      | 	                       	      ^~~~~~
$work/a.ac:8:39: note: did you mean 'lenght'?
    8 | 	int lenght = 1; /* ä */	fetch(length);
      | 	                       	      ^~~~~~
      | 	                       	      lenght
WANTED
head -7 "$work/said" | diff -u "$work/wanted" - || fail "the text is another"
! grep -q "$escape" "$work/said" || fail "there are colours in a file"
says 1 a.ac -fdiagnostics-color=always
grep -q "$escape\[01;31merror:$escape\[m 'length' undeclared" "$work/said" || fail "there are no colours: $(cat "$work/said")"
says 1 a.ac -fdiagnostics-color=never
! grep -q "$escape" "$work/said" || fail "there are colours with -fdiagnostics-color=never"

says 1 a.ac -fdiagnostics-format=json
place() { printf '{"file": "%s/a.ac", "line": 8, "display-column": %s, "byte-column": %s, "column": %s}' "$work" "$1" "$2" "$1"; }
grep -qF "[{\"kind\": \"error\", \"message\": \"'length' undeclared\", \"locations\": [{\"caret\": $(place 39 33), \"finish\": $(place 44 38)}], \"escape-source\": false, \"column-origin\": 1, \"children\": [{\"kind\": \"note\"" "$work/said" ||
    fail "the JSON is another: $(cat "$work/said")"
grep -qF "\"fixits\": [{\"start\": $(place 39 33), \"next\": $(place 45 39), \"string\": \"lenght\"}]" "$work/said" ||
    fail "the JSON tells no cure: $(cat "$work/said")"

# The same members as gcc's have, and what a note lacks there it lacks here.
printf 'void fetch(int);\nvoid f(void)\n{\n    int lenght = 1;\n    fetch(length);\n}\n' >"$work/a.c"
if command -v gcc >/dev/null 2>&1 && gcc -fsyntax-only -fdiagnostics-format=json "$work/a.c" 2>"$work/gcc.said" || grep -q '^\[{' "$work/gcc.said"; then
    for who in gcc.said said; do
        grep -o '"[a-z-]*":' "$work/$who" | grep -v '"option' | sort -u >"$work/$who.members"
        [ "$(grep -o '"column-origin"' "$work/$who" | wc -l)" = "$(grep -o '"children"' "$work/$who" | wc -l)" ] ||
            fail "$who: a note has a column-origin"
    done
    diff -u "$work/gcc.said.members" "$work/said.members" || fail "the JSON has other members than gcc's"
fi

if command -v script >/dev/null 2>&1; then
    TERM=xterm script -qec "$acc $include -fsyntax-only $work/a.ac" /dev/null >"$work/terminal" 2>&1 </dev/null || true
    grep -q "$escape\[01;31merror:$escape\[m" "$work/terminal" || fail "there are no colours on a terminal: $(cat "$work/terminal")"
    TERM=dumb script -qec "$acc $include -fsyntax-only $work/a.ac" /dev/null >"$work/terminal" 2>&1 </dev/null || true
    ! grep -q "$escape" "$work/terminal" || fail "there are colours on a terminal that has none"
fi

says 0 warned.ac
grep -q 'warning: the coroutine .*\[-Wunawaited\]$' "$work/said" || fail "there is no warning: $(cat "$work/said")"
says 1 warned.ac -Werror
grep -q 'error: the coroutine .*\[-Werror=unawaited\]$' "$work/said" || fail "-Werror: $(cat "$work/said")"
says 1 warned.ac -Werror=unawaited
says 0 warned.ac -Werror -Wno-error=unawaited
grep -q 'warning: the coroutine' "$work/said" || fail "-Wno-error=: $(cat "$work/said")"
for silent in -w -Wno-unawaited "-Werror -Wno-unawaited"; do
    says 0 warned.ac $silent
    [ ! -s "$work/said" ] || fail "$silent: $(cat "$work/said")"
done
says 0 warned.ac -w -fdiagnostics-format=json
[ "$(cat "$work/said")" = '[]' ] || fail "the JSON of no message is no empty list"

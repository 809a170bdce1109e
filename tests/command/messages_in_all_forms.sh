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

# Of the same mistakes the same members as gcc's have: errors, warnings, notes, places and cures.
# members FILE: each object as its members' names, in one order; objects are written as gcc writes them, in one line.
members() {
    awk '{
        text = $0
        while (match(text, /\{[^{}]*\}/)) {                 # the innermost object
            object = substr(text, RSTART, RLENGTH)
            names = ""
            count = 0
            for (rest = object; match(rest, /"[a-z_-]+": ?/); rest = substr(rest, RSTART + RLENGTH))
                name[++count] = substr(rest, RSTART, RLENGTH)
            for (i = 1; i <= count; i++)
                for (k = i + 1; k <= count; k++)
                    if (name[k] < name[i]) { t = name[i]; name[i] = name[k]; name[k] = t }
            for (i = 1; i <= count; i++)
                names = names name[i]
            gsub(/[ :]+/, " ", names)
            gsub(/"fixits" /, "", names)                    # a cure stands in a note of its own, where gcc has it in the error
            print names
            match(text, /\{[^{}]*\}/)
            text = substr(text, 1, RSTART - 1) substr(text, RSTART + RLENGTH)
        }
    }' "$1"
}

# as_gcc NAME OPTION... <C: the mistake of a C file, told by gcc, has the members that acc gives it in an async function.
as_gcc() {
    name=$1
    shift
    cat >"$work/$name.c"
    sed 's/^int \([a-z]*\)(/async &/' "$work/$name.c" >"$work/$name.ac"
    gcc -c -o /dev/null -fdiagnostics-format=json "$@" "$work/$name.c" 2>"$work/gcc.said" || true
    $acc $include -fsyntax-only -fdiagnostics-format=json "$@" "$work/$name.ac" 2>"$work/said" || true
    # strings first: they may hold braces
    for who in gcc.said said; do
        sed 's/": "[^"]*"/": 0/g' "$work/$who" >"$work/$who.bare"
        members "$work/$who.bare" >>"$work/$who.members"
    done
    [ "$(grep -o '"kind": "[ew][a-z]*"' "$work/said")" = "$(grep -o '"kind": "[ew][a-z]*"' "$work/gcc.said")" ] || fail "$name: $(cat "$work/said")"
    grep -q '"caret"' "$work/gcc.said.members" || fail "$name: gcc says $(cat "$work/gcc.said")"
    for member in option option_url string; do
        for who in gcc.said said; do
            grep -o "\"$member\": [^,}]*" "$work/$who" | sort -u >"$work/$who.values" || true
        done
        diff -u "$work/gcc.said.values" "$work/said.values" || fail "$name: $member is another than gcc's"
    done
}

if command -v gcc >/dev/null 2>&1 && gcc --version | grep -q '^gcc.* 1[12]\.'; then
    as_gcc member <<'C'
struct point { int width; };
int f(struct point *p)
{
    return p->widht;
}
C
    as_gcc redefinition <<'C'
int f(int n)
{
    return n;
}
int f(int n)
{
    return n;
}
C
    for flag in -Wreturn-type -Werror=return-type; do
        as_gcc return$flag $flag <<'C'
int f(int n)
{
    n++;
}
C
    done
    for who in gcc.said said; do
        sort -u "$work/$who.members" >"$work/$who.objects"
    done
    diff -u "$work/gcc.said.objects" "$work/said.objects" || fail "the JSON has other members than gcc's"
    [ "$(wc -l <"$work/said.objects")" -ge 6 ] || fail "few kinds of objects: $(cat "$work/said.objects")"
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

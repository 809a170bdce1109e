# Each mistake in C of c_mistakes.txt is told by acc when it stands in an async body, at its line, so that no C compiler is left to tell it in
# terms of the output. The compiler confirms that each is one. And what acc accepts of tests/diag, a C compiler accepts.
. tests/command/common
list=tests/command/c_mistakes.txt
strict="-std=gnu11 -fsyntax-only -Werror=incompatible-pointer-types -Werror=int-conversion"
strict="$strict -Werror=implicit-function-declaration -Werror=return-type"
cat >"$work/head" <<'HEAD'
struct point { int x, y; };
struct other { int x; };
struct unfinished;
int add(int a, int b);
void give_nothing(void);
HEAD
variables='int n = 0, *p = &n, array[3] = {0}; char *q = 0; double d = 0; struct point s = {0}, *ps = &s; struct other t = {0};
const int constant = 1, *to_constant = &n; const struct point fixed = {0}; struct { int b : 3; } bits = {0};
struct unfinished *unfinished = 0; register int once = 1; const char *text = 0; (void)text, (void)q, (void)array, (void)once;
(void)d, (void)ps, (void)q, (void)constant, (void)to_constant, (void)fixed, (void)bits, (void)unfinished, (void)s, (void)t, (void)p;'
at=$(($(wc -l <"$work/head") + 6))
number=0
missed=0
while IFS= read -r mistake; do
    number=$((number + 1))
    for kind in plain async; do
        {
            cat "$work/head"
            [ $kind = plain ] && echo 'static int f(void)' || echo 'async int f(void)'
            printf '{ %s\n' "$variables"
            printf '%s\n' "$mistake"
            [ $kind = plain ] && echo ';' || echo '; _Await ac_sleep(0);'
            echo 'return n; }'
        } >"$work/$kind.body"
    done
    cp "$work/plain.body" "$work/plain.c"
    { echo '#include <ac.h>'; cat "$work/async.body"; } >"$work/async.ac"
    if gcc $strict "$work/plain.c" 2>/dev/null; then
        echo "line $number: gcc sees no mistake: $mistake"
        missed=$((missed + 1))
    elif $acc $include -fsyntax-only "$work/async.ac" 2>"$work/said"; then
        echo "line $number: acc does not see it: $mistake"
        missed=$((missed + 1))
    elif ! grep -q "async.ac:$((at + 1)):[0-9]*: error: " "$work/said"; then
        echo "line $number: acc tells it elsewhere: $mistake: $(grep error: "$work/said" | head -1)"
        missed=$((missed + 1))
    fi
done <"$list"
[ $missed = 0 ] || fail "$missed of $number mistakes"

for source in tests/diag/*.ac; do
    flags=$(sed -n 's|^// flags: ||p' "$source" | sed 's/-Werror[^ ]*//')
    $acc $include $flags -w "$source" -o "$work/accepted.c" 2>/dev/null || continue
    gcc -std=gnu11 -w -fsyntax-only $include "$work/accepted.c" 2>"$work/said" || fail "$source: $(cat "$work/said")"
done

# Each mistake in C of c_mistakes.txt and c_constraints.txt is told by acc when it stands in an async body, at its line and
# nowhere else, so that no C compiler is left to tell it in terms of the output. gcc confirms that each is one, and so does
# clang, but for those that it is known to take. And what acc accepts of tests/diag, a C compiler accepts.
. tests/command/common
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

# What clang takes without an error: gcc minds tags that the head of a loop declares, and the rest C forbids.
cat >"$work/taken" <<'TAKEN'
char a[] = {"one", "two"};
register struct { int a[2]; } u = {{0}}; p = u.a;
_Alignas(int(void)) int u;
for (struct u { int a; } v = {0}; v.a < 2; v.a++) n = 1;
for (union u { int a; } v = {0}; v.a < 2; v.a++) n = 1;
for (enum u { AA } v = AA; n < 1; n++) n = v;
TAKEN

# functions SPECIFIER STATEMENT: one function for each mistake on standard input.
functions() {
    number=0
    while IFS= read -r mistake; do
        number=$((number + 1))
        printf '%s int f%s(void) { %s\n' "$1" $number "$variables"
        printf '%s\n; %s return n; }\n' "$mistake" "$2"
    done
}

# tell PART: judges the mistakes of a part of the list; what is wrong goes to standard output.
tell() {
    { echo; cat "$work/head"; functions static '' <"$1"; } >"$1.c"
    { echo '#include <ac.h>'; cat "$work/head"; functions async '_Await ac_sleep(0);' <"$1"; } >"$1.ac"
    ! gcc $strict "$1.c" 2>"$1.c.said" || echo "gcc sees no mistake in $1"
    ! $acc $include -fsyntax-only "$1.ac" 2>"$1.ac.said" || echo "acc sees no mistake in $1"
    awk -v at=$(($(wc -l <"$work/head") + 6)) '{ print at; at += 6 }' "$1" >"$1.lines"
    # gcc tells what is missing at what comes instead, on the next line.
    told "$1" c | awk '{ print; print $1 - 1 }' | sort -nu | diff - "$1.lines" | sed -n 's/^> //p' | show "$1" c "gcc sees no mistake"
    if command -v clang >/dev/null; then
        ! clang $strict -ferror-limit=0 "$1.c" 2>"$1.c.said" || echo "clang sees no mistake in $1"
        told "$1" c | awk '{ print; print $1 - 1 }' | sort -nu | diff - "$1.lines" | sed -n 's/^> //p' |
            while read -r line; do
                sed -n "${line}p" "$1.c" | grep -qxFf "$work/taken" || echo "clang sees no mistake: $(sed -n "${line}p" "$1.c")"
            done
    fi
    told "$1" ac | diff - "$1.lines" | sed -n 's/^< //p' | show "$1" ac "acc sees a mistake"
    told "$1" ac | diff - "$1.lines" | sed -n 's/^> //p' | show "$1" ac "acc does not see it"
}

# told PART KIND: the lines of the .KIND with errors. show PART KIND TEXT: the lines on standard input, and what is said of them.
told() { sed -n "s/.*\.$2:\([0-9]*\):[0-9]*: error: .*/\1/p" "$1.$2.said" | sort -nu; }
show() {
    while read -r line; do
        echo "$3: $(sed -n "${line}p" "$1.$2"): $(grep "\.$2:$line:" "$1.$2.said")"
    done
}
{ cat tests/command/c_mistakes.txt; sed '/^#/d' tests/command/c_constraints.txt | cut -f2-; } | split -l 50 - "$work/part."
for part in "$work"/part.??; do
    tell "$part"
done >"$work/wrong"
[ ! -s "$work/wrong" ] || fail "$(cat "$work/wrong")"

for source in tests/diag/*.ac; do
    flags=$(sed -n 's|^// flags: ||p' "$source" | sed 's/-Werror[^ ]*//')
    $acc $include $flags -w "$source" -o "$work/accepted.c" 2>/dev/null || continue
    gcc -std=gnu11 -w -fsyntax-only $include "$work/accepted.c" 2>"$work/said" || fail "$source: $(cat "$work/said")"
done

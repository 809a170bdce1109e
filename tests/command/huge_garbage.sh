# 200 MB of garbage, as one line, as lines of noise, and as lines that look like C: an error in bounded time and memory.
. tests/command/common
refuse_huge() {
    status=0
    (ulimit -t 100; ulimit -v 12000000; $acc "$work/huge.ac" -o "$work/huge.c") 2>"$work/said" || status=$?
    [ $status = 1 ] || fail "$1: status $status: $(head -c 2000 "$work/said")"
    grep -q error "$work/said" || fail "$1: no error is told"
    [ ! -e "$work/huge.c" ] || fail "$1: it left an output file"
    [ "$(wc -c <"$work/said")" -lt 10000000 ] || fail "$1: it talks too much"
    rm -f "$work/huge.ac"
}
tr '\000-\377' 'a-zA-Z0-9{}();,.*+<>=&|%a-zA-Z0-9 ' </dev/urandom | head -c 1000000 >"$work/block"
for i in 1 2 3 4 5 6 7 8 9 10; do cat "$work/block"; done >"$work/blocks"
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do cat "$work/blocks"; done >"$work/huge.ac"
refuse_huge 'one line'
rm -f "$work/blocks"
head -c 200000000 /dev/urandom >"$work/huge.ac"
refuse_huge noise

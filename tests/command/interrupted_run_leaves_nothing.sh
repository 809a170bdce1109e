# acc ended by a signal in the middle of its work leaves no half-written file.
. tests/command/common
program "$work/long.ac"
awk 'BEGIN {
    for (i = 0; i < 20000; i++)
        printf "async int f%d(int n) { int x = n * %d; await ac_sleep(0.5); return x + await later(n); }\n", i, i
}' >>"$work/long.ac"
mkdir "$work/out"
for delay in 0.02 0.1 0.2 0.4 0.7; do
    $acc $include "$work/long.ac" -o "$work/out/long.c" &
    pid=$!
    sleep $delay
    kill -TERM $pid 2>/dev/null || true
    status=0
    wait $pid || status=$?
    if [ $status != 0 ]; then
        [ -z "$(ls "$work/out")" ] || fail "after $delay s it left: $(ls "$work/out")"
    else
        tail -1 "$work/out/long.c" | grep -q . || fail "half a file after a run that ended well"
        rm -f "$work/out/long.c"
    fi
done

# Each public function of ac.h, ac_tls.h and ac_backend.h is called by a program of tests/runtime or a unit test of the runtime, which run on
# epoll, io_uring and poll.
. tests/command/common
# What emitted code calls: acc writes it into all programs. It stands in the headers' section of that name.
sed -n '/^\/\* ---- 3. For emitted code/,/^\/\* ---- 5\. /p' runtime/include/ac.h | grep -oE '\bac_[a-z_]+' | sort -u >"$work/emitted"
grep -qx ac_enter "$work/emitted" || fail "the section for emitted code was not found"

# Without what `async with` and `async for` call, and types.
for header in ac.h ac_tls.h ac_backend.h; do
    printf '#include <%s>\n' $header | gcc -E -P $include - | tr '\n' ' ' >"$work/text"
    for depth in 1 2 3 4; do
        sed 's/{[^{}]*}/;/g' "$work/text" >"$work/shorter"
        mv "$work/shorter" "$work/text"
    done
    tr ';' '\n' <"$work/text" | grep -v '^ *typedef' | grep -oE '\bac_[a-z0-9_]+ ?\(' || fail "$header: no function found"
done | sed 's/ *($//' | grep -v -e __ -e '_aenter$' -e '_aexit$' -e '_anext$' -e '_ref$' | sort -u | comm -23 - "$work/emitted" >"$work/functions"
[ "$(wc -l <"$work/functions")" -gt 240 ] || fail "only $(wc -l <"$work/functions") functions found"

grep -ohE '\bac_[a-z0-9_]+ ?\(' tests/runtime/*.ac tests/runtime/*.h tests/unit/test_core.* tests/unit/test_loop.c tests/unit/test_stream*.[ch] |
    sed 's/ *($//' | sort -u >"$work/called"
comm -23 "$work/functions" "$work/called" >"$work/untested"
[ ! -s "$work/untested" ] || fail "no test that runs on every backend calls $(cat "$work/untested")"

# These programs are about one backend, or tell something that is so on one; all others run on every one.
grep -lE '^// not: .*\<backends\>' tests/runtime/*.ac | sed 's|.*/||' | sort >"$work/left_out"
diff - "$work/left_out" <<'NAMES' || fail "the programs that do not run on every backend are others than those named here"
NAMES

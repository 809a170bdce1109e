# C that is seldom written passes through acc, and acc understands it as the C compiler does: sizes, places, values, types.
. tests/command/common
export PASSTHROUGH_ROOT=.
for compiler in gcc clang gcc-13 gcc-14 gcc-15 clang-19 clang-20 clang-21; do
    command -v $compiler >/dev/null || continue
    export PASSTHROUGH_CC=$compiler PASSTHROUGH_RESULTS="$work/$compiler"
    for source in tests/passthrough/files/*.c; do
        for standard in $(sed -n '1s|^// standards: ||p' "$source"); do
            build/tests/passthrough-cc "-std=$standard" -w -c "$source" -o "$work/x.o" || fail "$source: $compiler does not take it as $standard"
        done
    done
    if grep FAILED "$work/$compiler"; then
        fail "under $compiler"
    fi
    [ "$(grep -c '^ok' "$work/$compiler")" -gt 6 ] || fail "not all were compared"
done

# C that is seldom written passes through acc, and acc understands it as the C compiler does: sizes, places, values, types.
. tests/command/common
export PASSTHROUGH_ROOT=.
for compiler in gcc clang; do
    command -v $compiler >/dev/null || continue
    export PASSTHROUGH_CC=$compiler
    PASSTHROUGH_RESULTS="$work/$compiler"
    export PASSTHROUGH_RESULTS
    for source in tests/passthrough/files/*.c; do
        build/tests/passthrough-cc -c "$source" -o "$work/x.o" || fail "$source: $compiler does not take it"
    done
    if grep FAILED "$work/$compiler"; then
        fail "under $compiler"
    fi
    [ "$(grep -c '^ok' "$work/$compiler")" = "$(find tests/passthrough/files -name '*.c' | wc -l)" ] || fail "not all were compared"
done

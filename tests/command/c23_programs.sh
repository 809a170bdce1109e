# C23 in async functions: acc asks $CC whether its keywords are keywords. Where no compiler for it is installed there is nothing to try.
. tests/command/common
printf '16.5 1\n4\n1000\n' >"$work/expected"
for compiler in gcc clang gcc-13 gcc-14 gcc-15 clang-19 clang-20 clang-21; do
    for standard in c23 c2x; do
        echo 'constexpr int one = 1; auto two = nullptr; _BitInt(9) three;' >"$work/probe.c"
        $compiler -std=$standard -fsyntax-only "$work/probe.c" 2>/dev/null || continue
        CC=$compiler $acc -std=$standard tests/passthrough/files/c23_program.ac -o "$work/x.c" || fail "$compiler: refused"
        for mode in -DAC_ALWAYS_SUSPEND -O2; do
            $compiler -std=$standard $mode -Wall -Wextra -Werror $include "$work/x.c" build/libac.a -lpthread -o "$work/x" || fail "$compiler: output"
            "$work/x" >"$work/printed"
            cmp "$work/printed" "$work/expected" || fail "$compiler $mode: $(cat "$work/printed")"
        done
        break
    done
done

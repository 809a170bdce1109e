# Plain C passes through acc without a change of its meaning: acc's and libac's own sources give the same object code.
. tests/command/common
options="-O1 -std=c11 -Icompiler -Ibuild/gen -Iruntime -Iruntime/include -Iruntime/core -Iruntime/loop"
for source in compiler/*.c runtime/*/*.c build/gen/*.c; do
    # A copy beside the original, as far as #include "..." can tell.
    cp "$source" "$work/x.ac"
    # shellcheck disable=SC2086
    $acc -I"$(dirname "$source")" $options "$work/x.ac" -o "$work/x.c" || fail "$source is refused"
    # shellcheck disable=SC2086
    gcc -w -S -I"$(dirname "$source")" $options -x c "$work/x.ac" -o "$work/before.s"
    # shellcheck disable=SC2086
    gcc -w -S -I"$(dirname "$source")" $options "$work/x.c" -o "$work/after.s"
    for file in before after; do
        grep -v '^[[:space:]]*\.file' "$work/$file.s" >"$work/$file"
    done
    cmp "$work/before" "$work/after" || fail "$source: other object code"
done

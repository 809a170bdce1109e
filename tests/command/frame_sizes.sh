# What --emit=frames says of a frame's size is what the C compiler makes of it.
. tests/command/common
count=0
for source in samples/*.ac tests/lang/a*.ac tests/lang/c*.ac tests/lang/v*.ac; do
    options="$include -I$(dirname "$source") $(sed -n 's|^// acc: ||p' "$source")"
    $acc $options --emit=frames "$source" >"$work/frames"
    $acc $options --no-line "$source" -o "$work/out.c"
    sed -n 's/^[^ ].*:[0-9]*: \([A-Za-z_0-9]*\): \([0-9]*\) bytes$/\1 \2/p' "$work/frames" |
        while read -r name bytes; do
            [ "$name" != main ] || name=main__async
            echo "_Static_assert(sizeof(struct ${name}__frame) == $bytes, \"$name\");"
        done >"$work/asserts"
    count=$((count + $(wc -l <"$work/asserts")))
    cat "$work/asserts" >>"$work/out.c"
    gcc -std=gnu11 -w -fsyntax-only $options "$work/out.c" 2>"$work/said" || fail "$source: $(cat "$work/said")"
done
[ $count -gt 120 ] || fail "only $count frames were measured"

# Ten times the text takes acc about ten times the steps, in whatever shape it comes, where a list searched once an item would make it a
# hundred. Steps are counted, not timed.
. tests/command/common
[ -x build/counted/acc ] || { echo "skipped: $CC cannot count steps here"; exit 0; }

# steps KIND N
steps() {
    build/bench-source "$1" "$2" >"$work/source.ac"
    rm -f "$work/steps"
    AC_STEPS=$work/steps build/counted/acc $include "$work/source.ac" -o "$work/out.c" || fail "$1 $2: acc fails"
    cat "$work/steps"
}

for kind in functions lines function awaits locals labels cases expression nested blocks defers; do
    least=$(steps $kind 1)
    small=$(($(steps $kind 300) - least))
    large=$(($(steps $kind 3000) - least))
    [ "$small" -gt 0 ] || fail "$kind: no steps are counted"
    [ "$large" -lt $((small * 20)) ] || fail "$kind: $small steps more for 300, $large for 3000"
done

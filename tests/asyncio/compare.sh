#!/bin/sh
# compare.sh FOLDER: whether cases.txt names exactly the cases that CPython's tests in FOLDER (Lib/test/test_asyncio) have, for the files
# that it names. Prints what is on one side only; the status tells. For a new version of CPython.
set -e
[ -f "$1/test_tasks.py" ] || { echo "usage: $0 CPYTHON/Lib/test/test_asyncio"; exit 2; }
list=$(dirname "$0")/cases.txt
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
awk '/^#/ || NF == 0 { next } /^[^ ]/ { file = $1; next } /^  [^ ]/ { class = $1; next } { print file, class, $1 }' "$list" |
    sort >"$work/listed"
for file in $(awk '/^test_/ { print $1 }' "$list"); do
    awk -v file="$file" '
        /^ *class / { name = $2; sub(/[(:].*/, "", name); match($0, /^ */)
            for (at in classes) if (at + 0 > RLENGTH) delete classes[at]
            classes[RLENGTH] = name }
        /^ +(async )?def test_/ {
            match($0, /^ */)
            for (at = RLENGTH - 1; !(at in classes); at--);
            name = $0
            sub(/.*def test_/, "", name)
            sub(/\(.*/, "", name)
            print file, classes[at], name
        }' "$1/$file"
done | sort -u >"$work/there"
diff "$work/listed" "$work/there"

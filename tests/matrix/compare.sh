# The matrix as a table, docs/matrix.md: what acc's tests in this folder hold, and what g++'s coroutines make of the same cells.
#
#     compare.sh WORK             writes the table to standard output; needs g++ 12 or later
#     compare.sh WORK rows        only what needs no g++: names, words and acc's columns, one row a line
#     compare.sh WORK refused     what has no place in an async body, one a line
#
# Each construct becomes a C++ file: the .ac text with `async T f(` as `task<T> f(`, `await` as `co_await` and `return` of
# an async function as `co_return`. Where that does not compile, each of its cells is compiled alone. A cell that is not
# even C++ as a plain function (PLAIN_CALLS) has a dash.
set -eu
work=$1
here=$(dirname "$0")
mkdir -p "$work"

sources() {
    for file in "$here"/*.ac; do
        basename "$file" .ac
    done
}

# A row: file|construct|words|expected cells by position, "-" where there is none
rows() {
    for file in $(sources); do
        awk -v file="$file" '
            function row() { if (id) print file "|" id "|" words "|" has["before"] "|" has["inside"] "|" has["after"] "|" has["across"] }
            /^\/\/ construct: / {
                row()
                split($0, part, ": ")
                id = part[2]
                words = substr($0, length("// construct: " id ": ") + 1)
                has["before"] = has["inside"] = has["after"] = has["across"] = "-"
            }
            /^\/\/ expect: / { sub(id "_", "", $3); has[$3] = "ok" }
            END { row() }' "$here/$file.ac"
    done
}

# What has no place in an async body: file|words. tests/diag/FILE.ac holds acc's error.
refused() {
    for file in "$here"/refused/*.cc; do
        echo "$(basename "$file" .cc)|$(sed -n '1s|^// ||p' "$file")"
    done
}

if [ "${2:-}" = rows ]; then
    rows
    exit
elif [ "${2:-}" = refused ]; then
    refused
    exit
fi

# ---- C++ of every construct ----

to_cpp() {
    sed -E '
        s/\basync ((struct |union |enum |unsigned |signed |long |const )*[A-Za-z_0-9]+( \*+)?) ?(\(|[^ (]+\()/task<\1> \4/g
        s/\bawait\b/co_await/g
        /^(static )?(inline )?task<.*[^;]$/,/^}/ s/\breturn\b/co_return/g' "$1"
}

split_file() {
    mkdir -p "$work/$1"
    to_cpp "$here/$1.ac" | awk -v folder="$work/$1" '
        function finish(   i) {
            if (!out)
                return
            print "int main(int, char **argv)\n{" > out
            for (i = 1; i <= cells; i++)
                print "#if !defined ONLY || ONLY == " i "\n    if (!strcmp(argv[1], \"" name[i] "\"))\n        RUN(" name[i] "());\n#endif" > out
            print "}" > out
            close(out)
        }
        /^(static )?task<int> main\(/ { exit }
        /^\/\/ construct: / { finish(); split($0, part, ": "); out = folder "/" part[2] ".cc"; cells = 0; printf "%s", prologue > out; next }
        !out { prologue = prologue $0 "\n"; next }
        /^\/\/ expect: / {
            name[++cells] = $3
            text = $0
            sub("^// expect: [^ ]+", "", text)
            print text > (folder "/" $3 ".expected")
            close(folder "/" $3 ".expected")
            print "#if !defined ONLY || ONLY == " cells > out
            in_cell = 1
        }
        { print > out }
        in_cell && /^}/ { print "#endif" > out; in_cell = 0 }
        END { finish() }'
}

# ---- running them ----

compile() {
    g++ -std=gnu++20 -w -fpermissive -I"$work" -I"$here" "$@"
}

# judge CELL PROGRAM: one word
judge() {
    status=0
    timeout 10 "$2" "$1" > "$2.out" 2>/dev/null < /dev/null || status=$?
    echo >> "$2.out"
    if [ $status = 124 ]; then
        echo hangs
    elif [ $status != 0 ]; then
        echo crashes
    elif cmp -s "$2.out" "$folder/$1.expected"; then
        echo ok
    else
        echo wrong
    fi
}

# What one cell is worth that is not fine with the others of its construct.
alone() {
    base=$folder/$construct_name.$2
    for level in -O0 -O2; do
        if ! compile $level -DONLY="$2" "$folder/$construct_name.cc" -o "$base" 2> "$base.log"; then
            if grep -q 'internal compiler error\|Segmentation fault' "$base.log"; then
                verdict='crashes g++'
            else
                verdict=rejected
            fi
        else
            verdict=$(judge "$1" "$base")
        fi
        [ "$verdict" = ok ] || break
    done
    if [ "$verdict" != ok ]; then
        if ! compile -O0 -DPLAIN_CALLS -DONLY="$2" "$folder/$construct_name.cc" -o "$base" 2> "$base.plain.log"; then
            verdict=-
        elif [ "$verdict" != rejected ] && [ "$verdict" != 'crashes g++' ] && [ "$(judge "$1" "$base")" != ok ]; then
            verdict='other order'
        fi
    fi
    echo "$verdict"
}

# Writes CONSTRUCT.verdicts: a line `cell verdict` each.
construct() {
    folder=$work/$1
    construct_name=$2
    number=0
    together=yes
    for level in -O0 -O2; do
        compile $level "$folder/$2.cc" -o "$folder/$2.bin$level" 2> "$folder/$2.log" || together=no
    done
    sed -n 's|^// expect: \([^ ]*\).*|\1|p' "$folder/$2.cc" | while read -r cell; do
        number=$((number + 1))
        if [ $together = yes ] && [ "$(judge "$cell" "$folder/$2.bin-O0")$(judge "$cell" "$folder/$2.bin-O2")" = okok ]; then
            echo "$cell ok"
        else
            echo "$cell $(alone "$cell" $number)"
        fi
    done > "$folder/$2.new"
    rm -f "$folder/$2".bin*
    mv "$folder/$2.new" "$folder/$2.verdicts"
}

if [ "${2:-}" = construct ]; then
    construct "$3" "$4"
    exit
fi

to_cpp "$here/cells.h" > "$work/cells.h"
for file in $(sources); do
    split_file "$file"
done
# One job a processor; verdicts that are younger than their program stay.
rows | while IFS='|' read -r file id rest; do
    verdicts=$work/$file/$id.verdicts
    if [ -s "$verdicts" ] && [ -f "$work/$file/$id.before" ] && cmp -s "$work/$file/$id.before" "$work/$file/$id.cc"; then
        continue
    fi
    echo "$file $id"
done | xargs -r -n 2 -P "$(nproc)" sh -c 'sh "$0" "$1" construct "$2" "$3" && cp "$1/$2/$3.cc" "$1/$2/$3.before"' "$0" "$work"

# ---- the table ----

verdict() {
    sed -n "s/^$2_$3 //p" "$work/$1/$2.verdicts"
}

rows | while IFS='|' read -r file id words before inside after across; do
    line="$file|$id|$words|$before|$inside|$after|$across"
    for position in before inside after across; do
        found=$(verdict "$file" "$id" $position)
        line="$line|${found:--}"
    done
    echo "$line"
done > "$work/rows"

count() {
    awk -F'|' -v from="$1" -v word="$2" '{ for (i = from; i < from + 4; i++) n += $i == word } END { print n + 0 }' "$work/rows"
}

cat <<HEAD
# Constructs and awaits

Every construct of C and of its GNU extensions in an async body: with an await before it, inside it and after it, and with a value that lives across an await in it. Each entry is a program text
in \`tests/matrix\` that prints what stands above it; \`make check\` translates it with acc, compiles it with gcc and clang, with and without optimisation, sanitizers and suspension at every await, and
compares what it prints.

Beside it stands what $(g++ --version | head -n 1) makes of the same text as C++20 coroutines, at -O0 and -O2, with a task type written by hand (\`tests/matrix/cells.hh\`). \`make matrix\` runs both and writes this page.
Most of what hangs or prints nothing under g++ 12 is one mistake of its own: a coroutine that has no local variable at its top and awaits in a condition gets a frame of the wrong layout.

| | acc | g++ |
| --- | --- | --- |
| ok | $(count 4 ok) | $(count 8 ok) |
| wrong: prints something else than the same text as plain functions | 0 | $(count 8 wrong) |
| other order: g++'s plain functions do not print this either, since C++ leaves the order of the operands open | 0 | $(count 8 'other order') |
| crashes when it runs, or hangs | 0 | $(($(count 8 crashes) + $(count 8 hangs))) |
| crashes g++ | 0 | $(count 8 'crashes g++') |
| rejected | 0 | $(count 8 rejected) |
| – : not C++, even as a plain function | | $(($(count 8 -) - $(count 4 -))) |
HEAD
previous=
# One word of what g++ says to a program that ought not to be one.
refusal() {
    base=$work/refused.$1
    if compile -O0 "$here/refused/$1.cc" -o "$base" 2> "$base.log"; then
        status=0
        timeout 10 "$base" < /dev/null > /dev/null 2>&1 || status=$?
        [ $status = 0 ] && echo accepted || echo 'accepted, crashes'
    elif grep -q 'internal compiler error\|Segmentation fault' "$base.log"; then
        echo 'crashes g++'
    elif ! compile -O0 -DPLAIN_CALLS "$here/refused/$1.cc" -o "$base" 2> /dev/null; then
        echo 'an error in any function'
    else
        echo rejected
    fi
}

previous=
while IFS='|' read -r file id words a1 a2 a3 a4 c1 c2 c3 c4; do
    if [ "$file" != "$previous" ]; then
        title=$(sed -n '1s|^// ||p' "$here/$file.ac")
        printf '\n## %s\n\n%s\n\n' "$file" "$title"
        echo '| construct | acc: before | inside | after | across | g++: before | inside | after | across |'
        echo '| --- | --- | --- | --- | --- | --- | --- | --- | --- |'
        previous=$file
    fi
    echo "| $words | $a1 | $a2 | $a3 | $a4 | $c1 | $c2 | $c3 | $c4 |" | sed 's/| - /| – /g; s/| - /| – /g'
done < "$work/rows"

cat <<'REFUSED'

## refused

What an async body must not hold. acc tells the place, the cause and the cure; `tests/diag` has the test of each.

| | acc | g++ |
| --- | --- | --- |
REFUSED
refused | while IFS='|' read -r file words; do
    echo "| $words | error (\`tests/diag/$file.ac\`) | $(refusal "$file") |"
done

# Each case of asyncio's tests is told as it is here: what tests/asyncio/cases.txt names stands in our tests, is run by them, and the
# table of docs/asyncio-tests.md counts it.
. tests/command/common
sh tests/asyncio/table.sh >"$work/table"
sed -n '/^| file | cases /,/^$/p' docs/asyncio-tests.md | sed '/^$/d' >"$work/published"
diff -u "$work/published" "$work/table" || fail "docs/asyncio-tests.md does not have the table that tests/asyncio/table.sh prints"
[ "$(wc -l <"$work/table")" -gt 12 ] || fail "the list was not read"

# Every line is of one of the three kinds, and no case stands twice.
awk '/^    [^ ]/ && !($2 == "-" && NF == 3 && $3 ~ /^(python|private|refused|absent|windows)$/ || $2 == "!" && NF > 2 || $2 ~ /^[a-z]/) {
    print FILENAME ": " $0; bad = 1 } END { exit bad }' tests/asyncio/cases.txt || fail "these lines say nothing"
awk '/^#/ || NF == 0 { next } /^[^ ]/ { file = $1; next } /^  [^ ]/ { class = $1; next } { print file, class, $1 }' \
    tests/asyncio/cases.txt | sort | uniq -d >"$work/twice"
[ ! -s "$work/twice" ] || fail "these stand twice: $(cat "$work/twice")"

# Our tests: a program, or a case that it runs.
awk '/^    [^ ]/ && $2 != "-" { for (i = 2; i <= NF; i++) if ($i != "!") print $i }' tests/asyncio/cases.txt | sort -u >"$work/named"
[ "$(wc -l <"$work/named")" -gt 250 ] || fail "our tests were not found in the list"
while IFS=: read -r program case; do
    case $program in
        */*) file=tests/$program ;;
        *) file=tests/runtime/$program ;;
    esac
    [ -f "$file.c" ] && file=$file.c || file=$file.ac
    [ -f "$file" ] || fail "there is no test $program"
    [ -z "$case" ] || grep -q -e "RUN($case)" -e "START_TEST($case)" "$file" ||
        fail "$file does not run $case"
done <"$work/named"

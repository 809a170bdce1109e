# docs/matrix.md has a row for each construct of tests/matrix, with acc's columns as the tests hold them, and each refusal's test.
. tests/command/common
sh tests/matrix/compare.sh "$work/matrix" rows >"$work/rows"
[ "$(wc -l <"$work/rows")" -gt 100 ] || fail "tests/matrix has $(wc -l <"$work/rows") constructs"
awk -F'|' '{ gsub("-", "–", $4); gsub("-", "–", $5); gsub("-", "–", $6); gsub("-", "–", $7)
    print "| " $3 " | " $4 " | " $5 " | " $6 " | " $7 " |" }' "$work/rows" >"$work/wanted"
sed -n 's/^\(|[^|]*| \(ok\|–\) |[^|]*|[^|]*|[^|]*|\)[^|]*|[^|]*|[^|]*|[^|]*|$/\1/p' docs/matrix.md >"$work/published"
diff -u "$work/wanted" "$work/published" || fail "docs/matrix.md is old: make matrix"
sh tests/matrix/compare.sh "$work/matrix" refused | while IFS='|' read -r file words; do
    grep -q '// error[@:]' "tests/diag/$file.ac" || fail "tests/diag/$file.ac holds no error"
    grep -qF "| $words | error (\`tests/diag/$file.ac\`) |" docs/matrix.md || fail "docs/matrix.md does not say: $words"
done

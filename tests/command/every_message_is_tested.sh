# Each text of an error, warning or note in compiler/ stands in a test, with all its words; what no program can bring about is listed here.
. tests/command/common

# Writes every string that is given to one of the functions that tell messages: "kind text", with text as it is printed, but for its % parts.
cat >"$work/strings.awk" <<'AWK'
function string_at(text, i,    c, result) {     # of the literal that begins at i; sets after
    for (i++; (c = substr(text, i, 1)) != "\""; i++)
        if (c != "\\")
            result = result c
        else
            result = result ((c = substr(text, ++i, 1)) == "n" ? "\n" : c)
    after = i + 1
    return result
}
function tell(text) {
    if (text != "" && text !~ /^[a-z-]+$/)      # a flag
        print file ": " text
}
function call_at(text, i,    depth, c, pending) {
    for (depth = 1; depth; ) {
        c = substr(text, i, 1)
        if (c == "\"") {
            pending = pending string_at(text, i)
            i = after
            continue
        }
        if (c !~ /[ \n]/) {
            tell(pending)
            pending = ""
        }
        depth += c == "("
        depth -= c == ")"
        i++
    }
    return i
}
function read_all(    text, line) {
    while ((getline line < file) > 0)
        text = text line "\n"
    close(file)
    return text
}
BEGIN {
    for (n = 1; n < ARGC; n++) {
        file = ARGV[n]
        text = read_all()
        while (match(text, /[^a-z_](error_at|warning_at|note_at|error_plain|note_plain|(dialect|rule)_(error|note))\(/)) {
            text = substr(text, RSTART + RLENGTH)
            text = substr(text, call_at(text, 1))
        }
    }
}
AWK
awk -f "$work/strings.awk" compiler/*.c >"$work/texts"
[ "$(grep -c . "$work/texts")" -gt 350 ] || fail "only $(grep -c . "$work/texts") messages were found"
cat tests/diag/*.ac tests/command/[!e]*.sh tests/command/e[!v]*.sh >"$work/tests"     # not this file

# Those of which what stands between the % parts is in no test, whichever way it is quoted there.
awk -v tests="$work/tests" '
    function bare(text) { gsub(/["'"'"'`\\]/, "", text); return text }
    BEGIN { while ((getline line < tests) > 0) all = all bare(line) "\n" }
    {
        text = $0
        sub(/^[^ ]*: /, "", text)
        count = split(text, part, /%[.*]*[lz]*[a-z]/)
        for (i = 1; i <= count; i++)
            if (!index(all, bare(part[i]))) {
                print
                next
            }
    }' "$work/texts" >"$work/untested"
cat >"$work/exempt" <<'EXEMPT'
compiler/lex.c: out of memory
compiler/lex.c: %s: the program is too large: it has more than %d tokens
compiler/lex.c: unterminated comment
compiler/lex.c: %s: the program is too large
compiler/preprocess.c: %s is too large (2 GiB is the limit)
compiler/preprocess.c: cannot wait for the preprocessor: %s
compiler/preprocess.c: cannot read from the preprocessor: %s
EXEMPT
diff "$work/exempt" "$work/untested" || fail "these messages (>) stand in no test, or (<) they do now"

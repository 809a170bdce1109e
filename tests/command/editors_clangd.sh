# In clangd, with editors/clangd/clangd.yaml as the project's .clangd, no sample and no program of tests/lang has a
# false error but those named here; real mistakes are told, and completion, hover and go-to-definition know the dialect.
. tests/command/common
command -v clangd >/dev/null 2>&1 || { echo "skipped: there is no clangd"; exit 0; }
root=$PWD
project=$(cd "$work" && pwd)
mkdir "$work/samples" "$work/lang"
cp samples/*.ac samples/*.h "$work/samples"
cp -R tests/lang/*.ac tests/lang/parts "$work/lang"
cp editors/clangd/clangd.yaml "$work/.clangd"
printf '%s\n' "-I$root/runtime/include" -I"$project/lang" -I"$project/samples" >"$work/compile_flags.txt"

# What cannot be made to look right: identifiers that are spelled like words of acc (a member `with` that is called,
# too), in the same file as these; an operator or a format applied to what a struct with X_await gives; and clang has no
# _Float128.
known=' keywords_as_identifiers keywords_async_variable keywords_reserved keywords_shadowed_in_async_body
 async_pointers_in_local_types compound_literal_awaited compound_literals_in_bounds float_n_types '

cat >"$work/check" <<'CHECK'
# check FILE [OPTION...]: FILE.said tells its errors; FILE.wrong is made where there are any.
file=$1
shift
clangd --check="$file" --log=error "$@" >"$file.said" 2>&1 || touch "$file.wrong"
CHECK
ls "$project"/samples/*.ac | xargs -P 2 -I FILE sh "$work/check" FILE
ls "$project"/lang/*.ac | xargs -P 2 -I FILE sh "$work/check" FILE --check-lines=1-1
for file in "$work"/samples/*.ac "$work"/lang/*.ac; do
    name=$(basename "$file" .ac)
    case $known in
    *[[:space:]]$name[[:space:]]*) [ -e "$file.wrong" ] || fail "$name: all is right now; take it off the list of what is not" ;;
    *)                             [ ! -e "$file.wrong" ] || fail "$name: $(cat "$file.said")" ;;
    esac
done
[ -e "$work/samples/hello.ac.said" ] || fail "nothing was checked"

# With the reserved words alone, names are free.
sed 's/-ferror-limit=0/&, -DAC_EDITOR_RESERVED/' editors/clangd/clangd.yaml >"$work/.clangd"
sh "$work/check" "$project/lang/keywords_reserved.ac"
grep -q . "$work/lang/keywords_reserved.ac.said" && fail "keywords_reserved: $(cat "$work/lang/keywords_reserved.ac.said")"
cp editors/clangd/clangd.yaml "$work/.clangd"

# A conversation, with mistakes in the text. Lines and columns count from 0.
cat >"$work/talk.ac" <<'PROGRAM'
#include <ac.h>
#include <stdio.h>
struct page { int status; size_t length; };
static async int fetch(const char *url, struct page *page)
{
    await ac_sleep(0.1);
    page->status = 200;
    return url ? page->sttus : 0;
}
async int main(void)
{
    struct page page = {0};
    async int first = fetch("a", &page);
    try {
        printf("%d\n", await first);
    } catch (int error) {
        throw missing;
    }
    await fetch("c");
    return error + undeclared;
}
PROGRAM
text=$(sed 's/\\/\\\\/g; s/"/\\"/g; s/$/\\n/' "$work/talk.ac" | tr -d '\n')
document="\"textDocument\":{\"uri\":\"file://$project/talk.ac\""
ask() { printf -- '---\n{"jsonrpc":"2.0","id":%s,"method":"textDocument/%s","params":{%s},"position":{"line":%s,"character":%s}}}\n' "$1" "$2" "$document" "$3" "$4"; }
{
    echo '{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"processId":null,"rootUri":null,"capabilities":{}}}'
    printf -- '---\n{"jsonrpc":"2.0","method":"textDocument/didOpen","params":{%s,"languageId":"c","version":1,"text":"%s"}}}\n' "$document" "$text"
    ask 1 definition 12 24      # fetch, after async
    ask 2 definition 14 30      # first, after await
    ask 3 definition 5 12       # ac_sleep: in ac.h
    ask 4 completion 6 10       # page->
    ask 5 hover 5 12            # ac_sleep
    printf -- '---\n{"jsonrpc":"2.0","id":9,"method":"shutdown"}\n---\n{"jsonrpc":"2.0","method":"exit"}\n'
} >"$work/talk"
clangd -lit-test -enable-config <"$work/talk" >"$work/answers" 2>"$work/log" || fail "clangd: $(tail -5 "$work/log")"

# answer ID: what clangd answered to that question. line N: some place there is on that line.
answer() { sed -n "/^ *\"id\": $1,/,/^}/p" "$work/answers"; }
leads() { answer "$1" | grep -q "\"line\": $2\$" || fail "question $1: not line $2: $(answer "$1")"; }
says() { answer "$1" | grep -q "$2" || fail "question $1: not $2: $(answer "$1")"; }
leads 1 3
leads 2 12
says 3 '/ac\.h"'
says 4 '"insertText": "status"'
says 5 'Sleeps; 0 or less'
told() { sed -n '/"diagnostics": \[$/,/^}/p' "$work/answers"; }
for mistake in "No member named 'sttus' in 'struct page'" "Use of undeclared identifier 'missing'" "Too few arguments to function call" \
    "Use of undeclared identifier 'error'" "Use of undeclared identifier 'undeclared'"; do
    told | grep -q "\"message\": \"$mistake" || fail "not told: $mistake: $(told)"
done
count=$(told | grep '"severity": 1' | wc -l)
[ "$count" = 5 ] || fail "$count errors instead of 5: $(told | grep message)"

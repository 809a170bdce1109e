# The tree-sitter grammar reads every sample, every program of tests/lang but those named here, and the runtime's own
# files; and its queries name the words of the dialect. Its own tests are run by `make editors-check`.
. tests/command/common
echo '#include <tree_sitter/api.h>' | cc -E - >/dev/null 2>&1 || { echo "skipped: there is no libtree-sitter"; exit 0; }
grammar=editors/tree-sitter-ac
cc -O0 -w -I$grammar/src -c $grammar/src/parser.c -o "$work/parser.o"
cc -std=c11 -Wall -Wextra -Werror tests/editors/tree.c "$work/parser.o" -ltree-sitter -o "$work/tree"

# What a grammar without a preprocessor cannot read, or tree-sitter-c does not: digraphs, macros that are no expressions
# (`double complex`, a brace, a definition, attributes), a directive inside a declaration; and words of acc where they could be
# words of acc.
cat >"$work/known" <<'KNOWN'
tests/lang/attributes_that_promise.ac
tests/lang/comments_and_directives_stay.ac
tests/lang/keywords_as_identifiers.ac
tests/lang/keywords_async_variable.ac
tests/lang/macros_that_make_functions.ac
tests/lang/macros_that_name_themselves.ac
tests/lang/plain_functions_untouched.ac
tests/lang/preprocessor_in_bodies.ac
tests/lang/results_of_every_kind.ac
tests/lang/split_by_directive.ac
tests/lang/type_generic_mathematics.ac
KNOWN
"$work/tree" samples/*.ac tests/lang/*.ac runtime/*/*.ac >"$work/told"
cut -d: -f1 "$work/told" | diff -u "$work/known" - || { cat "$work/told"; exit 1; }

cat >"$work/text.ac" <<'PROGRAM'
async yield int count(ac_stream *s)
{
    defer close(s->async);
    async for (char *line : ac_stream_lines(s))
        yield await f(line);
    try { throw AC_STOP; } catch (int e) { }
    Task(int) t = g();
    for (;;) ;
}
PROGRAM
"$work/tree" --marks $grammar/queries/highlights.scm "$work/text.ac" | sort -u -t: -k1n -k2 >"$work/marks"
diff -u - "$work/marks" <<'WANTED'
1: keyword.coroutine async
1: keyword.coroutine yield
1: type.builtin ac_stream
3: keyword defer
4: function.builtin ac_stream_lines
4: keyword.coroutine async
4: keyword.repeat for
5: keyword.coroutine await
5: keyword.coroutine yield
6: constant.builtin AC_STOP
6: keyword.exception catch
6: keyword.exception throw
6: keyword.exception try
7: type.builtin Task
WANTED

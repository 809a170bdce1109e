# --emit=states: one graph a function, with the waits, what is remembered at each, and where control goes on; where an error leads
# inside the function is an edge of its own. Graphviz takes it, where there is one.
. tests/command/common
cat >"$work/graph.ac" <<'PROGRAM'
#include <ac.h>
static async int number(int n)
{
    await ac_sleep(0);
    return n;
}
static async int tried(int n)
{
    try {
        n = await number(n);
        if (n == 2)
            throw EPROTO;
    } catch (EPROTO) {
        await ac_sleep(1); // a "text"
    }
    return n;
}
static async yield int numbers(int n)
{
    while (n--)
        yield n;
}
PROGRAM
$acc $include -Wno-unused --emit=states "$work/graph.ac" >"$work/graph.dot"
[ "$(grep -c '^digraph ' "$work/graph.dot")" = 3 ] || fail "there are not three graphs"
grep -v 'node \[\|edge \[' "$work/graph.dot" | sed -n '/digraph "tried"/,$p' | sed 's/ \[style=dashed.*error.*/ error/; s/, fillcolor.*/"/' >"$work/made"
cat >"$work/wanted" <<'WANTED'
digraph "tried" {
    s0 [label="static async int tried(int n)\l"];
    end [label="end"];
    s1 [label="await 1, line 10\nn = await number(n);\lremembers n\l""
    s3 [label="await 3, line 14\nawait ac_sleep(1); // a \"text\"\lremembers n\l""
    s0 -> s1;
    s1 -> end;
    s1 -> s3 error
    s1 -> end error
    s3 -> end;
}
digraph "numbers" {
    s0 [label="static async yield int numbers(int n)\l"];
    end [label="end"];
    s1 [label="yield 1, line 21\nyield n;\lremembers n\l""
    s0 -> s1;
    s0 -> end;
    s1 -> s1;
    s1 -> end;
}
WANTED
diff -u "$work/wanted" "$work/made" || fail "the graph is another"
if command -v dot >/dev/null; then
    dot -Tsvg "$work/graph.dot" >"$work/graph.svg" || fail "graphviz does not take it"
fi

# --emit=frames tells where each member lies, what shares its place and why it is there, and why other variables are C locals: the example of
# docs/frames.md, and one with every reason.
. tests/command/common
here=$PWD

# told FILE: what is said of it, as if it stood in this folder
told() {
    (cd "$work" && "$here/$acc" "-I$here/runtime/include" --emit=frames "$1") >"$work/told" || fail "$1 is not translated"
}

awk -v work="$work" '/^    /{ if (!inside) block++; inside = 1; print substr($0, 5) > (work "/block" block) } /^$/ { if (inside) print "" > (work "/block" block) }
    /^[^ ]/ { inside = 0 }' docs/frames.md
mv "$work/block1" "$work/copy.ac"
sed -i '${/^$/d}' "$work/block2"
told copy.ac
diff "$work/block2" "$work/told" || fail "docs/frames.md shows something else"

{
    cat <<'END'
#include <ac.h>
struct pair { long left, right; };
async int on_heap(int n);
async yield int numbers(void) { for (int i = 0; i < 3; i++) yield i; }
async struct pair reasons(int count, volatile int seen, int base, bool flag)
{
    struct pair pair = {1, 2};
    volatile int loud = 3;
    int many = 4, unused = 5, known = 6, *pointer = &known;
    if (count) {
        int quiet = count, list[4];
        list[quiet] = quiet;
        count = list[0];
    }
    unused = await on_heap(count);
    await ac_sleep(pair.left);
END
    for _ in 1 2 3 4 5 6 7 8 9; do
        printf '    await ac_sleep(many);\n    await ac_sleep(many);\n'
    done
    cat <<'END'
    pair.right = loud + many + seen + base + flag;
    return pair;
}
END
} >"$work/reasons.ac"
told reasons.ac
cat >"$work/expected" <<'END'
reasons.ac:4: numbers: 32 bytes
        at   size
         0     24  ac_frame base                     resume function, who awaits it, state, error
        24      4  int result                        the value it ends with
        28      4  int i                             kept here across the await of line 4
reasons.ac:5: reasons: 120 bytes
        at   size
         0     24  ac_frame base                     resume function, who awaits it, state, error
        24     16     struct pair result             the value it ends with
        24      4  or int count                      argument
        24      8  or ac_coro *awaited               the coroutine on the heap that is awaited in line 15
        40      4  volatile int seen                 argument
        44      4  int argument_base                 argument
        48      1  _Bool flag                        argument
        52      4  volatile int loud                 lives here: volatile, used after the await of line 15, 16, 17, 18, 19, 20, ...
        56     40  struct ac_sleep__frame await_ac_sleep  the frame of ac_sleep, awaited in line 16, 17, 18, 19, 20, 21, ...
        96     16  struct pair pair                  lives here: a record, used after the await of line 15, 16, 17, 18, 19, 20, ...
       112      4  int many                          lives here: it is used after more than 16 awaits
       116      4  int known                         lives here: its address is taken, and its block awaits
    not in the frame, since no await is between their values' setting and use: unused, pointer
    not in the frame, since their blocks do not await: quiet, list
END
diff "$work/expected" "$work/told" || fail "the reasons are not told"

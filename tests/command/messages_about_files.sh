# What acc says, word for word, of files that it cannot read or write, of a preprocessor that does not do its work, of options, and of text that is none:
# each time with status 1 and without an output file.
. tests/command/common
program "$work/good.ac"

# tells TEXT OPTION...: one of the lines that acc says ends like this.
tells() {
    text=$1 status=0
    shift
    $acc $include -o "$work/out.c" "$@" 2>"$work/said" || status=$?
    [ $status = 1 ] || fail "$*: status $status: $(cat "$work/said")"
    [ ! -e "$work/out.c" ] || fail "$*: an output file"
    sed 's/^[^ ]*:[0-9]*:[0-9]*: /acc: /' "$work/said" | grep -qxF "acc: error: $text" || fail "$*: not '$text', but $(head -c 2000 "$work/said")"
}

tells "cannot read $work/nothing.ac: No such file or directory" "$work/nothing.ac"
mkdir "$work/folder.ac"
tells "$work/folder.ac is a directory; acc translates one file" "$work/folder.ac"
printf 'int\000' >"$work/bytes.ac"
tells "$work/bytes.ac is not a text file: it has a NUL byte at offset 3" "$work/bytes.ac"
tells "cannot write $work/no/such.c: No such file or directory" "$work/good.ac" -o "$work/no/such.c"
tells "-Wlarge-frame=many: a number of bytes is wanted" "$work/good.ac" -Wlarge-frame=many

CC=/nowhere/cc tells "cannot run the preprocessor \`/nowhere/cc -E\`: No such file or directory" "$work/good.ac"
grep -qxF 'acc: note: it is $CC, or cc where that is not set' "$work/said" || fail "CC is not named: $(cat "$work/said")"
printf '#!/bin/sh\nexit 3\n' >"$work/fails"
printf '#!/bin/sh\nkill -9 $$\n' >"$work/killed"
printf '#!/bin/sh\ncc "$@" && rm %s/part.h\n' "$work" >"$work/removes"
chmod +x "$work/killed" "$work/removes" "$work/fails"
! CC=false $acc "$work/good.ac" -o "$work/out.c" 2>"$work/said" || fail "a preprocessor that has told an error: status 0"
grep -qxF "acc: note: nothing is translated, since the preprocessor \`false -E\` failed" "$work/said" || fail "$(cat "$work/said")"
CC=$work/fails tells "the preprocessor \`$work/fails -E\` failed with status 3" "$work/good.ac"
CC=$work/killed tells "the preprocessor \`$work/killed -E\` was ended by signal 9" "$work/good.ac"
echo 'async int part(void);' >"$work/part.h"
printf '#include "part.h"\nasync int whole(void) { return await part(); }\n' >"$work/whole.ac"
CC=$work/removes tells "cannot read $work/part.h again: No such file or directory" "$work/whole.ac"
printf '#!/bin/sh\nexec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-\nulimit -n 4\nexec %s "$@"\n' "$acc" >"$work/limited"
printf '#!/bin/sh\n(trap "" XFSZ; ulimit -f 0; exec %s "$@" <%s/good.ac) 2>&1 | cat >&2\nexit 1\n' "$acc" "$work" >"$work/full"
chmod +x "$work/limited" "$work/full"
acc=$work/limited tells "cannot make a pipe: Too many open files" "$work/good.ac"
acc=$work/full tells "cannot keep a copy of standard input: File too large" -

head -c 300 /dev/zero | tr '\000' '\001' >"$work/control.ac"
printf 'int a; \001\n' >"$work/stray.ac"
tells 'stray '"'\\1'"' in program' "$work/stray.ac"
tells "this is not C text: it is full of control characters" "$work/control.ac"
printf 'const char *s = R"(no end;\n' >"$work/raw.ac"
tells "unterminated raw string" -std=gnu11 "$work/raw.ac"
printf 'async int f(void) {\n    return "text;\n}\n' >"$work/literal.ac"
tells 'missing terminating " character' "$work/literal.ac"
awk 'BEGIN { printf "async int f(void) { return "; for (i = 0; i < 100000; i++) printf "("; print "1; }" }' >"$work/deep.ac"
tells "this is nested too deeply" "$work/deep.ac"

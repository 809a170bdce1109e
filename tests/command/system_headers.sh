# Every header of the system that the C compiler takes passes through acc, alone, with a function that uses async after it; those of sys/
# give the same object code, and what acc understood of them is true.
. tests/command/common
find /usr/include -maxdepth 1 -name '*.h' >"$work/found"
find /usr/include/sys /usr/include/*-linux-*/sys /usr/include/net /usr/include/netinet /usr/include/arpa /usr/include/linux \
    -maxdepth 1 -name '*.h' 2>/dev/null >>"$work/found" || true
# The kernel's and those of other packages are for make passthrough.
if dpkg -L libc6-dev >"$work/owned" 2>/dev/null; then
    grep -Fx -f "$work/owned" "$work/found" >"$work/list"
else
    cp "$work/found" "$work/list"
fi
taken=0
while read -r header; do
    name=${header#/usr/include/}
    printf '#define _GNU_SOURCE\n#include <ac.h>\n#include <%s>\n' "$name" >"$work/x_plain.c"
    cc -fsyntax-only -w $include "$work/x_plain.c" 2>/dev/null || continue
    printf '#define _GNU_SOURCE\n#include <ac.h>\n#include <%s>\nasync int f_of_test(int n) { await ac_sleep(0); return n; }\n' \
        "$name" >"$work/x.ac"
    $acc $include "$work/x.ac" -o "$work/x.c" 2>"$work/said" || fail "$header: $(head -5 "$work/said")"
    taken=$((taken + 1))
done <"$work/list"
[ $taken -gt 100 ] || fail "only $taken headers were tried"
echo "$taken headers"
INSTALL=no JOBS=1 WORK="$work/sys" tests/passthrough/headers.sh 'sys/*' || fail "see make passthrough"

# A file without async comes out byte for byte, but for what acc puts around it; async functions alone are rewritten.
. tests/command/common
cat >"$work/x.ac" <<'PROGRAM'
/* A comment	with a tab, and	trailing blanks   */
#include <stdio.h>
#define MAX(a, b) ((a) > (b) ? (a) : (b))   // kept
#if 0
this is never read
#endif

int   odd_spacing( int a,int b ){return MAX(a,b) ;}
  static const char *text = "with a \
splice";
const char *get(void) { return text; }
PROGRAM
$acc --no-line "$work/x.ac" -o "$work/x.c"
grep -v -e '^/\* Made by acc' "$work/x.c" >"$work/rest" || true
while IFS= read -r line; do
    grep -qxF -e "$line" "$work/x.c" || fail "this line is changed: $line"
done <"$work/x.ac"

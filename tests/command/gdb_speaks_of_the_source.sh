# gdb breaks at, steps through and prints the variables of .ac lines, before and after an await.
. tests/command/common
command -v gdb >/dev/null 2>&1 || { echo "skipped: there is no gdb"; exit 0; }
cat >"$work/program.ac" <<'END'
#include <ac.h>
#include <stdio.h>

static async int add(int left, int right)
{
    int sum = left;
    await ac_sleep(0);
    sum += right;
    return sum;
}

async int main(void)
{
    int total = 5;
    char text[8] = "abc";
    for (int round = 0; round < 3; round++) {
        int part = await add(round, 10);
        total += part;
    }
    snprintf(text, sizeof text, "%d", total);
    puts(text);
}
END
cat >"$work/commands" <<'END'
set pagination off
set style enabled off
set debuginfod enabled off
break program.ac:8
break program.ac:18
run
printf "at 8: sum %d left %d right %d\n", sum, left, right
next
printf "at 9: sum %d\n", sum
continue
printf "at 18: part %d total %d round %d\n", part, total, round
next
printf "after 18: total %d\n", total
delete
break program.ac:21
continue
printf "at 21: total %d text %s\n", total, ac_self->text
continue
END
$acc $include "$work/program.ac" -o "$work/program.c"
cc -g -O0 $include "$work/program.c" -o "$work/program" build/libac.a -lpthread
gdb -batch -nx -x "$work/commands" "$work/program" >"$work/said" 2>&1 </dev/null || true
grep -q 'ptrace: Operation not permitted\|Could not trace\|Cannot PTRACE' "$work/said" && { echo "skipped: gdb may not trace here"; exit 0; }
for line in 'at 8: sum 0 left 0 right 10' 'at 9: sum 10' 'at 18: part 10 total 5 round 0' 'after 18: total 15' 'at 21: total 38 text 38'; do
    grep -qx "$line" "$work/said" || fail "gdb does not say '$line' but: $(cat "$work/said")"
done
grep -q 'program.ac:8$' "$work/said" || fail "gdb does not name program.ac:8: $(cat "$work/said")"
grep -q '^9	    return sum;' "$work/said" || fail "a step from line 8 does not lead to line 9: $(cat "$work/said")"

# gdb breaks at, steps through and prints the variables of .ac lines, before and after an await; with acc's script for it, those in the frame by
# their plain names, and it tells who awaits whom.
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

static async void sleep_long(void)
{
    await ac_sleep(60);
}

async int main(void)
{
    int total = 5;
    char text[8] = "abc";
    async void child = sleep_long();
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
break program.ac:24
run
printf "at 8: sum %d left %d right %d\n", sum, left, right
next
printf "at 9: sum %d\n", sum
continue
printf "at 24: part %d total %d round %d\n", part, total, round
next
printf "after 24: total %d\n", total
delete
break program.ac:27
continue
printf "at 27: total %d text %s\n", total, ac_self->text
END
cat >"$work/by_name" <<END
set pagination off
set style enabled off
set debuginfod enabled off
source $PWD/runtime/gdb/ac-gdb.py
break program.ac:8
run
ac bt
ac tasks
p/x right
delete
break program.ac:27
continue
print text
p sizeof text + total
print text[1] == '8' && total == 38
ac locals
END

# said COMMANDS LINE...: gdb says each of these lines.
said() {
    commands=$1
    shift
    gdb -batch -nx -x "$work/$commands" "$work/program" >"$work/said" 2>&1 </dev/null || true
    grep -q 'ptrace: Operation not permitted\|Could not trace\|Cannot PTRACE' "$work/said" && { echo "skipped: gdb may not trace here"; exit 0; }
    for line in "$@"; do
        grep -qxF "$line" "$work/said" || fail "gdb does not say '$line' but: $(cat "$work/said")"
    done
}

$acc $include "$work/program.ac" -o "$work/program.c"
cc -g -O0 $include "$work/program.c" -o "$work/program" build/libac.a -lpthread
said commands 'at 8: sum 0 left 0 right 10' 'at 9: sum 10' 'at 24: part 10 total 5 round 0' 'after 24: total 15' 'at 27: total 38 text 38'
grep -q 'program.ac:8$' "$work/said" || fail "gdb does not name program.ac:8: $(cat "$work/said")"
grep -q '^9	    return sum;' "$work/said" || fail "a step from line 8 does not lead to line 9: $(cat "$work/said")"
gdb -batch -nx -ex 'python pass' >/dev/null 2>&1 || exit 0
said by_name "#0  add at $work/program.ac:8" "#1  main at $work/program.ac:23" 'Task-1, running' 'Task-2, suspended' '#0  ac_sleep' \
    "#1  sleep_long at $work/program.ac:14" '$1 = 0xa' '$2 = "38\000\000\000\000\000"' '$3 = 46' '$4 = 1' 'total = 38' \
    'text = "38\000\000\000\000\000"'

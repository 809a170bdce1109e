# The frames of a file's async functions are published with --publish: other files then await them without memory of their own. All locks
# and queues of the runtime are awaited so, those that are written in the dialect too.
. tests/command/common
cat >"$work/library.h" <<'END'
#include <ac.h>
struct pair { int a, b; };
ac_async(int) sum_later(struct pair *pair);
ac_async(void) pause(void);
END
cat >"$work/library.ac" <<'END'
#include "library.h"
static async int half(int n)
{
    await ac_sleep(0);
    return n / 2;
}
async int sum_later(struct pair *pair)
{
    return await half(pair->a) + await half(pair->b);
}
async void pause(void)
{
    await ac_sleep(0);
}
END
cat >"$work/user.ac" <<'END'
#include "library.h"
#include "library_frames.h"
#include <stdio.h>
async int main(void)
{
    struct pair pair = {40, 44};
    await pause();
    printf("%d\n", await sum_later(&pair));
}
END
cat >"$work/locks.ac" <<'END'
#include <ac.h>
#include <stdio.h>
static bool yes(void *arg) { return arg != NULL; }
async int main(void)
{
    struct ac_lock lock = AC_LOCK_INIT;
    struct ac_event event = {.set = true};
    struct ac_condition condition = AC_CONDITION_INIT;
    struct ac_semaphore semaphore = AC_SEMAPHORE_INIT(1);
    struct ac_barrier barrier = AC_BARRIER_INIT(1);
    ac_queue *queue = ac_queue_new(sizeof(int), 1);
    int item = 1;
    async with (&lock)
        await ac_event_wait(&event);
    async with (&condition)
        await ac_condition_wait_for(&condition, yes, &item);
    async with (&semaphore)
        await ac_barrier_wait(&barrier);
    await ac_queue_put(queue, &item);
    await ac_queue_get(queue, &item);
    ac_queue_task_done(queue);
    await ac_queue_join(queue);
    await ac_barrier_reset(&barrier);
    await ac_barrier_abort(&barrier);
    ac_queue_free(queue);
    puts("done");
}
END
translate="$acc $include -I$work"
$translate --publish="$work/library_frames.h" "$work/library.ac" -o "$work/library.c"
$translate "$work/user.ac" -o "$work/user.c"
$translate "$work/locks.ac" -o "$work/locks.c"
for file in user locks; do
    if grep -n 'AC_AWAIT_CORO' "$work/$file.c"; then
        echo "$file.ac awaits on the heap"
        exit 1
    fi
done
strict="-std=c11 -Wall -Wextra -Wpedantic -Werror $include -I$work"
cc $strict "$work/user.c" "$work/library.c" build/libac.a -lpthread -o "$work/user"
cc $strict "$work/locks.c" build/libac.a -lpthread -o "$work/locks"
test "$("$work/user")" = 42
test "$("$work/locks")" = done
# The header is as deterministic as the rest, and nothing is written where the source is wrong.
$translate --publish="$work/again.h" "$work/library.ac" -o "$work/again.c"
cmp "$work/again.h" "$work/library_frames.h"
echo 'async int f(void) { return await g(); }' >"$work/wrong.ac"
if $translate --publish="$work/wrong.h" "$work/wrong.ac" -o "$work/wrong.c" 2>/dev/null; then
    exit 1
fi
test ! -e "$work/wrong.h"

/* late.c: calls that go through the ready queue.
 *
 * Who waits for several things, or for one behind a shield, waits for something that stands between: it is done in a turn of its
 * own, after what was waited for, and only then is the task ready. So it is with asyncio's futures, and tasks that were made ready
 * by the same event run in the same order. */
#define _GNU_SOURCE
#include "core.h"
#include "../loop/loop.h"

static int late_run(ac_frame *frame)
{
    struct ac__late *late = AC__CONTAINER(frame, struct ac__late, item.base);
    ac__thread.task = NULL;
    late->call(late);
    return AC_PENDING;
}

static const ac_fn late_fn = { .resume = late_run, .name = "callback", .kind = AC_KIND_OBJECT };

void ac__late_queue(ac_loop *loop, struct ac__late *late, void (*call)(struct ac__late *late))
{
    late->item.base = (ac_frame){ .fn = &late_fn, .parent = &late->item.base };
    late->call = call;
    ac__enqueue(loop, &late->item);
}

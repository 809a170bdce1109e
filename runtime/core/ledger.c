/* ledger.c: what debug mode knows of coroutines and handles: who is used twice, and what nobody has run or given back.
 *
 * While a loop runs in debug mode, each coroutine of an async function that is made on its thread is an entry of this ledger. In front of its frame
 * lies a copy of its function's description, which emitted code takes for any other: its `pool` is 0, so that freeing it comes here, and its
 * `alignment` is a number that no frame has, by which it is known. What has ended stays for a while, with a parent that awaits nothing: so a second
 * use is refused as that of a running coroutine is, and can be told. Coroutines may end on other threads: one lock is held over all of it. */
#define _GNU_SOURCE
#include "core.h"
#include "../loop/loop.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { KEPT_MAX = 1000 };

struct entry {
    ac_fn fn;                      /* the copy */
    const ac_fn *original;
    ac_loop *loop;                 /* on which it was made; NULL once that has closed */
    struct entry *next, **link;    /* among the live or the kept ones */
    size_t offset;                 /* of the frame */
    bool ended;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct entry *live, *kept, **kept_end = &kept;  /* kept: the oldest first */
static size_t kept_count;
static ac_frame nobody;            /* the parent of what has ended */

static ac_frame *frame_of(struct entry *entry)
{
    return (ac_frame *)(void *)((char *)entry + entry->offset);
}

static struct entry *entry_of(const ac_coro *coro)
{
    return AC__CONTAINER(coro->fn, struct entry, fn);
}

static bool is_entered(const ac_coro *coro)
{
    return coro->fn->alignment == AC__ENTERED;
}

const ac_fn *ac__ledger_original(const ac_coro *coro)
{
    return is_entered(coro) ? entry_of(coro)->original : coro->fn;
}

ac_frame *ac__ledger_new(const ac_fn *fn)
{
    size_t alignment = fn->alignment > AC__POOL_ALIGNMENT ? fn->alignment : AC__POOL_ALIGNMENT;
    size_t offset = (sizeof(struct entry) + alignment - 1) / alignment * alignment;
    size_t size = (offset + fn->frame_size + alignment - 1) / alignment * alignment;
    struct entry *entry = aligned_alloc(alignment, size);
    if (!entry)
        return NULL;
    *entry = (struct entry){ .fn = *fn, .original = fn, .loop = ac__thread.loop, .link = &live, .offset = offset };
    entry->fn.pool = 0;
    entry->fn.alignment = AC__ENTERED;
    pthread_mutex_lock(&lock);
    entry->next = live;
    if (live)
        live->link = &entry->next;
    live = entry;
    pthread_mutex_unlock(&lock);
    return ac_enter(frame_of(entry), &entry->fn, NULL);
}

static void take_out(struct entry *entry)
{
    *entry->link = entry->next;
    if (entry->next)
        entry->next->link = entry->link;
}

static void keep(struct entry *entry)
{
    entry->ended = true;
    entry->next = NULL;
    entry->link = kept_end;
    *kept_end = entry;
    kept_end = &entry->next;
    if (kept_count++ < KEPT_MAX)
        return;
    struct entry *oldest = kept;
    take_out(oldest);
    kept_count--;
    free(oldest);
}

void ac__ledger_end(ac_frame *coro)
{
    struct entry *entry = entry_of(coro);
    pthread_mutex_lock(&lock);
    if (!entry->ended) {
        take_out(entry);
        coro->parent = &nobody;
        keep(entry);
    }
    pthread_mutex_unlock(&lock);
}

/* Where its function begins: "f (file.ac:3)". */
static void tell(const ac_fn *fn, const char *before, const char *after)
{
    if (fn->file && fn->site_lines)
        fprintf(stderr, "acc: %s %s (%s:%u) %s\n", before, fn->name, fn->file, (unsigned)fn->site_lines[0], after);
    else
        fprintf(stderr, "acc: %s %s %s\n", before, fn->name, after);
}

int ac__refuse_used(const ac_coro *coro)
{
    if (is_entered(coro))
        tell(coro->fn, "the coroutine of", entry_of(coro)->ended ? "is used a second time: it has ended, and each is used once"
                                                                 : "is used a second time: another await or task has it");
    return EINVAL;
}

static void tell_coroutines(const ac_loop *loop)
{
    pthread_mutex_lock(&lock);
    for (struct entry *entry = live; entry; entry = entry->next) {
        const ac_frame *frame = frame_of(entry);
        if (entry->loop != loop)
            continue;
        entry->loop = NULL;
        if (!frame->parent && frame->state == 0)
            tell(entry->original, "the coroutine of", "was never run: await it, or ac_coro_close throws it away");
    }
    pthread_mutex_unlock(&lock);
}

void ac__ledger_close(ac_loop *loop)
{
    size_t others = loop->references - 1 - loop->handles;
    tell_coroutines(loop);
    ac__gens_tell(loop);
    ac__held_tell(loop);
    for (ac_task *task = ac__task_held(loop, NULL); task; task = ac__task_held(loop, task)) {
        others--;
        if (ac__is_done(task))
            fprintf(stderr, "acc: the handle of %s is still held: ac_release or ac_detach gives it back\n", ac_task_name(task));
    }
    if (others)
        fprintf(stderr, "acc: %zu other handle%s of this loop %s still held: ac_release gives them back\n", others, others == 1 ? "" : "s",
                others == 1 ? "is" : "are");
}

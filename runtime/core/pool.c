/* pool.c: memory of frames, tasks and small records.
 *
 * Each thread has its own memory. Small objects are cut from chunks and kept, when freed, in lists by exact size in grains of
 * 8 bytes; an object has no header, so whoever frees it knows its size. One whose size is a multiple of 16 lies at such an
 * address, and what needs that alignment has such a size. Tasks have slabs of their own, so that all tasks can be
 * enumerated without a list that would cost each of them memory: a slot is free where its fn is NULL.
 *
 * Under AddressSanitizer small objects come from malloc and free task slots are poisoned but for that fn, so that use after
 * the end is seen. Everything is given back when the thread ends. */
#define _GNU_SOURCE
#include "core.h"
#include "../loop/loop.h"

#include <stdlib.h>

#if defined(__SANITIZE_ADDRESS__)
#define ADDRESS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ADDRESS_SANITIZER 1
#endif
#endif

#ifdef ADDRESS_SANITIZER
#include <sanitizer/asan_interface.h>
enum { POOLED = 0 };
#else
#define ASAN_POISON_MEMORY_REGION(address, size) ((void)(address), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(address, size) ((void)(address), (void)(size))
enum { POOLED = 1 };
#endif

enum { CHUNK_SIZE = 128 * 1024, CACHE_LINE = 64, SLAB_TASKS = 1023, STACK_BUDGET = 256 * 1024, ATTEMPTS = 2 };

_Thread_local struct ac__thread ac__thread;
_Thread_local ac_task *ac__free_tasks;

struct chunk {
    struct chunk *next;
    size_t unused;                 /* keeps the first object aligned */
};

_Static_assert(sizeof(ac_task) == CACHE_LINE, "a task is one line of the cache");

struct slab {
    struct slab *next;
    size_t used;                   /* slots that were ever used; the rest is not initialised */
    _Alignas(CACHE_LINE) struct ac_future tasks[SLAB_TASKS];
};

static _Thread_local struct {
    struct chunk *chunks;          /* all of them, the one that is being cut first */
    char *cut, *end;               /* what is left of it */
    struct slab *slabs;            /* all of them, the one that is being filled first */
    void **aside;                  /* debug mode: the lists that stand for ac__thread.free, which is empty, so that emitted code asks ac__coro_new; else NULL */
    bool registered;               /* end_thread will be called at the end of the thread */
    void (*last)(void *);          /* is called before, with last_arg; or NULL */
    void *last_arg;
} memory;

static pthread_key_t thread_end;
static pthread_once_t thread_end_once = PTHREAD_ONCE_INIT;
static bool thread_end_works;

static void free_lists(void)
{
    for (size_t i = 0; i < AC__POOL_CLASSES; i++) {
        while (!POOLED && ac__thread.free[i]) {
            void *object = ac__thread.free[i];
            ac__thread.free[i] = *(void **)object;
            free(object);
        }
        ac__thread.free[i] = NULL;
    }
}

static void free_all(void)
{
    free_lists();
    while (memory.chunks) {
        struct chunk *chunk = memory.chunks;
        memory.chunks = chunk->next;
        free(chunk);
    }
    while (memory.slabs) {
        struct slab *slab = memory.slabs;
        memory.slabs = slab->next;
        ASAN_UNPOISON_MEMORY_REGION(slab, sizeof *slab);
        free(slab);
    }
    memory.cut = memory.end = NULL;
    ac__free_tasks = NULL;
}

static void end_thread(void *unused)
{
    void (*last)(void *) = memory.last;
    (void)unused;
    memory.last = NULL;
    if (last)
        last(memory.last_arg);
    free_all();
    memory.registered = false;
}

static void make_thread_end(void)
{
    for (int attempt = 0; attempt < ATTEMPTS && !thread_end_works; attempt++)
        thread_end_works = pthread_key_create(&thread_end, end_thread) == 0;
}

/* Without a key the memory stays until the process ends: no reason to fail, but one to try again. */
static void register_thread(void)
{
    pthread_once(&thread_end_once, make_thread_end);
    for (int attempt = 0; attempt < ATTEMPTS && thread_end_works && !memory.registered; attempt++)
        memory.registered = pthread_setspecific(thread_end, &memory) == 0;
}

bool ac__at_thread_end(void (*last)(void *), void *arg)
{
    register_thread();
    if (!memory.registered)
        return false;
    memory.last = last;
    memory.last_arg = arg;
    return true;
}

void *ac__allocate(size_t size)
{
    return malloc(size ? size : 1);
}

static size_t grains(size_t size)
{
    return size == 0 ? 1 : (size + AC__POOL_GRAIN - 1) / AC__POOL_GRAIN;
}

/* What is left of the old chunk is lost: at most the largest class, 1 KiB. */
static bool add_chunk(void)
{
    struct chunk *chunk = ac__allocate(CHUNK_SIZE);
    if (!chunk)
        return false;
    register_thread();
    chunk->next = memory.chunks;
    memory.chunks = chunk;
    memory.cut = (char *)chunk + sizeof *chunk;
    memory.end = (char *)chunk + CHUNK_SIZE;
    return true;
}

static void *cut(size_t size)
{
    if (size % AC__POOL_ALIGNMENT == 0 && (uintptr_t)memory.cut % AC__POOL_ALIGNMENT != 0)
        memory.cut += AC__POOL_GRAIN;
    if (memory.end - memory.cut < (ptrdiff_t)size && !add_chunk())
        return NULL;
    void *object = memory.cut;
    memory.cut += size;
    return object;
}

static inline void **free_list(size_t class)
{
    return AC__RARELY(memory.aside != NULL) ? &memory.aside[class] : &ac__thread.free[class];
}

void *ac__pool_take(size_t size)
{
    size_t class = grains(size);
    if (class >= AC__POOL_CLASSES)
        return ac__allocate(size);
    void **list = free_list(class), *object = *list;
    if (object) {
        *list = *(void **)object;
        return object;
    }
    return POOLED ? cut(class * AC__POOL_GRAIN) : ac__allocate(size);
}

void ac__pool_give(void *object, size_t size)
{
    size_t class = grains(size);
    if (!object)
        return;
    if (!POOLED || class >= AC__POOL_CLASSES) {
        free(object);
        return;
    }
    void **list = free_list(class);
    *(void **)object = *list;
    *list = object;
}

/* Moves all that is in lists of `from` to those of `to`. */
static void move_lists(void **from, void **to)
{
    for (size_t i = 0; i < AC__POOL_CLASSES; i++) {
        void **end = &to[i];
        while (*end)
            end = *end;
        *end = from[i];
        from[i] = NULL;
    }
}

void ac__pool_debug(bool on)
{
    static _Thread_local void *lists[AC__POOL_CLASSES];
    if (on == (memory.aside != NULL))
        return;
    if (on)
        move_lists(ac__thread.free, lists);
    else
        move_lists(lists, ac__thread.free);
    memory.aside = on ? lists : NULL;
}

/* Frames that need more than malloc's alignment are allocations of their own. */
ac_frame *ac__coro_new(const ac_fn *fn)
{
    ac_frame *frame;
    if (AC__RARELY(memory.aside != NULL) && fn->kind == AC_KIND_FUNCTION)
        return ac__ledger_new(fn);
    if (fn->alignment <= AC__POOL_ALIGNMENT)
        frame = ac__pool_take(fn->frame_size);
    else
        frame = aligned_alloc(fn->alignment, ((size_t)fn->frame_size + fn->alignment - 1) / fn->alignment * fn->alignment);
    return frame ? ac_enter(frame, fn, NULL) : NULL;
}

void ac__coro_free(ac_frame *coro)
{
    if (!coro)
        return;
    if (coro->fn->kind == AC_KIND_GENERATOR)
        ac__gen_release(coro);
    else if (coro->fn->kind == AC_KIND_CLOSURE)
        coro->fn->abort(coro);
    else if (coro->fn->alignment <= AC__POOL_ALIGNMENT)
        ac__pool_give(coro, coro->fn->frame_size);
    else if (coro->fn->alignment == AC__ENTERED)
        ac__ledger_end(coro);
    else
        free(coro);
}

/* ---- Tasks ---- */

void ac__task_slot_poison(ac_task *task)
{
    ASAN_POISON_MEMORY_REGION((char *)task + sizeof(void *), sizeof *task - sizeof(void *));
}

static ac_task *slot_from_slab(void)
{
    if (!memory.slabs || memory.slabs->used == SLAB_TASKS) {
        struct slab *slab = aligned_alloc(CACHE_LINE, sizeof *slab);
        if (!slab)
            return NULL;
        register_thread();
        slab->next = memory.slabs;
        slab->used = 0;
        memory.slabs = slab;
    }
    return &memory.slabs->tasks[memory.slabs->used++];
}

ac_task *ac__task_slot_new(void)
{
    ac_task *task = ac__free_tasks;
    if (!task)
        return slot_from_slab();
    ASAN_UNPOISON_MEMORY_REGION(task, sizeof *task);
    ac__free_tasks = (ac_task *)(void *)task->item.next;
    return task;
}

static bool is_live(const ac_task *task, const ac_loop *loop)
{
    return task->item.base.fn && task->loop == loop && !ac__is_done(task);
}

static struct slab *slab_of(const ac_task *task)
{
    struct slab *slab = memory.slabs;
    while (task < slab->tasks || task >= slab->tasks + SLAB_TASKS)
        slab = slab->next;
    return slab;
}

ac_task *ac__task_next(const ac_loop *loop, ac_task *before)
{
    struct slab *slab = before ? slab_of(before) : memory.slabs;
    size_t i = before ? (size_t)(before - slab->tasks) + 1 : 0;
    for (; slab; slab = slab->next, i = 0) {
        for (; i < slab->used; i++) {
            if (is_live(&slab->tasks[i], loop))
                return &slab->tasks[i];
        }
    }
    return NULL;
}

ac_task *ac__task_held(const ac_loop *loop, ac_task *before)
{
    struct slab *slab = before ? slab_of(before) : memory.slabs;
    size_t i = before ? (size_t)(before - slab->tasks) + 1 : 0;
    for (; slab; slab = slab->next, i = 0) {
        for (; i < slab->used; i++)
            if (slab->tasks[i].item.base.fn && slab->tasks[i].loop == loop)
                return &slab->tasks[i];
    }
    return NULL;
}

size_t ac__task_count(const ac_loop *loop)
{
    size_t count = 0;
    for (ac_task *task = ac__task_next(loop, NULL); task; task = ac__task_next(loop, task))
        count++;
    return count;
}

/* The lowest address of this thread's stack, NULL where it cannot be told. Asking takes long, so it is asked once. */
static char *stack_end(void)
{
    static _Thread_local char *known;
    pthread_attr_t attributes;
    void *lowest;
    size_t size;
    if (!known && pthread_getattr_np(pthread_self(), &attributes) == 0) {
        if (pthread_attr_getstack(&attributes, &lowest, &size) == 0)
            known = lowest;
        pthread_attr_destroy(&attributes);
    }
    return known;
}

/* How far down calls may nest: a part of what is left of this thread's stack. */
void ac__thread_stack(void)
{
    char *here = __builtin_frame_address(0), *lowest = stack_end();
    size_t budget = STACK_BUDGET;
    if (lowest && lowest < here && (size_t)(here - lowest) / 4 < budget)
        budget = (size_t)(here - lowest) / 4;
    ac__thread.stack_floor = here - budget;
}

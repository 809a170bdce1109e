/* generator.c: async generators.
 *
 * A generator is a frame that its consumer resumes as a callee, again and again: a yield returns 0 and keeps the frame's state, the
 * end is AC_STOP. In front of the frame lies a header with what a coroutine does not need: references, and a place in the loop's
 * list of generators, so that those that were left open can be closed before the loop ends. */
#define _GNU_SOURCE
#include "core.h"
#include "../loop/loop.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct ac__generator {
    struct ac__generator *next, **link;    /* in the loop's list; link is NULL outside of one */
    uint32_t references;
    bool running;                          /* inside ac_next or ac_gen_close */
    bool finished;                         /* it has ended: there is nothing to resume */
    uint16_t offset;                       /* from the start of the allocation to the frame */
};

static struct ac__generator *header(const ac_gen *generator)
{
    return (struct ac__generator *)(void *)((char *)(uintptr_t)generator - sizeof(struct ac__generator));
}

static ac_gen *frame_of(struct ac__generator *head)
{
    return (ac_gen *)(void *)(head + 1);
}

static void unlink_generator(struct ac__generator *head)
{
    if (!head->link)
        return;
    *head->link = head->next;
    if (head->next)
        head->next->link = head->link;
    head->link = NULL;
}

static void link_generator(struct ac__generator *head, ac_loop *loop)
{
    head->next = loop->generators;
    head->link = &loop->generators;
    if (head->next)
        head->next->link = &head->next;
    loop->generators = head;
}

static void *take_memory(size_t size, size_t alignment)
{
    if (alignment <= AC__POOL_ALIGNMENT)
        return ac__pool_take(size);
    return aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
}

ac_gen *ac_gen_new(const ac_fn *fn)
{
    size_t alignment = fn->alignment ? fn->alignment : AC__POOL_ALIGNMENT;
    size_t offset = (sizeof(struct ac__generator) + alignment - 1) / alignment * alignment;
    char *memory = take_memory(offset + fn->frame_size, alignment);
    if (!memory)
        return NULL;
    ac_gen *generator = ac_enter((ac_frame *)(void *)(memory + offset), fn, NULL);
    *header(generator) = (struct ac__generator){ .references = 1, .offset = (uint16_t)offset };
    if (ac_get_loop())
        link_generator(header(generator), ac_get_loop());
    return generator;
}

void ac__gen_retain(ac_gen *generator)
{
    header(generator)->references++;
}

/* A generator's `abort`, where it has one, lets go of what its frame holds. */
static void gen_free(ac_gen *generator)
{
    const ac_fn *fn = generator->fn;
    struct ac__generator *head = header(generator);
    char *memory = (char *)generator - head->offset;
    unlink_generator(head);
    if (fn->abort)
        fn->abort(generator);
    if (fn->alignment <= AC__POOL_ALIGNMENT)
        ac__pool_give(memory, head->offset + fn->frame_size);
    else
        free(memory);
}

static bool is_open(const ac_gen *generator)
{
    return generator->state != 0 && !header(generator)->finished;
}

/* ---- Closing in a task of its own ---- */

static void closer_drop(void *frame, bool begun)
{
    (void)begun;
    ac_gen *generator = ((struct ac_gen_close__frame *)frame)->generator;
    header(generator)->finished = true;
    ac__gen_release(generator);
}

/* Takes over a reference. False: no task could be made, and the reference is still the caller's. */
static bool close_in_task(ac_gen *generator, ac_loop *loop)
{
    struct ac_gen_close__frame *frame = ac__carrier_new(&ac_gen_close__fn, 0, NULL, closer_drop);
    if (!frame)
        return false;
    frame->generator = generator;
    ac_task *task = ac__task_start(loop, ac__carrier_coro(frame));
    if (task)
        ac__future_unref(task);
    return true;
}

void ac__gen_release(ac_gen *generator)
{
    struct ac__generator *head = header(generator);
    ac_loop *loop = ac_get_loop();
    if (head->references > 1) {
        head->references--;
        return;
    }
    if (is_open(generator) && !generator->fn->abort && loop && !loop->closed && close_in_task(generator, loop))
        return;
    head->references = 0;
    gen_free(generator);
}

void ac__gens_end(ac_loop *loop)
{
    struct ac__generator *head = loop->generators;
    while (head) {
        struct ac__generator *next = head->next;
        ac_gen *generator = frame_of(head);
        if (is_open(generator) && !head->running && !generator->fn->abort) {
            head->references++;
            if (!close_in_task(generator, loop))
                head->references--;
        }
        head = next;
    }
}

void ac__gens_tell(const ac_loop *loop)
{
    for (struct ac__generator *head = loop->generators; head; head = head->next)
        if (head->references)
            fprintf(stderr, "acc: the generator of %s is still held: ac_release closes and frees it\n", frame_of(head)->fn->name);
}

void ac__gens_close(ac_loop *loop)
{
    while (loop->generators) {
        loop->generators->finished = true;
        unlink_generator(loop->generators);
    }
}

/* ---- ac_next ---- */

/* The generator has returned from a resumption that ended so. */
static int left(ac_gen *generator, int status)
{
    struct ac__generator *head = header(generator);
    head->running = false;
    generator->parent = NULL;
    if (status)
        head->finished = true;
    return status;
}

static int resume(ac_gen *generator, ac_frame *consumer, int error)
{
    header(generator)->running = true;
    generator->parent = consumer;
    generator->error = error;
    return generator->fn->resume(generator);
}

int ac_next__resume(ac_frame *frame)
{
    struct ac_next__frame *self = (struct ac_next__frame *)(void *)frame;
    ac_gen *generator = self->generator;
    if (frame->state)
        return left(generator, frame->error);
    if (!generator)
        return ENOMEM;
    if (header(generator)->running)
        return EBUSY;
    if (header(generator)->finished)
        return AC_STOP;
    int status = resume(generator, frame, 0);
    return status == AC_PENDING ? ac_suspend(frame, 1) : left(generator, status);
}

const ac_fn ac_next__fn = {
    .resume = ac_next__resume,
    .name = "ac_next",
    .frame_size = sizeof(struct ac_next__frame),
    .kind = AC_KIND_OPERATION,
};

static void next_take(void *frame, void *out, size_t size)
{
    ac_gen *generator = ((struct ac_next__frame *)frame)->generator;
    if (out && size)
        memcpy(out, (char *)generator + generator->fn->result_offset, size);
}

void ac_next__take(struct ac_next__frame *frame, void *out, size_t size)
{
    next_take(frame, out, size);
}

ac_coro *ac_next(ac_gen *generator)
{
    struct ac_next__frame *frame = ac__carrier_new(&ac_next__fn, generator ? generator->fn->result_size : 0, next_take, NULL);
    if (frame)
        frame->generator = generator;
    return ac__carrier_coro(frame);
}

/* ---- ac_gen_close ---- */

/* A generator that yields once more refuses to end: it is not resumed again. */
static int closed(ac_gen *generator, int status)
{
    left(generator, status);
    header(generator)->finished = true;
    if (status == 0)
        return EINVAL;
    return status == ECANCELED || status == AC_STOP ? 0 : status;
}

int ac_gen_close__resume(ac_frame *frame)
{
    ac_gen *generator = ((struct ac_gen_close__frame *)(void *)frame)->generator;
    if (frame->state)
        return closed(generator, frame->error);
    if (!generator)
        return 0;
    struct ac__generator *head = header(generator);
    if (head->running)
        return EBUSY;
    if (head->finished)
        return 0;
    if (generator->state == 0) {
        head->finished = true;
        return 0;
    }
    int status = resume(generator, frame, ECANCELED);
    return status == AC_PENDING ? ac_suspend(frame, 1) : closed(generator, status);
}

AC__OPERATION_FN_VOID(ac_gen_close, NULL)

ac_coro *ac_gen_close(ac_gen *generator)
{
    struct ac_gen_close__frame *frame = ac__operation_new(&ac_gen_close__fn);
    if (frame)
        frame->generator = generator;
    return frame ? &frame->base : NULL;
}

/* local.c: values of a task, which the tasks that it starts inherit; and the hook that is told of new tasks.
 *
 * What a task sees is a small table of bindings, shared with its children until one of them sets a value: then that
 * one gets a copy. Bindings are shared in their turn, and a value is given back when no table has it any more. The
 * table is kept with what few tasks need. Only when a task of the loop has set a value, or the loop was given a hook,
 * does making a task look for either. */
#define _GNU_SOURCE
#include "core.h"
#include "../loop/loop.h"

#include <stdlib.h>
#include <string.h>

struct binding {
    const ac_local_key *key;
    void *value;
    uint32_t references;           /* tables that have it */
};

struct ac__locals {
    uint32_t references;           /* tasks that see it */
    uint32_t count;
    struct binding *bindings[];
};

/* ---- Bindings and tables ---- */

static void binding_unref(struct binding *binding)
{
    if (--binding->references > 0)
        return;
    if (binding->key->release)
        binding->key->release(binding->value);
    free(binding);
}

void ac__locals_unref(struct ac__locals *locals)
{
    if (!locals || --locals->references > 0)
        return;
    for (uint32_t i = 0; i < locals->count; i++)
        binding_unref(locals->bindings[i]);
    free(locals);
}

static struct ac__locals *locals_of(const ac_task *task)
{
    const struct ac__more *more = task ? ac__more(task) : NULL;
    return more ? more->locals : NULL;
}

static struct binding *find(const struct ac__locals *locals, const ac_local_key *key)
{
    for (uint32_t i = 0; locals && i < locals->count; i++)
        if (locals->bindings[i]->key == key)
            return locals->bindings[i];
    return NULL;
}

/* A table of its own with the bindings of another one, but for that key, and with a new one, which may be NULL. */
static struct ac__locals *changed(const struct ac__locals *from, const ac_local_key *key, struct binding *added)
{
    uint32_t count = from ? from->count : 0;
    struct ac__locals *locals = ac__allocate(sizeof *locals + (count + 1) * sizeof *locals->bindings);
    if (!locals)
        return NULL;
    locals->references = 1;
    locals->count = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (from->bindings[i]->key == key)
            continue;
        from->bindings[i]->references++;
        locals->bindings[locals->count++] = from->bindings[i];
    }
    if (added)
        locals->bindings[locals->count++] = added;
    return locals;
}

static struct binding *binding_new(const ac_local_key *key, void *value)
{
    struct binding *binding = ac__allocate(sizeof *binding);
    if (binding)
        *binding = (struct binding){ .key = key, .value = value, .references = 1 };
    return binding;
}

/* ---- Public ---- */

void *ac_local_get(const ac_local_key *key)
{
    const struct binding *binding = find(locals_of(ac__thread.task), key);
    return binding ? binding->value : key->otherwise;
}

int ac_local_set(const ac_local_key *key, void *value)
{
    ac_task *task = ac__thread.task;
    struct ac__locals *before = locals_of(task);
    if (!task)
        return EINVAL;
    if (!value && !find(before, key))
        return 0;
    struct binding *binding = value ? binding_new(key, value) : NULL;
    struct ac__more *more = ac__more_make(task);
    struct ac__locals *after = more && (binding || !value) ? changed(before, key, binding) : NULL;
    if (!after) {
        free(binding);
        return ENOMEM;
    }
    more->locals = after;
    if (task->loop)
        ac__loop_careful(task->loop);
    ac__locals_unref(before);
    return 0;
}

void ac_loop_set_task_hook(ac_loop *loop, ac_task_hook *hook, void *arg)
{
    loop->task_hook = hook;
    loop->task_hook_arg = arg;
    ac__loop_careful(loop);
}

/* ---- New tasks ---- */

bool ac__locals_inherit(ac_task *task)
{
    struct ac__locals *locals = locals_of(ac__thread.task);
    if (!locals)
        return true;
    struct ac__more *more = ac__more_make(task);
    if (!more)
        return false;
    more->locals = locals;
    locals->references++;
    return true;
}

bool ac__task_made(ac_task *task)
{
    if (!ac__locals_inherit(task))
        return false;
    if (task->loop->task_hook)
        task->loop->task_hook(task->loop, task, task->loop->task_hook_arg);
    return true;
}

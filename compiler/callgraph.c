/* Tarjan's algorithm over "awaits directly", with a stack of its own so that long chains of callees cost no C stack. See callgraph.h. */
#include "callgraph.h"

struct visit { struct function *function; size_t next; };

static unsigned order, component;
static ARRAY(struct function *) path;
static ARRAY(struct visit) visits;

static void begin(struct function *f)
{
    f->order = f->low = ++order;
    f->on_stack = true;
    array_add(&path, f);
    array_add(&visits, (struct visit){f, 0});
}

static void end(struct function *f)
{
    if (f->low != f->order)
        return;
    component++;
    struct function *member;
    do {
        member = path.at[--path.count];
        member->on_stack = false;
        member->component = component;
    } while (member != f);
}

static void search(struct function *root)
{
    begin(root);
    while (visits.count) {
        struct visit *visit = &visits.at[visits.count - 1];
        struct function *f = visit->function;
        if (visit->next < f->callees.count) {
            struct function *callee = f->callees.at[visit->next++];
            if (!callee->order)
                begin(callee);
            else if (callee->on_stack && callee->order < f->low)
                f->low = callee->order;
            continue;
        }
        visits.count--;
        end(f);
        if (visits.count) {
            struct function *caller = visits.at[visits.count - 1].function;
            if (f->low < caller->low)
                caller->low = f->low;
        }
    }
}

void callgraph(void)
{
    for (size_t i = 0; i < unit.functions.count; i++)
        if (unit.functions.at[i]->is_async && !unit.functions.at[i]->order)
            search(unit.functions.at[i]);
}

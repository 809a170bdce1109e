/* Random programs: a few functions, each of which calls only those behind it, so that every program ends, or gets
   stuck. */
#include "program.h"
#include "../pieces.h"
#include <stdlib.h>
#include <string.h>

/* Operands: k a slot, f a coroutine, F one with the label of the slot before it, G the same with the larger label, ? a
   coroutine or none, d seconds, D seconds or never, g a group, t a limit, h a handle, a what a callback does, x a
   future, i one of two objects, q a queue, v a value, c a code, w a condition of a wait, n a count, b a truth value. */
static const struct move moves[] = {
    {"nap", "d", 30, true},
    {"turn", "", 24, true},
    {"call", "f", 12, true},
    {"spawn", "kF", 26, false},
    {"join", "k", 14, true},
    {"cancel_task", "k", 16, false},
    {"cancel_self", "", 2, false},
    {"uncancel_self", "", 2, false},
    {"look", "k", 4, false},
    {"watch", "k", 4, false},
    {"unwatch", "k", 2, false},
    {"local_set", "v", 2, false},
    {"local_get", "", 3, false},
    {"soon", "hav", 4, false},
    {"later", "hdav", 4, false},
    {"revoke", "h", 3, false},
    {"renew", "x", 3, false},
    {"resolve", "xv", 6, false},
    {"fail", "xc", 3, false},
    {"abandon", "x", 2, false},
    {"watch_future", "x", 2, false},
    {"await_future", "x", 8, true},
    {"gather_calls", "bf??", 8, true},
    {"gather_tasks", "bkkk", 6, true},
    {"wait_tasks", "wDkkk", 8, true},
    {"completed_calls", "nf??", 5, true},
    {"completed_tasks", "nkkk", 5, true},
    {"shield_call", "f", 4, true},
    {"shield_task", "k", 4, true},
    {"wait_for_call", "df", 7, true},
    {"wait_for_task", "dk", 5, true},
    {"wait_for_future", "dx", 4, true},
    {"wait_for_shield", "dk", 3, true},
    {"start", "gf", 30, false},
    {"start_in", "gkG", 20, false},
    {"move_limit", "td", 10, false},
    {"acquire", "i", 4, true},
    {"release", "i", 6, false},
    {"event_wait", "i", 5, true},
    {"event_set", "i", 6, false},
    {"event_clear", "i", 2, false},
    {"condition_wait", "i", 5, true},
    {"condition_wait_for", "in", 3, true},
    {"condition_raise", "i", 3, false},
    {"notify", "in", 6, false},
    {"semaphore_acquire", "i", 4, true},
    {"semaphore_release", "i", 6, false},
    {"barrier_wait", "i", 6, true},
    {"barrier_reset", "i", 1, true},
    {"barrier_abort", "i", 1, true},
    {"put", "qv", 8, true},
    {"get", "q", 8, true},
    {"put_now", "qv", 5, false},
    {"get_now", "q", 3, false},
    {"done_one", "q", 5, false},
    {"drain", "q", 3, true},
};
enum { MOVES = sizeof moves / sizeof *moves };

/* What surrounds the place where the next statement goes. */
struct place {
    struct program *program;
    int function;            /* in which */
    int depth;               /* of blocks */
    int group, limit, child; /* the innermost ones, by site; 0: there is none */
    bool may_yield, may_return;
};

static int choose(int count)
{
    return (int)pick((size_t)count);
}

static bool chance(int percent)
{
    return choose(100) < percent;
}

/* Of those that may be called from here, a plain one or a generator: 0 where there is none. */
static int callee(const struct place *place, bool generator)
{
    const struct program *program = place->program;
    int found[FUNCTIONS], count = 0;
    for (int i = place->function + 1; i < program->functions; i++)
        if (program->function[i].generator == generator)
            found[count++] = i;
    return count ? found[choose(count)] : 0;
}

static int operand(const struct place *place, char letter)
{
    switch (letter) {
    case 'k': return 1 + choose(5);
    case 'f':
    case 'F':
    case 'G': return callee(place, false);
    case '?': return chance(60) ? callee(place, false) : 0;
    case 'd': return choose(4);
    case 'D': return choose(5) - 1;
    case 'g': return place->group;
    case 't': return place->limit;
    case 'a': return choose(6);
    case 'h':
    case 'x':
    case 'w': return choose(3);
    case 'q': return choose(4);
    case 'i':
    case 'b': return choose(2);
    default: return 1 + choose(letter == 'v' ? 9 : 3);
    }
}

static bool is_possible(const struct place *place, const struct move *move)
{
    return (!strpbrk(move->operands, "fFG") || callee(place, false)) &&
           (!strchr(move->operands, 'g') || place->group) && (!strchr(move->operands, 't') || place->limit);
}

static const struct move *move_choose(const struct place *place)
{
    int sum = 0, left;
    for (int i = 0; i < MOVES; i++)
        sum += is_possible(place, &moves[i]) ? moves[i].weight : 0;
    left = choose(sum);
    for (int i = 0;; i++) {
        left -= is_possible(place, &moves[i]) ? moves[i].weight : 0;
        if (left < 0)
            return &moves[i];
    }
}

static struct statement *statement_new(struct program *program, enum kind kind)
{
    struct statement *statement = &program->statement[program->statements++];
    *statement = (struct statement){.kind = kind, .site = program->statements};
    return statement;
}

static struct statement *block_grow(struct place place, int length);

static struct statement *move_grow(const struct place *place)
{
    struct statement *statement = statement_new(place->program, MOVE);
    statement->move = move_choose(place);
    for (int i = 0; statement->move->operands[i]; i++)
        statement->numbers[i] = operand(place, statement->move->operands[i]);
    return statement;
}

/* What is undone, or handled, knows nothing of the block's own names. */
static struct statement *outside_grow(struct place place, int length)
{
    place.group = place.limit = place.child = 0;
    place.may_yield = false;
    return block_grow(place, length);
}

static void bodies_grow(struct place place, struct statement *statement)
{
    int length = 1 + choose(4);
    place.depth++;
    switch (statement->kind) {
    case TRY:
        place.may_yield = false;
        statement->numbers[0] = choose(4);
        statement->numbers[1] = statement->numbers[0] == NO_HANDLER ? choose(2) : choose(4);
        statement->bodies[1] = outside_grow(place, choose(3));
        statement->bodies[2] = outside_grow(place, choose(3));
        break;
    case DEFER:
        place.may_return = false;
        statement->bodies[0] = outside_grow(place, 1 + choose(2));
        return;
    case GROUP:
        place.group = statement->site;
        place.may_yield = false;
        break;
    case LIMIT:
        place.limit = statement->site;
        place.may_yield = false;
        statement->numbers[0] = choose(5);
        statement->numbers[1] = chance(20);
        break;
    case HOLDING:
        place.may_yield = false;
        statement->numbers[0] = choose(3);
        statement->numbers[1] = choose(2);
        break;
    case LOOP: statement->numbers[0] = 2 + choose(2); break;
    case EACH:
        statement->numbers[0] = callee(&place, true);
        statement->numbers[1] = choose(4);
        place.may_yield = false;
        break;
    default: break;
    }
    statement->bodies[0] = block_grow(place, length);
}

static struct statement *compound_grow(const struct place *place)
{
    static const enum kind kinds[] = {TRY,   TRY,   TRY,   TRY,     DEFER,   DEFER, GROUP, GROUP,
                                      GROUP, LIMIT, LIMIT, HOLDING, HOLDING, LOOP,  EACH};
    enum kind kind = kinds[choose(sizeof kinds / sizeof *kinds)];
    if (kind == EACH && !callee(place, true))
        kind = TRY;
    struct statement *statement = statement_new(place->program, kind);
    bodies_grow(*place, statement);
    return statement;
}

static struct statement *child_grow(struct place *place)
{
    struct statement *statement = statement_new(place->program, CHILD);
    statement->numbers[0] = callee(place, false);
    place->child = statement->site;
    return statement;
}

static struct statement *statement_grow(struct place *place)
{
    bool crowded = place->program->statements > STATEMENTS - 40 || place->depth > 2;
    if (place->may_yield && chance(35)) {
        struct statement *yield = statement_new(place->program, YIELD);
        yield->numbers[0] = choose(4);
        return yield;
    }
    if (!crowded && chance(26))
        return compound_grow(place);
    if (!crowded && callee(place, false) && chance(4))
        return child_grow(place);
    if (place->child && chance(20)) {
        struct statement *await = statement_new(place->program, AWAIT_CHILD);
        await->scope = place->child;
        return await;
    }
    if (callee(place, false) && chance(6)) {
        struct statement *call = statement_new(place->program, CALL);
        call->numbers[0] = callee(place, false);
        return call;
    }
    return move_grow(place);
}

static struct statement *end_grow(const struct place *place)
{
    bool returns = place->may_return && chance(50);
    struct statement *statement = statement_new(place->program, returns ? RETURN : THROW);
    statement->numbers[0] = 1 + choose(9);
    return statement;
}

static struct statement *block_grow(struct place place, int length)
{
    struct statement *first = NULL, **end = &first;
    for (int i = 0; i < length && place.program->statements < STATEMENTS - 4; i++) {
        *end = statement_grow(&place);
        end = &(*end)->next;
    }
    if (chance(8))
        *end = end_grow(&place);
    return first;
}

struct program *program_grow(uint64_t seed)
{
    struct program *program = calloc(1, sizeof *program);
    if (!program) {
        fputs("out of memory\n", stderr);
        exit(2);
    }
    pick_from_seed(seed);
    program->seed = seed;
    program->functions = 2 + choose(FUNCTIONS - 1);
    for (int i = 2; i < program->functions; i++)
        program->function[i].generator = chance(15);
    for (int i = 0; i < program->functions; i++) {
        struct place place = {.program = program,
                              .function = i,
                              .may_yield = program->function[i].generator,
                              .may_return = !program->function[i].generator};
        program->function[i].body = block_grow(place, 2 + choose(i == 0 ? 8 : 5));
    }
    return program;
}

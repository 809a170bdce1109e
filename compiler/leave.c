/* Leaving blocks. A block with something to undo (defers, child tasks, a group, objects with a cleanup function) gets one copy of the undoing
   at its end, last first. Whoever leaves the block stores why in ac_leave_<n> and jumps to where the undoing of what was begun so far starts; after it
   each way of leaving goes on to its target, which may mean to undo the next block. Errors go the same way, to the nearest handler. */
#include "lowering.h"
#include <string.h>

struct context *context_now;
static unsigned context_count;

struct context *context_push(enum context_kind kind, struct statement *s)
{
    struct context *c = arena_alloc(sizeof *c);
    c->parent = context_now;
    c->kind = (uint8_t)kind;
    c->number = ++context_count;
    c->statement = s;
    context_now = c;
    return c;
}

void context_pop(struct context *c)
{
    require(context_now == c);
    context_now = c->parent;
}

struct context *enclosing_loop(void)
{
    struct context *c = context_now;
    while (c && (c->kind != CONTEXT_LOOP || c->in_header))
        c = c->parent;
    require(c);
    return c;
}

struct context *enclosing_breakable(void)
{
    struct context *c = context_now;
    while (c && ((c->kind != CONTEXT_LOOP && c->kind != CONTEXT_SWITCH) || c->in_header))
        c = c->parent;
    require(c);
    return c;
}

static bool is_group(struct context *c)
{
    return c->kind == CONTEXT_CLEANUP && c->cleanups.count == 1 && c->cleanups.at[0].kind == CLEANUP_GROUP;
}

struct context *enclosing_group(void)
{
    struct context *c = context_now;
    while (c && !is_group(c))
        c = c->parent;
    require(c);
    return c;
}

static unsigned leaving_code(struct context *c, struct leaving way)
{
    for (size_t i = 0; i < c->leavings.count; i++) {
        struct leaving *known = &c->leavings.at[i];
        if (known->kind == way.kind && known->target == way.target && known->label == way.label && known->stop == way.stop)
            return (unsigned)i + 1;
    }
    array_add(&c->leavings, way);
    return (unsigned)c->leavings.count;
}

unsigned leave_error_code(struct context *c)
{
    return leaving_code(c, (struct leaving){.kind = JUMP_ERROR});
}

static unsigned error_code_or_none(struct context *c)
{
    for (size_t i = 0; i < c->leavings.count; i++)
        if (c->leavings.at[i].kind == JUMP_ERROR)
            return (unsigned)i + 1;
    return 0;
}

/* Is there something between here and the target to be undone? */
static struct context *first_cleanup(struct context *target)
{
    for (struct context *c = context_now; c != target; c = c->parent) {
        require(c);
        if (c->kind == CONTEXT_CLEANUP && c->cleanups.count)
            return c;
    }
    return NULL;
}

/* The block within which a label's statement stands, as far as it has something to undo: what lies within it stays. */
static struct context *label_context(struct label *label)
{
    for (struct context *c = context_now; c; c = c->parent) {
        if (c->kind != CONTEXT_CLEANUP)
            continue;
        for (struct statement *s = label->defined; s; s = s->parent)
            if (s == c->statement)
                return c;
    }
    return NULL;
}

unsigned flow_label_of(struct label *label)
{
    if (!label->flow)
        label->flow = new_label();
    return label->flow;
}

/* How many things of c were begun before the label's statement. goto back over a defer or child ends it first. */
static size_t begun_before(struct context *c, struct label *label)
{
    size_t n = 0;
    while (n < c->cleanups.count && c->cleanups.at[n].place < label->defined->first)
        n++;
    return n;
}

/* The function's value does not matter where it is not returning: unless this is part of what is undone while it returns. */
static void forget_result(void)
{
    struct context *c = context_now;
    while (c && c->kind != CONTEXT_ITEM)
        c = c->parent;
    if (!c && now->result)
        emit_definition(now->result);
}

static void enter_unwinding(struct context *c, unsigned code, struct text *out)
{
    struct cleanup *last = &c->cleanups.at[c->cleanups.count - 1];
    emit_definition(c->leave);
    if (code != error_code_or_none(c))
        emit_definition(c->error);      /* no error is under way: its value does not matter */
    if (c->leavings.at[code - 1].kind != JUMP_RETURN)
        forget_result();
    text_format(out, "%s = %u; ", variable_reference(c->leave), code);
    if (c->masked)
        text_add(out, "ac_mask(); ");
    text_format(out, "goto ac_undo_%u_%zu;", c->number, c->cleanups.count);
    last->entered = true;
}

/* The header of a loop that awaits has become statements of its body, where C's break and continue mean that loop. But they mean
   the one around it: they go behind the loop first, from where C's own lead on. True where this is such a jump. */
static bool jump_from_header(enum jump_kind kind, struct context *target)
{
    struct context *c = context_now;
    while (c != target && !c->in_header)
        c = c->parent;
    if (c == target)
        return false;
    unsigned *behind = &c->header_exits[kind == JUMP_CONTINUE];
    if (!*behind)
        *behind = new_label();
    emit_format("goto ac_outer_%s_%u;", kind == JUMP_CONTINUE ? "continue" : "break", c->number);
    emit_jump(*behind);
    return true;
}

void emit_header_exits(struct context *c)
{
    for (int i = 0; i < 2; i++) {
        if (!c->header_exits[i])
            continue;
        unsigned after = new_label();
        emit_jump(after);
        emit_label(c->header_exits[i]);
        emit_format("if (0) { ac_outer_%s_%u:;", i ? "continue" : "break", c->number);
        if (i)
            emit_leave(JUMP_CONTINUE, enclosing_loop(), NULL);
        else
            emit_leave(JUMP_BREAK, enclosing_breakable(), NULL);
        emit_format("}");
        emit_label(after);
    }
}

static void jump_directly(enum jump_kind kind, struct context *target, struct label *label)
{
    if ((kind == JUMP_BREAK || kind == JUMP_CONTINUE) && jump_from_header(kind, target))
        return;
    switch (kind) {
    case JUMP_RETURN:
        if (now->result)
            emit_use(now->result);
        emit_format(now->function->is_generator ? "return AC_STOP;" : "return 0;");
        emit_jump(0);
        break;
    case JUMP_BREAK:
        emit_format("break;");
        emit_jump(target->break_label);
        break;
    case JUMP_CONTINUE:
        target->continue_used = true;
        if (target->continue_by_goto)
            emit_format("goto ac_continue_%u;", target->number);
        else
            emit_format("continue;");
        emit_jump(target->continue_label);
        break;
    case JUMP_GOTO:
        emit_format("goto %s;", label->name);
        emit_jump(flow_label_of(label));
        break;
    case JUMP_ERROR:
        require(false);
    }
}

bool goto_undoes(struct label *label)
{
    struct context *target = label_context(label);
    return first_cleanup(target) || (target && begun_before(target, label) < target->cleanups.count);
}

void emit_leave(enum jump_kind kind, struct context *target, struct label *label)
{
    struct leaving way = {.kind = kind, .target = target, .label = label};
    if (kind == JUMP_GOTO)
        target = label_context(label);
    struct context *c = first_cleanup(target);
    if (!c && kind == JUMP_GOTO && target && begun_before(target, label) < target->cleanups.count) {
        c = target;
        way.stop = begun_before(target, label);
    }
    if (!c) {
        jump_directly(kind, target, label);
        return;
    }
    struct text out = {0};
    enter_unwinding(c, leaving_code(c, way), &out);
    emit_format("%s", text_string(&out));
    emit_jump(c->cleanups.at[c->cleanups.count - 1].label);
}

/* The nearest that errors go to: a handler, or a block with something to undo; NULL: out of the function. */
static struct context *error_target(void)
{
    for (struct context *c = context_now; c; c = c->parent)
        if (c->kind == CONTEXT_TRY || c->kind == CONTEXT_ITEM || (c->kind == CONTEXT_CLEANUP && c->cleanups.count))
            return c;
    return NULL;
}

const char *failure_text(void)
{
    struct text out = {0};
    if (context_now && context_now->stop_label) {
        emit_branch(context_now->stop_label);
        text_format(&out, "if (ac_status == AC_STOP) goto ac_stop_%u; ", context_now->number);
    }
    struct context *c = error_target();
    if (!c) {
        /* the end of another iterator is not this generator's own */
        text_add(&out, now->function->is_generator ? "return ac_status == AC_STOP ? EINVAL : ac_status;" : "return ac_status;");
        return text_string(&out);
    }
    if (c->kind != CONTEXT_CLEANUP) {
        c->handler_used = true;
        emit_failure(c->handler_label);
        text_format(&out, "goto ac_catch_%u;", c->number);
        return text_string(&out);
    }
    emit_definition(c->error);
    text_format(&out, "%s = ac_status; ", variable_reference(c->error));
    enter_unwinding(c, leave_error_code(c), &out);
    emit_failure(c->cleanups.at[c->cleanups.count - 1].label);
    return text_string(&out);
}

static void undo_child(struct cleanup *cleanup)
{
    struct variable *end = callee_frame("ac_child_end", "ac_child_end__frame", NULL);
    emit_definition(end);
    emit_format("%s.task = %s;", variable_reference(end), variable_reference(cleanup->variable));
    emit_site(cleanup->place, "AC_START(ac_child_end)");
    emit_use(end);
}

/* The group's own status decides how the block ends. */
static void undo_group(struct context *c, struct cleanup *cleanup)
{
    unsigned code = leave_error_code(c);
    struct variable *end = callee_frame("ac_group_end", "ac_group_end__frame", NULL);
    emit_definition(end);
    emit_format("%s.group = &%s;", variable_reference(end), variable_reference(cleanup->variable));
    emit_format("%s.status = %s == %u ? %s : 0;", variable_reference(end), variable_reference(c->leave), code, variable_reference(c->error));
    emit_format("if (%s == %u) %s = 0;", variable_reference(c->leave), code, variable_reference(c->leave));
    emit_site(cleanup->place, "AC_START(ac_group_end)");
    emit_use(end);
}

static void undo(struct context *c, struct cleanup *cleanup)
{
    switch (cleanup->kind) {
    case CLEANUP_DEFER:
        lower_nested(cleanup->statement->body);
        break;
    case CLEANUP_CHILD:
        undo_child(cleanup);
        break;
    case CLEANUP_GROUP:
        undo_group(c, cleanup);
        break;
    case CLEANUP_CALL:
        emit_format("%s(&%s);", cleanup->function, variable_reference(cleanup->variable));
        break;
    case CLEANUP_ARRAY:
        emit_format("ac_array_free(%s);", variable_base(cleanup->variable));
        break;
    case CLEANUP_WITH:
        undo_with(c, cleanup);
        break;
    case CLEANUP_GENERATOR:
        undo_generator(cleanup);
        break;
    case CLEANUP_ALLOCA:
        emit_format("ac_alloca_end(&%s);", variable_reference(cleanup->variable));
        break;
    }
}

/* One thing is undone; an error in it takes the place of why the block is being left. */
static void undo_guarded(struct context *c, struct cleanup *cleanup)
{
    struct context *item = context_push(CONTEXT_ITEM, cleanup->statement);
    item->handler_label = new_label();
    undo(c, cleanup);
    context_pop(item);
    if (!item->handler_used)
        return;
    unsigned after = new_label();
    emit_jump(after);
    emit_label(item->handler_label);
    emit_definition(c->error);
    emit_definition(c->leave);
    emit_format("if (0) { ac_catch_%u: %s = ac_status; %s = %u; }", item->number, variable_reference(c->error), variable_reference(c->leave),
                leave_error_code(c));
    emit_label(after);
}

/* goto back over some of a block's own things: they are undone, and the block goes on. */
static void continue_back(struct context *c, size_t left)
{
    for (size_t i = 0; i < c->leavings.count && left; i++) {
        struct leaving *way = &c->leavings.at[i];
        if (way->kind != JUMP_GOTO || way->stop != left)
            continue;
        emit_format("if (%s == %zu) { %sgoto %s; }", variable_reference(c->leave), i + 1, c->masked ? "ac_unmask(); " : "", way->label->name);
        emit_branch(flow_label_of(way->label));
    }
}

/* After the undoing: each way of leaving goes on. The block is no longer a context of its own here. */
static void continue_leaving(struct context *c)
{
    for (size_t i = 0; i < c->leavings.count; i++) {
        struct leaving *leaving = &c->leavings.at[i];
        if (leaving->stop)
            continue;       /* went back already */
        unsigned other = new_label();
        emit_format("if (%s == %zu) {", variable_reference(c->leave), i + 1);
        emit_branch(other);
        if (leaving->kind == JUMP_ERROR) {
            emit_use(c->error);
            const char *failure = failure_text();
            emit_format("ac_status = %s; %s", variable_reference(c->error), failure);
            emit_jump(0);
        } else {
            emit_leave(leaving->kind, leaving->target, leaving->label);
        }
        emit_format("}");
        emit_label(other);
    }
}

void emit_unwinding(struct context *c, bool end_reached)
{
    size_t count = c->cleanups.count;
    require(count);
    size_t end_item = now->items.count;
    if (end_reached) {
        emit_definition(c->error);
        forget_result();
        emit_define(c->leave, "%s = 0;", variable_reference(c->leave));
        end_item = now->items.count - 1;
        if (c->masked)
            emit_format("ac_mask();");
    }
    context_now = c->parent;        /* what is undone is no longer to be undone by those who leave from here */
    struct statement *statement = c->statement;
    for (size_t i = count; i-- > 0;) {
        struct cleanup cleanup = c->cleanups.at[i];
        emit_label(cleanup.label);
        if (cleanup.entered)
            emit_copied(cleanup.place, arena_format("ac_undo_%u_%zu:;", c->number, i + 1));
        c->cleanups.count = i;
        undo_guarded(c, &cleanup);
        continue_back(c, i);
    }
    if (c->masked)
        emit_format("ac_unmask();");
    c->statement = statement;
    if (end_reached && !c->leavings.count) {
        now->items.at[end_item].text = "";      /* the end is the only way out */
        c->leave->mentioned = false;
    }
    continue_leaving(c);
    context_now = c;
    c->cleanups.count = 0;
}

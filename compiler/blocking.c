/* Lowering of ac_blocking(call) and ac_submit(executor, call). For each shape of call in a function, which is what is
   called and the types of what is captured, an operation is made: a frame that holds result and arguments, a function
   that makes the call out of these on whatever thread it runs, and a description for the runtime. The frame's struct
   is put among the tags, so that an await takes it for one of those that the runtime publishes.

   A function that is known by its name at file scope is called by that name; any other function is captured, as a
   pointer. A string literal stays in the call, for compilers to check formats. */
#include "diagnostic.h"
#include "emit.h"
#include "lowering.h"
#include <string.h>

struct blocking_call {
    const char *key;            /* equal for equal shapes */
    const char *name;
    const char *callee;         /* for the dump of tasks */
    const char *expression;     /* the call, out of the frame's members */
    struct tag *frame;
    struct type *result;
    token_index place;
    bool called;                /* the function that makes a coroutine is needed */
};

static struct expression *bare(struct expression *e)
{
    while (e->kind == EXPRESSION_PAREN || e->kind == EXPRESSION_EXTENSION)
        e = e->a;
    return e;
}

/* ---- what is captured ---- */

static bool called_by_name(struct expression *callee)
{
    struct symbol *symbol = callee->kind == EXPRESSION_NAME ? callee->symbol : NULL;
    return symbol && !symbol->local && (symbol->kind == SYMBOL_FUNCTION || symbol->kind == SYMBOL_BUILTIN);
}

static bool stays_in_place(struct expression *argument)
{
    return bare(argument)->kind == EXPRESSION_STRING;
}

static struct type *function_type(struct expression *call)
{
    struct type *type = type_strip(call->a->type);
    if (type->kind == TYPE_POINTER)
        type = type_strip(type->inner);
    return type->kind == TYPE_FUNCTION ? type : NULL;
}

/* An argument has the type of its parameter; but a union that takes the type of any member gets that one. */
static struct type *argument_type(struct expression *call, size_t index)
{
    struct type *function = function_type(call), *own = type_value(call->arguments[index]->type);
    struct expression *field = expression_bit_field(call->arguments[index]);
    if (field)
        own = type_bit_field(own, field->bit_width);
    if (!function || function->no_prototype || index >= function->parameter_count)
        return own;
    struct type *wanted = type_unqualified(function->parameters[index].type), *stripped = type_strip(wanted);
    return stripped->kind == TYPE_UNION && stripped->tag->transparent ? own : wanted;
}

/* The type of a member that keeps a value of this one. What points to an array of variable length goes as a plain
 * pointer. */
static struct type *kept_type(struct type *type, token_index place)
{
    bool variable = type_is_variably_modified(type);
    if (type_is(type, TYPE_POINTER) && variable && !type_is(type_strip(type)->inner, TYPE_FUNCTION))
        return type_pointer(type_basic(TYPE_VOID));
    if (type_known(type) && !type_is(type, TYPE_VA_LIST) && !variable)
        return type_unqualified(type);
    error_at(place, "a value of this type cannot be handed to another thread");
    note_at(place, "put the call into a plain function of its own, and call that");
    return type_basic(TYPE_INT);
}

static void add_member(struct tag *tag, const char *name, struct type *type)
{
    struct member *members = arena_alloc((tag->member_count + 1) * sizeof *members);
    if (tag->member_count)
        memcpy(members, tag->members, tag->member_count * sizeof *members);
    members[tag->member_count] = (struct member){.name = intern_string(name), .type = type};
    tag->members = members;
    tag->member_count++;
}

static struct type *runtime_struct(const char *name)
{
    struct type *type = type_new(TYPE_STRUCT);
    type->tag = tag_find(intern_string(name));
    require(type->tag);
    return type;
}

/* ---- shapes ---- */

/* The captured values become members; gives the call that is made with them. */
static const char *capture(struct expression *call, struct tag *frame)
{
    struct expression *callee = bare(call->a);
    struct text text = {0};
    if (called_by_name(callee)) {
        text_add(&text, callee->name);
    } else {
        add_member(frame, "function", kept_type(type_value(call->a->type), call->a->first));
        text_add(&text, "ac_self->function");
    }
    text_add(&text, "(");
    for (size_t i = 0; i < call->argument_count; i++) {
        struct expression *argument = call->arguments[i];
        const char *name = arena_format("argument_%zu", i + 1);
        text_add(&text, i ? ", " : "");
        if (stays_in_place(argument)) {
            text_add(&text, one_line(copy_range(argument->first, argument->last)));
            continue;
        }
        add_member(frame, name, kept_type(argument_type(call, i), argument->first));
        text_format(&text, "ac_self->%s", name);
    }
    text_add(&text, ")");
    return text_string(&text);
}

static const char *shape_key(struct tag *frame, const char *expression)
{
    struct text key = {0};
    text_format(&key, "%s", expression);
    for (size_t i = 1; i < frame->member_count; i++) {
        const char *declared = type_declare(frame->members[i].type, frame->members[i].name);
        text_format(&key, "; %s", declared ? declared : "?");
    }
    return text_string(&key);
}

static struct blocking_call *find(const char *key)
{
    for (size_t i = 0; i < now->blocking_calls.count; i++)
        if (!strcmp(now->blocking_calls.at[i]->key, key))
            return now->blocking_calls.at[i];
    return NULL;
}

static bool name_taken(const char *name)
{
    for (size_t i = 0; i < now->blocking_calls.count; i++)
        if (!strcmp(now->blocking_calls.at[i]->name, name))
            return true;
    return false;
}

/* load__blocking_read: of what is called in which function; numbered where there are several. Calls through a pointer may
   share a shape, whatever the pointer is called. */
static const char *shape_name(struct expression *call)
{
    const char *callee = called_by_name(bare(call->a)) ? bare(call->a)->name : "call";
    const char *plain = arena_format("%s__blocking_%s", now->function->generated_name, callee), *name = plain;
    for (unsigned i = 2; name_taken(name); i++)
        name = arena_format("%s_%u", plain, i);
    return name;
}

static struct tag *frame_new(void)
{
    struct tag *frame = arena_alloc(sizeof *frame);
    frame->kind = TYPE_STRUCT;
    add_member(frame, "base", runtime_struct("ac_frame"));
    return frame;
}

/* The name becomes known, as if a header had declared the struct. */
static void publish(struct blocking_call *shape, struct tag *made)
{
    struct tag *tag = tag_declare(intern_string(arena_format("%s__frame", shape->name)), TYPE_STRUCT, shape->place);
    add_member(made, "blocking", runtime_struct("ac_blocking"));
    tag->members = made->members;
    tag->member_count = made->member_count;
    tag->complete = true;
    if (!tag->self) {
        tag->self = type_new(TYPE_STRUCT);
        tag->self->tag = tag;
    }
    shape->frame = tag;
}

const char *blocking_call_name(struct expression *call, bool called)
{
    struct tag *frame = frame_new();
    struct type *result = type_unqualified(call->type);
    if (!type_is(result, TYPE_VOID))
        add_member(frame, "result", kept_type(result, call->first));
    const char *expression = capture(call, frame), *key = shape_key(frame, expression);
    struct blocking_call *shape = find(key);
    if (!shape) {
        shape = arena_alloc(sizeof *shape);
        shape->key = key;
        shape->expression = expression;
        shape->result = result;
        shape->place = call->first;
        shape->callee = called_by_name(bare(call->a)) ? bare(call->a)->name : "...";
        shape->name = shape_name(call);
        publish(shape, frame);
        array_add(&now->blocking_calls, shape);
    }
    shape->called = shape->called || called;
    return shape->name;
}

const char **blocking_call_arguments(struct expression *call, size_t *count)
{
    const char **texts = arena_alloc((call->argument_count + 1) * sizeof *texts);
    *count = 0;
    if (!called_by_name(bare(call->a)))
        texts[(*count)++] = copy_expression(call->a);
    for (size_t i = 0; i < call->argument_count; i++)
        if (!stays_in_place(call->arguments[i]))
            texts[(*count)++] = copy_expression(call->arguments[i]);
    return texts;
}

/* ---- text ---- */

static bool has_result(struct blocking_call *shape)
{
    return !type_is(shape->result, TYPE_VOID);
}

/* The members between the header (and result) and the struct ac_blocking. */
static size_t first_captured(struct blocking_call *shape)
{
    return 1 + has_result(shape);
}

static bool captures(struct blocking_call *shape)
{
    return shape->frame->member_count > first_captured(shape) + 1;
}

static void add_self(struct blocking_call *shape, const char *value, struct text *out)
{
    text_format(out, "    struct %s__frame *ac_self = (struct %s__frame *)%s;\n", shape->name, shape->name, value);
}

static void add_frame(struct blocking_call *shape, struct text *out)
{
    text_format(out, "struct %s__frame {\n", shape->name);
    for (size_t i = 0; i < shape->frame->member_count; i++) {
        struct member *member = &shape->frame->members[i];
        const char *declared = i == 0 ? "ac_frame base" : type_declare(member->type, member->name);
        require(declared);
        text_format(out, "    %s;\n", declared);
    }
    text_add(out, "};\n");
}

static void add_call(struct blocking_call *shape, struct text *out)
{
    text_format(out, "static void %s__call(ac_frame *ac_base)\n{\n", shape->name);
    if (has_result(shape) || captures(shape))
        add_self(shape, "ac_base", out);
    else
        text_add(out, "    (void)ac_base;\n");
    emit_line_directive(out, token_file(shape->place)->path, tokens[shape->place].line);
    if (has_result(shape))
        text_format(out, "    %s\n", assignment_text("ac_self->result", shape->result, shape->expression));
    else
        text_format(out, "    %s;\n", shape->expression);
    text_add(out, "}\n");
}

static void add_description(struct blocking_call *shape, struct text *out)
{
    const char *name = shape->name;
    text_format(out, "static const struct ac_blocking_fn %s__fn = {.fn = {.resume = ac_blocking__resume, "
                     ".abort = ac_blocking__abort, .name = \"ac_blocking(%s)\", .frame_size = sizeof(struct %s__frame), "
                     ".alignment = _Alignof(struct %s__frame)", name, shape->callee, name, name);
    if (has_result(shape))
        text_format(out, ", .result_size = sizeof(%s), .result_offset = offsetof(struct %s__frame, result)",
                    type_declare(shape->result, ""), name);
    text_format(out, ", .kind = AC_KIND_OPERATION, .pool = AC_POOL(struct %s__frame)}, .call = %s__call, .at = offsetof(struct %s__frame, blocking)};\n",
                name, name, name);
}

static void add_constructor(struct blocking_call *shape, struct text *out)
{
    size_t first = first_captured(shape), end = shape->frame->member_count - 1;
    text_format(out, "static ac_coro *%s(%s", shape->name, captures(shape) ? "" : "void");
    for (size_t i = first; i < end; i++) {
        struct member *member = &shape->frame->members[i];
        text_format(out, "%s%s", i > first ? ", " : "", type_declare(member->type, member->name));
    }
    text_add(out, ")\n{\n");
    add_self(shape, arena_format("ac_coro_new(&%s__fn.fn)", shape->name), out);
    for (size_t i = first; i < end; i++) {
        struct member *member = &shape->frame->members[i];
        const char *place = arena_format("ac_self->%s", member->name);
        text_format(out, "%s%s%s", i > first ? " " : "    if (ac_self) { ",
                    assignment_text(place, member->type, member->name), i + 1 == end ? " }\n" : "");
    }
    text_add(out, "    return (ac_coro *)ac_self;\n}\n");
}

const char *blocking_calls_text(void)
{
    struct text out = {0};
    for (size_t i = 0; i < now->blocking_calls.count; i++) {
        struct blocking_call *shape = now->blocking_calls.at[i];
        add_frame(shape, &out);
        add_call(shape, &out);
        add_description(shape, &out);
        if (shape->called)
            add_constructor(shape, &out);
    }
    return text_string(&out);
}

/* Prints a lowered function. A line of the user's is a line here, under a #line directive where the count has gone astray; what acc adds for
   it stands on the same line. */
#include "emit.h"
#include "publish.h"
#include "diagnostic.h"
#include "map.h"
#include "source.h"
#include <stdlib.h>
#include <string.h>

/* Up to here, what acc adds for a line of the user's is put on that line. */
enum { WIDTH = 220 };
/* Functions of more awaits are written so that C compilers do not take long over them. */
enum { LEAN_ABOVE = 32 };

struct printer {
    struct lowering *l;
    struct text out;
    const char *path;       /* of the #line in force */
    uint32_t line;          /* what the C compiler takes the current line for */
    uint32_t source_line;   /* line of the .ac file whose text stands on it; 0: nothing yet */
    size_t line_start;
    struct text starters;   /* functions that start the callees of a lean function */
    struct map started;     /* by name: those that have one */
};

/* ---- text with references resolved ---- */

static unsigned number_at(const char **p)
{
    unsigned n = 0;
    for ((*p)++; **p != '\2'; (*p)++)
        n = n * 10 + (unsigned)(**p - '0');
    (*p)++;
    return n;
}

static const char *base_text(struct variable *v)
{
    return v->resident ? arena_format("ac_self->%s", v->member) : v->name;
}

static const char *resolved(struct lowering *l, const char *text);

/* An array whose size is not constant is used through a pointer, cast where it is used: C allows no jump into the scope of anything of such a type. */
static const char *variable_text(struct lowering *l, struct variable *v)
{
    if (!v->variable_type)
        return base_text(v);
    const char *type = resolved(l, type_declare(type_pointer(v->variable_type), ""));
    return arena_format("(*(%s)%s%s)", type, type_is(v->variable_type, TYPE_ARRAY) ? "" : "&", base_text(v));
}

static const char *resolved(struct lowering *l, const char *text)
{
    struct text out = {0};
    while (*text) {
        size_t plain = strcspn(text, "\1\4");
        text_add_bytes(&out, text, plain);
        text += plain;
        if (!*text)
            break;
        bool base = *text == '\4';
        struct variable *v = l->variables.at[number_at(&text)];
        text_add(&out, base ? base_text(v) : variable_text(l, v));
    }
    return text_string(&out);
}

/* ---- lines ---- */

static void add_quoted(struct text *out, const char *path)
{
    text_add(out, "\"");
    for (; *path; path++)
        text_format(out, *path == '"' || *path == '\\' ? "\\%c" : "%c", *path);
    text_add(out, "\"");
}

void emit_line_directive(struct text *out, const char *path, uint32_t line)
{
    if (options.no_line)
        return;
    text_format(out, "#line %u ", line);
    add_quoted(out, path);
    text_add(out, "\n");
}

/* Lines of acc's own that all count as one line of the user's, where each would otherwise pass for one that follows it: as few as have room. */
static void add_as_line(struct text *out, const char *path, uint32_t line, const char *text)
{
    size_t line_start = 0;
    if (options.no_line) {
        text_add(out, text);
        return;
    }
    while (*text) {
        size_t length = strcspn(text, "\n"), indentation = strspn(text, " ");
        if (!line_start || out->length - line_start + length > WIDTH) {
            text_add(out, line_start ? "\n" : "");
            emit_line_directive(out, path, line);
            line_start = out->length;
            indentation = 0;
        } else {
            text_add(out, " ");
        }
        text_add_bytes(out, text + indentation, length - indentation);
        text += length + (text[length] == '\n');
    }
    text_add(out, "\n");
}

static void end_line(struct printer *p)
{
    if (p->out.length > p->line_start) {
        text_add(&p->out, "\n");
        p->line++;
    }
    p->line_start = p->out.length;
    p->source_line = 0;
}

static void begin_line(struct printer *p, const char *path, uint32_t line, uint32_t column)
{
    end_line(p);
    bool same_file = p->path && !strcmp(p->path, path);
    if (!options.no_line && same_file && line > p->line && line - p->line <= 3) {
        for (; p->line < line; p->line++)
            text_add(&p->out, "\n");
    } else if (!options.no_line && (!same_file || line != p->line)) {
        emit_line_directive(&p->out, path, line);
    }
    p->path = path;
    p->line = p->source_line = line;
    p->line_start = p->out.length;
    for (uint32_t i = 1; i < column && i < 60; i++)
        text_add(&p->out, " ");
}

/* A line is indented as the user's line is. */
static uint32_t indentation(token_index place)
{
    token_index t = place;
    while (t > 0 && tokens[t - 1].line == tokens[place].line && tokens[t - 1].inclusion == tokens[place].inclusion)
        t--;
    return tokens[t].column;
}

static void put(struct printer *p, token_index place, const char *text)
{
    if (!*text)
        return;
    struct token *t = &tokens[place];
    const char *path = token_file(place)->path;
    bool joins = p->source_line == t->line && *text != '#' && !strcmp(path, p->path) && p->out.at[p->line_start] != '#' &&
                 p->out.length - p->line_start + strlen(text) < WIDTH;
    if (joins)
        text_add(&p->out, " ");
    else
        begin_line(p, path, t->line, *text == '#' ? 1 : indentation(place));
    text_add(&p->out, text);
}

/* Text with the user's line breaks in it. */
static void put_text(struct printer *p, token_index place, const char *text)
{
    for (;;) {
        const char *stop = strchr(text, '\3');
        if (!stop) {
            put(p, place, text);
            return;
        }
        put(p, place, arena_format("%.*s", (int)(stop - text), text));
        place = number_at(&stop);
        text = stop;
    }
}

/* ---- items ---- */

/* In a function of very many awaits, `AC_START(name)` is a call of a function that says so once. */
static const char *lean_start(struct printer *p, const char *call)
{
    const char *function = p->l->function->generated_name, *name = strchr(call, '(') + 1;
    int macro_length = (int)(name - call) - 1, name_length = (int)strcspn(name, ")");
    if (strncmp(call, "AC_START", 8))
        return call;
    void **known = map_at(&p->started, intern(name, (size_t)name_length));
    if (!*known)
        text_format(&p->starters, "AC_STARTER(%s, %.*s, %.*s)\n", function, macro_length, call, name_length, name);
    *known = p;
    return arena_format("%s__start_%.*s(ac_self)", function, name_length, name);
}

static void put_site(struct printer *p, struct item *item)
{
    struct text keep = {0}, back = {0};
    struct live_list *live = &p->l->live[item->site];
    for (size_t i = 0; i < live->count; i++) {
        struct variable *v = live->at[i];
        if (!v->kept || v->resident || (v->parameter && !v->symbol->assigned))
            continue;
        text_format(&keep, "%sac_self->%s = %s;", keep.length ? " " : "", v->member, v->name);
        if (!v->parameter)      /* arguments are loaded whenever the function is entered */
            text_format(&back, "%s%s = ac_self->%s;", back.length ? " " : "", v->name, v->member);
    }
    const char *failure = resolved(p->l, item->failure);
    if (p->l->resume_count > LEAN_ABOVE && !item->yields && !item->heap && !strcmp(failure, "return ac_status;"))
        put(p, item->place, arena_format("AC_AWAIT_LEAN(%u, %s, %s, %s);", item->site, lean_start(p, resolved(p->l, item->text)), text_string(&keep), text_string(&back)));
    else if (item->yields)
        put(p, item->place, arena_format("AC_YIELD(%u, %s, %s, %s);", item->site, text_string(&keep), text_string(&back), failure));
    else
        put(p, item->place, arena_format("%s(%u, %s, %s, %s, %s);", item->heap ? "AC_AWAIT_CORO" : "AC_AWAIT", item->site,
                                         resolved(p->l, item->text), text_string(&keep), text_string(&back), failure));
}

/* memcpy takes no volatile or restrict elements as they are. */
static const char *plain_source(struct type *type)
{
    return type_qualifiers(type) & ~(unsigned)QUALIFIER_CONST ? "(const void *)" : "";
}

static const char *resident_initialisation(struct item *item, struct variable *v, const char *value)
{
    const char *type = type_declare(type_unqualified(v->type), "");
    const char *literal = item->form == INITIAL_STRING ? arena_format("{%s}", value) : value;
    if (type_is(v->type, TYPE_ARRAY))
        return arena_format("AC_FILL(ac_self->%s, sizeof ac_self->%s, %s(%s)%s);", v->member, v->member, plain_source(v->type), type, literal);
    if (item->form == INITIAL_LIST)
        value = arena_format("(%s)%s", type, value);
    return assignment_text(arena_format("ac_self->%s", v->member), v->type, value);
}

/* Is it copied to the frame at an await that may come before it is set? */
static bool copied_unset(struct variable *v)
{
    return v->starts_zero && v->kept && !v->resident && type_is_scalar(v->type);
}

static void put_declaration(struct printer *p, struct item *item)
{
    struct variable *v = item->variable;
    const char *value = item->text ? resolved(p->l, item->text) : NULL;
    if (v->resident) {
        if (value)
            put(p, item->place, resident_initialisation(item, v, value));
        return;
    }
    struct declarator *d = v->symbol->declarator;
    if (!value && copied_unset(v))
        value = "0";
    const char *declared = type_declare(v->kept || v->computed ? type_unqualified(v->type) : v->type, v->name);
    require(declared);
    put(p, item->place, arena_format("%s%s%s%s%s%s;", v->constant && v->live_count ? "static " : "", d && d->aligned ? arena_format("_Alignas(%u) ", d->aligned) : "", declared,
                                     d && d->unused ? " __attribute__((unused))" : "", value ? " = " : "", value ? value : ""));
}

static bool stays_whole(struct declaration *declaration)
{
    for (size_t i = 0; i < declaration->declarator_count; i++)
        if (declaration->declarators[i]->symbol->variable->resident)
            return false;
    return true;
}

static void put_item(struct printer *p, struct item *item)
{
    if (item->whole && stays_whole(item->whole) != (item->kind == ITEM_TEXT))
        return;
    switch (item->kind) {
    case ITEM_TEXT:
        put_text(p, item->place, resolved(p->l, item->text));
        break;
    case ITEM_SITE:
        put_site(p, item);
        break;
    case ITEM_DECLARE:
        put_declaration(p, item);
        break;
    case ITEM_BEGIN:
        if (copied_unset(item->variable))
            put(p, item->place, arena_format("%s = 0;", item->variable->name));
        break;
    default:
        break;
    }
}

/* ---- the function around them ---- */

static bool body_says(struct printer *p, const char *word)
{
    return p->out.at && strstr(p->out.at, word);
}

static bool is_lean(struct printer *p)
{
    return p->l->resume_count > LEAN_ABOVE && body_says(p, "AC_AWAIT_LEAN");
}

/* Short declarations share a line. */
static void add_declaration(struct text *out, size_t *line_start, const char *declaration)
{
    bool joins = out->length > *line_start && out->length - *line_start + strlen(declaration) < 120;
    if (!joins) {
        text_add(out, out->length > *line_start ? "\n    " : "    ");
        *line_start = out->length;
    } else {
        text_add(out, " ");
    }
    text_add(out, declaration);
}

static void end_declarations(struct text *out, size_t line_start)
{
    if (out->length > line_start)
        text_add(out, "\n");
}

static void add_arguments(struct printer *body, struct text *out)
{
    size_t line_start = out->length;
    for (size_t i = 0; i < body->l->variables.count; i++) {
        struct variable *v = body->l->variables.at[i];
        if (v->parameter && !v->resident && v->mentioned)
            add_declaration(out, &line_start, arena_format("%s = ac_self->%s;", type_declare(type_unqualified(v->type), v->name), v->member));
    }
    end_declarations(out, line_start);
}

static void add_temporaries(struct lowering *l, struct text *out)
{
    size_t line_start = out->length;
    for (size_t i = 0; i < l->variables.count; i++) {
        struct variable *v = l->variables.at[i];
        if (!v->symbol && !v->resident && v->mentioned)
            add_declaration(out, &line_start, arena_format("%s%s;", type_declare(v->type, v->name), v->starts_zero ? " = 0" : ""));
    }
    end_declarations(out, line_start);
}

static void add_dispatch(struct lowering *l, struct text *out)
{
    if (!l->resume_count)
        return;
    text_add(out, "    switch (ac_base->state) {");
    for (unsigned site = 0; site < l->sites.count; site++)
        if (l->suspends.at[site])
            text_format(out, " case %u: goto ac_%u;", site, site);
    text_add(out, " default: break; }\n");
}

static void add_lines(struct function *f, struct text *out)
{
    struct lowering *l = f->lowering;
    text_format(out, "static const uint32_t %s__lines[] = {", f->generated_name);
    for (size_t i = 0; i < l->sites.count; i++)
        text_format(out, "%s%u", i ? ", " : "", tokens[l->sites.at[i]].line);
    text_add(out, "};\n");
}

static const char *linkage(struct function *f)
{
    return is_published(f) ? "" : "static ";
}

/* Labels have other addresses in each copy that the C compiler makes of a function, and a step may run in another one than the last. */
static bool takes_label_address(const struct function *f)
{
    for (const struct label *label = f->labels; label; label = label->next)
        if (label->address_taken)
            return true;
    return false;
}

static void add_description(struct function *f, struct text *out)
{
    const char *name = f->generated_name;
    bool has_result = !type_is(f->result, TYPE_VOID);
    text_format(out, "%sint %s__resume(ac_frame *)%s%s;\n", linkage(f), name, takes_label_address(f) ? " AC_ONE_COPY" : "",
                f->symbol->of_code ? f->symbol->of_code : "");
    add_lines(f, out);
    text_format(out, "%sconst ac_fn %s__fn = {.resume = %s__resume, .name = \"%s\", .file = ", linkage(f), name, name, f->symbol->name);
    add_quoted(out, token_file(f->declarator->name_token)->path);
    text_format(out, ", .site_lines = %s__lines, .frame_size = sizeof(struct %s__frame), .alignment = _Alignof(struct %s__frame)", name, name, name);
    if (has_result)
        text_format(out, ", .result_size = sizeof(%s), .result_offset = offsetof(struct %s__frame, result)", type_declare(type_unqualified(f->result), ""), name);
    if (f->is_generator)
        text_add(out, ", .kind = AC_KIND_GENERATOR};\n");
    else
        text_format(out, ", .kind = AC_KIND_FUNCTION, .pool = AC_POOL(struct %s__frame)};\n", name);
}

/* A parameter as it was written: the bounds in its type are arguments here, and not what the body keeps of them. */
static const char *parameter_text(struct type *type, const char *name)
{
    ARRAY(const char *) kept = {0};
    for (struct type *each = type; each; each = each->inner)
        if (each->kind == TYPE_ARRAY && each->bound) {
            array_add(&kept, each->bound->text);
            each->bound->text = NULL;
        }
    const char *text = type_declare(type, name);
    size_t i = 0;
    for (struct type *each = type; each; each = each->inner)
        if (each->kind == TYPE_ARRAY && each->bound)
            each->bound->text = kept.at[i++];
    return text;
}

static void add_parameters(struct function *f, struct text *out)
{
    if (!f->declarator->parameter_count)
        text_add(out, "void");
    for (size_t i = 0; i < f->declarator->parameter_count; i++)
        text_format(out, "%s%s", i ? ", " : "", parameter_text(f->declarator->parameters[i].type, parameter_member(f, i)));
}

/* Those in [[ ]] have to stand first. */
static void add_attributes(const struct specifiers *s, bool bracketed, struct text *out)
{
    for (size_t i = 0; i < s->count; i++) {
        if (s->at[i].role != ROLE_ATTRIBUTE || token_is(s->at[i].first, "[") != bracketed)
            continue;
        const char *text = specifier_unpromised(&s->at[i]);
        text_format(out, "%s%s", text, *text ? " " : "");
    }
}

static void add_specifiers(struct function *f, struct text *out)
{
    struct specifiers *s = f->declaration->specifiers;
    bool internal = f->symbol->storage == STORAGE_STATIC;   /* by an earlier declaration, too (6.2.2p5) */
    add_attributes(s, true, out);
    if (internal)
        text_add(out, "__attribute__((unused)) static ");
    add_attributes(s, false, out);
    if (s->is_inline && internal)
        text_add(out, "inline ");
    else if (s->is_inline)
        text_add(out, "__attribute__((weak)) ");
}

static void add_signature(struct function *f, struct text *out)
{
    if (f->is_main)
        text_add(out, "static ");
    else
        add_specifiers(f, out);
    text_format(out, "%s *%s(", f->is_generator ? "ac_gen" : "ac_coro", f->generated_name);
    add_parameters(f, out);
    text_add(out, ")");
}

void emit_prototype(struct function *f, struct text *out)
{
    add_signature(f, out);
    text_add(out, ";\n");
}

/* The function of the user's name: makes the coroutine. */
static void add_constructor(struct function *f, struct text *out)
{
    add_signature(f, out);
    text_format(out, "\n{\n    struct %s__frame *ac_self = (struct %s__frame *)%s(&%s__fn);\n", f->generated_name, f->generated_name,
                f->is_generator ? "ac_gen_new" : "ac_coro_new", f->generated_name);
    for (size_t i = 0; i < f->declarator->parameter_count; i++)
        text_format(out, "%s%s%s", i ? " " : "    if (ac_self) { ",
                    assignment_text(arena_format("ac_self->%s", parameter_member(f, i)), f->declarator->parameters[i].type, parameter_member(f, i)),
                    i + 1 == f->declarator->parameter_count ? " }\n" : "");
    text_format(out, "    return (%s *)ac_self;\n}\n", f->is_generator ? "ac_gen" : "ac_coro");
}

/* The plain main of an async one. */
static void add_main(struct function *f, struct text *out)
{
    if (f->declarator->parameter_count)
        text_format(out, "int main(int argc, char **argv)\n{\n    return ac_main(%s(argc, argv));\n}\n", f->generated_name);
    else
        text_format(out, "int main(void)\n{\n    return ac_main(%s());\n}\n", f->generated_name);
}

static void add_head(struct printer *body, struct text *out)
{
    struct lowering *l = body->l;
    struct text arguments = {0}, dispatch = {0};
    add_arguments(body, &arguments);
    add_dispatch(l, &dispatch);
    text_format(out, "%sint %s__resume(ac_frame *ac_base)\n{\n", linkage(l->function), l->function->generated_name);
    if (body_says(body, "ac_self") || body_says(body, "AC_START") || body_says(body, "AC_AWAIT_CORO") || arguments.length)
        text_format(out, "    struct %s__frame *ac_self = (struct %s__frame *)ac_base;\n", l->function->generated_name, l->function->generated_name);
    else if (!body_says(body, "ac_base") && !dispatch.length)
        text_add(out, "    (void)ac_base;\n");
    if (is_lean(body))
        text_add(out, "    int ac_status = ac_base->error; unsigned ac_site = 0;\n");
    else if (body_says(body, "ac_status") || body_says(body, "AC_AWAIT") || body_says(body, "AC_YIELD"))
        text_add(out, "    int ac_status = 0;\n");
    if (body_says(body, "ac_function"))
        text_format(out, "    static const char ac_function[] = \"%s\";\n", l->function->symbol->name);
    add_temporaries(l, out);
    text_add(out, text_string(&arguments));
    text_add(out, text_string(&dispatch));
}

/* Texts that every function is written into, one after the other. */
static struct { struct text body, out; } scratch;

static struct text emptied(struct text text)
{
    text.length = 0;
    if (text.at)
        text.at[0] = '\0';
    return text;
}

void emit_function(struct function *f)
{
    struct lowering *l = f->lowering;
    struct text body = emptied(scratch.body);
    token_index name = f->declarator->name_token;
    source_align(tokens[name].inclusion);
    text_add(&l->frame, l->types);
    text_format(&l->frame, "struct %s__frame {\n", f->generated_name);
    frame_members(l, &l->frame);
    text_add(&l->frame, "};\n");
    struct printer p = {.l = l, .out = emptied(scratch.out)};
    for (size_t i = 0; i < l->items.count; i++)
        put_item(&p, &l->items.at[i]);
    if (is_lean(&p))
        put(&p, f->body_last, "ac_exit: return ac_stop(ac_base, ac_site, ac_status);");
    put(&p, f->body_last, "}");
    end_line(&p);
    add_description(f, &body);
    struct text constructor = {0}, head = {0};
    add_constructor(f, &constructor);
    if (f->is_main)
        add_main(f, &constructor);
    add_head(&p, &head);
    const char *path = token_file(name)->path;
    add_as_line(&body, path, tokens[name].line, text_string(&constructor));
    add_as_line(&body, path, tokens[name].line, text_string(&p.starters));
    add_as_line(&body, path, tokens[name].line, text_string(&head));
    text_add(&body, text_string(&p.out));
    l->body = (struct text){.at = arena_copy(body.at, body.length), .length = body.length, .capacity = body.length + 1};
    scratch.body = body;
    scratch.out = p.out;
}

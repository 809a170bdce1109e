/* The output is the user's text, byte for byte, with edits: an async function is replaced by what emit.c made of it, the specifiers of async prototypes and
   pointers by those of plain C, and an #include line that leads to any of these by the header's own text, edited likewise. */
#define _GNU_SOURCE
#include "output.h"
#include "diagnostic.h"
#include "emit.h"
#include "macro.h"
#include "options.h"
#include "source.h"
#include "write.h"
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The original text from `begin` up to `end` gives way to `text`. */
struct edit {
    size_t begin, end;
    const char *text;
    bool block;             /* whole lines, after which the count of lines starts again at `line` of `path` */
    const char *path;
    uint32_t line;
};

/* What becomes of one inclusion. */
struct piece {
    bool inlined;           /* its text takes the place of its #include line */
    bool once;              /* it has #pragma once, which a guard stands for */
    bool preprocessed;      /* its text cannot be edited: its tokens are written */
    ARRAY(struct edit) edits;
};

static struct piece *pieces;        /* by inclusion */

/* ---- which generated function goes where ---- */

/* A frame has to follow the frames that lie in it: a function whose callee is defined later comes out with that. */
static size_t position_of(struct function *f)
{
    if (f->position)
        return f->position;
    size_t position = f->index;
    for (size_t i = 0; i < f->lowering->callees.count; i++) {
        struct function *callee = f->lowering->callees.at[i].function;
        if (callee && position_of(callee) > position)
            position = callee->position;
    }
    return f->position = position;
}

static void add_function(struct function *f, struct text *out)
{
    if (f->emitted)
        return;
    f->emitted = true;
    for (size_t i = 0; i < f->lowering->callees.count; i++) {
        struct function *callee = f->lowering->callees.at[i].function;
        if (callee && position_of(callee) == f->position)
            add_function(callee, out);
    }
    emit_function(f);
    text_add(out, text_string(&f->lowering->frame));
    text_add(out, text_string(&f->lowering->body));
}

/* What stands in the place of a definition. */
static const char *definition_text(struct function *f)
{
    struct text made = {0}, out = {0};
    if (f->text)
        return f->text;
    if (position_of(f) != f->index)
        emit_prototype(f, &made);
    for (struct function *each = f->placed_here; each; each = each->next_placed)
        add_function(each, &made);
    macros_add_around(&out, text_string(&made));
    return f->text = text_string(&out);
}

/* ---- places in the original text ---- */

/* The first raw token that begins at `offset` or after it. */
static size_t raw_find(struct raw_text *raw, size_t offset)
{
    size_t low = 0, high = raw->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (raw->at[middle].offset < offset)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The file that it stands in, whatever #line says. */
static struct source_file *text_file(token_index t)
{
    return inclusions.at[token_text(t)].file;
}

static size_t raw_end_of(token_index t)
{
    struct raw_text *raw = source_cut(text_file(t));
    size_t i = raw_find(raw, (size_t)tokens[t].raw);
    return raw->at[i].offset + raw->at[i].length;
}

/* The nearest token before (after) t of the same inclusion that stands in the text; 0 where there is none. */
static token_index placed_before(token_index t)
{
    uint32_t inclusion = token_text(t);
    token_index first = inclusions.at[inclusion].first;
    while (t-- > first)
        if (token_text(t) == inclusion && tokens[t].raw >= 0)
            return t;
    return UINT32_MAX;
}

static token_index placed_after(token_index t)
{
    uint32_t inclusion = token_text(t);
    token_index end = inclusions.at[inclusion].end;
    while (++t < end)
        if (token_text(t) == inclusion && tokens[t].raw >= 0)
            return t;
    return UINT32_MAX;
}

/* Where the text begins that gave token t and what follows: its own place, or the macro that it came out of. */
static size_t text_begin(token_index t)
{
    if (tokens[t].raw >= 0)
        return (size_t)tokens[t].raw;
    struct raw_text *raw = source_cut(text_file(t));
    token_index before = placed_before(t);
    size_t after = before == UINT32_MAX ? 0 : raw_end_of(before);
    for (size_t i = raw_find(raw, after); i < raw->count; i++)
        if (!raw->at[i].directive && raw->at[i].line >= tokens[t].line)
            return raw->at[i].offset;
    return SIZE_MAX;
}

/* Where the text ends that gave token t. */
static size_t text_end(token_index t)
{
    if (tokens[t].raw >= 0)
        return raw_end_of(t);
    struct raw_text *raw = source_cut(text_file(t));
    token_index after = placed_after(t);
    size_t limit = after == UINT32_MAX ? SIZE_MAX : (size_t)tokens[after].raw, end = SIZE_MAX;
    size_t begin = text_begin(t);
    uint32_t line = 0;
    for (size_t i = raw_find(raw, begin); i < raw->count && raw->at[i].offset < limit; i++)
        if (!raw->at[i].directive && (!line || raw->at[i].line == line)) {
            line = raw->at[i].line;
            end = raw->at[i].offset + raw->at[i].length;
        }
    token_index before = placed_before(t);      /* the macro's last argument, or its ) */
    if (end == SIZE_MAX && before != UINT32_MAX)
        end = raw_end_of(before);
    return end;
}

/* ---- directives inside what is replaced ---- */

static bool directive_is(const char *text, const char *word)
{
    text++;
    text += strspn(text, " \t");
    return !strncmp(text, word, strlen(word));
}

/* Definitions in a body are kept, with the conditionals around them. False where a conditional begins or ends outside. */
static bool directives_within(struct source_file *file, size_t begin, size_t end, struct text *out)
{
    struct raw_text *raw = source_cut(file);
    struct text kept = {0};
    int depth = 0;
    bool defines = false;
    for (size_t i = raw_find(raw, begin); i < raw->count && raw->at[i].offset < end; i++) {
        struct raw_token *r = &raw->at[i];
        if (!r->directive)
            continue;
        const char *text = file->text + r->offset;
        bool conditional = directive_is(text, "if"), middle = directive_is(text, "el"), ends = directive_is(text, "endif");
        bool define = directive_is(text, "define") || directive_is(text, "undef");
        depth += conditional ? 1 : ends ? -1 : 0;
        if (depth < 0 || (middle && depth == 0))
            return false;
        defines = defines || define;
        if (conditional || middle || ends || define) {
            text_add_bytes(&kept, text, r->length);
            text_add(&kept, "\n");
        }
    }
    if (defines)
        text_add(out, text_string(&kept));
    return depth == 0;
}

/* ---- edits ---- */

static void add_edit(uint32_t inclusion, struct edit edit)
{
    array_add(&pieces[inclusion].edits, edit);
}

/* The inclusion in whose text the #include line stands. */
static uint32_t includer_text(uint32_t inclusion)
{
    return inclusions.at[inclusions.at[inclusion].includer].text;
}

static void mark_inlined(uint32_t inclusion)
{
    while (!pieces[inclusion].inlined) {
        pieces[inclusion].inlined = true;
        source_align(inclusion);
        inclusion = includer_text(inclusion);
    }
}

static void edit_definition(struct function *f)
{
    struct declaration *d = f->declaration;
    uint32_t inclusion = token_text(d->first);
    size_t begin = text_begin(d->first), end = text_end(d->last);
    struct text text = {0};
    if (begin == SIZE_MAX || end == SIZE_MAX || begin >= end || token_text(d->last) != inclusion ||
        !directives_within(text_file(d->first), begin, end, &text)) {
        pieces[inclusion].preprocessed = true;
        fprintf(stderr, "%s:%u: note: '%s' is split by a conditional directive: the file is translated in its preprocessed form\n",
                token_file(d->first)->path, tokens[d->first].line, f->symbol->name);
        return;
    }
    text_add(&text, definition_text(f));
    add_edit(inclusion, (struct edit){begin, end, text_string(&text), true, token_file(d->last)->path, tokens[d->last].line});
}

static bool in_async_definition(token_index t)
{
    size_t low = 0, high = unit.functions.count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (unit.functions.at[middle]->declaration->last < t)
            low = middle + 1;
        else
            high = middle;
    }
    return low < unit.functions.count && unit.functions.at[low]->is_async && unit.functions.at[low]->declaration->first <= t;
}

/* Tokens beside each other that change together are one edit, so that macros among them (bool) go with them. */
static void edit_site(struct async_site *site)
{
    uint32_t inclusion = token_text(site->first);
    for (token_index t = site->first; t <= site->last; t++) {
        if (!tokens[t].renamed || token_text(t) != inclusion)
            continue;
        token_index first = t;
        struct text text = {0};
        for (; t <= site->last && tokens[t].renamed; t++)
            text_format(&text, "%s%s", text.length && *tokens[t].renamed ? " " : "", tokens[t].renamed);
        size_t begin = text_begin(first), end = text_end(t - 1);
        if (begin == SIZE_MAX || end == SIZE_MAX || begin > end) {
            pieces[inclusion].preprocessed = true;
            return;
        }
        char next = text_file(first)->text[end];
        if (text.length && (next == '(' || next == '*' || next == '_' || isalnum((unsigned char)next)))
            text_add(&text, " ");
        add_edit(inclusion, (struct edit){begin, end, text_string(&text), false, NULL, 0});
    }
}

/* In the order of the file. */
static void place_functions(void)
{
    for (size_t i = unit.functions.count; i-- > 0;) {
        struct function *f = unit.functions.at[i];
        if (!f->is_async)
            continue;
        struct function *at = unit.functions.at[position_of(f) - 1];
        f->next_placed = at->placed_here;
        at->placed_here = f;
    }
}

/* What the preprocessor has read may be gone meanwhile. */
static bool read_inlined(void)
{
    bool good = true;
    for (size_t i = 0; i < inclusions.count; i++)
        if (pieces[i].inlined && !source_cut(inclusions.at[i].file)) {
            error_plain("cannot read %s again: %s", inclusions.at[i].file->path, strerror(errno));
            good = false;
        }
    return good;
}

static void find_edits(void)
{
    pieces = arena_alloc((inclusions.count + 1) * sizeof *pieces);
    pieces[0].inlined = true;
    source_align(0);
    for (size_t i = 0; i < unit.functions.count; i++) {
        unit.functions.at[i]->index = i + 1;
        if (unit.functions.at[i]->is_async)
            mark_inlined(token_text(unit.functions.at[i]->declaration->first));
    }
    place_functions();
    for (size_t i = 0; i < unit.async_sites.count; i++) {
        struct async_site *site = &unit.async_sites.at[i];
        if (site->specifiers->plain_text)
            continue;
        mark_inlined(token_text(site->first));
        if (!in_async_definition(site->first))
            rename_async_site(site);
    }
    if (!read_inlined())
        return;
    for (size_t i = 0; i < unit.functions.count; i++)
        if (unit.functions.at[i]->is_async)
            edit_definition(unit.functions.at[i]);
    for (size_t i = 0; i < unit.async_sites.count; i++)
        if (!unit.async_sites.at[i].specifiers->plain_text && !in_async_definition(unit.async_sites.at[i].first))
            edit_site(&unit.async_sites.at[i]);
}

static const char *file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* ---- the text of an inclusion ---- */

static void add_inclusion(uint32_t inclusion, struct text *out);

static int by_begin(const void *a, const void *b)
{
    const struct edit *x = a, *y = b;
    return x->begin < y->begin ? -1 : x->begin > y->begin;
}

/* An #include line of a header with #pragma once whose text stands here already: the compiler, which has not seen that file, must not read it. */
static bool includes_again(const char *directive, size_t length)
{
    const char *name = memchr(directive, '"', length);
    const char *end = name ? memchr(name + 1, '"', length - (size_t)(name + 1 - directive)) : NULL;
    if (!directive_is(directive, "include") || !end)
        return false;
    const char *wanted = file_name(arena_format("%.*s", (int)(end - name - 1), name + 1));
    for (uint32_t i = 1; i < inclusions.count; i++)
        if (pieces[i].inlined && pieces[i].once && !strcmp(file_name(inclusions.at[i].file->path), wanted))
            return true;
    return false;
}

static bool is_include(struct source_file *file, const struct raw_token *r)
{
    return r->directive && (directive_is(file->text + r->offset, "include") || directive_is(file->text + r->offset, "import"));
}

/* Edits of the #include lines that give way to a header's text, and of #pragma once in such a header. */
static void add_directive_edits(uint32_t inclusion)
{
    struct inclusion *in = &inclusions.at[inclusion];
    struct raw_text *raw = source_cut(in->file);
    size_t known = pieces[inclusion].edits.count, next = 0;
    for (uint32_t child = inclusion + 1; child < inclusions.count; child++) {
        if (inclusions.at[child].text != child || includer_text(child) != inclusion || !pieces[child].inlined)
            continue;
        struct text text = {0};
        add_inclusion(child, &text);
        while (next < raw->count && !(raw->at[next].line == inclusions.at[child].line && is_include(in->file, &raw->at[next])))
            next++;
        struct raw_token *r = next < raw->count ? &raw->at[next++] : NULL;
        if (r)
            add_edit(inclusion, (struct edit){r->offset, r->offset + r->length, text_string(&text), true,
                                              inclusions.at[inclusions.at[child].includer].file->path, r->line});
    }
    for (size_t i = 0; i < raw->count; i++) {
        struct raw_token *r = &raw->at[i];
        bool replaced = !r->directive || !includes_again(in->file->text + r->offset, r->length);
        for (size_t k = known; k < pieces[inclusion].edits.count && !replaced; k++)
            replaced = pieces[inclusion].edits.at[k].begin == r->offset;
        if (!replaced)
            add_edit(inclusion, (struct edit){r->offset, r->offset + r->length, "", false, NULL, 0});
    }
}

static bool is_pragma_once(const char *text)
{
    if (!directive_is(text, "pragma"))
        return false;
    text = strstr(text, "pragma") + 6;
    text += strspn(text, " \t");
    return !strncmp(text, "once", 4);
}

/* The name of the guard that stands for #pragma once: letters of the path. */
static const char *guard_name(const char *path)
{
    struct text out = {0};
    text_add(&out, "AC_ONCE_");
    for (; *path; path++)
        text_format(&out, (*path >= '0' && *path <= '9') || (*path >= 'A' && *path <= 'Z') || (*path >= 'a' && *path <= 'z') ? "%c" : "_%02x", (unsigned char)*path);
    return text_string(&out);
}

static bool add_guard(uint32_t inclusion, struct text *out)
{
    struct source_file *file = inclusions.at[inclusion].file;
    struct raw_text *raw = source_cut(file);
    for (size_t i = 0; inclusion && i < raw->count; i++)
        if (raw->at[i].directive && is_pragma_once(file->text + raw->at[i].offset)) {
            pieces[inclusion].once = true;
            const char *guard = guard_name(file_name(file->path));
            text_format(out, "#ifndef %s\n#define %s\n", guard, guard);
            add_edit(inclusion, (struct edit){raw->at[i].offset, raw->at[i].offset + raw->at[i].length, "", false, NULL, 0});
            return true;
        }
    return false;
}

static void end_line_of(struct text *out)
{
    if (out->length && out->at[out->length - 1] != '\n')
        text_add(out, "\n");
}

static void add_edited(uint32_t inclusion, struct text *out)
{
    struct source_file *file = inclusions.at[inclusion].file;
    struct piece *piece = &pieces[inclusion];
    if (piece->edits.count)
        qsort(piece->edits.at, piece->edits.count, sizeof *piece->edits.at, by_begin);
    size_t at = 0;
    for (size_t i = 0; i < piece->edits.count; i++) {
        struct edit *edit = &piece->edits.at[i];
        if (edit->begin < at)
            continue;
        text_add_bytes(out, file->text + at, edit->begin - at);
        at = edit->end;
        if (edit->block) {
            size_t line_start = out->length;
            while (line_start && (out->at[line_start - 1] == ' ' || out->at[line_start - 1] == '\t'))
                line_start--;
            if (line_start && out->at[line_start - 1] != '\n')
                text_add(out, "\n");
        }
        text_add(out, edit->text);
        if (!edit->block)
            continue;
        end_line_of(out);
        size_t blank = at + strspn(file->text + at, " \t\r");
        bool line_ends = blank >= file->size || file->text[blank] == '\n';
        if (line_ends)
            at = blank < file->size ? blank + 1 : file->size;
        if (at < file->size)
            emit_line_directive(out, edit->path, edit->line + line_ends);
    }
    text_add_bytes(out, file->text + at, file->size - at);
    end_line_of(out);
}

/* The tokens of an inclusion whose text cannot be edited, with its #include lines and definitions in between. */
struct token_writer {
    struct inclusion *in;
    uint32_t inclusion;
    struct text *out;
    struct raw_text *raw;
    size_t next_raw;        /* the first directive not yet passed */
    int depth;              /* of conditionals */
    uint32_t line;          /* that the output stands on; 0: has to be told */
    const char *path;       /* of that line's file */
};

/* Definitions outside of all conditionals (but a header's guard), since later #include lines may need them. */
static void pass_directives(struct token_writer *w, uint32_t limit)
{
    int guard = w->inclusion ? 1 : 0;
    for (; w->next_raw < w->raw->count && w->raw->at[w->next_raw].line < limit; w->next_raw++) {
        struct raw_token *r = &w->raw->at[w->next_raw];
        const char *text = w->in->file->text + r->offset;
        if (!r->directive)
            continue;
        w->depth += directive_is(text, "if") ? 1 : directive_is(text, "endif") ? -1 : 0;
        if (w->depth > guard || (!directive_is(text, "define") && !directive_is(text, "undef")))
            continue;
        end_line_of(w->out);
        text_format(w->out, "%.*s\n", (int)r->length, text);
        w->line = 0;
    }
}

/* The nested inclusion that token t belongs to, directly included here. */
static uint32_t nested_at(struct token_writer *w, token_index t)
{
    uint32_t nested = token_text(t);
    while (includer_text(nested) != w->inclusion)
        nested = includer_text(nested);
    return nested;
}

static token_index write_nested(struct token_writer *w, token_index t)
{
    uint32_t nested = nested_at(w, t);
    pass_directives(w, inclusions.at[nested].line);
    end_line_of(w->out);
    struct raw_token *r = &w->raw->at[w->next_raw];
    if (pieces[nested].inlined)
        add_inclusion(nested, w->out);
    else if (w->next_raw < w->raw->count)
        text_format(w->out, "%.*s\n", (int)r->length, w->in->file->text + r->offset);
    w->line = 0;
    return inclusions.at[nested].end - 1;
}

static void write_token(struct token_writer *w, token_index t)
{
    if (macro_would_expand(t)) {
        end_line_of(w->out);
        macro_hide(w->out, tokens[t].name);
        w->line = 0;
    }
    const char *path = token_file(t)->path;
    if (tokens[t].line != w->line || path != w->path) {
        end_line_of(w->out);
        emit_line_directive(w->out, w->path = path, w->line = tokens[t].line);
    } else if (tokens[t].space_before) {
        text_add(w->out, " ");
    }
    if (tokens[t].renamed)
        text_add(w->out, tokens[t].renamed);
    else
        text_add_bytes(w->out, tokens[t].text, tokens[t].length);
    if (tokens[t].kind == TOKEN_PRAGMA)
        w->line = 0;
    if (macro_would_expand(t)) {
        end_line_of(w->out);
        macro_show(w->out, tokens[t].name);
        w->line = 0;
    }
}

static struct function *definition_at(token_index t)
{
    for (size_t i = 0; i < unit.functions.count; i++)
        if (unit.functions.at[i]->is_async && unit.functions.at[i]->declaration->first == t)
            return unit.functions.at[i];
    return NULL;
}

static void add_preprocessed(uint32_t inclusion, struct text *out)
{
    struct inclusion *in = &inclusions.at[inclusion];
    struct token_writer w = {.in = in, .inclusion = inclusion, .out = out, .raw = source_cut(in->file)};
    for (token_index t = in->first; t < in->end; t++) {
        if (tokens[t].kind == TOKEN_END)
            break;
        if (token_text(t) != inclusion) {
            t = write_nested(&w, t);
            continue;
        }
        pass_directives(&w, tokens[t].line);
        struct function *f = definition_at(t);
        if (!f) {
            write_token(&w, t);
            continue;
        }
        end_line_of(out);
        text_add(out, definition_text(f));
        t = f->declaration->last;
        w.line = 0;
    }
    end_line_of(out);
}

static void add_inclusion(uint32_t inclusion, struct text *out)
{
    struct source_file *file = inclusions.at[inclusion].file;
    bool guarded = add_guard(inclusion, out);
    emit_line_directive(out, file->path, 1);
    if (pieces[inclusion].preprocessed) {
        add_preprocessed(inclusion, out);
    } else {
        add_directive_edits(inclusion);
        add_edited(inclusion, out);
    }
    if (guarded)
        text_add(out, "#endif\n");
}

static bool includes_header(void)
{
    for (size_t i = 0; i < inclusions.count; i++)
        if (!strcmp(file_name(inclusions.at[i].file->path), "ac.h"))
            return true;
    return false;
}

int output_write(void)
{
    struct text out = {0};
    text_format(&out, "/* Made by acc from %s: edit that file, not this one. */\n", file_name(options.input_name));
    find_edits();
    if (error_count)
        return -1;
    if (!includes_header() && unit.async_sites.count + unit.functions.count)
        for (size_t i = 0; i < unit.functions.count; i++)
            if (unit.functions.at[i]->is_async) {
                text_add(&out, "#include <ac.h>\n");
                break;
            }
    add_inclusion(0, &out);
    if (error_count)
        return -1;
    return write_file(options.output, &out);
}

/* The output is the user's text, byte for byte, with edits: an async function is replaced by what emit.c made of it, the specifiers of async prototypes and
   pointers by those of plain C, and an #include line that leads to any of these by the header's own text, edited likewise. Of what a macro gave, no part
   can be replaced alone: all of it is written as the tokens that it became (struct passage). */
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

/* Tokens of one inclusion that are written anew, and the text that gave them and nothing else. */
struct passage {
    token_index first, last;
    size_t begin, end;
};

/* What becomes of one inclusion. */
struct piece {
    bool inlined;           /* its text takes the place of its #include line */
    bool once;              /* it has #pragma once, which a guard stands for */
    bool preprocessed;      /* its text cannot be edited: its tokens are written */
    ARRAY(struct passage) passages;
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

/* Where the text begins (ends) that gave token t: its own place, or that of the macros that it came out of. */
static size_t text_begin(token_index t)
{
    const struct expansion *expansion = source_expansion(t);
    return expansion ? expansion->begin : (size_t)tokens[t].raw;
}

static size_t text_end(token_index t)
{
    const struct expansion *expansion = source_expansion(t);
    return expansion ? expansion->end : raw_end_of(t);
}

/* The nearest token before (after) t of the same inclusion; UINT32_MAX where there is none. */
static token_index token_before(token_index t)
{
    uint32_t inclusion = token_text(t);
    token_index first = inclusions.at[inclusion].first;
    while (t-- > first)
        if (token_text(t) == inclusion)
            return t;
    return UINT32_MAX;
}

static token_index token_after(token_index t)
{
    uint32_t inclusion = token_text(t);
    token_index end = inclusions.at[inclusion].end;
    while (++t < end)
        if (token_text(t) == inclusion && tokens[t].kind != TOKEN_END)
            return t;
    return UINT32_MAX;
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

/* What has changed from token `first` to token `last`, and what came out of the same text, is written anew. */
static void add_passage(token_index first, token_index last)
{
    uint32_t inclusion = token_text(first);
    const struct expansion *at_first = source_expansion(first), *at_last = source_expansion(last);
    struct passage p = {at_first ? at_first->first : first, at_last ? at_last->last : last, text_begin(first), text_end(last)};
    /* Macros of arguments on several lines: what came out of these lines lies in the same text. */
    for (token_index t; (t = token_before(p.first)) != UINT32_MAX && text_end(t) > p.begin; p.first = t)
        p.begin = text_begin(t) < p.begin ? text_begin(t) : p.begin;
    for (token_index t; (t = token_after(p.last)) != UINT32_MAX && text_begin(t) < p.end; p.last = t)
        p.end = text_end(t) > p.end ? text_end(t) : p.end;
    array_add(&pieces[inclusion].passages, p);
}

/* Tokens beside each other that change together are one passage, so that macros among them (bool) go with them. */
static void add_site(struct async_site *site)
{
    uint32_t inclusion = token_text(site->first);
    for (token_index t = site->first; t <= site->last; t++) {
        if (!tokens[t].renamed || token_text(t) != inclusion)
            continue;
        token_index first = t;
        while (t < site->last && tokens[t + 1].renamed && token_text(t + 1) == inclusion)
            t++;
        add_passage(first, t);
    }
}

/* The async function in whose definition the token stands; NULL: it stands in none. */
static struct function *definition_around(token_index t)
{
    size_t low = 0, high = unit.functions.count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (unit.functions.at[middle]->declaration->last < t)
            low = middle + 1;
        else
            high = middle;
    }
    struct function *f = low < unit.functions.count ? unit.functions.at[low] : NULL;
    return f && f->is_async && f->declaration->first <= t ? f : NULL;
}

/* The one that begins with the token. */
static struct function *definition_at(token_index t)
{
    struct function *f = definition_around(t);
    return f && f->declaration->first == t ? f : NULL;
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
        if (!definition_around(site->first))
            rename_async_site(site);
    }
    if (!read_inlined())
        return;
    for (size_t i = 0; i < unit.functions.count; i++)
        if (unit.functions.at[i]->is_async)
            add_passage(unit.functions.at[i]->declaration->first, unit.functions.at[i]->declaration->last);
    for (size_t i = 0; i < unit.async_sites.count; i++)
        if (!unit.async_sites.at[i].specifiers->plain_text && !definition_around(unit.async_sites.at[i].first))
            add_site(&unit.async_sites.at[i]);
}

static const char *file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* ---- tokens written anew ---- */

static void end_line_of(struct text *out)
{
    if (out->length && out->at[out->length - 1] != '\n')
        text_add(out, "\n");
}

struct token_writer {
    struct text *out;
    uint32_t line;          /* that the output stands on; 0: has to be told */
    const char *path;       /* of that line's file */
};

static void write_token(struct token_writer *w, token_index t)
{
    if (tokens[t].renamed && !*tokens[t].renamed)
        return;
    if (macro_would_expand(t)) {
        end_line_of(w->out);
        macro_hide(w->out, tokens[t].name);
        w->line = 0;
    }
    const char *path = token_file(t)->path;
    if (tokens[t].line != w->line || path != w->path) {
        end_line_of(w->out);
        emit_line_directive(w->out, w->path = path, w->line = tokens[t].line);
    } else if (tokens[t].space_before && w->out->length) {
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

/* The token or, where an async function begins with it, all of that: the last token that was written. */
static token_index write_changed(struct token_writer *w, token_index t)
{
    struct function *f = definition_at(t);
    if (!f) {
        write_token(w, t);
        return t;
    }
    end_line_of(w->out);
    text_add(w->out, definition_text(f));
    w->line = 0;
    return f->declaration->last;
}

/* Specifiers, and the like, that can stand in their line. */
static bool fits_in_line(const struct passage *p)
{
    for (token_index t = p->first; t <= p->last; t++)
        if (definition_at(t) || tokens[t].line != tokens[p->first].line || macro_would_expand(t) || tokens[t].kind == TOKEN_PRAGMA)
            return false;
    return true;
}

static struct function *first_definition(const struct passage *p)
{
    struct function *f = NULL;
    for (token_index t = p->first; t <= p->last && !f; t++)
        f = definition_at(t);
    return f;
}

static void give_up_editing(uint32_t inclusion, const struct passage *p)
{
    struct function *f = first_definition(p);
    pieces[inclusion].preprocessed = true;
    fprintf(stderr, "%s:%u: note: %s%s%s is split by a conditional directive: the file is translated in its preprocessed form\n",
            token_file(p->first)->path, tokens[p->first].line, f ? "'" : "", f ? f->symbol->name : "the declaration", f ? "'" : "");
}

static void edit_passage(uint32_t inclusion, const struct passage *p)
{
    struct source_file *file = inclusions.at[inclusion].file;
    struct text text = {0};
    if (p->begin >= p->end || !directives_within(file, p->begin, p->end, &text)) {
        give_up_editing(inclusion, p);
        return;
    }
    bool block = text.length || !fits_in_line(p);
    struct token_writer w = {&text, block ? 0 : tokens[p->first].line, token_file(p->first)->path};
    for (token_index t = p->first; t <= p->last; t++)
        if (token_text(t) == inclusion)
            t = write_changed(&w, t);
    char next = file->text[p->end];
    if (!block && text.length && (next == '(' || next == '*' || next == '_' || isalnum((unsigned char)next)))
        text_add(&text, " ");
    struct raw_text *raw = source_cut(file);
    add_edit(inclusion, (struct edit){p->begin, p->end, text_string(&text), block, token_file(p->last)->path,
                                      raw->at[raw_find(raw, p->end) - 1].line});
}

static int by_first_token(const void *a, const void *b)
{
    const struct passage *x = a, *y = b;
    return x->first < y->first ? -1 : x->first > y->first;
}

/* Passages that overlap are one. */
static void edit_passages(uint32_t inclusion)
{
    struct piece *piece = &pieces[inclusion];
    if (piece->passages.count)
        qsort(piece->passages.at, piece->passages.count, sizeof *piece->passages.at, by_first_token);
    for (size_t i = 0, next; i < piece->passages.count && !piece->preprocessed; i = next) {
        struct passage whole = piece->passages.at[i];
        for (next = i + 1; next < piece->passages.count && piece->passages.at[next].first <= whole.last; next++) {
            struct passage *p = &piece->passages.at[next];
            whole.last = p->last > whole.last ? p->last : whole.last;
            whole.end = p->end > whole.end ? p->end : whole.end;
        }
        edit_passage(inclusion, &whole);
    }
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
struct inclusion_writer {
    struct token_writer tokens;
    struct inclusion *in;
    uint32_t inclusion;
    struct raw_text *raw;
    size_t next_raw;        /* the first directive not yet passed */
    int depth;              /* of conditionals */
};

/* Definitions outside of all conditionals (but a header's guard), since later #include lines may need them. */
static void pass_directives(struct inclusion_writer *w, uint32_t limit)
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
        end_line_of(w->tokens.out);
        text_format(w->tokens.out, "%.*s\n", (int)r->length, text);
        w->tokens.line = 0;
    }
}

/* The nested inclusion that token t belongs to, directly included here. */
static uint32_t nested_at(struct inclusion_writer *w, token_index t)
{
    uint32_t nested = token_text(t);
    while (includer_text(nested) != w->inclusion)
        nested = includer_text(nested);
    return nested;
}

static token_index write_nested(struct inclusion_writer *w, token_index t)
{
    uint32_t nested = nested_at(w, t);
    struct text *out = w->tokens.out;
    pass_directives(w, inclusions.at[nested].line);
    end_line_of(out);
    struct raw_token *r = &w->raw->at[w->next_raw];
    if (pieces[nested].inlined)
        add_inclusion(nested, out);
    else if (w->next_raw < w->raw->count)
        text_format(out, "%.*s\n", (int)r->length, w->in->file->text + r->offset);
    w->tokens.line = 0;
    return inclusions.at[nested].end - 1;
}

static void add_preprocessed(uint32_t inclusion, struct text *out)
{
    struct inclusion *in = &inclusions.at[inclusion];
    struct inclusion_writer w = {.tokens = {.out = out}, .in = in, .inclusion = inclusion, .raw = source_cut(in->file)};
    for (token_index t = in->first; t < in->end; t++) {
        if (tokens[t].kind == TOKEN_END)
            break;
        if (token_text(t) != inclusion) {
            t = write_nested(&w, t);
            continue;
        }
        pass_directives(&w, tokens[t].line);
        t = write_changed(&w.tokens, t);
    }
    end_line_of(out);
}

static void add_inclusion(uint32_t inclusion, struct text *out)
{
    struct source_file *file = inclusions.at[inclusion].file;
    bool guarded = add_guard(inclusion, out);
    emit_line_directive(out, file->path, 1);
    edit_passages(inclusion);
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

/* `bodies IN.c OUT.ac [OPTION...]`: a program whose functions are async, and which is still the same program. The body of each function goes to an async one,
   NAME__awaiting, and the function itself runs that by hand until it has ended. So real bodies go through all of acc's lowering, and can be run:
   asyncify puts awaits among their statements and expressions then. What no async function may have stays as it was: variable arguments, setjmp. */
#define _GNU_SOURCE
#include "diagnostic.h"
#include "options.h"
#include "preprocess.h"
#include "source.h"
#include "text.h"
#include "tree.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void read_program(int argc, char **argv)
{
    size_t size;
    options.input = options.input_name = argv[1];
    for (int i = 3; i < argc; i++)
        array_add(&options.preprocessor, argv[i]);
    char *text = preprocess(&size);
    if (!text)
        exit(1);
    tokens_read(text, size, argv[1]);
    parse();
    if (error_count)
        exit(1);
    source_align(0);
}

/* Bodies that no async function may have. */
static bool is_refused(const struct function *f)
{
    static const char *const words[] = {"va_start", "__builtin_va_start", "setjmp", "_setjmp", "__sigsetjmp", "sigsetjmp", "longjmp", "siglongjmp", "__builtin_apply_args",
                                        "__builtin_return_address", "__builtin_frame_address", "vfork"};
    for (token_index t = f->declaration->first; t <= f->body_last; t++)
        for (size_t i = 0; i < sizeof words / sizeof *words; i++)
            if (token_is(t, words[i]))
                return true;
    return false;
}

/* The name and the braces stand in the text, and not in a macro. */
static bool is_written(const struct function *f)
{
    token_index name = f->declarator->name_token;
    return tokens[name].raw >= 0 && tokens[f->body_first].raw >= 0 && tokens[f->body_last].raw >= 0 &&
           tokens[f->body_first].inclusion == 0;
}

/* Where the definition begins: with the line that its name stands in, or the first of its specifiers before that. */
static size_t definition_begin(const struct function *f, const char *text)
{
    token_index first = f->declaration->first;
    while (tokens[first].raw < 0)
        first++;
    size_t begin = (size_t)tokens[first].raw;
    while (begin > 0 && !strchr("\n;}", text[begin - 1]))
        begin--;
    return begin;
}

static void add_call(const struct function *f, const char *name, struct text *out)
{
    const struct type *type = f->symbol->type;
    text_format(out, "%s(", name);
    for (size_t i = 0; i < type->parameter_count; i++)
        text_format(out, "%s%s", i ? ", " : "", type->parameters[i].name);
    text_add(out, ")");
}

/* A body that runs the async function. */
static void add_stepping(const struct function *f, struct text *out)
{
    bool result = !type_is(f->symbol->type->inner, TYPE_VOID);
    text_add(out, "{\n    ac_coro *ac_stepped = ");
    add_call(f, arena_format("%s__awaiting", f->symbol->name), out);
    text_add(out, ";\n    while (ac_coro_step(ac_stepped) == AC_PENDING)\n        ;\n");
    if (result) {
        text_add(out, "    __typeof__(");
        add_call(f, f->symbol->name, out);
        text_add(out, ") ac_stepped_result = AC_RESULT(ac_stepped, __typeof__(");
        add_call(f, f->symbol->name, out);
        text_add(out, "));\n");
    }
    text_add(out, "    ac_coro_close(ac_stepped);\n");
    text_add(out, result ? "    return ac_stepped_result;\n}\n" : "}\n");
}

static bool parameters_are_named(const struct function *f)
{
    const struct type *type = f->symbol->type;
    for (size_t i = 0; i < type->parameter_count; i++)
        if (!type->parameters[i].name)
            return false;
    return true;
}

static bool copy_function(const struct function *f, struct text *out, size_t *begin, size_t *end)
{
    struct source_file *file = inclusions.at[0].file;
    if (!is_written(f) || is_refused(f) || f->is_async || f->is_main || f->symbol->no_return || f->old_style_declarations.first < f->old_style_declarations.last ||
        !strcmp(f->symbol->name, "main") || !parameters_are_named(f))
        return false;
    size_t first = definition_begin(f, file->text), last = (size_t)tokens[f->body_last].raw + 1;
    size_t name = (size_t)tokens[f->declarator->name_token].raw, body = (size_t)tokens[f->body_first].raw;
    size_t name_end = name + tokens[f->declarator->name_token].length;
    if (first > name || name_end > body || body >= last || memchr(file->text + first, (int)'#', name - first) || memchr(file->text + first, (int)'(', name - first))
        return false;
    *end = last;
    *begin = first;
    text_add_bytes(out, file->text + first, body - first);
    text_add(out, ";\nasync ");
    text_add_bytes(out, file->text + first, name_end - first);
    text_add(out, "__awaiting");
    text_add_bytes(out, file->text + name_end, body + 1 - name_end);
    text_add(out, " await fuzz_pause(); ");
    text_add_bytes(out, file->text + body + 1, last - body - 1);
    text_add(out, "\n");
    text_add_bytes(out, file->text + first, body - first);
    add_stepping(f, out);
    return true;
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fputs("usage: bodies IN.c OUT.ac [options for the preprocessor]\n", stderr);
        return 2;
    }
    read_program(argc, argv);
    struct source_file *file = inclusions.at[0].file;
    struct text out = {0};
    size_t copied = 0;
    size_t at = 0;
    for (size_t i = 0; i < unit.functions.count; i++) {
        struct text copy = {0};
        size_t begin, end;
        if (!copy_function(unit.functions.at[i], &copy, &begin, &end))
            continue;
        text_add_bytes(&out, file->text + at, begin - at);
        if (!copied++)
            text_add(&out, "\n#include \"pause.h\"\n");
        text_add(&out, text_string(&copy));
        at = end;
    }
    text_add_bytes(&out, file->text + at, file->size - at);
    FILE *to = fopen(argv[2], "w");
    if (!to || fputs(text_string(&out), to) < 0 || fclose(to)) {
        perror(argv[2]);
        return 1;
    }
    printf("%zu of %zu functions\n", copied, unit.functions.count);
}

/* --publish=FILE: beside the C file a header with the frames of the external async functions, in the form of those that ac.h has of the runtime's
   operations. Where it is included, an await of such a function needs no memory: its frame is a member of the caller's, as if it stood in the
   same file. The types that the frames are made of have to be known there. */
#include "publish.h"
#include "lower.h"
#include "options.h"
#include "write.h"
#include <ctype.h>
#include <string.h>

bool is_published(const struct function *function)
{
    return options.publish && function->is_async && !function->is_main && !function->is_generator && function->symbol->storage != STORAGE_STATIC &&
           !function->declaration->specifiers->is_inline;
}

/* Without the directives that lead back to the source. */
static void add_unlined(const char *text, struct text *out)
{
    while (*text) {
        size_t length = strcspn(text, "\n");
        length += text[length] == '\n';
        if (strncmp(text, "#line", 5))
            text_add_bytes(out, text, length);
        text += length;
    }
}

/* After the frames that lie in it. */
static void add_frame(struct function *f, struct text *out)
{
    if (f->frame_published)
        return;
    f->frame_published = true;
    for (size_t i = 0; i < f->lowering->callees.count; i++)
        if (f->lowering->callees.at[i].function)
            add_frame(f->lowering->callees.at[i].function, out);
    if (is_published(f))
        text_format(out, "extern const ac_fn %s__fn;\nint %s__resume(ac_frame *frame);\n", f->generated_name, f->generated_name);
    add_unlined(text_string(&f->lowering->frame), out);
}

static const char *file_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* AC_PUBLISHED_CONDITION_AC of condition.ac. */
static void add_guard(struct text *out)
{
    text_add(out, "AC_PUBLISHED_");
    for (const char *c = file_part(options.input_name); *c; c++)
        text_format(out, "%c", isalnum((unsigned char)*c) ? toupper((unsigned char)*c) : '_');
}

int publish_write(void)
{
    struct text out = {0}, guard = {0};
    add_guard(&guard);
    text_format(&out, "/* Made by acc from %s: edit that file, not this one. */\n", file_part(options.input_name));
    text_format(&out, "#ifndef %s\n#define %s\n", text_string(&guard), text_string(&guard));
    for (size_t i = 0; i < unit.functions.count; i++)
        if (is_published(unit.functions.at[i]))
            add_frame(unit.functions.at[i], &out);
    text_add(&out, "#endif\n");
    return write_file(options.publish, &out);
}

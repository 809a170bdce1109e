/* The preprocessor tells of each definition where it stands (-dD). What is in effect at a token decides about that token alone; a text that acc made may
   stand elsewhere than its tokens did, but hiding a macro that is not defined there does no harm. See macro.h. */
#include "macro.h"
#include "map.h"
#include "text.h"
#include <string.h>

struct macro {
    const char *name;
    enum macro_kind kind;       /* in effect now */
    bool plain, parameters;     /* was so, at any place outside of system headers */
    bool left_over;             /* a token has this name that would be expanded */
    bool kept;                  /* what acc writes means the macro */
    bool in_kept;               /* stands in the expansion of such a macro */
};

static struct map macros;                           /* by interned name */
static ARRAY(struct macro *) in_kept;

static struct macro *macro_at(const char *name)
{
    void **place = map_at(&macros, name);
    if (!*place) {
        struct macro *macro = arena_alloc(sizeof *macro);
        macro->name = name;
        *place = macro;
    }
    return *place;
}

static bool in_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '$' || (unsigned char)c >= 0x80;
}

static size_t name_length(const char *text, const char *end)
{
    const char *p = text;
    while (p < end && in_name(*p))
        p++;
    return (size_t)(p - text);
}

/* Behind a string or character literal that begins here. */
static const char *behind_literal(const char *text, const char *end)
{
    char quote = *text;
    for (text++; text < end && *text != quote; text++)
        if (*text == '\\' && text + 1 < end)
            text++;
    return text < end ? text + 1 : end;
}

/* The next name from *at on, and moves *at behind it; NULL at the end. */
static const char *next_name(const char **at, const char *end, size_t *length)
{
    const char *p = *at;
    while (p < end) {
        if (*p == '"' || *p == '\'') {
            p = behind_literal(p, end);
        } else if (!in_name(*p)) {
            p++;
        } else {
            *length = name_length(p, end);
            *at = p + *length;
            if (*p < '0' || *p > '9')
                return p;
            p = *at;
        }
    }
    return NULL;
}

static bool is_kept(const char *name, const struct source_file *file)
{
    static const char *const standard[] = {"NULL", "bool", "false", "offsetof", "true"};
    for (size_t i = 0; i < sizeof standard / sizeof *standard; i++)
        if (!strcmp(name, standard[i]))
            return true;
    const char *slash = strrchr(file->path, '/');
    return !strcmp(slash ? slash + 1 : file->path, "ac.h");
}

static void note_kept(struct macro *macro, const char *body, const char *end)
{
    macro->kept = true;
    size_t length;
    for (const char *name; (name = next_name(&body, end, &length));) {
        struct macro *inside = macro_at(intern(name, length));
        if (inside->in_kept)
            continue;
        inside->in_kept = true;
        array_add(&in_kept, inside);
    }
}

/* `#define stdin stdin` may be expanded as often as one likes. */
static bool stands_for_itself(const char *name, size_t length, const char *end)
{
    const char *body = name + length;
    while (body < end && (*body == ' ' || *body == '\t'))
        body++;
    while (end > body && (end[-1] == ' ' || end[-1] == '\t' || end[-1] == '\r'))
        end--;
    return (size_t)(end - body) == length && !memcmp(body, name, length);
}

void macro_define(const char *text, const char *end, const struct source_file *file)
{
    size_t length = name_length(text, end);
    if (length == 0)
        return;
    struct macro *macro = macro_at(intern(text, length));
    if (text + length < end && text[length] == '(')
        macro->kind = MACRO_WITH_PARAMETERS;
    else
        macro->kind = stands_for_itself(text, length, end) ? MACRO_NONE : MACRO_PLAIN;
    if (is_kept(macro->name, file))
        note_kept(macro, text + length, end);
    macro->plain |= macro->kind == MACRO_PLAIN && !file->system;
    macro->parameters |= macro->kind == MACRO_WITH_PARAMETERS && !file->system;
}

void macro_undefine(const char *text, const char *end)
{
    size_t length = name_length(text, end);
    if (length)
        macro_at(intern(text, length))->kind = MACRO_NONE;
}

enum macro_kind macro_find(const char *name)
{
    struct macro *macro = *map_at(&macros, name);
    return macro ? macro->kind : MACRO_NONE;
}

bool macro_would_expand(token_index t)
{
    return tokens[t].macro == MACRO_PLAIN || (tokens[t].macro == MACRO_WITH_PARAMETERS && token_is(t + 1, "("));
}

typedef ARRAY(const char *) name_list;

static void add_once(name_list *list, const char *name)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->at[i] == name)
            return;
    array_add(list, name);
}

static void find_left_over(void)
{
    static bool done;
    for (token_index t = 0; !done && t < token_count; t++)
        if (macro_would_expand(t))
            macro_at(tokens[t].name)->left_over = true;
    done = true;
}

static bool parenthesis_follows(const char *text)
{
    return text[strspn(text, " \t\r\n\v\f")] == '(';
}

/* Those that are in the text, and those that acc's macros will bring into it. System headers define macros that the text means, ENOMEM for one: of
   these only what was left over. */
static name_list names_to_hide(const char *text)
{
    name_list list = {0};
    find_left_over();
    const char *end = text + strlen(text);
    size_t length;
    for (const char *name; (name = next_name(&text, end, &length));) {
        struct macro *macro = *map_at(&macros, intern(name, length));
        if (macro && !macro->kept && (macro->left_over || macro->plain || (macro->parameters && parenthesis_follows(text))))
            add_once(&list, macro->name);
    }
    for (size_t i = 0; i < in_kept.count; i++)
        if (in_kept.at[i]->plain && !in_kept.at[i]->kept)
            add_once(&list, in_kept.at[i]->name);
    return list;
}

void macro_hide(struct text *out, const char *name)
{
    text_format(out, "#pragma push_macro(\"%s\")\n#undef %s\n", name, name);
}

void macro_show(struct text *out, const char *name)
{
    text_format(out, "#pragma pop_macro(\"%s\")\n", name);
}

void macros_add_around(struct text *out, const char *text)
{
    name_list list = names_to_hide(text);
    for (size_t i = 0; i < list.count; i++)
        macro_hide(out, list.at[i]);
    text_add(out, text);
    for (size_t i = 0; i < list.count; i++)
        macro_show(out, list.at[i]);
}

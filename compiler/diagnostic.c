/* Messages as gcc writes them: as text with the source line and a caret, or as gcc's JSON. A note belongs to the message before it and
   is dropped with it. See diagnostic.h. */
#define _GNU_SOURCE
#include "diagnostic.h"
#include "source.h"
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum severity { SEVERITY_ERROR, SEVERITY_WARNING, SEVERITY_NOTE };
enum { ERROR_LIMIT = 100 };

/* What -W says of one flag. */
struct flag {
    const char *name;
    bool on, error, error_decided;
    bool mistake;   /* an error of the language, as gcc has them under a flag, so that old code can switch it off */
};

static struct flag flags[] = {
    {.name = "unawaited", .on = true},
    {.name = "blocking", .on = true},
    {.name = "escaping-local", .on = true},
    {.name = "lock-across-await", .on = true},
    {.name = "swallowed-cancel", .on = true},
    {.name = "unevaluated-await", .on = true},
    {.name = "unreleased-task", .on = true},
    {.name = "useless-defer", .on = true},
    {.name = "return-type", .on = true},
    {.name = "large-frame"},
    {.name = "useless-async"},
    {.name = "incompatible-pointer-types", .on = true, .error = true, .mistake = true},
    {.name = "int-conversion", .on = true, .error = true, .mistake = true},
};

unsigned error_count;
uint64_t large_frame_limit = 4096;
static bool quiet, all_errors, json, color_always, color_never;
static bool last_shown;         /* was the last error or warning printed? its notes follow it */
static bool json_open, json_children;

/* The edit that goes with the next message; `text` is NULL where there is none. */
static struct { token_index place; bool replaces; const char *text; } fix;

static struct flag *flag_find(const char *name, size_t length)
{
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if (strlen(flags[i].name) == length && !memcmp(flags[i].name, name, length))
            return &flags[i];
    return NULL;
}

static void frame_limit_set(const char *text)
{
    char *end;
    errno = 0;
    large_frame_limit = strtoull(text, &end, 10);
    if (errno || *end || !isdigit((unsigned char)*text))
        error_plain("-Wlarge-frame=%s: a number of bytes is wanted", text);
}

static void flag_set(const char *name, bool on)
{
    const char *equals = strchr(name, '=');
    struct flag *flag = flag_find(name, equals ? (size_t)(equals - name) : strlen(name));
    if (!flag)
        return;     /* a flag of the C compiler's: build files hand the same list to both */
    flag->on = on;
    if (equals && !strcmp(flag->name, "large-frame"))
        frame_limit_set(equals + 1);
}

/* -Werror=NAME turns the warning on as well. */
static void flag_error(const char *name, bool error)
{
    struct flag *flag = flag_find(name, strcspn(name, "="));
    if (!flag)
        return;
    flag->error_decided = true;
    flag->error = error;
    if (error)
        flag_set(name, true);
}

bool diagnostic_option(const char *option)
{
    if (!strcmp(option, "-w"))
        quiet = true;
    else if (!strcmp(option, "-Werror"))
        all_errors = true;
    else if (!strncmp(option, "-Werror=", 8))
        flag_error(option + 8, true);
    else if (!strncmp(option, "-Wno-error=", 11))
        flag_error(option + 11, false);
    else if (!strcmp(option, "-Wno-error"))
        all_errors = false;
    else if (!strncmp(option, "-Wno-", 5))
        flag_set(option + 5, false);
    else if (!strncmp(option, "-W", 2) && option[2] && option[3] != ',')
        flag_set(option + 2, true);
    else if (!strcmp(option, "-fdiagnostics-format=json"))
        json = true;
    else if (!strcmp(option, "-fdiagnostics-format=text"))
        json = false;
    else if (!strcmp(option, "-fdiagnostics-color") || !strcmp(option, "-fdiagnostics-color=always"))
        color_always = true;
    else if (!strcmp(option, "-fno-diagnostics-color") || !strcmp(option, "-fdiagnostics-color=never"))
        color_never = true;
    else
        return !strcmp(option, "-fdiagnostics-color=auto");
    return true;
}

static bool colored(void)
{
    static int decided = -1;
    if (decided < 0) {
        const char *term = getenv("TERM");
        decided = color_always || (!color_never && isatty(2) && term && strcmp(term, "dumb"));
    }
    return decided;
}

static const char *paint(const char *code)
{
    return colored() ? code : "";
}

static void json_string(const char *text)
{
    putc('"', stderr);
    for (const unsigned char *c = (const unsigned char *)text; *c; c++)
        if (*c == '"' || *c == '\\')
            fprintf(stderr, "\\%c", *c);
        else if (*c < 0x20)
            fprintf(stderr, "\\u%04x", *c);
        else
            putc(*c, stderr);
    putc('"', stderr);
}

/* As gcc counts: as a terminal shows it, with tabs of 8. */
static uint32_t display_column(struct source_file *file, uint32_t line, uint32_t column)
{
    size_t size;
    const char *text = source_line(file, line, &size);
    uint32_t shown = 0;
    for (uint32_t i = 0; text && i + 1 < column && i < size; i++)
        if (text[i] == '\t')
            shown += 8 - shown % 8;
        else
            shown += ((unsigned char)text[i] & 0xC0) != 0x80;
    return text ? shown + 1 : column;
}

static void json_place(struct source_file *file, uint32_t line, uint32_t column)
{
    fputs("{\"file\": ", stderr);
    json_string(file->path);
    uint32_t shown = display_column(file, line, column);
    fprintf(stderr, ", \"line\": %u, \"display-column\": %u, \"byte-column\": %u, \"column\": %u}", line, shown, column, shown);
}

static void json_fix(void)
{
    struct token *t = &tokens[fix.place];
    struct source_file *file = token_file(fix.place);
    if (!fix.text)
        return;
    fputs(", \"fixits\": [{\"start\": ", stderr);
    json_place(file, t->line, t->column);
    fputs(", \"next\": ", stderr);
    json_place(file, t->line, t->column + (fix.replaces ? t->length : 0));
    fputs(", \"string\": ", stderr);
    json_string(fix.text);
    fputs("}]", stderr);
}

static void json_location(token_index place)
{
    struct token *t = &tokens[place];
    fputs("{\"caret\": ", stderr);
    json_place(token_file(place), t->line, t->column);
    if (t->raw >= 0 && t->length > 1) {
        fputs(", \"finish\": ", stderr);
        json_place(token_file(place), t->line, t->column + t->length - 1);
    }
    putc('}', stderr);
}

static void json_close_message(void)
{
    if (json_open)
        fputs("]}", stderr);
}

/* Where gcc has the warning too, its manual describes it. */
static void json_option(const char *flag)
{
    static const char *const known_to_gcc[] = {"return-type", "int-conversion", "incompatible-pointer-types"};
    fputs(", \"option\": ", stderr);
    json_string(arena_format("-W%s", flag));
    const char *name = !strncmp(flag, "error=", 6) ? flag + 6 : flag;
    for (size_t i = 0; i < sizeof known_to_gcc / sizeof *known_to_gcc; i++)
        if (!strcmp(name, known_to_gcc[i]))
            fprintf(stderr, ", \"option_url\": \"https://gcc.gnu.org/onlinedocs/gcc/Warning-Options.html#index-W%s\"", name);
}

/* NULL as the place: it has none. */
static void json_show(enum severity severity, const token_index *place, const char *flag, const char *text)
{
    static const char *const kinds[] = {"error", "warning", "note"};
    if (severity == SEVERITY_NOTE) {
        fputs(json_children ? ", " : "", stderr);
        json_children = true;
    } else {
        json_close_message();
        fputs(json_open ? ", " : "[", stderr);
        json_open = true;
        json_children = false;
    }
    fprintf(stderr, "{\"kind\": \"%s\", \"message\": ", kinds[severity]);
    json_string(text);
    if (flag)
        json_option(flag);
    fputs(", \"locations\": [", stderr);
    if (place)
        json_location(*place);
    fputs("]", stderr);
    json_fix();
    fputs(", \"escape-source\": false", stderr);
    fputs(severity == SEVERITY_NOTE ? "}" : ", \"column-origin\": 1, \"children\": [", stderr);
}

void diagnostics_end(void)
{
    if (!json)
        return;
    json_close_message();
    fputs(json_open ? "]\n" : "[]\n", stderr);
}

/* White space up to a column of a line, its tabs kept. */
static void indent_to(const char *text, uint32_t column)
{
    for (uint32_t i = 0; i + 1 < column && i < 4096; i++)
        if (((unsigned char)text[i] & 0xC0) != 0x80)
            putc(text[i] == '\t' ? '\t' : ' ', stderr);
}

/* Under the caret, where it is on the same line. */
static void fix_show(struct source_file *file, uint32_t line)
{
    size_t size;
    struct token *t = &tokens[fix.place];
    const char *text = source_line(file, line, &size);
    if (!fix.text || token_file(fix.place) != file || t->line != line || !text || t->column > size + 1)
        return;
    fputs("      | ", stderr);
    indent_to(text, t->column);
    fprintf(stderr, "%s%s%s\n", paint("\33[32m"), fix.text, paint("\33[m"));
}

/* The line of the source with a caret under the column; tabs are kept, so that the caret stands right. */
static void caret_show(struct source_file *file, uint32_t line, uint32_t column, uint32_t length)
{
    size_t size;
    const char *text = source_line(file, line, &size);
    if (!text || column > size + 1)
        return;
    fprintf(stderr, "%5u | %.*s\n      | ", line, (int)(size > 4096 ? 4096 : size), text);
    indent_to(text, column);
    fprintf(stderr, "%s^", paint("\33[01;32m"));
    for (uint32_t i = 1; i < length && column + i <= size; i++)
        putc('~', stderr);
    fprintf(stderr, "%s\n", paint("\33[m"));
}

static void text_show(enum severity severity, token_index place, const char *flag, const char *text)
{
    static const char *const kinds[] = {"error", "warning", "note"};
    static const char *const colors[] = {"\33[01;31m", "\33[01;35m", "\33[01;36m"};
    struct token *t = &tokens[place];
    struct source_file *file = token_file(place);
    fprintf(stderr, "%s%s:%u:%u:%s %s%s:%s %s", paint("\33[01m"), file->path, t->line,
            display_column(file, t->line, t->column), paint("\33[m"),
            paint(colors[severity]), kinds[severity], paint("\33[m"), text);
    if (flag)
        fprintf(stderr, " [%s-W%s%s]", paint(colors[severity]), flag, paint("\33[m"));
    putc('\n', stderr);
    caret_show(file, t->line, t->column, t->raw >= 0 ? t->length : 1);
    fix_show(file, t->line);
}

static void show(enum severity severity, token_index place, const char *flag, const char *text)
{
    source_align(tokens[place].inclusion);
    if (json)
        json_show(severity, &place, flag, text);
    else
        text_show(severity, place, flag, text);
    fix.text = NULL;
}

/* What a macro brought along cannot be edited here. */
static void fix_set(token_index place, bool replaces, const char *text)
{
    source_align(tokens[place].inclusion);
    fix.place = place;
    fix.replaces = replaces;
    fix.text = tokens[place].raw >= 0 ? text : NULL;
}

void fix_insert(token_index before, const char *text)
{
    fix_set(before, false, text);
}

void fix_replace(token_index token, const char *text)
{
    fix_set(token, true, text);
}

/* Where nothing more is told: a line, or, where `column` is not 0, the use of a macro in it. */
struct told_place {
    const struct source_file *file;
    uint32_t line, column;
};
static ARRAY(struct told_place) told_places;

void line_is_told(token_index place)
{
    array_add(&told_places, (struct told_place){token_file(place), tokens[place].line, 0});
}

/* An argument may come out of a macro many times, and what is wrong with it is one mistake. */
static void macro_is_told(token_index place)
{
    if (tokens[place].raw < 0)
        array_add(&told_places, (struct told_place){token_file(place), tokens[place].line, tokens[place].column});
}

static bool is_told(token_index place)
{
    source_align(tokens[place].inclusion);
    const struct token *t = &tokens[place];
    for (size_t i = 0; i < told_places.count; i++) {
        const struct told_place *told = &told_places.at[i];
        if (told->line == t->line && told->file == token_file(place) && (!told->column || (told->column == t->column && t->raw < 0)))
            return true;
    }
    return false;
}

static void count_error(void)
{
    if (++error_count < ERROR_LIMIT)
        return;
    diagnostics_end();
    if (!json)
        fprintf(stderr, "acc: error: too many errors; giving up\n");
    exit(1);
}

static const char *formatted(const char *format, va_list args)
{
    char *text = NULL;
    if (vasprintf(&text, format, args) < 0)
        internal_fault(__FILE__, __LINE__, "out of memory");
    return text;
}

void error_at(token_index place, const char *format, ...)
{
    last_shown = !is_told(place);
    if (!last_shown) {
        fix.text = NULL;
        return;
    }
    va_list args;
    va_start(args, format);
    const char *text = formatted(format, args);
    va_end(args);
    show(SEVERITY_ERROR, place, NULL, text);
    macro_is_told(place);
    count_error();
}

/* In JSON a note is the error: what the other program said is not there. */
static void show_plain(const char *word, const char *color, const char *text)
{
    if (json)
        json_show(SEVERITY_ERROR, NULL, NULL, text);
    else
        fprintf(stderr, "%sacc:%s %s%s:%s %s\n", paint("\33[01m"), paint("\33[m"), paint(color), word, paint("\33[m"), text);
}

void error_plain(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    show_plain("error", "\33[01;31m", formatted(format, args));
    va_end(args);
    last_shown = true;
    count_error();
}

void note_plain(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    show_plain("note", "\33[01;36m", formatted(format, args));
    va_end(args);
}

bool warning_at(token_index place, const char *flag_name, const char *format, ...)
{
    struct flag *flag = flag_find(flag_name, strlen(flag_name));
    require(flag);
    last_shown = flag->on && !quiet && !token_in_system(place) && !is_told(place);
    if (!last_shown) {
        fix.text = NULL;
        return false;
    }
    bool is_error = flag->error_decided || flag->mistake ? flag->error : all_errors;
    bool asked = is_error && !flag->mistake;
    va_list args;
    va_start(args, format);
    const char *text = formatted(format, args);
    va_end(args);
    show(is_error ? SEVERITY_ERROR : SEVERITY_WARNING, place, asked ? arena_format("error=%s", flag_name) : flag_name, text);
    if (is_error)
        count_error();
    return true;
}

void note_at(token_index place, const char *format, ...)
{
    if (!last_shown) {
        fix.text = NULL;
        return;
    }
    va_list args;
    va_start(args, format);
    const char *text = formatted(format, args);
    va_end(args);
    show(SEVERITY_NOTE, place, NULL, text);
}

void internal_fault(const char *file, int line, const char *what)
{
    fprintf(stderr, "acc: internal error at %s:%d: %s\nThis is a fault of acc, not of your program. Please report it with the file that caused it.\n",
            file, line, what);
    _exit(2);
}

/* The array of tokens, and the files they come from. grammar/ac.l cuts the text; here the tokens are kept, the line markers
   of the preprocessor are followed, and what cannot be a token is told.

   Files nest: a marker with flag 1 enters one, flag 2 goes back. A marker without either that names another file (a #line
   directive of generated code, or the preprocessor's <built-in>) changes the file within its level; it becomes an
   inclusion of its own too, since a token's file is that of its inclusion, but its text is part of the level's. */
#define _GNU_SOURCE
#include "lex.h"
#include "diagnostic.h"
#include "macro.h"
#include <stdlib.h>
#include <string.h>

/* More than any real program by far; what needs more is garbage, and would only use up memory. */
enum { TOKENS_MAX = 25000000, STRANGE_MAX = 200, LEVELS_MAX = 10000 };

struct token *tokens;
token_index token_count;
array_inclusion inclusions;
array_line_marker line_markers;

static size_t token_capacity;
static ARRAY(struct source_file *) files;
static uint32_t current;                    /* inclusion of the token at hand */
static bool system_lines;                   /* the last marker had flag 3 */
static ARRAY(uint32_t) levels;              /* the inclusion that each level of nesting began with */

/* The text is no part of the arena: an array of this size must not be copied each time that it grows. */
static struct token *token_add(void)
{
    if (token_count == token_capacity) {
        token_capacity = token_capacity ? token_capacity * 2 : 1 << 16;
        tokens = realloc(tokens, token_capacity * sizeof *tokens);
        if (!tokens) {
            error_plain("out of memory");
            exit(1);
        }
    }
    return &tokens[token_count++];
}

void lex_token(struct lexer *lexer, enum token_kind kind, size_t length)
{
    if (token_count >= TOKENS_MAX) {
        error_plain("%s: the program is too large: it has more than %d tokens", inclusions.at[0].file->path, TOKENS_MAX);
        exit(1);
    }
    *token_add() = (struct token){
        .text = lexer->start, .length = (uint32_t)length, .line = lexer->line,
        .column = (uint32_t)(lexer->start - lexer->line_start) + 1, .inclusion = current, .raw = -1, .kind = (uint8_t)kind,
        .space_before = lexer->space || lexer->line_begin, .line_begin = lexer->line_begin,
        .system_macro = system_lines && !inclusions.at[current].file->system };
    lexer->space = false;
    lexer->line_begin = false;
}

/* Room for the UTF-8 form of the character, at most as long as the UCN that named it. */
static char *utf8_put(char *to, uint32_t c)
{
    if (c < 0x80) {
        *to++ = (char)c;
    } else if (c < 0x800) {
        *to++ = (char)(0xC0 | c >> 6);
        *to++ = (char)(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        *to++ = (char)(0xE0 | c >> 12);
        *to++ = (char)(0x80 | (c >> 6 & 0x3F));
        *to++ = (char)(0x80 | (c & 0x3F));
    } else {
        *to++ = (char)(0xF0 | (c >> 18 & 7));
        *to++ = (char)(0x80 | (c >> 12 & 0x3F));
        *to++ = (char)(0x80 | (c >> 6 & 0x3F));
        *to++ = (char)(0x80 | (c & 0x3F));
    }
    return to;
}

/* 6.4.2.1: \u00e9 and é are one name. */
static const char *name_of_universal(const char *text, size_t length)
{
    char *copy = arena_alloc(length + 1), *to = copy;
    for (size_t i = 0; i < length;) {
        if (text[i] != '\\') {
            *to++ = text[i++];
            continue;
        }
        size_t digits = text[i + 1] == 'u' ? 4 : 8;
        char number[9] = { 0 };
        memcpy(number, text + i + 2, digits);
        to = utf8_put(to, (uint32_t)strtoul(number, NULL, 16));
        i += 2 + digits;
    }
    return intern(copy, (size_t)(to - copy));
}

void lex_name(struct lexer *lexer, size_t length)
{
    const char *name = memchr(lexer->start, '\\', length) ? name_of_universal(lexer->start, length) : intern(lexer->start, length);
    lex_token(lexer, TOKEN_NAME, length);
    tokens[token_count - 1].name = name;
    tokens[token_count - 1].macro = (uint8_t)macro_find(name);
}

void lex_punctuator(struct lexer *lexer, size_t length, const char *meaning)
{
    lex_token(lexer, TOKEN_PUNCTUATOR, length);
    tokens[token_count - 1].name = meaning ? intern_string(meaning) : intern(lexer->start, length);
}

void lex_lines(struct lexer *lexer, size_t length)
{
    const char *end = lexer->start + length;
    const char *from = lexer->start;
    const char *newline;
    while (from < end && (newline = memchr(from, '\n', (size_t)(end - from)))) {
        lexer->line++;
        lexer->line_start = from = newline + 1;
    }
    if (from == end)
        lexer->line_begin = true;
}

static void lex_at_end(struct lexer *lexer, const char *what);

int lex_broken_length(const struct lexer *lexer)
{
    const char *end = lexer->next;
    while (end - lexer->start > 1 && strchr(");} \t\r", end[-1]))
        end--;
    return end - lexer->start > 2 || *lexer->start == '"' || *lexer->start == '\'' ? (int)(end - lexer->start)
                                                                                   : (int)(lexer->next - lexer->start);
}

/* The rest of the token is skipped: as an OTHER token it would be told a second time. */
void lex_unterminated(struct lexer *lexer, size_t length, const char *what)
{
    lex_at_end(lexer, what);
    lex_lines(lexer, length);
}

void lex_other(struct lexer *lexer)
{
    unsigned char c = (unsigned char)*lexer->start;
    lex_token(lexer, TOKEN_OTHER, 1);
    if ((c < ' ' || c == 0x7F) && ++lexer->strange > STRANGE_MAX) {
        error_at(token_count - 1, "this is not C text: it is full of control characters");
        lexer->stop = true;
    }
}

/* The message needs a token to point at: an empty string stands in for the broken literal, so that the parser goes on. */
static void lex_at_end(struct lexer *lexer, const char *what)
{
    if (!strcmp(what, "comment")) {
        lex_token(lexer, TOKEN_OTHER, 2);
        tokens[token_count - 1].kind = TOKEN_PRAGMA;
        error_at(token_count - 1, "unterminated comment");
    } else if (!strcmp(what, "raw string")) {
        lex_token(lexer, TOKEN_STRING, 1);
        error_at(token_count - 1, "unterminated raw string");
    } else if (!strcmp(what, "empty")) {
        lex_token(lexer, TOKEN_CHARACTER, 2);
        error_at(token_count - 1, "empty character constant");
    } else {
        lex_token(lexer, *what == '"' ? TOKEN_STRING : TOKEN_CHARACTER, 1);
        error_at(token_count - 1, "missing terminating %s character", what);
        line_is_told(token_count - 1);
    }
}

/* ---- line markers ---- */

static struct source_file *file_find(const char *path)
{
    const char *name = intern_string(path);
    for (size_t i = files.count; i-- > 0;)
        if (files.at[i]->path == name)
            return files.at[i];
    struct source_file *file = arena_alloc(sizeof *file);
    file->path = name;
    array_add(&files, file);
    return file;
}

static uint32_t inclusion_add(struct source_file *file, uint32_t includer, uint32_t line)
{
    uint32_t own = (uint32_t)inclusions.count;
    array_add(&inclusions, (struct inclusion){ .file = file, .text = own, .includer = includer, .line = line, .first = token_count,
                                               .end = token_count });
    return own;
}

static void level_enter(struct source_file *file, uint32_t line)
{
    if (levels.count >= LEVELS_MAX)
        return;
    current = inclusion_add(file, current, line);
    array_add(&levels, current);
}

/* Back to the level below; `line` is where its file goes on, right behind the #include. */
static void level_leave(uint32_t line)
{
    if (levels.count < 2)
        return;
    struct inclusion *left = &inclusions.at[levels.at[levels.count - 1]];
    inclusions.at[current].end = token_count;
    left->end = token_count;
    levels.count--;
    current = left->includer;
    if (line > 1)
        left->line = line - 1;
}

/* Another file within the level: #line. */
static void level_switch(struct source_file *file)
{
    uint32_t base = levels.at[levels.count - 1];
    inclusions.at[current].end = token_count;
    if (inclusions.at[base].file == file) {
        current = base;
    } else {
        current = inclusion_add(file, inclusions.at[base].includer, inclusions.at[base].line);
        inclusions.at[current].text = base;
    }
}

/* The quoted file name of a marker, its escapes undone; NULL: there is none. */
static char *marker_path(const char **at, const char *end)
{
    const char *p = *at;
    if (p == end || *p != '"')
        return NULL;
    char *path = arena_alloc((size_t)(end - p)), *to = path;
    for (p++; p < end && *p != '"'; p++) {
        if (*p == '\\' && p + 1 < end && p[1] >= '0' && p[1] <= '7') {
            unsigned c = 0;
            int digits = 0;
            for (; digits < 3 && p + 1 < end && p[1] >= '0' && p[1] <= '7'; digits++)
                c = c * 8 + (unsigned)(*++p - '0');
            *to++ = (char)c;
        } else {
            if (*p == '\\' && p + 1 < end)
                p++;
            *to++ = *p;
        }
    }
    if (p == end)
        return NULL;
    *at = p + 1;
    return path;
}

static const char *skip_blanks(const char *p, const char *end)
{
    while (p < end && (*p == ' ' || *p == '\t' || *p == '\r'))
        p++;
    return p;
}

static bool read_number(const char **at, const char *end, uint32_t *number)
{
    const char *p = *at;
    uint32_t n = 0;
    while (p < end && *p >= '0' && *p <= '9')
        n = n * 10 + (uint32_t)(*p++ - '0');
    bool found = p != *at;
    *at = skip_blanks(p, end);
    *number = n;
    return found;
}

/* # 12 "file" 1 3 4, or #line 12 "file". */
static void line_marker(struct lexer *lexer, const char *p, const char *end)
{
    uint32_t line, flag, flags = 0;
    if (!read_number(&p, end, &line))
        return;
    char *path = marker_path(&p, end);
    p = skip_blanks(p, end);
    while (path && read_number(&p, end, &flag))
        if (flag < 8)
            flags |= 1u << flag;
    if (path) {
        struct source_file *file = file_find(path);
        if (flags & 2)
            level_enter(file, lexer->line);
        else if (flags & 4)
            level_leave(line);
        if (inclusions.at[current].file != file)
            level_switch(file);
        if (!(flags & 6))
            array_add(&line_markers, (struct line_marker){ .before = token_count, .inclusion = current, .line = line });
        if (flags & 8 && (flags & 2))
            file->system = true;
        system_lines = (flags & 8) != 0;
    }
    lexer->line = line - 1;     /* the end of this line makes it right */
}

static bool word_is(const char *p, const char *end, const char *word)
{
    size_t length = strlen(word);
    return (size_t)(end - p) >= length && !memcmp(p, word, length) &&
           ((size_t)(end - p) == length || !((p[length] >= 'a' && p[length] <= 'z') || p[length] == '_'));
}

void lex_directive(struct lexer *lexer, size_t length)
{
    const char *end = lexer->start + length;
    const char *hash = skip_blanks(lexer->start, end);
    const char *p = skip_blanks(hash + (*hash == '%' ? 2 : 1), end);
    if (p < end && *p >= '0' && *p <= '9') {
        line_marker(lexer, p, end);
    } else if (word_is(p, end, "line")) {
        line_marker(lexer, skip_blanks(p + 4, end), end);
    } else if (word_is(p, end, "define")) {
        macro_define(skip_blanks(p + 6, end), end, inclusions.at[current].file);
    } else if (word_is(p, end, "undef")) {
        macro_undefine(skip_blanks(p + 5, end), end);
    } else if (word_is(p, end, "pragma") || word_is(p, end, "ident") || word_is(p, end, "sccs")) {
        lexer->start = hash;
        while (end > hash && end[-1] == '\r')
            end--;
        lex_token(lexer, TOKEN_PRAGMA, (size_t)(end - hash));
    }
}

void tokens_read(char *text, size_t size, const char *main_path)
{
    struct lexer lexer = { .next = text, .start = text, .line_start = text, .line = 1, .line_begin = true };
    array_add(&levels, inclusion_add(file_find(main_path), 0, 0));
    if (size >= 3 && !memcmp(text, "\xEF\xBB\xBF", 3)) {
        lexer.next = lexer.line_start = text + 3;
        size -= 3;
    }
    if (lexer_scan(lexer.next, size, &lexer)) {
        error_plain("%s: the program is too large", main_path);
        exit(1);
    }
    if (lexer.stop)
        token_count = 0;    /* that is told: nothing in it is worth a second message */
    lexer.start = lexer.next;
    lexer.line_begin = true;
    lex_token(&lexer, TOKEN_END, 0);
    for (size_t i = 0; i < levels.count; i++)
        inclusions.at[levels.at[i]].end = token_count;
    inclusions.at[current].end = token_count;
}

bool token_is(token_index t, const char *text)
{
    size_t length = strlen(text);
    return tokens[t].length == length && !memcmp(tokens[t].text, text, length);
}

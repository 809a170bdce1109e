/* Original text. The preprocessor's output tells a token's line but, once macros are expanded, neither its column nor which text it
   replaced. So the original text is cut into tokens too, and both sequences are aligned line by line: what stands in both in the same
   order is the same token; what the preprocessor has alone came out of a macro; what the text has alone is a macro's name, or was skipped. */
#define _GNU_SOURCE
#include "source.h"
#include "diagnostic.h"
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *preloaded_path;
static char *preloaded_text;
static size_t preloaded_size;

void source_preload(const char *path, char *text, size_t size)
{
    preloaded_path = path;
    preloaded_text = text;
    preloaded_size = size;
}

char *source_read(int fd, size_t *size)
{
    size_t capacity = 64 << 10, used = 0;
    char *text = malloc(capacity);
    while (text) {
        ssize_t n = read(fd, text + used, capacity - used - 1);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            free(text);
            return NULL;
        }
        if (n == 0)
            break;
        used += (size_t)n;
        if (capacity - used > 4096)
            continue;
        char *larger = realloc(text, capacity *= 2);
        if (!larger)
            free(text);
        text = larger;
    }
    if (text)
        text[used] = '\0';
    *size = used;
    return text;
}

bool source_load(struct source_file *file)
{
    if (file->loaded)
        return file->text != NULL;
    file->loaded = true;
    if (preloaded_path && !strcmp(file->path, preloaded_path)) {
        file->text = preloaded_text;
        file->size = preloaded_size;
        return true;
    }
    int fd = open(file->path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    file->text = source_read(fd, &file->size);
    close(fd);
    return file->text != NULL;
}

const char *source_line(struct source_file *file, uint32_t line, size_t *size)
{
    if (!source_load(file))
        return NULL;
    const char *p = file->text, *end = file->text + file->size;
    for (uint32_t i = 1; i < line && p; i++) {
        p = memchr(p, '\n', (size_t)(end - p));
        if (p)
            p++;
    }
    if (!p || p >= end)
        return NULL;
    const char *stop = memchr(p, '\n', (size_t)(end - p));
    if (!stop)
        stop = end;
    if (stop > p && stop[-1] == '\r')
        stop--;
    *size = (size_t)(stop - p);
    return p;
}

/* ---- cutting ---- */

struct cutter {
    const char *text, *end;
    const char *at;
    const char *line_start;
    uint32_t line;
    ARRAY(struct raw_token) found;
};

/* Past a backslash and the end of the line, if that is what stands here (5.1.1.2, phase 2). */
static const char *splice_skip(const char *p)
{
    for (;;) {
        if (*p != '\\')
            return p;
        const char *q = p + 1;
        while (*q == ' ' || *q == '\t' || *q == '\r')
            q++;
        if (*q != '\n')
            return p;
        p = q + 1;
    }
}

static const char *next_character(const char *p)
{
    return splice_skip(p + 1);
}

static bool is_name_byte(unsigned char c)
{
    return isalnum(c) || c == '_' || c == '$' || c >= 0x80;
}

static const char *name_end(const char *p)
{
    while (is_name_byte((unsigned char)*p) || (*p == '\\' && (p[1] == 'u' || p[1] == 'U')))
        p = next_character(p);
    return p;
}

static const char *number_end(const char *p)
{
    for (;;) {
        unsigned char c = (unsigned char)*p;
        const char *q = next_character(p);
        if (strchr("eEpP", c) && c && (*q == '+' || *q == '-'))
            p = next_character(q);
        else if (is_name_byte(c) || c == '.')
            p = q;
        else
            return p;
    }
}

static const char *literal_end(const char *p, char quote, const char *end)
{
    p = next_character(p);
    while (p < end && *p != quote && *p != '\n') {
        if (*p == '\\')
            p = next_character(p);
        if (p < end)
            p = next_character(p);
    }
    return p < end && *p == quote ? p + 1 : p;
}

static const char *const punctuators[] = {
    "%:%:", "...", "<<=", ">>=", "->", "++", "--", "<<", ">>", "<=", ">=", "==", "!=", "&&", "||", "*=", "/=", "%=", "+=",
    "-=", "&=", "^=", "|=", "##", "<:", ":>", "<%", "%>", "%:", "::",
};

static const char *punctuator_end(const char *p)
{
    for (size_t i = 0; i < sizeof punctuators / sizeof *punctuators; i++) {
        const char *q = p;
        const char *want = punctuators[i];
        while (*want && *q == *want) {
            q = next_character(q);
            want++;
        }
        if (!*want)
            return q;
    }
    return p + 1;
}

static const char *comment_end(const char *p, const char *end)
{
    const char *q = next_character(p);
    if (*q == '/') {
        while (p < end && *p != '\n')
            p = next_character(p);
        return p;
    }
    for (p = next_character(q); p < end; p++)
        if (*p == '*' && *splice_skip(p + 1) == '/')
            return splice_skip(p + 1) + 1;
    return end;
}

static bool at_comment(const char *p)
{
    if (*p != '/')
        return false;
    const char *q = next_character(p);
    return *q == '/' || *q == '*';
}

/* To the end of the line, with continuation lines; a comment may hide more line ends. */
static const char *directive_end(const char *p, const char *end)
{
    while (p < end && *p != '\n')
        if (at_comment(p))
            p = comment_end(p, end);
        else if (*p == '"' || *p == '\'')
            p = literal_end(p, *p, end);
        else
            p = next_character(p);
    return p;
}

/* `#line 12 "name"` changes what the preprocessor counts from the next line on. */
static bool line_directive(const char *p, const char *stop, uint32_t *line)
{
    p++;
    while (p < stop && isspace((unsigned char)*p))
        p++;
    if (!strncmp(p, "line", 4))
        p += 4;
    while (p < stop && isspace((unsigned char)*p))
        p++;
    if (p >= stop || !isdigit((unsigned char)*p))
        return false;
    *line = (uint32_t)strtoul(p, NULL, 10);
    return true;
}

static const char *raw_end(struct cutter *c, bool *directive, bool line_begin)
{
    const char *p = c->at;
    *directive = line_begin && (*p == '#' || (p[0] == '%' && p[1] == ':'));
    if (*directive)
        return directive_end(p, c->end);
    const char *q = p;
    while (q - p < 2 && (*q == 'u' || *q == 'U' || *q == 'L' || *q == '8'))
        q++;
    if (*q == '"' || (*q == '\'' && q - p < 2))
        return literal_end(q, *q, c->end);
    if (isdigit((unsigned char)*p) || (*p == '.' && isdigit((unsigned char)*next_character(p))))
        return number_end(p);
    if (is_name_byte((unsigned char)*p) || *p == '\\')
        return *p == '\\' && p[1] != 'u' && p[1] != 'U' ? p + 1 : name_end(p);
    return punctuator_end(p);
}

/* Counts the line ends in what was passed over. */
static void advance(struct cutter *c, const char *to)
{
    for (const char *p = c->at; (p = memchr(p, '\n', (size_t)(to - p))) != NULL; p++) {
        c->line++;
        c->line_start = p + 1;
    }
    c->at = to;
}

static void raw_add(struct cutter *c, bool line_begin)
{
    bool directive;
    const char *stop = raw_end(c, &directive, line_begin);
    if (stop > c->end)
        stop = c->end;
    if (stop <= c->at)
        stop = c->at + 1;
    array_add(&c->found, (struct raw_token){.offset = (uint32_t)(c->at - c->text),
                                            .length = (uint32_t)(stop - c->at),
                                            .line = c->line,
                                            .column = (uint32_t)(c->at - c->line_start) + 1,
                                            .directive = directive});
    uint32_t line;
    bool renumbered = directive && line_directive(c->at, stop, &line);
    advance(c, stop);
    if (renumbered)
        c->line = line - 1;
}

struct raw_text *source_cut(struct source_file *file)
{
    if (file->raw || !source_load(file))
        return file->raw;
    struct cutter c = {.text = file->text, .end = file->text + file->size, .at = file->text, .line_start = file->text, .line = 1};
    if (file->size >= 3 && !memcmp(file->text, "\xEF\xBB\xBF", 3))
        c.at += 3;
    bool line_begin = true;
    while (c.at < c.end) {
        const char *p = splice_skip(c.at);
        if (p != c.at) {
            advance(&c, p);
        } else if (*p == '\n') {
            advance(&c, p + 1);
            line_begin = true;
        } else if (isspace((unsigned char)*p) || *p == '\0') {
            c.at++;
        } else if (at_comment(p)) {
            advance(&c, comment_end(p, c.end));
        } else {
            raw_add(&c, line_begin);
            line_begin = false;
        }
    }
    file->raw = arena_alloc(sizeof *file->raw);
    file->raw->at = c.found.at;
    file->raw->count = c.found.count;
    return file->raw;
}

size_t raw_find(struct raw_text *raw, size_t offset)
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

/* ---- alignment ---- */

struct alignment {
    const char *text;
    struct inclusion *inclusion;
    struct raw_token *raw;
    size_t raw_count;
    token_index *token;     /* tokens of this inclusion, in order */
};

static bool spelled_alike(struct alignment *a, size_t t, size_t r)
{
    struct token *token = &tokens[a->token[t]];
    struct raw_token *raw = &a->raw[r];
    if (raw->directive)
        return false;
    const char *p = a->text + raw->offset, *end = p + raw->length;
    if (raw->length == token->length)
        return !memcmp(p, token->text, raw->length);
    if (raw->length < token->length || !memchr(p, '\\', raw->length))
        return false;
    size_t i = 0;
    for (p = splice_skip(p); p < end && i < token->length && *p == token->text[i]; i++)
        p = next_character(p);
    return p >= end && i == token->length;
}

static void same(struct alignment *a, size_t t, size_t r)
{
    tokens[a->token[t]].raw = a->raw[r].offset;
    tokens[a->token[t]].column = a->raw[r].column;
}

enum { TABLE_LIMIT = 1 << 20 };

/* The longest common subsequence of a few tokens and a few raw tokens. */
static void align_by_table(struct alignment *a, size_t t0, size_t t1, size_t r0, size_t r1)
{
    size_t n = t1 - t0, m = r1 - r0;
    uint32_t *best = calloc((n + 1) * (m + 1), sizeof *best);
    if (!best)
        return;
#define BEST(i, j) best[(i) * (m + 1) + (j)]
    for (size_t i = n; i-- > 0;)
        for (size_t j = m; j-- > 0;) {
            uint32_t skip = BEST(i + 1, j) > BEST(i, j + 1) ? BEST(i + 1, j) : BEST(i, j + 1);
            uint32_t take = spelled_alike(a, t0 + i, r0 + j) ? BEST(i + 1, j + 1) + 1 : 0;
            BEST(i, j) = take > skip ? take : skip;
        }
    for (size_t i = 0, j = 0; i < n && j < m;)
        if (spelled_alike(a, t0 + i, r0 + j) && BEST(i, j) == BEST(i + 1, j + 1) + 1) {
            same(a, t0 + i, r0 + j);
            i++, j++;
        } else if (BEST(i + 1, j) >= BEST(i, j + 1)) {
            i++;
        } else {
            j++;
        }
#undef BEST
    free(best);
}

/* For lines too long for a table: takes each token at its next occurrence nearby. */
static void align_greedily(struct alignment *a, size_t t0, size_t t1, size_t r0, size_t r1)
{
    for (size_t t = t0, r = r0; t < t1; t++)
        for (size_t k = r; k < r1 && k < r + 64; k++)
            if (spelled_alike(a, t, k)) {
                same(a, t, k);
                r = k + 1;
                break;
            }
}

static void align_tokens(struct alignment *a, size_t t0, size_t t1, size_t r0, size_t r1)
{
    while (t0 < t1 && r0 < r1 && spelled_alike(a, t0, r0))
        same(a, t0++, r0++);
    while (t0 < t1 && r0 < r1 && spelled_alike(a, t1 - 1, r1 - 1))
        same(a, --t1, --r1);
    if (t0 == t1 || r0 == r1)
        return;
    if ((t1 - t0 + 1) * (r1 - r0 + 1) <= TABLE_LIMIT)
        align_by_table(a, t0, t1, r0, r1);
    else
        align_greedily(a, t0, t1, r0, r1);
}

static bool is_raw(struct alignment *a, size_t r, char character)
{
    return a->raw[r].length == 1 && a->text[a->raw[r].offset] == character;
}

/* Behind what may be a macro's name: the arguments belong to it. */
static size_t invocation_end(struct alignment *a, size_t r)
{
    if (!is_name_byte((unsigned char)a->text[a->raw[r].offset]) || r + 1 >= a->raw_count || !is_raw(a, r + 1, '('))
        return r + 1;
    int depth = 0;
    for (size_t i = r + 1; i < a->raw_count; i++) {
        depth += is_raw(a, i, '(') - is_raw(a, i, ')');
        if (depth == 0)
            return i + 1;
    }
    return r + 1;
}

/* The part of a line's text, r0 to *r1, that stands in no token as it is: from its first macro to its last. Empty where there is none. */
static size_t expanded_text(struct alignment *a, size_t t0, size_t t1, size_t r0, size_t *r1)
{
    uint32_t line = a->raw[r0].line;
    size_t first = *r1, end = *r1, t = t0;
    for (size_t r = r0; r < *r1 && a->raw[r].line == line; r++) {
        while (t < t1 && tokens[a->token[t]].raw < (int64_t)a->raw[r].offset)
            t++;
        if (a->raw[r].directive || (t < t1 && tokens[a->token[t]].raw == (int64_t)a->raw[r].offset))
            continue;
        if (first == *r1) {
            first = r;
            end = r;
        }
        size_t behind = invocation_end(a, r);
        end = behind > end ? behind : end;
    }
    *r1 = end;
    return first;
}

/* The tokens of a line that do not stand in its text, and those among them. A message about the first one points at the macro. */
static void note_expansion(struct alignment *a, size_t t0, size_t t1, size_t r0, size_t r1)
{
    size_t first = t0, last = t1, end = r1;
    while (first < t1 && tokens[a->token[first]].raw >= 0)
        first++;
    size_t begin = r0 < r1 ? expanded_text(a, t0, t1, r0, &end) : r1;
    if (begin == end && first == t1)
        return;
    if (begin == end) {         /* a macro that names itself: what else it gave is not told apart */
        first = t0;
        begin = r0;
        end = r1;
    }
    for (size_t t = t0; begin < end && t < first; t++)
        if (tokens[a->token[t]].raw >= (int64_t)a->raw[begin].offset)
            first = t;
    size_t stop = begin < end ? a->raw[end - 1].offset + a->raw[end - 1].length : 0;
    while (last > first && tokens[a->token[last - 1]].raw >= (int64_t)stop)
        last--;
    if (first == last)
        return;
    if (begin < end && tokens[a->token[first]].raw < 0)
        tokens[a->token[first]].column = a->raw[begin].column;
    array_add(&a->inclusion->expansions,
              (struct expansion){a->token[first], a->token[last - 1], begin < end ? a->raw[begin].offset : 0, stop});
}

static void align_group(struct alignment *a, size_t t0, size_t t1, size_t r0, size_t r1)
{
    align_tokens(a, t0, t1, r0, r1);
    note_expansion(a, t0, t1, r0, r1);
}

const struct expansion *source_expansion(token_index t)
{
    struct inclusion *in = &inclusions.at[token_text(t)];
    size_t low = 0, high = in->expansions.count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (in->expansions.at[middle].last < t)
            low = middle + 1;
        else
            high = middle;
    }
    return low < in->expansions.count && in->expansions.at[low].first <= t ? &in->expansions.at[low] : NULL;
}

/* The first token of a line that a macro began has nothing before it; the macro's name stands first on the line. */
static uint32_t line_column(struct raw_text *raw, size_t from, uint32_t line)
{
    for (size_t r = from; r < raw->count && raw->at[r].line <= line; r++)
        if (raw->at[r].line == line && !raw->at[r].directive)
            return raw->at[r].column;
    return 1;
}

/* The tokens and raw tokens between two #line directives. */
struct stretch {
    size_t token, token_end;
    size_t raw, raw_end;
};

static void align_lines(struct alignment *a, struct stretch s)
{
    struct raw_text part = {.at = a->raw, .count = s.raw_end}, *raw = &part;
    size_t r = s.raw, count = s.token_end;
    for (size_t t = s.token; t < count;) {
        uint32_t line = tokens[a->token[t]].line;
        size_t t_end = t;
        while (t_end < count && tokens[a->token[t_end]].line == line)
            t_end++;
        uint32_t next_line = t_end < count ? tokens[a->token[t_end]].line : UINT32_MAX;
        while (r < raw->count && raw->at[r].line < line)
            r++;
        size_t r_line = r, r_end = r;
        while (r_line < raw->count && raw->at[r_line].line == line)
            r_line++;
        r_end = r_line;
        bool whole = r_line - r >= t_end - t;
        for (size_t i = 0; whole && i < t_end - t; i++)
            whole = spelled_alike(a, t + i, r + i);
        if (!whole)     /* a macro's arguments may go on over more lines, all told as its first */
            while (r_end < raw->count && raw->at[r_end].line >= line && raw->at[r_end].line < next_line)
                r_end++;
        align_group(a, t, t_end, r, r_end);
        if (tokens[a->token[t]].raw < 0 && !source_expansion(a->token[t]))
            tokens[a->token[t]].column = line_column(raw, r, line);
        t = t_end;
        r = next_line < line ? s.raw : r;   /* a macro's arguments went back */
    }
}

/* Does this #line directive make the marker? */
static bool makes_marker(const char *text, const struct raw_token *directive, const struct line_marker *marker)
{
    uint32_t line;
    const char *p = text + directive->offset, *end = p + directive->length;
    if (!line_directive(p, end, &line) || line != marker->line)
        return false;
    const char *name = memchr(p, '"', directive->length), *path = inclusions.at[marker->inclusion].file->path;
    size_t length = strlen(path);
    return !name || memchr(path, '"', length) || memchr(path, '\\', length) ||
           ((size_t)(end - name) > length && !memcmp(name + 1, path, length) && name[1 + length] == '"');
}

/* Behind the #line directive at or after `from` that makes the marker; 0: none does. */
static size_t raw_behind_marker(const char *text, struct raw_text *raw, size_t from, const struct line_marker *marker)
{
    for (size_t r = from; r < raw->count; r++)
        if (raw->at[r].directive && makes_marker(text, &raw->at[r], marker))
            return r + 1;
    return 0;
}

static bool has_line_directives(const char *text, struct raw_text *raw)
{
    uint32_t line;
    for (size_t r = 0; r < raw->count; r++)
        if (raw->at[r].directive && line_directive(text + raw->at[r].offset, text + raw->at[r].offset + raw->at[r].length, &line))
            return true;
    return false;
}

/* Lines are counted from each #line directive that was not skipped anew; the preprocessor told of it by a marker. */
static void align_stretches(struct alignment *a, size_t count, struct raw_text *raw, uint32_t inclusion)
{
    struct stretch s = {.token_end = count, .raw_end = raw->count};
    size_t markers = has_line_directives(a->text, raw) ? line_markers.count : 0;
    for (size_t i = 0; i < markers; i++) {
        struct line_marker *marker = &line_markers.at[i];
        size_t behind = inclusions.at[marker->inclusion].text == inclusion ? raw_behind_marker(a->text, raw, s.raw, marker) : 0;
        if (!behind)
            continue;
        size_t end = s.token;
        while (end < count && a->token[end] < marker->before)
            end++;
        align_lines(a, (struct stretch){s.token, end, s.raw, behind});
        s.token = end;
        s.raw = behind;
    }
    align_lines(a, s);
}

/* A token out of a macro takes the place of the name behind the token before it, which may be the macro's, else that token's. */
static void place_out_of_macro(struct raw_text *raw, token_index t, token_index next)
{
    struct token *before = &tokens[t], *token = &tokens[next];
    const struct expansion *expansion = token->raw < 0 && before->line == token->line ? source_expansion(next) : NULL;
    if (!expansion || expansion->first == next)
        return;
    size_t r = before->raw >= 0 ? raw_find(raw, (size_t)before->raw + 1) : raw->count;
    struct source_file *file = inclusions.at[token_text(t)].file;
    bool name = r < raw->count && raw->at[r].line == token->line && is_name_byte((unsigned char)file->text[raw->at[r].offset]);
    token->column = name ? raw->at[r].column : before->column;
}

void source_align(uint32_t inclusion)
{
    inclusion = inclusions.at[inclusion].text;
    struct inclusion *in = &inclusions.at[inclusion];
    if (in->aligned)
        return;
    in->aligned = true;
    struct raw_text *raw = source_cut(in->file);
    if (!raw)
        return;
    struct alignment a = {.text = in->file->text, .inclusion = in, .raw = raw->at, .raw_count = raw->count};
    size_t count = 0;
    for (token_index t = in->first; t < in->end; t++)
        count += token_text(t) == inclusion;
    a.token = arena_alloc((count + 1) * sizeof *a.token);
    count = 0;
    for (token_index t = in->first; t < in->end; t++)
        if (token_text(t) == inclusion)
            a.token[count++] = t;
    align_stretches(&a, count, raw, inclusion);
    for (size_t i = 1; i < count; i++)
        place_out_of_macro(raw, a.token[i - 1], a.token[i]);
}

/* One slip of the pen, one message: programs in which one token is wrong, and how many errors are told of it.

       slips FIRST COUNT       the slips of these seeds; of one alone, what each compiler says
       slips -a FIRST COUNT    of acc alone

   A seed chooses a program and a token of it, which it leaves out, doubles, or swaps with the next; of a literal it may leave out the quote
   that ends it. Even seeds choose among the programs of tests/lang, samples and tests/matrix, which acc alone reads. The others choose among
   sources of acc itself: `_Async` is put in front of the functions that they define, so that acc answers for every line, while for gcc and
   clang the word is an empty macro. All three read the same text then. (Calls lead to the prototype that is put in front, which is no async
   function's: the slip is the one mistake.)

   A slip that no compiler takes amiss counts for nothing. Of acc each message must have its place and its text, and none may crash it or
   keep it busy: that is a failure, and so is less than ENOUGH percent of slips with one message. The programs told of most are named. */
#define _GNU_SOURCE
#include "../process.h"
#include "pieces.h"
#include <ctype.h>
#include <glob.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define WORK_FOLDER "build/fuzz/slips.d"
enum { WORST = 10, WORDS_MAX = 40, ENOUGH = 88 };
static const double seconds = 30;

struct program {
    const char *path;
    bool plain;             /* C in which functions were made async */
    char *text;
    size_t size;
    struct pieces pieces;   /* its tokens, directives apart */
};

/* One of the compilers, and what it said of the slips of one kind: told[n] are those that it told n errors of, the last those of more. */
enum { TOLD = 4 };
struct judge {
    const char *name;
    bool missing;           /* it is not installed */
    unsigned told[TOLD], slips, errors;
};

static struct judge judges[] = {{.name = "acc"}, {.name = "gcc"}, {.name = "clang"}};
static struct judge dialect = {.name = "acc"};
enum { JUDGES = sizeof judges / sizeof *judges };

/* The programs of one kind, and which of them are known to be right as they stand. */
struct files {
    glob_t paths;
    bool *tried;
};

struct worst {
    unsigned long seed;
    unsigned errors;
    char *what;
};
static struct worst worst[WORST];

static bool acc_alone, show;
static unsigned failed;
_Noreturn static void fail(const char *what)
{
    fprintf(stderr, "slips: %s\n", what);
    exit(2);
}

/* ---- text ---- */

struct buffer {
    char *text;
    size_t size, capacity;
};

static void buffer_add(struct buffer *b, const char *text, size_t size)
{
    if (b->size + size + 1 > b->capacity) {
        b->capacity = (b->size + size + 1) * 2;
        b->text = realloc(b->text, b->capacity);
        if (!b->text)
            fail("out of memory");
    }
    memcpy(b->text + b->size, text, size);
    b->size += size;
    b->text[b->size] = '\0';
}

static void buffer_say(struct buffer *b, const char *text)
{
    buffer_add(b, text, strlen(text));
}

static const char *line_end(const char *text)
{
    const char *end = strchr(text, '\n');
    return end ? end + 1 : text + strlen(text);
}

/* ---- C whose functions are async ---- */

static bool contains(const char *first, const char *end, const char *word)
{
    return memmem(first, (size_t)(end - first), word, strlen(word)) != NULL;
}

/* May the function be async whose head is this, and whose body ends there? */
static bool may_be_async(const char *head, const char *brace, const char *end)
{
    return !contains(head, brace, "...") && !contains(head, brace, " main(") && !contains(head, brace, "_Noreturn") &&
           !contains(head, brace, "##") && !contains(brace, end, "va_start") && !contains(brace, end, "setjmp");
}

/* The `{` of the definition that begins here, alone in its line as everywhere in these sources; NULL: none does. */
static const char *body_of(const char *head)
{
    if (!isalpha((unsigned char)*head))
        return NULL;
    const char *at = head;
    for (int lines = 0; *at && *at != '{' && lines < 6; lines++, at = line_end(at)) {
        const char *end = line_end(at);
        if (end - at < 2 || contains(at, end, ";") || contains(at, end, "=") || *at == '#' || *at == '}')
            return NULL;
    }
    return *at == '{' && at[1] == '\n' && at[-2] == ')' ? at : NULL;
}

static void add_definition(struct buffer *out, const char *head, const char *brace)
{
    const char *name_end = strchr(head, '(');
    buffer_add(out, head, (size_t)(brace - 1 - head));
    buffer_say(out, ";\n_Async ");
    buffer_add(out, head, (size_t)(name_end - head));
    buffer_say(out, "_of_async");
    buffer_add(out, name_end, (size_t)(brace - name_end));
}

static void make_async(struct program *p)
{
    struct buffer out = {.text = NULL};
    for (const char *line = p->text, *next; *line; line = next) {
        const char *brace = body_of(line), *end = brace ? strstr(brace, "\n}\n") : NULL;
        next = line_end(line);
        if (end && may_be_async(line, brace, end)) {
            add_definition(&out, line, brace);
            line = brace;
            next = end + 1;
        }
        buffer_add(&out, line, (size_t)(next - line));
    }
    free(p->text);
    p->text = out.text;
    p->size = out.size;
}

static unsigned line_of(const struct program *p, size_t at)
{
    unsigned line = 1;
    for (size_t i = 0; i < at; i++)
        line += p->text[i] == '\n';
    return line;
}

/* ---- slips ---- */

static void write_file(const char *path, const struct buffer *b)
{
    FILE *out = fopen(path, "w");
    if (!out || fwrite(b->text, 1, b->size, out) != b->size || fclose(out) != 0)
        fail(path);
}

/* The program with one slip in it; says, to be freed, which it was. */
static char *slip(const struct program *p, const char *path)
{
    static const char *const verbs[] = {"without", "doubled", "swapped with the next", "without the end of"};
    struct buffer out = {.text = NULL};
    size_t chosen = pick(p->pieces.count - 1), kind = pick(3);
    struct piece one = p->pieces.at[chosen], next = p->pieces.at[chosen + 1];
    const char *token = p->text + one.first;
    size_t length = one.end - one.first, rest = one.end;
    if (kind == 0 && strchr("\"'", *token) && pick(2) == 0)
        kind = 3;
    buffer_add(&out, p->text, one.first);
    if (kind == 1) {
        buffer_add(&out, token, length);
        buffer_say(&out, " ");
        buffer_add(&out, token, length);
    } else if (kind == 2) {
        buffer_add(&out, p->text + next.first, next.end - next.first);
        buffer_add(&out, p->text + one.end, next.first - one.end);
        buffer_say(&out, next.first == one.end ? " " : "");
        buffer_add(&out, token, length);
        rest = next.end;
    } else if (kind == 3) {
        buffer_add(&out, token, length - 1);
    } else {
        buffer_say(&out, " ");
    }
    buffer_add(&out, p->text + rest, p->size - rest);
    write_file(path, &out);
    free(out.text);
    return text_format("%s:%u: %.*s %s", p->path, line_of(p, one.first), length > 40 ? 40 : (int)length, token, verbs[kind]);
}

/* ---- what compilers say ---- */

static const char *const acc_words[] = {"build/acc", "-w", "-fsyntax-only", NULL};
static const char *const c_words[] = {"-std=gnu11", "-w", "-fsyntax-only", "-D_Async=",
                                      "-Werror=incompatible-pointer-types", "-Werror=int-conversion",
                                      "-Werror=implicit-function-declaration", "-Werror=implicit-int",
                                      "-Werror=return-type", NULL};
static const char *const folders[] = {"-Iruntime/include", "-Icompiler", "-Ibuild/gen", NULL};

static size_t words_add(const char **words, size_t count, const char *const *more)
{
    while (*more && count < WORDS_MAX)
        words[count++] = *more++;
    words[count] = NULL;
    return count;
}

/* Runs it over the source; its status. What it says goes to `said`. */
static int compile(const struct program *p, size_t judge, const char *source, const char *said)
{
    const char *words[WORDS_MAX + 1];
    char options[512], folder[512];
    const char *line = p->plain ? NULL : strstr(p->text, "// acc: ");
    size_t count = 0;
    if (judge == 0) {
        count = words_add(words, count, acc_words);
    } else {
        count = words_add(words, count, (const char *const[]){judges[judge].name, judge == 2 ? "-ferror-limit=0" : "-fmax-errors=0", NULL});
        count = words_add(words, count, c_words);
    }
    count = words_add(words, count, folders);
    snprintf(folder, sizeof folder, "-I%.*s", (int)(strrchr(p->path, '/') - p->path), p->path);
    snprintf(options, sizeof options, "%.*s", line ? (int)strcspn(line + 8, "\n") : 0, line ? line + 8 : "");
    count = words_add(words, count, (const char *const[]){folder, NULL});
    for (char *word = strtok(options, " "); word && count < WORDS_MAX; word = strtok(NULL, " "))
        words[count++] = word;
    words_add(words, count, judge == 0 ? (const char *const[]){source, NULL} : (const char *const[]){"-xc", source, NULL});
    return process_run(words, &(struct process_files){.out = said, .err = "/dev/stdout"}, seconds);
}

/* The number of errors told; `placed` whether each has a place and a text. */
static unsigned count_errors(const char *said, bool *placed)
{
    unsigned errors = 0;
    *placed = true;
    for (const char *line = said; *line; line = line_end(line)) {
        const char *end = line_end(line), *error = memmem(line, (size_t)(end - line), "error: ", 7);
        unsigned at, column;
        int read = 0;
        if (!error || isspace((unsigned char)*line))
            continue;
        errors++;
        *placed &= sscanf(line, "%*[^:]:%u:%u: %n", &at, &column, &read) == 2 && read && end > error + 8;
    }
    return errors;
}

static void keep_worst(unsigned long seed, unsigned errors, const char *what)
{
    size_t least = 0;
    for (size_t i = 1; i < WORST; i++)
        if (worst[i].errors < worst[least].errors)
            least = i;
    if (errors < 2 || errors <= worst[least].errors)
        return;
    free(worst[least].what);
    worst[least] = (struct worst){seed, errors, text_format("%s", what)};
}

static void count_slip(struct judge *judge, unsigned errors)
{
    judge->told[errors < TOLD ? errors : TOLD - 1]++;
    judge->slips++;
    judge->errors += errors;
}

static void report_failure(unsigned long seed, const char *what, const char *why, const char *said)
{
    printf("slips: seed %lu, %s: %s\n%.2000s\n", seed, what, why, said);
    failed++;
}

/* What one compiler says of the slip: the number of errors. */
static unsigned ask(const struct program *p, size_t judge, unsigned long seed, const char *source, const char *what)
{
    char *said_path = text_format("%s/%lu.said", WORK_FOLDER, seed);
    int status = compile(p, judge, source, said_path);
    char *said = file_read(said_path, NULL);
    if (!said)
        fail(said_path);
    bool placed;
    unsigned errors = count_errors(said, &placed);
    if (show)
        printf("---- %s\n%s", judges[judge].name, said);
    if (judge == 0 && status > 1)
        report_failure(seed, what, status == PROCESS_TIMED_OUT ? "acc does not end" : "acc ends by a fault", said);
    else if (judge == 0 && (!placed || (status == 1) != (errors > 0)))
        report_failure(seed, what, "an error without place or text, or status", said);
    unlink(said_path);
    free(said_path);
    free(said);
    return errors;
}

/* Is nothing wrong with it as it stands? */
static bool is_right(const struct program *p)
{
    char *source = text_format("%s/right.ac", WORK_FOLDER), *said = text_format("%s/right.said", WORK_FOLDER);
    bool right = true;
    write_file(source, &(struct buffer){.text = p->text, .size = p->size});
    for (size_t i = 0; right && i < (p->plain && !acc_alone ? JUDGES : 1); i++)
        right = judges[i].missing || compile(p, i, source, said) == 0;
    free(source);
    free(said);
    return right;
}

static void judge_slip(const struct program *p, unsigned long seed)
{
    char *source = text_format("%s/%lu.ac", WORK_FOLDER, seed);
    char *what = slip(p, source);
    unsigned errors[JUDGES] = {0}, most = 0;
    size_t asked = p->plain && !acc_alone ? JUDGES : 1;
    if (show)
        printf("%s: %s\n", source, what);
    for (size_t i = 0; i < asked; i++)
        if (!judges[i].missing) {
            errors[i] = ask(p, i, seed, source, what);
            most = errors[i] > most ? errors[i] : most;
        }
    if (most) {
        for (size_t i = 0; i < asked; i++)
            if (!judges[i].missing)
                count_slip(p->plain ? &judges[i] : &dialect, errors[i]);
        if (!errors[0] && errors[1] && errors[2]) {
            printf("slips: seed %lu, %s: gcc and clang see it, acc does not\n", seed, what);
        }
        keep_worst(seed, errors[0], what);
    }
    if (!show)
        unlink(source);
    free(source);
    free(what);
}

static void run_seed(unsigned long seed, struct files *dialect_files, struct files *c_files)
{
    struct program p = {.plain = seed % 2 == 1};
    struct files *files = p.plain ? c_files : dialect_files;
    pick_from_seed(seed);
    size_t chosen = pick(files->paths.gl_pathc);
    p.path = files->paths.gl_pathv[chosen];
    p.text = file_read(p.path, &p.size);
    if (!p.text)
        fail(p.path);
    if (p.plain)
        make_async(&p);
    pieces_cut(&p.pieces, p.text, 0, p.size, true);
    if (!files->tried[chosen] && !is_right(&p)) {
        printf("slips: %s is refused as it stands\n", p.path);
        failed++;
    }
    files->tried[chosen] = true;
    if (p.pieces.count > 1)
        judge_slip(&p, seed);
    free(p.text);
    free(p.pieces.at);
}

/* ---- all of them ---- */

static double share(unsigned part, unsigned whole)
{
    return whole ? 100.0 * part / whole : 100;
}

static void report(const struct judge *judge, const char *text)
{
    if (judge->slips)
        printf("%s, %-5s: %u slips; 0 errors %.1f %%, 1 %.1f %%, 2 %.1f %%, more %.1f %%; %.2f errors a slip\n", text, judge->name, judge->slips,
               share(judge->told[0], judge->slips), share(judge->told[1], judge->slips), share(judge->told[2], judge->slips),
               share(judge->told[3], judge->slips), (double)judge->errors / judge->slips);
}

static void check_share(const struct judge *judge)
{
    unsigned told = judge->slips - judge->told[0];
    if (share(judge->told[1], told) >= ENOUGH)
        return;
    printf("slips: only %.1f %% of what is told is told once\n", share(judge->told[1], told));
    failed++;
}

static void files_find(struct files *files, const char *const *patterns)
{
    for (int flags = 0; *patterns; patterns++, flags = GLOB_APPEND)
        if (glob(*patterns, flags, NULL, &files->paths))
            fail("there are no programs: it runs in the top folder of the sources");
    files->tried = calloc(files->paths.gl_pathc, sizeof *files->tried);
    if (!files->tried)
        fail("out of memory");
}

static void files_drop(struct files *files)
{
    globfree(&files->paths);
    free(files->tried);
}

int main(int argc, char **argv)
{
    struct files dialect_files, c_files;
    acc_alone = argc > 1 && strcmp(argv[1], "-a") == 0;
    if (argc - acc_alone != 3)
        fail("usage: slips [-a] FIRST COUNT");
    files_find(&dialect_files, (const char *const[]){"tests/lang/*.ac", "samples/*.ac", "tests/matrix/*.ac", NULL});
    files_find(&c_files, (const char *const[]){"compiler/*.c", NULL});
    for (size_t i = 1; i < JUDGES; i++)
        judges[i].missing = !process_exists(judges[i].name);
    setvbuf(stdout, NULL, _IOLBF, 0);
    mkdir("build/fuzz", 0777);
    mkdir(WORK_FOLDER, 0777);
    unsigned long first = strtoul(argv[1 + acc_alone], NULL, 10), count = strtoul(argv[2 + acc_alone], NULL, 10);
    show = count == 1;
    for (unsigned long seed = first; seed < first + count; seed++)
        run_seed(seed, &dialect_files, &c_files);
    for (size_t i = 0; i < WORST; i++)
        if (worst[i].errors)
            printf("%u errors: seed %lu, %s\n", worst[i].errors, worst[i].seed, worst[i].what);
    report(&dialect, "the dialect");
    for (size_t i = 0; i < JUDGES; i++)
        report(&judges[i], "plain C");
    if (count > 100) {
        check_share(&dialect);
        check_share(&judges[0]);
    }
    files_drop(&dialect_files);
    files_drop(&c_files);
    return failed != 0;
}

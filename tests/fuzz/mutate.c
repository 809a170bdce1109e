/* Robustness: programs with something wrong in them must neither crash acc nor keep it busy, and what acc takes the C
   compiler must take.

       mutate FIRST COUNT      the programs of these seeds

   A seed chooses a program of tests/lang, tests/diag or samples, and changes tokens in it: leaves one out, doubles
   it, swaps it with the next, puts another in its place. Seeds that are even change one token in the body of an async
   function, where acc answers for every mistake: its output goes to the C compiler. The others change up to four,
   anywhere. acc is the one under sanitizers. What fails is kept in build/fuzz/failed. */
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

#define WORK_FOLDER   "build/fuzz/mutated"
#define FAILED_FOLDER "build/fuzz/failed"
enum { OPTIONS_MAX = 24 };
static const double seconds = 30;

/* A program that is changed: its text, and those tokens that may be. */
struct program {
    char *path, *text;
    size_t size;
    struct pieces pieces;
};

/* What the programs of all seeds came to. */
static struct {
    unsigned programs, refused, accepted, failed;
} tally;

_Noreturn static void fail(const char *what)
{
    fprintf(stderr, "mutate: %s\n", what);
    exit(2);
}

/* ---- tokens ---- */

static size_t line_end(const char *text, size_t at)
{
    return at + strcspn(text + at, "\n");
}

/* From a `{` at the beginning of a line to such a `}`. */
static void cut_body(struct program *p, size_t brace)
{
    const char *end = strstr(p->text + brace, "\n}");
    pieces_cut(&p->pieces, p->text, brace + 1, end ? (size_t)(end - p->text) : p->size, true);
}

static void cut_async_bodies(struct program *p)
{
    bool async = false;
    for (size_t line = 0; line < p->size; line = line_end(p->text, line) + 1) {
        size_t length = line_end(p->text, line) - line;
        if (p->text[line] == '{' && async)
            cut_body(p, line);
        if (!isspace((unsigned char)p->text[line]) && p->text[line] != '{')
            async = memmem(p->text + line, length, "async ", 6) != NULL;
    }
}

/* ---- changes ---- */

static void print_change(const struct program *p, size_t chosen, FILE *out)
{
    static const char *const others[] = {"0", "1.5", "\"text\"", "NULL", "await", "(",      ")",      ";",
                                         "*", "&",   "const",    "int",  "void",  "struct", "sizeof", "return",
                                         "{", "}",   "=",        "!",    "->",    "async"};
    struct piece one = p->pieces.at[chosen], other = p->pieces.at[pick(p->pieces.count)];
    int length = (int)(one.end - one.first);
    switch (pick(5)) {
    case 0: break;
    case 1: fprintf(out, "%.*s %.*s ", length, p->text + one.first, length, p->text + one.first); break;
    case 2: fprintf(out, "%s ", others[pick(sizeof others / sizeof *others)]); break;
    case 3:
        fprintf(out, "%.*s %.*s ", (int)(other.end - other.first), p->text + other.first, length, p->text + one.first);
        break;
    default: fprintf(out, "%.*s ", (int)(other.end - other.first), p->text + other.first);
    }
}

/* The program with `changes` of its tokens changed. */
static void mutate(const struct program *p, size_t changes, const char *path)
{
    FILE *out = fopen(path, "w");
    if (!out)
        fail(path);
    size_t at = 0, chosen = pick(p->pieces.count);
    for (size_t i = 0; i < changes && chosen < p->pieces.count; i++, chosen += 1 + pick(p->pieces.count)) {
        fwrite(p->text + at, 1, p->pieces.at[chosen].first - at, out);
        print_change(p, chosen, out);
        at = p->pieces.at[chosen].end;
    }
    fwrite(p->text + at, 1, p->size - at, out);
    if (fclose(out) != 0)
        fail(path);
}

/* ---- acc and the C compiler ---- */

/* `first`, the options that a line "// acc: ..." of the program gives, `last`. The strings live until the next call. */
static const char *const *command(const struct program *p, const char *const first[], const char *const last[])
{
    static const char *words[OPTIONS_MAX + 1];
    static char options[512], folder[512];
    size_t count = 0;
    while (*first && count < OPTIONS_MAX)
        words[count++] = *first++;
    const char *line = strstr(p->text, "// acc: ");
    snprintf(options, sizeof options, "%.*s", line ? (int)strcspn(line + 8, "\n") : 0, line ? line + 8 : "");
    snprintf(folder, sizeof folder, "-I%.*s", (int)(strrchr(p->path, '/') - p->path), p->path);
    words[count++] = folder;
    for (char *word = strtok(options, " "); word && count < OPTIONS_MAX; word = strtok(NULL, " "))
        words[count++] = word;
    while (*last && count < OPTIONS_MAX)
        words[count++] = *last++;
    words[count] = NULL;
    return words;
}

static void keep(unsigned long seed, const struct program *p, const char *source, const char *said, const char *what)
{
    char *kept = text_format("%s/mutated-%lu.ac", FAILED_FOLDER, seed), *text = file_read(said, NULL);
    mkdir(FAILED_FOLDER, 0777);
    rename(source, kept);
    printf("mutate: seed %lu (%s): %s; kept as %s\n%.2000s\n", seed, p->path, what, kept, text ? text : "");
    tally.failed++;
    free(kept);
    free(text);
}

static void judge(unsigned long seed, const struct program *p, bool strict)
{
    static const char *const acc[] = {"build/asan/acc", "-w", "-Iruntime/include", NULL};
    static const char *const compiler[] = {"gcc",
                                           "-std=gnu11",
                                           "-w",
                                           "-fsyntax-only",
                                           "-Iruntime/include",
                                           "-Werror=incompatible-pointer-types",
                                           "-Werror=int-conversion",
                                           "-Werror=implicit-function-declaration",
                                           "-Werror=implicit-int",
                                           NULL};
    char *source = text_format("%s/%lu.ac", WORK_FOLDER, seed), *made = text_format("%s/%lu.c", WORK_FOLDER, seed);
    char *said = text_format("%s/%lu.said", WORK_FOLDER, seed);
    struct process_files files = {.out = said, .err = "/dev/stdout"};
    mutate(p, strict ? 1 : 1 + pick(4), source);
    int status = process_run(command(p, acc, (const char *const[]){source, "-o", made, NULL}), &files, seconds);
    tally.programs++;
    tally.refused += status == 1;
    tally.accepted += status == 0;
    if (status > 1) {
        char *what =
            status == PROCESS_TIMED_OUT ? strdup("acc does not end") : text_format("acc ends with status %d", status);
        keep(seed, p, source, said, what);
        free(what);
    } else if (status == 0 && strict && process_exists("gcc") &&
               process_run(command(p, compiler, (const char *const[]){made, NULL}), &files, seconds) != 0) {
        keep(seed, p, source, said, "acc takes what the C compiler does not");
    }
    unlink(source);
    unlink(made);
    unlink(said);
    free(source);
    free(made);
    free(said);
}

static void run_seed(unsigned long seed, const glob_t *files)
{
    struct program p = {.path = NULL};
    bool strict = seed % 2 == 0;
    pick_from_seed(seed);
    p.path = files->gl_pathv[pick(files->gl_pathc)];
    p.text = file_read(p.path, &p.size);
    if (!p.text)
        fail(p.path);
    if (strict)
        cut_async_bodies(&p);
    else
        pieces_cut(&p.pieces, p.text, 0, p.size, false);
    if (p.pieces.count > 1)
        judge(seed, &p, strict);
    free(p.text);
    free(p.pieces.at);
}

int main(int argc, char **argv)
{
    glob_t files;
    if (argc != 3)
        fail("usage: mutate FIRST COUNT");
    if (glob("tests/lang/*.ac", 0, NULL, &files) || glob("tests/diag/*.ac", GLOB_APPEND, NULL, &files) ||
        glob("samples/*.ac", GLOB_APPEND, NULL, &files))
        fail("there are no programs: it runs in the top folder of the sources");
    setvbuf(stdout, NULL, _IOLBF, 0);
    mkdir("build/fuzz", 0777);
    mkdir(WORK_FOLDER, 0777);
    unsigned long first = strtoul(argv[1], NULL, 10), count = strtoul(argv[2], NULL, 10);
    for (unsigned long seed = first; seed < first + count; seed++)
        run_seed(seed, &files);
    printf("mutate: %u programs: %u refused, %u accepted, %u failed\n", tally.programs, tally.refused, tally.accepted,
           tally.failed);
    globfree(&files);
    return tally.failed != 0;
}

/* Trace programs, from the command line (tree.h tells what they are):

       trace random SEED           prints a random program
       trace spill PART            prints a part of those with every operator and every position of an await
       trace FIRST COUNT           translates, compiles and runs the random programs FIRST, FIRST + 1 ..., each in
                                   another way; one that fails is made smaller and stays in build/fuzz/failed. Exit
                                   status 1 when one failed
       trace spill                 the same for all parts of the others, each in every way */
#define _GNU_SOURCE
#include "../../process.h"
#include "../../test.h"
#include "tree.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SANITIZED "-g -fsanitize=address,undefined -fno-sanitize-recover=undefined "

static const struct way {
    const char *compiler, *options;
} ways[] = {
    {"gcc", "-O0 -DSUSPEND=1"},
    {"clang", "-O2 -DSUSPEND=0"},
    {"gcc", SANITIZED "-O1 -DSUSPEND=2"},
    {"clang", "-O1 -DAC_ALWAYS_SUSPEND"},
    {"gcc", "-O2 -DSUSPEND=1"},
    {"clang", SANITIZED "-O1 -DSUSPEND=1"},
    {"gcc", SANITIZED "-O0 -DAC_ALWAYS_SUSPEND"},
    {"clang", "-O0 -DSUSPEND=2"},
};
enum { WAYS = sizeof ways / sizeof *ways };

/* How a program fails: not at all, or at a step, with a message. */
enum step { PASSES, TRANSLATE, COMPILE, RUN, PRINT };
static const char *const step_names[] = {"passes", "is not translated", "does not compile", "does not end well",
                                         "prints something else"};

static const char *folder; /* where the products of this run lie */
static const struct way *way;
static enum step failed_step; /* of the program being reduced */
static char *failed_message;

static char *product(const char *name)
{
    return text_format("%s/%s", folder, name);
}

static void file_write(const char *path, const struct program *program, const char *expected)
{
    FILE *file = fopen(path, "w");
    if (file)
        program_print(file, program, expected);
    if (!file || fclose(file) != 0) {
        fprintf(stderr, "trace: %s: %s\n", path, strerror(errno));
        exit(2);
    }
}

static bool words_run(const char *command, const char *out, double seconds)
{
    const char *words[40];
    char *text = strdup(command), *rest = text;
    size_t count = 0;
    for (char *word; count < 39 && (word = strtok_r(rest, " ", &rest));)
        words[count++] = word;
    words[count] = NULL;
    int status = process_run(words, &(struct process_files){.out = out, .err = "/dev/stdout"}, seconds);
    free(text);
    return status == 0;
}

/* Of the first line that tells an error, the words: not where it is, and not what it quotes. */
static char *message_of(const char *path)
{
    char *text = file_read(path, NULL), *error = text ? strstr(text, "error: ") : NULL;
    char *message = strndup(error ? error : "", error ? strcspn(error, "'\n") : 0);
    free(text);
    return message;
}

/* Which step fails, and *message what it says. */
static enum step program_step(const struct program *program, char **message)
{
    const char *reason;
    char *expected = program_interpret(program, &reason), *printed = NULL;
    char *source = product("program.ac"), *c = product("program.c"), *executable = product("program"),
         *said = product("said");
    bool sanitized = strstr(way->options, "-fsanitize");
    char *translate = text_format("build/acc -w -Iruntime/include %s -o %s", source, c);
    char *compile =
        text_format("%s -std=gnu11 -w -fwrapv %s -Iruntime/include -o %s %s %s -lm -lpthread", way->compiler,
                    way->options, executable, c, sanitized ? "build/asan/libac.a" : "build/libac.a");
    enum step step = PASSES;
    if (expected) {
        file_write(source, program, expected);
        step = !words_run(translate, said, 30)    ? TRANSLATE
               : !words_run(compile, said, 120)   ? COMPILE
               : !words_run(executable, said, 20) ? RUN
                                                  : PASSES;
        printed = file_read(said, NULL);
        if (step == PASSES && (!printed || strcmp(printed, expected) != 0))
            step = PRINT;
    }
    *message = step == PRINT ? strdup("") : message_of(said);
    free(expected), free(printed), free(source), free(c), free(executable), free(said), free(translate), free(compile);
    return step;
}

static bool fails_alike(const struct program *program)
{
    char *message;
    bool alike = program_step(program, &message) == failed_step && strcmp(message, failed_message) == 0;
    free(message);
    return alike;
}

/* Tests one program; where it fails, makes it smaller and leaves it in a file. */
static bool program_passes(struct program *program, const char *name)
{
    failed_step = program_step(program, &failed_message);
    if (failed_step != PASSES) {
        char *path = text_format("build/fuzz/failed/%s.ac", name);
        printf("%s %s: %s %s %s\n", name, step_names[failed_step], failed_message, way->compiler, way->options);
        fflush(stdout);
        program_reduce(program, fails_alike);
        const char *reason;
        char *expected = program_interpret(program, &reason);
        file_write(path, program, expected);
        printf("%s: see %s\n", name, path);
        fflush(stdout);
        free(expected);
        free(path);
    }
    free(failed_message);
    return failed_step == PASSES;
}

static int fuzz(unsigned long long first, unsigned long long count)
{
    int failures = 0;
    struct memory_mark mark = tree_mark();
    for (unsigned long long seed = first; seed < first + count; seed++) {
        char *name = text_format("trace-%llu", seed);
        way = &ways[seed % WAYS];
        failures += !program_passes(program_grow(seed), name);
        tree_release(mark);
        free(name);
    }
    printf("%llu trace programs from seed %llu, %d failed\n", count, first, failures);
    return failures > 0;
}

static int fuzz_spill(void)
{
    int failures = 0;
    struct memory_mark mark = tree_mark();
    for (int part = 1; part <= SPILL_PARTS; part++)
        for (way = ways; way < ways + WAYS; way++) {
            char *name = text_format("spill-%d", part);
            failures += !program_passes(program_spill(part), name);
            tree_release(mark);
            free(name);
        }
    printf("%d programs of operators with awaits in %d ways, %d failed\n", SPILL_PARTS, WAYS, failures);
    return failures > 0;
}

static int print(struct program *program)
{
    const char *reason;
    char *expected = program_interpret(program, &reason);
    if (!expected) {
        fprintf(stderr, "trace: the program %s\n", reason);
        return 1;
    }
    program_print(stdout, program, expected);
    free(expected);
    return 0;
}

static void folder_make(void)
{
    char *path = text_format("build/fuzz/trace.%ld", (long)getpid());
    mkdir("build/fuzz/failed", 0777);
    if (mkdir(path, 0777) != 0 && errno != EEXIST) {
        fprintf(stderr, "trace: %s: %s\n", path, strerror(errno));
        exit(2);
    }
    folder = path;
    setenv("ASAN_OPTIONS", "detect_leaks=1:detect_stack_use_after_return=1", 1);
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    bool random = strcmp(what, "random") == 0, spill = strcmp(what, "spill") == 0;
    unsigned long long number = argc > 2 ? strtoull(argv[2], NULL, 10) : 0;
    if (random && argc == 3)
        return print(program_grow(number));
    if (spill && number >= 1 && number <= SPILL_PARTS)
        return print(program_spill((int)number));
    if (argc == 2 ? !spill : argc != 3 || *what < '0' || *what > '9') {
        fprintf(stderr, "usage: trace random SEED | spill [PART] | FIRST COUNT\n");
        return 2;
    }
    folder_make();
    return spill ? fuzz_spill() : fuzz(strtoull(what, NULL, 10), number);
}

/* Trace programs, from the command line (tree.h tells what they are):

       trace random SEED           prints a random program
       trace spill PART            prints a part of those with every operator and every position of an await
       trace FIRST COUNT [WAYS]    translates, compiles and runs the random programs FIRST, FIRST + 1 ..., each in so
                                   many of the eight ways (1), the next ones in others; one that fails is made
                                   smaller and stays in build/fuzz/failed. Exit status 1 when one failed
       trace spill [FIRST COUNT]   the same for these parts of the others (all), each in every way

   Most of what a small program costs is spent on headers and on the linker: random programs are translated and compiled
   eight at a time, and each of them is run by itself, with awaits that never, sometimes and always suspend. What
   fails is tried again alone. */
#define _GNU_SOURCE
#include "../../process.h"
#include "../../test.h"
#include "tree.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct way {
    const char *compiler, *options;
    bool sanitized; /* acc is, too */
} ways[] = {
    {"gcc", "-O0", false},
    {"clang", "-O2", false},
    {"gcc", "-O0 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined", true},
    {"clang", "-O1 -DAC_ALWAYS_SUSPEND", false},
    {"gcc", "-O2", false},
    {"clang", "-O0 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined -DAC_ALWAYS_SUSPEND", true},
    {"gcc", "-O1 -DAC_ALWAYS_SUSPEND", false},
    {"clang", "-O0", false},
};
enum { WAYS = sizeof ways / sizeof *ways };

/* How a program fails: not at all, or at a step, with a message. */
enum step { PASSES, TRANSLATE, COMPILE, RUN, PRINT, BREAKS_COMPILER };
static const char *const step_names[] = {"passes", "is not translated", "does not compile", "does not end well",
                                         "prints something else"};

static const char *folder; /* where the products of this run lie */
static const struct way *way;
static unsigned long long tested[WAYS]; /* programs that went through each */
static unsigned long long compiler_broken;
static enum step failed_step; /* of the program being reduced */
static char *failed_message;

static char *product(const char *name)
{
    return text_format("%s/%s", folder, name);
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

static void file_write(const char *path, const struct batch *batch, const char *expected)
{
    FILE *file = fopen(path, "w");
    if (file)
        batch_print(file, batch, expected);
    if (!file || fclose(file) != 0) {
        fprintf(stderr, "trace: %s: %s\n", path, strerror(errno));
        exit(2);
    }
}

static bool words_run(const char *command, const char *out, const char *setting, double seconds)
{
    const char *words[40];
    char *text = strdup(command), *rest = text;
    size_t count = 0;
    for (char *word; count < 39 && (word = strtok_r(rest, " ", &rest));)
        words[count++] = word;
    words[count] = NULL;
    int status = process_run(
        words,
        &(struct process_files){.out = out, .err = "/dev/stdout", .environment = (const char *const[]){setting, NULL}},
        seconds);
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

static bool says(const char *path, const char *what)
{
    char *text = file_read(path, NULL);
    bool found = text && strstr(text, what);
    free(text);
    return found;
}

/* Translates and compiles: which step fails. */
static enum step batch_build(const struct batch *batch, const char *expected)
{
    char *source = product("program.ac"), *c = product("program.c"), *executable = product("program"),
         *said = product("said");
    char *translate =
        text_format("%s -w -Iruntime/include %s -o %s", way->sanitized ? "build/asan/acc" : "build/acc", source, c);
    char *compile =
        text_format("%s -std=gnu11 -w -fwrapv %s -Iruntime/include -o %s %s %s -lm -lpthread", way->compiler,
                    way->options, executable, c, way->sanitized ? "build/asan/libac.a" : "build/libac.a");
    file_write(source, batch, expected);
    enum step step = !words_run(translate, said, NULL, 60)  ? TRANSLATE
                     : !words_run(compile, said, NULL, 300) ? COMPILE
                                                            : PASSES;
    if (step == COMPILE && says(said, "internal compiler error"))
        step = BREAKS_COMPILER;
    free(source), free(c), free(executable), free(said), free(translate), free(compile);
    return step;
}

/* Runs one program of those that were built, for each way of suspending. */
static enum step batch_run(int which, const char *expected)
{
    static const char *const pauses[] = {"SUSPEND=0", "SUSPEND=1", "SUSPEND=2"};
    char *said = product("said"), *command = text_format("%s/program %d", folder, which);
    enum step step = PASSES;
    for (int i = 0; i < 3 && step == PASSES; i++) {
        step = words_run(command, said, pauses[i], 20) ? PASSES : RUN;
        char *printed = file_read(said, NULL);
        if (step == PASSES && (!printed || strcmp(printed, expected) != 0))
            step = PRINT;
        free(printed);
    }
    free(said);
    free(command);
    return step;
}

/* Which step fails, and *message what it says. */
static enum step program_step(struct program *program, char **message)
{
    const char *reason;
    char *expected = program_interpret(program, &reason), *said = product("said");
    enum step step = PASSES;
    if (expected) {
        step = batch_build(&(struct batch){{program}, 1}, expected);
        if (step == PASSES)
            step = batch_run(0, expected);
    }
    *message = step == PRINT || step == PASSES ? strdup("") : message_of(said);
    free(expected);
    free(said);
    return step;
}

static bool fails_alike(struct program *program)
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
    bool judged = failed_step != BREAKS_COMPILER;
    if (!judged) {
        printf("%s breaks the C compiler: %s %s %s\n", name, failed_message, way->compiler, way->options);
        compiler_broken++;
    } else if (failed_step != PASSES) {
        char *path = text_format("build/fuzz/failed/%s.ac", name);
        printf("%s %s: %s %s %s\n", name, step_names[failed_step], failed_message, way->compiler, way->options);
        fflush(stdout);
        program_reduce(program, fails_alike);
        const char *reason;
        char *expected = program_interpret(program, &reason);
        file_write(path, &(struct batch){{program}, 1}, expected);
        printf("%s: see %s\n", name, path);
        fflush(stdout);
        free(expected);
        free(path);
    }
    free(failed_message);
    return !judged || failed_step == PASSES;
}

static struct batch *batch_grow(unsigned long long first, unsigned long long count)
{
    struct batch *batch = tree_memory(sizeof *batch);
    for (; batch->count < BATCH && (unsigned long long)batch->count < count; batch->count++)
        batch->programs[batch->count] = program_grow(first + (unsigned long long)batch->count);
    return batch;
}

/* Tests programs together, and alone what fails. How many failed; one that is refused only beside others is one,
   too. */
static int batch_test(const struct batch *batch, unsigned long long first)
{
    int failures = 0;
    unsigned long long broken_before = compiler_broken;
    bool built = batch_build(batch, NULL) == PASSES, failed[BATCH];
    for (int i = 0; i < batch->count; i++) {
        const char *reason;
        char *expected = built ? program_interpret(batch->programs[i], &reason) : NULL;
        failed[i] = !built || batch_run(i, expected) != PASSES;
        free(expected);
    }
    for (int i = 0; i < batch->count; i++) {
        char *name = text_format("trace-%llu", first + (unsigned long long)i);
        if (failed[i] && program_passes(batch->programs[i], name)) {
            failed[i] = built;
            if (built)
                printf("%s fails only beside the others from seed %llu on: %s %s\n", name, first, way->compiler,
                       way->options);
        }
        failures += failed[i];
        free(name);
    }
    bool together = !built && failures == 0 && compiler_broken == broken_before;
    if (together)
        printf("the programs from seed %llu on fail only together: %s %s\n", first, way->compiler, way->options);
    tested[way - ways] += (unsigned long long)batch->count;
    return failures + together;
}

static void ways_tell(void)
{
    if (compiler_broken)
        printf("%8llu  not judged, since the C compiler broke\n", compiler_broken);
    for (int i = 0; i < WAYS; i++)
        if (tested[i])
            printf("%8llu  %s %s\n", tested[i], ways[i].compiler, ways[i].options);
}

static int fuzz(unsigned long long first, unsigned long long count, int way_count)
{
    int failures = 0;
    double begun = process_clock();
    struct memory_mark mark = tree_mark();
    folder_make();
    for (unsigned long long done = 0; done < count; done += BATCH)
        for (int i = 0; i < way_count; i++) {
            way = &ways[((first + done) / BATCH * (unsigned)way_count + (unsigned)i) % WAYS];
            failures += batch_test(batch_grow(first + done, count - done), first + done);
            tree_release(mark);
        }
    printf("%llu trace programs from seed %llu, each in %d of %d ways and with 3 ways of suspending, %d failed, %.0f "
           "seconds\n",
           count, first, way_count, WAYS, failures, process_clock() - begun);
    ways_tell();
    return failures > 0;
}

static int fuzz_spill(int first, int count)
{
    int failures = 0;
    struct memory_mark mark = tree_mark();
    folder_make();
    for (int part = first; part < first + count; part++)
        for (way = ways; way < ways + WAYS; way++) {
            char *name = text_format("spill-%d", part);
            failures += !program_passes(program_spill(part), name);
            tree_release(mark);
            free(name);
        }
    printf(
        "%d programs of operators with awaits from %d on, each in %d ways and with 3 ways of suspending, %d failed\n",
        count, first, WAYS, failures);
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
    batch_print(stdout, &(struct batch){{program}, 1}, expected);
    free(expected);
    return 0;
}

static int usage(void)
{
    fprintf(stderr, "usage: trace random SEED | spill [PART | FIRST COUNT] | FIRST COUNT [WAYS]\n");
    return 2;
}

/* The words behind "spill". */
static int spill_command(int count, char **words)
{
    int first = count > 0 ? atoi(words[0]) : 1, parts = count > 1 ? atoi(words[1]) : SPILL_PARTS + 1 - first;
    if (count > 2 || first < 1 || parts < 1 || parts > SPILL_PARTS + 1 - first)
        return usage();
    return count == 1 ? print(program_spill(first)) : fuzz_spill(first, parts);
}

static int fuzz_command(int count, char **words)
{
    int way_count = count > 2 ? atoi(words[2]) : 1;
    if (count < 2 || count > 3 || *words[0] < '0' || *words[0] > '9' || way_count < 1 || way_count > WAYS)
        return usage();
    return fuzz(strtoull(words[0], NULL, 10), strtoull(words[1], NULL, 10), way_count);
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    if (strcmp(what, "random") == 0)
        return argc == 3 ? print(program_grow(strtoull(argv[2], NULL, 10))) : usage();
    return strcmp(what, "spill") == 0 ? spill_command(argc - 2, argv + 2) : fuzz_command(argc - 1, argv + 1);
}

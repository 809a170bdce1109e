/* Fuzzes acc with the programs of csmith: each is made async by asyncify, and must print what it prints as plain C.

       csmith FIRST COUNT [WORKERS]     the programs of these seeds; as many at once as there are processors, or WORKERS
       csmith PROGRAM.c                 one program that csmith wrote

   Every program is made async in three modes: awaits between statements, awaits in expressions, and both, compiled so that every await
   suspends. Each result is translated, compiled in one of the ways (compiler, optimisation, sanitizers), which change from seed to seed, and
   run three times: its pauses never suspend, do so by chance, and always (subject.c). A failure is kept and reduced under
   build/fuzz/failed. Programs that do not end soon, and those on which compilers disagree, are skipped and counted. */
#define _GNU_SOURCE
#include "../process.h"
#include "reduce.h"
#include "subject.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define FAILED_FOLDER "build/fuzz/failed"

static const struct mode { const char *name; bool always_suspends; } modes[] = {
    {"statements", false}, {"expressions", false}, {"both", true},
};
enum { MODES = sizeof modes / sizeof *modes };

/* One in twenty is larger, and would take as long as the other nineteen. */
enum { LARGE_PROGRAM = 8000 };

/* Of the three modes of a program, which take ways that are APART places apart, one is compiled with sanitizers, one at -O2, one at -O0; every mode meets
   every way. */
static const struct way ways[] = {
    {"gcc", "-O0", true}, {"gcc", "-O2", false},   {"clang", "-O0", false}, {"clang", "-O0", true}, {"clang", "-O2", false}, {"gcc", "-O0", false},
    {"gcc", "-O2", true}, {"clang", "-O2", false}, {"gcc", "-O0", false},   {"clang", "-O2", true}, {"gcc", "-O2", false},   {"clang", "-O0", false},
};
enum { WAYS = sizeof ways / sizeof *ways, APART = 5 };

/* What one worker has done; in memory that all share. Async programs are counted; those that passed in all modes are `whole`. */
struct tally {
    unsigned programs, passed, failed, incomparable, whole, too_long, too_large, unwritten;
    struct times times;
};

static unsigned workers_at_once = 1;

static uint64_t scrambled(uint64_t value)
{
    value = (value ^ value >> 30) * 0xBF58476D1CE4E5B9u;
    value = (value ^ value >> 27) * 0x94D049BB133111EBu;
    return value ^ value >> 31;
}

static void folder_make(const char *path)
{
    char *part = text_format("%s/", path);
    for (char *slash = part; (slash = strchr(slash, '/')); *slash++ = '/') {
        *slash = '\0';
        mkdir(part, 0777);
    }
    free(part);
}

/* ---- reducing ---- */

struct goal { struct subject subject; const char *kind; };

/* What a program that was cut at has to be kept from: not all compilers say the same of it. */
#define STRICT                                                                                                         \
    "-Werror=implicit-function-declaration -Werror=implicit-int -Werror=int-conversion "                               \
    "-Werror=incompatible-pointer-types "                                                                              \
    "-Werror=return-type -Werror=uninitialized -Werror=maybe-uninitialized -Werror=sequence-point"

static bool is_program(const struct subject *s)
{
    char *source = subject_file(s, ".ac"), *messages = subject_file(s, ".plain.messages");
    bool good = run_command(messages, 20, NULL, "gcc -std=c11 " STRICT " -fsyntax-only -DPLAIN " INCLUDES " -x c %s",
                            source) == 0;
    free(source);
    free(messages);
    return good;
}

/* Does it print something else than it prints as plain C, or is there no telling what that is? The cheap questions come first. */
static bool runs_alike(const struct subject *s, const char *kind)
{
    char *wanted = subject_plain_output(s, "gcc", "-O0"), *found = wanted ? subject_check(s, wanted) : NULL, *agreed = NULL;
    bool alike = found && strcmp(found, kind) == 0 && (agreed = subject_agreed_output(s, STRICT)) && strcmp(agreed, wanted) == 0;
    free(wanted);
    free(found);
    free(agreed);
    return alike;
}

static bool builds_alike(const struct subject *s, const char *kind)
{
    char *found = subject_translate(s);
    if (!found && strncmp(kind, "acc: ", 5) != 0)
        found = subject_compile(s);
    bool alike = found && strcmp(found, kind) == 0;
    free(found);
    return alike;
}

static bool still_fails(const char *text, unsigned slot, void *context)
{
    const struct goal *goal = context;
    struct subject s = goal->subject;
    char *folder = text_format("%s/%u", s.folder, slot);
    folder_make(folder);
    s.folder = folder;
    char *source = subject_file(&s, ".ac");
    file_write(source, text);
    bool fails = is_program(&s) && (strncmp(goal->kind, "run: ", 5) == 0 ? runs_alike : builds_alike)(&s, goal->kind);
    free(source);
    free(folder);
    return fails;
}

/* Takes the first of these subjects that fails alike. */
static bool goal_change(struct goal *goal, const char *text, struct subject subject)
{
    struct goal changed = {subject, goal->kind};
    bool fails = still_fails(text, 0, &changed);
    if (fails)
        *goal = changed;
    return fails;
}

/* Looks for a cheaper way to see the failure. */
static void goal_cheapen(struct goal *goal, const char *text, struct way *way)
{
    static const struct way ways_by_cost[] = {{NULL, "-fsyntax-only", false}, {NULL, "-O0", false}, {NULL, "-O0", true}};
    static const unsigned pauses[] = {PAUSES_NEVER, PAUSES_ALWAYS, PAUSES_BY_CHANCE};
    bool runs = strncmp(goal->kind, "run: ", 5) == 0, found = false;
    struct subject s = goal->subject;
    for (unsigned i = runs ? 1 : 0; i < 3 && !found; i++) {
        *way = ways_by_cost[i];
        way->compiler = s.way->compiler;
        struct subject cheaper = s;
        cheaper.way = way;
        found = goal_change(goal, text, cheaper);
    }
    found = !runs;
    for (unsigned i = 0; i < 3 && !found; i++) {
        s = goal->subject;
        s.pauses = pauses[i];
        s.seconds = 10;
        found = goal_change(goal, text, s);
    }
}

static void fail(const struct subject *s, const char *kind, struct tally *tally)
{
    char *source = subject_file(s, ".ac"), *text = file_text(source);
    char *kept = text_format(FAILED_FOLDER "/%s.ac", s->name), *small = text_format(FAILED_FOLDER "/%s.reduced.ac", s->name);
    const char *limit = getenv("REDUCE_SECONDS");
    struct times ignored;
    struct way way;
    struct goal goal = {*s, kind};
    goal.subject.times = &ignored;
    tally->failed++;
    file_write(kept, text);
    printf("FAILED %s with %s %s%s%s\n    %s\n    %s\n", s->name, s->way->compiler, s->way->options, s->way->sanitized ? " under sanitizers" : "",
           s->always_suspends ? ", every await suspends" : "", kind, kept);
    fflush(stdout);
    double seconds = limit ? atof(limit) : 200;
    if (seconds > 0 && still_fails(text, 0, &goal)) {
        goal_cheapen(&goal, text, &way);
        char *reduced = reduce(text, still_fails, &goal, workers_at_once, seconds);
        file_write(small, reduced);
        printf("    %s\n", small);
        fflush(stdout);
        free(reduced);
    }
    free(source);
    free(text);
    free(kept);
    free(small);
}

/* ---- one program ---- */

static void check_mode(const struct subject *s, const char *mode, const char *program, const char *expected, struct tally *tally)
{
    char *source = subject_file(s, ".ac"), *messages = subject_file(s, ".asyncify"), *kind, *agreed = NULL;
    tally->programs++;
    if (run_command(messages, 60, NULL, "build/fuzz/asyncify %s %llu %s %s " INCLUDES, mode, (unsigned long long)s->seed, program, source) != 0)
        kind = message_kind("asyncify", messages);
    else
        kind = subject_check(s, expected);
    bool ran = kind && strncmp(kind, "run: ", 5) == 0;
    if (ran)
        agreed = subject_agreed_output(s, "");
    if (ran && !(agreed && strcmp(agreed, expected) == 0))
        tally->incomparable++;
    else if (kind)
        fail(s, kind, tally);
    else
        tally->passed++;
    free(kind);
    free(agreed);
    free(source);
    free(messages);
}

/* Checks a C program in all modes. */
static void check_program(const char *folder, const char *program, const char *name, uint64_t seed, struct tally *tally)
{
    char *executable = text_format("%s/original", folder), *out = text_format("%s/original.out", folder);
    unsigned passed_before = tally->passed;
    /* Some of its programs mix pointers to different types. */
    if (run_command(out, 60, NULL, "gcc -std=c11 -Werror=incompatible-pointer-types -O0 " INCLUDES " %s -o %s -lm",
                    program, executable) != 0) {
        tally->unwritten++;
    } else if (run_command(out, 2, NULL, "%s 1", executable) != 0) {
        tally->too_long++;
    } else {
        char *expected = file_text(out);
        for (unsigned m = 0; m < MODES; m++) {
            char *subject_name = text_format("%s-%s", name, modes[m].name);
            check_mode(&(struct subject){.folder = folder, .name = subject_name, .way = &ways[(seed + m * APART) % WAYS],
                                         .always_suspends = modes[m].always_suspends, .pauses = PAUSES_ALL, .seconds = 300, .seed = seed,
                                         .times = &tally->times}, modes[m].name, program, expected, tally);
            free(subject_name);
        }
        free(expected);
    }
    tally->whole += tally->passed - passed_before == MODES;
    free(executable);
    free(out);
}

/* ---- csmith ---- */

/* Options of csmith that are on or off, and how often of 8 times they are on. */
static const struct { const char *name; unsigned on; } switches[] = {
    {"structs", 7}, {"unions", 6}, {"bitfields", 6}, {"packed-struct", 5}, {"volatiles", 6}, {"volatile-pointers", 6}, {"const-pointers", 6},
    {"consts", 6}, {"jumps", 7}, {"arrays", 7}, {"pointers", 7}, {"comma-operators", 7}, {"compound-assignment", 7}, {"embedded-assigns", 7},
    {"inline-function", 4}, {"float", 2}, {"builtins", 1}, {"argc", 6}, {"longlong", 7}, {"pre-incr-operator", 7}, {"post-incr-operator", 7},
    {"divs", 7}, {"return-structs", 7}, {"arg-structs", 7}, {"return-unions", 7}, {"arg-unions", 7},
};

static const struct { const char *name; unsigned least, most; } numbers[] = {
    {"max-funcs", 1, 3}, {"max-block-size", 1, 3}, {"max-block-depth", 1, 3}, {"max-expr-complexity", 2, 7}, {"max-pointer-depth", 1, 3},
    {"max-array-dim", 1, 3}, {"max-array-len-per-dim", 2, 7}, {"max-struct-fields", 2, 8}, {"max-union-fields", 2, 5}, {"inline-function-prob", 20, 80},
};

static char *csmith_options(uint64_t seed)
{
    char *line = text_format("--seed %llu --concise", (unsigned long long)seed);
    uint64_t random = seed;
    for (size_t i = 0; i < sizeof switches / sizeof *switches; i++) {
        char *longer = text_format("%s --%s%s", line, scrambled(++random * 0x9E3779B97F4A7C15u) % 8 < switches[i].on ? "" : "no-", switches[i].name);
        free(line);
        line = longer;
    }
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        uint64_t number = numbers[i].least + scrambled(++random * 0x9E3779B97F4A7C15u) % (numbers[i].most - numbers[i].least + 1);
        char *longer = text_format("%s --%s %llu", line, numbers[i].name, (unsigned long long)number);
        free(line);
        line = longer;
    }
    return line;
}

static void check_seed(const char *folder, uint64_t seed, struct tally *tally)
{
    char *options = csmith_options(seed), *program = text_format("%s/program.c", folder), *name = text_format("%llu", (unsigned long long)seed);
    char *said = text_format("%s/csmith.out", folder);
    struct stat about;
    /* It leaves a file where it runs. */
    if (run_command(said, 20, NULL, "env -C %s csmith %s -o program.c", folder, options) != 0 || stat(program, &about) != 0)
        tally->unwritten++;
    else if (about.st_size > LARGE_PROGRAM)
        tally->too_large++;
    else
        check_program(folder, program, name, seed, tally);
    free(options);
    free(program);
    free(name);
    free(said);
}

/* ---- workers ---- */

static char *worker_folder(unsigned number)
{
    char *folder = text_format("build/fuzz/work/%d.%u", (int)getpid(), number);
    folder_make(folder);
    return folder;
}

static void folder_remove(const char *folder)
{
    run_command("/dev/null", 20, NULL, "rm -r %s", folder);
}

static pid_t worker_start(unsigned number, unsigned step, uint64_t first, uint64_t count, struct tally *tally)
{
    fflush(NULL);
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    for (uint64_t i = number; i < count; i += step) {
        char *folder = worker_folder(number);
        check_seed(folder, first + i, tally);
        folder_remove(folder);
        free(folder);
    }
    fflush(NULL);
    _exit(0);
}

static void tally_add(struct tally *sum, const struct tally *one)
{
    sum->programs += one->programs;
    sum->passed += one->passed;
    sum->failed += one->failed;
    sum->too_large += one->too_large;
    sum->too_long += one->too_long;
    sum->incomparable += one->incomparable;
    sum->unwritten += one->unwritten;
    sum->whole += one->whole;
    sum->times.acc += one->times.acc;
    sum->times.compilers += one->times.compilers;
    sum->times.runs += one->times.runs;
    if (one->times.slowest_acc > sum->times.slowest_acc) {
        sum->times.slowest_acc = one->times.slowest_acc;
        sum->times.slowest_seed = one->times.slowest_seed;
    }
}

static void tally_print(const struct tally *t, double seconds)
{
    printf("csmith: %u programs passed in all modes; %u async programs: %u passed, %u failed, %u incomparable; ", t->whole, t->programs, t->passed,
           t->failed, t->incomparable);
    printf("skipped: %u run too long, %u too large, %u not written well by csmith\n", t->too_long, t->too_large,
           t->unwritten);
    printf("csmith: %.0f s; acc %.1f s (the longest %.2f s: seed %llu), C compilers %.1f s for its output, runs %.1f s\n", seconds, t->times.acc,
           t->times.slowest_acc, (unsigned long long)t->times.slowest_seed, t->times.compilers, t->times.runs);
}

/* True when all of them passed. */
static bool workers_run(uint64_t first, uint64_t count, unsigned workers)
{
    struct tally *tallies = mmap(NULL, workers * sizeof *tallies, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0), sum = {0};
    pid_t *pids = calloc(workers, sizeof *pids);
    if (tallies == MAP_FAILED || !pids) {
        perror("csmith");
        exit(2);
    }
    double begun = process_clock();
    bool well = true;
    for (unsigned i = 0; i < workers; i++)
        pids[i] = worker_start(i, workers, first, count, &tallies[i]);
    for (unsigned i = 0; i < workers; i++) {
        int status;
        well = pids[i] > 0 && waitpid(pids[i], &status, 0) == pids[i] && status == 0 && well;
        tally_add(&sum, &tallies[i]);
    }
    tally_print(&sum, process_clock() - begun);
    munmap(tallies, workers * sizeof *tallies);
    free(pids);
    return well && sum.failed == 0;
}

/* ---- the program ---- */

/* A program that is kept; the number that its name begins with is the seed. */
static bool program_run(const char *path)
{
    struct tally tally = {0};
    const char *base = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
    char *name = text_format("%.*s", (int)strcspn(base, "."), base), *folder = worker_folder(0);
    check_program(folder, path, name, strtoull(name, NULL, 10), &tally);
    folder_remove(folder);
    free(folder);
    free(name);
    if (tally.passed != MODES)
        printf("%s: %u of %d passed, %u incomparable, %u too long\n", path, tally.passed, MODES, tally.incomparable, tally.too_long);
    return tally.passed == MODES;
}

int main(int argc, char **argv)
{
    folder_make(FAILED_FOLDER);
    if (argc == 2)
        return program_run(argv[1]) ? 0 : 1;
    if (argc < 3) {
        fputs("usage: csmith FIRST COUNT [WORKERS] | csmith PROGRAM.c\n", stderr);
        return 2;
    }
    if (!process_exists("csmith")) {
        puts("csmith: csmith is not installed: nothing was tried");
        return 0;
    }
    long processors = argc > 3 ? atol(argv[3]) : sysconf(_SC_NPROCESSORS_ONLN);
    workers_at_once = processors > 0 ? (unsigned)processors : 1;
    return workers_run(strtoull(argv[1], NULL, 10), strtoull(argv[2], NULL, 10), workers_at_once) ? 0 : 1;
}

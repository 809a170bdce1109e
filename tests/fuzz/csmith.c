/* Fuzzes acc with the programs of csmith: each is made async by asyncify, and must print what it prints as plain C.

       csmith FIRST COUNT [WORKERS]     the programs of these seeds; as many at once as there are processors, or WORKERS
       csmith PROGRAM.c                 one program that csmith wrote

   Every program is made async in three modes: awaits between statements, awaits in expressions, and both, compiled so that every await
   suspends. Each result is translated; compiled in one of the ways (compiler, optimisation, sanitizers), which change from seed to seed; and
   run three times: its pauses never suspend, do so by chance, and always. It fails where acc says anything, where the C compiler warns of
   something that it does not warn of in the same text as plain C, and where the output differs. A failure is kept and reduced under
   build/fuzz/failed. Programs that do not end soon, and those on which compilers disagree, are skipped and counted. */
#define _GNU_SOURCE
#include "../process.h"
#include "reduce.h"
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define INCLUDES "-Itests/fuzz/include -Iruntime/include"
#define FAILED_FOLDER "build/fuzz/failed"

static const struct mode { const char *name; bool always_suspends; } modes[] = {
    {"statements", false}, {"expressions", false}, {"both", true},
};
enum { MODES = sizeof modes / sizeof *modes };

/* One way of compiling what acc made. */
struct way { const char *compiler, *options; bool sanitized; };

static const struct way ways[] = {
    {"gcc", "-O2", false},  {"clang", "-O0", true},  {"gcc", "-O0", false},  {"clang", "-O2", false},
    {"gcc", "-O2", true},   {"clang", "-O0", false}, {"gcc", "-O0", true},   {"clang", "-O2", true},
};
enum { WAYS = sizeof ways / sizeof *ways };

/* What one worker has done; in memory that all share. */
struct tally {
    unsigned programs, passed, failed, too_long, incomparable, unwritten;
    double acc_seconds, compile_seconds, slowest_acc;
    char slowest[80];
};

/* One async program under test. */
struct subject {
    char *folder, *name;    /* its files are FOLDER/NAME.ac and so on */
    const struct mode *mode;
    const struct way *way;
    uint64_t seed;
    struct tally *tally;
};

static const char *sanitizers(void)
{
    const char *options = getenv("SANITIZERS");
    return options ? options : "-fsanitize=address,undefined -fno-sanitize-recover=undefined";
}

/* Where a compiler is missing, gcc does its share. */
static const char *compiler_of(const struct way *way)
{
    return process_exists(way->compiler) ? way->compiler : "gcc";
}

/* ---- small helpers ---- */

/* Runs a command line, whose words are parted by single spaces, its output and messages in a file. */
static int run(const char *out, double seconds, const char *const environment[], const char *format, ...) __attribute__((format(printf, 4, 5)));

static int run(const char *out, double seconds, const char *const environment[], const char *format, ...)
{
    char *line, *words[64];
    size_t count = 0;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&line, format, arguments);
    va_end(arguments);
    if (length < 0)
        exit(2);
    for (char *rest = line, *word; (word = strtok_r(rest, " ", &rest)) && count < 63;)
        words[count++] = word;
    words[count] = NULL;
    int status = process_run((const char *const *)words, &(struct process_files){.out = out, .err = "/dev/stdout", .environment = environment}, seconds);
    free(line);
    return status;
}

static char *file_text(const char *path)
{
    char *text = file_read(path, NULL);
    return text ? text : text_format("%s", "");
}

static void file_write(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    if (!file || fputs(text, file) < 0 || fclose(file)) {
        fprintf(stderr, "%s cannot be written\n", path);
        exit(2);
    }
}

static bool same_text(const char *path, const char *expected)
{
    char *text = file_text(path);
    bool same = strcmp(text, expected) == 0;
    free(text);
    return same;
}

static uint64_t scrambled(uint64_t value)
{
    value = (value ^ value >> 30) * 0xBF58476D1CE4E5B9u;
    value = (value ^ value >> 27) * 0x94D049BB133111EBu;
    return value ^ value >> 31;
}

/* ---- what failed ---- */

/* The kind of the first message that compilers print, without names and places: what a reduction has to keep. */
static char *message_kind(const char *who, const char *path)
{
    char *text = file_text(path), *at = strstr(text, "error: ");
    if (!at)
        at = strstr(text, "warning: ");
    char *kind = text_format("%s: %.*s", who, at ? (int)strcspn(at, "\n") : 40, at ? at : text);
    for (char *c = kind, *to = kind; ; c++) {
        /* What stands in quotes is a name of the program. */
        if (*c == '\'' || strncmp(c, "‘", 3) == 0) {
            const char *end = *c == '\'' ? "'" : "’";
            char *close = strstr(c + 1, end);
            c = close ? close + strlen(end) : c + 1;
        }
        *to++ = *c;
        if (!*c)
            break;
    }
    free(text);
    return kind;
}

/* Warnings that are not about what acc writes but about the program's own operands and variables. C compilers hold them back where an expression is
   never evaluated (`0 && a < b`), or hidden behind a comma or parentheses; they see more of it once it was taken apart. They are right. */
static bool is_of_program(const char *warning)
{
    static const char *const flags[] = {"[-Wsign-compare]", "[-Wtautological-", "[-Woverflow]", "[-Waddress]", "[-Wtype-limits]",
                                        "[-Wconstant-conversion]", "[-Wbool-compare]", "[-Wshift-", "[-Wdiv-by-zero]", "[-Wdivision-by-zero]"};
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if (strstr(warning, flags[i]))
            return true;
    return (strstr(warning, "[-Wunused-but-set-") || strstr(warning, "[-Wunused-variable]")) && !strstr(warning, "ac_");
}

/* The next warning in *text, as "file:line [-Wflag]"; NULL: no more. */
static char *next_warning(char **text)
{
    for (char *line; (line = strsep(text, "\n"));) {
        char *warning = strstr(line, ": warning: "), *flag = strrchr(line, '[');
        if (!warning || !flag || is_of_program(warning))
            continue;
        char *column = strchr(line, ':');
        column = column ? strchr(column + 1, ':') : NULL;
        if (column && column <= warning)
            return text_format("%.*s %s", (int)(column - line), line, flag);
    }
    return NULL;
}

static bool warned(const char *text, const char *warning)
{
    char *copy = text_format("%s", text), *rest = copy, *each;
    bool found = false;
    while (!found && (each = next_warning(&rest))) {
        found = strcmp(each, warning) == 0;
        free(each);
    }
    free(copy);
    return found;
}

/* The first warning of `text` that is not in `allowed`; NULL: none. */
static char *new_warning(const char *text, const char *allowed)
{
    char *copy = text_format("%s", text), *rest = copy, *warning;
    while ((warning = next_warning(&rest)) && warned(allowed, warning)) {
        free(warning);
    }
    free(copy);
    return warning;
}

/* ---- the checks ---- */

static char *subject_file(const struct subject *s, const char *ending)
{
    return text_format("%s/%s%s", s->folder, s->name, ending);
}

/* Each returns NULL, or the kind of failure. */
static char *translate(const struct subject *s)
{
    char *source = subject_file(s, ".ac"), *output = subject_file(s, ".out.c"), *said = subject_file(s, ".acc");
    double begun = process_clock();
    int status = run(said, 60, NULL, "build/acc " INCLUDES " %s -o %s", source, output);
    double seconds = process_clock() - begun;
    s->tally->acc_seconds += seconds;
    if (seconds > s->tally->slowest_acc) {
        s->tally->slowest_acc = seconds;
        snprintf(s->tally->slowest, sizeof s->tally->slowest, "%llu %s", (unsigned long long)s->seed, s->mode->name);
    }
    char *kind = NULL;
    if (status != 0 && status != 1)
        kind = text_format("acc: exit status %d", status);
    else if (status != 0 || !same_text(said, ""))
        kind = message_kind("acc", said);
    free(source);
    free(output);
    free(said);
    return kind;
}

/* Does the C compiler warn of more than it does in the program as plain C? */
static char *check_warnings(const struct subject *s, const char *messages)
{
    char *plain = subject_file(s, ".plain.messages"), *object = subject_file(s, ".plain.o"), *source = subject_file(s, ".ac");
    char *text = file_text(messages);
    char *allowed = text_format("%s", ""), *warning = new_warning(text, allowed);
    /* Most come from the front end; some only with optimisation. */
    for (int i = 0; warning && i < 2; i++) {
        run(plain, 60, NULL, "%s -std=c11 -Wall -Wextra -Wpedantic %s %s %s -DPLAIN " INCLUDES " -x c %s", compiler_of(s->way), s->way->options,
            i ? "-c -o" : "-fsyntax-only", i ? object : "", source);
        char *more = file_text(plain), *both = text_format("%s%s", allowed, more);
        free(allowed);
        free(more);
        free(warning);
        allowed = both;
        warning = new_warning(text, allowed);
    }
    char *kind = warning ? text_format("%s: warning %s", s->way->compiler, strrchr(warning, '[')) : NULL;
    free(plain);
    free(object);
    free(source);
    free(text);
    free(allowed);
    free(warning);
    return kind;
}

static char *compile(const struct subject *s)
{
    char *output = subject_file(s, ".out.c"), *program = subject_file(s, ".exe"), *messages = subject_file(s, ".messages");
    double begun = process_clock();
    int status = run(messages, 120, NULL, "%s -std=c11 -Wall -Wextra -Wpedantic %s %s %s " INCLUDES " -o %s %s %s -lm -lpthread",
                     compiler_of(s->way), s->way->options, s->mode->always_suspends ? "-DAC_ALWAYS_SUSPEND" : "",
                     s->way->sanitized ? sanitizers() : "", program, output, s->way->sanitized ? "build/asan/libac.a" : "build/libac.a");
    s->tally->compile_seconds += process_clock() - begun;
    char *kind = status == PROCESS_TIMED_OUT ? text_format("%s: does not end", s->way->compiler)
                 : status != 0               ? message_kind(s->way->compiler, messages)
                                             : check_warnings(s, messages);
    free(output);
    free(program);
    free(messages);
    return kind;
}

static char *execute(const struct subject *s, const char *expected)
{
    static const char *const asan = "ASAN_OPTIONS=detect_leaks=1:exitcode=99:detect_stack_use_after_return=1";
    char *program = subject_file(s, ".exe"), *out = subject_file(s, ".run"), *kind = NULL;
    char *by_chance = text_format("FUZZ_PAUSE=%llu", (unsigned long long)s->seed + 2);
    const char *const pauses[] = {"FUZZ_PAUSE=0", by_chance, "FUZZ_PAUSE=1"};
    for (int i = 0; i < 3 && !kind; i++) {
        int status = run(out, 60, (const char *const[]){pauses[i], asan, NULL}, "%s 1", program);
        char *said = file_text(out);
        if (status == 99 && strstr(said, "AddressSanitizer"))
            kind = text_format("run: %.60s", strstr(said, "AddressSanitizer"));
        else if (strstr(said, "runtime error: "))
            kind = text_format("run: %.30s", strstr(said, "runtime error: "));
        else if (status != 0)
            kind = text_format(status == PROCESS_TIMED_OUT ? "run: does not end" : "run: exit status %d", status);
        else if (strcmp(said, expected) != 0)
            kind = text_format("run: output differs");
        free(said);
    }
    free(program);
    free(out);
    free(by_chance);
    return kind;
}

static char *check(const struct subject *s, const char *expected)
{
    char *kind = translate(s);
    if (!kind)
        kind = compile(s);
    return kind ? kind : execute(s, expected);
}

/* ---- is it C? ---- */

/* Builds the program as plain C and runs it: what it prints, NULL where it is no good program. */
static char *plain_output(const struct subject *s, const char *compiler, const char *options)
{
    char *source = subject_file(s, ".ac"), *program = subject_file(s, ".plain"), *out = subject_file(s, ".plain.run"), *text = NULL;
    if (run(out, 60, NULL, "%s -std=c11 -w %s -DPLAIN " INCLUDES " -x c %s -o %s -lm", compiler, options, source, program) == 0 &&
        run(out, 20, NULL, "%s 1", program) == 0)
        text = file_text(out);
    free(source);
    free(program);
    free(out);
    return text;
}

/* Do all compilers agree on what the plain program prints, and the sanitizers have nothing to say? What it prints; NULL: they do not. */
static char *agreed_output(const struct subject *s, const char *strict)
{
    char *sanitized = text_format("-O1 %s %s", strict, sanitizers());
    char *agreed = plain_output(s, "gcc", sanitized);
    static const char *const others[][2] = {{"clang", "-O0"}, {"clang", "-O2"}, {"gcc", "-O0"}, {"gcc", "-O2"}};
    for (size_t i = 0; agreed && i < sizeof others / sizeof *others; i++) {
        if (!process_exists(others[i][0]))
            continue;
        char *other = plain_output(s, others[i][0], others[i][1]);
        if (!other || strcmp(other, agreed) != 0) {
            free(agreed);
            agreed = NULL;
        }
        free(other);
    }
    free(sanitized);
    return agreed;
}

/* ---- reducing ---- */

struct goal { const struct subject *subject; const char *kind; };

/* What a program that was cut at has to be kept from: not all compilers say the same of it. */
#define STRICT "-Werror=implicit-function-declaration -Werror=implicit-int -Werror=int-conversion -Werror=incompatible-pointer-types " \
               "-Werror=return-type -Werror=uninitialized -Werror=maybe-uninitialized -Werror=sequence-point -Werror=overflow"

static bool still_fails(const char *text, void *context)
{
    const struct goal *goal = context;
    const struct subject *s = goal->subject;
    char *source = subject_file(s, ".ac"), *messages = subject_file(s, ".plain.messages");
    file_write(source, text);
    bool fails = run(messages, 20, NULL, "gcc -std=c11 -w " STRICT " -fsyntax-only -DPLAIN " INCLUDES " -x c %s", source) == 0;
    bool runs = strncmp(goal->kind, "run: ", 5) == 0;
    /* The cheap question first: whether it fails at all. */
    char *wanted = runs && fails ? plain_output(s, "gcc", "-O0") : NULL;
    char *kind = fails && (!runs || wanted) ? check(s, wanted ? wanted : "") : NULL;
    fails = kind && strcmp(kind, goal->kind) == 0;
    if (fails && runs) {
        char *agreed = agreed_output(s, STRICT);
        fails = agreed && strcmp(agreed, wanted) == 0;
        free(agreed);
    }
    free(wanted);
    free(kind);
    free(source);
    free(messages);
    return fails;
}

static void fail(struct subject *s, const char *kind)
{
    char *source = subject_file(s, ".ac"), *text = file_text(source);
    char *kept = text_format(FAILED_FOLDER "/%s.ac", s->name), *small = text_format(FAILED_FOLDER "/%s.reduced.ac", s->name);
    const char *limit = getenv("REDUCE_SECONDS");
    s->tally->failed++;
    file_write(kept, text);
    printf("FAILED %s with %s %s%s%s\n    %s\n    %s\n", s->name, s->way->compiler, s->way->options, s->way->sanitized ? " under sanitizers" : "",
           s->mode->always_suspends ? ", every await suspends" : "", kind, kept);
    struct goal goal = {s, kind};
    if (still_fails(text, &goal)) {
        char *reduced = reduce(text, still_fails, &goal, limit ? atof(limit) : 200);
        file_write(small, reduced);
        printf("    %s\n", small);
        free(reduced);
    }
    fflush(stdout);
    free(source);
    free(text);
    free(kept);
    free(small);
}

/* ---- one program ---- */

static void check_mode(struct subject *s, const char *program, const char *expected)
{
    char *source = subject_file(s, ".ac"), *messages = subject_file(s, ".asyncify");
    s->tally->programs++;
    if (run(messages, 60, NULL, "build/fuzz/asyncify %s %llu %s %s " INCLUDES, s->mode->name, (unsigned long long)s->seed, program, source) != 0) {
        char *kind = message_kind("asyncify", messages);
        fail(s, kind);
        free(kind);
    } else {
        char *kind = check(s, expected);
        char *agreed = kind && strncmp(kind, "run: ", 5) == 0 ? agreed_output(s, "") : NULL;
        if (kind && strncmp(kind, "run: ", 5) == 0 && !agreed)
            s->tally->incomparable++;
        else if (kind)
            fail(s, kind);
        else
            s->tally->passed++;
        free(kind);
        free(agreed);
    }
    free(source);
    free(messages);
}

/* Checks a C program in all modes. */
static void check_program(const char *folder, const char *program, const char *name, uint64_t seed, struct tally *tally)
{
    char *executable = text_format("%s/original", folder), *out = text_format("%s/original.out", folder);
    if (run(out, 60, NULL, "gcc -std=c11 -w -O0 " INCLUDES " %s -o %s -lm", program, executable) != 0 || run(out, 2, NULL, "%s 1", executable) != 0) {
        tally->too_long += MODES;
    } else {
        char *expected = file_text(out);
        for (unsigned m = 0; m < MODES; m++) {
            struct subject s = {.folder = (char *)folder, .name = text_format("%s-%s", name, modes[m].name), .mode = &modes[m], .seed = seed,
                                .way = &ways[(seed + m * 3) % WAYS], .tally = tally};
            check_mode(&s, program, expected);
            free(s.name);
        }
        free(expected);
    }
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
    if (run(said, 20, NULL, "env -C %s csmith %s -o program.c", folder, options) == 0)     /* it leaves a file where it runs */
        check_program(folder, program, name, seed, tally);
    else
        tally->unwritten += MODES;
    free(options);
    free(program);
    free(name);
    free(said);
}

/* ---- workers ---- */

static void folder_make(const char *path)
{
    char *part = text_format("%s/", path);
    for (char *slash = part; (slash = strchr(slash, '/')); *slash++ = '/') {
        *slash = '\0';
        mkdir(part, 0777);
    }
    free(part);
}

static char *worker_folder(unsigned number)
{
    char *folder = text_format("build/fuzz/work/%d.%u", (int)getpid(), number);
    folder_make(folder);
    return folder;
}

static void folder_remove(const char *folder)
{
    run("/dev/null", 20, NULL, "rm -r %s", folder);
}

static pid_t worker_start(unsigned number, unsigned step, uint64_t first, uint64_t count, struct tally *tally)
{
    fflush(NULL);
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    char *folder = worker_folder(number);
    for (uint64_t i = number; i < count; i += step)
        check_seed(folder, first + i, tally);
    folder_remove(folder);
    free(folder);
    fflush(NULL);
    _exit(0);
}

static void tally_add(struct tally *sum, const struct tally *one)
{
    sum->programs += one->programs;
    sum->passed += one->passed;
    sum->failed += one->failed;
    sum->too_long += one->too_long;
    sum->incomparable += one->incomparable;
    sum->unwritten += one->unwritten;
    sum->acc_seconds += one->acc_seconds;
    sum->compile_seconds += one->compile_seconds;
    if (one->slowest_acc > sum->slowest_acc) {
        sum->slowest_acc = one->slowest_acc;
        memcpy(sum->slowest, one->slowest, sizeof sum->slowest);
    }
}

static void tally_print(const struct tally *t, double seconds)
{
    printf("csmith: %u async programs: %u passed, %u failed, %u incomparable; ", t->programs, t->passed, t->failed, t->incomparable);
    printf("%u skipped: too long, %u not written by csmith\n", t->too_long, t->unwritten);
    printf("csmith: %.0f s; acc %.1f s (the longest %.2f s: %s), C compilers %.1f s for its output\n", seconds, t->acc_seconds, t->slowest_acc,
           t->slowest, t->compile_seconds);
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
    return workers_run(strtoull(argv[1], NULL, 10), strtoull(argv[2], NULL, 10), processors > 0 ? (unsigned)processors : 1) ? 0 : 1;
}

/* asyncio's meaning held against asyncio itself, from the command line (program.h tells how):

       asyncio python SEED     prints a random program as Python
       asyncio ac SEED         the same program as .ac
       asyncio FIRST COUNT     runs the programs FIRST, FIRST + 1 ... in both worlds and compares their traces; one that
                               differs is made smaller and stays in build/fuzz/failed, with both traces. Exit status 1
                               when one did

   Both traces must be the same line for line, but for one thing: when the main function has ended, what is left is
   cancelled, in an order that asyncio does not define (it goes through a set). What tasks then do to one another
   depends on that order; only how many functions have not been left in the end is compared.

   Programs are translated, compiled and run 24 at a time, since most of what a small one costs is spent on headers
   and on the linker. What fails is tried again alone. */
#define _GNU_SOURCE
#include "../../process.h"
#include "../subject.h"
#include "program.h"
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BATCH = 24, LONGEST = 4000 };

#define SOURCES "tests/fuzz/asyncio"

static const struct way ways[] = {
    {"gcc", "-O0", false},
    {"gcc", "-O0 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined", true},
    {"clang", "-O1", false},
};
enum { WAYS = sizeof ways / sizeof *ways };

static const char *folder; /* where the products of this run lie */
static const struct way *way;
static char kind_of_failure[200];

static char *product(const char *name)
{
    return text_format("%s/%s", folder, name);
}

static void folder_make(void)
{
    folder = text_format("build/fuzz/asyncio.%ld", (long)getpid());
    mkdir("build/fuzz/failed", 0777);
    if (mkdir(folder, 0777) != 0 && errno != EEXIST) {
        fprintf(stderr, "asyncio: %s: %s\n", folder, strerror(errno));
        exit(2);
    }
    setenv("PYTHONPATH", SOURCES, 1);
    setenv("PYTHONHASHSEED", "0", 1);
    setenv("ASAN_OPTIONS", "detect_leaks=0", 1); /* a task that could not be ended is thrown away with what it held */
}

/* ---- Building and running ---- */

static bool is_run(const char *out, double seconds, const char *format, ...) __attribute__((format(printf, 3, 4)));
static bool is_run(const char *out, double seconds, const char *format, ...)
{
    const char *words[40];
    char *text, *said = product("said");
    size_t count = 0;
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) < 0)
        exit(2);
    va_end(arguments);
    for (char *rest = text, *word; (word = strtok_r(rest, " ", &rest)) && count < 39;)
        words[count++] = word;
    words[count] = NULL;
    int status = process_run(words, &(struct process_files){.out = out ? out : said, .err = out ? said : "/dev/stdout"},
                             seconds);
    free(text);
    free(said);
    return status == 0;
}

static bool is_compiled(const char *source, const char *object)
{
    bool made = is_run(NULL, 60, "%s -w -Iruntime/include -I%s %s -o %s/made.c",
                       way->sanitized ? "build/asan/acc" : "build/acc", SOURCES, source, folder);
    return made && is_run(NULL, 300, "%s -std=gnu11 -w %s -Iruntime/include -I%s -c -o %s %s/made.c", way->compiler,
                          way->options, SOURCES, object, folder);
}

/* The world is compiled once for each way. */
static char *world(void)
{
    char *object = text_format("%s/world%d.o", folder, (int)(way - ways));
    if (access(object, R_OK) != 0 && !is_compiled(SOURCES "/world.ac", object)) {
        fprintf(stderr, "asyncio: " SOURCES "/world.ac: see %s/said\n", folder);
        exit(2);
    }
    return object;
}

static FILE *file_open(const char *path)
{
    FILE *file = fopen(path, "w");
    if (!file) {
        fprintf(stderr, "asyncio: %s: %s\n", path, strerror(errno));
        exit(2);
    }
    return file;
}

static void sources_write(const struct program *const *programs, int count, const char *ac, const char *python)
{
    FILE *to = file_open(ac);
    fputs("#include \"world.h\"\n", to);
    for (int i = 0; i < count; i++)
        program_print_ac(to, programs[i]);
    fputs("\nint main(void)\n{\n", to);
    for (int i = 0; i < count; i++)
        fprintf(to, "    world_run(%lluu, p%llu_f0);\n", (unsigned long long)programs[i]->seed,
                (unsigned long long)programs[i]->seed);
    fputs("}\n", to);
    fclose(to);
    to = file_open(python);
    fputs("from world import *\n", to);
    for (int i = 0; i < count; i++)
        program_print_python(to, programs[i]);
    fputc('\n', to);
    for (int i = 0; i < count; i++)
        fprintf(to, "world_run(%llu, p%llu_f0)\n", (unsigned long long)programs[i]->seed,
                (unsigned long long)programs[i]->seed);
    fclose(to);
}

/* What both print; NULL where one cannot be built or run, and kind_of_failure tells why. */
struct traces {
    char *ac, *python;
};

static struct traces run_both(const struct program *const *programs, int count)
{
    char *ac = product("programs.ac"), *python = product("programs.py"), *object = product("programs.o"),
         *executable = product("programs"), *here = product("here"), *there = product("there"), *other = world();
    struct traces traces = {NULL, NULL};
    sources_write(programs, count, ac, python);
    const char *what = !is_compiled(ac, object) ? "does not compile"
                       : !is_run(NULL, 60, "%s %s -o %s %s %s %s -lm -lpthread", way->compiler, way->options,
                                 executable, object, other, way->sanitized ? "build/asan/libac.a" : "build/libac.a")
                           ? "does not link"
                       : !is_run(there, 60, "python3 -B -W ignore %s", python) ? "does not end well in Python"
                       : !is_run(here, 60, "%s", executable)                   ? "does not end well"
                                                                               : "";
    snprintf(kind_of_failure, sizeof kind_of_failure, "%s", what);
    if (!*what)
        traces = (struct traces){file_text(here), file_text(there)};
    free(ac), free(python), free(object), free(executable), free(here), free(there), free(other);
    return traces;
}

/* ---- Comparing ---- */

/* The part of a trace that is this program's; to be freed. */
static char *part_of(const char *trace, uint64_t seed)
{
    char *head = text_format("program %llu\n", (unsigned long long)seed);
    const char *begin = strstr(trace, head), *end = begin ? strstr(begin + 1, "\nprogram ") : NULL;
    free(head);
    return begin ? text_format("%.*s", (int)(end ? end + 1 - begin : (long)strlen(begin)), begin)
                 : text_format("%s", "");
}

/* Cuts a trace into lines: how many, without those between "closing" and the last. */
static int lines_of(char *text, char **lines)
{
    int count = 0;
    bool closing = false;
    for (char *line; (line = strsep(&text, "\n")) && count < LONGEST;) {
        closing = closing || strcmp(line, "closing") == 0;
        if (!closing || strncmp(line, "inside", 6) == 0)
            lines[count++] = line;
    }
    return count;
}

/* The first line that differs, described; NULL where none does. */
static char *difference(const char *ac, const char *python)
{
    static char *here[LONGEST], *there[LONGEST];
    char *ours = strdup(ac), *theirs = strdup(python), *found = NULL;
    int count = lines_of(ours, here), count_there = lines_of(theirs, there);
    for (int i = 0; i < (count > count_there ? count : count_there) && !found; i++) {
        const char *a = i < count ? here[i] : "", *b = i < count_there ? there[i] : "";
        if (strcmp(a, b) != 0)
            found = text_format("asyncio: %s; libac: %s", b, a);
    }
    free(ours);
    free(theirs);
    return found;
}

/* ---- One that fails ---- */

static char *failure_of(const struct program *program)
{
    struct traces traces = run_both(&program, 1);
    char *what = traces.ac ? difference(traces.ac, traces.python) : text_format("%s", kind_of_failure);
    free(traces.ac);
    free(traces.python);
    return what;
}

/* Failures of one kind: a difference is one, whatever it is. */
static bool fails_alike(const struct program *program)
{
    static const char differs[] = "asyncio: ";
    char kind[sizeof kind_of_failure];
    strcpy(kind, kind_of_failure);
    char *what = failure_of(program);
    bool alike = what && (*kind ? strcmp(what, kind) == 0 : strncmp(what, differs, strlen(differs)) == 0);
    free(what);
    strcpy(kind_of_failure, kind);
    return alike;
}

static void product_keep(const char *name, uint64_t seed, const char *ending)
{
    char *from = product(name), *to = text_format("build/fuzz/failed/asyncio-%llu%s", (unsigned long long)seed, ending);
    rename(from, to);
    free(from);
    free(to);
}

static bool program_passes(struct program *program)
{
    char *what = failure_of(program);
    if (!what)
        return true;
    free(what);
    program_reduce(program, fails_alike);
    what = failure_of(program);
    printf("%llu: %s: %s %s: see build/fuzz/failed/asyncio-%llu.ac and its like\n", (unsigned long long)program->seed,
           what, way->compiler, way->options, (unsigned long long)program->seed);
    fflush(stdout);
    product_keep("programs.ac", program->seed, ".ac");
    product_keep("programs.py", program->seed, ".py");
    product_keep("here", program->seed, ".libac");
    product_keep("there", program->seed, ".asyncio");
    product_keep("said", program->seed, ".said");
    free(what);
    return false;
}

/* ---- The command ---- */

static int batch_test(uint64_t first, int count)
{
    struct program *programs[BATCH];
    int failures = 0;
    for (int i = 0; i < count; i++)
        programs[i] = program_grow(first + (uint64_t)i);
    struct traces traces = run_both((const struct program *const *)programs, count);
    for (int i = 0; i < count; i++) {
        char *ac = traces.ac ? part_of(traces.ac, programs[i]->seed) : NULL,
             *python = ac ? part_of(traces.python, programs[i]->seed) : NULL;
        char *what = ac ? difference(ac, python) : NULL;
        bool alone = (!ac || what) && program_passes(programs[i]);
        if (what && alone)
            printf("%llu fails only beside the others from seed %llu on: %s\n", (unsigned long long)programs[i]->seed,
                   (unsigned long long)first, what);
        failures += (!ac || what) && (what || !alone);
        free(ac), free(python), free(what);
        free(programs[i]);
    }
    free(traces.ac);
    free(traces.python);
    return failures;
}

/* TaskGroup, timeout and Barrier are of 3.11. */
static bool is_there_asyncio(void)
{
    bool there =
        process_exists("python3") && is_run(NULL, 60, "python3 -c import\tasyncio;asyncio.Barrier;asyncio.TaskGroup");
    if (!there)
        printf("there is no python3 of 3.11 or later: nothing is held against asyncio\n");
    return there;
}

static int fuzz(uint64_t first, uint64_t count)
{
    double begun = process_clock();
    int failures = 0;
    folder_make();
    if (!is_there_asyncio())
        return 0;
    for (uint64_t done = 0; done < count; done += BATCH) {
        way = &ways[(first + done) / BATCH % WAYS];
        failures += batch_test(first + done, (int)(count - done < BATCH ? count - done : BATCH));
    }
    printf("%llu programs from seed %llu in both worlds, %d differ, %.0f seconds\n", (unsigned long long)count,
           (unsigned long long)first, failures, process_clock() - begun);
    return failures > 0;
}

static int print(uint64_t seed, bool python)
{
    struct program *program = program_grow(seed);
    if (python)
        program_print_python(stdout, program);
    else
        program_print_ac(stdout, program);
    free(program);
    return 0;
}

int main(int argc, char **argv)
{
    bool python = argc == 3 && strcmp(argv[1], "python") == 0;
    if (python || (argc == 3 && strcmp(argv[1], "ac") == 0))
        return print(strtoull(argv[2], NULL, 10), python);
    if (argc != 3 || *argv[1] < '0' || *argv[1] > '9') {
        fprintf(stderr, "usage: asyncio python SEED | ac SEED | FIRST COUNT\n");
        return 2;
    }
    return fuzz(strtoull(argv[1], NULL, 10), strtoull(argv[2], NULL, 10));
}

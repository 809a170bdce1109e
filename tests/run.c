/* Runs the tests. Every file of a kind is one test case of check, named by its folder and file, in a process of its own
   with a time limit; as many run at once as there are processors.

       build/tests/run                     all
       build/tests/run lang/await_in_for   one; a shell pattern chooses several: 'diag/ *'
       CK_FORK=no build/tests/run NAME     in this process, for a debugger
       SLOWEST=20 build/tests/run          tells the 20 that took longest */
#define _GNU_SOURCE
#include "process.h"
#include "test.h"
#include <check.h>
#include <fnmatch.h>
#include <glob.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static struct {
    const char *folder;     /* first part of the name */
    const char *pattern;    /* where its files are */
    double limit;
    void (*run)(const struct test *);
} kinds[] = {
    {"unit",    "build/tests/unit/test_*",      120, unit_test},
    {"asan",    "build/asan/tests/unit/test_*", 240, unit_test},
    {"diag",    "tests/diag/*.ac",              30,  message_test},
    {"command", "tests/command/*.sh",           240, script_test},
    {"samples", "samples/*.ac",                 120, program_test},
    {"lang",    "tests/lang/*.ac",              120, program_test},
    {"matrix",  "tests/matrix/*.ac",            240, program_test},
    {"runtime", "tests/runtime/*.ac",           120, program_test},
    {"fuzz",    "tests/fuzz/seeds/*.c",         240, fuzz_test},
};

/* Programs that are made, numbered 1, 2 ...; any other number is run by its name. */
static const struct { const char *folder; void (*run)(const struct test *); int count;
} made_kinds[] = {
    {"random", random_test, 16},
    {"spill", spill_test, SPILL_PARTS},
    {"mutated", mutated_test, 4},
};

static struct test *tests;
static size_t test_count;

const char *head_value(const char *line, const char *key)
{
    size_t length = strlen(key);
    if (strncmp(line, "// ", 3) != 0 || strncmp(line + 3, key, length) != 0 || line[3 + length] != ':')
        return NULL;
    const char *value = line + 3 + length + 1;
    return *value == ' ' ? value + 1 : value;
}

void must_run(const struct test *test, const char *const argv[], double seconds)
{
    /* Beside the folder, which a script empties. */
    char *out = text_format("%s.out", test->work);
    int status = process_run(argv, &(struct process_files){.out = out, .err = "/dev/stdout"}, seconds);
    char *printed = file_read(out, NULL), *command = strdup("");
    for (const char *const *word = argv; status != 0 && *word; word++) {
        char *longer = text_format("%s %s", command, *word);
        free(command);
        command = longer;
    }
    if (status == PROCESS_TIMED_OUT)
        ck_abort_msg("%s: not done after %g s:%s\n%.20000s", test->name, seconds, command, printed ? printed : "");
    if (status != 0)
        ck_abort_msg("%s: exit status %d from%s\n%.20000s", test->name, status, command, printed ? printed : "");
    free(printed);
    free(command);
    free(out);
}

/* Tests of the runtime run on each backend and look for leaks; the compiler's memory lives until it ends. */
void unit_test(const struct test *test)
{
    static const char *const runtime[] = {"/test_core", "/test_loop", "/test_stream"};
    static const char *const backends[] = {"uring", "poll"};
    const char *const command[] = {test->path, NULL};
    bool about_runtime = false;
    for (size_t i = 0; i < sizeof runtime / sizeof *runtime; i++)
        about_runtime |= strstr(test->name, runtime[i]) != NULL;
    if (about_runtime)
        setenv("ASAN_OPTIONS", "detect_leaks=1", 1);
    must_run(test, command, test->limit);
    for (size_t i = 0; about_runtime && i < sizeof backends / sizeof *backends; i++) {
        setenv("AC_BACKEND", backends[i], 1);
        must_run(test, command, test->limit);
    }
    unsetenv("AC_BACKEND");
}

void fuzz_test(const struct test *test)
{
    must_run(test, (const char *const[]){"build/fuzz/csmith", test->path, NULL}, test->limit);
}

void script_test(const struct test *test)
{
    must_run(test, (const char *const[]){"sh", "-eu", test->path, test->work, NULL}, test->limit);
}

/* Each part is a few seeds. */
void mutated_test(const struct test *test)
{
    enum { SEEDS = 12 };
    char *first = text_format("%ld", (strtol(test->path, NULL, 10) - 1) * SEEDS + 1), *count = text_format("%d", SEEDS);
    must_run(test, (const char *const[]){"build/fuzz/mutate", first, count, NULL}, test->limit);
    free(first);
    free(count);
}

/* "folder/file" without the file's ending. */
static char *test_name(const char *folder, const char *path)
{
    const char *base = strrchr(path, '/') + 1;
    const char *dot = strrchr(base, '.');
    return text_format("%s/%.*s", folder, dot ? (int)(dot - base) : (int)strlen(base), base);
}

static void test_add(struct test test)
{
    tests = realloc(tests, (test_count + 1) * sizeof *tests);
    if (!tests)
        exit(2);
    test.work = text_format("build/tests/work/%s", test.name);
    tests[test_count++] = test;
}

static void made_tests_find(const char *chosen)
{
    for (size_t kind = 0; kind < sizeof made_kinds / sizeof *made_kinds; kind++) {
        size_t length = strlen(made_kinds[kind].folder), before = test_count;
        struct test test = {.limit = 120, .run = made_kinds[kind].run};
        for (int number = 1; number <= made_kinds[kind].count; number++) {
            test.name = text_format("%s/%d", made_kinds[kind].folder, number);
            test.path = test.name + length + 1;
            if (fnmatch(chosen, test.name, 0) == 0)
                test_add(test);
        }
        bool named = strncmp(chosen, made_kinds[kind].folder, length) == 0 && chosen[length] == '/';
        if (named && before == test_count && chosen[length + 1 + strspn(chosen + length + 1, "0123456789")] == '\0') {
            test.name = strdup(chosen);
            test.path = test.name + length + 1;
            test_add(test);
        }
    }
}

static void tests_find(const char *chosen)
{
    for (size_t kind = 0; kind < sizeof kinds / sizeof *kinds; kind++) {
        glob_t found;
        if (glob(kinds[kind].pattern, 0, NULL, &found) != 0)
            continue;
        for (size_t i = 0; i < found.gl_pathc; i++) {
            char *name = test_name(kinds[kind].folder, found.gl_pathv[i]);
            /* Products lie beside the programs: .d and .o are no tests. */
            bool product = kinds[kind].run == unit_test && strchr(strrchr(found.gl_pathv[i], '/'), '.');
            if (product || fnmatch(chosen, name, 0) != 0) {
                free(name);
                continue;
            }
            test_add((struct test){.name = name, .path = strdup(found.gl_pathv[i]), .limit = kinds[kind].limit,
                                   .run = kinds[kind].run});
        }
        globfree(&found);
    }
    made_tests_find(chosen);
}

static void folder_make(const char *path)
{
    char *part = strdup(path);
    for (char *slash = part; (slash = strchr(slash, '/')); slash++) {
        *slash = '\0';
        mkdir(part, 0777);
        *slash = '/';
    }
    mkdir(part, 0777);
    free(part);
}

START_TEST(run_one)
{
    const struct test *test = &tests[_i];
    folder_make(test->work);
    test->run(test);
}
END_TEST

/* What the processes that run the tests share: each takes the next test as soon as it is through with one. */
static struct progress {
    atomic_size_t next;
    struct { double seconds, cpu; } spent[];
} *progress;

/* Of what has run and ended for this process. */
static double cpu_seconds(void)
{
    struct rusage usage;
    getrusage(RUSAGE_CHILDREN, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6;
}

static int test_run(size_t i)
{
    Suite *suite = suite_create("acc");
    TCase *one = tcase_create(tests[i].name);
    /* The test ends its own programs at the limit and can tell which; this one is for when that fails. */
    tcase_set_timeout(one, tests[i].limit * 3);
    tcase_add_loop_test(one, run_one, (int)i, (int)i + 1);
    suite_add_tcase(suite, one);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_SILENT);
    TestResult **failures = srunner_failures(runner);
    int failed = srunner_ntests_failed(runner);
    for (int k = 0; k < failed; k++)
        printf("FAILED %s\n%s\n", tr_tcname(failures[k]), tr_msg(failures[k]));
    free(failures);
    srunner_free(runner);
    return failed;
}

/* Runs tests until none is left; the number that failed. */
static int tests_run(void)
{
    int failed = 0;
    for (size_t i; (i = atomic_fetch_add(&progress->next, 1)) < test_count;) {
        double begun = process_clock(), cpu = cpu_seconds();
        failed += test_run(i);
        progress->spent[i].seconds = process_clock() - begun;
        progress->spent[i].cpu = cpu_seconds() - cpu;
    }
    return failed;
}

/* The same in a process of its own, its words in a file. */
static pid_t worker_start(const char *words)
{
    fflush(NULL);
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    if (!freopen(words, "w", stdout))
        _exit(2);
    int failed = tests_run();
    fflush(NULL);
    _exit(failed < 100 ? failed : 100);
}

static int workers_run(size_t workers)
{
    pid_t *pids = calloc(workers, sizeof *pids);
    int failed = 0;
    if (!pids)
        exit(2);
    folder_make("build/tests/work");
    for (size_t n = 0; n < workers; n++) {
        char *words = text_format("build/tests/work/worker.%zu", n);
        pids[n] = worker_start(words);
        free(words);
    }
    for (size_t n = 0; n < workers; n++) {
        int status = 0;
        char *words = text_format("build/tests/work/worker.%zu", n);
        if (pids[n] < 0 || waitpid(pids[n], &status, 0) < 0 || !WIFEXITED(status))
            failed++;
        else
            failed += WEXITSTATUS(status);
        char *text = file_read(words, NULL);
        if (text)
            fputs(text, stdout);
        free(text);
        free(words);
    }
    free(pids);
    return failed;
}

static int longer_first(const void *a, const void *b)
{
    double first = progress->spent[*(const size_t *)a].seconds, second = progress->spent[*(const size_t *)b].seconds;
    return (first < second) - (first > second);
}

static void slowest_print(size_t count)
{
    size_t *order = calloc(test_count, sizeof *order);
    if (!order)
        exit(2);
    for (size_t i = 0; i < test_count; i++)
        order[i] = i;
    qsort(order, test_count, sizeof *order, longer_first);
    for (size_t i = 0; i < count && i < test_count; i++)
        printf("%6.1f s, %6.1f s of processors  %s\n", progress->spent[order[i]].seconds, progress->spent[order[i]].cpu, tests[order[i]].name);
    free(order);
}

int main(int argc, char **argv)
{
    const char *fork_mode = getenv("CK_FORK");
    tests_find(argc > 1 ? argv[1] : "*");
    if (test_count == 0) {
        fprintf(stderr, "no test is called %s\n", argc > 1 ? argv[1] : "anything");
        return 2;
    }
    for (const char *const *tool = (const char *const[]){"clang", "tcc", NULL}; *tool; tool++)
        if (!process_exists(*tool))
            printf("note: %s is not installed, so acc's output is not compiled with it\n", *tool);
    double begun = process_clock();
    /* Room for what a compiler has to say. acc's memory lives until it ends: that is no leak. */
    setenv("CK_MAX_MSG_SIZE", "100000", 0);
    setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    size_t workers = processors > 1 ? (size_t)processors : 1;
    progress = mmap(NULL, sizeof *progress + test_count * sizeof *progress->spent, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (progress == MAP_FAILED) {
        perror("memory for the tests' progress");
        return 2;
    }
    bool alone = test_count == 1 || (fork_mode && strcmp(fork_mode, "no") == 0);
    int failed = alone ? tests_run() : workers_run(workers < test_count ? workers : test_count);
    if (getenv("SLOWEST"))
        slowest_print((size_t)atol(getenv("SLOWEST")));
    printf("%zu tests, %d failed, %.0f s\n", test_count, failed, process_clock() - begun);
    return failed ? 1 : 0;
}

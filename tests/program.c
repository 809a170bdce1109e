/* Tests that are programs: translated by acc and by acc under sanitizers, which must agree to the byte; compiled by
   each compiler there is, with all warnings as errors; run, and compared with what the head of the source announces:

       // expect: a line of standard output (a * matches anything); may also stand further down, beside what prints it
       // stderr: a part of standard error; without this line nothing may stand there
       // exit: 1                  exit status; 0 without this line
       // args: a b                arguments
       // stdin: a line of standard input
       // env: NAME=VALUE
       // talk: connect a          the program is a server, and is talked to: see conversation.h
       // with: part.ac main.c     more files of the program, beside this one
       // acc: -I dir              options for acc
       // cflags: -std=gnu11       options for the C compilers
       // link: -Wl,--wrap=send    options for linking
       // needs: tls               links with libac_tls; left out where that was not built
       // not: tcc suspend         ways of compiling to leave out; backends: not on those that AUTO does not take; storm, short: not where
                                  every call is interrupted, or transfers are short; faults: not by make faults (tests/faults/faults.c) */
#define _GNU_SOURCE
#include "conversation.h"
#include "process.h"
#include "test.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WORDS = 64, LINES = 1024 };

struct list {
    const char *at[LINES];
    size_t count;
};

struct program {
    const struct test *test;
    char *text;             /* the source, cut into lines */
    struct list expected, errors, input, environment, talk, arguments, with, acc_options, c_options, link_options, left_out, needs;
    int status;
};

/* One way of compiling. */
struct way {
    const char *name, *compiler, *options;
    bool sanitized;
};

#define STRICT "-std=c11 -Wall -Wextra -Wpedantic -Werror "
/* Sanitizers come on top: the Makefile knows whether the system has them. */
static const char *sanitizers(void)
{
    const char *options = getenv("SANITIZERS");
    return options ? options : "-fsanitize=address,undefined -fno-sanitize-recover=undefined";
}

static const struct way ways[] = {
    {"gcc",      "gcc",   STRICT "-O2",                          false},
    {"asan",     "gcc",   STRICT "-O0 -g",                       true},
    {"suspend",  "gcc",   STRICT "-O1 -g -DAC_ALWAYS_SUSPEND",   true},
    {"clang",    "clang", STRICT "-O1",                          false},
    {"clang-O0", "clang", STRICT "-O0 -DAC_ALWAYS_SUSPEND",      false},
    {"tcc",      "tcc",   "-std=c11 -Wall -Werror",              false},
};

static void list_add(struct list *list, const char *item)
{
    ck_assert_msg(list->count + 1 < LINES, "too many lines");
    list->at[list->count++] = item;
    list->at[list->count] = NULL;
}

static void list_add_words(struct list *list, const char *text)
{
    char *words = strdup(text), *rest = words;
    for (char *word; (word = strtok_r(rest, " ", &rest));)
        list_add(list, word);
}

static bool list_has(const struct list *list, const char *item)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->at[i], item) == 0)
            return true;
    return false;
}

static void head_line(struct program *program, const char *line)
{
    struct { const char *key; struct list *list; bool words; } keys[] = {
        {"expect", &program->expected, false},  {"stderr", &program->errors, false},
        {"stdin", &program->input, false},      {"env", &program->environment, false},
        {"talk", &program->talk, false},        {"args", &program->arguments, true},
        {"with", &program->with, true},         {"acc", &program->acc_options, true},
        {"cflags", &program->c_options, true},  {"link", &program->link_options, true},
        {"not", &program->left_out, true},      {"needs", &program->needs, true},
    };
    const char *value = head_value(line, "exit");
    if (value)
        program->status = atoi(value);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        value = head_value(line, keys[i].key);
        if (value && keys[i].words)
            list_add_words(keys[i].list, value);
        else if (value)
            list_add(keys[i].list, value);
    }
}

/* Reads the head, which is the comment lines at the top of the source, and the expectations below it. */
static void program_read(struct program *program)
{
    program->text = file_read(program->test->path, NULL);
    ck_assert_msg(program->text, "%s cannot be read", program->test->path);
    char *rest = program->text;
    bool in_head = true;
    for (char *line; (line = strsep(&rest, "\n"));) {
        in_head = in_head && strncmp(line, "//", 2) == 0;
        if (in_head)
            head_line(program, line);
        else if (head_value(line, "expect"))
            list_add(&program->expected, head_value(line, "expect"));
    }
}

static char *source_folder(const struct test *test)
{
    return text_format("%.*s", (int)(strrchr(test->path, '/') - test->path), test->path);
}

static bool ends_in(const char *text, const char *end)
{
    size_t length = strlen(text), tail = strlen(end);
    return length >= tail && strcmp(text + length - tail, end) == 0;
}

/* Translates one .ac file; nothing may be said about it. */
static void translate(struct program *program, const char *acc, const char *source, const char *output)
{
    struct list command = {{acc, "-Iruntime/include", source, "-o", output}, 5};
    char *messages = text_format("%s.messages", output);
    for (size_t i = 0; i < program->acc_options.count; i++)
        list_add(&command, program->acc_options.at[i]);
    int status = process_run(command.at, &(struct process_files){.out = messages, .err = "/dev/stdout"}, 60);
    char *said = file_read(messages, NULL);
    ck_assert_msg(status == 0 && said && !*said, "%s: %s %s: exit status %d\n%.20000s", program->test->name, acc, source, status,
                  said ? said : "");
    free(said);
    free(messages);
}

/* Translates with both builds of acc: their outputs must be the same bytes. */
static void translate_twice(struct program *program, const char *source, const char *output)
{
    char *second = text_format("%s.second", output);
    translate(program, "build/acc", source, output);
    translate(program, "build/asan/acc", source, second);
    must_run(program->test, (const char *const[]){"cmp", output, second, NULL}, 10);
    free(second);
}

/* All C files of the program, translated where needed. */
static struct list program_sources(struct program *program)
{
    struct list sources = {{NULL}, 0};
    char *folder = source_folder(program->test);
    char *output = text_format("%s/main.c", program->test->work);
    translate_twice(program, program->test->path, output);
    list_add(&sources, output);
    for (size_t i = 0; i < program->with.count; i++) {
        char *path = text_format("%s/%s", folder, program->with.at[i]);
        if (ends_in(path, ".ac")) {
            char *part = text_format("%s/part%zu.c", program->test->work, i);
            translate_twice(program, path, part);
            path = part;
        }
        list_add(&sources, path);
    }
    return sources;
}

/* Compiles each source by itself, then links with gcc: tcc cannot link what another compiler made with thread-local data. */
static char *program_compile(struct program *program, const struct way *way, const struct list *sources)
{
    char *executable = text_format("%s/%s", program->test->work, way->name);
    char *folder = text_format("-I%s", source_folder(program->test));
    struct list link = {{strcmp(way->compiler, "tcc") == 0 ? "gcc" : way->compiler, "-o", executable}, 3};
    for (size_t i = 0; i < sources->count; i++) {
        char *object = text_format("%s.%zu.o", executable, i);
        struct list command = {{way->compiler}, 1};
        list_add_words(&command, way->options);
        if (way->sanitized)
            list_add_words(&command, sanitizers());
        for (size_t k = 0; k < program->c_options.count; k++)
            list_add(&command, program->c_options.at[k]);
        list_add_words(&command, "-Iruntime/include");
        list_add(&command, folder);
        list_add_words(&command, "-c -o");
        list_add(&command, object);
        list_add(&command, sources->at[i]);
        must_run(program->test, command.at, 60);
        list_add(&link, object);
    }
    if (way->sanitized)
        list_add_words(&link, sanitizers());
    if (list_has(&program->needs, "tls"))
        list_add(&link, way->sanitized ? "build/asan/libac_tls.a" : "build/libac_tls.a");
    list_add(&link, way->sanitized ? "build/asan/libac.a" : "build/libac.a");
    for (size_t i = 0; i < program->link_options.count; i++)
        list_add(&link, program->link_options.at[i]);
    list_add_words(&link, "-lpthread");       /* and nothing else: so it is promised */
    if (list_has(&program->needs, "tls"))
        list_add_words(&link, "-lssl -lcrypto");
    must_run(program->test, link.at, 60);
    return executable;
}

static char *joined(const struct list *lines)
{
    char *text = strdup("");
    for (size_t i = 0; i < lines->count; i++) {
        char *longer = text_format("%s%s\n", text, lines->at[i]);
        free(text);
        text = longer;
    }
    return text;
}

static void file_write(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    ck_assert_msg(file && fputs(text, file) >= 0 && fclose(file) == 0, "%s cannot be written", path);
}

/* Compares line by line, so that a * stays within its line. */
static bool output_matches(const char *expected, const char *printed)
{
    char *expected_text = strdup(expected), *printed_text = strdup(printed);
    char *expected_rest = expected_text, *printed_rest = printed_text, *pattern, *line;
    bool same = true;
    do {
        pattern = strsep(&expected_rest, "\n");
        line = strsep(&printed_rest, "\n");
        same = pattern && line ? text_matches(pattern, line) : pattern == line;
    } while (same && pattern);
    free(expected_text);
    free(printed_text);
    return same;
}

/* Fails with a diff of what was expected and what came. */
static void output_compare(struct program *program, const char *executable, const char *out)
{
    char *expected = joined(&program->expected), *printed = file_read(out, NULL);
    if (!printed || !output_matches(expected, printed)) {
        char *wanted = text_format("%s.expected", executable), *difference = text_format("%s.diff", executable);
        file_write(wanted, expected);
        process_run((const char *const[]){"diff", "-u", wanted, out, NULL}, &(struct process_files){.out = difference}, 10);
        ck_abort_msg("%s: output of %s is not as expected:\n%.20000s", program->test->name, executable, file_read(difference, NULL));
    }
    free(expected);
    free(printed);
}

static void errors_compare(struct program *program, const char *executable, const char *err)
{
    char *printed = file_read(err, NULL);
    ck_assert_msg(printed, "%s cannot be read", err);
    if (program->errors.count == 0)
        ck_assert_msg(!*printed, "%s: %s writes to standard error:\n%.20000s", program->test->name, executable, printed);
    for (size_t i = 0; i < program->errors.count; i++) {
        char *pattern = text_format("*%s*", program->errors.at[i]);
        ck_assert_msg(text_matches(pattern, printed), "%s: '%s' is not in standard error of %s:\n%.20000s", program->test->name,
                      program->errors.at[i], executable, printed);
        free(pattern);
    }
    free(printed);
}

/* `backend` is a setting of AC_BACKEND, or NULL. */
static void program_execute(struct program *program, const char *executable, const char *backend)
{
    char *in = text_format("%s.in", executable), *out = text_format("%s.out", executable);
    char *err = text_format("%s.err", executable), *input = joined(&program->input);
    struct list command = {{executable}, 1}, environment = program->environment;
    for (size_t i = 0; i < program->arguments.count; i++)
        list_add(&command, program->arguments.at[i]);
    if (backend)
        list_add(&environment, backend);
    list_add(&environment, "ASAN_OPTIONS=detect_leaks=1:exitcode=99:detect_stack_use_after_return=1");
    file_write(in, input);
    remove(out);
    pid_t pid = process_start(command.at, &(struct process_files){in, out, err, NULL, environment.at});
    ck_assert_msg(pid > 0, "%s: cannot start %s", program->test->name, executable);
    char *problem = NULL;
    if (program->talk.count)
        problem = conversation_hold(program->talk.at, program->talk.count, pid, out, 20);
    if (problem)
        process_kill(pid);
    int status = process_wait(pid, 30);
    char *printed = file_read(err, NULL);
    ck_assert_msg(!problem, "%s: %s: %s\n%.20000s", program->test->name, executable, problem, printed);
    ck_assert_msg(status == program->status, "%s: %s %s %d instead of %d\n%.20000s", program->test->name, executable,
                  status == PROCESS_TIMED_OUT ? "was ended after 30 s:" : "ends with status", status, program->status,
                  printed ? printed : "");
    output_compare(program, executable, out);
    errors_compare(program, executable, err);
    free(printed);
    free(input);
}

/* Once more on the backends that AUTO does not take, for programs that are about the runtime. */
static void execute_on_backends(struct program *program, const char *executable)
{
    if (strncmp(program->test->name, "lang/", 5) == 0 || list_has(&program->left_out, "backends"))
        return;
    program_execute(program, executable, "AC_BACKEND=uring");
    program_execute(program, executable, "AC_BACKEND=poll");
}

/* What may not change anything: signals that interrupt every call, and reads and writes that move a few bytes. */
static void execute_in_bad_weather(struct program *program, const char *executable)
{
    if (strncmp(program->test->name, "lang/", 5) == 0 || strncmp(program->test->name, "matrix/", 7) == 0 || program->talk.count)
        return;
    struct list before = program->environment;
    for (int short_ones = 0; short_ones < 2; short_ones++) {
        if (list_has(&program->left_out, short_ones ? "short" : "storm"))
            continue;
        program->environment = before;
        list_add(&program->environment, short_ones ? "AC_FAULT_TRANSFER=7" : "LD_PRELOAD=build/tests/storm.so");
        program_execute(program, executable, "AC_BACKEND=epoll");
        program_execute(program, executable, "AC_BACKEND=uring");
    }
    program->environment = before;
}

static void program_check_way(struct program *program, const struct list *sources, const struct way *way)
{
    /* Programs about the runtime see each compiler once, and every await suspending once: they take long. */
    bool enough = strncmp(program->test->name, "runtime/", 8) == 0 && strcmp(way->name, "clang-O0") == 0;
    if (enough || list_has(&program->left_out, way->name) || !process_exists(way->compiler))
        return;
    char *executable = program_compile(program, way, sources);
    program_execute(program, executable, NULL);
    if (strcmp(way->name, "asan") == 0)
        execute_on_backends(program, executable);
    if (strcmp(way->name, "gcc") == 0)
        execute_in_bad_weather(program, executable);
}

void program_test(const struct test *test)
{
    struct program program = {.test = test};
    program_read(&program);
    if (list_has(&program.needs, "tls") && access("build/libac_tls.a", R_OK) != 0)
        return;
    struct list sources = program_sources(&program);
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
        program_check_way(&program, &sources, &ways[i]);
}

/* A trace program says in its head what it prints, like any other. Each is compiled in some of the ways, the next one
   in others. */
static void trace_program_check(const struct test *test, const char *kind, unsigned long count)
{
    char *source = text_format("%s/trace.ac", test->work);
    struct test as_file = *test;
    as_file.path = source;
    struct program program = {.test = &as_file};
    int status = process_run((const char *const[]){"build/fuzz/trace", kind, test->path, NULL},
                             &(struct process_files){.out = source}, 30);
    ck_assert_msg(status == 0, "%s: no program was made", test->name);
    program_read(&program);
    struct list sources = program_sources(&program);
    unsigned long number = strtoul(test->path, NULL, 10);
    unsigned long total = sizeof ways / sizeof *ways - 1;       /* not tcc, the last */
    for (unsigned long i = 0; i < count; i++)
        program_check_way(&program, &sources, &ways[(number * count + i) % total]);
}

void random_test(const struct test *test)
{
    trace_program_check(test, "random", 2);
}

void spill_test(const struct test *test)
{
    trace_program_check(test, "spill", 1);
}

/* An async program under test. It fails where acc says anything, where the C compiler warns of something in acc's output that it does not warn of in
   the same text as plain C, and where one of the runs prints something else than is expected. */
#define _GNU_SOURCE
#include "subject.h"
#include "../process.h"
#include "warnings.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Compilers take half a minute to optimise what sanitizers add to larger ones. */
enum { LARGE_OUTPUT = 24000 };

/* ---- small helpers ---- */

int run_command(const char *out, double seconds, const char *const environment[], const char *format, ...)
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

char *file_text(const char *path)
{
    char *text = file_read(path, NULL);
    return text ? text : text_format("%s", "");
}

void file_write(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    if (!file || fputs(text, file) < 0 || fclose(file)) {
        fprintf(stderr, "%s cannot be written\n", path);
        exit(2);
    }
}

char *subject_file(const struct subject *s, const char *ending)
{
    return text_format("%s/%s%s", s->folder, s->name, ending);
}

static bool is_larger(const char *path, long bytes)
{
    struct stat about;
    return stat(path, &about) == 0 && about.st_size > bytes;
}

/* Of the compiler, for what acc made of it. */
static const char *options_of(const struct subject *s)
{
    char *output = subject_file(s, ".out.c");
    const char *options = s->way->sanitized && is_larger(output, LARGE_OUTPUT) ? "-O0" : s->way->options;
    free(output);
    return options;
}

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

char *message_kind(const char *who, const char *path)
{
    char *text = file_text(path), *at = strstr(text, "error: ");
    if (!at)
        at = strstr(text, "warning: ");
    char *kind = text_format("%s: %.*s", who, at ? (int)strcspn(at, "\n") : 40, at ? at : text);
    message_forget_names(kind);
    free(text);
    return kind;
}

/* ---- the stages ---- */

char *subject_translate(const struct subject *s)
{
    char *source = subject_file(s, ".ac"), *output = subject_file(s, ".out.c"), *said = subject_file(s, ".acc");
    double begun = process_clock();
    int status = run_command(said, 60, NULL, "build/acc " INCLUDES " %s -o %s", source, output);
    double seconds = process_clock() - begun;
    s->times->acc += seconds;
    if (seconds > s->times->slowest_acc) {
        s->times->slowest_acc = seconds;
        s->times->slowest_seed = s->seed;
    }
    char *text = file_text(said), *kind = NULL;
    if (status != 0 && status != 1)
        kind = text_format("acc: exit status %d", status);
    else if (status != 0 || *text)
        kind = message_kind("acc", said);
    free(text);
    free(source);
    free(output);
    free(said);
    return kind;
}

/* ---- warnings ---- */

/* Ways of asking a compiler (NULL: any) what it has to say of the program as plain C, with statement expressions or commas in their place. Most it says
   at once, some when it compiles all. And there are faults of the program that it holds back, but sees in acc's output:
   - clang does not tell all of what control cannot reach, which it does not find out after an error; behind an await there is a label;
   - clang does not look for conversions in the value of a statement expression, but does so behind a comma;
   - gcc takes a const pointer for its value, and does not see it compared with itself; kept across an await it is not const. */
static const struct reading { const char *compiler, *options; bool commas; } readings[] = {
    {NULL, "-fsyntax-only", false}, {NULL, "", false}, {"clang", "-fsyntax-only -DWITH_ERROR", true}, {"gcc", "-fsyntax-only -Dconst=", false},
};
enum { READINGS = sizeof readings / sizeof *readings };

/* The statement expressions that asyncify writes, as commas; the lines stay. */
static char *with_commas(const char *text)
{
    static const char statement[] = "({ await fuzz_pause(); ", comma[] = "((await fuzz_pause(), (";
    char *result = malloc(strlen(text) + 1), *to = result;
    if (!result)
        exit(2);
    for (const char *at = text; *at;) {
        bool opens = strncmp(at, statement, strlen(statement)) == 0, closes = strncmp(at, "; })", 4) == 0;
        to = stpcpy(to, opens ? comma : closes ? ")))" : (const char[]){*at, '\0'});
        at += opens ? strlen(statement) : closes ? 4 : 1;
    }
    *to = '\0';
    return result;
}

/* What the compiler says of the program as plain C. */
static char *plain_messages(const struct subject *s, const struct reading *reading)
{
    char *source = subject_file(s, ".ac"), *plain = subject_file(s, ".plain.c"), *messages = subject_file(s, ".plain.messages");
    char *object = subject_file(s, ".plain.o"), *written = file_text(source), *text = reading->commas ? with_commas(written) : text_format("%s", written);
    char *lines = text_format("#line 1 \"%s\"\n%s", source, text);
    file_write(plain, lines);
    run_command(messages, 60, NULL, "%s -std=c11 -Wall -Wextra -Wpedantic %s %s -c -o %s -DPLAIN " INCLUDES " %s", compiler_of(s->way), options_of(s),
                reading->options, object, plain);
    char *said = file_text(messages);
    free(source);
    free(plain);
    free(messages);
    free(object);
    free(written);
    free(text);
    free(lines);
    return said;
}

/* Does the C compiler warn of more than it does in the program as plain C? */
static char *check_warnings(const struct subject *s, const char *path)
{
    const char *compiler = compiler_of(s->way);
    char *messages = file_text(path), *allowed = text_format("%s", ""), *added = warning_added(messages, allowed);
    for (size_t i = 0; added && i < READINGS; i++) {
        if (readings[i].compiler && strcmp(readings[i].compiler, compiler) != 0)
            continue;
        char *said = plain_messages(s, &readings[i]), *before = allowed;
        allowed = text_format("%s%s", before, said);
        free(before);
        free(said);
        free(added);
        added = warning_added(messages, allowed);
    }
    char *kind = added ? text_format("%s: warning %s", compiler, added) : NULL;
    free(messages);
    free(allowed);
    free(added);
    return kind;
}

/* ---- what was translated ---- */

char *subject_compile(const struct subject *s)
{
    char *output = subject_file(s, ".out.c"), *program = subject_file(s, ".exe"), *messages = subject_file(s, ".messages");
    double begun = process_clock();
    int status = run_command(messages, 120, NULL, "%s -std=c11 -Wall -Wextra -Wpedantic %s %s %s " INCLUDES " -o %s %s %s -lm -lpthread",
                             compiler_of(s->way), options_of(s), s->always_suspends ? "-DAC_ALWAYS_SUSPEND" : "",
                             s->way->sanitized ? sanitizers() : "", program, output, s->way->sanitized ? "build/asan/libac.a" : "build/libac.a");
    s->times->compilers += process_clock() - begun;
    char *kind = status == PROCESS_TIMED_OUT ? text_format("%s: does not end", s->way->compiler)
                 : status != 0               ? message_kind(s->way->compiler, messages)
                                             : check_warnings(s, messages);
    free(output);
    free(program);
    free(messages);
    return kind;
}

/* The kind of failure that one run shows. */
static char *run_kind(int status, const char *said, const char *expected)
{
    const char *address = strstr(said, "AddressSanitizer"), *undefined = strstr(said, "runtime error: ");
    if (status == 99 && address)
        return text_format("run: %.60s", address);
    if (undefined)
        return text_format("run: %.30s", undefined);
    if (status != 0)
        return text_format(status == PROCESS_TIMED_OUT ? "run: does not end" : "run: exit status %d", status);
    return strcmp(said, expected) != 0 ? text_format("run: output differs") : NULL;
}

char *subject_execute(const struct subject *s, const char *expected)
{
    static const char *const asan = "ASAN_OPTIONS=detect_leaks=1:exitcode=99:detect_stack_use_after_return=1";
    char *program = subject_file(s, ".exe"), *out = subject_file(s, ".run"), *kind = NULL;
    char *by_chance = text_format("FUZZ_PAUSE=%llu", (unsigned long long)s->seed + 2);
    const char *const pauses[] = {"FUZZ_PAUSE=0", by_chance, "FUZZ_PAUSE=1"};
    double begun = process_clock();
    for (unsigned i = 0; i < 3 && !kind; i++) {
        if (!(s->pauses & 1u << i))
            continue;
        int status = run_command(out, s->seconds, (const char *const[]){pauses[i], asan, NULL}, "%s 1", program);
        char *said = file_text(out);
        kind = run_kind(status, said, expected);
        free(said);
    }
    s->times->runs += process_clock() - begun;
    free(program);
    free(out);
    free(by_chance);
    return kind;
}

char *subject_check(const struct subject *s, const char *expected)
{
    char *kind = subject_translate(s);
    if (!kind)
        kind = subject_compile(s);
    return kind ? kind : subject_execute(s, expected);
}

/* ---- as plain C ---- */

char *subject_plain_output(const struct subject *s, const char *compiler, const char *options)
{
    char *source = subject_file(s, ".ac"), *program = subject_file(s, ".plain"), *out = subject_file(s, ".plain.run"), *text = NULL;
    if (run_command(out, 60, NULL, "%s -std=c11 %s -DPLAIN " INCLUDES " -x c %s -o %s -lm", compiler, options, source,
                    program) == 0 &&
        run_command(out, 20, NULL, "%s 1", program) == 0)
        text = file_text(out);
    free(source);
    free(program);
    free(out);
    return text;
}

char *subject_agreed_output(const struct subject *s, const char *options)
{
    static const struct way judges[] = {
        {"gcc", "-O1", true}, {"clang", "-O1", true}, {"gcc", "-O2", false}, {"clang", "-O2", false}};
    char *agreed = NULL;
    for (size_t i = 0; i < sizeof judges / sizeof *judges; i++) {
        if (!process_exists(judges[i].compiler))
            continue;
        char *all = text_format("%s %s %s", judges[i].options, options, judges[i].sanitized ? sanitizers() : "");
        char *output = subject_plain_output(s, judges[i].compiler, all);
        bool agrees = output && (!agreed || strcmp(output, agreed) == 0);
        free(all);
        free(agreed);
        agreed = output;
        if (!agrees) {
            free(agreed);
            return NULL;
        }
    }
    return agreed;
}

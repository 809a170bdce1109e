/* Stands for the C compiler in the build of a program. What compiles one C file is done twice, from the file as it is and from what acc makes
   of it, and the two object files must be the same, byte for byte; the build goes on with the second. All else is left to the compiler.

   For acc the file gets an async function at its end, static and never called, of which nothing is left in the object file; its output gets
   assertions of what acc understood (asserts.c). Both files are named alike, so that __FILE__ and __LINE__ must come out the same.

   PASSTHROUGH_CC is the compiler, PASSTHROUGH_ROOT the repository, and PASSTHROUGH_RESULTS the file that gets a line for each compilation:
   `ok LINES FILE` or `FAILED FILE: why`; `bare` is an ok of a file behind which ac.h cannot stand (a macro named as a function of the C
   library), so that it has no async function. Without the last nothing is compared: configure's trials go faster so. */
#define _GNU_SOURCE
#include "process.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LIMIT = 600 };       /* seconds for a step */

static const char probe[] = "\n#ifndef PASSTHROUGH_PLAIN\n#include <ac.h>\n#ifndef PASSTHROUGH_HEADER\n"
                            "static async int passthrough_probe(int n) { await ac_sleep(0); return n; }\n#endif\n#endif\n";

static struct {
    int argc;
    char **argv;
    const char *compiler, *root, *results;
    const char *source, *output, *folder;
    const char *path;       /* of the source, for the results: programs change the folder as they build */
    char *work;             /* a folder of this compilation's own, under the results */
    char *name;             /* of the file that is compiled, in `before` and `after` below it */
} job;

/* ---- the command line ---- */

static bool has_word(const char *const *list, const char *word)
{
    for (; *list; list++)
        if (!strcmp(*list, word))
            return true;
    return false;
}

static bool begins(const char *word, const char *with)
{
    return !strncmp(word, with, strlen(with));
}

static bool takes_next_word(const char *word)
{
    static const char *const list[] = { "-o", "-MF", "-MT", "-MQ", "-I", "-D", "-U", "-include", "-imacros", "-isystem", "-iquote",
                                        "-idirafter", "-x", "--param", NULL };
    return has_word(list, word);
}

/* Is this the compilation of one C file to an object file? */
static bool understand(int argc, char **argv)
{
    bool compiles = false;
    int sources = 0;
    job.argc = argc;
    job.argv = argv;
    for (int i = 1; i < argc; i++) {
        const char *word = argv[i];
        size_t length = strlen(word);
        if (!strcmp(word, "-c"))
            compiles = true;
        else if (!strcmp(word, "-o") && i + 1 < argc)
            job.output = argv[i + 1];
        else if (length > 2 && *word != '-' && !strcmp(word + length - 2, ".c"))
            job.source = word, sources++;
        i += takes_next_word(word);
    }
    return compiles && sources == 1 && !access(job.source, R_OK);
}

/* What is left out of every command: it is put in anew, or is no part of the code. */
static bool is_dropped(const char *word)
{
    return !strcmp(word, "-c") || !strcmp(word, "-o") || word == job.source || begins(word, "-g") || begins(word, "-flto");
}

static bool speaks_of_dependencies(const char *word)
{
    return begins(word, "-M") || begins(word, "-Wp,-M");
}

/* Only acc's own warnings have a place on its command line. */
static bool is_not_for_acc(const char *word)
{
    return (begins(word, "-W") && !begins(word, "-Wp,")) || !strcmp(word, "-pipe");
}

struct command {
    const char **words;
    size_t count;
};

static void add(struct command *command, const char *word)
{
    command->words = realloc(command->words, (command->count + 2) * sizeof *command->words);
    if (!command->words)
        abort();
    command->words[command->count++] = word;
    command->words[command->count] = NULL;
}

/* The words of the command line that the first word's program is to have. The folder of the source is searched as if the file lay there. */
static struct command command_of(const char *program, bool for_acc)
{
    struct command command = { 0 };
    add(&command, program);
    add(&command, "-O1");       /* where the command line says nothing: unused functions go */
    for (int i = 1; i < job.argc; i++) {
        const char *word = job.argv[i];
        bool next = takes_next_word(word) && i + 1 < job.argc;
        if (!is_dropped(word) && !speaks_of_dependencies(word) && !(for_acc && is_not_for_acc(word))) {
            add(&command, word);
            if (next)
                add(&command, job.argv[i + 1]);
        }
        i += next;
    }
    add(&command, "-iquote");
    add(&command, job.folder);
    return command;
}

/* ---- the steps ---- */

static void result(const char *format, const char *what)
{
    FILE *file = fopen(job.results, "a");
    if (!file || fprintf(file, format, what) < 0 || fclose(file)) {
        perror(job.results);
        exit(1);
    }
}

static void failed(const char *step)
{
    char *said = file_read(text_format("%s/said", job.work), NULL);
    char *line = said ? strstr(said, "error:") : NULL;
    if (line)
        line[strcspn(line, "\n")] = '\0';
    result("%s\n", text_format("FAILED %s: %s %s (%s)", job.path, step, line ? line : "", job.work));
}

static bool run(struct command command, const char *out)
{
    static const char *environment[2];
    environment[0] = text_format("CC=%s", job.compiler);
    char *said = text_format("%s/said", job.work);
    return process_run(command.words, &(struct process_files){ .out = out, .err = said, .environment = environment }, LIMIT) == 0;
}

static void compile_words(struct command *command, const char *which)
{
    static const char *const words[] = { "-w", "-g0", "-c", "-x", "c", NULL };
    for (const char *const *word = words; *word; word++)
        add(command, *word);
    add(command, text_format("%s/%s/%s", job.work, which, job.name));
    add(command, "-o");
    add(command, text_format("%s/%s.o", job.work, which));
}

static void write_file(const char *path, const char *first, size_t length, const char *second)
{
    FILE *file = fopen(path, "w");
    if (!file || fwrite(first, 1, length, file) != length || fputs(second, file) < 0 || fclose(file)) {
        perror(path);
        exit(1);
    }
}

/* The file with more text behind it. Returns how many lines it has of its own. */
static size_t prepare(const char *behind)
{
    size_t size, lines = 0;
    char *text = file_read(job.source, &size);
    if (!text)
        exit(1);
    for (const char *p = text; (p = memchr(p, '\n', size - (size_t)(p - text))); p++)
        lines++;
    write_file(text_format("%s/before/%s", job.work, job.name), text, size, behind);
    free(text);
    return lines;
}

static bool compile_before(void)
{
    struct command command = command_of(job.compiler, false);
    add(&command, "-DPASSTHROUGH_PLAIN");
    compile_words(&command, "before");
    return run(command, NULL);
}

/* The build wants its dependency files, of the file as it is. */
static void write_dependencies(void)
{
    struct command command = { 0 };
    bool wanted = false;
    for (int i = 0; i < job.argc; i++) {
        wanted |= speaks_of_dependencies(job.argv[i]);
        add(&command, i ? job.argv[i] : job.compiler);
    }
    add(&command, "-w");
    add(&command, "-fsyntax-only");
    if (wanted && !run(command, NULL))
        exit(1);
}

static bool header_can_follow(void)
{
    struct command command = command_of(job.compiler, false);
    const char *words[] = { "-w", "-DPASSTHROUGH_HEADER", "-fsyntax-only", "-x", "c", NULL };
    for (const char **word = words; *word; word++)
        add(&command, *word);
    add(&command, text_format("%s/before/%s", job.work, job.name));
    add(&command, text_format("-I%s/runtime/include", job.root));
    return process_run(command.words, &(struct process_files){ .err = text_format("%s/of_header", job.work) }, LIMIT) == 0;
}

static bool translate(void)
{
    struct command command = command_of(text_format("%s/build/acc", job.root), true);
    add(&command, text_format("%s/before/%s", job.work, job.name));
    add(&command, "-o");
    add(&command, text_format("%s/after/%s", job.work, job.name));
    return run(command, NULL);
}

static bool understood(void)
{
    struct command command = command_of(text_format("%s/build/tests/asserts", job.root), true);
    add(&command, text_format("%s/before/%s", job.work, job.name));
    char *assertions = text_format("%s/assertions", job.work), *path = text_format("%s/after/%s", job.work, job.name);
    if (!run(command, assertions))
        return false;
    size_t size;
    char *text = file_read(path, &size), *more = file_read(assertions, NULL);
    if (!text || !more)
        return false;
    write_file(path, text, size, text_format("\n#line 1 \"assertions\"\n%s", more));
    return true;
}

static bool compile_after(void)
{
    struct command command = command_of(job.compiler, false);
    compile_words(&command, "after");
    add(&command, text_format("-I%s/runtime/include", job.root));
    return run(command, NULL);
}

static bool same(void)
{
    const char *words[] = { "cmp", "-s", text_format("%s/before.o", job.work), text_format("%s/after.o", job.work), NULL };
    return process_run(words, NULL, LIMIT) == 0;
}

static void give(const char *which)
{
    const char *words[] = { "cp", text_format("%s/%s.o", job.work, which), job.output, NULL };
    if (process_run(words, NULL, LIMIT))
        exit(1);
}

static void remove_folder(void)
{
    const char *words[] = { "rm", "-rf", job.work, NULL };
    process_run(words, NULL, LIMIT);
}

/* The step that failed; NULL: the object files are the same. */
static const char *failing_step(void)
{
    return !translate() ? "acc" : !understood() ? "acc's declarations" : !compile_after() ? "the output" : !same() ? "other object code" : NULL;
}

/* Of a failed compilation all files stay. */
static void compare(size_t lines)
{
    const char *verdict = "ok", *step = failing_step();
    if (step && !header_can_follow()) {
        verdict = "bare";
        prepare("");
        step = failing_step();
    }
    if (step) {
        failed(step);
        give("before");
        return;
    }
    give("after");
    result("%s\n", text_format("%s %zu %s", verdict, lines, job.path));
    remove_folder();
}

static bool make_folders(void)
{
    job.work = text_format("%s.d/XXXXXX", job.results);
    const char *words[] = { "mkdir", "-p", text_format("%s.d", job.results), NULL };
    if (process_run(words, NULL, LIMIT) || !mkdtemp(job.work))
        return false;
    const char *both[] = { "mkdir", text_format("%s/before", job.work), text_format("%s/after", job.work), NULL };
    return process_run(both, NULL, LIMIT) == 0;
}

/* "a/b/x.c" gives "a/b", and as output "x.o" where nothing else was asked for. */
static void find_names(void)
{
    const char *slash = strrchr(job.source, '/');
    job.folder = slash ? text_format("%.*s", (int)(slash - job.source), job.source) : ".";
    job.name = strdup(slash ? slash + 1 : job.source);
    job.path = realpath(job.source, NULL);
    if (!job.name || !job.path)
        abort();
    if (!job.output)
        job.output = text_format("%.*s.o", (int)strlen(job.name) - 2, job.name);
}

int main(int argc, char **argv)
{
    job.compiler = getenv("PASSTHROUGH_CC");
    job.root = getenv("PASSTHROUGH_ROOT");
    job.results = getenv("PASSTHROUGH_RESULTS");
    if (!job.compiler)
        job.compiler = "cc";
    if (job.root && job.results && understand(argc, argv) && make_folders()) {
        find_names();
        size_t lines = prepare(probe);
        if (compile_before()) {
            write_dependencies();
            compare(lines);
            return 0;
        }
        remove_folder();
    }
    /* Also where the file does not compile: it is the compiler that says so. */
    argv[0] = (char *)job.compiler;
    execvp(argv[0], argv);
    perror(argv[0]);
    return 127;
}

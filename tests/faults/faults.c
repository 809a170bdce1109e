/* Makes everything fail in turn, and sees what programs make of it.
 *
 *     build/tests/faults [-k KINDS] [-b BACKENDS] [-m MOST] [-s STEP] [-j JOBS] [PROGRAM ...]
 *
 * Each program is translated, compiled under AddressSanitizer and UndefinedBehaviorSanitizer, and run once to count what there is
 * of a kind; then once more for each number up to there, at most MOST of them (500), or every STEP-th. It may end in any way that
 * it likes, but must end by itself: no signal but that of a failed assertion, no report of a sanitizer, no descriptor and no child
 * left behind. What went wrong is told with the line that repeats it. KINDS and BACKENDS are lists with commas.
 *
 * A program that is a server is talked to as its head says (tests/conversation.h); where that fails, which it may, it is sent
 * SIGINT and must end as well. */
#define _GNU_SOURCE
#include "../conversation.h"
#include "../process.h"
#include <glob.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LINES = 64, ENVIRONMENT = 16, LIMIT = 20, TALK_LIMIT = 3, SANITIZER_STATUS = 99, LEFT_STATUS = 98 };

struct kind {
    const char *name;
    const char *variable;       /* is set to the number */
    const char *also;           /* one more setting, or NULL */
    int count;                  /* which of the three numbers that are counted says how many there are */
};

static const struct kind kinds[] = {
    {"allocation", "AC_FAULT_ALLOCATION", NULL, 0},
    {"call", "AC_FAULT_CALL", NULL, 1},
    {"interrupt", "AC_FAULT_CALL", "AC_FAULT_ERROR=4", 1},              /* EINTR */
    {"memory", "AC_FAULT_ALLOCATION", "AC_FAULT_LASTING=1", 0},         /* no more from there on */
    {"cancel", "AC_CANCEL_AT", NULL, 2},
    {"timeout", "AC_TIMEOUT_AT", NULL, 2},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

struct program {
    const char *source;         /* "tests/runtime/files.ac" */
    char *name;                 /* "runtime/files" */
    char *executable;           /* NULL: could not be made */
    const char *talk[LINES], *environment[ENVIRONMENT], *arguments[LINES], *input[LINES];
    size_t talks, settings, argument_count, inputs;
    bool left_out;              /* its head says `not: faults` */
    bool needs_tls;
    int exit_status;            /* that the head announces */
};

struct options {
    const char *kinds, *backends;
    long most, step, jobs;
};

/* How it went, of all jobs. */
struct totals {
    long next;                  /* the program that is tried next */
    long runs, failures;
};

/* ---- Programs ---- */

static const char *value_of(const char *line, const char *key)
{
    size_t length = strlen(key);
    if (strncmp(line, "// ", 3) != 0 || strncmp(line + 3, key, length) != 0 || strncmp(line + 3 + length, ": ", 2) != 0)
        return NULL;
    return line + 3 + length + 2;
}

static void keep(const char **list, size_t *count, size_t room, const char *value)
{
    if (value && *count + 2 < room) {
        list[(*count)++] = value;
        list[*count] = NULL;
    }
}

static void keep_words(const char **list, size_t *count, size_t room, const char *value)
{
    char *rest = value ? strdup(value) : NULL;
    for (char *word; rest && (word = strsep(&rest, " "));)
        keep(list, count, room, word);
}

/* The lines are kept, and the program lives as long as this process. */
static void read_head(struct program *program)
{
    char *rest = file_read(program->source, NULL);
    for (char *line; rest && (line = strsep(&rest, "\n")) && strncmp(line, "//", 2) == 0;) {
        keep(program->talk, &program->talks, LINES, value_of(line, "talk"));
        keep(program->environment, &program->settings, ENVIRONMENT, value_of(line, "env"));
        keep(program->input, &program->inputs, LINES, value_of(line, "stdin"));
        keep_words(program->arguments, &program->argument_count, LINES, value_of(line, "args"));
        const char *not = value_of(line, "not"), *with = value_of(line, "with");
        const char *exit_status = value_of(line, "exit");
        program->exit_status = exit_status ? atoi(exit_status) : program->exit_status;
        program->needs_tls |= value_of(line, "needs") != NULL;
        program->left_out |= with || (not && strstr(not, "faults"));
    }
}

static char *name_of(const char *source)
{
    const char *base = strrchr(source, '/') + 1, *folder = base - 1;
    while (folder > source && folder[-1] != '/')
        folder--;
    return text_format("%.*s", (int)(strlen(folder) - strlen(".ac")), folder);
}

static void folders_make(const char *path)
{
    char *part = strdup(path);
    for (char *slash = part; (slash = strchr(slash, '/')); slash++) {
        *slash = '\0';
        mkdir(part, 0777);
        *slash = '/';
    }
    free(part);
}

static bool run_tool(const char *const argv[], const char *words)
{
    if (process_run(argv, &(struct process_files){.out = words, .err = "/dev/stdout"}, 120) == 0)
        return true;
    char *said = file_read(words, NULL);
    printf("%s fails:\n%s\n", argv[0], said ? said : "");
    free(said);
    return false;
}

static void program_make(struct program *program)
{
    char *executable = text_format("build/faults/%s", program->name), *translated = text_format("%s.c", executable);
    char *words = text_format("%s.words", executable), *folder = text_format("-I%s", program->source);
    *strrchr(folder, '/') = '\0';
    folders_make(executable);
    const char *const translate[] = {"build/acc", "-Iruntime/include", program->source, "-o", translated, NULL};
    const char *sanitizers = getenv("SANITIZERS");     /* of the Makefile, which knows whether there are any */
    char *line = text_format("gcc -std=gnu11 -w -O1 -g %s -Iruntime/include %s -Wl,--wrap=main -o %s %s tests/faults/main.c %s "
                             "build/asan/libac.a -lpthread %s",
                             sanitizers ? sanitizers : "-fsanitize=address,undefined -fno-sanitize-recover=undefined", folder,
                             executable, translated, program->needs_tls ? "build/asan/libac_tls.a" : "",
                             program->needs_tls ? "-lssl -lcrypto" : "");
    const char *const compile[] = {"sh", "-c", line, NULL};
    program->executable = run_tool(translate, words) && run_tool(compile, words) ? executable : NULL;
    free(line);
}

/* ---- One run ---- */

struct run {
    const struct program *program;
    const char *backend;
    const struct kind *kind;
    long number;
    char *out, *err, *counted, *in;     /* files */
};

static pid_t run_start(const struct run *run)
{
    const struct program *program = run->program;
    const char *command[LINES + 1] = {program->executable}, *environment[ENVIRONMENT + 8] = {0};
    size_t count = 0;
    for (size_t i = 0; i < program->argument_count; i++)
        command[i + 1] = program->arguments[i];
    for (; count < program->settings; count++)
        environment[count] = program->environment[count];
    environment[count++] = text_format("AC_BACKEND=%s", run->backend);
    environment[count++] = text_format("%s=%ld", run->kind->variable, run->number);
    environment[count++] = text_format("FAULTS_COUNTED=%s", run->counted);
    environment[count++] = "ASAN_OPTIONS=detect_leaks=1:exitcode=99:detect_stack_use_after_return=1";
    environment[count++] = run->kind->also ? (char *)run->kind->also : "FAULTS=1";
    pid_t pid = process_start(command, &(struct process_files){run->in, run->out, run->err, NULL, environment});
    for (size_t i = program->settings; i < program->settings + 3; i++)
        free((char *)environment[i]);
    return pid;
}

static int run_once(const struct run *run)
{
    remove(run->counted);
    remove(run->out);
    pid_t pid = run_start(run);
    if (pid < 0)
        return -1;
    if (run->program->talks) {
        char *problem = conversation_hold(run->program->talk, run->program->talks, pid, run->out, TALK_LIMIT);
        if (problem)
            kill(pid, SIGINT);
        free(problem);
    }
    return process_wait(pid, LIMIT);
}

/* What is wrong with how it has ended; NULL where nothing is. */
static const char *complaint(const struct run *run, int status, const char *said)
{
    if (status == PROCESS_TIMED_OUT)
        return "does not end";
    if (status == SANITIZER_STATUS || (said && (strstr(said, "Sanitizer") || strstr(said, "runtime error:"))))
        return "is reported";
    if (status == LEFT_STATUS)
        return "leaves something behind";
    if (status == 128 + SIGABRT && said && strstr(said, "Assertion"))
        return NULL;
    if (status == 128 + SIGINT && run->program->talks)
        return NULL;
    if (status == run->program->exit_status)
        return NULL;
    if (status > 128)
        return "is ended by a signal";
    return NULL;
}

static void tell(const struct run *run, const char *what, const char *said)
{
    printf("%s %s: AC_BACKEND=%s %s=%ld%s%s %s\n%.1500s\n", run->program->name, what, run->backend, run->kind->variable,
           run->number, run->kind->also ? " " : "", run->kind->also ? run->kind->also : "", run->program->executable,
           said ? said : "");
    fflush(stdout);
}

static bool is_survived(const struct run *run)
{
    int status = run_once(run);
    char *said = file_read(run->err, NULL);
    const char *what = complaint(run, status, said);
    if (what)
        tell(run, what, said);
    free(said);
    return !what;
}

/* How many there are: the program runs with a number that it does not reach. */
static long count_all(struct run *run)
{
    long counts[3] = {0};
    run->number = 1000000000;
    if (!is_survived(run))
        return -1;
    FILE *file = fopen(run->counted, "r");
    if (file) {
        if (fscanf(file, "%ld %ld %ld", &counts[0], &counts[1], &counts[2]) != 3)
            counts[0] = 0;
        fclose(file);
    }
    return counts[run->kind->count];
}

/* ---- All of them ---- */

static bool is_listed(const char *list, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = list; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL)
        if (strncmp(at, name, length) == 0 && (at[length] == ',' || at[length] == '\0'))
            return true;
    return false;
}

static void try_kind(struct run *run, const struct options *options, struct totals *totals)
{
    long count = count_all(run), most = count < options->most ? count : options->most;
    __atomic_fetch_add(&totals->failures, count < 0, __ATOMIC_RELAXED);
    for (run->number = 1; run->number <= most; run->number += options->step) {
        bool survived = is_survived(run);
        __atomic_fetch_add(&totals->runs, 1, __ATOMIC_RELAXED);
        __atomic_fetch_add(&totals->failures, !survived, __ATOMIC_RELAXED);
    }
}

static void input_write(const struct run *run)
{
    FILE *file = fopen(run->in, "w");
    for (size_t i = 0; file && i < run->program->inputs; i++)
        fprintf(file, "%s\n", run->program->input[i]);
    if (file)
        fclose(file);
}

static void try_program(struct program *program, const struct options *options, struct totals *totals)
{
    static const char *const backends[] = {"epoll", "uring", "poll"};
    program_make(program);
    if (!program->executable) {
        __atomic_fetch_add(&totals->failures, 1, __ATOMIC_RELAXED);
        return;
    }
    struct run run = {.program = program};
    run.in = text_format("%s.in", program->executable);
    run.out = text_format("%s.out", program->executable);
    run.err = text_format("%s.err", program->executable);
    run.counted = text_format("%s.counted", program->executable);
    input_write(&run);
    for (size_t i = 0; i < 3; i++) {
        run.backend = backends[i];
        for (run.kind = kinds; run.kind < kinds + KINDS && is_listed(options->backends, run.backend); run.kind++)
            if (is_listed(options->kinds, run.kind->name))
                try_kind(&run, options, totals);
    }
}

static void work(struct program *programs, long count, const struct options *options, struct totals *totals)
{
    for (long i; (i = __atomic_fetch_add(&totals->next, 1, __ATOMIC_RELAXED)) < count;)
        if (!programs[i].left_out)
            try_program(&programs[i], options, totals);
}

static int run_jobs(struct program *programs, long count, const struct options *options)
{
    struct totals *totals = mmap(NULL, sizeof *totals, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (totals == MAP_FAILED)
        return 2;
    long failed = 0;
    for (long i = 0; i < options->jobs; i++) {
        fflush(NULL);
        pid_t pid = fork();
        if (pid == 0) {
            work(programs, count, options, totals);
            fflush(NULL);
            _exit(0);
        }
        failed += pid < 0;
    }
    for (int status; wait(&status) > 0;)
        failed += status != 0;
    printf("%ld faults, %ld not survived\n", totals->runs, totals->failures);
    return failed || totals->failures || !totals->runs ? 1 : 0;
}

int main(int argc, char **argv)
{
    struct options options = {.kinds = "allocation,call,interrupt,memory,cancel,timeout", .backends = "epoll,uring", .most = 500,
                              .step = 1, .jobs = sysconf(_SC_NPROCESSORS_ONLN)};
    for (int letter; (letter = getopt(argc, argv, "k:b:m:s:j:")) != -1;) {
        switch (letter) {
        case 'k': options.kinds = optarg; break;
        case 'b': options.backends = optarg; break;
        case 'm': options.most = atol(optarg); break;
        case 's': options.step = atol(optarg); break;
        case 'j': options.jobs = atol(optarg); break;
        default: return 2;
        }
    }
    glob_t found;
    glob(optind < argc ? argv[optind] : "tests/faults/*.ac", 0, NULL, &found);
    for (int i = optind + 1; i < argc; i++)
        glob(argv[i], GLOB_APPEND, NULL, &found);
    if (optind == argc)
        glob("samples/*.ac", GLOB_APPEND, NULL, &found), glob("tests/runtime/*.ac", GLOB_APPEND, NULL, &found);
    struct program *programs = calloc(found.gl_pathc + 1, sizeof *programs);
    if (!programs || options.step < 1)
        return 2;
    for (size_t i = 0; i < found.gl_pathc; i++) {
        programs[i].source = found.gl_pathv[i];
        programs[i].name = name_of(found.gl_pathv[i]);
        read_head(&programs[i]);
    }
    return run_jobs(programs, (long)found.gl_pathc, &options);
}

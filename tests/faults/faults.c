/* Makes everything fail in turn, and sees what programs make of it.
 *
 *     build/tests/faults [-k KINDS] [-b BACKENDS] [-m MOST] [-s STEP] [-j JOBS] [-c CLOCK] [PROGRAM ...]
 *
 * Each program is translated, compiled under AddressSanitizer and UndefinedBehaviorSanitizer, and run once to count what there is
 * of a kind; then once more for each number up to there, at most MOST of them (500), or every STEP-th. It may end in any way that
 * it likes, but must end by itself: no signal but that of a failed assertion, no report of a sanitizer, no descriptor and no child
 * left behind. What went wrong is told with the line that repeats it. KINDS and BACKENDS are lists with commas; CLOCK is `virtual`
 * where programs that have lost something are not to wait for their time-outs.
 *
 * JOBS processes make all programs, then count, then try all points of all programs: mostly these wait, so there may be more of them
 * than there are cores. When the last point of a program has been tried its name is told, with how many there were.
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

enum { LINES = 64, ENVIRONMENT = 16, LIMIT = 20, SECOND_LIMIT = 60, TALK_LIMIT = 3, SANITIZER_STATUS = 99, LEFT_STATUS = 98 };

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
    char *executable;
    const char *talk[LINES], *environment[ENVIRONMENT], *arguments[LINES], *input[LINES];
    size_t talks, settings, argument_count, inputs;
    bool left_out;              /* its head says `not: faults` */
    bool needs_tls;
    int exit_status;            /* that the head announces */
};

struct options {
    const char *kinds, *backends;
    const char *clock;          /* a setting, or NULL for the program's own */
    long most, step, jobs;
};

/* How it went with a program. In memory that all jobs share, as is all that follows. */
struct outcome {
    long left;                  /* points that are still to be tried */
    long runs, failures;
    bool made;
};

/* The points of one program, backend and kind: the numbers 1, 1 + STEP, ... */
struct series {
    long program;
    const char *backend;
    const struct kind *kind;
    long points;
    long first;                 /* how many points the series before it have */
};

struct all {
    const struct options *options;
    struct program *programs;
    struct outcome *outcomes;   /* of each program */
    struct series *series;
    long program_count, series_count, point_count;
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

static bool program_make(const struct program *program)
{
    const char *executable = program->executable;
    char *translated = text_format("%s.c", executable);
    char *words = text_format("%s.words", executable), *folder = text_format("-I%s", program->source);
    *strrchr(folder, '/') = '\0';
    folders_make(executable);
    const char *const translate[] = {"build/acc", "-Iruntime/include", program->source, "-o", translated, NULL};
    const char *sanitizers = getenv("SANITIZERS");     /* of the Makefile, which knows whether there are any */
    char *line = text_format("gcc -std=gnu11 -w -O1 -g %s -Iruntime/include %s -Wl,--wrap=main -o %s %s tests/faults/main.c %s "
                             "build/asan/libac.a -lpthread -lm %s",
                             sanitizers ? sanitizers : "-fsanitize=address,undefined -fno-sanitize-recover=undefined", folder,
                             executable, translated, program->needs_tls ? "build/asan/libac_tls.a" : "",
                             program->needs_tls ? "-lssl -lcrypto" : "");
    const char *const compile[] = {"sh", "-c", line, NULL};
    bool made = run_tool(translate, words) && run_tool(compile, words);
    free(line);
    return made;
}

/* ---- One run ---- */

struct run {
    const struct program *program;
    const char *backend;
    const char *clock;          /* a setting, or NULL */
    const struct kind *kind;
    long number;
    char *out, *err, *counted, *in;     /* files */
};

/* Where this job's programs run, so that files that they make are not those of another's: there build leads to build, tests to
 * tests. */
static const char *job_folder(void)
{
    static const char *const seen[] = {"build", "tests", "samples"};
    static char *folder;
    if (folder)
        return folder;
    folder = text_format("build/faults/job.%ld", (long)getpid());
    folders_make(folder);
    mkdir(folder, 0777);
    for (size_t i = 0; i < sizeof seen / sizeof *seen; i++) {
        char *target = text_format("../../../%s", seen[i]), *link = text_format("%s/%s", folder, seen[i]);
        if (symlink(target, link) < 0)
            perror(link);
        free(target);
        free(link);
    }
    return folder;
}

static void job_folder_remove(void)
{
    const char *const command[] = {"rm", "-rf", job_folder(), NULL};
    process_run(command, NULL, LIMIT);
}

static pid_t run_start(const struct run *run)
{
    const struct program *program = run->program;
    const char *command[LINES + 1] = {program->executable}, *environment[ENVIRONMENT + 8] = {0};
    size_t count = 0;
    for (size_t i = 0; i < program->argument_count; i++)
        command[i + 1] = program->arguments[i];
    for (size_t i = 0; i < program->settings; i++)
        environment[count++] = program->environment[i];
    environment[count++] = text_format("AC_BACKEND=%s", run->backend);
    environment[count++] = text_format("%s=%ld", run->kind->variable, run->number);
    environment[count++] = text_format("FAULTS_COUNTED=%s", run->counted);
    environment[count++] = "ASAN_OPTIONS=detect_leaks=1:exitcode=99:detect_stack_use_after_return=1";
    if (run->kind->also)
        environment[count++] = run->kind->also;
    if (run->clock)
        environment[count++] = run->clock;
    pid_t pid = process_start(command, &(struct process_files){run->in, run->out, run->err, job_folder(), environment});
    for (size_t i = program->settings; i < program->settings + 3; i++)
        free((char *)environment[i]);
    return pid;
}

static int run_once(const struct run *run, double limit)
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
    return process_wait(pid, limit);
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
    printf("%s %s: %s AC_BACKEND=%s %s=%ld %s %s\n%.1500s\n", run->program->name, what, run->clock ? run->clock : "",
           run->backend, run->kind->variable, run->number, run->kind->also ? run->kind->also : "", run->program->executable,
           said ? said : "");
    fflush(stdout);
}

/* What does not end while everything else runs beside it has a second attempt, with more time. */
static bool is_survived(const struct run *run)
{
    int status = run_once(run, LIMIT);
    if (status == PROCESS_TIMED_OUT)
        status = run_once(run, SECOND_LIMIT);
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

static void input_write(const struct run *run)
{
    FILE *file = fopen(run->in, "w");
    for (size_t i = 0; file && i < run->program->inputs; i++)
        fprintf(file, "%s\n", run->program->input[i]);
    if (file)
        fclose(file);
}

/* A run of a series, with files of its own. */
static struct run run_begin(const struct all *all, const struct series *series)
{
    const struct program *program = &all->programs[series->program];
    struct run run = {.program = program, .backend = series->backend, .kind = series->kind, .clock = all->options->clock};
    long job = (long)getpid();
    run.in = text_format("%s.%ld.in", program->executable, job);
    run.out = text_format("%s.%ld.out", program->executable, job);
    run.err = text_format("%s.%ld.err", program->executable, job);
    run.counted = text_format("%s.%ld.counted", program->executable, job);
    input_write(&run);
    return run;
}

static void run_end(struct run *run)
{
    char *files[] = {run->in, run->out, run->err, run->counted};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        remove(files[i]);
        free(files[i]);
    }
}

/* ---- What jobs do ---- */

static void make_one(const struct all *all, long number)
{
    struct outcome *outcome = &all->outcomes[number];
    outcome->made = program_make(&all->programs[number]);
    outcome->failures += !outcome->made;
}

static void count_one(const struct all *all, long number)
{
    struct series *series = &all->series[number];
    struct outcome *outcome = &all->outcomes[series->program];
    if (!outcome->made)
        return;
    struct run run = run_begin(all, series);
    long count = count_all(&run), most = count < all->options->most ? count : all->options->most;
    __atomic_fetch_add(&outcome->failures, count < 0, __ATOMIC_RELAXED);
    series->points = most > 0 ? (most - 1) / all->options->step + 1 : 0;
    run_end(&run);
}

static const struct series *series_of(const struct all *all, long point)
{
    const struct series *series = all->series;
    while (point >= series->first + series->points)
        series++;
    return series;
}

static void tell_outcome(const struct program *program, const struct outcome *outcome)
{
    printf("%s: %ld faults, %ld not survived\n", program->name, outcome->runs, outcome->failures);
    fflush(stdout);
}

static void try_one(const struct all *all, long point)
{
    const struct series *series = series_of(all, point);
    struct outcome *outcome = &all->outcomes[series->program];
    struct run run = run_begin(all, series);
    run.number = 1 + (point - series->first) * all->options->step;
    bool survived = is_survived(&run);
    run_end(&run);
    __atomic_fetch_add(&outcome->runs, 1, __ATOMIC_RELAXED);
    __atomic_fetch_add(&outcome->failures, !survived, __ATOMIC_RELAXED);
    if (__atomic_sub_fetch(&outcome->left, 1, __ATOMIC_ACQ_REL) == 0)
        tell_outcome(&all->programs[series->program], outcome);
}

/* ---- Jobs ---- */

/* Memory that is shared with all processes that are made later; zeroed. */
static void *shared(size_t size)
{
    void *memory = mmap(NULL, size + 1, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory != MAP_FAILED)
        return memory;
    perror("mmap");
    exit(2);
}

/* Does `what` for the numbers up to `count`, in so many processes as there are jobs. False where one of them failed. */
static bool do_all(const struct all *all, long count, void (*what)(const struct all *all, long number))
{
    long *next = shared(sizeof *next);
    bool failed = false;
    for (long i = 0; i < all->options->jobs; i++) {
        fflush(NULL);
        pid_t pid = fork();
        if (pid == 0) {
            for (long number; (number = __atomic_fetch_add(next, 1, __ATOMIC_RELAXED)) < count;)
                what(all, number);
            job_folder_remove();
            fflush(NULL);
            _exit(0);
        }
        failed |= pid < 0;
    }
    for (int status; wait(&status) > 0;)
        failed |= status != 0;
    return !failed;
}

static void add_series(struct all *all, long program)
{
    static const char *const backends[] = {"epoll", "uring", "poll"};
    for (size_t i = 0; i < 3; i++)
        for (const struct kind *kind = kinds; kind < kinds + KINDS && is_listed(all->options->backends, backends[i]); kind++)
            if (is_listed(all->options->kinds, kind->name))
                all->series[all->series_count++] = (struct series){.program = program, .backend = backends[i], .kind = kind};
}

/* Once everything is counted. */
static void number_points(struct all *all)
{
    for (struct series *series = all->series; series < all->series + all->series_count; series++) {
        series->first = all->point_count;
        all->point_count += series->points;
        all->outcomes[series->program].left += series->points;
    }
}

static int try_all(struct all *all)
{
    struct outcome total = {0};
    all->outcomes = shared((size_t)all->program_count * sizeof *all->outcomes);
    all->series = shared((size_t)all->program_count * 3 * KINDS * sizeof *all->series);
    for (long i = 0; i < all->program_count; i++)
        add_series(all, i);
    bool done = do_all(all, all->program_count, make_one) && do_all(all, all->series_count, count_one);
    number_points(all);
    done = done && do_all(all, all->point_count, try_one);
    for (long i = 0; i < all->program_count; i++) {
        total.runs += all->outcomes[i].runs;
        total.failures += all->outcomes[i].failures;
    }
    printf("%ld faults, %ld not survived\n", total.runs, total.failures);
    return !done || total.failures || !total.runs ? 1 : 0;
}

static void programs_read(struct all *all, const glob_t *found)
{
    all->programs = calloc(found->gl_pathc + 1, sizeof *all->programs);
    for (size_t i = 0; all->programs && i < found->gl_pathc; i++) {
        struct program *program = &all->programs[all->program_count];
        *program = (struct program){.source = found->gl_pathv[i], .name = name_of(found->gl_pathv[i])};
        program->executable = text_format("build/faults/%s", program->name);
        read_head(program);
        all->program_count += !program->left_out;
    }
}

static void programs_find(char **patterns, glob_t *found)
{
    static char *usual[] = {"tests/faults/*.ac", "samples/*.ac", "tests/runtime/*.ac", NULL};
    char **pattern = *patterns ? patterns : usual;
    *found = (glob_t){0};
    for (int flags = 0; *pattern; pattern++, flags = GLOB_APPEND)
        glob(*pattern, flags, NULL, found);
}

int main(int argc, char **argv)
{
    struct options options = {.kinds = "allocation,call,interrupt,memory,cancel,timeout", .backends = "epoll,uring",
                              .most = 500, .step = 1, .jobs = sysconf(_SC_NPROCESSORS_ONLN)};
    struct all all = {.options = &options};
    glob_t found;
    for (int letter; (letter = getopt(argc, argv, "k:b:m:s:j:c:")) != -1;) {
        switch (letter) {
        case 'k': options.kinds = optarg; break;
        case 'b': options.backends = optarg; break;
        case 'm': options.most = atol(optarg); break;
        case 's': options.step = atol(optarg); break;
        case 'j': options.jobs = atol(optarg); break;
        case 'c': options.clock = text_format("AC_CLOCK=%s", optarg); break;
        default: return 2;
        }
    }
    programs_find(argv + optind, &found);
    programs_read(&all, &found);
    return all.programs && options.step > 0 ? try_all(&all) : 2;
}

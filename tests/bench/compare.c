/* Runs build/bench and build/bench-c by turns, in many short rounds over all the rows, and prints the least of each measure
   as the ratio of the two beside its goal: what else runs on the machine only adds to a measure, and each row has the
   whole run's time to meet a quiet moment. Arguments choose rows: `bench-compare fib spawn`. */
#define _GNU_SOURCE
#include "process.h"
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ROUNDS = 40, SLEEPERS = 1000000 };

/* OURS: both measures are of build/bench. TRANSLATE: acc's time for a source, and gcc -O2's for what acc made of it. */
enum kind { TIME, OURS, SERVER, TRANSLATE, BYTES };

static const int rounds_between[] = {[TIME] = 1, [OURS] = 1, [SERVER] = 8, [TRANSLATE] = 20, [BYTES] = 40};

static const struct row {
    const char *name, *text;
    const char *ours, *theirs;  /* measure of build/bench, of build/bench-c */
    double goal;                /* of the ratio; of bytes where absolute; 0: none */
    enum kind kind;
    int size;                   /* operations of a round; fib: its argument; servers: connections */
} rows[] = {
    {"call_same", "await of a ready function, same file / plain call", "call_same", "call_plain", 1.3, TIME, 20000000},
    {"call_ready", "the same, other file / plain call", "call_ready", "call_plain", 4, TIME, 10000000},
    {"fib", "recursive fib, a call / plain call", "fib", "fib", 5, TIME, 29},
    {"deepyield", "yield under 1,000 awaits / yield without them", "deepyield", "yield1", 1.1, OURS, 4000000},
    {"yield1", "turn of a lone task / ready list by hand", "yield1", "yield1", 0, TIME, 4000000},
    {"yield1000", "turn among 1,000 tasks / ready list by hand", "yield1000", "yield1000", 2.43, TIME, 4000000},
    {"spawn", "make a task, run, await, free / by hand", "spawn", "spawn", 2, TIME, 1000000},
    {"pingpong", "message between two tasks, queue of 1 / by hand", "pingpong", "pingpong", 3, TIME, 1000000},
    {"sleepers", "1,000,000 sleeping tasks, bytes each", "sleepers", "sleepers", 160, BYTES, 0},
    {"echo64", "TCP echo, 64 connections, CPU a request / by hand", "echo", "echo", 1.0, SERVER, 64},
    {"echo1000", "TCP echo, 1,000 connections / by hand", "echo", "echo", 1.0, SERVER, 1000},
    {"stream64", "TCP echo by streams, 64 connections / by hand", "echo_stream", "echo", 1.0, SERVER, 64},
    {"http", "HTTP keep-alive, 64 connections / by hand", "http", "http", 1.02, SERVER, 64},
    {"functions", "acc, 1,000 async functions, ms / gcc -O2 on its output", "functions", "output", 0.1, TRANSLATE, 0},
    {"lines", "acc, 10,000 lines, ms / gcc -O2 on its output", "lines", "output", 0.1, TRANSLATE, 0},
};
enum { ROWS = sizeof rows / sizeof *rows };

static struct measured {
    bool chosen, failed;
    double our, their;          /* the least so far; 0: none yet */
} measured[ROWS];

static const char *output;      /* where the programs print */

/* The number after `name` in what was printed; negative where there is none. */
static double printed_value(const char *name)
{
    double value = -1;
    char *text = file_read(output, NULL);
    char *at = text ? strstr(text, name) : NULL;
    if (at)
        value = strtod(at + strlen(name), NULL);
    free(text);
    return value;
}

static double time_measure(const char *program, const char *name, int size)
{
    char *key = text_format("%s ", name), *count = text_format("%d", size);
    const char *command[] = {program, name, count, NULL};
    int status = process_run(command, &(struct process_files){.out = output, .err = "/dev/null"}, 120);
    double value = status == 0 ? printed_value(key) : -1;
    free(key);
    free(count);
    return value;
}

/* Bytes each: the peak with all of them, less that with one. */
static double bytes_measure(const char *program)
{
    char *count = text_format("%d", SLEEPERS);
    const char *many[] = {program, "sleepers", count, "5", NULL}, *one[] = {program, "sleepers", "1", "0.1", NULL};
    struct process_files files = {.out = output, .err = "/dev/null"};
    double all = -1, base = -1;
    if (process_run(many, &files, 120) == 0 && printed_value("sleepers_peak ") == SLEEPERS)
        all = printed_value("sleepers_memory ");
    if (process_run(one, &files, 30) == 0)
        base = printed_value("sleepers_memory ");
    free(count);
    return all < 0 || base < 0 ? -1 : (all - base) / SLEEPERS;
}

static int free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, size) < 0 || getsockname(fd, (struct sockaddr *)&address, &size) < 0)
        exit(2);
    close(fd);
    return ntohs(address.sin_port);
}

static void stay_on(pid_t pid, int processor)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(processor, &set);
    sched_setaffinity(pid, sizeof set, &set);
}

/* Server and load each have a processor of their own, where there are two. */
static double server_measure(const char *program, const char *name, int connections)
{
    char *port = text_format("%d", free_port()), *count = text_format("%d", connections);
    const char *serve[] = {program, name, port, NULL};
    pid_t server = process_start(serve, &(struct process_files){.out = "/dev/null"});
    char *pid = text_format("%d", (int)server);
    const char *kind = name[0] == 'h' ? "http" : "echo";
    const char *load[] = {"build/bench-load", kind, port, count, "1", pid, NULL};
    char *key = text_format("%s%d_cpu ", kind, connections);
    double value = -1;
    if (server > 0) {
        stay_on(server, 0);
        pid_t client = process_start(load, &(struct process_files){.out = output});
        if (client > 0) {
            stay_on(client, 1);
            value = process_wait(client, 30) == 0 ? printed_value(key) : -1;
        }
        process_kill(server);
        process_wait(server, 5);
    }
    free(port);
    free(count);
    free(pid);
    free(key);
    return value;
}

/* Async functions of four awaits each; with `lines`, fewer of them among plain functions, 10,000 lines in all. */
static void source_write(const char *path, bool lines)
{
    FILE *file = fopen(path, "w");
    if (!file)
        exit(2);
    fputs("#include <ac.h>\n#include <stdio.h>\nasync int f0(int n) { await ac_sleep(0); return n; }\n", file);
    for (int i = 1; i <= (lines ? 476 : 1000); i++) {
        fprintf(file, "async int f%d(int n)\n{\n    int a = await f%d(n), b = 0;\n", i, i - 1 - (i - 1) % 10);
        fprintf(file, "    for (int i = 0; i < n; i++)\n        b += await f0(i) * a;\n");
        fprintf(file, "    if (b > %d)\n        await ac_sleep(0.1);\n    return b + await f0(a);\n}\n\n", i);
        if (!lines)
            continue;
        fprintf(file, "int plain%d(const char *text)\n{\n    int sum = 0;\n    for (; *text; text++) {\n", i);
        fprintf(file, "        if (*text > 'a')\n            sum += *text * %d;\n        else\n            sum ^= *text;\n", i);
        fprintf(file, "    }\n    return sum;\n}\n\n");
    }
    if (fclose(file) != 0)
        exit(2);
}

/* CPU milliseconds of a command; negative when it fails. */
static double command_time(const char *const command[])
{
    struct rusage before, after;
    getrusage(RUSAGE_CHILDREN, &before);
    if (process_run(command, NULL, 120) != 0)
        return -1;
    getrusage(RUSAGE_CHILDREN, &after);
    double seconds = (double)(after.ru_utime.tv_sec - before.ru_utime.tv_sec + after.ru_stime.tv_sec - before.ru_stime.tv_sec);
    double rest = (double)(after.ru_utime.tv_usec - before.ru_utime.tv_usec + after.ru_stime.tv_usec - before.ru_stime.tv_usec);
    return seconds * 1e3 + rest * 1e-3;
}

static double translate_measure(const char *name)
{
    static const char *const translate[] = {"build/acc", "-Iruntime/include", "build/bench.d/made.ac", "-o", "build/bench.d/made.c", NULL};
    static const char *const compile[] = {"gcc", "-O2", "-w", "-Iruntime/include", "-c", "build/bench.d/made.c", "-o",
                                          "build/bench.d/made.o", NULL};
    if (strcmp(name, "output") == 0)
        return command_time(compile);
    source_write("build/bench.d/made.ac", strcmp(name, "lines") == 0);
    return command_time(translate);
}

static double measure(const struct row *row, const char *program, const char *name)
{
    if (row->kind == BYTES)
        return bytes_measure(program);
    if (row->kind == TRANSLATE)
        return translate_measure(name);
    if (row->kind == SERVER)
        return server_measure(program, name, row->size);
    return time_measure(program, name, row->size);
}

static bool keep_least(double *least, double value)
{
    if (*least <= 0 || value < *least)
        *least = value;
    return value >= 0;
}

static void row_measure(const struct row *row, struct measured *least)
{
    const char *other = row->kind == OURS ? "build/bench" : "build/bench-c";
    least->failed = !keep_least(&least->our, measure(row, "build/bench", row->ours)) ||
                    !keep_least(&least->their, measure(row, other, row->theirs));
}

static void row_print(const struct row *row, const struct measured *least)
{
    if (least->failed) {
        printf("%-56s could not be measured\n", row->text);
        return;
    }
    double ratio = least->our / least->their, judged = row->kind == BYTES ? least->our : ratio;
    printf("%-56s %10.3f %10.3f %8.2f", row->text, least->our, least->their, ratio);
    if (row->goal > 0)
        printf(" %8.2f  %s", row->goal, judged <= row->goal ? "reached" : "missed");
    puts("");
}

static bool choose(const char *name)
{
    for (int i = 0; i < ROWS; i++) {
        if (strcmp(rows[i].name, name) == 0)
            return measured[i].chosen = true;
    }
    fprintf(stderr, "There is no row '%s'. The rows:", name);
    for (int i = 0; i < ROWS; i++)
        fprintf(stderr, " %s", rows[i].name);
    fputs("\n", stderr);
    return false;
}

int main(int argc, char **argv)
{
    for (int i = 0; i < ROWS; i++)
        measured[i].chosen = argc < 2;
    for (int k = 1; k < argc; k++) {
        if (!choose(argv[k]))
            return 2;
    }
    output = text_format("build/bench.d/output.%d", (int)getpid());
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < ROWS; i++) {
            if (measured[i].chosen && !measured[i].failed && round % rounds_between[rows[i].kind] == 0)
                row_measure(&rows[i], &measured[i]);
        }
    }
    remove(output);
    printf("%-56s %10s %10s %8s %8s\n", "CPU time in ns, servers in us; bytes for sleepers", "acc", "by hand", "ratio", "goal");
    for (int i = 0; i < ROWS; i++) {
        if (measured[i].chosen)
            row_print(&rows[i], &measured[i]);
    }
    return 0;
}

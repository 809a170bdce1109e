/* How long acc takes for generated sources, beside what `gcc -O2` takes for its output and for the same functions in plain C, all in this run:
   CPU seconds, the least of some rounds. At the end, 1,000 async functions of four awaits beside as many coroutines of C++20.

       build/bench-compile            all
       build/bench-compile KIND...    the kinds of build/bench-source, and "coroutines" */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ROUNDS = 2 };

struct cost { double seconds, megabytes; };     /* seconds < 0: it failed */

static struct cost cost_of_once(char *const argv[], const char *output)
{
    pid_t pid = fork();
    if (pid < 0)
        return (struct cost){-1, 0};
    if (pid == 0) {
        int fd = open(output ? output : "/dev/null", O_WRONLY | O_CREAT | O_TRUNC, 0666);
        struct rlimit limit = {300, 300};
        if (fd < 0 || dup2(fd, 1) < 0 || setrlimit(RLIMIT_CPU, &limit))
            _exit(127);
        execvp(argv[0], argv);
        _exit(127);
    }
    int status;
    struct rusage use;
    if (wait4(pid, &status, 0, &use) != pid || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return (struct cost){-1, 0};
    double seconds = (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) + (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) * 1e-6;
    return (struct cost){seconds, (double)use.ru_maxrss / 1024};
}

static struct cost cost_of(char *const argv[], const char *output)
{
    struct cost least = cost_of_once(argv, output);
    for (int round = 1; round < ROUNDS && least.seconds >= 0 && least.seconds < 20; round++) {
        struct cost again = cost_of_once(argv, output);
        if (again.seconds >= 0 && again.seconds < least.seconds)
            least.seconds = again.seconds;
    }
    return least;
}

static struct cost source_write(const char *kind, const char *n, const char *path)
{
    return cost_of_once((char *[]){(char *)"build/bench-source", (char *)kind, (char *)n, NULL}, path);
}

static struct cost translate(const char *source, const char *output)
{
    return cost_of((char *[]){(char *)"build/acc", (char *)"-Iruntime/include", (char *)source, (char *)"-o", (char *)output, NULL}, NULL);
}

static struct cost compile(const char *compiler, const char *source)
{
    bool cpp = !strcmp(compiler, "g++");
    return cost_of((char *[]){(char *)compiler, (char *)"-O2", (char *)"-w", (char *)"-c", (char *)source, (char *)"-o", (char *)"build/bench.d/shape.o",
                              (char *)(cpp ? "-std=c++20" : "-Iruntime/include"), NULL}, NULL);
}

static int lines_of(const char *path)
{
    int lines = 0;
    FILE *file = fopen(path, "r");
    if (!file)
        return -1;
    for (int c; (c = getc(file)) != EOF;)
        lines += c == '\n';
    fclose(file);
    return lines;
}

static const char source_path[] = "build/bench.d/shape.ac", output_path[] = "build/bench.d/shape.c", plain_path[] = "build/bench.d/shape-plain.c",
                  cpp_path[] = "build/bench.d/shape.cpp";

static const struct { const char *kind, *n; } shapes[] = {
    {"lines", "1000"}, {"lines", "10000"}, {"lines", "100000"}, {"functions", "1000"}, {"function", "1000"}, {"function", "10000"},
    {"awaits", "1000"}, {"awaits", "10000"}, {"locals", "1000"}, {"locals", "10000"}, {"labels", "1000"}, {"labels", "10000"}, {"cases", "1000"},
    {"cases", "10000"}, {"blocks", "1000"}, {"blocks", "10000"}, {"defers", "1000"}, {"defers", "10000"}, {"expression", "1000"},
    {"expression", "10000"}, {"nested", "1000"}, {"nested", "10000"},
};

/* gcc itself takes minutes for the larger ones, in plain C too. */
static bool is_large(const char *kind, const char *n)
{
    static const char *const slow[] = {"awaits", "locals", "labels", "blocks", "defers", "nested"};
    for (size_t i = 0; i < sizeof slow / sizeof *slow; i++)
        if (!strcmp(kind, slow[i]))
            return strlen(n) > 4 || !strcmp(kind, "nested");
    return strlen(n) > 5;
}

static void print_seconds(double seconds)
{
    if (seconds < 0)
        printf("%9s", "-");
    else
        printf("%9.2f", seconds);
}

static bool row(const char *kind, const char *n)
{
    char plain[64];
    snprintf(plain, sizeof plain, "%s-plain", kind);
    if (source_write(kind, n, source_path).seconds < 0 || source_write(plain, n, plain_path).seconds < 0)
        return false;
    struct cost acc = translate(source_path, output_path), none = {-1, 0};
    struct cost gcc = is_large(kind, n) ? none : compile("gcc", output_path), by_hand = is_large(kind, n) ? none : compile("gcc", plain_path);
    int in = lines_of(source_path), out = lines_of(output_path);
    printf("%-10s %7s %8d", kind, n, in);
    print_seconds(acc.seconds);
    printf("%8.0f", acc.megabytes);
    print_seconds(gcc.seconds);
    print_seconds(by_hand.seconds);
    if (gcc.seconds > 0 && acc.seconds >= 0)
        printf("%9.3f", acc.seconds / gcc.seconds);
    else
        printf("%9s", "-");
    printf("%8.2f\n", (double)out / in);
    fflush(stdout);
    return acc.seconds >= 0;
}

static bool coroutines(void)
{
    if (source_write("functions", "1000", source_path).seconds < 0 || source_write("functions-c++", "1000", cpp_path).seconds < 0)
        return false;
    struct cost acc = translate(source_path, output_path), gcc = compile("gcc", output_path), cpp = compile("g++", cpp_path);
    if (acc.seconds < 0 || gcc.seconds < 0)
        return false;
    printf("\n1,000 async functions of four awaits: acc %.2f s, gcc -O2 of its output %.2f s, %.2f lines out for one in\n", acc.seconds, gcc.seconds,
           (double)lines_of(output_path) / lines_of(source_path));
    if (cpp.seconds < 0)
        printf("as many coroutines of C++20: no g++ here that takes them\n");
    else
        printf("as many coroutines of C++20: g++ -O2 %.2f s: acc takes 1/%.0f of that (goal: 1/50), gcc -O2 %.2f of it (goal: 1)\n", cpp.seconds,
               cpp.seconds / acc.seconds, gcc.seconds / cpp.seconds);
    return true;
}

/* Is a part asked for? Without words, all are. */
static bool is_wanted(const char *part, char *const words[])
{
    for (int i = 0; words[i]; i++)
        if (!strcmp(words[i], part))
            return true;
    return !words[0];
}

int main(int argc, char **argv)
{
    (void)argc;
    bool fine = true;
    printf("%-10s %7s %8s%9s%8s%9s%9s%9s%8s\n", "shape", "N", "lines", "acc s", "acc MB", "gcc s", "plain s", "acc/gcc", "out/in");
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        if (is_wanted(shapes[i].kind, argv + 1))
            fine = row(shapes[i].kind, shapes[i].n) && fine;
    if (is_wanted("coroutines", argv + 1))
        fine = coroutines() && fine;
    return fine ? 0 : 1;
}

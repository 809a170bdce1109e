/* What the programs of the benchmark share: the clock, the report, the step that every callee does, HTTP. */
#ifndef COMMON_H
#define COMMON_H
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* CPU time of the whole process: on a shared machine it is steadier than the time of the wall. */
static inline double cpu_clock(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* `result` depends on all the work, and is printed, so that none of it can be left out. */
static inline void report(const char *name, double seconds, double operations, uint64_t result)
{
    printf("%s %.3f ns\n", name, seconds * 1e9 / operations);
    fprintf(stderr, "# %s: %.0f operations, result %llx\n", name, operations, (unsigned long long)result);
}

/* About three cycles, each depending on the one before. */
static inline uint64_t mix(uint64_t x)
{
    return (x ^ (x >> 7)) + 0x9E3779B97F4A7C15u;
}

/* Calls that fib(n) takes in all. */
static inline double fib_calls(int n)
{
    double before = 1, calls = 1;
    for (int i = 2; i <= n; i++) {
        double sum = before + calls + 1;
        before = calls;
        calls = sum;
    }
    return calls;
}

static inline long argument(int argc, char **argv, int index, long otherwise)
{
    return argc > index ? atol(argv[index]) : otherwise;
}

/* The most memory that this process has had resident, in bytes. */
static inline long memory_peak(void)
{
    long kilobytes = 0;
    char line[128];
    FILE *status = fopen("/proc/self/status", "r");
    while (status && fgets(line, sizeof line, status))
        if (sscanf(line, "VmHWM: %ld kB", &kilobytes) == 1)
            break;
    if (status)
        fclose(status);
    return kilobytes * 1024;
}

#define HTTP_REQUEST "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
#define HTTP_ANSWER  "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 13\r\n\r\nHello, World!"

enum { MESSAGE_SIZE = 64 };

/* Takes the next bytes of a connection, of whose empty line `*seen` characters have passed; the number of requests that
   end in them. */
static inline int http_requests(int *seen, const char *bytes, long count)
{
    static const char end[] = "\r\n\r\n";
    int requests = 0;
    for (const char *at = bytes, *stop = bytes + count; at < stop; at++) {
        if (*seen == 0) {
            at = memchr(at, '\r', (size_t)(stop - at));
            if (!at)
                break;
            *seen = 1;
        } else if (*at == end[*seen]) {
            if (++*seen == 4) {
                requests++;
                *seen = 0;
            }
        } else {
            *seen = *at == '\r';
        }
    }
    return requests;
}
#endif

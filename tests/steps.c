/* Linked into build/counted/acc, whose every branch calls __sanitizer_cov_trace_pc (-fsanitize-coverage=trace-pc): how many steps a translation
   takes is the same on every run and every machine. With AC_STEPS set, the number is appended to the file of that name when acc ends. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

void __sanitizer_cov_trace_pc(void);

static uint64_t steps;

void __sanitizer_cov_trace_pc(void)
{
    steps++;
}

__attribute__((destructor)) static void tell(void)
{
    const char *path = getenv("AC_STEPS");
    FILE *file = path ? fopen(path, "a") : NULL;
    if (file) {
        fprintf(file, "%llu\n", (unsigned long long)steps);
        fclose(file);
    }
}

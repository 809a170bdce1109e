/* The kinds of test, each a function that the runner calls in a process of its own: it fails by check's ck_abort_msg. */
#ifndef TEST_H
#define TEST_H
#include <stdbool.h>

struct test {
    char *name;             /* "lang/await_in_for" */
    char *path;             /* source, script or program */
    char *work;             /* a folder that is this test's alone */
    double limit;           /* seconds until the runner ends it */
    void (*run)(const struct test *);
};

/* An .ac program: translated, compiled by every compiler in every way, run, and its output compared. */
void program_test(const struct test *test);
/* A program of tests/fuzz: a random one, whose seed is the path; or one of those with every operator and every position of an await. */
void random_test(const struct test *test);
void spill_test(const struct test *test);
enum { SPILL_PARTS = 40 };  /* programs into which the latter are divided */
/* Programs with something wrong in them: tests/fuzz/mutate.c; the path is which part of them. */
void mutated_test(const struct test *test);
/* Translates only, and compares acc's messages with those that the source announces. */
void message_test(const struct test *test);
/* A shell script that uses acc as a person would, or a program of check's own: passes with exit status 0. */
void script_test(const struct test *test);
void unit_test(const struct test *test);
/* A C program that csmith wrote: made async, it must print what it prints as C (tests/fuzz/csmith.c). */
void fuzz_test(const struct test *test);

/* The value of a line "// key: value" in the head of a source; NULL at other lines. */
const char *head_value(const char *line, const char *key);

/* Runs a command and fails with everything that it printed, unless it ends with status 0. */
void must_run(const struct test *test, const char *const argv[], double seconds);

#endif

/* An async program under test: translated, compiled in one way, run. */
#ifndef SUBJECT_H
#define SUBJECT_H
#include <stdbool.h>
#include <stdint.h>

/* What these programs include. */
#define INCLUDES "-Itests/fuzz/include -Iruntime/include"

/* A way of compiling what acc made. */
struct way { const char *compiler, *options; bool sanitized; };

/* What was spent on subjects. */
struct times {
    double acc, compilers, runs, slowest_acc;
    uint64_t slowest_seed;
};

enum { PAUSES_NEVER = 1, PAUSES_BY_CHANCE = 2, PAUSES_ALWAYS = 4, PAUSES_ALL = 7 };

struct subject {
    const char *folder, *name;  /* its files are FOLDER/NAME.ac and so on */
    const struct way *way;
    bool always_suspends;       /* compiled with AC_ALWAYS_SUSPEND */
    unsigned pauses;            /* the runs that are made: whether its own pauses suspend */
    double seconds;             /* each of them has */
    uint64_t seed;              /* of the pauses by chance */
    struct times *times;
};

/* FOLDER/NAME and this ending; to be freed. */
char *subject_file(const struct subject *s, const char *ending);

/* Runs a command line, whose words are parted by single spaces, with its output and messages in a file. Its exit status. */
int run_command(const char *out, double seconds, const char *const environment[], const char *format, ...) __attribute__((format(printf, 4, 5)));

/* The text of a file; empty where there is none. */
char *file_text(const char *path);
void file_write(const char *path, const char *text);

/* The kind of the first of the messages that a program printed, without names and places: what a reduction has to keep. */
char *message_kind(const char *who, const char *path);

/* The stages. Each returns NULL, or the kind of failure, to be freed: "acc: ...", "COMPILER: ...", "run: ...". */
char *subject_translate(const struct subject *s);
char *subject_compile(const struct subject *s);
char *subject_execute(const struct subject *s, const char *expected);
/* All of them. */
char *subject_check(const struct subject *s, const char *expected);

/* What the program prints as plain C, built in this way; NULL where it is no good program. */
char *subject_plain_output(const struct subject *s, const char *compiler, const char *options);
/* What it prints, where all compilers agree on it and the sanitizers have nothing to say; NULL where not. */
char *subject_agreed_output(const struct subject *s, const char *options);

#endif

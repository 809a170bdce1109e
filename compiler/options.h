/* What the command line asks for. */
#ifndef OPTIONS_H
#define OPTIONS_H
#include "memory.h"
#include <stdbool.h>

enum emit { EMIT_C, EMIT_AST, EMIT_FRAMES, EMIT_STATES };

struct options {
    const char *input;          /* "-": standard input */
    const char *input_name;     /* as messages and #line name it */
    const char *output;         /* "-": standard output */
    const char *publish;        /* the header of the frames; NULL: none */
    enum emit emit;
    bool syntax_only;
    bool no_line;
    bool dependencies;          /* -MD or -MMD */
    const char *dependency_file;
    ARRAY(const char *) dependency_targets;     /* -MT x, -MQ x, each as given */
    ARRAY(const char *) preprocessor;           /* arguments handed on */
};

extern struct options options;

/* Fills in `options`. Ends the process for --help, --version, and for what cannot be understood. */
void options_parse(int argc, char **argv);

#endif

/* The command line. What acc does not know but a C preprocessor may (-I, -D, -std, -f..., -m...) is handed on, so that a build file can give
   acc the flags that it gives the compiler. See options.h. */
#define _GNU_SOURCE
#include "options.h"
#include "diagnostic.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ACC_VERSION "0.1.0"

struct options options;

static const char usage[] =
    "usage: acc [options] file.ac [-o file.c]\n"
    "\n"
    "Translates async functions to plain C. The output needs <ac.h> and -lac.\n"
    "\n"
    "  -o FILE                    write to FILE (default: file.c; `-` is standard output; the input may be `-` too)\n"
    "  -I -D -U -include -isystem -std=... -f... -m...\n"
    "                             to the preprocessor, which is `$CC -E` (CC defaults to cc)\n"
    "  -MD -MMD -MF -MT -MQ -MP   dependency files, as gcc writes them\n"
    "  -W... -w                   warnings: -Wunawaited -Wunevaluated-await -Wblocking ...; -Werror, -Wno-..., -Werror=...\n"
    "  -fsyntax-only              only check\n"
    "  -fdiagnostics-format=json  messages as gcc's JSON\n"
    "  -fdiagnostics-color=WHEN   auto, always, never\n"
    "  --no-line                  no #line directives\n"
    "  --emit=ast|frames|states   the syntax tree; the frames' members and bytes; the state graph in DOT\n"
    "  --publish=FILE             also write a header with the frames of the external async functions: where it is\n"
    "                             included, awaiting them needs no memory\n"
    "  --version --help\n";

_Noreturn static void bad_usage(const char *format, const char *what)
{
    fprintf(stderr, format, what);
    fputs("\nacc: `acc --help` lists the options\n", stderr);
    exit(1);
}

/* Options whose argument may stand in the next word: "-I" "dir" as well as "-Idir". */
static const char *const with_argument[] = {"-I", "-D", "-U", "-include", "-imacros", "-isystem", "-idirafter", "-iquote", "-isysroot", "-iprefix", "-x", "-target", "--sysroot"};

static bool takes_next_word(const char *arg)
{
    for (size_t i = 0; i < sizeof with_argument / sizeof *with_argument; i++)
        if (!strcmp(arg, with_argument[i]))
            return true;
    return false;
}

static const char *next_word(int argc, char **argv, int *i)
{
    if (*i + 1 >= argc)
        bad_usage("acc: error: %s needs an argument", argv[*i]);
    return argv[++*i];
}

static bool dependency_option(int argc, char **argv, int *i)
{
    const char *arg = argv[*i];
    if (!strcmp(arg, "-MD") || !strcmp(arg, "-MMD")) {
        options.dependencies = true;
        array_add(&options.preprocessor, arg);
    } else if (!strcmp(arg, "-MP")) {
        array_add(&options.preprocessor, arg);
    } else if (!strncmp(arg, "-MF", 3)) {
        options.dependency_file = arg[3] ? arg + 3 : next_word(argc, argv, i);
    } else if (!strncmp(arg, "-MT", 3) || !strncmp(arg, "-MQ", 3)) {
        const char *target = arg[3] ? arg + 3 : next_word(argc, argv, i);
        array_add(&options.dependency_targets, arena_format("%.3s", arg));
        array_add(&options.dependency_targets, target);
    } else {
        return false;
    }
    return true;
}

static void emit_option(const char *what)
{
    if (!strcmp(what, "ast"))
        options.emit = EMIT_AST;
    else if (!strcmp(what, "frames"))
        options.emit = EMIT_FRAMES;
    else if (!strcmp(what, "states"))
        options.emit = EMIT_STATES;
    else
        bad_usage("acc: error: --emit=%s: it is one of ast, frames, states", what);
}

static void option(int argc, char **argv, int *i)
{
    const char *arg = argv[*i];
    if (!strcmp(arg, "--help")) {
        fputs(usage, stdout);
        exit(0);
    } else if (!strcmp(arg, "--version")) {
        puts("acc " ACC_VERSION);
        exit(0);
    } else if (!strncmp(arg, "-o", 2)) {
        options.output = arg[2] ? arg + 2 : next_word(argc, argv, i);
    } else if (!strcmp(arg, "-fsyntax-only")) {
        options.syntax_only = true;
    } else if (!strcmp(arg, "--no-line")) {
        options.no_line = true;
    } else if (!strncmp(arg, "--publish=", 10)) {
        options.publish = arg + 10;
    } else if (!strncmp(arg, "--emit=", 7)) {
        emit_option(arg + 7);
    } else if (dependency_option(argc, argv, i) || diagnostic_option(arg)) {
        return;
    } else if (!strcmp(arg, "-c") || !strcmp(arg, "-S") || !strcmp(arg, "-E")) {
        bad_usage("acc: error: %s is the C compiler's business; acc only translates", arg);
    } else {
        array_add(&options.preprocessor, arg);
        if (takes_next_word(arg))
            array_add(&options.preprocessor, next_word(argc, argv, i));
    }
}

/* name.ac becomes name.c; any other name gets .c added. */
static const char *default_output(const char *input)
{
    size_t length = strlen(input);
    if (!strcmp(input, "-"))
        return "-";
    if (length > 3 && !strcmp(input + length - 3, ".ac"))
        return arena_format("%.*s.c", (int)length - 3, input);
    return arena_format("%s.c", input);
}

void options_parse(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (argv[i][0] == '-' && argv[i][1])
            option(argc, argv, &i);
        else if (options.input)
            bad_usage("acc: error: one input file at a time: what is %s?", argv[i]);
        else
            options.input = argv[i];
    }
    if (!options.input)
        bad_usage("%s", "acc: error: no input file");
    options.input_name = strcmp(options.input, "-") ? options.input : "<stdin>";
    if (!options.output)
        options.output = options.emit == EMIT_C ? default_output(options.input) : "-";
}

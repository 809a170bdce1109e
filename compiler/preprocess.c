/* The preprocessor is `$CC -E`, run without a shell over a pipe. It reads the .ac file itself, so that #include "..." and dependency files
   come out as for a C file. See preprocess.h. */
#define _GNU_SOURCE
#include "preprocess.h"
#include "diagnostic.h"
#include "options.h"
#include "source.h"
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

typedef ARRAY(const char *) word_list;

static const char *dependency_temporary, *dependency_final;

/* $CC may hold more than a name: "ccache gcc -m32". */
static void add_words(word_list *list, const char *text)
{
    while (*text) {
        size_t length = strcspn(text, " \t\n");
        if (length)
            array_add(list, arena_copy(text, length));
        text += length;
        text += strspn(text, " \t\n");
    }
}

/* Where ac.h lies beside this very program, in the build folder or where it was installed; NULL where it does not. */
static const char *own_include_directory(void)
{
    static const char *const places[] = {"../runtime/include", "../../runtime/include", "../include"};
    char path[4096];
    ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
    if (n <= 0)
        return NULL;
    path[n] = '\0';
    char *slash = strrchr(path, '/');
    if (!slash)
        return NULL;
    *slash = '\0';
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        const char *directory = arena_format("%s/%s", path, places[i]);
        if (!access(arena_format("%s/ac.h", directory), R_OK))
            return directory;
    }
    return NULL;
}

/* file.c gives file.d, as gcc does. */
static const char *default_dependency_file(const char *output)
{
    const char *dot = strrchr(output, '.');
    if (!dot || strchr(dot, '/'))
        return arena_format("%s.d", output);
    return arena_format("%.*s.d", (int)(dot - output), output);
}

static void add_dependency_words(word_list *list)
{
    if (!options.dependencies)
        return;
    dependency_final = options.dependency_file ? options.dependency_file : default_dependency_file(options.output);
    struct stat status;
    bool device = !stat(dependency_final, &status) && !S_ISREG(status.st_mode);     /* to be written to, not replaced */
    if (!device)
        dependency_temporary = arena_format("%s.acc-%ld", dependency_final, (long)getpid());
    array_add(list, "-MF");
    array_add(list, device ? dependency_final : dependency_temporary);
    for (size_t i = 0; i < options.dependency_targets.count; i++)
        array_add(list, options.dependency_targets.at[i]);
    if (!options.dependency_targets.count) {
        array_add(list, "-MT");
        array_add(list, options.output);
    }
}

static void add_compiler_words(word_list *list)
{
    const char *compiler = getenv("CC");
    add_words(list, compiler && *compiler ? compiler : "cc");
    if (!list->count)
        array_add(list, "cc");
    array_add(list, "-E");
}

static char **preprocessor_words(void)
{
    word_list list = {0};
    add_compiler_words(&list);
    array_add(&list, "-dD");        /* for macro.c */
    array_add(&list, "-D__ACC__=1");
    for (size_t i = 0; i < options.preprocessor.count; i++)
        array_add(&list, options.preprocessor.at[i]);
    const char *own = own_include_directory();
    if (own)
        array_add(&list, arena_format("-I%s", own));
    add_dependency_words(&list);
    array_add(&list, "-x");
    array_add(&list, "c");
    array_add(&list, options.input);
    array_add(&list, NULL);
    return (char **)list.at;
}

/* Only what chooses the language and the target. */
static char **question_words(void)
{
    word_list list = {0};
    add_compiler_words(&list);
    for (size_t i = 0; i < options.preprocessor.count; i++) {
        const char *word = options.preprocessor.at[i];
        if (!strncmp(word, "-std=", 5) || !strcmp(word, "-ansi"))
            array_add(&list, word);
    }
    array_add(&list, "-x");
    array_add(&list, "c");
    array_add(&list, "-");
    array_add(&list, NULL);
    return (char **)list.at;
}

/* A descriptor from which the child can read what came over our standard input; -1 after a message. */
static int input_copy(const char *text, size_t size)
{
    FILE *file = tmpfile();
    if (!file || fwrite(text, 1, size, file) != size || fflush(file)) {
        error_plain("cannot keep a copy of standard input: %s", strerror(errno));
        return -1;
    }
    rewind(file);
    return fileno(file);
}

static bool input_load(size_t *size, char **text)
{
    bool standard = !strcmp(options.input, "-");
    int fd = standard ? 0 : open(options.input, O_RDONLY | O_CLOEXEC);
    struct stat status;
    if (fd < 0 || fstat(fd, &status)) {
        error_plain("cannot read %s: %s", options.input, strerror(errno));
        return false;
    }
    if (S_ISDIR(status.st_mode)) {
        error_plain("%s is a directory; acc translates one file", options.input);
        return false;
    }
    *text = source_read(fd, size);
    int error = errno;
    if (!standard)
        close(fd);
    if (!*text) {
        error_plain("cannot read %s: %s", options.input, strerror(error));
        return false;
    }
    if (*size >= UINT32_MAX / 2) {
        error_plain("%s is too large (2 GiB is the limit)", options.input);
        return false;
    }
    return true;
}

/* Text has no NUL bytes: whoever hands over an object file by mistake is told so, and not with a message for every byte. */
static bool input_is_text(const char *text, size_t size)
{
    const char *nul = memchr(text, '\0', size);
    if (nul)
        error_plain("%s is not a text file: it has a NUL byte at offset %zu", options.input_name, (size_t)(nul - text));
    return !nul;
}

static pid_t start(char **words, int input, int *from_child)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC)) {
        error_plain("cannot make a pipe: %s", strerror(errno));
        return -1;
    }
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
    if (input >= 0)
        posix_spawn_file_actions_adddup2(&actions, input, 0);
    else
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    pid_t child;
    int error = posix_spawnp(&child, words[0], &actions, NULL, words, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    if (error) {
        close(ends[0]);
        error_plain("cannot run the preprocessor `%s -E`: %s\nacc: note: it is $CC, or cc where that is not set", words[0], strerror(error));
        return -1;
    }
    *from_child = ends[0];
    return child;
}

static bool finished_well(pid_t child, const char *name)
{
    int status;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR) {
            error_plain("cannot wait for the preprocessor: %s", strerror(errno));
            return false;
        }
    if (WIFEXITED(status) && !WEXITSTATUS(status))
        return true;
    if (WIFSIGNALED(status))
        error_plain("the preprocessor `%s -E` was ended by signal %d", name, WTERMSIG(status));
    else if (WEXITSTATUS(status) != 1)
        error_plain("the preprocessor `%s -E` failed with status %d", name, WEXITSTATUS(status));
    else        /* it has told an error */
        note_plain("nothing is translated, since the preprocessor `%s -E` failed", name);
    return false;
}

char *preprocess(size_t *size)
{
    char *text;
    if (!input_load(size, &text) || !input_is_text(text, *size))
        return NULL;
    source_preload(options.input_name, text, *size);
    int input = -1;
    if (!strcmp(options.input, "-") && (input = input_copy(text, *size)) < 0)
        return NULL;
    char **words = preprocessor_words();
    int from_child;
    pid_t child = start(words, input, &from_child);
    if (child < 0)
        return NULL;
    char *result = source_read(from_child, size);
    int error = errno;
    close(from_child);
    if (!finished_well(child, words[0]))
        return NULL;
    if (!result)
        error_plain("cannot read from the preprocessor: %s", strerror(error));
    return result;
}

/* gcc 13 and clang 15 knew most of it before the standard had its number. */
static const char c23_question[] = "#if defined __STDC_VERSION__ && (__STDC_VERSION__ >= 202311L || (__STDC_VERSION__ > 201710L && \\\n"
                                   "    (defined __clang__ ? __clang_major__ >= 15 : __GNUC__ >= 13)))\n"
                                   "answer_is_yes\n"
                                   "#endif\n";

static bool ask_for_c23(void)
{
    int input = input_copy(c23_question, sizeof c23_question - 1), from_child;
    char **words = question_words();
    pid_t child = input < 0 ? -1 : start(words, input, &from_child);
    if (child < 0)
        return false;
    size_t size;
    char *answer = source_read(from_child, &size);
    close(from_child);
    bool yes = finished_well(child, words[0]) && answer && strstr(answer, "\nanswer_is_yes");
    free(answer);
    return yes;
}

bool preprocess_is_c23(void)
{
    static enum { NOT_ASKED, NO, YES } answer;
    if (answer == NOT_ASKED)
        answer = ask_for_c23() ? YES : NO;
    return answer == YES;
}

int dependencies_finish(void)
{
    if (!dependency_temporary || !rename(dependency_temporary, dependency_final))
        return 0;
    error_plain("cannot write %s: %s", dependency_final, strerror(errno));
    return -1;
}

void dependencies_discard(void)
{
    if (dependency_temporary)
        unlink(dependency_temporary);
}

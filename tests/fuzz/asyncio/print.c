/* A program as Python and as .ac. The statements that call a function of the world have the same text in both. */
#include "program.h"
#include <stdarg.h>

/* What is being printed, and where. */
struct printer {
    FILE *to;
    const struct program *program;
    bool python;
    int depth;
};

static void line(const struct printer *p, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void line(const struct printer *p, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fprintf(p->to, "%*s", 4 * p->depth, "");
    vfprintf(p->to, format, arguments);
    fputc('\n', p->to);
    va_end(arguments);
}

static void block_print(struct printer p, const struct statement *first);

static void coroutine_print(const struct printer *p, int function, const char *label)
{
    if (function)
        fprintf(p->to, "p%llu_f%d(%s)", (unsigned long long)p->program->seed, function, label);
    else
        fputs("NONE", p->to);
}

static void operand_print(const struct printer *p, const struct statement *statement, int which)
{
    char label[40], letter = statement->move->operands[which];
    int number = statement->numbers[which];
    switch (letter) {
    case 'f':
    case '?': coroutine_print(p, number, "me"); break;
    case 'F':
    case 'G':
        snprintf(label, sizeof label, letter == 'F' ? "%d" : "larger(me, %d)", statement->numbers[which - 1]);
        coroutine_print(p, number, label);
        break;
    case 'g': fprintf(p->to, "group%d", number); break;
    case 't': fprintf(p->to, "limit%d", number); break;
    default: fprintf(p->to, "%d", number);
    }
}

static void move_print(const struct printer *p, const struct statement *statement)
{
    fprintf(p->to, "%*s%s%s(me, %d", 4 * p->depth, "", statement->move->awaits ? "await " : "", statement->move->name,
            statement->site);
    for (int i = 0; statement->move->operands[i]; i++) {
        fputs(", ", p->to);
        operand_print(p, statement, i);
    }
    fputs(p->python ? ")\n" : ");\n", p->to);
}

static void body_print(const struct printer *p, const struct statement *first)
{
    struct printer inner = *p;
    inner.depth++;
    block_print(inner, first);
}

/* ---- Python ---- */

static void python_handler(const struct printer *p, const struct statement *statement, bool of_errors)
{
    enum ending ending = (enum ending)statement->numbers[of_errors];
    struct printer inner = *p;
    inner.depth++;
    if (ending == NO_HANDLER)
        return;
    line(p, of_errors ? "except Exception as error%d:" : "except CancelledError:", statement->site);
    if (of_errors)
        line(&inner, "note(me, %d, \"caught\", number_of(error%d))", statement->site, statement->site);
    else
        line(&inner, "cancelled(me, %d)", statement->site);
    if (ending == TAKEN_BACK)
        line(&inner, "uncancel_self(me, %d)", statement->site);
    block_print(inner, statement->bodies[1 + of_errors]);
    if (ending == THROWN_AGAIN)
        line(&inner, "raise");
}

/* What follows in the block stands inside. */
static void python_defer(const struct printer *p, const struct statement *statement)
{
    struct printer inner = *p;
    inner.depth++;
    if (statement->kind == CHILD) {
        fprintf(p->to, "%*schild%d = asyncio.create_task(", 4 * p->depth, "", statement->site);
        coroutine_print(p, statement->numbers[0], "me");
        fputs(")\n", p->to);
    }
    line(p, "try:");
    block_print(inner, statement->next);
    line(p, "finally:");
    if (statement->kind == CHILD) {
        line(&inner, "await end_child(child%d)", statement->site);
    } else {
        line(&inner, "with masked():");
        body_print(&inner, statement->bodies[0]);
    }
}

static void python_each(const struct printer *p, const struct statement *statement)
{
    struct printer loop = *p, inner = *p;
    int site = statement->site;
    loop.depth++;
    inner.depth += 2;
    line(p, "async with closing(p%llu_f%d(me)) as each%d:", (unsigned long long)p->program->seed, statement->numbers[0],
         site);
    line(&loop, "async for value%d in each%d:", site, site);
    line(&inner, "note(me, %d, \"each\", value%d)", site, site);
    block_print(inner, statement->bodies[0]);
    line(&inner, "if value%d == %d:", site, statement->numbers[1]);
    inner.depth++;
    line(&inner, "break");
}

static void python_statement(const struct printer *p, const struct statement *statement)
{
    static const char *const held[] = {"locks", "conditions", "semaphores"};
    const int *numbers = statement->numbers;
    int site = statement->site;
    switch (statement->kind) {
    case MOVE: move_print(p, statement); return;
    case CALL:
        line(p, "note(me, %d, \"called\", await p%llu_f%d(me))", site, (unsigned long long)p->program->seed,
             numbers[0]);
        return;
    case RETURN: line(p, "return %d", site); return;
    case THROW: line(p, "raise Error(%d)", numbers[0]); return;
    case TRY:
        line(p, "try:");
        body_print(p, statement->bodies[0]);
        python_handler(p, statement, false);
        python_handler(p, statement, true);
        return;
    case GROUP: line(p, "async with Group() as group%d:", site); break;
    case LIMIT:
        line(p, "async with %s(%d) as limit%d:", numbers[1] ? "limit_at" : "limit", numbers[0], site);
        break;
    case HOLDING: line(p, "async with world.%s[%d]:", held[numbers[0]], numbers[1]); break;
    case LOOP: line(p, "for _ in range(%d):", numbers[0]); break;
    case AWAIT_CHILD: line(p, "note(me, %d, \"child\", await child%d)", site, statement->scope); return;
    case EACH: python_each(p, statement); return;
    case YIELD: line(p, "yield %d", numbers[0]); return;
    case DEFER:
    case CHILD: python_defer(p, statement); return;
    }
    body_print(p, statement->bodies[0]);
}

static void python_block(const struct printer *p, const struct statement *first)
{
    for (const struct statement *statement = first; statement; statement = statement->next) {
        python_statement(p, statement);
        if (statement->kind == DEFER || statement->kind == CHILD)
            break;
    }
    line(p, "pass");
}

/* ---- .ac ---- */

static void ac_handler(const struct printer *p, const struct statement *statement, bool of_errors)
{
    enum ending ending = (enum ending)statement->numbers[of_errors];
    struct printer inner = *p;
    int site = statement->site;
    inner.depth++;
    if (ending == NO_HANDLER)
        return;
    if (of_errors) {
        line(p, "} catch (int error%d) {", site);
        line(&inner, "note(me, %d, \"caught\", number_of(error%d));", site, site);
    } else {
        line(p, "} catch (ECANCELED) {");
        line(&inner, "cancelled(me, %d);", site);
    }
    if (ending == TAKEN_BACK)
        line(&inner, "uncancel_self(me, %d);", site);
    block_print(inner, statement->bodies[1 + of_errors]);
    if (ending == THROWN_AGAIN && of_errors)
        line(&inner, "throw error%d;", site);
    else if (ending == THROWN_AGAIN)
        line(&inner, "throw ECANCELED;");
}

static void ac_statement(const struct printer *p, const struct statement *statement)
{
    static const char *const held[] = {"locks", "conditions", "semaphores"};
    const int *numbers = statement->numbers;
    int site = statement->site;
    unsigned long long seed = p->program->seed;
    switch (statement->kind) {
    case MOVE: move_print(p, statement); return;
    case CALL: line(p, "note(me, %d, \"called\", await p%llu_f%d(me));", site, seed, numbers[0]); return;
    case RETURN: line(p, "return %d;", site); return;
    case THROW: line(p, "throw AC_EUSER + %d;", numbers[0]); return;
    case TRY:
        line(p, "try {");
        body_print(p, statement->bodies[0]);
        ac_handler(p, statement, false);
        ac_handler(p, statement, true);
        line(p, "}");
        return;
    case DEFER: line(p, "defer {"); break;
    case GROUP: line(p, "async with (ac_group *group%d = ac_group_open()) {", site); break;
    case LIMIT:
        line(p, "async with (struct ac_timeout *limit%d = %s(%d)) {", site, numbers[1] ? "limit_at" : "ac_timeout",
             numbers[0]);
        break;
    case HOLDING: line(p, "async with (&%s[%d]) {", held[numbers[0]], numbers[1]); break;
    case LOOP: line(p, "for (int i%d = 0; i%d < %d; i%d++) {", site, site, numbers[0], site); break;
    case CHILD: line(p, "async int child%d = p%llu_f%d(me);", site, seed, numbers[0]); return;
    case AWAIT_CHILD: line(p, "note(me, %d, \"child\", await child%d);", site, statement->scope); return;
    case EACH:
        line(p, "async for (int value%d : p%llu_f%d(me)) {", site, seed, numbers[0]);
        line(p, "    note(me, %d, \"each\", value%d);", site, site);
        body_print(p, statement->bodies[0]);
        line(p, "    if (value%d == %d)", site, numbers[1]);
        line(p, "        break;");
        line(p, "}");
        return;
    case YIELD: line(p, "yield %d;", numbers[0]); return;
    }
    body_print(p, statement->bodies[0]);
    line(p, "}");
}

static void block_print(struct printer p, const struct statement *first)
{
    if (p.python)
        python_block(&p, first);
    else
        for (const struct statement *statement = first; statement; statement = statement->next)
            ac_statement(&p, statement);
}

/* ---- Whole programs ---- */

void program_print_python(FILE *to, const struct program *program)
{
    struct printer p = {to, program, true, 2};
    for (int i = 0; i < program->functions; i++) {
        const struct function *function = &program->function[i];
        fprintf(to, "\nasync def p%llu_f%d(me):\n    note(me, 0, \"enters\", %d)\n    try:\n",
                (unsigned long long)program->seed, i, i);
        block_print(p, function->body);
        fprintf(to, function->generator ? "        if me < 0:\n            yield\n" : "        return %d\n", i);
        fprintf(to, "    finally:\n        note(me, 0, \"leaves\", %d)\n", i);
    }
}

static void head_print(FILE *to, const struct program *program, int i)
{
    fprintf(to, "static async %sint p%llu_f%d(int me)", program->function[i].generator ? "yield " : "",
            (unsigned long long)program->seed, i);
}

void program_print_ac(FILE *to, const struct program *program)
{
    struct printer p = {to, program, false, 1};
    fputc('\n', to);
    for (int i = 1; i < program->functions; i++) {
        head_print(to, program, i);
        fputs(";\n", to);
    }
    for (int i = 0; i < program->functions; i++) {
        fputc('\n', to);
        head_print(to, program, i);
        fprintf(to, "\n{\n    note(me, 0, \"enters\", %d);\n    defer note(me, 0, \"leaves\", %d);\n", i, i);
        block_print(p, program->function[i].body);
        fputs(program->function[i].generator ? "}\n" : "", to);
        if (!program->function[i].generator)
            fprintf(to, "    return %d;\n}\n", i);
    }
}

/* Writes a random program, the same for the same seed, that means the same twice over: as an .ac program, whose calls are
   awaits that suspend now and then, and, with PLAIN defined, as plain C, whose calls are calls. What the two print must be
   equal: that is the test. `generate SEED` prints the program.

   `generate SEED errors` writes one with throw, try and defer instead of some of C's own oddities. With PLAIN defined it is C++,
   where throw and try mean the same and a defer is an object whose destructor runs it.

   C leaves the order of operands open where acc does not. So a full expression has an effect (a call that writes to the trace or
   through a pointer) in one of its unsequenced operands at most, and what stands beside it does not depend on the effect:
   variables whose address is handed out are not read there. Arithmetic is on unsigned numbers, shifts are masked and
   divisors odd, so that nothing is undefined. Loops count down a variable that nothing else changes, and what a
   call costs is added up while it is written, so that every program ends soon. */
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FUNCTIONS = 8, VARIABLES = 60, COST_LIMIT = 4000 };

struct variable {
    char text[24];          /* how it is written: v3, a5[2], s7.y, *p */
    bool aliased;           /* calls with an effect may change it */
    bool constant;          /* a loop's counter */
    bool addressable;       /* an unsigned object: its address can be handed out */
};

static uint64_t state;                  /* of the random numbers */
static int indent, names;               /* names: the number of the next variable or label */
static struct variable variables[VARIABLES];
static int variable_count;
static int function_now;                /* those below it can be called */
static unsigned cost[FUNCTIONS + 1];    /* calls that a call of each leads to, at most */
static unsigned factor;                 /* how often what is being written runs */
static int loops, switches;             /* that enclose it */
static bool effects;                    /* odd functions and main have effects, even ones none */
static bool errors;                     /* the program throws and defers */
static bool bound;                      /* in a defer: nothing may jump out */

static void expression(int depth, bool effect);
static void block(int depth);

static unsigned chance(unsigned n)
{
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(state >> 33) % n;
}

static void begin(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    printf("%*s", indent * 4, "");
    vprintf(format, arguments);
    va_end(arguments);
}

/* ---- variables ---- */

static void variable_add(bool aliased, bool constant, bool addressable, const char *format, ...)
{
    if (variable_count == VARIABLES)
        return;
    struct variable *variable = &variables[variable_count++];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(variable->text, sizeof variable->text, format, arguments);
    va_end(arguments);
    variable->aliased = aliased;
    variable->constant = constant;
    variable->addressable = addressable;
}

static const struct variable *variable_choose(bool aliased, bool constant)
{
    for (int tries = 0; tries < 10 && variable_count > 0; tries++) {
        const struct variable *variable = &variables[chance((unsigned)variable_count)];
        if ((aliased || !variable->aliased) && (constant || !variable->constant))
            return variable;
    }
    return NULL;
}

/* ---- expressions; each has the type unsigned or int, and is not negative ---- */

static void leaf(bool beside_effect)
{
    const struct variable *variable = chance(4) ? variable_choose(!beside_effect, true) : NULL;
    if (variable)
        printf("(unsigned)%s", variable->text);
    else
        printf("%uu", chance(2) ? chance(10) : chance(1000000));
}

/* A function that can be called here, or a negative number. Odd ones have effects, and are called only where one is allowed. */
static int callee_choose(bool effect)
{
    int callee = (int)chance((unsigned)function_now + 1) - 1;
    if (callee < 0 || (callee % 2 == 1 && !effect) || cost[function_now] + factor * (cost[callee] + 1) > COST_LIMIT)
        return -1;
    cost[function_now] += factor * (cost[callee] + 1);
    return callee;
}

/* By name, through a pointer, or through one of two, whichever turns out. */
static void callee_write(int callee, int other)
{
    if (other < 0)
        printf(chance(5) ? "await f%d" : "await (*&f%d)", callee);
    else {
        printf("await (");
        leaf(true);
        printf(" %% 2u ? f%d : f%d)", callee, other);
    }
}

static void record_call(int depth, bool effect)
{
    printf("(await swap(record_of(");
    expression(depth - 1, effect);
    printf("))).%s", chance(2) ? "x" : "bits");
}

static void call(int depth, bool effect)
{
    if (chance(10) == 0) {
        record_call(depth, effect);
        return;
    }
    int callee = callee_choose(effect);
    if (callee < 0) {
        leaf(effect);
        return;
    }
    callee_write(callee, chance(4) ? -1 : callee_choose(effect));
    printf("(");
    expression(depth - 1, false);
    printf(", ");
    expression(depth - 1, false);
    const struct variable *variable = effect ? variable_choose(true, false) : NULL;
    if (variable && variable->addressable && variable->aliased)
        printf(", &%s)", variable->text);
    else
        printf(", &sink)");
}

static void binary(int depth, bool effect)
{
    static const char *const operators[] = {"+", "-", "*", "^", "&", "|", "<", ">=", "==", "!="};
    bool left = chance(2);
    printf("(");
    if (effect && !left)
        leaf(true);
    else
        expression(depth - 1, effect);
    printf(" %s ", operators[chance(10)]);
    if (effect && left)
        leaf(true);
    else
        expression(depth - 1, effect);
    printf(")");
}

static void sequenced(int depth, bool effect)
{
    unsigned kind = chance(4);
    printf("(");
    expression(depth - 1, effect);
    printf("%s", kind == 0 ? " && " : kind == 1 ? " || " : kind == 2 ? " ? " : ", ");
    expression(depth - 1, effect);
    if (kind == 2) {
        printf(" : ");
        expression(depth - 1, effect);
    }
    printf(")");
}

static void shift_or_divide(int depth)
{
    printf("(0u + ");
    expression(depth - 1, false);
    printf("%s", chance(2) ? " << (15u & " : " / (1u | ");
    expression(depth - 1, false);
    printf("))");
}

static void statement_expression(int depth, bool effect)
{
    int name = names++;
    printf("({ unsigned v%d = ", name);
    expression(depth - 1, effect);
    printf("; v%d * ", name);
    leaf(effect);
    printf("; })");
}

static void compound_literal(int depth, bool effect)
{
    printf("((unsigned[]){");
    expression(depth - 1, effect);
    printf(", ");
    leaf(effect);
    printf("})[%u]", chance(2));
}

static void expression(int depth, bool effect)
{
    effect = effect && effects;
    if (depth <= 0) {
        leaf(effect);
        return;
    }
    /* C++ has no compound literals. */
    switch (chance(errors ? 7 : 9)) {
    case 0: case 1: case 2: call(depth, effect); break;
    case 3: binary(depth, effect); break;
    case 4: sequenced(depth, effect); break;
    case 5: leaf(effect); break;
    case 6: errors ? leaf(effect) : statement_expression(depth, effect); break;
    case 7: compound_literal(depth, effect); break;
    default: effect ? sequenced(depth, effect) : shift_or_divide(depth); break;
    }
}

/* ---- statements ---- */

static void scalar_declare(void)
{
    static const char *const types[] = {"unsigned", "unsigned", "int", "long", "unsigned char", "short", "long long", "_Bool",
                                        "volatile unsigned", "double"};
    unsigned type = chance(10);
    int name = names++;
    /* A double is told from the others by its name: it has no bit operators. */
    char letter = type == 9 ? 'd' : 'v';
    begin("%s %c%d = ", types[type], letter, name);
    expression(3, true);
    printf(";\n");
    variable_add(type < 2 && chance(2), false, type < 2, "%c%d", letter, name);
}

static void array_declare(void)
{
    int name = names++;
    bool aliased = chance(2);
    if (errors || chance(3)) {
        begin("unsigned a%d[3] = {", name);
        expression(2, true);
        printf(errors ? ", %uu};\n" : ", [2] = %uu};\n", chance(100));
    } else {
        begin("unsigned a%d[3 + (", name);
        expression(2, true);
        printf(" & 7u)];\n");
        begin("a%d[0] = a%d[1] = a%d[2] = %uu;\n", name, name, name, chance(100));
    }
    for (int i = 0; i < 3; i++)
        variable_add(aliased, false, true, "a%d[%d]", name, i);
}

static void struct_declare(void)
{
    int name = names++;
    bool aliased = chance(2);
    begin(errors ? "struct record s%d = {%uu, (short)(" : "struct record s%d = {.x = %uu, .y = (short)(", name, chance(100));
    expression(2, true);
    printf(")};\n");
    if (chance(3) == 0)
        begin("s%d = await swap(s%d);\n", name, name);
    variable_add(aliased, false, true, "s%d.x", name);
    variable_add(false, false, false, "s%d.y", name);
    variable_add(false, false, false, "s%d.bits", name);
}

static void assign(void)
{
    static const char *const operators[] = {"=", "=", "+=", "-=", "*=", "^=", "|=", "&="};
    unsigned operator_ = chance(8);
    const struct variable *variable = variable_choose(operator_ < 2, false);
    if (!variable || variable->text[0] == 'd')
        return;
    begin("%s %s ", variable->text, operators[operator_]);
    printf("(unsigned)(");
    expression(4, true);
    printf(") & 0xFFFFu;\n");
}

static void trace(void)
{
    if (!effects)
        return;
    begin("trace(");
    expression(4, true);
    printf(");\n");
}

static void if_statement(int depth)
{
    begin("if (");
    expression(3, true);
    printf(")\n");
    block(depth - 1);
    if (chance(2)) {
        begin("else\n");
        block(depth - 1);
    }
}

static void loop_body(int depth, unsigned rounds)
{
    unsigned saved = factor;
    int saved_switches = switches;
    factor *= rounds;
    loops++;
    switches = 0;
    block(depth - 1);
    loops--;
    switches = saved_switches;
    factor = saved;
}

static void loop_statement(int depth)
{
    int name = names++, mark = variable_count;
    unsigned rounds = 1 + chance(4), kind = chance(3);
    /* The condition runs once more than the body. */
    factor *= rounds + 1;
    variable_add(false, true, false, "i%d", name);
    if (kind == 0) {
        begin("for (unsigned i%d = %u; i%d > 0 && (", name, rounds, name);
        expression(2, true);
        printf(", 1); i%d--)\n", name);
        factor /= rounds + 1;
        loop_body(depth, rounds);
        variable_count = mark;
        return;
    }
    begin("{\n");
    indent++;
    begin("unsigned i%d = %u;\n", name, rounds);
    if (kind == 1) {
        begin("while (i%d-- > 0 && (", name);
        expression(2, true);
        printf(" | 1u))\n");
    } else {
        begin("do\n");
    }
    factor /= rounds + 1;
    loop_body(depth, rounds + 1);
    if (kind == 2) {
        factor *= rounds + 1;
        begin("while (i%d-- > 1 && (", name);
        expression(2, true);
        printf(", 1));\n");
        factor /= rounds + 1;
    }
    indent--;
    begin("}\n");
    variable_count = mark;
}

static void switch_statement(int depth)
{
    int count = 1 + (int)chance(4), default_at = (int)chance(6);
    begin("switch ((");
    expression(3, true);
    printf(") %% 5u) {\n");
    switches++;
    for (int i = 0; i < count; i++) {
        if (i == default_at)
            begin("default:\n");
        begin("case %d:\n", i);
        block(depth - 1);
        if (chance(2)) {
            indent++;
            begin("break;\n");
            indent--;
        }
    }
    switches--;
    begin("}\n");
}

/* A jump forward, over a block of its own. */
static void goto_statement(int depth)
{
    int name = names++;
    begin("if (");
    expression(2, true);
    printf(")\n");
    indent++;
    begin("goto l%d;\n", name);
    indent--;
    block(depth - 1);
    begin("l%d:;\n", name);
}

/* A loop made of a jump back. */
static void goto_loop(int depth)
{
    int name = names++, mark = variable_count;
    unsigned rounds = 1 + chance(3), saved = factor;
    begin("{\n");
    indent++;
    begin("unsigned i%d = %u;\n", name, rounds);
    variable_add(false, true, false, "i%d", name);
    begin("l%d:;\n", name);
    factor *= rounds + 1;
    block(depth - 1);
    begin("if (i%d-- > 0 && (", name);
    expression(2, true);
    printf(" & 3u))\n");
    factor = saved;
    indent++;
    begin("goto l%d;\n", name);
    indent -= 2;
    begin("}\n");
    variable_count = mark;
}

/* Cases inside a loop inside the switch: Duff's device. */
static void duff_statement(int depth)
{
    int name = names++, mark = variable_count;
    unsigned rounds = 1 + chance(3), saved = factor;
    int saved_loops = loops, saved_switches = switches;
    begin("{\n");
    indent++;
    begin("unsigned i%d = %u;\n", name, rounds);
    variable_add(false, true, false, "i%d", name);
    begin("switch ((");
    expression(2, true);
    printf(") %% 4u) {\n");
    begin("case 0:\n");
    begin("do {\n");
    factor *= rounds;
    /* Out of the loop, a break would mean something else in the blocks than it says. */
    loops = switches = 0;
    indent++;
    for (int i = 1; i < 4; i++) {
        block(depth - 1);
        begin("case %d:\n", i);
    }
    block(depth - 1);
    indent--;
    begin("} while (--i%d > 0);\n", name);
    begin("}\n");
    factor = saved;
    loops = saved_loops;
    switches = saved_switches;
    indent--;
    begin("}\n");
    variable_count = mark;
}

static void try_statement(int depth)
{
    int name = names++, mark = variable_count;
    begin("try\n");
    block(depth - 1);
    begin("catch (int e%d) {\n", name);
    indent++;
    begin("trace((unsigned)e%d);\n", name);
    variable_add(false, true, false, "e%d", name);
    block(depth - 1);
    if (!bound && chance(3) == 0)
        begin("throw e%d;\n", name);
    indent--;
    begin("}\n");
    variable_count = mark;
}

static void throw_statement(void)
{
    begin("if ((");
    expression(2, true);
    printf(") %% 3u == 0)\n");
    indent++;
    begin("throw %u;\n", 1 + chance(100));
    indent--;
}

/* What is thrown in it is caught in it. A destructor of C++ may not throw. */
static void defer_statement(int depth)
{
    int name = names++;
    int saved_loops = loops, saved_switches = switches;
    bool saved_bound = bound;
    loops = switches = 0;
    bound = true;
    begin("defer {\n");
    indent++;
    begin("trace(%uu);\n", chance(1000));
    begin("try\n");
    block(depth - 1);
    begin("catch (int e%d) {\n", name);
    begin("    trace((unsigned)e%d);\n", name);
    begin("}\n");
    indent--;
    begin("};\n");
    loops = saved_loops;
    switches = saved_switches;
    bound = saved_bound;
}

static void error_statement(int depth)
{
    switch (chance(depth > 0 ? 4 : 1)) {
    case 0: throw_statement(); break;
    case 1: case 2: try_statement(depth); break;
    default: defer_statement(depth); break;
    }
}

static void leave_statement(void)
{
    if (loops == 0 && switches == 0 && chance(3))
        return;
    begin("if ((");
    expression(2, true);
    printf(") %% 3u == 0)\n");
    indent++;
    if (loops && chance(3))
        begin(chance(2) || switches ? "continue;\n" : "break;\n");
    else if (switches)
        begin("break;\n");
    else if (bound)
        begin(";\n");
    else {
        begin("return ");
        expression(2, true);
        printf(";\n");
    }
    indent--;
}

static void statement(int depth)
{
    unsigned kind = chance(depth > 0 ? 16 : 8);
    if (errors && effects && chance(3) == 0) {
        error_statement(depth);
        return;
    }
    if (errors && kind >= 12 && kind <= 14)
        kind = 8;
    switch (kind) {
    case 0: case 1: scalar_declare(); break;
    case 2: array_declare(); break;
    case 3: struct_declare(); break;
    case 4: case 5: assign(); break;
    case 6: trace(); break;
    case 7: leave_statement(); break;
    case 8: case 9: if_statement(depth); break;
    case 10: loop_statement(depth); break;
    case 11: switch_statement(depth); break;
    case 12: goto_statement(depth); break;
    case 13: goto_loop(depth); break;
    case 14: duff_statement(depth); break;
    default: block(depth - 1); break;
    }
}

static void block(int depth)
{
    int mark = variable_count;
    begin("{\n");
    indent++;
    for (unsigned i = 1 + chance(3); i > 0; i--)
        statement(depth);
    indent--;
    begin("}\n");
    variable_count = mark;
}

/* ---- the program ---- */

static void function(int number)
{
    function_now = number;
    effects = number % 2;
    variable_count = 0;
    factor = 1;
    printf("static async unsigned f%d(unsigned a, unsigned b, unsigned *p)\n{\n", number);
    indent = 1;
    variable_add(false, false, true, "a");
    variable_add(true, false, true, "b");
    if (number % 2) {
        begin("trace(%du);\n", number);
        variable_add(true, false, true, "(*p)");
    } else {
        begin("(void)p;\n");
    }
    if (chance(3) == 0)
        begin("await later(a);\n");
    for (unsigned i = 2 + chance(4); i > 0; i--)
        statement(3);
    begin("return ");
    expression(4, number % 2);
    printf(";\n}\n\n");
}

static void head(const char *seed)
{
    /* tcc 0.9.27 does not get the plain C right: arrays of variable length beside jumps. */
    printf("// Random program %s.\n// acc: -w\n// cflags: -std=gnu11 -w\n%s#include <stdio.h>\n\n", seed, errors ? "" : "// not: tcc\n");
    printf("#ifdef PLAIN\n#define async\n#define await\nstatic unsigned later(unsigned n) { return n; }\n"
           "#ifdef __cplusplus\n#include <utility>\n#define _Bool bool\n"
           "template <class F> struct guard { F f; ~guard() { f(); } };\n"
           "struct make_guard { template <class F> guard<F> operator+(F f) { return guard<F>{std::move(f)}; } };\n"
           "#define JOIN_(a, b) a##b\n#define JOIN(a, b) JOIN_(a, b)\n"
           "#define defer auto JOIN(guard_, __COUNTER__) = make_guard() + [&]()\n#endif\n#else\n#include <ac.h>\n"
           "static async unsigned later(unsigned n) { if (n %% 2) await ac_sleep(0); return n; }\n#endif\n\n");
    printf("struct record { unsigned x; short y; unsigned bits : 5; };\n\n"
           "static struct record record_of(unsigned x)\n{\n    struct record r = {x, 3, 0};\n    return r;\n}\n\n"
           "static async struct record swap(struct record r)\n{\n    await later(r.x);\n    r.bits = r.x;\n    r.x ^= (unsigned)r.y;\n"
           "    return r;\n}\n\n"
           "static unsigned sink, traced, trace_sum;\n\n"
           "static void trace(unsigned n)\n{\n    trace_sum = trace_sum * 31 + n;\n    if (traced++ < 200)\n        printf(\"%%u\\n\", n);\n}\n\n");
}

int main(int argc, char **argv)
{
    const char *seed = argc > 1 ? argv[1] : "1";
    state = strtoull(seed, NULL, 10) * 2654435761u + 12345;
    errors = argc > 2 && strcmp(argv[2], "errors") == 0;
    head(seed);
    for (int i = 0; i < FUNCTIONS; i++)
        function(i);
    printf("async int main(void)\n{\n");
    for (int i = 0; i < 5; i++) {
        unsigned callee = FUNCTIONS - 1 - chance(3), a = chance(100), b = chance(1000);
        if (errors)
            printf("    try {\n        trace(await f%u(%uu, %uu, &sink));\n    } catch (int e) {\n        trace((unsigned)e);\n    }\n", callee, a, b);
        else
            printf("    trace(await f%u(%uu, %uu, &sink));\n", callee, a, b);
    }
    printf("    printf(\"%%u traces, sum %%u\\n\", traced, trace_sum);\n    return 0;\n}\n");
    return 0;
}

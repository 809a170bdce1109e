/* What check leaves in the tree: types, effects, awaits, objects whose address is taken, initialised lengths, kinds of await. */
#include "source.h"

/* Declarations that the expressions of these tests use. */
static const char preamble[] =
    "typedef unsigned long size_t; typedef int number; enum color { RED, BLUE = 5 }; enum big { BIG = 0x100000000 };"
    "struct s { int a; char text[8]; unsigned bits : 3, wide : 32; volatile int v; struct { short deep; }; };"
    "struct s make(void); int add(int, int); void nothing(void); char *name(void);"
    "async int fetch(int); async struct s load(void); async void quiet(void); async int (*op)(int);";

static const char variables[] =
    "char c; signed char sc; unsigned char uc; short sh; unsigned short us; int i; unsigned u; long l; unsigned long "
    "ul; long long ll;"
    "float f; double d; long double ld; _Bool b; float _Complex fc; double _Complex dc; number n; const int ci = 1; "
    "int *p; const int *cp;"
    "void *vp; int a[3]; int m[2][3]; struct s s; struct s *sp; const struct s *csp; enum color e; int (*fp)(int, "
    "int); char *str;"
    "_Task(int) t; _Future(char *) fu; _Coro(double) co; int vec __attribute__((vector_size(16))); __int128 q;";

static struct statement *body_of(const char *text)
{
    const char *source = arena_format("%s async void test(void) { %s %s }", preamble, variables, text);
    source_check(source);
    return source_function("test")->body;
}

static struct expression *last_expression(const char *text)
{
    struct statement *body = body_of(text);
    struct statement *last = body->items[body->item_count - 1];
    ck_assert_int_eq(last->kind, STATEMENT_EXPRESSION);
    return last->a;
}

static struct symbol *local(const char *text, const char *name)
{
    struct statement *body = body_of(text);
    for (size_t i = 0; i < body->item_count; i++)
        if (body->items[i]->kind == STATEMENT_DECLARATION)
            for (size_t k = 0; k < body->items[i]->declaration->declarator_count; k++)
                if (!strcmp(body->items[i]->declaration->declarators[k]->name, name))
                    return body->items[i]->declaration->declarators[k]->symbol;
    ck_abort_msg("%s is not declared", name);
    return NULL;
}

/* ================= types ================= */

static const struct {
    const char *expression, *type;
} types[] = {
    {"c + c", "int"},
    {"+c", "int"},
    {"~us", "int"},
    {"c", "char"},
    {"(c)", "char"},
    {"c = sh", "char"},
    {"c++", "char"},
    {"i + u", "unsigned int"},
    {"l + u", "long"},
    {"ul + ll", "unsigned long long"},
    {"i + f", "float"},
    {"f * d", "double"},
    {"d / ld", "long double"},
    {"fc + d", "double _Complex"},
    {"__real__ fc", "float"},
    {"i << ll", "int"},
    {"c << 1", "int"},
    {"i < l", "int"},
    {"!d", "int"},
    {"i && p", "int"},
    {"b", "_Bool"},
    {"b + b", "int"},
    {"q + 1", "__int128"},
    {"n + n", "number"},
    {"ci + 0", "int"},
    {"p + 1", "int *"},
    {"1 + p", "int *"},
    {"p - p", "long"},
    {"*p", "int"},
    {"*cp", "const int"},
    {"&i", "int *"},
    {"&ci", "const int *"},
    {"a", "int [3]"},
    {"&a", "int (*)[3]"},
    {"a + 1", "int *"},
    {"*a", "int"},
    {"m[1]", "int [3]"},
    {"m + 1", "int (*)[3]"},
    {"m[1][2]", "int"},
    {"1[a]", "int"},
    {"s.a", "int"},
    {"s.text", "char [8]"},
    {"sp->text[1]", "char"},
    {"csp->a", "const int"},
    {"csp->text", "const char [8]"},
    {"s.deep", "short"},
    {"s.bits + 1", "int"},
    {"s.wide + 1", "unsigned int"},
    {"make()", "struct s"},
    {"make().text", "char [8]"},
    {"add", "int (int, int)"},
    {"&add", "int (*)(int, int)"},
    {"*add", "int (int, int)"},
    {"add(1, 2)", "int"},
    {"(*fp)(1, 2)", "int"},
    {"nothing()", "void"},
    {"e", "enum color"},
    {"e + 1", "unsigned int"},
    {"RED", "int"},
    {"i ? c : sh", "int"},
    {"i ? p : 0", "int *"},
    {"i ? p : vp", "void *"},
    {"i ? p : cp", "const int *"},
    {"i ? 0 : str", "char *"},
    {"i ? s : *sp", "struct s"},
    {"i ? nothing() : nothing()", "void"},
    {"p ?: 0", "int *"},
    {"i, d", "double"},
    {"(char)i", "char"},
    {"(const int)i", "int"},
    {"sizeof i", "unsigned long"},
    {"_Alignof(int)", "unsigned long"},
    {"\"abc\"", "char [4]"},
    {"\"ab\" \"cd\"", "char [5]"},
    {"L\"ab\"", "int [3]"},
    {"u8\"\\u20ac\"", "char [4]"},
    {"u\"\\U0001F600\"", "unsigned short [3]"},
    {"'a'", "int"},
    {"L'a'", "int"},
    {"1", "int"},
    {"2147483648", "long"},
    {"0x80000000", "unsigned int"},
    {"1u", "unsigned int"},
    {"1ll", "long long"},
    {"1.0", "double"},
    {"1.0f", "float"},
    {"1e3L", "long double"},
    {"0x1p3", "double"},
    {"0xE", "int"},
    {"(struct s){ 0 }", "struct s"},
    {"(int[]){ 1, 2, 3 }", "int [3]"},
    {"(char[]){ \"hello\" }", "char [6]"},
    {"({ int z = 1; z + d; })", "double"},
    {"({ nothing(); })", "void"},
    {"_Generic(c, int: d, char: str, default: 0)", "char *"},
    {"_Generic(a, int *: f, default: 0)", "float"},
    {"__builtin_choose_expr(1, d, str)", "double"},
    {"__extension__ l", "long"},
    {"__func__", "const char [5]"},
    {"vec + vec", "int __attribute__((vector_size(16)))"},
    {"vec[1]", "int"},
    {"vec < vec", "int __attribute__((vector_size(16)))"},
    {"__builtin_offsetof(struct s, text)", "unsigned long"},
    {"__builtin_expect(i, 1)", "long"},
    {"__builtin_sqrtf(f)", "float"},
    {"__atomic_load_n(&l, 0)", "long"},
    {"__builtin_strlen(str)", "unsigned long"},
    {"i += d", "int"},
    {"p += 2", "int *"},
    {"__builtin_types_compatible_p(int, long)", "int"},
    {"&&out; out: i", "void *"},
    {"fetch(1)", "Coro(int)"},
    {"await fetch(1)", "int"},
    {"await load()", "struct s"},
    {"(await load()).text", "char [8]"},
    {"await quiet()", "void"},
    {"await op(1)", "int"},
    {"await (*op)(1)", "int"},
    {"await t", "int"},
    {"await fu", "char *"},
    {"await co", "double"},
    {"await t + await t", "int"},
    {"op", "async int (*)(int)"},
    {"t", "Task(int)"},
    {"sizeof await load()", "unsigned long"},
    {"-await fetch(1)", "int"},
    {"i ? t : 0", "Task(int)"},
};

START_TEST(expressions_have_their_types)
{
    const char *text = types[_i].expression;
    bool label = strstr(text, "out:") != NULL;
    struct expression *e;
    if (label) {
        struct statement *body = body_of(arena_format("%s;", text));
        e = body->items[body->item_count - 2]->a;
    } else {
        e = last_expression(arena_format("(void)t, (void)fu; %s;", text));
    }
    ck_assert_msg(!strcmp(type_text(e->type), types[_i].type), "%s is %s, not %s", text, type_text(e->type),
                  types[_i].type);
}
END_TEST

START_TEST(auto_and_typeof_take_the_type_of_their_expression)
{
    struct statement *body =
        body_of("__auto_type x = c + d; __typeof__(x) y; const __typeof__(s.text) z; __typeof__(int *) w; x; y; z; w;");
    static const char *const wanted[] = {"double", "double", "const char [8]", "int *"};
    for (size_t i = 0; i < 4; i++)
        ck_assert_str_eq(type_text(type_strip(body->items[body->item_count - 4 + i]->a->type)), wanted[i]);
}
END_TEST

/* ================= initialisers ================= */

static const struct {
    const char *declaration;
    uint64_t length;
} lengths[] = {
    {"int x[] = { 1, 2, 3 };", 3},
    {"int x[] = { [4] = 1 };", 5},
    {"int x[] = { [4] = 1, 2 };", 6},
    {"int x[] = { 1, [0] = 2, 3 };", 2},
    {"int x[] = { [2 ... 6] = 1 };", 7},
    {"int x[][2] = { 1, 2, 3 };", 2},
    {"int x[][2] = { { 1 }, { 2 }, { 3 } };", 3},
    {"int x[][2] = { [1][1] = 1, 2 };", 3},
    {"struct { int a, b; } x[] = { 1, 2, 3 };", 2},
    {"struct { int a, b; } x[] = { [1].b = 1, 2 };", 3},
    {"struct s x[] = { s, *sp };", 2},
    {"struct { int a[3]; int b; } x[] = { 1, 2, 3, 4, 5 };", 2},
    {"char x[] = \"abc\";", 4},
    {"char x[] = { \"abc\" };", 4},
    {"char x[] = \"a\" \"b\";", 3},
    {"int x[] = L\"abc\";", 4},
    {"char x[][4] = { \"a\", \"b\" };", 2},
    {"const char *x[] = { \"a\", \"b\", 0 };", 3},
    {"union { int a; char b[9]; } x[] = { 1, 2 };", 2},
    {"int x[] = { 1, await fetch(1), };", 2},
    {"struct { int : 3; int a; } x[] = { 1, 2 };", 2},
    {"struct { struct { int a, b; }; int c; } x[] = { 1, 2, 3, 4 };", 2},
    {"struct { struct { int a, b; }; int c; } x[] = { { .b = 1, .c = 2 }, { 3 } };", 2},
    {"int x[] = { };", 0},
};

START_TEST(initialisers_complete_array_lengths)
{
    struct type *type = type_strip(local(lengths[_i].declaration, "x")->type);
    ck_assert_int_eq(type->kind, TYPE_ARRAY);
    ck_assert(!type->incomplete_array);
    ck_assert_uint_eq(type->length, lengths[_i].length);
}
END_TEST

/* ================= objects ================= */

static const struct {
    const char *text;
    const char *name;
    bool address_taken, assigned;
} uses[] = {
    {"i = 1;", "i", false, true},
    {"&i;", "i", true, false},
    {"i++;", "i", false, true},
    {"a[1] = 2;", "a", false, true},
    {"a[1];", "a", false, false},
    {"*a = 1;", "a", false, true},
    {"sizeof a;", "a", false, false},
    {"p = a;", "a", true, false},
    {"p = a + 1;", "a", true, false},
    {"m[1][2] = 1;", "m", false, true},
    {"p = m[1];", "m", true, false},
    {"s.a = 1;", "s", false, true},
    {"str = s.text;", "s", true, false},
    {"s.text[1] = 1;", "s", false, true},
    {"&s.a;", "s", true, false},
    {"&sp->a;", "sp", false, false},
    {"*p = 1;", "p", false, false},
    {"p[1] = 1;", "p", false, false},
    {"(i) = 1;", "i", false, true},
    {"sizeof &i;", "i", false, false},
    {"*sp = s;", "s", false, false},
    {"make().text;", "s", false, false},
    {"__real__ fc = 1;", "fc", false, true},
    {"__typeof__(&i) z; z;", "i", false, false},
    {"name() == a;", "a", true, false},
    {"add(a[0], 1);", "a", false, false},
    {"&a[1];", "a", true, false},
    {"i + (u = 1);", "u", false, true},
};

START_TEST(uses_of_objects_are_known)
{
    struct symbol *symbol = local(uses[_i].text, uses[_i].name);
    ck_assert_msg(symbol->address_taken == uses[_i].address_taken, "address_taken of %s in %s", uses[_i].name,
                  uses[_i].text);
    ck_assert_msg(symbol->assigned == uses[_i].assigned, "assigned of %s in %s", uses[_i].name, uses[_i].text);
}
END_TEST

static const struct {
    const char *text;
    bool await, effect;
} effects[] = {
    {"i + 1;", false, false},
    {"i = 1;", false, true},
    {"add(1, 2);", false, true},
    {"await fetch(1);", true, true},
    {"1 + await fetch(1);", true, true},
    {"sizeof(await fetch(1));", false, false},
    {"s.v;", false, true},
    {"sp->v + 1;", false, true},
    {"_Generic(await fetch(1), int: 1, default: 2);", false, false},
    {"_Generic(1, int: 1, default: await fetch(1));", false, false},
    {"_Generic(1, int: await fetch(1), default: 2);", true, true},
    {"__builtin_choose_expr(0, await fetch(1), 2);", false, false},
    {"({ await fetch(1); });", true, true},
    {"i ? 1 : await fetch(2);", true, true},
    {"(int[]){ 1, await fetch(1) }[0];", true, true},
};

START_TEST(awaits_and_effects_are_known)
{
    struct expression *e = last_expression(effects[_i].text);
    ck_assert_msg(e->has_await == effects[_i].await, "has_await of %s", effects[_i].text);
    ck_assert_msg(e->has_effect == effects[_i].effect, "has_effect of %s", effects[_i].text);
}
END_TEST

static const struct {
    const char *text;
    int kind;
} awaits[] = {
    {"await fetch(1);", AWAIT_CALL},
    {"await (fetch(1));", AWAIT_CALL},
    {"await op(1);", AWAIT_CALL},
    {"await co;", AWAIT_CORO},
    {"await (i ? fetch(1) : fetch(2));", AWAIT_CORO},
    {"await t;", AWAIT_FUTURE},
    {"await fu;", AWAIT_FUTURE},
};

START_TEST(awaits_know_what_they_await)
{
    struct expression *e = last_expression(awaits[_i].text);
    ck_assert_int_eq(e->kind, EXPRESSION_AWAIT);
    ck_assert_int_eq(e->await_kind, awaits[_i].kind);
}
END_TEST

START_TEST(callees_are_noted_once)
{
    source_check("async int f(void) { return 1; } async int g(void) { return await f() + await f(); }");
    struct function *g = source_function("g");
    ck_assert_uint_eq(g->callees.count, 1);
    ck_assert_ptr_eq(g->callees.at[0], source_function("f"));
    ck_assert_uint_eq(g->await_count, 2);
}
END_TEST

START_TEST(children_are_tasks)
{
    source_check("async int f(void) { return 1; } async int test(void) { async int x = f(); return await x; }");
    struct statement *body = source_function("test")->body;
    struct symbol *symbol = body->items[0]->declaration->declarators[0]->symbol;
    ck_assert_str_eq(type_text(symbol->type), "Task(int)");
    ck_assert(body->items[0]->has_await);
    ck_assert_ptr_eq(symbol->block, body);
}
END_TEST

START_TEST(statements_know_their_parent)
{
    struct statement *body = body_of("while (i) { if (u) i = ({ await fetch(1); }); }");
    struct statement *loop = body->items[body->item_count - 1], *inner = loop->body->items[0];
    ck_assert_ptr_eq(loop->parent, body);
    ck_assert_ptr_eq(loop->body->parent, loop);
    ck_assert_ptr_eq(inner->body->parent, inner);
    struct statement *value = inner->body->a->b->body;
    ck_assert_ptr_eq(value->parent, inner->body);
    ck_assert_ptr_eq(value->holder, inner->body->a->b);
    ck_assert(loop->has_await && inner->has_await && body->has_await);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("check");
    TCase *all = tcase_create("check");
#define LOOP(test, table) tcase_add_loop_test(all, test, 0, (int)(sizeof table / sizeof *table))
    LOOP(expressions_have_their_types, types);
    LOOP(initialisers_complete_array_lengths, lengths);
    LOOP(uses_of_objects_are_known, uses);
    LOOP(awaits_and_effects_are_known, effects);
    LOOP(awaits_know_what_they_await, awaits);
    tcase_add_test(all, auto_and_typeof_take_the_type_of_their_expression);
    tcase_add_test(all, callees_are_noted_once);
    tcase_add_test(all, children_are_tasks);
    tcase_add_test(all, statements_know_their_parent);
    suite_add_tcase(suite, all);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}

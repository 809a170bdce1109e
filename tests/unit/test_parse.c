/* The front end: tokens and line markers, what a name is where (typedefs, contextual keywords), the shape of the tree, the places
   of declarators that the emitter copies, and that one mistake gives one message. */
#define _GNU_SOURCE
#include "../../compiler/source.h"
#include "diagnostic.h"
#include "source.h"
#include <stdio.h>
#include <stdlib.h>

/* ---- helpers ---- */

/* Parses, and fails on any error. */
static void parse_clean(const char *text)
{
    source_parse(text);
    ck_assert_msg(error_count == 0, "errors in: %s", text);
}

/* The text of the tokens first..last, with single blanks where there were any. */
static const char *text_of(token_index first, token_index last)
{
    const char *text = "";
    for (token_index t = first; t <= last; t++)
        text = arena_format("%s%s%.*s", text, t > first && tokens[t].space_before ? " " : "", (int)tokens[t].length, tokens[t].text);
    return text;
}

/* Item n of the body of the async function f. */
static struct statement *item(size_t n)
{
    struct statement *body = source_function("f")->body;
    ck_assert_uint_lt(n, body->item_count);
    return body->items[n];
}

static struct statement *last_item(void)
{
    return item(source_function("f")->body->item_count - 1);
}

static void declares(const struct statement *s, const char *name, const char *type)
{
    ck_assert_int_eq(s->kind, STATEMENT_DECLARATION);
    ck_assert_str_eq(s->declaration->declarators[0]->name, name);
    ck_assert_str_eq(type_text(s->declaration->declarators[0]->type), type);
}

static void is_expression(const struct statement *s, enum expression_kind kind)
{
    ck_assert_int_eq(s->kind, STATEMENT_EXPRESSION);
    ck_assert_str_eq(expression_kind_name(s->a->kind), expression_kind_name(kind));
}

/* What is printed to standard error while the text is parsed. */
static const char *messages_of(const char *text)
{
    char path[] = "/tmp/test_parse.XXXXXX";
    int descriptor = mkstemp(path);
    ck_assert_int_ge(descriptor, 0);
    ck_assert_ptr_nonnull(freopen(path, "w", stderr));
    char *original = strdup(text);      /* its layout helps to recover */
    ck_assert_ptr_nonnull(original);
    source_preload("test.ac", original, strlen(original));
    source_parse(text);
    fflush(stderr);
    FILE *in = fdopen(descriptor, "r");
    ck_assert_ptr_nonnull(in);
    char *said = arena_alloc(20000);
    said[fread(said, 1, 19999, in)] = '\0';
    fclose(in);
    remove(path);
    return said;
}

static void one_error(const char *text, const char *message)
{
    const char *said = messages_of(text);
    ck_assert_msg(error_count == 1, "%u errors in: %s\n%s", error_count, text, said);
    ck_assert_msg(strstr(said, message) != NULL, "not '%s' in: %s", message, said);
}

/* ---- typedef names ---- */

START_TEST(scope_of_for_is_left_before_the_look_ahead_is_read)
{
    parse_clean("typedef int T; async void f(int x) { for (int T = 0; ;) if (x) x++; T z; }");
    declares(last_item(), "z", "T");
}
END_TEST

START_TEST(scope_of_if_is_left_before_the_look_ahead_is_read)
{
    parse_clean("typedef int T; async void f(int x) { if (sizeof(enum { T })) if (x) x++; T z; }");
    declares(last_item(), "z", "T");
}
END_TEST

START_TEST(scope_of_else_while_do_and_switch_end)
{
    parse_clean("typedef int T; async void f(int x) { if (x) ; else x = sizeof(enum { T }); while (sizeof(enum { T })) x++; do x++; while (x);"
                " switch (sizeof(enum { T })) x++; T z; }");
    declares(last_item(), "z", "T");
}
END_TEST

START_TEST(inner_variable_hides_a_typedef)
{
    parse_clean("typedef int T; async void f(int x) { int T = 2; T * x; }");
    is_expression(last_item(), EXPRESSION_BINARY);
}
END_TEST

START_TEST(typedef_and_star_is_a_declaration)
{
    parse_clean("typedef int T; async void f(int x) { T * y; }");
    declares(last_item(), "y", "T *");
}
END_TEST

START_TEST(name_is_in_scope_in_its_own_initializer)
{
    parse_clean("typedef long T; async void f(void) { T T = sizeof(T); T * 3; }");
    is_expression(last_item(), EXPRESSION_BINARY);
    ck_assert_int_eq(item(0)->declaration->declarators[0]->initializer->kind, EXPRESSION_SIZEOF);
}
END_TEST

START_TEST(declarator_hides_for_the_next_declarator)
{
    parse_clean("typedef int T; async void f(void) { int T = 1, x = (T) + 1; }");
    ck_assert_int_eq(item(0)->declaration->declarators[1]->initializer->kind, EXPRESSION_BINARY);
}
END_TEST

START_TEST(type_after_a_qualifier_and_name_after_a_type)
{
    parse_clean("typedef int T; async void f(void) { const T; unsigned T = 1; T++; }");
    ck_assert_uint_eq(item(0)->declaration->declarator_count, 0);
    declares(item(1), "T", "unsigned int");
    is_expression(item(2), EXPRESSION_POST_INCREMENT);
}
END_TEST

START_TEST(bit_field_after_a_qualifier_is_unnamed)
{
    parse_clean("typedef int T; struct s { unsigned T : 3; const T : 4; };");
    struct tag *tag = tag_find(intern_string("s"));
    ck_assert_uint_eq(tag->member_count, 2);
    ck_assert_str_eq(tag->members[0].name, "T");
    ck_assert_ptr_null(tag->members[1].name);
}
END_TEST

START_TEST(parenthesised_typedef_in_a_parameter_is_a_type)
{
    parse_clean("typedef int T; void g(int (T)); void h(int (x)); void i(int *(*T));");
    ck_assert_str_eq(type_text(source_symbol("g")->type), "void (int (*)(T))");
    ck_assert_str_eq(type_text(source_symbol("h")->type), "void (int)");
    ck_assert_str_eq(type_text(source_symbol("i")->type), "void (int **)");
}
END_TEST

START_TEST(parenthesised_typedef_in_a_declaration_is_the_name)
{
    parse_clean("typedef int T; async void f(int x) { int (T) = 1; T * x; }");
    is_expression(last_item(), EXPRESSION_BINARY);
}
END_TEST

START_TEST(enumerator_hides_a_typedef_from_the_next_one_on)
{
    parse_clean("typedef int T; async void f(void) { enum { T = sizeof(T), U = T + 1 }; T * 2; }");
    is_expression(last_item(), EXPRESSION_BINARY);
}
END_TEST

START_TEST(tags_members_and_labels_have_their_own_name_spaces)
{
    parse_clean("typedef int T; async void f(struct T { int T; T y; } *p) { T: p->T = p->T + sizeof(p->y); struct T z = { .T = 1, T: 2 };"
                " T x; goto T; }");
    declares(item(2), "x", "T");
}
END_TEST

START_TEST(parameter_hides_a_typedef_in_the_body)
{
    parse_clean("typedef int T; async void f(T T, int x) { T * x; }");
    is_expression(last_item(), EXPRESSION_BINARY);
}
END_TEST

START_TEST(parameter_of_a_prototype_hides_nothing_behind_it)
{
    parse_clean("typedef int T; int g(int T, int a[sizeof(T)]); T z; async void f(void) { T y; }");
    declares(last_item(), "y", "T");
}
END_TEST

START_TEST(parameters_of_the_function_and_not_of_its_result_are_in_scope)
{
    parse_clean("typedef int T; async void (*f(int x))(int T) { T y; x = 1; }");
    ck_assert_uint_eq(error_count, 0);
}
END_TEST

START_TEST(casts_and_calls_differ_by_the_name)
{
    parse_clean("typedef int T; int g(int); async void f(int x) { (T)(x); (g)(x); sizeof(T); sizeof(x); (T){ 1 }; }");
    is_expression(item(0), EXPRESSION_CAST);
    is_expression(item(1), EXPRESSION_CALL);
    is_expression(item(2), EXPRESSION_SIZEOF_TYPE);
    is_expression(item(3), EXPRESSION_SIZEOF);
    is_expression(item(4), EXPRESSION_COMPOUND_LITERAL);
}
END_TEST

START_TEST(typedef_may_be_redeclared)
{
    parse_clean("typedef int T; typedef int T; T x;");
}
END_TEST

START_TEST(typedef_of_a_block_ends_with_it)
{
    parse_clean("int T; async void f(int x) { { typedef char T; T * y; } T * x; }");
    is_expression(last_item(), EXPRESSION_BINARY);
}
END_TEST

START_TEST(old_style_definitions_and_implicit_int)
{
    parse_clean("typedef int T; int g(a, b) int a; T *b; { return a; } h(x) { return x; } static y; main() { } async void f(void) { T z; }");
    declares(last_item(), "z", "T");
    ck_assert_uint_eq(unit.functions.count, 4);
}
END_TEST

/* ---- contextual keywords ---- */

START_TEST(async_stays_an_identifier_in_c)
{
    parse_clean("typedef struct uv_async_s uv_async_t; struct async { int async; }; struct loop { uv_async_t *async; struct async async_, *other; };"
                "int async; int async_init(int async, int await, int try); typedef struct { unsigned async : 1, await : 1; } flags;"
                "int x[] = { 1 }; enum { yield, defer };");
    ck_assert_uint_eq(unit.async_sites.count, 0);
}
END_TEST

START_TEST(function_called_async_stays_one)
{
    parse_clean("void async(void (*callback)(void)); int g(void) { async(0); return 0; }");
    ck_assert(!type_strip(source_symbol("async")->type)->is_async);
}
END_TEST

START_TEST(async_in_expressions_is_an_identifier)
{
    parse_clean("int g(int); async int f(int async) { async = 1; g(async); async++; return async * 2 + async; }");
    is_expression(item(0), EXPRESSION_ASSIGN);
}
END_TEST

START_TEST(async_begins_a_child_or_a_call)
{
    parse_clean("typedef int T; async int g(int); async void f(int x) { async T a = g(1); async g(x); async int (*p)(int) = g; async (g)(x); }");
    declares(item(0), "a", "T");
    ck_assert(item(0)->declaration->declarators[0]->symbol->child);
    ck_assert_str_eq(type_text(item(0)->declaration->declarators[0]->symbol->type), "Task(T)");
    is_expression(item(1), EXPRESSION_ASYNC_CALL);
    declares(item(2), "p", "async int (*)(int)");
    ck_assert(!item(2)->declaration->declarators[0]->symbol->child);
    is_expression(item(3), EXPRESSION_ASYNC_CALL);
}
END_TEST

START_TEST(async_call_is_decided_when_the_parser_asks)
{
    parse_clean("typedef int g; async int h(int); async void f(int x) { for (int g = 1; ;) if (x) x++; async g y = h(1); }");
    declares(last_item(), "y", "g");
    parse_clean("");
}
END_TEST

START_TEST(hidden_keyword_is_one_again_behind_its_scope)
{
    parse_clean("async int h(int); async void f(int x) { for (int await = 1; ;) if (x) x++; await h(1); }");
    is_expression(last_item(), EXPRESSION_AWAIT);
}
END_TEST

START_TEST(async_stands_anywhere_among_the_specifiers)
{
    parse_clean("async static int a(void); static async int b(void); static int async c(void); int async *d(void); unsigned async long e(void);"
                "__attribute__((noinline)) async int f(void); async __attribute__((noinline)) int g(void); struct s async h(void);");
    ck_assert_uint_eq(unit.async_sites.count, 8);
    ck_assert_str_eq(type_text(source_symbol("d")->type), "async int *(void)");
}
END_TEST

START_TEST(async_pointers_members_parameters_and_typedefs)
{
    parse_clean("typedef async void handler(int); struct ops { async int (*op)(int), *(*get)(void); }; int g(async int (*op)(int));"
                "async int (*table[3])(int); async int (*f(void))[3]; int (*(*p)(async int (*)(void)));");
    ck_assert_str_eq(type_text(tag_find(intern_string("ops"))->members[1].type), "async int *(*)(void)");
    ck_assert_uint_eq(unit.async_sites.count, 6);
    ck_assert_str_eq(text_of(unit.async_sites.at[1].first, unit.async_sites.at[1].last), "async int (*op)(int), *(*get)(void);");
    ck_assert_ptr_null(unit.async_sites.at[1].declaration);
}
END_TEST

START_TEST(sites_stand_in_the_order_of_the_text)
{
    parse_clean("async int g(async int (*a)(int), async int (*b)(int)); async int f(void) { async int h(void); return 0; }");
    ck_assert_uint_eq(unit.async_sites.count, 5);
    for (size_t i = 1; i < unit.async_sites.count; i++)
        ck_assert_uint_lt(unit.async_sites.at[i - 1].first, unit.async_sites.at[i].first);
    ck_assert_ptr_eq(unit.async_sites.at[4].inside, source_function("f"));
}
END_TEST

START_TEST(async_part_is_the_declarator_next_to_the_type)
{
    static const char *const parts[][2] = { { "async int f(int);", "f(int)" }, { "async int *f(int);", "f(int)" },
        { "async int (*op)(int);", "(*op)(int)" }, { "async int *(*op[2])(int);", "(*op[2])(int)" },
        { "async int (f)(int) __attribute__((noinline));", "(f)(int)" }, { "async int (*f(char))(int);", "(*f(char))(int)" },
        { "async int (*f(void))[3];", "f(void)" } };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        parse_clean(parts[i][0]);
        struct declarator *d = unit.declarations.at[unit.declarations.count - 1]->declarators[0];
        ck_assert(d->has_async_part);
        ck_assert_str_eq(text_of(d->async_part.first, d->async_part.last), parts[i][1]);
        scope_leave((struct scope_mark){ NULL, 0 });
        token_count = 0;
    }
}
END_TEST

START_TEST(generators)
{
    parse_clean("async yield int f(int n) { for (int i = 0; i < n; i++) yield i; yield -1; }");
    ck_assert(source_function("f")->is_generator);
    ck_assert_int_eq(item(0)->body->kind, STATEMENT_YIELD);
    ck_assert_int_eq(last_item()->kind, STATEMENT_YIELD);
}
END_TEST

START_TEST(statements_of_the_dialect)
{
    parse_clean("int c(int); async int g(void); async void f(int x) { async { async g(); } async for (int i : c(1)) x += i;"
                " async with (c(2)) x++; async with (int *m = c(3), *n = c(4)) { } try { throw 3; } catch (4) { } catch (int e) { } catch { }"
                " try { } catch (int) { } defer c(5); defer { x++; } }");
    static const uint8_t kinds[] = { STATEMENT_ASYNC_BLOCK, STATEMENT_ASYNC_FOR, STATEMENT_ASYNC_WITH, STATEMENT_ASYNC_WITH, STATEMENT_TRY,
                                     STATEMENT_TRY, STATEMENT_DEFER, STATEMENT_DEFER };
    ck_assert_uint_eq(source_function("f")->body->item_count, sizeof kinds);
    for (size_t i = 0; i < sizeof kinds; i++)
        ck_assert_int_eq(item(i)->kind, kinds[i]);
    ck_assert_uint_eq(item(4)->catch_count, 3);
    ck_assert_ptr_nonnull(item(4)->catches[0].code);
    ck_assert_ptr_nonnull(item(4)->catches[1].declaration);
    ck_assert(!item(4)->catches[2].code && !item(4)->catches[2].declaration);
    ck_assert_ptr_null(item(5)->catches[0].declaration->declarators[0]->name);
}
END_TEST

START_TEST(async_for_declares_its_variable_for_the_body_only)
{
    parse_clean("char *c(int); async void f(int i) { async for (char *i : c(i)) i++; }");
    struct expression *argument = item(0)->a->arguments[0];
    ck_assert(argument->symbol->parameter);
    ck_assert_ptr_eq(item(0)->body->a->a->symbol, item(0)->declaration->declarators[0]->symbol);
}
END_TEST

START_TEST(reserved_spellings)
{
    parse_clean("_Async int g(void); int await; async void f(void) { int try = 3; _Try { _Await g(); _Throw try; } _Catch (int e) { }"
                " _Defer await++; _Async int x = g(); }");
    ck_assert_int_eq(item(1)->kind, STATEMENT_TRY);
    ck_assert_int_eq(item(2)->kind, STATEMENT_DEFER);
}
END_TEST

START_TEST(contextual_keywords_as_members_labels_and_locals)
{
    parse_clean("async void f(void) { struct s { int await, try, yield, defer, throw; } s = { .await = 1, .try = 2 }; s.await = s.throw;"
                " struct s *p = &s; p->defer = p->yield; ({ int try = 0; try = 1; try; }); goto defer; defer: ; }");
    is_expression(item(1), EXPRESSION_ASSIGN);
}
END_TEST

START_TEST(await_binds_like_a_cast)
{
    parse_clean("async int g(int); async void f(int *p) { -await g(1) * 2; await g(1) + 1; (await g(1)); await (g)(1); *await g(2); }");
    is_expression(item(0), EXPRESSION_BINARY);
    is_expression(item(1), EXPRESSION_BINARY);
    is_expression(item(3), EXPRESSION_AWAIT);
    is_expression(item(4), EXPRESSION_DEREFERENCE);
}
END_TEST

/* ---- C and GNU C ---- */

START_TEST(labels_and_cases_hold_the_next_statement)
{
    parse_clean("async int f(int x) { switch (x) { case 1: case 2 ... 3: x++; break; default: ; } L: { __label__ L; goto L; L: x++; } goto L; M: }");
    struct statement *body = item(0)->body;
    ck_assert_uint_eq(body->item_count, 3);
    ck_assert_int_eq(body->items[0]->body->kind, STATEMENT_CASE);
    ck_assert_int_eq(body->items[0]->body->body->kind, STATEMENT_EXPRESSION);
    ck_assert_ptr_ne(item(1)->label, item(1)->body->items[1]->label);
    ck_assert_ptr_eq(item(1)->label, item(2)->label);
    ck_assert_ptr_nonnull(last_item()->body);
}
END_TEST

START_TEST(gnu_expressions_and_statements)
{
    parse_clean("int printf(const char *, ...); async int f(int x) { void *p = &&L; L: goto *p; x = x ?: 2; x = ({ int y = x; y; });"
                " __auto_type z = x; __typeof__(z) w = __extension__ 1; asm volatile (\"nop\" : \"+r\"(x) : [a] \"r\"(w) : \"memory\", \"cc\");"
                " asm goto (\"\" : : : : L); if (__builtin_types_compatible_p(int, long)) x = __builtin_choose_expr(1, x, w);"
                " __builtin_va_list l; x = __builtin_va_arg(l, int) + __builtin_offsetof(struct { int a[3]; }, a[x]);"
                " int a[4] = { [0 ... 1] = 2, [3] 4 }; struct { } e = { }; x = _Generic(x, int: 1, default: 2); __real__ x; __imag__ x;"
                " __extension__ int q = 1; switch (x) { case 1: __attribute__((fallthrough)); default: ; } U: __attribute__((unused)) x++; return a[0] + q; }");
}
END_TEST

START_TEST(declarations_of_headers)
{
    parse_clean("extern int printf(const char *__restrict __format, ...) __asm__(\"\" \"printf\") __attribute__((__nothrow__)) __attribute__((format(printf, 1, 2)));"
                "__extension__ typedef long long int quad; typedef _Complex float c __attribute__((mode(SC))); typedef float v4 __attribute__((vector_size(16)));"
                "extern void (*signal(int __sig, void (*__handler)(int)))(int) __attribute__((__nothrow__, __leaf__));"
                "static __inline__ __attribute__((always_inline)) int g(int x) { return x; @ ` \\ }"
                "struct __attribute__((packed)) p { char c; int i; } __attribute__((aligned(4))); typedef float _Float32; typedef long double _Float64x;"
                "void h(int n, double a[static const 4], int b[n][*], int (__attribute__((x)) *cb)(void)); _Static_assert(sizeof(int) == 4, \"x\" \"y\"); _Static_assert(1);"
                "_Thread_local int t; _Atomic(int) u; _Atomic int w; _Alignas(16) char al[4]; _Noreturn void die(void); [[gnu::unused]] static int un;"
                "typedef union { int *i; char *c; } any __attribute__((__transparent_union__)); __extension__ __int128 big; enum e { A, B, } e;"
                "typedef __SomeBuiltin_t mine; int fl[] = { }; struct { int n; int data[]; } flexible; ;");
    ck_assert(type_strip(source_symbol("any")->type)->tag->transparent);
    ck_assert_int_eq(type_strip(source_symbol("v4")->type)->kind, TYPE_VECTOR);
    ck_assert_str_eq(type_text(source_symbol("signal")->type), "void (*(int, void (*)(int)))(int)");
    ck_assert(tag_find(intern_string("p"))->packed);
}
END_TEST

START_TEST(local_redeclaration_is_told)
{
    one_error("async void f(int a) { int a; }", "redeclaration of 'a'");
}
END_TEST

START_TEST(block_scope_prototype_is_the_function_of_the_file)
{
    parse_clean("async void f(void) { async int g(int); g(1); } async int g(int x) { return x; }");
    ck_assert_ptr_eq(item(1)->a->a->symbol, source_symbol("g"));
    ck_assert_ptr_nonnull(source_symbol("g")->function);
}
END_TEST

START_TEST(pragmas_stand_between_statements)
{
    parse_clean("#pragma once\nstruct s {\n#pragma pack(push, 1)\nint a; };\nasync void f(int x)\n{\n#pragma omp for\nfor (;;) x++;\n#pragma x\n}\n");
    ck_assert_uint_eq(source_function("f")->body->item_count, 3);
    ck_assert_int_eq(item(0)->kind, STATEMENT_PRAGMA);
}
END_TEST

START_TEST(tokens_of_a_node_are_exact)
{
    parse_clean("async int f(int a) { return (a + 2) * -a; }");
    ck_assert_str_eq(text_of(item(0)->first, item(0)->last), "return (a + 2) * -a;");
    ck_assert_str_eq(text_of(item(0)->a->a->first, item(0)->a->a->last), "(a + 2)");
    ck_assert_str_eq(text_of(item(0)->a->b->first, item(0)->a->b->last), "-a");
    struct function *function = source_function("f");
    ck_assert_str_eq(text_of(function->body_first, function->body_first), "{");
    ck_assert_str_eq(text_of(function->body_last, function->body_last), "}");
    ck_assert_str_eq(text_of(function->declarator->parameter_tokens.first, function->declarator->parameter_tokens.last), "(int a)");
}
END_TEST

/* ---- tokens ---- */

START_TEST(line_markers_lead_back_to_the_files)
{
    parse_clean("# 1 \"a \\\"b\\\".c\"\n# 1 \"/usr/include/x.h\" 1 3 4\nint x;\n# 3 \"a \\\"b\\\".c\" 2\nint y = \n# 3 \"a \\\"b\\\".c\" 3 4\n 5\n"
                "# 3 \"a \\\"b\\\".c\"\n;\n# 10 \"g.y\"\nint z;\n");
    token_index x = source_symbol("x")->place, y = source_symbol("y")->place, z = source_symbol("z")->place;
    ck_assert_str_eq(token_file(x)->path, "/usr/include/x.h");
    ck_assert(token_in_system(x));
    ck_assert_uint_eq(inclusions.at[tokens[x].inclusion].line, 2);
    ck_assert_str_eq(token_file(y)->path, "a \"b\".c");
    ck_assert(!token_in_system(y) && !tokens[y].system_macro && tokens[y + 2].system_macro && !tokens[y + 3].system_macro);
    ck_assert_uint_eq(tokens[y].line, 3);
    ck_assert_uint_eq(tokens[y].column, 5);
    ck_assert_str_eq(token_file(z)->path, "g.y");
    ck_assert_uint_eq(tokens[z].line, 10);
}
END_TEST

START_TEST(spellings_of_tokens)
{
    parse_clean("int a<:2:> = <% 0b101, 1'000 %>; int caf\\u00e9; const char *s = u8\"a\\\"b\" \"c\" R\"x(a\" )y\" )x\"; int c = L'\\''; double d = 0x1.8p-3; $x;");
    ck_assert_ptr_eq(source_symbol("caf\xc3\xa9")->name, intern_string("caf\xc3\xa9"));
    ck_assert_uint_eq(type_strip(source_symbol("a")->type)->length, 2);
}
END_TEST

START_TEST(anything_may_stand_in_a_plain_body)
{
    parse_clean("int g(void) { int try = 3; ` @ \\ $ T * 5 ) ; try = yield(3) + s.await; x->defer = 1; async(3); { } return try; } int h;");
    ck_assert_ptr_nonnull(source_symbol("h"));
}
END_TEST

START_TEST(broken_tokens_are_told)
{
    one_error("int x;\nconst char *s = \"abc;\n", "test.ac:2:17: error: missing terminating \" character");
}
END_TEST

START_TEST(stray_characters_are_told)
{
    one_error("int x ` = 3;", "stray '`' in program");
}
END_TEST

START_TEST(unterminated_comment_is_told)
{
    one_error("int x; /* abc\n\n", "test.ac:1:8: error: unterminated comment");
}
END_TEST

START_TEST(control_characters_end_the_reading)
{
    char noise[4000];
    for (size_t i = 0; i < sizeof noise - 1; i++)
        noise[i] = (char)(i % 31 + 1);
    noise[sizeof noise - 1] = '\0';
    one_error(noise, "this is not C text");
}
END_TEST

/* ---- errors ---- */

START_TEST(one_mistake_one_message)
{
    static const char *const mistakes[][2] = {
        { "int x\nint y;", "test.ac:1:5: error: expected ';' after 'x'" },
        { "foo bar; foo baz; int f(foo x) { return x; } struct s { foo y; };", "unknown type name 'foo'" },
        { "struct s { int a; foo b; int c; }; struct s x;", "unknown type name 'foo'" },
        { "int f(foo x) { int y; return y; } int z;", "unknown type name 'foo'" },
        { "async int f(foo *x) { return 1; } async int g(void) { return await f(0); }", "unknown type name 'foo'" },
        { "async int f(const foo x); static foo g(foo a, foo *b); async int h(void) { foo c; foo d; return 1; }", "unknown type name 'foo'" },
        { "int puts(const char *); async void f(void) { puts(\"abc);\nputs(\"def\"); }", "missing terminating" },
        { "int z = 3 +; int y;", "expected an expression before ';'" },
        { "enum e { A = 1 B }; int y;", "expected ',' or '}' before 'B'" },
        { "int w[] = { 1, 2 3 }; int y;", "before '3'" },
        { "async int f(void) { int a = 3\n int b = 4; return a; }", "test.ac:1:29: error: expected ';' after '3'" },
        { "async int f(int a) { a = (a + 1; return a; }", "expected ')' before ';'" },
        { "async int f(int a) { if (a b) { a = 1; } return a; }", "expected ')' before 'b'" },
        { "async int f(int a) { if a) { a = 1; } return a; }", "expected '(' before 'a'" },
        { "async int f(int a) { return }", "expected an expression before '}'" },
        { "async int f(int a) { catch (int e) { } return a; }", "'catch' without a 'try' before it" },
        { "async int f(int a) { { } catch (int e) { a = 2; } return a; }", "'catch' without a 'try' before it" },
        { "async int f(int a) { try { a = 1; } return a; }", "expected 'catch' before 'return'" },
        { "async int f(int a) { throw; return a; }", "expected an expression before ';'" },
        { "async int f(int a) { int try = 3; try { a = 1; } catch { } return try; }", "'try' is not a keyword here" },
        { "async int g(int); async int f(int await) { return await g(1); }", "the keyword can be written _Await" },
        { "async int f(int a) { int g(int b) { return b; } return a; }", "nested function 'g' in an async function" },
        { "async int f(int a) { if (a) { return a; }", "before the end of the file" },
        { "int f(int a) { if (a) { return 1;", "this '{' is never closed" },
        { "async int g(void); int x = await g();", "'await' outside an async function" },
        { "async int g(void); int f(void) { return await g(); }", "'await' outside an async function" },
        { "int f(void) { try { } catch (int e) { } return 1; }", "'try' outside an async function" },
        { "int f(void) { async int x = g(); return 1; }", "'async' outside an async function" },
        { "int f(void) { throw EIO; }", "'throw' outside an async function" },
        { "int f(void) { defer close(3); return 1; }", "'defer' outside an async function" },
        { "int f(void) { _Await g(); return 1; }", "'await' outside an async function" },
        { "int x; } int y;", "before '}'" },
        { "int int x; int y;", "two or more data types" },
        { "struct s { int a; }; struct s { int b; };", "redefinition of 'struct s'" },
        { "async void f(void) { L: ; L: ; }", "duplicate label 'L'" },
    };
    one_error(mistakes[_i][0], mistakes[_i][1]);
}
END_TEST
enum { MISTAKE_COUNT = 35 };

START_TEST(next_mistake_is_told_too)
{
    const char *said = messages_of("async void f(int a)\n{\n    a = ;\n    a = 1;\n    a + ;\n    foo b;\n}\nint x = ;\nasync int g(void)\n{\n    return );\n}\n");
    ck_assert_msg(error_count == 5, "%u errors: %s", error_count, said);
}
END_TEST

/* ---- size ---- */

static char *repeated(const char *before, const char *part, size_t count, const char *after)
{
    size_t length = strlen(part);
    char *text = arena_alloc(strlen(before) + strlen(after) + length * count + 1), *to = text + strlen(before);
    memcpy(text, before, strlen(before));
    for (size_t i = 0; i < count; i++, to += length)
        memcpy(to, part, length);
    memcpy(to, after, strlen(after) + 1);
    return text;
}

START_TEST(nesting_is_deep_and_bounded)
{
    parse_clean(repeated(repeated("async int f(void) { return ", "(", 30000, "1"), ")", 30000, "; }"));
}
END_TEST

START_TEST(too_deep_nesting_is_told)
{
    one_error(repeated("async int f(void) { return ", "(", 300000, ""), "nested too deeply");
}
END_TEST

START_TEST(lists_are_long)
{
    parse_clean(repeated("int x[] = {", "1,", 300000, "}; async void f(int x) { x = 1; }"));
    parse_clean("");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("parse");
    TCase *names = tcase_create("names"), *words = tcase_create("words"), *c = tcase_create("c"), *text = tcase_create("text"),
          *errors = tcase_create("errors"), *large = tcase_create("large");
    suite_add_tcase(suite, names);
    suite_add_tcase(suite, words);
    suite_add_tcase(suite, c);
    suite_add_tcase(suite, text);
    suite_add_tcase(suite, errors);
    suite_add_tcase(suite, large);
    tcase_add_test(names, scope_of_for_is_left_before_the_look_ahead_is_read);
    tcase_add_test(names, scope_of_if_is_left_before_the_look_ahead_is_read);
    tcase_add_test(names, scope_of_else_while_do_and_switch_end);
    tcase_add_test(names, inner_variable_hides_a_typedef);
    tcase_add_test(names, typedef_and_star_is_a_declaration);
    tcase_add_test(names, name_is_in_scope_in_its_own_initializer);
    tcase_add_test(names, declarator_hides_for_the_next_declarator);
    tcase_add_test(names, type_after_a_qualifier_and_name_after_a_type);
    tcase_add_test(names, bit_field_after_a_qualifier_is_unnamed);
    tcase_add_test(names, parenthesised_typedef_in_a_parameter_is_a_type);
    tcase_add_test(names, parenthesised_typedef_in_a_declaration_is_the_name);
    tcase_add_test(names, enumerator_hides_a_typedef_from_the_next_one_on);
    tcase_add_test(names, tags_members_and_labels_have_their_own_name_spaces);
    tcase_add_test(names, parameter_hides_a_typedef_in_the_body);
    tcase_add_test(names, parameter_of_a_prototype_hides_nothing_behind_it);
    tcase_add_test(names, parameters_of_the_function_and_not_of_its_result_are_in_scope);
    tcase_add_test(names, casts_and_calls_differ_by_the_name);
    tcase_add_test(names, typedef_may_be_redeclared);
    tcase_add_test(names, typedef_of_a_block_ends_with_it);
    tcase_add_test(names, old_style_definitions_and_implicit_int);
    tcase_add_test(words, async_stays_an_identifier_in_c);
    tcase_add_test(words, function_called_async_stays_one);
    tcase_add_test(words, async_in_expressions_is_an_identifier);
    tcase_add_test(words, async_begins_a_child_or_a_call);
    tcase_add_test(words, async_call_is_decided_when_the_parser_asks);
    tcase_add_test(words, hidden_keyword_is_one_again_behind_its_scope);
    tcase_add_test(words, async_stands_anywhere_among_the_specifiers);
    tcase_add_test(words, async_pointers_members_parameters_and_typedefs);
    tcase_add_test(words, sites_stand_in_the_order_of_the_text);
    tcase_add_test(words, async_part_is_the_declarator_next_to_the_type);
    tcase_add_test(words, generators);
    tcase_add_test(words, statements_of_the_dialect);
    tcase_add_test(words, async_for_declares_its_variable_for_the_body_only);
    tcase_add_test(words, reserved_spellings);
    tcase_add_test(words, contextual_keywords_as_members_labels_and_locals);
    tcase_add_test(words, await_binds_like_a_cast);
    tcase_add_test(c, labels_and_cases_hold_the_next_statement);
    tcase_add_test(c, gnu_expressions_and_statements);
    tcase_add_test(c, declarations_of_headers);
    tcase_add_test(c, local_redeclaration_is_told);
    tcase_add_test(c, block_scope_prototype_is_the_function_of_the_file);
    tcase_add_test(c, pragmas_stand_between_statements);
    tcase_add_test(c, tokens_of_a_node_are_exact);
    tcase_add_test(text, line_markers_lead_back_to_the_files);
    tcase_add_test(text, spellings_of_tokens);
    tcase_add_test(text, anything_may_stand_in_a_plain_body);
    tcase_add_test(text, broken_tokens_are_told);
    tcase_add_test(text, stray_characters_are_told);
    tcase_add_test(text, unterminated_comment_is_told);
    tcase_add_test(text, control_characters_end_the_reading);
    tcase_add_test(errors, next_mistake_is_told_too);
    tcase_add_test(large, nesting_is_deep_and_bounded);
    tcase_add_test(large, too_deep_nesting_is_told);
    tcase_add_test(large, lists_are_long);
    tcase_add_loop_test(errors, one_mistake_one_message, 0, MISTAKE_COUNT);
    tcase_set_timeout(large, 30);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}

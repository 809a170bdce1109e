/* Places in the original text: each token of the preprocessed text is found again where it was written, and what came out of a macro is not. */
#define _GNU_SOURCE
#include "../../compiler/source.h"
#include "diagnostic.h"
#include <check.h>
#include <stdlib.h>
#include <string.h>

/* Reads `preprocessed` (after a line marker) as what became of `original`. */
static void align(const char *original, const char *preprocessed)
{
    source_preload("test.ac", strdup(original), strlen(original));
    char *text = arena_format("# 1 \"test.ac\"\n%s", preprocessed);
    tokens_read(text, strlen(text), "test.ac");
    source_align(0);
}

/* The n-th token (from 1) spelled so. */
static struct token *token_spelled(const char *spelling, int n)
{
    for (token_index t = 0; t < token_count; t++)
        if (token_is(t, spelling) && --n == 0)
            return &tokens[t];
    ck_abort_msg("no such token: %s", spelling);
    return NULL;
}

static void stands_at(const char *spelling, int n, long offset, unsigned column)
{
    struct token *t = token_spelled(spelling, n);
    ck_assert_int_eq(t->raw, offset);
    ck_assert_uint_eq(t->column, column);
}

START_TEST(plain_text_is_found_to_the_column)
{
    align("int  a;\n\tlong   b ;\n", "int a;\n long b ;\n");
    stands_at("a", 1, 5, 6);
    stands_at("b", 1, 16, 9);
}
END_TEST

START_TEST(comments_and_directives_are_passed)
{
    align("/* int a; */ int b; // int c;\n#define X int d\nint e;\n", " int b;\n\nint e;\n");
    stands_at("b", 1, 17, 18);
    stands_at("e", 1, 50, 5);
}
END_TEST

START_TEST(what_a_macro_made_has_no_place)
{
    align("#define TWO a + b\nx = TWO * c;\n", "\nx = a + b * c;\n");
    stands_at("x", 1, 18, 1);
    ck_assert_int_eq(token_spelled("a", 1)->raw, -1);
    ck_assert_int_eq(token_spelled("+", 1)->raw, -1);
    stands_at("*", 1, 26, 9);
    stands_at("c", 1, 28, 11);
}
END_TEST

START_TEST(macro_arguments_over_lines_are_found)
{
    align("ADD(one,\n    two) + three;\nfour;\n", "one + two + three;\n\nfour;\n");
    stands_at("one", 1, 4, 5);
    stands_at("two", 1, 13, 5);
    stands_at("three", 1, 20, 12);
    stands_at("four", 1, 27, 1);
}
END_TEST

START_TEST(skipped_conditionals_hold_no_tokens)
{
    align("#if 0\nint a;\n#else\nint b;\n#endif\nint a;\n", "\n\n\nint b;\n\nint a;\n");
    stands_at("b", 1, 23, 5);
    stands_at("a", 1, 37, 5);
}
END_TEST

START_TEST(spliced_tokens_are_one)
{
    align("int lo\\\nng_name;\nint z;\n", "int long_name;\n\nint z;\n");
    stands_at("long_name", 1, 4, 5);
    stands_at("z", 1, 21, 5);
}
END_TEST

START_TEST(line_directives_count)
{
    align("int a;\n#line 100\nint b;\n", "int a;\n# 100 \"test.ac\"\nint b;\n");
    stands_at("a", 1, 4, 5);
    stands_at("b", 1, 21, 5);
}
END_TEST

START_TEST(strings_hide_what_is_in_them)
{
    align("s = \"/* \\\" \" ; t = '\"' ;\n", "s = \"/* \\\" \" ; t = '\"' ;\n");
    stands_at("t", 1, 15, 16);
}
END_TEST

START_TEST(digraph_directives_are_directives)
{
    align("%:define A\nint a;\n", "\nint a;\n");
    stands_at("a", 1, 15, 5);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("align");
    TCase *all = tcase_create("align");
    tcase_add_test(all, plain_text_is_found_to_the_column);
    tcase_add_test(all, comments_and_directives_are_passed);
    tcase_add_test(all, what_a_macro_made_has_no_place);
    tcase_add_test(all, macro_arguments_over_lines_are_found);
    tcase_add_test(all, skipped_conditionals_hold_no_tokens);
    tcase_add_test(all, spliced_tokens_are_one);
    tcase_add_test(all, line_directives_count);
    tcase_add_test(all, strings_hide_what_is_in_them);
    tcase_add_test(all, digraph_directives_are_directives);
    suite_add_tcase(suite, all);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

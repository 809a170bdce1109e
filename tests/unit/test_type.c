/* Types: that layouts are the C compiler's own, that constants fold to what it computes, and how types are printed. What is compared is
   written once, and read both by the C compiler and, as text, by acc. */
#include "source.h"
#include <limits.h>
#include <stdint.h>
#include <stdio.h>

/* ================= layout ================= */

#define LAYOUT(name, ...)                                                                                              \
    __VA_ARGS__;                                                                                                       \
    static const char name##_text[] = #__VA_ARGS__ ";"

LAYOUT(
    plain, struct plain {
        char a;
        int b;
        short c;
        double d;
        char e;
    });
LAYOUT(
    nested, struct nested {
        char a;
        struct {
            long b;
            char c;
        } d[3];
        union {
            char e[5];
            int f;
        } g;
    });
LAYOUT(
    flexible, struct flexible {
        int n;
        char text[];
    });
LAYOUT(
    fields, struct fields {
        unsigned a : 3;
        unsigned b : 7;
        unsigned c : 25;
        int d : 1;
    });
LAYOUT(
    fields_chars, struct fields_chars {
        char a : 3;
        int b : 6;
        char c : 4;
        short d : 9;
    });
LAYOUT(
    fields_wide, struct fields_wide {
        long a : 40;
        int b : 20;
        long c : 30;
        _Bool d : 1;
    });
LAYOUT(
    fields_zero, struct fields_zero {
        char a : 3;
        int : 0;
        char b : 2;
        long : 0;
        char c;
    });
LAYOUT(
    fields_unnamed, struct fields_unnamed {
        char a;
        int : 5;
        char b;
    });
LAYOUT(
    fields_after, struct fields_after {
        char a;
        unsigned b : 24;
        short c;
    });
LAYOUT(
    field_union, union field_union {
        char a : 3;
        int b : 20;
        char c;
    });
LAYOUT(
    packed, struct __attribute__((packed)) packed {
        char a;
        int b;
        short c : 9;
        long d : 33;
    });
LAYOUT(
    packed_after, struct packed_after {
        char a;
        long b;
    } __attribute__((packed)));
LAYOUT(
    aligned, struct aligned {
        char a;
        int b __attribute__((aligned(16)));
        char c;
    });
LAYOUT(
    aligned_whole, struct aligned_whole { char a; } __attribute__((aligned(64))));
LAYOUT(
    aligned_as, struct aligned_as {
        char a;
        _Alignas(32) char b;
    });
LAYOUT(
    wide, struct wide {
        char a;
        long double b;
        char c;
        __int128_t d;
        _Complex float e;
    });
LAYOUT(
    pointers, struct pointers {
        char a;
        int (*b)(int);
        char(*c)[7];
        void *d[2];
        char e;
    });
LAYOUT(
    enumerated, struct enumerated {
        enum { E1, E2 } a;
        enum { E3 = -1, E4 = 1000 } b;
        char c;
    });
LAYOUT(
    anonymous, struct anonymous {
        int a;
        struct {
            char b;
            union {
                short c;
                double d;
            };
        };
        char e;
    });

#pragma pack(push, 2)
LAYOUT(
    pack_two, struct pack_two {
        char a;
        int b;
        double c;
        short d : 3;
        int e : 30;
        char f;
    });
#pragma pack(1)
LAYOUT(
    pack_one, struct pack_one {
        char a;
        int b : 5;
        int c : 31;
        long d;
        char e : 3;
    });
#pragma pack(pop)

static void layout_is(const char *text, const char *type, size_t size, size_t alignment)
{
    const char *pack = strstr(type, "pack_two")   ? "\n#pragma pack(2)\n"
                       : strstr(type, "pack_one") ? "\n#pragma pack(1)\n"
                                                  : "";
    source_parse(arena_format(
        "%stypedef __int128 __int128_t; %s char size_probe[sizeof(%s)]; char alignment_probe[_Alignof(%s)];", pack,
        text, type, type));
    ck_assert_uint_eq(type_strip(source_symbol("size_probe")->type)->length, size);
    ck_assert_uint_eq(type_strip(source_symbol("alignment_probe")->type)->length, alignment);
}

#define LAYOUT_TEST(kind, name)                                                                                        \
    START_TEST(layout_##name)                                                                                          \
    {                                                                                                                  \
        layout_is(name##_text, #kind " " #name, sizeof(kind name), _Alignof(kind name));                               \
    }                                                                                                                  \
    END_TEST

LAYOUT_TEST(struct, plain)
LAYOUT_TEST(struct, nested)
LAYOUT_TEST(struct, flexible)
LAYOUT_TEST(struct, fields)
LAYOUT_TEST(struct, fields_chars)
LAYOUT_TEST(struct, fields_wide)
LAYOUT_TEST(struct, fields_zero)
LAYOUT_TEST(struct, fields_unnamed)
LAYOUT_TEST(struct, fields_after)
LAYOUT_TEST(union, field_union)
LAYOUT_TEST(struct, packed)
LAYOUT_TEST(struct, packed_after)
LAYOUT_TEST(struct, aligned)
LAYOUT_TEST(struct, aligned_whole)
LAYOUT_TEST(struct, aligned_as)
LAYOUT_TEST(struct, wide)
LAYOUT_TEST(struct, pointers)
LAYOUT_TEST(struct, enumerated)
LAYOUT_TEST(struct, anonymous)
LAYOUT_TEST(struct, pack_two)
LAYOUT_TEST(struct, pack_one)

START_TEST(offsets_of_members)
{
    layout_is(nested_text, "struct nested", sizeof(struct nested), _Alignof(struct nested));
    struct type *type = type_new(TYPE_STRUCT);
    type->tag = tag_find(intern_string("nested"));
    uint64_t offset;
    ck_assert(type_member_offset(type, intern_string("g"), &offset));
    ck_assert_uint_eq(offset, offsetof(struct nested, g));
    ck_assert(type_member_offset(type, intern_string("d"), &offset));
    ck_assert_uint_eq(offset, offsetof(struct nested, d));
    ck_assert(!type_member_offset(type, intern_string("nothing"), &offset));
}
END_TEST

/* ================= constants ================= */

enum { SEVEN = 7, MINUS = -2 };
static const char enumerators[] = "enum { SEVEN = 7, MINUS = -2 };";

/* Comparing what C's conversions make of signs is the point here. */
#pragma GCC diagnostic ignored "-Wsign-compare"
static const struct {
    const char *text;
    long long value;
} constants[] = {
#define CONSTANT(e)                                                                                                    \
    {                                                                                                                  \
#e, (long long)(e)                                                                                             \
    }
    CONSTANT(1 + 2 * 3),
    CONSTANT((7 - 9) / 2),
    CONSTANT(-7 % 3),
    CONSTANT(-7 / 2),
    CONSTANT(1 ? 2 : 3),
    CONSTANT(0 ? 2 : -3L),
    CONSTANT(SEVEN *MINUS),
    CONSTANT(!SEVEN),
    CONSTANT(~SEVEN),
    CONSTANT(-SEVEN),
    CONSTANT(+MINUS),
    CONSTANT(1 << 20),
    CONSTANT(-16 >> 2),
    CONSTANT(0x80000000u >> 31),
    CONSTANT(1ul << 40),
    CONSTANT(0xFFFFFFFF),
    CONSTANT(4294967295),
    CONSTANT(017),
    CONSTANT('a'),
    CONSTANT('\n'),
    CONSTANT('\377'),
    CONSTANT('\x41'),
    CONSTANT('\\'),
    CONSTANT(L'\u20ac'),
    CONSTANT(u'\u20ac'),
    CONSTANT(U'\U0001F600'),
    CONSTANT(-1 < 0u),
    CONSTANT(-1 < 0),
    CONSTANT(1u - 2 > 0),
    CONSTANT((unsigned char)300),
    CONSTANT((signed char)200),
    CONSTANT((_Bool)42),
    CONSTANT((int)2.9),
    CONSTANT((int)-2.9),
    CONSTANT((long)1e10),
    CONSTANT((int)(1.5f * 4)),
    CONSTANT((short)70000),
    CONSTANT(sizeof(int)),
    CONSTANT(sizeof(char *) * 2),
    CONSTANT(sizeof "hello" + 1),
    CONSTANT(sizeof(int[3][4])),
    CONSTANT(_Alignof(double)),
    CONSTANT(sizeof('a')),
    CONSTANT(sizeof(1.0f)),
    CONSTANT(sizeof(1 + 1L)),
    CONSTANT(sizeof L"ab"),
    CONSTANT(sizeof u8"\u20ac"),
    CONSTANT(sizeof u"\U0001F600"),
    CONSTANT(sizeof "a"
                    "b\0"
                    "c"),
    CONSTANT(5 > 3 && 2 < 1),
    CONSTANT(0 || 4),
    CONSTANT(0 && 1 / 1),
    CONSTANT(1 == 1),
    CONSTANT(1 != 1),
    CONSTANT(3 & 6),
    CONSTANT(3 | 6),
    CONSTANT(3 ^ 6),
    CONSTANT(10 >= 10),
    CONSTANT(2.5 > 2),
    CONSTANT(_Generic(1.0, int : 1, double : 2)),
    CONSTANT(_Generic("", char * : 5, default : 6)),
    CONSTANT(__builtin_offsetof(
        struct {
            int a;
            char b[4];
        },
        b[2])),
    CONSTANT(INT_MIN),
    CONSTANT(LLONG_MAX),
    CONSTANT(UINT_MAX + 1),
    CONSTANT((uint8_t)-1),
    CONSTANT(18446744073709551615u),
    CONSTANT(1 ? -1 : 0u),
    CONSTANT((char)-1 < 0),
    CONSTANT(__builtin_types_compatible_p(int, long)),
    CONSTANT(__builtin_types_compatible_p(int[], int[4])),
    CONSTANT(sizeof(struct {
        char c;
        long l;
    })),
    CONSTANT(0x1p4 == 16),
    CONSTANT(1.5e1 < 16),
};

/* Macros are read by the C compiler alone: these are given to acc as what they stand for. */
static const char macros[] = "typedef unsigned char uint8_t;";

static const char *spelled(const char *text)
{
    if (!strcmp(text, "INT_MIN"))
        return "(-2147483647 - 1)";
    if (!strcmp(text, "LLONG_MAX"))
        return "9223372036854775807LL";
    return !strcmp(text, "UINT_MAX + 1") ? "4294967295u + 1" : text;
}

START_TEST(constants_fold_as_the_compiler_does)
{
    const char *text = spelled(constants[_i].text);
    source_parse(arena_format(
        "%s %s char (*probe)[__builtin_choose_expr((long long)(%s) == %lldLL, 1, 2)]; int value[sizeof *probe];",
        enumerators, macros, text, constants[_i].value == LLONG_MIN ? 0 : constants[_i].value));
    ck_assert_msg(type_strip(source_symbol("value")->type)->length == 1, "%s is not %lld", text, constants[_i].value);
}
END_TEST

/* ================= text ================= */

static const char *const declarations[] = {
    "int x",
    "const char *x",
    "char *const x",
    "int x[3]",
    "int *x[3]",
    "int (*x)[3]",
    "int (*x)(void)",
    "int (*x[2])(char, ...)",
    "int *(*x)(int (*)(int), void *)",
    "int (*(*x)(void))[4]",
    "unsigned long long x",
    "const volatile int *const *x",
    "double _Complex x",
    "struct s *x",
    "union u *x",
    "int (*x)()",
    "_Bool x",
    "long double x",
    "__int128_t x",
    "float __attribute__((vector_size(16))) x",
    "__builtin_va_list x",
    "int *restrict x",
    "T x",
    "const T *x",
    "T (*x)(T)",
};

START_TEST(declarations_are_printed_as_written)
{
    source_parse(arena_format("typedef long T; typedef __int128 __int128_t; %s;", declarations[_i]));
    ck_assert_str_eq(type_declare(source_symbol("x")->type, "x"), declarations[_i]);
}
END_TEST

static const struct {
    const char *source, *c, *user;
} dialect[] = {
    {"_Task(int) x", "ac_task_ref x", "Task(int)"},
    {"const _Coro(char *) x", "const ac_coro_ref x", "const Coro(char *)"},
    {"_Future(void) *x", "ac_future_ref *x", "Future(void) *"},
    {"async int (*x)(int)", "ac_coro_ref (*x)(int)", "async int (*)(int)"},
    {"async yield char *(*x)(void)", "ac_gen_ref (*x)(void)", "async yield char *(*)(void)"},
    {"_Gen(struct s) (*x)(_Task(int))", "ac_gen_ref (*x)(ac_task_ref)", "Gen(struct s) (*)(Task(int))"},
    {"struct { int a; } *x", "__typeof__(((void)0, (*x))) *x", "struct <unnamed> *"},
};

START_TEST(types_of_the_dialect_are_handles_in_c)
{
    source_parse(arena_format("struct s { int a; }; %s;", dialect[_i].source));
    struct type *type = source_symbol("x")->type;
    const char *c = type_declare(type, "x");
    ck_assert_msg(c && !strcmp(c, dialect[_i].c), "%s: %s", dialect[_i].source, c ? c : "NULL");
    ck_assert_str_eq(type_text(type), dialect[_i].user);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("type");
    TCase *layout = tcase_create("layout"), *constant = tcase_create("constant"), *text = tcase_create("text");
#define ADD(name) tcase_add_test(layout, layout_##name);
    ADD(plain)
    ADD(nested) ADD(flexible) ADD(fields) ADD(fields_chars) ADD(fields_wide) ADD(fields_zero) ADD(fields_unnamed)
        ADD(fields_after) ADD(field_union) ADD(packed) ADD(packed_after) ADD(aligned) ADD(aligned_whole) ADD(aligned_as)
            ADD(wide) ADD(pointers) ADD(enumerated) ADD(anonymous) ADD(pack_two) ADD(pack_one)
                tcase_add_test(layout, offsets_of_members);
    tcase_add_loop_test(constant, constants_fold_as_the_compiler_does, 0, (int)(sizeof constants / sizeof *constants));
    tcase_add_loop_test(text, declarations_are_printed_as_written, 0,
                        (int)(sizeof declarations / sizeof *declarations));
    tcase_add_loop_test(text, types_of_the_dialect_are_handles_in_c, 0, (int)(sizeof dialect / sizeof *dialect));
    suite_add_tcase(suite, layout);
    suite_add_tcase(suite, constant);
    suite_add_tcase(suite, text);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}

/* The result types of gcc's and clang's builtin functions, so that their values can be kept across an await. What
   they take is checked by the C compiler. The results of those that are not here are known to the C compiler alone. */
#include "builtins.h"
#include "checking.h"
#include <string.h>

enum builtin_result {
    RESULT_VOID,
    RESULT_BOOL,
    RESULT_INT,
    RESULT_UNSIGNED,
    RESULT_LONG,
    RESULT_SIZE,
    RESULT_LONG_LONG,
    RESULT_UNSIGNED_LONG_LONG,
    RESULT_UNSIGNED_SHORT,
    RESULT_DOUBLE,
    RESULT_FLOAT,
    RESULT_LONG_DOUBLE,
    RESULT_POINTER,
    RESULT_STRING,
    RESULT_FIRST,   /* the type of the first argument */
    RESULT_POINTED, /* what the first argument points to */
    RESULT_COMPLEX  /* complex of the first argument */
};

struct builtin {
    const char *name; /* after its prefix */
    uint8_t result;
};

/* __builtin_NAME */
static const struct builtin builtins[] = {
    {"expect", RESULT_LONG},
    {"expect_with_probability", RESULT_LONG},
    {"constant_p", RESULT_INT},
    {"unreachable", RESULT_VOID},
    {"trap", RESULT_VOID},
    {"abort", RESULT_VOID},
    {"exit", RESULT_VOID},
    {"assume", RESULT_VOID},
    {"prefetch", RESULT_VOID},
    {"va_start", RESULT_VOID},
    {"va_end", RESULT_VOID},
    {"va_copy", RESULT_VOID},
    {"object_size", RESULT_SIZE},
    {"dynamic_object_size", RESULT_SIZE},
    {"frame_address", RESULT_POINTER},
    {"return_address", RESULT_POINTER},
    {"extract_return_addr", RESULT_POINTER},
    {"assume_aligned", RESULT_POINTER},
    {"alloca", RESULT_POINTER},
    {"alloca_with_align", RESULT_POINTER},
    {"malloc", RESULT_POINTER},
    {"calloc", RESULT_POINTER},
    {"realloc", RESULT_POINTER},
    {"free", RESULT_VOID},
    {"memcpy", RESULT_POINTER},
    {"memmove", RESULT_POINTER},
    {"mempcpy", RESULT_POINTER},
    {"memset", RESULT_POINTER},
    {"memchr", RESULT_POINTER},
    {"memcmp", RESULT_INT},
    {"bcmp", RESULT_INT},
    {"strlen", RESULT_SIZE},
    {"strcmp", RESULT_INT},
    {"strncmp", RESULT_INT},
    {"strcasecmp", RESULT_INT},
    {"strcpy", RESULT_STRING},
    {"strncpy", RESULT_STRING},
    {"stpcpy", RESULT_STRING},
    {"strcat", RESULT_STRING},
    {"strncat", RESULT_STRING},
    {"strchr", RESULT_STRING},
    {"strrchr", RESULT_STRING},
    {"strstr", RESULT_STRING},
    {"strpbrk", RESULT_STRING},
    {"strspn", RESULT_SIZE},
    {"strcspn", RESULT_SIZE},
    {"strdup", RESULT_STRING},
    {"__memcpy_chk", RESULT_POINTER},
    {"__memmove_chk", RESULT_POINTER},
    {"__mempcpy_chk", RESULT_POINTER},
    {"__memset_chk", RESULT_POINTER},
    {"__strcpy_chk", RESULT_STRING},
    {"__strncpy_chk", RESULT_STRING},
    {"__stpcpy_chk", RESULT_STRING},
    {"__strcat_chk", RESULT_STRING},
    {"__strncat_chk", RESULT_STRING},
    {"__sprintf_chk", RESULT_INT},
    {"__snprintf_chk", RESULT_INT},
    {"__vsprintf_chk", RESULT_INT},
    {"__vsnprintf_chk", RESULT_INT},
    {"__printf_chk", RESULT_INT},
    {"__fprintf_chk", RESULT_INT},
    {"printf", RESULT_INT},
    {"fprintf", RESULT_INT},
    {"sprintf", RESULT_INT},
    {"snprintf", RESULT_INT},
    {"vprintf", RESULT_INT},
    {"vsnprintf", RESULT_INT},
    {"puts", RESULT_INT},
    {"putchar", RESULT_INT},
    {"abs", RESULT_INT},
    {"labs", RESULT_LONG},
    {"llabs", RESULT_LONG_LONG},
    {"ffs", RESULT_INT},
    {"ffsl", RESULT_INT},
    {"ffsll", RESULT_INT},
    {"clz", RESULT_INT},
    {"clzl", RESULT_INT},
    {"clzll", RESULT_INT},
    {"ctz", RESULT_INT},
    {"ctzl", RESULT_INT},
    {"ctzll", RESULT_INT},
    {"clrsb", RESULT_INT},
    {"clrsbl", RESULT_INT},
    {"clrsbll", RESULT_INT},
    {"popcount", RESULT_INT},
    {"popcountl", RESULT_INT},
    {"popcountll", RESULT_INT},
    {"parity", RESULT_INT},
    {"parityl", RESULT_INT},
    {"parityll", RESULT_INT},
    {"bswap16", RESULT_UNSIGNED_SHORT},
    {"bswap32", RESULT_UNSIGNED},
    {"bswap64", RESULT_SIZE},
    {"isalpha", RESULT_INT},
    {"isdigit", RESULT_INT},
    {"isspace", RESULT_INT},
    {"toupper", RESULT_INT},
    {"tolower", RESULT_INT},
    {"add_overflow", RESULT_BOOL},
    {"sub_overflow", RESULT_BOOL},
    {"mul_overflow", RESULT_BOOL},
    {"add_overflow_p", RESULT_BOOL},
    {"sub_overflow_p", RESULT_BOOL},
    {"mul_overflow_p", RESULT_BOOL},
    {"sadd_overflow", RESULT_BOOL},
    {"saddl_overflow", RESULT_BOOL},
    {"saddll_overflow", RESULT_BOOL},
    {"uadd_overflow", RESULT_BOOL},
    {"uaddl_overflow", RESULT_BOOL},
    {"uaddll_overflow", RESULT_BOOL},
    {"ssub_overflow", RESULT_BOOL},
    {"ssubl_overflow", RESULT_BOOL},
    {"ssubll_overflow", RESULT_BOOL},
    {"usub_overflow", RESULT_BOOL},
    {"usubl_overflow", RESULT_BOOL},
    {"usubll_overflow", RESULT_BOOL},
    {"smul_overflow", RESULT_BOOL},
    {"smull_overflow", RESULT_BOOL},
    {"smulll_overflow", RESULT_BOOL},
    {"umul_overflow", RESULT_BOOL},
    {"umull_overflow", RESULT_BOOL},
    {"umulll_overflow", RESULT_BOOL},
    {"isnan", RESULT_INT},
    {"isinf", RESULT_INT},
    {"isinf_sign", RESULT_INT},
    {"isfinite", RESULT_INT},
    {"isnormal", RESULT_INT},
    {"isgreater", RESULT_INT},
    {"isgreaterequal", RESULT_INT},
    {"isless", RESULT_INT},
    {"islessequal", RESULT_INT},
    {"islessgreater", RESULT_INT},
    {"isunordered", RESULT_INT},
    {"signbit", RESULT_INT},
    {"signbitf", RESULT_INT},
    {"signbitl", RESULT_INT},
    {"fpclassify", RESULT_INT},
    {"finite", RESULT_INT},
    {"huge_val", RESULT_DOUBLE},
    {"huge_valf", RESULT_FLOAT},
    {"huge_vall", RESULT_LONG_DOUBLE},
    {"nan", RESULT_DOUBLE},
    {"nanf", RESULT_FLOAT},
    {"nanl", RESULT_LONG_DOUBLE},
    {"complex", RESULT_COMPLEX},
    {"shuffle", RESULT_FIRST},
    {"bit_cast", RESULT_FIRST},
    {"cpu_supports", RESULT_INT},
    {"cpu_is", RESULT_INT},
    {"cpu_init", RESULT_INT},
    {"LINE", RESULT_INT},
    {"FILE", RESULT_STRING},
    {"FUNCTION", RESULT_STRING},
    {"readcyclecounter", RESULT_UNSIGNED_LONG_LONG},
    {"ia32_rdtsc", RESULT_UNSIGNED_LONG_LONG},
    {"ia32_pause", RESULT_VOID},
};

/* __builtin_NAME for double, with f for float and l for long double. */
static const char *const mathematics[] = {
    "acos",  "acosh",    "asin",   "asinh", "atan",  "atan2", "atanh",     "cabs",      "carg",   "cbrt",  "ceil",
    "cimag", "copysign", "cos",    "cosh",  "creal", "erf",   "erfc",      "exp",       "exp2",   "expm1", "fabs",
    "fdim",  "floor",    "fma",    "fmax",  "fmin",  "fmod",  "frexp",     "hypot",     "inf",    "ldexp", "lgamma",
    "log",   "log10",    "log1p",  "log2",  "logb",  "modf",  "nearbyint", "nextafter", "pow",    "powi",  "remainder",
    "rint",  "round",    "scalbn", "sin",   "sinh",  "sqrt",  "tan",       "tanh",      "tgamma", "trunc",
};

/* __atomic_NAME, __sync_NAME, and clang's __c11_atomic_NAME, of which <stdatomic.h> is made; all others there give what their first argument points to. */
static const struct builtin atomics[] = {
    {"load", RESULT_VOID},
    {"store", RESULT_VOID},
    {"store_n", RESULT_VOID},
    {"exchange", RESULT_VOID},
    {"compare_exchange", RESULT_BOOL},
    {"compare_exchange_n", RESULT_BOOL},
    {"test_and_set", RESULT_BOOL},
    {"clear", RESULT_VOID},
    {"thread_fence", RESULT_VOID},
    {"signal_fence", RESULT_VOID},
    {"always_lock_free", RESULT_BOOL},
    {"is_lock_free", RESULT_BOOL},
    {"bool_compare_and_swap", RESULT_BOOL},
    {"synchronize", RESULT_VOID},
    {"lock_release", RESULT_VOID},
};

/* These load values. */
static const struct builtin c11_atomics[] = {
    {"init", RESULT_VOID},
    {"store", RESULT_VOID},
    {"compare_exchange_strong", RESULT_BOOL},
    {"compare_exchange_weak", RESULT_BOOL},
    {"thread_fence", RESULT_VOID},
    {"signal_fence", RESULT_VOID},
    {"is_lock_free", RESULT_BOOL},
};

static const struct builtin *find(const struct builtin *table, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(table[i].name, name) == 0)
            return &table[i];
    return NULL;
}

static struct type *first_argument(struct expression *call)
{
    return call->argument_count ? type_value(call->arguments[0]->type) : type_basic(TYPE_UNKNOWN);
}

static struct type *pointed(struct type *type)
{
    type = type_strip(type);
    return type->kind == TYPE_POINTER ? type_unqualified(type->inner) : type_basic(TYPE_UNKNOWN);
}

static struct type *result_type(enum builtin_result result, struct expression *call)
{
    switch (result) {
    case RESULT_VOID: return type_basic(TYPE_VOID);
    case RESULT_BOOL: return type_basic(TYPE_BOOL);
    case RESULT_INT: return type_basic(TYPE_INT);
    case RESULT_UNSIGNED: return type_basic(TYPE_UNSIGNED);
    case RESULT_LONG: return type_basic(TYPE_LONG);
    case RESULT_SIZE: return type_basic(TYPE_UNSIGNED_LONG);
    case RESULT_LONG_LONG: return type_basic(TYPE_LONG_LONG);
    case RESULT_UNSIGNED_LONG_LONG: return type_basic(TYPE_UNSIGNED_LONG_LONG);
    case RESULT_UNSIGNED_SHORT: return type_basic(TYPE_UNSIGNED_SHORT);
    case RESULT_DOUBLE: return type_basic(TYPE_DOUBLE);
    case RESULT_FLOAT: return type_basic(TYPE_FLOAT);
    case RESULT_LONG_DOUBLE: return type_basic(TYPE_LONG_DOUBLE);
    case RESULT_POINTER: return type_pointer(type_basic(TYPE_VOID));
    case RESULT_STRING: return type_pointer(type_basic(TYPE_CHAR));
    case RESULT_FIRST: return first_argument(call);
    case RESULT_POINTED: return pointed(first_argument(call));
    case RESULT_COMPLEX: return type_wrapped(TYPE_COMPLEX, first_argument(call));
    }
    return type_basic(TYPE_UNKNOWN);
}

static struct type *mathematics_type(const char *name)
{
    size_t length = strlen(name);
    for (size_t i = 0; i < sizeof mathematics / sizeof *mathematics; i++) {
        size_t stem = strlen(mathematics[i]);
        if (strncmp(name, mathematics[i], stem))
            continue;
        if (length == stem)
            return type_basic(TYPE_DOUBLE);
        if (length == stem + 1 && (name[stem] == 'f' || name[stem] == 'l'))
            return type_basic(name[stem] == 'f' ? TYPE_FLOAT : TYPE_LONG_DOUBLE);
    }
    return type_basic(TYPE_UNKNOWN);
}

/* ---- __builtin_tgmath (gcc's, of which glibc makes <tgmath.h>) ---- */

static struct type *function_of(struct expression *argument)
{
    struct type *type = type_strip(type_value(argument->type));
    type = type->kind == TYPE_POINTER ? type_strip(type->inner) : type;
    return type->kind == TYPE_FUNCTION ? type : NULL;
}

static struct type *parameter_of(struct expression *function, size_t i)
{
    struct type *type = function_of(function);
    return i < type->parameter_count ? type->parameters[i].type : type_basic(TYPE_UNKNOWN);
}

/* What the arguments that tell the function are converted to: those for which the first two functions have other types. Integers count as double. */
static struct type *common_argument(struct expression *call, size_t functions)
{
    struct type *common = NULL;
    for (size_t i = 0; i + functions < call->argument_count && functions > 1; i++) {
        struct type *type = type_value(call->arguments[functions + i]->type);
        if (type_same(parameter_of(call->arguments[0], i), parameter_of(call->arguments[1], i)))
            continue;
        type = type_is_integer(type) ? type_basic(TYPE_DOUBLE) : type;
        common = common ? type_arithmetic(common, type) : type;
    }
    return common;
}

/* The first arguments are functions, the others those of the one that is chosen. */
static struct type *tgmath_type(struct expression *call)
{
    size_t functions = 0;
    while (functions < call->argument_count && function_of(call->arguments[functions]))
        functions++;
    struct type *common = common_argument(call, functions);
    for (size_t f = 0; f < functions && common; f++)
        for (size_t i = 0; i + functions < call->argument_count; i++)
            if (type_same(parameter_of(call->arguments[f], i), common))
                return function_of(call->arguments[f])->inner;
    return type_basic(TYPE_UNKNOWN);
}

/* ---- all of them ---- */

static const struct family {
    const char *prefix;
    const struct builtin *table;
    size_t count;
    uint8_t otherwise; /* what those give that are not in the table */
} families[] = {
    {"__atomic_", atomics, sizeof atomics / sizeof *atomics, RESULT_POINTED},
    {"__sync_", atomics, sizeof atomics / sizeof *atomics, RESULT_POINTED},
    {"__c11_atomic_", c11_atomics, sizeof c11_atomics / sizeof *c11_atomics, RESULT_POINTED},
};

bool is_builtin_name(const char *name)
{
    for (size_t i = 0; i < sizeof families / sizeof *families; i++)
        if (strncmp(name, families[i].prefix, strlen(families[i].prefix)) == 0)
            return true;
    return strncmp(name, "__builtin_", 10) == 0;
}

struct type *builtin_result(const char *name, struct expression *call)
{
    for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
        const struct family *family = &families[i];
        size_t length = strlen(family->prefix);
        if (strncmp(name, family->prefix, length))
            continue;
        const struct builtin *builtin = find(family->table, family->count, name + length);
        return result_type(builtin ? builtin->result : family->otherwise, call);
    }
    if (strncmp(name, "__builtin_", 10))
        return type_basic(TYPE_UNKNOWN);
    if (strcmp(name + 10, "tgmath") == 0)
        return tgmath_type(call);
    const struct builtin *builtin = find(builtins, sizeof builtins / sizeof *builtins, name + 10);
    return builtin ? result_type(builtin->result, call) : mathematics_type(name + 10);
}

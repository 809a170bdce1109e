/* What the programs of csmith include, in place of csmith's own header, so that they stand alone. Each safe_... is the operation where C
   defines it, and its left operand elsewhere. */
#ifndef CSMITH_H
#define CSMITH_H
#pragma GCC system_header     /* no warnings from here */
#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* ---- the checksum ---- */

static uint32_t crc32_context = 0xFFFFFFFFu;

static inline void platform_main_begin(void)
{
}

static inline void crc32_gentab(void)
{
}

static inline void transparent_crc(uint64_t value, const char *name, int print)
{
    for (int byte = 0; byte < 8; byte++) {
        crc32_context ^= (uint32_t)(value >> byte * 8) & 0xFFu;
        for (int bit = 0; bit < 8; bit++)
            crc32_context = crc32_context >> 1 ^ (crc32_context & 1 ? 0xEDB88320u : 0);
    }
    if (print)
        printf("...checksum after hashing %s : %X\n", name, crc32_context ^ 0xFFFFFFFFu);
}

static inline void transparent_crc_bytes(const void *bytes, int count, const char *name, int print)
{
    for (int i = 0; i < count; i++)
        transparent_crc(((const unsigned char *)bytes)[i], name, print && i == count - 1);
}

static inline void platform_main_end(uint64_t checksum, int print)
{
    (void)print;
    printf("checksum = %X\n", (unsigned)checksum);
}

/* ---- arithmetic ---- */

#define ADDITIVE(T, name, s) \
    static inline T safe_add_func_##name##s##s(T a, T b) { T c; return __builtin_add_overflow(a, b, &c) ? a : c; } \
    static inline T safe_sub_func_##name##s##s(T a, T b) { T c; return __builtin_sub_overflow(a, b, &c) ? a : c; } \
    static inline T safe_mul_func_##name##s##s(T a, T b) { T c; return __builtin_mul_overflow(a, b, &c) ? a : c; }

/* The right operand of a shift is R: signed (r is _s) or not (_u). */
#define SHIFTS(T, name, s, R, r, fits) \
    static inline T safe_lshift_func_##name##s##r(T a, R b) \
    { \
        return b >= 0 && b < (R)(sizeof a * CHAR_BIT) && (fits) ? (T)(a << b) : a; \
    } \
    static inline T safe_rshift_func_##name##s##r(T a, R b) \
    { \
        return b >= 0 && b < (R)(sizeof a * CHAR_BIT) && a >= 0 ? (T)(a >> b) : a; \
    }

#define SIGNED(T, name, MIN, MAX) \
    ADDITIVE(T, name, _s) \
    static inline T safe_unary_minus_func_##name##_s(T a) { return a == MIN ? a : (T)-a; } \
    static inline T safe_div_func_##name##_s_s(T a, T b) { return b == 0 || (a == MIN && b == -1) ? a : (T)(a / b); } \
    static inline T safe_mod_func_##name##_s_s(T a, T b) { return b == 0 || (a == MIN && b == -1) ? a : (T)(a % b); } \
    SHIFTS(T, name, _s, int, _s, a >= 0 && a <= MAX >> b) \
    SHIFTS(T, name, _s, unsigned, _u, a >= 0 && a <= MAX >> b)

/* Unsigned results are cut, not kept away from: add, subtract and multiply as C does. */
#define UNSIGNED(T, name) \
    static inline T safe_add_func_##name##_u_u(T a, T b) { return (T)(a + b); } \
    static inline T safe_sub_func_##name##_u_u(T a, T b) { return (T)(a - b); } \
    static inline T safe_mul_func_##name##_u_u(T a, T b) { return (T)((uint64_t)a * b); } \
    static inline T safe_unary_minus_func_##name##_u(T a) { return (T)-a; } \
    static inline T safe_div_func_##name##_u_u(T a, T b) { return b == 0 ? a : (T)(a / b); } \
    static inline T safe_mod_func_##name##_u_u(T a, T b) { return b == 0 ? a : (T)(a % b); } \
    SHIFTS(T, name, _u, int, _s, a <= (T)((T)-1 >> b)) \
    SHIFTS(T, name, _u, unsigned, _u, a <= (T)((T)-1 >> b))

SIGNED(int8_t, int8_t, INT8_MIN, INT8_MAX)
SIGNED(int16_t, int16_t, INT16_MIN, INT16_MAX)
SIGNED(int32_t, int32_t, INT32_MIN, INT32_MAX)
SIGNED(int64_t, int64_t, INT64_MIN, INT64_MAX)
UNSIGNED(uint8_t, uint8_t)
UNSIGNED(uint16_t, uint16_t)
UNSIGNED(uint32_t, uint32_t)
UNSIGNED(uint64_t, uint64_t)

#define FLOATING(T, name) \
    static inline T safe_add_func_##name##_f_f(T a, T b) { return isfinite(a + b) ? a + b : a; } \
    static inline T safe_sub_func_##name##_f_f(T a, T b) { return isfinite(a - b) ? a - b : a; } \
    static inline T safe_mul_func_##name##_f_f(T a, T b) { return isfinite(a * b) ? a * b : a; } \
    static inline T safe_div_func_##name##_f_f(T a, T b) { return b != 0 && isfinite(a / b) ? a / b : a; }

FLOATING(float, float)
FLOATING(double, double)

static inline int32_t safe_convert_func_float_to_int32_t(float value)
{
    return value > -2147483648.0f && value < 2147483648.0f ? (int32_t)value : INT32_MAX;
}

#undef ADDITIVE
#undef SHIFTS
#undef SIGNED
#undef UNSIGNED
#undef FLOATING
#endif

#include "csmith.h"

static long __undefined;

struct S0 {
   uint32_t  f0;
   int64_t  f1;
};

static int32_t g_2 = (-7L);
static const int32_t g_20 = 0xEC3203BDL;
static int8_t g_41 = 2L;
static int8_t g_49 = 0x68L;
static int8_t *g_48[3][2][1] = {{{&g_49},{(void*)0}},{{(void*)0},{&g_49}},{{(void*)0},{(void*)0}}};
static uint16_t g_51[3][3] = {{0x2455L,0UL,0x2455L},{0x2455L,0UL,0x2455L},{0x2455L,0UL,0x2455L}};

static int16_t  func_1(void);
static int32_t * func_5(int32_t * p_6, uint64_t  p_7, int64_t  p_8, int32_t * p_9, const int64_t  p_10);
inline static int32_t * func_11(int64_t  p_12, const int32_t * p_13);
static const int32_t * func_15(int32_t * p_16);

static int16_t  func_1(void)
{ 
    uint32_t l_26 = 0xBE197E7CL;
    const int32_t l_28 = (-2L);
    int32_t *l_39 = &g_2;
    int32_t **l_38 = &l_39;
    int8_t *l_40 = &g_41;
    uint16_t *l_50 = &g_51[0][1];
    struct S0 l_52[4] = {{0x4DBB9A2FL,0x25DC8FF05C8A2DB6LL},{0x4DBB9A2FL,0x25DC8FF05C8A2DB6LL},{0x4DBB9A2FL,0x25DC8FF05C8A2DB6LL},{0x4DBB9A2FL,0x25DC8FF05C8A2DB6LL}};
    int32_t l_53 = 0L;
    uint32_t l_54 = 4294967286UL;
    int32_t *l_55 = &g_2;
    int i;
lbl_29:
    for (g_2 = 0; (g_2 <= (-18)); g_2 = safe_sub_func_int8_t_s_s(g_2, 4))
    { 
        int32_t l_14 = 0x90EF307DL;
        struct S0 l_17 = {4294967286UL,0x415D7249AAED6B65LL};
        const int32_t *l_19[2][3] = {{&g_20,&g_20,&g_20},{&g_20,&g_20,&g_20}};
        const int32_t **l_18 = &l_19[0][1];
        uint32_t l_24[1][2];
        int32_t *l_27 = &l_14;
        int i, j;
        for (i = 0; i < 1; i++)
        {
            for (j = 0; j < 2; j++)
                l_24[i][j] = 0xD5BEFA1EL;
        }
        (*l_18) = func_5(func_11(l_14, ((*l_18) = func_15((l_17 , &g_2)))), l_24[0][1], ((!(l_26 = (g_2 && g_20))) | g_20), l_27, l_28);
        if (l_28)
            goto lbl_29;
        return g_2;
    }
    (*l_55) = (safe_div_func_int32_t_s_s((safe_rshift_func_uint8_t_u_u((((g_20 , (safe_div_func_uint8_t_u_u(((safe_mul_func_uint8_t_u_u(((((*l_38) = &g_2) != (((((*l_40) = 0L) > ((-1L) | ((safe_rshift_func_int16_t_s_s((safe_lshift_func_int16_t_s_s(((((void*)0 == l_40) != ((((((safe_rshift_func_int16_t_s_s((((((((*l_50) ^= (g_48[1][0][0] == l_40)) >= 9UL) , l_52[3]) , g_20) , g_20) > g_2), 6)) >= l_53) > g_20) == l_26) , (void*)0) != (void*)0)) & 0x4A8988EDL), 14)), 11)) ^ g_20))) && 0L) , &g_20)) < l_54), l_54)) , 0xA2L), l_54))) > 0xECC4L) || 0x9EL), 3)), 1L));
    return (**l_38);
}

static int32_t * func_5(int32_t * p_6, uint64_t  p_7, int64_t  p_8, int32_t * p_9, const int64_t  p_10)
{ 
    return &g_2;
}

inline static int32_t * func_11(int64_t  p_12, const int32_t * p_13)
{ 
    const int32_t *l_22 = &g_20;
    const int32_t **l_21 = &l_22;
    int32_t *l_23 = &g_2;
    (*l_21) = func_15(&g_2);
    return l_23;
}

static const int32_t * func_15(int32_t * p_16)
{ 
    return &g_2;
}

int main (int argc, char* argv[])
{
    int i, j, k;
    int print_hash_value = 0;
    if (argc == 2 && strcmp(argv[1], "1") == 0) print_hash_value = 1;
    platform_main_begin();
    crc32_gentab();
    func_1();
    transparent_crc(g_2, "g_2", print_hash_value);
    transparent_crc(g_20, "g_20", print_hash_value);
    transparent_crc(g_41, "g_41", print_hash_value);
    transparent_crc(g_49, "g_49", print_hash_value);
    for (i = 0; i < 3; i++)
    {
        for (j = 0; j < 3; j++)
        {
            transparent_crc(g_51[i][j], "g_51[i][j]", print_hash_value);
            if (print_hash_value) printf("index = [%d][%d]\n", i, j);

        }
    }
    platform_main_end(crc32_context ^ 0xFFFFFFFFUL, print_hash_value);
    return 0;
}

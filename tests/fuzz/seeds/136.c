#include "csmith.h"

static long __undefined;

union U0 {
   int64_t  f0;
   volatile uint8_t  f1;
};

static int32_t g_2[1] = {0xD1E1E87DL};
static volatile int32_t g_5[3][1] = {{0L},{0L},{0L}};
static int32_t g_6 = (-1L);
static union U0 g_18 = {-1L};
static int8_t g_23 = 0x4FL;
static uint8_t g_25 = 255UL;
static int8_t g_27 = 0x36L;
static int16_t g_43[2] = {0x711FL,0x711FL};
static volatile int32_t * volatile g_44 = (void*)0;
static volatile union U0 g_45 = {0x520C3D8D58945CB2LL};
static union U0 g_60 = {0L};

static int16_t  func_1(void);
inline static int16_t  func_13(int8_t  p_14, uint16_t  p_15);

static int16_t  func_1(void)
{ 
    int16_t l_26 = 0L;
    int8_t l_52 = 1L;
    int32_t *l_62 = &g_6;
    for (g_2[0] = 0; (g_2[0] > 24); g_2[0] = safe_add_func_int32_t_s_s(g_2[0], 3))
    { 
        uint64_t l_28 = 7UL;
        int32_t l_54 = 0x59018101L;
        for (g_6 = 0; (g_6 == 0); g_6 = safe_add_func_uint64_t_u_u(g_6, 9))
        { 
            uint8_t *l_24 = &g_25;
            int16_t *l_53 = &l_26;
            int32_t *l_55[1];
            uint16_t l_56 = 0xB058L;
            int i;
            for (i = 0; i < 1; i++)
                l_55[i] = &l_54;
            l_54 = ((safe_sub_func_int16_t_s_s((((*l_53) = ((safe_rshift_func_int16_t_s_u(func_13((g_27 = (safe_mul_func_int16_t_s_s((g_18 , (safe_mul_func_int8_t_s_s((safe_add_func_int8_t_s_s(1L, ((*l_24) = ((g_23 ^= (g_5[0][0] && 1L)) != g_2[0])))), l_26))), 2UL))), l_28), 2)) > l_52)) >= 6L), 0x600AL)) , 0xABF554C6L);
            l_56--;
        }
        for (g_25 = 0; (g_25 <= 0); g_25 += 1)
        { 
            uint8_t *l_61 = &g_25;
            int i, j;
            if (g_5[(g_25 + 2)][g_25])
                break;
            g_5[(g_25 + 1)][g_25] = (safe_unary_minus_func_int32_t_s((g_43[(g_25 + 1)] & (((g_60 , l_61) == &g_25) != g_43[1]))));
            if (g_5[(g_25 + 1)][g_25])
                continue;
        }
    }
    (*l_62) ^= g_2[0];
    return (*l_62);
}

inline static int16_t  func_13(int8_t  p_14, uint16_t  p_15)
{ 
    int32_t l_40[2][3] = {{0x14F16367L,0x14F16367L,0x14F16367L},{(-9L),(-9L),(-9L)}};
    int32_t *l_50 = &l_40[1][1];
    volatile int32_t *l_51[3];
    int i, j;
    for (i = 0; i < 3; i++)
        l_51[i] = &g_5[2][0];
    for (g_23 = 0; (g_23 >= 0); g_23 -= 1)
    { 
        for (g_18.f0 = 0; (g_18.f0 >= 0); g_18.f0 -= 1)
        { 
            int8_t *l_41[2];
            int16_t *l_42 = &g_43[1];
            int i, j;
            for (i = 0; i < 2; i++)
                l_41[i] = &g_27;
            g_44 = (((safe_rshift_func_int16_t_s_u(((*l_42) = (g_5[(g_23 + 2)][g_18.f0] ^ ((g_2[0] || ((safe_lshift_func_uint8_t_u_s(((safe_sub_func_uint8_t_u_u((safe_rshift_func_int8_t_s_s((g_27 = (safe_lshift_func_int8_t_s_u((safe_unary_minus_func_uint16_t_u(l_40[1][1])), 6))), p_15)), 255UL)) & 1L), g_2[0])) , p_15)) , 0xADD33D73C12D4938LL))), 10)) > 1UL) , (void*)0);
            l_40[1][1] &= ((g_45 , (g_5[1][0] , (safe_mul_func_int16_t_s_s((safe_lshift_func_int8_t_s_u((p_14 & (-3L)), 0)), p_15)))) ^ 0xAF8EL);
            if (g_43[1])
                break;
        }
    }
    (*l_50) = 0L;
    l_51[1] = &g_5[0][0];
    return p_14;
}

int main (int argc, char* argv[])
{
    int i, j;
    int print_hash_value = 0;
    if (argc == 2 && strcmp(argv[1], "1") == 0) print_hash_value = 1;
    platform_main_begin();
    crc32_gentab();
    func_1();
    for (i = 0; i < 1; i++)
    {
        transparent_crc(g_2[i], "g_2[i]", print_hash_value);
        if (print_hash_value) printf("index = [%d]\n", i);

    }
    for (i = 0; i < 3; i++)
    {
        for (j = 0; j < 1; j++)
        {
            transparent_crc(g_5[i][j], "g_5[i][j]", print_hash_value);
            if (print_hash_value) printf("index = [%d][%d]\n", i, j);

        }
    }
    transparent_crc(g_6, "g_6", print_hash_value);
    transparent_crc(g_18.f0, "g_18.f0", print_hash_value);
    transparent_crc(g_18.f1, "g_18.f1", print_hash_value);
    transparent_crc(g_23, "g_23", print_hash_value);
    transparent_crc(g_25, "g_25", print_hash_value);
    transparent_crc(g_27, "g_27", print_hash_value);
    for (i = 0; i < 2; i++)
    {
        transparent_crc(g_43[i], "g_43[i]", print_hash_value);
        if (print_hash_value) printf("index = [%d]\n", i);

    }
    transparent_crc(g_45.f0, "g_45.f0", print_hash_value);
    transparent_crc(g_45.f1, "g_45.f1", print_hash_value);
    transparent_crc(g_60.f0, "g_60.f0", print_hash_value);
    transparent_crc(g_60.f1, "g_60.f1", print_hash_value);
    platform_main_end(crc32_context ^ 0xFFFFFFFFUL, print_hash_value);
    return 0;
}

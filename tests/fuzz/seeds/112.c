#include <float.h>
#include <math.h>
#include "csmith.h"

static long __undefined;

struct S0 {
   volatile signed f0 : 6;
};

static uint32_t g_7 = 0x263126FFL;
static int8_t g_9[1] = {0x65L};
static int8_t *g_8[3] = {&g_9[0],&g_9[0],&g_9[0]};
static int8_t g_19 = 0xB7L;
static struct S0 g_20[2][2] = {{{-1},{-1}},{{-1},{-1}}};
static int32_t g_23[4] = {0L,0L,0L,0L};

inline static uint16_t  func_1(void);
inline static int32_t  func_2(int8_t  p_3, int8_t * p_4, uint16_t  p_5, int32_t  p_6);

inline static uint16_t  func_1(void)
{ 
    int16_t l_10 = (-1L);
    int8_t *l_17 = &g_9[0];
    int8_t *l_18 = &g_19;
    int32_t *l_22 = &g_23[3];
    (*l_22) ^= func_2(g_7, g_8[2], l_10, ((safe_div_func_float_f_f((((safe_lshift_func_int8_t_s_s((safe_div_func_uint8_t_u_u(g_9[0], 0xA7L)), ((*l_18) = (((0x09L & l_10) , &g_9[0]) != l_17)))) , l_10) > l_10), l_10)) , 0x70B168F9L));
    return g_20[1][1].f0;
}

inline static int32_t  func_2(int8_t  p_3, int8_t * p_4, uint16_t  p_5, int32_t  p_6)
{ 
    struct S0 *l_21[3][4] = {{&g_20[0][1],&g_20[1][1],&g_20[1][1],&g_20[0][1]},{&g_20[0][0],&g_20[1][1],&g_20[1][1],&g_20[1][1]},{&g_20[1][1],&g_20[1][1],&g_20[1][1],&g_20[1][1]}};
    int i, j;
    g_20[1][1] = g_20[1][1];
    return p_6;
}

int main (int argc, char* argv[])
{
    int i, j;
    int print_hash_value = 0;
    if (argc == 2 && strcmp(argv[1], "1") == 0) print_hash_value = 1;
    platform_main_begin();
    crc32_gentab();
    func_1();
    transparent_crc(g_7, "g_7", print_hash_value);
    for (i = 0; i < 1; i++)
    {
        transparent_crc(g_9[i], "g_9[i]", print_hash_value);
        if (print_hash_value) printf("index = [%d]\n", i);

    }
    transparent_crc(g_19, "g_19", print_hash_value);
    for (i = 0; i < 2; i++)
    {
        for (j = 0; j < 2; j++)
        {
            transparent_crc(g_20[i][j].f0, "g_20[i][j].f0", print_hash_value);
            if (print_hash_value) printf("index = [%d][%d]\n", i, j);

        }
    }
    for (i = 0; i < 4; i++)
    {
        transparent_crc(g_23[i], "g_23[i]", print_hash_value);
        if (print_hash_value) printf("index = [%d]\n", i);

    }
    platform_main_end(crc32_context ^ 0xFFFFFFFFUL, print_hash_value);
    return 0;
}

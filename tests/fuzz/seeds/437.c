#include "csmith.h"


static long __undefined;



static const uint8_t g_2 = 255UL;
static int32_t g_4[3] = {1L,1L,1L};
static int64_t g_18 = (-7L);
static uint64_t g_21 = 0UL;



static int16_t  func_1(void);




static int16_t  func_1(void)
{ 
    uint8_t l_3 = 0xC7L;
    const int16_t l_5 = (-1L);
    int32_t l_12 = 4L;
    l_3 ^= g_2;
    if (l_3)
    { 
        int32_t l_8[2][2][3] = {{{0x2BA29F58L,0x2BA29F58L,0x2BA29F58L},{0x2C9EBF49L,0x2C9EBF49L,0x2C9EBF49L}},{{0x2BA29F58L,0x2BA29F58L,0x2BA29F58L},{0x2C9EBF49L,0x2C9EBF49L,0x2C9EBF49L}}};
        int32_t l_11 = 1L;
        int i, j, k;
        g_4[0] = l_3;
        if ((g_4[0] & 65534UL))
        { 
            uint8_t l_6 = 0x23L;
            int32_t l_7 = 0xA715CC48L;
            l_7 &= ((l_6 |= ((g_4[0] < l_5) & l_5)) < g_2);
            return l_8[1][0][1];
        }
        else
        { 
            uint8_t l_13 = 0x79L;
            for (l_3 = 0; (l_3 != 36); l_3 = safe_add_func_int32_t_s_s(l_3, 4))
            { 
                --l_13;
            }
            for (l_11 = 0; (l_11 < (-21)); l_11 = safe_sub_func_uint8_t_u_u(l_11, 9))
            { 
                g_18 &= g_4[1];
                g_4[0] = (safe_rshift_func_int16_t_s_u((g_21 ^= g_18), 8));
            }
        }
    }
    else
    { 
        g_4[0] ^= g_18;
        for (l_3 = 0; (l_3 > 20); l_3++)
        { 
            for (l_12 = 0; (l_12 <= 2); l_12 += 1)
            { 
                int i;
                g_4[l_12] = (4294967288UL && 0xDE8CC195L);
            }
        }
    }
    return l_5;
}





int main (int argc, char* argv[])
{
    int i;
    int print_hash_value = 0;
    if (argc == 2 && strcmp(argv[1], "1") == 0) print_hash_value = 1;
    platform_main_begin();
    crc32_gentab();
    func_1();
    transparent_crc(g_2, "g_2", print_hash_value);
    for (i = 0; i < 3; i++)
    {
        transparent_crc(g_4[i], "g_4[i]", print_hash_value);
        if (print_hash_value) printf("index = [%d]\n", i);

    }
    transparent_crc(g_18, "g_18", print_hash_value);
    transparent_crc(g_21, "g_21", print_hash_value);
    platform_main_end(crc32_context ^ 0xFFFFFFFFUL, print_hash_value);
    return 0;
}

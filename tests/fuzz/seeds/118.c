#include "csmith.h"

static long __undefined;

struct S0 {
   int64_t  f0;
   volatile uint64_t  f1;
   int16_t  f2;
   const uint32_t  f3;
};

struct S2 {
   uint32_t  f0;
};

struct S3 {
   int8_t  f0;
   int64_t  f1;
   struct S2  f2;
};

static uint32_t g_3 = 18446744073709551614UL;
static volatile int32_t g_30 = 0xBE76D238L;
static volatile int32_t g_31 = (-1L);
static volatile int32_t g_32 = 0x4D3EC93CL;
static int32_t g_33[3][2] = {{(-8L),(-8L)},{(-8L),(-8L)},{(-8L),(-8L)}};
static int32_t g_37 = 1L;
static struct S3 g_46 = {0x79L,0x56E623B26D5D64F6LL,{18446744073709551607UL}};
static struct S3 * volatile g_45[3][2] = {{&g_46,&g_46},{&g_46,&g_46},{&g_46,&g_46}};
static int32_t *g_50[4][5] = {{&g_33[2][0],&g_37,&g_37,&g_33[1][1],&g_37},{(void*)0,&g_37,&g_37,(void*)0,&g_33[1][1]},{&g_37,(void*)0,&g_33[2][1],&g_37,&g_37},{&g_33[2][0],(void*)0,&g_33[2][0],&g_33[1][1],(void*)0}};
static int32_t ** volatile g_49 = &g_50[1][4];
static struct S0 g_68[2] = {{-8L,9UL,-3L,0UL},{-8L,9UL,-3L,0UL}};

static struct S0  func_27(void);

static struct S0  func_27(void)
{ 
    uint32_t l_42 = 0x593F6A08L;
    int32_t *l_47 = &g_33[2][0];
    int32_t l_54 = 0L;
    int32_t l_60 = 0xB5A40A7BL;
    int32_t l_61[4][2];
    uint32_t l_62 = 0UL;
    int i, j;
    for (i = 0; i < 4; i++)
    {
        for (j = 0; j < 2; j++)
            l_61[i][j] = 1L;
    }
lbl_67:
    for (g_3 = 0; (g_3 > 28); g_3 = safe_add_func_uint64_t_u_u(g_3, 7))
    { 
        int32_t **l_48 = &l_47;
        for (g_33[2][1] = 0; (g_33[2][1] <= 12); g_33[2][1]++)
        { 
            int32_t *l_36 = &g_37;
            int32_t *l_38 = &g_37;
            int32_t *l_39 = &g_37;
            int32_t *l_40 = (void*)0;
            int32_t *l_41[3];
            int i;
            for (i = 0; i < 3; i++)
                l_41[i] = &g_37;
            l_42--;
            g_45[1][1] = g_45[1][1];
            (*l_38) &= (l_41[0] == (g_46.f2 , &g_31));
        }
        (*g_49) = ((*l_48) = l_47);
    }
    for (g_3 = (-16); (g_3 == 51); g_3++)
    { 
        int32_t *l_53 = &g_33[2][1];
        int32_t *l_55 = &g_33[2][0];
        int32_t *l_56 = &g_33[2][1];
        int16_t l_57 = 0x70C3L;
        int32_t *l_58 = &g_33[1][1];
        int32_t *l_59[1];
        int i;
        for (i = 0; i < 1; i++)
            l_59[i] = &g_33[2][1];
        l_62++;
    }
    for (g_46.f0 = 0; (g_46.f0 == 7); g_46.f0++)
    { 
        for (g_37 = 0; (g_37 <= 1); g_37 += 1)
        { 
            int i, j;
            (*l_47) = l_61[g_37][g_37];
            if (l_42)
                goto lbl_67;
        }
    }
    return g_68[0];
}

int main (int argc, char* argv[])
{
    int i, j;
    int print_hash_value = 0;
    if (argc == 2 && strcmp(argv[1], "1") == 0) print_hash_value = 1;
    platform_main_begin();
    crc32_gentab();
    func_27();
    transparent_crc(g_3, "g_3", print_hash_value);
    transparent_crc(g_30, "g_30", print_hash_value);
    transparent_crc(g_31, "g_31", print_hash_value);
    transparent_crc(g_32, "g_32", print_hash_value);
    for (i = 0; i < 3; i++)
    {
        for (j = 0; j < 2; j++)
        {
            transparent_crc(g_33[i][j], "g_33[i][j]", print_hash_value);
            if (print_hash_value) printf("index = [%d][%d]\n", i, j);

        }
    }
    transparent_crc(g_37, "g_37", print_hash_value);
    transparent_crc(g_46.f0, "g_46.f0", print_hash_value);
    transparent_crc(g_46.f1, "g_46.f1", print_hash_value);
    transparent_crc(g_46.f2.f0, "g_46.f2.f0", print_hash_value);
    for (i = 0; i < 2; i++)
    {
        transparent_crc(g_68[i].f0, "g_68[i].f0", print_hash_value);
        transparent_crc(g_68[i].f1, "g_68[i].f1", print_hash_value);
        transparent_crc(g_68[i].f2, "g_68[i].f2", print_hash_value);
        transparent_crc(g_68[i].f3, "g_68[i].f3", print_hash_value);
        if (print_hash_value) printf("index = [%d]\n", i);

    }
    platform_main_end(crc32_context ^ 0xFFFFFFFFUL, print_hash_value);
    return 0;
}

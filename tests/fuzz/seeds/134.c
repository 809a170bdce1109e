#include "csmith.h"

static long __undefined;

struct S0 {
   const signed f0 : 17;
   volatile signed f1 : 2;
   unsigned f2 : 28;
};

static uint16_t g_12 = 0x9570L;
static struct S0 g_26 = {-132,-1,1387};
static uint8_t g_28 = 0UL;
static int32_t g_30 = 0xA426232CL;
static int16_t g_34 = 0xE511L;

static uint64_t  func_1(void);
static int8_t  func_8(int8_t  p_9, int8_t  p_10, const uint32_t  p_11);

static uint64_t  func_1(void)
{ 
    int8_t l_25 = 4L;
    int32_t *l_27 = (void*)0;
    int8_t *l_31 = &l_25;
    int16_t *l_32 = (void*)0;
    int16_t *l_33 = &g_34;
    int32_t *l_35 = &g_30;
    (*l_35) ^= (((safe_sub_func_int32_t_s_s((safe_lshift_func_int16_t_s_u(((*l_33) &= (safe_add_func_uint8_t_u_u((((*l_31) = func_8(g_12, g_12, (((((g_28 = (safe_mod_func_uint32_t_u_u(((((safe_lshift_func_int16_t_s_u(((safe_rshift_func_uint16_t_u_u((((safe_rshift_func_uint16_t_u_s((safe_rshift_func_uint8_t_u_s((((safe_lshift_func_uint8_t_u_s(l_25, g_12)) || (g_26 , (-3L))) != (-1L)), 7)), 2)) | l_25) == l_25), 11)) & 0x16DE6EABL), 10)) && l_25) > g_26.f2) && l_25), g_26.f2))) == 0x9A164E62L) ^ l_25) | g_26.f2) , g_26.f0))) ^ g_26.f2), 0x01L))), g_26.f0)), g_12)) != 0x07L) , 0x8A8CE9B8L);
    return (*l_35);
}

static int8_t  func_8(int8_t  p_9, int8_t  p_10, const uint32_t  p_11)
{ 
    int32_t *l_29 = &g_30;
    l_29 = (g_26.f0 , (void*)0);
    return p_10;
}

int main (int argc, char* argv[])
{
    int print_hash_value = 0;
    if (argc == 2 && strcmp(argv[1], "1") == 0) print_hash_value = 1;
    platform_main_begin();
    crc32_gentab();
    func_1();
    transparent_crc(g_12, "g_12", print_hash_value);
    transparent_crc(g_26.f0, "g_26.f0", print_hash_value);
    transparent_crc(g_26.f1, "g_26.f1", print_hash_value);
    transparent_crc(g_26.f2, "g_26.f2", print_hash_value);
    transparent_crc(g_28, "g_28", print_hash_value);
    transparent_crc(g_30, "g_30", print_hash_value);
    transparent_crc(g_34, "g_34", print_hash_value);
    platform_main_end(crc32_context ^ 0xFFFFFFFFUL, print_hash_value);
    return 0;
}

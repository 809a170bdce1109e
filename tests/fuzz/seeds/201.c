#include "csmith.h"

/* What is assigned to an element of an array that is a member goes into the object itself, wherever awaits stand. */
struct S0 {
    int32_t f0[3];
    struct { uint8_t f0[2][2]; } f1[2];
};

union U0 {
    int32_t f0;
    uint8_t f1[4];
};

static struct S0 g_1 = {{1, 2, 3}, {{{{4, 5}, {6, 7}}}, {{{8, 9}, {10, 11}}}}};
static struct S0 g_2[2];
static union U0 g_3;
static int32_t g_4 = 1;

static int32_t func_1(void);
static int32_t *func_2(struct S0 *p_5);
static int32_t func_3(int32_t p_6, uint8_t * p_7);

static int32_t func_1(void)
{
    struct S0 l_8 = g_1;
    int32_t i;
    for (i = 0; i < 3; i++)
    {
        l_8.f0[i] = l_8.f0[(i + 1) % 3] * 10 + i;
        g_1.f0[i] += l_8.f0[i];
        g_2[g_4].f0[i] = ((l_8.f0[i]++) , g_1).f0[i];
    }
    for (i = 0; i < 2; i++)
    {
        l_8.f1[i].f0[i][g_4] = g_1.f1[g_4].f0[g_4][i]++;
        g_2[i].f1[i].f0[g_4][i] |= (uint8_t)(func_3(i, l_8.f1[i].f0[g_4]) & 0x3F);
        (*func_2(&g_2[i])) ^= l_8.f1[i].f0[i][g_4];
    }
    g_3.f1[g_4] = (uint8_t)(*l_8.f0);
    g_3.f1[g_4 + 1]--;
    return g_3.f1[g_4] + (*(l_8.f0 + g_4));
}

static int32_t *func_2(struct S0 *p_5)
{
    p_5->f0[g_4]++;
    return &p_5->f0[2];
}

static int32_t func_3(int32_t p_6, uint8_t * p_7)
{
    p_7[g_4] = (uint8_t)(p_6 + 40);
    (*p_7) ^= p_7[g_4];
    return p_7[0] + p_7[1];
}

int main (int argc, char* argv[])
{
    int i;
    int print_hash_value = 0;
    if (argc == 2 && strcmp(argv[1], "1") == 0) print_hash_value = 1;
    platform_main_begin();
    crc32_gentab();
    transparent_crc(func_1(), "func_1", print_hash_value);
    transparent_crc_bytes(&g_1, sizeof g_1, "g_1", print_hash_value);
    transparent_crc_bytes(&g_3, sizeof g_3, "g_3", print_hash_value);
    for (i = 0; i < 2; i++)
    {
        transparent_crc_bytes(&g_2[i], sizeof g_2[i], "g_2[i]", print_hash_value);
    }
    platform_main_end(crc32_context ^ 0xFFFFFFFFUL, print_hash_value);
    return 0;
}

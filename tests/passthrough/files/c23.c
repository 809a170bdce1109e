// standards: gnu11 gnu2x
/* What C23 added to declarations. */
#if __STDC_VERSION__ > 201710L
/* gcc 12 and clang 14 know these already. */
[[noreturn]] void stop(void);
[[nodiscard("why")]] int must_use([[maybe_unused]] int unused);
struct [[deprecated]] old_struct { int a [[maybe_unused]]; };
[[gnu::packed]] typedef struct { char c; int i; } not_packed;
struct [[gnu::packed]] packed { char c; int i; };
enum with_attributes { ONE [[deprecated]], TWO [[gnu::unused]] = 5 };
int second [[maybe_unused]], third;
int unnamed(int, char) { return 1; }
_Static_assert(1);
int separated = 1'000'000;
#endif
#if __STDC_VERSION__ >= 202311L
int labels(int n) { switch (n) { case 1: int m = 2; return m; default: } again: int k = n; if (k--) goto again; last: }
static_assert(true && !false);
constexpr int LENGTH = 4, DOUBLED = LENGTH * 2;
constexpr unsigned long long BIG = 0xffff'ffff'ffff;
int of_constexpr[LENGTH], of_doubled[DOUBLED];
enum { FROM_CONSTEXPR = LENGTH + 1 };
bool flag = true;
struct { bool bits : 1; char c; alignas(16) char d; } with_bool;
thread_local int threaded;
static thread_local int static_threaded;
alignas(32) char aligned; alignas(double) char as_double;
int alignments[alignof(double)];
typeof(of_constexpr) same; typeof_unqual(const int) plain; const typeof(flag) *constant;
auto inferred = 3.5;
static auto also = 1ul;
void *null_pointer = nullptr;
int null_size[sizeof(nullptr)];
enum fixed : unsigned char { A, B = 255 };
enum fixed of_fixed;
enum fixed_long : long long;
enum fixed_long of_forward;
enum fixed_long : long long { FAR = 1ll << 40, NEAR = 1 };
int near_type = _Generic(NEAR, long long: 1, int: 2);
struct { enum fixed f : 3; enum fixed : 2; enum nameless : short { S } s; } of_enums;
enum : int { PLAIN = -1 };
enum wide { HUGE = 0x1'0000'0000, SMALL = 1 };
int small_size[sizeof(SMALL)];
_BitInt(37) odd_bits; unsigned _BitInt(7) few; _BitInt(64) full[3]; struct { char c; _BitInt(65) b; _BitInt(3) d; } bits;
_BitInt(128) more_bits; unsigned _BitInt(LENGTH * 50) many_bits;
int *zero_list = (int[4]){};
int no_parameters() { return 1; }
int u8_size[sizeof(u8'a')];
int user(void)
{
    auto x = (int[]){ 1, 2 };
    constexpr int local = 3;
    static int y[local];
    bool auto_names[local] = {};
    return x[0] + y[1] + auto_names[0] + unnamed(1, 2) + near_type;
}
#elif !defined __clang__ || __clang_major__ < 15
/* Names like any other. */
typedef unsigned char bool;
enum { false, true };
bool nullptr = true, constexpr, alignof, alignas, thread_local, typeof_unqual;
int static_assert(bool b) { return b; }
#endif

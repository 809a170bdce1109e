// standards: gnu11
/* GNU C at file scope and in bodies that acc does not look into. */
#include <stdarg.h>
#include <stddef.h>

/* Parameters declared forward, so that bounds may speak of later ones. */
#ifndef __clang__
int sum(int n, int m; int grid[n][m], int n, int m);
int sum(int n, int m; int grid[n][m], int n, int m)
{
    int total = 0;
    for (int i = 0; i < n * m; i++)
        total += grid[i / m][i % m];
    return total;
}
void copy(size_t length; char to[length], const char from[length], size_t length);
int nested(int n)
{
    auto int twice(int);
    int add(int m) { return n + m; }
    int twice(int m) { return 2 * m + n; }
    return add(1) + twice(2);
}
#endif

static int unprototyped();
static int unprototyped() { return 1; }

/* asm labels and register variables. */
int renamed(int) __asm__("other_name");
extern int labelled __asm__("label_of_it") __attribute__((weak));
int renamed(int n) { return n + unprototyped(); }
__asm__(".globl from_asm\n.set from_asm, 42");

/* Types beyond the standard's. */
__int128 wide;
unsigned __int128 unsigned_wide = (unsigned __int128)1 << 100;
__int128_t typedef_wide;
typedef float four __attribute__((vector_size(16)));
typedef int many __attribute__((__vector_size__(4 * sizeof(int) * 2)));
four of_four(four a, four b) { return a * b + (four){ 1, 2, 3, 4 }; }
struct { char c; four v; many w; } vectors;
_Complex double complex_double;
float _Complex complex_float;
__complex__ long double complex_long;
_Complex float complex_array[3];
#ifndef __clang__
_Float16 half;
_Complex int complex_int;
_Float32 float32;
_Float64 float64;
_Float128 float128;
_Float32x float32x;
_Float64x float64x;
_Decimal64 decimal64;
struct { char c; _Float128 q; } holds_float128;
typedef int integer __attribute__((mode(DI)));
integer of_mode;
typedef _Complex float complex_of_mode __attribute__((mode(DC)));
complex_of_mode of_complex_mode;
#endif
__float128 quad;
typeof(int[3]) typed;
__typeof__(of_four) *typed_function;
typeof(&typed[0]) typed_pointer;
const typeof(wide) constant_of_type = 3;
__auto_type automatic = 5L;
__extension__ typedef struct { int a; struct { int b; union { char c; long d; }; }; } anonymous;
anonymous holds = { .a = 1, .d = 4, .b = 2 };
struct empty { };
struct { int n; struct empty e[3]; char rest[0]; } with_nothing;
struct zero { int length; struct zero *next[0]; } zero;
union { int i; float f; } __attribute__((transparent_union)) *transparent;
struct __attribute__((packed, aligned(4))) packed { char c; int i; short s; } packed[2];
struct later { char c; int i; } __attribute__((packed)) later;
struct member_aligned { char c; int i __attribute__((aligned(16))); char d __attribute__((packed)); } member_aligned;
struct { char c; long long l __attribute__((packed)); int b : 3, : 0, d : 4; } fields;
typedef int aligned_int __attribute__((aligned(32)));
aligned_int on_32;
struct { char c; aligned_int i; } holds_aligned;
int *__attribute__((aligned(8))) * const volatile *__restrict__ deep;
int (*(*table[3])(int, char (*)[4]))[5];
void (*signal_like(int, void (*)(int)))(int);
char (*(*pointer_to_function_of_pointers(int))[3])(void);
int attributed(void) __attribute__((const, warn_unused_result)), also(void) __attribute__((pure));
__attribute__((noinline)) static __inline__ int before_static(int x __attribute__((unused)), ...) { return 0; }
static int __attribute__((unused)) middle(int const volatile register *p, ...);
static int middle(int const volatile register *p, ...) { va_list ap; va_start(ap, p); int n = va_arg(ap, int); va_end(ap); return n; }
int use(void) { return before_static(1) + middle(0, 2); }
long unsigned int long reordered;
int typedef long const late_typedef;
late_typedef late = 4;
inline static const char typedef_shadowed(int late_typedef) { return late_typedef; }
int designated[] = { [2 ... 5] = 1, [7] 3 }, old_designated[3] = { [1] = 2 };
struct { int x, y; } old_names = { x: 1, y: 2 };
int conditional = 4 ?: 5, character = 'ab';
int in_statement = __builtin_choose_expr(1, 2, "no"), compatible = __builtin_types_compatible_p(int, signed);
char wide_strings[sizeof(L"abc") + sizeof(u"a" "b") + sizeof(U"\U0001F600") + sizeof(u8"é")];
unsigned binary = 0b1011, separated = 0x1.8p3f;
void *addresses(int n) { __label__ a, b; static void *to[] = { &&a, &&b }; goto *to[n]; a: return 0; b: return to[0]; }
_Static_assert(sizeof(wide) == 16, "wide");
_Alignas(16) char aligned_as; _Alignas(double) char as_double;
_Thread_local int threaded; __thread int also_threaded; extern _Thread_local int third;
_Noreturn void never(void);
_Atomic int atomic_qualifier; _Atomic(long) atomic_specifier; _Atomic struct { int a; } *atomic_record;
int \u00e9t\u00e9 = 1, dollar$name = 2;
;

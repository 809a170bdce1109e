// standards: gnu11 c99
/* Arrays whose length an initialiser tells, or an earlier declaration, and constants made of such lengths. */
#include <stddef.h>
#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

const char *const names[] = { "a", "b", [4] = "c" };
int widths[LENGTH(names)];
struct { int a; char b; } pairs[] = { { 1 }, 2, 3, { 4, 5 } };
int pair_count[LENGTH(pairs)];
char text[] = "hello", braced[] = { "hello" };
char copy[sizeof text], copy_of_braced[sizeof braced];
typedef int row[];
row one = { 1, 2, 3 }, two = { 1 };
int of_one[LENGTH(one)], of_two[LENGTH(two)];
extern int shared[];
int shared[] = { 1, 2 };
int of_shared[LENGTH(shared)];
int grid[][3] = { 1, 2, 3, 4, { 5 } };
int rows[LENGTH(grid)];
int itself[] = { sizeof itself[0], 2 };
int of_itself[LENGTH(itself)];
enum { HALF = LENGTH(names) / 2, NAMES = LENGTH(names) };
struct { unsigned bits : LENGTH(names); char tail[sizeof(widths)]; } record;
/* Only the C compiler can compute this bound. */
int unknown[__builtin_strlen("four")], of_unknown[LENGTH(unknown)];

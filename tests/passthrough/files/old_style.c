// standards: gnu89
/* C before prototypes. */
int old_style(a, b, c, f)
    int a;
    char *b, c;
    int (*f)();
{
    return a + *b + c + f(a);
}
implicit(x) { return x; }
static unprototyped();
static unprototyped() { return 1; }
int (*returns_function(which))(int, char)
    int which;
{
    return which ? (int (*)(int, char))0 : (int (*)(int, char))1;
}
enum { gnu89_inline = 1 };
extern inline int only_inlined(n) int n; { return n; }
main(argc, argv) char **argv; { auto n = argc; register m = 1; return implicit(n + m) + unprototyped() + only_inlined(1) + called_before(2); }
int called_before(n) { return n; }

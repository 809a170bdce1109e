/* Writes sources of a chosen shape and size, for measuring how acc's time, and that of a C compiler on its output, grow.

       build/bench-source KIND N      about N lines, or N of what the kind is named after, on standard output

   `KIND-plain` is the same function in plain C: its awaits are calls, for comparison; `functions-c++` is as many C++20 coroutines. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *async_, *await_;     /* the words, or nothing in plain C */

static void begin(void)
{
    if (*async_)
        puts("#include <ac.h>");
    else
        puts("int work(int);");
    puts("extern int seen[64];");
    if (*async_)
        puts("static async int work(int n)\n{\n    await ac_sleep(0);\n    return n + 1;\n}\n");
}

static void function_begin(void)
{
    begin();
    printf("%sint f(int n)\n{\n", async_);
}

/* ---- many functions ---- */

static void function(int i)
{
    printf("%sint f%d(int n)\n{\n    int a = %sf%d(n), b = 0;\n", async_, i, await_, i - 1 - (i - 1) % 10);
    printf("    for (int i = 0; i < n; i++)\n        b += %swork(i) * a;\n", await_);
    printf("    if (b > %d)\n        b += %swork(b);\n", i, await_);
    printf("    return b + %swork(a);\n}\n\n", await_);
}

static void plain_function(int i)
{
    printf("int plain%d(const char *text)\n{\n    int sum = 0;\n    for (; *text; text++) {\n", i);
    printf("        if (*text > 'a')\n            sum += *text * %d;\n        else\n            sum ^= *text;\n", i);
    printf("    }\n    return sum;\n}\n\n");
}

static void many_functions(int n)
{
    begin();
    printf("%sint f0(int n)\n{\n    return n;\n}\n\n", async_);
    for (int i = 1; i <= n; i++)
        function(i);
}

/* Some async functions among plain ones. */
static void many_lines(int n)
{
    begin();
    printf("%sint f0(int n)\n{\n    return n;\n}\n\n", async_);
    for (int i = 1; i <= n / 21; i++) {
        function(i);
        plain_function(i);
    }
}

/* The same coroutines as C++20 writes them, on a task type without anything that these do not need. */
static void many_coroutines(int n)
{
    puts("#include <coroutine>\n"
         "#include <exception>\n"
         "template <class T> struct task {\n"
         "    struct promise_type {\n"
         "        T value;\n"
         "        std::coroutine_handle<> parent;\n"
         "        std::exception_ptr error;\n"
         "        task get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }\n"
         "        std::suspend_always initial_suspend() noexcept { return {}; }\n"
         "        struct final {\n"
         "            bool await_ready() noexcept { return false; }\n"
         "            std::coroutine_handle<> await_suspend(std::coroutine_handle<promise_type> h) noexcept\n"
         "            {\n"
         "                return h.promise().parent ? h.promise().parent : std::noop_coroutine();\n"
         "            }\n"
         "            void await_resume() noexcept {}\n"
         "        };\n"
         "        final final_suspend() noexcept { return {}; }\n"
         "        void return_value(T v) { value = v; }\n"
         "        void unhandled_exception() { error = std::current_exception(); }\n"
         "    };\n"
         "    std::coroutine_handle<promise_type> handle;\n"
         "    bool await_ready() { return false; }\n"
         "    std::coroutine_handle<> await_suspend(std::coroutine_handle<> h)\n"
         "    {\n"
         "        handle.promise().parent = h;\n"
         "        return handle;\n"
         "    }\n"
         "    T await_resume()\n"
         "    {\n"
         "        std::exception_ptr error = handle.promise().error;\n"
         "        T value = handle.promise().value;\n"
         "        handle.destroy();\n"
         "        if (error)\n"
         "            std::rethrow_exception(error);\n"
         "        return value;\n"
         "    }\n"
         "};\n"
         "struct turn {\n"
         "    bool await_ready() { return false; }\n"
         "    void await_suspend(std::coroutine_handle<> h);\n"
         "    void await_resume() {}\n"
         "};\n"
         "static task<int> work(int n)\n{\n    co_await turn();\n    co_return n + 1;\n}\n"
         "task<int> f0(int n)\n{\n    co_return n;\n}\n");
    for (int i = 1; i <= n; i++) {
        printf("task<int> f%d(int n)\n{\n    int a = co_await f%d(n), b = 0;\n", i, i - 1 - (i - 1) % 10);
        printf("    for (int i = 0; i < n; i++)\n        b += co_await work(i) * a;\n");
        printf("    if (b > %d)\n        b += co_await work(b);\n    co_return b + co_await work(a);\n}\n\n", i);
    }
}

/* ---- one large function ---- */

/* As people write them: blocks, loops, an await every ten lines. */
static void one_function(int n)
{
    function_begin();
    puts("    int total = 0, last = n;");
    for (int i = 0; i < n / 10; i++) {
        printf("    if (n > %d) {\n        int a = total + %d, b = 0;\n", i % 100, i);
        printf("        for (int i = 0; i < a; i++)\n            b += seen[i & 63] ^ last;\n");
        printf("        total += %swork(a) + b;\n        if (total < %d)\n            total = seen[total & 63];\n", await_, i);
        printf("        last = b;\n    }\n");
    }
    puts("    return total + last;\n}");
}

static void many_awaits(int n)
{
    function_begin();
    puts("    int total = 0;");
    for (int i = 0; i < n; i++)
        printf("    total += %swork(total);\n", await_);
    puts("    return total;\n}");
}

/* Each lives across an await. */
static void many_locals(int n)
{
    function_begin();
    for (int i = 0; i < n; i++)
        printf("    int v%d = n + %d;\n", i, i);
    printf("    int total = %swork(n);\n", await_);
    for (int i = 0; i < n; i++)
        printf("    total ^= v%d;\n", i);
    puts("    return total;\n}");
}

static void many_labels(int n)
{
    function_begin();
    puts("    int total = 0;");
    for (int i = 0; i < n; i++) {
        printf("label_%d:\n    if (seen[total & 63] > %d)\n        goto label_%d;\n    total++;\n", i, i, (i * 7919 + 1) % n);
        if (i % 100 == 0)
            printf("    total += %swork(total);\n", await_);
    }
    puts("    return total;\n}");
}

static void many_cases(int n)
{
    function_begin();
    puts("    switch (n) {");
    for (int i = 0; i < n; i++)
        if (i % 10)
            printf("    case %d:\n        seen[n & 63] = %d;\n        break;\n", i, i * 31 % 1009);
        else
            printf("    case %d:\n        n += %swork(n);\n        break;\n", i, await_);
    puts("    }\n    return n;\n}");
}

static void deep_expression(int n)
{
    function_begin();
    printf("    return ");
    for (int i = 0; i < n; i++)
        printf("(n %c %s", i % 2 ? '+' : '^', i % 10 ? "" : "\n        ");
    printf("%swork(n)", await_);
    for (int i = 0; i < n; i++)
        printf(")");
    puts(";\n}");
}

static void deep_blocks(int n)
{
    function_begin();
    for (int i = 0; i < n; i++)
        printf("if (n > %d) {\nint v%d = n - %d;\n", i, i, i);
    printf("n = %swork(v%d);\n", await_, n - 1);
    for (int i = n; i-- > 0;)
        printf("n += v%d;\n}\n", i);
    puts("    return n;\n}");
}

/* One comes after the other, and each has an await in it. */
static void many_blocks(int n)
{
    function_begin();
    for (int i = 0; i < n; i++)
        printf("    {\n        int v = n + %d;\n        n ^= %swork(v) + v;\n    }\n", i, await_);
    puts("    return n;\n}");
}

static void many_defers(int n)
{
    function_begin();
    for (int i = 0; i < n; i++)
        printf("    {\n        %sseen[%d] = n;\n        n ^= %swork(n);\n    }\n", *await_ ? "defer " : "", i % 64, await_);
    puts("    return n;\n}");
}

struct kind { const char *name; void (*write)(int n); };

static const struct kind kinds[] = {
    {"functions", many_functions}, {"lines", many_lines},     {"function", one_function},    {"awaits", many_awaits},
    {"locals", many_locals},       {"labels", many_labels},   {"cases", many_cases},         {"expression", deep_expression},
    {"nested", deep_blocks},       {"blocks", many_blocks},   {"defers", many_defers},
};

int main(int argc, char **argv)
{
    int n = argc == 3 ? atoi(argv[2]) : 0;
    if (n <= 0) {
        fputs("usage: bench-source KIND[-plain] N\n", stderr);
        return 2;
    }
    if (!strcmp(argv[1], "functions-c++")) {
        many_coroutines(n);
        return fflush(stdout) ? 1 : 0;
    }
    const char *dash = strchr(argv[1], '-');
    size_t length = dash ? (size_t)(dash - argv[1]) : strlen(argv[1]);
    bool plain = dash && !strcmp(dash, "-plain");
    async_ = plain ? "" : "async ";
    await_ = plain ? "" : "await ";
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strlen(kinds[i].name) == length && !strncmp(kinds[i].name, argv[1], length) && (plain || !dash)) {
            kinds[i].write(n);
            return fflush(stdout) ? 1 : 0;
        }
    fprintf(stderr, "bench-source: no kind '%s'\n", argv[1]);
    return 2;
}

/* acc: translates async functions to plain C. The list of passes, in their order. */
#include "callgraph.h"
#include "diagnostic.h"
#include "frame_layout.h"
#include "lower.h"
#include "options.h"
#include "output.h"
#include "preprocess.h"
#include "publish.h"
#include "tree.h"
#include <stdlib.h>
#include <sys/resource.h>

/* Passes recurse over the tree, and expressions may nest 100,000 deep. */
static void allow_deep_trees(void)
{
    struct rlimit limit;
    rlim_t wanted = 120 << 20;
    if (getrlimit(RLIMIT_STACK, &limit) || limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur >= wanted)
        return;
    limit.rlim_cur = limit.rlim_max == RLIM_INFINITY || limit.rlim_max > wanted ? wanted : limit.rlim_max;
    setrlimit(RLIMIT_STACK, &limit);
}

static int finish(int status)
{
    diagnostics_end();
    dependencies_discard();
    return status;
}

int main(int argc, char **argv)
{
    options_parse(argc, argv);
    allow_deep_trees();

    size_t size;
    char *text = preprocess(&size);
    if (!text)
        return finish(1);
    tokens_read(text, size, options.input_name);
    parse();
    if (options.emit == EMIT_AST) {
        tree_print();
        return finish(error_count ? 1 : 0);
    }
    check();
    if (error_count)
        return finish(1);
    callgraph();
    gather_code_attributes();
    rename_async_sites_inside();
    for (size_t i = 0; i < unit.functions.count; i++)
        if (unit.functions.at[i]->is_async)
            lower(unit.functions.at[i]);
    for (size_t i = 0; i < unit.functions.count; i++)
        if (unit.functions.at[i]->is_async)
            frame_warn(unit.functions.at[i]);
    if (error_count)
        return finish(1);
    if (options.emit == EMIT_FRAMES || options.emit == EMIT_STATES) {
        report_print(options.emit);
        return finish(0);
    }
    if (!options.syntax_only && (output_write() || (options.publish && publish_write()) || dependencies_finish()))
        return finish(1);
    return finish(0);
}

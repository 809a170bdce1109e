/* Reads files with the tree-sitter grammar of editors/tree-sitter-ac, by the library alone, without its tools.
 *
 *     tree FILE...            tells where each has something that the grammar does not understand
 *     tree --marks QUERIES FILE   what the highlighting queries say of it: "line: name text", one a line
 */
#define _GNU_SOURCE
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tree_sitter/api.h>

const TSLanguage *tree_sitter_ac(void);

static char *read_file(const char *path, uint32_t *size)
{
    char *text = NULL;
    size_t room = 0;
    FILE *file = fopen(path, "r");
    ssize_t length = file ? getdelim(&text, &room, '\0', file) : -1;
    if (length < 0) {
        perror(path);
        exit(2);
    }
    fclose(file);
    *size = (uint32_t)length;
    return text;
}

/* The first node that is an error or stands for what is missing, in the order of the text. */
static bool find_error(TSNode node, TSNode *found)
{
    if (!ts_node_has_error(node))
        return false;
    if (strcmp(ts_node_type(node), "ERROR") == 0 || ts_node_is_missing(node)) {
        *found = node;
        return true;
    }
    for (uint32_t i = 0; i < ts_node_child_count(node); i++)
        if (find_error(ts_node_child(node, i), found))
            return true;
    return false;
}

static char *node_text(TSNode node, const char *text)
{
    uint32_t begin = ts_node_start_byte(node);
    char *copy = strndup(text + begin, ts_node_end_byte(node) - begin);
    if (!copy)
        exit(2);
    return copy;
}

/* Whether the match's (#match? @capture "regex") holds; the library leaves it to its users. */
static bool predicate_holds(const TSQuery *query, const TSQueryMatch *match, const char *text)
{
    uint32_t count, length;
    const TSQueryPredicateStep *step = ts_query_predicates_for_pattern(query, match->pattern_index, &count);
    if (count == 0)
        return true;
    if (count != 4 || strcmp(ts_query_string_value_for_id(query, step[0].value_id, &length), "match?") != 0) {
        puts("a predicate other than #match?");
        exit(1);
    }
    regex_t regex;
    if (regcomp(&regex, ts_query_string_value_for_id(query, step[2].value_id, &length), REG_EXTENDED | REG_NOSUB) !=
        0) {
        puts("a regular expression that is none");
        exit(1);
    }
    bool holds = true;
    for (uint16_t i = 0; i < match->capture_count; i++) {
        char *word = node_text(match->captures[i].node, text);
        holds &= match->captures[i].index != step[1].value_id || regexec(&regex, word, 0, NULL, 0) == 0;
        free(word);
    }
    regfree(&regex);
    return holds;
}

static void print_marks(const char *path, TSNode root, const char *text)
{
    uint32_t size, offset, number;
    TSQueryError error;
    char *source = read_file(path, &size);
    TSQuery *query = ts_query_new(tree_sitter_ac(), source, size, &offset, &error);
    if (!query) {
        printf("%s: error %d in the queries at byte %u: %.40s\n", path, (int)error, offset, source + offset);
        exit(1);
    }
    TSQueryCursor *cursor = ts_query_cursor_new();
    ts_query_cursor_exec(cursor, query, root);
    TSQueryMatch match;
    while (ts_query_cursor_next_capture(cursor, &match, &number)) {
        TSQueryCapture capture = match.captures[number];
        if (!predicate_holds(query, &match, text))
            continue;
        uint32_t length;
        const char *name = ts_query_capture_name_for_id(query, capture.index, &length);
        char *word = node_text(capture.node, text);
        printf("%u: %.*s %s\n", ts_node_start_point(capture.node).row + 1, (int)length, name, word);
        free(word);
    }
    ts_query_cursor_delete(cursor);
    ts_query_delete(query);
    free(source);
}

int main(int argc, char **argv)
{
    const char *queries = argc == 4 && strcmp(argv[1], "--marks") == 0 ? argv[2] : NULL;
    TSParser *parser = ts_parser_new();
    if (!ts_parser_set_language(parser, tree_sitter_ac())) {
        puts("the library is too old for this parser");
        return 2;
    }
    for (int i = queries ? 3 : 1; i < argc; i++) {
        uint32_t size;
        char *text = read_file(argv[i], &size);
        TSTree *tree = ts_parser_parse_string(parser, NULL, text, size);
        TSNode root = ts_tree_root_node(tree), wrong;
        if (queries)
            print_marks(queries, root, text);
        else if (find_error(root, &wrong))
            printf("%s:%u: %s\n", argv[i], ts_node_start_point(wrong).row + 1,
                   ts_node_is_missing(wrong) ? "missing" : "error");
        ts_tree_delete(tree);
        free(text);
    }
    ts_parser_delete(parser);
    return 0;
}

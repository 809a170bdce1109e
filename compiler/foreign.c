/* Who comes from asyncio, tokio, JavaScript, C++ or Go writes its words by habit. Behind the error that this gives
   stands a note with the word of acc. Only names that the program has not declared are looked at. */
#include "foreign.h"
#include "diagnostic.h"
#include "memory.h"
#include "names.h"
#include <string.h>

struct foreign {
    const char *word;
    const char *replacement; /* that mends the program; NULL */
    const char *note;
};

static const struct foreign words[] = {
    {"def", NULL, "an async function is declared as in C, with the type that it gives: 'async int name(int argument)'"},
    {"function", NULL,
     "an async function is declared as in C, with the type that it gives: 'async int name(int argument)'"},
    {"fn", NULL, "an async function is declared as in C, with the type that it gives: 'async int name(int argument)'"},
    {"func", NULL,
     "an async function is declared as in C, with the type that it gives: 'async int name(int argument)'"},
    {"as", NULL, "the variable stands in front: 'async with (struct thing *name = manager)'"},
    {"with", NULL, "the manager stands in parentheses: 'async with (manager)'"},
    {"in", NULL, "what is gone over stands behind a colon: 'async for (int i : iterator)'"},
    {"co_await", "await", "'await' is the word"},
    {"co_yield", "yield", "'yield' is the word, in an 'async yield' function"},
    {"co_return", "return", "'return' is the word"},
    {"raise", "throw", "'throw' is the word, with an error code: 'throw EPROTO;'"},
    {"except", "catch", "'catch' is the word: 'catch (int error)' takes any error, 'catch (ETIMEDOUT)' that one"},
    {"finally", NULL, "put 'defer { ... }' in front of the 'try': it runs however the block is left"},
    {"new", NULL, "an error is a number: an errno value, or a code of your own from AC_EUSER up"},
    {"go", "async",
     "'async call;' starts a child of an 'async { }' block; 'ac_create_task(call)' a task that may outlive it"},
    {"spawn", "async",
     "'async call;' starts a child of an 'async { }' block; 'ac_create_task(call)' a task that may outlive it"},
    {"ac_spawn", "ac_create_task", "'ac_create_task(call)' starts a task; 'async call;' a child of an 'async { }' block"},
    {"ac_go", "ac_create_task", "'ac_create_task(call)' starts a task; 'async call;' a child of an 'async { }' block"},
    {"ac_race", "ac_wait", "'await ac_wait(tasks, n, AC_FIRST_COMPLETED, timeout)' ends with the first of them"},
    {"ac_select", "ac_wait", "'await ac_wait(tasks, n, AC_FIRST_COMPLETED, timeout)' ends with the first of them"},
    {"ac_to_thread", "ac_blocking", "'await ac_blocking(call)' makes the call on another thread"},
    {"asyncio", NULL, "the runtime's functions begin with 'ac_': 'await ac_sleep(1)'"},
    {"tokio", NULL, "the runtime's functions begin with 'ac_': 'await ac_sleep(1)'"},
    {"Task", NULL, "what a task gives belongs to its type: 'Task(int)'"},
    {"Coro", NULL, "what a coroutine gives belongs to its type: 'Coro(int)'"},
    {"Future", NULL, "what a future gives belongs to its type: 'Future(int)'"},
    {"Gen", NULL, "what a generator gives belongs to its type: 'Gen(int)'"},
    {"lambda", NULL, "there are no closures: make it a function, and pass what it needs as arguments"},
    {"None", "NULL", "'NULL' is the word"},
    {"elif", "else if", "'else if' are the words"},
};

static bool is_word(token_index t, const char *word)
{
    return t < token_count && tokens[t].length == strlen(word) && !memcmp(tokens[t].text, word, tokens[t].length);
}

/* The function of the runtime behind `asyncio.` or `tokio::`. */
static struct symbol *meant_function(token_index module)
{
    token_index name = module + 1;
    while (is_word(name, ".") || is_word(name, ":"))
        name++;
    if (name == module + 1 || name >= token_count || tokens[name].kind != TOKEN_NAME)
        return NULL;
    return symbol_find(intern_string(arena_format("ac_%s", tokens[name].name)));
}

static bool note_word(token_index place)
{
    if (place >= token_count || tokens[place].kind != TOKEN_NAME)
        return false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (!is_word(place, words[i].word))
            continue;
        struct symbol *symbol = symbol_find(tokens[place].name), *function = meant_function(place);
        if (symbol && symbol->type && symbol->type->kind != TYPE_UNKNOWN)
            return false;
        if (words[i].replacement)
            fix_replace(place, words[i].replacement);
        if (function)
            note_at(place, "did you mean '%s'?", function->name);
        else
            note_at(place, "%s", words[i].note);
        return true;
    }
    return false;
}

/* Is it the `:` of `for (int i : f())`? */
static bool is_colon_of_for(token_index place)
{
    token_index t = place;
    if (!is_word(place, ":"))
        return false;
    while (t && place - t < 16 && !is_word(t, "("))
        t--;
    return t && is_word(t, "(") && is_word(t - 1, "for");
}

/* Is it the `{` of `with (f()) {`? */
static bool is_head_of_with(token_index place)
{
    token_index t = place, depth = 0;
    if (!is_word(place, "{") || !place || !is_word(place - 1, ")"))
        return false;
    do {
        t--;
        depth += is_word(t, ")");
        depth -= is_word(t, "(");
    } while (t && depth);
    return t && is_word(t - 1, "with");
}

/* Does it stand in the head of `async for (...)` or `async with (...)`? */
static bool is_in_head_of(token_index place, const char *statement)
{
    token_index t = place;
    for (unsigned depth = 0; t && place - t < 32 && !is_word(t, ";") && !is_word(t, "{"); t--) {
        depth += t < place && is_word(t, ")");
        if (!is_word(t, "("))
            continue;
        if (depth == 0)
            return t > 1 && is_word(t - 1, statement) && (is_word(t - 2, "async") || is_word(t - 2, "_Async"));
        depth--;
    }
    return false;
}

/* Is it a statement of C with an `async` in front? */
static bool is_async_statement(token_index place)
{
    static const char *const statements[] = {"if", "while", "do", "switch", "return"};
    if (!place || (!is_word(place - 1, "async") && !is_word(place - 1, "_Async")))
        return false;
    for (size_t i = 0; i < sizeof statements / sizeof *statements; i++)
        if (is_word(place, statements[i]))
            return true;
    return false;
}

static bool is_handle_word(token_index t)
{
    return (is_word(t, "Task") || is_word(t, "Coro") || is_word(t, "Future") || is_word(t, "Gen")) &&
           !symbol_find(tokens[t].name);
}

/* Is it the `>` of `=>`? */
static bool is_arrow(token_index place)
{
    return place && is_word(place, ">") && is_word(place - 1, "=");
}

/* `() => ...`, `n => { ... }`, `[&](int n) { ... }`: is the arrow or the bracket here? */
static bool is_closure(token_index place)
{
    bool arrow = is_word(place, ")") && is_word(place + 1, "=") && is_word(place + 2, ">");
    bool arrow_to_block = is_arrow(place) && is_word(place + 1, "{");
    bool bracket = is_word(place, "[") && (is_word(place + 1, "]") || is_word(place + 1, "&") || is_word(place + 1, "="));
    return arrow || arrow_to_block || bracket;
}

/* Several tokens that say something together. */
static bool note_phrase(token_index place)
{
    if (is_closure(place))
        note_at(place, "there are no closures: make it a function, and pass what it needs as arguments");
    else if (is_arrow(place))
        note_at(place - 1, "did you mean '>='?");
    else if (is_word(place, "await") && place && is_word(place - 1, "for"))
        note_at(place, "'async for (int i : iterator)' are the words");
    else if (is_word(place, "await") && tokens[place].plain_name)
        note_at(place, "what is waited for stands behind it: 'await f()'");
    else if (is_word(place, ";") && place && is_word(place - 1, "throw"))
        note_at(place, "the error is named, too: in 'catch (int error)', 'throw error;'");
    else if (place >= 2 && is_word(place - 1, "(") && is_handle_word(place - 2))
        note_at(place - 2, "'%.*s(T)' is declared in <ac.h>", (int)tokens[place - 2].length, tokens[place - 2].text);
    else if (place >= 2 && is_word(place - 1, "(") && is_word(place - 2, "catch") && tokens[place + 1].kind == TOKEN_NAME)
        note_at(place, "every error is an 'int': 'catch (int error)' takes any, 'catch (ETIMEDOUT)' that one");
    else if (is_head_of_with(place))
        note_at(place, "'async with (...)' are the words");
    else if (is_colon_of_for(place))
        note_at(place, "'async for' goes over a generator");
    else if (is_async_statement(place))
        note_at(place - 1, "leave it out: any statement of an async function may await");
    else if (place && is_word(place - 1, "async") && is_word(place + 1, "="))
        note_at(place, "a child is declared with the type that it gives: 'async int %.*s = ...'",
                (int)tokens[place].length, tokens[place].text);
    else
        return place >= 2 && is_word(place, ":") && is_word(place - 1, ":") && note_word(place - 2);
    return true;
}

bool note_foreign(token_index place)
{
    if (note_phrase(place) || note_word(place) || note_word(place + 1) || (place && note_word(place - 1)))
        return true;
    bool with = is_in_head_of(place, "with");
    if (with)
        note_at(place, "the head is 'async with (manager)', or 'async with (struct thing *name = manager)'");
    if (with || !is_in_head_of(place, "for"))
        return with;
    note_at(place, "the head is 'async for (int i : iterator)', which declares one variable; a loop that counts is a plain 'for', and may await as well");
    return true;
}

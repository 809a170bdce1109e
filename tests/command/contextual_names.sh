# Each word of the dialect stays an identifier wherever C takes one: the programs of tests/names, in which @ stands for the name,
# are translated with each of the words in its place, and must give what they give with a name that means nothing.
. tests/command/common
words="ordinary async await defer try catch throw yield with Task Future Coro Gen"
flags="-std=gnu11 -O1 -Wall -Wextra -Werror -Wno-unused -Wno-old-style-definition -DAC_ALWAYS_SUSPEND"

# instance KIND WORD: translates the program with this word.
instance() {
    # Task(int) and its kin are macros of ac.h: whoever has such names asks it to leave them out.
    sed "1s/.*/#define AC_NO_SHORT_NAMES/; s/\bCoro(/_Coro(/g; s/@/$2/g; s/\bcheck(void)/check_$2(void)/" "tests/names/$1.ac" >"$work/$1.$2.ac"
    $acc $include "$work/$1.$2.ac" -o "$work/$1.$2.c" 2>"$work/said" || fail "$1 $2: $(cat "$work/said")"
    [ ! -s "$work/said" ] || fail "$1 $2: $(cat "$work/said")"
}

for word in $words; do echo "WORD($word)"; done >"$work/words.h"
for template in tests/names/*.ac; do
    kind=$(basename "$template" .ac)
    cat >"$work/$kind.main.c" <<'MAIN'
#include <ac.h>
#define WORD(word) ac_coro *check_##word(void);
#include "words.h"
#undef WORD
#define WORD(word) compare(#word, check_##word());
static int wanted = -1, failed;
static void compare(const char *word, ac_coro *check)
{
    int given = -1, error = ac_run(check, &given);
    if (wanted < 0)
        wanted = given;
    if (error || given < 0 || given != wanted) {
        printf("with the name '%s': %d instead of %d (%s)\n", word, given, wanted, ac_strerror(error));
        failed = 1;
    }
}
int main(void)
{
#include "words.h"
    return failed;
}
MAIN
    for word in $words; do
        instance "$kind" "$word"
    done
    gcc $flags $include "$work/$kind".*.c build/libac.a -lpthread -o "$work/$kind" || fail "$kind: the output does not compile"
    "$work/$kind" || fail "$kind: the values differ"
done

/* The plain C half of plain_c_caller.ac. */
#include "shared.h"
#include <stdio.h>

int main(void)
{
    int number = 0;
    const char *word = NULL;
    int error = ac_run(answer(84), &number);
    if (!error)
        error = ac_run(spell(number), &word);
    if (error)
        return 1;
    printf("%d and \"%s\"\n", number, word);
    error = ac_run(spell(1), &word);
    printf("error: %s\n", ac_strerror(error));
    return 0;
}

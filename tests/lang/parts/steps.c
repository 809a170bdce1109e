/* The plain C half of generators_from_plain_c.ac. */
#include <ac.h>
#include <stdio.h>

ac_gen *count(int n);

static int take(ac_runner *runner, ac_gen *numbers, int most)
{
    int error = 0, number;
    for (int i = 0; i < most && !(error = ac_runner_run(runner, ac_next(numbers), &number)); i++)
        printf("%d ", number);
    return error;
}

int main(void)
{
    ac_runner *runner = ac_runner_open(NULL);
    ac_gen *whole = count(3), *part = count(9), *never = count(1);
    if (!runner || take(runner, whole, 9) != AC_STOP || take(runner, part, 2) || ac_runner_run(runner, ac_gen_close(part), NULL))
        return 1;
    printf("after that: %s\n", take(runner, part, 1) == AC_STOP ? "stop" : "another");
    printf("never started: ");
    if (ac_runner_run(runner, ac_gen_close(never), NULL))
        return 2;
    printf("nothing closed\n");
    ac_release(whole), ac_release(part), ac_release(never);
    return ac_runner_close(runner);
}

/* Lets everything that is ready run until nothing new comes of it: more turns than any case here needs. */
#ifndef TURNS_H
#define TURNS_H

#include <ac.h>

static async void settle(void)
{
    for (int i = 0; i < 40; i++)
        await ac_sleep(0);
}

#endif

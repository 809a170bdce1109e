/* A counter whose steps take a turn of the loop each. */
#ifndef COUNTER_H
#define COUNTER_H
#include <ac.h>
#include <stdio.h>

struct counter {
    int value, step;
    async void (*listener)(int value);      /* told of each new value; may be NULL */
};

async int counter_next(struct counter *counter);
extern async void counter_report(const struct counter *counter, FILE *out);

#endif

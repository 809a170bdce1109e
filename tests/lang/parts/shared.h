/* Async functions of plain_c_caller.ac, for C files and .ac files. */
#ifndef SHARED_H
#define SHARED_H
#include <ac.h>

ac_async(int) answer(int doubled);
ac_async(const char *) spell(int number);

#endif

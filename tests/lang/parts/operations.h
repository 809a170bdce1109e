#ifndef OPERATIONS_H
#define OPERATIONS_H
#define OPERATIONS(X) X(plus, +) X(minus, -) X(times, *)
#define IN_HEADER(X) X(first, 13) X(second, 14)
#define IN_HEADER_FUNCTION(name, value) static inline async int in_header_##name(void) { await ac_sleep(0); return value; }
IN_HEADER(IN_HEADER_FUNCTION)
#endif

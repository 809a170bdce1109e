/* Text that grows. */
#ifndef TEXT_H
#define TEXT_H
#include "memory.h"

struct text {
    char *at;           /* NUL-terminated once something was added */
    size_t length, capacity;
};

void text_add(struct text *text, const char *string);
void text_add_bytes(struct text *text, const char *bytes, size_t length);
void text_format(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* "" where nothing was added. */
const char *text_string(const struct text *text);

#endif

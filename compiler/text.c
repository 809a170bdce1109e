/* See text.h. */
#include "text.h"
#include <stdio.h>
#include <string.h>

void text_add_bytes(struct text *text, const char *bytes, size_t length)
{
    text->at = array_reserve(text->at, text->length + length + 1, &text->capacity, 1);
    memcpy(text->at + text->length, bytes, length);
    text->length += length;
    text->at[text->length] = '\0';
}

void text_add(struct text *text, const char *string)
{
    text_add_bytes(text, string, strlen(string));
}

void text_format(struct text *text, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    text->at = array_reserve(text->at, text->length + (size_t)length + 1, &text->capacity, 1);
    vsnprintf(text->at + text->length, (size_t)length + 1, format, again);
    va_end(again);
    text->length += (size_t)length;
}

const char *text_string(const struct text *text)
{
    return text->at ? text->at : "";
}

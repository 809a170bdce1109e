/* The byte buffer under streams, against a plain model of it. */
#include "test_stream.h"

#include "../../runtime/io/buffer.h"

/* A buffer that is used at random holds at each moment what the model holds. */
START_TEST(buffer_agrees_with_its_model)
{
    enum { MODEL = 1 << 20 };
    struct ac__buffer buffer = { 0 };
    char *model = malloc(MODEL), bytes[5000];
    size_t start = MODEL / 2, end = MODEL / 2;

    srand(1);
    for (int i = 0; i < 4000; i++) {
        size_t size = (size_t)rand() % sizeof bytes;
        memset(bytes, i, size);
        switch (rand() % 5) {
        case 0:
            if (size > end - start)
                size = end - start;
            ac__buffer_consume(&buffer, size);
            start += size;
            break;
        case 1:
            if (size % 50 == 0) {
                ac__buffer_reset(&buffer);
                start = end;
            }
            break;
        case 2:
            if (start < size % 100)
                break;
            size %= 100;
            ck_assert(ac__buffer_prepend(&buffer, bytes, size));
            start -= size;
            memcpy(model + start, bytes, size);
            break;
        default:
            if (end + size > MODEL) {
                memmove(model + MODEL / 4, model + start, end - start);
                end = MODEL / 4 + (end - start);
                start = MODEL / 4;
            }
            if (end + size > MODEL)
                break;
            ck_assert(ac__buffer_append(&buffer, bytes, size));
            memcpy(model + end, bytes, size);
            end += size;
        }
        ck_assert_uint_eq(ac__buffer_size(&buffer), end - start);
        ck_assert(start == end || !memcmp(ac__buffer_head(&buffer), model + start, end - start));
        ck_assert_uint_le(buffer.end, buffer.capacity);
    }
    ac__buffer_reset(&buffer);
    ck_assert_ptr_null(buffer.data);
    free(model);
}
END_TEST

/* A long queue that is always nearly full is not moved for each byte. */
START_TEST(a_byte_in_and_a_byte_out_is_cheap)
{
    enum { SIZE = 1 << 20 };
    struct ac__buffer buffer = { 0 };
    char *bytes = calloc(1, SIZE);

    ck_assert(ac__buffer_append(&buffer, bytes, SIZE));
    /* check writes down each assertion: one a round would be all that is measured. */
    int appended = 0;
    for (int i = 0; i < 400000; i++) {
        appended += ac__buffer_append(&buffer, bytes, 1);
        ac__buffer_consume(&buffer, 1);
    }
    ck_assert_int_eq(appended, 400000);
    ac__buffer_reset(&buffer);
    free(bytes);
}
END_TEST

START_TEST(too_much_is_refused)
{
    struct ac__buffer buffer = { 0 };

    ck_assert(!ac__buffer_reserve(&buffer, SIZE_MAX));
    ck_assert(!ac__buffer_reserve(&buffer, SIZE_MAX / 2 + 1));
    ck_assert(ac__buffer_append(&buffer, "x", 1));
    ck_assert_uint_eq(ac__buffer_size(&buffer), 1);
    ac__buffer_reset(&buffer);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        buffer_agrees_with_its_model, a_byte_in_and_a_byte_out_is_cheap, too_much_is_refused, NULL,
    };

    return suite_run("stream buffer", tests, 10);
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/der.h"

static bool takes(const char *bytes, size_t len, size_t content_len)
{
    struct der_span from = {(const unsigned char *)bytes, len};
    struct der_element element;

    if (!der_take(&from, &element)) {
        assert_int_equal(from.len, len);
        return false;
    }
    assert_int_equal(element.content.len, content_len);
    assert_int_equal(element.whole.len + from.len, len);
    assert_ptr_equal(element.content.bytes + element.content.len, from.bytes);
    return true;
}

static void test_der_lengths_are_definite_and_minimal(void **state)
{
    static char big[300] = "\x04\x81\x80";

    (void)state;
    assert_true(takes("\x05\x00", 2, 0));
    assert_true(takes("\x04\x02"
                      "ab"
                      "more",
                      8, 2));
    assert_true(takes(big, sizeof(big), 128));
    assert_false(takes("", 0, 0));
    assert_false(takes("\x04", 1, 0));
    assert_false(takes("\x04\x03"
                       "ab",
                       4, 0));
    assert_false(takes("\x04\x80"
                       "ab\0\0",
                       6, 0));
    assert_false(takes("\x04\x81\x02"
                       "ab",
                       5, 0));
    assert_false(takes("\x04\x82\x00\x80"
                       "ab",
                       6, 0));
    assert_false(takes("\x04\x85\x01\x00\x00\x00\x00", 7, 0));
    assert_false(takes("\x04\x84\xff\xff\xff\xff", 6, 0));
    assert_false(takes("\x1f\x81\x01\x00", 4, 0));
}

static void test_der_head_that_is_put_is_taken_again(void **state)
{
    static const size_t lengths[] = {0, 1, 127, 128, 255, 256, 65535, 65536, 36000000};

    (void)state;
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        unsigned char head[DER_HEAD_MAX];
        size_t size = der_put_head(head, DER_SEQUENCE, lengths[i]);
        size_t len = 0;

        assert_true(size >= 2 && size <= DER_HEAD_MAX);
        for (size_t k = 2; k < size; k++)
            len = len << 8 | head[k];
        assert_int_equal(size > 2 ? len : head[1], lengths[i]);
    }
}

static int64_t time_of(unsigned tag, const char *text)
{
    struct der_element element = {.tag = tag,
                                  .content = {(const unsigned char *)text, strlen(text)}};
    int64_t seconds = -1;

    return der_time(&element, &seconds) ? seconds : -1;
}

static void test_der_times(void **state)
{
    (void)state;
    assert_int_equal(time_of(DER_UTC_TIME, "700101000001Z"), 1);
    assert_int_equal(time_of(DER_UTC_TIME, "991231235959Z"), 946684799);
    assert_int_equal(time_of(DER_UTC_TIME, "000101000000Z"), 946684800);
    assert_int_equal(time_of(DER_UTC_TIME, "491231235959Z"), 2524607999);
    assert_int_equal(time_of(DER_GENERALIZED_TIME, "20500101000000Z"), 2524608000);
    assert_int_equal(time_of(DER_UTC_TIME, "701301000000Z"), -1);
    assert_int_equal(time_of(DER_UTC_TIME, "700100000000Z"), -1);
    assert_int_equal(time_of(DER_UTC_TIME, "700101240000Z"), -1);
    assert_int_equal(time_of(DER_UTC_TIME, "70010100000Z"), -1);
    assert_int_equal(time_of(DER_UTC_TIME, "700101000000+"), -1);
    assert_int_equal(time_of(DER_UTC_TIME, "7001010000:0Z"), -1);
    assert_int_equal(time_of(DER_GENERALIZED_TIME, "700101000000Z"), -1);
    assert_int_equal(time_of(DER_INTEGER, "700101000000Z"), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_der_lengths_are_definite_and_minimal),
        cmocka_unit_test(test_der_head_that_is_put_is_taken_again),
        cmocka_unit_test(test_der_times),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

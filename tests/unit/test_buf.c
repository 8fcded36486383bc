/* SPDX-License-Identifier: BSD-2-Clause */
/* Buffers, their readers, and secrets: the types that hold what comes from outside, and PINs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/buf.h"
#include "common/own.h"
#include "common/secret.h"

static void test_buf_writes_big_endian(void **state)
{
    static const unsigned char expected[] = {
        0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d,
        0x0e, 0x0f, 0,    0,    0,    2,    'h',  'i',  0,    0,    0,    0,
    };
    auto_buf struct buf buf;

    (void)state;
    buf_init(&buf, sizeof(expected));
    buf_u8(&buf, 0x01);
    buf_u16(&buf, 0x0203);
    buf_u32(&buf, 0x04050607);
    buf_u64(&buf, UINT64_C(0x08090a0b0c0d0e0f));
    buf_str(&buf, "hi");
    buf_str(&buf, NULL);
    assert_int_equal(buf_status(&buf), VSC_OK);
    assert_int_equal(buf.len, sizeof(expected));
    assert_memory_equal(buf.data, expected, sizeof(expected));
}

static void test_buf_stays_full_when_it_overflowed(void **state)
{
    auto_buf struct buf buf;

    (void)state;
    buf_init(&buf, 4);
    buf_u8(&buf, 1);
    buf_u32(&buf, 2);
    assert_int_equal(buf_status(&buf), VSC_MEMORY);
    buf_u8(&buf, 3); /* would fit, but a hole is behind us */
    assert_int_equal(buf.len, 1);
    assert_null(buf_extend(&buf, 1));
    assert_int_equal(buf_status(&buf), VSC_MEMORY);
    buf_done(&buf);
    assert_int_equal(buf_status(&buf), VSC_OK);
    assert_int_equal(buf.max, 4);
}

static void test_buf_refuses_a_length_that_would_wrap(void **state)
{
    auto_buf struct buf buf;

    (void)state;
    buf_init(&buf, 100);
    buf_u8(&buf, 1);
    assert_null(buf_extend(&buf, SIZE_MAX));
    assert_int_equal(buf_status(&buf), VSC_MEMORY);
}

static void test_buf_grows_to_its_maximum(void **state)
{
    auto_buf struct buf buf;

    (void)state;
    buf_init(&buf, 100000);
    for (unsigned i = 0; i < 100000; i++)
        buf_u8(&buf, (uint8_t)i);
    assert_int_equal(buf_status(&buf), VSC_OK);
    for (unsigned i = 0; i < 100000; i++)
        assert_int_equal(buf.data[i], (uint8_t)i);
    buf_u8(&buf, 0);
    assert_int_equal(buf_status(&buf), VSC_MEMORY);
}

static void test_reader_reads_back_what_was_written(void **state)
{
    auto_buf struct buf buf;
    struct reader reader;
    unsigned char raw[3];
    char text[3];
    size_t len;

    (void)state;
    buf_init(&buf, 100);
    buf_u8(&buf, 0xff);
    buf_u16(&buf, 0xfffe);
    buf_u32(&buf, 0xfffffffd);
    buf_u64(&buf, UINT64_MAX - 3);
    buf_u8(&buf, 1);
    buf_put(&buf, "abc", 3);
    buf_bytes(&buf, "xyz", 3);
    buf_str(&buf, "hi");
    reader_init(&reader, buf.data, buf.len);
    assert_int_equal(reader_u8(&reader), 0xff);
    assert_int_equal(reader_u16(&reader), 0xfffe);
    assert_int_equal(reader_u32(&reader), 0xfffffffd);
    assert_true(reader_u64(&reader) == UINT64_MAX - 3);
    assert_true(reader_bool(&reader));
    reader_copy(&reader, raw, sizeof(raw));
    assert_memory_equal(raw, "abc", 3);
    assert_memory_equal(reader_bytes(&reader, 3, &len), "xyz", 3);
    assert_int_equal(len, 3);
    reader_str(&reader, text, sizeof(text));
    assert_string_equal(text, "hi");
    assert_int_equal(reader_end(&reader), VSC_OK);
}

static void test_reader_stays_at_fault(void **state)
{
    unsigned char raw[4] = {1, 1, 1, 1};
    char text[8] = "old";
    struct reader reader;
    size_t len = 9;

    (void)state;
    reader_init(&reader, "\x01", 1);
    assert_int_equal(reader_u16(&reader), 0);
    assert_int_equal(reader_u8(&reader), 0); /* is there, but not after a fault */
    assert_false(reader_bool(&reader));
    reader_copy(&reader, raw, sizeof(raw));
    assert_memory_equal(raw, "\0\0\0\0", 4);
    assert_null(reader_bytes(&reader, 100, &len));
    assert_int_equal(len, 0);
    reader_str(&reader, text, sizeof(text));
    assert_string_equal(text, "");
    assert_int_equal(reader_end(&reader), VSC_PROTOCOL);
}

static enum vsc_err read_bool(const char *byte)
{
    struct reader reader;

    reader_init(&reader, byte, 1);
    (void)reader_bool(&reader);
    return reader_end(&reader);
}

static void test_reader_takes_0_and_1_as_bool_only(void **state)
{
    (void)state;
    assert_int_equal(read_bool("\0"), VSC_OK);
    assert_int_equal(read_bool("\x01"), VSC_OK);
    assert_int_equal(read_bool("\x02"), VSC_PROTOCOL);
    assert_int_equal(read_bool("\xff"), VSC_PROTOCOL);
}

static enum vsc_err read_str(const char *bytes, size_t len)
{
    struct reader reader;
    char text[4];

    reader_init(&reader, bytes, len);
    reader_str(&reader, text, sizeof(text));
    assert_int_equal(text[reader.fault ? 0 : strlen(text)], '\0');
    return reader_end(&reader);
}

static void test_reader_refuses_strings_that_do_not_fit_or_hold_a_nul(void **state)
{
    (void)state;
    assert_int_equal(read_str("\0\0\0\0", 4), VSC_OK);
    assert_int_equal(read_str("\0\0\0\3abc", 7), VSC_OK);
    assert_int_equal(read_str("\0\0\0\4abcd", 8), VSC_PROTOCOL);
    assert_int_equal(read_str("\0\0\0\3a\0c", 7), VSC_PROTOCOL);
    assert_int_equal(read_str("\0\0\0\3ab", 6), VSC_PROTOCOL);
    assert_int_equal(read_str("\xff\xff\xff\xff"
                              "abc",
                              7),
                     VSC_PROTOCOL);
    assert_int_equal(read_str("\0\0\0\2abc", 7), VSC_PROTOCOL); /* one left over */
}

static void test_secret_takes_256_bytes_and_no_more(void **state)
{
    auto_secret struct secret secret = {0};
    char bytes[SECRET_MAX + 1] = "x";

    (void)state;
    assert_int_equal(secret_set(&secret, bytes, SECRET_MAX), VSC_OK);
    assert_int_equal(secret.len, SECRET_MAX);
    assert_int_equal(secret_set(&secret, bytes, SECRET_MAX + 1), VSC_INPUT);
    assert_int_equal(secret.len, 0);
    assert_int_equal(secret.bytes[0], 0);
}

static void test_secret_wipes_what_it_held(void **state)
{
    static const struct secret zero;
    struct secret secret = {0};

    (void)state;
    assert_int_equal(secret_set(&secret, "12345678", 8), VSC_OK);
    assert_int_equal(secret_set(&secret, "12", 2), VSC_OK);
    assert_memory_equal(secret.bytes + 2, zero.bytes, SECRET_MAX - 2);
    secret_done(&secret);
    assert_memory_equal(&secret, &zero, sizeof(zero));
}

static void test_secret_equal_compares_length_and_bytes(void **state)
{
    auto_secret struct secret a = {0}, b = {0};

    (void)state;
    assert_true(secret_equal(&a, &b));
    assert_int_equal(secret_set(&a, "1234", 4), VSC_OK);
    assert_false(secret_equal(&a, &b));
    assert_int_equal(secret_set(&b, "1234", 4), VSC_OK);
    assert_true(secret_equal(&a, &b));
    assert_int_equal(secret_set(&b, "1235", 4), VSC_OK);
    assert_false(secret_equal(&a, &b));
    assert_int_equal(secret_set(&b, "1234\0", 5), VSC_OK);
    assert_false(secret_equal(&a, &b));
}

static void test_take_hands_ownership_on(void **state)
{
    char *kept;

    (void)state;
    {
        auto_free char *name = strdup("x");
        auto_fd int fd = dup(0);

        kept = take(name);
        assert_null(name);
        assert_int_equal(close(take_fd(fd)), 0);
        assert_int_equal(fd, -1);
    }
    assert_string_equal(kept, "x");
    free(kept);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_buf_writes_big_endian),
        cmocka_unit_test(test_buf_stays_full_when_it_overflowed),
        cmocka_unit_test(test_buf_refuses_a_length_that_would_wrap),
        cmocka_unit_test(test_buf_grows_to_its_maximum),
        cmocka_unit_test(test_reader_reads_back_what_was_written),
        cmocka_unit_test(test_reader_stays_at_fault),
        cmocka_unit_test(test_reader_takes_0_and_1_as_bool_only),
        cmocka_unit_test(test_reader_refuses_strings_that_do_not_fit_or_hold_a_nul),
        cmocka_unit_test(test_secret_takes_256_bytes_and_no_more),
        cmocka_unit_test(test_secret_wipes_what_it_held),
        cmocka_unit_test(test_secret_equal_compares_length_and_bytes),
        cmocka_unit_test(test_take_hands_ownership_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

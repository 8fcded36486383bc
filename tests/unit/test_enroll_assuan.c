/* SPDX-License-Identifier: BSD-2-Clause */
/* The lines of pinentry's protocol. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "enroll/notify/assuan.h"

static struct assuan_line read_line(const char *line)
{
    struct assuan_line parsed;

    assuan_read(line, strlen(line), &parsed);
    return parsed;
}

static void test_kinds_of_lines(void **state)
{
    (void)state;
    assert_int_equal(read_line("OK").kind, ASSUAN_OK);
    assert_int_equal(read_line("OK Pleased to meet you").kind, ASSUAN_OK);
    assert_int_equal(read_line("S PIN_REPEATED").kind, ASSUAN_SKIP);
    assert_int_equal(read_line("# comment").kind, ASSUAN_SKIP);
    assert_int_equal(read_line("D ").kind, ASSUAN_DATA);
    assert_int_equal(read_line("ERR 83886179 Operation cancelled <Pinentry>").kind, ASSUAN_ERR);
    assert_int_equal(read_line("ERR 83886179 Operation cancelled <Pinentry>").code,
                     ASSUAN_CANCELED);
    assert_int_equal(read_line("ERR 83886194 Not confirmed").code, ASSUAN_NOT_CONFIRMED);
    assert_int_equal(read_line("ERR x").code, 0);
}

static void test_anything_else_is_broken(void **state)
{
    static const char *const lines[] = {"",    "OKAY",      "D",  "D12345678",
                                        "ERR", "INQUIRE X", "ok", "X"};

    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        assert_int_equal(read_line(lines[i]).kind, ASSUAN_BROKEN);
}

static enum vsc_err data_of(const char *line, struct secret *secret)
{
    const struct assuan_line parsed = read_line(line);

    return assuan_data(&parsed, secret);
}

static void test_data_is_unescaped_and_bounded(void **state)
{
    auto_secret struct secret secret = {0};
    char line[SECRET_MAX + 4] = "D ";

    (void)state;
    assert_int_equal(data_of("D 12%2534%0a", &secret), VSC_OK);
    assert_int_equal(secret.len, 6);
    assert_memory_equal(secret.bytes, "12%34\n", 6);
    assert_int_equal(data_of("D 1%", &secret), VSC_PROTOCOL);
    assert_int_equal(data_of("D 1%2", &secret), VSC_PROTOCOL);
    assert_int_equal(data_of("D 1%2G", &secret), VSC_PROTOCOL);
    secret_done(&secret);
    memset(line + 2, '1', SECRET_MAX);
    assert_int_equal(data_of(line, &secret), VSC_OK);
    assert_int_equal(secret.len, SECRET_MAX);
    assert_int_equal(data_of("D 1", &secret), VSC_INPUT);
    assert_int_equal(secret.len, SECRET_MAX);
}

static void test_command_is_one_line(void **state)
{
    char line[ASSUAN_LINE_MAX + 1], text[4 * ASSUAN_LINE_MAX];

    (void)state;
    assuan_command("GETPIN", "", line);
    assert_string_equal(line, "GETPIN\n");
    assuan_command("SETDESC", "100%\nGETPIN\r", line);
    assert_string_equal(line, "SETDESC 100%25%0AGETPIN%0D\n");
    memset(text, '%', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    assuan_command("SETDESC", text, line);
    assert_true(strlen(line) <= ASSUAN_LINE_MAX);
    assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds_of_lines),
        cmocka_unit_test(test_anything_else_is_broken),
        cmocka_unit_test(test_data_is_unescaped_and_bounded),
        cmocka_unit_test(test_command_is_one_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

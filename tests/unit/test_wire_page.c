/* SPDX-License-Identifier: BSD-2-Clause */
/* vsc-wire(7) is the protocol's specification: its numbers and caps are those of the code. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/io.h"
#include "common/reason.h"
#include "common/wire.h"

static struct buf page;

static int setup(void **state)
{
    (void)state;
    if (io_read_trusted("man/vsc-wire.7", 100000, &page, NULL) != VSC_OK)
        return 1;
    page.max++;
    buf_u8(&page, 0);
    return buf_status(&page) == VSC_OK ? 0 : 1;
}

static int teardown(void **state)
{
    (void)state;
    buf_done(&page);
    return 0;
}

static void assert_page_has(const char *text)
{
    if (strstr((const char *)page.data, text) == NULL)
        fail_msg("vsc-wire(7) does not say \"%s\"", text);
}

static void test_page_has_every_message_with_number_and_cap(void **state)
{
    static const struct {
        const char *name;
        unsigned number, cap;
    } rows[] = {
#define ROW(name, number, cap) {#name, number, cap},
        VSC_MESSAGES(ROW)
#undef ROW
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        bool is_mega = rows[i].cap % (1024 * 1024) == 0;
        char text[128];

        (void)snprintf(text, sizeof(text), ".Ss %s\n0x%04x, at most %u %s", rows[i].name,
                       rows[i].number, is_mega ? rows[i].cap / (1024 * 1024) : rows[i].cap,
                       is_mega ? "MiB" : "bytes");
        assert_page_has(text);
    }
}

static void test_page_has_every_error_and_reason_with_its_number(void **state)
{
    char text[128];

    (void)state;
    for (int i = 1; i < VSC_ERR_COUNT; i++) {
        (void)snprintf(text, sizeof(text), ".It %d\n%s\n", i, vsc_strerror((enum vsc_err)i));
        assert_page_has(text);
    }
    for (int i = 0; i < REASON_COUNT; i++) {
        (void)snprintf(text, sizeof(text), ".It %d\n.Ql %s\n", i, reason_code((enum reason)i));
        assert_page_has(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_page_has_every_message_with_number_and_cap),
        cmocka_unit_test(test_page_has_every_error_and_reason_with_its_number),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}

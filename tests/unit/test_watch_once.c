/* SPDX-License-Identifier: BSD-2-Clause */
/* vsc-watch --once before a vsc-card that is played: the picture, or the reason why there is none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "common/wire.h"
#include "tests/support/played_card.h"

static struct played played;

static void test_once_is_the_picture_and_no_more(void **state)
{
    const struct watch_list list = {.announce = false};

    (void)state;
    played_start(&played, true, true, true);
    played_accept(&played);
    played_round(&played, &list);
    assert_string_equal(
        played_line(&played),
        "{\"v\":1,\"event\":\"state\",\"helper\":\"ok\",\"announce\":false,\"cards\":[]}");
    assert_null(played_line(&played));
    assert_int_equal(played_end(&played), VSC_OK);
}

static void test_once_without_a_helper_says_nothing(void **state)
{
    const struct deadline deadline = deadline_in(60000);

    (void)state;
    played_start(&played, true, true, false);
    assert_null(played_line(&played));
    assert_int_equal(played_end(&played), VSC_HELPER);
    played_answer_ms = 400;
    played_start(&played, true, true, true);
    played_answer_ms = PLAYED_PATIENCE_MS;
    played_accept(&played);
    assert_true(played_asked(&played));
    assert_null(played_line(&played)); /* it has waited long enough */
    assert_int_equal(played_end(&played), VSC_TIMEOUT);
    played_start(&played, true, true, true);
    played_accept(&played);
    assert_true(played_asked(&played));
    assert_int_equal(wire_send_error(played.channel, VSC_TPM, "no TPM", &deadline), VSC_OK);
    assert_null(played_line(&played));
    assert_int_equal(played_end(&played), VSC_TPM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_once_is_the_picture_and_no_more),
        cmocka_unit_test(test_once_without_a_helper_says_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* What a refresh tells, and what it takes of the cards' folders. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <unistd.h>

#include "certcheck/refresh/cards.h"
#include "certcheck/refresh/report.h"
#include "common/deadline.h"
#include "common/own.h"
#include "tests/support/scratch.h"

static bool current_after(enum report_result result, bool as_json, char **ret_text)
{
    size_t len = 0;
    FILE *out = open_memstream(ret_text, &len);
    struct report report;

    report_start(&report, out, as_json, NULL);
    report_tell(&report, &(struct report_line){.result = result,
                                               .kind = "crl",
                                               .source = "http://ca/",
                                               .subject = "CN=\xe2\x80\xae\x1b[31m",
                                               .text = "why\n",
                                               .until = 1767225600});
    assert_true(report_end(&report));
    assert_int_equal(fclose(out), 0);
    return report.current;
}

static void test_report_is_current_only_while_all_are(void **state)
{
    static const struct {
        enum report_result result;
        const char *word;
        bool current;
    } table[] = {
        {REPORT_STORED, "stored", true},   {REPORT_UNCHANGED, "unchanged", true},
        {REPORT_SKIPPED, "skipped", true}, {REPORT_KEPT, "kept", false},
        {REPORT_FAILED, "failed", false},  {REPORT_STALE, "stale", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        auto_free char *text = NULL;
        auto_free char *json = NULL;

        assert_int_equal(current_after(table[i].result, false, &text), table[i].current);
        assert_int_equal(current_after(table[i].result, true, &json), table[i].current);
        assert_int_equal(strncmp(text, table[i].word, strlen(table[i].word)), 0);
        assert_non_null(strstr(text, ", until 2026-01-01T00:00:00Z\n"));
        assert_null(strchr(text, '\x1b'));
        assert_null(strstr(text, "\xe2\x80\xae"));
        assert_non_null(strstr(json, table[i].word));
        assert_non_null(strstr(json, table[i].current ? "\"current\":true" : "\"current\":false"));
        assert_null(strchr(json, '\x1b'));
    }
}

static void test_progress_shows_after_a_second_only(void **state)
{
    auto_free char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    struct progress progress = {.terminal = out};

    (void)state;
    progress_show(&progress, "http://ca/x.crl", 1024, 4096);
    assert_int_equal(fflush(out), 0);
    assert_int_equal(len, 0);
    progress.started_ms = clock_ms() - 2000;
    progress_show(&progress, "http://ca/x.crl", 1024, 4096);
    progress_show(&progress, "http://ca/x.crl", 1025, 4096);
    assert_int_equal(fflush(out), 0);
    assert_string_equal(text, "\r\033[Khttp://ca/x.crl: 1 KiB of 4 (25 %)");
    progress_clear(&progress);
    assert_int_equal(progress.started_ms, 0);
    assert_int_equal(fclose(out), 0);
    assert_string_equal(text + len - 4, "\r\033[K");
}

static void test_cards_read_takes_what_is_a_card(void **state)
{
    auto_cards struct cards cards = {0};
    auto_cards struct cards none = {0};
    static const char *const folders[] = {"s",
                                          "s/cards",
                                          "s/cards/0000",
                                          "s/cards/0000/keys",
                                          "s/cards/0000/keys/00",
                                          "s/cards/0000/keys/01",
                                          "s/cards/0000/keys/more",
                                          "s/cards/.0001",
                                          "s/cards/abcd",
                                          "s/cards/0002"};

    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
        scratch_folder(state, folders[i], 0755);
    scratch_file(state, "s/cards/0000/keys/00/cert.pem", "a", 1, 0644);
    scratch_file(state, "s/cards/0000/keys/00/chain.pem", "bc", 2, 0644);
    assert_int_equal(cards_read(scratch_path(state, "s"), &cards), VSC_OK);
    assert_int_equal(cards.count, 1);
    assert_string_equal(cards.items[0].name, "0000/00");
    assert_int_equal(cards.items[0].cert.len, 1);
    assert_int_equal(cards.items[0].chain.len, 2);
    assert_non_null(strstr(cards.flaw.text, "0002")); /* it has no keys folder */
    assert_int_equal(cards_read(scratch_path(state, "nowhere"), &none), VSC_OK);
    assert_int_equal(none.count, 0);
    assert_string_equal(none.flaw.text, "");
}

static void test_cards_read_follows_no_link(void **state)
{
    auto_cards struct cards cards = {0};

    scratch_folder(state, "l", 0755);
    scratch_folder(state, "l/cards", 0755);
    scratch_folder(state, "l/cards/0000", 0755);
    scratch_folder(state, "l/cards/0000/keys", 0755);
    scratch_folder(state, "l/cards/0000/keys/00", 0755);
    assert_int_equal(symlink("/etc/passwd", scratch_path(state, "l/cards/0000/keys/00/cert.pem")),
                     0);
    assert_int_equal(cards_read(scratch_path(state, "l"), &cards), VSC_OK);
    assert_int_equal(cards.count, 0);
    assert_non_null(strstr(cards.flaw.text, "0000/00"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_report_is_current_only_while_all_are),
        cmocka_unit_test(test_progress_shows_after_a_second_only),
        cmocka_unit_test(test_cards_read_takes_what_is_a_card),
        cmocka_unit_test(test_cards_read_follows_no_link),
    };

    return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}

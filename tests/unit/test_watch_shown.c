/* SPDX-License-Identifier: BSD-2-Clause */
/* What is new in an answer against what was told last, and the lines that say it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <fcntl.h>
#include <sys/mman.h>

#include <cmocka.h>

#include "common/json_read.h"
#include "common/own.h"
#include "greeter/watch/tell.h"

#define DAY  86400
#define NOON INT64_C(1800014400)

static const struct instant start = {.ms = 50000, .seconds = NOON};

static struct instant later(int64_t ms)
{
    return (struct instant){.ms = start.ms + ms, .seconds = start.seconds + ms / 1000};
}

static struct watch_card alice(void)
{
    return (struct watch_card){.id = "0000",
                               .name = "TestVSC",
                               .kind = CARD_NATIVE,
                               .owner = "Alice Smith",
                               .details = true,
                               .tries_known = true,
                               .tries_left = 5,
                               .tries_max = 5};
}

/* A list of its own with this one card, and certificates that end then. */
static struct watch_list list_of(const struct watch_card *card, size_t certs, int64_t not_after)
{
    struct watch_list list = {.warn_days = 14, .cards = calloc(1, sizeof(*card)), .count = 1};

    assert_non_null(list.cards);
    list.cards[0] = *card;
    list.cards[0].certs = calloc(certs + 1, sizeof(struct watch_cert));
    assert_non_null(list.cards[0].certs);
    list.cards[0].cert_count = certs;
    for (size_t i = 0; i < certs; i++) {
        (void)snprintf(list.cards[0].certs[i].key, KEY_ID_SIZE, "%02zu", i);
        list.cards[0].certs[i].not_after = not_after;
    }
    return list;
}

static struct shown shown_of(const struct watch_card *card, size_t certs, int64_t not_after,
                             const struct shown *before, const struct instant *now)
{
    const struct shown nothing = {.list = {.count = 0}};
    struct watch_list list = list_of(card, certs, not_after);
    struct shown shown;

    shown_take(&shown, &list, before != NULL ? before : &nothing, now);
    assert_int_equal(list.count, 0); /* handed over */
    return shown;
}

static unsigned changes_from(const struct watch_card *old, const struct watch_card *new)
{
    auto_shown struct shown before = shown_of(old, 0, 0, NULL, &start);
    auto_shown struct shown after = shown_of(new, 0, 0, &before, &start);

    return shown_changes(&before, 0, &after, 0);
}

static void test_each_change_has_its_word(void **state)
{
    const struct watch_card old = alice();
    struct watch_card new = old;

    (void)state;
    assert_int_equal(changes_from(&old, &new), 0);
    new.tries_left = 4;
    assert_int_equal(changes_from(&old, &new), CARD_CHANGE_TRIES);
    new = old;
    new.blocked = true;
    assert_int_equal(changes_from(&old, &new), CARD_CHANGE_BLOCKED);
    assert_int_equal(changes_from(&new, &old), CARD_CHANGE_UNBLOCKED);
    new = old;
    new.locked_seconds = 600;
    assert_int_equal(changes_from(&old, &new), CARD_CHANGE_LOCKED);
    assert_int_equal(changes_from(&new, &old), CARD_CHANGE_UNLOCKED);
    new = old;
    memcpy(new.name, "Other", 6);
    assert_int_equal(changes_from(&old, &new), CARD_CHANGE_NAME);
    new = old;
    new.mine = true;
    assert_int_equal(changes_from(&old, &new), CARD_CHANGE_OWNER);
    new = old;
    memcpy(new.owner, "Bob", 4);
    new.tries_known = false;
    new.tries_left = new.tries_max = 0;
    assert_int_equal(changes_from(&old, &new), CARD_CHANGE_OWNER | CARD_CHANGE_TRIES);
}

static void test_other_certificates_are_a_change(void **state)
{
    const struct watch_card card = alice();
    auto_shown struct shown none = shown_of(&card, 0, 0, NULL, &start);
    auto_shown struct shown one = shown_of(&card, 1, NOON + 99 * DAY, NULL, &start);
    auto_shown struct shown renewed = shown_of(&card, 1, NOON + 100 * DAY, NULL, &start);

    (void)state;
    assert_int_equal(shown_changes(&none, 0, &one, 0), CARD_CHANGE_CERTIFICATES);
    assert_int_equal(shown_changes(&one, 0, &none, 0), CARD_CHANGE_CERTIFICATES);
    assert_int_equal(shown_changes(&one, 0, &renewed, 0), CARD_CHANGE_CERTIFICATES);
    memcpy(one.list.cards[0].certs[0].upn, "a@b", 4);
    assert_int_equal(shown_changes(&one, 0, &one, 0), 0);
}

/* A day passes; only those count that login.warn_days counts, and a day once. */
static void test_certificate_is_expiring_once_a_day_near_its_end(void **state)
{
    const struct watch_card card = alice();
    const int64_t days[] = {20, 15, 14, 1, 0, -1};

    (void)state;
    for (size_t i = 0; i < sizeof(days) / sizeof(days[0]); i++) {
        const int64_t end = NOON + days[i] * DAY + DAY / 2; /* so many days are left at noon */
        const struct instant morning = later(-DAY * 1000), evening = later(DAY * 400);
        auto_shown struct shown before = shown_of(&card, 1, end, NULL, &morning);
        auto_shown struct shown now = shown_of(&card, 1, end, &before, &start);
        auto_shown struct shown then = shown_of(&card, 1, end, &now, &evening);

        assert_int_equal(shown_changes(&before, 0, &now, 0),
                         days[i] <= 14 ? CARD_CHANGE_EXPIRING : 0);
        assert_int_equal(shown_changes(&now, 0, &then, 0), 0);
    }
}

static void test_days_left_are_rounded_down(void **state)
{
    (void)state;
    assert_int_equal(days_left(NOON + DAY, NOON), 1);
    assert_int_equal(days_left(NOON + DAY - 1, NOON), 0);
    assert_int_equal(days_left(NOON, NOON), 0);
    assert_int_equal(days_left(NOON - 1, NOON), -1);
    assert_int_equal(days_left(0, NOON), -NOON / DAY - 1);
}

static void test_countdown_takes_each_second_and_ends_at_one(void **state)
{
    struct watch_card card = alice();
    struct shown shown;
    struct instant now = start;

    (void)state;
    card.locked_seconds = 3;
    shown = shown_of(&card, 0, 0, NULL, &start);
    assert_false(shown_count_down(&shown, 0, &now));
    assert_int_equal(shown_next_ms(&shown, &now), start.ms + 1000);
    now = later(999);
    assert_false(shown_count_down(&shown, 0, &now));
    now = later(1000);
    assert_true(shown_count_down(&shown, 0, &now));
    assert_int_equal(shown.list.cards[0].locked_seconds, 2);
    assert_false(shown_count_down(&shown, 0, &now));
    now = later(2500);
    assert_true(shown_count_down(&shown, 0, &now));
    assert_int_equal(shown_next_ms(&shown, &now), start.ms + 3000);
    assert_false(shown_has_run_out(&shown, &now));
    now = later(9000); /* only vsc-card says that it is over */
    assert_false(shown_count_down(&shown, 0, &now));
    assert_int_equal(shown.list.cards[0].locked_seconds, 1);
    assert_true(shown_has_run_out(&shown, &now));
    assert_int_equal(shown_next_ms(&shown, &now), now.ms + 1000);
    shown_done(&shown);
    card.locked_seconds = 0;
    shown = shown_of(&card, 0, 0, NULL, &start);
    assert_false(shown_has_run_out(&shown, &now));
    assert_true(shown_next_ms(&shown, &now) == INT64_MAX);
    shown_done(&shown);
}

static void test_countdown_goes_on_through_answers_that_agree(void **state)
{
    const struct instant now = later(3300);
    struct watch_card card = alice();
    struct shown before, after;

    (void)state;
    card.locked_seconds = 600;
    before = shown_of(&card, 0, 0, NULL, &start);
    card.locked_seconds = 597; /* of whole seconds: 0.3 s off */
    after = shown_of(&card, 0, 0, &before, &now);
    assert_int_equal(after.cards[0].open_at_ms, before.cards[0].open_at_ms);
    shown_done(&after);
    card.locked_seconds = 300;
    after = shown_of(&card, 0, 0, &before, &now);
    assert_int_equal(after.cards[0].open_at_ms, now.ms + 300000);
    shown_done(&after);
    shown_done(&before);
}

/* ---- lines -------------------------------------------------------------------------------------
 */

static struct teller teller = {.json = true};

static void open_lines(void)
{
    teller.line.fd = memfd_create("lines", MFD_CLOEXEC);
    assert_true(teller.line.fd >= 0);
}

/* The next line of `fd` from *at on, with its newline; NULL at the end. The caller frees. */
static char *next_line(int fd, off_t *at)
{
    char *line = malloc(LINE_MAX_BYTES + 2);
    ssize_t got = pread(fd, line, LINE_MAX_BYTES + 1, *at);
    char *end = got > 0 ? memchr(line, '\n', (size_t)got) : NULL;

    assert_true(got >= 0);
    if (end == NULL) {
        assert_int_equal(got, 0); /* no longer than a line may be */
        free(line);
        return NULL;
    }
    end[1] = '\0';
    *at += (off_t)strlen(line);
    return line;
}

/* As wide as a wire lets it be, with all that grows in JSON. */
static void fill(char *text, size_t size)
{
    memset(text, '"', size - 1);
    text[size - 1] = '\0';
}

static struct watch_list widest_list(void)
{
    struct watch_list list = {.cards = calloc(CARDS_MAX, sizeof(struct watch_card)),
                              .count = CARDS_MAX};

    assert_non_null(list.cards);
    for (size_t i = 0; i < CARDS_MAX; i++) {
        struct watch_card *card = &list.cards[i];

        *card = (struct watch_card){.kind = CARD_TOKEN,
                                    .locked_seconds = UINT32_MAX,
                                    .blocked = true,
                                    .details = true,
                                    .tries_known = true,
                                    .tries_left = UINT16_MAX,
                                    .tries_max = UINT16_MAX,
                                    .cert_count = CARD_KEYS_MAX};
        fill(card->id, sizeof(card->id));
        card->id[0] = (char)('0' + i);
        fill(card->name, sizeof(card->name));
        fill(card->owner, sizeof(card->owner));
        card->certs = calloc(CARD_KEYS_MAX, sizeof(*card->certs));
        assert_non_null(card->certs);
        for (size_t k = 0; k < CARD_KEYS_MAX; k++) {
            fill(card->certs[k].key, sizeof(card->certs[k].key));
            fill(card->certs[k].upn, sizeof(card->certs[k].upn));
            card->certs[k].not_after = WATCH_TIME_MAX;
        }
    }
    return list;
}

static void test_line_is_bounded_and_nothing_is_left_out(void **state)
{
    const struct shown nothing = {.list = {.count = 0}};
    struct watch_list list = widest_list();
    auto_shown struct shown shown = {.list = {.count = 0}};
    size_t with = 0, without = 0, changed = 0;
    off_t at = 0;

    (void)state;
    shown_take(&shown, &list, &nothing, &start);
    open_lines();
    assert_int_equal(tell_state(&teller, &shown), VSC_OK);
    for (char *line = next_line(teller.line.fd, &at); line != NULL;
         line = next_line(teller.line.fd, &at)) {
        if (changed == 0 && with + without == 0) {
            assert_non_null(strstr(line, "\"event\":\"state\""));
            for (const char *p = line; (p = strstr(p, "\"certificates\":[")) != NULL; p += 16)
                *(p[16] == ']' ? &without : &with) += 1;
        } else {
            assert_non_null(strstr(line, "\"event\":\"card-changed\""));
            assert_non_null(strstr(line, "\"changes\":[\"certificates\"]"));
            changed++;
        }
        free(line);
    }
    assert_int_equal(with + without, CARDS_MAX);
    assert_true(without > 0);
    assert_int_equal(changed, without);
    (void)close(teller.line.fd);
}

static void test_names_pass_no_wider_than_a_screen_and_as_json(void **state)
{
    struct watch_card card = alice();
    auto_free char *line = NULL;
    auto_json struct json_document document = {0};
    struct problem problem = {""};
    const struct json_value *value;
    struct shown shown;
    off_t at = 0;

    (void)state;
    memset(card.owner, 'x', sizeof(card.owner) - 1);
    card.owner[sizeof(card.owner) - 1] = '\0';
    memcpy(card.name, "a\"b\\\xc3\xa9", 7);
    shown = shown_of(&card, 1, NOON, NULL, &start);
    open_lines();
    assert_int_equal(
        tell_card(&teller, CARD_EVENT_CHANGED, &shown, 0, CARD_CHANGE_TRIES | CARD_CHANGE_OWNER),
        VSC_OK);
    shown_done(&shown);
    line = next_line(teller.line.fd, &at);
    assert_non_null(line);
    assert_int_equal(json_read(line, strlen(line), &document, &problem), VSC_OK);
    assert_non_null(strstr(line, "\"changes\":[\"tries\",\"owner\"]"));
    assert_non_null(strstr(line, "\"upn\":null,\"not_after\":\"2027-01-15T12:00:00Z\","
                                 "\"days_left\":0}"));
    value = json_member(&document, json_root(&document), "card", JSON_OBJECT);
    assert_non_null(value);
    assert_string_equal(json_member(&document, value, "name", JSON_STRING)->text, card.name);
    assert_int_equal(strlen(json_member(&document, value, "owner", JSON_STRING)->text),
                     TEXT_COLUMNS);
    (void)close(teller.line.fd);
}

static void test_reader_that_has_gone_is_told_from_a_fault(void **state)
{
    int pipe_fds[2];

    (void)state;
    assert_int_equal(pipe2(pipe_fds, O_CLOEXEC), 0);
    (void)close(pipe_fds[0]);
    teller.line.fd = pipe_fds[1];
    assert_int_equal(tell_helper(&teller, false), VSC_HELPER);
    (void)close(pipe_fds[1]);
    assert_int_equal(tell_helper(&teller, false), VSC_HELPER); /* closed: nobody reads it either */
    teller.line.fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
    assert_int_equal(tell_helper(&teller, false), VSC_SYSTEM);
    (void)close(teller.line.fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_change_has_its_word),
        cmocka_unit_test(test_other_certificates_are_a_change),
        cmocka_unit_test(test_certificate_is_expiring_once_a_day_near_its_end),
        cmocka_unit_test(test_days_left_are_rounded_down),
        cmocka_unit_test(test_countdown_takes_each_second_and_ends_at_one),
        cmocka_unit_test(test_countdown_goes_on_through_answers_that_agree),
        cmocka_unit_test(test_line_is_bounded_and_nothing_is_left_out),
        cmocka_unit_test(test_names_pass_no_wider_than_a_screen_and_as_json),
        cmocka_unit_test(test_reader_that_has_gone_is_told_from_a_fault),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

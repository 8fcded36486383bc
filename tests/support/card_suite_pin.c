/* SPDX-License-Identifier: BSD-2-Clause */
/* The suite over any card source: what it does with PINs, right, wrong and odd, and with odd ids.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/card_suite_parts.h"

#define WRONG_PIN "wrong-PIN-0"
#define NEW_PIN   "new PIN 4 all"
/* As long as an id can be. */
#define LONG_ID                                                                                    \
    "0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"     \
    "0000000"

static enum vsc_err change(struct card_source *source, const char *card, const char *old_pin,
                           const char *new_pin, struct card_outcome *ret_outcome)
{
    struct card_change_pin request = {0};
    struct problem problem = {0};
    enum vsc_err err;

    (void)snprintf(request.card, sizeof(request.card), "%s", card);
    assert_int_equal(secret_set(&request.old_pin, old_pin, strlen(old_pin)), VSC_OK);
    assert_int_equal(secret_set(&request.new_pin, new_pin, strlen(new_pin)), VSC_OK);
    memset(ret_outcome, 0, sizeof(*ret_outcome));
    ret_outcome->result = VSC_ERR_COUNT;
    source->deadline = deadline_in(SUITE_DEADLINE_MS);
    err = source->ops->change_pin(source, &request, ret_outcome, &problem);
    if (err != VSC_OK)
        print_message("change: %s: %s\n", vsc_strerror(err), problem.text);
    return err;
}

static void check_tries(const struct card_rig *rig, struct card_source *source,
                        const struct card_info *card, unsigned left)
{
    struct card_state state = suite_state(source, card);

    suite_tries(rig, &state, left);
}

static void test_wrong_pin_counts_and_the_right_one_resets(void **state)
{
    const struct card_rig *rig = *state;
    struct card_source *source = suite_open(rig);
    struct suite_card card;
    struct card_outcome outcome;

    suite_list(rig, source, &card);
    assert_int_equal(suite_sign(source, card.info->id, card.info->keys[0].id, WRONG_PIN,
                                strlen(WRONG_PIN), &outcome),
                     VSC_OK);
    assert_int_equal(outcome.result, VSC_PIN);
    suite_tries(rig, &outcome.state, rig->tries - 1);
    check_tries(rig, source, card.info, rig->tries - 1);
    suite_sign_verified(rig, source, card.info, &card.info->keys[0], rig->pin);
    check_tries(rig, source, card.info, rig->tries);
    card_list_done(&card.list);
    card_source_free(source);
}

static void test_wrong_pin_stays_counted_when_a_new_source_opens(void **state)
{
    const struct card_rig *rig = *state;
    struct card_source *source = suite_open(rig);
    struct suite_card card;

    suite_list(rig, source, &card);
    assert_int_equal(suite_refused(source, card.info, WRONG_PIN), VSC_PIN);
    card_source_free(source);
    source = suite_open(rig);
    check_tries(rig, source, card.info, rig->tries - 1);
    suite_sign_verified(rig, source, card.info, &card.info->keys[0], rig->pin);
    card_list_done(&card.list);
    card_source_free(source);
}

/*
 * login.reserve: whoever looked at the counter and then waited at the prompt, as many at a time as
 * he likes, must not get the tries that are kept by then.
 */
static void test_kept_tries_are_not_used(void **state)
{
    const struct card_rig *rig = *state;
    struct card_source *source = suite_open(rig);
    struct suite_card card;
    struct card_outcome outcome;
    struct card_sign sign = {.keep = (uint16_t)rig->tries};
    struct card_change_pin request = {.keep = (uint16_t)rig->tries};

    suite_list(rig, source, &card);
    (void)snprintf(sign.card, sizeof(sign.card), "%s", card.info->id);
    (void)snprintf(sign.key, sizeof(sign.key), "%s", card.info->keys[0].id);
    (void)snprintf(request.card, sizeof(request.card), "%s", card.info->id);
    assert_int_equal(secret_set(&sign.pin, WRONG_PIN, strlen(WRONG_PIN)), VSC_OK);
    assert_int_equal(secret_set(&request.old_pin, WRONG_PIN, strlen(WRONG_PIN)), VSC_OK);
    assert_int_equal(secret_set(&request.new_pin, NEW_PIN, strlen(NEW_PIN)), VSC_OK);
    if (suite_state(source, card.info).tries_known) {
        source->deadline = deadline_in(SUITE_DEADLINE_MS);
        assert_int_equal(source->ops->sign(source, &sign, &outcome, NULL), VSC_DENIED);
        assert_int_equal(source->ops->change_pin(source, &request, &outcome, NULL), VSC_DENIED);
        check_tries(rig, source, card.info, rig->tries);
    }
    sign.keep = (uint16_t)(rig->tries > 0 ? rig->tries - 1 : 0);
    source->deadline = deadline_in(SUITE_DEADLINE_MS);
    assert_int_equal(source->ops->sign(source, &sign, &outcome, NULL), VSC_OK);
    assert_int_equal(outcome.result, VSC_PIN);
    suite_sign_verified(rig, source, card.info, &card.info->keys[0], rig->pin);
    card_list_done(&card.list);
    card_source_free(source);
}

static void test_near_pins_are_wrong(void **state)
{
    const struct card_rig *rig = *state;
    struct card_source *source = suite_open(rig);
    struct suite_card card;
    char near[SECRET_MAX];

    suite_list(rig, source, &card);
    (void)snprintf(near, sizeof(near), "%sx", rig->pin);
    assert_int_equal(suite_refused(source, card.info, near), VSC_PIN);
    (void)snprintf(near, sizeof(near), "%s", rig->pin);
    near[strlen(near) - 1] ^= 1;
    assert_int_equal(suite_refused(source, card.info, near), VSC_PIN);
    suite_sign_verified(rig, source, card.info, &card.info->keys[0], rig->pin);
    card_list_done(&card.list);
    card_source_free(source);
}

static void test_card_blocks_after_the_last_try(void **state)
{
    const struct card_rig *rig = *state;
    struct card_source *source = suite_open(rig);
    struct suite_card card;
    struct card_outcome outcome;

    suite_list(rig, source, &card);
    for (unsigned i = 1; i < rig->tries; i++)
        assert_int_equal(suite_refused(source, card.info, WRONG_PIN), VSC_PIN);
    assert_int_equal(suite_sign(source, card.info->id, card.info->keys[0].id, WRONG_PIN,
                                strlen(WRONG_PIN), &outcome),
                     VSC_OK);
    assert_int_equal(outcome.result, VSC_PIN_BLOCKED);
    suite_tries(rig, &outcome.state, 0);
    /* From here on the right PIN is worth nothing, for nobody. */
    assert_int_equal(suite_refused(source, card.info, rig->pin), VSC_PIN_BLOCKED);
    assert_int_equal(change(source, card.info->id, rig->pin, NEW_PIN, &outcome), VSC_OK);
    assert_int_equal(outcome.result, VSC_PIN_BLOCKED);
    card_source_free(source);
    source = suite_open(rig);
    check_tries(rig, source, card.info, 0);
    assert_int_equal(suite_refused(source, card.info, rig->pin), VSC_PIN_BLOCKED);
    card_list_done(&card.list);
    card_source_free(source);
}

static void test_change_pin_makes_the_old_pin_useless(void **state)
{
    const struct card_rig *rig = *state;
    struct card_source *source = suite_open(rig);
    struct suite_card card;
    struct card_outcome outcome;

    suite_list(rig, source, &card);
    assert_int_equal(change(source, card.info->id, rig->pin, NEW_PIN, &outcome), VSC_OK);
    assert_int_equal(outcome.result, VSC_OK);
    suite_tries(rig, &outcome.state, rig->tries);
    assert_int_equal(suite_refused(source, card.info, rig->pin), VSC_PIN);
    for (size_t i = 0; i < card.info->key_count; i++)
        suite_sign_verified(rig, source, card.info, &card.info->keys[i], NEW_PIN);
    card_source_free(source);
    source = suite_open(rig);
    assert_int_equal(suite_refused(source, card.info, rig->pin), VSC_PIN);
    suite_sign_verified(rig, source, card.info, &card.info->keys[0], NEW_PIN);
    card_list_done(&card.list);
    card_source_free(source);
}

static void test_change_pin_counts_a_wrong_old_pin(void **state)
{
    const struct card_rig *rig = *state;
    struct card_source *source = suite_open(rig);
    struct suite_card card;
    struct card_outcome outcome;

    suite_list(rig, source, &card);
    assert_int_equal(change(source, card.info->id, WRONG_PIN, NEW_PIN, &outcome), VSC_OK);
    assert_int_equal(outcome.result, VSC_PIN);
    suite_tries(rig, &outcome.state, rig->tries - 1);
    assert_int_equal(suite_refused(source, card.info, NEW_PIN), VSC_PIN);
    suite_sign_verified(rig, source, card.info, &card.info->keys[0], rig->pin);
    card_list_done(&card.list);
    card_source_free(source);
}

static void test_change_pin_uses_no_try_when_the_policy_refuses(void **state)
{
    static const char *const bad[] = {"", "123", "tab\tis not allowed", "\xc3\xa4\xc3\xb6\xc3\xbc"};
    const struct card_rig *rig = *state;
    struct card_source *source = suite_open(rig);
    struct suite_card card;
    struct card_outcome outcome;

    suite_list(rig, source, &card);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(change(source, card.info->id, rig->pin, bad[i], &outcome), VSC_OK);
        assert_int_equal(outcome.result, VSC_PIN_POLICY);
        assert_int_equal(change(source, card.info->id, WRONG_PIN, bad[i], &outcome), VSC_OK);
        assert_int_equal(outcome.result, VSC_PIN_POLICY);
    }
    check_tries(rig, source, card.info, rig->tries);
    suite_sign_verified(rig, source, card.info, &card.info->keys[0], rig->pin);
    card_list_done(&card.list);
    card_source_free(source);
}

/* CVE-2021-31924, CVE-2011-4120, CVE-2023-40660. */
static void test_empty_pin_never_reaches_the_card(void **state)
{
    const struct card_rig *rig = *state;
    struct card_source *source = suite_open(rig);
    struct suite_card card;

    suite_list(rig, source, &card);
    for (unsigned i = 0; i <= rig->tries; i++)
        assert_int_equal(suite_refused(source, card.info, ""), VSC_PIN_POLICY);
    check_tries(rig, source, card.info, rig->tries);
    suite_sign_verified(rig, source, card.info, &card.info->keys[0], rig->pin);
    assert_int_equal(suite_refused(source, card.info, ""), VSC_PIN_POLICY);
    card_list_done(&card.list);
    card_source_free(source);
}

static void test_pin_with_a_nul_never_reaches_the_card(void **state)
{
    const struct card_rig *rig = *state;
    struct card_source *source = suite_open(rig);
    struct suite_card card;
    struct card_outcome outcome;
    char pin[SECRET_MAX] = {0};

    suite_list(rig, source, &card);
    (void)snprintf(pin, sizeof(pin), "%s", rig->pin);
    assert_int_equal(suite_sign(source, card.info->id, card.info->keys[0].id, pin,
                                strlen(rig->pin) + 1, &outcome),
                     VSC_OK);
    assert_int_equal(outcome.result, VSC_PIN_POLICY);
    check_tries(rig, source, card.info, rig->tries);
    card_list_done(&card.list);
    card_source_free(source);
}

static void test_pin_of_127_characters_works_and_of_128_does_not(void **state)
{
    const struct card_rig *rig = *state;
    struct card_source *source = suite_open(rig);
    struct suite_card card;
    struct card_outcome outcome;
    char pin[PIN_MAX + 2];

    suite_list(rig, source, &card);
    memset(pin, 'p', sizeof(pin));
    pin[PIN_MAX + 1] = '\0';
    if (card.info->policy.maxlen >= PIN_MAX) {
        assert_int_equal(change(source, card.info->id, rig->pin, pin, &outcome), VSC_OK);
        assert_int_equal(outcome.result, VSC_PIN_POLICY);
        assert_int_equal(suite_refused(source, card.info, pin), VSC_PIN_POLICY);
        check_tries(rig, source, card.info, rig->tries);
        pin[PIN_MAX] = '\0';
        assert_int_equal(change(source, card.info->id, rig->pin, pin, &outcome), VSC_OK);
        assert_int_equal(outcome.result, VSC_OK);
        suite_sign_verified(rig, source, card.info, &card.info->keys[0], pin);
        pin[PIN_MAX - 1] = '\0';
        assert_int_equal(suite_refused(source, card.info, pin), VSC_PIN);
    }
    card_list_done(&card.list);
    card_source_free(source);
}

static void test_unknown_cards_and_keys_are_refused_without_a_try(void **state)
{
    static const char *const odd[] = {"", "/", "..", "../0000", "9999", "p11:", "p11:::", LONG_ID};
    const struct card_rig *rig = *state;
    struct card_source *source = suite_open(rig);
    struct suite_card card;
    struct card_outcome outcome;
    struct card_state now;

    suite_list(rig, source, &card);
    for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
        assert_int_equal(source->ops->state(source, odd[i], &now, NULL), VSC_NO_CARD);
        assert_int_equal(source->ops->prepare(source, odd[i], "00", NULL), VSC_NO_CARD);
        assert_int_equal(source->ops->prepare(source, card.info->id, odd[i], NULL), VSC_NO_KEY);
        assert_int_equal(
            suite_sign(source, odd[i], card.info->keys[0].id, rig->pin, strlen(rig->pin), &outcome),
            VSC_NO_CARD);
        assert_int_equal(
            suite_sign(source, card.info->id, odd[i], WRONG_PIN, strlen(WRONG_PIN), &outcome),
            VSC_NO_KEY);
        assert_int_equal(change(source, odd[i], rig->pin, NEW_PIN, &outcome), VSC_NO_CARD);
    }
    check_tries(rig, source, card.info, rig->tries);
    suite_sign_verified(rig, source, card.info, &card.info->keys[0], rig->pin);
    card_list_done(&card.list);
    card_source_free(source);
}

#define PIN_TEST(test)                                                                             \
    {                                                                                              \
        .test_func = (test), .name = #test                                                         \
    }

const struct CMUnitTest *suite_pin_tests(const struct card_rig *rig, size_t *ret_count)
{
    static const struct CMUnitTest tests[] = {
        PIN_TEST(test_wrong_pin_counts_and_the_right_one_resets),
        PIN_TEST(test_wrong_pin_stays_counted_when_a_new_source_opens),
        PIN_TEST(test_kept_tries_are_not_used),
        PIN_TEST(test_near_pins_are_wrong),
        PIN_TEST(test_change_pin_makes_the_old_pin_useless),
        PIN_TEST(test_change_pin_counts_a_wrong_old_pin),
        PIN_TEST(test_change_pin_uses_no_try_when_the_policy_refuses),
        PIN_TEST(test_empty_pin_never_reaches_the_card),
        PIN_TEST(test_pin_with_a_nul_never_reaches_the_card),
        PIN_TEST(test_pin_of_127_characters_works_and_of_128_does_not),
        PIN_TEST(test_unknown_cards_and_keys_are_refused_without_a_try),
        /* The last one: a card that never blocks does without it. */
        PIN_TEST(test_card_blocks_after_the_last_try),
    };

    *ret_count = sizeof(tests) / sizeof(tests[0]) - (rig->tries == 0 ? 1 : 0);
    return tests;
}

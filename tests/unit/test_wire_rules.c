/* SPDX-License-Identifier: BSD-2-Clause */
/* What has to hold in a body beyond its bounds: each rule of wire_card.h and wire_check.h, broken.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/own.h"
#include "common/wire.h"
#include "common/wire_card.h"
#include "common/wire_check.h"
#include "common/wire_token.h"
#include "tests/support/wire_trip.h"

static unsigned char der_bytes[CERT_MAX + 1] = {0x30};

static struct card_info good_card(void)
{
    return (struct card_info){.id = "0000",
                              .name = "Card",
                              .kind = CARD_NATIVE,
                              .has_owner = true,
                              .owner_uid = 1000,
                              .owner = "alice",
                              .policy = PIN_POLICY_DEFAULT};
}

static enum vsc_err list_trip(struct card_info card)
{
    struct card_list list = {.cards = &card, .count = 1};

    return TRIP(card_list, struct card_list, &list, card_list_done);
}

/* One good card with one thing changed. */
#define CARD_WITH(change)                                                                          \
    __extension__({                                                                                \
        struct card_info card = good_card();                                                       \
        change;                                                                                    \
        list_trip(card);                                                                           \
    })

static void test_card_is_refused_when_a_name_cannot_be_shown(void **state)
{
    (void)state;
    assert_int_equal(CARD_WITH(), VSC_OK);
    assert_int_equal(CARD_WITH(card.id[0] = '\0'), VSC_PROTOCOL);
    assert_int_equal(CARD_WITH(card.name[0] = '\0'), VSC_PROTOCOL);
    assert_int_equal(CARD_WITH(card.name[1] = '\n'), VSC_PROTOCOL);
    assert_int_equal(CARD_WITH(card.name[1] = '\xff'), VSC_PROTOCOL);
    assert_int_equal(CARD_WITH(memcpy(card.owner_display, "\xe2\x80\xae", 4)), VSC_PROTOCOL);
    assert_int_equal(CARD_WITH(card.owner[1] = '\x1b'), VSC_PROTOCOL);
    assert_int_equal(CARD_WITH(card.id[1] = '\t'), VSC_PROTOCOL);
}

static void test_card_is_refused_when_its_owner_is_half_there(void **state)
{
    (void)state;
    assert_int_equal(CARD_WITH(card.owner[0] = '\0'), VSC_PROTOCOL);
    assert_int_equal(CARD_WITH(card.has_owner = false), VSC_OK); /* encoded as none */
}

static void test_card_is_refused_when_an_enum_is_out_of_range(void **state)
{
    (void)state;
    assert_int_equal(CARD_WITH(card.kind = (enum card_kind)0), VSC_PROTOCOL);
    assert_int_equal(CARD_WITH(card.kind = (enum card_kind)3), VSC_PROTOCOL);
    assert_int_equal(CARD_WITH(card.policy.digits = (enum pin_rule)3), VSC_PROTOCOL);
}

static void test_card_is_refused_when_its_policy_makes_no_sense(void **state)
{
    (void)state;
    assert_int_equal(CARD_WITH(card.policy.maxlen = 128), VSC_PROTOCOL);
    assert_int_equal(CARD_WITH(card.policy.minlen = 9; card.policy.maxlen = 8), VSC_PROTOCOL);
    assert_int_equal(CARD_WITH(card.policy = (struct pin_policy){0}), VSC_OK);
}

static void test_card_is_refused_when_a_strangers_view_shows_keys(void **state)
{
    struct card_key key = {.id = "01"};

    (void)state;
    assert_int_equal(CARD_WITH(card.keys = &key; card.key_count = 1), VSC_OK);
    assert_int_equal(CARD_WITH(card.has_puk = true; card.helpdesk[0] = '7'), VSC_OK);
    assert_int_equal(CARD_WITH(card.has_puk = true; card.restricted = true), VSC_PROTOCOL);
    assert_int_equal(CARD_WITH(card.helpdesk[0] = '\n'), VSC_PROTOCOL);
    assert_int_equal(CARD_WITH(card.helpdesk[0] = '7'; card.restricted = true), VSC_PROTOCOL);
    assert_int_equal(CARD_WITH(card.keys = &key; card.key_count = 1; card.restricted = true),
                     VSC_PROTOCOL);
}

static void test_lists_are_refused_beyond_their_caps(void **state)
{
    static struct card_key keys[CARD_KEYS_MAX + 1];
    static struct card_info cards[CARDS_MAX + 1];
    struct card_list list = {.cards = cards, .count = CARDS_MAX};

    (void)state;
    for (size_t i = 0; i <= CARD_KEYS_MAX; i++)
        keys[i].id[0] = 'k';
    for (size_t i = 0; i <= CARDS_MAX; i++)
        cards[i] = good_card();
    assert_int_equal(CARD_WITH(card.keys = keys; card.key_count = CARD_KEYS_MAX), VSC_OK);
    assert_int_equal(CARD_WITH(card.keys = keys; card.key_count = CARD_KEYS_MAX + 1), VSC_PROTOCOL);
    assert_int_equal(TRIP(card_list, struct card_list, &list, card_list_done), VSC_OK);
    list.count++;
    assert_int_equal(TRIP(card_list, struct card_list, &list, card_list_done), VSC_PROTOCOL);
}

static enum vsc_err key_trip(size_t chain_len, size_t cert_len)
{
    struct card_key key = {.id = "01", .chain_len = chain_len};

    for (size_t i = 0; i < CHAIN_MAX; i++)
        key.chain[i] = (struct der){der_bytes, cert_len};
    return CARD_WITH(card.keys = &key; card.key_count = 1);
}

static void test_certificates_are_refused_beyond_their_caps(void **state)
{
    (void)state;
    assert_int_equal(key_trip(CHAIN_MAX, CERT_MAX), VSC_OK);
    assert_int_equal(key_trip(1, CERT_MAX + 1), VSC_PROTOCOL);
    assert_int_equal(key_trip(1, 0), VSC_PROTOCOL);
    assert_int_equal(key_trip(2, 0), VSC_PROTOCOL); /* what was copied before is freed */
}

static enum vsc_err state_trip(struct card_state state)
{
    return TRIP(card_state, struct card_state, &state, nothing);
}

static void test_state_is_refused_when_its_tries_make_no_sense(void **state)
{
    (void)state;
    assert_int_equal(state_trip((struct card_state){true, 5, 5, false, false, 0}), VSC_OK);
    assert_int_equal(state_trip((struct card_state){true, 6, 5, false, false, 0}), VSC_PROTOCOL);
    assert_int_equal(state_trip((struct card_state){false, 0, 5, false, false, 0}), VSC_PROTOCOL);
}

static enum vsc_err sign_trip(const char *card, const char *key, size_t pin_len)
{
    struct card_sign sign = {{0}, {0}, {0}, {0}, 0};
    char pin[SECRET_MAX] = {'1'};

    memcpy(sign.card, card, strlen(card));
    memcpy(sign.key, key, strlen(key));
    assert_int_equal(secret_set(&sign.pin, pin, pin_len), VSC_OK);
    return TRIP(card_sign, struct card_sign, &sign, nothing);
}

static void test_sign_is_refused_without_a_pin_or_a_key(void **state)
{
    (void)state;
    assert_int_equal(sign_trip("0000", "01", 1), VSC_OK);
    assert_int_equal(sign_trip("0000", "01", PIN_MAX), VSC_OK);
    assert_int_equal(sign_trip("0000", "01", 0), VSC_PROTOCOL);
    assert_int_equal(sign_trip("0000", "01", PIN_MAX + 1), VSC_PROTOCOL);
    assert_int_equal(sign_trip("0000", "", 8), VSC_PROTOCOL);
    assert_int_equal(sign_trip("", "01", 8), VSC_PROTOCOL);
}

static void test_change_pin_is_refused_without_both_pins(void **state)
{
    struct card_change_pin change = {.card = "0000"};

    (void)state;
    assert_int_equal(secret_set(&change.old_pin, "1234", 4), VSC_OK);
    assert_int_equal(TRIP(card_change_pin, struct card_change_pin, &change, nothing), VSC_PROTOCOL);
    assert_int_equal(secret_set(&change.new_pin, "5678", 4), VSC_OK);
    assert_int_equal(TRIP(card_change_pin, struct card_change_pin, &change, nothing), VSC_OK);
    secret_done(&change.old_pin);
    assert_int_equal(TRIP(card_change_pin, struct card_change_pin, &change, nothing), VSC_PROTOCOL);
}

/* Only these results may be an outcome, and only success may bring a signature. */
static void test_outcome_takes_nine_results_and_a_signature_with_ok_only(void **state)
{
    (void)state;
    for (int i = 0; i <= VSC_ERR_COUNT; i++) {
        struct card_outcome outcome = {.result = (enum vsc_err)i};
        bool allowed = i == VSC_OK || i == VSC_PIN || i == VSC_PIN_BLOCKED || i == VSC_TPM_LOCKED ||
                       i == VSC_CARD_GONE || i == VSC_PIN_POLICY || i == VSC_PUK ||
                       i == VSC_PUK_BLOCKED || i == VSC_DENIED;

        assert_int_equal(TRIP(card_outcome, struct card_outcome, &outcome, nothing),
                         allowed ? VSC_OK : VSC_PROTOCOL);
        outcome.signature_len = 1;
        assert_int_equal(TRIP(card_outcome, struct card_outcome, &outcome, nothing),
                         i == VSC_OK ? VSC_OK : VSC_PROTOCOL);
    }
}

static enum vsc_err begun_trip(struct check_begun begun)
{
    return TRIP(check_begun, struct check_begun, &begun, nothing);
}

#define BEGUN(...)                                                                                 \
    begun_trip((struct check_begun){.talk = TALK_TEXT, .timeout_seconds = 30, __VA_ARGS__})

static void test_begun_is_refused_when_out_of_range(void **state)
{
    (void)state;
    assert_int_equal(BEGUN(.allowed = true), VSC_OK);
    assert_int_equal(begun_trip((struct check_begun){.talk = TALK_TEXT}), VSC_PROTOCOL);
    assert_int_equal(begun_trip((struct check_begun){.timeout_seconds = 30}), VSC_PROTOCOL);
    assert_int_equal(begun_trip((struct check_begun){.timeout_seconds = CHECK_SECONDS_MAX + 1,
                                                     .talk = TALK_GDM}),
                     VSC_PROTOCOL);
    assert_int_equal(BEGUN(.wait_seconds = CHECK_SECONDS_MAX + 1), VSC_PROTOCOL);
    assert_int_equal(BEGUN(.reserve = 0x10000), VSC_PROTOCOL);
    assert_int_equal(BEGUN(.warn_days = CHECK_DAYS_MAX + 1), VSC_PROTOCOL);
    assert_int_equal(BEGUN(.text = "a\nb"), VSC_PROTOCOL);
    assert_int_equal(BEGUN(.user_known = true), VSC_PROTOCOL);
    assert_int_equal(BEGUN(.user_known = true, .user_name = "alice"), VSC_OK);
}

static enum vsc_err evaluated_trip(struct check_evaluated item)
{
    struct check_evaluations evaluations = {.items = &item, .count = 1};

    return TRIP(check_evaluations, struct check_evaluations, &evaluations, check_evaluations_done);
}

#define EVALUATED(...) evaluated_trip((struct check_evaluated){__VA_ARGS__})

static void test_evaluated_is_accepted_only_with_an_account_and_without_a_reason(void **state)
{
    (void)state;
    assert_int_equal(EVALUATED(.accepted = true, .mapped = true, .account = "alice"), VSC_OK);
    assert_int_equal(EVALUATED(.accepted = true), VSC_PROTOCOL);
    assert_int_equal(EVALUATED(.accepted = true, .mapped = true), VSC_PROTOCOL);
    assert_int_equal(
        EVALUATED(.accepted = true, .mapped = true, .account = "alice", .reason_count = 1),
        VSC_PROTOCOL);
    assert_int_equal(EVALUATED(.accepted = false), VSC_PROTOCOL); /* and no reason why not */
    assert_int_equal(EVALUATED(.reason_count = 1), VSC_OK);
    assert_int_equal(EVALUATED(.reasons = {REASON_COUNT}, .reason_count = 1), VSC_PROTOCOL);
    assert_int_equal(EVALUATED(.reason_count = 1, .label = "a\x7f"), VSC_PROTOCOL);
    assert_int_equal(EVALUATED(.reason_count = 1, .mapped = true, .account = "a\nb"), VSC_PROTOCOL);
}

static enum vsc_err verdict_trip(struct check_verdict verdict)
{
    return TRIP(check_verdict, struct check_verdict, &verdict, nothing);
}

#define VERDICT(...) verdict_trip((struct check_verdict){__VA_ARGS__})

static void test_verdict_without_a_reason_needs_an_account(void **state)
{
    (void)state;
    assert_int_equal(VERDICT(.account = "alice"), VSC_OK);
    assert_int_equal(VERDICT(.account = ""), VSC_PROTOCOL);
    assert_int_equal(VERDICT(.reason_count = 1), VSC_OK);
    assert_int_equal(VERDICT(.reasons = {0xffff}, .reason_count = 1), VSC_PROTOCOL);
    assert_int_equal(VERDICT(.account = "alice", .serial = "0x1"), VSC_PROTOCOL);
    assert_int_equal(VERDICT(.account = "alice", .issuer = "CN=\n"), VSC_PROTOCOL);
    assert_int_equal(VERDICT(.account = "alice", .upn = "\xc0\x80"), VSC_PROTOCOL);
}

static void test_prove_is_refused_beyond_the_candidates_or_without_a_signature(void **state)
{
    struct check_prove prove = {.index = CANDIDATES_MAX - 1, .signature_len = 1};

    (void)state;
    assert_int_equal(TRIP(check_prove, struct check_prove, &prove, nothing), VSC_OK);
    prove.index++;
    assert_int_equal(TRIP(check_prove, struct check_prove, &prove, nothing), VSC_PROTOCOL);
    prove = (struct check_prove){.index = 0};
    assert_int_equal(TRIP(check_prove, struct check_prove, &prove, nothing), VSC_PROTOCOL);
}

static void test_recheck_needs_a_user_and_a_certificate(void **state)
{
    struct check_recheck recheck = {.user = "alice", .chain = {{der_bytes, 1}}, .chain_len = 1};

    (void)state;
    assert_int_equal(TRIP(check_recheck, struct check_recheck, &recheck, check_recheck_done),
                     VSC_OK);
    recheck.chain_len = 0;
    assert_int_equal(TRIP(check_recheck, struct check_recheck, &recheck, check_recheck_done),
                     VSC_PROTOCOL);
    recheck.chain_len = 1;
    recheck.user[0] = '\0';
    assert_int_equal(TRIP(check_recheck, struct check_recheck, &recheck, check_recheck_done),
                     VSC_PROTOCOL);
}

static enum vsc_err evaluate_trip(size_t count, size_t chain_len)
{
    auto_free struct check_candidate *candidates = calloc(count, sizeof(*candidates));
    auto_free struct check_candidate *got = NULL;
    auto_free struct der *got_chains = NULL;
    struct der chain[CHAIN_MAX + 1];
    auto_buf struct buf body;
    struct reader reader;
    size_t got_count = 0;

    assert_non_null(candidates);
    for (size_t i = 0; i <= CHAIN_MAX; i++)
        chain[i] = (struct der){der_bytes, 10};
    for (size_t i = 0; i < count; i++)
        candidates[i] = (struct check_candidate){chain, chain_len};
    buf_init(&body, WIRE_BODY_MAX);
    check_evaluate_encode(&body, candidates, count);
    assert_int_equal(buf_status(&body), VSC_OK);
    reader_init(&reader, body.data, body.len);
    return check_evaluate_decode(&reader, &got, &got_chains, &got_count);
}

static void test_evaluate_is_refused_beyond_its_caps(void **state)
{
    (void)state;
    assert_int_equal(evaluate_trip(CANDIDATES_MAX, CHAIN_MAX), VSC_OK);
    assert_int_equal(evaluate_trip(CANDIDATES_MAX + 1, 1), VSC_PROTOCOL);
    assert_int_equal(evaluate_trip(1, CHAIN_MAX + 1), VSC_PROTOCOL);
    assert_int_equal(evaluate_trip(1, 0), VSC_PROTOCOL);
}

static enum vsc_err found_trip(bool present, size_t label_len)
{
    const unsigned char body[] = {present, 0, 0, 0, (unsigned char)label_len};
    auto_buf struct buf buf;
    struct card_found found;
    struct reader reader;

    buf_init(&buf, 256);
    buf_put(&buf, body, sizeof(body));
    (void)memset(buf_extend(&buf, label_len), 'x', label_len);
    reader_init(&reader, buf.data, buf.len);
    return card_found_decode(&reader, &found);
}

static void test_label_is_of_a_token_that_is_there(void **state)
{
    (void)state;
    assert_int_equal(found_trip(true, 1), VSC_OK);
    assert_int_equal(found_trip(true, TOKEN_LABEL_MAX), VSC_OK);
    assert_int_equal(found_trip(true, TOKEN_LABEL_MAX + 1), VSC_PROTOCOL);
    assert_int_equal(found_trip(false, 1), VSC_PROTOCOL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_card_is_refused_when_a_name_cannot_be_shown),
        cmocka_unit_test(test_card_is_refused_when_its_owner_is_half_there),
        cmocka_unit_test(test_card_is_refused_when_an_enum_is_out_of_range),
        cmocka_unit_test(test_card_is_refused_when_its_policy_makes_no_sense),
        cmocka_unit_test(test_card_is_refused_when_a_strangers_view_shows_keys),
        cmocka_unit_test(test_lists_are_refused_beyond_their_caps),
        cmocka_unit_test(test_certificates_are_refused_beyond_their_caps),
        cmocka_unit_test(test_state_is_refused_when_its_tries_make_no_sense),
        cmocka_unit_test(test_sign_is_refused_without_a_pin_or_a_key),
        cmocka_unit_test(test_change_pin_is_refused_without_both_pins),
        cmocka_unit_test(test_outcome_takes_nine_results_and_a_signature_with_ok_only),
        cmocka_unit_test(test_begun_is_refused_when_out_of_range),
        cmocka_unit_test(test_evaluated_is_accepted_only_with_an_account_and_without_a_reason),
        cmocka_unit_test(test_verdict_without_a_reason_needs_an_account),
        cmocka_unit_test(test_prove_is_refused_beyond_the_candidates_or_without_a_signature),
        cmocka_unit_test(test_recheck_needs_a_user_and_a_certificate),
        cmocka_unit_test(test_evaluate_is_refused_beyond_its_caps),
        cmocka_unit_test(test_label_is_of_a_token_that_is_there),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

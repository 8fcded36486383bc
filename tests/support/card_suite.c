/* SPDX-License-Identifier: BSD-2-Clause */
/* The suite over any card source: what it lists, what it signs, how it refuses. */
#include "tests/unit/card_suite.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <openssl/rsa.h>
#include <openssl/sha.h>
#include <openssl/x509.h>

#include <cmocka.h>

#include "tests/support/card_suite_parts.h"

int suite_set_up(void **state)
{
    const struct card_rig *rig = *state;

    return rig->reset(rig->context);
}

struct card_source *suite_open(const struct card_rig *rig)
{
    struct card_source *source = NULL;

    assert_int_equal(rig->open(rig->context, &source), VSC_OK);
    assert_non_null(source);
    source->deadline = deadline_in(SUITE_DEADLINE_MS);
    return source;
}

void suite_list(const struct card_rig *rig, struct card_source *source, struct suite_card *ret_card)
{
    const struct card_info *found = NULL;
    struct problem problem = {0};
    enum vsc_err err;

    memset(ret_card, 0, sizeof(*ret_card));
    source->deadline = deadline_in(SUITE_DEADLINE_MS);
    err = source->ops->list(source, &ret_card->list, &problem);
    if (err != VSC_OK)
        print_error("list: %s: %s\n", vsc_strerror(err), problem.text);
    assert_int_equal(err, VSC_OK);
    for (size_t i = 0; i < ret_card->list.count; i++) {
        if (strcmp(ret_card->list.cards[i].name, rig->card_name) == 0)
            found = &ret_card->list.cards[i];
    }
    assert_non_null(found);
    ret_card->info = found;
}

static void verify(const struct card_rig *rig, const struct card_key *key,
                   const unsigned char *digest, const struct card_outcome *outcome)
{
    EVP_PKEY *public = NULL;
    EVP_PKEY_CTX *context;

    if (key->chain_len > 0) {
        const unsigned char *next = key->chain[0].data;
        X509 *cert = d2i_X509(NULL, &next, (long)key->chain[0].len);

        assert_non_null(cert);
        public = X509_get_pubkey(cert);
        X509_free(cert);
    } else {
        assert_non_null(rig->public_key);
        public = rig->public_key(rig->context, key->id);
    }
    assert_non_null(public);
    context = EVP_PKEY_CTX_new(public, NULL);
    assert_int_equal(EVP_PKEY_verify_init(context), 1);
    if (EVP_PKEY_get_base_id(public) == EVP_PKEY_RSA)
        assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING), 1);
    assert_int_equal(EVP_PKEY_CTX_set_signature_md(context, EVP_sha256()), 1);
    assert_int_equal(
        EVP_PKEY_verify(context, outcome->signature, outcome->signature_len, digest, DIGEST_SIZE),
        1);
    EVP_PKEY_CTX_free(context);
    EVP_PKEY_free(public);
}

enum vsc_err suite_sign(struct card_source *source, const char *card, const char *key,
                        const void *pin, size_t pin_len, struct card_outcome *ret_outcome)
{
    struct card_sign sign = {0};
    struct problem problem = {0};
    enum vsc_err err;

    (void)snprintf(sign.card, sizeof(sign.card), "%s", card);
    (void)snprintf(sign.key, sizeof(sign.key), "%s", key);
    (void)SHA256((const unsigned char *)"what is signed", 14, sign.digest);
    assert_int_equal(secret_set(&sign.pin, pin, pin_len), VSC_OK);
    memset(ret_outcome, 0, sizeof(*ret_outcome));
    ret_outcome->result = VSC_ERR_COUNT;
    source->deadline = deadline_in(SUITE_DEADLINE_MS);
    err = source->ops->sign(source, &sign, ret_outcome, &problem);
    if (err != VSC_OK)
        print_message("sign: %s: %s\n", vsc_strerror(err), problem.text);
    else if (ret_outcome->result != VSC_OK)
        assert_int_equal(ret_outcome->signature_len, 0);
    return err;
}

void suite_sign_verified(const struct card_rig *rig, struct card_source *source,
                         const struct card_info *card, const struct card_key *key, const char *pin)
{
    struct card_outcome outcome;
    unsigned char digest[DIGEST_SIZE];

    (void)SHA256((const unsigned char *)"what is signed", 14, digest);
    assert_int_equal(suite_sign(source, card->id, key->id, pin, strlen(pin), &outcome), VSC_OK);
    assert_int_equal(outcome.result, VSC_OK);
    assert_in_range(outcome.signature_len, 1, SIGNATURE_MAX);
    verify(rig, key, digest, &outcome);
}

enum vsc_err suite_refused(struct card_source *source, const struct card_info *card,
                           const char *pin)
{
    struct card_outcome outcome;

    assert_int_equal(suite_sign(source, card->id, card->keys[0].id, pin, strlen(pin), &outcome),
                     VSC_OK);
    assert_int_not_equal(outcome.result, VSC_OK);
    return outcome.result;
}

struct card_state suite_state(struct card_source *source, const struct card_info *card)
{
    struct card_state state = {0};

    source->deadline = deadline_in(SUITE_DEADLINE_MS);
    assert_int_equal(source->ops->state(source, card->id, &state, NULL), VSC_OK);
    return state;
}

/* The card has `left` tries, as far as it tells. */
void suite_tries(const struct card_rig *rig, const struct card_state *state, unsigned left)
{
    assert_int_equal(state->tries_known, rig->tries_known);
    if (rig->tries_known) {
        assert_int_equal(state->tries_left, left);
        assert_int_equal(state->tries_max, rig->tries);
    }
    assert_int_equal(state->blocked, rig->tries > 0 && left == 0);
    assert_false(state->gone);
    assert_int_equal(state->locked_seconds, 0);
}

static void test_list_has_the_card_with_its_keys(void **state)
{
    const struct card_rig *rig = *state;
    struct card_source *source = suite_open(rig);
    struct suite_card card;

    suite_list(rig, source, &card);
    assert_int_equal(card.info->kind, rig->kind);
    assert_int_equal(card.info->key_count, rig->keys);
    assert_false(card.info->restricted);
    assert_in_range(strlen(card.info->id), 1, CARD_ID_SIZE - 1);
    assert_in_range(card.info->policy.minlen, 1, PIN_MAX);
    assert_in_range(card.info->policy.maxlen, card.info->policy.minlen, PIN_MAX);
    for (size_t i = 0; i < card.info->key_count; i++) {
        assert_in_range(strlen(card.info->keys[i].id), 1, KEY_ID_SIZE - 1);
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(card.info->keys[i].id, card.info->keys[j].id);
    }
    card_list_done(&card.list);
    card_source_free(source);
}

static void test_list_gives_the_same_ids_to_a_new_source(void **state)
{
    const struct card_rig *rig = *state;
    struct card_source *first = suite_open(rig);
    struct suite_card before, after;
    struct card_source *second;

    suite_list(rig, first, &before);
    card_source_free(first);
    second = suite_open(rig);
    suite_list(rig, second, &after);
    assert_string_equal(before.info->id, after.info->id);
    assert_int_equal(before.info->key_count, after.info->key_count);
    for (size_t i = 0; i < before.info->key_count; i++)
        assert_string_equal(before.info->keys[i].id, after.info->keys[i].id);
    card_list_done(&before.list);
    card_list_done(&after.list);
    card_source_free(second);
}

static void test_state_is_untouched_when_the_card_is_new(void **state)
{
    const struct card_rig *rig = *state;
    struct card_source *source = suite_open(rig);
    struct suite_card card;
    struct card_state now;

    suite_list(rig, source, &card);
    now = suite_state(source, card.info);
    suite_tries(rig, &now, rig->tries);
    card_list_done(&card.list);
    card_source_free(source);
}

static void test_sign_verifies_when_the_pin_is_right(void **state)
{
    const struct card_rig *rig = *state;
    struct card_source *source = suite_open(rig);
    struct suite_card card;

    suite_list(rig, source, &card);
    for (size_t i = 0; i < card.info->key_count; i++)
        suite_sign_verified(rig, source, card.info, &card.info->keys[i], rig->pin);
    card_list_done(&card.list);
    card_source_free(source);
}

static void test_sign_verifies_when_the_source_is_used_again(void **state)
{
    const struct card_rig *rig = *state;
    struct card_source *source = suite_open(rig);
    struct suite_card card;

    suite_list(rig, source, &card);
    for (int i = 0; i < 5; i++)
        suite_sign_verified(rig, source, card.info, &card.info->keys[0], rig->pin);
    card_list_done(&card.list);
    card_source_free(source);
}

static void test_sign_verifies_when_prepared(void **state)
{
    const struct card_rig *rig = *state;
    struct card_source *source = suite_open(rig);
    struct suite_card card;
    const struct card_info *info;

    suite_list(rig, source, &card);
    info = card.info;
    for (int i = 0; i < 2; i++)
        assert_int_equal(source->ops->prepare(source, info->id, info->keys[0].id, NULL), VSC_OK);
    suite_sign_verified(rig, source, info, &info->keys[0], rig->pin);
    /* Prepared for one key, asked for another. */
    assert_int_equal(source->ops->prepare(source, info->id, info->keys[0].id, NULL), VSC_OK);
    suite_sign_verified(rig, source, info, &info->keys[info->key_count - 1], rig->pin);
    /* A wrong PIN uses up what was prepared; the next try must do without. */
    assert_int_equal(source->ops->prepare(source, info->id, info->keys[0].id, NULL), VSC_OK);
    assert_int_equal(suite_refused(source, info, "wrong-PIN-0"), VSC_PIN);
    suite_sign_verified(rig, source, info, &info->keys[0], rig->pin);
    card_list_done(&card.list);
    card_source_free(source);
}

#define SUITE_TESTS_MAX 64

int card_suite_run(struct card_rig *rig)
{
    static const struct CMUnitTest own[] = {
        {.test_func = test_list_has_the_card_with_its_keys,
         .name = "test_list_has_the_card_with_its_keys"},
        {.test_func = test_list_gives_the_same_ids_to_a_new_source,
         .name = "test_list_gives_the_same_ids_to_a_new_source"},
        {.test_func = test_state_is_untouched_when_the_card_is_new,
         .name = "test_state_is_untouched_when_the_card_is_new"},
        {.test_func = test_sign_verifies_when_the_pin_is_right,
         .name = "test_sign_verifies_when_the_pin_is_right"},
        {.test_func = test_sign_verifies_when_the_source_is_used_again,
         .name = "test_sign_verifies_when_the_source_is_used_again"},
        {.test_func = test_sign_verifies_when_prepared, .name = "test_sign_verifies_when_prepared"},
    };
    struct CMUnitTest tests[SUITE_TESTS_MAX] = {0};
    size_t own_count = sizeof(own) / sizeof(own[0]);
    size_t pin_count = 0;
    const struct CMUnitTest *pin_tests = suite_pin_tests(rig, &pin_count);

    if (own_count + pin_count > SUITE_TESTS_MAX)
        return 1;
    memcpy(tests, own, sizeof(own));
    memcpy(tests + own_count, pin_tests, pin_count * sizeof(*pin_tests));
    for (size_t i = 0; i < own_count + pin_count; i++) {
        tests[i].setup_func = suite_set_up;
        tests[i].initial_state = rig;
    }
    return _cmocka_run_group_tests(rig->name, tests, own_count + pin_count, NULL, NULL);
}

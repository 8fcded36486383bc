/* SPDX-License-Identifier: BSD-2-Clause */
/* Signatures for other programs than a sign-in: every scheme and hash, each kind of key. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "card/owner/owner.h"
#include "card/tpm/key.h"
#include "card/tpm/store.h"
#include "common/own.h"
#include "tests/support/tpm_cards.h"

#define TRIES 4

DEFINE_AUTO(struct card_source, card_source_free)
DEFINE_AUTO(EVP_PKEY, EVP_PKEY_free)
DEFINE_AUTO(EVP_PKEY_CTX, EVP_PKEY_CTX_free)

static struct tpm_cards cards;
static char id[STORE_CARD_SIZE];

static int make_cards(void **state)
{
    const struct tpm_card_spec spec = {.name = "TestVSC", .tries = TRIES, .key = KEY_RSA2048};
    static const enum key_type more[] = {KEY_P256, KEY_P384};
    auto_change struct change change = CHANGE_CLOSED;
    struct problem leftover = {0}, problem = {0};
    char key[STORE_KEY_SIZE];
    enum vsc_err err;

    (void)state;
    if (!tpm_cards_start(&cards))
        return -1;
    err = tpm_cards_make(&cards, &spec, id, &problem);
    if (err == VSC_OK)
        err = admin_open(&change, cards.store, cards.tcti, "", &leftover, &problem);
    for (size_t i = 0; err == VSC_OK && i < sizeof(more) / sizeof(more[0]); i++)
        err = owner_generate(&change, id, more[i], key, &problem);
    return err == VSC_OK ? 0 : -1;
}

static int drop_cards(void **state)
{
    (void)state;
    tpm_cards_stop(&cards);
    return 0;
}

static enum vsc_err sign(const char *key, enum sign_scheme scheme, size_t digest_len,
                         const char *pin, struct card_outcome *ret_outcome)
{
    auto_by(card_source_free) struct card_source *source = tpm_cards_source(&cards);
    struct card_sign_as as = {.scheme = scheme, .digest_len = digest_len};

    (void)snprintf(as.card, sizeof(as.card), "%s", id);
    (void)snprintf(as.key, sizeof(as.key), "%s", key);
    memset(as.digest, 0x5a, sizeof(as.digest));
    assert_int_equal(secret_set(&as.pin, pin, strlen(pin)), VSC_OK);
    return source->ops->sign_as(source, &as, ret_outcome, NULL);
}

static EVP_PKEY *public_of(const char *key)
{
    auto_fd int card = -1, folder = -1;
    TPM2B_PRIVATE private = {0};
    TPM2B_PUBLIC area = {0};
    EVP_PKEY *public = NULL;

    assert_int_equal(store_open_card(cards.store, id, &card, NULL), VSC_OK);
    assert_int_equal(store_open_key(card, key, &folder, NULL), VSC_OK);
    assert_int_equal(store_read_key(folder, &area, &private, NULL), VSC_OK);
    assert_int_equal(key_to_evp(&area, &public), VSC_OK);
    return public;
}

static bool verifies(const char *key, enum sign_scheme scheme, size_t digest_len,
                     const struct card_outcome *outcome)
{
    auto_by(EVP_PKEY_free) EVP_PKEY *public = public_of(key);
    auto_by(EVP_PKEY_CTX_free) EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(public, NULL);
    const EVP_MD *hash = digest_len == 32   ? EVP_sha256()
                         : digest_len == 48 ? EVP_sha384()
                                            : EVP_sha512();
    unsigned char digest[SIGN_DIGEST_MAX];

    memset(digest, 0x5a, sizeof(digest));
    assert_int_equal(EVP_PKEY_verify_init(ctx), 1);
    if (scheme != SIGN_ECDSA)
        assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(
                             ctx, scheme == SIGN_PSS ? RSA_PKCS1_PSS_PADDING : RSA_PKCS1_PADDING),
                         1);
    assert_int_equal(EVP_PKEY_CTX_set_signature_md(ctx, hash), 1);
    if (scheme == SIGN_PSS)
        assert_int_equal(EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, RSA_PSS_SALTLEN_DIGEST), 1);
    return EVP_PKEY_verify(ctx, outcome->signature, outcome->signature_len, digest, digest_len) ==
           1;
}

static void test_every_scheme_and_hash_verifies(void **state)
{
    static const struct {
        const char *key;
        enum sign_scheme scheme;
    } cases[] = {{"00", SIGN_PKCS1}, {"00", SIGN_PSS}, {"01", SIGN_ECDSA}, {"02", SIGN_ECDSA}};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        for (size_t len = 32; len <= SIGN_DIGEST_MAX; len += 16) {
            struct card_outcome outcome = {0};

            assert_int_equal(sign(cases[i].key, cases[i].scheme, len, TEST_PIN, &outcome), VSC_OK);
            assert_int_equal(outcome.result, VSC_OK);
            assert_true(verifies(cases[i].key, cases[i].scheme, len, &outcome));
            outcome.signature[outcome.signature_len - 1] ^= 1;
            assert_false(verifies(cases[i].key, cases[i].scheme, len, &outcome));
        }
    }
}

static struct card_state state_now(void)
{
    auto_by(card_source_free) struct card_source *source = tpm_cards_source(&cards);
    struct card_state now = {0};

    assert_int_equal(source->ops->state(source, id, &now, NULL), VSC_OK);
    return now;
}

static void test_scheme_that_the_key_lacks_uses_no_try(void **state)
{
    struct card_outcome outcome = {0};

    (void)state;
    assert_int_equal(sign("00", SIGN_ECDSA, 32, "wrong PIN", &outcome), VSC_INPUT);
    assert_int_equal(sign("01", SIGN_PSS, 32, "wrong PIN", &outcome), VSC_INPUT);
    assert_int_equal(sign("02", SIGN_PKCS1, 32, "wrong PIN", &outcome), VSC_INPUT);
    assert_int_equal(state_now().tries_left, TRIES);
}

static void test_wrong_pin_signs_nothing_and_counts(void **state)
{
    struct card_outcome outcome = {0};

    (void)state;
    assert_int_equal(sign("00", SIGN_PSS, 32, "wrong PIN", &outcome), VSC_OK);
    assert_int_equal(outcome.result, VSC_PIN);
    assert_int_equal(outcome.signature_len, 0);
    assert_int_equal(state_now().tries_left, TRIES - 1);
}

static enum vsc_err verify(struct card_source *source, const char *pin,
                           struct card_outcome *ret_outcome)
{
    struct card_verify request = {.keep = 0};

    (void)snprintf(request.card, sizeof(request.card), "%s", id);
    assert_int_equal(secret_set(&request.pin, pin, strlen(pin)), VSC_OK);
    return source->ops->verify(source, &request, ret_outcome, NULL);
}

static void test_verify_counts_and_lets_nobody_sign(void **state)
{
    auto_by(card_source_free) struct card_source *source = tpm_cards_source(&cards);
    struct card_sign_as as = {.scheme = SIGN_PKCS1, .digest_len = 32, .key = "00"};
    struct card_outcome outcome = {0};

    (void)state;
    assert_int_equal(verify(source, TEST_PIN, &outcome), VSC_OK);
    assert_int_equal(outcome.result, VSC_OK);
    assert_int_equal(outcome.signature_len, 0);
    assert_int_equal(state_now().tries_left, TRIES);
    /* The proof is not there any more for the next request. */
    (void)snprintf(as.card, sizeof(as.card), "%s", id);
    assert_int_equal(secret_set(&as.pin, "wrong PIN", 9), VSC_OK);
    assert_int_equal(source->ops->sign_as(source, &as, &outcome, NULL), VSC_OK);
    assert_int_equal(outcome.result, VSC_PIN);
    assert_int_equal(verify(source, "wrong PIN", &outcome), VSC_OK);
    assert_int_equal(outcome.result, VSC_PIN);
    assert_int_equal(outcome.state.tries_left, TRIES - 2);
    assert_int_equal(verify(source, "", &outcome), VSC_OK);
    assert_int_equal(outcome.result, VSC_PIN_POLICY);
    assert_int_equal(verify(source, TEST_PIN, &outcome), VSC_OK);
    assert_int_equal(outcome.result, VSC_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_scheme_and_hash_verifies),
        cmocka_unit_test(test_scheme_that_the_key_lacks_uses_no_try),
        cmocka_unit_test(test_verify_counts_and_lets_nobody_sign),
        cmocka_unit_test(test_wrong_pin_signs_nothing_and_counts),
    };

    if (!tpm_rig_present()) {
        (void)puts("1..0 # SKIP swtpm or tpm2-tools is not installed");
        return 0;
    }
    return cmocka_run_group_tests(tests, make_cards, drop_cards);
}

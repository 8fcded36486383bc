/* SPDX-License-Identifier: BSD-2-Clause */
/* A card's key in OpenSSL's TLS: whole handshakes, with a card that is played here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/rsa.h>
#include <openssl/ssl.h>

#include "certcheck/openssl_own.h"
#include "enroll/est/card_key.h"
#include "tests/support/issue.h"

DEFINE_AUTO(EVP_PKEY, EVP_PKEY_free)

/* What the card is asked, and what it answers by. */
struct card {
    EVP_PKEY *key;
    unsigned asked;
    enum sign_scheme scheme;
    size_t digest_len;
    enum vsc_err fails;
};

static enum vsc_err sign(void *arg, enum sign_scheme scheme, const unsigned char *digest,
                         size_t len, struct card_outcome *ret_outcome)
{
    struct card *card = arg;
    auto_by(EVP_PKEY_CTX_free) EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(card->key, NULL);
    const EVP_MD *md = len == 32 ? EVP_sha256() : len == 48 ? EVP_sha384() : EVP_sha512();

    card->asked++;
    card->scheme = scheme;
    card->digest_len = len;
    if (card->fails != VSC_OK)
        return card->fails;
    assert_int_equal(EVP_PKEY_sign_init(context), 1);
    if (scheme == SIGN_PSS)
        assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING), 1);
    assert_int_equal(EVP_PKEY_CTX_set_signature_md(context, md), 1);
    if (scheme == SIGN_PSS)
        assert_int_equal(EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST), 1);
    ret_outcome->signature_len = sizeof ret_outcome->signature;
    assert_int_equal(
        EVP_PKEY_sign(context, ret_outcome->signature, &ret_outcome->signature_len, digest, len),
        1);
    ret_outcome->result = VSC_OK;
    return VSC_OK;
}

static int take_any(int good, X509_STORE_CTX *context)
{
    (void)good;
    (void)context;
    return 1;
}

/* Until neither side has anything to say; what the server made of the client. */
static bool shake_hands(SSL *client, SSL *server)
{
    for (int i = 0; i < 20; i++) {
        int a = SSL_do_handshake(client), b = SSL_do_handshake(server);

        if (a == 1 && b == 1)
            return true;
        if (SSL_get_error(client, a) == SSL_ERROR_SSL || SSL_get_error(server, b) == SSL_ERROR_SSL)
            return false;
    }
    return false;
}

static bool connects(struct issue_keys *keys, X509 *cert, EVP_PKEY *key, int version,
                     const char *algorithms)
{
    static const struct issue row = {.name = "server"};
    X509 *own = issue_cert(keys, &row, true);
    SSL_CTX *there = SSL_CTX_new(TLS_server_method()), *here = SSL_CTX_new(TLS_client_method());
    SSL *server, *client;
    BIO *a = NULL, *b = NULL;
    char list[128];
    bool good;

    assert_int_equal(SSL_CTX_use_certificate(there, own), 1);
    assert_int_equal(SSL_CTX_use_PrivateKey(there, issue_key(keys, "server")), 1);
    SSL_CTX_set_verify(there, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, take_any);
    assert_int_equal(SSL_CTX_set_min_proto_version(here, version), 1);
    assert_int_equal(SSL_CTX_set_max_proto_version(here, version), 1);
    if (algorithms != NULL) {
        (void)snprintf(list, sizeof(list), "%s", algorithms); /* the macro wants no const */
        assert_int_equal(SSL_CTX_set1_sigalgs_list(there, list), 1);
    }
    assert_int_equal(SSL_CTX_use_certificate(here, cert), 1);
    assert_int_equal(SSL_CTX_use_PrivateKey(here, key), 1);
    server = SSL_new(there);
    client = SSL_new(here);
    assert_int_equal(BIO_new_bio_pair(&a, 0, &b, 0), 1);
    SSL_set_bio(client, a, a);
    SSL_set_bio(server, b, b);
    SSL_set_connect_state(client);
    SSL_set_accept_state(server);
    good = shake_hands(client, server);
    if (good)
        assert_int_equal(X509_cmp(SSL_get0_peer_certificate(server), cert), 0);
    SSL_free(client);
    SSL_free(server);
    SSL_CTX_free(here);
    SSL_CTX_free(there);
    X509_free(own);
    return good;
}

static void test_card_shows_itself_by_tls(void **state)
{
    static const struct {
        const char *key;
        int version;
        const char *algorithms;
        enum sign_scheme scheme;
        size_t len;
    } cases[] = {
        {"rsa2048", TLS1_3_VERSION, NULL, SIGN_PSS, 32},
        {"rsa2048", TLS1_3_VERSION, "rsa_pss_rsae_sha384:ECDSA+SHA256", SIGN_PSS, 48},
        {"rsa2048", TLS1_3_VERSION, "rsa_pss_rsae_sha512:ECDSA+SHA256", SIGN_PSS, 64},
        {"rsa2048", TLS1_2_VERSION, "RSA+SHA256:ECDSA+SHA256", SIGN_PKCS1, 32},
        {"rsa2048", TLS1_2_VERSION, "RSA+SHA512:ECDSA+SHA256", SIGN_PKCS1, 64},
        {"rsa2048", TLS1_2_VERSION, "rsa_pss_rsae_sha256:ECDSA+SHA256", SIGN_PSS, 32},
        {"P-256", TLS1_3_VERSION, NULL, SIGN_ECDSA, 32},
        {"P-256", TLS1_2_VERSION, NULL, SIGN_ECDSA, 32},
        {"P-384", TLS1_3_VERSION, NULL, SIGN_ECDSA, 48},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct issue row = {.name = "c", .key = cases[i].key};
        struct issue_keys keys = {.count = 0};
        X509 *cert = issue_cert(&keys, &row, true);
        struct card card = {.key = issue_key(&keys, "c")};
        struct est_signer signer = {.sign = sign, .arg = &card};
        auto_by(EVP_PKEY_free) EVP_PKEY *key = NULL;

        assert_int_equal(est_key_new(X509_get0_pubkey(cert), &signer, &key), VSC_OK);
        if (!connects(&keys, cert, key, cases[i].version, cases[i].algorithms))
            fail_msg("case %zu", i);
        assert_int_equal(card.asked, 1);
        assert_int_equal(card.scheme, cases[i].scheme);
        assert_int_equal(card.digest_len, cases[i].len);
        assert_int_equal(signer.err, VSC_OK);
        card.fails = VSC_PIN;
        assert_false(connects(&keys, cert, key, cases[i].version, cases[i].algorithms));
        assert_int_equal(signer.err, VSC_PIN);
        X509_free(cert);
        issue_done(&keys);
    }
}

static void test_key_does_nothing_else(void **state)
{
    static const struct issue row = {.name = "c", .key = "rsa2048"},
                              other = {.name = "ed", .key = "ed25519"};
    struct issue_keys keys = {.count = 0};
    X509 *cert = issue_cert(&keys, &row, true), *ed = issue_cert(&keys, &other, true);
    struct card card = {.key = issue_key(&keys, "c")};
    struct est_signer signer = {.sign = sign, .arg = &card};
    auto_by(EVP_PKEY_free) EVP_PKEY *key = NULL;
    auto_by(EVP_PKEY_free) EVP_PKEY *none = NULL;
    auto_by(EVP_MD_CTX_free) EVP_MD_CTX *context = EVP_MD_CTX_new();
    EVP_PKEY_CTX *how = NULL;

    (void)state;
    assert_int_equal(est_key_new(X509_get0_pubkey(ed), &signer, &none), VSC_CERT);
    assert_int_equal(est_key_new(X509_get0_pubkey(cert), &signer, &key), VSC_OK);
    /* Another salt than the card makes, another padding, SHA-1. */
    assert_int_equal(EVP_DigestSignInit(context, &how, EVP_sha256(), NULL, key), 1);
    assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(how, RSA_PKCS1_PSS_PADDING), 1);
    assert_true(EVP_PKEY_CTX_set_rsa_pss_saltlen(how, 20) <= 0);
    assert_true(EVP_PKEY_CTX_set_rsa_padding(how, RSA_NO_PADDING) <= 0);
    EVP_MD_CTX_reset(context);
    assert_true(EVP_DigestSignInit(context, &how, EVP_sha1(), NULL, key) <= 0);
    /* Other keys in the process are signed with as ever. */
    EVP_MD_CTX_reset(context);
    assert_int_equal(EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, issue_key(&keys, "c")),
                     1);
    assert_int_equal(card.asked, 0);
    X509_free(cert);
    X509_free(ed);
    issue_done(&keys);
}

static int set_up(void **state)
{
    (void)state;
    return est_keys_start() == VSC_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    est_keys_end();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_card_shows_itself_by_tls),
        cmocka_unit_test(test_key_does_nothing_else),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}

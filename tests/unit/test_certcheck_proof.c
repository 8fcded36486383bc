/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/ecdsa.h>
#include <openssl/rsa.h>

#include "certcheck/openssl_own.h"
#include "certcheck/proof.h"
#include "common/buf.h"
#include "tests/support/pki.h"

#define ROOM (2 * SIGNATURE_MAX)

static STACK_OF(X509) * load(const char *name, X509 **cert)
{
    STACK_OF(X509) *certs = pki_certs(name);

    *cert = sk_X509_value(certs, 0);
    return certs;
}

static struct proof_context context_of(X509 *cert)
{
    struct proof_context context = {
        .service = "login",
        .account = "alice",
        .cert = cert,
        .host = "ws1",
        .boot_id = "0e8a3a6c-2b7c-4d7a-9a65-6d5d7f1a2b3c",
        .tty = "tty1",
        .time = 1800000000,
    };

    memset(context.random, 7, sizeof(context.random));
    return context;
}

/* What the architecture says, written once more with nothing of the code under test. */
static void test_proof_digest_is_what_is_specified(void **state)
{
    X509 *cert;
    STACK_OF(X509) *certs = load("good.pem", &cert);
    struct proof_context context = context_of(cert);
    unsigned char digest[DIGEST_SIZE], expected[DIGEST_SIZE], hash[DIGEST_SIZE], text[1024];
    unsigned char *at = text;
    const char *const before[] = {"login", "alice"};
    const char *const after[] = {"ws1", "0e8a3a6c-2b7c-4d7a-9a65-6d5d7f1a2b3c", "tty1"};

    (void)state;
    memcpy(at, "pam_vsc sign-in v1", 19);
    at += 19;
#define PUT(bytes, len)                                                                            \
    do {                                                                                           \
        *at++ = 0, *at++ = 0, *at++ = 0, *at++ = (unsigned char)(len);                             \
        memcpy(at, bytes, len);                                                                    \
        at += (len);                                                                               \
    } while (0)
    for (size_t i = 0; i < 2; i++)
        PUT(before[i], strlen(before[i]));
    assert_int_equal(X509_digest(cert, EVP_sha256(), hash, NULL), 1);
    PUT(hash, sizeof(hash));
    for (size_t i = 0; i < 3; i++)
        PUT(after[i], strlen(after[i]));
    PUT("\0\0\0\0\x6b\x49\xd2\x00", 8);
    PUT(context.random, sizeof(context.random));
    assert_int_equal(EVP_Digest(text, (size_t)(at - text), expected, NULL, EVP_sha256(), NULL), 1);
    assert_int_equal(proof_digest(&context, digest), VSC_OK);
    assert_memory_equal(digest, expected, DIGEST_SIZE);
    x509_stack_free(certs);
}

static void test_proof_digest_differs_with_every_part(void **state)
{
    X509 *cert, *other;
    STACK_OF(X509) *certs = load("good.pem", &cert);
    STACK_OF(X509) *others = load("p384.pem", &other);
    struct proof_context contexts[9];
    unsigned char digests[9][DIGEST_SIZE];

    (void)state;
    for (size_t i = 0; i < 9; i++)
        contexts[i] = context_of(cert);
    contexts[1].service = "logi";
    contexts[1].account = "nalice"; /* the lengths keep them apart */
    contexts[2].account = "bob";
    contexts[3].cert = other;
    contexts[4].host = "ws2";
    contexts[5].boot_id = "";
    contexts[6].tty = "tty2";
    contexts[7].time++;
    contexts[8].random[31]++;
    for (size_t i = 0; i < 9; i++)
        assert_int_equal(proof_digest(&contexts[i], digests[i]), VSC_OK);
    for (size_t i = 0; i < 9; i++)
        for (size_t k = i + 1; k < 9; k++)
            assert_memory_not_equal(digests[i], digests[k], DIGEST_SIZE);
    x509_stack_free(certs);
    x509_stack_free(others);
}

/* X41-2018-003: the nonce is drawn here, each time another. */
static void test_proof_random_is_drawn_anew(void **state)
{
    struct proof_context a = {0}, b = {0};

    (void)state;
    assert_int_equal(proof_draw(&a), VSC_OK);
    assert_int_equal(proof_draw(&b), VSC_OK);
    assert_memory_not_equal(a.random, b.random, PROOF_RANDOM);
}

static void test_proof_of_each_kind_of_key(void **state)
{
    static const char *const kinds[][2] = {
        {"good.pem", "user"},
        {"p384.pem", "p384"},
        {"rsa2048.pem", "rsa2048"},
        {"rsa3072.pem", "rsa3072"},
    };
    unsigned char digest[DIGEST_SIZE], signature[ROOM];

    (void)state;
    memset(digest, 9, sizeof(digest));
    for (size_t i = 0; i < 4; i++) {
        X509 *cert;
        STACK_OF(X509) *certs = load(kinds[i][0], &cert);
        size_t len = pki_sign(kinds[i][1], digest, signature);

        assert_true(proof_verifies(cert, digest, signature, len));
        digest[0] ^= 1;
        assert_false(proof_verifies(cert, digest, signature, len));
        digest[0] ^= 1;
        signature[len / 2] ^= 1;
        assert_false(proof_verifies(cert, digest, signature, len));
        x509_stack_free(certs);
    }
}

static void test_proof_with_another_key_fails(void **state)
{
    X509 *cert;
    STACK_OF(X509) *certs = load("good.pem", &cert);
    unsigned char digest[DIGEST_SIZE] = {1}, signature[ROOM];
    size_t len = pki_sign("p384", digest, signature);

    (void)state;
    assert_false(proof_verifies(cert, digest, signature, len));
    len = pki_sign("rsa2048", digest, signature);
    assert_false(proof_verifies(cert, digest, signature, len));
    assert_false(proof_verifies(cert, digest, signature, 0));
    x509_stack_free(certs);
}

/* CVE-2019-16058: the room for a signature is the verified key's, not the sender's. */
static void test_proof_signature_of_wrong_length_fails(void **state)
{
    X509 *cert;
    STACK_OF(X509) *certs = load("rsa2048.pem", &cert);
    unsigned char digest[DIGEST_SIZE] = {1}, signature[ROOM] = {0};
    size_t len = pki_sign("rsa2048", digest, signature);

    (void)state;
    assert_int_equal(len, 256);
    assert_false(proof_verifies(cert, digest, signature, len + 1));
    assert_false(proof_verifies(cert, digest, signature, len - 1));
    assert_false(proof_verifies(cert, digest, signature, SIGNATURE_MAX));
    assert_false(proof_verifies(cert, digest, signature, ROOM));
    memmove(signature + 1, signature, len); /* a zero in front: the same number */
    signature[0] = 0;
    assert_false(proof_verifies(cert, digest, signature, len + 1));
    x509_stack_free(certs);
}

static void test_proof_ecdsa_takes_der_only(void **state)
{
    X509 *cert;
    STACK_OF(X509) *certs = load("good.pem", &cert);
    unsigned char digest[DIGEST_SIZE] = {1}, signature[ROOM], raw[64], ber[ROOM];
    size_t len = pki_sign("user", digest, signature);
    const unsigned char *next = signature;
    ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &next, (long)len);

    (void)state;
    assert_non_null(pair);
    assert_true(proof_verifies(cert, digest, signature, len));
    /* r and s one after the other, as PKCS#11 has them */
    assert_int_equal(BN_bn2binpad(ECDSA_SIG_get0_r(pair), raw, 32), 32);
    assert_int_equal(BN_bn2binpad(ECDSA_SIG_get0_s(pair), raw + 32, 32), 32);
    assert_false(proof_verifies(cert, digest, raw, sizeof(raw)));
    /* the length in the long form: BER, not DER */
    ber[0] = 0x30;
    ber[1] = 0x81;
    memcpy(ber + 2, signature + 1, len - 1);
    assert_false(proof_verifies(cert, digest, ber, len + 1));
    /* something behind it */
    signature[len] = 0;
    assert_false(proof_verifies(cert, digest, signature, len + 1));
    ECDSA_SIG_free(pair);
    x509_stack_free(certs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_proof_digest_is_what_is_specified),
        cmocka_unit_test(test_proof_digest_differs_with_every_part),
        cmocka_unit_test(test_proof_random_is_drawn_anew),
        cmocka_unit_test(test_proof_of_each_kind_of_key),
        cmocka_unit_test(test_proof_with_another_key_fails),
        cmocka_unit_test(test_proof_signature_of_wrong_length_fails),
        cmocka_unit_test(test_proof_ecdsa_takes_der_only),
    };

    return cmocka_run_group_tests(tests, pki_setup_all, pki_teardown);
}

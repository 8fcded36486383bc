/* SPDX-License-Identifier: BSD-2-Clause */
/* Certificates and public keys as vsc-pkcs11.so takes them apart, and what its mechanisms sign. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "pkcs11/attributes.h"
#include "pkcs11/mechanism.h"

#define CORPUS "tests/fuzz/corpus/application/"

static unsigned char file[8192];

static struct der_span read_file(const char *name)
{
    char path[128];
    size_t len;
    FILE *stream;

    (void)snprintf(path, sizeof(path), CORPUS "%s", name);
    stream = fopen(path, "re");
    assert_non_null(stream);
    len = fread(file, 1, sizeof(file), stream);
    (void)fclose(stream);
    return (struct der_span){file, len};
}

static void test_public_keys_of_cards_are_read(void **state)
{
    static const struct {
        const char *name;
        unsigned long type, bits;
    } keys[] = {{"spki-rsa-2048", CKK_RSA, 2048},
                {"spki-rsa-4096", CKK_RSA, 4096},
                {"spki-P-256", CKK_EC, 256},
                {"spki-P-384", CKK_EC, 384}};
    struct public_key key;

    (void)state;
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        assert_true(public_key_read(read_file(keys[i].name), &key));
        assert_int_equal(key.type, keys[i].type);
        assert_int_equal(key.bits, keys[i].bits);
    }
    assert_false(public_key_read(read_file("spki-P-521"), &key));
}

static void test_public_key_that_is_cut_or_flipped_is_none(void **state)
{
    struct der_span whole = read_file("spki-P-256");
    struct public_key key;

    (void)state;
    for (size_t len = 0; len < whole.len; len++)
        assert_false(public_key_read((struct der_span){whole.bytes, len}, &key));
    for (size_t i = 0; i < 27; i++) { /* everything before the point's coordinates */
        file[i] ^= 1;
        assert_false(public_key_read(whole, &key));
        file[i] ^= 1;
    }
    assert_true(public_key_read(whole, &key));
}

static void test_certificate_of_any_key_is_read(void **state)
{
    static const char *const names[] = {"cert-rsa-2048", "cert-P-521", "cert-ed25519"};
    struct certificate certificate;

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct der_span whole = read_file(names[i]);

        assert_true(certificate_read(whole, &certificate));
        assert_int_equal(certificate.subject.len, certificate.issuer.len);
        assert_int_equal(certificate.serial.bytes[0], DER_INTEGER);
        for (size_t len = 0; len < whole.len; len++)
            assert_false(certificate_read((struct der_span){whole.bytes, len}, &certificate));
    }
}

static unsigned long digest_of(unsigned long type, size_t pss, const char *name, size_t len,
                               struct card_sign_as *request)
{
    const struct mechanism mechanism = {.type = type, .pss_hash_len = pss};
    const struct public_key key = {.type = type == CKM_ECDSA ? CKK_EC : CKK_RSA,
                                   .bits = type == CKM_ECDSA ? 256 : 2048};
    struct der_span data = read_file(name);

    return mechanism_digest(&mechanism, &key, data.bytes, len != 0 ? len : data.len, request);
}

static void test_pkcs1_takes_a_digest_info_and_nothing_else(void **state)
{
    struct card_sign_as request;
    struct der_span info;
    const struct mechanism mechanism = {.type = CKM_RSA_PKCS};
    const struct public_key key = {.type = CKK_RSA, .bits = 2048};

    (void)state;
    assert_int_equal(digest_of(CKM_RSA_PKCS, 0, "info-sha256", 0, &request), CKR_OK);
    assert_int_equal(request.digest_len, 32);
    assert_int_equal(request.scheme, SIGN_PKCS1);
    assert_memory_equal(request.digest, "01234567890123456789012345678901", 32);
    assert_int_equal(digest_of(CKM_RSA_PKCS, 0, "info-sha1", 0, &request), CKR_OK);
    assert_int_equal(request.digest_len, 20);
    assert_int_equal(digest_of(CKM_RSA_PKCS, 0, "info-sha256", 50, &request), CKR_DATA_INVALID);
    assert_int_equal(digest_of(CKM_RSA_PKCS, 0, "cert-rsa-2048", 246, &request),
                     CKR_DATA_LEN_RANGE);
    info = read_file("info-sha256");
    for (size_t i = 0; i < 19; i++) {
        file[i] ^= 1;
        assert_int_equal(mechanism_digest(&mechanism, &key, file, info.len, &request),
                         CKR_DATA_INVALID);
        file[i] ^= 1;
    }
}

static void test_pss_takes_the_digest_that_was_announced(void **state)
{
    struct card_sign_as request;

    (void)state;
    assert_int_equal(digest_of(CKM_RSA_PKCS_PSS, 48, "info-sha256", 48, &request), CKR_OK);
    assert_int_equal(request.scheme, SIGN_PSS);
    assert_int_equal(digest_of(CKM_RSA_PKCS_PSS, 48, "info-sha256", 32, &request),
                     CKR_DATA_LEN_RANGE);
}

static void test_ecdsa_cuts_or_fills_to_the_curve(void **state)
{
    static const unsigned char zeroes[12];
    struct card_sign_as request;

    (void)state;
    assert_int_equal(digest_of(CKM_ECDSA, 0, "info-sha256", 51, &request), CKR_OK);
    assert_int_equal(request.digest_len, 32);
    assert_memory_equal(request.digest, file, 32);
    assert_int_equal(digest_of(CKM_ECDSA, 0, "info-sha256", 20, &request), CKR_OK);
    assert_memory_equal(request.digest, zeroes, 12);
    assert_memory_equal(request.digest + 12, file, 20);
    assert_int_equal(digest_of(CKM_ECDSA, 0, "cert-P-256", 65, &request), CKR_DATA_LEN_RANGE);
}

static unsigned long read_pss(unsigned long hash, unsigned long mgf, unsigned long salt, size_t len)
{
    struct ck_rsa_pss_params params = {hash, mgf, salt};
    const struct ck_mechanism given = {CKM_RSA_PKCS_PSS, &params, len};
    const struct public_key key = {.type = CKK_RSA, .bits = 2048};
    struct mechanism mechanism;

    return mechanism_read(&given, &key, &mechanism);
}

static void test_pss_wants_one_hash_and_a_salt_as_long(void **state)
{
    const size_t size = sizeof(struct ck_rsa_pss_params);

    (void)state;
    assert_int_equal(read_pss(CKM_SHA256, CKG_MGF1_SHA256, 32, size), CKR_OK);
    assert_int_equal(read_pss(CKM_SHA256, CKG_MGF1_SHA384, 32, size), CKR_MECHANISM_PARAM_INVALID);
    assert_int_equal(read_pss(CKM_SHA256, CKG_MGF1_SHA256, 20, size), CKR_MECHANISM_PARAM_INVALID);
    assert_int_equal(read_pss(0x220, 1, 20, size), CKR_MECHANISM_PARAM_INVALID);
    assert_int_equal(read_pss(0, 0, 20, size), CKR_MECHANISM_PARAM_INVALID);
    assert_int_equal(read_pss(CKM_SHA256, CKG_MGF1_SHA256, 32, size - 1),
                     CKR_MECHANISM_PARAM_INVALID);
}

static void test_ecdsa_signature_has_two_halves(void **state)
{
    const struct public_key key = {.type = CKK_EC, .bits = 256};
    struct card_outcome outcome = {.signature_len = 8};
    unsigned char signature[64];

    (void)state;
    memcpy(outcome.signature, "\x30\x06\x02\x01\x05\x02\x01\x07", 8);
    assert_int_equal(mechanism_signature(&key, &outcome, signature), CKR_OK);
    assert_int_equal(signature[31], 5);
    assert_int_equal(signature[63], 7);
    assert_int_equal(signature[0], 0);
    outcome.signature[4] = 0; /* r = 0 */
    assert_int_equal(mechanism_signature(&key, &outcome, signature), CKR_DEVICE_ERROR);
    outcome.signature_len = 7;
    assert_int_equal(mechanism_signature(&key, &outcome, signature), CKR_DEVICE_ERROR);
}

static void test_attributes_fill_what_fits(void **state)
{
    const struct card_info card = {.name = "TestVSC"};
    struct object object = {.class = CKO_CERTIFICATE, .key = "07"};
    unsigned char id = 0, room[4];
    unsigned long class = CKO_CERTIFICATE;
    struct ck_attribute attributes[] = {{CKA_ID, &id, 1},
                                        {CKA_LABEL, room, sizeof(room)},
                                        {CKA_MODULUS, room, sizeof(room)},
                                        {CKA_LABEL, NULL, 0},
                                        {CKA_CLASS, &class, sizeof(class)}};

    (void)state;
    object.der = read_file("cert-rsa-2048");
    assert_true(certificate_read(object.der, &object.certificate));
    assert_int_not_equal(attributes_get(&object, &card, attributes, 5), CKR_OK);
    assert_int_equal(id, 7);
    assert_int_equal(attributes[1].len, CK_UNAVAILABLE);
    assert_int_equal(attributes[2].len, CK_UNAVAILABLE);
    assert_int_equal(attributes[3].len, strlen("TestVSC 07"));
    assert_true(attributes_match(&object, &card, &attributes[0], 1));
    assert_true(attributes_match(&object, &card, &attributes[4], 1));
    id = 8;
    assert_false(attributes_match(&object, &card, &attributes[0], 1));
    assert_true(attributes_match(&object, &card, NULL, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_public_keys_of_cards_are_read),
        cmocka_unit_test(test_public_key_that_is_cut_or_flipped_is_none),
        cmocka_unit_test(test_certificate_of_any_key_is_read),
        cmocka_unit_test(test_pkcs1_takes_a_digest_info_and_nothing_else),
        cmocka_unit_test(test_pss_takes_the_digest_that_was_announced),
        cmocka_unit_test(test_ecdsa_cuts_or_fills_to_the_curve),
        cmocka_unit_test(test_pss_wants_one_hash_and_a_salt_as_long),
        cmocka_unit_test(test_ecdsa_signature_has_two_halves),
        cmocka_unit_test(test_attributes_fill_what_fits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* The verifier of bundles: nothing that is changed passes. Files and challenges. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <tss2/tss2_mu.h>

#include <cmocka.h>

#include "card/attest/ak.h"
#include "card/attest/credential.h"
#include "card/attest/verify.h"
#include "card/tpm/marshal.h"
#include "card/tpm/policy.h"
#include "common/own.h"
#include "tests/support/forged_bundle.h"

static int start(void **state)
{
    forged_open(*state);
    return 0;
}

static int stop(void **state)
{
    forged_close(*state);
    return 0;
}

static void test_attest_good_bundle_is_accepted(void **state)
{
    forged_accepted(*state);
}

/* What no TPM made is accepted too, until the AK's Name is asked for: hence the challenge. */
static void test_attest_without_a_challenge_the_ak_is_not_proven(void **state)
{
    struct forged *forged = *state;
    struct attest_expected expected = {.roots = forged->roots};
    struct attest_verdict verdict;

    attest_verify(forged->bundle, &expected, &verdict);
    assert_true(verdict.accepted);
    assert_false(verdict.ak_proven);
    expected.has_ak = true;
    expected.ak = forged->bundle->objects.pin.name;
    attest_verify(forged->bundle, &expected, &verdict);
    assert_false(verdict.accepted);
    assert_true(forged_has_failed(&verdict, ATTEST_AK_IN_TPM));
}

static void test_attest_survives_its_json(void **state)
{
    struct forged *forged = *state;
    struct bundle *again = NULL;
    struct problem problem = {0};
    char *text = NULL;
    size_t len = 0;

    memcpy(forged->bundle->nonce, "nonce", 5);
    forged->bundle->nonce_len = 5;
    forged_state(forged);
    assert_int_equal(bundle_write(forged->bundle, &text, &len), VSC_OK);
    assert_int_equal(bundle_read(text, len, &again, &problem), VSC_OK);
    bundle_free(forged->bundle);
    forged->bundle = again;
    assert_int_equal(again->nonce_len, 5);
    forged_accepted(forged);
    free(text);
}

/* How a structure of the TPM becomes bytes and comes back. */
struct codec {
    void (*put)(struct buf *buf, const void *value);
    void (*get)(struct reader *reader, void *ret_value);
};

#define DEFINE_CODEC(type)                                                                         \
    static void put_any_##type(struct buf *buf, const void *value)                                 \
    {                                                                                              \
        put_##type(buf, value);                                                                    \
    }                                                                                              \
    static void get_any_##type(struct reader *reader, void *ret_value)                             \
    {                                                                                              \
        get_##type(reader, ret_value);                                                             \
    }                                                                                              \
    static const struct codec type##_codec = {put_any_##type, get_any_##type};

DEFINE_CODEC(TPM2B_ATTEST)
DEFINE_CODEC(TPMT_SIGNATURE)
DEFINE_CODEC(TPM2B_CREATION_DATA)
DEFINE_CODEC(TPM2B_PUBLIC)
DEFINE_CODEC(TPM2B_NV_PUBLIC)

/* One bit at a time in the TPM's encoding of `target`: what still parses is refused. */
static void flip_all(struct forged *forged, const struct codec *codec, void *target)
{
    const size_t prefix = 4;
    auto_buf struct buf bytes;
    struct attest_verdict verdict;
    struct reader reader;
    size_t refused = 0;

    buf_init(&bytes, 8192);
    codec->put(&bytes, target);
    assert_int_equal(buf_status(&bytes), VSC_OK);
    for (size_t bit = prefix * 8; bit < bytes.len * 8; bit++) {
        bytes.data[bit / 8] ^= (unsigned char)(1 << bit % 8);
        reader_init(&reader, bytes.data, bytes.len);
        codec->get(&reader, target);
        if (reader_end(&reader) == VSC_OK) {
            forged_refresh(forged);
            if (forged_verify(forged, &verdict))
                fail_msg("bit %zu may be flipped", bit);
            refused++;
        }
        bytes.data[bit / 8] ^= (unsigned char)(1 << bit % 8);
    }
    reader_init(&reader, bytes.data, bytes.len);
    codec->get(&reader, target);
    forged_refresh(forged);
    forged_accepted(forged);
    assert_true(refused > 16);
}

static void test_attest_every_flipped_bit_of_the_statement_is_refused(void **state)
{
    struct forged *forged = *state;
    struct bundle_key *key = &forged->bundle->keys[0];

    flip_all(forged, &TPM2B_ATTEST_codec, &key->attest);
    flip_all(forged, &TPMT_SIGNATURE_codec, &key->signature);
    flip_all(forged, &TPM2B_CREATION_DATA_codec, &key->creation);
}

static void test_attest_every_flipped_bit_of_a_public_area_is_refused(void **state)
{
    struct forged *forged = *state;
    struct bundle *bundle = forged->bundle;

    flip_all(forged, &TPM2B_PUBLIC_codec, &bundle->keys[0].area);
    flip_all(forged, &TPM2B_PUBLIC_codec, &bundle->ak);
    flip_all(forged, &TPM2B_PUBLIC_codec, &bundle->ek);
    flip_all(forged, &TPM2B_PUBLIC_codec, &bundle->objects.approver);
    flip_all(forged, &TPM2B_NV_PUBLIC_codec, &bundle->objects.admin.area);
    flip_all(forged, &TPM2B_NV_PUBLIC_codec, &bundle->objects.pin.area);
}

static void test_attest_every_flipped_byte_of_the_certificate_is_refused(void **state)
{
    struct forged *forged = *state;
    struct der *cert = &forged->bundle->certs[0];

    for (size_t i = 0; i < cert->len; i++) {
        struct attest_verdict verdict;

        cert->data[i] ^= 0x04;
        assert_false(forged_verify(forged, &verdict));
        cert->data[i] ^= 0x04;
    }
    cert->len--;
    forged_refused(forged, ATTEST_EK_CERTIFICATE);
}

/* Signed by the AK all right, and still not what it should say. */
static void test_attest_statement_says_something_else(void **state)
{
    struct forged *forged = *state;

    forged->attest.magic = 0;
    forged_sign(forged, 0);
    forged_refused(forged, ATTEST_STATEMENT);
    forged_state(forged);
    forged->attest.type = TPM2_ST_ATTEST_CERTIFY;
    forged->attest.attested.certify =
        (TPMS_CERTIFY_INFO){.name = forged->bundle->objects.pin.name,
                            .qualifiedName = forged->bundle->objects.pin.name};
    forged_sign(forged, 0);
    forged_refused(forged, ATTEST_STATEMENT);
    forged_state(forged);
    forged_sign(forged, 1);
    forged_refused(forged, ATTEST_STATEMENT);
    forged_state(forged);
    forged->attest.attested.creation.objectName = forged->bundle->objects.pin.name;
    forged_sign(forged, 0);
    forged_refused(forged, ATTEST_STATEMENT);
    forged_state(forged);
    forged->attest.extraData.size--;
    forged_sign(forged, 0);
    forged_refused(forged, ATTEST_STATEMENT);
    forged_state(forged);
    forged->attest.attested.creation.creationHash.buffer[0] ^= 1;
    forged_sign(forged, 0);
    forged_refused(forged, ATTEST_CREATION);
    forged_state(forged);
    forged_accepted(forged);
}

static void test_attest_challenge_file_is_read_strictly(void **state)
{
    struct forged *forged = *state;
    struct credential made, found;
    auto_secret struct secret secret = {0};
    auto_buf struct buf file;
    struct problem problem;
    TPM2B_NAME name;

    buf_init(&file, CREDENTIAL_FILE_MAX);
    assert_int_equal(name_of_public(&forged->bundle->ak.publicArea, &name), VSC_OK);
    assert_int_equal(credential_make(&forged->bundle->ek, &name, &made, &secret), VSC_OK);
    assert_int_equal(secret.len, CREDENTIAL_SECRET);
    credential_encode(&file, &made);
    assert_int_equal(credential_decode(file.data, file.len, &found, &problem), VSC_OK);
    assert_int_equal(found.blob.size, made.blob.size);
    assert_memory_equal(found.seed.secret, made.seed.secret, made.seed.size);
    for (size_t len = 0; len < file.len; len++)
        assert_int_equal(credential_decode(file.data, len, &found, &problem), VSC_INPUT);
    buf_u8(&file, 0);
    assert_int_equal(credential_decode(file.data, file.len, &found, &problem), VSC_INPUT);
    file.data[8] = 0xff;
    assert_int_equal(credential_decode(file.data, file.len, &found, &problem), VSC_INPUT);
}

static void test_attest_key_file_is_read_strictly(void **state)
{
    struct forged *forged = *state;
    TPM2B_PRIVATE private = {.size = 4};
    auto_buf struct buf file;
    struct problem problem;

    buf_init(&file, AK_FILE_MAX);
    ak_encode(&file, forged->bundle, &private);
    assert_int_equal(buf_status(&file), VSC_OK);
    for (size_t len = 0; len <= file.len; len++) {
        struct bundle *found = bundle_new();
        enum vsc_err err = ak_decode(file.data, len, found, &private, &problem);

        assert_int_equal(err, len == file.len ? VSC_OK : VSC_STORE);
        if (err == VSC_OK)
            assert_int_equal(found->cert_count, 1);
        bundle_free(found);
    }
}

#define ATTEST_TEST(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
    static struct forged forged;
    struct CMUnitTest tests[] = {
        ATTEST_TEST(test_attest_good_bundle_is_accepted),
        ATTEST_TEST(test_attest_without_a_challenge_the_ak_is_not_proven),
        ATTEST_TEST(test_attest_survives_its_json),
        ATTEST_TEST(test_attest_every_flipped_bit_of_the_statement_is_refused),
        ATTEST_TEST(test_attest_every_flipped_bit_of_a_public_area_is_refused),
        ATTEST_TEST(test_attest_every_flipped_byte_of_the_certificate_is_refused),
        ATTEST_TEST(test_attest_statement_says_something_else),
        ATTEST_TEST(test_attest_challenge_file_is_read_strictly),
        ATTEST_TEST(test_attest_key_file_is_read_strictly),
    };

    for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++)
        tests[i].initial_state = &forged;
    return cmocka_run_group_tests(tests, NULL, NULL);
}

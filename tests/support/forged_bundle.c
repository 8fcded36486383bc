/* SPDX-License-Identifier: BSD-2-Clause */
/* A bundle made in software, see the header. */
#include "tests/support/forged_bundle.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <tss2/tss2_mu.h>

#include <cmocka.h>

#include "card/attest/ak.h"
#include "card/attest/ek.h"
#include "card/tpm/layout.h"
#include "card/tpm/policy.h"

#define FIELD 32

static void must(int holds)
{
    if (!holds)
        abort();
}

static void point(EVP_PKEY *key, TPMS_ECC_POINT *ret_point)
{
    BIGNUM *x = NULL, *y = NULL;

    must(EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_EC_PUB_X, &x) == 1 &&
         EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_EC_PUB_Y, &y) == 1);
    ret_point->x.size = FIELD;
    ret_point->y.size = FIELD;
    must(BN_bn2binpad(x, ret_point->x.buffer, FIELD) == FIELD &&
         BN_bn2binpad(y, ret_point->y.buffer, FIELD) == FIELD);
    BN_free(x);
    BN_free(y);
}

static void make_ek(struct forged *forged)
{
    static EVP_PKEY *made; /* once for all: it takes its time */
    BIGNUM *modulus = NULL;

    if (made == NULL)
        made = EVP_RSA_gen(2048);
    must(made != NULL && EVP_PKEY_up_ref(made) == 1);
    forged->ek_key = made;
    ek_template(&forged->bundle->ek);
    must(EVP_PKEY_get_bn_param(forged->ek_key, OSSL_PKEY_PARAM_RSA_N, &modulus) == 1 &&
         BN_bn2binpad(modulus, forged->bundle->ek.publicArea.unique.rsa.buffer, 256) == 256);
    BN_free(modulus);
    forged->bundle->has_ek = true;
}

/* K, A and P as a card has them, of Names that nobody's TPM knows. */
static void make_card(struct bundle *bundle)
{
    struct objects *objects = &bundle->objects;
    EVP_PKEY *key = EVP_EC_gen("P-256");
    struct card_names names;
    TPML_DIGEST branches;

    objects->kind = GATE_INDEX;
    must(RAND_bytes(objects->serial, SERIAL_SIZE) == 1);
    ak_template(&objects->approver);
    objects->approver.publicArea.objectAttributes =
        TPMA_OBJECT_SIGN_ENCRYPT | TPMA_OBJECT_USERWITHAUTH;
    point(key, &objects->approver.publicArea.unique.ecc);
    EVP_PKEY_free(key);
    objects_names(objects, &names);
    must(layout_admin_branches(&names, &branches) == VSC_OK &&
         layout_area(LAYOUT_ADMIN, 0x01800001, &branches, &objects->admin.area.nvPublic) == VSC_OK);
    objects->admin.area.nvPublic.attributes |= TPMA_NV_WRITTEN;
    must(name_of_index(&objects->admin.area.nvPublic, &objects->admin.name) == VSC_OK);
    objects_names(objects, &names);
    must(layout_pin_branches(&names, &branches) == VSC_OK &&
         layout_area(LAYOUT_PIN, 0x01800002, &branches, &objects->pin.area.nvPublic) == VSC_OK);
    objects->pin.area.nvPublic.attributes |= TPMA_NV_WRITTEN;
    must(name_of_index(&objects->pin.area.nvPublic, &objects->pin.name) == VSC_OK);
}

static void make_key(struct forged *forged)
{
    struct bundle *bundle = forged->bundle;
    struct bundle_key *key = &bundle->keys[0];
    TPMS_CREATION_DATA *creation = &key->creation.creationData;

    forged->card_key = EVP_EC_gen("P-256");
    memcpy(key->id, "00", sizeof key->id);
    ak_template(&key->area);
    key->area.publicArea.objectAttributes = LAYOUT_KEY_ATTRIBUTES;
    key->area.publicArea.parameters.eccDetail.scheme = (TPMT_ECC_SCHEME){.scheme = TPM2_ALG_NULL};
    must(layout_key_policy(&bundle->objects.pin.name, &key->area.publicArea.authPolicy) == VSC_OK);
    point(forged->card_key, &key->area.publicArea.unique.ecc);
    *creation = (TPMS_CREATION_DATA){.locality = 1,
                                     .parentNameAlg = TPM2_ALG_SHA256,
                                     .parentName.size = 34,
                                     .parentQualifiedName.size = 34,
                                     .outsideInfo.size = SERIAL_SIZE};
    memcpy(creation->outsideInfo.buffer, bundle->objects.serial, SERIAL_SIZE);
    bundle->key_count = 1;
}

static void add_extension(X509 *cert, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX ctx;
    X509_EXTENSION *extension;

    X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
    extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
    must(extension != NULL && X509_add_ext(cert, extension, -1) == 1);
    X509_EXTENSION_free(extension);
}

/* The TPM's manufacturer, model and version, or another thing's common name. */
static void add_san(X509 *cert, bool of_a_tpm, int critical)
{
    static const char *const oids[] = {"2.23.133.2.1", "2.23.133.2.2", "2.23.133.2.3"};
    GENERAL_NAMES *names = sk_GENERAL_NAME_new_null();
    GENERAL_NAME *name = GENERAL_NAME_new();
    X509_NAME *directory = X509_NAME_new();

    must(names != NULL && name != NULL && directory != NULL);
    for (size_t i = 0; i < 3; i++)
        must(X509_NAME_add_entry_by_txt(directory, of_a_tpm ? oids[i] : "CN", MBSTRING_ASC,
                                        (const unsigned char *)"id:00001014", -1, -1, 0) == 1);
    name->type = GEN_DIRNAME;
    name->d.directoryName = directory;
    must(sk_GENERAL_NAME_push(names, name) == 1 &&
         X509_add1_ext_i2d(cert, NID_subject_alt_name, names, critical, X509V3_ADD_APPEND) == 1);
    GENERAL_NAMES_free(names);
}

static X509 *new_cert(EVP_PKEY *key, X509 *issuer, const char *cn, long until)
{
    X509 *cert = X509_new();

    must(cert != NULL && X509_set_version(cert, X509_VERSION_3) == 1 &&
         ASN1_INTEGER_set(X509_get_serialNumber(cert), issuer == NULL ? 1 : 2) == 1);
    if (cn != NULL)
        must(X509_NAME_add_entry_by_txt(X509_get_subject_name(cert), "CN", MBSTRING_ASC,
                                        (const unsigned char *)cn, -1, -1, 0) == 1);
    must(X509_set_issuer_name(cert, X509_get_subject_name(issuer != NULL ? issuer : cert)) == 1 &&
         X509_gmtime_adj(X509_getm_notBefore(cert), -7200) != NULL &&
         X509_gmtime_adj(X509_getm_notAfter(cert), until) != NULL &&
         X509_set_pubkey(cert, key) == 1);
    return cert;
}

static void make_ca(struct forged *forged)
{
    forged->ca_key = EVP_EC_gen("P-256");
    forged->ca = new_cert(forged->ca_key, NULL, "Maker", 86400);
    add_extension(forged->ca, forged->ca, NID_basic_constraints, "critical,CA:TRUE");
    add_extension(forged->ca, forged->ca, NID_key_usage, "critical,keyCertSign,cRLSign");
    add_extension(forged->ca, forged->ca, NID_subject_key_identifier, "hash");
    must(X509_sign(forged->ca, forged->ca_key, EVP_sha256()) > 0);
    forged->roots = sk_X509_new_null();
    must(forged->roots != NULL && sk_X509_push(forged->roots, forged->ca) == 1);
}

void forged_certify(struct forged *forged, enum forged_cert kind)
{
    struct der *der = &forged->bundle->certs[0];
    bool other = kind == FORGED_CERT_OTHER_KEY;
    X509 *cert = new_cert(other ? forged->card_key : forged->ek_key, forged->ca, NULL,
                          kind == FORGED_CERT_EXPIRED ? -3600 : 3600);
    unsigned char *at;
    int len;

    add_extension(cert, forged->ca, NID_authority_key_identifier, "keyid");
    add_extension(cert, forged->ca, NID_basic_constraints,
                  kind == FORGED_CERT_CA ? "critical,CA:TRUE" : "critical,CA:FALSE");
    if (kind != FORGED_CERT_NO_KEY_USAGE)
        add_extension(cert, forged->ca, NID_key_usage,
                      kind == FORGED_CERT_SIGNING ? "critical,digitalSignature"
                      : kind == FORGED_CERT_CA    ? "critical,keyEncipherment,keyCertSign"
                                                  : "critical,keyEncipherment");
    add_extension(cert, forged->ca, NID_ext_key_usage,
                  kind == FORGED_CERT_NO_EKU ? "clientAuth" : "2.23.133.8.1");
    if (kind != FORGED_CERT_NO_SAN)
        add_san(cert, kind != FORGED_CERT_SAN_OF_SOMETHING_ELSE,
                kind != FORGED_CERT_SAN_NOT_CRITICAL);
    must(X509_sign(cert, forged->ca_key, EVP_sha256()) > 0);
    len = i2d_X509(cert, NULL);
    must(len > 0);
    free(der->data);
    der->data = malloc((size_t)len);
    must(der->data != NULL);
    at = der->data;
    der->len = (size_t)i2d_X509(cert, &at);
    forged->bundle->cert_count = 1;
    X509_free(cert);
}

void forged_sign(struct forged *forged, size_t extra)
{
    struct bundle_key *key = &forged->bundle->keys[0];
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(forged->ak_key, NULL);
    TPMS_SIGNATURE_ECC *ecc = &key->signature.signature.ecdsa;
    unsigned char digest[TPM2_SHA256_DIGEST_SIZE], der[128];
    const unsigned char *at = der;
    size_t len = 0, der_len = sizeof der;
    ECDSA_SIG *sig;

    memset(&key->attest, 0, sizeof key->attest);
    must(Tss2_MU_TPMS_ATTEST_Marshal(&forged->attest, key->attest.attestationData,
                                     sizeof key->attest.attestationData, &len) == TSS2_RC_SUCCESS);
    key->attest.size = (UINT16)(len + extra);
    must(sha256_of(key->attest.attestationData, len + extra, NULL, 0, digest) == VSC_OK);
    must(ctx != NULL && EVP_PKEY_sign_init(ctx) == 1 &&
         EVP_PKEY_sign(ctx, der, &der_len, digest, sizeof digest) == 1);
    EVP_PKEY_CTX_free(ctx);
    sig = d2i_ECDSA_SIG(NULL, &at, (long)der_len);
    must(sig != NULL);
    key->signature = (TPMT_SIGNATURE){.sigAlg = TPM2_ALG_ECDSA};
    ecc->hash = TPM2_ALG_SHA256;
    ecc->signatureR.size = FIELD;
    ecc->signatureS.size = FIELD;
    must(BN_bn2binpad(ECDSA_SIG_get0_r(sig), ecc->signatureR.buffer, FIELD) == FIELD &&
         BN_bn2binpad(ECDSA_SIG_get0_s(sig), ecc->signatureS.buffer, FIELD) == FIELD);
    ECDSA_SIG_free(sig);
}

void forged_state(struct forged *forged)
{
    struct bundle_key *key = &forged->bundle->keys[0];
    TPMS_CREATION_INFO *said = &forged->attest.attested.creation;
    uint8_t bytes[sizeof(TPMS_CREATION_DATA)];
    size_t len = 0;

    forged->attest = (TPMS_ATTEST){.magic = TPM2_GENERATED_VALUE,
                                   .type = TPM2_ST_ATTEST_CREATION,
                                   .qualifiedSigner.size = 34,
                                   .extraData.size = BUNDLE_DIGEST};
    must(bundle_qualifying_data(forged->bundle, forged->attest.extraData.buffer) == VSC_OK);
    must(name_of_public(&key->area.publicArea, &said->objectName) == VSC_OK);
    must(Tss2_MU_TPMS_CREATION_DATA_Marshal(&key->creation.creationData, bytes, sizeof bytes,
                                            &len) == TSS2_RC_SUCCESS);
    said->creationHash.size = TPM2_SHA256_DIGEST_SIZE;
    must(sha256_of(bytes, len, NULL, 0, said->creationHash.buffer) == VSC_OK);
    forged_sign(forged, 0);
}

void forged_open(struct forged *forged)
{
    *forged = (struct forged){.bundle = bundle_new()};
    must(forged->bundle != NULL);
    memcpy(forged->bundle->card, "0000", sizeof forged->bundle->card);
    memcpy(forged->bundle->name, "Forged", sizeof "Forged");
    make_ca(forged);
    make_ek(forged);
    forged->ak_key = EVP_EC_gen("P-256");
    ak_template(&forged->bundle->ak);
    point(forged->ak_key, &forged->bundle->ak.publicArea.unique.ecc);
    make_card(forged->bundle);
    make_key(forged);
    forged_certify(forged, FORGED_CERT_GOOD);
    forged_state(forged);
}

void forged_close(struct forged *forged)
{
    sk_X509_free(forged->roots);
    X509_free(forged->ca);
    EVP_PKEY_free(forged->ca_key);
    EVP_PKEY_free(forged->ek_key);
    EVP_PKEY_free(forged->ak_key);
    EVP_PKEY_free(forged->card_key);
    bundle_free(forged->bundle);
}

void forged_expect(const struct forged *forged, struct attest_expected *ret_expected)
{
    *ret_expected = (struct attest_expected){.roots = forged->roots, .has_ak = true};
    if (name_of_public(&forged->bundle->ak.publicArea, &ret_expected->ak) != VSC_OK)
        ret_expected->ak.size = 0;
}

bool forged_verify(const struct forged *forged, struct attest_verdict *ret_verdict)
{
    struct attest_expected expected;

    forged_expect(forged, &expected);
    attest_verify(forged->bundle, &expected, ret_verdict);
    return ret_verdict->accepted;
}

bool forged_has_failed(const struct attest_verdict *verdict, enum attest_check check)
{
    for (size_t i = 0; i < verdict->count; i++)
        if (verdict->lines[i].check == check && verdict->lines[i].result == ATTEST_FAIL)
            return true;
    return false;
}

void forged_refused(const struct forged *forged, enum attest_check check)
{
    struct attest_verdict verdict;

    assert_false(forged_verify(forged, &verdict));
    if (!forged_has_failed(&verdict, check))
        fail_msg("%s did not fail", attest_check_name(check));
}

void forged_accepted(const struct forged *forged)
{
    struct attest_verdict verdict;

    if (forged_verify(forged, &verdict))
        return;
    for (size_t i = 0; i < verdict.count; i++)
        if (verdict.lines[i].result == ATTEST_FAIL)
            fail_msg("%s: %s", attest_check_name(verdict.lines[i].check), verdict.lines[i].text);
}

void forged_refresh(struct forged *forged)
{
    struct objects *objects = &forged->bundle->objects;

    if (name_of_index(&objects->admin.area.nvPublic, &objects->admin.name) != VSC_OK)
        objects->admin.name.size = 0;
    if (name_of_index(&objects->pin.area.nvPublic, &objects->pin.name) != VSC_OK)
        objects->pin.name.size = 0;
}

X509_REQ *forged_request(EVP_PKEY *key)
{
    X509_REQ *request = X509_REQ_new();

    must(request != NULL && X509_REQ_set_version(request, 0) == 1 &&
         X509_NAME_add_entry_by_txt(X509_REQ_get_subject_name(request), "CN", MBSTRING_ASC,
                                    (const unsigned char *)"alice", -1, -1, 0) == 1 &&
         X509_REQ_set_pubkey(request, key) == 1 && X509_REQ_sign(request, key, EVP_sha256()) > 0);
    return request;
}

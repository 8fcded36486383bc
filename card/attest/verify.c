/* SPDX-License-Identifier: BSD-2-Clause */
/* The checks of a bundle, see the header. */
#include "card/attest/verify.h"

#include <openssl/evp.h>
#include <string.h>
#include <tss2/tss2_mu.h>

#include "card/attest/ak.h"
#include "card/attest/ek.h"
#include "card/tpm/key.h"
#include "card/tpm/layout.h"
#include "card/tpm/policy.h"
#include "common/own.h"

DEFINE_AUTO(EVP_PKEY, EVP_PKEY_free)
DEFINE_AUTO(X509, X509_free)

static inline void certs_free(STACK_OF(X509) * certs)
{
    sk_X509_pop_free(certs, X509_free);
}
DEFINE_AUTO(STACK_OF(X509), certs_free)

const char *attest_check_name(enum attest_check check)
{
    static const char *const names[] = {
#define ATTEST_CHECK_NAME(name, text) [ATTEST_##name] = text,
        ATTEST_CHECKS(ATTEST_CHECK_NAME)
#undef ATTEST_CHECK_NAME
    };

    return names[check];
}

static void say(struct attest_verdict *verdict, enum attest_check check, const char *key,
                enum attest_result result, const char *text)
{
    struct attest_line *line = &verdict->lines[verdict->count];

    if (verdict->count == ATTEST_LINES_MAX)
        return;
    *line = (struct attest_line){.check = check, .result = result, .text = text};
    if (key != NULL)
        memcpy(line->key, key, sizeof line->key);
    verdict->count++;
}

/* NULL: it holds, with the words `good`. */
static void judge(struct attest_verdict *verdict, enum attest_check check, const char *key,
                  const char *fault, const char *good)
{
    say(verdict, check, key, fault == NULL ? ATTEST_PASS : ATTEST_FAIL,
        fault == NULL ? good : fault);
}

static X509 *parse_cert(const struct der *der)
{
    const unsigned char *at = der->data;
    auto_by(X509_free) X509 *cert = d2i_X509(NULL, &at, (long)der->len);

    return cert != NULL && at == der->data + der->len ? take(cert) : NULL;
}

static const char *ek_key_fault(const struct bundle *bundle, X509 *cert)
{
    auto_by(EVP_PKEY_free) EVP_PKEY *key = NULL;
    const EVP_PKEY *certified = X509_get0_pubkey(cert);

    if (!ek_fits(&bundle->ek))
        return "the endorsement key is not the one of the TCG's template L-1";
    if (key_to_evp(&bundle->ek, &key) != VSC_OK || certified == NULL ||
        EVP_PKEY_eq(key, certified) != 1)
        return "the certificate is not the endorsement key's";
    return NULL;
}

static void check_certificate(const struct bundle *bundle, STACK_OF(X509) * roots,
                              struct attest_verdict *verdict)
{
    auto_by(certs_free) STACK_OF(X509) *issuers = sk_X509_new_null();
    auto_by(X509_free) X509 *cert = parse_cert(&bundle->certs[0]);

    if (cert == NULL || issuers == NULL) {
        say(verdict, ATTEST_EK_CERTIFICATE, NULL, ATTEST_FAIL, "it does not parse");
        return;
    }
    for (size_t i = 1; i < bundle->cert_count; i++) {
        X509 *issuer = parse_cert(&bundle->certs[i]);

        if (issuer != NULL && sk_X509_push(issuers, issuer) <= 0)
            X509_free(issuer);
    }
    judge(verdict, ATTEST_EK, NULL, ek_key_fault(bundle, cert),
          "made by the TCG's template, and the certificate is for it");
    judge(verdict, ATTEST_EK_CERTIFICATE, NULL, ek_certificate_fault(cert),
          "a TPM's endorsement certificate");
    judge(verdict, ATTEST_EK_CHAIN, NULL, ek_chain_fault(cert, issuers, roots),
          "leads to a trusted root");
}

static void check_ek(const struct bundle *bundle, const struct attest_expected *expected,
                     struct attest_verdict *verdict)
{
    if (expected->roots == NULL)
        say(verdict, ATTEST_EK, NULL, expected->has_ak ? ATTEST_OPEN : ATTEST_FAIL,
            "no roots were given to check it with");
    else if (!bundle->has_ek || bundle->cert_count == 0)
        say(verdict, ATTEST_EK, NULL, ATTEST_FAIL,
            "the bundle has no endorsement certificate (the card was made with aik_only)");
    else
        check_certificate(bundle, expected->roots, verdict);
}

static void check_ak(const struct bundle *bundle, const struct attest_expected *expected,
                     struct attest_verdict *verdict)
{
    TPM2B_NAME name;

    judge(verdict, ATTEST_AK, NULL,
          ak_fits(&bundle->ak) ? NULL : "not a restricted signing key that is fixed to its TPM",
          "a restricted signing key, fixed to its TPM");
    if (!expected->has_ak) {
        say(verdict, ATTEST_AK_IN_TPM, NULL, ATTEST_OPEN,
            "not proven here: a challenge must show that the AK is in the TPM of this EK");
        return;
    }
    verdict->ak_proven = name_of_public(&bundle->ak.publicArea, &name) == VSC_OK &&
                         name.size == expected->ak.size &&
                         memcmp(name.name, expected->ak.name, name.size) == 0;
    judge(verdict, ATTEST_AK_IN_TPM, NULL,
          verdict->ak_proven ? NULL : "not the AK that was proven before",
          "the AK that was proven before");
}

static void check_nonce(const struct bundle *bundle, const struct attest_expected *expected,
                        struct attest_verdict *verdict)
{
    if (!expected->asks_nonce)
        say(verdict, ATTEST_NONCE, NULL, ATTEST_OPEN, "none was asked for");
    else
        judge(verdict, ATTEST_NONCE, NULL,
              bundle->nonce_len == expected->nonce_len &&
                      memcmp(bundle->nonce, expected->nonce, bundle->nonce_len) == 0
                  ? NULL
                  : "not the one that was asked for",
              "the one that was asked for");
}

static const char *key_fault(const struct bundle *bundle, const struct bundle_key *key)
{
    if (key_check(&bundle->objects, &key->area, NULL) != VSC_OK)
        return "not a signing key that is fixed to its TPM and stands behind this card's PIN";
    if (strcmp(key_type_name(&key->area), "unknown") == 0)
        return "of an unknown type";
    return NULL;
}

/* What the TPM says: about this key, and with this card's nonce and request. */
static const char *statement_fault(const struct bundle *bundle, const struct bundle_key *key,
                                   TPMS_ATTEST *attest)
{
    unsigned char wanted[BUNDLE_DIGEST];
    TPM2B_NAME name;
    size_t used = 0;

    if (Tss2_MU_TPMS_ATTEST_Unmarshal(key->attest.attestationData, key->attest.size, &used,
                                      attest) != TSS2_RC_SUCCESS ||
        used != key->attest.size)
        return "it does not parse";
    if (attest->magic != TPM2_GENERATED_VALUE)
        return "it was not made by a TPM";
    if (attest->type != TPM2_ST_ATTEST_CREATION)
        return "it does not speak of a key's creation";
    if (name_of_public(&key->area.publicArea, &name) != VSC_OK ||
        attest->attested.creation.objectName.size != name.size ||
        memcmp(attest->attested.creation.objectName.name, name.name, name.size) != 0)
        return "it speaks of another key";
    if (bundle_qualifying_data(bundle, wanted) != VSC_OK ||
        attest->extraData.size != sizeof wanted ||
        memcmp(attest->extraData.buffer, wanted, sizeof wanted) != 0)
        return "it was made for another nonce or certificate request";
    return NULL;
}

static const char *creation_fault(const struct bundle *bundle, const struct bundle_key *key,
                                  const TPMS_ATTEST *attest)
{
    const TPM2B_DIGEST *stated = &attest->attested.creation.creationHash;
    const TPM2B_DATA *outside = &key->creation.creationData.outsideInfo;
    uint8_t bytes[sizeof(TPMS_CREATION_DATA)];
    unsigned char digest[TPM2_SHA256_DIGEST_SIZE];
    size_t len = 0;

    if (attest->type != TPM2_ST_ATTEST_CREATION)
        return "nothing states it";
    if (Tss2_MU_TPMS_CREATION_DATA_Marshal(&key->creation.creationData, bytes, sizeof bytes,
                                           &len) != TSS2_RC_SUCCESS ||
        sha256_of(bytes, len, NULL, 0, digest) != VSC_OK || stated->size != sizeof digest ||
        memcmp(stated->buffer, digest, sizeof digest) != 0)
        return "other creation data than the TPM's statement is about";
    if (outside->size != SERIAL_SIZE ||
        memcmp(outside->buffer, bundle->objects.serial, SERIAL_SIZE) != 0)
        return "the key was made for another card";
    return NULL;
}

static void check_key(const struct bundle *bundle, const struct bundle_key *key,
                      struct attest_verdict *verdict)
{
    TPMS_ATTEST attest = {0};
    const char *fault;

    judge(verdict, ATTEST_KEY, key->id, key_fault(bundle, key),
          "fixed to its TPM, and nothing but this card's PIN opens it");
    judge(verdict, ATTEST_SIGNATURE, key->id,
          ak_verifies(&bundle->ak, &key->signature, key->attest.attestationData, key->attest.size)
              ? NULL
              : "not the AK's",
          "the AK's");
    fault = statement_fault(bundle, key, &attest);
    judge(verdict, ATTEST_STATEMENT, key->id, fault, "the TPM says that it made this key");
    judge(verdict, ATTEST_CREATION, key->id,
          fault != NULL ? "nothing states it" : creation_fault(bundle, key, &attest),
          "made for this card");
}

static const char *csr_fault(const struct bundle *bundle, X509_REQ *csr)
{
    const EVP_PKEY *wanted = X509_REQ_get0_pubkey(csr);
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned len = 0;

    if (wanted == NULL || X509_REQ_verify(csr, X509_REQ_get0_pubkey(csr)) != 1)
        return "its own signature does not verify";
    if (X509_REQ_digest(csr, EVP_sha256(), digest, &len) != 1)
        return "it has no digest";
    if (bundle->has_csr && (len != BUNDLE_DIGEST || memcmp(bundle->csr, digest, len) != 0))
        return "the bundle was made for another request";
    for (size_t i = 0; i < bundle->key_count; i++) {
        auto_by(EVP_PKEY_free) EVP_PKEY *key = NULL;

        if (key_to_evp(&bundle->keys[i].area, &key) == VSC_OK && EVP_PKEY_eq(key, wanted) == 1)
            return NULL;
    }
    return "its key is none of the bundle's";
}

static bool is_good(const struct attest_verdict *verdict)
{
    for (size_t i = 0; i < verdict->count; i++)
        if (verdict->lines[i].result == ATTEST_FAIL)
            return false;
    return verdict->count > 0 && verdict->count < ATTEST_LINES_MAX;
}

void attest_verify(const struct bundle *bundle, const struct attest_expected *expected,
                   struct attest_verdict *ret_verdict)
{
    *ret_verdict = (struct attest_verdict){0};
    check_ek(bundle, expected, ret_verdict);
    check_ak(bundle, expected, ret_verdict);
    check_nonce(bundle, expected, ret_verdict);
    judge(ret_verdict, ATTEST_PIN, NULL,
          layout_check(&bundle->objects) == VSC_OK
              ? NULL
              : "the card's indices and policies do not follow from each other",
          "a counter of the TPM stands before the keys");
    if (bundle->key_count == 0 && !expected->keyless)
        say(ret_verdict, ATTEST_KEY, NULL, ATTEST_FAIL, "the bundle has no key");
    for (size_t i = 0; i < bundle->key_count; i++)
        check_key(bundle, &bundle->keys[i], ret_verdict);
    if (expected->csr != NULL)
        judge(ret_verdict, ATTEST_CSR, NULL, csr_fault(bundle, expected->csr),
              "for a key of the bundle");
    ret_verdict->accepted = is_good(ret_verdict);
}

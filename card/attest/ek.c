/* SPDX-License-Identifier: BSD-2-Clause */
/* The endorsement key's template, and the rules for its certificate. */
#include "card/attest/ek.h"

#include <openssl/x509v3.h>
#include <string.h>

#include "common/own.h"

#define EKU_EK_CERTIFICATE "2.23.133.8.1"

DEFINE_AUTO(GENERAL_NAMES, GENERAL_NAMES_free)
DEFINE_AUTO(EXTENDED_KEY_USAGE, EXTENDED_KEY_USAGE_free)
DEFINE_AUTO(X509_STORE, X509_STORE_free)
DEFINE_AUTO(X509_STORE_CTX, X509_STORE_CTX_free)

void ek_template(TPM2B_PUBLIC *ret_template)
{
    /* PolicySecret(TPM_RH_ENDORSEMENT), PolicyA of the profile. */
    static const BYTE policy[] = {0x83, 0x71, 0x97, 0x67, 0x44, 0x84, 0xB3, 0xF8, 0x1A, 0x90, 0xCC,
                                  0x8D, 0x46, 0xA5, 0xD7, 0x24, 0xFD, 0x52, 0xD7, 0x6E, 0x06, 0x52,
                                  0x0B, 0x64, 0xF2, 0xA1, 0xDA, 0x1B, 0x33, 0x14, 0x69, 0xAA};
    TPMT_PUBLIC area = {
        .type = TPM2_ALG_RSA,
        .nameAlg = TPM2_ALG_SHA256,
        .objectAttributes = TPMA_OBJECT_FIXEDTPM | TPMA_OBJECT_FIXEDPARENT |
                            TPMA_OBJECT_SENSITIVEDATAORIGIN | TPMA_OBJECT_ADMINWITHPOLICY |
                            TPMA_OBJECT_RESTRICTED | TPMA_OBJECT_DECRYPT,
        .authPolicy.size = sizeof policy,
        .parameters.rsaDetail = {.symmetric = {.algorithm = TPM2_ALG_AES,
                                               .keyBits.aes = 128,
                                               .mode.aes = TPM2_ALG_CFB},
                                 .scheme.scheme = TPM2_ALG_NULL,
                                 .keyBits = 2048},
        .unique.rsa.size = 256,
    };

    memcpy(area.authPolicy.buffer, policy, sizeof policy);
    *ret_template = (TPM2B_PUBLIC){.publicArea = area};
}

bool ek_fits(const TPM2B_PUBLIC *area)
{
    const TPMT_PUBLIC *public = &area->publicArea;
    const TPMS_RSA_PARMS *rsa = &public->parameters.rsaDetail;
    TPM2B_PUBLIC template;
    const TPMT_PUBLIC *wanted = &template.publicArea;

    ek_template(&template);
    return public->type == wanted->type && public->nameAlg == wanted->nameAlg &&
           public->objectAttributes == wanted->objectAttributes &&
           public->authPolicy.size == wanted->authPolicy.size &&
           memcmp(public->authPolicy.buffer, wanted->authPolicy.buffer, wanted->authPolicy.size) ==
               0 &&
           rsa->symmetric.algorithm == TPM2_ALG_AES && rsa->symmetric.keyBits.aes == 128 &&
           rsa->symmetric.mode.aes == TPM2_ALG_CFB && rsa->scheme.scheme == TPM2_ALG_NULL &&
           rsa->keyBits == 2048 && rsa->exponent == 0 && public->unique.rsa.size == 256;
}

static bool has_eku(X509 *cert)
{
    auto_by(EXTENDED_KEY_USAGE_free) EXTENDED_KEY_USAGE *eku =
        X509_get_ext_d2i(cert, NID_ext_key_usage, NULL, NULL);
    char text[64];

    for (int i = 0; eku != NULL && i < sk_ASN1_OBJECT_num(eku); i++)
        if (OBJ_obj2txt(text, sizeof text, sk_ASN1_OBJECT_value(eku, i), 1) > 0 &&
            strcmp(text, EKU_EK_CERTIFICATE) == 0)
            return true;
    return false;
}

static bool has_entry(const X509_NAME *name, const char *oid)
{
    char text[64];

    for (int at = 0; at < X509_NAME_entry_count(name); at++) {
        const X509_NAME_ENTRY *entry = X509_NAME_get_entry(name, at);

        if (OBJ_obj2txt(text, sizeof text, X509_NAME_ENTRY_get_object(entry), 1) > 0 &&
            strcmp(text, oid) == 0)
            return true;
    }
    return false;
}

/* TPM manufacturer, model and version (EK Credential Profile 3.1.2). */
static bool names_a_tpm(const X509_NAME *name)
{
    return has_entry(name, "2.23.133.2.1") && has_entry(name, "2.23.133.2.2") &&
           has_entry(name, "2.23.133.2.3");
}

static bool has_tpm_san(X509 *cert)
{
    int critical = 0;
    auto_by(GENERAL_NAMES_free) GENERAL_NAMES *names =
        X509_get_ext_d2i(cert, NID_subject_alt_name, &critical, NULL);

    if (names == NULL)
        return false;
    /* Critical where the subject is empty (RFC 5280 4.2.1.6); then it is all that names the TPM. */
    if (critical != 1 && X509_NAME_entry_count(X509_get_subject_name(cert)) == 0)
        return false;
    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);

        if (name->type == GEN_DIRNAME && names_a_tpm(name->d.directoryName))
            return true;
    }
    return false;
}

const char *ek_certificate_fault(X509 *cert)
{
    uint32_t flags = X509_get_extension_flags(cert);

    if ((flags & EXFLAG_INVALID) != 0)
        return "an extension is malformed";
    if (X509_get_version(cert) != X509_VERSION_3)
        return "it is not of version 3";
    if ((flags & EXFLAG_CA) != 0)
        return "it is a CA's";
    if ((flags & EXFLAG_KUSAGE) == 0 || (X509_get_key_usage(cert) & KU_KEY_ENCIPHERMENT) == 0)
        return "its key usage lacks keyEncipherment";
    if (!has_eku(cert))
        return "its extended key usage lacks tcg-kp-EKCertificate (2.23.133.8.1)";
    if (!has_tpm_san(cert))
        return "no subjectAltName with the TPM's manufacturer, model and version";
    return NULL;
}

const char *ek_chain_fault(X509 *cert, STACK_OF(X509) * issuers, STACK_OF(X509) * roots)
{
    auto_by(X509_STORE_free) X509_STORE *store = X509_STORE_new();
    auto_by(X509_STORE_CTX_free) X509_STORE_CTX *ctx = X509_STORE_CTX_new();

    if (store == NULL || ctx == NULL)
        return "out of memory";
    for (int i = 0; i < sk_X509_num(roots); i++)
        if (X509_STORE_add_cert(store, sk_X509_value(roots, i)) != 1)
            return "out of memory";
    if (X509_STORE_CTX_init(ctx, store, cert, issuers) != 1)
        return "out of memory";
    X509_STORE_CTX_set_flags(ctx, X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_X509_STRICT);
    if (X509_verify_cert(ctx) != 1)
        return X509_verify_cert_error_string(X509_STORE_CTX_get_error(ctx));
    return NULL;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What RFC 5280 section 4 demands of the form of certificates, beyond what OpenSSL looks at. What
 * makes a certificate ambiguous is refused always; what only a careless CA would do is refused
 * where plain RFC 5280 is asked for.
 */
#include <openssl/err.h>

#include "certcheck/chain_path.h"
#include "certcheck/facts_parts.h"
#include "certcheck/openssl_own.h"

#define SERIAL_MAX 20 /* octets (4.1.2.2) */

static bool is_critical(const X509 *cert, int nid)
{
    int at = X509_get_ext_by_NID(cert, nid, -1);

    return at >= 0 && X509_EXTENSION_get_critical(X509_get_ext(cert, at)) == 1;
}

static bool has(const X509 *cert, int nid)
{
    return X509_get_ext_by_NID(cert, nid, -1) >= 0;
}

/* Every extension whose syntax OpenSSL knows is read, also those that nobody asks for. */
static bool can_all_be_read(const X509 *cert)
{
    for (int i = 0; i < X509_get_ext_count(cert); i++) {
        X509_EXTENSION *extension = X509_get_ext(cert, i);
        const X509V3_EXT_METHOD *method = X509V3_EXT_get(extension);
        void *value;

        if (method == NULL)
            continue;
        value = X509V3_EXT_d2i(extension);
        if (value == NULL)
            return false;
        if (method->it != NULL)
            ASN1_item_free(value, ASN1_ITEM_ptr(method->it));
        else
            method->ext_free(value);
    }
    return true;
}

/* 4.1.2.2: positive, and at most 20 octets. */
static bool has_sound_serial(X509 *cert)
{
    const ASN1_INTEGER *serial = X509_get0_serialNumber(cert);
    int len = ASN1_STRING_length(serial);
    const unsigned char *data = ASN1_STRING_get0_data(serial);
    int used = len > 0 && (data[0] & 0x80) != 0 ? len + 1 : len; /* with the sign's octet */
    bool zero = true;

    for (int i = 0; i < len; i++)
        zero = zero && data[i] == 0;
    return ASN1_STRING_type(serial) == V_ASN1_INTEGER && !zero && used <= SERIAL_MAX;
}

/* 4.2.1.12: at least one usage. */
static bool has_empty_usage(const X509 *cert)
{
    auto_by(EXTENDED_KEY_USAGE_free) EXTENDED_KEY_USAGE *usages =
        X509_get_ext_d2i(cert, NID_ext_key_usage, NULL, NULL);

    return usages != NULL && sk_ASN1_OBJECT_num(usages) == 0;
}

/* 4.2.1.10: "The name constraints extension, which MUST be used only in a CA certificate". */
static bool has_constraints_of_a_ca(X509 *cert)
{
    return has(cert, NID_name_constraints) && (X509_get_extension_flags(cert) & EXFLAG_CA) == 0;
}

static const char *flaw_of(X509 *cert, bool is_anchor)
{
    if (facts_has_doubles(cert))
        return "an extension stands there twice";
    if (!can_all_be_read(cert))
        return "an extension cannot be read";
    if (has_empty_usage(cert))
        return "an extended key usage without a usage";
    if (has_constraints_of_a_ca(cert))
        return "name constraints of one that is no CA";
    /* Old roots have the number 0, and nobody looks for an anchor by its number. */
    if (!is_anchor && !has_sound_serial(cert))
        return "the serial number is not positive, or longer than 20 octets";
    return NULL;
}

/* 4.2.1.10, 4.2.1.11, 4.2.1.14: critical. 4.2.1.1: who is not self-issued names its issuer's key.
 */
static const char *carelessness_of(X509 *cert)
{
    if (has(cert, NID_name_constraints) && !is_critical(cert, NID_name_constraints))
        return "name constraints that are not critical";
    if (has(cert, NID_policy_constraints) && !is_critical(cert, NID_policy_constraints))
        return "policy constraints that are not critical";
    if (has(cert, NID_inhibit_any_policy) && !is_critical(cert, NID_inhibit_any_policy))
        return "inhibitAnyPolicy that is not critical";
    if (X509_get_version(cert) >= X509_VERSION_3 &&
        (X509_get_extension_flags(cert) & EXFLAG_SI) == 0 &&
        X509_get0_authority_key_id(cert) == NULL)
        return "no key identifier of the issuer";
    return NULL;
}

void path_check_profile(const struct chain_path *path, const struct chain_rules *rules,
                        struct verdict *verdict)
{
    for (unsigned i = 0; i < path->len; i++) {
        const char *flaw = flaw_of(path->certs[i], i > 0 && path->anchored && i + 1 == path->len);
        char name[128];

        if (flaw == NULL && rules->purpose == PURPOSE_ANY)
            flaw = carelessness_of(path->certs[i]);
        if (flaw == NULL)
            continue;
        facts_subject(path->certs[i], name, sizeof(name));
        verdict_refuse(verdict, REASON_MALFORMED_CERTIFICATE, i, "%s: %s", name, flaw);
    }
    ERR_clear_error();
}

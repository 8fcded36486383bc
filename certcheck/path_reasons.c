/* SPDX-License-Identifier: BSD-2-Clause */
/* What OpenSSL's verifier complains of: does it count, and as which reason. */
#include <string.h>

#include <openssl/x509_vfy.h>

#include "certcheck/chain_path.h"
#include "certcheck/facts_parts.h"
#include "certcheck/openssl_own.h"
#include "certcheck/purpose.h"

static const struct {
    int error;
    enum reason reason;
} reasons[] = {
    {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, REASON_UNTRUSTED_ISSUER},
    {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, REASON_UNTRUSTED_ISSUER},
    {X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, REASON_UNTRUSTED_ISSUER},
    {X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, REASON_UNTRUSTED_ISSUER},
    {X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, REASON_UNTRUSTED_ISSUER},
    {X509_V_ERR_CERT_UNTRUSTED, REASON_UNTRUSTED_ISSUER},
    {X509_V_ERR_CERT_REJECTED, REASON_UNTRUSTED_ISSUER},
    {X509_V_ERR_SUBJECT_ISSUER_MISMATCH, REASON_UNTRUSTED_ISSUER},
    {X509_V_ERR_INVALID_NON_CA, REASON_CA_CERTIFICATE},
    {X509_V_ERR_CERT_CHAIN_TOO_LONG, REASON_PATH_LENGTH},
    {X509_V_ERR_PATH_LENGTH_EXCEEDED, REASON_PATH_LENGTH},
    {X509_V_ERR_PROXY_PATH_LENGTH_EXCEEDED, REASON_PATH_LENGTH},
    {X509_V_ERR_CERT_SIGNATURE_FAILURE, REASON_BAD_SIGNATURE},
    {X509_V_ERR_UNABLE_TO_DECRYPT_CERT_SIGNATURE, REASON_BAD_SIGNATURE},
    {X509_V_ERR_SIGNATURE_ALGORITHM_MISMATCH, REASON_BAD_SIGNATURE},
    {X509_V_ERR_SIGNATURE_ALGORITHM_INCONSISTENCY, REASON_BAD_SIGNATURE},
    {X509_V_ERR_CERT_NOT_YET_VALID, REASON_NOT_YET_VALID},
    {X509_V_ERR_CERT_HAS_EXPIRED, REASON_EXPIRED},
    {X509_V_ERR_KU_KEY_CERT_SIGN_INVALID_FOR_NON_CA, REASON_BAD_KEY_USAGE},
    {X509_V_ERR_KEYUSAGE_NO_CERTSIGN, REASON_BAD_KEY_USAGE},
    {X509_V_ERR_CA_MD_TOO_WEAK, REASON_WEAK_SIGNATURE},
    {X509_V_ERR_EE_KEY_TOO_SMALL, REASON_WEAK_KEY},
    {X509_V_ERR_CA_KEY_TOO_SMALL, REASON_WEAK_KEY},
    {X509_V_ERR_EC_KEY_EXPLICIT_PARAMS, REASON_WEAK_KEY},
    {X509_V_ERR_UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY, REASON_WEAK_KEY},
    {X509_V_ERR_PERMITTED_VIOLATION, REASON_NAME_CONSTRAINT},
    {X509_V_ERR_EXCLUDED_VIOLATION, REASON_NAME_CONSTRAINT},
    {X509_V_ERR_SUBTREE_MINMAX, REASON_NAME_CONSTRAINT},
    {X509_V_ERR_UNSUPPORTED_CONSTRAINT_TYPE, REASON_NAME_CONSTRAINT},
    {X509_V_ERR_UNSUPPORTED_CONSTRAINT_SYNTAX, REASON_NAME_CONSTRAINT},
    {X509_V_ERR_UNSUPPORTED_NAME_SYNTAX, REASON_NAME_CONSTRAINT},
    {X509_V_ERR_INVALID_POLICY_EXTENSION, REASON_POLICY},
    {X509_V_ERR_NO_EXPLICIT_POLICY, REASON_POLICY},
};

/* No CA at all, or one that may not sign certificates. */
static enum reason reason_of_invalid_ca(X509 *cert)
{
    uint32_t flags = X509_get_extension_flags(cert);

    if ((flags & EXFLAG_CA) != 0 && (X509_get_key_usage(cert) & KU_KEY_CERT_SIGN) == 0)
        return REASON_BAD_KEY_USAGE;
    return REASON_UNTRUSTED_ISSUER;
}

/* What the table does not name is something in the certificate that nobody can deal with. */
enum reason path_reason(int error, unsigned depth, X509 *cert)
{
    if (error == X509_V_ERR_INVALID_CA && depth == 0)
        return REASON_BAD_KEY_USAGE;
    if (error == X509_V_ERR_INVALID_CA && cert != NULL)
        return reason_of_invalid_ca(cert);
    for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
        if (reasons[i].error == error)
            return reasons[i].reason;
    return REASON_MALFORMED_CERTIFICATE;
}

static bool is_application_policy(X509_EXTENSION *extension)
{
    static const char *const known[] = {OID_APPLICATION_POLICIES, OID_APPLICATION_MAPPINGS,
                                        OID_APPLICATION_CONSTRAINTS};
    auto_free char *oid = facts_oid(X509_EXTENSION_get_object(extension));

    for (size_t i = 0; oid != NULL && i < sizeof(known) / sizeof(known[0]); i++)
        if (strcmp(oid, known[i]) == 0)
            return true;
    return false;
}

/* Microsoft's application policies are dealt with in path_usage.c, where a usage is asked for. */
static bool has_unknown_critical(const X509 *cert, enum conf_purpose purpose)
{
    for (int i = 0; i < X509_get_ext_count(cert); i++) {
        X509_EXTENSION *extension = X509_get_ext(cert, i);

        if (X509_EXTENSION_get_critical(extension) == 0 || X509_supported_extension(extension) == 1)
            continue;
        if (purpose == PURPOSE_ANY || !is_application_policy(extension))
            return true;
    }
    return false;
}

/* RFC 5280 4.1.2.5: valid through notAfter. To OpenSSL that second is too late. */
static bool has_expired(const X509 *cert, int64_t at)
{
    return ASN1_TIME_cmp_time_t(X509_get0_notAfter(cert), (time_t)at) != 0;
}

/* RFC 5280 6.1.4 (k): who made it an anchor has said that it is a CA. */
static bool is_old_root(X509 *cert)
{
    return X509_get_version(cert) == X509_VERSION_1 &&
           (X509_get_extension_flags(cert) & EXFLAG_SS) != 0;
}

bool path_error_counts(int error, unsigned depth, const struct chain_path *path,
                       const struct chain_rules *rules)
{
    X509 *cert = depth < path->len ? path->certs[depth] : NULL;
    bool is_anchor = path->anchored && depth + 1 == path->len;
    bool is_plain = path_is_plain(rules);

    if (cert == NULL)
        return true;
    switch (error) {
    case X509_V_ERR_UNSUPPORTED_CONSTRAINT_TYPE:
        return false; /* path_names.c judges these */
    case X509_V_ERR_CERT_HAS_EXPIRED:
        return has_expired(cert, rules->at);
    case X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION:
        return has_unknown_critical(cert, rules->purpose);
    case X509_V_ERR_INVALID_CA:
        return depth > 0 ? !(is_anchor && is_old_root(cert)) : is_plain && !is_old_root(cert);
    /* Section 4 has more for CAs to do than section 6 has for us to check. */
    case X509_V_ERR_CA_CERT_MISSING_KEY_USAGE:
        return false; /* 6.1.4 (n): "If a key usage extension is present" */
    case X509_V_ERR_CA_BCONS_NOT_CRITICAL:
        return is_plain && is_anchor;
    case X509_V_ERR_PATHLEN_INVALID_FOR_NON_CA:
    case X509_V_ERR_PATHLEN_WITHOUT_KU_KEY_CERT_SIGN:
    case X509_V_ERR_KU_KEY_CERT_SIGN_INVALID_FOR_NON_CA:
    case X509_V_ERR_EMPTY_SUBJECT_SAN_NOT_CRITICAL:
    case X509_V_ERR_AUTHORITY_KEY_IDENTIFIER_CRITICAL:
    case X509_V_ERR_SUBJECT_KEY_IDENTIFIER_CRITICAL:
    case X509_V_ERR_MISSING_AUTHORITY_KEY_IDENTIFIER:
    case X509_V_ERR_MISSING_SUBJECT_KEY_IDENTIFIER:
        return is_plain;
    default:
        return true;
    }
}

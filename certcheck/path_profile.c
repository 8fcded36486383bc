/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What RFC 5280 section 4 demands of the form of certificates (form.h), and of what its extensions
 * say together. What makes a certificate ambiguous is refused always; what only a careless CA would
 * do is refused where plain RFC 5280 is asked for.
 */
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "certcheck/chain_path.h"
#include "certcheck/facts_parts.h"
#include "certcheck/form.h"

static bool is_critical(const X509 *cert, int nid)
{
    int at = X509_get_ext_by_NID(cert, nid, -1);

    return at >= 0 && X509_EXTENSION_get_critical(X509_get_ext(cert, at)) == 1;
}

static bool has(const X509 *cert, int nid)
{
    return X509_get_ext_by_NID(cert, nid, -1) >= 0;
}

/* 4.2.1.10: "The name constraints extension, which MUST be used only in a CA certificate". */
static bool has_constraints_of_a_ca(X509 *cert)
{
    return has(cert, NID_name_constraints) && (X509_get_extension_flags(cert) & EXFLAG_CA) == 0;
}

static const char *flaw_of(X509 *cert, bool is_anchor)
{
    const char *flaw = is_anchor ? form_anchor_flaw(cert) : form_flaw(cert);

    if (flaw == NULL && has_constraints_of_a_ca(cert))
        flaw = "name constraints of one that is no CA";
    return flaw;
}

/*
 * 4.2.1.10, 4.2.1.11, 4.2.1.14: critical. 4.2.1.1: who is not self-issued names its issuer's key.
 * RFC 3280 left the CA free to mark policy constraints, and whoever speaks of policies at all reads
 * them (6.1.4 (i)); they are careless where the certificate has nothing else of policies.
 */
static const char *carelessness_of(X509 *cert)
{
    if (has(cert, NID_name_constraints) && !is_critical(cert, NID_name_constraints))
        return "name constraints that are not critical";
    if (has(cert, NID_policy_constraints) && !is_critical(cert, NID_policy_constraints) &&
        !has(cert, NID_certificate_policies))
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

        if (flaw == NULL && path_is_plain(rules))
            flaw = carelessness_of(path->certs[i]);
        if (flaw == NULL)
            continue;
        facts_subject(path->certs[i], name, sizeof(name));
        verdict_refuse(verdict, REASON_MALFORMED_CERTIFICATE, i, "%s: %s", name, flaw);
    }
    ERR_clear_error();
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * OpenSSL's verifier over a path that is already known. Its callback lets everything pass and notes
 * it, so that all that is wrong comes to light and not only the first thing.
 */
#include <stdio.h>
#include <time.h>

#include <openssl/err.h>
#include <openssl/x509_vfy.h>

#include "certcheck/chain_path.h"
#include "certcheck/facts_parts.h"
#include "certcheck/openssl_own.h"

#define OID_ANY_POLICY "2.5.29.32.0"

DEFINE_AUTO(X509_VERIFY_PARAM, X509_VERIFY_PARAM_free)

struct noting {
    const struct chain_path *path;
    struct verdict *verdict;
};

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
static enum reason reason_of(int error, X509 *cert)
{
    if (error == X509_V_ERR_INVALID_CA && cert != NULL)
        return reason_of_invalid_ca(cert);
    for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
        if (reasons[i].error == error)
            return reasons[i].reason;
    return REASON_MALFORMED_CERTIFICATE;
}

/* A date where that is what matters, else OpenSSL's words where they say more than the reason. */
static void explain(enum reason reason, int error, const X509 *cert, char *to, size_t size)
{
    struct tm tm = {0};

    *to = '\0';
    if (cert != NULL && reason == REASON_EXPIRED &&
        ASN1_TIME_to_tm(X509_get0_notAfter(cert), &tm) == 1)
        (void)strftime(to, size, " (until %Y-%m-%dT%H:%M:%SZ)", &tm);
    else if (cert != NULL && reason == REASON_NOT_YET_VALID &&
             ASN1_TIME_to_tm(X509_get0_notBefore(cert), &tm) == 1)
        (void)strftime(to, size, " (from %Y-%m-%dT%H:%M:%SZ)", &tm);
    else if (reason != REASON_PATH_LENGTH && reason != REASON_BAD_SIGNATURE)
        (void)snprintf(to, size, " (%s)", X509_verify_cert_error_string(error));
}

static int note(int passed, X509_STORE_CTX *context)
{
    const struct noting *noting = X509_STORE_CTX_get_app_data(context);
    int error = X509_STORE_CTX_get_error(context);
    int depth = X509_STORE_CTX_get_error_depth(context);
    X509 *cert = X509_STORE_CTX_get_current_cert(context);
    unsigned at = depth > 0 ? (unsigned)depth : 0;
    char name[128] = "", more[96];
    enum reason reason;

    if (passed != 0)
        return passed;
    if (cert == NULL && at < noting->path->len)
        cert = noting->path->certs[at];
    if (cert != NULL)
        facts_subject(cert, name, sizeof(name));
    reason = reason_of(error, cert);
    explain(reason, error, cert, more, sizeof(more));
    verdict_refuse(noting->verdict, reason, at, "%s%s", name, more);
    X509_STORE_CTX_set_error(context, X509_V_OK);
    return 1;
}

static enum vsc_err add_policy(X509_VERIFY_PARAM *param, const char *oid)
{
    ASN1_OBJECT *policy = OBJ_txt2obj(oid, 1);

    if (policy == NULL || X509_VERIFY_PARAM_add0_policy(param, policy) != 1) {
        ASN1_OBJECT_free(policy);
        return VSC_CONFIG;
    }
    return VSC_OK;
}

/* RFC 5280 6.1.1 (c): the initial policy set is those configured, else anyPolicy. */
static enum vsc_err set_policies(X509_VERIFY_PARAM *param, const struct chain_rules *rules)
{
    unsigned long flags =
        X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_TRUSTED_FIRST | X509_V_FLAG_POLICY_CHECK;
    bool is_any = rules->purpose == PURPOSE_ANY || rules->policies->count == 0;
    enum vsc_err err = is_any ? add_policy(param, OID_ANY_POLICY) : VSC_OK;

    for (size_t i = 0; err == VSC_OK && !is_any && i < rules->policies->count; i++)
        err = add_policy(param, rules->policies->items[i]);
    if (err != VSC_OK)
        return err;
    if (!is_any)
        flags |= X509_V_FLAG_EXPLICIT_POLICY;
    return X509_VERIFY_PARAM_set_flags(param, flags) == 1 ? VSC_OK : VSC_SYSTEM;
}

/* Takes the parameters that `context` then owns. */
static enum vsc_err set_parameters(X509_STORE_CTX *context, const struct chain_rules *rules)
{
    auto_by(X509_VERIFY_PARAM_free) X509_VERIFY_PARAM *param = X509_VERIFY_PARAM_new();
    enum vsc_err err;

    if (param == NULL)
        return VSC_MEMORY;
    err = set_policies(param, rules);
    if (err != VSC_OK)
        return err;
    X509_VERIFY_PARAM_set_time(param, (time_t)rules->at);
    X509_VERIFY_PARAM_set_depth(param, CHAIN_DEPTH_MAX);
    X509_VERIFY_PARAM_set_auth_level(param, 0); /* strength.c says what is strong enough */
    /* A person's common name is no host name, whatever it looks like. */
    X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    X509_STORE_CTX_set0_param(context, take(param));
    return VSC_OK;
}

static bool is_same_path(STACK_OF(X509) * built, const struct chain_path *path)
{
    if (sk_X509_num(built) != (int)path->len)
        return false;
    for (unsigned i = 0; i < path->len; i++)
        if (X509_cmp(sk_X509_value(built, (int)i), path->certs[i]) != 0)
            return false;
    return true;
}

enum vsc_err path_verify(const struct chain_path *path, const struct chain_rules *rules,
                         struct verdict *verdict)
{
    auto_by(X509_STORE_free) X509_STORE *store = X509_STORE_new();
    auto_by(X509_STORE_CTX_free) X509_STORE_CTX *context = X509_STORE_CTX_new();
    auto_by(x509_view_free) STACK_OF(X509) *trusted = sk_X509_new_null();
    auto_by(x509_view_free) STACK_OF(X509) *between = sk_X509_new_null();
    struct noting noting = {.path = path, .verdict = verdict};
    int result;
    enum vsc_err err;

    if (store == NULL || context == NULL || trusted == NULL || between == NULL)
        return VSC_MEMORY;
    for (unsigned i = 0; i < path->len; i++) {
        bool is_last = path->anchored && i + 1 == path->len;

        if (sk_X509_push(is_last ? trusted : between, path->certs[i]) <= 0)
            return VSC_MEMORY;
    }
    if (X509_STORE_CTX_init(context, store, path->certs[0], between) != 1)
        return VSC_MEMORY;
    X509_STORE_CTX_set0_trusted_stack(context, trusted);
    err = set_parameters(context, rules);
    if (err != VSC_OK)
        return err;
    X509_STORE_CTX_set_app_data(context, &noting);
    X509_STORE_CTX_set_verify_cb(context, note);
    result = X509_verify_cert(context);
    if (!path->anchored)
        verdict_refuse(verdict, REASON_UNTRUSTED_ISSUER, path->len - 1, NULL);
    else if (result != 1 || !is_same_path(X509_STORE_CTX_get0_chain(context), path))
        verdict_refuse(verdict, REASON_UNTRUSTED_ISSUER, 0, "the chain cannot be verified");
    ERR_clear_error();
    return VSC_OK;
}

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
    const struct chain_rules *rules;
    struct verdict *verdict;
};

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
    /* A missing policy is the path's: OpenSSL tells no depth. */
    unsigned at = depth > 0 && error != X509_V_ERR_NO_EXPLICIT_POLICY ? (unsigned)depth : 0;
    char name[128] = "", more[96];
    enum reason reason;

    if (passed != 0)
        return passed;
    if (cert == NULL && at < noting->path->len)
        cert = noting->path->certs[at];
    X509_STORE_CTX_set_error(context, X509_V_OK);
    if (!path_error_counts(error, at, noting->path, noting->rules))
        return 1;
    if (cert != NULL)
        facts_subject(cert, name, sizeof(name));
    reason = path_reason(error, at, cert);
    explain(reason, error, cert, more, sizeof(more));
    verdict_refuse(noting->verdict, reason, at, "%s%s", name, more);
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

static void come_nearer(unsigned *to_go, X509 *cert)
{
    auto_by(POLICY_CONSTRAINTS_free) POLICY_CONSTRAINTS *constraints =
        X509_get_ext_d2i(cert, NID_policy_constraints, NULL, NULL);
    int64_t number;

    if (constraints != NULL && constraints->requireExplicitPolicy != NULL &&
        ASN1_INTEGER_get_int64(&number, constraints->requireExplicitPolicy) == 1 && number >= 0 &&
        number < (int64_t)*to_go)
        *to_go = (unsigned)number;
}

/*
 * RFC 5280 6.1.4 (h), (i), 6.1.5 (a), (b): is a policy demanded at the end? OpenSSL counts as well,
 * but not the certificate itself where that is self-issued.
 */
static bool demands_policy(const struct chain_path *path)
{
    unsigned to_go = CHAIN_DEPTH_MAX + 1;

    for (unsigned at = path->len - (path->anchored ? 1 : 0); at-- > 0;) {
        bool counts = at == 0 || (X509_get_extension_flags(path->certs[at]) & EXFLAG_SI) == 0;

        if (to_go > 0 && counts)
            to_go--;
        come_nearer(&to_go, path->certs[at]);
    }
    return to_go == 0;
}

/* RFC 5280 6.1.1 (c): the initial policy set is those configured, else anyPolicy. */
static enum vsc_err set_policies(X509_VERIFY_PARAM *param, const struct chain_path *path,
                                 const struct chain_rules *rules)
{
    unsigned long flags = X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_TRUSTED_FIRST |
                          X509_V_FLAG_POLICY_CHECK | X509_V_FLAG_X509_STRICT;
    bool is_any = rules->purpose == PURPOSE_ANY || rules->policies->count == 0;
    enum vsc_err err = is_any ? add_policy(param, OID_ANY_POLICY) : VSC_OK;

    for (size_t i = 0; err == VSC_OK && !is_any && i < rules->policies->count; i++)
        err = add_policy(param, rules->policies->items[i]);
    if (err != VSC_OK)
        return err;
    if (!is_any || demands_policy(path))
        flags |= X509_V_FLAG_EXPLICIT_POLICY;
    return X509_VERIFY_PARAM_set_flags(param, flags) == 1 ? VSC_OK : VSC_SYSTEM;
}

/* Takes the parameters that `context` then owns. */
static enum vsc_err set_parameters(X509_STORE_CTX *context, const struct chain_path *path,
                                   const struct chain_rules *rules)
{
    auto_by(X509_VERIFY_PARAM_free) X509_VERIFY_PARAM *param = X509_VERIFY_PARAM_new();
    enum vsc_err err;

    if (param == NULL)
        return VSC_MEMORY;
    err = set_policies(param, path, rules);
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

/*
 * Which certificate stands above which is path_find()'s to say, by name and key identifier;
 * OpenSSL's own answer would leave out an issuer whose key is of another kind than the signature.
 */
static int is_next_in_path(X509_STORE_CTX *context, X509 *cert, X509 *issuer)
{
    const struct noting *noting = X509_STORE_CTX_get_app_data(context);
    const struct chain_path *path = noting->path;

    for (unsigned i = 0; i + 1 < path->len; i++)
        if (cert == path->certs[i])
            return issuer == path->certs[i + 1];
    return X509_check_issued(issuer, cert) == X509_V_OK;
}

/* OpenSSL's verifier gives up at a key that cannot be decoded; strength.c refuses it. */
static bool has_all_keys(const struct chain_path *path, struct verdict *verdict)
{
    bool has_all = true;

    for (unsigned i = 0; i < path->len; i++) {
        if (X509_get0_pubkey(path->certs[i]) != NULL)
            continue;
        has_all = false;
        if (i > 0)
            verdict_refuse(verdict, REASON_BAD_SIGNATURE, i - 1, "the issuer's key cannot be read");
    }
    ERR_clear_error();
    return has_all;
}

enum vsc_err path_verify(const struct chain_path *path, const struct chain_rules *rules,
                         struct verdict *verdict)
{
    auto_by(X509_STORE_free) X509_STORE *store = X509_STORE_new();
    auto_by(X509_STORE_CTX_free) X509_STORE_CTX *context = X509_STORE_CTX_new();
    auto_by(x509_view_free) STACK_OF(X509) *trusted = sk_X509_new_null();
    auto_by(x509_view_free) STACK_OF(X509) *between = sk_X509_new_null();
    struct noting noting = {.path = path, .rules = rules, .verdict = verdict};
    int result;
    enum vsc_err err;

    if (store == NULL || context == NULL || trusted == NULL || between == NULL)
        return VSC_MEMORY;
    if (!path->anchored)
        verdict_refuse(verdict, REASON_UNTRUSTED_ISSUER, path->len - 1, NULL);
    if (!has_all_keys(path, verdict))
        return VSC_OK;
    for (unsigned i = 0; i < path->len; i++) {
        bool is_last = path->anchored && i + 1 == path->len;

        if (sk_X509_push(is_last ? trusted : between, path->certs[i]) <= 0)
            return VSC_MEMORY;
    }
    X509_STORE_set_check_issued(store, is_next_in_path);
    if (X509_STORE_CTX_init(context, store, path->certs[0], between) != 1)
        return VSC_MEMORY;
    X509_STORE_CTX_set0_trusted_stack(context, trusted);
    err = set_parameters(context, path, rules);
    if (err != VSC_OK)
        return err;
    X509_STORE_CTX_set_app_data(context, &noting);
    X509_STORE_CTX_set_verify_cb(context, note);
    result = X509_verify_cert(context);
    if (path->anchored && X509_STORE_CTX_get_error(context) == X509_V_ERR_OUT_OF_MEM)
        verdict_refuse(verdict, REASON_POLICY, 0, "there are too many policies and mappings");
    else if (path->anchored &&
             (result != 1 || !is_same_path(X509_STORE_CTX_get0_chain(context), path)))
        verdict_refuse(verdict, REASON_UNTRUSTED_ISSUER, 0, "the chain cannot be verified");
    ERR_clear_error();
    return VSC_OK;
}

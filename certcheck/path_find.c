/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finds paths by key identifier and signature. OpenSSL's own builder takes the first issuer that
 * bears the name; two CAs of one name would then refuse each other's certificates.
 */
#include <openssl/err.h>

#include "certcheck/chain_path.h"
#include "certcheck/openssl_own.h"
#include "certcheck/strength.h"

/* A hostile card may bring many issuers of one name, all with the right signatures. */
#define VERIFY_MAX 128  /* signatures in one search; each is verified once */
#define PATHS_MAX  64   /* paths that are judged */
#define STEPS_MAX  4096 /* issuers that are tried */

enum pass {
    PASS_CLEAN,     /* issuers that may issue at the time, by all that is known of them alone */
    PASS_ANY,       /* all whose key verifies the signature */
    PASS_FORGIVING, /* all that bear the name and fit the key identifier */
    PASS_COUNT,
};

struct verified {
    const X509 *issuer, *cert;
    bool fits;
};

struct search {
    const struct chain_pool *pool;
    const struct chain_rules *rules;
    path_visit *visit;
    void *arg;
    enum pass pass;
    struct verified verified[VERIFY_MAX];
    unsigned verified_count, found, steps;
    bool done;
    struct chain_path longest;
};

static bool is_anchor(const struct search *search, const X509 *cert)
{
    STACK_OF(X509) *anchors = search->pool->anchors;

    for (int i = 0; i < sk_X509_num(anchors); i++)
        if (X509_cmp(sk_X509_value(anchors, i), cert) == 0)
            return true;
    return false;
}

/* The same CA, by whatever certificate: a way back to it leads nowhere (RFC 4158 5.2). */
static bool is_same_ca(const X509 *a, const X509 *b)
{
    return X509_NAME_cmp(X509_get_subject_name(a), X509_get_subject_name(b)) == 0 &&
           ASN1_STRING_cmp(X509_get0_pubkey_bitstr(a), X509_get0_pubkey_bitstr(b)) == 0;
}

static bool is_in_path(const struct chain_path *path, const X509 *cert)
{
    for (unsigned i = 0; i < path->len; i++)
        if (X509_cmp(path->certs[i], cert) == 0 || (i > 0 && is_same_ca(path->certs[i], cert)))
            return true;
    return false;
}

/* By name and key identifier. Whether it may issue at all is path_verify()'s to say. */
static bool may_be_issuer(X509 *issuer, X509 *cert)
{
    int result = X509_check_issued(issuer, cert);

    return (X509_get_extension_flags(issuer) & EXFLAG_INVALID) == 0 &&
           (result == X509_V_OK || result == X509_V_ERR_KEYUSAGE_NO_CERTSIGN ||
            result == X509_V_ERR_SIGNATURE_ALGORITHM_MISMATCH ||
            result == X509_V_ERR_NO_ISSUER_PUBLIC_KEY);
}

/* Nothing in this certificate alone will refuse the path. */
static bool is_clean(const struct search *search, X509 *issuer)
{
    time_t at = (time_t)search->rules->at;
    int before = ASN1_TIME_cmp_time_t(X509_get0_notBefore(issuer), at);
    int after = ASN1_TIME_cmp_time_t(X509_get0_notAfter(issuer), at);

    return (before == -1 || before == 0) && (after == 0 || after == 1) &&
           X509_check_ca(issuer) != 0 && (X509_get_key_usage(issuer) & KU_KEY_CERT_SIGN) != 0 &&
           strength_key_is_enough(issuer, search->rules->min_rsa_bits) &&
           (is_anchor(search, issuer) ||
            (X509_check_ca(issuer) == 1 && strength_signature_is_enough(issuer)));
}

static bool verify(struct search *search, X509 *issuer, X509 *cert)
{
    EVP_PKEY *key = X509_get0_pubkey(issuer);
    bool fits;

    if (search->verified_count == VERIFY_MAX)
        return false;
    fits = key != NULL && strength_is_affordable(key) && X509_verify(cert, key) == 1;
    ERR_clear_error();
    search->verified[search->verified_count++] =
        (struct verified){.issuer = issuer, .cert = cert, .fits = fits};
    return fits;
}

static bool signature_fits(struct search *search, X509 *issuer, X509 *cert)
{
    for (unsigned i = 0; i < search->verified_count; i++)
        if (search->verified[i].issuer == issuer && search->verified[i].cert == cert)
            return search->verified[i].fits;
    return verify(search, issuer, cert);
}

static bool is_taken(struct search *search, X509 *issuer, X509 *cert)
{
    switch (search->pass) {
    case PASS_CLEAN:
        return is_clean(search, issuer) && signature_fits(search, issuer, cert);
    case PASS_ANY:
        return signature_fits(search, issuer, cert);
    case PASS_FORGIVING:
    case PASS_COUNT:
        break;
    }
    return true;
}

static void climb(struct search *search, struct chain_path *path);

static void climb_over(struct search *search, struct chain_path *path, STACK_OF(X509) * issuers)
{
    X509 *last = path->certs[path->len - 1];

    for (int i = 0; i < sk_X509_num(issuers) && !search->done; i++) {
        X509 *issuer = sk_X509_value(issuers, i);

        if (!may_be_issuer(issuer, last) || is_in_path(path, issuer))
            continue;
        if (search->steps++ >= STEPS_MAX)
            return;
        if (!is_taken(search, issuer, last))
            continue;
        path->certs[path->len++] = issuer;
        climb(search, path);
        path->len--;
    }
}

static void climb(struct search *search, struct chain_path *path)
{
    if (path->len > search->longest.len)
        search->longest = *path;
    if (is_anchor(search, path->certs[path->len - 1])) {
        path->anchored = true;
        search->found++;
        search->done = search->visit(search->arg, path) || search->found >= PATHS_MAX;
        path->anchored = false;
        return;
    }
    if (path->len == CHAIN_DEPTH_MAX)
        return;
    climb_over(search, path, search->pool->anchors);
    climb_over(search, path, search->pool->intermediates);
    climb_over(search, path, search->pool->extra);
}

void path_find(X509 *cert, const struct chain_pool *pool, const struct chain_rules *rules,
               path_visit *visit, void *arg)
{
    struct search search = {.pool = pool, .rules = rules, .visit = visit, .arg = arg};
    struct chain_path path = {.certs = {cert}, .len = 1};

    for (search.pass = PASS_CLEAN; search.pass < PASS_COUNT && search.found == 0; search.pass++) {
        search.steps = 0;
        climb(&search, &path);
    }
    if (search.found == 0)
        (void)visit(arg, &search.longest);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finds paths by key identifier and signature. OpenSSL's own builder takes the first issuer that
 * bears the name; two CAs of one name would then refuse each other's certificates.
 */
#include <openssl/err.h>

#include "certcheck/chain_path.h"
#include "certcheck/openssl_own.h"

#define VERIFY_MAX 128 /* signatures in one search */
#define PATHS_MAX  16  /* paths that are judged */
#define STEPS_MAX  512 /* issuers that are tried: a hostile card may bring many of one name */

struct search {
    const struct chain_pool *pool;
    path_visit *visit;
    void *arg;
    bool forgiving; /* take an issuer whose key does not verify the signature */
    unsigned verified, found, steps;
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

static bool is_in_path(const struct chain_path *path, const X509 *cert)
{
    for (unsigned i = 0; i < path->len; i++)
        if (X509_cmp(path->certs[i], cert) == 0)
            return true;
    return false;
}

/* By name and key identifier. Whether it may issue at all is path_verify()'s to say. */
static bool may_be_issuer(X509 *issuer, X509 *cert)
{
    int result = X509_check_issued(issuer, cert);

    return (X509_get_extension_flags(issuer) & EXFLAG_INVALID) == 0 &&
           (result == X509_V_OK || result == X509_V_ERR_KEYUSAGE_NO_CERTSIGN ||
            result == X509_V_ERR_SIGNATURE_ALGORITHM_MISMATCH);
}

static bool signature_fits(struct search *search, X509 *issuer, X509 *cert)
{
    EVP_PKEY *key = X509_get0_pubkey(issuer);
    bool fits;

    if (search->verified >= VERIFY_MAX)
        return false;
    search->verified++;
    fits = key != NULL && X509_verify(cert, key) == 1;
    ERR_clear_error();
    return fits;
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
        if (!search->forgiving && !signature_fits(search, issuer, last))
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
    climb_over(search, path, search->pool->extra);
    climb_over(search, path, search->pool->intermediates);
}

void path_find(X509 *cert, const struct chain_pool *pool, path_visit *visit, void *arg)
{
    struct search search = {.pool = pool, .visit = visit, .arg = arg};
    struct chain_path path = {.certs = {cert}, .len = 1};

    climb(&search, &path);
    if (search.found == 0) {
        search.forgiving = true;
        search.steps = 0;
        climb(&search, &path);
    }
    if (search.found == 0)
        (void)visit(arg, &search.longest);
}

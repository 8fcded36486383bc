/* SPDX-License-Identifier: BSD-2-Clause */
#include "certcheck/refresh/pool.h"

#include <stdlib.h>

#include <openssl/err.h>

#include "certcheck/openssl_own.h"

#define FIRST_ROOM 32

void pool_done(struct pool *pool)
{
    for (size_t i = 0; i < pool->count; i++)
        X509_free(pool->items[i].cert);
    free(pool->items);
    *pool = (struct pool){0};
}

enum vsc_err pool_add(struct pool *pool, X509 *cert, enum pool_role role)
{
    for (size_t i = 0; i < pool->count; i++)
        if (X509_cmp(pool->items[i].cert, cert) == 0)
            return VSC_OK;
    if (pool->count == POOL_MAX)
        return VSC_MEMORY;
    if (pool->count == pool->room) {
        size_t room = pool->room > 0 ? pool->room * 2 : FIRST_ROOM;
        struct pool_cert *more = reallocarray(pool->items, room, sizeof(*more));

        if (more == NULL)
            return VSC_MEMORY;
        pool->items = more;
        pool->room = room;
    }
    if (X509_up_ref(cert) != 1)
        return VSC_MEMORY;
    pool->items[pool->count++] =
        (struct pool_cert){.cert = cert, .role = role, .anchored = role == POOL_ANCHOR};
    return VSC_OK;
}

bool pool_is_issuer(X509 *issuer, X509 *cert)
{
    EVP_PKEY *key = X509_get0_pubkey(issuer);
    bool is = (X509_get_extension_flags(issuer) & EXFLAG_INVALID) == 0 && key != NULL &&
              X509_check_issued(issuer, cert) == X509_V_OK && X509_check_ca(issuer) != 0 &&
              X509_verify(cert, key) == 1;

    ERR_clear_error();
    return is;
}

X509 *pool_issuer_of(const struct pool *pool, X509 *cert, bool anchored)
{
    for (size_t i = 0; i < pool->count; i++)
        if ((pool->items[i].anchored || !anchored) && pool_is_issuer(pool->items[i].cert, cert))
            return pool->items[i].cert;
    return NULL;
}

void pool_settle(struct pool *pool)
{
    bool changed = true;

    while (changed) {
        changed = false;
        for (size_t i = 0; i < pool->count; i++) {
            struct pool_cert *item = &pool->items[i];

            if (item->anchored || pool_issuer_of(pool, item->cert, true) == NULL)
                continue;
            item->anchored = true;
            changed = true;
        }
    }
}

static bool fits_key_id(const X509_CRL *crl, const X509 *issuer)
{
    int critical = -1;
    auto_by(AUTHORITY_KEYID_free) AUTHORITY_KEYID *id =
        X509_CRL_get_ext_d2i(crl, NID_authority_key_identifier, &critical, NULL);

    if (id == NULL)
        return critical == -1;
    return X509_check_akid(issuer, id) == X509_V_OK;
}

static const char *flaw_of(const struct crl_raw *crl, X509 *issuer)
{
    EVP_PKEY *key = X509_get0_pubkey(issuer);

    if (!fits_key_id(crl->head, issuer))
        return "it names a key that no known issuer has";
    if ((X509_get_key_usage(issuer) & KU_CRL_SIGN) == 0)
        return "its issuer may not sign lists";
    if (key == NULL || !crl_raw_verifies(crl, key))
        return "its signature does not verify";
    return NULL;
}

X509 *pool_signer_of(const struct pool *pool, const struct crl_raw *crl, const char **ret_flaw)
{
    const char *flaw = "its issuer is not known";

    for (size_t i = 0; i < pool->count; i++) {
        X509 *issuer = pool->items[i].cert;

        if (!pool->items[i].anchored ||
            X509_NAME_cmp(X509_CRL_get_issuer(crl->head), X509_get_subject_name(issuer)) != 0)
            continue;
        flaw = flaw_of(crl, issuer);
        ERR_clear_error();
        if (flaw == NULL)
            return issuer;
    }
    *ret_flaw = flaw;
    return NULL;
}

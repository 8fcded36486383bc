/* SPDX-License-Identifier: BSD-2-Clause */
/* Signers of lists that are not the issuer of the certificate itself. */
#include <stdlib.h>

#include <openssl/err.h>

#include "certcheck/chain_path.h"
#include "certcheck/openssl_own.h"
#include "certcheck/revocation.h"

/* Does the key of `issuer` verify `cert`'s signature, under the right name? */
static bool has_issued(X509 *issuer, X509 *cert)
{
    EVP_PKEY *key = X509_get0_pubkey(issuer);
    bool has = X509_NAME_cmp(X509_get_issuer_name(cert), X509_get_subject_name(issuer)) == 0 &&
               key != NULL && X509_verify(cert, key) == 1;

    ERR_clear_error();
    return has;
}

static bool is_for_lists_only(X509 *cert)
{
    uint32_t usage = X509_get_key_usage(cert);

    return (X509_get_extension_flags(cert) & EXFLAG_KUSAGE) != 0 && (usage & KU_CRL_SIGN) != 0 &&
           (usage & KU_KEY_CERT_SIGN) == 0;
}

bool revocation_is_further_key(const struct revocation_question *question, X509 *other)
{
    const struct chain_path *path = question->path;
    X509 *issuer = path->certs[question->at + 1];

    if (X509_NAME_cmp(X509_get_subject_name(other), X509_get_subject_name(issuer)) != 0)
        return false;
    if (has_issued(issuer, other) || has_issued(other, issuer))
        return true;
    return is_for_lists_only(other) && question->at + 2 < path->len &&
           has_issued(path->certs[question->at + 2], other);
}

struct validating {
    const struct revocation_question *question;
    struct chain_pool pool;
    struct chain_rules rules;
    struct verdict *verdict;
    bool valid;
};

/* A path of the signer: without a reason against it, and to the anchor of the certificate's. */
static bool validate(void *arg, const struct chain_path *found)
{
    struct validating *validating = arg;
    const struct chain_path *ours = validating->question->path;
    struct chain_path path = *found;

    if (!path.anchored || X509_cmp(path.certs[path.len - 1], ours->certs[ours->len - 1]) != 0)
        return false;
    verdict_init(validating->verdict);
    validating->valid =
        path_judge(&path, &validating->pool, &validating->rules, validating->verdict) == VSC_OK &&
        validating->verdict->count == 0;
    return validating->valid;
}

bool revocation_signer_may_speak(const struct revocation_question *question, X509 *signer)
{
    const struct revocation_nest nest = {signer, question->rules->nest};
    auto_free struct verdict *verdict = NULL;
    struct validating validating = {
        .question = question, .pool = *question->pool, .rules = *question->rules};
    unsigned depth = 0;

    /* Its own list may speak about it: what is being shown already is not asked for again. */
    for (const struct revocation_nest *above = question->rules->nest; above != NULL;
         above = above->next) {
        if (X509_cmp(above->signer, signer) == 0)
            return true;
        if (++depth == REVOCATION_NEST_MAX)
            return false;
    }
    verdict = malloc(sizeof(*verdict));
    if (verdict == NULL)
        return false;
    validating.verdict = verdict;
    validating.rules.purpose = PURPOSE_ANY;
    validating.rules.nest = &nest;
    validating.pool.ntauth = NULL; /* it signs lists, nobody signs in with it */
    path_find(signer, question->pool, &validating.rules, validate, &validating);
    return validating.valid;
}

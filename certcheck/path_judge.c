/* SPDX-License-Identifier: BSD-2-Clause */
/* Our own rules over one path: strength, the issuers' usages, revocation. */
#include <openssl/err.h>

#include "certcheck/certs.h"
#include "certcheck/chain_path.h"
#include "certcheck/facts_parts.h"
#include "certcheck/strength.h"

struct subject {
    char text[128];
};

static struct subject subject_of(const X509 *cert)
{
    struct subject subject = {""};

    facts_subject(cert, subject.text, sizeof(subject.text));
    return subject;
}

static void judge_strength(const struct chain_path *path, const struct chain_rules *rules,
                           struct verdict *verdict)
{
    verdict_passed(verdict, CHECK_KEY);
    verdict_passed(verdict, CHECK_SIGNATURE);
    for (unsigned i = 0; i < path->len; i++) {
        bool is_the_anchor = path->anchored && i + 1 == path->len;
        char type[32];
        unsigned bits;

        if (!strength_key_is_enough(path->certs[i], rules->min_rsa_bits)) {
            strength_describe_key(path->certs[i], type, sizeof(type), &bits);
            verdict_refuse(verdict, REASON_WEAK_KEY, i, "%s: %s, %u bits",
                           subject_of(path->certs[i]).text, type, bits);
        }
        if (!is_the_anchor && !strength_signature_is_enough(path->certs[i]))
            verdict_refuse(verdict, REASON_WEAK_SIGNATURE, i, "%s: %s",
                           subject_of(path->certs[i]).text,
                           OBJ_nid2sn(X509_get_signature_nid(path->certs[i])));
    }
}

bool path_has_bad_signature(const struct verdict *verdict, unsigned depth)
{
    for (size_t i = 0; i < verdict->count; i++)
        if (verdict->items[i].reason == REASON_BAD_SIGNATURE && verdict->items[i].depth == depth)
            return true;
    return false;
}

/* The CA that issued the certificate itself. Of one that is not proven nothing can be known. */
static void judge_ntauth(const struct chain_path *path, STACK_OF(X509) * ntauth,
                         struct verdict *verdict)
{
    X509 *issuer = path->len > 1 ? path->certs[1] : NULL;

    if (ntauth == NULL || (issuer == NULL && !path->anchored) || path_has_bad_signature(verdict, 0))
        return;
    verdict_passed(verdict, CHECK_NTAUTH);
    for (int i = 0; issuer != NULL && i < sk_X509_num(ntauth); i++)
        if (cert_is_same_ca(sk_X509_value(ntauth, i), issuer))
            return;
    verdict_refuse(verdict, REASON_ISSUER_NOT_NTAUTH, 0, "%s",
                   subject_of(issuer != NULL ? issuer : path->certs[0]).text);
}

enum vsc_err path_judge(struct chain_path *path, const struct chain_pool *pool,
                        const struct chain_rules *rules, struct verdict *verdict)
{
    enum vsc_err err = path_verify(path, rules, verdict);

    if (err != VSC_OK)
        return err;
    verdict_passed(verdict, CHECK_CHAIN);
    verdict_passed(verdict, CHECK_VALIDITY);
    verdict_passed(verdict, CHECK_CONSTRAINTS);
    verdict_passed(verdict, CHECK_POLICY);
    judge_strength(path, rules, verdict);
    path_check_profile(path, rules, verdict);
    path_check_names(path, verdict);
    path_check_usages(path, rules, verdict);
    judge_ntauth(path, pool->ntauth, verdict);
    path_check_revocation(path, pool, rules, verdict);
    return VSC_OK;
}

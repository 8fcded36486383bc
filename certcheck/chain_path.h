/* SPDX-License-Identifier: BSD-2-Clause */
/* The two halves of chain.h: finding paths, and judging one. */
#ifndef VSC_CERTCHECK_CHAIN_PATH_H
#define VSC_CERTCHECK_CHAIN_PATH_H

#include "certcheck/chain.h"

/* Sees one path; true ends the search. */
typedef bool path_visit(void *arg, const struct chain_path *path);

/*
 * Find the paths of `cert` to an anchor over issuers that bear the name, fit the key identifier and
 * whose key verifies the signature; first those in which every CA may issue at that time, so that
 * others do not stand in their way. If there is none: those in which a signature does not verify.
 * If there is none of these either: the longest that was met, not anchored.
 */
void path_find(X509 *cert, const struct chain_pool *pool, const struct chain_rules *rules,
               path_visit *visit, void *arg);

/* All checks of one path. */
must_check enum vsc_err path_judge(struct chain_path *path, const struct chain_pool *pool,
                                   const struct chain_rules *rules, struct verdict *verdict);

/* What of it OpenSSL's verifier does: signatures, validity, CA bits, constraints, policies. */
must_check enum vsc_err path_verify(const struct chain_path *path, const struct chain_rules *rules,
                                    struct verdict *verdict);

/*
 * Plain RFC 5280 was asked for: what its section 4 demands of CAs counts as well. Not for those who
 * sign lists, about whom nobody asked.
 */
static inline bool path_is_plain(const struct chain_rules *rules)
{
    return rules->purpose == PURPOSE_ANY && rules->nest == NULL;
}

/* Does an error (X509_V_ERR_...) of OpenSSL's verifier count, and as which reason? `cert` is the
 * one at that depth; NULL where OpenSSL tells none. */
bool path_error_counts(int error, unsigned depth, const struct chain_path *path,
                       const struct chain_rules *rules);
enum reason path_reason(int error, unsigned depth, X509 *cert);

/* The form of each certificate, as far as OpenSSL does not look at it. */
void path_check_profile(const struct chain_path *path, const struct chain_rules *rules,
                        struct verdict *verdict);

/* Name constraints in all their forms. */
void path_check_names(const struct chain_path *path, struct verdict *verdict);

/* Extended key usage of the CAs; application policies of all. */
void path_check_usages(const struct chain_path *path, const struct chain_rules *rules,
                       struct verdict *verdict);

/* Revocation of every certificate below the anchor; adds to path->stale. */
void path_check_revocation(struct chain_path *path, const struct chain_pool *pool,
                           const struct chain_rules *rules, struct verdict *verdict);

/* Was the signature of the certificate at this depth found not to verify? */
bool path_has_bad_signature(const struct verdict *verdict, unsigned depth);

#endif

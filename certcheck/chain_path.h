/* SPDX-License-Identifier: BSD-2-Clause */
/* The two halves of chain.h: finding paths, and judging one. */
#ifndef VSC_CERTCHECK_CHAIN_PATH_H
#define VSC_CERTCHECK_CHAIN_PATH_H

#include "certcheck/chain.h"

/* Sees one path; true ends the search. */
typedef bool path_visit(void *arg, const struct chain_path *path);

/*
 * Find the paths of `cert` to an anchor over issuers that bear the name, fit the key identifier and
 * whose key verifies the signature. If there is none: those in which a signature does not verify.
 * If there is none of these either: the longest that was met, not anchored.
 */
void path_find(X509 *cert, const struct chain_pool *pool, path_visit *visit, void *arg);

/* All checks of one path. */
must_check enum vsc_err path_judge(struct chain_path *path, const struct chain_pool *pool,
                                   const struct chain_rules *rules, struct verdict *verdict);

/* What of it OpenSSL's verifier does: signatures, validity, CA bits, constraints, policies. */
must_check enum vsc_err path_verify(const struct chain_path *path, const struct chain_rules *rules,
                                    struct verdict *verdict);

#endif

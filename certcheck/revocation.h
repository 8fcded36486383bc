/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is known about the revocation of one certificate of a path: by the lists at hand (RFC 5280
 * 6.3.3) and by an OCSP answer in the cache. Files only.
 */
#ifndef VSC_CERTCHECK_REVOCATION_H
#define VSC_CERTCHECK_REVOCATION_H

#include "certcheck/chain.h"
#include "certcheck/revocation_answer.h"

#define REVOCATION_NEST_MAX 4 /* signers of lists whose own revocation depends on another list */

/* The signers of lists that are being validated right now, the innermost first. */
struct revocation_nest {
    const X509 *signer;                 /* borrowed */
    const struct revocation_nest *next; /* borrowed; NULL at the end */
};

struct revocation_question {
    const struct chain_path *path; /* borrowed: anchored */
    unsigned at;                   /* which certificate of it, not the anchor */
    const struct chain_pool *pool;
    const struct chain_rules *rules;
};

/*
 * Ask everything. A list or answer counts for what it says if it is the issuer's by key identifier
 * and signature; "revoked" of one wins over everything; else the best answer counts.
 */
void revocation_ask(const struct revocation_question *question,
                    struct revocation_answer *ret_answer);

/* The lists alone. */
void revocation_ask_lists(const struct revocation_question *question,
                          struct revocation_answer *ret_answer);

/*
 * May `signer`, whose key verifies a list that bears `issuer`'s name or one that the certificate
 * names, speak for this certificate (6.3.3 (f))? Its own path must be valid, not revoked, and end
 * at the same anchor.
 */
bool revocation_signer_may_speak(const struct revocation_question *question, X509 *signer);

/* Is `other` a further key of the CA `issuer`, which has the same name: tied to it by a self-issued
 * certificate of either key for the other, or certified for lists only by the same issuer? */
bool revocation_is_further_key(const struct revocation_question *question, X509 *other);

#endif

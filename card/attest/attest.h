/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Attestation on the card's own machine: statements about its keys, signed by its attestation key,
 * and the answer to a challenge. Both take the store's lock, change nothing, and need no PIN.
 */
#ifndef VSC_CARD_ATTEST_ATTEST_H
#define VSC_CARD_ATTEST_ATTEST_H

#include "card/attest/bundle.h"
#include "card/attest/credential.h"
#include "common/err.h"
#include "common/problem.h"
#include "common/secret.h"

#define ATTEST_DEADLINE_MS 180000 /* an RSA endorsement key takes a hardware TPM up to a minute */

struct attest_where {
    const char *store, *tcti, *card; /* borrowed; `card` is an id */
    const char *key;                 /* the only key to speak of; NULL: all */
};

/*
 * Fill a new bundle whose nonce and request digest the caller has set. VSC_NO_KEY if the card was
 * made without --attestation, or has not that key. One without keys gets a bundle that proves none.
 */
must_check enum vsc_err attest_make(const struct attest_where *where, struct bundle *bundle,
                                    struct problem *problem);
/*
 * TPM2_ActivateCredential: the secret, if the challenge is for this TPM and this card's attestation
 * key; else VSC_DENIED.
 */
must_check enum vsc_err attest_activate(const struct attest_where *where,
                                        const struct credential *challenge,
                                        struct secret *ret_secret, struct problem *problem);

#endif

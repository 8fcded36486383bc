/* SPDX-License-Identifier: BSD-2-Clause */
/* A card with its attestation key loaded under the storage root key, and the store's lock. */
#ifndef VSC_CARD_ATTEST_BENCH_H
#define VSC_CARD_ATTEST_BENCH_H

#include "card/attest/attest.h"
#include "card/tpm/opened.h"

/* Must not move while it is open. */
struct bench {
    struct opened opened;
    ESYS_TR ak;
    int lock;
};

/* bundle->ak, and ->ek and ->certs where they were kept. VSC_NO_KEY: made without --attestation. */
must_check enum vsc_err bench_open(struct bench *bench, const struct attest_where *where,
                                   struct bundle *bundle, struct problem *problem);
void bench_done(struct bench *bench);
#define auto_bench   __attribute__((cleanup(bench_done)))
#define BENCH_CLOSED ((struct bench){.ak = ESYS_TR_NONE, .lock = -1})

#endif

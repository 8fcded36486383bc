/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vsc-card's message loop: requests of one peer on one channel, answered from a few card sources
 * until the end of file. It holds a PIN from the decoding of a request to the card's answer.
 */
#ifndef VSC_CARD_SERVE_H
#define VSC_CARD_SERVE_H

#include "card/access.h"
#include "card/card.h"

#define SERVE_SOURCES_MAX (CONF_LIST_MAX + 2)
#define SERVE_RETRY_MS    1000   /* the pause after a wrong PIN: 1, 2, 4, 8 s */
#define SERVE_IDLE_MS     900000 /* a help desk's answer counts no longer (HELPDESK_SECONDS) */

struct serve_source {
    struct card_source *source; /* owned */
    /* The ids of its cards start with this; "" is the native source, whose do not start with
     * "p11:". What a source with a prefix says is foreign code's: ids, names and owners of other
     * cards are not taken from it. */
    char prefix[CARD_ID_SIZE];
};

struct serve;
struct serve_request;
struct challenge;

/* A part of vsc-card beyond signing: card/owner/serve_owner.h, card/helpdesk/serve_challenge.h,
 * card/attest/serve_attest.h. */
struct serve_part {
    /* VSC_PROTOCOL, with no word in the problem, for a type that is none of its. */
    enum vsc_err (*answer)(struct serve *serve, struct serve_request *request);
    /* Before each request that is none of its, and at the end. NULL where there is nothing to do.
     */
    void (*rest)(struct serve *serve);
};

#define SERVE_PARTS_MAX 4

struct serve {
    struct serve_source sources[SERVE_SOURCES_MAX];
    size_t source_count;
    struct peer peer;
    enum conf_identities identities;
    enum conf_announce announce;
    unsigned warn_days;
    bool watched; /* what goes wrong again and again for one that watches is logged once */
    bool quiet;   /* so now */
    enum vsc_err watch_err;
    /* For native cards: their parts, store and TCTI (borrowed). Empty where there are none. */
    const struct serve_part *parts[SERVE_PARTS_MAX];
    size_t part_count;
    const char *store, *tcti;
    struct challenge *challenge; /* serve_challenge.c's */
    int64_t timeout_ms;          /* for one request, from its first byte */
    int64_t retry_ms;
    /* So long a peer may be silent before the TPM is let go of: a session that stays open for ever
     * keeps all others from the TPM one day (TPM2_PT_CONTEXT_GAP_MAX). 0: for ever. */
    int64_t idle_ms;
    unsigned wrong_pins;   /* in a row */
    int64_t not_before_ms; /* of the next try (clock_ms) */
};

#define auto_serve __attribute__((cleanup(serve_done)))

/* Take `source` over, also on failure (VSC_CONFIG: too many). `prefix` may be "". */
must_check enum vsc_err serve_add(struct serve *serve, struct card_source *source,
                                  const char *prefix);

/*
 * Answer requests on `fd` until the peer closes it (VSC_OK). A malformed message is answered with
 * an ERROR and ends it with VSC_PROTOCOL; VSC_TIMEOUT, VSC_HELPER: the peer does not read or write.
 */
must_check enum vsc_err serve_run(struct serve *serve, int fd);

/* Frees the sources. */
void serve_done(struct serve *serve);

#endif

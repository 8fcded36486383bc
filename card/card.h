/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The card interface. A `struct card_source` is a place where cards are (the TPM and its store, one
 * PKCS#11 module, a fake, vsc-card behind a channel); one struct card_ops for each kind. The shared
 * suite tests/unit/card_suite.h runs over all of them.
 *
 * A source never decides who may sign in: it signs a digest for whoever has the PIN, and counts.
 */
#ifndef VSC_CARD_CARD_H
#define VSC_CARD_CARD_H

#include "common/deadline.h"
#include "common/err.h"
#include "common/problem.h"
#include "common/secret.h"
#include "common/wire_card.h"
#include "common/wire_use.h"
#include "common/wire_token.h"

struct card_source;

/* A card's state as it may be shown; without `known` nothing is known of it. */
struct glimpse {
    bool known;
    struct card_state state;
};

/* All functions: `problem` may be NULL; card and key ids are C strings from list(). */
struct card_ops {
    const char *name;
    /* All cards, with certificates. A native source reads files only: no TPM command. The caller
     * releases the list (card_list_done). */
    enum vsc_err (*list)(struct card_source *source, struct card_list *ret_list,
                         struct problem *problem);
    /* Tries, blocked, locked, gone. Uses up no try. */
    enum vsc_err (*state)(struct card_source *source, const char *card,
                          struct card_state *ret_state, struct problem *problem);
    /* What is known of the source's own cards in `list`, an element for each card of the list; the
     * others stay as they are. May be a little old, so that many can ask often. NULL: state() is
     * as good. */
    enum vsc_err (*watch)(struct card_source *source, const struct card_list *list,
                          struct glimpse *ret_glimpses, struct problem *problem);
    /* Do all that needs no PIN, so that sign() is short. Calling it is optional. */
    enum vsc_err (*prepare)(struct card_source *source, const char *card, const char *key,
                            struct problem *problem);
    /* Sign a SHA-256 digest: RSA by PKCS#1 v1.5 with SHA-256, ECDSA as DER of (r, s). The PIN is
     * proven in this very call, never remembered. VSC_OK means that ret_outcome holds the result
     * (see struct card_outcome); anything else is a fault in which no try was used. */
    enum vsc_err (*sign)(struct card_source *source, const struct card_sign *sign,
                         struct card_outcome *ret_outcome, struct problem *problem);
    /* The same with a scheme and a hash of the caller's; VSC_INPUT where the key has no such
     * scheme. NULL where only sign-ins are served. */
    enum vsc_err (*sign_as)(struct card_source *source, const struct card_sign_as *sign,
                            struct card_outcome *ret_outcome, struct problem *problem);
    /* Prove the PIN, and do nothing with it; an outcome without a signature. NULL as above. */
    enum vsc_err (*verify)(struct card_source *source, const struct card_verify *verify,
                           struct card_outcome *ret_outcome, struct problem *problem);
    /* Change the PIN atomically: afterwards the old or the new one is valid, never both or none.
     * The new PIN must fit the card's policy (result VSC_PIN_POLICY, no try used). */
    enum vsc_err (*change_pin)(struct card_source *source, const struct card_change_pin *change,
                               struct card_outcome *ret_outcome, struct problem *problem);
    /* Is this token there now? NULL for a source that has none. "No" (VSC_OK, not present) only
     * where every slot told what is in it; VSC_TOKEN where one of them did not. Reads no object. */
    enum vsc_err (*find_token)(struct card_source *source, const char *card,
                               struct card_found *ret_found, struct problem *problem);
    /* Give back what is held of the TPM between two calls; NULL where nothing is. */
    void (*rest)(struct card_source *source);
    void (*free)(struct card_source *source);
};

/* First member of every implementation's own struct. */
struct card_source {
    const struct card_ops *ops;
    struct deadline deadline; /* of the request at hand; set by the caller before each call */
};

/* Frees any source; NULL is allowed. */
void card_source_free(struct card_source *source);

/*
 * The last `keep` tries belong to the owner at the own screen (login.reserve). VSC_OK if `state`
 * has more, or does not tell; else VSC_DENIED. A source asks with the state that stands when the
 * PIN would go to the card: another sign-in may have used tries since its caller looked.
 */
must_check enum vsc_err card_state_allows(const struct card_state *state, uint16_t keep,
                                          struct problem *problem);

/*
 * What holds for every PIN, whatever a card's own policy says: 1 to PIN_MAX printable ASCII
 * characters. VSC_OK, or VSC_PIN_POLICY with the rule in `problem`. A card never sees another
 * (CVE-2021-31924, CVE-2023-40660: an empty PIN that some tokens take for "no PIN needed").
 */
must_check enum vsc_err card_pin_check(const struct secret *pin, struct problem *problem);

#endif

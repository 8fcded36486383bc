/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The suite that every struct card_source must pass: fake, TPM, PKCS#11, vsc-card behind a channel.
 * A test program describes its cards in a struct card_rig and calls card_suite_run().
 */
#ifndef VSC_TESTS_CARD_SUITE_H
#define VSC_TESTS_CARD_SUITE_H

#include <openssl/evp.h>

#include "card/card.h"

struct card_rig {
    const char *name; /* of the kind: "fake", "softhsm" */
    void *context;    /* handed to the functions below */
    /* Before each test: one card `card_name` with `pin`, full tries and `keys` keys. 0 is success;
     * another value fails the test. May be slow, may do nothing if the card is as new. */
    int (*reset)(void *context);
    /* A source on the present cards, as a new process would open it. */
    enum vsc_err (*open)(void *context, struct card_source **ret_source);
    /* The public key of a key that has no certificate in the list; NULL if all have one. The caller
     * frees it. */
    EVP_PKEY *(*public_key)(void *context, const char *key);
    const char *card_name;
    const char *pin;
    size_t keys;
    enum card_kind kind;
    unsigned tries;   /* wrong PINs until it blocks; 0: it never blocks (SoftHSM) */
    bool tries_known; /* its state tells them */
};

/* Run all of it with cmocka: the number of failed tests. */
int card_suite_run(struct card_rig *rig);

#endif

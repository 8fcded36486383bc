/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Cards in memory: a struct card_source with real OpenSSL keys, for tests without hardware.
 * A struct fake_cards is the "hardware"; it outlives the sources on it. Its fields are open: a test
 * sets what it wants to see (blocked, gone, the owner, ...) and reads what happened (calls). It
 * lies in memory shared with processes that are forked later; keys have to be there before.
 */
#ifndef VSC_TESTS_FAKE_CARD_H
#define VSC_TESTS_FAKE_CARD_H

#include <openssl/evp.h>

#include "card/card.h"

#define FAKE_CARDS_MAX 8
#define FAKE_KEYS_MAX  8

enum fake_op {
    FAKE_LIST,
    FAKE_STATE,
    FAKE_PREPARE,
    FAKE_SIGN,
    FAKE_CHANGE_PIN,
    FAKE_REST, /* never a fault */
    FAKE_OPS
};

enum fake_key_type {
    FAKE_RSA_2048,
    FAKE_P256,
};

struct fake_key {
    char id[KEY_ID_SIZE];
    EVP_PKEY *pair; /* owned */
    struct der chain[CHAIN_MAX];
    size_t chain_len;
};

struct fake_card {
    struct card_info info; /* without keys */
    struct secret pin;
    uint16_t tries_left, tries_max;
    bool gone;
    bool tries_hidden;       /* as tokens that do not tell */
    uint32_t locked_seconds; /* the TPM is locked */
    struct fake_key keys[FAKE_KEYS_MAX];
    size_t key_count;
};

struct fake_fault {
    enum vsc_err err;  /* returned instead of doing anything; VSC_OK: no fault */
    unsigned after;    /* so many calls go well first */
    bool garble;       /* SIGN: the signature is of something else */
    unsigned delay_ms; /* sleep before the work is done */
    bool crash;        /* abort() */
};

struct fake_cards {
    struct fake_card cards[FAKE_CARDS_MAX];
    size_t count;
    struct fake_fault faults[FAKE_OPS];
    unsigned calls[FAKE_OPS];
};

/* All of these abort on failure: they are the test's own set-up. */
struct fake_cards *fake_cards_new(void);
void fake_cards_free(struct fake_cards *cards);
/* A native card without an owner, default policy, 5 tries. */
struct fake_card *fake_card_add(struct fake_cards *cards, const char *id, const char *name,
                                const char *pin);
void fake_card_set_owner(struct fake_card *card, uid_t uid, const char *name, const char *display);
void fake_card_set_pin(struct fake_card *card, const char *pin);
/* A new key with a self-signed certificate for CN=`id`; drop it with fake_key_clear_chain(). */
struct fake_key *fake_card_add_key(struct fake_card *card, const char *id, enum fake_key_type type);
/* A key from a PEM file, with the certificates of another (its own first). */
struct fake_key *fake_card_load_key(struct fake_card *card, const char *id, const char *key_file,
                                    const char *chain_file);
void fake_key_clear_chain(struct fake_key *key);

/* A source on `cards`, which must outlive it. */
must_check enum vsc_err fake_source_new(struct fake_cards *cards, struct card_source **ret_source);

#endif

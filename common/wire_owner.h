/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is in the messages by which the owner of a native card looks after it: keys, certificates,
 * the PUK. The rules of wire_card.h hold here too. CARD_UNBLOCK and CARD_CHANGE_PUK have the body
 * of CARD_CHANGE_PIN, with the PUK in place of the old PIN (and, for the latter, of the new one).
 */
#ifndef VSC_COMMON_WIRE_OWNER_H
#define VSC_COMMON_WIRE_OWNER_H

#include "common/key_type.h"
#include "common/wire_card.h"

#define SPKI_MAX 1024 /* bytes of DER: RSA-4096 has 550 */

struct card_generate {
    char card[CARD_ID_SIZE];
    enum key_type type; /* never KEY_NONE */
};

/* A key of a card and its SubjectPublicKeyInfo: made, asked for, or given a certificate. */
struct card_made {
    char key[KEY_ID_SIZE];
    unsigned char spki[SPKI_MAX];
    size_t spki_len; /* at least 1 */
};

struct card_store {
    char card[CARD_ID_SIZE];
    struct der chain[CHAIN_MAX]; /* the key's own first; owned after a decode */
    size_t chain_len;            /* at least 1 */
};

/* What a person reads to the help desk (common/code.h). */
#define CHALLENGE_TEXT_SIZE 96

struct card_challenge {
    char card_code[CHALLENGE_TEXT_SIZE]; /* which card; not empty, printable, and so is the next */
    char code[CHALLENGE_TEXT_SIZE];
};

void card_challenge_encode(struct buf *body, const struct card_challenge *challenge);
must_check enum vsc_err card_challenge_decode(struct reader *reader,
                                              struct card_challenge *ret_challenge);
void card_generate_encode(struct buf *body, const struct card_generate *generate);
must_check enum vsc_err card_generate_decode(struct reader *reader,
                                             struct card_generate *ret_generate);
void card_made_encode(struct buf *body, const struct card_made *made);
must_check enum vsc_err card_made_decode(struct reader *reader, struct card_made *ret_made);
void card_store_encode(struct buf *body, const struct card_store *store);
must_check enum vsc_err card_store_decode(struct reader *reader, struct card_store *ret_store);
void card_store_done(struct card_store *store);
#define auto_card_store __attribute__((cleanup(card_store_done)))

#endif

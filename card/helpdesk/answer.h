/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a help desk computes from its master key: a card's own key, and the answer to a challenge.
 * No TPM, no card and no configuration is needed.
 */
#ifndef VSC_CARD_HELPDESK_ANSWER_H
#define VSC_CARD_HELPDESK_ANSWER_H

#include "card/tpm/objects.h"
#include "common/err.h"
#include "common/secret.h"

#define HELPDESK_MASTER_SIZE    32 /* bytes; 64 hexadecimal digits */
#define HELPDESK_KEY_SIZE       32
#define HELPDESK_CHALLENGE_SIZE 16 /* bytes: the session's nonceTPM */
#define HELPDESK_ANSWER_SIZE    32
/* The TPM takes an answer so many seconds after the challenge was made, by its own clock
 * (TPM2_PolicySigned's expiration counts from the nonce: part 3, 23.3). */
#define HELPDESK_SECONDS 900

/* HMAC-SHA-256(master, serial): what the card's object H is made of. */
must_check enum vsc_err helpdesk_card_key(const struct secret *master,
                                          const unsigned char serial[SERIAL_SIZE],
                                          unsigned char ret_key[HELPDESK_KEY_SIZE]);
/* HMAC-SHA-256 by the card's key over aHash of TPM2_PolicySigned. `seconds` is HELPDESK_SECONDS:
 * it is a part of what is signed, so that both sides must mean the same. */
must_check enum vsc_err helpdesk_answer(const struct secret *master,
                                        const unsigned char serial[SERIAL_SIZE],
                                        const unsigned char challenge[HELPDESK_CHALLENGE_SIZE],
                                        unsigned seconds,
                                        unsigned char ret_answer[HELPDESK_ANSWER_SIZE]);
/* 64 hexadecimal digits to bytes, in place. VSC_INPUT. */
must_check enum vsc_err helpdesk_master_parse(struct secret *master, struct problem *problem);

#endif

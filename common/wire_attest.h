/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is in the messages by which the owner of a native card has the TPM speak of its keys
 * (vsc-attest.5). The rules of wire_card.h hold here too.
 */
#ifndef VSC_COMMON_WIRE_ATTEST_H
#define VSC_COMMON_WIRE_ATTEST_H

#include "common/wire_card.h"

#define ATTEST_NONCE_MAX 64
#define ATTESTED_MAX     (128 * 1024 - 4) /* bytes of a bundle: thirty keys have a third of it */

struct card_attest {
    char card[CARD_ID_SIZE];
    char key[KEY_ID_SIZE]; /* "": all of them, which may be none */
    unsigned char nonce[ATTEST_NONCE_MAX];
    size_t nonce_len; /* 0: none */
    bool has_request;
    unsigned char request[DIGEST_SIZE]; /* SHA-256 of the certificate request's DER */
};

struct card_attested {
    struct der bundle; /* JSON, not empty; owned after a decode */
};

void card_attest_encode(struct buf *body, const struct card_attest *attest);
must_check enum vsc_err card_attest_decode(struct reader *reader, struct card_attest *ret_attest);
void card_attested_encode(struct buf *body, const struct card_attested *attested);
must_check enum vsc_err card_attested_decode(struct reader *reader,
                                             struct card_attested *ret_attested);
void card_attested_done(struct card_attested *attested);
#define auto_attested __attribute__((cleanup(card_attested_done)))

#endif

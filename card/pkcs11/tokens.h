/* SPDX-License-Identifier: BSD-2-Clause */
/* What is on the tokens of a module: read through libp11, without a PIN, and kept as a copy. */
#ifndef VSC_CARD_PKCS11_TOKENS_H
#define VSC_CARD_PKCS11_TOKENS_H

#include <openssl/evp.h>

#include "card/pkcs11/module.h"
#include "card/card.h"
#include "card/pkcs11/name.h"

struct token_key {
    unsigned char ck_id[P11_ID_MAX]; /* CKA_ID, which the private key shares */
    size_t ck_id_len;
    EVP_PKEY *public; /* owned */
};

struct token {
    unsigned long slot;
    unsigned long twin;                   /* see name_token() */
    struct card_info info;                /* owned: card_info_done() */
    struct token_key keys[CARD_KEYS_MAX]; /* of info.keys, in the same order */
    bool locked;                          /* it said so, whatever its flags say */
};

struct tokens {
    struct token *items; /* owned, room for CARDS_MAX */
    size_t count;
};

/* Read all of them; what is too large or too many is left out. The caller releases them. */
must_check enum vsc_err tokens_read(const struct module *module, const char *prefix,
                                    struct tokens *ret_tokens, struct problem *problem);
void tokens_done(struct tokens *tokens);
#define auto_tokens __attribute__((cleanup(tokens_done)))

#endif

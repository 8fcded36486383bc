/* SPDX-License-Identifier: BSD-2-Clause */
/* What card_key.c and card_sign.c have in common. */
#ifndef VSC_ENROLL_EST_CARD_KEY_PARTS_H
#define VSC_ENROLL_EST_CARD_KEY_PARTS_H

#include <openssl/core_dispatch.h>

#include "enroll/est/card_key.h"

struct est_key {
    EVP_PKEY *public;          /* owned; NULL: nothing is in it yet */
    struct est_signer *signer; /* borrowed; NULL: the public half alone */
};

/* EVP_SIGNATURE of both kinds of keys. */
extern const OSSL_DISPATCH est_signature[];

#endif

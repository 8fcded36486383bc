/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is in CARD_FOUND_TOKEN: whether a token is there at this moment, and its label as it stands
 * on it. The rules of common/wire_card.h hold.
 */
#ifndef VSC_COMMON_WIRE_TOKEN_H
#define VSC_COMMON_WIRE_TOKEN_H

#include <stdbool.h>
#include <stddef.h>

#include "common/buf.h"
#include "common/err.h"

#define TOKEN_LABEL_MAX 32 /* bytes of CK_TOKEN_INFO.label */

struct card_found {
    bool present;
    unsigned char label[TOKEN_LABEL_MAX]; /* foreign bytes, not safe to show */
    size_t label_len;                     /* without the trailing blanks; 0 where it is not there */
};

void card_found_encode(struct buf *body, const struct card_found *found);
must_check enum vsc_err card_found_decode(struct reader *reader, struct card_found *ret_found);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The file card.conf of a card: lines of `key = value`, each key once, unknown keys refused. What
 * it says decides who may reach the card over the socket, so it is root's.
 */
#ifndef VSC_CARD_TPM_CARD_CONF_H
#define VSC_CARD_TPM_CARD_CONF_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/problem.h"
#include "common/wire_card.h"

#define CARD_CONF_FORMAT 1
#define CARD_CONF_FILE   "card.conf"
#define CARD_CONF_MAX    4096

struct card_conf {
    unsigned format;
    char name[CARD_NAME_SIZE];
    unsigned tries; /* the limit at creation; the TPM's number is the one that counts */
    bool has_owner;
    uid_t owner_uid;
    char owner[USER_NAME_SIZE];
    char owner_display[TEXT_NAME];
    struct pin_policy policy;
};

void card_conf_encode(struct buf *buf, const struct card_conf *conf);
/* VSC_STORE with the line in `problem`; VSC_NOT_BUILT for a newer format. */
must_check enum vsc_err card_conf_decode(const void *bytes, size_t len, struct card_conf *ret_conf,
                                         struct problem *problem);
/* 1-32 bytes of printable UTF-8 without / \ : */
bool card_name_is_good(const char *name);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The certificates of this machine's cards, out of the store's files
 * STORE/cards/NNNN/keys/NN/{cert.pem,chain.pem}, and STORE/cards/NNNN/card.conf, which names the
 * card's owner. They are read while the program may still read
 * them, and looked at only afterwards: nothing hostile is parsed with more rights than needed.
 */
#ifndef VSC_CERTCHECK_REFRESH_CARDS_H
#define VSC_CERTCHECK_REFRESH_CARDS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/problem.h"

#define CARDS_KEYS_MAX  1024                  /* keys with a certificate, of all cards */
#define CARDS_PEM_MAX   ((size_t)1024 * 1024) /* bytes of one file */
#define CARDS_OWNED_MAX 1024                  /* cards whose owners are of interest */
#define CARDS_CONF_MAX  4096                  /* bytes of one card.conf */

struct card_files {
    char name[16];          /* "0000/00": card and key */
    struct buf cert, chain; /* owned; the chain may be empty */
};

struct cards {
    struct card_files *items; /* owned */
    size_t count;
    struct buf *confs; /* owned: what is in card.conf of each card */
    size_t conf_count;
    struct problem flaw; /* what could not be read, and why; "" for nothing */
};

/* Read them all; a store that is not there holds none. Only memory fails. */
must_check enum vsc_err cards_read(const char *store, struct cards *ret_cards);
void cards_done(struct cards *cards);
#define auto_cards __attribute__((cleanup(cards_done)))

#endif

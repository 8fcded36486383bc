/* SPDX-License-Identifier: BSD-2-Clause */
/* A certificate with its issuers, as a file brings it to a card. */
#ifndef VSC_CARD_OWNER_CHAIN_H
#define VSC_CARD_OWNER_CHAIN_H

#include <openssl/x509.h>
#include <stddef.h>

#include "common/err.h"
#include "common/problem.h"
#include "common/wire_card.h"

struct chain {
    X509 *certs[CHAIN_MAX]; /* owned; each of at most CERT_MAX bytes of DER */
    size_t count;
};

/*
 * PEM (anything else between the certificates is skipped), or one certificate in DER. VSC_INPUT:
 * there is none; VSC_CERT: too many, or one too large. The caller releases, also after a failure.
 */
must_check enum vsc_err chain_read(const void *bytes, size_t len, struct chain *chain,
                                   struct problem *problem);
void chain_done(struct chain *chain);
#define auto_chain __attribute__((cleanup(chain_done)))

#endif

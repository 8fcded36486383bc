/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a CA answered, judged before it comes near the card, by the code that judges a sign-in. The
 * CA is not trusted further than the profile's anchors go: the answer must be for the key of this
 * very request and name this very user.
 */
#ifndef VSC_ENROLL_ISSUED_H
#define VSC_ENROLL_ISSUED_H

#include <openssl/x509.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/problem.h"
#include "common/wire_card.h"
#include "common/wire_check.h"
#include "conf/conf.h"
#include "enroll/profile.h"
#include "enroll/state.h"

#define ANSWER_MAX (256 * 1024) /* bytes of an answer */
#define CODE_MAX   40

/* A certificate and its issuers, in DER. */
struct issued {
    struct der chain[CHAIN_MAX]; /* owned */
    size_t chain_len;
    int64_t not_before, not_after;
    int64_t template_major; /* of AD CS's template, version 2; -1: not said */
    char spki[SPKI_ID_SIZE];
    /* As a sign-in with it tells them (pam_vsc(8)). */
    char serial[CERT_SERIAL_SIZE], issuer[CERT_TEXT_SIZE];
};

void issued_done(struct issued *issued);
#define auto_issued __attribute__((cleanup(issued_done)))

struct expected {
    const struct conf *conf;
    const struct profile *profile;
    const char *upn;
    const char *spki; /* the key of the request; NULL: any */
    int64_t at;
    bool at_is_clock;
};

/* PEM or DER, bounded; nothing is judged. VSC_DENIED with the code malformed-certificate. */
must_check enum vsc_err issued_parse(const void *bytes, size_t len, struct issued *ret_issued,
                                     char code[CODE_MAX], struct problem *problem);
/* Of certificates that a card has. The same. */
must_check enum vsc_err issued_of_key(const struct card_key *key, struct issued *ret_issued,
                                      struct problem *problem);
/*
 * Would it do? VSC_OK in one place; VSC_DENIED with a code (certcheck(1), or wrong-key) and the
 * words in `problem`; anything else is a fault of the machine or of the profile's anchors.
 */
must_check enum vsc_err issued_check(const struct issued *issued, const struct expected *expected,
                                     char code[CODE_MAX], struct problem *problem);
/* The chain as PEM, for the state; the caller frees. */
must_check enum vsc_err issued_pem(const struct issued *issued, char **ret_pem);
/* Append a certificate as PEM. VSC_MEMORY: it did not fit. */
must_check enum vsc_err cert_put_pem(const X509 *cert, struct buf *to);
/* Hexadecimal SHA-256 of a SubjectPublicKeyInfo. */
must_check enum vsc_err spki_id(const void *der, size_t len, char to[SPKI_ID_SIZE]);

#endif

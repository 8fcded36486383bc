/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a card's machine shows of it, as vsc-attest(5) says: the attestation key (AK), the
 * endorsement key (EK) with its certificates, the public areas that the card's policies are made
 * of, and for each key the TPM's statement that it made it. JSON; what it holds proves nothing
 * before verify.h has looked at it.
 */
#ifndef VSC_CARD_ATTEST_BUNDLE_H
#define VSC_CARD_ATTEST_BUNDLE_H

#include <stdbool.h>
#include <stddef.h>

#include "card/tpm/objects.h"
#include "card/tpm/store.h"
#include "common/err.h"
#include "common/problem.h"
#include "common/wire_card.h"

#define BUNDLE_FORMAT    "pam_vsc attestation"
#define BUNDLE_VERSION   1
#define BUNDLE_MAX       (1024 * 1024) /* bytes of its JSON */
#define BUNDLE_NONCE_MAX 64
#define BUNDLE_CERTS_MAX 8
#define BUNDLE_DIGEST    32 /* SHA-256 */

struct bundle_key {
    char id[STORE_KEY_SIZE];
    TPM2B_PUBLIC area;
    TPM2B_CREATION_DATA creation;
    TPM2B_ATTEST attest;
    TPMT_SIGNATURE signature;
};

struct bundle {
    char card[STORE_CARD_SIZE], name[CARD_NAME_SIZE];
    unsigned char nonce[BUNDLE_NONCE_MAX];
    size_t nonce_len; /* 0: none was asked for */
    bool has_csr;
    unsigned char csr[BUNDLE_DIGEST]; /* SHA-256 of the certificate request's DER */
    TPM2B_PUBLIC ak;
    bool has_ek;
    TPM2B_PUBLIC ek;
    struct der certs[BUNDLE_CERTS_MAX]; /* owned; the EK's own first */
    size_t cert_count;
    struct objects objects; /* serial and public areas of K, A, P, U and H; nothing else is set */
    struct bundle_key keys[CARD_KEYS_MAX];
    size_t key_count;
};

/* An empty one on the heap; bundle_free() it. NULL: no memory. */
struct bundle *bundle_new(void);
void bundle_free(struct bundle *bundle);

/* As JSON. The caller frees. */
must_check enum vsc_err bundle_write(const struct bundle *bundle, char **ret_text, size_t *ret_len);
/* Strict: VSC_INPUT with the member in `problem`. The caller frees. */
must_check enum vsc_err bundle_read(const void *bytes, size_t len, struct bundle **ret_bundle,
                                    struct problem *problem);

/*
 * What the TPM signs with each statement (extraData): SHA-256 over "pam_vsc attest v1", a zero
 * byte, the nonce's length as one byte, the nonce, and the request's digest where there is one.
 */
must_check enum vsc_err bundle_qualifying_data(const struct bundle *bundle,
                                               unsigned char ret_digest[BUNDLE_DIGEST]);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a key in the TPM can sign with (PKCS #11 2.40 mechanisms, sections 2.1.6, 2.1.8, 2.3.6), and
 * how an application's data become the digest that goes to the TPM.
 */
#ifndef VSC_PKCS11_MECHANISM_H
#define VSC_PKCS11_MECHANISM_H

#include <stddef.h>

#include "common/cryptoki.h"
#include "common/wire_use.h"
#include "pkcs11/certificate.h"

struct mechanism {
    unsigned long type;  /* CKM_RSA_PKCS, CKM_RSA_PKCS_PSS, CKM_ECDSA */
    size_t pss_hash_len; /* of CKM_RSA_PKCS_PSS */
};

#define MECHANISM_DATA_MAX 512 /* bytes of an application's data */

/*
 * Read what C_SignInit is given for this key: CKR_OK, CKR_MECHANISM_INVALID,
 * CKR_MECHANISM_PARAM_INVALID, CKR_KEY_TYPE_INCONSISTENT.
 */
unsigned long mechanism_read(const struct ck_mechanism *given, const struct public_key *key,
                             struct mechanism *ret_mechanism);
/* Scheme and digest of `sign` from the data: CKR_OK, CKR_DATA_INVALID, CKR_DATA_LEN_RANGE. */
unsigned long mechanism_digest(const struct mechanism *mechanism, const struct public_key *key,
                               const unsigned char *data, size_t data_len,
                               struct card_sign_as *sign);
/* Bytes of a signature. */
size_t mechanism_signature_len(const struct public_key *key);
/*
 * The signature as PKCS #11 has it, of mechanism_signature_len() bytes: ECDSA as r and s beside
 * each other. CKR_DEVICE_ERROR if vsc-card's is none.
 */
unsigned long mechanism_signature(const struct public_key *key, const struct card_outcome *outcome,
                                  unsigned char *signature);

#endif

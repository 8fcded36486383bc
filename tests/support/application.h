/* SPDX-License-Identifier: BSD-2-Clause */
/* An application of vsc-pkcs11.so, for tests: the module of the build, loaded as programs load it.
 */
#ifndef VSC_TESTS_SUPPORT_APPLICATION_H
#define VSC_TESTS_SUPPORT_APPLICATION_H

#include <stdbool.h>
#include <stddef.h>

#include <openssl/evp.h>

#include "common/cryptoki.h"

/* The module's functions; the module stays loaded. */
const struct ck_functions *application_load(const char *path);

/* A session, R/W, on slot 0; with `pin` (may be NULL) the user is logged in. Asserts. */
unsigned long application_session(const struct ck_functions *p11, const char *pin);
unsigned long application_log_in(const struct ck_functions *p11, unsigned long session,
                                 const char *pin);
/* The object of a class with this one-byte id; 0 if it is not there. */
unsigned long application_find(const struct ck_functions *p11, unsigned long session,
                               unsigned long class, unsigned char id);
/* An attribute's value into `room`, its length. Asserts. */
size_t application_get(const struct ck_functions *p11, unsigned long session, unsigned long object,
                       unsigned long type, void *room, size_t size);
/* The public key of a key pair, from CKA_PUBLIC_KEY_INFO; the caller frees. */
EVP_PKEY *application_public(const struct ck_functions *p11, unsigned long session,
                             unsigned char id);

/*
 * Sign 32, 48 or 64 bytes of digest with the key `id` by a mechanism, and let OpenSSL verify it:
 * the code of the first function that failed, CKR_GENERAL_ERROR if it does not verify.
 */
unsigned long application_sign(const struct ck_functions *p11, unsigned long session,
                               unsigned long mechanism, unsigned char id, size_t digest_len);

#endif

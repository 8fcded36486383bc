/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one lock of the module. Whoever calls may lend functions for it (PKCS #11 2.40,
 * C_Initialize); otherwise it is the system's. A child of fork() finds it free.
 */
#ifndef VSC_PKCS11_LOCK_H
#define VSC_PKCS11_LOCK_H

#include "common/cryptoki.h"

/*
 * Choose by the argument of C_Initialize, which may be NULL. CKR_OK, CKR_ARGUMENTS_BAD,
 * CKR_CANT_LOCK, or what the lent function returned. The lock must not be held.
 */
unsigned long lock_choose(const struct ck_initialize_args *args);
void lock_take(void);
void lock_release(void);
/* Give a lent lock back; the system's is used afterwards. The lock must not be held. */
void lock_return(void);
/* In the child of a fork(): nobody holds it, whoever did in the parent. */
void lock_reset(void);

#endif

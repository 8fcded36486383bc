/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The functions of PKCS #11 as this module offers them, and how each begins and ends: with the
 * lock, and only between C_Initialize and C_Finalize.
 */
#ifndef VSC_PKCS11_MODULE_H
#define VSC_PKCS11_MODULE_H

#include "common/cryptoki.h"
#include "pkcs11/sessions.h"

#define MODULE_FUNCTION(name, standard, parameters)                                                \
    __attribute__((visibility("default"))) unsigned long standard parameters;
VSC_CRYPTOKI(MODULE_FUNCTION)
#undef MODULE_FUNCTION

/* Take the lock: CKR_OK, or CKR_CRYPTOKI_NOT_INITIALIZED and the lock is not held. */
unsigned long module_enter(void);
/* Release it, and give `rv` back. */
unsigned long module_leave(unsigned long rv);
/* The same for a session: CKR_SESSION_HANDLE_INVALID without the lock. */
unsigned long module_enter_session(unsigned long handle, struct session **ret_session);

/* Text in a field of fixed size, filled up with blanks. */
void module_put_text(unsigned char *field, size_t size, const char *text);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* One library context of OpenSSL in place of hundreds, see the header. */
#include "card/tpm/crypto_context.h"

#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

#include <openssl/crypto.h>

#define EXPORTED __attribute__((visibility("default")))

typedef OSSL_LIB_CTX *context_new(void);
typedef void context_free(OSSL_LIB_CTX *context);

EXPORTED context_new OSSL_LIB_CTX_new;
EXPORTED context_free OSSL_LIB_CTX_free;

static OSSL_LIB_CTX *shared;

void crypto_share_context(void)
{
    shared = OSSL_LIB_CTX_get0_global_default();
}

OSSL_LIB_CTX *OSSL_LIB_CTX_new(void)
{
    context_new *next = NULL;

    if (shared != NULL)
        return shared;
    void *symbol = dlsym(RTLD_NEXT, "OSSL_LIB_CTX_new");
    (void)memcpy(&next, &symbol, sizeof(next));
    return next == NULL ? NULL : next();
}

void OSSL_LIB_CTX_free(OSSL_LIB_CTX *context)
{
    context_free *next = NULL;

    if (context == shared)
        return;
    void *symbol = dlsym(RTLD_NEXT, "OSSL_LIB_CTX_free");
    (void)memcpy(&next, &symbol, sizeof(next));
    if (next != NULL)
        next(context);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* A loaded PKCS#11 module: libp11 for slots and certificates, its own functions for the rest. */
#ifndef VSC_CARD_PKCS11_MODULE_H
#define VSC_CARD_PKCS11_MODULE_H

#include <libp11.h>
#include <stdbool.h>

#include "common/cryptoki.h"
#include "common/err.h"
#include "common/problem.h"

struct module {
    PKCS11_CTX *context; /* NULL when not loaded */
    void *handle;        /* of dlopen: the same library once more */
    const struct ck_functions *functions;
};

/* Load and initialise. VSC_TOKEN with the reason in `problem`. */
must_check enum vsc_err module_load(struct module *module, const char *path,
                                    struct problem *problem);
void module_unload(struct module *module);

/* What a return code of the module means, for a call that is named `what` in `problem`:
 * VSC_NO_CARD where the token is gone, else VSC_TOKEN; never VSC_OK. */
enum vsc_err module_fault(unsigned long code, const char *what, struct problem *problem);

/* What the module's token in `slot` says of itself; VSC_NO_CARD where there is none. */
must_check enum vsc_err module_token_info(const struct module *module, unsigned long slot,
                                          struct ck_token_info *ret_info, struct problem *problem);

#endif

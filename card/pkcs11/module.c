/* SPDX-License-Identifier: BSD-2-Clause */
#include "card/pkcs11/module.h"

#include <dlfcn.h>
#include <string.h>

#include <openssl/err.h>

/* libp11 says what went wrong in OpenSSL's error queue only. */
static enum vsc_err fail(const char *what, const char *path, struct problem *problem)
{
    const char *reason = ERR_reason_error_string(ERR_peek_last_error());

    (void)problem_set(problem, VSC_TOKEN, "%s: %s: %s", path, what,
                      reason != NULL ? reason : "unknown reason");
    ERR_clear_error();
    return VSC_TOKEN;
}

/* The same library again, for the functions that libp11 does not hand out. */
static enum vsc_err find_functions(struct module *module, const char *path, struct problem *problem)
{
    unsigned long (*get_list)(const struct ck_functions **list);
    void *symbol;

    module->handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (module->handle == NULL)
        return problem_set(problem, VSC_TOKEN, "%s: %s", path, dlerror());
    symbol = dlsym(module->handle, "C_GetFunctionList");
    if (symbol == NULL)
        return problem_set(problem, VSC_TOKEN, "%s: no PKCS#11 module", path);
    memcpy(&get_list, &symbol, sizeof(get_list)); /* ISO C has no cast for it */
    if (get_list(&module->functions) != CKR_OK || module->functions == NULL)
        return problem_set(problem, VSC_TOKEN, "%s: no list of functions", path);
    if (module->functions->version.major != 2 && module->functions->version.major != 3)
        return problem_set(problem, VSC_TOKEN, "%s: PKCS#11 version %d", path,
                           module->functions->version.major);
    return VSC_OK;
}

enum vsc_err module_load(struct module *module, const char *path, struct problem *problem)
{
    PKCS11_CTX *context = PKCS11_CTX_new();
    enum vsc_err err;

    if (context == NULL)
        return VSC_MEMORY;
    if (PKCS11_CTX_load(context, path) != 0) {
        PKCS11_CTX_free(context);
        return fail("cannot be loaded", path, problem);
    }
    module->context = context;
    err = find_functions(module, path, problem);
    if (err != VSC_OK)
        module_unload(module);
    return err;
}

void module_unload(struct module *module)
{
    if (module->context != NULL) {
        PKCS11_CTX_unload(module->context);
        PKCS11_CTX_free(module->context);
    }
    if (module->handle != NULL)
        (void)dlclose(module->handle);
    *module = (struct module){0};
}

enum vsc_err module_fault(unsigned long code, const char *what, struct problem *problem)
{
    switch (code) {
    case CKR_TOKEN_NOT_PRESENT:
    case CKR_TOKEN_NOT_RECOGNIZED:
    case CKR_DEVICE_REMOVED:
    case CKR_SLOT_ID_INVALID:
        return problem_set(problem, VSC_NO_CARD, "%s: the token is not there", what);
    case CKR_USER_PIN_NOT_INITIALIZED:
        return problem_set(problem, VSC_TOKEN, "%s: the token has no PIN yet", what);
    case CKR_PIN_EXPIRED:
        return problem_set(problem, VSC_TOKEN, "%s: the PIN has expired, change it", what);
    case CKR_USER_ALREADY_LOGGED_IN:
    case CKR_USER_ANOTHER_ALREADY_LOGGED_IN:
        return problem_set(problem, VSC_TOKEN, "%s: somebody is logged in already", what);
    default:
        return problem_set(problem, VSC_TOKEN, "%s: PKCS#11 code 0x%lx", what, code);
    }
}

enum vsc_err module_token_info(const struct module *module, unsigned long slot,
                               struct ck_token_info *ret_info, struct problem *problem)
{
    struct ck_token_info info = {0};
    unsigned long code = module->functions->get_token_info(slot, &info);

    if (code != CKR_OK)
        return module_fault(code, "C_GetTokenInfo", problem);
    if ((info.flags & CKF_TOKEN_INITIALIZED) == 0)
        return problem_set(problem, VSC_NO_CARD, "the token is empty");
    *ret_info = info;
    return VSC_OK;
}

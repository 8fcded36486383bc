/* SPDX-License-Identifier: BSD-2-Clause */
#include "pkcs11/module.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "pkcs11/lock.h"

#define CRYPTOKI_VERSION                                                                           \
    {                                                                                              \
        2, 40                                                                                      \
    }

static bool is_ready;
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* The child has to begin anew (PKCS #11 2.40, 6.6.1), and keeps no PIN. */
static void in_child(void)
{
    lock_reset();
    sessions_abandon();
    tokens_abandon();
    is_ready = false;
}

static void watch_forks(void)
{
    (void)pthread_atfork(NULL, NULL, in_child);
}

unsigned long module_enter(void)
{
    lock_take();
    if (is_ready)
        return CKR_OK;
    lock_release();
    return CKR_CRYPTOKI_NOT_INITIALIZED;
}

unsigned long module_leave(unsigned long rv)
{
    lock_release();
    return rv;
}

unsigned long module_enter_session(unsigned long handle, struct session **ret_session)
{
    unsigned long rv = module_enter();
    struct session *session;

    if (rv != CKR_OK)
        return rv;
    session = sessions_find(handle);
    if (session == NULL)
        return module_leave(CKR_SESSION_HANDLE_INVALID);
    *ret_session = session;
    return CKR_OK;
}

void module_put_text(unsigned char *field, size_t size, const char *text)
{
    size_t len = strlen(text);

    memset(field, ' ', size);
    memcpy(field, text, len < size ? len : size);
}

unsigned long C_Initialize(void *args)
{
    unsigned long rv;

    (void)pthread_once(&once, watch_forks);
    lock_take();
    if (is_ready)
        return module_leave(CKR_CRYPTOKI_ALREADY_INITIALIZED);
    lock_release();
    rv = lock_choose(args);
    if (rv != CKR_OK)
        return rv;
    lock_take();
    is_ready = true;
    return module_leave(CKR_OK);
}

unsigned long C_Finalize(void *reserved)
{
    unsigned long rv;

    if (reserved != NULL)
        return CKR_ARGUMENTS_BAD;
    rv = module_enter();
    if (rv != CKR_OK)
        return rv;
    sessions_done();
    tokens_done();
    is_ready = false;
    lock_release();
    lock_return();
    return CKR_OK;
}

unsigned long C_GetInfo(struct ck_info *info)
{
    unsigned long rv = module_enter();

    if (rv != CKR_OK)
        return rv;
    if (info == NULL)
        return module_leave(CKR_ARGUMENTS_BAD);
    *info = (struct ck_info){.cryptoki = CRYPTOKI_VERSION, .library = {0, 1}};
    module_put_text(info->manufacturer, sizeof(info->manufacturer), "pam_vsc");
    module_put_text(info->description, sizeof(info->description), "Virtual smart cards");
    return module_leave(CKR_OK);
}

unsigned long C_GetFunctionList(const struct ck_functions **list)
{
    static const struct ck_functions functions = {.version = CRYPTOKI_VERSION,
#define MODULE_MEMBER(name, standard, parameters) .name = standard,
                                                  VSC_CRYPTOKI(MODULE_MEMBER)
#undef MODULE_MEMBER
    };

    if (list == NULL)
        return CKR_ARGUMENTS_BAD;
    *list = &functions;
    return CKR_OK;
}

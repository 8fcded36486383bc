/* SPDX-License-Identifier: BSD-2-Clause */
/* The module as a whole: its one state, its lock, C_Initialize to C_Finalize. */
#include <pthread.h>
#include <string.h>

#include "common/dial.h"
#include "greeter/announce/announce.h"
#include "greeter/announce/pad.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct module state;
static bool watches_forks;

/* The parent's connection is not the child's, and who held the lock may not be there. */
static void forget(void)
{
    if (state.initialized)
        presence_done(&state.presence);
    state = (struct module){0};
    (void)pthread_mutex_init(&lock, NULL);
}

struct module *module_enter_any(void)
{
    return pthread_mutex_lock(&lock) == 0 ? &state : NULL;
}

struct module *module_enter(void)
{
    struct module *module = module_enter_any();

    if (module == NULL || module->initialized)
        return module;
    module_leave(&module);
    return NULL;
}

void module_leave(struct module **module)
{
    if (*module != NULL)
        (void)pthread_mutex_unlock(&lock);
    *module = NULL;
}

bool module_token(struct module *module)
{
    bool there = presence_now(&module->presence);

    if (!there)
        memset(module->sessions, 0, sizeof(module->sessions));
    return there;
}

/* The system's locks are used, never the program's. */
static unsigned long check_locking(const struct ck_initialize_args *args)
{
    int lent = (args->create_mutex != NULL) + (args->destroy_mutex != NULL) +
               (args->lock_mutex != NULL) + (args->unlock_mutex != NULL);

    if (lent != 0 && lent != 4)
        return CKR_ARGUMENTS_BAD;
    if (lent == 4 && (args->flags & CKF_OS_LOCKING_OK) == 0)
        return CKR_CANT_LOCK;
    return CKR_OK;
}

/* What p11-kit (x-init-reserved) and NSS (parameters) hand over: a text. */
static const char *socket_of(const struct ck_initialize_args *args)
{
    const char *text = args != NULL ? args->reserved : NULL;

    return text != NULL && text[0] != '\0' ? text : NULL;
}

unsigned long announce_initialize(void *pointer)
{
    const struct ck_initialize_args *args = pointer;
    unsigned long status = args != NULL ? check_locking(args) : CKR_OK;
    auto_module struct module *module = NULL;

    if (status != CKR_OK)
        return status;
    module = module_enter_any();
    if (module == NULL)
        return CKR_GENERAL_ERROR;
    if (module->initialized)
        return CKR_CRYPTOKI_ALREADY_INITIALIZED;
    if (!watches_forks && pthread_atfork(NULL, NULL, forget) != 0)
        return CKR_HOST_MEMORY;
    watches_forks = true;
    *module = (struct module){0};
    if (!presence_init(&module->presence, socket_of(args)))
        return CKR_ARGUMENTS_BAD;
    module->initialized = true;
    return CKR_OK;
}

unsigned long announce_finalize(void *reserved)
{
    auto_module struct module *module = NULL;

    if (reserved != NULL)
        return CKR_ARGUMENTS_BAD;
    module = module_enter();
    if (module == NULL)
        return CKR_CRYPTOKI_NOT_INITIALIZED;
    presence_done(&module->presence);
    *module = (struct module){0};
    return CKR_OK;
}

unsigned long announce_get_info(struct ck_info *info)
{
    auto_module struct module *module = module_enter();

    if (module == NULL)
        return CKR_CRYPTOKI_NOT_INITIALIZED;
    if (info == NULL)
        return CKR_ARGUMENTS_BAD;
    *info = (struct ck_info){.cryptoki = {2, 40}};
    PAD(info->manufacturer, "pam_vsc");
    PAD(info->description, "A card at the login screen");
    return CKR_OK;
}

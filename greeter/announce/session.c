/* SPDX-License-Identifier: BSD-2-Clause */
/* Sessions with the token, on which there is nothing to be found. */
#include "greeter/announce/announce.h"

/* The session of a handle; NULL for none, and for one that ended with its token. */
static struct session *find(struct module *module, unsigned long handle)
{
    if (!module_token(module) || handle == 0 || handle > ANNOUNCE_SESSIONS_MAX)
        return NULL;
    return module->sessions[handle - 1].open ? &module->sessions[handle - 1] : NULL;
}

unsigned long announce_open_session(unsigned long slot, unsigned long flags, void *application,
                                    void *notify, unsigned long *session)
{
    auto_module struct module *module = module_enter();

    (void)application;
    (void)notify;
    if (module == NULL)
        return CKR_CRYPTOKI_NOT_INITIALIZED;
    if (slot != ANNOUNCE_SLOT)
        return CKR_SLOT_ID_INVALID;
    if (session == NULL)
        return CKR_ARGUMENTS_BAD;
    if ((flags & CKF_SERIAL_SESSION) == 0)
        return CKR_SESSION_PARALLEL_NOT_SUPPORTED;
    if (!module_token(module))
        return CKR_TOKEN_NOT_PRESENT;
    if ((flags & CKF_RW_SESSION) != 0)
        return CKR_TOKEN_WRITE_PROTECTED;
    for (unsigned long i = 0; i < ANNOUNCE_SESSIONS_MAX; i++) {
        if (module->sessions[i].open)
            continue;
        module->sessions[i] = (struct session){.open = true};
        *session = i + 1;
        return CKR_OK;
    }
    return CKR_SESSION_COUNT;
}

unsigned long announce_close_session(unsigned long session)
{
    auto_module struct module *module = module_enter();
    struct session *found;

    if (module == NULL)
        return CKR_CRYPTOKI_NOT_INITIALIZED;
    found = find(module, session);
    if (found == NULL)
        return CKR_SESSION_HANDLE_INVALID;
    *found = (struct session){0};
    return CKR_OK;
}

unsigned long announce_close_all_sessions(unsigned long slot)
{
    auto_module struct module *module = module_enter();

    if (module == NULL)
        return CKR_CRYPTOKI_NOT_INITIALIZED;
    if (slot != ANNOUNCE_SLOT)
        return CKR_SLOT_ID_INVALID;
    for (unsigned long i = 0; i < ANNOUNCE_SESSIONS_MAX; i++)
        module->sessions[i] = (struct session){0};
    return CKR_OK;
}

unsigned long announce_get_session_info(unsigned long session, struct ck_session_info *info)
{
    auto_module struct module *module = module_enter();

    if (module == NULL)
        return CKR_CRYPTOKI_NOT_INITIALIZED;
    if (info == NULL)
        return CKR_ARGUMENTS_BAD;
    if (find(module, session) == NULL)
        return CKR_SESSION_HANDLE_INVALID;
    *info = (struct ck_session_info){
        .slot = ANNOUNCE_SLOT, .state = CKS_RO_PUBLIC, .flags = CKF_SERIAL_SESSION};
    return CKR_OK;
}

unsigned long announce_find_objects_init(unsigned long session, struct ck_attribute *attributes,
                                         unsigned long count)
{
    auto_module struct module *module = module_enter();
    struct session *found;

    (void)attributes;
    (void)count;
    if (module == NULL)
        return CKR_CRYPTOKI_NOT_INITIALIZED;
    found = find(module, session);
    if (found == NULL)
        return CKR_SESSION_HANDLE_INVALID;
    if (found->searching)
        return CKR_OPERATION_ACTIVE;
    found->searching = true;
    return CKR_OK;
}

unsigned long announce_find_objects(unsigned long session, unsigned long *objects,
                                    unsigned long max, unsigned long *count)
{
    auto_module struct module *module = module_enter();
    const struct session *found;

    (void)objects;
    (void)max;
    if (module == NULL)
        return CKR_CRYPTOKI_NOT_INITIALIZED;
    if (count == NULL)
        return CKR_ARGUMENTS_BAD;
    found = find(module, session);
    if (found == NULL)
        return CKR_SESSION_HANDLE_INVALID;
    if (!found->searching)
        return CKR_OPERATION_NOT_INITIALIZED;
    *count = 0;
    return CKR_OK;
}

unsigned long announce_find_objects_final(unsigned long session)
{
    auto_module struct module *module = module_enter();
    struct session *found;

    if (module == NULL)
        return CKR_CRYPTOKI_NOT_INITIALIZED;
    found = find(module, session);
    if (found == NULL)
        return CKR_SESSION_HANDLE_INVALID;
    if (!found->searching)
        return CKR_OPERATION_NOT_INITIALIZED;
    found->searching = false;
    return CKR_OK;
}

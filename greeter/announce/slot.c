/* SPDX-License-Identifier: BSD-2-Clause */
/* The slot, and the token that comes and goes. */
#include "greeter/announce/announce.h"
#include "greeter/announce/pad.h"

unsigned long announce_get_slot_list(unsigned char present, unsigned long *slots,
                                     unsigned long *count)
{
    auto_module struct module *module = module_enter();
    unsigned long room;

    if (module == NULL)
        return CKR_CRYPTOKI_NOT_INITIALIZED;
    if (count == NULL)
        return CKR_ARGUMENTS_BAD;
    room = *count;
    *count = present == 0 || module_token(module) ? 1 : 0;
    if (slots == NULL || *count == 0)
        return CKR_OK;
    if (room < *count)
        return CKR_BUFFER_TOO_SMALL;
    slots[0] = ANNOUNCE_SLOT;
    return CKR_OK;
}

/* The flag of a removable device: without it GNOME does not look at the slot. */
unsigned long announce_get_slot_info(unsigned long slot, struct ck_slot_info *info)
{
    auto_module struct module *module = module_enter();

    if (module == NULL)
        return CKR_CRYPTOKI_NOT_INITIALIZED;
    if (slot != ANNOUNCE_SLOT)
        return CKR_SLOT_ID_INVALID;
    if (info == NULL)
        return CKR_ARGUMENTS_BAD;
    *info = (struct ck_slot_info){.flags = CKF_REMOVABLE_DEVICE};
    if (module_token(module))
        info->flags |= CKF_TOKEN_PRESENT;
    PAD(info->description, "Virtual smart cards of this computer");
    PAD(info->manufacturer, "pam_vsc");
    return CKR_OK;
}

/* It names no card. */
unsigned long announce_get_token_info(unsigned long slot, struct ck_token_info *info)
{
    auto_module struct module *module = module_enter();

    if (module == NULL)
        return CKR_CRYPTOKI_NOT_INITIALIZED;
    if (slot != ANNOUNCE_SLOT)
        return CKR_SLOT_ID_INVALID;
    if (info == NULL)
        return CKR_ARGUMENTS_BAD;
    if (!module_token(module))
        return CKR_TOKEN_NOT_PRESENT;
    *info = (struct ck_token_info){
        .flags = CKF_TOKEN_INITIALIZED | CKF_WRITE_PROTECTED,
        .max_sessions = ANNOUNCE_SESSIONS_MAX,
        .sessions = CK_UNAVAILABLE,
        .rw_sessions = CK_UNAVAILABLE,
        .total_public = CK_UNAVAILABLE,
        .free_public = CK_UNAVAILABLE,
        .total_private = CK_UNAVAILABLE,
        .free_private = CK_UNAVAILABLE,
    };
    PAD(info->label, "Virtual smart card");
    PAD(info->manufacturer, "pam_vsc");
    PAD(info->model, "announcement");
    PAD(info->serial, "1");
    PAD(info->utc_time, "");
    return CKR_OK;
}

unsigned long announce_get_mechanism_list(unsigned long slot, unsigned long *mechanisms,
                                          unsigned long *count)
{
    auto_module struct module *module = module_enter();

    (void)mechanisms;
    if (module == NULL)
        return CKR_CRYPTOKI_NOT_INITIALIZED;
    if (slot != ANNOUNCE_SLOT)
        return CKR_SLOT_ID_INVALID;
    if (count == NULL)
        return CKR_ARGUMENTS_BAD;
    *count = 0;
    return CKR_OK;
}

/* Who wants to wait has to poll: no thread of the login screen hangs in here. */
unsigned long announce_wait_for_slot_event(unsigned long flags, unsigned long *slot, void *reserved)
{
    auto_module struct module *module = module_enter();
    bool there;

    if (module == NULL)
        return CKR_CRYPTOKI_NOT_INITIALIZED;
    if (slot == NULL || reserved != NULL)
        return CKR_ARGUMENTS_BAD;
    if ((flags & CKF_DONT_BLOCK) == 0)
        return CKR_FUNCTION_NOT_SUPPORTED;
    there = module_token(module);
    if (there == module->told)
        return CKR_NO_EVENT;
    module->told = there;
    *slot = ANNOUNCE_SLOT;
    return CKR_OK;
}

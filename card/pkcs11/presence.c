/* SPDX-License-Identifier: BSD-2-Clause */
#include "card/pkcs11/presence.h"

#include <stdlib.h>
#include <string.h>

#include "card/pkcs11/name.h"
#include "common/own.h"

#define SLOTS_MAX 256

/* What is in the slots. */
struct view {
    unsigned long slots[SLOTS_MAX];
    struct ck_token_info infos[SLOTS_MAX];
    size_t count;
    bool blurred; /* a slot did not tell what is in it */
    struct problem problem;
};

/* The first call is for the number only, and makes some modules look for new readers. */
static enum vsc_err list_slots(const struct module *module, unsigned long *slots,
                               unsigned long *count, struct problem *problem)
{
    unsigned long number = 0;
    unsigned long code = module->functions->get_slot_list(0, NULL, &number);

    if (code == CKR_OK && number > SLOTS_MAX)
        return problem_set(problem, VSC_TOKEN, "the module has %lu slots", number);
    *count = SLOTS_MAX;
    if (code == CKR_OK)
        code = module->functions->get_slot_list(0, slots, count);
    if (code == CKR_OK && *count <= SLOTS_MAX)
        return VSC_OK;
    return problem_set(problem, VSC_TOKEN, "C_GetSlotList: PKCS#11 code 0x%lx", code);
}

/* A slot with the token in it, an empty one, or one that says neither. */
static void look_into(const struct module *module, unsigned long slot, struct view *view)
{
    struct ck_slot_info info = {.flags = 0};
    struct problem problem = {""};
    unsigned long code = module->functions->get_slot_info(slot, &info);
    enum vsc_err err;

    if (code == CKR_OK && (info.flags & CKF_TOKEN_PRESENT) == 0)
        return;
    if (code == CKR_OK)
        err = module_token_info(module, slot, &view->infos[view->count], &problem);
    else
        err = module_fault(code, "C_GetSlotInfo", &problem);
    if (err == VSC_OK) {
        view->slots[view->count++] = slot;
    } else if (err != VSC_NO_CARD) {
        view->blurred = true;
        view->problem = problem;
    }
}

/* As tokens.c names them: all that are alike by their slots. */
static bool is_named(const struct view *view, size_t index, const char *prefix, const char *card)
{
    unsigned long twin = CK_UNAVAILABLE;
    char id[CARD_ID_SIZE];

    for (size_t i = 0; i < view->count; i++)
        if (i != index && name_is_alike(&view->infos[i], &view->infos[index]))
            twin = view->slots[index];
    name_token(prefix, &view->infos[index], twin, id);
    return strcmp(id, card) == 0;
}

enum vsc_err presence_find(const struct module *module, const char *prefix, const char *card,
                           struct card_found *ret_found, struct problem *problem)
{
    auto_free struct view *view = calloc(1, sizeof(*view));
    struct card_found found = {.present = false};
    unsigned long slots[SLOTS_MAX] = {0}, count = 0;
    enum vsc_err err;

    if (view == NULL)
        return VSC_MEMORY;
    err = list_slots(module, slots, &count, problem);
    if (err != VSC_OK)
        return err;
    for (unsigned long i = 0; i < count; i++)
        look_into(module, slots[i], view);
    for (size_t i = 0; i < view->count && !found.present; i++) {
        if (!is_named(view, i, prefix, card))
            continue;
        found.present = true;
        found.label_len = name_label_len(&view->infos[i]);
        memcpy(found.label, view->infos[i].label, found.label_len);
    }
    if (!found.present && view->blurred)
        return problem_set(problem, VSC_TOKEN, "%s", view->problem.text);
    *ret_found = found;
    return VSC_OK;
}

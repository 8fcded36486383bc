/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * NV indices that look like a card's and are no card's of this store: what is left where a store
 * was deleted by hand. They may be another system's on this computer, so nothing removes them.
 */
#include <stdlib.h>

#include "card/tpm/layout.h"
#include "common/own.h"
#include "vscmgr/doctor/capability.h"
#include "vscmgr/doctor/each_card.h"

/* Where cards have theirs (card/admin/index.c). */
#define CARD_HANDLE_FIRST 0x01800000u
#define CARD_HANDLE_LAST  0x01BFFFFFu

static void forget(struct handles *handles, TPM2_HANDLE handle)
{
    for (size_t i = 0; i < handles->count; i++)
        if (handles->items[i] == handle)
            handles->items[i] = 0;
}

static void forget_indices(struct doctor *doctor, struct doctor_card *card, void *arg)
{
    struct handles *handles = arg;

    (void)doctor;
    if (card->objects.kind != GATE_INDEX)
        return;
    forget(handles, card->objects.admin.area.nvPublic.nvIndex);
    forget(handles, card->objects.pin.area.nvPublic.nvIndex);
    if (card->objects.has_puk)
        forget(handles, card->objects.puk.area.nvPublic.nvIndex);
}

static bool has_attributes_of(enum layout_index what, const TPMS_NV_PUBLIC *area)
{
    static const struct card_names none;
    TPMS_NV_PUBLIC ours;
    TPML_DIGEST branches;

    return layout_admin_branches(&none, &branches) == VSC_OK &&
           layout_area(what, area->nvIndex, &branches, &ours) == VSC_OK &&
           (area->attributes & ~(TPMA_NV)TPMA_NV_WRITTEN) == ours.attributes &&
           area->dataSize == ours.dataSize && area->nameAlg == ours.nameAlg;
}

static bool looks_like_a_cards(struct tpm *tpm, TPM2_HANDLE handle)
{
    ESYS_TR index = ESYS_TR_NONE;
    TPM2B_NV_PUBLIC *area = NULL;
    TPM2B_NAME *name = NULL;
    bool looks = false;

    if (Esys_TR_FromTPMPublic(tpm->esys, handle, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE,
                              &index) != TSS2_RC_SUCCESS)
        return false;
    if (Esys_NV_ReadPublic(tpm->esys, index, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, &area,
                           &name) == TSS2_RC_SUCCESS)
        looks = has_attributes_of(LAYOUT_ADMIN, &area->nvPublic) ||
                has_attributes_of(LAYOUT_PIN, &area->nvPublic);
    Esys_Free(area);
    Esys_Free(name);
    tpm_release(tpm, &index);
    return looks;
}

/* An interrupted creation has indices too, and a damaged card keeps its own. */
void check_orphans(struct doctor *doctor)
{
    auto_free struct handles *handles = calloc(1, sizeof(*handles));

    if (!doctor->has_tpm || handles == NULL || doctor_has(doctor, FINDING_INTERRUPTED) ||
        doctor_has(doctor, FINDING_CARD_DAMAGED) ||
        capability_handles(&doctor->tpm, TPM2_NV_INDEX_FIRST, handles, NULL) != VSC_OK)
        return;
    each_card(doctor, false, forget_indices, handles);
    for (size_t i = 0; i < handles->count; i++)
        if (handles->items[i] >= CARD_HANDLE_FIRST && handles->items[i] <= CARD_HANDLE_LAST &&
            looks_like_a_cards(&doctor->tpm, handles->items[i]))
            doctor_find(doctor, FINDING_NV_ORPHAN, NULL, "0x%08x", handles->items[i]);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* Destroys a card. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "card/admin/hierarchy.h"
#include "card/admin/journal.h"
#include "card/tpm/gate.h"
#include "common/own.h"

/*
 * Would the TPM let us, before anything is removed? P may be read by the owner, as it may be
 * removed by him. An index that is not there, or not ours, needs nobody's leave.
 */
static enum vsc_err may_remove(struct change *change, const struct objects *objects,
                               struct problem *problem)
{
    ESYS_TR owner = ESYS_TR_NONE, index = ESYS_TR_NONE;
    TPM2B_MAX_NV_BUFFER *data = NULL;
    enum vsc_err err;
    TSS2_RC rc;

    err = gate_pin_handle(&change->tpm, &objects->pin.handle, objects->pin.area.nvPublic.nvIndex,
                          &objects->pin.name, &index, NULL);
    if (err != VSC_OK)
        return err == VSC_CARD_GONE ? VSC_OK : err;
    err = hierarchy_session(change, &owner, problem);
    if (err == VSC_OK) {
        rc = Esys_NV_Read(change->tpm.esys, ESYS_TR_RH_OWNER, index, owner, ESYS_TR_NONE,
                          ESYS_TR_NONE, INDEX_SIZE, 0, &data);
        Esys_Free(data);
        hierarchy_session_end(change, &owner);
        if (tpm_base_code(rc) != TPM2_RC_HANDLE)
            err = hierarchy_status(change, rc, "TPM2_NV_Read", problem);
    }
    tpm_release(&change->tpm, &index);
    return err;
}

/* Is P still there? Then nothing is lost yet. */
static bool is_whole(struct change *change, const struct objects *objects)
{
    ESYS_TR index = ESYS_TR_NONE;
    TPM2B_NAME *name = NULL;
    bool whole = false;

    if (objects->kind != GATE_INDEX || change_tpm(change, NULL) != VSC_OK ||
        Esys_TR_FromTPMPublic(change->tpm.esys, objects->pin.area.nvPublic.nvIndex, ESYS_TR_NONE,
                              ESYS_TR_NONE, ESYS_TR_NONE, &index) != TSS2_RC_SUCCESS)
        return false;
    if (Esys_TR_GetName(change->tpm.esys, index, &name) == TSS2_RC_SUCCESS)
        whole = name->size == objects->pin.name.size &&
                memcmp(name->name, objects->pin.name.name, name->size) == 0;
    Esys_Free(name);
    tpm_release(&change->tpm, &index);
    return whole;
}

/* Out of sight, then out of the TPM; back into sight where the TPM refused the first step. */
static enum vsc_err remove_card(struct change *change, const char *id,
                                const struct objects *objects, struct problem *problem)
{
    char name[JOURNAL_NAME];
    enum vsc_err err;

    (void)snprintf(name, sizeof name, "%s%s", JOURNAL_DEL, id);
    err = journal_discard(change, name, problem);
    if (err != VSC_OK)
        return err;
    if (renameat(change->cards, id, change->cards, name) != 0 || fsync(change->cards) != 0)
        return problem_set(problem, VSC_SYSTEM, "%s: %s", id, strerror(errno));
    err = journal_discard(change, name, problem);
    if (err != VSC_OK && objects != NULL && is_whole(change, objects) &&
        renameat(change->cards, name, change->cards, id) == 0)
        (void)fsync(change->cards);
    return err;
}

enum vsc_err admin_destroy(struct change *change, const char *id, struct problem *problem)
{
    struct objects objects;
    auto_fd int card = -1;
    bool pinned = false;
    enum vsc_err err;

    err = store_open_card(change->store, id, &card, problem);
    if (err == VSC_OK)
        err = change_tpm(change, problem);
    if (err != VSC_OK)
        return err;
    /* A card whose files are damaged can still be removed. */
    pinned = store_read_objects(card, &objects, NULL) == VSC_OK && objects.kind == GATE_INDEX;
    if (pinned)
        err = may_remove(change, &objects, problem);
    if (err == VSC_OK)
        err = remove_card(change, id, pinned ? &objects : NULL, problem);
    explicit_bzero(&objects, sizeof objects);
    return err;
}

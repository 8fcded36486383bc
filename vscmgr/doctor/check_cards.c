/* SPDX-License-Identifier: BSD-2-Clause */
/* The TPM's side of each card: are its objects there, and the ones that it was made with? */
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include "card/tpm/gate.h"
#include "card/tpm/pin_marks.h"
#include "common/own.h"
#include "vscmgr/doctor/default_secrets.h"
#include "vscmgr/doctor/each_card.h"

#define ENTRY_BUFFER 16384

static bool same_name(const TPM2B_NAME *a, const TPM2B_NAME *b)
{
    return a->size == b->size && memcmp(a->name, b->name, a->size) == 0;
}

enum presence {
    PRESENCE_SAME,
    PRESENCE_OTHER,
    PRESENCE_NONE,
};

/* What stands at a handle, by its Name now; an answer that is none counts as "same": not known. */
static enum presence presence_of(struct tpm *tpm, TPM2_HANDLE at, const TPM2B_NAME *name)
{
    ESYS_TR handle = ESYS_TR_NONE;
    TPM2B_NAME *found = NULL;
    enum presence presence = PRESENCE_SAME;
    TSS2_RC rc =
        Esys_TR_FromTPMPublic(tpm->esys, at, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, &handle);

    if (tpm_base_code(rc) == TPM2_RC_HANDLE)
        return PRESENCE_NONE;
    if (rc != TSS2_RC_SUCCESS)
        return PRESENCE_SAME;
    if (Esys_TR_GetName(tpm->esys, handle, &found) == TSS2_RC_SUCCESS && !same_name(found, name))
        presence = PRESENCE_OTHER;
    Esys_Free(found);
    tpm_release(tpm, &handle);
    return presence;
}

static bool check_index(struct doctor *doctor, const struct doctor_card *card, const char *what,
                        const struct pinned_index *index)
{
    TPM2_HANDLE at = index->area.nvPublic.nvIndex;

    switch (presence_of(&doctor->tpm, at, &index->name)) {
    case PRESENCE_SAME:
        return true;
    case PRESENCE_OTHER:
        doctor_find(doctor, FINDING_INDEX_FOREIGN, card->id, "%s, 0x%08x", what, at);
        return false;
    case PRESENCE_NONE:
        doctor_find(doctor, FINDING_INDEX_MISSING, card->id, "%s, 0x%08x", what, at);
        return false;
    }
    return false;
}

static bool check_objects(struct doctor *doctor, const struct doctor_card *card)
{
    const struct objects *objects = &card->objects;
    bool all = true;

    if (presence_of(&doctor->tpm, objects->srk_at, &objects->srk_name) != PRESENCE_SAME) {
        doctor_find(doctor, FINDING_CARD_GONE, card->id, "storage root key at 0x%08x",
                    objects->srk_at);
        return false;
    }
    if (objects->kind == GATE_OBJECT)
        return true;
    all = check_index(doctor, card, "administrator", &objects->admin);
    all = check_index(doctor, card, "PIN", &objects->pin) && all;
    if (objects->has_puk)
        all = check_index(doctor, card, "PUK", &objects->puk) && all;
    return all;
}

/* The account that card.conf names: access over the socket goes by uid and name. */
static void check_owner(struct doctor *doctor, const struct doctor_card *card)
{
    char buffer[ENTRY_BUFFER];
    struct passwd entry, *found = NULL;

    if (!card->conf.has_owner)
        return;
    if (getpwnam_r(card->conf.owner, &entry, buffer, sizeof(buffer), &found) != 0 || found == NULL)
        doctor_find(doctor, FINDING_CARD_OWNER, card->id, "no account %s", card->conf.owner);
    else if (found->pw_uid != card->conf.owner_uid)
        doctor_find(doctor, FINDING_CARD_OWNER, card->id, "%s has the uid %u, not %u",
                    card->conf.owner, (unsigned)found->pw_uid, (unsigned)card->conf.owner_uid);
}

static void check_state(struct doctor *doctor, const struct doctor_card *card)
{
    struct card_state state;
    struct gate gate;

    if (card->objects.kind != GATE_INDEX ||
        gate_open(&gate, &doctor->tpm, &card->objects, NULL, NULL) != VSC_OK)
        return;
    if (gate_state(&gate, &state, NULL) == VSC_OK && state.blocked)
        doctor_find(doctor, FINDING_CARD_BLOCKED, card->id, "%u wrong PINs", state.tries_max);
    gate_close(&gate);
}

/* By the mark of its creation: trying the PIN would use up a try. */
static void check_default_pin(struct doctor *doctor, const struct doctor_card *card)
{
    auto_fd int keys = -1;

    if (store_open_keys(doctor->conf->card.store, card->id, &keys) == VSC_OK &&
        default_pin_is_set(keys))
        doctor_find(doctor, FINDING_DEFAULT_PIN, card->id, NULL);
}

static void check_card(struct doctor *doctor, struct doctor_card *card, void *arg)
{
    (void)arg;
    check_owner(doctor, card);
    check_default_pin(doctor, card);
    if (!doctor->has_tpm || !check_objects(doctor, card))
        return;
    check_state(doctor, card);
    if (has_default_admin_key(&doctor->tpm, &card->objects))
        doctor_find(doctor, FINDING_DEFAULT_ADMIN_KEY, card->id, NULL);
}

void check_cards(struct doctor *doctor)
{
    each_card(doctor, false, check_card, NULL);
}

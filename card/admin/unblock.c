/* SPDX-License-Identifier: BSD-2-Clause */
/* What the administrator key is for: unblocking a card, and its own rotation. */
#include <string.h>

#include "card/admin/admin.h"
#include "card/owner/unblocking.h"
#include "card/tpm/pin_marks.h"

enum vsc_err admin_unblock(struct change *change, const char *id,
                           const struct admin_unblock *unblock, struct card_outcome *ret_outcome,
                           struct problem *problem)
{
    auto_unblocking struct unblocking unblocking = UNBLOCKING_CLOSED;
    bool marked = false;
    enum vsc_err err;

    err = unblocking_open(&unblocking, change, id, problem);
    /* Before the PIN, so that no crash leaves it unmarked. */
    if (err == VSC_OK && unblock->must_change && !must_change_is_set(unblocking.keys)) {
        marked = true;
        err = must_change_set(unblocking.keys, problem);
        if (err == VSC_OK)
            err = change_give(change, unblocking.keys, STORE_MUST_CHANGE, problem);
    }
    if (err == VSC_OK)
        err = unblock_by(&unblocking, GATE_OF_ADMIN, unblock->admin_key, unblock->new_pin,
                         ret_outcome, problem);
    /* After a fault the new PIN may be set; after a refusal the old one is, which is its owner's.
     */
    if (err == VSC_OK && ret_outcome->result != VSC_OK && marked)
        must_change_clear(unblocking.keys);
    if (err != VSC_CARD_GONE)
        return err;
    *ret_outcome = (struct card_outcome){.result = VSC_CARD_GONE, .state.gone = true};
    return VSC_OK;
}

static enum vsc_err rotate(struct unblocking *unblocking, const struct secret *old_key,
                           const struct secret *new_key, enum vsc_err *ret_result,
                           struct problem *problem)
{
    auto_secret struct secret old_auth = {0}, new_auth = {0};
    struct gate gate = GATE_NONE;
    enum vsc_err err;

    err = objects_derive(&unblocking->objects, DERIVED_ADMIN, old_key, &old_auth);
    if (err == VSC_OK)
        err = objects_derive(&unblocking->objects, DERIVED_ADMIN, new_key, &new_auth);
    if (err == VSC_OK)
        err = gate_open_of(&gate, GATE_OF_ADMIN, &unblocking->change->tpm, &unblocking->objects,
                           problem);
    if (err == VSC_OK)
        err = gate_prepare(&gate, problem);
    if (err == VSC_OK)
        err = gate_change(&gate, &old_auth, &new_auth, ret_result, NULL, problem);
    gate_close(&gate);
    return err;
}

enum vsc_err admin_rotate_key(struct change *change, const char *id, const struct secret *old_key,
                              const struct secret *new_key, enum vsc_err *ret_result,
                              struct problem *problem)
{
    auto_unblocking struct unblocking unblocking = UNBLOCKING_CLOSED;
    enum vsc_err err;

    err = unblocking_open(&unblocking, change, id, problem);
    if (err == VSC_OK)
        err = rotate(&unblocking, old_key, new_key, ret_result, problem);
    if (err != VSC_CARD_GONE)
        return err;
    *ret_result = VSC_CARD_GONE;
    return VSC_OK;
}

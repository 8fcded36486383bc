/* SPDX-License-Identifier: BSD-2-Clause */
#include "card/tpm/uses.h"

#include <string.h>

#include "card/tpm/key.h"
#include "card/tpm/marshal.h"
#include "card/tpm/pin_marks.h"
#include "common/io.h"
#include "common/own.h"
#include "common/pin_policy.h"

#define WAIT_FIRST_MS 1000
#define WAIT_MAX_MS   8000

static void count_wrong(struct tpm_source *self)
{
    self->wait_ms = self->wait_ms == 0 ? WAIT_FIRST_MS : self->wait_ms * 2;
    if (self->wait_ms > WAIT_MAX_MS)
        self->wait_ms = WAIT_MAX_MS;
    self->not_before = clock_ms() + self->wait_ms;
}

/* The card's state after the try, and what the try's result is in its light. */
enum vsc_err use_conclude(struct tpm_source *self, struct card_outcome *outcome,
                          struct problem *problem)
{
    enum vsc_err err;

    if (outcome->result == VSC_CARD_GONE) {
        outcome->state = (struct card_state){.gone = true};
        opened_close(&self->opened);
        return VSC_OK;
    }
    if (outcome->result == VSC_PIN)
        count_wrong(self);
    err = gate_state(&self->opened.gate, &outcome->state, problem);
    if (err != VSC_OK)
        return err;
    if (outcome->state.gone)
        outcome->result = VSC_CARD_GONE;
    else if (outcome->result == VSC_PIN && outcome->state.blocked)
        outcome->result = VSC_PIN_BLOCKED;
    else if (outcome->result == VSC_PIN && outcome->state.locked_seconds > 0)
        outcome->result = VSC_TPM_LOCKED;
    return VSC_OK;
}

/* After the right PIN the count is as new; asking the TPM would cost a command. */
static void conclude_right(struct tpm_source *self, struct card_outcome *outcome)
{
    unsigned tries = self->opened.conf.tries;

    self->wait_ms = 0;
    self->not_before = 0;
    if (self->opened.objects.kind == GATE_INDEX)
        outcome->state = (struct card_state){
            .tries_known = true, .tries_left = (uint16_t)tries, .tries_max = (uint16_t)tries};
}

enum vsc_err use_sign(struct tpm_source *self, const void *request, struct card_outcome *outcome,
                      struct problem *problem)
{
    const struct card_sign_as *sign = request;
    struct opened *opened = &self->opened;
    auto_secret struct secret auth = {0};
    enum sign_scheme scheme = SIGN_BY_KEY;
    enum vsc_err err;

    err = opened_key(opened, self->store, sign->key, problem);
    if (err == VSC_CARD_GONE) {
        outcome->result = VSC_CARD_GONE;
        return use_conclude(self, outcome, problem);
    }
    if (err == VSC_OK)
        err = key_scheme(&opened->key_area, sign->scheme, &scheme, problem);
    if (err == VSC_OK)
        err = objects_derive(&opened->objects, DERIVED_PIN, &sign->pin, &auth);
    if (err == VSC_OK)
        err = gate_prove(&opened->gate, &auth, &outcome->result, problem);
    if (err != VSC_OK)
        return err;
    if (outcome->result != VSC_OK)
        return use_conclude(self, outcome, problem);
    err = key_sign(&opened->gate, opened->key, &opened->key_area, sign, scheme, outcome, problem);
    opened_unload(opened);
    if (err == VSC_OK)
        conclude_right(self, outcome);
    return err;
}

/* The session that holds the proof is not kept: it would let the next request sign. */
enum vsc_err use_verify(struct tpm_source *self, const void *request, struct card_outcome *outcome,
                        struct problem *problem)
{
    const struct card_verify *verify = request;
    struct opened *opened = &self->opened;
    auto_secret struct secret auth = {0};
    enum vsc_err err;

    err = gate_prepare(&opened->gate, problem);
    if (err == VSC_CARD_GONE) {
        outcome->result = VSC_CARD_GONE;
        return use_conclude(self, outcome, problem);
    }
    if (err == VSC_OK)
        err = objects_derive(&opened->objects, DERIVED_PIN, &verify->pin, &auth);
    if (err == VSC_OK)
        err = gate_prove(&opened->gate, &auth, &outcome->result, problem);
    if (err != VSC_OK)
        return err;
    if (outcome->result != VSC_OK)
        return use_conclude(self, outcome, problem);
    conclude_right(self, outcome);
    opened_close(opened);
    return VSC_OK;
}

/* The fallback's new private part: the PIN is changed when it stands in the store. */
static enum vsc_err keep_private(struct tpm_source *self, const TPM2B_PRIVATE *private,
                                 struct problem *problem)
{
    auto_fd int keys = -1;
    auto_buf struct buf content;
    enum vsc_err err;

    err = store_open_keys(self->store, self->opened.card, &keys);
    if (err != VSC_OK)
        return problem_set(problem, VSC_STORE, "%s: cannot be opened", STORE_KEYS);
    buf_init(&content, STORE_BLOB_MAX);
    put_TPM2B_PRIVATE(&content, private);
    err = buf_status(&content);
    if (err == VSC_OK)
        err = io_write_at(keys, STORE_PIN_PRIV, content.data, content.len, 0640);
    /* The object in the TPM still has the old PIN. */
    opened_close(&self->opened);
    return err;
}

static bool is_marked(const struct tpm_source *self, const char *id)
{
    auto_fd int keys = -1;

    return store_open_keys(self->store, id, &keys) == VSC_OK && must_change_is_set(keys);
}

static void clear_marks(const struct tpm_source *self, const char *id)
{
    auto_fd int keys = -1;

    if (store_open_keys(self->store, id, &keys) != VSC_OK)
        return;
    must_change_clear(keys);
    default_pin_clear(keys);
}

static enum vsc_err check_new_pin(const struct tpm_source *self,
                                  const struct card_change_pin *change, struct problem *problem)
{
    if (secret_equal(&change->old_pin, &change->new_pin) && is_marked(self, change->card))
        return problem_set(problem, VSC_PIN_POLICY, "the new PIN must not be the old one");
    return pin_policy_check(&self->opened.conf.policy, &change->new_pin, problem);
}

enum vsc_err use_change(struct tpm_source *self, const void *request, struct card_outcome *outcome,
                        struct problem *problem)
{
    const struct card_change_pin *change = request;
    struct opened *opened = &self->opened;
    auto_secret struct secret old_auth = {0}, new_auth = {0};
    TPM2B_PRIVATE private = {0};
    enum vsc_err err;

    if (check_new_pin(self, change, problem) != VSC_OK) {
        outcome->result = VSC_PIN_POLICY;
        return gate_state(&opened->gate, &outcome->state, problem);
    }
    err = gate_prepare(&opened->gate, problem);
    if (err == VSC_CARD_GONE) {
        outcome->result = VSC_CARD_GONE;
        return use_conclude(self, outcome, problem);
    }
    if (err == VSC_OK)
        err = objects_derive(&opened->objects, DERIVED_PIN, &change->old_pin, &old_auth);
    if (err == VSC_OK)
        err = objects_derive(&opened->objects, DERIVED_PIN, &change->new_pin, &new_auth);
    if (err == VSC_OK)
        err = gate_change(&opened->gate, &old_auth, &new_auth, &outcome->result, &private, problem);
    if (err != VSC_OK)
        return err;
    if (outcome->result != VSC_OK)
        return use_conclude(self, outcome, problem);
    conclude_right(self, outcome);
    if (opened->objects.kind == GATE_OBJECT)
        err = keep_private(self, &private, problem);
    if (err == VSC_OK)
        clear_marks(self, change->card);
    return err;
}

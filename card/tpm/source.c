/* SPDX-License-Identifier: BSD-2-Clause */
/* Native cards: state, signature and PIN change, see the header. The list is in listing.c. */
#include "card/tpm/source.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "card/tpm/key.h"
#include "card/tpm/listing.h"
#include "card/tpm/marshal.h"
#include "card/tpm/pin_marks.h"
#include "card/tpm/opened.h"
#include "card/tpm/record.h"
#include "card/tpm/watching.h"
#include "common/io.h"
#include "common/own.h"
#include "common/pin_policy.h"

#define WAIT_FIRST_MS 1000
#define WAIT_MAX_MS   8000

struct tpm_source {
    struct card_source base;
    char *store, *tcti; /* owned */
    struct opened opened;
    struct record record; /* of this process */
    int wait_ms;          /* after the wrong PIN at hand; 0: none yet */
    int64_t not_before;   /* monotonic milliseconds */
};

static struct tpm_source *own(struct card_source *source)
{
    return (struct tpm_source *)(void *)source;
}

/* Every use of the TPM: take the lock (released with *ret_lock), open the card. */
static enum vsc_err begin(struct tpm_source *self, const char *card, int *ret_lock,
                          struct problem *problem)
{
    auto_fd int lock = -1;
    enum vsc_err err;

    self->opened.tpm.deadline = self->base.deadline;
    if (!store_is_card_id(card))
        return problem_set(problem, VSC_NO_CARD, "no native card has this id");
    err = store_lock(self->store, &self->base.deadline, &lock, problem);
    if (err == VSC_OK)
        err = opened_card(&self->opened, self->store, self->tcti, card, problem);
    if (err == VSC_OK)
        *ret_lock = take_fd(lock);
    return err;
}

/* After a fault nothing of the connection can be relied on: the next call begins anew. */
static enum vsc_err end(struct tpm_source *self, enum vsc_err err)
{
    if (err == VSC_TPM || err == VSC_TIMEOUT || err == VSC_CARD_GONE)
        opened_close(&self->opened);
    return err;
}

static enum vsc_err source_list(struct card_source *source, struct card_list *ret_list,
                                struct problem *problem)
{
    return listing_read(own(source)->store, ret_list, problem);
}

static enum vsc_err source_state(struct card_source *source, const char *card,
                                 struct card_state *ret_state, struct problem *problem)
{
    struct tpm_source *self = own(source);
    auto_fd int lock = -1;
    enum vsc_err err;

    err = begin(self, card, &lock, problem);
    if (err == VSC_OK)
        err = gate_state(&self->opened.gate, ret_state, problem);
    if (end(self, err) != VSC_CARD_GONE)
        return err;
    *ret_state = (struct card_state){.gone = true};
    return VSC_OK;
}

static enum vsc_err source_watch(struct card_source *source, const struct card_list *list,
                                 struct glimpse *ret_glimpses, struct problem *problem)
{
    struct tpm_source *self = own(source);

    self->opened.tpm.deadline = self->base.deadline;
    return watching_ask(&self->opened, self->store, self->tcti, &self->record, list, ret_glimpses,
                        problem);
}

static enum vsc_err source_prepare(struct card_source *source, const char *card, const char *key,
                                   struct problem *problem)
{
    struct tpm_source *self = own(source);
    auto_fd int lock = -1;
    enum vsc_err err;

    err = begin(self, card, &lock, problem);
    if (err == VSC_OK)
        err = opened_key(&self->opened, self->store, key, problem);
    return end(self, err);
}

/* VSC_TIMEOUT if the deadline comes before the next attempt may. No lock is held meanwhile. */
static enum vsc_err wait_turn(const struct tpm_source *self, struct problem *problem)
{
    int64_t left = self->not_before - clock_ms();
    struct timespec pause = {.tv_sec = (time_t)(left / 1000), .tv_nsec = left % 1000 * 1000000};

    if (left <= 0)
        return VSC_OK;
    if (left >= deadline_left(&self->base.deadline))
        return problem_set(problem, VSC_TIMEOUT, "too soon after a wrong PIN");
    while (nanosleep(&pause, &pause) != 0)
        continue;
    return VSC_OK;
}

static void count_wrong(struct tpm_source *self)
{
    self->wait_ms = self->wait_ms == 0 ? WAIT_FIRST_MS : self->wait_ms * 2;
    if (self->wait_ms > WAIT_MAX_MS)
        self->wait_ms = WAIT_MAX_MS;
    self->not_before = clock_ms() + self->wait_ms;
}

/* The card's state after the try, and what the try's result is in its light. */
static enum vsc_err conclude(struct tpm_source *self, struct card_outcome *outcome,
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

/* Under the lock, so that no other sign-in comes in between. */
static enum vsc_err spare_reserve(struct tpm_source *self, uint16_t keep, struct problem *problem)
{
    struct card_state state = {0};
    enum vsc_err err = keep > 0 ? gate_state(&self->opened.gate, &state, problem) : VSC_OK;

    return err == VSC_OK ? card_state_allows(&state, keep, problem) : err;
}

static enum vsc_err sign_locked(struct tpm_source *self, const struct card_sign *sign,
                                struct card_outcome *outcome, struct problem *problem)
{
    struct opened *opened = &self->opened;
    auto_secret struct secret auth = {0};
    enum vsc_err err;

    err = opened_key(opened, self->store, sign->key, problem);
    if (err == VSC_CARD_GONE) {
        outcome->result = VSC_CARD_GONE;
        return conclude(self, outcome, problem);
    }
    if (err == VSC_OK)
        err = objects_derive(&opened->objects, DERIVED_PIN, &sign->pin, &auth);
    if (err == VSC_OK)
        err = gate_prove(&opened->gate, &auth, &outcome->result, problem);
    if (err != VSC_OK)
        return err;
    if (outcome->result != VSC_OK)
        return conclude(self, outcome, problem);
    err = key_sign(&opened->gate, opened->key, &opened->key_area, sign->digest, outcome, problem);
    opened_unload(opened);
    if (err == VSC_OK)
        conclude_right(self, outcome);
    return err;
}

static enum vsc_err source_sign(struct card_source *source, const struct card_sign *sign,
                                struct card_outcome *ret_outcome, struct problem *problem)
{
    struct tpm_source *self = own(source);
    struct card_outcome outcome = {.result = VSC_TPM};
    auto_fd int lock = -1;
    enum vsc_err err;

    if (!store_is_card_id(sign->card))
        return problem_set(problem, VSC_NO_CARD, "no native card has this id");
    if (!store_is_key_id(sign->key))
        return problem_set(problem, VSC_NO_KEY, "no key of a native card has this id");
    if (card_pin_check(&sign->pin, problem) != VSC_OK) {
        outcome.result = VSC_PIN_POLICY;
        *ret_outcome = outcome;
        return VSC_OK;
    }
    err = wait_turn(self, problem);
    if (err == VSC_OK)
        err = begin(self, sign->card, &lock, problem);
    if (err == VSC_OK)
        err = spare_reserve(self, sign->keep, problem);
    if (err == VSC_CARD_GONE) {
        outcome.result = VSC_CARD_GONE;
        err = conclude(self, &outcome, problem);
    } else if (err == VSC_OK) {
        record_changed(lock);
        err = sign_locked(self, sign, &outcome, problem);
    }
    if (end(self, err) == VSC_OK)
        *ret_outcome = outcome;
    return err;
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

static enum vsc_err change_locked(struct tpm_source *self, const struct card_change_pin *change,
                                  struct card_outcome *outcome, struct problem *problem)
{
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
        return conclude(self, outcome, problem);
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
        return conclude(self, outcome, problem);
    conclude_right(self, outcome);
    if (opened->objects.kind == GATE_OBJECT)
        err = keep_private(self, &private, problem);
    if (err == VSC_OK)
        clear_marks(self, change->card);
    return err;
}

static enum vsc_err source_change_pin(struct card_source *source,
                                      const struct card_change_pin *change,
                                      struct card_outcome *ret_outcome, struct problem *problem)
{
    struct tpm_source *self = own(source);
    struct card_outcome outcome = {.result = VSC_TPM};
    auto_fd int lock = -1;
    enum vsc_err err;

    if (!store_is_card_id(change->card))
        return problem_set(problem, VSC_NO_CARD, "no native card has this id");
    if (card_pin_check(&change->old_pin, problem) != VSC_OK) {
        outcome.result = VSC_PIN_POLICY;
        *ret_outcome = outcome;
        return VSC_OK;
    }
    err = wait_turn(self, problem);
    if (err == VSC_OK)
        err = begin(self, change->card, &lock, problem);
    if (err == VSC_OK)
        err = spare_reserve(self, change->keep, problem);
    if (err == VSC_CARD_GONE) {
        outcome.result = VSC_CARD_GONE;
        err = conclude(self, &outcome, problem);
    } else if (err == VSC_OK) {
        record_changed(lock);
        err = change_locked(self, change, &outcome, problem);
    }
    if (end(self, err) == VSC_OK)
        *ret_outcome = outcome;
    return err;
}

static void source_rest(struct card_source *source)
{
    opened_close(&own(source)->opened);
}

static void source_free(struct card_source *source)
{
    struct tpm_source *self = own(source);

    opened_close(&self->opened);
    free(self->store);
    free(self->tcti);
    explicit_bzero(self, sizeof *self);
    free(self);
}

static const struct card_ops tpm_ops = {
    .name = "tpm",
    .list = source_list,
    .state = source_state,
    .watch = source_watch,
    .prepare = source_prepare,
    .sign = source_sign,
    .change_pin = source_change_pin,
    .rest = source_rest,
    .free = source_free,
};

enum vsc_err tpm_source_new(const char *store, const char *tcti, struct card_source **ret_source)
{
    struct tpm_source *self = calloc(1, sizeof *self);

    if (self == NULL)
        return VSC_MEMORY;
    self->base.ops = &tpm_ops;
    self->opened.gate = GATE_NONE;
    self->store = strdup(store);
    self->tcti = strdup(tcti);
    if (self->store == NULL || self->tcti == NULL) {
        source_free(&self->base);
        return VSC_MEMORY;
    }
    *ret_source = &self->base;
    return VSC_OK;
}

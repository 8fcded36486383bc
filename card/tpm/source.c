/* SPDX-License-Identifier: BSD-2-Clause */
/* Native cards: state, signature and PIN change, see the header. The list is in listing.c. */
#include "card/tpm/source.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "card/tpm/listing.h"
#include "card/tpm/uses.h"
#include "card/tpm/watching.h"
#include "common/own.h"

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

/* Under the lock, so that no other sign-in comes in between. */
static enum vsc_err spare_reserve(struct tpm_source *self, uint16_t keep, struct problem *problem)
{
    struct card_state state = {0};
    enum vsc_err err = keep > 0 ? gate_state(&self->opened.gate, &state, problem) : VSC_OK;

    return err == VSC_OK ? card_state_allows(&state, keep, problem) : err;
}

/* A use of the card that needs the PIN, while its lock is held. */
struct use {
    const char *card;
    const struct secret *pin;
    uint16_t keep;
    enum vsc_err (*run)(struct tpm_source *self, const void *request, struct card_outcome *outcome,
                        struct problem *problem);
    const void *request;
};

static enum vsc_err use_card(struct tpm_source *self, const struct use *use,
                             struct card_outcome *ret_outcome, struct problem *problem)
{
    struct card_outcome outcome = {.result = VSC_TPM};
    auto_fd int lock = -1;
    enum vsc_err err;

    if (!store_is_card_id(use->card))
        return problem_set(problem, VSC_NO_CARD, "no native card has this id");
    if (card_pin_check(use->pin, problem) != VSC_OK) {
        outcome.result = VSC_PIN_POLICY;
        *ret_outcome = outcome;
        return VSC_OK;
    }
    err = wait_turn(self, problem);
    if (err == VSC_OK)
        err = begin(self, use->card, &lock, problem);
    if (err == VSC_OK)
        err = spare_reserve(self, use->keep, problem);
    if (err == VSC_CARD_GONE) {
        outcome.result = VSC_CARD_GONE;
        err = use_conclude(self, &outcome, problem);
    } else if (err == VSC_OK) {
        record_changed(lock);
        err = use->run(self, use->request, &outcome, problem);
    }
    if (end(self, err) == VSC_OK)
        *ret_outcome = outcome;
    /* ESYS keeps the authValue of a PIN that was refused, which may be all but right, in its
     * session. */
    if (outcome.result != VSC_OK)
        opened_close(&self->opened);
    return err;
}

static enum vsc_err source_sign_as(struct card_source *source, const struct card_sign_as *sign,
                                   struct card_outcome *ret_outcome, struct problem *problem)
{
    const struct use use = {sign->card, &sign->pin, sign->keep, use_sign, sign};

    if (!store_is_key_id(sign->key))
        return problem_set(problem, VSC_NO_KEY, "no key of a native card has this id");
    return use_card(own(source), &use, ret_outcome, problem);
}

static enum vsc_err source_sign(struct card_source *source, const struct card_sign *sign,
                                struct card_outcome *ret_outcome, struct problem *problem)
{
    struct card_sign_as as = {
        .scheme = SIGN_BY_KEY, .digest_len = DIGEST_SIZE, .pin = sign->pin, .keep = sign->keep};
    enum vsc_err err;

    memcpy(as.card, sign->card, sizeof(as.card));
    memcpy(as.key, sign->key, sizeof(as.key));
    memcpy(as.digest, sign->digest, DIGEST_SIZE);
    err = source_sign_as(source, &as, ret_outcome, problem);
    secret_done(&as.pin);
    return err;
}

static enum vsc_err source_change_pin(struct card_source *source,
                                      const struct card_change_pin *change,
                                      struct card_outcome *ret_outcome, struct problem *problem)
{
    const struct use use = {change->card, &change->old_pin, change->keep, use_change, change};

    return use_card(own(source), &use, ret_outcome, problem);
}

static enum vsc_err source_verify(struct card_source *source, const struct card_verify *verify,
                                  struct card_outcome *ret_outcome, struct problem *problem)
{
    const struct use use = {verify->card, &verify->pin, verify->keep, use_verify, verify};

    return use_card(own(source), &use, ret_outcome, problem);
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
    .sign_as = source_sign_as,
    .verify = source_verify,
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

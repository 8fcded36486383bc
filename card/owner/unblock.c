/* SPDX-License-Identifier: BSD-2-Clause */
/* Unblocks a card by its PUK (or, for card/admin, the administrator key), and changes the PUK. */
#include <string.h>

#include "card/owner/owner.h"
#include "card/owner/unblocking.h"
#include "card/tpm/pin_marks.h"

static const enum derived derivations[] = {
    [GATE_OF_PIN] = DERIVED_PIN, [GATE_OF_PUK] = DERIVED_PUK, [GATE_OF_ADMIN] = DERIVED_ADMIN};

/* A refusal that the TPM counted: how many tries the PUK has left. */
static enum vsc_err conclude_refusal(struct gate *gate, struct card_outcome *outcome,
                                     struct problem *problem)
{
    enum vsc_err err = VSC_OK;

    if (outcome->result == VSC_CARD_GONE)
        outcome->state = (struct card_state){.gone = true};
    else if (gate->of == GATE_OF_PUK)
        err = gate_state(gate, &outcome->state, problem);
    if (err == VSC_OK && outcome->state.gone)
        outcome->result = VSC_CARD_GONE;
    else if (err == VSC_OK && outcome->result == VSC_PUK && outcome->state.blocked)
        outcome->result = VSC_PUK_BLOCKED;
    return err;
}

/* Prove it once for each of the two commands: a policy session forgets what it has served. */
static enum vsc_err prove(struct gate *gate, const struct secret *auth, enum vsc_err *ret_result,
                          struct problem *problem)
{
    enum vsc_err err = gate_prepare(gate, problem);

    if (err == VSC_CARD_GONE) {
        *ret_result = VSC_CARD_GONE;
        return VSC_OK;
    }
    return err == VSC_OK ? gate_prove(gate, auth, ret_result, problem) : err;
}

static enum vsc_err change_and_reset(struct unblocking *unblocking, struct gate *gate,
                                     const struct secret *auth, const struct secret *new_pin,
                                     struct card_outcome *outcome, struct problem *problem)
{
    enum vsc_err err = prove(gate, auth, &outcome->result, problem);

    if (err == VSC_OK && outcome->result != VSC_OK)
        return conclude_refusal(gate, outcome, problem);
    outcome->result = VSC_TPM;
    /* The proof ended its session; the next encrypts the new authValue. */
    if (err == VSC_OK)
        err = gate_prepare(gate, problem);
    if (err == VSC_OK)
        err = unblocking_set_pin(unblocking, gate->policy, gate->hmac, new_pin, problem);
    if (err == VSC_OK)
        err = prove(gate, auth, &outcome->result, problem);
    if (err == VSC_OK && outcome->result != VSC_OK)
        return problem_set(problem, VSC_TPM, "the TPM took the secret once, and not again");
    if (err == VSC_OK)
        err = unblocking_reset(unblocking, gate->policy, problem);
    return err;
}

enum vsc_err unblock_by(struct unblocking *unblocking, enum gate_of by, const struct secret *secret,
                        const struct secret *new_pin, struct card_outcome *ret_outcome,
                        struct problem *problem)
{
    struct card_outcome outcome = {.result = VSC_TPM};
    auto_secret struct secret auth = {0};
    struct gate gate = GATE_NONE;
    enum vsc_err err;

    if (pin_policy_check(&unblocking->conf.policy, new_pin, problem) != VSC_OK) {
        *ret_outcome = (struct card_outcome){.result = VSC_PIN_POLICY};
        return VSC_OK;
    }
    err = objects_derive(&unblocking->objects, derivations[by], secret, &auth);
    if (err == VSC_OK)
        err = gate_open_of(&gate, by, &unblocking->change->tpm, &unblocking->objects, problem);
    if (err == VSC_OK)
        err = change_and_reset(unblocking, &gate, &auth, new_pin, &outcome, problem);
    gate_close(&gate);
    if (err == VSC_OK && outcome.result == VSC_OK)
        err = unblocking_conclude(unblocking, &outcome, problem);
    if (err == VSC_OK)
        *ret_outcome = outcome;
    return err;
}

/* What cannot be opened in this TPM any more is a result, not a fault. */
static enum vsc_err gone(enum vsc_err err, struct card_outcome *ret_outcome)
{
    if (err != VSC_CARD_GONE)
        return err;
    *ret_outcome = (struct card_outcome){.result = VSC_CARD_GONE, .state.gone = true};
    return VSC_OK;
}

enum vsc_err puk_check(const struct secret *puk, struct problem *problem)
{
    struct problem rule = {0};

    if (pin_policy_check(&PIN_POLICY_DEFAULT, puk, &rule) == VSC_OK)
        return VSC_OK;
    return problem_set(problem, VSC_PIN_POLICY, "a PUK has %d to %d printable ASCII characters",
                       PIN_MIN_LENGTH, PIN_MAX);
}

enum vsc_err owner_unblock(struct change *change, const char *id, const struct secret *puk,
                           const struct secret *new_pin, struct card_outcome *ret_outcome,
                           struct problem *problem)
{
    auto_unblocking struct unblocking unblocking = UNBLOCKING_CLOSED;
    enum vsc_err err;

    if (puk->len == 0 || puk->len > PIN_MAX)
        return problem_set(problem, VSC_INPUT, "a PUK has 1 to %d characters", PIN_MAX);
    err = unblocking_open(&unblocking, change, id, problem);
    if (err == VSC_OK)
        err = unblock_by(&unblocking, GATE_OF_PUK, puk, new_pin, ret_outcome, problem);
    /* Who has the PUK has chosen this PIN. */
    if (err == VSC_OK && ret_outcome->result == VSC_OK)
        must_change_clear(unblocking.keys);
    return gone(err, ret_outcome);
}

static enum vsc_err change_puk(struct unblocking *unblocking, const struct secret *old_puk,
                               const struct secret *new_puk, struct card_outcome *outcome,
                               struct problem *problem)
{
    auto_secret struct secret old_auth = {0}, new_auth = {0};
    struct gate gate = GATE_NONE;
    enum vsc_err err;

    err = objects_derive(&unblocking->objects, DERIVED_PUK, old_puk, &old_auth);
    if (err == VSC_OK)
        err = objects_derive(&unblocking->objects, DERIVED_PUK, new_puk, &new_auth);
    if (err == VSC_OK)
        err = gate_open_of(&gate, GATE_OF_PUK, &unblocking->change->tpm, &unblocking->objects,
                           problem);
    if (err == VSC_OK)
        err = gate_prepare(&gate, problem);
    if (err == VSC_OK)
        err = gate_change(&gate, &old_auth, &new_auth, &outcome->result, NULL, problem);
    if (err == VSC_OK && outcome->result != VSC_OK)
        err = conclude_refusal(&gate, outcome, problem);
    gate_close(&gate);
    if (err == VSC_OK && outcome->result == VSC_OK)
        err = unblocking_conclude(unblocking, outcome, problem);
    return err;
}

enum vsc_err owner_change_puk(struct change *change, const char *id, const struct secret *old_puk,
                              const struct secret *new_puk, struct card_outcome *ret_outcome,
                              struct problem *problem)
{
    auto_unblocking struct unblocking unblocking = UNBLOCKING_CLOSED;
    struct card_outcome outcome = {.result = VSC_TPM};
    enum vsc_err err;

    if (old_puk->len == 0 || old_puk->len > PIN_MAX)
        return problem_set(problem, VSC_INPUT, "a PUK has 1 to %d characters", PIN_MAX);
    if (puk_check(new_puk, problem) != VSC_OK) {
        *ret_outcome = (struct card_outcome){.result = VSC_PIN_POLICY};
        return VSC_OK;
    }
    err = unblocking_open(&unblocking, change, id, problem);
    if (err == VSC_OK)
        err = change_puk(&unblocking, old_puk, new_puk, &outcome, problem);
    if (err == VSC_OK)
        *ret_outcome = outcome;
    return gone(err, ret_outcome);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* The card's side of an unblocking by the help desk, see the header. */
#include "card/helpdesk/challenge.h"

#include <openssl/rand.h>
#include <string.h>

#include "card/tpm/pin_marks.h"
#include "card/tpm/policy.h"
#include "card/tpm/store.h"
#include "common/own.h"

static const TPM2B_NONCE nothing;

/* A policy session with a nonce of 16 bytes: it has the size of the caller's. */
static enum vsc_err open_session(struct challenge *challenge, ESYS_TR srk, struct problem *problem)
{
    static const TPMT_SYM_DEF aes = {
        .algorithm = TPM2_ALG_AES, .keyBits.aes = 128, .mode.aes = TPM2_ALG_CFB};
    struct tpm *tpm = &challenge->change.tpm;
    TPM2B_NONCE caller = {.size = HELPDESK_CHALLENGE_SIZE}, *nonce = NULL;
    TSS2_RC rc;

    if (RAND_bytes(caller.buffer, HELPDESK_CHALLENGE_SIZE) != 1)
        return problem_set(problem, VSC_SYSTEM, "no random numbers");
    rc = Esys_StartAuthSession(tpm->esys, srk, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE,
                               ESYS_TR_NONE, &caller, TPM2_SE_POLICY, &aes, TPM2_ALG_SHA256,
                               &challenge->policy);
    if (rc != TSS2_RC_SUCCESS) {
        challenge->policy = ESYS_TR_NONE;
        return tpm_status(tpm, rc, "TPM2_StartAuthSession", problem);
    }
    rc = Esys_TRSess_GetNonceTPM(tpm->esys, challenge->policy, &nonce);
    if (rc != TSS2_RC_SUCCESS)
        return tpm_status(tpm, rc, "Esys_TRSess_GetNonceTPM", problem);
    challenge->nonce = *nonce;
    Esys_Free(nonce);
    return challenge->nonce.size == HELPDESK_CHALLENGE_SIZE
               ? VSC_OK
               : problem_set(problem, VSC_TPM, "the TPM's nonce has another size");
}

static enum vsc_err load_srk(struct challenge *challenge, ESYS_TR *ret_srk, struct problem *problem)
{
    const struct objects *objects = &challenge->unblocking.objects;

    return gate_pin_handle(&challenge->change.tpm, &objects->srk_handle, objects->srk_at,
                           &objects->srk_name, ret_srk, problem);
}

enum vsc_err challenge_begin(struct challenge *challenge, const char *store, const char *tcti,
                             const char *id, struct problem *problem)
{
    struct deadline deadline = deadline_in(CHANGE_DEADLINE_MS);
    ESYS_TR srk = ESYS_TR_NONE;
    enum vsc_err err;

    *challenge = CHALLENGE_CLOSED;
    err = change_open(&challenge->change, store, tcti, &deadline, problem);
    if (err == VSC_OK)
        err = unblocking_open(&challenge->unblocking, &challenge->change, id, problem);
    if (err == VSC_OK && !challenge->unblocking.objects.has_helpdesk)
        err = problem_set(problem, VSC_DENIED, "the card was made without --helpdesk");
    if (err == VSC_OK)
        err = load_srk(challenge, &srk, problem);
    if (err == VSC_OK)
        err = open_session(challenge, srk, problem);
    tpm_release(&challenge->change.tpm, &srk);
    own_close(&challenge->change.lock);
    challenge->change.lock = -1;
    if (err != VSC_OK)
        return err;
    memcpy(challenge->card, id, sizeof challenge->card);
    challenge->seconds = HELPDESK_SECONDS;
    code_write(challenge->unblocking.objects.serial, SERIAL_SIZE, SERIAL_GROUP,
               challenge->card_code);
    code_write(challenge->nonce.buffer, HELPDESK_CHALLENGE_SIZE, CHALLENGE_GROUP, challenge->code);
    return VSC_OK;
}

void challenge_end(struct challenge *challenge)
{
    tpm_flush(&challenge->change.tpm, &challenge->policy);
    unblocking_close(&challenge->unblocking);
    change_close(&challenge->change);
}

enum vsc_err challenge_check_answer(const char *answer, struct problem *problem)
{
    unsigned char bytes[HELPDESK_ANSWER_SIZE];
    enum vsc_err err = code_read(answer, sizeof bytes, bytes);

    explicit_bzero(bytes, sizeof bytes);
    return err == VSC_OK ? err
                         : problem_set(problem, err,
                                       "there is a typing error: an answer has %d letters and "
                                       "digits, the last two of which are the check",
                                       (int)CODE_LETTERS(HELPDESK_ANSWER_SIZE));
}

enum vsc_err challenge_wrong_answer(struct problem *problem)
{
    return problem_set(problem, VSC_OK,
                       "this is not the help desk's answer for this card and this challenge");
}

/* What one answer is good for: the first command by itself, the second by this ticket. */
struct grant {
    TPM2B_TIMEOUT *timeout;
    TPMT_TK_AUTH *ticket;
};

static void grant_done(struct grant *grant)
{
    Esys_Free(grant->timeout);
    Esys_Free(grant->ticket);
}
#define auto_grant __attribute__((cleanup(grant_done)))

static void policy_ref(const struct challenge *challenge, TPM2B_NONCE *ret_ref)
{
    *ret_ref = (TPM2B_NONCE){.size = SERIAL_SIZE};
    memcpy(ret_ref->buffer, challenge->unblocking.objects.serial, SERIAL_SIZE);
}

static enum vsc_err load_helpdesk(struct challenge *challenge, ESYS_TR srk, ESYS_TR *ret_key,
                                  struct problem *problem)
{
    const struct objects *objects = &challenge->unblocking.objects;
    struct tpm *tpm = &challenge->change.tpm;
    TSS2_RC rc = Esys_Load(tpm->esys, srk, ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE,
                           &objects->helpdesk_private, &objects->helpdesk, ret_key);

    if (tpm_base_code(rc) == TPM2_RC_INTEGRITY || tpm_base_code(rc) == TPM2_RC_HANDLE)
        return VSC_CARD_GONE;
    return tpm_status(tpm, rc, "TPM2_Load", problem);
}

/* TPM2_PolicySigned with what was typed; *ret_result VSC_OK or VSC_DENIED. */
static enum vsc_err submit(struct challenge *challenge, ESYS_TR key, const char *answer,
                           struct grant *grant, enum vsc_err *ret_result, struct problem *problem)
{
    struct tpm *tpm = &challenge->change.tpm;
    TPMT_SIGNATURE signature = {.sigAlg = TPM2_ALG_HMAC, .signature.hmac.hashAlg = TPM2_ALG_SHA256};
    TPM2B_NONCE ref;
    TSS2_RC rc;

    if (code_read(answer, HELPDESK_ANSWER_SIZE, signature.signature.hmac.digest.sha256) != VSC_OK)
        return VSC_INPUT;
    policy_ref(challenge, &ref);
    rc = Esys_PolicySigned(tpm->esys, key, challenge->policy, ESYS_TR_NONE, ESYS_TR_NONE,
                           ESYS_TR_NONE, &challenge->nonce, &nothing, &ref,
                           -(INT32)challenge->seconds, &signature, &grant->timeout, &grant->ticket);
    explicit_bzero(&signature, sizeof signature);
    if (tpm_base_code(rc) == TPM2_RC_EXPIRED)
        return problem_set(problem, VSC_TIMEOUT, "the challenge is too old: begin anew");
    if (tpm_base_code(rc) == TPM2_RC_SIGNATURE) {
        *ret_result = VSC_DENIED;
        return challenge_wrong_answer(problem);
    }
    *ret_result = VSC_OK;
    return tpm_status(tpm, rc, "TPM2_PolicySigned", problem);
}

/* The same answer for the session's second use. */
static enum vsc_err redeem(struct challenge *challenge, const struct grant *grant,
                           struct problem *problem)
{
    struct tpm *tpm = &challenge->change.tpm;
    TPM2B_NAME name;
    TPM2B_NONCE ref;
    TSS2_RC rc;

    if (name_of_public(&challenge->unblocking.objects.helpdesk.publicArea, &name) != VSC_OK)
        return VSC_STORE;
    policy_ref(challenge, &ref);
    rc = Esys_PolicyTicket(tpm->esys, challenge->policy, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE,
                           grant->timeout, &nothing, &ref, &name, grant->ticket);
    return tpm_status(tpm, rc, "TPM2_PolicyTicket", problem);
}

/* NV_ChangeAuth, then NV_Write: a crash in between leaves a blocked card. */
static enum vsc_err unblock(struct challenge *challenge, ESYS_TR hmac, const struct grant *grant,
                            const struct secret *new_pin, struct problem *problem)
{
    struct unblocking *unblocking = &challenge->unblocking;
    enum vsc_err err;

    err = unblocking_set_pin(unblocking, challenge->policy, hmac, new_pin, problem);
    if (err == VSC_OK)
        err = redeem(challenge, grant, problem);
    if (err == VSC_OK)
        err = unblocking_reset(unblocking, challenge->policy, problem);
    return err;
}

static enum vsc_err use_answer(struct challenge *challenge, const char *answer,
                               const struct secret *new_pin, struct card_outcome *outcome,
                               struct problem *problem)
{
    struct tpm *tpm = &challenge->change.tpm;
    auto_grant struct grant grant = {0};
    ESYS_TR srk = ESYS_TR_NONE, key = ESYS_TR_NONE, hmac = ESYS_TR_NONE;
    enum vsc_err err;

    err = load_srk(challenge, &srk, problem);
    if (err == VSC_OK)
        err = load_helpdesk(challenge, srk, &key, problem);
    if (err == VSC_OK)
        err = submit(challenge, key, answer, &grant, &outcome->result, problem);
    tpm_flush(tpm, &key);
    if (err == VSC_OK && outcome->result == VSC_OK) {
        outcome->result = VSC_TPM;
        err = session_start(tpm, srk, SESSION_HMAC, &hmac, problem);
        if (err == VSC_OK)
            err = unblock(challenge, hmac, &grant, new_pin, problem);
        if (err == VSC_OK)
            outcome->result = VSC_OK;
        /* Used once. */
        tpm_flush(tpm, &challenge->policy);
    }
    tpm_flush(tpm, &hmac);
    tpm_release(tpm, &srk);
    return err;
}

static enum vsc_err finish(struct challenge *challenge, const char *answer,
                           const struct secret *new_pin, struct card_outcome *outcome,
                           struct problem *problem)
{
    enum vsc_err err;

    challenge->change.tpm.deadline = deadline_in(CHANGE_DEADLINE_MS);
    err = store_lock(challenge->change.store, &challenge->change.tpm.deadline,
                     &challenge->change.lock, problem);
    if (err == VSC_OK)
        err = use_answer(challenge, answer, new_pin, outcome, problem);
    if (err == VSC_OK && outcome->result == VSC_OK) {
        /* Who got the answer has chosen this PIN. */
        must_change_clear(challenge->unblocking.keys);
        err = unblocking_conclude(&challenge->unblocking, outcome, problem);
    }
    own_close(&challenge->change.lock);
    challenge->change.lock = -1;
    if (err != VSC_CARD_GONE)
        return err;
    *outcome = (struct card_outcome){.result = VSC_CARD_GONE, .state.gone = true};
    return VSC_OK;
}

enum vsc_err challenge_finish(struct challenge *challenge, const char *answer,
                              const struct secret *new_pin, struct card_outcome *ret_outcome,
                              struct problem *problem)
{
    struct card_outcome outcome = {.result = VSC_TPM};
    enum vsc_err err = challenge_check_answer(answer, problem);

    if (err != VSC_OK)
        return err;
    if (challenge->policy == ESYS_TR_NONE)
        return problem_set(problem, VSC_TIMEOUT, "there is no challenge any more: begin anew");
    if (pin_policy_check(&challenge->unblocking.conf.policy, new_pin, problem) != VSC_OK) {
        *ret_outcome = (struct card_outcome){.result = VSC_PIN_POLICY};
        return VSC_OK;
    }
    err = finish(challenge, answer, new_pin, &outcome, problem);
    if (err == VSC_OK)
        *ret_outcome = outcome;
    return err;
}

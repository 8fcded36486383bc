/* SPDX-License-Identifier: BSD-2-Clause */
/* Keys that are not needed any more. */
#include <stdlib.h>
#include <string.h>

#include "common/sign_ins.h"
#include "enroll/due.h"
#include "enroll/run_parts.h"

#define ENV_ISSUER "PKCS11_LOGIN_CERT_ISSUER"
#define ENV_SERIAL "PKCS11_LOGIN_CERT_SERIAL"

/* The session's environment, which the module has set at a sign-in that went well. */
static bool is_of_session(const struct issued *issued)
{
    const char *issuer = secure_getenv(ENV_ISSUER), *serial = secure_getenv(ENV_SERIAL);

    return issuer != NULL && serial != NULL && strcmp(serial, issued->serial) == 0 &&
           strcmp(issuer, issued->issuer) == 0;
}

/* Has the user signed in with the certificate of that key? */
static bool is_in_use(struct run *run, const char *spki)
{
    auto_issued struct issued issued = {.chain_len = 0};

    return run_issued(run, spki, &issued) &&
           (is_of_session(&issued) ||
            sign_ins_have(SIGN_INS_FOLDER, run->errand->person.uid, issued.serial, issued.issuer));
}

static bool has_expired(const struct run *run, const char *key)
{
    auto_issued struct issued issued = {.chain_len = 0};
    const struct card_key *old = errand_key(run->card, key);

    return old == NULL || old->chain_len == 0 ||
           (issued_of_key(old, &issued, NULL) == VSC_OK && issued.not_after < run->errand->now);
}

/* Delete the key that `place` in the state names, and forget it; one that is gone is forgotten. */
static enum vsc_err drop(struct run *run, char place[SPKI_ID_SIZE], bool *ret_deleted,
                         struct problem *problem)
{
    char key[KEY_ID_SIZE];
    enum vsc_err err = errand_find_key(run->errand, run->card, place, key, problem);

    if (err == VSC_OK && key[0] != '\0') {
        err = errand_delete(run->errand, run->card, key, problem);
        *ret_deleted = *ret_deleted || err == VSC_OK;
    }
    if (err != VSC_OK)
        return err;
    place[0] = '\0';
    err = run_save(run, run->state.phase, problem);
    return err == VSC_OK ? run_look_again(run, problem) : err;
}

/* Is the key before of no use any more? */
static enum vsc_err judge_old(struct run *run, bool *ret_needless, struct problem *problem)
{
    auto_issued struct issued current = {.chain_len = 0};
    char key[KEY_ID_SIZE];
    enum vsc_err err = errand_find_key(run->errand, run->card, run->state.old, key, problem);

    if (err == VSC_OK)
        *ret_needless =
            key[0] == '\0' || (run_current(run, &current) &&
                               (is_in_use(run, run->state.current) || has_expired(run, key)));
    return err;
}

/* Has the user signed in with a profile that takes this one's place? */
static bool has_successor(struct run *run)
{
    const struct errand *errand = run->errand;

    for (size_t i = 0; i < errand->profiles.count; i++) {
        const struct profile *other = errand->profiles.items[i];
        auto_state struct state state = {.phase = STATE_IDLE};

        if (other != run->profile && profile_allows(other, &errand->person) &&
            due_supersedes(run->errand, other, run->profile) &&
            state_read(errand->folder, other->name, &state, NULL) == VSC_OK &&
            strcmp(state.card, run->card->id) == 0 && is_in_use(run, state.current))
            return true;
    }
    return false;
}

enum vsc_err run_tidy(struct run *run, bool *ret_deleted, struct problem *problem)
{
    struct state *state = &run->state;
    const bool replaced = state->phase == STATE_IDLE && state->current[0] != '\0' &&
                          strcmp(state->card, run->card->id) == 0 && has_successor(run);
    bool needless = replaced;
    enum vsc_err err = VSC_OK;

    *ret_deleted = false;
    if (state->old[0] != '\0' && !needless)
        err = judge_old(run, &needless, problem);
    if (err == VSC_OK && state->old[0] != '\0' && needless)
        err = drop(run, state->old, ret_deleted, problem);
    if (err == VSC_OK && replaced)
        err = drop(run, state->current, ret_deleted, problem);
    return err;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* The card's part of an enrollment: keys that come and go. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "card/remote_owner.h"
#include "common/own.h"
#include "enroll/attestation.h"
#include "enroll/due.h"
#include "enroll/run_parts.h"
#include "enroll/xcep/xcep.h"

enum vsc_err run_look_again(struct run *run, struct problem *problem)
{
    char id[CARD_ID_SIZE];
    enum vsc_err err;

    if (run->card == NULL)
        return problem_set(problem, VSC_NO_CARD, "%s", run->state.card);
    memcpy(id, run->card->id, sizeof id);
    err = errand_list(run->errand, problem);
    if (err != VSC_OK)
        return err;
    run->card = NULL; /* it was of the list before */
    return errand_card(run->errand, id, &run->card, problem);
}

static bool is_before(const struct state *state, const char *key)
{
    for (size_t i = 0; i < state->before_count; i++)
        if (strcmp(state->before[i], key) == 0)
            return true;
    return false;
}

/* The one key without a certificate that was not there before: made, and then we were killed. */
static const struct card_key *find_made(const struct run *run)
{
    const struct card_key *made = NULL;

    for (size_t i = 0; i < run->card->key_count; i++) {
        const struct card_key *key = &run->card->keys[i];

        if (key->chain_len > 0 || is_before(&run->state, key->id))
            continue;
        if (made != NULL)
            return NULL;
        made = key;
    }
    return made;
}

/* vsc-card may be at work still for a vsc-enroll that was killed. A question about any key waits
 * for the store. */
static enum vsc_err wait_for_card(struct run *run, struct problem *problem)
{
    struct card_made ignored;

    run->errand->source->deadline = deadline_in(60000);
    (void)!remote_public(run->errand->source, run->card->id, "00", &ignored, NULL);
    return run_look_again(run, problem);
}

enum vsc_err run_make_key(struct run *run, struct problem *problem)
{
    const struct card_key *made = find_made(run);
    char spki[SPKI_ID_SIZE];
    enum vsc_err err = VSC_OK;

    if (made == NULL && run->resumed) {
        err = wait_for_card(run, problem);
        made = find_made(run);
    }
    if (err != VSC_OK)
        return err;
    if (made != NULL)
        err = errand_key_spki(run->errand, run->card, made, spki, problem);
    else
        err =
            errand_generate(run->errand, run->card, profile_key_type(run->profile), spki, problem);
    if (err == VSC_OK)
        err = run_look_again(run, problem);
    if (err != VSC_OK)
        return err;
    memcpy(run->state.next, spki, sizeof run->state.next);
    return run_save(run, STATE_KEYED, problem);
}

enum vsc_err run_find_next(struct run *run, char ret_key[KEY_ID_SIZE], struct problem *problem)
{
    enum vsc_err err = errand_find_key(run->errand, run->card, run->state.next, ret_key, problem);

    if (err != VSC_OK || ret_key[0] != '\0')
        return err;
    (void)snprintf(run->code, sizeof run->code, "key-gone");
    return problem_set(problem, VSC_NO_KEY,
                       "key-gone: the key of the request is not on the card any more");
}

/* As AD CS wants it: whom it is for the CA knows, unless the template leaves that to the enrollee.
 */
static enum vsc_err ask_for_template(struct run *run, struct xcep_plan *plan,
                                     struct csr_template *ret_template,
                                     struct csr_subject *ret_subject, struct problem *problem)
{
    enum vsc_err err = xcep_find_plan(run->profile, plan, run->code, problem);

    *ret_template = (struct csr_template){
        .name = plan->template.name,
        .oid = plan->template.oid,
        .major = plan->template.major,
        .minor = plan->template.minor,
    };
    ret_subject->template = ret_template;
    if (err == VSC_OK) {
        xcep_note(&plan->template, run->errand->now, &run->state.template);
        run->state.next_major = plan->template.major;
    }
    if ((plan->template.subject_name_flags & XCEP_SUBJECT_SUPPLIED) == 0)
        ret_subject->upn = NULL;
    return err;
}

/* Whether AD CS would take a request for the template at all. */
static enum vsc_err check_template(struct run *run, struct problem *problem)
{
    struct xcep_plan plan = {.url = ""};

    return run->profile->backend == PROFILE_XCEP
               ? xcep_find_plan(run->profile, &plan, run->code, problem)
               : VSC_OK;
}

enum vsc_err run_make_request(struct run *run, struct problem *problem)
{
    struct csr_subject subject = {.upn = run->upn};
    struct csr_template template;
    struct xcep_plan plan = {.url = ""};
    auto_free char *pem = NULL;
    char key[KEY_ID_SIZE];
    enum vsc_err err = run_find_next(run, key, problem);

    if (err == VSC_OK && run->profile->backend == PROFILE_XCEP)
        err = ask_for_template(run, &plan, &template, &subject, problem);

    if (err == VSC_OK)
        err = errand_pin(run->errand, run->card, problem);
    if (err == VSC_OK)
        err = errand_request(run->errand, run->card, key, &subject, &pem, problem);
    if (err != VSC_OK)
        return err;
    free(run->state.request);
    run->state.request = take(pem);
    return run_save(run, STATE_REQUESTED, problem);
}

/* Is that very certificate on the card with its key? Then we were killed after CARD_STORE. */
static bool is_stored(const struct run *run, const char *key, const struct issued *issued)
{
    const struct card_key *stored = errand_key(run->card, key);

    return stored != NULL && stored->is_default && stored->chain_len > 0 &&
           stored->chain[0].len == issued->chain[0].len &&
           memcmp(stored->chain[0].data, issued->chain[0].data, issued->chain[0].len) == 0;
}

static enum vsc_err finish(struct run *run, struct problem *problem)
{
    struct state *state = &run->state;

    if (strcmp(state->current, state->next) != 0) {
        memcpy(state->old, state->current, sizeof state->old);
        memcpy(state->current, state->next, sizeof state->current);
    }
    state->version = state->next_version;
    state->major = state->next_major;
    state_reset(state);
    return run_save(run, STATE_IDLE, problem);
}

static enum vsc_err try_key(struct run *run, const char *key, const struct issued *issued,
                            struct problem *problem)
{
    enum vsc_err err = errand_try(run->errand, run->card, key, issued, problem);

    if (err == VSC_DENIED)
        (void)snprintf(run->code, sizeof run->code, "proof-failed");
    return err;
}

enum vsc_err run_may_replace(struct run *run, struct problem *problem)
{
    const struct errand *errand = run->errand;
    const struct asker *asker = errand->asker;

    if (asker == NULL && errand->pin_from == ASK_TERMINAL)
        asker = &asker_terminal;
    if (errand->quiet || run->yes || !due_replaces_another(run))
        return VSC_OK;
    if (asker != NULL && asker->may_replace(asker->context, run->card->name, run->profile->name))
        return VSC_OK;
    run->kept_place = true;
    return problem_set(problem, VSC_DENIED,
                       "%s: the card signs in with a certificate of another profile or origin, "
                       "which keeps its place; vsc-enroll request --yes lets this one take it",
                       run->profile->name);
}

enum vsc_err run_install(struct run *run, struct problem *problem)
{
    auto_issued struct issued issued = {.chain_len = 0};
    const char *answer = run->state.answer;
    char key[KEY_ID_SIZE];
    enum vsc_err err = run_find_next(run, key, problem);

    if (err == VSC_OK)
        err = issued_parse(answer, strlen(answer), &issued, run->code, problem);
    if (err != VSC_OK)
        return err;
    if (!is_stored(run, key, &issued)) {
        err = run_check_answer(run, &issued, problem);
        if (err == VSC_OK)
            err = run_may_replace(run, problem);
        if (err == VSC_OK)
            err = errand_pin(run->errand, run->card, problem);
        if (err == VSC_OK)
            err = try_key(run, key, &issued, problem);
        if (err == VSC_OK)
            err = errand_store(run->errand, run->card, &issued, problem);
        if (err == VSC_OK)
            err = run_look_again(run, problem);
    }
    return err == VSC_OK ? finish(run, problem) : err;
}

enum vsc_err run_cancel(struct run *run, struct problem *problem)
{
    char key[KEY_ID_SIZE] = "";
    enum vsc_err err = VSC_OK;

    /* A renewal with the same key has no key of its own. */
    if (run->state.next[0] != '\0' && strcmp(run->state.next, run->state.current) != 0) {
        err = run_look_again(run, problem);
        if (err == VSC_OK)
            err = errand_find_key(run->errand, run->card, run->state.next, key, problem);
        if (err == VSC_OK && key[0] != '\0')
            err = errand_delete(run->errand, run->card, key, problem);
    } else if (run->state.phase == STATE_GENERATING) {
        const struct card_key *made = find_made(run);

        if (made != NULL)
            err = errand_delete(run->errand, run->card, made->id, problem);
    }
    if (err != VSC_OK)
        return err;
    state_reset(&run->state);
    err = run_save(run, STATE_IDLE, problem);
    return err == VSC_OK ? run_look_again(run, problem) : err;
}

bool run_is_orphan(const struct run *run)
{
    const struct card_info *found = NULL;

    return run->state.phase != STATE_IDLE && run->errand->listed &&
           errand_card(run->errand, run->state.card, &found, NULL) != VSC_OK;
}

enum vsc_err run_forget(struct run *run, struct problem *problem)
{
    state_done(&run->state);
    run->state = (struct state){.phase = STATE_IDLE};
    return run_save(run, STATE_IDLE, problem);
}

bool run_issued(struct run *run, const char *spki, struct issued *ret_issued)
{
    char id[KEY_ID_SIZE];
    const struct card_key *key;

    if (run->card == NULL || errand_find_key(run->errand, run->card, spki, id, NULL) != VSC_OK ||
        id[0] == '\0')
        return false;
    key = errand_key(run->card, id);
    return key != NULL && issued_of_key(key, ret_issued, NULL) == VSC_OK;
}

bool run_current(struct run *run, struct issued *ret_issued)
{
    return run_issued(run, run->state.current, ret_issued);
}

static enum vsc_err begin_with_new_key(struct run *run, struct problem *problem)
{
    struct state *state = &run->state;

    state->before_count = 0;
    for (size_t i = 0; i < run->card->key_count && i < CARD_KEYS_MAX; i++)
        memcpy(state->before[state->before_count++], run->card->keys[i].id, KEY_ID_SIZE);
    return run_save(run, STATE_GENERATING, problem);
}

/* Another card, or a key that is gone: the one before is all that can be left. */
static void find_current(struct run *run)
{
    auto_issued struct issued current = {.chain_len = 0};
    struct state *state = &run->state;

    if (strcmp(state->card, run->card->id) != 0)
        state->current[0] = state->old[0] = '\0';
    if (run_current(run, &current))
        return;
    memcpy(state->current, state->old, sizeof state->current);
    state->old[0] = '\0';
    if (!run_current(run, &current))
        state->current[0] = '\0';
}

enum vsc_err run_begin(struct run *run, struct problem *problem)
{
    struct state *state = &run->state;
    const struct card_key *key;
    bool same;
    enum vsc_err err;

    if (state->phase != STATE_IDLE)
        return VSC_OK;
    find_current(run);
    same = state->current[0] != '\0' &&
           (run->profile->renew_key == RENEW_SAME_KEY || state->template.same_key);
    /* Before anybody is asked for a PIN in vain. */
    if (!same && state->old[0] != '\0')
        return problem_set(problem, VSC_EXISTS,
                           "%s: sign in with the certificate that is there first: the one before "
                           "stays until then, and a third key would be too many",
                           run->profile->name);
    /* A wrong PIN, and what cannot be had, is told before a key is made. */
    err = attestation_check(run, problem);
    if (err == VSC_OK)
        err = errand_pin(run->errand, run->card, problem);
    if (err == VSC_OK)
        err = check_template(run, problem);
    if (err != VSC_OK)
        return err;
    memcpy(state->card, run->card->id, sizeof state->card);
    key = due_default_key(run);
    (void)snprintf(state->default_key, sizeof state->default_key, "%s", key != NULL ? key->id : "");
    state->since = run->errand->now;
    state->next_version = run->profile->version;
    if (!same)
        return begin_with_new_key(run, problem);
    memcpy(state->next, state->current, sizeof state->next);
    return run_save(run, STATE_KEYED, problem);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* The phases of an enrollment; what is done with the card's keys is in run_keys.c. */
#include "enroll/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/own.h"
#include "enroll/attestation.h"
#include "enroll/est/est.h"
#include "enroll/helper.h"
#include "enroll/run_parts.h"
#include "enroll/xcep/xcep.h"

#define DAY 86400

enum vsc_err run_open(struct errand *errand, const struct profile *profile, const char *card,
                      struct run *ret_run, struct problem *problem)
{
    enum vsc_err err;

    memset(ret_run, 0, sizeof *ret_run);
    ret_run->errand = errand;
    ret_run->profile = profile;
    err = profile_upn(profile, errand->person.name, ret_run->upn, problem);
    if (err == VSC_OK)
        err = state_read(errand->folder, profile->name, &ret_run->state, problem);
    ret_run->resumed = ret_run->state.phase != STATE_IDLE;
    if (err == VSC_OK)
        err = errand_list(errand, problem);
    if (err != VSC_OK)
        return err;
    if (card == NULL && ret_run->state.card[0] != '\0')
        card = ret_run->state.card;
    err = errand_card(errand, card, &ret_run->card, problem);
    if (err == VSC_NO_CARD && run_is_orphan(ret_run))
        return problem_set(problem, err,
                           "%s: the card of the request (%s) is gone: vsc-enroll cancel",
                           profile->name, ret_run->state.card);
    if (err != VSC_OK)
        return err;
    if (ret_run->state.phase != STATE_IDLE && strcmp(ret_run->card->id, ret_run->state.card) != 0)
        return problem_set(problem, VSC_USAGE, "%s: a request is under way on another card (%s)",
                           profile->name, ret_run->state.card);
    return VSC_OK;
}

void run_close(struct run *run)
{
    state_done(&run->state);
}

enum vsc_err run_save(struct run *run, enum state_phase phase, struct problem *problem)
{
    run->state.phase = phase;
    return state_write(run->errand->folder, run->profile->name, &run->state, problem);
}

static struct expected expected_of(const struct run *run, const char *spki)
{
    return (struct expected){
        .conf = run->errand->conf,
        .profile = run->profile,
        .upn = run->upn,
        .spki = spki,
        .at = run->errand->now,
        .at_is_clock = run->errand->now_is_clock,
    };
}

enum vsc_err run_check(struct run *run, const struct issued *issued, struct problem *problem)
{
    const struct expected expected = expected_of(run, NULL);

    return issued_check(issued, &expected, run->code, problem);
}

enum vsc_err run_check_answer(struct run *run, const struct issued *issued, struct problem *problem)
{
    const struct expected expected = expected_of(run, run->state.next);

    return issued_check(issued, &expected, run->code, problem);
}

/* Parse and judge an answer, and keep it. */
static enum vsc_err take_answer(struct run *run, const void *bytes, size_t len,
                                struct problem *problem)
{
    auto_issued struct issued issued = {.chain_len = 0};
    auto_free char *pem = NULL;
    enum vsc_err err = issued_parse(bytes, len, &issued, run->code, problem);

    if (err == VSC_OK)
        err = run_check_answer(run, &issued, problem);
    if (err == VSC_OK)
        err = issued_pem(&issued, &pem);
    if (err != VSC_OK)
        return err;
    free(run->state.answer);
    run->state.answer = take(pem);
    return run_save(run, STATE_ISSUED, problem);
}

static enum vsc_err keep_waiting(struct run *run, struct helper_answer *answer,
                                 struct problem *problem)
{
    free(run->state.cookie);
    run->state.cookie = take(answer->cookie);
    run->state.ask_at = run->errand->now + answer->delay;
    run->result = RUN_WAITING;
    return run_save(run, STATE_PENDING, problem);
}

static enum vsc_err refused(struct run *run, const char *code, const char *words,
                            struct problem *problem)
{
    (void)snprintf(run->code, sizeof run->code, "%s", code);
    return problem_set(problem, VSC_DENIED, "%s: the CA refuses the request%s%s", code,
                       *words != '\0' ? ": " : "", words);
}

static enum vsc_err act_on(struct run *run, struct helper_answer *answer, struct problem *problem)
{
    const struct profile *profile = run->profile;
    const char *helper = profile->backend == PROFILE_HELPER ? profile->helper : profile->url;

    switch (answer->result) {
    case HELPER_ISSUED:
        return take_answer(run, answer->answer.data, answer->answer.len, problem);
    case HELPER_WAIT:
        return keep_waiting(run, answer, problem);
    case HELPER_REJECTED:
        return refused(run, "rejected", answer->words, problem);
    case HELPER_UNREACHABLE:
        return problem_set(problem, VSC_HELPER, "%s: the CA cannot be reached %s", helper,
                           answer->words);
    case HELPER_UNCONFIGURED:
        return problem_set(problem, VSC_HELPER, "%s: is not configured %s", helper, answer->words);
    case HELPER_UNSUPPORTED:
        return problem_set(problem, VSC_HELPER, "%s: does not know this operation %s", helper,
                           answer->words);
    case HELPER_BROKEN:
        break;
    }
    return problem_set(problem, VSC_HELPER, "%s: an answer that means nothing %s", helper,
                       answer->words);
}

/* What the card has now, for a CA that wants to know what it renews. NULL for nothing. */
static enum vsc_err current_pem(struct run *run, char **ret_pem)
{
    auto_issued struct issued current = {.chain_len = 0};

    return run_current(run, &current) ? issued_pem(&current, ret_pem) : VSC_OK;
}

static enum vsc_err submit(struct run *run, const char *certificate, struct problem *problem)
{
    auto_answer struct helper_answer answer = {.result = HELPER_BROKEN};
    const struct state *state = &run->state;
    struct helper_question question = {
        .request = state->request,
        .cookie = state->phase == STATE_PENDING ? state->cookie : NULL,
        .certificate = certificate,
        .upn = run->upn,
        .home = run->errand->person.home,
    };
    char path[PATH_MAX] = "";
    enum vsc_err err = VSC_OK;

    if (question.cookie == NULL)
        err = attestation_put(run, path, problem);
    question.attestation = path;
    if (err != VSC_OK)
        return err;
    if (run->profile->backend == PROFILE_EST)
        err = est_ask(run, &question, &answer, problem);
    else if (run->profile->backend == PROFILE_XCEP)
        err = xcep_ask(run->profile, &question, &answer, run->code, problem);
    else
        err = helper_ask(run->profile, &question, &answer, problem);
    attestation_drop(run);
    if (err == VSC_DENIED && run->code[0] == '\0')
        (void)snprintf(run->code, sizeof run->code, "answer-too-large");
    return err == VSC_OK ? act_on(run, &answer, problem) : err;
}

static enum vsc_err ask_ca(struct run *run, bool poll, struct problem *problem)
{
    const struct state *state = &run->state;
    char *certificate = NULL;
    enum vsc_err err;

    if (run->errand->now - state->since > (int64_t)run->profile->pending_days * DAY)
        return refused(run, "pending-too-long", "it has not decided for too long", problem);
    if (state->phase == STATE_PENDING && !poll && run->errand->now < state->ask_at) {
        run->result = RUN_WAITING;
        return VSC_OK;
    }
    err = current_pem(run, &certificate);
    if (err == VSC_OK)
        err = submit(run, certificate, problem);
    free(certificate);
    return err;
}

/* One step; *ret_more is false where it waits or is done. */
static enum vsc_err step(struct run *run, bool poll, bool *ret_more, struct problem *problem)
{
    enum vsc_err err = VSC_OK;

    *ret_more = true;
    switch (run->state.phase) {
    case STATE_IDLE:
        *ret_more = false;
        break;
    case STATE_GENERATING:
        err = run_make_key(run, problem);
        break;
    case STATE_KEYED:
        err = run_make_request(run, problem);
        break;
    case STATE_REQUESTED:
    case STATE_PENDING:
        if (run->profile->backend == PROFILE_FILE)
            run->result = RUN_WAITING;
        else
            err = ask_ca(run, poll, problem);
        *ret_more = run->result != RUN_WAITING;
        break;
    case STATE_ISSUED:
        err = run_install(run, problem);
        if (err == VSC_OK)
            run->result = RUN_DONE;
        *ret_more = false;
        break;
    }
    return err;
}

enum vsc_err run_on(struct run *run, bool poll, struct problem *problem)
{
    bool more = run->state.phase != STATE_IDLE;
    enum vsc_err err = VSC_OK;

    while (err == VSC_OK && more)
        err = step(run, poll, &more, problem);
    if (err == VSC_OK)
        return err;
    run->result = RUN_FAILED;
    /* Refused for good: the card is to be as it was. Anything else is tried again later. */
    if (run->code[0] != '\0' && !run->keep && run_cancel(run, NULL) != VSC_OK)
        (void)snprintf(run->code, sizeof run->code, "new-key-stays");
    return err;
}

enum vsc_err run_import(struct run *run, const void *bytes, size_t len, struct problem *problem)
{
    bool more = false;
    enum vsc_err err;

    if (run->profile->backend != PROFILE_FILE)
        return problem_set(problem, VSC_USAGE, "%s: its back end is not \"file\"",
                           run->profile->name);
    if (run->state.phase != STATE_REQUESTED && run->state.phase != STATE_ISSUED)
        return problem_set(problem, VSC_USAGE, "%s: no request waits for an answer",
                           run->profile->name);
    err = take_answer(run, bytes, len, problem);
    if (err == VSC_OK)
        err = step(run, false, &more, problem);
    if (err != VSC_OK)
        run->result = RUN_FAILED;
    return err;
}

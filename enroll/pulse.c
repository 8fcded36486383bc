/* SPDX-License-Identifier: BSD-2-Clause */
/* vsc-enroll pulse: whatever is due, for every profile, with one question for the PIN at most. */
#include <stdio.h>
#include <string.h>

#include "enroll/command.h"

/* Is a profile that this one supersedes in use on the card? */
static bool has_superseded(struct errand *errand, const struct profile *profile)
{
    for (size_t i = 0; i < profile->supersedes.count; i++) {
        auto_state struct state state = {.phase = STATE_IDLE};

        if (state_read(errand->folder, profile->supersedes.items[i], &state, NULL) == VSC_OK &&
            state.current[0] != '\0')
            return true;
    }
    return false;
}

/* Does another profile of this person take this one's place? */
static bool is_superseded(const struct errand *errand, const struct profile *profile)
{
    for (size_t i = 0; i < errand->profiles.count; i++)
        if (profile_allows(errand->profiles.items[i], &errand->person) &&
            conf_list_has(&errand->profiles.items[i]->supersedes, profile->name))
            return true;
    return false;
}

static bool is_due(struct run *run)
{
    auto_issued struct issued issued = {.chain_len = 0};

    if (is_superseded(run->errand, run->profile))
        return false;
    if (!run_current(run, &issued))
        return run->state.current[0] == '\0' && has_superseded(run->errand, run->profile);
    return run->errand->now >= profile_renew_at(run->profile, issued.not_before, issued.not_after);
}

static enum vsc_err pulse_one(const struct choices *choices, struct errand *errand,
                              const struct profile *profile, struct json *json,
                              struct problem *problem)
{
    auto_run struct run run = {.errand = NULL};
    struct report report = {.run = &run};
    bool may_ask = profile->prompt || errand->pin_from == ASK_STDIN;
    enum vsc_err err = run_open(errand, profile, choices->card, &run, problem);

    if (err != VSC_OK)
        return err;
    err = run_tidy(&run, &report.deleted, problem);
    if (err == VSC_OK && may_ask && run.state.phase == STATE_IDLE && is_due(&run))
        err = run_begin(&run, problem);
    if (err == VSC_OK && (may_ask || run.state.phase == STATE_PENDING))
        err = run_on(&run, false, problem);
    report.err = err;
    report.why = problem->text;
    if (json != NULL || run.result != RUN_WAITING)
        report_result(json, &report);
    return err;
}

/* A person without a card or a request has nothing to do, and is told nothing. */
static bool has_work(struct errand *errand, const struct profile *profile)
{
    auto_state struct state state = {.phase = STATE_IDLE};

    return state_read(errand->folder, profile->name, &state, NULL) != VSC_OK ||
           state.card[0] != '\0' || has_superseded(errand, profile);
}

enum vsc_err command_pulse(const struct choices *choices, struct problem *problem)
{
    auto_errand struct errand errand = {.folder = -1};
    enum vsc_err err = open_errand(choices, &errand, problem), first = VSC_OK;
    struct json json;

    errand.careful = true;
    if (err == VSC_OK)
        err = state_open(&errand.person, &errand.folder, problem);
    if (err != VSC_OK)
        return err;
    json_init(&json, stdout);
    if (choices->json)
        json_open_array(&json, NULL);
    for (size_t i = 0; i < errand.profiles.count; i++) {
        const struct profile *profile = errand.profiles.items[i];
        struct problem one = {""};

        if (!profile_allows(profile, &errand.person) || !has_work(&errand, profile) ||
            (choices->profile != NULL && strcmp(choices->profile, profile->name) != 0))
            continue;
        err = pulse_one(choices, &errand, profile, choices->json ? &json : NULL, &one);
        if (err != VSC_OK && first == VSC_OK) {
            first = err;
            (void)problem_set(problem, err, "%s: %s", profile->name,
                              one.text[0] != '\0' ? one.text : vsc_strerror(err));
        }
    }
    if (choices->json) {
        json_close_array(&json);
        if (!json_end(&json) && first == VSC_OK)
            first = VSC_SYSTEM;
    }
    return first;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* vsc-enroll pulse: whatever is due, for every profile, with one question for the PIN at most. */
#include "enroll/pulse.h"

#include <stdio.h>
#include <string.h>

#include "enroll/due.h"
#include "enroll/events.h"
#include "enroll/notify/pulse_notify.h"
#include "enroll/run_parts.h"
#include "enroll/tell.h"
#include "enroll/xcep/xcep.h"

#define TEMPLATE_FRESH 3600 /* seconds: the second round of a pulse does not ask again */

/* One profile of a pulse at work. */
struct turn {
    struct pulse *pulse;
    const struct profile *profile;
    struct run run;
    bool chosen;    /* the person has chosen another card than the one before */
    bool postponed; /* by the person */
};

static enum vsc_err reopen(struct turn *turn, const char *card, struct problem *problem)
{
    run_close(&turn->run);
    return run_open(&turn->pulse->errand, turn->profile, card, &turn->run, problem);
}

/* Several cards, or the one before is gone: which one is meant? */
static enum vsc_err choose_card(struct turn *turn, enum vsc_err why, struct problem *problem)
{
    struct errand *errand = &turn->pulse->errand;
    const struct asker *asker = turn->pulse->asker;
    char ids[CARDS_MAX][CARD_ID_SIZE];
    size_t count = due_cards(errand, ids);

    if (count == 0 || (asker == NULL && !turn->pulse->quiet))
        return why;
    if (turn->pulse->quiet) {
        errand->wanted = true;
        return why;
    }
    for (size_t i = 0; i < count; i++) {
        const struct card_info *card = NULL;
        enum asker_card answer = ASKER_NEXT;

        if (errand_card(errand, ids[i], &card, NULL) == VSC_OK)
            answer = asker->use_card(asker->context, card->name, turn->profile->name);
        if (answer == ASKER_CANCEL)
            break;
        turn->chosen = true;
        if (answer == ASKER_USE)
            return reopen(turn, ids[i], problem);
    }
    turn->postponed = true;
    return problem_set(problem, VSC_NO_CARD, "none was chosen");
}

/* What AD CS says of the template: at each pulse, by the ticket that is there. Where it cannot be
 * asked what it said before counts, and only the journal is told. */
static void look_at_template(struct turn *turn)
{
    struct run *run = &turn->run;
    struct errand *errand = &turn->pulse->errand;
    const int64_t age = errand->now - run->state.template.asked_at;
    struct state_template template;
    struct problem why = {""};
    char code[CODE_MAX] = "", ids[CARDS_MAX][CARD_ID_SIZE];
    enum vsc_err err;

    if (turn->profile->backend != PROFILE_XCEP || run->state.phase != STATE_IDLE ||
        (age >= 0 && age < TEMPLATE_FRESH) || due_cards(errand, ids) == 0)
        return;
    err = xcep_look(turn->profile, errand->now, &template, code, &why);
    if (err == VSC_OK) {
        run->state.template = template;
        err = run_save(run, run->state.phase, &why);
    }
    if (err != VSC_OK)
        tell_end(run, false, err, why.text);
}

static enum vsc_err open_turn(struct turn *turn, struct problem *problem)
{
    const char *card = turn->pulse->choices->card;
    enum vsc_err err = run_open(&turn->pulse->errand, turn->profile, card, &turn->run, problem);

    if (err == VSC_OK || err == VSC_USAGE || err == VSC_NO_CARD)
        look_at_template(turn);
    if ((err == VSC_USAGE || err == VSC_NO_CARD) && card == NULL && turn->pulse->errand.listed &&
        due_on_another_card(&turn->run))
        err = choose_card(turn, err, problem);
    return err;
}

static enum vsc_err go_on(struct turn *turn, bool *ret_deleted, struct problem *problem)
{
    struct run *run = &turn->run;
    bool may_ask =
        run->profile->prompt || (turn->pulse->asker == NULL && run->errand->pin_from == ASK_STDIN);
    enum vsc_err err = run_tidy(run, ret_deleted, problem);

    if (err == VSC_OK && may_ask && run->state.phase == STATE_IDLE &&
        (turn->chosen || due_now(run))) {
        err = run_may_replace(run, problem);
        if (err == VSC_OK)
            err = run_begin(run, problem);
    }
    if (err == VSC_OK && (may_ask || run->state.phase == STATE_PENDING))
        err = run_on(run, false, problem);
    if (!run->kept_place)
        return err;
    turn->postponed = true;
    run->result = RUN_NOTHING;
    return VSC_OK;
}

/* The person is needed: no fault, but a want. */
static void note_want(struct turn *turn)
{
    struct pulse *pulse = turn->pulse;
    struct pulse_want *want = &pulse->wants[pulse->want_count++];
    auto_issued struct issued issued = {.chain_len = 0};

    *want = (struct pulse_want){.profile = turn->profile};
    if (turn->run.card == NULL)
        return;
    (void)snprintf(want->card, sizeof want->card, "%s", turn->run.card->name);
    if (run_current(&turn->run, &issued))
        want->ends = issued.not_after;
}

static void note_fault(struct turn *turn, enum vsc_err err, const char *why)
{
    struct pulse *pulse = turn->pulse;
    struct pulse_fault *fault = &pulse->faults[pulse->fault_count++];
    bool refused = turn->run.code[0] != '\0';

    fault->profile = turn->profile;
    fault->for_person = refused || !pulse->quiet || err == VSC_DENIED;
    (void)snprintf(fault->why, sizeof fault->why, "%s%s%s", vsc_strerror(err),
                   *why != '\0' ? ": " : "", why);
}

static void put_report(const struct turn *turn, const struct report *report)
{
    struct json *json = turn->pulse->choices->json;

    if (!turn->pulse->silent && (json != NULL || turn->run.result != RUN_WAITING))
        report_result(json, report);
}

/* Whoever has no card, and never had, is not told that a first certificate could be had. */
static bool has_never_had_a_card(const struct turn *turn)
{
    char ids[CARDS_MAX][CARD_ID_SIZE];

    return turn->profile->autoenroll && turn->run.state.card[0] == '\0' &&
           turn->pulse->errand.listed && due_cards(&turn->pulse->errand, ids) == 0;
}

static enum vsc_err take_turn(struct pulse *pulse, const struct profile *profile,
                              struct problem *problem)
{
    struct turn turn = {.pulse = pulse, .profile = profile};
    struct report report = {.run = &turn.run};
    bool failed;
    enum vsc_err err;

    pulse->errand.wanted = false;
    err = open_turn(&turn, problem);
    if (err == VSC_NO_CARD && has_never_had_a_card(&turn)) {
        run_close(&turn.run);
        return VSC_OK;
    }
    if (err == VSC_OK)
        err = go_on(&turn, &report.deleted, problem);
    if (pulse->errand.wanted)
        note_want(&turn);
    /* Nothing was given, on purpose or for lack of time. */
    if (err == VSC_INPUT && pulse->asker != NULL)
        turn.postponed = true;
    if (turn.postponed)
        event_tell(EVENT_POSTPONED, profile->name,
                   turn.run.card != NULL ? turn.run.card->name : NULL, NULL);
    failed = err != VSC_OK && !pulse->errand.wanted && !turn.postponed;
    tell_end(&turn.run, report.deleted, failed ? err : VSC_OK, problem->text);
    if (failed)
        note_fault(&turn, err, problem->text);
    if (pulse->errand.wanted || (turn.postponed && pulse->silent)) {
        err = VSC_OK;
    } else {
        report.err = err;
        report.why = problem->text;
        put_report(&turn, &report);
    }
    run_close(&turn.run);
    return err;
}

enum vsc_err pulse_round(struct pulse *pulse, struct problem *problem)
{
    struct errand *errand = &pulse->errand;
    const struct choices *choices = pulse->choices;
    const struct profile *named = NULL;
    enum vsc_err err = open_errand(choices, errand, problem), first = VSC_OK;

    errand->careful = true;
    errand->quiet = pulse->quiet;
    errand->asker = pulse->asker;
    if (err == VSC_OK && choices->profile != NULL)
        err = find_profile(errand, choices->profile, &named, problem);
    if (err == VSC_OK)
        err = state_open(&errand->person, &errand->folder, problem);
    if (err != VSC_OK)
        return err;
    if (choices->json != NULL)
        json_open_array(choices->json, NULL);
    for (size_t i = 0; i < errand->profiles.count; i++) {
        const struct profile *profile = errand->profiles.items[i];
        struct problem one = {""};

        if (!profile_allows(profile, &errand->person) || !due_has_work(errand, profile) ||
            (named != NULL && named != profile))
            continue;
        err = take_turn(pulse, profile, &one);
        if (err != VSC_OK && first == VSC_OK) {
            first = err;
            (void)problem_set(problem, err, "%s: %s", profile->name,
                              one.text[0] != '\0' ? one.text : vsc_strerror(err));
        }
    }
    if (choices->json != NULL)
        json_close_array(choices->json);
    return first;
}

enum vsc_err command_pulse(const struct choices *choices, struct problem *problem)
{
    struct pulse pulse = {.choices = choices, .errand = {.folder = -1}};
    enum vsc_err err;

    if (choices->notify)
        return pulse_notify(choices, problem);
    if (choices->pin == 0)
        pulse.asker = &asker_terminal;
    err = pulse_round(&pulse, problem);
    errand_close(&pulse.errand);
    return err;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* vscmgr passwd: the PIN by the PIN; and what a card's answers are in words. */
#include <stdio.h>

#include "common/own.h"
#include "vscmgr/ask.h"
#include "vscmgr/command.h"
#include "vscmgr/outcome.h"

struct passwd_options {
    const char *conf;
    int pin;
    bool quiet;
};

static const char *const from_choices[] = {"prompt", "stdin", NULL};
static const struct option passwd_table[] = {
    {"c", OPTION_STRING, offsetof(struct passwd_options, conf), 0, 0, NULL},
    {"pin", OPTION_CHOICE, offsetof(struct passwd_options, pin), 0, 0, from_choices},
    {"quiet", OPTION_FLAG, offsetof(struct passwd_options, quiet), 0, 0, NULL},
    {0},
};

enum vsc_err outcome_result(const struct card_outcome *outcome, const struct card_info *card,
                            struct problem *problem)
{
    const struct card_state *state = &outcome->state;

    if (outcome->result == VSC_PIN)
        return problem_set(problem, VSC_PIN, "%u %s left", state->tries_left,
                           state->tries_left == 1 ? "try" : "tries");
    if (outcome->result == VSC_PIN_BLOCKED)
        return problem_set(problem, VSC_PIN_BLOCKED,
                           "%s is blocked after %u wrong PINs (VSC-BLOCKED)", card->name,
                           state->tries_max);
    if (outcome->result == VSC_TPM_LOCKED)
        return problem_set(problem, VSC_TPM_LOCKED,
                           "try again in at most %u minutes (VSC-TPM-LOCKED)",
                           (state->locked_seconds + 59) / 60);
    if (outcome->result == VSC_CARD_GONE)
        return problem_set(problem, VSC_CARD_GONE, "enroll again (VSC-CARD-GONE)");
    return outcome->result;
}

enum vsc_err command_passwd(const struct request *request)
{
    struct passwd_options options = {0};
    auto_opened struct opened opened = {0};
    const char *what = NULL;
    struct card_change_pin change = {0};
    struct card_outcome outcome;
    enum ask_from from;
    enum vsc_err err;

    err = command_parse(request, passwd_table, &options, &what, 1);
    if (err == VSC_OK)
        err = open_card(request, options.conf, what, &opened);
    if (err != VSC_OK)
        return err;
    from = options.pin == 0 ? ASK_TERMINAL : ASK_STDIN;
    err = ask_secret(from, "Old PIN", &change.old_pin, request->problem);
    if (err == VSC_OK)
        err = ask_new_secret(from, "New PIN", &change.new_pin, request->problem);
    if (err == VSC_OK) {
        (void)snprintf(change.card, sizeof change.card, "%s", opened.card->id);
        opened.source->deadline = deadline_in(COMMAND_DEADLINE_MS);
        err = opened.source->ops->change_pin(opened.source, &change, &outcome, request->problem);
    }
    secret_done(&change.old_pin);
    secret_done(&change.new_pin);
    if (err == VSC_OK)
        err = outcome_result(&outcome, opened.card, request->problem);
    if (err == VSC_OK && !options.quiet)
        (void)printf("The PIN of %s is changed.\n", opened.card->name);
    return err;
}

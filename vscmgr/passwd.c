/* SPDX-License-Identifier: BSD-2-Clause */
/* vscmgr passwd: the PIN by the PIN. */
#include <stdio.h>

#include "common/own.h"
#include "vscmgr/command.h"
#include "vscmgr/outcome.h"
#include "vscmgr/secrets.h"

struct passwd_options {
    const char *conf;
    int pin;
    bool quiet;
};

static const struct option passwd_table[] = {
    {"c", OPTION_STRING, offsetof(struct passwd_options, conf), 0, 0, NULL},
    {"pin", OPTION_CHOICE, offsetof(struct passwd_options, pin), 0, 0, words_typed},
    {"quiet", OPTION_FLAG, offsetof(struct passwd_options, quiet), 0, 0, NULL},
    {0},
};

enum vsc_err command_passwd(const struct request *request)
{
    struct passwd_options options = {0};
    auto_opened struct opened opened = {0};
    const char *what = NULL;
    struct card_change_pin change = {0};
    struct card_outcome outcome;
    enum vsc_err err;

    err = command_parse(request, passwd_table, &options, &what, 1);
    if (err == VSC_OK)
        err = open_card(request, options.conf, what, &opened);
    if (err == VSC_OK)
        err = check_own_card(opened.card, request->problem);
    if (err != VSC_OK)
        return err;
    err = secret_get(words_typed[options.pin], &asked_old_pin, &change.old_pin, request->problem);
    if (err == VSC_OK)
        err =
            secret_get(words_typed[options.pin], &asked_new_pin, &change.new_pin, request->problem);
    if (err == VSC_OK) {
        (void)snprintf(change.card, sizeof change.card, "%s", opened.card->id);
        opened.reach.source->deadline = deadline_in(COMMAND_DEADLINE_MS);
        err = opened.reach.source->ops->change_pin(opened.reach.source, &change, &outcome,
                                                   request->problem);
    }
    secret_done(&change.old_pin);
    secret_done(&change.new_pin);
    if (err == VSC_OK)
        err = outcome_result(&outcome, opened.card, request->problem);
    if (err == VSC_OK && !options.quiet)
        (void)printf("The PIN of %s is changed.\n", opened.card->name);
    return err;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* vscmgr unblock and change-puk: what the administrator key and the PUK are for. */
#include <stdio.h>

#include "common/own.h"
#include "vscmgr/command.h"
#include "vscmgr/helpdesk.h"
#include "vscmgr/kept_key.h"
#include "vscmgr/outcome.h"
#include "vscmgr/secrets.h"

struct unblock_options {
    const char *conf;
    int adminkey, puk; /* -1: not given */
    int pin;           /* with `challenge`, and with a key that is kept */
    bool challenge, must_change, quiet;
};

#define AT(member) offsetof(struct unblock_options, member)
static const struct option unblock_table[] = {
    {"c", OPTION_STRING, AT(conf), 0, 0, NULL},
    {"adminkey", OPTION_CHOICE, AT(adminkey), 0, 0, words_old_key},
    {"puk", OPTION_CHOICE, AT(puk), 0, 0, words_or_default},
    {"challenge", OPTION_FLAG, AT(challenge), 0, 0, NULL},
    {"pin", OPTION_CHOICE, AT(pin), 0, 0, words_typed},
    {"must-change", OPTION_FLAG, AT(must_change), 0, 0, NULL},
    {"quiet", OPTION_FLAG, AT(quiet), 0, 0, NULL},
    {0},
};
static const struct option change_puk_table[] = {
    {"c", OPTION_STRING, AT(conf), 0, 0, NULL},
    {"puk", OPTION_CHOICE, AT(puk), 0, 0, words_typed},
    {"quiet", OPTION_FLAG, AT(quiet), 0, 0, NULL},
    {0},
};

/* What the new PIN is typed with is what the secret before it was typed with. */
static const char *like(const char *word)
{
    return word[0] == 'd' || word_is_kept(word) ? words_typed[0] : word;
}

static enum vsc_err unblock(const struct request *request, const struct unblock_options *options,
                            const struct opened *opened, struct card_outcome *ret_outcome)
{
    bool by_puk = options->puk >= 0;
    const char *word = by_puk ? words_or_default[options->puk] : words_old_key[options->adminkey];
    const char *new_word = options->pin >= 0 ? words_typed[options->pin] : like(word);
    auto_secret struct secret secret = {0}, new_pin = {0};
    struct admin_unblock by_key = {
        .admin_key = &secret, .new_pin = &new_pin, .must_change = options->must_change};
    auto_change struct change change = CHANGE_CLOSED;
    enum vsc_err err = VSC_OK;

    if (!by_puk)
        err = reach_needs_store(&opened->reach, request->problem);
    if (err != VSC_OK)
        return err;
    if (by_puk)
        err = secret_get(word, &asked_puk, &secret, request->problem);
    else if (word_is_kept(word))
        err = kept_get(request, opened->conf, opened->card, &secret);
    else
        err = secret_get_admin_key(word, &asked_admin_key, &secret, request->problem);
    if (err == VSC_OK)
        err = secret_get(new_word, &asked_new_pin, &new_pin, request->problem);
    if (err != VSC_OK)
        return err;
    if (by_puk)
        return reach_unblock(&opened->reach, opened->card->id, &secret, &new_pin, ret_outcome,
                             request->problem);
    err = command_admin(request, opened->conf, &change);
    if (err != VSC_OK)
        return err;
    return admin_unblock(&change, opened->card->id, &by_key, ret_outcome, request->problem);
}

/* One of three ways, and what belongs to each. */
static enum vsc_err check_ways(const struct unblock_options *options, struct problem *problem)
{
    if ((options->adminkey >= 0) + (options->puk >= 0) + options->challenge > 1)
        return problem_set(problem, VSC_USAGE,
                           "unblock takes one of --adminkey, --puk and --challenge");
    if (options->must_change && (options->puk >= 0 || options->challenge))
        return problem_set(problem, VSC_USAGE,
                           "--must-change is for --adminkey: who has the PUK, or the help desk's "
                           "answer, chooses the PIN");
    if (options->pin >= 0 && !options->challenge &&
        (options->adminkey < 0 || !word_is_kept(words_old_key[options->adminkey])))
        return problem_set(problem, VSC_USAGE, "--pin is for --challenge and --adminkey kept");
    return VSC_OK;
}

enum vsc_err command_unblock(const struct request *request)
{
    struct unblock_options options = {.adminkey = -1, .puk = -1, .pin = -1};
    auto_opened struct opened opened = {0};
    const char *what = NULL;
    struct card_outcome outcome;
    enum vsc_err err;

    err = command_parse(request, unblock_table, &options, &what, 1);
    if (err == VSC_OK)
        err = check_ways(&options, request->problem);
    if (err == VSC_OK && options.adminkey < 0 && options.puk < 0)
        options.adminkey = 1;
    if (err == VSC_OK)
        err = open_card(request, options.conf, what, &opened);
    if (err == VSC_OK)
        err = check_own_card(opened.card, request->problem);
    if (err == VSC_OK && options.challenge)
        return unblock_by_challenge(request, &opened, options.pin == 1 ? ASK_STDIN : ASK_TERMINAL,
                                    options.quiet);
    if (err == VSC_OK)
        err = unblock(request, &options, &opened, &outcome);
    if (err != VSC_OK)
        return err;
    outcome_slow_down(outcome.result);
    err = outcome_result(&outcome, opened.card, request->problem);
    if (err == VSC_OK && !options.quiet)
        (void)printf("%s has a new PIN and %u tries.\n", opened.card->name,
                     outcome.state.tries_left);
    return err;
}

enum vsc_err command_change_puk(const struct request *request)
{
    struct unblock_options options = {0};
    auto_opened struct opened opened = {0};
    auto_secret struct secret old_puk = {0}, new_puk = {0};
    struct card_outcome outcome;
    const char *what = NULL;
    enum vsc_err err;

    err = command_parse(request, change_puk_table, &options, &what, 1);
    if (err == VSC_OK)
        err = open_card(request, options.conf, what, &opened);
    if (err == VSC_OK)
        err = check_own_card(opened.card, request->problem);
    if (err == VSC_OK)
        err = secret_get(words_typed[options.puk], &asked_puk, &old_puk, request->problem);
    if (err == VSC_OK)
        err = secret_get(words_typed[options.puk], &asked_new_puk, &new_puk, request->problem);
    if (err == VSC_OK)
        err = reach_change_puk(&opened.reach, opened.card->id, &old_puk, &new_puk, &outcome,
                               request->problem);
    if (err == VSC_OK)
        err = outcome_result(&outcome, opened.card, request->problem);
    if (err == VSC_OK && !options.quiet)
        (void)printf("The PUK of %s is changed.\n", opened.card->name);
    return err;
}

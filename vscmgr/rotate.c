/* SPDX-License-Identifier: BSD-2-Clause */
/* vscmgr rotate-adminkey: of one card by hand, or of the cards that a profile asks it for. */
#include <stdio.h>

#include "common/own.h"
#include "vscmgr/adminkey/card_profile.h"
#include "vscmgr/kept_key.h"
#include "vscmgr/outcome.h"
#include "vscmgr/secrets.h"

struct rotate_options {
    const char *conf, *profile;
    int adminkey, new_adminkey; /* -1: not given */
    bool all, quiet;
};

#define AT(member) offsetof(struct rotate_options, member)
static const struct option rotate_table[] = {
    {"c", OPTION_STRING, AT(conf), 0, 0, NULL},
    {"adminkey", OPTION_CHOICE, AT(adminkey), 0, 0, words_old_key},
    {"new", OPTION_CHOICE, AT(new_adminkey), 0, 0, words_new_key},
    {"profile", OPTION_STRING, AT(profile), 0, 0, NULL},
    {"all", OPTION_FLAG, AT(all), 0, 0, NULL},
    {"quiet", OPTION_FLAG, AT(quiet), 0, 0, NULL},
    {0},
};

static enum vsc_err told(enum vsc_err result, const struct card_info *card, bool kept, bool quiet,
                         struct problem *problem)
{
    const struct card_outcome outcome = {.result = result};
    enum vsc_err err;

    outcome_slow_down(result);
    err = outcome_result(&outcome, card, problem);
    if (err == VSC_OK && !quiet)
        (void)printf("The administrator key of %s is changed%s.\n", card->name,
                     kept ? ", and kept" : "");
    return err;
}

/* A new key that is not kept: what was kept of the card is true no more. */
static enum vsc_err rotate_unkept(const struct request *request, const struct conf *conf,
                                  const struct card_info *card, const struct secret *old_key,
                                  const struct secret *new_key, enum vsc_err *ret_result)
{
    auto_change struct change change = CHANGE_CLOSED;
    struct kept_name kept;
    enum vsc_err err = command_admin(request, conf, &change);

    kept_find(conf, card->id, &kept);
    if (err == VSC_OK)
        err = admin_rotate_key(&change, card->id, old_key, new_key, ret_result, request->problem);
    if (err == VSC_OK && *ret_result == VSC_OK)
        kept_forget(conf, &kept);
    return err;
}

static enum vsc_err by_hand(const struct request *request, const struct rotate_options *options,
                            const struct opened *opened)
{
    const char *word = words_old_key[options->adminkey >= 0 ? options->adminkey : 1];
    const char *new_word = words_new_key[options->new_adminkey >= 0 ? options->new_adminkey : 0];
    const bool keep = word_is_kept(new_word);
    auto_secret struct secret old_key = {0}, new_key = {0};
    enum vsc_err result = VSC_TPM, err = VSC_OK;

    if (word_is_kept(word))
        err = kept_get(request, opened->conf, opened->card, &old_key);
    else
        err = secret_get_admin_key(word, &asked_admin_key, &old_key, request->problem);
    if (err == VSC_OK && !keep)
        err = secret_get_admin_key(new_word, &asked_new_admin_key, &new_key, request->problem);
    if (err != VSC_OK)
        return err;
    err = keep ? kept_rotate(request, opened->conf, opened->card, &old_key, &result)
               : rotate_unkept(request, opened->conf, opened->card, &old_key, &new_key, &result);
    return err == VSC_OK ? told(result, opened->card, keep, options->quiet, request->problem) : err;
}

static enum vsc_err by_profile(const struct request *request, const struct conf *conf,
                               const struct card_profile *profile, const struct card_info *card,
                               bool quiet)
{
    auto_secret struct secret initial = {0};
    enum vsc_err result = VSC_TPM, err = card_profile_key(profile, &initial, request->problem);

    if (err == VSC_OK)
        err = kept_rotate(request, conf, card, &initial, &result);
    return err == VSC_OK ? told(result, card, true, quiet, request->problem) : err;
}

static enum vsc_err one_card(const struct request *request, const struct rotate_options *options,
                             const char *what)
{
    auto_card_profiles struct card_profiles profiles = {.count = 0};
    auto_opened struct opened opened = {0};
    const struct card_profile *profile;
    bool kept = false;
    enum vsc_err err = open_card(request, options->conf, what, &opened);

    if (err == VSC_OK)
        err = check_own_card(opened.card, request->problem);
    if (err == VSC_OK)
        err = reach_needs_store(&opened.reach, request->problem);
    if (err != VSC_OK)
        return err;
    if (options->profile == NULL)
        return by_hand(request, options, &opened);
    err = card_profiles_load(opened.conf, &profiles, request->problem);
    if (err != VSC_OK)
        return err;
    profile = card_profiles_find(&profiles, options->profile);
    if (profile == NULL)
        return problem_set(request->problem, VSC_USAGE, "there is no profile \"%s\"",
                           options->profile);
    if (!card_profile_fits(profile, opened.card))
        return problem_set(request->problem, VSC_DENIED,
                           "%s: no certificate of the profile is on "
                           "the card yet",
                           opened.card->name);
    err = kept_is_there(opened.conf, opened.card, &kept, request->problem);
    if (err == VSC_OK && kept)
        return problem_set(request->problem, VSC_EXISTS,
                           "%s: its key is kept; another one: --adminkey kept --new kept",
                           opened.card->name);
    return err == VSC_OK ? by_profile(request, opened.conf, profile, opened.card, options->quiet)
                         : err;
}

/* What is due for one card: the first profile that asks for it. */
static enum vsc_err if_due(const struct request *request, const struct conf *conf,
                           const struct card_profiles *profiles, const struct card_info *card,
                           const struct rotate_options *options)
{
    for (size_t i = 0; i < profiles->count; i++) {
        const struct card_profile *profile = profiles->items[i];
        bool kept = false;
        enum vsc_err err;

        if (!profile->rotate_adminkey || !card_profile_fits(profile, card))
            continue;
        err = kept_is_there(conf, card, &kept, request->problem);
        if (err != VSC_OK || kept)
            return err;
        return by_profile(request, conf, profile, card, options->quiet);
    }
    return VSC_OK;
}

/* A card that fails does not keep the others waiting. */
static enum vsc_err every_card(const struct request *request, const struct rotate_options *options)
{
    auto_card_profiles struct card_profiles profiles = {.count = 0};
    auto_opened struct opened opened = {0};
    enum vsc_err first = VSC_OK;
    enum vsc_err err = command_conf(request, options->conf, &opened.conf);

    if (err == VSC_OK)
        err = reach_open(opened.conf, &opened.reach, request->problem);
    if (err == VSC_OK)
        err = reach_needs_store(&opened.reach, request->problem);
    if (err == VSC_OK)
        err = card_profiles_load(opened.conf, &profiles, request->problem);
    if (err == VSC_OK)
        err = opened.reach.source->ops->list(opened.reach.source, &opened.list, request->problem);
    for (size_t i = 0; err == VSC_OK && i < opened.list.count; i++) {
        const struct card_info *card = &opened.list.cards[i];
        struct problem problem = {""};
        const struct request one = {.problem = &problem};
        enum vsc_err fault = if_due(&one, opened.conf, &profiles, card, options);

        if (fault == VSC_OK)
            continue;
        (void)fprintf(stderr, "vscmgr: %s: %s%s%s\n", card->name, vsc_strerror(fault),
                      problem.text[0] != '\0' ? ": " : "", problem.text);
        if (first == VSC_OK) {
            first = fault;
            *request->problem = problem;
        }
    }
    return err == VSC_OK ? first : err;
}

enum vsc_err command_rotate_adminkey(const struct request *request)
{
    struct rotate_options options = {.adminkey = -1, .new_adminkey = -1};
    const char *what = NULL;
    size_t words = 0;
    enum vsc_err err = options_parse_command(rotate_table, request->argc, request->argv, &options,
                                             &what, 1, &words, request->problem);

    if (err != VSC_OK)
        return err;
    if ((options.all || options.profile != NULL) &&
        (options.adminkey >= 0 || options.new_adminkey >= 0 ||
         (options.all && (options.profile != NULL || words > 0))))
        return problem_set(request->problem, VSC_USAGE,
                           "--all stands alone, and --profile with a card: the profile says which "
                           "keys");
    if (!options.all && words == 0)
        return problem_set(request->problem, VSC_USAGE, "a word is missing (see vscmgr --help)");
    return options.all ? every_card(request, &options) : one_card(request, &options, what);
}

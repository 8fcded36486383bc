/* SPDX-License-Identifier: BSD-2-Clause */
/* vscmgr destroy. */
#include <stdio.h>
#include <string.h>

#include "common/ask.h"
#include "common/own.h"
#include "vscmgr/command.h"
#include "vscmgr/kept_key.h"
#include "vscmgr/secrets.h"

struct destroy_options {
    const char *conf, *instance, *name;
    int ownerauth;
    bool yes, quiet;
};

#define AT(member) offsetof(struct destroy_options, member)
static const struct option destroy_table[] = {
    {"c", OPTION_STRING, AT(conf), 0, 0, NULL},
    {"instance", OPTION_STRING, AT(instance), 0, 0, NULL},
    {"name", OPTION_STRING, AT(name), 0, 0, NULL},
    {"ownerauth", OPTION_CHOICE, AT(ownerauth), 0, 0, words_ownerauth},
    {"yes", OPTION_FLAG, AT(yes), 0, 0, NULL},
    {"quiet", OPTION_FLAG, AT(quiet), 0, 0, NULL},
    {0},
};

DEFINE_AUTO(struct conf, conf_free)

static enum vsc_err confirm(const struct card_info *card, struct problem *problem)
{
    char question[256];
    bool yes = false;
    enum vsc_err err;

    (void)snprintf(question, sizeof question, "Destroy card %s (%s) with all its keys?", card->id,
                   card->name);
    err = ask_yes(question, "without a terminal, destroy wants --yes", &yes, problem);
    if (err == VSC_OK && !yes)
        return problem_set(problem, VSC_DENIED, "nothing was destroyed");
    return err;
}

enum vsc_err command_destroy(const struct request *request)
{
    struct destroy_options options = {0};
    auto_by(conf_free) struct conf *conf = NULL;
    auto_reach struct reach reach = {0};
    auto_card_list struct card_list list = {0};
    auto_change struct change change = CHANGE_CLOSED;
    auto_secret struct secret ownerauth = {0};
    const struct card_info *card = NULL;
    struct kept_name kept = {""};
    enum vsc_err err;

    err = command_parse(request, destroy_table, &options, NULL, 0);
    if (err != VSC_OK)
        return err;
    if ((options.instance == NULL) == (options.name == NULL))
        return problem_set(request->problem, VSC_USAGE,
                           "destroy wants either --instance or --name");
    err = command_conf(request, options.conf, &conf);
    if (err == VSC_OK)
        err = reach_open(conf, &reach, request->problem);
    if (err == VSC_OK)
        err = reach_needs_store(&reach, request->problem);
    if (err == VSC_OK)
        err =
            list_and_find(reach.source, options.instance != NULL ? options.instance : options.name,
                          &list, &card, request->problem);
    if (err == VSC_OK && !options.yes)
        err = confirm(card, request->problem);
    if (err == VSC_OK)
        err = secret_get(words_ownerauth[options.ownerauth], &asked_ownerauth, &ownerauth,
                         request->problem);
    change.ownerauth = &ownerauth;
    if (err == VSC_OK)
        err = command_admin(request, conf, &change);
    if (err == VSC_OK)
        kept_find(conf, card->id, &kept);
    if (err == VSC_OK)
        err = admin_destroy(&change, card->id, request->problem);
    if (err == VSC_OK)
        kept_forget(conf, &kept);
    if (err == VSC_OK && !options.quiet)
        (void)printf("TPM smart card %s%s destroyed.\n", INSTANCE_PREFIX, card->id);
    return err;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* What every command needs: options, configuration, source, store. */
#include <stdio.h>

#include "vscmgr/command.h"

#define WORDS_MAX 4

enum vsc_err command_parse(const struct request *request, const struct option *table, void *target,
                           const char **words, size_t word_count)
{
    const char *found[WORDS_MAX] = {0};
    size_t count = 0;
    enum vsc_err err;

    err = options_parse_command(table, request->argc, request->argv, target, found, WORDS_MAX,
                                &count, request->problem);
    if (err != VSC_OK)
        return err;
    if (count > word_count)
        return problem_set(request->problem, VSC_USAGE, "\"%s\": one word too many",
                           found[word_count]);
    if (count < word_count)
        return problem_set(request->problem, VSC_USAGE, "a word is missing (see vscmgr --help)");
    for (size_t i = 0; i < word_count; i++)
        words[i] = found[i];
    return VSC_OK;
}

enum vsc_err command_conf(const struct request *request, const char *path, struct conf **ret_conf)
{
    return conf_load(path, ret_conf, request->problem);
}

static void tell(const struct problem *leftover)
{
    if (leftover->text[0] != '\0')
        (void)fprintf(stderr, "vscmgr: warning: what an interrupted run left behind stays: %s\n",
                      leftover->text);
}

enum vsc_err command_admin(const struct request *request, const struct conf *conf,
                           struct change *admin)
{
    struct problem leftover = {0};
    enum vsc_err err;

    if (reach_is_others(conf))
        return reach_denied(request->problem);
    err = admin_open(admin, conf->card.store, conf->card.tcti, conf->helpers.card_user, &leftover,
                     request->problem);
    tell(&leftover);
    return err;
}

void command_tidy(const struct conf *conf)
{
    struct problem leftover = {0};

    admin_tidy(conf->card.store, conf->card.tcti, &leftover);
    tell(&leftover);
}

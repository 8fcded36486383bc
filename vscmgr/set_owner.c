/* SPDX-License-Identifier: BSD-2-Clause */
/* vscmgr set-owner: whose card it is. */
#include <stdio.h>

#include "common/own.h"
#include "vscmgr/command.h"

struct owner_options {
    const char *conf;
    bool none, quiet;
};

static const struct option owner_table[] = {
    {"c", OPTION_STRING, offsetof(struct owner_options, conf), 0, 0, NULL},
    {"none", OPTION_FLAG, offsetof(struct owner_options, none), 0, 0, NULL},
    {"quiet", OPTION_FLAG, offsetof(struct owner_options, quiet), 0, 0, NULL},
    {0},
};

enum vsc_err command_set_owner(const struct request *request)
{
    struct owner_options options = {0};
    auto_opened struct opened opened = {0};
    auto_change struct change change = CHANGE_CLOSED;
    const char *words[2] = {0};
    size_t count = 0;
    enum vsc_err err;

    err = options_parse_command(owner_table, request->argc, request->argv, &options, words, 2,
                                &count, request->problem);
    if (err != VSC_OK)
        return err;
    if (count != (options.none ? 1 : 2))
        return problem_set(request->problem, VSC_USAGE,
                           "set-owner wants a card, and either a user or --none");
    err = open_card(request, options.conf, words[0], &opened);
    if (err == VSC_OK)
        err = reach_needs_store(&opened.reach, request->problem);
    if (err == VSC_OK)
        err = command_admin(request, opened.conf, &change);
    if (err == VSC_OK)
        err = admin_set_owner(&change, opened.card->id, words[1], request->problem);
    if (err == VSC_OK && !options.quiet)
        (void)printf("%s belongs to %s.\n", opened.card->name, options.none ? "nobody" : words[1]);
    return err;
}

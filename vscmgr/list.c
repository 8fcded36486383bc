/* SPDX-License-Identifier: BSD-2-Clause */
/* vscmgr list and show. */
#include <stdio.h>

#include "common/own.h"
#include "vscmgr/command.h"
#include "vscmgr/print.h"

struct list_options {
    const char *conf;
    bool json;
};

static const struct option list_table[] = {
    {"c", OPTION_STRING, offsetof(struct list_options, conf), 0, 0, NULL},
    {"json", OPTION_FLAG, offsetof(struct list_options, json), 0, 0, NULL},
    {0},
};

DEFINE_AUTO(struct conf, conf_free)

static enum vsc_err finish(struct json *json, struct problem *problem)
{
    if (!json_end(json))
        return problem_set(problem, VSC_SYSTEM, "standard output cannot be written");
    return VSC_OK;
}

enum vsc_err command_list(const struct request *request)
{
    struct list_options options = {0};
    auto_by(conf_free) struct conf *conf = NULL;
    auto_reach struct reach reach = {0};
    auto_card_list struct card_list list = {0};
    struct problem damaged = {0};
    struct json json;
    enum vsc_err err;

    err = command_parse(request, list_table, &options, NULL, 0);
    if (err == VSC_OK)
        err = command_conf(request, options.conf, &conf);
    if (err != VSC_OK)
        return err;
    command_tidy(conf);
    err = reach_open(conf, &reach, request->problem);
    if (err == VSC_OK)
        err = reach.source->ops->list(reach.source, &list, &damaged);
    if (damaged.text[0] != '\0')
        (void)fprintf(stderr, "vscmgr: warning: left out: %s\n", damaged.text);
    if (err != VSC_OK)
        return err;
    if (!options.json) {
        for (size_t i = 0; i < list.count; i++)
            print_card(&reach, &list.cards[i], NULL);
        return VSC_OK;
    }
    json_init(&json, stdout);
    json_open_array(&json, NULL);
    for (size_t i = 0; i < list.count; i++)
        print_card_json(&json, &reach, &list.cards[i], NULL, false);
    json_close_array(&json);
    return finish(&json, request->problem);
}

enum vsc_err command_show(const struct request *request)
{
    struct list_options options = {0};
    auto_opened struct opened opened = {0};
    const char *what = NULL;
    struct card_state state;
    struct json json;
    enum vsc_err err;

    err = command_parse(request, list_table, &options, &what, 1);
    if (err == VSC_OK)
        err = open_card(request, options.conf, what, &opened);
    if (err == VSC_OK)
        err = opened.reach.source->ops->state(opened.reach.source, opened.card->id, &state,
                                              request->problem);
    if (err != VSC_OK)
        return err;
    if (!options.json) {
        print_card(&opened.reach, opened.card, &state);
        return VSC_OK;
    }
    json_init(&json, stdout);
    print_card_json(&json, &opened.reach, opened.card, &state, false);
    return finish(&json, request->problem);
}

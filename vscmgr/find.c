/* SPDX-License-Identifier: BSD-2-Clause */
/* Finds the card that a command line means. */
#include <string.h>
#include <strings.h>

#include "card/tpm/store.h"
#include "vscmgr/command.h"

/* The id in a device instance id, also in what a shell leaves of one that was not quoted. */
static const char *instance_id(const char *what)
{
    static const char *const prefixes[] = {INSTANCE_PREFIX, "ROOTSMARTCARDREADER"};

    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++)
        if (strncasecmp(what, prefixes[i], strlen(prefixes[i])) == 0)
            return what + strlen(prefixes[i]);
    return what;
}

enum vsc_err find_card(const struct card_list *list, const char *what,
                       const struct card_info **ret_card, struct problem *problem)
{
    const char *id = instance_id(what);

    for (size_t i = 0; store_is_card_id(id) && i < list->count; i++) {
        if (strcmp(list->cards[i].id, id) == 0) {
            *ret_card = &list->cards[i];
            return VSC_OK;
        }
    }
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->cards[i].name, what) == 0) {
            *ret_card = &list->cards[i];
            return VSC_OK;
        }
    }
    return problem_set(problem, VSC_NO_CARD, "no card has the name or id \"%s\"", what);
}

enum vsc_err check_own_card(const struct card_info *card, struct problem *problem)
{
    return card->restricted ? problem_set(problem, VSC_DENIED, "this card is not yours") : VSC_OK;
}

const struct card_key *find_key(const struct card_info *card, const char *id)
{
    for (size_t i = 0; i < card->key_count; i++)
        if (strcmp(card->keys[i].id, id) == 0)
            return &card->keys[i];
    return NULL;
}

enum vsc_err list_and_find(struct card_source *source, const char *what, struct card_list *ret_list,
                           const struct card_info **ret_card, struct problem *problem)
{
    auto_card_list struct card_list list = {0};
    enum vsc_err err;

    err = source->ops->list(source, &list, problem);
    if (err == VSC_OK)
        err = find_card(&list, what, ret_card, problem);
    if (err != VSC_OK)
        return err;
    *ret_list = list;
    list = (struct card_list){0};
    return VSC_OK;
}

enum vsc_err open_card(const struct request *request, const char *conf_path, const char *what,
                       struct opened *opened)
{
    enum vsc_err err = command_conf(request, conf_path, &opened->conf);

    if (err != VSC_OK)
        return err;
    err = reach_open(opened->conf, &opened->reach, request->problem);
    if (err == VSC_OK)
        err = list_and_find(opened->reach.source, what, &opened->list, &opened->card,
                            request->problem);
    return err;
}

void opened_done(struct opened *opened)
{
    card_list_done(&opened->list);
    reach_close(&opened->reach);
    conf_free(opened->conf);
}

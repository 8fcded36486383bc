/* SPDX-License-Identifier: BSD-2-Clause */
/* Lists the cards of a store, see the header. */
#include "card/tpm/listing.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "card/tpm/pin_marks.h"
#include "card/tpm/store.h"
#include "common/code.h"
#include "common/own.h"

static enum vsc_err list_keys(int card, struct card_info *info, struct problem *problem)
{
    auto_fd int keys = openat(card, STORE_KEYS, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    auto_free char(*ids)[STORE_CARD_SIZE] = NULL;
    char chosen[STORE_KEY_SIZE];
    size_t count = 0;
    enum vsc_err err;

    if (keys < 0)
        return problem_set(problem, VSC_STORE, "%s: missing", STORE_KEYS);
    err = store_ids(keys, store_is_key_id, CARD_KEYS_MAX, &ids, &count);
    if (err != VSC_OK)
        return err;
    info->keys = calloc(CARD_KEYS_MAX, sizeof *info->keys);
    if (info->keys == NULL)
        return VSC_MEMORY;
    info->must_change = must_change_is_set(keys);
    store_read_default(card, chosen);
    for (size_t i = 0; i < count; i++) {
        struct card_key *key = &info->keys[info->key_count];
        auto_fd int folder = -1;

        err = store_open_key(card, ids[i], &folder, problem);
        if (err == VSC_OK)
            err = store_read_chain(folder, key->chain, &key->chain_len, problem);
        if (err == VSC_MEMORY)
            return err;
        if (err != VSC_OK)
            continue;
        memcpy(key->id, ids[i], STORE_KEY_SIZE);
        key->is_default = strcmp(ids[i], chosen) == 0;
        info->key_count++;
    }
    return VSC_OK;
}

/* A card whose objects cannot be read is listed still: what is wrong shows when it is used. */
static void list_ways(int card, struct card_info *info)
{
    auto_free struct objects *objects = calloc(1, sizeof(*objects));

    if (objects == NULL || store_read_objects(card, objects, NULL) != VSC_OK)
        return;
    info->has_puk = objects->has_puk;
    if (objects->has_helpdesk)
        code_write(objects->serial, SERIAL_SIZE, SERIAL_GROUP, info->helpdesk);
    explicit_bzero(objects, sizeof(*objects));
}

static enum vsc_err list_card(const char *store, const char *id, struct card_info *info,
                              struct problem *problem)
{
    struct card_conf conf;
    auto_fd int card = -1;
    enum vsc_err err;

    err = store_open_card(store, id, &card, problem);
    if (err == VSC_OK)
        err = store_read_conf(card, &conf, problem);
    if (err != VSC_OK)
        return err;
    memcpy(info->id, id, STORE_CARD_SIZE);
    memcpy(info->name, conf.name, sizeof info->name);
    info->kind = CARD_NATIVE;
    info->has_owner = conf.has_owner;
    info->owner_uid = conf.owner_uid;
    memcpy(info->owner, conf.owner, sizeof info->owner);
    memcpy(info->owner_display, conf.owner_display, sizeof info->owner_display);
    info->policy = conf.policy;
    list_ways(card, info);
    return list_keys(card, info, problem);
}

/* Forget a card of the list that could not be read. */
static void drop_card(struct card_info *info)
{
    for (size_t i = 0; i < info->key_count; i++)
        for (size_t j = 0; j < info->keys[i].chain_len; j++)
            free(info->keys[i].chain[j].data);
    free(info->keys);
    *info = (struct card_info){0};
}

enum vsc_err listing_read(const char *store, struct card_list *ret_list, struct problem *problem)
{
    auto_free char(*ids)[STORE_CARD_SIZE] = NULL;
    auto_card_list struct card_list list = {0};
    auto_fd int cards = -1;
    size_t count = 0;
    enum vsc_err err;

    err = store_open_cards(store, &cards, NULL);
    if (err == VSC_OK)
        err = store_ids(cards, store_is_card_id, CARDS_MAX, &ids, &count);
    if (err != VSC_OK && err != VSC_NO_CARD)
        return problem_set(problem, err, "%s: cannot be listed", store);
    list.cards = calloc(CARDS_MAX, sizeof *list.cards);
    if (list.cards == NULL)
        return VSC_MEMORY;
    for (size_t i = 0; i < count; i++) {
        struct card_info *info = &list.cards[list.count];

        err = list_card(store, ids[i], info, problem);
        if (err == VSC_OK) {
            list.count++;
            continue;
        }
        drop_card(info);
        if (err == VSC_MEMORY)
            return err;
    }
    *ret_list = list;
    list = (struct card_list){0};
    return VSC_OK;
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "vscmgr/doctor/each_card.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "common/own.h"

#define CARDS_IN_STORE 10000

static enum vsc_err read_card(const char *store, struct doctor_card *card, struct problem *problem)
{
    enum vsc_err err = store_open_card(store, card->id, &card->folder, problem);

    if (err == VSC_OK)
        err = store_read_conf(card->folder, &card->conf, problem);
    if (err == VSC_OK)
        err = store_read_objects(card->folder, &card->objects, problem);
    return err;
}

static void visit_one(struct doctor *doctor, const char *id, bool tell, card_visit *visit,
                      void *arg)
{
    auto_free struct doctor_card *card = calloc(1, sizeof(*card));
    struct problem problem = {""};

    if (card == NULL)
        return;
    card->folder = -1;
    memcpy(card->id, id, STORE_CARD_SIZE);
    if (read_card(doctor->conf->card.store, card, &problem) == VSC_OK)
        visit(doctor, card, arg);
    else if (tell)
        doctor_find(doctor, FINDING_CARD_DAMAGED, id, "%s", problem.text);
    own_close(&card->folder);
    explicit_bzero(&card->objects, sizeof(card->objects));
}

void each_card(struct doctor *doctor, bool tell, card_visit *visit, void *arg)
{
    auto_fd int cards = -1;
    auto_free char(*ids)[STORE_CARD_SIZE] = NULL;
    size_t count = 0;

    if (doctor->conf == NULL || store_open_cards(doctor->conf->card.store, &cards, NULL) != VSC_OK)
        return;
    if (store_ids(cards, store_is_card_id, CARDS_IN_STORE, &ids, &count) != VSC_OK)
        return;
    for (size_t i = 0; i < count; i++)
        visit_one(doctor, ids[i], tell, visit, arg);
}

enum vsc_err card_key_ids(int card, char (**ret_ids)[STORE_CARD_SIZE], size_t *ret_count)
{
    auto_fd int keys = openat(card, STORE_KEYS, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);

    if (keys < 0)
        return VSC_STORE;
    return store_ids(keys, store_is_key_id, CARD_KEYS_MAX, ret_ids, ret_count);
}

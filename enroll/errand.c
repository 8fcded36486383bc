/* SPDX-License-Identifier: BSD-2-Clause */
/* Opens everything; finds cards and keys. What a card does is in errand_card.c. */
#include "enroll/errand.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "card/remote.h"
#include "card/remote_owner.h"
#include "common/dial.h"
#include "common/own.h"

#define DEADLINE_MS 60000

/* As certcheck --at. */
static enum vsc_err read_time(const char *text, int64_t *ret_seconds, struct problem *problem)
{
    struct tm tm = {0};
    char again[32];
    const char *end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm);
    int64_t seconds;

    if (end == NULL || *end != '\0')
        return problem_set(problem, VSC_USAGE, "--at %s: not YYYY-MM-DDTHH:MM:SSZ", text);
    seconds = timegm(&tm);
    if (strftime(again, sizeof again, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0 || strcmp(again, text) != 0 ||
        seconds < 0)
        return problem_set(problem, VSC_USAGE, "--at %s: there is no such time", text);
    *ret_seconds = seconds;
    return VSC_OK;
}

enum vsc_err errand_open(const char *conf_path, const char *at, struct errand *ret_errand,
                         struct problem *problem)
{
    enum vsc_err err = VSC_OK;

    memset(ret_errand, 0, sizeof *ret_errand);
    ret_errand->folder = -1;
    ret_errand->now = time(NULL);
    ret_errand->now_is_clock = at == NULL;
    if (at != NULL)
        err = read_time(at, &ret_errand->now, problem);
    if (err == VSC_OK)
        err = conf_load(conf_path, &ret_errand->conf, problem);
    if (err == VSC_OK)
        err = profiles_load(ret_errand->conf, &ret_errand->profiles, problem);
    if (err == VSC_OK)
        err = person_find(&ret_errand->person, problem);
    return err;
}

void errand_close(struct errand *errand)
{
    secret_done(&errand->pin);
    card_source_free(errand->source);
    if (errand->listed)
        card_list_done(&errand->list);
    if (errand->folder >= 0)
        (void)close(errand->folder);
    person_done(&errand->person);
    profiles_done(&errand->profiles);
    conf_free(errand->conf);
}

static enum vsc_err connect_card(struct errand *errand, struct problem *problem)
{
    const struct deadline deadline = deadline_in(DEADLINE_MS);
    int fd = -1;
    enum vsc_err err = dial(errand->conf->card.socket, &deadline, &fd);

    if (err != VSC_OK)
        return problem_set(problem, err, "%s: %s", errand->conf->card.socket, strerror(errno));
    return remote_source_new(fd, "vsc-card", &errand->source);
}

enum vsc_err errand_list(struct errand *errand, struct problem *problem)
{
    struct card_list list;
    enum vsc_err err = errand->source == NULL ? connect_card(errand, problem) : VSC_OK;

    if (err != VSC_OK || errand->source == NULL)
        return err != VSC_OK ? err : VSC_SYSTEM;
    errand->source->deadline = deadline_in(DEADLINE_MS);
    err = errand->source->ops->list(errand->source, &list, problem);
    if (err != VSC_OK)
        return err;
    if (errand->listed)
        card_list_done(&errand->list);
    errand->list = list;
    errand->listed = true;
    return VSC_OK;
}

static bool is_own(const struct errand *errand, const struct card_info *card)
{
    return card->kind == CARD_NATIVE && !card->restricted && card->has_owner &&
           card->owner_uid == errand->person.uid;
}

enum vsc_err errand_card(const struct errand *errand, const char *what,
                         const struct card_info **ret_card, struct problem *problem)
{
    const struct card_info *found = NULL;

    for (size_t i = 0; errand->listed && i < errand->list.count; i++) {
        const struct card_info *card = &errand->list.cards[i];

        if (what != NULL && strcmp(card->name, what) != 0 && strcmp(card->id, what) != 0)
            continue;
        if (what != NULL && !is_own(errand, card))
            return problem_set(problem, VSC_DENIED, "%s: this card is not yours", what);
        if (!is_own(errand, card))
            continue;
        if (found != NULL)
            return problem_set(problem, VSC_USAGE, "you have several cards: say --card");
        found = card;
    }
    if (found == NULL)
        return problem_set(problem, VSC_NO_CARD, "%s", what != NULL ? what : "none is yours");
    *ret_card = found;
    return VSC_OK;
}

const struct card_key *errand_key(const struct card_info *card, const char *id)
{
    for (size_t i = 0; i < card->key_count; i++)
        if (strcmp(card->keys[i].id, id) == 0)
            return &card->keys[i];
    return NULL;
}

enum vsc_err errand_key_spki(struct errand *errand, const struct card_info *card,
                             const struct card_key *key, char to[SPKI_ID_SIZE],
                             struct problem *problem)
{
    auto_issued struct issued issued = {.chain_len = 0};
    struct card_made made;
    enum vsc_err err;

    if (key->chain_len > 0 && issued_of_key(key, &issued, NULL) == VSC_OK) {
        memcpy(to, issued.spki, SPKI_ID_SIZE);
        return VSC_OK;
    }
    errand->source->deadline = deadline_in(DEADLINE_MS);
    err = remote_public(errand->source, card->id, key->id, &made, problem);
    return err == VSC_OK ? spki_id(made.spki, made.spki_len, to) : err;
}

enum vsc_err errand_find_key(struct errand *errand, const struct card_info *card, const char *spki,
                             char ret_key[KEY_ID_SIZE], struct problem *problem)
{
    ret_key[0] = '\0';
    for (size_t i = 0; *spki != '\0' && i < card->key_count; i++) {
        char id[SPKI_ID_SIZE];
        enum vsc_err err = errand_key_spki(errand, card, &card->keys[i], id, problem);

        if (err == VSC_NO_KEY)
            continue;
        if (err != VSC_OK)
            return err;
        if (strcmp(id, spki) == 0) {
            memcpy(ret_key, card->keys[i].id, KEY_ID_SIZE);
            return VSC_OK;
        }
    }
    return VSC_OK;
}

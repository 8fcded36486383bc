/* SPDX-License-Identifier: BSD-2-Clause */
#include "card/serve_list.h"

#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/wire.h"

#define TOKEN_PREFIX    "p11:"
#define WIRE_BODY_BYTES (WIRE_BODY_MAX - 4096)
#define FOREIGN_BYTES   (256u * 1024) /* of certificates from one PKCS#11 module */
#define CARD_OVERHEAD   2048          /* of a card in a message, beyond its keys */
#define KEY_OVERHEAD    512

static bool is_foreign(const struct serve_source *source)
{
    return source->prefix[0] != '\0';
}

/* Whether a card of this id can be the source's. */
static bool owns_id(const struct serve_source *source, const char *id)
{
    const char *prefix = is_foreign(source) ? source->prefix : TOKEN_PREFIX;
    bool starts = strncmp(id, prefix, strlen(prefix)) == 0;

    return starts == is_foreign(source);
}

/*
 * A slow source must leave time for the next: each gets half of what is left, the last all of it.
 */
static struct deadline share(const struct deadline *deadline, bool last)
{
    return last ? *deadline : deadline_in(deadline_left(deadline) / 2);
}

/* Room that a card takes in the answer, generously. */
static size_t card_bytes(const struct card_info *card)
{
    size_t bytes = CARD_OVERHEAD;

    for (size_t i = 0; i < card->key_count; i++) {
        bytes += KEY_OVERHEAD;
        for (size_t k = 0; k < card->keys[i].chain_len; k++)
            bytes += card->keys[i].chain[k].len + 4;
    }
    return bytes;
}

static bool has_id(const struct card_list *list, const char *id)
{
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->cards[i].id, id) == 0)
            return true;
    }
    return false;
}

/* Foreign code says what its tokens are called, and nothing about owners. */
static void clean_foreign(struct card_info *card)
{
    char name[CARD_NAME_SIZE];

    text_name(name, sizeof(name), card->name, strlen(card->name));
    memcpy(card->name, name[0] != '\0' ? name : "Token", name[0] != '\0' ? sizeof(name) : 6);
    card->kind = CARD_TOKEN;
    card->has_owner = false;
    card->owner_uid = 0;
    card->owner[0] = '\0';
    card->owner_display[0] = '\0';
    card->must_change = false;
    card->has_puk = false;
    card->helpdesk[0] = '\0';
    card->restricted = false;
}

/* Move the cards of `from` that belong to `source` and fit to the end of `to`. */
static void take_cards(const struct serve_source *source, struct card_list *from,
                       struct card_list *to, size_t *bytes, bool quiet)
{
    size_t budget = is_foreign(source) ? FOREIGN_BYTES : WIRE_BODY_BYTES;

    for (size_t i = 0; i < from->count; i++) {
        struct card_info *card = &from->cards[i];
        size_t size = card_bytes(card);

        if (to->count == CARDS_MAX || size > budget || *bytes + size > WIRE_BODY_BYTES ||
            !owns_id(source, card->id) || has_id(to, card->id)) {
            if (!quiet)
                vsc_log(LOG_WARNING, "source=%s a card is left out: too large, or an id of another",
                        source->source->ops->name);
            continue;
        }
        if (is_foreign(source))
            clean_foreign(card);
        budget -= size;
        *bytes += size;
        to->cards[to->count++] = *card;
        *card = (struct card_info){0};
    }
}

/* The cards of one source, at the end of `all`. */
static enum vsc_err add_cards(const struct serve_source *source, struct card_list *all,
                              size_t *bytes, bool quiet, struct problem *problem)
{
    struct card_list own = {0};
    const struct card_ops *ops = source->source->ops;
    struct problem fault = {""};
    enum vsc_err err = ops->list(source->source, &own, &fault);

    if (err == VSC_OK) {
        take_cards(source, &own, all, bytes, quiet);
        card_list_done(&own);
        return VSC_OK;
    }
    if (!quiet)
        vsc_log(LOG_WARNING, "source=%s%s list: %s: %s", source->prefix, ops->name,
                vsc_strerror(err), fault.text);
    return problem_set(problem, err, "%s", fault.text);
}

const struct serve_source *serve_owner_of(const struct serve *serve, const char *card)
{
    for (size_t i = 0; i < serve->source_count; i++) {
        if (owns_id(&serve->sources[i], card))
            return &serve->sources[i];
    }
    return NULL;
}

enum vsc_err serve_list_all(struct serve *serve, const struct deadline *deadline,
                            struct card_list *ret_list, struct problem *problem)
{
    auto_card_list struct card_list all = {.cards = calloc(CARDS_MAX, sizeof(*all.cards))};
    enum vsc_err failed = VSC_OK;
    size_t bytes = 0;

    if (all.cards == NULL)
        return VSC_MEMORY;
    for (size_t i = 0; i < serve->source_count; i++) {
        struct serve_source *source = &serve->sources[i];
        enum vsc_err err;

        source->source->deadline = share(deadline, i + 1 == serve->source_count);
        err = add_cards(source, &all, &bytes, serve->quiet, failed == VSC_OK ? problem : NULL);
        if (failed == VSC_OK)
            failed = err;
    }
    if (all.count == 0 && failed != VSC_OK)
        return failed;
    *ret_list = all;
    all = (struct card_list){0};
    return VSC_OK;
}

enum vsc_err serve_list(struct serve *serve, const struct deadline *deadline,
                        struct card_list *ret_list, struct problem *problem)
{
    enum vsc_err err = serve_list_all(serve, deadline, ret_list, problem);

    if (err == VSC_OK)
        access_filter(&serve->peer, serve->identities, ret_list);
    return err;
}

/* Read anew at each request: an owner may have changed since the last one. */
static enum vsc_err find_native(const struct serve *serve, struct card_source *source,
                                const char *card, enum access *access, struct problem *problem)
{
    auto_card_list struct card_list list = {0};
    enum vsc_err err = source->ops->list(source, &list, problem);

    for (size_t i = 0; err == VSC_OK && i < list.count; i++) {
        if (strcmp(list.cards[i].id, card) != 0)
            continue;
        *access = access_to(&serve->peer, serve->identities, &list.cards[i]);
        return VSC_OK;
    }
    return err == VSC_OK ? VSC_NO_CARD : err;
}

enum vsc_err serve_find(struct serve *serve, const char *card, const struct deadline *deadline,
                        struct card_source **ret_source, enum access *ret_access,
                        struct problem *problem)
{
    enum access access = ACCESS_NONE;
    enum vsc_err err = VSC_NO_CARD;

    for (size_t i = 0; i < serve->source_count && err == VSC_NO_CARD; i++) {
        struct serve_source *source = &serve->sources[i];

        if (!owns_id(source, card))
            continue;
        source->source->deadline = *deadline;
        if (!is_foreign(source)) {
            err = find_native(serve, source->source, card, &access, problem);
        } else {
            /* Tokens have no owner; whether this one is there its module will say. */
            access = serve->peer.full ? ACCESS_FULL : ACCESS_NONE;
            err = VSC_OK;
        }
        *ret_source = source->source;
    }
    if (access == ACCESS_NONE && !serve->peer.full &&
        (err == VSC_OK || serve->identities != IDENTITIES_ALWAYS))
        return problem_set(problem, VSC_DENIED, "this card is not yours");
    if (err == VSC_NO_CARD)
        return problem_set(problem, VSC_NO_CARD, "there is no card %s", card);
    *ret_access = access;
    return err;
}

enum vsc_err serve_find_token(struct serve *serve, const char *card,
                              const struct deadline *deadline, struct card_found *ret_found,
                              struct problem *problem)
{
    if (!serve->peer.full)
        return problem_set(problem, VSC_DENIED, "tokens are root's");
    for (size_t i = 0; i < serve->source_count; i++) {
        struct card_source *source = serve->sources[i].source;

        if (!is_foreign(&serve->sources[i]) || !owns_id(&serve->sources[i], card) ||
            source->ops->find_token == NULL)
            continue;
        source->deadline = *deadline;
        return source->ops->find_token(source, card, ret_found, problem);
    }
    return problem_set(problem, VSC_TOKEN, "no PKCS#11 module in use can have the token %s", card);
}

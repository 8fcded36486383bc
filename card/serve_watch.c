/* SPDX-License-Identifier: BSD-2-Clause */
#include "card/serve_watch.h"

#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>

#include "card/cert_glance.h"
#include "card/serve_list.h"
#include "card/serve_request.h"
#include "common/own.h"
#include "common/wire_watch.h"

/* What a source says of its own cards. A token that does not tell is not known. */
static enum vsc_err ask_source(struct serve *serve, const struct serve_source *source,
                               const struct card_list *list, struct glimpse *glimpses,
                               struct serve_request *request)
{
    const struct card_ops *ops = source->source->ops;

    source->source->deadline = request->deadline;
    if (ops->watch != NULL)
        return ops->watch(source->source, list, glimpses, &request->problem);
    for (size_t i = 0; i < list->count; i++) {
        const char *id = list->cards[i].id;

        if (serve_owner_of(serve, id) == source)
            glimpses[i].known = ops->state(source->source, id, &glimpses[i].state, NULL) == VSC_OK;
    }
    return VSC_OK;
}

static bool has_certificate(const struct card_info *card)
{
    for (size_t i = 0; i < card->key_count; i++) {
        if (card->keys[i].chain_len > 0)
            return true;
    }
    return false;
}

/* Of the machine's own cards: who asks makes no difference, and tokens are root's to see. A sign-in
 * that begins with the card lists them all. */
static bool may_announce(const struct serve *serve, const struct card_list *list,
                         const struct glimpse *glimpses)
{
    size_t count = 0;

    if (serve->identities != IDENTITIES_ALWAYS)
        return false;
    for (size_t i = 0; i < list->count; i++)
        if (list->cards[i].kind == CARD_NATIVE && !glimpses[i].state.gone &&
            has_certificate(&list->cards[i]))
            count++;
    switch (serve->announce) {
    case ANNOUNCE_NEVER:
        return false;
    case ANNOUNCE_SINGLE:
        return count == 1;
    case ANNOUNCE_ALWAYS:
        return count > 0;
    }
    return false;
}

static enum vsc_err add_certs(const struct card_info *card, struct watch_card *to)
{
    to->certs = calloc(CARD_KEYS_MAX, sizeof(*to->certs));
    if (to->certs == NULL)
        return VSC_MEMORY;
    for (size_t i = 0; i < card->key_count && to->cert_count < CARD_KEYS_MAX; i++) {
        struct watch_cert *cert = &to->certs[to->cert_count];

        if (card->keys[i].chain_len == 0 || !cert_glance(&card->keys[i].chain[0], cert))
            continue;
        memcpy(cert->key, card->keys[i].id, sizeof(cert->key));
        to->cert_count++;
    }
    ERR_clear_error(); /* what was malformed is left out */
    return VSC_OK;
}

/* What anybody may know; the chip's lock-out is no one's secret. */
static void show_glance(const struct card_info *card, const struct card_state *state,
                        struct watch_card *to)
{
    memcpy(to->id, card->id, sizeof(to->id));
    memcpy(to->name, card->name, sizeof(to->name));
    memcpy(to->owner, card->owner_display, sizeof(to->owner));
    to->kind = card->kind;
    to->blocked = state->blocked;
    to->locked_seconds = state->locked_seconds;
}

static enum vsc_err show_details(const struct serve *serve, const struct card_info *card,
                                 const struct card_state *state, struct watch_card *to)
{
    to->mine = access_is_owner(&serve->peer, card);
    to->details = true;
    to->tries_known = state->tries_known;
    to->tries_left = state->tries_left;
    to->tries_max = state->tries_max;
    return add_certs(card, to);
}

/* A card that cannot be opened any more is as good as none. */
static enum vsc_err show(const struct serve *serve, const struct card_list *list,
                         const struct glimpse *glimpses, struct watch_list *shown)
{
    shown->cards = calloc(CARDS_MAX, sizeof(*shown->cards));
    if (shown->cards == NULL)
        return VSC_MEMORY;
    for (size_t i = 0; i < list->count; i++) {
        const struct card_info *card = &list->cards[i];
        enum access access = access_to(&serve->peer, serve->identities, card);
        struct watch_card *to = &shown->cards[shown->count];
        enum vsc_err err = VSC_OK;

        if (access == ACCESS_NONE || glimpses[i].state.gone)
            continue;
        shown->count++;
        show_glance(card, &glimpses[i].state, to);
        if (access == ACCESS_FULL)
            err = show_details(serve, card, &glimpses[i].state, to);
        if (err != VSC_OK)
            return err;
    }
    return VSC_OK;
}

static enum vsc_err watch(struct serve *serve, struct serve_request *request,
                          struct watch_list *shown)
{
    auto_card_list struct card_list list = {0};
    struct glimpse glimpses[CARDS_MAX] = {{0}};
    enum vsc_err err;

    serve->quiet = serve->watched;
    err = serve_list_all(serve, &request->deadline, &list, &request->problem);
    serve->quiet = false;
    serve->watched = true;
    for (size_t i = 0; err == VSC_OK && i < serve->source_count; i++)
        err = ask_source(serve, &serve->sources[i], &list, glimpses, request);
    if (err != VSC_OK)
        return err;
    shown->announce = may_announce(serve, &list, glimpses);
    shown->warn_days = serve->warn_days;
    return show(serve, &list, glimpses, shown);
}

static enum vsc_err answer_watch(struct serve *serve, struct serve_request *request)
{
    auto_watch_list struct watch_list shown = {0};
    enum vsc_err err;

    if (request->type != WIRE_CARD_WATCH)
        return VSC_PROTOCOL;
    if (request->message->body.len > 0)
        return problem_set(&request->problem, VSC_PROTOCOL, "CARD_WATCH has no body");
    err = watch(serve, request, &shown);
    if (err != VSC_OK)
        return err;
    message_init(request->answer, WIRE_CARD_WATCHED);
    watch_list_encode(&request->answer->body, &shown);
    return buf_status(&request->answer->body);
}

const struct serve_part serve_watch = {.answer = answer_watch};

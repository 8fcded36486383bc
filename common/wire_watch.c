/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/wire_watch.h"

#include <stdlib.h>
#include <string.h>

#include "common/wire_check.h"
#include "common/wire_field.h"

static void card_encode(struct buf *body, const struct watch_card *card)
{
    buf_str(body, card->id);
    buf_str(body, card->name);
    buf_u8(body, (uint8_t)card->kind);
    buf_str(body, card->owner);
    buf_u8(body, card->mine);
    buf_u8(body, card->blocked);
    buf_u32(body, card->locked_seconds);
    buf_u8(body, card->details);
    buf_u8(body, card->tries_known);
    buf_u16(body, card->tries_left);
    buf_u16(body, card->tries_max);
    buf_u32(body, (uint32_t)card->cert_count);
    for (size_t i = 0; i < card->cert_count; i++) {
        buf_str(body, card->certs[i].key);
        buf_str(body, card->certs[i].upn);
        buf_u64(body, (uint64_t)card->certs[i].not_after);
    }
}

void watch_list_encode(struct buf *body, const struct watch_list *list)
{
    buf_u8(body, list->announce);
    buf_u32(body, list->warn_days);
    buf_u32(body, (uint32_t)list->count);
    for (size_t i = 0; i < list->count; i++)
        card_encode(body, &list->cards[i]);
}

static void cert_decode(struct reader *reader, struct watch_cert *cert)
{
    uint64_t not_after;

    field_name(reader, cert->key, sizeof(cert->key));
    field_text(reader, cert->upn, sizeof(cert->upn));
    not_after = reader_u64(reader);
    if (not_after > (uint64_t)WATCH_TIME_MAX)
        reader->fault = true;
    else
        cert->not_after = (int64_t)not_after;
}

static enum vsc_err certs_decode(struct reader *reader, struct watch_card *card)
{
    uint32_t count = field_count(reader, card->details ? CARD_KEYS_MAX : 0);

    if (count == 0)
        return VSC_OK;
    card->certs = calloc(count, sizeof(*card->certs));
    if (card->certs == NULL)
        return VSC_MEMORY;
    card->cert_count = count;
    for (size_t i = 0; i < count && !reader->fault; i++)
        cert_decode(reader, &card->certs[i]);
    return VSC_OK;
}

static enum vsc_err card_decode(struct reader *reader, struct watch_card *card)
{
    field_name(reader, card->id, sizeof(card->id));
    field_name(reader, card->name, sizeof(card->name));
    card->kind = (enum card_kind)field_choice(reader, CARD_NATIVE, CARD_TOKEN);
    field_text(reader, card->owner, sizeof(card->owner));
    card->mine = reader_bool(reader);
    card->blocked = reader_bool(reader);
    card->locked_seconds = reader_u32(reader);
    card->details = reader_bool(reader);
    card->tries_known = reader_bool(reader);
    card->tries_left = reader_u16(reader);
    card->tries_max = reader_u16(reader);
    if (card->tries_left > card->tries_max || (!card->tries_known && card->tries_max > 0) ||
        (card->tries_known && !card->details))
        reader->fault = true;
    return certs_decode(reader, card);
}

static bool is_there(const struct watch_list *list, const char *id)
{
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->cards[i].id, id) == 0)
            return true;
    }
    return false;
}

enum vsc_err watch_list_decode(struct reader *reader, struct watch_list *ret_list)
{
    auto_watch_list struct watch_list list = {0};
    enum vsc_err err = VSC_OK;
    uint32_t count;

    list.announce = reader_bool(reader);
    list.warn_days = reader_u32(reader);
    if (list.warn_days > CHECK_DAYS_MAX)
        reader->fault = true;
    count = field_count(reader, CARDS_MAX);
    list.cards = calloc(count > 0 ? count : 1, sizeof(*list.cards));
    if (list.cards == NULL)
        return VSC_MEMORY;
    while (err == VSC_OK && list.count < count && !reader->fault) {
        struct watch_card *card = &list.cards[list.count];

        err = card_decode(reader, card);
        if (is_there(&list, card->id))
            reader->fault = true;
        list.count++;
    }
    if (err == VSC_OK)
        err = reader_end(reader);
    if (err != VSC_OK)
        return err;
    *ret_list = list;
    list = (struct watch_list){0};
    return VSC_OK;
}

void watch_list_done(struct watch_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->cards[i].certs);
    free(list->cards);
    *list = (struct watch_list){0};
}

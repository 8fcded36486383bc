/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/wire_tgt.h"

#include <string.h>

#include "common/wire_field.h"

const char *tgt_code(enum tgt_outcome outcome)
{
    switch (outcome) {
#define VSC_TGT_CASE(name, number, code)                                                           \
    case TGT_##name:                                                                               \
        return code;
        VSC_TGT_OUTCOMES(VSC_TGT_CASE)
#undef VSC_TGT_CASE
    }
    return "no-ticket";
}

bool tgt_name_is_sound(const char *name)
{
    return strlen(name) == TGT_NAME_SIZE - 1 &&
           strspn(name, "0123456789abcdef") == TGT_NAME_SIZE - 1;
}

/* Whose; root never. */
static uid_t field_owner(struct reader *reader, char account[USER_NAME_SIZE])
{
    uid_t uid;

    field_name(reader, account, USER_NAME_SIZE);
    uid = reader_u32(reader);
    if (uid == 0 || uid == (uid_t)-1)
        reader->fault = true;
    return uid;
}

static enum tgt_outcome field_outcome(struct reader *reader)
{
    return (enum tgt_outcome)field_choice(reader, TGT_DONE, TGT_NONE);
}

static void field_ticket(struct reader *reader, char ticket[TGT_NAME_SIZE])
{
    field_text(reader, ticket, TGT_NAME_SIZE);
    if (ticket[0] != '\0' && !tgt_name_is_sound(ticket))
        reader->fault = true;
}

void tgt_get_encode(struct buf *body, const struct tgt_get *get)
{
    buf_str(body, get->account);
    buf_u32(body, get->uid);
    buf_str(body, get->upn);
    buf_str(body, get->card);
    buf_str(body, get->key);
    buf_str(body, get->ccache);
    buf_bytes(body, get->pin.bytes, get->pin.len);
}

enum vsc_err tgt_get_decode(struct reader *reader, struct tgt_get *ret_get)
{
    struct tgt_get get = {.uid = 0};
    const unsigned char *pin;
    size_t pin_len = 0;
    enum vsc_err err;

    get.uid = field_owner(reader, get.account);
    field_name(reader, get.upn, sizeof(get.upn));
    field_name(reader, get.card, sizeof(get.card));
    field_name(reader, get.key, sizeof(get.key));
    field_text(reader, get.ccache, sizeof(get.ccache));
    pin = reader_bytes(reader, PIN_MAX, &pin_len); /* borrowed: copied once, into what is wiped */
    err = reader_end(reader);
    if (err == VSC_OK && pin_len == 0)
        err = VSC_PROTOCOL;
    if (err != VSC_OK)
        return err;
    *ret_get = get;
    return secret_set(&ret_get->pin, pin, pin_len);
}

void tgt_got_encode(struct buf *body, const struct tgt_got *got)
{
    buf_u8(body, (uint8_t)got->outcome);
    buf_u32(body, (uint32_t)got->code);
    buf_str(body, got->principal);
    buf_str(body, got->text);
    buf_u8(body, got->verified);
    buf_str(body, got->ticket);
}

enum vsc_err tgt_got_decode(struct reader *reader, struct tgt_got *ret_got)
{
    struct tgt_got got;
    enum vsc_err err;

    got.outcome = field_outcome(reader);
    got.code = field_i32(reader);
    field_text(reader, got.principal, sizeof(got.principal));
    field_text(reader, got.text, sizeof(got.text));
    got.verified = reader_bool(reader);
    field_ticket(reader, got.ticket);
    if ((got.outcome == TGT_DONE) != (got.principal[0] != '\0') ||
        (got.outcome != TGT_DONE && (got.verified || got.ticket[0] != '\0')))
        reader->fault = true;
    err = reader_end(reader);
    if (err == VSC_OK)
        *ret_got = got;
    return err;
}

void tgt_cache_encode(struct buf *body, const struct tgt_cache *cache)
{
    buf_str(body, cache->account);
    buf_u32(body, cache->uid);
    buf_str(body, cache->ticket);
    buf_str(body, cache->ccache);
    buf_u8(body, cache->refresh);
}

enum vsc_err tgt_cache_decode(struct reader *reader, struct tgt_cache *ret_cache)
{
    struct tgt_cache cache;
    enum vsc_err err;

    cache.uid = field_owner(reader, cache.account);
    field_ticket(reader, cache.ticket);
    field_text(reader, cache.ccache, sizeof(cache.ccache));
    cache.refresh = reader_bool(reader);
    if (cache.ticket[0] == '\0' && cache.ccache[0] == '\0')
        reader->fault = true;
    err = reader_end(reader);
    if (err == VSC_OK)
        *ret_cache = cache;
    return err;
}

void tgt_cached_encode(struct buf *body, const struct tgt_cached *cached)
{
    buf_u8(body, (uint8_t)cached->outcome);
    buf_u32(body, (uint32_t)cached->code);
    buf_str(body, cached->text);
    buf_str(body, cached->ccache);
    buf_str(body, cached->own);
}

enum vsc_err tgt_cached_decode(struct reader *reader, struct tgt_cached *ret_cached)
{
    struct tgt_cached cached;
    enum vsc_err err;

    cached.outcome = field_outcome(reader);
    cached.code = field_i32(reader);
    field_text(reader, cached.text, sizeof(cached.text));
    field_text(reader, cached.ccache, sizeof(cached.ccache));
    field_text(reader, cached.own, sizeof(cached.own));
    if ((cached.outcome != TGT_DONE || cached.ccache[0] == '\0') && cached.own[0] != '\0')
        reader->fault = true;
    err = reader_end(reader);
    if (err == VSC_OK)
        *ret_cached = cached;
    return err;
}

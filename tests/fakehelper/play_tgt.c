/* SPDX-License-Identifier: BSD-2-Clause */
/* vsc-tgt's part of a played conversation. */
#include <stdio.h>
#include <string.h>

#include "common/wire_tgt.h"
#include "tests/fakehelper/play.h"

static enum tgt_outcome outcome_of(const struct part *part)
{
    static const char *const words[] = {"done",      "unreachable", "refused",
                                        "untrusted", "mismatch",    "none"};

    for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (part_flag(part, words[i]))
            return (enum tgt_outcome)(i + 1);
    return TGT_DONE;
}

static void encode_got(const struct part *part, struct buf *body)
{
    struct tgt_got got = {.outcome = outcome_of(part),
                          .code = (int32_t)part_number(part, "code", 0),
                          .verified = part_flag(part, "verified")};

    (void)snprintf(got.principal, sizeof(got.principal), "%s", part_text(part, "principal", ""));
    (void)snprintf(got.text, sizeof(got.text), "%s", part_text(part, "text", ""));
    (void)snprintf(got.ticket, sizeof(got.ticket), "%s", part_text(part, "ticket", ""));
    tgt_got_encode(body, &got);
}

static void encode_cached(const struct part *part, struct buf *body)
{
    struct tgt_cached cached = {.outcome = outcome_of(part),
                                .code = (int32_t)part_number(part, "code", 0)};

    (void)snprintf(cached.text, sizeof(cached.text), "%s", part_text(part, "text", ""));
    (void)snprintf(cached.ccache, sizeof(cached.ccache), "%s", part_text(part, "ccache", ""));
    (void)snprintf(cached.own, sizeof(cached.own), "%s", part_text(part, "own", ""));
    tgt_cached_encode(body, &cached);
}

bool play_encode_tgt(const struct play *play, enum wire_type type, struct buf *body)
{
    if (type == WIRE_TGT_GOT)
        encode_got(&play->parts[0], body);
    else if (type == WIRE_TGT_PLACED || type == WIRE_TGT_RENEWED || type == WIRE_TGT_REMOVED)
        encode_cached(&play->parts[0], body);
    else
        return false;
    return true;
}

static void match_owner(struct matcher *matcher, const char *account, uid_t uid)
{
    char both[USER_NAME_SIZE + 16];

    (void)snprintf(both, sizeof(both), "%s/%u", account, (unsigned)uid);
    match_text(matcher, "account", both);
}

enum vsc_err match_tgt_get(struct matcher *matcher, struct reader *reader)
{
    struct tgt_get get = {.uid = 0};
    enum vsc_err err = tgt_get_decode(reader, &get);

    match_owner(matcher, get.account, get.uid);
    match_text(matcher, "upn", get.upn);
    match_text(matcher, "card", get.card);
    match_text(matcher, "key", get.key);
    match_text(matcher, "ccache", get.ccache);
    match_bytes(matcher, "pin", get.pin.bytes, get.pin.len);
    return err;
}

enum vsc_err match_tgt_cache(struct matcher *matcher, struct reader *reader)
{
    struct tgt_cache cache = {.uid = 0};
    enum vsc_err err = tgt_cache_decode(reader, &cache);

    match_owner(matcher, cache.account, cache.uid);
    match_text(matcher, "ticket", cache.ticket);
    match_text(matcher, "ccache", cache.ccache);
    match_text(matcher, "refresh", cache.refresh ? "1" : "0");
    return err;
}

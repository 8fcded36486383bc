/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/support/wire_codecs_tgt.h"

#include <string.h>

#include "common/wire_check.h"
#include "common/wire_tgt.h"

#define TICKET "00112233445566778899aabbccddeeff"

void begun_ticket_sample(unsigned number, struct buf *body)
{
    static const struct check_begun samples[] = {
        {.allowed = true,
         .user_known = true,
         .user_uid = 1000,
         .user_name = "alice",
         .timeout_seconds = 30,
         .talk = TALK_TEXT,
         .ticket = TICKET_REQUIRED,
         .ticket_seconds = 5},
        {.timeout_seconds = 1,
         .talk = TALK_BLIND,
         .ticket = TICKET_OPTIONAL,
         .ticket_seconds = TICKET_SECONDS_MAX},
    };

    check_begun_ticket_encode(body, &samples[number]);
}

enum vsc_err begun_ticket_again(struct reader *reader, struct buf *body)
{
    struct check_begun begun;
    enum vsc_err err = check_begun_ticket_decode(reader, &begun);

    if (err == VSC_OK)
        check_begun_ticket_encode(body, &begun);
    return err;
}

void served_sample(unsigned number, struct buf *body)
{
    check_served_encode(body, &(struct check_served){.change_pin = number == 0});
}

enum vsc_err served_again(struct reader *reader, struct buf *body)
{
    struct check_served served;
    enum vsc_err err = check_served_decode(reader, &served);

    if (err == VSC_OK)
        check_served_encode(body, &served);
    return err;
}

void tgt_get_sample(unsigned number, struct buf *body)
{
    struct tgt_get get = {.account = "CORP\\alice",
                          .uid = 1000,
                          .upn = "alice@corp.test",
                          .card = "0000",
                          .key = "01"};

    if (number > 0)
        memcpy(get.ccache, "FILE:/tmp/krb5cc_1000", 22);
    if (secret_set(&get.pin, "12345678", 8) == VSC_OK)
        tgt_get_encode(body, &get);
    secret_done(&get.pin);
}

enum vsc_err tgt_get_again(struct reader *reader, struct buf *body)
{
    struct tgt_get get = {.uid = 0};
    enum vsc_err err = tgt_get_decode(reader, &get);

    if (err == VSC_OK)
        tgt_get_encode(body, &get);
    secret_done(&get.pin);
    return err;
}

void tgt_got_sample(unsigned number, struct buf *body)
{
    static const struct tgt_got samples[] = {
        {.outcome = TGT_DONE, .principal = "alice@CORP.TEST", .verified = true, .ticket = TICKET},
        {.outcome = TGT_REFUSED, .code = -1765328366, .text = "credentials have been revoked"},
    };

    tgt_got_encode(body, &samples[number]);
}

enum vsc_err tgt_got_again(struct reader *reader, struct buf *body)
{
    struct tgt_got got;
    enum vsc_err err = tgt_got_decode(reader, &got);

    if (err == VSC_OK)
        tgt_got_encode(body, &got);
    return err;
}

void tgt_cache_sample(unsigned number, struct buf *body)
{
    static const struct tgt_cache samples[] = {
        {.account = "alice", .uid = 1000, .ticket = TICKET, .refresh = true},
        {.account = "alice", .uid = 1000, .ccache = "KEYRING:persistent:1000"},
    };

    tgt_cache_encode(body, &samples[number]);
}

enum vsc_err tgt_cache_again(struct reader *reader, struct buf *body)
{
    struct tgt_cache cache;
    enum vsc_err err = tgt_cache_decode(reader, &cache);

    if (err == VSC_OK)
        tgt_cache_encode(body, &cache);
    return err;
}

void tgt_cached_sample(unsigned number, struct buf *body)
{
    static const struct tgt_cached samples[] = {
        {.outcome = TGT_DONE,
         .ccache = "FILE:/tmp/krb5cc_1000_x",
         .own = "FILE:/tmp/krb5cc_1000_x"},
        {.outcome = TGT_NONE, .code = 13, .text = "Permission denied"},
    };

    tgt_cached_encode(body, &samples[number]);
}

enum vsc_err tgt_cached_again(struct reader *reader, struct buf *body)
{
    struct tgt_cached cached;
    enum vsc_err err = tgt_cached_decode(reader, &cached);

    if (err == VSC_OK)
        tgt_cached_encode(body, &cached);
    return err;
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/support/wire_codecs_watch.h"

#include "common/wire_watch.h"

void watch_sample(unsigned number, struct buf *body)
{
    struct watch_cert certs[] = {
        {.key = "01", .upn = "alice@corp.test", .not_after = 1801353600},
        {.key = "02", .not_after = WATCH_TIME_MAX},
    };
    struct watch_card cards[] = {
        {.id = "0000",
         .name = "TestVSC",
         .kind = CARD_NATIVE,
         .owner = "Alice Smith",
         .mine = true,
         .details = true,
         .tries_known = true,
         .tries_left = 4,
         .tries_max = 5,
         .certs = certs,
         .cert_count = 2},
        {.id = "0001", .name = "K\xc3\xb6nig", .kind = CARD_NATIVE, .blocked = true},
        {.id = "p11:token", .name = "Token", .kind = CARD_TOKEN, .locked_seconds = 600},
    };
    const struct watch_list list = {
        .announce = true, .warn_days = 14, .cards = cards, .count = number == 0 ? 3 : 0};

    watch_list_encode(body, &list);
}

enum vsc_err watch_again(struct reader *reader, struct buf *body)
{
    auto_watch_list struct watch_list list = {0};
    enum vsc_err err = watch_list_decode(reader, &list);

    if (err == VSC_OK)
        watch_list_encode(body, &list);
    return err;
}

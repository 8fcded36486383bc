/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/wire_stale.h"

#include <string.h>

#include "common/wire_field.h"

#define MORE_MAX 64

void stale_add(struct stale *stale, enum stale_kind kind, const char *of, int64_t since)
{
    struct stale_item item = {.kind = kind, .since = since > 0 ? since : 0};

    if (kind != STALE_DIRECTORY)
        text_name(item.of, sizeof(item.of), of, strlen(of));
    if (kind != STALE_DIRECTORY && item.of[0] == '\0')
        item.of[0] = '?';
    for (size_t i = 0; i < stale->count; i++) {
        struct stale_item *other = &stale->items[i];

        if (other->kind != kind || strcmp(other->of, item.of) != 0)
            continue;
        if (item.since < other->since)
            other->since = item.since;
        return;
    }
    if (stale->count < STALE_MAX)
        stale->items[stale->count++] = item;
    else if (stale->more < MORE_MAX)
        stale->more++;
}

void check_stale_encode(struct buf *body, const struct stale *stale)
{
    buf_u8(body, (uint8_t)stale->count);
    for (size_t i = 0; i < stale->count; i++) {
        buf_u8(body, (uint8_t)stale->items[i].kind);
        buf_str(body, stale->items[i].of);
        buf_u64(body, (uint64_t)stale->items[i].since);
    }
    buf_u32(body, stale->more);
}

enum vsc_err check_stale_decode(struct reader *reader, struct stale *ret_stale)
{
    struct stale stale = {.count = field_choice(reader, 0, STALE_MAX)};
    enum vsc_err err;

    for (size_t i = 0; i < stale.count; i++) {
        struct stale_item *item = &stale.items[i];
        uint64_t since;

        item->kind = (enum stale_kind)field_choice(reader, STALE_LIST, STALE_DIRECTORY);
        field_text(reader, item->of, sizeof(item->of));
        since = reader_u64(reader);
        if (since > INT64_MAX || (item->kind == STALE_DIRECTORY) != (item->of[0] == '\0'))
            reader->fault = true;
        item->since = (int64_t)since;
    }
    stale.more = field_count(reader, MORE_MAX);
    if (stale.more > 0 && stale.count < STALE_MAX)
        reader->fault = true;
    err = reader_end(reader);
    if (err == VSC_OK)
        *ret_stale = stale;
    return err;
}

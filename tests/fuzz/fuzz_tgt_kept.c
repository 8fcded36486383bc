/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The file of a ticket that root keeps. One that is damaged, too long or foreign holds none; what
 * is taken has an owner who is not root, and comes out as the same bytes.
 */
#include <stdlib.h>
#include <string.h>

#include "common/text.h"
#include "tests/fuzz/fuzz.h"
#include "tgt/kept.h"

static void must(int holds)
{
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    auto_kept struct kept kept = {.uid = 0};
    auto_buf struct buf again;
    struct reader reader;

    buf_init(&again, 2 * KEPT_CREDS_MAX);
    reader_init(&reader, data, len);
    if (kept_decode(&reader, &kept) != VSC_OK)
        return 0;
    must(kept.uid != 0 && kept.account[0] != '\0' && text_is_printable(kept.account));
    must(kept.creds.len <= KEPT_CREDS_MAX);
    kept_encode(&again, &kept);
    must(again.len == len && memcmp(again.data, data, len) == 0);
    return 0;
}

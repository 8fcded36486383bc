/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What comes through the pipe of vsc-tgt's worker, which reads from the network. A result is whole
 * or none; one that is taken may be shown, is bounded, and comes out as the same bytes.
 */
#include <stdlib.h>
#include <string.h>

#include "common/text.h"
#include "tests/fuzz/fuzz.h"
#include "tgt/worker.h"

static void must(int holds)
{
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    auto_worker_result struct worker_result result;
    auto_buf struct buf again;
    struct reader reader;

    worker_result_init(&result);
    buf_init(&again, 2 * KEPT_CREDS_MAX);
    reader_init(&reader, data, len);
    if (worker_result_decode(&reader, &result) != VSC_OK) {
        must(result.outcome == TGT_NONE && result.creds.len == 0 && result.ccache[0] == '\0');
        return 0;
    }
    must(result.outcome >= TGT_DONE && result.outcome <= TGT_NONE);
    must(text_is_printable(result.text) && text_is_printable(result.principal));
    must(text_is_printable(result.ccache) && text_is_printable(result.own));
    must(result.creds.len <= KEPT_CREDS_MAX);
    worker_result_encode(&again, &result);
    must(again.len == len && memcmp(again.data, data, len) == 0);
    return 0;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The record of a session, and what loginctl writes of one. A record that is taken must be written
 * again as the same bytes; a session is the record's only if all three lines say so.
 */
#include <stdlib.h>
#include <string.h>

#include "common/session_record.h"
#include "removal/logind.h"
#include "tests/fuzz/fuzz.h"

static void must(int claim)
{
    if (!claim)
        abort();
}

static int has(const uint8_t *data, size_t len, const char *line)
{
    return memmem(data, len, line, strlen(line)) != NULL;
}

static void fuzz_loginctl(const uint8_t *data, size_t len)
{
    const struct session_record record = {.session = "c2", .uid = 1000, .leader = 4711};

    if (logind_judge(data, len, &record) == STANDING_ITS)
        must(has(data, len, "Id=c2\n") && has(data, len, "User=1000\n") &&
             has(data, len, "Leader=4711\n"));
    if (!logind_lists(data, len, "c2"))
        must(!has(data, len, "\nc2\n") && !has(data, len, "\n c2 "));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct session_record record;
    auto_buf struct buf text;

    buf_init(&text, 0);
    if (session_record_decode(data, len, &record) == VSC_OK) {
        must(session_record_encode(&record, &text) == VSC_OK);
        must(text.len == len && memcmp(text.data, data, len) == 0);
        must(session_id_is_sound(record.session) && session_card_is_sound(record.card));
    }
    fuzz_loginctl(data, len);
    return 0;
}

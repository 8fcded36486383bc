/* SPDX-License-Identifier: BSD-2-Clause */
/* The state of a request: what is taken is written again as what is read as the same. */
#include <stdlib.h>
#include <string.h>

#include "enroll/state.h"
#include "tests/fuzz/fuzz.h"

static void must(int claim)
{
    if (!claim)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    auto_state struct state state = {.phase = STATE_IDLE};
    auto_state struct state again = {.phase = STATE_IDLE};
    auto_buf struct buf text, same;

    buf_init(&text, 0);
    buf_init(&same, 0);
    if (state_decode(data, len, &state, NULL) != VSC_OK)
        return 0;
    must(state.phase < STATE_KEYED || strlen(state.next) == SPKI_ID_SIZE - 1);
    must(state.phase < STATE_REQUESTED || state.request != NULL);
    must(state.phase != STATE_ISSUED || state.answer != NULL);
    must(state_encode(&state, &text) == VSC_OK || text.overflow);
    if (text.overflow)
        return 0;
    must(state_decode(text.data, text.len, &again, NULL) == VSC_OK);
    must(state_encode(&again, &same) == VSC_OK);
    must(text.len == same.len && memcmp(text.data, same.data, text.len) == 0);
    return 0;
}

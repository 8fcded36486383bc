/* SPDX-License-Identifier: BSD-2-Clause */
/* What an enrollment service answers. */
#include <stdlib.h>
#include <string.h>

#include "common/text.h"
#include "enroll/issued.h"
#include "enroll/xcep/wstep.h"
#include "tests/fuzz/fuzz.h"

static void must(int claim)
{
    if (!claim)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    auto_wstep struct wstep_answer answer = {.id = ""};

    if (wstep_read(data, len, &answer, NULL) != VSC_OK)
        return 0;
    must(text_is_printable(answer.words) && text_is_printable(answer.uri));
    must(answer.result != WSTEP_PENDING ||
         (answer.id[0] != '\0' && strspn(answer.id, "0123456789") == strlen(answer.id)));
    must((answer.result == WSTEP_ISSUED) == (answer.pem.len > 0) && answer.pem.len <= ANSWER_MAX);
    return 0;
}

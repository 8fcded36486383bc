/* SPDX-License-Identifier: BSD-2-Clause */
/* What a CA answers: the first byte is the helper's exit status, the rest is what it wrote. */
#include <stdlib.h>
#include <string.h>

#include "common/text.h"
#include "enroll/helper.h"
#include "enroll/helper_listen.h"
#include "enroll/issued.h"
#include "tests/fuzz/fuzz.h"

static void must(int claim)
{
    if (!claim)
        abort();
}

static void read_issued(const uint8_t *data, size_t len)
{
    auto_issued struct issued issued = {.chain_len = 0};
    char code[CODE_MAX] = "";
    char *pem = NULL;

    if (issued_parse(data, len, &issued, code, NULL) != VSC_OK) {
        must(issued.chain_len == 0 && strcmp(code, "malformed-certificate") == 0);
        return;
    }
    must(issued.chain_len >= 1 && issued.chain_len <= CHAIN_MAX);
    must(strlen(issued.spki) == SPKI_ID_SIZE - 1 && text_is_printable(issued.issuer));
    must(issued_pem(&issued, &pem) == VSC_OK);
    free(pem);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    auto_answer struct helper_answer answer = {.result = HELPER_BROKEN};
    struct last_line said = {.len = 0};

    buf_init(&answer.answer, ANSWER_MAX);
    if (len < 1 || len > ANSWER_MAX)
        return 0;
    buf_put(&answer.answer, data + 1, len - 1);
    last_line_put(&said, (const char *)data + 1, len - 1);
    must(strlen(last_line(&said)) < LINE_SIZE && strchr(last_line(&said), '\n') == NULL);
    helper_read(data[0], last_line(&said), &answer);
    must((answer.result == HELPER_WAIT) == (answer.cookie != NULL));
    must((answer.result == HELPER_ISSUED) == (data[0] == 0));
    must(answer.delay >= 1 && answer.delay <= 7 * 86400 && text_is_printable(answer.words));
    read_issued(data + 1, len - 1);
    return 0;
}

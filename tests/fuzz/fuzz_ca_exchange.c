/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is said over the CA's socket. The first byte chooses: a question, or an answer. What is read
 * is sound, and comes out the same when it is written anew.
 */
#include <stdlib.h>
#include <string.h>

#include "ca/exchange.h"
#include "tests/fuzz/fuzz.h"

static void must(int holds)
{
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    auto_buf struct buf content = {.data = NULL}, again = {.data = NULL};
    struct question question;
    struct answer answer;

    if (len == 0 || len > EXCHANGE_FRAME_MAX)
        return 0;
    buf_init(&content, EXCHANGE_FRAME_MAX);
    buf_put(&content, data + 1, len - 1);
    if ((data[0] & 1) == 0) {
        if (question_read(&content, &question) != VSC_OK)
            return 0;
        must(strchr(question.template, '/') == NULL && question.operation[0] != '-' &&
             question.template[0] != '-');
        must(question_write(&question, &again) == VSC_OK);
    } else {
        if (answer_read(&content, &answer) != VSC_OK)
            return 0;
        must(answer_write(&answer, &again) == VSC_OK);
    }
    must(again.len == content.len && memcmp(again.data, content.data, content.len) == 0);
    return 0;
}

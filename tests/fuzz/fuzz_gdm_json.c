/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The login screen's JSON answer. What must hold: a card is one of those that were sent, its ids
 * stand in the input, and there is a text; a password is no longer than PAM takes.
 */
#include <stdlib.h>
#include <string.h>

#include "pam_vsc/gdm_json.h"
#include "tests/fuzz/fuzz.h"

static void must(bool claim)
{
    if (!claim)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static const struct gdm_identity identities[] = {
        {.token = "TestVSC", .label = "alice", .title = "Alice", .key = "0000/01"},
        {.token = "Second", .label = "", .title = "", .key = "0001/01"},
    };
    auto_json struct json_document document = {.text = NULL};
    struct gdm_answer answer = {.index = 99};
    char *request;

    if (len > GDM_JSON_MAX || json_read(data, len, &document, NULL) != VSC_OK)
        return 0;
    if (gdm_json_read(&document, identities, 2, &answer) != ENDING_NOT_YET) {
        must(answer.index == 99 && answer.text == NULL);
        return 0;
    }
    must(answer.text != NULL);
    if (answer.password)
        must(strlen(answer.text) <= GDM_PASSWORD_MAX);
    else
        must(answer.index < 2);
    /* What we write ourselves is no answer. */
    request = gdm_json_write(identities, 2);
    must(request != NULL);
    json_document_done(&document);
    must(json_read(request, strlen(request), &document, NULL) == VSC_OK &&
         gdm_json_read(&document, identities, 2, &answer) == ENDING_CONVERSATION);
    free(request);
    return 0;
}

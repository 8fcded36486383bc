/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The reply to GDM's choice list: its structure, cut where the input says, and the key in it. What
 * must hold: a choice is one of those offered, and only by its own key.
 *
 *     u8 bytes of the structure · u32 length · u8 type · u8 has a key · the key (the rest)
 */
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "pam_vsc/gdm.h"
#include "tests/fakepam/fakepam.h"
#include "tests/fuzz/fuzz.h"

#define TYPE 3

static void must(bool claim)
{
    if (!claim)
        abort();
}

static int converse(int count, const struct pam_message **messages, struct pam_response **resp,
                    void *data)
{
    struct reader *input = data;
    size_t size = reader_u8(input) % (sizeof(struct gdm_choice_reply) + 8);
    struct gdm_choice_reply reply = {.header = {.length = htobe32(reader_u32(input))}};
    char *bytes = calloc(1, size > 0 ? size : 1);
    const bool is_whole = size >= sizeof(reply) && be32toh(reply.header.length) == sizeof(reply);

    must(count == 1 && messages[0]->msg_style == PAM_BINARY_PROMPT && bytes != NULL);
    reply.header.type = reader_u8(input);
    /* The key is given away only where it will be taken, for it could not be freed else. */
    if (reader_u8(input) != 0 && is_whole && reply.header.type == TYPE)
        reply.key = strndup((const char *)input->next, input->left);
    memcpy(bytes, &reply, size < sizeof(reply) ? size : sizeof(reply));
    *resp = calloc(1, sizeof(**resp));
    must(*resp != NULL);
    (*resp)->resp = bytes;
    return PAM_SUCCESS;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct gdm_choice_request request = {
        .prompt = "Sign in as:", .count = 2, .items = {{"id:0", "one"}, {"id:1", "two"}}};
    struct reader input;
    const struct pam_conv conv = {.conv = converse, .appdata_ptr = &input};
    struct deadline deadline = deadline_in(1000);
    struct talk talk = {.deadline = &deadline};
    size_t index = 99;
    enum ending ending;

    reader_init(&input, data, len);
    talk.pamh = fakepam_new("gdm-smartcard", &conv);
    ending = gdm_choose(&talk, TYPE, &request, &index);
    if (ending == ENDING_NOT_YET)
        must(index < 2 && len >= 11 && memcmp(data + 7, "id:", 3) == 0 && data[10] == '0' + index &&
             (len == 11 || data[11] == '\0'));
    else
        must(index == 99);
    fakepam_free(talk.pamh);
    return 0;
}

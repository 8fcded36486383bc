/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam_vsc/talk.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

/* A reply belongs to the module; it may be a PIN, so it is wiped before it is freed. */
static void reply_free(struct pam_response *reply)
{
    if (reply == NULL)
        return;
    if (reply->resp != NULL)
        explicit_bzero(reply->resp, strlen(reply->resp));
    free(reply->resp);
    free(reply);
}

/*
 * One message. *ret_reply is what the conversation function gave, and NULL where it failed:
 * what it left in the pointer then is nobody's (CVE-2025-24031).
 */
static enum ending converse(struct talk *talk, int style, const void *text,
                            struct pam_response **ret_reply)
{
    const struct pam_message message = {.msg_style = style, .msg = text};
    const struct pam_message *messages[] = {&message};
    struct pam_response *reply = NULL;
    const void *item = NULL;
    const struct pam_conv *conv;
    int64_t before = clock_ms();
    int64_t taken;
    int code;

    *ret_reply = NULL;
    if (pam_get_item(talk->pamh, PAM_CONV, &item) != PAM_SUCCESS || item == NULL)
        return ENDING_CONVERSATION;
    conv = item;
    if (conv->conv == NULL)
        return ENDING_CONVERSATION;
    code = conv->conv(1, messages, &reply, conv->appdata_ptr);
    taken = clock_ms() - before;
    talk->deadline->at_ms += taken;
    talk->person_ms += taken;
    if (code != PAM_SUCCESS)
        return ENDING_CONVERSATION;
    *ret_reply = reply;
    return ENDING_NOT_YET;
}

enum ending talk_ask(struct talk *talk, enum talk_ask how, const char *prompt,
                     struct secret *ret_answer)
{
    struct pam_response *reply;
    enum ending ending = converse(talk, (int)how, prompt, &reply);
    size_t len;

    if (ending != ENDING_NOT_YET)
        return ending;
    talk->asked = true;
    if (reply == NULL || reply->resp == NULL) {
        reply_free(reply);
        return ENDING_ABORTED;
    }
    len = strlen(reply->resp);
    if (secret_set(ret_answer, reply->resp, len < SECRET_MAX ? len : SECRET_MAX) != VSC_OK)
        ending = ENDING_MEMORY;
    reply_free(reply);
    return ending;
}

enum ending talk_binary(struct talk *talk, const void *request, size_t size, void **ret_reply)
{
    struct pam_response *reply;
    enum ending ending = converse(talk, PAM_BINARY_PROMPT, request, &reply);
    void *bytes;

    if (ending != ENDING_NOT_YET)
        return ending;
    talk->asked = true;
    if (reply == NULL || reply->resp == NULL) {
        free(reply);
        return ENDING_ABORTED;
    }
    bytes = reply->resp;
    free(reply);
    /* It is no string, and what it says of its length is not to be read before it is there. */
    if (malloc_usable_size(bytes) < size) {
        explicit_bzero(bytes, malloc_usable_size(bytes));
        free(bytes);
        return ENDING_CONVERSATION;
    }
    *ret_reply = bytes;
    return ENDING_NOT_YET;
}

enum ending talk_error(struct talk *talk, const char *text)
{
    struct pam_response *reply;
    enum ending ending = converse(talk, PAM_ERROR_MSG, text, &reply);

    talk->told = true;
    reply_free(reply);
    return ending;
}

void talk_inform(struct talk *talk, const char *text)
{
    struct pam_response *reply;

    if (talk->silent || talk->informed)
        return;
    talk->informed = true;
    (void)converse(talk, PAM_TEXT_INFO, text, &reply);
    reply_free(reply);
}

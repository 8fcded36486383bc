/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam_vsc/gdm.h"

#include <endian.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define GDM_SERVICES "gdm-" /* what the names of GDM's services begin with */

bool gdm_has_extension(const char *extensions, const char *name, unsigned char *ret_type)
{
    const size_t len = strlen(name);
    const char *at = extensions != NULL ? extensions : "";

    at += strspn(at, " ");
    for (unsigned place = 0; *at != '\0' && place <= UCHAR_MAX; place++) {
        const size_t word = strcspn(at, " ");

        /* A shorter one is another one: GDM's own macro takes it for this one. */
        if (word == len && memcmp(at, name, len) == 0) {
            *ret_type = (unsigned char)place;
            return true;
        }
        at += word;
        at += strspn(at, " ");
    }
    return false;
}

bool gdm_offers(const char *service, const char *name, unsigned char *ret_type)
{
    return strncmp(service, GDM_SERVICES, strlen(GDM_SERVICES)) == 0 &&
           gdm_has_extension(secure_getenv(GDM_EXTENSIONS), name, ret_type);
}

static bool is_choice_reply(const struct gdm_choice_reply *reply, unsigned char type)
{
    return be32toh(reply->header.length) == sizeof(*reply) && reply->header.type == type;
}

static enum ending find_choice(const struct gdm_choice_request *request, const char *key,
                               size_t *ret_index)
{
    if (key == NULL)
        return ENDING_ABORTED;
    for (size_t i = 0; i < request->count; i++)
        if (strcmp(request->items[i].key, key) == 0) {
            *ret_index = i;
            return ENDING_NOT_YET;
        }
    return ENDING_NO_CHOICE;
}

enum ending gdm_choose(struct talk *talk, unsigned char type, struct gdm_choice_request *request,
                       size_t *ret_index)
{
    struct gdm_choice_reply *reply = NULL;
    void *bytes = NULL;
    enum ending ending;

    request->header.length = htobe32((uint32_t)GDM_CHOICES(request->count));
    request->header.type = type;
    ending = talk_binary(talk, request, sizeof(*reply), &bytes);
    if (ending != ENDING_NOT_YET)
        return ending;
    reply = bytes;
    /* Of what is no such reply the pointer is nobody's. */
    if (is_choice_reply(reply, type)) {
        ending = find_choice(request, reply->key, ret_index);
        free(reply->key);
    } else {
        ending = ENDING_CONVERSATION;
    }
    free(reply);
    return ending;
}

enum ending gdm_exchange_json(struct talk *talk, unsigned char type, char *json, char **ret_json)
{
    struct gdm_json_message request = {
        .header = {.length = htobe32(sizeof(request)), .type = type},
        .protocol = "auth-mechanisms",
        .version = 1,
        .json = json,
    };
    struct gdm_json_message *reply = NULL;
    void *bytes = NULL;
    enum ending ending = talk_binary(talk, &request, sizeof(*reply), &bytes);

    if (ending != ENDING_NOT_YET)
        return ending;
    reply = bytes;
    if (be32toh(reply->header.length) != sizeof(*reply) || reply->header.type != type)
        ending = ENDING_CONVERSATION;
    else if (reply->json == NULL)
        ending = ENDING_ABORTED;
    else
        *ret_json = reply->json;
    free(reply);
    return ending;
}

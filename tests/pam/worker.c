/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/pam/worker.h"

#include <endian.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/text.h"
#include "pam_vsc/gdm_wire.h"

/* The name of an extension by its type, as a worker that offers these would find it. */
static void extension_of(unsigned char type, char *to, size_t size)
{
    const char *at = getenv(GDM_EXTENSIONS);

    at = at != NULL ? at : "";
    for (at += strspn(at, " "); type > 0 && *at != '\0'; type--) {
        at += strcspn(at, " ");
        at += strspn(at, " ");
    }
    (void)snprintf(to, size, "%.*s", (int)strcspn(at, " "), at);
}

static void add(char to[WORKER_TEXT], const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void add(char to[WORKER_TEXT], const char *format, ...)
{
    size_t used = strlen(to);
    va_list args;

    va_start(args, format);
    (void)vsnprintf(to + used, WORKER_TEXT - used, format, args);
    va_end(args);
}

static bool is_utf8(const char *text)
{
    while (*text != '\0') {
        unsigned code;
        size_t len = text_decode(text, strlen(text), &code);

        if (len == 0)
            return false;
        text += len;
    }
    return true;
}

static void read_choices(const struct gdm_choice_request *request, char to[WORKER_TEXT])
{
    const uint32_t length = be32toh(request->header.length);

    if (length != GDM_CHOICES(request->count) || !is_utf8(request->prompt)) {
        add(to, "malformed choices of %u bytes", length);
        return;
    }
    add(to, "choices %s", request->prompt);
    for (size_t i = 0; i < request->count; i++)
        add(to, "|%s %s%s", request->items[i].key, request->items[i].text,
            is_utf8(request->items[i].text) ? "" : " (malformed)");
}

static void read_json(const struct gdm_json_message *request, char to[WORKER_TEXT])
{
    if (be32toh(request->header.length) != sizeof(*request) || request->version != 1 ||
        strcmp(request->protocol, "auth-mechanisms") != 0 || !is_utf8(request->json))
        add(to, "malformed json");
    else
        add(to, "json %s", request->json);
}

void worker_read(const void *message, char to[WORKER_TEXT])
{
    const struct gdm_header *header = message;
    char name[128];

    to[0] = '\0';
    extension_of(header->type, name, sizeof(name));
    if (strcmp(name, GDM_CHOICE_LIST) == 0)
        read_choices(message, to);
    else if (strcmp(name, GDM_CUSTOM_JSON) == 0)
        read_json(message, to);
    else
        add(to, "malformed: type %u", header->type);
}

static char *choice_reply(const struct gdm_header *header, const char *how, bool quoted)
{
    struct gdm_choice_reply *reply = calloc(1, sizeof(*reply));

    reply->header = (struct gdm_header){.length = htobe32(sizeof(*reply)), .type = header->type};
    if (quoted) {
        reply->key = strdup(how);
    } else if (strcmp(how, "length") == 0) {
        reply->header.length = htobe32(4);
    } else if (strcmp(how, "type") == 0) {
        reply->header.type++;
    } else if (strcmp(how, "no-key") != 0) {
        free(reply);
        return NULL;
    }
    return (char *)reply;
}

static char *json_reply(const struct gdm_header *header, const char *how, bool quoted)
{
    struct gdm_json_message *reply = calloc(1, sizeof(*reply));

    reply->header = (struct gdm_header){.length = htobe32(sizeof(*reply)), .type = header->type};
    if (quoted) {
        reply->json = strdup(how);
    } else if (strcmp(how, "length") == 0) {
        reply->header.length = htobe32(sizeof(struct gdm_choice_reply));
    } else if (strcmp(how, "type") == 0) {
        reply->header.type++;
    } else if (strcmp(how, "no-key") != 0) {
        free(reply);
        return NULL;
    }
    return (char *)reply;
}

char *worker_reply(const void *message, const char *how, bool quoted)
{
    char name[128];

    if (!quoted && strcmp(how, "four-bytes") == 0)
        return strdup("one");
    extension_of(((const struct gdm_header *)message)->type, name, sizeof(name));
    return strcmp(name, GDM_CUSTOM_JSON) == 0 ? json_reply(message, how, quoted)
                                              : choice_reply(message, how, quoted);
}

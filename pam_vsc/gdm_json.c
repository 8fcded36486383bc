/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam_vsc/gdm_json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"

#define MODULE "pam_vsc.so"

/* Two lines: a subtitle, and a name of which the screen shows what stands behind "CN=". */
static void write_instruction(struct json *json, const struct gdm_identity *identity)
{
    char text[TEXTS_SIZE];
    size_t name;

    (void)snprintf(text, sizeof(text), "%s\nCN=", identity->token);
    name = strlen(text);
    (void)snprintf(text + name, sizeof(text) - name, "%s", identity->title);
    /* A comma would end the name. */
    for (char *comma = strchr(text + name, ','); comma != NULL; comma = strchr(comma, ','))
        *comma = ' ';
    json_string(json, "certInstruction", text);
}

static void write_smartcard(struct json *json, const struct gdm_identity *identities, size_t count)
{
    json_open_object(json, "smartcard");
    json_string(json, "name", texts_smartcard());
    json_string(json, "role", "smartcard");
    json_open_array(json, "certificates");
    for (size_t i = 0; i < count; i++) {
        json_open_object(json, NULL);
        json_string(json, "tokenName", identities[i].token);
        write_instruction(json, &identities[i]);
        json_string(json, "pinPrompt", identities[i].prompt);
        json_string(json, "moduleName", MODULE);
        json_string(json, "keyId", identities[i].key);
        json_string(json, "label", identities[i].label);
        json_close_object(json);
    }
    json_close_array(json);
    json_close_object(json);
}

/* The service claims the passwords too: one that is not offered is not on the screen. */
static void write_password(struct json *json)
{
    json_open_object(json, "password");
    json_string(json, "name", texts_password());
    json_string(json, "role", "password");
    json_string(json, "prompt", texts_password());
    json_close_object(json);
}

char *gdm_json_write(const struct gdm_identity *identities, size_t count)
{
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    struct json json;
    bool whole;

    if (stream == NULL)
        return NULL;
    json_init(&json, stream);
    json_open_object(&json, NULL);
    json_open_object(&json, "authSelection");
    json_open_object(&json, "mechanisms");
    write_smartcard(&json, identities, count);
    write_password(&json);
    json_close_object(&json);
    json_open_array(&json, "priority");
    json_string(&json, NULL, "smartcard");
    json_string(&json, NULL, "password");
    json_close_array(&json);
    json_close_object(&json);
    json_close_object(&json);
    whole = json_end(&json);
    if (fclose(stream) != 0 || !whole) {
        free(text);
        return NULL;
    }
    text[strcspn(text, "\n")] = '\0'; /* json_end() puts one; a line's end in a string is escaped */
    return text;
}

static const char *text_of(const struct json_document *document, const struct json_value *object,
                           const char *name)
{
    const struct json_value *value = json_member(document, object, name, JSON_STRING);

    return value != NULL ? value->text : NULL;
}

/* Is this member what we sent? */
static bool is_same(const struct json_document *document, const struct json_value *card,
                    const char *name, const char *sent)
{
    const char *got = text_of(document, card, name);

    return got != NULL && strcmp(got, sent) == 0;
}

static enum ending read_card(const struct json_document *document, const struct json_value *card,
                             const struct gdm_identity *identities, size_t count,
                             struct gdm_answer *ret_answer)
{
    const char *pin = text_of(document, card, "pin");

    if (pin == NULL)
        return ENDING_CONVERSATION;
    for (size_t i = 0; i < count; i++)
        if (is_same(document, card, "keyId", identities[i].key) &&
            is_same(document, card, "tokenName", identities[i].token) &&
            is_same(document, card, "label", identities[i].label) &&
            is_same(document, card, "moduleName", MODULE)) {
            *ret_answer = (struct gdm_answer){.index = i, .text = pin};
            return ENDING_NOT_YET;
        }
    return ENDING_NO_CHOICE;
}

static enum ending read_password(const struct json_document *document,
                                 const struct json_value *password, struct gdm_answer *ret_answer)
{
    const char *text = text_of(document, password, "password");

    if (text == NULL || strlen(text) > GDM_PASSWORD_MAX)
        return ENDING_CONVERSATION;
    *ret_answer = (struct gdm_answer){.password = true, .text = text};
    return ENDING_NOT_YET;
}

enum ending gdm_json_read(const struct json_document *document,
                          const struct gdm_identity *identities, size_t count,
                          struct gdm_answer *ret_answer)
{
    const struct json_value *selection =
        json_member(document, json_root(document), "authSelection", JSON_OBJECT);
    const struct json_value *card, *password;
    const char *status;

    if (selection == NULL)
        return ENDING_CONVERSATION;
    status = text_of(document, selection, "status");
    card = json_member(document, selection, "smartcard", JSON_OBJECT);
    password = json_member(document, selection, "password", JSON_OBJECT);
    if (status == NULL || (card != NULL && password != NULL))
        return ENDING_CONVERSATION;
    if (strcmp(status, "Ok") != 0)
        return ENDING_ABORTED;
    if (card != NULL)
        return read_card(document, card, identities, count, ret_answer);
    return password != NULL ? read_password(document, password, ret_answer) : ENDING_CONVERSATION;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* What AD CS said of a template, in the state. */
#include <stdlib.h>
#include <string.h>

#include "common/text.h"
#include "enroll/state.h"

void state_template_encode(const struct state_template *template, struct json *json)
{
    if (template->asked_at == 0)
        return;
    json_open_object(json, "template");
    json_number(json, "asked_at", template->asked_at);
    json_string(json, "name", template->name);
    json_number(json, "major", template->major);
    json_number(json, "renewal", template->renewal);
    json_bool(json, "auto_enroll", template->auto_enroll);
    json_bool(json, "no_renewal", template->no_renewal);
    json_bool(json, "same_key", template->same_key);
    json_open_array(json, "supersedes");
    for (size_t i = 0; i < template->supersedes_count; i++)
        json_string(json, NULL, template->supersedes[i]);
    json_close_array(json);
    json_close_object(json);
}

bool state_number(const struct json_document *document, const struct json_value *from,
                  const char *name, int64_t *to)
{
    const struct json_value *value = json_member(document, from, name, JSON_NUMBER);
    char *end = NULL;

    if (value == NULL || strlen(value->text) > 12)
        return false;
    *to = strtoll(value->text, &end, 10);
    return *end == '\0' && *to >= 0;
}

static bool copy_bool(const struct json_document *document, const struct json_value *from,
                      const char *name, bool *to)
{
    const struct json_value *value = json_member(document, from, name, JSON_BOOL);

    *to = value != NULL && value->truth;
    return value != NULL;
}

static bool copy_name(const struct json_value *value, char to[STATE_TEMPLATE_SIZE])
{
    if (value == NULL || value->kind != JSON_STRING || strlen(value->text) >= STATE_TEMPLATE_SIZE ||
        !text_is_printable(value->text))
        return false;
    memcpy(to, value->text, strlen(value->text) + 1);
    return true;
}

static bool copy_names(const struct json_document *document, const struct json_value *from,
                       struct state_template *template)
{
    const struct json_value *list = json_member(document, from, "supersedes", JSON_ARRAY);
    const struct json_value *item = list != NULL ? json_first(document, list) : NULL;

    for (; item != NULL; item = json_next(document, item))
        if (template->supersedes_count == STATE_SUPERSEDES_MAX ||
            !copy_name(item, template->supersedes[template->supersedes_count++]))
            return false;
    return list != NULL;
}

bool state_template_decode(const struct json_document *document,
                           struct state_template *ret_template)
{
    const struct json_value *from =
        json_member(document, json_root(document), "template", JSON_OBJECT);

    *ret_template = (struct state_template){.asked_at = 0};
    if (from == NULL)
        return true;
    return state_number(document, from, "asked_at", &ret_template->asked_at) &&
           ret_template->asked_at > 0 &&
           copy_name(json_member(document, from, "name", JSON_STRING), ret_template->name) &&
           state_number(document, from, "major", &ret_template->major) &&
           state_number(document, from, "renewal", &ret_template->renewal) &&
           copy_bool(document, from, "auto_enroll", &ret_template->auto_enroll) &&
           copy_bool(document, from, "no_renewal", &ret_template->no_renewal) &&
           copy_bool(document, from, "same_key", &ret_template->same_key) &&
           copy_names(document, from, ret_template);
}

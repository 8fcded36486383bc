/* SPDX-License-Identifier: BSD-2-Clause */
#include "greeter/model/watch_line.h"

#include <string.h>

#include "common/json_read.h"

#define DIGITS_MAX 9

/* A number without sign, fraction or exponent, of at most `max`. */
static bool read_number(const struct json_value *value, unsigned max, unsigned *ret_number)
{
    unsigned number = 0;

    if (value == NULL || strlen(value->text) > DIGITS_MAX)
        return false;
    for (const char *digit = value->text; *digit != '\0'; digit++) {
        if (*digit < '0' || *digit > '9')
            return false;
        number = number * 10 + (unsigned)(*digit - '0');
    }
    *ret_number = number < max ? number : max;
    return true;
}

static bool read_id(const struct json_document *document, const struct json_value *object,
                    char to[CARD_ID_SIZE])
{
    const struct json_value *id = json_member(document, object, "id", JSON_STRING);

    if (id == NULL || id->text[0] == '\0' || strlen(id->text) >= CARD_ID_SIZE ||
        !text_is_printable(id->text))
        return false;
    memcpy(to, id->text, strlen(id->text) + 1);
    return true;
}

static bool read_state(const char *word, enum watch_card_state *ret_state)
{
    static const char *const words[] = {
        [WATCH_READY] = "ready",
        [WATCH_BLOCKED] = "blocked",
        [WATCH_TIMED] = "locked",
    };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcmp(words[i], word) == 0) {
            *ret_state = (enum watch_card_state)i;
            return true;
        }
    return false;
}

static bool read_card(const struct json_document *document, const struct json_value *object,
                      struct watch_card *ret_card)
{
    struct watch_card card = {.id = ""};
    const struct json_value *name = json_member(document, object, "name", JSON_STRING);
    const struct json_value *owner = json_member(document, object, "owner", JSON_STRING);
    const struct json_value *kind = json_member(document, object, "kind", JSON_STRING);
    const struct json_value *state = json_member(document, object, "state", JSON_STRING);

    if (object->kind != JSON_OBJECT || !read_id(document, object, card.id) || name == NULL ||
        kind == NULL || state == NULL || !read_state(state->text, &card.state))
        return false;
    text_name(card.name, sizeof(card.name), name->text, strlen(name->text));
    if (owner != NULL)
        text_name(card.owner, sizeof(card.owner), owner->text, strlen(owner->text));
    card.is_token = strcmp(kind->text, "token") == 0;
    if (card.name[0] == '\0' || (!card.is_token && strcmp(kind->text, "tpm") != 0))
        return false;
    if (card.state == WATCH_TIMED)
        (void)read_number(json_member(document, object, "locked_seconds", JSON_NUMBER),
                          WATCH_LOCKED_MAX, &card.locked_seconds);
    *ret_card = card;
    return true;
}

static bool read_cards(const struct json_document *document, const struct json_value *root,
                       struct watch_event *event)
{
    const struct json_value *cards = json_member(document, root, "cards", JSON_ARRAY);
    const struct json_value *helper = json_member(document, root, "helper", JSON_STRING);

    if (cards == NULL || helper == NULL)
        return false;
    event->helper_ok = strcmp(helper->text, "ok") == 0;
    for (const struct json_value *card = json_first(document, cards); card != NULL;
         card = json_next(document, card)) {
        if (event->card_count == WATCH_CARDS)
            return true;
        if (!read_card(document, card, &event->cards[event->card_count]))
            return false;
        event->card_count++;
    }
    return true;
}

static bool read_one_card(const struct json_document *document, const struct json_value *root,
                          struct watch_event *event)
{
    const struct json_value *card = json_member(document, root, "card", JSON_OBJECT);

    event->card_count = 1;
    return card != NULL && read_card(document, card, &event->cards[0]);
}

static enum watch_kind read_kind(const char *word)
{
    static const char *const words[] = {
        [WATCH_STATE] = "state",
        [WATCH_CARD_ADDED] = "card-added",
        [WATCH_CARD_CHANGED] = "card-changed",
        [WATCH_CARD_REMOVED] = "card-removed",
        [WATCH_LOCKED] = "locked",
        [WATCH_ANNOUNCE] = "announce",
        [WATCH_HELPER_GONE] = "helper-gone",
        [WATCH_HELPER_BACK] = "helper-back",
    };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcmp(words[i], word) == 0)
            return (enum watch_kind)i;
    return WATCH_OTHER;
}

static bool read_announce(const struct json_document *document, const struct json_value *root,
                          struct watch_event *event)
{
    const struct json_value *announce = json_member(document, root, "announce", JSON_BOOL);

    event->announce = announce != NULL && announce->truth;
    return announce != NULL;
}

static bool read_body(const struct json_document *document, const struct json_value *root,
                      struct watch_event *event)
{
    switch (event->kind) {
    case WATCH_STATE:
        return read_announce(document, root, event) && read_cards(document, root, event);
    case WATCH_CARD_ADDED:
    case WATCH_CARD_CHANGED:
        return read_one_card(document, root, event);
    case WATCH_CARD_REMOVED:
        return read_id(document, root, event->id);
    case WATCH_LOCKED:
        return read_id(document, root, event->id) &&
               read_number(json_member(document, root, "locked_seconds", JSON_NUMBER),
                           WATCH_LOCKED_MAX, &event->locked_seconds);
    case WATCH_ANNOUNCE:
        return read_announce(document, root, event);
    case WATCH_HELPER_GONE:
    case WATCH_HELPER_BACK:
    case WATCH_OTHER:
        return true;
    }
    return false;
}

enum vsc_err watch_line_read(const char *line, size_t len, struct watch_event *ret_event)
{
    auto_json struct json_document document = {0};
    struct watch_event event = {.kind = WATCH_OTHER};
    const struct json_value *root, *version, *word;
    unsigned number = 0;

    if (len > WATCH_LINE_MAX || json_read(line, len, &document, NULL) != VSC_OK)
        return VSC_INPUT;
    root = json_root(&document);
    version = json_member(&document, root, "v", JSON_NUMBER);
    word = json_member(&document, root, "event", JSON_STRING);
    if (!read_number(version, UINT16_MAX, &number) || number != 1 || word == NULL)
        return VSC_INPUT;
    event.kind = read_kind(word->text);
    if (!read_body(&document, root, &event))
        return VSC_INPUT;
    *ret_event = event;
    return VSC_OK;
}

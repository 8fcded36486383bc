/* SPDX-License-Identifier: BSD-2-Clause */
#include "greeter/watch/tell.h"

#include <string.h>

#include "common/json.h"

#define CARD_BYTES 180 /* of a card in JSON beyond its texts, generously; so are the next */
#define CERT_BYTES 100
#define REST_BYTES 200

static const struct {
    unsigned bit;
    const char *word;
} words[] = {
#define CARD_CHANGE_ROW(name, bit, word) {(bit), (word)},
    CARD_CHANGES(CARD_CHANGE_ROW)
#undef CARD_CHANGE_ROW
};

#define WORD_COUNT (sizeof(words) / sizeof(words[0]))

static const char *state_word(const struct watch_card *card)
{
    if (card->blocked)
        return "blocked";
    return card->locked_seconds > 0 ? "locked" : "ready";
}

/* ---- JSON --------------------------------------------------------------------------------------
 */

static bool begin(struct teller *teller, struct json *json, const char *event)
{
    FILE *stream = line_open(&teller->line);

    if (stream == NULL)
        return false;
    json_init(json, stream);
    json_open_object(json, NULL);
    json_number(json, "v", TELL_VERSION);
    json_string(json, "event", event);
    return true;
}

static enum vsc_err end(struct teller *teller, struct json *json)
{
    bool is_whole;
    enum vsc_err err;

    json_close_object(json);
    is_whole = json_end(json);
    if (is_whole)
        return line_close(&teller->line);
    err = fclose(teller->line.stream) == 0 ? VSC_MEMORY : VSC_SYSTEM;
    teller->line.stream = NULL;
    return err;
}

static void put_cert(struct json *json, const struct watch_cert *cert, int64_t now)
{
    char time[TEXT_TIME];

    text_time(cert->not_after, time);
    json_open_object(json, NULL);
    json_foreign(json, "key", cert->key);
    json_foreign(json, "upn", cert->upn[0] != '\0' ? cert->upn : NULL);
    json_string(json, "not_after", time);
    json_number(json, "days_left", days_left(cert->not_after, now));
    json_close_object(json);
}

static void put_tries(struct json *json, const char *name, bool known, uint16_t tries)
{
    if (known)
        json_number(json, name, tries);
    else
        json_null(json, name);
}

static void put_card(struct json *json, const char *name, const struct shown *shown, size_t i,
                     bool with_certs)
{
    const struct watch_card *card = &shown->list.cards[i];

    json_open_object(json, name);
    json_foreign(json, "id", card->id);
    json_foreign(json, "name", card->name);
    json_string(json, "kind", card->kind == CARD_TOKEN ? "token" : "tpm");
    json_foreign(json, "owner", card->owner[0] != '\0' ? card->owner : NULL);
    json_bool(json, "mine", card->mine);
    json_string(json, "state", state_word(card));
    json_number(json, "locked_seconds", card->locked_seconds);
    put_tries(json, "tries_left", card->tries_known, card->tries_left);
    put_tries(json, "tries_max", card->tries_known, card->tries_max);
    json_open_array(json, "certificates");
    for (size_t k = 0; with_certs && k < card->cert_count; k++)
        put_cert(json, &card->certs[k], shown->cards[i].told_at);
    json_close_array(json);
    json_close_object(json);
}

/* Bytes that a text takes between quotes: what is printable grows by its escapes only. */
static size_t room(const char *text)
{
    size_t bytes = strlen(text);

    for (; *text != '\0'; text++)
        bytes += *text == '"' || *text == '\\';
    return bytes;
}

static size_t room_of_card(const struct watch_card *card)
{
    return CARD_BYTES + room(card->id) + room(card->name) + room(card->owner);
}

static size_t room_of_certs(const struct watch_card *card)
{
    size_t bytes = 0;

    for (size_t k = 0; k < card->cert_count; k++)
        bytes += CERT_BYTES + room(card->certs[k].key) + room(card->certs[k].upn);
    return bytes;
}

/* Which cards can have their certificates in one line with all the others. */
static void share_room(const struct watch_list *list, bool with_certs[CARDS_MAX])
{
    size_t used = REST_BYTES;

    for (size_t i = 0; i < list->count; i++)
        used += room_of_card(&list->cards[i]);
    for (size_t i = 0; i < list->count; i++) {
        size_t bytes = room_of_certs(&list->cards[i]);

        with_certs[i] = used + bytes <= LINE_MAX_BYTES;
        used += with_certs[i] ? bytes : 0;
    }
}

static enum vsc_err json_state(struct teller *teller, const struct shown *shown)
{
    const struct watch_list *list = &shown->list;
    bool with_certs[CARDS_MAX] = {false};
    struct json json;
    enum vsc_err err;

    if (!begin(teller, &json, "state"))
        return VSC_MEMORY;
    share_room(list, with_certs);
    json_string(&json, "helper", "ok");
    json_bool(&json, "announce", list->announce);
    json_open_array(&json, "cards");
    for (size_t i = 0; i < list->count; i++)
        put_card(&json, NULL, shown, i, with_certs[i]);
    json_close_array(&json);
    err = end(teller, &json);
    for (size_t i = 0; err == VSC_OK && i < list->count; i++)
        if (!with_certs[i])
            err = tell_card(teller, CARD_EVENT_CHANGED, shown, i, CARD_CHANGE_CERTIFICATES);
    return err;
}

static enum vsc_err json_card(struct teller *teller, enum card_event event,
                              const struct shown *shown, size_t i, unsigned changes)
{
    struct json json;

    if (!begin(teller, &json, event == CARD_EVENT_ADDED ? "card-added" : "card-changed"))
        return VSC_MEMORY;
    put_card(&json, "card", shown, i, true);
    if (event == CARD_EVENT_CHANGED) {
        json_open_array(&json, "changes");
        for (size_t k = 0; k < WORD_COUNT; k++)
            if ((changes & words[k].bit) != 0)
                json_string(&json, NULL, words[k].word);
        json_close_array(&json);
    }
    return end(teller, &json);
}

/* ---- for people --------------------------------------------------------------------------------
 */

static void say_card(FILE *stream, const struct shown *shown, size_t i)
{
    const struct watch_card *card = &shown->list.cards[i];

    (void)fprintf(stream, "%s (%s%s%s): %s", card->name, card->id,
                  card->owner[0] != '\0' ? ", " : "", card->owner, state_word(card));
    if (!card->blocked && card->locked_seconds > 0)
        (void)fprintf(stream, " for at most %u seconds", card->locked_seconds);
    if (card->tries_known)
        (void)fprintf(stream, ", %u of %u tries left", card->tries_left, card->tries_max);
    (void)fputc('\n', stream);
    for (size_t k = 0; k < card->cert_count; k++) {
        const struct watch_cert *cert = &card->certs[k];
        char time[TEXT_TIME];

        text_time(cert->not_after, time);
        (void)fprintf(stream, "    key %s: %s, until %s (%lld days)\n", cert->key,
                      cert->upn[0] != '\0' ? cert->upn : "no UPN", time,
                      (long long)days_left(cert->not_after, shown->cards[i].told_at));
    }
}

static enum vsc_err say_state(struct teller *teller, const struct shown *shown)
{
    enum vsc_err err;
    FILE *stream = line_open(&teller->line);

    if (stream == NULL)
        return VSC_MEMORY;
    (void)fprintf(stream, "cards: %zu%s\n", shown->list.count,
                  shown->list.announce ? ", announced" : "");
    err = line_close(&teller->line);
    for (size_t i = 0; err == VSC_OK && i < shown->list.count; i++) {
        stream = line_open(&teller->line);
        if (stream == NULL)
            return VSC_MEMORY;
        say_card(stream, shown, i);
        err = line_close(&teller->line);
    }
    return err;
}

static enum vsc_err say_event(struct teller *teller, enum card_event event,
                              const struct shown *shown, size_t i, unsigned changes)
{
    FILE *stream = line_open(&teller->line);
    const char *comma = " ";

    if (stream == NULL)
        return VSC_MEMORY;
    (void)fputs(event == CARD_EVENT_ADDED ? "added" : "changed", stream);
    for (size_t k = 0; k < WORD_COUNT; k++) {
        if ((changes & words[k].bit) == 0)
            continue;
        (void)fprintf(stream, "%s%s", comma, words[k].word);
        comma = ", ";
    }
    (void)fputs(": ", stream);
    say_card(stream, shown, i);
    return line_close(&teller->line);
}

static enum vsc_err say(struct teller *teller, const char *before, const char *text,
                        const char *after)
{
    FILE *stream = line_open(&teller->line);

    if (stream == NULL)
        return VSC_MEMORY;
    (void)fprintf(stream, "%s%s%s\n", before, text, after);
    return line_close(&teller->line);
}

/* ---- both --------------------------------------------------------------------------------------
 */

enum vsc_err tell_state(struct teller *teller, const struct shown *shown)
{
    return teller->json ? json_state(teller, shown) : say_state(teller, shown);
}

enum vsc_err tell_card(struct teller *teller, enum card_event event, const struct shown *shown,
                       size_t i, unsigned changes)
{
    return teller->json ? json_card(teller, event, shown, i, changes)
                        : say_event(teller, event, shown, i, changes);
}

enum vsc_err tell_removed(struct teller *teller, const struct watch_card *card)
{
    struct json json;

    if (!teller->json)
        return say(teller, "removed: ", card->name, "");
    if (!begin(teller, &json, "card-removed"))
        return VSC_MEMORY;
    json_foreign(&json, "id", card->id);
    return end(teller, &json);
}

enum vsc_err tell_locked(struct teller *teller, const struct watch_card *card)
{
    struct json json;
    char seconds[48];

    if (!teller->json) {
        (void)snprintf(seconds, sizeof(seconds), ": locked for at most %u seconds",
                       card->locked_seconds);
        return say(teller, "", card->name, seconds);
    }
    if (!begin(teller, &json, "locked"))
        return VSC_MEMORY;
    json_foreign(&json, "id", card->id);
    json_number(&json, "locked_seconds", card->locked_seconds);
    return end(teller, &json);
}

enum vsc_err tell_announce(struct teller *teller, bool announce)
{
    struct json json;

    if (!teller->json)
        return say(teller, announce ? "announced" : "not announced", "", "");
    if (!begin(teller, &json, "announce"))
        return VSC_MEMORY;
    json_bool(&json, "announce", announce);
    return end(teller, &json);
}

enum vsc_err tell_helper(struct teller *teller, bool is_there)
{
    struct json json;

    if (!teller->json)
        return say(teller, is_there ? "vsc-card is back" : "vsc-card is gone", "", "");
    if (!begin(teller, &json, is_there ? "helper-back" : "helper-gone"))
        return VSC_MEMORY;
    return end(teller, &json);
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/wire_check.h"
#include "common/wire_stale.h"
#include "tests/fakehelper/play.h"

const char *part_text(const struct part *part, const char *name, const char *otherwise)
{
    size_t len = strlen(name);

    for (size_t i = 0; i < part->count; i++)
        if (strncmp(part->words[i], name, len) == 0 && part->words[i][len] == '=')
            return part->words[i] + len + 1;
    return otherwise;
}

unsigned long part_number(const struct part *part, const char *name, unsigned long otherwise)
{
    const char *text = part_text(part, name, NULL);

    return text != NULL ? (unsigned long)strtol(text, NULL, 0) : otherwise;
}

bool part_flag(const struct part *part, const char *word)
{
    for (size_t i = 0; i < part->count; i++)
        if (strcmp(part->words[i], word) == 0)
            return true;
    return false;
}

static const struct {
    const char *name;
    enum wire_type type;
} types[] = {
#define TYPE_ROW(name, number, cap) {#name, WIRE_##name},
    VSC_MESSAGES(TYPE_ROW)
#undef TYPE_ROW
};

enum wire_type play_type(const char *name)
{
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (strcmp(types[i].name, name) == 0)
            return types[i].type;
    return (enum wire_type)0;
}

/* "alice/1000" */
uid_t play_account(const char *both, char *name, size_t size)
{
    const char *slash = strrchr(both, '/');

    (void)snprintf(name, size, "%.*s", slash != NULL ? (int)(slash - both) : (int)strlen(both),
                   both);
    return slash != NULL ? (uid_t)strtoul(slash + 1, NULL, 10) : 0;
}

static void encode_begun(const struct play *play, struct buf *body)
{
    const struct part *part = &play->parts[0];
    const char *user = part_text(part, "user", "");
    const char *talk = part_text(part, "talk", "text");
    const char *ticket = part_text(part, "ticket", "");
    struct check_begun begun = {
        .allowed = !part_flag(part, "refused"),
        .remote = part_flag(part, "remote"),
        .user_known = user[0] != '\0',
        .timeout_seconds = (uint32_t)part_number(part, "timeout", 30),
        .wait_seconds = (uint32_t)part_number(part, "wait", 0),
        .reserve = (uint32_t)part_number(part, "reserve", 2),
        .warn_days = (uint32_t)part_number(part, "warn", 14),
        .talk = strcmp(talk, "blind") == 0      ? TALK_BLIND
                : strcmp(talk, "gdm") == 0      ? TALK_GDM
                : strcmp(talk, "gdm-json") == 0 ? TALK_GDM_JSON
                                                : TALK_TEXT,
    };

    begun.user_uid = play_account(user, begun.user_name, sizeof(begun.user_name));
    (void)snprintf(begun.text, sizeof(begun.text), "%s", part_text(part, "text", ""));
    (void)snprintf(begun.socket, sizeof(begun.socket), "%s",
                   part_text(part, "socket", play->socket));
    begun.ticket = strcmp(ticket, "required") == 0 ? TICKET_REQUIRED : TICKET_OPTIONAL;
    begun.ticket_seconds = (uint32_t)part_number(part, "ticket-seconds", 5);
    if (ticket[0] != '\0')
        check_begun_ticket_encode(body, &begun);
    else
        check_begun_encode(body, &begun);
}

static enum reason reason_of(const char *code, size_t len)
{
    for (enum reason reason = (enum reason)0; reason < REASON_COUNT; reason++)
        if (strlen(reason_code(reason)) == len && strncmp(reason_code(reason), code, len) == 0)
            return reason;
    (void)fprintf(stderr, "no such reason: %s\n", code);
    abort();
}

/* "reasons=expired,no-mapping" */
static size_t split_reasons(const struct part *part, uint16_t reasons[CHECK_CODES_MAX])
{
    const char *text = part_text(part, "reasons", "");
    size_t count = 0;

    while (*text != '\0' && count < CHECK_CODES_MAX) {
        size_t len = strcspn(text, ",");

        reasons[count++] = (uint16_t)reason_of(text, len);
        text += len + (text[len] == ',');
    }
    return count;
}

static void fill_evaluated(const struct part *part, size_t index, struct check_evaluated *item)
{
    const char *account = part_text(part, "account", "");

    *item = (struct check_evaluated){
        .accepted = part_flag(part, "accepted"),
        .mapped = account[0] != '\0',
        .days_left = (int32_t)part_number(part, "days", 300),
        .stale = part_flag(part, "stale"),
    };
    item->account_uid = play_account(account, item->account, sizeof(item->account));
    (void)snprintf(item->display, sizeof(item->display), "%s", part_text(part, "display", ""));
    (void)snprintf(item->label, sizeof(item->label), "%s", part_text(part, "label", ""));
    memset(item->challenge, 'A' + (int)index, sizeof(item->challenge));
    item->reason_count = split_reasons(part, item->reasons);
}

static void encode_evaluated(const struct play *play, struct buf *body)
{
    struct check_evaluations evaluations = {.count = play->count - 1};

    evaluations.items = calloc(play->count, sizeof(*evaluations.items));
    for (size_t i = 0; i < evaluations.count; i++)
        fill_evaluated(&play->parts[i + 1], i, &evaluations.items[i]);
    check_evaluations_encode(body, &evaluations);
    check_evaluations_done(&evaluations);
}

static void encode_verdict(const struct play *play, struct buf *body)
{
    const struct part *part = &play->parts[0];
    struct check_verdict verdict = {
        .days_left = (int32_t)part_number(part, "days", 300),
        .stale = part_flag(part, "stale"),
    };

    verdict.account_uid =
        play_account(part_text(part, "account", ""), verdict.account, sizeof(verdict.account));
    (void)snprintf(verdict.upn, sizeof(verdict.upn), "%s", part_text(part, "upn", ""));
    (void)snprintf(verdict.issuer, sizeof(verdict.issuer), "%s", part_text(part, "issuer", ""));
    (void)snprintf(verdict.serial, sizeof(verdict.serial), "%s", part_text(part, "serial", ""));
    verdict.reason_count = split_reasons(part, verdict.reasons);
    check_verdict_encode(body, &verdict);
}

static void encode_served(const struct play *play, struct buf *body)
{
    const struct check_served served = {.change_pin = part_flag(&play->parts[0], "change-pin")};

    check_served_encode(body, &served);
}

/* "CHECK_STALE_TOLD more=1 ; list of="Test CA" since=0 ; answer ... ; directory since=0" */
static void encode_stale(const struct play *play, struct buf *body)
{
    struct stale stale = {.count = 0};

    for (size_t i = 1; i < play->count; i++) {
        const struct part *part = &play->parts[i];

        stale_add(&stale,
                  part_flag(part, "list")     ? STALE_LIST
                  : part_flag(part, "answer") ? STALE_ANSWER
                                              : STALE_DIRECTORY,
                  part_text(part, "of", ""), (int64_t)part_number(part, "since", 0));
    }
    check_stale_encode(body, &stale);
}

bool play_encode_check(const struct play *play, enum wire_type type, struct buf *body)
{
    if (type == WIRE_CHECK_BEGUN || type == WIRE_CHECK_BEGUN_TICKET)
        encode_begun(play, body);
    else if (type == WIRE_CHECK_EVALUATED)
        encode_evaluated(play, body);
    else if (type == WIRE_CHECK_ACCEPTED || type == WIRE_CHECK_REFUSED ||
             type == WIRE_CHECK_RECHECKED)
        encode_verdict(play, body);
    else if (type == WIRE_CHECK_SERVED)
        encode_served(play, body);
    else if (type == WIRE_CHECK_STALE_TOLD)
        encode_stale(play, body);
    else
        return false;
    return true;
}

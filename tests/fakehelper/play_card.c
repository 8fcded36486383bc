/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/wire_card.h"
#include "common/wire_owner.h"
#include "common/wire_token.h"
#include "tests/fakehelper/play.h"

#define SIGNATURE "a signature"

static uid_t split_owner(const char *both, char *name, size_t size)
{
    const char *slash = strrchr(both, '/');

    (void)snprintf(name, size, "%.*s", slash != NULL ? (int)(slash - both) : (int)strlen(both),
                   both);
    return slash != NULL ? (uid_t)strtoul(slash + 1, NULL, 10) : 0;
}

static void fill_card(const struct part *part, struct card_info *card)
{
    const char *owner = part_text(part, "owner", "");

    *card = (struct card_info){
        .kind = part_flag(part, "token") ? CARD_TOKEN : CARD_NATIVE,
        .has_owner = owner[0] != '\0',
        .must_change = part_flag(part, "must-change"),
        .restricted = part_flag(part, "restricted"),
        .has_puk = part_flag(part, "puk"),
        .policy = PIN_POLICY_DEFAULT,
    };
    (void)snprintf(card->helpdesk, sizeof(card->helpdesk), "%s",
                   part_flag(part, "helpdesk") ? "7K2M" : "");
    card->policy.minlen = (uint8_t)part_number(part, "minlen", PIN_MIN_LENGTH);
    card->policy.digits = part_flag(part, "need-digits") ? PIN_REQUIRED : PIN_ALLOWED;
    card->owner_uid = split_owner(owner, card->owner, sizeof(card->owner));
    (void)snprintf(card->id, sizeof(card->id), "%s", part_text(part, "id", "0000"));
    (void)snprintf(card->name, sizeof(card->name), "%s", part_text(part, "name", "TestVSC"));
    (void)snprintf(card->owner_display, sizeof(card->owner_display), "%s",
                   part_text(part, "display", ""));
}

static void fill_key(const struct part *part, struct card_key *key)
{
    const char *cert = part_text(part, "cert", "");

    *key = (struct card_key){.is_default = part_flag(part, "default")};
    (void)snprintf(key->id, sizeof(key->id), "%s", part_text(part, "id", "01"));
    if (cert[0] == '\0')
        return;
    key->chain[0] = (struct der){.data = (unsigned char *)strdup(cert), .len = strlen(cert)};
    key->chain_len = 1;
}

static void encode_listed(const struct play *play, struct buf *body)
{
    struct card_list list = {.cards = calloc(CARDS_MAX, sizeof(*list.cards))};

    for (size_t i = 1; i < play->count; i++) {
        const struct part *part = &play->parts[i];

        if (part_flag(part, "card")) {
            fill_card(part, &list.cards[list.count]);
            list.cards[list.count++].keys = calloc(CARD_KEYS_MAX, sizeof(struct card_key));
        } else if (part_flag(part, "key") && list.count > 0) {
            struct card_info *card = &list.cards[list.count - 1];

            fill_key(part, &card->keys[card->key_count++]);
        }
    }
    card_list_encode(body, &list);
    card_list_done(&list);
}

/* "tries=4/5 blocked gone locked=600" */
static struct card_state state_of(const struct part *part)
{
    const char *tries = part_text(part, "tries", "");
    struct card_state state = {
        .tries_known = tries[0] != '\0',
        .blocked = part_flag(part, "blocked"),
        .gone = part_flag(part, "gone"),
        .locked_seconds = (uint32_t)part_number(part, "locked", 0),
    };

    if (state.tries_known) {
        char *rest;

        state.tries_left = (uint16_t)strtoul(tries, &rest, 10);
        state.tries_max = (uint16_t)strtoul(rest + 1, NULL, 10);
    }
    return state;
}

static void encode_outcome(const struct part *part, enum wire_type type, struct buf *body)
{
    static const struct {
        const char *word;
        enum vsc_err err;
    } results[] = {{"ok", VSC_OK},
                   {"wrong", VSC_PIN},
                   {"last", VSC_PIN_BLOCKED},
                   {"tpm-locked", VSC_TPM_LOCKED},
                   {"card-gone", VSC_CARD_GONE},
                   {"policy", VSC_PIN_POLICY},
                   {"wrong-puk", VSC_PUK},
                   {"puk-blocked", VSC_PUK_BLOCKED},
                   {"wrong-answer", VSC_DENIED}};
    struct card_outcome outcome = {.result = VSC_SYSTEM, .state = state_of(part)};

    for (size_t i = 0; i < sizeof(results) / sizeof(results[0]); i++)
        if (part_flag(part, results[i].word))
            outcome.result = results[i].err;
    if (outcome.result == VSC_OK && type == WIRE_CARD_SIGNED && !part_flag(part, "unsigned")) {
        outcome.signature_len = strlen(SIGNATURE);
        memcpy(outcome.signature, SIGNATURE, strlen(SIGNATURE));
    }
    card_outcome_encode(body, &outcome);
}

static void encode_challenge(const struct part *part, struct buf *body)
{
    struct card_challenge challenge = {{0}, {0}};

    (void)snprintf(challenge.card_code, sizeof(challenge.card_code), "%s",
                   part_text(part, "card", ""));
    (void)snprintf(challenge.code, sizeof(challenge.code), "%s", part_text(part, "code", ""));
    card_challenge_encode(body, &challenge);
}

/* "label=TEXT", or without one: it is not there. */
static void encode_found(const struct part *part, struct buf *body)
{
    const char *label = part_text(part, "label", NULL);
    struct card_found found = {.present = label != NULL};

    if (label != NULL) {
        found.label_len = strnlen(label, sizeof(found.label));
        memcpy(found.label, label, found.label_len);
    }
    card_found_encode(body, &found);
}

bool play_encode_card(const struct play *play, enum wire_type type, struct buf *body)
{
    const struct part *part = &play->parts[0];
    struct card_state state;

    if (type == WIRE_CARD_LISTED) {
        encode_listed(play, body);
    } else if (type == WIRE_CARD_STATED) {
        state = state_of(part);
        card_state_encode(body, &state);
    } else if (type == WIRE_CARD_SIGNED || type == WIRE_CARD_CHANGED_PIN ||
               type == WIRE_CARD_UNBLOCKED || type == WIRE_CARD_ANSWERED) {
        encode_outcome(part, type, body);
    } else if (type == WIRE_CARD_CHALLENGED) {
        encode_challenge(part, body);
    } else if (type == WIRE_CARD_FOUND_TOKEN) {
        encode_found(part, body);
    } else {
        return type == WIRE_CARD_PREPARED;
    }
    return true;
}

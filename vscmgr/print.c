/* SPDX-License-Identifier: BSD-2-Clause */
/* Prints cards, their keys and certificates. */
#include "vscmgr/print.h"

#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "certcheck/facts.h"
#include "common/own.h"
#include "common/text.h"
#include "vscmgr/command.h"

#define TIME_SIZE 40

DEFINE_AUTO(EVP_PKEY, EVP_PKEY_free)
DEFINE_AUTO(X509, X509_free)

/* NULL for a key without a certificate, or with one that cannot be read. */
static struct facts *facts_of(const struct card_key *key)
{
    const unsigned char *next = key->chain_len > 0 ? key->chain[0].data : NULL;
    auto_by(X509_free) X509 *cert = NULL;
    struct facts *facts = NULL;

    if (next == NULL)
        return NULL;
    cert = d2i_X509(NULL, &next, (long)key->chain[0].len);
    if (cert == NULL || facts_read(cert, &facts, NULL) != VSC_OK)
        return NULL;
    return facts;
}

/* As --key says it: each has another number of bits. */
static const char *type_of(const struct reach *reach, const char *card, const char *key)
{
    static const struct {
        int bits;
        const char *name;
    } types[] = {{2048, "rsa2048"}, {3072, "rsa3072"}, {256, "p256"}, {384, "p384"}};
    auto_by(EVP_PKEY_free) EVP_PKEY *public = NULL;

    if (reach_public(reach, card, key, &public, NULL) != VSC_OK)
        return "unreadable";
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (types[i].bits == EVP_PKEY_get_bits(public))
            return types[i].name;
    return "unknown";
}

static void time_text(int64_t at, char to[TIME_SIZE])
{
    time_t seconds = (time_t)at;
    struct tm parts;

    if (gmtime_r(&seconds, &parts) == NULL || strftime(to, TIME_SIZE, "%FT%TZ", &parts) == 0)
        (void)snprintf(to, TIME_SIZE, "?");
}

static void certificate_json(struct json *json, const struct card_key *key)
{
    struct facts *facts = facts_of(key);
    char time[TIME_SIZE];

    if (facts == NULL) {
        json_null(json, "certificate");
        return;
    }
    time_text(facts->not_after, time);
    json_open_object(json, "certificate");
    json_foreign(json, "subject", facts->subject);
    json_foreign(json, "issuer", facts->issuer);
    json_string(json, "serial", facts->serial);
    json_foreign(json, "upn", facts->upn);
    json_string(json, "not_after", time);
    json_string(json, "sha256", facts->sha256);
    json_close_object(json);
    facts_free(facts);
}

/* Of another's card: what is not told is null, and not a number that is none. */
static void glance_json(struct json *json, const struct card_state *state)
{
    static const char *const hidden[] = {"tries_left", "tries_max", "tpm_locked_seconds",
                                         "gone",       "puk",       "must_change",
                                         "pin_policy", "helpdesk"};

    json_bool(json, "blocked", state->blocked);
    for (size_t i = 0; i < sizeof hidden / sizeof hidden[0]; i++)
        json_null(json, hidden[i]);
}

static void state_json(struct json *json, const struct card_info *card,
                       const struct card_state *state)
{
    char policy[PIN_POLICY_TEXT];

    json_number(json, "tries_left", state->tries_left);
    json_number(json, "tries_max", state->tries_max);
    json_bool(json, "blocked", state->blocked);
    json_number(json, "tpm_locked_seconds", state->locked_seconds);
    json_bool(json, "gone", state->gone);
    json_bool(json, "puk", card->has_puk);
    json_string(json, "helpdesk", card->helpdesk[0] != '\0' ? card->helpdesk : NULL);
    json_bool(json, "must_change", card->must_change);
    pin_policy_text(&card->policy, policy);
    json_string(json, "pin_policy", policy);
}

void print_card_json(struct json *json, const struct reach *reach, const struct card_info *card,
                     const struct card_state *state, bool instance)
{
    json_open_object(json, NULL);
    json_string(json, "id", card->id);
    if (instance) {
        char text[sizeof INSTANCE_PREFIX + CARD_ID_SIZE];

        (void)snprintf(text, sizeof text, "%s%s", INSTANCE_PREFIX, card->id);
        json_string(json, "instance", text);
    }
    json_string(json, "name", card->name);
    json_string(json, "owner", card->has_owner ? card->owner : NULL);
    json_open_array(json, "keys");
    for (size_t i = 0; i < card->key_count; i++) {
        const struct card_key *key = &card->keys[i];

        json_open_object(json, NULL);
        json_string(json, "id", key->id);
        json_string(json, "type", type_of(reach, card->id, key->id));
        json_bool(json, "default", key->is_default);
        certificate_json(json, key);
        json_close_object(json);
    }
    json_close_array(json);
    if (state != NULL && card->restricted)
        glance_json(json, state);
    else if (state != NULL)
        state_json(json, card, state);
    json_close_object(json);
}

static void print_text(const char *label, const char *value)
{
    char shown[512];

    if (value == NULL)
        return;
    text_escape(shown, sizeof shown, value, false);
    (void)printf("      %-10s %s\n", label, shown);
}

static void print_key(const struct reach *reach, const char *card, const struct card_key *key)
{
    struct facts *facts = facts_of(key);
    char time[TIME_SIZE];

    (void)printf("  key %s  %s%s\n", key->id, type_of(reach, card, key->id),
                 key->is_default ? "  (default)" : "");
    if (facts == NULL) {
        print_text("", key->chain_len > 0 ? "certificate cannot be read" : "no certificate");
        return;
    }
    time_text(facts->not_after, time);
    print_text("subject", facts->subject);
    print_text("issuer", facts->issuer);
    print_text("serial", facts->serial);
    print_text("UPN", facts->upn);
    print_text("not after", time);
    print_text("SHA-256", facts->sha256);
    facts_free(facts);
}

static void print_state(const struct card_state *state)
{
    if (state->gone)
        (void)puts("  this card cannot be opened in this computer any more (VSC-CARD-GONE)");
    else if (state->blocked)
        (void)printf("  blocked after %u wrong PINs (VSC-BLOCKED)\n", state->tries_max);
    else if (state->locked_seconds > 0)
        (void)printf("  security chip locked, at most %u seconds more (VSC-TPM-LOCKED)\n",
                     state->locked_seconds);
    else if (state->tries_known)
        (void)printf("  %u of %u tries left\n", state->tries_left, state->tries_max);
}

static void print_rules(const struct card_info *card)
{
    char policy[PIN_POLICY_TEXT];

    pin_policy_text(&card->policy, policy);
    (void)printf("  PIN %s%s\n", policy, card->must_change ? "; has to be changed" : "");
    (void)puts(card->has_puk ? "  with a PUK" : "  without a PUK");
    if (card->helpdesk[0] != '\0')
        (void)printf("  with a help desk, card %s\n", card->helpdesk);
    else
        (void)puts("  without a help desk");
}

void print_card(const struct reach *reach, const struct card_info *card,
                const struct card_state *state)
{
    (void)printf("%s  %s  owner %s\n", card->id, card->name,
                 card->restricted  ? "another"
                 : card->has_owner ? card->owner
                                   : "none");
    if (state != NULL) {
        print_state(state);
        if (!card->restricted)
            print_rules(card);
    }
    for (size_t i = 0; i < card->key_count; i++)
        print_key(reach, card->id, &card->keys[i]);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* Cards in memory: how a test makes them. Every failure aborts. */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include <openssl/pem.h>
#include <openssl/x509.h>

#include "common/own.h"
#include "tests/support/fake_card.h"

DEFINE_AUTO(X509, X509_free)
DEFINE_AUTO(FILE, fclose)

static void need(bool condition)
{
    if (!condition)
        abort();
}

struct fake_cards *fake_cards_new(void)
{
    void *cards = mmap(NULL, sizeof(struct fake_cards), PROT_READ | PROT_WRITE,
                       MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    need(cards != MAP_FAILED);
    return cards;
}

void fake_key_clear_chain(struct fake_key *key)
{
    for (size_t i = 0; i < key->chain_len; i++)
        OPENSSL_free(key->chain[i].data);
    key->chain_len = 0;
}

void fake_cards_free(struct fake_cards *cards)
{
    if (cards == NULL)
        return;
    for (size_t i = 0; i < cards->count; i++) {
        struct fake_card *card = &cards->cards[i];

        for (size_t k = 0; k < card->key_count; k++) {
            EVP_PKEY_free(card->keys[k].pair);
            fake_key_clear_chain(&card->keys[k]);
        }
        secret_done(&card->pin);
    }
    (void)munmap(cards, sizeof(*cards));
}

void fake_card_set_pin(struct fake_card *card, const char *pin)
{
    need(secret_set(&card->pin, pin, strlen(pin)) == VSC_OK);
}

struct fake_card *fake_card_add(struct fake_cards *cards, const char *id, const char *name,
                                const char *pin)
{
    struct fake_card *card = &cards->cards[cards->count];

    need(cards->count < FAKE_CARDS_MAX);
    cards->count++;
    *card = (struct fake_card){.tries_left = 5, .tries_max = 5};
    card->info.kind = CARD_NATIVE;
    card->info.policy = PIN_POLICY_DEFAULT;
    need(snprintf(card->info.id, sizeof(card->info.id), "%s", id) < CARD_ID_SIZE);
    need(snprintf(card->info.name, sizeof(card->info.name), "%s", name) < CARD_NAME_SIZE);
    fake_card_set_pin(card, pin);
    return card;
}

void fake_card_set_owner(struct fake_card *card, uid_t uid, const char *name, const char *display)
{
    struct card_info *info = &card->info;

    info->has_owner = true;
    info->owner_uid = uid;
    need(snprintf(info->owner, sizeof(info->owner), "%s", name) < USER_NAME_SIZE);
    need(snprintf(info->owner_display, sizeof(info->owner_display), "%s", display) < TEXT_NAME);
}

static struct fake_key *new_key(struct fake_card *card, const char *id)
{
    struct fake_key *key = &card->keys[card->key_count];

    need(card->key_count < FAKE_KEYS_MAX);
    card->key_count++;
    *key = (struct fake_key){0};
    need(snprintf(key->id, sizeof(key->id), "%s", id) < KEY_ID_SIZE);
    return key;
}

static void add_certificate(struct fake_key *key, const X509 *cert)
{
    struct der *der = &key->chain[key->chain_len];
    int len = i2d_X509(cert, &der->data);

    need(key->chain_len < CHAIN_MAX && len > 0);
    der->len = (size_t)len;
    key->chain_len++;
}

static void certify(struct fake_key *key)
{
    auto_by(X509_free) X509 *cert = X509_new();
    X509_NAME *name;

    need(cert != NULL && X509_set_version(cert, X509_VERSION_3) == 1);
    name = X509_get_subject_name(cert);
    need(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)key->id, -1,
                                    -1, 0) == 1);
    need(X509_set_issuer_name(cert, name) == 1);
    need(ASN1_INTEGER_set(X509_get_serialNumber(cert), 1) == 1);
    need(X509_gmtime_adj(X509_getm_notBefore(cert), -3600) != NULL);
    need(X509_gmtime_adj(X509_getm_notAfter(cert), 86400) != NULL);
    need(X509_set_pubkey(cert, key->pair) == 1);
    need(X509_sign(cert, key->pair, EVP_sha256()) > 0);
    add_certificate(key, cert);
}

struct fake_key *fake_card_add_key(struct fake_card *card, const char *id, enum fake_key_type type)
{
    struct fake_key *key = new_key(card, id);

    key->pair = type == FAKE_P256 ? EVP_EC_gen("P-256") : EVP_RSA_gen(2048);
    need(key->pair != NULL);
    certify(key);
    return key;
}

struct fake_key *fake_card_load_key(struct fake_card *card, const char *id, const char *key_file,
                                    const char *chain_file)
{
    auto_by(fclose) FILE *key_stream = fopen(key_file, "re");
    auto_by(fclose) FILE *chain_stream = fopen(chain_file, "re");
    struct fake_key *key = new_key(card, id);

    need(key_stream != NULL && chain_stream != NULL);
    key->pair = PEM_read_PrivateKey(key_stream, NULL, NULL, NULL);
    need(key->pair != NULL);
    for (;;) {
        auto_by(X509_free) X509 *cert = PEM_read_X509(chain_stream, NULL, NULL, NULL);

        if (cert == NULL)
            break;
        add_certificate(key, cert);
    }
    need(key->chain_len > 0);
    return key;
}

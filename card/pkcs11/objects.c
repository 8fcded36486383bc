/* SPDX-License-Identifier: BSD-2-Clause */
#include "card/pkcs11/objects.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "common/own.h"

#define CERTS_MAX 64 /* looked at on one token */

DEFINE_AUTO(EVP_PKEY, EVP_PKEY_free)

struct bag {
    const PKCS11_CERT *certs[CERTS_MAX]; /* with an x509; borrowed from the slot */
    size_t count;
};

static void collect(const PKCS11_CERT *certs, unsigned count, struct bag *bag)
{
    for (unsigned i = 0; i < count && bag->count < CERTS_MAX; i++) {
        if (certs[i].x509 != NULL && certs[i].id_len <= P11_ID_MAX)
            bag->certs[bag->count++] = &certs[i];
    }
}

/* By names, key identifiers and signature. Certificates of one key do not issue each other: they
 * are renewals. */
static bool has_issued(X509 *issuer, X509 *subject)
{
    EVP_PKEY *key = X509_get0_pubkey(issuer);
    EVP_PKEY *other = X509_get0_pubkey(subject);

    return key != NULL && other != NULL && EVP_PKEY_eq(key, other) != 1 &&
           X509_check_issued(issuer, subject) == X509_V_OK && X509_verify(subject, key) == 1;
}

static bool is_issuer(const struct bag *bag, size_t index)
{
    for (size_t i = 0; i < bag->count; i++) {
        if (i != index && has_issued(bag->certs[index]->x509, bag->certs[i]->x509))
            return true;
    }
    return false;
}

static bool append(struct card_key *key, const X509 *cert)
{
    struct der *der = &key->chain[key->chain_len];
    int len = i2d_X509(cert, NULL);
    unsigned char *next;

    if (len <= 0 || len > CERT_MAX || key->chain_len == CHAIN_MAX)
        return false;
    der->data = malloc((size_t)len);
    if (der->data == NULL)
        return false;
    next = der->data;
    der->len = (size_t)i2d_X509(cert, &next);
    key->chain_len++;
    return true;
}

/* A certificate of the token that issued `subject`, marked as used; NULL where there is none. */
static X509 *find_issuer(const struct bag *bag, bool *used, X509 *subject)
{
    for (size_t i = 0; i < bag->count; i++) {
        if (!used[i] && has_issued(bag->certs[i]->x509, subject)) {
            used[i] = true;
            return bag->certs[i]->x509;
        }
    }
    return NULL;
}

/* The certificate of `index`, and above it those of the token that issued it. */
static bool build_chain(const struct bag *bag, size_t index, struct card_key *key)
{
    bool used[CERTS_MAX] = {false};
    X509 *next = bag->certs[index]->x509;

    used[index] = true;
    while (next != NULL && append(key, next))
        next = find_issuer(bag, used, next);
    return key->chain_len > 0;
}

static bool has_key_id(const struct token *token, const char *id)
{
    for (size_t i = 0; i < token->info.key_count; i++) {
        if (strcmp(token->info.keys[i].id, id) == 0)
            return true;
    }
    return false;
}

/* Take over `key` and `public` as the next key of the token; false where there is no room. */
static bool add_key(struct token *token, struct card_key *key, const unsigned char *ck_id,
                    size_t ck_id_len, EVP_PKEY *public)
{
    struct token_key *own = &token->keys[token->info.key_count];

    if (token->info.key_count == CARD_KEYS_MAX || has_key_id(token, key->id))
        return false;
    if (ck_id_len > 0)
        memcpy(own->ck_id, ck_id, ck_id_len);
    own->ck_id_len = ck_id_len;
    own->public = public;
    token->info.keys[token->info.key_count++] = *key;
    *key = (struct card_key){.chain_len = 0};
    return true;
}

static void add_certificate(struct token *token, const struct bag *bag, size_t index)
{
    const PKCS11_CERT *cert = bag->certs[index];
    auto_by(EVP_PKEY_free) EVP_PKEY *public = X509_get_pubkey(cert->x509);
    struct card_info scratch = {.keys = calloc(1, sizeof(struct card_key)), .key_count = 1};

    if (scratch.keys != NULL && public != NULL && build_chain(bag, index, scratch.keys)) {
        name_key(cert->id, cert->id_len, &scratch.keys[0].chain[0], scratch.keys[0].id);
        if (add_key(token, scratch.keys, cert->id, cert->id_len, public))
            (void)take(public);
    }
    if (scratch.keys == NULL)
        scratch.key_count = 0;
    card_info_done(&scratch);
}

/* Modules hand out objects in any order; people choose from a list that stays as it is. */
static void sort_keys(struct token *token)
{
    struct card_key *keys = token->info.keys;

    for (size_t i = 1; i < token->info.key_count; i++) {
        for (size_t k = i; k > 0 && strcmp(keys[k].id, keys[k - 1].id) < 0; k--) {
            struct card_key key = keys[k];
            struct token_key own = token->keys[k];

            keys[k] = keys[k - 1];
            token->keys[k] = token->keys[k - 1];
            keys[k - 1] = key;
            token->keys[k - 1] = own;
        }
    }
}

enum vsc_err objects_read(PKCS11_SLOT *slot, struct token *token, struct problem *problem)
{
    struct bag bag = {.count = 0};
    PKCS11_CERT *certs = NULL;
    unsigned cert_count = 0;

    token->info.keys = calloc(CARD_KEYS_MAX, sizeof(*token->info.keys));
    if (token->info.keys == NULL)
        return VSC_MEMORY;
    if (PKCS11_enumerate_certs(slot->token, &certs, &cert_count) != 0)
        return problem_set(problem, VSC_TOKEN, "the token's certificates cannot be read");
    collect(certs, cert_count, &bag);
    for (size_t i = 0; i < bag.count; i++) {
        if (!is_issuer(&bag, i))
            add_certificate(token, &bag, i);
    }
    sort_keys(token);
    if (token->info.key_count == 1)
        token->info.keys[0].is_default = true;
    ERR_clear_error();
    return VSC_OK;
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "pkcs11/objects.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cryptoki.h"
#include "pkcs11/channel.h"

#define PER_KEY (2 + CHAIN_MAX) /* a private and a public key, and certificates */

static bool span_equal(const struct der_span *a, const struct der_span *b)
{
    return a->len == b->len && (a->len == 0 || memcmp(a->bytes, b->bytes, a->len) == 0);
}

static bool is_same(const struct object *a, const struct object *b)
{
    return a->class == b->class && strcmp(a->key, b->key) == 0 && span_equal(&a->der, &b->der) &&
           span_equal(&a->public.spki, &b->public.spki);
}

static void number(struct object *object, const struct objects *old, unsigned long *next_handle)
{
    for (size_t i = 0; old != NULL && i < old->count; i++) {
        if (is_same(object, &old->list[i])) {
            object->handle = old->list[i].handle;
            return;
        }
    }
    object->handle = (*next_handle)++;
}

/* The public key of a key without a certificate. */
static enum vsc_err fetch_public(const struct card_info *card, const struct card_key *key,
                                 struct object *object)
{
    struct card_which which;
    struct card_made made;
    enum vsc_err err;

    (void)snprintf(which.card, sizeof(which.card), "%s", card->id);
    (void)snprintf(which.key, sizeof(which.key), "%s", key->id);
    err = channel_public(&which, &made);
    if (err != VSC_OK)
        return err;
    object->spki.data = malloc(made.spki_len);
    if (object->spki.data == NULL)
        return VSC_MEMORY;
    memcpy(object->spki.data, made.spki, made.spki_len);
    object->spki.len = made.spki_len;
    return public_key_read((struct der_span){object->spki.data, object->spki.len}, &object->public)
               ? VSC_OK
               : VSC_PROTOCOL;
}

static struct object *add(struct objects *objects, unsigned long class, const char *key)
{
    struct object *object = &objects->list[objects->count++];

    object->class = class;
    (void)snprintf(object->key, sizeof(object->key), "%s", key);
    return object;
}

/* One that cannot be read is left out: what is on a card may come from anybody. */
static void add_certificate(struct objects *objects, const struct der *der, const char *key)
{
    const struct der_span span = {der->data, der->len};
    struct certificate certificate;
    struct object *object;

    if (!certificate_read(span, &certificate))
        return;
    for (size_t i = 0; key[0] == '\0' && i < objects->count; i++)
        if (span_equal(&objects->list[i].der, &span))
            return;
    object = add(objects, CKO_CERTIFICATE, key);
    object->der = span;
    object->certificate = certificate;
}

static enum vsc_err add_keys(struct objects *objects, const struct card_info *card,
                             const struct card_key *key)
{
    struct object *private = add(objects, CKO_PRIVATE_KEY, key->id);
    struct object *public;
    enum vsc_err err = VSC_OK;

    if (key->chain_len == 0 ||
        !certificate_read((struct der_span){key->chain[0].data, key->chain[0].len},
                          &private->certificate) ||
        !public_key_read(private->certificate.spki, &private->public))
        err = fetch_public(card, key, private);
    if (err != VSC_OK)
        return err;
    public = add(objects, CKO_PUBLIC_KEY, key->id);
    public->certificate = private->certificate;
    public->public = private->public;
    return VSC_OK;
}

enum vsc_err objects_make(const struct card_info *card, const struct objects *old,
                          unsigned long *next_handle, struct objects *ret_objects)
{
    struct objects objects = {.list = calloc(card->key_count * PER_KEY + 1, sizeof(struct object))};
    enum vsc_err err = objects.list != NULL ? VSC_OK : VSC_MEMORY;

    for (size_t i = 0; err == VSC_OK && i < card->key_count; i++) {
        const struct card_key *key = &card->keys[i];

        err = add_keys(&objects, card, key);
        for (size_t k = 0; err == VSC_OK && k < key->chain_len; k++)
            add_certificate(&objects, &key->chain[k], k == 0 ? key->id : "");
    }
    if (err != VSC_OK) {
        objects_done(&objects);
        return err;
    }
    for (size_t i = 0; i < objects.count; i++)
        number(&objects.list[i], old, next_handle);
    *ret_objects = objects;
    return VSC_OK;
}

void objects_done(struct objects *objects)
{
    for (size_t i = 0; i < objects->count; i++)
        free(objects->list[i].spki.data);
    free(objects->list);
    *objects = (struct objects){.list = NULL};
}

const struct object *objects_find(const struct objects *objects, unsigned long handle)
{
    for (size_t i = 0; i < objects->count; i++)
        if (objects->list[i].handle == handle)
            return &objects->list[i];
    return NULL;
}

static bool contradicts(const struct object *object, const struct objects *others)
{
    for (size_t i = 0; i < others->count; i++) {
        const struct object *other = &others->list[i];

        if (other->class == CKO_PRIVATE_KEY && strcmp(other->key, object->key) == 0 &&
            !span_equal(&other->public.spki, &object->public.spki))
            return true;
    }
    return false;
}

bool objects_agree(const struct objects *a, const struct objects *b)
{
    for (size_t i = 0; i < a->count; i++)
        if (a->list[i].class == CKO_PRIVATE_KEY && contradicts(&a->list[i], b))
            return false;
    return true;
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/wire_owner.h"

#include <string.h>

#include "common/wire_field.h"

void card_challenge_encode(struct buf *body, const struct card_challenge *challenge)
{
    buf_str(body, challenge->card_code);
    buf_str(body, challenge->code);
}

enum vsc_err card_challenge_decode(struct reader *reader, struct card_challenge *ret_challenge)
{
    struct card_challenge challenge = {{0}, {0}};
    enum vsc_err err;

    field_name(reader, challenge.card_code, sizeof(challenge.card_code));
    field_name(reader, challenge.code, sizeof(challenge.code));
    err = reader_end(reader);
    if (err == VSC_OK)
        *ret_challenge = challenge;
    return err;
}

void card_generate_encode(struct buf *body, const struct card_generate *generate)
{
    buf_str(body, generate->card);
    buf_u8(body, (uint8_t)generate->type);
}

enum vsc_err card_generate_decode(struct reader *reader, struct card_generate *ret_generate)
{
    struct card_generate generate = {0};
    enum vsc_err err;

    field_name(reader, generate.card, sizeof(generate.card));
    generate.type = (enum key_type)field_choice(reader, KEY_RSA2048, KEY_P384);
    err = reader_end(reader);
    if (err == VSC_OK)
        *ret_generate = generate;
    return err;
}

void card_made_encode(struct buf *body, const struct card_made *made)
{
    buf_str(body, made->key);
    buf_bytes(body, made->spki, made->spki_len);
}

enum vsc_err card_made_decode(struct reader *reader, struct card_made *ret_made)
{
    struct card_made made = {0};
    const unsigned char *spki;
    enum vsc_err err;

    field_name(reader, made.key, sizeof(made.key));
    spki = reader_bytes(reader, SPKI_MAX, &made.spki_len);
    err = reader_end(reader);
    if (err != VSC_OK)
        return err;
    if (spki == NULL || made.spki_len == 0)
        return VSC_PROTOCOL;
    memcpy(made.spki, spki, made.spki_len);
    *ret_made = made;
    return VSC_OK;
}

void card_store_encode(struct buf *body, const struct card_store *store)
{
    buf_str(body, store->card);
    field_chain_encode(body, store->chain, store->chain_len);
}

enum vsc_err card_store_decode(struct reader *reader, struct card_store *ret_store)
{
    auto_card_store struct card_store store = {0};
    enum vsc_err err;

    field_name(reader, store.card, sizeof(store.card));
    err = field_chain_decode(reader, 1, store.chain, &store.chain_len);
    if (err == VSC_OK)
        err = reader_end(reader);
    if (err != VSC_OK)
        return err;
    *ret_store = store;
    store = (struct card_store){0};
    return VSC_OK;
}

void card_store_done(struct card_store *store)
{
    field_chain_done(store->chain, &store->chain_len);
}

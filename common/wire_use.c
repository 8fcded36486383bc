/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/wire_use.h"

#include <string.h>

#include "common/wire_field.h"

void card_sign_as_encode(struct buf *body, const struct card_sign_as *sign)
{
    buf_str(body, sign->card);
    buf_str(body, sign->key);
    buf_u16(body, (uint16_t)sign->scheme);
    buf_bytes(body, sign->digest, sign->digest_len);
    buf_bytes(body, sign->pin.bytes, sign->pin.len);
    buf_u16(body, sign->keep);
}

static bool is_well_formed(uint16_t scheme, size_t digest_len, size_t pin_len)
{
    return scheme >= SIGN_PKCS1 && scheme <= SIGN_ECDSA && pin_len > 0 &&
           (digest_len == 32 || digest_len == 48 || digest_len == 64 ||
            (digest_len == 20 && scheme == SIGN_PKCS1));
}

enum vsc_err card_sign_as_decode(struct reader *reader, struct card_sign_as *ret_sign)
{
    char card[CARD_ID_SIZE], key[KEY_ID_SIZE];
    const unsigned char *digest, *pin;
    size_t digest_len = 0, pin_len = 0;
    uint16_t scheme, keep;
    enum vsc_err err;

    field_name(reader, card, sizeof(card));
    field_name(reader, key, sizeof(key));
    scheme = reader_u16(reader);
    digest = reader_bytes(reader, SIGN_DIGEST_MAX, &digest_len);
    pin = reader_bytes(reader, PIN_MAX, &pin_len); /* borrowed: copied once, into what is wiped */
    keep = reader_u16(reader);
    err = reader_end(reader);
    if (err == VSC_OK && !is_well_formed(scheme, digest_len, pin_len))
        err = VSC_PROTOCOL;
    if (err == VSC_OK)
        err = secret_set(&ret_sign->pin, pin, pin_len);
    if (err != VSC_OK)
        return err;
    memcpy(ret_sign->card, card, sizeof(card));
    memcpy(ret_sign->key, key, sizeof(key));
    memcpy(ret_sign->digest, digest, digest_len);
    ret_sign->scheme = (enum sign_scheme)scheme;
    ret_sign->digest_len = digest_len;
    ret_sign->keep = keep;
    return VSC_OK;
}

void card_verify_encode(struct buf *body, const struct card_verify *verify)
{
    buf_str(body, verify->card);
    buf_bytes(body, verify->pin.bytes, verify->pin.len);
    buf_u16(body, verify->keep);
}

enum vsc_err card_verify_decode(struct reader *reader, struct card_verify *ret_verify)
{
    char card[CARD_ID_SIZE];
    const unsigned char *pin;
    size_t pin_len = 0;
    uint16_t keep;
    enum vsc_err err;

    field_name(reader, card, sizeof(card));
    pin = reader_bytes(reader, PIN_MAX, &pin_len);
    keep = reader_u16(reader);
    err = reader_end(reader);
    if (err == VSC_OK && pin_len == 0)
        err = VSC_PROTOCOL;
    if (err == VSC_OK)
        err = secret_set(&ret_verify->pin, pin, pin_len);
    if (err != VSC_OK)
        return err;
    memcpy(ret_verify->card, card, sizeof(card));
    ret_verify->keep = keep;
    return VSC_OK;
}

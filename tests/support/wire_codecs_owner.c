/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/support/wire_codecs_owner.h"

#include <string.h>

#include "common/wire_attest.h"
#include "common/wire_owner.h"
#include "common/wire_use.h"

void challenge_sample(unsigned number, struct buf *body)
{
    const struct card_challenge challenge = {.card_code = "0123-4567", .code = "89AB-CDEF"};

    (void)number;
    card_challenge_encode(body, &challenge);
}

enum vsc_err challenge_again(struct reader *reader, struct buf *body)
{
    struct card_challenge challenge;
    enum vsc_err err = card_challenge_decode(reader, &challenge);

    if (err == VSC_OK)
        card_challenge_encode(body, &challenge);
    return err;
}

void generate_sample(unsigned number, struct buf *body)
{
    const struct card_generate generate = {.card = "0000",
                                           .type = number == 0 ? KEY_RSA2048 : KEY_P384};

    card_generate_encode(body, &generate);
}

enum vsc_err generate_again(struct reader *reader, struct buf *body)
{
    struct card_generate generate = {0};
    enum vsc_err err = card_generate_decode(reader, &generate);

    if (err == VSC_OK)
        card_generate_encode(body, &generate);
    return err;
}

void made_sample(unsigned number, struct buf *body)
{
    struct card_made made = {.key = "29", .spki_len = number == 0 ? 1 : SPKI_MAX};

    memset(made.spki, 0x30, sizeof(made.spki));
    card_made_encode(body, &made);
}

enum vsc_err made_again(struct reader *reader, struct buf *body)
{
    struct card_made made = {0};
    enum vsc_err err = card_made_decode(reader, &made);

    if (err == VSC_OK)
        card_made_encode(body, &made);
    return err;
}

void store_sample(unsigned number, struct buf *body)
{
    unsigned char bytes[] = "certificate";
    struct card_store store = {.card = "0000", .chain_len = number == 0 ? 1 : CHAIN_MAX};

    for (size_t i = 0; i < store.chain_len; i++)
        store.chain[i] = (struct der){.data = bytes, .len = sizeof(bytes) - i};
    card_store_encode(body, &store);
}

enum vsc_err store_again(struct reader *reader, struct buf *body)
{
    auto_card_store struct card_store store = {0};
    enum vsc_err err = card_store_decode(reader, &store);

    if (err == VSC_OK)
        card_store_encode(body, &store);
    return err;
}

void sign_as_sample(unsigned number, struct buf *body)
{
    struct card_sign_as sign = {.card = "0000",
                                .key = "00",
                                .scheme = number == 0 ? SIGN_PSS : SIGN_ECDSA,
                                .digest_len = number == 0 ? SIGN_DIGEST_MAX : 32,
                                .keep = 2};

    if (secret_set(&sign.pin, "12345678", 8) == VSC_OK)
        card_sign_as_encode(body, &sign);
    secret_done(&sign.pin);
}

enum vsc_err sign_as_again(struct reader *reader, struct buf *body)
{
    struct card_sign_as sign = {0};
    enum vsc_err err = card_sign_as_decode(reader, &sign);

    if (err == VSC_OK)
        card_sign_as_encode(body, &sign);
    secret_done(&sign.pin);
    return err;
}

void verify_sample(unsigned number, struct buf *body)
{
    struct card_verify verify = {.card = "0000", .keep = 2};

    (void)number;
    if (secret_set(&verify.pin, "12345678", 8) == VSC_OK)
        card_verify_encode(body, &verify);
    secret_done(&verify.pin);
}

enum vsc_err verify_again(struct reader *reader, struct buf *body)
{
    struct card_verify verify = {0};
    enum vsc_err err = card_verify_decode(reader, &verify);

    if (err == VSC_OK)
        card_verify_encode(body, &verify);
    secret_done(&verify.pin);
    return err;
}

void attest_sample(unsigned number, struct buf *body)
{
    struct card_attest attest = {.card = "0000",
                                 .nonce_len = number == 0 ? ATTEST_NONCE_MAX : 0,
                                 .has_request = number == 0};

    if (number == 0)
        memcpy(attest.key, "01", 3);
    card_attest_encode(body, &attest);
}

enum vsc_err attest_again(struct reader *reader, struct buf *body)
{
    struct card_attest attest;
    enum vsc_err err = card_attest_decode(reader, &attest);

    if (err == VSC_OK)
        card_attest_encode(body, &attest);
    return err;
}

void attested_sample(unsigned number, struct buf *body)
{
    static unsigned char bytes[300];
    const struct card_attested attested = {
        .bundle = {.data = bytes, .len = number == 0 ? 1 : sizeof(bytes)}};

    card_attested_encode(body, &attested);
}

enum vsc_err attested_again(struct reader *reader, struct buf *body)
{
    auto_attested struct card_attested attested = {.bundle = {0}};
    enum vsc_err err = card_attested_decode(reader, &attested);

    if (err == VSC_OK)
        card_attested_encode(body, &attested);
    return err;
}

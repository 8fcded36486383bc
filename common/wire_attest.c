/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/wire_attest.h"

#include <stdlib.h>
#include <string.h>

#include "common/wire_field.h"

void card_attest_encode(struct buf *body, const struct card_attest *attest)
{
    buf_str(body, attest->card);
    buf_str(body, attest->key);
    buf_bytes(body, attest->nonce, attest->nonce_len);
    buf_bytes(body, attest->request, attest->has_request ? DIGEST_SIZE : 0);
}

enum vsc_err card_attest_decode(struct reader *reader, struct card_attest *ret_attest)
{
    struct card_attest attest = {.nonce_len = 0};
    const unsigned char *nonce, *request;
    size_t request_len = 0;
    enum vsc_err err;

    field_name(reader, attest.card, sizeof(attest.card));
    field_text(reader, attest.key, sizeof(attest.key));
    nonce = reader_bytes(reader, ATTEST_NONCE_MAX, &attest.nonce_len);
    request = reader_bytes(reader, DIGEST_SIZE, &request_len);
    err = reader_end(reader);
    if (err != VSC_OK)
        return err;
    if (request_len != 0 && request_len != DIGEST_SIZE)
        return VSC_PROTOCOL;
    attest.has_request = request_len > 0;
    if (attest.nonce_len > 0)
        memcpy(attest.nonce, nonce, attest.nonce_len);
    if (attest.has_request)
        memcpy(attest.request, request, DIGEST_SIZE);
    *ret_attest = attest;
    return VSC_OK;
}

void card_attested_encode(struct buf *body, const struct card_attested *attested)
{
    buf_bytes(body, attested->bundle.data, attested->bundle.len);
}

enum vsc_err card_attested_decode(struct reader *reader, struct card_attested *ret_attested)
{
    size_t len = 0;
    const unsigned char *bundle = reader_bytes(reader, ATTESTED_MAX, &len);
    enum vsc_err err = reader_end(reader);
    unsigned char *copy;

    if (err != VSC_OK)
        return err;
    if (bundle == NULL || len == 0)
        return VSC_PROTOCOL;
    copy = malloc(len);
    if (copy == NULL)
        return VSC_MEMORY;
    memcpy(copy, bundle, len);
    ret_attested->bundle = (struct der){.data = copy, .len = len};
    return VSC_OK;
}

void card_attested_done(struct card_attested *attested)
{
    free(attested->bundle.data);
    attested->bundle = (struct der){0};
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "card/attest/serve_attest.h"

#include <stdlib.h>
#include <string.h>

#include "card/attest/attest.h"
#include "card/serve_request.h"
#include "common/log.h"
#include "common/own.h"
#include "common/wire_attest.h"

_Static_assert(ATTEST_NONCE_MAX == BUNDLE_NONCE_MAX && DIGEST_SIZE == BUNDLE_DIGEST, "the same");

DEFINE_AUTO(struct bundle, bundle_free)

static enum vsc_err to_json(const struct bundle *bundle, struct serve_request *request)
{
    auto_free char *text = NULL;
    struct card_attested attested;
    size_t len = 0;
    enum vsc_err err = bundle_write(bundle, &text, &len);

    if (err != VSC_OK)
        return err;
    attested.bundle = (struct der){.data = (unsigned char *)text, .len = len};
    message_init(request->answer, WIRE_CARD_ATTESTED);
    card_attested_encode(&request->answer->body, &attested);
    return buf_status(&request->answer->body);
}

/* Also when it is made: the card may have got another owner while this waited for the store. */
static enum vsc_err make(struct serve *serve, const struct card_attest *attest,
                         struct bundle *bundle, struct serve_request *request)
{
    const struct attest_where where = {
        .store = serve->store,
        .tcti = serve->tcti,
        .card = attest->card,
        .key = attest->key[0] != '\0' ? attest->key : NULL,
    };
    struct card_source *source = NULL;
    enum vsc_err err = serve_begin_change(serve, request, attest->card);

    if (err != VSC_OK)
        return err;
    request->deadline = deadline_in(ATTEST_DEADLINE_MS);
    err = attest_make(&where, bundle, &request->problem);
    return err == VSC_OK ? serve_find_own(serve, attest->card, request, &source) : err;
}

static enum vsc_err answer(struct serve *serve, struct serve_request *request)
{
    auto_by(bundle_free) struct bundle *bundle = NULL;
    struct card_attest attest;
    struct reader reader;
    enum vsc_err err;

    if (request->type != WIRE_CARD_ATTEST)
        return VSC_PROTOCOL;
    reader_init(&reader, request->message->body.data, request->message->body.len);
    err = card_attest_decode(&reader, &attest);
    if (err != VSC_OK)
        return err;
    bundle = bundle_new();
    if (bundle == NULL)
        return VSC_MEMORY;
    memcpy(bundle->nonce, attest.nonce, attest.nonce_len);
    bundle->nonce_len = attest.nonce_len;
    bundle->has_csr = attest.has_request;
    memcpy(bundle->csr, attest.request, sizeof(bundle->csr));
    err = make(serve, &attest, bundle, request);
    if (err != VSC_OK)
        return err;
    vsc_log(LOG_INFO, "%s card=%s uid=%u key=%s", wire_type_name((uint16_t)request->type),
            attest.card, (unsigned)serve->peer.uid, attest.key);
    bundle->has_ek = false;
    return to_json(bundle, request);
}

const struct serve_part serve_attest = {.answer = answer};

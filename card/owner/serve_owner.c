/* SPDX-License-Identifier: BSD-2-Clause */
#include "card/owner/serve_owner.h"

#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>

#include "card/owner/owner.h"
#include "card/serve_request.h"
#include "card/tpm/key.h"
#include "common/log.h"
#include "common/own.h"
#include "common/wire_owner.h"

DEFINE_AUTO(BIO, BIO_free)
DEFINE_AUTO(EVP_PKEY, EVP_PKEY_free)
DEFINE_AUTO(X509, X509_free)

/* Open the store to change a card that is the peer's; also now that nobody else can change it: it
 * may have got another owner while this waited. */
static enum vsc_err begin(struct serve *serve, struct serve_request *request, const char *card,
                          struct change *change)
{
    const struct deadline deadline = deadline_in(CHANGE_DEADLINE_MS);
    struct card_source *source = NULL;
    enum vsc_err err = serve_begin_change(serve, request, card);

    if (err != VSC_OK)
        return err;
    request->deadline = deadline;
    err = change_open(change, serve->store, serve->tcti, &deadline, &request->problem);
    return err == VSC_OK ? serve_find_own(serve, card, request, &source) : err;
}

/* What was done without a PIN is logged like what was done with one. */
static void note(const struct serve *serve, const struct serve_request *request, const char *card,
                 const char *key)
{
    vsc_log(LOG_INFO, "%s card=%s uid=%u key=%s", wire_type_name((uint16_t)request->type), card,
            (unsigned)serve->peer.uid, key);
}

static enum vsc_err public_of(const struct change *change, const char *card, const char *key,
                              struct card_made *ret_made, struct problem *problem)
{
    auto_fd int folder = -1, key_folder = -1;
    auto_by(EVP_PKEY_free) EVP_PKEY *public = NULL;
    unsigned char *next = ret_made->spki;
    TPM2B_PRIVATE private = {0};
    TPM2B_PUBLIC area = {0};
    enum vsc_err err;
    int len;

    if (!store_is_key_id(key))
        return problem_set(problem, VSC_NO_KEY, "no key of a native card has this id");
    err = store_open_card(change->store, card, &folder, problem);
    if (err == VSC_OK)
        err = store_open_key(folder, key, &key_folder, problem);
    if (err == VSC_OK)
        err = store_read_key(key_folder, &area, &private, problem);
    if (err == VSC_OK)
        err = key_to_evp(&area, &public);
    if (err != VSC_OK)
        return err;
    len = i2d_PUBKEY(public, NULL);
    if (len <= 0 || len > SPKI_MAX || i2d_PUBKEY(public, &next) != len)
        return VSC_SYSTEM;
    (void)snprintf(ret_made->key, sizeof(ret_made->key), "%s", key);
    ret_made->spki_len = (size_t)len;
    return VSC_OK;
}

static enum vsc_err answer_made(struct serve_request *request, enum wire_type type,
                                const struct change *change, const char *card, const char *key)
{
    struct card_made made = {0};
    enum vsc_err err = public_of(change, card, key, &made, &request->problem);

    if (err != VSC_OK)
        return err;
    message_init(request->answer, type);
    card_made_encode(&request->answer->body, &made);
    return buf_status(&request->answer->body);
}

static enum vsc_err answer_public(struct serve *serve, struct serve_request *request)
{
    auto_change struct change change = CHANGE_CLOSED;
    struct card_which which;
    enum vsc_err err = serve_which(request, &which);

    if (err == VSC_OK)
        err = begin(serve, request, which.card, &change);
    if (err == VSC_OK)
        err = answer_made(request, WIRE_CARD_PUBLISHED, &change, which.card, which.key);
    return err;
}

static enum vsc_err answer_generate(struct serve *serve, struct serve_request *request)
{
    auto_change struct change change = CHANGE_CLOSED;
    struct card_generate generate = {0};
    char key[STORE_KEY_SIZE];
    struct reader reader;
    enum vsc_err err;

    reader_init(&reader, request->message->body.data, request->message->body.len);
    err = card_generate_decode(&reader, &generate);
    if (err == VSC_OK)
        err = begin(serve, request, generate.card, &change);
    if (err == VSC_OK)
        err = owner_generate(&change, generate.card, generate.type, key, &request->problem);
    if (err != VSC_OK)
        return err;
    note(serve, request, generate.card, key);
    return answer_made(request, WIRE_CARD_GENERATED, &change, generate.card, key);
}

/* One PEM file of a chain, as owner_import() reads it. Each certificate fills its bytes wholly. */
static enum vsc_err to_pem(const struct card_store *store, BIO *bio, struct problem *problem)
{
    for (size_t i = 0; i < store->chain_len; i++) {
        const unsigned char *next = store->chain[i].data;
        auto_by(X509_free) X509 *cert = d2i_X509(NULL, &next, (long)store->chain[i].len);

        if (cert == NULL || next != store->chain[i].data + store->chain[i].len)
            return problem_set(problem, VSC_CERT, "certificate %zu of the chain", i + 1);
        if (PEM_write_bio_X509(bio, cert) != 1)
            return VSC_MEMORY;
    }
    return VSC_OK;
}

static enum vsc_err answer_store(struct serve *serve, struct serve_request *request)
{
    auto_change struct change change = CHANGE_CLOSED;
    auto_card_store struct card_store store = {0};
    auto_by(BIO_free) BIO *bio = BIO_new(BIO_s_mem());
    char key[STORE_KEY_SIZE];
    struct reader reader;
    char *text = NULL;
    long len;
    enum vsc_err err;

    if (bio == NULL)
        return VSC_MEMORY;
    reader_init(&reader, request->message->body.data, request->message->body.len);
    err = card_store_decode(&reader, &store);
    if (err == VSC_OK)
        err = begin(serve, request, store.card, &change);
    if (err == VSC_OK)
        err = to_pem(&store, bio, &request->problem);
    if (err != VSC_OK)
        return err;
    len = BIO_get_mem_data(bio, &text);
    err = owner_import(&change, store.card, text, (size_t)len, key, &request->problem);
    if (err != VSC_OK)
        return err;
    note(serve, request, store.card, key);
    return answer_made(request, WIRE_CARD_STORED, &change, store.card, key);
}

static enum vsc_err answer_delete_key(struct serve *serve, struct serve_request *request)
{
    auto_change struct change change = CHANGE_CLOSED;
    struct card_which which;
    enum vsc_err err = serve_which(request, &which);

    if (err == VSC_OK)
        err = begin(serve, request, which.card, &change);
    if (err == VSC_OK && !store_is_key_id(which.key))
        err = problem_set(&request->problem, VSC_NO_KEY, "no key of a native card has this id");
    if (err == VSC_OK)
        err = owner_delete_key(&change, which.card, which.key, &request->problem);
    if (err != VSC_OK)
        return err;
    note(serve, request, which.card, which.key);
    message_init(request->answer, WIRE_CARD_DELETED_KEY);
    return VSC_OK;
}

typedef enum vsc_err puk_use(struct change *change, const char *id, const struct secret *puk,
                             const struct secret *value, struct card_outcome *ret_outcome,
                             struct problem *problem);

/* CARD_UNBLOCK and CARD_CHANGE_PUK: the PUK, and what it is to set. */
static enum vsc_err answer_puk(struct serve *serve, struct serve_request *request, puk_use *use,
                               enum wire_type type)
{
    auto_change struct change change = CHANGE_CLOSED;
    struct card_change_pin secrets = {0};
    struct card_outcome outcome = {.result = VSC_PUK};
    struct reader reader;
    enum vsc_err err;

    reader_init(&reader, request->message->body.data, request->message->body.len);
    err = card_change_pin_decode(&reader, &secrets);
    serve_wipe(request);
    if (err == VSC_OK)
        err = begin(serve, request, secrets.card, &change);
    if (err == VSC_OK)
        err = use(&change, secrets.card, &secrets.old_pin, &secrets.new_pin, &outcome,
                  &request->problem);
    secret_done(&secrets.old_pin);
    secret_done(&secrets.new_pin);
    if (err == VSC_OK)
        err = serve_outcome(serve, request, type, secrets.card, &outcome);
    return err;
}

static enum vsc_err answer(struct serve *serve, struct serve_request *request)
{
    if (request->type == WIRE_CARD_PUBLIC)
        return answer_public(serve, request);
    if (request->type == WIRE_CARD_GENERATE)
        return answer_generate(serve, request);
    if (request->type == WIRE_CARD_STORE)
        return answer_store(serve, request);
    if (request->type == WIRE_CARD_DELETE_KEY)
        return answer_delete_key(serve, request);
    if (request->type == WIRE_CARD_UNBLOCK)
        return answer_puk(serve, request, owner_unblock, WIRE_CARD_UNBLOCKED);
    if (request->type == WIRE_CARD_CHANGE_PUK)
        return answer_puk(serve, request, owner_change_puk, WIRE_CARD_CHANGED_PUK);
    return VSC_PROTOCOL;
}

const struct serve_part serve_owner = {.answer = answer};

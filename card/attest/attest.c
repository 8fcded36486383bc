/* SPDX-License-Identifier: BSD-2-Clause */
/* Statements, see the header. */
#include "card/attest/attest.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "card/attest/bench.h"
#include "card/tpm/key.h"
#include "card/tpm/marshal.h"
#include "common/io.h"
#include "common/own.h"

/* keys/ID/creation, written when the key was made. */
static enum vsc_err read_creation(int key, struct bundle_key *ret_key, TPM2B_DIGEST *ret_hash,
                                  TPMT_TK_CREATION *ret_ticket, struct problem *problem)
{
    auto_buf struct buf content;
    struct reader reader;

    buf_init(&content, STORE_BLOB_MAX);
    if (io_read_at(key, STORE_CREATION, STORE_BLOB_MAX, &content) != VSC_OK)
        return problem_set(problem, VSC_STORE, "%s: unreadable", STORE_CREATION);
    reader_init(&reader, content.data, content.len);
    get_TPM2B_CREATION_DATA(&reader, &ret_key->creation);
    get_TPM2B_DIGEST(&reader, ret_hash);
    get_TPMT_TK_CREATION(&reader, ret_ticket);
    return reader_end(&reader) == VSC_OK
               ? VSC_OK
               : problem_set(problem, VSC_STORE, "%s: malformed", STORE_CREATION);
}

static enum vsc_err certify(struct bench *bench, ESYS_TR loaded, const TPM2B_DATA *qualifying,
                            const TPM2B_DIGEST *hash, const TPMT_TK_CREATION *ticket,
                            struct bundle_key *key, struct problem *problem)
{
    static const TPMT_SIG_SCHEME of_the_key = {.scheme = TPM2_ALG_NULL};
    struct tpm *tpm = &bench->opened.tpm;
    TPM2B_ATTEST *attest = NULL;
    TPMT_SIGNATURE *signature = NULL;
    TSS2_RC rc = Esys_CertifyCreation(tpm->esys, bench->ak, loaded, ESYS_TR_PASSWORD, ESYS_TR_NONE,
                                      ESYS_TR_NONE, qualifying, hash, &of_the_key, ticket, &attest,
                                      &signature);

    if (rc != TSS2_RC_SUCCESS)
        return tpm_status(tpm, rc, "TPM2_CertifyCreation", problem);
    key->attest = *attest;
    key->signature = *signature;
    Esys_Free(attest);
    Esys_Free(signature);
    return VSC_OK;
}

static enum vsc_err add_key(struct bench *bench, int card, const TPM2B_DATA *qualifying,
                            struct bundle *bundle, struct problem *problem)
{
    struct bundle_key *key = &bundle->keys[bundle->key_count];
    TPM2B_PRIVATE private = {0};
    TPMT_TK_CREATION ticket;
    TPM2B_DIGEST hash;
    ESYS_TR loaded = ESYS_TR_NONE;
    auto_fd int folder = -1;
    enum vsc_err err;

    err = store_open_key(card, key->id, &folder, problem);
    if (err == VSC_OK)
        err = store_read_key(folder, &key->area, &private, problem);
    if (err == VSC_OK)
        err = read_creation(folder, key, &hash, &ticket, problem);
    if (err == VSC_OK)
        err = key_load(&bench->opened.gate, &key->area, &private, &loaded, problem);
    if (err != VSC_OK)
        return err;
    err = certify(bench, loaded, qualifying, &hash, &ticket, key, problem);
    tpm_flush(&bench->opened.tpm, &loaded);
    if (err == VSC_OK)
        bundle->key_count++;
    return err;
}

static enum vsc_err add_all_keys(struct bench *bench, int card, const TPM2B_DATA *qualifying,
                                 struct bundle *bundle, struct problem *problem)
{
    auto_free char(*ids)[STORE_CARD_SIZE] = NULL;
    auto_fd int keys = -1;
    size_t count = 0;
    enum vsc_err err;

    keys = openat(card, STORE_KEYS, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (keys < 0)
        return problem_set(problem, VSC_STORE, "%s: missing", STORE_KEYS);
    err = store_ids(keys, store_is_key_id, CARD_KEYS_MAX, &ids, &count);
    for (size_t i = 0; err == VSC_OK && i < count; i++) {
        memcpy(bundle->keys[i].id, ids[i], STORE_KEY_SIZE);
        err = add_key(bench, card, qualifying, bundle, problem);
    }
    return err;
}

static enum vsc_err add_keys(struct bench *bench, const struct attest_where *where,
                             struct bundle *bundle, struct problem *problem)
{
    TPM2B_DATA qualifying = {.size = BUNDLE_DIGEST};
    auto_fd int card = -1;
    enum vsc_err err;

    err = bundle_qualifying_data(bundle, qualifying.buffer);
    if (err == VSC_OK)
        err = store_open_card(where->store, where->card, &card, problem);
    if (err != VSC_OK)
        return err;
    if (where->key == NULL)
        return add_all_keys(bench, card, &qualifying, bundle, problem);
    if (!store_is_key_id(where->key))
        return problem_set(problem, VSC_NO_KEY, "no key of a native card has this id");
    memcpy(bundle->keys[0].id, where->key, STORE_KEY_SIZE);
    return add_key(bench, card, &qualifying, bundle, problem);
}

enum vsc_err attest_make(const struct attest_where *where, struct bundle *bundle,
                         struct problem *problem)
{
    auto_bench struct bench bench = BENCH_CLOSED;
    const struct objects *objects = &bench.opened.objects;
    enum vsc_err err;

    err = bench_open(&bench, where, bundle, problem);
    if (err == VSC_OK && objects->kind != GATE_INDEX)
        return problem_set(problem, VSC_NO_KEY, "a card without a counter of its own proves none");
    if (err == VSC_OK)
        err = add_keys(&bench, where, bundle, problem);
    if (err != VSC_OK)
        return err;
    (void)snprintf(bundle->card, sizeof bundle->card, "%s", where->card);
    (void)snprintf(bundle->name, sizeof bundle->name, "%s", bench.opened.conf.name);
    /* Only what the policies are made of goes out: no salt, nothing private. */
    memcpy(bundle->objects.serial, objects->serial, SERIAL_SIZE);
    bundle->objects.kind = objects->kind;
    bundle->objects.approver = objects->approver;
    bundle->objects.admin = objects->admin;
    bundle->objects.pin = objects->pin;
    bundle->objects.has_puk = objects->has_puk;
    bundle->objects.puk = objects->puk;
    bundle->objects.has_helpdesk = objects->has_helpdesk;
    bundle->objects.helpdesk = objects->helpdesk;
    return VSC_OK;
}

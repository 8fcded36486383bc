/* SPDX-License-Identifier: BSD-2-Clause */
/* Statements and activation, see the header. */
#include "card/attest/attest.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "card/attest/ek_tpm.h"
#include "card/attest/ak.h"
#include "card/tpm/key.h"
#include "card/tpm/marshal.h"
#include "card/tpm/opened.h"
#include "common/io.h"
#include "common/own.h"

/* The card, its attestation key loaded under the storage root key, and the lock. */
struct bench {
    struct opened opened;
    ESYS_TR ak;
    int lock;
};

static enum vsc_err read_ak(const struct attest_where *where, struct bundle *bundle,
                            TPM2B_PRIVATE *ret_private, struct problem *problem)
{
    auto_buf struct buf content;
    auto_fd int card = -1;
    enum vsc_err err;

    buf_init(&content, AK_FILE_MAX);
    err = store_open_card(where->store, where->card, &card, problem);
    if (err != VSC_OK)
        return err;
    if (faccessat(card, AK_FILE, F_OK, AT_SYMLINK_NOFOLLOW) != 0)
        return problem_set(problem, VSC_NO_KEY,
                           "the card was made without --attestation, and has no attestation key");
    err = io_read_at(card, AK_FILE, AK_FILE_MAX, &content);
    if (err != VSC_OK)
        return problem_set(problem, err, "%s: unreadable", AK_FILE);
    return ak_decode(content.data, content.len, bundle, ret_private, problem);
}

static enum vsc_err bench_open(struct bench *bench, const struct attest_where *where,
                               struct bundle *bundle, struct problem *problem)
{
    TPM2B_PRIVATE private = {0};
    enum vsc_err err;

    bench->opened.tpm.deadline = deadline_in(ATTEST_DEADLINE_MS);
    err = store_lock(where->store, &bench->opened.tpm.deadline, &bench->lock, problem);
    if (err == VSC_OK)
        err = read_ak(where, bundle, &private, problem);
    if (err == VSC_OK)
        err = opened_card(&bench->opened, where->store, where->tcti, where->card, problem);
    if (err == VSC_OK)
        err = key_load(&bench->opened.gate, &bundle->ak, &private, &bench->ak, problem);
    return err;
}

static void bench_done(struct bench *bench)
{
    tpm_flush(&bench->opened.tpm, &bench->ak);
    opened_close(&bench->opened);
    own_close(&bench->lock);
}
#define auto_bench   __attribute__((cleanup(bench_done)))
#define BENCH_CLOSED ((struct bench){.ak = ESYS_TR_NONE, .lock = -1})

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

static enum vsc_err add_keys(struct bench *bench, const struct attest_where *where,
                             struct bundle *bundle, struct problem *problem)
{
    auto_free char(*ids)[STORE_CARD_SIZE] = NULL;
    TPM2B_DATA qualifying = {.size = BUNDLE_DIGEST};
    auto_fd int card = -1, keys = -1;
    size_t count = 0;
    enum vsc_err err;

    err = bundle_qualifying_data(bundle, qualifying.buffer);
    if (err == VSC_OK)
        err = store_open_card(where->store, where->card, &card, problem);
    if (err != VSC_OK)
        return err;
    keys = openat(card, STORE_KEYS, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (keys < 0)
        return problem_set(problem, VSC_STORE, "%s: missing", STORE_KEYS);
    err = store_ids(keys, store_is_key_id, CARD_KEYS_MAX, &ids, &count);
    if (err == VSC_OK && count == 0)
        return problem_set(problem, VSC_NO_KEY, "the card has no key yet");
    for (size_t i = 0; err == VSC_OK && i < count; i++) {
        memcpy(bundle->keys[i].id, ids[i], STORE_KEY_SIZE);
        err = add_key(bench, card, &qualifying, bundle, problem);
    }
    return err;
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

/* The EK's policy: PolicySecret(TPM_RH_ENDORSEMENT). */
static enum vsc_err open_policy(struct bench *bench, ESYS_TR *ret_policy, struct problem *problem)
{
    static const TPM2B_NONCE nothing = {0};
    struct tpm *tpm = &bench->opened.tpm;
    TPM2B_TIMEOUT *timeout = NULL;
    TPMT_TK_AUTH *ticket = NULL;
    enum vsc_err err;
    TSS2_RC rc;

    err = session_start(tpm, bench->opened.gate.srk, SESSION_POLICY, ret_policy, problem);
    if (err != VSC_OK)
        return err;
    rc = Esys_PolicySecret(tpm->esys, ESYS_TR_RH_ENDORSEMENT, *ret_policy, ESYS_TR_PASSWORD,
                           ESYS_TR_NONE, ESYS_TR_NONE, &nothing, &nothing, &nothing, 0, &timeout,
                           &ticket);
    if (rc != TSS2_RC_SUCCESS)
        return ek_status(tpm, rc, "TPM2_PolicySecret", problem);
    Esys_Free(timeout);
    Esys_Free(ticket);
    /* The secret comes back encrypted. */
    return session_use(tpm, *ret_policy, TPMA_SESSION_ENCRYPT, problem);
}

static enum vsc_err activate(struct bench *bench, const struct credential *challenge, ESYS_TR ek,
                             struct secret *ret_secret, struct problem *problem)
{
    struct tpm *tpm = &bench->opened.tpm;
    ESYS_TR policy = ESYS_TR_NONE;
    TPM2B_DIGEST *secret = NULL;
    enum vsc_err err;
    TSS2_RC rc;

    err = open_policy(bench, &policy, problem);
    if (err != VSC_OK) {
        tpm_flush(tpm, &policy);
        return err;
    }
    rc = Esys_ActivateCredential(tpm->esys, bench->ak, ek, ESYS_TR_PASSWORD, policy, ESYS_TR_NONE,
                                 &challenge->blob, &challenge->seed, &secret);
    if (rc != TSS2_RC_SUCCESS) {
        tpm_flush(tpm, &policy);
        /* A parameter is refused; swtpm says TPM2_RC_FAILURE of a seed that it cannot open. */
        if ((tpm_code(rc) & (TPM2_RC_P | TPM2_RC_FMT1)) == (TPM2_RC_P | TPM2_RC_FMT1) ||
            tpm_code(rc) == TPM2_RC_FAILURE)
            return problem_set(problem, VSC_DENIED,
                               "the challenge is not for this TPM and this card's attestation key "
                               "(TPM2_ActivateCredential: 0x%X)",
                               rc);
        return tpm_status(tpm, rc, "TPM2_ActivateCredential", problem);
    }
    session_ended(tpm, &policy);
    err = secret_set(ret_secret, secret->buffer, secret->size);
    explicit_bzero(secret, sizeof *secret);
    Esys_Free(secret);
    return err;
}

enum vsc_err attest_activate(const struct attest_where *where, const struct credential *challenge,
                             struct secret *ret_secret, struct problem *problem)
{
    auto_bench struct bench bench = BENCH_CLOSED;
    struct bundle *bundle = bundle_new();
    ESYS_TR ek = ESYS_TR_NONE;
    TPM2B_PUBLIC area;
    enum vsc_err err;

    if (bundle == NULL)
        return VSC_MEMORY;
    err = bench_open(&bench, where, bundle, problem);
    bundle_free(bundle);
    if (err == VSC_OK)
        err = ek_load(&bench.opened.tpm, &ek, &area, problem);
    if (err == VSC_OK)
        err = activate(&bench, challenge, ek, ret_secret, problem);
    tpm_flush(&bench.opened.tpm, &ek);
    return err;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The card of a TPM without PIN-fail indices: an object with an authValue derived from the PIN,
 * under the TPM's own dictionary-attack counter, which the whole machine shares. Where the lockout
 * hierarchy has no password anybody could clear that counter, so such a card is refused.
 */
#include <errno.h>
#include <openssl/rand.h>
#include <string.h>

#include "card/admin/hierarchy.h"
#include "card/admin/maker.h"
#include "card/tpm/marshal.h"
#include "common/io.h"

static enum vsc_err check_lockout_password(struct tpm *tpm, struct problem *problem)
{
    bool is_set = false;
    enum vsc_err err = lockout_has_password(tpm, &is_set, problem);

    if (err != VSC_OK || is_set)
        return err;
    return problem_set(
        problem, VSC_DENIED,
        "this TPM has no NV indices of type PIN fail, so that wrong PINs would count "
        "on the TPM's own counter; its lockout hierarchy has no password, so that "
        "anybody could clear it: create the card with --lockoutauth random");
}

static enum vsc_err keep(struct maker *maker, int keys, const TPM2B_PRIVATE *private,
                         struct problem *problem)
{
    auto_buf struct buf content;
    enum vsc_err err;

    buf_init(&content, STORE_BLOB_MAX);
    put_TPM2B_PRIVATE(&content, private);
    err = buf_status(&content);
    if (err == VSC_OK)
        err = io_write_at(keys, STORE_PIN_PRIV, content.data, content.len, 0640);
    if (err != VSC_OK)
        return problem_set(problem, err, "%s: %s", STORE_PIN_PRIV, strerror(errno));
    return change_give(maker->change, keys, STORE_PIN_PRIV, problem);
}

enum vsc_err maker_fallback(struct maker *maker, const struct card_new *new_card, int keys,
                            struct problem *problem)
{
    static const TPM2B_PUBLIC template = {
        .publicArea = {
            .type = TPM2_ALG_KEYEDHASH,
            .nameAlg = TPM2_ALG_SHA256,
            .objectAttributes =
                TPMA_OBJECT_FIXEDTPM | TPMA_OBJECT_FIXEDPARENT | TPMA_OBJECT_USERWITHAUTH,
            .parameters.keyedHashDetail.scheme.scheme = TPM2_ALG_NULL,
        }};
    static const TPM2B_DATA nothing = {0};
    static const TPML_PCR_SELECTION no_pcr = {0};
    struct tpm *tpm = &maker->change->tpm;
    auto_secret struct secret auth = {0};
    TPM2B_SENSITIVE_CREATE sensitive = {0};
    TPM2B_PRIVATE *private = NULL;
    TPM2B_PUBLIC *area = NULL;
    enum vsc_err err;
    TSS2_RC rc;

    if (new_card->puk != NULL || new_card->helpdesk != NULL || new_card->helpdesk_key != NULL)
        return problem_set(problem, VSC_DENIED,
                           "this TPM has no NV indices of type PIN fail, so that nobody can "
                           "unblock its cards: no PUK and no help desk is possible");
    err = check_lockout_password(tpm, problem);
    if (err == VSC_OK)
        err = objects_derive(maker->objects, DERIVED_PIN, new_card->pin, &auth);
    if (err == VSC_OK)
        err = session_use(tpm, maker->hmac, TPMA_SESSION_CONTINUESESSION | TPMA_SESSION_DECRYPT,
                          problem);
    if (err != VSC_OK)
        return err;
    sensitive.sensitive.userAuth.size = (UINT16)auth.len;
    memcpy(sensitive.sensitive.userAuth.buffer, auth.bytes, auth.len);
    /* What is sealed in it is of no use to anybody, but makes its Name unlike any other. */
    sensitive.sensitive.data.size = TPM2_SHA256_DIGEST_SIZE;
    if (RAND_bytes(sensitive.sensitive.data.buffer, TPM2_SHA256_DIGEST_SIZE) != 1)
        return VSC_SYSTEM;
    rc = Esys_Create(tpm->esys, maker->srk, ESYS_TR_PASSWORD, maker->hmac, ESYS_TR_NONE, &sensitive,
                     &template, &nothing, &no_pcr, &private, &area, NULL, NULL, NULL);
    explicit_bzero(&sensitive, sizeof sensitive);
    if (rc != TSS2_RC_SUCCESS)
        return tpm_status(tpm, rc, "TPM2_Create", problem);
    maker->objects->kind = GATE_OBJECT;
    maker->objects->gate = *area;
    err = keep(maker, keys, private, problem);
    Esys_Free(area);
    Esys_Free(private);
    return err;
}

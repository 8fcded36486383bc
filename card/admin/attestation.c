/* SPDX-License-Identifier: BSD-2-Clause */
/* Makes the attestation key of a new card, and reads the endorsement certificate to keep with it.
 */
#include <errno.h>
#include <string.h>

#include "card/attest/ek_tpm.h"
#include "card/admin/maker.h"
#include "card/attest/ak.h"
#include "common/io.h"
#include "common/own.h"

DEFINE_AUTO(struct bundle, bundle_free)

static enum vsc_err make_ak(struct maker *maker, TPM2B_PUBLIC *ret_area, TPM2B_PRIVATE *ret_private,
                            struct problem *problem)
{
    static const TPM2B_SENSITIVE_CREATE no_secret = {0};
    static const TPML_PCR_SELECTION no_pcr = {0};
    struct tpm *tpm = &maker->change->tpm;
    TPM2B_DATA serial = {.size = SERIAL_SIZE};
    TPM2B_PUBLIC template, *area = NULL;
    TPM2B_PRIVATE *private = NULL;
    TSS2_RC rc;

    ak_template(&template);
    memcpy(serial.buffer, maker->objects->serial, SERIAL_SIZE);
    rc = Esys_Create(tpm->esys, maker->srk, ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE,
                     &no_secret, &template, &serial, &no_pcr, &private, &area, NULL, NULL, NULL);
    if (rc != TSS2_RC_SUCCESS)
        return tpm_status(tpm, rc, "TPM2_Create", problem);
    *ret_area = *area;
    *ret_private = *private;
    Esys_Free(area);
    Esys_Free(private);
    return ak_fits(ret_area)
               ? VSC_OK
               : problem_set(problem, VSC_TPM, "the TPM made another key than was asked for");
}

enum vsc_err maker_attestation(struct maker *maker, enum attestation_kind kind,
                               struct problem *problem)
{
    auto_by(bundle_free) struct bundle *bundle = bundle_new();
    auto_buf struct buf content;
    TPM2B_PRIVATE private = {0};
    enum vsc_err err;

    buf_init(&content, AK_FILE_MAX);
    if (bundle == NULL)
        return VSC_MEMORY;
    if (maker->objects->kind != GATE_INDEX)
        return problem_set(problem, VSC_DENIED,
                           "this TPM has no counters of its own for a card, so that a bundle could "
                           "not prove one: make the card without --attestation");
    err = make_ak(maker, &bundle->ak, &private, problem);
    if (err == VSC_OK && kind == ATTESTATION_AIK_AND_CERT)
        err = ek_read(&maker->change->tpm, bundle, problem);
    if (err != VSC_OK)
        return err;
    ak_encode(&content, bundle, &private);
    err = buf_status(&content);
    if (err == VSC_OK)
        err = io_write_at(maker->journal.folder, AK_FILE, content.data, content.len, 0640);
    return err == VSC_OK ? VSC_OK : problem_set(problem, err, "%s: %s", AK_FILE, strerror(errno));
}

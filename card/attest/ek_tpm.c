/* SPDX-License-Identifier: BSD-2-Clause */
/* The endorsement key and its certificates, from the TPM. */
#include "card/attest/ek_tpm.h"

#include <openssl/x509.h>
#include <string.h>

#include "card/attest/ek.h"
#include "card/tpm/key.h"
#include "common/own.h"

#define CHUNK         512 /* bytes of one NV_Read that every TPM allows */
#define CHAIN_INDICES 16
#define CHAIN_BYTES   (BUNDLE_CERTS_MAX * CERT_MAX)

DEFINE_AUTO(X509, X509_free)
DEFINE_AUTO(EVP_PKEY, EVP_PKEY_free)

enum vsc_err ek_status(const struct tpm *tpm, TSS2_RC rc, const char *command,
                       struct problem *problem)
{
    uint32_t base = tpm_base_code(rc);

    if (base == TPM2_RC_BAD_AUTH || base == TPM2_RC_AUTH_FAIL)
        return problem_set(problem, VSC_DENIED,
                           "the endorsement hierarchy of the TPM has a password: what needs the "
                           "endorsement key cannot be done while it has one");
    return tpm_status(tpm, rc, command, problem);
}

enum vsc_err ek_load(struct tpm *tpm, ESYS_TR *ret_ek, TPM2B_PUBLIC *ret_area,
                     struct problem *problem)
{
    static const TPM2B_SENSITIVE_CREATE no_secret = {0};
    static const TPM2B_DATA nothing = {0};
    static const TPML_PCR_SELECTION no_pcr = {0};
    TPM2B_PUBLIC template, *area = NULL;
    enum vsc_err err = VSC_OK;
    TSS2_RC rc;

    ek_template(&template);
    rc = Esys_CreatePrimary(tpm->esys, ESYS_TR_RH_ENDORSEMENT, ESYS_TR_PASSWORD, ESYS_TR_NONE,
                            ESYS_TR_NONE, &no_secret, &template, &nothing, &no_pcr, ret_ek, &area,
                            NULL, NULL, NULL);
    if (rc != TSS2_RC_SUCCESS)
        return ek_status(tpm, rc, "TPM2_CreatePrimary", problem);
    *ret_area = *area;
    Esys_Free(area);
    if (!ek_fits(ret_area)) {
        err = problem_set(problem, VSC_TPM, "the TPM made another key than was asked for");
        tpm_flush(tpm, ret_ek);
    }
    return err;
}

/* Append what an index holds. Its own authorisation is empty by the profile. */
static enum vsc_err read_data(struct tpm *tpm, ESYS_TR index, UINT16 size, struct buf *ret_content,
                              struct problem *problem)
{
    for (UINT16 at = 0; at < size;) {
        UINT16 len = size - at < CHUNK ? (UINT16)(size - at) : CHUNK;
        TPM2B_MAX_NV_BUFFER *data = NULL;
        TSS2_RC rc = Esys_NV_Read(tpm->esys, index, index, ESYS_TR_PASSWORD, ESYS_TR_NONE,
                                  ESYS_TR_NONE, len, at, &data);

        if (rc != TSS2_RC_SUCCESS)
            return tpm_status(tpm, rc, "TPM2_NV_Read", problem);
        buf_put(ret_content, data->buffer, data->size);
        Esys_Free(data);
        at = (UINT16)(at + len);
    }
    return buf_status(ret_content) == VSC_OK
               ? VSC_OK
               : problem_set(problem, VSC_TPM, "an endorsement certificate is too large");
}

/* VSC_INPUT without words if there is no such index. */
static enum vsc_err read_index(struct tpm *tpm, TPM2_HANDLE handle, struct buf *ret_content,
                               struct problem *problem)
{
    ESYS_TR index = ESYS_TR_NONE;
    TPM2B_NV_PUBLIC *area = NULL;
    TPM2B_NAME *name = NULL;
    UINT16 size = 0;
    enum vsc_err err;
    TSS2_RC rc;

    rc = Esys_TR_FromTPMPublic(tpm->esys, handle, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, &index);
    if (tpm_base_code(rc) == TPM2_RC_HANDLE)
        return VSC_INPUT;
    if (rc == TSS2_RC_SUCCESS)
        rc = Esys_NV_ReadPublic(tpm->esys, index, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, &area,
                                &name);
    if (rc == TSS2_RC_SUCCESS)
        size = area->nvPublic.dataSize;
    err = rc == TSS2_RC_SUCCESS ? read_data(tpm, index, size, ret_content, problem)
                                : tpm_status(tpm, rc, "TPM2_NV_ReadPublic", problem);
    if (rc == TSS2_RC_SUCCESS) {
        Esys_Free(area);
        Esys_Free(name);
    }
    tpm_release(tpm, &index);
    return err;
}

/* The certificates that stand one after the other in `content`; padding ends them. */
static enum vsc_err add_certs(const struct buf *content, struct bundle *bundle)
{
    const unsigned char *at = content->data, *end = content->data + content->len;

    while (at < end && *at == 0x30 && bundle->cert_count < BUNDLE_CERTS_MAX) {
        struct der *cert = &bundle->certs[bundle->cert_count];
        const unsigned char *next = at;
        auto_by(X509_free) X509 *parsed = d2i_X509(NULL, &next, (long)(end - at));

        if (parsed == NULL || next - at > CERT_MAX)
            return VSC_OK;
        cert->len = (size_t)(next - at);
        cert->data = malloc(cert->len);
        if (cert->data == NULL)
            return VSC_MEMORY;
        memcpy(cert->data, at, cert->len);
        bundle->cert_count++;
        at = next;
    }
    return VSC_OK;
}

/* Issuers that the maker left beside it. Not all do: whoever verifies may have them. */
static enum vsc_err read_chain(struct tpm *tpm, struct bundle *bundle, struct problem *problem)
{
    auto_buf struct buf content;
    TPMS_CAPABILITY_DATA *data = NULL;
    enum vsc_err err = VSC_OK;
    TPMI_YES_NO more;
    TSS2_RC rc =
        Esys_GetCapability(tpm->esys, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, TPM2_CAP_HANDLES,
                           EK_NV_CHAIN_FIRST, CHAIN_INDICES, &more, &data);

    if (rc != TSS2_RC_SUCCESS)
        return tpm_status(tpm, rc, "TPM2_GetCapability", problem);
    buf_init(&content, CHAIN_BYTES);
    for (UINT32 i = 0; err == VSC_OK && i < data->data.handles.count; i++)
        if (data->data.handles.handle[i] <= EK_NV_CHAIN_LAST)
            err = read_index(tpm, data->data.handles.handle[i], &content, problem);
    Esys_Free(data);
    return err == VSC_OK && content.len > 0 ? add_certs(&content, bundle) : err;
}

/* The TPM's key is the certificate's. */
static enum vsc_err compare(const struct bundle *bundle, struct problem *problem)
{
    const unsigned char *at = bundle->certs[0].data;
    auto_by(X509_free) X509 *cert = d2i_X509(NULL, &at, (long)bundle->certs[0].len);
    auto_by(EVP_PKEY_free) EVP_PKEY *key = NULL;
    enum vsc_err err = key_to_evp(&bundle->ek, &key);

    if (err != VSC_OK)
        return err;
    if (cert == NULL || EVP_PKEY_eq(key, X509_get0_pubkey(cert)) != 1)
        return problem_set(problem, VSC_TPM,
                           "the endorsement certificate in the TPM is not for its endorsement key "
                           "of the TCG's template L-1");
    return VSC_OK;
}

enum vsc_err ek_read(struct tpm *tpm, struct bundle *bundle, struct problem *problem)
{
    auto_buf struct buf content;
    ESYS_TR ek = ESYS_TR_NONE;
    enum vsc_err err;

    buf_init(&content, CERT_MAX);
    err = read_index(tpm, EK_NV_CERT, &content, problem);
    if (err == VSC_OK)
        err = add_certs(&content, bundle);
    if (err == VSC_INPUT || (err == VSC_OK && bundle->cert_count == 0))
        return problem_set(problem, VSC_TPM,
                           "the TPM holds no certificate for its RSA endorsement key (NV index "
                           "0x%08X): aik_only needs none",
                           EK_NV_CERT);
    if (err == VSC_OK)
        err = ek_load(tpm, &ek, &bundle->ek, problem);
    tpm_flush(tpm, &ek);
    if (err == VSC_OK)
        err = compare(bundle, problem);
    if (err == VSC_OK)
        err = read_chain(tpm, bundle, problem);
    bundle->has_ek = err == VSC_OK;
    return err;
}

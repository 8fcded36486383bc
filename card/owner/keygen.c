/* SPDX-License-Identifier: BSD-2-Clause */
/* Makes a card's key in the TPM; the private part never leaves it in clear. */
#include "card/owner/keygen.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "card/owner/remove.h"
#include "card/tpm/layout.h"
#include "card/tpm/marshal.h"
#include "common/io.h"
#include "common/own.h"

/* No scheme of its own: PKCS#1 v1.5 for sign-ins and requests, PSS for TLS 1.3 applications. */
static void set_type(enum key_type type, TPMT_PUBLIC *area)
{
    switch (type) {
    case KEY_NONE:
    case KEY_RSA2048:
    case KEY_RSA3072:
        area->type = TPM2_ALG_RSA;
        area->parameters.rsaDetail = (TPMS_RSA_PARMS){.symmetric.algorithm = TPM2_ALG_NULL,
                                                      .scheme.scheme = TPM2_ALG_NULL,
                                                      .keyBits = type == KEY_RSA3072 ? 3072 : 2048};
        break;
    case KEY_P256:
    case KEY_P384:
        area->type = TPM2_ALG_ECC;
        area->parameters.eccDetail =
            (TPMS_ECC_PARMS){.symmetric.algorithm = TPM2_ALG_NULL,
                             .scheme.scheme = TPM2_ALG_NULL,
                             .curveID = type == KEY_P384 ? TPM2_ECC_NIST_P384 : TPM2_ECC_NIST_P256,
                             .kdf.scheme = TPM2_ALG_NULL};
        break;
    }
}

struct made {
    TPM2B_PRIVATE *private;
    TPM2B_PUBLIC *area;
    TPM2B_CREATION_DATA *data;
    TPM2B_DIGEST *hash;
    TPMT_TK_CREATION *ticket;
};

static void made_done(struct made *made)
{
    Esys_Free(made->private);
    Esys_Free(made->area);
    Esys_Free(made->data);
    Esys_Free(made->hash);
    Esys_Free(made->ticket);
}

static enum vsc_err make(const struct keygen *keygen, enum key_type type, struct made *made,
                         struct problem *problem)
{
    static const TPM2B_SENSITIVE_CREATE no_secret = {0};
    static const TPML_PCR_SELECTION no_pcr = {0};
    struct tpm *tpm = &keygen->change->tpm;
    TPM2B_PUBLIC template = {
        .publicArea = {.nameAlg = TPM2_ALG_SHA256, .objectAttributes = LAYOUT_KEY_ATTRIBUTES}};
    TPM2B_DATA serial = {.size = SERIAL_SIZE};
    TPM2B_NAME gate;
    enum vsc_err err;
    TSS2_RC rc;

    set_type(type, &template.publicArea);
    memcpy(serial.buffer, keygen->objects->serial, SERIAL_SIZE);
    err = objects_gate_name(keygen->objects, &gate);
    if (err == VSC_OK)
        err = layout_key_policy(&gate, &template.publicArea.authPolicy);
    if (err == VSC_OK)
        err = session_use(tpm, keygen->hmac, TPMA_SESSION_CONTINUESESSION | TPMA_SESSION_DECRYPT,
                          problem);
    if (err != VSC_OK)
        return err;
    rc = Esys_Create(tpm->esys, keygen->srk, ESYS_TR_PASSWORD, keygen->hmac, ESYS_TR_NONE,
                     &no_secret, &template, &serial, &no_pcr, &made->private, &made->area,
                     &made->data, &made->hash, &made->ticket);
    if (tpm_base_code(rc) == TPM2_RC_VALUE || tpm_base_code(rc) == TPM2_RC_CURVE ||
        tpm_base_code(rc) == TPM2_RC_KEY_SIZE)
        return problem_set(problem, VSC_TPM, "the TPM cannot make keys of this type (0x%X)", rc);
    return tpm_status(tpm, rc, "TPM2_Create", problem);
}

static enum vsc_err put_file(const struct keygen *keygen, int folder, const char *name,
                             const struct buf *content, struct problem *problem)
{
    enum vsc_err err = buf_status(content);

    if (err == VSC_OK)
        err = io_write_at(folder, name, content->data, content->len, 0640);
    if (err != VSC_OK)
        return problem_set(problem, err, "%s: %s", name, strerror(errno));
    return change_give(keygen->change, folder, name, problem);
}

/* The creation data and ticket are kept: they prove later, without the key's PIN, that the TPM made
 * it (TPM2_CertifyCreation). */
static enum vsc_err put_files(const struct keygen *keygen, int folder, const struct made *made,
                              struct problem *problem)
{
    auto_buf struct buf area, private, creation;
    enum vsc_err err;

    buf_init(&area, STORE_BLOB_MAX);
    buf_init(&private, STORE_BLOB_MAX);
    buf_init(&creation, STORE_BLOB_MAX);
    put_TPM2B_PUBLIC(&area, made->area);
    put_TPM2B_PRIVATE(&private, made->private);
    put_TPM2B_CREATION_DATA(&creation, made->data);
    put_TPM2B_DIGEST(&creation, made->hash);
    put_TPMT_TK_CREATION(&creation, made->ticket);
    err = put_file(keygen, folder, STORE_KEY_PUB, &area, problem);
    if (err == VSC_OK)
        err = put_file(keygen, folder, STORE_KEY_PRIV, &private, problem);
    if (err == VSC_OK)
        err = put_file(keygen, folder, STORE_CREATION, &creation, problem);
    return err;
}

static enum vsc_err put_folder(const struct keygen *keygen, int keys, const char *id,
                               const struct made *made, struct problem *problem)
{
    char name[sizeof STORE_NEW + STORE_KEY_DIGITS];
    auto_fd int folder = -1;
    enum vsc_err err;

    (void)snprintf(name, sizeof name, "%s%s", STORE_NEW, id);
    if (mkdirat(keys, name, 0700) != 0)
        return problem_set(problem, VSC_SYSTEM, "%s: %s", name, strerror(errno));
    folder = openat(keys, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (folder < 0)
        return problem_set(problem, VSC_SYSTEM, "%s: %s", name, strerror(errno));
    err = put_files(keygen, folder, made, problem);
    if (err == VSC_OK)
        err = change_give(keygen->change, keys, name, problem);
    if (err == VSC_OK && (renameat(keys, name, keys, id) != 0 || fsync(keys) != 0))
        err = problem_set(problem, VSC_SYSTEM, "%s: %s", name, strerror(errno));
    if (err != VSC_OK) {
        /* What cannot be removed now is by the next change of the card. */
        enum vsc_err removed = remove_key_folder(keys, name, NULL);

        (void)removed;
    }
    return err;
}

enum vsc_err keygen_make(const struct keygen *keygen, int keys, const char *id, enum key_type type,
                         struct problem *problem)
{
    struct made made = {0};
    enum vsc_err err;

    err = make(keygen, type, &made, problem);
    if (err == VSC_OK)
        err = put_folder(keygen, keys, id, &made, problem);
    made_done(&made);
    return err;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* Passwords of the TPM's hierarchies, see the header. */
#include "card/admin/hierarchy.h"

#include <string.h>

#include "card/admin/maker.h"

static bool has_owner_password(const struct change *change)
{
    return change->ownerauth != NULL && change->ownerauth->len > 0;
}

/*
 * Whatever lies at the storage root key's places: it only keeps the session's key from a listener.
 * Not released: ESYS gives everybody who asks for a handle the same object.
 */
static ESYS_TR find_salt_key(struct tpm *tpm)
{
    static const TPM2_HANDLE places[] = {SRK_COMMON, SRK_OWN_FIRST};
    ESYS_TR key = ESYS_TR_NONE;

    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
        if (Esys_TR_FromTPMPublic(tpm->esys, places[i], ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE,
                                  &key) == TSS2_RC_SUCCESS)
            return key;
    return ESYS_TR_NONE;
}

enum vsc_err hierarchy_session(struct change *change, ESYS_TR *ret_session, struct problem *problem)
{
    struct tpm *tpm = &change->tpm;
    ESYS_TR session = ESYS_TR_PASSWORD, salt_key;
    enum vsc_err err;

    if (has_owner_password(change)) {
        salt_key = find_salt_key(tpm);
        err = session_start(tpm, salt_key, SESSION_HMAC, &session, NULL);
        if (err == VSC_TPM && salt_key != ESYS_TR_NONE)
            err = session_start(tpm, ESYS_TR_NONE, SESSION_HMAC, &session, problem);
        if (err == VSC_OK)
            err = tpm_set_auth(tpm, ESYS_TR_RH_OWNER, change->ownerauth, problem);
        if (err == VSC_OK)
            err = session_use(tpm, session, TPMA_SESSION_CONTINUESESSION, problem);
        if (err != VSC_OK)
            return err;
    }
    *ret_session = session;
    return VSC_OK;
}

void hierarchy_session_end(struct change *change, ESYS_TR *session)
{
    tpm_forget_auth(&change->tpm, ESYS_TR_RH_OWNER);
    if (*session != ESYS_TR_PASSWORD)
        tpm_flush(&change->tpm, session);
    *session = ESYS_TR_NONE;
}

enum vsc_err hierarchy_status(const struct change *change, TSS2_RC rc, const char *command,
                              struct problem *problem)
{
    uint32_t base = tpm_base_code(rc);

    if (base != TPM2_RC_BAD_AUTH && base != TPM2_RC_AUTH_FAIL)
        return tpm_status(&change->tpm, rc, command, problem);
    return problem_set(problem, VSC_DENIED,
                       has_owner_password(change)
                           ? "the password of the TPM's owner hierarchy is wrong"
                           : "the TPM's owner hierarchy has a password: give it with --ownerauth");
}

enum vsc_err lockout_has_password(struct tpm *tpm, bool *ret_has, struct problem *problem)
{
    TPMS_CAPABILITY_DATA *data = NULL;
    TPMI_YES_NO more;
    TSS2_RC rc = Esys_GetCapability(tpm->esys, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE,
                                    TPM2_CAP_TPM_PROPERTIES, TPM2_PT_PERMANENT, 1, &more, &data);

    if (rc != TSS2_RC_SUCCESS)
        return tpm_status(tpm, rc, "TPM2_GetCapability", problem);
    *ret_has = data->data.tpmProperties.count == 1 &&
               (data->data.tpmProperties.tpmProperty[0].value & TPMA_PERMANENT_LOCKOUTAUTHSET) != 0;
    Esys_Free(data);
    return VSC_OK;
}

enum vsc_err lockout_set_password(struct tpm *tpm, ESYS_TR hmac, const struct secret *password,
                                  struct problem *problem)
{
    TPM2B_AUTH value = {.size = (UINT16)password->len};
    bool has = true;
    enum vsc_err err;
    TSS2_RC rc;

    if (password->len == 0 || password->len > HIERARCHY_PASSWORD_MAX)
        return problem_set(problem, VSC_INPUT, "a lockout password has 1 to %d bytes",
                           HIERARCHY_PASSWORD_MAX);
    err = lockout_has_password(tpm, &has, problem);
    if (err == VSC_OK && has)
        return problem_set(problem, VSC_EXISTS,
                           "the TPM's lockout hierarchy has a password; --lockoutauth keep leaves "
                           "it as it is");
    if (err == VSC_OK)
        err = session_use(tpm, hmac, TPMA_SESSION_CONTINUESESSION | TPMA_SESSION_DECRYPT, problem);
    if (err != VSC_OK)
        return err;
    memcpy(value.buffer, password->bytes, password->len);
    rc = Esys_HierarchyChangeAuth(tpm->esys, ESYS_TR_RH_LOCKOUT, ESYS_TR_PASSWORD, hmac,
                                  ESYS_TR_NONE, &value);
    explicit_bzero(&value, sizeof value);
    tpm_forget_auth(tpm, ESYS_TR_RH_LOCKOUT);
    return tpm_status(tpm, rc, "TPM2_HierarchyChangeAuth", problem);
}

/* A session that nobody on the bus can read along with. */
static enum vsc_err open_salted(struct tpm *tpm, ESYS_TR *ret_session, struct problem *problem)
{
    ESYS_TR salt_key = find_salt_key(tpm);

    if (salt_key == ESYS_TR_NONE)
        return problem_set(problem, VSC_NO_CARD,
                           "there is no storage root key yet: make a card first, with "
                           "--lockoutauth");
    return session_start(tpm, salt_key, SESSION_HMAC, ret_session, problem);
}

enum vsc_err lockout_protect(struct tpm *tpm, const struct secret *password,
                             struct problem *problem)
{
    ESYS_TR session = ESYS_TR_NONE;
    enum vsc_err err = open_salted(tpm, &session, problem);

    if (err == VSC_OK)
        err = lockout_set_password(tpm, session, password, problem);
    tpm_flush(tpm, &session);
    return err;
}

enum vsc_err lockout_set_limits(struct tpm *tpm, const struct secret *password,
                                const struct lockout_limits *limits, struct problem *problem)
{
    ESYS_TR session = ESYS_TR_NONE;
    enum vsc_err err = VSC_OK;
    TSS2_RC rc;

    if (password->len > 0)
        err = open_salted(tpm, &session, problem);
    if (err == VSC_OK && password->len > 0)
        err = tpm_set_auth(tpm, ESYS_TR_RH_LOCKOUT, password, problem);
    if (err != VSC_OK) {
        tpm_flush(tpm, &session);
        return err;
    }
    rc = Esys_DictionaryAttackParameters(
        tpm->esys, ESYS_TR_RH_LOCKOUT, password->len > 0 ? session : ESYS_TR_PASSWORD, ESYS_TR_NONE,
        ESYS_TR_NONE, limits->tries, limits->interval, limits->recovery);
    tpm_forget_auth(tpm, ESYS_TR_RH_LOCKOUT);
    tpm_flush(tpm, &session);
    if (tpm_base_code(rc) == TPM2_RC_BAD_AUTH || tpm_base_code(rc) == TPM2_RC_AUTH_FAIL)
        return problem_set(problem, VSC_DENIED,
                           "the lockout password is wrong: the TPM takes no other one for a while");
    return tpm_status(tpm, rc, "TPM2_DictionaryAttackParameters", problem);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* The sessions of an attacker, see the header. */
#include "tests/support/tpm_attack.h"

#include <string.h>

#include "card/tpm/layout.h"

static const TPM2B_NONCE nothing;
static const TPMT_SYM_DEF no_cipher = {.algorithm = TPM2_ALG_NULL};

const char *how_name(enum how how)
{
    static const char *const names[HOW_COUNT] = {
        [HOW_PASSWORD] = "password",
        [HOW_HMAC] = "HMAC",
        [HOW_HMAC_BOUND] = "bound HMAC",
        [HOW_POLICY_EMPTY] = "empty policy",
        [HOW_POLICY_AUTH_VALUE] = "PolicyAuthValue",
        [HOW_POLICY_PASSWORD] = "PolicyPassword",
        [HOW_POLICY_AUTHORIZE] = "PolicyAuthorize",
        [HOW_POLICY_APPROVED] = "PolicyAuthorize(K)",
        [HOW_POLICY_SECRET_SELF] = "PolicySecret(target)",
        [HOW_POLICY_SECRET_OWNER] = "PolicySecret(owner)",
    };

    return names[how];
}

static TSS2_RC start(struct attack *attack, ESYS_TR bind, TPM2_SE kind, ESYS_TR *ret_session)
{
    TSS2_RC rc =
        Esys_StartAuthSession(attack->tpm.esys, ESYS_TR_NONE, bind, ESYS_TR_NONE, ESYS_TR_NONE,
                              ESYS_TR_NONE, NULL, kind, &no_cipher, TPM2_ALG_SHA256, ret_session);

    if (rc == TSS2_RC_SUCCESS)
        rc = Esys_TRSess_SetAttributes(attack->tpm.esys, *ret_session, TPMA_SESSION_CONTINUESESSION,
                                       0xFF);
    return rc;
}

static TSS2_RC policy_secret(struct attack *attack, ESYS_TR of, ESYS_TR policy, ESYS_TR session)
{
    TPM2B_TIMEOUT *timeout = NULL;
    TPMT_TK_AUTH *ticket = NULL;
    TSS2_RC rc =
        Esys_PolicySecret(attack->tpm.esys, of, policy, session, ESYS_TR_NONE, ESYS_TR_NONE,
                          &nothing, &nothing, &nothing, 0, &timeout, &ticket);

    Esys_Free(timeout);
    Esys_Free(ticket);
    return rc;
}

/* PolicyAuthorize with a ticket for a key of our own, over whatever the policy is now. */
static TSS2_RC authorize_own(struct attack *attack, ESYS_TR policy)
{
    TPM2B_DIGEST digest = {.size = TPM2_SHA256_DIGEST_SIZE};
    TPM2B_DIGEST approved = {.size = TPM2_SHA256_DIGEST_SIZE};
    static const TPMT_TK_HASHCHECK no_ticket = {.tag = TPM2_ST_HASHCHECK,
                                                .hierarchy = TPM2_RH_NULL};
    static const TPMT_SIG_SCHEME scheme = {.scheme = TPM2_ALG_ECDSA,
                                           .details.any.hashAlg = TPM2_ALG_SHA256};
    TPMT_SIGNATURE *signature = NULL;
    TPMT_TK_VERIFIED *ticket = NULL;
    TPM2B_NAME *name = NULL;
    TSS2_RC rc;

    rc = Esys_TR_GetName(attack->tpm.esys, attack->own_key, &name);
    if (rc == TSS2_RC_SUCCESS)
        rc = Esys_Sign(attack->tpm.esys, attack->own_key, ESYS_TR_PASSWORD, ESYS_TR_NONE,
                       ESYS_TR_NONE, &digest, &scheme, &no_ticket, &signature);
    if (rc == TSS2_RC_SUCCESS)
        rc = Esys_VerifySignature(attack->tpm.esys, attack->own_key, ESYS_TR_NONE, ESYS_TR_NONE,
                                  ESYS_TR_NONE, &digest, signature, &ticket);
    if (rc == TSS2_RC_SUCCESS)
        rc = Esys_PolicyAuthorize(attack->tpm.esys, policy, ESYS_TR_NONE, ESYS_TR_NONE,
                                  ESYS_TR_NONE, &approved, &nothing, name, ticket);
    Esys_Free(signature);
    Esys_Free(ticket);
    Esys_Free(name);
    return rc;
}

static TSS2_RC authorize_approved(struct attack *attack, ESYS_TR policy)
{
    struct card_names names;
    TPM2B_DIGEST approved;

    objects_names(attack->objects, &names);
    if (layout_approved(&attack->objects->pin.name, &approved) != VSC_OK)
        return TSS2_ESYS_RC_GENERAL_FAILURE;
    return Esys_PolicyAuthorize(attack->tpm.esys, policy, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE,
                                &approved, layout_pin_ref(), &names.approver,
                                &attack->objects->pin_approval.ticket);
}

static TSS2_RC fill_policy(struct attack *attack, ESYS_TR target, enum how how, ESYS_TR policy)
{
    ESYS_CONTEXT *esys = attack->tpm.esys;

    switch (how) {
    case HOW_POLICY_AUTH_VALUE:
        return Esys_PolicyAuthValue(esys, policy, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE);
    case HOW_POLICY_PASSWORD:
        return Esys_PolicyPassword(esys, policy, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE);
    case HOW_POLICY_AUTHORIZE:
        return authorize_own(attack, policy);
    case HOW_POLICY_APPROVED:
        return authorize_approved(attack, policy);
    case HOW_POLICY_SECRET_SELF:
        return policy_secret(attack, target, policy, ESYS_TR_PASSWORD);
    case HOW_POLICY_SECRET_OWNER:
        return policy_secret(attack, ESYS_TR_RH_OWNER, policy, ESYS_TR_PASSWORD);
    case HOW_PASSWORD:
    case HOW_HMAC:
    case HOW_HMAC_BOUND:
    case HOW_POLICY_EMPTY:
    case HOW_COUNT:
        break;
    }
    return TSS2_RC_SUCCESS;
}

/* Errors of PolicyOR are no matter: the session is used as it is then. */
static void finish_policy(struct attack *attack, enum then then, TPM2_CC code, ESYS_TR policy)
{
    struct card_names names;
    TPML_DIGEST branches;

    objects_names(attack->objects, &names);
    if (then == THEN_NOTHING || layout_pin_branches(&names, &branches) != VSC_OK)
        return;
    if (then == THEN_COMMAND_OR)
        (void)Esys_PolicyCommandCode(attack->tpm.esys, policy, ESYS_TR_NONE, ESYS_TR_NONE,
                                     ESYS_TR_NONE, code);
    (void)Esys_PolicyOR(attack->tpm.esys, policy, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE,
                        &branches);
}

TSS2_RC attack_guess(struct attack *attack, const struct attack_command *command, ESYS_TR target,
                     enum how how, enum then then, const struct secret *guess)
{
    ESYS_TR session = ESYS_TR_PASSWORD;
    TSS2_RC rc = TSS2_RC_SUCCESS;

    if (tpm_set_auth(&attack->tpm, target, guess, NULL) != VSC_OK)
        return TSS2_ESYS_RC_GENERAL_FAILURE;
    if (how == HOW_HMAC)
        rc = start(attack, ESYS_TR_NONE, TPM2_SE_HMAC, &session);
    else if (how == HOW_HMAC_BOUND)
        rc = start(attack, target, TPM2_SE_HMAC, &session);
    else if (how != HOW_PASSWORD)
        rc = start(attack, ESYS_TR_NONE, TPM2_SE_POLICY, &session);
    if (rc == TSS2_RC_SUCCESS)
        rc = fill_policy(attack, target, how, session);
    if (rc == TSS2_RC_SUCCESS) {
        if (how > HOW_HMAC_BOUND)
            finish_policy(attack, then, command->code, session);
        rc = command->run(attack, target, session);
    }
    if (session != ESYS_TR_PASSWORD)
        tpm_flush(&attack->tpm, &session);
    tpm_forget_auth(&attack->tpm, target);
    return rc;
}

TSS2_RC attack_sign_in(struct attack *attack, const struct secret *pin_auth)
{
    static const TPMT_TK_HASHCHECK no_ticket = {.tag = TPM2_ST_HASHCHECK,
                                                .hierarchy = TPM2_RH_NULL};
    static const TPMT_SIG_SCHEME scheme = {.scheme = TPM2_ALG_ECDSA,
                                           .details.any.hashAlg = TPM2_ALG_SHA256};
    TPM2B_DIGEST digest = {.size = TPM2_SHA256_DIGEST_SIZE};
    ESYS_TR policy = ESYS_TR_NONE;
    TPMT_SIGNATURE *signature = NULL;
    TSS2_RC rc = start(attack, ESYS_TR_NONE, TPM2_SE_POLICY, &policy);

    if (tpm_set_auth(&attack->tpm, attack->pin, pin_auth, NULL) != VSC_OK)
        rc = TSS2_ESYS_RC_GENERAL_FAILURE;
    if (rc == TSS2_RC_SUCCESS)
        rc = policy_secret(attack, attack->pin, policy, ESYS_TR_PASSWORD);
    if (rc == TSS2_RC_SUCCESS)
        rc = Esys_Sign(attack->tpm.esys, attack->key, policy, ESYS_TR_NONE, ESYS_TR_NONE, &digest,
                       &scheme, &no_ticket, &signature);
    Esys_Free(signature);
    tpm_flush(&attack->tpm, &policy);
    tpm_forget_auth(&attack->tpm, attack->pin);
    return rc;
}

TSS2_RC attack_write_by_admin(struct attack *attack, const struct secret *admin_auth)
{
    static const TPM2B_MAX_NV_BUFFER fresh = {.size = INDEX_SIZE, .buffer = {[7] = 5}};
    ESYS_TR policy = ESYS_TR_NONE;
    TSS2_RC rc = start(attack, ESYS_TR_NONE, TPM2_SE_POLICY, &policy);

    if (tpm_set_auth(&attack->tpm, attack->admin, admin_auth, NULL) != VSC_OK)
        rc = TSS2_ESYS_RC_GENERAL_FAILURE;
    if (rc == TSS2_RC_SUCCESS)
        rc = policy_secret(attack, attack->admin, policy, ESYS_TR_PASSWORD);
    if (rc == TSS2_RC_SUCCESS) {
        finish_policy(attack, THEN_COMMAND_OR, TPM2_CC_NV_Write, policy);
        rc = Esys_NV_Write(attack->tpm.esys, attack->pin, attack->pin, policy, ESYS_TR_NONE,
                           ESYS_TR_NONE, &fresh, 0);
    }
    tpm_flush(&attack->tpm, &policy);
    tpm_forget_auth(&attack->tpm, attack->admin);
    return rc;
}

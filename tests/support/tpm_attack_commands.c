/* SPDX-License-Identifier: BSD-2-Clause */
/* The commands that accept an index or a key, each with the target's authorisation. */
#include <string.h>

#include "tests/support/tpm_attack.h"

static const TPM2B_AUTH new_auth = {.size = 4, .buffer = "mine"};
static const TPM2B_MAX_NV_BUFFER full_tries = {.size = 8, .buffer = {[7] = 200}};
static const TPM2B_DATA no_data;
static const TPM2B_NONCE nothing;
static const TPM2B_DIGEST digest = {.size = TPM2_SHA256_DIGEST_SIZE};
static const TPMT_SIG_SCHEME ecdsa = {.scheme = TPM2_ALG_ECDSA,
                                      .details.any.hashAlg = TPM2_ALG_SHA256};

#define NONE3             ESYS_TR_NONE, ESYS_TR_NONE
#define SESSIONS(session) (session), ESYS_TR_NONE, ESYS_TR_NONE

static TSS2_RC change_auth(struct attack *attack, ESYS_TR target, ESYS_TR session)
{
    return Esys_NV_ChangeAuth(attack->tpm.esys, target, SESSIONS(session), &new_auth);
}

static TSS2_RC nv_write(struct attack *attack, ESYS_TR target, ESYS_TR session)
{
    return Esys_NV_Write(attack->tpm.esys, target, target, SESSIONS(session), &full_tries, 0);
}

static TSS2_RC nv_write_owner(struct attack *attack, ESYS_TR target, ESYS_TR session)
{
    (void)session;
    return Esys_NV_Write(attack->tpm.esys, ESYS_TR_RH_OWNER, target, SESSIONS(ESYS_TR_PASSWORD),
                         &full_tries, 0);
}

static TSS2_RC nv_increment(struct attack *attack, ESYS_TR target, ESYS_TR session)
{
    return Esys_NV_Increment(attack->tpm.esys, target, target, SESSIONS(session));
}

static TSS2_RC nv_set_bits(struct attack *attack, ESYS_TR target, ESYS_TR session)
{
    return Esys_NV_SetBits(attack->tpm.esys, target, target, SESSIONS(session), 1);
}

static TSS2_RC nv_extend(struct attack *attack, ESYS_TR target, ESYS_TR session)
{
    return Esys_NV_Extend(attack->tpm.esys, target, target, SESSIONS(session), &full_tries);
}

static TSS2_RC nv_write_lock(struct attack *attack, ESYS_TR target, ESYS_TR session)
{
    return Esys_NV_WriteLock(attack->tpm.esys, target, target, SESSIONS(session));
}

static TSS2_RC nv_read_lock(struct attack *attack, ESYS_TR target, ESYS_TR session)
{
    return Esys_NV_ReadLock(attack->tpm.esys, target, target, SESSIONS(session));
}

static TSS2_RC nv_read(struct attack *attack, ESYS_TR target, ESYS_TR session)
{
    TPM2B_MAX_NV_BUFFER *data = NULL;
    TSS2_RC rc =
        Esys_NV_Read(attack->tpm.esys, target, target, SESSIONS(session), INDEX_SIZE, 0, &data);

    Esys_Free(data);
    return rc;
}

static TSS2_RC nv_certify(struct attack *attack, ESYS_TR target, ESYS_TR session)
{
    TPM2B_ATTEST *attest = NULL;
    TPMT_SIGNATURE *signature = NULL;
    TSS2_RC rc = Esys_NV_Certify(attack->tpm.esys, attack->own_key, target, target,
                                 ESYS_TR_PASSWORD, session, ESYS_TR_NONE, &no_data, &ecdsa,
                                 INDEX_SIZE, 0, &attest, &signature);

    Esys_Free(attest);
    Esys_Free(signature);
    return rc;
}

static TSS2_RC in_policy(struct attack *attack, ESYS_TR *ret_policy)
{
    static const TPMT_SYM_DEF no_cipher = {.algorithm = TPM2_ALG_NULL};

    return Esys_StartAuthSession(attack->tpm.esys, ESYS_TR_NONE, ESYS_TR_NONE, NONE3, ESYS_TR_NONE,
                                 NULL, TPM2_SE_POLICY, &no_cipher, TPM2_ALG_SHA256, ret_policy);
}

static TSS2_RC policy_nv(struct attack *attack, ESYS_TR target, ESYS_TR session)
{
    static const TPM2B_OPERAND operand = {.size = INDEX_SIZE};
    ESYS_TR policy = ESYS_TR_NONE;
    TSS2_RC rc = in_policy(attack, &policy);

    if (rc == TSS2_RC_SUCCESS)
        rc = Esys_PolicyNV(attack->tpm.esys, target, target, policy, SESSIONS(session), &operand, 0,
                           TPM2_EO_UNSIGNED_GE);
    tpm_flush(&attack->tpm, &policy);
    return rc;
}

static TSS2_RC policy_secret(struct attack *attack, ESYS_TR target, ESYS_TR session)
{
    TPM2B_TIMEOUT *timeout = NULL;
    TPMT_TK_AUTH *ticket = NULL;
    ESYS_TR policy = ESYS_TR_NONE;
    TSS2_RC rc = in_policy(attack, &policy);

    if (rc == TSS2_RC_SUCCESS)
        rc = Esys_PolicySecret(attack->tpm.esys, target, policy, SESSIONS(session), &nothing,
                               &nothing, &nothing, 0, &timeout, &ticket);
    Esys_Free(timeout);
    Esys_Free(ticket);
    tpm_flush(&attack->tpm, &policy);
    return rc;
}

/* The target's session in a command that is not about the target: does its HMAC tell anything? */
static TSS2_RC bystander(struct attack *attack, ESYS_TR target, ESYS_TR session)
{
    TPM2B_DIGEST *bytes = NULL;
    TSS2_RC rc;

    (void)target;
    if (session == ESYS_TR_PASSWORD)
        return TSS2_ESYS_RC_BAD_VALUE;
    rc = Esys_GetRandom(attack->tpm.esys, SESSIONS(session), 4, &bytes);
    Esys_Free(bytes);
    return rc;
}

/* The same, authorising something else whose authValue is known. */
static TSS2_RC other_entity(struct attack *attack, ESYS_TR target, ESYS_TR session)
{
    TPM2B_MAX_NV_BUFFER *data = NULL;
    TSS2_RC rc;

    if (session == ESYS_TR_PASSWORD)
        return TSS2_ESYS_RC_BAD_VALUE;
    rc = Esys_NV_Read(attack->tpm.esys, ESYS_TR_RH_OWNER, target, SESSIONS(session), INDEX_SIZE, 0,
                      &data);
    Esys_Free(data);
    return rc;
}

const struct attack_command index_commands[] = {
    {"NV_ChangeAuth", TPM2_CC_NV_ChangeAuth, change_auth},
    {"NV_Write", TPM2_CC_NV_Write, nv_write},
    {"NV_Write by the owner", TPM2_CC_NV_Write, nv_write_owner},
    {"NV_Increment", TPM2_CC_NV_Increment, nv_increment},
    {"NV_SetBits", TPM2_CC_NV_SetBits, nv_set_bits},
    {"NV_Extend", TPM2_CC_NV_Extend, nv_extend},
    {"NV_WriteLock", TPM2_CC_NV_WriteLock, nv_write_lock},
    {"NV_ReadLock", TPM2_CC_NV_ReadLock, nv_read_lock},
    {"NV_Read", TPM2_CC_NV_Read, nv_read},
    {"NV_Certify", TPM2_CC_NV_Certify, nv_certify},
    {"PolicyNV", TPM2_CC_PolicyNV, policy_nv},
    {"PolicySecret", TPM2_CC_PolicySecret, policy_secret},
    {"GetRandom beside", TPM2_CC_GetRandom, bystander},
    {"NV_Read by the owner", TPM2_CC_NV_Read, other_entity},
};
const size_t index_command_count = sizeof index_commands / sizeof index_commands[0];

static TSS2_RC key_sign(struct attack *attack, ESYS_TR target, ESYS_TR session)
{
    static const TPMT_TK_HASHCHECK no_ticket = {.tag = TPM2_ST_HASHCHECK,
                                                .hierarchy = TPM2_RH_NULL};
    TPMT_SIGNATURE *signature = NULL;
    TSS2_RC rc = Esys_Sign(attack->tpm.esys, target, SESSIONS(session), &digest, &ecdsa, &no_ticket,
                           &signature);

    Esys_Free(signature);
    return rc;
}

static TSS2_RC key_change_auth(struct attack *attack, ESYS_TR target, ESYS_TR session)
{
    TPM2B_PRIVATE *private = NULL;
    TSS2_RC rc = Esys_ObjectChangeAuth(attack->tpm.esys, target, attack->srk, SESSIONS(session),
                                       &new_auth, &private);

    Esys_Free(private);
    return rc;
}

static TSS2_RC key_certifies(struct attack *attack, ESYS_TR target, ESYS_TR session)
{
    TPM2B_ATTEST *attest = NULL;
    TPMT_SIGNATURE *signature = NULL;
    TSS2_RC rc = Esys_Certify(attack->tpm.esys, attack->own_key, target, ESYS_TR_PASSWORD, session,
                              ESYS_TR_NONE, &no_data, &ecdsa, &attest, &signature);

    Esys_Free(attest);
    Esys_Free(signature);
    return rc;
}

static TSS2_RC key_is_certified(struct attack *attack, ESYS_TR target, ESYS_TR session)
{
    TPM2B_ATTEST *attest = NULL;
    TPMT_SIGNATURE *signature = NULL;
    TSS2_RC rc = Esys_Certify(attack->tpm.esys, target, attack->own_key, session, ESYS_TR_PASSWORD,
                              ESYS_TR_NONE, &no_data, &ecdsa, &attest, &signature);

    Esys_Free(attest);
    Esys_Free(signature);
    return rc;
}

static TSS2_RC key_quote(struct attack *attack, ESYS_TR target, ESYS_TR session)
{
    static const TPML_PCR_SELECTION no_pcr;
    TPM2B_ATTEST *attest = NULL;
    TPMT_SIGNATURE *signature = NULL;
    TSS2_RC rc = Esys_Quote(attack->tpm.esys, target, SESSIONS(session), &no_data, &ecdsa, &no_pcr,
                            &attest, &signature);

    Esys_Free(attest);
    Esys_Free(signature);
    return rc;
}

static TSS2_RC key_duplicate(struct attack *attack, ESYS_TR target, ESYS_TR session)
{
    static const TPMT_SYM_DEF_OBJECT none = {.algorithm = TPM2_ALG_NULL};
    TPM2B_DATA *key = NULL;
    TPM2B_PRIVATE *private = NULL;
    TPM2B_ENCRYPTED_SECRET *secret = NULL;
    TSS2_RC rc = Esys_Duplicate(attack->tpm.esys, target, ESYS_TR_RH_NULL, SESSIONS(session), NULL,
                                &none, &key, &private, &secret);

    Esys_Free(key);
    Esys_Free(private);
    Esys_Free(secret);
    return rc;
}

const struct attack_command key_commands[] = {
    {"Sign", TPM2_CC_Sign, key_sign},
    {"ObjectChangeAuth", TPM2_CC_ObjectChangeAuth, key_change_auth},
    {"Certify as the object", TPM2_CC_Certify, key_certifies},
    {"Certify as the signer", TPM2_CC_Certify, key_is_certified},
    {"Quote", TPM2_CC_Quote, key_quote},
    {"Duplicate", TPM2_CC_Duplicate, key_duplicate},
    {"PolicySecret", TPM2_CC_PolicySecret, policy_secret},
};
const size_t key_command_count = sizeof key_commands / sizeof key_commands[0];

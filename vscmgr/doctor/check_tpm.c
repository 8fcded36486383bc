/* SPDX-License-Identifier: BSD-2-Clause */
/* The TPM itself: is it there, has it what cards need, and how does it keep off guessing. */
#include <string.h>

#include "vscmgr/doctor/capability.h"
#include "vscmgr/doctor/check_tpm.h"

#define DOCTOR_TPM_MS   60000
#define REVISION_PIN    138 /* the specification's revision (1.38) that brought PIN fail indices */
#define NV_ENOUGH       2 /* objects beyond those that it keeps room for; a card's indices take one */
#define SLOTS_ENOUGH    1
#define TRIES_LAX       100
#define TRIES_STRICT    10
#define RECOVERY_LAX    10 /* seconds in which a wrong try is forgotten */
#define RECOVERY_STRICT 7200

static const struct {
    TPM2_CAP what;
    uint32_t which;
    const char *name;
} needs[] = {
    {TPM2_CAP_ALGS, TPM2_ALG_RSA, "RSA"},
    {TPM2_CAP_ALGS, TPM2_ALG_ECC, "ECC"},
    {TPM2_CAP_ECC_CURVES, TPM2_ECC_NIST_P256, "P-256"},
    {TPM2_CAP_ALGS, TPM2_ALG_SHA256, "SHA-256"},
    {TPM2_CAP_ALGS, TPM2_ALG_KEYEDHASH, "keyed hashes"},
    {TPM2_CAP_ALGS, TPM2_ALG_HMAC, "HMAC"},
    {TPM2_CAP_ALGS, TPM2_ALG_RSASSA, "RSASSA"},
    {TPM2_CAP_ALGS, TPM2_ALG_ECDSA, "ECDSA"},
    {TPM2_CAP_ALGS, TPM2_ALG_AES, "AES"},
    {TPM2_CAP_ALGS, TPM2_ALG_CFB, "CFB"},
    {TPM2_CAP_COMMANDS, TPM2_CC_PolicyAuthorize, "TPM2_PolicyAuthorize"},
    {TPM2_CAP_COMMANDS, TPM2_CC_PolicySigned, "TPM2_PolicySigned"},
    {TPM2_CAP_COMMANDS, TPM2_CC_NV_ChangeAuth, "TPM2_NV_ChangeAuth"},
    {TPM2_CAP_COMMANDS, TPM2_CC_CertifyCreation, "TPM2_CertifyCreation"},
};

static void check_needs(struct doctor *doctor)
{
    for (size_t i = 0; i < sizeof(needs) / sizeof(needs[0]); i++) {
        bool has = false;

        if (capability_has(&doctor->tpm, needs[i].what, needs[i].which, &has, NULL) != VSC_OK ||
            !has)
            doctor_find(doctor, FINDING_TPM_ALGORITHM, NULL, "%s", needs[i].name);
    }
}

/* False: there is no TPM to go on with. */
static bool connect_tpm(struct doctor *doctor, struct tpm_said *said)
{
    struct problem problem = {""};
    uint32_t revision = 0;
    enum vsc_err err;

    doctor->tpm.deadline = deadline_in(DOCTOR_TPM_MS);
    err = tpm_open(&doctor->tpm, doctor->conf->card.tcti, &problem);
    if (err == VSC_OK)
        err = capability_property(&doctor->tpm, TPM2_PT_REVISION, &revision, &problem);
    if (err == VSC_OK)
        err = tpm_said_read(&doctor->tpm, said, &problem);
    doctor->has_tpm = err == VSC_OK;
    if (err == VSC_OK)
        return true;
    tpm_close(&doctor->tpm);
    /* TPM2_RC_INITIALIZE: the firmware has not started it. */
    doctor_find(doctor,
                strstr(problem.text, "0x100)") != NULL ? FINDING_TPM_DISABLED : FINDING_TPM_MISSING,
                NULL, "%s: %s", doctor->conf->card.tcti, problem.text);
    return false;
}

enum vsc_err tpm_said_read(struct tpm *tpm, struct tpm_said *ret_said, struct problem *problem)
{
    const struct {
        TPM2_PT property;
        uint32_t *to;
    } wanted[] = {
        {TPM2_PT_REVISION, &ret_said->revision},
        {TPM2_PT_PERMANENT, &ret_said->permanent},
        {TPM2_PT_STARTUP_CLEAR, &ret_said->startup},
        {TPM2_PT_HR_PERSISTENT_AVAIL, &ret_said->persistent_free},
        {TPM2_PT_HR_PERSISTENT_MIN, &ret_said->persistent_min},
        {TPM2_PT_HR_TRANSIENT_AVAIL, &ret_said->transient_free},
        {TPM2_PT_HR_ACTIVE_AVAIL, &ret_said->sessions_free},
        {TPM2_PT_MAX_AUTH_FAIL, &ret_said->tries},
        {TPM2_PT_LOCKOUT_INTERVAL, &ret_said->interval},
    };
    enum vsc_err err = VSC_OK;

    for (size_t i = 0; err == VSC_OK && i < sizeof(wanted) / sizeof(wanted[0]); i++)
        err = capability_property(tpm, wanted[i].property, wanted[i].to, problem);
    return err;
}

void tpm_said_judge(struct doctor *doctor, const struct tpm_said *said)
{
    if ((said->startup & TPMA_STARTUP_CLEAR_SHENABLE) == 0)
        doctor_find(doctor, FINDING_TPM_DISABLED, NULL, "the owner hierarchy is off");
    if (said->revision < REVISION_PIN)
        doctor_find(doctor, FINDING_TPM_NO_COUNTER, NULL, "revision %u.%02u", said->revision / 100,
                    said->revision % 100);
    if ((said->permanent & TPMA_PERMANENT_LOCKOUTAUTHSET) == 0)
        doctor_find(doctor, FINDING_LOCKOUT_OPEN, NULL, NULL);
    if (said->tries > TRIES_LAX || said->interval < RECOVERY_LAX)
        doctor_find(doctor, FINDING_DA_LAX, NULL, "%u tries, one forgotten in %u s", said->tries,
                    said->interval);
    else if (said->tries < TRIES_STRICT || said->interval > RECOVERY_STRICT)
        doctor_find(doctor, FINDING_DA_STRICT, NULL, "%u tries, one forgotten in %u s", said->tries,
                    said->interval);
    if ((said->permanent & TPMA_PERMANENT_INLOCKOUT) != 0)
        doctor_find(doctor, FINDING_TPM_LOCKED, NULL, "one try more in at most %u s",
                    said->interval);
    /* No NV index is defined at the cost of the room for the persistent objects it promises. */
    if (said->persistent_free < said->persistent_min + NV_ENOUGH)
        doctor_find(doctor, FINDING_NV_SPACE, NULL, "room for %u objects, of which it keeps %u",
                    said->persistent_free, said->persistent_min);
    if (said->transient_free < SLOTS_ENOUGH || said->sessions_free < SLOTS_ENOUGH)
        doctor_find(doctor, FINDING_HANDLE_SPACE, NULL, "%u objects, %u sessions",
                    said->transient_free, said->sessions_free);
}

void check_tpm(struct doctor *doctor)
{
    struct tpm_said said;

    if (doctor->conf == NULL || !connect_tpm(doctor, &said))
        return;
    check_needs(doctor);
    tpm_said_judge(doctor, &said);
}

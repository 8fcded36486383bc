/* SPDX-License-Identifier: BSD-2-Clause */
/* The policies and public areas of a card's indices and keys, see the header. */
#include "card/tpm/layout.h"

#include <string.h>

#include "card/tpm/policy.h"

#define NV_TYPE(type) ((TPMA_NV)((type) << TPMA_NV_TPM2_NT_SHIFT))
#define ADMIN_ATTRIBUTES                                                                           \
    (TPMA_NV_AUTHREAD | TPMA_NV_POLICYWRITE | TPMA_NV_NO_DA | NV_TYPE(TPM2_NT_ORDINARY))
/*
 * ownerread saves three commands before each prompt where the owner password is empty, and tells
 * nobody more than the branch CC(NV_Read) does. Never ownerwrite: the owner could reset the count.
 */
#define PIN_ATTRIBUTES                                                                             \
    (TPMA_NV_AUTHREAD | TPMA_NV_OWNERREAD | TPMA_NV_POLICYREAD | TPMA_NV_POLICYWRITE |             \
     TPMA_NV_NO_DA | NV_TYPE(TPM2_NT_PIN_FAIL))

/* Close the branch under construction with a command code (0: none), and begin the next. */
static void branch(struct policy *policy, TPM2_CC command, TPML_DIGEST *branches)
{
    if (command != 0)
        policy_command(policy, command);
    branches->digests[branches->count++] = policy->digest;
    policy->digest = (TPM2B_DIGEST){.size = TPM2_SHA256_DIGEST_SIZE};
}

static enum vsc_err finish(const struct policy *policy, const TPML_DIGEST *branches,
                           TPML_DIGEST *ret_branches)
{
    if (policy->fault)
        return VSC_MEMORY;
    *ret_branches = *branches;
    return VSC_OK;
}

enum vsc_err layout_admin_branches(const struct card_names *names, TPML_DIGEST *ret_branches)
{
    TPML_DIGEST branches = {0};
    struct policy policy;

    policy_begin(&policy);
    policy_signed(&policy, &names->approver, NULL);
    branch(&policy, TPM2_CC_NV_Write, &branches);
    policy_auth_value(&policy);
    branch(&policy, TPM2_CC_NV_ChangeAuth, &branches);
    return finish(&policy, &branches, ret_branches);
}

/* The four branches that P and U have in common. */
static void pin_fail_branches(struct policy *policy, const struct card_names *names,
                              const TPM2B_NONCE *ref, TPML_DIGEST *branches)
{
    policy_secret(policy, &names->admin, NULL);
    branch(policy, TPM2_CC_NV_Write, branches);
    policy_secret(policy, &names->admin, NULL);
    branch(policy, TPM2_CC_NV_ChangeAuth, branches);
    policy_authorize(policy, &names->approver, ref);
    branch(policy, 0, branches);
    branch(policy, TPM2_CC_NV_Read, branches);
}

enum vsc_err layout_puk_branches(const struct card_names *names, TPML_DIGEST *ret_branches)
{
    TPML_DIGEST branches = {0};
    struct policy policy;

    policy_begin(&policy);
    pin_fail_branches(&policy, names, layout_puk_ref(), &branches);
    return finish(&policy, &branches, ret_branches);
}

enum vsc_err layout_pin_branches(const struct card_names *names, TPML_DIGEST *ret_branches)
{
    TPML_DIGEST branches = {0};
    struct policy policy;

    policy_begin(&policy);
    pin_fail_branches(&policy, names, layout_pin_ref(), &branches);
    if (names->puk.size > 0) {
        policy_secret(&policy, &names->puk, NULL);
        branch(&policy, TPM2_CC_NV_Write, &branches);
        policy_secret(&policy, &names->puk, NULL);
        branch(&policy, TPM2_CC_NV_ChangeAuth, &branches);
    }
    if (names->helpdesk.size > 0) {
        policy_signed(&policy, &names->helpdesk, &names->serial);
        branch(&policy, TPM2_CC_NV_Write, &branches);
        policy_signed(&policy, &names->helpdesk, &names->serial);
        branch(&policy, TPM2_CC_NV_ChangeAuth, &branches);
    }
    return finish(&policy, &branches, ret_branches);
}

enum vsc_err layout_area(enum layout_index what, TPM2_HANDLE handle, const TPML_DIGEST *branches,
                         TPMS_NV_PUBLIC *ret_area)
{
    struct policy policy;
    TPMS_NV_PUBLIC area = {
        .nvIndex = handle,
        .nameAlg = TPM2_ALG_SHA256,
        .attributes = what == LAYOUT_ADMIN ? ADMIN_ATTRIBUTES : PIN_ATTRIBUTES,
        .dataSize = INDEX_SIZE,
    };
    enum vsc_err err;

    policy_begin(&policy);
    policy_or(&policy, branches);
    err = policy_end(&policy, &area.authPolicy);
    if (err == VSC_OK)
        *ret_area = area;
    return err;
}

enum vsc_err layout_key_policy(const TPM2B_NAME *gate, TPM2B_DIGEST *ret_policy)
{
    struct policy policy;

    policy_begin(&policy);
    policy_secret(&policy, gate, NULL);
    return policy_end(&policy, ret_policy);
}

enum vsc_err layout_approved(const TPM2B_NAME *index, TPM2B_DIGEST *ret_policy)
{
    struct policy policy;

    policy_begin(&policy);
    policy_secret(&policy, index, NULL);
    policy_command(&policy, TPM2_CC_NV_ChangeAuth);
    return policy_end(&policy, ret_policy);
}

const TPM2B_NONCE *layout_pin_ref(void)
{
    static const TPM2B_NONCE ref = {.size = 3, .buffer = "pin"};

    return &ref;
}

const TPM2B_NONCE *layout_puk_ref(void)
{
    static const TPM2B_NONCE ref = {.size = 3, .buffer = "puk"};

    return &ref;
}

static bool area_fits(enum layout_index what, const TPMS_NV_PUBLIC *area,
                      const TPML_DIGEST *branches)
{
    TPMS_NV_PUBLIC wanted;
    TPM2B_NAME wanted_name, name;

    if (layout_area(what, area->nvIndex, branches, &wanted) != VSC_OK)
        return false;
    wanted.attributes |= TPMA_NV_WRITTEN;
    return name_of_index(&wanted, &wanted_name) == VSC_OK && name_of_index(area, &name) == VSC_OK &&
           wanted_name.size == name.size && memcmp(wanted_name.name, name.name, name.size) == 0;
}

enum vsc_err layout_check(const struct objects *objects)
{
    struct card_names names;
    TPML_DIGEST branches;

    objects_names(objects, &names);
    if (layout_admin_branches(&names, &branches) != VSC_OK ||
        !area_fits(LAYOUT_ADMIN, &objects->admin.area.nvPublic, &branches))
        return VSC_STORE;
    if (objects->has_puk && (layout_puk_branches(&names, &branches) != VSC_OK ||
                             !area_fits(LAYOUT_PIN, &objects->puk.area.nvPublic, &branches)))
        return VSC_STORE;
    if (layout_pin_branches(&names, &branches) != VSC_OK ||
        !area_fits(LAYOUT_PIN, &objects->pin.area.nvPublic, &branches))
        return VSC_STORE;
    return VSC_OK;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The policies of a card, in the order of their branches (tpm-card, "The objects of a card"). No
 * policy of an index of type PIN fail holds PolicyAuthValue or PolicyPassword: in a policy session
 * the TPM does not look at pinLimit. Changing the PIN by the PIN goes through PolicyAuthorize(K).
 */
#ifndef VSC_CARD_TPM_LAYOUT_H
#define VSC_CARD_TPM_LAYOUT_H

#include <tss2/tss2_tpm2_types.h>

#include "card/tpm/objects.h"
#include "common/err.h"

must_check enum vsc_err layout_admin_branches(const struct card_names *names,
                                              TPML_DIGEST *ret_branches);
must_check enum vsc_err layout_puk_branches(const struct card_names *names,
                                            TPML_DIGEST *ret_branches);
must_check enum vsc_err layout_pin_branches(const struct card_names *names,
                                            TPML_DIGEST *ret_branches);

enum layout_index {
    LAYOUT_ADMIN,
    LAYOUT_PIN, /* and the PUK */
};

/* The public area of an index before its first write, with the policy OR(branches). */
must_check enum vsc_err layout_area(enum layout_index what, TPM2_HANDLE handle,
                                    const TPML_DIGEST *branches, TPMS_NV_PUBLIC *ret_area);
/* The one branch of a card's keys: PolicySecret of P. */
must_check enum vsc_err layout_key_policy(const TPM2B_NAME *gate, TPM2B_DIGEST *ret_policy);
/* What K approves for an index: PolicySecret(index)+CC(NV_ChangeAuth). */
must_check enum vsc_err layout_approved(const TPM2B_NAME *index, TPM2B_DIGEST *ret_policy);
/* "pin" and "puk": with equal ones an approval for the one would serve the other. */
const TPM2B_NONCE *layout_pin_ref(void);
const TPM2B_NONCE *layout_puk_ref(void);

/* VSC_OK if the indices' attributes and policies are what this layout makes of the objects. */
must_check enum vsc_err layout_check(const struct objects *objects);

/* The attributes of a card's keys. */
#define LAYOUT_KEY_ATTRIBUTES                                                                      \
    (TPMA_OBJECT_SIGN_ENCRYPT | TPMA_OBJECT_FIXEDTPM | TPMA_OBJECT_FIXEDPARENT |                   \
     TPMA_OBJECT_SENSITIVEDATAORIGIN | TPMA_OBJECT_ADMINWITHPOLICY | TPMA_OBJECT_NODA)

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Somebody with the TPM, all files of a card and the owner's authorisation, who tries PINs: every
 * command that accepts an index or key, with every kind of session.
 */
#ifndef VSC_TESTS_SUPPORT_TPM_ATTACK_H
#define VSC_TESTS_SUPPORT_TPM_ATTACK_H

#include <tss2/tss2_esys.h>

#include "card/tpm/objects.h"
#include "card/tpm/tpm.h"

/* How the target (an index or a key) is authorised. */
enum how {
    HOW_PASSWORD,
    HOW_HMAC,
    HOW_HMAC_BOUND,          /* a session bound to the target: the guess is in its session key */
    HOW_POLICY_EMPTY,        /* a policy session without any policy command */
    HOW_POLICY_AUTH_VALUE,   /* + PolicyAuthValue: the authValue in a policy session */
    HOW_POLICY_PASSWORD,     /* + PolicyPassword */
    HOW_POLICY_AUTHORIZE,    /* + PolicyAuthorize by a key of the attacker's */
    HOW_POLICY_APPROVED,     /* + PolicyAuthorize(K) with the card's own approval, no PIN proven */
    HOW_POLICY_SECRET_SELF,  /* + PolicySecret of the target itself with the guess */
    HOW_POLICY_SECRET_OWNER, /* + PolicySecret of the owner hierarchy */
    HOW_COUNT,
};
const char *how_name(enum how how);

/* What is done after the policy command, before the session is used. */
enum then {
    THEN_NOTHING,
    THEN_OR,         /* PolicyOR with the branches of P */
    THEN_COMMAND_OR, /* PolicyCommandCode of the command, then PolicyOR */
    THEN_COUNT,
};

struct attack {
    struct tpm tpm;
    const struct objects *objects;
    ESYS_TR srk, pin, admin; /* the card's */
    ESYS_TR key;             /* the card's key, loaded */
    ESYS_TR own_key;         /* a signing key of the attacker's, without authorisation */
};

struct attack_command {
    const char *name;
    TPM2_CC code;
    /* Run it on `target`, authorised by `session`. */
    TSS2_RC (*run)(struct attack *attack, ESYS_TR target, ESYS_TR session);
};

extern const struct attack_command index_commands[];
extern const size_t index_command_count;
extern const struct attack_command key_commands[];
extern const size_t key_command_count;

/* One guess: set the target's authValue, open the session, run the command, clean up. */
TSS2_RC attack_guess(struct attack *attack, const struct attack_command *command, ESYS_TR target,
                     enum how how, enum then then, const struct secret *guess);
/* PolicySecret(P) by HMAC with the PIN's authValue, then Sign: what a sign-in does. */
TSS2_RC attack_sign_in(struct attack *attack, const struct secret *pin_auth);
/* PolicySecret(A) with this authValue, then NV_Write of a fresh counter to P: what only the
 * administrator may. */
TSS2_RC attack_write_by_admin(struct attack *attack, const struct secret *admin_auth);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a sign-in hands on: the PAM environment for the session, and as PAM data the certificate for
 * acct_mgmt. sshd loses PAM data between authentication and session, so the environment alone must
 * do; whoever can write it can only add a check.
 */
#ifndef VSC_PAM_VSC_RECORD_H
#define VSC_PAM_VSC_RECORD_H

#include <security/pam_modules.h>

#include "common/wire_card.h"
#include "common/wire_check.h"
#include "pam_vsc/call.h"

#define ENV_CARD   "VSC_CARD"
#define ENV_UPN    "VSC_UPN"
#define ENV_ISSUER "PKCS11_LOGIN_CERT_ISSUER"
#define ENV_SERIAL "PKCS11_LOGIN_CERT_SERIAL"
/* These two never for a virtual card: GNOME, and vsc-removal, act on the card's removal. */
#define ENV_TOKEN    "PKCS11_LOGIN_TOKEN_NAME"
#define ENV_TOKEN_ID "VSC_TOKEN_ID"

#define RECORD_DATA  "pam_vsc"

struct record {
    char user[USER_NAME_SIZE];    /* PAM_USER */
    char account[USER_NAME_SIZE]; /* whom the proof was accepted for */
    uid_t account_uid;
    char card[CARD_NAME_SIZE];
    char token_id[CARD_ID_SIZE];                           /* "" for a virtual card */
    char issuer[CERT_TEXT_SIZE], serial[CERT_SERIAL_SIZE]; /* of the certificate */
    bool must_change;            /* its PIN had to be changed, and was not */
    struct der chain[CHAIN_MAX]; /* owned */
    size_t chain_len;
};

/* Hand on what call->chosen and call->verdict say. ENDING_MEMORY, and nothing handed on, if not. */
must_check enum ending record_write(const struct call *call);
/* Take back what an earlier sign-in of this handle left: it says nothing of the next one. */
void record_forget(pam_handle_t *pamh);
/* The record of this PAM handle; NULL where it was not signed in by us, or PAM lost its data. */
const struct record *record_read(pam_handle_t *pamh);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How a call of the module ended, and what PAM is told: the only place that knows PAM's codes.
 * One table for the three functions that judge. In the column of pam_authenticate exactly one
 * ending is PAM_SUCCESS, and none is PAM_IGNORE (CVE-2025-23013, CVE-2025-24531).
 */
#ifndef VSC_PAM_VSC_RESULT_H
#define VSC_PAM_VSC_RESULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <security/pam_modules.h>

#include "common/err.h"
#include "common/reason.h"

/* name, authenticate, acct_mgmt, chauthtok, result= and code= in the log */
#define VSC_ENDINGS(X)                                                                             \
    X(NOT_YET, PAM_SERVICE_ERR, PAM_SERVICE_ERR, PAM_SERVICE_ERR, "error", "internal")             \
    X(ACCEPTED, PAM_SUCCESS, PAM_SERVICE_ERR, PAM_SERVICE_ERR, "success", "accepted")              \
    X(STILL_GOOD, PAM_SERVICE_ERR, PAM_SUCCESS, PAM_SERVICE_ERR, "success", "still-good")          \
    X(MUST_CHANGE, PAM_AUTH_ERR, PAM_NEW_AUTHTOK_REQD, PAM_SERVICE_ERR, "refused", "must-change")  \
    X(CHANGED, PAM_SERVICE_ERR, PAM_SERVICE_ERR, PAM_SUCCESS, "success", "changed")                \
    X(CAN_CHANGE, PAM_SERVICE_ERR, PAM_SERVICE_ERR, PAM_SUCCESS, "success", "can-change")          \
    X(NOT_OURS, PAM_SERVICE_ERR, PAM_IGNORE, PAM_SERVICE_ERR, "unavailable", "not-ours")           \
    X(NO_CARD, PAM_AUTHINFO_UNAVAIL, PAM_PERM_DENIED, PAM_AUTHINFO_UNAVAIL, "unavailable",         \
      "no-card")                                                                                   \
    X(NO_CERTIFICATE, PAM_AUTHINFO_UNAVAIL, PAM_PERM_DENIED, PAM_AUTHINFO_UNAVAIL, "unavailable",  \
      "no-certificate")                                                                            \
    X(NOT_ALLOWED, PAM_AUTHINFO_UNAVAIL, PAM_PERM_DENIED, PAM_AUTHINFO_UNAVAIL, "unavailable",     \
      "not-allowed")                                                                               \
    X(DECLINED, PAM_AUTHINFO_UNAVAIL, PAM_PERM_DENIED, PAM_AUTHINFO_UNAVAIL, "unavailable",        \
      "declined")                                                                                  \
    X(NOT_EXPIRED, PAM_SERVICE_ERR, PAM_SERVICE_ERR, PAM_AUTHINFO_UNAVAIL, "unavailable",          \
      "not-expired")                                                                               \
    X(NO_CHOICE, PAM_AUTHINFO_UNAVAIL, PAM_PERM_DENIED, PAM_AUTHINFO_UNAVAIL, "unavailable",       \
      "no-choice")                                                                                 \
    X(NOT_A_PIN, PAM_AUTHINFO_UNAVAIL, PAM_PERM_DENIED, PAM_AUTHINFO_UNAVAIL, "unavailable",       \
      "not-a-pin")                                                                                 \
    X(RESERVED, PAM_AUTHINFO_UNAVAIL, PAM_PERM_DENIED, PAM_AUTHINFO_UNAVAIL, "unavailable",        \
      "reserved")                                                                                  \
    X(HELPER, PAM_AUTHINFO_UNAVAIL, PAM_PERM_DENIED, PAM_AUTHINFO_UNAVAIL, "unavailable",          \
      "helper")                                                                                    \
    X(TPM, PAM_AUTHINFO_UNAVAIL, PAM_PERM_DENIED, PAM_AUTHINFO_UNAVAIL, "unavailable", "tpm")      \
    X(DEADLINE, PAM_AUTHINFO_UNAVAIL, PAM_PERM_DENIED, PAM_AUTHINFO_UNAVAIL, "unavailable",        \
      "deadline")                                                                                  \
    X(REFUSED, PAM_CRED_INSUFFICIENT, PAM_PERM_DENIED, PAM_PERM_DENIED, "refused", "refused")      \
    X(LAPSED, PAM_CRED_INSUFFICIENT, PAM_ACCT_EXPIRED, PAM_PERM_DENIED, "refused", "lapsed")       \
    X(CLOSED, PAM_AUTH_ERR, PAM_PERM_DENIED, PAM_PERM_DENIED, "refused", "lapsed")                 \
    X(WRONG_PIN, PAM_AUTH_ERR, PAM_PERM_DENIED, PAM_AUTH_ERR, "refused", "wrong-pin")              \
    X(WRONG_PUK, PAM_AUTH_ERR, PAM_PERM_DENIED, PAM_AUTH_ERR, "refused", "wrong-puk")              \
    X(PROOF, PAM_AUTH_ERR, PAM_PERM_DENIED, PAM_AUTH_ERR, "refused", "proof-failed")               \
    X(ABORTED, PAM_AUTH_ERR, PAM_PERM_DENIED, PAM_AUTH_ERR, "refused", "aborted")                  \
    X(LAST_TRY, PAM_MAXTRIES, PAM_PERM_DENIED, PAM_MAXTRIES, "refused", "last-try")                \
    X(BLOCKED, PAM_AUTHINFO_UNAVAIL, PAM_PERM_DENIED, PAM_AUTHINFO_UNAVAIL, "unavailable",         \
      "blocked")                                                                                   \
    X(TPM_LOCKED, PAM_AUTHINFO_UNAVAIL, PAM_PERM_DENIED, PAM_AUTHINFO_UNAVAIL, "unavailable",      \
      "tpm-locked")                                                                                \
    X(CARD_GONE, PAM_AUTHINFO_UNAVAIL, PAM_PERM_DENIED, PAM_AUTHINFO_UNAVAIL, "unavailable",       \
      "card-gone")                                                                                 \
    X(NO_ACCOUNT, PAM_USER_UNKNOWN, PAM_PERM_DENIED, PAM_USER_UNKNOWN, "refused", "no-account")    \
    X(WRONG_ACCOUNT, PAM_AUTH_ERR, PAM_PERM_DENIED, PAM_AUTH_ERR, "refused", "wrong-account")      \
    X(BAD_NEW_PIN, PAM_AUTH_ERR, PAM_PERM_DENIED, PAM_AUTHTOK_ERR, "refused", "bad-new-pin")       \
    X(NO_TICKET, PAM_AUTHINFO_UNAVAIL, PAM_PERM_DENIED, PAM_AUTHINFO_UNAVAIL, "unavailable",       \
      "no-ticket")                                                                                 \
    X(KDC_UNREACHABLE, PAM_AUTHINFO_UNAVAIL, PAM_PERM_DENIED, PAM_AUTHINFO_UNAVAIL, "unavailable", \
      "kdc-unreachable")                                                                           \
    X(KDC_REFUSED, PAM_AUTH_ERR, PAM_PERM_DENIED, PAM_AUTH_ERR, "refused", "kdc-refused")          \
    X(KDC_UNTRUSTED, PAM_AUTH_ERR, PAM_PERM_DENIED, PAM_AUTH_ERR, "refused", "kdc-untrusted")      \
    X(TICKET_MISMATCH, PAM_AUTH_ERR, PAM_PERM_DENIED, PAM_AUTH_ERR, "refused", "ticket-mismatch")  \
    X(MEMORY, PAM_BUF_ERR, PAM_BUF_ERR, PAM_BUF_ERR, "error", "memory")                            \
    X(SETTINGS, PAM_SERVICE_ERR, PAM_SERVICE_ERR, PAM_SERVICE_ERR, "error", "configuration")       \
    X(CONVERSATION, PAM_CONV_ERR, PAM_CONV_ERR, PAM_CONV_ERR, "error", "conversation")

enum ending {
#define VSC_ENDING_ENUM(name, auth, acct, chauth, result, code) ENDING_##name,
    VSC_ENDINGS(VSC_ENDING_ENUM)
#undef VSC_ENDING_ENUM
    ENDING_COUNT
};

/* PAM's codes; PAM_SERVICE_ERR for a number that is no ending's. */
int result_authenticate(enum ending ending);
int result_acct_mgmt(enum ending ending);
int result_chauthtok(enum ending ending);
/* For the log; never NULL. */
const char *ending_result(enum ending ending);
const char *ending_code(enum ending ending);

/* How a call ends that met `err`; never ENDING_ACCEPTED (nor another success): VSC_OK is no end. */
must_check enum ending ending_of_err(enum vsc_err err);

/*
 * How a call ends whose certificate was refused for `reasons`, and in *ret_reason the one that
 * people and the log are told: reasons that speak of the certificate come before those that speak
 * of the mapping. No reason at all is a helper that contradicts itself.
 */
must_check enum ending ending_of_reasons(const uint16_t *reasons, size_t count, bool user_given,
                                         enum reason *ret_reason);

#endif

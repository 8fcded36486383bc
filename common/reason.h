/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Why a certificate was refused: the reason codes of certcheck(1), the wire and the log, with the
 * remedy that people are told. A code never changes its meaning; append, never reorder.
 * `mapping` reasons speak of the account, not of the certificate: they never become
 * PAM_CRED_INSUFFICIENT.
 */
#ifndef VSC_COMMON_REASON_H
#define VSC_COMMON_REASON_H

#include <stdbool.h>

#include "common/msgid.h"

/* name, code, is about the mapping, text, remedy */
#define VSC_REASONS(X)                                                                             \
    X(MALFORMED_CERTIFICATE, "malformed-certificate", false, N_("the certificate cannot be read"), \
      N_("have a new certificate issued"))                                                         \
    X(UNTRUSTED_ISSUER, "untrusted-issuer", false, N_("no trust anchor stands behind the issuer"), \
      N_("put the domain's CA into trust.anchors, or its intermediates into trust.intermediates")) \
    X(EXPIRED, "expired", false, N_("the certificate has expired"), N_("renew the certificate"))   \
    X(NOT_YET_VALID, "not-yet-valid", false, N_("the certificate is not valid yet"),               \
      N_("check the computer's clock, or wait"))                                                   \
    X(PATH_LENGTH, "path-length", false, N_("too many CAs below one that limits them"),            \
      N_("have the certificate issued by a CA that may issue it"))                                 \
    X(NAME_CONSTRAINT, "name-constraint", false, N_("a CA may not issue for this name"),           \
      N_("have the certificate issued by a CA that may issue for this name"))                      \
    X(POLICY, "policy", false, N_("the certificate policies do not fit"),                          \
      N_("have the certificate issued under one of policy.policies"))                              \
    X(BAD_SIGNATURE, "bad-signature", false, N_("a signature in the chain does not verify"),       \
      N_("have a new certificate issued"))                                                         \
    X(REVOKED, "revoked", false, N_("the certificate was revoked"),                                \
      N_("have a new certificate issued"))                                                         \
    X(REVOCATION_UNKNOWN, "revocation-unknown", false,                                             \
      N_("no revocation list of the issuer is here"),                                              \
      N_("put the issuer's CRL into revocation.crls, or run certcheck refresh"))                   \
    X(CRL_STALE, "crl-stale", false, N_("the issuer's revocation list is too old"),                \
      N_("fetch a new CRL: run certcheck refresh"))                                                \
    X(MISSING_EKU, "missing-eku", false, N_("the extended key usage does not allow it"),           \
      N_("have the certificate issued with Smartcard Logon (1.3.6.1.4.1.311.20.2.2)"))             \
    X(BAD_KEY_USAGE, "bad-key-usage", false, N_("the key usage does not allow it"),                \
      N_("have the certificate issued with digitalSignature"))                                     \
    X(CA_CERTIFICATE, "ca-certificate", false, N_("this is the certificate of a CA"),              \
      N_("use a certificate of a person"))                                                         \
    X(WEAK_KEY, "weak-key", false, N_("the key is too weak"),                                      \
      N_("use RSA of at least policy.min_rsa_bits, or P-256, P-384 or P-521"))                     \
    X(WEAK_SIGNATURE, "weak-signature", false, N_("a signature in the chain is too weak"),         \
      N_("have the certificate issued with SHA-256 or better"))                                    \
    X(NO_UPN, "no-upn", false, N_("there is no user principal name in the certificate"),           \
      N_("have the certificate issued with a UPN"))                                                \
    X(MALFORMED_UPN, "malformed-upn", false, N_("the user principal name cannot be read"),         \
      N_("have the certificate issued with a well-formed UPN"))                                    \
    X(MULTIPLE_UPN, "multiple-upn", false, N_("there are several user principal names"),           \
      N_("have the certificate issued with one UPN"))                                              \
    X(MALFORMED_SID, "malformed-sid", false, N_("the security identifier cannot be read"),         \
      N_("have a new certificate issued"))                                                         \
    X(SID_MISMATCH, "sid-mismatch", false, N_("no security identifier binds it to the account"),   \
      N_("have a certificate issued with this account's SID, or see policy.strong_mapping"))       \
    X(ISSUER_NOT_NTAUTH, "issuer-not-ntauth", false, N_("the issuer is not in NTAuth"),            \
      N_("publish the CA in NTAuthCertificates"))                                                  \
    X(NO_MAPPING, "no-mapping", true, N_("no account belongs to this certificate"),                \
      N_("add a rule to mapping.rules, or create the account"))                                    \
    X(AMBIGUOUS_MAPPING, "ambiguous-mapping", true,                                                \
      N_("several accounts belong to this certificate"),                                           \
      N_("make mapping.rules agree, or name the user"))                                            \
    X(ACCOUNT_REFUSED, "account-refused", true, N_("this account may not sign in with a card"),    \
      N_("see mapping.min_uid and mapping.refuse"))                                                \
    X(ACCOUNT_MISMATCH, "account-mismatch", true,                                                  \
      N_("the certificate belongs to another account"),                                            \
      N_("sign in as the account of the certificate"))                                             \
    X(PROOF_FAILED, "proof-failed", false, N_("the card's answer does not verify"),                \
      N_("try again; if it stays, enroll again"))                                                  \
    X(TIME_NOT_CREDIBLE, "time-not-credible", false, N_("the computer's clock cannot be right"),   \
      N_("set the clock"))                                                                         \
    X(CARD_GONE, "card-gone", false, N_("the card cannot be opened in this computer any more"),    \
      N_("enroll again"))                                                                          \
    X(SERVICE_REFUSED, "service-refused", false, N_("this service may not be used with a card"),   \
      N_("see login.services and login.remote"))                                                   \
    X(TEMPLATE, "template", false, N_("the certificate template is none of those allowed"),        \
      N_("have the certificate issued from one of policy.templates"))                              \
    X(WEAK_MAPPING, "weak-mapping", true, N_("a weak rule gave the account"),                      \
      N_("map by sid, altsecid or sha256, and set mapping.allow_weak to false"))                   \
    X(ACCOUNT_DISABLED, "account-disabled", true, N_("the account is disabled in the directory"),  \
      N_("ask your administrator to enable it"))                                                   \
    X(ACCOUNT_EXPIRED, "account-expired", true, N_("the account has expired in the directory"),    \
      N_("ask your administrator to extend it"))                                                   \
    X(ACCOUNT_LOCKED, "account-locked", true, N_("the account is locked in the directory"),        \
      N_("wait, or ask your administrator to unlock it"))                                          \
    X(DIRECTORY_UNKNOWN, "directory-unknown", false, N_("nothing of the directory is here"),       \
      N_("set directory.uri, and run certcheck refresh"))                                          \
    X(DIRECTORY_STALE, "directory-stale", false, N_("what the directory said is too old"),         \
      N_("run certcheck refresh where the directory can be reached"))

enum reason {
#define VSC_REASON_ENUM(name, code, mapping, text, remedy) REASON_##name,
    VSC_REASONS(VSC_REASON_ENUM)
#undef VSC_REASON_ENUM
    REASON_COUNT
};

/* All three: never NULL, also for a number that is none of the table's ("unknown"). */
const char *reason_code(enum reason reason);
const char *reason_text(enum reason reason);
const char *reason_remedy(enum reason reason);
bool reason_is_mapping(enum reason reason);
/* "VSC-CRL-STALE" for "crl-stale": what people are shown; `to` has REASON_SHOWN bytes. */
#define REASON_SHOWN 32
void reason_shown(enum reason reason, char to[REASON_SHOWN]);
/* The same for a code of the log that is no reason. */
void code_shown(const char *code, char to[REASON_SHOWN]);

#endif

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

/* name, code, is about the mapping, text, remedy */
#define VSC_REASONS(X)                                                                             \
    X(MALFORMED_CERTIFICATE, "malformed-certificate", false, "the certificate cannot be read",     \
      "have a new certificate issued")                                                             \
    X(UNTRUSTED_ISSUER, "untrusted-issuer", false, "no trust anchor stands behind the issuer",     \
      "put the domain's CA into trust.anchors, or its intermediates into trust.intermediates")     \
    X(EXPIRED, "expired", false, "the certificate has expired", "renew the certificate")           \
    X(NOT_YET_VALID, "not-yet-valid", false, "the certificate is not valid yet",                   \
      "check the computer's clock, or wait")                                                       \
    X(PATH_LENGTH, "path-length", false, "too many CAs below one that limits them",                \
      "have the certificate issued by a CA that may issue it")                                     \
    X(NAME_CONSTRAINT, "name-constraint", false, "a CA may not issue for this name",               \
      "have the certificate issued by a CA that may issue for this name")                          \
    X(POLICY, "policy", false, "the certificate policies do not fit",                              \
      "have the certificate issued under one of policy.policies")                                  \
    X(BAD_SIGNATURE, "bad-signature", false, "a signature in the chain does not verify",           \
      "have a new certificate issued")                                                             \
    X(REVOKED, "revoked", false, "the certificate was revoked", "have a new certificate issued")   \
    X(REVOCATION_UNKNOWN, "revocation-unknown", false, "no revocation list of the issuer is here", \
      "put the issuer's CRL into revocation.crls, or run certcheck refresh")                       \
    X(CRL_STALE, "crl-stale", false, "the issuer's revocation list is too old",                    \
      "fetch a new CRL: run certcheck refresh")                                                    \
    X(MISSING_EKU, "missing-eku", false, "the extended key usage does not allow it",               \
      "have the certificate issued with Smartcard Logon (1.3.6.1.4.1.311.20.2.2)")                 \
    X(BAD_KEY_USAGE, "bad-key-usage", false, "the key usage does not allow it",                    \
      "have the certificate issued with digitalSignature")                                         \
    X(CA_CERTIFICATE, "ca-certificate", false, "this is the certificate of a CA",                  \
      "use a certificate of a person")                                                             \
    X(WEAK_KEY, "weak-key", false, "the key is too weak",                                          \
      "use RSA of at least policy.min_rsa_bits, or P-256, P-384 or P-521")                         \
    X(WEAK_SIGNATURE, "weak-signature", false, "a signature in the chain is too weak",             \
      "have the certificate issued with SHA-256 or better")                                        \
    X(NO_UPN, "no-upn", false, "there is no user principal name in the certificate",               \
      "have the certificate issued with a UPN")                                                    \
    X(MALFORMED_UPN, "malformed-upn", false, "the user principal name cannot be read",             \
      "have the certificate issued with a well-formed UPN")                                        \
    X(MULTIPLE_UPN, "multiple-upn", false, "there are several user principal names",               \
      "have the certificate issued with one UPN")                                                  \
    X(MALFORMED_SID, "malformed-sid", false, "the security identifier cannot be read",             \
      "have a new certificate issued")                                                             \
    X(SID_MISMATCH, "sid-mismatch", false, "no security identifier binds it to the account",       \
      "have a certificate issued with this account's SID, or see policy.strong_mapping")           \
    X(ISSUER_NOT_NTAUTH, "issuer-not-ntauth", false, "the issuer is not in NTAuth",                \
      "publish the CA in NTAuthCertificates")                                                      \
    X(NO_MAPPING, "no-mapping", true, "no account belongs to this certificate",                    \
      "add a rule to mapping.rules, or create the account")                                        \
    X(AMBIGUOUS_MAPPING, "ambiguous-mapping", true, "several accounts belong to this certificate", \
      "make mapping.rules agree, or name the user")                                                \
    X(ACCOUNT_REFUSED, "account-refused", true, "this account may not sign in with a card",        \
      "see mapping.min_uid and mapping.refuse")                                                    \
    X(ACCOUNT_MISMATCH, "account-mismatch", true, "the certificate belongs to another account",    \
      "sign in as the account of the certificate")                                                 \
    X(PROOF_FAILED, "proof-failed", false, "the card's answer does not verify",                    \
      "try again; if it stays, enroll again")                                                      \
    X(TIME_NOT_CREDIBLE, "time-not-credible", false, "the computer's clock cannot be right",       \
      "set the clock")                                                                             \
    X(CARD_GONE, "card-gone", false, "the card cannot be opened in this computer any more",        \
      "enroll again")                                                                              \
    X(SERVICE_REFUSED, "service-refused", false, "this service may not be used with a card",       \
      "see login.services and login.remote")                                                       \
    X(TEMPLATE, "template", false, "the certificate template is none of those allowed",            \
      "have the certificate issued from one of policy.templates")                                  \
    X(WEAK_MAPPING, "weak-mapping", true, "a weak rule gave the account",                          \
      "map by sid, altsecid or sha256, and set mapping.allow_weak to false")

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

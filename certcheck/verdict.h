/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What was found out about a certificate: the result of each check, and every reason to refuse it.
 * Nothing is accepted for want of a reason alone: see evaluation.h.
 */
#ifndef VSC_CERTCHECK_VERDICT_H
#define VSC_CERTCHECK_VERDICT_H

#include <stdbool.h>
#include <stddef.h>

#include "common/reason.h"

#define VERDICT_MAX      64
#define FINDING_TEXT_MAX 384

/* name, word, the rule */
#define CERT_CHECKS(X)                                                                             \
    X(FORMAT, "format", "well-formed, and nothing critical in it is unknown")                      \
    X(CLOCK, "clock", "the computer's clock shows no time long past")                              \
    X(CHAIN, "chain", "signatures lead from the certificate to a trust anchor")                    \
    X(VALIDITY, "validity", "every certificate of the chain is valid at the time")                 \
    X(CONSTRAINTS, "constraints", "path lengths and name constraints are kept")                    \
    X(POLICY, "policy", "the certificate policies of the chain fit")                               \
    X(REVOCATION, "revocation", "none below the anchor is revoked, by current lists")              \
    X(EKU, "extended-key-usage", "the extended key usage allows the purpose")                      \
    X(KEY_USAGE, "key-usage", "the key usages, where they stand, allow it")                        \
    X(END_ENTITY, "end-entity", "it is not the certificate of a CA")                               \
    X(KEY, "key", "every key is RSA of enough bits or P-256, P-384, P-521")                        \
    X(SIGNATURE, "signature", "all but the anchor's own use SHA-256 or better")                    \
    X(UPN, "upn", "there is exactly one well-formed user principal name")                          \
    X(SID, "sid", "the security identifier, where it stands, is well-formed")                      \
    X(NTAUTH, "ntauth", "the issuer is in the directory's NTAuthCertificates")                     \
    X(DIRECTORY, "directory", "what the directory says of CAs is at hand, and not too old")        \
    X(TEMPLATE, "template", "the certificate template is one of policy.templates")                 \
    X(MAPPING, "mapping", "the rules give one account that exists")                                \
    X(ACCOUNT, "account", "it may sign in, and is the one that was asked for")                     \
    X(ACCOUNT_STATE, "account-state", "the directory has not closed the account")                  \
    X(SERVICE, "service", "the service may be used with a card")                                   \
    X(PROOF, "proof", "the card has signed a fresh challenge")                                     \
    X(CARD, "card", "the card can be opened in this computer")

enum cert_check {
#define CERT_CHECK_ENUM(name, word, rule) CHECK_##name,
    CERT_CHECKS(CERT_CHECK_ENUM)
#undef CERT_CHECK_ENUM
    CHECK_COUNT
};

enum check_result {
    RESULT_NOT_APPLICABLE,
    RESULT_PASS,
    RESULT_FAIL,
};

struct finding {
    enum reason reason;
    unsigned depth; /* in the chain: 0 is the certificate itself */
    char text[FINDING_TEXT_MAX];
};

struct verdict {
    struct finding items[VERDICT_MAX]; /* by depth, then in the order of finding */
    size_t count;
    struct finding warnings[VERDICT_MAX];
    size_t warning_count;
    enum check_result results[CHECK_COUNT];
};

void verdict_init(struct verdict *verdict);
/* The check was made; it passes unless a reason of its own was or will be added. */
void verdict_passed(struct verdict *verdict, enum cert_check check);
/*
 * Refuse, once for each reason and depth. The finding's text is the reason's own and, after a
 * colon, `format` unless that is NULL. Where no room is left the certificate is refused still.
 */
void verdict_refuse(struct verdict *verdict, enum reason reason, unsigned depth, const char *format,
                    ...) __attribute__((format(printf, 4, 5)));
/* The same for what passes with a warning. */
void verdict_warn(struct verdict *verdict, enum reason reason, unsigned depth, const char *format,
                  ...) __attribute__((format(printf, 4, 5)));
/* Add everything that `from` holds. */
void verdict_merge(struct verdict *verdict, const struct verdict *from);
bool verdict_has(const struct verdict *verdict, enum reason reason);
bool verdict_warns(const struct verdict *verdict, enum reason reason);

const char *cert_check_name(enum cert_check check);
const char *cert_check_rule(enum cert_check check);
/* The check that a reason belongs to. */
enum cert_check cert_check_of(enum reason reason);

#endif

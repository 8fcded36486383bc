/* SPDX-License-Identifier: BSD-2-Clause */
#include "certcheck/verdict.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/text.h"

static const struct {
    const char *name;
    const char *rule;
} rows[CHECK_COUNT] = {
#define CERT_CHECK_ROW(name, word, rule) [CHECK_##name] = {word, rule},
    CERT_CHECKS(CERT_CHECK_ROW)
#undef CERT_CHECK_ROW
};

const char *cert_check_name(enum cert_check check)
{
    return (unsigned)check < CHECK_COUNT ? rows[check].name : "unknown";
}

const char *cert_check_rule(enum cert_check check)
{
    return (unsigned)check < CHECK_COUNT ? rows[check].rule : "unknown";
}

enum cert_check cert_check_of(enum reason reason)
{
    static const enum cert_check checks[REASON_COUNT] = {
        [REASON_MALFORMED_CERTIFICATE] = CHECK_FORMAT,
        [REASON_UNTRUSTED_ISSUER] = CHECK_CHAIN,
        [REASON_EXPIRED] = CHECK_VALIDITY,
        [REASON_NOT_YET_VALID] = CHECK_VALIDITY,
        [REASON_PATH_LENGTH] = CHECK_CONSTRAINTS,
        [REASON_NAME_CONSTRAINT] = CHECK_CONSTRAINTS,
        [REASON_POLICY] = CHECK_POLICY,
        [REASON_BAD_SIGNATURE] = CHECK_CHAIN,
        [REASON_REVOKED] = CHECK_REVOCATION,
        [REASON_REVOCATION_UNKNOWN] = CHECK_REVOCATION,
        [REASON_CRL_STALE] = CHECK_REVOCATION,
        [REASON_MISSING_EKU] = CHECK_EKU,
        [REASON_BAD_KEY_USAGE] = CHECK_KEY_USAGE,
        [REASON_CA_CERTIFICATE] = CHECK_END_ENTITY,
        [REASON_WEAK_KEY] = CHECK_KEY,
        [REASON_WEAK_SIGNATURE] = CHECK_SIGNATURE,
        [REASON_NO_UPN] = CHECK_UPN,
        [REASON_MALFORMED_UPN] = CHECK_UPN,
        [REASON_MULTIPLE_UPN] = CHECK_UPN,
        [REASON_MALFORMED_SID] = CHECK_SID,
        [REASON_SID_MISMATCH] = CHECK_SID,
        [REASON_ISSUER_NOT_NTAUTH] = CHECK_NTAUTH,
        [REASON_DIRECTORY_UNKNOWN] = CHECK_DIRECTORY,
        [REASON_DIRECTORY_STALE] = CHECK_DIRECTORY,
        [REASON_NO_MAPPING] = CHECK_MAPPING,
        [REASON_AMBIGUOUS_MAPPING] = CHECK_MAPPING,
        [REASON_ACCOUNT_REFUSED] = CHECK_ACCOUNT,
        [REASON_ACCOUNT_MISMATCH] = CHECK_ACCOUNT,
        [REASON_PROOF_FAILED] = CHECK_PROOF,
        [REASON_TIME_NOT_CREDIBLE] = CHECK_CLOCK,
        [REASON_CARD_GONE] = CHECK_CARD,
        [REASON_SERVICE_REFUSED] = CHECK_SERVICE,
        [REASON_TEMPLATE] = CHECK_TEMPLATE,
        [REASON_WEAK_MAPPING] = CHECK_MAPPING,
        [REASON_ACCOUNT_DISABLED] = CHECK_ACCOUNT_STATE,
        [REASON_ACCOUNT_EXPIRED] = CHECK_ACCOUNT_STATE,
        [REASON_ACCOUNT_LOCKED] = CHECK_ACCOUNT_STATE,
    };

    return (unsigned)reason < REASON_COUNT ? checks[reason] : CHECK_FORMAT;
}

void verdict_init(struct verdict *verdict)
{
    *verdict = (struct verdict){0};
}

void verdict_passed(struct verdict *verdict, enum cert_check check)
{
    if (verdict->results[check] == RESULT_NOT_APPLICABLE)
        verdict->results[check] = RESULT_PASS;
}

/* Insert after everything of the same or a lesser depth; the last one falls out of a full list. */
static void insert(struct finding *items, size_t *count, const struct finding *finding)
{
    size_t at = *count;

    for (size_t i = 0; i < *count; i++)
        if (items[i].reason == finding->reason && items[i].depth == finding->depth)
            return;
    while (at > 0 && items[at - 1].depth > finding->depth)
        at--;
    if (at == VERDICT_MAX)
        return;
    if (*count == VERDICT_MAX)
        (*count)--;
    memmove(&items[at + 1], &items[at], (*count - at) * sizeof(items[0]));
    items[at] = *finding;
    (*count)++;
}

__attribute__((format(printf, 2, 0))) static void describe(struct finding *finding,
                                                           const char *format, va_list args)
{
    char detail[FINDING_TEXT_MAX / 2], clean[FINDING_TEXT_MAX / 2];

    if (format == NULL) {
        (void)snprintf(finding->text, sizeof(finding->text), "%s", reason_text(finding->reason));
        return;
    }
    (void)vsnprintf(detail, sizeof(detail), format, args);
    text_clean(clean, sizeof(clean), detail);
    (void)snprintf(finding->text, sizeof(finding->text), "%s: %s", reason_text(finding->reason),
                   clean);
}

void verdict_refuse(struct verdict *verdict, enum reason reason, unsigned depth, const char *format,
                    ...)
{
    struct finding finding = {.reason = reason, .depth = depth};
    va_list args;

    va_start(args, format);
    describe(&finding, format, args);
    va_end(args);
    insert(verdict->items, &verdict->count, &finding);
    verdict->results[cert_check_of(reason)] = RESULT_FAIL;
}

void verdict_warn(struct verdict *verdict, enum reason reason, unsigned depth, const char *format,
                  ...)
{
    struct finding finding = {.reason = reason, .depth = depth};
    va_list args;

    va_start(args, format);
    describe(&finding, format, args);
    va_end(args);
    insert(verdict->warnings, &verdict->warning_count, &finding);
}

void verdict_merge(struct verdict *verdict, const struct verdict *from)
{
    for (size_t i = 0; i < from->count; i++)
        insert(verdict->items, &verdict->count, &from->items[i]);
    for (size_t i = 0; i < from->warning_count; i++)
        insert(verdict->warnings, &verdict->warning_count, &from->warnings[i]);
    for (size_t i = 0; i < CHECK_COUNT; i++)
        if (from->results[i] > verdict->results[i])
            verdict->results[i] = from->results[i];
}

bool verdict_has(const struct verdict *verdict, enum reason reason)
{
    for (size_t i = 0; i < verdict->count; i++)
        if (verdict->items[i].reason == reason)
            return true;
    return false;
}

bool verdict_warns(const struct verdict *verdict, enum reason reason)
{
    for (size_t i = 0; i < verdict->warning_count; i++)
        if (verdict->warnings[i].reason == reason)
            return true;
    return false;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* The public form of an evaluation: its strings are borrowed from the evaluation that it owns. */
#include <stdlib.h>

#include "certcheck/library/checker.h"
#include "common/own.h"

/* A proof takes a card. */
#define CHECKS_SHOWN CHECK_PROOF

struct certcheck_result {
    struct evaluation *evaluation; /* owned */
    bool names_wanted;
    struct certcheck_reason reasons[VERDICT_MAX], warnings[VERDICT_MAX];
    struct certcheck_check checks[CHECKS_SHOWN];
    struct certcheck_facts facts;
};

static void fill_reasons(const struct finding *findings, size_t count,
                         struct certcheck_reason *reasons)
{
    for (size_t i = 0; i < count; i++)
        reasons[i] = (struct certcheck_reason){
            .code = reason_code(findings[i].reason),
            .check = cert_check_name(cert_check_of(findings[i].reason)),
            .text = findings[i].text,
            .remedy = reason_remedy(findings[i].reason),
            .depth = findings[i].depth,
        };
}

static void fill_checks(const struct verdict *verdict, struct certcheck_check *checks)
{
    static const enum certcheck_outcome outcomes[] = {
        [RESULT_NOT_APPLICABLE] = CERTCHECK_NOT_APPLICABLE,
        [RESULT_PASS] = CERTCHECK_PASS,
        [RESULT_FAIL] = CERTCHECK_FAIL,
    };

    for (enum cert_check check = 0; check < CHECKS_SHOWN; check++)
        checks[check] = (struct certcheck_check){
            .name = cert_check_name(check),
            .rule = cert_check_rule(check),
            .outcome = outcomes[verdict->results[check]],
        };
}

static struct certcheck_list list_of(const struct facts_list *list)
{
    return (struct certcheck_list){.count = list->count, .items = (const char *const *)list->items};
}

static void fill_facts(const struct facts *facts, struct certcheck_facts *to)
{
    *to = (struct certcheck_facts){
        .subject = facts->subject,
        .issuer = facts->issuer,
        .serial = facts->serial,
        .not_before = facts->not_before,
        .not_after = facts->not_after,
        .upn = facts->upn,
        .sid = facts->sid_state == SID_ONE ? facts->sid : NULL,
        .key_type = facts->key_type,
        .key_bits = facts->key_bits,
        .signature_algorithm = facts->signature_algorithm,
        .template_name = facts->template_name,
        .template_oid = facts->template_oid,
        .ski = facts->ski,
        .aki = facts->aki,
        .sha256 = facts->sha256,
        .spki_sha256 = facts->spki_sha256,
        .is_ca = facts->is_ca,
        .upns = list_of(&facts->upns),
        .emails = list_of(&facts->emails),
        .dns_names = list_of(&facts->dns_names),
        .eku = list_of(&facts->eku),
        .policies = list_of(&facts->policies),
        .alt_security_identities = list_of(&facts->altsecids),
    };
}

enum vsc_err result_new(struct evaluation *evaluation, bool names_wanted,
                        struct certcheck_result **ret_result)
{
    const struct verdict *verdict = &evaluation->verdict;
    struct certcheck_result *result = calloc(1, sizeof(*result));

    if (result == NULL) {
        evaluation_free(evaluation);
        return VSC_MEMORY;
    }
    result->evaluation = evaluation;
    result->names_wanted = names_wanted;
    fill_reasons(verdict->items, verdict->count, result->reasons);
    fill_reasons(verdict->warnings, verdict->warning_count, result->warnings);
    fill_checks(verdict, result->checks);
    if (evaluation->facts != NULL)
        fill_facts(evaluation->facts, &result->facts);
    *ret_result = result;
    return VSC_OK;
}

void certcheck_result_free(struct certcheck_result *result)
{
    if (result == NULL)
        return;
    evaluation_free(result->evaluation);
    free(result);
}

bool certcheck_is_accepted(const struct certcheck_result *result)
{
    return result != NULL && result->evaluation->accepted;
}

const char *certcheck_account(const struct certcheck_result *result)
{
    return result->evaluation->mapped && result->names_wanted ? result->evaluation->account.name
                                                              : NULL;
}

const struct certcheck_reason *certcheck_reason(const struct certcheck_result *result, size_t index)
{
    return index < result->evaluation->verdict.count ? &result->reasons[index] : NULL;
}

const struct certcheck_reason *certcheck_warning(const struct certcheck_result *result,
                                                 size_t index)
{
    return index < result->evaluation->verdict.warning_count ? &result->warnings[index] : NULL;
}

const struct certcheck_check *certcheck_check(const struct certcheck_result *result, size_t index)
{
    return index < CHECKS_SHOWN ? &result->checks[index] : NULL;
}

const char *certcheck_chain(const struct certcheck_result *result, size_t index)
{
    const struct facts_list *chain = &result->evaluation->chain;

    return index < chain->count ? chain->items[index] : NULL;
}

const struct certcheck_facts *certcheck_facts(const struct certcheck_result *result)
{
    return result->evaluation->facts != NULL ? &result->facts : NULL;
}

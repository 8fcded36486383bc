/* SPDX-License-Identifier: BSD-2-Clause */
#include "certcheck/evaluation.h"

#include <string.h>

#include "certcheck/begin.h"
#include "certcheck/clock.h"
#include "certcheck/facts_parts.h"
#include "certcheck/openssl_own.h"
#include "certcheck/purpose.h"

DEFINE_AUTO(struct evaluation, evaluation_free)

struct evaluation_request evaluation_request_of(const struct conf *conf)
{
    return (struct evaluation_request){
        .purpose = conf->policy.purpose,
        .revocation = conf->revocation.mode,
    };
}

void evaluation_free(struct evaluation *evaluation)
{
    if (evaluation == NULL)
        return;
    facts_free(evaluation->facts);
    X509_free(evaluation->cert);
    for (size_t i = 0; i < evaluation->chain.count; i++)
        free(evaluation->chain.items[i]);
    free(evaluation);
}

static void check_names(const struct facts *facts, bool needs_upn, struct verdict *verdict)
{
    if (needs_upn || facts->upn_state != UPN_NONE)
        verdict_passed(verdict, CHECK_UPN);
    switch (facts->upn_state) {
    case UPN_ONE:
        break;
    case UPN_NONE:
        if (needs_upn)
            verdict_refuse(verdict, REASON_NO_UPN, 0, NULL);
        break;
    case UPN_MALFORMED:
        verdict_refuse(verdict, REASON_MALFORMED_UPN, 0, "%s",
                       facts->upns.count > 0 ? facts->upns.items[0] : "it is no UTF8String");
        break;
    case UPN_SEVERAL:
        verdict_refuse(verdict, REASON_MULTIPLE_UPN, 0, NULL);
        break;
    }
    if (facts->sid_state != SID_NONE)
        verdict_passed(verdict, CHECK_SID);
    if (facts->sid_state == SID_MALFORMED)
        verdict_refuse(verdict, REASON_MALFORMED_SID, 0, NULL);
}

/* Whose it is; what stands in the certificate is told before what comes of it. */
static void check_account(const struct evaluator *evaluator,
                          const struct evaluation_request *request, struct evaluation *evaluation)
{
    const struct mapping *mapping = &evaluator->mapping;
    const int64_t max_age = evaluator->conf->directory.max_age;
    struct verdict verdict;
    bool needs_upn = true;
    int64_t seen;

    verdict_init(&verdict);
    evaluation->mapped =
        mapping_find(mapping, evaluation->facts, request->user, &verdict, &evaluation->account);
    if (evaluation->facts->upn_state == UPN_NONE)
        needs_upn = !mapping_needs_no_upn(mapping, evaluation->facts,
                                          evaluation->mapped ? &evaluation->account : NULL);
    if (evaluation->mapped && mapping_seen(mapping, &evaluation->account, &seen) &&
        request->at > seen + max_age)
        stale_add(&evaluation->stale, STALE_DIRECTORY, "", seen + max_age);
    if (evaluation->mapped && request->check_state)
        mapping_check_state(mapping, &evaluation->account, request->at, &verdict);
    check_names(evaluation->facts, needs_upn, &evaluation->verdict);
    verdict_merge(&evaluation->verdict, &verdict);
}

/* Not at hand, or older than it may be: nobody signs in on a guess. */
static void check_directory(const struct evaluator *evaluator, int64_t at,
                            struct evaluation *evaluation)
{
    const struct conf *conf = evaluator->conf;

    for (unsigned kind = 0; kind < PUBLISHED_KINDS; kind++) {
        const struct evaluator_published *published = &evaluator->published[kind];
        const int64_t until = published->fetched + conf->directory.max_age;

        if (!published->asked)
            continue;
        verdict_passed(&evaluation->verdict, CHECK_DIRECTORY);
        if (!published->known)
            verdict_refuse(&evaluation->verdict, REASON_DIRECTORY_UNKNOWN, 0, "%s",
                           published_name((enum published_kind)kind));
        else if (at > until + conf->revocation.max_stale)
            verdict_refuse(&evaluation->verdict, REASON_DIRECTORY_STALE, 0, "%s",
                           published_name((enum published_kind)kind));
        else if (at > until)
            stale_add(&evaluation->stale, STALE_DIRECTORY, "", until);
    }
}

static void check_service(const struct conf *conf, const char *service, struct verdict *verdict)
{
    const char *why;

    if (service == NULL)
        return;
    verdict_passed(verdict, CHECK_SERVICE);
    why = begin_service_refused(service, conf);
    if (why != NULL)
        verdict_refuse(verdict, REASON_SERVICE_REFUSED, 0, "%s: %s", service, why);
}

static enum vsc_err list_chain(const struct chain_path *path, struct facts_list *chain)
{
    for (unsigned i = 0; i < path->len; i++) {
        enum vsc_err err =
            facts_list_take(chain, facts_name(X509_get_subject_name(path->certs[i])));

        if (err != VSC_OK)
            return err;
    }
    return VSC_OK;
}

static enum vsc_err check_chain(const struct evaluator *evaluator,
                                const struct evaluation_request *request,
                                struct evaluation *evaluation, bool *ret_anchored)
{
    const struct conf *conf = evaluator->conf;
    const struct chain_rules rules = {
        .at = request->at,
        .purpose = request->purpose,
        .min_rsa_bits = conf->policy.min_rsa_bits,
        .policies = &conf->policy.policies,
        .revocation = request->revocation,
        .max_stale = conf->revocation.max_stale,
    };
    const struct chain_pool pool = {
        .anchors = evaluator->anchors,
        .intermediates = evaluator->intermediates,
        .extra = request->certs,
        .crls = evaluator->crls,
        .cache = &evaluator->cache,
        .ntauth = evaluator->ntauth,
    };
    struct chain_path path;
    enum vsc_err err = chain_check(evaluation->cert, &pool, &rules, &evaluation->verdict, &path);

    if (err != VSC_OK)
        return err;
    for (size_t i = 0; i < path.stale.count; i++)
        stale_add(&evaluation->stale, path.stale.items[i].kind, path.stale.items[i].of,
                  path.stale.items[i].since);
    evaluation->stale.more += path.stale.more;
    *ret_anchored = path.anchored;
    return list_chain(&path, &evaluation->chain);
}

/* Facts, or the reason malformed-certificate. */
static enum vsc_err read_certificate(const struct evaluation_request *request,
                                     struct evaluation *evaluation)
{
    struct problem problem = {""};
    enum vsc_err err = VSC_CERT;

    if (sk_X509_num(request->certs) > 0) {
        evaluation->cert = sk_X509_value(request->certs, 0);
        (void)X509_up_ref(evaluation->cert);
        err = facts_read(evaluation->cert, &evaluation->facts, &problem);
    }
    verdict_passed(&evaluation->verdict, CHECK_FORMAT);
    if (err != VSC_CERT)
        return err;
    verdict_refuse(&evaluation->verdict, REASON_MALFORMED_CERTIFICATE, 0,
                   *problem.text != '\0' ? "%s" : NULL, problem.text);
    return VSC_OK;
}

enum vsc_err evaluation_new(const struct evaluator *evaluator,
                            const struct evaluation_request *request,
                            struct evaluation **ret_evaluation)
{
    auto_by(evaluation_free) struct evaluation *evaluation = calloc(1, sizeof(*evaluation));
    bool anchored = false;
    enum vsc_err err;

    if (evaluation == NULL)
        return VSC_MEMORY;
    verdict_init(&evaluation->verdict);
    if (request->at_is_clock)
        clock_check(request->at, &evaluator->seen, request->revocation == REVOCATION_HARD,
                    &evaluation->verdict);
    check_directory(evaluator, request->at, evaluation);
    check_service(evaluator->conf, request->service, &evaluation->verdict);
    err = read_certificate(request, evaluation);
    if (err != VSC_OK)
        return err;
    if (evaluation->facts != NULL) {
        err = check_chain(evaluator, request, evaluation, &anchored);
        if (err != VSC_OK)
            return err;
        purpose_check(evaluation->facts, request->purpose, &evaluation->verdict);
        purpose_check_template(evaluation->facts, &evaluator->conf->policy.templates,
                               &evaluation->verdict);
    }
    if (evaluation->facts != NULL && !request->no_mapping)
        check_account(evaluator, request, evaluation);
    evaluation->accepted =
        evaluation->verdict.count == 0 && anchored && (request->no_mapping || evaluation->mapped);
    if (!evaluation->accepted && evaluation->verdict.count == 0)
        verdict_refuse(&evaluation->verdict, REASON_NO_MAPPING, 0, NULL);
    *ret_evaluation = take(evaluation);
    return VSC_OK;
}

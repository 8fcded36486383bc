/* SPDX-License-Identifier: BSD-2-Clause */
/* The judgement of an answer. */
#include <stdio.h>
#include <string.h>

#include "certcheck/certs.h"
#include "certcheck/evaluation.h"
#include "certcheck/openssl_own.h"
#include "common/reason.h"
#include "common/text.h"
#include "enroll/issued.h"

#define SKEW 300 /* seconds */

DEFINE_AUTO(struct evaluator, evaluator_free)
DEFINE_AUTO(struct evaluation, evaluation_free)

static enum vsc_err refuse(char code[CODE_MAX], struct problem *problem, const char *what,
                           const char *text)
{
    (void)snprintf(code, CODE_MAX, "%s", what);
    return problem_set(problem, VSC_DENIED, "%s: %s", what, text);
}

/* The configuration without its mapping rules: names are compared here, and its files may not be
 * readable. Shallow, and freed as such. */
static struct conf *trim(const struct conf *conf)
{
    struct conf *trimmed = malloc(sizeof *trimmed);

    if (trimmed != NULL) {
        *trimmed = *conf;
        trimmed->mapping.rule_count = 0;
    }
    return trimmed;
}

static enum vsc_err put_certs(const struct issued *issued, STACK_OF(X509) * certs)
{
    for (size_t i = 0; i < issued->chain_len; i++) {
        X509 *cert = NULL;
        enum vsc_err err = cert_parse(issued->chain[i].data, issued->chain[i].len, &cert);

        if (err != VSC_OK)
            return err;
        if (sk_X509_push(certs, cert) == 0) {
            X509_free(cert);
            return VSC_MEMORY;
        }
    }
    return VSC_OK;
}

static enum vsc_err evaluate(const struct issued *issued, const struct expected *expected,
                             struct evaluation **ret_evaluation, struct problem *problem)
{
    auto_free struct conf *conf = trim(expected->conf);
    auto_by(evaluator_free) struct evaluator *evaluator = NULL;
    auto_by(x509_stack_free) STACK_OF(X509) *certs = sk_X509_new_null();
    const struct evaluator_places places = {
        .anchors = {expected->profile->anchors, true, true},
        .intermediates = {expected->conf->trust.intermediates,
                          expected->conf->trust.intermediates_named, true},
        .cache = "",
    };
    struct evaluation_request request;
    enum vsc_err err;

    if (conf == NULL || certs == NULL)
        return VSC_MEMORY;
    err = put_certs(issued, certs);
    if (err == VSC_OK)
        err = evaluator_new(conf, &places, &account_nss, &evaluator, problem);
    if (err != VSC_OK)
        return err;
    request = evaluation_request_of(conf);
    request.certs = certs;
    request.at = expected->at;
    /* A CA whose clock is a little ahead, or which was asked after ours was read. */
    if (issued->not_before > request.at && issued->not_before - request.at <= SKEW)
        request.at = issued->not_before;
    request.at_is_clock = expected->at_is_clock;
    request.revocation = REVOCATION_OFF; /* no list can speak of what was issued just now */
    request.no_mapping = true;
    return evaluation_new(evaluator, &request, ret_evaluation);
}

/* The first reason that counts. Without anchors nobody asks what it chains to. */
static const struct finding *find_reason(const struct evaluation *evaluation, bool has_anchors)
{
    const struct verdict *verdict = &evaluation->verdict;

    for (size_t i = 0; i < verdict->count; i++) {
        const struct finding *finding = &verdict->items[i];

        if (has_anchors || (finding->depth == 0 && finding->reason != REASON_UNTRUSTED_ISSUER))
            return finding;
    }
    return NULL;
}

/* The local part bytewise, the suffix without case in ASCII: as the mapping compares. */
static bool is_same_upn(const char *a, const char *b)
{
    const char *at = strchr(a, '@'), *other = strchr(b, '@');

    return at != NULL && other != NULL && at - a == other - b &&
           memcmp(a, b, (size_t)(at - a)) == 0 && text_equal_without_case(at, other);
}

static enum vsc_err check_names(const struct facts *facts, const struct expected *expected,
                                char code[CODE_MAX], struct problem *problem)
{
    char text[PROFILE_UPN_SIZE * 2];

    if (facts->upn_state == UPN_NONE)
        return refuse(code, problem, "no-upn", reason_text(REASON_NO_UPN));
    if (facts->upn_state == UPN_SEVERAL)
        return refuse(code, problem, "multiple-upn", reason_text(REASON_MULTIPLE_UPN));
    if (facts->upn_state != UPN_ONE || facts->upn == NULL)
        return refuse(code, problem, "malformed-upn", reason_text(REASON_MALFORMED_UPN));
    if (facts->sid_state == SID_MALFORMED)
        return refuse(code, problem, "malformed-sid", reason_text(REASON_MALFORMED_SID));
    if (is_same_upn(facts->upn, expected->upn))
        return VSC_OK;
    (void)snprintf(text, sizeof text, "it is for %.256s and not for %.256s", facts->upn,
                   expected->upn);
    return refuse(code, problem, "account-mismatch", text);
}

enum vsc_err issued_check(const struct issued *issued, const struct expected *expected,
                          char code[CODE_MAX], struct problem *problem)
{
    auto_by(evaluation_free) struct evaluation *evaluation = NULL;
    const struct conf_list *ekus = &expected->profile->ekus;
    const struct finding *reason;
    enum vsc_err err;

    if (expected->spki != NULL && strcmp(issued->spki, expected->spki) != 0)
        return refuse(code, problem, "wrong-key",
                      "the certificate is not for the key of this request");
    err = evaluate(issued, expected, &evaluation, problem);
    if (err != VSC_OK)
        return err;
    reason = find_reason(evaluation, *expected->profile->anchors != '\0');
    if (reason != NULL)
        return refuse(code, problem, reason_code(reason->reason), reason->text);
    if (evaluation->facts == NULL)
        return refuse(code, problem, "malformed-certificate",
                      reason_text(REASON_MALFORMED_CERTIFICATE));
    err = check_names(evaluation->facts, expected, code, problem);
    for (size_t i = 0; err == VSC_OK && i < ekus->count; i++)
        if (!facts_list_has(&evaluation->facts->eku, ekus->items[i]))
            err = refuse(code, problem, "missing-eku", ekus->items[i]);
    if (err == VSC_OK && *expected->profile->anchors != '\0' && !evaluation->accepted)
        err = refuse(code, problem, "untrusted-issuer", reason_text(REASON_UNTRUSTED_ISSUER));
    return err;
}

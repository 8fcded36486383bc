/* SPDX-License-Identifier: BSD-2-Clause */
#include "certcheck/cli/judge.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "certcheck/certs.h"
#include "certcheck/directory_child.h"
#include "certcheck/openssl_own.h"
#include "common/mark.h"
#include "common/own.h"
#include "conf/conf.h"

struct judge {
    struct conf *conf; /* owned */
    struct directory directory;
    struct account_source accounts;
    struct evaluator *evaluator; /* owned */
};

DEFINE_AUTO(struct judge, judge_free)

const char *const judge_purposes[] = {"smartcard-logon", "client-auth", "any", NULL};
const char *const judge_revocations[] = {"hard", "soft", "off", NULL};

#define AT(member) offsetof(struct judge_choices, member)
const struct option judge_options[] = {
    {"c", OPTION_STRING, AT(conf), .min = 0},
    {"json", OPTION_FLAG, AT(json), .min = 0},
    {"at", OPTION_STRING, AT(question.at), .min = 0},
    {"user", OPTION_STRING, AT(question.user), .min = 0},
    {"service", OPTION_STRING, AT(question.service), .min = 0},
    {"anchors", OPTION_TEXT, AT(anchors), .min = 0},
    {"intermediates", OPTION_TEXT, AT(intermediates), .min = 0},
    {"crl", OPTION_TEXT, AT(crl), .min = 0},
    {"purpose", OPTION_CHOICE, AT(question.purpose), .choices = judge_purposes},
    {"revocation", OPTION_CHOICE, AT(question.revocation), .choices = judge_revocations},
    {"no-mapping", OPTION_FLAG, AT(question.no_mapping), .min = 0},
    {NULL, OPTION_FLAG, 0, .min = 0},
};

enum vsc_err judge_time(const char *what, const char *text, int64_t *ret_seconds,
                        struct problem *problem)
{
    struct tm tm = {0};
    char again[32];
    const char *end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm);
    int64_t seconds;

    if (end == NULL || *end != '\0')
        return problem_set(problem, VSC_USAGE, "%s%s: not YYYY-MM-DDTHH:MM:SSZ", what, text);
    seconds = timegm(&tm);
    /* 30 February and the like come back as another day. */
    if (strftime(again, sizeof(again), "%Y-%m-%dT%H:%M:%SZ", &tm) == 0 || strcmp(again, text) != 0)
        return problem_set(problem, VSC_USAGE, "%s%s: there is no such time", what, text);
    *ret_seconds = seconds;
    return VSC_OK;
}

void judge_free(struct judge *judge)
{
    if (judge == NULL)
        return;
    evaluator_free(judge->evaluator);
    directory_stop(&judge->directory);
    conf_free(judge->conf);
    free(judge);
}

static struct source plain_source(const char *path, struct source configured)
{
    return path != NULL ? (struct source){.path = path, .named = true} : configured;
}

enum vsc_err judge_new(const struct judge_choices *choices, struct judge **ret_judge,
                       struct problem *problem)
{
    auto_by(judge_free) struct judge *judge = calloc(1, sizeof(*judge));
    struct evaluator_places places;
    int64_t at;
    enum vsc_err err = VSC_OK;

    if (judge == NULL)
        return VSC_MEMORY;
    if (choices->question.at != NULL)
        err = judge_time("--at ", choices->question.at, &at, problem);
    if (err == VSC_OK)
        err = conf_load(choices->conf, &judge->conf, problem);
    if (err != VSC_OK)
        return err;
    places = evaluator_places_of(judge->conf);
    places.anchors = plain_source(choices->anchors, places.anchors);
    places.intermediates = plain_source(choices->intermediates, places.intermediates);
    places.crls = plain_source(choices->crl, places.crls);
    if (choices->crl != NULL)
        places.cache = ""; /* these lists and no others */
    places.mark = MARK_FOLDER;
    judge->accounts = account_nss;
    judge->accounts.directory = &judge->directory;
    if (judge->conf->mapping.rule_count > 0 && !choices->question.no_mapping)
        directory_start_lazily(&judge->directory);
    err = evaluator_new(judge->conf, &places, &judge->accounts, &judge->evaluator, problem);
    if (err != VSC_OK)
        return err;
    *ret_judge = take(judge);
    return VSC_OK;
}

static enum vsc_err make_request(const struct judge *judge, const struct question *question,
                                 struct evaluation_request *ret_request, struct problem *problem)
{
    struct evaluation_request request = evaluation_request_of(judge->conf);

    request.user = question->user;
    request.service = question->service;
    request.no_mapping = question->no_mapping;
    request.check_state = true;
    if (question->purpose >= 0)
        request.purpose = (enum conf_purpose)question->purpose;
    if (question->revocation >= 0)
        request.revocation = (enum conf_revocation)question->revocation;
    request.at = time(NULL);
    request.at_is_clock = question->at == NULL;
    if (question->at != NULL) {
        enum vsc_err err = judge_time("at ", question->at, &request.at, problem);

        if (err != VSC_OK)
            return err;
    }
    *ret_request = request;
    return VSC_OK;
}

enum vsc_err judge_file(const struct judge *judge, const struct question *question,
                        const char *file, struct judgement *ret_judgement, struct problem *problem)
{
    auto_by(x509_stack_free) STACK_OF(X509) *certs = sk_X509_new_null();
    struct judgement judgement = {.evaluation = NULL};
    enum vsc_err err = VSC_MEMORY;

    if (certs != NULL)
        err = certs_load_chain(file, certs, problem);
    /* A first one that does not parse: no certificate, which is a verdict. */
    if (err == VSC_CERT)
        err = VSC_OK;
    if (err == VSC_OK)
        err = make_request(judge, question, &judgement.request, problem);
    if (err != VSC_OK)
        return err;
    judgement.request.certs = certs;
    err = evaluation_new(judge->evaluator, &judgement.request, &judgement.evaluation);
    if (err != VSC_OK)
        return err;
    judgement.request.certs = NULL;
    *ret_judgement = judgement;
    return VSC_OK;
}

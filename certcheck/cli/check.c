/* SPDX-License-Identifier: BSD-2-Clause */
/* certcheck CERT...: would these certificates do to sign in, and if not, why. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "certcheck/certs.h"
#include "certcheck/cli/command.h"
#include "certcheck/cli/print.h"
#include "certcheck/directory_child.h"
#include "certcheck/evaluation.h"
#include "certcheck/openssl_own.h"
#include "common/json.h"
#include "common/mark.h"
#include "conf/conf.h"

DEFINE_AUTO(struct conf, conf_free)
DEFINE_AUTO(struct evaluator, evaluator_free)
DEFINE_AUTO(struct evaluation, evaluation_free)

struct choices {
    const char *conf, *at, *user, *service, *anchors, *intermediates, *crl;
    int purpose, revocation; /* -1: as configured */
    bool json, no_mapping;
};

/* In the order of the enums in conf.h. */
static const char *const purposes[] = {"smartcard-logon", "client-auth", "any", NULL};
static const char *const revocations[] = {"hard", "soft", "off", NULL};

#define AT(member) offsetof(struct choices, member)
static const struct option check_options[] = {
    {"c", OPTION_STRING, AT(conf), .min = 0},
    {"json", OPTION_FLAG, AT(json), .min = 0},
    {"at", OPTION_STRING, AT(at), .min = 0},
    {"user", OPTION_STRING, AT(user), .min = 0},
    {"service", OPTION_STRING, AT(service), .min = 0},
    {"anchors", OPTION_TEXT, AT(anchors), .min = 0},
    {"intermediates", OPTION_TEXT, AT(intermediates), .min = 0},
    {"crl", OPTION_TEXT, AT(crl), .min = 0},
    {"purpose", OPTION_CHOICE, AT(purpose), .choices = purposes},
    {"revocation", OPTION_CHOICE, AT(revocation), .choices = revocations},
    {"no-mapping", OPTION_FLAG, AT(no_mapping), .min = 0},
    {NULL, OPTION_FLAG, 0, .min = 0},
};

/* YYYY-MM-DDTHH:MM:SSZ and nothing else. */
static enum vsc_err parse_time(const char *text, int64_t *ret_seconds, struct problem *problem)
{
    struct tm tm = {0};
    char again[32];
    const char *end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm);
    int64_t seconds;

    if (end == NULL || *end != '\0')
        return problem_set(problem, VSC_USAGE, "--at %s: not YYYY-MM-DDTHH:MM:SSZ", text);
    seconds = timegm(&tm);
    /* 30 February and the like come back as another day. */
    if (strftime(again, sizeof(again), "%Y-%m-%dT%H:%M:%SZ", &tm) == 0 || strcmp(again, text) != 0)
        return problem_set(problem, VSC_USAGE, "--at %s: there is no such time", text);
    *ret_seconds = seconds;
    return VSC_OK;
}

static struct source plain_source(const char *path, struct source configured)
{
    return path != NULL ? (struct source){.path = path, .named = true} : configured;
}

static enum vsc_err make_request(const struct choices *choices, const struct conf *conf,
                                 struct evaluation_request *ret_request, struct problem *problem)
{
    struct evaluation_request request = evaluation_request_of(conf);

    request.user = choices->user;
    request.service = choices->service;
    request.no_mapping = choices->no_mapping;
    if (choices->purpose >= 0)
        request.purpose = (enum conf_purpose)choices->purpose;
    if (choices->revocation >= 0)
        request.revocation = (enum conf_revocation)choices->revocation;
    request.at = time(NULL);
    request.at_is_clock = choices->at == NULL;
    if (choices->at != NULL) {
        enum vsc_err err = parse_time(choices->at, &request.at, problem);

        if (err != VSC_OK)
            return err;
    }
    *ret_request = request;
    return VSC_OK;
}

/* The certificates of a file; none for a first one that does not parse. */
static enum vsc_err load_file(const char *file, STACK_OF(X509) * certs, struct problem *problem)
{
    enum vsc_err err = certs_load_chain(file, certs, problem);

    return err == VSC_CERT ? VSC_OK : err;
}

static int check_file(const char *file, const struct evaluator *evaluator,
                      const struct evaluation_request *template, bool as_json)
{
    auto_by(x509_stack_free) STACK_OF(X509) *certs = sk_X509_new_null();
    auto_by(evaluation_free) struct evaluation *evaluation = NULL;
    struct evaluation_request request = *template;
    struct problem problem = {""};
    enum vsc_err err = certs != NULL ? load_file(file, certs, &problem) : VSC_MEMORY;
    struct json json;

    if (err != VSC_OK)
        return command_failed(err, &problem);
    request.certs = certs;
    err = evaluation_new(evaluator, &request, &evaluation);
    if (err != VSC_OK)
        return command_failed(err, &problem);
    if (as_json) {
        json_init(&json, stdout);
        print_evaluation_json(&json, file, evaluation, request.no_mapping);
        if (!json_end(&json))
            return 3;
    } else {
        print_evaluation(stdout, file, &request, evaluation);
    }
    return evaluation->accepted ? 0 : 1;
}

static int check_files(const struct choices *choices, const struct words *files)
{
    auto_by(conf_free) struct conf *conf = NULL;
    __attribute__((cleanup(directory_stop))) struct directory directory = {.count = 0};
    struct account_source accounts = account_nss;
    auto_by(evaluator_free) struct evaluator *evaluator = NULL;
    struct problem problem = {""};
    struct evaluation_request request;
    struct evaluator_places places;
    int status = 0;
    enum vsc_err err = conf_load(choices->conf, &conf, &problem);

    if (err == VSC_OK)
        err = make_request(choices, conf, &request, &problem);
    if (err != VSC_OK)
        return command_failed(err, &problem);
    places = evaluator_places_of(conf);
    places.anchors = plain_source(choices->anchors, places.anchors);
    places.intermediates = plain_source(choices->intermediates, places.intermediates);
    places.crls = plain_source(choices->crl, places.crls);
    places.mark = MARK_FOLDER;
    if (conf->mapping.rule_count > 0 && !choices->no_mapping)
        directory_start_all(false, &directory);
    accounts.directory = &directory;
    err = evaluator_new(conf, &places, &accounts, &evaluator, &problem);
    if (err != VSC_OK)
        return command_failed(err, &problem);
    for (size_t i = 0; i < files->count; i++)
        status =
            command_worse(status, check_file(files->items[i], evaluator, &request, choices->json));
    return status;
}

int command_check(const struct request *request)
{
    struct choices choices = {.purpose = -1, .revocation = -1};
    auto_words struct words files = {0};
    enum vsc_err err = command_parse(request, check_options, &choices, &files);

    if (err != VSC_OK)
        return vsc_exit_status(err);
    return files.count > 0 ? check_files(&choices, &files) : command_misused();
}

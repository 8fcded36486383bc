/* SPDX-License-Identifier: BSD-2-Clause */
/* certcheck(1): would this certificate do to sign in, and if not, why. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "certcheck/certs.h"
#include "certcheck/evaluation.h"
#include "certcheck/openssl_own.h"
#include "certcheck/print.h"
#include "common/json.h"
#include "common/options.h"
#include "conf/conf.h"

#define FILES_MAX 4096

DEFINE_AUTO(struct conf, conf_free)
DEFINE_AUTO(struct evaluator, evaluator_free)
DEFINE_AUTO(struct evaluation, evaluation_free)
DEFINE_AUTO(struct facts, facts_free)

static const char usage[] =
    "usage: certcheck [-c CONF] [--json] [--at YYYY-MM-DDTHH:MM:SSZ] [--user NAME]\n"
    "                 [--service NAME] [--anchors PATH] [--intermediates PATH] [--crl PATH]\n"
    "                 [--purpose smartcard-logon|client-auth|any]\n"
    "                 [--revocation hard|soft|off] [--no-mapping] CERT...\n"
    "       certcheck facts [--json] CERT...\n"
    "       certcheck refresh [-c CONF] [--json]\n"
    "See certcheck(1).\n";

struct choices {
    const char *conf, *at, *user, *service, *anchors, *intermediates, *crl;
    int purpose, revocation; /* -1: as configured */
    bool json, no_mapping, help, version;
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
    {"help", OPTION_FLAG, AT(help), .min = 0},
    {"version", OPTION_FLAG, AT(version), .min = 0},
    {NULL, OPTION_FLAG, 0, .min = 0},
};
static const struct option facts_options[] = {
    {"json", OPTION_FLAG, AT(json), .min = 0},
    {NULL, OPTION_FLAG, 0, .min = 0},
};
static const struct option refresh_options[] = {
    {"c", OPTION_STRING, AT(conf), .min = 0},
    {"json", OPTION_FLAG, AT(json), .min = 0},
    {NULL, OPTION_FLAG, 0, .min = 0},
};

/* Tell what went wrong; the exit status. */
static int complain(enum vsc_err err, const struct problem *problem)
{
    (void)fprintf(stderr, "certcheck: %s%s\n", err == VSC_CERT ? "malformed-certificate: " : "",
                  *problem->text != '\0' ? problem->text : vsc_strerror(err));
    return vsc_exit_status(err);
}

static int worse(int a, int b)
{
    return a > b ? a : b;
}

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
        return complain(err, &problem);
    request.certs = certs;
    err = evaluation_new(evaluator, &request, &evaluation);
    if (err != VSC_OK)
        return complain(err, &problem);
    if (as_json) {
        json_init(&json, stdout);
        print_evaluation_json(&json, file, evaluation, request.no_mapping);
        if (!json_end(&json))
            return 3;
    } else {
        print_evaluation(stdout, file, evaluation, request.no_mapping);
    }
    return evaluation->accepted ? 0 : 1;
}

static int check_files(const struct choices *choices, const char *const *files, size_t count)
{
    auto_by(conf_free) struct conf *conf = NULL;
    auto_by(evaluator_free) struct evaluator *evaluator = NULL;
    struct problem problem = {""};
    struct evaluation_request request;
    struct evaluator_places places;
    int status = 0;
    enum vsc_err err = conf_load(choices->conf, &conf, &problem);

    if (err == VSC_OK)
        err = make_request(choices, conf, &request, &problem);
    if (err != VSC_OK)
        return complain(err, &problem);
    places = evaluator_places_of(conf);
    places.anchors = plain_source(choices->anchors, places.anchors);
    places.intermediates = plain_source(choices->intermediates, places.intermediates);
    places.crls = plain_source(choices->crl, places.crls);
    err = evaluator_new(conf, &places, &account_nss, &evaluator, &problem);
    if (err != VSC_OK)
        return complain(err, &problem);
    for (size_t i = 0; i < count; i++)
        status = worse(status, check_file(files[i], evaluator, &request, choices->json));
    return status;
}

static int print_file_facts(const char *file, bool as_json)
{
    auto_by(x509_stack_free) STACK_OF(X509) *certs = sk_X509_new_null();
    auto_by(facts_free) struct facts *facts = NULL;
    struct problem problem = {""};
    enum vsc_err err = certs != NULL ? certs_load_chain(file, certs, &problem) : VSC_MEMORY;
    struct json json;

    if (err == VSC_OK)
        err = facts_read(sk_X509_value(certs, 0), &facts, &problem);
    if (err != VSC_OK)
        return complain(err, &problem);
    if (!as_json) {
        print_facts(stdout, file, facts);
        return 0;
    }
    json_init(&json, stdout);
    json_open_object(&json, NULL);
    json_string(&json, "file", file);
    print_facts_json(&json, facts);
    json_close_object(&json);
    return json_end(&json) ? 0 : 3;
}

static int run_refresh(void)
{
    struct problem problem;

    return complain(problem_set(&problem, VSC_NOT_BUILT,
                                "refresh is not built yet: put CRLs into revocation.crls by hand"),
                    &problem);
}

static int run(int argc, char *const *argv)
{
    bool is_facts = argc > 0 && strcmp(argv[0], "facts") == 0;
    bool is_refresh = argc > 0 && strcmp(argv[0], "refresh") == 0;
    const struct option *table = is_facts     ? facts_options
                                 : is_refresh ? refresh_options
                                              : check_options;
    int skip = is_facts || is_refresh ? 1 : 0;
    struct choices choices = {.purpose = -1, .revocation = -1};
    auto_free const char **files = calloc(FILES_MAX, sizeof(*files));
    struct problem problem = {""};
    size_t count = 0;
    int status = 0;
    enum vsc_err err = VSC_MEMORY;

    if (files != NULL)
        err = options_parse_command(table, argc - skip, argv + skip, &choices, files, FILES_MAX,
                                    &count, &problem);
    if (err != VSC_OK) {
        (void)complain(err, &problem);
        (void)fputs(usage, stderr);
        return vsc_exit_status(err);
    }
    if (choices.version)
        return printf("certcheck %s\n", VSC_VERSION) > 0 ? 0 : 3;
    if (choices.help)
        return fputs(usage, stdout) >= 0 ? 0 : 3;
    if (is_refresh && count == 0)
        return run_refresh();
    if (is_refresh || count == 0) {
        (void)fputs(usage, stderr);
        return vsc_exit_status(VSC_USAGE);
    }
    if (!is_facts)
        return check_files(&choices, files, count);
    for (size_t i = 0; i < count; i++)
        status = worse(status, print_file_facts(files[i], choices.json));
    return status;
}

int main(int argc, char **argv)
{
    int status = run(argc > 0 ? argc - 1 : 0, argv + (argc > 0));

    return fflush(stdout) == 0 ? status : 3;
}

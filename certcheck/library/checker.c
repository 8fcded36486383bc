/* SPDX-License-Identifier: BSD-2-Clause */
/* A checker and its setters; mapping rules are in rules.c, the judgement in judge.c. */
#include "certcheck/library/checker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/own.h"
#include "conf/check.h"

#define MIN_RSA_BITS 2048
#define MAX_RSA_BITS 16384
#define MIN_UID      1000

DEFINE_AUTO(struct certcheck, certcheck_free)

const char *certcheck_version(void)
{
    return VSC_VERSION;
}

enum certcheck_error checker_failed(struct certcheck *checker, enum vsc_err err, const char *words)
{
    if (err == VSC_OK)
        return CERTCHECK_OK;
    (void)problem_set(&checker->problem, err, "%s", *words != '\0' ? words : vsc_strerror(err));
    if (err == VSC_MEMORY)
        return CERTCHECK_MEMORY;
    if (err == VSC_UNTRUSTED)
        return CERTCHECK_UNTRUSTED;
    if (err == VSC_USAGE)
        return CERTCHECK_USAGE;
    if (err == VSC_INPUT || err == VSC_CERT || err == VSC_CONFIG)
        return CERTCHECK_INPUT;
    return CERTCHECK_SYSTEM;
}

enum certcheck_error checker_misused(struct certcheck *checker, const char *what, const char *value)
{
    struct problem problem;

    (void)problem_set(&problem, VSC_USAGE, "%s%s%s", value != NULL ? value : "",
                      value != NULL ? ": " : "", what);
    return checker_failed(checker, VSC_USAGE, problem.text);
}

void checker_changed(struct certcheck *checker)
{
    evaluator_free(checker->evaluator);
    checker->evaluator = NULL;
}

/* The strings of a configuration that are read here: never NULL, and "" but for the cache. */
#define STRINGS 7
static char **string_of(struct conf *conf, size_t index)
{
    char **const strings[STRINGS] = {
        &conf->helpers.fetch_user, &conf->trust.anchors,   &conf->trust.intermediates,
        &conf->trust.ntauth,       &conf->revocation.crls, &conf->revocation.cache,
        &conf->directory.uri,
    };

    return strings[index];
}

/* The strict ones. */
static bool fill_defaults(struct certcheck *checker)
{
    struct conf *conf = &checker->conf;

    for (size_t i = 0; i < STRINGS; i++) {
        *string_of(conf, i) = strdup("");
        if (*string_of(conf, i) == NULL)
            return false;
    }
    conf->policy.purpose = PURPOSE_SMARTCARD_LOGON;
    conf->policy.min_rsa_bits = MIN_RSA_BITS;
    conf->policy.strong_mapping = STRONG_DIRECTORY;
    conf->revocation.mode = REVOCATION_HARD;
    conf->mapping.min_uid = MIN_UID;
    conf->mapping.conflict = CONFLICT_REFUSE;
    checker->trusted_only = true;
    checker->names_wanted = true;
    checker->at_is_clock = true;
    return certcheck_add_refused(checker, "root") == CERTCHECK_OK;
}

static void free_list(struct conf_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->items[i]);
}

/* What the setters and fill_defaults() have put there. */
static void free_conf(struct conf *conf)
{
    for (size_t i = 0; i < STRINGS; i++)
        free(*string_of(conf, i));
    free_list(&conf->policy.policies);
    free_list(&conf->policy.templates);
    free_list(&conf->mapping.refuse);
    for (size_t i = 0; i < conf->mapping.rule_count; i++) {
        free(conf->mapping.rules[i].suffix);
        free(conf->mapping.rules[i].account);
        free(conf->mapping.rules[i].file);
        free(conf->mapping.rules[i].sha256);
        free(conf->mapping.rules[i].sid);
        free(conf->mapping.rules[i].altsecid);
    }
}

struct certcheck *certcheck_new(void)
{
    auto_by(certcheck_free) struct certcheck *checker = calloc(1, sizeof(*checker));

    if (checker == NULL || !fill_defaults(checker))
        return NULL;
    return take(checker);
}

void certcheck_free(struct certcheck *checker)
{
    if (checker == NULL)
        return;
    evaluator_free(checker->evaluator);
    for (size_t i = 0; i < CHECKER_SOURCES; i++)
        free(checker->paths[i]);
    for (size_t i = 0; i < checker->piece_count; i++)
        buf_done(&checker->pieces[i].bytes);
    free(checker->user);
    free_conf(&checker->conf);
    free(checker);
}

const char *certcheck_problem(const struct certcheck *checker)
{
    return checker->problem.text;
}

enum certcheck_error certcheck_set_path(struct certcheck *checker, enum certcheck_source source,
                                        const char *path)
{
    const char *wrong = path != NULL ? check_path_needed(path) : NULL;
    char *copy = NULL;

    if ((unsigned)source >= CHECKER_SOURCES)
        return checker_misused(checker, "there is no such source", NULL);
    if (wrong != NULL)
        return checker_misused(checker, wrong, path);
    copy = strdup(path != NULL ? path : "");
    if (copy == NULL)
        return checker_failed(checker, VSC_MEMORY, "");
    checker_changed(checker);
    if (source == CERTCHECK_CACHE) {
        free(checker->conf.revocation.cache);
        checker->conf.revocation.cache = copy;
    } else {
        free(checker->paths[source]);
        checker->paths[source] = copy;
    }
    return CERTCHECK_OK;
}

static enum vsc_err count_object(void *arg, const char *file, const unsigned char *der, size_t len)
{
    size_t *count = arg;

    (void)file;
    (void)len;
    (*count)++;
    return der != NULL ? VSC_OK : VSC_INPUT;
}

enum certcheck_error certcheck_add(struct certcheck *checker, enum certcheck_source source,
                                   const void *bytes, size_t len)
{
    const enum source_kind kind = source == CERTCHECK_CRLS ? SOURCE_CRLS : SOURCE_CERTIFICATES;
    auto_buf struct buf content;
    size_t count = 0;
    enum vsc_err err;

    buf_init(&content, CHECKER_BYTES_MAX);
    if ((unsigned)source > CERTCHECK_CRLS)
        return checker_misused(checker, "bytes cannot be added to this source", NULL);
    if (checker->piece_count == CHECKER_PIECES_MAX || len > CHECKER_BYTES_MAX)
        return checker_misused(checker, "too much was added", NULL);
    if (len > 0)
        buf_put(&content, bytes, len);
    err = buf_status(&content);
    if (err == VSC_OK && source_is_foreign(&content))
        err = VSC_INPUT;
    if (err == VSC_OK)
        err = source_split(&content, "bytes", kind, count_object, &count);
    if (err == VSC_OK && count == 0)
        err = VSC_INPUT;
    if (err != VSC_OK)
        return checker_failed(checker, err, "");
    checker_changed(checker);
    checker->pieces[checker->piece_count++] = (struct piece){.source = source, .bytes = content};
    buf_init(&content, 0);
    return CERTCHECK_OK;
}

void certcheck_set_trusted_only(struct certcheck *checker, bool trusted_only)
{
    checker_changed(checker);
    checker->trusted_only = trusted_only;
}

enum certcheck_error certcheck_set_purpose(struct certcheck *checker,
                                           enum certcheck_purpose purpose)
{
    static const enum conf_purpose purposes[] = {
        [CERTCHECK_SMARTCARD_LOGON] = PURPOSE_SMARTCARD_LOGON,
        [CERTCHECK_CLIENT_AUTH] = PURPOSE_CLIENT_AUTH,
        [CERTCHECK_ANY_PURPOSE] = PURPOSE_ANY,
    };

    if ((unsigned)purpose > CERTCHECK_ANY_PURPOSE)
        return checker_misused(checker, "there is no such purpose", NULL);
    checker->conf.policy.purpose = purposes[purpose];
    return CERTCHECK_OK;
}

enum certcheck_error certcheck_set_revocation(struct certcheck *checker,
                                              enum certcheck_revocation mode, unsigned max_stale)
{
    static const enum conf_revocation modes[] = {
        [CERTCHECK_HARD] = REVOCATION_HARD,
        [CERTCHECK_SOFT] = REVOCATION_SOFT,
        [CERTCHECK_OFF] = REVOCATION_OFF,
    };

    if ((unsigned)mode > CERTCHECK_OFF)
        return checker_misused(checker, "there is no such revocation mode", NULL);
    checker->conf.revocation.mode = modes[mode];
    checker->conf.revocation.max_stale = max_stale;
    return CERTCHECK_OK;
}

enum certcheck_error certcheck_set_min_rsa_bits(struct certcheck *checker, unsigned bits)
{
    if (bits < MIN_RSA_BITS || bits > MAX_RSA_BITS)
        return checker_misused(checker, "RSA keys have 2048 to 16384 bits", NULL);
    checker->conf.policy.min_rsa_bits = bits;
    return CERTCHECK_OK;
}

static enum certcheck_error add_to(struct certcheck *checker, struct conf_list *list,
                                   const char *(*check)(const char *), const char *value)
{
    const char *wrong = value != NULL ? check(value) : "a value is missing";

    if (wrong != NULL)
        return checker_misused(checker, wrong, value);
    if (list->count == CONF_LIST_MAX)
        return checker_misused(checker, "too many of a kind", value);
    list->items[list->count] = strdup(value);
    if (list->items[list->count] == NULL)
        return checker_failed(checker, VSC_MEMORY, "");
    list->count++;
    return CERTCHECK_OK;
}

enum certcheck_error certcheck_add_policy(struct certcheck *checker, const char *oid)
{
    return add_to(checker, &checker->conf.policy.policies, check_oid, oid);
}

enum certcheck_error certcheck_add_template(struct certcheck *checker, const char *name)
{
    return add_to(checker, &checker->conf.policy.templates, check_template_id, name);
}

enum certcheck_error certcheck_add_refused(struct certcheck *checker, const char *account)
{
    return add_to(checker, &checker->conf.mapping.refuse, check_account, account);
}

void certcheck_set_names(struct certcheck *checker, bool wanted)
{
    checker->names_wanted = wanted;
}

void certcheck_set_min_uid(struct certcheck *checker, unsigned uid)
{
    checker->conf.mapping.min_uid = uid;
}

enum certcheck_error certcheck_set_user(struct certcheck *checker, const char *user)
{
    char *copy = user != NULL ? strdup(user) : NULL;

    if (user != NULL && copy == NULL)
        return checker_failed(checker, VSC_MEMORY, "");
    free(checker->user);
    checker->user = copy;
    return CERTCHECK_OK;
}

void certcheck_set_time(struct certcheck *checker, int64_t seconds)
{
    checker->at = seconds;
    checker->at_is_clock = false;
}

void certcheck_use_clock(struct certcheck *checker)
{
    checker->at_is_clock = true;
}

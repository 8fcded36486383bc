/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What certcheck refresh runs: fetch revocation lists into the cache. A program of its own, because
 * loading libcurl and libldap takes three times as long as checking a certificate.
 */
#include <stdlib.h>
#include <unistd.h>

#include "certcheck/cli/command.h"
#include "certcheck/refresh/confine.h"
#include "certcheck/refresh/open.h"
#include "certcheck/refresh/refresh.h"
#include "common/own.h"
#include "conf/conf.h"

DEFINE_AUTO(struct conf, conf_free)

struct choices {
    const char *conf;
    bool json;
};

#define AT(member) offsetof(struct choices, member)
static const struct option options[] = {
    {"c", OPTION_STRING, AT(conf), .min = 0},
    {"json", OPTION_FLAG, AT(json), .min = 0},
    {NULL, OPTION_FLAG, 0, .min = 0},
};

static int refresh_cache(const struct conf *conf, const struct foretaken *foretaken, bool as_root,
                         bool as_json)
{
    struct progress progress = {.terminal = stderr};
    __attribute__((cleanup(cache_close))) struct cache cache = {.folder = -1};
    auto_fd int lock = -1;
    struct report report;
    struct problem problem = {""};
    enum vsc_err err = open_locked(conf, &cache, &lock, &problem);

    if (err == VSC_OK)
        err = confine_close(conf, as_root, &problem);
    if (err != VSC_OK)
        return command_failed(err, &problem);
    report_start(&report, stdout, as_json, isatty(STDERR_FILENO) == 1 ? &progress : NULL);
    err = refresh_run(conf, &cache, foretaken, &report, &problem);
    if (err != VSC_OK)
        report.current = false;
    if (!report_end(&report))
        return vsc_exit_status(VSC_SYSTEM);
    if (err != VSC_OK)
        return command_failed(err, &problem);
    return report.current ? 0 : 1;
}

static int run(const struct request *request)
{
    struct choices choices = {0};
    auto_words struct words words = {0};
    auto_by(conf_free) struct conf *conf = NULL;
    __attribute__((cleanup(foretaken_done))) struct foretaken foretaken = {.credentials = NULL};
    bool as_root = false;
    struct problem problem = {""};
    enum vsc_err err = command_parse(request, options, &choices, &words);

    if (err != VSC_OK)
        return vsc_exit_status(err);
    if (words.count > 0)
        return command_misused();
    /* Libraries would take proxies, settings and trust from it; and libldap from files. */
    if (clearenv() != 0 || setenv("LDAPNOINIT", "1", 1) != 0)
        return vsc_exit_status(VSC_SYSTEM);
    err = conf_load(choices.conf, &conf, &problem);
    if (err == VSC_OK)
        err = open_prepare(conf, &problem);
    if (err == VSC_OK)
        err = foretaken_read(conf, &foretaken);
    if (err == VSC_OK)
        err = confine_drop(conf, &as_root, &problem);
    /* It asks winbind and SSSD by processes of their own, which the sandbox makes impossible. */
    if (err == VSC_OK && *conf->directory.uri != '\0')
        err = owners_find(conf, &foretaken.cards, &foretaken.owners);
    if (err != VSC_OK)
        return command_failed(err, &problem);
    return refresh_cache(conf, &foretaken, as_root, choices.json);
}

int main(int argc, char **argv)
{
    const struct request request = {argc > 0 ? argc - 1 : 0, argv + (argc > 0)};
    int status = run(&request);

    return fflush(stdout) == 0 ? status : 3;
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "certcheck/begin.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "certcheck/talk.h"

static bool is_sudo(const char *service)
{
    return strcmp(service, "sudo") == 0 || strcmp(service, "sudo-i") == 0;
}

/* The name that gethostname() gives, or its first label: sudo knows both. */
static bool is_own_name(const char *rhost, const char *host)
{
    size_t label = strcspn(host, ".");

    return strcasecmp(rhost, host) == 0 ||
           (label > 0 && strlen(rhost) == label && strncasecmp(rhost, host, label) == 0);
}

bool begin_is_remote(const struct check_begin *begin, const char *host)
{
    if (strcmp(begin->service, "sshd") == 0 || begin->remote_session)
        return true;
    if (*begin->rhost == '\0')
        return false;
    return !is_sudo(begin->service) || *host == '\0' || !is_own_name(begin->rhost, host);
}

static void allow(const struct check_begin *begin, const struct conf *conf,
                  struct check_begun *begun)
{
    const struct conf_list *services = &conf->login.services;

    if (services->count > 0 && !conf_list_has(services, begin->service))
        (void)snprintf(begun->text, sizeof(begun->text), "%s",
                       "the service is not in login.services");
    else if (begun->remote && !begin->allow_remote &&
             !conf_list_has(&conf->login.remote, begin->service))
        (void)snprintf(begun->text, sizeof(begun->text), "%s",
                       "asked from another machine, and the service is not in login.remote");
    else
        begun->allowed = true;
}

void begin_answer(const struct check_begin *begin, const struct conf *conf, const char *host,
                  const struct account_source *accounts, struct check_begun *ret_begun)
{
    struct check_begun begun = {
        .remote = begin_is_remote(begin, host),
        .timeout_seconds = conf->login.timeout,
        .wait_seconds = conf->login.wait,
        .reserve = conf->login.reserve,
        .warn_days = conf->login.warn_days,
        .talk = talk_style_of(begin->service, conf),
    };
    struct account account;

    allow(begin, conf, &begun);
    if (*begin->user != '\0' && account_find(accounts, begin->user, &account)) {
        begun.user_known = true;
        begun.user_uid = account.uid;
        memcpy(begun.user_name, account.name, sizeof(begun.user_name));
    }
    (void)snprintf(begun.socket, sizeof(begun.socket), "%s", conf->card.socket);
    *ret_begun = begun;
}

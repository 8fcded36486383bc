/* SPDX-License-Identifier: BSD-2-Clause */
#include "certcheck/begin.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "certcheck/talk.h"

/* It serves other machines only. */
static bool is_sshd(const char *service)
{
    return strcmp(service, "sshd") == 0;
}

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
    if (is_sshd(begin->service) || begin->remote_session)
        return true;
    if (*begin->rhost == '\0')
        return false;
    return !is_sudo(begin->service) || *host == '\0' || !is_own_name(begin->rhost, host);
}

static const char *why_service_refused(const char *service, bool remote, bool allow_remote,
                                       const struct conf *conf)
{
    if (conf->login.services.count > 0 && !conf_list_has(&conf->login.services, service))
        return "the service is not in login.services";
    if (remote && !allow_remote && !conf_list_has(&conf->login.remote, service))
        return "asked from another machine, and the service is not in login.remote";
    return NULL;
}

const char *begin_service_refused(const char *service, const struct conf *conf)
{
    return why_service_refused(service, is_sshd(service), false, conf);
}

/* Who gives no name would be shown every card, and who its owner is. */
static const char *why_refused(const struct check_begin *begin, bool remote,
                               const struct conf *conf)
{
    const char *why = why_service_refused(begin->service, remote, begin->allow_remote, conf);

    if (why == NULL && *begin->user == '\0' && conf->login.list_identities != IDENTITIES_ALWAYS)
        why = "asked without a name, and login.list_identities shows nobody's card";
    return why;
}

static void allow(const struct check_begin *begin, const struct conf *conf,
                  struct check_begun *begun)
{
    const char *why = why_refused(begin, begun->remote, conf);

    begun->allowed = why == NULL;
    if (why != NULL)
        (void)snprintf(begun->text, sizeof(begun->text), "%s", why);
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
    if (conf->kerberos != KERBEROS_OFF && !conf_list_has(&conf->ticket.skip, begin->service)) {
        begun.ticket = conf->kerberos == KERBEROS_REQUIRED ? TICKET_REQUIRED : TICKET_OPTIONAL;
        begun.ticket_seconds = conf->ticket.deadline;
    }
    if (*begin->user != '\0' && account_find(accounts, begin->user, &account)) {
        begun.user_known = true;
        begun.user_uid = account.uid;
        memcpy(begun.user_name, account.name, sizeof(begun.user_name));
    }
    (void)snprintf(begun.socket, sizeof(begun.socket), "%s", conf->card.socket);
    *ret_begun = begun;
}

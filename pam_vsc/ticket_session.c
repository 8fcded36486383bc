/* SPDX-License-Identifier: BSD-2-Clause */
/* pam_setcred, and the end of a session: only where a ticket was got, and only as root. */
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include <security/pam_ext.h>
#include <security/pam_modutil.h>

#include "common/text.h"
#include "pam_vsc/ticket.h"
#include "pam_vsc/ticket_exchange.h"
#include "pam_vsc/ticket_state.h"

#define WAIT_MS       15000 /* for what needs no network; more than vsc-tgt takes */
#define RENEW_WAIT_MS (TICKET_SECONDS_MAX * 1000 + 3000)
#define LOG_VALUE     1024

/* PAM_USER's account; NULL where there is none, or it is root. */
static const struct passwd *find_user(pam_handle_t *pamh)
{
    const void *name = NULL;
    const struct passwd *user;

    if (pam_get_item(pamh, PAM_USER, &name) != PAM_SUCCESS || name == NULL)
        return NULL;
    user = pam_modutil_getpwnam(pamh, name);
    return user != NULL && user->pw_uid != 0 && strlen(user->pw_name) < USER_NAME_SIZE ? user
                                                                                       : NULL;
}

/* What is asked of vsc-tgt, and with which arguments. */
struct errand {
    pam_handle_t *pamh;
    const struct args *args;
    enum wire_type type;
    const char *what; /* for the log */
};

static struct tgt_cached run(const struct errand *errand, const struct tgt_cache *request)
{
    const struct deadline deadline =
        deadline_in(errand->type == WIRE_TGT_RENEW ? RENEW_WAIT_MS : WAIT_MS);
    const struct peer_place place = {
        .pamh = errand->pamh, .deadline = &deadline, .args = errand->args};
    struct tgt_cached cached = {.outcome = TGT_NONE};
    char user[LOG_VALUE], text[LOG_VALUE];
    enum vsc_err err = exchange_tgt_cache(&place, errand->type, request, &cached);

    if (err != VSC_OK) {
        cached = (struct tgt_cached){.outcome = TGT_NONE};
        (void)snprintf(cached.text, sizeof(cached.text), "vsc-tgt: %s", vsc_strerror(err));
    }
    text_escape(user, sizeof(user), request->account, true);
    text_escape(text, sizeof(text), cached.text, true);
    if (cached.outcome != TGT_DONE)
        pam_syslog(errand->pamh, LOG_NOTICE, "ticket=%s user=%s %s krb5=%d text=%s",
                   tgt_code(cached.outcome), user, errand->what, (int)cached.code, text);
    return cached;
}

static struct tgt_cache request_of(const struct passwd *user, const char *ccache)
{
    struct tgt_cache request = {.uid = user->pw_uid};

    (void)snprintf(request.account, sizeof(request.account), "%s", user->pw_name);
    (void)snprintf(request.ccache, sizeof(request.ccache), "%s", ccache);
    return request;
}

static bool put_ccache(pam_handle_t *pamh, const char *ccache)
{
    char setting[TGT_CCACHE_SIZE + sizeof(ENV_CCACHE) + 1];

    (void)snprintf(setting, sizeof(setting), ENV_CCACHE "=%s", ccache);
    return pam_putenv(pamh, setting) == PAM_SUCCESS;
}

/* The ticket is its user's: where the session is another's (sudo), it is nobody's. */
static int place(pam_handle_t *pamh, const struct args *args, struct ticket *ticket, bool refresh)
{
    const struct errand errand = {pamh, args, WIRE_TGT_PLACE, "placing"};
    const struct passwd *user = find_user(pamh);
    const int failed = ticket->required ? PAM_CRED_ERR : PAM_SUCCESS;
    struct tgt_cache request;
    struct tgt_cached cached;

    if (user == NULL || (ticket->uid_known && user->pw_uid != ticket->uid)) {
        ticket_drop_kept(pamh);
        return PAM_SUCCESS;
    }
    request = request_of(user, ticket->ccache);
    request.refresh = refresh;
    memcpy(request.ticket, ticket->kept, sizeof(request.ticket));
    cached = run(&errand, &request);
    ticket_drop_kept(pamh);
    if (cached.outcome != TGT_DONE)
        return failed;
    ticket->kept[0] = '\0';
    ticket->uid = user->pw_uid;
    ticket->uid_known = true;
    if (cached.ccache[0] == '\0')
        return PAM_SUCCESS; /* into the caches of sessions that are there already */
    memcpy(ticket->ccache, cached.ccache, sizeof(ticket->ccache));
    if (cached.own[0] != '\0')
        memcpy(ticket->own, cached.own, sizeof(ticket->own));
    return ticket_write(pamh, ticket) && put_ccache(pamh, cached.ccache) ? PAM_SUCCESS : failed;
}

static void renew(pam_handle_t *pamh, const struct args *args, const struct ticket *ticket)
{
    const struct errand errand = {pamh, args, WIRE_TGT_RENEW, "renewing"};
    const struct passwd *user = find_user(pamh);
    struct tgt_cache request;

    if (user == NULL || user->pw_uid != ticket->uid)
        return;
    request = request_of(user, ticket->ccache);
    (void)run(&errand, &request);
}

static void remove_own(pam_handle_t *pamh, const struct args *args, struct ticket *ticket)
{
    const struct errand errand = {pamh, args, WIRE_TGT_REMOVE, "removing"};
    const struct passwd *user = find_user(pamh);
    struct tgt_cache request;

    ticket_drop_kept(pamh);
    if (ticket->own[0] == '\0' || user == NULL || user->pw_uid != ticket->uid)
        return;
    request = request_of(user, ticket->own);
    (void)run(&errand, &request);
    ticket->own[0] = ticket->ccache[0] = ticket->kept[0] = '\0';
    (void)ticket_write(pamh, ticket);
    if (pam_getenv(pamh, ENV_CCACHE) != NULL)
        (void)pam_putenv(pamh, ENV_CCACHE);
}

/* False where there is nothing to be done, or nobody to do it. */
static bool begin(pam_handle_t *pamh, const struct call_argv *argv, struct args *ret_args,
                  struct ticket *ret_ticket)
{
    struct problem problem = {.text = ""};

    if (geteuid() != 0 || !ticket_read(pamh, ret_ticket))
        return false;
    if (args_parse(argv->argc, argv->argv, ret_args, &problem) == VSC_OK)
        return true;
    pam_syslog(pamh, LOG_ERR, "%s", problem.text);
    return false;
}

int ticket_setcred(pam_handle_t *pamh, const struct call_argv *argv)
{
    const bool again = (argv->flags & (PAM_REINITIALIZE_CRED | PAM_REFRESH_CRED)) != 0;
    struct args args;
    struct ticket ticket;

    if (!begin(pamh, argv, &args, &ticket))
        return PAM_SUCCESS;
    if ((argv->flags & PAM_DELETE_CRED) != 0)
        remove_own(pamh, &args, &ticket);
    else if (ticket.kept[0] != '\0')
        return place(pamh, &args, &ticket, again);
    else if (again && ticket.ccache[0] != '\0')
        renew(pamh, &args, &ticket);
    return PAM_SUCCESS;
}

void ticket_close(pam_handle_t *pamh, const struct call_argv *argv)
{
    struct args args;
    struct ticket ticket;

    if (begin(pamh, argv, &args, &ticket))
        remove_own(pamh, &args, &ticket);
}
